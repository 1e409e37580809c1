//! The set-up page.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::auth::Auth;
use crate::auth::caller::Caller;
use crate::auth::door::{self, Door};
use crate::auth::links::pages::password_hint;
use crate::auth::session::Kind;
use crate::auth::sign_in::pages::entered;
use crate::error::{AppError, Result};
use crate::lang::Lang;
use crate::web::{self, Form, FormState, Shell, SignInRate, filters};

use super::SetUp;

#[derive(askama::Template)]
#[template(path = "auth/set_up.html")]
struct Page {
    shell: Shell,
    door: Door,
    form: FormState,
    zones: Vec<(String, String)>,
    languages: Vec<(&'static str, &'static str)>,
    hint: String,
}
web::pages!(Page);

/// What the form holds.
#[derive(Debug, Deserialize)]
pub struct Input {
    organization: String,
    time_zone: String,
    language: Option<String>,
    name: String,
    email: String,
    password: String,
    hr: Option<String>,
}

/// `GET /set-up/{token}`
pub async fn show(State(auth): State<Arc<Auth>>, caller: Caller, Path(token): Path<String>) -> Result<Response> {
    auth.open_setup(&token).await?;
    let form = FormState::of([("language", caller.visit.lang.code()), ("hr", "yes")]);
    web::page(&page(&auth, &caller, form))
}

/// `POST /set-up/{token}`
pub async fn submit(
    State(auth): State<Arc<Auth>>,
    mut caller: Caller,
    Path(token): Path<String>,
    _rate: SignInRate,
    form: Form<Input>,
) -> Result<Response> {
    let (state, input) = form.open();
    caller.next = "/admin/set-up".to_owned();
    let done = match input {
        Ok(input) => {
            let input = SetUp {
                organization: input.organization,
                time_zone: input.time_zone,
                language: input.language.and_then(|code| code.parse().ok()).unwrap_or(caller.visit.lang),
                name: input.name,
                email: input.email,
                password: input.password.into(),
                hr: input.hr.is_some(),
            };
            auth.set_up(&token, input, &caller.knock(Kind::Web), (caller.host(), &caller.origin())).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(signed) => Ok(entered(&caller, &signed)),
        Err(AppError::Invalid(errors)) => {
            web::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page(&auth, &caller, state.with(errors)))
        }
        Err(other) => Err(other),
    }
}

fn page(auth: &Auth, caller: &Caller, form: FormState) -> Page {
    Page {
        shell: door::shell(auth, caller),
        door: Door::new(auth, caller),
        form,
        zones: web::time_zones(),
        languages: Lang::all().map(|lang| (lang.code(), lang.name())).collect(),
        hint: caller.visit.lang.msg(&password_hint()),
    }
}
