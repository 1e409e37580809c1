//! What a leave type asks of a request apart from the balance: notice, length, granularity, the time it opens, a
//! window of dates. Each refusal names the field it belongs to and says why.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::{Calendar, LeaveCount, LeaveSpan};
use crate::error::{FieldErrors, Msg};
use crate::msg;
use crate::time::{Minutes, Period, period};

crate::text_enum! {
    /// The smallest part of a day that can be asked for. Each allows what is coarser as well.
    pub enum Granularity {
        Day = "day",
        HalfDay = "half_day",
        Hour = "hour",
        QuarterHour = "quarter_hour",
    }

    /// In what a type's figures are shown.
    pub enum Unit {
        Days = "days",
        Hours = "hours",
    }
}

/// Whether a request needs a paper. In the API `"never"`, `"always"` or `{"from_days": 3}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Attachment {
    #[default]
    Never,
    Always,
    /// From so many days of absence on.
    FromDays(u16),
}

impl Attachment {
    /// For leave on so many working days.
    pub fn needed(self, working_days: usize) -> bool {
        match self {
            Attachment::Never => false,
            Attachment::Always => true,
            Attachment::FromDays(days) => working_days >= usize::from(days),
        }
    }
}

/// What of a leave type bears on whether a request may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeRules {
    pub granularity: Granularity,
    pub attachment: Attachment,
    /// A paper may follow within so many days; 0 is with the request.
    pub attachment_within_days: u16,
    /// Calendar days between the request and its first day; 0 asks for none and allows leave that is past.
    pub notice_days: u16,
    /// Working days in one unbroken stretch.
    pub max_consecutive_days: Option<u16>,
    /// Months from joining to the first day of leave.
    pub usable_after_months: u16,
}

/// Why a request cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The whole of it is free anyway.
    NoWorkingTime,
    /// The type is taken in whole days, or in half days, or in steps of so many minutes.
    WholeDaysOnly,
    NoHours,
    Step(Minutes),
    /// So many days' notice were asked, and these are given.
    Notice {
        asked: u16,
        given: i64,
    },
    /// The stretch has so many working days, and at most so many are allowed.
    TooLong {
        days: usize,
        longest: u16,
    },
    /// The type opens on this date for this person.
    NotYet(Date),
    /// Requests reach from the first to the last of these dates.
    OutOfWindow(Period),
    AttachmentMissing,
}

impl Refusal {
    /// The form's field it belongs to.
    pub const fn field(self) -> &'static str {
        match self {
            Refusal::WholeDaysOnly => "start_part",
            Refusal::NoHours | Refusal::Step(_) => "from_time",
            Refusal::TooLong { .. } => "end_date",
            Refusal::AttachmentMissing => "document_ids",
            Refusal::NoWorkingTime | Refusal::Notice { .. } | Refusal::NotYet(_) | Refusal::OutOfWindow(_) => {
                "start_date"
            }
        }
    }

    pub fn message(self) -> Msg {
        match self {
            Refusal::NoWorkingTime => msg!("There is no working time in this period."),
            Refusal::WholeDaysOnly => msg!("This kind of leave is taken in whole days."),
            Refusal::NoHours => msg!("This kind of leave is not taken by the hour."),
            Refusal::Step(minutes) => msg!("This kind of leave is taken in steps of {0} minutes.", minutes.get()),
            Refusal::Notice { asked, given } => {
                msg!("This kind of leave asks for {0} days’ notice; this would be {1}.", asked, given.max(0))
            }
            Refusal::TooLong { days, longest } => {
                msg!("At most {0} working days in a row; with this it would be {1}.", longest, days)
            }
            Refusal::NotYet(date) => msg!("This kind of leave can be taken from {0} on.", date),
            Refusal::OutOfWindow(window) => {
                msg!("Leave can be entered from {0} to {1}.", window.first(), window.last())
            }
            Refusal::AttachmentMissing => msg!("Attach a paper: this kind of leave is not sent without one."),
        }
    }
}

/// The refusals beside their fields.
pub fn as_field_errors(refusals: &[Refusal]) -> FieldErrors {
    let mut errors = FieldErrors::new();
    for refusal in refusals {
        errors.add(refusal.field(), refusal.message());
    }
    errors
}

