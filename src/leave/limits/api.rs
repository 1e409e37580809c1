//! Blackouts, coverage and the settings of leave in the API.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::ToSchema;

use super::blackouts::{self, Blackout, BlackoutFacts};
use super::coverage::{self, CoverageFacts, CoverageRule};
use super::settings::{self, LeaveSettings};
use crate::auth::{Hr, Staff};
use crate::error::Result;
use crate::ids::{BlackoutId, CoverageRuleId, DepartmentId, LocationId};
use crate::web::etag::{self, IfMatch, Tagged};
use crate::web::json::{created, there};
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, List};

/// The operations of this file.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(
    list_blackouts,
    get_blackout,
    create_blackout,
    update_blackout,
    remove_blackout,
    list_coverage,
    get_coverage,
    create_coverage,
    update_coverage,
    remove_coverage,
    get_settings,
    set_settings
))]
pub struct Doc;

/// What of a blackout is to change; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = LeaveBlackoutChange)]
pub struct BlackoutChange {
    name: Option<String>,
    #[schema(value_type = Option<String>, format = Date)]
    start_date: Option<Date>,
    #[schema(value_type = Option<String>, format = Date)]
    end_date: Option<Date>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<DepartmentId>)]
    department_id: Option<Option<DepartmentId>>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<LocationId>)]
    location_id: Option<Option<LocationId>>,
}

/// What of a rule is to change; what is left out stays.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = CoverageRuleChange)]
pub struct CoverageChange {
    department_id: Option<DepartmentId>,
    minimum_present: Option<u32>,
    hard: Option<bool>,
}

/// Dates on which no leave is taken.
#[utoipa::path(
    get, path = "/api/v1/leave/blackouts", operation_id = "list_leave_blackouts", tag = "leave",
    summary = "Dates on which no leave is taken",
    description = "Anybody on the staff. The next first; those that are over come last.",
    params(("page" = Option<i64>, Query, description = "From 1"), ("page_size" = Option<i64>, Query, description = "1 to 200; preset 25")),
    responses((status = 200, description = "One page", body = List<Blackout>), ReadProblems),
)]
pub async fn list_blackouts(ctx: Staff, query: ListQuery) -> Result<List<Blackout>> {
    let listing = query.listing(&[], &[])?;
    let all = ctx.read(|rx, _| blackouts::all(rx)).await?;
    Ok(List::cut(all, &listing))
}

/// One blackout.
#[utoipa::path(
    get, path = "/api/v1/leave/blackouts/{id}", operation_id = "get_leave_blackout", tag = "leave",
    summary = "Dates on which no leave is taken: one entry", description = "Anybody on the staff.",
    params(("id" = BlackoutId, Path)),
    responses((status = 200, description = "The entry", body = Blackout), ReadProblems),
)]
pub async fn get_blackout(ctx: Staff, headers: HeaderMap, Path(id): Path<BlackoutId>) -> Result<Response> {
    let found = ctx.read(move |rx, _| blackouts::get(rx, id)).await?;
    etag::json(&headers, &found)
}

/// Closes dates for leave.
#[utoipa::path(
    post, path = "/api/v1/leave/blackouts", operation_id = "create_leave_blackout", tag = "leave",
    summary = "Close dates for leave",
    description = "HR. Leave that is asked for or booked already stays. Kinds that come when they come (`unplanned`) and work elsewhere are not stopped.",
    request_body = BlackoutFacts,
    responses((status = 201, description = "Made; `Location` leads to it", body = Blackout), WriteProblems),
)]
pub async fn create_blackout(ctx: Hr, Json(facts): Json<BlackoutFacts>) -> Result<Response> {
    let made = ctx.write(blackouts::CREATED, move |tx, actor| {
        let id = blackouts::create(tx, actor, facts)?;
        blackouts::get(tx, id)
    });
    let made = made.await?;
    let location = format!("/api/v1/leave/blackouts/{}", made.id);
    Ok(created(location, made))
}

/// Changes a blackout.
#[utoipa::path(
    patch, path = "/api/v1/leave/blackouts/{id}", operation_id = "update_leave_blackout", tag = "leave",
    summary = "Change dates on which no leave is taken", description = "HR. What is left out stays.",
    params(("id" = BlackoutId, Path)), request_body = BlackoutChange,
    responses((status = 200, description = "As it is now", body = Blackout), WriteProblems),
)]
pub async fn update_blackout(
    ctx: Hr,
    if_match: IfMatch,
    Path(id): Path<BlackoutId>,
    Json(change): Json<BlackoutChange>,
) -> Result<Tagged<Blackout>> {
    let changed = ctx.write(blackouts::CHANGED, move |tx, actor| {
        let held = blackouts::get(tx, id)?;
        if_match.check(&held)?;
        let facts = BlackoutFacts {
            name: change.name.unwrap_or(held.name),
            start_date: change.start_date.unwrap_or(held.start_date),
            end_date: change.end_date.unwrap_or(held.end_date),
            department_id: change.department_id.unwrap_or(held.department_id),
            location_id: change.location_id.unwrap_or(held.location_id),
        };
        blackouts::update(tx, actor, id, facts)?;
        blackouts::get(tx, id)
    });
    changed.await.map(Tagged)
}

