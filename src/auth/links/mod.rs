//! Links in mail that let somebody in once: the invitation of a new login, and a new password for a forgotten one.
//!
//! The database keeps the hash only. The secret itself is derived from the organization's key and a nonce, so that
//! mail can be composed after the commit, and once more after a failure, from an outbox row that holds no secret.

pub mod api;
mod invite;
pub mod pages;
mod store;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::error::{AppError, Result};
use crate::ids::{UserId, random_token};
use crate::orgs::Org;
use crate::storage::{Rx, Tx};
use crate::text_enum;
use crate::vault::keys::Purpose;

use super::credential::TokenHash;
pub use invite::{INVITED, invite, link_for, person};

text_enum! {
    /// What a link is for.
    pub enum Kind {
        /// The first password of an invited login.
        Activation = "activation",
        /// A new password for a forgotten one.
        PasswordReset = "password_reset",
    }
}

impl Kind {
    /// How long it can be followed.
    pub fn lives(self) -> SignedDuration {
        match self {
            Kind::Activation => SignedDuration::from_hours(7 * 24),
            Kind::PasswordReset => SignedDuration::from_hours(1),
        }
    }

    /// The page that it leads to, before the secret.
    pub fn path(self) -> &'static str {
        match self {
            Kind::Activation => "/activate/",
            Kind::PasswordReset => "/reset-password/",
        }
    }
}

/// A link as an outbox row may hold it: with the organization's key it becomes an address, without it nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    pub kind: Kind,
    pub user_id: UserId,
    nonce: String,
}

impl Sealed {
    /// The secret: `<slug>.<43 letters>`.
    pub fn secret(&self, org: &Org) -> String {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&*org.keys.key(Purpose::Links)).expect("HMAC takes a key of any length");
        mac.update(format!("{} {} {}", self.kind, self.user_id, self.nonce).as_bytes());
        format!("{}.{}", org.slug, URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    /// Path and secret: what follows the base address in mail.
    pub fn path(&self, org: &Org) -> String {
        format!("{}{}", self.kind.path(), self.secret(org))
    }
}

/// A link that can still be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    pub user_id: UserId,
    pub kind: Kind,
    pub email: String,
    pub name: String,
    pub language: String,
    pub expires_at: Timestamp,
}

/// Makes a link; those of the same kind that `user` had before are over. Writes no audit entry: the act that calls
/// this does.
///
/// # Errors
/// What the database says.
pub fn issue(tx: &mut Tx<'_>, org: &Org, user: UserId, kind: Kind) -> Result<Sealed> {
    store::drop_open(tx, user, kind)?;
    issue_beside(tx, org, user, kind)
}

/// As [`issue`]; those of before stay good for their time, or until one of them is followed.
fn issue_beside(tx: &mut Tx<'_>, org: &Org, user: UserId, kind: Kind) -> Result<Sealed> {
    let sealed = Sealed { kind, user_id: user, nonce: random_token() };
    store::insert(tx, TokenHash::of(&sealed.secret(org)), user, kind, tx.now() + kind.lives())?;
    Ok(sealed)
}

/// The link behind a secret.
///
/// # Errors
/// [`AppError::NotFound`] for one that is unknown, used, too old, of another kind, or of a disabled login.
pub fn open(rx: &Rx<'_>, secret: &str, kind: Kind) -> Result<Open> {
    let now = rx.now();
    store::open(rx, TokenHash::of(secret))?
        .filter(|link| link.kind == kind && now < link.expires_at)
        .ok_or(AppError::NotFound)
}

/// Uses a link up; the login it lets in. Every other link of that login is over too.
///
/// # Errors
/// As [`open`].
pub fn redeem(tx: &mut Tx<'_>, secret: &str, kind: Kind) -> Result<Open> {
    let link = open(tx, secret, kind)?;
    store::spend_all(tx, link.user_id)?;
    Ok(link)
}

/// Every open link of a login is over: its address has changed.
///
/// # Errors
/// What the database says.
pub fn drop_all(tx: &mut Tx<'_>, user: UserId) -> Result<()> {
    store::spend_all(tx, user)
}

/// Removes links that nobody can follow any more.
///
/// # Errors
/// What the database says.
pub fn prune(tx: &mut Tx<'_>) -> Result<usize> {
    store::prune(tx, tx.now())
}
