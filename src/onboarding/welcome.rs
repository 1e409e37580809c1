//! The page of a new colleague before the first day: when and where, who waits for them, and what they can do already.
//! It shows nothing else of the organization.

use axum::response::Response;

use super::rules::TaskStatus;
use super::runs::store as runs;
use super::tasks;
use super::tasks::view::{self, Row, first_name};
use crate::auth::{Hire, Role};
use crate::error::{AppError, Result};
use crate::ids::EmployeeId;
use crate::storage::Rx;
use crate::time::period;
use crate::web::{self, Format, Shell, filters};
use crate::{msg, msg_n, tr};

#[derive(askama::Template)]
#[template(path = "onboarding/welcome.html")]
struct Welcome {
    shell: Shell,
    first_name: String,
    /// "Monday, 14 December, in 11 days"
    first_day: String,
    lead: String,
    place: String,
    address: Vec<String>,
    manager: Option<(String, String)>,
    buddy: Option<(String, String)>,
    /// HR, where there is nobody closer to ask.
    contact: Vec<(String, String)>,
    team: Vec<String>,
    department: String,
    groups: Vec<(&'static str, Vec<Row>)>,
    done: usize,
    total: usize,
}
web::pages!(Welcome);

/// What the page says of the first day.
struct Seen {
    arrival: runs::Arrival,
    team: Vec<String>,
    contact: Vec<(String, String)>,
    groups: Vec<(&'static str, Vec<Row>)>,
    done: usize,
    total: usize,
}

/// `GET /welcome`. Whoever works here already has a home page.
pub async fn show(ctx: Hire) -> Result<Response> {
    let hire = ctx.actor.has(Role::Hire) && ctx.actor.roles.iter().all(|role| role == Role::Hire);
    let Some(own) = ctx.actor.employee_id.filter(|_| hire) else { return Ok(web::redirect("/")) };
    let format = ctx.format();
    let shown = format.clone();
    let Seen { arrival, team, contact, groups, done, total } = ctx.read(move |rx, _| seen(rx, &shown, own)).await?;
    let days = period::days_between(format.today(), arrival.join_date);
    let lead = match days {
        ..=1 => msg!("Tomorrow is your first day. Here is what you need."),
        days => msg_n!(
            days,
            "{0} day left until you start. Here is what you can do already.",
            "{0} days left until you start. Here is what you can do already."
        ),
    };
    let page = Welcome {
        shell: ctx.shell().await?,
        first_name: first_name(&ctx.actor.name).to_owned(),
        first_day: format.weekday(arrival.join_date),
        lead: format.lang.msg(&lead),
        place: arrival.location,
        address: arrival.address.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect(),
        manager: arrival.manager,
        buddy: arrival.buddy,
        contact,
        team,
        department: arrival.department,
        groups,
        done,
        total,
    };
    web::page(&page)
}

fn seen(rx: &Rx<'_>, format: &Format, own: EmployeeId) -> Result<Seen> {
    let arrival = runs::arrival(rx, own)?.ok_or(AppError::NotFound)?;
    let list = tasks::store::own_of(rx, own)?;
    let is = |wanted: &'static [TaskStatus]| list.iter().filter(|task| wanted.contains(&task.status));
    let mut groups = Vec::new();
    for (title, wanted) in [
        (tr!("Your tasks"), &[TaskStatus::Open, TaskStatus::AwaitingApproval][..]),
        (tr!("Waits for other tasks"), &[TaskStatus::Locked]),
        (tr!("Done"), &[TaskStatus::Done]),
    ] {
        let rows = is(wanted).map(|task| view::row(rx, format, task)).collect::<Result<Vec<_>>>()?;
        if !rows.is_empty() {
            groups.push((title, rows));
        }
    }
    let (done, total) = (is(&[TaskStatus::Done]).count(), list.len());
    let nobody = arrival.manager.is_none() && arrival.buddy.is_none();
    let contact = if nobody { runs::hr_contacts(rx)? } else { Vec::new() };
    Ok(Seen { team: runs::team(rx, own, arrival.join_date)?, arrival, contact, groups, done, total })
}
