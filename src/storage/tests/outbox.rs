use jiff::SignedDuration;
use serde_json::json;

use crate::ids::OutboxId;
use crate::storage::outbox::{self, Fate, OutboxRow, State};
use crate::storage::{Db, Housekeeping, Op};

const OUTBOX: Op = Op::housekeeping(Housekeeping::Outbox);

fn queue(db: &Db, key: Option<&'static str>) -> OutboxId {
    db.write_blocking(OUTBOX, move |tx| tx.outbox("mail", key, &json!({ "to": "mira" }))).unwrap()
}

fn claim(db: &Db) -> Vec<OutboxRow> {
    db.write_blocking(OUTBOX, |tx| outbox::claim(tx, "mail", 10)).unwrap()
}

fn retry(db: &Db, id: OutboxId) -> Fate {
    db.write_blocking(OUTBOX, move |tx| outbox::retry(tx, id, "no answer")).unwrap()
}

#[test]
fn what_is_queued_is_claimed_once() {
    let (_dir, db) = super::open();
    let id = queue(&db, None);
    let claimed = claim(&db);
    assert_eq!((claimed[0].id, claimed[0].attempts, &claimed[0].payload), (id, 1, &json!({ "to": "mira" })));
    assert!(claim(&db).is_empty());
    db.write_blocking(OUTBOX, move |tx| outbox::done(tx, id)).unwrap();
    assert_eq!(db.read_blocking(|rx| outbox::next_due(rx, "mail")).unwrap(), None);
    let later = db.clock().now() + SignedDuration::from_hours(1);
    assert_eq!(db.write_blocking(OUTBOX, move |tx| outbox::prune(tx, later)).unwrap(), 1);
}

#[test]
fn a_claim_runs_out_and_a_restart_releases_it() {
    let (_dir, db) = super::open();
    queue(&db, None);
    claim(&db);
    db.clock().advance(SignedDuration::from_mins(15));
    assert_eq!(claim(&db)[0].attempts, 2);
    assert!(claim(&db).is_empty());
    assert_eq!(db.write_blocking(OUTBOX, outbox::release).unwrap(), 1);
    assert_eq!(claim(&db).len(), 1);
}

#[test]
fn each_kind_is_claimed_by_itself_and_what_was_not_tried_does_not_count() {
    let (_dir, db) = super::open();
    let id = queue(&db, None);
    assert!(db.write_blocking(OUTBOX, |tx| outbox::claim(tx, "report", 10)).unwrap().is_empty());
    assert_eq!(db.read_blocking(|rx| outbox::next_due(rx, "report")).unwrap(), None);
    assert_eq!(db.read_blocking(|rx| outbox::next_due(rx, "mail")).unwrap(), Some(db.clock().now()));
    claim(&db);
    db.write_blocking(OUTBOX, move |tx| outbox::untried(tx, id)).unwrap();
    let state = move |rx: &crate::storage::Rx<'_>| outbox::open_row(rx, id).map(|row| row.unwrap().1);
    assert_eq!(db.read_blocking(state).unwrap(), State::Waiting, "an admin can take it out");
    assert_eq!(claim(&db)[0].attempts, 1);
}

#[test]
fn what_was_not_tried_gives_way_to_a_newer_row_of_its_key() {
    let (_dir, db) = super::open();
    let first = queue(&db, Some("calendar"));
    claim(&db);
    let second = queue(&db, Some("calendar"));
    db.write_blocking(OUTBOX, move |tx| outbox::untried(tx, first)).unwrap();
    assert_eq!(claim(&db).iter().map(|item| item.id).collect::<Vec<_>>(), [second]);
}

#[test]
fn failures_wait_longer_each_time_and_end_after_two_days() {
    let (_dir, db) = super::open();
    let start = db.clock().now();
    let id = queue(&db, None);
    let mut waits = Vec::new();
    let attempts = loop {
        let item = claim(&db).remove(0);
        match retry(&db, id) {
            Fate::Again(due) => {
                waits.push(due.duration_since(db.clock().now()).as_mins());
                db.clock().set(due);
            }
            fate => {
                assert_eq!(fate, Fate::GivenUp);
                break item.attempts;
            }
        }
    };
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 720, 720, 417]);
    assert_eq!(attempts, 14);
    assert_eq!(db.clock().now().duration_since(start), SignedDuration::from_hours(48), "the last one at the very end");
    let failed = db.read_blocking(|rx| outbox::failed(rx, 10)).unwrap();
    assert_eq!((failed.len(), failed[0].last_error.as_str()), (1, "no answer"));
    assert!(claim(&db).is_empty());
    assert!(db.write_blocking(OUTBOX, move |tx| outbox::revive(tx, id)).unwrap());
    assert_eq!(claim(&db)[0].attempts, 1);
}

#[test]
fn rows_of_one_key_are_one_until_performed() {
    let (_dir, db) = super::open();
    let first = queue(&db, Some("calendar"));
    assert_eq!(queue(&db, Some("calendar")), first);
    claim(&db);
    let second = queue(&db, Some("calendar"));
    assert_ne!(second, first, "what happens while a row is performed needs another run");
    assert_eq!(retry(&db, first), Fate::Superseded);
    assert_eq!(claim(&db).iter().map(|item| item.id).collect::<Vec<_>>(), [second]);
}

#[test]
fn long_errors_are_cut_at_a_character() {
    let (_dir, db) = super::open();
    let id = queue(&db, None);
    let error = "ü".repeat(2_000);
    db.write_blocking(OUTBOX, move |tx| outbox::fail(tx, id, &error)).unwrap();
    let failed = db.read_blocking(|rx| outbox::failed(rx, 1)).unwrap();
    assert_eq!(failed[0].last_error.chars().count(), 1_000);
}

#[tokio::test]
async fn a_commit_with_rows_wakes_the_clockwork() {
    let (_dir, db) = super::open();
    let waiting = tokio::spawn({
        let db = db.clone();
        async move { db.outbox_filled().await }
    });
    db.write(OUTBOX, |tx| tx.outbox("mail", None, &json!({}))).await.unwrap();
    tokio::time::timeout(std::time::Duration::from_secs(5), waiting).await.unwrap().unwrap();
}
