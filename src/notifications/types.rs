//! What a notice is made of.

use jiff::{SignedDuration, Timestamp};

use crate::auth::Actor;
use crate::error::Msg;
use crate::ids::{ApprovalId, EmployeeId, NoticeId, UserId};
use crate::text_enum;

text_enum! {
    /// What notices are about, coarse enough to choose by.
    pub enum Topic {
        /// Something waits for the reader's decision.
        Decisions = "decisions",
        /// What becomes of the reader's own requests.
        Requests = "requests",
        /// Onboarding tasks and their deadlines.
        Tasks = "tasks",
        /// What happens in the reader's team.
        Team = "team",
        /// The reader's account and its safety. Cannot be switched off.
        Account = "account",
    }

    /// How a topic comes by mail.
    pub enum MailChoice {
        /// At once.
        Now = "now",
        /// With everything else of the day in one mail, in the morning of working days.
        Daily = "daily",
        /// Not at all; in-app only.
        None = "none",
    }
}

impl MailChoice {
    /// As a person reads it.
    pub fn label(self) -> &'static str {
        match self {
            MailChoice::Now => crate::tr!("At once"),
            MailChoice::Daily => crate::tr!("Once a day"),
            MailChoice::None => crate::tr!("No mail"),
        }
    }
}

impl Topic {
    /// Whether its mail cannot be switched off.
    pub fn is_locked(self) -> bool {
        self == Topic::Account
    }

    /// As a person reads it.
    pub fn label(self) -> &'static str {
        match self {
            Topic::Decisions => crate::tr!("Waiting for my decision"),
            Topic::Requests => crate::tr!("My requests"),
            Topic::Tasks => crate::tr!("Onboarding tasks"),
            Topic::Team => crate::tr!("My team"),
            Topic::Account => crate::tr!("My account and its safety"),
        }
    }
}

/// Whether a kind of notice goes by mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailRule {
    AsPreferred,
    /// The person must know (security).
    Always,
    /// In-app only (what would be a mail about mail).
    Never,
}

/// A kind of notice, declared once as a constant by the feature that sends it.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// `leave_approved`: in the API and in the table.
    pub name: &'static str,
    pub topic: Topic,
    /// The subject line of its mail: one a kind, so that people can filter. English; translated when sent.
    pub subject: &'static str,
    /// The words on the mail's one button.
    pub button: &'static str,
    /// The same notice is not repeated within this time; 0: it may be.
    pub cooldown_hours: u16,
    pub mail: MailRule,
}

impl Kind {
    /// Told every time, by mail as the person prefers.
    pub const fn new(name: &'static str, topic: Topic, subject: &'static str, button: &'static str) -> Kind {
        Kind { name, topic, subject, button, cooldown_hours: 0, mail: MailRule::AsPreferred }
    }

    /// Told once within so many hours (reminders).
    #[must_use]
    pub const fn cooldown_hours(self, hours: u16) -> Kind {
        Kind { cooldown_hours: hours, ..self }
    }

    #[must_use]
    pub const fn mail(self, mail: MailRule) -> Kind {
        Kind { mail, ..self }
    }

    pub(super) fn cooldown(&self) -> SignedDuration {
        SignedDuration::from_hours(self.cooldown_hours.into())
    }
}

/// What happened, before anybody is told.
#[derive(Clone, Debug)]
pub struct Notice {
    pub(super) kind: &'static Kind,
    pub(super) subject: (&'static str, i64),
    pub(super) text: Msg,
    pub(super) quote: String,
    pub(super) link: String,
    pub(super) decides: Option<(ApprovalId, u32)>,
}

impl Notice {
    /// `subject` is what it is about: the name of its kind, as in the audit log, and its id.
    pub fn new(kind: &'static Kind, subject: (&'static str, i64), text: impl Into<Msg>) -> Notice {
        Notice { kind, subject, text: text.into(), quote: String::new(), link: "/notices".to_owned(), decides: None }
    }

    /// What a person wrote, shown as theirs; cut at 2,000 characters.
    #[must_use]
    pub fn quote(mut self, words: &str) -> Notice {
        self.quote = words.trim().chars().take(2000).collect();
        self
    }

    /// It asks for a decision on this version of an approval: its mail holds a link that is good for that one decision.
    #[must_use]
    pub fn decides(mut self, approval: ApprovalId, version: u32) -> Notice {
        self.decides = Some((approval, version));
        self
    }

    /// The page to go to: a path of ours.
    #[must_use]
    pub fn link(mut self, path: impl Into<String>) -> Notice {
        self.link = path.into();
        self
    }
}

/// One person. A user who is staff and their employee record are the same person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Recipient {
    Employee(EmployeeId),
    User(UserId),
}

impl Recipient {
    /// The acting person; `None` for the clockwork and the command line.
    pub fn of(actor: &Actor) -> Option<Recipient> {
        actor.employee_id.map(Recipient::Employee).or(actor.user_id.map(Recipient::User))
    }
}

impl From<EmployeeId> for Recipient {
    fn from(id: EmployeeId) -> Self {
        Recipient::Employee(id)
    }
}

impl From<UserId> for Recipient {
    fn from(id: UserId) -> Self {
        Recipient::User(id)
    }
}

/// A notice as it is kept.
#[derive(Clone, Debug)]
pub struct NoticeRow {
    pub id: NoticeId,
    pub kind: String,
    pub topic: Topic,
    pub subject_kind: String,
    pub subject_id: i64,
    pub text: Msg,
    pub quote: String,
    pub link: String,
    pub created_at: Timestamp,
    pub read_at: Option<Timestamp>,
}

/// What a person chose for one topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preference {
    pub topic: Topic,
    pub mail: MailChoice,
    /// It cannot be changed.
    pub locked: bool,
}
