//! What the steps write, each through the room that the matter belongs to.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Deserialize;

use crate::auth::{Actor, Role, Roles, user};
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::EmployeeId;
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
            let facts = entity::EntityFacts {
                name: place.entity.clone(),
                code: code_of(&place.entity),
                country: place.country.clone(),
            };
            entity::create(tx, actor, facts).map_err(|error| named(error, &[("name", "entity"), ("code", "entity")]))?
        }
    };
    let facts = location::LocationFacts {
        entity_id,
        name: place.location.clone(),
        code: code_of(&place.location),
        time_zone: place.time_zone,
        country: place.country,
        region: place.region,
        address: place.address,
        holiday_on_free_day: FreeDayRule::Nothing,
        free_day_from: None,
        lieu_expires_months: None,
    };
    location::create(tx, actor, facts).map_err(|error| named(error, &[("name", "location"), ("code", "location")]))?;
    Ok(())
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
/// [`AppError::Forbidden`] for all but HR.
pub fn choose_kinds(tx: &mut Tx<'_>, actor: &Actor, chosen: &BTreeSet<String>) -> Result<()> {
    actor.require_hr()?;
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

/// One of the first people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// From 1, as the form names it.
    pub number: usize,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub join_date: String,
    /// Row of the one above; none reports to nobody.
    pub manager: Option<usize>,
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
    let filled = |row: &Row| [&row.first_name, &row.last_name, &row.email].iter().any(|cell| !cell.is_empty());
    (1..=ROWS).map(row).filter(filled).collect()
}

/// Enters the first people, all or nobody; those with a login of their own, invited where `invite` says so.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::Invalid`] by control of the form.
pub fn enter_people(tx: &mut Tx<'_>, actor: &Actor, org: &Org, rows: &[Row], invite: bool) -> Result<usize> {
    actor.require_hr()?;
    let (today, language) = (actor.today(tx.now()), org.settings().language.clone());
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
        let facts = Facts::new(&people::next_number(tx)?, &row.first_name, &row.last_name, &row.email, join_date);
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
                errors.0.extend(
                    wrong.0.into_iter().map(|(field, words)| (format!("{field}_{}", row.number).into(), words)),
                );
            }
            Err(other) => return Err(other),
        }
    }
    for row in rows {
        let (Some(id), Some(above)) = (entered.get(&row.number), row.manager) else { continue };
        match entered.get(&above) {
            Some(manager) if manager != id => {
                if let Err(AppError::Invalid(_)) = people::set_manager(tx, actor, *id, Some(*manager)) {
                    errors.add(
                        format!("manager_{}", row.number),
                        "These people would stand above each other in a circle.",
                    );
                }
            }
            _ => errors.add(format!("manager_{}", row.number), "Choose another one of these people."),
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
    use super::{code_of, rows};

    #[test]
    fn codes_come_of_names() {
        assert_eq!(code_of("Nordlicht GmbH"), "NORDLICHTG");
        assert_eq!(code_of("Łódź"), "LODZ");
        assert_eq!(code_of("東京"), "X");
    }

    #[test]
    fn rows_that_are_empty_are_nobody() {
        let typed = [
            ("first_name_2", " Ada "),
            ("email_2", "ada@x.example"),
            ("manager_2", "1"),
            ("join_date_3", "2026-01-01"),
        ];
        let typed = typed.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let rows = rows(&typed);
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].number, rows[0].first_name.as_str(), rows[0].manager), (2, "Ada", Some(1)));
    }
}
