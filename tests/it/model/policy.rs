//! Entitlements day by day: each day of employment earns what holds on it, in fractions that are rounded at the end.

use std::collections::BTreeMap;

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

/// First service year and figure of each tier, in order; one from the first year on is a fixed figure.
pub type Tiers = Vec<(i64, i64)>;

#[derive(Clone, Debug)]
pub struct Case {
    /// The leave year begins in it.
    pub year: i64,
    /// On this month and day; the 29th of February is the 1st of March in common years.
    pub start: (i64, i64),
    pub joined: Option<Day>,
    /// The last day of employment.
    pub left: Option<Day>,
    pub tiers: Tiers,
    /// What held before: each up to a day, not included, in the order of days.
    pub before: Vec<(Day, Tiers)>,
    /// What the year of joining gives by the month of joining, in the place of `first`.
    pub table: Option<[i64; 12]>,
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

/// A day that comes round each year.
fn round_in(year: i64, (month, day_of_month): (i64, i64)) -> Day {
    let exists = day_of_month <= days_of_month(year, month);
    if exists { day(year, month, day_of_month) } else { day(year, 3, 1) }
}

impl Case {
    pub fn first_day(&self) -> Day {
        round_in(self.year, self.start)
    }

    pub fn last_day(&self) -> Day {
        round_in(self.year + 1, self.start) - 1
    }

    fn days(&self) -> Vec<Day> {
        (self.first_day()..=self.last_day()).collect()
    }

    /// The twelve months of the leave year. Each begins on the same day of its month, or on the last where there is none.
    pub fn months(&self) -> Vec<Vec<Day>> {
        let (year, month, day_of_month) = civil(self.first_day());
        let begins = |n: i64| {
            let (year, month) = (year + (month - 1 + n) / 12, (month - 1 + n) % 12 + 1);
            day(year, month, day_of_month.min(days_of_month(year, month)))
        };
        let of = |n: i64| {
            let end = if n == 11 { self.last_day() + 1 } else { begins(n + 1) };
            (begins(n)..end).collect()
        };
        (0..12).map(of).collect()
    }

    fn is_employed(&self, on: Day) -> bool {
        self.joined.is_none_or(|joined| joined <= on) && self.left.is_none_or(|left| on <= left)
    }

    fn service_year(&self, on: Day) -> i64 {
        let Some(joined) = self.joined else { return 1 };
        if !self.anniversaries {
            let days = (self.first_day() - joined).max(0);
            return (days as f64 / 365.25).floor() as i64 + 1;
        }
        let (year, month, day_of_month) = civil(joined);
        let this_year = civil(on).0;
        this_year - year + i64::from(round_in(this_year, (month, day_of_month)) <= on)
    }

    /// Of the minutes of a full week so many count on this day.
    fn week(&self, on: Day, full: i64) -> i128 {
        let week = self.weeks.iter().rev().find(|(from, _)| *from <= on).map_or(0, |(_, minutes)| *minutes);
        i128::from(week.min(full))
    }

    /// What a year at the terms of this day gives, times the minutes of a full week.
    fn rate(&self, on: Day) -> i128 {
        let service_year = self.service_year(on);
        let tiers = self.before.iter().find(|(until, _)| on < *until).map_or(&self.tiers, |(_, tiers)| tiers);
        let tier = tiers.iter().rev().find(|(from, _)| *from <= service_year).unwrap_or(&tiers[0]);
        i128::from(tier.1) * self.full_week.map_or(1, |full| self.week(on, full))
    }

    /// How many days, or whole months, of the leave year are as asked, as shares of it: numerator and denominator.
    fn share(&self, part: Part, present: impl Fn(Day) -> bool) -> (i128, i128) {
        let days = self.days();
        match part {
            Part::Full => (1, 1),
            Part::Days => (days.iter().filter(|on| present(**on)).count() as i128, days.len() as i128),
            Part::Months => {
                let full = |month: &&Vec<Day>| month.iter().all(|on| present(*on));
                (self.months().iter().filter(full).count() as i128, 12)
            }
        }
    }

    /// The year's figure: numerator and denominator.
    fn exact(&self) -> (i128, i128) {
        let days = self.days();
        let employed: Vec<Day> = days.iter().copied().filter(|on| self.is_employed(*on)).collect();
        if employed.is_empty() {
            return (0, 1);
        }
        let full = i128::from(self.full_week.unwrap_or(1));
        let whole = employed.len() as i128 * full;
        let joined = self.joined.filter(|joined| days.contains(joined));
        let left = self.left.filter(|left| days.contains(left));
        if let (Some(table), Some(joined)) = (self.table, joined) {
            let amount = i128::from(table[civil(joined).1 as usize - 1]);
            let weeks: i128 = match self.full_week {
                Some(full) => employed.iter().map(|on| self.week(*on, full)).sum(),
                None => employed.len() as i128,
            };
            // Of what the table gives for the rest of the year, the part up to leaving.
            let (stayed, could) = match left.filter(|_| self.last != Part::Full) {
                Some(left) => {
                    let stayed = self.share(self.last, |on| joined <= on && on <= left).0;
                    (stayed, self.share(self.last, |on| joined <= on).0)
                }
                None => (1, 1),
            };
            return if could == 0 { (0, 1) } else { (amount * weeks * stayed, whole * could) };
        }
        let since = |on: Day| self.joined.is_none_or(|joined| joined <= on);
        let until = |on: Day| self.left.is_none_or(|left| on <= left);
        let (first, of_first) = self.share(self.first, since);
        let (last, of_last) = self.share(self.last, until);
        let share = (first * of_last + last * of_first - of_first * of_last).max(0);
        let sum: i128 = employed.iter().map(|on| self.rate(*on)).sum();
        (share * sum, of_first * of_last * whole)
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
        let earned = |month: &Vec<Day>| -> i128 {
            let rates: i128 = month.iter().filter(|on| self.is_employed(**on)).map(|on| self.rate(*on)).sum();
            assert_eq!(MONTH % month.len() as i128, 0, "a month of {} days", month.len());
            rates * MONTH / month.len() as i128
        };
        let months = self.months();
        let all: i128 = months.iter().map(earned).sum();
        let (num, den) = self.exact();
        let so_far = |n: usize| months[..n].iter().map(earned).sum::<i128>();
        (1..=12).map(|n| if all == 0 { 0 } else { self.round((num * so_far(n), den * all)) }).collect()
    }

    /// What is earned by the end of each month where so many minutes of work earn so many of leave: each day of
    /// employment adds what was worked on it, up to what a year gives on average.
    pub fn by_hours(&self, worked: &BTreeMap<Day, i64>, (minutes, per): (i64, i64)) -> Vec<i64> {
        let employed: Vec<Day> = self.days().into_iter().filter(|on| self.is_employed(*on)).collect();
        let full = i128::from(self.full_week.unwrap_or(1));
        let most_num: i128 = employed.iter().map(|on| self.rate(*on)).sum();
        let most_den = employed.len().max(1) as i128 * full;
        let mut so_far: i128 = 0;
        let mut by_month = Vec::new();
        for month in self.months() {
            for on in month.into_iter().filter(|on| self.is_employed(*on)) {
                so_far += i128::from(worked.get(&on).copied().unwrap_or(0)) * i128::from(minutes);
            }
            let earned = so_far * most_den <= most_num * i128::from(per);
            by_month.push(self.round(if earned { (so_far, i128::from(per)) } else { (most_num, most_den) }));
        }
        by_month
    }
}
