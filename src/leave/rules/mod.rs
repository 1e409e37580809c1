//! The decisions and the arithmetic of leave over plain data: which days a request covers, how many minutes they
//! charge, what is left on a date, which grant a day draws from, and what may happen to a request. Nothing here
//! reads the clock or the database: who calls it brings `today`, the schedule, the holidays and the ledger's rows.

mod balance;
mod checks;
mod counting;
mod fraction;
mod ledger;
mod outlook;
mod policy;
mod regrant;
mod span;
mod states;
#[cfg(test)]
mod tests;
mod year_change;
mod years;

pub use balance::{Balance, Entry, Shortfall, YearLedger};
pub use checks::{Ask, Attachment, Granularity, Refusal, TypeRules, Unit, as_field_errors, entry_window};
pub use counting::{Calendar, DayCount, DayReason, FreeDaysInside, Interruptions, LeaveCount, Overlap, clash};
pub use fraction::{Rounding, RoundingMode};
pub use ledger::{Cause, Draw, Grant, Lapse, LeaveDay, LedgerKind, LedgerRow, Need, Replay, replay, standing};
pub use outlook::{Outlook, YearAhead, is_planned};
pub use policy::{
    Amount, Employment, FirstYear, GrantRhythm, LastYear, PerHours, PlannedGrant, Policy, ServiceYearRule, Tier, Tiers,
    TiersDoNotFit, service_year_at, service_year_on,
};
pub use regrant::regrant;
pub use span::{LeaveSpan, Part, SpanInput};
pub use states::{LeaveStatus, Step, WrongState};
pub use year_change::{Carried, CarryOver, YearEnd};
pub use years::{LeaveYear, LeaveYearStart, LeaveYears, MonthDay, NotAYearStart};
