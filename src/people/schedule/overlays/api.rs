//! Hours for a while in the API.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{OverlayFacts, OverlayRow};
use crate::auth::Hr;
use crate::error::Result;
use crate::ids::{DepartmentId, GroupId, LocationId, OverlayId};
use crate::people::recount::api::{ImpactsJson, WithImpact};
use crate::people::{NameRef, recount};
use crate::storage::Op;
use crate::time::schedule::PartialWeekForm;
use crate::time::{OverlayMode, OverlayScope, PartialWeek};
use crate::web::Json;
use crate::web::List;
use crate::web::etag::{self, IfMatch};
use crate::web::json::there;
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};

pub(super) const CREATED: Op = Op::act("schedule_overlay.created");
pub(super) const CHANGED: Op = Op::act("schedule_overlay.updated");
pub(super) const REMOVED: Op = Op::act("schedule_overlay.removed");
pub(super) const RESTORED: Op = Op::act("schedule_overlay.restored");

/// Hours for a while, over the personal ones of many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ScheduleOverlay)]
pub struct OverlayJson {
    #[schema(example = 1)]
    pub id: OverlayId,
    #[schema(example = "Summer Fridays")]
    pub name: String,
    #[schema(value_type = String, format = Date, example = "2026-07-01")]
    pub start_date: Date,
    #[schema(value_type = String, format = Date, example = "2026-08-31")]
    pub end_date: Date,
    /// `at_most` shortens the day; `instead` replaces it. Days that a person does not work stay free.
    pub mode: OverlayMode,
    pub scope: OverlayScope,
    pub location: Option<NameRef>,
    /// Those below it are meant too.
    pub department: Option<NameRef>,
    pub group: Option<NameRef>,
    /// A weekday that is left out stays as it is; 0 is free.
    #[schema(value_type = PartialWeekForm, example = json!({"fri": 300}))]
    pub week: PartialWeek,
    /// False for one that was removed and can be restored.
    pub active: bool,
}

impl From<OverlayRow> for OverlayJson {
    fn from(OverlayRow { id, facts, whom, hidden }: OverlayRow) -> Self {
        let of = |scope: OverlayScope| whom.clone().filter(|_| facts.scope == scope);
        OverlayJson {
            id,
            location: of(OverlayScope::Location),
            department: of(OverlayScope::Department),
            group: of(OverlayScope::Group),
            name: facts.name,
            start_date: facts.start_date,
            end_date: facts.end_date,
            mode: facts.mode,
            scope: facts.scope,
            week: facts.week,
            active: !hidden,
        }
    }
}

/// Hours for a while to be entered.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewScheduleOverlay)]
pub struct NewInput {
    /// 1 to 100 characters.
    #[schema(example = "Summer Fridays")]
    name: String,
    #[schema(value_type = String, format = Date, example = "2026-07-01")]
    start_date: Date,
    /// At most 366 days in all.
    #[schema(value_type = String, format = Date, example = "2026-08-31")]
    end_date: Date,
    mode: OverlayMode,
    scope: OverlayScope,
    /// With scope `location`.
    location_id: Option<LocationId>,
    /// With scope `department`.
    department_id: Option<DepartmentId>,
    /// With scope `group`.
    group_id: Option<GroupId>,
    #[schema(value_type = PartialWeekForm, example = json!({"fri": 300}))]
    week: PartialWeek,
}

impl From<NewInput> for OverlayFacts {
    fn from(new: NewInput) -> Self {
        let NewInput { name, start_date, end_date, mode, scope, location_id, department_id, group_id, week } = new;
        OverlayFacts { name, start_date, end_date, mode, scope, location_id, department_id, group_id, week }
    }
}

/// What of the hours is to change.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = ScheduleOverlayChange)]
pub struct Change {
    name: Option<String>,
    #[schema(value_type = Option<String>, format = Date)]
    start_date: Option<Date>,
    #[schema(value_type = Option<String>, format = Date)]
    end_date: Option<Date>,
    mode: Option<OverlayMode>,
    scope: Option<OverlayScope>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<i64>)]
    location_id: Option<Option<LocationId>>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<i64>)]
    department_id: Option<Option<DepartmentId>>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<i64>)]
    group_id: Option<Option<GroupId>>,
    /// The whole week.
    #[schema(value_type = Option<PartialWeekForm>)]
    week: Option<PartialWeek>,
}

impl Change {
    fn apply(self, facts: &mut OverlayFacts) {
        let before = facts.clone();
        *facts = OverlayFacts {
            name: self.name.unwrap_or(before.name),
            start_date: self.start_date.unwrap_or(before.start_date),
            end_date: self.end_date.unwrap_or(before.end_date),
            mode: self.mode.unwrap_or(before.mode),
            scope: self.scope.unwrap_or(before.scope),
            location_id: self.location_id.unwrap_or(before.location_id),
            department_id: self.department_id.unwrap_or(before.department_id),
            group_id: self.group_id.unwrap_or(before.group_id),
            week: self.week.unwrap_or(before.week),
        };
    }
}

/// Hours for a while.
#[utoipa::path(
    get, path = "/api/v1/schedule-overlays", operation_id = "list_schedule_overlays", tag = "organization",
    summary = "Hours for a while", description = "HR. By their first day; removed ones with `active=false`.",
    params(("active" = Option<bool>, Query)),
    responses((status = 200, description = "All of them", body = List<OverlayJson>), ReadProblems),
)]
pub async fn list(ctx: Hr, query: ListQuery) -> Result<List<OverlayJson>> {
    let mut listing = query.listing(&[], &["active"])?;
    let active: bool = listing.filter("active")?.unwrap_or(true);
    let all = ctx.read(move |rx, _| super::list(rx, !active)).await?;
    let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
    (listing.page, listing.page_size) = (1, total.max(1));
    Ok(List::new(all.into_iter().map(OverlayJson::from).collect(), total, &listing))
}

