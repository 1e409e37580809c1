//! Days that come of themselves: the end of a probation, a first day that is near, birthdays and anniversaries. Whom they
//! are told to, once and in whose morning, is all that is here; the days themselves stand in people's records.

mod jobs;
mod rules;
mod store;

use jiff::civil::Date;

pub use jobs::{Celebrations, ProbationEnds};

use super::{Employee, employee};
use crate::error::Result;
use crate::storage::Rx;

/// Who begins between these dates, deactivated people left out; by first day.
///
/// # Errors
/// When the database cannot be read.
pub fn joining(rx: &Rx<'_>, first: Date, last: Date) -> Result<Vec<Employee>> {
    employee::joining_between(rx, first, last)
}
