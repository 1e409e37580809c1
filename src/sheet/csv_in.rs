//! CSV in: rows of named cells, one at a time, in bounded memory.
//!
//! Takes what spreadsheets write: UTF-8 with or without a byte order mark, `;`, `,` or tab between cells, `\n` or
//! `\r\n` between lines, quoted cells with line ends in them, an Excel `sep=;` line, headers in any order, case and
//! spelling that [`Column::aliases`] knows. What it cannot take it refuses with line, column and advice.

use std::borrow::Cow;
use std::io::Read;
use std::sync::Arc;

use super::Fault;
use super::guard::{END, Guard};
use crate::{msg, tr};

/// A column that the caller understands.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name: the database column, the form field, the JSON key and the header that we write ourselves.
    pub name: Cow<'static, str>,
    /// Other spellings. Case, spaces, `_`, `-` and other punctuation never matter.
    pub aliases: &'static [&'static str],
    /// Whether a file without it is refused.
    pub required: bool,
}

/// How much is taken at most.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Bytes of the file.
    pub bytes: u64,
    /// Rows below the header, blank ones not counted.
    pub rows: u64,
    /// Characters of one cell.
    pub cell: usize,
}

impl Default for Bounds {
    /// 16 MB, 50,000 rows, 10,000 characters a cell.
    fn default() -> Self {
        Bounds { bytes: 16 * 1024 * 1024, rows: 50_000, cell: 10_000 }
    }
}

/// One row (with the quotes, separators and line ends in it) holds at most this many bytes.
const RECORD_BYTES: usize = 256 * 1024;
/// More columns than this is no table of people.
const MAX_COLUMNS: usize = 200;

/// A table being read: an iterator of rows. A faulty row is told and passed over; a faulty file ends the reading.
pub struct Reader<R> {
    csv: csv::Reader<Guard<R>>,
    layout: Arc<Layout>,
    ignored: Vec<String>,
    bounds: Bounds,
    /// Lines cut off before the parser saw the text.
    skipped_lines: u64,
    rows: u64,
    done: bool,
}

impl<R> std::fmt::Debug for Reader<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("layout", &self.layout).field("rows", &self.rows).finish_non_exhaustive()
    }
}

/// Which cell of a line is which column.
#[derive(Debug)]
struct Layout {
    columns: Vec<Column>,
    /// For each column: its place in the line, and its header as the file has it.
    places: Vec<Option<(usize, String)>>,
    /// Cells of the header line.
    width: usize,
}

impl<R: Read> Reader<R> {
    /// Reads the header line. Fails where the file is no CSV, a required column is missing or a column comes twice.
    pub fn open(source: R, columns: impl Into<Vec<Column>>, bounds: Bounds) -> Result<Self, Fault> {
        let columns = columns.into();
        let mut guard = Guard::open(source, bounds.bytes, RECORD_BYTES)?;
        let mut skipped_lines = 0;
        let mut told = None;
        if let Some((separator, line_bytes)) = separator_line(guard.head()) {
            told = Some(separator);
            guard.skip(line_bytes);
            skipped_lines = 1;
        }
        let head =
            &guard.head()[if skipped_lines == 1 { guard.head().find('\n').map_or(0, |end| end + 1) } else { 0 }..];
        let delimiter = told.unwrap_or_else(|| sniff(head, &columns));
        let mut csv = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .buffer_capacity(8 * 1024)
            .from_reader(guard);

        let Some((_, header)) = next_record(&mut csv, skipped_lines)? else {
            return Err(Fault::at(1, tr!("The file is empty")));
        };
        let (layout, ignored) = Layout::new(columns, &header, skipped_lines + 1)?;
        Ok(Reader { csv, layout: Arc::new(layout), ignored, bounds, skipped_lines, rows: 0, done: false })
    }

    /// Headers that mean nothing to the caller, as the file has them.
    pub fn ignored(&self) -> &[String] {
        &self.ignored
    }

    /// Whether the file has this column.
    pub fn has(&self, column: &str) -> bool {
        self.layout.place(column).is_some()
    }

    fn next_row(&mut self) -> Result<Option<Row>, Fault> {
        loop {
            let Some((line, record)) =
                next_record(&mut self.csv, self.skipped_lines).inspect_err(|_| self.done = true)?
            else {
                self.done = true;
                return Ok(None);
            };
            if filled(&record) == 0 {
                continue;
            }
            self.rows += 1;
            if self.rows > self.bounds.rows {
                self.done = true;
                return Err(Fault::at(line, msg!("The file has more than {0} rows", self.bounds.rows)));
            }
            return self.row(line, &record).map(Some);
        }
    }

