//! Access and refresh tokens of API clients.

use jiff::Timestamp;

use crate::audit::{self, Entry};
use crate::auth::credential::{self, TokenHash};
use crate::auth::session::{self, Refreshed};
use crate::auth::{Auth, account, token};
use crate::error::{AppError, Result};
use crate::storage::{Housekeeping, Op, Tx};
use crate::vault::keys::Purpose;

use super::{Knock, SignedIn, somebody};
use crate::auth::account::Account;

/// What an API client is handed.
#[derive(Debug)]
pub struct Tokens {
    pub access: String,
    pub refresh: String,
    pub account: Account,
    /// Slug and name of the organization.
    pub organization: (String, String),
}

impl Auth {
    /// The tokens of a session that was just opened for an API client.
    ///
    /// # Errors
    /// [`AppError::Internal`] where the token cannot be signed.
    pub fn tokens(&self, signed: SignedIn) -> Result<Tokens> {
        let SignedIn { org, account, session, .. } = signed;
        let slug = org.slug.as_str();
        let access =
            token::issue(&org.keys.key(Purpose::Tokens), slug, account.user_id, session.id, self.clock().now())?;
        let organization = (slug.to_owned(), org.settings().name.clone());
        Ok(Tokens { access, refresh: session.secret, account, organization })
    }

    /// Takes a refresh token in and hands the next pair out. A token that comes a second time ends its whole family:
    /// either it or its copy was stolen.
    ///
    /// # Errors
    /// [`AppError::Unauthenticated`] for anything but the newest token of a live session.
    pub async fn refresh(&self, refresh_token: &str, knock: &Knock) -> Result<Tokens> {
        let slug = credential::slug_of(refresh_token).ok_or(AppError::Unauthenticated)?.to_owned();
        let org = self.orgs.of_credential(&slug)?;
        if !self.orgs.admits(&knock.host, &org.slug) {
            return Err(AppError::Unauthenticated);
        }
        let (hash, zone) = (TokenHash::of(refresh_token), org.settings().zone.clone());
        let thief = somebody(knock);
        let write = move |tx: &mut Tx<'_>| match session::refresh(tx, &slug, hash)? {
            Refreshed::Rotated { session, secret } => {
                let account = account::load(tx, session.user_id, &zone)?;
                Ok(account.map(|account| (account, session.id, secret, tx.now())))
            }
            Refreshed::Reused { session, user } => {
                let entry = Entry::sign_in("sign_in.refresh_token_reused").on("user", user).with("session_id", session);
                audit::record(tx, &thief, entry)?;
                Ok(None)
            }
            Refreshed::Refused => Ok(None),
        };
        let rotated = org.db.write(Op::housekeeping(Housekeeping::Session), write).await?;
        let (account, session, refresh, now): (Account, _, String, Timestamp) =
            rotated.ok_or(AppError::Unauthenticated)?;
        let access = token::issue(&org.keys.key(Purpose::Tokens), org.slug.as_str(), account.user_id, session, now)?;
        let organization = (org.slug.as_str().to_owned(), org.settings().name.clone());
        Ok(Tokens { access, refresh, account, organization })
    }
}
