//! The board of onboardings, one onboarding, and what HR and managers change in it.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::board::{Board, Sheet};
use super::{NewRun, Run, RunStatus};
use crate::auth::{Ctx, Hr, Manager, Staff};
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::{EmployeeId, OnboardingId, TemplateId};
use crate::onboarding::tasks::{self, NewTask, choices};
use crate::onboarding::templates;
use crate::onboarding::templates::sheet::choices::Words;
use crate::people::{self, directory};
use crate::web::listing::ListQuery;
use crate::web::parts::Pager;
use crate::web::{self, Flash, Form, FormState, Format, Shell, filters};
use crate::{msg, tr};

#[derive(askama::Template)]
#[template(path = "onboarding/index.html")]
struct Index {
    shell: Shell,
    board: Board,
    sheet: Option<Sheet>,
    /// The page of one run: a phone shows that, else the list.
    one: bool,
    hr: bool,
    form: FormState,
    people: Vec<(String, String)>,
    /// Where a button on the page comes back to.
    here: String,
}

#[derive(askama::Template)]
#[template(path = "onboarding/add_task.html")]
struct AddTask {
    shell: Shell,
    form: FormState,
    name: String,
    id: OnboardingId,
    stages: Vec<(String, String)>,
    doers: Vec<(String, String)>,
    completions: Vec<(String, String)>,
}

#[derive(askama::Template)]
#[template(path = "onboarding/cancel.html")]
struct Cancel {
    shell: Shell,
    form: FormState,
    name: String,
    id: OnboardingId,
}

#[derive(askama::Template)]
#[template(path = "onboarding/start.html")]
struct Start {
    shell: Shell,
    form: FormState,
    people: Vec<(String, String)>,
    templates: Vec<(String, String)>,
}
#[derive(askama::Template)]
#[template(path = "onboarding/ended.html")]
struct Ended {
    shell: Shell,
    title: String,
    rows: Vec<EndedRow>,
    pager: Pager,
}

/// One run of the list of those that ended.
struct EndedRow {
    id: OnboardingId,
    name: String,
    first_day: String,
    /// Glyph and words (a key of the catalogues).
    state: (&'static str, &'static str),
    /// Empty while it goes on.
    ended: String,
    done: u32,
    total: u32,
}
web::pages!(Index, AddTask, Cancel, Start, Ended);

/// `GET /onboarding`
pub async fn index(ctx: Manager) -> Result<Response> {
    show_page(&ctx, None, StatusCode::OK, FormState::default()).await
}

/// `GET /onboarding/{id}`
pub async fn show(ctx: Staff, Path(id): Path<OnboardingId>) -> Result<Response> {
    show_page(&ctx, Some(id), StatusCode::OK, FormState::default()).await
}

/// `GET /onboarding/ended?employee_id=`: what the board shows no more; of one person all.
pub async fn ended(ctx: Manager, query: ListQuery) -> Result<Response> {
    let listing = query.listing(&[], &["employee_id"])?;
    let employee: Option<EmployeeId> = listing.filter("employee_id")?;
    let format = ctx.format();
    let read = ctx.read(move |rx, actor| {
        let name = match employee {
            Some(id) if people::reach(rx, actor, id)?.leads() => Some(people::get(rx, id)?.name()),
            Some(_) => return Err(AppError::NotFound),
            None => None,
        };
        let (runs, total) = super::ended(rx, actor, employee, listing.limit(), listing.offset())?;
        let title = match name {
            Some(name) => msg!("Onboardings of {0}", name),
            None => msg!("Ended onboardings"),
        };
        let rows = runs.into_iter().map(|run| ended_row(run, &format)).collect();
        Ok((format.lang.msg(&title), rows, Pager::new(&format, &listing, total)))
    });
    let (title, rows, pager) = read.await?;
    web::page(&Ended { shell: ctx.shell().await?, title, rows, pager })
}

fn ended_row(run: Run, format: &Format) -> EndedRow {
    EndedRow {
        id: run.id,
        name: run.employee.name,
        first_day: format.day(run.join_date),
        state: match run.status {
            RunStatus::Running => ("wait", tr!("under way")),
            RunStatus::Finished => ("ok", tr!("complete")),
            RunStatus::Cancelled => ("off", tr!("cancelled")),
        },
        ended: run.ended_at.map(|at| format.day(at.to_zoned(format.zone.clone()).date())).unwrap_or_default(),
        done: run.progress.completed,
        total: run.progress.total,
    }
}

