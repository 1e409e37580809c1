//! SQL of the departments.

use super::{Department, DepartmentFacts};
use crate::error::Result;
use crate::ids::{DepartmentId, EmployeeId, LocationId};
use crate::people::NameRef;
use crate::storage::{Rx, Tx};
use crate::text::{fold, sort_key};
use crate::web::Listing;

macro_rules! select_department {
    ($today:literal, $tail:expr) => {
        concat!(
            "SELECT d.id, d.name, d.code, d.location_id, d.parent_id, d.head_id, d.hidden_by IS NOT NULL, l.name, \
             p.name, e.first_name || ' ' || e.last_name, \
             (SELECT count(*) FROM employees m WHERE m.department_id = d.id AND m.hidden_by IS NULL \
              AND m.join_date <= ",
            $today,
            " AND (m.leave_date IS NULL OR m.leave_date >= ",
            $today,
            ")), \
             d.budget_minor, d.currency, e.hidden_by IS NOT NULL \
             FROM departments d LEFT JOIN locations l ON l.id = d.location_id \
             LEFT JOIN departments p ON p.id = d.parent_id LEFT JOIN employees e ON e.id = d.head_id ",
            $tail
        )
    };
}

/// Active or not, search, location, parent: what a list is narrowed to.
macro_rules! narrowed {
    () => {
        "WHERE (d.hidden_by IS NULL) = ?1 AND (d.name_key LIKE ?2 ESCAPE '\\' OR d.code_key LIKE ?3 ESCAPE '\\') \
         AND (?4 IS NULL OR d.location_id = ?4) AND (?5 IS NULL OR d.parent_id = ?5) "
    };
}

fn department(row: &rusqlite::Row<'_>) -> rusqlite::Result<Department> {
    Ok(Department {
        id: row.get(0)?,
        facts: DepartmentFacts {
            name: row.get(1)?,
            code: row.get(2)?,
            location_id: row.get(3)?,
            parent_id: row.get(4)?,
            head_id: row.get(5)?,
            budget_minor: row.get(11)?,
            currency: row.get(12)?,
        },
        hidden: row.get(6)?,
        location: NameRef::from_columns(row, 3, 7)?,
        parent: NameRef::from_columns(row, 4, 8)?,
        head: NameRef::from_columns(row, 5, 9)?,
        head_hidden: row.get(13)?,
        people: row.get(10)?,
    })
}

fn name_ref(row: &rusqlite::Row<'_>) -> rusqlite::Result<NameRef> {
    Ok(NameRef { id: row.get(0)?, name: row.get(1)? })
}

pub(super) fn get(rx: &Rx<'_>, id: DepartmentId) -> Result<Department> {
    rx.get(select_department!("?2", "WHERE d.id = ?1"), (id, crate::people::today(rx)?), department)
}

pub(super) fn list(rx: &Rx<'_>, listing: &Listing) -> Result<(Vec<Department>, i64)> {
    let active = listing.filter::<bool>("active")?.unwrap_or(true);
    let location: Option<LocationId> = listing.filter("location_id")?;
    let parent: Option<DepartmentId> = listing.filter("parent_id")?;
    let [name, code] = crate::people::like(listing.search.as_deref());
    let order = listing.order_by(&[("name", "d.name_key"), ("code", "d.code_key")], "d.name_key, d.id");
    let today = crate::people::today(rx)?;
    let sql = format!("{}{order} LIMIT ?6 OFFSET ?7", select_department!("?8", narrowed!()));
    let asked = (active, &name, &code, location, parent, listing.limit(), listing.offset(), today);
    let rows = rx.all(&sql, asked, department)?;
    let total = rx.scalar(
        concat!("SELECT count(*) FROM departments d ", narrowed!()),
        (active, &name, &code, location, parent),
    )?;
    Ok((rows, total))
}

pub(super) fn choices(rx: &Rx<'_>) -> Result<Vec<NameRef>> {
    rx.all("SELECT id, name FROM departments WHERE hidden_by IS NULL ORDER BY name_key, id", (), name_ref)
}

pub(super) fn holder_of_code(rx: &Rx<'_>, key: &str) -> Result<Option<(DepartmentId, String)>> {
    rx.one("SELECT id, name FROM departments WHERE code_key = ?1", [key], |row| Ok((row.get(0)?, row.get(1)?)))
}

pub(super) fn has_location(rx: &Rx<'_>, id: LocationId) -> Result<bool> {
    rx.scalar("SELECT EXISTS (SELECT 1 FROM locations WHERE id = ?1 AND hidden_by IS NULL)", [id])
}

pub(super) fn has_department(rx: &Rx<'_>, id: DepartmentId) -> Result<bool> {
    rx.scalar("SELECT EXISTS (SELECT 1 FROM departments WHERE id = ?1 AND hidden_by IS NULL)", [id])
}

