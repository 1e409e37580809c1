//! What is owed: the days that everybody has earned by a date and not taken by then, for the closing of accounts. Leave
//! that is approved for later is still owed; what lapsed or was paid out is not.

pub mod api;
pub mod pages;

use jiff::civil::Date;

use super::ledger::{Books, Shelf};
use super::types::{self, LeaveType};
use crate::auth::Actor;
use crate::error::Result;
use crate::ids::LeaveTypeId;
use crate::people::Employee;
use crate::sheet::{Cell, Workbook, Writer};
use crate::storage::Rx;
use crate::time::Minutes;

/// What somebody is owed of one kind of leave.
#[derive(Clone, Debug)]
pub struct Owed {
    pub person: Employee,
    pub kind: LeaveType,
    pub leave_year: i16,
    /// Below zero where more was taken than earned.
    pub minutes: Minutes,
    /// What a day is worth to the person on that date.
    pub per_day: Minutes,
}

impl Owed {
    /// In days of the person's own length, to the hundredth.
    pub fn hundredths_of_days(&self) -> i64 {
        let (hundredths, day) = (self.minutes.get() * 100, self.per_day.get().max(1));
        (hundredths * 2 + day).div_euclid(day * 2)
    }
}

/// What everybody is owed on a date, of one kind of paid leave or of all; by kind and name. Who is owed nothing is left
/// out. A date to come counts what will have been granted and lapsed by then, and approved leave as taken.
///
/// # Errors
/// [`crate::error::AppError::Forbidden`] for all but HR.
pub fn owed(rx: &Rx<'_>, actor: &Actor, on: Date, of: Option<LeaveTypeId>) -> Result<Vec<Owed>> {
    actor.require_hr()?;
    let wanted =
        |kind: &LeaveType| kind.fields.affects_balance && kind.fields.paid && of.is_none_or(|of| of == kind.id);
    let kinds: Vec<LeaveType> = types::all(rx)?.into_iter().filter(wanted).collect();
    let mut found = Vec::new();
    let mut shelf = Shelf::of_everybody(rx, on.year().saturating_sub(1))?;
    let mut everybody = shelf.everybody();
    everybody.retain(|who| !who.person.hidden);
    everybody.sort_by_cached_key(|who| crate::text::sort_key(&who.person.name()));
    for who in everybody {
        for kind in &kinds {
            let account = shelf.accounts(rx, who.person.id, kind.id)?.on(on);
            let minutes = owed_of(&shelf.books(rx, account)?, on);
            if !minutes.is_zero() {
                let (person, kind, per_day) = (who.person.clone(), kind.clone(), who.usual_day(on));
                found.push(Owed { person, kind, leave_year: account.year, minutes, per_day });
            }
        }
    }
    found.sort_by_key(|owed| (owed.kind.fields.sort_order, owed.kind.id));
    Ok(found)
}

/// What was earned by a date of an account and not taken by then.
pub(super) fn owed_of(books: &Books, on: Date) -> Minutes {
    let later: Minutes = books.ledger.booked().iter().filter(|day| day.date > on).map(|day| day.minutes).sum();
    let balance = books.on(on);
    balance.available + balance.pending + later
}

const HEADER: [&str; 8] =
    ["number", "last_name", "first_name", "leave_type", "leave_year", "owed_on", "minutes", "days"];

/// The report as CSV.
pub(super) fn csv(owed: &[Owed], on: Date) -> Result<Vec<u8>> {
    let mut csv = Writer::for_spreadsheets(Vec::new())?;
    csv.row(HEADER)?;
    for one in owed {
        let hundredths = one.hundredths_of_days();
        let sign = if hundredths < 0 { "-" } else { "" };
        csv.row([
            one.person.facts.number.clone(),
            one.person.facts.last_name.clone(),
            one.person.facts.first_name.clone(),
            one.kind.fields.name.clone(),
            one.leave_year.to_string(),
            on.to_string(),
            one.minutes.get().to_string(),
            format!("{sign}{}.{:02}", hundredths.abs() / 100, hundredths.abs() % 100),
        ])?;
    }
    csv.finish()
}

/// The report as a workbook, with sums.
pub(super) fn xlsx(owed: &[Owed], on: Date, now: jiff::Timestamp) -> Result<Vec<u8>> {
    let mut book = Workbook::new("Leave owed", now);
    let mut sheet = book.sheet("Leave owed", &HEADER)?;
    let days = |hundredths: i64| Cell::Decimal(hundredths as f64 / 100.0);
    for one in owed {
        sheet.row([
            Cell::Text(one.person.facts.number.clone()),
            Cell::Text(one.person.facts.last_name.clone()),
            Cell::Text(one.person.facts.first_name.clone()),
            Cell::Text(one.kind.fields.name.clone()),
            Cell::Integer(one.leave_year.into()),
            Cell::Date(on),
            Cell::Integer(one.minutes.get()),
            days(one.hundredths_of_days()),
        ])?;
    }
    let (minutes, sum) =
        owed.iter().fold((0, 0), |(minutes, sum), one| (minutes + one.minutes.get(), sum + one.hundredths_of_days()));
    let empty = || Cell::Empty;
    sheet.total([empty(), empty(), empty(), empty(), empty(), empty(), Cell::Integer(minutes), days(sum)])?;
    sheet.finish()?;
    book.finish()
}