async fn show_page(ctx: &Ctx, id: Option<OnboardingId>, status: StatusCode, form: FormState) -> Result<Response> {
    let format = ctx.format();
    let (board, sheet, people) = ctx
        .read(move |rx, actor| {
            let mut board = Board::read(rx, actor, &format, id)?;
            let chosen = id.or(board.first());
            if id.is_none() {
                board
                    .groups
                    .iter_mut()
                    .flat_map(|group| &mut group.runs)
                    .for_each(|card| card.current = Some(card.id) == chosen);
            }
            let sheet = chosen.map(|id| Sheet::read(rx, actor, &format, id)).transpose()?;
            let people = directory::choices(rx, format.today())?;
            Ok((board, sheet, people))
        })
        .await?;
    let hire = sheet.as_ref().map(|sheet| sheet.employee_id);
    let here = sheet.as_ref().map_or("/onboarding".to_owned(), |sheet| format!("/onboarding/{}", sheet.id));
    let buddy = sheet.as_ref().and_then(|sheet| sheet.buddy_id).map(|id| id.to_string()).unwrap_or_default();
    let form = if form.value("buddy_id").is_empty() { form.set("buddy_id", buddy) } else { form };
    let people = people.into_iter().filter(|person| Some(person.id) != hire);
    let page = Index {
        shell: ctx.shell().await?,
        board,
        sheet,
        one: id.is_some(),
        hr: ctx.actor.is_hr(),
        form,
        people: people.map(|person| (person.id.to_string(), person.name)).collect(),
        here,
    };
    web::page_with(status, &page)
}

/// Who is named as buddy; nobody where it is left empty.
#[derive(Debug, Deserialize)]
pub struct BuddyForm {
    buddy_id: Option<EmployeeId>,
}

/// `POST /onboarding/{id}/buddy`
pub async fn set_buddy(ctx: Staff, Path(id): Path<OnboardingId>, form: Form<BuddyForm>) -> Result<Response> {
    let (state, input) = form.open();
    let done = match input {
        Ok(input) => ctx.write(super::CHANGED, move |tx, actor| super::set_buddy(tx, actor, id, input.buddy_id)).await,
        Err(errors) => Err(errors),
    };
    match done {
        Ok(()) => Ok(Flash::ok(msg!("The buddy is changed.")).redirect(&ctx.visit, &format!("/onboarding/{id}"))),
        Err(AppError::Invalid(errors)) => {
            show_page(&ctx, Some(id), StatusCode::UNPROCESSABLE_ENTITY, state.with(errors)).await
        }
        Err(other) => Err(other),
    }
}

/// `GET /onboarding/{id}/cancel`
pub async fn ask_cancel(ctx: Hr, Path(id): Path<OnboardingId>) -> Result<Response> {
    cancel_page(&ctx, id, StatusCode::OK, FormState::default()).await
}

async fn cancel_page(ctx: &Ctx, id: OnboardingId, status: StatusCode, form: FormState) -> Result<Response> {
    let name = ctx.read(move |rx, actor| super::get(rx, actor, id)).await?.employee.name;
    web::page_with(status, &Cancel { shell: ctx.shell().await?, form, name, id })
}

/// Why it ends early.
#[derive(Debug, Deserialize)]
pub struct CancelForm {
    #[serde(default)]
    reason: String,
}

/// `POST /onboarding/{id}/cancel`
pub async fn cancel(ctx: Hr, Path(id): Path<OnboardingId>, form: Form<CancelForm>) -> Result<Response> {
    let (state, input) = form.open();
    let done = match input {
        Ok(input) => ctx.write(super::CANCELLED, move |tx, actor| super::cancel(tx, actor, id, &input.reason)).await,
        Err(errors) => Err(errors),
    };
    match done {
        Ok(()) => {
            Ok(Flash::ok(msg!("The onboarding is cancelled.")).redirect(&ctx.visit, &format!("/onboarding/{id}")))
        }
        Err(AppError::Invalid(errors)) => {
            cancel_page(&ctx, id, StatusCode::UNPROCESSABLE_ENTITY, state.with(errors)).await
        }
        Err(other) => Err(other),
    }
}

