//! A person's history as one line: the first day, every dated change, working weeks, the last day; past and planned.

use std::collections::HashMap;

use jiff::civil::Date;

use super::{Change, DatedField, History};
use crate::auth::Actor;
use crate::error::Result;
use crate::ids::{DepartmentId, EmployeeId, EntityId, LocationId};
use crate::people::org::{department, entity, location};
use crate::people::{employee, schedule, within_reach};
use crate::storage::Rx;
use crate::text_enum;

text_enum! {
    /// What a line of the history tells.
    pub enum Kind {
        Joined = "joined",
        Changed = "changed",
        Schedule = "schedule",
        ProbationEnd = "probation_end",
        Left = "left",
    }
}

/// What a field held: for a department, a person and the like also its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub id: Option<i64>,
    /// A name as people read it, a text, or the word of a kind of employment.
    pub name: String,
}

/// One field that turned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    pub field: DatedField,
    pub before: Option<Held>,
    pub after: Option<Held>,
}

/// One day of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub on: Date,
    pub kind: Kind,
    /// Still to come.
    pub planned: bool,
    /// For what joins, where the person began; for a change, what turned.
    pub turns: Vec<Turn>,
    /// Minutes of the working week that begins.
    pub week_minutes: Option<i64>,
}

/// The history of `id`, the latest first.
///
/// # Errors
/// [`crate::error::AppError::NotFound`] for whoever does not see the record: all but the person, those above and HR.
pub fn of(rx: &Rx<'_>, actor: &Actor, id: EmployeeId) -> Result<Vec<Entry>> {
    within_reach(rx, actor, id)?;
    let facts = employee::get(rx, id)?.facts;
    let today = crate::people::today(rx)?;
    let history = History::of(rx, id)?;
    let mut names = Names { rx, known: HashMap::new() };
    let entry = |on: Date, kind| Entry { on, kind, planned: on > today, turns: Vec::new(), week_minutes: None };

    let mut joined = entry(facts.join_date, Kind::Joined);
    for field in DatedField::ALL {
        let after = match history.on(*field, facts.join_date) {
            Some(change) => names.held(change)?,
            None => None,
        };
        if after.is_some() {
            joined.turns.push(Turn { field: *field, before: None, after });
        }
    }
    let mut entries = vec![joined];
    for field in DatedField::ALL {
        let mut before = history.on(*field, facts.join_date);
        for change in history.field(*field).filter(|change| change.effective_on > facts.join_date) {
            let stays = before.is_some_and(|before| before.value == change.value);
            if !stays {
                let held = before.map(|before| names.held(before)).transpose()?.flatten();
                let turn = Turn { field: *field, before: held, after: names.held(change)? };
                let day = entries.iter_mut().find(|one| one.kind == Kind::Changed && one.on == change.effective_on);
                match day {
                    Some(day) => day.turns.push(turn),
                    None => entries.push(Entry {
                        planned: change.planned,
                        turns: vec![turn],
                        ..entry(change.effective_on, Kind::Changed)
                    }),
                }
            }
            before = Some(change);
        }
    }
    for week in schedule::list(rx, id)? {
        let minutes = Some(week.pattern.week_minutes().get());
        entries.push(Entry { week_minutes: minutes, ..entry(week.effective_on, Kind::Schedule) });
    }
    entries.extend(facts.probation_end.map(|end| entry(end, Kind::ProbationEnd)));
    entries.extend(facts.leave_date.map(|last| entry(last, Kind::Left)));
    // On one day the beginning stands lowest, the end highest.
    entries.sort_by_key(|entry| std::cmp::Reverse((entry.on, entry.kind)));
    Ok(entries)
}

/// The names of what the ids mean, each read once.
struct Names<'r, 'c> {
    rx: &'r Rx<'c>,
    known: HashMap<(DatedField, i64), String>,
}

impl Names<'_, '_> {
    fn held(&mut self, change: &Change) -> Result<Option<Held>> {
        let Some(value) = change.value.as_deref().filter(|value| !value.is_empty()) else { return Ok(None) };
        let id: Option<i64> = match change.field {
            DatedField::EmploymentType | DatedField::Position => None,
            _ => value.parse().ok(),
        };
        let name = match id {
            None => value.to_owned(),
            Some(id) => match self.known.get(&(change.field, id)) {
                Some(name) => name.clone(),
                None => {
                    let name = self.name(change.field, id)?;
                    self.known.insert((change.field, id), name.clone());
                    name
                }
            },
        };
        Ok(Some(Held { id, name }))
    }

    fn name(&self, field: DatedField, id: i64) -> Result<String> {
        Ok(match field {
            DatedField::DepartmentId => department::get(self.rx, DepartmentId(id))?.facts.name,
            DatedField::LocationId => location::get(self.rx, LocationId(id))?.facts.name,
            DatedField::EntityId => entity::get(self.rx, EntityId(id))?.facts.name,
            DatedField::ManagerId => employee::get(self.rx, EmployeeId(id))?.name(),
            DatedField::EmploymentType | DatedField::Position => String::new(),
        })
    }
}
