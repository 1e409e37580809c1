//! Whole days from a first to a last, both included.

use jiff::civil::Date;

/// At least one day: `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    first: Date,
    last: Date,
}

impl Period {
    /// `None` where `last` comes before `first`.
    pub fn new(first: Date, last: Date) -> Option<Self> {
        (first <= last).then_some(Period { first, last })
    }

    pub const fn day(date: Date) -> Self {
        Period { first: date, last: date }
    }

    /// Monday to Sunday around `date` (ISO 8601).
    pub fn week_of(date: Date) -> Self {
        let monday = back(date, date.weekday().to_monday_zero_offset().into());
        Period { first: monday, last: ahead(monday, 6) }
    }

    /// The calendar month around `date`.
    pub fn month_of(date: Date) -> Self {
        Period { first: date.first_of_month(), last: date.last_of_month() }
    }

    /// The calendar year around `date`.
    pub fn year_of(date: Date) -> Self {
        Period { first: date.first_of_year(), last: date.last_of_year() }
    }

    pub const fn first(self) -> Date {
        self.first
    }

    pub const fn last(self) -> Date {
        self.last
    }

    /// Days, at least 1.
    pub fn day_count(self) -> i64 {
        days_between(self.first, self.last) + 1
    }

    pub fn contains(self, date: Date) -> bool {
        self.first <= date && date <= self.last
    }

    pub fn overlaps(self, other: Period) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    /// The days that both have.
    pub fn intersection(self, other: Period) -> Option<Period> {
        Period::new(self.first.max(other.first), self.last.min(other.last))
    }

    /// The shortest period that has all days of both.
    #[must_use]
    pub fn hull(self, other: Period) -> Period {
        Period { first: self.first.min(other.first), last: self.last.max(other.last) }
    }

    /// Each day, in order.
    pub fn days(self) -> impl Iterator<Item = Date> + Clone {
        std::iter::successors(Some(self.first), |day| day.tomorrow().ok()).take_while(move |day| *day <= self.last)
    }
}

/// Days from `from` to `to`; negative where `to` is earlier.
pub fn days_between(from: Date, to: Date) -> i64 {
    i64::from(from.until(to).map_or(0, |span| span.get_days()))
}

/// `date` and `days` later (earlier where negative), stopping at the ends of the calendar (years −9999 and 9999).
pub fn ahead(date: Date, days: i64) -> Date {
    date.saturating_add(jiff::SignedDuration::from_hours(days.clamp(-8_000_000, 8_000_000) * 24))
}

/// Monday to Friday.
pub fn is_weekday(date: Date) -> bool {
    date.weekday().to_monday_zero_offset() < 5
}

/// `date` and `days` earlier.
pub fn back(date: Date, days: i64) -> Date {
    ahead(date, -days)
}
