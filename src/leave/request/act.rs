//! What is done with a request: sent, changed, decided, taken back, revoked, ended early. Each act checks who may,
//! moves the status by `rules`, books what the ledger must say, records it and tells whom it concerns.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use jiff::civil::Date;

use super::model::{LeaveRequest, NewLeave, RequestDay};
use super::plan::{Hand, Plan, request_days, whose};
use super::store::{self, New};
use super::{Sight, interrupt, sight};
use crate::approvals::{self, Decision, Kind, Outcome};
use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, Msg, Result};
use crate::ids::{EmployeeId, LeaveRequestId};
use crate::leave::amount::Amounts;
use crate::leave::ledger::{self, Account, Accounts, Books};
use crate::leave::limits;
use crate::leave::notices::{self, Fate, OwnAct};
use crate::leave::papers;
use crate::leave::rules::{LeaveDay, LeaveSpan, LeaveStatus, WrongState};
use crate::leave::shutdown;
use crate::leave::types::{self, LeaveType};
use crate::leave::{calendars, words};
use crate::msg;
use crate::people;
use crate::storage::{Rx, Tx};
use crate::time::{Minutes, Period, period};

/// How long an approver may take an approval back: as HR has set it.
fn revoke_within(rx: &Rx<'_>) -> Result<SignedDuration> {
    Ok(SignedDuration::from_hours(limits::settings::get(rx)?.revoke_within_hours.into()))
}

/// Sends a request. What HR enters for somebody, and what a type lets everybody take, stands approved at once.
///
/// # Errors
/// [`AppError::Invalid`] by field; [`AppError::Conflict`] where other leave is in the way; [`AppError::Forbidden`]
/// where a login without a record asks for itself.
pub fn submit(tx: &mut Tx<'_>, actor: &Actor, mut input: NewLeave) -> Result<LeaveRequestId> {
    let too_long = input.tidy();
    let (employee_id, hand) = whose(tx, actor, input.employee_id)?;
    if hand == Hand::Own {
        crate::auth::first_time::require_welcomed(tx, actor)?;
    }
    let mut plan = Plan::of(tx, actor, (employee_id, hand), &input, None)?;
    plan.errors.0.extend(too_long.0);
    plan.check(tx)?;

    let asks = hand == Hand::Own && plan.asks();
    let new = New {
        employee_id,
        input: &input,
        minutes: plan.minutes(),
        status: if asks { LeaveStatus::Pending } else { LeaveStatus::Approved },
        entered_by: (hand == Hand::Hr).then_some(actor.name.as_str()),
        shutdown_id: None,
    };
    let on_behalf = (hand == Hand::Hr).then(|| plan.employee.name());
    let id = enter(tx, actor, &new, (&plan.kind, &plan.days()), on_behalf)?;
    papers::settle(tx, actor, &store::get(tx, id)?, &input.document_ids, plan.documents_due_on)?;

    if asks {
        let title = Msg::new("{0}").arg(plan.title(tx, actor));
        approvals::open(tx, actor, to_decide(id, employee_id, &plan, title))?;
    } else {
        let request = store::get(tx, id)?;
        book(tx, actor, &request)?;
        interrupt::gives_back(tx, actor, &request)?;
        match hand {
            Hand::Own => notices::above(tx, actor, &request, OwnAct::Entered, "")?,
            Hand::Hr => {
                notices::requester(tx, actor, &request, Fate::Entered, "")?;
                notices::deputy(tx, actor, &request)?;
            }
        }
    }
    Ok(id)
}

