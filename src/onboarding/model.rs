//! The words of onboarding: the stages of a run, who a task is for, and a task as a template writes it down.

use std::fmt;

use super::rules::{Completion, DayCount};
use crate::error::{FieldErrors, Msg};
use crate::ids::{EmployeeId, GroupId};
use crate::people::NameRef;
use crate::{msg, text_enum, tr};

text_enum! {
    /// The stage of a run that a task belongs to, in their order.
    pub enum Category {
        PreBoarding = "pre_boarding",
        FirstDay = "first_day",
        FirstWeek = "first_week",
        FirstMonth = "first_month",
        Later = "later",
    }
}

impl Category {
    /// As a heading; a key of the catalogues.
    pub fn label(self) -> &'static str {
        match self {
            Category::PreBoarding => "Before the first day",
            Category::FirstDay => "First day",
            Category::FirstWeek => tr!("First week"),
            Category::FirstMonth => tr!("First month"),
            Category::Later => tr!("Later"),
        }
    }

    /// Under a bar of progress, where room is scarce; a key of the catalogues.
    pub fn short(self) -> &'static str {
        match self {
            Category::PreBoarding => "Before",
            other => other.label(),
        }
    }
}

impl Completion {
    /// As a person reads it; a key of the catalogues.
    pub fn label(self) -> &'static str {
        match self {
            Completion::Tick => tr!("Ticked off"),
            Completion::Approval => tr!("Approved"),
            Completion::Acknowledge => tr!("Read and confirmed"),
        }
    }
}

impl DayCount {
    /// As a person reads it; a key of the catalogues.
    pub fn label(self) -> &'static str {
        match self {
            DayCount::Calendar => tr!("calendar days"),
            DayCount::Working => tr!("working days"),
        }
    }
}

/// Who does a task, as a template says it. In forms and in the API it is one word: `hire`, `manager`, `buddy`, `hr`,
/// `group:it` (the group's code), `employee:12`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Hire,
    Manager,
    Buddy,
    Hr,
    Group(GroupName),
    Employee(NameRef),
}

/// A group of people that tasks are given to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupName {
    pub id: GroupId,
    pub code: String,
    pub name: String,
}

impl Part {
    /// What it is called in the database.
    pub fn kind(&self) -> &'static str {
        match self {
            Part::Hire => "hire",
            Part::Manager => "manager",
            Part::Buddy => "buddy",
            Part::Hr => "hr",
            Part::Group(_) => "group",
            Part::Employee(_) => "employee",
        }
    }

    /// As a person reads it in a template: "Line manager", "IT".
    pub fn label(&self) -> Msg {
        match self {
            Part::Hire => msg!("New colleague"),
            Part::Manager => msg!("Line manager"),
            Part::Buddy => msg!("Buddy"),
            Part::Hr => msg!("HR"),
            Part::Group(group) => Msg::new(group.name.clone()),
            Part::Employee(person) => Msg::new(person.name.clone()),
        }
    }
}

/// The one word, as read by [`PartWord`].
impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Part::Group(group) => write!(f, "group:{}", group.code),
            Part::Employee(person) => write!(f, "employee:{}", person.id),
            other => f.write_str(other.kind()),
        }
    }
}

/// A [`Part`] as it is typed, before the group and the person were looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartWord {
    Hire,
    Manager,
    Buddy,
    Hr,
    /// By its code.
    Group(String),
    Employee(EmployeeId),
}

impl std::str::FromStr for PartWord {
    type Err = Msg;

    fn from_str(text: &str) -> Result<Self, Msg> {
        let wrong = || msg!("Say who does it: hire, manager, buddy, hr, group:CODE or employee:ID.");
        match text.trim() {
            "hire" => Ok(PartWord::Hire),
            "manager" => Ok(PartWord::Manager),
            "buddy" => Ok(PartWord::Buddy),
            "hr" => Ok(PartWord::Hr),
            other => match other.split_once(':') {
                Some(("group", code)) if !code.trim().is_empty() => Ok(PartWord::Group(code.trim().to_owned())),
                Some(("employee", id)) => id.trim().parse().map(PartWord::Employee).map_err(|_| wrong()),
                _ => Err(wrong()),
            },
        }
    }
}

/// The longest title of a task, in characters.
pub const LONGEST_TITLE: usize = 200;
/// The longest description of a task, in characters.
pub const LONGEST_TEXT: usize = 4000;
/// The longest note, reason or message, in characters.
pub const LONGEST_NOTE: usize = 2000;

/// A field of several lines, without blanks around it: 0 to `most` characters.
pub fn prose(errors: &mut FieldErrors, field: &str, text: &str, most: usize) -> String {
    let text: String = text.trim().replace("\r\n", "\n");
    let length = text.chars().count();
    if length > most {
        errors.add(field.to_owned(), msg!("At most {0} characters; this has {1}.", most, length));
    }
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        errors.add(field.to_owned(), "Only text can be kept here.");
    }
    text
}

/// A word of a closed set (`Category`, `Completion`…), or an error that says which there are.
pub fn word<T: std::str::FromStr>(errors: &mut FieldErrors, field: &str, text: &str) -> Option<T>
where
    T::Err: fmt::Display,
{
    match text.trim().parse() {
        Ok(value) => Some(value),
        Err(why) => {
            errors.add(field.to_owned(), Msg::new(why.to_string()));
            None
        }
    }
}
