//! Somebody to be hired, as the API and the page say it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{Choice, NewHire, NewLogin};
use crate::auth::{Role, Roles};
use crate::error::{AppError, Result};
use crate::ids::{DepartmentId, EmployeeId, EntityId, LocationId, TemplateId};
use crate::orgs::Org;
use crate::people::{EmploymentType, Facts, NewEmployee, custom, groups};
use crate::storage::Rx;
use crate::time::WeeklySchedule;
use crate::time::schedule::WeekForm;
use crate::web::json::there;

/// A new colleague.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewEmployee)]
pub struct Input {
    /// 1 to 20 characters, unique regardless of case.
    #[schema(example = "0042", min_length = 1, max_length = 20)]
    pub number: String,
    #[schema(example = "Priya", min_length = 1, max_length = 100)]
    pub first_name: String,
    #[schema(example = "Raghunathan", min_length = 1, max_length = 100)]
    pub last_name: String,
    /// The work address; unique, and the name of the login.
    #[schema(example = "priya@example.com")]
    pub email: String,
    #[serde(default)]
    pub phone: String,
    #[schema(value_type = String, format = Date, example = "2026-11-16")]
    pub join_date: Date,
    /// The last day of the probation, where there is one.
    #[schema(value_type = Option<String>, format = Date)]
    pub probation_end: Option<Date>,
    /// The last day, where it is known.
    #[schema(value_type = Option<String>, format = Date)]
    pub leave_date: Option<Date>,
    #[serde(default)]
    #[schema(example = "Engineer")]
    pub position: String,
    pub employment_type: Option<EmploymentType>,
    /// Left out, the location's.
    pub entity_id: Option<EntityId>,
    /// Left out, the department's.
    pub location_id: Option<LocationId>,
    pub department_id: Option<DepartmentId>,
    pub manager_id: Option<EmployeeId>,
    /// Left out, the line manager.
    pub approver_id: Option<EmployeeId>,
    pub deputy_id: Option<EmployeeId>,
    /// Makes a login with these roles. HR gives `employee` and `manager`, an admin who is HR any.
    #[serde(default)]
    #[schema(example = json!(["employee"]))]
    pub roles: Vec<Role>,
    /// Codes of groups.
    #[serde(default)]
    #[schema(example = json!(["it"]))]
    pub groups: Vec<String>,
    /// Minutes a weekday; left out, Monday to Friday, 8 hours.
    #[schema(value_type = Option<WeekForm>, example = json!({"mon": 480, "tue": 480, "wed": 480, "thu": 480}))]
    pub schedule: Option<WeeklySchedule>,
    /// A published template. Left out, the one that fits best, where the first day has not passed; null begins nothing.
    #[serde(default, deserialize_with = "there")]
    #[schema(value_type = Option<i64>, example = 2)]
    pub template_id: Option<Option<TemplateId>>,
    pub buddy_id: Option<EmployeeId>,
    /// HR's own fields, by code; what is required must be there.
    #[serde(default)]
    #[schema(value_type = Object, example = json!({"shoe_size": 42}))]
    pub custom: BTreeMap<String, Value>,
    #[serde(default)]
    pub exclude_from_reports: bool,
    /// Makes a login and sends its invitation by mail.
    #[serde(default)]
    pub send_invite: bool,
}

impl Input {
    /// What is to be done, groups looked up.
    ///
    /// # Errors
    /// [`AppError::Invalid`] on `groups` or `roles`.
    pub fn read(self, rx: &Rx<'_>, org: &Org) -> Result<NewHire> {
        if self.roles.contains(&Role::Hire) {
            return Err(AppError::invalid("roles", "“hire” follows from the first day and cannot be given."));
        }
        let groups = groups::by_codes(rx, &self.groups)?;
        let login = (self.send_invite || !self.roles.is_empty()).then(|| {
            let given: Roles = self.roles.iter().copied().collect();
            NewLogin {
                roles: given.with(Role::Employee),
                language: org.settings().language.clone(),
                invite: self.send_invite,
            }
        });
        let facts = Facts {
            phone: self.phone,
            position: self.position,
            employment_type: self.employment_type.unwrap_or(EmploymentType::FullTime),
            entity_id: self.entity_id,
            location_id: self.location_id,
            department_id: self.department_id,
            manager_id: self.manager_id,
            approver_id: self.approver_id,
            deputy_id: self.deputy_id,
            probation_end: self.probation_end,
            leave_date: self.leave_date,
            exclude_from_reports: self.exclude_from_reports,
            ..Facts::new(&self.number, &self.first_name, &self.last_name, &self.email, self.join_date)
        };
        let template = match self.template_id {
            None => Choice::Fitting,
            Some(None) => Choice::Nothing,
            Some(Some(id)) => Choice::Template(id),
        };
        let custom = Some(custom::from_json(self.custom)?);
        let person = NewEmployee { facts, groups, schedule: self.schedule, custom };
        Ok(NewHire { person, login, template, buddy_id: self.buddy_id })
    }
}
