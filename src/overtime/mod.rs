//! Overtime: requests past midnight and with breaks, split by day class, held against limits, decided, and written
//! into the day's workbook. What is refused and what is counted is decided in `rules/`; `weigh` holds a wish against
//! calendar, leave, other overtime and limits; `report/` makes the workbooks; `toil` credits time off in lieu.

pub mod api;
mod held;
mod inbox;
mod json;
pub mod limits;
pub mod pages;
pub mod project;
pub mod report;
pub mod rules;
mod store;
mod toil;
mod types;
mod weigh;
pub mod words;

use crate::approvals::{self, Decision, Kind, New, Outcome};
use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, OvertimeId};
use crate::notifications::{self, Notice, Topic};
use crate::people;
use crate::storage::{Op, Rx, Tx};
use crate::time::Minutes;
use crate::{msg, tr};

use rules::{BreakInput, LimitUse, OvertimeStatus, Stage, Worth};
use words::title;

pub use held::holder;
pub use inbox::inbox_facts;
pub use types::{Filter, Preview, Project, Request, Wanted, Worked};
pub use weigh::{Weighed, preview, weigh};

pub const SENT: Op = Op::act("overtime.sent");
pub const CHANGED: Op = Op::act("overtime.changed");
pub const DECIDED: Op = Op::act("overtime.decided");
pub const CANCELLED: Op = Op::act("overtime.cancelled");
pub const CONFIRMED: Op = Op::act("overtime.confirmed");

static ANSWERED: notifications::Kind =
    notifications::Kind::new("overtime_decided", Topic::Requests, tr!("Your overtime was decided"), "Show");

/// The outbox kind under which the day's workbook is made anew; the key is the date, so that a hundred changes of a
/// day make one file.
pub const REPORT: &str = "overtime_report";

/// Sends a request: it waits for a decision and counts towards the limits from now on.
///
/// # Errors
/// As [`preview`]; [`AppError::Conflict`] above a maximum, unless HR gives a reason.
pub fn send(tx: &mut Tx<'_>, actor: &Actor, wanted: &Wanted) -> Result<OvertimeId> {
    if actor.employee_id == Some(wanted.employee_id) {
        crate::auth::first_time::require_welcomed(tx, actor)?;
    }
    let preview = weigh::passing(tx, actor, wanted, None)?;
    let employee = people::get(tx, wanted.employee_id)?;
    let department = department_on(tx, wanted.employee_id, wanted.date)?;
    let request = kept(wanted, &preview, employee.name_ref(), department, OvertimeStatus::Pending);
    let row = store::Row_ {
        request: &request,
        whole: preview.span.whole(),
        breaks: &wanted.breaks,
        classes: &preview.classified.classes,
    };
    let id = store::insert(tx, &row)?;
    let request = Request { id, created_at: tx.now(), ..request };
    let mut entry = audit::Entry::new("overtime.sent")
        .on("overtime_request", id.0)
        .with("date", request.date)
        .with("total_minutes", request.total_minutes);
    if !request.limit_override.is_empty() {
        entry = entry.because(&request.limit_override);
    }
    audit::record(tx, actor, entry)?;
    approvals::open(tx, actor, to_decide(&request))?;
    report_again(tx, &request)?;
    Ok(id)
}

/// What the approval engine is told of a request.
fn to_decide(request: &Request) -> New {
    New::of(Kind::Overtime, request.id.0, request.employee_id(), title(request)).amount(request.total_minutes.get())
}

/// Where somebody belonged on the day of the work: a report for March shows March's department.
fn department_on(rx: &Rx<'_>, employee: EmployeeId, date: jiff::civil::Date) -> Result<Option<people::NameRef>> {
    let Some(id) = people::standing_on(rx, employee, date)?.department_id else { return Ok(None) };
    Ok(Some(people::NameRef { id: id.0, name: people::org::department::get(rx, id)?.facts.name }))
}

