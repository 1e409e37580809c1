//! SQL of the ledger: append, read by account, and what open requests reserve.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Row, named_params};

use super::{Account, Accounts};
use crate::error::{AppError, Msg, Result};
use crate::ids::{EmployeeId, LeavePolicyId, LeaveRequestId, LeaveTypeId, LedgerId};
use crate::leave::rules::{CarryOver, LeaveDay, LeaveYears, LedgerKind, LedgerRow, MonthDay};
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
    /// The policy that made it.
    pub policy_id: Option<LeavePolicyId>,
    pub explanation: &'a Msg,
    pub actor: &'a str,
}

/// A row as people read it.
#[derive(Clone, Debug)]
pub(in crate::leave) struct Line {
    pub row: LedgerRow,
    pub leave_year: i16,
    pub by_policy: bool,
    pub explanation: Msg,
    pub actor: String,
    pub created_at: Timestamp,
}

const COLUMNS: &str = "id, kind, minutes, effective_date, expires_on, grant_id, request_id, reverses_id, leave_year,
    policy_id IS NOT NULL AS by_policy, explanation, actor, created_at";

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
        by_policy: found.get("by_policy")?,
        explanation: crate::leave::words::from_column(found, "explanation")?,
        actor: found.get("actor")?,
        created_at: found.get("created_at")?,
    })
}

pub(super) fn insert(tx: &mut Tx<'_>, account: Account, new: &NewRow<'_>) -> Result<LedgerId> {
    let now = tx.now();
    tx.insert(
        "INSERT INTO leave_ledger (employee_id, leave_type_id, leave_year, kind, minutes, effective_date, expires_on,
             grant_id, request_id, reverses_id, policy_id, explanation, actor, created_at)
         VALUES (:employee_id, :leave_type_id, :leave_year, :kind, :minutes, :effective_date, :expires_on, :grant_id,
             :request_id, :reverses_id, :policy_id, :explanation, :actor, :created_at)",
        named_params! {
            ":employee_id": account.employee_id, ":leave_type_id": account.leave_type_id, ":leave_year": account.year,
            ":kind": new.kind, ":minutes": new.minutes, ":effective_date": new.effective_date,
            ":expires_on": new.expires_on, ":grant_id": new.grant_id, ":request_id": new.request_id,
            ":reverses_id": new.reverses_id, ":policy_id": new.policy_id, ":explanation": crate::leave::words::to_column(new.explanation)?,
            ":actor": new.actor, ":created_at": now,
        },
    )
    .map(LedgerId)
}

/// Whose account of which type.
pub(super) type Key = (EmployeeId, LeaveTypeId);

/// A row with the number of its leave year, and whether a policy made it.
#[derive(Clone, Copy, Debug)]
pub(super) struct YearRow {
    pub year: i16,
    pub row: LedgerRow,
    pub by_policy: bool,
}

/// The policy that made a row.
pub(in crate::leave) fn policy_of(rx: &Rx<'_>, row: LedgerId) -> Result<Option<LeavePolicyId>> {
    rx.scalar("SELECT policy_id FROM leave_ledger WHERE id = ?1", [row])
}

/// The rows of a leave year and of all after it.
pub(super) fn rows_from(rx: &Rx<'_>, accounts: Accounts, first: i16) -> Result<Vec<YearRow>> {
    rx.all(
        "SELECT id, kind, minutes, effective_date, expires_on, grant_id, request_id, reverses_id, leave_year,
             policy_id IS NOT NULL AS by_policy FROM leave_ledger
         WHERE employee_id = ?1 AND leave_type_id = ?2 AND leave_year >= ?3 ORDER BY leave_year, effective_date, id",
        (accounts.employee_id, accounts.leave_type_id, first),
        |found| Ok(YearRow { year: found.get("leave_year")?, row: row(found)?, by_policy: found.get("by_policy")? }),
    )
}

/// The first leave year in which anything is on the books.
pub(super) fn first_year(rx: &Rx<'_>, accounts: Accounts) -> Result<Option<i16>> {
    rx.scalar(
        "SELECT min(leave_year) FROM leave_ledger WHERE employee_id = ?1 AND leave_type_id = ?2",
        (accounts.employee_id, accounts.leave_type_id),
    )
}

