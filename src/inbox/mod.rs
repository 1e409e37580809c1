//! The inbox: everything that waits for somebody's decision, of every kind, decided in place. It stands above the
//! features: the engine says what waits, the feature says what to decide by ([`Facts`]) and does what the decision
//! means; here it is only laid out and handed on by kind.

pub mod api;
pub mod by_mail;
pub mod pages;

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::approvals::{self, Approval, Decision, Facts, Kind};
use crate::auth::Actor;
use crate::error::{AppError, Result};
use crate::ids::{ApprovalId, DepartmentId, LeaveRequestId, OvertimeId, ProfileChangeId, TaskId, TripId};
use crate::people::{directory, personal};
use crate::storage::{Op, Rx, Tx};
use crate::web::listing::Listing;
use crate::{leave, onboarding, overtime};

/// One decision, or several at once.
pub const DECIDE: Op = Op::act("approval.decided");

/// An approval with what its feature says of it.
#[derive(Clone, Debug)]
pub struct Item {
    pub approval: Approval,
    pub facts: Facts,
}

/// What waits for `actor`: how much of each kind, and one page of it.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    /// Of everything, whatever is shown.
    pub all: i64,
    /// By kind, of those people and that department that were asked for.
    pub counts: Vec<(Kind, usize)>,
    /// Of what was asked for.
    pub total: i64,
    /// Oldest first.
    pub items: Vec<Item>,
}

/// What of the inbox is asked for; everything, if nothing is said.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub kind: Option<Kind>,
    /// Words of the requester's name.
    pub search: Option<String>,
    /// The requester's department, with those beneath it.
    pub department_id: Option<DepartmentId>,
}

/// The query parameters of [`Filter`].
pub const FILTERS: &[&str] = &["kind", "search", "department_id"];

impl Filter {
    /// # Errors
    /// [`AppError::Invalid`] for an unknown kind or what is no number.
    pub fn of(listing: &Listing) -> Result<Filter> {
        Ok(Filter {
            kind: listing.filter("kind")?,
            search: listing.search.clone(),
            department_id: listing.filter("department_id")?,
        })
    }

    pub fn is_empty(&self) -> bool {
        self.kind.is_none() && self.search.is_none() && self.department_id.is_none()
    }

    /// Leaves in `all` those of the people that are asked for, of every kind.
    fn of_whom(&self, rx: &Rx<'_>, all: &mut Vec<approvals::Item>) -> Result<()> {
        if self.search.is_some() || self.department_id.is_some() {
            let whom = directory::matching(rx, self.search.as_deref(), self.department_id)?;
            all.retain(|one| whom.contains(&one.requester));
        }
        Ok(())
    }
}

/// What waits for `actor`, oldest first, as far as it is asked for, with the facts to decide by: `limit` of it from
/// `offset` on.
///
/// # Errors
/// When the database cannot be read.
pub fn waiting(rx: &Rx<'_>, actor: &Actor, filter: &Filter, limit: i64, offset: i64) -> Result<Waiting> {
    let mut found = approvals::waiting_for(rx, actor)?;
    let all = i64::try_from(found.len()).unwrap_or(i64::MAX);
    filter.of_whom(rx, &mut found)?;
    let count = |kind: Kind| (kind, found.iter().filter(|one| one.kind == kind).count());
    let counts = Kind::ALL.iter().copied().map(count).filter(|(_, count)| *count > 0).collect();
    let (approvals, total) = page(rx, found, filter.kind, limit, offset)?;
    Ok(Waiting { all, counts, total, items: with_facts(rx, actor, approvals)? })
}

/// The same without the facts, and how much there is in all: for a program, which asks for what it wants to know.
///
/// # Errors
/// When the database cannot be read.
pub fn waiting_bare(
    rx: &Rx<'_>,
    actor: &Actor,
    filter: &Filter,
    limit: i64,
    offset: i64,
) -> Result<(Vec<Approval>, i64)> {
    let mut found = approvals::waiting_for(rx, actor)?;
    filter.of_whom(rx, &mut found)?;
    page(rx, found, filter.kind, limit, offset)
}

fn page(
    rx: &Rx<'_>,
    mut all: Vec<approvals::Item>,
    kind: Option<Kind>,
    limit: i64,
    offset: i64,
) -> Result<(Vec<Approval>, i64)> {
    all.retain(|one| kind.is_none_or(|kind| one.kind == kind));
    let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let skip = usize::try_from(offset).unwrap_or(usize::MAX);
    let take = usize::try_from(limit).unwrap_or(0);
    let page: Vec<approvals::Item> = all.into_iter().skip(skip).take(take).collect();
    Ok((approvals::page_for(rx, &page)?, total))
}

