//! One database: a writer thread with group commit and a few readers.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::{Semaphore, oneshot};

use crate::clock::Clock;
use crate::error::{AppError, Result};

use super::{Op, Rx, StorageError, Tx};

/// Which database: the stem of its file, and its migrations.
#[derive(Debug)]
pub struct Schema {
    pub name: &'static str,
    pub migrations: fn() -> refinery::Runner,
}

#[derive(Clone, Debug)]
pub struct DbSettings {
    pub readers: usize,
    pub cache_kib: u32,
    pub generation_wal_bytes: u64,
}

impl Default for DbSettings {
    fn default() -> Self {
        DbSettings { readers: 2, cache_kib: 2048, generation_wal_bytes: 64 << 20 }
    }
}

/// One organization's database, or the appliance's. Clones share it.
#[derive(Clone, Debug)]
pub struct Db(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    clock: Clock,
    writer: Mutex<Option<SyncSender<Task>>>,
    thread: Mutex<Option<std::thread::JoinHandle<()>>>,
    readers: Mutex<Vec<Connection>>,
    free: Semaphore,
    commits: Arc<AtomicU64>,
}

type Finish = Box<dyn FnOnce(Result<(), String>) + Send>;
type Task = (Op, Box<dyn FnOnce(&mut Tx<'_>) -> (bool, Finish) + Send>);

impl Db {
    pub fn open(dir: &Path, schema: &'static Schema, clock: Clock, settings: DbSettings) -> Result<Db, StorageError> {
        std::fs::create_dir_all(dir).map_err(|e| StorageError(format!("cannot make {}: {e}", dir.display())))?;
        let path = dir.join(format!("{}-000001.db", schema.name));
        let mut conn = connect(&path, &settings, false)?;
        (schema.migrations)()
            .set_grouped(true)
            .run(&mut conn)
            .map_err(|e| StorageError(format!("{}: {e}", path.display())))?;
        let commits = Arc::new(AtomicU64::new(0));
        let (send, receive) = sync_channel(1024);
        let (c, n) = (clock.clone(), Arc::clone(&commits));
        let thread = std::thread::Builder::new()
            .name(format!("{}-writer", schema.name))
            .spawn(move || writer(&conn, &c, &n, &receive))
            .map_err(|e| StorageError(e.to_string()))?;
        let readers = (0..settings.readers).map(|_| connect(&path, &settings, true)).collect::<Result<Vec<_>, _>>()?;
        let free = Semaphore::new(readers.len());
        Ok(Db(Arc::new(Inner {
            clock,
            writer: Mutex::new(Some(send)),
            thread: Mutex::new(Some(thread)),
            readers: Mutex::new(readers),
            free,
            commits,
        })))
    }

    fn queue<T, F>(&self, op: Op, f: F) -> Result<oneshot::Receiver<Result<T>>>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let (send, receive) = oneshot::channel();
        let run = Box::new(move |tx: &mut Tx<'_>| {
            let result = f(tx);
            let ok = result.is_ok();
            let finish: Finish = Box::new(move |committed| {
                let answer = match committed {
                    Err(why) if result.is_ok() => Err(AppError::internal(why)),
                    _ => result,
                };
                let _ = send.send(answer);
            });
            (ok, finish)
        });
        let guard = self.0.writer.lock();
        let queue = guard.as_ref().ok_or_else(|| AppError::unavailable("Steward is shutting down."))?;
        queue.try_send((op, run)).map_err(|error| match error {
            TrySendError::Full(_) => AppError::unavailable("Too much is being written at once; try again."),
            TrySendError::Disconnected(_) => AppError::unavailable("Steward is shutting down."),
        })?;
        Ok(receive)
    }

    pub async fn write<T, F>(&self, op: Op, f: F) -> Result<T>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.queue(op, f)?.await.unwrap_or_else(|_| Err(AppError::internal("the write broke off")))
    }

    pub fn write_blocking<T, F>(&self, op: Op, f: F) -> Result<T>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.queue(op, f)?.blocking_recv().unwrap_or_else(|_| Err(AppError::internal("the write broke off")))
    }

    pub async fn read<T, F>(&self, f: F) -> Result<T>
    where
        F: FnOnce(&Rx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let db = self.clone();
        let _permit = self.0.free.acquire().await.map_err(|_| AppError::unavailable("Steward is shutting down."))?;
        tokio::task::spawn_blocking(move || db.read_blocking(f)).await.map_err(AppError::internal)?
    }

    pub fn read_blocking<T, F>(&self, f: F) -> Result<T>
    where
        F: FnOnce(&Rx<'_>) -> Result<T>,
    {
        let conn = loop {
            if let Some(conn) = self.0.readers.lock().pop() {
                break conn;
            }
            std::thread::yield_now();
        };
        conn.execute_batch("BEGIN")?;
        let result = f(&Rx { conn: &conn, now: self.0.clock.now() });
        conn.execute_batch("COMMIT")?;
        self.0.readers.lock().push(conn);
        result
    }

    pub fn commit_number(&self) -> u64 {
        self.0.commits.load(Ordering::Acquire)
    }

    pub fn close(&self) {
        drop(self.0.writer.lock().take());
        if let Some(thread) = self.0.thread.lock().take() {
            let _ = thread.join();
        }
    }
}

fn connect(path: &PathBuf, settings: &DbSettings, reader: bool) -> Result<Connection, StorageError> {
    let fail = |e: rusqlite::Error| StorageError(format!("{}: {e}", path.display()));
    let conn = Connection::open(path).map_err(fail)?;
    conn.execute_batch(&format!(
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
         PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -{}; PRAGMA wal_autocheckpoint = 0; \
         PRAGMA query_only = {};",
        settings.cache_kib,
        i32::from(reader)
    ))
    .map_err(fail)?;
    conn.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(fail)?;
    conn.set_prepared_statement_cache_capacity(512);
    Ok(conn)
}

fn writer(conn: &Connection, clock: &Clock, commits: &AtomicU64, queue: &Receiver<Task>) {
    while let Ok(first) = queue.recv() {
        let batch: Vec<Task> = std::iter::once(first).chain(queue.try_iter().take(255)).collect();
        if let Err(error) = conn.execute_batch("BEGIN IMMEDIATE") {
            tracing::error!(%error, "cannot begin");
            continue;
        }
        let mut finishes = Vec::with_capacity(batch.len());
        let before = conn.total_changes();
        for (op, run) in batch {
            let _ = conn.execute_batch("SAVEPOINT act");
            let untouched = conn.total_changes();
            let mut tx = Tx { rx: Rx { conn, now: clock.now() }, audited: 0, outbox: 0 };
            let (ok, finish) = run(&mut tx);
            // An act that found nothing to change has nothing to answer for.
            let refused = ok && op.audited && tx.audited == 0 && conn.total_changes() != untouched;
            if ok && !refused {
                let _ = conn.execute_batch("RELEASE act");
            } else {
                let _ = conn.execute_batch("ROLLBACK TO act; RELEASE act");
            }
            let said = if refused { Err(format!("{} wrote no audit entry", op.name)) } else { Ok(()) };
            finishes.push((finish, said));
        }
        let done = conn.execute_batch("COMMIT").map_err(|e| e.to_string());
        if done.is_err() {
            let _ = conn.execute_batch("ROLLBACK");
        }
        if conn.total_changes() != before {
            commits.fetch_add(1, Ordering::AcqRel);
        }
        for (finish, said) in finishes {
            finish(said.and(done.clone()));
        }
    }
}
