//! `/overtime/limits`: how much overtime is recommended and allowed, as HR sets it.

use axum::http::StatusCode;
use axum::response::Response;

use super::Tabs;
use super::compose::Typed;
use crate::auth::{Ctx, Hr};
use crate::error::{AppError, FieldErrors, Result};
use crate::msg;
use crate::overtime::limits;
use crate::overtime::rules::{Limit, LimitPeriod, Limits};
use crate::overtime::words::limit_name;
use crate::people::schedule::form::{hours, written};
use crate::time::Minutes;
use crate::web::{self, Flash, Form, FormState, Shell, filters};

#[derive(Debug, askama::Template)]
#[template(path = "overtime/limits.html")]
struct Page {
    shell: Shell,
    tabs: Tabs,
    /// The period in words, and the names of its two controls.
    rows: Vec<(String, String, String)>,
    form: FormState,
}
web::pages!(Page);

/// `GET /overtime/limits`
pub async fn show(ctx: Hr) -> Result<Response> {
    let form = ctx.read(|rx, _| Ok(filled(&limits::get(rx)?))).await?;
    page(&ctx, form, StatusCode::OK).await
}

/// `POST /overtime/limits`
pub async fn save(ctx: Hr, form: Form<Typed>) -> Result<Response> {
    let state = form.state;
    let saved = match read(&state) {
        Ok(wanted) => ctx.write(limits::SET, move |tx, actor| limits::set(tx, actor, &wanted)).await,
        Err(error) => Err(error),
    };
    match saved {
        Ok(()) => {
            let said = msg!("The limits are saved. What was sent already stays as it is.");
            Ok(Flash::ok(said).redirect(&ctx.visit, "/overtime/limits"))
        }
        Err(AppError::Invalid(errors)) => page(&ctx, state.with(errors), StatusCode::UNPROCESSABLE_ENTITY).await,
        Err(other) => Err(other),
    }
}

async fn page(ctx: &Ctx, form: FormState, status: StatusCode) -> Result<Response> {
    let row = |kind: &LimitPeriod| {
        (ctx.visit.lang.msg(&limit_name(*kind)), format!("{kind}.recommended"), format!("{kind}.maximum"))
    };
    let rows = LimitPeriod::ALL.iter().map(row).collect();
    let tabs = Tabs::of(&ctx.actor, "limits");
    web::page_with(status, &Page { shell: ctx.shell().await?, tabs, rows, form })
}

fn filled(limits: &Limits) -> FormState {
    let shown = |figure: Option<Minutes>| figure.map(written).unwrap_or_default();
    let mut values = vec![("cycle_start_day".to_owned(), limits.cycle_start_day.to_string())];
    for kind in LimitPeriod::ALL.iter().copied() {
        let limit = limits.of(kind);
        values.push((format!("{kind}.recommended"), shown(limit.recommended)));
        values.push((format!("{kind}.maximum"), shown(limit.maximum)));
    }
    FormState::of(values)
}

/// What was typed; an empty figure is no limit.
fn read(state: &FormState) -> Result<Limits> {
    let mut errors = FieldErrors::new();
    let mut figure = |name: String| match state.value(&name).trim() {
        "" => None,
        text => {
            let read = hours(text);
            if read.is_none() {
                errors.add(name, msg!("Write hours such as 8 or 7:30; this says {0}.", text));
            }
            read
        }
    };
    let mut limit = |kind: LimitPeriod| Limit {
        recommended: figure(format!("{kind}.recommended")),
        maximum: figure(format!("{kind}.maximum")),
    };
    let limits = Limits {
        day: limit(LimitPeriod::Day),
        week: limit(LimitPeriod::Week),
        month: limit(LimitPeriod::Month),
        year: limit(LimitPeriod::Year),
        // What is no day of the month is told by the action, beside its field.
        cycle_start_day: state.value("cycle_start_day").trim().parse().unwrap_or(0),
    };
    errors.into_result(limits)
}
