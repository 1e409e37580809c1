//! Setting and removing a photo from a page: one's own profile, or somebody's personal data for HR.

use axum::extract::{Path, Request};
use axum::response::Response;

use super::api::receive;
use super::{REMOVED, is_own, own, rules};
use crate::auth::{Ctx, Hire, Hr};
use crate::error::{AppError, Msg, Result};
use crate::ids::EmployeeId;
use crate::msg;
use crate::web::problem::Refused;
use crate::web::upload::FIELD;
use crate::web::{Flash, Patient};

/// `POST /account/profile/photo`
pub async fn set_own(Hire(ctx): Hire, _patient: Patient, request: Request) -> Result<Response, Refused> {
    let id = own(&ctx.actor)?;
    set(&ctx, id, request).await
}

/// `POST /people/{id}/photo`
pub async fn set_of(
    Hr(ctx): Hr,

    _patient: Patient,
    Path(id): Path<EmployeeId>,
    request: Request,
) -> Result<Response, Refused> {
    set(&ctx, id, request).await
}

/// `POST /account/profile/photo/remove`
pub async fn remove_own(Hire(ctx): Hire) -> Result<Response> {
    let id = own(&ctx.actor)?;
    remove(&ctx, id).await
}

/// `POST /people/{id}/photo/remove`
pub async fn remove_of(Hr(ctx): Hr, Path(id): Path<EmployeeId>) -> Result<Response> {
    remove(&ctx, id).await
}

async fn set(ctx: &Ctx, id: EmployeeId, request: Request) -> Result<Response, Refused> {
    let said = match receive(ctx, id, request).await {
        Ok(()) => Flash::ok(msg!("The photo is saved, without place, time and other notes of the camera.")),
        Err(Refused::App(AppError::Invalid(errors))) => Flash::bad(wrong(errors.of(FIELD))),
        Err(Refused::TooLarge) => Flash::bad(msg!("A picture may have {0} MB.", rules::MOST_BYTES >> 20)),
        Err(other) => return Err(other),
    };
    Ok(said.redirect(&ctx.visit, &back(ctx, id).await?))
}

fn wrong(why: Option<&Msg>) -> Msg {
    why.cloned().unwrap_or_else(|| msg!("Choose a file."))
}

async fn remove(ctx: &Ctx, id: EmployeeId) -> Result<Response> {
    ctx.write(REMOVED, move |tx, actor| super::remove(tx, actor, id)).await?;
    Ok(Flash::ok(msg!("The photo is removed.")).redirect(&ctx.visit, &back(ctx, id).await?))
}

/// The page with the form.
async fn back(ctx: &Ctx, id: EmployeeId) -> Result<String> {
    let own = ctx.read(move |rx, actor| is_own(rx, actor, id)).await?;
    Ok(if own { "/account/profile".to_owned() } else { format!("/people/{id}/personal") })
}
