//! Adding papers to a request that was sent, and taking them away, from its page.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::Response;

use super::{FIELD, REMOVED, receive};
use crate::auth::Staff;
use crate::error::{AppError, Result};
use crate::ids::{LeaveDocumentId, LeaveRequestId};
use crate::leave::request;
use crate::web::problem::Refused;
use crate::web::{Flash, Patient, Settings};
use crate::{msg, msg_n};

/// `POST /leave/requests/{id}/documents`
pub async fn add(
    ctx: Staff,
    _patient: Patient,
    Path(id): Path<LeaveRequestId>,
    State(settings): State<Arc<Settings>>,
    request: Request,
) -> Result<Response, Refused> {
    let may = ctx.read(move |rx, actor| super::require_may_add(rx, actor, id).map(drop)).await;
    let said = match may {
        Err(AppError::Conflict(why)) => Flash::warn(why),
        Err(other) => return Err(other.into()),
        Ok(()) => match receive::several(&ctx, &settings, request, id).await {
            Err(Refused::TooLarge) => Flash::bad(msg!(
                "That is too much at once: a paper may have {0} MB.",
                receive::longest(&settings) >> 20
            )),
            Err(other) => return Err(other),
            Ok((_, errors)) if !errors.is_empty() => {
                Flash::bad(errors.of(FIELD).cloned().unwrap_or_else(|| msg!("Choose a file.")))
            }
            Ok((0, _)) => Flash::bad(msg!("Choose a file.")),
            Ok((kept, _)) => {
                let kept = i64::try_from(kept).unwrap_or(i64::MAX);
                Flash::ok(msg_n!(kept, "{0} paper is added.", "{0} papers are added."))
            }
        },
    };
    Ok(said.redirect(&ctx.visit, &request::href(id)))
}

/// `POST /leave/requests/{id}/documents/{document_id}/remove`
pub async fn remove(ctx: Staff, Path((id, document)): Path<(LeaveRequestId, LeaveDocumentId)>) -> Result<Response> {
    let removed = ctx.write(REMOVED, move |tx, actor| super::remove(tx, actor, id, document)).await;
    let said = match removed {
        Ok(document) => Flash::ok(msg!("Taken away: {0}. The file is erased after a week.", document.name)),
        Err(AppError::Conflict(why)) => Flash::warn(why),
        Err(other) => return Err(other),
    };
    Ok(said.redirect(&ctx.visit, &request::href(id)))
}
