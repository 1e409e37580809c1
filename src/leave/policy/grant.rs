//! Granting: brings the books of people to what the policies say. What has become due is written as a grant; what would be
//! another figure by now is corrected by a row that names the grant. Repeated, it changes nothing: so it catches up after
//! days off, and is simply called wherever something changes that entitlements depend on.
//!
//! Closed leave years keep what they were given. Somebody new begins with the present leave year: what was before came
//! from elsewhere, and is imported as an opening balance.

use jiff::civil::Date;

use super::entitled::Entitled;
use super::model::LeavePolicy;
use super::store;
use crate::audit;
use crate::auth::Actor;
use crate::error::{Msg, Result};
use crate::ids::{EmployeeId, LeavePolicyId, LeaveTypeId};
use crate::leave::ledger::{self, Ahead, Shelf};
use crate::leave::notices;
use crate::leave::rules::{Entry, LeaveYear, LedgerKind, LedgerRow, Unit, YearAhead};
use crate::leave::types::{self, LeaveType};
use crate::people::recount::{Matter, Touched};
use crate::people::{self, NameRef};
use crate::storage::{Rx, Tx};
use crate::time::Minutes;

/// Grants everybody what the policies of these types say, and corrects what they said before.
///
/// # Errors
/// When the database cannot be read or written.
pub fn regrant_everybody(tx: &mut Tx<'_>, actor: &Actor, kinds: &[LeaveTypeId]) -> Result<Vec<Touched>> {
    let mut touched = Vec::new();
    let mut shelf = of_everybody(tx)?;
    for kind in kinds {
        let kind = types::get(tx, *kind)?;
        for who in shelf.everybody() {
            touched.extend(one(tx, actor, &mut shelf, &who, &kind, None)?);
        }
    }
    Ok(touched)
}

/// The same for these people and all types; `why` stands beside corrections.
///
/// # Errors
/// When the database cannot be read or written.
pub fn regrant_people(
    tx: &mut Tx<'_>,
    actor: &Actor,
    people: &[EmployeeId],
    why: Option<&Msg>,
) -> Result<Vec<Touched>> {
    let mut touched = Vec::new();
    let mut shelf = if people.len() > FEW { of_everybody(tx)? } else { Shelf::read(tx)? };
    let kinds: Vec<LeaveType> = types::all(tx)?.into_iter().filter(|kind| kind.fields.affects_balance).collect();
    for id in people {
        let who = shelf.person(tx, *id)?;
        for kind in &kinds {
            touched.extend(one(tx, actor, &mut shelf, &who, kind, why)?);
        }
    }
    Ok(touched)
}

/// So many people are read one by one rather than with everybody.
const FEW: usize = 20;

/// Everybody's books from the present leave years on, of which none began before last year.
fn of_everybody(rx: &Rx<'_>) -> Result<Shelf> {
    Shelf::of_everybody(rx, people::today(rx)?.year().saturating_sub(1))
}

/// The same for one person.
///
/// # Errors
/// When the database cannot be read or written.
pub fn regrant(tx: &mut Tx<'_>, actor: &Actor, person: EmployeeId, why: Option<&Msg>) -> Result<Vec<Touched>> {
    regrant_people(tx, actor, &[person], why)
}

/// Grants somebody new what they are entitled to: told by `people`.
///
/// # Errors
/// When the database cannot be read or written.
pub fn welcome(tx: &mut Tx<'_>, actor: &Actor, person: EmployeeId) -> Result<()> {
    if store::all(tx)?.is_empty() { Ok(()) } else { regrant(tx, actor, person, None).map(drop) }
}

/// The people whose books do not say what the policies say today.
///
/// # Errors
/// When the database cannot be read.
pub fn due(rx: &Rx<'_>) -> Result<Vec<EmployeeId>> {
    let mut kinds: Vec<LeaveTypeId> = store::all(rx)?.iter().map(|policy| policy.fields.leave_type_id).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let today = people::today(rx)?;
    let mut due = Vec::new();
    let mut shelf = of_everybody(rx)?;
    for who in shelf.everybody().iter().filter(|who| !who.person.hidden) {
        for kind in &kinds {
            let accounts = shelf.accounts(rx, who.person.id, *kind)?;
            let moves =
                accounts.years != who.years(&shelf.policies(*kind), today) && ledger::may_begin_anew(rx, accounts)?;
            if moves || !missing(rx, who, &shelf.ahead(rx, accounts.on(today))?, today)?.is_empty() {
                due.push(who.person.id);
                break;
            }
        }
    }
    Ok(due)
}

/// The leave years that are open, with what policies have to write into each by `today`.
type Missing<'a> = Vec<(&'a YearAhead, Option<&'a LeavePolicy>, Vec<Entry>)>;

fn missing<'a>(rx: &Rx<'_>, who: &Entitled, ahead: &'a Ahead, today: Date) -> Result<Missing<'a>> {
    let open = ahead.begins.max(ahead.first_open)..=ahead.present;
    let by_policy = |row: &LedgerRow| ahead.by_policy.contains(&row.id);
    let mut found = Vec::new();
    for year in ahead.outlook.years().iter().filter(|year| open.contains(&year.ledger.year().number)) {
        let (policy, entries) = who.missing(rx, &ahead.policies, &year.ledger, &by_policy, today)?;
        if !entries.is_empty() {
            found.push((year, policy, entries));
        }
    }
    Ok(found)
}

