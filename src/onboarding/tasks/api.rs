//! Tasks in the API.

use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Change, Comment, Done, NewTask, Task, bulk, edit, store, talk};
use crate::approvals;
use crate::approvals::bodies::{ApproveBody, RejectBody, Sent};
use crate::auth::{Actor, Hire, Staff};
use crate::error::Result;
use crate::ids::{CommentId, EmployeeId, OnboardingId, TaskId};
use crate::onboarding::model::Category;
use crate::onboarding::rules::{self, Completion, DayCount, Doer, TaskStatus};
use crate::onboarding::runs;
use crate::people::NameRef;
use crate::storage::Rx;
use crate::web::etag::{self, IfMatch, Tagged};
use crate::web::json::{self, created};
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, List};

/// Who does a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Assignee {
    /// `employee`, `group` or `hr` (anybody there).
    #[schema(example = "group")]
    pub kind: String,
    /// Of the person or the group.
    #[schema(example = 3)]
    pub id: Option<i64>,
    #[schema(example = "IT")]
    pub name: String,
}

/// Another task that must be done before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TaskNeed {
    pub id: TaskId,
    pub title: String,
    pub status: TaskStatus,
}

/// A task of an onboarding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Task)]
pub struct TaskJson {
    pub id: TaskId,
    pub onboarding_id: OnboardingId,
    /// Whose onboarding it is.
    pub employee: NameRef,
    #[schema(example = "Order laptop and dock")]
    pub title: String,
    pub description: String,
    pub category: Category,
    pub assignee: Assignee,
    /// The part that does it, as the template says: `hire`, `manager`, `buddy`, `hr`, `group`, `employee`.
    #[schema(example = "group")]
    pub role: String,
    /// Somebody else does it only because nobody fills that part yet.
    pub stand_in: bool,
    #[schema(value_type = String, format = Date, example = "2026-11-04")]
    pub due_date: Date,
    /// How the date was counted; null where somebody chose it by hand.
    #[schema(example = -9)]
    pub days_offset: Option<i32>,
    pub day_count: Option<DayCount>,
    pub required: bool,
    pub completion: Completion,
    pub status: TaskStatus,
    /// Open, and its date has passed.
    pub overdue: bool,
    /// Who did it, where it waits for approval or is done.
    pub done_by: Option<DoneBy>,
    #[schema(value_type = Option<String>, example = "2026-11-03T15:12:00Z")]
    pub done_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Why it came back from the one who decides.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub returned: String,
    pub depends_on: Vec<TaskNeed>,
    /// How many comments there are.
    #[schema(example = 2)]
    pub comments: u32,
}

/// Who did a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DoneBy {
    /// Null for a login that is nobody's on the staff.
    pub id: Option<EmployeeId>,
    #[schema(example = "Noah Thiessen")]
    pub name: String,
}

impl TaskJson {
    /// `today` is the reader's date.
    pub fn of(task: Task, today: Date) -> Self {
        let (kind, id) = match task.doer {
            Doer::Person(person) => ("employee", Some(person.0)),
            Doer::Group(group) => ("group", Some(group.0)),
            Doer::Hr => ("hr", None),
        };
        let name = if task.doer == Doer::Hr { "HR".to_owned() } else { task.doer_name };
        let (days_offset, day_count) = task.counted.unzip();
        TaskJson {
            overdue: rules::is_overdue(task.status, task.due_date, today),
            id: task.id,
            onboarding_id: task.onboarding_id,
            employee: task.hire,
            title: task.title,
            description: task.description,
            category: task.category,
            assignee: Assignee { kind: kind.to_owned(), id, name },
            role: task.role,
            stand_in: task.stand_in,
            due_date: task.due_date,
            days_offset,
            day_count,
            required: task.required,
            completion: task.completion,
            status: task.status,
            done_by: task.done_at.map(|_| DoneBy { id: task.done_by, name: task.done_by_name }),
            done_at: task.done_at,
            note: task.note,
            returned: task.returned,
            depends_on: task
                .needs
                .into_iter()
                .map(|need| TaskNeed { id: need.id, title: need.title, status: need.status })
                .collect(),
            comments: task.comments,
        }
    }

