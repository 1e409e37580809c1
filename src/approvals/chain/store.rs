//! SQL of the chains. There are few: they are read whole.

use std::collections::HashMap;

use rusqlite::Row;

use super::rules::{Approvers, Chain, ChainFacts, Level, Needs};
use crate::error::Result;
use crate::ids::ChainId;
use crate::people;
use crate::storage::{Rx, Tx};

const COLUMNS: &str = "id, name, kind, leave_type_id, department_id, from_minutes, escalate_after_hours";

fn chain(row: &Row<'_>) -> rusqlite::Result<Chain> {
    Ok(Chain {
        id: row.get(0)?,
        facts: ChainFacts {
            name: row.get(1)?,
            kind: row.get(2)?,
            leave_type_id: row.get(3)?,
            department_id: row.get(4)?,
            from_minutes: row.get(5)?,
            levels: Vec::new(),
            escalate_after_hours: row.get(6)?,
        },
    })
}

pub(super) fn all(rx: &Rx<'_>) -> Result<Vec<Chain>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM approval_chains \
         ORDER BY kind, leave_type_id IS NOT NULL, department_id IS NOT NULL, coalesce(from_minutes, 0), id"
    );
    let mut chains = rx.all(&sql, (), chain)?;
    let rows =
        rx.all("SELECT chain_id, approvers, needs FROM approval_chain_levels ORDER BY chain_id, level", (), |row| {
            Ok((row.get::<_, ChainId>(0)?, level(row, 1)?))
        })?;
    let mut levels: HashMap<ChainId, Vec<Level>> = HashMap::new();
    for (id, level) in rows {
        levels.entry(id).or_default().push(level);
    }
    for one in &mut chains {
        one.facts.levels = levels.remove(&one.id).unwrap_or_default();
    }
    Ok(chains)
}

fn level(row: &Row<'_>, first: usize) -> rusqlite::Result<Level> {
    let text: String = row.get(first)?;
    let approvers = text.parse::<Approvers>().map_err(|error| crate::approvals::store::damaged(first, error))?;
    Ok(Level { approvers, needs: row.get::<_, Needs>(first + 1)? })
}

pub(super) fn insert(tx: &mut Tx<'_>, facts: &ChainFacts) -> Result<ChainId> {
    let id = tx
        .insert(
            "INSERT INTO approval_chains (name, kind, leave_type_id, department_id, from_minutes, escalate_after_hours) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            (
                &facts.name,
                facts.kind,
                facts.leave_type_id,
                facts.department_id,
                facts.from_minutes,
                facts.escalate_after_hours,
            ),
        )
        .map(ChainId)?;
    put_levels(tx, id, &facts.levels)?;
    Ok(id)
}

pub(super) fn update(tx: &mut Tx<'_>, id: ChainId, facts: &ChainFacts) -> Result<()> {
    tx.run(
        "UPDATE approval_chains SET name = ?2, kind = ?3, leave_type_id = ?4, department_id = ?5, from_minutes = ?6, \
         escalate_after_hours = ?7 WHERE id = ?1",
        (
            id,
            &facts.name,
            facts.kind,
            facts.leave_type_id,
            facts.department_id,
            facts.from_minutes,
            facts.escalate_after_hours,
        ),
    )?;
    tx.run("DELETE FROM approval_chain_levels WHERE chain_id = ?1", [id])?;
    put_levels(tx, id, &facts.levels)
}

fn put_levels(tx: &mut Tx<'_>, id: ChainId, levels: &[Level]) -> Result<()> {
    for (at, level) in (1_i64..).zip(levels) {
        let group = match &level.approvers {
            Approvers::Group(code) => people::groups::by_codes(tx, std::slice::from_ref(code))?.pop(),
            _ => None,
        };
        let employee = match level.approvers {
            Approvers::Person(id) => Some(id),
            _ => None,
        };
        tx.run(
            "INSERT INTO approval_chain_levels (chain_id, level, approvers, group_id, employee_id, needs) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            (id, at, level.approvers.to_string(), group, employee, level.needs),
        )?;
    }
    Ok(())
}

pub(super) fn delete(tx: &mut Tx<'_>, id: ChainId) -> Result<()> {
    tx.run("DELETE FROM approval_chain_levels WHERE chain_id = ?1", [id])?;
    tx.run("DELETE FROM approval_chains WHERE id = ?1", [id])?;
    Ok(())
}
