//! How pages of these rooms say things: the state of a person, the days of a week, the reader's dates.

use jiff::civil::{Date, Weekday};

use super::{Employee, NameRef, Status};
use crate::auth::Ctx;
use crate::tr;
use crate::web::Format;

/// Dates and figures as the one who asks reads them.
pub(super) fn format(ctx: &Ctx) -> Format {
    Format::new(ctx.visit.lang, ctx.actor.zone.clone(), ctx.auth.clock().now())
}

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

/// For a select: value and words.
pub fn options(choices: Vec<NameRef>) -> Vec<(String, String)> {
    choices.into_iter().map(|one| (one.id.to_string(), one.name)).collect()
}
