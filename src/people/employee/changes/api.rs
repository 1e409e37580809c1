//! A person's history in the API, and taking a planned change back.

use axum::extract::Path;
use axum::http::StatusCode;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::DatedField;
use super::timeline::{Entry, Held, Kind, Turn};
use crate::auth::{Hr, Staff};
use crate::error::Result;
use crate::ids::EmployeeId;
use crate::storage::Op;
use crate::web::List;
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};

pub(super) const TAKEN_BACK: Op = Op::act("employee.change_taken_back");

/// A day of somebody's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct HistoryEntry {
    #[schema(value_type = String, format = Date, example = "2026-04-01")]
    pub effective_on: Date,
    pub kind: Kind,
    /// Still to come.
    pub planned: bool,
    /// What turned that day; of a first day, where the person began.
    pub changes: Vec<FieldChange>,
    /// Of the working week that begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 2400)]
    pub week_minutes: Option<i64>,
}

/// A field that turned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldChange {
    pub field: DatedField,
    pub before: Option<HeldValue>,
    pub after: Option<HeldValue>,
}

/// What a field held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct HeldValue {
    /// Of a department, a location, an entity or a person.
    #[schema(example = 7)]
    pub id: Option<i64>,
    /// The name; for a kind of employment its word.
    #[schema(example = "Mira Castell")]
    pub name: String,
}

impl From<Entry> for HistoryEntry {
    fn from(entry: Entry) -> Self {
        let held = |Held { id, name }| HeldValue { id, name };
        let change =
            |Turn { field, before, after }| FieldChange { field, before: before.map(held), after: after.map(held) };
        HistoryEntry {
            effective_on: entry.on,
            kind: entry.kind,
            planned: entry.planned,
            changes: entry.turns.into_iter().map(change).collect(),
            week_minutes: entry.week_minutes,
        }
    }
}

/// What happened to a person's record.
#[utoipa::path(
    get, path = "/api/v1/employees/{id}/history", operation_id = "get_employee_history", tag = "employees",
    summary = "A person's record over time, past and planned",
    description = "The person, those above, and HR. The latest first: the first day, dated changes of department, location, entity, manager, kind of employment and position, working weeks, the end of the probation, the last day.",
    params(("id" = EmployeeId, Path), ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query)),
    responses((status = 200, description = "One page", body = List<HistoryEntry>), ReadProblems),
)]
pub async fn history(ctx: Staff, Path(id): Path<EmployeeId>, query: ListQuery) -> Result<List<HistoryEntry>> {
    let listing = query.listing(&[], &[])?;
    let entries = ctx.read(move |rx, actor| super::timeline::of(rx, actor, id)).await?;
    let total = i64::try_from(entries.len()).unwrap_or(i64::MAX);
    let from = usize::try_from(listing.offset()).unwrap_or(usize::MAX);
    let most = usize::try_from(listing.limit()).unwrap_or(usize::MAX);
    let page = entries.into_iter().skip(from).take(most).map(HistoryEntry::from).collect();
    Ok(List::new(page, total, &listing))
}

/// Takes a planned change back.
#[utoipa::path(
    delete, path = "/api/v1/employees/{id}/changes/{effective_on}", operation_id = "take_back_employee_change", tag = "employees",
    summary = "Take back what is planned for a day",
    description = "HR. Everything that is planned for the person from that day on is taken back; what counts until then goes on. 404 where nothing is planned for it, 409 where somebody would come to stand above themselves.",
    params(("id" = EmployeeId, Path), ("effective_on" = String, Path, format = Date, example = "2026-04-01")),
    responses((status = 204, description = "Taken back"), WriteProblems),
)]
pub async fn take_back(ctx: Hr, Path((id, on)): Path<(EmployeeId, Date)>) -> Result<StatusCode> {
    ctx.write(TAKEN_BACK, move |tx, actor| super::take_back(tx, actor, id, on)).await?;
    Ok(StatusCode::NO_CONTENT)
}
