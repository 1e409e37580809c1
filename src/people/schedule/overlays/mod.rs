//! Hours for a while over the personal ones of many: Ramadan hours, summer Fridays.
//!
//! An overlay has a period, says for whom it is (everybody, a location, a department with those below it, a group) and
//! what it makes of which weekday; how it lies over a pattern, and which of several decides, is `time/dated`'s. Each day
//! counts where somebody is on that day: in which group, department and location. Only of what a department is a part
//! is asked as of now. Approved leave is counted anew where an overlay changes, and where somebody comes to one or
//! leaves it.

pub mod api;
pub mod pages;
mod store;

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::{DepartmentId, EmployeeId, GroupId, LocationId, OverlayId};
use crate::msg;
use crate::people::NameRef;
use crate::people::employee::changes::DatedField;
use crate::people::recount::{self, Touched, Whose};
use crate::storage::{Rx, Tx};
use crate::text::line;
use crate::time::{Laid, Overlay, OverlayMode, OverlayScope, PartialWeek, Period};

/// The longest overlay, in days: what lasts is a pattern.
const LONGEST: i64 = 366;

/// What HR sets of an overlay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverlayFacts {
    /// 1 to 100 characters.
    pub name: String,
    pub start_date: Date,
    /// The last day; at most 366 days in all.
    pub end_date: Date,
    pub mode: OverlayMode,
    pub scope: OverlayScope,
    /// With scope `location`, and only then.
    pub location_id: Option<LocationId>,
    /// With scope `department`, and only then; those below it are meant too.
    pub department_id: Option<DepartmentId>,
    /// With scope `group`, and only then.
    pub group_id: Option<GroupId>,
    /// At least one weekday.
    pub week: PartialWeek,
}

/// An overlay as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverlayRow {
    pub id: OverlayId,
    pub facts: OverlayFacts,
    /// The location, department or group.
    pub whom: Option<NameRef>,
    /// Removed; may be brought back.
    pub hidden: bool,
}

/// Where somebody is for a while: at which location, in which department or group.
struct Stay {
    period: Period,
    of: i64,
}

/// The overlays that are there, by their first day; the removed ones instead.
///
/// # Errors
/// When the database cannot be read.
pub fn list(rx: &Rx<'_>, removed: bool) -> Result<Vec<OverlayRow>> {
    let mut all = store::all(rx)?;
    all.retain(|one| one.hidden == removed);
    Ok(all)
}

/// One overlay, removed or not.
///
/// # Errors
/// [`AppError::NotFound`]
pub fn get(rx: &Rx<'_>, id: OverlayId) -> Result<OverlayRow> {
    store::all(rx)?.into_iter().find(|one| one.id == id).ok_or(AppError::NotFound)
}

/// The overlays that lie over the hours of each of these people, each within the dates on which it concerns them.
pub(super) fn over_people(rx: &Rx<'_>, people: &[EmployeeId]) -> Result<HashMap<EmployeeId, Vec<Laid>>> {
    let overlays = in_force(rx)?;
    if overlays.is_empty() {
        return Ok(HashMap::new());
    }
    let groups = store::group_stays(rx, people)?;
    let locations = store::stays(rx, people, DatedField::LocationId)?;
    let departments = store::stays(rx, people, DatedField::DepartmentId)?;
    let above = store::departments_above(rx)?;
    let mut found: HashMap<EmployeeId, Vec<Laid>> = HashMap::new();
    for person in people {
        let laid = found.entry(*person).or_default();
        for (facts, overlay) in &overlays {
            let stays = match facts.scope {
                OverlayScope::Everybody => {
                    laid.push(Laid::from(Arc::clone(overlay)));
                    continue;
                }
                OverlayScope::Location => locations.get(person),
                OverlayScope::Department => departments.get(person),
                OverlayScope::Group => groups.get(person),
            };
            let concerns = |stay: &&Stay| match facts.scope {
                OverlayScope::Department => lies_below(&above, DepartmentId(stay.of), facts.department_id),
                _ => facts.location_id.map(|id| id.0).or(facts.group_id.map(|id| id.0)) == Some(stay.of),
            };
            let within = stays.into_iter().flatten().filter(concerns);
            laid.extend(within.filter_map(|stay| Laid::within(Arc::clone(overlay), stay.period)));
        }
    }
    Ok(found)
}

