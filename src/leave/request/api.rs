//! Requests in the API: asked, previewed, listed, and moved from state to state by their own routes.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::civil::{Date, Time};
use serde::Deserialize;
use utoipa::ToSchema;

use super::json::{PreviewJson, RequestDetail, RequestJson};
use super::model::NewLeave;
use super::store::{self, Filter};
use crate::approvals::bodies::{ApproveBody, ClarifyBody, RejectBody, Sent};
use crate::approvals::{self, Kind};
use crate::auth::{Ctx, Staff};
use crate::error::Result;
use crate::ids::{EmployeeId, LeaveDocumentId, LeaveRequestId, LeaveTypeId};
use crate::leave::papers;
use crate::leave::rules::{LeaveStatus, Part};
use crate::people;
use crate::time::hhmm;
use crate::web::etag::{self, IfMatch, Tagged};
use crate::web::json::{created, there};
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, List, Listing};

use super::{AMEND, CANCEL, DECIDE, RETURN, REVOKE, SUBMIT};

/// What lists of requests can be ordered by, and the columns behind it.
const ORDERINGS: &[&str] = &["start_date", "created_at", "employee"];
const COLUMNS: &[(&str, &str)] =
    &[("start_date", "r.start_date"), ("created_at", "r.created_at"), ("employee", "e.name_key")];

/// What of a request is to change; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = LeaveRequestPatch)]
pub struct RequestPatch {
    leave_type_id: Option<LeaveTypeId>,
    #[schema(value_type = Option<String>, format = Date)]
    start_date: Option<Date>,
    #[schema(value_type = Option<String>, format = Date)]
    end_date: Option<Date>,
    start_part: Option<Part>,
    end_part: Option<Part>,
    /// Null makes it leave by the day again.
    #[serde(deserialize_with = "clock_there")]
    #[schema(value_type = Option<String>, example = "14:00")]
    from_time: Option<Option<Time>>,
    #[serde(deserialize_with = "clock_there")]
    #[schema(value_type = Option<String>, example = "16:30")]
    to_time: Option<Option<Time>>,
    reason: Option<String>,
    contact: Option<String>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<i64>)]
    deputy_id: Option<Option<EmployeeId>>,
    /// All of one's own papers: what is not among them is taken away.
    document_ids: Option<Vec<LeaveDocumentId>>,
}

fn clock_there<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Option<Time>>, D::Error> {
    hhmm::option::deserialize(from).map(Some)
}

impl RequestPatch {
    fn apply(self, input: &mut NewLeave) {
        macro_rules! put {
            ($($field:ident),+) => {$(
                if let Some(value) = self.$field {
                    input.$field = value;
                }
            )+};
        }
        put!(leave_type_id, start_date, end_date, start_part, end_part, from_time, to_time, reason, contact, deputy_id);
        put!(document_ids);
    }
}

/// Why it is taken back.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = LeaveCancel)]
pub struct CancelInput {
    /// Needed of HR; at most 1,000 characters.
    pub reason: String,
}

/// Why an approval is revoked.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LeaveRevoke)]
pub struct RevokeInput {
    /// 1 to 1,000 characters; the requester reads it.
    #[schema(example = "The fair was moved to that week")]
    reason: String,
}

/// How long it was taken.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LeaveReturn)]
pub struct ReturnInput {
    #[schema(value_type = String, format = Date, example = "2026-12-29")]
    last_day_taken: Date,
}

/// Requests.
#[utoipa::path(
    get, path = "/api/v1/leave/requests", operation_id = "list_leave_requests", tag = "leave",
    summary = "Leave requests",
    description = "One's own, those of direct and indirect reports, for HR all. The latest start first. `from` and `to` find what touches those dates.",
    params(
        ("employee_id" = Option<EmployeeId>, Query), ("leave_type_id" = Option<LeaveTypeId>, Query),
        ("status" = Option<LeaveStatus>, Query), ("from" = Option<String>, Query), ("to" = Option<String>, Query),
        ("search" = Option<String>, Query, description = "Part of the person's name"),
        ("ordering" = Option<String>, Query, description = "start_date, created_at, employee; - before it turns it round"),
        ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query),
    ),
    responses((status = 200, description = "One page", body = List<RequestJson>), ReadProblems),
)]
pub async fn list(ctx: Staff, query: ListQuery) -> Result<List<RequestJson>> {
    let listing = query.listing(ORDERINGS, &["search", "employee_id", "leave_type_id", "status", "from", "to"])?;
    page(&ctx, listing, None).await
}