/// Writes a request with its days, and the log of it. What an approved one takes is booked by [`book`].
pub(in crate::leave) fn enter(
    tx: &mut Tx<'_>,
    actor: &Actor,
    new: &New<'_>,
    (kind, days): (&LeaveType, &[RequestDay]),
    on_behalf_of: Option<String>,
) -> Result<LeaveRequestId> {
    let id = store::insert(tx, new)?;
    store::put_days(tx, id, new.employee_id, kind.id, days)?;
    let entry = audit::Entry::new("leave.requested")
        .on("leave_request", id.0)
        .with("leave_type", &kind.fields.name)
        .with("start_date", new.input.start_date)
        .with("end_date", new.input.end_date)
        .with("minutes", new.minutes);
    let entry = on_behalf_of.into_iter().fold(entry, audit::Entry::on_behalf_of);
    audit::record(tx, actor, entry)?;
    Ok(id)
}

/// Changes a request that is not decided yet; it is asked anew from the first level. Answers a clarification.
///
/// # Errors
/// As [`submit`]; [`AppError::Conflict`] where it is decided; [`AppError::Forbidden`] for anybody but the requester.
pub fn amend(tx: &mut Tx<'_>, actor: &Actor, id: LeaveRequestId, mut input: NewLeave) -> Result<()> {
    let too_long = input.tidy();
    let request = for_actor(tx, actor, id)?;
    if actor.employee_id != Some(request.employee_id) {
        return Err(AppError::forbidden("Only the one who asks may change a request."));
    }
    request.status.resubmit().map_err(wrong_state)?;
    let mut plan = Plan::of(tx, actor, (request.employee_id, Hand::Own), &input, Some(id))?;
    plan.errors.0.extend(too_long.0);
    plan.check(tx)?;
    if !plan.asks() && plan.kind.id != request.leave_type_id {
        return Err(AppError::invalid(
            "leave_type_id",
            "This kind is not asked for. Take this request back and enter it anew.",
        ));
    }
    store::change(tx, id, &input, plan.minutes())?;
    store::put_days(tx, id, request.employee_id, plan.kind.id, &plan.days())?;
    let entry = audit::Entry::new("leave.amended")
        .on("leave_request", id.0)
        .change("status", request.status, LeaveStatus::Pending)
        .change("leave_type_id", request.leave_type_id, plan.kind.id)
        .change("start_date", request.span.first_day(), plan.span.first_day())
        .change("end_date", request.span.last_day(), plan.span.last_day())
        .change("minutes", request.minutes, plan.minutes());
    audit::record(tx, actor, entry)?;
    papers::settle(tx, actor, &store::get(tx, id)?, &input.document_ids, plan.documents_due_on)?;
    let title = Msg::new("{0}").arg(plan.title(tx, actor));
    approvals::resubmit(tx, actor, &to_decide(id, request.employee_id, &plan, title))
}

/// What the approval engine is told of a request.
fn to_decide(id: LeaveRequestId, requester: EmployeeId, plan: &Plan, title: Msg) -> approvals::New {
    approvals::New::of(Kind::Leave, id.0, requester, title).of_type(plan.kind.id).amount(plan.minutes().get())
}

/// Approves, rejects, or asks back. At approval the balance is looked at again.
///
/// # Errors
/// As [`approvals::decide`]; [`AppError::NotFound`] for who may not know of the request; [`AppError::Conflict`] where
/// the balance does not cover it any more.
pub fn decide(tx: &mut Tx<'_>, actor: &Actor, id: LeaveRequestId, decision: &Decision) -> Result<()> {
    let request = for_actor(tx, actor, id)?;
    let outcome = approvals::decide(tx, actor, Kind::Leave, id.0, decision)?;
    let what = |status: Result<LeaveStatus, WrongState>| status.map_err(wrong_state);
    match outcome {
        Outcome::Approved => {
            limits::settings::require_open(tx, request.span.period())?;
            let status = what(request.status.approve())?;
            store::set_status(tx, id, status)?;
            let request = recount(tx, actor, request)?;
            book(tx, actor, &request)?;
            interrupt::gives_back(tx, actor, &request)?;
            notices::requester(tx, actor, &request, Fate::Approved, said(decision))?;
            notices::deputy(tx, actor, &request)?;
        }
        Outcome::Rejected => {
            store::set_status(tx, id, what(request.status.reject())?)?;
            notices::requester(tx, actor, &request, Fate::Rejected, said(decision))?;
        }
        Outcome::Clarification => {
            store::set_status(tx, id, what(request.status.clarify())?)?;
            notices::requester(tx, actor, &request, Fate::Asked, said(decision))?;
        }
        // What it reserves stays reserved until the last level has agreed.
        Outcome::Onward => {}
    }
    Ok(())
}

