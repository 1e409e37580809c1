//! How the API shows requests and previews.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{DayPart, LeaveRequest, RequestDay};
use super::plan::Plan;
use super::store;
use crate::approvals;
use crate::auth::Actor;
use crate::error::Result;
use crate::ids::{ApprovalId, LeaveRequestId, LeaveTypeId, ShutdownId, TripId};
use crate::leave::papers::{self, Papers};
use crate::leave::rules::{LeaveStatus, Part};
use crate::leave::trips::{Trip, TripStatus};
use crate::leave::{types, words};
use crate::people::NameRef;
use crate::storage::Rx;
use crate::time::{Minutes, hhmm};
use crate::web::problem::ProblemField;

/// A request for leave.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeaveRequest)]
pub struct RequestJson {
    pub id: LeaveRequestId,
    pub employee: NameRef,
    pub leave_type: NameRef,
    #[schema(value_type = String, format = Date, example = "2026-12-22")]
    pub start_date: Date,
    pub start_part: Part,
    #[schema(value_type = String, format = Date, example = "2027-01-04")]
    pub end_date: Date,
    pub end_part: Part,
    /// With `to_time`: leave by the hour.
    #[serde(with = "hhmm::option")]
    #[schema(value_type = Option<String>, example = json!(null))]
    pub from_time: Option<Time>,
    #[serde(with = "hhmm::option")]
    #[schema(value_type = Option<String>, example = json!(null))]
    pub to_time: Option<Time>,
    /// What its days charge together.
    #[schema(example = 3120)]
    pub minutes: Minutes,
    pub status: LeaveStatus,
    pub reason: String,
    pub contact: String,
    pub deputy: Option<NameRef>,
    /// Came back early: the last day first asked for.
    #[schema(value_type = Option<String>, format = Date)]
    pub asked_until: Option<Date>,
    /// HR that entered it for the person.
    pub entered_by: Option<String>,
    /// The company shutdown that it is part of.
    pub shutdown_id: Option<ShutdownId>,
    #[schema(value_type = String, example = "2026-12-01T08:20:00Z")]
    pub created_at: Timestamp,
    #[schema(value_type = String, example = "2026-12-01T08:20:00Z")]
    pub updated_at: Timestamp,
    #[schema(value_type = Option<String>, example = json!(null))]
    pub approved_at: Option<Timestamp>,
    /// How many papers are on it.
    #[schema(example = 1)]
    pub documents: i64,
    /// The last day on which a paper may follow, where one is needed.
    #[schema(value_type = Option<String>, format = Date, example = json!(null))]
    pub documents_due_on: Option<Date>,
}

impl RequestJson {
    fn of(request: LeaveRequest, leave_type: NameRef, papers: Papers) -> Self {
        let span = request.span.to_input();
        RequestJson {
            id: request.id,
            employee: request.employee_ref(),
            leave_type,
            start_date: span.start_date,
            start_part: span.start_part,
            end_date: span.end_date,
            end_part: span.end_part,
            from_time: span.from_time,
            to_time: span.to_time,
            minutes: request.minutes,
            status: request.status,
            reason: request.reason,
            contact: request.contact,
            deputy: request.deputy,
            asked_until: request.asked_until,
            entered_by: request.entered_by,
            shutdown_id: request.shutdown_id,
            created_at: request.created_at,
            updated_at: request.updated_at,
            approved_at: request.approved_at,
            documents: papers.count,
            documents_due_on: papers.due_on,
        }
    }

    /// Several, with the names of their types.
    pub(super) fn of_all(rx: &Rx<'_>, requests: Vec<LeaveRequest>) -> Result<Vec<RequestJson>> {
        let names: HashMap<LeaveTypeId, String> =
            types::all(rx)?.into_iter().map(|kind| (kind.id, kind.fields.name)).collect();
        let ids: Vec<LeaveRequestId> = requests.iter().map(|request| request.id).collect();
        let papers = papers::of_requests(rx, &ids)?;
        let shown = |request: LeaveRequest| {
            let id = request.leave_type_id;
            let name = names.get(&id).cloned().unwrap_or_default();
            let papers = papers.get(&request.id).copied().unwrap_or_default();
            RequestJson::of(request, NameRef { id: id.0, name }, papers)
        };
        Ok(requests.into_iter().map(shown).collect())
    }
}

/// A calendar day of a request.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeaveDay)]
pub struct DayJson {
    #[schema(value_type = String, format = Date, example = "2026-12-24")]
    pub date: Date,
    pub part: DayPart,
    /// By the person's own week, holidays aside.
    #[schema(example = 480)]
    pub scheduled_minutes: Minutes,
    /// Name of the holiday, where the day or half of it is one.
    #[schema(example = "Christmas Eve")]
    pub holiday: Option<String>,
    #[schema(example = 240)]
    pub charged_minutes: Minutes,
    /// What it would charge besides, were it not interrupted by other leave, such as sickness.
    #[schema(example = 0)]
    pub given_back_minutes: Minutes,
}

impl From<RequestDay> for DayJson {
    fn from(day: RequestDay) -> Self {
        DayJson {
            date: day.date,
            part: day.part,
            scheduled_minutes: day.scheduled,
            holiday: day.holiday,
            charged_minutes: day.charged,
            given_back_minutes: day.given_back,
        }
    }
}

