//! How much overtime is recommended, and how much is the most, in a day, a week, a month's cycle and a year. What
//! counts is every request that is open or approved, whole, on its business date.

use jiff::civil::Date;

use crate::time::{Minutes, Period};

crate::text_enum! {
    /// Over what a limit runs.
    pub enum LimitPeriod {
        Day = "day",
        /// Monday to Sunday.
        Week = "week",
        /// From the cycle's first day to the day before it in the next month.
        Month = "month",
        /// The calendar year.
        Year = "year",
    }

    /// What a limit says.
    pub enum Verdict {
        Within = "within",
        /// Warn.
        AboveRecommended = "above_recommended",
        /// Refuse; HR may override with a reason.
        AboveMaximum = "above_maximum",
    }
}

/// Minutes that are recommended at most, and that are allowed at most; reaching either is still fine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Limit {
    pub recommended: Option<Minutes>,
    pub maximum: Option<Minutes>,
}

/// An organization's limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    pub day: Limit,
    pub week: Limit,
    pub month: Limit,
    pub year: Limit,
    /// The day of the month on which the month's cycle starts, 1 to 28; 1 is the calendar month.
    pub cycle_start_day: u8,
}

/// 18 hours a week and 72 a month's cycle (26th to 25th) at most; 15 and 60 recommended.
impl Default for Limits {
    fn default() -> Self {
        let hours = |recommended, maximum| Limit {
            recommended: Some(Minutes::hours(recommended)),
            maximum: Some(Minutes::hours(maximum)),
        };
        Limits {
            day: Limit::default(),
            week: hours(15, 18),
            month: hours(60, 72),
            year: Limit::default(),
            cycle_start_day: 26,
        }
    }
}

/// Where a request stands against one limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitUse {
    pub kind: LimitPeriod,
    pub period: Period,
    pub limit: Limit,
    /// By others, without this request.
    pub before: Minutes,
    /// With this request.
    pub used: Minutes,
    pub verdict: Verdict,
}

impl LimitUse {
    /// What is left to the recommended figure; negative where it is passed.
    pub fn left_to_recommended(&self) -> Option<Minutes> {
        self.limit.recommended.map(|most| most - self.used)
    }

    /// What is left to the maximum; negative where it is passed.
    pub fn left_to_maximum(&self) -> Option<Minutes> {
        self.limit.maximum.map(|most| most - self.used)
    }
}

impl Limit {
    pub fn verdict(self, used: Minutes) -> Verdict {
        if self.maximum.is_some_and(|most| used > most) {
            Verdict::AboveMaximum
        } else if self.recommended.is_some_and(|most| used > most) {
            Verdict::AboveRecommended
        } else {
            Verdict::Within
        }
    }

    const fn is_set(self) -> bool {
        self.recommended.is_some() || self.maximum.is_some()
    }
}

impl Limits {
    pub const fn of(&self, kind: LimitPeriod) -> Limit {
        match kind {
            LimitPeriod::Day => self.day,
            LimitPeriod::Week => self.week,
            LimitPeriod::Month => self.month,
            LimitPeriod::Year => self.year,
        }
    }

    /// The period of that kind around a business date.
    pub fn period(&self, kind: LimitPeriod, date: Date) -> Period {
        match kind {
            LimitPeriod::Day => Period::day(date),
            LimitPeriod::Week => Period::week_of(date),
            LimitPeriod::Month => cycle(date, self.cycle_start_day),
            LimitPeriod::Year => Period::year_of(date),
        }
    }

    /// The dates whose requests bear on a request on `date`: what [`Limits::check`] wants to be told of.
    pub fn horizon(&self, date: Date) -> Period {
        let periods = LimitPeriod::ALL.iter().map(|kind| self.period(*kind, date));
        periods.fold(Period::day(date), Period::hull)
    }

    /// A request of `minutes` on `date` against each limit that is set. `others` are the minutes of the person's
    /// other requests that count, by business date.
    pub fn check(&self, date: Date, minutes: Minutes, others: &[(Date, Minutes)]) -> Vec<LimitUse> {
        let one = |kind: LimitPeriod| {
            let (limit, period) = (self.of(kind), self.period(kind, date));
            let before: Minutes =
                others.iter().filter(|(on, _)| period.contains(*on)).map(|(_, minutes)| *minutes).sum();
            let used = before + minutes;
            limit.is_set().then_some(LimitUse { kind, period, limit, before, used, verdict: limit.verdict(used) })
        };
        LimitPeriod::ALL.iter().copied().filter_map(one).collect()
    }
}

/// The month's cycle around `date` that starts on `start_day` (1 to 28; beyond that it is taken as 28).
pub fn cycle(date: Date, start_day: u8) -> Period {
    let start_day = i8::try_from(start_day.clamp(1, 28)).unwrap_or(28);
    let in_month_of = |month: Date| Date::new(month.year(), month.month(), start_day).unwrap_or(month);
    let this = in_month_of(date);
    let first = if date >= this { this } else { in_month_of(this.saturating_sub(jiff::ToSpan::months(1))) };
    let next = in_month_of(first.saturating_add(jiff::ToSpan::months(1)));
    Period::new(first, crate::time::period::back(next, 1)).unwrap_or(Period::day(date))
}