/// Takes a request back: while it is undecided, and approved leave before it begins; HR also later, with a reason.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Forbidden`] for anybody but the person and HR; [`AppError::Conflict`] by its
/// state; [`AppError::Invalid`] where HR gives no reason.
pub fn cancel(tx: &mut Tx<'_>, actor: &Actor, id: LeaveRequestId, reason: &str) -> Result<()> {
    let request = for_actor(tx, actor, id)?;
    let own = actor.employee_id == Some(request.employee_id);
    if !own && !actor.is_hr() {
        return Err(AppError::forbidden("The person or HR may take this back; an approver may revoke it."));
    }
    refuse_own_shutdown(own, &request)?;
    let today = own_date(tx, request.employee_id)?;
    let status = match request.status.cancel(request.span.first_day(), today) {
        // HR, with a reason; of their own leave a colleague in HR decides.
        Err(WrongState::Started) if actor.is_hr() && !own => request.status.cancel_by_hr(),
        decided => decided,
    }
    .map_err(wrong_state)?;
    let reason = reason.trim();
    if !own && reason.is_empty() {
        return Err(AppError::invalid("reason", "Say why; the person reads it."));
    }
    check_reason(reason)?;
    end(tx, actor, &request, status, reason)?;
    match request.status {
        _ if !own => {
            notices::requester(tx, actor, &request, Fate::Cancelled, reason)?;
            shutdown::works_after_all(tx, &request)?;
            match request.status {
                LeaveStatus::Approved => notices::above(tx, actor, &request, OwnAct::Cancelled, reason),
                _ => Ok(()),
            }
        }
        LeaveStatus::Approved => notices::above(tx, actor, &request, OwnAct::Cancelled, reason),
        _ => Ok(()),
    }
}

/// Leave of a company shutdown is not one's own to change.
fn refuse_own_shutdown(own: bool, request: &LeaveRequest) -> Result<()> {
    if own && request.shutdown_id.is_some() {
        return Err(AppError::conflict("This leave is part of a company shutdown. HR can change it."));
    }
    Ok(())
}

/// HR ends leave of a company shutdown that is taken back.
pub(in crate::leave) fn end_of_shutdown(
    tx: &mut Tx<'_>,
    actor: &Actor,
    request: &LeaveRequest,
    reason: &str,
) -> Result<()> {
    let status = request.status.cancel_by_hr().map_err(wrong_state)?;
    end(tx, actor, request, status, reason)?;
    notices::requester(tx, actor, request, Fate::Cancelled, reason)
}

/// Gives back what cancelled leave had booked.
fn end(tx: &mut Tx<'_>, actor: &Actor, request: &LeaveRequest, status: LeaveStatus, reason: &str) -> Result<()> {
    if request.status.is_open() {
        approvals::withdraw(tx, actor, Kind::Leave, request.id.0)?;
    } else {
        limits::settings::require_open(tx, request.span.period())?;
    }
    store::set_status(tx, request.id, status)?;
    release(tx, actor, request, &[], &msg!("Given back: the leave was cancelled."))?;
    interrupt::charges_again(tx, actor, request)?;
    record_end(tx, actor, request, "leave.cancelled", status, reason)
}

