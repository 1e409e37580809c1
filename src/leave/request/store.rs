//! SQL of requests and their days. Names of people, departments and types are read by JOIN.

use std::collections::HashMap;

use jiff::civil::{Date, Time};
use rusqlite::{Row, ToSql, named_params};

use super::model::{AwayTime, DayPart, LeaveRequest, NewLeave, RequestDay};
use crate::error::Result;
use crate::ids::{EmployeeId, LeaveRequestId, LeaveTypeId, ShutdownId};
use crate::leave::ledger::{Account, Accounts};
use crate::leave::rules::{Interruptions, LeaveSpan, LeaveStatus, SpanInput};
use crate::people::NameRef;
use crate::storage::{Rx, Tx};
use crate::time::{Minutes, Period, Slots, hhmm};

const SELECT: &str = "SELECT r.id, r.employee_id, e.first_name || ' ' || e.last_name AS employee, e.department_id,
        coalesce(d.name, '') AS department, r.leave_type_id, r.start_date, r.start_part, r.end_date, r.end_part,
        r.from_time, r.to_time, r.minutes, r.reason, r.contact, r.deputy_id,
        p.first_name || ' ' || p.last_name AS deputy, r.status, r.asked_until, r.entered_by, r.created_at, r.updated_at,
        r.approved_at, r.sent_minutes, r.revision, r.shutdown_id
    FROM leave_requests r JOIN employees e ON e.id = r.employee_id
    LEFT JOIN departments d ON d.id = e.department_id LEFT JOIN employees p ON p.id = r.deputy_id";

fn request(row: &Row<'_>) -> rusqlite::Result<LeaveRequest> {
    let deputy: Option<i64> = row.get("deputy_id")?;
    let name: Option<String> = row.get("deputy")?;
    Ok(LeaveRequest {
        id: row.get("id")?,
        employee_id: row.get("employee_id")?,
        employee: row.get("employee")?,
        department_id: row.get("department_id")?,
        department: row.get("department")?,
        leave_type_id: row.get("leave_type_id")?,
        span: span(row)?,
        minutes: row.get("minutes")?,
        reason: row.get("reason")?,
        contact: row.get("contact")?,
        deputy: deputy.zip(name).map(|(id, name)| NameRef { id, name }),
        status: row.get("status")?,
        asked_until: row.get("asked_until")?,
        entered_by: row.get("entered_by")?,
        shutdown_id: row.get("shutdown_id")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        approved_at: row.get("approved_at")?,
        sent_minutes: row.get("sent_minutes")?,
        revision: row.get("revision")?,
    })
}

/// What the columns of a stretch of leave say; they were checked when they were written.
pub(in crate::leave) fn span(row: &Row<'_>) -> rusqlite::Result<LeaveSpan> {
    let damaged = |what: String| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, what.into());
    let clock = |column: &str| -> rusqlite::Result<Option<Time>> {
        let text: Option<String> = row.get(column)?;
        text.map(|text| hhmm::parse(&text).ok_or_else(|| damaged(text))).transpose()
    };
    let input = SpanInput {
        start_date: row.get("start_date")?,
        start_part: row.get("start_part")?,
        end_date: row.get("end_date")?,
        end_part: row.get("end_part")?,
        from_time: clock("from_time")?,
        to_time: clock("to_time")?,
    };
    LeaveSpan::parse(&input).map_err(|errors| damaged(format!("{errors:?}")))
}

/// What was asked for, with who and how it stands.
pub(in crate::leave) struct New<'a> {
    pub employee_id: EmployeeId,
    pub input: &'a NewLeave,
    pub minutes: Minutes,
    pub status: LeaveStatus,
    pub entered_by: Option<&'a str>,
    pub shutdown_id: Option<ShutdownId>,
}

