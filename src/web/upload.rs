//! Small files out of a request: a form's field, the body itself, or a whole form with its files among the fields
//! ([`Parts`]). For what is looked at whole before it is kept; large files stream.

use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request};
use axum::http::{StatusCode, header};
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};

use super::problem::Refused;
use crate::error::{AppError, Result};

/// A form has a little around its file.
const AROUND_FILE: usize = 64 * 1024;

/// The form field that holds the file, and the field that errors stand beside.
pub const FIELD: &str = "file";

/// A file that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// As the sender named it; empty where it has no name.
    pub name: String,
    pub content: Vec<u8>,
}

/// Takes a file of at most `longest` bytes: the field `file` of a form, or a body that says it is one of `kinds`.
///
/// # Errors
/// [`Refused::TooLarge`], at once where the request says how long it is; [`Refused::UnsupportedMediaType`];
/// [`AppError::Invalid`] on `file` where the form has none or breaks off.
pub async fn receive(mut request: Request, longest: usize, kinds: &[&str]) -> Result<Upload, Refused> {
    let headers = request.headers();
    let length = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if length.is_some_and(|length: usize| length > longest + AROUND_FILE) {
        return Err(Refused::TooLarge);
    }
    if kind == "multipart/form-data" {
        DefaultBodyLimit::max(longest + AROUND_FILE).apply(&mut request);
        let unread = |_| Refused::App(AppError::invalid(FIELD, "The form could not be read."));
        let mut form = Multipart::from_request(request, &()).await.map_err(unread)?;
        while let Some(field) = form.next_field().await.map_err(|error| refused(&error))? {
            if field.name() == Some(FIELD) {
                let name = field.file_name().unwrap_or_default().to_owned();
                let content = gather(longest, field.map_err(|error| refused(&error))).await?;
                // A form whose file was not chosen sends an empty one.
                if content.is_empty() {
                    break;
                }
                return Ok(Upload { name, content });
            }
        }
        return Err(AppError::invalid(FIELD, "Choose a file.").into());
    }
    if !kinds.contains(&kind.as_str()) {
        return Err(Refused::UnsupportedMediaType);
    }
    let content = gather(longest, request.into_body().into_data_stream().map_err(|_| broken().into())).await?;
    Ok(Upload { name: String::new(), content })
}

/// A part of a form that may hold files.
#[derive(Debug)]
pub enum Part {
    Field {
        name: String,
        value: String,
    },
    File(Upload),
    /// A file of this name that is longer than it may be; it was let go by.
    TooLong(String),
}

/// A form with files, read part by part: one file at a time is in memory. Of files only those named [`FIELD`] are taken.
#[derive(Debug)]
pub struct Parts {
    form: Multipart,
    longest: usize,
    /// What all fields together may still hold, in bytes.
    left: usize,
    /// So many parts may still come, each of which costs something however short it is.
    more: usize,
}

/// Parts of one form.
const MOST_PARTS: usize = 200;

impl Parts {
    /// For files of at most `longest` bytes, and some `files` of such.
    ///
    /// # Errors
    /// [`Refused::TooLarge`], at once where the request says how long it is; [`Refused::UnsupportedMediaType`] where it
    /// is no form with parts.
    pub async fn of(mut request: Request, longest: usize, files: usize) -> Result<Parts, Refused> {
        let most = longest * files + AROUND_FILE;
        let length = request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok());
        if length.and_then(|v| v.parse().ok()).is_some_and(|length: usize| length > most) {
            return Err(Refused::TooLarge);
        }
        DefaultBodyLimit::max(most).apply(&mut request);
        let form = Multipart::from_request(request, &()).await.map_err(|_| Refused::UnsupportedMediaType)?;
        Ok(Parts { form, longest, left: AROUND_FILE, more: MOST_PARTS })
    }

    /// The next part; none at the end. A control for files in which none was chosen is left out.
    ///
    /// # Errors
    /// [`Refused::TooLarge`] as a whole; [`AppError::Invalid`] on `file` where the form breaks off.
    pub async fn next(&mut self) -> Result<Option<Part>, Refused> {
        while let Some(field) = self.form.next_field().await.map_err(|error| refused(&error))? {
            self.more = self.more.checked_sub(1).ok_or(Refused::TooLarge)?;
            let name = field.name().unwrap_or_default().to_owned();
            let Some(file) = field.file_name().map(str::to_owned) else {
                let value = gather(self.left, field.map_err(|error| refused(&error))).await?;
                self.left = self.left.saturating_sub(name.len() + value.len());
                let value = String::from_utf8(value).map_err(|_| broken())?;
                return Ok(Some(Part::Field { name, value }));
            };
            let mut chunks = field;
            let (mut content, mut length) = (Vec::new(), 0);
            while let Some(chunk) = chunks.chunk().await.map_err(|error| refused(&error))? {
                length += chunk.len();
                if length <= self.longest {
                    content.extend_from_slice(&chunk);
                }
            }
            if name == FIELD && length > self.longest {
                return Ok(Some(Part::TooLong(file)));
            }
            if name == FIELD && !(file.is_empty() && content.is_empty()) {
                return Ok(Some(Part::File(Upload { name: file, content })));
            }
        }
        Ok(None)
    }
}

async fn gather(
    longest: usize,
    chunks: impl Stream<Item = Result<axum::body::Bytes, Refused>>,
) -> Result<Vec<u8>, Refused> {
    let mut chunks = std::pin::pin!(chunks);
    let mut content = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk?;
        if content.len() + chunk.len() > longest {
            return Err(Refused::TooLarge);
        }
        content.extend_from_slice(&chunk);
    }
    Ok(content)
}

fn broken() -> AppError {
    AppError::invalid(FIELD, "The file did not arrive whole: send it again.")
}

fn refused(error: &MultipartError) -> Refused {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE { Refused::TooLarge } else { broken().into() }
}
