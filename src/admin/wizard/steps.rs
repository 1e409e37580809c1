//! What the steps write, each through the room that the matter belongs to.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Deserialize;

use crate::auth::{Actor, Role, Roles, user};
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::EmployeeId;
use crate::leave::policy;
use crate::leave::types::{self, TypeFields, presets};
use crate::onboarding::hire::{self, Choice, NewHire, NewLogin};
use crate::orgs::{Org, OrgSettings};
use crate::people::org::{entity, location};
use crate::people::{self, Facts};
use crate::storage::{Rx, Tx};
use crate::text::{EmailAddress, sort_key, tidy};
use crate::time::FreeDayRule;

/// How many people the step of the first people takes.
pub const ROWS: usize = 5;

/// The first place of work.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Place {
    /// The legal company.
    pub entity: String,
    /// The site.
    pub location: String,
    pub country: String,
    pub region: String,
    pub time_zone: String,
    pub address: String,
}

/// Enters the legal company and its first site; where there is a company already, the site belongs to the first.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::Invalid`] by field of [`Place`].
pub fn enter_place(tx: &mut Tx<'_>, actor: &Actor, place: Place) -> Result<()> {
    actor.require_hr()?;
    let known = entity::choices(tx)?;
    let entity_id = match known.first() {
        Some(first) => crate::ids::EntityId(first.id),
        None => {
            let made = with_free_code(&place.entity, |code| {
                let (name, country) = (place.entity.clone(), place.country.clone());
                entity::create(tx, actor, entity::EntityFacts { name, code, country })
            });
            made.map_err(|error| named(error, &[("name", "entity"), ("code", "entity")]))?
        }
    };
    let facts = location::LocationFacts {
        entity_id,
        name: place.location.clone(),
        code: String::new(),
        time_zone: place.time_zone,
        country: place.country,
        region: place.region,
        address: place.address,
        holiday_on_free_day: FreeDayRule::Nothing,
        free_day_from: None,
        lieu_expires_months: None,
    };
    let made = with_free_code(&place.location, |code| {
        location::create(tx, actor, location::LocationFacts { code, ..facts.clone() })
    });
    made.map_err(|error| named(error, &[("name", "location"), ("code", "location")]))?;
    Ok(())
}

/// Tries the code of a name, then numbered ones, until no other has it. A refused one has written nothing.
fn with_free_code<T>(name: &str, mut make: impl FnMut(String) -> Result<T>) -> Result<T> {
    let code = code_of(name);
    let mut made = make(code.clone());
    for number in 2..100 {
        match &made {
            Err(AppError::Invalid(errors)) if errors.of("code").is_some() => {}
            _ => break,
        }
        let short: String = code.chars().take(8).collect();
        made = make(format!("{short}{number}"));
    }
    made
}

/// A short code made of a name: "Nordlicht GmbH" → "NORDLICHTG"; "X" where nothing usable is left.
fn code_of(name: &str) -> String {
    let code: String = sort_key(name).chars().filter(char::is_ascii_alphanumeric).take(10).collect();
    if code.is_empty() { "X".to_owned() } else { code.to_ascii_uppercase() }
}

