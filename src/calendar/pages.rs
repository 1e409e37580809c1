//! The wallchart of a month.

use axum::response::Response;
use jiff::civil::Date;

use super::{Days, days};
use crate::auth::{Actor, Staff};
use crate::error::{AppError, Result};
use crate::ids::{DepartmentId, LocationId};
use crate::leave::absence::wall::{Canvas, Wall};
use crate::leave::absence::{self, Absence, Person};
use crate::leave::{types, words};
use crate::msg;
use crate::orgs;
use crate::storage::Rx;
use crate::time::{Period, period};
use crate::web::listing::ListQuery;
use crate::web::{self, Format, Listing, Shell, filters};

/// What stands for "only Away" where kinds are chosen.
const AWAY: &str = "away";

#[derive(Debug, askama::Template)]
#[template(path = "calendar/wall.html")]
struct Page {
    shell: Shell,
    content: Content,
}
web::pages!(Page);

#[derive(Debug)]
struct Content {
    /// "December 2026"
    title: String,
    previous: (String, String),
    next: (String, String),
    /// `2026-12`, kept while the filters change.
    month: String,
    departments: Vec<Choice>,
    locations: Vec<Choice>,
    kinds: Vec<Choice>,
    wall: Wall,
    label: String,
    printed: String,
    own: bool,
}

/// A choice of a filter.
#[derive(Debug)]
struct Choice {
    value: String,
    words: String,
    chosen: bool,
}

/// `GET /calendar`
pub async fn wall(ctx: Staff, query: ListQuery) -> Result<Response> {
    let listing = query.listing(&[], &["month", "department_id", "location_id", "leave_type_id"])?;
    let content = ctx.read(move |rx, actor| Content::of(rx, actor, &listing)).await?;
    web::page(&Page { shell: ctx.shell().await?, content })
}

impl Content {
    fn of(rx: &Rx<'_>, actor: &Actor, listing: &Listing) -> Result<Content> {
        let format = words::format_for(actor, rx.now());
        let first = match listing.text("month") {
            "" => format.today().first_of_month(),
            text => read_month(text).ok_or_else(|| AppError::invalid("month", "A month is written as 2026-12."))?,
        };
        let month = Period::month_of(first);
        let everybody = absence::circle(rx, actor, month, None, None)?;
        let department: Option<DepartmentId> = listing.filter("department_id")?;
        let location: Option<LocationId> = listing.filter("location_id")?;
        let wanted = |person: &&Person| {
            department.is_none_or(|id| person.department_id == Some(id))
                && location.is_none_or(|id| person.location_id == Some(id))
        };
        let people: Vec<Person> = everybody.iter().filter(wanted).cloned().collect();
        let Days { people, calendars, mut absences } = days(rx, actor, people, month)?;
        let kind = listing.text("leave_type_id");
        absences.retain(|absence| fits(absence, kind));
        let canvas = Canvas {
            format: &format,
            week_start: orgs::week_start(rx)?,
            period: month,
            people: &people,
            calendars: &calendars,
            absences: &absences,
        };
        let title = format.month(first);
        let link = |date: Date| (listing.with("month", &month_text(date)), format.month(date));
        Ok(Content {
            previous: link(period::back(month.first(), 1).first_of_month()),
            next: link(period::ahead(month.last(), 1)),
            month: month_text(first),
            departments: choices(&everybody, listing.text("department_id"), |p| {
                p.department_id.map(|id| (id.to_string(), p.department.clone()))
            }),
            locations: choices(&everybody, listing.text("location_id"), |p| {
                p.location_id.map(|id| (id.to_string(), p.location.clone()))
            }),
            kinds: kinds(rx, kind, &format)?,
            wall: Wall::draw(&canvas),
            label: format.lang.msg(&msg!("Who is away in {0}", title)),
            printed: format.lang.msg(&msg!("Printed on {0}.", format.full(format.today()))),
            own: actor.employee_id.is_some(),
            title,
        })
    }
}

/// Whether leave is of the chosen kind, as far as the viewer may know.
fn fits(absence: &Absence, kind: &str) -> bool {
    match (kind, absence.leave_type_id) {
        ("", _) => true,
        (AWAY, known) => known.is_none(),
        (kind, known) => known.is_some_and(|known| kind.parse() == Ok(known)),
    }
}

fn kinds(rx: &Rx<'_>, chosen: &str, format: &Format) -> Result<Vec<Choice>> {
    let known = types::active(rx)?.into_iter().map(|kind| (kind.id.to_string(), kind.fields.name));
    let all = known.chain([(AWAY.to_owned(), "Away".to_owned())]);
    let choice = |(value, words): (String, String)| Choice {
        chosen: value == chosen,
        words: format.lang.text(&words).to_owned(),
        value,
    };
    Ok(all.map(choice).collect())
}

/// What the people belong to, each once, by name.
fn choices(people: &[Person], chosen: &str, of: impl Fn(&Person) -> Option<(String, String)>) -> Vec<Choice> {
    let mut found: Vec<(String, String)> = people.iter().filter_map(of).collect();
    found.sort_by(|one, other| (&one.1, &one.0).cmp(&(&other.1, &other.0)));
    found.dedup();
    found.into_iter().map(|(value, words)| Choice { chosen: value == chosen, value, words }).collect()
}

fn month_text(date: Date) -> String {
    format!("{:04}-{:02}", date.year(), date.month())
}

/// The first day of `2026-12`, within the years that dates may have here.
fn read_month(text: &str) -> Option<Date> {
    let (year, month) = text.split_once('-')?;
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?;
    (1970..=2199).contains(&date.year()).then_some(date)
}
