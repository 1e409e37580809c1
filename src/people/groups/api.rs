//! Groups in the API.

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::pages::{CHANGED, CREATED, DELETED, MEMBERS};
use super::{Group, members};
use crate::auth::Hr;
use crate::error::Result;
use crate::ids::{EmployeeId, GroupId};
use crate::people::recount::api::{ImpactsJson, WithImpact};
use crate::people::{NameRef, recount};
use crate::storage::Rx;
use crate::web::etag::{self, IfMatch, Tagged};
use crate::web::json::created;
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, List};

/// People who receive tasks together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Group)]
pub struct GroupJson {
    #[schema(example = 1)]
    pub id: GroupId,
    #[schema(example = "IT")]
    pub name: String,
    /// Templates send tasks to it.
    #[schema(example = "it")]
    pub code: String,
    /// By name, those who were deactivated left out.
    pub members: Vec<NameRef>,
}

impl GroupJson {
    fn read(rx: &Rx<'_>, group: Group) -> Result<GroupJson> {
        let members = members(rx, group.id)?;
        Ok(GroupJson { id: group.id, name: group.name, code: group.code, members })
    }

    fn get(rx: &Rx<'_>, id: GroupId) -> Result<GroupJson> {
        GroupJson::read(rx, super::get(rx, id)?)
    }
}

/// A group to be made.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewGroup)]
pub struct NewInput {
    /// 1 to 100 characters.
    #[schema(example = "IT")]
    name: String,
    /// 1 to 40 letters, digits, dots, hyphens or underscores; unique regardless of case, and never changed.
    #[schema(example = "it")]
    code: String,
}

/// What of a group is to change.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GroupChange)]
pub struct Change {
    #[schema(example = "Computers")]
    name: String,
}

/// Somebody to take in.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewGroupMember)]
pub struct Member {
    #[schema(example = 7)]
    employee_id: EmployeeId,
}

/// Groups.
#[utoipa::path(
    get, path = "/api/v1/groups", operation_id = "list_groups", tag = "organization",
    summary = "Groups", description = "HR. By code, with their members.",
    params(("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query)),
    responses((status = 200, description = "One page", body = List<GroupJson>), ReadProblems),
)]
pub async fn list(ctx: Hr, query: ListQuery) -> Result<List<GroupJson>> {
    let listing = query.listing(&[], &[])?;
    ctx.read(move |rx, _| {
        let all = super::all(rx)?;
        let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
        let skipped = usize::try_from(listing.offset()).unwrap_or(usize::MAX);
        let page = all.into_iter().skip(skipped).take(usize::try_from(listing.limit()).unwrap_or(0));
        let items: Result<Vec<GroupJson>> = page.map(|group| GroupJson::read(rx, group)).collect();
        Ok(List::new(items?, total, &listing))
    })
    .await
}

/// Makes a group.
#[utoipa::path(
    post, path = "/api/v1/groups", operation_id = "create_group", tag = "organization",
    summary = "Make a group", description = "HR.",
    request_body = NewInput,
    responses((status = 201, description = "Made; `Location` leads to it", body = GroupJson), WriteProblems),
)]
pub async fn create(ctx: Hr, Json(new): Json<NewInput>) -> Result<Response> {
    let made = ctx.write(CREATED, move |tx, actor| {
        let id = super::create(tx, actor, &new.name, &new.code)?;
        GroupJson::get(tx, id)
    });
    let made = made.await?;
    let location = format!("/api/v1/groups/{}", made.id);
    Ok(created(location, made))
}

/// One group.
#[utoipa::path(
    get, path = "/api/v1/groups/{id}", operation_id = "get_group", tag = "organization",
    summary = "A group", description = "HR.",
    params(("id" = GroupId, Path)),
    responses((status = 200, description = "The group", body = GroupJson), ReadProblems),
)]
pub async fn get(ctx: Hr, headers: HeaderMap, Path(id): Path<GroupId>) -> Result<Response> {
    let found = ctx.read(move |rx, _| GroupJson::get(rx, id)).await?;
    etag::json(&headers, &found)
}