/// One's own requests.
#[utoipa::path(
    get, path = "/api/v1/leave/requests/my", operation_id = "list_my_leave_requests", tag = "leave",
    summary = "One's own leave requests", description = "Anybody on the staff. The latest start first.",
    params(
        ("leave_type_id" = Option<LeaveTypeId>, Query), ("status" = Option<LeaveStatus>, Query),
        ("from" = Option<String>, Query), ("to" = Option<String>, Query), ("ordering" = Option<String>, Query),
        ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query),
    ),
    responses((status = 200, description = "One page", body = List<RequestJson>), ReadProblems),
)]
pub async fn my(ctx: Staff, query: ListQuery) -> Result<List<RequestJson>> {
    let listing = query.listing(ORDERINGS, &["leave_type_id", "status", "from", "to"])?;
    let own = ctx.actor.require_employee()?;
    page(&ctx, listing, Some(own)).await
}

async fn page(ctx: &Ctx, listing: Listing, own: Option<EmployeeId>) -> Result<List<RequestJson>> {
    let mut filter = Filter {
        people: None,
        employee_id: own.or(listing.filter("employee_id")?),
        leave_type_id: listing.filter("leave_type_id")?,
        status: listing.filter("status")?,
        from: listing.filter("from")?,
        to: listing.filter("to")?,
        search: listing.search.as_deref().map(crate::text::fold),
    };
    ctx.read(move |rx, actor| {
        filter.people = people::scope(rx, actor)?.ids_json();
        let order = match listing.ordering.is_empty() {
            true => "ORDER BY r.start_date DESC, r.id DESC".to_owned(),
            false => listing.order_by(COLUMNS, "r.id"),
        };
        let (found, total) = store::list(rx, &filter, &order, listing.limit(), listing.offset())?;
        Ok(List::new(RequestJson::of_all(rx, found)?, total, &listing))
    })
    .await
}

/// One request.
#[utoipa::path(
    get, path = "/api/v1/leave/requests/{id}", operation_id = "get_leave_request", tag = "leave",
    summary = "A request with its days, its approval and its timeline",
    description = "The person, their managers, those who are or were asked, HR. 404 for everybody else.",
    params(("id" = LeaveRequestId, Path)),
    responses((status = 200, description = "The request", body = RequestDetail), ReadProblems),
)]
pub async fn get(ctx: Staff, headers: HeaderMap, Path(id): Path<LeaveRequestId>) -> Result<Response> {
    let request = ctx.read(move |rx, actor| RequestDetail::read(rx, actor, id)).await?;
    etag::json(&headers, &request)
}

/// Looks at what a request would do.
#[utoipa::path(
    post, path = "/api/v1/leave/requests/preview", operation_id = "preview_leave_request", tag = "leave",
    summary = "What a request would do, without sending it",
    description = "Anybody on the staff for themselves, HR for anybody. What speaks against sending it stands in `errors` and `conflicts` of a 200; 422 where it is no request at all.",
    request_body = NewLeave,
    responses((status = 200, description = "Days, minutes and balances", body = PreviewJson), WriteProblems),
)]
pub async fn preview(ctx: Staff, Json(input): Json<NewLeave>) -> Result<Json<PreviewJson>> {
    ctx.read(move |rx, actor| PreviewJson::of(rx, &super::preview(rx, actor, input, None)?)).await.map(Json)
}

