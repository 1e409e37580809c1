//! A working week: minutes a weekday, with start and end where they are known. Weeks that follow each other are
//! `rotation`'s, and which applies from when `dated`'s.

use std::fmt;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;

use super::{Half, Interval, Minutes, Slots, hhmm};

/// Planned start and end of a working day, on the local clock. An end before the start is on the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift {
    start: Time,
    end: Time,
}

impl Shift {
    /// `None` where start and end are the same, or not whole minutes.
    pub fn new(start: Time, end: Time) -> Option<Self> {
        let whole = |time: Time| time.second() == 0 && time.subsec_nanosecond() == 0;
        (start != end && whole(start) && whole(end)).then_some(Shift { start, end })
    }

    pub const fn start(self) -> Time {
        self.start
    }

    pub const fn end(self) -> Time {
        self.end
    }

    /// From start to end on the clock, pauses included: 1 to 1,439 minutes.
    pub fn length(self) -> Minutes {
        let length = minute_of_day(self.end) - minute_of_day(self.start);
        Minutes::new(if length < 0 { length + 24 * 60 } else { length })
    }

    /// Where the morning ends and the afternoon begins: half way, the morning being longer when the length is odd.
    pub fn midpoint(self) -> Time {
        let morning = self.length().halves().0.get() as i32;
        time_at((minute_of_day(self.start) + morning) % (24 * 60))
    }

    /// The minutes of `from..to` on the clock that lie in the given halves of this shift. A shift that crosses
    /// midnight is taken as its own day's, on either side of midnight.
    pub fn minutes_within(self, from: Time, to: Time, slots: Slots) -> Minutes {
        let (from, to) = (minute_of_day(from), minute_of_day(to));
        let start = minute_of_day(self.start);
        let middle = start + self.length().halves().0.get() as i32;
        let end = start + self.length().get() as i32;
        let shared = |first: i32, last: i32| -> i32 {
            [0, 24 * 60].iter().map(|day| ((to + day).min(last) - (from + day).max(first)).max(0)).sum()
        };
        let morning = if slots.contains(Half::Morning) { shared(start, middle) } else { 0 };
        let afternoon = if slots.contains(Half::Afternoon) { shared(middle, end) } else { 0 };
        Minutes::new(morning + afternoon)
    }

    /// The real time of these halves of the shift that begins on `date`; `None` where nothing is left of it, be it
    /// that no half is asked for or that the clocks skip it.
    pub fn interval(self, date: Date, slots: Slots, zone: &TimeZone) -> Option<Interval> {
        let on_clock = |time: Time| {
            let day = if minute_of_day(time) < minute_of_day(self.start) { date.tomorrow().ok()? } else { date };
            zone.to_ambiguous_zoned(day.to_datetime(time)).compatible().ok().map(|at| at.timestamp())
        };
        let from = if slots.contains(Half::Morning) { self.start } else { self.midpoint() };
        let to = if slots.contains(Half::Afternoon) { self.end } else { self.midpoint() };
        if slots.is_empty() {
            return None;
        }
        Interval::new(on_clock(from)?, on_clock(to)?)
    }
}

/// One weekday of a schedule: 0 to 1,440 minutes of work, and the shift they lie in where it is known (it may be
/// longer than they are: the rest is pause).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorkDay {
    minutes: Minutes,
    shift: Option<Shift>,
}

/// Why a weekday cannot be so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkDayError {
    /// Less than nothing, or more than 24 hours.
    Minutes,
    /// Start and end are the same or not whole minutes.
    Shift,
    /// More working minutes than lie between start and end.
    TooLongForShift,
}

impl fmt::Display for WorkDayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WorkDayError::Minutes => "a working day has 0 to 1440 minutes",
            WorkDayError::Shift => "a working day ends at another time than it starts",
            WorkDayError::TooLongForShift => "more working minutes than lie between start and end",
        })
    }
}

impl std::error::Error for WorkDayError {}

impl WorkDay {
    /// No work.
    pub const FREE: WorkDay = WorkDay { minutes: Minutes::ZERO, shift: None };

