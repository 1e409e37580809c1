//! The names that this machine is called by, for its operators: further ones, and which of them stand for the
//! operator's own organization alone. For another organization `steward org bind` does it: no request names one.

pub mod api;
pub mod pages;

use crate::audit::{self, Entry};
use crate::auth::Ctx;
use crate::error::{AppError, Result};
use crate::storage::Tx;

/// A name, as an operator of one organization may know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    pub host: String,
    pub stands: Stands,
}

/// For whom a name stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// For every organization.
    All,
    /// For the operator's own alone.
    Own,
    /// For another one, which is not named.
    Other,
}

/// The names that are known, in alphabetical order.
pub fn list(ctx: &Ctx) -> Vec<Host> {
    let reached = ctx.auth.orgs.reached();
    let stands = |host: &str| match reached.bound.get(host) {
        None => Stands::All,
        Some(slug) if *slug == ctx.org.slug => Stands::Own,
        Some(_) => Stands::Other,
    };
    reached.hosts.iter().map(|host| Host { host: host.clone(), stands: stands(host) }).collect()
}

/// Lets a name stand for the operator's organization alone, or for all.
///
/// # Errors
/// [`AppError::Forbidden`] for who is no operator; [`AppError::Invalid`] on `host`; [`AppError::Conflict`] for a name
/// that stands for another organization.
pub async fn bind(ctx: &Ctx, host: &str, own: bool) -> Result<()> {
    ctx.require_operator().await?;
    require_not_anothers(ctx, host)?;
    let slug = own.then(|| ctx.org.slug.clone());
    let entry = Entry::new("host.bound").with("host", host).with("organization", slug.as_ref().map(|s| s.as_str()));
    let (orgs, host, record) = (ctx.auth.orgs.clone(), host.to_owned(), recorded(ctx, entry));
    let bound = tokio::task::spawn_blocking(move || orgs.bind(&host, slug.as_ref(), record));
    bound.await.map_err(AppError::internal)?
}

/// The machine is no longer called so.
///
/// # Errors
/// As [`bind`]; [`AppError::NotFound`] for a name that is not known; [`AppError::Conflict`] for the one that this
/// request came by.
pub async fn forget(ctx: &Ctx, host: &str, asked_by: &str) -> Result<()> {
    ctx.require_operator().await?;
    require_not_anothers(ctx, host)?;
    if host.eq_ignore_ascii_case(asked_by) {
        return Err(AppError::conflict("You are here by this very name. Come by another one to take it away."));
    }
    let record = recorded(ctx, Entry::new("host.forgotten").with("host", host));
    let (orgs, host) = (ctx.auth.orgs.clone(), host.to_owned());
    tokio::task::spawn_blocking(move || orgs.forget_host(&host, record)).await.map_err(AppError::internal)?
}

fn require_not_anothers(ctx: &Ctx, host: &str) -> Result<()> {
    match ctx.auth.orgs.bound(host.trim()) {
        Some(slug) if slug != ctx.org.slug => {
            Err(AppError::conflict("This name stands for another organization. Use steward org unbind to free it."))
        }
        _ => Ok(()),
    }
}

fn recorded(ctx: &Ctx, entry: Entry) -> impl FnOnce(&mut Tx<'_>) -> Result<()> + Send + 'static {
    let actor = std::sync::Arc::clone(&ctx.actor);
    move |tx| audit::record(tx, &actor, entry).map(drop)
}
