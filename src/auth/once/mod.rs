//! `Idempotency-Key`: a POST to the API that is sent twice is done once (product/api.md).
//!
//! The key is written down in the very transaction of the act, without an answer yet; the answer follows when it is
//! known. So a repeat finds: nothing (the act was not done: do it), the key with its answer (give that answer), or the
//! key alone (it is being done, or the program died before it could answer: 409, look for yourself). Never is it done
//! twice. A request that failed leaves no key, since its transaction was rolled back.

mod store;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{DefaultBodyLimit, FromRequest as _, FromRequestParts, Request, State};
use axum::http::{HeaderValue, Method, Response as HttpResponse, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use sha2::{Digest, Sha256};
use tracing::warn;

use super::{Auth, Ctx, Maybe};
use crate::error::{AppError, Result};
use crate::ids::UserId;
use crate::msg;
use crate::storage::{Housekeeping, Op, Tx};
use crate::web::is_api;
use crate::web::json::too_large;
use crate::web::problem::Refused;

/// How long an answer is kept.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24);
/// Longest key.
const LONGEST_KEY: usize = 200;
/// The longest body of routes that take files, in bytes. All others have the limit of every route.
const LONGEST_UPLOAD: usize = 20 << 20;
/// What goes through here holds passwords and tokens, that of a feed in its address: of such requests nothing is kept but the key.
const SECRET: [&str; 2] = ["/api/v1/auth/", "/api/v1/feeds"];
/// Longest answer that is kept, in bytes. A longer one counts as lost: the act is still done only once.
const LONGEST_ANSWER: usize = 1 << 20;
const KEEP: Op = Op::housekeeping(Housekeeping::Idempotency);

/// One request with a key, on its way to its transaction. Travels in the request's extensions.
#[derive(Clone, Debug)]
pub(super) struct Once(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    user: UserId,
    key: String,
    digest: [u8; 32],
    /// A transaction of this request has written the key down.
    marked: AtomicBool,
}

/// An answer as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Kept {
    status: u16,
    location: Option<String>,
    content_type: Option<String>,
    body: Vec<u8>,
}

impl Once {
    /// Writes the key down, in the first transaction of the request.
    ///
    /// # Errors
    /// Conflict where another request has written it down meanwhile.
    pub(super) fn mark(&self, tx: &mut Tx<'_>) -> Result<()> {
        if self.0.marked.swap(true, Ordering::AcqRel) {
            return Ok(());
        }
        let Inner { user, key, digest, .. } = self.0.as_ref();
        let marked = store::mark(tx, *user, key, digest, tx.now() - KEPT_FOR);
        if !matches!(marked, Ok(true)) {
            self.0.marked.store(false, Ordering::Release);
        }
        if marked? { Ok(()) } else { Err(in_doubt()) }
    }

    pub(super) fn is_marked(&self) -> bool {
        self.0.marked.load(Ordering::Acquire)
    }

    /// A transaction that was rolled back has taken the key with it.
    pub(super) fn unmark(&self) {
        self.0.marked.store(false, Ordering::Release);
    }
}

/// Where the first request with this key is still at work, or its answer was lost.
fn in_doubt() -> AppError {
    AppError::conflict(msg!(
        "A request with this key is being carried out, or its answer was lost. Look at what is there before you send it with another key."
    ))
}

/// Puts the routes behind [`once`].
pub fn behind(routes: Router, auth: &Arc<Auth>) -> Router {
    routes.layer(from_fn_with_state(Arc::clone(auth), once))
}

/// The layer around all routes: looks at POSTs to the API that carry a key, and leaves all others alone.
async fn once(State(auth): State<Arc<Auth>>, request: Request, next: Next) -> Response {
    let keyed = request.headers().contains_key("idempotency-key");
    if !keyed || request.method() != Method::POST || !is_api(request.uri().path()) {
        return next.run(request).await;
    }
    match through(auth, request, next).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    }
}