/// What each feature says of its own.
fn with_facts(rx: &Rx<'_>, actor: &Actor, approvals: Vec<Approval>) -> Result<Vec<Item>> {
    let mut facts: HashMap<(Kind, i64), Facts> = HashMap::new();
    for kind in Kind::ALL.iter().copied() {
        let ids: Vec<i64> = approvals.iter().filter(|one| one.kind == kind).map(|one| one.subject_id).collect();
        if ids.is_empty() {
            continue;
        }
        let of_kind = match kind {
            Kind::Leave => leave::inbox_facts(rx, actor, &ids)?,
            Kind::Overtime => overtime::inbox_facts(rx, actor, &ids)?,
            Kind::Trip => leave::trips::inbox_facts(rx, actor, &ids)?,
            Kind::Task => onboarding::inbox_facts(rx, actor, &ids)?,
            Kind::Profile => personal::change::inbox_facts(rx, actor, &ids)?,
        };
        facts.extend(of_kind.into_iter().map(|(id, facts)| ((kind, id), facts)));
    }
    Ok(approvals
        .into_iter()
        .map(|approval| {
            let facts = facts.remove(&(approval.kind, approval.subject_id)).unwrap_or_default();
            Item { approval, facts }
        })
        .collect())
}

/// What somebody decides on: an approval, in the version that they were shown. In a form "12.3"; a bare "12" says
/// nothing of the version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    pub id: ApprovalId,
    pub version: Option<u32>,
}

impl Seen {
    pub fn of(approval: &Approval) -> Seen {
        Seen { id: approval.id, version: Some(approval.version) }
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.version {
            Some(version) => write!(f, "{}.{version}", self.id),
            None => write!(f, "{}", self.id),
        }
    }
}

impl FromStr for Seen {
    type Err = AppError;

    fn from_str(text: &str) -> Result<Seen> {
        let (id, version) = match text.split_once('.') {
            Some((id, version)) => (id, Some(version.parse().map_err(|_| AppError::NotFound)?)),
            None => (text, None),
        };
        Ok(Seen { id: id.parse().map_err(|_| AppError::NotFound)?, version })
    }
}

impl<'de> Deserialize<'de> for Seen {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Seen, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// Hands one decision to the feature whose thing it is. Answers the approval as it is now: decided, or waiting for
/// others.
///
/// # Errors
/// What the feature's action says: who may not, what is decided already, what no longer fits;
/// [`AppError::Conflict`] where it has changed since it was seen.
pub fn decide(tx: &mut Tx<'_>, actor: &Actor, seen: Seen, decision: &Decision) -> Result<Approval> {
    let approval = visible(tx, actor, seen.id)?;
    let subject = approval.subject_id;
    if approval.kind == Kind::Profile && seen.version.is_none() {
        // Where a salary goes is decided on what was looked at, or not at all.
        return Err(AppError::invalid("version", "Name the version that you have looked at."));
    }
    approvals::require_seen(tx, actor, approval.kind, subject, seen.version)?;
    match approval.kind {
        Kind::Leave => leave::decide(tx, actor, LeaveRequestId(subject), decision)?,
        Kind::Overtime => overtime::decide(tx, actor, OvertimeId(subject), decision)?,
        Kind::Trip => leave::trips::decide(tx, actor, TripId(subject), decision)?,
        Kind::Task => {
            onboarding::decide_task(tx, actor, TaskId(subject), decision)?;
        }
        Kind::Profile => personal::change::decide(tx, actor, ProfileChangeId(subject), decision)?,
    }
    approvals::get(tx, seen.id)
}

/// The same decision on several things, all or none.
///
/// # Errors
/// The first that fails, with its title, so that the person knows which to take out.
pub fn decide_all(tx: &mut Tx<'_>, actor: &Actor, all: &[Seen], decision: &Decision) -> Result<Vec<Approval>> {
    if all.is_empty() {
        return Err(AppError::invalid("ids", "Select what to decide."));
    }
    few(all)?;
    let mut decided = Vec::with_capacity(all.len());
    for seen in all {
        let title = visible(tx, actor, seen.id)?.title;
        decided.push(decide(tx, actor, *seen, decision).map_err(|error| match error {
            AppError::Conflict(why) | AppError::Forbidden(why) if all.len() > 1 => {
                AppError::Conflict(crate::msg!("{0}: {1} Nothing was decided.", title, why))
            }
            AppError::Conflict(why) => AppError::Conflict(crate::msg!("{0}: {1} Nothing was decided.", title, why)),
            other => other,
        })?);
    }
    Ok(decided)
}

/// Nobody looks at more than so many at once.
fn few(all: &[Seen]) -> Result<()> {
    if all.len() > 200 {
        return Err(AppError::invalid("ids", "Decide at most 200 things at once."));
    }
    Ok(())
}

/// The approval, for those who may know of it: whoever is or was asked, the requester, and HR.
///
/// # Errors
/// [`AppError::NotFound`] for anybody else.
pub fn visible(rx: &Rx<'_>, actor: &Actor, id: ApprovalId) -> Result<Approval> {
    let approval = approvals::get(rx, id)?;
    let mine = actor.employee_id == Some(approval.requester_id());
    if mine || actor.is_hr() || approvals::concerns(rx, actor, &approval)? {
        Ok(approval)
    } else {
        Err(AppError::NotFound)
    }
}
