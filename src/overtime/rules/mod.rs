//! The decisions and the arithmetic of overtime over plain data: the real minutes of a span with its breaks, what
//! class of day they fall on, what they are credited, which limits they reach, and what may happen to a request.
//! Nothing here reads the clock or the database.

mod classes;
mod limits;
mod span;
mod states;
#[cfg(test)]
mod tests;

pub use classes::{ClassTotal, Classified, DayCalendar, DayClass, Multipliers, Piece, hours_in_the_way, is_weekend};
pub use limits::{Limit, LimitPeriod, LimitUse, Limits, Verdict, cycle};
pub use span::{BreakInput, OvertimeSpan, SpanInput};
pub use states::{Compensation, OvertimeStatus, Stage, Step, Worth, WrongState};
