//! Working patterns ready to be given to people: full time, four days, mornings, and those that HR makes.
//!
//! Giving one to a person copies its pattern. A template that is changed afterwards changes nobody's hours, past or
//! to come; [`apply`] gives the new pattern, from a date on, to those who have the template then. A retired one is no
//! longer offered.

pub mod api;
pub mod pages;
mod store;

use std::collections::HashMap;

use jiff::civil::Date;

use super::{Schedule, Wanted};
use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::{EmployeeId, ScheduleTemplateId};
use crate::lang::Lang;
use crate::people::recount::Touched;
use crate::people::{self, NameRef};
use crate::storage::{Rx, Tx};
use crate::text::{line, sort_key};
use crate::time::{Period, Rotation};
use crate::tr;

/// A pattern by name. The first week of a rotation is that of the date from which a person is given it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pub id: ScheduleTemplateId,
    /// Names those that come with the program.
    pub preset: Option<String>,
    pub name: String,
    pub pattern: Rotation,
    /// Retired: not offered any more.
    pub hidden: bool,
}

/// The names of those that come with the program.
const PRESETS: [&str; 3] = [tr!("Full time"), tr!("Four days"), tr!("Mornings")];

impl Template {
    /// The name; of those that come with the program in the reader's language, as long as nobody renamed them.
    pub fn name_in(&self, lang: Lang) -> String {
        let ready_made = self.preset.is_some() && PRESETS.contains(&self.name.as_str());
        if ready_made { lang.text(&self.name).to_owned() } else { self.name.clone() }
    }

    /// The pattern as it is given from `on`: its first week is the one that `on` lies in.
    pub fn from(&self, on: Date) -> Rotation {
        starting(&self.pattern, on)
    }
}

fn starting(pattern: &Rotation, on: Date) -> Rotation {
    Rotation::new(on, pattern.weeks().to_vec()).unwrap_or_else(|| pattern.clone())
}

/// Those in use, by name; the retired ones instead.
///
/// # Errors
/// When the database cannot be read.
pub fn list(rx: &Rx<'_>, retired: bool) -> Result<Vec<Template>> {
    let mut all = store::all(rx)?;
    all.retain(|one| one.hidden == retired);
    Ok(all)
}

/// One template, retired or not.
///
/// # Errors
/// [`AppError::NotFound`]
pub fn get(rx: &Rx<'_>, id: ScheduleTemplateId) -> Result<Template> {
    store::all(rx)?.into_iter().find(|one| one.id == id).ok_or(AppError::NotFound)
}

/// How many people have each template on `on`.
///
/// # Errors
/// When the database cannot be read.
pub fn holders(rx: &Rx<'_>, id: ScheduleTemplateId, on: Date) -> Result<Vec<NameRef>> {
    super::store::holders(rx, Some(id), on).map(|found| found.into_iter().map(|(_, person)| person).collect())
}

/// How many people have each template on `on`; those that nobody has are left out.
///
/// # Errors
/// When the database cannot be read.
pub fn counts(rx: &Rx<'_>, on: Date) -> Result<HashMap<ScheduleTemplateId, usize>> {
    let mut found = HashMap::new();
    for (id, _) in super::store::holders(rx, None, on)? {
        *found.entry(id).or_default() += 1;
    }
    Ok(found)
}

/// The patterns that are copies of a template and apply on `on`.
fn holding(rx: &Rx<'_>, id: ScheduleTemplateId, on: Date) -> Result<Vec<Schedule>> {
    let copies = super::store::of_template(rx, id)?;
    let mut people: Vec<EmployeeId> = copies.iter().map(|copy| copy.employee_id).collect();
    people.dedup();
    let mut found: Vec<Schedule> = Vec::new();
    for schedule in super::store::of_employees(rx, &people)? {
        if schedule.effective_on > on {
            continue;
        }
        match found.last_mut().filter(|last| last.employee_id == schedule.employee_id) {
            Some(last) => *last = schedule,
            None => found.push(schedule),
        }
    }
    found.retain(|schedule| schedule.template_id == Some(id));
    Ok(found)
}

/// Makes a template.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::Invalid`] on `name`.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, name: &str, pattern: &Rotation) -> Result<ScheduleTemplateId> {
    actor.require_hr()?;
    let name = check_name(tx, None, name)?;
    let id = store::insert(tx, &name, pattern)?;
    let entry = audit::Entry::new("schedule_template.created").on("schedule_template", id);
    audit::record(tx, actor, entry.with("name", name).with("weeks", pattern.weeks()))?;
    Ok(id)
}

