//! Departments in the API.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Department, DepartmentFacts};
use crate::auth::{Actor, Hr, Staff};
use crate::error::Result;
use crate::ids::{DepartmentId, EmployeeId, LocationId};
use crate::people::org::unit::{self, Impact, Unit};
use crate::people::recount::api::WithImpact;
use crate::people::{NameRef, recount};
use crate::storage::Op;
use crate::web::etag::{self, IfMatch, Tagged};
use crate::web::json::{created, there};
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, List};

pub(in crate::people) const CREATED: Op = Op::act("department.created");
pub(in crate::people) const CHANGED: Op = Op::act("department.updated");
pub(in crate::people) const REMOVED: Op = Op::act("department.deactivated");
pub(in crate::people) const RESTORED: Op = Op::act("department.restored");

/// A department.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Department)]
pub struct DepartmentJson {
    #[schema(example = 4)]
    pub id: DepartmentId,
    #[schema(example = "Support")]
    pub name: String,
    #[schema(example = "SUP")]
    pub code: String,
    pub location: Option<NameRef>,
    /// The department that this one is a part of.
    pub parent: Option<NameRef>,
    pub head: Option<NameRef>,
    /// How many people are in it.
    #[schema(example = 6)]
    pub people: i64,
    /// For a year, in the smallest unit of `currency`; HR alone sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 12_000_000)]
    pub budget_minor: Option<i64>,
    /// ISO 4217, where there is a budget; HR alone sees it.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schema(example = "EUR")]
    pub currency: String,
    /// False for one that was deleted and can be restored.
    pub active: bool,
}

impl DepartmentJson {
    /// As `actor` may see it.
    fn of(department: Department, actor: &Actor) -> Self {
        let Department { id, facts, location, parent, head, head_hidden, people, hidden } = department;
        let head = head.filter(|_| actor.is_hr() || !head_hidden);
        let (budget_minor, currency) =
            if actor.is_hr() { (facts.budget_minor, facts.currency) } else { (None, String::new()) };
        DepartmentJson {
            id,
            name: facts.name,
            code: facts.code,
            location,
            parent,
            head,
            people,
            budget_minor,
            currency,
            active: !hidden,
        }
    }
}

/// A department to be entered.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDepartment)]
pub struct NewInput {
    /// 1 to 100 characters.
    #[schema(example = "Support")]
    name: String,
    /// 1 to 10 characters, unique regardless of case.
    #[schema(example = "SUP")]
    code: String,
    location_id: Option<LocationId>,
    parent_id: Option<DepartmentId>,
    head_id: Option<EmployeeId>,
    /// For a year, in the smallest unit of `currency`; both or neither.
    #[schema(example = 12_000_000)]
    budget_minor: Option<i64>,
    /// ISO 4217.
    #[schema(example = "EUR")]
    currency: Option<String>,
}

impl From<NewInput> for DepartmentFacts {
    fn from(new: NewInput) -> Self {
        let NewInput { name, code, location_id, parent_id, head_id, budget_minor, currency } = new;
        let currency = currency.unwrap_or_default();
        DepartmentFacts { name, code, location_id, parent_id, head_id, budget_minor, currency }
    }
}

/// What of a department is to change.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = DepartmentChange)]
pub struct Change {
    name: Option<String>,
    code: Option<String>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<i64>)]
    location_id: Option<Option<LocationId>>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<i64>)]
    parent_id: Option<Option<DepartmentId>>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<i64>)]
    head_id: Option<Option<EmployeeId>>,
    /// Null takes the budget away; its currency goes with it.
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<i64>)]
    budget_minor: Option<Option<i64>>,
    currency: Option<String>,
}

impl Change {
    fn apply(self, facts: &mut DepartmentFacts) {
        let before = facts.clone();
        *facts = DepartmentFacts {
            name: self.name.unwrap_or(before.name),
            code: self.code.unwrap_or(before.code),
            location_id: self.location_id.unwrap_or(before.location_id),
            parent_id: self.parent_id.unwrap_or(before.parent_id),
            head_id: self.head_id.unwrap_or(before.head_id),
            currency: match (self.currency, self.budget_minor) {
                (Some(currency), _) => currency,
                (None, Some(None)) => String::new(),
                (None, _) => before.currency,
            },
            budget_minor: self.budget_minor.unwrap_or(before.budget_minor),
        };
    }
}

/// Who is to manage the department as well.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDepartmentManager)]
pub struct ManagerInput {
    #[schema(example = 7)]
    employee_id: EmployeeId,
}

