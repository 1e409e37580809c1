//! The audit log as the rest of the house uses it: who did what to which thing, what changed and why.
//!
//! An action describes what it did and hands it over in its own transaction:
//!
//! ```ignore
//! audit::record(tx, actor, audit::Entry::new("leave.approved").on("leave_request", id)
//!     .change("status", "pending", "approved").because(note))?;
//! ```
//!
//! The chain of hashes and the table are storage's. Secrets and contents of files never go in.

pub mod api;
mod held;
pub mod pages;
mod store;
#[cfg(test)]
mod tests;

pub use held::holder;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::auth::Actor;
use crate::error::Result;
use crate::ids::{AuditId, SessionId, UserId};
use crate::storage::audit::{self, Chain};
use crate::storage::{Rx, Tx};

/// One entry in the making.
#[derive(Clone, Debug)]
pub struct Entry {
    inner: audit::Entry,
    on_behalf_of: Option<String>,
}

impl Entry {
    /// `action` is `<thing>.<what happened to it>`: "leave.approved".
    pub fn new(action: &'static str) -> Self {
        Entry { inner: audit::Entry { action, ..audit::Entry::default() }, on_behalf_of: None }
    }

    /// An entry on the chain of sign-ins, which is kept for 90 days only.
    pub fn sign_in(action: &'static str) -> Self {
        let mut entry = Entry::new(action);
        entry.inner.chain = Chain::SignIn;
        entry
    }

    /// What it was done to: the name of its kind ("leave_request") and its id.
    #[must_use]
    pub fn on(mut self, kind: &'static str, id: impl Into<i64>) -> Self {
        self.inner.subject = Some((kind, id.into()));
        self
    }

    /// A field that changed. One that did not is left out, so that a whole form may be handed over.
    #[must_use]
    pub fn change(mut self, field: &str, before: impl Serialize, after: impl Serialize) -> Self {
        let (before, after) = (value(before), value(after));
        if before != after {
            self.inner.changes.push((field.to_owned(), before, after));
        }
        self
    }

    /// A fact about something new, or about what was done: a field that was nothing before.
    #[must_use]
    pub fn with(self, field: &str, value: impl Serialize) -> Self {
        self.change(field, Value::Null, value)
    }

    /// Why, in the acting person's words. An empty text is no reason.
    #[must_use]
    pub fn because(mut self, reason: &str) -> Self {
        self.inner.reason = Some(reason.trim()).filter(|reason| !reason.is_empty()).map(str::to_owned);
        self
    }

    /// The person in whose place it was done.
    #[must_use]
    pub fn on_behalf_of(mut self, name: impl Into<String>) -> Self {
        self.on_behalf_of = Some(name.into());
        self
    }
}

/// Writes the entry into the log, in this transaction.
///
/// # Errors
/// What the database says.
pub fn record(tx: &mut Tx<'_>, actor: &Actor, entry: Entry) -> Result<AuditId> {
    let Entry { mut inner, on_behalf_of } = entry;
    inner.user_id = actor.user_id.map(|id| id.0);
    inner.actor = json!({
        "user_id": actor.user_id,
        "employee_id": actor.employee_id,
        "name": actor.name,
        "on_behalf_of": on_behalf_of,
        "session_id": actor.origin.session_id,
        "address": actor.origin.address,
        "channel": actor.origin.channel,
    });
    tx.audit(&inner)
}

/// An entry, read back.
#[derive(Clone, Debug)]
pub struct Record {
    pub id: AuditId,
    pub at: Timestamp,
    /// `acts` or `sign_in`.
    pub chain: String,
    pub action: String,
    /// Kind and id of what it was done to; the kind is empty where it was nothing in particular.
    pub subject_kind: String,
    pub subject_id: Option<i64>,
    pub user_id: Option<UserId>,
    /// As they were called then, or “Former employee 17” since they were erased; else empty once the entry was blanked,
    /// as are all texts below.
    pub actor: String,
    pub on_behalf_of: String,
    pub address: String,
    pub channel: String,
    pub session_id: Option<SessionId>,
    pub changes: Vec<Change>,
    pub reason: String,
    /// Its words were removed by retention or erasure; that it happened stays.
    pub blanked: bool,
    /// Its words are in the log, but only HR may read them: what somebody is away for, and what was said about it.
    pub withheld: bool,
}

/// Things whose entries say why somebody is away, or what is private to a person. An admin keeps the machine running
/// and need not know.
const OF_HR: [&str; 6] = ["leave", "leave_request", "leave_ledger", "employee_personal", "profile", "employee_fields"];

impl Record {
    fn withhold(&mut self) {
        self.withheld = !self.changes.is_empty() || !self.reason.is_empty();
        self.changes.clear();
        self.reason.clear();
    }
}

/// One field before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = AuditChange)]
pub struct Change {
    #[schema(example = "status")]
    pub field: String,
    #[schema(value_type = Value, example = "pending")]
    pub before: Value,
    #[schema(value_type = Value, example = "approved")]
    pub after: Value,
}

/// Which entries. What is `None` matches everything.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// An action, or its beginning.
    pub action: Option<String>,
    pub user_id: Option<UserId>,
    pub subject_kind: Option<String>,
    pub subject_id: Option<i64>,
    pub from: Option<Timestamp>,
    /// Exclusive.
    pub to: Option<Timestamp>,
    pub chain: Option<String>,
}

/// A piece of the log, newest first.
#[derive(Clone, Debug)]
pub struct Piece {
    pub records: Vec<Record>,
    /// Counted up to 1,000.
    pub total: i64,
    /// Where the next piece begins.
    pub next: Option<AuditId>,
}

/// Up to `limit` entries older than `before`; of leave only HR reads more than that something happened.
///
/// # Errors
/// [`crate::error::AppError::Forbidden`] for all but admins.
pub fn list(rx: &Rx<'_>, actor: &Actor, filter: &Filter, before: Option<AuditId>, limit: i64) -> Result<Piece> {
    actor.require_admin()?;
    let mut records = store::list(rx, filter, before, limit + 1)?;
    let more = i64::try_from(records.len()).is_ok_and(|found| found > limit);
    if more {
        records.pop();
    }
    if !actor.is_hr() {
        records.iter_mut().filter(|record| OF_HR.contains(&record.subject_kind.as_str())).for_each(Record::withhold);
    }
    let next = records.last().filter(|_| more).map(|record| record.id);
    Ok(Piece { records, total: store::count(rx, filter)?, next })
}

/// What serializes as a plain value is kept as it is; what does not (a map with odd keys) would be a programming
/// error and shows up as null.
fn value(value: impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}
