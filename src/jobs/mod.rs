//! The clockwork: runs what is due, once, whatever daylight saving, restarts and switched-off days do; and performs
//! what acts have left in the outbox (mail, report files).
//!
//! A feature writes a [`Job`] in its `jobs.rs`, or an [`Effect`]; the composition root hands them all over in a
//! [`Registry`]. tokio-cron-scheduler gives the tick, each minute in UTC; when a job is due is computed by
//! [`Schedule`] in the organization's or the locations' zones. What was planned is a row before it is run, so a
//! crash repeats a run at worst, and [`Due::first`] keeps a repeated run from repeating what it did.

mod cleanup;
mod clockwork;
mod outbox;
mod overview;
mod plan;
mod renewal;
mod schedule;
mod store;

#[cfg(test)]
mod tests;

pub use cleanup::Cleanup;
pub use clockwork::{Clockwork, Running, Ticked};
pub use overview::{JobState, Run, RunState, retry, run_now, runs, set_schedule, state, states};
pub use renewal::Renewal;
pub use schedule::Schedule;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::auth::Actor;
use crate::error::{Msg, Result};
use crate::orgs::Org;
use crate::storage::outbox::OutboxRow;
use crate::storage::{Housekeeping, Op, Rx, Tx};

/// A run that only reminds, or tidies up: nobody's act, so no audit entry. What changes a record is `Op::act`.
pub const REMIND: Op = Op::housekeeping(Housekeeping::Jobs);

/// Work that is due by the clock. One value serves all organizations; it runs on a blocking thread.
pub trait Job: Send + Sync + 'static {
    /// `leave_reminders`: in the tables and on the command line. Never changes.
    fn name(&self) -> &'static str;

    /// As the admin reads it. English; translated when shown.
    fn title(&self) -> &'static str;

    /// The cron line until an admin sets another: minute, hour, day of month, month, day of week.
    fn schedule(&self) -> &'static str;

    fn zones(&self) -> Zones {
        Zones::Organization
    }

    fn period(&self) -> Period {
        Period::Day
    }

    fn catch_up(&self) -> CatchUp {
        CatchUp::Latest
    }

    /// Whether it is held while the data directory may be a copy: true for whatever reaches people.
    fn waits_on_copies(&self) -> bool {
        true
    }

    /// Does the work. An error is logged and the run tried again (after 1, 5, 15 and 60 minutes), so what was done
    /// before must not be done twice: see [`Due::first`].
    fn run(&self, ctx: &JobCtx, due: &Due) -> Result<Outcome>;
}

/// In whose zone a cron line is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zones {
    /// The organization's: one run.
    Organization,
    /// Each zone in which the organization has a location, and its own: one run each, told by [`Due::zone`]. For what
    /// reaches people in their morning.
    EachLocation,
}

/// What counts as one run: a second one in the same period never happens, also not after the line was edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// The local day.
    Day,
    /// Each occurrence of the line.
    Instant,
}

/// What becomes of occurrences that passed while the program was off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CatchUp {
    /// The latest is run, the older ones are covered by it.
    Latest,
    /// Each is run, oldest first; the last 62 at most.
    Every,
    /// The latest is run if it is not older than this; otherwise it has lost its sense ("starts tomorrow"), also where it
    /// was begun in time and cut short, or failed.
    Within(SignedDuration),
}

/// The run at hand: for when it is.
#[derive(Clone, Debug)]
pub struct Due {
    pub job: &'static str,
    /// The instant that the cron line named.
    pub at: Timestamp,
    /// The zone the line was read in.
    pub zone: TimeZone,
    /// It is the organization's own zone: people without a location belong to this run.
    pub own_zone: bool,
    /// The local date of `at`: "today" of this run, also when it comes late.
    pub date: Date,
    /// What [`Period`] made of it.
    pub period: String,
}

impl Due {
    /// Whether this job does something for this subject (`task:17`) for the first time in this period; from now on it
    /// has. Belongs into the transaction that does it.
    pub fn first(&self, tx: &mut Tx<'_>, subject: impl fmt::Display) -> Result<bool> {
        store::first(tx, self.job, &subject.to_string(), &self.period)
    }

    /// As [`Due::first`], once in a period that is the matter's own and may outlast many runs: the date on which a
    /// probation ends, of which a job tells on one of the days before.
    pub fn first_in(&self, tx: &mut Tx<'_>, subject: impl fmt::Display, period: impl fmt::Display) -> Result<bool> {
        store::first(tx, self.job, &subject.to_string(), &period.to_string())
    }

