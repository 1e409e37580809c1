//! The ledger of leave and what is read from it. A balance is never stored: it is the sum of an account's rows, and
//! an account is an employee's leave type in one leave year. Rows are appended and never changed; what a new fact
//! makes wrong (a day of leave that should have drawn from another grant) is undone by a row and written anew, so
//! that the books say the same in whatever order the facts came. The arithmetic is in `rules/`.

mod ahead;
pub mod api;
mod chart;
pub mod closing;
mod encash;
pub mod pages;
mod statement;
pub(in crate::leave) mod store;
#[cfg(test)]
mod tests;
mod years;

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::notices;
use super::rules::{
    Balance, Entry, LeaveDay, LeaveYear, LeaveYears, LedgerKind, LedgerRow, Outlook, Shortfall, YearLedger, is_planned,
};
use super::types::{self, LeaveType};
use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, FieldErrors, Msg, Result};
use crate::ids::{EmployeeId, LeavePolicyId, LeaveRequestId, LeaveTypeId, LedgerId};
use crate::people;
use crate::storage::{Rx, Tx};
use crate::time::{Minutes, period};
use crate::{msg, tr};

pub(super) use ahead::{Ahead, Shelf};
pub use encash::{Encashment, encash};
use store::NewRow;
pub(super) use years::{begin_years, may_begin_anew};

/// An employee's leave type: one account for each leave year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Accounts {
    pub employee_id: EmployeeId,
    pub leave_type_id: LeaveTypeId,
    /// By which leave years these books are kept.
    pub years: LeaveYears,
}

/// An employee's leave type in one leave year, which is named by the calendar year in which it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account {
    pub employee_id: EmployeeId,
    pub leave_type_id: LeaveTypeId,
    pub year: i16,
    pub years: LeaveYears,
}

impl Accounts {
    /// # Errors
    /// When the database cannot be read.
    pub fn of(rx: &Rx<'_>, employee_id: EmployeeId, leave_type_id: LeaveTypeId) -> Result<Self> {
        let years = store::years_kept(rx, employee_id, leave_type_id)?;
        Ok(Accounts { employee_id, leave_type_id, years })
    }

    /// The account that a day of leave on `date` is charged to.
    pub fn on(self, date: Date) -> Account {
        self.numbered(self.years.of(date).number)
    }

    pub fn numbered(self, year: i16) -> Account {
        let Accounts { employee_id, leave_type_id, years } = self;
        Account { employee_id, leave_type_id, year, years }
    }
}

impl Account {
    /// The account that a day of leave on `date` is charged to.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn on(rx: &Rx<'_>, employee_id: EmployeeId, leave_type_id: LeaveTypeId, date: Date) -> Result<Self> {
        Ok(Accounts::of(rx, employee_id, leave_type_id)?.on(date))
    }

    pub fn leave_year(self) -> LeaveYear {
        self.years.numbered(self.year)
    }

    /// All of the same person and type.
    pub fn all(self) -> Accounts {
        Accounts { employee_id: self.employee_id, leave_type_id: self.leave_type_id, years: self.years }
    }
}

/// An account as it is on the books now.
#[derive(Clone, Debug)]
pub struct Written {
    pub account: Account,
    /// What is written.
    pub ledger: YearLedger,
    /// Days that undecided requests reserve.
    pub reserved: Vec<LeaveDay>,
}

impl Written {
    /// # Errors
    /// When the database cannot be read.
    pub fn read(rx: &Rx<'_>, account: Account) -> Result<Written> {
        let ledger = YearLedger::new(account.leave_year(), &store::rows_of(rx, account)?);
        Ok(Written { account, ledger, reserved: store::reserved_of(rx, account)? })
    }
}

/// An account as it is on the books now, and as it will be.
#[derive(Clone, Debug)]
pub struct Books {
    pub written: Written,
    /// With what is still to come, in this leave year and around it.
    pub outlook: Outlook,
}

impl std::ops::Deref for Books {
    type Target = Written;
    fn deref(&self) -> &Written {
        &self.written
    }
}

impl Books {
    /// Everything of one account; what one request reserves can be left out (it is being decided, or edited).
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn open(rx: &Rx<'_>, account: Account, except: Option<LeaveRequestId>) -> Result<Books> {
        Ok(Books::of(account, ahead::outlook(rx, account, except)?))
    }

