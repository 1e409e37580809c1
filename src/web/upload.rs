//! One small file out of a request: a form's field, or the body itself. For what is looked at whole before it is kept;
//! large files stream.

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
