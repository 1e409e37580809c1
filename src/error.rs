//! The one error of the program, and the translatable text it speaks.
//!
//! Actions answer with an [`AppError`]; `web/` turns it into a page or an RFC 9457 problem. Text is gettext style:
//! the English sentence is the key, `{0}`, `{1}`… are filled in after translation.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

/// A sentence for a person: an English key with numbered places, translated where it is shown.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Msg {
    pub key: Cow<'static, str>,
    /// The sentence for more than one, where the first place counts things.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plural: Option<Cow<'static, str>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<String>,
}

impl Msg {
    pub fn new(key: impl Into<Cow<'static, str>>) -> Self {
        Msg { key: key.into(), plural: None, args: Vec::new() }
    }

    /// A counted sentence: `one` for a single thing, `many` otherwise; `{0}` is the count.
    pub fn counted(count: i64, one: impl Into<Cow<'static, str>>, many: impl Into<Cow<'static, str>>) -> Self {
        Msg { key: one.into(), plural: Some(many.into()), args: vec![count.to_string()] }
    }

    /// How many things a counted sentence is about; 1 where it counts nothing.
    pub fn count(&self) -> i64 {
        if self.plural.is_none() { 1 } else { self.args.first().and_then(|n| n.parse().ok()).unwrap_or(1) }
    }

    /// Fills the next numbered place.
    #[must_use]
    pub fn arg(mut self, value: impl fmt::Display) -> Self {
        self.args.push(value.to_string());
        self
    }

    /// `template` (this message's key, perhaps translated) with its places filled.
    pub fn fill(&self, template: &str) -> String {
        let mut out = String::with_capacity(template.len() + 16);
        let mut rest = template;
        while let Some(open) = rest.find('{') {
            out.push_str(&rest[..open]);
            rest = &rest[open..];
            let close = rest.find('}');
            let arg = close.and_then(|close| rest[1..close].parse::<usize>().ok()).and_then(|i| self.args.get(i));
            if let (Some(close), Some(arg)) = (close, arg) {
                out.push_str(arg);
                rest = &rest[close + 1..];
            } else {
                out.push('{');
                rest = &rest[1..];
            }
        }
        out.push_str(rest);
        out
    }
}

/// `msg!("{0} is away until {1}", name, date)`: a [`Msg`] with its places filled in order.
#[macro_export]
macro_rules! msg {
    ($key:expr $(, $arg:expr)* $(,)?) => { $crate::error::Msg::new($key)$(.arg(&$arg))* };
}

/// `tr!("Home")` is the text itself: it marks a word that is translated where it is shown, so that the test that
/// compares catalogues with the program finds it.
#[macro_export]
macro_rules! tr {
    ($text:literal) => {
        $text
    };
}

/// `msg_n!(count, "{0} day of {1}", "{0} days of {1}", name)`: a [`Msg`] whose words follow the count, place 0.
#[macro_export]
macro_rules! msg_n {
    ($count:expr, $one:expr, $many:expr $(, $arg:expr)* $(,)?) => {
        $crate::error::Msg::counted($count, $one, $many)$(.arg(&$arg))*
    };
}

/// The English text.
impl fmt::Display for Msg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let many = self.plural.as_ref().filter(|_| self.count() != 1);
        f.write_str(&self.fill(many.unwrap_or(&self.key)))
    }
}

impl From<&'static str> for Msg {
    fn from(key: &'static str) -> Self {
        Msg::new(key)
    }
}

/// What is wrong with an input, field by field. The field `""` concerns the whole form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(pub Vec<(Cow<'static, str>, Msg)>);

impl FieldErrors {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn add(&mut self, field: impl Into<Cow<'static, str>>, message: impl Into<Msg>) {
        self.0.push((field.into(), message.into()));
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first message for `field`.
    pub fn of(&self, field: &str) -> Option<&Msg> {
        self.0.iter().find(|(name, _)| name == field).map(|(_, message)| message)
    }

    /// `Ok(value)` where nothing is wrong.
    pub fn into_result<T>(self, value: T) -> Result<T, AppError> {
        if self.is_empty() { Ok(value) } else { Err(AppError::Invalid(self)) }
    }
}

/// Everything that can go wrong, as the caller should see it.
#[derive(Debug)]
pub enum AppError {
    /// 404: there is no such thing, or the caller may not even know that there is.
    NotFound,
    /// 403: the caller may know the thing, but not do this.
    Forbidden(Msg),
    /// 401: nobody is signed in, or the credential is bad.
    Unauthenticated,
    /// 409: the thing is no longer as the caller thinks, or is in the way of another.
    Conflict(Msg),
    /// 422: the input is wrong; each field says why.
    Invalid(FieldErrors),
    /// 429: too often; come back after this long.
    TooMany(Duration),
    /// 503: cannot be done now (full queue, shutting down, disk full); nothing was changed.
    Unavailable(Msg),
    /// 500: our fault. Logged once, whole; the user sees a reference number.
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

pub type Result<T, E = AppError> = std::result::Result<T, E>;

impl AppError {
    pub fn conflict(message: impl Into<Msg>) -> Self {
        AppError::Conflict(message.into())
    }

    pub fn forbidden(message: impl Into<Msg>) -> Self {
        AppError::Forbidden(message.into())
    }

    /// One field is wrong.
    pub fn invalid(field: impl Into<Cow<'static, str>>, message: impl Into<Msg>) -> Self {
        let mut errors = FieldErrors::new();
        errors.add(field, message);
        AppError::Invalid(errors)
    }

    pub fn unavailable(message: impl Into<Msg>) -> Self {
        AppError::Unavailable(message.into())
    }

    pub fn internal(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        AppError::Internal(error.into())
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AppError::NotFound => f.write_str("not found"),
            AppError::Forbidden(message) | AppError::Conflict(message) | AppError::Unavailable(message) => {
                message.fmt(f)
            }
            AppError::Unauthenticated => f.write_str("not signed in"),
            AppError::Invalid(errors) => {
                for (i, (field, message)) in errors.0.iter().enumerate() {
                    let gap = if i == 0 { "" } else { "; " };
                    if field.is_empty() { write!(f, "{gap}{message}")? } else { write!(f, "{gap}{field}: {message}")? }
                }
                Ok(())
            }
            AppError::TooMany(wait) => write!(f, "too many requests; try again in {} s", wait.as_secs().max(1)),
            AppError::Internal(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for AppError {}
