use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Plan, UNFINISHED, make};
use crate::clock::Clock;
use crate::storage::{Db, DbSettings, ORG};

fn plan(now: &str) -> Plan {
    let now: Timestamp = now.parse().unwrap();
    Plan { employees: 20, overtime_rows: 0, seed: 1, today: now.to_zoned(TimeZone::UTC).date(), now }
}

/// Everything that was written down about what was done, in order.
fn story(data: &std::path::Path) -> Vec<(String, String, String)> {
    let db = Db::open(&data.join("orgs/nordlicht"), &ORG, Clock::system(), DbSettings::default()).unwrap();
    let acts = db.read_blocking(|rx| {
        rx.all("SELECT at, action, coalesce(payload, '') FROM audit_log ORDER BY id", (), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
    });
    db.close();
    acts.unwrap()
}

#[test]
fn the_same_seed_and_date_make_the_same_company_also_after_a_crash() {
    let [a, b] = [(), ()].map(|()| tempfile::tempdir().unwrap());
    make(a.path(), &plan("2026-11-21T14:00:00Z")).unwrap();
    // Left half: some of it is there, and the note that it is not whole.
    make(b.path(), &plan("2026-11-20T14:00:00Z")).unwrap();
    std::fs::write(b.path().join(UNFINISHED), "").unwrap();
    make(b.path(), &plan("2026-11-21T14:00:00Z")).unwrap();
    assert!(!b.path().join(UNFINISHED).exists());
    let (a, b) = (story(a.path()), story(b.path()));
    assert!(a.len() > 300, "a year has passed: {} acts", a.len());
    assert_eq!(a, b);
}

#[test]
fn a_demo_is_made_on_any_day_and_nothing_of_it_lies_ahead() {
    for now in ["2026-12-31T23:59:00Z", "2027-01-01T00:05:00Z", "2028-02-29T05:00:00Z"] {
        let folder = tempfile::tempdir().unwrap();
        make(folder.path(), &plan(now)).unwrap();
        let last = story(folder.path()).into_iter().map(|(at, ..)| at).max().unwrap();
        assert!(last.parse::<Timestamp>().unwrap() <= now.parse().unwrap(), "{last} at {now}");
    }
}
