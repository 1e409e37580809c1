//! From what was sent to a paper that is kept: looked at, cleaned, sealed, and named in a transaction.

use std::borrow::Cow;

use axum::extract::{FromRequest as _, Request};
use axum::http::header;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use super::{ADDED, FIELD, Fresh, UPLOADED, rules};
use crate::auth::Ctx;
use crate::error::{AppError, FieldErrors, Msg, Result};
use crate::ids::{LeaveDocumentId, LeaveRequestId};
use crate::msg;
use crate::vault::Vault;
use crate::web::problem::Refused;
use crate::web::upload::{self, Part, Parts, Upload};
use crate::web::{Form, FormState, Settings};

/// What may be sent without a form around it.
const KINDS: &[&str] = &["application/pdf", "image/jpeg", "image/png", "image/webp", "application/octet-stream"];

/// Files of one form.
const AT_ONCE: usize = 5;

impl Fresh {
    /// Looks at a file and seals what may be kept of it. Blocks.
    ///
    /// # Errors
    /// As [`rules::clean`]; what the disk says.
    pub fn seal(vault: &Vault, sent: Upload) -> Result<Fresh> {
        let content = rules::clean(sent.content)?;
        let digest = Sha256::digest(&content.bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let sealed = vault.put(&content.bytes).map_err(AppError::internal)?;
        let name = rules::name_of(&sent.name, content.media_type);
        Ok(Fresh { sealed, name, media_type: content.media_type, digest })
    }
}

/// Keeps what was sent: loose, or as a paper of a request.
///
/// # Errors
/// [`AppError::Invalid`] on `file`; as the action.
pub(super) async fn keep(ctx: &Ctx, sent: Upload, to: Option<LeaveRequestId>) -> Result<LeaveDocumentId> {
    let vault = ctx.org.vault();
    let sealing = tokio::task::spawn_blocking(move || Fresh::seal(&vault, sent));
    let fresh = sealing.await.map_err(AppError::internal)??;
    match to {
        None => ctx.write(UPLOADED, move |tx, actor| super::upload(tx, actor, &fresh)).await,
        Some(id) => ctx.write(ADDED, move |tx, actor| super::add(tx, actor, id, &fresh)).await,
    }
}

/// How long one paper may be here, in bytes.
pub(super) fn longest(settings: &Settings) -> usize {
    usize::try_from(settings.upload_limit).map_or(rules::MOST_BYTES, |limit| limit.min(rules::MOST_BYTES))
}

/// Takes the one file of a request to the API.
pub(super) async fn one(settings: &Settings, request: Request) -> Result<Upload, Refused> {
    upload::receive(request, longest(settings), KINDS).await
}

/// A form whose files are kept as it is read: their ids stand among its `document_ids` then, as if they had been there
/// all along, so that nothing has to be chosen twice. Beside it what is wrong with files that were not kept. A form that
/// is no form with parts has no files.
///
/// # Errors
/// As [`Parts`]; what the disk says.
pub(in crate::leave) async fn form<T: DeserializeOwned>(
    ctx: &Ctx,
    settings: &Settings,
    request: Request,
) -> Result<(Form<T>, FieldErrors), Refused> {
    let mut errors = FieldErrors::new();
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !kind.to_ascii_lowercase().starts_with("multipart/form-data") {
        return Ok((Form::from_request(request, &()).await?, errors));
    }
    let mut parts = Parts::of(request, longest(settings), AT_ONCE).await?;
    let mut typed: Vec<(String, String)> = Vec::new();
    let mut files = 0;
    while let Some(part) = parts.next().await? {
        match part {
            Part::Field { name, value } => typed.push((name, value)),
            Part::TooLong(name) => errors.add(FIELD, too_long(settings, &name)),
            Part::File(sent) if files == AT_ONCE => errors.add(FIELD, too_many(&sent.name)),
            Part::File(sent) => {
                files += 1;
                let name = sent.name.clone();
                match keep(ctx, sent, None).await {
                    Ok(id) if typed.iter().any(|(field, value)| field == FIELD && *value == id.to_string()) => {}
                    Ok(id) => typed.push((FIELD.to_owned(), id.to_string())),
                    Err(AppError::Invalid(wrong)) => errors.0.extend(about(ctx, &name, wrong)),
                    Err(other) => return Err(other.into()),
                }
            }
        }
    }
    Ok((Form::of(FormState::of(typed)), errors))
}

/// Takes the files of a form as papers of a request. Answers how many, and what is wrong with the others.
///
/// # Errors
/// As [`Parts`]; as the action, but for what is wrong with a file.
pub(super) async fn several(
    ctx: &Ctx,
    settings: &Settings,
    request: Request,
    to: LeaveRequestId,
) -> Result<(usize, FieldErrors), Refused> {
    let (mut files, mut kept, mut errors) = (0, 0, FieldErrors::new());
    let mut parts = Parts::of(request, longest(settings), AT_ONCE).await?;
    while let Some(part) = parts.next().await? {
        match part {
            Part::Field { .. } => {}
            Part::TooLong(name) => errors.add(FIELD, too_long(settings, &name)),
            Part::File(sent) if files == AT_ONCE => errors.add(FIELD, too_many(&sent.name)),
            Part::File(sent) => {
                files += 1;
                let name = sent.name.clone();
                match keep(ctx, sent, Some(to)).await {
                    Ok(_) => kept += 1,
                    Err(AppError::Invalid(wrong)) => errors.0.extend(about(ctx, &name, wrong)),
                    Err(other) => return Err(other.into()),
                }
            }
        }
    }
    Ok((kept, errors))
}

fn too_long(settings: &Settings, name: &str) -> Msg {
    msg!("{0}: a paper may have {1} MB.", name, longest(settings) >> 20)
}

fn too_many(name: &str) -> Msg {
    msg!("{0}: at most {1} files at once; choose it again.", name, AT_ONCE)
}

/// What is wrong with one of several files, for this reader, under the field of all of them.
fn about(ctx: &Ctx, name: &str, wrong: FieldErrors) -> Vec<(Cow<'static, str>, Msg)> {
    let lang = ctx.visit.lang;
    wrong.0.into_iter().map(|(_, why)| (FIELD.into(), msg!("{0}: {1}", name, lang.msg(&why)))).collect()
}
