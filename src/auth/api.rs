//! Signing in and logins: this room's part of the OpenAPI document.

use utoipa::OpenApi;

use super::{account, links, personal, sign_in, user};

#[derive(Debug, OpenApi)]
#[openapi(tags(
    (name = "auth", description = "Signing in, one's own sessions and tokens."),
    (name = "users", description = "Logins, for admins and HR."),
))]
struct Tags;

/// All operations of this room.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = Tags::openapi();
    document.merge(sign_in::api::Api::openapi());
    document.merge(account::api::Api::openapi());
    document.merge(links::api::Api::openapi());
    document.merge(personal::api::Api::openapi());
    document.merge(user::api::Api::openapi());
    document
}
