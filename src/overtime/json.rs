//! How the API shows and takes overtime.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rules::{BreakInput, ClassTotal, Compensation, DayClass, LimitUse, OvertimeStatus, Stage, Verdict};
use super::types::{Preview, Request, Wanted, Worked};
use super::{breaks, classes, standing};
use crate::approvals;
use crate::auth::Actor;
use crate::error::Result;
use crate::ids::{ApprovalId, EmployeeId, OvertimeId, ProjectId};
use crate::leave;
use crate::people::NameRef;
use crate::storage::Rx;
use crate::time::{Minutes, hhmm};
use crate::web::Format;

/// A wish for overtime.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewOvertime)]
pub struct NewOvertime {
    /// For whom; only HR asks for others. Oneself where it is left out.
    #[serde(default)]
    pub employee_id: Option<EmployeeId>,
    pub project_id: ProjectId,
    /// The day it begins.
    #[schema(value_type = String, format = Date, example = "2026-11-27")]
    pub date: Date,
    #[serde(with = "hhmm")]
    #[schema(value_type = String, example = "18:00")]
    pub start_time: Time,
    /// Before the start: on the next day.
    #[serde(with = "hhmm")]
    #[schema(value_type = String, example = "02:00")]
    pub end_time: Time,
    #[serde(default)]
    pub breaks: Vec<BreakInput>,
    /// 1 to 500 characters.
    #[schema(example = "Migration of the Porto clients")]
    pub reason: String,
    /// At most 2,000 characters.
    #[serde(default)]
    pub detail: String,
    pub compensation: Compensation,
    #[serde(default)]
    pub stage: Option<Stage>,
    /// HR's reason to go beyond a maximum or over approved leave.
    #[serde(default)]
    pub override_reason: String,
}

impl NewOvertime {
    pub(super) fn wanted(self, actor: &Actor) -> Result<Wanted> {
        Ok(Wanted {
            employee_id: self.employee_id.map_or_else(|| actor.require_employee(), Ok)?,
            project_id: self.project_id,
            date: self.date,
            start_time: self.start_time,
            end_time: self.end_time,
            breaks: self.breaks,
            reason: self.reason,
            detail: self.detail,
            compensation: self.compensation,
            stage: self.stage.unwrap_or(Stage::Worked),
            override_reason: self.override_reason,
        })
    }
}

/// What of a request is to change; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = OvertimePatch)]
pub struct OvertimePatch {
    project_id: Option<ProjectId>,
    #[schema(value_type = Option<String>, format = Date)]
    date: Option<Date>,
    #[serde(with = "hhmm::option")]
    #[schema(value_type = Option<String>, example = "18:00")]
    start_time: Option<Time>,
    #[serde(with = "hhmm::option")]
    #[schema(value_type = Option<String>, example = "02:00")]
    end_time: Option<Time>,
    breaks: Option<Vec<BreakInput>>,
    reason: Option<String>,
    detail: Option<String>,
    compensation: Option<Compensation>,
    override_reason: Option<String>,
}

impl OvertimePatch {
    pub(super) fn apply(self, wanted: &mut Wanted) {
        macro_rules! put {
            ($($field:ident),+) => {$(
                if let Some(value) = self.$field {
                    wanted.$field = value;
                }
            )+};
        }
        put!(project_id, date, start_time, end_time, breaks, reason, detail, compensation, override_reason);
    }
}

/// The times that were really worked.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OvertimeConfirmation)]
pub struct Confirmation {
    /// The day it began; as planned where it is left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    pub date: Option<Date>,
    #[serde(with = "hhmm")]
    #[schema(value_type = String, example = "18:00")]
    pub start_time: Time,
    #[serde(with = "hhmm")]
    #[schema(value_type = String, example = "23:30")]
    pub end_time: Time,
    #[serde(default)]
    pub breaks: Vec<BreakInput>,
}

impl Confirmation {
    pub(super) fn apply(self, wanted: &mut Wanted) {
        if let Some(date) = self.date {
            wanted.date = date;
        }
        wanted.start_time = self.start_time;
        wanted.end_time = self.end_time;
        wanted.breaks = self.breaks;
    }
}

/// Overtime that was asked for. Names are kept as they were then.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = OvertimeRequest)]
pub struct RequestJson {
    pub id: OvertimeId,
    pub employee: NameRef,
    pub department: Option<NameRef>,
    pub project: NameRef,
    #[schema(value_type = String, format = Date, example = "2026-11-27")]
    pub date: Date,
    #[serde(with = "hhmm")]
    #[schema(value_type = String, example = "18:00")]
    pub start_time: Time,
    #[serde(with = "hhmm")]
    #[schema(value_type = String, example = "02:00")]
    pub end_time: Time,
    /// IANA name of the zone of the times.
    #[schema(example = "Europe/Berlin")]
    pub zone: String,
    pub reason: String,
    pub detail: String,
    pub compensation: Compensation,
    pub stage: Stage,
    pub status: OvertimeStatus,
    #[schema(example = 430)]
    pub total_minutes: Minutes,
    #[schema(example = 220)]
    pub night_minutes: Minutes,
    #[schema(example = 700)]
    pub credited_minutes: Minutes,
    /// Of the business date.
    pub is_weekend: bool,
    /// Of the business date.
    pub is_holiday: bool,
    #[schema(value_type = String, example = "2026-11-30T08:12:00Z")]
    pub created_at: Timestamp,
}

