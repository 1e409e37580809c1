//! SQL of the approval engine. Names of people are read by JOIN; their records are people's own.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::Row;

use crate::auth::Actor;
use crate::error::{Msg, Result};
use crate::ids::{ApprovalId, EmployeeId, UserId};
use crate::people::{self, NameRef};
use crate::storage::{Rx, Tx};

use super::chain::rules::Level;
use super::step::Step;
use super::types::{Approval, Because, Kind, New, Status, StepKind};

/// The columns of [`approval`], for statements that read approvals `a` of requesters `e`.
const COLUMNS: &str = "a.id, a.kind, a.subject_id, a.title, a.requester_id, e.first_name || ' ' || e.last_name, \
     coalesce(d.name, ''), a.status, a.level, a.version, a.requested_at, a.due_at, a.levels, a.office, a.about_id, \
     a.escalate_after_hours, \
     (SELECT json_group_array(json_array(p.id, p.first_name || ' ' || p.last_name)) FROM approval_asked q \
      JOIN employees p ON p.id = q.employee_id WHERE q.approval_id = a.id AND q.level = a.level AND (q.open = 1 OR a.status <> 'pending')) \
     FROM approvals a JOIN employees e ON e.id = a.requester_id LEFT JOIN departments d ON d.id = e.department_id";

fn approval(row: &Row<'_>) -> rusqlite::Result<Approval> {
    let title: String = row.get(3)?;
    let levels: String = row.get(12)?;
    let asked: String = row.get(16)?;
    let asked: Vec<(i64, String)> = serde_json::from_str(&asked).map_err(|error| damaged(16, error))?;
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
        levels: serde_json::from_str(&levels).map_err(|error| damaged(12, error))?,
        office: row.get(13)?,
        about: row.get(14)?,
        escalate_after_hours: row.get(15)?,
    })
}

/// A value that no CHECK of the table admits: the file was changed by another hand.
pub(super) fn damaged(column: usize, found: impl std::fmt::Display) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, found.to_string().into())
}

fn instant(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    let text: String = row.get(column)?;
    text.parse().map_err(|error: jiff::Error| damaged(column, error))
}

/// How a new approval, or one that is sent again, is to run.
#[derive(Debug)]
pub(super) struct Course {
    pub levels: Vec<Level>,
    pub escalate_after_hours: Option<u32>,
}

pub(super) fn insert(tx: &mut Tx<'_>, new: &New, course: &Course) -> Result<ApprovalId> {
    let (now, title) = (tx.now().to_string(), title_text(&new.title));
    tx.insert(
        // Versions go on from those of an earlier approval: none of a subject ever comes twice.
        "INSERT INTO approvals (kind, subject_id, requester_id, about_id, title, status, levels, requested_at, due_at, \
         escalate_after_hours, version) VALUES (?1, ?2, ?3, ?4, ?5, 'pending', ?6, ?7, ?7, ?8, \
         1 + coalesce((SELECT max(version) FROM approvals WHERE kind = ?1 AND subject_id = ?2), 0))",
        (
            new.kind.as_str(),
            new.subject_id,
            new.requester,
            new.about,
            title,
            levels_text(&course.levels),
            now,
            course.escalate_after_hours,
        ),
    )
    .map(ApprovalId)
}

fn levels_text(levels: &[Level]) -> String {
    serde_json::to_string(levels).expect("levels are plain text and serialize")
}

fn title_text(title: &Msg) -> String {
    serde_json::to_string(title).expect("a message is plain text and serializes")
}

pub(super) fn ask(tx: &mut Tx<'_>, id: ApprovalId, level: u32, employee: EmployeeId, because: Because) -> Result<()> {
    tx.run(
        "INSERT INTO approval_asked (approval_id, level, employee_id, because) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (approval_id, level, employee_id) DO UPDATE SET open = 1, agreed = 0, because = excluded.because",
        (id, level, employee, because.as_str()),
    )?;
    Ok(())
}

