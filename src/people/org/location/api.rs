//! Locations in the API.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Location, LocationFacts};
use crate::auth::{Hr, Staff};
use crate::error::Result;
use crate::ids::{EntityId, LocationId};
use crate::people::org::unit::{self, Impact, Unit};
use crate::people::recount::api::WithImpact;
use crate::people::{NameRef, recount};
use crate::storage::Op;
use crate::time::FreeDayRule;
use crate::web::etag::{self, IfMatch, Tagged};
use crate::web::json::{created, there};
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, List};

pub(in crate::people) const CREATED: Op = Op::act("location.created");
pub(in crate::people) const CHANGED: Op = Op::act("location.updated");
pub(in crate::people) const REMOVED: Op = Op::act("location.deactivated");
pub(in crate::people) const RESTORED: Op = Op::act("location.restored");

/// A site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Location)]
pub struct LocationJson {
    #[schema(example = 2)]
    pub id: LocationId,
    #[schema(example = "Hamburg")]
    pub name: String,
    #[schema(example = "HH")]
    pub code: String,
    pub entity: NameRef,
    /// A name of the IANA database.
    #[schema(example = "Europe/Berlin")]
    pub time_zone: String,
    /// ISO 3166 alpha-2; empty is the entity's.
    #[schema(example = "DE")]
    pub country: String,
    /// State or province, for its holidays; may be empty.
    #[schema(example = "HH")]
    pub region: String,
    pub address: String,
    /// What becomes of a whole holiday on a day that a person does not work anyway.
    pub holiday_on_free_day: FreeDayRule,
    /// Of which holidays: those from this date on; null where nothing is done.
    #[schema(value_type = Option<String>, format = Date)]
    pub free_day_from: Option<Date>,
    /// For how many months a lieu day can be used; null is without end.
    pub lieu_expires_months: Option<u8>,
    /// False for one that was deleted and can be restored.
    pub active: bool,
}

impl From<Location> for LocationJson {
    fn from(Location { id, facts, entity, hidden }: Location) -> Self {
        let LocationFacts { entity_id: _, name, code, time_zone, country, region, address, .. } = facts;
        let LocationFacts { holiday_on_free_day, free_day_from, lieu_expires_months, .. } = facts;
        LocationJson {
            id,
            name,
            code,
            entity,
            time_zone,
            country,
            region,
            address,
            holiday_on_free_day,
            free_day_from,
            lieu_expires_months,
            active: !hidden,
        }
    }
}

/// A location to be entered.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewLocation)]
pub struct NewInput {
    #[schema(example = 1)]
    entity_id: EntityId,
    /// 1 to 100 characters.
    #[schema(example = "Hamburg")]
    name: String,
    /// 1 to 10 characters, unique regardless of case.
    #[schema(example = "HH")]
    code: String,
    #[schema(example = "Europe/Berlin")]
    time_zone: String,
    #[serde(default)]
    country: String,
    #[serde(default)]
    region: String,
    #[serde(default)]
    address: String,
    /// Left out, nothing.
    holiday_on_free_day: Option<FreeDayRule>,
    /// Left out, today.
    #[schema(value_type = Option<String>, format = Date)]
    free_day_from: Option<Date>,
    /// 1 to 60, with `lieu_day`; left out, without end.
    lieu_expires_months: Option<u8>,
}

impl From<NewInput> for LocationFacts {
    fn from(new: NewInput) -> Self {
        LocationFacts {
            entity_id: new.entity_id,
            name: new.name,
            code: new.code,
            time_zone: new.time_zone,
            country: new.country,
            region: new.region,
            address: new.address,
            holiday_on_free_day: new.holiday_on_free_day.unwrap_or(FreeDayRule::Nothing),
            free_day_from: new.free_day_from,
            lieu_expires_months: new.lieu_expires_months,
        }
    }
}

/// What of a location is to change. One that moves to another entity takes its people along.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = LocationChange)]
pub struct Change {
    entity_id: Option<EntityId>,
    name: Option<String>,
    code: Option<String>,
    time_zone: Option<String>,
    country: Option<String>,
    region: Option<String>,
    address: Option<String>,
    holiday_on_free_day: Option<FreeDayRule>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<String>, format = Date)]
    free_day_from: Option<Option<Date>>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<u8>)]
    lieu_expires_months: Option<Option<u8>>,
}

impl Change {
    fn apply(self, facts: &mut LocationFacts) {
        let before = facts.clone();
        *facts = LocationFacts {
            entity_id: self.entity_id.unwrap_or(before.entity_id),
            name: self.name.unwrap_or(before.name),
            code: self.code.unwrap_or(before.code),
            time_zone: self.time_zone.unwrap_or(before.time_zone),
            country: self.country.unwrap_or(before.country),
            region: self.region.unwrap_or(before.region),
            address: self.address.unwrap_or(before.address),
            holiday_on_free_day: self.holiday_on_free_day.unwrap_or(before.holiday_on_free_day),
            free_day_from: self.free_day_from.unwrap_or(before.free_day_from),
            lieu_expires_months: self.lieu_expires_months.unwrap_or(before.lieu_expires_months),
        };
    }
}

/// A location, as long as it may be seen: deactivated ones are HR's.
fn seen(rx: &crate::storage::Rx<'_>, actor: &crate::auth::Actor, id: LocationId) -> Result<Location> {
    let found = super::get(rx, id)?;
    if found.hidden && !actor.is_hr() { Err(crate::error::AppError::NotFound) } else { Ok(found) }
}

