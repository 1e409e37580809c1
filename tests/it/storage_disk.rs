//! A disk that is full or broken, as the operating system tells it: `tests/fixtures/disk.c`, preloaded into a child.

use std::fs;
use std::path::Path;

use steward::clock::Clock;
use steward::error::AppError;
use steward::storage::{Db, Op, Why};

use super::storage_child::{BANK, Child, Place, WORKERS, audit_the_bank, bad_disk, raise, settings, transfer};

const MOVED: Op = Op::act("money.moved");

#[test]
fn a_full_and_a_broken_disk_are_told_honestly_and_survived() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::new(dir.path());
    let library = bad_disk(dir.path());
    let env: [(&str, &Path); 3] = [
        ("LD_PRELOAD", &library),
        ("DISK_FULL_WHILE", &place.flag("full")),
        ("DISK_BROKEN_WHILE", &place.flag("broken")),
    ];
    assert!(Child::start("bad disk", &place, &env).finish(), "what it said stands above");
    assert_eq!(audit_the_bank(&place.data(), &[4, 4, 4, 4]), 4 * WORKERS);
}

#[test]
fn a_new_generation_that_cannot_be_used_never_hides_what_was_answered() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::new(dir.path());
    let library = bad_disk(dir.path());
    let env: [(&str, &Path); 3] = [
        ("LD_PRELOAD", &library),
        ("DISK_CLOSED_WHILE", &place.flag("closed")),
        ("DISK_FORGETS_WHILE", &place.flag("forgets")),
    ];
    assert!(Child::start("torn move", &place, &env).finish(), "what it said stands above");
    assert_eq!(audit_the_bank(&place.data(), &[3, 3, 3, 3]), 3 * WORKERS + 1);
}

/// The child: the move to the next generation fails after it has its name, in two ways.
pub fn move_on_badly(place: &Place) {
    let db = Db::open(&place.data(), &BANK, Clock::system(), settings()).unwrap();
    all_succeed(&db, 1);

    // It cannot be opened: it is taken back, and the old one goes on.
    during(place, "closed", || {
        db.new_generation_blocking(Why::Asked).unwrap_err();
    });
    assert_eq!(db.generation(), 1);
    assert!(!place.data().join("steward-000002.db").exists(), "the next start would open it");
    all_succeed(&db, 2);

    // It cannot be made sure whether it is there after a power loss: nothing more is written, until the next start
    // has decided.
    during(place, "forgets", || {
        db.new_generation_blocking(Why::Asked).unwrap_err();
    });
    all_fail(&db, 3);
    db.new_generation_blocking(Why::Asked).unwrap_err();
    let error = transfers(&db, 3).remove(0).unwrap_err().to_string();
    assert!(error.contains("until Steward is started again"), "{error}");
    db.close();
    assert_eq!(audit_the_bank(&place.data(), &[2, 2, 2, 2]), 2 * WORKERS);

    let db = Db::open(&place.data(), &BANK, Clock::system(), settings()).unwrap();
    all_succeed(&db, 3);
    db.close();
}

/// The child: four rounds of transfers, between which the disk fails in three ways.
pub fn live_through(place: &Place) {
    let db = Db::open(&place.data(), &BANK, Clock::system(), settings()).unwrap();
    all_succeed(&db, 1);

    during(place, "full", || all_fail(&db, 2));
    all_succeed(&db, 2);

    during(place, "broken", || all_fail(&db, 3));
    all_succeed(&db, 3);

    during(place, "full", || {
        db.new_generation_blocking(Why::Asked).unwrap_err();
        assert_eq!(db.generation(), 1, "the one in use stays in use");
        assert!(!place.data().join("steward-000002.db.new").exists(), "as large as the database, on a full disk");
    });
    all_succeed(&db, 4);
    assert_eq!(db.new_generation_blocking(Why::Asked).unwrap(), 2);
    db.close();
}

fn during(place: &Place, flag: &str, work: impl FnOnce()) {
    let flag = place.flag(flag);
    raise(&flag);
    work();
    fs::remove_file(flag).unwrap();
}

/// Transfer `n` of every worker, all at once.
fn transfers(db: &Db, n: i64) -> Vec<Result<(), AppError>> {
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..WORKERS)
            .map(|worker| scope.spawn(move || db.write_blocking(MOVED, move |tx| transfer(tx, worker, n))))
            .collect();
        all.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

fn all_succeed(db: &Db, n: i64) {
    for answer in transfers(db, n) {
        answer.unwrap();
    }
}

fn all_fail(db: &Db, n: i64) {
    let before = db.commit_number();
    for answer in transfers(db, n) {
        assert!(matches!(answer, Err(AppError::Unavailable(_))), "{answer:?}");
    }
    assert_eq!(db.commit_number(), before);
    let seen = "SELECT 1 FROM transfers WHERE n = ?1";
    assert!(!db.read_blocking(|rx| rx.exists(seen, [n])).unwrap(), "what failed is not to be seen");
}
