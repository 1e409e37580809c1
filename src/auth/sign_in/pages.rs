//! The sign-in page, the choice of an organization, and signing out.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;

use crate::auth::caller::Caller;
use crate::auth::cookie::Cookie;
use crate::auth::door::{self, Door};
use crate::auth::session::{self, Kind};
use crate::auth::{Auth, Hire, Maybe};
use crate::error::{AppError, FieldErrors, Msg, Result};
use crate::msg;
use crate::storage::Op;
use crate::web::{self, Form, FormState, Shell, SignInRate, filters};

use super::{Attempt, Choice, Outcome, SignedIn};

#[derive(askama::Template)]
#[template(path = "auth/sign_in.html")]
struct SignIn {
    shell: Shell,
    door: Door,
    form: FormState,
    forgotten: String,
    first_time: String,
}
web::pages!(SignIn);

#[derive(askama::Template)]
#[template(path = "auth/choose.html")]
struct Choose {
    shell: Shell,
    door: Door,
    ticket: String,
    next: String,
    organizations: Vec<(String, String)>,
}
web::pages!(Choose);

/// `GET /sign-in`
pub async fn show(State(auth): State<Arc<Auth>>, caller: Caller, Maybe(signed): Maybe) -> Result<Response> {
    if signed.is_some() {
        return Ok(web::redirect(if caller.next.is_empty() { "/" } else { &caller.next }));
    }
    let form = FormState::of([("next", caller.next.clone()), ("organization", caller.organization.clone())]);
    web::page(&sign_in_page(&auth, &caller, form))
}

fn sign_in_page(auth: &Auth, caller: &Caller, form: FormState) -> SignIn {
    SignIn {
        shell: door::shell(auth, caller),
        door: Door::new(auth, caller),
        form,
        forgotten: caller.link("/forgot-password"),
        first_time: caller.link("/first-time"),
    }
}

/// What the sign-in form holds.
#[derive(Debug, Deserialize)]
pub struct Credentials {
    email: String,
    password: String,
    organization: Option<String>,
    next: Option<String>,
}

/// `POST /sign-in`
pub async fn submit(
    State(auth): State<Arc<Auth>>,
    mut caller: Caller,
    _rate: SignInRate,
    form: Form<Credentials>,
) -> Result<Response> {
    let (state, input) = form.open();
    let input = match input {
        Ok(input) => input,
        Err(AppError::Invalid(errors)) => {
            return again(&auth, &caller, StatusCode::UNPROCESSABLE_ENTITY, state, errors);
        }
        Err(other) => return Err(other),
    };
    caller.next = input.next.unwrap_or_default();
    let attempt = Attempt {
        email: input.email,
        password: input.password.into(),
        organization: input.organization,
        knock: caller.knock(Kind::Web),
    };
    let whole = |message: Msg| {
        let mut errors = FieldErrors::new();
        errors.add("", message);
        errors
    };
    match auth.sign_in(attempt).await? {
        Outcome::SignedIn(signed) => Ok(entered(&caller, &signed)),
        Outcome::Choose(Choice { ticket, organizations }) => web::page(&Choose {
            shell: door::shell(&auth, &caller),
            door: Door::new(&auth, &caller),
            ticket,
            next: caller.next,
            organizations,
        }),
        Outcome::Wrong => {
            let errors = whole(msg!("The e-mail address or the password is wrong."));
            again(&auth, &caller, StatusCode::UNPROCESSABLE_ENTITY, state, errors)
        }
        Outcome::Locked(until) => {
            let now = auth.clock().now();
            let errors = whole(locked(now, until));
            let mut page = again(&auth, &caller, StatusCode::TOO_MANY_REQUESTS, state, errors)?;
            let seconds = now.duration_until(until).as_secs().max(1);
            page.headers_mut().insert(header::RETRY_AFTER, seconds.into());
            Ok(page)
        }
    }
}

fn again(auth: &Auth, caller: &Caller, status: StatusCode, form: FormState, errors: FieldErrors) -> Result<Response> {
    web::page_with(status, &sign_in_page(auth, caller, form.with(errors)))
}

/// How long to wait, for a person.
fn locked(now: Timestamp, until: Timestamp) -> Msg {
    let minutes = (now.duration_until(until).as_secs() + 59) / 60;
    Msg::counted(
        minutes.max(1),
        crate::tr!("Too many wrong passwords. Try again in a minute, or choose a new password by mail."),
        crate::tr!("Too many wrong passwords. Try again in {0} minutes, or choose a new password by mail."),
    )
}

/// Which organization was chosen.
#[derive(Debug, Deserialize)]
pub struct Chosen {
    ticket: String,
    organization: String,
    next: Option<String>,
}

/// `POST /sign-in/organization`
pub async fn choose(
    State(auth): State<Arc<Auth>>,
    mut caller: Caller,
    _rate: SignInRate,
    form: Form<Chosen>,
) -> Result<Response> {
    let (_, input) = form.open();
    let input = input?;
    caller.next = input.next.unwrap_or_default();
    let signed = auth.choose(&input.ticket, &input.organization, &caller.knock(Kind::Web)).await?;
    Ok(entered(&caller, &signed))
}

/// 303 to where the person wanted to go, with the cookies of the new session.
pub(in crate::auth) fn entered(caller: &Caller, signed: &SignedIn) -> Response {
    let secure = caller.visit.secure;
    let mut response = web::redirect(if caller.next.is_empty() { "/" } else { &caller.next });
    let headers = response.headers_mut();
    headers.append(header::SET_COOKIE, Cookie::Session.set(&signed.session.secret, secure));
    headers.append(header::SET_COOKIE, Cookie::Device.set(&signed.device, secure));
    response
}

/// `POST /sign-out`
pub async fn leave(Hire(ctx): Hire) -> Result<Response> {
    ctx.write(Op::act("sign_in.ended"), session::sign_out).await?;
    let mut response = web::redirect("/sign-in");
    response.headers_mut().append(header::SET_COOKIE, Cookie::Session.clear(ctx.visit.secure));
    Ok(response)
}
