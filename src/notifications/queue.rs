//! Mail that waits to leave, and mail that was given up, as an admin looks after it: seen, sent again, dropped.

use jiff::Timestamp;

use crate::audit::{self, Entry};
use crate::auth::Actor;
use crate::error::{AppError, Msg, Result};
use crate::ids::OutboxId;
use crate::lang::Lang;
use crate::mail::in_plain_words;
use crate::storage::outbox::{self as rows, OutboxRow, State};
use crate::storage::{Op, Rx, Tx};

use super::letters::{MAIL, Queued};

pub const RESENT: Op = Op::act("mail.resent");
pub const DROPPED: Op = Op::act("mail.dropped");

crate::text_enum! {
    /// How a mail stands.
    pub enum Standing {
        /// It leaves when its turn comes.
        Waiting = "waiting",
        /// It was given up.
        Failed = "failed",
    }
}

/// A mail that has not left.
#[derive(Clone, Debug)]
pub struct QueuedMail {
    pub id: OutboxId,
    /// The address as it stands now; empty where there is nobody to write to any more.
    pub to: String,
    pub subject: String,
    pub standing: Standing,
    /// How often it was tried.
    pub attempts: u32,
    pub queued_at: Timestamp,
    /// When it is tried next; `None` for what was given up.
    pub next_try_at: Option<Timestamp>,
    /// What the last attempt met with, in the words of whoever refused; empty before the first.
    pub said: String,
}

impl QueuedMail {
    /// What the last attempt met with, in plain words; `None` before the first.
    pub fn reason(&self) -> Option<Msg> {
        (!self.said.is_empty()).then(|| in_plain_words(&self.said))
    }
}

/// How many mails wait, and how many were given up.
///
/// # Errors
/// [`AppError::Forbidden`] for who is no admin.
pub fn counts(rx: &Rx<'_>, actor: &Actor) -> Result<(i64, i64)> {
    actor.require_admin()?;
    rows::counts(rx, MAIL)
}

/// Mail that waits, the next one first, or that was given up, newest first; and how many there are.
///
/// # Errors
/// [`AppError::Forbidden`] for who is no admin.
pub fn list(rx: &Rx<'_>, actor: &Actor, standing: Standing, limit: i64, offset: i64) -> Result<(Vec<QueuedMail>, i64)> {
    let (waiting, failed) = counts(rx, actor)?;
    let (found, total) = match standing {
        Standing::Waiting => (rows::waiting_rows(rx, MAIL, limit, offset)?, waiting),
        Standing::Failed => (rows::failed_rows(rx, MAIL, limit, offset)?, failed),
    };
    let lang = actor.language.parse().unwrap_or_default();
    let mails = found.into_iter().map(|(row, at)| {
        let next = (standing == Standing::Waiting).then_some(at);
        mail(rx, row, standing, next, lang)
    });
    Ok((mails.collect::<Result<_>>()?, total))
}

/// Sends one mail as soon as it goes; one that was given up has its two days again.
///
/// # Errors
/// [`AppError::Forbidden`] for who is no admin; [`AppError::NotFound`] for what has left, or is no mail.
pub fn resend(tx: &mut Tx<'_>, actor: &Actor, id: OutboxId) -> Result<()> {
    let (row, state) = one(tx, actor, id)?;
    match state {
        State::Failed => drop(rows::revive(tx, id)?),
        State::Waiting => rows::hurry(tx, id)?,
        // It is on its way just now.
        State::Claimed | State::Done => {}
    }
    tell(tx, actor, "mail.resent", &row)
}

/// As [`resend`] for all that waits or was given up; how many were given up.
///
/// # Errors
/// [`AppError::Forbidden`] for who is no admin.
pub fn resend_all(tx: &mut Tx<'_>, actor: &Actor) -> Result<i64> {
    actor.require_admin()?;
    let mut revived: i64 = 0;
    for id in rows::failed_ids(tx, MAIL)? {
        revived += i64::from(rows::revive(tx, id)?);
    }
    let hurried = rows::hurry_all(tx, MAIL)?;
    audit::record(tx, actor, Entry::new("mail.resent").with("failed", revived).with("waiting", hurried))?;
    Ok(revived)
}

/// Takes one mail out: it never leaves.
///
/// # Errors
/// As [`resend`]; [`AppError::Conflict`] while it is being sent.
pub fn take_out(tx: &mut Tx<'_>, actor: &Actor, id: OutboxId) -> Result<()> {
    let (row, state) = one(tx, actor, id)?;
    if state == State::Claimed {
        return Err(AppError::conflict("This mail is being sent just now."));
    }
    rows::remove(tx, id)?;
    tell(tx, actor, "mail.dropped", &row)
}

fn one(rx: &Rx<'_>, actor: &Actor, id: OutboxId) -> Result<(OutboxRow, State)> {
    actor.require_admin()?;
    rows::open_row(rx, id)?.filter(|(row, _)| row.kind == MAIL).ok_or(AppError::NotFound)
}

fn tell(tx: &mut Tx<'_>, actor: &Actor, action: &'static str, row: &OutboxRow) -> Result<()> {
    let found = mail(tx, row.clone(), Standing::Waiting, None, Lang::ENGLISH)?;
    audit::record(
        tx,
        actor,
        Entry::new(action).on("outbox", row.id.0).with("to", found.to).with("subject", found.subject),
    )?;
    Ok(())
}

fn mail(
    rx: &Rx<'_>,
    row: OutboxRow,
    standing: Standing,
    next_try_at: Option<Timestamp>,
    lang: Lang,
) -> Result<QueuedMail> {
    let queued: Option<Queued> = serde_json::from_value(row.payload).ok();
    Ok(QueuedMail {
        id: row.id,
        to: queued.as_ref().map(|queued| queued.addressee(rx)).transpose()?.unwrap_or_default(),
        subject: queued.map(|queued| queued.subject(lang)).unwrap_or_default(),
        standing,
        attempts: row.attempts,
        queued_at: row.created_at,
        next_try_at,
        said: row.last_error,
    })
}
