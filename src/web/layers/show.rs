//! What the caller sees when something went wrong: a page in the house look, or a problem where a program asked.

use std::sync::Arc;

use askama::Template;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tracing::error;

use crate::error::AppError;
use crate::web::problem::{Failure, Problem, Refused};
use crate::web::{Shell, Visit, filters, page, redirect};

/// Whether an address belongs to programs: its errors are problems. The documentation under /api is pages.
pub fn is_api(path: &str) -> bool {
    path.starts_with("/api/v1/") || path == "/api/v1" || path == "/api/health"
}

#[derive(Template)]
#[template(path = "errors/error.html")]
struct ErrorPage<'a> {
    shell: Shell,
    status: u16,
    title: &'static str,
    detail: String,
    refused: &'a Refused,
    /// Named only where it helps: somebody has to look into the log.
    reference: Option<&'a str>,
}

page::pages!(ErrorPage<'_>);

/// What went wrong, where the answer does not say so itself: a form that comes back with its errors has words.
pub(super) fn failure_of(response: &mut Response) -> Option<Arc<Refused>> {
    match response.extensions_mut().remove::<Failure>() {
        Some(Failure(refused)) => Some(refused),
        None => bare(response).map(Arc::new),
    }
}

/// What was asked for.
pub(super) struct Asked<'a> {
    pub(super) visit: &'a Visit,
    pub(super) method: &'a Method,
    /// As the log may hold it: without the secret of a link.
    pub(super) path: &'a str,
    pub(super) request_id: &'a str,
}

/// Replaces a bare failure by something to read; a page stands in `shell` where its reader is known.
pub(super) fn failure(response: &mut Response, refused: &Refused, shell: Option<Shell>, asked: &Asked<'_>) {
    let Asked { visit, method, path, request_id } = *asked;
    if let Refused::App(AppError::Internal(error)) = refused {
        log_whole(error.as_ref(), request_id, path);
    }
    let shown = if is_api(&visit.path) {
        problem(refused, visit, request_id)
    } else {
        let shell = shell.unwrap_or_else(|| Shell::new(visit, "Steward"));
        html(refused, Shell { flash: None, ..shell }, visit, method, request_id)
    };
    let (parts, body) = shown.into_parts();
    *response.status_mut() = parts.status;
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response.headers_mut().remove(header::CONTENT_TYPE);
    response.headers_mut().extend(parts.headers);
    *response.body_mut() = body;
}

/// A failure that axum answered itself: an unknown address, a method that does not go, an id that is no number.
fn bare(response: &Response) -> Option<Refused> {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let has_words = !kind.is_empty() && !kind.starts_with("text/plain");
    if has_words {
        return None;
    }
    match response.status() {
        // An address whose id is no number leads nowhere, as does one that nobody has.
        StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND => Some(AppError::NotFound.into()),
        StatusCode::METHOD_NOT_ALLOWED => Some(Refused::MethodNotAllowed),
        StatusCode::PAYLOAD_TOO_LARGE => Some(Refused::TooLarge),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Some(Refused::UnsupportedMediaType),
        status if status.is_server_error() => {
            Some(AppError::internal(format!("answered {status} without saying why")).into())
        }
        _ => None,
    }
}

fn log_whole(failed: &(dyn std::error::Error + Send + Sync), request_id: &str, path: &str) {
    let mut causes = Vec::new();
    let mut cause = failed.source();
    while let Some(deeper) = cause {
        causes.push(deeper.to_string());
        cause = deeper.source();
    }
    error!(target: "steward::web", id = request_id, path, error = %failed, causes = causes.join(": "), "internal error");
}

fn problem(refused: &Refused, visit: &Visit, request_id: &str) -> Response {
    let problem = Problem::new(refused, request_id, visit.lang);
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    let mut response = (refused.status(), [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
    if refused.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

fn html(refused: &Refused, shell: Shell, visit: &Visit, method: &Method, request_id: &str) -> Response {
    if matches!(refused, Refused::App(AppError::Unauthenticated)) {
        // Back to where they wanted to go; what they sent is not repeated for them.
        let next = if method.is_safe() { visit.here.as_str() } else { "/" };
        let query = serde_html_form::to_string([("next", next)]).unwrap_or_default();
        return redirect(&format!("/sign-in?{query}"));
    }
    let internal = refused.status().is_server_error();
    let error_page = ErrorPage {
        detail: refused.detail(shell.lang),
        shell,
        status: refused.status().as_u16(),
        title: refused.title(),
        refused,
        reference: internal.then_some(request_id),
    };
    page::page_with(refused.status(), &error_page).unwrap_or_else(|error| {
        error!(target: "steward::web", id = request_id, %error, "the error page itself");
        (refused.status(), refused.title()).into_response()
    })
}
