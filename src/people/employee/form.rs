//! A person's record as a form has it, and what it lets choose from.

use jiff::civil::Date;
use serde::Deserialize;

use super::{EmploymentType, Facts, Standing};
use crate::error::{AppError, Result};
use crate::ids::{DepartmentId, EmployeeId, EntityId, GroupId, LocationId};
use crate::lang::Lang;
use crate::people::org::{department, entity, location};
use crate::people::{directory, groups, words};
use crate::storage::Rx;
use crate::web::FormState;

/// What the form sends. All of it may be missing: what is needed is asked for with everything else that is wrong.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct EmployeeForm {
    number: String,
    first_name: String,
    last_name: String,
    email: String,
    phone: String,
    position: String,
    employment_type: Option<EmploymentType>,
    entity_id: Option<EntityId>,
    location_id: Option<LocationId>,
    department_id: Option<DepartmentId>,
    manager_id: Option<EmployeeId>,
    approver_id: Option<EmployeeId>,
    deputy_id: Option<EmployeeId>,
    join_date: Option<Date>,
    probation_end: Option<Date>,
    leave_date: Option<Date>,
    exclude_from_reports: bool,
    pub groups: Vec<GroupId>,
    /// From which day on the dated fields count; today where it is left out.
    pub effective_on: Option<Date>,
    /// When the record that the form shows was last written; empty where nobody says.
    pub seen: String,
}

impl EmployeeForm {
    /// The record that was typed.
    ///
    /// # Errors
    /// [`AppError::Invalid`] on `join_date` where it is missing; everything else is checked by the action.
    pub fn facts(&self) -> Result<Facts> {
        let join_date = self.join_date.ok_or_else(|| AppError::invalid("join_date", "This is needed."))?;
        Ok(Facts {
            number: self.number.clone(),
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            email: self.email.clone(),
            phone: self.phone.clone(),
            position: self.position.clone(),
            employment_type: self.employment_type.unwrap_or(EmploymentType::FullTime),
            entity_id: self.entity_id,
            location_id: self.location_id,
            department_id: self.department_id,
            manager_id: self.manager_id,
            approver_id: self.approver_id,
            deputy_id: self.deputy_id,
            join_date,
            probation_end: self.probation_end,
            leave_date: self.leave_date,
            exclude_from_reports: self.exclude_from_reports,
        })
    }
}

/// What was typed into a form that showed `shown`: of the dated fields only those that were changed are set, so that a
/// change for another day takes nothing else along to that day.
pub fn typed_over(shown: &Facts, typed: Facts) -> impl FnOnce(&mut Facts) + Send + use<> {
    let shown = Standing::of(shown);
    move |record| {
        let mut standing = Standing::of(record);
        let wanted = Standing::of(&typed);
        standing.take_changes(&shown, &wanted);
        *record = typed;
        standing.put_into(record);
    }
}

/// The form with a record in it.
pub fn filled(facts: &Facts, groups: &[GroupId]) -> FormState {
    let id = |id: Option<i64>| id.map(|id| id.to_string()).unwrap_or_default();
    let values = [
        ("number", facts.number.clone()),
        ("first_name", facts.first_name.clone()),
        ("last_name", facts.last_name.clone()),
        ("email", facts.email.clone()),
        ("phone", facts.phone.clone()),
        ("position", facts.position.clone()),
        ("employment_type", facts.employment_type.to_string()),
        ("entity_id", id(facts.entity_id.map(|id| id.0))),
        ("location_id", id(facts.location_id.map(|id| id.0))),
        ("department_id", id(facts.department_id.map(|id| id.0))),
        ("manager_id", id(facts.manager_id.map(|id| id.0))),
        ("approver_id", id(facts.approver_id.map(|id| id.0))),
        ("deputy_id", id(facts.deputy_id.map(|id| id.0))),
        ("join_date", facts.join_date.to_string()),
        ("probation_end", facts.probation_end.map(|date| date.to_string()).unwrap_or_default()),
        ("leave_date", facts.leave_date.map(|date| date.to_string()).unwrap_or_default()),
        ("exclude_from_reports", if facts.exclude_from_reports { "true" } else { "" }.to_owned()),
    ];
    FormState::of(values.into_iter().chain(groups.iter().map(|group| ("groups", group.to_string()))))
}

/// What the form lets choose from: value and words.
#[derive(Clone, Debug)]
pub struct Choices {
    pub types: Vec<(String, String)>,
    pub entities: Vec<(String, String)>,
    pub locations: Vec<(String, String)>,
    pub departments: Vec<(String, String)>,
    pub people: Vec<(String, String)>,
    pub groups: Vec<(String, String)>,
}

impl Choices {
    /// Those in use; nobody chooses `but`, whose record it is. What the record has already stays choosable although
    /// it was deactivated since, so that saving loses nothing.
    pub fn read(rx: &Rx<'_>, lang: Lang, but: Option<EmployeeId>) -> Result<Choices> {
        let today = crate::people::today(rx)?;
        let label = |kind: &EmploymentType| (kind.to_string(), lang.text(kind.label()).to_owned());
        let mut people = directory::choices(rx, today)?;
        let (mut entities, mut locations, mut departments) =
            (entity::choices(rx)?, location::choices(rx)?, department::choices(rx)?);
        if let Some(id) = but {
            let held = directory::whole(rx, id)?;
            people.retain(|one| one.id != id.0);
            for (list, held) in [
                (&mut people, [held.manager, held.approver, held.deputy].into_iter().flatten().collect::<Vec<_>>()),
                (&mut entities, held.entity.into_iter().collect()),
                (&mut locations, held.location.into_iter().collect()),
                (&mut departments, held.department.into_iter().collect()),
            ] {
                for one in held {
                    if !list.iter().any(|known| known.id == one.id) {
                        list.push(one);
                    }
                }
            }
        }
        Ok(Choices {
            types: EmploymentType::ALL.iter().map(label).collect(),
            entities: words::options(entities),
            locations: words::options(locations),
            departments: words::options(departments),
            people: words::options(people),
            groups: groups::all(rx)?.into_iter().map(|group| (group.id.to_string(), group.name)).collect(),
        })
    }
}
