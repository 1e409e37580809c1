//! Sealed files and the keys they are sealed with.
//!
//! `keys` derives, `sealed` is the form of a file on disk, and [`Vault`] is an organization's folder of them. A file is
//! written whole and synced before the row that names it commits ([`keep`]), never changed, and removed a week after
//! nothing names it ([`release`], [`Vault::sweep`]): so a copy of the directory always has the file of every row it has.
//! Who may see a file is asked by whoever names it.

pub mod keys;
mod sealed;
mod store;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufReader, Read, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use zeroize::Zeroizing;

use crate::error::{AppError, Result};
use crate::ids::random_bytes;
use crate::storage::{Db, Housekeeping, Op, Rx, Tx};
use sealed::{Opener, Sealer};

/// How long a file stays after nothing names it: whoever copies the directory has long finished.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The folder, in the organization's own.
const FOLDER: &str = "vault";

/// A file that is being written bears this after its name.
const PART: &str = "part";

/// The id of a sealed file: 32 hexadecimal digits, by chance.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FileId(String);

impl FileId {
    fn random() -> FileId {
        FileId(random_bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Only what is 32 hexadecimal digits: an id is part of a path.
    fn parse(text: &str) -> Option<FileId> {
        let plain = text.len() == 32 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        plain.then(|| FileId(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl rusqlite::ToSql for FileId {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        self.0.to_sql()
    }
}

impl rusqlite::types::FromSql for FileId {
    fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
        FileId::parse(value.as_str()?).ok_or(rusqlite::types::FromSqlError::InvalidType)
    }
}

/// A file that a row names.
#[derive(Clone, Debug)]
pub struct Named {
    pub id: FileId,
    /// Of the content, in bytes.
    pub size: u64,
    /// As the user named it.
    pub name: String,
    pub media_type: String,
    pub created_at: Timestamp,
    wrapped: Vec<u8>,
}

/// A whole file on disk that no row names yet: [`keep`] names it. Forgotten ones are swept.
#[derive(Debug)]
#[must_use = "without a row the file is swept"]
pub struct Sealed {
    id: FileId,
    size: u64,
    wrapped: Vec<u8>,
    _under_way: UnderWay,
}

/// The ids of files that are being written, or wait for their row: the sweep leaves them alone, whatever the clock says.
type Going = Arc<Mutex<HashSet<FileId>>>;

/// Holds one id among them, until it is dropped.
#[derive(Debug)]
struct UnderWay {
    id: FileId,
    all: Going,
}

impl UnderWay {
    fn begin(id: &FileId, all: &Going) -> UnderWay {
        all.lock().insert(id.clone());
        UnderWay { id: id.clone(), all: Arc::clone(all) }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.all.lock().remove(&self.id);
    }
}

/// Names a sealed file. The caller audits what it is named for.
///
/// # Errors
/// When the database refuses.
pub fn keep(tx: &mut Tx<'_>, sealed: &Sealed, name: &str, media_type: &str) -> Result<FileId> {
    let name: String = name.chars().take(255).collect();
    let name = if name.is_empty() { "file" } else { &name };
    store::insert(tx, &sealed.id, &sealed.wrapped, sealed.size, name, media_type)?;
    Ok(sealed.id.clone())
}

/// Nothing names the file any more: it goes in a week.
///
/// # Errors
/// When the database refuses.
pub fn release(tx: &mut Tx<'_>, id: &FileId) -> Result<()> {
    store::release(tx, id)
}

/// The file behind an id.
///
/// # Errors
/// [`AppError::NotFound`] where there is none, or nothing names it any more.
pub fn get(rx: &Rx<'_>, id: &FileId) -> Result<Named> {
    store::get(rx, id)?.ok_or(AppError::NotFound)
}

/// What is wrong with one file, for `doctor`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub id: FileId,
    pub why: String,
}

/// An organization's sealed files. Clones are the same vault.
#[derive(Clone)]
pub struct Vault {
    folder: PathBuf,
    key: Zeroizing<[u8; 32]>,
    under_way: Going,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Vault {
    /// `org` is the organization's folder, `key` its own for [`keys::Purpose::Vault`].
    pub fn new(org: &Path, key: Zeroizing<[u8; 32]>) -> Vault {
        Vault { folder: org.join(FOLDER), key, under_way: Going::default() }
    }

    /// Begins a file. What is written to it is sealed as it comes, 64 KiB at a time.
    ///
    /// # Errors
    /// What the disk says.
    pub fn create(&self) -> io::Result<Writer> {
        let id = FileId::random();
        let under_way = UnderWay::begin(&id, &self.under_way);
        let path = self.path(&id);
        let folder = path.parent().unwrap_or(&self.folder);
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let part = path.with_extension(PART);
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part)?;
        let key = Zeroizing::new(random_bytes::<32>());
        let wrapped = sealed::wrap(&self.key, &key, id.as_str().as_bytes());
        let sealer = Sealer::new(file, &key, id.as_str().as_bytes())?;
        Ok(Writer { path, part, wrapped, sealer: Some((sealer, under_way)) })
    }

    /// Seals a whole content. Blocks.
    ///
    /// # Errors
    /// What the disk says.
    pub fn put(&self, content: &[u8]) -> io::Result<Sealed> {
        let mut writer = self.create()?;
        writer.write_all(content)?;
        writer.finish()
    }

    /// Opens a file for reading; what is read has been checked, and the end is told only where it is the file's own.
    ///
    /// # Errors
    /// As an [`io::Error`] with a sentence: missing, not ours, changed, cut short; the last two also while reading.
    pub fn open(&self, named: &Named) -> io::Result<Opener<BufReader<File>>> {
        let path = self.path(&named.id);
        let file = File::open(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => io::Error::new(error.kind(), format!("{} is missing", path.display())),
            _ => error,
        })?;
        let aad = named.id.as_str().as_bytes();
        let key = sealed::unwrap(&self.key, &named.wrapped, aad)?;
        Opener::new(BufReader::new(file), &key, aad)
    }

    /// The whole content of a file. Blocks.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub fn read(&self, named: &Named) -> io::Result<Vec<u8>> {
        let mut content = Vec::with_capacity(usize::try_from(named.size).unwrap_or(0));
        self.open(named)?.read_to_end(&mut content)?;
        Ok(content)
    }

    /// Rows whose file is missing or of another length; where `deep`, every file is read through. The list is read
    /// first, and no transaction stays open while the files are. Blocks.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn faults(&self, db: &Db, deep: bool) -> Result<(usize, Vec<Fault>)> {
        let all = db.read_blocking(store::all)?;
        let mut faults = Vec::new();
        for named in &all {
            let Err(error) = self.examine(named, deep) else { continue };
            // It may have gone meanwhile, as it should.
            if db.read_blocking(|rx| store::get(rx, &named.id))?.is_some() {
                faults.push(Fault { id: named.id.clone(), why: error.to_string() });
            }
        }
        Ok((all.len(), faults))
    }