    fn read(rx: &Rx<'_>, actor: &Actor, id: TaskId) -> Result<Self> {
        let (task, _) = super::get(rx, actor, id)?;
        Ok(TaskJson::of(task, actor.today(rx.now())))
    }
}

/// A comment on a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Comment)]
pub struct CommentJson {
    pub id: CommentId,
    /// The comment that it answers.
    pub parent_id: Option<CommentId>,
    pub author: DoneBy,
    #[schema(example = "Asked them twice, they promised it for this week.")]
    pub body: String,
    #[schema(value_type = String, example = "2026-12-01T18:22:00Z")]
    pub created_at: Timestamp,
}

impl From<Comment> for CommentJson {
    fn from(comment: Comment) -> Self {
        let Comment { id, parent_id, author_id, author, body, created_at } = comment;
        CommentJson { id, parent_id, author: DoneBy { id: author_id, name: author }, body, created_at }
    }
}

/// What somebody says who did a task.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = TaskDone)]
pub struct DoneInput {
    /// At most 2,000 characters.
    #[schema(example = "Read only, reviewed with Ana on Monday.")]
    note: String,
    /// Needed where the task is completed by `acknowledge`: the caller has read it.
    acknowledged: bool,
}

/// Who does a task from now on.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TaskReassign)]
pub struct ReassignInput {
    /// `hire`, `manager`, `buddy`, `hr`, `group:CODE` or `employee:ID`.
    #[schema(example = "employee:12")]
    assignee: String,
}

/// Why a task is taken out.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = TaskDrop)]
pub struct DropInput {
    #[schema(example = "Brings their own laptop")]
    reason: String,
}

/// What is said about a task.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewComment)]
pub struct CommentInput {
    /// 1 to 4,000 characters.
    body: String,
    /// The comment that it answers.
    parent_id: Option<CommentId>,
}

/// How many tasks an act touched.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct BulkDone {
    #[schema(example = 10)]
    changed: usize,
}

const ORDERINGS: &[&str] = &["due_date", "title", "status", "employee"];
const COLUMNS: &[(&str, &str)] =
    &[("due_date", "k.due_date"), ("title", "k.title"), ("status", "k.status"), ("employee", "h.name_key")];
const FILTERS: &[&str] = &["search", "onboarding_id", "employee_id", "status", "mine", "overdue"];

/// Tasks.
#[utoipa::path(
    get, path = "/api/v1/tasks", operation_id = "list_tasks", tag = "tasks",
    summary = "Tasks",
    description = "Anybody signed in: own tasks and those of own groups; managers also those of their reports' onboardings; HR all. \
Filters: `onboarding_id`, `employee_id` (whose onboarding), `status`, `mine=true`, `overdue=true`.",
    params(
        ("onboarding_id" = Option<OnboardingId>, Query), ("employee_id" = Option<EmployeeId>, Query),
        ("status" = Option<TaskStatus>, Query), ("mine" = Option<bool>, Query), ("overdue" = Option<bool>, Query),
        ("search" = Option<String>, Query), ("ordering" = Option<String>, Query),
        ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query),
    ),
    responses((status = 200, description = "One page", body = List<TaskJson>), ReadProblems),
)]
pub async fn list(ctx: Hire, query: ListQuery) -> Result<List<TaskJson>> {
    let listing = query.listing(ORDERINGS, FILTERS)?;
    let overdue = listing.filter::<bool>("overdue")?.unwrap_or(false);
    let mut filter = store::Filter {
        mine: listing.filter("mine")?.unwrap_or(false),
        onboarding: listing.filter("onboarding_id")?,
        hire: listing.filter("employee_id")?,
        status: listing.filter("status")?,
        search: listing.search.clone(),
        ..store::Filter::default()
    };
    let order = listing.order_by(COLUMNS, "k.due_date, k.onboarding_id, k.sort_order, k.id");
    let (limit, offset) = (listing.limit(), listing.offset());
    let (items, total) = ctx
        .read(move |rx, actor| {
            let today = actor.today(rx.now());
            filter.led = runs::led_by(rx, actor)?;
            (filter.person, filter.hr) = (actor.employee_id, actor.is_hr());
            filter.overdue = overdue.then_some(today);
            let (tasks, total) = store::list(rx, &filter, &order, limit, offset)?;
            Ok((tasks.into_iter().map(|task| TaskJson::of(task, today)).collect(), total))
        })
        .await?;
    Ok(List::new(items, total, &listing))
}

