//! SQL of projects and overtime requests. The workbooks have a store of their own in `report/`.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use rusqlite::{Row, params};

use crate::error::Result;
use crate::ids::{EmployeeId, LedgerId, OvertimeId, ProjectId};
use crate::orgs;
use crate::people::{NameRef, Scope};
use crate::storage::{Rx, Tx};
use crate::time::{Interval, Minutes, Period, hhmm};

use super::rules::{BreakInput, ClassTotal, Limits, OvertimeStatus, Stage};
use super::types::{Filter, Project, Request, Worked};

const PROJECT: &str = "SELECT id, code, name, description, active FROM projects";

fn project(row: &Row<'_>) -> rusqlite::Result<Project> {
    Ok(Project { id: row.get(0)?, code: row.get(1)?, name: row.get(2)?, description: row.get(3)?, active: row.get(4)? })
}

pub(super) fn projects(rx: &Rx<'_>, active_only: bool) -> Result<Vec<Project>> {
    rx.all(&format!("{PROJECT} WHERE active >= ?1 ORDER BY name, id"), [active_only], project)
}

pub(super) fn project_by_id(rx: &Rx<'_>, id: ProjectId) -> Result<Option<Project>> {
    rx.one(&format!("{PROJECT} WHERE id = ?1"), [id], project)
}

pub(super) fn project_with_code(rx: &Rx<'_>, code_key: &str) -> Result<Option<ProjectId>> {
    rx.one("SELECT id FROM projects WHERE code_key = ?1", [code_key], |row| row.get(0))
}

pub(super) fn insert_project(tx: &mut Tx<'_>, new: &Project, code_key: &str) -> Result<ProjectId> {
    tx.insert(
        "INSERT INTO projects (code, code_key, name, description, active) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![new.code, code_key, new.name, new.description, new.active],
    )
    .map(ProjectId)
}

pub(super) fn update_project(tx: &mut Tx<'_>, project: &Project, code_key: &str) -> Result<()> {
    tx.run(
        "UPDATE projects SET code = ?2, code_key = ?3, name = ?4, description = ?5, active = ?6 WHERE id = ?1",
        params![project.id, project.code, code_key, project.name, project.description, project.active],
    )?;
    Ok(())
}

pub(super) fn is_project_used(rx: &Rx<'_>, id: ProjectId) -> Result<bool> {
    Ok(rx.one("SELECT 1 FROM overtime_requests WHERE project_id = ?1 LIMIT 1", [id], |_| Ok(()))?.is_some())
}

pub(super) fn delete_project(tx: &mut Tx<'_>, id: ProjectId) -> Result<()> {
    tx.run("DELETE FROM projects WHERE id = ?1", [id])?;
    Ok(())
}

const REQUEST: &str = "SELECT r.id, r.employee_id, r.employee_name, r.department_id, r.department_name, r.project_id, \
     r.project_name, r.date, r.start_time, r.end_time, r.zone, r.reason, r.detail, r.compensation, r.stage, r.status, \
     r.total_minutes, r.night_minutes, r.credited_minutes, r.is_weekend, r.is_holiday, r.limit_override, r.created_at, \
     r.starts_at, r.ends_at FROM overtime_requests r";

fn request(row: &Row<'_>) -> rusqlite::Result<Request> {
    let department: Option<i64> = row.get(3)?;
    let department_name: String = row.get(4)?;
    Ok(Request {
        id: row.get(0)?,
        employee: NameRef { id: row.get(1)?, name: row.get(2)? },
        department: department.map(|id| NameRef { id, name: department_name }),
        project: NameRef { id: row.get(5)?, name: row.get(6)? },
        date: row.get(7)?,
        start_time: time(row, 8)?,
        end_time: time(row, 9)?,
        zone: row.get(10)?,
        reason: row.get(11)?,
        detail: row.get(12)?,
        compensation: row.get(13)?,
        stage: row.get(14)?,
        status: row.get(15)?,
        total_minutes: row.get(16)?,
        night_minutes: row.get(17)?,
        credited_minutes: row.get(18)?,
        is_weekend: row.get(19)?,
        is_holiday: row.get(20)?,
        limit_override: row.get(21)?,
        created_at: row.get(22)?,
    })
}

fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Time> {
    let text: String = row.get(column)?;
    hhmm::parse(&text)
        .ok_or_else(|| rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, text.into()))
}

pub(super) fn get(rx: &Rx<'_>, id: OvertimeId) -> Result<Option<Request>> {
    rx.one(&format!("{REQUEST} WHERE r.id = ?1"), [id], request)
}

pub(super) fn by_ids(rx: &Rx<'_>, ids: &[i64]) -> Result<Vec<Request>> {
    let ids = serde_json::to_string(ids).expect("a list of integers is JSON");
    rx.all(&format!("{REQUEST} WHERE r.id IN (SELECT value FROM json_each(?1))"), [ids], request)
}

pub(super) fn breaks_of(rx: &Rx<'_>, id: OvertimeId) -> Result<Vec<BreakInput>> {
    let sql = "SELECT start_time, end_time FROM overtime_breaks WHERE request_id = ?1 ORDER BY position";
    rx.all(sql, [id], |row| Ok(BreakInput { start_time: time(row, 0)?, end_time: time(row, 1)? }))
}

