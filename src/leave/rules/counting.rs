//! How many minutes a stretch of leave charges, day by day: requested ∩ scheduled − holiday − what other leave, such as
//! sickness, interrupts.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{LeaveSpan, LeaveYears};
use crate::time::{DatedSchedules, Half, Holiday, Holidays, Minutes, Slots, WorkDay};

crate::text_enum! {
    /// Why a day of a request charges what it charges.
    pub enum DayReason {
        WholeDay = "whole_day",
        Morning = "morning",
        Afternoon = "afternoon",
        /// Some hours of the day.
        Hours = "hours",
        /// A half holiday takes part of what was asked for off.
        PartlyHoliday = "partly_holiday",
        /// All that was asked for is holiday.
        Holiday = "holiday",
        /// The person does not work then.
        NotWorking = "not_working",
        /// A free day between days of leave, charged because the type counts those too.
        Enclosed = "enclosed",
        /// All that would be charged is given back for other leave, such as sickness.
        Interrupted = "interrupted",
        /// Part of it is.
        PartlyInterrupted = "partly_interrupted",
    }

    /// What happens where leave meets other leave of the same person.
    pub enum Overlap {
        /// Neither may lie on the other's time.
        Excludes = "excludes",
        /// It gives the time back on which leave lies that interrupts.
        Yields = "yields",
        /// It interrupts what yields, as sickness does a vacation.
        Interrupts = "interrupts",
    }
}

/// One line of the preview's table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayCount {
    pub date: Date,
    /// What the person works on that date by their schedule, holidays aside.
    pub scheduled: Minutes,
    pub holiday: Option<Holiday>,
    pub charged: Minutes,
    /// What would be charged, and is given back for leave that interrupts.
    pub given_back: Minutes,
    pub why: DayReason,
}

/// What a request charges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaveCount {
    /// Every calendar day of the request, in order.
    pub days: Vec<DayCount>,
}

/// The halves of days on which approved leave interrupts what yields to it.
pub type Interruptions = BTreeMap<Date, Slots>;

/// What leave is counted against: one person's own schedules and the holidays of their place.
#[derive(Clone, Copy, Debug)]
pub struct Calendar<'a> {
    pub schedules: &'a DatedSchedules,
    pub holidays: &'a Holidays,
}

/// Whether free days between days of leave are charged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FreeDaysInside {
    #[default]
    Free,
    /// The sandwich rule: holidays and rest days between the first and the last charged day count as whole days; a
    /// rest day as the week's usual day.
    Charged,
}

impl Calendar<'_> {
    pub fn count(&self, span: &LeaveSpan, inside: FreeDaysInside) -> LeaveCount {
        self.count_beneath(span, inside, &Interruptions::new())
    }

    /// The same for leave that yields to what interrupts it.
    pub fn count_beneath(&self, span: &LeaveSpan, inside: FreeDaysInside, above: &Interruptions) -> LeaveCount {
        let taken = |date: Date| above.get(&date).copied().unwrap_or(Slots::NONE);
        let mut days: Vec<DayCount> = span.period().days().map(|date| self.day(span, date, taken(date))).collect();
        if inside == FreeDaysInside::Charged {
            self.charge_enclosed(&mut days, taken);
        }
        LeaveCount { days }
    }

    /// Whether the person has any working time on `date`.
    pub fn works_on(&self, date: Date) -> bool {
        let scheduled = self.schedules.of(date).minutes();
        Slots::FULL.without(self.holidays.slots(date)).minutes(scheduled).is_positive()
    }

    fn day(&self, span: &LeaveSpan, date: Date, taken: Slots) -> DayCount {
        let work = self.schedules.of(date);
        let holiday = self.holidays.on(date).cloned();
        let free = holiday.as_ref().map_or(Slots::NONE, |holiday| holiday.slots);
        let busy = free.union(taken);
        let (asked, open, charged, plain) = match span.clock_times() {
            Some((from, to)) => {
                let minutes = |slots: Slots| match work.shift() {
                    Some(shift) => shift.minutes_within(from, to, slots),
                    None => span.clock_minutes().unwrap_or(Minutes::ZERO),
                };
                let touched = work.slots_touched(from, to);
                let capped = |slots: Slots| minutes(slots).min(touched.intersection(slots).minutes(work.minutes()));
                let left = |slots: Slots| capped(Slots::FULL.without(slots));
                (left(Slots::NONE), left(free), left(busy), DayReason::Hours)
            }
            None => {
                let slots = span.slots(date);
                let plain = match slots.half() {
                    None => DayReason::WholeDay,
                    Some(Half::Morning) => DayReason::Morning,
                    Some(Half::Afternoon) => DayReason::Afternoon,
                };
                let left = |busy: Slots| slots.without(busy).minutes(work.minutes());
                (left(Slots::NONE), left(free), left(busy), plain)
            }
        };
        let why = match () {
            () if asked.is_zero() => DayReason::NotWorking,
            () if open.is_zero() => DayReason::Holiday,
            () if charged.is_zero() => DayReason::Interrupted,
            () if charged < open => DayReason::PartlyInterrupted,
            () if charged < asked => DayReason::PartlyHoliday,
            () => plain,
        };
        DayCount { date, scheduled: work.minutes(), holiday, charged, given_back: open - charged, why }
    }

    /// What interrupts leave is not charged for lying inside it.
    fn charge_enclosed(&self, days: &mut [DayCount], taken: impl Fn(Date) -> Slots) {
        let charged = |day: &DayCount| day.charged.is_positive();
        let (Some(first), Some(last)) = (days.iter().position(charged), days.iter().rposition(charged)) else { return };
        for day in days.iter_mut().take(last).skip(first + 1) {
            let whole = if day.scheduled.is_positive() {
                day.scheduled
            } else {
                self.schedules.on(day.date).map_or(Minutes::ZERO, crate::time::Rotation::usual_day)
            };
            if day.charged < whole && taken(day.date).is_empty() {
                day.charged = whole;
                day.why = DayReason::Enclosed;
            }
        }
    }
}

