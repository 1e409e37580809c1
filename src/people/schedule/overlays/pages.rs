//! The form of hours for a while; the list stands on `/people/schedules`.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;

use super::api::{CHANGED, CREATED, REMOVED, RESTORED};
use super::{OverlayFacts, OverlayRow};
use crate::auth::{Ctx, Hr};
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::{DepartmentId, GroupId, LocationId, OverlayId};
use crate::people::org::{department, location};
use crate::people::recount::{self, Ask, Confirmed, ConsentOf as _, Touched, Written};
use crate::people::schedule::form::{self, DayField};
use crate::people::schedule::templates::pages::HOME;
use crate::people::{groups, words};
use crate::time::{OverlayMode, OverlayScope};
use crate::web::{self, Flash, Form, FormState, Format, Shell, filters};
use crate::{msg, tr};

/// A line of the list.
#[derive(Debug)]
pub struct OverlayLine {
    pub id: OverlayId,
    pub name: String,
    /// "1 – 31 Jul 2026"
    pub when: String,
    /// "everybody", or the location, department or group.
    pub whom: String,
    pub mode: &'static str,
}

impl OverlayLine {
    pub fn of(row: OverlayRow, format: &Format) -> Self {
        let OverlayRow { id, facts, whom, .. } = row;
        let whom = whom.map_or_else(|| format.lang.text(tr!("everybody")).to_owned(), |one| one.name);
        let when = format.range(facts.start_date, facts.end_date);
        let mode = match facts.mode {
            OverlayMode::AtMost => tr!("shorten the day"),
            OverlayMode::Instead => tr!("replace the day"),
        };
        OverlayLine { id, name: facts.name, when, whom, mode }
    }
}

#[derive(Debug, askama::Template)]
#[template(path = "people/schedule_overlay.html")]
struct Edit {
    shell: Shell,
    /// `None` enters a new one.
    id: Option<OverlayId>,
    days: Vec<DayField>,
    modes: Vec<(String, String)>,
    locations: Vec<(String, String)>,
    departments: Vec<(String, String)>,
    groups: Vec<(String, String)>,
    form: FormState,
}
web::pages!(Edit);

const MODES: [(OverlayMode, &str); 2] = [
    (OverlayMode::AtMost, tr!("At most these hours: who works less that day anyway keeps their hours")),
    (OverlayMode::Instead, tr!("Instead of the hours of that day, for those who work that day")),
];

/// What the form sends beside the days. For whom follows from what is chosen: the group, else the department, else the
/// location, else everybody.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Input {
    name: String,
    start_date: Option<Date>,
    end_date: Option<Date>,
    mode: Option<OverlayMode>,
    location_id: Option<LocationId>,
    department_id: Option<DepartmentId>,
    group_id: Option<GroupId>,
}

impl Input {
    fn facts(self, form: &FormState) -> Result<OverlayFacts> {
        let mut errors = FieldErrors::new();
        for (field, date) in [("start_date", self.start_date), ("end_date", self.end_date)] {
            if date.is_none() {
                errors.add(field, "This is needed.");
            }
        }
        let week = match form::read_partly(form) {
            Ok(week) => week,
            Err(days) => {
                errors.0.extend(days.0);
                crate::time::PartialWeek::default()
            }
        };
        let (start_date, end_date) = (self.start_date.unwrap_or_default(), self.end_date.unwrap_or_default());
        let (scope, location_id, department_id, group_id) = match (self.group_id, self.department_id, self.location_id)
        {
            (Some(group), ..) => (OverlayScope::Group, None, None, Some(group)),
            (None, Some(department), _) => (OverlayScope::Department, None, Some(department), None),
            (None, None, Some(location)) => (OverlayScope::Location, Some(location), None, None),
            (None, None, None) => (OverlayScope::Everybody, None, None, None),
        };
        let mode = self.mode.unwrap_or(OverlayMode::AtMost);
        let name = self.name;
        errors.into_result(OverlayFacts {
            name,
            start_date,
            end_date,
            mode,
            scope,
            location_id,
            department_id,
            group_id,
            week,
        })
    }
}

/// `GET /people/schedules/overlays/new`
pub async fn new(ctx: Hr) -> Result<Response> {
    page(&ctx, None, FormState::of([("mode", OverlayMode::AtMost.as_str())])).await
}

/// `POST /people/schedules/overlays/new`
pub async fn create(ctx: Hr, sent: Form<Input>) -> Result<Response> {
    save(&ctx, None, sent).await
}

/// `GET /people/schedules/overlays/{id}`
pub async fn edit(ctx: Hr, Path(id): Path<OverlayId>) -> Result<Response> {
    let facts = ctx.read(move |rx, _| super::present(rx, id)).await?.facts;
    let text = |id: Option<i64>| id.map(|id| id.to_string()).unwrap_or_default();
    let filled = FormState::of([
        ("name", facts.name),
        ("start_date", facts.start_date.to_string()),
        ("end_date", facts.end_date.to_string()),
        ("mode", facts.mode.to_string()),
        ("location_id", text(facts.location_id.map(|id| id.0))),
        ("department_id", text(facts.department_id.map(|id| id.0))),
        ("group_id", text(facts.group_id.map(|id| id.0))),
    ]);
    page(&ctx, Some(id), form::filled_partly(filled, &facts.week, &ctx.format())).await
}

