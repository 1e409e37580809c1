//! The form of a request with its preview, as one page: picked, looked at, sent. Where scripts run the preview follows
//! what is picked; where they do not, "Preview" is a button.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::form::{Choices, Deputies, LeaveForm};
use super::look::{Decide, Look, Preview};
use super::model::NewLeave;
use super::plan::{Hand, Plan, whose};
use crate::auth::{Actor, Ctx, Staff, first_time};
use crate::error::{AppError, FieldErrors, Msg, Result};
use crate::ids::{EmployeeId, LeaveRequestId};
use crate::leave::{papers, types, words};
use crate::msg;
use crate::people;
use crate::storage::Rx;
use crate::web::listing::ListQuery;
use crate::web::problem::Refused;
use crate::web::{self, Flash, Form, FormState, Patient, Settings, Shell, filters};

use super::{AMEND, SUBMIT};

/// The page of the form.
#[derive(Debug, askama::Template)]
#[template(path = "leave/new.html")]
struct New {
    shell: Shell,
    title: String,
    /// Where the form is sent.
    action: String,
    form: FormState,
    choices: Choices,
    deputies: Deputies,
    papers: papers::show::Field,
    preview: Preview,
    decide: Decide,
}
web::pages!(New);

/// What replaces its counterparts on the page as days are picked.
#[derive(Debug, askama::Template)]
#[template(source = "{{ deputies|safe }}{{ preview|safe }}{{ decide|safe }}", ext = "html")]
struct Fragment {
    deputies: Deputies,
    preview: Preview,
    decide: Decide,
}

/// Everything on the page but the shell.
struct Content {
    title: String,
    action: String,
    form: FormState,
    choices: Choices,
    deputies: Deputies,
    papers: papers::show::Field,
    preview: Preview,
    decide: Decide,
}

impl Content {
    /// The form with what was typed, beside what `plan` says of it.
    fn of(
        rx: &Rx<'_>,
        actor: &Actor,
        whose: (EmployeeId, Hand),
        plan: Option<&Plan>,
        mut form: FormState,
        editing: Option<LeaveRequestId>,
    ) -> Result<Content> {
        let (employee, hand) = whose;
        let format = words::format_for(actor, rx.now());
        form.errors = words::dated_errors(form.errors, &format);
        let name = if hand == Hand::Hr { Some(people::get(rx, employee)?.name()) } else { None };
        let title = match (&name, editing) {
            (_, Some(_)) => msg!("Change your request"),
            (Some(name), None) => msg!("Enter leave for {0}", name),
            (None, None) => msg!("Request leave"),
        };
        let back = editing.map_or_else(|| "/leave".to_owned(), super::href);
        let look = plan.map(|plan| Look::of(rx, actor, plan, editing)).transpose()?;
        let decide = match plan {
            Some(plan) => Decide::of(rx, plan, hand, back, editing.is_some())?,
            None => Decide::nothing(back),
        };
        Ok(Content {
            title: format.lang.msg(&title),
            action: editing.map_or_else(|| "/leave/new".to_owned(), |id| format!("{}/edit", super::href(id))),
            choices: Choices::of(rx, employee, &form, &format)?,
            deputies: Deputies::of(rx, actor, employee, plan, form.clone())?,
            papers: papers::show::Field::of(rx, actor, &form, editing, &format)?,
            form,
            preview: Preview { look },
            decide,
        })
    }

    async fn show(self, ctx: &Ctx, status: StatusCode) -> Result<Response> {
        let Content { title, action, form, choices, deputies, papers, preview, decide } = self;
        let shell = ctx.shell().await?;
        web::page_with(status, &New { shell, title, action, form, choices, deputies, papers, preview, decide })
    }
}

/// `GET /leave/new`: the empty form, or filled from the address (`?start_date=…` of a drag over the calendar).
pub async fn new(ctx: Staff, query: ListQuery) -> Result<Response> {
    if let Some(first) = first_time::pages::first(&ctx) {
        return Ok(first);
    }
    let asked = query.text();
    let employee: Option<EmployeeId> = FormState::read(asked.as_bytes()).value("employee_id").parse().ok();
    let content = ctx.read(move |rx, actor| {
        let whose = whose(rx, actor, employee)?;
        let mut form = Form::<LeaveForm>::read(asked.as_bytes());
        // Days drawn on the calendar name no kind: the first is looked at, as the form has it chosen.
        if !form.state.value("start_date").is_empty()
            && form.state.value("leave_type_id").is_empty()
            && let Some(kind) = types::active(rx)?.first()
        {
            form = Form::read(format!("{asked}&leave_type_id={}", kind.id).as_bytes());
        }
        let mut state = form.state;
        if state.value("deputy_id").is_empty()
            && let Some(deputy) = people::get(rx, whose.0)?.facts.deputy_id
        {
            state = state.set("deputy_id", deputy.to_string());
        }
        let plan = match form.input {
            Ok(input) => Some(plan(rx, actor, input.into_input(), None)?),
            Err(_) => None,
        };
        Content::of(rx, actor, whose, plan.as_ref(), state, None)
    });
    content.await?.show(&ctx, StatusCode::OK).await
}

/// `POST /leave/new`: shows the preview, or sends.
pub async fn submit(
    ctx: Staff,
    _patient: Patient,
    State(settings): State<Arc<Settings>>,
    request: Request,
) -> Result<Response, Refused> {
    take(ctx, &settings, request, None).await
}

