//! The extractors: they turn a cookie or a bearer token into an [`Actor`] with the organization already open, or
//! answer in the handler's place.
//!
//! A handler names the least it needs: [`Hire`] (anybody signed in), [`Staff`], [`Manager`], [`Hr`], [`Admin`], or
//! [`Maybe`]. That is a capability only; what depends on the person concerned is asked in the action.

use std::ops::Deref;
use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::response::{IntoResponse as _, Response};

use crate::error::{AppError, Result};
use crate::orgs::Org;
use crate::storage::{Op, Rx, Tx};
use crate::web::{Format, Gate, Theme, Visit, is_api};

use super::account::Account;
use super::actor::{Actor, Channel, Origin, Role};
use super::cookie::Cookie;
use super::once::Once;
use super::resolve::{Credential, Pass, Signed};
use super::{Auth, bounce, caller};

/// A request of somebody who is signed in.
#[derive(Clone)]
pub struct Ctx {
    pub auth: Arc<Auth>,
    pub org: Arc<Org>,
    pub actor: Arc<Actor>,
    /// The visit in the person's own language and theme.
    pub visit: Visit,
    pub(super) signed: Arc<Signed>,
    /// The request carries an `Idempotency-Key`, which its first transaction writes down.
    once: Option<Once>,
}

impl Ctx {
    /// The facts about the acting login.
    pub fn account(&self) -> &Account {
        &self.signed.account
    }

    /// Dates and figures as the one who asks reads them.
    pub fn format(&self) -> Format {
        Format::new(self.visit.lang, self.actor.zone.clone(), self.auth.clock().now())
    }

    /// Reads the organization's database: `ctx.read(|rx, actor| leave::balances(rx, actor)).await`.
    ///
    /// # Errors
    /// What the closure or the database says.
    pub async fn read<T, F>(&self, f: F) -> Result<T>
    where
        F: FnOnce(&Rx<'_>, &Actor) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let actor = Arc::clone(&self.actor);
        self.org.db.read(move |rx| f(rx, &actor)).await
    }

    /// Reads as [`Ctx::read`] does, but once only for this person until the organization's next commit or their midnight:
    /// for what is looked at often and takes long. One value a type is kept, so `T` is a type made for one page.
    ///
    /// # Errors
    /// As [`Ctx::read`].
    pub async fn read_once_a_commit<T, F>(&self, f: F) -> Result<Arc<T>>
    where
        F: FnOnce(&Rx<'_>, &Actor) -> Result<T> + Send + 'static,
        T: std::any::Any + Send + Sync,
    {
        if let Some(kept) = self.signed.kept(self.visit.lang) {
            return Ok(kept);
        }
        let found = Arc::new(self.read(f).await?);
        self.signed.keep(self.visit.lang, Arc::clone(&found));
        Ok(found)
    }

    /// Runs an action in one transaction: `ctx.write(OP, move |tx, actor| leave::approve(tx, actor, id)).await`.
    ///
    /// # Errors
    /// What the action or the database says; nothing was changed then.
    pub async fn write<T, F>(&self, op: Op, f: F) -> Result<T>
    where
        F: FnOnce(&mut Tx<'_>, &Actor) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        let actor = Arc::clone(&self.actor);
        let Some(once) = self.once.clone() else { return self.org.db.write(op, move |tx| f(tx, &actor)).await };
        let (marking, unmarked) = (once.clone(), !once.is_marked());
        let written = self.org.db.write(op, move |tx| {
            marking.mark(tx)?;
            f(tx, &actor)
        });
        written.await.inspect_err(|_| {
            if unmarked {
                once.unmark();
            }
        })
    }

    /// `Ok` where the person signed in themselves: a personal token must not make further ones, or change the password.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] for a personal token.
    pub fn require_session(&self) -> Result<()> {
        match self.signed.session() {
            Some(_) => Ok(()),
            None => Err(AppError::forbidden("A personal token may not do this. Sign in with your password.")),
        }
    }

    /// Whether the acting login may run this machine: an admin of one organization among several does not.
    ///
    /// # Errors
    /// What the database says.
    pub async fn is_operator(&self) -> Result<bool> {
        super::setup::is_operator(&self.auth, &self.org, self.account()).await
    }

    /// `Ok` for an operator.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] for everybody else.
    pub async fn require_operator(&self) -> Result<()> {
        match self.is_operator().await? {
            true => Ok(()),
            false => Err(AppError::forbidden("Only an operator of this machine may do this.")),
        }
    }

    /// What something that lasts longer than this request keeps, to ask again whether its credential still holds.
    pub fn pass(&self) -> Pass {
        self.signed.pass(self.actor.origin)
    }

    /// The context of whoever holds `token`, an access token or a personal one: where it comes later than the request
    /// itself, of which `visit` and `host` are.
    ///
    /// # Errors
    /// As for a request: [`AppError::Unauthenticated`], [`AppError::Unavailable`].
    pub async fn by_token(auth: Arc<Auth>, visit: Visit, host: &str, token: String) -> Result<Ctx> {
        let signed = auth.resolve(&Credential::Bearer(token), host).await?;
        Ok(Ctx::signed(auth, visit, signed))
    }

    async fn of(parts: &Parts, auth: Arc<Auth>) -> Result<Ctx> {
        let visit = Visit::of(parts);
        let credential = credential(&parts.headers, visit.secure).ok_or(AppError::Unauthenticated)?;
        let signed = auth.resolve(&credential, caller::host_of(parts)).await?;
        if signed.is_read_only() && parts.method != Method::GET && parts.method != Method::HEAD {
            return Err(AppError::forbidden("This token may only read."));
        }
        if let Some(gate) = Gate::of(parts) {
            gate.vouch((signed.org.slug.as_str(), signed.account.user_id));
        }
        Ok(Ctx { once: parts.extensions.get().cloned(), ..Ctx::signed(auth, visit, signed) })
    }

    fn signed(auth: Arc<Auth>, mut visit: Visit, signed: Arc<Signed>) -> Ctx {
        let account = &signed.account;
        visit.lang = account.language.parse().unwrap_or(visit.lang);
        if !account.theme.is_empty() {
            visit.theme = Theme::read(&account.theme);
        }
        let channel = if is_api(&visit.path) { Channel::Api } else { Channel::Web };
        let actor = account.actor(Origin { channel, session_id: signed.session(), address: visit.address });
        Ctx { auth, org: Arc::clone(&signed.org), actor: Arc::new(actor), visit, signed, once: None }
    }
}

impl std::fmt::Debug for Ctx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ctx").field("org", &self.org.slug).field("actor", &self.actor).finish_non_exhaustive()
    }
}

