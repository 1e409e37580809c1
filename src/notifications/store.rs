//! SQL of notices and preferences.

use jiff::Timestamp;
use rusqlite::Row;

use crate::auth::credential::TokenHash;
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, NoticeId, UserId};
use crate::storage::{Rx, Tx};

use super::decision::{Asked, DecisionLink};
use super::types::{MailChoice, Notice, NoticeRow, Recipient, Topic};

/// What a mail needs to know of its reader, as of the day it leaves.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) email: String,
    pub(super) name: String,
    pub(super) language: String,
}

/// A user who is staff is the employee.
pub(super) fn settled(rx: &Rx<'_>, to: Recipient) -> Result<Recipient> {
    let Recipient::User(user) = to else { return Ok(to) };
    let employee: Option<EmployeeId> =
        rx.get("SELECT employee_id FROM users WHERE id = ?1", [user], |row| row.get(0))?;
    Ok(employee.map_or(to, Recipient::Employee))
}

/// The person's login, if it can be signed in with: mail leads there.
pub(super) fn reachable(rx: &Rx<'_>, to: Recipient) -> Result<Option<UserId>> {
    let (employee, user) = columns(to);
    rx.one(
        "SELECT id FROM users WHERE (employee_id = ?1 OR id = ?2) AND disabled_at IS NULL AND password_hash IS NOT NULL",
        (employee, user),
        |row| row.get(0),
    )
}

pub(super) fn language(rx: &Rx<'_>, to: Recipient) -> Result<String> {
    let (employee, user) = columns(to);
    let found =
        rx.one("SELECT language FROM users WHERE employee_id = ?1 OR id = ?2", (employee, user), |row| row.get(0))?;
    Ok(found.unwrap_or_default())
}

pub(super) fn reader(rx: &Rx<'_>, user: UserId) -> Result<Option<Reader>> {
    rx.one(
        "SELECT u.email, coalesce(e.first_name || ' ' || e.last_name, u.name), u.language
         FROM users u LEFT JOIN employees e ON e.id = u.employee_id WHERE u.id = ?1 AND u.disabled_at IS NULL",
        [user],
        |row| Ok(Reader { email: row.get(0)?, name: row.get(1)?, language: row.get(2)? }),
    )
}

pub(super) fn add(tx: &mut Tx<'_>, to: Recipient, notice: &Notice) -> Result<NoticeId> {
    let (employee, user) = columns(to);
    let (subject_kind, subject_id) = notice.subject;
    let text = serde_json::to_string(&notice.text).map_err(AppError::internal)?;
    let now = tx.now();
    tx.insert(
        "INSERT INTO notices (employee_id, user_id, kind, topic, subject_kind, subject_id, text, quote, link, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        rusqlite::params![
            employee, user, notice.kind.name, notice.kind.topic, subject_kind, subject_id, text, notice.quote, notice.link, now
        ],
    )
    .map(NoticeId)
}

pub(super) fn told_since(rx: &Rx<'_>, to: Recipient, notice: &Notice, since: Timestamp) -> Result<bool> {
    let (employee, user) = columns(to);
    let (subject_kind, subject_id) = notice.subject;
    rx.scalar(
        "SELECT EXISTS (SELECT 1 FROM notices WHERE subject_kind = ?1 AND subject_id = ?2 AND kind = ?3
                        AND created_at > ?4 AND employee_id IS ?5 AND user_id IS ?6)",
        rusqlite::params![subject_kind, subject_id, notice.kind.name, since, employee, user],
    )
}

pub(super) fn settle(tx: &mut Tx<'_>, kind: &str, (subject_kind, subject_id): (&str, i64)) -> Result<()> {
    let now = tx.now();
    tx.run(
        "UPDATE notices SET read_at = ?1 WHERE subject_kind = ?2 AND subject_id = ?3 AND kind = ?4 AND read_at IS NULL",
        (now, subject_kind, subject_id, kind),
    )?;
    Ok(())
}

const COLUMNS: &str = "id, kind, topic, subject_kind, subject_id, text, quote, link, created_at, read_at";

fn row(row: &Row<'_>) -> rusqlite::Result<NoticeRow> {
    let text: String = row.get(5)?;
    Ok(NoticeRow {
        id: row.get(0)?,
        kind: row.get(1)?,
        topic: row.get(2)?,
        subject_kind: row.get(3)?,
        subject_id: row.get(4)?,
        text: serde_json::from_str(&text).map_err(rusqlite::types::FromSqlError::other)?,
        quote: row.get(6)?,
        link: row.get(7)?,
        created_at: row.get(8)?,
        read_at: row.get(9)?,
    })
}

