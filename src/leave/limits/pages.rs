//! `/leave/limits`: what HR closes, keeps staffed and locks, on one page; each entry has a form of its own.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;

use super::blackouts::{self, Blackout, BlackoutFacts};
use super::coverage::{self, CoverageFacts, CoverageRule};
use super::settings::{self, LeaveSettings};
use crate::auth::{Ctx, Hr};
use crate::error::{AppError, Result};
use crate::ids::{BlackoutId, CoverageRuleId, DepartmentId, LocationId};
use crate::people::{self, NameRef};
use crate::web::{self, Flash, Form, FormState, Format, Shell, filters};
use crate::{msg, tr};

/// The page that all of this leads back to.
const HOME: &str = "/leave/limits";

/// Months that can be closed are those of so many back.
const MONTHS: i32 = 24;

#[derive(Debug, askama::Template)]
#[template(path = "leave/limits.html")]
struct Index {
    shell: Shell,
    blackouts: Vec<BlackoutRow>,
    rules: Vec<CoverageRule>,
    /// "2026-10-31" and "October 2026"
    months: Vec<(String, String)>,
    form: FormState,
}

#[derive(Debug)]
struct BlackoutRow {
    href: String,
    name: String,
    when: String,
    whom: String,
    over: bool,
}

#[derive(Debug, askama::Template)]
#[template(path = "leave/blackout.html")]
struct BlackoutPage {
    shell: Shell,
    title: String,
    action: String,
    remove: Option<String>,
    departments: Vec<(String, String)>,
    locations: Vec<(String, String)>,
    form: FormState,
}

#[derive(Debug, askama::Template)]
#[template(path = "leave/coverage.html")]
struct CoveragePage {
    shell: Shell,
    title: String,
    action: String,
    remove: Option<String>,
    departments: Vec<(String, String)>,
    form: FormState,
}
web::pages!(Index, BlackoutPage, CoveragePage);

/// What the form of a blackout sends.
#[derive(Clone, Debug, Deserialize)]
pub struct BlackoutInput {
    #[serde(default)]
    name: String,
    start_date: Date,
    end_date: Option<Date>,
    department_id: Option<DepartmentId>,
    location_id: Option<LocationId>,
}

impl From<BlackoutInput> for BlackoutFacts {
    fn from(input: BlackoutInput) -> Self {
        BlackoutFacts {
            name: input.name,
            start_date: input.start_date,
            end_date: input.end_date.unwrap_or(input.start_date),
            department_id: input.department_id,
            location_id: input.location_id,
        }
    }
}

/// What the form of a coverage rule sends.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct CoverageInput {
    department_id: DepartmentId,
    minimum_present: u32,
    #[serde(default)]
    hard: bool,
}

/// What the form of the settings sends.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct SettingsInput {
    revoke_within_hours: u32,
    payroll_closed_through: Option<Date>,
}

/// `GET /leave/limits`
pub async fn index(ctx: Hr) -> Result<Response> {
    let now = ctx.read(|rx, _| settings::get(rx)).await?;
    let form = FormState::of([
        ("revoke_within_hours", now.revoke_within_hours.to_string()),
        ("payroll_closed_through", now.payroll_closed_through.map(|date| date.to_string()).unwrap_or_default()),
    ]);
    index_page(&ctx, form, StatusCode::OK).await
}

/// `POST /leave/limits`
pub async fn set(ctx: Hr, sent: Form<SettingsInput>) -> Result<Response> {
    let (state, input) = sent.open();
    let set = match input {
        Ok(SettingsInput { revoke_within_hours, payroll_closed_through }) => {
            let new = LeaveSettings { revoke_within_hours, payroll_closed_through };
            ctx.write(settings::SET, move |tx, actor| settings::set(tx, actor, new)).await
        }
        Err(error) => Err(error),
    };
    match set {
        Ok(()) => Ok(Flash::ok("Saved.").redirect(&ctx.visit, HOME)),
        Err(AppError::Invalid(errors)) => index_page(&ctx, state.with(errors), StatusCode::UNPROCESSABLE_ENTITY).await,
        Err(other) => Err(other),
    }
}

