//! The form of a location.

use axum::extract::Path;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;

use super::LocationFacts;
use super::api::{CHANGED, CREATED};
use crate::auth::{Ctx, Hr};
use crate::error::{AppError, Result};
use crate::ids::{EntityId, LocationId};
use crate::people::org::entity;
use crate::people::org::pages::{HOME, UnitForm, wrong};
use crate::people::recount::{self, Ask, ConsentOf as _, Written};
use crate::people::words;
use crate::time::FreeDayRule;
use crate::web::{Form, FormState};
use crate::{msg, tr};

/// What becomes of a whole holiday on a day that somebody does not work anyway.
const FREE_DAYS: [(FreeDayRule, &str); 3] = [
    (FreeDayRule::Nothing, tr!("is lost")),
    (FreeDayRule::NextWorkingDay, tr!("is kept on the person’s next working day")),
    (FreeDayRule::LieuDay, tr!("gives the person a lieu day")),
];

/// What the form sends; what is missing is asked for by the action.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Input {
    entity_id: Option<EntityId>,
    name: String,
    code: String,
    time_zone: String,
    country: String,
    region: String,
    address: String,
    holiday_on_free_day: Option<FreeDayRule>,
    free_day_from: Option<Date>,
    lieu_expires_months: Option<u8>,
}

impl Input {
    fn facts(self) -> Result<LocationFacts> {
        let entity_id = self.entity_id.ok_or_else(|| AppError::invalid("entity_id", "This is needed."))?;
        Ok(LocationFacts {
            entity_id,
            name: self.name,
            code: self.code,
            time_zone: self.time_zone,
            country: self.country,
            region: self.region,
            address: self.address,
            holiday_on_free_day: self.holiday_on_free_day.unwrap_or(FreeDayRule::Nothing),
            free_day_from: self.free_day_from,
            lieu_expires_months: self.lieu_expires_months,
        })
    }
}

/// `GET /people/organization/locations/new`
pub async fn new(ctx: Hr) -> Result<Response> {
    let zone = ctx.org.settings().zone.iana_name().unwrap_or("UTC").to_owned();
    form(&ctx, None).await?.show(FormState::of([("time_zone", zone)]))
}

/// `POST /people/organization/locations/new`
pub async fn create(ctx: Hr, form: Form<Input>) -> Result<Response> {
    save(&ctx, None, form).await
}

/// `GET /people/organization/locations/{id}`
pub async fn edit(ctx: Hr, Path(id): Path<LocationId>) -> Result<Response> {
    let facts = ctx.read(move |rx, _| super::get(rx, id)).await?.facts;
    let filled = FormState::of([
        ("entity_id", facts.entity_id.to_string()),
        ("name", facts.name),
        ("code", facts.code),
        ("time_zone", facts.time_zone),
        ("country", facts.country),
        ("region", facts.region),
        ("address", facts.address),
        ("holiday_on_free_day", facts.holiday_on_free_day.to_string()),
        ("free_day_from", facts.free_day_from.map(|date| date.to_string()).unwrap_or_default()),
        ("lieu_expires_months", facts.lieu_expires_months.map(|months| months.to_string()).unwrap_or_default()),
    ]);
    form(&ctx, Some(id)).await?.show(filled)
}

/// `POST /people/organization/locations/{id}`
pub async fn update(ctx: Hr, Path(id): Path<LocationId>, form: Form<Input>) -> Result<Response> {
    save(&ctx, Some(id), form).await
}

async fn form(ctx: &Ctx, id: Option<LocationId>) -> Result<UnitForm> {
    let read = ctx.read(move |rx, _| {
        let held = id.map(|id| super::get(rx, id)).transpose()?;
        let mut entities = entity::choices(rx)?;
        // The one it has stays choosable, though it was deactivated since.
        if let Some(own) = held.as_ref().map(|held| held.entity.clone()).filter(|own| !entities.contains(own)) {
            entities.push(own);
        }
        Ok((held.map(|held| held.facts.name), entities))
    });
    let (name, entities) = read.await?;
    let (title, action) = match (name, id) {
        (Some(name), Some(id)) => (name, format!("{HOME}/locations/{id}")),
        _ => (ctx.visit.lang.text(tr!("New location")).to_owned(), format!("{HOME}/locations/new")),
    };
    let mut page = UnitForm::new(ctx, "locations", title, action).await?;
    page.above = words::options(entities);
    page.id = id.map_or(0, |id| id.0);
    let rule = |(rule, words): &(FreeDayRule, &str)| (rule.to_string(), ctx.visit.lang.text(words).to_owned());
    page.free_days = FREE_DAYS.iter().map(rule).collect();
    page.zones = jiff::tz::db().available().map(|zone| zone.to_string()).filter(|name| name.contains('/')).collect();
    Ok(page)
}

async fn save(ctx: &Ctx, id: Option<LocationId>, sent: Form<Input>) -> Result<Response> {
    let (state, input) = sent.open();
    if recount::turned_back(&state) {
        return form(ctx, id).await?.show(state);
    }
    let saved = match (input.and_then(Input::facts), id) {
        (Ok(facts), None) => {
            let made = ctx.write(CREATED, move |tx, actor| super::create(tx, actor, facts).map(drop)).await;
            made.map(|()| Written::Done((), Vec::new()))
        }
        (Ok(facts), Some(id)) => {
            recount::write(ctx, CHANGED, state.consent(), move |tx, actor| {
                Ok(((), super::update(tx, actor, id, |held| *held = facts)?))
            })
            .await
        }
        (Err(error), _) => Err(error),
    };
    match wrong(saved)? {
        Ok(Written::Asks(touched)) => {
            let here = id.map_or_else(|| HOME.to_owned(), |id| format!("{HOME}/locations/{id}"));
            Ask::show(ctx, msg!("Save {0}?", state.value("name")), (&here, &here), &state, &touched).await
        }
        Ok(Written::Done((), touched)) => {
            Ok(recount::said(msg!("Saved: {0}.", state.value("name")), &touched).redirect(&ctx.visit, HOME))
        }
        Err(errors) => form(ctx, id).await?.show(state.with(errors)),
    }
}
