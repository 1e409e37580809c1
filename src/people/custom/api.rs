//! HR's own fields in the API. Their values stand with the people: `custom` of an employee.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Field, FieldFacts, Kind, VisibleTo};
use crate::auth::{Actor, Hr, Staff};
use crate::error::{AppError, Result};
use crate::ids::FieldId;
use crate::storage::{Op, Rx};
use crate::web::etag::{self, IfMatch, Tagged};
use crate::web::json::created;
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, List};

pub(super) const CREATED: Op = Op::act("employee_field.created");
pub(super) const CHANGED: Op = Op::act("employee_field.updated");
pub(super) const RETIRED: Op = Op::act("employee_field.retired");
pub(super) const RESTORED: Op = Op::act("employee_field.restored");

/// A field that HR added to people's records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = EmployeeField)]
pub struct FieldJson {
    #[schema(example = 3)]
    pub id: FieldId,
    /// As `custom` and the files name it.
    #[schema(example = "shoe_size")]
    pub code: String,
    #[schema(example = "Shoe size")]
    pub label: String,
    pub kind: Kind,
    /// What can be chosen; empty for all other kinds.
    pub options: Vec<String>,
    pub required: bool,
    /// Beside the person and HR.
    pub visible_to: VisibleTo,
    pub editable_by_person: bool,
    #[schema(example = 10)]
    pub sort_order: i64,
    /// False for one that was retired and can be restored.
    pub active: bool,
}

impl From<Field> for FieldJson {
    fn from(Field { id, facts, retired, .. }: Field) -> Self {
        let FieldFacts { code, label, kind, options, required, visible_to, editable_by_person, sort_order } = facts;
        let active = !retired;
        FieldJson { id, code, label, kind, options, required, visible_to, editable_by_person, sort_order, active }
    }
}

/// A field to be defined.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewEmployeeField)]
pub struct NewInput {
    /// Up to 40 small letters, digits and underscores, beginning with a letter. It stays.
    #[schema(example = "shoe_size")]
    code: String,
    /// 1 to 100 characters.
    #[schema(example = "Shoe size")]
    label: String,
    kind: Kind,
    /// For a choice: 1 to 100 of them.
    #[serde(default)]
    options: Vec<String>,
    #[serde(default)]
    required: bool,
    visible_to: VisibleTo,
    #[serde(default)]
    editable_by_person: bool,
    #[serde(default)]
    sort_order: i64,
}

impl From<NewInput> for FieldFacts {
    fn from(new: NewInput) -> Self {
        let NewInput { code, label, kind, options, required, visible_to, editable_by_person, sort_order } = new;
        FieldFacts { code, label, kind, options, required, visible_to, editable_by_person, sort_order }
    }
}

/// What of a field is to change; what is left out stays. The code stays always, the kind while any record holds a
/// value.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = EmployeeFieldChange)]
pub struct Change {
    label: Option<String>,
    kind: Option<Kind>,
    options: Option<Vec<String>>,
    required: Option<bool>,
    visible_to: Option<VisibleTo>,
    editable_by_person: Option<bool>,
    sort_order: Option<i64>,
}

impl Change {
    fn apply(self, facts: &mut FieldFacts) {
        let before = facts.clone();
        *facts = FieldFacts {
            code: before.code,
            label: self.label.unwrap_or(before.label),
            kind: self.kind.unwrap_or(before.kind),
            options: self.options.unwrap_or(before.options),
            required: self.required.unwrap_or(before.required),
            visible_to: self.visible_to.unwrap_or(before.visible_to),
            editable_by_person: self.editable_by_person.unwrap_or(before.editable_by_person),
            sort_order: self.sort_order.unwrap_or(before.sort_order),
        };
    }
}

/// Retired ones are HR's.
fn seen(rx: &Rx<'_>, actor: &Actor, id: FieldId) -> Result<FieldJson> {
    let found = super::get(rx, id)?;
    if found.retired && !actor.is_hr() { Err(AppError::NotFound) } else { Ok(found.into()) }
}

