//! The one writer of a database: a thread that turns whatever is waiting into one commit.
//!
//! Each closure runs in a savepoint of its own inside one `BEGIN IMMEDIATE`, so that its failure or panic undoes its
//! own work and no neighbour's; all are answered only after the commit. A full or failing disk can end the whole
//! transaction behind SQLite's back: then everything that ran in it is answered with `Unavailable`, and what had not
//! yet begun goes into the next one.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::connection::{self, Role};
use super::db::{Shared, closed, panic_text};
use super::error::StorageError;
use super::generations::{self, Why};
use super::{Op, Tx, retention};
use crate::error::{AppError, Result};

/// A closure that takes longer than this keeps all others waiting, and is logged.
const SLOW_CLOSURE: Duration = Duration::from_millis(100);

/// What the writer can be asked for.
pub(super) enum Message {
    Write(Box<dyn Job>),
    Generation(Why, oneshot::Sender<Result<u32>>),
}

/// The sending end of the writer's bounded queue.
pub(super) struct Queue(SyncSender<Message>);

impl Queue {
    pub(super) fn send(&self, message: Message) -> Result<()> {
        self.0.try_send(message).map_err(|error| match error {
            TrySendError::Full(_) => {
                AppError::unavailable("Too much is being saved at once. Please try again in a moment.")
            }
            TrySendError::Disconnected(_) => closed(),
        })
    }
}

/// One queued closure, whatever it answers with.
pub(super) trait Job: Send {
    fn op(&self) -> Op;
    /// Whether nobody waits for the answer any more.
    fn abandoned(&self) -> bool;
    /// Runs the closure and keeps its answer. `true` where it succeeded.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Replaces the answer.
    fn refuse(&mut self, error: AppError);
    /// Replaces the answer, unless the closure itself failed: its own error says more.
    fn undo(&mut self, error: AppError);
    fn answer(self: Box<Self>);
}

pub(super) struct WriteJob<T, F> {
    op: Op,
    work: Option<F>,
    answer: Option<Result<T>>,
    reply: oneshot::Sender<Result<T>>,
}

impl<T, F> WriteJob<T, F>
where
    F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    T: Send + 'static,
{
    pub(super) fn boxed(op: Op, work: F, reply: oneshot::Sender<Result<T>>) -> Box<dyn Job> {
        Box::new(WriteJob { op, work: Some(work), answer: None, reply })
    }
}

impl<T, F> Job for WriteJob<T, F>
where
    F: FnOnce(&mut Tx<'_>) -> Result<T> + Send,
    T: Send,
{
    fn op(&self) -> Op {
        self.op
    }

    fn abandoned(&self) -> bool {
        self.reply.is_closed()
    }

    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let Some(work) = self.work.take() else { return false };
        self.answer.insert(work(tx)).is_ok()
    }

    fn refuse(&mut self, error: AppError) {
        self.answer = Some(Err(error));
    }

    fn undo(&mut self, error: AppError) {
        if !matches!(self.answer, Some(Err(_))) {
            self.answer = Some(Err(error));
        }
    }

    fn answer(self: Box<Self>) {
        // A caller that went away is not told.
        let _ = self.reply.send(self.answer.unwrap_or_else(|| Err(closed())));
    }
}

/// Starts the writer on `conn`. It ends, after committing what is queued, when the [`Queue`] is dropped.
pub(super) fn spawn(shared: Arc<Shared>, conn: Connection) -> Result<(Queue, JoinHandle<()>), StorageError> {
    let (sender, queue) = sync_channel(shared.settings.queue.max(1));
    let failed = StorageError::io("start a thread for", &shared.dir);
    let writer = Writer { conn, shared, queue, grow_to: 0, halted: false };
    let thread = thread::Builder::new().name("writer".to_owned()).spawn(move || writer.serve()).map_err(failed)?;
    Ok((Queue(sender), thread))
}

