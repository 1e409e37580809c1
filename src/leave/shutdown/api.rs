//! Company shutdowns in the API.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{CREATED, INCLUDED, NewShutdown, Outcome, Share, Shutdown, mark};
use crate::auth::Hr;
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, LeaveRequestId, LeaveTypeId, ShutdownId};
use crate::leave::request::LeaveRequest;
use crate::leave::rules::Part;
use crate::people::NameRef;
use crate::people::recount::{Consent, api::consent};
use crate::time::Minutes;
use crate::web::json::created;
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, List, Patient, etag};

/// The operations of this file.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(list, create, get, booked, missing, book, include, take_back))]
pub struct Doc;

crate::text_enum! {
    /// What becomes of a person in a shutdown.
    pub enum Becomes {
        /// Leave is booked.
        Books = "books",
        /// The balance does not cover it, and no other kind is booked instead.
        Short = "short",
        /// Has other leave, or travels.
        Away = "away",
        /// Does not work on these days.
        Free = "free",
        /// Works all the same.
        Excepted = "excepted",
    }
}

/// A company shutdown.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeaveShutdown)]
pub struct ShutdownJson {
    pub id: ShutdownId,
    #[schema(example = "Between the years")]
    pub name: String,
    pub leave_type: NameRef,
    /// What is booked for whom the balance does not cover it.
    pub fallback_leave_type: Option<NameRef>,
    #[schema(value_type = String, format = Date, example = "2026-12-28")]
    pub start_date: Date,
    pub start_part: Part,
    #[schema(value_type = String, format = Date, example = "2026-12-31")]
    pub end_date: Date,
    pub end_part: Part,
    /// Null for everybody.
    pub location: Option<NameRef>,
    pub created_by: String,
    #[schema(value_type = String, format = DateTime, example = "2026-11-21T09:30:00Z")]
    pub created_at: Timestamp,
    /// Null where it stands.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub taken_back_at: Option<Timestamp>,
    pub taken_back_reason: String,
}

impl From<Shutdown> for ShutdownJson {
    fn from(shutdown: Shutdown) -> Self {
        let span = shutdown.span.to_input();
        ShutdownJson {
            id: shutdown.id,
            name: shutdown.name,
            leave_type: shutdown.kind,
            fallback_leave_type: shutdown.fallback,
            start_date: span.start_date,
            start_part: span.start_part,
            end_date: span.end_date,
            end_part: span.end_part,
            location: shutdown.location,
            created_by: shutdown.created_by,
            created_at: shutdown.created_at,
            taken_back_at: shutdown.taken_back_at,
            taken_back_reason: shutdown.taken_back_reason,
        }
    }
}

/// What a shutdown does to one person.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeaveShutdownShare)]
pub struct ShareJson {
    pub employee: NameRef,
    pub outcome: Becomes,
    /// The kind that is booked.
    pub leave_type_id: Option<LeaveTypeId>,
    /// What is booked.
    #[schema(example = 1920)]
    pub minutes: Minutes,
    /// What the balance lacks.
    #[schema(example = 0)]
    pub missing_minutes: Minutes,
    /// What is available then; null where the kind has no balance, or nothing is booked.
    pub balance_after: Option<Minutes>,
}

impl From<&Share> for ShareJson {
    fn from(share: &Share) -> Self {
        let plain = |outcome| ShareJson {
            employee: NameRef { id: share.person.id.0, name: share.person.name.clone() },
            outcome,
            leave_type_id: None,
            minutes: Minutes::ZERO,
            missing_minutes: Minutes::ZERO,
            balance_after: None,
        };
        match &share.outcome {
            Outcome::Books { kind, minutes, balance_after, .. } => ShareJson {
                leave_type_id: Some(*kind),
                minutes: *minutes,
                balance_after: *balance_after,
                ..plain(Becomes::Books)
            },
            Outcome::Short(missing) => ShareJson { missing_minutes: *missing, ..plain(Becomes::Short) },
            Outcome::Away { .. } => plain(Becomes::Away),
            Outcome::Free => plain(Becomes::Free),
            Outcome::Excepted => plain(Becomes::Excepted),
        }
    }
}

/// What `dry_run=true` is answered with.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeaveShutdownLook)]
pub struct LookJson {
    pub people: Vec<ShareJson>,
    /// Says of this list that it is this one: sent along as `confirmed`, nothing is booked where it is another by then.
    #[schema(example = "5f2b8c90a1d3e4f6")]
    pub mark: String,
}