/// The same error on the fields of this form.
fn named(error: AppError, names: &[(&str, &'static str)]) -> AppError {
    let AppError::Invalid(errors) = error else { return error };
    let rename = |field: Cow<'static, str>| match names.iter().find(|(from, _)| *from == field) {
        Some((_, to)) => Cow::Borrowed(*to),
        None => field,
    };
    AppError::Invalid(FieldErrors(errors.0.into_iter().map(|(field, words)| (rename(field), words)).collect()))
}

/// The ready-made kinds of leave with whether each is in use; before anything was chosen all of them.
///
/// # Errors
/// When the database cannot be read.
pub fn kinds(rx: &Rx<'_>) -> Result<Vec<(&'static str, TypeFields, bool)>> {
    let mut kinds = Vec::new();
    let made = !types::all(rx)?.is_empty();
    for (preset, fields) in presets::all() {
        kinds.push(match types::preset(rx, preset) {
            Ok(kind) => (preset, kind.fields.clone(), kind.fields.active),
            Err(AppError::NotFound) => (preset, fields, !made),
            Err(error) => return Err(error),
        });
    }
    Ok(kinds)
}

/// Makes the ready-made kinds, and puts those into use that were chosen; the others wait until somebody does.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::Invalid`] on `kinds` where none is chosen.
pub fn choose_kinds(tx: &mut Tx<'_>, actor: &Actor, chosen: &BTreeSet<String>) -> Result<()> {
    actor.require_hr()?;
    if chosen.is_empty() {
        return Err(AppError::invalid("kinds", "Tick at least one kind, or skip this step."));
    }
    types::seed_types(tx, actor)?;
    for (preset, _) in presets::all() {
        // One that HR made by hand under the same name stands in for the ready-made one.
        let kind = match types::preset(tx, preset) {
            Err(AppError::NotFound) => continue,
            found => found?,
        };
        let active = chosen.contains(preset);
        if kind.fields.active != active {
            types::update(tx, actor, kind.id, TypeFields { active, ..kind.fields })?;
        }
    }
    Ok(())
}

/// Gives everybody so many days of vacation a year, as HR typed them: a policy that can be changed later. Nothing typed,
/// or a policy that is there already, changes nothing.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::Invalid`] on `vacation_days`.
pub fn give_vacation(tx: &mut Tx<'_>, actor: &Actor, days: &str) -> Result<()> {
    if days.trim().is_empty() {
        return Ok(());
    }
    let vacation = types::preset(tx, presets::VACATION)?;
    let there = policy::all(tx, actor)?.iter().any(|policy| policy.fields.leave_type_id == vacation.id);
    if there || !vacation.fields.active {
        return Ok(());
    }
    let mut fields = policy::days_a_year(vacation.id, people::today(tx)?, days)
        .map_err(|error| named(error, &[("amount", "vacation_days")]))?;
    fields.name = vacation.fields.name;
    policy::create(tx, actor, fields).map(drop)
}

/// One of the first people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// From 1, as the form names it.
    pub number: usize,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub join_date: String,
    /// The one above; none reports to nobody.
    pub manager: Option<Above>,
}

/// Whom somebody reports to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Above {
    /// Another row of the form: "2".
    Row(usize),
    /// Somebody who is entered already: "p7".
    Person(EmployeeId),
}

impl std::str::FromStr for Above {
    type Err = std::num::ParseIntError;
    fn from_str(text: &str) -> std::result::Result<Above, Self::Err> {
        match text.strip_prefix('p') {
            Some(id) => id.parse().map(|id| Above::Person(EmployeeId(id))),
            None => text.parse().map(Above::Row),
        }
    }
}

/// What the form of the first people sends, by control: `first_name_1`, `last_name_1`, `email_1`, …
pub fn rows(typed: &BTreeMap<String, String>) -> Vec<Row> {
    let text = |name: &str, number: usize| tidy(typed.get(&format!("{name}_{number}")).map_or("", String::as_str));
    let row = |number| Row {
        number,
        first_name: text("first_name", number),
        last_name: text("last_name", number),
        email: text("email", number),
        join_date: text("join_date", number),
        manager: text("manager", number).parse().ok(),
    };
    let filled = |row: &Row| {
        let cells = [&row.first_name, &row.last_name, &row.email, &row.join_date];
        row.manager.is_some() || cells.iter().any(|cell| !cell.is_empty())
    };
    (1..=ROWS).map(row).filter(filled).collect()
}

