//! The audit log in the API.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Admin;
use crate::error::{AppError, Result};
use crate::ids::{AuditId, SessionId, UserId};
use crate::msg;
use crate::web::List;
use crate::web::Listing;
use crate::web::listing::ListQuery;
use crate::web::problem::ReadProblems;

use super::{Change, Filter, Record};

/// The operations of this file.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(list), tags((name = "audit", description = "Who did what, and when. Append-only.")))]
pub struct Api;

/// An entry of the log.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub struct View {
    pub id: AuditId,
    #[schema(value_type = String, format = DateTime, example = "2026-03-02T09:00:00Z")]
    pub at: Timestamp,
    /// `acts` or `sign_in`.
    #[schema(example = "acts")]
    pub chain: String,
    #[schema(example = "leave.approved")]
    pub action: String,
    pub subject: Option<Subject>,
    pub actor: By,
    pub changes: Vec<Change>,
    /// Why, in the acting person's words; empty where nothing was said.
    pub reason: String,
    /// Its words were removed by retention or erasure; that it happened stays.
    pub blanked: bool,
    /// Only HR reads what changed here and why: it is about leave.
    pub withheld: bool,
}

/// What it was done to.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AuditSubject)]
pub struct Subject {
    #[schema(example = "leave_request")]
    pub kind: String,
    #[schema(example = 17)]
    pub id: Option<i64>,
}

/// Who did it, from where.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AuditActor)]
pub struct By {
    /// Null for the clockwork, verbs of the command line, and strangers.
    pub user_id: Option<UserId>,
    #[schema(example = "Jonas Brandt")]
    pub name: String,
    /// In whose place; empty where in nobody's.
    pub on_behalf_of: String,
    pub session_id: Option<SessionId>,
    #[schema(example = "192.168.10.31")]
    pub address: String,
    /// `web`, `api`, `mail`, `cli` or `job`.
    #[schema(example = "web")]
    pub channel: String,
}

impl From<Record> for View {
    fn from(row: Record) -> View {
        let subject = Subject { kind: row.subject_kind, id: row.subject_id };
        View {
            id: row.id,
            at: row.at,
            chain: row.chain,
            action: row.action,
            subject: (!subject.kind.is_empty()).then_some(subject),
            actor: By {
                user_id: row.user_id,
                name: row.actor,
                on_behalf_of: row.on_behalf_of,
                session_id: row.session_id,
                address: row.address,
                channel: row.channel,
            },
            changes: row.changes,
            reason: row.reason,
            blanked: row.blanked,
            withheld: row.withheld,
        }
    }
}

/// Filters of the list.
pub(super) const FILTERS: &[&str] = &["cursor", "action", "user_id", "subject", "subject_id", "from", "to", "chain"];

/// What a query asks for, its dates as days in `zone`, and where it goes on.
pub(super) fn asked(listing: &Listing, zone: &jiff::tz::TimeZone) -> Result<(Filter, Option<AuditId>)> {
    let text = |name: &str| Some(listing.text(name).to_owned()).filter(|text| !text.is_empty());
    let begin = |day: Date| day.to_zoned(zone.clone()).map(|at| at.timestamp()).map_err(AppError::internal);
    let from: Option<Date> = listing.filter("from")?;
    let to: Option<Date> = listing.filter("to")?;
    let filter = Filter {
        action: text("action"),
        user_id: listing.filter("user_id")?,
        subject_kind: text("subject"),
        subject_id: listing.filter("subject_id")?,
        from: from.map(begin).transpose()?,
        to: to.and_then(|day| day.tomorrow().ok()).map(begin).transpose()?,
        chain: text("chain"),
    };
    let before = match &listing.cursor {
        Some(cursor) => {
            Some(cursor.parse().map_err(|_| AppError::invalid("cursor", msg!("This cannot be read: {0}", cursor)))?)
        }
        None => None,
    };
    Ok((filter, before))
}

/// The audit log.
#[utoipa::path(
    get, path = "/api/v1/audit-log", operation_id = "list_audit_log", tag = "audit",
    summary = "The audit log",
    description = "Admins. Newest first; goes on by `cursor`. Filters: `action` (or its beginning), `user_id`, `subject` and \
                   `subject_id`, `from` and `to` (days), `chain` (`acts` or `sign_in`). The total is counted up to 1,000. \
                   What changed in leave, and why, is told to admins who are HR too.",
    params(
        ("action" = Option<String>, Query, example = "leave.approved"), ("user_id" = Option<UserId>, Query),
        ("subject" = Option<String>, Query, example = "leave_request"), ("subject_id" = Option<i64>, Query),
        ("from" = Option<String>, Query, example = "2026-03-01"), ("to" = Option<String>, Query, example = "2026-03-31"),
        ("chain" = Option<String>, Query, example = "acts"),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the piece before"),
        ("page_size" = Option<i64>, Query),
    ),
    responses((status = 200, description = "A piece of it", body = List<View>), ReadProblems),
)]
pub async fn list(Admin(ctx): Admin, query: ListQuery) -> Result<List<View>> {
    let listing = query.listing(&[], FILTERS)?;
    let (filter, before) = asked(&listing, &ctx.actor.zone)?;
    let limit = listing.limit();
    let piece = ctx.read(move |rx, actor| super::list(rx, actor, &filter, before, limit)).await?;
    let next = piece.next.map(|id| id.to_string());
    Ok(List::from_cursor(piece.records.into_iter().map(View::from).collect(), piece.total, next, &listing))
}
