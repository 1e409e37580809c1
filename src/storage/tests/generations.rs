use std::fs;
use std::path::Path;

use refinery::{Migration, Runner};

use super::{LOADED, keys, put};
use crate::clock::Clock;
use crate::storage::{Db, DbSettings, Opening, Schema, StorageError, Sync, Why};

const GROUND: &str = include_str!("../../../migrations/org/V001__ground.sql");
const NOTES: &str =
    "CREATE TABLE notes (id INTEGER PRIMARY KEY, setting TEXT NOT NULL REFERENCES settings (key)) STRICT;
                     INSERT INTO notes (setting) SELECT key FROM settings;";

/// As an older program knew it, as this one does, and one that breaks a rule.
static OLD: Schema = Schema { name: "steward", grows: &[], migrations: || runner(&[("V1__ground", GROUND)]) };
static NEW: Schema =
    Schema { name: "steward", grows: &[], migrations: || runner(&[("V1__ground", GROUND), ("V2__notes", NOTES)]) };
static BROKEN: Schema = Schema {
    name: "steward",
    grows: &[],
    migrations: || {
        runner(&[("V1__ground", GROUND), ("V2__notes", "CREATE TABLE a (x INTEGER) STRICT; SELECT nonsense;")])
    },
};
static DANGLING: Schema = Schema {
    name: "steward",
    grows: &[],
    migrations: || {
        let dangling = "CREATE TABLE notes (setting TEXT NOT NULL REFERENCES settings (key)) STRICT;
                        INSERT INTO notes VALUES ('nobody');";
        runner(&[("V1__ground", GROUND), ("V2__notes", dangling)])
    },
};

fn runner(migrations: &[(&str, &str)]) -> Runner {
    let all: Vec<_> = migrations.iter().map(|(name, sql)| Migration::unapplied(name, sql).unwrap()).collect();
    Runner::new(&all)
}

fn open(dir: &Path, schema: &'static Schema) -> Result<Db, StorageError> {
    let settings = DbSettings { sync: Sync::Off, ..DbSettings::default() };
    Db::open(dir, schema, Clock::manual("2026-07-08T09:10:11Z".parse().unwrap()), settings)
}

/// A database of `schema` that holds the setting `a`, closed.
fn populated(schema: &'static Schema) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let db = open(dir.path(), schema).unwrap();
    db.write_blocking(LOADED, |tx| put(tx, "a", 1)).unwrap();
    db.close();
    dir
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| !name.ends_with("-shm"));
    names.sort();
    names
}

#[test]
fn a_populated_older_database_is_brought_up_to_date_and_its_copy_kept_by_version() {
    let dir = populated(&OLD);
    let db = open(dir.path(), &NEW).unwrap();
    assert_eq!(db.generation(), 2);
    assert_eq!(db.read_blocking(|rx| rx.scalar::<String>("SELECT setting FROM notes", [])).unwrap(), "a");
    db.close();
    let before = format!("before-{}", env!("CARGO_PKG_VERSION"));
    assert_eq!(names(&dir.path().join(&before)), ["steward-000001.db", "steward-000001.db-wal"]);

    // The old program finds its way back.
    let error = open(dir.path(), &OLD).unwrap_err();
    let StorageError::Newer { needs, copy, .. } = &error else { panic!("{error}") };
    assert_eq!(needs, env!("CARGO_PKG_VERSION"));
    assert_eq!(copy.as_deref(), Some(dir.path().join(&before).as_path()));
    assert!(error.to_string().contains("the copy from before the upgrade is at"), "{error}");
    assert_eq!(keys(&open(&dir.path().join(&before), &OLD).unwrap()), ["a"]);
}

