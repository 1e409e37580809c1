//! The team calendar: who is away when, people by days. What one may see of whom is decided in `leave/absence`.

pub mod api;
pub mod feeds;
pub mod pages;

use std::collections::HashMap;

use crate::auth::Actor;
use crate::error::Result;
use crate::ids::EmployeeId;
use crate::leave::absence::{self, Absence, Person};
use crate::leave::calendars::PersonCalendar;
use crate::storage::Rx;
use crate::time::Period;

/// What a calendar is drawn from.
#[derive(Debug)]
struct Days {
    people: Vec<Person>,
    calendars: HashMap<EmployeeId, PersonCalendar>,
    absences: Vec<Absence>,
}

/// The leave of `people` within `period`, with their weeks and holidays.
fn days(rx: &Rx<'_>, actor: &Actor, people: Vec<Person>, period: Period) -> Result<Days> {
    let ids: Vec<EmployeeId> = people.iter().map(|person| person.id).collect();
    let absences = absence::within(rx, actor, &ids, period)?;
    let calendars = absence::calendars(rx, &people, period)?;
    Ok(Days { people, calendars, absences })
}
