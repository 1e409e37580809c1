//! Dates as days since 1 January 1970, and clocks that change by the rule of their law.

/// Days since 1 January 1970, a Thursday.
pub type Day = i64;

pub fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

pub fn days_of_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

pub fn day(year: i64, month: i64, day_of_month: i64) -> Day {
    let years: i64 = (1970..year).map(|year| if is_leap(year) { 366 } else { 365 }).sum();
    let months: i64 = (1..month).map(|month| days_of_month(year, month)).sum();
    years + months + day_of_month - 1
}

/// Year, month, day of the month.
pub fn civil(day: Day) -> (i64, i64, i64) {
    let (mut year, mut rest) = (1970, day);
    while rest >= if is_leap(year) { 366 } else { 365 } {
        rest -= if is_leap(year) { 366 } else { 365 };
        year += 1;
    }
    let mut month = 1;
    while rest >= days_of_month(year, month) {
        rest -= days_of_month(year, month);
        month += 1;
    }
    (year, month, rest + 1)
}

/// 0 is Monday.
pub fn weekday(day: Day) -> usize {
    ((day + 3).rem_euclid(7)) as usize
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// Central European Time: summer time from the last Sunday of March to that of October, at 1:00 UTC.
    Berlin,
    /// Eastern Time: from the second Sunday of March at 2:00 to the first Sunday of November at 2:00, local time.
    NewYork,
    /// Half an hour off the others, all year.
    Kolkata,
}

impl Zone {
    pub fn name(self) -> &'static str {
        match self {
            Zone::Berlin => "Europe/Berlin",
            Zone::NewYork => "America/New_York",
            Zone::Kolkata => "Asia/Kolkata",
        }
    }

    /// The minutes since 1970 in which it is summer time there in `year`, and how many minutes that is ahead of UTC.
    fn summer(self, year: i64) -> Option<(std::ops::Range<i64>, i64)> {
        let last_sunday = |month| (0..).map(|n| day(year, month, 31) - n).find(|day| weekday(*day) == 6).unwrap();
        let sundays = |month| (0..).map(move |n| day(year, month, 1) + n).filter(|day| weekday(*day) == 6);
        match self {
            Zone::Berlin => Some((last_sunday(3) * 1440 + 60..last_sunday(10) * 1440 + 60, 120)),
            Zone::NewYork => {
                let (march, november) = (sundays(3).nth(1).unwrap(), sundays(11).next().unwrap());
                Some((march * 1440 + 120 + 300..november * 1440 + 120 + 240, -240))
            }
            Zone::Kolkata => None,
        }
    }

    fn winter(self) -> i64 {
        match self {
            Zone::Berlin => 60,
            Zone::NewYork => -300,
            Zone::Kolkata => 330,
        }
    }
}

/// A clock on a wall, good for some days around the one it is hung up on.
pub struct Clock {
    summers: Vec<(std::ops::Range<i64>, i64)>,
    winter: i64,
}

impl Clock {
    pub fn new(zone: Zone, around: Day) -> Self {
        let (year, _, _) = civil(around);
        Clock { summers: (year - 1..=year + 1).filter_map(|year| zone.summer(year)).collect(), winter: zone.winter() }
    }

    /// The date and the minute of the day that it shows.
    pub fn shows(&self, minute: i64) -> (Day, i64) {
        let summer = self.summers.iter().find(|(range, _)| range.contains(&minute));
        let local = minute + summer.map_or(self.winter, |(_, ahead)| *ahead);
        (local.div_euclid(1440), local.rem_euclid(1440))
    }

    /// The first minute at which it shows this; none where it skips it.
    pub fn first(&self, day: Day, minute_of_day: i64) -> Option<i64> {
        let around = day * 1440 + minute_of_day;
        (around - 1440..around + 1440).find(|minute| self.shows(*minute) == (day, minute_of_day))
    }
}
