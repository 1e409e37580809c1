//! SQL of schedules, marks and runs.

use jiff::{SignedDuration, Timestamp};
use rusqlite::Row;

use crate::error::{Msg, Result};
use crate::storage::{Rx, Tx};

use super::overview::{Run, RunState};
use super::plan::Planned;

/// A run as the clockwork takes it up.
#[derive(Clone, Debug)]
pub(super) struct OpenRun {
    pub(super) id: i64,
    pub(super) job: String,
    pub(super) subject: String,
    pub(super) period: String,
    pub(super) due_at: Timestamp,
    pub(super) time_zone: String,
    pub(super) attempts: i64,
}

/// Where an admin set a job otherwise than its preset.
#[derive(Clone, Debug)]
pub(super) struct Set {
    pub(super) job: String,
    pub(super) cron: String,
    pub(super) time_zone: Option<String>,
    pub(super) enabled: bool,
}

/// Between two tries of a run ([`super::plan::next_try`]).
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(60);

pub(super) fn schedules(rx: &Rx<'_>) -> Result<Vec<Set>> {
    rx.all("SELECT job, cron, time_zone, enabled FROM job_schedule", (), |row| {
        Ok(Set { job: row.get(0)?, cron: row.get(1)?, time_zone: row.get(2)?, enabled: row.get(3)? })
    })
}

pub(super) fn set_schedule(tx: &mut Tx<'_>, set: &Set) -> Result<()> {
    tx.run(
        "INSERT INTO job_schedule (job, cron, time_zone, enabled) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (job) DO UPDATE SET cron = excluded.cron, time_zone = excluded.time_zone, enabled = excluded.enabled",
        (&set.job, &set.cron, &set.time_zone, set.enabled),
    )?;
    Ok(())
}

/// Zones of the organization's locations, by name; of deactivated ones too, as people may still be there.
pub(super) fn zones(rx: &Rx<'_>) -> Result<Vec<String>> {
    rx.all("SELECT DISTINCT time_zone FROM locations ORDER BY time_zone", (), |row| row.get(0))
}

