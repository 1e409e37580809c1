//! What a leave type says: how it is counted, shown, limited, and who may see its name.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::{EntityId, GroupId, LeaveTypeId, LocationId};
use crate::lang::Lang;
use crate::leave::rules::{Attachment, FreeDaysInside, Granularity, Overlap, TypeRules, Unit};
use crate::people::EmploymentType;
use crate::time::Minutes;

crate::text_enum! {
    /// One of the eight hues of the house.
    pub enum Color {
        Green = "green",
        Violet = "violet",
        Blue = "blue",
        Brown = "brown",
        Amber = "amber",
        Plum = "plum",
        Slate = "slate",
        Grey = "grey",
    }

    /// What colleagues read on the calendar.
    pub enum VisibleAs {
        /// "Vacation"
        Name = "name",
        /// Only "Away".
        Away = "away",
    }
}

impl Color {
    /// The class that sets the hue (`assets/components.css`).
    pub const fn class(self) -> &'static str {
        match self {
            Color::Green => "vac",
            Color::Violet => "toil",
            Color::Blue => "home",
            Color::Brown => "trip",
            Color::Amber => "pers",
            Color::Plum => "par",
            Color::Slate => "unp",
            Color::Grey => "away",
        }
    }
}

/// How the column keeps when a paper is asked for: none is never, 0 is always.
pub(super) fn attachment_column(attachment: Attachment) -> Option<u16> {
    match attachment {
        Attachment::Never => None,
        Attachment::Always => Some(0),
        Attachment::FromDays(from) => Some(from),
    }
}

pub(super) fn attachment_of_column(column: Option<u16>) -> Attachment {
    match column {
        None => Attachment::Never,
        Some(0) => Attachment::Always,
        Some(from) => Attachment::FromDays(from),
    }
}

fn yes() -> bool {
    true
}

fn excludes() -> Overlap {
    Overlap::Excludes
}

/// Everything HR may set of a type. The same names in the API, in the table and in `PATCH`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TypeFields {
    /// 1 to 100 characters, unique regardless of case.
    #[schema(example = "Vacation")]
    pub name: String,
    /// At most 500 characters.
    #[serde(default)]
    pub description: String,
    pub color: Color,
    /// One letter or digit that repeats the colour; the first of the name where none is given.
    #[serde(default)]
    #[schema(example = "V")]
    pub letter: String,
    pub unit: Unit,
    pub granularity: Granularity,
    #[serde(default = "yes")]
    pub requires_approval: bool,
    #[serde(default)]
    pub attachment: Attachment,
    /// A paper that is needed may follow within so many days of the first day of leave, or of sending it where that is
    /// later; 0 to 90, 0 is with the request.
    #[serde(default)]
    pub attachment_within_days: u16,
    #[serde(default)]
    pub requires_reason: bool,
    /// Calendar days between asking and the first day, 0 to 366.
    #[serde(default)]
    pub notice_days: u16,
    /// Working days in one unbroken stretch, 1 to 1,100.
    #[serde(default)]
    pub max_consecutive_days: Option<u16>,
    /// Taken and asked for in one leave year.
    #[serde(default)]
    pub max_minutes_per_year: Option<Minutes>,
    /// Whole months after the join date, 0 to 120.
    #[serde(default)]
    pub usable_after_months: u16,
    /// Only once the probation has ended.
    #[serde(default)]
    pub usable_after_probation: bool,
    /// Only for people of this entity.
    #[serde(default)]
    pub entity_id: Option<EntityId>,
    /// Only for people of this location.
    #[serde(default)]
    pub location_id: Option<LocationId>,
    /// Only for people so employed.
    #[serde(default)]
    pub employment_type: Option<EmploymentType>,
    /// Only for members of this group: what the law gives some alone needs no note of why.
    #[serde(default)]
    pub group_id: Option<GroupId>,
    /// It comes when it comes, as sickness does: blackouts and coverage do not stop it.
    #[serde(default)]
    pub unplanned: bool,
    /// What happens where it meets other leave of the same person.
    #[serde(default = "excludes")]
    pub overlap: Overlap,
    /// How far below zero the balance may go; 0 is not at all.
    #[serde(default)]
    pub negative_limit_minutes: Minutes,
    /// Free days and holidays inside a stretch are charged too.
    #[serde(default)]
    pub counts_non_working_days: bool,
    pub visible_as: VisibleAs,
    /// False where it is only recorded: home office, training, sick leave without a quota.
    #[serde(default = "yes")]
    pub affects_balance: bool,
    /// The person works, only elsewhere: not counted as away. Cannot affect a balance.
    #[serde(default)]
    pub works: bool,
    #[serde(default = "yes")]
    pub paid: bool,
    /// Lists show lower numbers first.
    #[serde(default)]
    pub sort_order: i32,
    /// An inactive type is kept for what was asked before, and offered no more.
    #[serde(default = "yes")]
    pub active: bool,
}

/// A leave type as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LeaveType {
    pub id: LeaveTypeId,
    /// Which of the ready-made set it is; own types have none.
    #[schema(example = "vacation")]
    pub preset: Option<String>,
    #[serde(flatten)]
    pub fields: TypeFields,
}

impl LeaveType {
    /// What of it bears on whether a request may be made.
    pub fn rules(&self) -> TypeRules {
        let TypeFields {
            granularity,
            attachment,
            attachment_within_days,
            notice_days,
            max_consecutive_days,
            usable_after_months,
            ..
        } = self.fields;
        TypeRules {
            granularity,
            attachment,
            attachment_within_days,
            notice_days,
            max_consecutive_days,
            usable_after_months,
        }
    }

    pub fn free_days_inside(&self) -> FreeDaysInside {
        if self.fields.counts_non_working_days { FreeDaysInside::Charged } else { FreeDaysInside::Free }
    }

    /// Whether it may be asked for by the clock, within one day.
    pub fn by_the_hour(&self) -> bool {
        matches!(self.fields.granularity, Granularity::Hour | Granularity::QuarterHour)
    }

    /// How drawings show and name it.
    pub fn mark_in(&self, lang: Lang) -> Mark {
        let TypeFields { color, letter, name, works, .. } = &self.fields;
        Mark { hue: color.class(), letter: letter.clone(), name: lang.text(name).to_owned(), low: *works }
    }
}

/// How a type is drawn and named for one viewer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// A hue class of the style sheet.
    pub hue: &'static str,
    pub letter: String,
    pub name: String,
    /// Works elsewhere: a low bar.
    pub low: bool,
}

impl Mark {
    /// What colleagues see of a type that does not say more. `away` is the word in the viewer's language.
    pub fn away(away: &str, works: bool) -> Mark {
        let letter = away.chars().next().unwrap_or('A').to_uppercase().collect();
        Mark { hue: Color::Grey.class(), letter, name: away.to_owned(), low: works }
    }
}
