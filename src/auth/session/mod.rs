//! Sessions: a signed-in browser, or an API client with its refresh tokens.
//!
//! The secret goes to the client, its hash into the table. A session ends when it is signed out or revoked, when it
//! was idle too long, at the latest thirty days after it began, and with its login.

mod store;

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};

use crate::audit::{self, Entry};
use crate::error::{AppError, Result};
use crate::ids::{SessionId, UserId};
use crate::storage::{Rx, Tx};
use crate::text_enum;

use super::actor::Actor;
use super::credential::{self, TokenHash};
use super::device;

/// A browser that does nothing for this long is signed out.
pub const IDLE: SignedDuration = SignedDuration::from_hours(12);
/// Every session ends this long after it began.
pub const ABSOLUTE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long a refresh token waits for its use; an API session that refreshes no more is over then.
pub const REFRESH: SignedDuration = SignedDuration::from_hours(7 * 24);

text_enum! {
    /// What a session's secret is.
    pub enum Kind {
        /// A cookie.
        Web = "web",
        /// Access and refresh tokens.
        Api = "api",
    }
}

impl Kind {
    /// How long it may be idle.
    pub fn idle(self) -> SignedDuration {
        match self {
            Kind::Web => IDLE,
            Kind::Api => REFRESH,
        }
    }
}

/// Where a session comes from, for the list of sessions and for the audit log.
#[derive(Clone, Debug)]
pub struct Client {
    pub address: Option<IpAddr>,
    /// As [`device::name`] calls it.
    pub device: String,
}

impl Client {
    pub fn new(address: Option<IpAddr>, user_agent: &str) -> Self {
        Client { address, device: device::name(user_agent) }
    }
}

/// A session as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub kind: Kind,
    pub device: String,
    /// Empty where it is not known.
    pub address: String,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub expires_at: Timestamp,
}

/// A live session as a credential leads to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub id: SessionId,
    pub user_id: UserId,
    pub kind: Kind,
    pub last_seen_at: Timestamp,
    pub expires_at: Timestamp,
}

impl Found {
    fn used(mut self, at: Timestamp) -> Found {
        self.last_seen_at = self.last_seen_at.max(at);
        self
    }

    /// Until when it lives if nobody uses it.
    pub fn dies_at(&self) -> Timestamp {
        self.expires_at.min(self.last_seen_at + self.kind.idle())
    }
}

/// A new session's secrets, to be handed to the client once.
#[derive(Debug)]
pub struct Opened {
    pub id: SessionId,
    /// The cookie's value, or the refresh token.
    pub secret: String,
}

/// Opens a session of `user` in the organization `slug`. The sign-in that calls this writes the audit entry.
///
/// # Errors
/// What the database says.
pub fn open(tx: &mut Tx<'_>, slug: &str, user: UserId, kind: Kind, client: &Client) -> Result<Opened> {
    let minted = credential::mint(slug);
    let cookie = (kind == Kind::Web).then_some(minted.hash);
    let id = store::insert(tx, user, kind, cookie, client, tx.now() + ABSOLUTE)?;
    if kind == Kind::Api {
        store::insert_refresh(tx, minted.hash, id, tx.now() + REFRESH)?;
    }
    store::seen(tx, id, tx.now())?;
    Ok(Opened { id, secret: minted.value })
}

/// The live session behind a cookie. `used` is when it was last used as far as the caller knows: it is written down
/// some time later only.
///
/// # Errors
/// What the database says.
pub fn by_cookie(rx: &Rx<'_>, hash: TokenHash, used: Timestamp) -> Result<Option<Found>> {
    Ok(store::by_hash(rx, hash)?.map(|found| found.used(used)).filter(|found| rx.now() < found.dies_at()))
}

/// The live session of that number, if it is `user`'s; `used` as for [`by_cookie`].
///
/// # Errors
/// What the database says.
pub fn by_id(rx: &Rx<'_>, id: SessionId, user: UserId, used: Timestamp) -> Result<Option<Found>> {
    let found = store::by_id(rx, id)?.map(|found| found.used(used));
    Ok(found.filter(|found| found.user_id == user && rx.now() < found.dies_at()))
}

