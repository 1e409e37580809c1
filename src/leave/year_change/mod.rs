//! The change of the leave year: what happens to whom, looked at before, and done once it is over.
//!
//! It needs nobody: the job closes each account on the first day after its leave year. HR can look at what will happen,
//! for any leave year that is not closed, and can have what is due done at once. The arithmetic is in `rules`, the rows
//! are written by `ledger::closing`.

pub mod api;
pub mod jobs;
pub mod pages;

use std::collections::HashSet;

use jiff::civil::Date;

use super::ledger::{Account, Shelf, closing, store};
use super::policy;
use super::rules::{LeaveYear, YearEnd};
use super::types::{self, LeaveType};
use crate::auth::{Actor, Ctx};
use crate::error::Result;
use crate::people::{self, NameRef};
use crate::storage::{Rx, Tx};
use crate::time::Minutes;

/// What the end of a leave year does to one account.
#[derive(Clone, Debug)]
pub struct Change {
    pub account: Account,
    pub year: LeaveYear,
    pub employee: NameRef,
    pub kind: LeaveType,
    /// What a day is worth to the person.
    pub per_day: Minutes,
    /// What is left at the year's end, reserved days taken off; below zero where it is overdrawn.
    pub left: Minutes,
    /// What goes on into the next year; below zero what is taken off it.
    pub carried: Minutes,
    /// The last day on which what goes on can be used, and how much of it: where it ends before its year does.
    pub expires: Vec<(Date, Minutes)>,
    pub lapsed: Minutes,
    /// The year is over, and this is due.
    pub due: bool,
}

/// Accounts of leave years that are over and not closed.
pub(super) fn due(rx: &Rx<'_>, today: Date) -> Result<Vec<Account>> {
    let mut open = store::open_accounts(rx, today.year())?;
    open.retain(|account| account.leave_year().end() <= today);
    Ok(open)
}

/// How long after a closing undecided requests of that year are waited for.
const WAITED_FOR: jiff::SignedDuration = jiff::SignedDuration::from_hours(24 * 400);

/// Closed accounts of which something is left: what undecided requests reserved, and do no longer.
pub(super) fn unsettled(rx: &Rx<'_>) -> Result<Vec<Account>> {
    let from = rx.now().saturating_sub(WAITED_FOR).unwrap_or(jiff::Timestamp::MIN);
    let mut found = Vec::new();
    for account in store::closed_with_rest(rx, from)? {
        if closing::is_unsettled(rx, account)? {
            found.push(account);
        }
    }
    Ok(found)
}

/// Closes one account, once what is still due in it has been granted.
pub(super) fn close_one(tx: &mut Tx<'_>, actor: &Actor, account: Account) -> Result<Option<YearEnd>> {
    policy::regrant(tx, actor, account.employee_id, None)?;
    closing::close(tx, actor, account)
}

/// Closes all that is due now; answers how many accounts that were.
///
/// # Errors
/// [`crate::error::AppError::Forbidden`] for all but HR.
pub fn run(tx: &mut Tx<'_>, actor: &Actor) -> Result<usize> {
    let mut closed = 0;
    loop {
        match run_some(tx, actor, usize::MAX)? {
            0 => return Ok(closed),
            some => closed += some,
        }
    }
}

/// Closes what is due now, at most so many accounts, the oldest first; answers how many that were.
fn run_some(tx: &mut Tx<'_>, actor: &Actor, most: usize) -> Result<usize> {
    actor.require_hr()?;
    let mut accounts = due(tx, people::today(tx)?)?;
    accounts.truncate(most);
    let mut granted = HashSet::new();
    for account in &accounts {
        // What is still due in any of a person's accounts is granted at the first of them.
        if granted.insert(account.employee_id) {
            policy::regrant(tx, actor, account.employee_id, None)?;
        }
        closing::close(tx, actor, *account)?;
    }
    Ok(accounts.len())
}

/// So many accounts are closed in one transaction, so that others get a word in.
const AT_ONCE: usize = 100;

/// [`run`] for somebody who waits for it: some accounts at a time. What was closed stays closed where it breaks off.
async fn run_all(ctx: &Ctx) -> Result<usize> {
    let mut closed = 0;
    loop {
        match ctx.write(jobs::CLOSED, |tx, actor| run_some(tx, actor, AT_ONCE)).await? {
            0 => return Ok(closed),
            some => closed += some,
        }
    }
}

/// What the end of a leave year will do to everybody, as it is known today: those of number `year`, or where none is
/// given what is due, or else the present ones. By type and name. What nothing happens to is left out.
///
/// # Errors
/// [`crate::error::AppError::Forbidden`] for all but HR.
pub fn look(rx: &Rx<'_>, actor: &Actor, year: Option<i16>) -> Result<(i16, Vec<Change>)> {
    actor.require_hr()?;
    let today = people::today(rx)?;
    let open = store::open_accounts(rx, today.year().saturating_add(1))?;
    let over = open.iter().filter(|account| account.leave_year().end() <= today).map(|account| account.year).min();
    let present = open.iter().filter(|account| account.leave_year().period.contains(today)).map(|one| one.year).min();
    let year = year.or(over).or(present).unwrap_or(today.year());
    let kinds = types::all(rx)?;
    let mut changes = Vec::new();
    let mut shelf = Shelf::of_everybody(rx, year)?;
    let mut of_year: Vec<Account> = open.into_iter().filter(|account| account.year == year).collect();
    of_year.sort_by_key(|account| account.employee_id);
    for account in of_year {
        let Some(kind) = kinds.iter().find(|kind| kind.id == account.leave_type_id) else { continue };
        let ahead = shelf.ahead(rx, account)?;
        let Some((ledger, end)) = ahead.outlook.ahead(account.year) else { continue };
        let pending = ahead.outlook.year(account.year).map(|year| year.pending.as_slice()).unwrap_or_default();
        let left = ledger.on(ledger.year().period.last(), pending).available;
        let carried: Minutes = end.carried.iter().map(|carried| carried.minutes).sum();
        if carried.is_zero() && end.lapsed.is_zero() {
            continue;
        }
        let expires = end.carried.iter().filter_map(|carried| carried.expires_on.map(|on| (on, carried.minutes)));
        let who = shelf.person(rx, account.employee_id)?;
        changes.push(Change {
            account,
            year: account.leave_year(),
            employee: who.person.name_ref(),
            per_day: who.usual_day(ledger.year().period.last()),
            kind: kind.clone(),
            left,
            carried,
            expires: expires.collect(),
            lapsed: end.lapsed,
            due: account.leave_year().end() <= today,
        });
    }
    changes.sort_by_cached_key(|change| {
        (change.kind.fields.sort_order, change.kind.id, crate::text::sort_key(&change.employee.name))
    });
    Ok((year, changes))
}
