//! SQL of who is away: days of requests that occupy them, with the people and types they belong to.

use jiff::civil::Date;

use super::Person;
use crate::error::Result;
use crate::ids::{DepartmentId, EmployeeId, EntityId, LeaveRequestId, LeaveTypeId, LocationId};
use crate::leave::request::DayPart;
use crate::leave::rules::{LeaveSpan, LeaveStatus};
use crate::storage::Rx;
use crate::time::{Minutes, Period};

/// A day of a request that occupies it.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub request_id: LeaveRequestId,
    pub employee_id: EmployeeId,
    pub leave_type_id: LeaveTypeId,
    pub status: LeaveStatus,
    pub span: LeaveSpan,
    pub date: Date,
    pub part: DayPart,
    pub charged: Minutes,
}

/// The days within `period` of these people's leave, approved and undecided, person by person and by date.
pub(super) fn days(rx: &Rx<'_>, people: &[EmployeeId], period: Period) -> Result<Vec<Row>> {
    rx.all(
        "SELECT d.request_id, d.employee_id, d.leave_type_id, r.status, r.start_date, r.start_part, r.end_date,
             r.end_part, r.from_time, r.to_time, d.date, d.part, d.charged_minutes
         FROM leave_request_days d JOIN leave_requests r ON r.id = d.request_id
         WHERE d.employee_id IN (SELECT value FROM json_each(?1)) AND d.date BETWEEN ?2 AND ?3
           AND r.status IN ('approved', 'pending', 'clarification')
         ORDER BY d.employee_id, r.start_date, d.request_id, d.date",
        (crate::people::json_ids(people), period.first(), period.last()),
        |row| {
            Ok(Row {
                request_id: row.get("request_id")?,
                employee_id: row.get("employee_id")?,
                leave_type_id: row.get("leave_type_id")?,
                status: row.get("status")?,
                span: crate::leave::request::store::span(row)?,
                date: row.get("date")?,
                part: row.get("part")?,
                charged: row.get("charged_minutes")?,
            })
        },
    )
}

/// Approved leave by which somebody is away, from its first day to its last: the weekend within it too. Not of a kind that
/// is worked elsewhere, and not of some hours.
const AWAY: &str = "FROM leave_requests r JOIN leave_types t ON t.id = r.leave_type_id AND t.works = 0 \
     WHERE r.status = 'approved' AND r.from_time IS NULL AND r.minutes > 0";

/// A business trip that stands.
const TRAVELS: &str = "FROM business_trips b WHERE b.status = 'active'";

pub(super) fn is_away(rx: &Rx<'_>, employee: EmployeeId, date: Date) -> Result<bool> {
    rx.scalar(
        &format!(
            "SELECT EXISTS (SELECT 1 {AWAY} AND r.employee_id = ?1 AND r.start_date <= ?2 AND r.end_date >= ?2)
                 OR EXISTS (SELECT 1 {TRAVELS} AND b.employee_id = ?1 AND b.start_date <= ?2 AND b.end_date >= ?2)"
        ),
        (employee, date),
    )
}

pub(super) fn away_on(rx: &Rx<'_>, date: Date) -> Result<Vec<EmployeeId>> {
    rx.all(
        &format!(
            "SELECT r.employee_id {AWAY} AND r.start_date <= ?1 AND r.end_date >= ?1
             UNION SELECT b.employee_id {TRAVELS} AND b.start_date <= ?1 AND b.end_date >= ?1"
        ),
        [date],
        |row| row.get(0),
    )
}

/// Which people a list is about.
#[derive(Clone, Debug, Default)]
pub(super) struct Whom {
    /// Everybody (HR), or only the following.
    pub all: bool,
    /// The actor's own entity.
    pub entity_id: Option<EntityId>,
    /// The actor's own record.
    pub own: Option<EmployeeId>,
    /// These besides: reports, the approver.
    pub besides: Vec<EmployeeId>,
    /// Of all others, only those whose first day has come by this date: that somebody is hired is not everybody's news.
    pub joined_by: Option<Date>,
    /// Only those of one of these.
    pub departments: Option<Vec<DepartmentId>>,
    pub location_id: Option<LocationId>,
}

/// People employed at some time within `period`, by department and name.
/// They stand where they stood on `on`.
pub(super) fn people(rx: &Rx<'_>, whom: &Whom, period: Period, on: Date) -> Result<Vec<Person>> {
    let sql = format!(
        "WITH {} SELECT e.id, e.first_name || ' ' || e.last_name, e.department_id, coalesce(d.name, ''), e.location_id,
             coalesce(l.name, ''), coalesce(l.entity_id, e.entity_id), e.join_date, e.leave_date
         FROM e LEFT JOIN departments d ON d.id = e.department_id LEFT JOIN locations l ON l.id = e.location_id
         WHERE e.hidden_by IS NULL AND e.join_date <= ?2 AND (e.leave_date IS NULL OR e.leave_date >= ?1)
           AND (?3 OR e.entity_id = ?4 OR e.id = ?5 OR e.id IN (SELECT value FROM json_each(?6)) OR e.approver_id = ?5)
           AND (?9 IS NULL OR e.join_date <= ?9 OR e.id = ?5 OR e.id IN (SELECT value FROM json_each(?6)) OR e.approver_id = ?5)
           AND (?7 IS NULL OR e.department_id IN (SELECT value FROM json_each(?7))) AND (?8 IS NULL OR e.location_id = ?8)
         ORDER BY d.name IS NULL, d.name, e.department_id, e.name_key, e.id",
        crate::people::standing_table("?10")
    );
    rx.all(
        &sql,
        (
            period.first(),
            period.last(),
            whom.all,
            whom.entity_id,
            whom.own,
            crate::people::json_ids(&whom.besides),
            whom.departments.as_deref().map(crate::people::json_ids),
            whom.location_id,
            whom.joined_by,
            on,
        ),
        |row| {
            Ok(Person {
                id: row.get(0)?,
                name: row.get(1)?,
                department_id: row.get(2)?,
                department: row.get(3)?,
                location_id: row.get(4)?,
                location: row.get(5)?,
                entity_id: row.get(6)?,
                join_date: row.get(7)?,
                leave_date: row.get(8)?,
            })
        },
    )
}

/// Somebody with their department and their line manager.
type Belonging = (EmployeeId, Option<DepartmentId>, Option<EmployeeId>);

/// Where each of these people belongs.
pub(super) fn belongings(rx: &Rx<'_>, whom: &[EmployeeId]) -> Result<Vec<Belonging>> {
    rx.all(
        "SELECT id, department_id, manager_id FROM employees WHERE id IN (SELECT value FROM json_each(?1))",
        [crate::people::json_ids(whom)],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )
}
