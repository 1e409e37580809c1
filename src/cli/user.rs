//! `steward user create|reset-password|unlock`: logins, made and mended by whoever owns the data directory.

use std::io::BufRead as _;
use std::sync::Arc;

use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};

use crate::appliance::House;
use crate::auth::links::{self, Sealed};
use crate::auth::password::{self, About, Password, PasswordHash, Passwords};
use crate::auth::setup::operators;
use crate::auth::user::{self, NewUser};
use crate::auth::{Actor, Role, Roles};
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, UserId};
use crate::msg;
use crate::orgs::Org;
use crate::people::{self, Facts, NewEmployee};
use crate::storage::{Op, Tx};
use crate::text::EmailAddress;
use crate::vault::keys::Purpose;

use super::ask::{Answer, Ask, ask_and_print};
use super::{DataDir, Done};

#[derive(Debug, Subcommand)]
pub enum UserVerb {
    /// Make a login. Without --password-stdin a link is printed that lets its owner choose a password.
    Create {
        #[command(flatten)]
        whose: Whose,
        #[command(flatten)]
        password: Given,
        /// employee, manager, hr or admin; may be given several times. employee if not given.
        #[arg(long = "role", value_name = "ROLE")]
        roles: Vec<String>,
        /// For an employee or manager a record of the person is made too, where there is none with this address.
        #[arg(long, value_name = "NAME")]
        first_name: Option<String>,
        #[arg(long, value_name = "NAME")]
        last_name: Option<String>,
    },
    /// Set a new password, or print a link that lets the owner choose one. Every session of theirs ends.
    ResetPassword {
        #[command(flatten)]
        whose: Whose,
        #[command(flatten)]
        password: Given,
    },
    /// Let somebody try again who has typed too many wrong passwords.
    Unlock {
        #[command(flatten)]
        whose: Whose,
    },
}

/// Whose login, where.
#[derive(Debug, Args)]
pub struct Whose {
    /// The address that its owner signs in with.
    email: String,
    /// The organization; may be left out where there is only one.
    #[arg(long, value_name = "SLUG")]
    org: Option<String>,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: DataDir,
}

/// The password, where one is handed in.
#[derive(Debug, Args)]
pub struct Given {
    /// Read the password from the first line of standard input.
    #[arg(long)]
    password_stdin: bool,
}

/// A verb as it travels to the program that performs it.
#[derive(Debug, Serialize, Deserialize)]
pub struct UserAsk {
    email: String,
    org: Option<String>,
    password: Option<String>,
    what: What,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    Create { roles: Vec<String>, first_name: Option<String>, last_name: Option<String> },
    ResetPassword,
    Unlock,
}

impl UserVerb {
    pub(super) fn data(&self) -> &DataDir {
        match self {
            UserVerb::Create { whose, .. } | UserVerb::ResetPassword { whose, .. } | UserVerb::Unlock { whose } => {
                &whose.data
            }
        }
    }

    pub fn run(self) -> Done {
        let (whose, password, what) = match self {
            UserVerb::Create { whose, password, roles, first_name, last_name } => {
                (whose, password.read()?, What::Create { roles, first_name, last_name })
            }
            UserVerb::ResetPassword { whose, password } => (whose, password.read()?, What::ResetPassword),
            UserVerb::Unlock { whose } => (whose, None, What::Unlock),
        };
        let ask = UserAsk { email: whose.email, org: whose.org, password, what };
        ask_and_print(&whose.data.path, whose.json, Ask::User(ask))
    }
}

impl Given {
    fn read(&self) -> std::io::Result<Option<String>> {
        if !self.password_stdin {
            return Ok(None);
        }
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line)?;
        Ok(Some(line.trim_end_matches(['\n', '\r']).to_owned()))
    }
}

