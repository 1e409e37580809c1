//! What a change does to leave, in answers of the API.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{Consent, Matter, Touched, Written, mark};
use crate::error::{AppError, Result};
use crate::ids::LeaveRequestId;
use crate::people::NameRef;
use crate::time::Minutes;
use crate::web::listing::ListQuery;
use crate::web::{Json, etag};

/// A piece of leave that counts differently by a change.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeaveImpact)]
pub struct ImpactJson {
    pub matter: Matter,
    /// Null for what is no request.
    #[schema(example = 31)]
    pub request_id: Option<LeaveRequestId>,
    pub employee: NameRef,
    /// The kind of leave.
    #[schema(example = "Vacation")]
    pub leave_type: String,
    #[schema(value_type = String, format = Date, example = "2026-12-21")]
    pub start_date: Date,
    #[schema(value_type = String, format = Date, example = "2026-12-24")]
    pub end_date: Date,
    /// `pending` (or asked back), or `approved`; of an entitlement `approved`.
    #[schema(example = "approved")]
    pub status: &'static str,
    #[schema(example = 1920)]
    pub minutes_before: Minutes,
    #[schema(example = 1440)]
    pub minutes_after: Minutes,
    /// What is available of that kind afterwards, on its first day; null where it has no balance.
    pub balance_after: Option<Minutes>,
}

impl From<&Touched> for ImpactJson {
    fn from(touched: &Touched) -> Self {
        ImpactJson {
            matter: touched.matter,
            request_id: touched.request_id,
            employee: touched.employee.clone(),
            leave_type: touched.kind.clone(),
            start_date: touched.period.first(),
            end_date: touched.period.last(),
            status: if touched.open { "pending" } else { "approved" },
            minutes_before: touched.before,
            minutes_after: touched.after,
            balance_after: touched.balance_after,
        }
    }
}

/// What `dry_run=true` is answered with.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = LeaveImpacts)]
pub struct ImpactsJson {
    /// The leave that counts differently.
    pub impact: Vec<ImpactJson>,
    /// Says of this list that it is this one: sent along as `confirmed`, nothing is written where it is another by then.
    #[schema(example = "5f2b8c90a1d3e4f6")]
    pub mark: String,
}

impl ImpactsJson {
    pub fn of(touched: &[Touched]) -> ImpactsJson {
        ImpactsJson { impact: touched.iter().map(ImpactJson::from).collect(), mark: mark(touched) }
    }
}

/// A representation after a change, with the leave that was counted anew by it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WithImpact<T> {
    #[serde(flatten)]
    pub after: T,
    pub impact: Vec<ImpactJson>,
}

/// What the query says: `dry_run=true` writes nothing; with `confirmed`, the mark of a dry run, only that is written.
/// With neither the API acts at once and answers what it touched.
///
/// # Errors
/// [`AppError::Invalid`] for another parameter, or another value.
pub fn consent(query: ListQuery) -> Result<Consent> {
    let listing = query.listing(&[], &["dry_run", "confirmed"])?;
    Ok(consent_of(listing.filter("dry_run")?.unwrap_or(false), listing.filter("confirmed")?))
}

/// The same, from a body.
pub fn consent_of(dry_run: bool, confirmed: Option<String>) -> Consent {
    match confirmed {
        _ if dry_run => Consent::DryRun,
        Some(mark) => Consent::Exactly(mark),
        None => Consent::Given,
    }
}

/// The answer of a write: the representation with its tag and what it touched; of a dry run what it would touch.
///
/// # Errors
/// When the representation is no JSON object.
pub fn answer<T: Serialize>(written: Written<T>, location: Option<&dyn Fn(&T) -> String>) -> Result<Response> {
    let (made, touched) = match written {
        Written::Asks(touched) => return Ok(Json(ImpactsJson::of(&touched)).into_response()),
        Written::Done(made, touched) => (made, touched),
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::ETAG, etag::tag(&made)?.parse().map_err(AppError::internal)?);
    let mut status = StatusCode::OK;
    if let Some(location) = location {
        status = StatusCode::CREATED;
        headers.insert(header::LOCATION, location(&made).parse().map_err(AppError::internal)?);
    }
    let mut body = serde_json::to_value(&made).map_err(AppError::internal)?;
    let Value::Object(fields) = &mut body else { return Err(AppError::internal("an answer that is no object")) };
    fields.insert(
        "impact".to_owned(),
        serde_json::to_value(ImpactsJson::of(&touched).impact).map_err(AppError::internal)?,
    );
    Ok((status, headers, Json(body)).into_response())
}

/// The answer of a deletion: 204 where no leave was touched, else what was.
pub fn gone(written: Written<()>) -> Response {
    match written {
        Written::Done((), touched) if touched.is_empty() => StatusCode::NO_CONTENT.into_response(),
        Written::Done((), touched) | Written::Asks(touched) => Json(ImpactsJson::of(&touched)).into_response(),
    }
}
