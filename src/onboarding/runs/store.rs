//! SQL of runs. Names of people, departments, locations and templates are read by JOIN.

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::Row;
use rusqlite::types::Type;

use super::{NewRun, Run, RunStatus};
use crate::error::Result;
use crate::ids::{EmployeeId, OnboardingId};
use crate::onboarding::rules::Progress;
use crate::people::{self, NameRef};
use crate::storage::{Rx, Tx};

/// The columns of [`run`]; `?1` is the date that counts as today.
const RUN: &str = "o.id, o.employee_id, e.first_name || ' ' || e.last_name, e.position, coalesce(d.name, ''), \
     coalesce(l.name, ''), m.id, m.first_name || ' ' || m.last_name, b.id, b.first_name || ' ' || b.last_name, \
     t.id, t.name, o.template_version, o.join_date, o.status, o.started_at, o.ended_at, o.cancel_reason, \
     EXISTS (SELECT 1 FROM users u WHERE u.employee_id = e.id AND u.password_hash IS NULL), \
     (SELECT json_array(count(*), coalesce(sum(k.status = 'done'), 0), coalesce(sum(k.required), 0), \
             coalesce(sum(k.status = 'done' AND k.required = 1), 0), \
             coalesce(sum(k.status = 'open' AND k.due_date < ?1), 0)) \
      FROM tasks k WHERE k.onboarding_id = o.id AND k.status <> 'dropped') \
     FROM onboardings o JOIN employees e ON e.id = o.employee_id \
     LEFT JOIN departments d ON d.id = e.department_id LEFT JOIN locations l ON l.id = e.location_id \
     LEFT JOIN employees m ON m.id = e.manager_id LEFT JOIN employees b ON b.id = o.buddy_id \
     LEFT JOIN templates t ON t.id = o.template_id";

fn run(row: &Row<'_>) -> rusqlite::Result<Run> {
    let counts: String = row.get(19)?;
    let (total, completed, required, required_completed, overdue) = serde_json::from_str(&counts)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(19, Type::Text, Box::new(error)))?;
    Ok(Run {
        id: row.get(0)?,
        employee: NameRef { id: row.get(1)?, name: row.get(2)? },
        position: row.get(3)?,
        department: row.get(4)?,
        location: row.get(5)?,
        manager: NameRef::from_columns(row, 6, 7)?,
        buddy: NameRef::from_columns(row, 8, 9)?,
        template: NameRef::from_columns(row, 10, 11)?,
        template_version: row.get(12)?,
        join_date: row.get(13)?,
        status: row.get(14)?,
        started_at: row.get(15)?,
        ended_at: row.get(16)?,
        cancel_reason: row.get(17)?,
        invited: row.get(18)?,
        progress: Progress { total, completed, required, required_completed, overdue },
    })
}

pub(in crate::onboarding) fn get(rx: &Rx<'_>, id: OnboardingId) -> Result<Option<Run>> {
    let today = people::today(rx)?;
    rx.one(&format!("SELECT {RUN} WHERE o.id = ?2"), (today, id), run)
}

/// Those of the people in `led` (a JSON list of ids, `None` for everybody).
pub(super) fn list(rx: &Rx<'_>, led: Option<&str>) -> Result<Vec<Run>> {
    let today = people::today(rx)?;
    let sql = format!(
        "/* whole table */ SELECT {RUN} WHERE ?2 IS NULL OR o.employee_id IN (SELECT value FROM json_each(?2)) \
         ORDER BY o.status <> 'running', CASE o.status WHEN 'running' THEN o.join_date END, o.ended_at DESC, o.id"
    );
    rx.all(&sql, (today, led), run)
}

/// What the board shows: those under way, those that ended at `since` or later, and one besides.
pub(super) fn on_board(
    rx: &Rx<'_>,
    led: Option<&str>,
    since: Timestamp,
    and: Option<OnboardingId>,
) -> Result<Vec<Run>> {
    let today = people::today(rx)?;
    let sql = format!(
        "/* whole table */ SELECT {RUN} WHERE (?2 IS NULL OR o.employee_id IN (SELECT value FROM json_each(?2))) \
         AND (o.status = 'running' OR o.ended_at >= ?3 OR o.id = ?4) \
         ORDER BY o.status <> 'running', CASE o.status WHEN 'running' THEN o.join_date END, o.ended_at DESC, o.id"
    );
    rx.all(&sql, (today, led, since, and), run)
}