pub(super) fn list(
    rx: &Rx<'_>,
    me: Recipient,
    unread_only: bool,
    limit: i64,
    offset: i64,
) -> Result<(Vec<NoticeRow>, i64)> {
    let (column, id) = column(me);
    let unread = if unread_only { "AND read_at IS NULL" } else { "" };
    let total = rx.scalar(&format!("SELECT count(*) FROM notices WHERE {column} = ?1 {unread}"), [id])?;
    let rows = rx.all(
        &format!("SELECT {COLUMNS} FROM notices WHERE {column} = ?1 {unread} ORDER BY id DESC LIMIT ?2 OFFSET ?3"),
        (id, limit, offset),
        row,
    )?;
    Ok((rows, total))
}

pub(super) fn unread(rx: &Rx<'_>, me: Recipient) -> Result<i64> {
    let (column, id) = column(me);
    rx.scalar(&format!("SELECT count(*) FROM notices WHERE {column} = ?1 AND read_at IS NULL"), [id])
}

pub(super) fn get(rx: &Rx<'_>, me: Recipient, id: NoticeId) -> Result<Option<NoticeRow>> {
    let (column, person) = column(me);
    rx.one(&format!("SELECT {COLUMNS} FROM notices WHERE id = ?1 AND {column} = ?2"), (id, person), row)
}

/// Whosever it is: for the mail that belongs to it.
pub(super) fn any(rx: &Rx<'_>, id: NoticeId) -> Result<Option<NoticeRow>> {
    rx.one(&format!("SELECT {COLUMNS} FROM notices WHERE id = ?1"), [id], row)
}

pub(super) fn mark_read(tx: &mut Tx<'_>, id: NoticeId) -> Result<()> {
    let now = tx.now();
    tx.run("UPDATE notices SET read_at = ?1 WHERE id = ?2 AND read_at IS NULL", (now, id))?;
    Ok(())
}

pub(super) fn mark_all_read(tx: &mut Tx<'_>, me: Recipient) -> Result<usize> {
    let (column, id) = column(me);
    let now = tx.now();
    tx.run(&format!("UPDATE notices SET read_at = ?1 WHERE {column} = ?2 AND read_at IS NULL"), (now, id))
}