struct Writer {
    // Closed before `shared` lets go of the claim on the database: fields drop in this order.
    conn: Connection,
    shared: Arc<Shared>,
    queue: Receiver<Message>,
    /// Size of the log below which no generation is tried again after one has failed.
    grow_to: u64,
    /// A new generation can neither be used nor removed: what is written now, the next start might not find.
    halted: bool,
}

/// What became of one closure.
enum Ran {
    /// Its changes, if any, stand in the transaction.
    Kept { changed: bool, queued: bool },
    /// It was rolled back; its neighbours are unharmed.
    Undone,
    /// The transaction is gone, and with it everything that ran in it.
    Lost,
}

impl Writer {
    fn serve(mut self) {
        let mut next = None;
        while let Some(message) = next.take().or_else(|| self.queue.recv().ok()) {
            match message {
                Message::Write(job) => {
                    let mut batch = VecDeque::from([job]);
                    while batch.len() < self.shared.settings.batch {
                        match self.queue.try_recv() {
                            Ok(Message::Write(job)) => batch.push_back(job),
                            Ok(other) => {
                                next = Some(other);
                                break;
                            }
                            Err(_) => break,
                        }
                    }
                    while !batch.is_empty() {
                        self.commit(&mut batch);
                    }
                    self.keep_log_bounded();
                }
                Message::Generation(why, reply) => {
                    let made = self.next_generation(why).map_err(AppError::from);
                    // A caller that went away is not told.
                    let _ = reply.send(made);
                }
            }
        }
    }

    /// One transaction over the front of `waiting`: all of it, or as far as the disk lets us.
    fn commit(&mut self, waiting: &mut VecDeque<Box<dyn Job>>) {
        if self.halted {
            for mut job in waiting.drain(..) {
                job.refuse(halted());
                job.answer();
            }
            return;
        }
        if let Err(error) = self.statement("BEGIN IMMEDIATE") {
            tracing::error!(%error, dir = %self.shared.dir.display(), "a transaction could not begin");
            for mut job in waiting.drain(..) {
                job.refuse(nothing_saved());
                job.answer();
            }
            return;
        }
        let mut ran = Vec::with_capacity(waiting.len());
        let (mut changed, mut queued) = (false, false);
        while let Some(mut job) = waiting.pop_front() {
            if job.abandoned() {
                continue;
            }
            let fate = self.run(&mut *job);
            ran.push(job);
            match fate {
                Ran::Kept { changed: c, queued: q } => {
                    changed |= c;
                    queued |= q;
                }
                Ran::Undone => {}
                Ran::Lost => {
                    tracing::error!(jobs = ran.len(), dir = %self.shared.dir.display(), "the disk ended a transaction");
                    return fail(ran);
                }
            }
        }
        if let Err(error) = self.finish(changed) {
            tracing::error!(%error, jobs = ran.len(), dir = %self.shared.dir.display(), "a commit failed");
            return fail(ran);
        }
        if changed {
            self.shared.commits.send_modify(|number| *number += 1);
        }
        if queued {
            self.shared.outbox.notify_one();
        }
        for job in ran {
            job.answer();
        }
    }

    fn run(&self, job: &mut dyn Job) -> Ran {
        if self.statement("SAVEPOINT closure").is_err() {
            return self.lost();
        }
        let op = job.op();
        let before = self.conn.total_changes();
        let mut tx = Tx::new(&self.conn, self.shared.schema, self.shared.clock.now());
        let started = Instant::now();
        let kept = match catch_unwind(AssertUnwindSafe(|| job.run(&mut tx))) {
            Ok(kept) => kept,
            Err(panic) => {
                job.refuse(AppError::internal(format!("{op} panicked: {}", panic_text(&*panic))));
                // Statements are reset as the panic unwinds; whatever was kept is finalized here.
                self.conn.flush_prepared_statement_cache();
                false
            }
        };
        let took = started.elapsed();
        if took > SLOW_CLOSURE {
            tracing::warn!(%op, ms = took.as_millis() as u64, "a closure kept the writer waiting");
        }
        if self.conn.is_autocommit() {
            return Ran::Lost;
        }
        let changed = self.conn.total_changes() != before;
        let unaudited = kept && changed && op.audited && !tx.audited;
        if unaudited {
            job.refuse(AppError::internal(format!("{op} changed rows but wrote no audit entry; it was rolled back")));
        }
        if kept && !unaudited {
            return match self.statement("RELEASE closure") {
                Ok(()) => Ran::Kept { changed: changed && !op.quiet, queued: tx.queued },
                Err(_) => self.lost(),
            };
        }
        match self.statement("ROLLBACK TO closure").and_then(|()| self.statement("RELEASE closure")) {
            Ok(()) => Ran::Undone,
            Err(_) => self.lost(),
        }
    }

