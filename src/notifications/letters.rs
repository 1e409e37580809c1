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
use crate::storage::{Rx, Tx};
use crate::text::EmailAddress;
use crate::{msg, msg_n, tr};

use super::decision;
use super::store::{self, Reader};
use super::types::{Kind, Notice, NoticeRow};

/// How many notices a daily mail tells in words.
const LONGEST_DIGEST: usize = 50;

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
    /// The path of a link that decides.
    pub(super) decide: &'a dyn Fn(&decision::Sealed) -> String,
}

impl Sender<'_> {
    fn button(&self, label: &str, path: &str) -> Button {
        Button { label: label.to_owned(), url: format!("{}{path}", self.base_url) }
    }
}

impl Post {
    fn letter(&self, sender: &Sender<'_>) -> Result<Letter> {
        let lang: Lang = self.language.parse().unwrap_or_default();
        let path = |target: &Target| match target {
            Target::Path(path) => path.clone(),
            Target::LetIn(link) => (sender.open)(link),
        };
        Ok(Letter {
            language: lang.code().to_owned(),
            to: address(&self.to)?,
            greeting: greeting(lang, &self.to_name),
            to_name: self.to_name.clone(),
            subject: lang.msg(&self.subject),
            paragraphs: self.paragraphs.iter().map(|text| lang.msg(text)).collect(),
            facts: Vec::new(),
            button: self.button.as_ref().map(|(label, target)| sender.button(&lang.msg(label), &path(target))),
            aside: None,
            reason: lang.msg(&self.reason),
            settings_label: settings_label(lang),
        })
    }
}

impl Reader {
    fn lang(&self) -> Lang {
        self.language.parse().unwrap_or_default()
    }

    /// A letter to this reader that says nothing yet.
    fn letter(self, lang: Lang, subject: &str, sender: &Sender<'_>) -> Result<Letter> {
        Ok(Letter {
            language: lang.code().to_owned(),
            to: address(&self.email)?,
            greeting: greeting(lang, &self.name),
            to_name: self.name,
            subject: subject.to_owned(),
            paragraphs: Vec::new(),
            facts: Vec::new(),
            button: None,
            aside: None,
            reason: lang.msg(&msg!("You get this mail because it concerns you at {0}.", sender.organization)),
            settings_label: settings_label(lang),
        })
    }
}

/// Queues a mail that is no notice.
pub fn post(tx: &mut Tx<'_>, post: &Post) -> Result<OutboxId> {
    queue(tx, Content::Post(Box::new(post.clone())))
}

pub(super) fn queue_notice(tx: &mut Tx<'_>, id: NoticeId, user: UserId, notice: &Notice) -> Result<OutboxId> {
    let Kind { subject, button, .. } = notice.kind;
    let decision =
        notice.decides.map(|(approval, version)| decision::Sealed::new(decision::Asked { user, approval, version }));
    let (subject, button) = ((*subject).to_owned(), (*button).to_owned());
    queue(tx, Content::Notice { notice: id, user, subject, button, decision })
}

