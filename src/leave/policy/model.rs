//! What a policy is: its terms (`rules::Policy`), for whom it holds, and from when on.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::{EmployeeId, EntityId, LeavePolicyId, LeaveTypeId, LocationId};
use crate::leave::rules;
use crate::people::{EmploymentType, NameRef, Standing};

/// For whom a policy holds: everybody of whom all that is given is true; with nothing given, everybody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = LeavePolicyScope)]
pub struct Scope {
    pub entity_id: Option<EntityId>,
    pub location_id: Option<LocationId>,
    pub employment_type: Option<EmploymentType>,
    /// One person; then nothing else is given.
    pub employee_id: Option<EmployeeId>,
}

impl Scope {
    /// How specific it is: of the policies that fit somebody the highest holds. A person stands above a kind of
    /// employment, that above a location, that above an entity; a scope of two above a scope of the higher alone.
    pub fn rank(self) -> u8 {
        let given = [
            self.employee_id.is_some(),
            self.employment_type.is_some(),
            self.location_id.is_some(),
            self.entity_id.is_some(),
        ];
        given.iter().fold(0, |rank, given| rank * 2 + u8::from(*given))
    }

    /// Whether it means somebody who stands so.
    pub fn fits(self, employee: EmployeeId, standing: &Standing) -> bool {
        self.employee_id.is_none_or(|id| id == employee)
            && self.employment_type.is_none_or(|kind| kind == standing.employment_type)
            && self.location_id.is_none_or(|id| Some(id) == standing.location_id)
            && self.entity_id.is_none_or(|id| Some(id) == standing.entity_id)
    }
}

/// Everything HR may set of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyFields {
    /// 1 to 100 characters; stands in the ledger beside what the policy grants.
    pub name: String,
    pub leave_type_id: LeaveTypeId,
    pub applies_to: Scope,
    /// It grants the leave years that end on this day or later.
    pub valid_from: Date,
    pub terms: rules::Policy,
}

/// A policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeavePolicy {
    pub id: LeavePolicyId,
    pub fields: PolicyFields,
    /// The names of what it is about.
    pub leave_type: NameRef,
    pub entity: Option<NameRef>,
    pub location: Option<NameRef>,
    pub employee: Option<NameRef>,
    /// Not removed.
    pub active: bool,
}
