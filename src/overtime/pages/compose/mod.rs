//! The form of overtime beside what it comes to: sent, changed, or confirmed with the times that were worked. Where
//! scripts run the right side follows what is typed; where they do not, "Preview" is a button, and so is "Add a break".

mod pieces;
mod read;

use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use pieces::Pieces;
use read::{Read, break_rows, filled, without_break};

use super::look::Look;
use super::show;
use crate::auth::{Actor, Ctx, Staff};
use crate::error::{AppError, FieldErrors, Msg, Result};
use crate::ids::{EmployeeId, OvertimeId, ProjectId};
use crate::leave;
use crate::msg;
use crate::overtime::weigh;
use crate::overtime::words::format_for;
use crate::overtime::{CHANGED, CONFIRMED, SENT, href, project, toil};
use crate::people;
use crate::storage::Rx;
use crate::web::parts::Event;
use crate::web::{self, Flash, Form, FormState, Shell, filters};

/// What the form is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Task {
    New,
    Change(OvertimeId),
    /// Only the times.
    Confirm(OvertimeId),
}

impl Task {
    fn id(self) -> Option<OvertimeId> {
        match self {
            Task::New => None,
            Task::Change(id) | Task::Confirm(id) => Some(id),
        }
    }

    fn action(self) -> String {
        match self {
            Task::New => "/overtime/new".to_owned(),
            Task::Change(id) => format!("{}/edit", href(id)),
            Task::Confirm(id) => format!("{}/confirm", href(id)),
        }
    }

    /// As the form names it for the preview.
    fn read(state: &FormState) -> Task {
        let id = |name: &str| state.value(name).parse().ok();
        id("confirms").map(Task::Confirm).or_else(|| id("instead_of").map(Task::Change)).unwrap_or(Task::New)
    }
}

/// The page of the form.
#[derive(Debug, askama::Template)]
#[template(path = "overtime/new.html")]
struct New {
    shell: Shell,
    content: Content,
}
web::pages!(New);

/// Everything on the page but the shell.
#[derive(Debug)]
struct Content {
    title: String,
    action: String,
    back: String,
    form: FormState,
    /// The times alone are asked for.
    times_only: bool,
    /// Whom HR may enter it for; empty for everybody else.
    people: Vec<(String, String)>,
    projects: Vec<(String, String)>,
    compensations: Vec<(&'static str, String, &'static str)>,
    stages: Vec<(&'static str, String, &'static str)>,
    /// HR may go beyond limits and over leave.
    hr: bool,
    question: Option<show::Question>,
    timeline: Vec<Event>,
    breaks: Vec<BreakRow>,
    pieces: Pieces,
}

/// One row of the breaks, filled or empty.
#[derive(Debug)]
struct BreakRow {
    /// From 1.
    number: usize,
    start: String,
    end: String,
    wrong: bool,
}

/// What replaces its counterparts on the page as the form is filled.
#[derive(Debug, askama::Template)]
#[template(path = "overtime/preview.html")]
struct Fragment {
    pieces: Pieces,
}

/// The controls are read one by one: breaks are pairs of them, and half a break is an error.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Typed {}

/// For whom the form is: HR's choice, else oneself.
fn whose(rx: &Rx<'_>, actor: &Actor, state: &FormState, task: Task) -> Result<EmployeeId> {
    if let Some(id) = task.id() {
        return Ok(crate::overtime::get(rx, actor, id)?.employee_id());
    }
    let chosen: Option<EmployeeId> = state.value("employee_id").parse().ok();
    let employee = match chosen.or(actor.employee_id) {
        Some(employee) => employee,
        None => first_choice(rx, actor)?,
    };
    weigh::may_ask_for(rx, actor, employee)?;
    Ok(employee)
}

/// Whom the form is about where HR without a record of their own has not chosen yet.
fn first_choice(rx: &Rx<'_>, actor: &Actor) -> Result<EmployeeId> {
    actor.require_hr()?;
    let first = people::directory::choices(rx, actor.today(rx.now()))?.into_iter().next();
    first.map_or_else(|| actor.require_employee(), |person| Ok(EmployeeId(person.id)))
}

