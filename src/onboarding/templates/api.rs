//! Templates in the API.

use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{Input, TaskDraft, TaskInput, Template, TemplateTask};
use crate::auth::{Actor, Hr};
use crate::error::{AppError, Result};
use crate::ids::{DepartmentId, LocationId, TemplateId};
use crate::people::{EmploymentType, NameRef};
use crate::storage::Rx;
use crate::web::etag::{self, IfMatch, Tagged};
use crate::web::json::{self, created, there};
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, List};

/// A template, without its tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Template)]
pub struct TemplateJson {
    pub id: TemplateId,
    #[schema(example = "Engineering onboarding")]
    pub name: String,
    pub description: String,
    /// Only for this department; null is for all.
    pub department: Option<NameRef>,
    pub location: Option<NameRef>,
    pub employment_type: Option<EmploymentType>,
    /// `draft` or `published`.
    #[schema(example = "published")]
    pub status: String,
    /// The latest published version; 0 before the first.
    #[schema(example = 4)]
    pub version: u32,
    /// The draft differs from what is published.
    pub changed: bool,
    #[schema(value_type = Option<String>, example = "2026-11-01T09:30:00Z")]
    pub published_at: Option<Timestamp>,
    #[schema(example = 23)]
    pub task_count: u32,
    /// Onboardings made from it that go on.
    #[schema(example = 3)]
    pub running: u32,
}

impl From<Template> for TemplateJson {
    fn from(template: Template) -> Self {
        let status = template.status().to_owned();
        let Template { id, name, description, department, location, employment_type, version, changed, .. } = template;
        TemplateJson {
            id,
            name,
            description,
            department,
            location,
            employment_type,
            status,
            version,
            changed,
            published_at: template.published_at,
            task_count: template.task_count,
            running: template.running,
        }
    }
}

/// A template with the tasks of its draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TemplateDetail {
    #[serde(flatten)]
    pub template: TemplateJson,
    pub tasks: Vec<TaskInput>,
}

impl TemplateDetail {
    fn read(rx: &Rx<'_>, actor: &Actor, id: TemplateId) -> Result<Self> {
        Ok(TemplateDetail { template: super::get(rx, actor, id)?.into(), tasks: task_list(rx, actor, id)? })
    }
}

fn task_list(rx: &Rx<'_>, actor: &Actor, id: TemplateId) -> Result<Vec<TaskInput>> {
    Ok((0..).zip(super::tasks(rx, actor, id)?).map(|(place, task)| TaskInput::of(place, task)).collect())
}

impl TaskInput {
    fn of(place: i32, task: TemplateTask) -> Self {
        TaskInput {
            id: Some(task.id),
            title: task.title,
            description: task.description,
            category: task.category.as_str().to_owned(),
            assignee: task.part.to_string(),
            days_offset: task.days_offset,
            day_count: task.day_count.as_str().to_owned(),
            sort_order: Some(place),
            required: task.required,
            depends_on: task.depends_on,
            completion: task.completion.as_str().to_owned(),
        }
    }
}

/// A new template, with its tasks where they are known already.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTemplate {
    /// 1 to 100 characters, unique regardless of case.
    #[schema(example = "Engineering onboarding", min_length = 1, max_length = 100)]
    name: String,
    #[serde(default)]
    description: String,
    /// Only for this department; left out, for all.
    department_id: Option<DepartmentId>,
    location_id: Option<LocationId>,
    employment_type: Option<EmploymentType>,
    #[serde(default)]
    tasks: Vec<TaskInput>,
}

/// What of a template is to change; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = TemplateChange)]
pub struct Change {
    name: Option<String>,
    description: Option<String>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<i64>)]
    department_id: Option<Option<DepartmentId>>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<i64>)]
    location_id: Option<Option<LocationId>>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<EmploymentType>)]
    employment_type: Option<Option<EmploymentType>>,
}

/// The copy's name; left out, "… (copy)".
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CopyInput {
    #[schema(example = "Engineering onboarding, Lisbon")]
    name: String,
}

/// A list of tasks: a JSON array, or an object with `items` as `GET` answers it.
struct TaskList(Vec<TaskInput>);

impl TaskList {
    fn read(body: &[u8]) -> Result<Self> {
        let whole: Value = json::parse(body).map_err(AppError::Invalid)?;
        let items = match whole {
            Value::Object(mut map) => map.remove("items").unwrap_or(Value::Null),
            array => array,
        };
        // Read once more from text, so that errors name their place: `3.title`.
        let text = serde_json::to_vec(&items).map_err(AppError::internal)?;
        json::parse(&text).map(TaskList).map_err(AppError::Invalid)
    }
}

