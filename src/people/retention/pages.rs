//! `/people/retention`, the policy; `/people/{id}/erase`, what erasing somebody would do, and the hold.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::api::{HELD, POLICY};
use super::{ERASED, Foreseen, Hold, Kind, Policy, Preview};
use crate::auth::{Ctx, Hr};
use crate::error::{AppError, Result};
use crate::ids::EmployeeId;
use crate::msg;
use crate::web::{self, Flash, Form, FormState, Format, Shell, filters};

const HOME: &str = "/people/retention";

#[derive(Debug, askama::Template)]
#[template(path = "people/retention/policy.html")]
struct PolicyPage {
    shell: Shell,
    form: FormState,
    kinds: Vec<(&'static str, &'static str)>,
    /// Id, name, reason, who and when.
    held: Vec<(EmployeeId, String, String, String)>,
}

/// What a policy takes the first night, before it is set.
#[derive(Debug, askama::Template)]
#[template(path = "people/retention/foreseen.html")]
struct ForeseenPage {
    shell: Shell,
    form: FormState,
    names: Vec<&'static str>,
    foreseen: Foreseen,
    /// How many people are not named.
    more: usize,
}

/// Most people that the page names.
const NAMED: usize = 50;

#[derive(Debug, askama::Template)]
#[template(path = "people/retention/erase.html")]
struct ErasePage {
    shell: Shell,
    id: EmployeeId,
    preview: Preview,
    left: String,
    /// Reason, who and when.
    hold: Option<(String, String)>,
    goes: Vec<(&'static str, i64)>,
    form: FormState,
    hold_form: FormState,
}
web::pages!(PolicyPage, ForeseenPage, ErasePage);

fn by_whom(hold: &Hold, format: &Format) -> String {
    format!("{}, {}", hold.set_by, format.when(hold.set_at))
}

async fn policy_page(ctx: &Ctx, form: Option<FormState>) -> Result<PolicyPage> {
    let format = ctx.format();
    let (policy, held) = ctx.read(|rx, actor| Ok((super::policy(rx, actor)?, super::held(rx, actor)?))).await?;
    let filled = || {
        FormState::of(
            Kind::ALL
                .iter()
                .map(|kind| (kind.as_str(), policy.of(*kind).map(|months| months.to_string()).unwrap_or_default())),
        )
    };
    Ok(PolicyPage {
        shell: ctx.shell().await?,
        form: form.unwrap_or_else(filled),
        kinds: Kind::ALL.iter().map(|kind| (kind.as_str(), kind.label())).collect(),
        held: held
            .into_iter()
            .map(|(id, name, hold)| (id, name, hold.reason.clone(), by_whom(&hold, &format)))
            .collect(),
    })
}

/// `GET /people/retention`
pub async fn show(ctx: Hr) -> Result<Response> {
    web::page(&policy_page(&ctx, None).await?)
}

/// The form of the policy: months, or nothing to keep it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Months {
    contact: Option<u16>,
    bank: Option<u16>,
    photo: Option<u16>,
    custom_fields: Option<u16>,
    leave_reasons: Option<u16>,
    overtime_reasons: Option<u16>,
    onboarding_comments: Option<u16>,
    login: Option<u16>,
    audit: Option<u16>,
    /// What the policy takes tonight was shown.
    seen: bool,
}

/// `POST /people/retention`: where the policy would take something this very night, that is shown first.
pub async fn update(ctx: Hr, form: Form<Months>) -> Result<Response> {
    let (state, input) = form.open();
    let saved = match input {
        Ok(Months {
            contact,
            bank,
            photo,
            custom_fields,
            leave_reasons,
            overtime_reasons,
            onboarding_comments,
            login,
            audit,
            seen,
        }) => {
            let wanted = Policy {
                contact,
                bank,
                photo,
                custom_fields,
                leave_reasons,
                overtime_reasons,
                onboarding_comments,
                login,
                audit,
            };
            let ahead = wanted.clone();
            match ctx.read(move |rx, actor| super::foresee(rx, actor, &ahead)).await {
                Ok(foreseen) if !seen && !foreseen.is_nothing() => return foreseen_page(&ctx, state, foreseen).await,
                Ok(_) => ctx.write(POLICY, move |tx, actor| super::set_policy(tx, actor, &wanted)).await,
                Err(error) => Err(error),
            }
        }
        Err(error) => Err(error),
    };
    match saved {
        Ok(()) => Ok(Flash::ok(msg!("Saved. It applies from tonight on.")).redirect(&ctx.visit, HOME)),
        Err(AppError::Invalid(errors)) => {
            web::page_with(StatusCode::UNPROCESSABLE_ENTITY, &policy_page(&ctx, Some(state.with(errors))).await?)
        }
        Err(other) => Err(other),
    }
}

