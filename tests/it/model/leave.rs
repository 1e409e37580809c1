//! Counting of leave: every scheduled minute of every day is looked at by itself.

use std::collections::{BTreeMap, BTreeSet};

use super::calendar::{Day, civil, weekday};

/// Which halves: morning, afternoon.
pub type Halves = [bool; 2];

#[derive(Clone, Debug)]
pub struct Holiday {
    pub first: Day,
    pub last: Day,
    /// 0 global, 1 entity, 2 location.
    pub scope: u8,
    /// Both false: not a holiday here.
    pub halves: Halves,
}

/// One weekday: minutes, and the shift's start and length in minutes of the clock where known.
pub type WorkDay = (i64, Option<(i64, i64)>);

#[derive(Clone, Debug)]
pub struct Person {
    /// From which day on which week holds.
    pub weeks: Vec<(Day, [WorkDay; 7])>,
    pub holidays: Vec<Holiday>,
}

#[derive(Clone, Debug)]
pub enum Span {
    Days {
        first: Day,
        from_noon: bool,
        last: Day,
        to_noon: bool,
    },
    /// One half of one day.
    Half {
        day: Day,
        half: usize,
    },
    /// Minutes of the clock.
    Hours {
        day: Day,
        from: i64,
        to: i64,
    },
}

impl Span {
    pub fn days(&self) -> std::ops::RangeInclusive<Day> {
        match *self {
            Span::Days { first, last, .. } => first..=last,
            Span::Half { day, .. } | Span::Hours { day, .. } => day..=day,
        }
    }

    pub fn asks(&self, on: Day, half: usize) -> bool {
        match *self {
            Span::Days { first, from_noon, last, to_noon } => {
                (first..=last).contains(&on)
                    && !(on == first && from_noon && half == 0)
                    && !(on == last && to_noon && half == 1)
            }
            Span::Half { day, half: one } => on == day && half == one,
            Span::Hours { .. } => false,
        }
    }
}

impl Person {
    pub fn work(&self, day: Day) -> WorkDay {
        let mut work = (0, None);
        let mut since = Day::MIN;
        for (from, week) in &self.weeks {
            if *from <= day && *from >= since {
                (since, work) = (*from, week[weekday(day)]);
            }
        }
        work
    }

    pub fn is_free(&self, day: Day, half: usize) -> bool {
        let that_day = || self.holidays.iter().filter(|holiday| (holiday.first..=holiday.last).contains(&day));
        let Some(scope) = that_day().map(|holiday| holiday.scope).max() else { return false };
        that_day().any(|holiday| holiday.scope == scope && holiday.halves[half])
    }

    /// In which half lies the `n`-th scheduled minute of a day with `scheduled` of them?
    fn half_of(n: i64, scheduled: i64) -> usize {
        if 2 * n < scheduled { 0 } else { 1 }
    }

    /// Charged minutes of one day.
    pub fn charge(&self, span: &Span, day: Day) -> i64 {
        self.charge_where(span, day, |half| self.is_free(day, half))
    }

    /// The same where other leave lies above: its halves charge nothing.
    pub fn charge_beneath(&self, span: &Span, day: Day, above: &Span) -> i64 {
        self.charge_where(span, day, |half| self.is_free(day, half) || above.asks(day, half))
    }

    fn charge_where(&self, span: &Span, day: Day, is_free: impl Fn(usize) -> bool) -> i64 {
        let (scheduled, shift) = self.work(day);
        let Span::Hours { day: on, from, to } = *span else {
            let minutes = (0..scheduled).map(|n| Self::half_of(n, scheduled));
            return minutes.filter(|half| span.asks(day, *half) && !is_free(*half)).count() as i64;
        };
        if on != day {
            return 0;
        }
        let touched = self.touched(day, from, to);
        let at_most = (0..scheduled).map(|n| Self::half_of(n, scheduled));
        let at_most = at_most.filter(|half| touched[*half] && !is_free(*half)).count() as i64;
        let asked = match shift {
            None => to - from,
            Some((start, length)) => (0..length)
                .filter(|n| (from..to).contains(&((start + n) % 1440)) && !is_free(Self::half_of(*n, length)))
                .count() as i64,
        };
        asked.min(at_most)
    }

