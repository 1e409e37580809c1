//! A task as somebody writes it into a template: read from a form or from JSON, checked field by field.

use serde::{Deserialize, Serialize};

use super::TemplateTask;
use crate::error::{AppError, FieldErrors, Result};
use crate::msg;
use crate::onboarding::model::{Category, LONGEST_TEXT, LONGEST_TITLE, Part, PartWord, prose, word};
use crate::onboarding::rules::{self, Completion, DayCount};
use crate::onboarding::runs;
use crate::storage::Rx;
use crate::text::fold;

/// How far from the first day a task may be due: a year before, two years after.
pub const OFFSETS: std::ops::RangeInclusive<i32> = -366..=732;

/// A task as the API and the page take it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TemplateTaskInput)]
pub struct TaskInput {
    /// The task as it was read; left out for a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
    /// 1 to 200 characters.
    #[schema(example = "Order laptop and dock", min_length = 1, max_length = 200)]
    pub title: String,
    /// At most 4,000 characters.
    #[serde(default)]
    pub description: String,
    /// `pre_boarding`, `first_day`, `first_week`, `first_month` or `later`.
    #[schema(example = "pre_boarding")]
    pub category: String,
    /// `hire`, `manager`, `buddy`, `hr`, `group:CODE` or `employee:ID`.
    #[schema(example = "group:it")]
    pub assignee: String,
    /// From the first day: −366 to 732. In working days, 1 is the first day itself.
    #[schema(example = -8, minimum = -366, maximum = 732)]
    pub days_offset: i32,
    /// `calendar` or `working`.
    #[serde(default = "calendar")]
    #[schema(example = "working", default = "calendar")]
    pub day_count: String,
    /// Where it stands in the list; left out, where it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort_order: Option<i32>,
    /// Counts for the percentage.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub required: bool,
    /// Places in this list (from 0) of the tasks that must be done before.
    #[serde(default)]
    pub depends_on: Vec<usize>,
    /// `tick`, `approval` (the new colleague's manager approves) or `acknowledge` (the one it is for reads and
    /// confirms it).
    #[serde(default = "tick")]
    #[schema(example = "tick", default = "tick")]
    pub completion: String,
}

fn calendar() -> String {
    DayCount::Calendar.as_str().to_owned()
}

fn tick() -> String {
    Completion::Tick.as_str().to_owned()
}

fn yes() -> bool {
    true
}

/// A task that fits into a template, its references looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskDraft {
    /// The row that it replaces.
    pub id: Option<i64>,
    pub title: String,
    pub description: String,
    pub category: Category,
    pub part: Part,
    pub days_offset: i32,
    pub day_count: DayCount,
    pub required: bool,
    pub completion: Completion,
    /// Places in the list of the tasks that must be done before; sorted, without doubles.
    pub depends_on: Vec<usize>,
}

impl TaskDraft {
    /// A task as it is kept, to be saved again.
    pub fn kept(task: &TemplateTask) -> Self {
        TaskDraft { id: Some(task.id), ..TaskDraft::copied(task) }
    }

    /// The same task for another template.
    pub fn copied(task: &TemplateTask) -> Self {
        TaskDraft {
            id: None,
            title: task.title.clone(),
            description: task.description.clone(),
            category: task.category,
            part: task.part.clone(),
            days_offset: task.days_offset,
            day_count: task.day_count,
            required: task.required,
            completion: task.completion,
            depends_on: task.depends_on.clone(),
        }
    }

    /// Reads one task; what is wrong is said under `{before}{field}`.
    ///
    /// # Errors
    /// When the database cannot be read; what the writer did wrong goes to `errors` and answers `None`.
    pub fn read(rx: &Rx<'_>, errors: &mut FieldErrors, before: &str, input: &TaskInput) -> Result<Option<TaskDraft>> {
        let wrong = errors.0.len();
        let field = |name: &str| format!("{before}{name}");
        let title = crate::text::line(errors, field("title"), &input.title, LONGEST_TITLE);
        let description = prose(errors, &field("description"), &input.description, LONGEST_TEXT);
        let category = word::<Category>(errors, &field("category"), &input.category);
        let day_count = word::<DayCount>(errors, &field("day_count"), &input.day_count);
        let completion = word::<Completion>(errors, &field("completion"), &input.completion);
        let part = read_part(rx, errors, &field("assignee"), &input.assignee)?;
        if !OFFSETS.contains(&input.days_offset) {
            errors.add(field("days_offset"), msg!("Between {0} and {1} days.", OFFSETS.start(), OFFSETS.end()));
        }
        let mut depends_on = input.depends_on.clone();
        depends_on.sort_unstable();
        depends_on.dedup();
        let (Some(category), Some(day_count), Some(completion), Some(part)) = (category, day_count, completion, part)
        else {
            return Ok(None);
        };
        let days_offset = input.days_offset;
        let draft = TaskDraft {
            id: input.id,
            title,
            description,
            category,
            part,
            days_offset,
            day_count,
            required: input.required,
            completion,
            depends_on,
        };
        Ok((errors.0.len() == wrong).then_some(draft))
    }

