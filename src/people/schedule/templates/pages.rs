//! `/people/schedules`: the templates and the hours for a while on one page; the form of a template.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;

use super::api::{APPLIED, CHANGED, CREATED, RESTORED, RETIRED};
use super::{Template, any_monday};
use crate::auth::{Ctx, Hr};
use crate::error::{AppError, Result};
use crate::ids::ScheduleTemplateId;
use crate::msg;
use crate::people::NameRef;
use crate::people::recount::{self, Ask, ConsentOf as _, Written};
use crate::people::schedule::form::{self, WeekFields};
use crate::people::schedule::full_time;
use crate::people::schedule::overlays::{self, pages::OverlayLine};
use crate::web::listing::ListQuery;
use crate::web::{self, Flash, Form, FormState, Format, Shell, filters};

pub(in crate::people::schedule) const HOME: &str = "/people/schedules";

#[derive(Debug, askama::Template)]
#[template(path = "people/schedules.html")]
struct Index {
    shell: Shell,
    /// Shows what was retired or removed instead.
    retired: bool,
    templates: Vec<Line>,
    overlays: Vec<OverlayLine>,
}

#[derive(Debug)]
struct Line {
    id: ScheduleTemplateId,
    name: String,
    /// "32 h in 4 days", or "2 weeks in turn, 30 h on average".
    what: String,
    holders: usize,
}

#[derive(Debug, askama::Template)]
#[template(path = "people/schedule_template.html")]
struct Edit {
    shell: Shell,
    /// `None` makes a new one.
    id: Option<ScheduleTemplateId>,
    title: String,
    weeks: Vec<WeekFields>,
    /// Who has it today.
    holders: Vec<NameRef>,
    form: FormState,
}
web::pages!(Index, Edit);

/// What the form sends beside the days.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Input {
    name: String,
    /// "weeks" shows another number of them.
    press: Option<String>,
}

/// `GET /people/schedules?active=false`
pub async fn index(ctx: Hr, query: ListQuery) -> Result<Response> {
    let retired = !query.listing(&[], &["active"])?.filter::<bool>("active")?.unwrap_or(true);
    let format = ctx.format();
    let (templates, overlays) = ctx
        .read(move |rx, _| {
            let today = format.today();
            let counts = super::counts(rx, today)?;
            let line = |one: Template| Line {
                id: one.id,
                name: one.name_in(format.lang),
                what: what(&one, &format),
                holders: counts.get(&one.id).copied().unwrap_or(0),
            };
            let templates: Vec<Line> = super::list(rx, retired)?.into_iter().map(line).collect();
            let overlays = overlays::list(rx, retired)?.into_iter().map(|one| OverlayLine::of(one, &format)).collect();
            Ok((templates, overlays))
        })
        .await?;
    web::page(&Index { shell: ctx.shell().await?, retired, templates, overlays })
}

fn what(template: &Template, format: &Format) -> String {
    let pattern = &template.pattern;
    let hours = format.spent(pattern.week_minutes().get());
    format.lang.msg(&match pattern.weeks().len() {
        1 => msg!("{0} a week, days of work: {1}", hours, pattern.working_days()),
        many => msg!("{0} weeks in turn, on average {1} a week", many, hours),
    })
}

/// `GET /people/schedules/templates/new`
pub async fn new(ctx: Hr) -> Result<Response> {
    let filled = form::filled_pattern(FormState::default(), &full_time().into(), &ctx.format());
    page(&ctx, None, filled, StatusCode::OK).await
}

/// `POST /people/schedules/templates/new`
pub async fn create(ctx: Hr, sent: Form<Input>) -> Result<Response> {
    save(&ctx, None, sent).await
}

/// `GET /people/schedules/templates/{id}`
pub async fn edit(ctx: Hr, Path(id): Path<ScheduleTemplateId>) -> Result<Response> {
    let filled = filled(&ctx, id).await?;
    page(&ctx, Some(id), filled, StatusCode::OK).await
}

async fn filled(ctx: &Ctx, id: ScheduleTemplateId) -> Result<FormState> {
    let template = ctx.read(move |rx, _| super::present(rx, id)).await?;
    let named = FormState::of([("name", template.name_in(ctx.visit.lang))]);
    Ok(form::filled_pattern(named, &template.pattern, &ctx.format()))
}

/// `POST /people/schedules/templates/{id}`
pub async fn update(ctx: Hr, Path(id): Path<ScheduleTemplateId>, sent: Form<Input>) -> Result<Response> {
    save(&ctx, Some(id), sent).await
}

