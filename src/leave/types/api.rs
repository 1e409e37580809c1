//! Leave types in the API.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::model::{Color, LeaveType, TypeFields, VisibleAs};
use crate::auth::{Hr, Staff};
use crate::error::Result;
use crate::ids::{EntityId, GroupId, LeaveTypeId, LocationId};
use crate::leave::rules::{Attachment, Granularity, Overlap, Unit};
use crate::people::EmploymentType;
use crate::storage::Op;
use crate::time::Minutes;
use crate::web::etag::{self, IfMatch, Tagged};
use crate::web::json::{created, there};
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, List};

pub(super) const CREATE: Op = Op::act("leave_type.created");
pub(super) const UPDATE: Op = Op::act("leave_type.updated");
const DELETE: Op = Op::act("leave_type.deleted");

/// What of a type is to change; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = LeaveTypePatch)]
pub struct TypePatch {
    name: Option<String>,
    description: Option<String>,
    color: Option<Color>,
    letter: Option<String>,
    unit: Option<Unit>,
    granularity: Option<Granularity>,
    requires_approval: Option<bool>,
    attachment: Option<Attachment>,
    attachment_within_days: Option<u16>,
    requires_reason: Option<bool>,
    notice_days: Option<u16>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<u16>)]
    max_consecutive_days: Option<Option<u16>>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<Minutes>)]
    max_minutes_per_year: Option<Option<Minutes>>,
    usable_after_months: Option<u16>,
    usable_after_probation: Option<bool>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<EntityId>)]
    entity_id: Option<Option<EntityId>>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<LocationId>)]
    location_id: Option<Option<LocationId>>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<EmploymentType>)]
    employment_type: Option<Option<EmploymentType>>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<GroupId>)]
    group_id: Option<Option<GroupId>>,
    unplanned: Option<bool>,
    overlap: Option<Overlap>,
    negative_limit_minutes: Option<Minutes>,
    counts_non_working_days: Option<bool>,
    visible_as: Option<VisibleAs>,
    affects_balance: Option<bool>,
    works: Option<bool>,
    paid: Option<bool>,
    sort_order: Option<i32>,
    active: Option<bool>,
}

impl TypePatch {
    fn apply(self, fields: &mut TypeFields) {
        macro_rules! put {
            ($($field:ident),+) => {$(
                if let Some(value) = self.$field {
                    fields.$field = value;
                }
            )+};
        }
        put!(name, description, color, letter, unit, granularity, requires_approval, attachment, requires_reason);
        put!(notice_days, max_consecutive_days, max_minutes_per_year, usable_after_months, negative_limit_minutes);
        put!(usable_after_probation, entity_id, location_id, employment_type, group_id, unplanned, overlap);
        put!(
            attachment_within_days,
            counts_non_working_days,
            visible_as,
            affects_balance,
            works,
            paid,
            sort_order,
            active
        );
    }
}

/// Every kind of leave.
#[utoipa::path(
    get, path = "/api/v1/leave/types", operation_id = "list_leave_types", tag = "leave",
    summary = "Kinds of leave", description = "Anybody on the staff. Inactive kinds are among them.",
    params(("page" = Option<i64>, Query, description = "From 1"), ("page_size" = Option<i64>, Query, description = "1 to 200; preset 25")),
    responses((status = 200, description = "All of them, in the order of lists", body = List<LeaveType>), ReadProblems),
)]
pub async fn list(ctx: Staff, query: ListQuery) -> Result<List<LeaveType>> {
    let listing = query.listing(&[], &[])?;
    let all = ctx.read(|rx, _| super::all(rx)).await?;
    Ok(List::cut(all, &listing))
}

/// One kind of leave.
#[utoipa::path(
    get, path = "/api/v1/leave/types/{id}", operation_id = "get_leave_type", tag = "leave",
    summary = "A kind of leave", description = "Anybody on the staff.",
    params(("id" = LeaveTypeId, Path)),
    responses((status = 200, description = "The kind", body = LeaveType), ReadProblems),
)]
pub async fn get(ctx: Staff, headers: HeaderMap, Path(id): Path<LeaveTypeId>) -> Result<Response> {
    let kind = ctx.read(move |rx, _| super::get(rx, id)).await?;
    etag::json(&headers, &kind)
}

/// Makes a kind of leave.
#[utoipa::path(
    post, path = "/api/v1/leave/types", operation_id = "create_leave_type", tag = "leave",
    summary = "Make a kind of leave", description = "HR.",
    request_body = TypeFields,
    responses((status = 201, description = "Made; `Location` leads to it", body = LeaveType), WriteProblems),
)]
pub async fn create(ctx: Hr, Json(fields): Json<TypeFields>) -> Result<Response> {
    let kind = ctx
        .write(CREATE, move |tx, actor| {
            let id = super::create(tx, actor, fields)?;
            super::get(tx, id)
        })
        .await?;
    let location = format!("/api/v1/leave/types/{}", kind.id);
    Ok(created(location, kind))
}

/// Changes a kind of leave.
#[utoipa::path(
    patch, path = "/api/v1/leave/types/{id}", operation_id = "update_leave_type", tag = "leave",
    summary = "Change a kind of leave",
    description = "HR. What is left out stays. Leave that is booked stays as it was counted.",
    params(("id" = LeaveTypeId, Path)), request_body = TypePatch,
    responses((status = 200, description = "As it is now", body = LeaveType), WriteProblems),
)]
pub async fn update(
    ctx: Hr,
    if_match: IfMatch,
    Path(id): Path<LeaveTypeId>,
    Json(patch): Json<TypePatch>,
) -> Result<Tagged<LeaveType>> {
    let kind = ctx.write(UPDATE, move |tx, actor| {
        let present = super::get(tx, id)?;
        if_match.check(&present)?;
        let mut fields = present.fields;
        patch.apply(&mut fields);
        super::update(tx, actor, id, fields)?;
        super::get(tx, id)
    });
    kind.await.map(Tagged)
}

/// Removes a kind of leave.
#[utoipa::path(
    delete, path = "/api/v1/leave/types/{id}", operation_id = "delete_leave_type", tag = "leave",
    summary = "Remove a kind of leave",
    description = "HR. One that was ever asked for or booked is kept and made inactive.",
    params(("id" = LeaveTypeId, Path)),
    responses((status = 204, description = "Removed, or inactive from now on"), WriteProblems),
)]
pub async fn remove(ctx: Hr, if_match: IfMatch, Path(id): Path<LeaveTypeId>) -> Result<StatusCode> {
    ctx.write(DELETE, move |tx, actor| {
        if_match.check(&super::get(tx, id)?)?;
        super::remove(tx, actor, id)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
