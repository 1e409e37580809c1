//! What a paper is, by what it holds; what it is called; when it is due, and when it may be taken away again. Pure.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::error::{AppError, Result};
use crate::leave::rules::LeaveStatus;
use crate::people::photo::rules::picture;
use crate::{msg, tr};

/// The longest file that is taken, in bytes.
pub const MOST_BYTES: usize = 10 << 20;
/// Papers of one request.
pub const MOST: usize = 10;
/// What one login may have uploaded and not attached yet.
pub const MOST_LOOSE: usize = 20;
/// The longest name, in characters, its ending aside.
const LONGEST_NAME: usize = 100;

const PDF: &str = "application/pdf";

/// A file that may be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    pub media_type: &'static str,
    pub bytes: Vec<u8>,
}

/// The paper in `raw`. Pictures lose what cameras add: a scan at home says where that is. A PDF stays as it came, and is
/// never shown by a page of ours, only handed out.
///
/// # Errors
/// [`AppError::Invalid`] on `file`: empty, too long, neither PDF nor JPEG, PNG or WebP, or damaged.
pub fn clean(raw: Vec<u8>) -> Result<Content> {
    let wrong = |why: &'static str| Err(AppError::invalid("file", why));
    if raw.is_empty() {
        return wrong(tr!("This file is empty."));
    }
    if raw.len() > MOST_BYTES {
        return Err(AppError::invalid("file", msg!("A paper may have {0} MB.", MOST_BYTES >> 20)));
    }
    match raw.as_slice() {
        [b'%', b'P', b'D', b'F', b'-', ..] => {
            // The end mark stands within the last kilobyte (ISO 32000-1, annex H).
            let end = &raw[raw.len().saturating_sub(1024)..];
            if !end.windows(5).any(|part| part == b"%%EOF") {
                return wrong(tr!("The PDF is damaged: it ends early."));
            }
            Ok(Content { media_type: PDF, bytes: raw })
        }
        [0xFF, 0xD8, 0xFF, ..] | [0x89, b'P', b'N', b'G', ..] | [b'R', b'I', b'F', b'F', ..] => {
            picture(&raw).map(|picture| Content { media_type: picture.media_type, bytes: picture.bytes })
        }
        _ => wrong(tr!("This is neither a PDF nor a JPEG, PNG or WebP picture, whatever its name says.")),
    }
}

/// How a paper is called, from what its sender called it: no folders, nothing that cannot be seen, and the ending of what
/// it is.
pub fn name_of(sent: &str, media_type: &str) -> String {
    let ending = match media_type {
        PDF => "pdf",
        "image/png" => "png",
        "image/webp" => "webp",
        _ => "jpg",
    };
    let base = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = base.rsplit_once('.').map_or(base, |(stem, _)| stem);
    // Marks that turn the direction of writing could hide an ending.
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
    };
    let stem: String = stem.chars().filter(|c| !hidden(*c)).collect();
    let stem: String = stem.trim_matches(|c: char| c == '.' || c.is_whitespace()).chars().take(LONGEST_NAME).collect();
    let stem = if stem.is_empty() { "paper" } else { &stem };
    format!("{stem}.{ending}")
}

/// Whether whoever brought a paper may take it away again: as long as nobody has decided with it in sight, and where the
/// leave stands no more.
pub fn may_be_removed(status: LeaveStatus, approved_at: Option<Timestamp>, attached_at: Timestamp) -> bool {
    match status {
        LeaveStatus::Approved => approved_at.is_none_or(|approved| attached_at >= approved),
        LeaveStatus::Pending
        | LeaveStatus::Clarification
        | LeaveStatus::Rejected
        | LeaveStatus::Cancelled
        | LeaveStatus::Revoked => true,
    }
}

/// How it stands with the papers of a request on a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// None is there, and none is needed.
    None,
    There(i64),
    /// Needed, and may still follow until this date.
    Due(Date),
    /// Needed, and should have been there by this date.
    Missing(Date),
}

impl Standing {
    pub fn on(today: Date, count: i64, due_on: Option<Date>) -> Standing {
        match due_on {
            _ if count > 0 => Standing::There(count),
            None => Standing::None,
            Some(due) if due < today => Standing::Missing(due),
            Some(due) => Standing::Due(due),
        }
    }
}