    fn of(account: Account, outlook: Outlook) -> Books {
        let (ledger, reserved) = match outlook.year(account.year) {
            Some(year) => (year.ledger.clone(), year.pending.clone()),
            None => (YearLedger::new(account.leave_year(), &[]), Vec::new()),
        };
        Books { written: Written { account, ledger, reserved }, outlook }
    }

    /// The balance on `date`, with what is undecided taken off. Of a later date: with what will be given by then.
    pub fn on(&self, date: Date) -> Balance {
        self.outlook.on(self.account.year, date, &[])
    }

    /// The balance on `date` were `wanted` booked too.
    pub fn with(&self, date: Date, wanted: &[LeaveDay]) -> Balance {
        self.outlook.on(self.account.year, date, wanted)
    }

    /// Whether `wanted`, in any leave year, may be booked beside all else; see [`Outlook::allows`].
    ///
    /// # Errors
    /// The first date on which the balance would fall further below zero than `limit`.
    pub fn allows(&self, wanted: &[LeaveDay], limit: Minutes) -> std::result::Result<(), Shortfall> {
        self.outlook.allows(wanted, limit)
    }

    /// The date within this leave year to ask about where somebody asks about `date`.
    pub fn within(&self, date: Date) -> Date {
        let year = self.ledger.year().period;
        date.clamp(year.first(), year.last())
    }
}

/// Whether anything is booked on `date`: from 1970 to ten years after the present. A year that was mistyped would stand in
/// the ledger for ever, and be planned up to.
pub(in crate::leave) fn is_bookable(today: Date, date: Date) -> bool {
    (1970..=today.year() + 10).contains(&date.year())
}

/// A balance with its type.
#[derive(Clone, Debug)]
pub struct TypeBalance {
    pub kind: LeaveType,
    pub account: Account,
    pub balance: Balance,
}

/// Every balance of a person on a date: each active type that has one, and those with anything on the books.
///
/// # Errors
/// [`crate::error::AppError::NotFound`] where the actor may not know of the person's balance.
pub fn balances(rx: &Rx<'_>, actor: &Actor, employee_id: EmployeeId, on: Date) -> Result<Vec<TypeBalance>> {
    people::within_reach(rx, actor, employee_id)?;
    balances_of(rx, employee_id, on)
}

/// [`balances`] for those who were asked already.
pub(super) fn balances_of(rx: &Rx<'_>, employee_id: EmployeeId, on: Date) -> Result<Vec<TypeBalance>> {
    let mut found = Vec::new();
    let mut shelf = Shelf::read(rx)?;
    for kind in types::all(rx)?.into_iter().filter(|kind| kind.fields.affects_balance) {
        let account = Account::on(rx, employee_id, kind.id, on)?;
        let books = shelf.books(rx, account)?;
        if kind.fields.active || !books.ledger.rows().is_empty() {
            let balance = books.on(on);
            found.push(TypeBalance { kind, account, balance });
        }
    }
    Ok(found)
}

/// Minutes to be added to an account, by a rule or by another feature's decision.
#[derive(Clone, Debug)]
pub struct Credit {
    pub employee_id: EmployeeId,
    pub leave_type_id: LeaveTypeId,
    /// [`LedgerKind::Grant`], `Accrual` or `Toil`.
    pub kind: LedgerKind,
    /// More than 0.
    pub minutes: Minutes,
    /// From this date on they can be used; says the leave year.
    pub effective_on: Date,
    /// The last day on which they can be used; none is the end of the leave year.
    pub expires_on: Option<Date>,
    /// The rule that made it, in words; dates in it as ISO text.
    pub explanation: Msg,
}

