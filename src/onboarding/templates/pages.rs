//! Templates as HR edits them: the list, one template with its tasks, and the forms.

use axum::extract::Path;
use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;

use super::sheet::{Sheet, choices, template_form};
use super::{Input, TaskDraft, TaskInput, Template, ready_made};
use crate::auth::{Ctx, Hr};
use crate::error::{AppError, Msg, Result};
use crate::ids::{DepartmentId, LocationId, TemplateId};
use crate::onboarding::model::Part;
use crate::people::EmploymentType;
use crate::storage::{Op, Rx, Tx};
use crate::web::{self, Flash, Form, FormState, Shell, filters};
use crate::{msg, msg_n};

#[derive(askama::Template)]
#[template(path = "onboarding/templates.html")]
struct Templates {
    shell: Shell,
    templates: Vec<Template>,
}

#[derive(askama::Template)]
#[template(path = "onboarding/template.html")]
struct Show {
    shell: Shell,
    form: FormState,
    sheet: Sheet,
    locations: Vec<(String, String)>,
}

#[derive(askama::Template)]
#[template(path = "onboarding/template_form.html")]
struct Edit {
    shell: Shell,
    form: FormState,
    /// `None` for a new one.
    id: Option<TemplateId>,
    name: String,
    departments: Vec<(String, String)>,
    locations: Vec<(String, String)>,
    employment_types: Vec<(String, String)>,
}

#[derive(askama::Template)]
#[template(path = "onboarding/template_task.html")]
struct Task {
    shell: Shell,
    form: FormState,
    id: TemplateId,
    name: String,
    /// `None` for a new one.
    task: Option<i64>,
    stages: Vec<(String, String)>,
    doers: Vec<(String, String)>,
    counts: Vec<(String, String)>,
    completions: Vec<(String, String)>,
    others: Vec<(String, String)>,
}

#[derive(askama::Template)]
#[template(path = "onboarding/template_remove.html")]
struct Remove {
    shell: Shell,
    template: Template,
}
web::pages!(Templates, Show, Edit, Task, Remove);

/// `GET /templates`
pub async fn index(ctx: Hr) -> Result<Response> {
    let templates = ctx.read(super::list).await?;
    web::page(&Templates { shell: ctx.shell().await?, templates })
}

/// `POST /templates/ready-made`: those to begin with.
pub async fn add_ready_made(ctx: Hr) -> Result<Response> {
    let made = ctx.write(super::CREATED, ready_made::seed_templates).await?;
    let count = i64::try_from(made.len()).unwrap_or(i64::MAX);
    let said = msg_n!(count, "{0} template is ready to use.", "{0} templates are ready to use.");
    Ok(Flash::ok(said).redirect(&ctx.visit, "/templates"))
}

/// `GET /templates/new`
pub async fn new(ctx: Hr) -> Result<Response> {
    edit_page(&ctx, None, StatusCode::OK, FormState::default()).await
}

/// `GET /templates/{id}/edit`
pub async fn edit(ctx: Hr, Path(id): Path<TemplateId>) -> Result<Response> {
    let template = ctx.read(move |rx, actor| super::get(rx, actor, id)).await?;
    edit_page(&ctx, Some(id), StatusCode::OK, template_form(&template)).await
}

async fn edit_page(ctx: &Ctx, id: Option<TemplateId>, status: StatusCode, form: FormState) -> Result<Response> {
    let lang = ctx.visit.lang;
    let (name, departments, locations) = ctx
        .read(move |rx, actor| {
            let template = id.map(|id| super::get(rx, actor, id)).transpose()?;
            let (department, location) =
                template.as_ref().map_or((None, None), |t| (t.department.clone(), t.location.clone()));
            let name = template.map(|template| template.name).unwrap_or_default();
            let departments = choices::with_held(choices::departments(rx)?, department);
            Ok((name, departments, choices::with_held(choices::locations(rx)?, location)))
        })
        .await?;
    let kinds = EmploymentType::ALL.iter().map(|kind| (kind.to_string(), lang.text(kind.label()).to_owned()));
    let employment_types = kinds.collect();
    let shell = ctx.shell().await?;
    web::page_with(status, &Edit { shell, form, id, name, departments, locations, employment_types })
}

/// The template as a whole, as the form sends it.
#[derive(Debug, Deserialize)]
pub struct TemplateForm {
    name: String,
    #[serde(default)]
    description: String,
    department_id: Option<DepartmentId>,
    location_id: Option<LocationId>,
    employment_type: Option<EmploymentType>,
}

