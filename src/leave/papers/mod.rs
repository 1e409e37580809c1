//! Papers on requests for leave: a sick note, an invitation, whatever shows why somebody is away. They are sealed in the
//! vault. A paper is uploaded first, loose, and attached when the request is sent; or it is added to a request that is
//! there, since a note may follow. What was attached to nothing goes after a day.
//!
//! Who opens them: the person and HR. Whoever else may know of the request, its approver above all, opens them only where
//! the kind of leave is no secret: where colleagues read its name and it is planned. So a diagnosis never reaches a
//! manager, and an invitation to a hearing does. That a paper is there, or is due, everybody sees who sees the request.

pub mod api;
pub mod jobs;
pub mod pages;
mod receive;
pub mod rules;
pub mod show;
pub(in crate::leave) mod store;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::notices;
use super::request::{self, LeaveRequest, Sight};
use super::types::{self, LeaveType, VisibleAs};
use crate::audit::{self, Entry};
use crate::auth::Actor;
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::{LeaveDocumentId, LeaveRequestId, UserId};
use crate::msg;
use crate::storage::{Op, Rx, Tx};
use crate::time::{Period, period};
use crate::vault::{self, FileId, Named, Sealed};

pub(super) use receive::form;
pub use rules::Standing;

pub(super) const UPLOADED: Op = Op::act("leave.document_uploaded");
pub(super) const ADDED: Op = Op::act("leave.document_added");
pub(super) const REMOVED: Op = Op::act("leave.document_removed");
const READ: Op = Op::act("leave.document_read");

/// The form field of their ids, and where what is wrong with them stands.
pub(super) const FIELD: &str = "document_ids";

/// How long a paper may belong to nothing.
const LOOSE_FOR: SignedDuration = SignedDuration::from_hours(24);

/// A paper as it is kept.
#[derive(Clone, Debug)]
pub struct Document {
    pub id: LeaveDocumentId,
    pub name: String,
    pub media_type: String,
    /// In bytes.
    pub size: u64,
    /// None while it is loose.
    pub request_id: Option<LeaveRequestId>,
    /// The name of whoever brought it.
    pub uploader: String,
    pub uploaded_at: Timestamp,
    attached_at: Option<Timestamp>,
    uploaded_by: UserId,
    digest: String,
    file: FileId,
}

impl Document {
    /// Its name among a person's files: "leave/17-4-sick note.pdf".
    pub(super) fn name_in_archive(&self) -> String {
        format!("leave/{}-{}-{}", self.request_id.map_or(0, |id| id.0), self.id, self.name)
    }
}

/// The sealed file of a paper, for a caller who has checked that it may be handed out.
pub(super) fn file_of(rx: &Rx<'_>, document: &Document) -> Result<Named> {
    vault::get(rx, &document.file)
}

/// A file that is sealed already and waits for its row.
#[derive(Debug)]
pub struct Fresh {
    sealed: Sealed,
    name: String,
    media_type: &'static str,
    /// SHA-256, hexadecimal.
    digest: String,
}

/// Whether what is attached to this kind of leave is between the person and HR: it may say what they are ill with.
pub fn is_confidential(kind: &LeaveType) -> bool {
    kind.fields.visible_as == VisibleAs::Away || kind.fields.unplanned
}

/// Whether `actor`, who sees so much of the request, may open its papers.
fn may_open(actor: &Actor, kind: &LeaveType, sight: Sight) -> bool {
    match sight {
        Sight::Own => true,
        Sight::Full => actor.is_hr() || !is_confidential(kind),
        Sight::None => false,
    }
}

fn user_of(actor: &Actor) -> Result<UserId> {
    actor.user_id.ok_or_else(|| AppError::forbidden("Only somebody who is signed in brings papers."))
}

