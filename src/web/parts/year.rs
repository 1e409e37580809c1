//! The year so far, a rectangle a day: the picture beside the sign-in form.

use std::fmt::Write as _;

use askama::Template;
use jiff::civil::{Date, Weekday, date};

use crate::web::Format;

/// The drawing. `{{ year|safe }}`
#[derive(Clone, Debug, Template)]
#[template(path = "parts/year.html")]
pub struct Year {
    months: Vec<Month>,
}

#[derive(Clone, Debug)]
struct Month {
    name: &'static str,
    baseline: i32,
    /// One path a kind of day; empty where there is none.
    past: String,
    rest: String,
    soon: String,
    here: String,
}

impl Year {
    /// The year of `today`. Saturdays and Sundays rest: nobody is signed in yet, so no schedule is known.
    pub fn new(format: &Format, today: Date) -> Year {
        Year { months: (1..=12).map(|number| month(format, today, number)).collect() }
    }
}

fn month(format: &Format, today: Date, number: i8) -> Month {
    let top = i32::from(number - 1) * 26;
    let first = date(today.year(), number, 1);
    let mut month = Month {
        name: format.month_short(number),
        baseline: top + 14,
        past: String::new(),
        rest: String::new(),
        soon: String::new(),
        here: String::new(),
    };
    for day in first.series(jiff::ToSpan::days(1)).take(usize::try_from(first.days_in_month()).unwrap_or(0)) {
        let x = 40 + i32::from(day.day() - 1) * 17;
        let rests = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        let path = match day {
            day if day == today => &mut month.here,
            _ if rests => &mut month.rest,
            day if day < today => &mut month.past,
            _ => &mut month.soon,
        };
        let drawn = if day > today && !rests {
            write!(path, "M{x}.5 {top}.5h12v17h-12z")
        } else {
            write!(path, "M{x} {top}h13v18h-13z")
        };
        drawn.expect("writing to a string succeeds");
    }
    month
}
