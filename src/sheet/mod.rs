//! Spreadsheets in and out: CSV files that strangers made are read safely, CSV and XLSX files are written.
//!
//! Knows nothing of HR: a caller names its columns and gets rows of text back, each cell knowing its line and its
//! header, so that every refusal can say where. What a cell means (is this a department?) is the caller's business.

mod cells;
mod csv_in;
mod csv_out;
mod guard;
mod xlsx;

#[cfg(test)]
mod tests;

pub use csv_in::{Bounds, Column, Reader, Row};
pub use csv_out::Writer;
pub use xlsx::{Cell, Sheet, Workbook};

use crate::error::Msg;

/// Why a file, or one cell of it, cannot be taken: where to look and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line of the file, counted from 1; a row that spans several lines is named by its first.
    pub line: u64,
    /// The header as the file has it; empty where the whole line (or the file) is meant.
    pub column: String,
    pub message: Msg,
}

impl Fault {
    /// A fault of a whole line.
    pub fn at(line: u64, message: impl Into<Msg>) -> Self {
        Fault { line, column: String::new(), message: message.into() }
    }
}

/// `line 4, email: is not an e-mail address`.
impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.column.as_str() {
            "" => write!(f, "line {}: {}", self.line, self.message),
            column => write!(f, "line {}, {column}: {}", self.line, self.message),
        }
    }
}