/// The requester changes a request that is undecided, or answers a question: it starts again.
///
/// # Errors
/// As [`send`]; [`AppError::Conflict`] where it is decided.
pub fn change(tx: &mut Tx<'_>, actor: &Actor, id: OvertimeId, wanted: &Wanted) -> Result<()> {
    let before = get(tx, actor, id)?;
    only_own(actor, &before)?;
    let wanted = Wanted { employee_id: before.employee_id(), stage: before.stage, ..wanted.clone() };
    let status = before.status.resubmit().map_err(|wrong| AppError::Conflict(wrong.message()))?;
    let request = replace(tx, actor, &before, &wanted, status)?;
    let entry = audit::Entry::new("overtime.changed")
        .on("overtime_request", id.0)
        .change("total_minutes", before.total_minutes, request.total_minutes)
        .change("date", before.date, request.date);
    audit::record(tx, actor, entry)?;
    approvals::resubmit(tx, actor, &to_decide(&request))?;
    report_again(tx, &before)?;
    report_again(tx, &request)
}

/// Approves, rejects or asks about a request.
///
/// # Errors
/// As [`approvals::decide`]; [`AppError::NotFound`] for who may not know of it.
pub fn decide(tx: &mut Tx<'_>, actor: &Actor, id: OvertimeId, decision: &Decision) -> Result<()> {
    let request = get(tx, actor, id)?;
    let outcome = approvals::decide(tx, actor, Kind::Overtime, id.0, decision)?;
    let (status, text) = match outcome {
        Outcome::Approved => {
            (request.status.approve(), msg!("{0} approved your overtime: {1}", actor.name, title(&request)))
        }
        Outcome::Rejected => {
            (request.status.reject(), msg!("{0} rejected your overtime: {1}", actor.name, title(&request)))
        }
        // It waits for the next level; the person is told at the end.
        Outcome::Onward => return Ok(()),
        Outcome::Clarification => {
            (request.status.clarify(), msg!("{0} asks about your overtime: {1}", actor.name, title(&request)))
        }
    };
    let status = status.map_err(|wrong| AppError::Conflict(wrong.message()))?;
    store::set_status(tx, id, status, request.stage)?;
    let entry =
        audit::Entry::new("overtime.decided").on("overtime_request", id.0).change("status", request.status, status);
    audit::record(tx, actor, entry)?;
    let notice = Notice::new(&ANSWERED, ("overtime_request", id.0), text).quote(decision.words()).link(href(id));
    notifications::notify(tx, request.employee_id(), &notice)?;
    if status == OvertimeStatus::Approved {
        toil::credit(tx, actor, &Request { status, ..request.clone() })?;
    }
    report_again(tx, &request)
}

/// The longest reason to take one back, in characters.
const LONGEST_REASON: usize = 2_000;

/// Takes a request back: the person's own, or any for HR with a reason.
///
/// # Errors
/// [`AppError::Conflict`] where it is rejected or cancelled; [`AppError::Invalid`] where HR gives no reason, or it is too
/// long.
pub fn cancel(tx: &mut Tx<'_>, actor: &Actor, id: OvertimeId, reason: &str) -> Result<()> {
    let request = get(tx, actor, id)?;
    let own = actor.employee_id == Some(request.employee_id());
    if !own && !actor.is_hr() {
        return Err(AppError::forbidden("Only the person who asked, or HR, may cancel this."));
    }
    let reason = reason.trim();
    if !own && reason.is_empty() {
        return Err(AppError::invalid("reason", "Say why you cancel somebody else’s overtime."));
    }
    if reason.chars().count() > LONGEST_REASON {
        return Err(AppError::invalid("reason", msg!("At most {0} characters.", LONGEST_REASON)));
    }
    if own && request.status == OvertimeStatus::Approved && request.stage == Stage::Worked {
        return Err(AppError::conflict("This is approved and worked. HR can cancel it."));
    }
    let status = request.status.cancel().map_err(|wrong| AppError::Conflict(wrong.message()))?;
    if request.status.is_open() {
        approvals::withdraw(tx, actor, Kind::Overtime, id.0)?;
    }
    store::set_status(tx, id, status, request.stage)?;
    let mut entry =
        audit::Entry::new("overtime.cancelled").on("overtime_request", id.0).change("status", request.status, status);
    if !reason.is_empty() {
        entry = entry.because(reason);
    }
    audit::record(tx, actor, entry)?;
    toil::take_back(tx, actor, &request)?;
    if !own {
        let text = msg!("{0} cancelled your overtime: {1}", actor.name, title(&request));
        let notice = Notice::new(&ANSWERED, ("overtime_request", id.0), text).quote(reason).link(href(id));
        notifications::notify(tx, request.employee_id(), &notice)?;
    }
    report_again(tx, &request)
}

