//! The outbox's runner: takes due rows, has each performed by the effect of its kind, and writes down what came of it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::timeout;

use crate::error::Result;
use crate::orgs::Org;
use crate::storage::outbox::{self as rows, Fate, OutboxRow};
use crate::storage::{Housekeeping, Op};

use super::{Effect, Failure, Registry};

const OUTBOX: Op = Op::housekeeping(Housekeeping::Outbox);

/// Rows that are claimed at a time: what a stop leaves to be taken up again is small.
const CLAIM: u32 = 20;

/// How long one row may take before its lane goes on with the next.
const PATIENCE: Duration = Duration::from_secs(300);

/// Performs what is due in all organizations until nothing is; how many rows succeeded. Each kind is a lane of its
/// own: reports do not wait for a slow mail server. Never twice at once: the caller sees to that.
pub(super) async fn run(orgs: &[Arc<Org>], registry: &Registry, held: bool) -> usize {
    let effects = registry.effects.values().filter(|effect| !(held && effect.waits_on_copies()));
    join_all(effects.map(|effect| lane(orgs, effect))).await.into_iter().sum()
}

async fn lane(orgs: &[Arc<Org>], effect: &Arc<dyn Effect>) -> usize {
    let mut performed = 0;
    for org in orgs {
        match drain(org, effect).await {
            Ok(Drained { count, down }) => {
                performed += count;
                if down {
                    break;
                }
            }
            Err(error) => {
                tracing::error!(org = %org.slug, kind = effect.kind(), %error, "the outbox cannot be read or written");
            }
        }
    }
    effect.rest().await;
    performed
}

struct Drained {
    count: usize,
    /// The effect cannot work at all for now.
    down: bool,
}

/// Performs one organization's rows of one kind.
async fn drain(org: &Arc<Org>, effect: &Arc<dyn Effect>) -> Result<Drained> {
    let mut drained = Drained { count: 0, down: false };
    loop {
        let kind = effect.kind();
        // Most ticks find nothing: looking costs no commit.
        let next = org.db.read(move |rx| Ok(rows::next_due(rx, kind)?.filter(|at| *at <= rx.now()))).await?;
        if next.is_none() {
            return Ok(drained);
        }
        let claimed = org.db.write(OUTBOX, move |tx| rows::claim(tx, kind, CLAIM)).await?;
        if claimed.is_empty() {
            return Ok(drained);
        }
        let mut claimed = claimed.into_iter();
        while let Some(row) = claimed.next() {
            let late = |_| Err(Failure::Later("it took longer than five minutes".to_owned()));
            let result = timeout(PATIENCE, effect.perform(org, &row)).await.unwrap_or_else(late);
            drained.down = matches!(result, Err(Failure::Down(_)));
            drained.count += usize::from(result.is_ok());
            settle(org, effect, row, result).await?;
            if drained.down {
                let rest: Vec<_> = claimed.map(|row| row.id).collect();
                org.db.write(OUTBOX, move |tx| rest.iter().try_for_each(|id| rows::untried(tx, *id))).await?;
                return Ok(drained);
            }
        }
    }
}

/// Writes down what came of a row.
async fn settle(org: &Arc<Org>, effect: &Arc<dyn Effect>, row: OutboxRow, result: Result<(), Failure>) -> Result<()> {
    let Err(failure) = result else { return org.db.write(OUTBOX, move |tx| rows::done(tx, row.id)).await };
    let refused = matches!(failure, Failure::Refused(_));
    tracing::warn!(org = %org.slug, kind = row.kind, row = %row.id, refused, why = failure.why(), "an outbox row was not performed");
    let effect = Arc::clone(effect);
    let write = org.db.write(OUTBOX, move |tx| {
        let given_up = if refused {
            rows::fail(tx, row.id, failure.why())?;
            true
        } else {
            rows::retry(tx, row.id, failure.why())? == Fate::GivenUp
        };
        if given_up { effect.given_up(tx, &row, &failure) } else { Ok(()) }
    });
    write.await
}