/// Keeps a paper that belongs to no request yet. The same one again is the one that is there.
///
/// # Errors
/// [`AppError::Invalid`] on `file` where too many lie about already.
fn upload(tx: &mut Tx<'_>, actor: &Actor, fresh: &Fresh) -> Result<LeaveDocumentId> {
    let user = user_of(actor)?;
    let loose = store::loose(tx, user)?;
    if let Some(same) = loose.iter().find(|one| one.digest == fresh.digest) {
        return Ok(same.id);
    }
    if loose.len() >= rules::MOST_LOOSE {
        let why = msg!(
            "{0} papers lie here that belong to no request. Send a request with them, or wait a day.",
            loose.len()
        );
        return Err(AppError::invalid("file", why));
    }
    let file = vault::keep(tx, &fresh.sealed, &fresh.name, fresh.media_type)?;
    let id = store::insert(tx, &file, &fresh.digest, user, None)?;
    let entry = Entry::new("leave.document_uploaded").on("leave_document", id.0).with("media_type", fresh.media_type);
    audit::record(tx, actor, entry)?;
    Ok(id)
}

/// Adds a paper to a request that is there. The same one again is the one that is there.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Forbidden`] for all but the person and HR; [`AppError::Conflict`] where the leave
/// stands no more; [`AppError::Invalid`] on `file` where there are too many.
pub fn add(tx: &mut Tx<'_>, actor: &Actor, id: LeaveRequestId, fresh: &Fresh) -> Result<LeaveDocumentId> {
    let request = require_may_add(tx, actor, id)?;
    let user = user_of(actor)?;
    let there = store::of_request(tx, id)?;
    if let Some(same) = there.iter().find(|one| one.digest == fresh.digest) {
        return Ok(same.id);
    }
    if there.len() >= rules::MOST {
        return Err(AppError::invalid("file", msg!("A request has at most {0} papers.", rules::MOST)));
    }
    let file = vault::keep(tx, &fresh.sealed, &fresh.name, fresh.media_type)?;
    let document = store::insert(tx, &file, &fresh.digest, user, Some(id))?;
    record_added(tx, actor, &request, document)?;
    Ok(document)
}

/// The request, for who may add papers to it now.
///
/// # Errors
/// As [`add`].
fn require_may_add(rx: &Rx<'_>, actor: &Actor, id: LeaveRequestId) -> Result<LeaveRequest> {
    let (request, sight) = request::get(rx, actor, id)?;
    if sight != Sight::Own && !actor.is_hr() {
        return Err(AppError::forbidden("The person and HR add papers."));
    }
    if !request.status.occupies() {
        return Err(AppError::conflict("This leave stands no more: no paper is added to it."));
    }
    Ok(request)
}

fn record_added(tx: &mut Tx<'_>, actor: &Actor, request: &LeaveRequest, id: LeaveDocumentId) -> Result<()> {
    notices::paper_is_there(tx, request.id)?;
    let entry = Entry::new("leave.document_added").on("leave_request", request.id.0).with("document_id", id.0);
    let own = actor.employee_id == Some(request.employee_id);
    audit::record(tx, actor, if own { entry } else { entry.on_behalf_of(&request.employee) }).map(drop)
}

/// Takes a paper away: HR, and whoever brought it as long as nobody has decided with it in sight.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Forbidden`] for all others; [`AppError::Conflict`] once it was decided on.
fn remove(tx: &mut Tx<'_>, actor: &Actor, id: LeaveRequestId, document: LeaveDocumentId) -> Result<Document> {
    let (request, _) = request::get(tx, actor, id)?;
    let document = of_request(tx, id, document)?;
    if !actor.is_hr() && actor.user_id != Some(document.uploaded_by) {
        return Err(AppError::forbidden("Whoever brought a paper takes it away, or HR."));
    }
    if !actor.is_hr() && !is_removable(&request, &document) {
        return Err(AppError::conflict("This leave was decided with the paper: HR can take it away."));
    }
    forget(tx, &document)?;
    let entry = Entry::new("leave.document_removed").on("leave_request", id.0).with("document_id", document.id.0);
    audit::record(tx, actor, entry)?;
    Ok(document)
}

fn is_removable(request: &LeaveRequest, document: &Document) -> bool {
    let attached = document.attached_at.unwrap_or(document.uploaded_at);
    rules::may_be_removed(request.status, request.approved_at, attached)
}

