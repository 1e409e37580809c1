//! SQL of the days that come round each year.

use jiff::civil::Date;

use crate::error::Result;
use crate::ids::EmployeeId;
use crate::people::NameRef;
use crate::storage::Rx;

/// Somebody who has agreed that colleagues know of their day.
pub(super) struct Celebrant {
    pub person: NameRef,
    pub id: EmployeeId,
    pub birthday: Option<Date>,
    pub first_day: Date,
}

/// Whoever agreed, is employed on `on`, and was born or began on a day with one of these `MM-DD`.
pub(super) fn celebrants(rx: &Rx<'_>, days: &[String], on: Date) -> Result<Vec<Celebrant>> {
    let days = serde_json::to_string(days).map_err(crate::error::AppError::internal)?;
    rx.all(
        "SELECT e.id, e.first_name || ' ' || e.last_name, p.birthday, e.join_date FROM employee_personal p \
         JOIN employees e ON e.id = p.employee_id \
         WHERE p.birthday_shown = 1 AND e.hidden_by IS NULL AND e.join_date <= ?2 \
         AND (e.leave_date IS NULL OR e.leave_date >= ?2) \
         AND (substr(p.birthday, 6) IN (SELECT value FROM json_each(?1)) \
           OR substr(e.join_date, 6) IN (SELECT value FROM json_each(?1))) ORDER BY e.id",
        (days, on),
        |row| {
            let id: EmployeeId = row.get(0)?;
            Ok(Celebrant {
                person: NameRef { id: id.0, name: row.get(1)? },
                id,
                birthday: row.get(2)?,
                first_day: row.get(3)?,
            })
        },
    )
}
