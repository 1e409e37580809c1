//! SQL of one login's own facts.

use crate::auth::actor::Roles;
use crate::auth::password::PasswordHash;
use crate::error::Result;
use crate::ids::{EmployeeId, UserId};
use crate::people::employee::photo_href;
use crate::storage::{Rx, Tx};
use crate::vault::FileId;

use super::Employment;

pub(super) struct Login {
    pub(super) employee_id: Option<EmployeeId>,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) position: String,
    pub(super) photo: String,
    pub(super) welcomed: bool,
    pub(super) time_zone: Option<String>,
    pub(super) language: String,
    pub(super) theme: String,
    pub(super) disabled: bool,
    pub(super) stored: Roles,
    pub(super) employment: Option<Employment>,
    /// Somebody's line manager.
    pub(super) leads: bool,
}

pub(super) fn login(rx: &Rx<'_>, user: UserId) -> Result<Option<Login>> {
    rx.one(
        "SELECT u.employee_id, coalesce(e.first_name || ' ' || e.last_name, u.name), u.email, coalesce(e.position, ''),
                l.time_zone, u.language, u.theme, u.disabled_at IS NOT NULL,
                (SELECT group_concat(role) FROM user_roles WHERE user_id = u.id),
                e.join_date, e.leave_date, e.hidden_by IS NOT NULL,
                EXISTS (SELECT 1 FROM employees r WHERE r.manager_id = e.id AND r.hidden_by IS NULL), e.photo_id,
                u.password_hash IS NULL OR u.welcomed_at IS NOT NULL
         FROM users u LEFT JOIN employees e ON e.id = u.employee_id LEFT JOIN locations l ON l.id = e.location_id
         WHERE u.id = ?1",
        [user],
        |row| {
            let roles: Option<String> = row.get(8)?;
            let join_date: Option<jiff::civil::Date> = row.get(9)?;
            let (id, photo): (Option<EmployeeId>, Option<FileId>) = (row.get(0)?, row.get(13)?);
            let (leave_date, hidden) = (row.get(10)?, row.get(11)?);
            Ok(Login {
                employee_id: id,
                welcomed: row.get(14)?,
                photo: id.zip(photo).map(|(id, photo)| photo_href(id, &photo)).unwrap_or_default(),
                name: row.get(1)?,
                email: row.get(2)?,
                position: row.get(3)?,
                time_zone: row.get(4)?,
                language: row.get(5)?,
                theme: row.get(6)?,
                disabled: row.get(7)?,
                stored: Roles::parse(&roles.unwrap_or_default()),
                employment: join_date.map(|join_date| Employment { join_date, leave_date, hidden }),
                leads: row.get(12)?,
            })
        },
    )
}

pub(super) fn password_hash(rx: &Rx<'_>, user: UserId) -> Result<Option<PasswordHash>> {
    let hash: Option<String> = rx.get("SELECT password_hash FROM users WHERE id = ?1", [user], |row| row.get(0))?;
    Ok(hash.map(PasswordHash::from_column))
}

/// Language and theme, as they were.
pub(super) fn look(rx: &Rx<'_>, user: UserId) -> Result<(String, String)> {
    rx.get("SELECT language, theme FROM users WHERE id = ?1", [user], |row| Ok((row.get(0)?, row.get(1)?)))
}

pub(super) fn set_look(tx: &mut Tx<'_>, user: UserId, language: &str, theme: &str) -> Result<()> {
    tx.run("UPDATE users SET language = ?2, theme = ?3 WHERE id = ?1", (user, language, theme))?;
    Ok(())
}
