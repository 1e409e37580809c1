//! The pages of overtime: one's own, everybody's for those who lead people, the form with its preview, and the page of
//! one request.

pub mod compose;
pub mod limits;
pub mod look;
pub mod show;

use axum::response::Response;

use super::rules::{LimitPeriod, OvertimeStatus};
use super::types::{Filter, Request};
use super::words::{format_for, hours_of, state};
use super::{href, project};
use crate::approvals;
use crate::auth::{Actor, Manager, Role, Staff};
use crate::error::Result;
use crate::storage::Rx;
use crate::web::listing::ListQuery;
use crate::web::parts::Pager;
use crate::web::{self, Format, Listing, Shell, filters};
use look::LimitBar;

/// `/overtime`
#[derive(Debug, askama::Template)]
#[template(path = "overtime/index.html")]
struct Index {
    shell: Shell,
    tabs: Tabs,
    limits: Vec<LimitBar>,
    rows: Vec<Row>,
    pager: Pager,
}

/// `/overtime/team`
#[derive(Debug, askama::Template)]
#[template(path = "overtime/team.html")]
struct Team {
    shell: Shell,
    tabs: Tabs,
    rows: Vec<Row>,
    pager: Pager,
    asked: Asked,
}
web::pages!(Index, Team);

/// What the list is filtered by, as typed.
#[derive(Debug)]
struct Asked {
    search: String,
    /// Of one person alone.
    employee: String,
    status: String,
    project: String,
    from: String,
    to: String,
    statuses: Vec<(&'static str, &'static str)>,
    projects: Vec<(String, String)>,
}

/// Which of the feature's pages this viewer has.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tabs {
    pub current: &'static str,
    pub own: bool,
    pub leads: bool,
    pub hr: bool,
}

impl Tabs {
    pub(super) fn of(actor: &Actor, current: &'static str) -> Tabs {
        let hr = actor.is_hr();
        Tabs { current, own: actor.employee_id.is_some(), leads: hr || actor.has(Role::Manager), hr }
    }

    /// There is more than one place to go.
    pub(super) fn any(&self) -> bool {
        self.leads
    }
}

/// One request in a list.
#[derive(Debug)]
struct Row {
    href: String,
    who: String,
    day: String,
    times: String,
    project: String,
    hours: String,
    credited: String,
    state: (&'static str, String),
}

impl Row {
    fn of(rx: &Rx<'_>, request: Request, format: &Format) -> Result<Row> {
        let approval = match request.status {
            OvertimeStatus::Pending => approvals::current(rx, approvals::Kind::Overtime, request.id.0)?,
            _ => None,
        };
        Ok(Row {
            href: href(request.id),
            day: format.day(request.date),
            times: hours_of(request.start_time, request.end_time, format),
            hours: format.hours(request.total_minutes.get()),
            credited: format.hours(request.credited_minutes.get()),
            state: state(&request, approval.as_ref(), format),
            who: request.employee.name,
            project: request.project.name,
        })
    }
}

/// `GET /overtime`: one's own. Whoever has no record of their own is led to everybody's.
pub async fn index(ctx: Staff, query: ListQuery) -> Result<Response> {
    let listing = query.listing(&[], &[])?;
    if ctx.actor.employee_id.is_none() && ctx.actor.is_hr() {
        return Ok(web::redirect("/overtime/team"));
    }
    let own = ctx.actor.require_employee()?;
    let read = ctx.read(move |rx, actor| {
        let format = format_for(actor, rx.now());
        let filter = Filter { employee_id: Some(own), ..Filter::default() };
        let (found, total) = super::list(rx, actor, &filter, listing.limit(), listing.offset())?;
        let limits = super::standing_on(rx, own, format.today())?;
        let shown = limits.iter().filter(|limit| limit.kind != LimitPeriod::Day);
        let limits: Vec<LimitBar> = shown.map(|limit| LimitBar::of(limit, &format)).collect();
        let rows = found.into_iter().map(|request| Row::of(rx, request, &format)).collect::<Result<Vec<Row>>>()?;
        Ok((limits, rows, Pager::new(&format, &listing, total)))
    });
    let (limits, rows, pager) = read.await?;
    web::page(&Index { shell: ctx.shell().await?, tabs: Tabs::of(&ctx.actor, "own"), limits, rows, pager })
}

/// `GET /overtime/team`: that of one's reports, for HR everybody's.
pub async fn team(ctx: Manager, query: ListQuery) -> Result<Response> {
    let listing: Listing = query.listing(&[], &["search", "employee_id", "project_id", "status", "from", "to"])?;
    let filter = Filter::read(&listing)?;
    let text = |name: &str| listing.text(name).to_owned();
    let (search, status, project) = (text("search"), text("status"), text("project_id"));
    let (from, to, employee) = (text("from"), text("to"), text("employee_id"));
    let read = ctx.read(move |rx, actor| {
        let format = format_for(actor, rx.now());
        let (found, total) = super::list(rx, actor, &filter, listing.limit(), listing.offset())?;
        let rows = found.into_iter().map(|request| Row::of(rx, request, &format)).collect::<Result<Vec<Row>>>()?;
        let projects = project::list(rx, false)?.into_iter().map(|one| (one.id.to_string(), one.name));
        Ok((rows, Pager::new(&format, &listing, total), projects.collect()))
    });
    let (rows, pager, projects) = read.await?;
    let statuses = vec![
        ("pending", crate::tr!("Waiting")),
        ("clarification", crate::tr!("Asked back")),
        ("approved", crate::tr!("Approved")),
        ("rejected", crate::tr!("Rejected")),
        ("cancelled", crate::tr!("Taken back")),
    ];
    let asked = Asked { search, employee, status, project, from, to, statuses, projects };
    web::page(&Team { shell: ctx.shell().await?, tabs: Tabs::of(&ctx.actor, "team"), rows, pager, asked })
}
