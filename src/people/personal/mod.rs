//! Private data: legal name, address, birthday, whom to call in an emergency, bank details. The person and HR see and
//! change all of it, those above them the emergency contact, colleagues day and month of a birthday where the person
//! agrees; an admin who is not HR sees what a colleague does, in the audit log too.
//!
//! Legal name and bank details of one's own are not written but asked for (`change/`): HR confirms them. The audit log
//! keeps what changed from what to what, of bank details the last four characters alone: it is kept for years.

pub mod api;
pub mod change;
mod model;
pub mod pages;
pub mod rules;
mod store;

use std::collections::HashMap;

use jiff::civil::Date;

use crate::audit::{self, Entry};
use crate::auth::Actor;
use crate::error::{AppError, Result};
use crate::ids::EmployeeId;
use crate::msg;
use crate::notifications::{self, Kind, Notice, Topic};
use crate::storage::{Rx, Tx};
use crate::tr;
use crate::web::etag;

use super::{Reach, directory};
pub use model::{Change, Personal, Sensitive};

static CHANGED: Kind = Kind::new(
    "personal_changed",
    Topic::Account,
    tr!("Your legal name or bank details were changed"),
    tr!("Look at it"),
);

/// What somebody may see of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The person, and HR.
    Whole(Personal),
    /// Those above: whom to call. The birthday as colleagues see it.
    Emergency { name: String, relation: String, phone: String, birthday: Option<Date> },
    /// Colleagues: the birthday, of which day and month are theirs to know, where the person agrees.
    Birthday(Option<Date>),
}

/// What `actor` may see of a person.
///
/// # Errors
/// [`AppError::NotFound`] for whoever may not see the person at all.
pub fn see(rx: &Rx<'_>, actor: &Actor, id: EmployeeId) -> Result<Seen> {
    let (profile, reach) = directory::profile(rx, actor, id)?;
    let personal = store::get(rx, id)?;
    let birthday = personal.birthday.filter(|_| personal.birthday_shown);
    Ok(match reach {
        Reach::Own => Seen::Whole(personal),
        Reach::Report | Reach::Organization if actor.is_hr() => Seen::Whole(personal),
        // Whoever has left is nobody's to look after any more.
        Reach::Report | Reach::Organization
            if profile.employee.status(actor.today(rx.now())) == super::Status::Left =>
        {
            Seen::Birthday(birthday)
        }
        Reach::Report | Reach::Organization => Seen::Emergency {
            name: personal.emergency_name,
            relation: personal.emergency_relation,
            phone: personal.emergency_phone,
            birthday,
        },
        Reach::None => Seen::Birthday(birthday),
    })
}

/// All that is known of a person, for the person and HR.
///
/// # Errors
/// As [`require_may_change`].
pub fn whole(rx: &Rx<'_>, actor: &Actor, id: EmployeeId) -> Result<Personal> {
    require_may_change(rx, actor, id)?;
    store::get(rx, id)
}

/// `Ok` for the person and for HR.
///
/// # Errors
/// [`AppError::NotFound`] for whoever may not see the person; [`AppError::Forbidden`].
pub fn require_may_change(rx: &Rx<'_>, actor: &Actor, id: EmployeeId) -> Result<Reach> {
    let (_, reach) = directory::profile(rx, actor, id)?;
    if reach == Reach::Own || (reach.sees() && actor.is_hr()) {
        return Ok(reach);
    }
    Err(AppError::forbidden("Private data is the person’s own, and HR’s."))
}

/// Changes a person's private data. What HR confirms is asked for where it is one's own, also HR's; of somebody else HR
/// writes it at once, and the person is told.
///
/// # Errors
/// As [`require_may_change`]; [`AppError::Invalid`] by field; [`AppError::Conflict`] where HR writes what the person
/// has asked to have changed, and that waits.
pub fn update(tx: &mut Tx<'_>, actor: &Actor, id: EmployeeId, change: Change) -> Result<()> {
    let own = require_may_change(tx, actor, id)? == Reach::Own;
    let before = store::get(tx, id)?;
    let open = change::open_of(tx, id)?;
    let mut after = before.clone();
    let asks = own && change.is_sensitive();
    if let Some(open) = open.as_ref().filter(|_| asks) {
        // What is left out stays as it was asked for.
        after.sensitive = open.after.clone();
    }
    change.apply(&mut after);
    rules::check(&mut after, actor.today(tx.now())).into_result(())?;
    let wanted = after.sensitive.clone();
    if own {
        after.sensitive = before.sensitive.clone();
    } else if after.sensitive != before.sensitive && open.is_some() {
        return Err(AppError::conflict(
            "The person has asked to have this changed, and it waits in the inbox: decide on that first.",
        ));
    }
    write(tx, actor, id, &before, &after)?;
    if after.sensitive != before.sensitive {
        let text = msg!("{0} changed your legal name or bank details. If that is wrong, tell HR at once.", actor.name);
        let notice = Notice::new(&CHANGED, ("employee_personal", id.0), text).link("/account/profile");
        notifications::notify(tx, id, &notice)?;
    }
    if asks { change::want(tx, actor, id, &before.sensitive, &wanted, open) } else { Ok(()) }
}