    fn examine(&self, named: &Named, deep: bool) -> io::Result<()> {
        let path = self.path(&named.id);
        let missing = |_| io::Error::new(io::ErrorKind::NotFound, format!("{} is missing", path.display()));
        let length = fs::metadata(&path).map_err(missing)?.len();
        if length != sealed::length_of(named.size) {
            return Err(sealed::damaged("it has another length than it was written with"));
        }
        if deep {
            io::copy(&mut self.open(named)?, &mut io::sink())?;
        }
        Ok(())
    }

    /// Removes what nothing has named for a week: rows and their files, and files that never got a row. A week is what
    /// has certainly passed ([`Db::certain_now`]); and whatever the clock says, a file that a row names stays, and so
    /// does one that is under way to its row. Answers how many files went. The row goes first: cut short in between,
    /// the file is one without a row. Blocks.
    ///
    /// # Errors
    /// What database and disk say.
    pub fn sweep(&self, db: &Db) -> Result<usize> {
        let before = db.certain_now() - KEPT_FOR;
        let swept = db.write_blocking(Op::housekeeping(Housekeeping::CleanUp), move |tx| {
            let over = store::released_before(tx, before)?;
            over.iter().try_for_each(|id| store::delete(tx, id))?;
            Ok(over)
        })?;
        for id in &swept {
            forget(&self.path(id));
        }
        let strays = self.strays(db, before)?;
        for path in &strays {
            forget(path);
        }
        Ok(swept.len() + strays.len())
    }