    fn finish(&self, changed: bool) -> rusqlite::Result<()> {
        let numbered = match changed {
            true => self.statement("UPDATE commits SET number = number + 1 WHERE id = 1"),
            false => Ok(()),
        };
        let done = numbered.and_then(|()| self.statement("COMMIT"));
        if done.is_err() {
            self.lost();
        }
        done
    }

    /// Makes sure that no half of a broken transaction is left.
    fn lost(&self) -> Ran {
        if !self.conn.is_autocommit()
            && let Err(error) = self.conn.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "a broken transaction could not be rolled back");
        }
        Ran::Lost
    }

    fn statement(&self, sql: &str) -> rusqlite::Result<()> {
        self.conn.prepare_cached(sql)?.execute([]).map(drop)
    }

    fn keep_log_bounded(&mut self) {
        if self.halted {
            return;
        }
        let generation = self.shared.generation();
        let log = file_size(&generations::log_of(&generation.path));
        let bound = self.shared.settings.generation_wal_bytes.max(generation.size).max(self.grow_to);
        if log < bound {
            return;
        }
        match self.next_generation(Why::Size) {
            Ok(_) => self.grow_to = 0,
            Err(error) => {
                tracing::error!(%error, "the next generation could not be made; going on with this one");
                self.grow_to = log + log / 4;
            }
        }
    }

    fn next_generation(&mut self, why: Why) -> Result<u32, StorageError> {
        if self.halted {
            let source = Box::new(StorageError::Refused("as was said before".to_owned()));
            return Err(StorageError::Undecided { path: self.shared.dir.clone(), source });
        }
        let made = self.move_on(why);
        if let Err(error @ StorageError::Undecided { .. }) = &made {
            tracing::error!(%error, "writing has stopped");
            self.halted = true;
        }
        made
    }

    fn move_on(&mut self, why: Why) -> Result<u32, StorageError> {
        let started = Instant::now();
        let shared = &self.shared;
        let current = shared.generation();
        if why == Why::Night && file_size(&generations::log_of(&current.path)) == 0 {
            self.prune(current.number);
            return Ok(current.number);
        }
        let generation = generations::succeed(&self.conn, &shared.dir, shared.schema, &shared.clock, why)?;
        let number = generation.number;
        self.conn = connection::open(&generation.path, Role::Writer, &shared.settings)
            .map_err(|error| generations::take_back(&shared.dir, &generation.path, error))?;
        shared.move_to(generation);
        self.prune(number);
        tracing::info!(number, ms = started.elapsed().as_millis() as u64, dir = %shared.dir.display(), "a new generation");
        Ok(number)
    }

    fn prune(&self, current: u32) {
        let shared = &self.shared;
        retention::prune(&self.conn, &shared.dir, shared.schema, shared.age.now(&shared.clock), current);
    }
}

/// Answers everything that ran in a transaction which is no more.
fn fail(ran: Vec<Box<dyn Job>>) {
    for mut job in ran {
        job.undo(nothing_saved());
        job.answer();
    }
}

fn nothing_saved() -> AppError {
    AppError::unavailable("The disk is full or failing. Nothing was saved; please tell the administrator.")
}

/// Zero where there is no such file. Looks without opening it.
fn file_size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |meta| meta.len())
}

fn halted() -> AppError {
    AppError::unavailable(
        "The disk failed while the database was being renewed. Nothing more is saved until Steward is started again; \
         please tell the administrator.",
    )
}
