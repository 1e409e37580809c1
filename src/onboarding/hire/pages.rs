//! The page on which HR enters a new colleague, beside the tasks that it will make.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;

use super::input::Input;
use crate::auth::{Actor, Ctx, Hr};
use crate::error::{AppError, Result};
use crate::ids::{DepartmentId, EmployeeId, LocationId, TemplateId};
use crate::msg;
use crate::onboarding::templates::sheet::{Stage, choices, stages};
use crate::onboarding::templates::{self, Template};
use crate::people::custom::{self, FormField};
use crate::people::{self, EmploymentType, directory, groups};
use crate::storage::Rx;
use crate::web::{self, Flash, Form, FormState, Format, Shell, filters};

#[derive(askama::Template)]
#[template(path = "onboarding/hire.html")]
struct New {
    shell: Shell,
    form: FormState,
    departments: Vec<(String, String)>,
    locations: Vec<(String, String)>,
    people: Vec<(String, String)>,
    employment_types: Vec<(String, String)>,
    groups: Vec<(String, String)>,
    custom: Vec<FormField>,
    templates: Vec<(String, String)>,
    preview: Option<Preview>,
}
web::pages!(New);

/// What the chosen template will make for that first day.
struct Preview {
    template: String,
    version: u32,
    total: usize,
    stages: Vec<Stage>,
    /// "Mon 2 Nov"; empty for a template without tasks.
    first_due: String,
    /// The first day has passed, and nobody chose: nothing would begin.
    nothing: bool,
}

/// What of the form the preview looks at; everything may still be missing.
#[derive(Debug)]
struct Sketch {
    join_date: Option<Date>,
    department_id: Option<DepartmentId>,
    location_id: Option<LocationId>,
    employment_type: Option<EmploymentType>,
    template_id: Option<String>,
}

/// The value of the choice that begins nothing.
const NOTHING: &str = "none";

/// `GET /onboarding/new`
pub async fn new(ctx: Hr) -> Result<Response> {
    let number = ctx.read(|rx, _| people::next_number(rx)).await?;
    let form = FormState::of([("number", number.as_str()), ("employment_type", "full_time"), ("send_invite", "true")]);
    page(&ctx, StatusCode::OK, form).await
}

async fn page(ctx: &Ctx, status: StatusCode, form: FormState) -> Result<Response> {
    let (format, lang) = (ctx.format(), ctx.visit.lang);
    let sketch = sketch(&form);
    let (departments, locations, people, groups, custom, templates, preview) = ctx
        .read(move |rx, actor| {
            let published = templates::published(rx, actor)?;
            let preview = preview(rx, actor, &format, &sketch, &published)?;
            Ok((
                choices::departments(rx)?,
                choices::locations(rx)?,
                directory::choices(rx, format.today())?,
                groups::all(rx)?,
                custom::to_fill(rx)?,
                published,
                preview,
            ))
        })
        .await?;
    let kinds = EmploymentType::ALL.iter().map(|kind| (kind.to_string(), lang.text(kind.label()).to_owned()));
    let mut choices: Vec<_> = templates.into_iter().map(|template| (template.id.to_string(), template.name)).collect();
    choices.push((NOTHING.to_owned(), lang.text("No onboarding").to_owned()));
    let page = New {
        shell: ctx.shell().await?,
        form,
        departments,
        locations,
        people: people.into_iter().map(|person| (person.id.to_string(), person.name)).collect(),
        employment_types: kinds.collect(),
        groups: groups.into_iter().map(|group| (group.code, group.name)).collect(),
        custom,
        templates: choices,
        preview,
    };
    web::page_with(status, &page)
}

/// What can be read of a form that is not finished; a field that cannot be read counts as missing.
fn sketch(form: &FormState) -> Sketch {
    let text = |name: &str| Some(form.value(name).trim()).filter(|value| !value.is_empty());
    Sketch {
        join_date: text("join_date").and_then(|value| value.parse().ok()),
        department_id: text("department_id").and_then(|value| value.parse().ok()),
        location_id: text("location_id").and_then(|value| value.parse().ok()),
        employment_type: text("employment_type").and_then(|value| value.parse().ok()),
        template_id: text("template_id").map(str::to_owned),
    }
}

