//! Generations instead of checkpoints, so that copying the data directory at any moment is a backup.
//!
//! A database is a file `steward-000007.db`, which never changes after it appears, and its log, which only grows.
//! The next generation is a compacted copy under a temporary name, checked, synced and only then renamed; connections
//! move over and the old pair stays untouched for a day. Whoever copies the folder, in whatever order, gets at
//! least one pair that holds everything answered before the copying began.
//!
//! Migrations happen while a generation is made. The pair from before an upgrade is therefore the copy from before the
//! upgrade: it is linked into a folder `before-<version>` and stays there.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, params};

use super::Schema;
use super::connection::{self, Role};
use super::db::{DbSettings, Opening};
use super::dir::sync_folder;
use super::error::StorageError;
use super::retention::{Age, prune};
use super::schema::Fit;
use crate::clock::Clock;

/// How many copies from before upgrades stay.
const UPGRADES_KEPT: usize = 2;

const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// Why a generation is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// There was none.
    New,
    /// The program knows a newer schema.
    Upgrade,
    /// The log has reached its bound.
    Size,
    /// The nightly round.
    Night,
    /// Somebody asked: a backup is about to be made.
    Asked,
}

impl Why {
    fn as_str(self) -> &'static str {
        match self {
            Why::New => "new",
            Why::Upgrade => "upgrade",
            Why::Size => "size",
            Why::Night => "night",
            Why::Asked => "asked",
        }
    }
}

/// One finished generation.
#[derive(Clone, Debug)]
pub(super) struct Generation {
    pub(super) number: u32,
    pub(super) path: PathBuf,
    /// Of the main file, in bytes.
    pub(super) size: u64,
}

