//! Who is away, and as what one may know of it: what Home, the calendar and the preview of a request show.
//!
//! On the calendar people see the members of their entity, their reports and their approver, and who has them as
//! approver; HR sees everybody. Of a colleague's leave they see the type's name, or only "Away" where the type says
//! no more; never a reason.

pub mod feed;
pub mod json;
mod once;
mod store;
#[cfg(test)]
mod tests;
pub mod wall;

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

use super::calendars::PersonCalendar;
use super::request::{self, DayPart};
use super::rules::{LeaveSpan, LeaveStatus, Overlap};
use super::trips;
use super::types::{self, LeaveType, Mark, VisibleAs};
use crate::auth::Actor;
use crate::error::Result;
use crate::ids::{DepartmentId, EmployeeId, EntityId, LeaveRequestId, LeaveTypeId, LocationId, TripId};
use crate::lang::Lang;
use crate::people::{self, WorkingTime};
use crate::storage::Rx;
use crate::time::{Minutes, Period};

/// A person of the calendar.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: EmployeeId,
    pub name: String,
    pub department_id: Option<DepartmentId>,
    /// Empty where the person belongs to none.
    pub department: String,
    pub location_id: Option<LocationId>,
    /// Empty where the person works at none.
    pub location: String,
    pub entity_id: Option<EntityId>,
    pub join_date: Date,
    /// The last day of the employment.
    pub leave_date: Option<Date>,
}

/// What an absence comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    Leave(LeaveRequestId),
    Trip(TripId),
}

/// A stretch of leave, or a business trip, as one viewer may know it.
#[derive(Clone, Debug)]
pub struct Absence {
    pub cause: Cause,
    pub employee_id: EmployeeId,
    /// None where the viewer may not know the kind, and of a trip.
    pub leave_type_id: Option<LeaveTypeId>,
    /// How it is drawn and named for the viewer.
    pub mark: Mark,
    /// Not decided yet.
    pub open: bool,
    pub span: LeaveSpan,
    /// Its days within the period that was asked about, in order.
    pub days: Vec<AbsentDay>,
    /// The viewer may open the request.
    pub known: bool,
}

/// One day of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AbsentDay {
    pub date: Date,
    pub part: DayPart,
    /// 0 on days that the person does not work anyway.
    pub charged: Minutes,
}

/// The people whom `actor` sees on the calendar, employed at some time within `period`; by department and name.
///
/// # Errors
/// When the database cannot be read.
pub fn circle(
    rx: &Rx<'_>,
    actor: &Actor,
    period: Period,
    department_id: Option<DepartmentId>,
    location_id: Option<LocationId>,
) -> Result<Vec<Person>> {
    let mut whom = store::Whom {
        all: actor.is_hr(),
        own: actor.employee_id,
        departments: department_id.map(|one| vec![one]),
        location_id,
        ..store::Whom::default()
    };
    if let Some(own) = actor.employee_id.filter(|_| !whom.all) {
        whom.joined_by = Some(actor.today(rx.now()));
        whom.entity_id = people::place_of(rx, own)?.entity_id;
        whom.besides = people::all_reports(rx, own)?;
        if let people::Approver::Named(id) | people::Approver::LineManager(id) = people::approver_of(rx, own)? {
            whom.besides.push(id);
        }
    }
    store::people(rx, &whom, period, day_of(rx, period)?)
}

/// The day whose departments and locations a period shows: today where it lies within, else the last day of a period
/// that is over, and the first of one to come. Last March shows the departments of March.
fn day_of(rx: &Rx<'_>, period: Period) -> Result<Date> {
    Ok(people::today(rx)?.clamp(period.first(), period.last()))
}

/// The people of one department, or of one line manager where somebody belongs to none: the team of `employee`,
/// who is among them.
///
/// # Errors
/// [`crate::error::AppError::NotFound`] where there is no such person.
pub fn team(rx: &Rx<'_>, employee: EmployeeId, period: Period) -> Result<Vec<Person>> {
    people::get(rx, employee)?;
    let today = people::today(rx)?;
    let teams = teams(rx, &[employee], period)?;
    // That somebody is hired is not everybody's news.
    let begun = |person: &&Person| person.id == employee || person.join_date <= today;
    Ok(teams.of(employee, period).into_iter().filter(begun).cloned().collect())
}

