//! Chains of approval in the API.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Wanted, Would};
use crate::approvals::Kind;
use crate::approvals::chain::rules::{Approvers, Chain, ChainFacts, ESCALATE_AFTER_HOURS, Level, Needs};
use crate::approvals::chain::{self, CHANGED, CREATED, DELETED};
use crate::auth::Hr;
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::{ChainId, DepartmentId, EmployeeId, LeaveTypeId};
use crate::msg;
use crate::people::NameRef;
use crate::web::etag::{self, IfMatch, Tagged};
use crate::web::json::{created, there};
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, List};

/// One level of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApprovalLevel)]
pub struct LevelJson {
    /// `approver`, `line_manager`, `managers_manager`, `department_heads`, `role:hr`, `role:admin`, `group:<code>` or
    /// `employee:<id>`. Where it finds nobody but the requester, HR is asked.
    #[schema(example = "line_manager")]
    approvers: String,
    /// Whether one of them is enough.
    #[serde(default = "one")]
    needs: Needs,
}

fn one() -> Needs {
    Needs::One
}

impl From<&Level> for LevelJson {
    fn from(level: &Level) -> Self {
        LevelJson { approvers: level.approvers.to_string(), needs: level.needs }
    }
}

/// Whom requests of a kind are asked of. The most particular chain that fits is taken: kind of leave, then the nearest
/// department, then the highest amount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ApprovalChain)]
pub struct ChainJson {
    #[schema(example = 1)]
    pub id: ChainId,
    #[schema(example = "Long vacations")]
    pub name: String,
    pub kind: Kind,
    pub leave_type_id: Option<LeaveTypeId>,
    pub department_id: Option<DepartmentId>,
    /// Requests of at least as many minutes.
    #[schema(example = 7200)]
    pub from_minutes: Option<i64>,
    pub levels: Vec<LevelJson>,
    /// Hours of working days until the next one up is asked as well; null is never.
    #[schema(example = 48)]
    pub escalate_after_hours: Option<u32>,
}

impl From<Chain> for ChainJson {
    fn from(Chain { id, facts }: Chain) -> Self {
        ChainJson {
            id,
            levels: facts.levels.iter().map(LevelJson::from).collect(),
            name: facts.name,
            kind: facts.kind,
            leave_type_id: facts.leave_type_id,
            department_id: facts.department_id,
            from_minutes: facts.from_minutes,
            escalate_after_hours: facts.escalate_after_hours,
        }
    }
}

/// A chain to be drawn up.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewApprovalChain)]
pub struct NewInput {
    /// 1 to 100 characters.
    #[schema(example = "Long vacations")]
    name: String,
    /// `leave`, `overtime` or `task`.
    kind: Kind,
    /// Of leave only.
    leave_type_id: Option<LeaveTypeId>,
    /// Of people in it or beneath it.
    department_id: Option<DepartmentId>,
    /// 1 to 1,000,000; not of tasks.
    from_minutes: Option<i64>,
    /// 1 to 5.
    levels: Vec<LevelJson>,
    /// 1 to 1,000; preset 48, null is never.
    #[serde(default = "preset")]
    escalate_after_hours: Option<u32>,
}

#[expect(clippy::unnecessary_wraps, reason = "the preset of a field that may be null")]
fn preset() -> Option<u32> {
    Some(ESCALATE_AFTER_HOURS)
}

fn levels(written: Vec<LevelJson>) -> Result<Vec<Level>> {
    let mut errors = FieldErrors::new();
    let mut levels = Vec::with_capacity(written.len());
    for (at, LevelJson { approvers, needs }) in written.into_iter().enumerate() {
        match approvers.parse::<Approvers>() {
            Ok(approvers) => levels.push(Level { approvers, needs }),
            Err(_) => {
                errors.add(format!("levels.{at}.approvers"), msg!("“{0}” names no approvers.", approvers));
            }
        }
    }
    errors.into_result(levels)
}

