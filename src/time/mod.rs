//! Working time as pure arithmetic: minutes, periods of dates, half-day slots, weekly schedules and rotations of them,
//! what lies over them for a while, holidays of a place, and intervals of real time cut by local midnight. Nothing here
//! reads the clock or the database; what a minute is charged to is the business of the features.

pub mod dated;
pub mod hhmm;
pub mod holidays;
pub mod interval;
pub mod minutes;
pub mod period;
pub mod rotation;
pub mod schedule;
pub mod slots;
#[cfg(test)]
mod tests;

pub use dated::{DatedSchedules, Decided, Laid, Overlay, OverlayMode, OverlayScope};
pub use holidays::{FreeDayRule, Holiday, HolidayRule, HolidayScope, Holidays, WorkingDays};
pub use interval::{Interval, NightHours};
pub use minutes::Minutes;
pub use period::Period;
pub use rotation::Rotation;
pub use schedule::{PartialWeek, Shift, WeeklySchedule, WorkDay};
pub use slots::{Half, Slots};
