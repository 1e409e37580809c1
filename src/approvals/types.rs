//! What the engine speaks of.

use jiff::Timestamp;
use serde::Serialize;

use crate::error::{AppError, Msg, Result};
use crate::ids::{ApprovalId, EmployeeId};
use crate::lang::Lang;
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
        Hr = "hr",
        Admin = "admin",
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
    }
}

impl Kind {
    /// The notice that asks for such a decision.
    pub(super) fn notice(self) -> &'static notifications::Kind {
        match self {
            Kind::Leave => &LEAVE_ASKED,
            Kind::Overtime => &OVERTIME_ASKED,
            Kind::Task => &TASK_ASKED,
            Kind::Profile => &PROFILE_ASKED,
        }
    }

    /// Who is asked where nothing else is known, as when whoever was asked is gone.
    pub(super) fn ask(self) -> Ask {
        match self {
            Kind::Leave | Kind::Overtime | Kind::Task => Ask::Approver,
            Kind::Profile => Ask::Hr,
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

static PROFILE_ASKED: notifications::Kind = notifications::Kind::new(
    "profile_asked",
    Topic::Decisions,
    tr!("A change of personal data waits for you"),
    tr!("Decide"),
);

/// Whom to ask first; where there is nobody, the fallbacks follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// The approver named in the requester's record, else the line.
    Approver,
    /// This person; where it is the requester, the approver.
    Person(EmployeeId),
    /// All of HR but the requester.
    Hr,
}

impl From<Option<EmployeeId>> for Ask {
    fn from(person: Option<EmployeeId>) -> Ask {
        person.map_or(Ask::Approver, Ask::Person)
    }
}

/// A new thing to decide.
#[derive(Clone, Debug)]
pub struct New {
    pub kind: Kind,
    /// The feature's own id of it.
    pub subject_id: i64,
    pub requester: EmployeeId,
    /// What it is, for inbox and mail: "Vacation, 8 – 11 Dec, 4 days".
    pub title: Msg,
    pub ask: Ask,
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
}

/// One approval, with names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    pub id: ApprovalId,
    pub kind: Kind,
    pub subject_id: i64,
    pub title: Msg,
    pub requester: NameRef,
    /// The requester's department; empty where there is none.
    pub department: String,
    /// Those who are asked at the present level (were, where it ended).
    pub asked: Vec<NameRef>,
    pub status: Status,
    pub level: u32,
    /// Rises with every change: a link for one version does not act on the next.
    pub version: u32,
    pub requested_at: Timestamp,
    pub due_at: Timestamp,
}

impl StepKind {
    pub(super) fn action(self) -> &'static str {
        match self {
            StepKind::Requested => "approval.requested",
            StepKind::Approved => "approval.approved",
            StepKind::Rejected => "approval.rejected",
            StepKind::Asked => "approval.asked",
            StepKind::Resubmitted => "approval.resubmitted",
            StepKind::Withdrawn => "approval.withdrawn",
            StepKind::Reasked => "approval.reasked",
        }
    }

    /// For the timeline of a page.
    pub fn words(self) -> &'static str {
        match self {
            StepKind::Requested => tr!("Sent"),
            StepKind::Approved => tr!("Approved"),
            StepKind::Rejected => tr!("Rejected"),
            StepKind::Asked => tr!("Asked"),
            StepKind::Resubmitted => tr!("Answered and sent again"),
            StepKind::Withdrawn => tr!("Withdrawn"),
            StepKind::Reasked => tr!("Asked somebody else, as who was asked is gone"),
        }
    }

    pub fn icon(self) -> &'static str {
        match self {
            StepKind::Approved => "check",
            StepKind::Rejected | StepKind::Withdrawn => "cross",
            StepKind::Asked => "ask",
            StepKind::Requested | StepKind::Resubmitted | StepKind::Reasked => "arrow",
        }
    }
}

impl Approval {
    pub fn requester_id(&self) -> EmployeeId {
        EmployeeId(self.requester.id)
    }
}

/// One step of a timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Step {
    #[schema(value_type = String, example = "2026-03-01T17:30:00Z")]
    pub at: Timestamp,
    pub who: String,
    /// The reason given where somebody decided without being asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<String>,
    pub what: StepKind,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// web, api, mail, cli or job.
    pub channel: String,
}

impl Step {
    /// What was said with it: the note, and why somebody decided on another's behalf. Empty where nothing was.
    pub fn says(&self, lang: Lang) -> String {
        let behalf = self.on_behalf_of.as_deref().map(|why| lang.msg(&msg!("On somebody’s behalf: {0}", why)));
        let note = Some(self.note.clone()).filter(|note| !note.is_empty());
        note.into_iter().chain(behalf).collect::<Vec<_>>().join(" · ")
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