/// The approver takes an approval back within 24 hours.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Forbidden`] for anybody but those who were asked, and HR;
/// [`AppError::Conflict`] by its state or where it is too late; [`AppError::Invalid`] without a reason.
pub fn revoke(tx: &mut Tx<'_>, actor: &Actor, id: LeaveRequestId, reason: &str) -> Result<()> {
    let request = for_actor(tx, actor, id)?;
    if !may_revoke(tx, actor, &request)? {
        return Err(AppError::forbidden("Only those who were asked may revoke an approval."));
    }
    let approved_at = request.approved_at.unwrap_or(request.created_at);
    let status = request.status.revoke(approved_at, tx.now(), revoke_within(tx)?).map_err(wrong_state)?;
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(AppError::invalid("reason", "Say why; the person reads it."));
    }
    check_reason(reason)?;
    limits::settings::require_open(tx, request.span.period())?;
    store::set_status(tx, id, status)?;
    release(tx, actor, &request, &[], &msg!("Given back: the approval was revoked."))?;
    interrupt::charges_again(tx, actor, &request)?;
    record_end(tx, actor, &request, "leave.revoked", status, reason)?;
    notices::requester(tx, actor, &request, Fate::Revoked, reason)?;
    notices::above(tx, actor, &request, OwnAct::Cancelled, reason)
}

/// Whether `actor` was asked to decide, or is HR; never about one's own.
pub(super) fn may_revoke(rx: &Rx<'_>, actor: &Actor, request: &LeaveRequest) -> Result<bool> {
    if actor.employee_id == Some(request.employee_id) {
        return Ok(false);
    }
    match approvals::current(rx, Kind::Leave, request.id.0)? {
        Some(approval) => Ok(actor.is_hr() || approvals::concerns(rx, actor, &approval)?),
        None => Ok(false),
    }
}

/// Whether an approval may be revoked now.
pub(super) fn revocable(rx: &Rx<'_>, request: &LeaveRequest) -> Result<bool> {
    let window = revoke_within(rx)?;
    let Some(at) = request.approved_at else { return Ok(false) };
    Ok(request.status.revoke(at, rx.now(), window).is_ok())
}

/// Came back early: `last_day_taken` is the last day of the leave; the days after it are given back.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Forbidden`] for anybody but the person and HR; [`AppError::Conflict`] by its
/// state; [`AppError::Invalid`] where the date is not within the leave, or the days are past (HR can still).
pub fn return_early(tx: &mut Tx<'_>, actor: &Actor, id: LeaveRequestId, last_day_taken: Date) -> Result<()> {
    let request = for_actor(tx, actor, id)?;
    let own = actor.employee_id == Some(request.employee_id);
    if !own && !actor.is_hr() {
        return Err(AppError::forbidden("The person or HR may end leave early."));
    }
    refuse_own_shutdown(own, &request)?;
    request.status.return_part().map_err(wrong_state)?;
    let Some(shorter) = request.span.shortened_to(last_day_taken) else {
        return Err(AppError::invalid("last_day_taken", "A date within the leave, before its last day."));
    };
    let yesterday = period::back(own_date(tx, request.employee_id)?, 1);
    if (own || !actor.is_hr()) && last_day_taken < yesterday {
        return Err(AppError::invalid("last_day_taken", "Days that are over are given back by HR."));
    }
    limits::settings::require_open(tx, Period::day(period::ahead(last_day_taken, 1)))?;
    let days = shortened(tx, &request, &shorter)?;
    let keep = charged(request.id, &days);
    let ill_all_along = days.iter().any(|day| day.given_back.is_positive());
    if keep.is_empty() && !ill_all_along {
        return Err(AppError::invalid("last_day_taken", "Nothing of this leave would be left: cancel it instead."));
    }
    let asked_until = request.asked_until.unwrap_or(request.span.last_day());
    store::put_days(tx, id, request.employee_id, request.leave_type_id, &days)?;
    store::shorten(tx, id, &shorter, asked_until)?;
    release(tx, actor, &request, &keep, &msg!("Given back: came back early."))?;
    interrupt::charges_again(tx, actor, &request)?;
    let entry = audit::Entry::new("leave.returned").on("leave_request", id.0).change(
        "end_date",
        request.span.last_day(),
        last_day_taken,
    );
    let request_before = request;
    let request = store::get(tx, id)?;
    papers::recount(tx, &request)?;
    audit::record(tx, actor, entry.change("minutes", request_before.minutes, request.minutes))?;
    if own {
        notices::above(tx, actor, &request, OwnAct::Returned, "")
    } else {
        notices::requester(tx, actor, &request, Fate::Returned, "")?;
        notices::above(tx, actor, &request, OwnAct::Returned, "")
    }
}

