//! SQL of the ledger: append, read by account, and what open requests reserve.

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Row, named_params};

use super::{Account, Accounts};
use crate::error::{Msg, Result};
use crate::ids::{EmployeeId, LeaveRequestId, LeaveTypeId, LedgerId};
use crate::leave::rules::{LeaveDay, LeaveYears, LedgerKind, LedgerRow, MonthDay};
use crate::storage::{Rx, Tx};
use crate::time::Minutes;

/// A row to append.
#[derive(Clone, Debug)]
pub(super) struct NewRow<'a> {
    pub kind: LedgerKind,
    pub minutes: Minutes,
    pub effective_date: Date,
    pub expires_on: Option<Date>,
    pub grant_id: Option<LedgerId>,
    pub request_id: Option<LeaveRequestId>,
    pub reverses_id: Option<LedgerId>,
    pub explanation: &'a Msg,
    pub actor: &'a str,
}

/// A row as people read it.
#[derive(Clone, Debug)]
pub(in crate::leave) struct Line {
    pub row: LedgerRow,
    pub leave_year: i16,
    pub explanation: Msg,
    pub actor: String,
    pub created_at: Timestamp,
}

const COLUMNS: &str = "id, kind, minutes, effective_date, expires_on, grant_id, request_id, reverses_id, leave_year,
    explanation, actor, created_at";

fn row(row: &Row<'_>) -> rusqlite::Result<LedgerRow> {
    Ok(LedgerRow {
        id: row.get("id")?,
        kind: row.get("kind")?,
        minutes: row.get("minutes")?,
        effective_date: row.get("effective_date")?,
        expires_on: row.get("expires_on")?,
        grant_id: row.get("grant_id")?,
        request_id: row.get("request_id")?,
        reverses_id: row.get("reverses_id")?,
    })
}

fn line(found: &Row<'_>) -> rusqlite::Result<Line> {
    Ok(Line {
        row: row(found)?,
        leave_year: found.get("leave_year")?,
        explanation: crate::leave::words::from_column(found, "explanation")?,
        actor: found.get("actor")?,
        created_at: found.get("created_at")?,
    })
}

pub(super) fn insert(tx: &mut Tx<'_>, account: Account, new: &NewRow<'_>) -> Result<LedgerId> {
    let now = tx.now();
    tx.insert(
        "INSERT INTO leave_ledger (employee_id, leave_type_id, leave_year, kind, minutes, effective_date, expires_on,
             grant_id, request_id, reverses_id, explanation, actor, created_at)
         VALUES (:employee_id, :leave_type_id, :leave_year, :kind, :minutes, :effective_date, :expires_on, :grant_id,
             :request_id, :reverses_id, :explanation, :actor, :created_at)",
        named_params! {
            ":employee_id": account.employee_id, ":leave_type_id": account.leave_type_id, ":leave_year": account.year,
            ":kind": new.kind, ":minutes": new.minutes, ":effective_date": new.effective_date,
            ":expires_on": new.expires_on, ":grant_id": new.grant_id, ":request_id": new.request_id,
            ":reverses_id": new.reverses_id, ":explanation": crate::leave::words::to_column(new.explanation)?,
            ":actor": new.actor, ":created_at": now,
        },
    )
    .map(LedgerId)
}

pub(super) fn rows(rx: &Rx<'_>, account: Account) -> Result<Vec<LedgerRow>> {
    rx.all(
        "SELECT id, kind, minutes, effective_date, expires_on, grant_id, request_id, reverses_id FROM leave_ledger
         WHERE employee_id = ?1 AND leave_type_id = ?2 AND leave_year = ?3 ORDER BY effective_date, id",
        (account.employee_id, account.leave_type_id, account.year),
        row,
    )
}

/// The rows of an account in the order of their dates.
pub(in crate::leave) fn lines(rx: &Rx<'_>, account: Account) -> Result<Vec<Line>> {
    rx.all(
        &format!(
            "SELECT {COLUMNS} FROM leave_ledger
             WHERE employee_id = ?1 AND leave_type_id = ?2 AND leave_year = ?3 ORDER BY effective_date, id"
        ),
        (account.employee_id, account.leave_type_id, account.year),
        line,
    )
}

