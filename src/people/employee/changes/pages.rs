//! `/people/{id}/history`: what was, what is planned, and taking a plan back.

use axum::extract::Path;
use axum::response::Response;
use jiff::civil::Date;

use super::api::TAKEN_BACK;
use super::timeline::{Entry, Held, Kind, Turn};
use super::{DatedField, take_back as take_back_plan};
use crate::auth::{Hr, Staff};
use crate::error::{AppError, Result};
use crate::ids::EmployeeId;
use crate::people::{EmploymentType, directory};
use crate::web::{self, Flash, Format, Shell, filters};
use crate::{msg, tr};

#[derive(Debug, askama::Template)]
#[template(path = "people/history.html")]
struct HistoryPage {
    shell: Shell,
    id: EmployeeId,
    name: String,
    hr: bool,
    /// The next one first.
    planned: Vec<Line>,
    /// The latest first.
    past: Vec<Line>,
}
web::pages!(HistoryPage);

/// A day, ready to show.
#[derive(Debug)]
pub(in crate::people::employee) struct Line {
    /// "2026-04-01"
    pub on: Date,
    /// "1 Apr 2026"
    pub when: String,
    pub title: &'static str,
    pub icon: &'static str,
    pub turns: Vec<Shown>,
    /// "38.5 h" of the working week that begins.
    pub hours: String,
    /// HR planned it, and may take it back.
    pub plan: bool,
}

/// A field that turned, ready to show.
#[derive(Debug)]
pub(in crate::people::employee) struct Shown {
    pub label: &'static str,
    /// Empty on the first day.
    pub before: String,
    pub after: String,
}

impl Line {
    pub(in crate::people::employee) fn of(entry: Entry, format: &Format) -> Line {
        let (title, icon) = match (entry.kind, entry.planned) {
            (Kind::Joined, _) => (tr!("First day"), "people"),
            (Kind::Changed, false) => (tr!("Recorded change"), "arrow"),
            (Kind::Changed, true) => (tr!("Planned change"), "arrow"),
            (Kind::Schedule, _) => (tr!("Working week"), "clock"),
            (Kind::ProbationEnd, _) => (tr!("End of the probation"), "check"),
            (Kind::Left, _) => (tr!("Last day"), "void"),
        };
        Line {
            on: entry.on,
            when: format.full(entry.on),
            title,
            icon,
            hours: entry.week_minutes.map(|minutes| format.spent(minutes)).unwrap_or_default(),
            plan: entry.planned && entry.kind == Kind::Changed,
            turns: entry.turns.into_iter().map(|turn| Shown::of(turn, format)).collect(),
        }
    }
}

impl Shown {
    fn of(Turn { field, before, after }: Turn, format: &Format) -> Shown {
        let text = |held: Option<Held>| held.map(|held| words_of(field, held.name, format));
        let nobody = || format.lang.text(tr!("none")).to_owned();
        let before = match (before, &after) {
            (None, None) => String::new(),
            (before, _) => text(before).unwrap_or_default(),
        };
        Shown { label: label(field), before, after: text(after).unwrap_or_else(nobody) }
    }
}

/// A kind of employment in words; everything else as it is.
fn words_of(field: DatedField, name: String, format: &Format) -> String {
    let kind = (field == DatedField::EmploymentType).then(|| name.parse::<EmploymentType>().ok()).flatten();
    kind.map_or(name, |kind| format.lang.text(kind.label()).to_owned())
}

fn label(field: DatedField) -> &'static str {
    match field {
        DatedField::DepartmentId => tr!("Department"),
        DatedField::LocationId => tr!("Location"),
        DatedField::EntityId => tr!("Entity"),
        DatedField::ManagerId => tr!("Line manager"),
        DatedField::EmploymentType => tr!("Kind of employment"),
        DatedField::Position => tr!("Position"),
    }
}

/// `GET /people/{id}/history`
pub async fn show(ctx: Staff, Path(id): Path<EmployeeId>) -> Result<Response> {
    let read = ctx.read(move |rx, actor| {
        let (profile, _) = directory::profile(rx, actor, id)?;
        Ok((profile.employee.name(), super::timeline::of(rx, actor, id)?))
    });
    let (name, entries) = read.await?;
    let format = ctx.format();
    let (mut planned, past): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(|entry| entry.planned);
    planned.reverse();
    let lines = |entries: Vec<Entry>| entries.into_iter().map(|entry| Line::of(entry, &format)).collect();
    web::page(&HistoryPage {
        hr: ctx.actor.is_hr(),
        id,
        name,
        planned: lines(planned),
        past: lines(past),
        shell: ctx.shell().await?,
    })
}

/// `POST /people/{id}/changes/{effective_on}/take-back`
pub async fn take_back(ctx: Hr, Path((id, on)): Path<(EmployeeId, Date)>) -> Result<Response> {
    let done = ctx.write(TAKEN_BACK, move |tx, actor| take_back_plan(tx, actor, id, on)).await;
    let when = ctx.format().full(on);
    let said = match done {
        Ok(()) => Flash::ok(msg!("What was planned from {0} on is taken back.", when)),
        Err(AppError::Conflict(why)) => Flash::bad(why),
        Err(other) => return Err(other),
    };
    Ok(said.redirect(&ctx.visit, &format!("/people/{id}/history")))
}
