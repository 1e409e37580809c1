//! What the audit log holds of a person: what was done to their record and login, and what they did. For their own
//! archive. Erasing takes the words about them, never that it happened; what they did to others' things keeps its words,
//! because it is the others' history.

use serde_json::{Value, json};

use super::store;
use crate::auth::Actor;
use crate::error::Result;
use crate::people::data::{Eraser, Holder, Subject, no_files};
use crate::people::retention::Kind;
use crate::storage::{Rx, Tx, audit};

/// Things that bear the person's own id.
const THEIRS: [&str; 3] = ["employee", "employee_personal", "employee_fields"];
/// Things that nobody but their owner touches.
const OWN: [&str; 2] = ["session", "personal_token"];

/// See [`crate::people::data`].
pub fn holder() -> Holder {
    Holder {
        name: "audit",
        export,
        files: no_files,
        erasers: vec![Eraser { kind: Kind::Audit, count, erase }],
        stays: vec![crate::people::data::Stay {
            label: crate::tr!("Entries of the audit log, without words"),
            count: entries,
        }],
    }
}

fn export(rx: &Rx<'_>, subject: &Subject) -> Result<Value> {
    let user = subject.user.map(|user| user.0);
    Ok(json!({ "about": store::about(rx, subject.id.0, user)?, "by": store::by(rx, user)? }))
}

fn entries(rx: &Rx<'_>, subject: &Subject) -> Result<i64> {
    store::count_about(rx, subject.id.0, subject.user.map(|user| user.0))
}

fn count(rx: &Rx<'_>, subject: &Subject) -> Result<i64> {
    let mut words = 0;
    for kind in THEIRS {
        words += audit::words_about(rx, kind, &[subject.id.0])?;
    }
    if let Some(user) = subject.user {
        words += audit::words_about(rx, "user", &[user.0])?;
        for kind in OWN {
            words += audit::own_words(rx, user.0, kind)?;
        }
    }
    Ok(words)
}

fn erase(tx: &mut Tx<'_>, _: &Actor, subject: &Subject) -> Result<()> {
    for kind in THEIRS {
        audit::blank_subject(tx, kind, subject.id.0)?;
    }
    if let Some(user) = subject.user {
        audit::blank_subject(tx, "user", user.0)?;
        for kind in OWN {
            audit::blank_own(tx, user.0, kind)?;
        }
    }
    Ok(())
}
