//! What one commit of several closures does when one of them goes wrong.

use std::sync::mpsc;

use futures_util::FutureExt as _;

use super::{LOADED, SET, entry, keys, open, put};
use crate::error::{AppError, Result};
use crate::storage::{Db, DbSettings, ORG, Sync, Tx};

type Work = Box<dyn FnOnce(&mut Tx<'_>) -> Result<()> + Send>;

/// A closure that keeps the writer busy until it is let go.
struct Busy {
    go: mpsc::Sender<()>,
    thread: std::thread::JoinHandle<Result<()>>,
}

impl Busy {
    fn keep(db: &Db) -> Busy {
        let (go, wait) = mpsc::channel();
        let (started, has_started) = mpsc::channel();
        let db = db.clone();
        let thread = std::thread::spawn(move || {
            db.write_blocking(LOADED, move |_| {
                started.send(()).unwrap();
                wait.recv().unwrap();
                Ok(())
            })
        });
        has_started.recv().unwrap();
        Busy { go, thread }
    }

    fn let_go(self) {
        self.go.send(()).unwrap();
        self.thread.join().unwrap().unwrap();
    }
}

/// Runs `works` in one transaction: the writer is kept busy until all are queued.
fn together(db: &Db, works: Vec<Work>) -> Vec<Result<()>> {
    let before = db.commit_number();
    let busy = Busy::keep(db);
    let answers = queued(db, works, || busy.let_go());
    assert!(db.commit_number() <= before + 2, "they were to share a transaction");
    answers
}

/// Queues `works` in order, calls `then`, and waits for the answers.
fn queued(db: &Db, works: Vec<Work>, then: impl FnOnce()) -> Vec<Result<()>> {
    let writes: Vec<_> = works.into_iter().map(|work| Box::pin(db.write(LOADED, work))).collect();
    let mut all = std::pin::pin!(futures_util::future::join_all(writes));
    // A write is queued when it is first polled.
    assert!(all.as_mut().now_or_never().is_none());
    then();
    all.as_mut()
        .now_or_never()
        .unwrap_or_else(|| tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(all))
}

fn puts(key: &'static str) -> Work {
    Box::new(move |tx| put(tx, key, 1))
}

fn unavailable(answer: &Result<()>) -> bool {
    matches!(answer, Err(AppError::Unavailable(_)))
}

#[test]
fn many_closures_share_a_commit() {
    let (_dir, db) = open();
    let answers = together(&db, vec![puts("a"), puts("b"), puts("c")]);
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!((keys(&db).len(), db.commit_number()), (3, 1));
}

#[test]
fn an_error_and_a_panic_undo_their_own_work_only() {
    let (_dir, db) = open();
    let fails: Work = Box::new(|tx| {
        put(tx, "b", 1)?;
        Err(AppError::conflict("taken"))
    });
    let panics: Work = Box::new(|tx| {
        put(tx, "c", 1)?;
        // In the middle of a statement, which must be reset.
        tx.each("SELECT key FROM settings", [], |_| panic!("on purpose"))
    });
    let answers = together(&db, vec![puts("a"), fails, panics, puts("d")]);
    assert!(answers[0].is_ok() && answers[3].is_ok());
    assert!(matches!(answers[1], Err(AppError::Conflict(_))));
    assert!(matches!(answers[2], Err(AppError::Internal(_))));
    assert_eq!(keys(&db), ["a", "d"]);
}

#[test]
fn a_panicking_read_harms_nobody() {
    let (_dir, db) = open();
    for _ in 0..10 {
        let error = db.read_blocking(|rx| rx.each("SELECT key FROM settings UNION SELECT 'a'", [], |_| panic!("oh")));
        assert!(matches!(error, Err(AppError::Internal(_))));
    }
    db.write_blocking(LOADED, |tx| put(tx, "a", 1)).unwrap();
    assert_eq!(keys(&db), ["a"]);
}

/// Makes the database refuse to grow for as long as `work` runs.
fn on_a_full_disk(tx: &mut Tx<'_>, work: impl FnOnce(&mut Tx<'_>) -> Result<()>) -> Result<()> {
    let pages: i64 = tx.scalar("PRAGMA page_count", [])?;
    let _: i64 = tx.scalar(&format!("PRAGMA max_page_count = {pages}"), [])?;
    let done = work(tx);
    let _: i64 = tx.scalar("PRAGMA max_page_count = 1000000", [])?;
    done
}

#[test]
fn a_full_disk_that_ends_the_transaction_fails_what_ran_in_it_and_nothing_else() {
    let (_dir, db) = open();
    db.write_blocking(LOADED, |tx| put(tx, "before", 1)).unwrap();
    let fills: Work = Box::new(|tx| {
        on_a_full_disk(tx, |tx| {
            let sql = "INSERT INTO settings (key, value) VALUES ('b', printf('%9000s', ''))";
            tx.run(sql, []).map(drop)
        })
    });
    let answers = together(&db, vec![puts("a"), fills, puts("c"), puts("d")]);
    assert!(unavailable(&answers[0]), "it was rolled back with the transaction: {:?}", answers[0]);
    assert!(unavailable(&answers[1]), "{:?}", answers[1]);
    assert!(answers[2].is_ok() && answers[3].is_ok(), "what had not begun goes into the next transaction");
    assert_eq!(keys(&db), ["before", "c", "d"]);
}

