//! The organization chart: who reports to whom today, as a tree. The lines come from the records; the tree is made of
//! them by `rules`, which also puts whoever reports to somebody who is not here under the next one above.

pub mod api;
pub mod pages;
mod rules;
mod store;
#[cfg(test)]
mod tests;

pub use rules::{Chart, Line, Node};

use crate::auth::Actor;
use crate::error::Result;
use crate::storage::Rx;

/// Everybody who works here on the actor's day. It is what colleagues see in the directory, and no more.
///
/// # Errors
/// When the database cannot be read.
pub fn chart(rx: &Rx<'_>, actor: &Actor) -> Result<Chart> {
    Ok(Chart::of(store::lines(rx, actor.today(rx.now()))?))
}