/// Everybody, or everybody at a location, employed at some time within `period`; by department and name.
///
/// # Errors
/// When the database cannot be read.
pub fn everybody(rx: &Rx<'_>, period: Period, location_id: Option<LocationId>) -> Result<Vec<Person>> {
    let whom = store::Whom { all: true, location_id, ..store::Whom::default() };
    store::people(rx, &whom, period, day_of(rx, period)?)
}

/// The people of some departments, employed at some time within `period`.
///
/// # Errors
/// When the database cannot be read.
pub fn of_departments(rx: &Rx<'_>, departments: &[DepartmentId], period: Period) -> Result<Vec<Person>> {
    let whom = store::Whom { all: true, departments: Some(departments.to_vec()), ..store::Whom::default() };
    store::people(rx, &whom, period, day_of(rx, period)?)
}

/// Who makes a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Bond {
    Department(DepartmentId),
    Manager(EmployeeId),
    /// Of one.
    Own(EmployeeId),
}

/// The teams of several people.
#[derive(Clone, Debug, Default)]
pub struct Teams {
    bonds: HashMap<EmployeeId, Bond>,
    members: HashMap<Bond, Vec<Person>>,
}

impl Teams {
    /// The team of one of those who were asked about, who is among them: of its people those employed at some time
    /// within `period`.
    pub fn of(&self, employee: EmployeeId, period: Period) -> Vec<&Person> {
        let members = self.bonds.get(&employee).and_then(|bond| self.members.get(bond));
        let employed = |person: &&Person| {
            person.join_date <= period.last() && person.leave_date.is_none_or(|last| last >= period.first())
        };
        members.into_iter().flatten().filter(employed).collect()
    }

    /// Everybody of all of them, each once.
    pub fn everybody(&self) -> Vec<Person> {
        let mut seen = HashSet::new();
        self.members.values().flatten().filter(|person| seen.insert(person.id)).cloned().collect()
    }
}

/// [`team`] of several people at once: as many questions for a hundred as for one, and one for each line manager of
/// those who belong to no department. `period` is all that they are asked about.
///
/// # Errors
/// When the database cannot be read.
pub fn teams(rx: &Rx<'_>, whom: &[EmployeeId], period: Period) -> Result<Teams> {
    let bonds: HashMap<EmployeeId, Bond> = store::belongings(rx, whom)?
        .into_iter()
        .map(|(person, department, manager)| {
            let bond = department.map(Bond::Department).or(manager.map(Bond::Manager));
            (person, bond.unwrap_or(Bond::Own(person)))
        })
        .collect();
    let mut departments = Vec::new();
    let mut lists: Vec<(Bond, Vec<EmployeeId>)> = Vec::new();
    for bond in bonds.values().copied().collect::<HashSet<Bond>>() {
        match bond {
            Bond::Department(department) => departments.push(department),
            Bond::Manager(manager) => {
                let reports = people::reports(rx, manager)?.into_iter().map(|person| EmployeeId(person.id));
                lists.push((bond, reports.chain([manager]).collect()));
            }
            Bond::Own(person) => lists.push((bond, vec![person])),
        }
    }
    let on = day_of(rx, period)?;
    let mut members: HashMap<Bond, Vec<Person>> = HashMap::new();
    if !departments.is_empty() {
        let whom = store::Whom { all: true, departments: Some(departments), ..store::Whom::default() };
        for person in store::people(rx, &whom, period, on)? {
            let Some(department) = person.department_id else { continue };
            members.entry(Bond::Department(department)).or_default().push(person);
        }
    }
    if !lists.is_empty() {
        let besides = lists.iter().flat_map(|(_, people)| people).copied().collect();
        let found = store::people(rx, &store::Whom { besides, ..store::Whom::default() }, period, on)?;
        for (bond, people) in lists {
            let of_it = found.iter().filter(|person| people.contains(&person.id)).cloned();
            members.insert(bond, of_it.collect());
        }
    }
    Ok(Teams { bonds, members })
}

