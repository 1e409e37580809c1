//! `/admin/mail`

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::appliance::House;
use crate::auth::{Admin, Ctx};
use crate::error::{AppError, Result};
use crate::lang::Lang;
use crate::notifications::{MailServer, Secret, ServerInput, Tested, queue};
use crate::storage::marks::Standing;
use crate::text::EmailAddress;
use crate::web::{self, Flash, Form, FormState, Patient, Shell, filters};
use crate::{msg, tr};

/// Where the page lies.
pub(in crate::admin) const HERE: &str = "/admin/mail";

#[derive(Debug, askama::Template)]
#[template(path = "admin/mail.html")]
struct Page {
    shell: Shell,
    operator: bool,
    /// The settings file names the server.
    fixed: bool,
    /// A server is named, and can be used.
    usable: bool,
    /// Why the one that is named cannot; empty where nothing is wrong.
    trouble: String,
    form: FormState,
    securities: Vec<(&'static str, &'static str)>,
    me: String,
    /// Mail of the organization that was given up.
    failed: i64,
    tested: Option<Told>,
}
web::pages!(Page);

/// A test, as it is told.
#[derive(Debug)]
struct Told {
    well: bool,
    words: String,
    lines: Vec<String>,
}

/// What the form sends.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Input {
    host: String,
    port: Option<u16>,
    security: String,
    user: String,
    password: Secret,
    from: String,
    authority: String,
}

impl From<Input> for ServerInput {
    fn from(input: Input) -> Self {
        ServerInput {
            host: input.host.trim().to_owned(),
            port: input.port.unwrap_or_default(),
            security: input.security,
            user: input.user.trim().to_owned(),
            password: (!input.password.is_empty()).then_some(input.password),
            from: input.from.trim().to_owned(),
            authority: input.authority.trim().to_owned(),
        }
    }
}

/// What the form offers.
pub(in crate::admin) fn securities(lang: Lang) -> Vec<(&'static str, &'static str)> {
    let kinds = [
        ("starttls", tr!("Encrypted after a greeting (STARTTLS, usually port 587)")),
        ("tls", tr!("Encrypted from the first byte (TLS, usually port 465)")),
        ("plain", tr!("Not encrypted (usually port 25), for a relay in the house")),
    ];
    kinds.into_iter().map(|(value, words)| (value, lang.text(words))).collect()
}

/// The form as the server in use stands.
pub(in crate::admin) fn filled(server: &MailServer) -> FormState {
    let shown = server.shown();
    FormState::of([
        ("host", shown.host),
        ("port", shown.port.to_string()),
        ("security", shown.security),
        ("user", shown.user),
        ("from", shown.from),
        ("authority", shown.authority),
    ])
}

/// Writes what a form holds.
///
/// # Errors
/// [`AppError::Forbidden`] for who is no operator; as [`MailServer::set`].
pub(in crate::admin) async fn save(ctx: &Ctx, house: &House, input: ServerInput) -> Result<()> {
    ctx.require_operator().await?;
    house.mail.set(&house.orgs, ctx.org.slug.as_str(), &ctx.actor, input).await
}

/// What was typed, with a word about the password, which no form shows again.
pub(in crate::admin) fn again(mut form: FormState) -> FormState {
    if !form.value("password").is_empty() && !form.has_error("password") {
        form.errors.add("password", "Type the password once more: it is not shown again.");
    }
    form
}

/// `GET /admin/mail`
pub async fn show(ctx: Admin, State(house): State<Arc<House>>) -> Result<Response> {
    page(&ctx, &house, StatusCode::OK, filled(&house.mail), None).await
}

/// `POST /admin/mail`
pub async fn submit(ctx: Admin, State(house): State<Arc<House>>, sent: Form<Input>) -> Result<Response> {
    let (state, input) = sent.open();
    let saved = match input {
        Ok(input) => save(&ctx, &house, input.into()).await,
        Err(error) => Err(error),
    };
    match saved {
        Ok(()) => Ok(Flash::ok(msg!("Saved. Try it out with a mail to yourself.")).redirect(&ctx.visit, HERE)),
        Err(AppError::Invalid(errors)) => {
            let state = again(state.with(errors));
            page(&ctx, &house, StatusCode::UNPROCESSABLE_ENTITY, state, None).await
        }
        Err(other) => Err(other),
    }
}

/// `POST /admin/mail/test`: a letter to whoever asks, and what was said.
pub async fn test(ctx: Admin, _patient: Patient, State(house): State<Arc<House>>) -> Result<Response> {
    let Tested { refused, dialogue } = try_out(&ctx, &house).await?;
    let lang = ctx.visit.lang;
    let told = Told {
        well: refused.is_none(),
        words: lang.msg(&match refused {
            None => msg!("The mail server took a mail to {0}. Look whether it arrived.", ctx.account().email),
            Some(why) => msg!("No mail left: {0}", why),
        }),
        lines: dialogue.lines().to_vec(),
    };
    page(&ctx, &house, StatusCode::OK, filled(&house.mail), Some(told)).await
}

/// Sends the letter.
///
/// # Errors
/// As [`MailServer::test`]; [`AppError::Forbidden`] for who is no operator.
pub(super) async fn try_out(ctx: &Ctx, house: &House) -> Result<Tested> {
    ctx.require_operator().await?;
    if matches!(ctx.auth.orgs.holding().standing(), Standing::Copy) {
        return Err(AppError::conflict("This is a test copy: it sends no mail."));
    }
    let to: EmailAddress = ctx.account().email.parse().map_err(|why| AppError::invalid("email", why))?;
    house.mail.test(&ctx.org, &house.base_url_of(&ctx.org), &to, &ctx.actor).await
}

async fn page(ctx: &Ctx, house: &House, status: StatusCode, form: FormState, tested: Option<Told>) -> Result<Response> {
    let in_use = house.mail.in_use();
    let page = Page {
        shell: ctx.shell().await?,
        operator: ctx.is_operator().await?,
        fixed: house.mail.is_fixed(),
        usable: in_use.usable().is_some(),
        trouble: in_use.trouble().unwrap_or_default().to_owned(),
        form,
        securities: securities(ctx.visit.lang),
        me: ctx.account().email.clone(),
        failed: ctx.read(|rx, actor| Ok(queue::counts(rx, actor)?.1)).await?,
        tested,
    };
    web::page_with(status, &page)
}
