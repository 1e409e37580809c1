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
