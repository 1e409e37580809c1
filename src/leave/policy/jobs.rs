//! What policies grant, each night.

use crate::error::Result;
use crate::jobs::{Due, Job, JobCtx, Outcome};
use crate::msg_n;
use crate::storage::Op;

const GRANTED: Op = Op::act("leave.granted");

/// Grants what has become due: entitlements as leave years and months begin and end, and what changed meanwhile.
#[derive(Clone, Copy, Debug)]
pub struct Grants;

impl Job for Grants {
    fn name(&self) -> &'static str {
        "leave_grants"
    }

    fn title(&self) -> &'static str {
        crate::tr!("Entitlements to leave")
    }

    fn schedule(&self) -> &'static str {
        "5 0 * * *"
    }

    fn run(&self, ctx: &JobCtx, _: &Due) -> Result<Outcome> {
        let due = ctx.read(super::due)?;
        let mut granted: i64 = 0;
        for person in due {
            let touched = ctx.write(GRANTED, move |tx, actor| super::regrant(tx, actor, person, None))?;
            granted += i64::from(!touched.is_empty());
        }
        Ok(if granted == 0 { Outcome::nothing() } else { Outcome::did(msg_n!(granted, "{0} person", "{0} people")) })
    }
}
