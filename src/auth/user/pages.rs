//! Logins as an admin looks after them: the list, and one of them.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::auth::actor::Role;
use crate::auth::{Ctx, Staff, links, lockout, session};
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::UserId;
use crate::storage::Op;
use crate::web::listing::ListQuery;
use crate::web::parts::Pager;
use crate::web::{self, Flash, Form, FormState, Shell, filters};
use crate::{msg, tr};

use super::{CHOICES, FILTERS, ORDERINGS, State, User};

#[derive(askama::Template)]
#[template(path = "auth/users.html")]
struct Users {
    shell: Shell,
    form: FormState,
    roles: Vec<(&'static str, String)>,
    states: Vec<(&'static str, String)>,
    total: i64,
    filtered: bool,
    rows: Vec<Row>,
    pager: Pager,
}
web::pages!(Users);

struct Row {
    id: UserId,
    name: String,
    email: String,
    roles: String,
    state: (&'static str, &'static str),
    last_seen: String,
}

#[derive(askama::Template)]
#[template(path = "auth/user.html")]
struct One {
    shell: Shell,
    id: UserId,
    name: String,
    email: String,
    employee: Option<i64>,
    state: (&'static str, &'static str),
    is_disabled: bool,
    is_invited: bool,
    is_self: bool,
    created: String,
    last_seen: String,
    locked_until: Option<String>,
    sessions: Vec<SessionRow>,
    form: FormState,
    choices: Vec<(&'static str, String)>,
    may_set_roles: bool,
}
web::pages!(One);

struct SessionRow {
    device: String,
    address: String,
    last_seen: String,
}

/// Glyph and words of a state, as the macro `ui::state` takes them.
fn state(state: State) -> (&'static str, &'static str) {
    match state {
        State::Invited => ("wait", tr!("invited")),
        State::Active => ("ok", tr!("active")),
        State::Disabled => ("off", tr!("disabled")),
    }
}

/// `GET /admin/users`
pub async fn index(Staff(ctx): Staff, query: ListQuery) -> Result<Response> {
    let listing = query.listing(ORDERINGS, FILTERS)?;
    let asked = listing.clone();
    let (users, total) = ctx.read(move |rx, actor| super::list(rx, actor, &asked)).await?;
    let lang = ctx.visit.lang;
    let format = ctx.format();
    let row = |user: User| Row {
        id: user.id,
        roles: words(&ctx, &user),
        state: state(user.state),
        last_seen: user.last_seen_at.map_or_else(|| lang.text(tr!("never")).to_owned(), |at| format.when(at)),
        name: user.name,
        email: user.email,
    };
    let names = ["search", "role", "state"];
    web::page(&Users {
        shell: ctx.shell().await?,
        form: FormState::of(names.map(|name| (name, listing.text(name)))),
        filtered: names.iter().any(|name| !listing.text(name).is_empty()),
        roles: CHOICES.iter().map(|c| (c.role.as_str(), lang.text(c.label).to_owned())).collect(),
        states: State::ALL.iter().map(|s| (s.as_str(), lang.text(state(*s).1).to_owned())).collect(),
        rows: users.into_iter().map(row).collect(),
        pager: Pager::new(&format, &listing, total),
        total,
    })
}

/// The roles that were given; whoever is on the staff is an employee without being given it.
fn words(ctx: &Ctx, user: &User) -> String {
    let given = CHOICES.iter().filter(|choice| {
        user.roles.contains(choice.role) || (choice.role == Role::Employee && user.employee.is_some())
    });
    given.map(|choice| ctx.visit.lang.text(choice.label)).collect::<Vec<_>>().join(", ")
}

/// `GET /admin/users/{id}`
pub async fn show(Staff(ctx): Staff, Path(id): Path<UserId>) -> Result<Response> {
    web::page(&page(&ctx, id, None).await?)
}

async fn page(ctx: &Ctx, id: UserId, form: Option<FormState>) -> Result<One> {
    let (user, sessions, locked) = ctx
        .read(move |rx, actor| {
            let user = super::get(rx, actor, id)?;
            Ok((user, session::list(rx, id)?, lockout::locked_until(rx, id)?))
        })
        .await?;
    let (lang, format) = (ctx.visit.lang, ctx.format());
    let given = || FormState::of(user.roles.iter().map(|role| ("roles", role.as_str())));
    let choices = CHOICES.iter().filter(|choice| choice.role != Role::Employee);
    Ok(One {
        shell: ctx.shell().await?,
        id,
        form: form.unwrap_or_else(given),
        choices: choices
            .map(|c| (c.role.as_str(), format!("{}: {}", lang.text(c.label), lang.text(c.means))))
            .collect(),
        may_set_roles: ctx.actor.is_admin(),
        employee: user.employee.map(|(id, _)| id.0),
        state: state(user.state),
        is_disabled: user.state == State::Disabled,
        is_invited: user.state == State::Invited,
        is_self: ctx.actor.user_id == Some(id),
        created: format.when(user.created_at),
        last_seen: user.last_seen_at.map_or_else(|| lang.text(tr!("never")).to_owned(), |at| format.when(at)),
        locked_until: locked.map(|at| format.when(at)),
        sessions: sessions
            .into_iter()
            .map(|row| SessionRow {
                device: row.device,
                address: row.address,
                last_seen: format.when(row.last_seen_at),
            })
            .collect(),
        name: user.name,
        email: user.email,
    })
}

/// The roles that are ticked.
#[derive(Debug, Deserialize)]
pub struct Ticked {
    #[serde(default)]
    roles: Vec<Role>,
}

/// `POST /admin/users/{id}/roles`
pub async fn set_roles(Staff(ctx): Staff, Path(id): Path<UserId>, form: Form<Ticked>) -> Result<Response> {
    let (state, input) = form.open();
    let done = match input {
        Ok(input) => {
            let write = move |tx: &mut crate::storage::Tx<'_>, actor: &crate::auth::Actor| {
                // The employee's role is not among the choices: it follows from the record, or stays as it was given.
                let kept =
                    super::get(tx, actor, id)?.roles.iter().filter(|role| *role == Role::Employee).collect::<Vec<_>>();
                super::set_roles(tx, actor, id, input.roles.into_iter().chain(kept).collect())
            };
            ctx.write(Op::act("user.roles_changed"), write).await
        }
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Ok(said(&ctx, id, msg!("The roles are saved. They hold from the next click on."))),
        Err(AppError::Conflict(why)) => {
            let mut errors = FieldErrors::new();
            errors.add("roles", why);
            web::page_with(StatusCode::UNPROCESSABLE_ENTITY, &page(&ctx, id, Some(state.with(errors))).await?)
        }
        Err(other) => Err(other),
    }
}

fn said(ctx: &Ctx, id: UserId, text: crate::error::Msg) -> Response {
    Flash::ok(text).redirect(&ctx.visit, &format!("/admin/users/{id}"))
}

/// `POST /admin/users/{id}/disable`
pub async fn disable(Staff(ctx): Staff, Path(id): Path<UserId>) -> Result<Response> {
    ctx.write(Op::act("user.disabled"), move |tx, actor| super::disable(tx, actor, id)).await?;
    Ok(said(&ctx, id, msg!("The login is disabled, and signed out everywhere.")))
}

/// `POST /admin/users/{id}/enable`
pub async fn enable(Staff(ctx): Staff, Path(id): Path<UserId>) -> Result<Response> {
    ctx.write(Op::act("user.enabled"), move |tx, actor| super::enable(tx, actor, id)).await?;
    Ok(said(&ctx, id, msg!("The login can be used again.")))
}

/// `POST /admin/users/{id}/unlock`
pub async fn unlock(Staff(ctx): Staff, Path(id): Path<UserId>) -> Result<Response> {
    ctx.write(Op::act("user.unlocked"), move |tx, actor| super::unlock(tx, actor, id)).await?;
    Ok(said(&ctx, id, msg!("They may try again.")))
}

/// `POST /admin/users/{id}/end-sessions`
pub async fn end_sessions(Staff(ctx): Staff, Path(id): Path<UserId>) -> Result<Response> {
    ctx.write(Op::act("user.sessions_ended"), move |tx, actor| super::end_sessions(tx, actor, id)).await?;
    Ok(said(&ctx, id, msg!("Signed out everywhere.")))
}

/// `POST /admin/users/{id}/invite`
pub async fn invite(Staff(ctx): Staff, Path(id): Path<UserId>) -> Result<Response> {
    let org = std::sync::Arc::clone(&ctx.org);
    ctx.write(links::INVITED, move |tx, actor| links::invite(tx, actor, &org, id)).await?;
    Ok(said(&ctx, id, msg!("The invitation is on its way.")))
}
