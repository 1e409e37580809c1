//! By which leave years somebody's books of a type are kept. That is decided when the books are begun, by the policy that
//! holds then. Where the policy says otherwise later, all that is on them is written anew in the years in which it lies
//! then; unless a year was closed, or time off in lieu stands in them: such books go on as they were begun.

use super::store::{self, NewRow};
use super::{Account, Accounts, Written, settle};
use crate::audit;
use crate::auth::Actor;
use crate::error::Result;
use crate::leave::policy;
use crate::leave::request;
use crate::leave::rules::{LeaveYears, LedgerKind};
use crate::msg;
use crate::storage::{Rx, Tx};

/// Keeps the books by `years` from now on, where they can be; answers by which they are kept.
///
/// # Errors
/// When the database refuses.
pub(in crate::leave) fn begin_years(
    tx: &mut Tx<'_>,
    actor: &Actor,
    accounts: Accounts,
    years: LeaveYears,
) -> Result<Accounts> {
    if accounts.years == years || !may_begin_anew(tx, accounts)? {
        return Ok(accounts);
    }
    let entry = audit::Entry::new("leave.year_moved")
        .on("employee", accounts.employee_id.0)
        .with("leave_type_id", accounts.leave_type_id)
        .change("starts_on", accounts.years.start(), years.start());
    audit::record(tx, actor, entry)?;
    let numbers = store::years(tx, accounts.employee_id, accounts.leave_type_id)?;
    let mut days = Vec::new();
    let mut lines = Vec::new();
    for number in numbers {
        let account = accounts.numbered(number);
        let ledger = Written::read(tx, account)?.ledger;
        days.extend(ledger.booked());
        let standing = |line: &store::Line| ledger.rows().iter().any(|row| row.id == line.row.id);
        lines.extend(store::lines(tx, account)?.into_iter().filter(standing).map(|line| (account, line)));
    }
    let moved = Accounts { years, ..accounts };
    policy::store::set_year_start(tx, (accounts.employee_id, accounts.leave_type_id), years.start())?;
    request::store::renumber(tx, moved)?;
    let why = msg!("The leave year begins on another day now.");
    for (account, line) in lines {
        let undone = line.row.undone();
        super::insert(tx, actor, account, &undone, &why, None)?;
        // What policies granted and what leave takes is worked out anew.
        let kept = match line.row.kind {
            LedgerKind::Taken | LedgerKind::Expiry | LedgerKind::Reversal => false,
            _ => !line.by_policy,
        };
        if kept {
            write_anew(tx, moved.on(line.row.effective_date), &line)?;
        }
    }
    days.sort_unstable_by_key(|day| (day.date, day.request_id));
    while let Some(first) = days.first() {
        let account = moved.on(first.date);
        let own = account.leave_year().period;
        let (here, rest): (Vec<_>, Vec<_>) = days.into_iter().partition(|day| own.contains(day.date));
        let books = Written::read(tx, account)?;
        settle(tx, actor, &books, &here, None)?;
        days = rest;
    }
    Ok(moved)
}

/// Whether the books can be written anew by other leave years.
///
/// # Errors
/// When the database cannot be read.
pub(in crate::leave) fn may_begin_anew(rx: &Rx<'_>, accounts: Accounts) -> Result<bool> {
    if !store::closings(rx, accounts)?.is_empty() {
        return Ok(false);
    }
    let fixed = |row: &store::YearRow| matches!(row.row.kind, LedgerKind::Toil | LedgerKind::CarryOver);
    Ok(!store::rows_from(rx, accounts, i16::MIN)?.iter().any(fixed))
}

fn write_anew(tx: &mut Tx<'_>, account: Account, line: &store::Line) -> Result<()> {
    let row = NewRow {
        kind: line.row.kind,
        minutes: line.row.minutes,
        effective_date: line.row.effective_date,
        expires_on: line.row.expires_on,
        grant_id: None,
        request_id: None,
        reverses_id: None,
        policy_id: None,
        explanation: &line.explanation,
        actor: &line.actor,
    };
    store::insert(tx, account, &row).map(drop)
}