    /// Reads the one task of a form; errors bear the names of its fields.
    ///
    /// # Errors
    /// [`AppError::Invalid`]
    pub fn read_one(rx: &Rx<'_>, input: &TaskInput) -> Result<TaskDraft> {
        let mut errors = FieldErrors::new();
        let draft = TaskDraft::read(rx, &mut errors, "", input)?;
        errors.into_result(())?;
        draft.ok_or_else(|| AppError::internal("a checked task lacks a part"))
    }

    /// Reads a whole list and puts it into the order that `sort_order` asks for (its place, where it is left out).
    ///
    /// # Errors
    /// [`AppError::Invalid`] with fields such as `tasks.3.title`.
    pub fn read_all(rx: &Rx<'_>, inputs: &[TaskInput]) -> Result<Vec<TaskDraft>> {
        let mut errors = FieldErrors::new();
        let mut drafts = Vec::with_capacity(inputs.len());
        for (place, input) in inputs.iter().enumerate() {
            if input.depends_on.iter().any(|at| *at >= inputs.len()) {
                errors.add(format!("tasks.{place}.depends_on"), "There is no task at this place of the list.");
            }
            drafts.extend(TaskDraft::read(rx, &mut errors, &format!("tasks.{place}."), input)?);
        }
        let drafts = errors.into_result(drafts)?;
        let asked = |at: usize| inputs[at].sort_order.map_or(at as i64, i64::from);
        let mut order: Vec<usize> = (0..drafts.len()).collect();
        order.sort_by_key(|at| asked(*at));
        Ok(reordered(&drafts, &order))
    }
}

/// The list in another order (`order[new place] = old place`), with what depends on what kept.
pub fn reordered(drafts: &[TaskDraft], order: &[usize]) -> Vec<TaskDraft> {
    let place_of = |old: usize| order.iter().position(|at| *at == old);
    let moved = |old: &usize| {
        let mut draft = drafts[*old].clone();
        draft.depends_on = draft.depends_on.iter().filter_map(|at| place_of(*at)).collect();
        draft.depends_on.sort_unstable();
        draft
    };
    order.iter().map(moved).collect()
}

/// Whether the list can be worked through: not too long, and nothing waits for itself in a circle.
///
/// # Errors
/// [`AppError::Invalid`] on `tasks` or on the `depends_on` of the task that closes a circle.
pub fn check_order(tasks: &[TaskDraft]) -> Result<()> {
    if tasks.len() > super::MOST_TASKS {
        return Err(AppError::invalid("tasks", msg!("A template holds at most {0} tasks.", super::MOST_TASKS)));
    }
    let needs: Vec<&[usize]> = tasks.iter().map(|task| task.depends_on.as_slice()).collect();
    match rules::circle(&needs) {
        None => Ok(()),
        Some(at) => {
            let title = &tasks[at].title;
            let message = msg!("“{0}” would wait for itself. Take out one of the tasks that it depends on.", title);
            Err(AppError::invalid(format!("tasks.{at}.depends_on"), message))
        }
    }
}

/// The part that does a task, its group or person looked up.
///
/// # Errors
/// When the database cannot be read; what the writer did wrong goes to `errors`.
pub fn read_part(rx: &Rx<'_>, errors: &mut FieldErrors, field: &str, text: &str) -> Result<Option<Part>> {
    let word = match text.parse::<PartWord>() {
        Ok(word) => word,
        Err(why) => {
            errors.add(field.to_owned(), why);
            return Ok(None);
        }
    };
    Ok(match word {
        PartWord::Hire => Some(Part::Hire),
        PartWord::Manager => Some(Part::Manager),
        PartWord::Buddy => Some(Part::Buddy),
        PartWord::Hr => Some(Part::Hr),
        PartWord::Group(code) => match super::store::group(rx, &fold(&code))? {
            Some(group) => Some(Part::Group(group)),
            None => {
                errors.add(field.to_owned(), msg!("There is no group “{0}”.", code));
                None
            }
        },
        PartWord::Employee(id) => match runs::store::present(rx, id)? {
            Some(person) => Some(Part::Employee(person)),
            None => {
                errors.add(field.to_owned(), "There is no such person.");
                None
            }
        },
    })
}
