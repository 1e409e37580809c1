//! Leave years: the calendar year, one that starts on any other day, or one that starts on the day a person joined.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

use crate::time::{Period, period};

/// Where a policy lets the leave year start. In the API and in storage `"01-01"` (month and day) or `"anniversary"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum LeaveYearStart {
    Fixed(MonthDay),
    /// The day and month on which the person joined.
    Anniversary,
}

/// A day that comes round each year. 29 February comes on 1 March in common years. In the API and in storage `"03-31"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MonthDay {
    month: i8,
    day: i8,
}

/// The leave years of one person. A year is named by the calendar year in which it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeaveYears(MonthDay);

/// One leave year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaveYear {
    /// The calendar year in which it starts.
    pub number: i16,
    pub period: Period,
}

impl MonthDay {
    pub const NEW_YEAR: MonthDay = MonthDay { month: 1, day: 1 };

    /// `None` where no year has such a day.
    pub fn new(month: i8, day: i8) -> Option<Self> {
        Date::new(2000, month, day).is_ok().then_some(MonthDay { month, day })
    }

    pub fn of(date: Date) -> Self {
        MonthDay { month: date.month(), day: date.day() }
    }

    /// The day it comes on in `year`.
    pub fn in_year(self, year: i16) -> Date {
        Date::new(year, self.month, self.day).unwrap_or_else(|_| Date::constant(year.clamp(-9999, 9999), 3, 1))
    }
}

impl LeaveYearStart {
    /// A person without a date of joining has calendar years.
    pub fn for_person(self, join_date: Option<Date>) -> LeaveYears {
        match (self, join_date) {
            (LeaveYearStart::Fixed(start), _) => LeaveYears(start),
            (LeaveYearStart::Anniversary, Some(joined)) => LeaveYears(MonthDay::of(joined)),
            (LeaveYearStart::Anniversary, None) => LeaveYears::CALENDAR,
        }
    }
}

impl LeaveYears {
    pub const CALENDAR: LeaveYears = LeaveYears(MonthDay::NEW_YEAR);

    pub const fn starting(on: MonthDay) -> Self {
        LeaveYears(on)
    }

    /// The day on which each of them begins.
    pub const fn start(self) -> MonthDay {
        self.0
    }

    pub fn numbered(self, number: i16) -> LeaveYear {
        let first = self.0.in_year(number);
        let last = period::back(self.0.in_year(number.saturating_add(1)), 1);
        LeaveYear { number, period: Period::new(first, last).unwrap_or(Period::day(first)) }
    }

    /// The leave year that `date` lies in.
    pub fn of(self, date: Date) -> LeaveYear {
        let begun = date >= self.0.in_year(date.year());
        self.numbered(if begun { date.year() } else { date.year() - 1 })
    }
}

impl LeaveYear {
    /// The first day of the next year: from then on this one's minutes are carried over or gone.
    pub fn end(self) -> Date {
        period::ahead(self.period.last(), 1)
    }
}

impl fmt::Display for LeaveYearStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LeaveYearStart::Fixed(start) => start.fmt(f),
            LeaveYearStart::Anniversary => f.write_str("anniversary"),
        }
    }
}

/// Neither a month and day nor `anniversary`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAYearStart;

impl fmt::Display for NotAYearStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a leave year starts on a month and day such as 01-01, or on the “anniversary”")
    }
}

impl std::error::Error for NotAYearStart {}

impl FromStr for LeaveYearStart {
    type Err = NotAYearStart;
    fn from_str(text: &str) -> Result<Self, NotAYearStart> {
        if text == "anniversary" {
            return Ok(LeaveYearStart::Anniversary);
        }
        text.parse().map(LeaveYearStart::Fixed)
    }
}

impl fmt::Display for MonthDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}-{:02}", self.month, self.day)
    }
}

impl FromStr for MonthDay {
    type Err = NotAYearStart;
    fn from_str(text: &str) -> Result<Self, NotAYearStart> {
        let number = |part: &str| (part.len() == 2).then(|| part.parse::<i8>().ok()).flatten();
        let found = text.split_once('-').and_then(|(month, day)| MonthDay::new(number(month)?, number(day)?));
        found.ok_or(NotAYearStart)
    }
}

impl From<MonthDay> for String {
    fn from(day: MonthDay) -> String {
        day.to_string()
    }
}

impl TryFrom<String> for MonthDay {
    type Error = NotAYearStart;
    fn try_from(text: String) -> Result<Self, NotAYearStart> {
        text.parse()
    }
}

impl From<LeaveYearStart> for String {
    fn from(start: LeaveYearStart) -> String {
        start.to_string()
    }
}

impl TryFrom<String> for LeaveYearStart {
    type Error = NotAYearStart;
    fn try_from(text: String) -> Result<Self, NotAYearStart> {
        text.parse()
    }
}