/// Every template.
#[utoipa::path(
    get, path = "/api/v1/templates", operation_id = "list_templates", tag = "templates",
    summary = "Templates", description = "HR. By name. Filter: `status` (`draft`, `published`).",
    params(("status" = Option<String>, Query), ("search" = Option<String>, Query), ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query)),
    responses((status = 200, description = "One page", body = List<TemplateJson>), ReadProblems),
)]
pub async fn list(ctx: Hr, query: ListQuery) -> Result<List<TemplateJson>> {
    let listing = query.listing(&[], &["search", "status"])?;
    let status = listing.text("status").to_owned();
    if !["", "draft", "published"].contains(&status.as_str()) {
        return Err(AppError::invalid("status", "One of draft, published."));
    }
    let wanted = crate::text::fold(listing.search.as_deref().unwrap_or_default());
    let mut all = ctx.read(super::list).await?;
    all.retain(|template| {
        (status.is_empty() || template.status() == status) && crate::text::fold(&template.name).contains(&wanted)
    });
    let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let skipped = usize::try_from(listing.offset()).unwrap_or(usize::MAX);
    let shown = usize::try_from(listing.limit()).unwrap_or(usize::MAX);
    let items = all.into_iter().skip(skipped).take(shown).map(TemplateJson::from).collect();
    Ok(List::new(items, total, &listing))
}

/// Makes a template.
#[utoipa::path(
    post, path = "/api/v1/templates", operation_id = "create_template", tag = "templates",
    summary = "Make a template", description = "HR. It is a draft until it is published.",
    request_body = NewTemplate,
    responses((status = 201, description = "Made; `Location` leads to it", body = TemplateDetail), WriteProblems),
)]
pub async fn create(ctx: Hr, Json(new): Json<NewTemplate>) -> Result<Response> {
    let made = ctx.write(super::CREATED, move |tx, actor| {
        let NewTemplate { name, description, department_id, location_id, employment_type, tasks } = new;
        let input = Input { name, description, department_id, location_id, employment_type };
        let id = super::create(tx, actor, &input)?;
        if !tasks.is_empty() {
            let drafts = TaskDraft::read_all(tx, &tasks)?;
            super::set_tasks(tx, actor, id, &drafts)?;
        }
        TemplateDetail::read(tx, actor, id)
    });
    let made = made.await?;
    let location = format!("/api/v1/templates/{}", made.template.id);
    Ok(created(location, made))
}

/// One template.
#[utoipa::path(
    get, path = "/api/v1/templates/{id}", operation_id = "get_template", tag = "templates",
    summary = "A template with the tasks of its draft", description = "HR.",
    params(("id" = TemplateId, Path)),
    responses((status = 200, description = "The template", body = TemplateDetail), ReadProblems),
)]
pub async fn get(ctx: Hr, headers: HeaderMap, Path(id): Path<TemplateId>) -> Result<Response> {
    let template = ctx.read(move |rx, actor| TemplateDetail::read(rx, actor, id)).await?;
    etag::json(&headers, &template)
}

/// Changes a template.
#[utoipa::path(
    patch, path = "/api/v1/templates/{id}", operation_id = "update_template", tag = "templates",
    summary = "Change a template",
    description = "HR. Name, description and for whom it is meant; what is left out stays. These are no part of a version.",
    params(("id" = TemplateId, Path)), request_body = Change,
    responses((status = 200, description = "As it is now", body = TemplateDetail), WriteProblems),
)]
pub async fn update(
    ctx: Hr,
    if_match: IfMatch,
    Path(id): Path<TemplateId>,
    Json(change): Json<Change>,
) -> Result<Tagged<TemplateDetail>> {
    let changed = ctx.write(super::CHANGED, move |tx, actor| {
        if_match.check(&TemplateDetail::read(tx, actor, id)?)?;
        let before = super::get(tx, actor, id)?;
        let input = Input {
            name: change.name.unwrap_or(before.name),
            description: change.description.unwrap_or(before.description),
            department_id: change.department_id.unwrap_or(before.department.map(|d| DepartmentId(d.id))),
            location_id: change.location_id.unwrap_or(before.location.map(|l| LocationId(l.id))),
            employment_type: change.employment_type.unwrap_or(before.employment_type),
        };
        super::update(tx, actor, id, &input)?;
        TemplateDetail::read(tx, actor, id)
    });
    changed.await.map(Tagged)
}

