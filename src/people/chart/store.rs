//! SQL of the organization chart.

use jiff::civil::Date;

use super::Line;
use crate::error::Result;
use crate::storage::Rx;

/// Everybody, by name; who is not here on `today`, or deactivated, is marked so.
pub(super) fn lines(rx: &Rx<'_>, today: Date) -> Result<Vec<Line>> {
    rx.all(
        "SELECT e.id, e.first_name || ' ' || e.last_name, e.position, d.name, e.manager_id, \
         e.hidden_by IS NULL AND e.join_date <= ?1 AND (e.leave_date IS NULL OR e.leave_date >= ?1) \
         FROM employees e LEFT JOIN departments d ON d.id = e.department_id \
         ORDER BY e.name_key, e.id",
        [today],
        |row| {
            Ok(Line {
                id: row.get(0)?,
                name: row.get(1)?,
                position: row.get(2)?,
                department: row.get::<_, Option<String>>(3)?.unwrap_or_default(),
                manager_id: row.get(4)?,
                here: row.get(5)?,
            })
        },
    )
}