/// What the one who decides wrote.
fn said(decision: &Decision) -> &str {
    match decision {
        Decision::Approve { note, .. } => note.as_deref().unwrap_or_default(),
        Decision::Reject { reason, .. } => reason,
        Decision::Clarify { question } => question,
    }
}

/// The request, for who may know of it.
fn for_actor(rx: &Rx<'_>, actor: &Actor, id: LeaveRequestId) -> Result<LeaveRequest> {
    let request = store::get(rx, id)?;
    if sight(rx, actor, &request)? == Sight::None { Err(AppError::NotFound) } else { Ok(request) }
}

fn wrong_state(why: WrongState) -> AppError {
    AppError::Conflict(why.message())
}

pub(in crate::leave) fn check_reason(reason: &str) -> Result<()> {
    if reason.chars().count() > super::model::LONGEST_REASON {
        return Err(AppError::invalid("reason", msg!("At most {0} characters.", super::model::LONGEST_REASON)));
    }
    Ok(())
}

/// The date it is for the person concerned.
fn own_date(rx: &Rx<'_>, employee_id: EmployeeId) -> Result<Date> {
    Ok(rx.now().to_zoned(people::place_of(rx, employee_id)?.zone).date())
}

fn charged_days(rx: &Rx<'_>, request: &LeaveRequest) -> Result<Vec<LeaveDay>> {
    Ok(charged(request.id, &store::days(rx, request.id)?))
}

/// The days that charge something, as the ledger books them.
fn charged(id: LeaveRequestId, days: &[RequestDay]) -> Vec<LeaveDay> {
    let days = days.iter().filter(|day| day.charged.is_positive());
    days.map(|day| LeaveDay { request_id: id, date: day.date, minutes: day.charged }).collect()
}

/// The days of `span` counted as the calendar is now.
fn counted(rx: &Rx<'_>, request: &LeaveRequest, span: &LeaveSpan) -> Result<Vec<RequestDay>> {
    let kind = types::get(rx, request.leave_type_id)?;
    let calendar = calendars::PersonCalendar::of(rx, request.employee_id, span.period())?;
    let years = Accounts::of(rx, request.employee_id, request.leave_type_id)?.years;
    let above = store::interruptions_of(rx, request.employee_id, span.period())?;
    Ok(request_days(span, &calendar.count(&kind, span, &above), years))
}

/// What is left of the request's days when it ends with `span`. Free days that lay between days of leave may lie behind
/// the last one now; coming back early never charges more than was booked.
fn shortened(rx: &Rx<'_>, request: &LeaveRequest, span: &LeaveSpan) -> Result<Vec<RequestDay>> {
    let booked: BTreeMap<Date, Minutes> =
        store::days(rx, request.id)?.into_iter().map(|day| (day.date, day.charged)).collect();
    let mut days = counted(rx, request, span)?;
    for day in &mut days {
        day.charged = day.charged.min(booked.get(&day.date).copied().unwrap_or_default());
    }
    Ok(days)
}

