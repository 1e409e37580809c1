//! When an old generation may go: a day after its successor appeared, so that whoever is copying it can finish.
//!
//! A day is what this program has seen pass, not what the machine's clock says: a clock that jumps ahead would else
//! have generations removed that somebody is copying. At the start, time counts up to the last thing that was written
//! here; from there it runs with the monotonic clock. Time during which the program was off is thereby not counted;
//! it is after the next start.

use std::fs;
use std::path::Path;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use super::Schema;
use super::error::StorageError;
use super::generations::{Found, files, remove_database};
use crate::clock::Clock;

/// How long a generation stays after the making of the next one has begun: a copy may take a day, a making an hour.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(25);

/// How far time has certainly come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Age {
    /// When something was last written here, as of the start.
    base: Timestamp,
    /// [`Clock::passed`] at the start.
    began: Duration,
}

impl Age {
    pub(super) fn begin(dir: &Path, schema: &Schema, clock: &Clock) -> Result<Age, StorageError> {
        let newest = files(dir, schema)?.iter().filter_map(|file| modified(&file.path)).max();
        let now = clock.now();
        Ok(Age { base: newest.map_or(now, |written| written.min(now)), began: clock.passed() })
    }

    /// Now, or earlier where the clock has jumped ahead.
    pub(super) fn now(&self, clock: &Clock) -> Timestamp {
        let passed = SignedDuration::try_from(clock.passed().saturating_sub(self.began));
        let certain = passed.ok().and_then(|passed| self.base.checked_add(passed).ok());
        clock.now().min(certain.unwrap_or(self.base))
    }
}

fn modified(path: &Path) -> Option<Timestamp> {
    Timestamp::try_from(fs::metadata(path).ok()?.modified().ok()?).ok()
}

/// Removes generations whose successor appeared more than a day before `now`, but never the newest of them, and the
/// logs that a removal cut short has left. A failure is only logged: the next round tries again.
pub(super) fn prune(conn: &Connection, dir: &Path, schema: &Schema, now: Timestamp, current: u32) {
    if let Err(error) = try_prune(conn, dir, schema, now, current) {
        tracing::warn!(%error, dir = %dir.display(), "old generations could not be removed");
    }
}

fn try_prune(conn: &Connection, dir: &Path, schema: &Schema, now: Timestamp, current: u32) -> Result<(), StorageError> {
    let found = files(dir, schema)?;
    let mains: Vec<&Found> = found.iter().filter(|file| file.main && file.number <= current).collect();
    let mut lowest = current;
    // Each with the one that followed it; the last pair is the newest old one and the one in use.
    let pairs: Vec<_> = mains.windows(2).collect();
    for (at, pair) in pairs.iter().enumerate() {
        let (file, successor) = (pair[0], pair[1]);
        let is_newest = at + 1 == pairs.len();
        if is_newest || now.duration_since(appeared(conn, successor)?.unwrap_or(now)) < KEPT_FOR {
            lowest = lowest.min(file.number);
        } else {
            remove_database(&file.path)?;
        }
    }
    for orphan in found.iter().filter(|file| !file.main && file.number < lowest) {
        match fs::remove_file(&orphan.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(StorageError::io("remove", &orphan.path)(error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// When a generation appeared: as it says itself, or as its file does, whichever is later.
fn appeared(conn: &Connection, generation: &Found) -> Result<Option<Timestamp>, StorageError> {
    let made: Option<Timestamp> = conn
        .query_row("SELECT min(made_at) FROM generations WHERE number >= ?1", [generation.number], |row| row.get(0))
        .map_err(StorageError::sqlite(&generation.path))?;
    Ok(made.max(modified(&generation.path)))
}