/// What of a chain is to change.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = ApprovalChainChange)]
pub struct Change {
    name: Option<String>,
    kind: Option<Kind>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<i64>)]
    leave_type_id: Option<Option<LeaveTypeId>>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<i64>)]
    department_id: Option<Option<DepartmentId>>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<i64>)]
    from_minutes: Option<Option<i64>>,
    /// All of them.
    levels: Option<Vec<LevelJson>>,
    #[serde(deserialize_with = "there")]
    #[schema(value_type = Option<u32>)]
    escalate_after_hours: Option<Option<u32>>,
}

/// Chains.
#[utoipa::path(
    get, path = "/api/v1/approval-chains", operation_id = "list_approval_chains", tag = "approvals",
    summary = "Chains of approval", description = "HR. By kind, the general ones first.",
    params(("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query)),
    responses((status = 200, description = "One page", body = List<ChainJson>), ReadProblems),
)]
pub async fn list(ctx: Hr, query: ListQuery) -> Result<List<ChainJson>> {
    let listing = query.listing(&[], &[])?;
    let all = ctx.read(|rx, _| chain::all(rx)).await?;
    let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
    let skipped = usize::try_from(listing.offset()).unwrap_or(usize::MAX);
    let page = all.into_iter().skip(skipped).take(usize::try_from(listing.limit()).unwrap_or(0));
    Ok(List::new(page.map(ChainJson::from).collect(), total, &listing))
}

/// Draws up a chain.
#[utoipa::path(
    post, path = "/api/v1/approval-chains", operation_id = "create_approval_chain", tag = "approvals",
    summary = "Draw up a chain of approval",
    description = "HR. What runs already keeps the levels that it was sent with.",
    request_body = NewInput,
    responses((status = 201, description = "Made; `Location` leads to it", body = ChainJson), WriteProblems),
)]
pub async fn create(ctx: Hr, Json(new): Json<NewInput>) -> Result<Response> {
    let facts = ChainFacts {
        levels: levels(new.levels)?,
        name: new.name,
        kind: new.kind,
        leave_type_id: new.leave_type_id,
        department_id: new.department_id,
        from_minutes: new.from_minutes,
        escalate_after_hours: new.escalate_after_hours,
    };
    let made = ctx.write(CREATED, move |tx, actor| {
        let id = chain::create(tx, actor, facts)?;
        chain::get(tx, id).map(ChainJson::from)
    });
    let made = made.await?;
    let location = format!("/api/v1/approval-chains/{}", made.id);
    Ok(created(location, made))
}

/// One chain.
#[utoipa::path(
    get, path = "/api/v1/approval-chains/{id}", operation_id = "get_approval_chain", tag = "approvals",
    summary = "A chain of approval", description = "HR.",
    params(("id" = ChainId, Path)),
    responses((status = 200, description = "The chain", body = ChainJson), ReadProblems),
)]
pub async fn get(ctx: Hr, headers: HeaderMap, Path(id): Path<ChainId>) -> Result<Response> {
    let found = ctx.read(move |rx, _| chain::get(rx, id).map(ChainJson::from)).await?;
    etag::json(&headers, &found)
}

/// Changes a chain.
#[utoipa::path(
    patch, path = "/api/v1/approval-chains/{id}", operation_id = "update_approval_chain", tag = "approvals",
    summary = "Change a chain of approval",
    description = "HR. What runs already keeps the levels that it was sent with.",
    params(("id" = ChainId, Path)), request_body = Change,
    responses((status = 200, description = "As it is now", body = ChainJson), WriteProblems),
)]
pub async fn update(
    ctx: Hr,
    if_match: IfMatch,
    Path(id): Path<ChainId>,
    Json(change): Json<Change>,
) -> Result<Tagged<ChainJson>> {
    let new_levels = change.levels.map(levels).transpose()?;
    let changed = ctx.write(CHANGED, move |tx, actor| {
        if_match.check(&ChainJson::from(chain::get(tx, id)?))?;
        chain::update(tx, actor, id, |facts| {
            let before = facts.clone();
            *facts = ChainFacts {
                name: change.name.unwrap_or(before.name),
                kind: change.kind.unwrap_or(before.kind),
                leave_type_id: change.leave_type_id.unwrap_or(before.leave_type_id),
                department_id: change.department_id.unwrap_or(before.department_id),
                from_minutes: change.from_minutes.unwrap_or(before.from_minutes),
                levels: new_levels.unwrap_or(before.levels),
                escalate_after_hours: change.escalate_after_hours.unwrap_or(before.escalate_after_hours),
            };
        })?;
        chain::get(tx, id).map(ChainJson::from)
    });
    changed.await.map(Tagged)
}

