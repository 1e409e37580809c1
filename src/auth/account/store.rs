//! SQL behind [`super::load`].

use crate::auth::actor::Roles;
use crate::error::Result;
use crate::ids::{EmployeeId, UserId};
use crate::storage::Rx;

use super::Employment;

pub(super) struct Login {
    pub(super) employee_id: Option<EmployeeId>,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) position: String,
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
                EXISTS (SELECT 1 FROM employees r WHERE r.manager_id = e.id AND r.hidden_by IS NULL)
         FROM users u LEFT JOIN employees e ON e.id = u.employee_id LEFT JOIN locations l ON l.id = e.location_id
         WHERE u.id = ?1",
        [user],
        |row| {
            let roles: Option<String> = row.get(8)?;
            let join_date: Option<jiff::civil::Date> = row.get(9)?;
            let (leave_date, hidden) = (row.get(10)?, row.get(11)?);
            Ok(Login {
                employee_id: row.get(0)?,
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