/// Whether approved leave covers the date, by half a day or more, on which the person would work, or a business trip
/// does; who works elsewhere is not away. Who that is gets a deputy for decisions.
///
/// # Errors
/// When the database cannot be read.
pub fn is_away(rx: &Rx<'_>, employee: EmployeeId, date: Date) -> Result<bool> {
    store::is_away(rx, employee, date)
}

/// Everybody of whom [`is_away`] is true.
///
/// # Errors
/// When the database cannot be read.
pub fn all_away_on(rx: &Rx<'_>, date: Date) -> Result<Vec<EmployeeId>> {
    store::away_on(rx, date)
}

/// The leave and trips of these people within `period`, approved and undecided, as `actor` may know it.
///
/// # Errors
/// When the database cannot be read.
pub fn within(rx: &Rx<'_>, actor: &Actor, whom: &[EmployeeId], period: Period) -> Result<Vec<Absence>> {
    let kinds: HashMap<LeaveTypeId, LeaveType> = types::all(rx)?.into_iter().map(|kind| (kind.id, kind)).collect();
    let scope = people::scope(rx, actor)?;
    let lang: Lang = actor.language.parse().unwrap_or_default();
    let mut found: Vec<(Absence, Overlap)> = Vec::new();
    for row in store::days(rx, whom, period)? {
        let day = AbsentDay { date: row.date, part: row.part, charged: row.charged };
        if let Some((last, _)) = found.last_mut().filter(|(last, _)| last.cause == Cause::Leave(row.request_id)) {
            last.days.push(day);
            continue;
        }
        let Some(kind) = kinds.get(&row.leave_type_id) else { continue };
        let known = scope.includes(row.employee_id);
        let named = known || kind.fields.visible_as == VisibleAs::Name;
        let absence = Absence {
            cause: Cause::Leave(row.request_id),
            employee_id: row.employee_id,
            leave_type_id: named.then_some(kind.id),
            mark: if named { kind.mark_in(lang) } else { Mark::away(lang.text("Away"), kind.fields.works) },
            open: row.status != LeaveStatus::Approved,
            span: row.span,
            days: vec![day],
            known,
        };
        found.push((absence, kind.fields.overlap));
    }
    let mut found = once::each_day(found);
    found.extend(trips::absences(rx, whom, period, lang, |employee| scope.includes(employee))?);
    Ok(found)
}

impl Absence {
    /// The page of the request or trip, where the viewer may open it.
    pub fn href(&self) -> Option<String> {
        self.known.then(|| match self.cause {
            Cause::Leave(id) => request::href(id),
            Cause::Trip(id) => trips::href(id),
        })
    }

    pub fn is_trip(&self) -> bool {
        matches!(self.cause, Cause::Trip(_))
    }

    pub fn on(&self, date: Date) -> Option<&AbsentDay> {
        self.days.iter().find(|day| day.date == date)
    }
}

/// Hours (up to the last day of the employment) and holidays of several people around `period`; a fixed number of
/// questions for the hours, two for each place.
///
/// # Errors
/// When the database cannot be read.
pub fn calendars(rx: &Rx<'_>, whom: &[Person], period: Period) -> Result<HashMap<EmployeeId, PersonCalendar>> {
    let placed: Vec<people::Placed> =
        whom.iter().map(|person| (person.id, person.entity_id, person.location_id)).collect();
    let mut found = people::working_times(rx, &placed, super::calendars::around(period))?;
    let calendar = |person: &Person| {
        let WorkingTime { mut schedules, holidays } = found.remove(&person.id).unwrap_or_default();
        if let Some(last) = person.leave_date {
            schedules = schedules.until(last);
        }
        (person.id, PersonCalendar { schedules, holidays })
    };
    Ok(whom.iter().map(calendar).collect())
}
