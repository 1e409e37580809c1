//! The next generation of each database, each night: what a copier finds is then never older than a day in its main
//! file, the log stays short, and generations that have been kept long enough go.

use std::fmt;

use crate::error::Result;
use crate::msg;
use crate::storage::{Db, Why};

use super::{Due, Job, JobCtx, Outcome};

/// The job `renewal`: the organization's database and, with it, the appliance's. Where nothing was written since the
/// last one, nothing is made; the second organization of a night finds the appliance's done.
pub struct Renewal(Db);

impl fmt::Debug for Renewal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Renewal")
    }
}

impl Renewal {
    pub fn new(instance: &Db) -> Renewal {
        Renewal(instance.clone())
    }
}

impl Job for Renewal {
    fn name(&self) -> &'static str {
        "renewal"
    }

    fn title(&self) -> &'static str {
        crate::tr!("Renewal of the database")
    }

    /// After the clean-up, so that what it removed is not carried over.
    fn schedule(&self) -> &'static str {
        "50 3 * * *"
    }

    fn waits_on_copies(&self) -> bool {
        false
    }

    fn run(&self, ctx: &JobCtx, _due: &Due) -> Result<Outcome> {
        let before = ctx.org.db.generation();
        let now = ctx.org.db.new_generation_blocking(Why::Night)?;
        self.0.new_generation_blocking(Why::Night)?;
        Ok(if now == before { Outcome::nothing() } else { Outcome::did(msg!("Made generation {0}", now)) })
    }
}
