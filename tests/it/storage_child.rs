//! A second program for the storage tests: this test binary, started again with the one test [`child`] selected and a
//! role in its environment. It can be killed, preloaded with a bad disk, and opened beside the test's own process.
//!
//! The work it does is a bank: money moves between accounts, each transfer with its audit entry, and whatever was
//! answered is noted in a file outside. So a test can tell whether a state is one that was committed, by its sums,
//! and whether it holds everything that was answered before some moment.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use refinery::{Migration, Runner};
use rusqlite::params;
use steward::clock::Clock;
use steward::error::Result;
use steward::storage::audit::{self, Chain, Entry};
use steward::storage::{Db, DbSettings, Housekeeping, Op, Rx, Schema, Tx, Why};

const ROLE: &str = "STEWARD_TEST_ROLE";
const PLACE: &str = "STEWARD_TEST_PLACE";

const ACCOUNTS: i64 = 10;
const EACH: i64 = 1_000;
pub const WORKERS: i64 = 4;
const MOVED: Op = Op::act("money.moved");

pub static BANK: Schema = Schema { name: "steward", grows: &[], migrations };

fn migrations() -> Runner {
    let ground = include_str!("../../migrations/org/V001__ground.sql");
    let bank = format!(
        "CREATE TABLE accounts (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL) STRICT;
         WITH n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < {ACCOUNTS})
         INSERT INTO accounts SELECT i, {EACH} FROM n;
         CREATE TABLE transfers (
           worker INTEGER NOT NULL, n INTEGER NOT NULL, source INTEGER NOT NULL REFERENCES accounts (id),
           target INTEGER NOT NULL REFERENCES accounts (id), amount INTEGER NOT NULL, note TEXT NOT NULL,
           PRIMARY KEY (worker, n)) STRICT;"
    );
    Runner::new(&[
        Migration::unapplied("V1__ground", ground).unwrap(),
        Migration::unapplied("V2__bank", &bank).unwrap(),
    ])
}

/// Where a child works: its database, what it has answered, what it is asked.
#[derive(Clone, Debug)]
pub struct Place(PathBuf);

impl Place {
    pub fn new(root: &Path) -> Place {
        fs::create_dir_all(root.join("data")).unwrap();
        Place(root.to_owned())
    }

