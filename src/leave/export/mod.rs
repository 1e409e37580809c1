//! Leave to CSV and XLSX: the requests of a period, one a row, under the header that TimeOff.Management writes, so that
//! what reads its files reads ours.

pub mod api;
pub mod pages;
mod store;

use std::collections::HashMap;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;

use super::calendars::PersonCalendar;
use super::rules::{LeaveSpan, LeaveStatus};
use crate::auth::{Actor, Ctx, Role};
use crate::error::{AppError, Result};
use crate::ids::{DepartmentId, EmployeeId, LeaveTypeId};
use crate::people::{self, WorkingTime};
use crate::sheet::{Cell, Workbook, Writer};
use crate::storage::Rx;
use crate::time::{Minutes, Period};
use crate::web::Listing;

/// The header, of both kinds of file.
pub const HEADER: [&str; 12] = [
    "Department",
    "Last name",
    "Name",
    "Email address",
    "Type of absence",
    "Started at",
    "Date type",
    "Ended at",
    "Date type",
    "Days",
    "Hours",
    "Status",
];

/// The longest period, in days.
const LONGEST: i64 = 3_660;

crate::text_enum! {
    /// What kind of file.
    pub enum FileFormat {
        Csv = "csv",
        Xlsx = "xlsx",
    }
}

/// Which requests: those that touch the period.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    period: Period,
    department_id: Option<DepartmentId>,
    leave_type_id: Option<LeaveTypeId>,
    status: Option<LeaveStatus>,
}

impl Wanted {
    const NAMES: [&str; 6] = ["format", "from", "to", "department_id", "leave_type_id", "status"];

    /// What the address asks for; without dates, the year of `today`.
    ///
    /// # Errors
    /// [`AppError::Invalid`] by field.
    fn read(listing: &Listing, today: Date) -> Result<Wanted> {
        let from: Option<Date> = listing.filter("from")?;
        let to: Option<Date> = listing.filter("to")?;
        let first = from.unwrap_or_else(|| to.unwrap_or(today).first_of_year());
        let last = to.unwrap_or_else(|| first.last_of_year());
        let period = Period::new(first, last).filter(|period| period.day_count() <= LONGEST);
        Ok(Wanted {
            period: period.ok_or_else(|| AppError::invalid("to", "From the first day on, at most ten years."))?,
            department_id: listing.filter("department_id")?,
            leave_type_id: listing.filter("leave_type_id")?,
            status: listing.filter("status")?,
        })
    }
}

/// One request, as it was read.
#[derive(Clone, Debug)]
struct Row {
    employee_id: EmployeeId,
    department: String,
    last_name: String,
    first_name: String,
    email: String,
    leave_type: String,
    span: LeaveSpan,
    minutes: Minutes,
    status: LeaveStatus,
}

/// A request with what a day is worth to its person.
#[derive(Clone, Debug)]
struct Line {
    row: Row,
    per_day: Minutes,
}

impl Line {
    /// "full_day", "half_day_morning", … of the first and of the last day; hours of a day are "hours".
    fn date_types(&self) -> [&'static str; 2] {
        match self.row.span.clock_times() {
            Some(_) => ["hours", "hours"],
            None => [self.row.span.start_part().as_str(), self.row.span.end_part().as_str()],
        }
    }

    /// Days of the person's own length, to the hundredth.
    fn hundredths_of_days(&self) -> i64 {
        let per_day = self.per_day.get().max(1);
        (self.row.minutes.get() * 100 + per_day / 2) / per_day
    }

    /// Hours, to the hundredth.
    fn hundredths_of_hours(&self) -> i64 {
        (self.row.minutes.get() * 100 + 30) / 60
    }
}

/// The requests of whom the actor leads, for HR of everybody, by department, name and date. A fixed number of questions.
///
/// # Errors
/// [`AppError::Forbidden`] for whoever leads nobody and is not HR.
fn lines(rx: &Rx<'_>, actor: &Actor, wanted: &Wanted) -> Result<Vec<Line>> {
    if !actor.is_hr() && !actor.has(Role::Manager) {
        return Err(AppError::forbidden("Exports are for those who lead people, and for HR."));
    }
    let rows = store::rows(rx, &people::scope(rx, actor)?, wanted)?;
    let mut ids: Vec<EmployeeId> = rows.iter().map(|row| row.employee_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let times = people::working_times(rx, &people::placed(rx, &ids)?, wanted.period)?;
    let calendars: HashMap<EmployeeId, PersonCalendar> = times
        .into_iter()
        .map(|(id, WorkingTime { schedules, holidays })| (id, PersonCalendar { schedules, holidays }))
        .collect();
    let line = |row: Row| {
        let calendar = calendars.get(&row.employee_id);
        let per_day = calendar.map_or(Minutes::hours(8), |calendar| calendar.usual_day(row.span.first_day()));
        Line { row, per_day }
    };
    Ok(rows.into_iter().map(line).collect())
}

fn csv(lines: &[Line]) -> Result<Vec<u8>> {
    let mut out = Writer::for_spreadsheets(Vec::new())?;
    out.row(HEADER)?;
    for line in lines {
        let row = &line.row;
        let [first, last] = line.date_types();
        out.row([
            row.department.as_str(),
            &row.last_name,
            &row.first_name,
            &row.email,
            &row.leave_type,
            &row.span.first_day().to_string(),
            first,
            &row.span.last_day().to_string(),
            last,
            &decimal(line.hundredths_of_days()),
            &decimal(line.hundredths_of_hours()),
            row.status.as_str(),
        ])?;
    }
    out.finish()
}

/// "12.5": a figure in hundredths, without zeros at its end.
fn decimal(hundredths: i64) -> String {
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn xlsx(lines: &[Line], now: jiff::Timestamp) -> Result<Vec<u8>> {
    let mut book = Workbook::new("Leave", now);
    let mut sheet = book.sheet("Leave", &HEADER)?;
    let text = |text: &str| Cell::Text(text.to_owned());
    #[expect(clippy::cast_precision_loss, reason = "a request is far below 2^53 hundredths")]
    let figure = |hundredths: i64| Cell::Decimal(hundredths as f64 / 100.0);
    for line in lines {
        let row = &line.row;
        let [first, last] = line.date_types();
        sheet.row([
            text(&row.department),
            text(&row.last_name),
            text(&row.first_name),
            text(&row.email),
            text(&row.leave_type),
            Cell::Date(row.span.first_day()),
            text(first),
            Cell::Date(row.span.last_day()),
            text(last),
            figure(line.hundredths_of_days()),
            figure(line.hundredths_of_hours()),
            text(row.status.as_str()),
        ])?;
    }
    sheet.finish()?;
    book.finish()
}

/// The file that an address asks for, for page and API.
async fn file(ctx: &Ctx, listing: Listing) -> Result<Response> {
    let format: FileFormat = listing.filter("format")?.unwrap_or(FileFormat::Csv);
    let wanted = Wanted::read(&listing, ctx.format().today())?;
    let bytes = ctx.read(move |rx, actor| {
        let lines = lines(rx, actor, &wanted)?;
        match format {
            FileFormat::Csv => csv(&lines),
            FileFormat::Xlsx => xlsx(&lines, rx.now()),
        }
    });
    let kind = match format {
        FileFormat::Csv => "text/csv; charset=utf-8",
        FileFormat::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    };
    let name = format!("leave-{}-{}.{format}", wanted.period.first(), wanted.period.last());
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")).map_err(AppError::internal)?;
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CONTENT_DISPOSITION, disposition)];
    Ok((headers, bytes.await?).into_response())
}
