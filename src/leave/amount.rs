//! Minutes as a leave type shows them: in days of the person's own length, or in hours.

use super::rules::Unit;
use crate::msg;
use crate::time::Minutes;
use crate::web::Format;

/// How the amounts of one type are shown to one reader about one person.
#[derive(Clone, Copy, Debug)]
pub struct Amounts<'a> {
    pub format: &'a Format,
    pub unit: Unit,
    /// What "a day" is worth, more than 0.
    pub per_day: Minutes,
}

impl Amounts<'_> {
    /// "12.5" or "6:30"
    pub fn figure(&self, minutes: Minutes) -> String {
        match self.unit {
            Unit::Days => self.format.days(minutes.get(), self.per_day.get()),
            Unit::Hours => self.format.hours(minutes.get()),
        }
    }

    /// "12.5 days" or "6:30 hours"
    pub fn long(&self, minutes: Minutes) -> String {
        match self.unit {
            Unit::Days => self.format.days_long(minutes.get(), self.per_day.get()),
            Unit::Hours => self.format.lang.msg(&msg!("{0} hours", self.figure(minutes))).replace(' ', "\u{a0}"),
        }
    }

    /// "+ 2", "− 0.5"
    pub fn signed(&self, minutes: Minutes) -> String {
        self.format.signed(&self.figure(minutes))
    }

    /// "Days" or "Hours": the head of a column.
    pub fn column(&self) -> &'static str {
        match self.unit {
            Unit::Days => self.format.lang.text("Days"),
            Unit::Hours => self.format.lang.text("Hours"),
        }
    }
}
