//! SQL of the papers. What they are called and how long they are stands with the sealed file.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::Row;
use serde_json::Value;

use super::Document;
use crate::error::Result;
use crate::ids::{EmployeeId, LeaveDocumentId, LeaveRequestId, UserId};
use crate::storage::{Rx, Tx};
use crate::vault::FileId;

const SELECT: &str = "SELECT d.id, d.file_id, d.digest, d.request_id, d.uploaded_by, u.name AS uploader, d.uploaded_at,
        d.attached_at, v.name, v.media_type, v.size
    FROM leave_documents d JOIN vault_files v ON v.id = d.file_id JOIN users u ON u.id = d.uploaded_by";

fn document(row: &Row<'_>) -> rusqlite::Result<Document> {
    Ok(Document {
        id: row.get("id")?,
        file: row.get("file_id")?,
        digest: row.get("digest")?,
        request_id: row.get("request_id")?,
        uploaded_by: row.get("uploaded_by")?,
        uploader: row.get("uploader")?,
        uploaded_at: row.get("uploaded_at")?,
        attached_at: row.get("attached_at")?,
        name: row.get("name")?,
        media_type: row.get("media_type")?,
        size: row.get::<_, i64>("size")?.unsigned_abs(),
    })
}

pub(super) fn find(rx: &Rx<'_>, id: LeaveDocumentId) -> Result<Option<Document>> {
    rx.one(&format!("{SELECT} WHERE d.id = ?1"), [id], document)
}

/// Of one request, in the order in which they came.
pub(super) fn of_request(rx: &Rx<'_>, id: LeaveRequestId) -> Result<Vec<Document>> {
    rx.all(&format!("{SELECT} WHERE d.request_id = ?1 ORDER BY d.id"), [id], document)
}

/// What a login has uploaded and not attached.
pub(super) fn loose(rx: &Rx<'_>, user: UserId) -> Result<Vec<Document>> {
    rx.all(&format!("{SELECT} WHERE d.uploaded_by = ?1 AND d.request_id IS NULL ORDER BY d.id"), [user], document)
}

/// Of all requests of one person.
pub(in crate::leave) fn of_person(rx: &Rx<'_>, id: EmployeeId) -> Result<Vec<Document>> {
    rx.all(
        &format!("{SELECT} JOIN leave_requests r ON r.id = d.request_id WHERE r.employee_id = ?1 ORDER BY d.id"),
        [id],
        document,
    )
}

pub(in crate::leave) fn held(rx: &Rx<'_>, id: EmployeeId) -> Result<Vec<Value>> {
    rx.json(
        "SELECT d.id, d.request_id, v.name, v.media_type, v.size, d.uploaded_at FROM leave_documents d
         JOIN leave_requests r ON r.id = d.request_id JOIN vault_files v ON v.id = d.file_id
         WHERE r.employee_id = ?1 ORDER BY d.id",
        [id],
    )
}

pub(in crate::leave) fn count_of_person(rx: &Rx<'_>, id: EmployeeId) -> Result<i64> {
    rx.scalar(
        "SELECT count(*) FROM leave_documents d JOIN leave_requests r ON r.id = d.request_id WHERE r.employee_id = ?1",
        [id],
    )
}

/// A paper that belongs to no request yet, or to one.
pub(super) fn insert(
    tx: &mut Tx<'_>,
    file: &FileId,
    digest: &str,
    user: UserId,
    request: Option<LeaveRequestId>,
) -> Result<LeaveDocumentId> {
    let now = tx.now();
    let id = tx.insert(
        "INSERT INTO leave_documents (file_id, digest, request_id, uploaded_by, uploaded_at, attached_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (file, digest, request, user, now, request.map(|_| now)),
    )?;
    Ok(LeaveDocumentId(id))
}

pub(super) fn attach(tx: &mut Tx<'_>, id: LeaveDocumentId, request: LeaveRequestId) -> Result<()> {
    let now = tx.now();
    tx.run("UPDATE leave_documents SET request_id = ?2, attached_at = ?3 WHERE id = ?1", (id, request, now))?;
    Ok(())
}

pub(super) fn delete(tx: &mut Tx<'_>, id: LeaveDocumentId) -> Result<()> {
    tx.run("DELETE FROM leave_documents WHERE id = ?1", [id])?;
    Ok(())
}

/// What was uploaded before then and belongs to nothing.
pub(super) fn loose_before(rx: &Rx<'_>, before: Timestamp) -> Result<Vec<(LeaveDocumentId, FileId)>> {
    rx.all("SELECT id, file_id FROM leave_documents WHERE uploaded_at < ?1 AND request_id IS NULL", [before], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

/// The day by which a paper is due; none where none is needed.
pub(super) fn set_due(tx: &mut Tx<'_>, id: LeaveRequestId, due_on: Option<Date>) -> Result<()> {
    tx.run("UPDATE leave_requests SET documents_due_on = ?2 WHERE id = ?1", (id, due_on))?;
    Ok(())
}

/// How many papers each of these requests has, and by when one is due; those without either are left out.
pub(super) fn counts(rx: &Rx<'_>, ids: &[i64]) -> Result<HashMap<LeaveRequestId, (i64, Option<Date>)>> {
    let rows: Vec<(LeaveRequestId, (i64, Option<Date>))> = rx.all(
        "SELECT r.id, (SELECT count(*) FROM leave_documents d WHERE d.request_id = r.id) AS papers, r.documents_due_on
         FROM leave_requests r WHERE r.id IN (SELECT value FROM json_each(?1))",
        [crate::people::json_ids(ids)],
        |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))),
    )?;
    Ok(rows.into_iter().filter(|(_, (papers, due))| *papers > 0 || due.is_some()).collect())
}

/// Requests that stand, whose paper was or is due within these dates, and is not there.
pub(super) fn wanting(rx: &Rx<'_>, from: Date, to: Date) -> Result<Vec<(LeaveRequestId, EmployeeId, Date)>> {
    rx.all(
        "SELECT r.id, r.employee_id, r.documents_due_on FROM leave_requests r
         WHERE r.documents_due_on BETWEEN ?1 AND ?2 AND r.status IN ('pending', 'clarification', 'approved')
           AND NOT EXISTS (SELECT 1 FROM leave_documents d WHERE d.request_id = r.id) ORDER BY r.id",
        (from, to),
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )
}
