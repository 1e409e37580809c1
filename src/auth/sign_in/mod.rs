//! Signing in. First the password, then (where one address has logins in several organizations) the organization;
//! one argon2 computation whatever exists, and the same writes for a stranger's address as for a known one, so that
//! neither the answer nor its time tells which addresses are known. (An address with logins in several organizations
//! costs a small write in each; against the one hash that is little, but it is not nothing.)

pub mod api;
pub mod pages;
mod refresh;
mod store;
mod ticket;

use std::sync::Arc;

use jiff::Timestamp;

use crate::audit::{self, Entry};
use crate::error::{AppError, Result};
use crate::ids::UserId;
use crate::notifications::{Kind as NoticeKind, MailRule, Notice, Topic, notify};
use crate::orgs::Org;
use crate::storage::{Housekeeping, Op, Rx, Tx};
use crate::text::EmailAddress;
use crate::{msg, tr};

use super::Auth;
use super::account::{self, Account};
use super::actor::{Actor, Channel, Origin, Roles};
use super::credential::{self, TokenHash};
use super::lockout::{self, Begun, Counted};
use super::password::{Password, PasswordHash, Verified};
use super::session::{self, Client, Kind, Opened};

pub use refresh::Tokens;
use store::CredentialVersion;
pub use ticket::Choice;

const SIGNED_IN: Op = Op::act("sign_in.succeeded");
pub(super) const FAILED: Op = Op::act("sign_in.failed");

const LOCKED: NoticeKind = NoticeKind::new(
    "sign_in_locked",
    Topic::Account,
    tr!("Sign-in was locked for a while"),
    tr!("Look at your sessions"),
)
.cooldown_hours(1)
.mail(MailRule::Always);

/// Who knocks, with what.
#[derive(Debug)]
pub struct Attempt {
    /// As typed.
    pub email: String,
    pub password: Password,
    /// The slug of the organization, where it was named.
    pub organization: Option<String>,
    pub knock: Knock,
}

/// From where, and for what kind of session.
#[derive(Clone, Debug)]
pub struct Knock {
    pub kind: Kind,
    pub client: Client,
    /// The value of the browser's device cookie, if it brought one.
    pub device: Option<String>,
    /// The host name that was asked, without its port: it may stand for one organization alone.
    pub host: String,
}

/// What came of an attempt.
#[derive(Debug)]
pub enum Outcome {
    SignedIn(Box<SignedIn>),
    /// The password is right in more than one organization.
    Choose(Choice),
    /// No such login, or not its password.
    Wrong,
    /// Too many wrong ones; not before then.
    Locked(Timestamp),
}

/// A fresh session and what its client must keep.
#[derive(Debug)]
pub struct SignedIn {
    pub org: Arc<Org>,
    pub account: Account,
    pub session: Opened,
    /// The device cookie's value from now on.
    pub device: String,
}

/// A login that the address could mean.
struct Candidate {
    org: Arc<Org>,
    user: UserId,
    hash: Option<PasswordHash>,
    version: CredentialVersion,
    counted: Option<Counted>,
}

impl Auth {
    /// Tries a password.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] where the password is right but the login may not be used; [`AppError::Unavailable`]
    /// where too many are signing in, or the password may be right in an organization that could not be opened.
    pub async fn sign_in(&self, attempt: Attempt) -> Result<Outcome> {
        let host = attempt.knock.host.clone();
        match self.attempt(attempt).await? {
            Outcome::Wrong if self.orgs.shut().keys().any(|slug| self.orgs.admits(&host, slug)) => {
                Err(AppError::unavailable(
                    "An organization cannot be opened just now. If it is yours, try again later; if not, look at the \
                 address and the password once more.",
                ))
            }
            outcome => Ok(outcome),
        }
    }

