//! Chains: of whom a request is asked, level after level. HR draws them up for a kind of request, and within it for a
//! kind of leave, a department or an amount; the most particular one that fits is taken when a request is sent, and
//! stays with it whatever becomes of the chain.

pub mod rules;
mod store;
#[cfg(test)]
mod tests;

use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::{ChainId, EmployeeId, LeaveTypeId};
use crate::msg;
use crate::people;
use crate::storage::{Op, Rx, Tx, is_foreign_key_violation};
use crate::text::line;

use super::Kind;
use rules::{Approvers, Chain, ChainFacts, LONGEST_WAIT_HOURS, Level, MOST_LEVELS, Matter};

/// The operations of writes that change them.
pub const CREATED: Op = Op::act("approval_chain.created");
/// See [`CREATED`].
pub const CHANGED: Op = Op::act("approval_chain.updated");
/// See [`CREATED`].
pub const DELETED: Op = Op::act("approval_chain.deleted");

/// All chains, by kind, the general ones first.
///
/// # Errors
/// When the database cannot be read.
pub fn all(rx: &Rx<'_>) -> Result<Vec<Chain>> {
    store::all(rx)
}

/// One chain.
///
/// # Errors
/// [`AppError::NotFound`]
pub fn get(rx: &Rx<'_>, id: ChainId) -> Result<Chain> {
    store::all(rx)?.into_iter().find(|chain| chain.id == id).ok_or(AppError::NotFound)
}

/// Draws up a chain.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::Invalid`] by field, `levels.0.approvers` for the first level.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, mut facts: ChainFacts) -> Result<ChainId> {
    actor.require_hr()?;
    check(tx, None, &mut facts)?;
    let id = store::insert(tx, &facts).map_err(no_such_type)?;
    let entry = audit::Entry::new(CREATED.name()).on("approval_chain", id);
    audit::record(tx, actor, told(&facts).into_iter().fold(entry, |entry, (field, now)| entry.with(field, now)))?;
    Ok(id)
}

/// Changes a chain by `change`, which is handed it as it stands. What runs already keeps its levels.
///
/// # Errors
/// As [`create`]; [`AppError::NotFound`].
pub fn update(tx: &mut Tx<'_>, actor: &Actor, id: ChainId, change: impl FnOnce(&mut ChainFacts)) -> Result<()> {
    actor.require_hr()?;
    let before = get(tx, id)?.facts;
    let mut facts = before.clone();
    change(&mut facts);
    check(tx, Some(id), &mut facts)?;
    if facts == before {
        return Ok(());
    }
    store::update(tx, id, &facts).map_err(no_such_type)?;
    let mut entry = audit::Entry::new(CHANGED.name()).on("approval_chain", id);
    for ((field, old), (_, new)) in told(&before).into_iter().zip(told(&facts)) {
        if old != new {
            entry = entry.change(field, old, new);
        }
    }
    audit::record(tx, actor, entry)?;
    Ok(())
}

/// Removes a chain for good; what runs already keeps its levels.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::NotFound`].
pub fn delete(tx: &mut Tx<'_>, actor: &Actor, id: ChainId) -> Result<()> {
    actor.require_hr()?;
    let chain = get(tx, id)?;
    store::delete(tx, id)?;
    let entry = audit::Entry::new(DELETED.name()).on("approval_chain", id).change("name", chain.facts.name, ());
    audit::record(tx, actor, entry)?;
    Ok(())
}

/// The levels that a request of `about` follows, and after how many hours of working days somebody else is asked.
pub(super) fn levels_for(
    rx: &Rx<'_>,
    kind: Kind,
    about: EmployeeId,
    leave_type_id: Option<LeaveTypeId>,
    minutes: Option<i64>,
) -> Result<(Vec<Level>, Option<u32>)> {
    Ok(match found(rx, kind, about, leave_type_id, minutes)? {
        Some(chain) => (chain.facts.levels, chain.facts.escalate_after_hours),
        None => (rules::usual(kind), Some(rules::ESCALATE_AFTER_HOURS)),
    })
}

/// The chain that a request of `about` would follow; `None` where nothing was drawn up for it.
///
/// # Errors
/// [`AppError::NotFound`] where there is no such person.
pub fn found(
    rx: &Rx<'_>,
    kind: Kind,
    about: EmployeeId,
    leave_type_id: Option<LeaveTypeId>,
    minutes: Option<i64>,
) -> Result<Option<Chain>> {
    let chains = store::all(rx)?;
    if chains.is_empty() {
        return Ok(None);
    }
    let departments = people::org::department::of_person(rx, about)?;
    let matter = Matter { kind, leave_type_id, minutes, departments };
    Ok(rules::choose(&chains, &matter).cloned())
}

