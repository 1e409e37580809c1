//! The form of a group and its members; the list stands on `/people/organization`.

use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;

use crate::auth::{Ctx, Hr};
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, GroupId};
use crate::people::confirm::Confirm;
use crate::people::org::pages::{HOME, UnitForm, wrong};
use crate::people::recount::{self, Ask, Confirmed, ConsentOf as _, Written};
use crate::people::{self, directory, words};
use crate::storage::Op;
use crate::web::{self, Flash, Form, FormState};
use crate::{msg, tr};

pub(super) const CREATED: Op = Op::act("group.created");
pub(super) const CHANGED: Op = Op::act("group.updated");
pub(super) const MEMBERS: Op = Op::act("employee.groups_changed");
pub(super) const DELETED: Op = Op::act("group.deleted");

/// What the form sends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Input {
    name: String,
    /// Only of a new one.
    code: String,
}

/// `GET /people/organization/groups/new`
pub async fn new(ctx: Hr) -> Result<Response> {
    form(&ctx, None).await?.show(FormState::default())
}

/// `POST /people/organization/groups/new`
pub async fn create(ctx: Hr, sent: Form<Input>) -> Result<Response> {
    let (state, input) = sent.open();
    let saved = match input {
        Ok(input) => {
            ctx.write(CREATED, move |tx, actor| super::create(tx, actor, &input.name, &input.code).map(drop)).await
        }
        Err(error) => Err(error),
    };
    match wrong(saved)? {
        Ok(()) => Ok(Flash::ok(msg!("Saved: {0}.", state.value("name"))).redirect(&ctx.visit, HOME)),
        Err(errors) => form(&ctx, None).await?.show(state.with(errors)),
    }
}

/// `GET /people/organization/groups/{id}`
pub async fn edit(ctx: Hr, Path(id): Path<GroupId>) -> Result<Response> {
    let filled = filled(&ctx, id).await?;
    form(&ctx, Some(id)).await?.show(filled)
}

/// `POST /people/organization/groups/{id}`
pub async fn update(ctx: Hr, Path(id): Path<GroupId>, sent: Form<Input>) -> Result<Response> {
    let (state, input) = sent.open();
    let saved = match input {
        Ok(input) => ctx.write(CHANGED, move |tx, actor| super::rename(tx, actor, id, &input.name)).await,
        Err(error) => Err(error),
    };
    match wrong(saved)? {
        Ok(()) => Ok(Flash::ok(msg!("Saved: {0}.", state.value("name"))).redirect(&ctx.visit, HOME)),
        Err(errors) => form(&ctx, Some(id)).await?.show(state.with(errors)),
    }
}

/// `GET /people/organization/groups/{id}/dissolve`
pub async fn ask(ctx: Hr, Path(id): Path<GroupId>) -> Result<Response> {
    let group = ctx.read(move |rx, _| super::get(rx, id)).await?;
    let says = vec![
        msg!(
            "Its members stay who they are. A group that tasks or templates name stays; take its members out instead."
        ),
        msg!("This cannot be undone."),
    ];
    let page = Confirm::new(ctx.shell().await?, msg!("Dissolve {0}?", group.name), tr!("Dissolve"), HOME)
        .posts_to(format!("{HOME}/groups/{id}/dissolve"))
        .says(says);
    web::page(&page)
}

/// `POST /people/organization/groups/{id}/dissolve`
pub async fn dissolve(ctx: Hr, Path(id): Path<GroupId>) -> Result<Response> {
    let dissolved = ctx.write(DELETED, move |tx, actor| {
        let name = super::get(tx, id)?.name;
        super::delete(tx, actor, id)?;
        Ok(name)
    });
    let said = match dissolved.await {
        Ok(name) => Flash::ok(msg!("{0} is dissolved.", name)),
        Err(AppError::Conflict(why)) => Flash::bad(why),
        Err(other) => return Err(other),
    };
    Ok(said.redirect(&ctx.visit, HOME))
}

/// Somebody to take in.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Member {
    employee_id: EmployeeId,
}

/// `POST /people/organization/groups/{id}/members`
pub async fn add_member(ctx: Hr, Path(id): Path<GroupId>, sent: Form<Member>) -> Result<Response> {
    let (state, input) = sent.open();
    if recount::turned_back(&state) {
        return form(&ctx, Some(id))
            .await?
            .show(filled(&ctx, id).await?.set("employee_id", state.value("employee_id")));
    }
    let saved = match input {
        Ok(Member { employee_id }) => {
            let written = recount::write(&ctx, MEMBERS, state.consent(), move |tx, actor| {
                let touched = super::add_member(tx, actor, id, employee_id)?;
                Ok((people::get(tx, employee_id)?.name(), touched))
            });
            written.await
        }
        Err(error) => Err(error),
    };
    let here = format!("{HOME}/groups/{id}");
    match wrong(saved)? {
        Ok(Written::Asks(touched)) => {
            let action = format!("{here}/members");
            Ask::show(&ctx, msg!("Take somebody into the group?"), (&action, &here), &state, &touched).await
        }
        Ok(Written::Done(name, touched)) => {
            Ok(recount::said(msg!("{0} is in the group.", name), &touched).redirect(&ctx.visit, &here))
        }
        Err(errors) => {
            let filled = filled(&ctx, id).await?;
            form(&ctx, Some(id)).await?.show(filled.with(errors))
        }
    }
}

/// `POST /people/organization/groups/{id}/members/{employee_id}/remove`
pub async fn remove_member(
    ctx: Hr,
    Path((id, employee)): Path<(GroupId, EmployeeId)>,
    sent: Form<Confirmed>,
) -> Result<Response> {
    let written = recount::write(&ctx, MEMBERS, sent.state.consent(), move |tx, actor| {
        let touched = super::remove_member(tx, actor, id, employee)?;
        Ok((people::get(tx, employee)?.name(), touched))
    });
    let here = format!("{HOME}/groups/{id}");
    match written.await? {
        Written::Asks(touched) => {
            let action = format!("{here}/members/{employee}/remove");
            Ask::show(&ctx, msg!("Take somebody out of the group?"), (&action, &here), &sent.state, &touched).await
        }
        Written::Done(name, touched) => {
            let said = msg!("{0} is no longer in the group.", name);
            Ok(recount::said(said, &touched).redirect(&ctx.visit, &here))
        }
    }
}

async fn filled(ctx: &Ctx, id: GroupId) -> Result<FormState> {
    let group = ctx.read(move |rx, _| super::get(rx, id)).await?;
    Ok(FormState::of([("name", group.name), ("code", group.code)]))
}

async fn form(ctx: &Ctx, id: Option<GroupId>) -> Result<UnitForm> {
    let Some(id) = id else {
        return UnitForm::new(
            ctx,
            "groups",
            ctx.visit.lang.text(tr!("New group")).to_owned(),
            format!("{HOME}/groups/new"),
        )
        .await;
    };
    let read = ctx.read(move |rx, _| {
        let (group, members) = (super::get(rx, id)?, super::members(rx, id)?);
        let mut others = directory::choices(rx, people::today(rx)?)?;
        others.retain(|one| !members.contains(one));
        Ok((group.name, members, others))
    });
    let (name, members, others) = read.await?;
    let mut page = UnitForm::new(ctx, "groups", name, format!("{HOME}/groups/{id}")).await?;
    page.people = words::options(others);
    page.managers = members;
    Ok(page)
}