/// Whether one of these groups has hours of its own on or after `today`.
pub(in crate::people) fn names_a_group(rx: &Rx<'_>, groups: &[GroupId], today: Date) -> Result<bool> {
    let names = |facts: &OverlayFacts| facts.group_id.is_some_and(|id| groups.contains(&id));
    Ok(!groups.is_empty() && in_force(rx)?.iter().any(|(facts, _)| names(facts) && facts.end_date >= today))
}

/// Whether there are hours of a department on or after `day`.
pub(in crate::people) fn names_a_department(rx: &Rx<'_>, day: Date) -> Result<bool> {
    let names = |facts: &OverlayFacts| facts.scope == OverlayScope::Department && facts.end_date >= day;
    Ok(in_force(rx)?.iter().any(|(facts, _)| names(facts)))
}

/// The overlays over the hours of everybody, and of those at one location.
pub(super) fn over_place(rx: &Rx<'_>, location: Option<LocationId>) -> Result<Vec<Arc<Overlay>>> {
    let concerned = |facts: &OverlayFacts| match facts.scope {
        OverlayScope::Everybody => true,
        OverlayScope::Location => facts.location_id == location,
        OverlayScope::Department | OverlayScope::Group => false,
    };
    Ok(in_force(rx)?.into_iter().filter(|(facts, _)| concerned(facts)).map(|(_, overlay)| overlay).collect())
}

fn in_force(rx: &Rx<'_>) -> Result<Vec<(OverlayFacts, Arc<Overlay>)>> {
    let overlay = |row: OverlayRow| {
        let OverlayRow { id, facts, .. } = row;
        let period = Period::new(facts.start_date, facts.end_date)?;
        let (mode, scope, week) = (facts.mode, facts.scope, facts.week);
        let overlay = Overlay { id, name: facts.name.clone(), period, mode, scope, week };
        Some((facts, Arc::new(overlay)))
    };
    Ok(list(rx, false)?.into_iter().filter_map(overlay).collect())
}

/// Whether `department` is `wanted`, or lies below it.
fn lies_below(
    above: &HashMap<DepartmentId, DepartmentId>,
    department: DepartmentId,
    wanted: Option<DepartmentId>,
) -> bool {
    // A tree has no circle; the bound keeps a damaged one from being walked for ever.
    std::iter::successors(Some(department), |own| above.get(own).copied()).take(100).any(|own| Some(own) == wanted)
}

/// Enters an overlay.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::Invalid`] by field.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, mut facts: OverlayFacts) -> Result<(OverlayId, Vec<Touched>)> {
    actor.require_hr()?;
    check(tx, None, &mut facts)?;
    let id = store::insert(tx, &facts)?;
    let entry = audit::Entry::new("schedule_overlay.created").on("schedule_overlay", id);
    audit::record(tx, actor, changed(entry, None, &facts))?;
    Ok((id, recounted(tx, actor, &[&facts])?))
}

/// Changes an overlay by `change`, which is handed it as it now stands.
///
/// # Errors
/// As [`create`]; [`AppError::NotFound`].
pub fn update(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: OverlayId,
    change: impl FnOnce(&mut OverlayFacts),
) -> Result<Vec<Touched>> {
    actor.require_hr()?;
    let before = present(tx, id)?;
    let mut facts = before.facts.clone();
    change(&mut facts);
    check(tx, Some(&before.facts), &mut facts)?;
    if facts == before.facts {
        return Ok(Vec::new());
    }
    store::update(tx, id, &facts)?;
    let entry = audit::Entry::new("schedule_overlay.updated").on("schedule_overlay", id);
    audit::record(tx, actor, changed(entry, Some(&before.facts), &facts))?;
    recounted(tx, actor, &[&before.facts, &facts])
}

/// Removes an overlay: the personal hours are as they were. Can be undone.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::NotFound`].
pub fn hide(tx: &mut Tx<'_>, actor: &Actor, id: OverlayId) -> Result<Vec<Touched>> {
    actor.require_hr()?;
    let before = present(tx, id)?;
    let entry = audit::Entry::new("schedule_overlay.removed").on("schedule_overlay", id);
    let act = audit::record(tx, actor, entry.with("name", &before.facts.name).change("active", true, false))?;
    store::set_hidden(tx, id, Some(act))?;
    recounted(tx, actor, &[&before.facts])
}

