//! What of a record counts from a day on: department, location, entity, manager, kind of employment and position.
//!
//! Each change is kept with its day. The record's own columns show what counts today; [`settle`] makes a planned change
//! current once its day has come, and tells the followers. A day in the past rewrites the past up to the next
//! change that is recorded. Whether anybody would be above themselves is asked for every day that a change speaks for.

pub mod api;
mod jobs;
pub mod pages;
mod store;
#[cfg(test)]
mod tests;
pub mod timeline;
pub mod towards;

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;

pub use jobs::DatedChanges;

use super::model::{Employee, EmploymentType, Facts};
use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, Result};
use crate::ids::{DepartmentId, EmployeeId, EntityId, LocationId};
use crate::people::reach::rules::{self, Line};
use crate::people::{follow, today};
use crate::storage::{Rx, Tx};
use crate::{msg, text_enum, tr};

text_enum! {
    /// A field whose past and future are kept, by its column.
    pub enum DatedField {
        DepartmentId = "department_id",
        LocationId = "location_id",
        EntityId = "entity_id",
        ManagerId = "manager_id",
        EmploymentType = "employment_type",
        Position = "position",
    }
}

/// One field's value from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub field: DatedField,
    pub effective_on: Date,
    /// An id, a word or a text, as the column would hold it.
    pub value: Option<String>,
    /// The record does not show it yet.
    pub planned: bool,
    pub recorded_at: Timestamp,
}

/// Where somebody stands on a date: a report for March shows March.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub entity_id: Option<EntityId>,
    pub location_id: Option<LocationId>,
    pub department_id: Option<DepartmentId>,
    pub manager_id: Option<EmployeeId>,
    pub employment_type: EmploymentType,
    pub position: String,
}

impl Standing {
    pub(super) fn of(facts: &Facts) -> Standing {
        Standing {
            entity_id: facts.entity_id,
            location_id: facts.location_id,
            department_id: facts.department_id,
            manager_id: facts.manager_id,
            employment_type: facts.employment_type,
            position: facts.position.clone(),
        }
    }

    /// `facts` with this standing in it.
    pub(super) fn put_into(self, facts: &mut Facts) {
        let Standing { entity_id, location_id, department_id, manager_id, employment_type, position } = self;
        (facts.entity_id, facts.location_id, facts.department_id) = (entity_id, location_id, department_id);
        (facts.manager_id, facts.employment_type, facts.position) = (manager_id, employment_type, position);
    }

    /// Takes over what differs between `before` and `after`; the rest stays.
    pub(super) fn take_changes(&mut self, before: &Standing, after: &Standing) {
        fn take<T: Clone + PartialEq>(to: &mut T, before: &T, after: &T) {
            if before != after {
                to.clone_from(after);
            }
        }
        take(&mut self.entity_id, &before.entity_id, &after.entity_id);
        take(&mut self.location_id, &before.location_id, &after.location_id);
        take(&mut self.department_id, &before.department_id, &after.department_id);
        take(&mut self.manager_id, &before.manager_id, &after.manager_id);
        take(&mut self.employment_type, &before.employment_type, &after.employment_type);
        take(&mut self.position, &before.position, &after.position);
    }

    /// As the `value` column holds it.
    pub(super) fn value(&self, field: DatedField) -> Option<String> {
        match field {
            DatedField::DepartmentId => self.department_id.map(|id| id.to_string()),
            DatedField::LocationId => self.location_id.map(|id| id.to_string()),
            DatedField::EntityId => self.entity_id.map(|id| id.to_string()),
            DatedField::ManagerId => self.manager_id.map(|id| id.to_string()),
            DatedField::EmploymentType => Some(self.employment_type.to_string()),
            DatedField::Position => Some(self.position.clone()),
        }
    }
}

/// All that is recorded and planned of one person.
#[derive(Clone, Debug)]
pub struct History(Vec<Change>);

impl History {
    /// # Errors
    /// When the database cannot be read.
    pub fn of(rx: &Rx<'_>, id: EmployeeId) -> Result<History> {
        Ok(History(store::of(rx, id)?))
    }