/// `GET /leave/requests/{id}/edit`
pub async fn edit(ctx: Staff, Path(id): Path<LeaveRequestId>) -> Result<Response> {
    let content = ctx.read(move |rx, actor| {
        let (request, _) = super::get(rx, actor, id)?;
        if actor.employee_id != Some(request.employee_id) {
            return Err(AppError::forbidden("Only the one who asks may change a request."));
        }
        let input = NewLeave::again(&request, papers::own_ids(rx, actor, id)?);
        let state = FormState::from_value(&input)?.set("instead_of", id.to_string());
        let plan = plan(rx, actor, input, Some(id))?;
        Content::of(rx, actor, (request.employee_id, Hand::Own), Some(&plan), state, Some(id))
    });
    content.await?.show(&ctx, StatusCode::OK).await
}

/// `POST /leave/requests/{id}/edit`
pub async fn amend(
    ctx: Staff,
    _patient: Patient,
    Path(id): Path<LeaveRequestId>,
    State(settings): State<Arc<Settings>>,
    request: Request,
) -> Result<Response, Refused> {
    take(ctx, &settings, request, Some(id)).await
}

/// `POST /leave/preview`: the pieces of the page that depend on what is picked, for the script that puts them in place.
pub async fn preview(ctx: Staff, form: Form<LeaveForm>) -> Result<Response> {
    let employee: Option<EmployeeId> = form.state.value("employee_id").parse().ok();
    let editing: Option<LeaveRequestId> = form.state.value("instead_of").parse().ok();
    let state = form.state;
    let pieces = ctx.read(move |rx, actor| {
        let whose = whose(rx, actor, employee)?;
        let plan = match form.input {
            Ok(input) => match plan(rx, actor, input.into_input(), editing) {
                Ok(plan) => Some(plan),
                Err(AppError::Invalid(_)) => None,
                Err(other) => return Err(other),
            },
            Err(_) => None,
        };
        Content::of(rx, actor, whose, plan.as_ref(), state, editing)
    });
    let Content { deputies, preview, decide, .. } = pieces.await?;
    web::page::fragment(ctx.visit.lang, &Fragment { deputies, preview, decide })
}

fn plan(rx: &Rx<'_>, actor: &Actor, input: NewLeave, editing: Option<LeaveRequestId>) -> Result<Plan> {
    super::preview(rx, actor, input, editing)
}

async fn take(
    ctx: Staff,
    settings: &Settings,
    request: Request,
    editing: Option<LeaveRequestId>,
) -> Result<Response, Refused> {
    // Files are kept before anything is looked at: whatever is wrong, they need not be chosen again.
    let (form, not_kept) = papers::form::<LeaveForm>(&ctx, settings, request).await?;
    Ok(taken(ctx, form, not_kept, editing).await?)
}

async fn taken(
    ctx: Staff,
    form: Form<LeaveForm>,
    not_kept: FieldErrors,
    editing: Option<LeaveRequestId>,
) -> Result<Response> {
    let employee: Option<EmployeeId> = form.state.value("employee_id").parse().ok();
    let state = form.state.clone();
    let sends = not_kept.is_empty() && form.input.as_ref().is_ok_and(LeaveForm::sends);
    let refused = if let (true, Ok(input)) = (sends, form.input.clone()) {
        let sent = ctx.write(if editing.is_some() { AMEND } else { SUBMIT }, move |tx, actor| {
            let input = input.into_input();
            match editing {
                Some(id) => super::amend(tx, actor, id, input).map(|()| id),
                None => super::submit(tx, actor, input),
            }
        });
        match sent.await {
            Ok(id) => return sent_page(&ctx, id).await,
            Err(AppError::Invalid(errors)) => Some((StatusCode::UNPROCESSABLE_ENTITY, errors)),
            Err(AppError::Conflict(why)) => Some((StatusCode::CONFLICT, whole(why))),
            Err(other) => return Err(other),
        }
    } else {
        form.input.as_ref().err().map(|errors| (StatusCode::UNPROCESSABLE_ENTITY, errors.clone()))
    };
    let again = ctx.read(move |rx, actor| {
        let whose = whose(rx, actor, employee)?;
        let (mut status, mut errors) = refused.unwrap_or((StatusCode::OK, FieldErrors::new()));
        let plan = match form.input {
            Ok(input) => match plan(rx, actor, input.into_input(), editing) {
                Ok(plan) => Some(plan),
                Err(AppError::Invalid(wrong)) => {
                    (status, errors) = (StatusCode::UNPROCESSABLE_ENTITY, wrong);
                    None
                }
                Err(other) => return Err(other),
            },
            Err(_) => None,
        };
        if let Some(plan) = plan.as_ref().filter(|plan| errors.is_empty() && !plan.errors.is_empty()) {
            (status, errors) = (StatusCode::UNPROCESSABLE_ENTITY, plan.errors.clone());
        }
        if !not_kept.is_empty() {
            status = StatusCode::UNPROCESSABLE_ENTITY;
            errors.0.retain(|(field, _)| field != papers::FIELD);
            errors.0.extend(not_kept.0);
        }
        let content = Content::of(rx, actor, whose, plan.as_ref(), state.with(errors), editing)?;
        Ok((status, content))
    });
    let (status, content) = again.await?;
    content.show(&ctx, status).await
}

fn whole(why: Msg) -> FieldErrors {
    let mut errors = FieldErrors::new();
    errors.add("", why);
    errors
}

/// Where somebody lands who has sent a request: its page, with a sentence about what happens now.
async fn sent_page(ctx: &Ctx, id: LeaveRequestId) -> Result<Response> {
    let said = ctx.read(move |rx, actor| {
        let (request, _) = super::get(rx, actor, id)?;
        let format = words::format_for(actor, rx.now());
        Ok(match request.status.is_open() {
            true => {
                let waits = super::waits_for(rx, id, &format)?;
                msg!("Sent. {0}; the days are reserved.", waits)
            }
            false => msg!("Entered. It stands at once."),
        })
    });
    Ok(Flash::ok(said.await?).redirect(&ctx.visit, &super::href(id)))
}
