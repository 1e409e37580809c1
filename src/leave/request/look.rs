//! A plan as the form shows it beside itself: what it comes to, the balances before and after, the team in these
//! days, and each day. Everything is ready to show; the markup stands in `templates/leave/`.

use jiff::civil::{Date, Weekday};

use super::model::{DayPart, LeaveRequest, RequestDay};
use super::plan::{Hand, Plan, absence_words, day_words, given_back_words};
use crate::auth::Actor;
use crate::error::Result;
use crate::ids::{EmployeeId, LeaveRequestId};
use crate::leave::absence::wall::{Canvas, Wall};
use crate::leave::absence::{self, Absence, AbsentDay, Cause, Person};
use crate::leave::amount::Amounts;
use crate::leave::rules::{Balance, DayCount, DayReason, Unit};
use crate::leave::{ledger, trips, types, words};
use crate::orgs;
use crate::people::{self, Approver};
use crate::storage::Rx;
use crate::time::{Half, Minutes, Period, Slots, period};
use crate::web::parts::{Balance as StripBalance, Strip};
use crate::web::{Format, filters};
use crate::{msg, msg_n};

/// The wall beside the form shows at most so many days, and so many people.
const WALL_DAYS: i64 = 28;
const WALL_PEOPLE: usize = 8;

/// Of a larger team nobody counts who is here: it would take the calendars of all of them with every look at a date.
pub(super) const COUNTED_TEAM: usize = 120;

/// The column beside the form. `{{ preview|safe }}`
#[derive(Clone, Debug, Default, askama::Template)]
#[template(path = "leave/preview.html")]
pub struct Preview {
    pub look: Option<Look>,
}

/// What will happen, and the button that makes it happen. `{{ decide|safe }}`
#[derive(Clone, Debug, Default, askama::Template)]
#[template(path = "leave/decide.html")]
pub struct Decide {
    /// "6.5 days, 22 Dec – 4 Jan"; empty while nothing is chosen.
    pub sum: String,
    /// "Goes to Jonas Brandt. Reserved until it is decided."
    pub then: String,
    /// It may be sent as it is.
    pub ready: bool,
    /// Words on the button.
    pub send: &'static str,
    pub back: String,
}

/// A plan, ready to show.
#[derive(Clone, Debug)]
pub struct Look {
    pub hue: &'static str,
    /// "6.5"
    pub amount: String,
    /// "days, Vacation"
    pub unit: String,
    /// "Tue 22 December, afternoon – Mon 4 January. Back on Tue 5 January."
    pub when: String,
    pub years: Vec<Year>,
    pub why: Option<(String, String)>,
    pub strip: Option<Strip>,
    pub warnings: Vec<String>,
    pub errors: Vec<String>,
    /// Other leave in the way: page and words.
    pub conflicts: Vec<(String, String)>,
    pub team: Option<Team>,
    pub days: Vec<Day>,
    /// "Days" or "Hours": the head of the last column.
    pub column: String,
    /// "7 days of absence"
    pub absence: String,
    pub checks: Vec<String>,
}

/// One leave year of the balance's table.
#[derive(Clone, Debug)]
pub struct Year {
    pub name: i16,
    pub before: String,
    pub change: String,
    pub after: String,
}

/// Who of the team is here in these days.
#[derive(Clone, Debug)]
pub struct Team {
    pub title: String,
    pub wall: Wall,
}

/// A day, or several free ones in a row.
#[derive(Clone, Debug)]
pub struct Day {
    pub icon: &'static str,
    pub date: String,
    pub words: String,
    pub amount: String,
    /// It charges nothing.
    pub free: bool,
}

