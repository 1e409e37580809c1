//! Business trips in the API. They are decided, where a chain is drawn up for them, under `/api/v1/approvals`.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::store::{self, Filter};
use super::{CANCELLED, CHANGED, NewTrip, PLANNED, Trip, TripStatus};
use crate::approvals::{self, Kind};
use crate::auth::{Actor, Staff};
use crate::error::Result;
use crate::ids::{ApprovalId, EmployeeId, TripId};
use crate::leave::request::api::CancelInput;
use crate::people::{self, NameRef};
use crate::storage::Rx;
use crate::web::etag::{self, IfMatch, Tagged};
use crate::web::json::created;
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, List};

/// The operations of this file.
#[derive(Debug, OpenApi)]
#[openapi(
    paths(list, create, get, update, remove, cancel),
    tags((name = "business trips", description = "Who is away for work: no balance, and no approval unless a chain is drawn up for trips."))
)]
pub struct Api;

/// A business trip.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = BusinessTrip)]
pub struct TripJson {
    pub id: TripId,
    pub employee: NameRef,
    #[schema(value_type = String, format = Date, example = "2026-12-08")]
    pub start_date: Date,
    #[schema(value_type = String, format = Date, example = "2026-12-10")]
    pub end_date: Date,
    #[schema(example = "Rotterdam")]
    pub destination: String,
    #[schema(example = "Visit to the yard")]
    pub purpose: String,
    pub notes: String,
    pub status: TripStatus,
    /// HR that entered it for the person.
    pub entered_by: Option<String>,
    #[schema(value_type = String, example = "2026-12-01T08:20:00Z")]
    pub created_at: Timestamp,
    #[schema(value_type = String, example = "2026-12-01T08:20:00Z")]
    pub updated_at: Timestamp,
}

impl From<Trip> for TripJson {
    fn from(trip: Trip) -> Self {
        TripJson {
            id: trip.id,
            start_date: trip.period.first(),
            end_date: trip.period.last(),
            employee: trip.employee,
            destination: trip.destination,
            purpose: trip.purpose,
            notes: trip.notes,
            status: trip.status,
            entered_by: trip.entered_by,
            created_at: trip.created_at,
            updated_at: trip.updated_at,
        }
    }
}

/// A business trip with what was asked about it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = BusinessTripDetail)]
pub struct TripDetail {
    #[serde(flatten)]
    pub trip: TripJson,
    /// None where nobody was asked.
    pub approval_id: Option<ApprovalId>,
    /// Oldest first; empty where nobody was asked.
    pub timeline: Vec<approvals::Step>,
}

impl TripDetail {
    fn read(rx: &Rx<'_>, actor: &Actor, id: TripId) -> Result<Self> {
        Ok(TripDetail {
            trip: super::get(rx, actor, id)?.into(),
            approval_id: approvals::current(rx, Kind::Trip, id.0)?.map(|approval| approval.id),
            timeline: approvals::timeline(rx, Kind::Trip, id.0)?,
        })
    }
}

/// What of a trip is to change; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = BusinessTripPatch)]
pub struct TripPatch {
    #[schema(value_type = Option<String>, format = Date)]
    start_date: Option<Date>,
    #[schema(value_type = Option<String>, format = Date)]
    end_date: Option<Date>,
    destination: Option<String>,
    purpose: Option<String>,
    notes: Option<String>,
}

impl TripPatch {
    fn apply(self, input: &mut NewTrip) {
        macro_rules! put {
            ($($field:ident),+) => {$(
                if let Some(value) = self.$field {
                    input.$field = value;
                }
            )+};
        }
        put!(start_date, end_date, destination, purpose, notes);
    }
}

/// Trips.
#[utoipa::path(
    get, path = "/api/v1/business-trips", operation_id = "list_business_trips", tag = "business trips",
    summary = "Business trips",
    description = "One's own, those of direct and indirect reports, for HR all. The latest start first. `from` and `to` find what touches those dates.",
    params(
        ("employee_id" = Option<EmployeeId>, Query), ("status" = Option<TripStatus>, Query),
        ("from" = Option<String>, Query), ("to" = Option<String>, Query),
        ("search" = Option<String>, Query, description = "Part of the person's name"),
        ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query),
    ),
    responses((status = 200, description = "One page", body = List<TripJson>), ReadProblems),
)]
pub async fn list(ctx: Staff, query: ListQuery) -> Result<List<TripJson>> {
    let listing = query.listing(&[], &["search", "employee_id", "status", "from", "to"])?;
    let mut filter = Filter {
        people: None,
        employee_id: listing.filter("employee_id")?,
        status: listing.filter("status")?,
        from: listing.filter("from")?,
        to: listing.filter("to")?,
        search: listing.search.as_deref().map(crate::text::fold),
    };
    ctx.read(move |rx, actor| {
        filter.people = people::scope(rx, actor)?.ids_json();
        let (found, total) = store::list(rx, &filter, listing.limit(), listing.offset())?;
        Ok(List::new(found, total, &listing).map(TripJson::from))
    })
    .await
}

