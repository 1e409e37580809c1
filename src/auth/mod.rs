//! Signing in: users, passwords, sessions, tokens, and the extractors that turn a credential into an [`Actor`] with
//! the organization already open. Who may do what to whom is asked in the actions, not here.

pub mod account;
pub mod actor;
pub mod api;
mod bounce;
pub mod caller;
pub mod context;
pub mod cookie;
pub mod credential;
pub mod device;
pub mod door;
pub mod first_time;
pub mod held;
pub mod links;
pub mod lockout;
pub mod once;
pub mod password;
pub mod personal;
mod resolve;
pub mod session;
pub mod setup;
mod shell;
pub mod sign_in;
pub mod token;
pub mod user;

use std::fmt;
use std::sync::Arc;

use crate::clock::Clock;
use crate::error::Result;
use crate::orgs::Orgs;
use crate::storage::Rx;
use crate::vault::keys::Purpose;

pub use actor::{Actor, Channel, Origin, Role, Roles};
pub use context::{Admin, Ctx, Hire, Hr, Manager, Maybe, Staff, shows_credential};
use password::Passwords;
pub use resolve::Pass;
pub use shell::frame;

/// How many of something wait for the acting person, beside a link of the navigation.
pub type Count = fn(&Rx<'_>, &Actor) -> Result<u64>;

/// The counts that the shell shows. The composition root hands in the functions of the rooms that know.
#[derive(Clone, Copy, Debug)]
pub struct Waiting {
    /// Notices not yet read.
    pub unread: Count,
    /// Decisions that wait for this person.
    pub inbox: Count,
}

/// What signing in and every request of a signed-in person need: one for the program, shared.
pub struct Auth {
    pub orgs: Arc<Orgs>,
    pub passwords: Passwords,
    waiting: Waiting,
    signed: resolve::Cache,
}

impl Auth {
    pub fn new(orgs: Arc<Orgs>, waiting: Waiting) -> Auth {
        let salt_key = orgs.master().appliance(Purpose::Passwords);
        Auth { passwords: Passwords::new(*salt_key), orgs, waiting, signed: resolve::Cache::default() }
    }

    pub fn clock(&self) -> &Clock {
        self.orgs.clock()
    }

    /// Unread notices and waiting decisions, as the shell shows them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn count_waiting(&self, rx: &Rx<'_>, actor: &Actor) -> Result<(u64, u64)> {
        Ok(((self.waiting.unread)(rx, actor)?, (self.waiting.inbox)(rx, actor)?))
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth").field("passwords", &self.passwords).finish_non_exhaustive()
    }
}
