//! The data directory: made, checked, and locked by the one program that runs on it.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};

use super::StorageError;

/// A data directory that exists, is ours and lies on a disk of this machine.
#[derive(Debug)]
pub struct DataDir(PathBuf);

/// Held while a program runs on the directory.
#[derive(Debug)]
pub struct Lock {
    _file: File,
    socket: PathBuf,
}

impl Lock {
    pub fn socket(&self) -> &Path {
        &self.socket
    }
}

impl DataDir {
    /// # Errors
    /// What stands in the way, and what to do.
    pub fn prepare(path: &Path) -> Result<DataDir, StorageError> {
        let fail = |error: std::io::Error| StorageError::Refused(format!("cannot make {}: {error}", path.display()));
        if !path.exists() {
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(fail)?;
        }
        for folder in ["orgs", "keys"] {
            if !path.join(folder).exists() {
                std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path.join(folder)).map_err(fail)?;
            }
        }
        Ok(DataDir(path.to_owned()))
    }

    /// # Errors
    /// Where another program holds it.
    pub fn lock(&self) -> Result<Lock, StorageError> {
        let path = self.0.join("instance.lock");
        let fail = |error: std::io::Error| StorageError::Refused(format!("cannot open {}: {error}", path.display()));
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(fail)?;
        let mut tries = 0;
        while flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            tries += 1;
            if tries > 15 {
                return Err(StorageError::Refused(format!("another program runs on {}", self.0.display())));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
        let name: [u8; 8] = crate::ids::random_bytes();
        let socket = runtime.join(format!("steward-{:016x}.sock", u64::from_be_bytes(name)));
        file.set_len(0).and_then(|()| file.rewind()).map_err(fail)?;
        writeln!(file, "{}", socket.display()).map_err(fail)?;
        Ok(Lock { _file: file, socket })
    }
}

/// The control socket of the program that runs on `data`; `None` where none does.
///
/// # Errors
/// Where the lock file cannot be read.
pub fn running_socket(data: &Path) -> Result<Option<PathBuf>, StorageError> {
    let path = data.join("instance.lock");
    let Ok(mut file) = OpenOptions::new().read(true).write(true).open(&path) else { return Ok(None) };
    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok() {
        return Ok(None);
    }
    let mut text = String::new();
    file.read_to_string(&mut text)
        .map_err(|error| StorageError::Refused(format!("cannot read {}: {error}", path.display())))?;
    Ok(Some(PathBuf::from(text.trim())))
}