impl Content {
    fn of(rx: &Rx<'_>, actor: &Actor, task: Task, form: FormState, more_rows: usize) -> Result<Content> {
        let format = format_for(actor, rx.now());
        let employee = whose(rx, actor, &form, task)?;
        let for_another = actor.employee_id != Some(employee);
        let name = people::get(rx, employee)?.name();
        let pieces = Pieces::of(rx, actor, task, &form, employee, &format)?;
        let say = |words: &Msg| format.lang.msg(words);
        let title = match (task, for_another) {
            (Task::New, false) => msg!("Record overtime"),
            (Task::New, true) => msg!("Enter overtime for {0}", name),
            (Task::Change(_) | Task::Confirm(_), _) => {
                let date = form.value("date").parse().map_or_else(|_| String::new(), |date| format.day_long(date));
                let words = if matches!(task, Task::Change(_)) { "Overtime on {0}" } else { "Confirm overtime on {0}" };
                Msg::new(words).arg(date)
            }
        };
        let typed = break_rows(&form);
        let filled = typed.len();
        let rows = typed.into_iter().chain((0..more_rows).map(|_| (String::new(), String::new())));
        let breaks = rows.zip(1..).map(|((start, end), number)| BreakRow {
            wrong: number <= filled && pieces.break_errors.iter().any(|(row, _)| row + 1 == number),
            number,
            start,
            end,
        });
        let (question, timeline) = match task {
            Task::Change(id) => (
                show::question(rx, id, &format)?,
                crate::approvals::events(rx, actor, crate::approvals::Kind::Overtime, id.0, &format)?,
            ),
            _ => (None, Vec::new()),
        };
        let mut projects: Vec<(String, String)> =
            project::list(rx, true)?.into_iter().map(|one| (one.id.to_string(), one.name)).collect();
        // Overtime keeps its project although that is out of use by now.
        if let Ok(id) = form.value("project_id").parse::<ProjectId>()
            && !projects.iter().any(|(value, _)| *value == id.to_string())
            && let Ok(one) = project::get(rx, id)
        {
            projects.push((id.to_string(), one.name));
        }
        let mut people = Vec::new();
        if actor.is_hr() && task == Task::New {
            let choices = people::directory::choices(rx, actor.today(rx.now()))?;
            people = choices.into_iter().map(|person| (person.id.to_string(), person.name)).collect();
        }
        let text = |words: &'static str| format.lang.text(words).to_owned();
        let mut compensations = vec![("pay", text(crate::tr!("Pay")), "")];
        if toil::kind(rx)?.is_some() {
            compensations.insert(0, ("toil", text(crate::tr!("Time off in lieu")), ""));
        }
        let stages = vec![("worked", text(crate::tr!("Worked")), ""), ("planned", text(crate::tr!("Planned")), "")];
        Ok(Content {
            title: say(&title),
            action: task.action(),
            back: task.id().map_or_else(|| "/overtime".to_owned(), href),
            form: form_with(form, task).set("employee_id", employee.to_string()),
            people,
            times_only: matches!(task, Task::Confirm(_)),
            projects,
            compensations,
            stages,
            hr: actor.is_hr(),
            question,
            timeline,
            breaks: breaks.collect(),
            pieces,
        })
    }

    async fn show(self, ctx: &Ctx, status: StatusCode) -> Result<Response> {
        web::page_with(status, &New { shell: ctx.shell().await?, content: self })
    }
}

/// The form says in hidden fields what it is for, so that the preview knows.
fn form_with(form: FormState, task: Task) -> FormState {
    match task {
        Task::New => form,
        Task::Change(id) => form.set("instead_of", id.to_string()),
        Task::Confirm(id) => form.set("confirms", id.to_string()),
    }
}

/// `GET /overtime/new`: empty, or filled from the address.
pub async fn new(ctx: Staff, RawQuery(query): RawQuery) -> Result<Response> {
    if let Some(first) = crate::auth::first_time::pages::first(&ctx) {
        return Ok(first);
    }
    let state = FormState::read(query.unwrap_or_default().as_bytes());
    let content = ctx.read(move |rx, actor| {
        let more_rows = usize::from(break_rows(&state).is_empty());
        Content::of(rx, actor, Task::New, state, more_rows)
    });
    content.await?.show(&ctx, StatusCode::OK).await
}

/// `GET /overtime/{id}/edit`: the person's own, while it is not decided.
pub async fn edit(ctx: Staff, Path(id): Path<OvertimeId>) -> Result<Response> {
    open(&ctx, Task::Change(id)).await
}

