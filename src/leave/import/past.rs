//! Leave that was taken elsewhere: it stands approved, counted by the person's own weeks and holidays as they are known
//! here. Nobody is told of it. TimeOff.Management's export of absences is understood as it comes.

use std::borrow::Cow;
use std::collections::HashMap;

use super::Known;
use crate::auth::Actor;
use crate::error::{FieldErrors, Result};
use crate::ids::EmployeeId;
use crate::leave::calendars::PersonCalendar;
use crate::leave::ledger::{self, Accounts, Ahead, Written};
use crate::leave::limits;
use crate::leave::recount::{self, Tell};
use crate::leave::request::{self, NewLeave};
use crate::leave::rules::{Entry, LeaveDay, LeaveSpan, LeaveStatus, LedgerKind, Overlap, Part, clash};
use crate::leave::types::{self, LeaveType};
use crate::people::Employee;
use crate::people::import::What as Becomes;
use crate::sheet::{Column, Fault, Row};
use crate::storage::{Rx, Tx};
use crate::text::fold;
use crate::time::Minutes;
use crate::{msg, tr};

const fn column(name: &'static str, aliases: &'static [&'static str], required: bool) -> Column {
    Column { name: Cow::Borrowed(name), aliases, required }
}

pub(super) static COLUMNS: [Column; 9] = [
    column("number", &["employee_id", "employee number", "Personalnummer"], false),
    column("email", &["work_email", "email address", "e-mail address"], false),
    column("leave_type", &["type of absence", "Urlaubsart"], true),
    column("start_date", &["started at", "from", "Von"], true),
    column("start_part", &["start date type"], false),
    column("end_date", &["ended at", "to", "Bis"], true),
    column("end_part", &["end date type"], false),
    column("status", &["Status"], false),
    column("reason", &["comment", "Grund"], false),
];

/// TimeOff.Management heads two columns “Date type”: that of the first day and that of the last. The first becomes “Start
/// date type”, the second “End date type”.
pub(super) fn name_both_date_types(file: &mut Vec<u8>) {
    let line = file.iter().position(|byte| *byte == b'\n').unwrap_or(file.len());
    let Ok(header) = std::str::from_utf8(&file[..line]) else { return };
    let twice = header.to_ascii_lowercase().matches("date type").count() == 2;
    if !twice {
        return;
    }
    let lower = header.to_ascii_lowercase();
    let (Some(first), Some(second)) = (lower.find("date type"), lower.rfind("date type")) else { return };
    let named = format!("{}Start {}End {}", &header[..first], &header[first..second], &header[second..]);
    file.splice(..line, named.into_bytes());
}

/// Leave to be entered.
#[derive(Debug)]
pub(super) struct Past {
    employee_id: EmployeeId,
    kind: LeaveType,
    input: NewLeave,
    span: LeaveSpan,
}

/// Leave of earlier rows, which later ones may not overlap either.
#[derive(Debug, Default)]
pub(super) struct Seen(HashMap<EmployeeId, Vec<(Overlap, LeaveSpan)>>);

pub(super) type Planned = Result<(Employee, Option<Past>, Becomes), Fault>;

/// What a row asks for.
pub(super) fn plan(rx: &Rx<'_>, known: &Known, row: &Row, seen: &mut Seen) -> Result<Planned> {
    let read = || -> Result<(Employee, Past), Fault> {
        let (person, kind) = (known.person(row)?, known.kind(row)?);
        let date = |column| row.date(column)?.ok_or_else(|| row.fault(column, tr!("is empty")));
        let (start_date, end_date) = (date("start_date")?, date("end_date")?);
        let input = NewLeave {
            leave_type_id: kind.id,
            employee_id: Some(person.id),
            start_date,
            end_date,
            start_part: part(row, "start_part")?,
            end_part: part(row, "end_part")?,
            from_time: None,
            to_time: None,
            reason: row.text("reason").to_owned(),
            contact: String::new(),
            deputy_id: None,
            document_ids: Vec::new(),
            files_chosen: 0,
        };
        let wrong = |errors: FieldErrors| {
            let (field, why) = errors.0.into_iter().next().unwrap_or_else(|| ("start_date".into(), msg!("is empty")));
            row.fault(&field, why)
        };
        let span = input.span().map_err(wrong)?;
        Ok((person.clone(), Past { employee_id: person.id, kind, input, span }))
    };
    let (person, past) = match read() {
        Ok(read) => read,
        Err(fault) => return Ok(Err(fault)),
    };
    if !is_approved(row.text("status")) {
        return Ok(Ok((person, None, Becomes::Unchanged)));
    }
    if let Some(closed) = limits::settings::closed_within(rx, past.span.period())? {
        return Ok(Err(row.fault("start_date", limits::settings::closed_words(closed))));
    }
    let overlap = past.kind.fields.overlap;
    let calendar = PersonCalendar::of(rx, person.id, past.span.period())?;
    for other in request::store::occupying(rx, person.id, past.span.period(), None)? {
        let same = other.leave_type_id == past.kind.id && other.span == past.span;
        if same && other.status == LeaveStatus::Approved {
            return Ok(Ok((person, None, Becomes::Unchanged)));
        }
        let meets = types::get(rx, other.leave_type_id)?.fields.overlap;
        if !overlap.may_meet(&past.span, meets, &other.span)
            && clash(&past.span, &other.span, &calendar.schedules).is_some()
        {
            return Ok(
                Err(row.fault("start_date", msg!("there is other leave on these days (request {0})", other.id))),
            );
        }
    }
    let earlier = seen.0.entry(person.id).or_default();
    let in_the_way = |(meets, span): &(Overlap, LeaveSpan)| {
        !overlap.may_meet(&past.span, *meets, span) && clash(&past.span, span, &calendar.schedules).is_some()
    };
    if earlier.iter().any(in_the_way) {
        return Ok(Err(row.fault("start_date", tr!("an earlier row has leave on these days"))));
    }
    let above = request::store::interruptions_of(rx, person.id, past.span.period())?;
    if calendar.count(&past.kind, &past.span, &above).total().is_zero() {
        return Ok(Err(row.fault("start_date", tr!("There is no working time in this period."))));
    }
    earlier.push((overlap, past.span));
    Ok(Ok((person, Some(past), Becomes::Created)))
}

/// What was not approved was not taken; without the column all was.
fn is_approved(status: &str) -> bool {
    matches!(fold(status).as_str(), "" | "approved" | "taken" | "genehmigt")
}

fn part(row: &Row, column: &str) -> Result<Part, Fault> {
    Ok(match fold(row.text(column)).as_str() {
        "" | "all day" | "full_day" | "whole day" | "ganzer tag" => Part::FullDay,
        "morning" | "half_day_morning" | "vormittag" => Part::Morning,
        "afternoon" | "half_day_afternoon" | "nachmittag" => Part::Afternoon,
        _ => return Err(row.fault(column, tr!("is neither all day nor morning nor afternoon"))),
    })
}

pub(super) fn write(tx: &mut Tx<'_>, actor: &Actor, past: &Past) -> Result<()> {
    let Past { employee_id, kind, input, span } = past;
    let accounts = Accounts::of(tx, *employee_id, kind.id)?;
    let calendar = PersonCalendar::of(tx, *employee_id, span.period())?;
    let count = calendar.count(kind, span, &request::store::interruptions_of(tx, *employee_id, span.period())?);
    let new = request::store::New {
        employee_id: *employee_id,
        input,
        minutes: count.total(),
        status: LeaveStatus::Approved,
        entered_by: Some(&actor.name),
        shutdown_id: None,
    };
    let days = request::request_days(span, &count, accounts.years);
    let id = request::act::enter(tx, actor, &new, (kind, &days), None)?;
    if kind.fields.overlap == Overlap::Interrupts {
        let (first, last) = (span.first_day(), span.last_day());
        let why = msg!("Given back for other leave from {0} to {1}.", first, last);
        recount::beneath(tx, actor, *employee_id, span.period(), why, Tell::Nobody)?;
    }
    if !kind.fields.affects_balance {
        return Ok(());
    }
    let mut years: Vec<i16> = days.iter().map(|day| day.leave_year).collect();
    years.dedup();
    for year in years {
        let account = accounts.numbered(year);
        let wanted = days.iter().filter(|day| day.leave_year == year && day.charged.is_positive());
        let wanted: Vec<LeaveDay> =
            wanted.map(|day| LeaveDay { request_id: id, date: day.date, minutes: day.charged }).collect();
        let Some(first) = wanted.first() else { continue };
        if year < Ahead::read(tx, accounts, year, None)?.begins {
            let minutes: Minutes = wanted.iter().map(|day| day.minutes).sum();
            let entry = Entry {
                kind: LedgerKind::Adjustment,
                minutes,
                effective_date: first.date,
                expires_on: None,
                grant_id: None,
                request_id: None,
                reverses_id: None,
            };
            let words = msg!("What imported leave took: nothing was granted here in that year.");
            ledger::enter(tx, actor, account, &[(entry, words)], None)?;
        }
        let books = Written::read(tx, account)?;
        let all = [books.ledger.booked(), wanted].concat();
        ledger::settle(tx, actor, &books, &all, None)?;
    }
    Ok(())
}