    /// That of everybody of whom anything was recorded.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn of_everybody(rx: &Rx<'_>) -> Result<HashMap<EmployeeId, History>> {
        let mut found: HashMap<EmployeeId, History> = HashMap::new();
        for (id, change) in store::of_everybody(rx)? {
            found.entry(id).or_insert_with(|| History(Vec::new())).0.push(change);
        }
        Ok(found)
    }

    /// Of whom nothing was ever recorded.
    pub const fn none() -> History {
        History(Vec::new())
    }

    fn field(&self, field: DatedField) -> impl DoubleEndedIterator<Item = &Change> {
        self.0.iter().filter(move |change| change.field == field)
    }

    /// What counts on `date`; before the first change, what it says. `None` where nothing was ever recorded.
    fn on(&self, field: DatedField, date: Date) -> Option<&Change> {
        self.field(field).rfind(|change| change.effective_on <= date).or_else(|| self.field(field).next())
    }

    /// The day on which a change of `field` that begins on `date` would end: that of the next one.
    pub fn next(&self, field: DatedField, date: Date) -> Option<Date> {
        self.field(field).map(|change| change.effective_on).find(|on| *on > date)
    }

    /// The days on which entity, location or kind of employment turn, in order.
    pub fn turns(&self) -> Vec<Date> {
        let place = [DatedField::EntityId, DatedField::LocationId, DatedField::EmploymentType];
        let mut days: Vec<Date> =
            self.0.iter().filter(|change| place.contains(&change.field)).map(|change| change.effective_on).collect();
        days.sort_unstable();
        days.dedup();
        days
    }

    /// What is planned, day by day.
    pub fn planned(&self) -> Vec<&Change> {
        let mut planned: Vec<_> = self.0.iter().filter(|change| change.planned).collect();
        planned.sort_by_key(|change| (change.effective_on, change.field));
        planned
    }

    /// How the person stands on `date`; `present` speaks where nothing was ever recorded.
    pub fn standing(&self, present: &Facts, date: Date) -> Standing {
        let number = |field, present: Option<i64>| match self.on(field, date) {
            Some(change) => change.value.as_deref().and_then(|text| text.parse().ok()),
            None => present,
        };
        let text = |field| self.on(field, date).and_then(|change| change.value.clone());
        Standing {
            entity_id: number(DatedField::EntityId, present.entity_id.map(|id| id.0)).map(EntityId),
            location_id: number(DatedField::LocationId, present.location_id.map(|id| id.0)).map(LocationId),
            department_id: number(DatedField::DepartmentId, present.department_id.map(|id| id.0)).map(DepartmentId),
            manager_id: number(DatedField::ManagerId, present.manager_id.map(|id| id.0)).map(EmployeeId),
            employment_type: text(DatedField::EmploymentType)
                .and_then(|word| word.parse().ok())
                .unwrap_or(present.employment_type),
            position: text(DatedField::Position).unwrap_or_else(|| present.position.clone()),
        }
    }
}

/// How `id` stood, stands or will stand on `date`; before the first day, how the employment began.
///
/// # Errors
/// [`AppError::NotFound`]
pub fn standing_on(rx: &Rx<'_>, id: EmployeeId, date: Date) -> Result<Standing> {
    let present = super::store::get(rx, id)?.facts;
    Ok(History::of(rx, id)?.standing(&present, date))
}

/// The day that the columns of a record show: today, the first day where that is still to come, the last where that
/// has passed.
pub(super) fn shown(today: Date, facts: &Facts) -> Date {
    let day = facts.leave_date.map_or(today, |last| today.min(last));
    day.max(facts.join_date)
}

/// How the employment began holds from `first_day` on, where it was recorded for a later day.
pub(super) fn begin_earlier(tx: &mut Tx<'_>, id: EmployeeId, first_day: Date) -> Result<()> {
    store::begin_earlier(tx, id, first_day)
}

