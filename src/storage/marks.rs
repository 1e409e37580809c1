//! A copy knows that it may be a copy.
//!
//! At each start the marks of the machine and of the data directory are compared with those recorded. Where they
//! differ, also after a clean stop, this is a copy, or the house has moved: an operator is asked, and until then mail,
//! reminders and file delivery are held, so that no two Stewards write to the same people. *Moved* goes on; *copy*
//! rotates the keys of tokens and links and keeps mail off. Only what a reboot leaves alone is compared.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use parking_lot::RwLock;
use rusqlite::params;
use sha2::{Digest as _, Sha256};

use super::{Db, Housekeeping, Op, Rx, StorageError, Tx};
use crate::error::{AppError, Result};

/// What tells one home of a data directory from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marks {
    /// A digest of `/etc/machine-id`; `None` where there is none, as in most containers.
    machine: Option<String>,
    /// The file system's own id, where it is one that outlives a reboot.
    file_system: Option<String>,
    /// Of the data directory.
    inode: i64,
    /// When the data directory was made, in nanoseconds since 1970; `None` where the file system does not keep it.
    born_at: Option<String>,
}

/// One thing that is no longer as recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Machine,
    FileSystem,
    Directory,
}

/// What this data directory is, as far as is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Where it was; or an operator said that it moved here.
    Home,
    /// Something differs, and nobody has said yet what this is.
    Asked(Vec<Mark>),
    /// An operator said that this is a copy.
    Copy,
}

/// An operator's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// This is the house itself, in a new place.
    Moved,
    /// This is a copy for trying things out; the original lives elsewhere.
    Copy,
}

impl Marks {
    /// The marks of `data` as it lies there now.
    ///
    /// # Errors
    /// Where the directory cannot be looked at.
    pub fn observe(data: &Path) -> Result<Marks, StorageError> {
        let meta = fs::metadata(data).map_err(StorageError::io("look at", data))?;
        let born = meta.created().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
        Ok(Marks {
            machine: machine(),
            file_system: file_system(data),
            inode: meta.ino().cast_signed(),
            born_at: born.map(|at| at.as_nanos().to_string()),
        })
    }

    /// What differs from `recorded`. A mark that one of the two lacks is not compared.
    pub fn differing(&self, recorded: &Marks) -> Vec<Mark> {
        let differ = |a: &Option<String>, b: &Option<String>| a.is_some() && b.is_some() && a != b;
        let mut found = Vec::new();
        if differ(&self.machine, &recorded.machine) {
            found.push(Mark::Machine);
        }
        if differ(&self.file_system, &recorded.file_system) {
            found.push(Mark::FileSystem);
        }
        // Some file systems number inodes anew at each mount; a birth time, where there is one, tells more.
        let birth_known = self.born_at.is_some() && recorded.born_at.is_some();
        if differ(&self.born_at, &recorded.born_at) || (!birth_known && self.inode != recorded.inode) {
            found.push(Mark::Directory);
        }
        found
    }
}

/// `machine-id(5)` asks not to show the id itself.
fn machine() -> Option<String> {
    let id = fs::read_to_string("/etc/machine-id").ok()?;
    let id = id.trim();
    let known = !id.is_empty() && id != "uninitialized";
    known.then(|| Sha256::digest(format!("steward {id}")).iter().take(16).map(|byte| format!("{byte:02x}")).collect())
}

/// Only of those file systems that make the id of a UUID on the disk: others make it of the device's number, which a
/// reboot may change.
fn file_system(data: &Path) -> Option<String> {
    const EXT: u32 = 0xEF53;
    const BTRFS: u32 = 0x9123_683E;
    const ZFS: u32 = 0x2FC1_2FC1;
    let kind = rustix::fs::statfs(data).ok()?.f_type as u32;
    let id = rustix::fs::statvfs(data).ok()?.f_fsid;
    ([EXT, BTRFS, ZFS].contains(&kind) && id != 0).then(|| format!("{id:016x}"))
}

/// Whether mail, reminders and file delivery are held. Clones are the same flag.
#[derive(Clone, Debug)]
pub struct Holding(Arc<RwLock<Standing>>);

impl Holding {
    /// `true` until this is known to be the house itself.
    pub fn is_held(&self) -> bool {
        *self.0.read() != Standing::Home
    }

    pub fn standing(&self) -> Standing {
        self.0.read().clone()
    }

