//! Days that are paid out instead of taken: a row that takes them off the balance, with the reason.

use jiff::civil::Date;

use super::store::{self, NewRow};
use super::{Account, Books, resettle};
use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, FieldErrors, Msg, Result};
use crate::ids::{EmployeeId, LeaveRequestId, LeaveTypeId, LedgerId};
use crate::leave::amount::Amounts;
use crate::leave::rules::{LeaveDay, LedgerKind};
use crate::leave::{calendars, notices, types, words};
use crate::msg;
use crate::people;
use crate::storage::Tx;
use crate::time::Minutes;

/// What HR pays out.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LeaveEncashment)]
pub struct Encashment {
    pub employee_id: EmployeeId,
    pub leave_type_id: LeaveTypeId,
    /// More than 0.
    #[schema(example = 480)]
    pub minutes: Minutes,
    /// From this date on they are gone; says the leave year.
    #[schema(value_type = String, format = Date, example = "2026-12-31")]
    pub effective_on: Date,
    /// 1 to 500 characters; the person reads it.
    #[schema(example = "Paid out with the last salary.")]
    pub reason: String,
}

/// Takes days off a balance that are paid out, and tells the person.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR, and for one's own balance; [`AppError::Invalid`] by field, on `minutes` where
/// the balance does not cover them on that date or on a later one.
pub fn encash(tx: &mut Tx<'_>, actor: &Actor, input: &Encashment) -> Result<LedgerId> {
    actor.require_hr()?;
    if actor.employee_id == Some(input.employee_id) {
        return Err(AppError::forbidden("A colleague in HR corrects your own balance."));
    }
    let mut errors = FieldErrors::new();
    let reason = input.reason.trim();
    match reason.chars().count() {
        0 => errors.add("reason", "Say why; the person reads it."),
        501.. => errors.add("reason", msg!("At most {0} characters.", 500)),
        _ => {}
    }
    if !input.minutes.is_positive() || input.minutes > Minutes::new(1_000_000) {
        errors.add("minutes", "Minutes to pay out: above 0, at most 1,000,000.");
    }
    if !super::is_bookable(people::today(tx)?, input.effective_on) {
        errors.add("effective_on", "The date is too far away.");
    }
    if people::reach(tx, actor, input.employee_id)? == people::Reach::None {
        errors.add("employee_id", "There is no such person.");
    }
    let kind = types::store::find(tx, input.leave_type_id)?.filter(|kind| kind.fields.affects_balance);
    if kind.is_none() {
        errors.add("leave_type_id", "This kind of leave has no balance.");
    }
    let Some(kind) = kind.filter(|_| errors.is_empty()) else { return Err(AppError::Invalid(errors)) };

    let account = Account::on(tx, input.employee_id, input.leave_type_id, input.effective_on)?;
    let books = Books::open(tx, account, None)?;
    let day = LeaveDay { request_id: LeaveRequestId(i64::MAX), date: input.effective_on, minutes: input.minutes };
    let per_day = calendars::usual_day(tx, input.employee_id, input.effective_on)?;
    if let Err(short) = books.allows(&[day], Minutes::ZERO) {
        let format = words::format_for(actor, tx.now());
        let amounts = Amounts { format: &format, unit: kind.fields.unit, per_day };
        let missing = amounts.long(short.missing);
        return Err(AppError::invalid("minutes", msg!("The balance does not cover this: {0} are missing.", missing)));
    }
    let old = books.on(input.effective_on).available;
    let explanation = Msg::new("“{0}”").arg(reason);
    let row = NewRow {
        kind: LedgerKind::Encashed,
        minutes: -input.minutes,
        effective_date: input.effective_on,
        expires_on: None,
        grant_id: None,
        request_id: None,
        reverses_id: None,
        policy_id: None,
        explanation: &explanation,
        actor: &actor.name,
    };
    let id = store::insert(tx, account, &row)?;
    resettle(tx, actor, account)?;
    let new = Books::open(tx, account, None)?.on(input.effective_on).available;
    let entry = audit::Entry::new("leave.encashed")
        .on("leave_ledger", id.0)
        .change("available_minutes", old.get(), new.get())
        .because(reason);
    audit::record(tx, actor, entry)?;
    notices::encashed(tx, actor, account, &kind, (input.minutes, new), reason)?;
    Ok(id)
}