/// Sends a request.
#[utoipa::path(
    post, path = "/api/v1/leave/requests", operation_id = "create_leave_request", tag = "leave",
    summary = "Ask for leave",
    description = "Anybody on the staff for themselves; HR for anybody, approved at once. 409 where other leave is in the way, naming it. What is not covered by the balance is 422.",
    request_body = NewLeave,
    responses((status = 201, description = "Sent; `Location` leads to it", body = RequestDetail), WriteProblems),
)]
pub async fn create(ctx: Staff, Json(input): Json<NewLeave>) -> Result<Response> {
    let sent = ctx.write(SUBMIT, move |tx, actor| {
        let id = super::submit(tx, actor, input)?;
        RequestDetail::read(tx, actor, id)
    });
    let sent = sent.await?;
    let location = format!("/api/v1/leave/requests/{}", sent.request.id);
    Ok(created(location, sent))
}

/// Changes a request that is not decided.
#[utoipa::path(
    patch, path = "/api/v1/leave/requests/{id}", operation_id = "update_leave_request", tag = "leave",
    summary = "Change a request that is not decided; answer a question",
    description = "The requester. It is asked anew from the first level. The status changes by its own routes only.",
    params(("id" = LeaveRequestId, Path)), request_body = RequestPatch,
    responses((status = 200, description = "As it is now", body = RequestDetail), WriteProblems),
)]
pub async fn update(
    ctx: Staff,
    if_match: IfMatch,
    Path(id): Path<LeaveRequestId>,
    Json(patch): Json<RequestPatch>,
) -> Result<Tagged<RequestDetail>> {
    let changed = ctx.write(AMEND, move |tx, actor| {
        if_match.check(&RequestDetail::read(tx, actor, id)?)?;
        let (request, _) = super::get(tx, actor, id)?;
        let mut input = NewLeave::again(&request, papers::own_ids(tx, actor, id)?);
        patch.apply(&mut input);
        super::amend(tx, actor, id, input)?;
        RequestDetail::read(tx, actor, id)
    });
    changed.await.map(Tagged)
}

/// Takes a request back.
#[utoipa::path(
    delete, path = "/api/v1/leave/requests/{id}", operation_id = "delete_leave_request", tag = "leave",
    summary = "Take a request back, as cancel does",
    description = "The person, before it begins. It stays to be read, cancelled.",
    params(("id" = LeaveRequestId, Path)),
    responses((status = 204, description = "Cancelled"), WriteProblems),
)]
pub async fn remove(ctx: Staff, if_match: IfMatch, Path(id): Path<LeaveRequestId>) -> Result<StatusCode> {
    ctx.write(CANCEL, move |tx, actor| {
        if_match.check(&RequestDetail::read(tx, actor, id)?)?;
        super::cancel(tx, actor, id, "")
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Approves.
#[utoipa::path(
    post, path = "/api/v1/leave/requests/{id}/approve", operation_id = "approve_leave_request", tag = "leave",
    summary = "Approve a request",
    description = "Those who are asked; HR with `on_behalf_reason`. Never one's own. 409 where it is decided already, saying who and when, or where the balance does not cover it any more.",
    params(("id" = LeaveRequestId, Path)), request_body = ApproveBody,
    responses((status = 200, description = "As it is now", body = RequestDetail), WriteProblems),
)]
pub async fn approve(
    ctx: Staff,
    if_match: IfMatch,
    Path(id): Path<LeaveRequestId>,
    Json(input): Json<ApproveBody>,
) -> Result<Tagged<RequestDetail>> {
    decided(ctx, if_match, id, input.into()).await
}

/// Rejects.
#[utoipa::path(
    post, path = "/api/v1/leave/requests/{id}/reject", operation_id = "reject_leave_request", tag = "leave",
    summary = "Reject a request", description = "As approve; a reason is needed.",
    params(("id" = LeaveRequestId, Path)), request_body = RejectBody,
    responses((status = 200, description = "As it is now", body = RequestDetail), WriteProblems),
)]
pub async fn reject(
    ctx: Staff,
    if_match: IfMatch,
    Path(id): Path<LeaveRequestId>,
    Json(input): Json<RejectBody>,
) -> Result<Tagged<RequestDetail>> {
    decided(ctx, if_match, id, input.into()).await
}

