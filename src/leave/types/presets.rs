//! The ready-made set of leave types, as `set-up` and `demo` make it. What they say can all be changed afterwards.

use super::model::{Color, TypeFields, VisibleAs};
use crate::leave::rules::{Attachment, Granularity, Overlap, Unit};
use crate::time::Minutes;

/// Names of the ready-made types that the program itself knows.
pub const VACATION: &str = "vacation";
/// Time off in lieu: what overtime credits.
pub const TOIL: &str = "toil";
pub const SICK: &str = "sick";
pub const PERSONAL: &str = "personal";
pub const PARENTAL: &str = "parental";
pub const BEREAVEMENT: &str = "bereavement";
pub const UNPAID: &str = "unpaid";
pub const HOME_OFFICE: &str = "home_office";

/// Name and fields of each, in the order of lists.
pub fn all() -> Vec<(&'static str, TypeFields)> {
    let vacation = TypeFields {
        description: "Paid annual leave.".to_owned(),
        overlap: Overlap::Yields,
        ..basic("Vacation", Color::Green, "V")
    };
    let toil = TypeFields {
        description: "Time off for overtime that was worked.".to_owned(),
        unit: Unit::Hours,
        granularity: Granularity::QuarterHour,
        ..basic("Time off in lieu", Color::Violet, "T")
    };
    let personal = TypeFields {
        description: "A few days a year for what cannot wait.".to_owned(),
        overlap: Overlap::Yields,
        ..basic("Personal", Color::Amber, "S")
    };
    let sick = TypeFields {
        description: "Reported, not asked for. A note may follow.".to_owned(),
        requires_approval: false,
        attachment: Attachment::FromDays(3),
        attachment_within_days: 3,
        visible_as: VisibleAs::Away,
        unplanned: true,
        overlap: Overlap::Interrupts,
        ..recorded("Sick", Color::Grey, "A")
    };
    let parental = TypeFields {
        granularity: Granularity::Day,
        notice_days: 49,
        unplanned: true,
        ..recorded("Parental", Color::Plum, "P")
    };
    let bereavement = TypeFields {
        visible_as: VisibleAs::Away,
        max_consecutive_days: Some(14),
        unplanned: true,
        ..recorded("Bereavement", Color::Brown, "R")
    };
    let unpaid = TypeFields {
        granularity: Granularity::Day,
        paid: false,
        requires_reason: true,
        ..recorded("Unpaid", Color::Slate, "U")
    };
    let home_office = TypeFields {
        description: "Works from home. Shown on the calendar, not counted as away.".to_owned(),
        requires_approval: false,
        works: true,
        overlap: Overlap::Yields,
        ..recorded("Home office", Color::Blue, "H")
    };
    let set = [
        (VACATION, vacation),
        (TOIL, toil),
        (PERSONAL, personal),
        (SICK, sick),
        (PARENTAL, parental),
        (BEREAVEMENT, bereavement),
        (UNPAID, unpaid),
        (HOME_OFFICE, home_office),
    ];
    let ordered = (10..).step_by(10).zip(set);
    ordered.map(|(sort_order, (preset, fields))| (preset, TypeFields { sort_order, ..fields })).collect()
}

/// Paid, in days, by half days, with approval, from a balance that may not go below zero.
fn basic(name: &str, color: Color, letter: &str) -> TypeFields {
    TypeFields {
        name: name.to_owned(),
        description: String::new(),
        color,
        letter: letter.to_owned(),
        unit: Unit::Days,
        granularity: Granularity::HalfDay,
        requires_approval: true,
        attachment: Attachment::Never,
        attachment_within_days: 0,
        requires_reason: false,
        notice_days: 0,
        max_consecutive_days: None,
        max_minutes_per_year: None,
        usable_after_months: 0,
        usable_after_probation: false,
        entity_id: None,
        location_id: None,
        employment_type: None,
        group_id: None,
        unplanned: false,
        overlap: Overlap::Excludes,
        negative_limit_minutes: Minutes::ZERO,
        counts_non_working_days: false,
        visible_as: VisibleAs::Name,
        affects_balance: true,
        works: false,
        paid: true,
        sort_order: 0,
        active: true,
    }
}

/// The same without a balance.
fn recorded(name: &str, color: Color, letter: &str) -> TypeFields {
    TypeFields { affects_balance: false, ..basic(name, color, letter) }
}