/// Whether a request says who it is from, truly or not.
pub fn shows_credential(parts: &Parts) -> bool {
    credential(&parts.headers, Visit::of(parts).secure).is_some()
}

/// What the request shows. A bearer token counts alone: a script that sends one does not mean some browser's cookie.
fn credential(headers: &HeaderMap, secure: bool) -> Option<Credential> {
    match headers.get(header::AUTHORIZATION) {
        Some(value) => {
            let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| Credential::Bearer(token.trim().to_owned()))
        }
        None => Cookie::Session.get(headers, secure).map(|value| Credential::Cookie(value.to_owned())),
    }
}

/// The context, or the answer in the handler's place: 401, 403, or the bounce of a link from elsewhere.
async fn signed_in<S>(parts: &Parts, state: &S, may: impl Fn(&Actor) -> bool) -> Result<Ctx, Response>
where
    Arc<Auth>: FromRef<S>,
{
    match Ctx::of(parts, Arc::from_ref(state)).await {
        Ok(ctx) if may(&ctx.actor) => Ok(ctx),
        Ok(_) => Err(AppError::forbidden("This page is for others.").into_response()),
        Err(AppError::Unauthenticated) => {
            Err(bounce::instead(parts).unwrap_or_else(|| AppError::Unauthenticated.into_response()))
        }
        Err(other) => Err(other.into_response()),
    }
}

macro_rules! extractors {
    ($($(#[$doc:meta])* $name:ident: $may:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(pub Ctx);

        impl Deref for $name {
            type Target = Ctx;
            fn deref(&self) -> &Ctx { &self.0 }
        }

        impl<S> FromRequestParts<S> for $name
        where
            Arc<Auth>: FromRef<S>,
            S: Send + Sync,
        {
            type Rejection = Response;
            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
                signed_in(parts, state, $may).await.map($name)
            }
        }
    )+};
}

extractors! {
    /// Anybody signed in, new hires before their first day included.
    Hire: |_| true;
    /// Anybody signed in whose first day has come, and HR and admins without a record.
    Staff: |actor| actor.roles.iter().any(|role| role != Role::Hire);
    /// Who leads somebody, and HR, which sees everybody.
    Manager: |actor| actor.has(Role::Manager) || actor.is_hr();
    Hr: |actor| actor.is_hr();
    Admin: |actor| actor.is_admin();
}

/// Somebody signed in, or nobody: never answers in the handler's place.
#[derive(Clone, Debug)]
pub struct Maybe(pub Option<Ctx>);

impl<S> FromRequestParts<S> for Maybe
where
    Arc<Auth>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = std::convert::Infallible;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        Ok(Maybe(Ctx::of(parts, Arc::from_ref(state)).await.ok()))
    }
}
