//! SQL of what is held of a person: what they asked for, the steps they took, what was written about it.

use crate::approvals::Kind;
use crate::error::Result;
use crate::ids::EmployeeId;
use crate::storage::{Rx, Tx};

/// What a person asked for, for their own archive.
pub(super) fn held_requests(rx: &Rx<'_>, requester: EmployeeId) -> Result<Vec<serde_json::Value>> {
    rx.json(
        "SELECT id, kind, subject_id, title, status, requested_at, decided_at FROM approvals WHERE requester_id = ?1 ORDER BY id",
        [requester],
    )
}

/// Every step on what a person asked for.
pub(super) fn held_steps(rx: &Rx<'_>, requester: EmployeeId) -> Result<Vec<serde_json::Value>> {
    rx.json(
        "SELECT s.approval_id, s.at, s.step, s.actor, s.on_behalf_of, s.channel, s.note FROM approvals a \
         JOIN approval_steps s ON s.approval_id = a.id WHERE a.requester_id = ?1 ORDER BY s.id",
        [requester],
    )
}

/// The steps that a person took, also on others' requests.
pub(super) fn held_steps_by(rx: &Rx<'_>, employee: EmployeeId) -> Result<Vec<serde_json::Value>> {
    rx.json(
        "SELECT approval_id, at, step, on_behalf_of, channel, note FROM approval_steps WHERE employee_id = ?1 ORDER BY id",
        [employee],
    )
}

pub(super) fn count_steps(rx: &Rx<'_>, employee: EmployeeId) -> Result<i64> {
    rx.scalar("SELECT count(*) FROM approval_steps WHERE employee_id = ?1", [employee])
}

/// Steps under another name than this, and what others asked about the person, whose title begins with their name.
pub(super) fn count_named(rx: &Rx<'_>, employee: EmployeeId, name: &str) -> Result<i64> {
    rx.scalar(
        "SELECT (SELECT count(*) FROM approval_steps WHERE employee_id = ?1 AND actor <> ?2) \
         + (SELECT count(*) FROM approvals WHERE about_id = ?1 AND kind = 'task' \
            AND json_extract(title, '$.args[0]') <> ?2)",
        (employee, name),
    )
}

pub(super) fn rename(tx: &mut Tx<'_>, employee: EmployeeId, name: &str) -> Result<()> {
    tx.run("UPDATE approval_steps SET actor = ?2 WHERE employee_id = ?1", (employee, name))?;
    tx.run(
        "UPDATE approvals SET title = json_set(title, '$.args[0]', ?2) WHERE about_id = ?1 AND kind = 'task'",
        (employee, name),
    )?;
    Ok(())
}

/// By which column a thing of a kind is somebody's: a task is the new colleague's, whoever did it.
fn whose(kind: Kind) -> &'static str {
    match kind {
        Kind::Task => "about_id",
        Kind::Leave | Kind::Overtime | Kind::Profile | Kind::Trip => "requester_id",
    }
}

/// How much was written about a person's requests of a kind.
pub(super) fn count_notes(rx: &Rx<'_>, person: EmployeeId, kind: Kind) -> Result<i64> {
    let sql = format!(
        "SELECT count(*) FROM approvals a JOIN approval_steps s ON s.approval_id = a.id \
         WHERE a.{} = ?1 AND a.kind = ?2 AND (s.note <> '' OR s.on_behalf_of IS NOT NULL)",
        whose(kind)
    );
    rx.scalar(&sql, (person, kind.as_str()))
}

pub(super) fn erase_notes(tx: &mut Tx<'_>, person: EmployeeId, kind: Kind) -> Result<()> {
    let sql = format!(
        "UPDATE approval_steps SET note = '', on_behalf_of = CASE WHEN on_behalf_of IS NULL THEN NULL ELSE '' END \
         WHERE approval_id IN (SELECT id FROM approvals WHERE {} = ?1 AND kind = ?2)",
        whose(kind)
    );
    tx.run(&sql, (person, kind.as_str()))?;
    Ok(())
}

/// What a person's requests of a kind are about.
pub(super) fn subjects_of(rx: &Rx<'_>, person: EmployeeId, kind: Kind) -> Result<Vec<i64>> {
    let sql = format!("SELECT DISTINCT subject_id FROM approvals WHERE {} = ?1 AND kind = ?2", whose(kind));
    rx.all(&sql, (person, kind.as_str()), |row| row.get(0))
}

/// What others asked for about a person: the tasks of their first weeks.
pub(super) fn held_about(rx: &Rx<'_>, person: EmployeeId) -> Result<Vec<serde_json::Value>> {
    rx.json(
        "SELECT id, kind, subject_id, title, status, requested_at, decided_at FROM approvals \
         WHERE about_id = ?1 AND requester_id <> ?1 ORDER BY id",
        [person],
    )
}
