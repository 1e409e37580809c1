//! SQL of the approval engine. Names of people are read by JOIN; their records are people's own.

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::Row;

use crate::auth::Actor;
use crate::error::{Msg, Result};
use crate::ids::{ApprovalId, EmployeeId, UserId};
use crate::people::NameRef;
use crate::storage::{Rx, Tx};

use super::types::{Approval, Because, Kind, New, Status, Step, StepKind};

/// The columns of [`approval`], for statements that read approvals `a` of requesters `e`.
const COLUMNS: &str = "a.id, a.kind, a.subject_id, a.title, a.requester_id, e.first_name || ' ' || e.last_name, \
     coalesce(d.name, ''), a.status, a.level, a.version, a.requested_at, a.due_at, \
     (SELECT json_group_array(json_array(p.id, p.first_name || ' ' || p.last_name)) FROM approval_asked q \
      JOIN employees p ON p.id = q.employee_id WHERE q.approval_id = a.id AND q.level = a.level) \
     FROM approvals a JOIN employees e ON e.id = a.requester_id LEFT JOIN departments d ON d.id = e.department_id";

fn approval(row: &Row<'_>) -> rusqlite::Result<Approval> {
    let title: String = row.get(3)?;
    let asked: String = row.get(12)?;
    let asked: Vec<(i64, String)> = serde_json::from_str(&asked).map_err(|error| damaged(12, error))?;
    Ok(Approval {
        id: row.get(0)?,
        kind: row.get(1)?,
        subject_id: row.get(2)?,
        title: serde_json::from_str::<Msg>(&title).map_err(|error| damaged(3, error))?,
        requester: NameRef { id: row.get(4)?, name: row.get(5)? },
        department: row.get(6)?,
        asked: asked.into_iter().map(|(id, name)| NameRef { id, name }).collect(),
        status: row.get(7)?,
        level: row.get(8)?,
        version: row.get(9)?,
        requested_at: instant(row, 10)?,
        due_at: instant(row, 11)?,
    })
}

/// A value that no CHECK of the table admits: the file was changed by another hand.
fn damaged(column: usize, found: impl std::fmt::Display) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, found.to_string().into())
}

fn instant(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    let text: String = row.get(column)?;
    text.parse().map_err(|error: jiff::Error| damaged(column, error))
}

pub(super) fn insert(tx: &mut Tx<'_>, new: &New, due_at: Timestamp) -> Result<ApprovalId> {
    let (now, title) = (tx.now().to_string(), title_text(&new.title));
    tx.insert(
        // Versions go on from those of an earlier approval: none of a subject ever comes twice.
        "INSERT INTO approvals (kind, subject_id, requester_id, title, status, requested_at, due_at, version) \
         VALUES (?1, ?2, ?3, ?4, 'pending', ?5, ?6, \
         1 + coalesce((SELECT max(version) FROM approvals WHERE kind = ?1 AND subject_id = ?2), 0))",
        (new.kind.as_str(), new.subject_id, new.requester, title, now, due_at.to_string()),
    )
    .map(ApprovalId)
}

fn title_text(title: &Msg) -> String {
    serde_json::to_string(title).expect("a message is plain text and serializes")
}

pub(super) fn ask(tx: &mut Tx<'_>, id: ApprovalId, level: u32, employee: EmployeeId, because: Because) -> Result<()> {
    tx.run(
        "INSERT INTO approval_asked (approval_id, level, employee_id, because) VALUES (?1, ?2, ?3, ?4)",
        (id, level, employee, because.as_str()),
    )?;
    Ok(())
}

/// This person is asked no more, and was never asked as far as the level goes.
pub(super) fn unask(tx: &mut Tx<'_>, id: ApprovalId, employee: EmployeeId) -> Result<()> {
    tx.run("DELETE FROM approval_asked WHERE approval_id = ?1 AND employee_id = ?2 AND open = 1", (id, employee))?;
    Ok(())
}

/// Nobody is asked any more.
pub(super) fn close_questions(tx: &mut Tx<'_>, id: ApprovalId) -> Result<()> {
    tx.run("UPDATE approval_asked SET open = 0 WHERE approval_id = ?1", [id])?;
    Ok(())
}

pub(super) fn set_status(tx: &mut Tx<'_>, id: ApprovalId, status: Status, version: u32) -> Result<()> {
    let decided = match status {
        Status::Pending | Status::Clarification => None,
        _ => Some(tx.now().to_string()),
    };
    tx.run(
        "UPDATE approvals SET status = ?2, version = ?3, decided_at = ?4 WHERE id = ?1",
        (id, status.as_str(), version, decided),
    )?;
    Ok(())
}

pub(super) fn set_title(tx: &mut Tx<'_>, id: ApprovalId, title: &Msg) -> Result<()> {
    tx.run("UPDATE approvals SET title = ?2 WHERE id = ?1", (id, title_text(title)))?;
    Ok(())
}