impl From<TemplateForm> for Input {
    fn from(form: TemplateForm) -> Input {
        let TemplateForm { name, description, department_id, location_id, employment_type } = form;
        Input { name, description, department_id, location_id, employment_type }
    }
}

/// `POST /templates`
pub async fn create(ctx: Hr, form: Form<TemplateForm>) -> Result<Response> {
    save(&ctx, None, form).await
}

/// `POST /templates/{id}`
pub async fn update(ctx: Hr, Path(id): Path<TemplateId>, form: Form<TemplateForm>) -> Result<Response> {
    save(&ctx, Some(id), form).await
}

async fn save(ctx: &Ctx, id: Option<TemplateId>, form: Form<TemplateForm>) -> Result<Response> {
    let (state, input) = form.open();
    let op = if id.is_some() { super::CHANGED } else { super::CREATED };
    let saved = match input.map(Input::from) {
        Ok(input) => {
            ctx.write(op, move |tx, actor| match id {
                Some(id) => super::update(tx, actor, id, &input).map(|()| id),
                None => super::create(tx, actor, &input),
            })
            .await
        }
        Err(errors) => Err(errors),
    };
    match saved {
        Ok(id) => Ok(Flash::ok(msg!("Saved.")).redirect(&ctx.visit, &format!("/templates/{id}"))),
        Err(AppError::Invalid(errors)) => {
            edit_page(ctx, id, StatusCode::UNPROCESSABLE_ENTITY, state.with(errors)).await
        }
        Err(other) => Err(other),
    }
}

/// For which first day, at which location, the due dates are shown.
#[derive(Debug, Default, Deserialize)]
struct Preview {
    date: Option<Date>,
    location_id: Option<LocationId>,
}

/// `GET /templates/{id}?date=&location_id=`
pub async fn show(ctx: Hr, Path(id): Path<TemplateId>, RawQuery(query): RawQuery) -> Result<Response> {
    let Form { input, state } = Form::<Preview>::read(query.unwrap_or_default().as_bytes());
    let (preview, state, status) = match input {
        Ok(preview) => (preview, state, StatusCode::OK),
        Err(errors) => (Preview::default(), state.with(errors), StatusCode::UNPROCESSABLE_ENTITY),
    };
    let format = ctx.format();
    let (sheet, locations) = ctx
        .read(move |rx, actor| {
            let sheet = Sheet::read(rx, actor, &format, id, preview.date, preview.location_id)?;
            Ok((sheet, choices::locations(rx)?))
        })
        .await?;
    web::page_with(status, &Show { shell: ctx.shell().await?, form: state, sheet, locations })
}

/// `POST /templates/{id}/publish`
pub async fn publish(ctx: Hr, Path(id): Path<TemplateId>) -> Result<Response> {
    let said = act(&ctx, super::PUBLISHED, move |tx, actor| {
        super::publish(tx, actor, id)
            .map(|version| msg!("Version {0} is published. New colleagues get it from now on.", version))
    });
    Ok(said.await?.redirect(&ctx.visit, &format!("/templates/{id}")))
}

/// `POST /templates/{id}/copy`
pub async fn copy(ctx: Hr, Path(id): Path<TemplateId>) -> Result<Response> {
    let copy = ctx.write(super::CREATED, move |tx, actor| super::copy(tx, actor, id, "")).await?;
    Ok(Flash::ok(msg!("This is the copy. Give it a name.")).redirect(&ctx.visit, &format!("/templates/{copy}/edit")))
}

/// `GET /templates/{id}/remove`
pub async fn ask_remove(ctx: Hr, Path(id): Path<TemplateId>) -> Result<Response> {
    let template = ctx.read(move |rx, actor| super::get(rx, actor, id)).await?;
    web::page(&Remove { shell: ctx.shell().await?, template })
}

/// `POST /templates/{id}/remove`
pub async fn remove(ctx: Hr, Path(id): Path<TemplateId>) -> Result<Response> {
    ctx.write(super::REMOVED, move |tx, actor| super::remove(tx, actor, id)).await?;
    Ok(Flash::ok(msg!("The template is removed.")).redirect(&ctx.visit, "/templates"))
}

/// `GET /templates/{id}/tasks/new`
pub async fn new_task(ctx: Hr, Path(id): Path<TemplateId>) -> Result<Response> {
    let form = FormState::of([("required", "true"), ("days_offset", "1"), ("day_count", "working")]);
    task_page(&ctx, id, None, StatusCode::OK, form).await
}