/// Takes a paper away, whoever asks; its file goes in a week. The caller has checked and audits it.
pub(super) fn forget(tx: &mut Tx<'_>, document: &Document) -> Result<()> {
    store::delete(tx, document.id)?;
    vault::release(tx, &document.file)
}

fn of_request(rx: &Rx<'_>, id: LeaveRequestId, document: LeaveDocumentId) -> Result<Document> {
    store::find(rx, document)?.filter(|found| found.request_id == Some(id)).ok_or(AppError::NotFound)
}

/// The papers of a request, for who may open them.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Forbidden`] for whoever may know of the request and not of what its papers say.
pub fn list(rx: &Rx<'_>, actor: &Actor, id: LeaveRequestId) -> Result<Vec<Document>> {
    require_may_open(rx, actor, id)?;
    store::of_request(rx, id)
}

fn require_may_open(rx: &Rx<'_>, actor: &Actor, id: LeaveRequestId) -> Result<(LeaveRequest, Sight)> {
    let (request, sight) = request::get(rx, actor, id)?;
    let kind = types::get(rx, request.leave_type_id)?;
    if may_open(actor, &kind, sight) {
        return Ok((request, sight));
    }
    Err(AppError::forbidden("What this paper says is between the person and HR."))
}

/// The sealed file of a paper. Whoever opens another's is written down.
///
/// # Errors
/// As [`list`].
fn open(tx: &mut Tx<'_>, actor: &Actor, id: LeaveRequestId, document: LeaveDocumentId) -> Result<Named> {
    let (_, sight) = require_may_open(tx, actor, id)?;
    let document = of_request(tx, id, document)?;
    if sight != Sight::Own {
        let entry = Entry::new("leave.document_read").on("leave_request", id.0).with("document_id", document.id.0);
        audit::record(tx, actor, entry)?;
    }
    file_of(tx, &document)
}

/// The papers that a request names with its `document_ids`: those loose ones of `actor`'s, and those of theirs that are
/// on the request `except` already. Each once, in the order in which they are named.
///
/// # Errors
/// [`AppError::Invalid`] on `document_ids` where one is not there, or there are too many.
fn named(rx: &Rx<'_>, actor: &Actor, ids: &[LeaveDocumentId], except: Option<LeaveRequestId>) -> Result<Vec<Document>> {
    let mut found: Vec<Document> = Vec::new();
    for id in ids {
        let own = |one: &Document| {
            Some(one.uploaded_by) == actor.user_id && (one.request_id.is_none() || one.request_id == except)
        };
        let Some(document) = store::find(rx, *id)?.filter(own) else {
            return Err(AppError::invalid(FIELD, "One of the papers is not there any more: choose it again."));
        };
        if found.iter().all(|one| one.digest != document.digest) {
            found.push(document);
        }
    }
    Ok(found)
}

/// Papers of a request that somebody else brought than `actor`: those stay whatever `actor` sends.
fn of_others(rx: &Rx<'_>, actor: &Actor, id: Option<LeaveRequestId>) -> Result<Vec<Document>> {
    let Some(id) = id else { return Ok(Vec::new()) };
    let mut all = store::of_request(rx, id)?;
    all.retain(|one| Some(one.uploaded_by) != actor.user_id);
    Ok(all)
}

/// The ids of `actor`'s own papers on a request: what a change of it starts from.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn own_ids(rx: &Rx<'_>, actor: &Actor, id: LeaveRequestId) -> Result<Vec<LeaveDocumentId>> {
    let all = store::of_request(rx, id)?;
    Ok(all.iter().filter(|one| Some(one.uploaded_by) == actor.user_id).map(|one| one.id).collect())
}

/// How many papers a request would have, sent with these by `actor`; what is wrong with them is added to `errors`.
pub(super) fn count(
    rx: &Rx<'_>,
    actor: &Actor,
    ids: &[LeaveDocumentId],
    except: Option<LeaveRequestId>,
    errors: &mut FieldErrors,
) -> Result<usize> {
    let others = of_others(rx, actor, except)?.len();
    let count = match named(rx, actor, ids, except) {
        Ok(found) => found.len() + others,
        Err(AppError::Invalid(wrong)) => {
            errors.0.extend(wrong.0);
            ids.len() + others
        }
        Err(other) => return Err(other),
    };
    if count > rules::MOST {
        errors.add(FIELD, msg!("A request has at most {0} papers.", rules::MOST));
    }
    Ok(count)
}

