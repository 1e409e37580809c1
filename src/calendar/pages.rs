//! `/calendar`: people by days for a month or three, or the month as a grid.

use axum::response::Response;
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::grid::{Grid, weeks_of};
use super::{AWAY, Days, Filter, TRIP, days};
use crate::auth::{Actor, Staff};
use crate::error::{AppError, Result};
use crate::leave::absence::wall::{Canvas, Wall};
use crate::leave::absence::{self, Person};
use crate::leave::{trips, types, words};
use crate::msg;
use crate::orgs;
use crate::storage::Rx;
use crate::time::{Period, period};
use crate::web::listing::ListQuery;
use crate::web::{self, Format, Listing, Shell, filters};

#[derive(Debug, askama::Template)]
#[template(path = "calendar/index.html")]
struct Page {
    shell: Shell,
    content: Content,
}
web::pages!(Page);

crate::text_enum! {
    /// How the calendar is laid out.
    pub enum View {
        /// People by the days of a month.
        Month = "month",
        /// People by the days of three months.
        Quarter = "quarter",
        /// A month as weeks of seven days.
        Grid = "grid",
    }
}

impl View {
    const fn label(self) -> &'static str {
        match self {
            View::Month => crate::tr!("People, a month"),
            View::Quarter => crate::tr!("People, three months"),
            View::Grid => crate::tr!("Month"),
        }
    }

    /// How many months it shows.
    const fn months(self) -> i32 {
        match self {
            View::Month | View::Grid => 1,
            View::Quarter => 3,
        }
    }
}

#[derive(Debug)]
struct Content {
    /// "December 2026"
    title: String,
    previous: (String, String),
    next: (String, String),
    /// This month, filters and layout kept.
    today: String,
    /// Address, words, and whether it is the one that is shown.
    views: Vec<(String, &'static str, bool)>,
    view: View,
    /// `2026-12`, kept while the filters change.
    month: String,
    departments: Vec<Choice>,
    locations: Vec<Choice>,
    kinds: Vec<Choice>,
    drawn: Drawn,
    label: String,
    printed: String,
    own: bool,
    /// Nobody is left by the filters.
    empty: bool,
}

/// What is shown.
#[derive(Debug)]
enum Drawn {
    Wall(Wall),
    Grid(Grid),
}

/// A choice of a filter.
#[derive(Debug)]
struct Choice {
    value: String,
    words: String,
    chosen: bool,
}

/// `GET /calendar`
pub async fn index(ctx: Staff, query: ListQuery) -> Result<Response> {
    let listing = query.listing(&[], &["month", "view", Filter::NAMES[0], Filter::NAMES[1], Filter::NAMES[2]])?;
    let content = ctx.read(move |rx, actor| Content::of(rx, actor, &listing)).await?;
    web::page(&Page { shell: ctx.shell().await?, content })
}

impl Content {
    fn of(rx: &Rx<'_>, actor: &Actor, listing: &Listing) -> Result<Content> {
        let format = words::format_for(actor, rx.now());
        let view: View = listing.filter("view")?.unwrap_or(View::Month);
        let filter = Filter::read(listing)?;
        let first = match listing.text("month") {
            "" => format.today().first_of_month(),
            text => read_month(text).ok_or_else(|| AppError::invalid("month", "A month is written as 2026-12."))?,
        };
        let last = first.saturating_add((view.months() - 1).months()).last_of_month();
        let shown = Period::new(first, last).unwrap_or(Period::month_of(first));
        let week_start = orgs::week_start(rx)?;
        let drawn_over = if view == View::Grid { weeks_of(shown, week_start) } else { shown };
        let everybody = absence::circle(rx, actor, drawn_over, None, None)?;
        let people: Vec<Person> = everybody.iter().filter(|person| filter.admits(person)).cloned().collect();
        let days = days(rx, actor, people, drawn_over, filter.kind)?;
        let canvas = Canvas {
            format: &format,
            week_start,
            period: drawn_over,
            people: &days.people,
            calendars: &days.calendars,
            absences: &days.absences,
            own: actor.employee_id,
            closed: &days.closed,
        };
        let title = match view {
            View::Month | View::Grid => format.month(first),
            View::Quarter => format!("{} – {}", format.month(first), format.month(last)),
        };
        let link = |date: Date| (listing.with("month", &month_text(date)), format.month(date));
        let choose = |other: View| (listing.with("view", other.as_str()), other.label(), other == view);
        Ok(Content {
            previous: link(first.saturating_sub(view.months().months())),
            next: link(period::ahead(last, 1)),
            today: listing.with("month", ""),
            views: View::ALL.iter().copied().map(choose).collect(),
            view,
            month: month_text(first),
            departments: choices(&everybody, listing.text("department_id"), |p| {
                p.department_id.map(|id| (id.to_string(), p.department.clone()))
            }),
            locations: choices(&everybody, listing.text("location_id"), |p| {
                p.location_id.map(|id| (id.to_string(), p.location.clone()))
            }),
            kinds: kinds(rx, listing.text("leave_type_id"), &format)?,
            drawn: draw(&canvas, &days, view, shown),
            label: format.lang.msg(&msg!("Who is away in {0}", title)),
            printed: format.lang.msg(&msg!("Printed on {0}.", format.full(format.today()))),
            own: actor.employee_id.is_some(),
            empty: days.people.is_empty(),
            title,
        })
    }
}

fn draw(canvas: &Canvas<'_>, days: &Days, view: View, month: Period) -> Drawn {
    match view {
        View::Month | View::Quarter => Drawn::Wall(Wall::draw(canvas)),
        View::Grid => Drawn::Grid(Grid::draw(canvas, days, month)),
    }
}

fn kinds(rx: &Rx<'_>, chosen: &str, format: &Format) -> Result<Vec<Choice>> {
    let known = types::active(rx)?.into_iter().map(|kind| (kind.id.to_string(), kind.fields.name));
    let others = [(TRIP.to_owned(), trips::mark(format.lang).name), (AWAY.to_owned(), "Away".to_owned())];
    let choice = |(value, words): (String, String)| Choice {
        chosen: value == chosen,
        words: format.lang.text(&words).to_owned(),
        value,
    };
    Ok(known.chain(others).map(choice).collect())
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
