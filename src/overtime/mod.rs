//! Overtime: requests past midnight and with breaks, day classes, limits.

pub mod rules;
