//! Notices: what happened, told to each person concerned. In-app always, by mail as the person prefers.
//!
//! An action says what happened in the transaction that makes it happen:
//!
//! ```ignore
//! const APPROVED: Kind = Kind::new("leave_approved", Topic::Requests, tr!("Your leave is approved"), tr!("Open the request"));
//!
//! notify(tx, requester, &Notice::new(&APPROVED, ("leave_request", id.0), msg!("{0} approved your leave.", actor.name))
//!     .quote(note).link(format!("/leave/requests/{id}")))?;
//! ```
//!
//! The mail is a row of the outbox, composed when it leaves: in the reader's language, to the address of that day.
//! Who is concerned is for the features to say; nothing here knows what a leave is.

pub mod api;
pub mod decision;
mod digest;
mod effect;
mod held;
mod letters;
pub mod pages;
pub mod queue;
mod server;
mod store;
mod types;

#[cfg(test)]
mod tests;

pub use digest::Digest;
pub use effect::MailEffect;
pub use held::holder;
pub use letters::{MAIL, Post, post};
pub use server::{InUse, MailServer, Secret, ServerInput, Tested};
pub use types::{Kind, MailChoice, MailRule, Notice, NoticeRow, Preference, Recipient, Topic};

use jiff::SignedDuration;

use crate::auth::Actor;
use crate::error::{AppError, Result};
use crate::ids::{NoticeId, UserId};
use crate::lang::Lang;
use crate::storage::{Housekeeping, Op, Rx, Tx};
use crate::{audit, msg};

/// Marking notices as read is nobody's act.
pub const READ: Op = Op::housekeeping(Housekeeping::Notices);
pub const PREFERENCES: Op = Op::act("notifications.preferences_changed");

/// Tells one person. The in-app row is always written; the mail as the kind, the person's preference and a working
/// login allow. `None` where the same notice (kind, subject, person) went out within the kind's cooldown.
pub fn notify(tx: &mut Tx<'_>, to: impl Into<Recipient>, notice: &Notice) -> Result<Option<NoticeId>> {
    let to = store::settled(tx, to.into())?;
    let kind = notice.kind;
    if kind.cooldown_hours > 0 && store::told_since(tx, to, notice, tx.now() - kind.cooldown())? {
        return Ok(None);
    }
    let id = store::add(tx, to, notice)?;
    if let Some(user) = store::reachable(tx, to)? {
        match wanted(tx, user, kind)? {
            MailChoice::Now => drop(letters::queue_notice(tx, id, user, notice)?),
            MailChoice::Daily => store::keep_for_digest(tx, user, id)?,
            MailChoice::None => {}
        }
    }
    Ok(Some(id))
}

/// Tells several people; one who is named twice is told once.
pub fn notify_all<R: Into<Recipient>>(tx: &mut Tx<'_>, to: impl IntoIterator<Item = R>, notice: &Notice) -> Result<()> {
    let mut told = Vec::new();
    for to in to {
        let to = store::settled(tx, to.into())?;
        if !told.contains(&to) {
            told.push(to);
            notify(tx, to, notice)?;
        }
    }
    Ok(())
}

/// What waited is settled: unread notices of this kind about this subject count as read for everybody (another
/// approver decided, the task is done).
pub fn settle(tx: &mut Tx<'_>, kind: &Kind, subject: (&str, i64)) -> Result<()> {
    store::settle(tx, kind.name, subject)
}

/// The language a person reads, for words that must be put together when the notice is written (dates).
pub fn language(rx: &Rx<'_>, to: impl Into<Recipient>) -> Result<Lang> {
    let to = store::settled(rx, to.into())?;
    Ok(store::language(rx, to)?.parse().unwrap_or_default())
}

/// A person's notices, newest first, and how many there are.
pub fn list(rx: &Rx<'_>, actor: &Actor, unread_only: bool, limit: i64, offset: i64) -> Result<(Vec<NoticeRow>, i64)> {
    let Some(me) = Recipient::of(actor) else { return Ok((Vec::new(), 0)) };
    store::list(rx, me, unread_only, limit, offset)
}

/// How many notices a person has not read.
pub fn unread(rx: &Rx<'_>, actor: &Actor) -> Result<i64> {
    Recipient::of(actor).map_or(Ok(0), |me| store::unread(rx, me))
}

