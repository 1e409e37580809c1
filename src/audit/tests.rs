use jiff::tz::TimeZone;

use super::{Entry, record};
use crate::auth::Actor;
use crate::clock::Clock;
use crate::ids::EmployeeId;
use crate::storage::{Db, DbSettings, ORG, Op};

fn database() -> (tempfile::TempDir, Db) {
    let dir = tempfile::tempdir().unwrap();
    let db = Db::open(dir.path(), &ORG, Clock::system(), DbSettings::default()).unwrap();
    (dir, db)
}

#[test]
fn an_entry_says_who_what_and_why() {
    let (_dir, db) = database();
    let actor = Actor::command_line(TimeZone::UTC);
    let entry = Entry::new("employee.changed")
        .on("employee", EmployeeId(7))
        .change("position", "Clerk", "Head of desks")
        .change("number", "E7", "E7")
        .because("  promoted ")
        .on_behalf_of("Mira Castell");
    db.write_blocking(Op::act("employee.changed"), move |tx| record(tx, &actor, entry)).unwrap();

    let (action, kind, id, payload): (String, String, i64, String) = db
        .read_blocking(|rx| {
            rx.get("SELECT action, subject_kind, subject_id, payload FROM audit_log", (), |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })
        })
        .unwrap();
    assert_eq!((action.as_str(), kind.as_str(), id), ("employee.changed", "employee", 7));
    let payload: serde_json::Value = serde_json::from_str(&payload).unwrap();
    assert_eq!(payload["actor"]["name"], "command line");
    assert_eq!(payload["actor"]["channel"], "cli");
    assert_eq!(payload["actor"]["on_behalf_of"], "Mira Castell");
    assert_eq!(payload["reason"], "promoted");
    assert_eq!(payload["changes"].as_array().unwrap().len(), 1, "an unchanged field is left out: {payload}");
}

#[test]
fn an_act_without_an_entry_is_refused() {
    let (_dir, db) = database();
    let silent = db.write_blocking(Op::act("settings.changed"), |tx| {
        tx.run("INSERT INTO settings (key, value) VALUES ('organization.name', 'Nordlicht')", ())
    });
    assert!(silent.is_err());
    let kept: i64 = db.read_blocking(|rx| rx.scalar("SELECT count(*) FROM settings", ())).unwrap();
    assert_eq!(kept, 0);
}