/// Fields of HR's own.
#[utoipa::path(
    get, path = "/api/v1/employee-fields", operation_id = "list_employee_fields", tag = "employees",
    summary = "The fields that HR added to people’s records",
    description = "Everybody on the staff, in the order in which records show them. HR sees retired ones with `active=false`.",
    params(("active" = Option<bool>, Query)),
    responses((status = 200, description = "All of them", body = List<FieldJson>), ReadProblems),
)]
pub async fn list(ctx: Staff, query: ListQuery) -> Result<List<FieldJson>> {
    let filters: &'static [&'static str] = if ctx.actor.is_hr() { &["active"] } else { &[] };
    let mut listing = query.listing(&[], filters)?;
    let active = listing.filter::<bool>("active")?.unwrap_or(true);
    let found = ctx.read(move |rx, _| if active { super::fields(rx) } else { super::retired(rx) }).await?;
    let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
    (listing.page, listing.page_size) = (1, total.max(1));
    Ok(List::new(found.into_iter().map(FieldJson::from).collect(), total, &listing))
}

/// One field.
#[utoipa::path(
    get, path = "/api/v1/employee-fields/{id}", operation_id = "get_employee_field", tag = "employees",
    summary = "A field that HR added", description = "Everybody on the staff; a retired one, HR.",
    params(("id" = FieldId, Path)),
    responses((status = 200, description = "The field", body = FieldJson), ReadProblems),
)]
pub async fn get(ctx: Staff, headers: HeaderMap, Path(id): Path<FieldId>) -> Result<Response> {
    let found = ctx.read(move |rx, actor| seen(rx, actor, id)).await?;
    etag::json(&headers, &found)
}

/// Defines a field.
#[utoipa::path(
    post, path = "/api/v1/employee-fields", operation_id = "create_employee_field", tag = "employees",
    summary = "Add a field to people’s records", description = "HR.",
    request_body = NewInput,
    responses((status = 201, description = "Defined; `Location` leads to it", body = FieldJson), WriteProblems),
)]
pub async fn create(ctx: Hr, Json(new): Json<NewInput>) -> Result<Response> {
    let made = ctx.write(CREATED, move |tx, actor| {
        let id = super::create(tx, actor, new.into())?;
        super::get(tx, id)
    });
    let made = FieldJson::from(made.await?);
    let location = format!("/api/v1/employee-fields/{}", made.id);
    Ok(created(location, made))
}

/// Changes a field.
#[utoipa::path(
    patch, path = "/api/v1/employee-fields/{id}", operation_id = "update_employee_field", tag = "employees",
    summary = "Change a field that HR added", description = "HR. What is left out stays; the code stays always.",
    params(("id" = FieldId, Path)), request_body = Change,
    responses((status = 200, description = "As it is now", body = FieldJson), WriteProblems),
)]
pub async fn update(
    ctx: Hr,
    if_match: IfMatch,
    Path(id): Path<FieldId>,
    Json(change): Json<Change>,
) -> Result<Tagged<FieldJson>> {
    let changed = ctx.write(CHANGED, move |tx, actor| {
        if_match.check(&seen(tx, actor, id)?)?;
        super::update(tx, actor, id, |facts| change.apply(facts))?;
        seen(tx, actor, id)
    });
    changed.await.map(Tagged)
}

/// Retires a field.
#[utoipa::path(
    delete, path = "/api/v1/employee-fields/{id}", operation_id = "retire_employee_field", tag = "employees",
    summary = "Retire a field that HR added", description = "HR. Its values stay, unseen, until `restore` brings it back.",
    params(("id" = FieldId, Path)),
    responses((status = 204, description = "Retired"), WriteProblems),
)]
pub async fn retire(ctx: Hr, if_match: IfMatch, Path(id): Path<FieldId>) -> Result<StatusCode> {
    ctx.write(RETIRED, move |tx, actor| {
        if_match.check(&seen(tx, actor, id)?)?;
        super::retire(tx, actor, id)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Restores a field.
#[utoipa::path(
    post, path = "/api/v1/employee-fields/{id}/restore", operation_id = "restore_employee_field", tag = "employees",
    summary = "Restore a retired field", description = "HR. Its values come back with it.",
    params(("id" = FieldId, Path)),
    responses((status = 200, description = "As it is now", body = FieldJson), WriteProblems),
)]
pub async fn restore(ctx: Hr, if_match: IfMatch, Path(id): Path<FieldId>) -> Result<Tagged<FieldJson>> {
    let restored = ctx.write(RESTORED, move |tx, actor| {
        if_match.check(&seen(tx, actor, id)?)?;
        super::restore(tx, actor, id)?;
        seen(tx, actor, id)
    });
    restored.await.map(Tagged)
}
