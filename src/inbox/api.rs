//! `/api/v1/approvals`: what waits for the caller, and decisions. The same actions as the pages'.

use axum::extract::Path;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::approvals::bodies::{ApproveBody, ClarifyBody, RejectBody, Sent};
use crate::approvals::{self, Approval, Decision, Kind, Status, StepKind};
use crate::auth::Staff;
use crate::error::{AppError, Result};
use crate::ids::ApprovalId;
use crate::people::NameRef;
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, List};

use super::{DECIDE, FILTERS, Filter, Seen, decide_all, waiting_bare};

/// The operations of this file.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(pending, history, approve, reject, clarify, bulk))]
pub struct Api;

/// Something that waits, or waited, for a decision.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApprovalView {
    pub id: ApprovalId,
    pub kind: Kind,
    pub subject: Subject,
    pub requester: NameRef,
    /// Who is asked at the present level; empty where whoever has the role HR decides.
    pub asked: Vec<NameRef>,
    /// From 1.
    pub level: u32,
    /// How many levels there are in all.
    pub levels: usize,
    pub status: Status,
    #[schema(value_type = String, example = "2026-03-01T17:30:00Z")]
    pub requested_at: Timestamp,
    /// When a decision is expected.
    #[schema(value_type = String, example = "2026-03-03T17:30:00Z")]
    pub due_at: Timestamp,
    /// Rises with each change.
    pub version: u32,
}

/// What it is about: an id among its kind, and a title.
#[derive(Debug, Serialize, ToSchema)]
pub struct Subject {
    pub id: i64,
    #[schema(example = "Vacation, 8 – 11 Dec, 4 days")]
    pub title: String,
}

/// A past decision of the caller.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecidedView {
    #[serde(flatten)]
    pub approval: ApprovalView,
    pub decision: StepKind,
    #[schema(value_type = String, example = "2026-03-01T17:30:00Z")]
    pub decided_at: Timestamp,
    pub note: String,
}

impl From<Approval> for ApprovalView {
    fn from(one: Approval) -> Self {
        ApprovalView {
            id: one.id,
            kind: one.kind,
            subject: Subject { id: one.subject_id, title: one.title.to_string() },
            requester: one.requester,
            asked: one.asked,
            level: one.level,
            levels: one.levels.len(),
            status: one.status,
            requested_at: one.requested_at,
            due_at: one.due_at,
            version: one.version,
        }
    }
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BulkDecision {
    Approve,
    Reject,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkBody {
    pub decision: BulkDecision,
    /// 1 to 200; all are decided, or none. Each an id, or the id with the version that was looked at.
    #[schema(example = json!([12, {"id": 13, "version": 2}]))]
    pub ids: Vec<Which>,
    /// Required to reject.
    pub reason: Option<String>,
}

/// An approval to decide on, perhaps with the version that was looked at: changes of personal data ask for it.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Which {
    Id(ApprovalId),
    Seen { id: ApprovalId, version: u32 },
}

impl Which {
    fn seen(self) -> Seen {
        match self {
            Which::Id(id) => Seen { id, version: None },
            Which::Seen { id, version } => Seen { id, version: Some(version) },
        }
    }
}

/// What waits for the caller's decision, oldest first.
#[utoipa::path(get, path = "/api/v1/approvals/pending", operation_id = "approvals_pending", tag = "approvals",
    summary = "What waits for me",
    description = "What waits for the caller's decision, oldest first. For staff; others' are never listed. `search` looks in the requester's name.",
    params(("page" = Option<i64>, Query, description = "From 1"), ("page_size" = Option<i64>, Query, description = "1 to 200; preset 25"),
        ("kind" = Option<Kind>, Query, description = "Only this kind"),
        ("search" = Option<String>, Query, description = "Words of the requester's name"),
        ("department_id" = Option<i64>, Query, description = "The requester's department, with those beneath it")),
    responses((status = 200, body = List<ApprovalView>), ReadProblems))]
pub async fn pending(ctx: Staff, query: ListQuery) -> Result<List<ApprovalView>> {
    let listing = query.listing(&[], FILTERS)?;
    let filter = Filter::of(&listing)?;
    let (limit, offset) = (listing.limit(), listing.offset());
    let (items, total) = ctx.read(move |rx, actor| waiting_bare(rx, actor, &filter, limit, offset)).await?;
    Ok(List::new(items.into_iter().map(ApprovalView::from).collect(), total, &listing))
}

