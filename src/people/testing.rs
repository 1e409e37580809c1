//! What the tests of these rooms share: a database, HR, and people in a few words.

use jiff::civil::date;
use jiff::tz::TimeZone;

use super::{Facts, NewEmployee};
use crate::auth::Actor;
use crate::clock::Clock;
use crate::error::Result;
use crate::ids::{EmployeeId, UserId};
use crate::storage::{Db, DbSettings, ORG, Op, Tx};

/// A database in a folder of its own; the clock stands at noon UTC on 3 December 2026.
pub(super) struct House {
    pub db: Db,
    pub clock: Clock,
    _dir: tempfile::TempDir,
}

pub(super) fn house() -> House {
    let dir = tempfile::tempdir().unwrap();
    let clock = Clock::manual("2026-12-03T12:00:00Z".parse().unwrap());
    let db = Db::open(dir.path(), &ORG, clock.clone(), DbSettings::default()).unwrap();
    House { db, clock, _dir: dir }
}

impl House {
    pub fn act<T: Send + 'static>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        self.db.write_blocking(Op::act("test"), f)
    }

    /// Enters a person named after the number, below `manager`.
    pub fn person(&self, number: &str, manager: Option<EmployeeId>) -> EmployeeId {
        let facts = Facts { manager_id: manager, ..person(number) };
        self.act(move |tx| super::create(tx, &hr(), NewEmployee::from(facts))).unwrap()
    }

    /// Makes a login for a person, with these roles. Its password was set.
    pub fn login(&self, id: EmployeeId, roles: &'static [&'static str]) -> UserId {
        self.db
            .write_blocking(Op::housekeeping(crate::storage::Housekeeping::Demo), move |tx| {
                let email = format!("login{id}@demo.test");
                let now = tx.now();
                let user = tx.insert(
                    "INSERT INTO users (employee_id, email, email_key, name, password_hash, created_at) \
                     VALUES (?1, ?2, ?2, ?2, 'x', ?3)",
                    (id, email, now),
                )?;
                for role in roles {
                    tx.run("INSERT INTO user_roles (user_id, role) VALUES (?1, ?2)", (user, role))?;
                }
                Ok(UserId(user))
            })
            .unwrap()
    }
}

/// Somebody who began on 1 February 2026.
pub(super) fn person(number: &str) -> Facts {
    Facts::new(number, "Mira", &format!("Castell {number}"), &format!("p{number}@demo.test"), date(2026, 2, 1))
}

/// HR without a record of its own.
pub(super) fn hr() -> Actor {
    Actor::command_line(TimeZone::UTC)
}

/// A signed-in person with these roles.
pub(super) fn actor(id: EmployeeId, roles: &[crate::auth::Role]) -> Actor {
    Actor { employee_id: Some(id), roles: roles.iter().copied().collect(), ..hr() }
}
