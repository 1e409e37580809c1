//! What everybody may have without signing in, and no feature owns: the manifest that makes the site installable, its
//! service worker and offline page, the icon, and the reader's choice of theme and language.
//!
//! `router.rs` gives them their addresses: `/assets/{fingerprint}/{name}` ([`assets::serve`]), `/manifest.webmanifest`,
//! `/sw.js`, `/offline`, `/favicon.ico`, and `POST /preferences`.

use askama::Template;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::cookies::preference;
use super::{Form, Shell, Theme, Visit, assets, filters, page, pages, redirect};
use crate::error::Result;
use crate::lang::Lang;

/// `GET /manifest.webmanifest`
pub async fn manifest() -> Response {
    let icon = |name: &str, size: u32| {
        let sizes = format!("{size}x{size}");
        json!({ "src": assets::url(name), "sizes": sizes, "type": "image/png", "purpose": "any maskable" })
    };
    let manifest = json!({
        "name": "Steward",
        "short_name": "Steward",
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#fbfaf7",
        "theme_color": "#17644a",
        "icons": [icon("icon-192.png", 192), icon("icon-512.png", 512)],
    });
    let headers =
        [(header::CONTENT_TYPE, "application/manifest+json"), (header::CACHE_CONTROL, "public, max-age=86400")];
    (headers, manifest.to_string()).into_response()
}

/// `GET /sw.js`: at the root, because a service worker rules over its own folder.
pub async fn service_worker(headers: HeaderMap) -> Response {
    assets::fixed("sw.js", &headers)
}

/// `GET /favicon.ico`, for those who do not read the page's own link.
pub async fn favicon(headers: HeaderMap) -> Response {
    assets::fixed("favicon.svg", &headers)
}

#[derive(Template)]
#[template(path = "errors/offline.html")]
struct Offline {
    shell: Shell,
}
pages!(Offline);

/// `GET /offline`: what the service worker keeps for when this machine cannot be reached.
pub async fn offline(visit: Visit) -> Result<Response> {
    let mut response = page(&Offline { shell: Shell { flash: None, ..Shell::new(&visit, "Steward") } })?;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}

/// A reader's choice for this browser.
#[derive(Debug, Deserialize)]
pub struct Preferences {
    /// "light", "dark", or anything else for the device's own.
    theme: Option<String>,
    /// A language's code.
    lang: Option<String>,
    /// Where to go afterwards.
    #[serde(default)]
    next: String,
}

/// `POST /preferences` (`theme`, `lang`, `next`): keeps the choice in a cookie and returns. It works before anybody
/// has signed in.
pub async fn preferences(visit: Visit, form: Form<Preferences>) -> Response {
    let Ok(chosen) = form.input else { return StatusCode::BAD_REQUEST.into_response() };
    let mut response = redirect(&chosen.next);
    let mut keep = |name: &str, value: &str| {
        if let Some(cookie) = preference(name, value, visit.secure) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    };
    if let Some(theme) = &chosen.theme {
        keep("theme", Theme::read(theme).as_str());
    }
    if let Some(lang) = chosen.lang.as_deref().and_then(|code| code.parse::<Lang>().ok()) {
        keep("lang", lang.code());
    }
    response
}