/// One page of those that ended, the latest first, and how many there are; of one person those under way too.
pub(super) fn ended(
    rx: &Rx<'_>,
    led: Option<&str>,
    employee: Option<EmployeeId>,
    limit: i64,
    offset: i64,
) -> Result<(Vec<Run>, i64)> {
    let today = people::today(rx)?;
    let matching = "WHERE (?2 IS NULL OR o.employee_id IN (SELECT value FROM json_each(?2))) \
         AND (o.employee_id = ?3 OR (?3 IS NULL AND o.status <> 'running'))";
    let total = rx.scalar(
        &format!("/* whole table */ SELECT count(*) FROM onboardings o {matching} AND ?1 IS NOT NULL"),
        (today, led, employee),
    )?;
    let sql = format!(
        "/* whole table */ SELECT {RUN} {matching} ORDER BY o.status <> 'running', o.ended_at DESC, o.id DESC \
         LIMIT ?4 OFFSET ?5"
    );
    Ok((rx.all(&sql, (today, led, employee, limit, offset), run)?, total))
}

/// The run that goes on, else the latest.
pub(super) fn latest_of(rx: &Rx<'_>, employee: EmployeeId) -> Result<Option<Run>> {
    let today = people::today(rx)?;
    let sql = format!("SELECT {RUN} WHERE o.employee_id = ?2 ORDER BY o.status = 'running' DESC, o.id DESC LIMIT 1");
    rx.one(&sql, (today, employee), run)
}

/// Id, first day and buddy of the run that goes on.
pub(super) fn running_of(
    rx: &Rx<'_>,
    employee: EmployeeId,
) -> Result<Option<(OnboardingId, Date, Option<EmployeeId>)>> {
    rx.one(
        "SELECT id, join_date, buddy_id FROM onboardings WHERE employee_id = ?1 AND status = 'running'",
        [employee],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )
}

pub(super) fn insert(tx: &mut Tx<'_>, new: &NewRun, version: u32, first_day: Date) -> Result<OnboardingId> {
    let now = tx.now();
    tx.insert(
        "INSERT INTO onboardings (employee_id, template_id, template_version, buddy_id, join_date, started_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (new.employee_id, new.template_id, version, new.buddy_id, first_day, now),
    )
    .map(OnboardingId)
}

/// Sets how the run stands; `running` takes an ended one up again.
pub(super) fn end(tx: &mut Tx<'_>, id: OnboardingId, status: RunStatus, reason: &str) -> Result<()> {
    let ended = (status != RunStatus::Running).then(|| tx.now());
    tx.run(
        "UPDATE onboardings SET status = ?2, ended_at = ?3, cancel_reason = ?4 WHERE id = ?1",
        (id, status, ended, reason),
    )?;
    Ok(())
}

pub(super) fn set_buddy(tx: &mut Tx<'_>, id: OnboardingId, buddy: Option<EmployeeId>) -> Result<()> {
    tx.run("UPDATE onboardings SET buddy_id = ?2 WHERE id = ?1", (id, buddy))?;
    Ok(())
}

pub(super) fn set_first_day(tx: &mut Tx<'_>, id: OnboardingId, first_day: Date) -> Result<()> {
    tx.run("UPDATE onboardings SET join_date = ?2 WHERE id = ?1", (id, first_day))?;
    Ok(())
}

/// The person, if they are in use and have not left.
pub(in crate::onboarding) fn present(rx: &Rx<'_>, id: EmployeeId) -> Result<Option<NameRef>> {
    let today = people::today(rx)?;
    rx.one(
        "SELECT id, first_name || ' ' || last_name FROM employees \
         WHERE id = ?1 AND hidden_by IS NULL AND (leave_date IS NULL OR leave_date >= ?2)",
        (id, today),
        |row| Ok(NameRef { id: row.get(0)?, name: row.get(1)? }),
    )
}

pub(in crate::onboarding) fn name(rx: &Rx<'_>, id: EmployeeId) -> Result<String> {
    rx.get("SELECT first_name || ' ' || last_name FROM employees WHERE id = ?1", [id], |row| row.get(0))
}

/// Every run of a person, oldest first.
pub(super) fn all_of(rx: &Rx<'_>, employee: EmployeeId) -> Result<Vec<Run>> {
    let today = people::today(rx)?;
    rx.all(&format!("SELECT {RUN} WHERE o.employee_id = ?2 ORDER BY o.id"), (today, employee), run)
}

