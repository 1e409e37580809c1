//! Group commit on a slow disk: `cargo bench --bench group_commit`.
//!
//! A NAS disk takes some milliseconds to say that something is on the platter. This program compiles
//! `tests/fixtures/disk.c` (a shared library that makes each `fsync` and `fdatasync` take 5 ms longer), starts itself
//! again with it preloaded, and counts how many writes a second are answered at `synchronous=FULL`: by one writer that
//! waits for each answer, and by 64 such writers at once. Each write is an act with its audit entry and an outbox row.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use steward::clock::Clock;
use steward::storage::audit::Entry;
use steward::storage::{Db, DbSettings, ORG, Op};

const ROUND: Duration = Duration::from_secs(5);
const SYNC_MS: &str = "5";
const MEASURED: Op = Op::act("bench.measured");

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, folder] = arguments.as_slice()
        && flag == "--child"
    {
        return measure(Path::new(folder));
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let library = folder.path().join("disk.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/disk.c");
    let compiled =
        Command::new("cc").args(["-shared", "-fPIC", "-O2", "-o"]).arg(&library).arg(source).arg("-ldl").status();
    assert!(compiled.is_ok_and(|status| status.success()), "a C compiler is needed: install the package gcc");
    for (name, delay) in [("the disk as it is", None), ("5 ms a sync", Some(SYNC_MS))] {
        println!("{name}:");
        let data = folder.path().join(name.replace(' ', "-"));
        std::fs::create_dir(&data).expect("a folder");
        let mut child = Command::new(std::env::current_exe().expect("this program"));
        child.arg("--child").arg(&data);
        if let Some(ms) = delay {
            child.env("LD_PRELOAD", &library).env("DISK_SYNC_MS", ms);
        }
        assert!(child.status().is_ok_and(|status| status.success()), "the child ends well");
    }
}

fn measure(folder: &Path) {
    let db = Db::open(folder, &ORG, Clock::system(), DbSettings::default()).expect("an empty folder opens");
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let rates = [1, 64].map(|writers| {
        let rate = runtime.block_on(commits(&db, writers));
        println!("  {writers:>2} writers {rate:>9.0} commits/s answered");
        rate
    });
    println!("  64 against 1 {:>7.1} times", rates[1] / rates[0]);
    db.close();
}

/// Writes a second that were answered as committed, with so many writers that each wait for their answer.
async fn commits(db: &Db, writers: u32) -> f64 {
    let answered = Arc::new(AtomicU64::new(0));
    let start = Instant::now();
    let tasks: Vec<_> = (0..writers)
        .map(|_| {
            let (db, answered) = (db.clone(), Arc::clone(&answered));
            tokio::spawn(async move {
                while start.elapsed() < ROUND {
                    let written = db.write(MEASURED, |tx| {
                        tx.outbox("bench", None, &serde_json::json!({ "title": "Measured" }))?;
                        tx.audit(&Entry { action: MEASURED.name(), subject: Some(("bench", 1)), ..Entry::default() })
                    });
                    written.await.expect("it is committed");
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("the writer ends");
    }
    answered.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64()
}