impl LeaveCount {
    pub fn total(&self) -> Minutes {
        self.days.iter().map(|day| day.charged).sum()
    }

    /// The days that charge something, with what they charge.
    pub fn charged(&self) -> impl Iterator<Item = (Date, Minutes)> {
        self.days.iter().filter(|day| day.charged.is_positive()).map(|day| (day.date, day.charged))
    }

    /// Days on which the person would have worked, whole or in part.
    pub fn working_days(&self) -> usize {
        self.charged().count()
    }

    /// What is charged to each leave year, by the year's number; a day belongs to the year it lies in.
    pub fn by_year(&self, years: LeaveYears) -> BTreeMap<i16, Minutes> {
        let mut split = BTreeMap::new();
        for (date, minutes) in self.charged() {
            *split.entry(years.of(date).number).or_default() += minutes;
        }
        split
    }
}

impl Overlap {
    /// Whether leave of the two kinds may lie on the same time: one interrupts the other. By the hour nothing interrupts;
    /// and whoever falls ill after some hours off is ill, and had those hours.
    pub fn may_meet(self, span: &LeaveSpan, other: Overlap, other_span: &LeaveSpan) -> bool {
        match (self, other) {
            (Overlap::Interrupts, Overlap::Yields) => span.clock_times().is_none(),
            (Overlap::Yields, Overlap::Interrupts) => other_span.clock_times().is_none(),
            (Overlap::Interrupts, Overlap::Excludes) => {
                span.clock_times().is_none() && other_span.clock_times().is_some()
            }
            (Overlap::Excludes, Overlap::Interrupts) => {
                span.clock_times().is_some() && other_span.clock_times().is_none()
            }
            _ => false,
        }
    }
}

/// The first date on which two stretches of leave of one person ask for the same time, by halves of days; hours of a
/// day against each other by the clock, and against half days by where `schedules` part the day.
pub fn clash(one: &LeaveSpan, other: &LeaveSpan, schedules: &DatedSchedules) -> Option<Date> {
    let shared = one.period().intersection(other.period())?;
    shared.days().find(|date| {
        let work = schedules.of(*date);
        match (one.clock_times(), other.clock_times()) {
            (Some((from, to)), Some((other_from, other_to))) => from < other_to && other_from < to,
            _ => !halves(one, *date, work).intersection(halves(other, *date, work)).is_empty(),
        }
    })
}

/// The halves of `date` that a stretch of leave takes up, wholly or in part.
fn halves(span: &LeaveSpan, date: Date, work: WorkDay) -> Slots {
    match span.clock_times() {
        Some((from, to)) => work.slots_touched(from, to),
        None => span.slots(date),
    }
}
