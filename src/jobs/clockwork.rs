//! The wheels: each tick plans what came due, runs what was planned, and performs what lies in the outbox.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::select_all;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex, Notify, watch};
use tokio::task::JoinHandle;
use tokio_cron_scheduler::{Job as CronJob, JobScheduler};

use crate::auth::Actor;
use crate::error::{AppError, Result};
use crate::orgs::{Org, Orgs, Slug};
use crate::storage::outbox as rows;
use crate::storage::{Housekeeping, Op};

use super::overview::{Setting, setting, zone_name, zones};
use super::plan::{is_too_late, next_try, plan};
use super::store::{self, OpenRun};
use super::{Due, Job, JobCtx, Outcome, Registry, Zones, outbox};

const JOBS: Op = Op::housekeeping(Housekeeping::Jobs);
const OUTBOX: Op = Op::housekeeping(Housekeeping::Outbox);

/// How long the other jobs wait for one run. Long imports and sweeps end well within it.
const PATIENCE: Duration = Duration::from_secs(600);

/// The scheduler ticks by the wall clock, and not at all for as long as that was set back: then this does, in time that
/// really passes.
const WATCHDOG: Duration = Duration::from_secs(90);

/// A step of the clock that is worth a line in the log.
const JUMP: SignedDuration = SignedDuration::from_mins(5);

/// Runs the jobs and the outbox of every organization. Clones share it.
#[derive(Clone, Debug)]
pub struct Clockwork(Arc<Inner>);

struct Inner {
    orgs: Arc<Orgs>,
    registry: Arc<Registry>,
    /// Held while jobs are run, so that a slow run is not run over by the next tick.
    jobs: Mutex<()>,
    /// Jobs that are at work: a run that takes too long goes on beside the others, and is not begun a second time.
    busy: parking_lot::Mutex<HashSet<(Slug, &'static str)>>,
    /// How long the others wait for one run.
    patience: Duration,
    outbox: Mutex<()>,
    /// Rung to look into the outboxes.
    wake: Notify,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Clockwork").field("registry", &self.registry).finish_non_exhaustive()
    }
}

/// What one tick did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ticked {
    /// Runs that ended well.
    pub ran: usize,
    /// Runs that failed and are tried again, or were given up.
    pub failed: usize,
    /// Outbox rows that were performed.
    pub performed: usize,
}

impl Clockwork {
    /// While the data directory may be a copy ([`Orgs::holding`]), what reaches people waits.
    pub fn new(orgs: Arc<Orgs>, registry: Registry) -> Clockwork {
        Clockwork::with_patience(orgs, registry, PATIENCE)
    }

    /// As [`Clockwork::new`]; the other jobs wait this long for one that hangs.
    pub fn with_patience(orgs: Arc<Orgs>, registry: Registry, patience: Duration) -> Clockwork {
        Clockwork(Arc::new(Inner {
            orgs,
            registry: Arc::new(registry),
            jobs: Mutex::new(()),
            busy: parking_lot::Mutex::default(),
            patience,
            outbox: Mutex::new(()),
            wake: Notify::new(),
        }))
    }

    pub fn registry(&self) -> &Arc<Registry> {
        &self.0.registry
    }

    /// Looks into the outboxes now, not at the next minute. Commits ring by themselves.
    pub fn wake(&self) {
        self.0.wake.notify_one();
    }

    /// Takes up again what a stop cut short, and what a clock that was wrong has put off. Once, before the first tick.
    ///
    /// # Errors
    /// Where a database refuses.
    pub async fn recover(&self) -> Result<()> {
        for org in self.0.orgs.all() {
            let runs = org.db.write(JOBS, store::recover).await?;
            let effects = org.db.write(OUTBOX, rows::release).await?;
            if runs + effects > 0 {
                tracing::info!(org = %org.slug, runs, effects, "taken up again after a stop");
            }
        }
        Ok(())
    }

    /// Runs everything that is due now, jobs first, then the outbox until nothing in it is due. Deterministic under a
    /// manual clock; the live clockwork does the same in two loops. One organization's trouble does not stop another.
    pub async fn tick(&self) -> Ticked {
        let mut ticked = self.run_jobs().await;
        ticked.performed = self.run_outbox().await;
        ticked
    }

    /// Starts the two loops: jobs each minute, the outbox each minute and whenever it is woken.
    ///
    /// # Errors
    /// Where the scheduler cannot be started, or a database refuses.
    pub async fn start(&self) -> Result<Running> {
        self.recover().await?;
        let minute = Arc::new(Notify::new());
        let scheduler = JobScheduler::new().await.map_err(AppError::internal)?;
        let tick = {
            let (minute, clockwork) = (Arc::clone(&minute), self.clone());
            CronJob::new("0 * * * * *", move |_, _| {
                minute.notify_one();
                clockwork.wake();
            })
        };
        scheduler.add(tick.map_err(AppError::internal)?).await.map_err(AppError::internal)?;
        scheduler.start().await.map_err(AppError::internal)?;

        // What came due while the program was off does not wait for the full minute.
        minute.notify_one();
        self.wake();
        let (stop, stopped) = watch::channel(false);
        let jobs = {
            let (clockwork, stopped) = (self.clone(), stopped.clone());
            tokio::spawn(async move {
                while until(in_time(minute.notified()), stopped.clone()).await {
                    clockwork.run_jobs().await;
                }
            })
        };
        let outbox = {
            let clockwork = self.clone();
            tokio::spawn(async move {
                while until(in_time(clockwork.rung()), stopped.clone()).await {
                    clockwork.run_outbox().await;
                }
            })
        };
        Ok(Running { scheduler, stop, loops: [jobs, outbox] })
    }

