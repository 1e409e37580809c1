//! What the clockwork runs each night: what the policy says is due goes, a transaction a person.

use super::{ERASED, Policy, apply, policy, store};
use crate::error::Result;
use crate::ids::EmployeeId;
use crate::jobs::{Due, Job, JobCtx, Outcome};
use crate::{msg_n, tr};
use jiff::civil::Date;

/// Erases what has been kept long enough of people who have left. Repeated without harm.
#[derive(Clone, Copy, Debug)]
pub struct Retention;

impl Job for Retention {
    fn name(&self) -> &'static str {
        "retention"
    }

    fn title(&self) -> &'static str {
        tr!("Erasing what was kept long enough of people who have left")
    }

    fn schedule(&self) -> &'static str {
        "30 2 * * *"
    }

    /// A copy forgets as the house does.
    fn waits_on_copies(&self) -> bool {
        false
    }

    fn run(&self, ctx: &JobCtx, due: &Due) -> Result<Outcome> {
        let rules: Policy = ctx.read(|rx| policy(rx, &ctx.actor))?;
        if rules == Policy::default() {
            return Ok(Outcome::nothing());
        }
        let today = due.date;
        let gone: Vec<(EmployeeId, Date)> = ctx.read(|rx| store::gone(rx, today))?;
        let mut people = 0;
        for (id, _) in gone {
            let (rules, zone) = (rules.clone(), due.zone.clone());
            let erased = ctx.write(ERASED, move |tx, actor| apply(tx, actor, id, &rules, today, &zone))?;
            people += i64::from(erased > 0);
        }
        Ok(match people {
            0 => Outcome::nothing(),
            n => Outcome::did(msg_n!(n, "{0} person erased in part or whole", "{0} people erased in part or whole")),
        })
    }
}