/// Adds a task to an onboarding.
#[utoipa::path(
    post, path = "/api/v1/tasks", operation_id = "create_task", tag = "tasks",
    summary = "Add a task to an onboarding", description = "HR, and managers of the person.",
    request_body = NewTask,
    responses((status = 201, description = "Added; `Location` leads to it", body = TaskJson), WriteProblems),
)]
pub async fn create(ctx: Staff, Json(new): Json<NewTask>) -> Result<Response> {
    let made = ctx.write(super::ADDED, move |tx, actor| {
        let id = edit::add(tx, actor, &new)?;
        TaskJson::read(tx, actor, id)
    });
    let made = made.await?;
    let location = format!("/api/v1/tasks/{}", made.id);
    Ok(created(location, made))
}

/// One task.
#[utoipa::path(
    get, path = "/api/v1/tasks/{id}", operation_id = "get_task", tag = "tasks",
    summary = "A task", description = "Whoever does it, managers of the person, HR, and who is asked to approve it.",
    params(("id" = TaskId, Path)),
    responses((status = 200, description = "The task", body = TaskJson), ReadProblems),
)]
pub async fn get(ctx: Hire, headers: HeaderMap, Path(id): Path<TaskId>) -> Result<Response> {
    let task = ctx.read(move |rx, actor| TaskJson::read(rx, actor, id)).await?;
    etag::json(&headers, &task)
}

/// Changes a task.
#[utoipa::path(
    patch, path = "/api/v1/tasks/{id}", operation_id = "update_task", tag = "tasks",
    summary = "Change or postpone a task",
    description = "HR, and managers of the person. What is left out stays. The status changes by its own routes.",
    params(("id" = TaskId, Path)), request_body = Change,
    responses((status = 200, description = "As it is now", body = TaskJson), WriteProblems),
)]
pub async fn update(
    ctx: Staff,
    if_match: IfMatch,
    Path(id): Path<TaskId>,
    Json(change): Json<Change>,
) -> Result<Tagged<TaskJson>> {
    let changed = ctx.write(super::CHANGED, move |tx, actor| {
        if_match.check(&TaskJson::read(tx, actor, id)?)?;
        edit::change(tx, actor, id, &change)?;
        TaskJson::read(tx, actor, id)
    });
    changed.await.map(Tagged)
}

/// Completes a task.
#[utoipa::path(
    post, path = "/api/v1/tasks/{id}/complete", operation_id = "complete_task", tag = "tasks",
    summary = "Say that a task is done",
    description = "Whoever does it, managers of the person, HR; only the one it is for where it is completed by `acknowledge`. The body may be left out. 409 where it is not open.",
    params(("id" = TaskId, Path)), request_body = Option<DoneInput>,
    responses((status = 200, description = "As it is now", body = TaskJson), WriteProblems),
)]
pub async fn complete(ctx: Hire, if_match: IfMatch, Path(id): Path<TaskId>, body: Bytes) -> Result<Tagged<TaskJson>> {
    let DoneInput { note, acknowledged } = json::or_default(&body)?;
    let done = ctx.write(super::COMPLETED, move |tx, actor| {
        if_match.check(&TaskJson::read(tx, actor, id)?)?;
        super::complete(tx, actor, id, &Done { note, acknowledged })?;
        TaskJson::read(tx, actor, id)
    });
    done.await.map(Tagged)
}