    pub fn new(minutes: Minutes, shift: Option<Shift>) -> Result<Self, WorkDayError> {
        if minutes.is_negative() || minutes > Minutes::DAY {
            return Err(WorkDayError::Minutes);
        }
        if shift.is_some_and(|shift| minutes > shift.length()) {
            return Err(WorkDayError::TooLongForShift);
        }
        Ok(WorkDay { minutes, shift: if minutes.is_zero() { None } else { shift } })
    }

    pub const fn minutes(self) -> Minutes {
        self.minutes
    }

    /// `None` on free days too.
    pub const fn shift(self) -> Option<Shift> {
        self.shift
    }

    /// This day with the minutes of `other`, and its start and end where they are known. Where they are not, it starts
    /// as it did and ends as much earlier (or later) as it is shorter (or longer), the pause unchanged.
    #[must_use]
    pub fn replaced_by(self, other: WorkDay) -> WorkDay {
        let moved = || {
            let shift = self.shift?;
            let length = (shift.length() + other.minutes - self.minutes).get();
            let length = i32::try_from(length).ok().filter(|length| (1..24 * 60).contains(length))?;
            Shift::new(shift.start, time_at((minute_of_day(shift.start) + length) % (24 * 60)))
        };
        let shift = if other.minutes.is_zero() { None } else { other.shift.or_else(moved) };
        WorkDay { minutes: other.minutes, shift }
    }

    /// Where morning and afternoon part on the clock: half way through the shift, noon where it is not known.
    pub fn midpoint(self) -> Time {
        self.shift.map_or(time_at(12 * 60), Shift::midpoint)
    }

    /// The halves that `from..to` on the clock touches.
    pub fn slots_touched(self, from: Time, to: Time) -> Slots {
        let whole = |shift: Shift, half: Half| shift.minutes_within(from, to, half.into()).is_positive();
        let touches = |half: Half| match (self.shift, half) {
            (Some(shift), half) => whole(shift, half),
            (None, Half::Morning) => from < self.midpoint(),
            (None, Half::Afternoon) => to > self.midpoint(),
        };
        let of = |half: Half| if touches(half) { Slots::from(half) } else { Slots::NONE };
        of(Half::Morning).union(of(Half::Afternoon))
    }
}

/// Minutes of work on each weekday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "WeekForm", into = "WeekForm")]
pub struct WeeklySchedule([WorkDay; 7]);

impl WeeklySchedule {
    /// Monday first.
    pub const fn new(days: [WorkDay; 7]) -> Self {
        WeeklySchedule(days)
    }

    /// Monday to Friday, `minutes` each (at most 1,440).
    pub fn weekdays(minutes: Minutes) -> Result<Self, WorkDayError> {
        let day = WorkDay::new(minutes, None)?;
        Ok(WeeklySchedule([day, day, day, day, day, WorkDay::FREE, WorkDay::FREE]))
    }

    pub fn of_weekday(&self, weekday: Weekday) -> WorkDay {
        self.0[usize::try_from(weekday.to_monday_zero_offset()).expect("0 to 6")]
    }

    pub fn of(&self, date: Date) -> WorkDay {
        self.of_weekday(date.weekday())
    }

    /// Minutes of a whole week.
    pub fn week_minutes(&self) -> Minutes {
        self.0.iter().map(|day| day.minutes).sum()
    }

    /// Days of the week with work, 0 to 7.
    pub fn working_days(&self) -> usize {
        self.0.iter().filter(|day| day.minutes.is_positive()).count()
    }

    /// The usual length of a working day: the week's minutes over its working days, to the nearest minute; 0 where
    /// there is no work at all. What "a day" of leave is worth when it is shown in days.
    pub fn usual_day(&self) -> Minutes {
        self.week_minutes().times(1, self.working_days() as i64)
    }
}

/// What hours for a while make of each weekday; `None` leaves it as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "PartialWeekForm", into = "PartialWeekForm")]
pub struct PartialWeek([Option<WorkDay>; 7]);

impl PartialWeek {
    /// Monday first.
    pub const fn new(days: [Option<WorkDay>; 7]) -> Self {
        PartialWeek(days)
    }

    pub fn of_weekday(&self, weekday: Weekday) -> Option<WorkDay> {
        self.0[usize::try_from(weekday.to_monday_zero_offset()).expect("0 to 6")]
    }

    /// Whether it leaves every weekday as it is.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }
}

