//! What overtime speaks of: projects, what somebody asks for, and a request as it is kept.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use serde::Serialize;

use crate::error::{Msg, Result};
use crate::ids::{DepartmentId, EmployeeId, OvertimeId, ProjectId};
use crate::people::NameRef;
use crate::time::Minutes;
use crate::web::Listing;

use super::rules::{BreakInput, Classified, Compensation, DayClass, LimitUse, OvertimeSpan, OvertimeStatus, Stage};

/// What overtime is booked on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Project {
    pub id: ProjectId,
    /// 1 to 20 characters, unique in any case.
    pub code: String,
    /// 1 to 200 characters.
    pub name: String,
    pub description: String,
    pub active: bool,
}

/// What somebody asks for. Times are local to the person's location.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// For whom; only HR asks for others.
    pub employee_id: EmployeeId,
    pub project_id: ProjectId,
    /// The business date: the day it starts.
    pub date: Date,
    pub start_time: Time,
    /// Before the start: on the next day.
    pub end_time: Time,
    pub breaks: Vec<BreakInput>,
    /// 1 to 500 characters.
    pub reason: String,
    /// At most 2,000 characters.
    pub detail: String,
    pub compensation: Compensation,
    pub stage: Stage,
    /// HR's reason to go beyond a limit or over approved leave; empty where there is none.
    pub override_reason: String,
}

/// What a wish comes to, before it is sent.
#[derive(Clone, Debug)]
pub struct Preview {
    pub span: OvertimeSpan,
    pub classified: Classified,
    pub limits: Vec<LimitUse>,
    pub project: Project,
    /// Other overtime, the shift, approved leave: any of them refuses the request. Dates stand in them as ISO text.
    pub obstacles: Vec<Msg>,
    /// HR's reason by which limits and leave are in nobody's way; empty where there is none.
    pub override_reason: String,
}

/// A request as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub id: OvertimeId,
    pub employee: NameRef,
    pub department: Option<NameRef>,
    pub project: NameRef,
    pub date: Date,
    pub start_time: Time,
    pub end_time: Time,
    /// IANA zone of the times.
    pub zone: String,
    pub reason: String,
    pub detail: String,
    pub compensation: Compensation,
    pub stage: Stage,
    pub status: OvertimeStatus,
    pub total_minutes: Minutes,
    pub night_minutes: Minutes,
    pub credited_minutes: Minutes,
    /// Of the business date.
    pub is_weekend: bool,
    /// Of the business date.
    pub is_holiday: bool,
    pub limit_override: String,
    pub created_at: Timestamp,
}

impl Request {
    pub fn employee_id(&self) -> EmployeeId {
        EmployeeId(self.employee.id)
    }

    /// Whether it ends on the day after its business date.
    pub fn ends_next_day(&self) -> bool {
        self.end_time < self.start_time
    }
}

/// Minutes of one day class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Worked {
    pub day_class: DayClass,
    pub minutes: Minutes,
    /// In per cent: 150 is time and a half.
    pub multiplier: u16,
    pub credited_minutes: Minutes,
}

/// Which requests a list wants.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub employee_id: Option<EmployeeId>,
    pub project_id: Option<ProjectId>,
    pub department_id: Option<DepartmentId>,
    pub status: Option<OvertimeStatus>,
    /// Business dates, both included.
    pub from: Option<Date>,
    pub to: Option<Date>,
    /// Part of the person's name, as [`crate::text::sort_key`] writes it.
    pub search: Option<String>,
}

impl Filter {
    /// The filters of a list's query.
    ///
    /// # Errors
    /// [`crate::error::AppError::Invalid`] where one cannot be read.
    pub fn read(listing: &Listing) -> Result<Filter> {
        Ok(Filter {
            employee_id: listing.filter("employee_id")?,
            project_id: listing.filter("project_id")?,
            department_id: listing.filter("department_id")?,
            status: listing.filter("status")?,
            from: listing.filter("from")?,
            to: listing.filter("to")?,
            search: listing.search.as_deref().map(crate::text::sort_key),
        })
    }
}
