//! Mail in the outbox: what is queued with the act, and how it becomes a letter when it leaves.
//!
//! A row of kind [`MAIL`] holds the mail's own random id, so that it has the same Message-ID at each attempt and no
//! other mail ever has it, and either the notice it belongs to or the words of a [`Post`].

use serde::{Deserialize, Serialize};

use crate::auth::links::Sealed;
use crate::error::{AppError, Msg, Result};
use crate::ids::{NoticeId, OutboxId, UserId, random_token};
use crate::lang::Lang;
use crate::mail::{Button, Letter};
use crate::msg;
use crate::storage::{Rx, Tx};
use crate::text::EmailAddress;

use super::store;
use super::types::Kind;

/// The kind of outbox row that is a mail.
pub const MAIL: &str = "mail";

/// A mail that is no notice: to somebody who cannot sign in yet, or with a link that only the mailbox may see
/// (invitation, new password).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Post {
    /// Where to; checked when made, see [`Post::new`].
    to: String,
    to_name: String,
    /// As in `locales/`.
    language: String,
    subject: Msg,
    paragraphs: Vec<Msg>,
    button: Option<(Msg, Target)>,
    reason: Msg,
}

impl Post {
    /// `reason` says in one sentence why this reader gets this mail.
    pub fn new(to: &EmailAddress, to_name: &str, language: Lang, subject: Msg, reason: Msg) -> Post {
        Post {
            to: to.as_str().to_owned(),
            to_name: to_name.to_owned(),
            language: language.code().to_owned(),
            subject,
            paragraphs: Vec::new(),
            button: None,
            reason,
        }
    }

    #[must_use]
    pub fn paragraph(mut self, text: Msg) -> Post {
        self.paragraphs.push(text);
        self
    }

    /// The one thing to do, and the path of ours where it is done.
    #[must_use]
    pub fn button(mut self, label: Msg, path: impl Into<String>) -> Post {
        self.button = Some((label, Target::Path(path.into())));
        self
    }

    /// The one thing to do, behind a link that lets its reader in. The row holds it sealed.
    #[must_use]
    pub fn let_in(mut self, label: Msg, link: Sealed) -> Post {
        self.button = Some((label, Target::LetIn(link)));
        self
    }
}

/// Where a button leads.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Target {
    /// A path of ours.
    Path(String),
    /// A secret link, made out when the mail leaves.
    LetIn(Sealed),
}

/// Whose mail it is.
pub(super) struct Sender<'a> {
    pub(super) organization: &'a str,
    /// Without a slash at its end.
    pub(super) base_url: &'a str,
    /// The path of a sealed link, see [`Sealed::path`].
    pub(super) open: &'a dyn Fn(&Sealed) -> String,
}

/// Queues a mail that is no notice.
pub fn post(tx: &mut Tx<'_>, post: &Post) -> Result<OutboxId> {
    queue(tx, Content::Post(Box::new(post.clone())))
}

pub(super) fn queue_notice(tx: &mut Tx<'_>, notice: NoticeId, user: UserId, kind: &Kind) -> Result<OutboxId> {
    queue(tx, Content::Notice { notice, user, subject: kind.subject.to_owned(), button: kind.button.to_owned() })
}

fn queue(tx: &mut Tx<'_>, content: Content) -> Result<OutboxId> {
    // The token's alphabet is that of a Message-ID.
    let payload = serde_json::to_value(Queued { id: random_token(), content }).map_err(AppError::internal)?;
    tx.outbox(MAIL, None, &payload)
}

/// The payload of a [`MAIL`] row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Queued {
    pub(super) id: String,
    #[serde(flatten)]
    content: Content,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Content {
    Notice { notice: NoticeId, user: UserId, subject: String, button: String },
    Post(Box<Post>),
}

/// A letter, and the conversation it belongs to.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) letter: Letter,
    pub(super) thread: Option<String>,
}

impl Queued {
    /// Writes the letter in the reader's language. `None` where there is nobody to write to any more, or nothing to
    /// tell.
    pub(super) fn write(&self, rx: &Rx<'_>, sender: &Sender<'_>) -> Result<Option<Written>> {
        let Sender { organization, base_url, open } = sender;
        match &self.content {
            Content::Notice { notice, user, subject, button } => {
                let (Some(notice), Some(reader)) = (store::any(rx, *notice)?, store::reader(rx, *user)?) else {
                    return Ok(None);
                };
                let lang: Lang = reader.language.parse().unwrap_or_default();
                let mut paragraphs = vec![lang.msg(&notice.text)];
                if !notice.quote.is_empty() {
                    paragraphs.push(lang.msg(&msg!("“{0}”", notice.quote)));
                }
                let letter = Letter {
                    language: lang.code().to_owned(),
                    to: address(&reader.email)?,
                    greeting: greeting(lang, &reader.name),
                    to_name: reader.name,
                    subject: lang.text(subject).to_owned(),
                    paragraphs,
                    facts: Vec::new(),
                    button: Some(Button {
                        label: lang.text(button).to_owned(),
                        url: format!("{base_url}{}", notice.link),
                    }),
                    reason: lang.msg(&msg!("You get this mail because it concerns you at {0}.", organization)),
                    settings_label: settings_label(lang),
                };
                // Said apart for each organization by the sender's domain and the slug that the list id carries.
                let thread = format!("{}.{}", notice.subject_kind, notice.subject_id);
                Ok(Some(Written { letter, thread: Some(thread) }))
            }
            Content::Post(post) => {
                let lang: Lang = post.language.parse().unwrap_or_default();
                let button = post.button.as_ref();
                let letter = Letter {
                    language: lang.code().to_owned(),
                    to: address(&post.to)?,
                    greeting: greeting(lang, &post.to_name),
                    to_name: post.to_name.clone(),
                    subject: lang.msg(&post.subject),
                    paragraphs: post.paragraphs.iter().map(|text| lang.msg(text)).collect(),
                    facts: Vec::new(),
                    button: button.map(|(label, target)| {
                        let path = match target {
                            Target::Path(path) => path.clone(),
                            Target::LetIn(link) => open(link),
                        };
                        Button { label: lang.msg(label), url: format!("{base_url}{path}") }
                    }),
                    reason: lang.msg(&post.reason),
                    settings_label: settings_label(lang),
                };
                Ok(Some(Written { letter, thread: None }))
            }
        }
    }

    /// To whom, as far as the row itself says: for the admin who looks at what failed.
    pub(super) fn addressee(&self, rx: &Rx<'_>) -> Result<String> {
        Ok(match &self.content {
            Content::Post(post) => post.to.clone(),
            Content::Notice { user, .. } => store::reader(rx, *user)?.map(|reader| reader.email).unwrap_or_default(),
        })
    }
}

fn address(text: &str) -> Result<EmailAddress> {
    text.parse().map_err(|why| AppError::internal(format!("{text}: {why}")))
}

fn greeting(lang: Lang, name: &str) -> String {
    if name.is_empty() { lang.text(crate::tr!("Hello,")).to_owned() } else { lang.msg(&msg!("Hello {0},", name)) }
}

pub(super) fn settings_label(lang: Lang) -> String {
    lang.text(crate::tr!("Choose what comes by mail")).to_owned()
}
