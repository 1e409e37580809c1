//! The bounce: a link in mail, or on somebody else's page, arrives without the SameSite=Strict session cookie. Instead
//! of asking for a password, a page of ours opens the same address once more; that request is same-site and brings
//! the cookie. A short-lived cookie guards against doing so twice.

use axum::http::request::Parts;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use crate::web::{self, Visit, filters};

use super::cookie::Cookie;

#[derive(askama::Template)]
#[template(path = "auth/bounce.html")]
struct Bounce {
    lang: web::Lang,
    /// Path and query of the page that was asked for.
    to: String,
}

/// The bounce page, where this request is a link from elsewhere that came without its cookie.
pub(super) fn instead(parts: &Parts) -> Option<Response> {
    let visit = Visit::of(parts);
    let site = parts.headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
    let from_elsewhere = parts.method == Method::GET && site == Some("cross-site") && !web::is_api(&visit.path);
    let bounced = Cookie::Bounced.get(&parts.headers, visit.secure).is_some();
    let carries_cookie = Cookie::Session.get(&parts.headers, visit.secure).is_some();
    if !from_elsewhere || bounced || carries_cookie || !web::page::is_local(&visit.here) {
        return None;
    }
    let html = web::page::render(&Bounce { lang: visit.lang, to: visit.here }, visit.lang).ok()?;
    let headers = [
        (header::CONTENT_TYPE, axum::http::HeaderValue::from_static("text/html; charset=utf-8")),
        (header::SET_COOKIE, Cookie::Bounced.set("1", visit.secure)),
    ];
    Some((StatusCode::OK, headers, html).into_response())
}
