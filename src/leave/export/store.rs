//! SQL of the export.

use rusqlite::ToSql;

use super::{Row, Wanted};
use crate::error::Result;
use crate::leave::request::store::span;
use crate::people::Scope;
use crate::storage::Rx;

/// Requests that touch the period, by department, name and date.
pub(super) fn rows(rx: &Rx<'_>, scope: &Scope, wanted: &Wanted) -> Result<Vec<Row>> {
    let ids = scope.ids_json();
    let (first, last) = (wanted.period.first(), wanted.period.last());
    let mut sql = String::from(
        "SELECT r.employee_id, coalesce(d.name, '') AS department, e.last_name, e.first_name, e.email,
             t.name AS leave_type, r.start_date, r.start_part, r.end_date, r.end_part, r.from_time, r.to_time,
             r.minutes, r.status
         FROM leave_requests r JOIN employees e ON e.id = r.employee_id JOIN leave_types t ON t.id = r.leave_type_id
         LEFT JOIN departments d ON d.id = e.department_id
         WHERE r.start_date <= ?2 AND r.end_date >= ?1",
    );
    let mut values: Vec<&dyn ToSql> = vec![&first, &last];
    for (condition, value) in [
        ("r.employee_id IN (SELECT value FROM json_each(#))", ids.as_ref().map(|ids| ids as &dyn ToSql)),
        ("e.department_id = #", wanted.department_id.as_ref().map(|id| id as &dyn ToSql)),
        ("r.leave_type_id = #", wanted.leave_type_id.as_ref().map(|id| id as &dyn ToSql)),
        ("r.status = #", wanted.status.as_ref().map(|status| status as &dyn ToSql)),
    ] {
        if let Some(value) = value {
            values.push(value);
            sql.push_str(" AND ");
            sql.push_str(&condition.replace('#', &format!("?{}", values.len())));
        }
    }
    sql.push_str(" ORDER BY d.name IS NULL, d.name, e.name_key, e.id, r.start_date, r.id");
    rx.all(&sql, values.as_slice(), |row| {
        Ok(Row {
            employee_id: row.get("employee_id")?,
            department: row.get("department")?,
            last_name: row.get("last_name")?,
            first_name: row.get("first_name")?,
            email: row.get("email")?,
            leave_type: row.get("leave_type")?,
            span: span(row)?,
            minutes: row.get("minutes")?,
            status: row.get("status")?,
        })
    })
}