    async fn attempt(&self, attempt: Attempt) -> Result<Outcome> {
        let Attempt { email, password, organization, knock } = attempt;
        // What is no address is nobody's, and must not answer any faster.
        let address: EmailAddress = email.parse().unwrap_or_else(|_| nobody());
        let mut candidates = self.candidates(&address, organization.as_deref(), &knock.host).await?;
        if candidates.is_empty() {
            return self.sign_in_as_nobody(&address, password, &knock).await;
        }

        let mut locked = None;
        for candidate in &mut candidates {
            match candidate.begin(&knock).await? {
                Begun::Go(counted) => candidate.counted = Some(counted),
                Begun::Locked { until } => locked = locked.max(Some(until)),
            }
        }
        candidates.retain(|candidate| candidate.counted.is_some());
        if let (true, Some(until)) = (candidates.is_empty(), locked) {
            return Ok(Outcome::Locked(until));
        }

        // A login without a password takes part with a hash that nothing matches.
        let hashes = candidates.iter().map(|c| c.hash.clone().unwrap_or_else(PasswordHash::none)).collect();
        let Verified { matches, renewed } = match self.passwords.verify(&address, password, hashes).await {
            Ok(verified) => verified,
            Err(error) => {
                // Nobody has looked at the password: it counts for nothing.
                for candidate in &candidates {
                    candidate.undo().await?;
                }
                return Err(error);
            }
        };
        let (right, wrong): (Vec<_>, Vec<_>) = candidates.into_iter().zip(matches).partition(|(_, matches)| *matches);
        let mut right: Vec<Candidate> = right.into_iter().map(|(candidate, _)| candidate).collect();
        // Wrong is wrong, also where it was right elsewhere: whoever can set a password in one organization could else
        // try it in another as often as they like.
        for (candidate, _) in wrong {
            candidate.failed(&knock).await?;
        }
        match right.len() {
            0 => Ok(Outcome::Wrong),
            1 => {
                let candidate = right.remove(0);
                self.enter(candidate.org, candidate.user, renewed, &knock)
                    .await
                    .map(|signed| Outcome::SignedIn(Box::new(signed)))
            }
            _ => {
                // Right in each of them: none of it was wrong, whichever is chosen.
                for candidate in &right {
                    candidate.undo().await?;
                }
                let logins = right.iter().map(|candidate| (&candidate.org, candidate.user, candidate.version));
                Ok(Outcome::Choose(self.offer(logins)))
            }
        }
    }

    /// Opens a session of a login whose password, or link, was right.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] where the login may not be used.
    pub(super) async fn enter(
        &self,
        org: Arc<Org>,
        user: UserId,
        renewed: Option<PasswordHash>,
        knock: &Knock,
    ) -> Result<SignedIn> {
        if !self.orgs.admits(&knock.host, &org.slug) {
            return Err(AppError::Unauthenticated);
        }
        let (knock, slug, zone) = (knock.clone(), org.slug.as_str().to_owned(), org.settings().zone.clone());
        let write = move |tx: &mut Tx<'_>| {
            let Some(account) = account::load(tx, user, &zone)? else {
                let entry = Entry::sign_in("sign_in.refused").on("user", user).with("device", &knock.client.device);
                audit::record(tx, &somebody(&knock), entry)?;
                return Ok(None);
            };
            let device = Device::of(tx, user, &knock, &slug)?;
            let place = lockout::place(tx, user, device.known, knock.client.address)?;
            // A script is no browser that somebody sits at.
            lockout::succeeded(tx, user, &place, (knock.kind == Kind::Web).then_some(device.hash))?;
            if let Some(hash) = renewed {
                store::renew_hash(tx, user, &hash)?;
            }
            let session = session::open(tx, &slug, user, knock.kind, &knock.client)?;
            let actor = acting(&account, &session, &knock);
            let entry = Entry::sign_in("sign_in.succeeded").on("user", user).with("device", &knock.client.device);
            audit::record(tx, &actor, entry)?;
            Ok(Some((account, session, device.value)))
        };
        match org.db.write(SIGNED_IN, write).await? {
            Some((account, session, device)) => Ok(SignedIn { org, account, session, device }),
            None => Err(AppError::forbidden("This login cannot be used now. Ask HR or your admin.")),
        }
    }

    async fn candidates(
        &self,
        address: &EmailAddress,
        organization: Option<&str>,
        host: &str,
    ) -> Result<Vec<Candidate>> {
        let mut found = Vec::new();
        for org in self.orgs.all() {
            if organization.is_some_and(|slug| slug != org.slug.as_str()) || !self.orgs.admits(host, &org.slug) {
                continue;
            }
            let key = address.key().to_owned();
            if let Some(login) = org.db.read(move |rx| store::login(rx, &key)).await? {
                let store::Login { user, hash, version } = login;
                found.push(Candidate { org, user, hash, version, counted: None });
            }
        }
        Ok(found)
    }

    /// The same steps for an address that nobody has, counted in the appliance's database.
    async fn sign_in_as_nobody(&self, address: &EmailAddress, password: Password, knock: &Knock) -> Result<Outcome> {
        let (digest, from) = (self.passwords.digest(address), knock.client.address);
        let op = Op::housekeeping(Housekeeping::Lockout);
        let begun = self.orgs.instance().write(op, move |tx| lockout::begin_unknown(tx, digest, from)).await?;
        let counted = match begun {
            Begun::Go(counted) => counted,
            Begun::Locked { until } => return Ok(Outcome::Locked(until)),
        };
        if let Err(error) = self.passwords.verify(address, password, vec![PasswordHash::none()]).await {
            self.orgs.instance().write(op, move |tx| lockout::undo_unknown(tx, digest, &counted)).await?;
            return Err(error);
        }
        self.orgs.instance().write(op, move |tx| lockout::failed_unknown(tx, digest, &counted.place)).await?;
        Ok(Outcome::Wrong)
    }
}

