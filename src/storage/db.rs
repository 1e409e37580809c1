//! [`Db`]: the handle that everything else holds.
//!
//! Writes go to the writer's queue; reads run on the runtime's blocking threads, each with a connection of its own
//! from a small pool. The pool's connections belong to one generation and are dropped when a newer one takes over.

use std::collections::HashSet;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use parking_lot::{Condvar, Mutex};
use rusqlite::Connection;
use tokio::sync::{Notify, Semaphore, oneshot, watch};

use super::connection::{self, Role};
use super::dir::make_folder;
use super::error::StorageError;
use super::generations::{self, Generation, Why};
use super::retention::Age;
use super::writer::{self, Message, Queue, WriteJob};
use super::{Op, Rx, Schema, Tx};
use crate::clock::Clock;
use crate::error::{AppError, Result};

/// How a database is opened.
#[derive(Clone, Debug)]
pub struct DbSettings {
    /// Most connections that read at once, 1 or more.
    pub readers: usize,
    /// Page cache of each connection, in KiB; filled only as far as it is used.
    pub cache_kib: u32,
    /// Most writes that may wait for their turn; beyond it they are refused with `Unavailable`.
    pub queue: usize,
    /// Most closures of one commit.
    pub batch: usize,
    /// Size of the write-ahead log, in bytes, at which the next generation is made. A database that is itself larger
    /// waits until the log has reached its own size, so that copying stays a constant part of writing.
    pub generation_wal_bytes: u64,
    pub sync: Sync,
    pub opening: Opening,
}

/// What opening a database may do beyond opening it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// Make it where there is none, and bring an older one up to date.
    Make,
    /// Refuse a folder without one; bring an older one up to date.
    Existing,
    /// Refuse both.
    AsItIs,
}

impl Default for DbSettings {
    fn default() -> Self {
        DbSettings {
            readers: 2,
            cache_kib: 2_048,
            queue: 1_024,
            batch: 256,
            generation_wal_bytes: 64 << 20,
            sync: Sync::Full,
            opening: Opening::Make,
        }
    }
}

/// What an answered write has survived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sync {
    /// A power loss.
    Full,
    /// A crash of the program only. For tests and measurements that would otherwise measure the disk.
    Off,
}

/// One open database, an organization's or the appliance's. Clones are the same database.
#[derive(Clone)]
pub struct Db(Arc<Handle>);

struct Handle {
    shared: Arc<Shared>,
    queue: Mutex<Option<Queue>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// What the handle and the writer thread share.
pub(super) struct Shared {
    pub(super) dir: PathBuf,
    pub(super) schema: &'static Schema,
    pub(super) clock: Clock,
    pub(super) settings: DbSettings,
    pub(super) age: Age,
    pool: Mutex<Pool>,
    /// A read has ended.
    returned: Condvar,
    permits: Arc<Semaphore>,
    pub(super) commits: watch::Sender<u64>,
    pub(super) outbox: Notify,
    claim: Mutex<Option<Claim>>,
}

/// The current generation, and connections to it.
struct Pool {
    generation: Generation,
    idle: Vec<Connection>,
    /// How many reads are running.
    lent: usize,
}

/// A connection on loan to one read. Dropped, it is closed.
struct Lent<'a> {
    // Closed before `ticket` says so: fields drop in this order.
    conn: Connection,
    generation: u32,
    ticket: Ticket<'a>,
}

impl Lent<'_> {
    /// Keeps the connection for the next read, unless it belongs to an older generation or is in no state to be used.
    fn give_back(self) {
        // The other way round from the struct: what is not kept must be closed before the ticket is handed in.
        let Lent { ticket, generation, conn } = self;
        let shared = ticket.0;
        if !conn.is_autocommit() {
            return;
        }
        let mut pool = shared.pool.lock();
        if pool.generation.number == generation && pool.idle.len() < shared.settings.readers {
            pool.idle.push(conn);
        }
        drop(pool);
    }
}

/// Counts one running read.
struct Ticket<'a>(&'a Shared);

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        self.0.pool.lock().lent -= 1;
        self.0.returned.notify_all();
    }
}

