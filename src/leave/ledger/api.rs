//! Balances and the ledger in the API.

use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::store::{self, Line};
use super::{Account, Accounts, Adjustment, Encashment, TypeBalance};
use crate::auth::{Actor, Hr, Staff};
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, LeaveRequestId, LeaveTypeId, LedgerId};
use crate::leave::rules::{LedgerKind, is_planned};
use crate::leave::{types, words};
use crate::people::{self, NameRef};
use crate::storage::{Op, Rx};
use crate::time::Minutes;
use crate::web::json::created;
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Format, Json, List};

pub const ADJUST: Op = Op::act("leave.adjusted");
pub const ENCASH: Op = Op::act("leave.encashed");

/// What expires if it is not used.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = LeaveExpiry)]
pub struct ExpiryJson {
    #[schema(example = 960)]
    pub minutes: Minutes,
    /// The last day on which it can be used.
    #[schema(value_type = String, format = Date, example = "2026-12-31")]
    pub on: Date,
}

/// What `granted` is made of.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = LeaveBalanceParts)]
pub struct PartsJson {
    pub carried_over: Minutes,
    /// Entitlement, accruals and time off in lieu.
    pub entitled: Minutes,
    /// HR's corrections; may be negative.
    pub adjusted: Minutes,
    /// Unused and gone.
    pub expired: Minutes,
    /// Moved to the next year.
    pub moved: Minutes,
    /// Paid out.
    pub encashed: Minutes,
}

/// A balance, in minutes.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeaveBalance)]
pub struct BalanceJson {
    pub employee_id: EmployeeId,
    pub employee: NameRef,
    pub leave_type: NameRef,
    #[schema(example = 2026)]
    pub year: i16,
    /// All that was given by that date, net of what expired, moved or was paid out.
    #[schema(example = 15600)]
    pub granted: Minutes,
    pub parts: PartsJson,
    /// Approved leave of the whole leave year.
    #[schema(example = 7680)]
    pub taken: Minutes,
    /// Undecided leave of the whole leave year: reserved.
    #[schema(example = 1920)]
    pub pending: Minutes,
    /// What can be asked for on that date: granted − taken − pending.
    #[schema(example = 6000)]
    pub available: Minutes,
    pub expiring: Vec<ExpiryJson>,
}

impl BalanceJson {
    pub(in crate::leave) fn of(found: TypeBalance, employee: &NameRef) -> Self {
        let TypeBalance { kind, account, balance } = found;
        let parts = PartsJson {
            carried_over: balance.carried_over,
            entitled: balance.granted,
            adjusted: balance.adjusted,
            expired: balance.expired,
            moved: balance.moved,
            encashed: balance.encashed,
        };
        BalanceJson {
            employee_id: account.employee_id,
            employee: employee.clone(),
            leave_type: NameRef { id: kind.id.0, name: kind.fields.name },
            year: account.year,
            granted: balance.available + balance.taken + balance.pending,
            parts,
            taken: balance.taken,
            pending: balance.pending,
            available: balance.available,
            expiring: balance.expiring.into_iter().map(|(on, minutes)| ExpiryJson { minutes, on }).collect(),
        }
    }
}

/// Balances of one person.
#[utoipa::path(
    get, path = "/api/v1/leave/balances", operation_id = "list_leave_balances", tag = "leave",
    summary = "A person's balances on a date",
    description = "One's own, those of reports, for HR everybody's. Grants by that date; taken and pending of its whole leave year.",
    params(
        ("employee_id" = Option<EmployeeId>, Query, description = "The caller where left out"),
        ("on" = Option<String>, Query, description = "Today where left out; future dates too"),
        ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query),
    ),
    responses((status = 200, description = "One for each kind of leave with a balance", body = List<BalanceJson>), ReadProblems),
)]
pub async fn balances(ctx: Staff, query: ListQuery) -> Result<List<BalanceJson>> {
    let listing = query.listing(&[], &["employee_id", "on"])?;
    let (asked, on): (Option<EmployeeId>, Option<Date>) = (listing.filter("employee_id")?, listing.filter("on")?);
    within_reason(None, on)?;
    ctx.read(move |rx, actor| {
        let id = whose(actor, asked)?;
        let on = on.unwrap_or_else(|| actor.today(rx.now()));
        let found = super::balances(rx, actor, id, on)?;
        let employee = people::get(rx, id)?.name_ref();
        Ok(List::cut(found.into_iter().map(|found| BalanceJson::of(found, &employee)).collect(), &listing))
    })
    .await
}