/// Asked as well: their word is enough, and nobody waits for it.
pub(super) fn ask_besides(
    tx: &mut Tx<'_>,
    id: ApprovalId,
    level: u32,
    employee: EmployeeId,
    because: Because,
) -> Result<()> {
    ask(tx, id, level, employee, because)?;
    tx.run(
        "UPDATE approval_asked SET besides = 1 WHERE approval_id = ?1 AND level = ?2 AND employee_id = ?3",
        (id, level, employee),
    )?;
    Ok(())
}

/// This person is asked no more, and was never asked as far as the level goes.
pub(super) fn unask(tx: &mut Tx<'_>, id: ApprovalId, employee: EmployeeId) -> Result<()> {
    tx.run("DELETE FROM approval_asked WHERE approval_id = ?1 AND employee_id = ?2 AND open = 1", (id, employee))?;
    Ok(())
}

/// The level that is asked now, when it should be decided, and when somebody else is asked as well.
pub(super) fn set_level(
    tx: &mut Tx<'_>,
    id: ApprovalId,
    level: u32,
    office: bool,
    due_at: Timestamp,
    escalates_at: Option<Timestamp>,
) -> Result<()> {
    tx.run(
        "UPDATE approvals SET level = ?2, office = ?3, due_at = ?4, escalates_at = ?5 WHERE id = ?1",
        (id, level, office, due_at.to_string(), escalates_at.map(|at| at.to_string())),
    )?;
    Ok(())
}

pub(super) fn set_escalates_at(tx: &mut Tx<'_>, id: ApprovalId, at: Option<Timestamp>) -> Result<()> {
    tx.run("UPDATE approvals SET escalates_at = ?2 WHERE id = ?1", (id, at.map(|at| at.to_string())))?;
    Ok(())
}

/// This person of the present level has agreed; others are still asked.
pub(super) fn agree(tx: &mut Tx<'_>, id: ApprovalId, level: u32, employee: EmployeeId) -> Result<()> {
    tx.run(
        "UPDATE approval_asked SET open = 0, agreed = 1 WHERE approval_id = ?1 AND level = ?2 AND employee_id = ?3",
        (id, level, employee),
    )?;
    Ok(())
}

/// One who is asked at a level.
#[derive(Clone, Copy, Debug)]
pub(super) struct AskedOne {
    pub employee: EmployeeId,
    pub because: Because,
    pub open: bool,
    /// At this level, while others of it are still asked.
    pub agreed: bool,
    /// As nobody decided in time.
    pub besides: bool,
}

/// Those asked at the approval's present level.
pub(super) fn asked_at(rx: &Rx<'_>, approval: &Approval) -> Result<Vec<AskedOne>> {
    rx.all(
        "SELECT employee_id, because, open, agreed, besides FROM approval_asked WHERE approval_id = ?1 AND level = ?2",
        (approval.id, approval.level),
        |row| {
            Ok(AskedOne {
                employee: row.get(0)?,
                because: row.get(1)?,
                open: row.get(2)?,
                agreed: row.get(3)?,
                besides: row.get(4)?,
            })
        },
    )
}

/// Whether this person was asked at any level, or did anything about it. Having been asked as HR or admin counts only for
/// who still is one.
pub(super) fn was_asked(rx: &Rx<'_>, id: ApprovalId, employee: EmployeeId, office: bool) -> Result<bool> {
    rx.scalar(
        "SELECT EXISTS (SELECT 1 FROM approval_asked WHERE approval_id = ?1 AND employee_id = ?2 \
           AND (?3 OR because NOT IN ('hr', 'admin'))) \
         OR EXISTS (SELECT 1 FROM approval_steps WHERE approval_id = ?1 AND employee_id = ?2)",
        (id, employee, office),
    )
}

