//! What becomes of the data of somebody who has left: by a policy for each kind, or at once by HR's hand. A hold stops
//! both. Whatever is erased, the sums stay right: rows of the ledger and of overtime keep their minutes, under the name
//! “Former employee 17”, and the audit log keeps that something happened, in a whole chain.
//!
//! What a kind is made of each room says for itself ([`data`](super::data)). A kind is erased in one transaction, which
//! also notes that it is done: so a job that is cut short or run twice erases once.

pub mod api;
mod job;
pub mod pages;
mod rules;
mod store;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use crate::audit::{self, Entry};
use crate::auth::{Actor, user};
use crate::error::{AppError, Result};
use crate::ids::EmployeeId;
use crate::msg;
use crate::orgs::{self, OrgSettings};
use crate::storage::{Op, Rx, Tx};
use crate::text::{fold, tidy};

use super::data::{self, Subject};
use super::employee;

pub use job::Retention;
pub use rules::{Kind, MOST_MONTHS, Policy};

/// The setting that keeps the policy.
const SETTING: &str = "people.retention";
const ERASED: Op = Op::act("employee.erased");

/// The longest reason of a hold, in characters.
const LONGEST_REASON: usize = 500;

/// Why nothing of somebody may be erased: a dispute, an audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    pub reason: String,
    pub set_by: String,
    pub set_at: Timestamp,
}

/// The policy; keeps everything where nobody has set one.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR.
pub fn policy(rx: &Rx<'_>, actor: &Actor) -> Result<Policy> {
    actor.require_hr()?;
    let text = orgs::setting(rx, SETTING)?;
    text.map_or(Ok(Policy::default()), |text| serde_json::from_str(&text).map_err(AppError::internal))
}

/// Sets the policy. It applies from the next night on.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::Invalid`] by kind.
pub fn set_policy(tx: &mut Tx<'_>, actor: &Actor, wanted: &Policy) -> Result<()> {
    let before = policy(tx, actor)?;
    wanted.check().into_result(())?;
    if before == *wanted {
        return Ok(());
    }
    orgs::set_setting(tx, SETTING, &serde_json::to_string(wanted).map_err(AppError::internal)?)?;
    let mut entry = Entry::new("retention.policy_changed");
    for kind in Kind::ALL.iter().copied() {
        entry = entry.change(kind.as_str(), before.of(kind), wanted.of(kind));
    }
    audit::record(tx, actor, entry).map(drop)
}

/// What a policy takes the first night it applies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Foreseen {
    /// Whom it touches, with their names.
    pub people: Vec<(EmployeeId, String)>,
    /// Each kind that goes, how much there is of it, and of how many people.
    pub kinds: Vec<(Kind, i64, usize)>,
}

impl Foreseen {
    pub fn is_nothing(&self) -> bool {
        self.people.is_empty()
    }
}

/// What `wanted` takes the first night it applies and today's policy would not, for HR.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::Invalid`] by kind.
pub fn foresee(rx: &Rx<'_>, actor: &Actor, wanted: &Policy) -> Result<Foreseen> {
    let before = policy(rx, actor)?;
    wanted.check().into_result(())?;
    let zone = OrgSettings::load(rx)?.zone;
    let night = super::today(rx)?.saturating_add(1.day());
    let (mut people, mut sums) = (Vec::new(), vec![(0, 0); Kind::ALL.len()]);
    for (id, left) in store::gone(rx, night)? {
        if !is_free(rx, actor, id, night)? {
            continue;
        }
        let subject = data::subject(rx, id)?;
        let mut touched = false;
        for (at, kind) in Kind::ALL.iter().copied().enumerate() {
            let newly = wanted.is_due(kind, left, night) && !before.is_due(kind, left, night);
            if !newly || is_done(rx, id, kind, left, &zone)? {
                continue;
            }
            let there = count(rx, &subject, kind)?;
            if there > 0 {
                touched = true;
                sums[at] = (sums[at].0 + there, sums[at].1 + 1);
            }
        }
        if touched {
            people.push((id, subject.called));
        }
    }
    let kinds = Kind::ALL.iter().zip(sums).filter(|(_, (there, _))| *there > 0);
    Ok(Foreseen { people, kinds: kinds.map(|(kind, (there, of))| (*kind, there, of)).collect() })
}

