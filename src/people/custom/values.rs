//! What a record holds in HR's own fields: read as far as the viewer may see, checked and written.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::{Field, Kind, VisibleTo, fields, rules, store};
use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::{EmployeeId, FieldId};
use crate::people::Reach;
use crate::storage::{Rx, Tx};
use crate::tr;
use crate::web::FormState;

/// What somebody gives, by code: a text as typed, blank or `None` to clear. What is not named stays.
pub type Given = BTreeMap<String, Option<String>>;

/// A field with one person's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub field: Field,
    pub value: Option<String>,
}

/// A field as a form asks for it; `people/custom.html` shows a list of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormField {
    /// "custom.shoe_size"
    pub name: String,
    pub label: String,
    pub kind: Kind,
    /// For a choice: value and words.
    pub options: Vec<(String, String)>,
    pub optional: bool,
}

impl FormField {
    fn of(shown: &Shown) -> FormField {
        let facts = &shown.field.facts;
        let held = shown.value.iter().filter(|held| !facts.options.contains(held));
        FormField {
            name: format!("custom.{}", facts.code),
            label: facts.label.clone(),
            kind: facts.kind,
            // What a record holds stays choosable, so that saving loses nothing.
            options: facts.options.iter().chain(held).map(|option| (option.clone(), option.clone())).collect(),
            optional: !facts.required,
        }
    }
}

fn sees(field: &Field, reach: Reach, actor: &Actor) -> bool {
    match field.facts.visible_to {
        _ if reach == Reach::Own || actor.is_hr() => true,
        VisibleTo::Everyone => true,
        VisibleTo::Manager => reach == Reach::Report,
        VisibleTo::Hr => false,
    }
}

/// The fields in use that `actor` may see of somebody who is `reach` to them, with their values.
///
/// # Errors
/// When the database cannot be read.
pub fn of_person(rx: &Rx<'_>, actor: &Actor, employee: EmployeeId, reach: Reach) -> Result<Vec<Shown>> {
    of_one(rx, actor, &fields(rx)?, employee, reach)
}

fn of_one(rx: &Rx<'_>, actor: &Actor, fields: &[Field], employee: EmployeeId, reach: Reach) -> Result<Vec<Shown>> {
    let values = if fields.is_empty() { HashMap::new() } else { store::values(rx, employee)? };
    Ok(shown(actor, fields, reach, &values))
}

fn shown(actor: &Actor, fields: &[Field], reach: Reach, values: &HashMap<FieldId, String>) -> Vec<Shown> {
    let seen = fields.iter().filter(|field| sees(field, reach, actor));
    seen.map(|field| Shown { value: values.get(&field.id).cloned(), field: field.clone() }).collect()
}

/// As [`of_person`], for a page of people at once: each with what they are to the actor.
///
/// # Errors
/// When the database cannot be read.
pub fn of_people(rx: &Rx<'_>, actor: &Actor, people: &[(EmployeeId, Reach)]) -> Result<Vec<Vec<Shown>>> {
    let fields = fields(rx)?;
    let ids: Vec<EmployeeId> = people.iter().map(|(id, _)| *id).collect();
    let values = if fields.is_empty() { HashMap::new() } else { store::values_of(rx, &ids)? };
    let nothing = HashMap::new();
    let one = |(id, reach): &(EmployeeId, Reach)| shown(actor, &fields, *reach, values.get(id).unwrap_or(&nothing));
    Ok(people.iter().map(one).collect())
}

/// As the API has it: `{"shoe_size": 42, "car": null}`.
pub fn json(shown: &[Shown]) -> BTreeMap<String, Value> {
    let value = |one: &Shown| match (&one.value, one.field.facts.kind) {
        (None, _) => Value::Null,
        (Some(text), Kind::Number) => serde_json::from_str(text).unwrap_or_else(|_| text.clone().into()),
        (Some(text), _) => text.clone().into(),
    };
    shown.iter().map(|one| (one.field.facts.code.clone(), value(one))).collect()
}

/// What the API sent.
///
/// # Errors
/// [`AppError::Invalid`] for what is neither a text nor a number nor null.
pub fn from_json(sent: BTreeMap<String, Value>) -> Result<Given> {
    let mut errors = FieldErrors::new();
    let mut given = Given::new();
    for (code, value) in sent {
        match value {
            Value::Null => drop(given.insert(code, None)),
            Value::String(text) => drop(given.insert(code, Some(text))),
            Value::Number(number) => drop(given.insert(code, Some(number.to_string()))),
            _ => errors.add(format!("custom.{code}"), tr!("Give a text, a number or null.")),
        }
    }
    errors.into_result(given)
}

/// What a form sent: only fields that stood in it.
///
/// # Errors
/// When the database cannot be read.
pub fn from_form(rx: &Rx<'_>, form: &FormState) -> Result<Given> {
    let mut given = Given::new();
    for field in fields(rx)? {
        let name = format!("custom.{}", field.facts.code);
        if let Some(typed) = form.values(&name).next() {
            given.insert(field.facts.code, Some(typed.to_owned()));
        }
    }
    Ok(given)
}

/// How a form asks for these fields, and what it is filled with.
pub fn form_fields(shown: &[Shown]) -> (Vec<FormField>, Vec<(String, String)>) {
    let fields: Vec<FormField> = shown.iter().map(FormField::of).collect();
    let values =
        fields.iter().zip(shown).map(|(field, one)| (field.name.clone(), one.value.clone().unwrap_or_default()));
    (fields.clone(), values.collect())
}