/// Of everybody, by account, the rows of leave years that are not closed, and of `first` and all after it.
pub(super) fn everybodys_rows(rx: &Rx<'_>, first: i16) -> Result<Vec<(Key, YearRow)>> {
    rx.all(
        "/* whole table */ SELECT l.employee_id, l.leave_type_id, l.leave_year, l.id, l.kind, l.minutes, l.effective_date,
             l.expires_on, l.grant_id, l.request_id, l.reverses_id, l.policy_id IS NOT NULL AS by_policy
         FROM employees e CROSS JOIN leave_types t CROSS JOIN leave_ledger l
           ON l.employee_id = e.id AND l.leave_type_id = t.id AND l.leave_year >= coalesce(min(?1,
              (SELECT max(c.leave_year) + 1 FROM leave_closings c WHERE c.employee_id = e.id AND c.leave_type_id = t.id)), 0)
         ORDER BY e.id, t.id, l.leave_year, l.effective_date, l.id",
        [first],
        |found| {
            let (employee, kind, year) = key(found)?;
            Ok(((employee, kind), YearRow { year, row: row(found)?, by_policy: found.get("by_policy")? }))
        },
    )
}

/// Of everybody, by account, the last closed leave year, and all closed ones from `first` on.
pub(super) fn everybodys_closings(rx: &Rx<'_>, first: i16) -> Result<Vec<(Key, i16, Option<CarryOver>)>> {
    let found: Vec<(Key, i16, String)> = rx.all(
        "/* whole table */ SELECT c.employee_id, c.leave_type_id, c.leave_year, c.carry_over
         FROM (SELECT employee_id, leave_type_id, max(leave_year) AS last FROM leave_closings GROUP BY 1, 2) m
         JOIN leave_closings c ON c.employee_id = m.employee_id AND c.leave_type_id = m.leave_type_id
           AND c.leave_year >= min(?1, m.last)",
        [first],
        |row| {
            let (employee, kind, year) = key(row)?;
            Ok(((employee, kind), year, row.get(3)?))
        },
    )?;
    let read = |(key, year, text): (Key, i16, String)| {
        Ok((key, year, serde_json::from_str(&text).map_err(AppError::internal)?))
    };
    found.into_iter().map(read).collect()
}

/// Of everybody, by account, what undecided requests reserve, in whatever leave year.
pub(super) fn everybodys_reserved(rx: &Rx<'_>) -> Result<Vec<(Key, i16, LeaveDay)>> {
    rx.all(
        "/* whole table */ SELECT r.employee_id, d.leave_type_id, d.leave_year, d.request_id, d.date, d.charged_minutes
         FROM leave_requests r JOIN leave_request_days d ON d.request_id = r.id
         WHERE r.status IN ('pending', 'clarification') AND d.charged_minutes > 0
         ORDER BY d.date, d.request_id",
        (),
        |row| {
            let (employee, kind, year) = key(row)?;
            let day = LeaveDay { request_id: row.get(3)?, date: row.get(4)?, minutes: row.get(5)? };
            Ok(((employee, kind), year, day))
        },
    )
}

/// Whose books are kept by other leave years than the calendar's.
pub(super) fn everybodys_years(rx: &Rx<'_>) -> Result<Vec<(Key, LeaveYears)>> {
    let found: Vec<(Key, String)> =
        rx.all("/* whole table */ SELECT employee_id, leave_type_id, starts_on FROM leave_year_starts", (), |row| {
            Ok(((row.get(0)?, row.get(1)?), row.get(2)?))
        })?;
    found.into_iter().map(|(key, start)| Ok((key, years_of(&start)?))).collect()
}

/// The rows of one leave year.
pub(super) fn rows_of(rx: &Rx<'_>, account: Account) -> Result<Vec<LedgerRow>> {
    rx.all(
        "SELECT id, kind, minutes, effective_date, expires_on, grant_id, request_id, reverses_id FROM leave_ledger
         WHERE employee_id = ?1 AND leave_type_id = ?2 AND leave_year = ?3 ORDER BY effective_date, id",
        (account.employee_id, account.leave_type_id, account.year),
        row,
    )
}

/// What undecided requests reserve of one leave year.
pub(super) fn reserved_of(rx: &Rx<'_>, account: Account) -> Result<Vec<LeaveDay>> {
    rx.all(
        "SELECT d.request_id, d.date, d.charged_minutes
         FROM leave_request_days d JOIN leave_requests r ON r.id = d.request_id
         WHERE d.employee_id = ?1 AND d.leave_type_id = ?2 AND d.leave_year = ?3 AND d.charged_minutes > 0
           AND r.status IN ('pending', 'clarification') ORDER BY d.date, d.request_id",
        (account.employee_id, account.leave_type_id, account.year),
        |row| Ok(LeaveDay { request_id: row.get(0)?, date: row.get(1)?, minutes: row.get(2)? }),
    )
}

