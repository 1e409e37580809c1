//! What a request is: as it is asked for, and as it is kept.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::FieldErrors;
use crate::ids::{DepartmentId, EmployeeId, LeaveDocumentId, LeaveRequestId, LeaveTypeId, ShutdownId};
use crate::leave::rules::{LeaveSpan, LeaveStatus, Part, SpanInput};
use crate::msg;
use crate::people::NameRef;
use crate::time::{Minutes, Slots, hhmm};

/// The longest reason, in characters.
pub const LONGEST_REASON: usize = 1000;
/// The longest contact, in characters.
pub const LONGEST_CONTACT: usize = 200;

fn full_day() -> Part {
    Part::FullDay
}

/// A request as it is asked for: the same names in the form, in the API and in the preview.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = NewLeaveRequest)]
pub struct NewLeave {
    #[schema(example = 1)]
    pub leave_type_id: LeaveTypeId,
    /// For whom; only HR may ask for another than themselves.
    #[serde(default)]
    pub employee_id: Option<EmployeeId>,
    #[schema(value_type = String, format = Date, example = "2026-12-22")]
    pub start_date: Date,
    #[schema(value_type = String, format = Date, example = "2027-01-04")]
    pub end_date: Date,
    #[serde(default = "full_day")]
    pub start_part: Part,
    #[serde(default = "full_day")]
    pub end_part: Part,
    /// With `to_time`: leave by the hour, on one date, where the type allows it.
    #[serde(default, with = "hhmm::option")]
    #[schema(value_type = Option<String>, example = json!(null))]
    pub from_time: Option<Time>,
    #[serde(default, with = "hhmm::option")]
    #[schema(value_type = Option<String>, example = json!(null))]
    pub to_time: Option<Time>,
    /// At most 1,000 characters; read by whoever decides and by HR.
    #[serde(default)]
    pub reason: String,
    /// How to reach the person meanwhile; at most 200 characters.
    #[serde(default)]
    pub contact: String,
    /// Who stands in.
    #[serde(default)]
    pub deputy_id: Option<EmployeeId>,
    /// Papers that were uploaded for it, or are on it already; at most 10.
    #[serde(default)]
    pub document_ids: Vec<LeaveDocumentId>,
    /// Files that the form holds and has not sent yet: a preview counts them as papers.
    #[serde(skip)]
    pub files_chosen: usize,
}

impl NewLeave {
    /// # Errors
    /// Where the dates, parts and times do not fit together.
    pub fn span(&self) -> Result<LeaveSpan, FieldErrors> {
        LeaveSpan::parse(&SpanInput {
            start_date: self.start_date,
            start_part: self.start_part,
            end_date: self.end_date,
            end_part: self.end_part,
            from_time: self.from_time,
            to_time: self.to_time,
        })
    }

    /// The same request asked for again, with these papers of its sender's: what an edit starts from.
    pub fn again(request: &LeaveRequest, document_ids: Vec<LeaveDocumentId>) -> NewLeave {
        let span = request.span.to_input();
        NewLeave {
            leave_type_id: request.leave_type_id,
            employee_id: None,
            start_date: span.start_date,
            end_date: span.end_date,
            start_part: span.start_part,
            end_part: span.end_part,
            from_time: span.from_time,
            to_time: span.to_time,
            reason: request.reason.clone(),
            contact: request.contact.clone(),
            deputy_id: request.deputy_id(),
            document_ids,
            files_chosen: 0,
        }
    }

    /// Texts without blanks around, and what is too long.
    pub(super) fn tidy(&mut self) -> FieldErrors {
        let mut errors = FieldErrors::new();
        self.reason = self.reason.trim().to_owned();
        self.contact = crate::text::tidy(&self.contact);
        for (field, text, most) in
            [("reason", &self.reason, LONGEST_REASON), ("contact", &self.contact, LONGEST_CONTACT)]
        {
            let length = text.chars().count();
            if length > most {
                errors.add(field, msg!("At most {0} characters; this has {1}.", most, length));
            }
        }
        errors
    }
}

/// A request as it is kept.
#[derive(Clone, Debug)]
pub struct LeaveRequest {
    pub id: LeaveRequestId,
    pub employee_id: EmployeeId,
    pub employee: String,
    pub department_id: Option<DepartmentId>,
    /// Empty where the person belongs to none.
    pub department: String,
    pub leave_type_id: LeaveTypeId,
    pub span: LeaveSpan,
    /// What its days charge together.
    pub minutes: Minutes,
    pub reason: String,
    pub contact: String,
    pub deputy: Option<NameRef>,
    pub status: LeaveStatus,
    /// Came back early: the last day first asked for.
    pub asked_until: Option<Date>,
    /// HR that entered it for the person.
    pub entered_by: Option<String>,
    /// The company shutdown that it is part of.
    pub shutdown_id: Option<ShutdownId>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub approved_at: Option<Timestamp>,
    /// What its days charged together when it was sent, where the count had changed by its approval.
    pub sent_minutes: Option<Minutes>,
    /// Rises with every change.
    pub revision: i64,
}

impl LeaveRequest {
    pub fn employee_ref(&self) -> NameRef {
        NameRef { id: self.employee_id.0, name: self.employee.clone() }
    }

    pub fn deputy_id(&self) -> Option<EmployeeId> {
        self.deputy.as_ref().map(|deputy| EmployeeId(deputy.id))
    }
}

crate::text_enum! {
    /// How much of a day a request asks for.
    pub enum DayPart {
        FullDay = "full_day",
        Morning = "half_day_morning",
        Afternoon = "half_day_afternoon",
        Hours = "hours",
    }
}

impl DayPart {
    /// The halves that it takes up whole; of some hours none.
    pub const fn slots(self) -> Slots {
        match self {
            DayPart::FullDay => Slots::FULL,
            DayPart::Morning => Slots::MORNING,
            DayPart::Afternoon => Slots::AFTERNOON,
            DayPart::Hours => Slots::NONE,
        }
    }
}

/// One calendar day of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestDay {
    pub date: Date,
    pub part: DayPart,
    /// What the person works on that date by their schedule, holidays aside.
    pub scheduled: Minutes,
    /// The holiday's name, where it is one, wholly or in part.
    pub holiday: Option<String>,
    pub charged: Minutes,
    /// What would be charged, and is given back for leave that interrupts, such as sickness.
    pub given_back: Minutes,
    pub leave_year: i16,
}

/// When approved leave keeps a person from work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AwayTime {
    /// The halves of each day.
    pub slots: BTreeMap<Date, Slots>,
    /// Leave by the hour: from and to on the clock of a date.
    pub hours: Vec<(Date, Time, Time)>,
}