/// Queues a daily mail with these notices, in their order.
pub(super) fn queue_digest(tx: &mut Tx<'_>, user: UserId, notices: Vec<NoticeId>) -> Result<OutboxId> {
    queue(tx, Content::Digest { user, notices })
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
    Notice {
        notice: NoticeId,
        user: UserId,
        subject: String,
        button: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decision: Option<decision::Sealed>,
    },
    Digest {
        user: UserId,
        notices: Vec<NoticeId>,
    },
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
        match &self.content {
            Content::Notice { notice, user, subject, button, decision } => {
                let (Some(notice), Some(reader)) = (store::any(rx, *notice)?, store::reader(rx, *user)?) else {
                    return Ok(None);
                };
                // It waited long, and the question is answered or asked anew since.
                if let Some(link) = decision
                    && !link.is_wanted(rx)?
                {
                    return Ok(None);
                }
                let lang = reader.lang();
                let mut letter = reader.letter(lang, lang.text(subject), sender)?;
                letter.paragraphs.push(lang.msg(&notice.text));
                letter.paragraphs.extend(quoted(lang, &notice.quote));
                letter.button = Some(sender.button(lang.text(button), &notice.link));
                letter.aside = decision
                    .as_ref()
                    .map(|link| sender.button(lang.text(tr!("Decide without signing in")), &(sender.decide)(link)));
                // Said apart for each organization by the sender's domain and the slug that the list id carries.
                let thread = format!("{}.{}", matter(&notice.subject_kind), notice.subject_id);
                Ok(Some(Written { letter, thread: Some(thread) }))
            }
            Content::Digest { user, notices } => {
                let Some(reader) = store::reader(rx, *user)? else { return Ok(None) };
                let found = notices.iter().map(|id| store::any(rx, *id)).collect::<Result<Vec<_>>>()?;
                let news: Vec<_> = found.into_iter().flatten().filter(|notice| notice.read_at.is_none()).collect();
                if news.is_empty() {
                    return Ok(None);
                }
                let lang = reader.lang();
                let mut letter = reader.letter(lang, lang.text(tr!("Your notices of the day")), sender)?;
                let count = i64::try_from(news.len()).unwrap_or(i64::MAX);
                letter.paragraphs.push(lang.msg(&msg_n!(count, "{0} notice is new.", "{0} notices are new.")));
                let fact = |notice: &NoticeRow| {
                    let said = std::iter::once(lang.msg(&notice.text)).chain(quoted(lang, &notice.quote));
                    (lang.text(notice.topic.label()).to_owned(), said.collect::<Vec<_>>().join(" "))
                };
                letter.facts = news.iter().take(LONGEST_DIGEST).map(fact).collect();
                if let Some(more) = news.len().checked_sub(LONGEST_DIGEST).filter(|more| *more > 0) {
                    letter.facts.push((String::new(), lang.msg(&msg!("and {0} more", more))));
                }
                letter.button = Some(sender.button(lang.text(tr!("See your notices")), "/notices?unread=true"));
                Ok(Some(Written { letter, thread: None }))
            }
            Content::Post(post) => Ok(Some(Written { letter: post.letter(sender)?, thread: None })),
        }
    }

    /// The link that decides which this mail carries.
    pub(super) fn decision(&self) -> Option<&decision::Sealed> {
        match &self.content {
            Content::Notice { decision, .. } => decision.as_ref(),
            _ => None,
        }
    }

    /// The subject line, in the language of whoever looks at the queue.
    pub(super) fn subject(&self, lang: Lang) -> String {
        match &self.content {
            Content::Notice { subject, .. } => lang.text(subject).to_owned(),
            Content::Digest { .. } => lang.text(tr!("Your notices of the day")).to_owned(),
            Content::Post(post) => lang.msg(&post.subject),
        }
    }

    /// To whom, as far as the row itself says: for the admin who looks at what failed.
    pub(super) fn addressee(&self, rx: &Rx<'_>) -> Result<String> {
        Ok(match &self.content {
            Content::Post(post) => post.to.clone(),
            Content::Notice { user, .. } | Content::Digest { user, .. } => {
                store::reader(rx, *user)?.map(|reader| reader.email).unwrap_or_default()
            }
        })
    }
}

fn address(text: &str) -> Result<EmailAddress> {
    text.parse().map_err(|why| AppError::internal(format!("{text}: {why}")))
}

/// Approvals name what they are about by their own kind, features by theirs: to a reader it is one conversation.
fn matter(subject_kind: &str) -> &str {
    match subject_kind {
        "leave" => "leave_request",
        "overtime" => "overtime_request",
        "trip" => "business_trip",
        other => other,
    }
}

/// What a person wrote, as theirs.
fn quoted(lang: Lang, quote: &str) -> Option<String> {
    (!quote.is_empty()).then(|| lang.msg(&msg!("“{0}”", quote)))
}

fn greeting(lang: Lang, name: &str) -> String {
    if name.is_empty() { lang.text(tr!("Hello,")).to_owned() } else { lang.msg(&msg!("Hello {0},", name)) }
}

pub(super) fn settings_label(lang: Lang) -> String {
    lang.text(tr!("Choose what comes by mail")).to_owned()
}
