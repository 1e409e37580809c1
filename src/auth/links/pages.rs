//! Pages behind the links, and the page that asks for one.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::auth::caller::Caller;
use crate::auth::door::{self, Door};
use crate::auth::session;
use crate::auth::sign_in::pages::entered;
use crate::auth::{Auth, first_time, password};
use crate::error::{AppError, FieldErrors, Result};
use crate::text::EmailAddress;
use crate::web::{self, Flash, Form, FormState, Shell, SignInRate, filters};
use crate::{msg, tr};

use super::Kind;
use super::invite::forgotten;

#[derive(askama::Template)]
#[template(path = "auth/forgotten.html")]
struct Forgotten {
    shell: Shell,
    door: Door,
    form: FormState,
    title: &'static str,
    lead: &'static str,
    button: &'static str,
    back: String,
    /// What a password must be: of the first time, where a printed code is taken.
    hint: Option<String>,
}
web::pages!(Forgotten);

#[derive(askama::Template)]
#[template(path = "auth/set_password.html")]
struct SetPassword {
    shell: Shell,
    door: Door,
    form: FormState,
    title: String,
    lead: String,
    email: String,
    hint: String,
    button: &'static str,
}
web::pages!(SetPassword);

/// `GET /forgot-password`
pub async fn forgot(State(auth): State<Arc<Auth>>, caller: Caller) -> Result<Response> {
    web::page(&forgotten_page(&auth, &caller, FormState::default(), false))
}

/// `GET /first-time`
pub async fn first_time(State(auth): State<Arc<Auth>>, caller: Caller) -> Result<Response> {
    first_time_page(&auth, &caller, FormState::default(), StatusCode::OK)
}

/// The page for the first time: a code that was printed, or the invitation once more.
pub(in crate::auth) fn first_time_page(
    auth: &Auth,
    caller: &Caller,
    form: FormState,
    status: StatusCode,
) -> Result<Response> {
    let hint = first_time::pages::hint(caller.visit.lang);
    web::page_with(status, &Forgotten { hint: Some(hint), ..forgotten_page(auth, caller, form, true) })
}

fn forgotten_page(auth: &Auth, caller: &Caller, form: FormState, first_time: bool) -> Forgotten {
    let (title, lead, button) = if first_time {
        (
            tr!("First time here"),
            tr!("HR invites you by mail. If the invitation was lost or is older than 7 days, ask for another."),
            tr!("Send the invitation again"),
        )
    } else {
        (
            tr!("Forgotten password"),
            tr!("Type your address: if it has a login, a link to a new password comes by mail. It works for one hour."),
            tr!("Send the link"),
        )
    };
    Forgotten {
        shell: door::shell(auth, caller),
        door: Door::new(auth, caller),
        form,
        title,
        lead,
        button,
        back: caller.link("/sign-in"),
        hint: None,
    }
}

/// An address that has forgotten its password, or its invitation.
#[derive(Debug, Deserialize)]
pub struct Whose {
    email: String,
}