    /// Files older than `before` that no row names and that are not under way to one. The order matters: first what
    /// lies there, then what is under way, then the rows, as the writer sees them. A file whose row was written in
    /// between is found to have it.
    fn strays(&self, db: &Db, before: Timestamp) -> Result<Vec<PathBuf>> {
        let old = self.older_than(before).map_err(AppError::internal)?;
        let under_way = self.under_way.lock().clone();
        let known = db.read_blocking(store::ids)?;
        let nameless = |(_, id): &(PathBuf, FileId)| !known.contains(id) && !under_way.contains(id);
        let old: Vec<_> = old.into_iter().filter(nameless).collect();
        if old.is_empty() {
            return Ok(Vec::new());
        }
        db.write_blocking(Op::housekeeping(Housekeeping::CleanUp), move |tx| {
            let mut strays = Vec::new();
            for (path, id) in old {
                if !store::exists(tx, &id)? {
                    strays.push(path);
                }
            }
            Ok(strays)
        })
    }

    /// Our files that were written before then, also unfinished ones.
    fn older_than(&self, before: Timestamp) -> io::Result<Vec<(PathBuf, FileId)>> {
        let mut old = Vec::new();
        for folder in entries(&self.folder)? {
            for file in entries(&folder)? {
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                let bare = name.strip_suffix(".part").unwrap_or(&name);
                let Some(id) = FileId::parse(bare).filter(|_| file.is_file()) else { continue };
                let modified = fs::metadata(&file).and_then(|found| found.modified()).ok();
                let written = modified.and_then(|at| Timestamp::try_from(at).ok());
                if written.is_some_and(|at| at < before) {
                    old.push((file, id));
                }
            }
        }
        Ok(old)
    }

    fn path(&self, id: &FileId) -> PathBuf {
        self.folder.join(&id.as_str()[..2]).join(id.as_str())
    }
}

/// What lies in a folder; nothing where there is none.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect(),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// What cannot go now has no row any more, and is tried again as a stray.
fn forget(path: &Path) {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(%error, path = %path.display(), "a sealed file could not be removed");
        }
        _ => {}
    }
}

/// A file that is being sealed. Dropped unfinished, nothing of it stays.
#[derive(Debug)]
pub struct Writer {
    path: PathBuf,
    part: PathBuf,
    wrapped: Vec<u8>,
    /// Taken by [`Writer::finish`].
    sealer: Option<(Sealer<File>, UnderWay)>,
}

impl Writer {
    /// Seals the last chunk and puts the file into its place for good: once this answers, it outlives a power cut.
    ///
    /// # Errors
    /// What the disk says; nothing of the file stays then.
    pub fn finish(mut self) -> io::Result<Sealed> {
        let (sealer, under_way) = self.sealer.take().ok_or_else(|| io::Error::other("the file is finished"))?;
        let (file, size) = sealer.finish()?;
        file.sync_all()?;
        drop(file);
        fs::rename(&self.part, &self.path)?;
        let folder = self.path.parent().ok_or_else(|| io::Error::other("a file has a folder"))?;
        File::open(folder)?.sync_all()?;
        // The folder itself may be new.
        for above in folder.ancestors().skip(1).take(2) {
            File::open(above)?.sync_all()?;
        }
        let wrapped = std::mem::take(&mut self.wrapped);
        Ok(Sealed { id: under_way.id.clone(), size, wrapped, _under_way: under_way })
    }
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.sealer {
            Some((sealer, _)) => sealer.write(bytes),
            None => Err(io::Error::other("the file is finished")),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Once it was renamed there is none; what cannot go now is swept.
        let _ = fs::remove_file(&self.part);
    }
}
