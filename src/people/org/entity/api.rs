//! Entities in the API.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Entity, EntityFacts};
use crate::auth::{Hr, Staff};
use crate::error::Result;
use crate::ids::EntityId;
use crate::people::org::unit::{self, Impact, Unit};
use crate::storage::Op;
use crate::web::etag::{self, IfMatch, Tagged};
use crate::web::json::created;
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, List};

pub(in crate::people) const CREATED: Op = Op::act("entity.created");
pub(in crate::people) const CHANGED: Op = Op::act("entity.updated");
pub(in crate::people) const REMOVED: Op = Op::act("entity.deactivated");
pub(in crate::people) const RESTORED: Op = Op::act("entity.restored");

/// A legal company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Entity)]
pub struct EntityJson {
    #[schema(example = 1)]
    pub id: EntityId,
    #[schema(example = "Nordlicht GmbH")]
    pub name: String,
    #[schema(example = "NL")]
    pub code: String,
    /// ISO 3166 alpha-2, or empty.
    #[schema(example = "DE")]
    pub country: String,
    /// False for one that was deleted and can be restored.
    pub active: bool,
}

impl From<Entity> for EntityJson {
    fn from(Entity { id, facts, hidden }: Entity) -> Self {
        EntityJson { id, name: facts.name, code: facts.code, country: facts.country, active: !hidden }
    }
}

/// An entity to be entered.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewEntity)]
pub struct NewInput {
    /// 1 to 100 characters.
    #[schema(example = "Nordlicht GmbH")]
    name: String,
    /// 1 to 10 characters, unique regardless of case.
    #[schema(example = "NL")]
    code: String,
    #[serde(default)]
    #[schema(example = "DE")]
    country: String,
}

impl From<NewInput> for EntityFacts {
    fn from(NewInput { name, code, country }: NewInput) -> Self {
        EntityFacts { name, code, country }
    }
}

/// What of an entity is to change.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = EntityChange)]
pub struct Change {
    name: Option<String>,
    code: Option<String>,
    country: Option<String>,
}

impl Change {
    fn apply(self, facts: &mut EntityFacts) {
        let EntityFacts { name, code, country } = facts.clone();
        *facts = EntityFacts {
            name: self.name.unwrap_or(name),
            code: self.code.unwrap_or(code),
            country: self.country.unwrap_or(country),
        };
    }
}

/// An entity, as long as it may be seen: deactivated ones are HR's.
fn seen(rx: &crate::storage::Rx<'_>, actor: &crate::auth::Actor, id: EntityId) -> Result<Entity> {
    let found = super::get(rx, id)?;
    if found.hidden && !actor.is_hr() { Err(crate::error::AppError::NotFound) } else { Ok(found) }
}

/// Entities.
#[utoipa::path(
    get, path = "/api/v1/entities", operation_id = "list_entities", tag = "organization",
    summary = "Entities",
    description = "Everybody on the staff. Orderings: `name`, `code`. HR sees deactivated ones with `active=false`.",
    params(
        ("search" = Option<String>, Query), ("ordering" = Option<String>, Query, example = "name"),
        ("active" = Option<bool>, Query),
        ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query),
    ),
    responses((status = 200, description = "One page", body = List<EntityJson>), ReadProblems),
)]
pub async fn list(ctx: Staff, query: ListQuery) -> Result<List<EntityJson>> {
    let filters = if ctx.actor.is_hr() { super::FILTERS } else { super::PUBLIC_FILTERS };
    let listing = query.listing(super::ORDERINGS, filters)?;
    ctx.read(move |rx, _| {
        let (rows, total) = super::list(rx, &listing)?;
        Ok(List::new(rows.into_iter().map(EntityJson::from).collect(), total, &listing))
    })
    .await
}

