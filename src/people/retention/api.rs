//! Retention and erasure in the API.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ERASED, Kind, Policy};
use crate::auth::Hr;
use crate::error::Result;
use crate::ids::EmployeeId;
use crate::storage::Op;
use crate::web::Json;
use crate::web::etag::{self, IfMatch, Tagged};
use crate::web::problem::{ReadProblems, WriteProblems};

pub(super) const POLICY: Op = Op::act("retention.policy_changed");
pub(super) const HELD: Op = Op::act("retention.held");

/// How long data of people who have left is kept.
#[utoipa::path(
    get, path = "/api/v1/retention", operation_id = "get_retention", tag = "employees",
    summary = "How long data of people who have left is kept",
    description = "HR. Months after the last day, by kind of data; null keeps it.",
    responses((status = 200, description = "The policy", body = Policy), ReadProblems),
)]
pub async fn get(ctx: Hr, headers: HeaderMap) -> Result<Response> {
    let policy = ctx.read(super::policy).await?;
    etag::json(&headers, &policy)
}

/// Sets the policy.
#[utoipa::path(
    put, path = "/api/v1/retention", operation_id = "set_retention", tag = "employees",
    summary = "Set how long data of people who have left is kept",
    description = "HR. A kind that is left out or null is kept. Applied each night; what is erased does not come back: ask for the preview first.",
    request_body = Policy,
    responses((status = 200, description = "As it is now", body = Policy), WriteProblems),
)]
pub async fn set(ctx: Hr, if_match: IfMatch, Json(wanted): Json<Policy>) -> Result<Tagged<Policy>> {
    let set = ctx.write(POLICY, move |tx, actor| {
        if_match.check(&super::policy(tx, actor)?)?;
        super::set_policy(tx, actor, &wanted)?;
        super::policy(tx, actor)
    });
    set.await.map(Tagged)
}

/// What a policy takes the first night.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RetentionPreview)]
pub struct PreviewView {
    /// Whom it touches.
    pub people: Vec<Touched>,
    pub kinds: Vec<TouchedKind>,
}

/// Somebody whom a policy touches.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RetentionTouched)]
pub struct Touched {
    pub id: EmployeeId,
    #[schema(example = "Mira Castell")]
    pub name: String,
}

/// A kind of data that goes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RetentionTouchedKind)]
pub struct TouchedKind {
    pub kind: Kind,
    /// How many things of it there are.
    pub count: i64,
    /// Of how many people.
    pub people: usize,
}

/// What a policy would take the first night.
#[utoipa::path(
    post, path = "/api/v1/retention/preview", operation_id = "preview_retention", tag = "employees",
    summary = "What a policy would erase the first night",
    description = "HR. Of people who have left and are not on hold: what these months take in the coming night and today's policy would not. Nothing is saved.",
    request_body = Policy,
    responses((status = 200, description = "What goes, and of whom", body = PreviewView), WriteProblems),
)]
pub async fn preview(ctx: Hr, Json(wanted): Json<Policy>) -> Result<Json<PreviewView>> {
    let foreseen = ctx.read(move |rx, actor| super::foresee(rx, actor, &wanted)).await?;
    Ok(Json(PreviewView {
        people: foreseen.people.into_iter().map(|(id, name)| Touched { id, name }).collect(),
        kinds: foreseen.kinds.into_iter().map(|(kind, count, people)| TouchedKind { kind, count, people }).collect(),
    }))
}

/// The person's number, typed once more.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Erasure)]
pub struct Confirmed {
    #[schema(example = "0042")]
    number: String,
}

/// What went.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Erased)]
pub struct Erased {
    pub erased: Vec<ErasedKind>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ErasedKind {
    pub kind: Kind,
    /// How many things of it there were.
    pub count: i64,
}

/// Erases a person who has left.
#[utoipa::path(
    post, path = "/api/v1/employees/{id}/erase", operation_id = "erase_employee", tag = "employees",
    summary = "Erase the personal data of somebody who has left",
    description = "HR. At once and for good: name, contact, bank details, photo, reasons, comments, login, and the words of the audit log. What remains is called “Former employee 17”; minutes of leave and overtime stay. 409 for somebody who still works here, is on hold, or is the last admin.",
    params(("id" = EmployeeId, Path)), request_body = Confirmed,
    responses((status = 200, description = "What went", body = Erased), WriteProblems),
)]
pub async fn erase(ctx: Hr, Path(id): Path<EmployeeId>, Json(body): Json<Confirmed>) -> Result<Json<Erased>> {
    let gone = ctx.write(ERASED, move |tx, actor| super::erase(tx, actor, id, &body.number)).await?;
    Ok(Json(Erased { erased: gone.into_iter().map(|(kind, count)| ErasedKind { kind, count }).collect() }))
}

/// Why it is held.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RetentionHold)]
pub struct Reason {
    /// 1 to 500 characters.
    reason: String,
}

/// Puts a hold on a person's data.
#[utoipa::path(
    post, path = "/api/v1/employees/{id}/hold", operation_id = "hold_employee", tag = "employees",
    summary = "Keep a person's data, whatever the policy says",
    description = "HR. Nothing of the person is erased while it stands. Again gives it another reason.",
    params(("id" = EmployeeId, Path)), request_body = Reason,
    responses((status = 204, description = "Held"), WriteProblems),
)]
pub async fn hold(ctx: Hr, Path(id): Path<EmployeeId>, Json(body): Json<Reason>) -> Result<StatusCode> {
    ctx.write(HELD, move |tx, actor| super::put_hold(tx, actor, id, &body.reason)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lifts a hold.
#[utoipa::path(
    delete, path = "/api/v1/employees/{id}/hold", operation_id = "release_employee", tag = "employees",
    summary = "Lift the hold on a person's data", description = "HR.",
    params(("id" = EmployeeId, Path)),
    responses((status = 204, description = "Not held"), WriteProblems),
)]
pub async fn release(ctx: Hr, Path(id): Path<EmployeeId>) -> Result<StatusCode> {
    ctx.write(HELD, move |tx, actor| super::lift_hold(tx, actor, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
