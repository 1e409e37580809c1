//! What overtime holds of a person. Erased are reasons, and the name that each request keeps; the minutes stay, and the
//! workbooks of the days are made anew without the name.

mod store;

use serde_json::{Value, json};

use crate::auth::Actor;
use crate::error::Result;
use crate::people::data::{Eraser, Holder, Stay, Subject, no_files};
use crate::people::retention::Kind;
use crate::storage::{Rx, Tx, audit};
use crate::tr;

/// See [`crate::people::data`].
pub fn holder() -> Holder {
    Holder {
        name: "overtime",
        export,
        files: no_files,
        erasers: vec![
            Eraser {
                kind: Kind::OvertimeReasons,
                count: |rx, who| store::count_reasons(rx, who.id),
                erase: |tx, _, who| store::erase_reasons(tx, who.id),
            },
            Eraser {
                kind: Kind::Contact,
                count: |rx, who| store::count_named(rx, who.id, &who.name()),
                erase: erase_names,
            },
            Eraser { kind: Kind::Audit, count: words, erase: erase_words },
        ],
        stays: vec![
            Stay { label: tr!("Requests for overtime"), count: |rx, who| store::count(rx, who.id) },
            Stay { label: tr!("Minutes of overtime"), count: |rx, who| store::minutes(rx, who.id) },
        ],
    }
}

fn export(rx: &Rx<'_>, subject: &Subject) -> Result<Value> {
    Ok(json!({
        "requests": store::requests(rx, subject.id)?,
        "breaks": store::breaks(rx, subject.id)?,
        "classes": store::classes(rx, subject.id)?,
    }))
}

fn erase_names(tx: &mut Tx<'_>, _: &Actor, subject: &Subject) -> Result<()> {
    store::rename(tx, subject.id, &subject.name())?;
    for date in super::store::dates_of(tx, subject.id)? {
        super::report_on(tx, date)?;
    }
    Ok(())
}

fn words(rx: &Rx<'_>, subject: &Subject) -> Result<i64> {
    audit::words_about(rx, "overtime_request", &store::ids(rx, subject.id)?)
}

fn erase_words(tx: &mut Tx<'_>, _: &Actor, subject: &Subject) -> Result<()> {
    let ids = store::ids(tx, subject.id)?;
    audit::blank_subjects(tx, "overtime_request", &ids).map(drop)
}
