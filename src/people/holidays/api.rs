//! Public holidays in the API. They stand under `/leave/holidays`, where people look for them; what they are for
//! is counting leave.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{HolidayFacts, HolidayRow};
use crate::auth::{Hr, Staff};
use crate::error::{AppError, Result};
use crate::ids::{EntityId, HolidayId, LocationId};
use crate::people::recount::api::{ImpactsJson, WithImpact};
use crate::people::{NameRef, recount};
use crate::storage::Op;
use crate::time::{Half, HolidayScope, Period};
use crate::web::etag::{self, IfMatch};
use crate::web::json::there;
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, List};

pub(in crate::people) const CREATED: Op = Op::act("holiday.created");
pub(in crate::people) const CHANGED: Op = Op::act("holiday.updated");
pub(in crate::people) const REMOVED: Op = Op::act("holiday.deleted");

/// A public holiday.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Holiday)]
pub struct HolidayJson {
    #[schema(example = 12)]
    pub id: HolidayId,
    #[schema(example = "Christmas Eve")]
    pub name: String,
    #[schema(value_type = String, format = Date, example = "2026-12-24")]
    pub start_date: Date,
    #[schema(value_type = String, format = Date, example = "2026-12-24")]
    pub end_date: Date,
    /// Which half is free; null is the whole day.
    pub half: Option<Half>,
    pub scope: HolidayScope,
    pub entity: Option<NameRef>,
    pub location: Option<NameRef>,
    /// "Not a holiday here": takes away what a wider scope gives.
    pub working: bool,
    /// The date is computed, and may turn out another.
    pub estimated: bool,
    /// Of what was imported: the list it came from; empty for what was typed.
    #[schema(example = "DE-BY, holidays 0.108")]
    pub source: String,
    /// Of a day that the law gives because a holiday falls on a free day: the date of that holiday. What the location
    /// does about holidays on free days does not concern that holiday then.
    #[schema(value_type = Option<String>, format = Date)]
    pub observed_for: Option<Date>,
}

impl From<HolidayRow> for HolidayJson {
    fn from(HolidayRow { id, facts, entity, location }: HolidayRow) -> Self {
        let HolidayFacts {
            name,
            start_date,
            end_date,
            half,
            scope,
            entity_id: _,
            location_id: _,
            working,
            estimated,
            source,
            observed_for,
        } = facts;
        HolidayJson {
            id,
            name,
            start_date,
            end_date,
            half,
            scope,
            entity,
            location,
            working,
            estimated,
            source,
            observed_for,
        }
    }
}

/// A holiday to be entered.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewHoliday)]
pub struct NewInput {
    /// 1 to 100 characters.
    #[schema(example = "Christmas Eve")]
    name: String,
    #[schema(value_type = String, format = Date, example = "2026-12-24")]
    start_date: Date,
    /// Left out, the first day alone.
    #[schema(value_type = Option<String>, format = Date)]
    end_date: Option<Date>,
    half: Option<Half>,
    scope: HolidayScope,
    /// With scope `entity`.
    entity_id: Option<EntityId>,
    /// With scope `location`.
    location_id: Option<LocationId>,
    #[serde(default)]
    working: bool,
    /// The date may turn out another.
    #[serde(default)]
    estimated: bool,
}

impl From<NewInput> for HolidayFacts {
    fn from(new: NewInput) -> Self {
        let NewInput { name, start_date, end_date, half, scope, entity_id, location_id, working, estimated } = new;
        let end_date = end_date.unwrap_or(start_date);
        HolidayFacts {
            name,
            start_date,
            end_date,
            half,
            scope,
            entity_id,
            location_id,
            working,
            estimated,
            source: String::new(),
            observed_for: None,
        }
    }
}

/// What of a holiday is to change.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = HolidayChange)]
pub struct Change {
    name: Option<String>,
    #[schema(value_type = Option<String>, format = Date)]
    start_date: Option<Date>,
    #[schema(value_type = Option<String>, format = Date)]
    end_date: Option<Date>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<Half>)]
    half: Option<Option<Half>>,
    scope: Option<HolidayScope>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<i64>)]
    entity_id: Option<Option<EntityId>>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<i64>)]
    location_id: Option<Option<LocationId>>,
    working: Option<bool>,
    estimated: Option<bool>,
}

impl Change {
    fn apply(self, facts: &mut HolidayFacts) {
        let before = facts.clone();
        *facts = HolidayFacts {
            name: self.name.unwrap_or(before.name),
            start_date: self.start_date.unwrap_or(before.start_date),
            end_date: self.end_date.unwrap_or(before.end_date),
            half: self.half.unwrap_or(before.half),
            scope: self.scope.unwrap_or(before.scope),
            entity_id: self.entity_id.unwrap_or(before.entity_id),
            location_id: self.location_id.unwrap_or(before.location_id),
            working: self.working.unwrap_or(before.working),
            estimated: self.estimated.unwrap_or(before.estimated),
            source: before.source,
            observed_for: before.observed_for,
        };
    }
}

