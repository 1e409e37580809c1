//! What the minutes of overtime are worth: split at local midnight, each piece has the class of its date, and each
//! class its multiplier.

use jiff::civil::{Date, Time, Weekday};

use super::OvertimeSpan;
use crate::time::{DatedSchedules, Holidays, Interval, Minutes, NightHours, Shift, Slots};

crate::text_enum! {
    /// What a date is to one person at their place.
    pub enum DayClass {
        Workday = "workday",
        /// The schedule has no work on it.
        RestDay = "rest_day",
        /// The whole day is a holiday, whatever the schedule says.
        Holiday = "holiday",
    }
}

/// Saturday or Sunday.
pub fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// One person's schedule and the holidays of their place.
#[derive(Clone, Copy, Debug)]
pub struct DayCalendar<'a> {
    pub schedules: &'a DatedSchedules,
    pub holidays: &'a Holidays,
}

/// Per cent of the worked minutes that are credited, by class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Multipliers {
    pub workday: u16,
    pub rest_day: u16,
    pub holiday: u16,
}

/// 1.5, 2 and 3.
impl Default for Multipliers {
    fn default() -> Self {
        Multipliers { workday: 150, rest_day: 200, holiday: 300 }
    }
}

impl Multipliers {
    /// In per cent.
    pub const fn of(self, class: DayClass) -> u16 {
        match class {
            DayClass::Workday => self.workday,
            DayClass::RestDay => self.rest_day,
            DayClass::Holiday => self.holiday,
        }
    }
}

/// A stretch worked within one local date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    pub date: Date,
    pub class: DayClass,
    pub interval: Interval,
    pub minutes: Minutes,
}

/// All that was worked on dates of one class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassTotal {
    pub class: DayClass,
    pub minutes: Minutes,
    pub night_minutes: Minutes,
    /// In per cent.
    pub multiplier: u16,
    /// The minutes at the multiplier, to the nearest minute, halves up.
    pub credited: Minutes,
}

/// What a span of overtime comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classified {
    /// In the order of time.
    pub pieces: Vec<Piece>,
    /// Only the classes that occur, in their order.
    pub classes: Vec<ClassTotal>,
    pub minutes: Minutes,
    pub night_minutes: Minutes,
    pub credited: Minutes,
    /// Of the business date.
    pub is_weekend: bool,
    /// Of the business date.
    pub is_holiday: bool,
}

impl DayCalendar<'_> {
    /// A half holiday leaves a date what the schedule makes of it.
    pub fn class_of(&self, date: Date) -> DayClass {
        if self.holidays.slots(date).is_full() {
            DayClass::Holiday
        } else if self.schedules.of(date).minutes().is_zero() {
            DayClass::RestDay
        } else {
            DayClass::Workday
        }
    }

    /// Splits `span` by class and credits it.
    pub fn classify(&self, span: &OvertimeSpan, night: NightHours, multipliers: Multipliers) -> Classified {
        let cut = span.worked().into_iter().flat_map(|stretch| stretch.split_at_midnight(span.zone()));
        let pieces: Vec<Piece> = cut
            .map(|(date, interval)| Piece { date, class: self.class_of(date), interval, minutes: interval.minutes() })
            .collect();
        let total = |class: DayClass| -> Option<ClassTotal> {
            let of_class = || pieces.iter().filter(move |piece| piece.class == class);
            let minutes: Minutes = of_class().map(|piece| piece.minutes).sum();
            let multiplier = multipliers.of(class);
            minutes.is_positive().then(|| ClassTotal {
                class,
                minutes,
                night_minutes: of_class().map(|piece| night.minutes(piece.interval, span.zone())).sum(),
                multiplier,
                credited: minutes.percent(multiplier.into()),
            })
        };
        let classes: Vec<ClassTotal> = DayClass::ALL.iter().copied().filter_map(total).collect();
        Classified {
            minutes: classes.iter().map(|class| class.minutes).sum(),
            night_minutes: classes.iter().map(|class| class.night_minutes).sum(),
            credited: classes.iter().map(|class| class.credited).sum(),
            is_weekend: is_weekend(span.date()),
            is_holiday: self.class_of(span.date()) == DayClass::Holiday,
            pieces,
            classes,
        }
    }

    /// The scheduled shift that `span` runs into, with the date it belongs to: working on one's own shift is not
    /// overtime. Dates whose shift has no known times are in nobody's way; a half holiday frees its half.
    pub fn shift_in_the_way(&self, span: &OvertimeSpan) -> Option<(Date, Interval)> {
        // A shift that began the evening before may reach into the first date.
        let dates = span.date().yesterday().ok().into_iter().chain(span.whole().dates(span.zone()));
        let worked = span.worked();
        dates
            .filter_map(|date| {
                let shift = self.schedules.of(date).shift()?;
                let slots = Slots::FULL.without(self.holidays.slots(date));
                Some((date, shift.interval(date, slots, span.zone())?))
            })
            .find(|(_, shift)| worked.iter().any(|stretch| stretch.overlaps(*shift)))
    }

    /// The first date on which `span` runs into approved leave. Whole days of leave cover the whole local date; half
    /// days their half of the shift where it is known, and otherwise the time before or after noon.
    pub fn leave_in_the_way(&self, span: &OvertimeSpan, leave: impl Fn(Date) -> Slots) -> Option<Date> {
        let yesterday = span.date().yesterday().ok();
        let worked = span.worked();
        yesterday.into_iter().chain(span.whole().dates(span.zone())).find(|date| {
            let away = self.leave_interval(*date, leave(*date), span);
            away.is_some_and(|away| worked.iter().any(|stretch| stretch.overlaps(away)))
        })
    }

    fn leave_interval(&self, date: Date, slots: Slots, span: &OvertimeSpan) -> Option<Interval> {
        let day = Interval::day(date, span.zone())?;
        if slots.is_empty() || slots.is_full() {
            return slots.is_full().then_some(day);
        }
        if let Some(shift) = self.schedules.of(date).shift() {
            return shift.interval(date, slots, span.zone());
        }
        let noon = crate::time::interval::instant(date.at(12, 0, 0, 0), span.zone()).ok()?;
        if slots == Slots::MORNING { Interval::new(day.start(), noon) } else { Interval::new(noon, day.end()) }
    }
}

/// The first date on which `span` runs into leave by the hour: from and to on the local clock of a date.
pub fn hours_in_the_way(span: &OvertimeSpan, leave: &[(Date, Time, Time)]) -> Option<Date> {
    let worked = span.worked();
    let away = leave.iter().filter_map(|(date, from, to)| {
        let stretch = Shift::new(*from, *to)?.interval(*date, Slots::FULL, span.zone())?;
        worked.iter().any(|one| one.overlaps(stretch)).then_some(*date)
    });
    away.min()
}
