//! `/leave/export`: what to export, as a form that answers with the file.

use axum::extract::FromRequestParts as _;
use axum::http::request::Parts;
use axum::response::Response;
use jiff::civil::Date;

use super::Wanted;
use crate::auth::Manager;
use crate::error::Result;
use crate::leave::types;
use crate::people::org::department;
use crate::people::words::options;
use crate::tr;
use crate::web::listing::ListQuery;
use crate::web::{self, BulkRate, Patient, Shell, filters};

#[derive(Debug, askama::Template)]
#[template(path = "leave/export.html")]
struct Page {
    shell: Shell,
    from: Date,
    to: Date,
    departments: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
    statuses: Vec<(&'static str, &'static str)>,
}
web::pages!(Page);

/// `GET /leave/export`: the form; with a `format`, the file.
pub async fn show(ctx: Manager, _patient: Patient, mut parts: Parts, query: ListQuery) -> Result<Response> {
    let listing = query.listing(&[], &Wanted::NAMES)?;
    if !listing.text("format").is_empty() {
        // The form may be looked at as often as one likes.
        BulkRate::from_request_parts(&mut parts, &()).await?;
        return super::file(&ctx, listing).await;
    }
    let lang = ctx.visit.lang;
    let read = ctx.read(move |rx, _| {
        let departments = options(department::choices(rx)?);
        let kinds = types::all(rx)?;
        let kinds = kinds.iter().map(|kind| (kind.id.to_string(), lang.text(&kind.fields.name).to_owned()));
        Ok((departments, kinds.collect()))
    });
    let (departments, kinds) = read.await?;
    let today = ctx.format().today();
    let statuses = vec![
        ("pending", tr!("Waiting")),
        ("clarification", tr!("Asked back")),
        ("approved", tr!("Approved")),
        ("rejected", tr!("Rejected")),
        ("cancelled", tr!("Taken back")),
        ("revoked", tr!("Approval revoked")),
    ];
    let (from, to) = (today.first_of_year(), today.last_of_year());
    web::page(&Page { shell: ctx.shell().await?, from, to, departments, kinds, statuses })
}