pub(super) fn classes_of(rx: &Rx<'_>, id: OvertimeId) -> Result<Vec<Worked>> {
    rx.all(
        "SELECT day_class, minutes, multiplier, credited_minutes FROM overtime_classes WHERE request_id = ?1 \
         ORDER BY day_class DESC",
        [id],
        |row| {
            Ok(Worked {
                day_class: row.get(0)?,
                minutes: row.get(1)?,
                multiplier: row.get(2)?,
                credited_minutes: row.get(3)?,
            })
        },
    )
}

/// Newest business date first; answers the rows of the page and how many there are in all (10,001 stands for more).
pub(super) fn list(
    rx: &Rx<'_>,
    scope: &Scope,
    filter: &Filter,
    limit: i64,
    offset: i64,
) -> Result<(Vec<Request>, i64)> {
    let ids = match filter.employee_id {
        Some(one) if scope.includes(one) => Some(format!("[{one}]")),
        Some(_) => Some("[]".to_owned()),
        None => scope.ids_json(),
    };
    let mut sql = String::from(" WHERE r.date BETWEEN ?1 AND ?2");
    if ids.is_some() {
        sql.push_str(" AND r.employee_id IN (SELECT value FROM json_each(?3))");
    } else {
        sql.push_str(" AND ?3 IS NULL");
    }
    sql.push_str(if filter.search.is_some() {
        " AND r.employee_id IN (SELECT id FROM employees WHERE instr(name_key, ?7) > 0)"
    } else {
        " AND ?7 IS NULL"
    });
    for (column, wanted) in [
        ("r.status = ?4", filter.status.is_some()),
        ("r.project_id = ?5", filter.project_id.is_some()),
        ("r.department_id = ?6", filter.department_id.is_some()),
    ] {
        if wanted {
            sql.push_str(" AND ");
            sql.push_str(column);
        } else {
            let place = &column[column.len() - 2..];
            sql.push_str(" AND ");
            sql.push_str(place);
            sql.push_str(" IS NULL");
        }
    }
    let from = filter.from.unwrap_or(Date::constant(1970, 1, 1));
    let to = filter.to.unwrap_or(Date::constant(2199, 12, 31));
    let rows = rx.all(
        &format!("{REQUEST}{sql} ORDER BY r.date DESC, r.id DESC LIMIT ?8 OFFSET ?9"),
        params![from, to, ids, filter.status, filter.project_id, filter.department_id, filter.search, limit, offset],
        request,
    )?;
    let total = rx.scalar(
        &format!("SELECT count(*) FROM (SELECT 1 FROM overtime_requests r{sql} LIMIT 10001)"),
        params![from, to, ids, filter.status, filter.project_id, filter.department_id, filter.search],
    )?;
    Ok((rows, total))
}

/// What a request is stored as, besides its id.
#[derive(Debug)]
pub(super) struct Row_<'a> {
    pub request: &'a Request,
    pub whole: Interval,
    pub breaks: &'a [BreakInput],
    pub classes: &'a [ClassTotal],
}

pub(super) fn insert(tx: &mut Tx<'_>, row: &Row_<'_>) -> Result<OvertimeId> {
    let r = row.request;
    let now = tx.now().to_string();
    let id = tx
        .insert(
            "INSERT INTO overtime_requests (employee_id, employee_name, department_id, department_name, project_id, \
             project_name, date, start_time, end_time, starts_at, ends_at, zone, reason, detail, compensation, stage, \
             status, total_minutes, night_minutes, credited_minutes, is_weekend, is_holiday, limit_override, \
             created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, \
             ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?24)",
            params![
                r.employee.id,
                r.employee.name,
                r.department.as_ref().map(|one| one.id),
                r.department.as_ref().map_or("", |one| one.name.as_str()),
                r.project.id,
                r.project.name,
                r.date,
                hhmm::format(r.start_time),
                hhmm::format(r.end_time),
                row.whole.start().to_string(),
                row.whole.end().to_string(),
                r.zone,
                r.reason,
                r.detail,
                r.compensation,
                r.stage,
                r.status,
                r.total_minutes,
                r.night_minutes,
                r.credited_minutes,
                r.is_weekend,
                r.is_holiday,
                r.limit_override,
                now,
            ],
        )
        .map(OvertimeId)?;
    insert_parts(tx, id, row)?;
    Ok(id)
}

