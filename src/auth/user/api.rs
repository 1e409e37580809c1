//! Logins in the API, for admins and HR.

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::Staff;
use crate::auth::actor::{Actor, Role};
use crate::auth::lockout;
use crate::error::Result;
use crate::ids::{EmployeeId, UserId};
use crate::storage::{Op, Rx, Tx};
use crate::web::etag::{self, IfMatch};
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, List};

use super::{FILTERS, ORDERINGS, State, User};

/// The operations of this file.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(list, get, update))]
pub struct Api;

/// A login.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub struct View {
    pub id: UserId,
    #[schema(example = "Mira Castell")]
    pub name: String,
    #[schema(example = "mira.castell@nordlicht.example")]
    pub email: String,
    /// Null for a login that is nobody's on the staff.
    pub employee: Option<Employee>,
    /// Those that were given. Whoever is employed or leads somebody has the role for it beside them.
    pub roles: Vec<Role>,
    pub state: State,
    #[schema(value_type = String, format = DateTime, example = "2026-01-05T08:00:00Z")]
    pub created_at: Timestamp,
    /// To the minute; null while it was never used.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_seen_at: Option<Timestamp>,
    /// Too many wrong passwords: nothing is tried before then from where they came. Null where nothing is locked.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub locked_until: Option<Timestamp>,
}

/// The person whose login it is.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = UserEmployee)]
pub struct Employee {
    #[schema(example = 7)]
    pub id: EmployeeId,
    #[schema(example = "Mira Castell")]
    pub name: String,
}

impl View {
    fn of(rx: &Rx<'_>, user: User) -> Result<View> {
        Ok(View {
            locked_until: lockout::locked_until(rx, user.id)?,
            id: user.id,
            name: user.name,
            email: user.email,
            employee: user.employee.map(|(id, name)| Employee { id, name }),
            roles: user.roles.iter().collect(),
            state: user.state,
            created_at: user.created_at,
            last_seen_at: user.last_seen_at,
        })
    }
}

/// Logins.
#[utoipa::path(
    get, path = "/api/v1/users", operation_id = "list_users", tag = "users",
    summary = "Logins",
    description = "Admins and HR. `search` looks into names and addresses; filters: `role`, `state`; ordering: `name`, \
                   `email`, `last_seen_at`, `created_at`.",
    params(
        ("search" = Option<String>, Query), ("role" = Option<Role>, Query), ("state" = Option<State>, Query),
        ("ordering" = Option<String>, Query, example = "-last_seen_at"),
        ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query),
    ),
    responses((status = 200, description = "One page", body = List<View>), ReadProblems),
)]
pub async fn list(Staff(ctx): Staff, query: ListQuery) -> Result<List<View>> {
    let listing = query.listing(ORDERINGS, FILTERS)?;
    let asked = listing.clone();
    let (users, total) = ctx
        .read(move |rx, actor| {
            let (users, total) = super::list(rx, actor, &asked)?;
            let users = users.into_iter().map(|user| View::of(rx, user)).collect::<Result<Vec<_>>>()?;
            Ok((users, total))
        })
        .await?;
    Ok(List::new(users, total, &listing))
}

/// One login.
#[utoipa::path(
    get, path = "/api/v1/users/{id}", operation_id = "get_user", tag = "users",
    summary = "A login", description = "Admins and HR.",
    params(("id" = UserId, Path)),
    responses((status = 200, description = "The login", body = View), ReadProblems),
)]
pub async fn get(Staff(ctx): Staff, headers: HeaderMap, Path(id): Path<UserId>) -> Result<Response> {
    let view = ctx.read(move |rx, actor| View::of(rx, super::get(rx, actor, id)?)).await?;
    etag::json(&headers, &view)
}

/// What of a login is to change; what is left out stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = UserPatch)]
pub struct Patch {
    /// All roles that it is to have. Admins only.
    roles: Option<Vec<Role>>,
    /// `true` ends the login and all its sessions and tokens, `false` lets it be used again.
    disabled: Option<bool>,
    /// `true` lets somebody try again who has typed too many wrong passwords.
    #[schema(example = true)]
    unlock: Option<bool>,
}

impl Patch {
    fn apply(self, tx: &mut Tx<'_>, actor: &Actor, id: UserId) -> Result<()> {
        if let Some(roles) = self.roles {
            super::set_roles(tx, actor, id, roles.into_iter().collect())?;
        }
        match self.disabled {
            Some(true) => super::disable(tx, actor, id)?,
            Some(false) => super::enable(tx, actor, id)?,
            None => {}
        }
        if self.unlock == Some(true) {
            super::unlock(tx, actor, id)?;
        }
        Ok(())
    }
}

/// Changes a login.
#[utoipa::path(
    patch, path = "/api/v1/users/{id}", operation_id = "update_user", tag = "users",
    summary = "Change a login: roles, disable, unlock",
    description = "Admins; HR for logins without HR's or an admin's role, all but `roles`.",
    params(("id" = UserId, Path)), request_body = Patch,
    responses((status = 200, description = "As it is now", body = View), WriteProblems),
)]
pub async fn update(
    Staff(ctx): Staff,
    if_match: IfMatch,
    Path(id): Path<UserId>,
    Json(patch): Json<Patch>,
) -> Result<Response> {
    let view = ctx
        .write(Op::act("user.changed"), move |tx, actor| {
            if_match.check(&View::of(tx, super::get(tx, actor, id)?)?)?;
            patch.apply(tx, actor, id)?;
            View::of(tx, super::get(tx, actor, id)?)
        })
        .await?;
    etag::json(&HeaderMap::new(), &view)
}
