//! All that an import has to know of the organization, read at once: rows by the thousand are then checked in memory.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use jiff::civil::Date;

use super::store;
use crate::auth::{Actor, user};
use crate::error::Result;
use crate::ids::{DepartmentId, EmployeeId, EntityId, FieldId, GroupId, LocationId};
use crate::people::Employee;
use crate::people::custom::{self, Field};
use crate::people::employee::changes;
use crate::people::personal::{self, Personal};
use crate::people::reach::rules::Line;
use crate::storage::Rx;
use crate::text::fold;

/// Departments, locations or entities, found by code or by name.
#[derive(Debug)]
pub(super) struct Units<Id> {
    by_code: HashMap<String, Id>,
    /// `None` where a name is borne by several.
    by_name: HashMap<String, Option<Id>>,
}

/// Why a code or name finds nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    Unknown,
    Ambiguous,
}

impl<Id: Copy + Eq + Hash> Units<Id> {
    /// `(id, code, name, hidden)` of each. A name that a unit in use bears means that one, whatever was deactivated.
    pub(super) fn new<'a>(units: impl Iterator<Item = (Id, &'a str, &'a str, bool)>) -> Self {
        let mut found = Units { by_code: HashMap::new(), by_name: HashMap::new() };
        let mut gone = Units { by_code: HashMap::new(), by_name: HashMap::new() };
        for (id, code, name, hidden) in units {
            found.by_code.insert(fold(code), id);
            let names = if hidden { &mut gone.by_name } else { &mut found.by_name };
            names.entry(fold(name)).and_modify(|known| *known = None).or_insert(Some(id));
        }
        for (name, id) in gone.by_name {
            found.by_name.entry(name).or_insert(id);
        }
        found
    }

    pub(super) fn find(&self, text: &str) -> Result<Id, Missing> {
        let key = fold(text);
        match (self.by_code.get(&key), self.by_name.get(&key)) {
            (Some(id), _) | (None, Some(Some(id))) => Ok(*id),
            (None, Some(None)) => Err(Missing::Ambiguous),
            (None, None) => Err(Missing::Unknown),
        }
    }
}

/// A department or location and what it belongs to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unit<Above> {
    pub above: Above,
    pub hidden: bool,
}

/// The organization as it stands.
#[derive(Debug)]
pub(super) struct Snapshot {
    pub today: Date,
    pub people: Vec<Employee>,
    /// Places in `people`.
    pub by_id: HashMap<EmployeeId, usize>,
    pub by_number: HashMap<String, usize>,
    pub by_email: HashMap<String, usize>,
    /// Folded addresses that sign in, and whose record each belongs to.
    pub logins: HashMap<String, Option<EmployeeId>>,
    pub entity_names: Units<EntityId>,
    pub entities: HashMap<EntityId, Unit<()>>,
    pub location_names: Units<LocationId>,
    pub locations: HashMap<LocationId, Unit<EntityId>>,
    pub department_names: Units<DepartmentId>,
    pub departments: HashMap<DepartmentId, Unit<Option<LocationId>>>,
    pub groups: HashMap<String, GroupId>,
    /// People whose address the acting person may not change: their login has HR's or an admin's role.
    pub guarded: HashSet<EmployeeId>,
    /// The last admin, who must not have left.
    pub must_stay: HashSet<EmployeeId>,
    /// Sorted by group.
    pub memberships: HashMap<EmployeeId, Vec<GroupId>>,
    /// HR's own fields in use, and what records hold in them.
    pub fields: Vec<Field>,
    pub values: HashMap<EmployeeId, HashMap<FieldId, String>>,
    /// Private data, where anything is known.
    pub personal: HashMap<EmployeeId, Personal>,
    /// From when on who was, is or will be whose manager.
    managers: HashMap<EmployeeId, Line<EmployeeId>>,
}

impl Snapshot {
    /// Everybody's reporting line over time, people named by `person`.
    pub(super) fn lines<P: Copy + Eq + Hash>(&self, person: impl Fn(EmployeeId) -> P) -> HashMap<P, Line<P>> {
        self.managers.iter().map(|(id, line)| (person(*id), line.named(&person))).collect()
    }

    pub(super) fn read(rx: &Rx<'_>, actor: &Actor) -> Result<Snapshot> {
        let people = crate::people::employee::everybody(rx)?;
        let place = |key: fn(&Employee) -> String| people.iter().enumerate().map(|(at, one)| (key(one), at)).collect();
        let by_number = place(|one| fold(&one.facts.number));
        let by_email = place(|one| fold(&one.facts.email));
        let by_id = people.iter().enumerate().map(|(at, one)| (one.id, at)).collect();

        let entities = store::entities(rx)?;
        let locations = store::locations(rx)?;
        let departments = store::departments(rx)?;
        let mut memberships: HashMap<EmployeeId, Vec<GroupId>> = HashMap::new();
        for (employee, group) in store::memberships(rx)? {
            memberships.entry(employee).or_default().push(group);
        }
        Ok(Snapshot {
            today: crate::people::today(rx)?,
            by_id,
            by_number,
            by_email,
            logins: store::logins(rx)?,
            people,
            entity_names: Units::new(
                entities.iter().map(|row| (row.id, row.code.as_str(), row.name.as_str(), row.hidden)),
            ),
            entities: entities.iter().map(|row| (row.id, Unit { above: (), hidden: row.hidden })).collect(),
            location_names: Units::new(
                locations.iter().map(|row| (row.id, row.code.as_str(), row.name.as_str(), row.hidden)),
            ),
            locations: locations.iter().map(|row| (row.id, Unit { above: row.above, hidden: row.hidden })).collect(),
            department_names: Units::new(
                departments.iter().map(|row| (row.id, row.code.as_str(), row.name.as_str(), row.hidden)),
            ),
            departments: departments
                .iter()
                .map(|row| (row.id, Unit { above: row.above, hidden: row.hidden }))
                .collect(),
            groups: crate::people::groups::all(rx)?.into_iter().map(|group| (fold(&group.code), group.id)).collect(),
            must_stay: user::must_stay(rx, actor)?,
            guarded: user::guarded(rx, actor)?,
            memberships,
            fields: custom::fields(rx)?,
            values: custom::held(rx)?,
            personal: personal::everybody(rx)?,
            managers: changes::lines(rx)?,
        })
    }
}
