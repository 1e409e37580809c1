//! SQL of the public holidays.

use jiff::civil::Date;

use super::{HolidayFacts, HolidayRow};
use crate::error::Result;
use crate::ids::{EntityId, HolidayId, LocationId};
use crate::people::NameRef;
use crate::storage::{Rx, Tx};
use crate::time::{HolidayRule, HolidayScope, Period, Slots};

/// What concerns a place within `period`, of all three scopes.
pub(super) fn rules(
    rx: &Rx<'_>,
    entity: Option<EntityId>,
    location: Option<LocationId>,
    period: Period,
) -> Result<Vec<HolidayRule>> {
    let rules = rx.all(
        "SELECT name, start_date, end_date, scope, half, working, estimated, observed_for FROM holidays \
         WHERE end_date >= ?1 AND start_date <= ?2 \
         AND (scope = 'global' OR entity_id = ?3 OR location_id = ?4) ORDER BY id",
        (period.first(), period.last(), entity, location),
        |row| {
            let (first, last): (Date, Date) = (row.get(1)?, row.get(2)?);
            let (half, working): (Option<crate::time::Half>, bool) = (row.get(4)?, row.get(5)?);
            Ok(Period::new(first, last).map(|whole| HolidayRule {
                name: row.get(0).unwrap_or_default(),
                period: whole.intersection(period).unwrap_or(whole),
                scope: row.get(3).unwrap_or(HolidayScope::Global),
                slots: if working { Slots::NONE } else { Slots::from(half) },
                estimated: row.get(6).unwrap_or(false),
                observed_for: row.get(7).unwrap_or_default(),
            }))
        },
    )?;
    Ok(rules.into_iter().flatten().collect())
}

macro_rules! select_holiday {
    ($tail:literal) => {
        concat!(
            "SELECT h.id, h.name, h.start_date, h.end_date, h.half, h.scope, h.entity_id, h.location_id, h.working, \
             n.name, l.name, h.estimated, h.source, h.observed_for FROM holidays h LEFT JOIN entities n ON n.id = h.entity_id \
             LEFT JOIN locations l ON l.id = h.location_id ",
            $tail
        )
    };
}

fn holiday(row: &rusqlite::Row<'_>) -> rusqlite::Result<HolidayRow> {
    Ok(HolidayRow {
        id: row.get(0)?,
        facts: HolidayFacts {
            name: row.get(1)?,
            start_date: row.get(2)?,
            end_date: row.get(3)?,
            half: row.get(4)?,
            scope: row.get(5)?,
            entity_id: row.get(6)?,
            location_id: row.get(7)?,
            working: row.get(8)?,
            estimated: row.get(11)?,
            source: row.get(12)?,
            observed_for: row.get(13)?,
        },
        entity: NameRef::from_columns(row, 6, 9)?,
        location: NameRef::from_columns(row, 7, 10)?,
    })
}

pub(super) fn get(rx: &Rx<'_>, id: HolidayId) -> Result<HolidayRow> {
    rx.get(select_holiday!("WHERE h.id = ?1"), [id], holiday)
}

/// All that touch `period`, by date; `location` and `entity` narrow to what is scoped to just these.
pub(super) fn within(
    rx: &Rx<'_>,
    period: Period,
    entity: Option<EntityId>,
    location: Option<LocationId>,
) -> Result<Vec<HolidayRow>> {
    rx.all(
        select_holiday!(
            "WHERE h.end_date >= ?1 AND h.start_date <= ?2 AND (?3 IS NULL OR h.entity_id = ?3) \
             AND (?4 IS NULL OR h.location_id = ?4) ORDER BY h.start_date, h.scope, h.id"
        ),
        (period.first(), period.last(), entity, location),
        holiday,
    )
}

pub(super) fn insert(tx: &mut Tx<'_>, facts: &HolidayFacts) -> Result<HolidayId> {
    let id = tx.insert(
        "INSERT INTO holidays (name, start_date, end_date, half, scope, entity_id, location_id, working, estimated, \
         source, observed_for) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        (
            &facts.name,
            facts.start_date,
            facts.end_date,
            facts.half,
            facts.scope,
            facts.entity_id,
            facts.location_id,
            facts.working,
            facts.estimated,
            &facts.source,
            facts.observed_for,
        ),
    )?;
    Ok(HolidayId(id))
}

pub(super) fn update(tx: &mut Tx<'_>, id: HolidayId, facts: &HolidayFacts) -> Result<()> {
    tx.run(
        "UPDATE holidays SET name = ?2, start_date = ?3, end_date = ?4, half = ?5, scope = ?6, entity_id = ?7, \
         location_id = ?8, working = ?9, estimated = ?10, source = ?11, observed_for = ?12 WHERE id = ?1",
        (
            id,
            &facts.name,
            facts.start_date,
            facts.end_date,
            facts.half,
            facts.scope,
            facts.entity_id,
            facts.location_id,
            facts.working,
            facts.estimated,
            &facts.source,
            facts.observed_for,
        ),
    )?;
    Ok(())
}

pub(super) fn delete(tx: &mut Tx<'_>, id: HolidayId) -> Result<()> {
    tx.run("DELETE FROM holidays WHERE id = ?1", [id])?;
    Ok(())
}

/// Whether there is such an entity in use.
pub(super) fn has_entity(rx: &Rx<'_>, id: EntityId) -> Result<bool> {
    rx.scalar("SELECT EXISTS (SELECT 1 FROM entities WHERE id = ?1 AND hidden_by IS NULL)", [id])
}

/// Whether there is such a location in use.
pub(super) fn has_location(rx: &Rx<'_>, id: LocationId) -> Result<bool> {
    rx.scalar("SELECT EXISTS (SELECT 1 FROM locations WHERE id = ?1 AND hidden_by IS NULL)", [id])
}
