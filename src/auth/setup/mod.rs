//! Setting Steward up: a one-time link printed at the first start leads to a page that makes the first organization
//! and its first admin, and is gone afterwards. There is no default account, and no page without the link.

pub mod operators;
pub mod pages;
mod store;

use std::sync::Arc;

use jiff::tz::TimeZone;
use serde_json::json;

use crate::error::{AppError, FieldErrors, Result};
use crate::ids::{UserId, random_token};
use crate::lang::Lang;
use crate::orgs::{Org, OrgSettings, Orgs, Slug};
use crate::storage::{Housekeeping, Op, Tx};
use crate::text::{EmailAddress, tidy};

use super::Auth;
use super::account::Account;
use super::actor::{Actor, Channel, Role, Roles};
use super::credential::TokenHash;
use super::password::{self, About, Password};
use super::sign_in::{Knock, SignedIn};
use super::user::{self, NewUser};

const REGISTRY: Op = Op::housekeeping(Housekeeping::Registry);

/// What the page asks for.
#[derive(Debug)]
pub struct SetUp {
    /// The company, 1 to 100 characters; the slug is made of it.
    pub organization: String,
    /// IANA name: "Europe/Lisbon".
    pub time_zone: String,
    /// Of the organization and of its first admin.
    pub language: Lang,
    /// The first admin.
    pub name: String,
    pub email: String,
    pub password: Password,
    /// The first admin does HR too.
    pub hr: bool,
}

/// A fresh link's secret; the one before is over. Blocks.
///
/// # Errors
/// [`AppError::Conflict`] where Steward is set up already.
pub fn issue(orgs: &Orgs) -> Result<String> {
    if !orgs.registered()?.is_empty() {
        return Err(AppError::conflict(
            "Steward is set up already. Make further logins with: steward user create EMAIL --role ROLE",
        ));
    }
    let token = random_token();
    let hash = TokenHash::of(&token);
    orgs.instance().write_blocking(REGISTRY, move |tx| store::replace(tx, hash))?;
    Ok(token)
}

impl Auth {
    /// `Ok` while this link can be followed.
    ///
    /// # Errors
    /// [`AppError::NotFound`] once it was used, or where it never was one.
    pub async fn open_setup(&self, token: &str) -> Result<()> {
        let hash = TokenHash::of(token);
        let open = self.orgs.instance().read(move |rx| store::is_open(rx, hash)).await?;
        if open && self.orgs.is_new() { Ok(()) } else { Err(AppError::NotFound) }
    }

    /// Makes the first organization and its first admin, signs them in, and notes the host name and the whole address
    /// it was done by. All of it is one commit: before it the link leads on, after it the admin is there, whatever
    /// becomes of the request.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a link that was used; [`AppError::Invalid`] by field.
    pub async fn set_up(
        &self,
        token: &str,
        input: SetUp,
        knock: &Knock,
        (host, origin): (&str, &str),
    ) -> Result<SignedIn> {
        self.open_setup(token).await?;
        let first = First::check(input)?;
        let hash = self.passwords.hash(&first.address, first.password).await?;

        let (link, address) = (TokenHash::of(token), knock.client.address);
        let mut actor = Actor::command_line(first.settings.zone.clone());
        actor.name = "set-up link".to_owned();
        actor.origin.channel = Channel::Web;
        actor.origin.address = address;
        let by = json!({ "name": actor.name, "channel": actor.origin.channel, "address": address });
        let slug = Slug::of_name(&first.settings.name);
        let (orgs, named, operator) = (Arc::clone(&self.orgs), slug.clone(), actor.clone());
        let (host, origin) = (host.to_owned(), origin.to_owned());
        // A task of its own: a request that is given up is not a set-up that is.
        let made = tokio::spawn(async move {
            let founded = Arc::clone(&orgs);
            let found = move || {
                let fill = move |tx: &mut Tx<'_>| {
                    let id = user::create(tx, &actor, first.user)?;
                    user::set_password(tx, &actor, id, &hash, "set_up")?;
                    Ok(id)
                };
                let register = move |tx: &mut Tx<'_>, id: &UserId| {
                    // Of two that follow the link at once, one has used it.
                    store::take(tx, link)?;
                    if !host.is_empty() {
                        Orgs::note_address_in(tx, &host, &origin)?;
                    }
                    operators::add(tx, &operator, named.as_str(), *id)
                };
                let made = founded.found(slug, first.settings, by, fill, register)?;
                founded.read_address()?;
                Ok::<_, AppError>(made)
            };
            tokio::task::spawn_blocking(found).await.map_err(AppError::internal)?
        });
        let (org, user) = made.await.map_err(AppError::internal)??;
        self.enter(org, user, None, knock).await
    }
}

/// The input, checked.
struct First {
    settings: OrgSettings,
    address: EmailAddress,
    password: Password,
    user: NewUser,
}

impl First {
    fn check(input: SetUp) -> Result<First> {
        let SetUp { organization, time_zone, language, name, email, password, hr } = input;
        let mut errors = FieldErrors::new();
        let organization = tidy(&organization);
        if organization.is_empty() || organization.chars().count() > 100 {
            errors.add("organization", "Give the organization a name of 1 to 100 characters.");
        }
        let zone = TimeZone::get(time_zone.trim()).unwrap_or_else(|_| {
            errors.add("time_zone", "There is no such time zone. Write it like Europe/Berlin.");
            TimeZone::UTC
        });
        let name = tidy(&name);
        if name.is_empty() || name.chars().count() > 200 {
            errors.add("name", "Give a name of 1 to 200 characters.");
        }
        let address: Option<EmailAddress> =
            email.parse().map_err(|why: crate::error::Msg| errors.add("email", why)).ok();
        let local_part = address.as_ref().map_or("", EmailAddress::local_part);
        if let Err(why) = password::check(&password, password::MIN_CHARS, About { name: &name, local_part }) {
            errors.add("password", why);
        }
        let Some(address) = address.filter(|_| errors.is_empty()) else { return Err(AppError::Invalid(errors)) };

        let language = language.code().to_owned();
        let mut roles: Roles = [Role::Admin].into_iter().collect();
        if hr {
            roles = roles.with(Role::Hr);
        }
        let user = NewUser { email: address.clone(), name, employee_id: None, roles, language: language.clone() };
        let settings = OrgSettings { zone, language, ..OrgSettings::named(&organization) };
        Ok(First { settings, address, password, user })
    }
}

/// Whether the acting login may run this appliance: see [`operators`].
///
/// # Errors
/// What the database says.
pub async fn is_operator(auth: &Auth, org: &Org, account: &Account) -> Result<bool> {
    if !account.roles.contains(Role::Admin) {
        return Ok(false);
    }
    let (slug, user) = (org.slug.as_str().to_owned(), account.user_id);
    // Where there is one company, its admins and the machine's are the same people.
    Ok(auth.orgs.is_single() || auth.orgs.instance().read(move |rx| operators::is_one(rx, &slug, user)).await?)
}
