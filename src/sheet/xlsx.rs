//! XLSX out: a small typed builder. Dates are dates, durations are durations, nothing is ever a formula.
//!
//! The bytes depend on the input and the creation date alone, so that a report made twice is the same file.

use std::collections::HashSet;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use rust_xlsxwriter::{DocProperties, Format, FormatAlign, FormatBorder, Worksheet, XlsxError};

use crate::error::{AppError, Result};

/// What one cell holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    Empty,
    /// At most 32,767 characters, which is Excel's bound; the rest is cut.
    Text(String),
    Integer(i64),
    Decimal(f64),
    /// A duration in minutes, shown as `[h]:mm` and summable. Excel cannot show a negative duration: those are
    /// written as text (`-1:30`).
    Minutes(i64),
    Date(Date),
    Time(Time),
    /// A local date and time: the caller chose the zone.
    DateTime(DateTime),
}

/// An XLSX file in the making. Sheets appear in the order they are added.
pub struct Workbook {
    book: rust_xlsxwriter::Workbook,
    names: HashSet<String>,
}

impl fmt::Debug for Workbook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workbook").field("names", &self.names).finish_non_exhaustive()
    }
}

impl Workbook {
    /// `created` goes into the file's properties in place of the wall clock.
    pub fn new(title: &str, created: Timestamp) -> Self {
        let mut book = rust_xlsxwriter::Workbook::new();
        let created = created.to_zoned(TimeZone::UTC).datetime();
        book.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&created));
        Workbook { book, names: HashSet::new() }
    }

    /// A new sheet with a bold header that stays in sight, repeats on every printed page and filters. `name` is bent
    /// to what Excel allows (31 characters, no `[ ] : * ? / \`, unique regardless of case).
    pub fn sheet<S: AsRef<str>>(&mut self, name: &str, header: &[S]) -> Result<Sheet<'_>> {
        let name = self.free_name(name);
        let sheet = self.book.add_worksheet();
        sheet.set_name(name).map_err(internal)?;
        sheet.set_landscape().set_paper_size(A4).set_print_fit_to_pages(1, 0);
        let mut made = Sheet { sheet, formats: Formats::new(), row: 0, widths: vec![0; header.len()], totals: 0 };
        for (column, text) in header.iter().enumerate() {
            // Room for the filter's button.
            made.widen(column, text.as_ref().chars().count() + 3);
            let column = column_number(column)?;
            made.sheet.write_string_with_format(0, column, text.as_ref(), &made.formats.header).map_err(internal)?;
        }
        made.sheet.set_freeze_panes(1, 0).map_err(internal)?;
        made.sheet.set_repeat_rows(0, 0).map_err(internal)?;
        made.row = 1;
        Ok(made)
    }

    /// The file. A workbook without a sheet gets an empty one, as Excel demands.
    pub fn finish(mut self) -> Result<Vec<u8>> {
        self.book.save_to_buffer().map_err(internal)
    }

    fn free_name(&mut self, wanted: &str) -> String {
        let plain: String =
            wanted.chars().map(|c| if "[]:*?/\\".contains(c) || c.is_control() { '-' } else { c }).collect();
        let plain = plain.trim().trim_matches('\'').trim();
        let plain = if plain.is_empty() || plain.eq_ignore_ascii_case("history") { "Sheet" } else { plain };
        let plain = cut(plain, NAME_UNITS).trim_end_matches('\'');
        let mut name = plain.to_owned();
        let mut number = 2;
        while !self.names.insert(name.to_lowercase()) {
            let tail = format!(" ({number})");
            name = format!("{}{tail}", cut(plain, NAME_UNITS - tail.len()));
            number += 1;
        }
        name
    }
}

/// One sheet, written from the top down.
pub struct Sheet<'b> {
    sheet: &'b mut Worksheet,
    formats: Formats,
    row: u32,
    widths: Vec<usize>,
    totals: u32,
}

impl fmt::Debug for Sheet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sheet").field("row", &self.row).finish_non_exhaustive()
    }
}

