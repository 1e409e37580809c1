//! What a person's record refers to: is it there, does it fit together, does nobody report to themselves.
//!
//! Runs inside the write. There is one writer, so what is checked here still holds at the commit, also where two
//! requests at once would close a circle between them.

use jiff::civil::Date;

use super::model::Facts;
use super::{changes, store};
use crate::error::{FieldErrors, Result};
use crate::ids::EmployeeId;
use crate::storage::Rx;
use crate::text::fold;
use crate::{msg, tr};

/// Adds what is wrong to `errors`, and fills in what follows: the department's location, the location's entity.
/// `before` is the record as it stood on the day from which the change counts, and that day. A reference that it had
/// already may stay although its target was deactivated since.
pub(super) fn check(
    rx: &Rx<'_>,
    before: Option<(EmployeeId, &Facts, Date)>,
    facts: &mut Facts,
    errors: &mut FieldErrors,
) -> Result<()> {
    let id = before.map(|(id, ..)| id);
    let known = before.map(|(_, known, _)| known);
    unique(rx, id, facts, errors)?;
    place(rx, known, facts, errors)?;

    let old = |of: fn(&Facts) -> Option<EmployeeId>| known.and_then(of);
    person(rx, id, "manager_id", facts.manager_id, old(|facts| facts.manager_id), errors)?;
    person(rx, id, "approver_id", facts.approver_id, old(|facts| facts.approver_id), errors)?;
    person(rx, id, "deputy_id", facts.deputy_id, old(|facts| facts.deputy_id), errors)?;

    // On every day for which the change speaks, not only today.
    if let (Some((id, known, on)), Some(manager)) = (before, facts.manager_id)
        && known.manager_id != Some(manager)
        && errors.of("manager_id").is_none()
        && let Some(date) = changes::circle(rx, id, manager, on)?
    {
        let (manager, _) = store::name_of(rx, manager)?.unwrap_or_default();
        let name = facts.name();
        let message = if date <= on && on == crate::people::today(rx)? {
            msg!(
                "{0} reports to {1}, directly or through others: nobody can be their own manager’s manager.",
                manager,
                name
            )
        } else {
            // A first change speaks for all that was before as well, however long ago.
            let date = if date < known.join_date { on } else { date };
            let message = tr!(
                "On {2} {0} reports to {1}, directly or through others: nobody can be their own manager’s manager."
            );
            msg!(message, manager, name, date)
        };
        errors.add("manager_id", message);
    }
    Ok(())
}

fn unique(rx: &Rx<'_>, id: Option<EmployeeId>, facts: &Facts, errors: &mut FieldErrors) -> Result<()> {
    let another = |holder: Option<(EmployeeId, String)>| holder.filter(|(holder, _)| Some(*holder) != id);
    if let Some((_, name)) = another(store::holder_of_number(rx, &fold(&facts.number))?) {
        errors.add("number", msg!("{0} has the number {1} already.", name, facts.number));
    }
    if let Some((_, name)) = another(store::holder_of_email(rx, &fold(&facts.email))?) {
        errors.add("email", msg!("{0} has the address {1} already.", name, facts.email));
    }
    Ok(())
}

fn place(rx: &Rx<'_>, before: Option<&Facts>, facts: &mut Facts, errors: &mut FieldErrors) -> Result<()> {
    if let Some(department) = facts.department_id {
        let kept = before.is_some_and(|before| before.department_id == Some(department));
        match store::department(rx, department)? {
            Some((location, hidden)) if kept || !hidden => {
                // Only where the department is new: somebody may have been taken out of a location on purpose.
                if facts.location_id.is_none() && facts.entity_id.is_none() && !kept {
                    facts.location_id = location;
                }
            }
            _ => errors.add("department_id", "There is no such department."),
        }
    }
    if let Some(location) = facts.location_id {
        let kept = before.is_some_and(|before| before.location_id == Some(location));
        match store::location(rx, location)? {
            Some((name, entity, entity_name, hidden)) if kept || !hidden => {
                if facts.entity_id.is_some_and(|chosen| chosen != entity) {
                    errors.add("entity_id", msg!("{0} belongs to {1}.", name, entity_name));
                }
                facts.entity_id = Some(entity);
            }
            _ => errors.add("location_id", "There is no such location."),
        }
    } else if let Some(entity) = facts.entity_id {
        let kept = before.is_some_and(|before| before.entity_id == Some(entity));
        if !store::entity(rx, entity)?.is_some_and(|hidden| kept || !hidden) {
            errors.add("entity_id", "There is no such entity.");
        }
    }
    Ok(())
}

fn person(
    rx: &Rx<'_>,
    id: Option<EmployeeId>,
    field: &'static str,
    chosen: Option<EmployeeId>,
    before: Option<EmployeeId>,
    errors: &mut FieldErrors,
) -> Result<()> {
    let Some(person) = chosen else { return Ok(()) };
    if id == Some(person) {
        errors.add(field, "This is the person’s own record: choose somebody else.");
        return Ok(());
    }
    match store::name_of(rx, person)? {
        Some((_, hidden)) if !hidden || before == chosen => {}
        _ => errors.add(field, "There is no such person."),
    }
    Ok(())
}
