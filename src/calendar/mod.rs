//! The team calendar: who is away when, people by days or a month at a glance. What one may see of whom is decided in
//! `leave/absence`.

pub mod api;
pub mod feeds;
mod grid;
pub mod pages;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::auth::Actor;
use crate::error::Result;
use crate::ids::{DepartmentId, EmployeeId, LeaveTypeId, LocationId};
use crate::leave::absence::wall::Closed;
use crate::leave::absence::{self, Absence, Person};
use crate::leave::calendars::PersonCalendar;
use crate::leave::limits::blackouts::{self, Blackout};
use crate::people::org::department;
use crate::storage::Rx;
use crate::time::Period;
use crate::web::Listing;

/// What a calendar is drawn from.
#[derive(Debug)]
struct Days {
    people: Vec<Person>,
    calendars: HashMap<EmployeeId, PersonCalendar>,
    absences: Vec<Absence>,
    closed: Vec<Closed>,
}

/// The leave and trips of `people` within `period`, with their weeks and holidays: a fixed number of questions, however
/// many they are.
fn days(rx: &Rx<'_>, actor: &Actor, people: Vec<Person>, period: Period, kind: Kind) -> Result<Days> {
    let ids: Vec<EmployeeId> = people.iter().map(|person| person.id).collect();
    let mut absences = absence::within(rx, actor, &ids, period)?;
    absences.retain(|absence| kind.fits(absence));
    let calendars = absence::calendars(rx, &people, period)?;
    let closed = closed(rx, &people, period)?;
    Ok(Days { people, calendars, absences, closed })
}

/// On which days which of these people take no leave.
fn closed(rx: &Rx<'_>, people: &[Person], period: Period) -> Result<Vec<Closed>> {
    let found = blackouts::within(rx, period)?;
    let mut above: HashMap<DepartmentId, Vec<DepartmentId>> = HashMap::new();
    if found.iter().any(|one| one.department_id.is_some()) {
        for id in people.iter().filter_map(|person| person.department_id) {
            if let Entry::Vacant(free) = above.entry(id) {
                free.insert(with_those_above(rx, id)?);
            }
        }
    }
    let closed = |one: Blackout| {
        let holds = |person: &&Person| {
            let within = |id: DepartmentId| person.department_id.is_some_and(|own| above[&own].contains(&id));
            one.department_id.is_none_or(within) && one.location_id.is_none_or(|id| person.location_id == Some(id))
        };
        Some(Closed {
            people: people.iter().filter(holds).map(|person| person.id).collect(),
            period: Period::new(one.start_date, one.end_date)?,
            name: one.name,
        })
    };
    let mut all: Vec<Closed> = found.into_iter().filter_map(closed).collect();
    all.retain(|closed| !closed.people.is_empty());
    Ok(all)
}

/// A department, and those that it is part of.
fn with_those_above(rx: &Rx<'_>, id: DepartmentId) -> Result<Vec<DepartmentId>> {
    let mut all = vec![id];
    while let Some(&last) = all.last() {
        match department::get(rx, last)?.facts.parent_id.filter(|parent| !all.contains(parent)) {
            Some(parent) => all.push(parent),
            None => break,
        }
    }
    Ok(all)
}

/// What a calendar is narrowed by.
#[derive(Clone, Copy, Debug, Default)]
struct Filter {
    department: Option<DepartmentId>,
    location: Option<LocationId>,
    kind: Kind,
}

impl Filter {
    /// The names of its parameters.
    const NAMES: [&str; 3] = ["department_id", "location_id", "leave_type_id"];

    fn read(listing: &Listing) -> Result<Filter> {
        Ok(Filter {
            department: listing.filter("department_id")?,
            location: listing.filter("location_id")?,
            kind: listing.filter("leave_type_id")?.unwrap_or_default(),
        })
    }

    fn admits(&self, person: &Person) -> bool {
        self.department.is_none_or(|id| person.department_id == Some(id))
            && self.location.is_none_or(|id| person.location_id == Some(id))
    }
}

/// Which absences a calendar shows, as far as the viewer may know their kind.
#[derive(Clone, Copy, Debug, Default)]
enum Kind {
    #[default]
    All,
    /// Only what shows as no more than "Away".
    Away,
    Trip,
    Leave(LeaveTypeId),
}

/// What stands for [`Kind::Away`] and [`Kind::Trip`] in an address.
const AWAY: &str = "away";
const TRIP: &str = "trip";

impl std::str::FromStr for Kind {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> std::result::Result<Kind, Self::Err> {
        Ok(match text {
            "" => Kind::All,
            AWAY => Kind::Away,
            TRIP => Kind::Trip,
            id => Kind::Leave(id.parse()?),
        })
    }
}

impl Kind {
    fn fits(self, absence: &Absence) -> bool {
        match self {
            Kind::All => true,
            Kind::Trip => absence.is_trip(),
            Kind::Away => !absence.is_trip() && absence.leave_type_id.is_none(),
            Kind::Leave(id) => absence.leave_type_id == Some(id),
        }
    }
}
