//! The team calendar: who is away when, people by days or a month at a glance. What one may see of whom is decided in
//! `leave/absence`.

pub mod api;
pub mod feeds;
mod grid;
pub mod pages;

use std::collections::HashMap;

use crate::auth::Actor;
use crate::error::Result;
use crate::ids::{DepartmentId, EmployeeId, LeaveTypeId, LocationId};
use crate::leave::absence::{self, Absence, Person};
use crate::leave::calendars::PersonCalendar;
use crate::storage::Rx;
use crate::time::Period;
use crate::web::Listing;

/// What a calendar is drawn from.
#[derive(Debug)]
struct Days {
    people: Vec<Person>,
    calendars: HashMap<EmployeeId, PersonCalendar>,
    absences: Vec<Absence>,
}

/// The leave and trips of `people` within `period`, with their weeks and holidays: a fixed number of questions, however
/// many they are.
fn days(rx: &Rx<'_>, actor: &Actor, people: Vec<Person>, period: Period, kind: Kind) -> Result<Days> {
    let ids: Vec<EmployeeId> = people.iter().map(|person| person.id).collect();
    let mut absences = absence::within(rx, actor, &ids, period)?;
    absences.retain(|absence| kind.fits(absence));
    let calendars = absence::calendars(rx, &people, period)?;
    Ok(Days { people, calendars, absences })
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
