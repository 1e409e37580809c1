//! Personal access tokens: made by a person for a script of theirs, shown once, ended by date or by hand. One that
//! may only read is refused for every method but GET and HEAD, before any action is asked.

pub mod api;
mod store;

use jiff::{SignedDuration, Timestamp};

use crate::audit::{self, Entry};
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::UserId;
use crate::msg;
use crate::storage::{Rx, Tx};
use crate::text_enum;

use super::actor::{Actor, Role};
use super::credential::{self, TokenHash};

pub use crate::ids::PersonalTokenId as TokenId;

/// The longest a token may live, in days.
pub const MOST_DAYS: u16 = 366;
/// How many live tokens one person may have.
pub const MOST_TOKENS: usize = 20;

text_enum! {
    /// What a token may be used for.
    pub enum Scope {
        /// GET only.
        Read = "read",
        /// All that its person may do.
        Write = "write",
    }
}

/// A token as its owner sees it: everything but the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonalToken {
    pub id: TokenId,
    pub name: String,
    pub scope: Scope,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

/// A token to be made.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What it is for, 1 to 100 characters.
    pub name: String,
    pub scope: Scope,
    /// Days until it ends, 1 to [`MOST_DAYS`].
    pub days: u16,
}

/// A live token as its secret leads to it.
#[derive(Clone, Debug)]
pub struct Found {
    pub id: TokenId,
    pub user_id: UserId,
    pub scope: Scope,
    pub expires_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

/// Makes a token of the acting person in the organization `slug`; answers it and its secret, which is shown once.
///
/// # Errors
/// [`AppError::Invalid`] for a bad name or length of life; [`AppError::Conflict`] where there are too many;
/// [`AppError::Forbidden`] before the first day.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, slug: &str, new: NewToken) -> Result<(PersonalToken, String)> {
    let user = actor.user_id.ok_or(AppError::Unauthenticated)?;
    if actor.has(Role::Hire) {
        return Err(AppError::forbidden("Tokens can be made from the first day on."));
    }
    let name = crate::text::tidy(&new.name);
    let mut errors = FieldErrors::new();
    if name.is_empty() || name.chars().count() > 100 {
        errors.add("name", "Say what the token is for, in at most 100 characters.");
    }
    if !(1..=MOST_DAYS).contains(&new.days) {
        errors.add("days", msg!("A token lives for 1 to {0} days.", MOST_DAYS));
    }
    errors.into_result(())?;
    if store::list(tx, user)?.len() >= MOST_TOKENS {
        return Err(AppError::conflict(msg!(
            "There are {0} tokens already. Revoke one that is no longer used.",
            MOST_TOKENS
        )));
    }
    let minted = credential::mint(slug);
    let expires_at = tx.now() + SignedDuration::from_hours(24 * i64::from(new.days));
    let id = store::insert(tx, user, &name, new.scope, minted.hash, expires_at)?;
    let entry = Entry::new("personal_token.created").on("personal_token", id);
    audit::record(tx, actor, entry.with("name", &name).with("scope", new.scope).with("expires_at", expires_at))?;
    let token = PersonalToken { id, name, scope: new.scope, created_at: tx.now(), expires_at, last_used_at: None };
    Ok((token, minted.value))
}

/// The acting person's live tokens, newest first.
///
/// # Errors
/// What the database says.
pub fn list(rx: &Rx<'_>, user: UserId) -> Result<Vec<PersonalToken>> {
    let mut tokens = store::list(rx, user)?;
    tokens.retain(|token| rx.now() < token.expires_at);
    Ok(tokens)
}

/// Ends a token of the acting person.
///
/// # Errors
/// [`AppError::NotFound`] where they have no such live token.
pub fn revoke(tx: &mut Tx<'_>, actor: &Actor, id: TokenId) -> Result<()> {
    let user = actor.user_id.ok_or(AppError::Unauthenticated)?;
    let name = store::revoke(tx, user, id)?.ok_or(AppError::NotFound)?;
    audit::record(tx, actor, Entry::new("personal_token.revoked").on("personal_token", id).with("name", name))?;
    Ok(())
}

/// Ends every token of `user`; how many. The calling act writes the audit entry.
///
/// # Errors
/// What the database says.
pub fn revoke_all(tx: &mut Tx<'_>, user: UserId) -> Result<usize> {
    store::revoke_all(tx, user)
}

/// The live token behind a secret.
///
/// # Errors
/// What the database says.
pub fn by_hash(rx: &Rx<'_>, hash: TokenHash) -> Result<Option<Found>> {
    Ok(store::by_hash(rx, hash)?.filter(|found| rx.now() < found.expires_at))
}

/// Notes that a token was used at `at`.
///
/// # Errors
/// What the database says.
pub fn seen(tx: &mut Tx<'_>, id: TokenId, at: Timestamp) -> Result<()> {
    store::seen(tx, id, at)
}
