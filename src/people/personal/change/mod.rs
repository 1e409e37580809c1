//! A change of one's own legal name or bank details: kept beside the record until HR confirms it, by the one approval
//! engine. At most one waits a person; asking again changes it and asks anew, asking for what is already so takes it
//! back. HR's own goes to a colleague in HR, else to an admin.

pub mod api;
pub mod pages;
mod store;

use std::collections::HashMap;

use jiff::Timestamp;

use crate::approvals::{self, Decision, Fact, Facts, New, Outcome, Status};
use crate::audit::{self, Entry};
use crate::auth::Actor;
use crate::error::{AppError, Msg, Result};
use crate::ids::{EmployeeId, ProfileChangeId};
use crate::lang::Lang;
use crate::msg;
use crate::notifications::{self, Kind, Notice, Topic};
use crate::people::NameRef;
use crate::people::personal::rules::in_fours;
use crate::people::personal::{self, Sensitive};
use crate::storage::{Rx, Tx};
use crate::tr;

static APPROVED: Kind =
    Kind::new("profile_approved", Topic::Account, tr!("Your personal data is changed"), tr!("Open your profile"));
static REJECTED: Kind =
    Kind::new("profile_rejected", Topic::Requests, tr!("Your personal data stays as it was"), tr!("Open your profile"));
static QUESTION: Kind =
    Kind::new("profile_question", Topic::Requests, tr!("A question about your personal data"), tr!("Answer"));

/// A change that waits, or waited, for HR's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileChange {
    pub id: ProfileChangeId,
    pub employee: NameRef,
    /// As it was when it was asked for.
    pub before: Sensitive,
    pub after: Sensitive,
    pub status: Status,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl ProfileChange {
    pub fn employee_id(&self) -> EmployeeId {
        EmployeeId(self.employee.id)
    }

    /// The fields that change: words, before, after.
    pub fn differences(&self) -> Vec<(&'static str, String, String)> {
        let shown = |field: &str, value: &str| if field == "iban" { in_fours(value) } else { value.to_owned() };
        let pairs = self.before.fields().into_iter().zip(self.after.fields());
        pairs
            .filter(|((_, _, old), (_, _, new))| old != new)
            .map(|((field, words, old), (_, _, new))| (words, shown(field, old), shown(field, new)))
            .collect()
    }

    /// Nothing of what is wanted stands in it: it goes into mail.
    fn title(&self) -> Msg {
        let (before, after) = (&self.before, &self.after);
        let name = before.legal_name != after.legal_name;
        let bank = Sensitive { legal_name: String::new(), ..before.clone() }
            != Sensitive { legal_name: String::new(), ..after.clone() };
        match (name, bank) {
            (true, true) => msg!("legal name and bank details"),
            (true, false) => msg!("legal name"),
            _ => msg!("bank details"),
        }
    }
}

/// One change, for the person, HR and whoever is asked.
///
/// # Errors
/// [`AppError::NotFound`] for anybody else.
pub fn get(rx: &Rx<'_>, actor: &Actor, id: ProfileChangeId) -> Result<ProfileChange> {
    let change = store::get(rx, id)?;
    let asked = approvals::current(rx, approvals::Kind::Profile, id.0)?;
    let own = actor.employee_id == Some(change.employee_id());
    if own || actor.is_hr() || asked.map_or(Ok(false), |one| approvals::is_asked(rx, actor, &one))? {
        Ok(change)
    } else {
        Err(AppError::NotFound)
    }
}

/// One's own changes, for HR everybody's, newest first; and how many there are.
///
/// # Errors
/// When the database cannot be read.
pub fn list(
    rx: &Rx<'_>,
    actor: &Actor,
    employee: Option<EmployeeId>,
    status: Option<Status>,
    limit: i64,
    offset: i64,
) -> Result<(Vec<ProfileChange>, i64)> {
    let whose = if actor.is_hr() { employee } else { actor.employee_id };
    if whose.is_none() && !actor.is_hr() || employee.is_some_and(|asked| whose != Some(asked)) {
        return Ok((Vec::new(), 0));
    }
    store::list(rx, whose, status, limit, offset)
}

/// The change of this person that waits, if one does.
pub(in crate::people) fn open_of(rx: &Rx<'_>, id: EmployeeId) -> Result<Option<ProfileChange>> {
    store::open_of(rx, id)
}

/// Asks HR for what the person wants, in the place of what waited.
pub(super) fn want(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: EmployeeId,
    before: &Sensitive,
    wanted: &Sensitive,
    open: Option<ProfileChange>,
) -> Result<()> {
    crate::auth::first_time::require_welcomed(tx, actor)?;
    match open {
        None if wanted == before => Ok(()),
        None => {
            let change = store::insert(tx, id, before, wanted)?;
            note(tx, actor, change, id, before, wanted)?;
            let title = store::get(tx, change)?.title();
            approvals::open(tx, actor, New::of(approvals::Kind::Profile, change.0, id, title)).map(drop)
        }
        Some(open) if wanted == before => withdraw(tx, actor, open.id),
        Some(open) if *wanted == open.after && open.status == Status::Pending => Ok(()),
        Some(open) => {
            store::amend(tx, open.id, before, wanted)?;
            note(tx, actor, open.id, id, before, wanted)?;
            let title = store::get(tx, open.id)?.title();
            approvals::resubmit(tx, actor, &New::of(approvals::Kind::Profile, open.id.0, id, title))
        }
    }
}