pub(super) fn has_employee(rx: &Rx<'_>, id: EmployeeId) -> Result<bool> {
    rx.scalar("SELECT EXISTS (SELECT 1 FROM employees WHERE id = ?1 AND hidden_by IS NULL)", [id])
}

/// Whether `inner` is a part of `outer`, directly or through others.
pub(super) fn is_within(rx: &Rx<'_>, inner: DepartmentId, outer: DepartmentId) -> Result<bool> {
    rx.scalar(
        "WITH RECURSIVE up (id) AS ( \
           SELECT parent_id FROM departments WHERE id = ?1 \
           UNION SELECT d.parent_id FROM up JOIN departments d ON d.id = up.id) \
         SELECT EXISTS (SELECT 1 FROM up WHERE id = ?2)",
        (inner, outer),
    )
}

pub(super) fn insert(tx: &mut Tx<'_>, facts: &DepartmentFacts) -> Result<DepartmentId> {
    tx.insert(
        "INSERT INTO departments (name, name_key, code, code_key, location_id, parent_id, head_id, budget_minor, currency) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        (
            &facts.name,
            sort_key(&facts.name),
            &facts.code,
            fold(&facts.code),
            facts.location_id,
            facts.parent_id,
            facts.head_id,
            facts.budget_minor,
            &facts.currency,
        ),
    )
    .map(DepartmentId)
}

pub(super) fn update(tx: &mut Tx<'_>, id: DepartmentId, facts: &DepartmentFacts) -> Result<()> {
    tx.run(
        "UPDATE departments SET name = ?2, name_key = ?3, code = ?4, code_key = ?5, location_id = ?6, parent_id = ?7, \
         head_id = ?8, budget_minor = ?9, currency = ?10 WHERE id = ?1",
        (
            id,
            &facts.name,
            sort_key(&facts.name),
            &facts.code,
            fold(&facts.code),
            facts.location_id,
            facts.parent_id,
            facts.head_id,
            facts.budget_minor,
            &facts.currency,
        ),
    )?;
    Ok(())
}

pub(super) fn managers(rx: &Rx<'_>, id: DepartmentId) -> Result<Vec<NameRef>> {
    rx.all(
        "SELECT e.id, e.first_name || ' ' || e.last_name FROM department_managers m \
         JOIN employees e ON e.id = m.employee_id WHERE m.department_id = ?1 AND e.hidden_by IS NULL \
         ORDER BY e.name_key, e.id",
        [id],
        name_ref,
    )
}

/// Whether they were not one already.
pub(super) fn add_manager(tx: &mut Tx<'_>, id: DepartmentId, employee: EmployeeId) -> Result<bool> {
    let sql = "INSERT INTO department_managers (department_id, employee_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    Ok(tx.run(sql, (id, employee))? == 1)
}

/// Whether they were one.
pub(super) fn remove_manager(tx: &mut Tx<'_>, id: DepartmentId, employee: EmployeeId) -> Result<bool> {
    let sql = "DELETE FROM department_managers WHERE department_id = ?1 AND employee_id = ?2";
    Ok(tx.run(sql, (id, employee))? == 1)
}

/// A department, then those that it is part of.
pub(super) fn with_above(rx: &Rx<'_>, id: DepartmentId) -> Result<Vec<DepartmentId>> {
    rx.all(
        "WITH RECURSIVE up (id) AS (SELECT ?1 UNION SELECT d.parent_id FROM up JOIN departments d ON d.id = up.id) \
         SELECT id FROM up WHERE id IS NOT NULL",
        [id],
        |row| row.get(0),
    )
}

/// A department and all that are part of it.
pub(super) fn with_beneath(rx: &Rx<'_>, id: DepartmentId) -> Result<Vec<DepartmentId>> {
    rx.all(
        "WITH RECURSIVE part (id) AS (SELECT ?1 UNION SELECT d.id FROM part JOIN departments d ON d.parent_id = part.id) \
         SELECT id FROM part",
        [id],
        |row| row.get(0),
    )
}

/// Whoever is, was or is to be in the department or in one that is part of it.
pub(super) fn people_within(rx: &Rx<'_>, id: DepartmentId) -> Result<Vec<EmployeeId>> {
    rx.all(
        "WITH RECURSIVE below (id) AS ( \
           SELECT ?1 UNION SELECT d.id FROM below JOIN departments d ON d.parent_id = below.id) \
         SELECT DISTINCT c.employee_id FROM below JOIN employee_changes c \
         ON c.field = 'department_id' AND c.value = CAST(below.id AS TEXT) ORDER BY c.employee_id",
        [id],
        |row| row.get(0),
    )
}
