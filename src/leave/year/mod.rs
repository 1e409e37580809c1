//! A person's own year at a glance: twelve small months with what was taken and asked for, and how much that comes to by
//! kind; and the statement of a year, to be printed. For the person, their line and HR.

pub mod api;
mod draw;
pub mod statement;

use std::collections::BTreeMap;

use axum::response::Response;
use jiff::civil::Date;

use super::absence::{self, Absence, Cause};
use super::amount::Amounts;
use super::calendars::PersonCalendar;
use super::types::{self, LeaveType, Mark};
use super::{trips, words};
use crate::auth::{Actor, Staff};
use crate::error::{AppError, Result};
use crate::ids::EmployeeId;
use crate::leave::limits::blackouts;
use crate::leave::rules::Unit;
use crate::msg;
use crate::orgs;
use crate::people;
use crate::storage::Rx;
use crate::time::{Minutes, Period};
use crate::web::listing::ListQuery;
use crate::web::{self, Format, Listing, Shell, filters};
use draw::Month;

#[derive(Debug, askama::Template)]
#[template(path = "leave/year.html")]
struct Page {
    shell: Shell,
    content: Content,
}
web::pages!(Page);

#[derive(Debug)]
struct Content {
    /// "2026", "2026, Mira Castell"
    title: String,
    /// Whose, where it is not one's own.
    of: Option<(EmployeeId, String)>,
    previous: (String, i16),
    next: (String, i16),
    statement: String,
    months: Vec<Month>,
    totals: Vec<Total>,
    key: Vec<Mark>,
    has_open: bool,
    /// Why some days are closed for leave.
    closed: Vec<String>,
    printed: String,
}

/// What the year comes to of one kind.
#[derive(Debug)]
struct Total {
    name: String,
    hue: &'static str,
    taken: String,
    /// Empty where nothing waits.
    asked: String,
}

/// What both pages and their twins in the API can be asked.
const NAMES: [&str; 2] = ["employee_id", "year"];

/// What the days of a year charge of one kind; none is business trips.
#[derive(Debug)]
struct Sum {
    kind: Option<LeaveType>,
    /// Approved.
    taken: Minutes,
    /// Undecided.
    asked: Minutes,
}

/// Whose year, and which.
#[derive(Clone, Copy, Debug)]
struct Asked {
    employee: EmployeeId,
    year: i16,
    period: Period,
}

impl Asked {
    /// # Errors
    /// [`AppError::NotFound`] for whoever may not know of the person's leave; [`AppError::Forbidden`] where a login
    /// without a record asks for its own.
    fn read(rx: &Rx<'_>, actor: &Actor, listing: &Listing) -> Result<Asked> {
        let employee: Option<EmployeeId> = listing.filter("employee_id")?;
        let employee = employee.map_or_else(|| actor.require_employee(), Ok)?;
        people::within_reach(rx, actor, employee)?;
        let year: i16 = listing.filter("year")?.unwrap_or_else(|| actor.today(rx.now()).year());
        let far = || AppError::invalid("year", "The date is too far away.");
        if !(1970..=2199).contains(&year) {
            return Err(far());
        }
        let period = Period::new(Date::constant(year, 1, 1), Date::constant(year, 12, 31)).ok_or_else(far)?;
        Ok(Asked { employee, year, period })
    }

    /// The address of one of the two pages, for another year.
    fn href(&self, page: &str, year: i16) -> String {
        format!("{page}?employee_id={}&year={year}", self.employee)
    }

    /// What happened in the year, and the hours that it is counted by.
    fn gather(&self, rx: &Rx<'_>, actor: &Actor) -> Result<(Vec<Absence>, PersonCalendar)> {
        let absences = absence::within(rx, actor, &[self.employee], self.period)?;
        Ok((absences, PersonCalendar::of(rx, self.employee, self.period)?))
    }
}