impl Db {
    /// Opens the newest whole generation in `dir`. With [`Opening::Make`], the first one is made where there is none,
    /// and `dir` (0700) where it does not exist.
    ///
    /// # Errors
    /// What stands in the way; the database is as it was then.
    pub fn open(dir: &Path, schema: &'static Schema, clock: Clock, settings: DbSettings) -> Result<Db, StorageError> {
        connection::assert_version()?;
        if settings.opening == Opening::Make {
            make_folder(dir)?;
        } else if !dir.is_dir() {
            return Err(StorageError::Missing { dir: dir.to_owned() });
        }
        let claim = Claim::take(dir, schema)?;
        let age = Age::begin(dir, schema, &clock)?;
        let generation = generations::newest(dir, schema, &clock, &settings, &age)?;
        let conn = connection::open(&generation.path, Role::Writer, &settings)?;
        let commits = commit_number(&Rx::new(&conn, schema, clock.now()))
            .map_err(|error| StorageError::Damaged { path: generation.path.clone(), why: error.to_string() })?;
        let shared = Arc::new(Shared {
            dir: dir.to_owned(),
            schema,
            clock,
            age,
            permits: Arc::new(Semaphore::new(settings.readers.max(1))),
            settings,
            pool: Mutex::new(Pool { generation, idle: Vec::new(), lent: 0 }),
            returned: Condvar::new(),
            commits: watch::Sender::new(commits),
            outbox: Notify::new(),
            claim: Mutex::new(Some(claim)),
        });
        let (queue, thread) = writer::spawn(Arc::clone(&shared), conn)?;
        Ok(Db(Arc::new(Handle { shared, queue: Mutex::new(Some(queue)), thread: Mutex::new(Some(thread)) })))
    }

    /// Runs `work` in the writer's next transaction and answers once its commit is on the disk.
    ///
    /// An error of `work`, a panic in it, or an [`Op::act`] that changed rows without an audit entry undoes what it
    /// did, and nothing else. `work` should be short: parse, hash and validate before. A caller that goes away before
    /// its turn leaves `work` undone; after that it is committed without anybody hearing of it.
    ///
    /// # Errors
    /// Whatever `work` answers; `Unavailable` where the queue is full, the disk refuses or the database is closed.
    pub async fn write<T, F>(&self, op: Op, work: F) -> Result<T>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.queue_write(op, work)?.await.unwrap_or_else(|_| Err(closed()))
    }

    /// [`Db::write`] for threads that are not the async runtime's: verbs, the demo, tests.
    ///
    /// # Panics
    /// When called from an async task.
    pub fn write_blocking<T, F>(&self, op: Op, work: F) -> Result<T>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.queue_write(op, work)?.blocking_recv().unwrap_or_else(|_| Err(closed()))
    }

    fn queue_write<T, F>(&self, op: Op, work: F) -> Result<oneshot::Receiver<Result<T>>>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Write(WriteJob::boxed(op, work, reply)))?;
        Ok(answer)
    }

    fn send(&self, message: Message) -> Result<()> {
        match &*self.0.queue.lock() {
            Some(queue) => queue.send(message),
            None => Err(closed()),
        }
    }

    /// Runs `work` on a snapshot, off the async threads.
    ///
    /// # Errors
    /// Whatever `work` answers; `Unavailable` where the database is closed; `Internal` where `work` panics.
    pub async fn read<T, F>(&self, work: F) -> Result<T>
    where
        F: FnOnce(&Rx<'_>) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let permit = Arc::clone(&self.0.shared.permits).acquire_owned().await.map_err(|_| closed())?;
        let shared = Arc::clone(&self.0.shared);
        let task = tokio::task::spawn_blocking(move || {
            let found = shared.read(work);
            drop(permit);
            found
        });
        // Panics are caught inside, so this is the runtime shutting down.
        task.await.unwrap_or_else(|_| Err(closed()))
    }

    /// [`Db::read`] on the calling thread.
    pub fn read_blocking<T>(&self, work: impl FnOnce(&Rx<'_>) -> Result<T>) -> Result<T> {
        self.0.shared.read(work)
    }

    /// How many batches that changed something have been committed, notes of when somebody was last seen left out.
    /// Rises; survives restarts.
    pub fn commit_number(&self) -> u64 {
        *self.0.shared.commits.borrow()
    }

    /// Follows [`Db::commit_number`].
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.0.shared.commits.subscribe()
    }

    /// Returns once a commit has put rows into the outbox since this was last awaited. For one waiter.
    pub async fn outbox_filled(&self) {
        self.0.shared.outbox.notified().await;
    }

    /// Makes the next generation now, or at [`Why::Night`] only if anything was written since the last; removes those
    /// that have been kept long enough. Writes wait meanwhile. Answers the number of the generation in use.
    pub async fn new_generation(&self, why: Why) -> Result<u32> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Generation(why, reply))?;
        answer.await.unwrap_or_else(|_| Err(closed()))
    }

    /// [`Db::new_generation`] for threads that are not the async runtime's.
    pub fn new_generation_blocking(&self, why: Why) -> Result<u32> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Generation(why, reply))?;
        answer.blocking_recv().unwrap_or_else(|_| Err(closed()))
    }

    /// The number of the generation in use.
    pub fn generation(&self) -> u32 {
        self.0.shared.pool.lock().generation.number
    }

    /// How large the generation in use is with its log, in bytes: the next one takes no more.
    pub fn size(&self) -> u64 {
        let generation = self.0.shared.generation();
        generation.size + std::fs::metadata(generations::log_of(&generation.path)).map_or(0, |log| log.len())
    }

    /// The folder that holds the generations.
    pub fn dir(&self) -> &Path {
        &self.0.shared.dir
    }

    pub fn clock(&self) -> &Clock {
        &self.0.shared.clock
    }

    /// How far time has certainly come: now, or earlier where the machine's clock has jumped ahead. For whatever may
    /// only be removed after a while.
    pub fn certain_now(&self) -> Timestamp {
        self.0.shared.age.now(&self.0.shared.clock)
    }

    /// Commits what is queued, waits for running reads and closes every connection. Later reads and writes answer
    /// `Unavailable`. Blocks for as long as that takes.
    pub fn close(&self) {
        self.0.shared.permits.close();
        self.0.queue.lock().take();
        if let Some(thread) = self.0.thread.lock().take() {
            // The thread's own panics are already logged; there is nothing to add here.
            let _ = thread.join();
        }
        self.0.shared.close_readers();
        self.0.shared.claim.lock().take();
    }
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Db({})", self.0.shared.dir.display())
    }
}

