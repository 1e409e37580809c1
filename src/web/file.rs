//! A file as the body of an answer, handed over a piece at a time: memory holds one piece, however slowly it is taken.

use std::io::{self, Read as _};

use axum::body::{Body, Bytes};
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
