//! What the clockwork runs: at midnight, planned changes become current.

use super::store;
use crate::error::Result;
use crate::jobs::{Due, Job, JobCtx, Outcome};
use crate::storage::Op;
use crate::{msg_n, tr};

const TOOK_EFFECT: Op = Op::act("employee.change_took_effect");

/// Makes current what HR planned for a day that has come, person by person. What was missed while the program was off
/// is still planned, and so is made up for; what is current already is planned no more, so nothing happens twice.
#[derive(Clone, Copy, Debug)]
pub struct DatedChanges;

impl Job for DatedChanges {
    fn name(&self) -> &'static str {
        "dated_changes"
    }

    fn title(&self) -> &'static str {
        tr!("Planned changes of people’s records take effect")
    }

    fn schedule(&self) -> &'static str {
        "0 0 * * *"
    }

    /// It keeps the books as they were planned; what follows by mail waits by itself.
    fn waits_on_copies(&self) -> bool {
        false
    }

    fn run(&self, ctx: &JobCtx, _due: &Due) -> Result<Outcome> {
        let people = ctx.read(|rx| {
            let today = crate::people::today(rx)?;
            store::due(rx, today)
        })?;
        let mut count = 0;
        for id in people {
            count += i64::from(ctx.write(TOOK_EFFECT, move |tx, actor| super::settle(tx, actor, id))?);
        }
        if count == 0 {
            return Ok(Outcome::nothing());
        }
        Ok(Outcome::did(msg_n!(count, "{0} record changed as planned", "{0} records changed as planned")))
    }
}
