//! Templates to begin with. HR takes them as they are, changes them, or throws them away.

use super::{Input, TaskDraft, TaskInput, store};
use crate::auth::Actor;
use crate::error::Result;
use crate::ids::TemplateId;
use crate::people::groups;
use crate::storage::Tx;
use crate::text::fold;

/// Stage, who, days, how they are counted, how it is completed, title, description, places of what it needs.
type Row = (&'static str, &'static str, i32, &'static str, &'static str, &'static str, &'static str, &'static [usize]);

struct ReadyMade {
    name: &'static str,
    description: &'static str,
    tasks: &'static [Row],
}

const BEFORE: &str = "pre_boarding";
const DAY: &str = "first_day";
const WEEK: &str = "first_week";
const MONTH: &str = "first_month";
const LATER: &str = "later";
const HIRE: &str = "hire";
const MANAGER: &str = "manager";
const BUDDY: &str = "buddy";
const HR: &str = "hr";
const IT: &str = "group:it";
const WORK: &str = "working";
const CALENDAR: &str = "calendar";
const TICK: &str = "tick";
const AGREED: &str = "approval";
const READ: &str = "acknowledge";

const SAFETY: &str = "Know where the fire exits, the extinguishers and the first-aid box are. Report every accident on \
     the same day, also a small one. Do not open or repair electrical devices yourself.";
const DATA: &str = "Personal data is used only for the work at hand and never leaves the company without a reason. \
     Screens are locked, papers are shredded, and whatever goes wrong is told at once.";

static OFFICE: ReadyMade = ReadyMade {
    name: "Office hire",
    description: "For everybody who works at an office.",
    tasks: &[
        (
            BEFORE,
            HR,
            -10,
            WORK,
            TICK,
            "Send the welcome message",
            "Address, time, whom to ask for, what to bring.",
            &[],
        ),
        (BEFORE, HIRE, -8, WORK, TICK, "Return the signed contract", "", &[]),
        (BEFORE, HIRE, -5, WORK, TICK, "Send bank and tax details", "Payroll needs them before the first salary.", &[]),
        (BEFORE, IT, -5, WORK, TICK, "Prepare computer and accounts", "", &[]),
        (BEFORE, MANAGER, -3, WORK, TICK, "Plan the first week", "", &[]),
        (DAY, IT, 1, WORK, TICK, "Hand over computer, key and card", "", &[3]),
        (DAY, BUDDY, 1, WORK, TICK, "Show the house and the fire exits", "", &[]),
        (DAY, HIRE, 1, WORK, READ, "Safety at work", SAFETY, &[]),
        (DAY, MANAGER, 1, WORK, TICK, "Lunch with the team", "", &[]),
        (WEEK, HIRE, 3, WORK, READ, "Data protection", DATA, &[]),
        (WEEK, HR, 4, WORK, TICK, "Explain working time, leave and expenses", "", &[]),
        (WEEK, MANAGER, 5, WORK, TICK, "Talk about the first week", "", &[]),
        (MONTH, MANAGER, 10, WORK, TICK, "Agree on goals for the probation", "", &[]),
        (MONTH, HIRE, 20, WORK, AGREED, "Write down what you learned in the first month", "", &[12]),
        (LATER, MANAGER, 60, CALENDAR, TICK, "Talk after 60 days", "", &[]),
        (LATER, HR, 150, CALENDAR, TICK, "Prepare the decision on the probation", "", &[14]),
    ],
};

static ENGINEERING: ReadyMade = ReadyMade {
    name: "Engineering onboarding",
    description: "For engineers: access to code and systems comes step by step.",
    tasks: &[
        (BEFORE, HR, -10, WORK, TICK, "Welcome message and facts for the first day", "", &[]),
        (BEFORE, HIRE, -10, WORK, TICK, "Sign the employment contract", "", &[]),
        (BEFORE, IT, -9, WORK, TICK, "Order laptop and dock", "", &[]),
        (BEFORE, IT, -5, WORK, TICK, "Create accounts and mail address", "", &[]),
        (BEFORE, HIRE, -5, WORK, TICK, "Bank and tax details", "Payroll needs them before the first salary.", &[]),
        (BEFORE, MANAGER, -4, WORK, TICK, "Choose a buddy", "", &[]),
        (DAY, IT, 1, WORK, TICK, "Hand over laptop, key and card", "", &[2, 3]),
        (DAY, MANAGER, 1, WORK, TICK, "Walk through the house and the fire exits", "", &[]),
        (DAY, HIRE, 1, WORK, READ, "Safety at work", SAFETY, &[]),
        (DAY, HIRE, 1, WORK, TICK, "Set up the second factor", "", &[6]),
        (DAY, MANAGER, 1, WORK, TICK, "Lunch with the team", "", &[]),
        (WEEK, IT, 2, WORK, AGREED, "Read access to the code", "", &[9]),
        (WEEK, HIRE, 3, WORK, TICK, "Development environment builds", "", &[11]),
        (WEEK, HR, 4, WORK, TICK, "Explain expenses and travel", "", &[]),
        (
            WEEK,
            HIRE,
            5,
            WORK,
            AGREED,
            "First small change merged",
            "Any change will do: it is about the way there.",
            &[12],
        ),
        (WEEK, HIRE, 5, WORK, READ, "Data protection", DATA, &[]),
        (MONTH, MANAGER, 10, WORK, TICK, "Agree on goals for the probation", "", &[]),
        (MONTH, MANAGER, 11, WORK, TICK, "Check-in after two weeks", "", &[]),
        (MONTH, IT, 15, WORK, AGREED, "Access to production systems", "Read only at first.", &[14]),
        (MONTH, HIRE, 20, WORK, AGREED, "On-call training", "", &[18]),
        (MONTH, HIRE, 21, WORK, TICK, "Tell us how the first month was", "", &[]),
        (LATER, MANAGER, 60, CALENDAR, TICK, "Check-in after 60 days", "", &[]),
        (LATER, MANAGER, 165, CALENDAR, TICK, "Decision on the probation", "", &[21]),
    ],
};

static REMOTE: ReadyMade = ReadyMade {
    name: "Remote hire",
    description: "For everybody who begins at home.",
    tasks: &[
        (BEFORE, HR, -15, WORK, TICK, "Send the welcome message", "How the first day goes, whom to call.", &[]),
        (BEFORE, HIRE, -12, WORK, TICK, "Return the signed contract", "", &[]),
        (BEFORE, HIRE, -12, WORK, TICK, "Tell us where to send the laptop", "", &[]),
        (BEFORE, IT, -8, WORK, TICK, "Send laptop and headset", "", &[2]),
        (BEFORE, IT, -5, WORK, TICK, "Create accounts and mail address", "", &[]),
        (BEFORE, HIRE, -5, WORK, TICK, "Send bank and tax details", "Payroll needs them before the first salary.", &[]),
        (BEFORE, MANAGER, -3, WORK, TICK, "Plan the first week", "", &[]),
        (DAY, IT, 1, WORK, TICK, "Set up the laptop together, by call", "", &[3, 4]),
        (DAY, HIRE, 1, WORK, READ, "Working safely at home", SAFETY, &[]),
        (DAY, MANAGER, 1, WORK, TICK, "Introduce the team, by call", "", &[]),
        (WEEK, BUDDY, 3, WORK, TICK, "A coffee by call", "", &[]),
        (WEEK, HIRE, 3, WORK, READ, "Data protection", DATA, &[]),
        (WEEK, HR, 4, WORK, TICK, "Explain working time, leave and expenses", "", &[]),
        (WEEK, MANAGER, 5, WORK, TICK, "Talk about the first week", "", &[]),
        (MONTH, MANAGER, 10, WORK, TICK, "Agree on goals for the probation", "", &[]),
        (MONTH, HIRE, 20, WORK, AGREED, "Send the checklist of your workplace at home", "", &[8]),
        (MONTH, MANAGER, 21, WORK, TICK, "Plan the first visit to the office", "", &[]),
        (LATER, MANAGER, 60, CALENDAR, TICK, "Talk after 60 days", "", &[]),
        (LATER, HR, 150, CALENDAR, TICK, "Prepare the decision on the probation", "", &[17]),
    ],
};

/// The name of the template of the reference journey: 23 tasks in 5 stages.
pub const ENGINEERING_NAME: &str = ENGINEERING.name;

/// Makes and publishes the ready-made templates that there are none of by these names, and the group "it" that their
/// tasks name. Answers the new ones.
///
/// # Errors
/// [`crate::error::AppError::Forbidden`] for anybody but HR.
pub fn seed_templates(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<TemplateId>> {
    actor.require_hr()?;
    if store::group(tx, "it")?.is_none() {
        groups::create(tx, actor, "IT", "it")?;
    }
    let mut made = Vec::new();
    for ready in [&OFFICE, &ENGINEERING, &REMOTE] {
        if store::id_of_name(tx, &fold(ready.name))?.is_some() {
            continue;
        }
        let input =
            Input { name: ready.name.to_owned(), description: ready.description.to_owned(), ..Input::default() };
        let id = super::create(tx, actor, &input)?;
        let inputs: Vec<TaskInput> = ready.tasks.iter().map(task).collect();
        let drafts = TaskDraft::read_all(tx, &inputs)?;
        super::set_tasks(tx, actor, id, &drafts)?;
        super::publish(tx, actor, id)?;
        made.push(id);
    }
    Ok(made)
}

fn task(row: &Row) -> TaskInput {
    let (category, assignee, days_offset, day_count, completion, title, description, needs) = *row;
    TaskInput {
        id: None,
        title: title.to_owned(),
        description: description.to_owned(),
        category: category.to_owned(),
        assignee: assignee.to_owned(),
        days_offset,
        day_count: day_count.to_owned(),
        sort_order: None,
        required: true,
        depends_on: needs.to_vec(),
        completion: completion.to_owned(),
    }
}