impl Look {
    /// # Errors
    /// When the database cannot be read.
    pub fn of(rx: &Rx<'_>, actor: &Actor, plan: &Plan, except: Option<LeaveRequestId>) -> Result<Look> {
        let format = &plan.format;
        let lang = format.lang;
        let amounts = plan.amounts();
        let minutes = plan.minutes();
        let first_year = plan.years.first();
        Ok(Look {
            hue: plan.kind.fields.color.class(),
            amount: amounts.figure(minutes),
            unit: format!("{}, {}", unit(plan, minutes), lang.text(&plan.kind.fields.name)),
            when: when(plan),
            years: plan
                .years
                .iter()
                .map(|year| Year {
                    name: year.account.year,
                    before: amounts.figure(year.before.available),
                    change: amounts.signed(-year.charged),
                    after: amounts.figure(year.after.available),
                })
                .collect(),
            why: first_year.map(|year| {
                let words = lang.msg(&msg!("Why {0}?", amounts.long(year.before.available)));
                (ledger::href(year.account), words)
            }),
            strip: first_year
                .filter(|_| plan.kind.fields.unit == Unit::Days)
                .map(|year| strip(plan, &year.before, &year.after, year.charged)),
            warnings: plan.warnings.iter().map(|words| words::say(words, format)).collect(),
            errors: plan.errors.0.iter().map(|(_, words)| words::say(words, format)).collect(),
            conflicts: conflicts(rx, plan)?,
            team: team(rx, actor, plan, except)?,
            days: days(plan),
            column: amounts.column().to_owned(),
            absence: lang.msg(&absence_words(plan.count.working_days())),
            checks: checks(plan),
        })
    }
}

impl Decide {
    /// What sending would do, in words.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn of(rx: &Rx<'_>, plan: &Plan, hand: Hand, back: String, again: bool) -> Result<Decide> {
        let lang = plan.format.lang;
        let approver = match people::approver_of(rx, plan.employee.id)? {
            Approver::Named(id) | Approver::LineManager(id) => people::get(rx, id)?.name(),
            Approver::Hr => lang.text("HR").to_owned(),
        };
        let ready = plan.errors.is_empty() && plan.conflicts.is_empty() && plan.trips.is_empty();
        let then = match hand {
            _ if !ready => msg!("Not possible like this; see what is in the way."),
            Hand::Hr => msg!("Stands at once. {0} is told.", plan.employee.name()),
            Hand::Own if !plan.asks() => msg!("Stands at once. {0} is told.", approver),
            Hand::Own => msg!("Goes to {0}. Reserved until it is decided.", approver),
        };
        Ok(Decide {
            sum: format!("{}, {}", plan.amounts().long(plan.minutes()), words::when_short(&plan.span, &plan.format)),
            then: lang.msg(&then),
            ready,
            send: send_words(hand, plan.asks(), again),
            back,
        })
    }

    /// Before anything is chosen.
    pub fn nothing(back: String) -> Decide {
        Decide { back, send: crate::tr!("Send request"), ..Decide::default() }
    }
}

fn send_words(hand: Hand, asks: bool, again: bool) -> &'static str {
    match (hand, asks) {
        _ if again => crate::tr!("Send again"),
        (Hand::Own, true) => crate::tr!("Send request"),
        _ => crate::tr!("Enter leave"),
    }
}

fn unit(plan: &Plan, minutes: Minutes) -> String {
    let lang = plan.format.lang;
    match plan.kind.fields.unit {
        Unit::Hours => lang.text("hours").to_owned(),
        Unit::Days => lang.plural("day", "days", if minutes == plan.per_day { 1 } else { 2 }).to_owned(),
    }
}

