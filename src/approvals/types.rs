//! What the engine speaks of.

use jiff::Timestamp;

use super::chain::rules::Level;
use crate::error::{AppError, Msg, Result};
use crate::ids::{ApprovalId, EmployeeId, LeaveTypeId};
use crate::msg;
use crate::notifications::{self, Topic};
use crate::people::NameRef;
use crate::tr;

/// The longest note, reason or question, in characters.
pub const LONGEST_NOTE: usize = 2000;

crate::text_enum! {
    /// What kind of thing is decided.
    pub enum Kind {
        Leave = "leave",
        Overtime = "overtime",
        Task = "task",
        /// A change of legal name or bank details.
        Profile = "profile",
        /// A business trip, where a chain is drawn up for them.
        Trip = "trip",
    }

    /// How an approval stands.
    pub enum Status {
        Pending = "pending",
        Approved = "approved",
        Rejected = "rejected",
        /// A question was asked; the requester's turn.
        Clarification = "clarification",
        /// Taken back by the requester.
        Withdrawn = "withdrawn",
    }

    /// By which rule somebody was asked.
    pub enum Because {
        Approver = "approver",
        LineManager = "line_manager",
        ManagersManager = "managers_manager",
        DepartmentHead = "department_head",
        Group = "group",
        Person = "person",
        Hr = "hr",
        Admin = "admin",
        /// Nobody had decided in time.
        Escalation = "escalation",
        /// The requester, where the company has nobody else.
        Own = "self",
    }

    /// What happened.
    pub enum StepKind {
        Requested = "requested",
        Approved = "approved",
        Rejected = "rejected",
        /// A question was asked.
        Asked = "asked",
        Resubmitted = "resubmitted",
        Withdrawn = "withdrawn",
        /// Whoever was asked is gone: it waits for somebody else.
        Reasked = "reasked",
        /// Who would be asked at this level has agreed at an earlier one.
        Passed = "passed",
        /// Nobody decided in time: somebody else is asked as well.
        Escalated = "escalated",
        /// One of several who are asked is gone; the others still are.
        Left = "left",
    }
}

impl Kind {
    /// Only HR, or an admin, looks at what is decided: nobody stands in for them, and nobody above is asked.
    pub(super) fn is_for_office(self) -> bool {
        self == Kind::Profile
    }

    /// The notice that asks for such a decision.
    pub(super) fn notice(self) -> &'static notifications::Kind {
        match self {
            Kind::Leave => &LEAVE_ASKED,
            Kind::Overtime => &OVERTIME_ASKED,
            Kind::Task => &TASK_ASKED,
            Kind::Profile => &PROFILE_ASKED,
            Kind::Trip => &TRIP_ASKED,
        }
    }
}

static LEAVE_ASKED: notifications::Kind =
    notifications::Kind::new("leave_asked", Topic::Decisions, tr!("Leave waits for your decision"), tr!("Decide"));
static OVERTIME_ASKED: notifications::Kind = notifications::Kind::new(
    "overtime_asked",
    Topic::Decisions,
    tr!("Overtime waits for your decision"),
    tr!("Decide"),
);
static TASK_ASKED: notifications::Kind =
    notifications::Kind::new("task_asked", Topic::Decisions, tr!("A task waits for your approval"), tr!("Decide"));
static TRIP_ASKED: notifications::Kind = notifications::Kind::new(
    "trip_asked",
    Topic::Decisions,
    tr!("A business trip waits for your decision"),
    tr!("Decide"),
);

static PROFILE_ASKED: notifications::Kind = notifications::Kind::new(
    "profile_asked",
    Topic::Decisions,
    tr!("A change of personal data waits for you"),
    tr!("Decide"),
);

/// A new thing to decide.
#[derive(Clone, Debug)]
pub struct New {
    pub kind: Kind,
    /// The feature's own id of it.
    pub subject_id: i64,
    pub requester: EmployeeId,
    /// Whose line is asked: the requester's own unless it is about somebody else.
    pub about: EmployeeId,
    /// What it is, for inbox and mail: "Vacation, 8 – 11 Dec, 4 days".
    pub title: Msg,
    /// What chains may tell requests by.
    pub leave_type_id: Option<LeaveTypeId>,
    pub minutes: Option<i64>,
}

impl New {
    pub fn of(kind: Kind, subject_id: i64, requester: EmployeeId, title: Msg) -> New {
        New { kind, subject_id, requester, about: requester, title, leave_type_id: None, minutes: None }
    }

    /// It concerns somebody else than who sends it.
    #[must_use]
    pub fn about(mut self, about: EmployeeId) -> New {
        self.about = about;
        self
    }

    /// How much is asked for.
    #[must_use]
    pub fn amount(mut self, minutes: i64) -> New {
        self.minutes = Some(minutes);
        self
    }

    #[must_use]
    pub fn of_type(mut self, leave_type_id: LeaveTypeId) -> New {
        self.leave_type_id = Some(leave_type_id);
        self
    }
}

/// A decision, with the words that go with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    Approve {
        note: Option<String>,
        on_behalf_reason: Option<String>,
    },
    Reject {
        reason: String,
        on_behalf_reason: Option<String>,
    },
    /// A question to the requester, who edits and sends it again.
    Clarify {
        question: String,
    },
}

impl Decision {
    /// What was written, trimmed; empty where nothing was.
    pub fn words(&self) -> &str {
        match self {
            Decision::Approve { note, .. } => note.as_deref().unwrap_or_default().trim(),
            Decision::Reject { reason, .. } => reason.trim(),
            Decision::Clarify { question } => question.trim(),
        }
    }