pub(in crate::leave) fn insert(tx: &mut Tx<'_>, new: &New<'_>) -> Result<LeaveRequestId> {
    let now = tx.now();
    let approved = (new.status == LeaveStatus::Approved).then_some(now);
    let id = tx.insert(
        "INSERT INTO leave_requests (employee_id, leave_type_id, start_date, start_part, end_date, end_part, from_time,
             to_time, minutes, reason, contact, deputy_id, status, entered_by, shutdown_id, created_at, updated_at,
             approved_at)
         VALUES (:employee_id, :leave_type_id, :start_date, :start_part, :end_date, :end_part, :from_time, :to_time,
             :minutes, :reason, :contact, :deputy_id, :status, :entered_by, :shutdown_id, :now, :now,
             :approved_at)",
        named_params! {
            ":employee_id": new.employee_id, ":leave_type_id": new.input.leave_type_id,
            ":start_date": new.input.start_date, ":start_part": new.input.start_part,
            ":end_date": new.input.end_date, ":end_part": new.input.end_part,
            ":from_time": new.input.from_time.map(hhmm::format), ":to_time": new.input.to_time.map(hhmm::format),
            ":minutes": new.minutes, ":reason": new.input.reason, ":contact": new.input.contact,
            ":deputy_id": new.input.deputy_id, ":status": new.status, ":entered_by": new.entered_by, ":shutdown_id": new.shutdown_id, ":now": now,
            ":approved_at": approved,
        },
    )?;
    Ok(LeaveRequestId(id))
}

/// What was asked for anew; its days are replaced by [`put_days`].
pub(super) fn change(tx: &mut Tx<'_>, id: LeaveRequestId, input: &NewLeave, minutes: Minutes) -> Result<()> {
    let now = tx.now();
    tx.run(
        "UPDATE leave_requests SET leave_type_id = :leave_type_id, start_date = :start_date, start_part = :start_part,
             end_date = :end_date, end_part = :end_part, from_time = :from_time, to_time = :to_time, minutes = :minutes,
             reason = :reason, contact = :contact, deputy_id = :deputy_id, status = 'pending', sent_minutes = NULL,
             revision = revision + 1, updated_at = :now
         WHERE id = :id",
        named_params! {
            ":id": id, ":leave_type_id": input.leave_type_id, ":start_date": input.start_date,
            ":start_part": input.start_part, ":end_date": input.end_date, ":end_part": input.end_part,
            ":from_time": input.from_time.map(hhmm::format), ":to_time": input.to_time.map(hhmm::format),
            ":minutes": minutes, ":reason": input.reason, ":contact": input.contact, ":deputy_id": input.deputy_id,
            ":now": now,
        },
    )?;
    Ok(())
}

pub(super) fn set_status(tx: &mut Tx<'_>, id: LeaveRequestId, status: LeaveStatus) -> Result<()> {
    let now = tx.now();
    tx.run(
        "UPDATE leave_requests SET status = ?2, revision = revision + 1, updated_at = ?3,
             approved_at = CASE WHEN ?2 = 'approved' THEN ?3 ELSE approved_at END WHERE id = ?1",
        (id, status, now),
    )?;
    Ok(())
}

/// What its days charge together was counted anew; `before` is what was sent.
pub(in crate::leave) fn set_minutes(
    tx: &mut Tx<'_>,
    id: LeaveRequestId,
    minutes: Minutes,
    before: Minutes,
) -> Result<()> {
    tx.run("UPDATE leave_requests SET minutes = ?2, sent_minutes = ?3 WHERE id = ?1", (id, minutes, before))?;
    Ok(())
}

/// Came back early: the request ends with `span`, and comes to what the days that it has now charge.
pub(super) fn shorten(tx: &mut Tx<'_>, id: LeaveRequestId, span: &LeaveSpan, asked_until: Date) -> Result<()> {
    let now = tx.now();
    tx.run(
        "UPDATE leave_requests SET end_date = ?2, end_part = ?3, asked_until = ?4, revision = revision + 1, updated_at = ?5,
             minutes = (SELECT coalesce(sum(charged_minutes), 0) FROM leave_request_days WHERE request_id = ?1)
         WHERE id = ?1",
        (id, span.last_day(), span.end_part(), asked_until, now),
    )?;
    Ok(())
}