/// Removes a template.
#[utoipa::path(
    delete, path = "/api/v1/templates/{id}", operation_id = "delete_template", tag = "templates",
    summary = "Remove a template",
    description = "HR. Onboardings made from it go on. A draft that was never published goes for good.",
    params(("id" = TemplateId, Path)),
    responses((status = 204, description = "Removed"), WriteProblems),
)]
pub async fn remove(ctx: Hr, if_match: IfMatch, Path(id): Path<TemplateId>) -> Result<StatusCode> {
    ctx.write(super::REMOVED, move |tx, actor| {
        if_match.check(&TemplateDetail::read(tx, actor, id)?)?;
        super::remove(tx, actor, id)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The tasks of the draft.
#[utoipa::path(
    get, path = "/api/v1/templates/{id}/tasks", operation_id = "list_template_tasks", tag = "templates",
    summary = "The tasks of a template's draft", description = "HR. All of them, in their order.",
    params(("id" = TemplateId, Path)),
    responses((status = 200, description = "Every task", body = List<TaskInput>), ReadProblems),
)]
pub async fn tasks(ctx: Hr, Path(id): Path<TemplateId>, query: ListQuery) -> Result<List<TaskInput>> {
    let mut listing = query.listing(&[], &[])?;
    let tasks = ctx.read(move |rx, actor| task_list(rx, actor, id)).await?;
    let total = i64::try_from(tasks.len()).unwrap_or(i64::MAX);
    (listing.page, listing.page_size) = (1, total.max(1));
    Ok(List::new(tasks, total, &listing))
}

/// Replaces the tasks of the draft.
#[utoipa::path(
    put, path = "/api/v1/templates/{id}/tasks", operation_id = "replace_template_tasks", tag = "templates",
    summary = "Replace the tasks of a template's draft",
    description = "HR. An array, or an object with `items` as the list answers. What is published stays until the next version.",
    params(("id" = TemplateId, Path)), request_body = Vec<TaskInput>,
    responses((status = 200, description = "As they are now", body = TemplateDetail), WriteProblems),
)]
pub async fn set_tasks(
    ctx: Hr,
    if_match: IfMatch,
    Path(id): Path<TemplateId>,
    body: Bytes,
) -> Result<Tagged<TemplateDetail>> {
    let TaskList(inputs) = TaskList::read(&body)?;
    let changed = ctx.write(super::CHANGED, move |tx, actor| {
        if_match.check(&TemplateDetail::read(tx, actor, id)?)?;
        super::get(tx, actor, id)?;
        let drafts = TaskDraft::read_all(tx, &inputs)?;
        super::set_tasks(tx, actor, id, &drafts)?;
        TemplateDetail::read(tx, actor, id)
    });
    changed.await.map(Tagged)
}

/// Copies a template.
#[utoipa::path(
    post, path = "/api/v1/templates/{id}/clone", operation_id = "clone_template", tag = "templates",
    summary = "Copy a template", description = "HR. The copy is a draft. The body may be left out.",
    params(("id" = TemplateId, Path)), request_body = Option<CopyInput>,
    responses((status = 201, description = "Made; `Location` leads to it", body = TemplateDetail), WriteProblems),
)]
pub async fn copy(ctx: Hr, Path(id): Path<TemplateId>, body: Bytes) -> Result<Response> {
    let input: CopyInput = json::or_default(&body)?;
    let made = ctx.write(super::CREATED, move |tx, actor| {
        let copy = super::copy(tx, actor, id, &input.name)?;
        TemplateDetail::read(tx, actor, copy)
    });
    let made = made.await?;
    let location = format!("/api/v1/templates/{}", made.template.id);
    Ok(created(location, made))
}

/// Publishes a template.
#[utoipa::path(
    post, path = "/api/v1/templates/{id}/publish", operation_id = "publish_template", tag = "templates",
    summary = "Publish a template",
    description = "HR. Freezes the draft as the next version; onboardings are made from published versions alone. 409 where nothing changed.",
    params(("id" = TemplateId, Path)),
    responses((status = 200, description = "As it is now", body = TemplateDetail), WriteProblems),
)]
pub async fn publish(ctx: Hr, if_match: IfMatch, Path(id): Path<TemplateId>) -> Result<Tagged<TemplateDetail>> {
    let published = ctx.write(super::PUBLISHED, move |tx, actor| {
        if_match.check(&TemplateDetail::read(tx, actor, id)?)?;
        super::publish(tx, actor, id)?;
        TemplateDetail::read(tx, actor, id)
    });
    published.await.map(Tagged)
}