/// `GET /templates/{id}/tasks/{task}`
pub async fn edit_task(ctx: Hr, Path((id, task)): Path<(TemplateId, i64)>) -> Result<Response> {
    let form = ctx
        .read(move |rx, actor| {
            let tasks = super::tasks(rx, actor, id)?;
            let own = tasks.iter().find(|known| known.id == task).ok_or(AppError::NotFound)?;
            let fixed = [
                ("title", own.title.clone()),
                ("description", own.description.clone()),
                ("category", own.category.to_string()),
                ("assignee", own.part.to_string()),
                ("days_offset", own.days_offset.to_string()),
                ("day_count", own.day_count.to_string()),
                ("required", own.required.to_string()),
                ("completion", own.completion.to_string()),
            ];
            let needs =
                own.depends_on.iter().filter_map(|at| tasks.get(*at)).map(|need| ("depends_on", need.id.to_string()));
            Ok(FormState::of(fixed.into_iter().chain(needs)))
        })
        .await?;
    task_page(&ctx, id, Some(task), StatusCode::OK, form).await
}

async fn task_page(
    ctx: &Ctx,
    id: TemplateId,
    task: Option<i64>,
    status: StatusCode,
    form: FormState,
) -> Result<Response> {
    let lang = ctx.visit.lang;
    let (template, tasks, doers) = ctx
        .read(move |rx, actor| {
            let tasks = super::tasks(rx, actor, id)?;
            let mut doers = crate::onboarding::tasks::choices::doers(rx, actor, lang)?;
            // Who has left stays with the task until somebody else is chosen.
            if let Some(held) = tasks.iter().find(|known| Some(known.id) == task).map(|known| &known.part)
                && doers.iter().all(|(value, _)| *value != held.to_string())
            {
                doers.push((held.to_string(), lang.msg(&held.label())));
            }
            Ok((super::get(rx, actor, id)?, tasks, doers))
        })
        .await?;
    let words = choices::Words::new(lang);
    let page = Task {
        shell: ctx.shell().await?,
        form,
        id,
        name: template.name,
        task,
        stages: words.stages,
        doers,
        counts: words.counts,
        completions: words.completions,
        others: tasks
            .into_iter()
            .filter(|other| Some(other.id) != task)
            .map(|other| (other.id.to_string(), other.title))
            .collect(),
    };
    web::page_with(status, &page)
}

/// A task as the form sends it; `depends_on` are ids of tasks of the same draft.
#[derive(Debug, Deserialize)]
pub struct TaskForm {
    title: String,
    #[serde(default)]
    description: String,
    category: String,
    assignee: String,
    days_offset: i32,
    day_count: String,
    #[serde(default)]
    required: bool,
    completion: String,
    #[serde(default)]
    depends_on: Vec<i64>,
}

/// `POST /templates/{id}/tasks`
pub async fn add_task(ctx: Hr, Path(id): Path<TemplateId>, form: Form<TaskForm>) -> Result<Response> {
    save_task(&ctx, id, None, form).await
}

/// `POST /templates/{id}/tasks/{task}`
pub async fn change_task(ctx: Hr, Path((id, task)): Path<(TemplateId, i64)>, form: Form<TaskForm>) -> Result<Response> {
    save_task(&ctx, id, Some(task), form).await
}

async fn save_task(ctx: &Ctx, id: TemplateId, task: Option<i64>, form: Form<TaskForm>) -> Result<Response> {
    let (state, input) = form.open();
    let saved = match input {
        Ok(input) => ctx.write(super::CHANGED, move |tx, actor| write_task(tx, actor, id, task, input)).await,
        Err(errors) => Err(errors),
    };
    match saved {
        Ok(()) => Ok(Flash::ok(msg!("Saved.")).redirect(&ctx.visit, &format!("/templates/{id}"))),
        Err(AppError::Invalid(errors)) => {
            task_page(ctx, id, task, StatusCode::UNPROCESSABLE_ENTITY, state.with(errors)).await
        }
        Err(other) => Err(other),
    }
}

