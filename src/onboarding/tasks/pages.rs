//! One's own tasks, and the page of one task.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::sheet::Sheet;
use super::view::Row;
use super::{Change, Done, bulk, edit, list, talk};
use crate::approvals::{self, Decision};
use crate::auth::{Ctx, Hire, Role, Staff};
use crate::error::{AppError, FieldErrors, Msg, Result};
use crate::ids::{CommentId, TaskId};
use crate::onboarding::rules::TaskStatus;
use crate::storage::{Op, Tx};
use crate::web::listing::{ListQuery, Listing};
use crate::web::parts::Pager;
use crate::web::{self, Flash, Form, FormState, Shell, filters};
use crate::{msg, msg_n};

#[derive(askama::Template)]
#[template(path = "onboarding/tasks.html")]
struct Tasks {
    shell: Shell,
    form: FormState,
    groups: Vec<(&'static str, Vec<Row>)>,
    open: usize,
    overdue: usize,
    /// How many can be ticked off on this page.
    tickable: usize,
    pager: Pager,
}

#[derive(askama::Template)]
#[template(path = "onboarding/task.html")]
struct TaskPage {
    shell: Shell,
    form: FormState,
    sheet: Sheet,
}

#[derive(askama::Template)]
#[template(path = "onboarding/drop.html")]
struct Drop {
    shell: Shell,
    form: FormState,
    id: TaskId,
    title: String,
}
web::pages!(Tasks, TaskPage, Drop);

/// `GET /tasks?page=2`: what the reader has to do. A new hire's are on the welcome page.
pub async fn index(ctx: Hire, query: ListQuery) -> Result<Response> {
    if is_hire(&ctx) {
        return Ok(web::redirect("/welcome"));
    }
    let listing = query.listing(&[], &[])?;
    tasks_page(&ctx, StatusCode::OK, FormState::default(), &listing).await
}

fn is_hire(ctx: &Ctx) -> bool {
    ctx.actor.roles.iter().all(|role| role == Role::Hire)
}

async fn tasks_page(ctx: &Ctx, status: StatusCode, form: FormState, listing: &Listing) -> Result<Response> {
    let (limit, offset) = (listing.limit(), listing.offset());
    let own = ctx.format();
    let mine = ctx.read(move |rx, actor| list::mine(rx, actor, &own, limit, offset)).await?;
    let list::Mine { groups, total, open, overdue } = mine;
    let page = Tasks {
        shell: ctx.shell().await?,
        form,
        open,
        overdue,
        tickable: groups.iter().flat_map(|(_, rows)| rows).filter(|row| row.can_finish).count(),
        groups,
        pager: Pager::new(&ctx.format(), listing, total),
    };
    web::page_with(status, &page)
}

/// The ticked tasks, or the one whose own button was pressed.
#[derive(Debug, Deserialize)]
pub struct BulkForm {
    #[serde(default)]
    id: Vec<TaskId>,
    one: Option<TaskId>,
}

/// `POST /tasks/bulk`: all that is ticked is done.
pub async fn finish_several(ctx: Staff, form: Form<BulkForm>) -> Result<Response> {
    let (state, input) = form.open();
    let done = match input {
        Ok(BulkForm { id, one }) => {
            let ids = one.map_or(id, |one| vec![one]);
            let all = bulk::Input { action: "complete".to_owned(), ids, ..bulk::Input::default() };
            ctx.write(bulk::OP, move |tx, actor| bulk::run(tx, actor, &all)).await
        }
        Err(errors) => Err(errors),
    };
    match done {
        Ok(count) => {
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            let said = msg_n!(count, "{0} task is done.", "{0} tasks are done.");
            Ok(Flash::ok(said).redirect(&ctx.visit, "/tasks"))
        }
        Err(AppError::Invalid(errors)) => {
            // Which of them it was is named by its place; on the page the sentence stands above.
            let mut whole = FieldErrors::new();
            errors.0.into_iter().for_each(|(_, message)| whole.add("", message));
            let listing = ListQuery::read("/tasks", "").listing(&[], &[])?;
            tasks_page(&ctx, StatusCode::UNPROCESSABLE_ENTITY, state.with(whole), &listing).await
        }
        Err(other) => Err(other),
    }
}

/// `GET /tasks/{id}`
pub async fn show(ctx: Hire, Path(id): Path<TaskId>) -> Result<Response> {
    task_page(&ctx, id, StatusCode::OK, FormState::default()).await
}

async fn task_page(ctx: &Ctx, id: TaskId, status: StatusCode, form: FormState) -> Result<Response> {
    let (format, hire) = (ctx.format(), is_hire(ctx));
    let sheet = ctx.read(move |rx, actor| Sheet::read(rx, actor, &format, id, hire)).await?;
    let form = if form.value("due_date").is_empty() { form.set("due_date", sheet.due_date.clone()) } else { form };
    web::page_with(status, &TaskPage { shell: ctx.shell().await?, form, sheet })
}

/// Runs an act of the task's page: back to where it was asked for with a sentence, the page again with what is wrong,
/// or the page with what stands in the way.
async fn act<F>(ctx: &Ctx, id: TaskId, op: Op, state: FormState, said: Msg, f: F) -> Result<Response>
where
    F: FnOnce(&mut Tx<'_>, &crate::auth::Actor) -> Result<Option<Msg>> + Send + 'static,
{
    let back = match state.value("next") {
        "" => format!("/tasks/{id}"),
        next => next.to_owned(),
    };
    match ctx.write(op, f).await {
        Ok(other) => Ok(Flash::ok(other.unwrap_or(said)).redirect(&ctx.visit, &back)),
        Err(AppError::Invalid(errors)) => {
            task_page(ctx, id, StatusCode::UNPROCESSABLE_ENTITY, state.with(errors)).await
        }
        Err(AppError::Conflict(why)) => Ok(Flash::bad(why).redirect(&ctx.visit, &back)),
        Err(other) => Err(other),
    }
}

/// The input of a form, or the page again with what is wrong.
macro_rules! open {
    ($ctx:expr, $id:expr, $form:expr) => {{
        let (state, input) = $form.open();
        match input {
            Ok(input) => (state, input),
            Err(AppError::Invalid(errors)) => {
                return task_page($ctx, $id, StatusCode::UNPROCESSABLE_ENTITY, state.with(errors)).await;
            }
            Err(other) => return Err(other),
        }
    }};
}

/// What somebody says who did a task.
#[derive(Debug, Deserialize)]
pub struct DoneForm {
    #[serde(default)]
    note: String,
    #[serde(default)]
    acknowledged: bool,
}

/// `POST /tasks/{id}/complete`
pub async fn complete(ctx: Hire, Path(id): Path<TaskId>, form: Form<DoneForm>) -> Result<Response> {
    let (state, DoneForm { note, acknowledged }) = open!(&ctx, id, form);
    act(&ctx, id, super::COMPLETED, state, msg!("Done."), move |tx, actor| {
        let status = super::complete(tx, actor, id, &Done { note, acknowledged })?;
        let title = super::get(tx, actor, id).map(|(task, _)| task.title)?;
        Ok(Some(match status {
            TaskStatus::AwaitingApproval => msg!("“{0}” waits for approval now.", title),
            _ => msg!("“{0}” is done.", title),
        }))
    })
    .await
}

/// A decision, with what was written.
#[derive(Debug, Deserialize)]
pub struct DecideForm {
    decision: String,
    #[serde(default)]
    reason: String,
    on_behalf_reason: Option<String>,
    /// Of the approval, as it was shown.
    version: Option<u32>,
}

/// `POST /tasks/{id}/decide`
pub async fn decide(ctx: Staff, Path(id): Path<TaskId>, form: Form<DecideForm>) -> Result<Response> {
    let (state, DecideForm { decision, reason, on_behalf_reason, version }) = open!(&ctx, id, form);
    let (decision, said) = match decision.as_str() {
        "approve" => (
            Decision::Approve { note: Some(reason).filter(|note| !note.is_empty()), on_behalf_reason },
            msg!("It is approved."),
        ),
        "reject" => (Decision::Reject { reason, on_behalf_reason }, msg!("It went back, with your reason.")),
        _ => return Err(AppError::invalid("decision", "One of approve, reject.")),
    };
    // Whoever decided may see the task no longer, if being asked was all that showed it.
    let still_seen = {
        let done = ctx.write(super::DECIDED, move |tx, actor| {
            approvals::require_seen(tx, actor, approvals::Kind::Task, id.0, version)?;
            super::decide(tx, actor, id, &decision)?;
            Ok(super::get(tx, actor, id).is_ok())
        });
        done.await
    };
    match still_seen {
        Ok(seen) => {
            let back = if seen { format!("/tasks/{id}") } else { "/inbox".to_owned() };
            Ok(Flash::ok(said).redirect(&ctx.visit, &back))
        }
        Err(AppError::Invalid(errors)) => {
            task_page(&ctx, id, StatusCode::UNPROCESSABLE_ENTITY, state.with(errors)).await
        }
        Err(AppError::Conflict(why)) => Ok(Flash::bad(why).redirect(&ctx.visit, &format!("/tasks/{id}"))),
        Err(other) => Err(other),
    }
}

/// Another date.
#[derive(Debug, Deserialize)]
pub struct PostponeForm {
    due_date: jiff::civil::Date,
}

/// `POST /tasks/{id}/postpone`
pub async fn postpone(ctx: Staff, Path(id): Path<TaskId>, form: Form<PostponeForm>) -> Result<Response> {
    let (state, PostponeForm { due_date }) = open!(&ctx, id, form);
    act(&ctx, id, super::CHANGED, state, msg!("The date is changed."), move |tx, actor| {
        edit::change(tx, actor, id, &Change { due_date: Some(due_date), ..Change::default() }).map(|()| None)
    })
    .await
}

/// Somebody else.
#[derive(Debug, Deserialize)]
pub struct ReassignForm {
    assignee: String,
}

/// `POST /tasks/{id}/reassign`
pub async fn reassign(ctx: Staff, Path(id): Path<TaskId>, form: Form<ReassignForm>) -> Result<Response> {
    let (state, ReassignForm { assignee }) = open!(&ctx, id, form);
    act(&ctx, id, super::CHANGED, state, msg!("The task is given on."), move |tx, actor| {
        edit::reassign(tx, actor, id, &assignee).map(|()| None)
    })
    .await
}

/// Buttons without a field of their own.
#[derive(Debug, Deserialize)]
pub struct Nothing {}

/// `POST /tasks/{id}/reopen`
pub async fn reopen(ctx: Hire, Path(id): Path<TaskId>, form: Form<Nothing>) -> Result<Response> {
    act(&ctx, id, super::CHANGED, form.state, msg!("It is open again."), move |tx, actor| {
        edit::reopen(tx, actor, id).map(|()| None)
    })
    .await
}

/// `POST /tasks/{id}/remind`
pub async fn remind(ctx: Staff, Path(id): Path<TaskId>, form: Form<Nothing>) -> Result<Response> {
    act(&ctx, id, super::CHANGED, form.state, msg!("The reminder is sent."), move |tx, actor| {
        talk::remind(tx, actor, id).map(|()| None)
    })
    .await
}

/// A comment, or an answer to one.
#[derive(Debug, Deserialize)]
pub struct CommentForm {
    #[serde(default)]
    body: String,
    parent_id: Option<CommentId>,
}

/// `POST /tasks/{id}/comments`
pub async fn comment(ctx: Hire, Path(id): Path<TaskId>, form: Form<CommentForm>) -> Result<Response> {
    let (state, CommentForm { body, parent_id }) = open!(&ctx, id, form);
    let state = state.set("next", format!("/tasks/{id}#talk"));
    act(&ctx, id, super::COMMENTED, state, msg!("Your comment is there."), move |tx, actor| {
        talk::comment(tx, actor, id, &body, parent_id).map(|_| None)
    })
    .await
}

/// `GET /tasks/{id}/drop`
pub async fn ask_drop(ctx: Staff, Path(id): Path<TaskId>) -> Result<Response> {
    drop_page(&ctx, id, StatusCode::OK, FormState::default()).await
}

async fn drop_page(ctx: &Ctx, id: TaskId, status: StatusCode, form: FormState) -> Result<Response> {
    let task = ctx.read(move |rx, actor| super::led(rx, actor, id)).await?;
    web::page_with(status, &Drop { shell: ctx.shell().await?, form, id, title: task.title })
}

/// Why it is taken out.
#[derive(Debug, Deserialize)]
pub struct DropForm {
    #[serde(default)]
    reason: String,
}

/// `POST /tasks/{id}/drop`
pub async fn take_out(ctx: Staff, Path(id): Path<TaskId>, form: Form<DropForm>) -> Result<Response> {
    let (state, input) = form.open();
    let done = match input {
        Ok(DropForm { reason }) => {
            ctx.write(super::CHANGED, move |tx, actor| edit::take_out(tx, actor, id, &reason)).await
        }
        Err(errors) => Err(errors),
    };
    let back = format!("/tasks/{id}");
    match done {
        Ok(()) => Ok(Flash::ok(msg!("The task is taken out.")).redirect(&ctx.visit, &back)),
        Err(AppError::Invalid(errors)) => {
            drop_page(&ctx, id, StatusCode::UNPROCESSABLE_ENTITY, state.with(errors)).await
        }
        Err(AppError::Conflict(why)) => Ok(Flash::bad(why).redirect(&ctx.visit, &back)),
        Err(other) => Err(other),
    }
}