/// How the decision on a request stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeaveApproval)]
pub struct ApprovalJson {
    pub id: ApprovalId,
    pub status: approvals::Status,
    /// Rises with every change; a decision may name the one that was looked at.
    #[schema(example = 1)]
    pub version: u32,
    #[schema(example = 1)]
    pub level: u32,
    /// Those who are, or were last, asked.
    pub asked: Vec<NameRef>,
    #[schema(value_type = String, example = "2026-12-01T08:20:00Z")]
    pub requested_at: Timestamp,
    #[schema(value_type = String, example = "2026-12-03T08:20:00Z")]
    pub due_at: Timestamp,
}

/// A request with its days, its approval and its history.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeaveRequestDetail)]
pub struct RequestDetail {
    #[serde(flatten)]
    pub request: RequestJson,
    pub days: Vec<DayJson>,
    /// None where nobody was asked.
    pub approval: Option<ApprovalJson>,
    /// Oldest first.
    pub timeline: Vec<approvals::Step>,
}

impl RequestDetail {
    pub(super) fn read(rx: &Rx<'_>, actor: &Actor, id: LeaveRequestId) -> Result<Self> {
        let (request, _) = super::get(rx, actor, id)?;
        let kind = types::get(rx, request.leave_type_id)?;
        let approval = approvals::current(rx, approvals::Kind::Leave, id.0)?.map(|approval| ApprovalJson {
            id: approval.id,
            status: approval.status,
            version: approval.version,
            level: approval.level,
            asked: approval.asked,
            requested_at: approval.requested_at,
            due_at: approval.due_at,
        });
        Ok(RequestDetail {
            days: store::days(rx, id)?.into_iter().map(DayJson::from).collect(),
            timeline: approvals::timeline(rx, approvals::Kind::Leave, id.0)?,
            request: RequestJson::of(request, NameRef { id: kind.id.0, name: kind.fields.name }, papers::of(rx, id)?),
            approval,
        })
    }
}

/// What one leave year is charged.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeaveYearCharge)]
pub struct YearJson {
    #[schema(example = 2026)]
    pub year: i16,
    #[schema(example = 2640)]
    pub minutes: Minutes,
    #[schema(example = 6000)]
    pub balance_before: Minutes,
    #[schema(example = 3360)]
    pub balance_after: Minutes,
}

/// Leave of the same person in the same time.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeaveConflict)]
pub struct ConflictJson {
    pub id: LeaveRequestId,
    pub leave_type: NameRef,
    #[schema(value_type = String, format = Date)]
    pub start_date: Date,
    #[schema(value_type = String, format = Date)]
    pub end_date: Date,
    pub status: LeaveStatus,
}

/// A business trip of the same person on the same days.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeaveTripConflict)]
pub struct TripConflictJson {
    pub id: TripId,
    #[schema(example = "Rotterdam")]
    pub destination: String,
    #[schema(value_type = String, format = Date)]
    pub start_date: Date,
    #[schema(value_type = String, format = Date)]
    pub end_date: Date,
    pub status: TripStatus,
}

/// What a request would do.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeavePreview)]
pub struct PreviewJson {
    #[schema(example = 3120)]
    pub minutes: Minutes,
    pub days: Vec<DayJson>,
    /// On the first day, of its leave year; null where the type has no balance.
    #[schema(example = 6000)]
    pub balance_before: Option<Minutes>,
    #[schema(example = 3360)]
    pub balance_after: Option<Minutes>,
    /// The same for each leave year that it touches.
    pub years: Vec<YearJson>,
    /// The first day back at work.
    #[schema(value_type = Option<String>, format = Date, example = "2027-01-05")]
    pub back_on: Option<Date>,
    /// The last day on which a paper may follow, where one is needed.
    #[schema(value_type = Option<String>, format = Date, example = json!(null))]
    pub documents_due_on: Option<Date>,
    pub conflicts: Vec<ConflictJson>,
    /// Business trips in the way.
    pub trips: Vec<TripConflictJson>,
    /// Worth knowing before it is sent.
    pub warnings: Vec<String>,
    /// Why it cannot be sent.
    pub errors: Vec<ProblemField>,
}

impl PreviewJson {
    pub(super) fn of(rx: &Rx<'_>, plan: &Plan) -> Result<PreviewJson> {
        let year = |charge: &super::YearCharge| YearJson {
            year: charge.account.year,
            minutes: charge.charged,
            balance_before: charge.before.available,
            balance_after: charge.after.available,
        };
        let years: Vec<YearJson> = plan.years.iter().map(year).collect();
        let conflicts = RequestJson::of_all(rx, plan.conflicts.clone())?.into_iter().map(|other| ConflictJson {
            id: other.id,
            leave_type: other.leave_type,
            start_date: other.start_date,
            end_date: other.end_date,
            status: other.status,
        });
        let trip = |trip: &Trip| TripConflictJson {
            id: trip.id,
            destination: trip.destination.clone(),
            start_date: trip.period.first(),
            end_date: trip.period.last(),
            status: trip.status,
        };
        let errors = plan.errors.0.iter().map(|(field, message)| ProblemField {
            field: field.to_string(),
            message: words::say(message, &plan.format),
        });
        Ok(PreviewJson {
            minutes: plan.minutes(),
            days: plan.days().into_iter().map(DayJson::from).collect(),
            balance_before: years.first().map(|year| year.balance_before),
            balance_after: years.first().map(|year| year.balance_after),
            years,
            back_on: plan.back_on,
            documents_due_on: plan.documents_due_on,
            conflicts: conflicts.collect(),
            trips: plan.trips.iter().map(trip).collect(),
            warnings: plan.warnings.iter().map(|words| words::say(words, &plan.format)).collect(),
            errors: errors.collect(),
        })
    }
}