/// The closed leave years, with what the policy said about the rest of each.
pub(super) fn closings(rx: &Rx<'_>, accounts: Accounts) -> Result<BTreeMap<i16, Option<CarryOver>>> {
    let found: Vec<(i16, String)> = rx.all(
        "SELECT leave_year, carry_over FROM leave_closings WHERE employee_id = ?1 AND leave_type_id = ?2",
        (accounts.employee_id, accounts.leave_type_id),
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let read = |(year, text): (i16, String)| Ok((year, serde_json::from_str(&text).map_err(AppError::internal)?));
    found.into_iter().map(read).collect()
}

/// Notes that an account is closed.
pub(super) fn close(
    tx: &mut Tx<'_>,
    account: Account,
    policy: Option<LeavePolicyId>,
    carry: Option<CarryOver>,
) -> Result<()> {
    let now = tx.now();
    tx.run(
        "INSERT INTO leave_closings (employee_id, leave_type_id, leave_year, policy_id, carry_over, closed_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (
            account.employee_id,
            account.leave_type_id,
            account.year,
            policy,
            serde_json::to_string(&carry).map_err(AppError::internal)?,
            now,
        ),
    )?;
    Ok(())
}

/// Accounts with anything on the books that are not closed: of leave years up to that number. A year's number says
/// only when it begins.
pub(in crate::leave) fn open_accounts(rx: &Rx<'_>, through: i16) -> Result<Vec<Account>> {
    let found = rx.all(
        "/* whole table */ SELECT l.employee_id, l.leave_type_id, l.leave_year, coalesce(s.starts_on, '01-01')
         FROM (SELECT DISTINCT employee_id, leave_type_id, leave_year FROM leave_ledger) l
         LEFT JOIN leave_year_starts s ON s.employee_id = l.employee_id AND s.leave_type_id = l.leave_type_id
         WHERE l.leave_year <= ?1 AND NOT EXISTS (SELECT 1 FROM leave_closings c WHERE c.employee_id = l.employee_id
             AND c.leave_type_id = l.leave_type_id AND c.leave_year = l.leave_year)
         ORDER BY l.leave_year, l.employee_id, l.leave_type_id",
        [through],
        |row| Ok((key(row)?, row.get::<_, String>(3)?)),
    )?;
    let account = |((employee_id, leave_type_id, year), start): ((EmployeeId, LeaveTypeId, i16), String)| {
        Ok(Account { employee_id, leave_type_id, year, years: years_of(&start)? })
    };
    found.into_iter().map(account).collect()
}

/// Accounts that were closed since `from` and of which something is left nevertheless: what undecided requests reserved.
pub(in crate::leave) fn closed_with_rest(rx: &Rx<'_>, from: Timestamp) -> Result<Vec<Account>> {
    let found = rx.all(
        "/* whole table */ SELECT c.employee_id, c.leave_type_id, c.leave_year FROM leave_closings c
         WHERE c.closed_at >= ?1 AND (SELECT coalesce(sum(l.minutes), 0) FROM leave_ledger l
             WHERE l.employee_id = c.employee_id AND l.leave_type_id = c.leave_type_id AND l.leave_year = c.leave_year) <> 0",
        [from],
        key,
    )?;
    found.into_iter().map(|found| account(rx, found)).collect()
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
    let start: MonthDay = start.parse().map_err(AppError::internal)?;
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

/// What undecided requests reserve of a leave year and of all after it, each with the year's number; without that of one
/// request.
pub(super) fn reserved_from(
    rx: &Rx<'_>,
    accounts: Accounts,
    first: i16,
    except: Option<LeaveRequestId>,
) -> Result<Vec<(i16, LeaveDay)>> {
    rx.all(
        "SELECT d.leave_year, d.request_id, d.date, d.charged_minutes
         FROM leave_requests r JOIN leave_request_days d ON d.request_id = r.id
         WHERE r.employee_id = ?1 AND d.leave_type_id = ?2 AND d.leave_year >= ?3 AND d.charged_minutes > 0
           AND r.status IN ('pending', 'clarification') AND d.request_id IS NOT ?4
         ORDER BY d.date, d.request_id",
        (accounts.employee_id, accounts.leave_type_id, first, except),
        |row| Ok((row.get(0)?, LeaveDay { request_id: row.get(1)?, date: row.get(2)?, minutes: row.get(3)? })),
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