/// Who has agreed since it was sent, or sent again.
pub(super) fn agreed(rx: &Rx<'_>, id: ApprovalId) -> Result<Vec<EmployeeId>> {
    rx.all(
        "SELECT DISTINCT employee_id FROM approval_steps WHERE approval_id = ?1 AND step = 'approved' \
         AND employee_id IS NOT NULL AND id > (SELECT max(id) FROM approval_steps WHERE approval_id = ?1 \
         AND step IN ('requested', 'resubmitted'))",
        [id],
        |row| row.get(0),
    )
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

/// It begins again, with nobody asked yet.
pub(super) fn reopen(tx: &mut Tx<'_>, id: ApprovalId, new: &New, course: &Course, version: u32) -> Result<()> {
    tx.run("DELETE FROM approval_asked WHERE approval_id = ?1", [id])?;
    tx.run(
        "UPDATE approvals SET status = 'pending', level = 1, title = ?2, levels = ?3, escalate_after_hours = ?4, \
         version = ?5, about_id = ?6, requester_id = ?7 WHERE id = ?1",
        (
            id,
            title_text(&new.title),
            levels_text(&course.levels),
            course.escalate_after_hours,
            version,
            new.about,
            new.requester,
        ),
    )?;
    Ok(())
}

/// What happened, besides by whom and when.
#[derive(Debug)]
pub(super) struct Happened<'a> {
    pub step: StepKind,
    pub level: u32,
    pub on_behalf_of: Option<&'a str>,
    /// In whose place, or who was asked besides.
    pub person: Option<EmployeeId>,
    pub note: &'a str,
}

impl Happened<'_> {
    pub(super) fn plain(step: StepKind, level: u32) -> Happened<'static> {
        Happened { step, level, on_behalf_of: None, person: None, note: "" }
    }
}

pub(super) fn step(tx: &mut Tx<'_>, id: ApprovalId, actor: &Actor, happened: &Happened<'_>) -> Result<()> {
    let now = tx.now().to_string();
    let channel = actor.origin.channel.as_str();
    let Happened { step, level, on_behalf_of, person, note } = *happened;
    tx.run(
        "INSERT INTO approval_steps (approval_id, at, step, level, employee_id, actor, on_behalf_of, person_id, channel, \
         note) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        (id, now, step.as_str(), level, actor.employee_id, &actor.name, on_behalf_of, person, channel, note),
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
        "SELECT s.at, s.actor, s.on_behalf_of, s.step, s.note, s.channel, s.level, w.first_name || ' ' || w.last_name \
         FROM approval_steps s JOIN approvals a ON a.id = s.approval_id LEFT JOIN employees w ON w.id = s.person_id WHERE a.kind = ?1 AND a.subject_id = ?2 ORDER BY s.approval_id, s.id",
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
        level: row.get(first + 6)?,
        person: row.get(first + 7)?,
    })
}

/// What is asked of a person and waits, oldest first.
pub(super) fn waiting_for(rx: &Rx<'_>, employee: EmployeeId) -> Result<Vec<Approval>> {
    let sql = format!(
        "SELECT {COLUMNS} WHERE a.id IN (SELECT approval_id FROM approval_asked WHERE employee_id = ?1 AND open = 1) \
         ORDER BY a.requested_at, a.id"
    );
    rx.all(&sql, [employee], approval)
}

/// One thing that waits for somebody, as a list needs it before it is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waits {
    pub id: ApprovalId,
    pub kind: Kind,
    pub requester: EmployeeId,
    pub requested_at: Timestamp,
}

fn waits(row: &Row<'_>) -> rusqlite::Result<Waits> {
    Ok(Waits { id: row.get(0)?, kind: row.get(1)?, requester: row.get(2)?, requested_at: instant(row, 3)? })
}

/// What is asked of a person: by name, and for a role only as long as they hold it.
pub(super) fn asked_of(rx: &Rx<'_>, employee: EmployeeId, hr: bool, admin: bool) -> Result<Vec<Waits>> {
    rx.all(
        "SELECT a.id, a.kind, a.requester_id, a.requested_at FROM approval_asked q JOIN approvals a ON a.id = q.approval_id \
         WHERE q.employee_id = ?1 AND q.open = 1 AND a.status = 'pending' \
         AND (q.because NOT IN ('hr', 'admin') OR ?2 OR (?3 AND q.because = 'admin'))",
        (employee, hr, admin),
        waits,
    )
}

/// What waits and names nobody.
pub(super) fn waiting_for_office(rx: &Rx<'_>) -> Result<Vec<Waits>> {
    rx.all(
        "SELECT id, kind, requester_id, requested_at FROM approvals WHERE status = 'pending' AND office = 1",
        (),
        waits,
    )
}