    pub fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    pub fn flag(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Per worker, the number of the last transfer that was answered.
    pub fn answered(&self) -> Vec<i64> {
        (0..WORKERS)
            .map(|worker| {
                let text = fs::read_to_string(self.notes(worker)).unwrap_or_default();
                // A line that is still being written does not count.
                let whole = text.rfind('\n').map_or("", |end| &text[..end]);
                whole.lines().last().map_or(0, |line| line.parse().unwrap())
            })
            .collect()
    }

    fn notes(&self, worker: i64) -> PathBuf {
        self.0.join(format!("answered-{worker}"))
    }
}

/// A running child; killed when dropped.
#[derive(Debug)]
pub struct Child(std::process::Child);

impl Child {
    pub fn start(role: &str, place: &Place, env: &[(&str, &Path)]) -> Child {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "storage_child::child", "--nocapture", "--test-threads=1"])
            .env(ROLE, role)
            .env(PLACE, &place.0)
            .envs(env.iter().copied())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Child(child)
    }

    /// SIGKILL: no destructor, no flush, nothing.
    pub fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    pub fn is_running(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }

    /// Waits for its end; whether all went well.
    pub fn finish(mut self) -> bool {
        self.0.wait().unwrap().success()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits up to 20 s.
pub fn until(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !done() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Not a test by itself: what a child does.
#[test]
fn child() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let place = Place(PathBuf::from(std::env::var_os(PLACE).unwrap()));
    match role.as_str() {
        "bank" => bank(&place),
        "holder" => super::storage_lock::hold(&place),
        "owner" => super::storage_lock::write_as_owner(&place),
        "bad disk" => super::storage_disk::live_through(&place),
        "torn move" => super::storage_disk::move_on_badly(&place),
        other => panic!("no such role: {other}"),
    }
}

/// Small, so that generations change often.
pub fn settings() -> DbSettings {
    DbSettings { generation_wal_bytes: 1_000_000, ..DbSettings::default() }
}

/// Moves money until killed. Whenever the file `day` appears, a day and two hours pass; at `generation` it makes one.
fn bank(place: &Place) {
    let clock = Clock::manual(Clock::system().now());
    let db = Db::open(&place.data(), &BANK, clock.clone(), settings()).unwrap();
    for worker in 0..WORKERS {
        let (db, place) = (db.clone(), place.clone());
        std::thread::spawn(move || move_money(&db, &place, worker));
    }
    let (day, generation) = (place.flag("day"), place.flag("generation"));
    loop {
        std::thread::sleep(Duration::from_millis(1));
        if day.exists() {
            // By the writer, which is then not in the middle of a generation: those take no day.
            let clock = clock.clone();
            let day = jiff::SignedDuration::from_hours(26);
            db.write_blocking(Op::housekeeping(Housekeeping::Demo), move |_| Ok(clock.advance(day))).unwrap();
            fs::remove_file(place.flag("day")).unwrap();
        }
        if generation.exists() {
            db.new_generation_blocking(Why::Asked).unwrap();
            fs::remove_file(&generation).unwrap();
        }
    }
}

fn move_money(db: &Db, place: &Place, worker: i64) {
    let mut notes = OpenOptions::new().create(true).append(true).open(place.notes(worker)).unwrap();
    let last = "SELECT coalesce(max(n), 0) FROM transfers WHERE worker = ?1";
    let mut n: i64 = db.read_blocking(|rx| rx.scalar(last, [worker])).unwrap();
    loop {
        n += 1;
        db.write_blocking(MOVED, move |tx| transfer(tx, worker, n)).unwrap();
        notes.write_all(format!("{n}\n").as_bytes()).unwrap();
        // Old generations stay for a day: work without a pause would fill the disk.
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub fn transfer(tx: &mut Tx<'_>, worker: i64, n: i64) -> Result<()> {
    let (source, target, amount) = (1 + (worker + n) % ACCOUNTS, 1 + (worker + 3 * n + 1) % ACCOUNTS, n % 17);
    tx.run("UPDATE accounts SET balance = balance - ?2 WHERE id = ?1", [source, amount])?;
    tx.run("UPDATE accounts SET balance = balance + ?2 WHERE id = ?1", [target, amount])?;
    tx.run(
        "INSERT INTO transfers (worker, n, source, target, amount, note) VALUES (?1, ?2, ?3, ?4, ?5, printf('%300s', ''))",
        params![worker, n, source, target, amount],
    )?;
    tx.audit(&Entry { action: MOVED.name(), subject: Some(("transfer", n)), ..Entry::default() })?;
    Ok(())
}

/// Opens the database in `data` and checks that it is a committed state which holds what was answered. Answers how many
/// transfers it holds.
pub fn audit_the_bank(data: &Path, answered: &[i64]) -> i64 {
    let db = Db::open(data, &BANK, Clock::system(), settings()).unwrap();
    let transfers = db.read_blocking(|rx| add_up(rx, answered)).unwrap();
    // It is not only a state to look at: work goes on from it.
    let next = "SELECT count(*) + 1 FROM transfers WHERE worker = ?1";
    db.write_blocking(MOVED, move |tx| {
        let n = tx.scalar(next, [WORKERS])?;
        transfer(tx, WORKERS, n)
    })
    .unwrap();
    db.close();
    transfers
}

fn add_up(rx: &Rx<'_>, answered: &[i64]) -> Result<i64> {
    let verdict: String = rx.scalar("PRAGMA integrity_check", [])?;
    assert_eq!(verdict, "ok");
    let money: i64 = rx.scalar("SELECT sum(balance) FROM accounts", [])?;
    assert_eq!(money, ACCOUNTS * EACH, "money was made or lost");
    let wrong: i64 = rx.scalar(
        "SELECT count(*) FROM accounts WHERE balance <> ?1
           + (SELECT coalesce(sum(amount), 0) FROM transfers WHERE target = accounts.id)
           - (SELECT coalesce(sum(amount), 0) FROM transfers WHERE source = accounts.id)",
        [EACH],
    )?;
    assert_eq!(wrong, 0, "accounts whose balance is not the sum of their transfers");
    for (worker, last) in answered.iter().enumerate() {
        let there: i64 = rx.scalar(
            "SELECT count(*) FROM transfers WHERE worker = ?1 AND n <= ?2",
            params![i64::try_from(worker).unwrap(), last],
        )?;
        assert_eq!(there, *last, "transfers of worker {worker} that were answered and are not there");
    }
    let transfers: i64 = rx.scalar("SELECT count(*) FROM transfers", [])?;
    let log = audit::verify(rx, Chain::Acts, None)?;
    assert_eq!((log.intact, log.fault), (transfers, None), "the audit log does not fit the transfers");
    Ok(transfers)
}

/// Compiles `tests/fixtures/disk.c` into `folder`.
pub fn bad_disk(folder: &Path) -> PathBuf {
    let library = folder.join("disk.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/disk.c");
    let compiled =
        Command::new("cc").args(["-shared", "-fPIC", "-O2", "-o"]).arg(&library).arg(source).arg("-ldl").status();
    assert!(compiled.is_ok_and(|status| status.success()), "a C compiler is needed: install the package gcc");
    library
}

/// An empty file, which is a sign to somebody.
pub fn raise(flag: &Path) {
    File::create(flag).unwrap();
}

/// Raises a sign and waits until it has been acted on.
pub fn ask(flag: &Path) {
    raise(flag);
    until("it is done", || !flag.exists());
}
