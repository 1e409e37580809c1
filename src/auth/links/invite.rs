//! Sending and following the links: invitations, forgotten passwords, and the password that comes of either.

use std::sync::Arc;

use jiff::SignedDuration;

use crate::audit::{self, Entry};
use crate::auth::account::{self, Account};
use crate::auth::actor::{Actor, Channel, Origin};
use crate::auth::password::{self, About, Password};
use crate::auth::sign_in::{Knock, SignedIn, somebody};
use crate::auth::user::{self, State};
use crate::auth::{Auth, credential};
use crate::error::{AppError, Result};
use crate::ids::UserId;
use crate::lang::Lang;
use crate::msg;
use crate::notifications::{self, Post};
use crate::orgs::Org;
use crate::storage::{Op, Rx, Tx};
use crate::text::EmailAddress;

use super::{Kind, Open, Sealed, issue, issue_beside, open, redeem, store};

/// The operation of a write that invites and does nothing else.
pub const INVITED: Op = Op::act("user.invited");
const FORGOTTEN: Op = Op::act("user.password_forgotten");
const PASSWORD_SET: Op = Op::act("user.password_set");

/// Nobody gets two such mails within this time, whoever asks for them, nor more than [`MAILS_A_DAY`] in a day.
const MAIL_EVERY: SignedDuration = SignedDuration::from_mins(2);
const MAILS_A_DAY: i64 = 5;

/// Invites a login that has no password yet, by mail; an earlier invitation is over.
///
/// # Errors
/// [`AppError::Forbidden`] for those who may not; [`AppError::Conflict`] where it has a password or is disabled.
pub fn invite(tx: &mut Tx<'_>, actor: &Actor, org: &Org, id: UserId) -> Result<()> {
    let user = user::require_may_manage(tx, actor, id)?;
    if user.state != State::Invited {
        return Err(AppError::conflict(msg!(
            "{0} has been here before: a new password can be asked for on the sign-in page.",
            user.name
        )));
    }
    let sealed = issue(tx, org, id, Kind::Activation)?;
    send(tx, org, id, sealed)?;
    audit::record(tx, actor, Entry::new("user.invited").on("user", id).with("email", &user.email))?;
    Ok(())
}

/// A link that a verb of the command line prints instead of mailing it: an invitation, or a new password.
///
/// # Errors
/// [`AppError::Forbidden`] for those who may not.
pub fn link_for(tx: &mut Tx<'_>, actor: &Actor, org: &Org, id: UserId) -> Result<Sealed> {
    let user = user::require_may_manage(tx, actor, id)?;
    let kind = if user.state == State::Invited { Kind::Activation } else { Kind::PasswordReset };
    let sealed = issue(tx, org, id, kind)?;
    audit::record(tx, actor, Entry::new("user.link_made").on("user", id).with("kind", kind))?;
    Ok(sealed)
}

fn send(tx: &mut Tx<'_>, org: &Org, id: UserId, sealed: Sealed) -> Result<()> {
    let reader = store::reader(tx, id)?;
    let to: EmailAddress =
        reader.email.parse().map_err(|why| AppError::internal(format!("{}: {why}", reader.email)))?;
    let (lang, name) = (reader.language.parse().unwrap_or(Lang::ENGLISH), org.settings().name.clone());
    let post = match sealed.kind {
        Kind::Activation => Post::new(
            &to,
            &reader.name,
            lang,
            msg!("Your login at {0}", name),
            msg!("You get this mail because {0} made a login for you.", name),
        )
        .paragraph(msg!(
            "{0} uses Steward for leave, overtime and your first weeks. Choose a password, and you are in.",
            name
        ))
        .paragraph(msg!("The link works once, for 7 days."))
        .let_in(msg!("Choose a password"), sealed),
        Kind::PasswordReset => Post::new(
            &to,
            &reader.name,
            lang,
            msg!("A new password for {0}", name),
            msg!("You get this mail because somebody asked for a new password for your login at {0}.", name),
        )
        .paragraph(msg!("Somebody, probably you, asked for a new password. The link works once, for one hour."))
        .paragraph(msg!("If it was not you, nothing needs to be done: your password stays as it is."))
        .let_in(msg!("Choose a new password"), sealed),
    };
    notifications::post(tx, &post)?;
    Ok(())
}

