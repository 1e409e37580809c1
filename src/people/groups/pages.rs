//! The form of a group; the list stands on `/people/organization`.

use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;

use crate::auth::{Ctx, Hr};
use crate::error::{AppError, Result};
use crate::ids::GroupId;
use crate::people::confirm::Confirm;
use crate::people::org::pages::{HOME, UnitForm, wrong};
use crate::storage::Op;
use crate::web::{self, Flash, Form, FormState};
use crate::{msg, tr};

const CREATED: Op = Op::act("group.created");
const CHANGED: Op = Op::act("group.updated");
const DELETED: Op = Op::act("group.deleted");

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
    let group = ctx.read(move |rx, _| super::get(rx, id)).await?;
    form(&ctx, Some(id)).await?.show(FormState::of([("name", group.name), ("code", group.code)]))
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
    let name = ctx.read(move |rx, _| super::get(rx, id)).await?.name;
    UnitForm::new(ctx, "groups", name, format!("{HOME}/groups/{id}")).await
}