/// `POST /people/schedules/overlays/{id}`
pub async fn update(ctx: Hr, Path(id): Path<OverlayId>, sent: Form<Input>) -> Result<Response> {
    save(&ctx, Some(id), sent).await
}

/// `POST /people/schedules/overlays/{id}/remove`
pub async fn remove(ctx: Hr, Path(id): Path<OverlayId>, sent: Form<Confirmed>) -> Result<Response> {
    let written =
        recount::write(&ctx, REMOVED, sent.state.consent(), move |tx, actor| Ok(((), super::hide(tx, actor, id)?)));
    match written.await? {
        Written::Asks(touched) => ask(&ctx, id, "remove", &sent.state, &touched).await,
        Written::Done((), touched) => {
            let said = recount::said(msg!("Removed; everybody works their own hours again."), &touched);
            Ok(said.redirect(&ctx.visit, HOME))
        }
    }
}

/// `POST /people/schedules/overlays/{id}/restore`
pub async fn restore(ctx: Hr, Path(id): Path<OverlayId>, sent: Form<Confirmed>) -> Result<Response> {
    let written =
        recount::write(&ctx, RESTORED, sent.state.consent(), move |tx, actor| Ok(((), super::restore(tx, actor, id)?)));
    match written.await? {
        Written::Asks(touched) => ask(&ctx, id, "restore", &sent.state, &touched).await,
        Written::Done((), touched) => {
            Ok(recount::said(msg!("These hours hold again."), &touched).redirect(&ctx.visit, HOME))
        }
    }
}

async fn ask(ctx: &Ctx, id: OverlayId, act: &str, form: &FormState, touched: &[Touched]) -> Result<Response> {
    let name = ctx.read(move |rx, _| super::get(rx, id)).await?.facts.name;
    let title = if act == "remove" { msg!("Remove {0}?", name) } else { msg!("Bring {0} back?", name) };
    Ask::show(ctx, title, (&format!("{HOME}/overlays/{id}/{act}"), HOME), form, touched).await
}

async fn save(ctx: &Ctx, id: Option<OverlayId>, sent: Form<Input>) -> Result<Response> {
    let (state, input) = sent.open();
    if recount::turned_back(&state) {
        return page(ctx, id, state).await;
    }
    let saved = match input.and_then(|input| input.facts(&state)) {
        Ok(facts) => match id {
            None => {
                recount::write(ctx, CREATED, state.consent(), move |tx, actor| {
                    super::create(tx, actor, facts).map(|(_, touched)| ((), touched))
                })
                .await
            }
            Some(id) => {
                recount::write(ctx, CHANGED, state.consent(), move |tx, actor| {
                    Ok(((), super::update(tx, actor, id, |held| *held = facts)?))
                })
                .await
            }
        },
        Err(error) => Err(error),
    };
    match saved {
        Ok(Written::Asks(touched)) => {
            let here = id.map_or_else(|| format!("{HOME}/overlays/new"), |id| format!("{HOME}/overlays/{id}"));
            Ask::show(ctx, msg!("Save {0}?", state.value("name")), (&here, &here), &state, &touched).await
        }
        Ok(Written::Done((), touched)) => {
            let said: Flash = recount::said(msg!("Saved: {0}.", state.value("name")), &touched);
            Ok(said.redirect(&ctx.visit, HOME))
        }
        Err(AppError::Invalid(errors)) => page(ctx, id, state.with(errors)).await,
        Err(other) => Err(other),
    }
}

async fn page(ctx: &Ctx, id: Option<OverlayId>, form: FormState) -> Result<Response> {
    let held = ctx.read(move |rx, _| id.map(|id| super::get(rx, id)).transpose()).await?;
    let (mut locations, mut departments, groups) = ctx
        .read(|rx, _| {
            let groups = groups::all(rx)?.into_iter().map(|one| (one.id.to_string(), one.name)).collect();
            Ok((words::options(location::choices(rx)?), words::options(department::choices(rx)?), groups))
        })
        .await?;
    // What it has stays choosable, though it was deactivated since.
    if let Some(OverlayRow { facts, whom: Some(whom), .. }) = held {
        let own = (whom.id.to_string(), whom.name);
        match facts.scope {
            OverlayScope::Location if !locations.contains(&own) => locations.push(own),
            OverlayScope::Department if !departments.contains(&own) => departments.push(own),
            _ => {}
        }
    }
    let lang = ctx.visit.lang;
    let modes = MODES.iter().map(|(mode, words)| (mode.to_string(), lang.text(words).to_owned())).collect();
    let days = form::fields(&ctx.format());
    let status = if form.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shell = ctx.shell().await?;
    web::page_with(status, &Edit { shell, id, days, modes, locations, departments, groups, form })
}
