//! `/feed/{token}/me.ics` and its like: fetched by calendar programs, without signing in.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use super::FeedKind;
use crate::auth::account;
use crate::auth::caller::Caller;
use crate::auth::session::Kind;
use crate::auth::{Auth, links};
use crate::error::{AppError, Result};
use crate::web::etag;

/// `GET /feed/{token}/{file}`: 404 for whatever opens nothing, without saying why.
pub async fn serve(
    State(auth): State<Arc<Auth>>,
    caller: Caller,
    headers: HeaderMap,
    Path((token, file)): Path<(String, String)>,
) -> Result<Response> {
    let name = file.strip_suffix(".ics").ok_or(AppError::NotFound)?;
    let kind: FeedKind = name.parse().map_err(|_| AppError::NotFound)?;
    let org = auth.org_of_link(&token, caller.host())?;
    let settings = org.settings();
    let (zone, org_name) = (settings.zone.clone(), settings.name.clone());
    let (knock, origin) = (caller.knock(Kind::Web), caller.origin());
    let written = org.db.read(move |rx| {
        let (user, since) = super::open(rx, &token, kind)?;
        let account = account::load(rx, user, &zone)?.ok_or(AppError::NotFound)?;
        let actor = links::person(&account, &knock);
        Ok(super::calendar(rx, &actor, kind, &org_name, since, &origin)?.write())
    });
    let mut response = etag::text(&headers, "text/calendar; charset=utf-8", &written.await?)?;
    // Programs may keep it, and ask each time whether it still holds.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    let disposition = format!("inline; filename=\"{}\"", kind.file());
    let disposition = HeaderValue::try_from(disposition).map_err(AppError::internal)?;
    response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    Ok(response)
}
