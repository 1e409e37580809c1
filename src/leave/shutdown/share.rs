//! What a shutdown does to each person: worked out from calendars, other leave and balances, the same for the look before
//! it and for the booking.

use std::collections::HashMap;

use jiff::civil::Date;

use crate::error::Result;
use crate::ids::{EmployeeId, LeaveTypeId, LocationId};
use crate::leave::absence::{self, Person};
use crate::leave::calendars::PersonCalendar;
use crate::leave::ledger::Accounts;
use crate::leave::request::{self, LeaveRequest};
use crate::leave::rules::{Interruptions, LeaveCount, LeaveSpan};
use crate::leave::trips;
use crate::leave::types::{self, LeaveType};
use crate::people::recount;
use crate::storage::Rx;
use crate::time::{Minutes, Period, Slots};

/// What is looked for in people's calendars.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub kind: LeaveTypeId,
    pub fallback: Option<LeaveTypeId>,
    pub span: LeaveSpan,
    pub location_id: Option<LocationId>,
}

/// One person of a shutdown.
#[derive(Clone, Debug)]
pub struct Share {
    pub person: Person,
    /// What a day is worth to the person.
    pub per_day: Minutes,
    pub outcome: Outcome,
}

/// What becomes of a person in a shutdown.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// So much leave of a kind is booked.
    Books {
        kind: LeaveTypeId,
        /// Around what the person has already.
        stretches: Vec<(LeaveSpan, LeaveCount)>,
        minutes: Minutes,
        /// What is available then; none where the kind has no balance.
        balance_after: Option<Minutes>,
    },
    /// The balance lacks so much, and no other kind is booked instead.
    Short(Minutes),
    /// The person has other leave, or travels, on all of their working time; `undecided` where it may still fall away.
    Away { undecided: bool },
    /// The person does not work on these days.
    Free,
    /// HR has left them out.
    Excepted,
}

impl Share {
    pub fn books(&self) -> bool {
        matches!(self.outcome, Outcome::Books { .. })
    }
}

/// Says of a list that it is this one, whoever is excepted: where it has changed by the time it is confirmed, it is
/// looked at again.
pub fn mark(shares: &[Share]) -> String {
    recount::mark_of(shares.iter().map(|share| {
        let becomes = match &share.outcome {
            Outcome::Books { kind, minutes, .. } => (kind.0, minutes.get()),
            Outcome::Short(minutes) => (-1, minutes.get()),
            Outcome::Away { undecided } => (-2, i64::from(*undecided)),
            Outcome::Free => (-3, 0),
            Outcome::Excepted => (-4, 0),
        };
        (share.person.id.0, becomes)
    }))
}

/// What people's time is taken up by.
struct Taken {
    leave: HashMap<EmployeeId, Vec<LeaveRequest>>,
    trips: HashMap<EmployeeId, Vec<Period>>,
    above: HashMap<EmployeeId, Interruptions>,
    kinds: HashMap<LeaveTypeId, LeaveType>,
}

impl Taken {
    fn read(rx: &Rx<'_>, ids: &[EmployeeId], period: Period) -> Result<Taken> {
        let mut leave: HashMap<EmployeeId, Vec<LeaveRequest>> = HashMap::new();
        for request in request::store::standing(rx, Some(ids), period)? {
            leave.entry(request.employee_id).or_default().push(request);
        }
        let mut trips: HashMap<EmployeeId, Vec<Period>> = HashMap::new();
        for trip in trips::standing(rx, ids, period)? {
            trips.entry(trip.employee_id()).or_default().push(trip.period);
        }
        Ok(Taken {
            leave,
            trips,
            above: request::store::interruptions(rx, ids, period)?,
            kinds: types::all(rx)?.into_iter().map(|kind| (kind.id, kind)).collect(),
        })
    }