/// "Tue 22 December, afternoon – Mon 4 January. Back on Tue 5 January."
fn when(plan: &Plan) -> String {
    let format = &plan.format;
    let (first, last) = (plan.span.first_day(), plan.span.last_day());
    let part = |date: Date, slots: Slots| match slots.half() {
        None => format.day_long(date),
        Some(Half::Morning) => format!("{}, {}", format.day_long(date), format.lang.text("morning")),
        Some(Half::Afternoon) => format!("{}, {}", format.day_long(date), format.lang.text("afternoon")),
    };
    let stretch = match plan.span.clock_times() {
        Some((from, to)) => {
            format!("{}, {}\u{a0}–\u{a0}{}", format.day_long(first), format.clock(from), format.clock(to))
        }
        None if first == last => part(first, plan.span.slots(first)),
        None => format!("{} – {}", part(first, plan.span.slots(first)), part(last, plan.span.slots(last))),
    };
    match plan.back_on.filter(|_| plan.span.clock_times().is_none() && !ends_at_noon(plan)) {
        Some(back) => format.lang.msg(&msg!("{0}. Back on {1}.", stretch, format.day_long(back))),
        None => format!("{stretch}."),
    }
}

/// Back in the afternoon of the last day itself.
fn ends_at_noon(plan: &Plan) -> bool {
    plan.span.slots(plan.span.last_day()).half() == Some(Half::Morning)
}

fn strip(plan: &Plan, before: &Balance, after: &Balance, charged: Minutes) -> Strip {
    let expiring: Minutes = after.expiring.iter().map(|(_, minutes)| *minutes).sum();
    let drawn = StripBalance {
        left: after.available.get(),
        reserved: charged.get(),
        gone: (before.taken + before.pending).get(),
        expiring: expiring.get(),
    };
    Strip::new(&plan.format, plan.kind.fields.color.class(), plan.per_day.get(), drawn).full()
}

fn conflicts(rx: &Rx<'_>, plan: &Plan) -> Result<Vec<(String, String)>> {
    let show = |other: &LeaveRequest| {
        let kind = types::get(rx, other.leave_type_id)?;
        let title = words::title(&kind, &other.span, other.minutes, plan.per_day, &plan.format);
        Ok((super::href(other.id), title))
    };
    let trips = plan.trips.iter().map(|trip| Ok((trips::href(trip.id), trip.title(&plan.format))));
    plan.conflicts.iter().map(show).chain(trips).collect()
}

/// The team in the days of a plan, the person first; none for somebody without a team.
fn team(rx: &Rx<'_>, actor: &Actor, plan: &Plan, except: Option<LeaveRequestId>) -> Result<Option<Team>> {
    let shown = window(plan.span.period(), orgs::week_start(rx)?);
    let extra = virtual_absence(plan, shown);
    draw_team(rx, actor, plan.employee.id, shown, &plan.format, |absences| {
        absences.retain(|absence| except.is_none_or(|except| absence.cause != Cause::Leave(except)));
        absences.push(extra);
    })
}

/// The team in the days of a request that was sent.
pub(super) fn team_of(rx: &Rx<'_>, actor: &Actor, request: &LeaveRequest, format: &Format) -> Result<Option<Team>> {
    draw_team(rx, actor, request.employee_id, window(request.span.period(), orgs::week_start(rx)?), format, |_| {})
}