/// The log that belongs to a generation's main file.
pub(super) fn log_of(path: &Path) -> PathBuf {
    beside(path, "-wal")
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn path_of(dir: &Path, schema: &Schema, number: u32) -> PathBuf {
    dir.join(format!("{}-{number:06}.db", schema.name))
}

/// The highest whole generation, at the schema of this program: made from nothing where there is none, or the
/// successor of an older one, as far as `settings.opening` lets.
pub(super) fn newest(
    dir: &Path,
    schema: &Schema,
    clock: &Clock,
    settings: &DbSettings,
    age: &Age,
) -> Result<Generation, StorageError> {
    let Some(generation) = highest_whole(dir, schema)? else {
        if settings.opening != Opening::Make {
            return Err(StorageError::Missing { dir: dir.to_owned() });
        }
        return make(dir, schema, clock, Why::New, |_| Ok(()));
    };
    let conn = connection::open(&generation.path, Role::Writer, settings)?;
    match schema.fit(&conn).map_err(StorageError::sqlite(&generation.path))? {
        Fit::Same => {
            prune(&conn, dir, schema, age.now(clock), generation.number);
            return Ok(generation);
        }
        Fit::Newer => return Err(newer(&conn, dir, &generation)),
        Fit::Edited(name) => {
            return Err(StorageError::Refused(format!(
                "{} was made with another {name} than this program has: it belongs to another build of Steward. Start \
                 that one, or put back a copy that this one has made",
                generation.path.display()
            )));
        }
        Fit::Older if settings.opening == Opening::AsItIs => {
            return Err(StorageError::Older { path: generation.path });
        }
        Fit::Older => {}
    }
    let before = written_by(&conn).map_err(StorageError::sqlite(&generation.path))?;
    drop(conn);
    keep_before_upgrade(dir, &generation, before.as_deref().unwrap_or("unknown"))?;
    let conn = connection::open(&generation.path, Role::Writer, settings)?;
    let next = succeed(&conn, dir, schema, clock, Why::Upgrade)?;
    tracing::info!(number = next.number, dir = %dir.display(), "brought up to date");
    Ok(next)
}

/// Makes the successor of the generation that `conn` writes. Nobody may write meanwhile, and from now on nobody may
/// write into the old one: whoever cannot move over to the new one must [`take_back`] it.
pub(super) fn succeed(
    conn: &Connection,
    dir: &Path,
    schema: &Schema,
    clock: &Clock,
    why: Why,
) -> Result<Generation, StorageError> {
    make(dir, schema, clock, why, |unborn| {
        let name = unborn.to_str().ok_or_else(|| rusqlite::Error::InvalidPath(unborn.to_owned()))?;
        conn.execute("VACUUM INTO ?1", [name]).map(drop)
    })
}

/// Fills a temporary file by `fill`, brings its schema up to date, checks it, syncs it, and gives it its name.
fn make(
    dir: &Path,
    schema: &Schema,
    clock: &Clock,
    why: Why,
    fill: impl FnOnce(&Path) -> rusqlite::Result<()>,
) -> Result<Generation, StorageError> {
    let number = files(dir, schema)?.iter().map(|file| file.number).max().unwrap_or(0) + 1;
    let path = path_of(dir, schema, number);
    let unborn = beside(&path, ".new");
    remove_database(&unborn)?;
    let fill_and_finish = || {
        fill(&unborn).map_err(StorageError::sqlite(&unborn))?;
        finish(&unborn, schema, clock, number, why)?;
        let file = File::open(&unborn).map_err(StorageError::io("open", &unborn))?;
        file.sync_all().map_err(StorageError::io("sync", &unborn))?;
        let size = file.metadata().map_err(StorageError::io("look at", &unborn))?.len();
        fs::rename(&unborn, &path).map_err(StorageError::io("rename", &unborn))?;
        Ok(size)
    };
    let size = fill_and_finish().inspect_err(|_| {
        // As large as the database: on a full disk it would stand in the way of everybody.
        if let Err(error) = remove_database(&unborn) {
            tracing::warn!(%error, "what was left of a new generation could not be removed");
        }
    })?;
    match sync_folder(dir) {
        Ok(()) => Ok(Generation { number, path, size }),
        Err(error) => Err(take_back(dir, &path, error)),
    }
}

/// Removes a generation that has its name and cannot be used because of `error`: the next start would open it, and
/// not find what was written into the old one since. Answers with the error, or with that it could not be done.
pub(super) fn take_back(dir: &Path, path: &Path, error: StorageError) -> StorageError {
    match remove_database(path).and_then(|()| sync_folder(dir)) {
        Ok(()) => error,
        Err(source) => StorageError::Undecided { path: path.to_owned(), source: Box::new(source) },
    }
}

/// Migrates, signs and checks a database that has only its temporary name.
fn finish(unborn: &Path, schema: &Schema, clock: &Clock, number: u32, why: Why) -> Result<(), StorageError> {
    let sqlite = || StorageError::sqlite(unborn);
    let mut conn = connection::open_unborn(unborn).map_err(sqlite())?;
    schema
        .runner()
        .run(&mut conn)
        .map_err(|source| StorageError::Migration { path: unborn.to_owned(), source: Box::new(source) })?;
    conn.execute(
        "INSERT INTO generations (number, made_at, program, reason) VALUES (?1, ?2, ?3, ?4)",
        params![number, clock.now(), PROGRAM, why.as_str()],
    )
    .map_err(sqlite())?;
    check(&conn, unborn)?;
    // Written into the header now, because later nothing may touch it. Closing removes this connection's empty log.
    conn.execute_batch("PRAGMA journal_mode = WAL").map_err(sqlite())?;
    conn.close().map_err(|(_, error)| error).map_err(sqlite())
}

fn check(conn: &Connection, path: &Path) -> Result<(), StorageError> {
    let damaged = |why| StorageError::Damaged { path: path.to_owned(), why };
    let broken: Option<(String, i64, String)> = conn
        .query_row("PRAGMA foreign_key_check", [], |row| {
            Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?.unwrap_or(0), row.get(2)?))
        })
        .optional()
        .map_err(StorageError::sqlite(path))?;
    if let Some((table, row, parent)) = broken {
        return Err(damaged(format!("row {row} of {table} names a row of {parent} that does not exist")));
    }
    let verdict: String =
        conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(StorageError::sqlite(path))?;
    if verdict != "ok" {
        return Err(damaged(verdict));
    }
    Ok(())
}

/// The program that brought the schema to where it is.
fn written_by(conn: &Connection) -> rusqlite::Result<Option<String>> {
    conn.query_row(
        "SELECT program FROM generations WHERE reason IN ('new', 'upgrade') ORDER BY number DESC LIMIT 1",
        [],
        |row| row.get(0),
    )
    .optional()
}

fn newer(conn: &Connection, dir: &Path, generation: &Generation) -> StorageError {
    let needs = written_by(conn).ok().flatten().unwrap_or_else(|| "of a later date".to_owned());
    let own = dir.join(format!("before-{PROGRAM}"));
    let copy = if own.is_dir() { Some(own) } else { upgrades(dir).pop() };
    StorageError::Newer { path: generation.path.clone(), needs, copy }
}

/// A generation's file as found in the folder, whole or not.
pub(super) struct Found {
    pub(super) number: u32,
    pub(super) path: PathBuf,
    /// `false` for a log whose main file is missing: a copier passed before that appeared.
    pub(super) main: bool,
}

