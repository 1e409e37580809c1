//! SQL of the people's records.

use jiff::civil::Date;
use rusqlite::Row;

use super::model::{Employee, Facts, Login};
use crate::error::Result;
use crate::ids::{AuditId, DepartmentId, EmployeeId, EntityId, LocationId, UserId};
use crate::storage::{Rx, Tx};
use crate::vault::FileId;

/// The columns that [`from_row`] reads, of `employees e` and its `users u`.
macro_rules! columns {
    () => {
        "e.id, e.number, e.first_name, e.last_name, e.email, e.phone, e.position, e.employment_type, e.entity_id, \
         e.location_id, e.department_id, e.manager_id, e.approver_id, e.deputy_id, e.join_date, e.leave_date, \
         e.exclude_from_reports, e.hidden_by IS NOT NULL, u.id IS NOT NULL, u.password_hash IS NOT NULL, \
         e.photo_id, e.probation_end"
    };
}

/// For a query that reads more than the record; its own columns begin behind [`COLUMN_COUNT`] of them.
pub(in crate::people) const COLUMNS: &str = columns!();
pub(in crate::people) const COLUMN_COUNT: usize = 22;

/// `employees`, named `e`, as they stood on a date: for the `WITH` of a statement that then reads `FROM e`. `on` is the
/// place of the date in the statement (`?10`). Before the first day counts how somebody began.
pub(in crate::people) fn standing(on: &str) -> String {
    let field = |name: &str| {
        format!(
            "(SELECT c.value FROM employee_changes c WHERE c.employee_id = p.id AND c.field = '{name}' \
             ORDER BY c.effective_on <= {on} DESC, CASE WHEN c.effective_on <= {on} THEN c.effective_on END DESC, \
             c.effective_on LIMIT 1)"
        )
    };
    let id = |name: &str| format!("CAST({} AS INTEGER) AS {name}", field(name));
    format!(
        "e AS MATERIALIZED (SELECT p.id, p.number, p.number_key, p.first_name, p.last_name, p.name_key, p.email, p.phone, \
         coalesce({}, p.position) AS position, coalesce({}, p.employment_type) AS employment_type, {}, {}, {}, {}, \
         p.approver_id, p.deputy_id, p.join_date, p.probation_end, p.leave_date, p.exclude_from_reports, p.hidden_by, \
         p.photo_id \
         FROM employees p /* whole table */)",
        field("position"),
        field("employment_type"),
        id("entity_id"),
        id("location_id"),
        id("department_id"),
        id("manager_id"),
    )
}

macro_rules! select_employee {
    ($tail:literal) => {
        concat!("SELECT ", columns!(), " FROM employees e LEFT JOIN users u ON u.employee_id = e.id ", $tail)
    };
}

/// The record in the first [`COLUMN_COUNT`] columns.
pub(in crate::people) fn from_row(row: &Row<'_>) -> rusqlite::Result<Employee> {
    let (has_user, has_password): (bool, bool) = (row.get(18)?, row.get(19)?);
    Ok(Employee {
        id: row.get(0)?,
        facts: Facts {
            number: row.get(1)?,
            first_name: row.get(2)?,
            last_name: row.get(3)?,
            email: row.get(4)?,
            phone: row.get(5)?,
            position: row.get(6)?,
            employment_type: row.get(7)?,
            entity_id: row.get(8)?,
            location_id: row.get(9)?,
            department_id: row.get(10)?,
            manager_id: row.get(11)?,
            approver_id: row.get(12)?,
            deputy_id: row.get(13)?,
            join_date: row.get(14)?,
            probation_end: row.get(21)?,
            leave_date: row.get(15)?,
            exclude_from_reports: row.get(16)?,
        },
        login: match (has_user, has_password) {
            (false, _) => Login::None,
            (true, false) => Login::Invited,
            (true, true) => Login::InUse,
        },
        hidden: row.get(17)?,
        photo: row.get(20)?,
    })
}

pub(super) fn get(rx: &Rx<'_>, id: EmployeeId) -> Result<Employee> {
    rx.get(select_employee!("WHERE e.id = ?1"), [id], from_row)
}

pub(super) fn by_user(rx: &Rx<'_>, user: UserId) -> Result<Option<Employee>> {
    rx.one(select_employee!("WHERE u.id = ?1"), [user], from_row)
}

pub(super) fn by_email_key(rx: &Rx<'_>, key: &str) -> Result<Option<Employee>> {
    rx.one(select_employee!("WHERE e.email_key = ?1"), [key], from_row)
}

/// Everybody, deactivated people included, by id.
pub(in crate::people) fn everybody(rx: &Rx<'_>) -> Result<Vec<Employee>> {
    rx.all(select_employee!("ORDER BY e.id"), (), from_row)
}

/// Those whose last day lies between these dates, deactivated ones left out.
pub(in crate::people) fn left_between(rx: &Rx<'_>, first: Date, last: Date) -> Result<Vec<Employee>> {
    let sql = select_employee!("WHERE e.hidden_by IS NULL AND e.leave_date BETWEEN ?1 AND ?2 ORDER BY e.id");
    rx.all(sql, (first, last), from_row)
}

