//! SQL of the directory.

use std::collections::HashSet;

use jiff::civil::Date;
use rusqlite::{Row, ToSql, params_from_iter};

use super::{Narrow, Profile};
use crate::error::Result;
use crate::ids::{DepartmentId, EmployeeId};
use crate::people::{NameRef, Scope, employee, json_ids, like};
use crate::storage::Rx;
use crate::web::Listing;

/// More words than this narrow nothing down any more.
const MOST_WORDS: usize = 8;

/// Columns of the record come first, the names behind them.
fn select(on: Option<Date>, tail: &str) -> String {
    const COLUMNS: &str = employee::COLUMNS;
    let (with, people) = source(on);
    format!(
        "{with}SELECT {COLUMNS}, n.name, l.name, d.name, m.first_name || ' ' || m.last_name, \
         a.first_name || ' ' || a.last_name, p.first_name || ' ' || p.last_name \
         FROM {people} LEFT JOIN users u ON u.employee_id = e.id \
         LEFT JOIN entities n ON n.id = e.entity_id LEFT JOIN locations l ON l.id = e.location_id \
         LEFT JOIN departments d ON d.id = e.department_id LEFT JOIN employees m ON m.id = e.manager_id \
         LEFT JOIN employees a ON a.id = e.approver_id LEFT JOIN employees p ON p.id = e.deputy_id {tail}"
    )
}

/// Where the people come from: the table, or how it stood on a day, which is the statement's first value then.
fn source(on: Option<Date>) -> (String, &'static str) {
    match on {
        None => (String::new(), "employees e"),
        Some(_) => (format!("WITH asked (day) AS (SELECT ?), {} ", employee::standing("(SELECT day FROM asked)")), "e"),
    }
}

fn profile(row: &Row<'_>) -> rusqlite::Result<Profile> {
    let employee = employee::from_row(row)?;
    let name = |id: Option<i64>, column: usize| -> rusqlite::Result<Option<NameRef>> {
        let name: Option<String> = row.get(column)?;
        Ok(id.zip(name).map(|(id, name)| NameRef { id, name }))
    };
    let first = employee::COLUMN_COUNT;
    let facts = &employee.facts;
    Ok(Profile {
        entity: name(facts.entity_id.map(|id| id.0), first)?,
        location: name(facts.location_id.map(|id| id.0), first + 1)?,
        department: name(facts.department_id.map(|id| id.0), first + 2)?,
        manager: name(facts.manager_id.map(|id| id.0), first + 3)?,
        approver: name(facts.approver_id.map(|id| id.0), first + 4)?,
        deputy: name(facts.deputy_id.map(|id| id.0), first + 5)?,
        employee,
    })
}

pub(super) fn get(rx: &Rx<'_>, id: EmployeeId) -> Result<Profile> {
    rx.get(&select(None, "WHERE e.id = ?1"), [id], profile)
}

pub(super) fn everybody(rx: &Rx<'_>, on: Option<Date>) -> Result<Vec<Profile>> {
    let Some(day) = on else {
        return rx.all(&select(None, "WHERE e.hidden_by IS NULL ORDER BY e.number_key"), (), profile);
    };
    let then = "WHERE e.hidden_by IS NULL AND e.join_date <= ? AND (e.leave_date IS NULL OR e.leave_date >= ?) \
                ORDER BY e.number_key";
    rx.all(&select(on, then), (day, day, day), profile)
}

pub(super) fn choices(rx: &Rx<'_>, today: Date) -> Result<Vec<NameRef>> {
    rx.all(
        "SELECT id, first_name || ' ' || last_name FROM employees \
         WHERE hidden_by IS NULL AND (leave_date IS NULL OR leave_date >= ?1) ORDER BY name_key, id",
        [today],
        |row| Ok(NameRef { id: row.get(0)?, name: row.get(1)? }),
    )
}

pub(super) fn matching(
    rx: &Rx<'_>,
    search: Option<&str>,
    department: Option<DepartmentId>,
) -> Result<HashSet<EmployeeId>> {
    let words: Vec<String> = search
        .unwrap_or_default()
        .split_whitespace()
        .take(MOST_WORDS)
        .map(|word| like(Some(word))[0].clone())
        .collect();
    let found = rx.all(
        "WITH RECURSIVE part (id) AS (SELECT ?2 UNION SELECT d.id FROM part JOIN departments d ON d.parent_id = part.id) \
         SELECT id FROM employees WHERE NOT EXISTS \
           (SELECT 1 FROM json_each(?1) word WHERE name_key NOT LIKE word.value ESCAPE '\\') \
         AND (?2 IS NULL OR department_id IN (SELECT id FROM part)) /* whole table */",
        (json_ids(&words), department),
        |row| row.get(0),
    )?;
    Ok(found.into_iter().collect())
}

pub(super) fn managers(rx: &Rx<'_>, today: Date) -> Result<Vec<NameRef>> {
    rx.all(
        "SELECT m.id, m.first_name || ' ' || m.last_name FROM employees m WHERE m.hidden_by IS NULL AND m.join_date <= ?1 \
         AND (m.leave_date IS NULL OR m.leave_date >= ?1) AND m.id IN \
         (SELECT manager_id FROM employees WHERE manager_id IS NOT NULL AND hidden_by IS NULL) \
         ORDER BY m.name_key, m.id /* whole table */",
        [today],
        |row| Ok(NameRef { id: row.get(0)?, name: row.get(1)? }),
    )
}

