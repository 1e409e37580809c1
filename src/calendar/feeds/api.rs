//! Feeds in the API: one's own, made and revoked.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::{Feed, FeedKind, MADE, REVOKED, path};
use crate::auth::Staff;
use crate::auth::caller::Caller;
use crate::error::Result;
use crate::ids::FeedId;
use crate::web::json::created;
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, List};

/// The operations of this file.
#[derive(Debug, OpenApi)]
#[openapi(
    paths(list, make, revoke),
    tags((name = "feeds", description = "Addresses under which calendar programs fetch who is away."))
)]
pub struct Api;

/// A feed.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = Feed)]
pub struct FeedJson {
    pub id: FeedId,
    pub kind: FeedKind,
    #[schema(value_type = String, example = "2026-12-01T08:20:00Z")]
    pub created_at: Timestamp,
}

impl From<Feed> for FeedJson {
    fn from(feed: Feed) -> Self {
        FeedJson { id: feed.id, kind: feed.kind, created_at: feed.created_at }
    }
}

/// A feed that was just made.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = NewFeed)]
pub struct MadeJson {
    #[serde(flatten)]
    pub feed: FeedJson,
    /// What a calendar program is given. Shown this once.
    #[schema(example = "https://steward.example/feed/nordlicht.…/team.ics")]
    pub url: String,
}

/// Which feed to make.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FeedRequest)]
pub struct Wanted {
    kind: FeedKind,
}

/// One's feeds.
#[utoipa::path(
    get, path = "/api/v1/feeds", operation_id = "list_feeds", tag = "feeds",
    summary = "My calendar feeds", description = "Anybody on the staff: their own, at most one of each kind. The addresses are not among what is answered: they were shown once.",
    params(("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query)),
    responses((status = 200, description = "The live ones", body = List<FeedJson>), ReadProblems),
)]
pub async fn list(ctx: Staff, query: ListQuery) -> Result<List<FeedJson>> {
    let listing = query.listing(&[], &[])?;
    let feeds = ctx.read(super::list).await?;
    Ok(List::cut(feeds, &listing).map(FeedJson::from))
}

/// Makes a feed.
#[utoipa::path(
    post, path = "/api/v1/feeds", operation_id = "create_feed", tag = "feeds",
    summary = "Make, or renew, a calendar feed",
    description = "Anybody on the staff, signed in by password. The one of the same kind that there was before is over. `me` and `team` need a record of one’s own.",
    request_body = Wanted,
    responses((status = 201, description = "Made; the address is shown this once", body = MadeJson), WriteProblems),
)]
pub async fn make(ctx: Staff, caller: Caller, Json(Wanted { kind }): Json<Wanted>) -> Result<Response> {
    ctx.require_session()?;
    let (slug, host) = (ctx.org.slug.as_str().to_owned(), caller.host().to_owned());
    let made = ctx.write(MADE, move |tx, actor| super::make(tx, actor, &slug, &host, kind));
    let (feed, secret) = made.await?;
    let url = format!("{}{}", caller.origin(), path(&secret, kind));
    Ok(created("/api/v1/feeds".to_owned(), MadeJson { feed: feed.into(), url }))
}

/// Ends a feed.
#[utoipa::path(
    delete, path = "/api/v1/feeds/{id}", operation_id = "revoke_feed", tag = "feeds",
    summary = "Revoke a calendar feed", description = "Anybody on the staff, signed in by password, for their own.",
    params(("id" = FeedId, Path)),
    responses((status = 204, description = "Its address answers 404 now"), WriteProblems),
)]
pub async fn revoke(ctx: Staff, Path(id): Path<FeedId>) -> Result<StatusCode> {
    ctx.require_session()?;
    ctx.write(REVOKED, move |tx, actor| super::revoke(tx, actor, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
