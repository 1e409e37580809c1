//! What this room holds of a person: the record and its history, working weeks, groups, private data, the photo.

use serde_json::{Value, json};

use super::{Eraser, Files, Holder, Subject};
use crate::auth::Actor;
use crate::error::Result;
use crate::people::retention::Kind;
use crate::people::{custom, employee, personal, photo, schedule};
use crate::storage::{Rx, Tx, audit};
use crate::tr;
use crate::vault;

pub(super) fn holder() -> Holder {
    Holder {
        name: "record",
        export,
        files,
        erasers: vec![
            Eraser { kind: Kind::Contact, count: contacts, erase: erase_contact },
            Eraser { kind: Kind::Bank, count: bank, erase: erase_bank },
            Eraser { kind: Kind::Photo, count: photos, erase: erase_photo },
            Eraser {
                kind: Kind::CustomFields,
                count: |rx, who| custom::count_of(rx, who.id),
                erase: |tx, _, who| custom::erase_of(tx, who.id),
            },
            Eraser { kind: Kind::Audit, count: schedule_words, erase: erase_schedule_words },
        ],
        stays: vec![super::Stay {
            label: tr!("Dates, department, manager and kind of employment, as they changed"),
            count: history,
        }],
    }
}

fn export(rx: &Rx<'_>, subject: &Subject) -> Result<Value> {
    let mut all = employee::held(rx, subject.id)?;
    all.insert("custom_fields".to_owned(), custom::export_of(rx, subject.id)?.into());
    all.insert("personal".to_owned(), personal::held(rx, subject.id)?);
    Ok(json!(all))
}

fn files(rx: &Rx<'_>, subject: &Subject) -> Result<Files> {
    let Some(photo) = employee::get(rx, subject.id)?.photo else { return Ok(Vec::new()) };
    let photo = vault::get(rx, &photo)?;
    let ending = photo.media_type.strip_prefix("image/").unwrap_or("bin");
    Ok(vec![(format!("photo.{ending}"), photo)])
}

fn history(rx: &Rx<'_>, subject: &Subject) -> Result<i64> {
    employee::count_history(rx, subject.id)
}

fn contacts(rx: &Rx<'_>, subject: &Subject) -> Result<i64> {
    let facts = employee::get(rx, subject.id)?.facts;
    // Name, address and number are always there.
    let named = if facts.name() == subject.name() { 0 } else { 3 };
    Ok(named + i64::from(!facts.phone.is_empty()) + personal::count_private(rx, subject.id)?)
}

fn erase_contact(tx: &mut Tx<'_>, actor: &Actor, subject: &Subject) -> Result<()> {
    personal::erase_private(tx, actor, subject.id)?;
    employee::pseudonymise(tx, subject)
}

fn bank(rx: &Rx<'_>, subject: &Subject) -> Result<i64> {
    personal::count_bank(rx, subject.id)
}

fn erase_bank(tx: &mut Tx<'_>, actor: &Actor, subject: &Subject) -> Result<()> {
    personal::erase_bank(tx, actor, subject.id)
}

fn photos(rx: &Rx<'_>, subject: &Subject) -> Result<i64> {
    Ok(i64::from(employee::get(rx, subject.id)?.photo.is_some()))
}

fn erase_photo(tx: &mut Tx<'_>, _: &Actor, subject: &Subject) -> Result<()> {
    photo::forget(tx, subject.id).map(drop)
}

/// Working weeks have ids of their own in the log.
fn schedule_words(rx: &Rx<'_>, subject: &Subject) -> Result<i64> {
    audit::words_about(rx, "schedule", &schedule::ids_of(rx, subject.id)?)
}

fn erase_schedule_words(tx: &mut Tx<'_>, _: &Actor, subject: &Subject) -> Result<()> {
    let ids = schedule::ids_of(tx, subject.id)?;
    audit::blank_subjects(tx, "schedule", &ids).map(drop)
}
