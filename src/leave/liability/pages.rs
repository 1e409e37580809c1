//! `/leave/liability`: what is owed on a date, by person and in sum.

use axum::response::Response;
use jiff::civil::Date;

use super::Owed;
use super::api::asked;
use crate::auth::Hr;
use crate::error::Result;
use crate::leave::amount::Amounts;
use crate::leave::rules::Unit;
use crate::time::Minutes;
use crate::web::listing::ListQuery;
use crate::web::parts::Pager;
use crate::web::{self, Format, Patient, Shell, filters};

#[derive(Debug, askama::Template)]
#[template(path = "leave/liability.html")]
struct Page {
    shell: Shell,
    on: Date,
    shown_on: String,
    /// Name, colour, people, sum in days, sum in hours.
    sums: Vec<Sum>,
    rows: Vec<Row>,
    pager: Pager,
}
web::pages!(Page);

#[derive(Debug)]
struct Sum {
    name: String,
    hue: &'static str,
    people: usize,
    days: String,
    hours: String,
}

#[derive(Debug)]
struct Row {
    employee_id: i64,
    name: String,
    kind: String,
    hue: &'static str,
    href: String,
    owed: String,
    hours: String,
}

/// `GET /leave/liability?on=2026-12-31`
pub async fn show(ctx: Hr, _patient: Patient, query: ListQuery) -> Result<Response> {
    let listing = query.listing(&[], &["on", "leave_type_id"])?;
    let (on, owed) = asked(&ctx, &listing).await?;
    let format = ctx.format();
    let total = i64::try_from(owed.len()).unwrap_or(i64::MAX);
    let skipped = usize::try_from(listing.offset()).unwrap_or(usize::MAX);
    let shown = usize::try_from(listing.limit()).unwrap_or(usize::MAX);
    let page = Page {
        shell: ctx.shell().await?,
        on,
        shown_on: format.full(on),
        sums: sums(&owed, &format),
        rows: owed.iter().skip(skipped).take(shown).map(|one| row(one, on, &format)).collect(),
        pager: Pager::new(&format, &listing, total),
    };
    web::page(&page)
}

fn sums(owed: &[Owed], format: &Format) -> Vec<Sum> {
    owed.chunk_by(|one, other| one.kind.id == other.kind.id)
        .map(|own| {
            let minutes: Minutes = own.iter().map(|one| one.minutes).sum();
            let days: i64 = own.iter().map(Owed::hundredths_of_days).sum();
            let kind = &own[0].kind;
            Sum {
                name: format.lang.text(&kind.fields.name).to_owned(),
                hue: kind.fields.color.class(),
                people: own.len(),
                days: format.days_long(days, 100),
                hours: format.hours(minutes.get()),
            }
        })
        .collect()
}

fn row(one: &Owed, on: Date, format: &Format) -> Row {
    let amounts = Amounts { format, unit: Unit::Days, per_day: one.per_day };
    let account = format!(
        "/leave/balance?employee_id={}&leave_type_id={}&year={}&on={on}",
        one.person.id, one.kind.id, one.leave_year
    );
    Row {
        employee_id: one.person.id.0,
        name: one.person.name(),
        kind: format.lang.text(&one.kind.fields.name).to_owned(),
        hue: one.kind.fields.color.class(),
        href: account,
        owed: amounts.long(one.minutes),
        hours: format.hours(one.minutes.get()),
    }
}