impl Sheet<'_> {
    /// The next row. Fails where the sheet is full (1,048,576 rows) or wider than its header.
    pub fn row<I: IntoIterator<Item = Cell>>(&mut self, cells: I) -> Result<()> {
        self.write(cells, |formats| &formats.plain)
    }

    /// The next row in bold with a rule above: sums. The filter leaves it out.
    pub fn total<I: IntoIterator<Item = Cell>>(&mut self, cells: I) -> Result<()> {
        self.totals += 1;
        self.write(cells, |formats| &formats.bold)
    }

    /// Sets the columns' widths and the filter. A sheet is whole without it, only less handsome.
    pub fn finish(self) -> Result<()> {
        for (column, width) in self.widths.iter().enumerate() {
            let width = u8::try_from((*width).clamp(8, 60)).unwrap_or(60);
            self.sheet.set_column_width(column_number(column)?, f64::from(width) + 1.0).map_err(internal)?;
        }
        let last = self.row.saturating_sub(1 + self.totals);
        if last > 0 && !self.widths.is_empty() {
            self.sheet.autofilter(0, 0, last, column_number(self.widths.len() - 1)?).map_err(internal)?;
        }
        Ok(())
    }

    fn write<I: IntoIterator<Item = Cell>>(&mut self, cells: I, voice: fn(&Formats) -> &Voice) -> Result<()> {
        for (column, cell) in cells.into_iter().enumerate() {
            if column >= self.widths.len() {
                return Err(AppError::internal("a row is wider than the header of its sheet"));
            }
            self.widen(column, shown_width(&cell));
            let (row, column) = (self.row, column_number(column)?);
            let voice = voice(&self.formats);
            match cell {
                Cell::Empty => self.sheet.write_blank(row, column, &voice.text),
                Cell::Text(text) => {
                    self.sheet.write_string_with_format(row, column, cut(&text, TEXT_UNITS), &voice.text)
                }
                #[expect(clippy::cast_precision_loss, reason = "Excel itself keeps numbers as doubles")]
                Cell::Integer(number) => {
                    self.sheet.write_number_with_format(row, column, number as f64, &voice.integer)
                }
                Cell::Decimal(number) => self.sheet.write_number_with_format(row, column, number, &voice.decimal),
                Cell::Minutes(minutes @ ..0) => {
                    self.sheet.write_string_with_format(row, column, hours_and_minutes(minutes), &voice.text_at_end)
                }
                #[expect(clippy::cast_precision_loss, reason = "no duration reaches 2^53 minutes")]
                Cell::Minutes(minutes) => {
                    self.sheet.write_number_with_format(row, column, minutes as f64 / MINUTES_A_DAY, &voice.minutes)
                }
                Cell::Date(date) => self.sheet.write_datetime_with_format(row, column, date, &voice.date),
                Cell::Time(time) => self.sheet.write_datetime_with_format(row, column, time, &voice.time),
                Cell::DateTime(at) => self.sheet.write_datetime_with_format(row, column, at, &voice.date_time),
            }
            .map_err(internal)?;
        }
        self.row += 1;
        Ok(())
    }

    fn widen(&mut self, column: usize, characters: usize) {
        if let Some(width) = self.widths.get_mut(column) {
            *width = (*width).max(characters);
        }
    }
}

const A4: u8 = 9;
const MINUTES_A_DAY: f64 = 1440.0;
/// Excel counts UTF-16 units.
const NAME_UNITS: usize = 31;
const TEXT_UNITS: usize = 32_767;

#[derive(Debug)]
struct Formats {
    header: Format,
    plain: Voice,
    bold: Voice,
}

/// The formats of one kind of row.
#[derive(Debug)]
struct Voice {
    text: Format,
    text_at_end: Format,
    integer: Format,
    decimal: Format,
    minutes: Format,
    date: Format,
    time: Format,
    date_time: Format,
}

impl Formats {
    fn new() -> Self {
        let header = Format::new().set_bold().set_border_bottom(FormatBorder::Thin).set_align(FormatAlign::Top);
        let total = Format::new().set_bold().set_border_top(FormatBorder::Thin);
        Formats { header, plain: Voice::over(&Format::new()), bold: Voice::over(&total) }
    }
}

impl Voice {
    fn over(base: &Format) -> Self {
        let shown_as = |pattern: &str| base.clone().set_num_format(pattern);
        Voice {
            text: base.clone(),
            text_at_end: base.clone().set_align(FormatAlign::Right),
            integer: shown_as("0"),
            decimal: shown_as("0.00"),
            minutes: shown_as("[h]:mm"),
            date: shown_as("yyyy-mm-dd"),
            time: shown_as("hh:mm"),
            date_time: shown_as("yyyy-mm-dd hh:mm"),
        }
    }
}

fn shown_width(cell: &Cell) -> usize {
    match cell {
        Cell::Empty => 0,
        Cell::Text(text) => text.lines().map(|line| line.chars().count()).max().unwrap_or(0),
        Cell::Integer(number) => number.to_string().len(),
        Cell::Decimal(number) => format!("{number:.2}").len(),
        Cell::Minutes(minutes) => hours_and_minutes(*minutes).len(),
        Cell::Date(_) => 10,
        Cell::Time(_) => 5,
        Cell::DateTime(_) => 16,
    }
}

fn hours_and_minutes(minutes: i64) -> String {
    let sign = if minutes < 0 { "-" } else { "" };
    let minutes = minutes.unsigned_abs();
    format!("{sign}{}:{:02}", minutes / 60, minutes % 60)
}

/// The beginning of `text` that fits in `units` UTF-16 units.
fn cut(text: &str, units: usize) -> &str {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += c.len_utf16();
        if used > units {
            return text[..at].trim_end();
        }
    }
    text
}

fn column_number(column: usize) -> Result<u16> {
    u16::try_from(column).map_err(|_| AppError::internal("a sheet has at most 16,384 columns"))
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn internal(error: XlsxError) -> AppError {
    AppError::internal(error.to_string())
}