    /// Whether this run is that of somebody who works in this zone; `None` is somebody without a location.
    pub fn is_for(&self, zone: Option<&TimeZone>) -> bool {
        zone.map_or(self.own_zone, |zone| *zone == self.zone)
    }
}

/// What a job works with: one organization, and the clockwork as the one who acts.
#[derive(Clone, Debug)]
pub struct JobCtx {
    pub org: Arc<Org>,
    pub actor: Actor,
}

impl JobCtx {
    /// A snapshot of the organization. Blocks, as jobs may.
    pub fn read<T>(&self, f: impl FnOnce(&Rx<'_>) -> Result<T>) -> Result<T> {
        self.org.db.read_blocking(f)
    }

    /// One transaction. Keep it short: a hundred people are better told in a hundred transactions than in one that
    /// everybody waits for.
    pub fn write<T: Send + 'static>(
        &self,
        op: Op,
        f: impl FnOnce(&mut Tx<'_>, &Actor) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let actor = self.actor.clone();
        self.org.db.write_blocking(op, move |tx| f(tx, &actor))
    }
}

/// What a run did, for the admin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome(Msg);

impl Outcome {
    /// There was nothing to do.
    pub fn nothing() -> Outcome {
        Outcome(crate::msg!("Nothing was due"))
    }

    /// `Outcome::did(msg_n!(n, "{0} reminder", "{0} reminders"))`.
    pub fn did(what: Msg) -> Outcome {
        Outcome(what)
    }

    pub fn summary(&self) -> &Msg {
        &self.0
    }
}

/// Performs rows of the outbox of one kind, after the commit that left them. It may be asked twice for the same row
/// (a crash in between): the second time must do no harm.
pub trait Effect: Send + Sync + 'static {
    /// The kind of outbox row: `mail`.
    fn kind(&self) -> &'static str;

    /// Whether it is held while the data directory may be a copy.
    fn waits_on_copies(&self) -> bool {
        true
    }

    /// Performs one row. Rows of one kind come one after the other, oldest first. What takes longer than five minutes
    /// is cut short and tried later.
    fn perform<'a>(&'a self, org: &'a Arc<Org>, row: &'a OutboxRow) -> BoxFuture<'a, Result<(), Failure>>;

    /// No more rows for now: connections may be closed.
    fn rest(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }

    /// The row was given up, for good or after two days; in the transaction that marks it. `failure` is that of the last
    /// attempt.
    fn given_up(&self, _tx: &mut Tx<'_>, _row: &OutboxRow, _failure: &Failure) -> Result<()> {
        Ok(())
    }
}

/// Why a row could not be performed, by what is to be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Never: it is given up at once.
    Refused(String),
    /// Not now: this row is tried again, later each time (1 minute to 12 hours), for two days.
    Later(String),
    /// Nothing of this kind can be done now: this row counts as tried, the others wait for the next tick untouched.
    Down(String),
}

impl Failure {
    /// In the words of whoever refused.
    pub fn why(&self) -> &str {
        match self {
            Failure::Refused(why) | Failure::Later(why) | Failure::Down(why) => why,
        }
    }
}

/// All jobs and effects of the program, handed over by the composition root.
#[derive(Default)]
pub struct Registry {
    jobs: Vec<Arc<dyn Job>>,
    effects: BTreeMap<&'static str, Arc<dyn Effect>>,
}

impl Registry {
    pub fn new() -> Registry {
        Registry::default()
    }

    /// # Panics
    /// At start, where two jobs bear one name or a preset line is none.
    #[must_use]
    pub fn job(mut self, job: impl Job) -> Registry {
        assert!(self.jobs.iter().all(|known| known.name() != job.name()), "two jobs are named {}", job.name());
        if let Err(why) = Schedule::parse(job.schedule()) {
            panic!("the preset of {}: {why}", job.name());
        }
        self.jobs.push(Arc::new(job));
        self
    }

    /// # Panics
    /// At start, where two effects claim one kind of row.
    #[must_use]
    pub fn effect(mut self, effect: impl Effect) -> Registry {
        let kind = effect.kind();
        assert!(self.effects.insert(kind, Arc::new(effect)).is_none(), "two effects are named {kind}");
        self
    }

    /// The job of this name.
    pub fn find(&self, name: &str) -> Option<&Arc<dyn Job>> {
        self.jobs.iter().find(|job| job.name() == name)
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let jobs: Vec<_> = self.jobs.iter().map(|job| job.name()).collect();
        f.debug_struct("Registry").field("jobs", &jobs).field("effects", &self.effects.keys()).finish()
    }
}
