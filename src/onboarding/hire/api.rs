//! `POST /employees`: hiring in the API.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::{OpenApi, ToSchema};

use super::{NewHire, NewLogin};
use crate::auth::{Hr, Role};
use crate::error::{AppError, Result};
use crate::ids::{DepartmentId, EmployeeId, EntityId, LocationId, TemplateId};
use crate::people::employee::api::EmployeeDetail;
use crate::people::{EmploymentType, Facts, NewEmployee, groups};
use crate::storage::Rx;
use crate::time::WeeklySchedule;
use crate::time::schedule::WeekForm;
use crate::web::Json;
use crate::web::problem::WriteProblems;

/// Somebody to be entered.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewEmployee)]
pub struct NewInput {
    /// 1 to 20 characters, unique regardless of case.
    #[schema(example = "0043")]
    number: String,
    #[schema(example = "Priya")]
    first_name: String,
    #[schema(example = "Raghunathan")]
    last_name: String,
    /// The work address, unique regardless of case; the login's, where one is made.
    #[schema(example = "priya@example.com")]
    email: String,
    #[schema(value_type = String, format = Date, example = "2026-11-16")]
    join_date: Date,
    #[schema(value_type = Option<String>, format = Date)]
    leave_date: Option<Date>,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    position: String,
    employment_type: Option<EmploymentType>,
    department_id: Option<DepartmentId>,
    /// Left out, the department's.
    location_id: Option<LocationId>,
    /// Left out, the location's.
    entity_id: Option<EntityId>,
    manager_id: Option<EmployeeId>,
    /// Left out, the line manager.
    approver_id: Option<EmployeeId>,
    deputy_id: Option<EmployeeId>,
    /// Makes a login with these roles. HR gives `employee` and `manager`, an admin who is HR any.
    #[serde(default)]
    #[schema(example = json!(["employee"]))]
    roles: Vec<Role>,
    /// Codes of groups.
    #[serde(default)]
    groups: Vec<String>,
    /// Left out, Monday to Friday, 8 hours.
    #[schema(value_type = Option<WeekForm>)]
    schedule: Option<WeeklySchedule>,
    /// Begins the tasks of this published template.
    template_id: Option<TemplateId>,
    #[serde(default)]
    exclude_from_reports: bool,
    /// Makes a login and sends its invitation by mail.
    #[serde(default)]
    send_invite: bool,
}

impl NewInput {
    fn into_hire(self, rx: &Rx<'_>, language: &str) -> Result<NewHire> {
        if self.roles.contains(&Role::Hire) {
            return Err(AppError::invalid("roles", "“hire” follows from the first day and cannot be given."));
        }
        let wants_login = self.send_invite || !self.roles.is_empty();
        let login = wants_login.then(|| NewLogin {
            roles: self.roles.iter().copied().chain([Role::Employee]).collect(),
            language: language.to_owned(),
            invite: self.send_invite,
        });
        let mut facts = Facts::new(&self.number, &self.first_name, &self.last_name, &self.email, self.join_date);
        facts.leave_date = self.leave_date;
        facts.phone = self.phone;
        facts.position = self.position;
        facts.employment_type = self.employment_type.unwrap_or(facts.employment_type);
        facts.department_id = self.department_id;
        facts.location_id = self.location_id;
        facts.entity_id = self.entity_id;
        facts.manager_id = self.manager_id;
        facts.approver_id = self.approver_id;
        facts.deputy_id = self.deputy_id;
        facts.exclude_from_reports = self.exclude_from_reports;
        let groups = groups::by_codes(rx, &self.groups)?;
        let person = NewEmployee { facts, groups, schedule: self.schedule };
        Ok(NewHire { person, login, template_id: self.template_id, buddy_id: None })
    }
}

/// Enters a person.
#[utoipa::path(
    post, path = "/api/v1/employees", operation_id = "create_employee", tag = "employees",
    summary = "Enter a person",
    description = "HR. In one transaction: the record, with `roles` or `send_invite` a login, with `template_id` the onboarding. What is left out of entity and location follows from the department.",
    request_body = NewInput,
    responses((status = 201, description = "Entered; `Location` leads to it", body = EmployeeDetail), WriteProblems),
)]
pub async fn create(ctx: Hr, Json(new): Json<NewInput>) -> Result<Response> {
    let org = Arc::clone(&ctx.org);
    let language = org.settings().language.clone();
    let made = ctx.write(super::HIRED, move |tx, actor| {
        let new = new.into_hire(tx, &language)?;
        let hired = super::hire(tx, actor, &org, new)?;
        EmployeeDetail::read(tx, actor, hired.employee_id)
    });
    let made = made.await?;
    let location = format!("/api/v1/employees/{}", made.employee.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(made)).into_response())
}

#[derive(Debug, OpenApi)]
#[openapi(paths(create))]
pub struct Api;