/// Where the person will work: the department's location unless another is chosen, as it is once they are entered.
fn location(rx: &Rx<'_>, sketch: &Sketch) -> Result<Option<LocationId>> {
    let Some(department) = sketch.department_id.filter(|_| sketch.location_id.is_none()) else {
        return Ok(sketch.location_id);
    };
    match people::org::department::get(rx, department) {
        Ok(department) => Ok(department.facts.location_id),
        Err(AppError::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}

fn preview(
    rx: &Rx<'_>,
    actor: &Actor,
    format: &Format,
    sketch: &Sketch,
    published: &[Template],
) -> Result<Option<Preview>> {
    let Some(first_day) = sketch.join_date else { return Ok(None) };
    let kind = sketch.employment_type.unwrap_or(EmploymentType::FullTime);
    let location = location(rx, sketch)?;
    let chosen = match sketch.template_id.as_deref() {
        Some(NOTHING) => None,
        Some(id) => id.parse::<TemplateId>().ok(),
        None => templates::best_for(rx, sketch.department_id, location, kind)?,
    };
    let Some(template) = chosen.and_then(|id| published.iter().find(|template| template.id == id)) else {
        return Ok(None);
    };
    let tasks = templates::published_tasks(rx, actor, template.id)?;
    let due = templates::due_dates(rx, &tasks, first_day, location)?;
    Ok(Some(Preview {
        template: template.name.clone(),
        version: template.version,
        total: tasks.len(),
        first_due: due.iter().min().map(|date| format.day(*date)).unwrap_or_default(),
        stages: stages(&tasks, &due, format),
        nothing: sketch.template_id.is_none() && first_day < format.today(),
    }))
}

/// The form as a browser sends it.
#[derive(Debug, Deserialize)]
pub struct HireForm {
    number: String,
    first_name: String,
    last_name: String,
    email: String,
    join_date: Date,
    probation_end: Option<Date>,
    #[serde(default)]
    position: String,
    employment_type: Option<EmploymentType>,
    location_id: Option<LocationId>,
    department_id: Option<DepartmentId>,
    manager_id: Option<EmployeeId>,
    #[serde(default)]
    groups: Vec<String>,
    template_id: Option<String>,
    buddy_id: Option<EmployeeId>,
    #[serde(default)]
    send_invite: bool,
}

impl HireForm {
    fn input(self) -> Result<Input> {
        let template_id = match self.template_id.as_deref() {
            None => None,
            Some(NOTHING) => Some(None),
            Some(id) => {
                let id = id.parse().map_err(|_| AppError::invalid("template_id", "There is no such template."))?;
                Some(Some(id))
            }
        };
        Ok(Input {
            number: self.number,
            first_name: self.first_name,
            last_name: self.last_name,
            email: self.email,
            phone: String::new(),
            join_date: self.join_date,
            probation_end: self.probation_end,
            leave_date: None,
            position: self.position,
            employment_type: self.employment_type,
            entity_id: None,
            location_id: self.location_id,
            department_id: self.department_id,
            manager_id: self.manager_id,
            approver_id: None,
            deputy_id: None,
            roles: Vec::new(),
            groups: self.groups,
            schedule: None,
            template_id,
            buddy_id: self.buddy_id,
            custom: BTreeMap::new(),
            exclude_from_reports: false,
            send_invite: self.send_invite,
        })
    }
}

/// `POST /onboarding/new`; with `preview` the form comes back as it is, beside the dates.
pub async fn create(ctx: Hr, form: Form<HireForm>) -> Result<Response> {
    let (state, input) = form.open();
    if state.is("preview", "true") {
        return page(&ctx, StatusCode::OK, state).await;
    }
    let name = format!("{} {}", state.value("first_name").trim(), state.value("last_name").trim());
    let invited = state.is("send_invite", "true");
    let hired = match input.and_then(HireForm::input) {
        Ok(input) => {
            let org = Arc::clone(&ctx.org);
            let typed = state.clone();
            ctx.write(super::HIRED, move |tx, actor| {
                let mut new = input.read(tx, &org)?;
                new.person.custom = Some(custom::from_form(tx, &typed)?);
                super::hire(tx, actor, &org, new)
            })
            .await
        }
        Err(errors) => Err(errors),
    };
    match hired {
        Ok(hired) => {
            let said = match (hired.onboarding_id.is_some(), invited) {
                (true, true) => msg!("{0} is entered and invited, and everybody with a task knows.", name),
                (true, false) => msg!("{0} is entered, and everybody with a task knows.", name),
                (false, true) => msg!("{0} is entered and invited.", name),
                (false, false) => msg!("{0} is entered.", name),
            };
            let to = match hired.onboarding_id {
                Some(run) => format!("/onboarding/{run}"),
                None => format!("/people/{}", hired.employee_id),
            };
            Ok(Flash::ok(said).redirect(&ctx.visit, &to))
        }
        Err(AppError::Invalid(errors)) => page(&ctx, StatusCode::UNPROCESSABLE_ENTITY, state.with(errors)).await,
        Err(other) => Err(other),
    }
}
