//! Papers in the API, and the file itself, which the page of a request leads to as well.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use super::{Document, READ, REMOVED, receive, store};
use crate::auth::Staff;
use crate::error::{AppError, Result};
use crate::ids::{LeaveDocumentId, LeaveRequestId};
use crate::web::json::created;
use crate::web::listing::ListQuery;
use crate::web::problem::{Problem, ReadProblems, Refused, WriteProblems};
use crate::web::{List, Patient, Settings, attachment};

/// The operations of this file.
#[derive(Debug, OpenApi)]
#[openapi(paths(upload, list, add, get, remove))]
pub struct Api;

/// A form with the paper in its field `file`.
#[derive(Debug, ToSchema)]
#[schema(as = LeaveDocumentForm)]
#[expect(dead_code, reason = "only describes the form")]
pub struct FileForm {
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// A paper of a request for leave.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeaveDocument)]
pub struct DocumentJson {
    pub id: LeaveDocumentId,
    /// As its sender called it, with the ending of what it is.
    #[schema(example = "sick note.pdf")]
    pub name: String,
    /// By what it holds.
    #[schema(example = "application/pdf")]
    pub media_type: String,
    /// In bytes.
    #[schema(example = 48210)]
    pub size: u64,
    /// Null until a request names it in its `document_ids`.
    pub request_id: Option<LeaveRequestId>,
    #[schema(example = "Mira Castell")]
    pub uploaded_by: String,
    #[schema(value_type = String, example = "2026-12-01T08:20:00Z")]
    pub uploaded_at: Timestamp,
}

impl From<Document> for DocumentJson {
    fn from(document: Document) -> Self {
        DocumentJson {
            id: document.id,
            name: document.name,
            media_type: document.media_type,
            size: document.size,
            request_id: document.request_id,
            uploaded_by: document.uploader,
            uploaded_at: document.uploaded_at,
        }
    }
}

/// Uploads a paper.
#[utoipa::path(
    post, path = "/api/v1/leave/documents", operation_id = "upload_leave_document", tag = "leave",
    summary = "Upload a paper before the request that needs it",
    description = "Anybody on the staff. PDF, JPEG, PNG or WebP, known by what it holds; at most 10 MB. Name its id in the `document_ids` of a request within a day; after that it is gone. The same paper again is the one that is there.",
    request_body(content((FileForm = "multipart/form-data"), (Vec<u8> = "application/pdf"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "image/webp"))),
    responses(
        (status = 201, description = "Kept", body = DocumentJson),
        (status = 413, description = "Larger than 10 MB", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Neither a form nor a paper", body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub async fn upload(
    ctx: Staff,
    _patient: Patient,
    State(settings): State<Arc<Settings>>,
    request: Request,
) -> Result<Response, Refused> {
    let sent = receive::one(&settings, request).await?;
    let id = receive::keep(&ctx, sent, None).await?;
    let kept = ctx.read(move |rx, _| store::find(rx, id)?.ok_or(AppError::NotFound)).await?;
    Ok((StatusCode::CREATED, crate::web::Json(DocumentJson::from(kept))).into_response())
}

/// The papers of a request.
#[utoipa::path(
    get, path = "/api/v1/leave/requests/{id}/documents", operation_id = "list_leave_documents", tag = "leave",
    summary = "The papers of a request",
    description = "The person and HR. Others who may know of the request only where colleagues read the name of its kind and it is planned; 403 where it is not: what a sick note says is between the person and HR.",
    params(("id" = LeaveRequestId, Path), ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query)),
    responses((status = 200, description = "In the order in which they came", body = List<DocumentJson>), ReadProblems),
)]
pub async fn list(ctx: Staff, Path(id): Path<LeaveRequestId>, query: ListQuery) -> Result<List<DocumentJson>> {
    let listing = query.listing(&[], &[])?;
    let all = ctx.read(move |rx, actor| super::list(rx, actor, id)).await?;
    Ok(List::cut(all.into_iter().map(DocumentJson::from).collect(), &listing))
}

