//! `/welcome/confirm`, once after the first password; the code on `/first-time`; and the sheet that HR prints.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use std::sync::Arc;

use super::{Arrival, PAGE, PRINTED, Printed, confirm};
use crate::auth::caller::Caller;
use crate::auth::links::pages::{first_time_page, password_hint};
use crate::auth::sign_in::pages::entered;
use crate::auth::{Auth, Ctx, Hire, Hr, session};
use crate::error::{AppError, Result};
use crate::ids::EmployeeId;
use crate::lang::Lang;
use crate::msg;
use crate::notifications::Topic;
use crate::people::{self, directory};
use crate::storage::Op;
use crate::web::{self, Flash, Form, FormState, Shell, SignInRate, filters};

#[derive(askama::Template)]
#[template(path = "auth/confirm.html")]
struct Confirm {
    shell: Shell,
    name: String,
    facts: Vec<(&'static str, String)>,
    form: FormState,
    languages: Vec<(&'static str, &'static str)>,
    topics: Vec<(String, String)>,
}

#[derive(askama::Template)]
#[template(path = "auth/printed.html")]
struct Sheet {
    shell: Shell,
    id: EmployeeId,
    printed: Printed,
    /// Where the code is typed.
    link: String,
    until: String,
}
web::pages!(Confirm, Sheet);

async fn page(ctx: &Ctx, form: FormState) -> Result<Confirm> {
    let own = ctx.actor.require_employee()?;
    let profile = ctx.read(move |rx, actor| Ok(directory::profile(rx, actor, own)?.0)).await?;
    let lang = ctx.visit.lang;
    let named =
        |of: Option<people::NameRef>| of.map_or_else(|| lang.text(crate::tr!("none")).to_owned(), |one| one.name);
    let facts = vec![
        (crate::tr!("Location"), named(profile.location)),
        (crate::tr!("Department"), named(profile.department)),
        (crate::tr!("Line manager"), named(profile.manager)),
    ];
    let topics = Topic::ALL.iter().filter(|topic| !topic.is_locked());
    Ok(Confirm {
        shell: ctx.shell().await?,
        name: ctx.actor.name.split(' ').next().unwrap_or_default().to_owned(),
        facts,
        form,
        languages: Lang::all().map(|lang| (lang.code(), lang.name())).collect(),
        topics: topics.map(|topic| (topic.to_string(), lang.text(topic.label()).to_owned())).collect(),
    })
}

/// `GET /welcome/confirm`
pub async fn show(Hire(ctx): Hire) -> Result<Response> {
    if ctx.account().welcomed {
        return Ok(web::redirect("/"));
    }
    let topics = Topic::ALL.iter().map(|topic| ("mail", topic.to_string()));
    let form = FormState::of(topics.chain([("language", ctx.visit.lang.code().to_owned())]));
    web::page(&page(&ctx, form).await?)
}

/// What the form sends.
#[derive(Debug, Deserialize)]
pub struct Said {
    right: String,
    #[serde(default)]
    words: String,
    language: String,
    #[serde(default)]
    mail: Vec<Topic>,
}

/// `POST /welcome/confirm`
pub async fn submit(Hire(ctx): Hire, form: Form<Said>) -> Result<Response> {
    let (state, input) = form.open();
    let said = match input {
        Ok(input) => {
            let language: Lang = input
                .language
                .parse()
                .map_err(|_| AppError::invalid("language", msg!("There is no such language.")))?;
            let arrival = Arrival { right: input.right == "yes", words: input.words, language, mail: input.mail };
            let right = arrival.right;
            let op = Op::act("user.welcomed");
            ctx.write(op, move |tx, actor| confirm(tx, actor, &arrival)).await.map(|()| right)
        }
        Err(error) => Err(error),
    };
    match said {
        Ok(true) => Ok(Flash::ok(msg!("Thank you. You are set up.")).redirect(&ctx.visit, "/")),
        Ok(false) => Ok(Flash::ok(msg!("Thank you. HR has been told what is wrong.")).redirect(&ctx.visit, "/")),
        Err(AppError::Conflict(why)) => Ok(Flash::ok(why).redirect(&ctx.visit, "/")),
        Err(AppError::Invalid(errors)) => {
            web::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page(&ctx, state.with(errors)).await?)
        }
        Err(other) => Err(other),
    }
}

/// For pages on which something is requested: the way to what comes first, where it is due.
pub fn first(ctx: &Ctx) -> Option<Response> {
    (!ctx.account().welcomed).then(|| web::redirect(PAGE))
}

/// A code, the address it belongs to, and the password to be.
#[derive(Debug, Deserialize)]
pub struct ByCode {
    #[serde(default)]
    email: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    again: String,
}

/// `POST /first-time`
pub async fn redeem(
    State(auth): State<Arc<Auth>>,
    caller: Caller,
    _rate: SignInRate,
    form: Form<ByCode>,
) -> Result<Response> {
    let (state, input) = form.open();
    let done = match input {
        Ok(input) if input.password != input.again => {
            Err(AppError::invalid("again", msg!("This is not the same password as above.")))
        }
        Ok(input) => {
            let knock = caller.knock(session::Kind::Web);
            auth.follow_code(&input.email, &input.code, input.password.into(), &knock).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(signed) => Ok(entered(&caller, &signed)),
        Err(AppError::Invalid(errors)) => {
            let typed = FormState::of(["email", "code"].map(|name| (name, state.value(name).to_owned())));
            first_time_page(&auth, &caller, typed.with(errors), StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(other) => Err(other),
    }
}

/// `POST /people/{id}/printed-code`: makes the code and shows its sheet; it is nowhere else.
pub async fn print(ctx: Hr, caller: Caller, Path(id): Path<EmployeeId>) -> Result<Response> {
    let org = Arc::clone(&ctx.org);
    let made = ctx.write(PRINTED, move |tx, actor| {
        let user = people::employee::login::ready(tx, actor, &org, id)?;
        super::print(tx, actor, &org, user)
    });
    let printed = match made.await {
        Ok(printed) => printed,
        Err(AppError::Conflict(why)) => return Ok(Flash::bad(why).redirect(&ctx.visit, &format!("/people/{id}"))),
        Err(AppError::Invalid(errors)) if !errors.is_empty() => {
            return Ok(Flash::bad(errors.0[0].1.clone()).redirect(&ctx.visit, &format!("/people/{id}")));
        }
        Err(other) => return Err(other),
    };
    let until = until(&ctx, printed.expires_at);
    let link = format!("{}/first-time", caller.origin());
    let sheet = Sheet { shell: ctx.shell().await?, id, printed, link, until };
    web::page_with(StatusCode::CREATED, &sheet)
}

fn until(ctx: &Ctx, at: Timestamp) -> String {
    let format = ctx.format();
    format.full(at.to_zoned(ctx.actor.zone.clone()).date())
}

/// What a password must be, for the page.
pub(in crate::auth) fn hint(lang: Lang) -> String {
    lang.msg(&password_hint())
}
