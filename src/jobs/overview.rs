//! What an admin sees and sets: each job, when it runs next, what it did, run it now, another line.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::auth::Actor;
use crate::error::{AppError, FieldErrors, Msg, Result};
use crate::orgs::OrgSettings;
use crate::storage::{Rx, Tx};
use crate::{audit, msg, text_enum};

use super::plan::{Planned, is_too_late, period_of};
use super::store::{self, Set};
use super::{Job, Period, Registry, Schedule, Zones};

text_enum! {
    /// Where a run stands.
    pub enum RunState {
        Waiting = "waiting",
        Running = "running",
        Done = "done",
        Failed = "failed",
        /// It came too late to make sense.
        Dropped = "dropped",
    }
}

/// A job as it stands in one organization.
#[derive(Clone, Debug)]
pub struct JobState {
    pub name: &'static str,
    pub title: &'static str,
    pub cron: String,
    /// The line it came with.
    pub preset: &'static str,
    /// The zone the line is read in; with [`Zones::EachLocation`] one of several.
    pub zone: TimeZone,
    /// The admin named it; else it is the organization's, also when that changes.
    pub own_zone: bool,
    pub zones: Zones,
    pub enabled: bool,
    /// It is held while the data directory may be a copy.
    pub waits_on_copies: bool,
    /// When it is due next, in whichever zone comes first; `None` where it is switched off.
    pub next: Option<Timestamp>,
    pub last: Option<Run>,
}

/// One run.
#[derive(Clone, Debug)]
pub struct Run {
    pub id: i64,
    pub job: String,
    /// The zone it ran for, where the job runs in several.
    pub subject: String,
    pub period: String,
    pub due_at: Timestamp,
    pub state: RunState,
    pub attempts: i64,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    /// How long the work took.
    pub took_ms: Option<i64>,
    /// What it did.
    pub summary: Option<Msg>,
    /// Why it failed, as logged.
    pub error: String,
}

/// How a job is set in one organization.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    pub(super) schedule: Schedule,
    pub(super) zone: TimeZone,
    pub(super) enabled: bool,
}

/// The admin's line where there is one that can be read, else the preset.
pub(super) fn setting(job: &dyn Job, set: Option<&Set>, organization: &OrgSettings) -> Option<Setting> {
    let line = set.map(|set| set.cron.as_str()).and_then(|line| Schedule::parse(line).ok());
    let schedule = match line {
        Some(line) => line,
        None => Schedule::parse(job.schedule()).ok()?,
    };
    let zone = set.and_then(|set| set.time_zone.as_deref()).and_then(|name| TimeZone::get(name).ok());
    Some(Setting {
        schedule,
        zone: zone.unwrap_or_else(|| organization.zone.clone()),
        enabled: set.is_none_or(|set| set.enabled),
    })
}

/// Every job, in the order of registration.
///
/// # Errors
/// When the database cannot be read.
pub fn states(rx: &Rx<'_>, registry: &Registry, organization: &OrgSettings) -> Result<Vec<JobState>> {
    let sets = store::schedules(rx)?;
    let mut states = Vec::new();
    for job in &registry.jobs {
        states.extend(state_of(rx, job.as_ref(), &sets, organization)?);
    }
    Ok(states)
}

/// One job.
///
/// # Errors
/// [`AppError::NotFound`]
pub fn state(rx: &Rx<'_>, registry: &Registry, organization: &OrgSettings, name: &str) -> Result<JobState> {
    let job = registry.find(name).ok_or(AppError::NotFound)?;
    state_of(rx, job.as_ref(), &store::schedules(rx)?, organization)?.ok_or(AppError::NotFound)
}

fn state_of(rx: &Rx<'_>, job: &dyn Job, sets: &[Set], organization: &OrgSettings) -> Result<Option<JobState>> {
    let set = sets.iter().find(|set| set.job == job.name());
    let Some(Setting { schedule, zone, enabled }) = setting(job, set, organization) else { return Ok(None) };
    let zones = zones(rx, job, &zone)?;
    let next = zones.iter().filter_map(|(_, zone)| schedule.next_after(rx.now(), zone)).min();
    Ok(Some(JobState {
        name: job.name(),
        title: job.title(),
        cron: schedule.as_str().to_owned(),
        preset: job.schedule(),
        next: next.filter(|_| enabled),
        zone,
        own_zone: set.is_some_and(|set| set.time_zone.is_some()),
        zones: job.zones(),
        enabled,
        waits_on_copies: job.waits_on_copies(),
        last: store::newest_run(rx, job.name())?,
    }))
}

/// A job's newest runs, at most 100.
pub fn runs(rx: &Rx<'_>, job: &str) -> Result<Vec<Run>> {
    store::runs(rx, job, 100)
}

