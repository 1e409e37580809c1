//! The first time: a code on paper for whoever has no mailbox yet, and what a person looks at once after choosing a
//! password: is what the company noted of them right, which language, which mail. Until then they request nothing.
//!
//! A login whose password was set by somebody else (set-up, the command line, the demo) has been welcomed.

mod code;
pub mod pages;
mod store;

use crate::audit::{self, Entry};
use crate::error::{AppError, Result};
use crate::ids::UserId;
use crate::lang::Lang;
use crate::msg;
use crate::notifications::{self, Kind, MailChoice, Notice, Topic};
use crate::people;
use crate::storage::{Rx, Tx};
use crate::tr;

use super::account;
use super::actor::Actor;
use crate::web::Theme;

pub use code::{PRINTED, Printed, print, prune};

/// The page of it.
pub const PAGE: &str = "/welcome/confirm";

/// The longest remark to HR, in characters.
pub const LONGEST_WORDS: usize = 1000;

static WRONG: Kind =
    Kind::new("arrival_wrong", Topic::Tasks, tr!("A new colleague’s record is not right"), tr!("Open the record"));

/// What somebody says after looking.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// Location, department and manager are as they should be.
    pub right: bool,
    /// What is not; required then, at most [`LONGEST_WORDS`] characters.
    pub words: String,
    pub language: Lang,
    /// What comes by mail.
    pub mail: Vec<Topic>,
}

/// Whether the acting person has still to look at what is noted of them.
///
/// # Errors
/// When the database cannot be read.
pub fn is_due(rx: &Rx<'_>, actor: &Actor) -> Result<bool> {
    match (actor.user_id, actor.employee_id) {
        (Some(user), Some(_)) => store::is_due(rx, user),
        _ => Ok(false),
    }
}

/// `Ok` for whoever has looked at what is noted of them; asked where a person requests something for themselves.
///
/// # Errors
/// [`AppError::Forbidden`] with the way to it.
pub fn require_welcomed(rx: &Rx<'_>, actor: &Actor) -> Result<()> {
    if is_due(rx, actor)? {
        return Err(AppError::Forbidden(msg!(
            "Before you request anything, look at what is noted of you, and confirm it: {0}",
            PAGE
        )));
    }
    Ok(())
}

/// The login needs no welcome: whoever set its password knows the person.
pub(super) fn skip(tx: &mut Tx<'_>, user: UserId) -> Result<()> {
    store::mark(tx, user)
}

/// The person has looked. What is wrong goes to HR, with their words.
///
/// # Errors
/// [`AppError::Invalid`] on `words`; [`AppError::Conflict`] where they have looked before.
pub fn confirm(tx: &mut Tx<'_>, actor: &Actor, arrival: &Arrival) -> Result<()> {
    let employee = actor.require_employee()?;
    let user = actor.user_id.ok_or(AppError::Unauthenticated)?;
    if !store::is_due(tx, user)? {
        return Err(AppError::conflict("You have confirmed this already."));
    }
    let words = arrival.words.trim();
    if !arrival.right && words.is_empty() {
        return Err(AppError::invalid("words", "Say what is wrong, so that HR can put it right."));
    }
    let length = words.chars().count();
    if length > LONGEST_WORDS {
        return Err(AppError::invalid("words", msg!("At most {0} characters; this has {1}.", LONGEST_WORDS, length)));
    }
    let theme = store::theme(tx, user)?;
    account::set_look(tx, actor, arrival.language, Theme::read(&theme))?;
    let choice = |topic: Topic| {
        let by_mail = topic.is_locked() || arrival.mail.contains(&topic);
        (topic, if by_mail { MailChoice::Now } else { MailChoice::None })
    };
    let wanted: Vec<_> = Topic::ALL.iter().map(|topic| choice(*topic)).collect();
    notifications::set_preferences(tx, actor, &wanted)?;
    store::mark(tx, user)?;
    let entry = Entry::new("user.welcomed").on("user", user).with("right", arrival.right);
    audit::record(tx, actor, if arrival.right { entry } else { entry.because(words) })?;
    if !arrival.right {
        let text = msg!("{0} says that something in the record is not right.", actor.name);
        let notice = Notice::new(&WRONG, ("employee", employee.0), text).quote(words);
        let hr: Vec<_> = people::hr_members(tx)?.into_iter().map(|one| crate::ids::EmployeeId(one.id)).collect();
        notifications::notify_all(tx, hr, &notice.link(format!("/people/{employee}/edit")))?;
    }
    Ok(())
}