/// Asks back.
#[utoipa::path(
    post, path = "/api/v1/leave/requests/{id}/clarify", operation_id = "clarify_leave_request", tag = "leave",
    summary = "Ask the requester a question",
    description = "As approve. The request goes back to the requester and keeps its reservation.",
    params(("id" = LeaveRequestId, Path)), request_body = ClarifyBody,
    responses((status = 200, description = "As it is now", body = RequestDetail), WriteProblems),
)]
pub async fn clarify(
    ctx: Staff,
    if_match: IfMatch,
    Path(id): Path<LeaveRequestId>,
    Json(input): Json<ClarifyBody>,
) -> Result<Tagged<RequestDetail>> {
    decided(ctx, if_match, id, input.into()).await
}

async fn decided(
    ctx: Staff,
    if_match: IfMatch,
    id: LeaveRequestId,
    (decision, seen): Sent,
) -> Result<Tagged<RequestDetail>> {
    let decided = ctx.write(DECIDE, move |tx, actor| {
        if_match.check(&RequestDetail::read(tx, actor, id)?)?;
        approvals::require_seen(tx, actor, Kind::Leave, id.0, seen)?;
        super::decide(tx, actor, id, &decision)?;
        RequestDetail::read(tx, actor, id)
    });
    decided.await.map(Tagged)
}

/// Cancels.
#[utoipa::path(
    post, path = "/api/v1/leave/requests/{id}/cancel", operation_id = "cancel_leave_request", tag = "leave",
    summary = "Take a request back",
    description = "The person, while it is undecided or before it begins; HR at any time, with a reason.",
    params(("id" = LeaveRequestId, Path)), request_body = CancelInput,
    responses((status = 200, description = "As it is now", body = RequestDetail), WriteProblems),
)]
pub async fn cancel(
    ctx: Staff,
    if_match: IfMatch,
    Path(id): Path<LeaveRequestId>,
    Json(input): Json<CancelInput>,
) -> Result<Tagged<RequestDetail>> {
    let cancelled = ctx.write(CANCEL, move |tx, actor| {
        if_match.check(&RequestDetail::read(tx, actor, id)?)?;
        super::cancel(tx, actor, id, &input.reason)?;
        RequestDetail::read(tx, actor, id)
    });
    cancelled.await.map(Tagged)
}

/// Revokes.
#[utoipa::path(
    post, path = "/api/v1/leave/requests/{id}/revoke", operation_id = "revoke_leave_request", tag = "leave",
    summary = "Take an approval back",
    description = "Those who were asked, and HR, within 24 hours of the approval, with a reason.",
    params(("id" = LeaveRequestId, Path)), request_body = RevokeInput,
    responses((status = 200, description = "As it is now", body = RequestDetail), WriteProblems),
)]
pub async fn revoke(
    ctx: Staff,
    if_match: IfMatch,
    Path(id): Path<LeaveRequestId>,
    Json(input): Json<RevokeInput>,
) -> Result<Tagged<RequestDetail>> {
    let revoked = ctx.write(REVOKE, move |tx, actor| {
        if_match.check(&RequestDetail::read(tx, actor, id)?)?;
        super::revoke(tx, actor, id, &input.reason)?;
        RequestDetail::read(tx, actor, id)
    });
    revoked.await.map(Tagged)
}

/// Ends it early.
#[utoipa::path(
    post, path = "/api/v1/leave/requests/{id}/return", operation_id = "return_leave_request", tag = "leave",
    summary = "Came back early: give the rest back",
    description = "The person, from the day after `last_day_taken` on; HR at any time.",
    params(("id" = LeaveRequestId, Path)), request_body = ReturnInput,
    responses((status = 200, description = "As it is now", body = RequestDetail), WriteProblems),
)]
pub async fn return_early(
    ctx: Staff,
    if_match: IfMatch,
    Path(id): Path<LeaveRequestId>,
    Json(input): Json<ReturnInput>,
) -> Result<Tagged<RequestDetail>> {
    let returned = ctx.write(RETURN, move |tx, actor| {
        if_match.check(&RequestDetail::read(tx, actor, id)?)?;
        super::return_early(tx, actor, id, input.last_day_taken)?;
        RequestDetail::read(tx, actor, id)
    });
    returned.await.map(Tagged)
}
