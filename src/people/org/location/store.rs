//! SQL of the locations.

use super::{Location, LocationFacts};
use crate::error::Result;
use crate::ids::{EntityId, LocationId};
use crate::people::{FreeDays, NameRef};
use crate::storage::{Rx, Tx};
use crate::text::{fold, sort_key};
use crate::time::FreeDayRule;
use crate::web::Listing;

macro_rules! select_location {
    ($tail:expr) => {
        concat!(
            "SELECT l.id, l.entity_id, l.name, l.code, l.time_zone, l.country, l.region, l.address, \
             l.hidden_by IS NOT NULL, n.name, l.holiday_on_free_day, l.free_day_from, l.lieu_expires_months FROM locations l JOIN entities n ON n.id = l.entity_id ",
            $tail
        )
    };
}

/// Active or not, search, entity: what a list is narrowed to.
macro_rules! narrowed {
    () => {
        "WHERE (l.hidden_by IS NULL) = ?1 AND (l.name_key LIKE ?2 ESCAPE '\\' OR l.code_key LIKE ?3 ESCAPE '\\') \
         AND (?4 IS NULL OR l.entity_id = ?4) "
    };
}

fn location(row: &rusqlite::Row<'_>) -> rusqlite::Result<Location> {
    let entity_id: EntityId = row.get(1)?;
    Ok(Location {
        id: row.get(0)?,
        facts: LocationFacts {
            entity_id,
            name: row.get(2)?,
            code: row.get(3)?,
            time_zone: row.get(4)?,
            country: row.get(5)?,
            region: row.get(6)?,
            address: row.get(7)?,
            holiday_on_free_day: row.get(10)?,
            free_day_from: row.get(11)?,
            lieu_expires_months: row.get(12)?,
        },
        hidden: row.get(8)?,
        entity: NameRef { id: entity_id.0, name: row.get(9)? },
    })
}

pub(super) fn get(rx: &Rx<'_>, id: LocationId) -> Result<Location> {
    rx.get(select_location!("WHERE l.id = ?1"), [id], location)
}

pub(super) fn list(rx: &Rx<'_>, listing: &Listing) -> Result<(Vec<Location>, i64)> {
    let active = listing.filter::<bool>("active")?.unwrap_or(true);
    let entity: Option<EntityId> = listing.filter("entity_id")?;
    let [name, code] = crate::people::like(listing.search.as_deref());
    let order = listing.order_by(&[("name", "l.name_key"), ("code", "l.code_key")], "l.name_key, l.id");
    let sql = format!("{}{order} LIMIT ?5 OFFSET ?6", select_location!(narrowed!()));
    let rows = rx.all(&sql, (active, &name, &code, entity, listing.limit(), listing.offset()), location)?;
    let total = rx.scalar(concat!("SELECT count(*) FROM locations l ", narrowed!()), (active, &name, &code, entity))?;
    Ok((rows, total))
}

pub(super) fn choices(rx: &Rx<'_>) -> Result<Vec<NameRef>> {
    rx.all("SELECT id, name FROM locations WHERE hidden_by IS NULL ORDER BY name_key, id", (), |row| {
        Ok(NameRef { id: row.get(0)?, name: row.get(1)? })
    })
}

pub(super) fn holder_of_code(rx: &Rx<'_>, key: &str) -> Result<Option<(LocationId, String)>> {
    rx.one("SELECT id, name FROM locations WHERE code_key = ?1", [key], |row| Ok((row.get(0)?, row.get(1)?)))
}

pub(super) fn has_entity(rx: &Rx<'_>, id: EntityId) -> Result<bool> {
    rx.scalar("SELECT EXISTS (SELECT 1 FROM entities WHERE id = ?1 AND hidden_by IS NULL)", [id])
}

pub(super) fn free_days(rx: &Rx<'_>, id: LocationId) -> Result<Option<FreeDays>> {
    rx.one(
        "SELECT holiday_on_free_day, free_day_from, lieu_expires_months FROM locations \
         WHERE id = ?1 AND free_day_from IS NOT NULL",
        [id],
        |row| Ok(FreeDays { rule: row.get(0)?, from: row.get(1)?, lieu_expires_months: row.get(2)? }),
    )
}

pub(super) fn with_free_days(rx: &Rx<'_>, rule: FreeDayRule) -> Result<Vec<(LocationId, EntityId, FreeDays)>> {
    rx.all(
        "SELECT id, entity_id, holiday_on_free_day, free_day_from, lieu_expires_months FROM locations \
         WHERE holiday_on_free_day = ?1 AND free_day_from IS NOT NULL AND hidden_by IS NULL ORDER BY id",
        [rule],
        |row| {
            let free = FreeDays { rule: row.get(2)?, from: row.get(3)?, lieu_expires_months: row.get(4)? };
            Ok((row.get(0)?, row.get(1)?, free))
        },
    )
}

pub(super) fn insert(tx: &mut Tx<'_>, facts: &LocationFacts) -> Result<LocationId> {
    tx.insert(
        "INSERT INTO locations (entity_id, name, name_key, code, code_key, time_zone, country, region, address, \
         holiday_on_free_day, free_day_from, lieu_expires_months) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        (
            facts.entity_id,
            &facts.name,
            sort_key(&facts.name),
            &facts.code,
            fold(&facts.code),
            &facts.time_zone,
            &facts.country,
            &facts.region,
            &facts.address,
            facts.holiday_on_free_day,
            facts.free_day_from,
            facts.lieu_expires_months,
        ),
    )
    .map(LocationId)
}

pub(super) fn update(tx: &mut Tx<'_>, id: LocationId, facts: &LocationFacts) -> Result<()> {
    tx.run(
        "UPDATE locations SET entity_id = ?2, name = ?3, name_key = ?4, code = ?5, code_key = ?6, time_zone = ?7, \
         country = ?8, region = ?9, address = ?10, holiday_on_free_day = ?11, free_day_from = ?12, \
         lieu_expires_months = ?13 WHERE id = ?1",
        (
            id,
            facts.entity_id,
            &facts.name,
            sort_key(&facts.name),
            &facts.code,
            fold(&facts.code),
            &facts.time_zone,
            &facts.country,
            &facts.region,
            &facts.address,
            facts.holiday_on_free_day,
            facts.free_day_from,
            facts.lieu_expires_months,
        ),
    )?;
    Ok(())
}
