//! The entrance: one's own balances and requests; and, for those who lead people, everybody's requests.

use axum::response::Response;

use super::amount::Amounts;
use super::home::{self, Balances};
use super::papers::{self, Papers};
use super::request::store::Filter;
use super::request::{self, LeaveRequest};
use super::rules::LeaveStatus;
use super::types;
use super::{calendars, words};
use crate::approvals;
use crate::auth::{Actor, Manager, Staff};
use crate::error::Result;
use crate::ids::LeaveRequestId;
use crate::people;
use crate::storage::Rx;
use crate::web::listing::ListQuery;
use crate::web::parts::Pager;
use crate::web::{self, Format, Listing, Shell, filters};

/// `/leave`
#[derive(Debug, askama::Template)]
#[template(path = "leave/index.html")]
struct Index {
    shell: Shell,
    balances: Balances,
    requests: Vec<Row>,
    pager: Pager,
    leads: bool,
}

/// `/leave/team`
#[derive(Debug, askama::Template)]
#[template(path = "leave/team.html")]
struct Team {
    shell: Shell,
    requests: Vec<Row>,
    pager: Pager,
    search: String,
    status: String,
    statuses: Vec<(&'static str, &'static str)>,
    hr: bool,
    /// Whom HR may enter leave for; empty for everybody else.
    people: Vec<people::NameRef>,
}
web::pages!(Index, Team);

/// One request in a list.
#[derive(Debug)]
struct Row {
    href: String,
    who: String,
    hue: &'static str,
    kind: String,
    when: String,
    amount: String,
    state: (&'static str, String),
    /// How it stands with its papers, where there are or should be some.
    papers: Option<(&'static str, String)>,
}

impl Row {
    fn of(
        rx: &Rx<'_>,
        request: &LeaveRequest,
        kinds: &[types::LeaveType],
        papers: Papers,
        format: &Format,
    ) -> Result<Option<Row>> {
        let Some(kind) = kinds.iter().find(|kind| kind.id == request.leave_type_id) else { return Ok(None) };
        let per_day = calendars::usual_day(rx, request.employee_id, request.span.first_day())?;
        let amounts = Amounts { format, unit: kind.fields.unit, per_day };
        let approval = match request.status {
            LeaveStatus::Pending => approvals::current(rx, approvals::Kind::Leave, request.id.0)?,
            _ => None,
        };
        Ok(Some(Row {
            href: request::href(request.id),
            who: request.employee.clone(),
            hue: kind.fields.color.class(),
            kind: format.lang.text(&kind.fields.name).to_owned(),
            when: words::when(&request.span, format),
            amount: amounts.long(request.minutes),
            state: request::show::state(request, approval.as_ref(), format),
            papers: if request.status.occupies() { papers::show::state(papers, format) } else { None },
        }))
    }

    fn all(rx: &Rx<'_>, found: &[LeaveRequest], format: &Format) -> Result<Vec<Row>> {
        let kinds = types::all(rx)?;
        let ids: Vec<LeaveRequestId> = found.iter().map(|request| request.id).collect();
        let papers = papers::of_requests(rx, &ids)?;
        let mut rows = Vec::with_capacity(found.len());
        for request in found {
            let papers = papers.get(&request.id).copied().unwrap_or_default();
            rows.extend(Row::of(rx, request, &kinds, papers, format)?);
        }
        Ok(rows)
    }
}

const NEWEST_FIRST: &str = "ORDER BY r.start_date DESC, r.id DESC";

/// `GET /leave`: one's own.
pub async fn index(ctx: Staff, query: ListQuery) -> Result<Response> {
    let listing = query.listing(&[], &[])?;
    let own = ctx.actor.require_employee()?;
    let read = ctx.read(move |rx, actor| {
        let format = words::format_for(actor, rx.now());
        let filter = Filter { employee_id: Some(own), ..Filter::default() };
        let (found, total) = request::store::list(rx, &filter, NEWEST_FIRST, listing.limit(), listing.offset())?;
        let balances = home::shown_balances(rx, own, format.today(), &format)?;
        Ok((balances, Row::all(rx, &found, &format)?, Pager::new(&format, &listing, total), leads(actor)))
    });
    let (balances, requests, pager, leads) = read.await?;
    web::page(&Index { shell: ctx.shell().await?, balances, requests, pager, leads })
}

fn leads(actor: &Actor) -> bool {
    actor.is_hr() || actor.has(crate::auth::Role::Manager)
}

/// `GET /leave/team`: those of one's reports, for HR all.
pub async fn team(ctx: Manager, query: ListQuery) -> Result<Response> {
    let listing: Listing = query.listing(&[], &["search", "status"])?;
    let status: Option<LeaveStatus> = listing.filter("status")?;
    let hr = ctx.actor.is_hr();
    let (search, chosen) = (listing.text("search").to_owned(), listing.text("status").to_owned());
    let read = ctx.read(move |rx, actor| {
        let format = words::format_for(actor, rx.now());
        let filter = Filter {
            people: people::scope(rx, actor)?.ids_json(),
            status,
            search: listing.search.as_deref().map(crate::text::fold),
            ..Filter::default()
        };
        let (found, total) = request::store::list(rx, &filter, NEWEST_FIRST, listing.limit(), listing.offset())?;
        let people = match actor.is_hr() {
            true => people::directory::choices(rx, format.today())?,
            false => Vec::new(),
        };
        Ok((Row::all(rx, &found, &format)?, Pager::new(&format, &listing, total), people))
    });
    let (requests, pager, people) = read.await?;
    let statuses = vec![
        ("pending", crate::tr!("Waiting")),
        ("clarification", crate::tr!("Asked back")),
        ("approved", crate::tr!("Approved")),
        ("rejected", crate::tr!("Rejected")),
        ("cancelled", crate::tr!("Taken back")),
        ("revoked", crate::tr!("Approval revoked")),
    ];
    web::page(&Team { shell: ctx.shell().await?, requests, pager, search, status: chosen, statuses, hr, people })
}
