//! `/people/{id}/weeks/…`: the form of a working week.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;

use super::api::{CHANGED, REMOVED, RESTORED, SET};
use super::form::{self, WeekFields};
use super::{Schedule, Wanted, full_time, templates};
use crate::auth::{Ctx, Hr};
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::{EmployeeId, ScheduleId, ScheduleTemplateId};
use crate::msg;
use crate::people::recount::{self, Ask, Confirmed, ConsentOf as _, Written};
use crate::people::{self};
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
    weeks: Vec<WeekFields>,
    templates: Vec<(String, String)>,
    form: FormState,
}
web::pages!(Edit);

/// What the form sends beside the days.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct WeekInput {
    effective_on: Option<Date>,
    template_id: Option<ScheduleTemplateId>,
    /// A button that changes the form itself: "weeks" shows another number of them, "template" fills in a template.
    press: Option<String>,
}

/// `GET /people/{id}/weeks/new`
pub async fn new(ctx: Hr, Path(id): Path<EmployeeId>) -> Result<Response> {
    let format = ctx.format();
    let last = ctx.read(move |rx, _| super::list(rx, id)).await?.pop();
    let last = last.map_or_else(|| full_time().into(), |last| last.pattern);
    let first = FormState::of([("effective_on", format.today().to_string())]);
    let filled = form::filled_pattern(first, &last, &format);
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
    let filled = form::filled_pattern(first, &schedule.pattern, &ctx.format());
    let filled = filled.first_shown("template_id", schedule.template_id);
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
pub async fn remove(
    ctx: Hr,
    Path((id, week)): Path<(EmployeeId, ScheduleId)>,
    sent: Form<Confirmed>,
) -> Result<Response> {
    let written = recount::write(&ctx, REMOVED, sent.state.consent(), move |tx, actor| {
        of_person(tx, id, week)?;
        Ok(((), super::hide(tx, actor, week)?))
    });
    match written.await? {
        Written::Asks(touched) => {
            let (action, back) = (format!("/people/{id}/weeks/{week}/remove"), format!("/people/{id}/weeks/{week}"));
            Ask::show(&ctx, msg!("Remove this working week?"), (&action, &back), &sent.state, &touched).await
        }
        Written::Done((), touched) => {
            let said = msg!("The working week is removed; the one before goes on. It can be brought back here.");
            let said = recount::said(said, &touched);
            Ok(said.redirect(&ctx.visit, &format!("/people/{id}")))
        }
    }
}

/// `POST /people/{id}/weeks/{week_id}/restore`
pub async fn restore(
    ctx: Hr,
    Path((id, week)): Path<(EmployeeId, ScheduleId)>,
    sent: Form<Confirmed>,
) -> Result<Response> {
    let written = recount::write(&ctx, RESTORED, sent.state.consent(), move |tx, actor| {
        let schedule = super::get(tx, week)?;
        if schedule.employee_id != id {
            return Err(AppError::NotFound);
        }
        Ok(((), super::restore(tx, actor, week)?))
    });
    let here = format!("/people/{id}");
    match written.await {
        Ok(Written::Asks(touched)) => {
            let action = format!("{here}/weeks/{week}/restore");
            Ask::show(&ctx, msg!("Bring this working week back?"), (&action, &here), &sent.state, &touched).await
        }
        Ok(Written::Done((), touched)) => {
            Ok(recount::said(msg!("The working week is back."), &touched).redirect(&ctx.visit, &here))
        }
        Err(AppError::Conflict(why)) => Ok(Flash::bad(why).redirect(&ctx.visit, &here)),
        Err(other) => Err(other),
    }
}

/// A week that stands under another person's address is not there.
fn of_person(rx: &Rx<'_>, id: EmployeeId, week: ScheduleId) -> Result<Schedule> {
    super::present(rx, week).and_then(|found| if found.employee_id == id { Ok(found) } else { Err(AppError::NotFound) })
}

async fn save(ctx: &Ctx, id: EmployeeId, week: Option<ScheduleId>, form: Form<WeekInput>) -> Result<Response> {
    let (state, input) = form.open();
    if recount::turned_back(&state) {
        return page(ctx, id, week, state, StatusCode::OK).await;
    }
    let input = match input {
        Ok(input) => input,
        Err(AppError::Invalid(errors)) => {
            return page(ctx, id, week, state.with(errors), StatusCode::UNPROCESSABLE_ENTITY).await;
        }
        Err(other) => return Err(other),
    };
    if let Some(press) = input.press.as_deref() {
        return redrawn(ctx, (id, week), state, press).await;
    }
    let saved = match wanted(&state, input) {
        Ok(wanted) => {
            let consent = state.consent();
            match week {
                None => {
                    recount::write(ctx, SET, consent, move |tx, actor| {
                        super::set(tx, actor, id, wanted).map(|(_, touched)| ((), touched))
                    })
                    .await
                }
                Some(week) => {
                    recount::write(ctx, CHANGED, consent, move |tx, actor| {
                        of_person(tx, id, week)?;
                        Ok(((), super::change(tx, actor, week, wanted)?))
                    })
                    .await
                }
            }
        }
        Err(error) => Err(error),
    };
    match saved {
        Ok(Written::Asks(touched)) => {
            let here =
                week.map_or_else(|| format!("/people/{id}/weeks/new"), |week| format!("/people/{id}/weeks/{week}"));
            Ask::show(ctx, msg!("Save this working week?"), (&here, &here), &state, &touched).await
        }
        Ok(Written::Done((), touched)) => {
            let said = recount::said(msg!("The working week is saved."), &touched);
            Ok(said.redirect(&ctx.visit, &format!("/people/{id}")))
        }
        Err(AppError::Invalid(errors)) => {
            page(ctx, id, week, state.with(errors), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other),
    }
}

fn wanted(state: &FormState, input: WeekInput) -> Result<Wanted> {
    let Some(effective_on) = input.effective_on else {
        let mut errors = FieldErrors::new();
        errors.add("effective_on", "This is needed.");
        if let Err(days) = form::read_pattern(state, Date::default()) {
            errors.0.extend(days.0);
        }
        return Err(AppError::Invalid(errors));
    };
    let pattern = form::read_pattern(state, effective_on).map_err(AppError::Invalid)?;
    Ok(Wanted { effective_on, pattern, template_id: input.template_id })
}

/// The form as one of its own buttons changes it: another number of weeks, or the pattern of a template.
async fn redrawn(
    ctx: &Ctx,
    (id, week): (EmployeeId, Option<ScheduleId>),
    state: FormState,
    press: &str,
) -> Result<Response> {
    let format = ctx.format();
    let template: Option<ScheduleTemplateId> = match press {
        "template" => state.value("template_id").parse().ok(),
        _ => None,
    };
    let Some(template) = template else { return page(ctx, id, week, state, StatusCode::OK).await };
    let on = state.value("effective_on").parse().unwrap_or_else(|_| format.today());
    let pattern = ctx.read(move |rx, _| templates::get(rx, template)).await?.from(on);
    let fresh =
        FormState::of([("effective_on", state.value("effective_on")), ("template_id", state.value("template_id"))]);
    page(ctx, id, week, form::filled_pattern(fresh, &pattern, &format), StatusCode::OK).await
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
        let templates = templates::list(rx, false)?;
        Ok((people::get(rx, employee_id)?.name(), removable, templates))
    });
    let (name, removable, templates) = read.await?;
    let lang = ctx.visit.lang;
    let templates = templates.into_iter().map(|one| (one.id.to_string(), one.name_in(lang))).collect();
    let weeks = form::pattern_fields(form::weeks(&form), &ctx.format());
    let shell = ctx.shell().await?;
    web::page_with(status, &Edit { shell, employee_id, name, week, removable, weeks, templates, form })
}