/// Adds to an account: what overtime and holidays (time off in lieu) do once they have decided; policies
/// write what they grant by themselves. No route leads here; HR's own corrections go through [`adjust`].
///
/// # Errors
/// [`crate::error::AppError::Invalid`] where the type has no balance or the figures do not fit.
pub fn grant(tx: &mut Tx<'_>, actor: &Actor, credit: &Credit) -> Result<LedgerId> {
    let kind = types::get(tx, credit.leave_type_id)?;
    let mut errors = FieldErrors::new();
    if !kind.fields.affects_balance {
        errors.add("leave_type_id", "This kind of leave has no balance.");
    }
    if !credit.minutes.is_positive() || !is_credit(credit.kind) {
        errors.add("minutes", "A grant adds minutes.");
    }
    if credit.expires_on.is_some_and(|last| last < credit.effective_on) {
        errors.add("expires_on", "It would expire before it begins.");
    }
    errors.into_result(())?;
    let row = NewRow {
        kind: credit.kind,
        minutes: credit.minutes,
        effective_date: credit.effective_on,
        expires_on: credit.expires_on,
        grant_id: None,
        request_id: None,
        reverses_id: None,
        policy_id: None,
        explanation: &credit.explanation,
        actor: &actor.name,
    };
    let account = Account::on(tx, credit.employee_id, credit.leave_type_id, credit.effective_on)?;
    let id = store::insert(tx, account, &row)?;
    let entry = audit::Entry::new("leave.granted")
        .on("leave_ledger", id.0)
        .change("minutes", 0, credit.minutes.get())
        .because(&credit.explanation.to_string());
    audit::record(tx, actor, entry)?;
    resettle(tx, actor, account)?;
    Ok(id)
}

/// Undoes a row that [`grant`] added, on its own date; days of leave that drew from it are drawn anew. The balance may
/// be below zero afterwards.
///
/// # Errors
/// [`AppError::NotFound`] where there is no such row; the database refuses to undo one twice.
pub fn take_back(tx: &mut Tx<'_>, actor: &Actor, id: LedgerId, why: &Msg) -> Result<LedgerId> {
    let line = store::get(tx, id)?;
    let account = store::account_of(tx, id)?;
    let undone = line.row.undone();
    let row = NewRow {
        kind: undone.kind,
        minutes: undone.minutes,
        effective_date: undone.effective_date,
        expires_on: None,
        grant_id: undone.grant_id,
        request_id: undone.request_id,
        reverses_id: undone.reverses_id,
        policy_id: None,
        explanation: why,
        actor: &actor.name,
    };
    let reversal = store::insert(tx, account, &row)?;
    let entry = audit::Entry::new("leave.grant_taken_back")
        .on("leave_ledger", id.0)
        .change("minutes", line.row.minutes.get(), 0)
        .because(&why.to_string());
    audit::record(tx, actor, entry)?;
    resettle(tx, actor, account)?;
    Ok(reversal)
}

const fn is_credit(kind: LedgerKind) -> bool {
    matches!(kind, LedgerKind::Grant | LedgerKind::Accrual | LedgerKind::Toil)
}

/// HR's correction of a balance.
#[derive(Clone, Debug, serde::Deserialize, utoipa::ToSchema)]
#[schema(as = LeaveAdjustment)]
pub struct Adjustment {
    pub employee_id: EmployeeId,
    pub leave_type_id: LeaveTypeId,
    /// Added where positive, taken off where negative.
    #[schema(example = 240)]
    pub minutes: Minutes,
    /// From this date on it counts; says the leave year.
    #[schema(value_type = String, format = Date, example = "2026-07-01")]
    pub effective_on: Date,
    /// 1 to 500 characters; the person reads it.
    #[schema(example = "Stocktaking on Sat 20 June, as agreed with Jonas Brandt.")]
    pub reason: String,
}

