//! `GET /api/v1/events`, the WebSocket, and `GET /api/v1/events/now`, the same asked for once.

use std::sync::Arc;

use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::state::{Frame, MOST_FOLLOWED, State as Counts, Wishes};
use super::{Live, room, socket};
use crate::auth::{self, Auth, Ctx, Hire, Maybe};
use crate::error::{AppError, Result};
use crate::ids::OnboardingId;
use crate::msg;
use crate::web::listing::ListQuery;
use crate::web::problem::{Problem, ReadProblems, Refused};
use crate::web::{self, Json, Visit};

/// The operations of this file.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(events, now), components(schemas(Frame)), tags((name = "live", description = "What is now, told while a page is open.")))]
pub struct Api;

/// Bytes that one message of a client may have: a token, or some ids.
const LONGEST_MESSAGE: usize = 4096;
/// Bytes read at once.
const READ_AT_ONCE: usize = 1024;
/// Bytes kept of what a client has not taken yet; whoever takes nothing for so long is cut off.
const MOST_UNSENT: usize = 16 * 1024;

/// The socket.
#[utoipa::path(
    get, path = "/api/v1/events", operation_id = "open_events", tag = "live", security(()),
    summary = "Live updates by WebSocket",
    description = "Anybody signed in: by the session cookie, by `Authorization`, or by a first message `{\"token\": \"…\"}` within 10 s; never by the address. From a page it must be ours (403). The server sends `LiveMessage`s as JSON text frames, first what is now, then what changes: `unread_count`, `inbox_count`, and, after a message `{\"follow\": {\"onboardings\": [5], \"imports\": [\"…\"]}}`, `onboarding_progress` and `job_progress` of those that one may see. It pings every 30 s. It closes with 4401 when the session ends or the user is disabled, 1008 for what it cannot read, 1013 where there are too many, and 1001 when the program stops. Asked for without a WebSocket handshake: 426.",
    responses((status = 101, description = "The socket is open", body = Frame), (status = 426, description = "Not asked for as a WebSocket", body = Problem, content_type = "application/problem+json"), ReadProblems),
)]
pub async fn events(
    State(live): State<Arc<Live>>,
    State(auth): State<Arc<Auth>>,
    visit: Visit,
    parts: Parts,
    Maybe(ctx): Maybe,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let Ok(upgrade) = upgrade else {
        let mut response = Refused::UpgradeRequired.into_response();
        response.headers_mut().insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        return response;
    };
    open(live, auth, visit, &parts, ctx, upgrade).unwrap_or_else(|refused| refused.into_response())
}

fn open(
    live: Arc<Live>,
    auth: Arc<Auth>,
    visit: Visit,
    parts: &Parts,
    ctx: Option<Ctx>,
    upgrade: WebSocketUpgrade,
) -> Result<Response> {
    if !web::is_not_foreign(parts, visit.secure) {
        return Err(AppError::forbidden("This did not come from a page of this site."));
    }
    // A quiet socket holds next to nothing: what it reads and sends is short.
    let upgrade = upgrade
        .read_buffer_size(READ_AT_ONCE)
        .write_buffer_size(0)
        .max_write_buffer_size(MOST_UNSENT)
        .max_message_size(LONGEST_MESSAGE)
        .max_frame_size(LONGEST_MESSAGE);
    if let Some(ctx) = ctx {
        let chair = live.seat(&ctx)?;
        return Ok(upgrade.on_upgrade(move |socket| socket::serve(live, socket, chair)));
    }
    if auth::shows_credential(parts) {
        return Err(AppError::Unauthenticated);
    }
    let place = live.stranger()?;
    let host = auth::caller::Caller::of(parts).host().to_owned();
    let signed_in = async move |token| Ctx::by_token(auth, visit, &host, token).await;
    Ok(upgrade.on_upgrade(move |socket| socket::introduce(live, socket, place, signed_in)))
}

/// What is now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LiveNow)]
pub struct Now {
    /// Notices not yet read.
    #[schema(example = 3)]
    pub unread: u64,
    /// Decisions that wait.
    #[schema(example = 2)]
    pub inbox: u64,
    /// Those that were asked for and that one may see.
    pub onboardings: Vec<NowOnboarding>,
}

/// How far an onboarding is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LiveOnboarding)]
pub struct NowOnboarding {
    #[schema(example = 5)]
    pub onboarding_id: OnboardingId,
    /// Of the required tasks.
    #[schema(example = 78)]
    pub percent: u8,
    #[schema(example = 18)]
    pub completed: u32,
    #[schema(example = 23)]
    pub total: u32,
}

/// What the socket would say, once.
#[utoipa::path(
    get, path = "/api/v1/events/now", operation_id = "get_events_now", tag = "live",
    summary = "The counts that live updates tell, once",
    description = "Anybody signed in. For pages where no socket is to be had: they ask every 30 s.",
    params(("onboardings" = Option<String>, Query, description = "Up to 50 ids with commas between", example = "5,7")),
    responses((status = 200, description = "What is now", body = Now), ReadProblems),
)]
pub async fn now(ctx: Hire, query: ListQuery) -> Result<Json<Now>> {
    let listing = query.listing(&[], &["onboardings"])?;
    let wishes = Wishes { onboardings: ids(listing.text("onboardings"))?, ..Wishes::default() };
    let (unread, inbox) = ctx.counts().await?;
    let mut found = Counts::default();
    if !wishes.onboardings.is_empty() {
        let org = Arc::clone(&ctx.org);
        let read = ctx.read(move |rx, actor| {
            let mut found = Counts::default();
            room::follow(rx, actor, &org, &wishes, &mut found)?;
            Ok(found)
        });
        found = read.await?;
    }
    let onboardings = found.onboardings.into_iter().map(|(onboarding_id, (percent, completed, total))| NowOnboarding {
        onboarding_id,
        percent,
        completed,
        total,
    });
    Ok(Json(Now { unread, inbox, onboardings: onboardings.collect() }))
}

fn ids(text: &str) -> Result<Vec<OnboardingId>> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let found: std::result::Result<Vec<OnboardingId>, _> = parts.map(str::parse).collect();
    match found {
        Ok(found) if found.len() <= MOST_FOLLOWED => Ok(found),
        _ => Err(AppError::invalid("onboardings", msg!("Up to {0} ids with commas between.", MOST_FOLLOWED))),
    }
}