    /// The halves of `date` on which a person has leave that `kind` cannot lie on, or travels.
    fn busy(
        &self,
        person: EmployeeId,
        date: Date,
        (kind, span): (&LeaveType, &LeaveSpan),
        calendar: &PersonCalendar,
    ) -> Slots {
        if self.trips.get(&person).is_some_and(|trips| trips.iter().any(|trip| trip.contains(date))) {
            return Slots::FULL;
        }
        let others = self.leave.get(&person).into_iter().flatten().filter(|other| {
            // Work elsewhere keeps nobody from a company that is closed.
            self.kinds.get(&other.leave_type_id).is_none_or(|held| {
                let may = kind.fields.overlap.may_meet(span, held.fields.overlap, &other.span);
                !may && !held.fields.works
            })
        });
        others.fold(Slots::NONE, |busy, other| {
            busy.union(match other.span.clock_times() {
                Some((from, to)) if other.span.first_day() == date => {
                    calendar.schedules.of(date).slots_touched(from, to)
                }
                _ => other.span.slots(date),
            })
        })
    }
}

/// What `wanted` does to those whom it concerns and whom `only` lets through; by department and name.
pub(super) fn read(
    rx: &Rx<'_>,
    wanted: &Wanted,
    except: &[EmployeeId],
    only: impl Fn(EmployeeId) -> bool,
) -> Result<Vec<Share>> {
    let period = wanted.span.period();
    let mut people = absence::everybody(rx, period, wanted.location_id)?;
    people.retain(|person| only(person.id));
    let ids: Vec<EmployeeId> = people.iter().map(|person| person.id).collect();
    let calendars = absence::calendars(rx, &people, period)?;
    let taken = Taken::read(rx, &ids, period)?;
    let kind = types::get(rx, wanted.kind)?;
    let fallback = wanted.fallback.map(|id| types::get(rx, id)).transpose()?;
    let mut shares = Vec::with_capacity(people.len());
    for person in people {
        let Some(calendar) = calendars.get(&person.id) else { continue };
        let outcome = if except.contains(&person.id) {
            Outcome::Excepted
        } else {
            match outcome(rx, &person, (&kind, &wanted.span), calendar, &taken)? {
                short @ Outcome::Short(_) => match &fallback {
                    Some(other) => outcome(rx, &person, (other, &wanted.span), calendar, &taken)?,
                    None => short,
                },
                found => found,
            }
        };
        shares.push(Share { per_day: calendar.usual_day(wanted.span.first_day()), person, outcome });
    }
    Ok(shares)
}

/// What becomes of one person where this kind is booked.
fn outcome(
    rx: &Rx<'_>,
    person: &Person,
    (kind, span): (&LeaveType, &LeaveSpan),
    calendar: &PersonCalendar,
    taken: &Taken,
) -> Result<Outcome> {
    let none = Interruptions::new();
    let above = taken.above.get(&person.id).unwrap_or(&none);
    let employed = |date: Date| person.join_date <= date && person.leave_date.is_none_or(|last| date <= last);
    let busy = |date: Date| match employed(date) {
        true => taken.busy(person.id, date, (kind, span), calendar),
        false => Slots::FULL,
    };
    let mut stretches: Vec<(LeaveSpan, LeaveCount)> = Vec::new();
    for stretch in span.without(busy) {
        let count = calendar.count(kind, &stretch, above);
        if count.total().is_positive() {
            stretches.push((stretch, count));
        }
    }
    if stretches.is_empty() {
        let works = span.period().days().any(|date| employed(date) && calendar.calendar().works_on(date));
        let undecided = taken.leave.get(&person.id).into_iter().flatten().any(|other| other.status.is_open());
        return Ok(if works { Outcome::Away { undecided } } else { Outcome::Free });
    }
    let all = LeaveCount { days: stretches.iter().flat_map(|(_, count)| count.days.clone()).collect() };
    let charges = request::charges(rx, Accounts::of(rx, person.id, kind.id)?, kind, &all, None)?;
    let missing: Minutes = charges.iter().map(|year| year.missing).filter(|missing| missing.is_positive()).sum();
    if missing.is_positive() {
        return Ok(Outcome::Short(missing));
    }
    let balance_after = charges.last().map(|year| year.after.available);
    Ok(Outcome::Books { kind: kind.id, minutes: all.total(), stretches, balance_after })
}