/// Nothing is planned for days after the last one: what was is taken back, which the audit log tells.
pub(super) fn end_plans(tx: &mut Tx<'_>, actor: &Actor, id: EmployeeId, last: Option<Date>) -> Result<()> {
    let Some(last) = last else { return Ok(()) };
    let history = History::of(tx, id)?;
    let beyond: Vec<&Change> = history.planned().into_iter().filter(|change| change.effective_on > last).collect();
    for change in &beyond {
        store::remove(tx, id, change.field, change.effective_on)?;
    }
    if let Some(first) = beyond.first() {
        let mut entry = audit::Entry::new("employee.change_taken_back").on("employee", id);
        for change in &beyond {
            entry = entry.change(change.field.as_str(), &change.value, ());
        }
        audit::record(tx, actor, entry.with("effective_on", first.effective_on).with("leave_date", last))?;
    }
    Ok(())
}

/// How somebody begins.
pub(super) fn begin(tx: &mut Tx<'_>, id: EmployeeId, facts: &Facts) -> Result<()> {
    let standing = Standing::of(facts);
    store::begin(tx, id, facts.join_date, |field| standing.value(field))
}

/// Records what differs between `then` (how the person stood on `on`) and `wanted`. An entity follows its location
/// and is recorded with it, so that each day's location has its entity. Answers the fields that differ.
pub(super) fn record(
    tx: &mut Tx<'_>,
    id: EmployeeId,
    then: &Standing,
    wanted: &Standing,
    on: Date,
    shown: Date,
) -> Result<Vec<DatedField>> {
    let changed: Vec<DatedField> =
        DatedField::ALL.iter().copied().filter(|field| then.value(*field) != wanted.value(*field)).collect();
    let mut written = changed.clone();
    if changed.contains(&DatedField::LocationId) && !changed.contains(&DatedField::EntityId) {
        written.push(DatedField::EntityId);
    }
    let history = History::of(tx, id)?;
    if changed.contains(&DatedField::LocationId) && wanted.location_id.is_some() {
        // Up to the next location this one's entity holds, whatever the entity was on the way.
        let end = history.next(DatedField::LocationId, on).unwrap_or(Date::MAX);
        let between = |change: &&Change| on < change.effective_on && change.effective_on < end;
        for change in history.field(DatedField::EntityId).filter(between) {
            store::remove(tx, id, DatedField::EntityId, change.effective_on)?;
        }
    }
    for field in written {
        let value = wanted.value(field);
        // A change that was taken back on its own day leaves no trace behind.
        let place = matches!(field, DatedField::LocationId | DatedField::EntityId);
        let before = history.field(field).rfind(|change| change.effective_on < on);
        if !place && before.is_some_and(|before| before.value == value) {
            store::remove(tx, id, field, on)?;
        } else {
            store::set(tx, id, field, on, value.as_deref(), on > shown)?;
        }
    }
    Ok(changed)
}

/// The first day moved to an earlier date, or the day that the columns show moved with it. Answers the record as it
/// then stands.
pub(super) fn align(tx: &mut Tx<'_>, id: EmployeeId, mut facts: Facts, today: Date) -> Result<Facts> {
    store::begin_earlier(tx, id, facts.join_date)?;
    let shown = shown(today, &facts);
    store::mark(tx, id, shown)?;
    History::of(tx, id)?.standing(&facts, shown).put_into(&mut facts);
    Ok(facts)
}

/// Makes current what has become due of one person's planned changes, and tells the followers. Answers whether
/// anything was due; doing it twice does nothing more.
///
/// # Errors
/// [`AppError::NotFound`]; what a follower says.
pub fn settle(tx: &mut Tx<'_>, actor: &Actor, id: EmployeeId) -> Result<bool> {
    let today = today(tx)?;
    let before = super::store::get(tx, id)?;
    let due = History::of(tx, id)?.0.iter().any(|change| change.planned && change.effective_on <= today);
    if !due {
        return Ok(false);
    }
    let facts = align(tx, id, before.facts.clone(), today)?;
    let (old, new) = (Standing::of(&before.facts), Standing::of(&facts));
    let mut entry = audit::Entry::new("employee.change_took_effect").on("employee", id);
    for field in DatedField::ALL {
        entry = entry.change(field.as_str(), old.value(*field), new.value(*field));
    }
    audit::record(tx, actor, entry)?;
    super::store::update(tx, id, &facts)?;
    follow::tell(tx, actor, &before, &Employee { facts, ..before.clone() })?;
    Ok(true)
}

