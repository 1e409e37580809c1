//! `/people/{id}/schedule`: a month of somebody, each day with what decided it.

use axum::extract::Path;
use axum::response::Response;
use jiff::civil::Date;

use super::DayOfPerson;
use crate::auth::Staff;
use crate::error::{AppError, Result};
use crate::ids::EmployeeId;
use crate::msg;
use crate::people::{self, words};
use crate::time::{FreeDayRule, Half, Period, period};
use crate::web::listing::ListQuery;
use crate::web::{self, Format, Shell, filters};

#[derive(Debug, askama::Template)]
#[template(path = "people/schedule_days.html")]
struct Month {
    shell: Shell,
    id: EmployeeId,
    name: String,
    /// "December 2026"
    month: String,
    before: String,
    after: String,
    /// What the month comes to without its holidays.
    hours: String,
    rows: Vec<Row>,
}
web::pages!(Month);

#[derive(Debug)]
struct Row {
    day: String,
    weekend: bool,
    today: bool,
    /// "8:00", or empty where free.
    hours: String,
    /// "9:00 – 17:30", or empty.
    span: String,
    /// Sentences: what decided.
    why: Vec<String>,
}

/// `GET /people/{id}/schedule?month=2026-12`
pub async fn show(ctx: Staff, Path(id): Path<EmployeeId>, query: ListQuery) -> Result<Response> {
    let format = ctx.format();
    let asked: Option<String> = query.listing(&[], &["month"])?.filter("month")?;
    let first = match asked {
        Some(text) => {
            format!("{text}-01").parse().map_err(|_| AppError::invalid("month", "A month such as 2026-12."))?
        }
        None => format.today().first_of_month(),
    };
    let period = Period::month_of(first);
    let (name, days) = ctx
        .read(move |rx, actor| {
            let days = super::days(rx, actor, id, period)?;
            Ok((people::get(rx, id)?.name(), days))
        })
        .await?;
    let named = |date: Date| format!("{}-{:02}", date.year(), date.month());
    let total: crate::time::Minutes = days.iter().map(|day| day.working).sum();
    let page = Month {
        shell: ctx.shell().await?,
        id,
        name,
        month: format.month(first),
        before: named(period::back(first, 1)),
        after: named(period::ahead(period.last(), 1)),
        hours: format.spent(total.get()),
        rows: days.iter().map(|day| Row::of(day, &format)).collect(),
    };
    web::page(&page)
}

impl Row {
    fn of(day: &DayOfPerson, format: &Format) -> Row {
        let minutes = day.working.get();
        // Of a half holiday the hours are said, the times would mislead.
        let span = day.shift.filter(|_| minutes > 0 && day.holiday.is_none());
        Row {
            day: format.day(day.date),
            weekend: matches!(day.date.weekday(), jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday),
            today: day.date == format.today(),
            hours: if minutes > 0 { format.hours(minutes) } else { String::new() },
            span: span
                .map(|shift| format!("{} – {}", format.clock(shift.start()), format.clock(shift.end())))
                .unwrap_or_default(),
            why: why(day, format).iter().map(|sentence| format.lang.msg(sentence)).collect(),
        }
    }
}

/// What decided, the last word first.
fn why(day: &DayOfPerson, format: &Format) -> Vec<crate::error::Msg> {
    let mut why = Vec::new();
    if let Some(holiday) = &day.holiday {
        let name = words::holiday(holiday, format);
        why.push(match holiday.slots.half() {
            None => msg!("Holiday: {0}", name),
            Some(Half::Morning) => msg!("{0}, free until noon", name),
            Some(Half::Afternoon) => msg!("{0}, free from noon", name),
        });
    }
    match day.lost {
        Some(FreeDayRule::NextWorkingDay) => why.push(msg!("Free anyway; it is kept on the next working day")),
        Some(FreeDayRule::LieuDay) => why.push(msg!("Free anyway; it gives a lieu day")),
        Some(FreeDayRule::Nothing) | None => {}
    }
    if let Some((_, name)) = &day.overlay {
        why.push(msg!("“{0}” instead of {1}", name, format.hours(day.personal.get())));
    }
    match day.pattern {
        None => why.push(msg!("Not employed")),
        Some((_, week, weeks)) if weeks > 1 => why.push(msg!("week {0} of {1}", week, weeks)),
        Some(_) => {}
    }
    why
}