/// The hold on somebody's data, if there is one. For HR.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::NotFound`].
pub fn hold(rx: &Rx<'_>, actor: &Actor, id: EmployeeId) -> Result<Option<Hold>> {
    actor.require_hr()?;
    employee::get(rx, id)?;
    store::hold(rx, id)
}

/// Everybody who is held. For HR.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR.
pub fn held(rx: &Rx<'_>, actor: &Actor) -> Result<Vec<(EmployeeId, String, Hold)>> {
    actor.require_hr()?;
    store::held(rx)
}

/// Puts a hold on somebody's data, or gives it another reason.
///
/// # Errors
/// As [`hold`]; [`AppError::Invalid`] on `reason`.
pub fn put_hold(tx: &mut Tx<'_>, actor: &Actor, id: EmployeeId, reason: &str) -> Result<()> {
    let before = hold(tx, actor, id)?;
    let reason = tidy(reason);
    if reason.is_empty() {
        return Err(AppError::invalid("reason", "Say why, for whoever asks later."));
    }
    let length = reason.chars().count();
    if length > LONGEST_REASON {
        return Err(AppError::invalid("reason", msg!("At most {0} characters; this has {1}.", LONGEST_REASON, length)));
    }
    store::put_hold(tx, id, &reason, &actor.name)?;
    let entry = Entry::new("retention.held").on("employee", id).change("hold", before.map(|hold| hold.reason), &reason);
    audit::record(tx, actor, entry).map(drop)
}

/// Lifts the hold. Nothing where there is none.
///
/// # Errors
/// As [`hold`].
pub fn lift_hold(tx: &mut Tx<'_>, actor: &Actor, id: EmployeeId) -> Result<()> {
    let Some(before) = hold(tx, actor, id)? else { return Ok(()) };
    store::drop_hold(tx, id)?;
    let entry = Entry::new("retention.released").on("employee", id).change("hold", before.reason, ());
    audit::record(tx, actor, entry).map(drop)
}

