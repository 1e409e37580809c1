//! How pages of these rooms say things: the state of a person, the days of a week, the reader's dates.

use jiff::civil::{Date, Weekday};

use super::{Employee, NameRef, Status};
use crate::time::Holiday;
use crate::web::Format;
use crate::{msg, tr};

/// The glyph's kind and the words, for `ui::state`.
pub(super) fn state(employee: &Employee, today: Date) -> (&'static str, &'static str) {
    if employee.hidden {
        return ("off", tr!("Deactivated"));
    }
    let status = employee.status(today);
    let kind = match status {
        Status::Invited | Status::PreBoarding => "wait",
        Status::Active => "ok",
        Status::Left => "off",
    };
    (kind, status.label())
}

/// The week as schedules have it.
pub(super) const WEEK: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

/// "Eid al-Fitr (estimated)", "Christmas Day (for Sat 25 Dec)"
pub fn holiday(holiday: &Holiday, format: &Format) -> String {
    let name = &holiday.name;
    let name = if holiday.estimated { format.lang.msg(&msg!("{0} (estimated)", name)) } else { name.clone() };
    match holiday.observed_for {
        Some(date) => format.lang.msg(&msg!("{0} (for {1})", name, format.day(date))),
        None => name,
    }
}

/// For a select: value and words.
pub fn options(choices: Vec<NameRef>) -> Vec<(String, String)> {
    choices.into_iter().map(|one| (one.id.to_string(), one.name)).collect()
}
