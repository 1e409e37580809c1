//! Overtime: requests past midnight and with breaks, split by day class, held against limits, decided, and written
//! into the day's workbook. What is refused and what is counted is decided in `rules/`.

pub mod project;
pub mod rules;
mod store;
mod types;

use std::collections::HashMap;

use crate::approvals::{self, Decision, Fact, Facts, Kind, New, Outcome};
use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, FieldErrors, Msg, Result};
use crate::ids::{EmployeeId, OvertimeId};
use crate::lang::Lang;
use crate::leave;
use crate::msg;
use crate::notifications::{self, Notice, Topic};
use crate::people::{self, Reach};
use crate::storage::{Op, Rx, Tx};
use crate::time::{Minutes, NightHours, Period};
use crate::web::Format;

use rules::{
    BreakInput, DayCalendar, LimitPeriod, LimitUse, Limits, Multipliers, OvertimeSpan, OvertimeStatus, SpanInput,
    Stage, Verdict,
};

pub use types::{Filter, Preview, Project, Request, Wanted, Worked};

pub const SENT: Op = Op::act("overtime.sent");
pub const CHANGED: Op = Op::act("overtime.changed");
pub const DECIDED: Op = Op::act("overtime.decided");
pub const CANCELLED: Op = Op::act("overtime.cancelled");
pub const CONFIRMED: Op = Op::act("overtime.confirmed");

static ANSWERED: notifications::Kind =
    notifications::Kind::new("overtime_decided", Topic::Requests, "Your overtime was decided", "Show");

/// The outbox kind under which the day's workbook is made anew; the key is the date, so that a hundred changes of a
/// day make one file.
pub const REPORT: &str = "overtime_report";

/// Overtime is worked at most this many days before it is sent, and planned at most this many ahead.
const DAYS_BACK: i64 = 366;
const DAYS_AHEAD: i64 = 366;

/// What a wish would come to: its minutes by class and where it stands against the limits. Nothing is written.
///
/// # Errors
/// [`AppError::Invalid`] for what does not fit together; [`AppError::Conflict`] where other overtime, approved leave
/// or the shift is in the way; [`AppError::NotFound`] for a person out of reach.
pub fn preview(rx: &Rx<'_>, actor: &Actor, wanted: &Wanted, except: Option<OvertimeId>) -> Result<Preview> {
    may_ask_for(rx, actor, wanted.employee_id)?;
    let project = check_words(rx, wanted)?;
    let place = people::place_of(rx, wanted.employee_id)?;
    let input = SpanInput {
        date: wanted.date,
        start_time: wanted.start_time,
        end_time: wanted.end_time,
        breaks: &wanted.breaks,
    };
    let span = OvertimeSpan::parse(&input, &place.zone).map_err(AppError::Invalid)?;
    check_dates(rx, wanted, &span, &place.zone)?;

    let around =
        Period::new(crate::time::period::back(span.date(), 1), crate::time::period::ahead(span.last_date(), 1))
            .unwrap_or(Period::day(span.date()));
    let (schedules, holidays) = (people::schedules(rx, wanted.employee_id)?, people::holidays(rx, &place, around)?);
    let calendar = DayCalendar { schedules: &schedules, holidays: &holidays };
    if let Some(other) = store::in_the_way(rx, wanted.employee_id, span.whole(), except)? {
        return Err(AppError::Conflict(msg!(
            "There is overtime on that time already: {0}.",
            title(&other).to_string()
        )));
    }
    if let Some((date, _)) = calendar.shift_in_the_way(&span) {
        return Err(AppError::Conflict(msg!(
            "This runs into the scheduled shift of {0}. Overtime is what lies outside it.",
            date
        )));
    }
    let away = leave::request::approved_slots(rx, wanted.employee_id, around)?;
    if let Some(date) = calendar.leave_in_the_way(&span, |date| away.get(&date).copied().unwrap_or_default())
        && !overrides(actor, wanted)
    {
        return Err(AppError::Conflict(msg!(
            "There is approved leave on {0}. HR may override this with a reason.",
            date
        )));
    }
    let classified = calendar.classify(&span, NightHours::default(), Multipliers::default());
    let limits = limits(rx)?;
    let others = store::counting(rx, wanted.employee_id, limits.horizon(span.date()), except)?;
    let limits = limits.check(span.date(), classified.minutes, &others);
    Ok(Preview { span, classified, limits, project })
}

