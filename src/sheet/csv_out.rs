//! CSV out, as RFC 4180 has it: commas, `\r\n`, quotes where needed, and no cell that a spreadsheet would run.

use std::io::Write;

use super::cells::harmless;
use crate::error::{AppError, Result};

/// Writes rows one at a time; nothing is held but the row at hand.
pub struct Writer<W: Write> {
    csv: csv::Writer<W>,
}

impl<W: Write> std::fmt::Debug for Writer<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Writer")
    }
}

impl<W: Write> Writer<W> {
    /// Plain UTF-8, as programs want it.
    pub fn new(out: W) -> Self {
        Writer { csv: csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).flexible(false).from_writer(out) }
    }

    /// With a byte order mark, so that Excel opens it with its umlauts right: for what people download.
    pub fn for_spreadsheets(mut out: W) -> Result<Self> {
        out.write_all(b"\xEF\xBB\xBF").map_err(AppError::internal)?;
        Ok(Self::new(out))
    }

    /// One line. Every row must be as long as the first, which is the header. Text that a spreadsheet would take for
    /// a formula gets an apostrophe in front; numbers stay as they are.
    pub fn row<I, C>(&mut self, cells: I) -> Result<()>
    where
        I: IntoIterator<Item = C>,
        C: AsRef<str>,
    {
        for cell in cells {
            self.csv.write_field(harmless(cell.as_ref()).as_bytes()).map_err(AppError::internal)?;
        }
        self.csv.write_record(None::<&[u8]>).map_err(AppError::internal)
    }

    /// Hands back what was written to, everything flushed.
    pub fn finish(self) -> Result<W> {
        self.csv.into_inner().map_err(|error| AppError::internal(error.to_string()))
    }
}