async fn index_page(ctx: &Ctx, form: FormState, status: StatusCode) -> Result<Response> {
    let format = ctx.format();
    let read = ctx.read(move |rx, _| {
        let (departments, locations) = (people::org::department::choices(rx)?, people::org::location::choices(rx)?);
        let blackouts =
            blackouts::all(rx)?.iter().map(|one| BlackoutRow::of(one, &departments, &locations, &format)).collect();
        Ok((blackouts, coverage::all(rx)?, months(&format)))
    });
    let (blackouts, rules, months) = read.await?;
    web::page_with(status, &Index { shell: ctx.shell().await?, blackouts, rules, months, form })
}

/// The months that are over, the last first.
fn months(format: &Format) -> Vec<(String, String)> {
    let this = format.today().first_of_month();
    let before = |n: i32| this.saturating_sub(jiff::ToSpan::months(n)).last_of_month();
    (1..=MONTHS).map(before).map(|last| (last.to_string(), format.month(last))).collect()
}

impl BlackoutRow {
    fn of(one: &Blackout, departments: &[NameRef], locations: &[NameRef], format: &Format) -> BlackoutRow {
        let name = |all: &[NameRef], id: i64| all.iter().find(|found| found.id == id).map(|found| found.name.clone());
        let whom: Vec<String> = [
            one.department_id.and_then(|id| name(departments, id.0)),
            one.location_id.and_then(|id| name(locations, id.0)),
        ]
        .into_iter()
        .flatten()
        .collect();
        BlackoutRow {
            href: format!("/leave/blackouts/{}", one.id),
            name: one.name.clone(),
            when: format.range(one.start_date, one.end_date),
            whom: if whom.is_empty() { format.lang.text("Everybody").to_owned() } else { whom.join(", ") },
            over: one.end_date < format.today(),
        }
    }
}

/// `GET /leave/blackouts/new`
pub async fn new_blackout(ctx: Hr) -> Result<Response> {
    blackout_page(&ctx, None, FormState::default(), StatusCode::OK).await
}

/// `POST /leave/blackouts/new`
pub async fn create_blackout(ctx: Hr, sent: Form<BlackoutInput>) -> Result<Response> {
    let (state, input) = sent.open();
    let made = match input {
        Ok(input) => {
            ctx.write(blackouts::CREATED, move |tx, actor| blackouts::create(tx, actor, input.into()).map(drop)).await
        }
        Err(error) => Err(error),
    };
    blackout_answer(&ctx, None, state, made).await
}

/// `GET /leave/blackouts/{id}`
pub async fn edit_blackout(ctx: Hr, Path(id): Path<BlackoutId>) -> Result<Response> {
    let found = ctx.read(move |rx, _| blackouts::get(rx, id)).await?;
    blackout_page(&ctx, Some(id), FormState::from_value(&found.facts())?, StatusCode::OK).await
}

/// `POST /leave/blackouts/{id}`
pub async fn update_blackout(ctx: Hr, Path(id): Path<BlackoutId>, sent: Form<BlackoutInput>) -> Result<Response> {
    let (state, input) = sent.open();
    let saved = match input {
        Ok(input) => {
            ctx.write(blackouts::CHANGED, move |tx, actor| blackouts::update(tx, actor, id, input.into())).await
        }
        Err(error) => Err(error),
    };
    blackout_answer(&ctx, Some(id), state, saved).await
}

/// `POST /leave/blackouts/{id}/remove`
pub async fn remove_blackout(ctx: Hr, Path(id): Path<BlackoutId>) -> Result<Response> {
    ctx.write(blackouts::DELETED, move |tx, actor| blackouts::delete(tx, actor, id)).await?;
    Ok(Flash::ok("Removed: leave can be asked for on these days again.").redirect(&ctx.visit, HOME))
}