/// Approves a task.
#[utoipa::path(
    post, path = "/api/v1/tasks/{id}/approve", operation_id = "approve_task", tag = "tasks",
    summary = "Agree that a task is done",
    description = "Who is asked; HR with `on_behalf_reason`. The body may be left out. 409 where it is decided already.",
    params(("id" = TaskId, Path)), request_body = Option<ApproveBody>,
    responses((status = 200, description = "As it is now", body = TaskJson), WriteProblems),
)]
pub async fn approve(ctx: Staff, if_match: IfMatch, Path(id): Path<TaskId>, body: Bytes) -> Result<Tagged<TaskJson>> {
    decide(ctx, if_match, id, json::or_default::<ApproveBody>(&body)?.into()).await
}

/// Rejects a task.
#[utoipa::path(
    post, path = "/api/v1/tasks/{id}/reject", operation_id = "reject_task", tag = "tasks",
    summary = "Send a task back to its doer",
    description = "Who is asked; HR with `on_behalf_reason`. 409 where it is decided already.",
    params(("id" = TaskId, Path)), request_body = RejectBody,
    responses((status = 200, description = "As it is now", body = TaskJson), WriteProblems),
)]
pub async fn reject(
    ctx: Staff,
    if_match: IfMatch,
    Path(id): Path<TaskId>,
    Json(input): Json<RejectBody>,
) -> Result<Tagged<TaskJson>> {
    decide(ctx, if_match, id, input.into()).await
}

async fn decide(ctx: Staff, if_match: IfMatch, id: TaskId, (decision, seen): Sent) -> Result<Tagged<TaskJson>> {
    let decided = ctx.write(super::DECIDED, move |tx, actor| {
        // Whoever decided may have seen it only because they were asked.
        let (task, _) = super::get(tx, actor, id)?;
        if_match.check(&TaskJson::read(tx, actor, id)?)?;
        approvals::require_seen(tx, actor, approvals::Kind::Task, id.0, seen)?;
        super::decide(tx, actor, id, &decision)?;
        let task = store::get(tx, id)?.unwrap_or(task);
        Ok(TaskJson::of(task, actor.today(tx.now())))
    });
    decided.await.map(Tagged)
}

/// Gives a task to somebody else.
#[utoipa::path(
    post, path = "/api/v1/tasks/{id}/reassign", operation_id = "reassign_task", tag = "tasks",
    summary = "Give a task to somebody else", description = "HR, and managers of the person.",
    params(("id" = TaskId, Path)), request_body = ReassignInput,
    responses((status = 200, description = "As it is now", body = TaskJson), WriteProblems),
)]
pub async fn reassign(
    ctx: Staff,
    if_match: IfMatch,
    Path(id): Path<TaskId>,
    Json(input): Json<ReassignInput>,
) -> Result<Tagged<TaskJson>> {
    let given = ctx.write(super::CHANGED, move |tx, actor| {
        if_match.check(&TaskJson::read(tx, actor, id)?)?;
        edit::reassign(tx, actor, id, &input.assignee)?;
        TaskJson::read(tx, actor, id)
    });
    given.await.map(Tagged)
}

/// Opens a task again.
#[utoipa::path(
    post, path = "/api/v1/tasks/{id}/reopen", operation_id = "reopen_task", tag = "tasks",
    summary = "Open a task again",
    description = "Whoever does it (done by mistake, and not approved yet), managers of the person, HR (also one that was taken out).",
    params(("id" = TaskId, Path)),
    responses((status = 200, description = "As it is now", body = TaskJson), WriteProblems),
)]
pub async fn reopen(ctx: Hire, if_match: IfMatch, Path(id): Path<TaskId>) -> Result<Tagged<TaskJson>> {
    let opened = ctx.write(super::CHANGED, move |tx, actor| {
        if_match.check(&TaskJson::read(tx, actor, id)?)?;
        edit::reopen(tx, actor, id)?;
        TaskJson::read(tx, actor, id)
    });
    opened.await.map(Tagged)
}