    pub(super) fn on_behalf_reason(&self) -> Option<&str> {
        let reason = match self {
            Decision::Approve { on_behalf_reason, .. } | Decision::Reject { on_behalf_reason, .. } => {
                on_behalf_reason.as_deref()
            }
            Decision::Clarify { question } => Some(question.as_str()),
        };
        reason.map(str::trim).filter(|reason| !reason.is_empty())
    }

    /// # Errors
    /// A missing or too long reason, on the field that holds it.
    pub(super) fn check(&self) -> Result<()> {
        let field = match self {
            Decision::Approve { .. } => "note",
            Decision::Reject { .. } => "reason",
            Decision::Clarify { .. } => "question",
        };
        match self {
            Decision::Reject { .. } if self.words().is_empty() => {
                Err(AppError::invalid(field, "Say why, so that the person knows what to do."))
            }
            Decision::Clarify { .. } if self.words().is_empty() => {
                Err(AppError::invalid(field, "Write your question."))
            }
            _ if self.words().chars().count() > LONGEST_NOTE => {
                Err(AppError::invalid(field, "At most 2,000 characters."))
            }
            _ if self.on_behalf_reason().is_some_and(|reason| reason.chars().count() > LONGEST_NOTE) => {
                Err(AppError::invalid("on_behalf_reason", "At most 2,000 characters."))
            }
            _ => Ok(()),
        }
    }
}

/// What a decision led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Approved,
    Rejected,
    Clarification,
    /// Agreed, and it waits for others.
    Onward,
}

/// One approval, with names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    pub id: ApprovalId,
    pub kind: Kind,
    pub subject_id: i64,
    pub title: Msg,
    pub requester: NameRef,
    /// Whose line is asked.
    pub about: EmployeeId,
    /// The requester's department; empty where there is none.
    pub department: String,
    /// Those who are asked at the present level (were, where it ended).
    pub asked: Vec<NameRef>,
    /// Nobody is named: whoever has the role HR, or admin, decides.
    pub office: bool,
    pub status: Status,
    /// From 1.
    pub level: u32,
    /// The chain as it stood when this was sent.
    pub levels: Vec<Level>,
    /// Rises with every change: a link for one version does not act on the next.
    pub version: u32,
    pub requested_at: Timestamp,
    /// When the present level should have been decided.
    pub due_at: Timestamp,
    /// Hours of working days until somebody else is asked as well; none is never.
    pub escalate_after_hours: Option<u32>,
}

impl StepKind {
    /// Somebody did it, on purpose: the others follow from that, or from the clock.
    pub fn is_of_a_person(self) -> bool {
        !matches!(self, StepKind::Passed | StepKind::Reasked | StepKind::Escalated | StepKind::Left)
    }

    pub(super) fn action(self) -> &'static str {
        match self {
            StepKind::Requested => "approval.requested",
            StepKind::Approved => "approval.approved",
            StepKind::Rejected => "approval.rejected",
            StepKind::Asked => "approval.asked",
            StepKind::Resubmitted => "approval.resubmitted",
            StepKind::Withdrawn => "approval.withdrawn",
            StepKind::Reasked => "approval.reasked",
            StepKind::Passed => "approval.passed",
            StepKind::Escalated => "approval.escalated",
            StepKind::Left => "approval.left",
        }
    }

    /// As the list of decisions has it.
    pub fn words(self) -> &'static str {
        match self {
            StepKind::Requested => tr!("Sent"),
            StepKind::Approved => tr!("Approved"),
            StepKind::Rejected => tr!("Rejected"),
            StepKind::Asked => tr!("Asked"),
            StepKind::Resubmitted => tr!("Answered and sent again"),
            StepKind::Withdrawn => tr!("Withdrawn"),
            StepKind::Reasked => tr!("Asked somebody else, as who was asked is gone"),
            StepKind::Passed => tr!("Agreed already"),
            StepKind::Escalated => tr!("Asked somebody else as well"),
            StepKind::Left => tr!("Asked one less, who is gone"),
        }
    }

    /// Whether it belongs to one level of several.
    pub(super) fn is_of_a_level(self) -> bool {
        !matches!(self, StepKind::Requested | StepKind::Resubmitted | StepKind::Withdrawn)
    }

    pub fn icon(self) -> &'static str {
        match self {
            StepKind::Approved | StepKind::Passed => "check",
            StepKind::Rejected | StepKind::Withdrawn => "cross",
            StepKind::Asked => "ask",
            StepKind::Requested | StepKind::Resubmitted | StepKind::Reasked | StepKind::Escalated | StepKind::Left => {
                "arrow"
            }
        }
    }
}

impl Approval {
    pub fn requester_id(&self) -> EmployeeId {
        EmployeeId(self.requester.id)
    }

    /// What the present level asks; the last one's where the chain has fewer.
    pub fn at_level(&self) -> Option<&Level> {
        let at = usize::try_from(self.level).unwrap_or(1).saturating_sub(1);
        self.levels.get(at).or_else(|| self.levels.last())
    }

    /// Who is asked, in one line: "Jonas Brandt, Mira Castell"; "HR" where nobody is named.
    pub fn waits_for(&self) -> Msg {
        if self.asked.is_empty() {
            return msg!("HR");
        }
        let names: Vec<&str> = self.asked.iter().map(|person| person.name.as_str()).collect();
        Msg::new("{0}").arg(names.join(", "))
    }
}

/// What somebody needs to see of a subject in order to decide: made by the feature, shown by the inbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Page of the subject.
    pub link: String,
    /// Name in the icon sprite.
    pub icon: &'static str,
    /// "Vacation, Tue 8 – Fri 11 Dec, 4 days"
    pub title: String,
    /// What the requester wrote; empty where nothing.
    pub quote: String,
    pub facts: Vec<Fact>,
}

/// One figure to decide by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    pub label: String,
    pub value: String,
    /// Somebody should look.
    pub warn: bool,
}
