//! What leave holds of a person. Erased are words and papers: why leave was asked for and what shows it, how to reach them
//! meanwhile, where a business trip led and why, HR's words in the ledger. The requests and every row of the ledger stay, so that balances and totals stay what they were.

mod store;

use serde_json::{Value, json};

use crate::auth::Actor;
use crate::error::Result;
use crate::leave::papers;
use crate::people::data::{Eraser, Files, Holder, Stay, Subject};
use crate::people::retention::Kind;
use crate::storage::{Rx, Tx, audit};
use crate::tr;

/// See [`crate::people::data`].
pub fn holder() -> Holder {
    Holder {
        name: "leave",
        export,
        files,
        erasers: vec![
            Eraser { kind: Kind::LeaveReasons, count, erase },
            Eraser { kind: Kind::Contact, count: names, erase: erase_names },
            Eraser { kind: Kind::Audit, count: words, erase: erase_words },
        ],
        stays: vec![
            Stay { label: tr!("Requests for leave"), count: |rx, who| store::count_requests(rx, who.id) },
            Stay { label: tr!("Business trips"), count: |rx, who| store::count_trips(rx, who.id) },
            Stay { label: tr!("Rows of the leave ledger"), count: |rx, who| store::count_rows(rx, who.id) },
        ],
    }
}

fn export(rx: &Rx<'_>, subject: &Subject) -> Result<Value> {
    Ok(json!({
        "requests": store::requests(rx, subject.id)?,
        "days": store::days(rx, subject.id)?,
        "documents": papers::store::held(rx, subject.id)?,
        "ledger": store::ledger(rx, subject.id)?,
        "business_trips": store::trips(rx, subject.id)?,
    }))
}

/// The papers, each under the number of its request.
fn files(rx: &Rx<'_>, subject: &Subject) -> Result<Files> {
    let all = papers::store::of_person(rx, subject.id)?;
    let files = all.iter().map(|one| Ok((one.name_in_archive(), papers::file_of(rx, one)?)));
    files.collect()
}

fn count(rx: &Rx<'_>, subject: &Subject) -> Result<i64> {
    Ok(store::count_reasons(rx, subject.id)? + papers::store::count_of_person(rx, subject.id)?)
}

fn erase(tx: &mut Tx<'_>, _: &Actor, subject: &Subject) -> Result<()> {
    for paper in papers::store::of_person(tx, subject.id)? {
        papers::forget(tx, &paper)?;
    }
    let corrected = serde_json::to_string(&crate::msg!("Correction")).expect("a message serializes");
    store::erase_reasons(tx, subject.id, &corrected)
}

fn names(rx: &Rx<'_>, subject: &Subject) -> Result<i64> {
    if subject.called == subject.name() { Ok(0) } else { store::count_named(rx, subject.id, &subject.called) }
}

fn erase_names(tx: &mut Tx<'_>, _: &Actor, subject: &Subject) -> Result<()> {
    store::rename(tx, subject.id, &subject.called, &subject.name())
}

fn words(rx: &Rx<'_>, subject: &Subject) -> Result<i64> {
    Ok(audit::words_about(rx, "leave_request", &store::ids(rx, subject.id)?)?
        + audit::words_about(rx, "leave_ledger", &store::row_ids(rx, subject.id)?)?
        + audit::words_about(rx, "business_trip", &store::trip_ids(rx, subject.id)?)?)
}

fn erase_words(tx: &mut Tx<'_>, _: &Actor, subject: &Subject) -> Result<()> {
    let ids = store::ids(tx, subject.id)?;
    audit::blank_subjects(tx, "leave_request", &ids)?;
    let ids = store::trip_ids(tx, subject.id)?;
    audit::blank_subjects(tx, "business_trip", &ids)?;
    let ids = store::row_ids(tx, subject.id)?;
    audit::blank_subjects(tx, "leave_ledger", &ids).map(drop)
}
