//! From a letter (plain sentences, already in the reader's language) to the bytes that SMTP wants.

use std::str::FromStr;
use std::time::SystemTime;

use askama::Template;
use jiff::Timestamp;
use lettre::Address;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder, MultiPart, SinglePart};

use crate::error::{AppError, Result};
use crate::text::{EmailAddress, tidy};

/// What all mail of one organization has in common.
#[derive(Clone, Debug)]
pub struct Letterhead {
    /// The organization's name: the sender's name and the headline.
    pub organization: String,
    pub color: Color,
    pub from: EmailAddress,
    /// Identifies these notices as one list (RFC 2919), such as `notices.nordlicht.hr.example`: filters hang on it.
    pub list_id: String,
    /// Where the reader chooses what comes by mail. Absolute.
    pub settings_url: String,
}

/// What one mail says. All text is plain and already in the reader's language.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Of the text, as in the `lang` attribute ("en", "de").
    pub language: String,
    pub to: EmailAddress,
    pub to_name: String,
    pub subject: String,
    pub greeting: String,
    pub paragraphs: Vec<String>,
    /// Label and value, to decide by.
    pub facts: Vec<(String, String)>,
    pub button: Option<Button>,
    /// Another way to do it, beneath the button: a link in words.
    pub aside: Option<Button>,
    /// Why this reader gets this mail.
    pub reason: String,
    /// The words on the link to [`Letterhead::settings_url`].
    pub settings_label: String,
}

/// The one thing to do, where to do it. The address is absolute.
#[derive(Clone, Debug)]
pub struct Button {
    pub label: String,
    pub url: String,
}

/// What makes one mail that mail, whenever and however often it is made.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// Unique in the world and the same at each attempt: letters, digits, `.`, `-`, `_`. The domain is added.
    pub id: String,
    /// What the mail is about (`leave_request.17.nordlicht`): mails about one thing are shown as one conversation.
    pub thread: Option<String>,
    pub date: Timestamp,
}

/// A mail ready to be handed over.
#[derive(Clone, Debug)]
pub struct Mail {
    pub(super) from: Address,
    pub(super) to: Address,
    pub message_id: String,
    /// RFC 5322, lines ending in CR LF, plain ASCII.
    pub bytes: Vec<u8>,
}

/// An organization's colour, `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color(u8, u8, u8);

impl Color {
    /// Steward's own green.
    pub const GREEN: Color = Color(0x17, 0x64, 0x4a);

    /// For words on this colour: white, near black, or black where neither of them can be read well.
    pub fn text_on(self) -> &'static str {
        let candidates = [(Color(255, 255, 255), "#ffffff"), (INK, "#1f1d18")];
        candidates.into_iter().find(|(words, _)| contrast(*words, self) >= READABLE).map_or("#000000", |(_, hex)| hex)
    }

    /// For words of this colour on the mail's paper: the colour itself, or ink where it is too light to be read.
    pub fn on_paper(self) -> Color {
        if contrast(self, PAPER) >= READABLE { self } else { INK }
    }

    /// WCAG's relative luminance, 0 to 1.
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }
}

const INK: Color = Color(0x1f, 0x1d, 0x18);
const PAPER: Color = Color(0xfb, 0xfa, 0xf7);
/// WCAG 2.2, 1.4.3 (AA).
const READABLE: f64 = 4.5;

/// WCAG's contrast ratio, 1 to 21.
fn contrast(one: Color, other: Color) -> f64 {
    let (a, b) = (one.luminance() + 0.05, other.luminance() + 0.05);
    a.max(b) / a.min(b)
}

impl std::fmt::Display for Color {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

impl FromStr for Color {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "must be a colour such as #17644a";
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6).ok_or(wrong)?;
        let part = |at: usize| digits.get(at..at + 2).and_then(|two| u8::from_str_radix(two, 16).ok()).ok_or(wrong);
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(wrong);
        }
        Ok(Color(part(0)?, part(2)?, part(4)?))
    }
}