/// Back to level 1, with nobody asked yet.
pub(super) fn reopen(tx: &mut Tx<'_>, id: ApprovalId, title: &Msg, due_at: Timestamp, version: u32) -> Result<()> {
    tx.run("DELETE FROM approval_asked WHERE approval_id = ?1", [id])?;
    tx.run(
        "UPDATE approvals SET status = 'pending', level = 1, title = ?2, due_at = ?3, version = ?4 WHERE id = ?1",
        (id, title_text(title), due_at.to_string(), version),
    )?;
    Ok(())
}

pub(super) fn step(
    tx: &mut Tx<'_>,
    id: ApprovalId,
    step: StepKind,
    level: u32,
    actor: &Actor,
    on_behalf_of: Option<&str>,
    note: &str,
) -> Result<()> {
    let now = tx.now().to_string();
    let channel = actor.origin.channel.as_str();
    tx.run(
        "INSERT INTO approval_steps (approval_id, at, step, level, employee_id, actor, on_behalf_of, channel, note) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        (id, now, step.as_str(), level, actor.employee_id, &actor.name, on_behalf_of, channel, note),
    )?;
    Ok(())
}

pub(super) fn get(rx: &Rx<'_>, id: ApprovalId) -> Result<Option<Approval>> {
    rx.one(&format!("SELECT {COLUMNS} WHERE a.id = ?1"), [id], approval)
}

pub(super) fn open_of(rx: &Rx<'_>, kind: Kind, subject_id: i64) -> Result<Option<Approval>> {
    let sql = format!(
        "SELECT {COLUMNS} WHERE a.kind = ?1 AND a.subject_id = ?2 AND a.status IN ('pending', 'clarification')"
    );
    rx.one(&sql, (kind.as_str(), subject_id), approval)
}

pub(super) fn latest_of(rx: &Rx<'_>, kind: Kind, subject_id: i64) -> Result<Option<Approval>> {
    let sql = format!("SELECT {COLUMNS} WHERE a.kind = ?1 AND a.subject_id = ?2 ORDER BY a.id DESC LIMIT 1");
    rx.one(&sql, (kind.as_str(), subject_id), approval)
}

pub(super) fn steps_of(rx: &Rx<'_>, kind: Kind, subject_id: i64) -> Result<Vec<Step>> {
    rx.all(
        "SELECT s.at, s.actor, s.on_behalf_of, s.step, s.note, s.channel FROM approval_steps s \
         JOIN approvals a ON a.id = s.approval_id WHERE a.kind = ?1 AND a.subject_id = ?2 ORDER BY s.approval_id, s.id",
        (kind.as_str(), subject_id),
        |row| step_row(row, 0),
    )
}

fn step_row(row: &Row<'_>, first: usize) -> rusqlite::Result<Step> {
    Ok(Step {
        at: instant(row, first)?,
        who: row.get(first + 1)?,
        on_behalf_of: row.get(first + 2)?,
        what: row.get(first + 3)?,
        note: row.get(first + 4)?,
        channel: row.get(first + 5)?,
    })
}

pub(super) fn waiting_for(rx: &Rx<'_>, employee: EmployeeId) -> Result<Vec<Approval>> {
    let sql = format!(
        "SELECT {COLUMNS} WHERE a.id IN (SELECT approval_id FROM approval_asked WHERE employee_id = ?1 AND open = 1) \
         ORDER BY a.requested_at, a.id"
    );
    rx.all(&sql, [employee], approval)
}

pub(super) fn count_for(rx: &Rx<'_>, employee: EmployeeId) -> Result<u32> {
    rx.scalar("SELECT count(*) FROM approval_asked WHERE employee_id = ?1 AND open = 1", [employee])
}

pub(super) fn count_decided_by(rx: &Rx<'_>, employee: EmployeeId) -> Result<i64> {
    rx.scalar(
        "SELECT count(*) FROM approval_steps WHERE employee_id = ?1 AND step IN ('approved', 'rejected', 'asked')",
        [employee],
    )
}

pub(super) fn decided_by(rx: &Rx<'_>, employee: EmployeeId, limit: i64, offset: i64) -> Result<Vec<(Approval, Step)>> {
    // The step's own columns stand behind the thirteen of the approval.
    let columns = COLUMNS.replacen(
        " FROM approvals a",
        ", s.at, s.actor, s.on_behalf_of, s.step, s.note, s.channel \
         FROM approval_steps s JOIN approvals a ON a.id = s.approval_id",
        1,
    );
    let sql = format!(
        "SELECT {columns} WHERE s.employee_id = ?1 AND s.step IN ('approved', 'rejected', 'asked') \
         ORDER BY s.id DESC LIMIT ?2 OFFSET ?3"
    );
    rx.all(&sql, (employee, limit, offset), |row| Ok((approval(row)?, step_row(row, 13)?)))
}

