//! What the engine holds of a person: what they asked for, and the steps they took. Their name goes with the rest of
//! their names, what was written about their requests with the reasons of those.

mod store;

use serde_json::{Value, json};

use crate::approvals::Kind as Of;
use crate::auth::Actor;
use crate::error::Result;
use crate::people::data::{Eraser, Holder, Subject, no_files};
use crate::people::retention::Kind;
use crate::storage::{Rx, Tx, audit};

/// See [`crate::people::data`].
pub fn holder() -> Holder {
    Holder {
        name: "approvals",
        export,
        files: no_files,
        erasers: vec![
            Eraser { kind: Kind::Contact, count: names, erase: erase_names },
            Eraser {
                kind: Kind::LeaveReasons,
                count: |rx, who| store::count_notes(rx, who.id, Of::Leave),
                erase: |tx, _, who| store::erase_notes(tx, who.id, Of::Leave),
            },
            Eraser {
                kind: Kind::LeaveReasons,
                count: |rx, who| store::count_notes(rx, who.id, Of::Trip),
                erase: |tx, _, who| store::erase_notes(tx, who.id, Of::Trip),
            },
            Eraser {
                kind: Kind::OvertimeReasons,
                count: |rx, who| store::count_notes(rx, who.id, Of::Overtime),
                erase: |tx, _, who| store::erase_notes(tx, who.id, Of::Overtime),
            },
            Eraser {
                kind: Kind::OnboardingComments,
                count: |rx, who| store::count_notes(rx, who.id, Of::Task),
                erase: |tx, _, who| store::erase_notes(tx, who.id, Of::Task),
            },
            Eraser {
                kind: Kind::Bank,
                count: |rx, who| store::count_notes(rx, who.id, Of::Profile),
                erase: |tx, _, who| store::erase_notes(tx, who.id, Of::Profile),
            },
            Eraser { kind: Kind::Audit, count: words, erase: erase_words },
        ],
        stays: vec![crate::people::data::Stay { label: crate::tr!("Decisions, with who and when"), count: steps }],
    }
}

fn export(rx: &Rx<'_>, subject: &Subject) -> Result<Value> {
    Ok(json!({
        "asked_for": store::held_requests(rx, subject.id)?,
        "asked_about_them": store::held_about(rx, subject.id)?,
        "steps_on_them": store::held_steps(rx, subject.id)?,
        "steps_taken": store::held_steps_by(rx, subject.id)?,
    }))
}

fn steps(rx: &Rx<'_>, subject: &Subject) -> Result<i64> {
    store::count_steps(rx, subject.id)
}

fn names(rx: &Rx<'_>, subject: &Subject) -> Result<i64> {
    store::count_named(rx, subject.id, &subject.name())
}

fn erase_names(tx: &mut Tx<'_>, _: &Actor, subject: &Subject) -> Result<()> {
    store::rename(tx, subject.id, &subject.name())
}

/// What was written down about the person's requests, under the engine's own names of them.
fn words(rx: &Rx<'_>, subject: &Subject) -> Result<i64> {
    let of = |kind: &Of| audit::words_about(rx, kind.as_str(), &store::subjects_of(rx, subject.id, *kind)?);
    Of::ALL.iter().map(of).sum()
}

fn erase_words(tx: &mut Tx<'_>, _: &Actor, subject: &Subject) -> Result<()> {
    for kind in Of::ALL {
        let ids = store::subjects_of(tx, subject.id, *kind)?;
        audit::blank_subjects(tx, kind.as_str(), &ids)?;
    }
    Ok(())
}