/// Everybody's, where anything is known: for an import, which is HR's.
pub(super) fn everybody(rx: &Rx<'_>) -> Result<HashMap<EmployeeId, Personal>> {
    store::everybody(rx)
}

/// What HR knows of somebody who is being entered. It was checked; nobody is told, as there is nobody yet who could
/// have had it otherwise.
pub(super) fn begin(tx: &mut Tx<'_>, actor: &Actor, id: EmployeeId, change: Change) -> Result<()> {
    actor.require_hr()?;
    let before = store::get(tx, id)?;
    let mut after = before.clone();
    change.apply(&mut after);
    write(tx, actor, id, &before, &after)
}

/// Writes what was checked, with its audit entry; nothing where nothing differs.
fn write(tx: &mut Tx<'_>, actor: &Actor, id: EmployeeId, before: &Personal, after: &Personal) -> Result<()> {
    if before == after {
        return Ok(());
    }
    store::put(tx, id, after)?;
    let mut entry = Entry::new("personal.updated").on("employee_personal", id);
    for ((field, old), (_, new)) in before.audited().zip(after.audited()) {
        entry = entry.change(field, old, new);
    }
    audit::record(tx, actor, told(entry, &before.sensitive, &after.sensitive)).map(drop)
}

/// Adds every sensitive field that differs to an entry, masked; also one whose last characters are the same.
fn told(mut entry: Entry, before: &Sensitive, after: &Sensitive) -> Entry {
    let raw = before.fields().into_iter().zip(after.fields());
    for (((_, _, was), (_, _, is)), ((field, old), (_, new))) in
        raw.zip(before.audited().into_iter().zip(after.audited()))
    {
        if was != is {
            let new = if old == new { serde_json::json!("… (another)") } else { new };
            entry = entry.change(field, old, new);
        }
    }
    entry
}

/// What a page shows of a person, in short: another one once anything of it has changed.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn stamp(rx: &Rx<'_>, id: EmployeeId) -> Result<String> {
    let personal = store::get(rx, id)?;
    let facts = super::employee::get(rx, id)?.facts;
    let open = change::open_of(rx, id)?.map(|open| open.after);
    let rest: Vec<_> = personal.audited().collect();
    etag::tag(&(personal.sensitive, rest, facts.phone, facts.deputy_id, open))
}

/// Refuses what was typed on a page that shows something older; an empty stamp says nothing about it.
///
/// # Errors
/// [`AppError::Conflict`]
fn require_fresh(rx: &Rx<'_>, id: EmployeeId, seen: &str) -> Result<()> {
    if seen.is_empty() || seen == stamp(rx, id)? {
        return Ok(());
    }
    Err(AppError::conflict("This has changed since you loaded it. Look at it again, then change it."))
}

/// What is private to a person, for their own archive.
pub(super) fn held(rx: &Rx<'_>, id: EmployeeId) -> Result<serde_json::Value> {
    Ok(serde_json::json!({ "known": store::held(rx, id)?, "changes": change::held(rx, id)? }))
}

/// How many private fields are filled in, bank details aside.
pub(super) fn count_private(rx: &Rx<'_>, id: EmployeeId) -> Result<i64> {
    let personal = store::get(rx, id)?;
    let texts = [
        &personal.sensitive.legal_name,
        &personal.private_email,
        &personal.private_phone,
        &personal.home_address,
        &personal.emergency_name,
        &personal.emergency_relation,
        &personal.emergency_phone,
    ];
    let filled = texts.iter().filter(|text| !text.is_empty()).count() + usize::from(personal.birthday.is_some());
    Ok(i64::try_from(filled).unwrap_or(i64::MAX) + change::count(rx, id, false)?)
}

/// How many bank details are kept, also those that were asked for.
pub(super) fn count_bank(rx: &Rx<'_>, id: EmployeeId) -> Result<i64> {
    let sensitive = store::get(rx, id)?.sensitive;
    let filled =
        [&sensitive.account_holder, &sensitive.iban, &sensitive.bic].iter().filter(|text| !text.is_empty()).count();
    Ok(i64::try_from(filled).unwrap_or(i64::MAX) + change::count(rx, id, true)?)
}

/// Erases all but bank details. Whoever calls this has asked who may, and audits it.
pub(super) fn erase_private(tx: &mut Tx<'_>, actor: &Actor, id: EmployeeId) -> Result<()> {
    change::forget(tx, actor, id, false)?;
    let bank = store::get(tx, id)?.sensitive;
    let sensitive = Sensitive { legal_name: String::new(), ..bank };
    store::put(tx, id, &Personal { sensitive, ..Personal::default() })
}

/// Erases bank details. As [`erase_private`].
pub(super) fn erase_bank(tx: &mut Tx<'_>, actor: &Actor, id: EmployeeId) -> Result<()> {
    change::forget(tx, actor, id, true)?;
    let mut personal = store::get(tx, id)?;
    personal.sensitive = Sensitive { legal_name: personal.sensitive.legal_name, ..Sensitive::default() };
    store::put(tx, id, &personal)
}
