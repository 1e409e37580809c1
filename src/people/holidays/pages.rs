//! `/people/holidays`: the public holidays of a year, and the form of one.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::{Date, date};
use serde::Deserialize;

use super::api::{CHANGED, CREATED, REMOVED};
use super::{HolidayFacts, HolidayRow};
use crate::auth::{Ctx, Hr, Staff};
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::{EntityId, HolidayId, LocationId};
use crate::people::org::{entity, location};
use crate::people::recount::{self, Ask, Confirmed, ConsentOf as _, Written};
use crate::people::words;
use crate::time::{Half, HolidayScope, Period};
use crate::web::listing::ListQuery;
use crate::web::{self, Form, FormState, Format, Shell, filters};
use crate::{msg, tr};

const HOME: &str = "/people/holidays";

#[derive(Debug, askama::Template)]
#[template(path = "people/holidays.html")]
struct Index {
    shell: Shell,
    hr: bool,
    year: i16,
    months: Vec<Month>,
}

/// The holidays that begin in one month.
#[derive(Debug)]
struct Month {
    name: String,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    id: i64,
    when: String,
    name: String,
    /// "everybody", or the entity or location.
    whom: String,
    /// The date may turn out another.
    estimated: bool,
    /// "morning", "afternoon", "not a holiday here", or empty.
    how: &'static str,
    glyph: &'static str,
}

#[derive(Debug, askama::Template)]
#[template(path = "people/holiday.html")]
struct Edit {
    shell: Shell,
    /// `None` enters a new one.
    id: Option<HolidayId>,
    form: FormState,
    entities: Vec<(String, String)>,
    locations: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
}
web::pages!(Index, Edit);

/// What of the day is free.
const KINDS: [(&str, &str); 4] = [
    ("full", tr!("The whole day")),
    ("morning", tr!("The morning")),
    ("afternoon", tr!("The afternoon")),
    ("working", tr!("Not a holiday here, whatever wider lists say")),
];

/// What the form sends. For whom follows from what is chosen: the location, else the entity, else everybody.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Input {
    name: String,
    start_date: Option<Date>,
    end_date: Option<Date>,
    kind: String,
    estimated: bool,
    entity_id: Option<EntityId>,
    location_id: Option<LocationId>,
}

impl Input {
    fn facts(self) -> Result<HolidayFacts> {
        let Some(start_date) = self.start_date else {
            return Err(AppError::invalid("start_date", "This is needed."));
        };
        let (scope, entity_id, location_id) = match (self.entity_id, self.location_id) {
            (_, Some(location)) => (HolidayScope::Location, None, Some(location)),
            (Some(entity), None) => (HolidayScope::Entity, Some(entity), None),
            (None, None) => (HolidayScope::Global, None, None),
        };
        Ok(HolidayFacts {
            name: self.name,
            start_date,
            end_date: self.end_date.unwrap_or(start_date),
            half: match self.kind.as_str() {
                "morning" => Some(Half::Morning),
                "afternoon" => Some(Half::Afternoon),
                _ => None,
            },
            scope,
            entity_id,
            location_id,
            working: self.kind == "working",
            estimated: self.estimated,
            source: String::new(),
            observed_for: None,
        })
    }
}

/// `GET /people/holidays?year=2026`
pub async fn index(ctx: Staff, query: ListQuery) -> Result<Response> {
    let format = ctx.format();
    let listing = query.listing(&[], &["year"])?;
    let year: i16 = listing.filter("year")?.unwrap_or(format.today().year());
    if !(1900..=2199).contains(&year) {
        return Err(AppError::invalid("year", "Years go from 1900 to 2199."));
    }
    let rows = ctx.read(move |rx, _| super::list(rx, Period::year_of(date(year, 1, 1)), None, None)).await?;
    let hr = ctx.actor.is_hr();
    web::page(&Index { shell: ctx.shell().await?, hr, year, months: by_month(rows, &format) })
}

fn by_month(rows: Vec<HolidayRow>, format: &Format) -> Vec<Month> {
    let mut months: Vec<(Date, Month)> = Vec::new();
    for HolidayRow { id, facts, entity, location } in rows {
        let first = facts.start_date.first_of_month();
        if months.last().is_none_or(|(last, _)| *last != first) {
            months.push((first, Month { name: format.month(first), rows: Vec::new() }));
        }
        let (how, glyph) = match (facts.working, facts.half) {
            (true, _) => (tr!("not a holiday here"), "day"),
            (false, Some(Half::Morning)) => (tr!("the morning"), "day-am"),
            (false, Some(Half::Afternoon)) => (tr!("the afternoon"), "day-pm"),
            (false, None) => ("", "day-full"),
        };
        let whom = location.or(entity).map_or_else(|| format.lang.text(tr!("everybody")).to_owned(), |one| one.name);
        let when = format.range(facts.start_date, facts.end_date);
        if let Some((_, month)) = months.last_mut() {
            month.rows.push(Row { id: id.0, when, name: facts.name, whom, estimated: facts.estimated, how, glyph });
        }
    }
    months.into_iter().map(|(_, month)| month).collect()
}

/// `GET /people/holidays/new`
pub async fn new(ctx: Hr) -> Result<Response> {
    page(&ctx, None, FormState::default()).await
}

/// `POST /people/holidays/new`
pub async fn create(ctx: Hr, sent: Form<Input>) -> Result<Response> {
    save(&ctx, None, sent).await
}