/// Sets a job's line, zone (an IANA name; `None` is the organization's) and whether it runs at all.
///
/// # Errors
/// [`AppError::Invalid`] on `cron` or `time_zone`, [`AppError::NotFound`] where there is no such job.
pub fn set_schedule(
    tx: &mut Tx<'_>,
    actor: &Actor,
    registry: &Registry,
    name: &str,
    (cron, time_zone, enabled): (&str, Option<&str>, bool),
) -> Result<()> {
    actor.require_admin()?;
    let found = registry.find(name).ok_or(AppError::NotFound)?;
    let job = found.name();
    let mut errors = FieldErrors::new();
    if let Err(why) = Schedule::parse(cron) {
        errors.add("cron", why);
    }
    match time_zone {
        Some(_) if found.zones() == Zones::EachLocation => {
            errors.add("time_zone", msg!("This job follows the zone of each location."));
        }
        Some(zone) if TimeZone::get(zone).is_err() => {
            errors.add("time_zone", msg!("This is no time zone such as Europe/Berlin."));
        }
        _ => {}
    }
    let set = errors.into_result(Set {
        job: job.to_owned(),
        cron: cron.trim().to_owned(),
        time_zone: time_zone.map(str::to_owned),
        enabled,
    })?;
    let before = store::schedules(tx)?.into_iter().find(|known| known.job == job);
    let was = |f: fn(Set) -> serde_json::Value| before.clone().map(f);
    let entry = audit::Entry::new("job.scheduled")
        .with("job", job)
        .change("cron", was(|set| set.cron.into()), &set.cron)
        .change("time_zone", was(|set| set.time_zone.into()), &set.time_zone)
        .change("enabled", was(|set| set.enabled.into()), set.enabled);
    store::set_schedule(tx, &set)?;
    audit::record(tx, actor, entry)?;
    Ok(())
}

/// Has a job run at the next tick for the present instant, whatever its line says and whether or not today has had
/// its run. What the job did for somebody today it does not repeat.
///
/// # Errors
/// [`AppError::NotFound`] where there is no such job.
pub fn run_now(
    tx: &mut Tx<'_>,
    actor: &Actor,
    registry: &Registry,
    organization: &OrgSettings,
    name: &str,
) -> Result<()> {
    actor.require_admin()?;
    let job = registry.find(name).ok_or(AppError::NotFound)?;
    let now = tx.now();
    let sets = store::schedules(tx)?;
    let set = sets.iter().find(|set| set.job == job.name());
    let Some(Setting { zone, .. }) = setting(job.as_ref(), set, organization) else { return Err(AppError::NotFound) };
    for (subject, zone) in zones(tx, job.as_ref(), &zone)? {
        let period = match job.period() {
            // Told apart from the day's own run, and still the same day to what the job remembers by it.
            Period::Day => format!("{} {}", period_of(now, &zone, Period::Day), now.as_microsecond()),
            Period::Instant => period_of(now, &zone, Period::Instant),
        };
        store::add_run(tx, job.name(), &subject, zone_name(&zone), &Planned { at: now, period, dropped: false })?;
    }
    audit::record(tx, actor, audit::Entry::new("job.run_by_hand").with("job", job.name()))?;
    Ok(())
}

/// Has a run that failed for good tried again at the next tick, as if it had never been tried.
///
/// # Errors
/// [`AppError::NotFound`] where the job has no such run; [`AppError::Conflict`] where it has not failed, or has lost its
/// sense since ([`CatchUp::Within`](super::CatchUp::Within)).
pub fn retry(tx: &mut Tx<'_>, actor: &Actor, registry: &Registry, name: &str, run: i64) -> Result<()> {
    actor.require_admin()?;
    let job = registry.find(name).ok_or(AppError::NotFound)?;
    let found = store::run_of(tx, job.name(), run)?.ok_or(AppError::NotFound)?;
    if found.state != RunState::Failed {
        return Err(AppError::conflict("This run has not failed for good: there is nothing to try again."));
    }
    if is_too_late(job.catch_up(), found.due_at, tx.now()) {
        return Err(AppError::conflict(
            "This run is of a time that is over: what it would tell is no longer so. Run the job now instead.",
        ));
    }
    store::retry(tx, run)?;
    audit::record(tx, actor, audit::Entry::new("job.retried").with("job", job.name()).with("period", found.period))?;
    Ok(())
}

/// The zones a job runs in: what tells its runs apart, and the zone. The organization's own goes without a name, so
/// that moving the company does not repeat a day.
pub(super) fn zones(rx: &Rx<'_>, job: &dyn Job, own: &TimeZone) -> Result<Vec<(String, TimeZone)>> {
    let mut zones = vec![(String::new(), own.clone())];
    if job.zones() == Zones::EachLocation {
        for name in store::zones(rx)? {
            match TimeZone::get(&name) {
                Ok(zone) if zone != *own => zones.push((name, zone)),
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "a location's zone is unknown to the clockwork"),
            }
        }
    }
    Ok(zones)
}

pub(super) fn zone_name(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("UTC")
}