pub(super) fn list(
    rx: &Rx<'_>,
    scope: &Scope,
    today: Date,
    narrow: &Narrow,
    search: &str,
    listing: &Listing,
) -> Result<(Vec<Profile>, i64)> {
    let mut wanted = Conditions::default();
    if let Some(day) = narrow.on {
        // The first value is the source's.
        wanted.bind(day);
        wanted.add("e.join_date <= ? AND (e.leave_date IS NULL OR e.leave_date >= ?)");
        wanted.bind(day);
        wanted.bind(day);
    }
    wanted.add(if narrow.hidden { "e.hidden_by IS NOT NULL" } else { "e.hidden_by IS NULL" });
    if let Some(ids) = scope.ids_json() {
        wanted.add("(e.join_date <= ? AND (e.leave_date IS NULL OR e.leave_date >= ?) OR e.id IN (SELECT value FROM json_each(?)))");
        wanted.bind(today);
        wanted.bind(today);
        wanted.bind(ids);
    }
    if let Some(id) = narrow.department {
        wanted.add(
            "e.department_id IN (WITH RECURSIVE part (id) AS (SELECT ? UNION SELECT d.id FROM part \
             JOIN departments d ON d.parent_id = part.id) SELECT id FROM part)",
        );
        wanted.bind(id);
    }
    if let Some(id) = narrow.location {
        wanted.add("e.location_id = ?");
        wanted.bind(id);
    }
    if let Some(id) = narrow.entity {
        wanted.add("e.entity_id = ?");
        wanted.bind(id);
    }
    if let Some(id) = narrow.manager {
        wanted.add("e.manager_id = ?");
        wanted.bind(id);
    }
    if let Some(id) = narrow.group {
        wanted.add("e.id IN (SELECT employee_id FROM group_members WHERE group_id = ?)");
        wanted.bind(id);
    }
    if let Some(kind) = narrow.employment_type {
        wanted.add("e.employment_type = ?");
        wanted.bind(kind);
    }
    if let Some(id) = narrow.above {
        wanted.add(
            "e.id IN (WITH RECURSIVE below (id) AS (SELECT id FROM employees WHERE manager_id = ? \
             UNION SELECT r.id FROM below JOIN employees r ON r.manager_id = below.id) SELECT id FROM below)",
        );
        wanted.bind(id);
    }
    if narrow.without_left {
        wanted.add("(e.leave_date IS NULL OR e.leave_date >= ?)");
        wanted.bind(today);
    }
    if let Some(status) = narrow.status {
        // As `Employee::status` decides.
        wanted.add(
            "CASE WHEN e.leave_date < ? THEN 'left' \
             WHEN EXISTS (SELECT 1 FROM users v WHERE v.employee_id = e.id AND v.password_hash IS NULL) THEN 'invited' \
             WHEN e.join_date > ? THEN 'pre_boarding' ELSE 'active' END = ?",
        );
        wanted.bind(today);
        wanted.bind(today);
        wanted.bind(status);
    }
    for word in search.split(' ').filter(|word| !word.is_empty()).take(MOST_WORDS) {
        if scope.ids_json().is_some() {
            // The number stands on the second line, and is not for colleagues: it must not be found by either.
            wanted.add(
                "e.id IN (SELECT rowid FROM employee_search WHERE instr(substr(text, 1, instr(text, char(10)) - 1), ?) > 0)",
            );
            wanted.bind(word.to_owned());
            continue;
        }
        if word.chars().count() >= 3 {
            wanted.add("e.id IN (SELECT rowid FROM employee_search WHERE employee_search MATCH ?)");
            wanted.bind(format!("\"{}\"", word.replace('"', "\"\"")));
        } else {
            wanted.add("e.id IN (SELECT rowid FROM employee_search WHERE instr(text, ?) > 0)");
            wanted.bind(word.to_owned());
        }
    }
    let order = listing.order_by(
        &[
            ("name", "e.name_key"),
            ("first_name", "e.first_name"),
            ("number", "e.number_key"),
            ("position", "e.position"),
            ("department", "d.name_key"),
            ("location", "l.name_key"),
            ("join_date", "e.join_date"),
            ("leave_date", "e.leave_date"),
        ],
        "e.name_key, e.id",
    );
    let filter = wanted.sql();
    let (with, people) = source(narrow.on);
    let count = format!("{with}SELECT count(*) FROM {people} {filter}");
    let total = rx.scalar(&count, params_from_iter(wanted.values.iter()))?;
    wanted.bind(listing.limit());
    wanted.bind(listing.offset());
    let sql = select(narrow.on, &format!("{filter} {order} LIMIT ? OFFSET ?"));
    let rows = rx.all(&sql, params_from_iter(wanted.values.iter()), profile)?;
    Ok((rows, total))
}

/// Conditions of fixed text, and the values that go into their places in order.
#[derive(Default)]
struct Conditions {
    texts: Vec<&'static str>,
    values: Vec<Box<dyn ToSql>>,
}

impl Conditions {
    fn add(&mut self, text: &'static str) {
        self.texts.push(text);
    }

    fn bind(&mut self, value: impl ToSql + 'static) {
        self.values.push(Box::new(value));
    }

    fn sql(&self) -> String {
        format!("WHERE {}", self.texts.join(" AND "))
    }
}