fn whose(actor: &Actor, asked: Option<EmployeeId>) -> Result<EmployeeId> {
    asked.map_or_else(|| actor.require_employee(), Ok)
}

/// A row of the ledger.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeaveLedgerRow)]
pub struct LedgerJson {
    /// Null where it is not written yet.
    pub id: Option<LedgerId>,
    /// Not written yet: what a policy will grant, and what the end of a leave year will bring.
    pub planned: bool,
    pub kind: LedgerKind,
    /// Added where positive, taken where negative.
    #[schema(example = -480)]
    pub minutes: Minutes,
    /// From this date on it counts; of a day of leave, the day.
    #[schema(value_type = String, format = Date, example = "2026-02-19")]
    pub effective_date: Date,
    #[schema(example = 2026)]
    pub leave_year: i16,
    pub leave_type: NameRef,
    pub employee: NameRef,
    /// Of a grant: the last day on which it can be used.
    #[schema(value_type = Option<String>, format = Date)]
    pub expires_on: Option<Date>,
    pub request_id: Option<LeaveRequestId>,
    /// The row it draws from, or corrects.
    pub grant_id: Option<LedgerId>,
    /// The row it undoes.
    pub reverses_id: Option<LedgerId>,
    /// The rule that made it, in words.
    #[schema(example = "Drawn from what expires on 31 Mar, because that goes first.")]
    pub explanation: String,
    /// The sum of this and all earlier rows of its leave type and year.
    #[schema(example = 15360)]
    pub balance_after: Minutes,
    /// Who made it.
    #[schema(example = "Edda Sørensen")]
    pub actor: String,
    #[schema(value_type = String, example = "2026-02-02T09:14:00Z")]
    pub created_at: Timestamp,
}

/// The rows behind a person's balances.
#[utoipa::path(
    get, path = "/api/v1/leave/ledger", operation_id = "list_leave_ledger", tag = "leave",
    summary = "The ledger: every fact behind a balance",
    description = "One's own, those of reports, for HR everybody's. By leave type and date; rows are only ever added.",
    params(
        ("employee_id" = Option<EmployeeId>, Query, description = "The caller where left out"),
        ("leave_type_id" = Option<LeaveTypeId>, Query, description = "All where left out"),
        ("year" = Option<i16>, Query, description = "The present leave year where left out, or that of `on`"),
        ("on" = Option<String>, Query, description = "Rows up to that date, with those that are still to be written by then"),
        ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query),
    ),
    responses((status = 200, description = "One page", body = List<LedgerJson>), ReadProblems),
)]
pub async fn ledger(ctx: Staff, query: ListQuery) -> Result<List<LedgerJson>> {
    let listing = query.listing(&[], &["employee_id", "leave_type_id", "year", "on"])?;
    let (asked, kind): (Option<EmployeeId>, Option<LeaveTypeId>) =
        (listing.filter("employee_id")?, listing.filter("leave_type_id")?);
    let (year, on): (Option<i16>, Option<Date>) = (listing.filter("year")?, listing.filter("on")?);
    within_reason(year, on)?;
    ctx.read(move |rx, actor| {
        let id = whose(actor, asked)?;
        people::within_reach(rx, actor, id)?;
        let today = actor.today(rx.now());
        let employee = people::get(rx, id)?.name_ref();
        let format = words::format_for(actor, rx.now());
        let mut rows = Vec::new();
        for of in types::all(rx)?.into_iter().filter(|of| kind.is_none_or(|kind| kind == of.id)) {
            let accounts = Accounts::of(rx, id, of.id)?;
            let account = year.map_or_else(|| accounts.on(on.unwrap_or(today)), |year| accounts.numbered(year));
            let leave_type = NameRef { id: of.id.0, name: of.fields.name };
            let mut lines = store::lines(rx, account)?;
            if let Some(on) = on {
                lines.extend(super::planned(rx, account)?);
                lines.retain(|line| line.row.effective_date <= on);
                lines.sort_by_key(|line| (line.row.effective_date, line.row.id));
            }
            rows.extend(running(lines, &leave_type, &employee, &format));
        }
        Ok(List::cut(rows, &listing))
    })
    .await
}