/// Sends a request: it waits for a decision and counts towards the limits from now on.
///
/// # Errors
/// As [`preview`]; [`AppError::Conflict`] above a maximum, unless HR gives a reason.
pub fn send(tx: &mut Tx<'_>, actor: &Actor, wanted: &Wanted) -> Result<OvertimeId> {
    let preview = preview(tx, actor, wanted, None)?;
    within_maximum(actor, wanted, &preview.limits)?;
    let employee = people::get(tx, wanted.employee_id)?;
    let department = match employee.facts.department_id {
        Some(id) => Some(people::NameRef { id: id.0, name: people::org::department::get(tx, id)?.facts.name }),
        None => None,
    };
    let request = kept(wanted, &preview, employee.name_ref(), department, OvertimeStatus::Pending);
    let row = store::Row_ {
        request: &request,
        whole: preview.span.whole(),
        breaks: &wanted.breaks,
        classes: &preview.classified.classes,
    };
    let id = store::insert(tx, &row)?;
    let request = Request { id, ..request };
    let mut entry = audit::Entry::new("overtime.sent")
        .on("overtime_request", id.0)
        .with("date", request.date)
        .with("total_minutes", request.total_minutes);
    if !wanted.override_reason.trim().is_empty() {
        entry = entry.because(wanted.override_reason.trim());
    }
    audit::record(tx, actor, entry)?;
    let new = New {
        kind: Kind::Overtime,
        subject_id: id.0,
        requester: wanted.employee_id,
        title: title(&request),
        ask: None,
    };
    approvals::open(tx, actor, new)?;
    report_again(tx, &request)?;
    Ok(id)
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
    approvals::resubmit(tx, actor, Kind::Overtime, id.0, title(&request))?;
    report_again(tx, &before)?;
    report_again(tx, &request)
}

/// Approves, rejects or asks about a request.
///
/// # Errors
/// As [`approvals::decide`]; [`AppError::NotFound`] for who may not know of it.
pub fn decide(tx: &mut Tx<'_>, actor: &Actor, id: OvertimeId, decision: &Decision) -> Result<()> {
    let request = for_decider(tx, actor, id)?;
    let outcome = approvals::decide(tx, actor, Kind::Overtime, id.0, decision)?;
    let (status, text) = match outcome {
        Outcome::Approved => {
            (request.status.approve(), msg!("{0} approved your overtime: {1}", actor.name, title(&request)))
        }
        Outcome::Rejected => {
            (request.status.reject(), msg!("{0} rejected your overtime: {1}", actor.name, title(&request)))
        }
        Outcome::Clarification => {
            (request.status.clarify(), msg!("{0} asks about your overtime: {1}", actor.name, title(&request)))
        }
    };
    let status = status.map_err(|wrong| AppError::Conflict(wrong.message()))?;
    store::set_status(tx, id, status, request.stage)?;
    let entry =
        audit::Entry::new("overtime.decided").on("overtime_request", id.0).change("status", request.status, status);
    audit::record(tx, actor, entry)?;
    let notice = Notice::new(&ANSWERED, ("overtime_request", id.0), text)
        .quote(decision.words())
        .link(format!("/overtime/{id}"));
    notifications::notify(tx, request.employee_id(), &notice)?;
    report_again(tx, &request)
}