/// Those whose first day lies between these dates, deactivated ones left out.
pub(in crate::people) fn joining_between(rx: &Rx<'_>, first: Date, last: Date) -> Result<Vec<Employee>> {
    let sql =
        select_employee!("WHERE e.hidden_by IS NULL AND e.join_date BETWEEN ?1 AND ?2 ORDER BY e.join_date, e.id");
    rx.all(sql, (first, last), from_row)
}

/// Those whose probation ends between these dates and who are still there then, deactivated ones left out.
pub(in crate::people) fn probation_between(rx: &Rx<'_>, first: Date, last: Date) -> Result<Vec<Employee>> {
    let sql = select_employee!(
        "WHERE e.hidden_by IS NULL AND e.probation_end BETWEEN ?1 AND ?2 \
         AND (e.leave_date IS NULL OR e.leave_date > e.probation_end) ORDER BY e.probation_end, e.id"
    );
    rx.all(sql, (first, last), from_row)
}

/// Who holds this number, and whether they are deactivated.
pub(super) fn holder_of_number(rx: &Rx<'_>, key: &str) -> Result<Option<(EmployeeId, String)>> {
    rx.one("SELECT id, first_name || ' ' || last_name FROM employees WHERE number_key = ?1", [key], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

pub(super) fn holder_of_email(rx: &Rx<'_>, key: &str) -> Result<Option<(EmployeeId, String)>> {
    rx.one("SELECT id, first_name || ' ' || last_name FROM employees WHERE email_key = ?1", [key], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

/// The highest number made of digits alone, as text.
pub(super) fn highest_number(rx: &Rx<'_>) -> Result<Option<String>> {
    rx.one(
        "SELECT number FROM employees WHERE number GLOB '[0-9]*' AND number NOT GLOB '*[^0-9]*' \
         AND number <> '99999999999999999999' \
         ORDER BY length(ltrim(number, '0')) DESC, ltrim(number, '0') DESC LIMIT 1",
        (),
        |row| row.get(0),
    )
}

/// Name and whether deactivated, of a person who may be referred to.
pub(super) fn name_of(rx: &Rx<'_>, id: EmployeeId) -> Result<Option<(String, bool)>> {
    rx.one("SELECT first_name || ' ' || last_name, hidden_by IS NOT NULL FROM employees WHERE id = ?1", [id], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

/// Location and whether deactivated.
pub(super) fn department(rx: &Rx<'_>, id: DepartmentId) -> Result<Option<(Option<LocationId>, bool)>> {
    rx.one("SELECT location_id, hidden_by IS NOT NULL FROM departments WHERE id = ?1", [id], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

/// Name, entity and its name, and whether deactivated.
pub(super) fn location(rx: &Rx<'_>, id: LocationId) -> Result<Option<(String, EntityId, String, bool)>> {
    rx.one(
        "SELECT l.name, n.id, n.name, l.hidden_by IS NOT NULL FROM locations l JOIN entities n ON n.id = l.entity_id \
         WHERE l.id = ?1",
        [id],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
    )
}

pub(super) fn entity(rx: &Rx<'_>, id: EntityId) -> Result<Option<bool>> {
    rx.one("SELECT hidden_by IS NOT NULL FROM entities WHERE id = ?1", [id], |row| row.get(0))
}

/// The folded and sorted forms that stand beside what was typed.
struct Keys {
    number: String,
    email: String,
    name: String,
    search: String,
}

impl Keys {
    fn of(facts: &Facts) -> Keys {
        use crate::text::{fold, sort_key};
        let searched = [&facts.first_name, &facts.last_name, &facts.email, &facts.position];
        let folded = searched.map(|text| fold(text));
        let mut search = folded.join(" ");
        // Whoever leaves the accents out finds the person too.
        for name in [sort_key(&facts.first_name), sort_key(&facts.last_name)] {
            if !search.contains(&name) {
                search.push(' ');
                search.push_str(&name);
            }
        }
        // On a line of its own: colleagues do not see it, and search before the line break only.
        let number = fold(&facts.number);
        search.push('\n');
        search.push_str(&number);
        Keys {
            number,
            email: fold(&facts.email),
            name: format!("{} {}", sort_key(&facts.last_name), sort_key(&facts.first_name)),
            search,
        }
    }
}

pub(super) fn insert(tx: &mut Tx<'_>, facts: &Facts) -> Result<EmployeeId> {
    let keys = Keys::of(facts);
    let now = tx.now();
    let id = tx.insert(
        "INSERT INTO employees (number, number_key, first_name, last_name, name_key, email, email_key, phone, \
         position, employment_type, entity_id, location_id, department_id, manager_id, approver_id, deputy_id, \
         join_date, leave_date, exclude_from_reports, created_at, updated_at, probation_end) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?20, ?21)",
        rusqlite::params![
            facts.number,
            keys.number,
            facts.first_name,
            facts.last_name,
            keys.name,
            facts.email,
            keys.email,
            facts.phone,
            facts.position,
            facts.employment_type,
            facts.entity_id,
            facts.location_id,
            facts.department_id,
            facts.manager_id,
            facts.approver_id,
            facts.deputy_id,
            facts.join_date,
            facts.leave_date,
            facts.exclude_from_reports,
            now,
            facts.probation_end,
        ],
    )?;
    tx.run("INSERT INTO employee_search (rowid, text) VALUES (?1, ?2)", (id, keys.search))?;
    Ok(EmployeeId(id))
}

pub(super) fn update(tx: &mut Tx<'_>, id: EmployeeId, facts: &Facts) -> Result<()> {
    let keys = Keys::of(facts);
    let now = tx.now();
    tx.run(
        "UPDATE employees SET number = ?1, number_key = ?2, first_name = ?3, last_name = ?4, name_key = ?5, \
         email = ?6, email_key = ?7, phone = ?8, position = ?9, employment_type = ?10, entity_id = ?11, \
         location_id = ?12, department_id = ?13, manager_id = ?14, approver_id = ?15, deputy_id = ?16, \
         join_date = ?17, leave_date = ?18, exclude_from_reports = ?19, updated_at = ?20, probation_end = ?22 WHERE id = ?21",
        rusqlite::params![
            facts.number,
            keys.number,
            facts.first_name,
            facts.last_name,
            keys.name,
            facts.email,
            keys.email,
            facts.phone,
            facts.position,
            facts.employment_type,
            facts.entity_id,
            facts.location_id,
            facts.department_id,
            facts.manager_id,
            facts.approver_id,
            facts.deputy_id,
            facts.join_date,
            facts.leave_date,
            facts.exclude_from_reports,
            now,
            id,
            facts.probation_end,
        ],
    )?;
    tx.run("UPDATE employee_search SET text = ?2 WHERE rowid = ?1", (id, keys.search))?;
    Ok(())
}

/// When the record was last written, as text.
pub(super) fn updated_at(rx: &Rx<'_>, id: EmployeeId) -> Result<String> {
    rx.get("SELECT updated_at FROM employees WHERE id = ?1", [id], |row| row.get(0))
}

pub(super) fn set_hidden(tx: &mut Tx<'_>, id: EmployeeId, by: Option<AuditId>) -> Result<()> {
    let now = tx.now();
    tx.run("UPDATE employees SET hidden_by = ?2, updated_at = ?3 WHERE id = ?1", (id, by, now))?;
    Ok(())
}

pub(super) fn set_photo(tx: &mut Tx<'_>, id: EmployeeId, photo: Option<&FileId>) -> Result<()> {
    let now = tx.now();
    tx.run("UPDATE employees SET photo_id = ?2, updated_at = ?3 WHERE id = ?1", (id, photo, now))?;
    Ok(())
}

pub(super) fn set_links(tx: &mut Tx<'_>, id: EmployeeId, facts: &Facts) -> Result<()> {
    tx.run(
        "UPDATE employees SET manager_id = ?2, approver_id = ?3, deputy_id = ?4 WHERE id = ?1",
        (id, facts.manager_id, facts.approver_id, facts.deputy_id),
    )?;
    Ok(())
}

/// Everybody at a location.
pub(super) fn at_location(rx: &Rx<'_>, location: LocationId) -> Result<Vec<EmployeeId>> {
    rx.all("SELECT id FROM employees WHERE location_id = ?1 ORDER BY id", [location], |row| row.get(0))
}

/// Every row about a person, for their own archive.
pub(super) fn held(rx: &Rx<'_>, id: EmployeeId) -> Result<serde_json::Map<String, serde_json::Value>> {
    let mut all = serde_json::Map::new();
    let mut add = |name: &str, rows: Vec<serde_json::Value>| all.insert(name.to_owned(), rows.into());
    add(
        "employee",
        rx.json(
            "SELECT e.*, d.name AS department, l.name AS location, n.name AS entity FROM employees e \
             LEFT JOIN departments d ON d.id = e.department_id LEFT JOIN locations l ON l.id = e.location_id \
             LEFT JOIN entities n ON n.id = e.entity_id WHERE e.id = ?1",
            [id],
        )?,
    );
    add(
        "history",
        rx.json(
            "SELECT field, effective_on, value, recorded_at FROM employee_changes WHERE employee_id = ?1 ORDER BY id",
            [id],
        )?,
    );
    add("schedules", rx.json("SELECT * FROM employee_schedules WHERE employee_id = ?1 ORDER BY effective_on", [id])?);
    add(
        "schedule_days",
        rx.json(
            "SELECT d.* FROM employee_schedules s JOIN employee_schedule_days d ON d.schedule_id = s.id \
             WHERE s.employee_id = ?1",
            [id],
        )?,
    );
    add(
        "groups",
        rx.json(
            "SELECT g.code, g.name, m.since, m.until FROM group_stays m JOIN groups g ON g.id = m.group_id WHERE m.employee_id = ?1",
            [id],
        )?,
    );
    Ok(all)
}

pub(super) fn count_history(rx: &Rx<'_>, id: EmployeeId) -> Result<i64> {
    rx.scalar("SELECT count(*) FROM employee_changes WHERE employee_id = ?1", [id])
}