    fn row(&self, line: u64, record: &csv::StringRecord) -> Result<Row, Fault> {
        let layout = &self.layout;
        let filled = filled(record);
        if filled > layout.width {
            return Err(Fault::at(line, msg!("{0} cells where the header has {1}", record.len(), layout.width)));
        }
        if record.len() < layout.width {
            let message = tr!("{0} cells where the header has {1}. Is a quotation mark or a separator missing?");
            return Err(Fault::at(line, msg!(message, record.len(), layout.width)));
        }
        let mut cells = Vec::with_capacity(layout.places.len());
        for place in &layout.places {
            let cell = place.as_ref().and_then(|(at, _)| record.get(*at)).unwrap_or_default();
            let typed = super::cells::as_typed(cell.trim_start());
            let cell = typed.trim();
            if cell.len() > self.bounds.cell && cell.chars().count() > self.bounds.cell {
                let column = place.as_ref().map(|(_, header)| header.clone()).unwrap_or_default();
                let message = msg!("is longer than {0} characters", self.bounds.cell);
                return Err(Fault { line, column, message });
            }
            cells.push(cell.to_owned());
        }
        Ok(Row { line, cells, layout: Arc::clone(layout) })
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Row, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done { None } else { self.next_row().transpose() }
    }
}

impl Layout {
    /// Also answers the headers that no column claims.
    fn new(columns: Vec<Column>, header: &csv::StringRecord, line: u64) -> Result<(Self, Vec<String>), Fault> {
        // Spreadsheets that once were wider leave separators behind the last header.
        let width = filled(header);
        if width > MAX_COLUMNS {
            return Err(Fault::at(line, msg!("The header has more than {0} columns", MAX_COLUMNS)));
        }
        let mut places: Vec<Option<(usize, String)>> = vec![None; columns.len()];
        let mut ignored = Vec::new();
        for (at, header) in header.iter().take(width).map(str::trim).enumerate() {
            let Some(known) = columns.iter().position(|column| column.answers_to(header)) else {
                if !header.is_empty() {
                    ignored.push(header.to_owned());
                }
                continue;
            };
            if let Some((_, first)) = &places[known] {
                let message = msg!("The same column stands twice: “{0}” and “{1}”", first, header);
                return Err(Fault { line, column: header.to_owned(), message });
            }
            places[known] = Some((at, header.to_owned()));
        }
        let missing: Vec<&str> = columns
            .iter()
            .zip(&places)
            .filter(|(column, place)| column.required && place.is_none())
            .map(|(c, _)| c.name.as_ref())
            .collect();
        if !missing.is_empty() {
            return Err(Fault::at(line, msg!("The header lacks: {0}", missing.join(", "))));
        }
        Ok((Layout { columns, places, width }, ignored))
    }

    fn place(&self, column: &str) -> Option<&(usize, String)> {
        self.index(column).and_then(|i| self.places[i].as_ref())
    }

    fn index(&self, column: &str) -> Option<usize> {
        let index = self.columns.iter().position(|known| known.name == column);
        debug_assert!(index.is_some(), "no column is declared by the name {column}");
        index
    }
}

impl Column {
    fn answers_to(&self, header: &str) -> bool {
        // A name that somebody chose ("custom:shoe_size") is meant to the letter.
        if self.name.contains(':') {
            return self.name.eq_ignore_ascii_case(header);
        }
        let plain = plain(header);
        !plain.is_empty()
            && (plain == self::plain(&self.name) || self.aliases.iter().any(|alias| plain == self::plain(alias)))
    }
}

