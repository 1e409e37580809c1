//! `/overtime/reports`: HR finds the finished workbooks and takes them along.

use axum::extract::Path;
use axum::response::Response;

use super::{Report, ReportKind};
use crate::auth::Hr;
use crate::error::Result;
use crate::overtime::pages::Tabs;
use crate::overtime::words::format_for;
use crate::web::listing::ListQuery;
use crate::web::parts::Pager;
use crate::web::{self, Format, Shell, filters};

#[derive(Debug, askama::Template)]
#[template(path = "overtime/reports.html")]
struct Reports {
    shell: Shell,
    tabs: Tabs,
    from: String,
    to: String,
    rows: Vec<Row>,
    pager: Pager,
}
web::pages!(Reports);

#[derive(Debug)]
struct Row {
    href: String,
    name: String,
    day: String,
    kind: &'static str,
    requests: String,
    size: String,
    made: String,
}

impl Row {
    fn of(report: &Report, format: &Format) -> Row {
        Row {
            href: format!("/overtime/reports/{}/download", report.id),
            name: report.name().to_owned(),
            day: format.day(report.date),
            kind: match report.kind {
                ReportKind::Day => crate::tr!("The day, by department"),
                ReportKind::DaySummary => crate::tr!("Summary"),
            },
            requests: format.number(report.rows),
            size: format.bytes(report.bytes),
            made: format.when(report.made_at),
        }
    }
}

/// `GET /overtime/reports`
pub async fn index(ctx: Hr, query: ListQuery) -> Result<Response> {
    let listing = query.listing(&[], &["from", "to"])?;
    let (from, to) = (listing.text("from").to_owned(), listing.text("to").to_owned());
    let read = ctx.read(move |rx, actor| {
        let format = format_for(actor, rx.now());
        let (found, total) = super::list(rx, actor, &listing)?;
        let rows: Vec<Row> = found.iter().map(|report| Row::of(report, &format)).collect();
        Ok((rows, Pager::new(&format, &listing, total)))
    });
    let (rows, pager) = read.await?;
    web::page(&Reports { shell: ctx.shell().await?, tabs: Tabs::of(&ctx.actor, "reports"), from, to, rows, pager })
}

/// `GET /overtime/reports/{id}/download`
pub async fn download(ctx: Hr, Path(id): Path<i64>) -> Result<Response> {
    super::api::file(&ctx, id).await
}