/// Leave that a shutdown booked.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeaveShutdownRequest)]
pub struct BookedJson {
    pub request_id: LeaveRequestId,
    pub employee: NameRef,
    pub leave_type_id: LeaveTypeId,
    #[schema(value_type = String, format = Date, example = "2026-12-28")]
    pub start_date: Date,
    #[schema(value_type = String, format = Date, example = "2026-12-31")]
    pub end_date: Date,
    #[schema(example = 1920)]
    pub minutes: Minutes,
}

impl From<LeaveRequest> for BookedJson {
    fn from(request: LeaveRequest) -> Self {
        BookedJson {
            request_id: request.id,
            employee: request.employee_ref(),
            leave_type_id: request.leave_type_id,
            start_date: request.span.first_day(),
            end_date: request.span.last_day(),
            minutes: request.minutes,
        }
    }
}

/// How many were written.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = LeaveShutdownCount)]
pub struct CountJson {
    #[schema(example = 42)]
    pub count: usize,
}

/// Why a shutdown is taken back.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LeaveShutdownEnd)]
pub struct EndInput {
    /// 1 to 1,000 characters; each person reads it.
    pub reason: String,
}

/// Company shutdowns.
#[utoipa::path(
    get, path = "/api/v1/leave/shutdowns", operation_id = "list_leave_shutdowns", tag = "leave",
    summary = "Company shutdowns", description = "HR. The latest first; those taken back are among them.",
    params(("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query)),
    responses((status = 200, description = "One page", body = List<ShutdownJson>), ReadProblems),
)]
pub async fn list(ctx: Hr, query: ListQuery) -> Result<List<ShutdownJson>> {
    let listing = query.listing(&[], &[])?;
    let all = ctx.read(super::all).await?;
    Ok(List::cut(all.into_iter().map(ShutdownJson::from).collect(), &listing))
}

/// Books days for everybody.
#[utoipa::path(
    post, path = "/api/v1/leave/shutdowns", operation_id = "create_leave_shutdown", tag = "leave",
    summary = "Book days for everybody, or everybody at a location",
    description = "HR. Whoever has other leave is booked around it; whom the balance does not cover it for gets the other kind, or is left out. Each person is told. `dry_run=true` writes nothing and answers what it would do to whom.",
    params(("dry_run" = Option<bool>, Query), ("confirmed" = Option<String>, Query)), request_body = NewShutdown,
    responses(
        (status = 201, description = "Booked; `Location` leads to it", body = ShutdownJson),
        (status = 200, description = "A dry run", body = LookJson), WriteProblems,
    ),
)]
pub async fn create(ctx: Hr, _patient: Patient, query: ListQuery, Json(new): Json<NewShutdown>) -> Result<Response> {
    let consent = consent(query)?;
    let asked = new.clone();
    let shares = ctx.read(move |rx, actor| super::look(rx, actor, &asked)).await?;
    match &consent {
        Consent::DryRun => {
            let look = LookJson { people: shares.iter().map(ShareJson::from).collect(), mark: mark(&shares) };
            return Ok(Json(look).into_response());
        }
        Consent::Exactly(seen) | Consent::To(seen) if *seen != mark(&shares) => {
            let why = "What this does is not what was confirmed: look at it again with a dry run.";
            return Err(AppError::conflict(why));
        }
        Consent::Exactly(_) | Consent::To(_) | Consent::Given => {}
    }
    super::require_somebody(&shares, &[])?;
    let id = ctx.write(CREATED, move |tx, actor| super::create(tx, actor, new)).await?;
    super::book_all(&ctx, id).await?;
    let made = ctx.read(move |rx, actor| super::get(rx, actor, id)).await?;
    Ok(created(format!("/api/v1/leave/shutdowns/{id}"), ShutdownJson::from(made)))
}

/// One shutdown.
#[utoipa::path(
    get, path = "/api/v1/leave/shutdowns/{id}", operation_id = "get_leave_shutdown", tag = "leave",
    summary = "A company shutdown", description = "HR.",
    params(("id" = ShutdownId, Path)),
    responses((status = 200, description = "The shutdown", body = ShutdownJson), ReadProblems),
)]
pub async fn get(ctx: Hr, headers: HeaderMap, Path(id): Path<ShutdownId>) -> Result<Response> {
    let found = ctx.read(move |rx, actor| super::get(rx, actor, id)).await?;
    etag::json(&headers, &ShutdownJson::from(found))
}

