//! A month as weeks of seven days: each day with its holidays and those who are away, half days as half marks.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::{Date, Weekday};

use super::Days;
use crate::ids::EmployeeId;
use crate::leave::absence::Absence;
use crate::leave::absence::wall::{self, Canvas};
use crate::leave::types::Mark;
use crate::msg;
use crate::people::words;
use crate::time::{Period, period};
use crate::web::Format;
use crate::web::format::start_of_week;

/// How many absences a day shows before it only counts the rest.
const SHOWN: usize = 6;
/// How many places a holiday names that is none everywhere.
const PLACES: usize = 2;

/// A month, ready to show.
#[derive(Debug)]
pub(super) struct Grid {
    /// "Mon", … in the order of the reader's week.
    pub heads: Vec<&'static str>,
    pub days: Vec<Day>,
    /// What its letters and hues mean.
    pub key: Vec<Mark>,
    pub has_open: bool,
    /// Why some days are closed for leave.
    pub closed: Vec<String>,
}

/// One day.
#[derive(Debug)]
pub(super) struct Day {
    pub date: Date,
    pub number: i8,
    /// "Tuesday, 8 December"
    pub title: String,
    pub class: String,
    pub today: bool,
    pub holidays: Vec<String>,
    pub entries: Vec<Entry>,
    /// How many more are away than are shown.
    pub more: usize,
}

/// Somebody who is away on a day.
#[derive(Debug)]
pub(super) struct Entry {
    pub name: String,
    /// Classes of the mark: hue, half, undecided.
    pub class: String,
    pub letter: String,
    /// "Vacation, 8 – 11 Dec"
    pub title: String,
    /// The page of it, where the viewer may open it.
    pub href: Option<String>,
}

/// The days of whole weeks that a month lies in.
pub(super) fn weeks_of(month: Period, week_start: Weekday) -> Period {
    let first = start_of_week(month.first(), week_start);
    let last = period::ahead(start_of_week(month.last(), week_start), 6);
    Period::new(first, last).unwrap_or(month)
}

impl Grid {
    /// `canvas` covers the whole weeks of `month`.
    pub fn draw(canvas: &Canvas<'_>, days: &Days, month: Period) -> Grid {
        let holidays = holidays(days, canvas.period, canvas.format);
        let mut on: HashMap<Date, Vec<(usize, &Absence)>> = HashMap::new();
        let places: HashMap<EmployeeId, usize> =
            days.people.iter().enumerate().map(|(at, person)| (person.id, at)).collect();
        for absence in canvas.absences {
            let Some(at) = places.get(&absence.employee_id) else { continue };
            for day in absence.days.iter().filter(|day| day.charged.is_positive()) {
                on.entry(day.date).or_default().push((*at, absence));
            }
        }
        let draw = |date: Date| {
            let mut away = on.remove(&date).unwrap_or_default();
            // Who is gone stands before who works elsewhere.
            away.sort_by_key(|(at, absence)| (absence.mark.low, *at));
            let free = holidays.get(&date).cloned().unwrap_or_default();
            let mut class = String::new();
            for (word, applies) in [
                ("out", !month.contains(date)),
                ("w", canvas.nobody_works(date)),
                ("h", !free.is_empty()),
                ("x", canvas.closed.iter().any(|closed| closed.period.contains(date))),
                ("bare", away.is_empty() && free.is_empty() && date != canvas.format.today()),
            ] {
                if applies {
                    class.push_str(if class.is_empty() { "" } else { " " });
                    class.push_str(word);
                }
            }
            Day {
                date,
                number: date.day(),
                title: canvas.format.weekday(date),
                class,
                today: date == canvas.format.today(),
                holidays: free,
                more: away.len().saturating_sub(SHOWN),
                entries: away
                    .iter()
                    .take(SHOWN)
                    .filter_map(|(at, absence)| entry(canvas, &days.people.get(*at)?.name, absence, date))
                    .collect(),
            }
        };
        Grid {
            heads: canvas.period.days().take(7).map(|day| canvas.format.weekday_short(day.weekday())).collect(),
            days: canvas.period.days().map(draw).collect(),
            key: wall::key(canvas.absences),
            has_open: canvas.absences.iter().any(|absence| absence.open),
            closed: canvas.closed.iter().map(|closed| closed.words(canvas.format)).collect(),
        }
    }
}

fn entry(canvas: &Canvas<'_>, name: &str, absence: &Absence, date: Date) -> Option<Entry> {
    let day = absence.on(date)?;
    let asked = canvas.asked(absence.employee_id, absence, day).without(canvas.free(absence.employee_id, date));
    let mut class = absence.mark.hue.to_owned();
    if absence.mark.low {
        class.push_str(" low");
    }
    if absence.open {
        class.push_str(" ask");
    }
    class.push_str(wall::half(asked));
    Some(Entry {
        name: name.to_owned(),
        class,
        letter: absence.mark.letter.clone(),
        title: canvas.words(absence),
        href: absence.href(),
    })
}

/// The holidays of each day; one that is not everybody's says whose it is.
fn holidays(days: &Days, period: Period, format: &Format) -> HashMap<Date, Vec<String>> {
    let mut found: BTreeMap<(Date, String), (usize, BTreeSet<&str>)> = BTreeMap::new();
    for person in &days.people {
        let Some(calendar) = days.calendars.get(&person.id) else { continue };
        for (date, holiday) in calendar.holidays.within(period) {
            let known = found.entry((date, words::holiday(holiday, format))).or_default();
            known.0 += 1;
            known.1.insert(&person.location);
        }
    }
    let mut by_day: HashMap<Date, Vec<String>> = HashMap::new();
    for ((date, name), (people, places)) in found {
        let named: Vec<&str> = places.into_iter().filter(|place| !place.is_empty()).collect();
        let words = match named.len() {
            _ if people == days.people.len() => name,
            1..=PLACES => format.lang.msg(&msg!("{0} ({1})", name, named.join(", "))),
            _ => format.lang.msg(&msg!("{0} (for some)", name)),
        };
        by_day.entry(date).or_default().push(words);
    }
    by_day
}