/// These approvals, in the order of the ids.
pub(super) fn by_ids(rx: &Rx<'_>, ids: &[ApprovalId]) -> Result<Vec<Approval>> {
    let sql = format!("SELECT {COLUMNS} WHERE a.id IN (SELECT value FROM json_each(?1))");
    let mut found: HashMap<ApprovalId, Approval> =
        rx.all(&sql, [people::json_ids(ids)], approval)?.into_iter().map(|one| (one.id, one)).collect();
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// Of whom something is asked among those for whom this person could come to stand in: who names them as deputy, and who
/// reports to them, by however many steps.
pub(super) fn below_with_questions(rx: &Rx<'_>, employee: EmployeeId) -> Result<Vec<EmployeeId>> {
    rx.all(
        "WITH RECURSIVE below(id) AS ( \
           SELECT id FROM employees WHERE (deputy_id = ?1 OR manager_id = ?1) AND hidden_by IS NULL \
           UNION SELECT e.id FROM below b JOIN employees e ON e.manager_id = b.id OR e.deputy_id = b.id \
             WHERE e.hidden_by IS NULL) \
         SELECT id FROM below WHERE id <> ?1 AND EXISTS \
         (SELECT 1 FROM approval_asked q WHERE q.employee_id = below.id AND q.open = 1)",
        [employee],
        |row| row.get(0),
    )
}

/// Of these people those who can decide on that date, in their order: employed, and not kept from signing in.
pub(super) fn able(rx: &Rx<'_>, people: &[EmployeeId], on: Date) -> Result<Vec<EmployeeId>> {
    let here: Vec<EmployeeId> = rx.all(
        "SELECT e.id FROM employees e LEFT JOIN users u ON u.employee_id = e.id \
         WHERE e.id IN (SELECT value FROM json_each(?1)) AND e.hidden_by IS NULL AND e.join_date <= ?2 \
         AND (e.leave_date IS NULL OR e.leave_date >= ?2) AND (u.id IS NULL OR u.disabled_at IS NULL)",
        (people::json_ids(people), on),
        |row| row.get(0),
    )?;
    Ok(people.iter().copied().filter(|person| here.contains(person)).collect())
}

/// What waits and should have gone further up by now.
pub(super) fn overdue(rx: &Rx<'_>, now: Timestamp, only: Option<ApprovalId>) -> Result<Vec<ApprovalId>> {
    rx.all(
        "SELECT id FROM approvals WHERE status = 'pending' AND escalates_at IS NOT NULL AND escalates_at <= ?1 \
         AND (?2 IS NULL OR id = ?2) ORDER BY escalates_at LIMIT 1000",
        (now.to_string(), only),
        |row| row.get(0),
    )
}

/// What waits for people none of whom can decide it any more: gone, not allowed in, or without the role they were asked
/// for.
pub(super) fn stranded(rx: &Rx<'_>, today: Date, only: Option<ApprovalId>) -> Result<Vec<ApprovalId>> {
    rx.all(
        "SELECT a.id FROM approvals a WHERE a.status = 'pending' AND a.office = 0 AND (?2 IS NULL OR a.id = ?2) AND NOT EXISTS ( \
           SELECT 1 FROM approval_asked q JOIN employees e ON e.id = q.employee_id \
           LEFT JOIN users u ON u.employee_id = e.id \
           WHERE q.approval_id = a.id AND q.open = 1 AND e.hidden_by IS NULL \
           AND (e.leave_date IS NULL OR e.leave_date >= ?1) AND (u.id IS NULL OR u.disabled_at IS NULL) \
           AND (q.because NOT IN ('hr', 'admin') OR EXISTS (SELECT 1 FROM user_roles r WHERE r.user_id = u.id \
             AND (r.role = 'hr' OR r.role = q.because)))) LIMIT 1000",
        (today, only),
        |row| row.get(0),
    )
}

/// What waits for its own requester, as nobody else could be asked.
pub(super) fn asked_of_themselves(rx: &Rx<'_>, only: Option<ApprovalId>) -> Result<Vec<ApprovalId>> {
    rx.all(
        "SELECT DISTINCT a.id FROM approvals a JOIN approval_asked q ON q.approval_id = a.id AND q.level = a.level \
         WHERE a.status = 'pending' AND (?1 IS NULL OR a.id = ?1) AND q.open = 1 AND q.because = 'self' LIMIT 1000",
        [only],
        |row| row.get(0),
    )
}

/// Everybody of whom something is asked that they may decide, once for each thing, with since when: for a role only as
/// long as they hold it.
pub(super) fn asked_since(rx: &Rx<'_>) -> Result<Vec<(EmployeeId, Timestamp)>> {
    rx.all(
        "SELECT q.employee_id, (SELECT max(s.at) FROM approval_steps s WHERE s.approval_id = a.id \
           AND (s.step IN ('requested', 'resubmitted', 'reasked') OR (s.step IN ('approved', 'passed') AND s.level < a.level) \
             OR (s.step = 'escalated' AND s.person_id = q.employee_id))) \
         FROM approvals a JOIN approval_asked q ON q.approval_id = a.id AND q.level = a.level AND q.open = 1 \
         WHERE a.status = 'pending' AND (q.because NOT IN ('hr', 'admin') OR EXISTS ( \
           SELECT 1 FROM user_roles r JOIN users u ON u.id = r.user_id \
           WHERE u.employee_id = q.employee_id AND (r.role = 'hr' OR r.role = q.because)))",
        (),
        |row| Ok((row.get(0)?, instant(row, 1)?)),
    )
}

/// Those who are asked still cannot decide: they were asked, and are no more.
pub(super) fn close_open(tx: &mut Tx<'_>, id: ApprovalId) -> Result<()> {
    tx.run("UPDATE approval_asked SET open = 0 WHERE approval_id = ?1 AND open = 1", [id])?;
    Ok(())
}

pub(super) fn count_decided_by(rx: &Rx<'_>, employee: EmployeeId) -> Result<i64> {
    rx.scalar(
        "SELECT count(*) FROM approval_steps WHERE employee_id = ?1 AND step IN ('approved', 'rejected', 'asked')",
        [employee],
    )
}

pub(super) fn decided_by(rx: &Rx<'_>, employee: EmployeeId, limit: i64, offset: i64) -> Result<Vec<(Approval, Step)>> {
    // The step's own columns stand behind the seventeen of the approval.
    let columns = COLUMNS.replacen(
        " FROM approvals a",
        ", s.at, s.actor, s.on_behalf_of, s.step, s.note, s.channel, s.level, w.first_name || ' ' || w.last_name \
         FROM approval_steps s JOIN approvals a ON a.id = s.approval_id LEFT JOIN employees w ON w.id = s.person_id",
        1,
    );
    let sql = format!(
        "SELECT {columns} WHERE s.employee_id = ?1 AND s.step IN ('approved', 'rejected', 'asked') \
         ORDER BY s.id DESC LIMIT ?2 OFFSET ?3"
    );
    rx.all(&sql, (employee, limit, offset), |row| Ok((approval(row)?, step_row(row, 17)?)))
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

/// Logins with a role that belong to nobody's record and may be used.
pub(super) fn logins_with_role(rx: &Rx<'_>, role: &str) -> Result<Vec<UserId>> {
    rx.all(
        "SELECT u.id FROM user_roles r JOIN users u ON u.id = r.user_id \
         WHERE r.role = ?1 AND u.employee_id IS NULL AND u.disabled_at IS NULL ORDER BY u.id",
        [role],
        |row| row.get(0),
    )
}

/// What came back to a requester with a question, with the question.
pub(super) fn questions_to(rx: &Rx<'_>, requester: EmployeeId) -> Result<Vec<(Approval, Step)>> {
    let columns = COLUMNS.replacen(
        " FROM approvals a",
        ", s.at, s.actor, s.on_behalf_of, s.step, s.note, s.channel, s.level, w.first_name || ' ' || w.last_name \
         FROM approvals a JOIN approval_steps s ON s.id = (SELECT max(id) FROM approval_steps WHERE approval_id = a.id) \
         LEFT JOIN employees w ON w.id = s.person_id",
        1,
    );
    let sql = format!("SELECT {columns} WHERE a.requester_id = ?1 AND a.status = 'clarification' ORDER BY s.at");
    rx.all(&sql, [requester], |row| Ok((approval(row)?, step_row(row, 17)?)))
}
