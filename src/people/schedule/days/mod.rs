//! Why somebody works what they work on a date: the pattern and its week, what lies over it, the holiday, and what the
//! location does about one that falls on a free day.

pub mod api;
pub mod pages;

use jiff::civil::Date;

use crate::auth::Actor;
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, OverlayId};
use crate::msg;
use crate::people::{self, WorkingTime, org};
use crate::storage::Rx;
use crate::time::{FreeDayRule, Holiday, Minutes, Period, Shift, Slots};

/// The longest period that is explained at once, in days.
const LONGEST: i64 = 366;

/// One date of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayOfPerson {
    pub date: Date,
    /// What the hours say, holidays aside.
    pub scheduled: Minutes,
    /// What is left of it by the holiday.
    pub working: Minutes,
    pub shift: Option<Shift>,
    /// What the personal pattern says, where hours for a while lie over it.
    pub personal: Minutes,
    /// Since when the pattern applies, which of its weeks it is, and of how many; `None` outside the employment.
    pub pattern: Option<(Date, usize, usize)>,
    pub overlay: Option<(OverlayId, String)>,
    pub holiday: Option<Holiday>,
    /// The holiday is lost on a free day, and the location does this about it.
    pub lost: Option<FreeDayRule>,
}

/// The days of `employee` within `period`, in order.
///
/// # Errors
/// [`AppError::NotFound`] where the actor may not know when they work; [`AppError::Invalid`] on `to` for more than 366
/// days.
pub fn days(rx: &Rx<'_>, actor: &Actor, employee: EmployeeId, period: Period) -> Result<Vec<DayOfPerson>> {
    people::within_reach(rx, actor, employee)?;
    if period.day_count() > LONGEST {
        return Err(AppError::invalid("to", msg!("At most {0} days at once.", LONGEST)));
    }
    let WorkingTime { mut schedules, holidays } = people::working_time(rx, employee, period)?;
    let last = people::get(rx, employee)?.facts.leave_date.unwrap_or(Date::MAX);
    schedules = schedules.until(last);
    let free_days = match people::place_of(rx, employee)?.location_id {
        Some(location) => org::location::free_days(rx, location)?,
        None => None,
    };
    let day = |date: Date| {
        let decided = schedules.decided(date);
        let scheduled = decided.work.minutes();
        let lost = (date <= last && holidays.is_lost_on(date, &schedules)).then(|| {
            let rule = free_days.filter(|free| free.from <= date).map(|free| free.rule);
            rule.unwrap_or(FreeDayRule::Nothing)
        });
        DayOfPerson {
            date,
            scheduled,
            working: Slots::FULL.without(holidays.slots(date)).minutes(scheduled),
            shift: decided.work.shift(),
            personal: decided.personal.minutes(),
            pattern: decided
                .pattern
                .filter(|_| date <= last)
                .map(|(from, pattern)| (from, pattern.number(date), pattern.weeks().len())),
            overlay: decided.overlay.map(|overlay| (overlay.id, overlay.name.clone())),
            holiday: holidays.on(date).cloned(),
            lost,
        }
    };
    Ok(period.days().map(day).collect())
}
