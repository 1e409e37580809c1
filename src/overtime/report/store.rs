//! SQL of the workbooks: what a day holds, and where the files lie.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use rusqlite::{Row, params};

use super::Report;
use crate::error::Result;
use crate::overtime::rules::{Compensation, DayClass, OvertimeStatus, Stage};
use crate::storage::{Rx, Tx};
use crate::time::hhmm;

/// What the workbooks of a day are made of.
#[derive(Clone, Debug)]
pub(super) struct Day {
    /// By department, name and start.
    pub lines: Vec<Line>,
    /// The last change of any of them.
    pub changed_at: Option<Timestamp>,
}

/// A request with what its row shows. Minutes are plain numbers here: they are only added and written.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Code and name; none for somebody without a department.
    pub department: Option<(String, String)>,
    pub employee_id: i64,
    pub number: String,
    pub name: String,
    pub project: String,
    pub date: Date,
    pub start_time: Time,
    pub end_time: Time,
    pub total: i64,
    pub night: i64,
    pub credited: i64,
    /// Worked and credited minutes in the order of [`DayClass::ALL`].
    pub classes: Vec<(i64, i64)>,
    pub compensation: Compensation,
    pub stage: Stage,
    pub status: OvertimeStatus,
    pub reason: String,
}

/// Everything on this business date that belongs into the report: what is rejected or cancelled does not, nor does
/// whoever is left out of reports.
pub(super) fn day(rx: &Rx<'_>, date: Date) -> Result<Day> {
    let sql =
        "SELECT r.id, d.code, r.department_name, r.employee_id, e.number, r.employee_name, r.project_name, r.date,
            r.start_time, r.end_time, r.total_minutes, r.night_minutes, r.credited_minutes, r.compensation, r.stage,
            r.status, r.reason, r.updated_at
        FROM overtime_requests r
        JOIN employees e ON e.id = r.employee_id
        LEFT JOIN departments d ON d.id = r.department_id
        WHERE r.date = ?1 AND r.status IN ('pending', 'clarification', 'approved') AND e.exclude_from_reports = 0
        ORDER BY r.department_id IS NULL, r.department_name, d.code, r.employee_name, r.starts_at, r.id";
    let found = rx.all(sql, [date], |row| {
        let changed: Timestamp = row.get("updated_at")?;
        Ok((row.get::<_, i64>("id")?, changed, line(row)?))
    })?;
    let changed_at = found.iter().map(|(_, changed, _)| *changed).max();
    let mut lines = Vec::with_capacity(found.len());
    for (id, _, mut line) in found {
        line.classes = classes(rx, id)?;
        lines.push(line);
    }
    Ok(Day { lines, changed_at })
}

fn line(row: &Row<'_>) -> rusqlite::Result<Line> {
    let code: Option<String> = row.get("code")?;
    let department: String = row.get("department_name")?;
    Ok(Line {
        department: code.map(|code| (code, department)),
        employee_id: row.get("employee_id")?,
        number: row.get("number")?,
        name: row.get("employee_name")?,
        project: row.get("project_name")?,
        date: row.get("date")?,
        start_time: time(row, "start_time")?,
        end_time: time(row, "end_time")?,
        total: row.get("total_minutes")?,
        night: row.get("night_minutes")?,
        credited: row.get("credited_minutes")?,
        classes: Vec::new(),
        compensation: row.get("compensation")?,
        stage: row.get("stage")?,
        status: row.get("status")?,
        reason: row.get("reason")?,
    })
}

fn time(row: &Row<'_>, column: &str) -> rusqlite::Result<Time> {
    let text: String = row.get(column)?;
    hhmm::parse(&text)
        .ok_or_else(|| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, text.into()))
}

fn classes(rx: &Rx<'_>, id: i64) -> Result<Vec<(i64, i64)>> {
    let found: Vec<(DayClass, i64, i64)> = rx.all(
        "SELECT day_class, minutes, credited_minutes FROM overtime_classes WHERE request_id = ?1",
        [id],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    let of = |class: DayClass| {
        found.iter().find(|(one, ..)| *one == class).map_or((0, 0), |(_, minutes, credited)| (*minutes, *credited))
    };
    Ok(DayClass::ALL.iter().copied().map(of).collect())
}

/// Whether the date has workbooks already.
pub(super) fn is_known(rx: &Rx<'_>, date: Date) -> Result<bool> {
    Ok(rx.one("SELECT 1 FROM overtime_reports WHERE date = ?1 LIMIT 1", [date], |_| Ok(()))?.is_some())
}

pub(super) fn put(tx: &mut Tx<'_>, report: &Report) -> Result<()> {
    let bytes = i64::try_from(report.bytes).unwrap_or(i64::MAX);
    tx.run(
        "INSERT INTO overtime_reports (kind, date, path, bytes, rows, made_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (path) DO UPDATE SET bytes = excluded.bytes, rows = excluded.rows, made_at = excluded.made_at",
        params![report.kind, report.date, report.path, bytes, report.rows, report.made_at.to_string()],
    )?;
    Ok(())
}

fn report(row: &Row<'_>) -> rusqlite::Result<Report> {
    let bytes: i64 = row.get("bytes")?;
    Ok(Report {
        id: row.get("id")?,
        kind: row.get("kind")?,
        date: row.get("date")?,
        path: row.get("path")?,
        bytes: bytes.unsigned_abs(),
        rows: row.get("rows")?,
        made_at: row.get("made_at")?,
    })
}

pub(super) fn list(
    rx: &Rx<'_>,
    (from, to): (Option<Date>, Option<Date>),
    limit: i64,
    offset: i64,
) -> Result<(Vec<Report>, i64)> {
    let (from, to) = (from.unwrap_or(Date::constant(1970, 1, 1)), to.unwrap_or(Date::constant(2199, 12, 31)));
    let rows = rx.all(
        "SELECT id, kind, date, path, bytes, rows, made_at FROM overtime_reports WHERE date BETWEEN ?1 AND ?2
         ORDER BY date DESC, path LIMIT ?3 OFFSET ?4",
        params![from, to, limit, offset],
        report,
    )?;
    let total = rx.scalar("SELECT count(*) FROM overtime_reports WHERE date BETWEEN ?1 AND ?2", (from, to))?;
    Ok((rows, total))
}

pub(super) fn get(rx: &Rx<'_>, id: i64) -> Result<Option<Report>> {
    rx.one("SELECT id, kind, date, path, bytes, rows, made_at FROM overtime_reports WHERE id = ?1", [id], report)
}