pub(super) fn preferences(rx: &Rx<'_>, user: UserId) -> Result<Vec<(Topic, MailChoice)>> {
    rx.all("SELECT topic, mail FROM notice_preferences WHERE user_id = ?1", [user], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

pub(super) fn set_preference(tx: &mut Tx<'_>, user: UserId, topic: Topic, mail: MailChoice) -> Result<()> {
    tx.run(
        "INSERT INTO notice_preferences (user_id, topic, mail) VALUES (?1, ?2, ?3)
         ON CONFLICT (user_id, topic) DO UPDATE SET mail = excluded.mail",
        (user, topic, mail),
    )?;
    Ok(())
}

pub(super) fn keep_for_digest(tx: &mut Tx<'_>, user: UserId, notice: NoticeId) -> Result<()> {
    tx.run("INSERT INTO digest_items (user_id, notice_id) VALUES (?1, ?2)", (user, notice))?;
    Ok(())
}

/// What waits for the next daily mail is not wanted by mail any more.
pub(super) fn leave_out_of_digest(tx: &mut Tx<'_>, user: UserId, topic: Topic) -> Result<()> {
    tx.run(
        "DELETE FROM digest_items WHERE user_id = ?1
         AND notice_id IN (SELECT i.notice_id FROM digest_items i JOIN notices n ON n.id = i.notice_id
                           WHERE i.user_id = ?1 AND n.topic = ?2)",
        (user, topic),
    )?;
    Ok(())
}

/// Whoever something waits for, with their record.
pub(super) fn digest_readers(rx: &Rx<'_>) -> Result<Vec<(UserId, Option<EmployeeId>)>> {
    rx.all(
        "SELECT u.id, u.employee_id FROM users u WHERE u.disabled_at IS NULL
         AND EXISTS (SELECT 1 FROM digest_items i WHERE i.user_id = u.id) ORDER BY u.id",
        (),
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// What waits for a person's daily mail and is not read yet, oldest first; from now on nothing waits.
pub(super) fn take_for_digest(tx: &mut Tx<'_>, user: UserId) -> Result<Vec<NoticeId>> {
    let waiting = tx.all(
        "SELECT n.id FROM digest_items i JOIN notices n ON n.id = i.notice_id
         WHERE i.user_id = ?1 AND n.read_at IS NULL ORDER BY n.id",
        [user],
        |row| row.get(0),
    )?;
    tx.run("DELETE FROM digest_items WHERE user_id = ?1", [user])?;
    Ok(waiting)
}

pub(super) fn add_link(tx: &mut Tx<'_>, hash: TokenHash, link: &Asked, expires_at: Timestamp) -> Result<()> {
    tx.run(
        "INSERT INTO decision_links (token_hash, user_id, approval_id, version, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (token_hash) DO UPDATE SET expires_at = max(expires_at, excluded.expires_at) WHERE used_at IS NULL",
        (hash, link.user, link.approval, link.version, expires_at),
    )?;
    Ok(())
}

/// Whether this approval waits for a decision in this version.
pub(super) fn waits(rx: &Rx<'_>, asked: &Asked) -> Result<bool> {
    rx.scalar(
        "SELECT EXISTS (SELECT 1 FROM approvals WHERE id = ?1 AND version = ?2 AND status = 'pending')",
        (asked.approval, asked.version),
    )
}

pub(super) fn link(rx: &Rx<'_>, hash: TokenHash) -> Result<Option<DecisionLink>> {
    rx.one(
        "SELECT user_id, approval_id, version, expires_at, used_at FROM decision_links WHERE token_hash = ?1",
        [hash],
        |row| {
            Ok(DecisionLink {
                asked: Asked { user: row.get(0)?, approval: row.get(1)?, version: row.get(2)? },
                expires_at: row.get(3)?,
                used_at: row.get(4)?,
            })
        },
    )
}

pub(super) fn spend_link(tx: &mut Tx<'_>, hash: TokenHash) -> Result<()> {
    let now = tx.now();
    tx.run("UPDATE decision_links SET used_at = ?2 WHERE token_hash = ?1 AND used_at IS NULL", (hash, now))?;
    Ok(())
}

pub(super) fn forget_links(tx: &mut Tx<'_>, expired_before: Timestamp) -> Result<usize> {
    tx.run("DELETE FROM decision_links WHERE expires_at < ?1", [expired_before])
}

/// Admins with a login, for what only they can mend.
pub(super) fn admins(rx: &Rx<'_>) -> Result<Vec<UserId>> {
    rx.all(
        "SELECT u.id FROM user_roles r JOIN users u ON u.id = r.user_id WHERE r.role = 'admin' AND u.disabled_at IS NULL ORDER BY u.id",
        (),
        |row| row.get(0),
    )
}

/// Read notices older than the first instant, unread ones older than the second; how many went.
pub(super) fn forget(tx: &mut Tx<'_>, read_before: Timestamp, unread_before: Timestamp) -> Result<usize> {
    tx.run(
        "DELETE FROM notices WHERE created_at < ?1 AND (read_at < ?1 OR created_at < ?2)",
        (read_before, unread_before),
    )
}

fn columns(to: Recipient) -> (Option<EmployeeId>, Option<UserId>) {
    match to {
        Recipient::Employee(id) => (Some(id), None),
        Recipient::User(id) => (None, Some(id)),
    }
}

/// The column that names this kind of person, and the value in it.
fn column(me: Recipient) -> (&'static str, i64) {
    match me {
        Recipient::Employee(id) => ("employee_id", id.0),
        Recipient::User(id) => ("user_id", id.0),
    }
}

/// What a person was told, for their own archive.
pub(super) fn held(rx: &Rx<'_>, employee: EmployeeId) -> Result<Vec<serde_json::Value>> {
    rx.json(
        "SELECT kind, topic, text, quote, link, created_at, read_at FROM notices WHERE employee_id = ?1 ORDER BY id",
        [employee],
    )
}

pub(super) fn held_preferences(rx: &Rx<'_>, user: Option<UserId>) -> Result<Vec<serde_json::Value>> {
    rx.json("SELECT topic, mail FROM notice_preferences WHERE user_id = ?1 ORDER BY topic", [user])
}

pub(super) fn count_held(rx: &Rx<'_>, employee: EmployeeId) -> Result<i64> {
    rx.scalar("SELECT count(*) FROM notices WHERE employee_id = ?1", [employee])
}

pub(super) fn erase_held(tx: &mut Tx<'_>, employee: EmployeeId, user: Option<UserId>) -> Result<()> {
    tx.run("DELETE FROM notices WHERE employee_id = ?1", [employee])?;
    tx.run("DELETE FROM notice_preferences WHERE user_id = ?1", [user])?;
    tx.run("DELETE FROM decision_links WHERE user_id = ?1", [user])?;
    Ok(())
}