#[test]
fn a_closure_that_hides_a_full_disk_does_not_get_away_with_it() {
    let (_dir, db) = open();
    let hides: Work = Box::new(|tx| {
        let sql = "INSERT INTO settings (key, value) VALUES ('b', printf('%9000s', ''))";
        // Swallowed on purpose; what comes next would otherwise be committed by itself.
        let _ = on_a_full_disk(tx, |tx| tx.run(sql, []).map(drop));
        Ok(())
    });
    let answers = together(&db, vec![puts("a"), hides, puts("c")]);
    assert!(unavailable(&answers[0]) && unavailable(&answers[1]));
    assert!(answers[2].is_ok());
    assert_eq!(keys(&db), ["c"]);
}

#[test]
fn a_full_disk_that_ends_a_statement_only_fails_its_closure() {
    let (_dir, db) = open();
    let fills: Work = Box::new(|tx| {
        on_a_full_disk(tx, |tx| {
            // Several rows: SQLite keeps a journal for the statement and undoes just that.
            let sql = "INSERT INTO settings (key, value)
                       WITH n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 90)
                       SELECT 'b' || i, printf('%9000s', '') FROM n";
            tx.run(sql, []).map(drop)
        })
    });
    let answers = together(&db, vec![puts("a"), fills, puts("c")]);
    assert!(answers[0].is_ok() && answers[2].is_ok(), "{answers:?}");
    assert!(unavailable(&answers[1]), "{:?}", answers[1]);
    assert_eq!(keys(&db), ["a", "c"]);
}

#[test]
fn a_full_queue_refuses_instead_of_growing() {
    let dir = tempfile::tempdir().unwrap();
    let settings = DbSettings { queue: 2, sync: Sync::Off, ..DbSettings::default() };
    let db = Db::open(dir.path(), &ORG, crate::clock::Clock::system(), settings).unwrap();
    let busy = Busy::keep(&db);
    let works = ["a", "b", "c", "d", "e"].map(puts).into_iter().collect();
    let answers = queued(&db, works, || busy.let_go());
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 2);
    assert_eq!(answers.iter().filter(|answer| unavailable(answer)).count(), 3);
}

#[test]
fn who_gives_up_before_the_turn_comes_has_changed_nothing() {
    let (_dir, db) = open();
    let busy = Busy::keep(&db);
    let impatient = Box::pin(db.write(LOADED, |tx| put(tx, "late", 1)));
    assert!(impatient.now_or_never().is_none(), "it was queued, and then dropped");
    busy.let_go();
    db.write_blocking(LOADED, |tx| put(tx, "after", 1)).unwrap();
    assert_eq!(keys(&db), ["after"]);
}

#[test]
fn a_refused_act_harms_no_neighbour_and_is_named() {
    let (_dir, db) = open();
    let error = db.write_blocking(SET, |tx| put(tx, "a", 1)).unwrap_err();
    assert!(error.to_string().contains("setting.changed changed rows but wrote no audit entry"), "{error}");
    db.write_blocking(SET, |tx| {
        put(tx, "b", 1)?;
        tx.audit(&entry())
    })
    .unwrap();
    assert_eq!(keys(&db), ["b"]);
}

#[test]
fn a_closed_database_says_so() {
    let (_dir, db) = open();
    db.write_blocking(LOADED, |tx| put(tx, "a", 1)).unwrap();
    db.close();
    assert!(unavailable(&db.write_blocking(LOADED, |tx| put(tx, "b", 1))));
    assert!(unavailable(&db.read_blocking(|rx| rx.exists("SELECT 1 FROM settings", []).map(drop))));
}

#[test]
fn readers_see_one_moment_each_while_writers_go_on() {
    let (_dir, db) = open();
    db.write_blocking(LOADED, |tx| put(tx, "left", 50).and_then(|()| put(tx, "right", 50))).unwrap();
    let stop = std::sync::atomic::AtomicBool::new(false);
    let value = "SELECT CAST(value AS INTEGER) FROM settings WHERE key = ?1";
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for n in 0..300_i64 {
                let (left, right) = (n % 101, 100 - n % 101);
                db.write_blocking(LOADED, move |tx| {
                    tx.run("UPDATE settings SET value = ?1 WHERE key = 'left'", [left.to_string()])?;
                    tx.run("UPDATE settings SET value = ?1 WHERE key = 'right'", [right.to_string()])
                })
                .unwrap();
            }
            stop.store(true, std::sync::atomic::Ordering::Release);
        });
        for _ in 0..3 {
            scope.spawn(|| {
                while !stop.load(std::sync::atomic::Ordering::Acquire) {
                    let (left, right) = db
                        .read_blocking(|rx| {
                            let left: i64 = rx.scalar(value, ["left"])?;
                            std::thread::yield_now();
                            Ok((left, rx.scalar::<i64>(value, ["right"])?))
                        })
                        .unwrap();
                    assert_eq!(left + right, 100, "a torn snapshot");
                }
            });
        }
    });
}

/// As when a full disk ends the transaction: what a deaf closure writes after that is refused, not committed alone.
#[test]
fn nothing_is_written_outside_the_transaction() {
    let (_dir, db) = open();
    let deaf = db.write_blocking(LOADED, |tx| {
        put(tx, "a", 1)?;
        tx.run("ROLLBACK", ())?;
        assert!(matches!(put(tx, "b", 1), Err(AppError::Unavailable(_))));
        Ok(())
    });
    assert!(matches!(deaf, Err(AppError::Unavailable(_))), "{deaf:?}");
    assert!(keys(&db).is_empty());
    db.write_blocking(LOADED, |tx| put(tx, "c", 1)).unwrap();
    assert_eq!(keys(&db), ["c"]);
}
