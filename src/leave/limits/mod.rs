//! When leave is not possible, or not wise, whatever the balance says: dates that HR has closed (blackouts), departments
//! of which so many must be here (coverage), and months that payroll has closed. HR sets them up; every request is held
//! against them, in its preview and again when it is sent. What comes when it comes (sickness) and work elsewhere are not
//! stopped by the first two; nothing but opening them again changes a closed month.

pub mod api;
pub mod blackouts;
pub mod coverage;
pub mod pages;
pub mod settings;
mod store;

use crate::leave::types::LeaveType;

/// Whether a kind is stopped by blackouts and coverage.
pub(in crate::leave) fn concern(kind: &LeaveType) -> bool {
    !kind.fields.unplanned && !kind.fields.works
}