pub(super) fn update(tx: &mut Tx<'_>, id: OvertimeId, row: &Row_<'_>) -> Result<()> {
    let r = row.request;
    let now = tx.now().to_string();
    tx.run(
        "UPDATE overtime_requests SET project_id = ?2, project_name = ?3, date = ?4, start_time = ?5, end_time = ?6, \
         starts_at = ?7, ends_at = ?8, reason = ?9, detail = ?10, compensation = ?11, stage = ?12, status = ?13, \
         total_minutes = ?14, night_minutes = ?15, credited_minutes = ?16, is_weekend = ?17, is_holiday = ?18, \
         limit_override = ?19, updated_at = ?20, zone = ?21 WHERE id = ?1",
        params![
            id,
            r.project.id,
            r.project.name,
            r.date,
            hhmm::format(r.start_time),
            hhmm::format(r.end_time),
            row.whole.start().to_string(),
            row.whole.end().to_string(),
            r.reason,
            r.detail,
            r.compensation,
            r.stage,
            r.status,
            r.total_minutes,
            r.night_minutes,
            r.credited_minutes,
            r.is_weekend,
            r.is_holiday,
            r.limit_override,
            now,
            r.zone,
        ],
    )?;
    tx.run("DELETE FROM overtime_breaks WHERE request_id = ?1", [id])?;
    tx.run("DELETE FROM overtime_classes WHERE request_id = ?1", [id])?;
    insert_parts(tx, id, row)
}

fn insert_parts(tx: &mut Tx<'_>, id: OvertimeId, row: &Row_<'_>) -> Result<()> {
    for (position, one) in (0_i64..).zip(row.breaks) {
        tx.run(
            "INSERT INTO overtime_breaks (request_id, position, start_time, end_time) VALUES (?1, ?2, ?3, ?4)",
            params![id, position, hhmm::format(one.start_time), hhmm::format(one.end_time)],
        )?;
    }
    for class in row.classes {
        tx.run(
            "INSERT INTO overtime_classes (request_id, day_class, minutes, multiplier, credited_minutes) \
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![id, class.class, class.minutes, class.multiplier, class.credited],
        )?;
    }
    Ok(())
}

pub(super) fn set_status(tx: &mut Tx<'_>, id: OvertimeId, status: OvertimeStatus, stage: Stage) -> Result<()> {
    let now = tx.now().to_string();
    tx.run(
        "UPDATE overtime_requests SET status = ?2, stage = ?3, updated_at = ?4 WHERE id = ?1",
        params![id, status, stage, now],
    )?;
    Ok(())
}

/// The person's other requests that count, whose real time meets `span`.
pub(super) fn in_the_way(
    rx: &Rx<'_>,
    employee: EmployeeId,
    span: Interval,
    except: Option<OvertimeId>,
) -> Result<Option<Request>> {
    // A request lasts a day at most, so one that meets the span starts within a day of it.
    let from: Timestamp = span.start() - jiff::SignedDuration::from_hours(48);
    let first = from.to_zoned(jiff::tz::TimeZone::UTC).date();
    let last = (span.end() + jiff::SignedDuration::from_hours(24)).to_zoned(jiff::tz::TimeZone::UTC).date();
    rx.one(
        &format!(
            "{REQUEST} WHERE r.employee_id = ?1 AND r.date BETWEEN ?2 AND ?3 AND r.status IN ('pending', 'clarification', \
             'approved') AND r.starts_at < ?5 AND r.ends_at > ?4 AND r.id IS NOT ?6 ORDER BY r.date, r.id LIMIT 1"
        ),
        params![employee, first, last, span.start().to_string(), span.end().to_string(), except],
        request,
    )
}

/// The business dates of what a person has in the workbooks.
pub(super) fn dates_of(rx: &Rx<'_>, employee: EmployeeId) -> Result<Vec<Date>> {
    rx.all(
        "SELECT DISTINCT date FROM overtime_requests WHERE employee_id = ?1 \
         AND status IN ('pending', 'clarification', 'approved') ORDER BY date",
        [employee],
        |row| row.get(0),
    )
}

/// Minutes of the person's other requests that count, by business date.
pub(super) fn counting(
    rx: &Rx<'_>,
    employee: EmployeeId,
    period: Period,
    except: Option<OvertimeId>,
) -> Result<Vec<(Date, Minutes)>> {
    rx.all(
        "SELECT date, total_minutes FROM overtime_requests WHERE employee_id = ?1 AND date BETWEEN ?2 AND ?3 \
         AND status IN ('pending', 'clarification', 'approved') AND id IS NOT ?4",
        params![employee, period.first(), period.last(), except],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

const LIMITS: &str = "overtime.limits";

/// The limits in force: the preset, unless the organization set its own.
pub(super) fn limits(rx: &Rx<'_>) -> Result<Limits> {
    let text = orgs::setting(rx, LIMITS)?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

pub(super) fn set_limits(tx: &mut Tx<'_>, limits: &Limits) -> Result<()> {
    let text = serde_json::to_string(limits).map_err(crate::error::AppError::internal)?;
    orgs::set_setting(tx, LIMITS, &text)
}

/// The row of the leave ledger that credits the request; none where nothing is credited.
pub(super) fn toil_row(rx: &Rx<'_>, id: OvertimeId) -> Result<Option<LedgerId>> {
    rx.get("SELECT toil_ledger_id FROM overtime_requests WHERE id = ?1", [id], |row| row.get(0))
}

pub(super) fn set_toil_row(tx: &mut Tx<'_>, id: OvertimeId, row: Option<LedgerId>) -> Result<()> {
    tx.run("UPDATE overtime_requests SET toil_ledger_id = ?2 WHERE id = ?1", params![id, row])?;
    Ok(())
}
