//! One ZIP archive: `data.json`, and the files under `files/`. Written room by room to a file on disk, sealed files a
//! chunk at a time: however long somebody has been here, memory holds what one room knows of them.

use std::fs::File;
use std::io::{self, BufWriter, Seek as _, Write as _};

use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::vault::{Named, Vault};

/// An archive in the making.
pub(super) struct Archive {
    zip: ZipWriter<BufWriter<File>>,
    headings: usize,
}

impl Archive {
    pub(super) fn begin(file: File) -> io::Result<Archive> {
        let mut zip = ZipWriter::new(BufWriter::new(file));
        zip.start_file("data.json", SimpleFileOptions::default())?;
        zip.write_all(b"{")?;
        Ok(Archive { zip, headings: 0 })
    }

    /// One heading of `data.json`.
    pub(super) fn add(&mut self, heading: &str, value: &Value) -> io::Result<()> {
        self.zip.write_all(if self.headings == 0 { b"\n" } else { b",\n" })?;
        self.headings += 1;
        serde_json::to_writer(&mut self.zip, heading)?;
        self.zip.write_all(b": ")?;
        serde_json::to_writer_pretty(&mut self.zip, value)?;
        Ok(())
    }

    /// Ends `data.json`, adds the files by their names, and hands the archive over, wound back to its beginning.
    pub(super) fn finish(mut self, files: &[(String, Named)], vault: &Vault) -> io::Result<File> {
        self.zip.write_all(b"\n}\n")?;
        // Pictures and scans are packed already.
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        for (name, file) in files {
            self.zip.start_file(format!("files/{name}"), stored)?;
            io::copy(&mut vault.open(file)?, &mut self.zip)?;
        }
        let mut file = self.zip.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(file)
    }
}
