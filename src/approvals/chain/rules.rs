//! Which chain a request follows, and how levels are written. Pure.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::approvals::Kind;
use crate::ids::{ChainId, DepartmentId, EmployeeId, LeaveTypeId};

/// The most levels that a chain can have.
pub const MOST_LEVELS: usize = 5;
/// Hours of working days until somebody else is asked as well, unless a chain says another figure: two days.
pub const ESCALATE_AFTER_HOURS: u32 = 48;
/// The most hours that a chain can wait.
pub const LONGEST_WAIT_HOURS: u32 = 1_000;

crate::text_enum! {
    /// How many of those who are asked at a level must agree.
    pub enum Needs {
        One = "one",
        All = "all",
    }
}

/// By which rule a level finds its approvers. Written as in the API: `line_manager`, `role:hr`, `group:it`,
/// `employee:12`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Approvers {
    /// The one named in the person's record, else the line manager.
    Approver,
    LineManager,
    /// The line manager of the line manager.
    ManagersManager,
    /// Head and managers of the person's department; where it has none, of the one above.
    DepartmentHeads,
    Hr,
    Admin,
    /// The members of a group, by its code.
    Group(String),
    Person(EmployeeId),
}

impl Approvers {
    /// Those that name nobody in particular.
    pub const RULES: [Approvers; 6] = [
        Approvers::Approver,
        Approvers::LineManager,
        Approvers::ManagersManager,
        Approvers::DepartmentHeads,
        Approvers::Hr,
        Approvers::Admin,
    ];
}

impl fmt::Display for Approvers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Approvers::Approver => f.write_str("approver"),
            Approvers::LineManager => f.write_str("line_manager"),
            Approvers::ManagersManager => f.write_str("managers_manager"),
            Approvers::DepartmentHeads => f.write_str("department_heads"),
            Approvers::Hr => f.write_str("role:hr"),
            Approvers::Admin => f.write_str("role:admin"),
            Approvers::Group(code) => write!(f, "group:{code}"),
            Approvers::Person(id) => write!(f, "employee:{id}"),
        }
    }
}

impl FromStr for Approvers {
    type Err = String;

    fn from_str(text: &str) -> Result<Approvers, String> {
        if let Some(rule) = Approvers::RULES.into_iter().find(|rule| rule.to_string() == text) {
            return Ok(rule);
        }
        let named = match text.split_once(':') {
            Some(("group", code)) if !code.is_empty() => Some(Approvers::Group(code.to_owned())),
            Some(("employee", id)) => id.parse().ok().map(Approvers::Person),
            _ => None,
        };
        named.ok_or_else(|| format!("“{text}” names no approvers"))
    }
}

impl TryFrom<String> for Approvers {
    type Error = String;

    fn try_from(text: String) -> Result<Approvers, String> {
        text.parse()
    }
}

impl From<Approvers> for String {
    fn from(approvers: Approvers) -> String {
        approvers.to_string()
    }
}

/// One step of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    pub approvers: Approvers,
    pub needs: Needs,
}

impl Level {
    /// One of them is enough.
    pub fn one(approvers: Approvers) -> Level {
        Level { approvers, needs: Needs::One }
    }
}

/// What HR has drawn up of one chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainFacts {
    /// 1 to 100 characters.
    pub name: String,
    pub kind: Kind,
    /// Only requests for this kind of leave.
    pub leave_type_id: Option<LeaveTypeId>,
    /// Only of people in this department, or in one beneath it.
    pub department_id: Option<DepartmentId>,
    /// Only requests of at least as many minutes: 1 to 1,000,000.
    pub from_minutes: Option<i64>,
    /// 1 to 5.
    pub levels: Vec<Level>,
    /// 1 to 1,000; none: nobody else is ever asked.
    pub escalate_after_hours: Option<u32>,
}

/// One chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    pub id: ChainId,
    pub facts: ChainFacts,
}

/// What is known of a request when its chain is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matter {
    pub kind: Kind,
    pub leave_type_id: Option<LeaveTypeId>,
    /// What is asked for, in minutes; none where nothing is counted.
    pub minutes: Option<i64>,
    /// The person's department, then those that it is part of, the nearest first.
    pub departments: Vec<DepartmentId>,
}

/// The most particular chain that fits: one for the kind of leave before one for all, of those the nearest department,
/// of those the highest amount that is reached. None fits: the kind's [`usual`] one.
pub fn choose<'a>(chains: &'a [Chain], matter: &Matter) -> Option<&'a Chain> {
    let fits = |chain: &&Chain| {
        let facts = &chain.facts;
        facts.kind == matter.kind
            && (facts.leave_type_id.is_none() || facts.leave_type_id == matter.leave_type_id)
            && facts.department_id.is_none_or(|id| matter.departments.contains(&id))
            && facts.from_minutes.is_none_or(|from| matter.minutes.is_some_and(|minutes| minutes >= from))
    };
    let rank = |chain: &&Chain| {
        let facts = &chain.facts;
        let far = matter.departments.len();
        let near = facts
            .department_id
            .map_or(0, |id| far - matter.departments.iter().position(|known| *known == id).unwrap_or(far));
        (facts.leave_type_id.is_some(), near, facts.from_minutes.unwrap_or(0))
    };
    chains.iter().filter(fits).max_by_key(rank)
}

/// The levels where HR has drawn up nothing: the approver; of a task the line of the new colleague; of personal data HR.
pub fn usual(kind: Kind) -> Vec<Level> {
    vec![Level::one(match kind {
        Kind::Leave | Kind::Overtime | Kind::Task | Kind::Trip => Approvers::Approver,
        Kind::Profile => Approvers::Hr,
    })]
}
