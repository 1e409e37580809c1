//! Counting leave anew when hours or holidays change, which `people/recount` hands in, and when other leave interrupts it.
//!
//! Approved leave is corrected in the ledger by reversals and new rows, also where it is over already, and may bring a
//! balance below zero; leave that is not decided yet gets its new count and its approval another title. Everybody
//! concerned is told. Leave of which nothing is left stays as it is, with 0 minutes.

#[cfg(test)]
mod tests;

use std::collections::HashMap;

use crate::approvals::{self, Kind};
use crate::audit;
use crate::auth::Actor;
use crate::error::{Msg, Result};
use crate::ids::EmployeeId;
use crate::leave::calendars::{PersonCalendar, around};
use crate::leave::ledger::{self, Account, Accounts, Books, Written};
use crate::leave::notices::{self, Fate};
use crate::leave::policy;
use crate::leave::request::{self, LeaveRequest, RequestDay};
use crate::leave::rules::{Interruptions, LeaveCount, LeaveDay, Unit};
use crate::leave::types::{self, LeaveType};
use crate::leave::words;
use crate::leave::{lieu, limits, papers};
use crate::people::recount::{Change, Matter, Touched, people_of};
use crate::people::{self, WorkingTime};
use crate::storage::Tx;
use crate::time::{FreeDayRule, Holidays, Minutes, Period};

/// Counts the leave that `change` may concern as the calendar is now, and books what differs.
///
/// # Errors
/// When the database cannot be read or written.
pub fn recount(tx: &mut Tx<'_>, actor: &Actor, change: &Change) -> Result<Vec<Touched>> {
    let whose = people_of(tx, &change.whose)?;
    let mut touched = lieu::take_back(tx, actor, whose.as_deref(), change.period)?;
    // Of everybody only holidays change, and those only what is earned by hours: the night sees to that.
    if let Some(people) = &whose {
        touched.extend(policy::regrant_people(tx, actor, people, Some(&change.why))?);
    }
    let period = concerned(tx, change.period)?;
    touched.extend(requests(tx, actor, whose.as_deref(), &Cause { period, why: &change.why, tell: Tell::Requester })?);
    Ok(touched)
}

/// Who is told of what was counted anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tell {
    Requester,
    /// What is imported is past.
    Nobody,
}

/// Counts one person's leave anew where other leave came to lie on it, or does no longer.
///
/// # Errors
/// When the database cannot be read or written.
pub fn beneath(
    tx: &mut Tx<'_>,
    actor: &Actor,
    employee: EmployeeId,
    period: Period,
    why: Msg,
    tell: Tell,
) -> Result<Vec<Touched>> {
    requests(tx, actor, Some(&[employee]), &Cause { period, why: &why, tell })
}

/// Why leave is counted anew.
#[derive(Clone, Copy, Debug)]
struct Cause<'a> {
    /// The dates that may count differently.
    period: Period,
    why: &'a Msg,
    tell: Tell,
}

/// The requests of these people, or of everybody, that `cause` may concern.
fn requests(tx: &mut Tx<'_>, actor: &Actor, whose: Option<&[EmployeeId]>, cause: &Cause<'_>) -> Result<Vec<Touched>> {
    let mut touched = Vec::new();
    let requests = request::store::standing(tx, whose, cause.period)?;
    let Some(asked) = requests.iter().map(|one| one.span.period()).reduce(Period::hull) else { return Ok(touched) };
    let people = requesters(&requests);
    let calendars = calendars(tx, &people, around(asked))?;
    let above = request::store::interruptions(tx, &people, asked)?;
    let mut accounts = Vec::new();
    for request in requests {
        let Some(calendar) = calendars.get(&request.employee_id) else { continue };
        let account = Account::on(tx, request.employee_id, request.leave_type_id, request.span.first_day())?;
        let kind = types::get(tx, request.leave_type_id)?;
        let none = Interruptions::new();
        let count = calendar.count(&kind, &request.span, above.get(&request.employee_id).unwrap_or(&none));
        if let Some(one) = recount_one(tx, actor, request, (&kind, calendar, &count), cause)? {
            touched.push(one);
            accounts.push(account);
        }
    }
    // Once all is counted: one person's requests draw on one balance.
    for (one, account) in touched.iter_mut().zip(accounts) {
        if one.balance_after.is_some() {
            let books = Books::open(tx, account, None)?;
            one.balance_after = Some(books.on(books.within(one.period.first())).available);
        }
    }
    Ok(touched)
}

/// The dates that may count differently: where a place keeps holidays on later days, those too.
fn concerned(tx: &Tx<'_>, period: Period) -> Result<Period> {
    if people::org::location::with_free_days(tx, FreeDayRule::NextWorkingDay)?.is_empty() {
        return Ok(period);
    }
    let last = crate::time::period::ahead(period.last(), Holidays::BEFORE);
    Ok(Period::new(period.first(), last).unwrap_or(period))
}

