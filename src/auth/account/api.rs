//! One's own login in the API: password and sessions.

use axum::extract::Path;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::Hire;
use crate::auth::caller::Caller;
use crate::auth::password::Password;
use crate::auth::session::{self, Kind, Session};
use crate::error::{AppError, Result};
use crate::ids::SessionId;
use crate::storage::Op;
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, List, SignInRate};

/// The operations of this file.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(change_password, sessions, revoke))]
pub struct Api;

/// The present password and the one to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasswordChange)]
pub struct Change {
    #[schema(value_type = String, format = Password)]
    current_password: Password,
    /// 12 to 128 characters.
    #[schema(value_type = String, format = Password, example = "eight loud lamps")]
    new_password: Password,
}

/// Changes one's password.
#[utoipa::path(
    post, path = "/api/v1/auth/change-password", operation_id = "change_password", tag = "auth",
    summary = "Change my password",
    description = "Anybody signed in by password; every other session ends. Not by a personal token.",
    request_body = Change,
    responses((status = 204, description = "Changed"), WriteProblems),
)]
pub async fn change_password(
    Hire(ctx): Hire,
    caller: Caller,
    _rate: SignInRate,
    Json(input): Json<Change>,
) -> Result<StatusCode> {
    super::password::change(&ctx, caller.client, input.current_password, input.new_password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A signed-in browser or API client.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Session)]
pub struct View {
    pub id: SessionId,
    pub kind: Kind,
    #[schema(example = "Firefox on Linux")]
    pub device: String,
    /// Where it was opened from; empty where that is not known.
    #[schema(example = "192.168.10.31")]
    pub address: String,
    #[schema(value_type = String, format = DateTime, example = "2026-03-02T09:00:00Z")]
    pub created_at: Timestamp,
    /// To the minute.
    #[schema(value_type = String, format = DateTime, example = "2026-03-02T09:41:00Z")]
    pub last_seen_at: Timestamp,
    #[schema(value_type = String, format = DateTime, example = "2026-04-01T09:00:00Z")]
    pub expires_at: Timestamp,
    /// The one that asks.
    pub current: bool,
}

impl View {
    fn new(row: Session, current: Option<SessionId>) -> View {
        View {
            current: current == Some(row.id),
            id: row.id,
            kind: row.kind,
            device: row.device,
            address: row.address,
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            expires_at: row.expires_at,
        }
    }
}

/// One's live sessions.
#[utoipa::path(
    get, path = "/api/v1/auth/sessions", operation_id = "list_sessions", tag = "auth",
    summary = "My sessions", description = "Anybody signed in: their own, last used first.",
    params(("page" = Option<i64>, Query, description = "From 1"), ("page_size" = Option<i64>, Query, description = "1 to 200; preset 25")),
    responses((status = 200, description = "The live ones", body = List<View>), ReadProblems),
)]
pub async fn sessions(Hire(ctx): Hire, query: ListQuery) -> Result<List<View>> {
    let listing = query.listing(&[], &[])?;
    let (user, current) = (ctx.account().user_id, ctx.actor.origin.session_id);
    let all = ctx.read(move |rx, _| session::list(rx, user)).await?;
    let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let skip = usize::try_from(listing.offset()).unwrap_or(usize::MAX);
    let take = usize::try_from(listing.limit()).unwrap_or(usize::MAX);
    let shown = all.into_iter().skip(skip).take(take).map(|row| View::new(row, current)).collect();
    Ok(List::new(shown, total, &listing))
}

/// Ends one of one's sessions.
#[utoipa::path(
    delete, path = "/api/v1/auth/sessions/{id}", operation_id = "revoke_session", tag = "auth",
    summary = "End a session of mine", description = "Anybody signed in, for their own; not by a personal token.",
    params(("id" = SessionId, Path)),
    responses((status = 204, description = "Over, with all its tokens"), WriteProblems),
)]
pub async fn revoke(Hire(ctx): Hire, Path(id): Path<SessionId>) -> Result<StatusCode, AppError> {
    ctx.require_session()?;
    ctx.write(Op::act("session.revoked"), move |tx, actor| session::revoke(tx, actor, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
