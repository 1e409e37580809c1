//! The links of mail in the API, for clients with pages of their own.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::Auth;
use crate::auth::caller::Caller;
use crate::auth::password::Password;
use crate::auth::session;
use crate::error::{AppError, Result};
use crate::text::EmailAddress;
use crate::web::problem::WriteProblems;
use crate::web::{Json, SignInRate};

use super::{Kind, pages};

/// The operations of this file.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(forgot_password, reset_password, activate))]
pub struct Api;

/// Whose password was forgotten.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ForgottenPassword)]
pub struct Forgotten {
    #[schema(example = "mira.castell@nordlicht.example")]
    email: String,
}

/// Mails a link to a new password, or the invitation once more.
#[utoipa::path(
    post, path = "/api/v1/auth/forgot-password", operation_id = "forgot_password", tag = "auth", security(()),
    summary = "Ask for a new password",
    description = "Anybody. The answer is the same whether the address has a login or not.",
    request_body = Forgotten,
    responses((status = 202, description = "If the address has a login, a mail is on its way"), WriteProblems),
)]
pub async fn forgot_password(
    State(auth): State<Arc<Auth>>,
    caller: Caller,
    _rate: SignInRate,
    Json(input): Json<Forgotten>,
) -> Result<StatusCode> {
    let address: EmailAddress = input.email.parse().map_err(|why| AppError::invalid("email", why))?;
    pages::request(&auth, address, &caller);
    Ok(StatusCode::ACCEPTED)
}

/// The secret of a link, and the password to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PasswordByLink)]
pub struct ByLink {
    /// What stands at the end of the link.
    token: String,
    /// 12 to 128 characters.
    #[schema(value_type = String, format = Password, example = "eight loud lamps")]
    password: Password,
}

/// Sets a new password by a link.
#[utoipa::path(
    post, path = "/api/v1/auth/reset-password", operation_id = "reset_password", tag = "auth", security(()),
    summary = "Set a new password by a link", description = "Whoever holds the link of the mail. Every session ends.",
    request_body = ByLink,
    responses((status = 204, description = "Set; sign in with it"), WriteProblems),
)]
pub async fn reset_password(
    State(auth): State<Arc<Auth>>,
    caller: Caller,
    _rate: SignInRate,
    Json(input): Json<ByLink>,
) -> Result<StatusCode> {
    set(&auth, &caller, Kind::PasswordReset, input).await
}

/// Sets the first password by an invitation.
#[utoipa::path(
    post, path = "/api/v1/auth/activate", operation_id = "activate", tag = "auth", security(()),
    summary = "Set the first password by an invitation", description = "Whoever holds the link of the mail.",
    request_body = ByLink,
    responses((status = 204, description = "Set; sign in with it"), WriteProblems),
)]
pub async fn activate(
    State(auth): State<Arc<Auth>>,
    caller: Caller,
    _rate: SignInRate,
    Json(input): Json<ByLink>,
) -> Result<StatusCode> {
    set(&auth, &caller, Kind::Activation, input).await
}

async fn set(auth: &Auth, caller: &Caller, kind: Kind, input: ByLink) -> Result<StatusCode> {
    auth.set_password_by_link(&input.token, kind, input.password, &caller.knock(session::Kind::Api)).await?;
    Ok(StatusCode::NO_CONTENT)
}
