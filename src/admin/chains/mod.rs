//! Chains of approval as HR draws them up, and a look at whom they would ask. They belong to `approvals`; here they meet
//! the kinds of leave that they tell requests by.

pub mod api;
pub mod pages;
mod words;

use crate::approvals::chain::rules::{ESCALATE_AFTER_HOURS, Level, usual};
use crate::approvals::{self, Kind, chain};
use crate::auth::Actor;
use crate::error::Result;
use crate::ids::{ChainId, EmployeeId, LeaveTypeId};
use crate::people::{self, NameRef};
use crate::storage::Rx;

/// What somebody might send.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    pub kind: Kind,
    pub employee_id: EmployeeId,
    pub leave_type_id: Option<LeaveTypeId>,
    pub minutes: Option<i64>,
}

/// Whom a request would ask, were it sent today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Would {
    pub employee: NameRef,
    /// The chain that fits; none where nothing was drawn up for it.
    pub chain: Option<(ChainId, String)>,
    pub levels: Vec<WouldAsk>,
    pub escalate_after_hours: Option<u32>,
}

/// One level of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WouldAsk {
    pub level: Level,
    pub people: Vec<NameRef>,
    /// Those who decide in the place of one who is away today.
    pub stand_ins: Vec<NameRef>,
    /// Nobody is named: whoever has the role HR, or admin, decides.
    pub office: bool,
}

/// Says whom a request would ask.
///
/// # Errors
/// [`crate::error::AppError::Forbidden`] for all but HR; [`crate::error::AppError::NotFound`] where there is no such
/// person.
pub fn would_ask(rx: &Rx<'_>, actor: &Actor, wanted: Wanted) -> Result<Would> {
    actor.require_hr()?;
    let Wanted { kind, employee_id, leave_type_id, minutes } = wanted;
    let employee = people::get(rx, employee_id)?.name_ref();
    let found = chain::found(rx, kind, employee_id, leave_type_id, minutes)?;
    let levels = found.as_ref().map_or_else(|| usual(kind), |chain| chain.facts.levels.clone());
    let named = |ids: &[EmployeeId]| -> Result<Vec<NameRef>> {
        ids.iter().map(|id| Ok(people::get(rx, *id)?.name_ref())).collect()
    };
    let mut asks = Vec::with_capacity(levels.len());
    for level in levels {
        let asked = approvals::of_level(rx, &level, employee_id, employee_id)?;
        let people: Vec<EmployeeId> = asked.people.iter().map(|(person, _)| *person).collect();
        let mut stand_ins: Vec<EmployeeId> = Vec::new();
        for person in &people {
            let found = approvals::stand_in(rx, *person, employee_id)?;
            stand_ins.extend(found.filter(|one| !people.contains(one) && !stand_ins.contains(one)));
        }
        asks.push(WouldAsk { level, people: named(&people)?, stand_ins: named(&stand_ins)?, office: asked.office });
    }
    Ok(Would {
        employee,
        levels: asks,
        escalate_after_hours: match &found {
            Some(chain) => chain.facts.escalate_after_hours,
            None => Some(ESCALATE_AFTER_HOURS),
        },
        chain: found.map(|chain| (chain.id, chain.facts.name)),
    })
}