/// Locations.
#[utoipa::path(
    get, path = "/api/v1/locations", operation_id = "list_locations", tag = "organization",
    summary = "Locations",
    description = "Everybody on the staff. Orderings: `name`, `code`. HR sees deactivated ones with `active=false`.",
    params(
        ("search" = Option<String>, Query), ("ordering" = Option<String>, Query, example = "name"),
        ("active" = Option<bool>, Query), ("entity_id" = Option<EntityId>, Query),
        ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query),
    ),
    responses((status = 200, description = "One page", body = List<LocationJson>), ReadProblems),
)]
pub async fn list(ctx: Staff, query: ListQuery) -> Result<List<LocationJson>> {
    let filters = if ctx.actor.is_hr() { super::FILTERS } else { super::PUBLIC_FILTERS };
    let listing = query.listing(super::ORDERINGS, filters)?;
    ctx.read(move |rx, _| {
        let (rows, total) = super::list(rx, &listing)?;
        Ok(List::new(rows.into_iter().map(LocationJson::from).collect(), total, &listing))
    })
    .await
}

/// Enters a location.
#[utoipa::path(
    post, path = "/api/v1/locations", operation_id = "create_location", tag = "organization",
    summary = "Enter a location", description = "HR.",
    request_body = NewInput,
    responses((status = 201, description = "Entered; `Location` leads to it", body = LocationJson), WriteProblems),
)]
pub async fn create(ctx: Hr, Json(new): Json<NewInput>) -> Result<Response> {
    let made = ctx.write(CREATED, move |tx, actor| {
        let id = super::create(tx, actor, new.into())?;
        super::get(tx, id)
    });
    let made = LocationJson::from(made.await?);
    let location = format!("/api/v1/locations/{}", made.id);
    Ok(created(location, made))
}

/// One location.
#[utoipa::path(
    get, path = "/api/v1/locations/{id}", operation_id = "get_location", tag = "organization",
    summary = "A location", description = "Everybody on the staff; a deactivated one, HR.",
    params(("id" = LocationId, Path)),
    responses((status = 200, description = "The location", body = LocationJson), ReadProblems),
)]
pub async fn get(ctx: Staff, headers: HeaderMap, Path(id): Path<LocationId>) -> Result<Response> {
    let found = ctx.read(move |rx, actor| seen(rx, actor, id)).await?;
    etag::json(&headers, &LocationJson::from(found))
}

/// Changes a location.
#[utoipa::path(
    patch, path = "/api/v1/locations/{id}", operation_id = "update_location", tag = "organization",
    summary = "Change a location", description = "HR. What is left out stays. Another entity, or another rule about holidays on free days, counts leave anew; `dry_run=true` writes nothing and answers only the `impact`.",
    params(("id" = LocationId, Path), ("dry_run" = Option<bool>, Query), ("confirmed" = Option<String>, Query)), request_body = Change,
    responses((status = 200, description = "As it is now", body = WithImpact<LocationJson>), WriteProblems),
)]
pub async fn update(
    ctx: Hr,
    if_match: IfMatch,
    Path(id): Path<LocationId>,
    query: ListQuery,
    Json(change): Json<Change>,
) -> Result<Response> {
    let written = recount::write(&ctx, CHANGED, recount::api::consent(query)?, move |tx, actor| {
        if_match.check(&LocationJson::from(super::get(tx, id)?))?;
        let touched = super::update(tx, actor, id, |facts| change.apply(facts))?;
        Ok((LocationJson::from(super::get(tx, id)?), touched))
    });
    recount::api::answer(written.await?, None)
}

/// What deactivating takes along.
#[utoipa::path(
    get, path = "/api/v1/locations/{id}/delete-impact", operation_id = "get_location_delete_impact", tag = "organization",
    summary = "What deleting a location takes along", description = "HR.",
    params(("id" = LocationId, Path)),
    responses((status = 200, description = "What goes along", body = Impact), ReadProblems),
)]
pub async fn impact(ctx: Hr, Path(id): Path<LocationId>) -> Result<Json<Impact>> {
    ctx.read(move |rx, _| unit::impact(rx, Unit::Location(id))).await.map(Json)
}

/// Deactivates.
#[utoipa::path(
    delete, path = "/api/v1/locations/{id}", operation_id = "delete_location", tag = "organization",
    summary = "Delete a location",
    description = "HR. It is deactivated with all that stands below it (see `delete-impact`); people keep their records. `restore` brings back exactly what went.",
    params(("id" = LocationId, Path)),
    responses((status = 204, description = "Deactivated"), WriteProblems),
)]
pub async fn remove(ctx: Hr, if_match: IfMatch, Path(id): Path<LocationId>) -> Result<StatusCode> {
    ctx.write(REMOVED, move |tx, actor| {
        if_match.check(&LocationJson::from(super::get(tx, id)?))?;
        unit::hide(tx, actor, Unit::Location(id))
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Brings back.
#[utoipa::path(
    post, path = "/api/v1/locations/{id}/restore", operation_id = "restore_location", tag = "organization",
    summary = "Restore a location", description = "HR. With all that was deleted in the same act. 409 while its entity is deleted.",
    params(("id" = LocationId, Path)),
    responses((status = 200, description = "As it is now", body = LocationJson), WriteProblems),
)]
pub async fn restore(ctx: Hr, if_match: IfMatch, Path(id): Path<LocationId>) -> Result<Tagged<LocationJson>> {
    let restored = ctx.write(RESTORED, move |tx, actor| {
        if_match.check(&LocationJson::from(super::get(tx, id)?))?;
        unit::restore(tx, actor, Unit::Location(id))?;
        super::get(tx, id)
    });
    restored.await.map(|found| Tagged(found.into()))
}
