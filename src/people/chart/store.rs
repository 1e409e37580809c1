//! SQL of the organization chart.

use jiff::civil::Date;

use super::Line;
use crate::error::Result;
use crate::storage::Rx;

/// Everybody who is not deactivated, by name; who is not here on `today` is marked so.
pub(super) fn lines(rx: &Rx<'_>, today: Date) -> Result<Vec<Line>> {
    rx.all(
        "SELECT e.id, e.first_name || ' ' || e.last_name, e.position, d.name, e.manager_id, \
         e.join_date <= ?1 AND (e.leave_date IS NULL OR e.leave_date >= ?1) \
         FROM employees e LEFT JOIN departments d ON d.id = e.department_id \
         WHERE e.hidden_by IS NULL ORDER BY e.name_key, e.id",
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