/// An approved plan gets the times that were really worked; another date, or more than planned, asks for approval
/// again.
///
/// # Errors
/// As [`send`]; [`AppError::Conflict`] where it is no approved plan.
pub fn confirm(tx: &mut Tx<'_>, actor: &Actor, id: OvertimeId, worked: &Wanted) -> Result<OvertimeStatus> {
    let before = get(tx, actor, id)?;
    only_own(actor, &before)?;
    let worked = Wanted {
        employee_id: before.employee_id(),
        project_id: crate::ids::ProjectId(before.project.id),
        reason: before.reason.clone(),
        detail: before.detail.clone(),
        compensation: before.compensation,
        stage: Stage::Worked,
        ..worked.clone()
    };
    let real = preview(tx, actor, &worked, Some(id))?.classified;
    let planned = Worth { date: before.date, minutes: before.total_minutes, credited: before.credited_minutes };
    let real = Worth { date: worked.date, minutes: real.minutes, credited: real.credited };
    let status =
        before.status.confirm(before.stage, planned, real).map_err(|wrong| AppError::Conflict(wrong.message()))?;
    let request = replace(tx, actor, &before, &worked, status)?;
    let entry = audit::Entry::new("overtime.confirmed")
        .on("overtime_request", id.0)
        .change("total_minutes", before.total_minutes, request.total_minutes)
        .change("status", before.status, status);
    audit::record(tx, actor, entry)?;
    if status == OvertimeStatus::Pending {
        approvals::open(tx, actor, to_decide(&request))?;
    } else {
        toil::credit(tx, actor, &request)?;
    }
    report_again(tx, &before)?;
    report_again(tx, &request)?;
    Ok(status)
}

/// One request.
///
/// # Errors
/// [`AppError::NotFound`] where there is none, or the person is out of the reader's reach.
pub fn get(rx: &Rx<'_>, actor: &Actor, id: OvertimeId) -> Result<Request> {
    let request = store::get(rx, id)?.ok_or(AppError::NotFound)?;
    if people::reach(rx, actor, request.employee_id())?.sees() || concerns(rx, actor, id)? {
        Ok(request)
    } else {
        Err(AppError::NotFound)
    }
}

/// Whether it is, or was, the actor's to decide.
fn concerns(rx: &Rx<'_>, actor: &Actor, id: OvertimeId) -> Result<bool> {
    approvals::current(rx, Kind::Overtime, id.0)?
        .map_or(Ok(false), |approval| approvals::concerns(rx, actor, &approval))
}

/// A request as it could be sent again: what an edit starts from.
///
/// # Errors
/// As [`get`].
pub fn wanted_of(rx: &Rx<'_>, actor: &Actor, id: OvertimeId) -> Result<Wanted> {
    let request = get(rx, actor, id)?;
    Ok(Wanted {
        employee_id: request.employee_id(),
        project_id: crate::ids::ProjectId(request.project.id),
        date: request.date,
        start_time: request.start_time,
        end_time: request.end_time,
        breaks: store::breaks_of(rx, id)?,
        reason: request.reason,
        detail: request.detail,
        compensation: request.compensation,
        stage: request.stage,
        override_reason: request.limit_override,
    })
}

/// The page of a request.
pub fn href(id: OvertimeId) -> String {
    format!("/overtime/{id}")
}

/// A request's breaks, in the order given.
///
/// # Errors
/// When the database cannot be read.
pub fn breaks(rx: &Rx<'_>, id: OvertimeId) -> Result<Vec<BreakInput>> {
    store::breaks_of(rx, id)
}

/// A request's minutes by day class.
///
/// # Errors
/// When the database cannot be read.
pub fn classes(rx: &Rx<'_>, id: OvertimeId) -> Result<Vec<Worked>> {
    store::classes_of(rx, id)
}

/// Requests within the reader's reach, newest business date first; answers the page's rows and how many there are
/// (10,001 stands for more).
///
/// # Errors
/// When the database cannot be read.
pub fn list(rx: &Rx<'_>, actor: &Actor, filter: &Filter, limit: i64, offset: i64) -> Result<(Vec<Request>, i64)> {
    store::list(rx, &people::scope(rx, actor)?, filter, limit, offset)
}