async fn blackout_answer(ctx: &Ctx, id: Option<BlackoutId>, state: FormState, saved: Result<()>) -> Result<Response> {
    match saved {
        Ok(()) => Ok(said(&state).redirect(&ctx.visit, HOME)),
        Err(AppError::Invalid(errors)) => {
            blackout_page(ctx, id, state.with(errors), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other),
    }
}

fn said(state: &FormState) -> Flash {
    Flash::ok(msg!("Saved: {0}.", state.value("name").trim()))
}

async fn blackout_page(ctx: &Ctx, id: Option<BlackoutId>, form: FormState, status: StatusCode) -> Result<Response> {
    let read = ctx.read(|rx, _| Ok((people::org::department::choices(rx)?, people::org::location::choices(rx)?)));
    let (departments, locations) = read.await?;
    let lang = ctx.visit.lang;
    let title = if id.is_some() { tr!("No leave on these days") } else { tr!("Close days for leave") };
    let page = BlackoutPage {
        shell: ctx.shell().await?,
        title: lang.text(title).to_owned(),
        action: id.map_or_else(|| "/leave/blackouts/new".to_owned(), |id| format!("/leave/blackouts/{id}")),
        remove: id.map(|id| format!("/leave/blackouts/{id}/remove")),
        departments: people::words::options(departments),
        locations: people::words::options(locations),
        form,
    };
    web::page_with(status, &page)
}

/// `GET /leave/coverage/new`
pub async fn new_coverage(ctx: Hr) -> Result<Response> {
    coverage_page(&ctx, None, FormState::default(), StatusCode::OK).await
}

/// `POST /leave/coverage/new`
pub async fn create_coverage(ctx: Hr, sent: Form<CoverageInput>) -> Result<Response> {
    let (state, input) = sent.open();
    let made = match input {
        Ok(input) => {
            ctx.write(coverage::CREATED, move |tx, actor| coverage::create(tx, actor, input.into()).map(drop)).await
        }
        Err(error) => Err(error),
    };
    coverage_answer(&ctx, None, state, made).await
}

/// `GET /leave/coverage/{id}`
pub async fn edit_coverage(ctx: Hr, Path(id): Path<CoverageRuleId>) -> Result<Response> {
    let found = ctx.read(move |rx, _| coverage::get(rx, id)).await?;
    coverage_page(&ctx, Some(id), FormState::from_value(&found.facts())?, StatusCode::OK).await
}

/// `POST /leave/coverage/{id}`
pub async fn update_coverage(ctx: Hr, Path(id): Path<CoverageRuleId>, sent: Form<CoverageInput>) -> Result<Response> {
    let (state, input) = sent.open();
    let saved = match input {
        Ok(input) => ctx.write(coverage::CHANGED, move |tx, actor| coverage::update(tx, actor, id, input.into())).await,
        Err(error) => Err(error),
    };
    coverage_answer(&ctx, Some(id), state, saved).await
}

/// `POST /leave/coverage/{id}/remove`
pub async fn remove_coverage(ctx: Hr, Path(id): Path<CoverageRuleId>) -> Result<Response> {
    ctx.write(coverage::DELETED, move |tx, actor| coverage::delete(tx, actor, id)).await?;
    Ok(Flash::ok("Removed.").redirect(&ctx.visit, HOME))
}

impl From<CoverageInput> for CoverageFacts {
    fn from(input: CoverageInput) -> Self {
        let CoverageInput { department_id, minimum_present, hard } = input;
        CoverageFacts { department_id, minimum_present, hard }
    }
}

async fn coverage_answer(
    ctx: &Ctx,
    id: Option<CoverageRuleId>,
    state: FormState,
    saved: Result<()>,
) -> Result<Response> {
    match saved {
        Ok(()) => Ok(Flash::ok("Saved.").redirect(&ctx.visit, HOME)),
        Err(AppError::Invalid(errors)) => {
            coverage_page(ctx, id, state.with(errors), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other),
    }
}

async fn coverage_page(ctx: &Ctx, id: Option<CoverageRuleId>, form: FormState, status: StatusCode) -> Result<Response> {
    let departments = ctx.read(|rx, _| people::org::department::choices(rx)).await?;
    let lang = ctx.visit.lang;
    let title = if id.is_some() { tr!("How many must be here") } else { tr!("Say how many must be here") };
    let page = CoveragePage {
        shell: ctx.shell().await?,
        title: lang.text(title).to_owned(),
        action: id.map_or_else(|| "/leave/coverage/new".to_owned(), |id| format!("/leave/coverage/{id}")),
        remove: id.map(|id| format!("/leave/coverage/{id}/remove")),
        departments: people::words::options(departments),
        form,
    };
    web::page_with(status, &page)
}
