//! What a wish comes to before it is sent, and what stands in its way: the calendar, approved leave, other overtime, the
//! limits. Reads only.

use crate::auth::Actor;
use crate::error::{AppError, FieldErrors, Msg, Result};
use crate::ids::{EmployeeId, OvertimeId, ProjectId};
use crate::lang::Lang;
use crate::leave;
use crate::msg;
use crate::people::{self, Reach, WorkingTime};
use crate::storage::Rx;
use crate::time::{Minutes, NightHours, Period};
use crate::web::Format;

use super::rules::{
    Classified, Compensation, DayCalendar, LimitUse, Multipliers, OvertimeSpan, OvertimeStatus, SpanInput, Stage,
    Verdict, hours_in_the_way,
};
use super::types::{Preview, Project, Request, Wanted};
use super::words::{limit_name, limit_words, title};
use super::{limits, store, toil};

/// Overtime is worked at most this many days before it is sent, and planned at most this many ahead.
const DAYS_BACK: i64 = 366;
const DAYS_AHEAD: i64 = 366;

/// Times that fit together, what they are worth, and what speaks against them.
#[derive(Clone, Debug)]
pub struct Weighed {
    pub span: OvertimeSpan,
    pub classified: Classified,
    pub limits: Vec<LimitUse>,
    /// Other overtime, the shift, approved leave: any of them refuses the request. Dates stand in them as ISO text.
    pub obstacles: Vec<Msg>,
    /// HR's reason by which limits and leave are in nobody's way: given now, or for the plan whose times these are.
    pub override_reason: String,
}

/// What a wish would come to: its minutes by class and where it stands against the limits. Nothing is written.
///
/// # Errors
/// [`AppError::Invalid`] for what does not fit together; [`AppError::NotFound`] for a person out of reach. What is in
/// the way is listed in it.
pub fn preview(rx: &Rx<'_>, actor: &Actor, wanted: &Wanted, except: Option<OvertimeId>) -> Result<Preview> {
    may_ask_for(rx, actor, wanted.employee_id)?;
    let kept = except.map(|id| store::get(rx, id)).transpose()?.flatten().map(|request| ProjectId(request.project.id));
    let project = check_words(rx, wanted, kept)?;
    let Weighed { span, classified, limits, obstacles, override_reason } = weigh(rx, actor, wanted, except)?;
    Ok(Preview { span, classified, limits, project, obstacles, override_reason })
}

/// The same for what is to be written.
///
/// # Errors
/// As [`preview`]; [`AppError::Conflict`] where other overtime, approved leave or the shift is in the way, and above a
/// maximum that HR does not override.
pub(super) fn passing(rx: &Rx<'_>, actor: &Actor, wanted: &Wanted, except: Option<OvertimeId>) -> Result<Preview> {
    let preview = preview(rx, actor, wanted, except)?;
    if let Some(first) = preview.obstacles.first() {
        return Err(AppError::Conflict(first.clone()));
    }
    match above_maximum(actor, &preview.limits, &preview.override_reason) {
        Some(why) => Err(AppError::Conflict(why)),
        None => Ok(preview),
    }
}

/// The same of the times alone, while the rest is still being typed; what is in the way is listed beside them.
///
/// # Errors
/// [`AppError::Invalid`] for times that do not fit together; [`AppError::NotFound`] for a person out of reach.
pub fn weigh(rx: &Rx<'_>, actor: &Actor, wanted: &Wanted, except: Option<OvertimeId>) -> Result<Weighed> {
    may_ask_for(rx, actor, wanted.employee_id)?;
    let place = people::place_of(rx, wanted.employee_id)?;
    let input = SpanInput {
        date: wanted.date,
        start_time: wanted.start_time,
        end_time: wanted.end_time,
        breaks: &wanted.breaks,
    };
    let span = OvertimeSpan::parse(&input, &place.zone).map_err(AppError::Invalid)?;
    check_dates(rx, wanted, &span, &place.zone)?;
    let around = around(&span);
    let WorkingTime { schedules, holidays } = people::working_time(rx, wanted.employee_id, around)?;
    let calendar = DayCalendar { schedules: &schedules, holidays: &holidays };
    let classified = calendar.classify(&span, NightHours::default(), Multipliers::default());
    let override_reason = override_reason(rx, actor, wanted, classified.minutes, except)?;
    let mut obstacles = Vec::new();
    if let Some(other) = store::in_the_way(rx, wanted.employee_id, span.whole(), except)? {
        obstacles.push(msg!("There is overtime on that time already: {0}.", title(&other).to_string()));
    }
    if let Some((date, _)) = calendar.shift_in_the_way(&span) {
        obstacles.push(msg!("This runs into the scheduled shift of {0}. Overtime is what lies outside it.", date));
    }
    let away = leave::request::approved_time(rx, wanted.employee_id, around)?;
    let by_halves = calendar.leave_in_the_way(&span, |date| away.slots.get(&date).copied().unwrap_or_default());
    if let Some(date) = by_halves.or_else(|| hours_in_the_way(&span, &away.hours))
        && override_reason.is_empty()
    {
        obstacles.push(msg!("There is approved leave on {0}. HR may override this with a reason.", date));
    }
    let limits = limits::get(rx)?;
    let others = store::counting(rx, wanted.employee_id, limits.horizon(span.date()), except)?;
    let limits = limits.check(span.date(), classified.minutes, &others);
    Ok(Weighed { span, classified, limits, obstacles, override_reason })
}