/// Mails a link to every login of the address: a new password, or the invitation once more. The caller answers
/// the same whatever came of it, and does not wait.
///
/// # Errors
/// What a database says.
pub(in crate::auth) async fn forgotten(auth: &Auth, address: EmailAddress, knock: Knock) -> Result<()> {
    for org in auth.orgs.all().into_iter().filter(|org| auth.orgs.admits(&knock.host, &org.slug)) {
        let key = address.key().to_owned();
        let zone = org.settings().zone.clone();
        let found = org.db.read(move |rx: &Rx<'_>| {
            let Some((id, has_password)) = store::usable(rx, &key)? else { return Ok(None) };
            // Whoever has left would be refused in the end: they get no mail that says otherwise.
            Ok(account::load(rx, id, &zone)?.map(|_| (id, has_password)))
        });
        let Some((id, has_password)) = found.await? else { continue };
        let kind = if has_password { Kind::PasswordReset } else { Kind::Activation };
        let (stranger, of) = (somebody(&knock), Arc::clone(&org));
        let write = move |tx: &mut Tx<'_>| {
            let day = SignedDuration::from_hours(24);
            if store::issued_since(tx, id, kind, tx.now() - MAIL_EVERY)? > 0
                || store::issued_since(tx, id, kind, tx.now() - day)? >= MAILS_A_DAY
            {
                return Ok(());
            }
            // Whoever asks may be a stranger: the link that came before goes on working for its time.
            let sealed = issue_beside(tx, &of, id, kind)?;
            send(tx, &of, id, sealed)?;
            audit::record(tx, &stranger, Entry::sign_in("user.password_forgotten").on("user", id).with("kind", kind))?;
            Ok(())
        };
        org.db.write(FORGOTTEN, write).await?;
    }
    Ok(())
}

impl Auth {
    /// The organization that the secret of a link names, where it may be entered under this host name.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for one that leads nowhere.
    pub fn org_of_link(&self, secret: &str, host: &str) -> Result<Arc<Org>> {
        let org = credential::slug_of(secret).and_then(|slug| self.orgs.get(slug));
        org.filter(|org| self.orgs.admits(host, &org.slug)).ok_or(AppError::NotFound)
    }

    /// The link behind a secret of a page's address, and its organization.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for one that leads nowhere (any more).
    pub(in crate::auth) async fn open_link(&self, secret: &str, kind: Kind, host: &str) -> Result<(Arc<Org>, Open)> {
        let org = self.org_of_link(secret, host)?;
        let secret = secret.to_owned();
        let link = org.db.read(move |rx| open(rx, &secret, kind)).await?;
        Ok((org, link))
    }

    /// Follows a link: sets the password and signs the person in. Every earlier session is over.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a link that leads nowhere; [`AppError::Invalid`] on `password`;
    /// [`AppError::Forbidden`] where the login may not be used.
    pub async fn follow_link(&self, secret: &str, kind: Kind, password: Password, knock: &Knock) -> Result<SignedIn> {
        let (org, user) = self.password_by_link(secret, kind, password, knock).await?;
        self.enter(org, user, None, knock).await
    }

    /// As [`Auth::follow_link`], without signing in.
    ///
    /// # Errors
    /// As [`Auth::follow_link`].
    pub async fn set_password_by_link(
        &self,
        secret: &str,
        kind: Kind,
        password: Password,
        knock: &Knock,
    ) -> Result<()> {
        self.password_by_link(secret, kind, password, knock).await.map(|_| ())
    }

    async fn password_by_link(
        &self,
        secret: &str,
        kind: Kind,
        password: Password,
        knock: &Knock,
    ) -> Result<(Arc<Org>, UserId)> {
        let (org, link) = self.open_link(secret, kind, &knock.host).await?;
        let address: EmailAddress =
            link.email.parse().map_err(|why| AppError::internal(format!("{}: {why}", link.email)))?;
        let about = About { name: &link.name, local_part: address.local_part() };
        password::check(&password, password::MIN_CHARS, about).map_err(|why| AppError::invalid("password", why))?;
        let hash = self.passwords.hash(&address, password).await?;

        let (secret, zone, from) = (secret.to_owned(), org.settings().zone.clone(), knock.clone());
        let write = move |tx: &mut Tx<'_>| {
            let link = redeem(tx, &secret, kind)?;
            let Some(account) = account::load(tx, link.user_id, &zone)? else {
                return Err(AppError::forbidden("This login cannot be used now. Ask HR or your admin."));
            };
            let person = person(&account, &from);
            if kind == Kind::PasswordReset {
                user::revoke_access(tx, &person, link.user_id)?;
            }
            user::set_password(tx, &person, link.user_id, &hash, kind.as_str())
        };
        org.db.write(PASSWORD_SET, write).await?;
        Ok((org, link.user_id))
    }
}

/// The one who holds the link, or the code.
pub fn person(account: &Account, knock: &Knock) -> Actor {
    Actor {
        user_id: Some(account.user_id),
        employee_id: account.employee_id,
        name: account.name.clone(),
        roles: account.roles,
        origin: Origin { channel: Channel::Mail, session_id: None, address: knock.client.address },
        zone: account.zone.clone(),
        language: account.language.clone(),
    }
}