/// Corrects a balance and tells the person the old and the new figure.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR, and for one's own balance; [`AppError::Invalid`] by field.
pub fn adjust(tx: &mut Tx<'_>, actor: &Actor, input: &Adjustment) -> Result<LedgerId> {
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
    if input.minutes.is_zero() || input.minutes.abs() > Minutes::new(1_000_000) {
        errors.add("minutes", "Minutes to add, or to take off where negative; not 0, at most 1,000,000.");
    }
    if !is_bookable(people::today(tx)?, input.effective_on) {
        errors.add("effective_on", "The date is too far away.");
    }
    if people::reach(tx, actor, input.employee_id)? == people::Reach::None {
        errors.add("employee_id", "There is no such person.");
    }
    match types::store::find(tx, input.leave_type_id)? {
        None => errors.add("leave_type_id", "There is no such kind of leave."),
        Some(kind) if !kind.fields.affects_balance => errors.add("leave_type_id", "This kind of leave has no balance."),
        Some(_) => {}
    }
    errors.into_result(())?;

    let account = Account::on(tx, input.employee_id, input.leave_type_id, input.effective_on)?;
    let before = Books::open(tx, account, None)?;
    let on = before.within(actor.today(tx.now())).max(input.effective_on);
    let old = before.on(on).available;
    let explanation = Msg::new("“{0}”").arg(reason);
    let row = NewRow {
        kind: LedgerKind::Adjustment,
        minutes: input.minutes,
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
    let new = Books::open(tx, account, None)?.on(on).available;
    let entry = audit::Entry::new("leave.adjusted")
        .on("leave_ledger", id.0)
        .change("available_minutes", old.get(), new.get())
        .because(reason);
    audit::record(tx, actor, entry)?;
    let kind = types::get(tx, input.leave_type_id)?;
    notices::adjusted(tx, actor, account, &kind, (old, new), reason)?;
    Ok(id)
}

/// Books days of leave: the account then says that exactly `days` are taken. `gone` says why days of a request that
/// are no longer among them were given back.
///
/// # Errors
/// When the database refuses.
pub(super) fn settle(
    tx: &mut Tx<'_>,
    actor: &Actor,
    books: &Written,
    days: &[LeaveDay],
    gone: Option<(LeaveRequestId, &Msg)>,
) -> Result<()> {
    let entries = books.ledger.settle(days, &books.reserved, actor.today(tx.now()));
    write(tx, actor, books, entries, gone)?;
    closing::follow(tx, actor, books.account)
}

/// Writes what a policy grants or corrects in an account, each row with its rule in words; days of leave are drawn anew.
///
/// # Errors
/// When the database refuses.
pub(super) fn enter(
    tx: &mut Tx<'_>,
    actor: &Actor,
    account: Account,
    entries: &[(Entry, Msg)],
    policy_id: Option<LeavePolicyId>,
) -> Result<()> {
    for (entry, explanation) in entries {
        insert(tx, actor, account, entry, explanation, policy_id)?;
    }
    resettle(tx, actor, account)
}

fn insert(
    tx: &mut Tx<'_>,
    actor: &Actor,
    account: Account,
    entry: &Entry,
    explanation: &Msg,
    policy_id: Option<LeavePolicyId>,
) -> Result<LedgerId> {
    let row = NewRow {
        kind: entry.kind,
        minutes: entry.minutes,
        effective_date: entry.effective_date,
        expires_on: entry.expires_on,
        grant_id: entry.grant_id,
        request_id: entry.request_id,
        reverses_id: entry.reverses_id,
        policy_id,
        explanation,
        actor: &actor.name,
    };
    store::insert(tx, account, &row)
}

fn write(
    tx: &mut Tx<'_>,
    actor: &Actor,
    books: &Written,
    entries: Vec<Entry>,
    gone: Option<(LeaveRequestId, &Msg)>,
) -> Result<()> {
    for entry in entries {
        let explanation = explain(tx, books.account, &entry, gone)?;
        insert(tx, actor, books.account, &entry, &explanation, None)?;
    }
    Ok(())
}

/// Brings an account to what its facts say today: after a new grant or correction, and as grants expire.
pub(super) fn resettle(tx: &mut Tx<'_>, actor: &Actor, account: Account) -> Result<()> {
    draw_anew(tx, actor, account)?;
    closing::follow(tx, actor, account)
}

/// [`resettle`], whatever that makes of a closed year.
fn draw_anew(tx: &mut Tx<'_>, actor: &Actor, account: Account) -> Result<()> {
    let books = Written::read(tx, account)?;
    let booked = books.ledger.booked();
    let entries = books.ledger.settle(&booked, &books.reserved, actor.today(tx.now()));
    write(tx, actor, &books, entries, None)
}

/// Accounts in which something expired from `from` on and before `today`, and is not written off yet.
///
/// # Errors
/// When the database cannot be read.
pub fn due_to_expire(rx: &Rx<'_>, from: Date, today: Date) -> Result<Vec<Account>> {
    let mut due = Vec::new();
    for account in store::expiring(rx, from, today)? {
        let books = Written::read(rx, account)?;
        if !books.ledger.settle(&books.ledger.booked(), &books.reserved, today).is_empty() {
            due.push(account);
        }
    }
    Ok(due)
}

/// What can be used from `first` to `last` only, of each account that has such: the last day, and how much of it nobody
/// has asked for.
///
/// # Errors
/// When the database cannot be read.
pub fn expiring_between(rx: &Rx<'_>, first: Date, last: Date) -> Result<Vec<(Account, Date, Minutes)>> {
    let mut found = Vec::new();
    for account in store::expiring(rx, first, period::ahead(last, 1))? {
        if !people::get(rx, account.employee_id)?.is_employed_on(first) {
            continue;
        }
        let books = Books::open(rx, account, None)?;
        let mut days: BTreeMap<Date, Minutes> = BTreeMap::new();
        for (on, minutes) in books.on(books.within(first)).expiring {
            *days.entry(on).or_default() += minutes;
        }
        found.extend(days.range(first..=last).map(|(on, minutes)| (account, *on, *minutes)));
    }
    Ok(found)
}

/// Writes off what expired unused before `today`; repeated without harm. Answers whether anything was written.
///
/// # Errors
/// [`crate::error::AppError::Forbidden`] for all but the clockwork and HR.
pub fn expire(tx: &mut Tx<'_>, actor: &Actor, account: Account, today: Date) -> Result<bool> {
    actor.require_hr()?;
    let books = Books::open(tx, account, None)?;
    let before = books.on(books.within(today));
    let entries = books.ledger.settle(&books.ledger.booked(), &books.reserved, today);
    if entries.is_empty() {
        return Ok(false);
    }
    write(tx, actor, &books, entries, None)?;
    closing::follow(tx, actor, account)?;
    let entry = audit::Entry::new("leave.expired")
        .on("employee", account.employee_id.0)
        .with("leave_type_id", account.leave_type_id)
        .with("expired_minutes", before.expired);
    audit::record(tx, actor, entry)?;
    Ok(true)
}

/// Why a row was undone that is written again with another grant: nothing was given back.
const REDRAWN: &str = tr!("Drawn anew, because an entry with an earlier date came later.");

/// The rule behind a row, in words.
fn explain(rx: &Rx<'_>, account: Account, entry: &Entry, gone: Option<(LeaveRequestId, &Msg)>) -> Result<Msg> {
    let last_day = |grant: Option<LedgerId>| -> Result<Option<Date>> {
        Ok(match grant {
            Some(id) => store::get(rx, id)?.row.expires_on,
            None => None,
        })
    };
    Ok(match entry.kind {
        LedgerKind::Reversal => match gone {
            Some((request, why)) if entry.request_id == Some(request) => why.clone(),
            _ => msg!(REDRAWN),
        },
        LedgerKind::CarryOver | LedgerKind::Expiry if entry.effective_date >= account.leave_year().end() => {
            closing::words(account, entry)
        }
        LedgerKind::CarryOver => closing::arrival_words(account, entry),
        LedgerKind::Expiry => match last_day(entry.grant_id)? {
            Some(last) => msg!("Not used by {0}.", last),
            None => msg!("Not used in time."),
        },
        _ => match (entry.grant_id, last_day(entry.grant_id)?) {
            (None, _) => msg!("No entitlement covers it yet; it is drawn from what comes."),
            (Some(_), Some(last)) => msg!("Drawn from what expires on {0}, because that goes first.", last),
            (Some(_), None) => msg!("Drawn from the year’s entitlement."),
        },
    })
}

/// The rows of an account that are not written yet, as they will be: what policies grant, and what the end of the year
/// before brings. Who makes them is the clockwork.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn planned(rx: &Rx<'_>, account: Account) -> Result<Vec<store::Line>> {
    let ahead = Ahead::read(rx, account.all(), account.year, None)?;
    let Some((ledger, _)) = ahead.outlook.ahead(account.year) else { return Ok(Vec::new()) };
    let year = account.leave_year();
    let policy = ahead.entitled.as_ref().and_then(|who| who.holding(&ahead.policies, year));
    let line = |row: &LedgerRow| {
        let LedgerRow { kind, minutes, effective_date, expires_on, grant_id, .. } = *row;
        let entry = Entry { kind, minutes, effective_date, expires_on, grant_id, request_id: None, reverses_id: None };
        let explanation = match &ahead.entitled {
            Some(who) if kind != LedgerKind::CarryOver => who.words(&entry, policy, year),
            _ => closing::arrival_words(account, &entry),
        };
        store::Line {
            row: *row,
            leave_year: account.year,
            by_policy: true,
            explanation,
            actor: tr!("Clockwork").to_owned(),
            created_at: rx.now(),
        }
    };
    Ok(ledger.rows().iter().filter(|row| is_planned(row)).map(line).collect())
}

/// The page that explains an account's balance.
pub fn href(account: Account) -> String {
    let Account { employee_id, leave_type_id, year, .. } = account;
    format!("/leave/balance?employee_id={employee_id}&leave_type_id={leave_type_id}&year={year}")
}
