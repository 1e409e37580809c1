//! What leave is counted against: a person's own weeks and the holidays of their place.

use jiff::civil::Date;

use super::rules::{Calendar, Interruptions, LeaveCount, LeaveSpan, Overlap};
use super::types::LeaveType;
use crate::error::Result;
use crate::ids::EmployeeId;
use crate::people::{self, WorkingTime};
use crate::storage::Rx;
use crate::time::{DatedSchedules, Holidays, Minutes, Period, period};

/// The weeks and holidays of one person around some dates.
#[derive(Clone, Debug)]
pub struct PersonCalendar {
    pub schedules: DatedSchedules,
    pub holidays: Holidays,
}

/// Days around the asked period for which holidays are known too: what adjoins a stretch of leave, and when its
/// person is back.
const AROUND: i64 = 30;

impl PersonCalendar {
    /// # Errors
    /// [`crate::error::AppError::NotFound`] where there is no such person.
    pub fn of(rx: &Rx<'_>, employee: EmployeeId, asked: Period) -> Result<Self> {
        let WorkingTime { schedules, holidays } = people::working_time(rx, employee, around(asked))?;
        Ok(PersonCalendar { schedules, holidays })
    }

    pub fn calendar(&self) -> Calendar<'_> {
        Calendar { schedules: &self.schedules, holidays: &self.holidays }
    }

    /// What `span` charges as `kind` counts it. `above` is the leave that interrupts: see `request::store::interruptions`.
    pub fn count(&self, kind: &LeaveType, span: &LeaveSpan, above: &Interruptions) -> LeaveCount {
        match kind.fields.overlap {
            Overlap::Yields => self.calendar().count_beneath(span, kind.free_days_inside(), above),
            Overlap::Excludes | Overlap::Interrupts => self.calendar().count(span, kind.free_days_inside()),
        }
    }

    /// The first day after `date` on which the person works; `None` where none is near.
    pub fn back_after(&self, date: Date) -> Option<Date> {
        (1..=AROUND).map(|n| period::ahead(date, n)).find(|day| self.calendar().works_on(*day))
    }

    /// What "a day" is worth to this person on `date`.
    pub fn usual_day(&self, date: Date) -> Minutes {
        day_of(&self.schedules, date)
    }
}

/// `asked` with the days around it for which holidays are looked up.
pub fn around(asked: Period) -> Period {
    Period::new(period::back(asked.first(), AROUND), period::ahead(asked.last(), AROUND)).unwrap_or(asked)
}

/// A day is worth what the person usually works on one; 8 hours where no week applies.
pub(super) fn day_of(schedules: &DatedSchedules, date: Date) -> Minutes {
    let usual = schedules.on(date).map_or(Minutes::ZERO, |pattern| pattern.usual_day());
    if usual.is_positive() { usual } else { Minutes::hours(8) }
}

/// What "a day" is worth to `employee` on `date`.
///
/// # Errors
/// When the database cannot be read.
pub fn usual_day(rx: &Rx<'_>, employee: EmployeeId, date: Date) -> Result<Minutes> {
    Ok(day_of(&people::schedules(rx, employee)?, date))
}
