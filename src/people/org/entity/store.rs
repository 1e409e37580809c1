//! SQL of the entities.

use super::{Entity, EntityFacts};
use crate::error::Result;
use crate::ids::EntityId;
use crate::people::NameRef;
use crate::storage::{Rx, Tx};
use crate::text::{fold, sort_key};
use crate::web::Listing;

fn entity(row: &rusqlite::Row<'_>) -> rusqlite::Result<Entity> {
    Ok(Entity {
        id: row.get(0)?,
        facts: EntityFacts { name: row.get(1)?, code: row.get(2)?, country: row.get(3)? },
        hidden: row.get(4)?,
    })
}

pub(super) fn get(rx: &Rx<'_>, id: EntityId) -> Result<Entity> {
    rx.get("SELECT id, name, code, country, hidden_by IS NOT NULL FROM entities WHERE id = ?1", [id], entity)
}

pub(super) fn list(rx: &Rx<'_>, listing: &Listing) -> Result<(Vec<Entity>, i64)> {
    let active = listing.filter::<bool>("active")?.unwrap_or(true);
    let [name, code] = crate::people::like(listing.search.as_deref());
    let order = listing.order_by(&[("name", "name_key"), ("code", "code_key")], "name_key, id");
    let sql = format!(
        "SELECT id, name, code, country, hidden_by IS NOT NULL FROM entities \
         WHERE (hidden_by IS NULL) = ?1 AND (name_key LIKE ?2 ESCAPE '\\' OR code_key LIKE ?3 ESCAPE '\\') \
         {order} LIMIT ?4 OFFSET ?5"
    );
    let rows = rx.all(&sql, (active, &name, &code, listing.limit(), listing.offset()), entity)?;
    let total = rx.scalar(
        "SELECT count(*) FROM entities \
         WHERE (hidden_by IS NULL) = ?1 AND (name_key LIKE ?2 ESCAPE '\\' OR code_key LIKE ?3 ESCAPE '\\')",
        (active, &name, &code),
    )?;
    Ok((rows, total))
}

pub(super) fn choices(rx: &Rx<'_>) -> Result<Vec<NameRef>> {
    rx.all("SELECT id, name FROM entities WHERE hidden_by IS NULL ORDER BY name_key, id", (), |row| {
        Ok(NameRef { id: row.get(0)?, name: row.get(1)? })
    })
}

pub(super) fn holder_of_code(rx: &Rx<'_>, key: &str) -> Result<Option<(EntityId, String)>> {
    rx.one("SELECT id, name FROM entities WHERE code_key = ?1", [key], |row| Ok((row.get(0)?, row.get(1)?)))
}

pub(super) fn insert(tx: &mut Tx<'_>, facts: &EntityFacts) -> Result<EntityId> {
    tx.insert(
        "INSERT INTO entities (name, name_key, code, code_key, country) VALUES (?1, ?2, ?3, ?4, ?5)",
        (&facts.name, sort_key(&facts.name), &facts.code, fold(&facts.code), &facts.country),
    )
    .map(EntityId)
}

pub(super) fn update(tx: &mut Tx<'_>, id: EntityId, facts: &EntityFacts) -> Result<()> {
    tx.run(
        "UPDATE entities SET name = ?2, name_key = ?3, code = ?4, code_key = ?5, country = ?6 WHERE id = ?1",
        (id, &facts.name, sort_key(&facts.name), &facts.code, fold(&facts.code), &facts.country),
    )?;
    Ok(())
}
