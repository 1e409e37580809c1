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
use crate::leave::ledger::{self, Accounts, Ahead};
use crate::leave::rules::{Entry, LeaveYear, LedgerKind, LedgerRow, Unit, YearAhead};
use crate::leave::types::{self, LeaveType};
use crate::leave::{calendars, notices};
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
    for kind in kinds {
        let (kind, policies) = (types::get(tx, *kind)?, store::of_type(tx, *kind)?);
        for id in store::people(tx)? {
            let who = Entitled::read(tx, id)?;
            touched.extend(one(tx, actor, &who, &kind, &policies, None)?);
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
    let policies = store::all(tx)?;
    let kinds: Vec<LeaveType> = types::all(tx)?.into_iter().filter(|kind| kind.fields.affects_balance).collect();
    let kinds = kinds.into_iter().map(|kind| {
        let own = policies.iter().filter(|policy| policy.fields.leave_type_id == kind.id).cloned().collect();
        (kind, own)
    });
    let kinds: Vec<(LeaveType, Vec<LeavePolicy>)> = kinds.collect();
    for id in people {
        let who = Entitled::read(tx, *id)?;
        for (kind, policies) in &kinds {
            touched.extend(one(tx, actor, &who, kind, policies, why)?);
        }
    }
    Ok(touched)
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
    let policies = store::all(rx)?;
    let mut kinds: Vec<LeaveTypeId> = policies.iter().map(|policy| policy.fields.leave_type_id).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let of = |kind: &LeaveTypeId| -> Vec<LeavePolicy> {
        policies.iter().filter(|policy| policy.fields.leave_type_id == *kind).cloned().collect()
    };
    let kinds: Vec<(LeaveTypeId, Vec<LeavePolicy>)> = kinds.iter().map(|kind| (*kind, of(kind))).collect();
    let today = people::today(rx)?;
    let mut due = Vec::new();
    for id in store::people(rx)? {
        let who = Entitled::read(rx, id)?;
        for (kind, policies) in &kinds {
            let accounts = Accounts::of(rx, id, *kind)?;
            let moves = accounts.years != who.years(policies, today) && ledger::may_begin_anew(rx, accounts)?;
            if moves || !missing(rx, &who, accounts, policies, today)?.1.is_empty() {
                due.push(id);
                break;
            }
        }
    }
    Ok(due)
}

/// The leave years that are open, with what policies have to write into each by `today`.
type Missing<'p> = Vec<(YearAhead, Option<&'p LeavePolicy>, Vec<Entry>)>;

fn missing<'p>(
    rx: &Rx<'_>,
    who: &Entitled,
    accounts: Accounts,
    policies: &'p [LeavePolicy],
    today: Date,
) -> Result<(Ahead, Missing<'p>)> {
    let present = accounts.on(today).year;
    let ahead = Ahead::with(rx, accounts, present, None, policies.to_vec(), Some(who.clone()))?;
    let open = ahead.begins.max(ahead.first_open)..=ahead.present;
    let by_policy = |row: &LedgerRow| ahead.by_policy.contains(&row.id);
    let mut found = Vec::new();
    for year in ahead.outlook.years().iter().filter(|year| open.contains(&year.ledger.year().number)) {
        let (policy, entries) = who.missing(rx, policies, &year.ledger, &by_policy, today)?;
        if !entries.is_empty() {
            found.push((year.clone(), policy, entries));
        }
    }
    Ok((ahead, found))
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
    let policies = store::of_type(rx, kind)?;
    let today = people::today(rx)?;
    let mut found = Vec::new();
    for person in store::people(rx)? {
        let who = Entitled::read(rx, person)?;
        let year = Accounts::of(rx, person, kind)?.years.of(today.max(policy.fields.valid_from));
        if who.holding(&policies, year).is_none_or(|holding| holding.id != id) {
            continue;
        }
        let (_, grants) = who.grants(rx, &policies, year)?;
        found.push(Holder {
            employee: who.person.name_ref(),
            year,
            minutes: grants.iter().map(|grant| grant.minutes).sum(),
            per_day: calendars::usual_day(rx, person, today)?,
        });
    }
    found.sort_by_key(|holder| crate::text::sort_key(&holder.employee.name));
    Ok(found)
}

/// One person's books of one type.
fn one(
    tx: &mut Tx<'_>,
    actor: &Actor,
    who: &Entitled,
    kind: &LeaveType,
    policies: &[LeavePolicy],
    why: Option<&Msg>,
) -> Result<Vec<Touched>> {
    if who.person.hidden {
        return Ok(Vec::new());
    }
    let today = people::today(tx)?;
    let accounts = Accounts::of(tx, who.person.id, kind.id)?;
    let accounts = match policies.is_empty() {
        true => accounts,
        false => ledger::begin_years(tx, actor, accounts, who.years(policies, today))?,
    };
    let (ahead, missing) = missing(tx, who, accounts, policies, today)?;
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
        let old = ahead.outlook.on(leave_year.number, on(today), &[]);
        ledger::enter(tx, actor, account, &worded, policy.map(|policy| policy.id))?;
        let books = ledger::Books::open(tx, account, None)?;
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
        let available = books.on(on(today)).available;
        if corrects {
            let written = old.available - pending_change(&ahead, leave_year.number, on(today));
            notices::regranted(tx, actor, account, kind, (written, available), &worded[0].1)?;
        }
        let per_day = match kind.fields.unit {
            Unit::Days => Some(calendars::usual_day(tx, who.person.id, on(today))?),
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