/// Takes a task out.
#[utoipa::path(
    post, path = "/api/v1/tasks/{id}/drop", operation_id = "drop_task", tag = "tasks",
    summary = "Take a task out of its onboarding",
    description = "HR, and managers of the person. It holds nothing up and counts for nothing. The body may be left out.",
    params(("id" = TaskId, Path)), request_body = Option<DropInput>,
    responses((status = 200, description = "As it is now", body = TaskJson), WriteProblems),
)]
pub async fn take_out(ctx: Staff, if_match: IfMatch, Path(id): Path<TaskId>, body: Bytes) -> Result<Tagged<TaskJson>> {
    let input: DropInput = json::or_default(&body)?;
    let dropped = ctx.write(super::CHANGED, move |tx, actor| {
        if_match.check(&TaskJson::read(tx, actor, id)?)?;
        edit::take_out(tx, actor, id, &input.reason)?;
        TaskJson::read(tx, actor, id)
    });
    dropped.await.map(Tagged)
}

/// Reminds whoever does a task.
#[utoipa::path(
    post, path = "/api/v1/tasks/{id}/remind", operation_id = "remind_of_task", tag = "tasks",
    summary = "Remind whoever does an open task",
    description = "HR, and managers of the person. The same reminder is not repeated within twelve hours.",
    params(("id" = TaskId, Path)),
    responses((status = 204, description = "Told"), WriteProblems),
)]
pub async fn remind(ctx: Staff, Path(id): Path<TaskId>) -> Result<StatusCode> {
    ctx.write(super::CHANGED, move |tx, actor| talk::remind(tx, actor, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What is said about a task.
#[utoipa::path(
    get, path = "/api/v1/tasks/{id}/comments", operation_id = "list_task_comments", tag = "tasks",
    summary = "Comments on a task", description = "Whoever sees the task. Oldest first; an answer names its `parent_id`.",
    params(("id" = TaskId, Path)),
    responses((status = 200, description = "Every comment", body = List<CommentJson>), ReadProblems),
)]
pub async fn comments(ctx: Hire, Path(id): Path<TaskId>, query: ListQuery) -> Result<List<CommentJson>> {
    let mut listing = query.listing(&[], &[])?;
    let comments = ctx.read(move |rx, actor| talk::comments(rx, actor, id)).await?;
    let total = i64::try_from(comments.len()).unwrap_or(i64::MAX);
    (listing.page, listing.page_size) = (1, total.max(1));
    Ok(List::new(comments.into_iter().map(CommentJson::from).collect(), total, &listing))
}

/// Says something about a task.
#[utoipa::path(
    post, path = "/api/v1/tasks/{id}/comments", operation_id = "create_task_comment", tag = "tasks",
    summary = "Comment on a task, or answer a comment", description = "Whoever sees the task.",
    params(("id" = TaskId, Path)), request_body = CommentInput,
    responses((status = 201, description = "Written", body = CommentJson), WriteProblems),
)]
pub async fn comment(ctx: Hire, Path(id): Path<TaskId>, Json(input): Json<CommentInput>) -> Result<Response> {
    let written = ctx.write(super::COMMENTED, move |tx, actor| {
        let comment = talk::comment(tx, actor, id, &input.body, input.parent_id)?;
        let all = talk::comments(tx, actor, id)?;
        all.into_iter().find(|known| known.id == comment).ok_or(crate::error::AppError::NotFound)
    });
    let written = CommentJson::from(written.await?);
    let location = format!("/api/v1/tasks/{id}/comments");
    Ok(created(location, written))
}

/// One act on several tasks.
#[utoipa::path(
    post, path = "/api/v1/tasks/bulk", operation_id = "bulk_tasks", tag = "tasks",
    summary = "Complete, reassign, postpone or remind of several tasks",
    description = "Who may do it to each of them. All or nothing: 422 names the place of the first that cannot be done (`ids.3`).",
    request_body = bulk::Input,
    responses((status = 200, description = "Done to all", body = BulkDone), WriteProblems),
)]
pub async fn all_at_once(ctx: Hire, Json(input): Json<bulk::Input>) -> Result<Json<BulkDone>> {
    let changed = ctx.write(bulk::OP, move |tx, actor| bulk::run(tx, actor, &input)).await?;
    Ok(Json(BulkDone { changed }))
}