fn draw_team(
    rx: &Rx<'_>,
    actor: &Actor,
    employee: EmployeeId,
    shown: Period,
    format: &Format,
    change: impl FnOnce(&mut Vec<Absence>),
) -> Result<Option<Team>> {
    let mut people = absence::team(rx, employee, shown)?;
    if people.len() < 2 {
        return Ok(None);
    }
    let department = people.iter().find(|person| person.id == employee).map(|own| own.department.clone());
    let ids: Vec<EmployeeId> = people.iter().map(|person| person.id).collect();
    let mut absences = absence::within(rx, actor, &ids, shown)?;
    change(&mut absences);
    let away = |person: &Person| absences.iter().any(|absence| absence.employee_id == person.id);
    // The person first, then who is away, then the rest. A long list ends, but everybody is counted.
    people.sort_by_key(|person| (person.id != employee, !away(person)));
    let counted = people.len() <= COUNTED_TEAM;
    if !counted {
        people.truncate(WALL_PEOPLE);
    }
    let own = actor.employee_id == Some(employee);
    for person in people.iter_mut().filter(|person| own && person.id == employee) {
        person.name = format.lang.text("You").to_owned();
    }
    let calendars = absence::calendars(rx, &people, shown)?;
    let week_start = orgs::week_start(rx)?;
    let canvas = Canvas {
        format,
        week_start,
        period: shown,
        people: &people,
        calendars: &calendars,
        absences: &absences,
        own: None,
        closed: &[],
    };
    let title = match department.filter(|name| !name.is_empty()) {
        Some(name) => format.lang.msg(&msg!("{0} in these days", name)),
        None => format.lang.text("The team in these days").to_owned(),
    };
    // Its bars lead nowhere: following one would leave what is being filled in or decided.
    let mut wall = Wall::draw(&canvas);
    for group in &mut wall.groups {
        group.lines.truncate(WALL_PEOPLE);
        if !counted {
            group.counts.clear();
        }
    }
    let lines = wall.groups.iter_mut().flat_map(|group| &mut group.lines);
    for bar in lines.flat_map(|line| &mut line.cells).flat_map(|cell| &mut cell.bars) {
        bar.href = None;
    }
    Ok(Some(Team { title, wall }))
}

/// The days of the request; a short one with its whole week around it, a long one up to four weeks.
fn window(asked: Period, week_start: Weekday) -> Period {
    if asked.day_count() < 5 {
        let start = crate::web::format::start_of_week(asked.first(), week_start);
        let end = crate::web::format::start_of_week(asked.last(), week_start);
        return Period::new(start, period::ahead(end, 6)).unwrap_or(asked);
    }
    let last = asked.last().min(period::ahead(asked.first(), WALL_DAYS - 1));
    Period::new(asked.first(), last).unwrap_or(asked)
}

/// The request as the wall will show it once it is sent.
fn virtual_absence(plan: &Plan, shown: Period) -> Absence {
    let days = plan.days().into_iter().filter(|day| shown.contains(day.date));
    Absence {
        cause: Cause::Leave(LeaveRequestId(0)),
        employee_id: plan.employee.id,
        leave_type_id: Some(plan.kind.id),
        mark: plan.kind.mark_in(plan.format.lang),
        open: plan.asks(),
        span: plan.span,
        days: days.map(|day| AbsentDay { date: day.date, part: day.part, charged: day.charged }).collect(),
        known: false,
    }
}

/// The days of a request that was sent, as it was counted then.
pub(super) fn days_of(days: &[RequestDay], amounts: &Amounts<'_>) -> Vec<Day> {
    let format = amounts.format;
    let show = |run: &[RequestDay]| {
        let (first, last) = (&run[0], &run[run.len() - 1]);
        let charged = first.charged.is_positive();
        let icon = match (charged, first.part) {
            (false, _) => "day-off",
            (true, DayPart::Morning) => "day-am",
            (true, DayPart::Afternoon) => "day-pm",
            (true, DayPart::FullDay | DayPart::Hours) => "day-full",
        };
        let words = match (&first.holiday, first.part) {
            _ if first.given_back.is_positive() => format.lang.msg(&given_back_words(charged)),
            (Some(name), _) => name.clone(),
            (None, _) if !charged => format.lang.text(rest_words(run.iter().map(|day| day.date))).to_owned(),
            (None, DayPart::FullDay) => format.lang.text("Whole day").to_owned(),
            (None, DayPart::Morning) => format.lang.text("Morning").to_owned(),
            (None, DayPart::Afternoon) => format.lang.text("Afternoon").to_owned(),
            (None, DayPart::Hours) => format.lang.text("Some hours").to_owned(),
        };
        let amount = if charged { amounts.figure(first.charged) } else { "–".to_owned() };
        let date = if run.len() == 1 { format.day(first.date) } else { format.range_short(first.date, last.date) };
        Day { icon, date, words, amount, free: !charged }
    };
    // Free days in a row are one line.
    let free = |day: &RequestDay| !day.charged.is_positive() && !day.given_back.is_positive() && day.holiday.is_none();
    days.chunk_by(|one, next| free(one) && free(next)).map(show).collect()
}