async fn through(auth: Arc<Auth>, request: Request, next: Next) -> Result<Response, Refused> {
    let (mut parts, body) = request.into_parts();
    let key = parts.headers.get("idempotency-key").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    if key.is_empty() || key.len() > LONGEST_KEY || key.chars().any(char::is_control) {
        return Err(AppError::invalid("Idempotency-Key", msg!("A key has 1 to {0} letters.", LONGEST_KEY)).into());
    }
    let Ok(Maybe(ctx)) = Maybe::from_request_parts(&mut parts, &auth).await;
    // Nobody known: the handler says so, and nothing is done that could be done twice.
    let Some(ctx) = ctx else { return Ok(next.run(Request::from_parts(parts, body)).await) };
    let secret = SECRET.iter().any(|start| parts.uri.path().starts_with(start));
    let mut whole = Request::from_parts(parts.clone(), body);
    if takes_files(whole.uri().path()) {
        DefaultBodyLimit::max(LONGEST_UPLOAD).apply(&mut whole);
    }
    let body = Bytes::from_request(whole, &()).await.map_err(|error| too_large(&error))?;
    let once = Once(Arc::new(Inner {
        user: ctx.account().user_id,
        digest: digest(&parts.method, &parts.uri.to_string(), if secret { &[] } else { &body }),
        key,
        marked: AtomicBool::new(false),
    }));
    if let Some(kept) = recall(&ctx, &once).await? {
        return Ok(kept.into_response());
    }
    parts.extensions.insert(once.clone());
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    if !once.is_marked() || response.status().is_server_error() || secret {
        return Ok(response);
    }
    Ok(keep(&ctx, &once, response).await?)
}

fn takes_files(path: &str) -> bool {
    path == "/api/v1/employees/import" || (path.starts_with("/api/v1/leave/") && path.ends_with("/documents"))
}

/// The answer of an earlier request with this key.
async fn recall(ctx: &Ctx, once: &Once) -> Result<Option<Kept>> {
    let inner = Arc::clone(&once.0);
    let found = ctx.org.db.read(move |rx| store::find(rx, inner.user, &inner.key, rx.now() - KEPT_FOR)).await?;
    let Some(found) = found else { return Ok(None) };
    if found.digest != once.0.digest {
        return Err(AppError::conflict(msg!("This key was used for another request.")));
    }
    found.answer.map(Some).ok_or_else(in_doubt)
}

/// Writes the answer beside the key, and gives it.
async fn keep(ctx: &Ctx, once: &Once, response: Response) -> Result<Response> {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.map_err(AppError::internal)?;
    if body.len() <= LONGEST_ANSWER {
        let text =
            |name| parts.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).map(str::to_owned);
        let kept = Kept {
            status: parts.status.as_u16(),
            location: text(header::LOCATION),
            content_type: text(header::CONTENT_TYPE),
            body: body.to_vec(),
        };
        let inner = Arc::clone(&once.0);
        let kept = ctx.org.db.write(KEEP, move |tx| store::keep(tx, inner.user, &inner.key, &kept)).await;
        if let Err(error) = kept {
            // The act is done and its answer is on its way; only a repeat will have to look for itself.
            warn!(%error, "an answer could not be kept for a repeat");
        }
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

/// What makes two requests the same.
fn digest(method: &Method, uri: &str, body: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(method.as_str())
        .chain_update([0])
        .chain_update(uri)
        .chain_update([0])
        .chain_update(body)
        .finalize()
        .into()
}

impl IntoResponse for Kept {
    fn into_response(self) -> Response {
        let mut response = HttpResponse::new(Body::from(self.body));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        for (name, value) in [(header::LOCATION, self.location), (header::CONTENT_TYPE, self.content_type)] {
            if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

/// The broom: keys that are older than a day.
pub fn sweep(tx: &mut Tx<'_>) -> Result<usize> {
    store::forget(tx, tx.now() - KEPT_FOR)
}
