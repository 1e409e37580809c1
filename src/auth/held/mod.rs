//! What signing in holds of a person: the login, its sessions and tokens. For their own archive, and for erasure.

mod store;

use serde_json::{Value, json};

use super::actor::Actor;
use crate::error::Result;
use crate::people::data::{Eraser, Holder, Subject, no_files};
use crate::people::retention::Kind;
use crate::storage::{Rx, Tx};

/// See [`crate::people::data`].
pub fn holder() -> Holder {
    Holder {
        name: "login",
        export,
        files: no_files,
        erasers: vec![
            Eraser { kind: Kind::Contact, count: identity, erase: erase_identity },
            Eraser { kind: Kind::Login, count, erase },
        ],
        stays: Vec::new(),
    }
}

fn export(rx: &Rx<'_>, subject: &Subject) -> Result<Value> {
    let Some(user) = subject.user else { return Ok(Value::Null) };
    Ok(json!({
        "user": store::user(rx, user)?,
        "roles": store::roles(rx, user)?,
        "sessions": store::sessions(rx, user)?,
        "personal_tokens": store::tokens(rx, user)?,
    }))
}

/// Name and address of the login, where they are the person's.
fn identity(rx: &Rx<'_>, subject: &Subject) -> Result<i64> {
    let Some(user) = subject.user else { return Ok(0) };
    Ok(if store::is_called(rx, user, &subject.address())? { 0 } else { 2 })
}

fn erase_identity(tx: &mut Tx<'_>, _: &Actor, subject: &Subject) -> Result<()> {
    let Some(user) = subject.user else { return Ok(()) };
    store::rename(tx, user, &subject.name(), &subject.address())
}

fn count(rx: &Rx<'_>, subject: &Subject) -> Result<i64> {
    subject.user.map_or(Ok(0), |user| store::count(rx, user))
}

/// Nothing lets anybody in any more; the row stays for the audit log's ids.
fn erase(tx: &mut Tx<'_>, _: &Actor, subject: &Subject) -> Result<()> {
    subject.user.map_or(Ok(()), |user| store::erase(tx, user))
}