/// Replaces the days of a request.
pub(in crate::leave) fn put_days(
    tx: &mut Tx<'_>,
    id: LeaveRequestId,
    employee_id: EmployeeId,
    leave_type_id: LeaveTypeId,
    days: &[RequestDay],
) -> Result<()> {
    tx.run("DELETE FROM leave_request_days WHERE request_id = ?1", [id])?;
    for day in days {
        tx.run(
            "INSERT INTO leave_request_days (request_id, date, employee_id, leave_type_id, leave_year, part,
                 scheduled_minutes, holiday, charged_minutes, given_back_minutes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            (
                id,
                day.date,
                employee_id,
                leave_type_id,
                day.leave_year,
                day.part,
                day.scheduled,
                &day.holiday,
                day.charged,
                day.given_back,
            ),
        )?;
    }
    Ok(())
}

pub(in crate::leave) fn get(rx: &Rx<'_>, id: LeaveRequestId) -> Result<LeaveRequest> {
    rx.get(&format!("{SELECT} WHERE r.id = ?1"), [id], request)
}

/// Several by their ids, in the order of ids.
pub(in crate::leave) fn many(rx: &Rx<'_>, ids: &[i64]) -> Result<Vec<LeaveRequest>> {
    let ids = crate::people::json_ids(ids);
    rx.all(&format!("{SELECT} WHERE r.id IN (SELECT value FROM json_each(?1)) ORDER BY r.id"), [ids], request)
}

pub(in crate::leave) fn days(rx: &Rx<'_>, id: LeaveRequestId) -> Result<Vec<RequestDay>> {
    rx.all(
        "SELECT date, part, scheduled_minutes, holiday, charged_minutes, leave_year, given_back_minutes FROM leave_request_days
         WHERE request_id = ?1 ORDER BY date",
        [id],
        |row| {
            Ok(RequestDay {
                date: row.get(0)?,
                part: row.get(1)?,
                scheduled: row.get(2)?,
                holiday: row.get(3)?,
                charged: row.get(4)?,
                leave_year: row.get(5)?,
                given_back: row.get(6)?,
            })
        },
    )
}

/// A person's requests that touch `period` and occupy their days, without one of them.
pub(in crate::leave) fn occupying(
    rx: &Rx<'_>,
    employee_id: EmployeeId,
    period: Period,
    except: Option<LeaveRequestId>,
) -> Result<Vec<LeaveRequest>> {
    rx.all(
        &format!(
            "{SELECT} WHERE r.employee_id = ?1 AND r.start_date <= ?3 AND r.end_date >= ?2 AND r.id IS NOT ?4
             AND r.status IN ('pending', 'clarification', 'approved') ORDER BY r.start_date, r.id"
        ),
        (employee_id, period.first(), period.last(), except),
        request,
    )
}

/// Requests that touch `period` and occupy their days: of these people, or of everybody. Person by person, by date.
pub(in crate::leave) fn standing(
    rx: &Rx<'_>,
    people: Option<&[EmployeeId]>,
    period: Period,
) -> Result<Vec<LeaveRequest>> {
    let (first, last) = (period.first(), period.last());
    match people {
        Some(people) => rx.all(
            &format!(
                "{SELECT} WHERE r.employee_id IN (SELECT value FROM json_each(?1)) AND r.start_date <= ?3
                     AND r.end_date >= ?2 AND r.status IN ('pending', 'clarification', 'approved')
                 ORDER BY r.employee_id, r.start_date, r.id"
            ),
            (crate::people::json_ids(people), first, last),
            request,
        ),
        None => rx.all(
            &format!(
                "{SELECT} WHERE r.status IN ('pending', 'clarification', 'approved') AND r.start_date <= ?2
                     AND r.end_date >= ?1 ORDER BY r.employee_id, r.start_date, r.id"
            ),
            (first, last),
            request,
        ),
    }
}

/// A person's own coming or present leave, and leave in which they stand in, by date; undecided or approved.
pub(in crate::leave) fn coming(rx: &Rx<'_>, own: EmployeeId, today: Date, limit: usize) -> Result<Vec<LeaveRequest>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    rx.all(
        &format!(
            "{SELECT} WHERE r.end_date >= ?2 AND ((r.employee_id = ?1 AND r.status IN ('pending', 'clarification', 'approved'))
                 OR (r.deputy_id = ?1 AND r.status = 'approved')) ORDER BY r.start_date, r.id LIMIT ?3"
        ),
        (own, today, limit),
        request,
    )
}

