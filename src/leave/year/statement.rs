//! The statement of a person's leave year, to be printed: what they are entitled to, each absence, what is left.

use axum::response::Response;
use jiff::civil::Date;

use super::Asked;
use crate::auth::{Actor, Staff};
use crate::error::Result;
use crate::leave::amount::Amounts;
use crate::leave::ledger;
use crate::leave::request::store::{Filter, list};
use crate::leave::rules::LeaveStatus;
use crate::leave::{calendars, request, trips, types, words};
use crate::msg;
use crate::people;
use crate::storage::Rx;
use crate::time::{Minutes, Period};
use crate::tr;
use crate::web::listing::ListQuery;
use crate::web::{self, Format, Listing, Shell, filters};

/// More absences than anybody has in a year.
const MOST: i64 = 1_000;

#[derive(Debug, askama::Template)]
#[template(path = "leave/statement.html")]
struct Page {
    shell: Shell,
    content: Content,
}
web::pages!(Page);

#[derive(Debug)]
struct Content {
    title: String,
    name: String,
    /// Number, department, day of joining: label and value.
    pairs: Vec<(&'static str, String)>,
    year: String,
    previous: (String, i16),
    next: (String, i16),
    accounts: Vec<Account>,
    absences: Vec<Row>,
    printed: String,
}

/// One kind of leave with a balance.
#[derive(Debug)]
struct Account {
    name: String,
    hue: &'static str,
    /// "1 January – 31 December 2026": the leave year that it is kept by.
    period: String,
    /// Label and amount.
    rows: Vec<(&'static str, String)>,
    left: String,
}

/// One absence.
#[derive(Debug)]
struct Row {
    href: String,
    when: String,
    kind: String,
    hue: &'static str,
    amount: String,
    state: (&'static str, String),
}

/// `GET /leave/statement`
pub async fn show(ctx: Staff, query: ListQuery) -> Result<Response> {
    let listing = query.listing(&[], &["employee_id", "year"])?;
    let content = ctx.read(move |rx, actor| Content::of(rx, actor, &listing)).await?;
    web::page(&Page { shell: ctx.shell().await?, content })
}

impl Content {
    fn of(rx: &Rx<'_>, actor: &Actor, listing: &Listing) -> Result<Content> {
        let asked = Asked::read(rx, actor, listing)?;
        let format = words::format_for(actor, rx.now());
        let person = people::get(rx, asked.employee)?;
        let standing = people::standing_on(rx, asked.employee, format.today().min(asked.period.last()))?;
        let mut pairs = vec![(tr!("Number"), person.facts.number.clone())];
        if let Some(id) = standing.department_id {
            pairs.push((tr!("Department"), people::org::department::get(rx, id)?.facts.name));
        }
        pairs.push((tr!("Joined"), format.full(person.facts.join_date)));
        let to = |year: i16| (asked.href("/leave/statement", year), year);
        let name = person.name();
        Ok(Content {
            title: format.lang.msg(&msg!("Leave statement {0}", asked.year)),
            pairs,
            year: asked.href("/leave/year", asked.year),
            previous: to(asked.year - 1),
            next: to(asked.year + 1),
            accounts: accounts(rx, &asked, &format)?,
            absences: absences(rx, &asked, &format)?,
            printed: format.lang.msg(&msg!("{0}. Printed on {1}.", name, format.full(format.today()))),
            name,
        })
    }
}

/// The accounts whose leave year is named after the year, as they stand at its end or, while it runs, today.
fn accounts(rx: &Rx<'_>, asked: &Asked, format: &Format) -> Result<Vec<Account>> {
    let mut found = Vec::new();
    let per_day = calendars::usual_day(rx, asked.employee, asked.period.last().min(format.today()))?;
    for kind in types::all(rx)?.into_iter().filter(|kind| kind.fields.affects_balance) {
        let account = ledger::Accounts::of(rx, asked.employee, kind.id)?.numbered(asked.year);
        let books = ledger::Books::open(rx, account, None)?;
        if books.ledger.rows().is_empty() && books.reserved.is_empty() {
            continue;
        }
        let period = account.leave_year().period;
        let on: Date = books.within(format.today());
        let balance = books.on(on);
        let amounts = Amounts { format, unit: kind.fields.unit, per_day };
        let all = [
            (tr!("Brought over"), balance.carried_over),
            (tr!("Granted"), balance.granted),
            (tr!("Corrections"), balance.adjusted),
            (tr!("Expired"), -balance.expired),
            (tr!("Moved to the next year"), -balance.moved),
            (tr!("Paid out"), -balance.encashed),
            (tr!("Taken or approved"), -balance.taken),
            (tr!("Waiting for a decision"), -balance.pending),
        ];
        let said = all.into_iter().filter(|(_, minutes)| *minutes != Minutes::ZERO);
        found.push(Account {
            name: format.lang.text(&kind.fields.name).to_owned(),
            hue: kind.fields.color.class(),
            period: format!("{} – {}", format.full(period.first()), format.full(period.last())),
            rows: said.map(|(label, minutes)| (label, amounts.signed(minutes))).collect(),
            left: amounts.long(balance.available),
        });
    }
    Ok(found)
}

/// Leave and trips that touch the year and stand, by date.
fn absences(rx: &Rx<'_>, asked: &Asked, format: &Format) -> Result<Vec<Row>> {
    let filter = Filter {
        employee_id: Some(asked.employee),
        from: Some(asked.period.first()),
        to: Some(asked.period.last()),
        ..Filter::default()
    };
    let kinds = types::all(rx)?;
    let per_day = calendars::usual_day(rx, asked.employee, asked.period.last())?;
    let mut rows: Vec<(Date, Row)> = Vec::new();
    for leave in list(rx, &filter, "ORDER BY r.start_date, r.id", MOST, 0)?.0 {
        let Some(kind) = kinds.iter().find(|kind| kind.id == leave.leave_type_id) else { continue };
        if !leave.status.occupies() {
            continue;
        }
        let amounts = Amounts { format, unit: kind.fields.unit, per_day };
        let state = match leave.status {
            LeaveStatus::Approved => ("ok", tr!("Approved")),
            LeaveStatus::Clarification => ("ask", tr!("Asked back")),
            _ => ("wait", tr!("Waiting")),
        };
        rows.push((
            leave.span.first_day(),
            Row {
                href: request::href(leave.id),
                when: words::when(&leave.span, format),
                kind: format.lang.text(&kind.fields.name).to_owned(),
                hue: kind.fields.color.class(),
                amount: amounts.long(within_year(rx, &leave, asked.period)?),
                state: (state.0, format.lang.text(state.1).to_owned()),
            },
        ));
    }
    let mark = trips::mark(format.lang);
    for trip in trips::standing(rx, &[asked.employee], asked.period)? {
        let state = if trip.status.is_open() { ("wait", tr!("Waiting")) } else { ("ok", tr!("Stands")) };
        rows.push((
            trip.period.first(),
            Row {
                href: trips::href(trip.id),
                when: format.range(trip.period.first(), trip.period.last()),
                kind: format!("{}: {}", mark.name, trip.destination),
                hue: mark.hue,
                amount: String::new(),
                state: (state.0, format.lang.text(state.1).to_owned()),
            },
        ));
    }
    rows.sort_by_key(|(first, _)| *first);
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

/// What a request charges to the days of the year: leave across its end is counted in both.
fn within_year(rx: &Rx<'_>, leave: &request::LeaveRequest, year: Period) -> Result<Minutes> {
    if year.contains(leave.span.first_day()) && year.contains(leave.span.last_day()) {
        return Ok(leave.minutes);
    }
    let days = request::store::days(rx, leave.id)?;
    Ok(days.iter().filter(|day| year.contains(day.date)).map(|day| day.charged).sum())
}
