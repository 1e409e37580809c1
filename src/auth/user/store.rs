//! SQL of logins and their roles.

use std::collections::HashSet;

use jiff::civil::Date;
use rusqlite::Row;

use crate::auth::actor::{Role, Roles};
use crate::auth::password::PasswordHash;
use crate::error::Result;
use crate::ids::{EmployeeId, UserId};
use crate::storage::{Rx, Tx};
use crate::text::{EmailAddress, fold, sort_key};
use crate::web::Listing;

use super::{NewUser, State, User};

/// As `read_user` takes them.
const COLUMNS: &str = "u.id, u.employee_id, e.first_name || ' ' || e.last_name, u.name, u.email, u.language, \
     CASE WHEN u.disabled_at IS NOT NULL THEN 'disabled' WHEN u.password_hash IS NULL THEN 'invited' ELSE 'active' END, \
     u.created_at, u.last_seen_at, (SELECT group_concat(role) FROM user_roles WHERE user_id = u.id)";

fn read_user(row: &Row<'_>) -> rusqlite::Result<User> {
    let employee_id: Option<EmployeeId> = row.get(1)?;
    let employee_name: Option<String> = row.get(2)?;
    let own_name: String = row.get(3)?;
    let roles: Option<String> = row.get(9)?;
    Ok(User {
        id: row.get(0)?,
        name: employee_name.clone().unwrap_or(own_name),
        employee: employee_id.zip(employee_name),
        email: row.get(4)?,
        language: row.get(5)?,
        state: row.get(6)?,
        created_at: row.get(7)?,
        last_seen_at: row.get(8)?,
        roles: Roles::parse(&roles.unwrap_or_default()),
    })
}

pub(super) fn insert(tx: &mut Tx<'_>, new: &NewUser, name: &str) -> Result<UserId> {
    let now = tx.now();
    tx.insert(
        "INSERT INTO users (employee_id, email, email_key, name, name_key, language, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        (new.employee_id, new.email.as_str(), new.email.key(), name, sort_key(name), &new.language, now),
    )
    .map(UserId)
}

pub(super) fn get(rx: &Rx<'_>, id: UserId) -> Result<User> {
    let sql = format!("SELECT {COLUMNS} FROM users u LEFT JOIN employees e ON e.id = u.employee_id WHERE u.id = ?1");
    rx.get(&sql, [id], read_user)
}

pub(super) fn by_key(rx: &Rx<'_>, key: &str) -> Result<Option<UserId>> {
    rx.one("SELECT id FROM users WHERE email_key = ?1", [key], |row| row.get(0))
}

pub(super) fn by_employee(rx: &Rx<'_>, employee: EmployeeId) -> Result<Option<UserId>> {
    rx.one("SELECT id FROM users WHERE employee_id = ?1", [employee], |row| row.get(0))
}

/// Every condition stands in one statement; what is not asked for is NULL.
const MATCHES: &str = "(?1 IS NULL OR instr(u.email_key, ?1) > 0 OR instr(u.name_key, ?4) > 0 OR instr(e.name_key, ?4) > 0)
     AND (?2 IS NULL OR EXISTS (SELECT 1 FROM user_roles r WHERE r.user_id = u.id AND r.role = ?2))
     AND (?3 IS NULL OR ?3 = CASE WHEN u.disabled_at IS NOT NULL THEN 'disabled' WHEN u.password_hash IS NULL THEN 'invited' ELSE 'active' END)";

