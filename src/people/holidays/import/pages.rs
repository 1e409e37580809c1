//! `/people/holidays/import`: which country and years, then the list to choose from.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;

use super::api::IMPORTED;
use super::{Names, Offer, Wanted, first_year, import, offers};
use crate::auth::{Ctx, Hr};
use crate::error::{AppError, Result};
use crate::ids::{EntityId, LocationId};
use crate::people::holidays::packs;
use crate::people::org::{entity, location};
use crate::people::recount::{self, Ask, ConsentOf as _, Written};
use crate::people::words;
use crate::time::Half;
use crate::web::{self, Flash, Form, FormState, Format, Shell, filters};
use crate::{msg, msg_n, tr};

const HERE: &str = "/people/holidays/import";

#[derive(Debug, askama::Template)]
#[template(path = "people/holidays_import.html")]
struct Page {
    shell: Shell,
    form: FormState,
    countries: Vec<(String, String)>,
    regions: Vec<(String, String)>,
    years: Vec<(String, String)>,
    entities: Vec<(String, String)>,
    locations: Vec<(String, String)>,
    names: Vec<(String, String)>,
    /// The list to choose from, once it is known which.
    offers: Option<Vec<Row>>,
}
web::pages!(Page);

#[derive(Debug)]
struct Row {
    date: Date,
    when: String,
    name: String,
    /// "the afternoon", or empty.
    half: &'static str,
    estimated: bool,
    /// What stands on that date already.
    there: Option<String>,
    ticked: bool,
    /// The date for which it was imported before.
    moved_from: Option<String>,
}

/// What either form sends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Input {
    country: String,
    region: String,
    years: Vec<i16>,
    entity_id: Option<EntityId>,
    location_id: Option<LocationId>,
    names: Option<Names>,
    /// The ticked dates.
    date: Vec<Date>,
}

impl Input {
    fn wanted(&self) -> Wanted {
        Wanted {
            country: self.country.clone(),
            region: self.region.clone(),
            years: self.years.clone(),
            entity_id: self.entity_id,
            location_id: self.location_id,
            names: self.names.unwrap_or(Names::Own),
        }
    }
}

/// `GET /people/holidays/import?country=DE&region=BY&years=2026&location_id=2`
pub async fn show(ctx: Hr, RawQuery(query): RawQuery) -> Result<Response> {
    let sent = Form::<Input>::read(query.unwrap_or_default().as_bytes());
    let (mut state, input) = sent.open();
    let input = match input {
        Ok(input) => input,
        Err(AppError::Invalid(errors)) => return page(&ctx, state.with(errors), None).await,
        Err(other) => return Err(other),
    };
    // Of a location its country and region are known.
    if let Some(id) = input.location_id.filter(|_| input.country.is_empty()) {
        let (country, region) = ctx.read(move |rx, _| place_of(rx, id)).await?;
        state = state.set("country", country).set("region", region);
        return page(&ctx, this_year(state, &ctx), None).await;
    }
    if input.country.is_empty() {
        return page(&ctx, this_year(state, &ctx), None).await;
    }
    let wanted = input.wanted();
    match ctx.read(move |rx, _| offers(rx, &wanted)).await {
        Ok(found) => page(&ctx, state, Some(found)).await,
        Err(AppError::Invalid(errors)) => page(&ctx, state.with(errors), None).await,
        Err(other) => Err(other),
    }
}

