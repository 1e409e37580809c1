//! People to CSV: the columns of an import, in its own words, so that what goes out comes in again as it is.

use std::collections::HashMap;
use std::io::Write;

use jiff::civil::Date;

use super::columns::with_custom;
use super::store;
use crate::auth::Actor;
use crate::error::Result;
use crate::ids::EmployeeId;
use crate::people::{custom, directory, groups, personal, schedule};
use crate::sheet::Writer;
use crate::storage::Rx;
use crate::time::Period;

/// Everybody who is not deactivated, by number. Departments and the like go by code, people by number.
///
/// With `on`, those who were employed on that day, as they stood then, and the hours of their working week around it.
///
/// # Errors
/// [`crate::error::AppError::Forbidden`] for all but HR; what `out` says.
pub fn export<W: Write>(rx: &Rx<'_>, actor: &Actor, on: Option<Date>, out: W) -> Result<W> {
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
    let personal = personal::everybody(rx)?;
    let everybody = directory::everybody(rx, on)?;
    let ids: Vec<EmployeeId> = everybody.iter().map(|one| one.employee.id).collect();
    let weeks = match on {
        Some(_) => schedule::schedules_of(rx, &ids)?,
        None => HashMap::new(),
    };
    let hours = |id: EmployeeId, day: Date| {
        let week = Period::week_of(day).days();
        let minutes = weeks.get(&id).map_or(0, |weeks| week.map(|day| weeks.of(day).minutes().get()).sum());
        decimal_hours(minutes)
    };
    let own_columns = with_custom(&fields);
    let heads = own_columns.iter().map(|column| column.name.as_ref());
    csv.row(heads.chain(on.map(|_| "weekly_hours")))?;
    for one in everybody {
        let (id, facts) = (one.employee.id, one.employee.facts);
        let code = |found: Option<&String>| found.cloned().unwrap_or_default();
        let private = personal.get(&id);
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
            private.map(|known| known.sensitive.legal_name.clone()).unwrap_or_default(),
            private.map(|known| known.private_email.clone()).unwrap_or_default(),
            private.and_then(|known| known.birthday).map(|day| day.to_string()).unwrap_or_default(),
        ];
        csv.row(cells.into_iter().chain(fields.iter().map(own)).chain(on.map(|day| hours(id, day))))?;
    }
    csv.finish()
}

/// "38.5": hours to the hundredth, as a spreadsheet reckons with them.
fn decimal_hours(minutes: i64) -> String {
    let hundredths = (minutes * 100 + 30) / 60;
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
