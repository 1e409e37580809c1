//! `/leave/year-change`: what the end of a leave year will do to whom, also as a file; and the button that does at once
//! what is due.

use axum::http::header;
use axum::response::{IntoResponse as _, Response};

use super::Change;
use crate::auth::Hr;
use crate::error::Result;
use crate::leave::amount::Amounts;
use crate::msg;
use crate::sheet::Writer;
use crate::time::Minutes;
use crate::web::listing::ListQuery;
use crate::web::parts::Pager;
use crate::web::{self, BulkRate, Flash, Patient, Shell, filters};

#[derive(Debug, askama::Template)]
#[template(path = "leave/year_change.html")]
struct Page {
    shell: Shell,
    year: i16,
    rows: Vec<Row>,
    total: i64,
    /// So many balances of years that are over wait for the night.
    due: i64,
    pager: Pager,
}
web::pages!(Page);

#[derive(Debug)]
struct Row {
    employee_id: i64,
    name: String,
    kind: String,
    hue: &'static str,
    href: String,
    left: String,
    carried: String,
    /// "3 days up to 31 March"
    expires: String,
    lapsed: String,
}

/// `GET /leave/year-change?year=2026`
pub async fn show(ctx: Hr, _patient: Patient, query: ListQuery) -> Result<Response> {
    let listing = query.listing(&[], &["year"])?;
    let year: Option<i16> = listing.filter("year")?;
    let format = ctx.format();
    let (year, changes) = ctx.read(move |rx, actor| super::look(rx, actor, year)).await?;
    let total = i64::try_from(changes.len()).unwrap_or(i64::MAX);
    let due = i64::try_from(changes.iter().filter(|change| change.due).count()).unwrap_or(i64::MAX);
    let skipped = usize::try_from(listing.offset()).unwrap_or(usize::MAX);
    let shown = usize::try_from(listing.limit()).unwrap_or(usize::MAX);
    let row = |change: Change| {
        let amounts = Amounts { format: &format, unit: change.kind.fields.unit, per_day: change.per_day };
        let figure = |minutes: Minutes| if minutes.is_zero() { "–".to_owned() } else { amounts.long(minutes) };
        let expires = change
            .expires
            .iter()
            .map(|(on, minutes)| format.lang.msg(&msg!("{0} up to {1}", amounts.long(*minutes), format.full(*on))));
        Row {
            employee_id: change.employee.id,
            name: change.employee.name.clone(),
            kind: format.lang.text(&change.kind.fields.name).to_owned(),
            hue: change.kind.fields.color.class(),
            href: crate::leave::ledger::href(change.account),
            left: figure(change.left),
            carried: figure(change.carried),
            expires: expires.collect::<Vec<_>>().join(", "),
            lapsed: figure(change.lapsed),
        }
    };
    let page = Page {
        shell: ctx.shell().await?,
        year,
        rows: changes.into_iter().skip(skipped).take(shown).map(row).collect(),
        total,
        due,
        pager: Pager::new(&format, &listing, total),
    };
    web::page(&page)
}

/// `GET /leave/year-change/file?year=2026`
pub async fn file(ctx: Hr, _rate: BulkRate, _patient: Patient, query: ListQuery) -> Result<Response> {
    let year: Option<i16> = query.listing(&[], &["year"])?.filter("year")?;
    let (year, changes) = ctx.read(move |rx, actor| super::look(rx, actor, year)).await?;
    let mut csv = Writer::for_spreadsheets(Vec::new())?;
    csv.row([
        "employee",
        "leave_type",
        "leave_year",
        "last_day",
        "left_minutes",
        "carried_minutes",
        "expires_on",
        "lapsed_minutes",
    ])?;
    for change in changes {
        csv.row([
            change.employee.name,
            change.kind.fields.name,
            change.account.year.to_string(),
            change.year.period.last().to_string(),
            change.left.get().to_string(),
            change.carried.get().to_string(),
            change.expires.first().map(|(on, _)| on.to_string()).unwrap_or_default(),
            change.lapsed.get().to_string(),
        ])?;
    }
    let name = format!("attachment; filename=\"leave-year-{year}.csv\"");
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, csv.finish()?).into_response())
}

/// `POST /leave/year-change`
pub async fn run(ctx: Hr, _patient: Patient) -> Result<Response> {
    let closed = super::run_all(&ctx).await?;
    let said = match closed {
        0 => Flash::ok("Nothing was due."),
        1 => Flash::ok("One balance was closed."),
        many => Flash::ok(msg!("{0} balances were closed.", many)),
    };
    Ok(said.redirect(&ctx.visit, "/leave/year-change"))
}
