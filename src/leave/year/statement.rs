//! The statement of a person's leave year, to be printed: what they are entitled to, each absence, what is left.

use axum::response::Response;
use jiff::civil::Date;

use super::{Asked, NAMES};
use crate::auth::{Actor, Staff};
use crate::error::{AppError, Result};
use crate::leave::amount::Amounts;
use crate::leave::ledger::{self, TypeBalance};
use crate::leave::request::LeaveRequest;
use crate::leave::request::store::{Filter, list};
use crate::leave::rules::LeaveStatus;
use crate::leave::trips::Trip;
use crate::leave::types::LeaveType;
use crate::leave::{calendars, request, trips, types, words};
use crate::msg;
use crate::people::{self, Employee, NameRef};
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

/// What a statement tells, in minutes: for paper and for the API.
#[derive(Debug)]
pub(super) struct Statement {
    pub person: Employee,
    /// Today's, or that at the end of a year that is over.
    pub department: Option<NameRef>,
    pub accounts: Vec<AccountFacts>,
    pub absences: Vec<AbsenceFacts>,
}

/// A balance as it stands on a date.
#[derive(Debug)]
pub(super) struct AccountFacts {
    pub found: TypeBalance,
    pub on: Date,
}

/// An absence, and what its days in the year charge.
#[derive(Debug)]
pub(super) struct AbsenceFacts {
    pub cause: Cause,
    pub minutes: Minutes,
}

/// What an absence is.
#[derive(Debug)]
pub(super) enum Cause {
    Leave(Box<LeaveRequest>, Box<LeaveType>),
    Trip(Box<Trip>),
}

impl AbsenceFacts {
    fn first_day(&self) -> Date {
        match &self.cause {
            Cause::Leave(leave, _) => leave.span.first_day(),
            Cause::Trip(trip) => trip.period.first(),
        }
    }
}

impl Statement {
    /// # Errors
    /// When the database cannot be read.
    pub fn of(rx: &Rx<'_>, asked: &Asked, today: Date) -> Result<Statement> {
        let standing = people::standing_on(rx, asked.employee, today.min(asked.period.last()))?;
        let department = standing.department_id.map(|id| {
            let name = people::org::department::get(rx, id)?.facts.name;
            Ok::<_, AppError>(NameRef { id: id.0, name })
        });
        Ok(Statement {
            person: people::get(rx, asked.employee)?,
            department: department.transpose()?,
            accounts: accounts(rx, asked, today)?,
            absences: absences(rx, asked)?,
        })
    }
}

/// `GET /leave/statement`
pub async fn show(ctx: Staff, query: ListQuery) -> Result<Response> {
    let listing = query.listing(&[], &NAMES)?;
    let content = ctx.read(move |rx, actor| Content::of(rx, actor, &listing)).await?;
    web::page(&Page { shell: ctx.shell().await?, content })
}

impl Content {
    fn of(rx: &Rx<'_>, actor: &Actor, listing: &Listing) -> Result<Content> {
        let asked = Asked::read(rx, actor, listing)?;
        let format = words::format_for(actor, rx.now());
        let Statement { person, department, accounts, absences } = Statement::of(rx, &asked, format.today())?;
        let mut pairs = vec![(tr!("Number"), person.facts.number.clone())];
        pairs.extend(department.map(|department| (tr!("Department"), department.name)));
        pairs.push((tr!("Joined"), format.full(person.facts.join_date)));
        let to = |year: i16| (asked.href("/leave/statement", year), year);
        let per_day = calendars::usual_day(rx, asked.employee, asked.period.last().min(format.today()))?;
        let of_year = calendars::usual_day(rx, asked.employee, asked.period.last())?;
        let name = person.name();
        Ok(Content {
            title: format.lang.msg(&msg!("Leave statement {0}", asked.year)),
            pairs,
            year: asked.href("/leave/year", asked.year),
            previous: to(asked.year - 1),
            next: to(asked.year + 1),
            accounts: accounts.iter().map(|one| Account::of(one, per_day, &format)).collect(),
            absences: absences.iter().map(|one| Row::of(one, of_year, &format)).collect(),
            printed: format.lang.msg(&msg!("{0}. Printed on {1}.", name, format.full(format.today()))),
            name,
        })
    }
}