/// [`settle`] for everybody for whom something is due; who that was.
///
/// # Errors
/// As [`settle`].
pub fn settle_everybody(tx: &mut Tx<'_>, actor: &Actor) -> Result<()> {
    let today = today(tx)?;
    for id in store::due(tx, today)? {
        settle(tx, actor, id)?;
    }
    Ok(())
}

/// Takes back all that is planned for a person from `on` on; what counted before goes on.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::NotFound`] where nothing is planned for that day;
/// [`AppError::Conflict`] where the manager who would stay reports to the person by then.
pub fn take_back(tx: &mut Tx<'_>, actor: &Actor, id: EmployeeId, on: Date) -> Result<()> {
    actor.require_hr()?;
    settle(tx, actor, id)?;
    let employee = super::store::get(tx, id)?;
    let history = History::of(tx, id)?;
    let planned: Vec<&Change> = history.0.iter().filter(|change| change.planned && change.effective_on == on).collect();
    if planned.is_empty() {
        return Err(AppError::NotFound);
    }
    let eve = crate::time::period::back(on, 1);
    let stays = history.standing(&employee.facts, eve);
    if planned.iter().any(|change| change.field == DatedField::ManagerId)
        && let Some(manager) = stays.manager_id
        && let Some(date) = circle(tx, id, manager, on)?
    {
        let manager = super::store::get(tx, manager)?.name();
        let message = tr!("Without this change {0} would stay under {1}, who reports to {0} from {2} on.");
        return Err(AppError::Conflict(msg!(message, employee.name(), manager, date)));
    }
    let mut entry = audit::Entry::new("employee.change_taken_back").on("employee", id).with("effective_on", on);
    for change in planned {
        entry = entry.change(change.field.as_str(), &change.value, stays.value(change.field));
    }
    audit::record(tx, actor, entry)?;
    store::remove_planned(tx, id, on)
}

/// The first date on which `id` would be above themselves, were they put under `manager` from `on` on (up to the next
/// recorded change of manager).
pub(super) fn circle(rx: &Rx<'_>, id: EmployeeId, manager: EmployeeId, on: Date) -> Result<Option<Date>> {
    let days = line_of(rx, id)?.span(on);
    rules::first_circle(id, manager, days, |person| line_of(rx, person))
}

fn line_of(rx: &Rx<'_>, id: EmployeeId) -> Result<Line<EmployeeId>> {
    Ok(Line::new(store::managers(rx, id)?))
}

/// Everybody's reporting line over time, for an import.
pub(in crate::people) fn lines(rx: &Rx<'_>) -> Result<HashMap<EmployeeId, Line<EmployeeId>>> {
    let mut steps: HashMap<EmployeeId, Vec<(Date, Option<EmployeeId>)>> = HashMap::new();
    for (id, on, manager) in store::everybodys_managers(rx)? {
        steps.entry(id).or_default().push((on, manager));
    }
    Ok(steps.into_iter().map(|(id, steps)| (id, Line::new(steps))).collect())
}

/// A location belongs to another entity from today on: whoever works there, or will by a plan, goes along. The
/// followers are told; the caller has checked, and audits it. Answers who went.
pub(in crate::people) fn move_to_entity(
    tx: &mut Tx<'_>,
    actor: &Actor,
    location: LocationId,
    entity: EntityId,
) -> Result<Vec<EmployeeId>> {
    let today = today(tx)?;
    store::move_plans(tx, location, entity)?;
    let moved = super::store::at_location(tx, location)?;
    for id in &moved {
        let before = super::store::get(tx, *id)?;
        let on = shown(today, &before.facts);
        store::set(tx, *id, DatedField::EntityId, on, Some(&entity.to_string()), false)?;
        let facts = Facts { entity_id: Some(entity), ..before.facts.clone() };
        super::store::update(tx, *id, &facts)?;
        follow::tell(tx, actor, &before, &Employee { facts, ..before.clone() })?;
    }
    Ok(moved)
}