/// How a form asks for all fields of somebody who is not entered yet.
///
/// # Errors
/// When the database cannot be read.
pub fn to_fill(rx: &Rx<'_>) -> Result<Vec<FormField>> {
    let empty = fields(rx)?.into_iter().map(|field| Shown { field, value: None });
    Ok(form_fields(&empty.collect::<Vec<_>>()).0)
}

/// Everybody's values, by person and field, retired fields included: for files.
///
/// # Errors
/// When the database cannot be read.
pub fn held(rx: &Rx<'_>) -> Result<HashMap<EmployeeId, HashMap<FieldId, String>>> {
    store::everybodys_values(rx)
}

/// What `given` comes to beside what a record holds: which fields change, and to what. With `whole`, what is required
/// must be there afterwards also where it was not named.
///
/// # Errors
/// Every fault, by field (`custom.code`).
pub fn check(
    fields: &[Field],
    held: &HashMap<FieldId, String>,
    given: &Given,
    whole: bool,
) -> Result<Vec<(FieldId, Option<String>)>, FieldErrors> {
    let mut errors = FieldErrors::new();
    let mut changes = Vec::new();
    for code in given.keys() {
        if !fields.iter().any(|field| field.facts.code == *code) {
            errors.add(format!("custom.{code}"), "There is no such field.");
        }
    }
    for field in fields {
        let name = || format!("custom.{}", field.facts.code);
        let before = held.get(&field.id).map(String::as_str);
        match given.get(&field.facts.code) {
            None if whole && field.facts.required && before.is_none() => errors.add(name(), "This is needed."),
            None => {}
            Some(text) => match rules::read(&field.facts, text.as_deref().unwrap_or_default(), before) {
                Err(why) => errors.add(name(), why),
                // Blank over nothing changes nothing: it is asked for where somebody is entered or changed by hand.
                Ok(None) if field.facts.required && (whole || before.is_some()) => {
                    errors.add(name(), "This is needed.");
                }
                Ok(value) if value.as_deref() != before => changes.push((field.id, value)),
                Ok(_) => {}
            },
        }
    }
    if errors.is_empty() { Ok(changes) } else { Err(errors) }
}

/// Sets what HR gives of a person's fields. With `whole`, nothing that is required may be missing then.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::NotFound`]; [`AppError::Invalid`] by field (`custom.code`).
pub fn set(tx: &mut Tx<'_>, actor: &Actor, employee: EmployeeId, given: &Given, whole: bool) -> Result<()> {
    actor.require_hr()?;
    write(tx, actor, employee, &fields(tx)?, given, whole)
}

/// The fields that the acting person may fill in themselves, with their values.
///
/// # Errors
/// [`AppError::Forbidden`] for a login without a record.
pub fn editable_by_person(rx: &Rx<'_>, actor: &Actor) -> Result<Vec<Shown>> {
    let own = of_person(rx, actor, actor.require_employee()?, Reach::Own)?;
    Ok(own.into_iter().filter(|shown| shown.field.facts.editable_by_person).collect())
}

/// Sets what the acting person gives of their own fields.
///
/// # Errors
/// [`AppError::Forbidden`] for a login without a record; [`AppError::Invalid`] by field: also for one that is HR's.
pub fn set_own(tx: &mut Tx<'_>, actor: &Actor, given: &Given) -> Result<()> {
    let own = actor.require_employee()?;
    let fields: Vec<Field> = editable_by_person(tx, actor)?.into_iter().map(|shown| shown.field).collect();
    write(tx, actor, own, &fields, given, false)
}

fn write(
    tx: &mut Tx<'_>,
    actor: &Actor,
    employee: EmployeeId,
    fields: &[Field],
    given: &Given,
    whole: bool,
) -> Result<()> {
    crate::people::get(tx, employee)?;
    let held = store::values(tx, employee)?;
    let changes = check(fields, &held, given, whole).map_err(AppError::Invalid)?;
    record(tx, actor, employee, fields, &held, &changes)
}

/// Writes changes that were checked, with one audit entry; nothing where there are none.
pub(in crate::people) fn record(
    tx: &mut Tx<'_>,
    actor: &Actor,
    employee: EmployeeId,
    fields: &[Field],
    held: &HashMap<FieldId, String>,
    changes: &[(FieldId, Option<String>)],
) -> Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let mut entry = audit::Entry::new("employee.fields_updated").on("employee_fields", employee);
    for (id, value) in changes {
        let code = fields.iter().find(|field| field.id == *id).map_or("", |field| field.facts.code.as_str());
        entry = entry.change(&format!("custom.{code}"), held.get(id), value);
        store::set_value(tx, employee, *id, value.as_deref())?;
    }
    audit::record(tx, actor, entry)?;
    Ok(())
}

/// Two parts of one form: the errors of both are told at once.
///
/// # Errors
/// Those of either.
pub fn along<T>(done: Result<T>, custom: Result<()>) -> Result<T> {
    match (done, custom) {
        (Err(AppError::Invalid(mut errors)), Err(AppError::Invalid(more))) => {
            errors.0.extend(more.0);
            Err(AppError::Invalid(errors))
        }
        (Ok(done), Ok(())) => Ok(done),
        (Err(other), _) | (_, Err(other)) => Err(other),
    }
}

impl Shown {
    /// The value as people read it; empty where there is none.
    pub fn words(&self, format: &crate::web::Format) -> String {
        let Some(value) = &self.value else { return String::new() };
        match self.field.facts.kind {
            Kind::Date => value.parse().map_or_else(|_| value.clone(), |date| format.full(date)),
            _ => value.clone(),
        }
    }
}
