//! One's own account: sessions, password, language and theme, personal tokens.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde::Deserialize;

use crate::auth::caller::Caller;
use crate::auth::links::pages::password_hint;
use crate::auth::personal::{self, NewToken, Scope};
use crate::auth::session::{self, Kind};
use crate::auth::{Ctx, Hire, Role, user};
use crate::error::{AppError, Result};
use crate::ids::{PersonalTokenId, SessionId};
use crate::lang::Lang;
use crate::storage::Op;
use crate::web::cookies::preference;
use crate::web::{self, Flash, Form, FormState, Format, Shell, SignInRate, Theme, filters};
use crate::{msg, msg_n, tr};

#[derive(askama::Template)]
#[template(path = "auth/account.html")]
struct Account {
    shell: Shell,
    name: String,
    /// Has a record, and so a profile.
    employed: bool,
    email: String,
    /// "Employee, Manager"
    roles: String,
    sessions: Vec<SessionRow>,
    password: FormState,
    password_hint: String,
    look: FormState,
    languages: Vec<(&'static str, &'static str)>,
    themes: [(&'static str, String, &'static str); 3],
    /// Not before the first day.
    may_have_tokens: bool,
    tokens: Vec<TokenRow>,
    token: FormState,
    scopes: [(&'static str, String); 2],
    lives: [(&'static str, String); 4],
    /// A token that was just made.
    secret: Option<String>,
}
web::pages!(Account);

struct SessionRow {
    id: SessionId,
    device: String,
    address: String,
    since: String,
    last_seen: String,
    current: bool,
    is_api: bool,
}

struct TokenRow {
    id: PersonalTokenId,
    name: String,
    scope: &'static str,
    expires: String,
    last_used: String,
}

/// What a page shows beside what is always there.
#[derive(Default)]
struct Shown {
    password: FormState,
    look: Option<FormState>,
    token: Option<FormState>,
    secret: Option<String>,
}

/// `GET /account`
pub async fn show(Hire(ctx): Hire) -> Result<Response> {
    web::page(&page(&ctx, Shown::default()).await?)
}

async fn page(ctx: &Ctx, shown: Shown) -> Result<Account> {
    let account = ctx.account();
    let lang = ctx.visit.lang;
    let format = Format::new(lang, account.zone.clone(), ctx.auth.clock().now());
    let (id, current) = (account.user_id, ctx.actor.origin.session_id);
    let (sessions, tokens) = ctx.read(move |rx, _| Ok((session::list(rx, id)?, personal::list(rx, id)?))).await?;
    let words = |text: &'static str| lang.text(text).to_owned();
    let look = [("language", account.language.as_str()), ("theme", account.theme.as_str())];
    Ok(Account {
        shell: ctx.shell().await?,
        name: account.name.clone(),
        employed: account.employee_id.is_some(),
        email: account.email.clone(),
        roles: account.roles.iter().map(|role| lang.text(role_name(role))).collect::<Vec<_>>().join(", "),
        sessions: sessions
            .into_iter()
            .map(|row| SessionRow {
                current: current == Some(row.id),
                id: row.id,
                device: row.device,
                address: row.address,
                since: format.when(row.created_at),
                last_seen: format.when(row.last_seen_at),
                is_api: row.kind == Kind::Api,
            })
            .collect(),
        password: shown.password,
        password_hint: lang.msg(&password_hint()),
        look: shown.look.unwrap_or_else(|| FormState::of(look)),
        languages: Lang::all().map(|lang| (lang.code(), lang.name())).collect(),
        themes: [
            ("", words(tr!("As the device says")), ""),
            ("light", words(tr!("Light")), ""),
            ("dark", words(tr!("Dark")), "moon"),
        ],
        may_have_tokens: !account.roles.contains(Role::Hire),
        tokens: tokens
            .into_iter()
            .map(|row| TokenRow {
                id: row.id,
                name: row.name,
                scope: match row.scope {
                    Scope::Read => tr!("reads only"),
                    Scope::Write => tr!("reads and writes"),
                },
                expires: format.when(row.expires_at),
                last_used: row.last_used_at.map_or_else(|| words(tr!("never")), |at| format.when(at)),
            })
            .collect(),
        token: shown.token.unwrap_or_else(|| FormState::of([("scope", "read"), ("days", "90")])),
        scopes: [("read", words(tr!("Reads only"))), ("write", words(tr!("Reads and writes")))],
        lives: [
            ("30", lang.msg(&msg_n!(30, "{0} day", "{0} days"))),
            ("90", lang.msg(&msg_n!(90, "{0} day", "{0} days"))),
            ("180", lang.msg(&msg_n!(180, "{0} day", "{0} days"))),
            ("366", words(tr!("One year"))),
        ],
        secret: shown.secret,
    })
}

fn role_name(role: Role) -> &'static str {
    match user::CHOICES.iter().find(|choice| choice.role == role) {
        Some(choice) => choice.label,
        None => tr!("New hire"),
    }
}

/// The form of a new password.
#[derive(Debug, Deserialize)]
pub struct Passwords {
    current_password: String,
    new_password: String,
    again: String,
}

/// `POST /account/password`
pub async fn password(Hire(ctx): Hire, caller: Caller, _rate: SignInRate, form: Form<Passwords>) -> Result<Response> {
    let (state, input) = form.open();
    let done = match input {
        Ok(input) if input.new_password != input.again => {
            Err(AppError::invalid("again", msg!("This is not the same password as above.")))
        }
        Ok(input) => {
            super::password::change(&ctx, caller.client, input.current_password.into(), input.new_password.into()).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => {
            let said = msg!("Your password is changed. You are signed out everywhere else.");
            Ok(Flash::ok(said).redirect(&ctx.visit, "/account"))
        }
        Err(AppError::Invalid(errors)) => {
            let shown = Shown { password: state.with(errors), ..Shown::default() };
            web::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page(&ctx, shown).await?)
        }
        Err(other) => Err(other),
    }
}

/// `POST /account/sessions/{id}/end`
pub async fn end_session(Hire(ctx): Hire, Path(id): Path<SessionId>) -> Result<Response> {
    ctx.require_session()?;
    ctx.write(Op::act("session.revoked"), move |tx, actor| session::revoke(tx, actor, id)).await?;
    Ok(Flash::ok(msg!("That device is signed out.")).redirect(&ctx.visit, "/account"))
}

/// `POST /account/sessions/end-others`
pub async fn end_others(Hire(ctx): Hire) -> Result<Response> {
    ctx.require_session()?;
    ctx.write(Op::act("session.revoked"), session::revoke_others).await?;
    Ok(Flash::ok(msg!("You are signed out everywhere else.")).redirect(&ctx.visit, "/account"))
}

/// The form of language and theme.
#[derive(Debug, Deserialize)]
pub struct Look {
    language: String,
    theme: Option<String>,
}

/// `POST /account/look`. The choice goes into cookies too, for the pages before signing in.
pub async fn look(Hire(ctx): Hire, form: Form<Look>) -> Result<Response> {
    let input = form.input.map_err(AppError::Invalid)?;
    let lang: Lang =
        input.language.parse().map_err(|_| AppError::invalid("language", msg!("There is no such language.")))?;
    let theme = Theme::read(input.theme.as_deref().unwrap_or_default());
    ctx.write(Op::act("user.look_changed"), move |tx, actor| super::set_look(tx, actor, lang, theme)).await?;
    let mut response = Flash::ok(msg!("Saved.")).redirect(&ctx.visit, "/account");
    for (name, value) in [("lang", lang.code()), ("theme", theme.as_str())] {
        if let Some(cookie) = preference(name, value, ctx.visit.secure) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    Ok(response)
}

/// The form of a new token.
#[derive(Debug, Deserialize)]
pub struct TokenForm {
    name: String,
    scope: Scope,
    days: u16,
}

/// `POST /account/tokens`. Answers with the page itself: the secret is shown this once and is nowhere else.
pub async fn create_token(Hire(ctx): Hire, form: Form<TokenForm>) -> Result<Response> {
    ctx.require_session()?;
    let (state, input) = form.open();
    let slug = ctx.org.slug.as_str().to_owned();
    let done = match input {
        Ok(TokenForm { name, scope, days }) => {
            let new = NewToken { name, scope, days };
            let op = Op::act("personal_token.created");
            ctx.write(op, move |tx, actor| personal::create(tx, actor, &slug, new)).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok((_, secret)) => {
            let shown = Shown { secret: Some(secret), ..Shown::default() };
            web::page_with(StatusCode::CREATED, &page(&ctx, shown).await?)
        }
        Err(AppError::Invalid(errors)) => {
            let shown = Shown { token: Some(state.with(errors)), ..Shown::default() };
            web::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page(&ctx, shown).await?)
        }
        Err(other) => Err(other),
    }
}

/// `POST /account/tokens/{id}/revoke`
pub async fn revoke_token(Hire(ctx): Hire, Path(id): Path<PersonalTokenId>) -> Result<Response> {
    ctx.require_session()?;
    ctx.write(Op::act("personal_token.revoked"), move |tx, actor| personal::revoke(tx, actor, id)).await?;
    Ok(Flash::ok(msg!("The token works no more.")).redirect(&ctx.visit, "/account"))
}