impl Candidate {
    async fn begin(&self, knock: &Knock) -> Result<Begun> {
        let (user, from) = (self.user, knock.client.address);
        let device = knock.device.as_deref().map(TokenHash::of);
        let op = Op::housekeeping(Housekeeping::Lockout);
        self.org.db.write(op, move |tx| lockout::begin(tx, user, device, from)).await
    }

    async fn undo(&self) -> Result<()> {
        let (user, counted) = (self.user, self.counted.clone());
        let op = Op::housekeeping(Housekeeping::Lockout);
        self.org.db.write(op, move |tx| counted.map_or(Ok(()), |counted| lockout::undo(tx, user, &counted))).await
    }

    /// Writes the failure down; where it closed the door, tells the person.
    async fn failed(&self, knock: &Knock) -> Result<()> {
        let (user, client) = (self.user, knock.client.clone());
        let locks_now = self.counted.as_ref().is_some_and(|counted| counted.locks_now);
        let stranger = somebody(knock);
        self.org.db.write(FAILED, move |tx| wrong_password(tx, &stranger, user, &client, locks_now)).await
    }
}

/// Writes down that a password was wrong; where that closed the door (`locks_now`), tells the person.
///
/// # Errors
/// What the database says.
pub(super) fn wrong_password(
    tx: &mut Tx<'_>,
    who: &Actor,
    user: UserId,
    client: &Client,
    locks_now: bool,
) -> Result<()> {
    let entry = Entry::sign_in("sign_in.failed").on("user", user).with("device", &client.device);
    audit::record(tx, who, entry.with("locked", locks_now.then_some(true)))?;
    if locks_now {
        let from = client.address.map(|address| address.to_string()).unwrap_or_default();
        let text = msg!(
            "Somebody typed a wrong password for your login several times (from {0}, {1}). Sign-in from there is \
             locked for a while. If it was not you, choose a new password.",
            from,
            client.device
        );
        notify(tx, user, &Notice::new(&LOCKED, ("user", user.0), text).link("/account"))?;
    }
    Ok(())
}

/// The browser's device cookie: the one it brought, if this person has signed in with it before, or a new one. A value
/// that somebody else put there is never made known.
struct Device {
    value: String,
    hash: TokenHash,
    /// The one it brought.
    known: Option<TokenHash>,
}

impl Device {
    fn of(rx: &Rx<'_>, user: UserId, knock: &Knock, slug: &str) -> Result<Device> {
        if let Some(value) = knock.device.as_deref() {
            let hash = TokenHash::of(value);
            if lockout::knows(rx, user, hash)? {
                return Ok(Device { value: value.to_owned(), hash, known: Some(hash) });
            }
        }
        let minted = credential::mint(slug);
        Ok(Device { value: minted.value, hash: minted.hash, known: None })
    }
}

/// An address that no mail server takes, for what was typed and is none.
fn nobody() -> EmailAddress {
    "nobody@invalid".parse().expect("an address of the reserved domain parses")
}

fn acting(account: &Account, session: &Opened, knock: &Knock) -> Actor {
    account.actor(Origin { channel: channel(knock.kind), session_id: Some(session.id), address: knock.client.address })
}

/// Whoever typed the wrong password: nobody we know.
pub(super) fn somebody(knock: &Knock) -> Actor {
    Actor {
        user_id: None,
        employee_id: None,
        name: "somebody".to_owned(),
        roles: Roles::default(),
        origin: Origin { channel: channel(knock.kind), session_id: None, address: knock.client.address },
        zone: jiff::tz::TimeZone::UTC,
        language: "en".to_owned(),
    }
}

fn channel(kind: Kind) -> Channel {
    match kind {
        Kind::Web => Channel::Web,
        Kind::Api => Channel::Api,
    }
}