    /// Returns when somebody rings, a commit has left something in an organization's outbox, or there is one more to
    /// listen to.
    async fn rung(&self) {
        let orgs = self.0.orgs.all();
        let mut bells: Vec<_> = orgs.iter().map(|org| org.db.outbox_filled().boxed()).collect();
        bells.push(self.0.wake.notified().boxed());
        bells.push(self.0.orgs.another_opened().boxed());
        select_all(bells).await;
    }

    async fn run_outbox(&self) -> usize {
        let inner = &self.0;
        let _one_at_a_time = inner.outbox.lock().await;
        outbox::run(&inner.orgs.all(), &inner.registry, inner.orgs.holding().is_held()).await
    }

    async fn run_jobs(&self) -> Ticked {
        let _one_at_a_time = self.0.jobs.lock().await;
        let mut ticked = Ticked::default();
        let now = self.0.orgs.clock().now();
        for org in self.0.orgs.all() {
            let runs = match self.plan(&org, now).await {
                Ok(runs) => runs,
                Err(error) => {
                    tracing::error!(org = %org.slug, %error, "jobs cannot be planned");
                    continue;
                }
            };
            for run in runs {
                match self.run(&org, run).await {
                    Ok(Ran::Well) => ticked.ran += 1,
                    Ok(Ran::Badly) => ticked.failed += 1,
                    Ok(Ran::NotYet | Ran::TooLate) => {}
                    Err(error) => tracing::error!(org = %org.slug, %error, "a job's state cannot be written"),
                }
            }
        }
        ticked
    }

    /// Writes down what came due since the last look, and answers the runs that may be tried now.
    async fn plan(&self, org: &Arc<Org>, now: Timestamp) -> Result<Vec<OpenRun>> {
        let held = self.0.orgs.holding().is_held();
        let (registry, settings) = (Arc::clone(&self.0.registry), org.settings());
        let news = org.db.read(move |rx| {
            let (sets, marks) = (store::schedules(rx)?, store::marks(rx)?);
            let mut news = Vec::new();
            for job in registry.jobs.iter().filter(|job| !(held && job.waits_on_copies())) {
                let set = sets.iter().find(|set| set.job == job.name());
                let Some(Setting { schedule, zone, enabled: true }) = setting(job.as_ref(), set, &settings) else {
                    continue;
                };
                for (subject, zone) in zones(rx, job.as_ref(), &zone)? {
                    let mark =
                        marks.iter().find(|(name, in_zone, _)| name == job.name() && in_zone == zone_name(&zone));
                    // Seen for the first time: what was due before there was such a job is nobody's concern.
                    if let Some((_, _, seen)) = mark
                        && *seen > now
                    {
                        // The clock was ahead when that was written: nothing would be due until then.
                        if seen.duration_since(now) > JUMP {
                            tracing::warn!(job = job.name(), %seen, %now, "the clock was set back; going on from now");
                        }
                        news.push((job.name(), subject, zone, Vec::new()));
                        continue;
                    }
                    let due =
                        mark.map(|(_, _, seen)| plan(&schedule, &zone, (*seen, now), (job.period(), job.catch_up())));
                    if due.as_ref().is_none_or(|due| !due.is_empty()) {
                        news.push((job.name(), subject, zone, due.unwrap_or_default()));
                    }
                }
            }
            Ok(news)
        });
        let news = news.await?;
        if !news.is_empty() {
            let write = org.db.write(JOBS, move |tx| {
                for (job, subject, zone, due) in &news {
                    for run in due {
                        store::add_run(tx, job, subject, zone_name(zone), run)?;
                    }
                    store::mark(tx, job, zone_name(zone), now)?;
                }
                Ok(())
            });
            write.await?;
        }
        let runs = org.db.read(move |rx| store::open_runs(rx, now)).await?;
        let may_run =
            |run: &OpenRun| self.0.registry.find(&run.job).is_some_and(|job| !(held && job.waits_on_copies()));
        Ok(runs.into_iter().filter(may_run).collect())
    }

