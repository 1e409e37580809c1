//! What onboarding holds of a person: their runs and tasks, what they did for others, and what was said. Erased are words
//! and names; that a task was done, and when, stays.

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
        name: "onboarding",
        export,
        files: no_files,
        erasers: vec![
            Eraser {
                kind: Kind::OnboardingComments,
                count: |rx, who| store::count_words(rx, who.id),
                erase: |tx, _, who| store::erase_words(tx, who.id),
            },
            Eraser {
                kind: Kind::Contact,
                count: |rx, who| store::count_named(rx, who.id, &who.name()),
                erase: |tx, _, who| store::rename(tx, who.id, &who.name()),
            },
            Eraser { kind: Kind::Audit, count: words, erase: erase_audit },
        ],
        stays: vec![Stay {
            label: tr!("Onboardings and tasks, with when they were done"),
            count: |rx, who| store::count(rx, who.id),
        }],
    }
}

fn export(rx: &Rx<'_>, subject: &Subject) -> Result<Value> {
    Ok(json!({
        "onboardings": store::runs(rx, subject.id)?,
        "tasks": store::tasks(rx, subject.id)?,
        "tasks_for_others": store::done(rx, subject.id)?,
        "events": store::events(rx, subject.id)?,
        "comments": store::comments(rx, subject.id)?,
    }))
}

fn words(rx: &Rx<'_>, subject: &Subject) -> Result<i64> {
    Ok(audit::words_about(rx, "onboarding", &store::run_ids(rx, subject.id)?)?
        + audit::words_about(rx, "task", &store::task_ids(rx, subject.id)?)?)
}

fn erase_audit(tx: &mut Tx<'_>, _: &Actor, subject: &Subject) -> Result<()> {
    let ids = store::run_ids(tx, subject.id)?;
    audit::blank_subjects(tx, "onboarding", &ids)?;
    let ids = store::task_ids(tx, subject.id)?;
    audit::blank_subjects(tx, "task", &ids).map(drop)
}