/// Minutes from midnight, 0 to 1,439.
fn minute_of_day(time: Time) -> i32 {
    i32::from(time.hour()) * 60 + i32::from(time.minute())
}

fn time_at(minute: i32) -> Time {
    let part = |value: i32| i8::try_from(value).expect("hours and minutes of a day are below 60");
    Time::constant(part(minute / 60), part(minute % 60), 0, 0)
}

/// `{"mon": 480, …, "sun": 0}`; a day with known times is `{"minutes": 480, "start_time": "09:00", "end_time": "17:30"}`.
/// A day that is left out is free.
#[derive(Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = WeeklySchedule)]
pub struct WeekForm {
    mon: DayForm,
    tue: DayForm,
    wed: DayForm,
    thu: DayForm,
    fri: DayForm,
    sat: DayForm,
    sun: DayForm,
}

#[derive(Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
#[schema(as = WorkDay)]
enum DayForm {
    Minutes(Minutes),
    Times(TimesForm),
}

#[derive(Debug, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WorkDayTimes)]
struct TimesForm {
    minutes: Minutes,
    #[serde(with = "hhmm")]
    #[schema(value_type = String, example = "09:00")]
    start_time: Time,
    #[serde(with = "hhmm")]
    #[schema(value_type = String, example = "17:30")]
    end_time: Time,
}

impl Default for WeekForm {
    fn default() -> Self {
        WeeklySchedule([WorkDay::FREE; 7]).into()
    }
}

impl TryFrom<DayForm> for WorkDay {
    type Error = WorkDayError;
    fn try_from(form: DayForm) -> Result<Self, WorkDayError> {
        match form {
            DayForm::Minutes(minutes) => WorkDay::new(minutes, None),
            DayForm::Times(TimesForm { minutes, start_time, end_time }) => {
                WorkDay::new(minutes, Some(Shift::new(start_time, end_time).ok_or(WorkDayError::Shift)?))
            }
        }
    }
}

impl From<WorkDay> for DayForm {
    fn from(WorkDay { minutes, shift }: WorkDay) -> Self {
        match shift {
            None => DayForm::Minutes(minutes),
            Some(Shift { start, end }) => DayForm::Times(TimesForm { minutes, start_time: start, end_time: end }),
        }
    }
}

impl TryFrom<WeekForm> for WeeklySchedule {
    type Error = WorkDayError;
    fn try_from(week: WeekForm) -> Result<Self, WorkDayError> {
        let WeekForm { mon, tue, wed, thu, fri, sat, sun } = week;
        Ok(WeeklySchedule([
            mon.try_into()?,
            tue.try_into()?,
            wed.try_into()?,
            thu.try_into()?,
            fri.try_into()?,
            sat.try_into()?,
            sun.try_into()?,
        ]))
    }
}

impl From<WeeklySchedule> for WeekForm {
    fn from(week: WeeklySchedule) -> Self {
        let [mon, tue, wed, thu, fri, sat, sun] = week.0.map(DayForm::from);
        WeekForm { mon, tue, wed, thu, fri, sat, sun }
    }
}

/// `{"fri": 300}`: a weekday that is left out stays as it is, 0 is free.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = PartialWeek)]
pub struct PartialWeekForm {
    #[serde(skip_serializing_if = "Option::is_none")]
    mon: Option<DayForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tue: Option<DayForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wed: Option<DayForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thu: Option<DayForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fri: Option<DayForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sat: Option<DayForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sun: Option<DayForm>,
}

impl TryFrom<PartialWeekForm> for PartialWeek {
    type Error = WorkDayError;
    fn try_from(week: PartialWeekForm) -> Result<Self, WorkDayError> {
        let PartialWeekForm { mon, tue, wed, thu, fri, sat, sun } = week;
        let mut days = [None; 7];
        for (day, form) in days.iter_mut().zip([mon, tue, wed, thu, fri, sat, sun]) {
            *day = form.map(WorkDay::try_from).transpose()?;
        }
        Ok(PartialWeek(days))
    }
}

impl From<PartialWeek> for PartialWeekForm {
    fn from(week: PartialWeek) -> Self {
        let [mon, tue, wed, thu, fri, sat, sun] = week.0.map(|day| day.map(DayForm::from));
        PartialWeekForm { mon, tue, wed, thu, fri, sat, sun }
    }
}