/// The live sessions of `user`, last used first.
///
/// # Errors
/// What the database says.
pub fn list(rx: &Rx<'_>, user: UserId) -> Result<Vec<Session>> {
    let mut sessions = store::list(rx, user)?;
    sessions.retain(|s| rx.now() < s.expires_at.min(s.last_seen_at + s.kind.idle()));
    Ok(sessions)
}

/// Notes that a session was used at `at`.
///
/// # Errors
/// What the database says.
pub fn seen(tx: &mut Tx<'_>, id: SessionId, at: Timestamp) -> Result<()> {
    store::seen(tx, id, at)
}

/// What came of showing a refresh token.
#[derive(Debug)]
pub enum Refreshed {
    /// The next token of the family.
    Rotated { session: Found, secret: String },
    /// It was used before: somebody has a copy. The whole family is over.
    Reused { session: SessionId, user: UserId },
    /// Unknown, too old, or its session is over.
    Refused,
}

/// Takes a refresh token in and gives the next one out.
///
/// # Errors
/// What the database says.
pub fn refresh(tx: &mut Tx<'_>, slug: &str, hash: TokenHash) -> Result<Refreshed> {
    let Some(token) = store::refresh_token(tx, hash)? else { return Ok(Refreshed::Refused) };
    let Some(session) = store::by_id(tx, token.session_id)?.filter(|found| tx.now() < found.dies_at()) else {
        return Ok(Refreshed::Refused);
    };
    if token.used {
        store::end(tx, session.id)?;
        return Ok(Refreshed::Reused { session: session.id, user: session.user_id });
    }
    if token.expires_at <= tx.now() {
        return Ok(Refreshed::Refused);
    }
    let next = credential::mint(slug);
    store::use_refresh(tx, hash)?;
    store::insert_refresh(tx, next.hash, session.id, tx.now() + REFRESH)?;
    store::seen(tx, session.id, tx.now())?;
    Ok(Refreshed::Rotated { session, secret: next.value })
}

/// The acting person signs out: their own session of this request ends.
///
/// # Errors
/// What the database says. Signing out twice is no error.
pub fn sign_out(tx: &mut Tx<'_>, actor: &Actor) -> Result<()> {
    let (Some(id), Some(user)) = (actor.origin.session_id, actor.user_id) else {
        return Err(AppError::Unauthenticated);
    };
    store::end(tx, id)?;
    audit::record(tx, actor, Entry::sign_in("sign_in.ended").on("user", user))?;
    Ok(())
}

/// Ends one session of the acting person.
///
/// # Errors
/// [`AppError::NotFound`] where they have no such live session.
pub fn revoke(tx: &mut Tx<'_>, actor: &Actor, id: SessionId) -> Result<()> {
    let user = actor.user_id.ok_or(AppError::Unauthenticated)?;
    let found = by_id(tx, id, user, tx.now() - ABSOLUTE)?.ok_or(AppError::NotFound)?;
    store::end(tx, found.id)?;
    audit::record(tx, actor, Entry::new("session.revoked").on("session", id))?;
    Ok(())
}

/// Ends every session of the acting person but the one they act with; how many.
///
/// # Errors
/// What the database says.
pub fn revoke_others(tx: &mut Tx<'_>, actor: &Actor) -> Result<usize> {
    let user = actor.user_id.ok_or(AppError::Unauthenticated)?;
    let ended = end_all(tx, user, actor.origin.session_id)?;
    audit::record(tx, actor, Entry::new("session.revoked").on("user", user).with("sessions", ended))?;
    Ok(ended)
}

/// Ends every session of `user` except one; how many. The calling act writes the audit entry.
///
/// # Errors
/// What the database says.
pub fn end_all(tx: &mut Tx<'_>, user: UserId, except: Option<SessionId>) -> Result<usize> {
    store::end_all(tx, user, except)
}

/// Removes sessions that would have run out 90 days ago; the sign-in chain is kept as long.
///
/// # Errors
/// What the database says.
pub fn prune(tx: &mut Tx<'_>) -> Result<usize> {
    store::prune(tx, tx.now() - SignedDuration::from_hours(90 * 24))
}
