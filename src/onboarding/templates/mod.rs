//! Templates: what HR writes down once and every new colleague gets. HR edits a draft; publishing freezes a copy of
//! it under the next version number, and runs are made from such copies alone, so an edit never reaches a run that
//! is under way.

pub mod api;
pub mod draft;
pub mod pages;
pub mod ready_made;
pub mod sheet;
pub(super) mod store;

use jiff::Timestamp;
use jiff::civil::Date;

use super::model::{Category, Part, prose};
use super::rules::{self, Aim, Completion, DayCount};
use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::{DepartmentId, LocationId, TemplateId};
use crate::msg;
use crate::people::{EmploymentType, NameRef};
use crate::storage::{Op, Rx, Tx};
use crate::text::{fold, line};

pub use draft::{TaskDraft, TaskInput};

pub const CREATED: Op = Op::act("template.created");
pub const CHANGED: Op = Op::act("template.changed");
pub const PUBLISHED: Op = Op::act("template.published");
pub const REMOVED: Op = Op::act("template.removed");

/// The most tasks a template may have.
pub const MOST_TASKS: usize = 200;

/// A template without its tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pub id: TemplateId,
    pub name: String,
    pub description: String,
    /// For whom it is meant; `None` is everybody.
    pub department: Option<NameRef>,
    pub location: Option<NameRef>,
    pub employment_type: Option<EmploymentType>,
    /// The latest published version, 0 where there is none yet.
    pub version: u32,
    /// The draft differs from what is published.
    pub changed: bool,
    pub published_at: Option<Timestamp>,
    /// Tasks of the draft.
    pub task_count: u32,
    /// Runs that were made from it and go on.
    pub running: u32,
}

impl Template {
    pub fn is_published(&self) -> bool {
        self.version > 0
    }

    /// "draft" or "published", as the API says.
    pub fn status(&self) -> &'static str {
        if self.is_published() { "published" } else { "draft" }
    }
}

/// One task of a template, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateTask {
    pub id: i64,
    pub title: String,
    pub description: String,
    pub category: Category,
    pub part: Part,
    pub days_offset: i32,
    pub day_count: DayCount,
    pub required: bool,
    pub completion: Completion,
    /// Places in the list of those that must be done before.
    pub depends_on: Vec<usize>,
}

/// What HR says about a template as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TemplateInput)]
pub struct Input {
    /// 1 to 100 characters, unique regardless of case.
    #[schema(example = "Engineering onboarding", min_length = 1, max_length = 100)]
    pub name: String,
    /// At most 2,000 characters.
    #[serde(default)]
    pub description: String,
    /// Only for this department; left out, for all.
    pub department_id: Option<DepartmentId>,
    pub location_id: Option<LocationId>,
    pub employment_type: Option<EmploymentType>,
}

/// A new template without tasks.
///
/// # Errors
/// [`AppError::Forbidden`] for anybody but HR, [`AppError::Invalid`] field by field.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, input: &Input) -> Result<TemplateId> {
    actor.require_hr()?;
    let input = check(tx, input, None)?;
    let id = store::insert(tx, &input)?;
    audit::record(tx, actor, audit::Entry::new("template.created").on("template", id).change("name", "", &input.name))?;
    Ok(id)
}

/// Changes name, description and for whom it is meant; this is not part of a version.
///
/// # Errors
/// As [`create`]; [`AppError::NotFound`].
pub fn update(tx: &mut Tx<'_>, actor: &Actor, id: TemplateId, input: &Input) -> Result<()> {
    actor.require_hr()?;
    let before = get(tx, actor, id)?;
    let input = check(tx, input, Some(id))?;
    store::update(tx, id, &input)?;
    let entry = audit::Entry::new("template.changed")
        .on("template", id)
        .change("name", &before.name, &input.name)
        .change("description", &before.description, &input.description)
        .change("department_id", before.department.map(|d| d.id), input.department_id)
        .change("location_id", before.location.map(|l| l.id), input.location_id)
        .change("employment_type", before.employment_type, input.employment_type);
    audit::record(tx, actor, entry)?;
    Ok(())
}