fn write_task(
    tx: &mut Tx<'_>,
    actor: &crate::auth::Actor,
    id: TemplateId,
    task: Option<i64>,
    form: TaskForm,
) -> Result<()> {
    let mut drafts = drafts(tx, actor, id)?;
    let place = match task {
        Some(task) => place_of(&drafts, task)?,
        None => drafts.len(),
    };
    let needed = |need: &i64| match place_of(&drafts, *need) {
        Err(AppError::NotFound) => {
            Err(AppError::invalid("depends_on", "A task that this one waits for was removed meanwhile. Choose again."))
        }
        found => found,
    };
    let depends_on = form.depends_on.iter().map(needed).collect::<Result<_>>()?;
    // A person who has left may stay where they stand, and is chosen no more.
    let held = task.map(|_| drafts[place].part.clone()).filter(|part| part.to_string() == form.assignee);
    let input = TaskInput {
        id: task,
        title: form.title,
        description: form.description,
        category: form.category,
        assignee: if held.is_some() { Part::Hr.to_string() } else { form.assignee },
        days_offset: form.days_offset,
        day_count: form.day_count,
        sort_order: None,
        required: form.required,
        depends_on,
        completion: form.completion,
    };
    let read = TaskDraft::read_one(tx, &input)?;
    let draft = TaskDraft { part: held.unwrap_or_else(|| read.part.clone()), ..read };
    match task {
        Some(_) => drafts[place] = draft,
        None => drafts.push(draft),
    }
    super::set_tasks(tx, actor, id, &drafts).map_err(circle_of_one)
}

/// On the form of one task a circle is a matter of its own list of tasks to wait for.
fn circle_of_one(error: AppError) -> AppError {
    match error {
        AppError::Invalid(errors) => {
            let mut own = crate::error::FieldErrors::new();
            for (field, message) in errors.0 {
                own.add(if field.ends_with(".depends_on") { "depends_on".into() } else { field }, message);
            }
            AppError::Invalid(own)
        }
        other => other,
    }
}

fn drafts(rx: &Rx<'_>, actor: &crate::auth::Actor, id: TemplateId) -> Result<Vec<TaskDraft>> {
    Ok(super::tasks(rx, actor, id)?.iter().map(TaskDraft::kept).collect())
}

/// Where a row stands in the draft; one that is gone meanwhile is not found.
fn place_of(drafts: &[TaskDraft], row: i64) -> Result<usize> {
    drafts.iter().position(|draft| draft.id == Some(row)).ok_or(AppError::NotFound)
}

/// `POST /templates/{id}/tasks/{task}/remove`
pub async fn remove_task(ctx: Hr, Path((id, task)): Path<(TemplateId, i64)>) -> Result<Response> {
    let said = act(&ctx, super::CHANGED, move |tx, actor| {
        let mut drafts = drafts(tx, actor, id)?;
        let place = place_of(&drafts, task)?;
        let kept: Vec<usize> = (0..drafts.len()).filter(|at| *at != place).collect();
        let title = drafts[place].title.clone();
        drafts = super::draft::reordered(&drafts, &kept);
        super::set_tasks(tx, actor, id, &drafts)?;
        Ok(msg!("“{0}” is removed.", title))
    });
    Ok(said.await?.redirect(&ctx.visit, &format!("/templates/{id}")))
}

/// Which way a task moves within its stage.
#[derive(Debug, Deserialize)]
pub struct MoveForm {
    to: String,
}

/// `POST /templates/{id}/tasks/{task}/move`
pub async fn move_task(ctx: Hr, Path((id, task)): Path<(TemplateId, i64)>, form: Form<MoveForm>) -> Result<Response> {
    let up = form.open().1?.to == "up";
    ctx.write(super::CHANGED, move |tx, actor| {
        let drafts = drafts(tx, actor, id)?;
        let place = place_of(&drafts, task)?;
        let same_stage = |at: &usize| drafts[*at].category == drafts[place].category;
        let other = if up { (0..place).rev().find(same_stage) } else { (place + 1..drafts.len()).find(same_stage) };
        let Some(other) = other else { return Ok(()) };
        let mut order: Vec<usize> = (0..drafts.len()).collect();
        order.swap(place, other);
        super::set_tasks(tx, actor, id, &super::draft::reordered(&drafts, &order))
    })
    .await?;
    Ok(web::redirect(&format!("/templates/{id}#k{task}")))
}

/// Does something, and says what was done or what stands in the way.
async fn act<F>(ctx: &Ctx, op: Op, f: F) -> Result<Flash>
where
    F: FnOnce(&mut Tx<'_>, &crate::auth::Actor) -> Result<Msg> + Send + 'static,
{
    match ctx.write(op, f).await {
        Ok(said) => Ok(Flash::ok(said)),
        Err(AppError::Conflict(why)) => Ok(Flash::bad(why)),
        Err(AppError::Invalid(errors)) => match errors.0.into_iter().next() {
            Some((_, why)) => Ok(Flash::bad(why)),
            None => Err(AppError::Invalid(crate::error::FieldErrors::new())),
        },
        Err(other) => Err(other),
    }
}
