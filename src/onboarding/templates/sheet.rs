//! One template in the reader's words, stage by stage, and the choices of its forms.

use jiff::civil::Date;

use super::{Template, TemplateTask, due_dates};
use crate::auth::Actor;
use crate::error::{Msg, Result};
use crate::ids::{LocationId, TemplateId};
use crate::onboarding::model::Category;
use crate::onboarding::rules::{Completion, DayCount};
use crate::storage::Rx;
use crate::web::{FormState, Format};
use crate::{msg, msg_n};

/// A template's page.
#[derive(Clone, Debug)]
pub struct Sheet {
    pub template: Template,
    /// "For Engineering, Hamburg, full time"
    pub aim: String,
    pub stages: Vec<Stage>,
    /// The due dates are shown.
    pub dated: bool,
}

/// The tasks of one stage.
#[derive(Clone, Debug)]
pub struct Stage {
    /// A key of the catalogues.
    pub title: &'static str,
    pub lines: Vec<Line>,
}

/// One task of the draft.
#[derive(Clone, Debug)]
pub struct Line {
    pub id: i64,
    pub title: String,
    pub who: String,
    /// "10 working days before"
    pub when: String,
    /// The due date of the preview; empty without one.
    pub due: String,
    /// A key of the catalogues.
    pub completion: &'static str,
    pub required: bool,
    /// Titles of what must be done before.
    pub needs: Vec<String>,
    pub first: bool,
    pub last: bool,
}

impl Sheet {
    /// With due dates for somebody who starts on `first_day` at `location`, where a date is given.
    ///
    /// # Errors
    /// [`crate::error::AppError::NotFound`], [`crate::error::AppError::Forbidden`].
    pub fn read(
        rx: &Rx<'_>,
        actor: &Actor,
        format: &Format,
        id: TemplateId,
        first_day: Option<Date>,
        location: Option<LocationId>,
    ) -> Result<Sheet> {
        let template = super::get(rx, actor, id)?;
        let tasks = super::tasks(rx, actor, id)?;
        let due = match first_day {
            Some(first_day) => due_dates(rx, &tasks, first_day, location)?,
            None => Vec::new(),
        };
        Ok(Sheet {
            aim: aim(&template, format),
            stages: stages(&tasks, &due, format),
            dated: first_day.is_some(),
            template,
        })
    }
}

/// The tasks by stage; stages without any are left out. `due` is empty, or a date for each task.
pub fn stages(tasks: &[TemplateTask], due: &[Date], format: &Format) -> Vec<Stage> {
    let mut stages = Vec::new();
    for category in Category::ALL {
        let of: Vec<usize> = (0..tasks.len()).filter(|at| tasks[*at].category == *category).collect();
        let line = |place: usize| {
            let at = of[place];
            let task = &tasks[at];
            Line {
                id: task.id,
                title: task.title.clone(),
                who: format.lang.msg(&task.part.label()),
                when: format.lang.msg(&when(task.days_offset, task.day_count)),
                due: due.get(at).map(|date| format.day(*date)).unwrap_or_default(),
                completion: task.completion.label(),
                required: task.required,
                needs: task
                    .depends_on
                    .iter()
                    .filter_map(|need| tasks.get(*need))
                    .map(|need| need.title.clone())
                    .collect(),
                first: place == 0,
                last: place + 1 == of.len(),
            }
        };
        if !of.is_empty() {
            stages.push(Stage { title: category.label(), lines: (0..of.len()).map(line).collect() });
        }
    }
    stages
}

/// When a task is due, counted from the first day.
pub fn when(offset: i32, count: DayCount) -> Msg {
    let days = i64::from(offset);
    match (count, days) {
        (_, 0) | (DayCount::Working, 1) => msg!("on the first day"),
        (DayCount::Calendar, ..0) => msg_n!(-days, "{0} day before", "{0} days before"),
        (DayCount::Calendar, _) => msg_n!(days, "{0} day after", "{0} days after"),
        (DayCount::Working, ..0) => msg_n!(-days, "{0} working day before", "{0} working days before"),
        (DayCount::Working, _) => msg!("on working day {0}", days),
    }
}

fn aim(template: &Template, format: &Format) -> String {
    let mut names: Vec<String> =
        [&template.department, &template.location].into_iter().flatten().map(|name| name.name.clone()).collect();
    names.extend(template.employment_type.map(|kind| format.lang.text(kind.label()).to_owned()));
    let sentence = if names.is_empty() { msg!("For everybody.") } else { msg!("For {0}.", names.join(", ")) };
    format.lang.msg(&sentence)
}

/// The form of a template, filled with what it says now.
pub fn template_form(template: &Template) -> FormState {
    let id = |name: &Option<crate::people::NameRef>| name.as_ref().map(|name| name.id.to_string()).unwrap_or_default();
    FormState::of([
        ("name", template.name.clone()),
        ("description", template.description.clone()),
        ("department_id", id(&template.department)),
        ("location_id", id(&template.location)),
        ("employment_type", template.employment_type.map(|kind| kind.to_string()).unwrap_or_default()),
    ])
}

/// What can be chosen: values and words.
pub mod choices {
    use super::{Category, Completion, DayCount, Result, Rx};
    use crate::lang::Lang;
    use crate::people::{NameRef, org};

    fn pairs(names: Vec<NameRef>) -> Vec<(String, String)> {
        names.into_iter().map(|name| (name.id.to_string(), name.name)).collect()
    }

    /// The choices with the one that is held, where it can be chosen no more: what is saved again stays.
    pub fn with_held(mut all: Vec<(String, String)>, held: Option<NameRef>) -> Vec<(String, String)> {
        if let Some(held) = held
            && all.iter().all(|(value, _)| *value != held.id.to_string())
        {
            all.push((held.id.to_string(), held.name));
        }
        all
    }

    /// # Errors
    /// When the database cannot be read.
    pub fn departments(rx: &Rx<'_>) -> Result<Vec<(String, String)>> {
        org::department::choices(rx).map(pairs)
    }

    /// # Errors
    /// When the database cannot be read.
    pub fn locations(rx: &Rx<'_>) -> Result<Vec<(String, String)>> {
        org::location::choices(rx).map(pairs)
    }

    /// The closed sets of a task's form.
    #[derive(Clone, Debug)]
    pub struct Words {
        pub stages: Vec<(String, String)>,
        pub counts: Vec<(String, String)>,
        pub completions: Vec<(String, String)>,
    }

    impl Words {
        pub fn new(lang: Lang) -> Words {
            let say = |words: &str| lang.text(words).to_owned();
            Words {
                stages: Category::ALL.iter().map(|stage| (stage.to_string(), say(stage.label()))).collect(),
                counts: DayCount::ALL.iter().map(|count| (count.to_string(), say(count.label()))).collect(),
                completions: Completion::ALL.iter().map(|kind| (kind.to_string(), say(kind.label()))).collect(),
            }
        }
    }
}
