//! What waits for whom: by name, by role, and in the place of somebody who is away.

use std::collections::HashSet;

use super::asking;
use super::step::Step;
use super::store::{self, Waits};
use super::types::{Approval, Kind};
use crate::auth::Actor;
use crate::error::Result;
use crate::ids::{ApprovalId, EmployeeId};
use crate::storage::Rx;

/// One thing that waits, before it is read whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    pub id: ApprovalId,
    pub kind: Kind,
    pub requester: EmployeeId,
}

/// What waits for this person's decision, oldest first: only what it is, so that a page reads no more than it shows.
///
/// # Errors
/// When the database cannot be read.
pub fn waiting_for(rx: &Rx<'_>, actor: &Actor) -> Result<Vec<Item>> {
    let mut all = found(rx, actor)?;
    all.sort_unstable_by_key(|one| (one.requested_at, one.id));
    Ok(all.into_iter().map(|one| Item { id: one.id, kind: one.kind, requester: one.requester }).collect())
}

/// These of them, whole.
///
/// # Errors
/// When the database cannot be read.
pub fn page_for(rx: &Rx<'_>, items: &[Item]) -> Result<Vec<Approval>> {
    store::by_ids(rx, &items.iter().map(|item| item.id).collect::<Vec<_>>())
}

/// How much waits for this person's decision.
///
/// # Errors
/// When the database cannot be read.
pub fn count_for(rx: &Rx<'_>, actor: &Actor) -> Result<u32> {
    Ok(u32::try_from(found(rx, actor)?.len()).unwrap_or(u32::MAX))
}

fn found(rx: &Rx<'_>, actor: &Actor) -> Result<Vec<Waits>> {
    let mut all = Vec::new();
    if let Some(me) = actor.employee_id {
        all = store::asked_of(rx, me, actor.is_hr(), actor.is_admin())?;
        let office = actor.is_hr() || actor.is_admin();
        let places = asking::stood_in_for(rx, me)?;
        add(&mut all, places.into_iter().filter(|one| one.requester != me && (office || !one.kind.is_for_office())));
    }
    if actor.is_hr() || actor.is_admin() {
        let office = store::waiting_for_office(rx)?;
        for waits in office.into_iter().filter(|waits| Some(waits.requester) != actor.employee_id) {
            // An admin's as long as nobody is HR.
            if actor.is_hr() || !asking::has_hr(rx, waits.requester)? {
                add(&mut all, std::iter::once(waits));
            }
        }
    }
    Ok(all)
}

/// Each thing waits once, for however many reasons.
fn add(all: &mut Vec<Waits>, more: impl Iterator<Item = Waits>) {
    let known: HashSet<ApprovalId> = all.iter().map(|one| one.id).collect();
    let mut new: HashSet<ApprovalId> = HashSet::new();
    all.extend(more.filter(|one| !known.contains(&one.id) && new.insert(one.id)));
}

/// One page of what this person decided, newest first, and how much there is in all.
///
/// # Errors
/// When the database cannot be read.
pub fn decided_by(rx: &Rx<'_>, actor: &Actor, limit: i64, offset: i64) -> Result<(Vec<(Approval, Step)>, i64)> {
    let Some(employee) = actor.employee_id else { return Ok((Vec::new(), 0)) };
    Ok((store::decided_by(rx, employee, limit, offset)?, store::count_decided_by(rx, employee)?))
}

/// What came back to this person with a question, oldest first, with the question.
///
/// # Errors
/// When the database cannot be read.
pub fn questions_to(rx: &Rx<'_>, actor: &Actor) -> Result<Vec<(Approval, Step)>> {
    actor.employee_id.map_or(Ok(Vec::new()), |employee| store::questions_to(rx, employee))
}
