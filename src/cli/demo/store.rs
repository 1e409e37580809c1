//! SQL of the demo alone: rows by the hundred thousand for measuring, and the quiet that a demo needs (no mail to
//! invented people, old notices read).

use jiff::civil::Date;

use crate::error::Result;
use crate::ids::{EmployeeId, ProjectId};
use crate::storage::Tx;

/// Letters to invented people are not sent; what was said weeks ago was read.
/// Workbooks are made of the days since `reports_from`.
pub(super) fn quiet(tx: &mut Tx<'_>, read_before: &str, reports_from: Date) -> Result<()> {
    let now = tx.now().to_string();
    let (kind, from) = (crate::overtime::REPORT, reports_from.to_string());
    tx.run("/* whole table */ DELETE FROM outbox WHERE kind <> ?1 OR key < ?2", (kind, from))?;
    tx.run(
        "/* whole table */ UPDATE notices SET read_at = ?2 WHERE read_at IS NULL AND created_at < ?1",
        (read_before, now),
    )?;
    Ok(())
}

/// One approved request of two hours on an evening.
pub(super) fn overtime_row(
    tx: &mut Tx<'_>,
    employee: (EmployeeId, &str),
    project: (ProjectId, &str),
    date: Date,
    hour: i8,
) -> Result<()> {
    let at = |hour: i8| format!("{date}T{hour:02}:00:00Z");
    let id = tx.insert(
        "INSERT INTO overtime_requests (employee_id, employee_name, project_id, project_name, date, start_time, end_time, \
         starts_at, ends_at, zone, reason, compensation, stage, status, total_minutes, night_minutes, credited_minutes, \
         is_weekend, is_holiday, created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'UTC', 'Measured', \
         'pay', 'worked', 'approved', 120, 0, 180, 0, 0, ?9, ?9)",
        rusqlite::params![
            employee.0,
            employee.1,
            project.0,
            project.1,
            date,
            format!("{hour:02}:00"),
            format!("{:02}:00", hour + 2),
            at(hour),
            at(hour + 2),
        ],
    )?;
    tx.run(
        "INSERT INTO overtime_classes (request_id, day_class, minutes, multiplier, credited_minutes) \
         VALUES (?1, 'workday', 120, 150, 180)",
        [id],
    )?;
    Ok(())
}