/// Performs it. Blocks.
///
/// # Errors
/// What the action says; nothing was changed then.
pub fn perform(house: &House, ask: UserAsk) -> Result<Answer> {
    let UserAsk { email, org, password, what } = ask;
    let org = organization(house, org.as_deref())?;
    let address: EmailAddress = email.parse().map_err(|why| AppError::invalid("email", why))?;
    let actor = Actor::command_line(org.settings().zone.clone());
    let verb = Verb { house, org, address, actor, password };
    match what {
        What::Create { roles, first_name, last_name } => verb.create(&roles, first_name, last_name),
        What::ResetPassword => verb.reset(),
        What::Unlock => verb.unlock(),
    }
}

/// The named organization, or the only one.
fn organization(house: &House, slug: Option<&str>) -> Result<Arc<Org>> {
    let mut orgs = house.orgs.all();
    match slug {
        Some(slug) => house.orgs.get(slug).ok_or_else(|| {
            AppError::invalid("org", msg!("There is no organization \"{0}\". See: steward org list", slug))
        }),
        None if orgs.len() == 1 => Ok(orgs.remove(0)),
        None if orgs.is_empty() => {
            Err(AppError::conflict("There is no organization yet. Make one with: steward org create SLUG"))
        }
        None => Err(AppError::invalid("org", "There are several organizations; say which with --org SLUG.")),
    }
}

struct Verb<'a> {
    house: &'a House,
    org: Arc<Org>,
    address: EmailAddress,
    actor: Actor,
    password: Option<String>,
}

impl Verb<'_> {
    fn create(self, roles: &[String], first_name: Option<String>, last_name: Option<String>) -> Result<Answer> {
        let roles = parse_roles(roles)?;
        let (first, last) = names(&self.address, first_name, last_name);
        let hash = self.hashed(&format!("{first} {last}"))?;
        let staff = roles.contains(Role::Employee) || roles.contains(Role::Manager);
        let (operator, actor) = (self.actor.clone(), self.actor);
        let (address, org, with_password) = (self.address.clone(), Arc::clone(&self.org), hash.is_some());
        let (id, link) = self.org.db.write_blocking(Op::act("user.created"), move |tx| {
            let employee_id = if staff { Some(record(tx, &actor, &address, &first, &last)?) } else { None };
            let language = org.settings().language.clone();
            let new = NewUser { email: address, name: format!("{first} {last}"), employee_id, roles, language };
            let id = user::create(tx, &actor, new)?;
            let link = let_in(tx, &actor, &org, id, hash)?;
            Ok((id, link))
        })?;
        if roles.contains(Role::Admin) {
            let slug = self.org.slug.as_str().to_owned();
            let instance = self.house.orgs.instance();
            instance.write_blocking(operators::ADDED, move |tx| operators::add_first(tx, &operator, &slug, id))?;
        }
        let made = format!("login {} created in {}", self.address, self.org.slug);
        Ok(said(self.house, &self.org, id, &made, with_password, link.as_ref()))
    }

    fn reset(self) -> Result<Answer> {
        let (id, name) = self.find()?;
        let hash = self.hashed(&name)?;
        let (actor, org, with_password) = (self.actor, Arc::clone(&self.org), hash.is_some());
        let write = move |tx: &mut Tx<'_>| let_in(tx, &actor, &org, id, hash);
        let link = self.org.db.write_blocking(Op::act("user.password_set"), write)?;
        let done = format!("new password for {}", self.address);
        Ok(said(self.house, &self.org, id, &done, with_password, link.as_ref()))
    }

    fn unlock(self) -> Result<Answer> {
        let (id, _) = self.find()?;
        let actor = self.actor;
        let places = self.org.db.write_blocking(Op::act("user.unlocked"), move |tx| user::unlock(tx, &actor, id))?;
        let text = match places {
            0 => format!("{} was not locked out", self.address),
            _ => format!("{} may try again", self.address),
        };
        Ok(Answer::said(text, serde_json::json!({ "user_id": id, "places": places })))
    }

    fn find(&self) -> Result<(UserId, String)> {
        let (address, actor) = (self.address.clone(), self.actor.clone());
        let found = self.org.db.read_blocking(move |rx| {
            let Some(id) = user::by_email(rx, &address)? else { return Ok(None) };
            Ok(Some((id, user::get(rx, &actor, id)?.name)))
        })?;
        found.ok_or_else(|| {
            AppError::invalid(
                "email",
                msg!("There is no login with the address {0} in {1}.", self.address, self.org.slug),
            )
        })
    }

    /// The password that was handed in, hashed; its rules hold here too.
    fn hashed(&self, name: &str) -> Result<Option<PasswordHash>> {
        let Some(typed) = &self.password else { return Ok(None) };
        let password = Password::new(typed);
        let about = About { name, local_part: self.address.local_part() };
        password::check(&password, password::MIN_CHARS, about).map_err(|why| AppError::invalid("password", why))?;
        let passwords = Passwords::new(*self.house.orgs.master().appliance(Purpose::Passwords));
        passwords.hash_blocking(&self.address, &password).map(Some)
    }
}

