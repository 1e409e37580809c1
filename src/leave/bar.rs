//! The one bar at the foot of the page of a request or a trip: what is at stake, and what the reader can do about it.

use crate::approvals::{self, Approval};
use crate::auth::Actor;
use crate::error::Result;
use crate::lang::Lang;
use crate::storage::Rx;
use crate::{msg, tr};

/// What the bar shows: `templates/leave/bar.html`.
#[derive(Debug, Default)]
pub struct Bar {
    /// What is at stake, in words.
    pub words: String,
    pub detail: String,
    /// The quiet buttons: address and words; red where it destroys.
    pub others: Vec<(String, &'static str, bool)>,
    /// The button that approves at once.
    pub approve: bool,
    /// The version of the approval that this page shows; the button sends it.
    pub version: u32,
    /// A link instead: address and words.
    pub go: Option<(String, &'static str)>,
}

impl Bar {
    /// For who decides on what `who` asks for, on the page at `href`; none for anybody else. HR decides in somebody's
    /// place on a page that asks why.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn to_decide(
        rx: &Rx<'_>,
        actor: &Actor,
        approval: &Approval,
        (who, href): (&str, &str),
        lang: Lang,
    ) -> Result<Option<Bar>> {
        if !approvals::may_decide(rx, actor, approval)? {
            return Ok(None);
        }
        let on_behalf = !approvals::is_asked(rx, actor, approval)?;
        let detail = match on_behalf {
            true => msg!("Waits for {0}; you decide on their behalf.", approval.waits_for()),
            false => msg!("Waits for your decision."),
        };
        let to = |act: &str| format!("{href}/{act}");
        Ok(Some(Bar {
            words: who.to_owned(),
            detail: lang.msg(&detail),
            others: vec![(to("reject"), tr!("Reject…"), true), (to("question"), tr!("Ask…"), false)],
            approve: !on_behalf,
            version: approval.version,
            go: on_behalf.then(|| (to("approve"), tr!("Approve…"))),
        }))
    }
}
