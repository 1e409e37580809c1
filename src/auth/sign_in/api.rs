//! Signing in by the API: access and refresh tokens, and who one is.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::account::Account;
use crate::auth::actor::Role;
use crate::auth::caller::Caller;
use crate::auth::password::Password;
use crate::auth::session::{self, Kind};
use crate::auth::{Auth, Hire, setup, token};
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, UserId};
use crate::storage::Op;
use crate::web::problem::{ReadProblems, Refused, WriteProblems};
use crate::web::{Json, SignInRate};

use super::{Attempt, Outcome, Tokens};

/// The operations of this file.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(login, refresh, logout, me))]
pub struct Api;

/// An address and its password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Login)]
pub struct Login {
    #[schema(example = "mira.castell@nordlicht.example")]
    email: String,
    #[schema(value_type = String, format = Password, example = "seven quiet lamps")]
    password: Password,
    /// The organization's slug; needed only where the address and password are right in several.
    #[schema(example = "nordlicht")]
    organization: Option<String>,
}

/// What a client sends along and renews itself with.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tokens)]
pub struct TokensView {
    /// Goes into `Authorization: Bearer …`.
    access_token: String,
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// Seconds that the access token is good for.
    #[schema(example = 900)]
    expires_in: i64,
    /// Good once, for 7 days; its use gives the next. A second use ends the session.
    refresh_token: String,
    user: Me,
}

/// The one who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    #[schema(example = 7)]
    user_id: UserId,
    /// Null for a login that is nobody's on the staff.
    #[schema(example = 7)]
    employee_id: Option<EmployeeId>,
    #[schema(example = "Mira Castell")]
    name: String,
    #[schema(example = "mira.castell@nordlicht.example")]
    email: String,
    roles: Vec<Role>,
    organization: Organization,
    /// May speak for the machine itself.
    is_operator: bool,
}

/// An organization of this appliance.
#[derive(Debug, Serialize, ToSchema)]
pub struct Organization {
    #[schema(example = "nordlicht")]
    slug: String,
    #[schema(example = "Nordlicht")]
    name: String,
}

impl Me {
    fn new(account: Account, organization: (String, String), is_operator: bool) -> Me {
        Me {
            user_id: account.user_id,
            employee_id: account.employee_id,
            name: account.name,
            email: account.email,
            roles: account.roles.iter().collect(),
            organization: Organization { slug: organization.0, name: organization.1 },
            is_operator,
        }
    }
}

async fn view(auth: &Auth, tokens: Tokens) -> Result<TokensView> {
    let Tokens { access, refresh, account, organization } = tokens;
    let org = auth.orgs.of_credential(&organization.0)?;
    let is_operator = setup::is_operator(auth, &org, &account).await?;
    Ok(TokensView {
        access_token: access,
        token_type: "Bearer",
        expires_in: token::ACCESS_LIFETIME.as_secs(),
        refresh_token: refresh,
        user: Me::new(account, organization, is_operator),
    })
}

/// Signs in.
#[utoipa::path(
    post, path = "/api/v1/auth/login", operation_id = "login", tag = "auth", security(()),
    summary = "Sign in",
    description = "Anybody. Five wrong passwords within 15 minutes lock the address from where they came: 429 with \
                   `Retry-After`. Where the password is right in several organizations the answer is 409 with the code \
                   `organization_required`, and names them.",
    request_body = Login,
    responses((status = 200, description = "Signed in", body = TokensView), WriteProblems),
)]
pub async fn login(
    State(auth): State<Arc<Auth>>,
    caller: Caller,
    _rate: SignInRate,
    Json(input): Json<Login>,
) -> Result<Json<TokensView>, Refused> {
    let Login { email, password, organization } = input;
    let attempt = Attempt { email, password, organization, knock: caller.knock(Kind::Api) };
    match auth.sign_in(attempt).await? {
        Outcome::SignedIn(signed) => Ok(Json(view(&auth, auth.tokens(*signed)?).await?)),
        Outcome::Choose(choice) => {
            Err(Refused::OrganizationRequired(choice.organizations.into_iter().map(|(slug, _)| slug).collect()))
        }
        Outcome::Wrong => Err(Refused::SignInFailed),
        Outcome::Locked(until) => {
            let wait = auth.clock().now().duration_until(until);
            Err(AppError::TooMany(wait.try_into().unwrap_or_default()).into())
        }
    }
}

/// A refresh token to be turned in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Refresh)]
pub struct RefreshToken {
    refresh_token: String,
}

/// Turns a refresh token into the next pair.
#[utoipa::path(
    post, path = "/api/v1/auth/refresh", operation_id = "refresh_token", tag = "auth", security(()),
    summary = "Renew the tokens",
    description = "Whoever holds the newest refresh token of a session. A token that comes a second time ends the session \
                   and all its tokens: it, or its copy, was stolen.",
    request_body = RefreshToken,
    responses((status = 200, description = "The next pair", body = TokensView), WriteProblems),
)]
pub async fn refresh(
    State(auth): State<Arc<Auth>>,
    caller: Caller,
    _rate: SignInRate,
    Json(input): Json<RefreshToken>,
) -> Result<Json<TokensView>> {
    let tokens = auth.refresh(&input.refresh_token, &caller.knock(Kind::Api)).await?;
    Ok(Json(view(&auth, tokens).await?))
}

/// Signs out.
#[utoipa::path(
    post, path = "/api/v1/auth/logout", operation_id = "logout", tag = "auth",
    summary = "Sign out", description = "Anybody signed in: ends the session that the token or cookie belongs to.",
    responses((status = 204, description = "Signed out"), WriteProblems),
)]
pub async fn logout(Hire(ctx): Hire) -> Result<StatusCode> {
    ctx.require_session()?;
    ctx.write(Op::act("sign_in.ended"), session::sign_out).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The one who asks.
#[utoipa::path(
    get, path = "/api/v1/auth/me", operation_id = "me", tag = "auth",
    summary = "Who am I", description = "Anybody signed in.",
    responses((status = 200, description = "The acting login", body = Me), ReadProblems),
)]
pub async fn me(Hire(ctx): Hire) -> Result<Json<Me>> {
    let is_operator = setup::is_operator(&ctx.auth, &ctx.org, ctx.account()).await?;
    let organization = (ctx.org.slug.as_str().to_owned(), ctx.org.settings().name.clone());
    Ok(Json(Me::new(ctx.account().clone(), organization, is_operator)))
}
