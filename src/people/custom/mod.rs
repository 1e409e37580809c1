//! Fields of HR's own on people's records: what they are called, what they hold, who sees them, who fills them in.
//!
//! A field is defined once and then stands on every record, in the API (`custom: {code: value}`) and in files
//! (`custom:code`). It is filtered by who asks before anything is shown or counted; the person always sees their own.
//! A retired field is seen nowhere; its values stay, and come back with it.

pub mod api;
pub mod pages;
pub mod rules;
mod store;
#[cfg(test)]
mod tests;
mod values;

pub(in crate::people) use store::{count_of, erase_of, export_of};
pub(in crate::people) use values::record;
pub use values::{
    FormField, Given, Shown, along, check, editable_by_person, form_fields, from_form, from_json, held, json,
    of_people, of_person, set, set_own, to_fill,
};

use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, Result};
use crate::ids::FieldId;
use crate::storage::{Rx, Tx};
use crate::text::fold;
use crate::{msg, text_enum, tr};

text_enum! {
    /// What a field holds.
    pub enum Kind {
        Text = "text",
        Number = "number",
        Date = "date",
        Choice = "choice",
    }
    /// Who sees a field's value, beside the person and HR.
    pub enum VisibleTo {
        Everyone = "everyone",
        /// Those above the person, directly or through others.
        Manager = "manager",
        /// Nobody else.
        Hr = "hr",
    }
}

impl Kind {
    /// As a person reads it; a key of the catalogues.
    pub fn label(self) -> &'static str {
        match self {
            Kind::Text => tr!("Text"),
            Kind::Number => tr!("Figure"),
            Kind::Date => tr!("Date"),
            Kind::Choice => tr!("Choice"),
        }
    }
}

impl VisibleTo {
    /// As a person reads it; a key of the catalogues.
    pub fn label(self) -> &'static str {
        match self {
            VisibleTo::Everyone => tr!("Everybody"),
            VisibleTo::Manager => tr!("Managers above"),
            VisibleTo::Hr => tr!("HR only"),
        }
    }
}

/// At most so many fields are in use: a record is no filing cabinet, and a file has room for them all.
const MOST: usize = 100;

/// What HR sets of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFacts {
    /// Up to 40 of `a-z`, digits and `_`; unique, and as it was first given.
    pub code: String,
    /// 1 to 100 characters.
    pub label: String,
    pub kind: Kind,
    /// What can be chosen, in this order; empty for all other kinds.
    pub options: Vec<String>,
    /// Whether a record must have it: asked for wherever a person is entered, and never cleared.
    pub required: bool,
    pub visible_to: VisibleTo,
    /// Whether the person fills it in as well.
    pub editable_by_person: bool,
    /// Where it stands among the others, 0 to 9999.
    pub sort_order: i64,
}

/// A field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub id: FieldId,
    pub facts: FieldFacts,
    pub retired: bool,
}

/// Those in use, in their order.
///
/// # Errors
/// When the database cannot be read.
pub fn fields(rx: &Rx<'_>) -> Result<Vec<Field>> {
    store::fields(rx, false)
}

/// Those that were retired.
///
/// # Errors
/// When the database cannot be read.
pub fn retired(rx: &Rx<'_>) -> Result<Vec<Field>> {
    store::fields(rx, true)
}

/// One field, retired or not.
///
/// # Errors
/// [`AppError::NotFound`]
pub fn get(rx: &Rx<'_>, id: FieldId) -> Result<Field> {
    store::get(rx, id)
}

/// Defines a field.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::Invalid`] by field.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, mut facts: FieldFacts) -> Result<FieldId> {
    actor.require_hr()?;
    let mut errors = rules::check(&mut facts);
    if store::has_code(tx, &fold(&facts.code))? {
        errors.add("code", msg!("There is a field “{0}” already, perhaps a retired one.", facts.code));
    }
    if fields(tx)?.len() >= MOST {
        errors.add("", msg!("There are {0} fields already: retire one first.", MOST));
    }
    errors.into_result(())?;
    let id = store::insert(tx, &facts)?;
    audit::record(tx, actor, entry("employee_field.created", id, None, &facts))?;
    Ok(id)
}

/// Changes a field by `change`, which is handed it as it now stands. Its code stays, and its kind while any record
/// holds a value.
///
/// # Errors
/// As [`create`]; [`AppError::NotFound`]; [`AppError::Invalid`] on `code` or `kind` for what must stay.
pub fn update(tx: &mut Tx<'_>, actor: &Actor, id: FieldId, change: impl FnOnce(&mut FieldFacts)) -> Result<()> {
    actor.require_hr()?;
    let before = store::get(tx, id)?;
    let mut facts = before.facts.clone();
    change(&mut facts);
    let mut errors = rules::check(&mut facts);
    if facts.code != before.facts.code {
        errors.add("code", tr!("The code stays as it is: files and programs know the field by it."));
    }
    if facts.kind != before.facts.kind && store::is_held(tx, id)? {
        errors.add("kind", tr!("Records hold values of this kind already: retire the field and define another."));
    }
    errors.into_result(())?;
    if facts == before.facts {
        return Ok(());
    }
    store::update(tx, id, &facts)?;
    audit::record(tx, actor, entry("employee_field.updated", id, Some(&before.facts), &facts))?;
    Ok(())
}

/// Takes a field out of use. Values stay, and are seen nowhere until it is brought back.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::NotFound`].
pub fn retire(tx: &mut Tx<'_>, actor: &Actor, id: FieldId) -> Result<()> {
    actor.require_hr()?;
    if store::get(tx, id)?.retired {
        return Ok(());
    }
    let entry = audit::Entry::new("employee_field.retired").on("employee_field", id).change("active", true, false);
    let act = audit::record(tx, actor, entry)?;
    store::set_hidden(tx, id, Some(act))
}

/// Brings a retired field back, with its values.
///
/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::NotFound`]; [`AppError::Conflict`] where there are too many.
pub fn restore(tx: &mut Tx<'_>, actor: &Actor, id: FieldId) -> Result<()> {
    actor.require_hr()?;
    if !store::get(tx, id)?.retired {
        return Ok(());
    }
    if fields(tx)?.len() >= MOST {
        return Err(AppError::Conflict(msg!("There are {0} fields already: retire one first.", MOST)));
    }
    let entry = audit::Entry::new("employee_field.restored").on("employee_field", id).change("active", false, true);
    audit::record(tx, actor, entry)?;
    store::set_hidden(tx, id, None)
}

/// A column's name, and its value as the audit log keeps it.
type Column = (&'static str, fn(&FieldFacts) -> serde_json::Value);

fn entry(action: &'static str, id: FieldId, before: Option<&FieldFacts>, after: &FieldFacts) -> audit::Entry {
    let entry = audit::Entry::new(action).on("employee_field", id);
    let old = |of: fn(&FieldFacts) -> serde_json::Value| before.map(of);
    let columns: [Column; 8] = [
        ("code", |facts| facts.code.clone().into()),
        ("label", |facts| facts.label.clone().into()),
        ("kind", |facts| facts.kind.as_str().into()),
        ("options", |facts| facts.options.clone().into()),
        ("required", |facts| facts.required.into()),
        ("visible_to", |facts| facts.visible_to.as_str().into()),
        ("editable_by_person", |facts| facts.editable_by_person.into()),
        ("sort_order", |facts| facts.sort_order.into()),
    ];
    columns.into_iter().fold(entry, |entry, (name, of)| entry.change(name, old(of), of(after)))
}