/// `POST /people/schedules/templates/{id}/retire`
pub async fn retire(ctx: Hr, Path(id): Path<ScheduleTemplateId>) -> Result<Response> {
    ctx.write(RETIRED, move |tx, actor| super::retire(tx, actor, id)).await?;
    Ok(Flash::ok("The template is retired; those who have it keep their hours.").redirect(&ctx.visit, HOME))
}

/// `POST /people/schedules/templates/{id}/restore`
pub async fn restore(ctx: Hr, Path(id): Path<ScheduleTemplateId>) -> Result<Response> {
    ctx.write(RESTORED, move |tx, actor| super::restore(tx, actor, id)).await?;
    Ok(Flash::ok("The template is offered again.").redirect(&ctx.visit, HOME))
}

/// What the form of giving it sends.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ApplyInput {
    effective_on: Option<Date>,
}

/// `POST /people/schedules/templates/{id}/apply`
pub async fn apply(ctx: Hr, Path(id): Path<ScheduleTemplateId>, sent: Form<ApplyInput>) -> Result<Response> {
    let (state, input) = sent.open();
    let here = format!("{HOME}/templates/{id}");
    if recount::turned_back(&state) {
        let filled = filled(&ctx, id).await?.set("effective_on", state.value("effective_on"));
        return page(&ctx, Some(id), filled, StatusCode::OK).await;
    }
    let Ok(ApplyInput { effective_on: Some(on) }) = input else {
        return Ok(Flash::bad("Say from which date on.").redirect(&ctx.visit, &here));
    };
    let written =
        recount::write(&ctx, APPLIED, state.consent(), move |tx, actor| super::apply(tx, actor, id, on)).await?;
    match written {
        Written::Asks(touched) => {
            let action = format!("{here}/apply");
            Ask::show(&ctx, msg!("Give the pattern to all who have the template?"), (&action, &here), &state, &touched)
                .await
        }
        Written::Done(people, touched) => {
            let when = ctx.format().date(on);
            let said = recount::said(msg!("People who work it from {0} on: {1}.", when, people), &touched);
            Ok(said.redirect(&ctx.visit, &here))
        }
    }
}

async fn save(ctx: &Ctx, id: Option<ScheduleTemplateId>, sent: Form<Input>) -> Result<Response> {
    let (state, input) = sent.open();
    let input = match input {
        Ok(input) => input,
        Err(AppError::Invalid(errors)) => {
            return page(ctx, id, state.with(errors), StatusCode::UNPROCESSABLE_ENTITY).await;
        }
        Err(other) => return Err(other),
    };
    if input.press.is_some() {
        return page(ctx, id, state, StatusCode::OK).await;
    }
    let lang = ctx.visit.lang;
    let saved = match form::read_pattern(&state, any_monday()).map_err(AppError::Invalid) {
        Ok(pattern) => match id {
            None => ctx.write(CREATED, move |tx, actor| super::create(tx, actor, &input.name, &pattern)).await,
            Some(id) => {
                let changed = ctx.write(CHANGED, move |tx, actor| {
                    let held = super::get(tx, id)?;
                    // A name that is shown translated and was left alone stays what it is.
                    let kept = held.name_in(lang) == input.name.trim();
                    let name = if kept { held.name.clone() } else { input.name };
                    super::update(tx, actor, id, &name, &pattern).map(|()| id)
                });
                changed.await
            }
        },
        Err(error) => Err(error),
    };
    match saved {
        Ok(id) => {
            let said = Flash::ok(msg!("Saved: {0}.", state.value("name")));
            Ok(said.redirect(&ctx.visit, &format!("{HOME}/templates/{id}")))
        }
        Err(AppError::Invalid(errors)) => page(ctx, id, state.with(errors), StatusCode::UNPROCESSABLE_ENTITY).await,
        Err(other) => Err(other),
    }
}

async fn page(ctx: &Ctx, id: Option<ScheduleTemplateId>, form: FormState, status: StatusCode) -> Result<Response> {
    let format = ctx.format();
    let today = format.today();
    let lang = ctx.visit.lang;
    let (title, holders) = match id {
        Some(id) => {
            ctx.read(move |rx, _| Ok((super::get(rx, id)?.name_in(lang), super::holders(rx, id, today)?))).await?
        }
        None => (lang.text("New template").to_owned(), Vec::new()),
    };
    let weeks = form::pattern_fields(form::weeks(&form), &format);
    web::page_with(status, &Edit { shell: ctx.shell().await?, id, title, weeks, holders, form })
}