/// Somebody for whom a policy holds, and what their present leave year gives in all.
#[derive(Clone, Debug)]
pub struct Holder {
    pub employee: NameRef,
    pub year: LeaveYear,
    pub minutes: Minutes,
    /// What a day is worth to the person.
    pub per_day: Minutes,
}

/// For whom a policy holds in the present leave year, by name. HR's.
///
/// # Errors
/// [`crate::error::AppError::Forbidden`] for all but HR; [`crate::error::AppError::NotFound`].
pub fn holders(rx: &Rx<'_>, actor: &Actor, id: LeavePolicyId) -> Result<Vec<Holder>> {
    let policy = super::get(rx, actor, id)?;
    let kind = policy.fields.leave_type_id;
    let today = people::today(rx)?;
    let mut found = Vec::new();
    let shelf = of_everybody(rx)?;
    let policies = shelf.policies(kind);
    for who in shelf.everybody().iter().filter(|who| !who.person.hidden) {
        let year = shelf.accounts(rx, who.person.id, kind)?.years.of(today.max(policy.fields.valid_from));
        if who.holding(&policies, year).is_none_or(|holding| holding.id != id) {
            continue;
        }
        let (_, grants) = who.grants(rx, &policies, year)?;
        found.push(Holder {
            employee: who.person.name_ref(),
            year,
            minutes: grants.iter().map(|grant| grant.minutes).sum(),
            per_day: who.usual_day(today),
        });
    }
    found.sort_by_key(|holder| crate::text::sort_key(&holder.employee.name));
    Ok(found)
}

/// One person's books of one type.
fn one(
    tx: &mut Tx<'_>,
    actor: &Actor,
    shelf: &mut Shelf,
    who: &Entitled,
    kind: &LeaveType,
    why: Option<&Msg>,
) -> Result<Vec<Touched>> {
    if who.person.hidden {
        return Ok(Vec::new());
    }
    let today = people::today(tx)?;
    let (kept, policies) = (shelf.accounts(tx, who.person.id, kind.id)?, shelf.policies(kind.id));
    let accounts = match policies.is_empty() {
        true => kept,
        false => ledger::begin_years(tx, actor, kept, who.years(&policies, today))?,
    };
    let account = accounts.on(today);
    let ahead = match accounts == kept {
        true => shelf.ahead(tx, account)?,
        false => Ahead::read(tx, accounts, account.year, None)?,
    };
    let missing = missing(tx, who, &ahead, today)?;
    let by_policy = |row: &LedgerRow| ahead.by_policy.contains(&row.id);
    let mut touched = Vec::new();
    for (year, policy, entries) in missing {
        let leave_year = year.ledger.year();
        let account = accounts.numbered(leave_year.number);
        let before: Minutes = year.ledger.rows().iter().filter(|row| by_policy(row)).map(|row| row.minutes).sum();
        let change: Minutes = entries.iter().map(|entry| entry.minutes).sum();
        let corrects = entries.iter().any(|entry| entry.kind == LedgerKind::Adjustment);
        let worded: Vec<_> = entries
            .into_iter()
            .map(|entry| {
                let words = match why.filter(|_| entry.kind == LedgerKind::Adjustment) {
                    Some(why) => why.clone(),
                    None => who.words(&entry, policy, leave_year),
                };
                (entry, words)
            })
            .collect();
        let on = |date: Date| date.clamp(leave_year.period.first(), leave_year.period.last());
        // With what is about to be written.
        let available = ahead.outlook.on(leave_year.number, on(today), &[]).available;
        // Where none holds any more, what takes a grant back is of the policy that gave it: else the next look at what
        // policies granted would not see that it is gone.
        let by = match (policy, worded.iter().find_map(|(entry, _)| entry.grant_id)) {
            (Some(policy), _) => Some(policy.id),
            (None, Some(grant)) => ledger::store::policy_of(tx, grant)?,
            (None, None) => None,
        };
        ledger::enter(tx, actor, account, &worded, by)?;
        let action = if corrects { "leave.regranted" } else { "leave.granted" };
        let mut entry = audit::Entry::new(action)
            .on("employee", who.person.id.0)
            .with("leave_type_id", kind.id)
            .with("leave_year", leave_year.number)
            .change("minutes", before.get(), (before + change).get());
        if let Some(policy) = policy {
            entry = entry.with("policy", &policy.fields.name);
        }
        audit::record(tx, actor, entry)?;
        if corrects {
            let written = available - pending_change(&ahead, leave_year.number, on(today));
            notices::regranted(tx, actor, account, kind, (written, available), &worded[0].1)?;
        }
        let per_day = match kind.fields.unit {
            Unit::Days => Some(who.usual_day(on(today))),
            Unit::Hours => None,
        };
        touched.push(Touched {
            matter: Matter::Entitlement,
            request_id: None,
            employee: who.person.name_ref(),
            kind: kind.fields.name.clone(),
            period: leave_year.period,
            open: false,
            before,
            after: before + change,
            balance_after: Some(available),
            per_day,
        });
    }
    Ok(touched)
}

/// What was still to be written of a year by a date: the balance that somebody saw before was without it.
fn pending_change(ahead: &Ahead, year: i16, date: Date) -> Minutes {
    let planned = ahead.outlook.year(year).map(|year| year.planned.as_slice()).unwrap_or_default();
    planned.iter().filter(|entry| entry.effective_date <= date).map(|entry| entry.minutes).sum()
}
