//! JSON in and out of the API. What comes in is refused field by field (422): a field that the type does not know
//! is an error too, whether or not the type says so itself.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

use super::form::field_error;
use super::problem::Refused;
use crate::error::{AppError, FieldErrors, Msg};

/// A JSON body, in either direction. No body at all is an object without fields: where every field may be left out,
/// so may the body.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let (unsaid, json) = (kind.is_empty(), is_json(kind));
        if !(unsaid || json) {
            return Err(Refused::UnsupportedMediaType);
        }
        let body = Bytes::from_request(request, state).await.map_err(|e| too_large(&e))?;
        let body = match body.trim_ascii().is_empty() {
            true => b"{}".as_slice(),
            false if unsaid => return Err(Refused::UnsupportedMediaType),
            false => &body,
        };
        parse(body).map(Json).map_err(|errors| Refused::App(AppError::Invalid(errors)))
    }
}

fn is_json(kind: &str) -> bool {
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// Reads a `T` and nothing else: unknown fields, and anything after the value, are errors.
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, FieldErrors> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let mut unknown = FieldErrors::new();
    let mut note = |path: serde_ignored::Path<'_>| unknown.add(path.to_string(), Msg::new("There is no such field."));
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut reader, &mut track);
    let value = serde_ignored::deserialize(tracked, &mut note);
    let value = value.map_err(|error| malformed(&track.path().to_string(), &error))?;
    reader.end().map_err(|error| malformed("", &error))?;
    if unknown.is_empty() { Ok(value) } else { Err(unknown) }
}

/// As [`parse`], where the body may be left out.
///
/// # Errors
/// [`AppError::Invalid`]
pub fn or_default<T: DeserializeOwned + Default>(body: &[u8]) -> Result<T, AppError> {
    if body.trim_ascii().is_empty() { Ok(T::default()) } else { parse(body).map_err(AppError::Invalid) }
}

/// For a field that may be left out, null or given: `None`, `Some(None)`, `Some(Some(value))`. Beside
/// `#[serde(default, deserialize_with = "there")]`.
pub fn there<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}

fn malformed(path: &str, error: &serde_json::Error) -> FieldErrors {
    use serde_json::error::Category;
    if error.classify() == Category::Data {
        return field_error(path, error);
    }
    let mut errors = FieldErrors::new();
    errors.add("", Msg::new("This is not JSON: {0}").arg(error));
    errors
}

/// A body that could not be read whole, as its answer.
pub(crate) fn too_large(rejection: &BytesRejection) -> Refused {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Refused::TooLarge
    } else {
        Refused::App(AppError::invalid("", Msg::new("The body ended early.")))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
            Err(error) => AppError::internal(error).into_response(),
        }
    }
}

/// 201 with what was made, and `Location` leading to it.
pub fn created<T: Serialize>(location: String, made: T) -> Response {
    (StatusCode::CREATED, [(header::LOCATION, location)], Json(made)).into_response()
}
