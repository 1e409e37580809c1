//! The form of a department, and its managers beneath it.

use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;

use super::DepartmentFacts;
use super::api::{CHANGED, CREATED, MANAGER_ADDED, MANAGER_REMOVED};
use crate::auth::{Ctx, Hr};
use crate::error::{AppError, Result};
use crate::ids::{DepartmentId, EmployeeId, LocationId};
use crate::people::org::pages::{HOME, UnitForm, wrong};
use crate::people::org::{location, money};
use crate::people::recount::{self, Ask, ConsentOf as _, Written};
use crate::people::{self, NameRef, directory, words};
use crate::web::{Flash, Form, FormState};
use crate::{msg, tr};

/// What the form sends; what is missing is asked for by the action.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Input {
    name: String,
    code: String,
    location_id: Option<LocationId>,
    parent_id: Option<DepartmentId>,
    head_id: Option<EmployeeId>,
    /// As people write money: "120,000.50".
    budget: String,
    currency: String,
}

impl Input {
    fn facts(self) -> Result<DepartmentFacts> {
        let Input { name, code, location_id, parent_id, head_id, budget, currency } = self;
        let budget_minor = money::read(&budget, &currency).map_err(|why| AppError::invalid("budget", why))?;
        Ok(DepartmentFacts { name, code, location_id, parent_id, head_id, budget_minor, currency })
    }
}

/// Who is to manage as well.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ManagerInput {
    employee_id: Option<EmployeeId>,
}

/// `GET /people/organization/departments/new`
pub async fn new(ctx: Hr) -> Result<Response> {
    form(&ctx, None).await?.show(FormState::default())
}

/// `POST /people/organization/departments/new`
pub async fn create(ctx: Hr, form: Form<Input>) -> Result<Response> {
    save(&ctx, None, form).await
}

/// `GET /people/organization/departments/{id}`
pub async fn edit(ctx: Hr, Path(id): Path<DepartmentId>) -> Result<Response> {
    let filled = filled(&ctx, id).await?;
    form(&ctx, Some(id)).await?.show(filled)
}

async fn filled(ctx: &Ctx, id: DepartmentId) -> Result<FormState> {
    let facts = ctx.read(move |rx, _| super::get(rx, id)).await?.facts;
    let text = |id: Option<i64>| id.map(|id| id.to_string()).unwrap_or_default();
    Ok(FormState::of([
        ("name", facts.name),
        ("code", facts.code),
        ("location_id", text(facts.location_id.map(|id| id.0))),
        ("parent_id", text(facts.parent_id.map(|id| id.0))),
        ("head_id", text(facts.head_id.map(|id| id.0))),
        ("budget", facts.budget_minor.map(|minor| money::plain(minor, &facts.currency)).unwrap_or_default()),
        ("currency", facts.currency),
    ]))
}

/// `POST /people/organization/departments/{id}`
pub async fn update(ctx: Hr, Path(id): Path<DepartmentId>, form: Form<Input>) -> Result<Response> {
    save(&ctx, Some(id), form).await
}

/// `POST /people/organization/departments/{id}/managers`
pub async fn add_manager(ctx: Hr, Path(id): Path<DepartmentId>, sent: Form<ManagerInput>) -> Result<Response> {
    let (_, input) = sent.open();
    let saved = match input
        .and_then(|input| input.employee_id.ok_or_else(|| AppError::invalid("employee_id", "Choose somebody.")))
    {
        Ok(employee) => {
            let named = ctx.write(MANAGER_ADDED, move |tx, actor| {
                super::add_manager(tx, actor, id, employee)?;
                Ok(people::get(tx, employee)?.name())
            });
            named.await
        }
        Err(error) => Err(error),
    };
    match wrong(saved)? {
        Ok(name) => Ok(Flash::ok(msg!("{0} manages the department as well.", name)).redirect(&ctx.visit, &back(id))),
        Err(errors) => {
            let filled = filled(&ctx, id).await?;
            form(&ctx, Some(id)).await?.show(filled.with(errors))
        }
    }
}

/// `POST /people/organization/departments/{id}/managers/{employee_id}/remove`
pub async fn remove_manager(ctx: Hr, Path((id, employee)): Path<(DepartmentId, EmployeeId)>) -> Result<Response> {
    let name = ctx
        .write(MANAGER_REMOVED, move |tx, actor| {
            super::remove_manager(tx, actor, id, employee)?;
            Ok(people::get(tx, employee)?.name())
        })
        .await?;
    Ok(Flash::ok(msg!("{0} no longer manages the department.", name)).redirect(&ctx.visit, &back(id)))
}

fn back(id: DepartmentId) -> String {
    format!("{HOME}/departments/{id}")
}

async fn form(ctx: &Ctx, id: Option<DepartmentId>) -> Result<UnitForm> {
    let read = ctx.read(move |rx, _| {
        let held = id.map(|id| super::get(rx, id)).transpose()?;
        let mut lists = [location::choices(rx)?, super::choices(rx)?, directory::choices(rx, people::today(rx)?)?];
        if let Some(held) = &held {
            // What it has stays choosable, though it was deactivated since; nothing is part of itself.
            lists[1].retain(|one| one.id != held.id.0);
            for (list, own) in lists.iter_mut().zip([&held.location, &held.parent, &held.head]) {
                if let Some(own) = own.as_ref().filter(|own| !list.contains(own)) {
                    list.push(own.clone());
                }
            }
        }
        let managers: Vec<NameRef> = id.map(|id| super::managers(rx, id)).transpose()?.unwrap_or_default();
        Ok((held.map(|held| held.facts.name), lists, managers))
    });
    let (name, [locations, parents, people], managers) = read.await?;
    let (title, action) = match (name, id) {
        (Some(name), Some(id)) => (name, back(id)),
        _ => (ctx.visit.lang.text(tr!("New department")).to_owned(), format!("{HOME}/departments/new")),
    };
    let mut page = UnitForm::new(ctx, "departments", title, action).await?;
    page.above = words::options(locations);
    page.parents = words::options(parents);
    page.people = words::options(people);
    page.managers = managers;
    Ok(page)
}

async fn save(ctx: &Ctx, id: Option<DepartmentId>, sent: Form<Input>) -> Result<Response> {
    let (state, input) = sent.open();
    if recount::turned_back(&state) {
        return form(ctx, id).await?.show(state);
    }
    let saved = match (input.and_then(Input::facts), id) {
        (Ok(new), None) => {
            let made = ctx.write(CREATED, move |tx, actor| super::create(tx, actor, new).map(drop)).await;
            made.map(|()| Written::Done((), Vec::new()))
        }
        (Ok(typed), Some(id)) => {
            recount::write(ctx, CHANGED, state.consent(), move |tx, actor| {
                Ok(((), super::update(tx, actor, id, |facts| *facts = typed)?))
            })
            .await
        }
        (Err(error), _) => Err(error),
    };
    match wrong(saved)? {
        Ok(Written::Asks(touched)) => {
            let here = id.map_or_else(|| HOME.to_owned(), back);
            Ask::show(ctx, msg!("Save {0}?", state.value("name")), (&here, &here), &state, &touched).await
        }
        Ok(Written::Done((), touched)) => {
            Ok(recount::said(msg!("Saved: {0}.", state.value("name")), &touched).redirect(&ctx.visit, HOME))
        }
        Err(errors) => form(ctx, id).await?.show(state.with(errors)),
    }
}
