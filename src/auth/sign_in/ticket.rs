//! The step between a right password and the choice of an organization: a signed note of which logins it was right
//! for, good for five minutes and no longer than that password.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::auth::Auth;
use crate::error::{AppError, Result};
use crate::ids::UserId;
use crate::orgs::Org;
use crate::vault::keys::Purpose;

use super::store::{self, CredentialVersion};
use super::{Knock, SignedIn};

const LIVES: SignedDuration = SignedDuration::from_mins(5);

/// The organizations that a right password may enter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Goes back with the choice.
    pub ticket: String,
    /// Slug and name of each.
    pub organizations: Vec<(String, String)>,
}

#[derive(Serialize, Deserialize)]
struct Note {
    /// Slug, login, and where its credentials stood when the password was right.
    logins: Vec<(String, UserId, CredentialVersion)>,
    /// Seconds since the Unix epoch.
    until: i64,
}

impl Auth {
    pub(super) fn offer<'a>(&self, logins: impl Iterator<Item = (&'a Arc<Org>, UserId, CredentialVersion)>) -> Choice {
        let mut organizations = Vec::new();
        let mut note = Note { logins: Vec::new(), until: (self.clock().now() + LIVES).as_second() };
        for (org, user, version) in logins {
            organizations.push((org.slug.as_str().to_owned(), org.settings().name.clone()));
            note.logins.push((org.slug.as_str().to_owned(), user, version));
        }
        let body = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&note).expect("slugs and numbers are JSON"));
        let ticket = format!("{body}.{}", URL_SAFE_NO_PAD.encode(self.seal(&body).finalize().into_bytes()));
        Choice { ticket, organizations }
    }

    /// Enters the organization that was chosen.
    ///
    /// # Errors
    /// [`AppError::Unauthenticated`] for a ticket that is too old, not ours, or does not name that organization, or
    /// where the password was changed or the login disabled since.
    pub async fn choose(&self, ticket: &str, slug: &str, knock: &Knock) -> Result<SignedIn> {
        let note = self.read(ticket).ok_or(AppError::Unauthenticated)?;
        let (_, user, version) =
            note.logins.into_iter().find(|(of, ..)| of == slug).ok_or(AppError::Unauthenticated)?;
        let org = self.orgs.of_credential(slug)?;
        if org.db.read(move |rx| store::version(rx, user)).await? != Some(version) {
            return Err(AppError::Unauthenticated);
        }
        self.enter(org, user, None, knock).await
    }

    fn read(&self, ticket: &str) -> Option<Note> {
        let (body, mac) = ticket.split_once('.')?;
        self.seal(body).verify_slice(&URL_SAFE_NO_PAD.decode(mac).ok()?).ok()?;
        let note: Note = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).ok()?).ok()?;
        (self.clock().now().as_second() < note.until).then_some(note)
    }

    fn seal(&self, body: &str) -> Hmac<Sha256> {
        let key = self.orgs.master().appliance(Purpose::Choices);
        Hmac::<Sha256>::new_from_slice(&*key).expect("HMAC takes a key of any length").chain_update(body)
    }
}