/// Takes a request back: the person's own, or any for HR with a reason.
///
/// # Errors
/// [`AppError::Conflict`] where it is rejected or cancelled; [`AppError::Invalid`] where HR gives no reason.
pub fn cancel(tx: &mut Tx<'_>, actor: &Actor, id: OvertimeId, reason: &str) -> Result<()> {
    let request = get(tx, actor, id)?;
    let own = actor.employee_id == Some(request.employee_id());
    if !own && !actor.is_hr() {
        return Err(AppError::forbidden("Only the person who asked, or HR, may cancel this."));
    }
    if !own && reason.trim().is_empty() {
        return Err(AppError::invalid("reason", "Say why you cancel somebody else's overtime."));
    }
    if own && !actor.is_hr() && request.status == OvertimeStatus::Approved && request.stage == Stage::Worked {
        return Err(AppError::conflict("This is approved and worked. HR can cancel it."));
    }
    let status = request.status.cancel().map_err(|wrong| AppError::Conflict(wrong.message()))?;
    if request.status.is_open() {
        approvals::withdraw(tx, actor, Kind::Overtime, id.0)?;
    }
    store::set_status(tx, id, status, request.stage)?;
    let mut entry =
        audit::Entry::new("overtime.cancelled").on("overtime_request", id.0).change("status", request.status, status);
    if !reason.trim().is_empty() {
        entry = entry.because(reason.trim());
    }
    audit::record(tx, actor, entry)?;
    if !own {
        let text = msg!("{0} cancelled your overtime: {1}", actor.name, title(&request));
        let notice =
            Notice::new(&ANSWERED, ("overtime_request", id.0), text).quote(reason).link(format!("/overtime/{id}"));
        notifications::notify(tx, request.employee_id(), &notice)?;
    }
    report_again(tx, &request)
}

/// An approved plan gets the times that were really worked; more than planned asks for approval again.
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
    let real = preview(tx, actor, &worked, Some(id))?.classified.minutes;
    let status = before
        .status
        .confirm(before.stage, before.total_minutes, real)
        .map_err(|wrong| AppError::Conflict(wrong.message()))?;
    let request = replace(tx, actor, &before, &worked, status)?;
    let entry = audit::Entry::new("overtime.confirmed")
        .on("overtime_request", id.0)
        .change("total_minutes", before.total_minutes, request.total_minutes)
        .change("status", before.status, status);
    audit::record(tx, actor, entry)?;
    if status == OvertimeStatus::Pending {
        let new = New {
            kind: Kind::Overtime,
            subject_id: id.0,
            requester: request.employee_id(),
            title: title(&request),
            ask: None,
        };
        approvals::open(tx, actor, new)?;
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
    if people::reach(rx, actor, request.employee_id())?.sees() || is_asked(rx, actor, id)? {
        Ok(request)
    } else {
        Err(AppError::NotFound)
    }
}

fn for_decider(rx: &Rx<'_>, actor: &Actor, id: OvertimeId) -> Result<Request> {
    get(rx, actor, id)
}

fn is_asked(rx: &Rx<'_>, actor: &Actor, id: OvertimeId) -> Result<bool> {
    Ok(approvals::current(rx, Kind::Overtime, id.0)?.is_some_and(|approval| approvals::is_asked(actor, &approval)))
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
    let limits = limits(rx)?;
    let minutes = if request.status.counts() { request.total_minutes } else { Minutes::ZERO };
    let others = store::counting(rx, request.employee_id(), limits.horizon(request.date), Some(request.id))?;
    Ok(limits.check(request.date, minutes, &others))
}

/// The limits in force.
///
/// # Errors
/// When the database cannot be read.
pub fn limits(rx: &Rx<'_>) -> Result<Limits> {
    store::limits(rx)
}