/// A header with what never matters taken away: `First Name`, `first_name` and `FIRST-NAME` are one.
fn plain(header: &str) -> String {
    header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// One line of the table, its cells trimmed.
#[derive(Clone, Debug)]
pub struct Row {
    line: u64,
    /// In the order of the declared columns; empty where the file lacks the column.
    cells: Vec<String>,
    layout: Arc<Layout>,
}

impl Row {
    /// The line of the file, from 1.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The cell; empty where it is blank or the file has no such column.
    pub fn text(&self, column: &str) -> &str {
        self.layout.index(column).map_or("", |i| &self.cells[i])
    }

    /// The cell, `None` where it is blank or the file has no such column.
    pub fn optional(&self, column: &str) -> Option<&str> {
        Some(self.text(column)).filter(|text| !text.is_empty())
    }

    /// The cell, refused where it is blank.
    pub fn required(&self, column: &str) -> Result<&str, Fault> {
        self.optional(column).ok_or_else(|| self.fault(column, tr!("is empty")))
    }

    /// Whether the file has this column at all: a blank cell may clear a value, a missing column must not.
    pub fn has(&self, column: &str) -> bool {
        self.layout.place(column).is_some()
    }

    /// A fault of this cell.
    pub fn fault(&self, column: &str, message: impl Into<crate::error::Msg>) -> Fault {
        let header = self.layout.place(column).map_or(column, |(_, header)| header);
        Fault { line: self.line, column: header.to_owned(), message: message.into() }
    }

    /// A calendar date: `2026-03-01`, or `01.03.2026` as German spreadsheets write it. `03/01/2026` means different
    /// days to different people and is refused.
    pub fn date(&self, column: &str) -> Result<Option<jiff::civil::Date>, Fault> {
        self.parsed(column, super::cells::date, tr!("is not a date such as 2026-03-01"))
    }

    /// A time of day: `17:30`, `17:30:00`, `5:30`.
    pub fn time(&self, column: &str) -> Result<Option<jiff::civil::Time>, Fault> {
        self.parsed(column, super::cells::time, tr!("is not a time such as 17:30"))
    }

    /// A whole number.
    pub fn integer(&self, column: &str) -> Result<Option<i64>, Fault> {
        self.parsed(column, |text| text.parse().ok(), tr!("is not a whole number"))
    }

    /// `yes`/`no`, `true`/`false`, `1`/`0`, `x`/(blank is `None`).
    pub fn yes_no(&self, column: &str) -> Result<Option<bool>, Fault> {
        self.parsed(column, super::cells::yes_no, tr!("is neither yes nor no"))
    }

    fn parsed<T>(
        &self,
        column: &str,
        parse: impl Fn(&str) -> Option<T>,
        else_say: &'static str,
    ) -> Result<Option<T>, Fault> {
        let Some(text) = self.optional(column) else { return Ok(None) };
        parse(text).map(Some).ok_or_else(|| self.fault(column, else_say))
    }
}

/// Cells up to the last one that is not blank.
fn filled(record: &csv::StringRecord) -> usize {
    record.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty()).map(|(at, _)| at + 1).last().unwrap_or(0)
}

/// The next record and the line it begins on; `None` at the end.
fn next_record<R: Read>(
    csv: &mut csv::Reader<Guard<R>>,
    skipped: u64,
) -> Result<Option<(u64, csv::StringRecord)>, Fault> {
    csv.get_mut().begin_record();
    let mut record = csv::StringRecord::new();
    let before = csv.position().line() + skipped;
    let read = csv.read_record(&mut record);
    // The parser passes over blank lines. The guard ends every line with one \n, so the first line of the record is
    // known from its last.
    let after = csv.position().line() + skipped;
    let breaks = record.iter().flat_map(str::bytes).filter(|byte| *byte == b'\n').count() as u64;
    let line = after.saturating_sub(1 + breaks).max(1);
    match read {
        Err(error) => match csv.get_ref().fault() {
            Some(fault) if fault.line == 0 => Err(Fault { line: before, ..fault.clone() }),
            Some(fault) => Err(fault.clone()),
            None => Err(Fault::at(before, msg!("The line cannot be read: {0}", error))),
        },
        Ok(false) => Ok(None),
        Ok(true) if record.len() == 1 && &record[0] == END => Ok(None),
        // The record swallowed the end of the text, and so has no line end of its own.
        Ok(true) if record.iter().any(|cell| cell.contains(END)) => {
            Err(Fault::at(line + 1, tr!("A quotation mark is opened on this line and never closed")))
        }
        Ok(true) => Ok(Some((line, record))),
    }
}

/// Excel's own hint: a first line `sep=;`. Answers the separator and the bytes of that line.
fn separator_line(head: &str) -> Option<(u8, usize)> {
    let (first, _) = head.split_once('\n')?;
    let separator = first.trim_matches('"').strip_prefix("sep=")?.as_bytes();
    match separator {
        [byte @ (b';' | b',' | b'\t')] => Some((*byte, first.len() + 1)),
        _ => None,
    }
}

/// The separator that makes most known columns of the header line; among equals the one that occurs most.
fn sniff(head: &str, columns: &[Column]) -> u8 {
    let mut best = (0, 0, b',');
    for delimiter in [b',', b';', b'\t'] {
        let mut csv = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(head.as_bytes());
        let mut header = csv::StringRecord::new();
        if !csv.read_record(&mut header).unwrap_or(false) {
            continue;
        }
        let known = header.iter().filter(|cell| columns.iter().any(|column| column.answers_to(cell.trim()))).count();
        if (known, header.len()) > (best.0, best.1) {
            best = (known, header.len(), delimiter);
        }
    }
    best.2
}
