//! The books of a leave year that is over: what is left lapses or goes on into the next, once; and whatever is entered
//! into the year afterwards has it closed anew, so that the books say what they would say had it been there in time.

use super::ahead::Ahead;
use super::{Account, Written, draw_anew, insert, store};
use crate::audit;
use crate::auth::Actor;
use crate::error::{Msg, Result};
use crate::leave::rules::{Entry, LedgerKind, YearEnd};
use crate::msg;
use crate::storage::{Rx, Tx};
use crate::time::Minutes;

/// Closes an account by the policy that holds for its leave year; without one everything goes on. An account that is
/// closed already stays as it is. Answers what that does.
///
/// # Errors
/// [`crate::error::AppError::Forbidden`] for all but the clockwork and HR.
pub fn close(tx: &mut Tx<'_>, actor: &Actor, account: Account) -> Result<Option<YearEnd>> {
    actor.require_hr()?;
    if store::closings(tx, account.all())?.contains_key(&account.year) {
        return Ok(None);
    }
    // What is to be written by itself is written first.
    draw_anew(tx, actor, account)?;
    let ahead = Ahead::read(tx, account.all(), account.year, None)?;
    let Some(year) = ahead.outlook.year(account.year) else { return Ok(None) };
    let carry = year.carry;
    let policy = ahead.entitled.as_ref().and_then(|who| who.holding(&ahead.policies, account.leave_year()));
    let end = year.ledger.close(&year.pending, carry);
    store::close(tx, account, policy.map(|policy| policy.id), carry)?;
    let moved: Minutes = end.carried.iter().map(|carried| carried.minutes).sum();
    let entry = audit::Entry::new("leave.year_closed")
        .on("employee", account.employee_id.0)
        .with("leave_type_id", account.leave_type_id)
        .with("leave_year", account.year)
        .with("carried_minutes", moved)
        .with("lapsed_minutes", end.lapsed);
    audit::record(tx, actor, entry)?;
    follow(tx, actor, account)?;
    Ok(Some(end))
}

/// Brings a closed year, and those after it that this concerns, to what its facts say now. Repeated without harm.
///
/// # Errors
/// When the database refuses.
pub fn follow(tx: &mut Tx<'_>, actor: &Actor, account: Account) -> Result<()> {
    let Some(carry) = store::closings(tx, account.all())?.remove(&account.year) else { return Ok(()) };
    let books = Written::read(tx, account)?;
    let end = books.ledger.close(&books.reserved, carry);
    if !end.entries.is_empty() {
        append(tx, actor, account, &end.entries)?;
        // Days that were overdrawn draw from the row that makes them good.
        draw_anew(tx, actor, account)?;
    }
    let next = account.all().numbered(account.year + 1);
    let arrival = Written::read(tx, next)?.ledger.receive(&end.carried);
    if arrival.is_empty() {
        return Ok(());
    }
    append(tx, actor, next, &arrival)?;
    draw_anew(tx, actor, next)?;
    follow(tx, actor, next)
}

/// Whether a closed year holds something that is to go on or to lapse: what a request reserved that was rejected since.
///
/// # Errors
/// When the database cannot be read.
pub fn is_unsettled(rx: &Rx<'_>, account: Account) -> Result<bool> {
    let Some(carry) = store::closings(rx, account.all())?.remove(&account.year) else { return Ok(false) };
    let books = Written::read(rx, account)?;
    Ok(!books.ledger.close(&books.reserved, carry).entries.is_empty())
}

/// [`follow`], with an entry of its own in the audit log.
///
/// # Errors
/// As [`follow`].
pub fn tidy(tx: &mut Tx<'_>, actor: &Actor, account: Account) -> Result<()> {
    let entry = audit::Entry::new("leave.year_closed_anew")
        .on("employee", account.employee_id.0)
        .with("leave_type_id", account.leave_type_id)
        .with("leave_year", account.year);
    audit::record(tx, actor, entry)?;
    follow(tx, actor, account)
}

fn append(tx: &mut Tx<'_>, actor: &Actor, account: Account, entries: &[Entry]) -> Result<()> {
    for entry in entries {
        let words = match entry.kind {
            LedgerKind::Reversal => msg!("Counted anew, because something in the year changed after it was closed."),
            _ if entry.effective_date >= account.leave_year().end() => words(account, entry),
            _ => arrival_words(account, entry),
        };
        insert(tx, actor, account, entry, &words, None)?;
    }
    Ok(())
}

/// A row by which a year ends.
pub(super) fn words(account: Account, entry: &Entry) -> Msg {
    match (entry.kind, entry.grant_id) {
        (LedgerKind::Expiry, _) => msg!("Not used in {0}, and not to be carried over.", account.year),
        (_, Some(_)) => msg!("Left of {0}, carried over.", account.year),
        (_, None) => msg!("Overdrawn in {0}: taken off the next year.", account.year),
    }
}

/// A row by which a year begins.
pub(super) fn arrival_words(account: Account, entry: &Entry) -> Msg {
    let before = account.year - 1;
    if entry.minutes.is_negative() { msg!("Overdrawn in {0}.", before) } else { msg!("What was left of {0}.", before) }
}
