//! Links in mail that are good for one decision: on one approval, in one version, by one person, once, for 7 days. What
//! they lead to is the inbox's; here they are made, found and used up.
//!
//! As with the links that let somebody in (`auth/links`), the secret is derived from the organization's key and a
//! nonce that lies in the outbox row, so that the mail is the same at each attempt; the database holds its hash only,
//! from when the mail leaves.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::auth::credential::TokenHash;
use crate::error::{AppError, Result};
use crate::ids::{ApprovalId, UserId, random_token};
use crate::orgs::Org;
use crate::storage::{Rx, Tx};
use crate::vault::keys::Purpose;

use super::store;

/// How long a link can be followed.
pub const LIVES: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How long it is remembered after that, to say what happened.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(60 * 24);

/// The page that such a link leads to, before the secret.
pub const PATH: &str = "/decide/";

/// Who is asked by a link, and about what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    pub user: UserId,
    pub approval: ApprovalId,
    pub version: u32,
}

/// A link that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecisionLink {
    pub asked: Asked,
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
}

/// A link as an outbox row may hold it: with the organization's key it becomes an address, without it nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sealed {
    #[serde(flatten)]
    asked: Asked,
    nonce: String,
}

impl Sealed {
    pub(super) fn new(asked: Asked) -> Sealed {
        Sealed { asked, nonce: random_token() }
    }

    /// The secret: `<slug>.<43 letters>`.
    fn secret(&self, org: &Org) -> String {
        let Asked { user, approval, version } = self.asked;
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&*org.keys.key(Purpose::Links)).expect("HMAC takes a key of any length");
        mac.update(format!("decision {user} {approval} {version} {}", self.nonce).as_bytes());
        format!("{}.{}", org.slug, URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    /// Path and secret: what follows the base address in mail.
    pub(super) fn path(&self, org: &Org) -> String {
        format!("{PATH}{}", self.secret(org))
    }

    /// Whether the approval still waits for a decision in the version that was asked about.
    pub(super) fn is_wanted(&self, rx: &Rx<'_>) -> Result<bool> {
        store::waits(rx, &self.asked)
    }

    /// From now on the link leads somewhere, for [`LIVES`] from `queued_at` on, when its mail was queued. Doing it twice
    /// changes nothing, unless the mail was queued anew: an admin sent again what had been given up.
    pub(super) fn activate(&self, tx: &mut Tx<'_>, org: &Org, queued_at: Timestamp) -> Result<()> {
        store::add_link(tx, TokenHash::of(&self.secret(org)), &self.asked, queued_at + LIVES)
    }
}

/// The link behind a secret, also when it is used or too old.
///
/// # Errors
/// [`AppError::NotFound`] for one that was never sent, or is forgotten.
pub fn find(rx: &Rx<'_>, secret: &str) -> Result<DecisionLink> {
    store::link(rx, TokenHash::of(secret))?.ok_or(AppError::NotFound)
}

/// Uses a link up; belongs into the transaction that decides.
///
/// # Errors
/// What the database says.
pub fn spend(tx: &mut Tx<'_>, secret: &str) -> Result<()> {
    store::spend_link(tx, TokenHash::of(secret))
}

/// Forgets links that ended long ago; for the clean-up.
///
/// # Errors
/// What the database says.
pub fn prune(tx: &mut Tx<'_>) -> Result<usize> {
    store::forget_links(tx, tx.now() - REMEMBERED)
}