/// `POST /people/holidays/import`
pub async fn take(ctx: Hr, sent: Form<Input>) -> Result<Response> {
    let (state, input) = sent.open();
    let input = match input {
        Ok(input) => input,
        Err(AppError::Invalid(errors)) => return page(&ctx, state.with(errors), None).await,
        Err(other) => return Err(other),
    };
    let (wanted, year) = (input.wanted(), first_year(&input.years));
    if recount::turned_back(&state) {
        let found = ctx.read(move |rx, _| offers(rx, &wanted)).await?;
        return page(&ctx, state, Some(found)).await;
    }
    let written = recount::write(&ctx, IMPORTED, state.consent(), move |tx, actor| {
        let (made, touched) = import(tx, actor, &wanted, Some(&input.date))?;
        Ok((made.len(), touched))
    });
    match written.await {
        Ok(Written::Asks(touched)) => {
            Ask::show(&ctx, msg!("Enter these holidays?"), (HERE, HERE), &state, &touched).await
        }
        Ok(Written::Done(0, _)) => {
            let said = Flash::ok(msg!("Nothing was entered: nothing was ticked, or all of it is there already."));
            Ok(said.redirect(&ctx.visit, &super::super::pages::home(year)))
        }
        Ok(Written::Done(made, touched)) => {
            let made = i64::try_from(made).unwrap_or(i64::MAX);
            let said = recount::said(msg_n!(made, "{0} holiday is entered.", "{0} holidays are entered."), &touched);
            Ok(said.redirect(&ctx.visit, &super::super::pages::home(year)))
        }
        Err(AppError::Invalid(errors)) => page(&ctx, state.with(errors), None).await,
        Err(other) => Err(other),
    }
}

/// Country and region of a location; its entity's country where it has none.
fn place_of(rx: &crate::storage::Rx<'_>, id: LocationId) -> Result<(String, String)> {
    let facts = location::get(rx, id)?.facts;
    let country =
        if facts.country.is_empty() { entity::get(rx, facts.entity_id)?.facts.country } else { facts.country };
    let region = packs::country(&country)?.and_then(|country| country.region(&facts.region)).unwrap_or_default();
    Ok((country, region.to_owned()))
}

/// This year and the next, as far as they are covered.
fn this_year(form: FormState, ctx: &Ctx) -> FormState {
    if form.values("years").next().is_some() {
        return form;
    }
    let year = ctx.format().today().year();
    FormState::of(
        form.controls()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .chain([year, year + 1].map(|year| ("years".to_owned(), year.to_string()))),
    )
}

async fn page(ctx: &Ctx, form: FormState, offers: Option<Vec<Offer>>) -> Result<Response> {
    let (entities, locations) =
        ctx.read(|rx, _| Ok((words::options(entity::choices(rx)?), words::options(location::choices(rx)?)))).await?;
    let world = packs::world()?;
    let format = ctx.format();
    let lang = ctx.visit.lang;
    let mut countries: Vec<(String, String)> =
        world.countries.iter().map(|one| (one.code.clone(), one.name.clone())).collect();
    countries.sort_by(|a, b| a.1.cmp(&b.1));
    let regions = packs::country(form.value("country"))?.map(|country| country.regions.clone()).unwrap_or_default();
    let year = format.today().year();
    let years = (world.first_year.max(year - 1)..=world.last_year).map(|year| (year.to_string(), year.to_string()));
    let names = [(Names::Own, tr!("In the country’s language")), (Names::English, tr!("In English"))];
    let status = if form.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = Page {
        shell: ctx.shell().await?,
        countries,
        regions,
        years: years.collect(),
        entities,
        locations,
        names: names.iter().map(|(name, words)| (name.to_string(), lang.text(words).to_owned())).collect(),
        offers: offers.map(|offers| offers.into_iter().map(|offer| row(offer, &form, &format)).collect()),
        form,
    };
    web::page_with(status, &page)
}

fn row(offer: Offer, form: &FormState, format: &Format) -> Row {
    let chosen = form.values("date").next().is_some().then(|| form.is("date", offer.facts.start_date));
    let ticked = offer.there.is_none() && chosen.unwrap_or(offer.is_preset());
    let facts = offer.facts;
    Row {
        date: facts.start_date,
        when: format.full(facts.start_date),
        name: facts.name,
        half: if facts.half == Some(Half::Afternoon) { tr!("the afternoon") } else { "" },
        estimated: facts.estimated,
        there: offer.there,
        ticked,
        moved_from: offer.moves.map(|held| format.day(held.facts.start_date)),
    }
}
