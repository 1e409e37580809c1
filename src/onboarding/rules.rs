//! The decisions of onboarding over plain data: when a task is due, who does it, what a finished task unlocks, how
//! far a run is, which template fits a person, and what may happen to a task. Nothing here reads the clock or the
//! database.

use jiff::civil::Date;

use crate::time::{WorkingDays, period};

crate::text_enum! {
    /// How the days to a due date are counted.
    pub enum DayCount {
        /// Every day: 0 is the first day, 1 the day after.
        Calendar = "calendar",
        /// Working days of the location: 1 is the first day (the first working day from it on), −1 the working day before.
        Working = "working",
    }

    /// Where a task stands. Overdue is not a state: it is an open task past its due date.
    pub enum TaskStatus {
        /// Waits for other tasks.
        Locked = "locked",
        Open = "open",
        /// Done by its doer, waits for approval.
        AwaitingApproval = "awaiting_approval",
        Done = "done",
        /// Taken out of this run.
        Dropped = "dropped",
    }

    /// By what a task is completed.
    pub enum Completion {
        Tick = "tick",
        Approval = "approval",
        Document = "document",
        Acknowledge = "acknowledge",
        Form = "form",
    }
}

/// The due date of a task `offset` days from a person's first day; for working days `0` is taken as 1.
/// Ends of the calendar are not passed.
pub fn due_date(first_day: Date, offset: i32, count: DayCount, working_days: WorkingDays<'_>) -> Date {
    match count {
        DayCount::Calendar => period::ahead(first_day, offset.into()),
        DayCount::Working => working_days.nth(first_day, offset),
    }
}
