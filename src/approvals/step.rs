//! One step of an approval's timeline, and how a page tells it.

use jiff::Timestamp;
use serde::Serialize;

use super::types::StepKind;
use crate::lang::Lang;
use crate::web::Format;
use crate::web::parts::Event;
use crate::{msg, tr};

/// One step of a timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Step {
    #[schema(value_type = String, example = "2026-03-01T17:30:00Z")]
    pub at: Timestamp,
    pub who: String,
    /// The level at which it happened, from 1.
    pub level: u32,
    /// The reason given where somebody decided without being asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<String>,
    pub what: StepKind,
    /// In whose place it was decided, or who was asked besides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// web, api, mail, cli or job.
    pub channel: String,
}

impl Step {
    /// What was said with it: the note, and why somebody decided on another's behalf. Empty where nothing was.
    pub fn says(&self, lang: Lang) -> String {
        let behalf = self
            .on_behalf_of
            .as_deref()
            .filter(|why| !why.is_empty())
            .map(|why| lang.msg(&msg!("On somebody’s behalf: {0}", why)));
        let note = Some(self.note.clone()).filter(|note| !note.is_empty());
        note.into_iter().chain(behalf).collect::<Vec<_>>().join(" · ")
    }

    /// As a page tells it, behind the name of who did it. `me` is the reader's name; `of` the levels there are in all.
    pub fn event(&self, format: &Format, me: &str, of: usize) -> Event {
        let lang = format.lang;
        let text = |words: &'static str| lang.text(words).to_owned();
        let person = self.person.as_deref();
        let mut what = match (self.what, person) {
            (StepKind::Requested, _) => text(tr!("sent it")),
            (StepKind::Approved, Some(person)) => lang.msg(&msg!("approved it in the place of {0}", person)),
            (StepKind::Approved, None) => text(tr!("approved it")),
            (StepKind::Rejected, Some(person)) => lang.msg(&msg!("rejected it in the place of {0}", person)),
            (StepKind::Rejected, None) => text(tr!("rejected it")),
            (StepKind::Asked, Some(person)) => lang.msg(&msg!("asked in the place of {0}", person)),
            (StepKind::Asked, None) => text(tr!("asked")),
            (StepKind::Resubmitted, _) => text(tr!("changed it and sent it again")),
            (StepKind::Withdrawn, _) => text(tr!("took it back")),
            (StepKind::Reasked, Some(person)) => lang.msg(&msg!("{0} is asked now, as who was asked is gone", person)),
            (StepKind::Reasked, None) => text(tr!("asked somebody else, as who was asked is gone")),
            (StepKind::Passed, Some(person)) => lang.msg(&msg!("{0} has agreed already", person)),
            (StepKind::Passed, None) => text(tr!("agreed already")),
            (StepKind::Escalated, Some(person)) => {
                lang.msg(&msg!("{0} is asked as well, as nobody decided in time", person))
            }
            (StepKind::Left, Some(person)) => lang.msg(&msg!("{0} is gone, and is asked no more", person)),
            (StepKind::Left, None) => text(tr!("is gone, and is asked no more")),
            (StepKind::Escalated, None) => text(tr!("asked somebody else as well")),
        };
        if of > 1 && self.what.is_of_a_level() {
            what = format!("{what} ({})", lang.msg(&msg!("level {0} of {1}", self.level, of)));
        }
        let by = match self.channel.as_str() {
            "mail" => Some(tr!("by mail")),
            "api" => Some(tr!("by the API")),
            _ => None,
        };
        let when = format.when(self.at);
        Event {
            say: self.says(lang),
            icon: self.what.icon(),
            who: match self.what {
                // The clockwork does these, and whoever is named is not who did it.
                StepKind::Reasked | StepKind::Passed | StepKind::Escalated | StepKind::Left if person.is_some() => {
                    String::new()
                }
                _ if self.who == me => text(tr!("You")),
                _ => self.who.clone(),
            },
            what,
            when: by.map_or(when.clone(), |by| format!("{when}, {}", lang.text(by))),
        }
    }
}
