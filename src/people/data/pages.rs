//! `/account/data` and, for HR, `/people/{id}/data`: what is held, and the button that hands it over.

use axum::extract::Path;
use axum::response::Response;

use super::api::download;
use super::holders;
use crate::auth::{Ctx, Hire, Hr};
use crate::error::Result;
use crate::ids::EmployeeId;
use crate::people::{directory, employee};
use crate::web::{self, BulkRate, Patient, Shell, filters};

#[derive(Debug, askama::Template)]
#[template(path = "people/data.html")]
struct Page {
    shell: Shell,
    id: EmployeeId,
    name: String,
    own: bool,
    /// The headings of the archive.
    rooms: String,
}
web::pages!(Page);

async fn page(ctx: &Ctx, id: EmployeeId) -> Result<Response> {
    let person = ctx
        .read(move |rx, actor| {
            directory::profile(rx, actor, id)?;
            super::require_may_export(rx, actor, id)?;
            employee::get(rx, id)
        })
        .await?;
    let rooms: Vec<&str> = holders().iter().map(|holder| holder.name).collect();
    let own = ctx.actor.employee_id == Some(id);
    web::page(&Page { shell: ctx.shell().await?, id, name: person.name(), own, rooms: rooms.join(", ") })
}

/// `GET /account/data`
pub async fn show_own(Hire(ctx): Hire) -> Result<Response> {
    let id = ctx.actor.require_employee()?;
    page(&ctx, id).await
}

/// `POST /account/data`
pub async fn take_own(Hire(ctx): Hire, _rate: BulkRate, _patient: Patient) -> Result<Response> {
    let id = ctx.actor.require_employee()?;
    download(&ctx, id).await
}

/// `GET /people/{id}/data`
pub async fn show_of(Hr(ctx): Hr, Path(id): Path<EmployeeId>) -> Result<Response> {
    page(&ctx, id).await
}

/// `POST /people/{id}/data`
pub async fn take_of(Hr(ctx): Hr, _rate: BulkRate, _patient: Patient, Path(id): Path<EmployeeId>) -> Result<Response> {
    download(&ctx, id).await
}