/// What stands of a company shutdown, by name.
pub(in crate::leave) fn of_shutdown(rx: &Rx<'_>, id: ShutdownId) -> Result<Vec<LeaveRequest>> {
    rx.all(
        &format!("{SELECT} WHERE r.shutdown_id = ?1 AND r.status = 'approved' ORDER BY e.name_key, r.start_date, r.id"),
        [id],
        request,
    )
}

/// Approved leave whose first day is `date` and that keeps its person from work.
pub(in crate::leave) fn starting(rx: &Rx<'_>, date: Date) -> Result<Vec<LeaveRequest>> {
    rx.all(
        &format!(
            "{SELECT} JOIN leave_types t ON t.id = r.leave_type_id AND t.works = 0
             WHERE r.start_date = ?1 AND r.status = 'approved' AND r.minutes > 0 ORDER BY r.id"
        ),
        [date],
        request,
    )
}

/// Dates of a person's leave of one type, undecided or approved, within `period`, without one request.
pub(super) fn dates_of_type(
    rx: &Rx<'_>,
    employee_id: EmployeeId,
    leave_type_id: LeaveTypeId,
    period: Period,
    except: Option<LeaveRequestId>,
) -> Result<Vec<Date>> {
    rx.all(
        "SELECT d.date FROM leave_request_days d JOIN leave_requests r ON r.id = d.request_id
         WHERE d.employee_id = ?1 AND d.date BETWEEN ?2 AND ?3 AND d.leave_type_id = ?4 AND d.charged_minutes > 0
           AND r.status IN ('pending', 'clarification', 'approved') AND r.id IS NOT ?5",
        (employee_id, period.first(), period.last(), leave_type_id, except),
        |row| row.get(0),
    )
}

/// What a person's undecided and approved leave of one type charges in a leave year, without one request.
pub(super) fn asked_in_year(rx: &Rx<'_>, account: Account, except: Option<LeaveRequestId>) -> Result<Minutes> {
    rx.scalar(
        "SELECT coalesce(sum(d.charged_minutes), 0) FROM leave_request_days d JOIN leave_requests r ON r.id = d.request_id
         WHERE d.employee_id = ?1 AND d.leave_type_id = ?2 AND d.leave_year = ?3
           AND r.status IN ('pending', 'clarification', 'approved') AND r.id IS NOT ?4",
        (account.employee_id, account.leave_type_id, account.year, except),
    )
}

/// Every day of a person's requests of one type, numbered by their leave years.
pub(in crate::leave) fn renumber(tx: &mut Tx<'_>, accounts: Accounts) -> Result<()> {
    let days: Vec<(LeaveRequestId, Date)> = tx.all(
        "SELECT request_id, date FROM leave_request_days WHERE employee_id = ?1 AND leave_type_id = ?2",
        (accounts.employee_id, accounts.leave_type_id),
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    for (id, date) in days {
        tx.run(
            "UPDATE leave_request_days SET leave_year = ?3 WHERE request_id = ?1 AND date = ?2",
            (id, date, accounts.on(date).year),
        )?;
    }
    Ok(())
}

/// What a list of requests is narrowed by.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// JSON list of ids, `None` for everybody.
    pub people: Option<String>,
    pub employee_id: Option<EmployeeId>,
    pub leave_type_id: Option<LeaveTypeId>,
    pub status: Option<LeaveStatus>,
    /// Requests that touch this date or a later one.
    pub from: Option<Date>,
    /// Requests that touch this date or an earlier one.
    pub to: Option<Date>,
    /// Part of the person's name, folded.
    pub search: Option<String>,
}