async fn foreseen_page(ctx: &Ctx, form: FormState, mut foreseen: Foreseen) -> Result<Response> {
    let more = foreseen.people.len().saturating_sub(NAMED);
    foreseen.people.truncate(NAMED);
    let names = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    web::page(&ForeseenPage { shell: ctx.shell().await?, form, names, foreseen, more })
}

async fn erase_page(ctx: &Ctx, id: EmployeeId, form: FormState, hold_form: FormState) -> Result<ErasePage> {
    let format = ctx.format();
    let preview = ctx.read(move |rx, actor| super::preview(rx, actor, id)).await?;
    Ok(ErasePage {
        shell: ctx.shell().await?,
        id,
        left: preview.left.map(|day| format.full(day)).unwrap_or_default(),
        hold: preview.hold.as_ref().map(|hold| (hold.reason.clone(), by_whom(hold, &format))),
        goes: preview.goes.iter().map(|(kind, count)| (kind.label(), *count)).collect(),
        preview,
        form,
        hold_form,
    })
}

/// `GET /people/{id}/erase`
pub async fn ask(ctx: Hr, Path(id): Path<EmployeeId>) -> Result<Response> {
    web::page(&erase_page(&ctx, id, FormState::default(), FormState::default()).await?)
}

/// The number, typed once more.
#[derive(Debug, Deserialize)]
pub struct Typed {
    #[serde(default)]
    number: String,
}

/// `POST /people/{id}/erase`
pub async fn erase(ctx: Hr, Path(id): Path<EmployeeId>, form: Form<Typed>) -> Result<Response> {
    let (state, input) = form.open();
    let erased = match input {
        Ok(input) => ctx.write(ERASED, move |tx, actor| super::erase(tx, actor, id, &input.number)).await,
        Err(error) => Err(error),
    };
    let here = format!("/people/{id}/erase");
    match erased {
        Ok(_) => Ok(Flash::ok(msg!("Erased. What remains has no name any more.")).redirect(&ctx.visit, &here)),
        Err(AppError::Conflict(why)) => Ok(Flash::bad(why).redirect(&ctx.visit, &here)),
        Err(AppError::Invalid(errors)) => {
            let page = erase_page(&ctx, id, state.with(errors), FormState::default()).await?;
            web::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(other) => Err(other),
    }
}

/// Why it is held.
#[derive(Debug, Deserialize)]
pub struct Reason {
    #[serde(default)]
    reason: String,
}

/// `POST /people/{id}/hold`
pub async fn hold(ctx: Hr, Path(id): Path<EmployeeId>, form: Form<Reason>) -> Result<Response> {
    let (state, input) = form.open();
    let held = match input {
        Ok(input) => ctx.write(HELD, move |tx, actor| super::put_hold(tx, actor, id, &input.reason)).await,
        Err(error) => Err(error),
    };
    match held {
        Ok(()) => {
            let said = msg!("On hold: nothing of it is erased until the hold is lifted.");
            Ok(Flash::ok(said).redirect(&ctx.visit, &format!("/people/{id}/erase")))
        }
        Err(AppError::Invalid(errors)) => {
            let page = erase_page(&ctx, id, FormState::default(), state.with(errors)).await?;
            web::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(other) => Err(other),
    }
}

/// `POST /people/{id}/hold/lift`
pub async fn lift(ctx: Hr, Path(id): Path<EmployeeId>) -> Result<Response> {
    ctx.write(HELD, move |tx, actor| super::lift_hold(tx, actor, id)).await?;
    Ok(Flash::ok(msg!("The hold is lifted.")).redirect(&ctx.visit, &format!("/people/{id}/erase")))
}