    /// After [`answer`] has been committed.
    pub fn set(&self, standing: Standing) {
        *self.0.write() = standing;
    }
}

/// Compares and records, at the start. Blocks.
///
/// # Errors
/// Where the directory cannot be looked at, or the appliance's database not be written.
pub fn check(instance: &Db, data: &Path) -> Result<Holding> {
    let now = Marks::observe(data)?;
    let op = Op::housekeeping(Housekeeping::Registry);
    let standing = instance.write_blocking(op, move |tx| compare(tx, &now))?;
    if standing != Standing::Home {
        tracing::warn!(
            ?standing,
            "this data directory is, or may be, a copy: mail, reminders and file delivery are held"
        );
    }
    Ok(Holding(Arc::new(RwLock::new(standing))))
}

fn compare(tx: &mut Tx<'_>, now: &Marks) -> Result<Standing> {
    let Some(recorded) = recorded(tx)? else {
        record(tx, now, Word::Home)?;
        return Ok(Standing::Home);
    };
    let differing = now.differing(&recorded.marks);
    if !differing.is_empty() {
        // The recorded marks and word stay: taken back to where it was, it is what it was.
        tx.run("UPDATE marks SET asked = 1, since = ?1 WHERE id = 1 AND asked = 0", [tx.now()])?;
        return Ok(Standing::Asked(differing));
    }
    // A mark that was missing, or an inode that was numbered anew, is recorded as it is now.
    if recorded.asked || recorded.marks != *now {
        record(tx, now, recorded.word)?;
    }
    Ok(recorded.word.standing())
}

/// Stores an operator's answer, in the action's transaction (which writes the audit entry), and answers what this is
/// now. Then [`Holding::set`] it, and hand [`key_epoch`] to the master key.
///
/// # Errors
/// [`AppError::Conflict`] where nothing is asked.
pub fn answer(tx: &mut Tx<'_>, data: &Path, answer: Answer) -> Result<Standing> {
    if !recorded(tx)?.is_some_and(|recorded| recorded.asked) {
        return Err(AppError::conflict("Nobody asks any more whether this is a copy."));
    }
    let word = match answer {
        Answer::Moved => Word::Home,
        Answer::Copy => Word::Copy,
    };
    record(tx, &Marks::observe(data)?, word)?;
    if word == Word::Copy {
        tx.run("UPDATE marks SET key_epoch = key_epoch + 1 WHERE id = 1", [])?;
    }
    Ok(word.standing())
}

/// How often keys of tokens and links have been rotated, from 1.
pub fn key_epoch(rx: &Rx<'_>) -> Result<u32> {
    Ok(rx.one("SELECT key_epoch FROM marks WHERE id = 1", [], |row| row.get(0))?.unwrap_or(1))
}

/// What an operator has last said, or nobody had to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Home,
    Copy,
}

impl Word {
    fn as_str(self) -> &'static str {
        match self {
            Word::Home => "home",
            Word::Copy => "copy",
        }
    }

    fn standing(self) -> Standing {
        match self {
            Word::Home => Standing::Home,
            Word::Copy => Standing::Copy,
        }
    }
}

struct Recorded {
    marks: Marks,
    word: Word,
    asked: bool,
}

fn recorded(rx: &Rx<'_>) -> Result<Option<Recorded>> {
    rx.one("SELECT machine, file_system, inode, born_at, standing, asked FROM marks WHERE id = 1", [], |row| {
        let marks = Marks { machine: row.get(0)?, file_system: row.get(1)?, inode: row.get(2)?, born_at: row.get(3)? };
        let copy = row.get_ref(4)?.as_str()? == Word::Copy.as_str();
        Ok(Recorded { marks, word: if copy { Word::Copy } else { Word::Home }, asked: row.get(5)? })
    })
}

fn record(tx: &mut Tx<'_>, marks: &Marks, word: Word) -> Result<()> {
    tx.run(
        "INSERT INTO marks (id, machine, file_system, inode, born_at, standing, since) VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (id) DO UPDATE SET machine = excluded.machine, file_system = excluded.file_system,
           inode = excluded.inode, born_at = excluded.born_at, standing = excluded.standing, asked = 0,
           since = excluded.since",
        params![marks.machine, marks.file_system, marks.inode, marks.born_at, word.as_str(), tx.now()],
    )?;
    Ok(())
}