impl Filter {
    /// The conditions that are asked for, and their values in the order of their places: what is not asked for is
    /// left out, so that each question finds its index.
    fn conditions(&self) -> (String, Vec<&dyn ToSql>) {
        fn given<T: ToSql>(value: &Option<T>) -> Option<&dyn ToSql> {
            value.as_ref().map(|value| value as &dyn ToSql)
        }
        let known = [
            ("r.employee_id IN (SELECT value FROM json_each(#))", given(&self.people)),
            ("r.employee_id = #", given(&self.employee_id)),
            ("r.leave_type_id = #", given(&self.leave_type_id)),
            ("r.status = #", given(&self.status)),
            ("r.end_date >= #", given(&self.from)),
            ("r.start_date <= #", given(&self.to)),
            ("e.name_key LIKE '%' || # || '%'", given(&self.search)),
        ];
        let mut sql = String::from("WHERE 1");
        let mut values: Vec<&dyn ToSql> = Vec::new();
        for (condition, value) in known {
            if let Some(value) = value {
                values.push(value);
                sql.push_str(" AND ");
                sql.push_str(&condition.replace('#', &format!("?{}", values.len())));
            }
        }
        (sql, values)
    }
}

/// One page of requests and how many there are. `order_by` is made of our own column names.
pub(in crate::leave) fn list(
    rx: &Rx<'_>,
    filter: &Filter,
    order_by: &str,
    limit: i64,
    offset: i64,
) -> Result<(Vec<LeaveRequest>, i64)> {
    let (conditions, mut values) = filter.conditions();
    let count = format!(
        "/* whole table */ SELECT count(*) FROM leave_requests r JOIN employees e ON e.id = r.employee_id {conditions}"
    );
    let total = rx.scalar(&count, values.as_slice())?;
    let place = values.len();
    values.extend([&limit as &dyn ToSql, &offset]);
    let sql = format!("{SELECT} {conditions} {order_by} LIMIT ?{} OFFSET ?{}", place + 1, place + 2);
    Ok((rx.all(&sql, values.as_slice(), request)?, total))
}

/// The halves of days within `period` on which approved leave interrupts what yields to it, by person.
pub(in crate::leave) fn interruptions(
    rx: &Rx<'_>,
    people: &[EmployeeId],
    period: Period,
) -> Result<HashMap<EmployeeId, Interruptions>> {
    let rows: Vec<(EmployeeId, Date, DayPart)> = rx.all(
        "SELECT d.employee_id, d.date, d.part FROM leave_request_days d JOIN leave_requests r ON r.id = d.request_id
         JOIN leave_types t ON t.id = r.leave_type_id
         WHERE d.employee_id IN (SELECT value FROM json_each(?1)) AND d.date BETWEEN ?2 AND ?3
           AND r.status = 'approved' AND t.overlap = 'interrupts'",
        (crate::people::json_ids(people), period.first(), period.last()),
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    let mut found: HashMap<EmployeeId, Interruptions> = HashMap::new();
    for (person, date, part) in rows {
        let slots = found.entry(person).or_default().entry(date).or_insert(Slots::NONE);
        *slots = slots.union(part.slots());
    }
    Ok(found)
}

/// The same of one person.
pub(in crate::leave) fn interruptions_of(rx: &Rx<'_>, person: EmployeeId, period: Period) -> Result<Interruptions> {
    Ok(interruptions(rx, &[person], period)?.remove(&person).unwrap_or_default())
}

/// The halves of each day, and the hours, on which approved leave keeps a person from work. Kinds of leave that are
/// work elsewhere keep nobody from it.
pub(in crate::leave) fn approved_time(rx: &Rx<'_>, employee: EmployeeId, period: Period) -> Result<AwayTime> {
    let rows: Vec<(Date, DayPart, LeaveSpan)> = rx.all(
        "SELECT d.date, d.part, r.start_date, r.start_part, r.end_date, r.end_part, r.from_time, r.to_time \
         FROM leave_request_days d JOIN leave_requests r ON r.id = d.request_id \
         JOIN leave_types t ON t.id = r.leave_type_id \
         WHERE d.employee_id = ?1 AND d.date BETWEEN ?2 AND ?3 AND r.status = 'approved' AND t.works = 0",
        (employee, period.first(), period.last()),
        |row| Ok((row.get(0)?, row.get(1)?, span(row)?)),
    )?;
    let mut away = AwayTime::default();
    for (date, part, span) in rows {
        if part == DayPart::Hours {
            away.hours.extend(span.clock_times().map(|(from, to)| (date, from, to)));
            continue;
        }
        let known: &mut Slots = away.slots.entry(date).or_default();
        *known = known.union(part.slots());
    }
    Ok(away)
}