/// Enters hours for a while.
#[utoipa::path(
    post, path = "/api/v1/schedule-overlays", operation_id = "create_schedule_overlay", tag = "organization",
    summary = "Enter hours for a while",
    description = "HR. Of several on a date the most specific that says something about the weekday decides (group, department, location, everybody), then the one that began last. Each day counts where somebody is on that day. Leave is counted anew; `dry_run=true` writes nothing.",
    params(("dry_run" = Option<bool>, Query), ("confirmed" = Option<String>, Query)), request_body = NewInput,
    responses(
        (status = 201, description = "Entered; `Location` leads to it", body = WithImpact<OverlayJson>),
        (status = 200, description = "A dry run", body = ImpactsJson), WriteProblems,
    ),
)]
pub async fn create(ctx: Hr, query: ListQuery, Json(new): Json<NewInput>) -> Result<Response> {
    let written = recount::write(&ctx, CREATED, recount::api::consent(query)?, move |tx, actor| {
        let (id, touched) = super::create(tx, actor, new.into())?;
        Ok((OverlayJson::from(super::get(tx, id)?), touched))
    });
    recount::api::answer(written.await?, Some(&|made: &OverlayJson| format!("/api/v1/schedule-overlays/{}", made.id)))
}

/// One of them.
#[utoipa::path(
    get, path = "/api/v1/schedule-overlays/{id}", operation_id = "get_schedule_overlay", tag = "organization",
    summary = "Hours for a while, by id", description = "HR.",
    params(("id" = OverlayId, Path)),
    responses((status = 200, description = "The hours", body = OverlayJson), ReadProblems),
)]
pub async fn get(ctx: Hr, headers: HeaderMap, Path(id): Path<OverlayId>) -> Result<Response> {
    let found = ctx.read(move |rx, _| super::get(rx, id)).await?;
    etag::json(&headers, &OverlayJson::from(found))
}

/// Changes them.
#[utoipa::path(
    patch, path = "/api/v1/schedule-overlays/{id}", operation_id = "update_schedule_overlay", tag = "organization",
    summary = "Change hours for a while",
    description = "HR. What is left out stays. Leave is counted anew; `dry_run=true` writes nothing and answers only the `impact`.",
    params(("id" = OverlayId, Path), ("dry_run" = Option<bool>, Query), ("confirmed" = Option<String>, Query)), request_body = Change,
    responses((status = 200, description = "As they are now", body = WithImpact<OverlayJson>), WriteProblems),
)]
pub async fn update(
    ctx: Hr,
    if_match: IfMatch,
    Path(id): Path<OverlayId>,
    query: ListQuery,
    Json(change): Json<Change>,
) -> Result<Response> {
    let written = recount::write(&ctx, CHANGED, recount::api::consent(query)?, move |tx, actor| {
        if_match.check(&OverlayJson::from(super::get(tx, id)?))?;
        let touched = super::update(tx, actor, id, |facts| change.apply(facts))?;
        Ok((OverlayJson::from(super::get(tx, id)?), touched))
    });
    recount::api::answer(written.await?, None)
}

/// Removes them.
#[utoipa::path(
    delete, path = "/api/v1/schedule-overlays/{id}", operation_id = "delete_schedule_overlay", tag = "organization",
    summary = "Remove hours for a while",
    description = "HR. Everybody works their own hours again; can be restored. Leave is counted anew; `dry_run=true` writes nothing.",
    params(("id" = OverlayId, Path), ("dry_run" = Option<bool>, Query), ("confirmed" = Option<String>, Query)),
    responses(
        (status = 204, description = "Removed; no leave counts differently"),
        (status = 200, description = "Removed, and the leave that counts differently; or a dry run", body = ImpactsJson), WriteProblems,
    ),
)]
pub async fn remove(ctx: Hr, if_match: IfMatch, Path(id): Path<OverlayId>, query: ListQuery) -> Result<Response> {
    let written = recount::write(&ctx, REMOVED, recount::api::consent(query)?, move |tx, actor| {
        if_match.check(&OverlayJson::from(super::get(tx, id)?))?;
        Ok(((), super::hide(tx, actor, id)?))
    });
    Ok(recount::api::gone(written.await?))
}

/// Restores them.
#[utoipa::path(
    post, path = "/api/v1/schedule-overlays/{id}/restore", operation_id = "restore_schedule_overlay", tag = "organization",
    summary = "Restore removed hours for a while",
    description = "HR. Leave is counted anew; `dry_run=true` writes nothing.",
    params(("id" = OverlayId, Path), ("dry_run" = Option<bool>, Query), ("confirmed" = Option<String>, Query)),
    responses((status = 200, description = "As they are now", body = WithImpact<OverlayJson>), WriteProblems),
)]
pub async fn restore(ctx: Hr, if_match: IfMatch, Path(id): Path<OverlayId>, query: ListQuery) -> Result<Response> {
    let written = recount::write(&ctx, RESTORED, recount::api::consent(query)?, move |tx, actor| {
        if_match.check(&OverlayJson::from(super::get(tx, id)?))?;
        let touched = super::restore(tx, actor, id)?;
        Ok((OverlayJson::from(super::get(tx, id)?), touched))
    });
    recount::api::answer(written.await?, None)
}
