//! Leave years are closed by themselves, on the first day of the next.

use crate::error::Result;
use crate::jobs::{Due, Job, JobCtx, Outcome};
use crate::leave::ledger::closing;
use crate::msg_n;
use crate::storage::Op;

use super::close_one;

pub const CLOSED: Op = Op::act("leave.year_closed");

/// Closes every leave year that is over, after midnight; one account a transaction.
#[derive(Clone, Copy, Debug)]
pub struct YearChange;

impl Job for YearChange {
    fn name(&self) -> &'static str {
        "leave_year_change"
    }

    fn title(&self) -> &'static str {
        crate::tr!("Leave years that are over")
    }

    fn schedule(&self) -> &'static str {
        "10 0 * * *"
    }

    fn run(&self, ctx: &JobCtx, due: &Due) -> Result<Outcome> {
        let today = due.date;
        let mut closed: i64 = 0;
        // What goes on into a year that is over as well is found by the next look.
        loop {
            let accounts = ctx.read(move |rx| super::due(rx, today))?;
            if accounts.is_empty() {
                break;
            }
            for account in accounts {
                ctx.write(CLOSED, move |tx, actor| close_one(tx, actor, account))?;
                closed += 1;
            }
        }
        for account in ctx.read(super::unsettled)? {
            ctx.write(CLOSED, move |tx, actor| closing::tidy(tx, actor, account))?;
        }
        Ok(if closed == 0 { Outcome::nothing() } else { Outcome::did(msg_n!(closed, "{0} balance", "{0} balances")) })
    }
}
