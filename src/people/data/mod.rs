//! What Steward holds of a person, whichever room keeps it: handed over to them as one archive (`archive`), and the way
//! to erase it when they have left (`retention/`). Each room says for itself what it holds ([`Holder`]); the composition
//! root names the rooms above, people knows none of them.

pub mod api;
mod archive;
mod own;
pub mod pages;

use std::fs::File;
use std::sync::OnceLock;

use serde_json::Value;

use super::retention::Kind;
use crate::audit::{self, Entry};
use crate::auth::{Actor, Ctx};
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, UserId};
use crate::storage::{self, Op, Rx, Tx};
use crate::vault::Named;

use super::{Reach, directory, employee};
use archive::Archive;

const EXPORTED: Op = Op::act("personal.exported");

/// Whose data it is.
#[derive(Clone, Debug)]
pub struct Subject {
    pub id: EmployeeId,
    /// What they are called now.
    pub called: String,
    /// Their login, where there is one.
    pub user: Option<UserId>,
    /// What they are called once their name is erased, first and last: "Former employee", "17".
    pub pseudonym: (String, String),
}

impl Subject {
    /// "Former employee 17"
    pub fn name(&self) -> String {
        format!("{} {}", self.pseudonym.0, self.pseudonym.1)
    }

    /// An address that no mail server takes, for where one must stand.
    pub fn address(&self) -> String {
        format!("former-{}@invalid", self.id)
    }
}

/// Erases one kind of data of one room.
#[derive(Clone, Copy, Debug)]
pub struct Eraser {
    pub kind: Kind,
    /// How much of it there is to erase.
    pub count: fn(&Rx<'_>, &Subject) -> Result<i64>,
    pub erase: fn(&mut Tx<'_>, &Actor, &Subject) -> Result<()>,
}

/// Something that stays, so that totals stay right: what it is called, and how much of it there is.
#[derive(Clone, Copy, Debug)]
pub struct Stay {
    pub label: &'static str,
    pub count: fn(&Rx<'_>, &Subject) -> Result<i64>,
}

/// Sealed files, each by the name that it bears in the archive: "photo.jpeg".
pub type Files = Vec<(String, Named)>;

/// What one room holds of a person.
#[derive(Clone, Debug)]
pub struct Holder {
    /// Its heading in the archive: "leave".
    pub name: &'static str,
    pub export: fn(&Rx<'_>, &Subject) -> Result<Value>,
    pub files: fn(&Rx<'_>, &Subject) -> Result<Files>,
    pub erasers: Vec<Eraser>,
    pub stays: Vec<Stay>,
}

/// Of a room that keeps no files.
///
/// # Errors
/// None.
pub fn no_files(_: &Rx<'_>, _: &Subject) -> Result<Files> {
    Ok(Vec::new())
}

static HOLDERS: OnceLock<Vec<Holder>> = OnceLock::new();

/// Names the rooms that hold something, beside people. The first call counts: the same program always has the same.
pub fn held_by(holders: Vec<Holder>) {
    HOLDERS.get_or_init(|| std::iter::once(own::holder()).chain(holders).collect());
}

/// Every room that holds something.
pub(super) fn holders() -> &'static [Holder] {
    HOLDERS.get_or_init(|| vec![own::holder()])
}

/// The person behind an id, as rooms are asked about them.
///
/// # Errors
/// [`AppError::NotFound`]
pub(super) fn subject(rx: &Rx<'_>, id: EmployeeId) -> Result<Subject> {
    let called = employee::get(rx, id)?.name();
    let lang: crate::lang::Lang = crate::orgs::OrgSettings::load(rx)?.language.parse().unwrap_or_default();
    let first = lang.text(crate::tr!("Former employee")).to_owned();
    let user = crate::auth::user::by_employee(rx, id)?;
    Ok(Subject { id, called, user, pseudonym: (first, id.to_string()) })
}

/// `Ok` for the person and HR.
///
/// # Errors
/// [`AppError::NotFound`] for whoever may not see the person; [`AppError::Forbidden`].
pub fn require_may_export(rx: &Rx<'_>, actor: &Actor, id: EmployeeId) -> Result<()> {
    let (_, reach) = directory::profile(rx, actor, id)?;
    if reach == Reach::Own || (reach.sees() && actor.is_hr()) {
        return Ok(());
    }
    Err(AppError::forbidden("Personal data is handed to the person and to HR."))
}

/// Writes everything that is held of a person to `archive`, room by room; answers their files.
///
/// # Errors
/// As [`require_may_export`]; what the disk says.
fn gather(rx: &Rx<'_>, actor: &Actor, id: EmployeeId, archive: &mut Archive) -> Result<Files> {
    require_may_export(rx, actor, id)?;
    let subject = subject(rx, id)?;
    archive.add("exported_at", &serde_json::json!(rx.now())).map_err(AppError::internal)?;
    let mut files = Vec::new();
    for holder in holders() {
        archive.add(holder.name, &(holder.export)(rx, &subject)?).map_err(AppError::internal)?;
        files.extend((holder.files)(rx, &subject)?);
    }
    Ok(files)
}

/// The archive, in a file without a name: written down in the audit log before it is handed out.
///
/// # Errors
/// As [`require_may_export`]; what the disk says.
async fn export(ctx: &Ctx, id: EmployeeId) -> Result<File> {
    ctx.require_session()?;
    let note = move |tx: &mut Tx<'_>, actor: &Actor| {
        require_may_export(tx, actor, id)?;
        audit::record(tx, actor, Entry::new("personal.exported").on("employee", id)).map(drop)
    };
    ctx.write(EXPORTED, note).await?;
    let dir = ctx.org.dir.clone();
    let gathered = ctx.read(move |rx, actor| {
        let file = storage::dir::scratch(&dir).map_err(AppError::internal)?;
        let mut archive = Archive::begin(file).map_err(AppError::internal)?;
        let files = gather(rx, actor, id, &mut archive)?;
        Ok((archive, files))
    });
    let (archive, files) = gathered.await?;
    let vault = ctx.org.vault();
    let finish = move || archive.finish(&files, &vault);
    tokio::task::spawn_blocking(finish).await.map_err(AppError::internal)?.map_err(AppError::internal)
}