    /// Runs one job once, and waits for it as long as the others can.
    async fn run(&self, org: &Arc<Org>, run: OpenRun) -> Result<Ran> {
        let Some(job) = self.0.registry.find(&run.job).cloned() else { return Ok(Ran::NotYet) };
        let (name, key) = (job.name(), (org.slug.clone(), job.name()));
        if !self.0.busy.lock().insert(key.clone()) {
            return Ok(Ran::NotYet);
        }
        let (clockwork, at) = (self.clone(), Arc::clone(org));
        let work = tokio::spawn(async move {
            let done = clockwork.run_through(&at, job, run).await;
            clockwork.0.busy.lock().remove(&key);
            done
        });
        match tokio::time::timeout(self.0.patience, work).await {
            Ok(done) => done.map_err(AppError::internal)?,
            Err(_) => {
                tracing::error!(org = %org.slug, job = name, "a job takes very long; the others go on, it is not begun again");
                Ok(Ran::NotYet)
            }
        }
    }

    async fn run_through(&self, org: &Arc<Org>, job: Arc<dyn Job>, run: OpenRun) -> Result<Ran> {
        let id = run.id;
        if is_too_late(job.catch_up(), run.due_at, self.0.orgs.clock().now()) {
            tracing::info!(org = %org.slug, job = job.name(), due_at = %run.due_at, "a run came too late and was dropped");
            org.db.write(JOBS, move |tx| store::drop_run(tx, id)).await?;
            return Ok(Ran::TooLate);
        }
        if !org.db.write(JOBS, move |tx| store::start(tx, id)).await? {
            return Ok(Ran::NotYet);
        }
        let started = std::time::Instant::now();
        let (name, subject) = (job.name(), run.subject.clone());
        let attempts = run.attempts + 1;
        let result = perform(job, org, run).await;
        let took_ms = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
        match result {
            Ok(outcome) => {
                tracing::info!(org = %org.slug, job = name, zone = subject, took_ms, did = %outcome.summary(), "job done");
                org.db.write(JOBS, move |tx| store::done(tx, id, took_ms, outcome.summary())).await?;
                Ok(Ran::Well)
            }
            Err(error) => {
                let again = next_try(attempts, self.0.orgs.clock().now());
                tracing::error!(org = %org.slug, job = name, zone = subject, took_ms, %error, again = ?again, "job failed");
                let error = error.to_string();
                let write = org.db.write(JOBS, move |tx| match again {
                    Some(at) => store::try_again(tx, id, at, &error),
                    None => store::failed(tx, id, &error),
                });
                write.await?;
                Ok(Ran::Badly)
            }
        }
    }
}

/// What became of a run.
enum Ran {
    Well,
    Badly,
    /// It is still at work, or the one before is.
    NotYet,
    /// It was cut short or failed, and by now it has lost its sense.
    TooLate,
}

/// The job's own work, on a thread that may block. A panic is an error like another.
async fn perform(job: Arc<dyn Job>, org: &Arc<Org>, run: OpenRun) -> Result<Outcome> {
    let zone = TimeZone::get(&run.time_zone).unwrap_or(TimeZone::UTC);
    let due = Due {
        job: job.name(),
        at: run.due_at,
        date: zone.to_datetime(run.due_at).date(),
        own_zone: job.zones() == Zones::Organization || run.subject.is_empty(),
        // A run by hand is told apart by what stands behind the blank; for what was done it is the same day.
        period: run.period.split(' ').next().unwrap_or_default().to_owned(),
        zone: zone.clone(),
    };
    let ctx = JobCtx { org: Arc::clone(org), actor: Actor::clockwork(zone) };
    let work = tokio::task::spawn_blocking(move || job.run(&ctx, &due));
    work.await.unwrap_or_else(|broken| Err(AppError::internal(format!("the job broke off: {broken}"))))
}

/// Ready with `woken`, or when the watchdog loses patience.
async fn in_time(woken: impl Future<Output = ()>) {
    // Either is a reason to look.
    drop(tokio::time::timeout(WATCHDOG, woken).await);
}

/// Waits to be woken; `false` when it is time to stop.
async fn until(woken: impl Future<Output = ()>, mut stopped: watch::Receiver<bool>) -> bool {
    tokio::select! {
        biased;
        _ = stopped.wait_for(|stopped| *stopped) => false,
        () = woken => true,
    }
}

/// The clockwork while it runs. Dropping it lets the loops run on; [`Running::stop`] ends them.
pub struct Running {
    scheduler: JobScheduler,
    stop: watch::Sender<bool>,
    loops: [JoinHandle<()>; 2],
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Running")
    }
}

impl Running {
    /// Ends the loops after what they are at, and waits for them no longer than `patience`. What is cut short is taken
    /// up at the next start.
    pub async fn stop(mut self, patience: Duration) {
        if let Err(error) = self.scheduler.shutdown().await {
            tracing::warn!(%error, "the scheduler did not shut down");
        }
        self.stop.send_replace(true);
        let [jobs, outbox] = self.loops;
        let aborts = [jobs.abort_handle(), outbox.abort_handle()];
        if tokio::time::timeout(patience, async { tokio::join!(jobs, outbox) }).await.is_err() {
            tracing::warn!("jobs were still at work; they go on at the next start");
            aborts.iter().for_each(tokio::task::AbortHandle::abort);
        }
    }
}
