//! HTML forms: read leniently, refused kindly, shown again with what was typed.
//!
//! [`Form<T>`] never refuses a request because of its content: the handler gets either the input or the errors,
//! and what was typed in both cases. An empty control counts as not filled in, so an `Option` is `None` and a
//! plain field is missing. Repeated names (ticked boxes) fill a `Vec`.
//!
//! ```ignore
//! async fn create(visit: Visit, ctx: Staff, form: Form<NewLeave>) -> Result<Response> {
//!     let (state, input) = form.open();
//!     let sent = match input { Ok(input) => ctx.write(OP, move |tx, actor| leave::submit(tx, actor, input)).await,
//!                              Err(errors) => Err(errors) };
//!     match sent {
//!         Ok(leave) => Ok(Flash::ok(msg!("Sent to {0}", leave.approver)).redirect(&visit, "/leave")),
//!         Err(AppError::Invalid(errors)) => web::page_with(UNPROCESSABLE, &New { form: state.with(errors), … }),
//!         Err(other) => Err(other),
//!     }
//! }
//! ```

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::json::too_large;
use super::problem::Refused;
use crate::error::{AppError, FieldErrors, Msg};
use crate::msg;

/// What was typed, and what is wrong with it: all that a form needs to show itself.
#[derive(Clone, Debug, Default)]
pub struct FormState {
    typed: Vec<(String, String)>,
    pub errors: FieldErrors,
}

impl FormState {
    /// A form filled with these values: `FormState::of([("name", "Hamburg")])`.
    pub fn of<K: Into<String>, V: Into<String>>(values: impl IntoIterator<Item = (K, V)>) -> Self {
        let typed = values.into_iter().map(|(k, v)| (k.into(), v.into())).collect();
        FormState { typed, errors: FieldErrors::new() }
    }

    /// A form filled from a value whose fields bear the names of the controls.
    pub fn from_value(value: &impl Serialize) -> crate::error::Result<Self> {
        let text = serde_html_form::to_string(value).map_err(AppError::internal)?;
        Ok(FormState::read(text.as_bytes()))
    }

    /// Names and values of a query string or a form's body.
    pub fn read(encoded: &[u8]) -> Self {
        FormState { typed: serde_html_form::from_bytes(encoded).unwrap_or_default(), errors: FieldErrors::new() }
    }

    /// The same form with these errors.
    #[must_use]
    pub fn with(mut self, errors: FieldErrors) -> Self {
        self.errors = errors;
        self
    }

    /// The same form with another value in one control.
    #[must_use]
    pub fn set(mut self, name: &str, value: impl Into<String>) -> Self {
        self.typed.retain(|(key, _)| key != name);
        self.typed.push((name.to_owned(), value.into()));
        self
    }

    /// The same form with a hidden control that keeps what it held when the form was first shown.
    #[must_use]
    pub fn first_shown(self, name: &str, value: Option<impl std::fmt::Display>) -> Self {
        match value {
            Some(value) if self.value(name).is_empty() => self.set(name, value.to_string()),
            _ => self,
        }
    }