pub(super) const MANAGER_ADDED: Op = Op::act("department.manager_added");
pub(super) const MANAGER_REMOVED: Op = Op::act("department.manager_removed");

/// Who manages a department beside its head.
#[utoipa::path(
    get, path = "/api/v1/departments/{id}/managers", operation_id = "list_department_managers", tag = "organization",
    summary = "Who manages a department beside its head", description = "Everybody on the staff. By name.",
    params(("id" = DepartmentId, Path)),
    responses((status = 200, description = "All of them", body = List<NameRef>), ReadProblems),
)]
pub async fn managers(ctx: Staff, Path(id): Path<DepartmentId>, query: ListQuery) -> Result<List<NameRef>> {
    let mut listing = query.listing(&[], &[])?;
    let managers = ctx.read(move |rx, actor| {
        seen(rx, actor, id)?;
        super::managers(rx, id)
    });
    let managers = managers.await?;
    let total = i64::try_from(managers.len()).unwrap_or(i64::MAX);
    (listing.page, listing.page_size) = (1, total.max(1));
    Ok(List::new(managers, total, &listing))
}

/// Names a manager.
#[utoipa::path(
    post, path = "/api/v1/departments/{id}/managers", operation_id = "add_department_manager", tag = "organization",
    summary = "Name a manager of a department", description = "HR. Naming somebody twice changes nothing.",
    params(("id" = DepartmentId, Path)), request_body = ManagerInput,
    responses((status = 201, description = "Named", body = NameRef), WriteProblems),
)]
pub async fn add_manager(
    ctx: Hr,
    Path(id): Path<DepartmentId>,
    Json(ManagerInput { employee_id }): Json<ManagerInput>,
) -> Result<Response> {
    let named = ctx.write(MANAGER_ADDED, move |tx, actor| {
        super::add_manager(tx, actor, id, employee_id)?;
        Ok(crate::people::get(tx, employee_id)?.name_ref())
    });
    let location = format!("/api/v1/departments/{id}/managers/{employee_id}");
    Ok(created(location, named.await?))
}

/// Takes a manager away.
#[utoipa::path(
    delete, path = "/api/v1/departments/{id}/managers/{employee_id}", operation_id = "remove_department_manager",
    tag = "organization", summary = "Somebody no longer manages a department", description = "HR.",
    params(("id" = DepartmentId, Path), ("employee_id" = EmployeeId, Path)),
    responses((status = 204, description = "Taken away"), WriteProblems),
)]
pub async fn remove_manager(ctx: Hr, Path((id, employee)): Path<(DepartmentId, EmployeeId)>) -> Result<StatusCode> {
    ctx.write(MANAGER_REMOVED, move |tx, actor| super::remove_manager(tx, actor, id, employee)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A department, as long as it may be seen: deactivated ones are HR's.
fn seen(rx: &crate::storage::Rx<'_>, actor: &Actor, id: DepartmentId) -> Result<Department> {
    let found = super::get(rx, id)?;
    if found.hidden && !actor.is_hr() { Err(crate::error::AppError::NotFound) } else { Ok(found) }
}

/// Departments.
#[utoipa::path(
    get, path = "/api/v1/departments", operation_id = "list_departments", tag = "organization",
    summary = "Departments",
    description = "Everybody on the staff. Orderings: `name`, `code`. HR sees deactivated ones with `active=false`.",
    params(
        ("search" = Option<String>, Query), ("ordering" = Option<String>, Query, example = "name"),
        ("active" = Option<bool>, Query),
        ("location_id" = Option<LocationId>, Query), ("parent_id" = Option<DepartmentId>, Query),
        ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query),
    ),
    responses((status = 200, description = "One page", body = List<DepartmentJson>), ReadProblems),
)]
pub async fn list(ctx: Staff, query: ListQuery) -> Result<List<DepartmentJson>> {
    let filters = if ctx.actor.is_hr() { super::FILTERS } else { super::PUBLIC_FILTERS };
    let listing = query.listing(super::ORDERINGS, filters)?;
    ctx.read(move |rx, actor| {
        let (rows, total) = super::list(rx, &listing)?;
        Ok(List::new(rows.into_iter().map(|row| DepartmentJson::of(row, actor)).collect(), total, &listing))
    })
    .await
}

