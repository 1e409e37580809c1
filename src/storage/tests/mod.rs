use std::time::Duration;

use rusqlite::params;
use tempfile::TempDir;

use super::audit::Entry;
use super::*;
use crate::clock::Clock;
use crate::error::AppError;

fn open() -> (TempDir, Db) {
    let dir = tempfile::tempdir().unwrap();
    let db = open_in(&dir);
    (dir, db)
}

/// By a clock that starts with the machine's, as the times of files do.
fn open_in(dir: &TempDir) -> Db {
    let settings = DbSettings { sync: Sync::Off, ..DbSettings::default() };
    Db::open(dir.path(), &ORG, Clock::manual(Clock::system().now()), settings).unwrap()
}

const SET: Op = Op::act("setting.changed");
const LOADED: Op = Op::housekeeping(Housekeeping::Demo);

fn put(tx: &mut Tx<'_>, key: &str, value: i64) -> crate::error::Result<()> {
    tx.run("INSERT INTO settings (key, value) VALUES (?1, ?2)", params![key, value.to_string()])?;
    Ok(())
}

fn entry() -> Entry {
    Entry { action: "setting.changed", ..Entry::default() }
}

fn keys(db: &Db) -> Vec<String> {
    db.read_blocking(|rx| rx.all("SELECT key FROM settings ORDER BY key", [], |row| row.get(0))).unwrap()
}

#[test]
fn what_is_written_is_read_and_survives_reopening() {
    let (dir, db) = open();
    assert_eq!(db.commit_number(), 0);
    db.write_blocking(SET, |tx| {
        put(tx, "a", 1)?;
        tx.audit(&entry())
    })
    .unwrap();
    assert_eq!(keys(&db), ["a"]);
    assert_eq!(db.commit_number(), 1);
    drop(db);
    let db = open_in(&dir);
    assert_eq!(keys(&db), ["a"]);
    assert_eq!(db.commit_number(), 1);
    assert_eq!(db.read_blocking(|rx| rx.commit_number()).unwrap(), 1);
}

#[test]
fn an_act_without_an_audit_entry_is_rolled_back() {
    let (_dir, db) = open();
    let error = db.write_blocking(SET, |tx| put(tx, "a", 1)).unwrap_err();
    assert!(matches!(&error, AppError::Internal(e) if e.to_string().contains("setting.changed")), "{error}");
    assert!(keys(&db).is_empty());
    db.write_blocking(LOADED, |tx| put(tx, "a", 1)).unwrap();
    db.write_blocking(SET, |tx| tx.exists("SELECT 1 FROM settings", []))
        .expect("an act that changes nothing owes nothing");
    assert_eq!(keys(&db), ["a"]);
}

#[test]
fn a_panic_harms_no_neighbour() {
    let (_dir, db) = open();
    let error = db
        .write_blocking(LOADED, |tx| -> crate::error::Result<()> {
            put(tx, "a", 1)?;
            panic!("on purpose")
        })
        .unwrap_err();
    assert!(error.to_string().contains("on purpose"), "{error}");
    db.write_blocking(LOADED, |tx| put(tx, "b", 1)).unwrap();
    assert_eq!(keys(&db), ["b"]);
}

#[test]
fn a_new_generation_holds_everything_and_leaves_the_old_pair_alone() {
    let (dir, db) = open();
    db.write_blocking(LOADED, |tx| put(tx, "a", 1)).unwrap();
    let old = dir.path().join("steward-000001.db");
    let size = |suffix: &str| std::fs::metadata(format!("{}{suffix}", old.display())).unwrap().len();
    let before = (size(""), size("-wal"));
    assert_eq!(db.new_generation_blocking(Why::Asked).unwrap(), 2);
    db.write_blocking(LOADED, |tx| put(tx, "b", 1)).unwrap();
    assert_eq!(keys(&db), ["a", "b"]);
    db.close();
    assert_eq!((size(""), size("-wal")), before);
    drop(db);
    assert_eq!(keys(&open_in(&dir)), ["a", "b"]);
}

#[test]
fn old_generations_go_after_a_day_but_one_stays() {
    let (dir, db) = open();
    let there = || (1..=6).filter(|n| dir.path().join(format!("steward-{n:06}.db")).exists()).collect::<Vec<_>>();
    db.new_generation_blocking(Why::Asked).unwrap();
    db.new_generation_blocking(Why::Asked).unwrap();
    assert_eq!(there(), [1, 2, 3]);
    db.clock().advance(jiff::SignedDuration::from_hours(26));
    db.new_generation_blocking(Why::Asked).unwrap();
    assert_eq!(there(), [3, 4]);
}