/// Enters an entity.
#[utoipa::path(
    post, path = "/api/v1/entities", operation_id = "create_entity", tag = "organization",
    summary = "Enter an entity", description = "HR.",
    request_body = NewInput,
    responses((status = 201, description = "Entered; `Location` leads to it", body = EntityJson), WriteProblems),
)]
pub async fn create(ctx: Hr, Json(new): Json<NewInput>) -> Result<Response> {
    let made = ctx.write(CREATED, move |tx, actor| {
        let id = super::create(tx, actor, new.into())?;
        super::get(tx, id)
    });
    let made = EntityJson::from(made.await?);
    let location = format!("/api/v1/entities/{}", made.id);
    Ok(created(location, made))
}

/// One entity.
#[utoipa::path(
    get, path = "/api/v1/entities/{id}", operation_id = "get_entity", tag = "organization",
    summary = "An entity", description = "Everybody on the staff; a deactivated one, HR.",
    params(("id" = EntityId, Path)),
    responses((status = 200, description = "The entity", body = EntityJson), ReadProblems),
)]
pub async fn get(ctx: Staff, headers: HeaderMap, Path(id): Path<EntityId>) -> Result<Response> {
    let found = ctx.read(move |rx, actor| seen(rx, actor, id)).await?;
    etag::json(&headers, &EntityJson::from(found))
}

/// Changes an entity.
#[utoipa::path(
    patch, path = "/api/v1/entities/{id}", operation_id = "update_entity", tag = "organization",
    summary = "Change an entity", description = "HR. What is left out stays.",
    params(("id" = EntityId, Path)), request_body = Change,
    responses((status = 200, description = "As it is now", body = EntityJson), WriteProblems),
)]
pub async fn update(
    ctx: Hr,
    if_match: IfMatch,
    Path(id): Path<EntityId>,
    Json(change): Json<Change>,
) -> Result<Tagged<EntityJson>> {
    let changed = ctx.write(CHANGED, move |tx, actor| {
        if_match.check(&EntityJson::from(super::get(tx, id)?))?;
        super::update(tx, actor, id, |facts| change.apply(facts))?;
        super::get(tx, id)
    });
    changed.await.map(|found| Tagged(found.into()))
}

/// What deactivating takes along.
#[utoipa::path(
    get, path = "/api/v1/entities/{id}/delete-impact", operation_id = "get_entity_delete_impact", tag = "organization",
    summary = "What deleting an entity takes along", description = "HR.",
    params(("id" = EntityId, Path)),
    responses((status = 200, description = "What goes along", body = Impact), ReadProblems),
)]
pub async fn impact(ctx: Hr, Path(id): Path<EntityId>) -> Result<Json<Impact>> {
    ctx.read(move |rx, _| unit::impact(rx, Unit::Entity(id))).await.map(Json)
}

/// Deactivates.
#[utoipa::path(
    delete, path = "/api/v1/entities/{id}", operation_id = "delete_entity", tag = "organization",
    summary = "Delete an entity",
    description = "HR. It is deactivated with all that stands below it (see `delete-impact`); people keep their records. `restore` brings back exactly what went.",
    params(("id" = EntityId, Path)),
    responses((status = 204, description = "Deactivated"), WriteProblems),
)]
pub async fn remove(ctx: Hr, if_match: IfMatch, Path(id): Path<EntityId>) -> Result<StatusCode> {
    ctx.write(REMOVED, move |tx, actor| {
        if_match.check(&EntityJson::from(super::get(tx, id)?))?;
        unit::hide(tx, actor, Unit::Entity(id))
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Brings back.
#[utoipa::path(
    post, path = "/api/v1/entities/{id}/restore", operation_id = "restore_entity", tag = "organization",
    summary = "Restore an entity", description = "HR. With all that was deleted in the same act.",
    params(("id" = EntityId, Path)),
    responses((status = 200, description = "As it is now", body = EntityJson), WriteProblems),
)]
pub async fn restore(ctx: Hr, if_match: IfMatch, Path(id): Path<EntityId>) -> Result<Tagged<EntityJson>> {
    let restored = ctx.write(RESTORED, move |tx, actor| {
        if_match.check(&EntityJson::from(super::get(tx, id)?))?;
        unit::restore(tx, actor, Unit::Entity(id))?;
        super::get(tx, id)
    });
    restored.await.map(|found| Tagged(found.into()))
}