/// Brings a removed overlay back.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::NotFound`].
pub fn restore(tx: &mut Tx<'_>, actor: &Actor, id: OverlayId) -> Result<Vec<Touched>> {
    actor.require_hr()?;
    let overlay = get(tx, id)?;
    if !overlay.hidden {
        return Ok(Vec::new());
    }
    let entry = audit::Entry::new("schedule_overlay.restored").on("schedule_overlay", id);
    audit::record(tx, actor, entry.change("active", false, true))?;
    store::set_hidden(tx, id, None)?;
    recounted(tx, actor, &[&overlay.facts])
}

/// Has leave under these hours counted anew.
fn recounted(tx: &mut Tx<'_>, actor: &Actor, facts: &[&OverlayFacts]) -> Result<Vec<Touched>> {
    let periods = facts.iter().filter_map(|facts| Period::new(facts.start_date, facts.end_date));
    let (Some(period), Some(last)) = (periods.reduce(Period::hull), facts.last()) else { return Ok(Vec::new()) };
    let why = msg!("The hours “{0}” were changed.", last.name);
    // Who belongs to a group or a department is not worth asking: leave that counts the same is not touched.
    let whose = |facts: &&OverlayFacts| facts.location_id.map_or(Whose::Everybody, Whose::Location);
    let mut change = recount::Change::new(period, Whose::Everybody, why);
    change.whose = facts.iter().map(whose).collect();
    recount::recount(tx, actor, &change)
}

pub(super) fn present(rx: &Rx<'_>, id: OverlayId) -> Result<OverlayRow> {
    let found = get(rx, id)?;
    if found.hidden { Err(AppError::NotFound) } else { Ok(found) }
}

fn check(rx: &Rx<'_>, before: Option<&OverlayFacts>, facts: &mut OverlayFacts) -> Result<()> {
    let mut errors = FieldErrors::new();
    facts.name = line(&mut errors, "name", &facts.name, 100);
    match Period::new(facts.start_date, facts.end_date) {
        None => errors.add("end_date", "The last day cannot come before the first."),
        Some(period) if period.day_count() > LONGEST => {
            errors.add(
                "end_date",
                msg!("Hours for a while last at most {0} days; what lasts is a working pattern.", LONGEST),
            );
        }
        Some(_) => {}
    }
    if facts.week.is_empty() {
        errors.add("week", "Say of at least one weekday what becomes of it.");
    }
    let whom = |facts: &OverlayFacts| (facts.location_id, facts.department_id, facts.group_id);
    let kept = before.is_some_and(|before| whom(before) == whom(facts));
    let named = [
        ("location_id", OverlayScope::Location, facts.location_id.map(|id| id.0)),
        ("department_id", OverlayScope::Department, facts.department_id.map(|id| id.0)),
        ("group_id", OverlayScope::Group, facts.group_id.map(|id| id.0)),
    ];
    for (field, scope, id) in named {
        match id {
            None if facts.scope == scope => errors.add(field, "Choose for whom these hours are."),
            Some(_) if facts.scope != scope => errors.add(field, msg!("Only with the scope “{0}”.", scope)),
            Some(id) if !kept && !store::is_there(rx, scope, id)? => errors.add(field, "There is no such one."),
            _ => {}
        }
    }
    errors.into_result(())
}

fn changed(entry: audit::Entry, before: Option<&OverlayFacts>, facts: &OverlayFacts) -> audit::Entry {
    entry
        .change("name", before.map(|old| &old.name), &facts.name)
        .change("start_date", before.map(|old| old.start_date), facts.start_date)
        .change("end_date", before.map(|old| old.end_date), facts.end_date)
        .change("mode", before.map(|old| old.mode), facts.mode)
        .change("scope", before.map(|old| old.scope), facts.scope)
        .change("location_id", before.map(|old| old.location_id), facts.location_id)
        .change("department_id", before.map(|old| old.department_id), facts.department_id)
        .change("group_id", before.map(|old| old.group_id), facts.group_id)
        .change("week", before.map(|old| old.week), facts.week)
}