fn days(plan: &Plan) -> Vec<Day> {
    let counted = &plan.count.days;
    let mut shown = Vec::new();
    let mut at = 0;
    while at < counted.len() {
        let free = |day: &DayCount| day.why == DayReason::NotWorking;
        let run = counted[at..].iter().take_while(|day| free(day)).count();
        if run > 0 {
            shown.push(rest(plan, &counted[at..at + run]));
            at += run;
        } else {
            shown.push(day(plan, &counted[at]));
            at += 1;
        }
    }
    shown
}

/// What free days in a row are called.
fn rest_words(mut days: impl Iterator<Item = Date>) -> &'static str {
    let weekend = days.all(|day| matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday));
    if weekend { crate::tr!("Weekend") } else { crate::tr!("Not a working day") }
}

/// Free days in a row: "26 – 27 Dec", "Weekend".
fn rest(plan: &Plan, days: &[DayCount]) -> Day {
    let (first, last) = (days[0].date, days[days.len() - 1].date);
    let format = &plan.format;
    Day {
        icon: "day-off",
        date: if days.len() == 1 { format.day(first) } else { format.range_short(first, last) },
        words: format.lang.text(rest_words(days.iter().map(|day| day.date))).to_owned(),
        amount: "–".to_owned(),
        free: true,
    }
}

fn day(plan: &Plan, day: &DayCount) -> Day {
    let format = &plan.format;
    let free = day.holiday.as_ref().map_or(Slots::NONE, |holiday| holiday.slots);
    let name = day.holiday.as_ref().map(|holiday| holiday.name.as_str());
    let said = match (day.why, free.half(), name) {
        (DayReason::PartlyHoliday, Some(Half::Morning), Some(name)) => msg!("{0}, free until noon", name),
        (DayReason::PartlyHoliday, Some(Half::Afternoon), Some(name)) => msg!("{0}, free from noon", name),
        (why, _, name) => day_words(why, name),
    };
    let mut words = format.lang.msg(&said);
    let year = plan.accounts.years.of(day.date).number;
    let charged = day.charged.is_positive();
    if charged && plan.years.first().is_some_and(|first| first.account.year != year) {
        words = format.lang.msg(&msg!("{0}, charged to {1}", words, year));
    }
    let slots = plan.span.slots(day.date).without(free);
    let icon = match (charged, slots.half()) {
        (false, _) => "day-off",
        (true, Some(Half::Morning)) => "day-am",
        (true, Some(Half::Afternoon)) => "day-pm",
        (true, None) => "day-full",
    };
    let amount = if charged { plan.amounts().figure(day.charged) } else { "–".to_owned() };
    Day { icon, date: format.day(day.date), words, amount, free: !charged }
}

/// What was looked at and is in order.
fn checks(plan: &Plan) -> Vec<String> {
    let format: &Format = &plan.format;
    let mut checks = Vec::new();
    let asked = plan.kind.fields.notice_days;
    let given = period::days_between(plan.today, plan.span.first_day());
    if asked > 0 && given >= i64::from(asked) {
        checks.push(format.lang.msg(&msg_n!(
            given,
            "{0} day’s notice, {1} asked",
            "{0} days’ notice, {1} asked",
            asked
        )));
    }
    let papers = i64::try_from(plan.papers).unwrap_or(i64::MAX);
    if papers > 0 {
        checks.push(format.lang.msg(&msg_n!(papers, "{0} paper goes with it", "{0} papers go with it")));
    }
    if plan.conflicts.is_empty() && plan.trips.is_empty() && !plan.gives_back {
        checks.push(format.lang.text("No other request in these days").to_owned());
    }
    checks
}
