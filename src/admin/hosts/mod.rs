//! The names that this machine is called by, for its operators: further ones, and which of them stand for the
//! operator's own organization alone. For another organization `steward org bind` does it: no request names one.

pub mod api;
pub mod pages;

use crate::audit::{self, Entry};
use crate::auth::Ctx;
use crate::error::{AppError, Result};
use crate::orgs::tidy_host;
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
    // Set-up notes addresses too: they always stand for everybody, and nothing is to be decided about them.
    let is_name = |host: &&String| {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        bare.parse::<std::net::IpAddr>().is_err() && *host != "localhost"
    };
    reached.hosts.iter().filter(is_name).map(|host| Host { host: host.clone(), stands: stands(host) }).collect()
}

/// Lets a name stand for the operator's organization alone, or for all.
///
/// # Errors
/// [`AppError::Forbidden`] for who is no operator; [`AppError::Invalid`] on `host`; [`AppError::Conflict`] for a name
/// that stands for another organization.
pub async fn bind(ctx: &Ctx, host: &str, own: bool) -> Result<()> {
    ctx.require_operator().await?;
    let (orgs, actor) = (ctx.auth.orgs.clone(), ctx.actor.clone());
    let (host, slug) = (host.to_owned(), ctx.org.slug.clone());
    let bound = tokio::task::spawn_blocking(move || {
        let (by, to) = (slug.as_str().to_owned(), own.then(|| slug.as_str().to_owned()));
        let record = move |tx: &mut Tx<'_>, host: &str| {
            let entry =
                Entry::new("host.bound").with("host", host).with("organization", to).with("by_organization", by);
            audit::record(tx, &actor, entry).map(drop)
        };
        orgs.bind(&host, own.then_some(&slug), Some(&slug), record)
    });
    bound.await.map_err(AppError::internal)?
}

/// The machine is no longer called so.
///
/// # Errors
/// As [`bind`]; [`AppError::NotFound`] for a name that is not known; [`AppError::Conflict`] for the one that this
/// request came by.
pub async fn forget(ctx: &Ctx, host: &str, asked_by: &str) -> Result<()> {
    ctx.require_operator().await?;
    if tidy_host(host) == tidy_host(asked_by) {
        return Err(AppError::conflict("You are here by this very name. Come by another one to take it away."));
    }
    let (orgs, actor) = (ctx.auth.orgs.clone(), ctx.actor.clone());
    let (host, slug) = (host.to_owned(), ctx.org.slug.clone());
    let forgotten = tokio::task::spawn_blocking(move || {
        let by = slug.as_str().to_owned();
        let record = move |tx: &mut Tx<'_>, host: &str| {
            let entry = Entry::new("host.forgotten").with("host", host).with("by_organization", by);
            audit::record(tx, &actor, entry).map(drop)
        };
        orgs.forget_host(&host, Some(&slug), record)
    });
    forgotten.await.map_err(AppError::internal)?
}