/// `GET /overtime/{id}/confirm`
pub async fn confirm(ctx: Staff, Path(id): Path<OvertimeId>) -> Result<Response> {
    open(&ctx, Task::Confirm(id)).await
}

async fn open(ctx: &Ctx, task: Task) -> Result<Response> {
    let content = ctx.read(move |rx, actor| {
        let id = task.id().ok_or(AppError::NotFound)?;
        let wanted = crate::overtime::wanted_of(rx, actor, id)?;
        weigh::may_ask_for(rx, actor, wanted.employee_id)?;
        Content::of(rx, actor, task, filled(&wanted), usize::from(wanted.breaks.is_empty()))
    });
    content.await?.show(ctx, StatusCode::OK).await
}

/// `POST /overtime/new`: adds a row for a break, shows the preview, or sends.
pub async fn submit(ctx: Staff, form: Form<Typed>) -> Result<Response> {
    take(&ctx, form.state, Task::New).await
}

/// `POST /overtime/{id}/edit`
pub async fn amend(ctx: Staff, Path(id): Path<OvertimeId>, form: Form<Typed>) -> Result<Response> {
    take(&ctx, form.state, Task::Change(id)).await
}

/// `POST /overtime/{id}/confirm`
pub async fn confirmed(ctx: Staff, Path(id): Path<OvertimeId>, form: Form<Typed>) -> Result<Response> {
    take(&ctx, form.state, Task::Confirm(id)).await
}

/// `POST /overtime/preview`: the pieces of the page that follow what is typed.
pub async fn preview(ctx: Staff, form: Form<Typed>) -> Result<Response> {
    let state = form.state;
    let pieces = ctx.read(move |rx, actor| {
        let task = Task::read(&state);
        let employee = whose(rx, actor, &state, task)?;
        Pieces::of(rx, actor, task, &state, employee, &format_for(actor, rx.now()))
    });
    web::page::fragment(ctx.visit.lang, &Fragment { pieces: pieces.await? })
}

async fn take(ctx: &Ctx, mut state: FormState, task: Task) -> Result<Response> {
    let press = state.value("do").to_owned();
    if let Some(number) = press.strip_prefix("remove_") {
        state = without_break(&state, number.parse().unwrap_or(0));
    }
    let more_rows = usize::from(press == "add_break" || break_rows(&state).is_empty());
    let (status, errors) = match press.as_str() {
        "send" => match send(ctx, &state, task).await {
            Ok(response) => return Ok(response),
            Err(AppError::Invalid(errors)) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
            Err(AppError::Conflict(why)) => {
                let mut errors = FieldErrors::new();
                errors.add("", why);
                (StatusCode::CONFLICT, errors)
            }
            Err(other) => return Err(other),
        },
        _ => (StatusCode::OK, FieldErrors::new()),
    };
    let content = ctx.read(move |rx, actor| {
        let format = format_for(actor, rx.now());
        let errors = leave::words::dated_errors(errors, &format);
        Content::of(rx, actor, task, state.with(errors), more_rows)
    });
    content.await?.show(ctx, status).await
}

async fn send(ctx: &Ctx, state: &FormState, task: Task) -> Result<Response> {
    let typed = state.clone();
    let op = match task {
        Task::New => SENT,
        Task::Change(_) => CHANGED,
        Task::Confirm(_) => CONFIRMED,
    };
    let sent = ctx.write(op, move |tx, actor| {
        let employee = whose(tx, actor, &typed, task)?;
        let mut read = Read::of(&typed, employee);
        let errors = std::mem::take(&mut read.errors);
        let Some(wanted) = read.wanted.clone().filter(|_| errors.is_empty()) else {
            return Err(AppError::Invalid(errors));
        };
        let done = match task {
            Task::New => crate::overtime::send(tx, actor, &wanted),
            Task::Change(id) => crate::overtime::change(tx, actor, id, &wanted).map(|()| id),
            Task::Confirm(id) => crate::overtime::confirm(tx, actor, id, &wanted).map(|_| id),
        };
        let id = done.map_err(|error| match error {
            AppError::Invalid(errors) => AppError::Invalid(read.to_rows(errors)),
            other => other,
        })?;
        show::said(tx, actor, id)
    });
    let (id, words) = sent.await?;
    Ok(Flash::ok(words).redirect(&ctx.visit, &href(id)))
}