    /// What was typed into a control; empty where nothing was.
    pub fn value(&self, name: &str) -> &str {
        self.typed.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// All values of a repeated control.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.typed.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Every control with what was typed into it: what a page that asks back sends along unseen.
    pub fn controls(&self) -> impl Iterator<Item = (&str, &str)> {
        self.typed.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether this choice is chosen.
    pub fn is(&self, name: &str, value: impl std::fmt::Display) -> bool {
        let value = value.to_string();
        self.values(name).any(|typed| typed == value)
    }

    /// What is wrong with a control.
    pub fn error(&self, name: &str) -> Option<&Msg> {
        self.errors.of(name)
    }

    pub fn has_error(&self, name: &str) -> bool {
        self.error(name).is_some()
    }

    /// The first wrong control gets the focus.
    pub fn is_first_error(&self, name: &str) -> bool {
        self.errors.0.first().is_some_and(|(field, _)| field == name)
    }

    /// What is wrong with the form as a whole.
    pub fn whole(&self) -> impl Iterator<Item = &Msg> {
        self.errors.0.iter().filter(|(field, _)| field.is_empty()).map(|(_, message)| message)
    }

    /// How many things are wrong.
    pub fn wrong(&self) -> usize {
        self.errors.0.len()
    }
}

/// A form's body, read.
#[derive(Debug)]
pub struct Form<T> {
    pub input: Result<T, FieldErrors>,
    pub state: FormState,
}

impl<T> Form<T> {
    /// What was typed (to show the form again), and the input as an action's result takes it.
    pub fn open(self) -> (FormState, Result<T, AppError>) {
        (self.state, self.input.map_err(AppError::Invalid))
    }
}

impl<T: DeserializeOwned> Form<T> {
    pub fn read(encoded: &[u8]) -> Self {
        Form::of(FormState::read(encoded))
    }

    /// Of what came by another way than as one encoded body: a form with files, part by part.
    pub fn of(state: FormState) -> Self {
        Form { input: parse(&state.typed), state }
    }
}

/// What a control could have held: a number, a date, a time, a word.
const STAND_INS: [&str; 4] = ["1", "2000-01-01", "00:00", "true"];

/// Reads the filled-in controls as a `T`. Every control that is missing is named, and the first that does not fit.
fn parse<T: DeserializeOwned>(typed: &[(String, String)]) -> Result<T, FieldErrors> {
    let mut filled: Vec<_> = typed.iter().filter(|(_, value)| !value.trim().is_empty()).cloned().collect();
    let mut errors = FieldErrors::new();
    loop {
        let wrong = match deserialize(&filled) {
            Ok(value) if errors.is_empty() => return Ok(value),
            Ok(_) => return Err(errors),
            Err(wrong) => wrong,
        };
        let name = missing(&wrong);
        errors.0.extend(wrong.0);
        // Serde stops at the first control that is missing: with something in its place it goes on to the next.
        let Some(name) = name else { return Err(errors) };
        let goes_on = |stand_in: &str| {
            let mut filled = filled.clone();
            filled.push((name.clone(), stand_in.to_owned()));
            let fits = deserialize::<T>(&filled).map_or_else(|next| next.of(&name).is_none(), |_| true);
            fits.then_some(filled)
        };
        match STAND_INS.into_iter().find_map(goes_on) {
            Some(next) => filled = next,
            None => return Err(errors),
        }
    }
}

fn deserialize<T: DeserializeOwned>(filled: &[(String, String)]) -> Result<T, FieldErrors> {
    let encoded = serde_html_form::to_string(filled).unwrap_or_default();
    let from = serde_html_form::Deserializer::from_bytes(encoded.as_bytes());
    serde_path_to_error::deserialize(from).map_err(|error| field_error(&error.path().to_string(), error.inner()))
}

/// The control that is missing, where that is what is wrong.
fn missing(wrong: &FieldErrors) -> Option<String> {
    let (name, words) = wrong.0.first()?;
    (words.to_string() == MISSING).then(|| name.to_string())
}

const MISSING: &str = "This is needed.";

/// Serde's complaint as a sentence beside the right field. Serde names a missing field only in its message.
pub(super) fn field_error(path: &str, error: &impl std::fmt::Display) -> FieldErrors {
    let said = error.to_string();
    let quoted = |start: &str| said.strip_prefix(start).and_then(|rest| rest.split('`').next()).map(str::to_owned);
    let at = |name: String| match path {
        "." | "" => name,
        path if path.ends_with(&name) => path.to_owned(),
        path => format!("{path}.{name}"),
    };
    let mut errors = FieldErrors::new();
    if let Some(name) = quoted("missing field `") {
        errors.add(at(name), Msg::new("This is needed."));
    } else if let Some(name) = quoted("unknown field `") {
        errors.add(at(name), Msg::new("There is no such field."));
    } else if said.starts_with("duplicate field `") {
        errors.add(path.to_owned(), Msg::new("This was given twice."));
    } else {
        let field = if path == "." { String::new() } else { path.to_owned() };
        errors.add(field, unreadable(&said));
    }
    errors
}

/// Serde's other complaints, without where in the text it was: the field says that.
fn unreadable(said: &str) -> Msg {
    let said = said.split(" at line ").next().unwrap_or(said);
    match said.strip_prefix("unknown variant `").and_then(|rest| rest.split_once("`, expected ")) {
        Some((_, known)) => {
            msg!("This is not known here. It may be {0}.", known.replace('`', "").replace("one of ", ""))
        }
        None => msg!("This cannot be read: {0}", said),
    }
}

/// 415 and 413 aside, every request makes a form.
impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Form<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if !kind.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
            return Err(Refused::UnsupportedMediaType);
        }
        let body = Bytes::from_request(request, state).await.map_err(|e| too_large(&e))?;
        Ok(Form::read(&body))
    }
}

/// Every time zone that somebody may live in, as a form offers them: IANA name and the same to read.
pub fn time_zones() -> Vec<(String, String)> {
    let named = |zone: &str| (zone.to_owned(), zone.replace('_', " "));
    let mut zones: Vec<_> = jiff::tz::db()
        .available()
        .filter(|zone| zone.as_str().contains('/') && !zone.as_str().starts_with("Etc/"))
        .map(|zone| named(zone.as_str()))
        .collect();
    zones.push(named("UTC"));
    zones.sort();
    zones
}
