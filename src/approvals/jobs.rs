//! What the clockwork does for decisions that nobody takes: after the hours that the chain says the next one up is asked
//! as well, and what waits for people who can no longer decide moves to others.

use super::{Status, get, onward, store};
use crate::auth::Actor;
use crate::error::Result;
use crate::ids::ApprovalId;
use crate::jobs::{CatchUp, Due, Job, JobCtx, Outcome, Period, REMIND};
use crate::storage::{Op, Rx, Tx};
use crate::{msg_n, people, tr};

const MOVED: Op = Op::act("approval.escalated");

/// Asks somebody else, every quarter of an hour.
#[derive(Clone, Copy, Debug)]
pub struct Escalation;

impl Job for Escalation {
    fn name(&self) -> &'static str {
        "approval_escalation"
    }

    fn title(&self) -> &'static str {
        tr!("Decisions that nobody takes in time")
    }

    fn schedule(&self) -> &'static str {
        "*/15 * * * *"
    }

    fn period(&self) -> Period {
        Period::Instant
    }

    fn catch_up(&self) -> CatchUp {
        CatchUp::Latest
    }

    fn run(&self, ctx: &JobCtx, _due: &Due) -> Result<Outcome> {
        let mut moved: i64 = 0;
        for stuck in ctx.read(found)? {
            let asked = ctx.write(MOVED, move |tx, actor| move_on(tx, actor, stuck))?;
            moved += i64::from(asked);
            if !asked {
                ctx.write(REMIND, move |tx, _| rest(tx, stuck))?;
            }
        }
        if moved == 0 {
            return Ok(Outcome::nothing());
        }
        let did = msg_n!(moved, "{0} decision asked of somebody else", "{0} decisions asked of somebody else");
        Ok(Outcome::did(did))
    }
}

/// Something that waits, and for what reason it should not wait as it does.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stuck {
    /// Nobody who is asked can decide any more.
    Stranded(ApprovalId),
    /// Nobody has decided in time.
    Overdue(ApprovalId),
}

pub(super) fn found(rx: &Rx<'_>) -> Result<Vec<Stuck>> {
    let stranded = store::stranded(rx, people::today(rx)?)?.into_iter().map(Stuck::Stranded);
    let overdue = store::overdue(rx, rx.now())?.into_iter().map(Stuck::Overdue);
    Ok(stranded.chain(overdue).collect())
}

/// Asks somebody else. `false` where everybody who could be asked is, and nothing has changed.
pub(super) fn move_on(tx: &mut Tx<'_>, actor: &Actor, stuck: Stuck) -> Result<bool> {
    let (Stuck::Stranded(id) | Stuck::Overdue(id)) = stuck;
    let approval = get(tx, id)?;
    // It may have been decided since it was found.
    if approval.status != Status::Pending {
        return Ok(true);
    }
    match stuck {
        Stuck::Stranded(_) => {
            store::unask_open(tx, id)?;
            onward::ask_again(tx, actor, &approval)?;
            Ok(true)
        }
        Stuck::Overdue(_) => Ok(!onward::escalate(tx, actor, &approval)?.is_empty()),
    }
}

/// There is nobody left to ask, so it is not looked for again.
pub(super) fn rest(tx: &mut Tx<'_>, stuck: Stuck) -> Result<()> {
    let (Stuck::Stranded(id) | Stuck::Overdue(id)) = stuck;
    store::set_escalates_at(tx, id, None)
}
