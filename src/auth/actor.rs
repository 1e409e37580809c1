//! Who is acting, and from where: what every action is told beside its transaction.
//!
//! An [`Actor`] is made by an extractor (a session cookie, an access token), by a verb of the command line or by
//! the clockwork. It carries no database: the transaction that stands beside it is already the organization's own.

use std::fmt;
use std::net::IpAddr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, SessionId, UserId};

/// One role (product/scope.md). A person may hold several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Invited, before the first day: sees pre-boarding pages only. Derived from the record, never stored.
    Hire,
    Employee,
    /// Stored, or derived: whoever is somebody's line manager is one.
    Manager,
    Hr,
    Admin,
}

impl Role {
    pub const ALL: [Role; 5] = [Role::Hire, Role::Employee, Role::Manager, Role::Hr, Role::Admin];

    pub fn as_str(self) -> &'static str {
        match self {
            Role::Hire => "hire",
            Role::Employee => "employee",
            Role::Manager => "manager",
            Role::Hr => "hr",
            Role::Admin => "admin",
        }
    }
}

impl std::str::FromStr for Role {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Role::ALL.into_iter().find(|role| role.as_str() == text).ok_or(())
    }
}

/// A set of roles, one bit each.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Roles(u8);

impl Roles {
    pub fn contains(self, role: Role) -> bool {
        self.0 & (1 << role as u8) != 0
    }

    #[must_use]
    pub fn with(self, role: Role) -> Self {
        Roles(self.0 | 1 << role as u8)
    }

    /// Names separated by commas, as the database groups them. Unknown ones are left out.
    pub fn parse(names: &str) -> Self {
        names.split(',').filter_map(|name| name.parse().ok()).collect()
    }

    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| self.contains(*role))
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        roles.into_iter().fold(Roles::default(), Roles::with)
    }
}

impl fmt::Debug for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// By which way an act arrived; kept in the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Web,
    Api,
    Mail,
    Cli,
    Job,
}

impl Channel {
    pub fn as_str(self) -> &'static str {
        match self {
            Channel::Web => "web",
            Channel::Api => "api",
            Channel::Mail => "mail",
            Channel::Cli => "cli",
            Channel::Job => "job",
        }
    }
}

/// Where an act came from.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    pub channel: Channel,
    pub session_id: Option<SessionId>,
    pub address: Option<IpAddr>,
}

/// The one who acts.
#[derive(Clone, Debug)]
pub struct Actor {
    /// `None` for the clockwork and for verbs of the command line.
    pub user_id: Option<UserId>,
    /// `None` for a user who is not staff, the clockwork and verbs.
    pub employee_id: Option<EmployeeId>,
    /// As shown to others: a person's name, "Steward" for the clockwork, "command line" for a verb.
    pub name: String,
    pub roles: Roles,
    pub origin: Origin,
    /// The zone of the person's location; the organization's where there is none.
    pub zone: TimeZone,
    /// Language of pages and notices, as in `locales/` ("en").
    pub language: String,
}

impl Actor {
    /// The clockwork: may do what HR may, and is named as itself in every record.
    pub fn clockwork(zone: TimeZone) -> Self {
        Actor::program("Steward", Channel::Job, zone)
    }

    /// A verb of the command line, run by whoever owns the data directory.
    pub fn command_line(zone: TimeZone) -> Self {
        Actor::program("command line", Channel::Cli, zone)
    }

    fn program(name: &str, channel: Channel, zone: TimeZone) -> Self {
        Actor {
            user_id: None,
            employee_id: None,
            name: name.to_owned(),
            roles: [Role::Employee, Role::Hr, Role::Admin].into_iter().collect(),
            origin: Origin { channel, session_id: None, address: None },
            zone,
            language: "en".to_owned(),
        }
    }

    /// The calendar date that it is for this person at `now`.
    pub fn today(&self, now: Timestamp) -> Date {
        now.to_zoned(self.zone.clone()).date()
    }

    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(role)
    }

    pub fn is_hr(&self) -> bool {
        self.has(Role::Hr)
    }

    pub fn is_admin(&self) -> bool {
        self.has(Role::Admin)
    }

    /// `Ok` for HR.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] for anybody else.
    pub fn require_hr(&self) -> Result<()> {
        if self.is_hr() { Ok(()) } else { Err(AppError::forbidden("Only HR may do this.")) }
    }

    /// `Ok` for an admin.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] for anybody else.
    pub fn require_admin(&self) -> Result<()> {
        if self.is_admin() { Ok(()) } else { Err(AppError::forbidden("Only an admin may do this.")) }
    }

    /// The acting person's own record.
    ///
    /// # Errors
    /// [`AppError::Forbidden`] where the user is not staff.
    pub fn require_employee(&self) -> Result<EmployeeId> {
        self.employee_id.ok_or_else(|| AppError::forbidden("This login has no employee record."))
    }
}
