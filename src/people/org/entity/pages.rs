//! The form of an entity.

use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;

use super::EntityFacts;
use super::api::{CHANGED, CREATED};
use crate::auth::{Ctx, Hr};
use crate::error::Result;
use crate::ids::EntityId;
use crate::people::org::pages::{HOME, UnitForm, wrong};
use crate::web::{Flash, Form, FormState};
use crate::{msg, tr};

/// What the form sends; what is missing is asked for by the action.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Input {
    name: String,
    code: String,
    country: String,
}

impl From<Input> for EntityFacts {
    fn from(Input { name, code, country }: Input) -> Self {
        EntityFacts { name, code, country }
    }
}

/// `GET /people/organization/entities/new`
pub async fn new(ctx: Hr) -> Result<Response> {
    form(&ctx, None).await?.show(FormState::default())
}

/// `POST /people/organization/entities/new`
pub async fn create(ctx: Hr, form: Form<Input>) -> Result<Response> {
    save(&ctx, None, form).await
}

/// `GET /people/organization/entities/{id}`
pub async fn edit(ctx: Hr, Path(id): Path<EntityId>) -> Result<Response> {
    let facts = ctx.read(move |rx, _| super::get(rx, id)).await?.facts;
    let filled = FormState::of([("name", facts.name), ("code", facts.code), ("country", facts.country)]);
    form(&ctx, Some(id)).await?.show(filled)
}

/// `POST /people/organization/entities/{id}`
pub async fn update(ctx: Hr, Path(id): Path<EntityId>, form: Form<Input>) -> Result<Response> {
    save(&ctx, Some(id), form).await
}

async fn form(ctx: &Ctx, id: Option<EntityId>) -> Result<UnitForm> {
    let Some(id) = id else {
        return UnitForm::new(
            ctx,
            "entities",
            ctx.visit.lang.text(tr!("New entity")).to_owned(),
            format!("{HOME}/entities/new"),
        )
        .await;
    };
    let name = ctx.read(move |rx, _| super::get(rx, id)).await?.facts.name;
    UnitForm::new(ctx, "entities", name, format!("{HOME}/entities/{id}")).await
}

async fn save(ctx: &Ctx, id: Option<EntityId>, sent: Form<Input>) -> Result<Response> {
    let (state, input) = sent.open();
    let saved = match (input, id) {
        (Ok(input), None) => {
            ctx.write(CREATED, move |tx, actor| super::create(tx, actor, input.into()).map(drop)).await
        }
        (Ok(input), Some(id)) => {
            ctx.write(CHANGED, move |tx, actor| super::update(tx, actor, id, |facts| *facts = input.into())).await
        }
        (Err(error), _) => Err(error),
    };
    match wrong(saved)? {
        Ok(()) => Ok(Flash::ok(msg!("Saved: {0}.", state.value("name"))).redirect(&ctx.visit, HOME)),
        Err(errors) => form(ctx, id).await?.show(state.with(errors)),
    }
}