/// `POST /forgot-password`. The answer is the same whoever asks, and does not wait for what becomes of it.
pub async fn ask(
    State(auth): State<Arc<Auth>>,
    caller: Caller,
    _rate: SignInRate,
    form: Form<Whose>,
) -> Result<Response> {
    let (state, input) = form.open();
    let address =
        input.and_then(|input| input.email.parse::<EmailAddress>().map_err(|why| AppError::invalid("email", why)));
    match address {
        Ok(address) => {
            request(&auth, address, &caller);
            let said =
                msg!("If this address has a login, a mail is on its way. Look into the folder for unwanted mail too.");
            Ok(Flash::ok(said).redirect(&caller.visit, "/sign-in"))
        }
        Err(AppError::Invalid(errors)) => {
            let page = forgotten_page(&auth, &caller, state.with(errors), false);
            web::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(other) => Err(other),
    }
}

/// Does what was asked, without anybody waiting for it: how long it takes would tell which addresses are known.
pub(super) fn request(auth: &Arc<Auth>, address: EmailAddress, caller: &Caller) {
    let (auth, knock) = (Arc::clone(auth), caller.knock(session::Kind::Web));
    tokio::spawn(async move {
        if let Err(error) = forgotten(&auth, address, knock).await {
            tracing::error!(%error, "a link could not be sent");
        }
    });
}

/// A new password, typed twice because nobody sees it.
#[derive(Debug, Deserialize)]
pub struct NewPassword {
    password: String,
    again: String,
}

/// `GET /activate/{token}`
pub async fn activate(State(auth): State<Arc<Auth>>, caller: Caller, Path(token): Path<String>) -> Result<Response> {
    show(&auth, &caller, &token, Kind::Activation).await
}

/// `POST /activate/{token}`
pub async fn activated(
    State(auth): State<Arc<Auth>>,
    caller: Caller,
    Path(token): Path<String>,
    _rate: SignInRate,
    form: Form<NewPassword>,
) -> Result<Response> {
    set(&auth, &caller, &token, Kind::Activation, form).await
}

/// `GET /reset-password/{token}`
pub async fn reset(State(auth): State<Arc<Auth>>, caller: Caller, Path(token): Path<String>) -> Result<Response> {
    show(&auth, &caller, &token, Kind::PasswordReset).await
}

/// `POST /reset-password/{token}`
pub async fn was_reset(
    State(auth): State<Arc<Auth>>,
    caller: Caller,
    Path(token): Path<String>,
    _rate: SignInRate,
    form: Form<NewPassword>,
) -> Result<Response> {
    set(&auth, &caller, &token, Kind::PasswordReset, form).await
}

async fn show(auth: &Auth, caller: &Caller, token: &str, kind: Kind) -> Result<Response> {
    match page(auth, caller, token, kind, FormState::default()).await {
        Err(AppError::NotFound) => Ok(over(caller)),
        found => web::page(&found?),
    }
}

async fn set(auth: &Auth, caller: &Caller, token: &str, kind: Kind, form: Form<NewPassword>) -> Result<Response> {
    let (state, input) = form.open();
    let done = match input {
        Ok(input) if input.password != input.again => {
            Err(AppError::invalid("again", msg!("This is not the same password as above.")))
        }
        Ok(input) => auth.follow_link(token, kind, input.password.into(), &caller.knock(session::Kind::Web)).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(signed) => Ok(entered(caller, &signed)),
        Err(AppError::NotFound) => Ok(over(caller)),
        Err(AppError::Invalid(errors)) => again(auth, caller, token, kind, state, errors).await,
        Err(other) => Err(other),
    }
}

async fn again(
    auth: &Auth,
    caller: &Caller,
    token: &str,
    kind: Kind,
    state: FormState,
    errors: FieldErrors,
) -> Result<Response> {
    match page(auth, caller, token, kind, state.with(errors)).await {
        Err(AppError::NotFound) => Ok(over(caller)),
        found => web::page_with(StatusCode::UNPROCESSABLE_ENTITY, &found?),
    }
}

/// A link that was used or is too old leads to where another can be had.
fn over(caller: &Caller) -> Response {
    let said = msg!("This link was used already or is too old. Type your address, and another comes by mail.");
    Flash::warn(said).redirect(&caller.visit, "/forgot-password")
}

async fn page(auth: &Auth, caller: &Caller, token: &str, kind: Kind, form: FormState) -> Result<SetPassword> {
    let (org, link) = auth.open_link(token, kind, caller.host()).await?;
    let lang = caller.visit.lang;
    let name = org.settings().name.clone();
    let (title, lead, button) = match kind {
        Kind::Activation => (
            msg!("Welcome, {0}", link.name),
            msg!("Choose a password for your login at {0}.", name),
            tr!("Choose and sign in"),
        ),
        Kind::PasswordReset => (
            msg!("A new password"),
            msg!("For your login at {0}. You are signed out everywhere else.", name),
            tr!("Save and sign in"),
        ),
    };
    Ok(SetPassword {
        shell: door::shell(auth, caller),
        door: Door::new(auth, caller),
        form,
        title: lang.msg(&title),
        lead: lang.msg(&lead),
        email: link.email,
        hint: lang.msg(&password_hint()),
        button,
    })
}

/// What a password must be, beside the field.
pub(in crate::auth) fn password_hint() -> crate::error::Msg {
    msg!("At least {0} characters. A few words in a row are easy to remember.", password::MIN_CHARS)
}