/// Replaces the draft's list of tasks. A draft that names an existing task (its `id`) keeps that task's row.
///
/// # Errors
/// [`AppError::Invalid`] with the place of the task in the field's name: `tasks.3.title`.
pub fn set_tasks(tx: &mut Tx<'_>, actor: &Actor, id: TemplateId, tasks: &[TaskDraft]) -> Result<()> {
    actor.require_hr()?;
    let before = self::tasks(tx, actor, id)?;
    draft::check_order(tasks)?;
    store::save_tasks(tx, id, &before, tasks)?;
    let titles = |list: &mut dyn Iterator<Item = &str>| list.collect::<Vec<_>>().join("; ");
    let entry = audit::Entry::new("template.changed").on("template", id).change(
        "tasks",
        titles(&mut before.iter().map(|task| task.title.as_str())),
        titles(&mut tasks.iter().map(|task| task.title.as_str())),
    );
    audit::record(tx, actor, entry)?;
    Ok(())
}

/// Freezes the draft as the next version and answers its number. What was made from earlier versions stays.
///
/// # Errors
/// [`AppError::Conflict`] where nothing changed since the last version, [`AppError::Invalid`] for a draft without
/// tasks.
pub fn publish(tx: &mut Tx<'_>, actor: &Actor, id: TemplateId) -> Result<u32> {
    actor.require_hr()?;
    let template = get(tx, actor, id)?;
    if template.task_count == 0 {
        return Err(AppError::invalid("tasks", "Add a task first: an empty template would do nothing."));
    }
    if !template.changed {
        return Err(AppError::Conflict(msg!("Nothing has changed since version {0}.", template.version)));
    }
    let version = template.version + 1;
    store::freeze(tx, id, version, &tasks(tx, actor, id)?)?;
    let entry = audit::Entry::new("template.published").on("template", id).change("version", template.version, version);
    audit::record(tx, actor, entry)?;
    Ok(version)
}

/// A draft with the same tasks under another name; an empty name makes "… (copy)".
///
/// # Errors
/// As [`create`]; [`AppError::NotFound`].
pub fn copy(tx: &mut Tx<'_>, actor: &Actor, id: TemplateId, name: &str) -> Result<TemplateId> {
    actor.require_hr()?;
    let original = get(tx, actor, id)?;
    let name = if name.trim().is_empty() { free_name(tx, &original.name)? } else { name.to_owned() };
    let input = Input {
        name,
        description: original.description.clone(),
        department_id: original.department.as_ref().map(|d| DepartmentId(d.id)),
        location_id: original.location.as_ref().map(|l| LocationId(l.id)),
        employment_type: original.employment_type,
    };
    let copy = create(tx, actor, &input)?;
    let tasks: Vec<TaskDraft> = tasks(tx, actor, id)?.iter().map(TaskDraft::copied).collect();
    store::save_tasks(tx, copy, &[], &tasks)?;
    Ok(copy)
}

/// Takes a template out of every list. Runs made from it go on; one that was never published goes for good.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Forbidden`].
pub fn remove(tx: &mut Tx<'_>, actor: &Actor, id: TemplateId) -> Result<()> {
    actor.require_hr()?;
    let template = get(tx, actor, id)?;
    let entry = audit::Entry::new("template.removed").on("template", id).change("name", &template.name, ());
    let act = audit::record(tx, actor, entry)?;
    if template.is_published() { store::hide(tx, id, act) } else { store::delete(tx, id) }
}

/// Every template, by name.
///
/// # Errors
/// [`AppError::Forbidden`] for anybody but HR.
pub fn list(rx: &Rx<'_>, actor: &Actor) -> Result<Vec<Template>> {
    actor.require_hr()?;
    store::list(rx)
}

