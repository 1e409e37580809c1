//! Sentences of leave. Those that are kept are written once by the program and translated where they are shown;
//! dates stand in them as ISO text and are written out for the reader there.

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::Row;

use super::amount::Amounts;
use super::rules::{LeaveSpan, Part};
use super::types::LeaveType;
use crate::auth::Actor;
use crate::error::{AppError, FieldErrors, Msg, Result};
use crate::lang::Lang;
use crate::msg;
use crate::time::Minutes;
use crate::web::Format;

/// The sentence with its places, as JSON.
pub(super) fn to_column(words: &Msg) -> Result<String> {
    serde_json::to_string(words).map_err(AppError::internal)
}

pub(super) fn from_column(row: &Row<'_>, column: &str) -> rusqlite::Result<Msg> {
    let text: String = row.get(column)?;
    let damaged = |error| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error));
    serde_json::from_str(&text).map_err(damaged)
}

/// The same sentence with its dates as `format` writes them.
pub fn dated(words: &Msg, format: &Format) -> Msg {
    let place = |arg: &String| arg.parse::<Date>().map_or_else(|_| arg.clone(), |date| format.date(date));
    Msg { args: words.args.iter().map(place).collect(), ..words.clone() }
}

/// The sentence for this reader.
pub fn say(words: &Msg, format: &Format) -> String {
    format.lang.msg(&dated(words, format))
}

/// Errors for this reader.
pub fn dated_errors(errors: FieldErrors, format: &Format) -> FieldErrors {
    FieldErrors(errors.0.into_iter().map(|(field, words)| (field, dated(&words, format))).collect())
}

/// How the acting person reads.
pub fn format_for(actor: &Actor, now: Timestamp) -> Format {
    Format::new(actor.language.parse().unwrap_or_default(), actor.zone.clone(), now)
}

/// For sentences that go to others, whose language is known only where they are shown: English.
pub fn plain_format(actor: &Actor, now: Timestamp) -> Format {
    Format::new(Lang::ENGLISH, actor.zone.clone(), now)
}

/// "Tue 8 – Fri 11 Dec", "Wed 9 Dec, afternoon", "Wed 9 Dec, 14:00 – 16:30"
pub fn when(span: &LeaveSpan, format: &Format) -> String {
    let range = format.range(span.first_day(), span.last_day());
    if let Some((from, to)) = span.clock_times() {
        return format!("{range}, {}\u{a0}–\u{a0}{}", format.clock(from), format.clock(to));
    }
    let single = span.first_day() == span.last_day();
    let text = |english| format.lang.text(english);
    match (span.start_part(), span.end_part()) {
        (Part::Morning, _) if single => format!("{range}, {}", text("morning")),
        (Part::Afternoon, _) if single => format!("{range}, {}", text("afternoon")),
        (Part::Afternoon, Part::Morning) => format.lang.msg(&msg!("{0}, from its afternoon to its morning", range)),
        (Part::Afternoon, _) => format.lang.msg(&msg!("{0}, from the first afternoon", range)),
        (_, Part::Morning) => format.lang.msg(&msg!("{0}, until the last morning", range)),
        _ => range,
    }
}

/// "8 – 11 Dec", "9 Dec, afternoon": as on the wall.
pub fn when_short(span: &LeaveSpan, format: &Format) -> String {
    let range = format.range_short(span.first_day(), span.last_day());
    match span.start_part() {
        _ if span.first_day() != span.last_day() => range,
        Part::Morning => format!("{range}, {}", format.lang.text("morning")),
        Part::Afternoon => format!("{range}, {}", format.lang.text("afternoon")),
        Part::FullDay => range,
    }
}

/// "Vacation, Tue 8 – Fri 11 Dec, 4 days"
pub fn title(kind: &LeaveType, span: &LeaveSpan, minutes: Minutes, per_day: Minutes, format: &Format) -> String {
    let amounts = Amounts { format, unit: kind.fields.unit, per_day };
    let amount = amounts.long(minutes);
    format!("{}, {}, {amount}", format.lang.text(&kind.fields.name), when(span, format))
}