/// Renames a group.
#[utoipa::path(
    patch, path = "/api/v1/groups/{id}", operation_id = "update_group", tag = "organization",
    summary = "Rename a group", description = "HR. Its code stays: templates know it by that.",
    params(("id" = GroupId, Path)), request_body = Change,
    responses((status = 200, description = "As it is now", body = GroupJson), WriteProblems),
)]
pub async fn update(
    ctx: Hr,
    if_match: IfMatch,
    Path(id): Path<GroupId>,
    Json(change): Json<Change>,
) -> Result<Tagged<GroupJson>> {
    let changed = ctx.write(CHANGED, move |tx, actor| {
        if_match.check(&GroupJson::get(tx, id)?)?;
        super::rename(tx, actor, id, &change.name)?;
        GroupJson::get(tx, id)
    });
    changed.await.map(Tagged)
}

/// Dissolves a group.
#[utoipa::path(
    delete, path = "/api/v1/groups/{id}", operation_id = "delete_group", tag = "organization",
    summary = "Dissolve a group", description = "HR. For good; 409 while a task or a template names it.",
    params(("id" = GroupId, Path)),
    responses((status = 204, description = "Dissolved"), WriteProblems),
)]
pub async fn remove(ctx: Hr, if_match: IfMatch, Path(id): Path<GroupId>) -> Result<StatusCode> {
    ctx.write(DELETED, move |tx, actor| {
        if_match.check(&GroupJson::get(tx, id)?)?;
        super::delete(tx, actor, id)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes somebody in.
#[utoipa::path(
    post, path = "/api/v1/groups/{id}/members", operation_id = "add_group_member", tag = "organization",
    summary = "Take a person into a group",
    description = "HR. From today on; who is in it already stays. Where the group has hours of its own for a while, leave is counted anew; `dry_run=true` writes nothing and answers only the `impact`.",
    params(("id" = GroupId, Path), ("dry_run" = Option<bool>, Query), ("confirmed" = Option<String>, Query)), request_body = Member,
    responses((status = 200, description = "The group as it is now", body = WithImpact<GroupJson>), WriteProblems),
)]
pub async fn add_member(
    ctx: Hr,
    Path(id): Path<GroupId>,
    query: ListQuery,
    Json(member): Json<Member>,
) -> Result<Response> {
    let written = recount::write(&ctx, MEMBERS, recount::api::consent(query)?, move |tx, actor| {
        let touched = super::add_member(tx, actor, id, member.employee_id)?;
        Ok((GroupJson::get(tx, id)?, touched))
    });
    recount::api::answer(written.await?, None)
}

/// Takes somebody out.
#[utoipa::path(
    delete, path = "/api/v1/groups/{id}/members/{employee_id}", operation_id = "remove_group_member", tag = "organization",
    summary = "Take a person out of a group",
    description = "HR. From today on; it stays known that they were in it. Where the group has hours of its own for a while, leave is counted anew; `dry_run=true` writes nothing.",
    params(("id" = GroupId, Path), ("employee_id" = EmployeeId, Path), ("dry_run" = Option<bool>, Query), ("confirmed" = Option<String>, Query)),
    responses(
        (status = 204, description = "No longer in it; no leave counts differently"),
        (status = 200, description = "No longer in it, and the leave that counts differently; or a dry run", body = ImpactsJson), WriteProblems,
    ),
)]
pub async fn remove_member(
    ctx: Hr,
    Path((id, employee)): Path<(GroupId, EmployeeId)>,
    query: ListQuery,
) -> Result<Response> {
    let written = recount::write(&ctx, MEMBERS, recount::api::consent(query)?, move |tx, actor| {
        Ok(((), super::remove_member(tx, actor, id, employee)?))
    });
    Ok(recount::api::gone(written.await?))
}
