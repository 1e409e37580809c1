//! What the clockwork runs: on the day after somebody's last one, what waited for them goes to others. Deactivating
//! does the same at once.

use super::{Employee, employee, follow};
use crate::error::Result;
use crate::jobs::{Due, Job, JobCtx, Outcome};
use crate::storage::Op;
use crate::time::period;
use crate::{msg_n, tr};

const DEPARTED: Op = Op::act("employee.departed");

/// For how many days after the last one it is looked at. Where the program was off for longer, HR decides for whom
/// nobody was asked anew.
const DAYS: i64 = 62;

/// Hands over what waited for people who have left. Repeated without harm: what was handed over waits for them no
/// more.
#[derive(Clone, Copy, Debug)]
pub struct Departures;

impl Job for Departures {
    fn name(&self) -> &'static str {
        "departures"
    }

    fn title(&self) -> &'static str {
        tr!("What waited for people who have left goes to others")
    }

    fn schedule(&self) -> &'static str {
        "10 0 * * *"
    }

    /// It puts the books in order; the mail that follows waits by itself.
    fn waits_on_copies(&self) -> bool {
        false
    }

    fn run(&self, ctx: &JobCtx, due: &Due) -> Result<Outcome> {
        let (first, last) = (period::back(due.date, DAYS), period::back(due.date, 1));
        let left: Vec<Employee> = ctx.read(|rx| employee::left_between(rx, first, last))?;
        let count = i64::try_from(left.len()).unwrap_or(i64::MAX);
        for person in left {
            ctx.write(DEPARTED, move |tx, actor| follow::tell(tx, actor, &person, &person))?;
        }
        if count == 0 {
            return Ok(Outcome::nothing());
        }
        Ok(Outcome::did(msg_n!(count, "{0} person looked at", "{0} people looked at")))
    }
}
