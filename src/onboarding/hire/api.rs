//! Hiring in the API: `POST /employees` makes the record, the login and the tasks.

use std::sync::Arc;

use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::input::Input;
use crate::auth::Hr;
use crate::error::Result;
use crate::ids::{OnboardingId, UserId};
use crate::people::employee::api::EmployeeDetail;
use crate::web::Json;
use crate::web::json::created;
use crate::web::problem::WriteProblems;

/// The new record, and what was made with it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HiredEmployee {
    #[serde(flatten)]
    pub employee: EmployeeDetail,
    /// The login, where one was made.
    pub user_id: Option<UserId>,
    /// The onboarding, where one has begun.
    pub onboarding_id: Option<OnboardingId>,
}

/// Hires somebody.
#[utoipa::path(
    post, path = "/api/v1/employees", operation_id = "create_employee", tag = "employees",
    summary = "Enter a new colleague, with login and onboarding",
    description = "HR. Record, login, invitation and the tasks of the template are made in one transaction, or nothing is. \
Without `template_id` the published template that fits best begins, where the first day has not passed; null begins none.",
    request_body = Input,
    responses((status = 201, description = "Made; `Location` leads to the record", body = HiredEmployee), WriteProblems),
)]
pub async fn create(ctx: Hr, Json(input): Json<Input>) -> Result<Response> {
    let org = Arc::clone(&ctx.org);
    let made = ctx.write(super::HIRED, move |tx, actor| {
        let new = input.read(tx, &org)?;
        let hired = super::hire(tx, actor, &org, new)?;
        Ok(HiredEmployee {
            employee: EmployeeDetail::read(tx, actor, hired.employee_id)?,
            user_id: hired.user_id,
            onboarding_id: hired.onboarding_id,
        })
    });
    let made = made.await?;
    let location = format!("/api/v1/employees/{}", made.employee.employee.id);
    Ok(created(location, made))
}
