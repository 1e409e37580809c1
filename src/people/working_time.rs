//! When a person works and which holidays they have, together: the one answer that leave, overtime and calendars count
//! with. A holiday that falls on a day which the person does not work is kept as their location says.

use std::collections::HashMap;

use jiff::civil::Date;

use super::{holidays, org, reach, schedule};
use crate::error::Result;
use crate::ids::{EmployeeId, EntityId, LocationId};
use crate::storage::Rx;
use crate::time::{DatedSchedules, FreeDayRule, Holidays, Period, WorkingDays, period};

/// One person's hours and holidays.
#[derive(Clone, Debug, Default)]
pub struct WorkingTime {
    pub schedules: DatedSchedules,
    /// Within the period that was asked about; with the days on which others are kept instead.
    pub holidays: Holidays,
}

impl WorkingTime {
    /// Whether work is done on `date`, which lies in the period that was asked about. Whoever has no hours works from
    /// Monday to Friday.
    pub fn works_on(&self, date: Date) -> bool {
        WorkingDays::new(&self.schedules, &self.holidays)
            .map_or_else(|| period::is_weekday(date), |days| days.includes(date))
    }
}

/// What a location does about whole holidays on free days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FreeDays {
    pub rule: FreeDayRule,
    /// It concerns holidays from this date on.
    pub from: Date,
    /// Months for which a lieu day can be used; `None` is without end.
    pub lieu_expires_months: Option<u8>,
}

/// Somebody, and where they work.
pub type Placed = (EmployeeId, Option<EntityId>, Option<LocationId>);

/// The hours of `employee`, and the holidays within `period`.
///
/// # Errors
/// [`crate::error::AppError::NotFound`] where there is no such person.
pub fn working_time(rx: &Rx<'_>, employee: EmployeeId, period: Period) -> Result<WorkingTime> {
    let place = super::place_of(rx, employee)?;
    let found = working_times(rx, &[(employee, place.entity_id, place.location_id)], period)?.remove(&employee);
    Ok(found.unwrap_or_default())
}

/// The same for many: a fixed number of questions for the hours and the moves, two for each place. On each day the
/// holidays are those of the place where the person is on that day.
///
/// # Errors
/// When the database cannot be read.
pub fn working_times(rx: &Rx<'_>, people: &[Placed], period: Period) -> Result<HashMap<EmployeeId, WorkingTime>> {
    let ids: Vec<EmployeeId> = people.iter().map(|(id, ..)| *id).collect();
    let mut schedules = schedule::schedules_of(rx, &ids)?;
    let mut moves = reach::places_over_time(rx, &ids)?;
    let mut places: HashMap<(Option<EntityId>, Option<LocationId>), AtPlace> = HashMap::new();
    let mut found = HashMap::with_capacity(people.len());
    for (id, entity, location) in people.iter().copied() {
        let schedules = schedules.remove(&id).unwrap_or_default();
        let mut holidays = Holidays::default();
        for (stretch, entity, location) in stretches(moves.remove(&id).unwrap_or_default(), (entity, location), period)
        {
            let place = match places.entry((entity, location)) {
                std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
                std::collections::hash_map::Entry::Vacant(free) => {
                    free.insert(AtPlace::read(rx, entity, location, period)?)
                }
            };
            let there = place.of(&schedules, period);
            holidays = if stretch == period { there } else { holidays.joined(there.limited_to(stretch)) };
        }
        found.insert(id, WorkingTime { schedules, holidays });
    }
    Ok(found)
}

/// Where somebody is in each part of `period`; `now` where nothing is recorded.
fn stretches(
    moves: Vec<reach::Stay>,
    now: (Option<EntityId>, Option<LocationId>),
    period: Period,
) -> Vec<(Period, Option<EntityId>, Option<LocationId>)> {
    // Who stays at a location belongs to the entity that it has now, as long as no move says otherwise.
    if moves.windows(2).all(|two| (two[0].1, two[0].2) == (two[1].1, two[1].2)) {
        return vec![(period, now.0, now.1)];
    }
    let mut found: Vec<(Period, Option<EntityId>, Option<LocationId>)> = Vec::new();
    for (at, (from, entity, location)) in moves.iter().enumerate() {
        let first = if at == 0 { period.first() } else { (*from).max(period.first()) };
        let last = moves.get(at + 1).map_or(period.last(), |(next, ..)| period::back(*next, 1).min(period.last()));
        found.extend(Period::new(first, last).map(|stretch| (stretch, *entity, *location)));
    }
    found
}

/// The hours and holidays of a place, whoever works there: Monday to Friday, with what lies over it.
///
/// # Errors
/// When the database cannot be read.
pub fn of_place(
    rx: &Rx<'_>,
    entity: Option<EntityId>,
    location: Option<LocationId>,
    period: Period,
) -> Result<WorkingTime> {
    let schedules = schedule::of_place(rx, location)?;
    let holidays = AtPlace::read(rx, entity, location, period)?.of(&schedules, period);
    Ok(WorkingTime { schedules, holidays })
}

/// The holidays of one place, and its rule.
struct AtPlace {
    free_days: Option<FreeDays>,
    holidays: Holidays,
}

impl AtPlace {
    fn read(rx: &Rx<'_>, entity: Option<EntityId>, location: Option<LocationId>, asked: Period) -> Result<Self> {
        let free_days = match location {
            Some(location) => org::location::free_days(rx, location)?,
            None => None,
        };
        let free_days = free_days.filter(|free| free.rule == FreeDayRule::NextWorkingDay);
        // A holiday that was moved into the period lies before it.
        let first = if free_days.is_some() { period::back(asked.first(), Holidays::BEFORE) } else { asked.first() };
        let holidays = holidays::of(rx, entity, location, Period::new(first, asked.last()).unwrap_or(asked))?;
        Ok(AtPlace { free_days, holidays })
    }

    fn of(&self, schedules: &DatedSchedules, asked: Period) -> Holidays {
        match self.free_days {
            Some(free) => self.holidays.clone().observed_by(schedules, free.from).limited_to(asked),
            None => self.holidays.clone(),
        }
    }
}