pub(in crate::leave) fn get(rx: &Rx<'_>, id: LedgerId) -> Result<Line> {
    rx.get(&format!("SELECT {COLUMNS} FROM leave_ledger WHERE id = ?1"), [id], line)
}

/// Employee, leave type and year of a row, read as an account.
fn account(rx: &Rx<'_>, (employee_id, leave_type_id, year): (EmployeeId, LeaveTypeId, i16)) -> Result<Account> {
    Ok(Accounts::of(rx, employee_id, leave_type_id)?.numbered(year))
}

fn key(row: &Row<'_>) -> rusqlite::Result<(EmployeeId, LeaveTypeId, i16)> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
}

/// The account that a row belongs to.
pub(in crate::leave) fn account_of(rx: &Rx<'_>, id: LedgerId) -> Result<Account> {
    let found = rx.get("SELECT employee_id, leave_type_id, leave_year FROM leave_ledger WHERE id = ?1", [id], key)?;
    account(rx, found)
}

/// By which leave years somebody's books of a type are kept.
pub(super) fn years_kept(rx: &Rx<'_>, employee_id: EmployeeId, leave_type_id: LeaveTypeId) -> Result<LeaveYears> {
    let start: Option<String> = rx.one(
        "SELECT starts_on FROM leave_year_starts WHERE employee_id = ?1 AND leave_type_id = ?2",
        (employee_id, leave_type_id),
        |row| row.get(0),
    )?;
    start.map_or(Ok(LeaveYears::CALENDAR), |start| years_of(&start))
}

fn years_of(start: &str) -> Result<LeaveYears> {
    let start: MonthDay = start.parse().map_err(crate::error::AppError::internal)?;
    Ok(LeaveYears::starting(start))
}

/// The leave years in which a person has rows of a type.
pub(super) fn years(rx: &Rx<'_>, employee_id: EmployeeId, leave_type_id: LeaveTypeId) -> Result<Vec<i16>> {
    rx.all(
        "SELECT DISTINCT leave_year FROM leave_ledger WHERE employee_id = ?1 AND leave_type_id = ?2 ORDER BY 1 DESC",
        (employee_id, leave_type_id),
        |row| row.get(0),
    )
}

/// What undecided requests reserve of an account, without that of one request.
pub(super) fn reserved(rx: &Rx<'_>, account: Account, except: Option<LeaveRequestId>) -> Result<Vec<LeaveDay>> {
    rx.all(
        "SELECT d.request_id, d.date, d.charged_minutes FROM leave_request_days d JOIN leave_requests r ON r.id = d.request_id
         WHERE d.employee_id = ?1 AND d.leave_type_id = ?2 AND d.leave_year = ?3 AND d.charged_minutes > 0
           AND r.status IN ('pending', 'clarification') AND d.request_id IS NOT ?4
         ORDER BY d.date, d.request_id",
        (account.employee_id, account.leave_type_id, account.year, except),
        |row| Ok(LeaveDay { request_id: row.get(0)?, date: row.get(1)?, minutes: row.get(2)? }),
    )
}

/// The leave years in which a request has rows.
pub(in crate::leave) fn years_of_request(rx: &Rx<'_>, id: LeaveRequestId) -> Result<Vec<i16>> {
    rx.all("SELECT DISTINCT leave_year FROM leave_ledger WHERE request_id = ?1 ORDER BY 1", [id], |row| row.get(0))
}

/// Accounts with a grant whose last day lay in `from..to` (the latter not included).
pub(super) fn expiring(rx: &Rx<'_>, from: Date, to: Date) -> Result<Vec<Account>> {
    let found = rx.all(
        "SELECT DISTINCT employee_id, leave_type_id, leave_year FROM leave_ledger
         WHERE expires_on >= ?1 AND expires_on < ?2 ORDER BY 1, 2, 3",
        (from, to),
        key,
    )?;
    found.into_iter().map(|found| account(rx, found)).collect()
}
