//! Sentences of overtime: titles, limits, the names of classes and compensations. Those that are kept (in approvals and
//! notices) are English; those that are shown follow the reader's [`Format`].

use crate::approvals::Approval;
use crate::auth::Actor;
use crate::error::Msg;
use crate::lang::Lang;
use crate::time::Minutes;
use crate::web::Format;
use crate::{msg, tr};

use super::rules::{Compensation, DayClass, LimitPeriod, LimitUse, OvertimeStatus, Stage};
use super::types::Request;

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

pub fn class_name(class: DayClass) -> Msg {
    match class {
        DayClass::Workday => msg!("workday"),
        DayClass::RestDay => msg!("rest day"),
        DayClass::Holiday => msg!("holiday"),
    }
}

pub fn compensation_name(compensation: Compensation) -> Msg {
    match compensation {
        Compensation::Pay => msg!("pay"),
        Compensation::Toil => msg!("time off in lieu"),
    }
}

/// 150 → "1.5", 200 → "2".
pub fn factor(multiplier: u16) -> String {
    let text = format!("{}.{:02}", multiplier / 100, multiplier % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// "Overtime, Sat 28 Nov, 9:00 – 14:30, 5:00 hours", in English: what approvals and notices keep.
pub(super) fn title(request: &Request) -> Msg {
    title_in(request, &Format::new(Lang::default(), jiff::tz::TimeZone::UTC, request.created_at))
}

pub(super) fn title_in(request: &Request, format: &Format) -> Msg {
    let (day, hours) = (format.day(request.date), format.hours(request.total_minutes.get()));
    let (start, end) = (format.clock(request.start_time), format.clock(request.end_time));
    match request.stage {
        Stage::Planned => msg!("Overtime planned, {0}, {1} – {2}, {3} hours", day, start, end, hours),
        Stage::Worked => msg!("Overtime, {0}, {1} – {2}, {3} hours", day, start, end, hours),
    }
}

/// "18:00 – 2:00"
pub fn hours_of(start: jiff::civil::Time, end: jiff::civil::Time, format: &Format) -> String {
    format!("{}\u{a0}–\u{a0}{}", format.clock(start), format.clock(end))
}

/// The period of a limit, named: "Week, 23 – 29 Nov".
pub fn limit_title(limit: &LimitUse, format: &Format) -> String {
    let name = format.lang.msg(&limit_name(limit.kind));
    match limit.kind {
        LimitPeriod::Year => format!("{name} {}", limit.period.first().year()),
        _ => format!("{name}, {}", format.range_short(limit.period.first(), limit.period.last())),
    }
}

/// Glyph and words of where a request stands.
pub fn state(request: &Request, approval: Option<&Approval>, format: &Format) -> (&'static str, String) {
    let text = |words: &'static str| format.lang.text(words).to_owned();
    match (request.status, request.stage) {
        (OvertimeStatus::Pending, _) => {
            let whom = approval.map_or_else(|| msg!("HR"), Approval::waits_for);
            ("wait", format.lang.msg(&msg!("Waits for {0}", whom)))
        }
        (OvertimeStatus::Clarification, _) => {
            ("ask", format.lang.msg(&msg!("Waits for {0}’s answer", request.employee.name)))
        }
        (OvertimeStatus::Approved, Stage::Planned) => ("ok", text(tr!("Approved as planned"))),
        (OvertimeStatus::Approved, Stage::Worked) => ("ok", text(tr!("Approved"))),
        (OvertimeStatus::Rejected, _) => ("no", text(tr!("Rejected"))),
        (OvertimeStatus::Cancelled, _) => ("off", text("Taken back")),
    }
}

/// How the acting person reads.
pub fn format_for(actor: &Actor, now: jiff::Timestamp) -> Format {
    Format::new(actor.language.parse().unwrap_or_default(), actor.zone.clone(), now)
}