/// What a shutdown booked.
#[utoipa::path(
    get, path = "/api/v1/leave/shutdowns/{id}/requests", operation_id = "list_leave_shutdown_requests", tag = "leave",
    summary = "What stands of a shutdown", description = "HR. By name.",
    params(("id" = ShutdownId, Path), ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query)),
    responses((status = 200, description = "One page", body = List<BookedJson>), ReadProblems),
)]
pub async fn booked(ctx: Hr, Path(id): Path<ShutdownId>, query: ListQuery) -> Result<List<BookedJson>> {
    let listing = query.listing(&[], &[])?;
    let all = ctx.read(move |rx, actor| super::booked(rx, actor, id)).await?;
    Ok(List::cut(all.into_iter().map(BookedJson::from).collect(), &listing))
}

/// Who is not booked.
#[utoipa::path(
    get, path = "/api/v1/leave/shutdowns/{id}/missing", operation_id = "list_leave_shutdown_missing", tag = "leave",
    summary = "Who is not booked, and why",
    description = "HR. `books` is somebody who joined since, or is not away any more: booked by `POST …/book`.",
    params(("id" = ShutdownId, Path), ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query)),
    responses((status = 200, description = "One page", body = List<ShareJson>), ReadProblems),
)]
pub async fn missing(
    ctx: Hr,
    _patient: Patient,
    Path(id): Path<ShutdownId>,
    query: ListQuery,
) -> Result<List<ShareJson>> {
    let listing = query.listing(&[], &[])?;
    let all = ctx.read(move |rx, actor| super::missing(rx, actor, id)).await?;
    Ok(List::cut(all.iter().map(ShareJson::from).collect(), &listing))
}

/// Books who is missing.
#[utoipa::path(
    post, path = "/api/v1/leave/shutdowns/{id}/book", operation_id = "book_leave_shutdown", tag = "leave",
    summary = "Book who is missing", description = "HR. Who is booked already, or excepted, stays as they are.",
    params(("id" = ShutdownId, Path)),
    responses((status = 200, description = "How many people were booked", body = CountJson), WriteProblems),
)]
pub async fn book(ctx: Hr, _patient: Patient, Path(id): Path<ShutdownId>) -> Result<Json<CountJson>> {
    Ok(Json(CountJson { count: super::book_all(&ctx, id).await? }))
}

/// Somebody of a shutdown.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LeaveShutdownPerson)]
pub struct PersonInput {
    pub employee_id: EmployeeId,
}

/// Books somebody who was left out.
#[utoipa::path(
    post, path = "/api/v1/leave/shutdowns/{id}/include", operation_id = "include_in_leave_shutdown", tag = "leave",
    summary = "Book somebody who was left out",
    description = "HR. Whoever is missing besides is booked with them.",
    params(("id" = ShutdownId, Path)), request_body = PersonInput,
    responses((status = 200, description = "How many people were booked", body = CountJson), WriteProblems),
)]
pub async fn include(
    ctx: Hr,
    _patient: Patient,
    Path(id): Path<ShutdownId>,
    Json(who): Json<PersonInput>,
) -> Result<Json<CountJson>> {
    ctx.write(INCLUDED, move |tx, actor| super::include(tx, actor, id, who.employee_id)).await?;
    Ok(Json(CountJson { count: super::book_all(&ctx, id).await? }))
}

/// Takes a shutdown back as a whole.
#[utoipa::path(
    post, path = "/api/v1/leave/shutdowns/{id}/take-back", operation_id = "take_back_leave_shutdown", tag = "leave",
    summary = "Take a shutdown back",
    description = "HR. All that it booked and that stands is cancelled, and each person is told why. Again, it goes on where it was cut short.",
    params(("id" = ShutdownId, Path)), request_body = EndInput,
    responses((status = 200, description = "How many requests were cancelled", body = CountJson), WriteProblems),
)]
pub async fn take_back(
    ctx: Hr,
    _patient: Patient,
    Path(id): Path<ShutdownId>,
    Json(end): Json<EndInput>,
) -> Result<(StatusCode, Json<CountJson>)> {
    Ok((StatusCode::OK, Json(CountJson { count: super::take_all_back(&ctx, id, end.reason).await? })))
}
