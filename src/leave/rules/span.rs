//! What is asked for: whole and half days from a date to a date, or hours of one day.

use jiff::civil::{Date, Time};

use crate::error::FieldErrors;
use crate::msg;
use crate::time::{Half, Minutes, Period, Slots, hhmm, period};

crate::text_enum! {
    /// Which part of the first or last day is asked for.
    pub enum Part {
        FullDay = "full_day",
        Morning = "half_day_morning",
        Afternoon = "half_day_afternoon",
    }
}

impl Part {
    pub const fn slots(self) -> Slots {
        match self {
            Part::FullDay => Slots::FULL,
            Part::Morning => Slots::MORNING,
            Part::Afternoon => Slots::AFTERNOON,
        }
    }
}

/// The fields of a form or of JSON, before they are known to fit together.
#[derive(Clone, Copy, Debug)]
pub struct SpanInput {
    pub start_date: Date,
    pub start_part: Part,
    pub end_date: Date,
    pub end_part: Part,
    pub from_time: Option<Time>,
    pub to_time: Option<Time>,
}

/// A stretch of leave that makes sense: whole days, of which the first may begin with its afternoon and the last end
/// with its morning; or one half of one day; or some hours of one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LeaveSpan(Shape);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Shape {
    /// On a single day `first` and `last` are the same slots.
    Days { period: Period, first: Slots, last: Slots },
    /// `from` is before `to`, both whole minutes.
    Hours { date: Date, from: Time, to: Time },
}

impl LeaveSpan {
    /// The longest request, in calendar days: three years of parental leave.
    pub const MAX_DAYS: i64 = 1_100;

    /// Refuses what does not fit together, with the field that is to blame.
    pub fn parse(input: &SpanInput) -> Result<Self, FieldErrors> {
        let refuse = |field: &'static str, message: crate::error::Msg| {
            let mut errors = FieldErrors::new();
            errors.add(field, message);
            Err(errors)
        };
        let SpanInput { start_date, start_part, end_date, end_part, from_time, to_time } = *input;
        let Some(period) = Period::new(start_date, end_date) else {
            return refuse("end_date", msg!("The last day is before the first."));
        };
        if !(1970..=2199).contains(&start_date.year()) || !(1970..=2199).contains(&end_date.year()) {
            return refuse("start_date", msg!("The date is too far away."));
        }
        if period.day_count() > Self::MAX_DAYS {
            return refuse("end_date", msg!("One request covers at most {0} days.", Self::MAX_DAYS));
        }
        let single = start_date == end_date;
        match (from_time, to_time) {
            (None, None) => {}
            (Some(from), Some(to)) => {
                if !single {
                    return refuse("end_date", msg!("Leave by the hour lies on one day."));
                }
                if start_part != Part::FullDay || end_part != Part::FullDay {
                    return refuse("start_part", msg!("Leave by the hour has no half days."));
                }
                return Self::hours(start_date, from, to)
                    .map_or_else(|| refuse("to_time", msg!("The end must be after the start, in whole minutes.")), Ok);
            }
            (None, Some(_)) => return refuse("from_time", msg!("From when?")),
            (Some(_), None) => return refuse("to_time", msg!("Until when?")),
        }
        if single && start_part != end_part {
            return refuse("end_part", msg!("On a single day both parts are the same."));
        }
        if !single && start_part == Part::Morning {
            return refuse(
                "start_part",
                msg!("Over several days the first is a whole day or begins with its afternoon."),
            );
        }
        if !single && end_part == Part::Afternoon {
            return refuse("end_part", msg!("Over several days the last is a whole day or ends with its morning."));
        }
        Ok(LeaveSpan(Shape::Days { period, first: start_part.slots(), last: end_part.slots() }))
    }

    /// Whole days from `first` to `last`.
    pub fn days(period: Period) -> Self {
        LeaveSpan(Shape::Days { period, first: Slots::FULL, last: Slots::FULL })
    }

    /// `from`–`to` on the local clock of `date`; `None` where the end is not after the start, or not in whole minutes.
    pub fn hours(date: Date, from: Time, to: Time) -> Option<Self> {
        let whole = |time: Time| time.second() == 0 && time.subsec_nanosecond() == 0;
        (from < to && whole(from) && whole(to)).then_some(LeaveSpan(Shape::Hours { date, from, to }))
    }

    pub const fn first_day(&self) -> Date {
        self.period().first()
    }

    pub const fn last_day(&self) -> Date {
        self.period().last()
    }

    pub const fn period(&self) -> Period {
        match self.0 {
            Shape::Days { period, .. } => period,
            Shape::Hours { date, .. } => Period::day(date),
        }
    }

    /// The start and end on the clock, of leave by the hour.
    pub const fn clock_times(&self) -> Option<(Time, Time)> {
        match self.0 {
            Shape::Days { .. } => None,
            Shape::Hours { from, to, .. } => Some((from, to)),
        }
    }

    /// Minutes on the clock, of leave by the hour.
    pub fn clock_minutes(&self) -> Option<Minutes> {
        let (from, to) = self.clock_times()?;
        let minute = |time: Time| i32::from(time.hour()) * 60 + i32::from(time.minute());
        Some(Minutes::new(minute(to) - minute(from)))
    }

    /// The halves of `date` asked for. Leave by the hour asks for none: it is measured by the clock.
    pub fn slots(&self, date: Date) -> Slots {
        match self.0 {
            Shape::Hours { .. } => Slots::NONE,
            Shape::Days { period, .. } if !period.contains(date) => Slots::NONE,
            Shape::Days { period, first, last } => {
                let after_start = if date == period.first() { first } else { Slots::FULL };
                let before_end = if date == period.last() { last } else { Slots::FULL };
                after_start.intersection(before_end)
            }
        }
    }

    pub fn start_part(&self) -> Part {
        match self.0 {
            Shape::Days { first, .. } => part_of(first),
            Shape::Hours { .. } => Part::FullDay,
        }
    }

    pub fn end_part(&self) -> Part {
        match self.0 {
            Shape::Days { last, .. } => part_of(last),
            Shape::Hours { .. } => Part::FullDay,
        }
    }

    /// The same leave ended with `last` as its last whole day (came back early); `None` where nothing is left, or it
    /// is not shortened.
    pub fn shortened_to(&self, last: Date) -> Option<Self> {
        match self.0 {
            Shape::Hours { .. } => None,
            Shape::Days { period, first, .. } => {
                let shorter = Period::new(period.first(), last)?;
                if last >= period.last() {
                    return None;
                }
                // A single day keeps the part it began with: an afternoon stays an afternoon.
                let end = if shorter.day_count() == 1 { first } else { Slots::FULL };
                Some(LeaveSpan(Shape::Days { period: shorter, first, last: end }))
            }
        }
    }

    /// What is left of it where some halves of days are `busy` otherwise: stretches without a gap, in order. Hours of a
    /// day stay as they are.
    pub fn without(&self, busy: impl Fn(Date) -> Slots) -> Vec<Self> {
        let Shape::Days { period, .. } = self.0 else { return vec![*self] };
        let halves = |date: Date| {
            let left = self.slots(date).without(busy(date));
            [Half::Morning, Half::Afternoon]
                .into_iter()
                .filter(move |half| left.contains(*half))
                .map(move |half| (date, half))
        };
        // Each run by its first and its last half.
        let mut runs: Vec<((Date, Half), (Date, Half))> = Vec::new();
        for next in period.days().flat_map(halves) {
            match runs.last_mut() {
                Some((_, last)) if follows(*last, next) => *last = next,
                _ => runs.push((next, next)),
            }
        }
        runs.into_iter().filter_map(|(first, last)| of_halves(first, last)).collect()
    }

    /// The fields that [`LeaveSpan::parse`] reads.
    pub fn to_input(&self) -> SpanInput {
        let times = self.clock_times();
        SpanInput {
            start_date: self.first_day(),
            start_part: self.start_part(),
            end_date: self.last_day(),
            end_part: self.end_part(),
            from_time: times.map(|(from, _)| from),
            to_time: times.map(|(_, to)| to),
        }
    }
}

