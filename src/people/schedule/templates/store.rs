//! SQL of the templates.

use std::collections::HashMap;

use super::{Template, any_monday};
use crate::error::Result;
use crate::ids::{AuditId, ScheduleTemplateId};
use crate::people::schedule::store::{PatternDay, pattern, pattern_day, times, worked};
use crate::storage::{Rx, Tx};
use crate::text::sort_key;
use crate::time::Rotation;

/// Every template, retired or not, by name: there are a few of them.
pub(super) fn all(rx: &Rx<'_>) -> Result<Vec<Template>> {
    let mut days: HashMap<ScheduleTemplateId, Vec<PatternDay>> = HashMap::new();
    let rows = rx.all(
        "SELECT template_id, week, weekday, minutes, start_time, end_time FROM schedule_template_days",
        (),
        |row| Ok((row.get(0)?, pattern_day(row, 1)?)),
    )?;
    for (id, day) in rows {
        days.entry(id).or_default().extend(day);
    }
    let rows = rx.all(
        "SELECT id, preset, name, weeks, hidden_by IS NOT NULL FROM schedule_templates ORDER BY name_key, id",
        (),
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get::<_, u8>(3)?, row.get(4)?)),
    )?;
    let template = |(id, preset, name, weeks, hidden)| {
        let days = days.remove(&id).unwrap_or_default();
        Ok(Template { id, preset, name, pattern: pattern(weeks, Some(any_monday()), &days)?, hidden })
    };
    rows.into_iter().map(template).collect()
}

/// The one of this name.
pub(super) fn named(rx: &Rx<'_>, name_key: &str) -> Result<Option<ScheduleTemplateId>> {
    rx.one("SELECT id FROM schedule_templates WHERE name_key = ?1", [name_key], |row| row.get(0))
}

pub(super) fn insert(tx: &mut Tx<'_>, name: &str, pattern: &Rotation) -> Result<ScheduleTemplateId> {
    let id = tx.insert(
        "INSERT INTO schedule_templates (name, name_key, weeks) VALUES (?1, ?2, ?3)",
        (name, sort_key(name), weeks(pattern)),
    )?;
    insert_days(tx, ScheduleTemplateId(id), pattern)?;
    Ok(ScheduleTemplateId(id))
}

pub(super) fn update(tx: &mut Tx<'_>, id: ScheduleTemplateId, name: &str, pattern: &Rotation) -> Result<()> {
    tx.run(
        "UPDATE schedule_templates SET name = ?2, name_key = ?3, weeks = ?4 WHERE id = ?1",
        (id, name, sort_key(name), weeks(pattern)),
    )?;
    tx.run("DELETE FROM schedule_template_days WHERE template_id = ?1", [id])?;
    insert_days(tx, id, pattern)
}

pub(super) fn set_hidden(tx: &mut Tx<'_>, id: ScheduleTemplateId, by: Option<AuditId>) -> Result<()> {
    tx.run("UPDATE schedule_templates SET hidden_by = ?2 WHERE id = ?1", (id, by))?;
    Ok(())
}

fn weeks(pattern: &Rotation) -> i64 {
    i64::try_from(pattern.weeks().len()).unwrap_or(i64::MAX)
}

fn insert_days(tx: &mut Tx<'_>, id: ScheduleTemplateId, pattern: &Rotation) -> Result<()> {
    for (week, weekday, day) in worked(pattern) {
        let (start, end) = times(day);
        tx.run(
            "INSERT INTO schedule_template_days (template_id, week, weekday, minutes, start_time, end_time) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            (id, week, weekday, day.minutes(), start, end),
        )?;
    }
    Ok(())
}
