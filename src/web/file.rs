//! A file as the body of an answer, handed over a piece at a time: memory holds one piece, however slowly it is taken.

use std::fmt::Write as _;
use std::io::{self, Read as _};

use axum::body::{Body, Bytes};
use axum::http::HeaderValue;
use futures_util::stream;

/// Read and sent at once, in bytes.
const PIECE: u64 = 64 * 1024;

/// What is left of `file`, from where it stands to its end.
pub fn file_body(file: std::fs::File) -> Body {
    Body::from_stream(stream::try_unfold(file, |mut file| async move {
        let read = move || {
            let mut piece = Vec::new();
            file.by_ref().take(PIECE).read_to_end(&mut piece)?;
            Ok::<_, io::Error>((!piece.is_empty()).then(|| (Bytes::from(piece), file)))
        };
        tokio::task::spawn_blocking(read).await.map_err(io::Error::other)?
    }))
}

/// `Content-Disposition` of a file that is kept, never shown: with its name for old programs in ASCII, and whole as
/// RFC 6266 writes it.
pub fn attachment(name: &str) -> HeaderValue {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ');
    let ascii: String = name.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    let mut whole = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => whole.push(char::from(byte)),
            _ => write!(whole, "%{byte:02X}").expect("writing to a string succeeds"),
        }
    }
    let value = format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{whole}");
    HeaderValue::try_from(value).unwrap_or(HeaderValue::from_static("attachment"))
}
