//! SQL of templates. Names of departments, locations, groups and people are read by JOIN.

use jiff::Timestamp;
use rusqlite::Row;

use super::{Input, TaskDraft, Template, TemplateTask};
use crate::error::Result;
use crate::ids::{AuditId, DepartmentId, EntityId, GroupId, LocationId, TemplateId};
use crate::onboarding::model::{GroupName, Part};
use crate::onboarding::rules::Aim;
use crate::people::{EmploymentType, NameRef};
use crate::storage::{Rx, Tx};
use crate::text::fold;

const TEMPLATE: &str = "t.id, t.name, t.description, t.department_id, d.name, t.location_id, l.name, t.employment_type, \
     t.version, t.changed, t.published_at, \
     (SELECT count(*) FROM template_tasks k WHERE k.template_id = t.id AND k.version = 0), \
     (SELECT count(*) FROM onboardings o WHERE o.template_id = t.id AND o.status = 'running') \
     FROM templates t LEFT JOIN departments d ON d.id = t.department_id LEFT JOIN locations l ON l.id = t.location_id";

fn template(row: &Row<'_>) -> rusqlite::Result<Template> {
    Ok(Template {
        id: row.get(0)?,
        name: row.get(1)?,
        description: row.get(2)?,
        department: NameRef::from_columns(row, 3, 4)?,
        location: NameRef::from_columns(row, 5, 6)?,
        employment_type: row.get(7)?,
        version: row.get(8)?,
        changed: row.get(9)?,
        published_at: row.get::<_, Option<Timestamp>>(10)?,
        task_count: row.get(11)?,
        running: row.get(12)?,
    })
}

pub(super) fn list(rx: &Rx<'_>) -> Result<Vec<Template>> {
    rx.all(&format!("SELECT {TEMPLATE} WHERE t.hidden_by IS NULL ORDER BY t.name_key"), [], template)
}

pub(super) fn get(rx: &Rx<'_>, id: TemplateId) -> Result<Option<Template>> {
    rx.one(&format!("SELECT {TEMPLATE} WHERE t.id = ?1 AND t.hidden_by IS NULL"), [id], template)
}

/// The template with this folded name, among those that are not hidden.
pub(super) fn id_of_name(rx: &Rx<'_>, key: &str) -> Result<Option<TemplateId>> {
    rx.one("SELECT id FROM templates WHERE name_key = ?1 AND hidden_by IS NULL", [key], |row| row.get(0))
}

/// Published templates and for whom they are, oldest first.
pub(super) fn aims(rx: &Rx<'_>) -> Result<Vec<(TemplateId, Aim<EmploymentType>)>> {
    rx.all(
        "SELECT id, department_id, location_id, employment_type FROM templates \
         WHERE version > 0 AND hidden_by IS NULL ORDER BY id",
        [],
        |row| Ok((row.get(0)?, Aim { department: row.get(1)?, location: row.get(2)?, employment_type: row.get(3)? })),
    )
}

pub(super) fn insert(tx: &mut Tx<'_>, input: &Input) -> Result<TemplateId> {
    let now = tx.now();
    tx.insert(
        "INSERT INTO templates (name, name_key, description, department_id, location_id, employment_type, \
         created_at, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
        (
            &input.name,
            fold(&input.name),
            &input.description,
            input.department_id,
            input.location_id,
            input.employment_type,
            now,
        ),
    )
    .map(TemplateId)
}

pub(super) fn update(tx: &mut Tx<'_>, id: TemplateId, input: &Input) -> Result<()> {
    let now = tx.now();
    tx.run(
        "UPDATE templates SET name = ?2, name_key = ?3, description = ?4, department_id = ?5, location_id = ?6, \
         employment_type = ?7, updated_at = ?8 WHERE id = ?1",
        (
            id,
            &input.name,
            fold(&input.name),
            &input.description,
            input.department_id,
            input.location_id,
            input.employment_type,
            now,
        ),
    )?;
    Ok(())
}

