//! What feeds hold of a person: that there are some. They end with the login.

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
        name: "feeds",
        export,
        files: no_files,
        erasers: vec![Eraser { kind: Kind::Login, count, erase }],
        stays: Vec::new(),
    }
}

fn export(rx: &Rx<'_>, subject: &Subject) -> Result<Value> {
    let Some(user) = subject.user else { return Ok(Value::Null) };
    let feeds = store::list(rx, user)?;
    Ok(feeds.iter().map(|feed| json!({ "kind": feed.kind, "created_at": feed.created_at })).collect())
}

fn count(rx: &Rx<'_>, subject: &Subject) -> Result<i64> {
    let Some(user) = subject.user else { return Ok(0) };
    Ok(i64::try_from(store::list(rx, user)?.len()).unwrap_or(i64::MAX))
}

fn erase(tx: &mut Tx<'_>, _: &Actor, subject: &Subject) -> Result<()> {
    subject.user.map_or(Ok(()), |user| store::remove_all(tx, user))
}