/// Adds a paper.
#[utoipa::path(
    post, path = "/api/v1/leave/requests/{id}/documents", operation_id = "add_leave_document", tag = "leave",
    summary = "Add a paper to a request, also after it was sent",
    description = "The person and HR, while the leave stands. PDF, JPEG, PNG or WebP, known by what it holds; at most 10 MB, at most 10 a request. The same paper again is the one that is there.",
    params(("id" = LeaveRequestId, Path)),
    request_body(content((FileForm = "multipart/form-data"), (Vec<u8> = "application/pdf"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"), (Vec<u8> = "image/webp"))),
    responses(
        (status = 201, description = "Added; `Location` leads to the file", body = DocumentJson),
        (status = 413, description = "Larger than 10 MB", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "Neither a form nor a paper", body = Problem, content_type = "application/problem+json"),
        WriteProblems,
    ),
)]
pub async fn add(
    ctx: Staff,
    _patient: Patient,
    Path(id): Path<LeaveRequestId>,
    State(settings): State<Arc<Settings>>,
    request: Request,
) -> Result<Response, Refused> {
    // Nobody who may not is listened to for long.
    ctx.read(move |rx, actor| super::require_may_add(rx, actor, id).map(drop)).await?;
    let sent = receive::one(&settings, request).await?;
    let document = receive::keep(&ctx, sent, Some(id)).await?;
    let kept = ctx.read(move |rx, _| super::of_request(rx, id, document)).await?;
    Ok(created(format!("/api/v1/leave/requests/{id}/documents/{document}"), DocumentJson::from(kept)))
}

/// A paper itself: of the API, and `GET /leave/requests/{id}/documents/{document_id}`.
#[utoipa::path(
    get, path = "/api/v1/leave/requests/{id}/documents/{document_id}", operation_id = "get_leave_document", tag = "leave",
    summary = "A paper itself",
    description = "As the list. Always handed out as a file, never shown as a page; whoever opens another person’s is written down in the audit log.",
    params(("id" = LeaveRequestId, Path), ("document_id" = LeaveDocumentId, Path)),
    responses((status = 200, description = "The file", content_type = "application/pdf", body = Vec<u8>), ReadProblems),
)]
pub async fn get(ctx: Staff, Path((id, document)): Path<(LeaveRequestId, LeaveDocumentId)>) -> Result<Response> {
    let named = ctx.write(READ, move |tx, actor| super::open(tx, actor, id, document)).await?;
    let kind = HeaderValue::try_from(&named.media_type).map_err(AppError::internal)?;
    let name = attachment(&named.name);
    let vault = ctx.org.vault();
    let read = tokio::task::spawn_blocking(move || vault.read(&named)).await.map_err(AppError::internal)?;
    let content = read.map_err(AppError::internal)?;
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, name),
        // Never run as a page of ours, whatever a browser takes it for.
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'none'"),
        ),
    ];
    Ok((headers, content).into_response())
}

/// Takes a paper away.
#[utoipa::path(
    delete, path = "/api/v1/leave/requests/{id}/documents/{document_id}", operation_id = "remove_leave_document", tag = "leave",
    summary = "Take a paper away",
    description = "Whoever brought it, as long as nobody has decided with it in sight; HR at any time. The file is erased after a week.",
    params(("id" = LeaveRequestId, Path), ("document_id" = LeaveDocumentId, Path)),
    responses((status = 204, description = "It is gone"), WriteProblems),
)]
pub async fn remove(ctx: Staff, Path((id, document)): Path<(LeaveRequestId, LeaveDocumentId)>) -> Result<StatusCode> {
    ctx.write(REMOVED, move |tx, actor| super::remove(tx, actor, id, document).map(drop)).await?;
    Ok(StatusCode::NO_CONTENT)
}