/// The last day on which a paper may follow, where one is needed: so many days after leave on so many working days has
/// begun, or after it was sent, whichever is later.
pub(super) fn due_on(kind: &LeaveType, working_days: usize, first_day: Date, sent_on: Date) -> Option<Date> {
    let within = i64::from(kind.fields.attachment_within_days);
    kind.fields.attachment.needed(working_days).then(|| period::ahead(first_day.max(sent_on), within))
}

/// Brings the papers of a request to these, as its sender sends it: loose ones are attached, their own that are not named
/// go, what others brought stays.
///
/// # Errors
/// [`AppError::Invalid`] on `document_ids`.
pub(super) fn settle(
    tx: &mut Tx<'_>,
    actor: &Actor,
    request: &LeaveRequest,
    ids: &[LeaveDocumentId],
    due_on: Option<Date>,
) -> Result<()> {
    store::set_due(tx, request.id, due_on)?;
    let wanted = named(tx, actor, ids, Some(request.id))?;
    let there = store::of_request(tx, request.id)?;
    for gone in there.iter().filter(|one| Some(one.uploaded_by) == actor.user_id) {
        if wanted.iter().all(|one| one.digest != gone.digest) {
            remove(tx, actor, request.id, gone.id)?;
        }
    }
    for document in wanted.iter().filter(|one| one.request_id.is_none()) {
        if there.iter().any(|one| one.digest == document.digest) {
            forget(tx, document)?;
        } else {
            store::attach(tx, document.id, request.id)?;
            record_added(tx, actor, request, document.id)?;
        }
    }
    Ok(())
}

/// A request has come to other days: none is due any more where so few need none.
///
/// # Errors
/// When the database refuses.
pub(super) fn recount(tx: &mut Tx<'_>, request: &LeaveRequest) -> Result<()> {
    let kind = types::get(tx, request.leave_type_id)?;
    let days = request::store::days(tx, request.id)?;
    if !kind.fields.attachment.needed(days.iter().filter(|day| day.charged.is_positive()).count()) {
        store::set_due(tx, request.id, None)?;
    }
    Ok(())
}

/// How many papers a request has, and by when one is due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Papers {
    pub count: i64,
    pub due_on: Option<Date>,
}

/// Of several requests; those that have none and need none are left out.
///
/// # Errors
/// When the database cannot be read.
pub fn of_requests(rx: &Rx<'_>, ids: &[LeaveRequestId]) -> Result<HashMap<LeaveRequestId, Papers>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let found = store::counts(rx, &ids)?;
    Ok(found.into_iter().map(|(id, (count, due_on))| (id, Papers { count, due_on })).collect())
}

/// Of one request.
///
/// # Errors
/// When the database cannot be read.
pub fn of(rx: &Rx<'_>, id: LeaveRequestId) -> Result<Papers> {
    Ok(of_requests(rx, &[id])?.remove(&id).unwrap_or_default())
}

/// Requests that stand, whose paper was due within `period` and is not there.
///
/// # Errors
/// When the database cannot be read.
pub fn wanting(rx: &Rx<'_>, period: Period) -> Result<Vec<LeaveRequestId>> {
    Ok(store::wanting(rx, period.first(), period.last())?.into_iter().map(|(id, ..)| id).collect())
}

/// Removes what was uploaded a day ago and attached to nothing; answers how much.
///
/// # Errors
/// When the database refuses.
pub fn sweep(tx: &mut Tx<'_>) -> Result<usize> {
    let old = store::loose_before(tx, tx.now() - LOOSE_FOR)?;
    for (id, file) in &old {
        store::delete(tx, *id)?;
        vault::release(tx, file)?;
    }
    Ok(old.len())
}