#[derive(Template)]
#[template(path = "mail/letter.txt", escape = "none")]
struct Text<'a> {
    head: &'a Letterhead,
    letter: &'a Letter,
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Html<'a> {
    head: &'a Letterhead,
    letter: &'a Letter,
    color: String,
    on_color: &'static str,
    /// Of the organization's name.
    name_color: String,
}

/// Makes the mail. The same three inputs make the same bytes.
///
/// # Errors
/// [`AppError::Internal`] where a link is not absolute, the stamp has signs that no Message-ID may have, or an
/// address cannot be written in a mail.
pub fn compose(head: &Letterhead, letter: &Letter, stamp: &Stamp) -> Result<Mail> {
    let url = |button: &'_ Option<Button>| button.as_ref().map(|button| button.url.clone());
    let links = [Some(head.settings_url.clone()), url(&letter.button), url(&letter.aside)];
    if let Some(link) = links.into_iter().flatten().find(|link| !is_absolute(link)) {
        return Err(AppError::internal(format!("a link in a mail is not absolute: {link}")));
    }
    let from = address(&head.from)?;
    let to = address(&letter.to)?;
    let id = |local: &str| {
        let plain =
            !local.is_empty() && local.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
        let id = format!("<{local}@{}>", from.domain());
        if plain { Ok(id) } else { Err(AppError::internal(format!("not a Message-ID: {local}"))) }
    };
    let message_id = id(&stamp.id)?;

    let mut message = MessageBuilder::new()
        .from(Mailbox::new(Some(tidy(&head.organization)), from.clone()))
        .to(Mailbox::new(Some(tidy(&letter.to_name)).filter(|name| !name.is_empty()), to.clone()))
        .subject(tidy(&letter.subject))
        .date(SystemTime::from(stamp.date))
        .message_id(Some(message_id.clone()))
        .raw_header(header("List-Id", format!("<{}>", tidy(&head.list_id))))
        .raw_header(header("List-Unsubscribe", format!("<{}>", head.settings_url)))
        // No out-of-office replies to a program (RFC 3834, and Exchange's own way).
        .raw_header(header("Auto-Submitted", "auto-generated".to_owned()))
        .raw_header(header("X-Auto-Response-Suppress", "All".to_owned()));
    if let Some(thread) = &stamp.thread {
        let root = id(thread)?;
        message = message.in_reply_to(root.clone()).references(root);
    }

    let color = head.color.to_string();
    let text = Text { head, letter }.render().map_err(AppError::internal)?;
    let html =
        Html { head, letter, color, on_color: head.color.text_on(), name_color: head.color.on_paper().to_string() }
            .render()
            .map_err(AppError::internal)?;
    let body = MultiPart::alternative()
        // Out of the mail's own id, so that a second attempt is the same mail to the byte.
        .boundary(format!("=_{}", stamp.id.get(..40).unwrap_or(&stamp.id)))
        .singlepart(SinglePart::builder().header(ContentType::TEXT_PLAIN).body(text))
        .singlepart(SinglePart::builder().header(ContentType::TEXT_HTML).body(html));
    let message = message.multipart(body).map_err(AppError::internal)?;
    Ok(Mail { from, to, message_id, bytes: message.formatted() })
}

/// The address with its domain as the mail system knows it (`xn--…` for letters beyond ASCII).
fn address(address: &EmailAddress) -> Result<Address> {
    let (local, domain) = address.as_str().rsplit_once('@').unwrap_or_default();
    let domain =
        idna::domain_to_ascii(domain).map_err(|_| AppError::internal(format!("not a mail domain: {domain}")))?;
    Address::new(local, domain).map_err(AppError::internal)
}

fn header(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

fn is_absolute(link: &str) -> bool {
    let rest = link.strip_prefix("https://").or_else(|| link.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
        && !link.contains(|c: char| c.is_whitespace() || c == '>')
}