/// What erasing somebody would do.
#[derive(Clone, Debug)]
pub struct Preview {
    /// What must be typed to confirm.
    pub number: String,
    pub name: String,
    /// What they are called afterwards.
    pub pseudonym: String,
    /// The last day.
    pub left: Option<Date>,
    pub hold: Option<Hold>,
    /// Why it cannot be done, where it cannot.
    pub refused: Option<crate::error::Msg>,
    /// What goes: each kind and how much there is of it.
    pub goes: Vec<(Kind, i64)>,
    /// What stays: what it is called, and how much there is of it.
    pub stays: Vec<(&'static str, i64)>,
}

/// What erasing `id` would do, for HR.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::NotFound`].
pub fn preview(rx: &Rx<'_>, actor: &Actor, id: EmployeeId) -> Result<Preview> {
    actor.require_hr()?;
    let person = employee::get(rx, id)?;
    let subject = data::subject(rx, id)?;
    let refused = match require_may_erase(rx, actor, id, super::today(rx)?) {
        Ok(()) => None,
        Err(AppError::Conflict(why)) => Some(why),
        Err(other) => return Err(other),
    };
    let goes = Kind::ALL.iter().map(|kind| Ok((*kind, count(rx, &subject, *kind)?))).collect::<Result<Vec<_>>>()?;
    let stays = data::holders().iter().flat_map(|holder| &holder.stays);
    let stays = stays.map(|stay| Ok((stay.label, (stay.count)(rx, &subject)?))).collect::<Result<Vec<_>>>()?;
    Ok(Preview {
        number: person.facts.number.clone(),
        name: person.name(),
        pseudonym: subject.name(),
        left: person.facts.leave_date,
        hold: store::hold(rx, id)?,
        refused,
        goes,
        stays,
    })
}

fn count(rx: &Rx<'_>, subject: &Subject, kind: Kind) -> Result<i64> {
    let erasers = data::holders().iter().flat_map(|holder| &holder.erasers).filter(|eraser| eraser.kind == kind);
    erasers.map(|eraser| (eraser.count)(rx, subject)).sum()
}

/// `Ok` for somebody whose last day has passed by `today`, who is not held and not the last admin.
fn require_may_erase(rx: &Rx<'_>, actor: &Actor, id: EmployeeId, today: Date) -> Result<()> {
    let person = employee::get(rx, id)?;
    let name = person.name();
    match person.facts.leave_date {
        None => return Err(AppError::conflict(msg!("{0} has not left: enter the last day first.", name))),
        Some(last) if last >= today => {
            return Err(AppError::conflict(msg!("{0} works here until {1}.", name, last)));
        }
        Some(_) => {}
    }
    if let Some(hold) = store::hold(rx, id)? {
        return Err(AppError::conflict(msg!("The data of {0} is on hold: {1}", name, hold.reason)));
    }
    user::require_may_go(rx, actor, id)
}

/// Erases everything of somebody who has left, at once. `number` is their number, typed once more. Answers what went.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::NotFound`]; [`AppError::Conflict`] for somebody who still works
/// here, is held, or is the last admin; [`AppError::Invalid`] on `number`.
pub fn erase(tx: &mut Tx<'_>, actor: &Actor, id: EmployeeId, number: &str) -> Result<Vec<(Kind, i64)>> {
    actor.require_hr()?;
    let person = employee::get(tx, id)?;
    require_may_erase(tx, actor, id, super::today(tx)?)?;
    if fold(number) != fold(&person.facts.number) {
        return Err(AppError::invalid("number", "This is not the person’s number. Nothing was erased."));
    }
    let subject = data::subject(tx, id)?;
    let mut gone = Vec::new();
    for kind in Kind::ALL.iter().copied() {
        gone.push((kind, erase_kind(tx, actor, &subject, kind)?));
    }
    note(tx, actor, id, &gone)?;
    Ok(gone)
}

/// What the policy says is due of one person, in this transaction; how many kinds went.
fn apply(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: EmployeeId,
    policy: &Policy,
    today: Date,
    zone: &TimeZone,
) -> Result<usize> {
    // The last day, a hold or the roles may have changed since the list was read.
    if !is_free(tx, actor, id, super::today(tx)?)? {
        return Ok(0);
    }
    let Some(left) = employee::get(tx, id)?.facts.leave_date else { return Ok(0) };
    let subject = data::subject(tx, id)?;
    let mut gone = Vec::new();
    for kind in Kind::ALL.iter().copied().filter(|kind| policy.is_due(*kind, left, today)) {
        if !is_done(tx, id, kind, left, zone)? {
            gone.push((kind, erase_kind(tx, actor, &subject, kind)?));
        }
    }
    if !gone.is_empty() {
        note(tx, actor, id, &gone)?;
    }
    Ok(gone.len())
}

/// Whether the policy may touch somebody at all on `day`.
fn is_free(rx: &Rx<'_>, actor: &Actor, id: EmployeeId, day: Date) -> Result<bool> {
    match require_may_erase(rx, actor, id, day) {
        Ok(()) => Ok(true),
        Err(AppError::Conflict(_) | AppError::NotFound) => Ok(false),
        Err(other) => Err(other),
    }
}

/// Whether a kind has gone since the last day; who came back and left again left something new behind.
fn is_done(rx: &Rx<'_>, id: EmployeeId, kind: Kind, left: Date, zone: &TimeZone) -> Result<bool> {
    Ok(store::erased_at(rx, id, kind)?.is_some_and(|at| at.to_zoned(zone.clone()).date() > left))
}

/// Lets every room erase what it holds of a kind. Answers how much there was.
fn erase_kind(tx: &mut Tx<'_>, actor: &Actor, subject: &Subject, kind: Kind) -> Result<i64> {
    let there = count(tx, subject, kind)?;
    for eraser in data::holders().iter().flat_map(|holder| &holder.erasers).filter(|eraser| eraser.kind == kind) {
        (eraser.erase)(tx, actor, subject)?;
    }
    store::mark(tx, subject.id, kind)?;
    Ok(there)
}

/// What is written down of an erasure: how much, never what.
fn note(tx: &mut Tx<'_>, actor: &Actor, id: EmployeeId, gone: &[(Kind, i64)]) -> Result<()> {
    let mut entry = Entry::new(ERASED.name()).on("employee", id);
    for (kind, count) in gone {
        entry = entry.with(kind.as_str(), count);
    }
    audit::record(tx, actor, entry).map(drop)
}
