//! The gate in front of the CSV parser: it lets only plain UTF-8 through, and not too much of it.
//!
//! Whatever arrives, memory stays bounded and the refusal names the place. Line ends become `\n`, a byte order mark
//! is dropped, and the end of the text is marked by a record of its own ([`END`]): where that record does not come
//! out of the parser as written, a quotation mark was opened and never closed.

use std::io::{self, Read};

use super::Fault;
use crate::{msg, tr};

/// The record that marks the end. No text contains it: NUL is refused.
pub(super) const END: &str = "\0";

/// How much is read before deciding what kind of file this is. The header line must lie within.
const HEAD: usize = 32 * 1024;

pub(super) struct Guard<R> {
    source: R,
    /// Bytes as they came, perhaps ending within a character.
    raw: Vec<u8>,
    /// Checked text on its way to the parser.
    ready: Vec<u8>,
    handed: usize,
    /// Where `raw` begins in the file: bytes from 0, lines from 1.
    offset: u64,
    line: u64,
    after_cr: bool,
    ended: bool,
    bytes_left: u64,
    byte_bound: u64,
    record_left: usize,
    record_bound: usize,
    fault: Option<Fault>,
}

impl<R: Read> Guard<R> {
    /// Looks at the beginning of the file: refuses what is plainly no text.
    pub(super) fn open(source: R, byte_bound: u64, record_bound: usize) -> Result<Self, Fault> {
        let mut guard = Guard {
            source,
            raw: Vec::with_capacity(HEAD),
            ready: Vec::with_capacity(HEAD),
            handed: 0,
            offset: 0,
            line: 1,
            after_cr: false,
            ended: false,
            bytes_left: byte_bound,
            byte_bound,
            record_left: record_bound,
            record_bound,
            fault: None,
        };
        guard.pull();
        if let Some(message) = other_kind(&guard.raw) {
            return Err(Fault::at(1, message));
        }
        if guard.raw.starts_with(b"\xEF\xBB\xBF") {
            guard.raw.drain(..3);
            guard.offset = 3;
        }
        guard.check();
        // A fault beyond the first line is told when the parser gets there, after the faults of the rows before it.
        if guard.ready.is_empty()
            && let Some(fault) = guard.fault.clone()
        {
            return Err(fault);
        }
        Ok(guard)
    }

    /// The beginning of the text: at most some 32 KB, cut at a character.
    pub(super) fn head(&self) -> &str {
        std::str::from_utf8(&self.ready).unwrap_or_default()
    }

    /// Leaves out the first `bytes` of the text (a `sep=;` line, which stays counted as a line).
    pub(super) fn skip(&mut self, bytes: usize) {
        self.handed = bytes.min(self.ready.len());
    }

    /// A new record begins: it may be as long as any other.
    pub(super) fn begin_record(&mut self) {
        self.record_left = self.record_bound;
    }

    /// Why reading stopped, where this gate stopped it.
    pub(super) fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    /// Reads raw bytes until there are [`HEAD`] of them or no more.
    fn pull(&mut self) {
        while self.raw.len() < HEAD && !self.ended {
            let start = self.raw.len();
            self.raw.resize(HEAD, 0);
            let read = self.source.read(&mut self.raw[start..]);
            self.raw.truncate(start + *read.as_ref().unwrap_or(&0));
            match read {
                Ok(0) => self.ended = true,
                Ok(n) if n as u64 > self.bytes_left => {
                    let megabytes = self.byte_bound / (1024 * 1024);
                    self.fault = Some(Fault::at(1, msg!("The file is larger than {0} MB", megabytes.max(1))));
                    self.raw.clear();
                    self.ended = true;
                }
                Ok(n) => self.bytes_left -= n as u64,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.fault = Some(Fault::at(self.line, msg!("The file could not be read to its end: {0}", error)));
                    self.ended = true;
                }
            }
        }
    }

    /// Moves the whole characters of `raw` over to `ready`.
    fn check(&mut self) {
        self.ready.clear();
        self.handed = 0;
        let whole = match std::str::from_utf8(&self.raw) {
            Ok(_) => self.raw.len(),
            Err(error) => {
                let whole = error.valid_up_to();
                if error.error_len().is_some() || self.ended {
                    let line = self.line + lines(&self.raw[..whole]);
                    let byte = format!("{:02X}", self.raw[whole]);
                    self.fault = Some(Fault::at(
                        line,
                        msg!(
                            "The file is not UTF-8: byte {0} is {1}. Save it as “CSV UTF-8” and try again",
                            self.offset + whole as u64 + 1,
                            byte
                        ),
                    ));
                    self.ended = true;
                }
                whole
            }
        };
        if let Some(nul) = self.raw[..whole].iter().position(|byte| *byte == 0) {
            let line = self.line + lines(&self.raw[..nul]);
            self.fault = Some(Fault::at(line, tr!("This is a binary file, not CSV text")));
            self.raw.clear();
            self.ended = true;
            return;
        }
        for byte in self.raw.drain(..whole) {
            match byte {
                b'\n' if self.after_cr => {}
                b'\r' | b'\n' => {
                    self.ready.push(b'\n');
                    self.line += 1;
                }
                other => self.ready.push(other),
            }
            self.after_cr = byte == b'\r';
        }
        self.offset += whole as u64;
        if self.ended && self.fault.is_none() {
            self.ready.extend_from_slice(b"\n");
            self.ready.extend_from_slice(END.as_bytes());
            self.ready.extend_from_slice(b"\n");
        }
    }
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.handed == self.ready.len() {
            if self.fault.is_some() {
                return Err(io::Error::from(io::ErrorKind::InvalidData));
            }
            if self.ended {
                return Ok(0);
            }
            self.pull();
            self.check();
        }
        if self.record_left == 0 {
            let kilobytes = self.record_bound / 1024;
            let message = msg!("A row is longer than {0} KB. Is a quotation mark opened and never closed?", kilobytes);
            self.fault.get_or_insert(Fault::at(0, message));
            return Err(io::Error::from(io::ErrorKind::InvalidData));
        }
        let part = &self.ready[self.handed..];
        let n = part.len().min(buffer.len()).min(self.record_left);
        buffer[..n].copy_from_slice(&part[..n]);
        self.handed += n;
        self.record_left -= n;
        Ok(n)
    }
}

/// Line ends in `bytes`: `\n`, `\r\n` and a lone `\r` each count once.
fn lines(bytes: &[u8]) -> u64 {
    let mut count = 0;
    let mut after_cr = false;
    for byte in bytes {
        if *byte == b'\r' || (*byte == b'\n' && !after_cr) {
            count += 1;
        }
        after_cr = *byte == b'\r';
    }
    count
}

/// What the file is instead of text, by its first bytes, as advice.
fn other_kind(head: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 6] = [
        (
            b"PK\x03\x04",
            tr!(
                "This is an Excel workbook (XLSX) or another ZIP file, not CSV. In Excel choose “Save as”, then “CSV UTF-8”"
            ),
        ),
        (b"PK\x05\x06", tr!("This is an empty ZIP file, not CSV")),
        (
            b"\xD0\xCF\x11\xE0",
            tr!("This is an old Excel workbook (XLS), not CSV. In Excel choose “Save as”, then “CSV UTF-8”"),
        ),
        (b"%PDF", tr!("This is a PDF, not CSV")),
        (b"\xFF\xFE", tr!("This text is UTF-16. Save it as “CSV UTF-8” and try again")),
        (b"\xFE\xFF", tr!("This text is UTF-16. Save it as “CSV UTF-8” and try again")),
    ];
    KINDS.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, advice)| *advice)
}
