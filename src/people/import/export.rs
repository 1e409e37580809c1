//! People to CSV: the columns of an import, in its own words, so that what goes out comes in again as it is.

use std::collections::HashMap;
use std::io::Write;

use super::columns::with_custom;
use super::store;
use crate::auth::Actor;
use crate::error::Result;
use crate::ids::EmployeeId;
use crate::people::{custom, directory, groups};
use crate::sheet::Writer;
use crate::storage::Rx;

/// Everybody who is not deactivated, by number. Departments and the like go by code, people by number.
///
/// # Errors
/// [`crate::error::AppError::Forbidden`] for all but HR; what `out` says.
pub fn export<W: Write>(rx: &Rx<'_>, actor: &Actor, out: W) -> Result<W> {
    actor.require_hr()?;
    let entities: HashMap<_, _> = store::entities(rx)?.into_iter().map(|row| (row.id, row.code)).collect();
    let locations: HashMap<_, _> = store::locations(rx)?.into_iter().map(|row| (row.id, row.code)).collect();
    let departments: HashMap<_, _> = store::departments(rx)?.into_iter().map(|row| (row.id, row.code)).collect();
    let codes: HashMap<_, _> = groups::all(rx)?.into_iter().map(|group| (group.id, group.code)).collect();
    let mut groups: HashMap<EmployeeId, Vec<&str>> = HashMap::new();
    for (employee, group) in store::memberships(rx)? {
        groups.entry(employee).or_default().extend(codes.get(&group).map(String::as_str));
    }
    let numbers = store::numbers(rx)?;
    let number = |id: Option<EmployeeId>| id.and_then(|id| numbers.get(&id)).map_or("", String::as_str).to_owned();

    let mut csv = Writer::for_spreadsheets(out)?;
    let fields = custom::fields(rx)?;
    let values = custom::held(rx)?;
    csv.row(with_custom(&fields).iter().map(|column| column.name.as_ref()))?;
    for one in directory::everybody(rx)? {
        let (id, facts) = (one.employee.id, one.employee.facts);
        let code = |found: Option<&String>| found.cloned().unwrap_or_default();
        let held = values.get(&id);
        let own = |field: &custom::Field| held.and_then(|held| held.get(&field.id)).cloned().unwrap_or_default();
        let cells = [
            facts.number,
            facts.first_name,
            facts.last_name,
            facts.email,
            facts.phone,
            facts.position,
            facts.employment_type.to_string(),
            code(facts.entity_id.and_then(|id| entities.get(&id))),
            code(facts.location_id.and_then(|id| locations.get(&id))),
            code(facts.department_id.and_then(|id| departments.get(&id))),
            number(facts.manager_id),
            number(facts.approver_id),
            number(facts.deputy_id),
            facts.join_date.to_string(),
            facts.probation_end.map(|date| date.to_string()).unwrap_or_default(),
            facts.leave_date.map(|date| date.to_string()).unwrap_or_default(),
            groups.get(&id).map(|codes| codes.join(" ")).unwrap_or_default(),
            if facts.exclude_from_reports { "yes" } else { "no" }.to_owned(),
        ];
        csv.row(cells.into_iter().chain(fields.iter().map(own)))?;
    }
    csv.finish()
}