    /// Charged minutes of each day of the span where free days between days of leave count too: as a whole day of the
    /// schedule, and a day that is free by it as the usual one of its week.
    pub fn charge_sandwiched(&self, span: &Span) -> Vec<i64> {
        let days: Vec<Day> = span.days().collect();
        let plain: Vec<i64> = days.iter().map(|day| self.charge(span, *day)).collect();
        let enclosed = |at: usize| plain[..at].iter().any(|one| *one > 0) && plain[at + 1..].iter().any(|one| *one > 0);
        let whole = |day: Day| match self.work(day).0 {
            0 => self.usual_day(day),
            scheduled => scheduled,
        };
        let one = |at: usize| if enclosed(at) { plain[at].max(whole(days[at])) } else { plain[at] };
        (0..days.len()).map(one).collect()
    }

    /// The minutes of the week that holds, shared out over the days on which there are any: to the nearest, halves up.
    fn usual_day(&self, day: Day) -> i64 {
        let monday = day - weekday(day) as i64;
        let mut since = None;
        for (at, (from, _)) in self.weeks.iter().enumerate() {
            if *from <= day && since.is_none_or(|known: usize| *from >= self.weeks[known].0) {
                since = Some(at);
            }
        }
        let Some(at) = since else { return 0 };
        let minutes: Vec<i64> = (monday..monday + 7).map(|day| self.weeks[at].1[weekday(day)].0).collect();
        let days = minutes.iter().filter(|one| **one > 0).count() as i64;
        if days == 0 { 0 } else { (2 * minutes.iter().sum::<i64>() + days) / (2 * days) }
    }

    /// The halves of a day that these minutes of the clock touch.
    pub fn touched(&self, day: Day, from: i64, to: i64) -> Halves {
        let mut touched = [false; 2];
        match self.work(day).1 {
            None => (from..to).for_each(|minute| touched[usize::from(minute >= 720)] = true),
            Some((start, length)) => {
                for n in (0..length).filter(|n| (from..to).contains(&((start + n) % 1440))) {
                    touched[Self::half_of(n, length)] = true;
                }
            }
        }
        touched
    }

    /// Charged minutes by calendar year.
    pub fn by_year(&self, span: &Span) -> BTreeMap<i64, i64> {
        let mut years = BTreeMap::new();
        for day in span.days() {
            let charged = self.charge(span, day);
            if charged > 0 {
                *years.entry(civil(day).0).or_default() += charged;
            }
        }
        years
    }

    /// The first day on which both ask for the same half, or for the same minute.
    pub fn clash(&self, one: &Span, other: &Span) -> Option<Day> {
        if let (Span::Hours { day, from, to }, Span::Hours { day: other_day, from: other_from, to: other_to }) =
            (one, other)
        {
            let minutes: BTreeSet<i64> = (*from..*to).collect();
            let shared = (*other_from..*other_to).any(|minute| minutes.contains(&minute));
            return (day == other_day && shared).then_some(*day);
        }
        let halves = |span: &Span| -> BTreeSet<(Day, usize)> {
            let mut halves = BTreeSet::new();
            for day in span.days() {
                let touched = match *span {
                    Span::Hours { from, to, .. } => self.touched(day, from, to),
                    Span::Days { .. } | Span::Half { .. } => [span.asks(day, 0), span.asks(day, 1)],
                };
                halves.extend((0..2).filter(|half| touched[*half]).map(|half| (day, half)));
            }
            halves
        };
        halves(one).intersection(&halves(other)).map(|(day, _)| *day).min()
    }
}