/// Opens dates for leave again.
#[utoipa::path(
    delete, path = "/api/v1/leave/blackouts/{id}", operation_id = "delete_leave_blackout", tag = "leave",
    summary = "Open dates for leave again", description = "HR.",
    params(("id" = BlackoutId, Path)), responses((status = 204, description = "Gone"), WriteProblems),
)]
pub async fn remove_blackout(ctx: Hr, if_match: IfMatch, Path(id): Path<BlackoutId>) -> Result<StatusCode> {
    ctx.write(blackouts::DELETED, move |tx, actor| {
        if_match.check(&blackouts::get(tx, id)?)?;
        blackouts::delete(tx, actor, id)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How many of each department must be here.
#[utoipa::path(
    get, path = "/api/v1/leave/coverage-rules", operation_id = "list_coverage_rules", tag = "leave",
    summary = "How many of a department must be here", description = "Anybody on the staff. By department.",
    params(("page" = Option<i64>, Query, description = "From 1"), ("page_size" = Option<i64>, Query, description = "1 to 200; preset 25")),
    responses((status = 200, description = "One page", body = List<CoverageRule>), ReadProblems),
)]
pub async fn list_coverage(ctx: Staff, query: ListQuery) -> Result<List<CoverageRule>> {
    let listing = query.listing(&[], &[])?;
    let all = ctx.read(|rx, _| coverage::all(rx)).await?;
    Ok(List::cut(all, &listing))
}

/// One rule.
#[utoipa::path(
    get, path = "/api/v1/leave/coverage-rules/{id}", operation_id = "get_coverage_rule", tag = "leave",
    summary = "How many of one department must be here", description = "Anybody on the staff.",
    params(("id" = CoverageRuleId, Path)),
    responses((status = 200, description = "The rule", body = CoverageRule), ReadProblems),
)]
pub async fn get_coverage(ctx: Staff, headers: HeaderMap, Path(id): Path<CoverageRuleId>) -> Result<Response> {
    let found = ctx.read(move |rx, _| coverage::get(rx, id)).await?;
    etag::json(&headers, &found)
}

/// Says how many must be here.
#[utoipa::path(
    post, path = "/api/v1/leave/coverage-rules", operation_id = "create_coverage_rule", tag = "leave",
    summary = "Say how many of a department must be here",
    description = "HR. Counted for each half of a working day, with departments beneath it; leave that waits for a decision counts as away. `hard` refuses, otherwise people are warned.",
    request_body = CoverageFacts,
    responses((status = 201, description = "Made; `Location` leads to it", body = CoverageRule), WriteProblems),
)]
pub async fn create_coverage(ctx: Hr, Json(facts): Json<CoverageFacts>) -> Result<Response> {
    let made = ctx.write(coverage::CREATED, move |tx, actor| {
        let id = coverage::create(tx, actor, facts)?;
        coverage::get(tx, id)
    });
    let made = made.await?;
    let location = format!("/api/v1/leave/coverage-rules/{}", made.id);
    Ok(created(location, made))
}

/// Changes a rule.
#[utoipa::path(
    patch, path = "/api/v1/leave/coverage-rules/{id}", operation_id = "update_coverage_rule", tag = "leave",
    summary = "Change how many must be here", description = "HR. What is left out stays.",
    params(("id" = CoverageRuleId, Path)), request_body = CoverageChange,
    responses((status = 200, description = "As it is now", body = CoverageRule), WriteProblems),
)]
pub async fn update_coverage(
    ctx: Hr,
    if_match: IfMatch,
    Path(id): Path<CoverageRuleId>,
    Json(change): Json<CoverageChange>,
) -> Result<Tagged<CoverageRule>> {
    let changed = ctx.write(coverage::CHANGED, move |tx, actor| {
        let held = coverage::get(tx, id)?;
        if_match.check(&held)?;
        let facts = CoverageFacts {
            department_id: change.department_id.unwrap_or(held.department_id),
            minimum_present: change.minimum_present.unwrap_or(held.minimum_present),
            hard: change.hard.unwrap_or(held.hard),
        };
        coverage::update(tx, actor, id, facts)?;
        coverage::get(tx, id)
    });
    changed.await.map(Tagged)
}

/// Removes a rule.
#[utoipa::path(
    delete, path = "/api/v1/leave/coverage-rules/{id}", operation_id = "delete_coverage_rule", tag = "leave",
    summary = "Remove how many must be here", description = "HR.",
    params(("id" = CoverageRuleId, Path)), responses((status = 204, description = "Gone"), WriteProblems),
)]
pub async fn remove_coverage(ctx: Hr, if_match: IfMatch, Path(id): Path<CoverageRuleId>) -> Result<StatusCode> {
    ctx.write(coverage::DELETED, move |tx, actor| {
        if_match.check(&coverage::get(tx, id)?)?;
        coverage::delete(tx, actor, id)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What holds for all leave.
#[utoipa::path(
    get, path = "/api/v1/leave/settings", operation_id = "get_leave_settings", tag = "leave",
    summary = "The settings of leave", description = "Anybody on the staff.",
    responses((status = 200, description = "As they are", body = LeaveSettings), ReadProblems),
)]
pub async fn get_settings(ctx: Staff, headers: HeaderMap) -> Result<Response> {
    let found = ctx.read(|rx, _| settings::get(rx)).await?;
    etag::json(&headers, &found)
}

/// Sets what holds for all leave.
#[utoipa::path(
    put, path = "/api/v1/leave/settings", operation_id = "set_leave_settings", tag = "leave",
    summary = "Set what holds for all leave",
    description = "HR. `payroll_closed_through` is the last day of a month that is over; leave up to it is neither entered nor changed by anybody until it is set back.",
    request_body = LeaveSettings,
    responses((status = 200, description = "As they are now", body = LeaveSettings), WriteProblems),
)]
pub async fn set_settings(ctx: Hr, if_match: IfMatch, Json(new): Json<LeaveSettings>) -> Result<Tagged<LeaveSettings>> {
    let set = ctx.write(settings::SET, move |tx, actor| {
        if_match.check(&settings::get(tx)?)?;
        settings::set(tx, actor, new)?;
        settings::get(tx)
    });
    set.await.map(Tagged)
}