/// Counts a request anew before it is booked: a holiday or another working week may have been entered since it was
/// sent. Answers it as it stands then. It may come to less; more than what was looked at is nobody's to approve.
fn recount(tx: &mut Tx<'_>, actor: &Actor, request: LeaveRequest) -> Result<LeaveRequest> {
    let days = counted(tx, &request, &request.span)?;
    let minutes: Minutes = days.iter().map(|day| day.charged).sum();
    if minutes.is_zero() {
        return Err(AppError::conflict(
            "There is no working time in this period any more. Reject it, or ask about it.",
        ));
    }
    if days == store::days(tx, request.id)? {
        return Ok(request);
    }
    if minutes > request.minutes {
        return Err(AppError::conflict(
            "This comes to more working time than when it was sent. Ask for it to be looked at and sent again.",
        ));
    }
    store::put_days(tx, request.id, request.employee_id, request.leave_type_id, &days)?;
    if minutes == request.minutes {
        return Ok(request);
    }
    store::set_minutes(tx, request.id, minutes, request.sent_minutes.unwrap_or(request.minutes))?;
    let entry = audit::Entry::new("leave.counted_anew").on("leave_request", request.id.0).change(
        "minutes",
        request.minutes,
        minutes,
    );
    audit::record(tx, actor, entry)?;
    let request = store::get(tx, request.id)?;
    papers::recount(tx, &request)?;
    let title = super::title(tx, &request, &words::plain_format(actor, tx.now()))?;
    approvals::retitle(tx, Kind::Leave, request.id.0, &Msg::new("{0}").arg(title))?;
    Ok(request)
}

/// Writes an approved request into the ledger; the balance must still cover it.
pub(in crate::leave) fn book(tx: &mut Tx<'_>, actor: &Actor, request: &LeaveRequest) -> Result<()> {
    let kind = types::get(tx, request.leave_type_id)?;
    if !kind.fields.affects_balance {
        return Ok(());
    }
    for (account, wanted) in by_account(tx, request, charged_days(tx, request)?)? {
        let books = Books::open(tx, account, Some(request.id))?;
        if let Err(short) = books.allows(&wanted, kind.fields.negative_limit_minutes) {
            let per_day = calendars::usual_day(tx, request.employee_id, request.span.first_day())?;
            let format = words::format_for(actor, tx.now());
            let amounts = Amounts { format: &format, unit: kind.fields.unit, per_day };
            return Err(AppError::Conflict(msg!(
                "The balance of {0} does not cover this any more: {1} are missing.",
                account.year,
                amounts.long(short.missing)
            )));
        }
        let all = [books.ledger.booked(), wanted].concat();
        ledger::settle(tx, actor, &books, &all, None)?;
    }
    Ok(())
}

/// Gives back what a request had booked, all but `keep`.
fn release(tx: &mut Tx<'_>, actor: &Actor, request: &LeaveRequest, keep: &[LeaveDay], why: &Msg) -> Result<()> {
    let accounts = Accounts::of(tx, request.employee_id, request.leave_type_id)?;
    for year in ledger::store::years_of_request(tx, request.id)? {
        let account = accounts.numbered(year);
        let books = Books::open(tx, account, Some(request.id))?;
        let mut days = books.ledger.booked();
        days.retain(|day| day.request_id != request.id);
        days.extend(keep.iter().filter(|day| account.leave_year().period.contains(day.date)));
        ledger::settle(tx, actor, &books, &days, Some((request.id, why)))?;
    }
    Ok(())
}

fn by_account(rx: &Rx<'_>, request: &LeaveRequest, days: Vec<LeaveDay>) -> Result<Vec<(Account, Vec<LeaveDay>)>> {
    let all = Accounts::of(rx, request.employee_id, request.leave_type_id)?;
    let mut accounts: Vec<(Account, Vec<LeaveDay>)> = Vec::new();
    for day in days {
        let account = all.on(day.date);
        match accounts.last_mut().filter(|(last, _)| *last == account) {
            Some((_, days)) => days.push(day),
            None => accounts.push((account, vec![day])),
        }
    }
    Ok(accounts)
}

fn record_end(
    tx: &mut Tx<'_>,
    actor: &Actor,
    request: &LeaveRequest,
    action: &'static str,
    status: LeaveStatus,
    reason: &str,
) -> Result<()> {
    let entry = audit::Entry::new(action).on("leave_request", request.id.0).change("status", request.status, status);
    audit::record(tx, actor, entry.because(reason))?;
    Ok(())
}
