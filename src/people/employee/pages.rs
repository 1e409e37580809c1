//! The form of a record, new and changed, and deactivating it. `show` has the page of one person.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::api::{CHANGED, CREATED, REMOVED, RESTORED};
use super::changes::DatedField;
use super::changes::towards::planned_towards;
use super::form::{Choices, EmployeeForm, filled, typed_over};
use super::{Facts, NewEmployee};
use crate::auth::{Ctx, Hr};
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, GroupId};
use crate::people::confirm::Confirm;
use crate::people::custom::{self, FormField};
use crate::people::recount::{self, Ask, ConsentOf as _, Written};
use crate::people::schedule::form::{self as week, DayField};
use crate::people::{Reach, groups, reports, schedule};
use crate::web::{self, Flash, Form, FormState, Shell, filters};
use crate::{msg, msg_n, tr};

#[derive(Debug, askama::Template)]
#[template(path = "people/edit.html")]
struct Edit {
    shell: Shell,
    id: EmployeeId,
    name: String,
    /// Nobody deactivates themselves.
    own: bool,
    form: FormState,
    choices: Choices,
    custom: Vec<FormField>,
}

#[derive(Debug, askama::Template)]
#[template(path = "people/new.html")]
struct New {
    shell: Shell,
    form: FormState,
    choices: Choices,
    days: Vec<DayField>,
    custom: Vec<FormField>,
}
web::pages!(Edit, New);

/// `GET /people/new`: somebody who works here already; a new colleague is hired (`onboarding/hire`).
pub async fn new(ctx: Hr) -> Result<Response> {
    let format = ctx.format();
    let number = ctx.read(|rx, _| super::next_number(rx)).await?;
    let facts = Facts { number, ..Facts::new("", "", "", "", format.today()) };
    let form = week::filled(filled(&facts, &[]), &schedule::full_time(), &format);
    new_page(&ctx, form, StatusCode::OK).await
}

/// `POST /people/new`
pub async fn create(ctx: Hr, form: Form<EmployeeForm>) -> Result<Response> {
    let (state, input) = form.open();
    let read = input.and_then(|form| {
        let schedule = week::read(&state).map_err(AppError::Invalid)?;
        Ok(NewEmployee { facts: form.facts()?, groups: form.groups, schedule: Some(schedule), custom: None })
    });
    let typed = state.clone();
    let saved = match read {
        Ok(new) => {
            let written = ctx.write(CREATED, move |tx, actor| {
                let new = NewEmployee { custom: Some(custom::from_form(tx, &typed)?), ..new };
                let id = super::create(tx, actor, new)?;
                super::get(tx, id)
            });
            written.await
        }
        Err(error) => Err(error),
    };
    match saved {
        Ok(employee) => {
            let said = Flash::ok(msg!("Saved: {0}.", employee.name()));
            Ok(said.redirect(&ctx.visit, &format!("/people/{}", employee.id)))
        }
        Err(AppError::Invalid(errors)) => new_page(&ctx, state.with(errors), StatusCode::UNPROCESSABLE_ENTITY).await,
        Err(other) => Err(other),
    }
}

async fn new_page(ctx: &Ctx, form: FormState, status: StatusCode) -> Result<Response> {
    let lang = ctx.visit.lang;
    let (choices, custom) = ctx.read(move |rx, _| Ok((Choices::read(rx, lang, None)?, custom::to_fill(rx)?))).await?;
    let days = week::fields(&ctx.format());
    web::page_with(status, &New { shell: ctx.shell().await?, form, choices, days, custom })
}

/// `GET /people/{id}/edit`
pub async fn edit(ctx: Hr, Path(id): Path<EmployeeId>) -> Result<Response> {
    let form = ctx
        .read(move |rx, actor| {
            let held: Vec<GroupId> = groups::of_employee(rx, id)?.into_iter().map(|group| group.id).collect();
            let (_, values) = custom::form_fields(&custom::of_person(rx, actor, id, Reach::Organization)?);
            let form = filled(&super::get(rx, id)?.facts, &held);
            Ok(values.into_iter().fold(form, |form, (name, value)| form.set(&name, value)))
        })
        .await?;
    edit_page(&ctx, id, form, StatusCode::OK).await
}

