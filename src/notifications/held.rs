//! What notices hold of a person: what they were told, and what they want by mail.

use serde_json::{Value, json};

use super::store;
use crate::auth::Actor;
use crate::error::Result;
use crate::people::data::{Eraser, Holder, Subject, no_files};
use crate::people::retention::Kind;
use crate::storage::{Rx, Tx};

/// See [`crate::people::data`].
pub fn holder() -> Holder {
    Holder {
        name: "notices",
        export,
        files: no_files,
        erasers: vec![Eraser { kind: Kind::Login, count, erase }],
        stays: Vec::new(),
    }
}

fn export(rx: &Rx<'_>, subject: &Subject) -> Result<Value> {
    Ok(json!({
        "notices": store::held(rx, subject.id)?,
        "preferences": store::held_preferences(rx, subject.user)?,
    }))
}

fn count(rx: &Rx<'_>, subject: &Subject) -> Result<i64> {
    store::count_held(rx, subject.id)
}

fn erase(tx: &mut Tx<'_>, _: &Actor, subject: &Subject) -> Result<()> {
    store::erase_held(tx, subject.id, subject.user)
}