impl Account {
    fn of(AccountFacts { found, .. }: &AccountFacts, per_day: Minutes, format: &Format) -> Account {
        let TypeBalance { kind, account, balance } = found;
        let period = account.leave_year().period;
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
        Account {
            name: format.lang.text(&kind.fields.name).to_owned(),
            hue: kind.fields.color.class(),
            period: format!("{} – {}", format.full(period.first()), format.full(period.last())),
            rows: said.map(|(label, minutes)| (label, amounts.signed(minutes))).collect(),
            left: amounts.long(balance.available),
        }
    }
}

impl Row {
    fn of(absence: &AbsenceFacts, per_day: Minutes, format: &Format) -> Row {
        let said = |(glyph, words): (&'static str, &'static str)| (glyph, format.lang.text(words).to_owned());
        match &absence.cause {
            Cause::Leave(leave, kind) => Row {
                href: request::href(leave.id),
                when: words::when(&leave.span, format),
                kind: format.lang.text(&kind.fields.name).to_owned(),
                hue: kind.fields.color.class(),
                amount: Amounts { format, unit: kind.fields.unit, per_day }.long(absence.minutes),
                state: said(match leave.status {
                    LeaveStatus::Approved => ("ok", tr!("Approved")),
                    LeaveStatus::Clarification => ("ask", tr!("Asked back")),
                    _ => ("wait", tr!("Waiting")),
                }),
            },
            Cause::Trip(trip) => {
                let mark = trips::mark(format.lang);
                Row {
                    href: trips::href(trip.id),
                    when: format.range(trip.period.first(), trip.period.last()),
                    kind: format!("{}: {}", mark.name, trip.destination),
                    hue: mark.hue,
                    amount: String::new(),
                    state: said(if trip.status.is_open() { ("wait", tr!("Waiting")) } else { ("ok", tr!("Stands")) }),
                }
            }
        }
    }
}

/// The accounts whose leave year is named after the year, as they stand at its end or, while it runs, today.
fn accounts(rx: &Rx<'_>, asked: &Asked, today: Date) -> Result<Vec<AccountFacts>> {
    let mut found = Vec::new();
    for kind in types::all(rx)?.into_iter().filter(|kind| kind.fields.affects_balance) {
        let account = ledger::Accounts::of(rx, asked.employee, kind.id)?.numbered(asked.year);
        let books = ledger::Books::open(rx, account, None)?;
        if books.ledger.rows().is_empty() && books.reserved.is_empty() {
            continue;
        }
        let on = books.within(today);
        found.push(AccountFacts { found: TypeBalance { kind, account, balance: books.on(on) }, on });
    }
    Ok(found)
}

/// Leave and trips that touch the year and stand, by date.
fn absences(rx: &Rx<'_>, asked: &Asked) -> Result<Vec<AbsenceFacts>> {
    let filter = Filter {
        employee_id: Some(asked.employee),
        from: Some(asked.period.first()),
        to: Some(asked.period.last()),
        ..Filter::default()
    };
    let kinds = types::all(rx)?;
    let mut found = Vec::new();
    for leave in list(rx, &filter, "ORDER BY r.start_date, r.id", MOST, 0)?.0 {
        let Some(kind) = kinds.iter().find(|kind| kind.id == leave.leave_type_id) else { continue };
        if leave.status.occupies() {
            let minutes = within_year(rx, &leave, asked.period)?;
            found.push(AbsenceFacts { cause: Cause::Leave(Box::new(leave), Box::new(kind.clone())), minutes });
        }
    }
    for trip in trips::standing(rx, &[asked.employee], asked.period)? {
        found.push(AbsenceFacts { cause: Cause::Trip(Box::new(trip)), minutes: Minutes::ZERO });
    }
    found.sort_by_key(AbsenceFacts::first_day);
    Ok(found)
}

/// What a request charges to the days of the year: leave across its end is counted in both.
fn within_year(rx: &Rx<'_>, leave: &LeaveRequest, year: Period) -> Result<Minutes> {
    if year.contains(leave.span.first_day()) && year.contains(leave.span.last_day()) {
        return Ok(leave.minutes);
    }
    let days = request::store::days(rx, leave.id)?;
    Ok(days.iter().filter(|day| year.contains(day.date)).map(|day| day.charged).sum())
}
