//! Entitlements day by day: each day of employment earns what holds on it, in fractions that are rounded at the end.

use super::calendar::{Day, civil, day, days_of_month};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Full,
    Days,
    Months,
}

#[derive(Clone, Copy, Debug)]
pub enum Mode {
    Up,
    Down,
    Nearest,
}

#[derive(Clone, Debug)]
pub struct Case {
    pub year: i64,
    pub joined: Option<Day>,
    /// The last day of employment.
    pub left: Option<Day>,
    /// First service year and figure of each tier, in order; one from the first year on is a fixed figure.
    pub tiers: Vec<(i64, i64)>,
    /// Count service years on anniversaries, instead of on the first day of the year.
    pub anniversaries: bool,
    pub first: Part,
    pub last: Part,
    /// From which day on the week has how many minutes, in order.
    pub weeks: Vec<(Day, i64)>,
    /// Of a full-time week; none where part time makes no difference.
    pub full_week: Option<i64>,
    pub mode: Mode,
    pub step: i64,
}

/// A common multiple of the lengths of months, so that a share of a month is a whole number.
const MONTH: i128 = 28 * 29 * 15 * 31;

impl Case {
    fn days(&self) -> Vec<Day> {
        (day(self.year, 1, 1)..=day(self.year, 12, 31)).collect()
    }

    fn is_employed(&self, on: Day) -> bool {
        self.joined.is_none_or(|joined| joined <= on) && self.left.is_none_or(|left| on <= left)
    }

    fn service_year(&self, on: Day) -> i64 {
        let Some(joined) = self.joined else { return 1 };
        if !self.anniversaries {
            let days = (day(self.year, 1, 1) - joined).max(0);
            return (days as f64 / 365.25).floor() as i64 + 1;
        }
        // The day of joining comes round once a year, 29 February on 1 March.
        let (year, month, day_of_month) = civil(joined);
        let exists = day_of_month <= days_of_month(self.year, month);
        let round = if exists { day(self.year, month, day_of_month) } else { day(self.year, 3, 1) };
        self.year - year + i64::from(round <= on)
    }

    /// What a year at the terms of this day gives, times the minutes of a full week.
    fn rate(&self, on: Day) -> i128 {
        let service_year = self.service_year(on);
        let tier = self.tiers.iter().rev().find(|(from, _)| *from <= service_year).unwrap_or(&self.tiers[0]);
        let Some(full) = self.full_week else { return i128::from(tier.1) };
        let week = self.weeks.iter().rev().find(|(from, _)| *from <= on).map_or(0, |(_, minutes)| *minutes);
        i128::from(tier.1) * i128::from(week.min(full))
    }

    /// The year's figure: numerator and denominator.
    fn exact(&self) -> (i128, i128) {
        let days = self.days();
        let employed: Vec<Day> = days.iter().copied().filter(|on| self.is_employed(*on)).collect();
        if employed.is_empty() {
            return (0, 1);
        }
        // In 12ths of a year's days, so that months and days go together.
        let whole = days.len() as i128 * 12;
        let share = |part: Part, present: &dyn Fn(Day) -> bool| -> i128 {
            match part {
                Part::Full => whole,
                Part::Days => days.iter().filter(|on| present(**on)).count() as i128 * 12,
                Part::Months => {
                    let full = |month: &i64| {
                        (1..=days_of_month(self.year, *month)).all(|n| present(day(self.year, *month, n)))
                    };
                    (1..=12).filter(full).count() as i128 * days.len() as i128
                }
            }
        };
        let first = share(self.first, &|on| self.joined.is_none_or(|joined| joined <= on));
        let last = share(self.last, &|on| self.left.is_none_or(|left| on <= left));
        let share = (first + last - whole).max(0);
        let sum: i128 = employed.iter().map(|on| self.rate(*on)).sum();
        let full = i128::from(self.full_week.unwrap_or(1));
        (share * sum, whole * employed.len() as i128 * full)
    }

    fn round(&self, (num, den): (i128, i128)) -> i64 {
        let (step, mut down) = (i128::from(self.step), 0);
        while (down + step) * den <= num {
            down += step;
        }
        let rest = num - down * den;
        let up = match self.mode {
            Mode::Down => false,
            Mode::Up => rest > 0,
            Mode::Nearest => rest * 2 >= step * den,
        };
        (if up { down + step } else { down }) as i64
    }

    pub fn entitlement(&self) -> i64 {
        self.round(self.exact())
    }

    /// What is earned by the end of each month, rounded; a year whose days earn nothing has nothing before its end.
    pub fn by_month(&self) -> Vec<i64> {
        let earned = |month: i64| -> i128 {
            let days = (1..=days_of_month(self.year, month)).map(|n| day(self.year, month, n));
            let rates: i128 = days.filter(|on| self.is_employed(*on)).map(|on| self.rate(on)).sum();
            rates * MONTH / i128::from(days_of_month(self.year, month))
        };
        let all: i128 = (1..=12).map(earned).sum();
        let (num, den) = self.exact();
        let so_far = |month: i64| (1..=month).map(earned).sum::<i128>();
        (1..=12).map(|month| if all == 0 { 0 } else { self.round((num * so_far(month), den * all)) }).collect()
    }
}