/// When the person's login was made.
pub(super) fn invited_at(rx: &Rx<'_>, employee: EmployeeId) -> Result<Option<Timestamp>> {
    rx.one("SELECT created_at FROM users WHERE employee_id = ?1", [employee], |row| row.get(0))
}

/// Somebody said that a task is done, or agreed that it is.
#[derive(Debug)]
pub(super) struct DoneTask {
    pub at: Timestamp,
    pub title: String,
    pub by: String,
    pub approved: bool,
}

/// What was done in a person's runs; where `own` is given, only that person's own tasks.
pub(super) fn done_tasks(rx: &Rx<'_>, employee: EmployeeId, own: Option<EmployeeId>) -> Result<Vec<DoneTask>> {
    rx.all(
        "SELECT v.at, k.title, v.actor, v.event = 'approved' FROM task_events v JOIN tasks k ON k.id = v.task_id \
         JOIN onboardings o ON o.id = k.onboarding_id WHERE o.employee_id = ?1 AND v.event IN ('completed', 'approved') \
         AND k.status = 'done' AND (?2 IS NULL OR k.assignee_id = ?2) ORDER BY v.id",
        (employee, own),
        |row| Ok(DoneTask { at: row.get(0)?, title: row.get(1)?, by: row.get(2)?, approved: row.get(3)? }),
    )
}

/// What somebody needs to know to arrive.
#[derive(Debug)]
pub(in crate::onboarding) struct Arrival {
    pub join_date: Date,
    pub location: String,
    pub address: String,
    pub department: String,
    /// Name and work address.
    pub manager: Option<(String, String)>,
    pub buddy: Option<(String, String)>,
}

pub(in crate::onboarding) fn arrival(rx: &Rx<'_>, employee: EmployeeId) -> Result<Option<Arrival>> {
    let contact = |row: &Row<'_>, name: usize| -> rusqlite::Result<Option<(String, String)>> {
        let (who, email): (Option<String>, Option<String>) = (row.get(name)?, row.get(name + 1)?);
        Ok(who.zip(email))
    };
    rx.one(
        "SELECT e.join_date, coalesce(l.name, ''), coalesce(l.address, ''), coalesce(d.name, ''), \
         m.first_name || ' ' || m.last_name, m.email, b.first_name || ' ' || b.last_name, b.email \
         FROM employees e LEFT JOIN locations l ON l.id = e.location_id LEFT JOIN departments d ON d.id = e.department_id \
         LEFT JOIN employees m ON m.id = e.manager_id \
         LEFT JOIN onboardings o ON o.employee_id = e.id AND o.status = 'running' \
         LEFT JOIN employees b ON b.id = o.buddy_id WHERE e.id = ?1",
        [employee],
        |row| {
            Ok(Arrival {
                join_date: row.get(0)?,
                location: row.get(1)?,
                address: row.get(2)?,
                department: row.get(3)?,
                manager: contact(row, 4)?,
                buddy: contact(row, 6)?,
            })
        },
    )
}

/// Names of those who will be in the same department on `date`, at most a dozen.
pub(in crate::onboarding) fn team(rx: &Rx<'_>, employee: EmployeeId, date: Date) -> Result<Vec<String>> {
    rx.all(
        "SELECT c.first_name || ' ' || c.last_name FROM employees e JOIN employees c ON c.department_id = e.department_id \
         WHERE e.id = ?1 AND c.id <> e.id AND c.hidden_by IS NULL AND c.join_date <= ?2 \
         AND (c.leave_date IS NULL OR c.leave_date >= ?2) ORDER BY c.name_key LIMIT 12",
        (employee, date),
        |row| row.get(0),
    )
}

/// Name and work address of those in HR.
pub(in crate::onboarding) fn hr_contacts(rx: &Rx<'_>) -> Result<Vec<(String, String)>> {
    let hr = people::hr_members(rx)?;
    let ids = serde_json::to_string(&hr.iter().map(|person| person.id).collect::<Vec<_>>()).unwrap_or_default();
    rx.all(
        "SELECT first_name || ' ' || last_name, email FROM employees \
         WHERE id IN (SELECT value FROM json_each(?1)) ORDER BY name_key LIMIT 3",
        [ids],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}
