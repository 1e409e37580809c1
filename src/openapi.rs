//! The OpenAPI document of everything under `/api`, gathered from beside the handlers. Who needs to be signed in comes
//! from the table of routes.

use std::collections::HashSet;
use std::sync::LazyLock;

use axum::http::Method;
use utoipa::OpenApi;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};

use crate::router::{self, Audience};
use crate::web::cookies::SESSION;
use crate::{admin, audit, auth, calendar, inbox, leave, live, notifications, onboarding, overtime, people};

/// What the document says of the API as a whole.
#[derive(Debug, OpenApi)]
#[openapi(info(
    title = "Steward",
    description = "HR for a small company on one machine of its own. The credential names the organization; nothing else does.",
))]
struct Document;

/// The whole document, put together at its first reader.
pub fn document() -> &'static utoipa::openapi::OpenApi {
    static DOCUMENT: LazyLock<utoipa::openapi::OpenApi> = LazyLock::new(gather);
    &DOCUMENT
}

fn gather() -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi();
    document.merge(admin::health::Api::openapi());
    document.merge(admin::api::Api::openapi());
    document.merge(auth::api::openapi());
    document.merge(audit::api::Api::openapi());
    document.merge(notifications::api::Api::openapi());
    document.merge(leave::api::Api::openapi());
    document.merge(leave::export::api::Api::openapi());
    document.merge(leave::limits::api::Doc::openapi());
    document.merge(leave::shutdown::api::Doc::openapi());
    document.merge(leave::papers::api::Api::openapi());
    document.merge(leave::year::api::Api::openapi());
    document.merge(leave::trips::api::Api::openapi());
    document.merge(calendar::api::Api::openapi());
    document.merge(calendar::feeds::api::Api::openapi());
    document.merge(overtime::api::Api::openapi());
    document.merge(inbox::api::Api::openapi());
    document.merge(live::api::Api::openapi());
    document.merge(people::api::Api::openapi());
    document.merge(onboarding::api::Api::openapi());
    guard(&mut document);
    document
}

/// Names the two credentials, and the operations that want one of them.
fn guard(document: &mut utoipa::openapi::OpenApi) {
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").description(Some(
        "The `access_token` of `POST /api/v1/auth/login` (15 minutes; renewed with the refresh token), or a personal \
         token from the account page.",
    ));
    let session = ApiKeyValue::with_description(
        SESSION.secure,
        "The browser’s session. A request that changes something must come from this site’s own pages. Over plain http \
         the cookie is called `session`.",
    );
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer.build()));
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(session)));

    let none = Vec::<String>::new;
    let either = vec![SecurityRequirement::new("bearer", none()), SecurityRequirement::new("session", none())];
    let (_, routes) = router::routes().finish();
    let open: HashSet<_> = routes
        .into_iter()
        .filter(|route| route.audience == Audience::Anyone)
        .map(|route| (route.method, route.path))
        .collect();
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            operation.security = (!open.contains(&(method, path.as_str()))).then(|| either.clone());
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    let all = [
        (Method::GET, get),
        (Method::PUT, put),
        (Method::POST, post),
        (Method::DELETE, delete),
        (Method::PATCH, patch),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}