/// The tasks of one version (0 is the draft), in their order.
pub(in crate::onboarding) fn tasks(rx: &Rx<'_>, id: TemplateId, version: u32) -> Result<Vec<TemplateTask>> {
    let mut tasks = rx.all(
        "SELECT k.id, k.title, k.description, k.category, k.assignee, k.group_id, g.code, g.name, k.employee_id, \
         e.first_name || ' ' || e.last_name, k.days_offset, k.day_count, k.required, k.completion \
         FROM template_tasks k LEFT JOIN groups g ON g.id = k.group_id LEFT JOIN employees e ON e.id = k.employee_id \
         WHERE k.template_id = ?1 AND k.version = ?2 ORDER BY k.sort_order, k.id",
        (id, version),
        task,
    )?;
    let needs: Vec<(i64, i64)> = rx.all(
        "SELECT n.task_id, n.needs_id FROM template_task_needs n JOIN template_tasks k ON k.id = n.task_id \
         WHERE k.template_id = ?1 AND k.version = ?2",
        (id, version),
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let place = |tasks: &[TemplateTask], id: i64| tasks.iter().position(|task| task.id == id);
    for (of, needed) in needs {
        if let (Some(of), Some(needed)) = (place(&tasks, of), place(&tasks, needed)) {
            tasks[of].depends_on.push(needed);
        }
    }
    for task in &mut tasks {
        task.depends_on.sort_unstable();
    }
    Ok(tasks)
}

fn task(row: &Row<'_>) -> rusqlite::Result<TemplateTask> {
    let kind: String = row.get(4)?;
    let part = match kind.as_str() {
        "hire" => Part::Hire,
        "manager" => Part::Manager,
        "buddy" => Part::Buddy,
        "group" => Part::Group(GroupName { id: row.get(5)?, code: row.get(6)?, name: row.get(7)? }),
        "employee" => Part::Employee(NameRef { id: row.get(8)?, name: row.get(9)? }),
        _ => Part::Hr,
    };
    Ok(TemplateTask {
        id: row.get(0)?,
        title: row.get(1)?,
        description: row.get(2)?,
        category: row.get(3)?,
        part,
        days_offset: row.get(10)?,
        day_count: row.get(11)?,
        required: row.get(12)?,
        completion: row.get(13)?,
        depends_on: Vec::new(),
    })
}

/// What stands in `group_id` and `employee_id`.
fn references(part: &Part) -> (Option<GroupId>, Option<i64>) {
    match part {
        Part::Group(group) => (Some(group.id), None),
        Part::Employee(person) => (None, Some(person.id)),
        Part::Hire | Part::Manager | Part::Buddy | Part::Hr => (None, None),
    }
}

/// Makes the draft's rows what `tasks` say. Rows that are named again keep their ids, others go.
pub(super) fn save_tasks(tx: &mut Tx<'_>, id: TemplateId, before: &[TemplateTask], tasks: &[TaskDraft]) -> Result<()> {
    let kept = |row: i64| tasks.iter().any(|task| task.id == Some(row));
    for gone in before.iter().filter(|task| !kept(task.id)) {
        tx.run("DELETE FROM template_tasks WHERE id = ?1 AND version = 0", [gone.id])?;
    }
    let mut rows = Vec::with_capacity(tasks.len());
    for (place, task) in (0..).zip(tasks) {
        let own = task.id.filter(|row| before.iter().any(|old| old.id == *row));
        rows.push(save_task(tx, id, 0, place, own, task)?);
    }
    for (row, task) in rows.iter().zip(tasks) {
        tx.run("DELETE FROM template_task_needs WHERE task_id = ?1", [row])?;
        save_needs(tx, *row, &rows, &task.depends_on)?;
    }
    touch(tx, id)
}

fn save_task(
    tx: &mut Tx<'_>,
    id: TemplateId,
    version: u32,
    place: i64,
    row: Option<i64>,
    task: &TaskDraft,
) -> Result<i64> {
    let (group, employee) = references(&task.part);
    tx.insert(
        "INSERT INTO template_tasks (id, template_id, version, sort_order, title, description, category, assignee, \
         group_id, employee_id, days_offset, day_count, required, completion) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) \
         ON CONFLICT (id) DO UPDATE SET sort_order = excluded.sort_order, title = excluded.title, \
         description = excluded.description, category = excluded.category, assignee = excluded.assignee, \
         group_id = excluded.group_id, employee_id = excluded.employee_id, days_offset = excluded.days_offset, \
         day_count = excluded.day_count, required = excluded.required, completion = excluded.completion",
        (
            row,
            id,
            version,
            place,
            &task.title,
            &task.description,
            task.category,
            task.part.kind(),
            group,
            employee,
            task.days_offset,
            task.day_count,
            task.required,
            task.completion,
        ),
    )
    .map(|inserted| row.unwrap_or(inserted))
}

fn save_needs(tx: &mut Tx<'_>, row: i64, rows: &[i64], needs: &[usize]) -> Result<()> {
    for needed in needs.iter().filter_map(|at| rows.get(*at)) {
        tx.run("INSERT INTO template_task_needs (task_id, needs_id) VALUES (?1, ?2)", (row, needed))?;
    }
    Ok(())
}

/// The draft differs from the latest version now.
fn touch(tx: &mut Tx<'_>, id: TemplateId) -> Result<()> {
    let now = tx.now();
    tx.run("UPDATE templates SET changed = 1, updated_at = ?2 WHERE id = ?1", (id, now))?;
    Ok(())
}

/// Copies the draft under `version`.
pub(super) fn freeze(tx: &mut Tx<'_>, id: TemplateId, version: u32, draft: &[TemplateTask]) -> Result<()> {
    let mut rows = Vec::with_capacity(draft.len());
    for (place, task) in (0..).zip(draft) {
        rows.push(save_task(tx, id, version, place, None, &TaskDraft::copied(task))?);
    }
    for (row, task) in rows.iter().zip(draft) {
        save_needs(tx, *row, &rows, &task.depends_on)?;
    }
    let now = tx.now();
    tx.run(
        "UPDATE templates SET version = ?2, changed = 0, published_at = ?3, updated_at = ?3 WHERE id = ?1",
        (id, version, now),
    )?;
    Ok(())
}

/// Out of the lists by this act; its name is free again.
pub(super) fn hide(tx: &mut Tx<'_>, id: TemplateId, act: AuditId) -> Result<()> {
    tx.run("UPDATE templates SET hidden_by = ?2, name_key = name_key || ' #' || id WHERE id = ?1", (id, act))?;
    Ok(())
}

pub(super) fn delete(tx: &mut Tx<'_>, id: TemplateId) -> Result<()> {
    tx.run("DELETE FROM template_tasks WHERE template_id = ?1", [id])?;
    tx.run("DELETE FROM templates WHERE id = ?1", [id])?;
    Ok(())
}

/// Whether a department, or a location, of this id is in use.
pub(super) fn places_exist(
    rx: &Rx<'_>,
    department: Option<DepartmentId>,
    location: Option<LocationId>,
) -> Result<(bool, bool)> {
    rx.get(
        "SELECT ?1 IS NULL OR EXISTS (SELECT 1 FROM departments WHERE id = ?1 AND hidden_by IS NULL), \
                ?2 IS NULL OR EXISTS (SELECT 1 FROM locations WHERE id = ?2 AND hidden_by IS NULL)",
        (department, location),
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// The entity of a location.
pub(super) fn entity_of(rx: &Rx<'_>, location: LocationId) -> Result<EntityId> {
    rx.get("SELECT entity_id FROM locations WHERE id = ?1", [location], |row| row.get(0))
}

/// The group of this folded code.
pub(super) fn group(rx: &Rx<'_>, code: &str) -> Result<Option<GroupName>> {
    let name = |row: &Row<'_>| Ok(GroupName { id: row.get(0)?, code: row.get(1)?, name: row.get(2)? });
    rx.one("SELECT id, code, name FROM groups WHERE code_key = ?1", [code], name)
}