/// Removes a chain.
#[utoipa::path(
    delete, path = "/api/v1/approval-chains/{id}", operation_id = "delete_approval_chain", tag = "approvals",
    summary = "Remove a chain of approval", description = "HR. For good; what runs already keeps its levels.",
    params(("id" = ChainId, Path)),
    responses((status = 204, description = "Removed"), WriteProblems),
)]
pub async fn remove(ctx: Hr, if_match: IfMatch, Path(id): Path<ChainId>) -> Result<StatusCode> {
    ctx.write(DELETED, move |tx, actor| {
        if_match.check(&ChainJson::from(chain::get(tx, id)?))?;
        chain::delete(tx, actor, id)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whom a request would ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = WouldAsk)]
pub struct WouldJson {
    pub employee: NameRef,
    /// The chain that fits; null where nothing was drawn up for it.
    pub chain: Option<ChainRef>,
    pub levels: Vec<WouldLevel>,
    pub escalate_after_hours: Option<u32>,
}

/// A chain by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChainRef {
    pub id: ChainId,
    pub name: String,
}

/// Whom one level would ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct WouldLevel {
    #[serde(flatten)]
    pub level: LevelJson,
    /// Empty where whoever has the role HR, or admin, decides.
    pub people: Vec<NameRef>,
    /// Who decides in the place of one who is away today.
    pub stand_ins: Vec<NameRef>,
}

impl From<Would> for WouldJson {
    fn from(would: Would) -> Self {
        WouldJson {
            employee: would.employee,
            chain: would.chain.map(|(id, name)| ChainRef { id, name }),
            levels: would
                .levels
                .into_iter()
                .map(|one| WouldLevel {
                    level: LevelJson::from(&one.level),
                    people: one.people,
                    stand_ins: one.stand_ins,
                })
                .collect(),
            escalate_after_hours: would.escalate_after_hours,
        }
    }
}

/// Whom a request of somebody would ask, were it sent today.
#[utoipa::path(
    get, path = "/api/v1/approval-chains/would-ask", operation_id = "would_ask", tag = "approvals",
    summary = "Whom a request would ask", description = "HR. As things stand today: names, and who stands in for whom.",
    params(
        ("employee_id" = EmployeeId, Query, description = "Who would send it"),
        ("kind" = Kind, Query), ("leave_type_id" = Option<LeaveTypeId>, Query), ("minutes" = Option<i64>, Query),
    ),
    responses((status = 200, description = "Level by level", body = WouldJson), ReadProblems),
)]
pub async fn would_ask(ctx: Hr, query: ListQuery) -> Result<Json<WouldJson>> {
    let asked = query.listing(&[], &["employee_id", "kind", "leave_type_id", "minutes"])?;
    let needed = |field: &'static str| AppError::invalid(field, "Please fill this in.");
    let wanted = Wanted {
        kind: asked.filter("kind")?.ok_or_else(|| needed("kind"))?,
        employee_id: asked.filter("employee_id")?.ok_or_else(|| needed("employee_id"))?,
        leave_type_id: asked.filter("leave_type_id")?,
        minutes: asked.filter("minutes")?,
    };
    ctx.read(move |rx, actor| super::would_ask(rx, actor, wanted)).await.map(|would| Json(would.into()))
}
