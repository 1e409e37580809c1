//! `/admin/settings`

use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::auth::{Admin, Ctx};
use crate::error::{AppError, FieldErrors, Result};
use crate::lang::Lang;
use crate::mail::Color;
use crate::msg;
use crate::orgs::{OrgSettings, WeekStart};
use crate::people::holidays::packs;
use crate::web::{self, Flash, Form, FormState, Shell, filters, time_zones};

/// Where the page lies.
const HERE: &str = "/admin/settings";

#[derive(Debug, askama::Template)]
#[template(path = "admin/settings.html")]
struct Page {
    shell: Shell,
    form: FormState,
    choices: Choices,
}
web::pages!(Page);

/// What the form offers; the wizard's first step offers the same.
#[derive(Debug)]
pub(in crate::admin) struct Choices {
    pub zones: Vec<(String, String)>,
    /// Code and name.
    pub countries: Vec<(String, String)>,
    pub languages: Vec<(&'static str, &'static str)>,
    /// Value, word, and no icon.
    pub week_starts: Vec<(&'static str, &'static str, &'static str)>,
}

impl Choices {
    pub fn new(lang: Lang) -> Result<Choices> {
        let day = |start: WeekStart| match start {
            WeekStart::Monday => "Monday",
            WeekStart::Sunday => "Sunday",
            WeekStart::Saturday => "Saturday",
        };
        Ok(Choices {
            zones: time_zones(),
            countries: countries()?,
            languages: Lang::all().map(|lang| (lang.code(), lang.name())).collect(),
            week_starts: WeekStart::ALL
                .iter()
                .map(|start| (start.as_str(), lang.text_in("day", day(*start)), ""))
                .collect(),
        })
    }
}

/// Every country whose holidays are built in, by name.
///
/// # Errors
/// When what is built in is damaged.
pub(in crate::admin) fn countries() -> Result<Vec<(String, String)>> {
    let known = packs::world()?.countries.iter().map(|one| (one.code.clone(), one.name.clone()));
    let mut countries: Vec<(String, String)> = known.collect();
    countries.sort_by_key(|(_, name)| crate::text::sort_key(name));
    Ok(countries)
}

/// What the form sends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Input {
    pub name: String,
    pub time_zone: String,
    pub language: String,
    pub week_start: Option<WeekStart>,
    pub country: String,
    /// Only on the page of the settings.
    pub color: Option<String>,
}

impl Input {
    /// The settings that come of it.
    ///
    /// # Errors
    /// What cannot be read, by field; what can be is in the settings already.
    pub fn apply(self, settings: &mut OrgSettings) -> Result<()> {
        let mut errors = FieldErrors::new();
        settings.name = self.name;
        match jiff::tz::TimeZone::get(self.time_zone.trim()) {
            Ok(zone) => settings.zone = zone,
            Err(_) => errors.add("time_zone", "There is no such time zone. Write it like Europe/Berlin."),
        }
        match self.language.parse::<Lang>() {
            Ok(lang) => settings.language = lang.code().to_owned(),
            Err(_) => errors.add("language", "Choose one of the languages."),
        }
        settings.week_start = self.week_start.unwrap_or(settings.week_start);
        settings.country = self.country;
        if let Some(color) = self.color {
            match color.trim().parse::<Color>() {
                Ok(color) => settings.color = color,
                Err(_) => errors.add("color", msg!("Write a colour such as {0}.", "#17644a")),
            }
        }
        errors.into_result(())
    }
}

/// The form as the settings stand.
pub(in crate::admin) fn filled(settings: &OrgSettings) -> FormState {
    FormState::of([
        ("name", settings.name.clone()),
        ("time_zone", settings.zone.iana_name().unwrap_or("UTC").to_owned()),
        ("language", settings.language.clone()),
        ("week_start", settings.week_start.to_string()),
        ("country", settings.country.clone()),
        ("color", settings.color.to_string()),
    ])
}

/// Writes what a form holds, and has the organization know it.
///
/// # Errors
/// As [`super::change`].
pub(in crate::admin) async fn save(ctx: &Ctx, input: Input) -> Result<()> {
    save_with(ctx, move |settings| input.apply(settings)).await
}

/// As [`save`], by what is to become of the settings as they then stand.
///
/// # Errors
/// As [`super::change`], and what `apply` says.
pub(super) async fn save_with(
    ctx: &Ctx,
    apply: impl FnOnce(&mut OrgSettings) -> Result<()> + Send + 'static,
) -> Result<()> {
    let changed = ctx.write(super::CHANGED, move |tx, actor| {
        let mut read = Ok(());
        let tried = super::change(tx, actor, |settings| read = apply(settings));
        // Both what could not be read and what is not right, at once.
        match (read, tried) {
            (Ok(()), tried) => tried.map(drop),
            (Err(AppError::Invalid(mut errors)), Err(AppError::Invalid(more))) => {
                errors.0.extend(more.0);
                Err(AppError::Invalid(errors))
            }
            (Err(error), _) => Err(error),
        }
    });
    changed.await?;
    ctx.org.reload_settings().await
}

/// `GET /admin/settings`
pub async fn show(ctx: Admin) -> Result<Response> {
    let form = filled(&ctx.org.settings());
    page(&ctx, StatusCode::OK, form).await
}

/// `POST /admin/settings`
pub async fn submit(ctx: Admin, sent: Form<Input>) -> Result<Response> {
    let (state, input) = sent.open();
    let saved = match input {
        Ok(input) => save(&ctx, input).await,
        Err(error) => Err(error),
    };
    match saved {
        Ok(()) => Ok(Flash::ok(msg!("Saved: {0}.", state.value("name"))).redirect(&ctx.visit, HERE)),
        Err(AppError::Invalid(errors)) => page(&ctx, StatusCode::UNPROCESSABLE_ENTITY, state.with(errors)).await,
        Err(other) => Err(other),
    }
}

async fn page(ctx: &Ctx, status: StatusCode, form: FormState) -> Result<Response> {
    web::page_with(status, &Page { shell: ctx.shell().await?, form, choices: Choices::new(ctx.visit.lang)? })
}