/// `GET /leave/year`
pub async fn show(ctx: Staff, query: ListQuery) -> Result<Response> {
    let listing = query.listing(&[], &NAMES)?;
    let content = ctx.read(move |rx, actor| Content::of(rx, actor, &listing)).await?;
    web::page(&Page { shell: ctx.shell().await?, content })
}

impl Content {
    fn of(rx: &Rx<'_>, actor: &Actor, listing: &Listing) -> Result<Content> {
        let asked = Asked::read(rx, actor, listing)?;
        let format = words::format_for(actor, rx.now());
        let (absences, calendar) = asked.gather(rx, actor)?;
        let name = people::get(rx, asked.employee)?.name();
        let own = actor.employee_id == Some(asked.employee);
        let title = if own { msg!("Your year {0}", asked.year) } else { msg!("{0} in {1}", name, asked.year) };
        let to = |year: i16| (asked.href("/leave/year", year), year);
        Ok(Content {
            title: format.lang.msg(&title),
            previous: to(asked.year - 1),
            next: to(asked.year + 1),
            statement: asked.href("/leave/statement", asked.year),
            months: draw::months(&format, orgs::week_start(rx)?, asked.year, &absences, &calendar),
            closed: closed(rx, &asked, &format)?,
            totals: totals(rx, &absences, &calendar, asked.period, &format)?,
            key: absence::wall::key(&absences),
            has_open: absences.iter().any(|absence| absence.open),
            printed: format.lang.msg(&msg!("{0}. Printed on {1}.", name, format.full(format.today()))),
            of: (!own).then_some((asked.employee, name)),
        })
    }
}

/// On which days of the year the person takes no leave, and why.
fn closed(rx: &Rx<'_>, asked: &Asked, format: &Format) -> Result<Vec<String>> {
    let found = blackouts::for_person(rx, asked.employee, asked.period)?;
    Ok(found.iter().map(|one| format!("{}, {}", one.name, format.range_short(one.start_date, one.end_date))).collect())
}

/// What the days of the year charge, by kind in the order of kinds, and business trips last.
fn sums(rx: &Rx<'_>, absences: &[Absence]) -> Result<Vec<Sum>> {
    let mut sums: BTreeMap<Option<i64>, (Minutes, Minutes)> = BTreeMap::new();
    for absence in absences {
        let kind = match absence.cause {
            Cause::Leave(_) => absence.leave_type_id.map(|id| id.0),
            Cause::Trip(_) => None,
        };
        let sum = sums.entry(kind).or_default();
        let minutes: Minutes = absence.days.iter().map(|day| day.charged).sum();
        if absence.open {
            sum.1 += minutes;
        } else {
            sum.0 += minutes;
        }
    }
    let sum = |kind, (taken, asked)| Sum { kind, taken, asked };
    let mut found: Vec<Sum> = types::all(rx)?
        .into_iter()
        .filter_map(|kind| sums.remove(&Some(kind.id.0)).map(|minutes| sum(Some(kind), minutes)))
        .collect();
    found.extend(sums.remove(&None).map(|minutes| sum(None, minutes)));
    Ok(found)
}

fn totals(
    rx: &Rx<'_>,
    absences: &[Absence],
    calendar: &PersonCalendar,
    period: Period,
    format: &Format,
) -> Result<Vec<Total>> {
    let per_day = calendar.usual_day(period.last());
    let total = |Sum { kind, taken, asked }: Sum| {
        let (name, hue, unit) = match kind {
            Some(kind) => {
                let name = format.lang.text(&kind.fields.name).to_owned();
                (name, kind.fields.color.class(), kind.fields.unit)
            }
            None => {
                let mark = trips::mark(format.lang);
                (mark.name, mark.hue, Unit::Days)
            }
        };
        let amounts = Amounts { format, unit, per_day };
        let asked = if asked.is_zero() { String::new() } else { amounts.long(asked) };
        Total { name, hue, taken: amounts.long(taken), asked }
    };
    Ok(sums(rx, absences)?.into_iter().map(total).collect())
}