/// Changes a template. Nobody's hours change by it.
///
/// # Errors
/// As [`create`]; [`AppError::NotFound`].
pub fn update(tx: &mut Tx<'_>, actor: &Actor, id: ScheduleTemplateId, name: &str, pattern: &Rotation) -> Result<()> {
    actor.require_hr()?;
    let before = present(tx, id)?;
    let name = check_name(tx, Some(id), name)?;
    if (&before.name, before.pattern.weeks()) == (&name, pattern.weeks()) {
        return Ok(());
    }
    store::update(tx, id, &name, pattern)?;
    let entry = audit::Entry::new("schedule_template.updated")
        .on("schedule_template", id)
        .change("name", before.name, name)
        .change("weeks", before.pattern.weeks(), pattern.weeks());
    audit::record(tx, actor, entry)?;
    Ok(())
}

/// Retires a template: those who have it keep their hours, nobody else is given it.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::NotFound`].
pub fn retire(tx: &mut Tx<'_>, actor: &Actor, id: ScheduleTemplateId) -> Result<()> {
    actor.require_hr()?;
    present(tx, id)?;
    let entry =
        audit::Entry::new("schedule_template.retired").on("schedule_template", id).change("active", true, false);
    let act = audit::record(tx, actor, entry)?;
    store::set_hidden(tx, id, Some(act))
}

/// Brings a retired template back.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::NotFound`].
pub fn restore(tx: &mut Tx<'_>, actor: &Actor, id: ScheduleTemplateId) -> Result<()> {
    actor.require_hr()?;
    if !get(tx, id)?.hidden {
        return Ok(());
    }
    let entry = audit::Entry::new("schedule_template.restored").on("schedule_template", id);
    audit::record(tx, actor, entry.change("active", false, true))?;
    store::set_hidden(tx, id, None)
}

/// Gives the template's pattern, as it is now, from `on` to those who have the template then. Somebody whose first day
/// comes later is left out. Answers to how many it was given, and the leave that was counted anew.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::NotFound`].
pub fn apply(tx: &mut Tx<'_>, actor: &Actor, id: ScheduleTemplateId, on: Date) -> Result<(usize, Vec<Touched>)> {
    actor.require_hr()?;
    let template = present(tx, id)?;
    let mut given = Vec::new();
    for held in holding(tx, id, on)? {
        let gone = !people::get(tx, held.employee_id)?.is_employed_on(on);
        if gone || held.pattern.weeks() == template.pattern.weeks() {
            continue;
        }
        // As many weeks as before go on being counted as they were.
        let same_length = held.pattern.weeks().len() == template.pattern.weeks().len();
        let anchor = held.pattern.anchor().filter(|_| same_length).unwrap_or(on);
        let wanted = Wanted { effective_on: on, pattern: template.from(anchor), template_id: Some(id) };
        super::put(tx, actor, held.employee_id, wanted)?;
        given.push(held.employee_id);
    }
    let touched = super::recounted(tx, actor, given.clone(), on)?;
    Ok((given.len(), touched))
}

/// A pattern that says it is a copy of a template and is not, is none.
pub(super) fn check_copy(rx: &Rx<'_>, wanted: &mut Wanted) -> Result<()> {
    let Some(id) = wanted.template_id else { return Ok(()) };
    let template = match get(rx, id) {
        Err(AppError::NotFound) => return Err(AppError::invalid("template_id", "There is no such template.")),
        found => found?,
    };
    if template.pattern.weeks() != wanted.pattern.weeks() {
        wanted.template_id = None;
    }
    Ok(())
}

fn present(rx: &Rx<'_>, id: ScheduleTemplateId) -> Result<Template> {
    let found = get(rx, id)?;
    if found.hidden { Err(AppError::NotFound) } else { Ok(found) }
}

fn check_name(rx: &Rx<'_>, own: Option<ScheduleTemplateId>, name: &str) -> Result<String> {
    let mut errors = FieldErrors::new();
    let name = line(&mut errors, "name", name, 100);
    if store::named(rx, &sort_key(&name))?.is_some_and(|other| Some(other) != own) {
        errors.add("name", "There is a template of this name already.");
    }
    errors.into_result(name)
}

/// The Monday that stands for the beginning of a template's rotation, until it is given to somebody.
pub(super) fn any_monday() -> Date {
    Period::week_of(Date::constant(2024, 1, 1)).first()
}