/// Rows with the sum beside them.
fn running(lines: Vec<Line>, leave_type: &NameRef, employee: &NameRef, format: &Format) -> Vec<LedgerJson> {
    let mut sum = Minutes::ZERO;
    let shown = lines.into_iter().map(|line| {
        sum += line.row.minutes;
        LedgerJson {
            id: (!is_planned(&line.row)).then_some(line.row.id),
            planned: is_planned(&line.row),
            kind: line.row.kind,
            minutes: line.row.minutes,
            effective_date: line.row.effective_date,
            leave_year: line.leave_year,
            leave_type: leave_type.clone(),
            employee: employee.clone(),
            expires_on: line.row.expires_on,
            request_id: line.row.request_id,
            grant_id: line.row.grant_id,
            reverses_id: line.row.reverses_id,
            explanation: words::say(&line.explanation, format),
            balance_after: sum,
            actor: line.actor,
            created_at: line.created_at,
        }
    });
    shown.collect()
}

/// Corrects a balance.
#[utoipa::path(
    post, path = "/api/v1/leave/balances/adjust", operation_id = "adjust_leave_balance", tag = "leave",
    summary = "Correct a balance",
    description = "HR. Adds a row with the reason; the person is told the old and the new balance.",
    request_body = Adjustment,
    responses((status = 201, description = "The row that was added", body = LedgerJson), WriteProblems),
)]
pub async fn adjust(ctx: Hr, Json(input): Json<Adjustment>) -> Result<Response> {
    let (employee_id, kind) = (input.employee_id, input.leave_type_id);
    let added = ctx.write(ADJUST, move |tx, actor| {
        let id = super::adjust(tx, actor, &input)?;
        let account = Account::on(tx, employee_id, kind, input.effective_on)?;
        row(tx, actor, account, id)
    });
    let row = added.await?;
    let location =
        format!("/api/v1/leave/ledger?employee_id={employee_id}&leave_type_id={kind}&year={}", row.leave_year);
    Ok(created(location, row))
}

/// Pays days out.
#[utoipa::path(
    post, path = "/api/v1/leave/balances/encash", operation_id = "encash_leave", tag = "leave",
    summary = "Pay days out",
    description = "HR. Adds a row that takes them off the balance, which must cover them on that date and on all later ones; the person is told.",
    request_body = Encashment,
    responses((status = 201, description = "The row that was added", body = LedgerJson), WriteProblems),
)]
pub async fn encash(ctx: Hr, Json(input): Json<Encashment>) -> Result<Response> {
    let (employee_id, kind) = (input.employee_id, input.leave_type_id);
    let added = ctx.write(ENCASH, move |tx, actor| {
        let id = super::encash(tx, actor, &input)?;
        let account = Account::on(tx, employee_id, kind, input.effective_on)?;
        row(tx, actor, account, id)
    });
    let row = added.await?;
    let location =
        format!("/api/v1/leave/ledger?employee_id={employee_id}&leave_type_id={kind}&year={}", row.leave_year);
    Ok(created(location, row))
}

/// One row of an account, with the sum up to it.
fn row(rx: &Rx<'_>, actor: &Actor, account: Account, id: LedgerId) -> Result<LedgerJson> {
    let employee = people::get(rx, account.employee_id)?.name_ref();
    let kind = types::get(rx, account.leave_type_id)?;
    let leave_type = NameRef { id: kind.id.0, name: kind.fields.name };
    let format = words::format_for(actor, rx.now());
    let rows = running(store::lines(rx, account)?, &leave_type, &employee, &format);
    rows.into_iter().find(|row| row.id == Some(id)).ok_or(AppError::NotFound)
}

/// Years of which there are books.
fn within_reason(year: Option<i16>, on: Option<Date>) -> Result<()> {
    let wrong = |field, year: Option<i16>| year.filter(|year| !(1970..=2199).contains(year)).map(|_| field);
    match wrong("year", year).or(wrong("on", on.map(Date::year))) {
        Some(field) => Err(AppError::invalid(field, "The date is too far away.")),
        None => Ok(()),
    }
}