/// Those that a run can be made from, by name.
///
/// # Errors
/// [`AppError::Forbidden`] for anybody but HR.
pub fn published(rx: &Rx<'_>, actor: &Actor) -> Result<Vec<Template>> {
    Ok(list(rx, actor)?.into_iter().filter(Template::is_published).collect())
}

/// # Errors
/// [`AppError::NotFound`], [`AppError::Forbidden`].
pub fn get(rx: &Rx<'_>, actor: &Actor, id: TemplateId) -> Result<Template> {
    actor.require_hr()?;
    store::get(rx, id)?.ok_or(AppError::NotFound)
}

/// The draft's tasks, in their order.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Forbidden`].
pub fn tasks(rx: &Rx<'_>, actor: &Actor, id: TemplateId) -> Result<Vec<TemplateTask>> {
    get(rx, actor, id)?;
    store::tasks(rx, id, 0)
}

/// The tasks of the latest published version: what a run would be made of.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::Forbidden`].
pub fn published_tasks(rx: &Rx<'_>, actor: &Actor, id: TemplateId) -> Result<Vec<TemplateTask>> {
    let template = get(rx, actor, id)?;
    store::tasks(rx, id, template.version)
}

/// The tasks of a list with the dates they would be due for somebody who starts on `first_day` at `location`.
///
/// # Errors
/// When the database cannot be read.
pub fn due_dates(
    rx: &Rx<'_>,
    tasks: &[TemplateTask],
    first_day: Date,
    location: Option<LocationId>,
) -> Result<Vec<Date>> {
    let entity = location.map(|location| store::entity_of(rx, location)).transpose()?;
    let offsets: Vec<_> = tasks.iter().map(|task| (task.days_offset, task.day_count)).collect();
    super::dates::due_dates(rx, first_day, entity, location, &offsets)
}

/// The published template that fits somebody best: it names none but theirs of department, location and employment
/// type, and the most of them; of two that fit equally well, the older.
///
/// # Errors
/// When the database cannot be read.
pub fn best_for(
    rx: &Rx<'_>,
    department: Option<DepartmentId>,
    location: Option<LocationId>,
    employment_type: EmploymentType,
) -> Result<Option<TemplateId>> {
    let (ids, aims): (Vec<_>, Vec<_>) = store::aims(rx)?.into_iter().unzip();
    let person = Aim { department, location, employment_type: Some(employment_type) };
    Ok(rules::best_fit(&aims, &person).map(|at| ids[at]))
}

/// "Engineering onboarding (copy)", "Engineering onboarding (copy 2)"…: the first that is free.
fn free_name(rx: &Rx<'_>, name: &str) -> Result<String> {
    for n in 1..1000 {
        let ending = if n == 1 { " (copy)".to_owned() } else { format!(" (copy {n})") };
        let kept: String = name.chars().take(100 - ending.len()).collect();
        let candidate = kept + &ending;
        if store::id_of_name(rx, &fold(&candidate))?.is_none() {
            return Ok(candidate);
        }
    }
    Err(AppError::invalid("name", "Give the copy a name of its own."))
}

/// The input tidied, with everything that is wrong with it.
fn check(rx: &Rx<'_>, input: &Input, own: Option<TemplateId>) -> Result<Input> {
    let mut errors = FieldErrors::new();
    let name = line(&mut errors, "name", &input.name, 100);
    let description = prose(&mut errors, "description", &input.description, 2000);
    if store::id_of_name(rx, &fold(&name))?.is_some_and(|taken| Some(taken) != own) {
        errors.add("name", "There is a template of this name already.");
    }
    let (department, location) = store::places_exist(rx, input.department_id, input.location_id)?;
    if !department {
        errors.add("department_id", "There is no such department.");
    }
    if !location {
        errors.add("location_id", "There is no such location.");
    }
    errors.into_result(Input { name, description, ..input.clone() })
}
