//! The decisions and the arithmetic of leave over plain data: which days a request covers, how many minutes they
//! charge, what is left on a date, which grant a day draws from, and what may happen to a request. Nothing here
//! reads the clock or the database: who calls it brings `today`, the schedule, the holidays and the ledger's rows.

mod span;
mod states;

pub use span::{LeaveSpan, Part, SpanInput};
pub use states::{LeaveStatus, Step, WrongState};
