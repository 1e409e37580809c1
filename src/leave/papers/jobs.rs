//! What the clockwork does for papers: whoever owes one hears of it on the day by which it is due, and HR the day after.

use super::store;
use crate::error::Result;
use crate::jobs::{Due, Job, JobCtx, Outcome, REMIND, Zones};
use crate::leave::{notices, request};
use crate::msg_n;
use crate::people;
use crate::time::period;

/// A paper that is due for longer is HR's to ask for.
const LOOK_BACK_DAYS: i64 = 30;

/// "A paper for your leave is due by Thu 9 Dec": once to the person, in the morning of their place; on a later day once
/// to HR.
#[derive(Clone, Copy, Debug)]
pub struct PapersDue;

impl Job for PapersDue {
    fn name(&self) -> &'static str {
        "leave_documents_due"
    }

    fn title(&self) -> &'static str {
        crate::tr!("Papers of leave that are due")
    }

    fn schedule(&self) -> &'static str {
        "30 8 * * *"
    }

    fn zones(&self) -> Zones {
        Zones::EachLocation
    }

    fn run(&self, ctx: &JobCtx, due: &Due) -> Result<Outcome> {
        let (from, today) = (period::back(due.date, LOOK_BACK_DAYS), due.date);
        let wanting = ctx.read(move |rx| store::wanting(rx, from, today))?;
        let mut told: i64 = 0;
        for (id, employee, due_on) in wanting {
            let due = due.clone();
            told += ctx.write(REMIND, move |tx, actor| {
                if !people::is_run_of(tx, &due, employee)? {
                    return Ok(0);
                }
                let leave = request::store::get(tx, id)?;
                let mut told = 0;
                if due.first_in(tx, format!("leave_request:{id}:person"), due_on)? {
                    notices::paper_due(tx, actor, &leave, due_on)?;
                    told += 1;
                }
                if due_on < today && due.first_in(tx, format!("leave_request:{id}:hr"), due_on)? {
                    notices::paper_missing(tx, actor, &leave, due_on)?;
                    told += 1;
                }
                Ok(told)
            })?;
        }
        Ok(if told == 0 { Outcome::nothing() } else { Outcome::did(msg_n!(told, "{0} reminder", "{0} reminders")) })
    }
}