/// What the inbox shows of requests that wait: minutes credited, the fullest limit, how it is made good.
///
/// # Errors
/// When the database cannot be read.
pub fn inbox_facts(rx: &Rx<'_>, actor: &Actor, ids: &[i64]) -> Result<HashMap<i64, Facts>> {
    let format = Format::new(actor.language.parse().unwrap_or_default(), actor.zone.clone(), rx.now());
    let say = |text: Msg| format.lang.msg(&text);
    let mut facts = HashMap::new();
    for request in store::by_ids(rx, ids)? {
        let classes = store::classes_of(rx, request.id)?;
        let times: Vec<String> = classes
            .iter()
            .map(|one| format!("{} × {}", say(class_name(one.day_class)), factor(one.multiplier)))
            .collect();
        let mut rows = vec![Fact {
            label: say(msg!("Credited")),
            value: format!("{}, {}", format.hours(request.credited_minutes.get()), times.join(", ")),
            warn: false,
        }];
        let standing = standing(rx, &request)?;
        if let Some(limit) = tightest(&standing) {
            rows.push(Fact {
                label: say(limit_name(limit.kind)),
                value: say(limit_words(limit, &format)),
                warn: limit.verdict != Verdict::Within,
            });
        }
        rows.push(Fact { label: say(msg!("As")), value: say(compensation_name(request.compensation)), warn: false });
        let shown = Facts {
            link: format!("/overtime/{}", request.id),
            icon: "overtime",
            title: say(title_in(&request, &format)),
            quote: format!("{}: {}", request.project.name, request.reason),
            facts: rows,
        };
        facts.insert(request.id.0, shown);
    }
    Ok(facts)
}

/// The limit that is passed, else the one with the least left.
pub fn tightest(limits: &[LimitUse]) -> Option<&LimitUse> {
    limits.iter().max_by_key(|limit| (limit.verdict, -limit.left_to_recommended().map_or(i64::MAX / 2, Minutes::get)))
}

/// "12:20 of 18:00, recommended 15:00"
pub fn limit_words(limit: &LimitUse, format: &Format) -> Msg {
    let hours = |minutes: Minutes| format.hours(minutes.get());
    match (limit.limit.maximum, limit.limit.recommended) {
        (Some(most), Some(advised)) => {
            msg!("{0} of {1}, recommended {2}", hours(limit.used), hours(most), hours(advised))
        }
        (Some(most), None) => msg!("{0} of {1}", hours(limit.used), hours(most)),
        (None, Some(advised)) => msg!("{0}, recommended {1}", hours(limit.used), hours(advised)),
        (None, None) => msg!("{0}", hours(limit.used)),
    }
}

pub fn limit_name(kind: LimitPeriod) -> Msg {
    match kind {
        LimitPeriod::Day => msg!("Day"),
        LimitPeriod::Week => msg!("Week"),
        LimitPeriod::Month => msg!("Month"),
        LimitPeriod::Year => msg!("Year"),
    }
}

pub fn class_name(class: rules::DayClass) -> Msg {
    match class {
        rules::DayClass::Workday => msg!("workday"),
        rules::DayClass::RestDay => msg!("rest day"),
        rules::DayClass::Holiday => msg!("holiday"),
    }
}

pub fn compensation_name(compensation: rules::Compensation) -> Msg {
    match compensation {
        rules::Compensation::Pay => msg!("pay"),
        rules::Compensation::Toil => msg!("time off in lieu"),
    }
}