/// `2026-12-22..2027-01-04 (from its afternoon)`: for logs and test output, not for people.
impl std::fmt::Display for LeaveSpan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Shape::Hours { date, from, to } => write!(f, "{date} {}–{}", hhmm::format(from), hhmm::format(to)),
            Shape::Days { period, .. } => {
                write!(f, "{} {}..{} {}", period.first(), self.start_part(), period.last(), self.end_part())
            }
        }
    }
}

/// Whether a half of a day comes right after another.
fn follows((date, half): (Date, Half), next: (Date, Half)) -> bool {
    match half {
        Half::Morning => next == (date, Half::Afternoon),
        Half::Afternoon => next == (period::ahead(date, 1), Half::Morning),
    }
}

/// From one half of a day to another.
fn of_halves(first: (Date, Half), last: (Date, Half)) -> Option<LeaveSpan> {
    let slots = |half: Half| if half == Half::Morning { Slots::MORNING } else { Slots::AFTERNOON };
    let days = Period::new(first.0, last.0)?;
    let (begin, end) = if first.0 == last.0 {
        let both = slots(first.1).union(slots(last.1));
        (both, both)
    } else {
        let whole = |half: Half, cuts: Half| if half == cuts { slots(half) } else { Slots::FULL };
        (whole(first.1, Half::Afternoon), whole(last.1, Half::Morning))
    };
    Some(LeaveSpan(Shape::Days { period: days, first: begin, last: end }))
}

fn part_of(slots: Slots) -> Part {
    match slots.half() {
        None => Part::FullDay,
        Some(Half::Morning) => Part::Morning,
        Some(Half::Afternoon) => Part::Afternoon,
    }
}
