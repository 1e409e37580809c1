//! An entity, a location or a department as a whole: deactivated with all that stands below it, in one act, and
//! brought back with exactly what that act took along. People keep their records either way.

mod store;

use serde::Serialize;

use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, Result};
use crate::ids::{AuditId, DepartmentId, EntityId, LocationId};
use crate::msg;
use crate::people::NameRef;
use crate::people::employee::changes::DatedField;
use crate::people::employee::changes::towards::{Planned, planned_towards, tell_hr};
use crate::storage::{Rx, Tx};

/// One of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Entity(EntityId),
    Location(LocationId),
    Department(DepartmentId),
}

impl Unit {
    /// As the audit log names it.
    fn kind(self) -> &'static str {
        match self {
            Unit::Entity(_) => "entity",
            Unit::Location(_) => "location",
            Unit::Department(_) => "department",
        }
    }

    fn id(self) -> i64 {
        match self {
            Unit::Entity(id) => id.0,
            Unit::Location(id) => id.0,
            Unit::Department(id) => id.0,
        }
    }

    /// What of a record names it.
    fn field(self) -> DatedField {
        match self {
            Unit::Entity(_) => DatedField::EntityId,
            Unit::Location(_) => DatedField::LocationId,
            Unit::Department(_) => DatedField::DepartmentId,
        }
    }

    fn page(self) -> String {
        let kind = match self {
            Unit::Entity(_) => "entities",
            Unit::Location(_) => "locations",
            Unit::Department(_) => "departments",
        };
        format!("/people/organization/{kind}/{}/deactivate", self.id())
    }

    fn deactivated(self) -> &'static str {
        match self {
            Unit::Entity(_) => "entity.deactivated",
            Unit::Location(_) => "location.deactivated",
            Unit::Department(_) => "department.deactivated",
        }
    }

    fn restored(self) -> &'static str {
        match self {
            Unit::Entity(_) => "entity.restored",
            Unit::Location(_) => "location.restored",
            Unit::Department(_) => "department.restored",
        }
    }
}

/// What deactivating touches: the locations and departments that go along, and how many people work there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Impact {
    /// Locations that are deactivated along with it.
    pub locations: Vec<NameRef>,
    /// Departments that are deactivated along with it.
    pub departments: Vec<NameRef>,
    /// People who belong to any of them; they keep their records and can sign in.
    #[schema(example = 38)]
    pub people: i64,
    /// Changes that are planned and lead to any of them; the plans stay, and HR is told.
    pub planned: Vec<Planned>,
}

/// What deactivating `unit` would touch.
///
/// # Errors
/// [`AppError::NotFound`]
pub fn impact(rx: &Rx<'_>, unit: Unit) -> Result<Impact> {
    store::state(rx, unit)?;
    let locations = store::locations_below(rx, unit)?;
    let departments = store::departments_below(rx, unit)?;
    let people = store::people_in(rx, unit, &departments)?;
    let mut ends = vec![(unit.field(), vec![unit.id()])];
    ends.push((DatedField::LocationId, locations.iter().map(|one| one.id).collect()));
    ends.push((DatedField::DepartmentId, departments.iter().map(|one| one.id).collect()));
    let planned = planned_towards(rx, &ends)?;
    Ok(Impact { locations, departments, people, planned })
}

/// Deactivates `unit` and what stands below it. Doing it twice changes nothing.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::NotFound`].
pub fn hide(tx: &mut Tx<'_>, actor: &Actor, unit: Unit) -> Result<()> {
    actor.require_hr()?;
    if store::state(tx, unit)?.hidden_by.is_some() {
        return Ok(());
    }
    let impact = impact(tx, unit)?;
    let entry = audit::Entry::new(unit.deactivated())
        .on(unit.kind(), unit.id())
        .change("active", true, false)
        .with("locations", ids(&impact.locations))
        .with("departments", ids(&impact.departments));
    let act = audit::record(tx, actor, entry)?;
    store::hide(tx, unit, act)?;
    for location in &impact.locations {
        store::hide(tx, Unit::Location(LocationId(location.id)), act)?;
    }
    for department in &impact.departments {
        store::hide(tx, Unit::Department(DepartmentId(department.id)), act)?;
    }
    let name = store::name(tx, unit)?;
    tell_hr(tx, (unit.kind(), unit.id()), &name, &impact.planned, unit.page())
}

/// Brings `unit` back with all that was deactivated in the same act; what had been deactivated before stays so.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::NotFound`]; [`AppError::Conflict`] where what it belongs to is
/// deactivated itself.
pub fn restore(tx: &mut Tx<'_>, actor: &Actor, unit: Unit) -> Result<()> {
    actor.require_hr()?;
    let state = store::state(tx, unit)?;
    let Some(act) = state.hidden_by else { return Ok(()) };
    if let Some(above) = state.hidden_above {
        return Err(AppError::Conflict(msg!("Bring {0} back first: it belongs there.", above)));
    }
    let revived = store::revive(tx, AuditId(act), unit)?;
    let entry = audit::Entry::new(unit.restored())
        .on(unit.kind(), unit.id())
        .change("active", false, true)
        .with("locations", ids(&revived.locations))
        .with("departments", ids(&revived.departments));
    audit::record(tx, actor, entry)?;
    Ok(())
}

fn ids(of: &[NameRef]) -> Option<Vec<i64>> {
    if of.is_empty() { None } else { Some(of.iter().map(|one| one.id).collect()) }
}
