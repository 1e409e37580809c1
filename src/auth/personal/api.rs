//! Personal access tokens in the API.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::Hire;
use crate::error::Result;
use crate::storage::Op;
use crate::web::json::created;
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, List};

use super::{NewToken, PersonalToken, Scope, TokenId};

/// The operations of this file.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(list, create, revoke))]
pub struct Api;

/// A token, without its secret.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PersonalToken)]
pub struct View {
    pub id: TokenId,
    #[schema(example = "Payroll export")]
    pub name: String,
    pub scope: Scope,
    #[schema(value_type = String, format = DateTime, example = "2026-03-02T09:00:00Z")]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime, example = "2026-06-02T09:00:00Z")]
    pub expires_at: Timestamp,
    /// To the minute; null while it was never used.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_used_at: Option<Timestamp>,
}

impl From<PersonalToken> for View {
    fn from(row: PersonalToken) -> View {
        View {
            id: row.id,
            name: row.name,
            scope: row.scope,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
        }
    }
}

/// A token that was just made, with its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NewPersonalToken)]
pub struct Made {
    #[serde(flatten)]
    token: View,
    /// Goes into `Authorization: Bearer …`. Shown this once.
    secret: String,
}

/// A token to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PersonalTokenRequest)]
pub struct Wanted {
    /// What it is for, 1 to 100 characters.
    #[schema(example = "Payroll export")]
    name: String,
    scope: Scope,
    /// Days until it ends, 1 to 366.
    #[schema(example = 90)]
    days: u16,
}

/// One's live tokens.
#[utoipa::path(
    get, path = "/api/v1/auth/tokens", operation_id = "list_tokens", tag = "auth",
    summary = "My personal access tokens", description = "Anybody signed in: their own, newest first.",
    params(("page" = Option<i64>, Query, description = "From 1"), ("page_size" = Option<i64>, Query, description = "1 to 200; preset 25")),
    responses((status = 200, description = "The live ones", body = List<View>), ReadProblems),
)]
pub async fn list(Hire(ctx): Hire, query: ListQuery) -> Result<List<View>> {
    let listing = query.listing(&[], &[])?;
    let user = ctx.account().user_id;
    let all = ctx.read(move |rx, _| super::list(rx, user)).await?;
    let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let skip = usize::try_from(listing.offset()).unwrap_or(usize::MAX);
    let take = usize::try_from(listing.limit()).unwrap_or(usize::MAX);
    Ok(List::new(all.into_iter().skip(skip).take(take).map(View::from).collect(), total, &listing))
}

/// Makes a token.
#[utoipa::path(
    post, path = "/api/v1/auth/tokens", operation_id = "create_token", tag = "auth",
    summary = "Make a personal access token",
    description = "Anybody on the staff, signed in by password. A `read` token may only GET.",
    request_body = Wanted,
    responses((status = 201, description = "Made; the secret is shown this once", body = Made), WriteProblems),
)]
pub async fn create(Hire(ctx): Hire, Json(input): Json<Wanted>) -> Result<Response> {
    ctx.require_session()?;
    let slug = ctx.org.slug.as_str().to_owned();
    let new = NewToken { name: input.name, scope: input.scope, days: input.days };
    let op = Op::act("personal_token.created");
    let (token, secret) = ctx.write(op, move |tx, actor| super::create(tx, actor, &slug, new)).await?;
    let location = format!("/api/v1/auth/tokens/{}", token.id);
    let made = Made { token: token.into(), secret };
    Ok(created(location, made))
}

/// Ends a token.
#[utoipa::path(
    delete, path = "/api/v1/auth/tokens/{id}", operation_id = "revoke_token", tag = "auth",
    summary = "Revoke a personal access token", description = "Anybody signed in by password, for their own.",
    params(("id" = TokenId, Path)),
    responses((status = 204, description = "It works no more"), WriteProblems),
)]
pub async fn revoke(Hire(ctx): Hire, Path(id): Path<TokenId>) -> Result<StatusCode> {
    ctx.require_session()?;
    ctx.write(Op::act("personal_token.revoked"), move |tx, actor| super::revoke(tx, actor, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
