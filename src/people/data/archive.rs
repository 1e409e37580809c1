//! One ZIP archive: `data.json`, and the files under `files/`. A person's rows are some hundred kilobytes and the one
//! file at most 5 MB, so the archive is made in memory; the sealed file is opened a chunk at a time.

use std::io::{self, Cursor, Write as _};

use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::vault::{Named, Vault};

pub(super) fn pack(data: &Value, photo: Option<(&Named, &Vault)>) -> io::Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("data.json", SimpleFileOptions::default())?;
    serde_json::to_writer_pretty(&mut zip, data)?;
    zip.write_all(b"\n")?;
    if let Some((photo, vault)) = photo {
        let ending = photo.media_type.strip_prefix("image/").unwrap_or("bin");
        // Pictures are packed already.
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        zip.start_file(format!("files/photo.{ending}"), stored)?;
        io::copy(&mut vault.open(photo)?, &mut zip)?;
    }
    Ok(zip.finish()?.into_inner())
}