/// `POST /people/{id}/edit`
pub async fn update(ctx: Hr, Path(id): Path<EmployeeId>, form: Form<EmployeeForm>) -> Result<Response> {
    let (state, input) = form.open();
    if recount::turned_back(&state) {
        return edit_page(&ctx, id, state, StatusCode::OK).await;
    }
    let typed = state.clone();
    let saved = match input.and_then(|form| Ok((form.facts()?, form.groups, form.effective_on, form.seen))) {
        Ok((facts, groups, on, seen)) => {
            let written = recount::write(&ctx, CHANGED, state.consent(), move |tx, actor| {
                let shown = super::get(tx, id)?.facts;
                if !seen.is_empty() && seen != super::store::updated_at(tx, id)? {
                    let why = tr!(
                        "Somebody else has changed this record since you opened it. Look at it in another window: saving once more writes what stands here."
                    );
                    return Err(AppError::invalid("", why));
                }
                let mut touched = groups::set_of_employee(tx, actor, id, &groups)?;
                let given = custom::from_form(tx, &typed)?;
                let done = super::update_touching(tx, actor, id, on, typed_over(&shown, facts));
                let (employee, moved) = custom::along(done, custom::set(tx, actor, id, &given, !given.is_empty()))?;
                recount::joined(&mut touched, moved);
                Ok((employee, touched))
            });
            written.await
        }
        Err(error) => Err(error),
    };
    match saved {
        Ok(Written::Asks(touched)) => {
            let here = format!("/people/{id}/edit");
            Ask::show(&ctx, msg!("Change the place of work?"), (&here, &here), &state, &touched).await
        }
        Ok(Written::Done(employee, touched)) => {
            let said = recount::said(msg!("Saved: {0}.", employee.name()), &touched);
            Ok(said.redirect(&ctx.visit, &format!("/people/{id}")))
        }
        Err(AppError::Invalid(errors)) => {
            edit_page(&ctx, id, state.with(errors), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other),
    }
}

async fn edit_page(ctx: &Ctx, id: EmployeeId, form: FormState, status: StatusCode) -> Result<Response> {
    let lang = ctx.visit.lang;
    let read = ctx.read(move |rx, actor| {
        let seen = super::store::updated_at(rx, id)?;
        let (custom, _) = custom::form_fields(&custom::of_person(rx, actor, id, Reach::Organization)?);
        Ok((super::get(rx, id)?.name(), Choices::read(rx, lang, Some(id))?, custom, seen))
    });
    let (name, choices, custom, seen) = read.await?;
    let form = form.set("seen", seen);
    let own = ctx.actor.employee_id == Some(id);
    web::page_with(status, &Edit { shell: ctx.shell().await?, id, name, own, form, choices, custom })
}

/// `GET /people/{id}/deactivate`
pub async fn ask(ctx: Hr, Path(id): Path<EmployeeId>) -> Result<Response> {
    let read = ctx.read(move |rx, _| {
        let planned = planned_towards(rx, &[(DatedField::ManagerId, vec![id.0])])?;
        Ok((super::get(rx, id)?.name(), reports(rx, id)?, planned))
    });
    let (name, led, planned) = read.await?;
    let mut said = vec![
        msg!("The record stays, but HR alone sees it. {0} can no longer sign in, and decides nothing.", name),
        msg!("For somebody who leaves, write the last day into the record instead. This can be undone."),
    ];
    if !led.is_empty() {
        let count = i64::try_from(led.len()).unwrap_or(i64::MAX);
        said.push(msg_n!(
            count,
            "{0} person reports to {1}: their requests go to the next above.",
            "{0} people report to {1}: their requests go to the next above.",
            name
        ));
    }
    if !planned.is_empty() {
        said.push(msg!("Changes are planned that lead here. They stay as they are: look at each."));
    }
    let format = ctx.format();
    let planned = planned.iter().map(|one| one.line(&format)).collect();
    let back = format!("/people/{id}");
    let page = Confirm::new(ctx.shell().await?, msg!("Deactivate {0}?", name), tr!("Deactivate"), &back)
        .posts_to(format!("/people/{id}/deactivate"))
        .says(said)
        .lists(tr!("Direct reports"), led)
        .lists(tr!("Planned to report to them"), planned);
    web::page(&page)
}

/// `POST /people/{id}/deactivate`
pub async fn deactivate(ctx: Hr, Path(id): Path<EmployeeId>) -> Result<Response> {
    let name = ctx
        .write(REMOVED, move |tx, actor| {
            super::hide(tx, actor, id)?;
            Ok(super::get(tx, id)?.name())
        })
        .await?;
    Ok(Flash::ok(msg!("{0} is deactivated.", name))
        .link(format!("/people/{id}"), "Show")
        .redirect(&ctx.visit, "/people"))
}

/// `POST /people/{id}/restore`
pub async fn restore(ctx: Hr, Path(id): Path<EmployeeId>) -> Result<Response> {
    let name = ctx
        .write(RESTORED, move |tx, actor| {
            super::restore(tx, actor, id)?;
            Ok(super::get(tx, id)?.name())
        })
        .await?;
    Ok(Flash::ok(msg!("{0} is active again.", name)).redirect(&ctx.visit, &format!("/people/{id}")))
}