/// Enters a department.
#[utoipa::path(
    post, path = "/api/v1/departments", operation_id = "create_department", tag = "organization",
    summary = "Enter a department", description = "HR.",
    request_body = NewInput,
    responses((status = 201, description = "Entered; `Location` leads to it", body = DepartmentJson), WriteProblems),
)]
pub async fn create(ctx: Hr, Json(new): Json<NewInput>) -> Result<Response> {
    let made = ctx.write(CREATED, move |tx, actor| {
        let id = super::create(tx, actor, new.into())?;
        super::get(tx, id)
    });
    let made = DepartmentJson::of(made.await?, &ctx.actor);
    let location = format!("/api/v1/departments/{}", made.id);
    Ok(created(location, made))
}

/// One department.
#[utoipa::path(
    get, path = "/api/v1/departments/{id}", operation_id = "get_department", tag = "organization",
    summary = "A department", description = "Everybody on the staff; a deactivated one, HR.",
    params(("id" = DepartmentId, Path)),
    responses((status = 200, description = "The department", body = DepartmentJson), ReadProblems),
)]
pub async fn get(ctx: Staff, headers: HeaderMap, Path(id): Path<DepartmentId>) -> Result<Response> {
    let found = ctx.read(move |rx, actor| Ok(DepartmentJson::of(seen(rx, actor, id)?, actor))).await?;
    etag::json(&headers, &found)
}

/// Changes a department.
#[utoipa::path(
    patch, path = "/api/v1/departments/{id}", operation_id = "update_department", tag = "organization",
    summary = "Change a department", description = "HR. What is left out stays. Where it becomes part of another one that has hours of its own for a while, leave is counted anew; `dry_run=true` writes nothing and answers only the `impact`.",
    params(("id" = DepartmentId, Path), ("dry_run" = Option<bool>, Query), ("confirmed" = Option<String>, Query)), request_body = Change,
    responses((status = 200, description = "As it is now", body = WithImpact<DepartmentJson>), WriteProblems),
)]
pub async fn update(
    ctx: Hr,
    if_match: IfMatch,
    Path(id): Path<DepartmentId>,
    query: ListQuery,
    Json(change): Json<Change>,
) -> Result<Response> {
    let written = recount::write(&ctx, CHANGED, recount::api::consent(query)?, move |tx, actor| {
        if_match.check(&DepartmentJson::of(super::get(tx, id)?, actor))?;
        let touched = super::update(tx, actor, id, |facts| change.apply(facts))?;
        Ok((DepartmentJson::of(super::get(tx, id)?, actor), touched))
    });
    recount::api::answer(written.await?, None)
}

/// What deactivating takes along.
#[utoipa::path(
    get, path = "/api/v1/departments/{id}/delete-impact", operation_id = "get_department_delete_impact", tag = "organization",
    summary = "What deleting a department takes along", description = "HR.",
    params(("id" = DepartmentId, Path)),
    responses((status = 200, description = "What goes along", body = Impact), ReadProblems),
)]
pub async fn impact(ctx: Hr, Path(id): Path<DepartmentId>) -> Result<Json<Impact>> {
    ctx.read(move |rx, _| unit::impact(rx, Unit::Department(id))).await.map(Json)
}

/// Deactivates.
#[utoipa::path(
    delete, path = "/api/v1/departments/{id}", operation_id = "delete_department", tag = "organization",
    summary = "Delete a department",
    description = "HR. It is deactivated with all that stands below it (see `delete-impact`); people keep their records. `restore` brings back exactly what went.",
    params(("id" = DepartmentId, Path)),
    responses((status = 204, description = "Deactivated"), WriteProblems),
)]
pub async fn remove(ctx: Hr, if_match: IfMatch, Path(id): Path<DepartmentId>) -> Result<StatusCode> {
    ctx.write(REMOVED, move |tx, actor| {
        if_match.check(&DepartmentJson::of(super::get(tx, id)?, actor))?;
        unit::hide(tx, actor, Unit::Department(id))
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Brings back.
#[utoipa::path(
    post, path = "/api/v1/departments/{id}/restore", operation_id = "restore_department", tag = "organization",
    summary = "Restore a department", description = "HR. With all that was deleted in the same act. 409 while its location or parent is deleted.",
    params(("id" = DepartmentId, Path)),
    responses((status = 200, description = "As it is now", body = DepartmentJson), WriteProblems),
)]
pub async fn restore(ctx: Hr, if_match: IfMatch, Path(id): Path<DepartmentId>) -> Result<Tagged<DepartmentJson>> {
    let restored = ctx.write(RESTORED, move |tx, actor| {
        if_match.check(&DepartmentJson::of(super::get(tx, id)?, actor))?;
        unit::restore(tx, actor, Unit::Department(id))?;
        Ok(DepartmentJson::of(super::get(tx, id)?, actor))
    });
    restored.await.map(Tagged)
}
