//! `ETag` on single resources, `If-None-Match` (304) and `If-Match` (412), so that two people who change the same
//! thing notice.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::{AppError, Msg, Result};

/// The sentence of a conflict that is answered as 412: the caller's copy is old.
pub(super) const STALE: &str =
    crate::tr!("Somebody else has changed it since you loaded it. Load it again, and send your change once more.");

/// The tag of a representation: the same JSON has the same tag, over restarts too.
pub fn tag(value: &impl Serialize) -> Result<String> {
    let json = serde_json::to_vec(value).map_err(AppError::internal)?;
    Ok(format!("\"{}\"", URL_SAFE_NO_PAD.encode(&Sha256::digest(json)[..12])))
}

/// The resource as JSON with its tag; 304 without a body where the client has it already.
pub fn json(asked: &HeaderMap, value: &impl Serialize) -> Result<Response> {
    tagged(asked, value, || super::Json(value).into_response())
}

/// Any other text with its tag, likewise.
pub fn text(asked: &HeaderMap, content_type: &'static str, body: &str) -> Result<Response> {
    tagged(asked, &body, || ([(header::CONTENT_TYPE, content_type)], body.to_owned()).into_response())
}

fn tagged(asked: &HeaderMap, value: &impl Serialize, whole: impl FnOnce() -> Response) -> Result<Response> {
    let tag = tag(value)?;
    let header_tag = HeaderValue::try_from(&tag).map_err(AppError::internal)?;
    let held = asked.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok());
    let mut response = match held.is_some_and(|held| names(held, &tag, true)) {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => whole(),
    };
    response.headers_mut().insert(header::ETAG, header_tag);
    Ok(response)
}

/// A resource as it is after a change, with its tag: whoever changes it again need not load it before.
#[derive(Clone, Copy, Debug)]
pub struct Tagged<T>(pub T);

impl<T: Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        json(&HeaderMap::new(), &self.0).unwrap_or_else(IntoResponse::into_response)
    }
}

/// What `If-Match` asks for. Without the header everything goes.
#[derive(Clone, Debug, Default)]
pub struct IfMatch(Option<String>);

impl IfMatch {
    /// `value` is the present representation, read in the same transaction as the change is made in.
    ///
    /// # Errors
    /// 412 where the caller has seen another one.
    pub fn check(&self, value: &impl Serialize) -> Result<()> {
        match &self.0 {
            Some(wanted) if !names(wanted, &tag(value)?, false) => Err(AppError::Conflict(Msg::new(STALE))),
            _ => Ok(()),
        }
    }
}

/// Whether a list of tags holds `tag`. Weak ones count only for reading (RFC 9110, section 8.8.3.2).
fn names(list: &str, tag: &str, weak_counts: bool) -> bool {
    list.split(',')
        .map(str::trim)
        .any(|one| one == "*" || one == tag || (weak_counts && one.strip_prefix("W/").is_some_and(|one| one == tag)))
}

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> std::result::Result<Self, Infallible> {
        Ok(IfMatch(parts.headers.get(header::IF_MATCH).and_then(|v| v.to_str().ok()).map(str::to_owned)))
    }
}