/// Job, zone, seen until.
pub(super) fn marks(rx: &Rx<'_>) -> Result<Vec<(String, String, Timestamp)>> {
    rx.all("SELECT job, time_zone, seen_until FROM job_marks", (), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
}

pub(super) fn mark(tx: &mut Tx<'_>, job: &str, zone: &str, seen_until: Timestamp) -> Result<()> {
    tx.run(
        "INSERT INTO job_marks (job, time_zone, seen_until) VALUES (?1, ?2, ?3)
         ON CONFLICT (job, time_zone) DO UPDATE SET seen_until = excluded.seen_until",
        (job, zone, seen_until),
    )?;
    Ok(())
}

/// Writes a run down, unless this period has its run already.
pub(super) fn add_run(tx: &mut Tx<'_>, job: &str, subject: &str, zone: &str, run: &Planned) -> Result<bool> {
    let (at, now) = (run.at, tx.now());
    let state = if run.dropped { RunState::Dropped } else { RunState::Waiting };
    let finished = run.dropped.then_some(now);
    let added = tx.run(
        "INSERT INTO job_runs (job, subject, period, due_at, time_zone, state, next_try_at, finished_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (job, subject, period) DO NOTHING",
        rusqlite::params![job, subject, run.period, at, zone, state, now, finished],
    )?;
    Ok(added == 1)
}

/// Runs that wait and may be tried now, oldest first.
pub(super) fn open_runs(rx: &Rx<'_>, now: Timestamp) -> Result<Vec<OpenRun>> {
    rx.all(
        "SELECT id, job, subject, period, due_at, time_zone, attempts FROM job_runs
         WHERE state IN ('waiting', 'running') AND state = 'waiting' AND next_try_at <= ?1 ORDER BY due_at, id",
        [now],
        |row| {
            Ok(OpenRun {
                id: row.get(0)?,
                job: row.get(1)?,
                subject: row.get(2)?,
                period: row.get(3)?,
                due_at: row.get(4)?,
                time_zone: row.get(5)?,
                attempts: row.get(6)?,
            })
        },
    )
}

/// Takes a run up; `false` where it is not waiting any more.
pub(super) fn start(tx: &mut Tx<'_>, run: i64) -> Result<bool> {
    let now = tx.now();
    let changed = tx.run(
        "UPDATE job_runs SET state = 'running', attempts = attempts + 1, started_at = ?1 WHERE id = ?2 AND state = 'waiting'",
        (now, run),
    )?;
    Ok(changed == 1)
}

/// A run that waits has come too late: it is not taken up.
pub(super) fn drop_run(tx: &mut Tx<'_>, run: i64) -> Result<()> {
    let now = tx.now();
    tx.run("UPDATE job_runs SET state = 'dropped', finished_at = ?1 WHERE id = ?2 AND state = 'waiting'", (now, run))?;
    Ok(())
}

pub(super) fn done(tx: &mut Tx<'_>, run: i64, took_ms: i64, summary: &Msg) -> Result<()> {
    let now = tx.now();
    let summary = serde_json::to_string(summary).map_err(crate::error::AppError::internal)?;
    tx.run(
        "UPDATE job_runs SET state = 'done', finished_at = ?1, took_ms = ?2, summary = ?3, error = '' WHERE id = ?4",
        (now, took_ms, summary, run),
    )?;
    Ok(())
}

pub(super) fn try_again(tx: &mut Tx<'_>, run: i64, at: Timestamp, error: &str) -> Result<()> {
    tx.run(
        "UPDATE job_runs SET state = 'waiting', next_try_at = ?1, error = ?2 WHERE id = ?3",
        (at, short(error), run),
    )?;
    Ok(())
}

pub(super) fn failed(tx: &mut Tx<'_>, run: i64, error: &str) -> Result<()> {
    let now = tx.now();
    tx.run(
        "UPDATE job_runs SET state = 'failed', finished_at = ?1, error = ?2 WHERE id = ?3",
        (now, short(error), run),
    )?;
    Ok(())
}

/// Runs that a stop cut short wait again, and those that a clock gone wrong put off too far are tried now; how many.
pub(super) fn recover(tx: &mut Tx<'_>) -> Result<usize> {
    let (now, farthest) = (tx.now(), tx.now() + LONGEST_PAUSE);
    let cut = "UPDATE job_runs SET state = 'waiting' WHERE state IN ('waiting', 'running') AND state = 'running'";
    let put_off = "UPDATE job_runs SET next_try_at = ?1
                   WHERE state IN ('waiting', 'running') AND state = 'waiting' AND next_try_at > ?2";
    Ok(tx.run(cut, ())? + tx.run(put_off, (now, farthest))?)
}

pub(super) fn first(tx: &mut Tx<'_>, job: &str, subject: &str, period: &str) -> Result<bool> {
    let now = tx.now();
    let added = tx.run(
        "INSERT INTO job_done (job, subject, period, done_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        (job, subject, period, now),
    )?;
    Ok(added == 1)
}

const RUN: &str = "id, job, subject, period, due_at, state, attempts, started_at, finished_at, took_ms, summary, error";

fn run(row: &Row<'_>) -> rusqlite::Result<Run> {
    let summary: String = row.get(10)?;
    Ok(Run {
        id: row.get(0)?,
        job: row.get(1)?,
        subject: row.get(2)?,
        period: row.get(3)?,
        due_at: row.get(4)?,
        state: row.get(5)?,
        attempts: row.get(6)?,
        started_at: row.get(7)?,
        finished_at: row.get(8)?,
        took_ms: row.get(9)?,
        summary: serde_json::from_str(&summary).ok(),
        error: row.get(11)?,
    })
}

/// The newest runs of a job.
pub(super) fn runs(rx: &Rx<'_>, job: &str, limit: i64) -> Result<Vec<Run>> {
    rx.all(&format!("SELECT {RUN} FROM job_runs WHERE job = ?1 ORDER BY id DESC LIMIT ?2"), (job, limit), run)
}

/// One run of a job.
pub(super) fn run_of(rx: &Rx<'_>, job: &str, id: i64) -> Result<Option<Run>> {
    rx.one(&format!("SELECT {RUN} FROM job_runs WHERE id = ?2 AND job = ?1"), (job, id), run)
}

/// A run that failed for good waits again, and may be tried now.
pub(super) fn retry(tx: &mut Tx<'_>, run: i64) -> Result<()> {
    let now = tx.now();
    tx.run(
        "UPDATE job_runs SET state = 'waiting', attempts = 0, next_try_at = ?2, finished_at = NULL \
         WHERE id = ?1 AND state = 'failed'",
        (run, now),
    )?;
    Ok(())
}

pub(super) fn newest_run(rx: &Rx<'_>, job: &str) -> Result<Option<Run>> {
    Ok(runs(rx, job, 1)?.into_iter().next())
}

/// Runs that ended before the first instant and marks of subjects before the second; how many went.
pub(super) fn forget(tx: &mut Tx<'_>, runs_before: Timestamp, done_before: Timestamp) -> Result<usize> {
    let runs = tx.run("DELETE FROM job_runs WHERE finished_at < ?1", [runs_before])?;
    Ok(runs + tx.run("DELETE FROM job_done WHERE done_at < ?1", [done_before])?)
}

/// What fits in the column.
fn short(error: &str) -> String {
    error.chars().take(2000).collect()
}
