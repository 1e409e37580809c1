//! SQL of what onboarding holds of a person.

use serde_json::Value;

use crate::error::Result;
use crate::ids::EmployeeId;
use crate::storage::{Rx, Tx};

pub(super) fn runs(rx: &Rx<'_>, id: EmployeeId) -> Result<Vec<Value>> {
    rx.json("SELECT * FROM onboardings WHERE employee_id = ?1 ORDER BY id", [id])
}

/// Of the person's own onboarding.
pub(super) fn tasks(rx: &Rx<'_>, id: EmployeeId) -> Result<Vec<Value>> {
    rx.json(
        "SELECT t.* FROM onboardings o JOIN tasks t ON t.onboarding_id = o.id WHERE o.employee_id = ?1 ORDER BY t.id",
        [id],
    )
}

/// Of others' onboardings: what the person did, and what is theirs to do.
pub(super) fn done(rx: &Rx<'_>, id: EmployeeId) -> Result<Vec<Value>> {
    rx.json(
        "SELECT id, title, category, due_date, status, done_at, note FROM tasks WHERE assignee_id = ?1 OR done_by_id = ?1 ORDER BY id",
        [id],
    )
}

pub(super) fn events(rx: &Rx<'_>, id: EmployeeId) -> Result<Vec<Value>> {
    rx.json("SELECT task_id, at, event, detail FROM task_events WHERE employee_id = ?1 ORDER BY id", [id])
}

pub(super) fn comments(rx: &Rx<'_>, id: EmployeeId) -> Result<Vec<Value>> {
    rx.json("SELECT task_id, parent_id, body, created_at FROM task_comments WHERE employee_id = ?1 ORDER BY id", [id])
}

pub(super) fn run_ids(rx: &Rx<'_>, id: EmployeeId) -> Result<Vec<i64>> {
    rx.all("SELECT id FROM onboardings WHERE employee_id = ?1", [id], |row| row.get(0))
}

/// Of the person's own onboardings.
pub(super) fn task_ids(rx: &Rx<'_>, id: EmployeeId) -> Result<Vec<i64>> {
    rx.all(
        "SELECT t.id FROM onboardings o JOIN tasks t ON t.onboarding_id = o.id WHERE o.employee_id = ?1",
        [id],
        |row| row.get(0),
    )
}

pub(super) fn count(rx: &Rx<'_>, id: EmployeeId) -> Result<i64> {
    rx.scalar(
        "SELECT (SELECT count(*) FROM onboardings WHERE employee_id = ?1) \
         + (SELECT count(*) FROM onboardings o JOIN tasks t ON t.onboarding_id = o.id WHERE o.employee_id = ?1)",
        [id],
    )
}

/// Comments, notes and reasons that still say something; a dash says nothing.
pub(super) fn count_words(rx: &Rx<'_>, id: EmployeeId) -> Result<i64> {
    rx.scalar(
        "SELECT (SELECT count(*) FROM task_comments WHERE employee_id = ?1 AND body <> '–') \
         + (SELECT count(*) FROM tasks WHERE done_by_id = ?1 AND note <> '') \
         + (SELECT count(*) FROM task_events WHERE employee_id = ?1 AND detail <> '') \
         + (SELECT count(*) FROM onboardings WHERE employee_id = ?1 AND cancel_reason <> '')",
        [id],
    )
}

pub(super) fn erase_words(tx: &mut Tx<'_>, id: EmployeeId) -> Result<()> {
    tx.run("UPDATE task_comments SET body = '–' WHERE employee_id = ?1", [id])?;
    tx.run("UPDATE tasks SET note = '' WHERE done_by_id = ?1", [id])?;
    tx.run("UPDATE task_events SET detail = '' WHERE employee_id = ?1", [id])?;
    tx.run("UPDATE onboardings SET cancel_reason = '' WHERE employee_id = ?1", [id])?;
    Ok(())
}

/// Where another name than this stands for the person.
pub(super) fn count_named(rx: &Rx<'_>, id: EmployeeId, name: &str) -> Result<i64> {
    rx.scalar(
        "SELECT (SELECT count(*) FROM task_comments WHERE employee_id = ?1 AND author <> ?2) \
         + (SELECT count(*) FROM tasks WHERE done_by_id = ?1 AND done_by_name NOT IN ('', ?2)) \
         + (SELECT count(*) FROM task_events WHERE employee_id = ?1 AND actor <> ?2)",
        (id, name),
    )
}

pub(super) fn rename(tx: &mut Tx<'_>, id: EmployeeId, name: &str) -> Result<()> {
    tx.run("UPDATE task_comments SET author = ?2 WHERE employee_id = ?1", (id, name))?;
    tx.run("UPDATE tasks SET done_by_name = ?2 WHERE done_by_id = ?1 AND done_by_name <> ''", (id, name))?;
    tx.run("UPDATE task_events SET actor = ?2 WHERE employee_id = ?1", (id, name))?;
    Ok(())
}