/// What the caller decided, newest first.
#[utoipa::path(get, path = "/api/v1/approvals/history", operation_id = "approvals_history", tag = "approvals",
    summary = "What I decided",
    description = "The caller's decisions, newest first. For staff.",
    params(("page" = Option<i64>, Query, description = "From 1"), ("page_size" = Option<i64>, Query, description = "1 to 200; preset 25")),
    responses((status = 200, body = List<DecidedView>), ReadProblems))]
pub async fn history(ctx: Staff, query: ListQuery) -> Result<List<DecidedView>> {
    let listing = query.listing(&[], &[])?;
    let (limit, offset) = (listing.limit(), listing.offset());
    let (rows, total) = ctx.read(move |rx, actor| approvals::decided_by(rx, actor, limit, offset)).await?;
    let view = |(approval, step): (Approval, approvals::Step)| DecidedView {
        approval: approval.into(),
        decision: step.what,
        decided_at: step.at,
        note: step.note,
    };
    Ok(List::new(rows.into_iter().map(view).collect(), total, &listing))
}

/// Approves.
#[utoipa::path(post, path = "/api/v1/approvals/{id}/approve", operation_id = "approvals_approve", tag = "approvals",
    summary = "Approve",
    description = "Approves. For whoever is asked; HR with on_behalf_reason. Never one's own request. 409 where it is decided already, saying who and when.",
    params(("id" = i64, Path)), request_body = ApproveBody,
    responses((status = 200, body = ApprovalView), WriteProblems))]
pub async fn approve(
    ctx: Staff,
    Path(id): Path<ApprovalId>,
    Json(body): Json<ApproveBody>,
) -> Result<Json<ApprovalView>> {
    settle(&ctx, id, body.into()).await
}

/// Rejects.
#[utoipa::path(post, path = "/api/v1/approvals/{id}/reject", operation_id = "approvals_reject", tag = "approvals",
    summary = "Reject",
    description = "Rejects, with a reason. For whoever is asked; HR with on_behalf_reason.",
    params(("id" = i64, Path)), request_body = RejectBody,
    responses((status = 200, body = ApprovalView), WriteProblems))]
pub async fn reject(
    ctx: Staff,
    Path(id): Path<ApprovalId>,
    Json(body): Json<RejectBody>,
) -> Result<Json<ApprovalView>> {
    settle(&ctx, id, body.into()).await
}

/// Asks the requester.
#[utoipa::path(post, path = "/api/v1/approvals/{id}/clarify", operation_id = "approvals_clarify", tag = "approvals",
    summary = "Ask the requester a question",
    description = "Sends it back to the requester with a question; what it reserves stays reserved. For whoever is asked, and HR.",
    params(("id" = i64, Path)), request_body = ClarifyBody,
    responses((status = 200, body = ApprovalView), WriteProblems))]
pub async fn clarify(
    ctx: Staff,
    Path(id): Path<ApprovalId>,
    Json(body): Json<ClarifyBody>,
) -> Result<Json<ApprovalView>> {
    settle(&ctx, id, body.into()).await
}

/// Decides several at once.
#[utoipa::path(post, path = "/api/v1/approvals/bulk", operation_id = "approvals_bulk", tag = "approvals",
    summary = "Decide several at once",
    description = "The same decision on several, all or none. For whoever is asked.",
    request_body = BulkBody,
    responses((status = 200, body = Vec<ApprovalView>), WriteProblems))]
pub async fn bulk(ctx: Staff, Json(body): Json<BulkBody>) -> Result<Json<Vec<ApprovalView>>> {
    let decision = match (body.decision, body.reason) {
        (BulkDecision::Approve, note) => Decision::Approve { note, on_behalf_reason: None },
        (BulkDecision::Reject, Some(reason)) => Decision::Reject { reason, on_behalf_reason: None },
        (BulkDecision::Reject, None) => {
            return Err(AppError::invalid("reason", "Say why, so that the person knows what to do."));
        }
    };
    let views = ctx
        .write(DECIDE, move |tx, actor| {
            let all: Vec<Seen> = body.ids.iter().map(|one| one.seen()).collect();
            let decided = decide_all(tx, actor, &all, &decision)?;
            Ok(decided.into_iter().map(ApprovalView::from).collect::<Vec<_>>())
        })
        .await?;
    Ok(Json(views))
}

async fn settle(ctx: &Staff, id: ApprovalId, (decision, version): Sent) -> Result<Json<ApprovalView>> {
    let seen = Seen { id, version };
    let view =
        ctx.write(DECIDE, move |tx, actor| super::decide(tx, actor, seen, &decision).map(ApprovalView::from)).await?;
    Ok(Json(view))
}