/// Writes down what is wanted, as the audit log keeps such things.
fn note(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ProfileChangeId,
    whose: EmployeeId,
    before: &Sensitive,
    wanted: &Sensitive,
) -> Result<()> {
    let entry = Entry::new("profile_change.asked").on("profile", id).with("employee_id", whose);
    audit::record(tx, actor, personal::told(entry, before, wanted)).map(drop)
}

/// The person takes it back while it waits.
///
/// # Errors
/// As [`get`]; [`AppError::Forbidden`] for all but the person; [`AppError::Conflict`] where it is decided.
pub fn withdraw(tx: &mut Tx<'_>, actor: &Actor, id: ProfileChangeId) -> Result<()> {
    let change = get(tx, actor, id)?;
    if actor.employee_id != Some(change.employee_id()) {
        return Err(AppError::forbidden("Only the person takes this back; HR rejects it with a reason."));
    }
    approvals::withdraw(tx, actor, approvals::Kind::Profile, id.0)?;
    store::set_status(tx, id, Status::Withdrawn)
}

/// Confirms, rejects or asks. Only what is confirmed is written into the record.
///
/// # Errors
/// As [`approvals::decide`]; [`AppError::NotFound`].
pub fn decide(tx: &mut Tx<'_>, actor: &Actor, id: ProfileChangeId, decision: &Decision) -> Result<()> {
    let change = get(tx, actor, id)?;
    let outcome = approvals::decide(tx, actor, approvals::Kind::Profile, id.0, decision)?;
    let who = change.employee_id();
    let (status, kind, text) = match outcome {
        Outcome::Approved => {
            let before = personal::store::get(tx, who)?;
            let mut after = before.clone();
            after.sensitive = before.sensitive.with_change(&change.before, &change.after);
            personal::write(tx, actor, who, &before, &after)?;
            (Status::Approved, &APPROVED, msg!("{0} confirmed the change of your personal data.", actor.name))
        }
        Outcome::Rejected => {
            (Status::Rejected, &REJECTED, msg!("{0} rejected the change of your personal data.", actor.name))
        }
        // HR is asked, and nobody after them.
        Outcome::Onward => return Ok(()),
        Outcome::Clarification => {
            (Status::Clarification, &QUESTION, msg!("{0} asks about the change of your personal data.", actor.name))
        }
    };
    store::set_status(tx, id, status)?;
    let notice = Notice::new(kind, ("profile", id.0), text).link(href(id));
    notifications::notify(tx, who, &notice).map(drop)
}

/// What the inbox shows of changes that wait: each field before and after. Whoever is asked may see them.
///
/// # Errors
/// When the database cannot be read.
pub fn inbox_facts(rx: &Rx<'_>, actor: &Actor, ids: &[i64]) -> Result<HashMap<i64, Facts>> {
    let lang: Lang = actor.language.parse().unwrap_or_default();
    let mut found = HashMap::with_capacity(ids.len());
    for id in ids {
        let change = get(rx, actor, ProfileChangeId(*id))?;
        let fact = |(words, before, after): (&'static str, String, String)| Fact {
            label: lang.text(words).to_owned(),
            value: lang.msg(&from_to(lang, &before, &after)),
            warn: false,
        };
        let facts = Facts {
            link: href(change.id),
            icon: "person",
            title: lang.msg(&msg!("Change of {0}", lang.msg(&change.title()))),
            quote: String::new(),
            facts: change.differences().into_iter().map(fact).collect(),
        };
        found.insert(*id, facts);
    }
    Ok(found)
}

/// "nothing → DE89 3704 …"
fn from_to(lang: Lang, before: &str, after: &str) -> Msg {
    let shown = |text: &str| if text.is_empty() { lang.text(tr!("nothing")).to_owned() } else { text.to_owned() };
    msg!("{0} → {1}", shown(before), shown(after))
}

/// The page of a change.
pub fn href(id: ProfileChangeId) -> String {
    format!("/profile-changes/{id}")
}

/// Every change of a person, for their own archive.
pub(super) fn held(rx: &Rx<'_>, id: EmployeeId) -> Result<Vec<serde_json::Value>> {
    store::held(rx, id)
}

/// What of a change is to be forgotten: bank details, or the legal name.
fn without(sensitive: &Sensitive, bank: bool) -> Sensitive {
    if bank {
        Sensitive { legal_name: sensitive.legal_name.clone(), ..Sensitive::default() }
    } else {
        Sensitive { legal_name: String::new(), ..sensitive.clone() }
    }
}

/// How many changes still hold bank details, or a legal name.
pub(super) fn count(rx: &Rx<'_>, id: EmployeeId, bank: bool) -> Result<i64> {
    let (all, _) = store::list(rx, Some(id), None, i64::MAX, 0)?;
    let holds =
        |one: &&ProfileChange| without(&one.before, bank) != one.before || without(&one.after, bank) != one.after;
    Ok(i64::try_from(all.iter().filter(holds).count()).unwrap_or(i64::MAX))
}

/// Forgets bank details, or legal names, of every change; one that waits is taken back.
pub(super) fn forget(tx: &mut Tx<'_>, actor: &Actor, id: EmployeeId, bank: bool) -> Result<()> {
    if let Some(open) = store::open_of(tx, id)? {
        approvals::withdraw(tx, actor, approvals::Kind::Profile, open.id.0)?;
        store::set_status(tx, open.id, Status::Withdrawn)?;
    }
    let (all, _) = store::list(tx, Some(id), None, i64::MAX, 0)?;
    for one in all {
        store::rewrite(tx, one.id, &without(&one.before, bank), &without(&one.after, bank))?;
    }
    Ok(())
}