#[test]
fn a_clock_that_jumps_ages_nothing() {
    let (dir, db) = open();
    let there = |n: u32| dir.path().join(format!("steward-{n:06}.db")).exists();
    db.new_generation_blocking(Why::Asked).unwrap();
    db.new_generation_blocking(Why::Asked).unwrap();
    db.clock().set(db.clock().now() + jiff::SignedDuration::from_hours(24 * 400));
    db.new_generation_blocking(Why::Asked).unwrap();
    assert!(there(1) && there(2) && there(3), "nobody has seen a day pass");
    // Nor does a start with a clock that is wrong already.
    let ahead = Clock::manual(db.clock().now());
    drop(db);
    let settings = DbSettings { sync: Sync::Off, ..DbSettings::default() };
    let db = Db::open(dir.path(), &ORG, ahead, settings).unwrap();
    assert!(there(1) && there(2) && there(3));
    db.clock().advance(jiff::SignedDuration::from_hours(26));
    db.new_generation_blocking(Why::Asked).unwrap();
    // What was made while the clock was wrong says that it is of the future, and stays until then.
    assert!(!there(1) && there(3));
}

#[test]
fn a_log_that_a_removal_has_left_goes_with_the_next_round() {
    let (dir, db) = open();
    db.new_generation_blocking(Why::Asked).unwrap();
    let orphan = dir.path().join("steward-000000.db-wal");
    std::fs::write(&orphan, "left").unwrap();
    db.new_generation_blocking(Why::Asked).unwrap();
    assert!(!orphan.exists() && dir.path().join("steward-000001.db").exists());
}

#[test]
fn a_database_is_made_only_where_that_is_asked() {
    let dir = tempfile::tempdir().unwrap();
    let existing = DbSettings { opening: Opening::Existing, ..DbSettings::default() };
    for folder in [dir.path().to_owned(), dir.path().join("nowhere")] {
        let error = Db::open(&folder, &ORG, Clock::system(), existing.clone()).unwrap_err();
        assert!(matches!(error, StorageError::Missing { .. }), "{error}");
        assert!(!folder.join("steward-000001.db").exists());
    }
    open_in(&dir).close();
    Db::open(dir.path(), &ORG, Clock::system(), existing).unwrap();
}

#[test]
fn a_night_without_writes_makes_nothing_but_room() {
    let (dir, db) = open();
    db.new_generation_blocking(Why::Asked).unwrap();
    db.new_generation_blocking(Why::Asked).unwrap();
    db.clock().advance(jiff::SignedDuration::from_hours(26));
    assert_eq!(db.new_generation_blocking(Why::Night).unwrap(), 3);
    assert!(!dir.path().join("steward-000001.db").exists() && dir.path().join("steward-000002.db").exists());
    db.write_blocking(LOADED, |tx| put(tx, "a", 1)).unwrap();
    assert_eq!(db.new_generation_blocking(Why::Night).unwrap(), 4);
}

#[test]
fn a_second_database_object_on_one_folder_is_refused() {
    let (dir, db) = open();
    let again = Db::open(dir.path(), &ORG, Clock::system(), DbSettings::default());
    assert!(matches!(again, Err(StorageError::AlreadyOpen { .. })));
    drop(db);
    std::thread::sleep(Duration::from_millis(1));
    open_in(&dir);
}

#[test]
fn a_unique_violation_can_be_told_apart() {
    let (_dir, db) = open();
    db.write_blocking(LOADED, |tx| put(tx, "a", 1)).unwrap();
    let error = db.write_blocking(LOADED, |tx| put(tx, "a", 2)).unwrap_err();
    assert!(is_unique_violation(&error), "{error}");
}

#[test]
fn the_engine_tables_are_the_same_in_both_schemas() {
    let shape = |schema: &'static Schema| {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(dir.path(), schema, Clock::system(), DbSettings::default()).unwrap();
        db.read_blocking(|rx| {
            rx.all(
                "SELECT name || ': ' || sql FROM sqlite_schema
                 WHERE tbl_name IN ('audit_log', 'generations', 'commits') AND sql IS NOT NULL ORDER BY name",
                [],
                |row| row.get::<_, String>(0),
            )
        })
        .unwrap()
    };
    assert_eq!(shape(&ORG), shape(&INSTANCE));
}

mod audit;
mod dir;
mod generations;
mod marks;
mod outbox;
mod plans;
mod writer;