/// 150 → "1.5", 200 → "2".
pub fn factor(multiplier: u16) -> String {
    let text = format!("{}.{:02}", multiplier / 100, multiplier % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// "Overtime, Sat 28 Nov, 9:00 – 14:30, 5:00 hours", in English: what approvals and notices keep.
fn title(request: &Request) -> Msg {
    title_in(request, &Format::new(Lang::default(), jiff::tz::TimeZone::UTC, request.created_at))
}

fn title_in(request: &Request, format: &Format) -> Msg {
    let (day, hours) = (format.day(request.date), format.hours(request.total_minutes.get()));
    let (start, end) = (format.clock(request.start_time), format.clock(request.end_time));
    match request.stage {
        Stage::Planned => msg!("Overtime planned, {0}, {1} – {2}, {3} hours", day, start, end, hours),
        Stage::Worked => msg!("Overtime, {0}, {1} – {2}, {3} hours", day, start, end, hours),
    }
}

fn may_ask_for(rx: &Rx<'_>, actor: &Actor, employee: EmployeeId) -> Result<()> {
    match people::reach(rx, actor, employee)? {
        Reach::Own | Reach::Organization => Ok(()),
        Reach::Report => Err(AppError::forbidden("Overtime is sent by the person who works it, or by HR.")),
        Reach::None => Err(AppError::NotFound),
    }
}

fn only_own(actor: &Actor, request: &Request) -> Result<()> {
    if actor.employee_id == Some(request.employee_id()) || actor.is_hr() {
        Ok(())
    } else {
        Err(AppError::forbidden("Only the person who asked, or HR, may change this."))
    }
}

fn overrides(actor: &Actor, wanted: &Wanted) -> bool {
    actor.is_hr() && !wanted.override_reason.trim().is_empty()
}

fn check_words(rx: &Rx<'_>, wanted: &Wanted) -> Result<Project> {
    let mut errors = FieldErrors::new();
    match wanted.reason.trim().chars().count() {
        0 => errors.add("reason", "Say what the work was."),
        1..=500 => {}
        _ => errors.add("reason", "At most 500 characters."),
    }
    if wanted.detail.chars().count() > 2000 {
        errors.add("detail", "At most 2,000 characters.");
    }
    if wanted.override_reason.chars().count() > 1000 {
        errors.add("override_reason", "At most 1,000 characters.");
    }
    let project = store::project_by_id(rx, wanted.project_id)?.filter(|project| project.active);
    if project.is_none() {
        errors.add("project_id", "Choose a project that is in use.");
    }
    errors.into_result(())?;
    project.ok_or(AppError::NotFound)
}

fn check_dates(rx: &Rx<'_>, wanted: &Wanted, span: &OvertimeSpan, zone: &jiff::tz::TimeZone) -> Result<()> {
    let now = rx.now();
    let today = now.to_zoned(zone.clone()).date();
    let employee = people::get(rx, wanted.employee_id)?;
    if !employee.is_employed_on(span.date()) {
        return Err(AppError::invalid("date", "The person is not employed on that date."));
    }
    let days = crate::time::period::days_between(today, span.date());
    if days < -DAYS_BACK || days > DAYS_AHEAD {
        return Err(AppError::invalid("date", "Choose a date within a year from today."));
    }
    if wanted.stage == Stage::Worked && span.whole().end() > now {
        return Err(AppError::invalid(
            "end_time",
            "This is not over yet. Send it as planned, and confirm it afterwards.",
        ));
    }
    Ok(())
}

fn within_maximum(actor: &Actor, wanted: &Wanted, limits: &[LimitUse]) -> Result<()> {
    let Some(passed) = limits.iter().find(|limit| limit.verdict == Verdict::AboveMaximum) else { return Ok(()) };
    if overrides(actor, wanted) {
        return Ok(());
    }
    let format = Format::new(Lang::default(), actor.zone.clone(), jiff::Timestamp::UNIX_EPOCH);
    Err(AppError::Conflict(msg!(
        "{0}: {1}. That is above the maximum; HR may override it with a reason.",
        limit_name(passed.kind),
        limit_words(passed, &format)
    )))
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
        limit_override: wanted.override_reason.trim().to_owned(),
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
    let preview = preview(tx, actor, wanted, Some(before.id))?;
    within_maximum(actor, wanted, &preview.limits)?;
    let request = kept(wanted, &preview, before.employee.clone(), before.department.clone(), status);
    let row = store::Row_ {
        request: &request,
        whole: preview.span.whole(),
        breaks: &wanted.breaks,
        classes: &preview.classified.classes,
    };
    store::update(tx, before.id, &row)?;
    Ok(Request { id: before.id, created_at: before.created_at, ..request })
}

/// The workbook of the request's date is made anew after the commit.
fn report_again(tx: &mut Tx<'_>, request: &Request) -> Result<()> {
    let date = request.date.to_string();
    tx.outbox(REPORT, Some(&date), &serde_json::json!({ "date": date }))?;
    Ok(())
}