pub(super) fn files(dir: &Path, schema: &Schema) -> Result<Vec<Found>, StorageError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).map_err(StorageError::io("list", dir))? {
        let name = entry.map_err(StorageError::io("list", dir))?.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(schema.name)?.strip_prefix('-'));
        let Some((digits, rest)) = number.and_then(|name| name.split_once(".db")) else { continue };
        let Ok(number) = digits.parse() else { continue };
        if matches!(rest, "" | "-wal" | "-shm") {
            found.push(Found { number, path: dir.join(&name), main: rest.is_empty() });
        }
    }
    found.sort_by_key(|file| file.number);
    Ok(found)
}

/// An incomplete copy may have a cut-off main file at the top. It is passed over only if it has no log: nothing was
/// ever answered out of it, so the one below holds everything.
fn highest_whole(dir: &Path, schema: &Schema) -> Result<Option<Generation>, StorageError> {
    let found = files(dir, schema)?;
    let any = found.last().map(|file| file.path.clone());
    for file in found.into_iter().rev().filter(|file| file.main) {
        let size = whole_size(&file.path).map_err(StorageError::io("read", &file.path))?;
        if let Some(size) = size {
            return Ok(Some(Generation { number: file.number, path: file.path, size }));
        }
        if fs::metadata(log_of(&file.path)).is_ok_and(|log| log.len() > 0) {
            let why = "it is shorter than its header says: the copy was interrupted. Copy the folder again".to_owned();
            return Err(StorageError::Damaged { path: file.path, why });
        }
        tracing::warn!(path = %file.path.display(), "not a whole database and never written to; passed over");
    }
    match any {
        None => Ok(None),
        // Never to be taken for a new folder.
        Some(path) => {
            let why = "no whole database is beside it: the copy is incomplete. Copy the folder again".to_owned();
            Err(StorageError::Damaged { path, why })
        }
    }
}

/// The file's size, if that is what its header says. Reads it as a plain file: this process has no connection to it
/// (`db::Claim`), so no lock can be lost.
fn whole_size(path: &Path) -> io::Result<Option<u64>> {
    let mut header = [0; 100];
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    if size < header.len() as u64 {
        return Ok(None);
    }
    file.read_exact(&mut header)?;
    let page_size = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65_536,
        bytes => u64::from(bytes),
    };
    let pages = u32::from_be_bytes([header[28], header[29], header[30], header[31]]);
    let whole = header.starts_with(b"SQLite format 3\0") && pages > 0 && size == page_size * u64::from(pages);
    Ok(whole.then_some(size))
}

/// The main file first: a log alone is nothing, a main file without its log would look like a whole database.
pub(super) fn remove_database(path: &Path) -> Result<(), StorageError> {
    for file in [path.to_owned(), log_of(path), beside(path, "-shm"), beside(path, "-journal")] {
        match fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(StorageError::io("remove", &file)(error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Links the pair from before an upgrade, or copies it where the file system has no links. Nobody has it open now.
fn keep_before_upgrade(dir: &Path, old: &Generation, version: &str) -> Result<(), StorageError> {
    let folder = dir.join(format!("before-{version}"));
    if folder.exists() {
        // Left by an upgrade that failed.
        fs::remove_dir_all(&folder).map_err(StorageError::io("remove", &folder))?;
    }
    fs::create_dir(&folder).map_err(StorageError::io("make the folder", &folder))?;
    for path in [log_of(&old.path), old.path.clone()] {
        let Some(name) = path.file_name() else { continue };
        let kept = folder.join(name);
        if !path.exists() {
            continue;
        }
        if fs::hard_link(&path, &kept).is_err() {
            fs::copy(&path, &kept).map_err(StorageError::io("copy", &path))?;
            File::open(&kept).and_then(|file| file.sync_all()).map_err(StorageError::io("sync", &kept))?;
        }
    }
    sync_folder(&folder)?;
    sync_folder(dir)?;
    let mut kept = upgrades(dir);
    kept.retain(|other| *other != folder);
    let too_many = kept.len().saturating_sub(UPGRADES_KEPT - 1);
    for older in kept.drain(..too_many) {
        fs::remove_dir_all(&older).map_err(StorageError::io("remove", &older))?;
    }
    Ok(())
}

/// The folders of copies from before upgrades, oldest first.
fn upgrades(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut found: Vec<_> = entries
        .filter(|entry| entry.file_name().to_str().is_some_and(|name| name.starts_with("before-")))
        .map(|entry| (entry.metadata().and_then(|meta| meta.modified()).ok(), entry.path()))
        .collect();
    found.sort();
    found.into_iter().map(|(_, path)| path).collect()
}
