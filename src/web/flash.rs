//! The one sentence that a page says about the POST before it: "Sent to Jonas Brandt. 4 days are reserved."
//!
//! It travels in a cookie that lives a minute and is cleared by the page that shows it, so it works without script
//! and without a session. The cookie is not signed: whoever can set cookies for this site can do worse, its text is
//! escaped, and its link can only lead to a page of ours.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::cookies::{Name, SameSite};
use super::page::is_local;
use crate::error::Msg;

/// Cookies of a browser hold about 4 KB; a sentence needs far less.
const LONGEST: usize = 2000;
/// Long enough for a slow redirect, short enough not to be said on another day.
const SECONDS: u64 = 60;
const COOKIE: Name = Name { secure: "__Host-flash", plain: "flash" };

/// How a sentence is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// It is done.
    #[default]
    Ok,
    /// It is done, but look.
    Warn,
    /// It is not done.
    Bad,
}

/// One sentence, and perhaps one link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    pub tone: Tone,
    pub text: Msg,
    /// Address and word of a link: `("/leave/requests/7", "Show")`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<(String, Msg)>,
}

impl Flash {
    pub fn ok(text: impl Into<Msg>) -> Self {
        Flash { tone: Tone::Ok, text: text.into(), link: None }
    }

    pub fn warn(text: impl Into<Msg>) -> Self {
        Flash { tone: Tone::Warn, ..Flash::ok(text) }
    }

    pub fn bad(text: impl Into<Msg>) -> Self {
        Flash { tone: Tone::Bad, ..Flash::ok(text) }
    }

    #[must_use]
    pub fn link(mut self, href: impl Into<String>, word: impl Into<Msg>) -> Self {
        self.link = Some((href.into(), word.into()));
        self
    }

    /// 303 to `to`, which will say it: `Flash::ok(msg!("Sent to {0}", name)).redirect(&visit, "/leave")`.
    pub fn redirect(&self, visit: &super::Visit, to: &str) -> Response {
        let mut response = super::redirect(to);
        if let Some(cookie) = self.cookie(visit.secure) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response.into_response()
    }

    fn cookie(&self, secure: bool) -> Option<HeaderValue> {
        let value = URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).ok()?);
        // A sentence too long for a cookie is not said; the page shows the outcome anyway.
        (value.len() <= LONGEST).then(|| COOKIE.set(secure, &value, SECONDS, SameSite::Lax)).flatten()
    }

    /// What the request carries, if it is whole.
    pub fn of(headers: &HeaderMap, secure: bool) -> Option<Flash> {
        let value = COOKIE.get(headers, secure)?;
        let flash: Flash = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(value).ok()?).ok()?;
        flash.link.as_ref().is_none_or(|(href, _)| is_local(href)).then_some(flash)
    }

    /// The header that clears it.
    pub(super) fn spent(secure: bool) -> Option<HeaderValue> {
        COOKIE.set(secure, "", 0, SameSite::Lax)
    }

    pub fn class(&self) -> &'static str {
        match self.tone {
            Tone::Ok => "flash",
            Tone::Warn => "flash warn",
            Tone::Bad => "flash bad",
        }
    }

    pub fn icon(&self) -> &'static str {
        if self.tone == Tone::Ok { "check" } else { "warn" }
    }

    /// What a screen reader does with it: told in passing, or at once.
    pub fn role(&self) -> &'static str {
        if self.tone == Tone::Bad { "alert" } else { "status" }
    }
}