/// `GET /onboarding/{id}/tasks/new`
pub async fn new_task(ctx: Staff, Path(id): Path<OnboardingId>) -> Result<Response> {
    task_page(&ctx, id, StatusCode::OK, FormState::of([("required", "true")])).await
}

async fn task_page(ctx: &Ctx, id: OnboardingId, status: StatusCode, form: FormState) -> Result<Response> {
    let lang = ctx.visit.lang;
    let (name, doers) = ctx
        .read(move |rx, actor| Ok((super::get(rx, actor, id)?.employee.name, choices::doers(rx, actor, lang)?)))
        .await?;
    let Words { stages, completions, .. } = Words::new(lang);
    web::page_with(status, &AddTask { shell: ctx.shell().await?, form, name, id, stages, doers, completions })
}

/// A task to be added, as the form sends it.
#[derive(Debug, Deserialize)]
pub struct TaskForm {
    title: String,
    #[serde(default)]
    description: String,
    category: String,
    assignee: String,
    due_date: jiff::civil::Date,
    #[serde(default)]
    required: bool,
    completion: String,
}

/// `POST /onboarding/{id}/tasks`
pub async fn add_task(ctx: Staff, Path(id): Path<OnboardingId>, form: Form<TaskForm>) -> Result<Response> {
    let (state, input) = form.open();
    let done = match input {
        Ok(input) => {
            let TaskForm { title, description, category, assignee, due_date, required, completion } = input;
            let new = NewTask {
                onboarding_id: id,
                title,
                description,
                category,
                assignee,
                due_date,
                required,
                completion,
                depends_on: Vec::new(),
            };
            ctx.write(tasks::ADDED, move |tx, actor| tasks::edit::add(tx, actor, &new)).await.map(|_| ())
        }
        Err(errors) => Err(errors),
    };
    match done {
        Ok(()) => Ok(Flash::ok(msg!("The task is added.")).redirect(&ctx.visit, &format!("/onboarding/{id}"))),
        Err(AppError::Invalid(errors)) => {
            task_page(&ctx, id, StatusCode::UNPROCESSABLE_ENTITY, state.with(errors)).await
        }
        Err(other) => Err(other),
    }
}

/// Whose onboarding starts, from which template: in the address it fills the form, in a body it starts.
#[derive(Debug, Deserialize)]
pub struct StartForm {
    employee_id: EmployeeId,
    template_id: TemplateId,
    buddy_id: Option<EmployeeId>,
}

/// `GET /onboarding/start?employee_id=`: for somebody who is entered already.
pub async fn ask_start(ctx: Hr, query: axum::extract::RawQuery) -> Result<Response> {
    let form = FormState::read(query.0.unwrap_or_default().as_bytes());
    start_page(&ctx, StatusCode::OK, form).await
}

async fn start_page(ctx: &Ctx, status: StatusCode, form: FormState) -> Result<Response> {
    let (people, templates) = ctx
        .read(move |rx, actor| Ok((directory::choices(rx, actor.today(rx.now()))?, templates::published(rx, actor)?)))
        .await?;
    let page = Start {
        shell: ctx.shell().await?,
        form,
        people: people.into_iter().map(|person| (person.id.to_string(), person.name)).collect(),
        templates: templates.into_iter().map(|template| (template.id.to_string(), template.name)).collect(),
    };
    web::page_with(status, &page)
}

/// `POST /onboarding/start`
pub async fn start(ctx: Hr, form: Form<StartForm>) -> Result<Response> {
    let (state, input) = form.open();
    let done = match input {
        Ok(StartForm { employee_id, template_id, buddy_id }) => {
            let new = NewRun { employee_id, template_id, buddy_id };
            ctx.write(super::STARTED, move |tx, actor| super::start(tx, actor, new)).await
        }
        Err(errors) => Err(errors),
    };
    let errors = match done {
        Ok(id) => {
            return Ok(Flash::ok(msg!("The onboarding has begun.")).redirect(&ctx.visit, &format!("/onboarding/{id}")));
        }
        Err(AppError::Invalid(errors)) => errors,
        Err(AppError::Conflict(message)) => {
            let mut errors = FieldErrors::new();
            errors.add("employee_id", message);
            errors
        }
        Err(other) => return Err(other),
    };
    start_page(&ctx, StatusCode::UNPROCESSABLE_ENTITY, state.with(errors)).await
}
