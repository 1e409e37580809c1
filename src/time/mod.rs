//! Working time as pure arithmetic: minutes, periods of dates, half-day slots, weekly schedules, holidays of a
//! place, and intervals of real time cut by local midnight. Nothing here reads the clock or the database; what a
//! minute is charged to is the business of the features.

pub mod hhmm;
pub mod holidays;
pub mod interval;
pub mod minutes;
pub mod period;
pub mod schedule;
pub mod slots;
#[cfg(test)]
mod tests;

pub use holidays::{Holiday, HolidayRule, HolidayScope, Holidays, WorkingDays};
pub use interval::{Interval, NightHours};
pub use minutes::Minutes;
pub use period::Period;
pub use schedule::{DatedSchedules, Shift, WeeklySchedule, WorkDay};
pub use slots::{Half, Slots};