/// Whether the requester was asked because the company has nobody else.
pub(super) fn asked_oneself(rx: &Rx<'_>, approval: &Approval) -> Result<bool> {
    let sql =
        "SELECT 1 FROM approval_asked WHERE approval_id = ?1 AND level = ?2 AND employee_id = ?3 AND because = 'self'";
    Ok(rx.one(sql, (approval.id, approval.level, approval.requester.id), |_| Ok(()))?.is_some())
}

/// Staff who hold a role, may sign in and are employed on that date.
pub(super) fn with_role(rx: &Rx<'_>, role: &str, on: Date) -> Result<Vec<EmployeeId>> {
    rx.all(
        "SELECT u.employee_id FROM user_roles r JOIN users u ON u.id = r.user_id JOIN employees e ON e.id = u.employee_id \
         WHERE r.role = ?1 AND u.disabled_at IS NULL AND e.hidden_by IS NULL AND e.join_date <= ?2 \
         AND (e.leave_date IS NULL OR e.leave_date >= ?2) ORDER BY u.employee_id",
        (role, on),
        |row| row.get(0),
    )
}

/// Logins with the role HR, else admin, that belong to nobody's record and may be used.
pub(super) fn office_logins(rx: &Rx<'_>) -> Result<Vec<UserId>> {
    rx.all(
        "SELECT DISTINCT u.id FROM user_roles r JOIN users u ON u.id = r.user_id \
         WHERE r.role IN ('hr', 'admin') AND u.employee_id IS NULL AND u.disabled_at IS NULL ORDER BY u.id",
        (),
        |row| row.get(0),
    )
}

/// What waits and names nobody, oldest first.
pub(super) fn waiting_for_office(rx: &Rx<'_>) -> Result<Vec<Approval>> {
    let sql = format!(
        "SELECT {COLUMNS} WHERE a.id IN (SELECT id FROM approvals WHERE kind = 'profile' \
         AND status IN ('pending', 'clarification')) AND a.status = 'pending' \
         AND NOT EXISTS (SELECT 1 FROM approval_asked q WHERE q.approval_id = a.id) ORDER BY a.requested_at, a.id"
    );
    rx.all(&sql, (), approval)
}

/// What came back to a requester with a question, with the question.
pub(super) fn questions_to(rx: &Rx<'_>, requester: EmployeeId) -> Result<Vec<(Approval, Step)>> {
    let columns = COLUMNS.replacen(
        " FROM approvals a",
        ", s.at, s.actor, s.on_behalf_of, s.step, s.note, s.channel FROM approvals a JOIN approval_steps s \
         ON s.id = (SELECT max(id) FROM approval_steps WHERE approval_id = a.id)",
        1,
    );
    let sql = format!("SELECT {columns} WHERE a.requester_id = ?1 AND a.status = 'clarification' ORDER BY s.at");
    rx.all(&sql, [requester], |row| Ok((approval(row)?, step_row(row, 13)?)))
}

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

/// Steps under another name than this.
pub(super) fn count_named(rx: &Rx<'_>, employee: EmployeeId, name: &str) -> Result<i64> {
    rx.scalar("SELECT count(*) FROM approval_steps WHERE employee_id = ?1 AND actor <> ?2", (employee, name))
}

pub(super) fn rename(tx: &mut Tx<'_>, employee: EmployeeId, name: &str) -> Result<()> {
    tx.run("UPDATE approval_steps SET actor = ?2 WHERE employee_id = ?1", (employee, name))?;
    Ok(())
}

/// How much was written about a person's requests of a kind.
pub(super) fn count_notes(rx: &Rx<'_>, requester: EmployeeId, kind: Kind) -> Result<i64> {
    rx.scalar(
        "SELECT count(*) FROM approvals a JOIN approval_steps s ON s.approval_id = a.id \
         WHERE a.requester_id = ?1 AND a.kind = ?2 AND (s.note <> '' OR s.on_behalf_of IS NOT NULL)",
        (requester, kind.as_str()),
    )
}

pub(super) fn erase_notes(tx: &mut Tx<'_>, requester: EmployeeId, kind: Kind) -> Result<()> {
    tx.run(
        "UPDATE approval_steps SET note = '', on_behalf_of = CASE WHEN on_behalf_of IS NULL THEN NULL ELSE '' END \
         WHERE approval_id IN (SELECT id FROM approvals WHERE requester_id = ?1 AND kind = ?2)",
        (requester, kind.as_str()),
    )?;
    Ok(())
}

/// What a person's requests of a kind are about.
pub(super) fn subjects_of(rx: &Rx<'_>, requester: EmployeeId, kind: Kind) -> Result<Vec<i64>> {
    rx.all(
        "SELECT DISTINCT subject_id FROM approvals WHERE requester_id = ?1 AND kind = ?2",
        (requester, kind.as_str()),
        |row| row.get(0),
    )
}