/// Who asks, each once.
fn requesters(requests: &[LeaveRequest]) -> Vec<EmployeeId> {
    let mut ids: Vec<EmployeeId> = requests.iter().map(|request| request.employee_id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The calendar of each person who asks, in a fixed number of questions.
fn calendars(tx: &Tx<'_>, people: &[EmployeeId], period: Period) -> Result<HashMap<EmployeeId, PersonCalendar>> {
    let placed = people::placed(tx, people)?;
    let calendar = |(id, WorkingTime { schedules, holidays })| (id, PersonCalendar { schedules, holidays });
    Ok(people::working_times(tx, &placed, period)?.into_iter().map(calendar).collect())
}

fn recount_one(
    tx: &mut Tx<'_>,
    actor: &Actor,
    request: LeaveRequest,
    (kind, calendar, count): (&LeaveType, &PersonCalendar, &LeaveCount),
    cause: &Cause<'_>,
) -> Result<Option<Touched>> {
    let why = cause.why;
    let accounts = Accounts::of(tx, request.employee_id, request.leave_type_id)?;
    let mut days = request::request_days(&request.span, count, accounts.years);
    let before = request::store::days(tx, request.id)?;
    // What payroll has closed stays as it was counted.
    let closed = limits::settings::get(tx)?.payroll_closed_through;
    for day in days.iter_mut().filter(|day| closed.is_some_and(|closed| day.date <= closed)) {
        if let Some(old) = before.iter().find(|old| old.date == day.date) {
            day.clone_from(old);
        }
    }
    // What counts differently on other dates only has another cause, which is none of this change's.
    let differs = |(new, old): (&RequestDay, &RequestDay)| new != old && cause.period.contains(new.date);
    if days.len() == before.len() && !days.iter().zip(&before).any(differs) {
        return Ok(None);
    }
    request::store::put_days(tx, request.id, request.employee_id, request.leave_type_id, &days)?;
    let charges = |days: &[RequestDay]| days.iter().map(|day| (day.date, day.charged)).collect::<Vec<_>>();
    if charges(&days) == charges(&before) {
        // Only what a day is called has changed.
        return Ok(None);
    }
    let minutes: Minutes = days.iter().map(|day| day.charged).sum();
    let sent = request.sent_minutes.unwrap_or(request.minutes);
    request::store::set_minutes(tx, request.id, minutes, sent)?;
    let open = request.status.is_open();
    if kind.fields.affects_balance && !open {
        book(tx, actor, &request, &days, why)?;
    }
    let entry = audit::Entry::new("leave.counted_anew").on("leave_request", request.id.0).change(
        "minutes",
        request.minutes,
        minutes,
    );
    audit::record(tx, actor, entry.because(&why.to_string()))?;
    let after = request::store::get(tx, request.id)?;
    papers::recount(tx, &after)?;
    if open {
        let title = request::title(tx, &after, &words::plain_format(actor, tx.now()))?;
        approvals::retitle(tx, Kind::Leave, request.id.0, &Msg::new("{0}").arg(title))?;
    }
    if cause.tell == Tell::Requester {
        notices::requester(tx, actor, &after, Fate::Recounted, "")?;
    }
    Ok(Some(Touched {
        matter: Matter::Request,
        request_id: Some(request.id),
        employee: request.employee_ref(),
        kind: kind.fields.name.clone(),
        period: request.span.period(),
        open,
        before: request.minutes,
        after: minutes,
        balance_after: kind.fields.affects_balance.then_some(Minutes::ZERO),
        per_day: (kind.fields.unit == Unit::Days).then(|| calendar.usual_day(request.span.first_day())),
    }))
}

/// Brings the ledger to these days of an approved request, in every leave year that it touches or touched.
fn book(tx: &mut Tx<'_>, actor: &Actor, request: &LeaveRequest, days: &[RequestDay], why: &Msg) -> Result<()> {
    let accounts = Accounts::of(tx, request.employee_id, request.leave_type_id)?;
    let mut years = ledger::store::years_of_request(tx, request.id)?;
    years.extend(days.iter().map(|day| day.leave_year));
    years.sort_unstable();
    years.dedup();
    for year in years {
        let books = Written::read(tx, accounts.numbered(year))?;
        let mut booked = books.ledger.booked();
        booked.retain(|day| day.request_id != request.id);
        let own = days.iter().filter(|day| day.charged.is_positive() && day.leave_year == year);
        booked.extend(own.map(|day| LeaveDay { request_id: request.id, date: day.date, minutes: day.charged }));
        ledger::settle(tx, actor, &books, &booked, Some((request.id, why)))?;
    }
    Ok(())
}