/// One notice of one's own.
///
/// # Errors
/// [`AppError::NotFound`] for anybody else's.
pub fn get(rx: &Rx<'_>, actor: &Actor, id: NoticeId) -> Result<NoticeRow> {
    let me = Recipient::of(actor).ok_or(AppError::NotFound)?;
    store::get(rx, me, id)?.ok_or(AppError::NotFound)
}

/// Marks one notice as read and answers it; reading twice changes nothing.
///
/// # Errors
/// [`AppError::NotFound`] for anybody else's.
pub fn read(tx: &mut Tx<'_>, actor: &Actor, id: NoticeId) -> Result<NoticeRow> {
    get(tx, actor, id)?;
    store::mark_read(tx, id)?;
    get(tx, actor, id)
}

/// Marks all of one's notices as read; answers how many were not.
pub fn read_all(tx: &mut Tx<'_>, actor: &Actor) -> Result<usize> {
    Recipient::of(actor).map_or(Ok(0), |me| store::mark_all_read(tx, me))
}

/// What a person wants by mail, every topic once.
pub fn preferences(rx: &Rx<'_>, actor: &Actor) -> Result<Vec<Preference>> {
    let user = own_login(actor)?;
    let chosen = store::preferences(rx, user)?;
    let of = |topic: Topic| chosen.iter().find(|(known, _)| *known == topic).map_or(MailChoice::Now, |(_, mail)| *mail);
    Ok(Topic::ALL
        .iter()
        .map(|topic| Preference { topic: *topic, mail: of(*topic), locked: topic.is_locked() })
        .collect())
}

/// Changes what a person wants by mail; topics that are not named stay as they are.
///
/// # Errors
/// [`AppError::Invalid`] where a topic that cannot be switched off is switched off, or one is named twice.
pub fn set_preferences(tx: &mut Tx<'_>, actor: &Actor, wanted: &[(Topic, MailChoice)]) -> Result<Vec<Preference>> {
    let user = own_login(actor)?;
    let twice = |(at, (topic, _)): (usize, &(Topic, MailChoice))| wanted[..at].iter().any(|(known, _)| known == topic);
    if wanted.len() > Topic::ALL.len() || wanted.iter().enumerate().any(twice) {
        return Err(AppError::invalid("preferences", "Name each topic once at most."));
    }
    let before = preferences(tx, actor)?;
    let mut entry = audit::Entry::new("notifications.preferences_changed").on("user", user.0);
    for (topic, mail) in wanted {
        if topic.is_locked() && *mail != MailChoice::Now {
            return Err(AppError::invalid(
                topic.as_str(),
                msg!("This cannot be switched off: it is about your account’s safety."),
            ));
        }
        let was = before.iter().find(|known| known.topic == *topic).map(|known| known.mail);
        entry = entry.change(topic.as_str(), was, mail);
        store::set_preference(tx, user, *topic, *mail)?;
        if *mail == MailChoice::None {
            store::leave_out_of_digest(tx, user, *topic)?;
        }
    }
    audit::record(tx, actor, entry)?;
    preferences(tx, actor)
}

/// Retention, for the clean-up: read notices stay 90 days, unread ones a year.
pub fn sweep(tx: &mut Tx<'_>) -> Result<usize> {
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    store::forget(tx, tx.now() - days(90), tx.now() - days(365))
}

fn own_login(actor: &Actor) -> Result<UserId> {
    actor.user_id.ok_or_else(|| AppError::forbidden("Only a person with a login has preferences."))
}

/// How a notice of this kind reaches a person's mailbox.
fn wanted(rx: &Rx<'_>, user: UserId, kind: &Kind) -> Result<MailChoice> {
    Ok(match kind.mail {
        MailRule::Never => MailChoice::None,
        MailRule::Always => MailChoice::Now,
        MailRule::AsPreferred if kind.topic.is_locked() => MailChoice::Now,
        MailRule::AsPreferred => {
            let chosen = store::preferences(rx, user)?;
            chosen.into_iter().find(|(topic, _)| *topic == kind.topic).map_or(MailChoice::Now, |(_, mail)| mail)
        }
    })
}
