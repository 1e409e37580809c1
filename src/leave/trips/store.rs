//! SQL of business trips. Names of people and departments are read by JOIN.

use jiff::civil::Date;
use rusqlite::{Row, ToSql, named_params};

use super::{NewTrip, Trip, TripStatus};
use crate::error::Result;
use crate::ids::{EmployeeId, TripId};
use crate::people::NameRef;
use crate::storage::{Rx, Tx};
use crate::time::Period;

const SELECT: &str = "SELECT b.id, b.employee_id, e.first_name || ' ' || e.last_name AS employee,
        coalesce(d.name, '') AS department, b.start_date, b.end_date, b.destination, b.purpose, b.notes, b.status,
        b.entered_by, b.revision, b.created_at, b.updated_at
    FROM business_trips b JOIN employees e ON e.id = b.employee_id
    LEFT JOIN departments d ON d.id = e.department_id";

fn trip(row: &Row<'_>) -> rusqlite::Result<Trip> {
    let (first, last): (Date, Date) = (row.get("start_date")?, row.get("end_date")?);
    let damaged = || {
        let what = format!("{first} is after {last}");
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, what.into())
    };
    Ok(Trip {
        id: row.get("id")?,
        employee: NameRef { id: row.get("employee_id")?, name: row.get("employee")? },
        department: row.get("department")?,
        period: Period::new(first, last).ok_or_else(damaged)?,
        destination: row.get("destination")?,
        purpose: row.get("purpose")?,
        notes: row.get("notes")?,
        status: row.get("status")?,
        entered_by: row.get("entered_by")?,
        revision: row.get("revision")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

pub(super) fn insert(
    tx: &mut Tx<'_>,
    employee: EmployeeId,
    input: &NewTrip,
    status: TripStatus,
    entered_by: Option<&str>,
) -> Result<TripId> {
    let now = tx.now();
    let id = tx.insert(
        "INSERT INTO business_trips (employee_id, start_date, end_date, destination, purpose, notes, status, entered_by,
             created_at, updated_at)
         VALUES (:employee_id, :start_date, :end_date, :destination, :purpose, :notes, :status, :entered_by, :now, :now)",
        named_params! {
            ":employee_id": employee, ":start_date": input.start_date, ":end_date": input.end_date,
            ":destination": input.destination, ":purpose": input.purpose, ":notes": input.notes, ":status": status,
            ":entered_by": entered_by, ":now": now,
        },
    )?;
    Ok(TripId(id))
}

pub(super) fn change(tx: &mut Tx<'_>, id: TripId, input: &NewTrip, status: TripStatus) -> Result<()> {
    let now = tx.now();
    tx.run(
        "UPDATE business_trips SET start_date = :start_date, end_date = :end_date, destination = :destination,
             purpose = :purpose, notes = :notes, status = :status, revision = revision + 1, updated_at = :now
         WHERE id = :id",
        named_params! {
            ":id": id, ":start_date": input.start_date, ":end_date": input.end_date,
            ":destination": input.destination, ":purpose": input.purpose, ":notes": input.notes, ":status": status,
            ":now": now,
        },
    )?;
    Ok(())
}

pub(super) fn set_status(tx: &mut Tx<'_>, id: TripId, status: TripStatus) -> Result<()> {
    let now = tx.now();
    tx.run(
        "UPDATE business_trips SET status = ?2, revision = revision + 1, updated_at = ?3 WHERE id = ?1",
        (id, status, now),
    )?;
    Ok(())
}

pub(super) fn get(rx: &Rx<'_>, id: TripId) -> Result<Trip> {
    rx.get(&format!("{SELECT} WHERE b.id = ?1"), [id], trip)
}

/// Several by their ids, in the order of ids.
pub(super) fn many(rx: &Rx<'_>, ids: &[i64]) -> Result<Vec<Trip>> {
    let ids = serde_json::to_string(ids).expect("a list of integers is JSON");
    rx.all(&format!("{SELECT} WHERE b.id IN (SELECT value FROM json_each(?1)) ORDER BY b.id"), [ids], trip)
}

/// These people's trips that touch `period`, undecided or active; person by person, by date.
pub(super) fn standing(rx: &Rx<'_>, people: &[EmployeeId], period: Period) -> Result<Vec<Trip>> {
    rx.all(
        &format!(
            "{SELECT} WHERE b.employee_id IN (SELECT value FROM json_each(?1)) AND b.start_date <= ?3
                 AND b.end_date >= ?2 AND b.status IN ('pending', 'clarification', 'active')
             ORDER BY b.employee_id, b.start_date, b.id"
        ),
        (crate::people::json_ids(people), period.first(), period.last()),
        trip,
    )
}

/// A person's own trips that are not over on `today`, undecided or active, by date.
pub(super) fn coming(rx: &Rx<'_>, own: EmployeeId, today: Date, limit: i64) -> Result<Vec<Trip>> {
    rx.all(
        &format!(
            "{SELECT} WHERE b.employee_id = ?1 AND b.end_date >= ?2 AND b.status IN ('pending', 'clarification', 'active')
             ORDER BY b.start_date, b.id LIMIT ?3"
        ),
        (own, today, limit),
        trip,
    )
}

/// What a list of trips is narrowed by.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    /// JSON list of ids, `None` for everybody.
    pub people: Option<String>,
    pub employee_id: Option<EmployeeId>,
    pub status: Option<TripStatus>,
    /// Trips that touch this date or a later one.
    pub from: Option<Date>,
    /// Trips that touch this date or an earlier one.
    pub to: Option<Date>,
    /// Part of the person's name, folded.
    pub search: Option<String>,
}

/// One page of trips, the latest first, and how many there are.
pub(super) fn list(rx: &Rx<'_>, filter: &Filter, limit: i64, offset: i64) -> Result<(Vec<Trip>, i64)> {
    fn given<T: ToSql>(value: &Option<T>) -> Option<&dyn ToSql> {
        value.as_ref().map(|value| value as &dyn ToSql)
    }
    let known = [
        ("b.employee_id IN (SELECT value FROM json_each(#))", given(&filter.people)),
        ("b.employee_id = #", given(&filter.employee_id)),
        ("b.status = #", given(&filter.status)),
        ("b.end_date >= #", given(&filter.from)),
        ("b.start_date <= #", given(&filter.to)),
        ("e.name_key LIKE '%' || # || '%'", given(&filter.search)),
    ];
    let (mut conditions, mut values) = (String::from("WHERE 1"), Vec::new());
    for (condition, value) in known {
        if let Some(value) = value {
            values.push(value);
            conditions.push_str(" AND ");
            conditions.push_str(&condition.replace('#', &format!("?{}", values.len())));
        }
    }
    let count = format!(
        "/* whole table */ SELECT count(*) FROM business_trips b JOIN employees e ON e.id = b.employee_id {conditions}"
    );
    let total = rx.scalar(&count, values.as_slice())?;
    let place = values.len();
    values.extend([&limit as &dyn ToSql, &offset]);
    let sql = format!(
        "{SELECT} {conditions} ORDER BY b.start_date DESC, b.id DESC LIMIT ?{} OFFSET ?{}",
        place + 1,
        place + 2
    );
    Ok((rx.all(&sql, values.as_slice(), trip)?, total))
}