impl Shared {
    fn read<T>(&self, work: impl FnOnce(&Rx<'_>) -> Result<T>) -> Result<T> {
        let lent = self.lend()?;
        let found = catch_unwind(AssertUnwindSafe(|| snapshot(&lent.conn, self.schema, &self.clock, work)));
        match found {
            Ok(found) => {
                lent.give_back();
                found
            }
            // The connection is dropped: whatever the panic left open is closed with it.
            Err(panic) => Err(AppError::internal(format!("a read panicked: {}", panic_text(&*panic)))),
        }
    }

    fn lend(&self) -> Result<Lent<'_>> {
        let (idle, generation) = {
            let mut pool = self.pool.lock();
            if self.permits.is_closed() {
                return Err(closed());
            }
            pool.lent += 1;
            (pool.idle.pop().ok_or_else(|| pool.generation.path.clone()), pool.generation.number)
        };
        let ticket = Ticket(self);
        let conn = match idle {
            Ok(conn) => conn,
            Err(path) => connection::open(&path, Role::Reader, &self.settings)?,
        };
        Ok(Lent { conn, generation, ticket })
    }

    /// Waits for running reads and closes the idle connections. No new ones are lent any more.
    fn close_readers(&self) {
        let mut pool = self.pool.lock();
        while pool.lent > 0 {
            self.returned.wait(&mut pool);
        }
        pool.idle.clear();
    }

    pub(super) fn generation(&self) -> Generation {
        self.pool.lock().generation.clone()
    }

    /// From here on reads use `generation`. Connections to the old one end with what they are doing.
    pub(super) fn move_to(&self, generation: Generation) {
        let old = {
            let mut pool = self.pool.lock();
            pool.generation = generation;
            std::mem::take(&mut pool.idle)
        };
        drop(old);
    }
}

/// As the database tells it: the one of this snapshot.
pub(super) fn commit_number(rx: &Rx<'_>) -> Result<u64> {
    Ok(rx.scalar::<i64>("SELECT number FROM commits WHERE id = 1", [])?.unsigned_abs())
}

fn snapshot<T>(
    conn: &Connection,
    schema: &'static Schema,
    clock: &Clock,
    work: impl FnOnce(&Rx<'_>) -> Result<T>,
) -> Result<T> {
    conn.prepare_cached("BEGIN")?.execute([])?;
    let found = work(&Rx::new(conn, schema, clock.now()));
    conn.prepare_cached("COMMIT")?.execute([])?;
    found
}

pub(super) fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

pub(super) fn closed() -> AppError {
    AppError::unavailable("The database is closed. Please try again in a moment.")
}

/// The databases that this process has open. A second writer would break what the first relies on, and reading a
/// database's header as a file is safe only where no connection of ours could lose its locks by it.
static OPEN: LazyLock<Mutex<HashSet<PathBuf>>> = LazyLock::new(Mutex::default);

struct Claim(PathBuf);

impl Claim {
    /// Waits up to two seconds for a database that is just being closed.
    fn take(dir: &Path, schema: &Schema) -> Result<Claim, StorageError> {
        let dir = dir.canonicalize().map_err(StorageError::io("open the folder", dir))?;
        let path = dir.join(schema.name);
        let deadline = Instant::now() + Duration::from_secs(2);
        while !OPEN.lock().insert(path.clone()) {
            if Instant::now() > deadline {
                return Err(StorageError::AlreadyOpen { path });
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(Claim(path))
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        OPEN.lock().remove(&self.0);
    }
}