/// Sets the password that was handed in, or makes a link to choose one.
fn let_in(tx: &mut Tx<'_>, actor: &Actor, org: &Org, id: UserId, hash: Option<PasswordHash>) -> Result<Option<Sealed>> {
    match hash {
        Some(hash) => user::set_password(tx, actor, id, &hash, "command_line").map(|()| None),
        None => links::link_for(tx, actor, org, id).map(Some),
    }
}

/// The record with this address, or a new one that begins today.
fn record(tx: &mut Tx<'_>, actor: &Actor, address: &EmailAddress, first: &str, last: &str) -> Result<EmployeeId> {
    if let Some(employee) = people::by_email(tx, address.as_str())? {
        return Ok(employee.id);
    }
    let number = people::next_number(tx)?;
    let facts = Facts::new(&number, first, last, address.as_str(), actor.today(tx.now()));
    people::create(tx, actor, NewEmployee::from(facts))
}

fn parse_roles(names: &[String]) -> Result<Roles> {
    if names.is_empty() {
        return Ok(Roles::default().with(Role::Employee));
    }
    let one = |name: &String| match name.parse() {
        Ok(Role::Hire) | Err(()) => {
            Err(AppError::invalid("role", msg!("There is no role {0}: employee, manager, hr or admin.", name)))
        }
        Ok(role) => Ok(role),
    };
    names.iter().map(one).collect()
}

/// The names given; what is missing is taken from the address: "mira.castell@…" is Mira Castell.
fn names(address: &EmailAddress, first: Option<String>, last: Option<String>) -> (String, String) {
    let capital = |word: &str| {
        let mut chars = word.chars();
        chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
    };
    let local = address.as_str().split('@').next().unwrap_or_default();
    let words: Vec<String> = local.split(['.', '_', '-', '+']).filter(|word| !word.is_empty()).map(capital).collect();
    let of_address = |at: usize| words.get(at).cloned();
    let first = first.or_else(|| of_address(0)).unwrap_or_else(|| local.to_owned());
    let last = last.or_else(|| of_address(1)).unwrap_or_else(|| first.clone());
    (first, last)
}

fn said(house: &House, org: &Org, id: UserId, done: &str, with_password: bool, link: Option<&Sealed>) -> Answer {
    let url = link.map(|link| format!("{}{}", house.base_url_of(org), link.path(org)));
    let text = match &url {
        Some(url) => format!("{done}; choose a password at\n{url}"),
        None => done.to_owned(),
    };
    let json = serde_json::json!({ "user_id": id, "organization": org.slug.as_str(), "password_set": with_password, "url": url });
    Answer::said(text, json)
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_name_comes_of_the_address_where_none_is_given() {
        let of = |text: &str| names(&text.parse().unwrap(), None, None);
        assert_eq!(of("mira.castell@x.example"), ("Mira".to_owned(), "Castell".to_owned()));
        assert_eq!(of("hr@x.example"), ("Hr".to_owned(), "Hr".to_owned()));
        let given = names(&"hr@x.example".parse().unwrap(), Some("Hanna".into()), Some("Roth".into()));
        assert_eq!(given, ("Hanna".to_owned(), "Roth".to_owned()));
    }
}
