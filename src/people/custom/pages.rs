//! `/people/fields`: the fields of HR's own, defined, changed, retired and brought back.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::api::{CHANGED, CREATED, RESTORED, RETIRED};
use super::{Field, FieldFacts, Kind, VisibleTo, store};
use crate::auth::{Ctx, Hr};
use crate::error::{AppError, Result};
use crate::ids::FieldId;
use crate::web::{self, Flash, Form, FormState, Shell, filters};
use crate::{msg, tr};

const HOME: &str = "/people/fields";

#[derive(Debug, askama::Template)]
#[template(path = "people/own_fields.html")]
struct Index {
    shell: Shell,
    rows: Vec<Row>,
    retired: Vec<Row>,
}

#[derive(Debug, askama::Template)]
#[template(path = "people/own_field.html")]
struct Edit {
    shell: Shell,
    /// `None` defines a new one.
    id: Option<FieldId>,
    title: String,
    form: FormState,
    kinds: Vec<(String, String)>,
    audiences: Vec<(String, String)>,
    /// Records hold values: the kind stays.
    fixed: bool,
}
web::pages!(Index, Edit);

#[derive(Debug)]
struct Row {
    id: FieldId,
    label: String,
    code: String,
    kind: &'static str,
    visible_to: &'static str,
    required: bool,
    editable_by_person: bool,
    values: i64,
}

impl Row {
    /// `values` is how many records hold one.
    fn new(values: i64, Field { id, facts, .. }: Field) -> Row {
        Row {
            id,
            label: facts.label,
            code: facts.code,
            kind: facts.kind.label(),
            visible_to: facts.visible_to.label(),
            required: facts.required,
            editable_by_person: facts.editable_by_person,
            values,
        }
    }
}

/// What the form sends; what is missing is asked for by the action.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Input {
    code: String,
    label: String,
    kind: Option<Kind>,
    /// One a line.
    options: String,
    required: bool,
    visible_to: Option<VisibleTo>,
    editable_by_person: bool,
    sort_order: i64,
}

impl Input {
    fn facts(self) -> FieldFacts {
        FieldFacts {
            code: self.code,
            label: self.label,
            kind: self.kind.unwrap_or(Kind::Text),
            options: self.options.lines().map(str::to_owned).collect(),
            required: self.required,
            visible_to: self.visible_to.unwrap_or(VisibleTo::Hr),
            editable_by_person: self.editable_by_person,
            sort_order: self.sort_order,
        }
    }
}

/// `GET /people/fields`
pub async fn index(ctx: Hr) -> Result<Response> {
    let (rows, retired, held) =
        ctx.read(|rx, _| Ok((super::fields(rx)?, super::retired(rx)?, store::counts(rx)?))).await?;
    let row = |field: Field| Row::new(held.get(&field.id).copied().unwrap_or(0), field);
    let rows_of = |fields: Vec<Field>| fields.into_iter().map(row).collect();
    web::page(&Index { shell: ctx.shell().await?, rows: rows_of(rows), retired: rows_of(retired) })
}

/// `GET /people/fields/new`
pub async fn new(ctx: Hr) -> Result<Response> {
    let last = ctx.read(|rx, _| super::fields(rx)).await?.last().map_or(0, |field| field.facts.sort_order);
    let form = FormState::of([("visible_to", "hr".to_owned()), ("sort_order", (last + 10).min(9_999).to_string())]);
    page(&ctx, None, form, StatusCode::OK).await
}

/// `POST /people/fields/new`
pub async fn create(ctx: Hr, form: Form<Input>) -> Result<Response> {
    save(&ctx, None, form).await
}

/// `GET /people/fields/{id}`
pub async fn edit(ctx: Hr, Path(id): Path<FieldId>) -> Result<Response> {
    let facts = ctx.read(move |rx, _| super::get(rx, id)).await?.facts;
    let tick = |set: bool| if set { "true" } else { "" }.to_owned();
    let form = FormState::of([
        ("code", facts.code),
        ("label", facts.label),
        ("kind", facts.kind.to_string()),
        ("options", facts.options.join("\n")),
        ("required", tick(facts.required)),
        ("visible_to", facts.visible_to.to_string()),
        ("editable_by_person", tick(facts.editable_by_person)),
        ("sort_order", facts.sort_order.to_string()),
    ]);
    page(&ctx, Some(id), form, StatusCode::OK).await
}

/// `POST /people/fields/{id}`
pub async fn update(ctx: Hr, Path(id): Path<FieldId>, form: Form<Input>) -> Result<Response> {
    save(&ctx, Some(id), form).await
}

async fn save(ctx: &Ctx, id: Option<FieldId>, sent: Form<Input>) -> Result<Response> {
    let (state, input) = sent.open();
    let saved = match (input.map(Input::facts), id) {
        (Ok(new), None) => ctx.write(CREATED, move |tx, actor| super::create(tx, actor, new).map(drop)).await,
        (Ok(typed), Some(id)) => {
            let change = move |facts: &mut FieldFacts| {
                let before = facts.clone();
                *facts = typed;
                facts.code = before.code;
            };
            ctx.write(CHANGED, move |tx, actor| super::update(tx, actor, id, change)).await
        }
        (Err(error), _) => Err(error),
    };
    match saved {
        Ok(()) => Ok(Flash::ok(msg!("Saved: {0}.", state.value("label"))).redirect(&ctx.visit, HOME)),
        Err(AppError::Invalid(errors)) => page(ctx, id, state.with(errors), StatusCode::UNPROCESSABLE_ENTITY).await,
        Err(other) => Err(other),
    }
}

async fn page(ctx: &Ctx, id: Option<FieldId>, form: FormState, status: StatusCode) -> Result<Response> {
    let lang = ctx.visit.lang;
    let held = match id {
        Some(id) => Some(ctx.read(move |rx, _| Ok((super::get(rx, id)?, store::is_held(rx, id)?))).await?),
        None => None,
    };
    let words = |value: &str, label: &'static str| (value.to_owned(), lang.text(label).to_owned());
    let page = Edit {
        shell: ctx.shell().await?,
        id,
        fixed: held.as_ref().is_some_and(|(_, is_held)| *is_held),
        title: held.map_or_else(|| lang.text(tr!("New field")).to_owned(), |(field, _)| field.facts.label),
        form,
        kinds: Kind::ALL.iter().map(|kind| words(kind.as_str(), kind.label())).collect(),
        audiences: VisibleTo::ALL.iter().map(|one| words(one.as_str(), one.label())).collect(),
    };
    web::page_with(status, &page)
}

/// `POST /people/fields/{id}/retire`: nothing is lost by it.
pub async fn retire(ctx: Hr, Path(id): Path<FieldId>) -> Result<Response> {
    let label = ctx
        .write(RETIRED, move |tx, actor| {
            super::retire(tx, actor, id)?;
            Ok(super::get(tx, id)?.facts.label)
        })
        .await?;
    Ok(Flash::ok(msg!("{0} is retired. Its values stay, and come back with it.", label)).redirect(&ctx.visit, HOME))
}

/// `POST /people/fields/{id}/restore`
pub async fn restore(ctx: Hr, Path(id): Path<FieldId>) -> Result<Response> {
    let done = ctx
        .write(RESTORED, move |tx, actor| {
            super::restore(tx, actor, id)?;
            Ok(super::get(tx, id)?.facts.label)
        })
        .await;
    let said = match done {
        Ok(label) => Flash::ok(msg!("{0} is in use again.", label)),
        Err(AppError::Conflict(why)) => Flash::bad(why),
        Err(other) => return Err(other),
    };
    Ok(said.redirect(&ctx.visit, HOME))
}