#[test]
fn a_migration_that_is_missing_in_the_middle_is_applied() {
    static HIGH: Schema =
        Schema { name: "steward", grows: &[], migrations: || runner(&[("V1__ground", GROUND), ("V30__notes", NOTES)]) };
    static FILLED: Schema = Schema {
        name: "steward",
        grows: &[],
        migrations: || {
            let late = "CREATE TABLE late (x INTEGER NOT NULL) STRICT;";
            runner(&[("V1__ground", GROUND), ("V6__late", late), ("V30__notes", NOTES)])
        },
    };
    let dir = populated(&HIGH);
    let db = open(dir.path(), &FILLED).unwrap();
    assert_eq!(db.read_blocking(|rx| rx.scalar::<i64>("SELECT count(*) FROM late", [])).unwrap(), 0);
    db.close();
    let error = open(dir.path(), &HIGH).unwrap_err();
    assert!(matches!(error, StorageError::Newer { .. }), "{error}");
}

#[test]
fn a_migration_in_other_words_is_refused() {
    static EDITED: Schema = Schema {
        name: "steward",
        grows: &[],
        migrations: || runner(&[("V1__ground", GROUND), ("V2__notes", "CREATE TABLE notes (id INTEGER) STRICT;")]),
    };
    let dir = populated(&NEW);
    let error = open(dir.path(), &EDITED).unwrap_err().to_string();
    assert!(error.contains("another V002__notes") && error.contains("another build of Steward"), "{error}");
}

#[test]
fn who_only_looks_changes_nothing() {
    let dir = populated(&OLD);
    let before = names(dir.path());
    let settings = DbSettings { opening: Opening::AsItIs, ..DbSettings::default() };
    let error = Db::open(dir.path(), &NEW, Clock::system(), settings.clone()).unwrap_err();
    assert!(matches!(error, StorageError::Older { .. }), "{error}");
    assert_eq!(names(dir.path()), before);
    Db::open(dir.path(), &OLD, Clock::system(), settings).unwrap();
}

#[test]
fn a_failed_migration_leaves_the_database_as_it_was() {
    for schema in [&BROKEN, &DANGLING] {
        let dir = populated(&OLD);
        let error = open(dir.path(), schema).unwrap_err();
        assert!(matches!(error, StorageError::Migration { .. } | StorageError::Damaged { .. }), "{error}");
        let db = open(dir.path(), &OLD).unwrap();
        assert_eq!((db.generation(), keys(&db)), (1, vec!["a".to_owned()]));
    }
}

#[test]
fn a_finished_generation_is_in_wal_mode_and_nothing_of_its_making_is_left() {
    let dir = populated(&OLD);
    let db = open(dir.path(), &OLD).unwrap();
    db.new_generation_blocking(Why::Asked).unwrap();
    assert_eq!(
        names(dir.path()),
        ["steward-000001.db", "steward-000001.db-wal", "steward-000002.db", "steward-000002.db-wal"]
    );
    let reasons = "SELECT group_concat(reason, ' ') FROM (SELECT reason FROM generations ORDER BY number)";
    assert_eq!(db.read_blocking(|rx| rx.scalar::<String>(reasons, [])).unwrap(), "new asked");
}

#[test]
fn the_log_is_bounded_by_new_generations() {
    let dir = tempfile::tempdir().unwrap();
    let settings = DbSettings { generation_wal_bytes: 200_000, sync: Sync::Off, ..DbSettings::default() };
    let db = Db::open(dir.path(), &OLD, Clock::system(), settings).unwrap();
    for n in 0..200 {
        db.write_blocking(LOADED, move |tx| put(tx, &format!("key{n:03}"), n)).unwrap();
    }
    assert!(db.generation() > 2, "{}", db.generation());
    assert_eq!(keys(&db).len(), 200);
    let log = dir.path().join(format!("steward-{:06}.db-wal", db.generation()));
    assert!(fs::metadata(log).unwrap().len() < 400_000);
}

