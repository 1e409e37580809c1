//! Photos in the API, and the file itself, which pages show too.

use axum::extract::{Path, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::{REMOVED, rules, take};
use crate::auth::{Ctx, Hire};
use crate::error::{AppError, Result};
use crate::ids::EmployeeId;
use crate::web::Patient;
use crate::web::problem::{Problem, ReadProblems, Refused, WriteProblems};
use crate::web::upload::{self, FIELD};

/// A browser asks again each time, and has it again by its tag: whoever signs in next may not see it.
const CACHED: &str = "private, no-cache";

/// What may be sent without a form around it.
pub(super) const KINDS: &[&str] = &["image/jpeg", "image/png", "image/webp", "application/octet-stream"];

/// A form with the picture in its field `file`.
#[derive(Debug, utoipa::ToSchema)]
#[schema(as = PhotoForm)]
#[expect(dead_code, reason = "only describes the form")]
pub struct Form {
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// `GET /people/{id}/photo` and the same under the API.
#[utoipa::path(
    get, path = "/api/v1/employees/{id}/photo", operation_id = "get_photo", tag = "employees",
    summary = "A person's photo",
    description = "Whoever finds the person; a new hire their own. JPEG, PNG or WebP, without what cameras add. 404 where there is none.",
    params(("id" = EmployeeId, Path)),
    responses(
        (status = 200, description = "The picture", content_type = "image/jpeg", body = Vec<u8>),
        (status = 304, description = "As the client has it"), ReadProblems,
    ),
)]
pub async fn get(Hire(ctx): Hire, headers: HeaderMap, Path(id): Path<EmployeeId>) -> Result<Response> {
    let named = ctx.read(move |rx, actor| super::of(rx, actor, id)).await?;
    let tag = HeaderValue::try_from(format!("\"{}\"", named.id)).map_err(AppError::internal)?;
    let cached = [
        (header::ETAG, tag.clone()),
        (header::CACHE_CONTROL, HeaderValue::from_static(CACHED)),
        (header::VARY, HeaderValue::from_static("Cookie, Authorization")),
    ];
    let held = headers.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if held.split(',').any(|held| held.trim().trim_start_matches("W/").as_bytes() == tag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, cached).into_response());
    }
    let kind = HeaderValue::try_from(&named.media_type).map_err(AppError::internal)?;
    let vault = ctx.org.vault();
    let read = tokio::task::spawn_blocking(move || vault.read(&named)).await.map_err(AppError::internal)?;
    let content = read.map_err(AppError::internal)?;
    // Never run as a page of ours, whatever a browser takes it for.
    let alone = HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'none'");
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("inline")),
        (header::CONTENT_SECURITY_POLICY, alone),
    ];
    Ok((headers, cached, content).into_response())
}

/// Sets a photo.
#[utoipa::path(
    put, path = "/api/v1/employees/{id}/photo", operation_id = "set_photo", tag = "employees",
    summary = "Set a person's photo",
    description = "The person and HR. JPEG, PNG or WebP, at most 5 MB, 16 to 10,000 pixels along each side. It is kept without what cameras add (place, time, device).",
    params(("id" = EmployeeId, Path)),
    request_body(content((Form = "multipart/form-data"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "image/webp"))),
    responses(
        (status = 204, description = "Set"),
        (status = 413, description = "Larger than 5 MB", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Neither a form nor a picture", body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub async fn set(
    Hire(ctx): Hire,
    _patient: Patient,
    Path(id): Path<EmployeeId>,
    request: Request,
) -> Result<StatusCode, Refused> {
    receive(&ctx, id, request).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a photo away.
#[utoipa::path(
    delete, path = "/api/v1/employees/{id}/photo", operation_id = "remove_photo", tag = "employees",
    summary = "Remove a person's photo", description = "The person and HR. The file is erased after a week.",
    params(("id" = EmployeeId, Path)),
    responses((status = 204, description = "There is none now"), WriteProblems),
)]
pub async fn remove(Hire(ctx): Hire, Path(id): Path<EmployeeId>) -> Result<StatusCode> {
    ctx.write(REMOVED, move |tx, actor| super::remove(tx, actor, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the picture of a request; nobody who may not is listened to for long.
pub(super) async fn receive(ctx: &Ctx, id: EmployeeId, request: Request) -> Result<(), Refused> {
    ctx.read(move |rx, actor| super::require_may_change(rx, actor, id)).await?;
    let sent = upload::receive(request, rules::MOST_BYTES, KINDS).await?;
    if sent.content.is_empty() {
        return Err(AppError::invalid(FIELD, "Choose a file.").into());
    }
    Ok(take(ctx, id, sent.content).await?)
}
