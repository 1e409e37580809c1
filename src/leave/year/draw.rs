//! Twelve small months, ready to show.

use jiff::civil::{Date, Weekday};

use crate::leave::absence::Absence;
use crate::leave::absence::wall::half;
use crate::leave::calendars::PersonCalendar;
use crate::leave::request::DayPart;
use crate::leave::words::when_short;
use crate::people::words;
use crate::time::{Period, Slots, period};
use crate::web::Format;
use crate::web::format::start_of_week;

/// One month.
#[derive(Debug)]
pub(super) struct Month {
    pub name: String,
    /// "M", … with the whole word.
    pub heads: Vec<(String, &'static str)>,
    /// Weeks of seven; none outside the month.
    pub weeks: Vec<Vec<Option<Day>>>,
}

/// One day.
#[derive(Debug)]
pub(super) struct Day {
    pub number: i8,
    pub class: String,
    /// "Vacation, 8 – 11 Dec"; the name of a holiday; empty where there is nothing to say.
    pub title: String,
    /// Classes of what is drawn beneath the number.
    pub marks: Vec<String>,
    pub href: Option<String>,
    pub today: bool,
}

/// The months of `year`, with one person's absences in it.
pub(super) fn months(
    format: &Format,
    week_start: Weekday,
    year: i16,
    absences: &[Absence],
    calendar: &PersonCalendar,
) -> Vec<Month> {
    let month = |number: i8| {
        let month = Period::month_of(Date::constant(year, number, 1));
        let begin = start_of_week(month.first(), week_start);
        let heads = (0..7).map(|n| period::ahead(begin, n).weekday());
        let head = |day: Weekday| (format.weekday_short(day).chars().take(1).collect(), format.weekday_long(day));
        let mut weeks = Vec::new();
        let mut first = begin;
        while first <= month.last() {
            let week = (0..7).map(|n| period::ahead(first, n));
            weeks.push(
                week.map(|date| month.contains(date).then(|| day(format, date, absences, calendar)))
                    .collect::<Vec<_>>(),
            );
            first = period::ahead(first, 7);
        }
        Month { name: format.month(month.first()), heads: heads.map(head).collect(), weeks }
    };
    (1..=12).map(month).collect()
}

fn day(format: &Format, date: Date, absences: &[Absence], calendar: &PersonCalendar) -> Day {
    let holiday = calendar.holidays.within(Period::day(date)).next().map(|(_, holiday)| holiday);
    let free = calendar.holidays.slots(date);
    let works = calendar.schedules.of(date).minutes().is_positive();
    let (mut marks, mut titles, mut href, mut covered) = (Vec::new(), Vec::new(), None, Slots::NONE);
    for absence in absences {
        let Some(day) = absence.on(date).filter(|day| day.charged.is_positive()) else { continue };
        let asked = match day.part {
            DayPart::Morning => Slots::MORNING,
            DayPart::Afternoon => Slots::AFTERNOON,
            DayPart::FullDay => Slots::FULL,
            DayPart::Hours => match absence.span.clock_times() {
                Some((from, to)) => calendar.schedules.of(date).slots_touched(from, to),
                None => Slots::FULL,
            },
        };
        let shown = asked.without(free);
        let mut class = absence.mark.hue.to_owned();
        if absence.mark.low {
            class.push_str(" low");
        } else if !absence.open {
            covered = covered.union(shown);
        }
        if absence.open {
            class.push_str(" ask");
        }
        class.push_str(half(shown));
        marks.push(class);
        titles.push(format!("{}, {}", absence.mark.name, when_short(&absence.span, format)));
        href = href.or_else(|| absence.href());
    }
    if let Some(holiday) = holiday {
        titles.push(words::holiday(holiday, format));
    }
    let ground = match (works, holiday) {
        (_, Some(_)) => "h",
        (false, None) => "w",
        (true, None) => "",
    };
    let class = if covered.is_full() { format!("{ground} full").trim_start().to_owned() } else { ground.to_owned() };
    Day { number: date.day(), class, title: titles.join("; "), marks, href, today: date == format.today() }
}