/// Enters a trip.
#[utoipa::path(
    post, path = "/api/v1/business-trips", operation_id = "create_business_trip", tag = "business trips",
    summary = "Enter a business trip",
    description = "Anybody on the staff for themselves; HR for anybody. It stands at once, or waits where a chain is drawn up for trips. 409 where leave or another trip is on these days, naming it.",
    request_body = NewTrip,
    responses((status = 201, description = "Entered; `Location` leads to it", body = TripDetail), WriteProblems),
)]
pub async fn create(ctx: Staff, Json(input): Json<NewTrip>) -> Result<Response> {
    let made = ctx.write(PLANNED, move |tx, actor| {
        let id = super::plan(tx, actor, input)?;
        TripDetail::read(tx, actor, id)
    });
    let made = made.await?;
    let location = format!("/api/v1/business-trips/{}", made.trip.id);
    Ok(created(location, made))
}

/// One trip.
#[utoipa::path(
    get, path = "/api/v1/business-trips/{id}", operation_id = "get_business_trip", tag = "business trips",
    summary = "A business trip",
    description = "The traveller, their managers, those who are or were asked, HR. 404 for everybody else.",
    params(("id" = TripId, Path)),
    responses((status = 200, description = "The trip", body = TripDetail), ReadProblems),
)]
pub async fn get(ctx: Staff, headers: HeaderMap, Path(id): Path<TripId>) -> Result<Response> {
    let trip = ctx.read(move |rx, actor| TripDetail::read(rx, actor, id)).await?;
    etag::json(&headers, &trip)
}

/// Changes a trip.
#[utoipa::path(
    patch, path = "/api/v1/business-trips/{id}", operation_id = "update_business_trip", tag = "business trips",
    summary = "Change a business trip",
    description = "The traveller and HR. Where a chain is drawn up for trips, what the traveller changes is asked anew. 409 where it is rejected or cancelled, or where something else is on the new days.",
    params(("id" = TripId, Path)), request_body = TripPatch,
    responses((status = 200, description = "As it is now", body = TripDetail), WriteProblems),
)]
pub async fn update(
    ctx: Staff,
    if_match: IfMatch,
    Path(id): Path<TripId>,
    Json(patch): Json<TripPatch>,
) -> Result<Tagged<TripDetail>> {
    let changed = ctx.write(CHANGED, move |tx, actor| {
        if_match.check(&TripDetail::read(tx, actor, id)?)?;
        let mut input = super::get(tx, actor, id)?.again();
        patch.apply(&mut input);
        super::amend(tx, actor, id, input)?;
        TripDetail::read(tx, actor, id)
    });
    changed.await.map(Tagged)
}

/// Cancels one's own trip.
#[utoipa::path(
    delete, path = "/api/v1/business-trips/{id}", operation_id = "delete_business_trip", tag = "business trips",
    summary = "Cancel one's own business trip",
    description = "The traveller; it stays listed as cancelled. HR says why, by `cancel`.",
    params(("id" = TripId, Path)),
    responses((status = 204, description = "Cancelled"), WriteProblems),
)]
pub async fn remove(ctx: Staff, if_match: IfMatch, Path(id): Path<TripId>) -> Result<StatusCode> {
    ctx.write(CANCELLED, move |tx, actor| {
        if_match.check(&TripDetail::read(tx, actor, id)?)?;
        super::cancel(tx, actor, id, "")
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Cancels a trip.
#[utoipa::path(
    post, path = "/api/v1/business-trips/{id}/cancel", operation_id = "cancel_business_trip", tag = "business trips",
    summary = "Cancel a business trip", description = "The traveller; HR with a reason.",
    params(("id" = TripId, Path)), request_body = CancelInput,
    responses((status = 200, description = "As it is now", body = TripDetail), WriteProblems),
)]
pub async fn cancel(ctx: Staff, Path(id): Path<TripId>, body: axum::body::Bytes) -> Result<Tagged<TripDetail>> {
    let CancelInput { reason } = crate::web::json::or_default(&body)?;
    let cancelled = ctx.write(CANCELLED, move |tx, actor| {
        super::cancel(tx, actor, id, &reason)?;
        TripDetail::read(tx, actor, id)
    });
    cancelled.await.map(Tagged)
}
