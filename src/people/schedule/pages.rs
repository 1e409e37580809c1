//! `/people/{id}/weeks/…`: the form of a working week.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;

use super::api::{CHANGED, REMOVED, SET};
use super::form::{self, DayField};
use super::{Schedule, full_time};
use crate::auth::{Ctx, Hr};
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::{EmployeeId, ScheduleId};
use crate::msg;
use crate::people::{self, words};
use crate::storage::Rx;
use crate::web::{self, Flash, Form, FormState, Shell, filters};

#[derive(Debug, askama::Template)]
#[template(path = "people/week.html")]
struct Edit {
    shell: Shell,
    employee_id: EmployeeId,
    name: String,
    /// `None` enters a new one.
    week: Option<ScheduleId>,
    removable: bool,
    days: Vec<DayField>,
    form: FormState,
}
web::pages!(Edit);

/// What the form sends beside the days.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub struct WeekInput {
    effective_on: Option<Date>,
}

/// `GET /people/{id}/weeks/new`
pub async fn new(ctx: Hr, Path(id): Path<EmployeeId>) -> Result<Response> {
    let format = words::format(&ctx);
    let last = ctx.read(move |rx, _| super::list(rx, id)).await?.last().map_or_else(full_time, |last| last.week);
    let first = FormState::of([("effective_on", format.today().to_string())]);
    let filled = form::filled(first, &last, &format);
    page(&ctx, id, None, filled, StatusCode::OK).await
}

/// `POST /people/{id}/weeks/new`
pub async fn create(ctx: Hr, Path(id): Path<EmployeeId>, form: Form<WeekInput>) -> Result<Response> {
    save(&ctx, id, None, form).await
}

/// `GET /people/{id}/weeks/{week_id}`
pub async fn edit(ctx: Hr, Path((id, week)): Path<(EmployeeId, ScheduleId)>) -> Result<Response> {
    let schedule = ctx.read(move |rx, _| of_person(rx, id, week)).await?;
    let first = FormState::of([("effective_on", schedule.effective_on.to_string())]);
    let filled = form::filled(first, &schedule.week, &words::format(&ctx));
    page(&ctx, id, Some(week), filled, StatusCode::OK).await
}

/// `POST /people/{id}/weeks/{week_id}`
pub async fn update(
    ctx: Hr,
    Path((id, week)): Path<(EmployeeId, ScheduleId)>,
    form: Form<WeekInput>,
) -> Result<Response> {
    save(&ctx, id, Some(week), form).await
}

/// `POST /people/{id}/weeks/{week_id}/remove`
pub async fn remove(ctx: Hr, Path((id, week)): Path<(EmployeeId, ScheduleId)>) -> Result<Response> {
    ctx.write(REMOVED, move |tx, actor| {
        of_person(tx, id, week)?;
        super::hide(tx, actor, week)
    })
    .await?;
    Ok(Flash::ok("The working week is removed; the one before goes on.").redirect(&ctx.visit, &format!("/people/{id}")))
}

/// A week that stands under another person's address is not there.
fn of_person(rx: &Rx<'_>, id: EmployeeId, week: ScheduleId) -> Result<Schedule> {
    super::present(rx, week).and_then(|found| if found.employee_id == id { Ok(found) } else { Err(AppError::NotFound) })
}

async fn save(ctx: &Ctx, id: EmployeeId, week: Option<ScheduleId>, form: Form<WeekInput>) -> Result<Response> {
    let (state, input) = form.open();
    let read = input.and_then(|input| {
        let mut errors = FieldErrors::new();
        if input.effective_on.is_none() {
            errors.add("effective_on", "This is needed.");
        }
        match (form::read(&state), input.effective_on) {
            (Ok(week), Some(on)) => Ok((on, week)),
            (Ok(_), None) => Err(AppError::Invalid(errors)),
            (Err(days), _) => {
                errors.0.extend(days.0);
                Err(AppError::Invalid(errors))
            }
        }
    });
    let saved = match read {
        Ok((on, wanted)) => match week {
            None => ctx.write(SET, move |tx, actor| super::set(tx, actor, id, on, wanted).map(drop)).await,
            Some(week) => {
                let changed = ctx.write(CHANGED, move |tx, actor| {
                    of_person(tx, id, week)?;
                    super::change(tx, actor, week, on, wanted)
                });
                changed.await
            }
        },
        Err(error) => Err(error),
    };
    match saved {
        Ok(()) => Ok(Flash::ok(msg!("The working week is saved.")).redirect(&ctx.visit, &format!("/people/{id}"))),
        Err(AppError::Invalid(errors)) => {
            page(ctx, id, week, state.with(errors), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other),
    }
}

async fn page(
    ctx: &Ctx,
    employee_id: EmployeeId,
    week: Option<ScheduleId>,
    form: FormState,
    status: StatusCode,
) -> Result<Response> {
    let read = ctx.read(move |rx, _| {
        let removable = match week {
            Some(week) => super::is_removable(rx, &super::present(rx, week)?)?,
            None => false,
        };
        Ok((people::get(rx, employee_id)?.name(), removable))
    });
    let (name, removable) = read.await?;
    let days = form::fields(&words::format(ctx));
    web::page_with(status, &Edit { shell: ctx.shell().await?, employee_id, name, week, removable, days, form })
}
