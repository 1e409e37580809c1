//! What the clockwork does for decisions that nobody takes: after the hours that the chain says the next one up is asked
//! as well, and what waits for people who can no longer decide moves to others.

use super::{get, onward, store};
use crate::auth::Actor;
use crate::error::Result;
use crate::ids::ApprovalId;
use crate::jobs::{CatchUp, Due, Job, JobCtx, Outcome, Period};
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
            moved += i64::from(ctx.write(MOVED, move |tx, actor| move_on(tx, actor, stuck))?);
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
    /// Nobody who is asked can decide any more, or it is asked of its own requester; and somebody else can be asked.
    Stranded(ApprovalId),
    /// Nobody has decided in time.
    Overdue(ApprovalId),
}

pub(super) fn found(rx: &Rx<'_>) -> Result<Vec<Stuck>> {
    let stranded = stranded(rx, None)?.into_iter().map(Stuck::Stranded);
    let overdue = store::overdue(rx, rx.now(), None)?.into_iter().map(Stuck::Overdue);
    Ok(stranded.chain(overdue).collect())
}

fn stranded(rx: &Rx<'_>, only: Option<ApprovalId>) -> Result<Vec<ApprovalId>> {
    let mut found = store::stranded(rx, people::today(rx)?, only)?;
    found.extend(store::asked_of_themselves(rx, only)?);
    let mut movable = Vec::with_capacity(found.len());
    for id in found {
        let asked = onward::anew(rx, &get(rx, id)?)?;
        if asked.office || !asked.people.is_empty() {
            movable.push(id);
        }
    }
    Ok(movable)
}

/// Asks somebody else, if it is still so: it may have been decided, or moved, since it was found. Answers whether somebody
/// was asked.
pub(super) fn move_on(tx: &mut Tx<'_>, actor: &Actor, stuck: Stuck) -> Result<bool> {
    match stuck {
        Stuck::Stranded(id) => {
            if stranded(tx, Some(id))?.is_empty() {
                return Ok(false);
            }
            let approval = get(tx, id)?;
            store::close_open(tx, id)?;
            onward::ask_again(tx, actor, &approval)?;
            Ok(true)
        }
        Stuck::Overdue(id) => {
            if store::overdue(tx, tx.now(), Some(id))?.is_empty() {
                return Ok(false);
            }
            Ok(!onward::escalate(tx, actor, &get(tx, id)?)?.is_empty())
        }
    }
}