/// Where a request stands against the limits now.
///
/// # Errors
/// When the database cannot be read.
pub fn standing(rx: &Rx<'_>, request: &Request) -> Result<Vec<LimitUse>> {
    let limits = limits::get(rx)?;
    let minutes = if request.status.counts() { request.total_minutes } else { Minutes::ZERO };
    let others = store::counting(rx, request.employee_id(), limits.horizon(request.date), Some(request.id))?;
    Ok(limits.check(request.date, minutes, &others))
}

/// Where a person stands against the limits in the periods around `date`.
///
/// # Errors
/// When the database cannot be read.
pub fn standing_on(rx: &Rx<'_>, employee: EmployeeId, date: jiff::civil::Date) -> Result<Vec<LimitUse>> {
    let limits = limits::get(rx)?;
    let all = store::counting(rx, employee, limits.horizon(date), None)?;
    Ok(limits.check(date, Minutes::ZERO, &all))
}

fn only_own(actor: &Actor, request: &Request) -> Result<()> {
    if actor.employee_id == Some(request.employee_id()) {
        Ok(())
    } else {
        Err(AppError::forbidden("Only the one who asks may change a request."))
    }
}

fn kept(
    wanted: &Wanted,
    preview: &Preview,
    employee: people::NameRef,
    department: Option<people::NameRef>,
    status: OvertimeStatus,
) -> Request {
    Request {
        id: OvertimeId(0),
        employee,
        department,
        project: people::NameRef { id: preview.project.id.0, name: preview.project.name.clone() },
        date: wanted.date,
        start_time: wanted.start_time,
        end_time: wanted.end_time,
        zone: preview.span.zone().iana_name().unwrap_or("UTC").to_owned(),
        reason: wanted.reason.trim().to_owned(),
        detail: wanted.detail.trim().to_owned(),
        compensation: wanted.compensation,
        stage: wanted.stage,
        status,
        total_minutes: preview.classified.minutes,
        night_minutes: preview.classified.night_minutes,
        credited_minutes: preview.classified.credited,
        is_weekend: preview.classified.is_weekend,
        is_holiday: preview.classified.is_holiday,
        limit_override: preview.override_reason.clone(),
        created_at: jiff::Timestamp::UNIX_EPOCH,
    }
}

fn replace(
    tx: &mut Tx<'_>,
    actor: &Actor,
    before: &Request,
    wanted: &Wanted,
    status: OvertimeStatus,
) -> Result<Request> {
    let preview = weigh::passing(tx, actor, wanted, Some(before.id))?;
    let department = department_on(tx, wanted.employee_id, wanted.date)?;
    let request = kept(wanted, &preview, before.employee.clone(), department, status);
    let row = store::Row_ {
        request: &request,
        whole: preview.span.whole(),
        breaks: &wanted.breaks,
        classes: &preview.classified.classes,
    };
    store::update(tx, before.id, &row)?;
    Ok(Request { id: before.id, created_at: before.created_at, ..request })
}

/// What follows when a person's record changes: workbooks show the number as it is, and leave out whoever is left out
/// of reports, so those with the person are made anew. Department and names stay in them as they were when it was
/// worked. See [`people::Follow`].
///
/// # Errors
/// When the database cannot be read or written.
pub fn follow(tx: &mut Tx<'_>, _actor: &Actor, before: &people::Employee, after: &people::Employee) -> Result<()> {
    let shown = |person: &people::Employee| (person.facts.number.clone(), person.facts.exclude_from_reports);
    if shown(before) != shown(after) {
        for date in store::dates_of(tx, after.id)? {
            report_on(tx, date)?;
        }
    }
    Ok(())
}

/// The workbook of the request's date is made anew after the commit.
fn report_again(tx: &mut Tx<'_>, request: &Request) -> Result<()> {
    report_on(tx, request.date)
}

fn report_on(tx: &mut Tx<'_>, date: jiff::civil::Date) -> Result<()> {
    let date = date.to_string();
    tx.outbox(REPORT, Some(&date), &serde_json::json!({ "date": date }))?;
    Ok(())
}