/// The real time of a request that is kept, cut and classed as the calendar has it now. None where its zone is no
/// longer known.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn again(rx: &Rx<'_>, request: &Request) -> Result<Option<(OvertimeSpan, Classified)>> {
    let breaks = store::breaks_of(rx, request.id)?;
    let input =
        SpanInput { date: request.date, start_time: request.start_time, end_time: request.end_time, breaks: &breaks };
    let Ok(zone) = jiff::tz::TimeZone::get(&request.zone) else { return Ok(None) };
    let Ok(span) = OvertimeSpan::parse(&input, &zone) else { return Ok(None) };
    let WorkingTime { schedules, holidays } = people::working_time(rx, request.employee_id(), around(&span))?;
    let calendar = DayCalendar { schedules: &schedules, holidays: &holidays };
    let classified = calendar.classify(&span, NightHours::default(), Multipliers::default());
    Ok(Some((span, classified)))
}

fn around(span: &OvertimeSpan) -> Period {
    Period::new(crate::time::period::back(span.date(), 1), crate::time::period::ahead(span.last_date(), 1))
        .unwrap_or(Period::day(span.date()))
}

pub(super) fn may_ask_for(rx: &Rx<'_>, actor: &Actor, employee: EmployeeId) -> Result<()> {
    match people::reach(rx, actor, employee)? {
        Reach::Own | Reach::Organization => Ok(()),
        Reach::Report if actor.is_hr() => Ok(()),
        Reach::Report => Err(AppError::forbidden("Overtime is sent by the person who works it, or by HR.")),
        Reach::None => Err(AppError::NotFound),
    }
}

/// HR's reason to go beyond a limit or over approved leave; empty where there is none. The one that a plan was approved
/// with holds for the times worked on its date, up to the minutes that were approved.
fn override_reason(
    rx: &Rx<'_>,
    actor: &Actor,
    wanted: &Wanted,
    minutes: Minutes,
    except: Option<OvertimeId>,
) -> Result<String> {
    let given = wanted.override_reason.trim();
    if actor.is_hr() && !given.is_empty() {
        return Ok(given.to_owned());
    }
    let plan = except.map(|id| store::get(rx, id)).transpose()?.flatten();
    let granted = plan.filter(|plan| {
        (plan.status, plan.stage) == (OvertimeStatus::Approved, Stage::Planned)
            && wanted.stage == Stage::Worked
            && wanted.date == plan.date
            && minutes <= plan.total_minutes
    });
    Ok(granted.map(|plan| plan.limit_override).unwrap_or_default())
}

/// The limit that is passed and not overridden, in words for a refusal.
pub(super) fn above_maximum(actor: &Actor, limits: &[LimitUse], override_reason: &str) -> Option<Msg> {
    let passed = limits.iter().find(|limit| limit.verdict == Verdict::AboveMaximum)?;
    if !override_reason.is_empty() {
        return None;
    }
    let format = Format::new(Lang::default(), actor.zone.clone(), jiff::Timestamp::UNIX_EPOCH);
    Some(msg!(
        "{0}: {1}. That is above the maximum; HR may override it with a reason.",
        limit_name(passed.kind),
        limit_words(passed, &format)
    ))
}

/// `kept` is the project of the request that is changed: it stays, also where it is out of use by now.
fn check_words(rx: &Rx<'_>, wanted: &Wanted, kept: Option<ProjectId>) -> Result<Project> {
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
    let project = store::project_by_id(rx, wanted.project_id)?;
    let project = project.filter(|project| project.active || kept == Some(project.id));
    if project.is_none() {
        errors.add("project_id", "Choose a project that is in use.");
    }
    if wanted.compensation == Compensation::Toil && toil::kind(rx)?.is_none() {
        errors.add("compensation", "Time off in lieu is not set up here. Choose pay, or ask HR.");
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
    if !(-DAYS_BACK..=DAYS_AHEAD).contains(&days) {
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
