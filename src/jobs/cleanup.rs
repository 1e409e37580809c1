//! Retention: what has served its time is removed, each night. Each room says for itself what that is.

use std::fmt;

use jiff::SignedDuration;

use crate::error::{Msg, Result};
use crate::storage::{Db, Housekeeping, Op, Tx, outbox};

use super::{Due, Job, JobCtx, Outcome, store};

const CLEAN_UP: Op = Op::housekeeping(Housekeeping::CleanUp);

/// Removes rows of one kind that have served their time; how many went.
pub type Broom = fn(&mut Tx<'_>) -> Result<usize>;

/// As [`Broom`], for what lies in the organization's folder beside its database.
pub type FileBroom = fn(&JobCtx) -> Result<usize>;

/// The job `cleanup`. The clockwork's own rows and the outbox's are swept always; the composition root hands it the
/// brooms of the other rooms.
pub struct Cleanup {
    brooms: Vec<(&'static str, Option<Db>, Broom)>,
    files: Vec<(&'static str, FileBroom)>,
}

impl Default for Cleanup {
    fn default() -> Self {
        Cleanup { brooms: Vec::new(), files: Vec::new() }.with("runs of jobs", sweep_runs).with("outbox", sweep_outbox)
    }
}

impl fmt::Debug for Cleanup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.brooms.iter().map(|(what, ..)| what);
        f.debug_list().entries(rows.chain(self.files.iter().map(|(what, _)| what))).finish()
    }
}

impl Cleanup {
    pub fn new() -> Cleanup {
        Cleanup::default()
    }

    /// `what` is what it sweeps, for the admin: "read notices".
    #[must_use]
    pub fn with(mut self, what: &'static str, broom: Broom) -> Cleanup {
        self.brooms.push((what, None, broom));
        self
    }

    /// A broom for files.
    #[must_use]
    pub fn with_files(mut self, what: &'static str, broom: FileBroom) -> Cleanup {
        self.files.push((what, broom));
        self
    }

    /// A broom for the appliance's own database. It sweeps with every organization's clean-up, which is often enough.
    #[must_use]
    pub fn on_appliance(mut self, instance: &Db, what: &'static str, broom: Broom) -> Cleanup {
        self.brooms.push((what, Some(instance.clone()), broom));
        self
    }
}

impl Job for Cleanup {
    fn name(&self) -> &'static str {
        "cleanup"
    }

    fn title(&self) -> &'static str {
        crate::tr!("Clean-up")
    }

    fn schedule(&self) -> &'static str {
        "40 3 * * *"
    }

    fn waits_on_copies(&self) -> bool {
        false
    }

    fn run(&self, ctx: &JobCtx, _due: &Due) -> Result<Outcome> {
        let mut swept = Vec::new();
        for (what, db, broom) in &self.brooms {
            // A transaction each, so that nobody waits for all of them.
            let rows = db.as_ref().unwrap_or(&ctx.org.db).write_blocking(CLEAN_UP, *broom)?;
            if rows > 0 {
                swept.push(format!("{what}: {rows}"));
            }
        }
        for (what, broom) in &self.files {
            let files = broom(ctx)?;
            if files > 0 {
                swept.push(format!("{what}: {files}"));
            }
        }
        Ok(if swept.is_empty() {
            Outcome::nothing()
        } else {
            Outcome::did(Msg::new("Removed {0}").arg(swept.join(", ")))
        })
    }
}

/// Runs are kept for 90 days; what was done for whom for 400, since a yearly job remembers by it.
fn sweep_runs(tx: &mut Tx<'_>) -> Result<usize> {
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    store::forget(tx, tx.now() - days(90), tx.now() - days(400))
}

/// Performed and given-up rows are kept for 30 days.
fn sweep_outbox(tx: &mut Tx<'_>) -> Result<usize> {
    outbox::prune(tx, tx.now() - SignedDuration::from_hours(24 * 30))
}
