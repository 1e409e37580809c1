//! Legal companies.

pub mod api;
pub mod pages;
mod store;

use super::rules;
use crate::audit;
use crate::auth::Actor;
use crate::error::{FieldErrors, Result};
use crate::ids::EntityId;
use crate::msg;
use crate::people::NameRef;
use crate::storage::{Rx, Tx};
use crate::text::fold;
use crate::web::Listing;

/// What HR sets of an entity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntityFacts {
    /// 1 to 100 characters.
    pub name: String,
    /// 1 to 10 characters, unique regardless of case.
    pub code: String,
    /// ISO 3166 alpha-2, or empty.
    pub country: String,
}

/// A legal company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    pub id: EntityId,
    pub facts: EntityFacts,
    pub hidden: bool,
}

/// By which words a list of entities can be ordered.
pub const ORDERINGS: &[&str] = &["name", "code"];
/// By which words HR can filter it: `active=false` shows the deactivated ones instead.
pub const FILTERS: &[&str] = &["search", "active"];
/// By which words everybody else can.
pub const PUBLIC_FILTERS: &[&str] = &["search"];

/// A page of the entities, and how many there are in all.
///
/// # Errors
/// [`crate::error::AppError::Invalid`] for a filter that cannot be read.
pub fn list(rx: &Rx<'_>, listing: &Listing) -> Result<(Vec<Entity>, i64)> {
    store::list(rx, listing)
}

/// Those in use, by name: for choosing one.
pub fn choices(rx: &Rx<'_>) -> Result<Vec<NameRef>> {
    store::choices(rx)
}

/// One entity, deactivated or not.
///
/// # Errors
/// [`crate::error::AppError::NotFound`]
pub fn get(rx: &Rx<'_>, id: EntityId) -> Result<Entity> {
    store::get(rx, id)
}

/// Enters an entity.
///
/// # Errors
/// [`crate::error::AppError::Forbidden`] for all but HR; [`crate::error::AppError::Invalid`] by field.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, mut facts: EntityFacts) -> Result<EntityId> {
    actor.require_hr()?;
    check(tx, None, &mut facts)?;
    let id = store::insert(tx, &facts)?;
    audit::record(tx, actor, entry("entity.created", id, &EntityFacts::default(), &facts))?;
    Ok(id)
}

/// Changes an entity by `change`, which is handed it as it now stands.
///
/// # Errors
/// As [`create`]; [`crate::error::AppError::NotFound`].
pub fn update(tx: &mut Tx<'_>, actor: &Actor, id: EntityId, change: impl FnOnce(&mut EntityFacts)) -> Result<()> {
    actor.require_hr()?;
    let before = store::get(tx, id)?.facts;
    let mut facts = before.clone();
    change(&mut facts);
    check(tx, Some(id), &mut facts)?;
    if facts == before {
        return Ok(());
    }
    store::update(tx, id, &facts)?;
    audit::record(tx, actor, entry("entity.updated", id, &before, &facts))?;
    Ok(())
}

fn check(rx: &Rx<'_>, id: Option<EntityId>, facts: &mut EntityFacts) -> Result<()> {
    let mut errors = FieldErrors::new();
    rules::name_and_code(&mut facts.name, &mut facts.code, &mut errors);
    rules::country(&mut facts.country, &mut errors);
    if let Some((_, holder)) = store::holder_of_code(rx, &fold(&facts.code))?.filter(|(other, _)| Some(*other) != id) {
        errors.add("code", msg!("{0} has the code {1} already.", holder, facts.code));
    }
    errors.into_result(())
}

fn entry(action: &'static str, id: EntityId, before: &EntityFacts, after: &EntityFacts) -> audit::Entry {
    audit::Entry::new(action)
        .on("entity", id)
        .change("name", &before.name, &after.name)
        .change("code", &before.code, &after.code)
        .change("country", &before.country, &after.country)
}