pub(super) fn list(
    rx: &Rx<'_>,
    listing: &Listing,
    role: Option<Role>,
    state: Option<State>,
) -> Result<(Vec<User>, i64)> {
    let address = listing.search.as_deref().map(fold);
    let name = listing.search.as_deref().map(sort_key);
    let role = role.map(Role::as_str);
    let order = listing.order_by(
        &[
            ("name", "coalesce(e.name_key, u.name_key)"),
            ("email", "u.email_key"),
            ("last_seen_at", "u.last_seen_at"),
            ("created_at", "u.created_at"),
        ],
        "coalesce(e.name_key, u.name_key), u.id",
    );
    let from = format!("FROM users u LEFT JOIN employees e ON e.id = u.employee_id WHERE {MATCHES}");
    let users = rx.all(
        &format!("SELECT {COLUMNS} {from} {order} LIMIT ?5 OFFSET ?6"),
        (&address, role, state, &name, listing.limit(), listing.offset()),
        read_user,
    )?;
    let total = rx.scalar(&format!("SELECT count(*) {from}"), (&address, role, state, &name))?;
    Ok((users, total))
}

pub(super) fn set_roles(tx: &mut Tx<'_>, id: UserId, roles: Roles) -> Result<()> {
    tx.run("DELETE FROM user_roles WHERE user_id = ?1", [id])?;
    for role in roles.iter().filter(|role| *role != Role::Hire) {
        tx.run("INSERT INTO user_roles (user_id, role) VALUES (?1, ?2)", (id, role.as_str()))?;
    }
    Ok(())
}

pub(super) fn set_disabled(tx: &mut Tx<'_>, id: UserId, disabled: bool) -> Result<()> {
    let at = disabled.then(|| tx.now());
    tx.run(
        "UPDATE users SET disabled_at = ?2, credential_version = credential_version + ?3 WHERE id = ?1",
        (id, at, disabled),
    )?;
    Ok(())
}

/// How many admins there are beside `id` who can sign in today: with a password, and working here if they are staff.
pub(super) fn other_admins(rx: &Rx<'_>, id: UserId, today: Date) -> Result<i64> {
    rx.scalar(
        "SELECT count(*) FROM user_roles r JOIN users u ON u.id = r.user_id LEFT JOIN employees e ON e.id = u.employee_id
         WHERE r.role = 'admin' AND r.user_id <> ?1 AND u.disabled_at IS NULL AND u.password_hash IS NOT NULL
           AND e.hidden_by IS NULL AND (e.leave_date IS NULL OR e.leave_date >= ?2)",
        (id, today),
    )
}

/// Logins in use that have this role.
pub(super) fn with_role(rx: &Rx<'_>, role: Role) -> Result<Vec<UserId>> {
    rx.all(
        "SELECT r.user_id FROM user_roles r JOIN users u ON u.id = r.user_id
         WHERE r.role = ?1 AND u.disabled_at IS NULL ORDER BY r.user_id",
        [role.as_str()],
        |row| row.get(0),
    )
}

/// People whose login has HR's or an admin's role.
pub(super) fn with_office_roles(rx: &Rx<'_>) -> Result<HashSet<EmployeeId>> {
    let rows = rx.all(
        "SELECT DISTINCT u.employee_id FROM user_roles r JOIN users u ON u.id = r.user_id
         WHERE r.role IN ('hr', 'admin') AND u.employee_id IS NOT NULL",
        (),
        |row| row.get(0),
    )?;
    Ok(rows.into_iter().collect())
}

pub(super) fn set_password(tx: &mut Tx<'_>, id: UserId, hash: &PasswordHash) -> Result<()> {
    let now = tx.now();
    tx.run(
        "UPDATE users SET password_hash = ?2, password_set_at = ?3, credential_version = credential_version + 1
         WHERE id = ?1",
        (id, hash.as_str(), now),
    )?;
    Ok(())
}

pub(super) fn set_identity(tx: &mut Tx<'_>, id: UserId, email: &EmailAddress, name: &str) -> Result<()> {
    tx.run(
        "UPDATE users SET email = ?2, email_key = ?3, name = ?4, name_key = ?5 WHERE id = ?1",
        (id, email.as_str(), email.key(), name, sort_key(name)),
    )?;
    Ok(())
}

pub(super) fn set_employee(tx: &mut Tx<'_>, id: UserId, employee: EmployeeId) -> Result<()> {
    tx.run("UPDATE users SET employee_id = ?2 WHERE id = ?1", (id, employee))?;
    Ok(())
}