/// `GET /people/holidays/{id}`
pub async fn edit(ctx: Hr, Path(id): Path<HolidayId>) -> Result<Response> {
    let facts = ctx.read(move |rx, _| super::get(rx, id)).await?.facts;
    let kind = match (facts.working, facts.half) {
        (true, _) => "working",
        (false, Some(half)) => half.as_str(),
        (false, None) => "full",
    };
    let text = |id: Option<i64>| id.map(|id| id.to_string()).unwrap_or_default();
    let filled = FormState::of([
        ("name", facts.name),
        ("start_date", facts.start_date.to_string()),
        ("end_date", facts.end_date.to_string()),
        ("kind", kind.to_owned()),
        ("estimated", if facts.estimated { "true" } else { "" }.to_owned()),
        ("entity_id", text(facts.entity_id.map(|id| id.0))),
        ("location_id", text(facts.location_id.map(|id| id.0))),
    ]);
    page(&ctx, Some(id), filled).await
}

/// `POST /people/holidays/{id}`
pub async fn update(ctx: Hr, Path(id): Path<HolidayId>, sent: Form<Input>) -> Result<Response> {
    save(&ctx, Some(id), sent).await
}

/// `POST /people/holidays/{id}/remove`
pub async fn remove(ctx: Hr, Path(id): Path<HolidayId>, sent: Form<Confirmed>) -> Result<Response> {
    let written = recount::write(&ctx, REMOVED, sent.state.consent(), move |tx, actor| {
        let facts = super::get(tx, id)?.facts;
        let touched = super::delete(tx, actor, id)?;
        Ok((facts, touched))
    });
    match written.await? {
        Written::Asks(touched) => {
            let name = ctx.read(move |rx, _| super::get(rx, id)).await?.facts.name;
            let (action, back) = (format!("{HOME}/{id}/remove"), format!("{HOME}/{id}"));
            Ask::show(&ctx, msg!("Remove {0}?", name), (&action, &back), &sent.state, &touched).await
        }
        Written::Done(facts, touched) => {
            let said = msg!("{0} is no longer a holiday on {1}.", facts.name, ctx.format().day(facts.start_date));
            Ok(recount::said(said, &touched).redirect(&ctx.visit, &home(facts.start_date)))
        }
    }
}

pub(super) fn home(day: Date) -> String {
    format!("{HOME}?year={}", day.year())
}

async fn save(ctx: &Ctx, id: Option<HolidayId>, sent: Form<Input>) -> Result<Response> {
    let (state, input) = sent.open();
    if recount::turned_back(&state) {
        return page(ctx, id, state).await;
    }
    let saved = match input.and_then(Input::facts) {
        Ok(facts) => {
            let day = facts.start_date;
            let written = match id {
                None => {
                    recount::write(ctx, CREATED, state.consent(), move |tx, actor| {
                        super::create(tx, actor, facts).map(|(_, touched)| ((), touched))
                    })
                    .await
                }
                Some(id) => {
                    recount::write(ctx, CHANGED, state.consent(), move |tx, actor| {
                        let change = |held: &mut HolidayFacts| {
                            let source = std::mem::take(&mut held.source);
                            *held = HolidayFacts { source, observed_for: held.observed_for, ..facts };
                        };
                        Ok(((), super::update(tx, actor, id, change)?))
                    })
                    .await
                }
            };
            written.map(|written| (written, day))
        }
        Err(error) => Err(error),
    };
    let here = id.map_or_else(|| format!("{HOME}/new"), |id| format!("{HOME}/{id}"));
    match saved {
        Ok((Written::Asks(touched), _)) => {
            let title = msg!("Save {0}?", state.value("name"));
            Ask::show(ctx, title, (&here, &here), &state, &touched).await
        }
        Ok((Written::Done((), touched), day)) => {
            let said = recount::said(msg!("Saved: {0}.", state.value("name")), &touched);
            Ok(said.redirect(&ctx.visit, &home(day)))
        }
        Err(AppError::Invalid(errors)) => page(ctx, id, state.with(beside_controls(errors))).await,
        Err(other) => Err(other),
    }
}

/// The form has one control for what the record keeps in two columns.
fn beside_controls(errors: FieldErrors) -> FieldErrors {
    let place = |(field, why): (std::borrow::Cow<'static, str>, _)| match field.as_ref() {
        "working" | "half" => ("kind".into(), why),
        _ => (field, why),
    };
    FieldErrors(errors.0.into_iter().map(place).collect())
}

async fn page(ctx: &Ctx, id: Option<HolidayId>, form: FormState) -> Result<Response> {
    let (entities, locations) = ctx
        .read(move |rx, _| {
            let (mut entities, mut locations) = (entity::choices(rx)?, location::choices(rx)?);
            if let Some(held) = id.map(|id| super::get(rx, id)).transpose()? {
                // What it has stays choosable, though it was deactivated since.
                for (list, own) in [(&mut entities, held.entity), (&mut locations, held.location)] {
                    if let Some(own) = own.filter(|own| !list.contains(own)) {
                        list.push(own);
                    }
                }
            }
            Ok((words::options(entities), words::options(locations)))
        })
        .await?;
    let lang = ctx.visit.lang;
    let kinds = KINDS.iter().map(|(kind, label)| ((*kind).to_owned(), lang.text(label).to_owned())).collect();
    let status = if form.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    web::page_with(status, &Edit { shell: ctx.shell().await?, id, form, entities, locations, kinds })
}