fn check(rx: &Rx<'_>, id: Option<ChainId>, facts: &mut ChainFacts) -> Result<()> {
    let mut errors = FieldErrors::new();
    facts.name = line(&mut errors, "name", &facts.name, 100);
    if facts.kind == Kind::Profile {
        errors.add("kind", "HR confirms personal data; that cannot be asked of anybody else.");
    }
    if facts.leave_type_id.is_some() && facts.kind != Kind::Leave {
        errors.add("leave_type_id", "Only leave has kinds of leave.");
    }
    if let Some(department) = facts.department_id {
        match people::org::department::get(rx, department) {
            Err(AppError::NotFound) => errors.add("department_id", "There is no such department."),
            other => drop(other?),
        }
    }
    match facts.from_minutes {
        Some(_) if facts.kind == Kind::Task => errors.add("from_minutes", "Tasks have no amount."),
        Some(_) if facts.kind == Kind::Trip => errors.add("from_minutes", "Trips have no amount."),
        Some(minutes) if !(1..=1_000_000).contains(&minutes) => {
            errors.add("from_minutes", msg!("From {0} to {1} minutes.", 1, 1_000_000));
        }
        _ => {}
    }
    if facts.escalate_after_hours.is_some_and(|hours| !(1..=LONGEST_WAIT_HOURS).contains(&hours)) {
        errors.add("escalate_after_hours", msg!("From {0} to {1} hours, or none.", 1, LONGEST_WAIT_HOURS));
    }
    if facts.levels.is_empty() || facts.levels.len() > MOST_LEVELS {
        errors.add("levels", msg!("A chain has {0} to {1} levels.", 1, MOST_LEVELS));
    }
    for level in &mut facts.levels {
        // Codes are found in any case; what is kept is the group's own.
        if let Approvers::Group(code) = &mut level.approvers
            && let Ok(ids) = people::groups::by_codes(rx, std::slice::from_ref(code))
            && let Some(id) = ids.first()
        {
            *code = people::groups::get(rx, *id)?.code;
        }
    }
    for (at, level) in facts.levels.iter().enumerate() {
        let field = format!("levels.{at}.approvers");
        if facts.levels.iter().take(at).any(|earlier| earlier.approvers == level.approvers) {
            errors.add(field, "An earlier level asks the same already.");
            continue;
        }
        match &level.approvers {
            Approvers::Group(code) => match people::groups::by_codes(rx, std::slice::from_ref(code)) {
                Err(AppError::Invalid(_)) => errors.add(field, msg!("There is no group “{0}”.", code)),
                other => drop(other?),
            },
            Approvers::Person(person) => match people::get(rx, *person) {
                Ok(known) if !known.hidden => {}
                Ok(_) | Err(AppError::NotFound) => errors.add(field, "There is no such person."),
                Err(other) => return Err(other),
            },
            _ => {}
        }
    }
    let same = |chain: &Chain| {
        let of = |facts: &ChainFacts| (facts.kind, facts.leave_type_id, facts.department_id, facts.from_minutes);
        Some(chain.id) != id && of(&chain.facts) == of(facts)
    };
    if let Some(other) = store::all(rx)?.into_iter().find(same) {
        errors.add("kind", msg!("“{0}” is for exactly the same. Change that one.", other.facts.name));
    }
    errors.into_result(())
}

/// The one reference that [`check`] cannot look up: kinds of leave belong to a room above.
fn no_such_type(error: AppError) -> AppError {
    if is_foreign_key_violation(&error) {
        AppError::invalid("leave_type_id", "There is no such kind of leave.")
    } else {
        error
    }
}

fn told(facts: &ChainFacts) -> [(&'static str, serde_json::Value); 7] {
    use serde_json::json;
    [
        ("name", json!(facts.name)),
        ("kind", json!(facts.kind)),
        ("leave_type_id", json!(facts.leave_type_id)),
        ("department_id", json!(facts.department_id)),
        ("from_minutes", json!(facts.from_minutes)),
        ("levels", json!(facts.levels)),
        ("escalate_after_hours", json!(facts.escalate_after_hours)),
    ]
}