/// An interrupted copy: the newest main file is cut short.
#[test]
fn a_cut_off_generation_is_passed_over_only_if_nothing_was_answered_out_of_it() {
    let dir = populated(&OLD);
    let db = open(dir.path(), &OLD).unwrap();
    db.new_generation_blocking(Why::Asked).unwrap();
    db.write_blocking(LOADED, |tx| put(tx, "b", 1)).unwrap();
    db.close();
    let top = dir.path().join("steward-000002.db");
    let size = fs::metadata(&top).unwrap().len();
    fs::File::options().write(true).open(&top).unwrap().set_len(size - 4096).unwrap();
    let error = open(dir.path(), &OLD).unwrap_err();
    assert!(matches!(error, StorageError::Damaged { .. }), "{error}");
    fs::remove_file(dir.path().join("steward-000002.db-wal")).unwrap();
    let db = open(dir.path(), &OLD).unwrap();
    assert_eq!((db.generation(), keys(&db)), (1, vec!["a".to_owned()]));
    // The next one takes neither the name nor the log of the broken one.
    assert_eq!(db.new_generation_blocking(Why::Asked).unwrap(), 3);
    assert_eq!(keys(&db), ["a"]);
}

#[test]
fn what_is_left_of_a_database_is_not_taken_for_a_new_folder() {
    let dir = populated(&OLD);
    fs::remove_file(dir.path().join("steward-000001.db")).unwrap();
    let error = open(dir.path(), &OLD).unwrap_err().to_string();
    assert!(error.contains("the copy is incomplete"), "{error}");
}

#[test]
fn a_log_without_its_main_file_is_never_adopted() {
    let dir = populated(&OLD);
    fs::copy(dir.path().join("steward-000001.db-wal"), dir.path().join("steward-000002.db-wal")).unwrap();
    let db = open(dir.path(), &OLD).unwrap();
    assert_eq!(db.generation(), 1);
    assert_eq!(db.new_generation_blocking(Why::Asked).unwrap(), 3);
}

#[test]
fn a_torn_end_of_the_log_is_dropped() {
    let dir = populated(&OLD);
    let log = dir.path().join("steward-000001.db-wal");
    let whole = fs::metadata(&log).unwrap().len();
    {
        let db = open(dir.path(), &OLD).unwrap();
        db.write_blocking(LOADED, |tx| put(tx, "b", 1)).unwrap();
        db.close();
    }
    assert!(fs::metadata(&log).unwrap().len() > whole + 100);
    fs::File::options().write(true).open(&log).unwrap().set_len(whole + 100).unwrap();
    assert_eq!(keys(&open(dir.path(), &OLD).unwrap()), ["a"]);
}

#[test]
fn what_a_killed_making_left_is_no_generation() {
    let dir = populated(&OLD);
    fs::write(dir.path().join("steward-000002.db.new"), "half").unwrap();
    fs::write(dir.path().join("steward-000002.db.new-wal"), "half").unwrap();
    let db = open(dir.path(), &OLD).unwrap();
    assert_eq!((db.generation(), keys(&db)), (1, vec!["a".to_owned()]));
    assert_eq!(db.new_generation_blocking(Why::Asked).unwrap(), 2);
    assert!(names(dir.path()).iter().all(|name| !name.contains(".new")), "{:?}", names(dir.path()));
}

#[test]
fn no_write_is_lost_and_every_read_is_served_while_generations_change() {
    let dir = tempfile::tempdir().unwrap();
    let db = open(dir.path(), &OLD).unwrap();
    std::thread::scope(|scope| {
        for writer in 0..3 {
            let db = &db;
            scope.spawn(move || {
                for n in 0..100 {
                    let key = format!("{writer}-{n:03}");
                    let same = key.clone();
                    db.write_blocking(LOADED, move |tx| put(tx, &key, n)).unwrap();
                    // What was answered is seen by whoever reads next, whichever generation that is.
                    let seen = "SELECT 1 FROM settings WHERE key = ?1";
                    assert!(db.read_blocking(|rx| rx.exists(seen, [&same])).unwrap());
                }
            });
        }
        scope.spawn(|| {
            for _ in 0..10 {
                db.new_generation_blocking(Why::Asked).unwrap();
            }
        });
    });
    assert_eq!((keys(&db).len(), db.generation()), (300, 11));
}