impl From<Request> for RequestJson {
    fn from(request: Request) -> Self {
        RequestJson {
            id: request.id,
            employee: request.employee,
            department: request.department,
            project: request.project,
            date: request.date,
            start_time: request.start_time,
            end_time: request.end_time,
            zone: request.zone,
            reason: request.reason,
            detail: request.detail,
            compensation: request.compensation,
            stage: request.stage,
            status: request.status,
            total_minutes: request.total_minutes,
            night_minutes: request.night_minutes,
            credited_minutes: request.credited_minutes,
            is_weekend: request.is_weekend,
            is_holiday: request.is_holiday,
            created_at: request.created_at,
        }
    }
}

/// Minutes on days of one class.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = OvertimeClass)]
pub struct ClassJson {
    pub day_class: DayClass,
    #[schema(example = 320)]
    pub minutes: Minutes,
    /// 1.5 is time and a half.
    #[schema(example = 1.5)]
    pub multiplier: f64,
    #[schema(example = 480)]
    pub credited_minutes: Minutes,
}

impl From<Worked> for ClassJson {
    fn from(one: Worked) -> Self {
        ClassJson {
            day_class: one.day_class,
            minutes: one.minutes,
            multiplier: f64::from(one.multiplier) / 100.0,
            credited_minutes: one.credited_minutes,
        }
    }
}

impl From<ClassTotal> for ClassJson {
    fn from(one: ClassTotal) -> Self {
        ClassJson {
            day_class: one.class,
            minutes: one.minutes,
            multiplier: f64::from(one.multiplier) / 100.0,
            credited_minutes: one.credited,
        }
    }
}

/// Where it stands against one limit.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = OvertimeLimitUse)]
pub struct LimitJson {
    #[schema(value_type = String, format = Date, example = "2026-11-23")]
    pub from: Date,
    #[schema(value_type = String, format = Date, example = "2026-11-29")]
    pub to: Date,
    /// Minutes in the period, this request included.
    #[schema(example = 800)]
    pub used: Minutes,
    #[schema(example = 900)]
    pub recommended: Option<Minutes>,
    #[schema(example = 1080)]
    pub maximum: Option<Minutes>,
    pub verdict: Verdict,
}

/// `day`, `week`, `month`, `year`: those that are set.
pub(super) type LimitsJson = BTreeMap<&'static str, LimitJson>;

pub(super) fn limits_json(uses: &[LimitUse]) -> LimitsJson {
    let one = |one: &LimitUse| LimitJson {
        from: one.period.first(),
        to: one.period.last(),
        used: one.used,
        recommended: one.limit.recommended,
        maximum: one.limit.maximum,
        verdict: one.verdict,
    };
    uses.iter().map(|limit| (limit.kind.as_str(), one(limit))).collect()
}

/// How the decision stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = OvertimeApproval)]
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
    #[schema(value_type = String, example = "2026-11-30T08:12:00Z")]
    pub requested_at: Timestamp,
    #[schema(value_type = String, example = "2026-12-02T08:12:00Z")]
    pub due_at: Timestamp,
}

/// A request with its breaks, its minutes by class, its approval and its history.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = OvertimeRequestDetail)]
pub struct RequestDetail {
    #[serde(flatten)]
    pub request: RequestJson,
    pub breaks: Vec<BreakInput>,
    pub classes: Vec<ClassJson>,
    /// By `day`, `week`, `month`, `year`.
    #[schema(value_type = std::collections::HashMap<String, LimitJson>)]
    pub limits: LimitsJson,
    pub approval: Option<ApprovalJson>,
    /// Oldest first.
    pub timeline: Vec<approvals::Step>,
}

impl RequestDetail {
    pub(super) fn read(rx: &Rx<'_>, actor: &Actor, id: OvertimeId) -> Result<Self> {
        let request = super::get(rx, actor, id)?;
        let approval = approvals::current(rx, approvals::Kind::Overtime, id.0)?.map(|approval| ApprovalJson {
            id: approval.id,
            status: approval.status,
            version: approval.version,
            level: approval.level,
            asked: approval.asked,
            requested_at: approval.requested_at,
            due_at: approval.due_at,
        });
        Ok(RequestDetail {
            breaks: breaks(rx, id)?,
            classes: classes(rx, id)?.into_iter().map(ClassJson::from).collect(),
            limits: limits_json(&standing(rx, &request)?),
            timeline: approvals::timeline(rx, approvals::Kind::Overtime, id.0)?,
            request: request.into(),
            approval,
        })
    }
}

/// What a request would come to.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = OvertimePreview)]
pub struct PreviewJson {
    #[schema(example = 430)]
    pub total_minutes: Minutes,
    #[schema(example = 220)]
    pub night_minutes: Minutes,
    #[schema(example = 700)]
    pub credited_minutes: Minutes,
    pub classes: Vec<ClassJson>,
    pub is_weekend: bool,
    pub is_holiday: bool,
    /// By `day`, `week`, `month`, `year`.
    #[schema(value_type = std::collections::HashMap<String, LimitJson>)]
    pub limits: LimitsJson,
    /// Why it cannot be sent like this: other overtime, approved leave or the shift is in the way.
    #[schema(example = json!([]))]
    pub conflicts: Vec<String>,
}

impl PreviewJson {
    pub(super) fn of(preview: Preview, format: &Format) -> Self {
        PreviewJson {
            conflicts: preview.obstacles.iter().map(|why| leave::words::say(why, format)).collect(),
            total_minutes: preview.classified.minutes,
            night_minutes: preview.classified.night_minutes,
            credited_minutes: preview.classified.credited,
            is_weekend: preview.classified.is_weekend,
            is_holiday: preview.classified.is_holiday,
            classes: preview.classified.classes.into_iter().map(ClassJson::from).collect(),
            limits: limits_json(&preview.limits),
        }
    }
}