/// A request as a whole, when it is made.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    pub span: &'a LeaveSpan,
    pub count: &'a LeaveCount,
    pub calendar: Calendar<'a>,
    pub today: Date,
    pub join_date: Option<Date>,
    /// Dates on which the person has other leave of this type (open or approved).
    pub other_days: &'a BTreeSet<Date>,
    pub attachments: usize,
}

impl TypeRules {
    /// Everything that speaks against a person's own request.
    pub fn refusals(&self, ask: &Ask<'_>) -> Vec<Refusal> {
        let Ask { span, count, today, .. } = *ask;
        let mut found = self.refusals_for_hr(ask);
        found.extend(self.notice(span, today));
        found.extend(self.stretch(ask));
        found.extend(self.opens(span, ask.join_date));
        let may_follow = self.attachment_within_days > 0;
        if self.attachment.needed(count.working_days()) && ask.attachments == 0 && !may_follow {
            found.push(Refusal::AttachmentMissing);
        }
        found
    }

    /// What speaks even against what HR enters for someone.
    pub fn refusals_for_hr(&self, ask: &Ask<'_>) -> Vec<Refusal> {
        let Ask { span, count, today, .. } = *ask;
        let empty = count.total().is_zero().then_some(Refusal::NoWorkingTime);
        empty.into_iter().chain(self.grain(span)).chain(window(span, today)).collect()
    }

    fn grain(&self, span: &LeaveSpan) -> Option<Refusal> {
        let step = match (self.granularity, span.clock_minutes()) {
            (Granularity::Day | Granularity::HalfDay, Some(_)) => return Some(Refusal::NoHours),
            (Granularity::Day, None) => {
                let whole = span.slots(span.first_day()).is_full() && span.slots(span.last_day()).is_full();
                return (!whole).then_some(Refusal::WholeDaysOnly);
            }
            (Granularity::HalfDay | Granularity::Hour | Granularity::QuarterHour, None) => return None,
            (Granularity::Hour, Some(_)) => 60,
            (Granularity::QuarterHour, Some(_)) => 15,
        };
        let length = span.clock_minutes().unwrap_or(Minutes::ZERO);
        (length.get() % step != 0).then_some(Refusal::Step(Minutes::new(step as i32)))
    }

    fn notice(&self, span: &LeaveSpan, today: Date) -> Option<Refusal> {
        let given = period::days_between(today, span.first_day());
        let short = self.notice_days > 0 && given < i64::from(self.notice_days);
        short.then_some(Refusal::Notice { asked: self.notice_days, given })
    }

    fn stretch(&self, ask: &Ask<'_>) -> Option<Refusal> {
        let longest = self.max_consecutive_days?;
        let days = stretch(ask);
        (days > usize::from(longest)).then_some(Refusal::TooLong { days, longest })
    }

    fn opens(&self, span: &LeaveSpan, join_date: Option<Date>) -> Option<Refusal> {
        if self.usable_after_months == 0 {
            return None;
        }
        let opens = join_date?.saturating_add(i32::from(self.usable_after_months).months());
        (span.first_day() < opens).then_some(Refusal::NotYet(opens))
    }
}

/// The dates within which leave can be entered on `today`: 12 months back to 18 months ahead.
pub fn entry_window(today: Date) -> Period {
    let back = today.saturating_sub(12.months());
    let ahead = today.saturating_add(18.months());
    Period::new(back, ahead).unwrap_or(Period::day(today))
}

fn window(span: &LeaveSpan, today: Date) -> Option<Refusal> {
    let window = entry_window(today);
    let inside = window.contains(span.first_day()) && window.contains(span.last_day());
    (!inside).then_some(Refusal::OutOfWindow(window))
}

/// Working days in the unbroken stretch of leave that this request makes together with what it adjoins; free days
/// neither break it nor count.
fn stretch(ask: &Ask<'_>) -> usize {
    let Ask { span, count, calendar, other_days, .. } = *ask;
    let adjoining = |days: &mut dyn Iterator<Item = Date>| {
        days.filter(|date| calendar.works_on(*date)).take_while(|date| other_days.contains(date)).count()
    };
    // Beyond a year without a working day nothing adjoins any more.
    let mut before = (1..=366).map(|n| period::back(span.first_day(), n));
    let mut after = (1..=366).map(|n| period::ahead(span.last_day(), n));
    count.working_days() + adjoining(&mut before) + adjoining(&mut after)
}