/// Enters the first people, all or nobody; those with a login of their own, invited where `invite` says so.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::Invalid`] by control of the form.
pub fn enter_people(tx: &mut Tx<'_>, actor: &Actor, org: &Org, rows: &[Row], invite: bool) -> Result<usize> {
    actor.require_hr()?;
    if rows.is_empty() {
        return Err(AppError::invalid("", "Fill in at least one row, or skip this step."));
    }
    let (today, language) = (actor.today(tx.now()), org.settings().language.clone());
    // Where there is one site, that is where people work.
    let sites = location::choices(tx)?;
    let site = match sites.as_slice() {
        [only] => Some(crate::ids::LocationId(only.id)),
        _ => None,
    };
    let mut errors = FieldErrors::new();
    let mut entered: BTreeMap<usize, EmployeeId> = BTreeMap::new();
    for row in rows {
        let join_date: Date = match row.join_date.as_str() {
            "" => today,
            text => match text.parse() {
                Ok(date) => date,
                Err(_) => {
                    errors.add(format!("join_date_{}", row.number), "Write the date as 2026-03-01.");
                    continue;
                }
            },
        };
        let number = people::next_number(tx)?;
        let named = Facts::new(&number, &row.first_name, &row.last_name, &row.email, join_date);
        let facts = Facts { location_id: site, ..named };
        // Whoever has a login already, as the first admin does, keeps it: the record becomes theirs.
        let known = match row.email.parse::<EmailAddress>() {
            Ok(address) => user::by_email(tx, &address)?.is_some(),
            Err(_) => false,
        };
        let roles: Roles = [Role::Employee].into_iter().collect();
        let login = (!known).then(|| NewLogin { roles, language: language.clone(), invite });
        let new = NewHire { person: facts.into(), login, template: Choice::Nothing, buddy_id: None };
        match hire::hire(tx, actor, org, new) {
            Ok(hired) => {
                entered.insert(row.number, hired.employee_id);
            }
            Err(AppError::Invalid(wrong)) => {
                // What the form has no control for stands with the address.
                let control = |field: &str| match field {
                    "first_name" | "last_name" | "email" => format!("{field}_{}", row.number),
                    _ => format!("email_{}", row.number),
                };
                errors.0.extend(wrong.0.into_iter().map(|(field, words)| (control(&field).into(), words)));
            }
            Err(other) => return Err(other),
        }
    }
    for row in rows {
        // A row that could not be entered is told already.
        let (Some(id), Some(above)) = (entered.get(&row.number), row.manager) else { continue };
        let manager = match above {
            Above::Person(manager) => Some(manager),
            Above::Row(number) if number == row.number => None,
            Above::Row(number) => match (entered.get(&number), rows.iter().any(|other| other.number == number)) {
                (Some(manager), _) => Some(*manager),
                (None, true) => continue,
                (None, false) => None,
            },
        };
        let control = format!("manager_{}", row.number);
        let Some(manager) = manager else {
            errors.add(control, "Choose another one of these people.");
            continue;
        };
        match people::set_manager(tx, actor, *id, Some(manager)) {
            Ok(_) => {}
            Err(AppError::Invalid(wrong)) => {
                let words = wrong.0.into_iter().next().map(|(_, words)| words);
                errors.add(control, words.unwrap_or_else(|| "Choose another one of these people.".into()));
            }
            Err(other) => return Err(other),
        }
    }
    errors.into_result(entered.len())
}

/// What the form of the first place begins with.
pub fn suggested_place(settings: &OrgSettings) -> Place {
    Place {
        entity: settings.name.clone(),
        country: settings.country.clone(),
        time_zone: settings.zone.iana_name().unwrap_or("UTC").to_owned(),
        ..Place::default()
    }
}

#[cfg(test)]
mod tests {
    use super::{Above, code_of, rows};

    #[test]
    fn codes_come_of_names() {
        assert_eq!(code_of("Nordlicht GmbH"), "NORDLICHTG");
        assert_eq!(code_of("Łódź"), "LODZ");
        assert_eq!(code_of("東京"), "X");
    }

    #[test]
    fn rows_that_are_empty_are_nobody() {
        let typed = [("first_name_2", " Ada "), ("email_2", "ada@x.example"), ("manager_2", "1"), ("manager_3", "")];
        let typed = typed.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let rows = rows(&typed);
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].number, rows[0].first_name.as_str(), rows[0].manager), (2, "Ada", Some(Above::Row(1))));
    }
}