/// Holidays.
#[utoipa::path(
    get, path = "/api/v1/leave/holidays", operation_id = "list_holidays", tag = "leave",
    summary = "Public holidays",
    description = "Everybody on the staff. By date; filters: `from`, `to`, `entity_id`, `location_id` (those scoped to just this one).",
    params(
        ("from" = Option<String>, Query, example = "2026-01-01"), ("to" = Option<String>, Query, example = "2026-12-31"),
        ("entity_id" = Option<EntityId>, Query), ("location_id" = Option<LocationId>, Query),
        ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query),
    ),
    responses((status = 200, description = "One page", body = List<HolidayJson>), ReadProblems),
)]
pub async fn list(ctx: Staff, query: ListQuery) -> Result<List<HolidayJson>> {
    let listing = query.listing(&[], &["from", "to", "entity_id", "location_id"])?;
    let from = listing.filter("from")?.unwrap_or(date(1900, 1, 1));
    let to = listing.filter("to")?.unwrap_or(date(2199, 12, 31));
    let Some(period) = Period::new(from, to) else {
        return Err(AppError::invalid("to", "The last day cannot come before the first."));
    };
    let (entity, location) = (listing.filter("entity_id")?, listing.filter("location_id")?);
    let all = ctx.read(move |rx, _| super::list(rx, period, entity, location)).await?;
    let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let skipped = usize::try_from(listing.offset()).unwrap_or(usize::MAX);
    let shown = usize::try_from(listing.limit()).unwrap_or(usize::MAX);
    Ok(List::new(all.into_iter().skip(skipped).take(shown).map(HolidayJson::from).collect(), total, &listing))
}

/// Enters a holiday.
#[utoipa::path(
    post, path = "/api/v1/leave/holidays", operation_id = "create_holiday", tag = "leave",
    summary = "Enter a holiday",
    description = "HR. On one date the most specific scope decides; `working: true` says “not a holiday here”. Leave around it is counted anew; `dry_run=true` writes nothing and answers what that would touch.",
    params(("dry_run" = Option<bool>, Query), ("confirmed" = Option<String>, Query)), request_body = NewInput,
    responses(
        (status = 201, description = "Entered; `Location` leads to it", body = WithImpact<HolidayJson>),
        (status = 200, description = "A dry run", body = ImpactsJson), WriteProblems,
    ),
)]
pub async fn create(ctx: Hr, query: ListQuery, Json(new): Json<NewInput>) -> Result<Response> {
    let written = recount::write(&ctx, CREATED, recount::api::consent(query)?, move |tx, actor| {
        let (id, touched) = super::create(tx, actor, new.into())?;
        Ok((HolidayJson::from(super::get(tx, id)?), touched))
    });
    recount::api::answer(written.await?, Some(&|made: &HolidayJson| format!("/api/v1/leave/holidays/{}", made.id)))
}

/// One holiday.
#[utoipa::path(
    get, path = "/api/v1/leave/holidays/{id}", operation_id = "get_holiday", tag = "leave",
    summary = "A holiday", description = "Everybody on the staff.",
    params(("id" = HolidayId, Path)),
    responses((status = 200, description = "The holiday", body = HolidayJson), ReadProblems),
)]
pub async fn get(ctx: Staff, headers: HeaderMap, Path(id): Path<HolidayId>) -> Result<Response> {
    let found = ctx.read(move |rx, _| super::get(rx, id)).await?;
    etag::json(&headers, &HolidayJson::from(found))
}

/// Changes a holiday.
#[utoipa::path(
    patch, path = "/api/v1/leave/holidays/{id}", operation_id = "update_holiday", tag = "leave",
    summary = "Change a holiday", description = "HR. What is left out stays. Leave around it is counted anew; `dry_run=true` writes nothing and answers only the `impact`.",
    params(("id" = HolidayId, Path), ("dry_run" = Option<bool>, Query), ("confirmed" = Option<String>, Query)), request_body = Change,
    responses((status = 200, description = "As it is now", body = WithImpact<HolidayJson>), WriteProblems),
)]
pub async fn update(
    ctx: Hr,
    if_match: IfMatch,
    Path(id): Path<HolidayId>,
    query: ListQuery,
    Json(change): Json<Change>,
) -> Result<Response> {
    let written = recount::write(&ctx, CHANGED, recount::api::consent(query)?, move |tx, actor| {
        if_match.check(&HolidayJson::from(super::get(tx, id)?))?;
        let touched = super::update(tx, actor, id, |facts| change.apply(facts))?;
        Ok((HolidayJson::from(super::get(tx, id)?), touched))
    });
    recount::api::answer(written.await?, None)
}

/// Deletes a holiday.
#[utoipa::path(
    delete, path = "/api/v1/leave/holidays/{id}", operation_id = "delete_holiday", tag = "leave",
    summary = "Delete a holiday", description = "HR. For good: nothing refers to it, and the audit log keeps what it was. Leave around it is counted anew; `dry_run=true` writes nothing.",
    params(("id" = HolidayId, Path), ("dry_run" = Option<bool>, Query), ("confirmed" = Option<String>, Query)),
    responses(
        (status = 204, description = "Deleted; no leave counts differently"),
        (status = 200, description = "Deleted, and the leave that counts differently; or a dry run", body = ImpactsJson), WriteProblems,
    ),
)]
pub async fn remove(ctx: Hr, if_match: IfMatch, Path(id): Path<HolidayId>, query: ListQuery) -> Result<Response> {
    let written = recount::write(&ctx, REMOVED, recount::api::consent(query)?, move |tx, actor| {
        if_match.check(&HolidayJson::from(super::get(tx, id)?))?;
        Ok(((), super::delete(tx, actor, id)?))
    });
    Ok(recount::api::gone(written.await?))
}
