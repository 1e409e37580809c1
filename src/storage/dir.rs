//! The data directory: made, checked, and locked by the one program that runs on it.
//!
//! One directory, one owner, mode 0700, on a disk of this machine. `instance.lock` is held with flock for as long as a
//! program runs and names its control socket, which lies in the runtime directory: socket paths are short, and copy
//! tools stumble over sockets. A verb that root runs becomes the directory's owner first ([`act_as_owner`]), so that no
//! file changes hands.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};
use rustix::process::{Pid, getegid, geteuid, test_kill_process};

use super::StorageError;
use crate::ids::random_bytes;

/// The lock is tried this long: a program that is just ending gets to end, and a second one is refused within 2 s.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// Below the 108 bytes that a socket's path may have.
const LONGEST_SOCKET_PATH: usize = 100;

/// A data directory that exists, is ours and lies on a disk of this machine.
#[derive(Debug)]
pub struct DataDir(PathBuf);

/// Held while a program runs on the directory; the flock ends with the process, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
    socket: PathBuf,
}

impl DataDir {
    /// Makes what is missing of the directory, and refuses one that cannot be trusted or written.
    ///
    /// # Errors
    /// What stands in the way, and what to do.
    pub fn prepare(path: &Path) -> Result<DataDir, StorageError> {
        make_folder(path)?;
        refuse_network(path)?;
        refuse_foreign(path)?;
        for folder in ["orgs", "keys"] {
            make_folder(&path.join(folder))?;
        }
        // Any of them may be a mount, or lead elsewhere.
        let orgs = path.join("orgs");
        refuse_network(&orgs)?;
        for org in fs::read_dir(&orgs).map_err(StorageError::io("list", &orgs))?.flatten() {
            if org.path().is_dir() {
                refuse_network(&org.path())?;
            }
        }
        Ok(DataDir(path.to_owned()))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Takes the lock and chooses a fresh path for the control socket, whose folder only the owner may enter.
    ///
    /// # Errors
    /// Within 2 s where another program holds it.
    pub fn lock(&self) -> Result<Lock, StorageError> {
        let path = lock_path(&self.0);
        let failed = || StorageError::io("open", &path);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(failed())?;
        let deadline = Instant::now() + PATIENCE;
        while flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            if Instant::now() > deadline {
                return Err(self.taken(&mut file));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        if let Some((stale, process)) = named_socket(&mut file)
            && is_left_behind(&stale, process)
        {
            remove_socket(&stale);
        }
        let socket = new_socket()?;
        file.set_len(0).and_then(|()| file.rewind()).map_err(failed())?;
        let text = format!("{}\nprocess {}\n", socket.display(), std::process::id());
        file.write_all(text.as_bytes()).map_err(StorageError::io("write", &path))?;
        Ok(Lock { _file: file, socket })
    }

    fn taken(&self, file: &mut File) -> StorageError {
        let mut text = String::new();
        let process = file.read_to_string(&mut text).ok().and_then(|_| text.lines().nth(1));
        StorageError::Taken { dir: self.0.clone(), process: process.map(str::to_owned) }
    }
}

impl Lock {
    /// Where the control socket of this program belongs.
    pub fn socket(&self) -> &Path {
        &self.socket
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        remove_socket(&self.socket);
    }
}

/// The control socket of the program that runs on `data`; `None` where none does.
///
/// # Errors
/// Where the lock file cannot be read.
pub fn running_socket(data: &Path) -> Result<Option<PathBuf>, StorageError> {
    let path = lock_path(data);
    let mut file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StorageError::io("open", &path)(error)),
    };
    // Shared, so that two verbs that look at once do not see each other. A program that starts just now waits for us.
    if flock(&file, FlockOperation::NonBlockingLockShared).is_ok() {
        return Ok(None);
    }
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some((socket, _)) = named_socket(&mut file) {
            return Ok(Some(socket));
        }
        if Instant::now() > deadline {
            return Err(StorageError::Refused(format!("{} names no control socket", path.display())));
        }
        // Locked a moment ago, and not yet written.
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Where root runs a verb on a directory that belongs to somebody else, starts the program again as that user in its
/// own place, and does not return. To be called first, while nothing is open yet.
///
/// # Errors
/// Where the owner may not run the program.
pub fn act_as_owner(data: &Path) -> Result<(), StorageError> {
    let Ok(meta) = fs::metadata(data) else { return Ok(()) };
    if !geteuid().is_root() || meta.uid() == 0 {
        return Ok(());
    }
    let program = std::env::current_exe().map_err(StorageError::io("find the program for", data))?;
    let error = Command::new(&program)
        .args(std::env::args_os().skip(1))
        .env_remove("XDG_RUNTIME_DIR")
        .uid(meta.uid())
        .gid(meta.gid())
        .exec();
    Err(StorageError::Refused(format!(
        "{} belongs to user {}, who cannot run {}: {error}",
        data.display(),
        meta.uid(),
        program.display()
    )))
}

/// The command that hands `path` to the user who runs this program; never to root, who owns no data directory but by
/// mistake.
pub(super) fn chown_command(path: &Path) -> Option<String> {
    let own = || format!("sudo chown -R {}:{} {}", geteuid().as_raw(), getegid().as_raw(), path.display());
    (!geteuid().is_root()).then(own)
}

/// Whether a folder is, or was, a data directory: for verbs that must not make one of a mistyped path.
pub fn is_one(data: &Path) -> bool {
    let entries = fs::read_dir(data).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.file_name())
        .any(|name| name == "orgs" || name == "instance.lock" || name.to_string_lossy().starts_with("instance-"))
}

fn lock_path(data: &Path) -> PathBuf {
    data.join("instance.lock")
}

/// Makes a folder (0700) and what is missing above it. Each is synced into its parent: a power loss takes nothing of
/// it away.
///
/// # Errors
/// Where the folder above does not let us.
pub fn make_folder(path: &Path) -> Result<(), StorageError> {
    if path.is_dir() {
        return Ok(());
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_folder(parent)?;
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(StorageError::io("make the folder", path)(error));
        }
        _ => {}
    }
    match File::open(parent) {
        // Somebody else's, where one may write without reading.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        _ => sync_folder(parent),
    }
}

/// A file without a name, on the disk of `dir`: for what is too large for memory and handed over at once. Nothing of it
/// stays, however the program ends.
///
/// # Errors
/// What the disk says.
pub fn scratch(dir: &Path) -> io::Result<File> {
    let folder = dir.join("tmp");
    make_folder(&folder).map_err(io::Error::other)?;
    let name: String = random_bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect();
    let path = folder.join(name);
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
    fs::remove_file(&path)?;
    Ok(file)
}

/// Makes what was made, renamed or removed in a folder outlast a power loss.
///
/// # Errors
/// What the disk says.
pub fn sync_folder(path: &Path) -> Result<(), StorageError> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(StorageError::io("sync the folder", path))
}

/// Neither flock nor the shared memory of a WAL works between machines.
fn refuse_network(path: &Path) -> Result<(), StorageError> {
    let found = rustix::fs::statfs(path).map_err(|error| StorageError::io("look at", path)(error.into()))?;
    match network_name(found.f_type as u32) {
        Some(kind) => Err(StorageError::Refused(format!(
            "{} lies on a network file system ({kind}), where a database can be damaged: use a folder on a disk of this \
             machine, and the network folder for backups",
            path.display()
        ))),
        None => Ok(()),
    }
}

/// By the magic number of `statfs(2)`, of which only 32 bits count.
pub(super) fn network_name(magic: u32) -> Option<&'static str> {
    match magic {
        0x6969 => Some("NFS"),
        0xFF53_4D42 => Some("CIFS"),
        0xFE53_4D42 => Some("SMB 2"),
        0x517B => Some("SMB"),
        _ => None,
    }
}

/// The directory must belong to whoever runs this program, and be closed to everybody else.
fn refuse_foreign(path: &Path) -> Result<(), StorageError> {
    let failed = StorageError::io("look at", path);
    let meta = fs::metadata(path).map_err(failed)?;
    if meta.uid() != geteuid().as_raw() {
        let or = chown_command(path).map(|command| format!(", or run: {command}")).unwrap_or_default();
        return Err(StorageError::Refused(format!(
            "{} belongs to user {}, and this program runs as user {}: start it as the owner{or}",
            path.display(),
            meta.uid(),
            geteuid().as_raw(),
        )));
    }
    if meta.mode() & 0o077 != 0 {
        let closed = fs::Permissions::from_mode(0o700);
        fs::set_permissions(path, closed).map_err(StorageError::io("close to other users", path))?;
        tracing::warn!(path = %path.display(), "was open to other users; now only its owner may enter");
    }
    // Not by a trial file: a copier would see it.
    let writable = rustix::fs::access(path, rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK);
    writable.map_err(|error| StorageError::io("write into", path)(error.into()))
}

/// What the lock file names, if it is a path of our making, and the process that wrote it.
fn named_socket(file: &mut File) -> Option<(PathBuf, Option<Pid>)> {
    let mut text = Vec::new();
    file.rewind().ok()?;
    file.read_to_end(&mut text).ok()?;
    let mut lines = text.split(|byte| *byte == b'\n');
    let line = lines.next()?;
    let process = lines.next().and_then(|line| std::str::from_utf8(line).ok()?.strip_prefix("process ")?.parse().ok());
    let socket = PathBuf::from(OsStr::from_bytes(line));
    let folder = socket.parent()?.file_name()?.to_str()?;
    let ours = socket.is_absolute() && folder.starts_with("steward-") && socket.ends_with("control");
    ours.then(|| (socket, process.and_then(Pid::from_raw)))
}

/// A folder of our own in the runtime directory, for the socket alone.
fn new_socket() -> Result<PathBuf, StorageError> {
    let session = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let candidates = [session, Some(PathBuf::from("/run/steward")), Some(std::env::temp_dir()), Some("/tmp".into())];
    let name = format!("steward-{:016x}", u64::from_le_bytes(random_bytes()));
    for folder in candidates.into_iter().flatten().map(|runtime| runtime.join(&name)) {
        let socket = folder.join("control");
        let fits = folder.is_absolute() && socket.as_os_str().len() <= LONGEST_SOCKET_PATH;
        if fits && DirBuilder::new().mode(0o700).create(&folder).is_ok() {
            return Ok(socket);
        }
    }
    Err(StorageError::Refused(
        "no folder for the control socket: none of XDG_RUNTIME_DIR, /run/steward and /tmp can be written".to_owned(),
    ))
}

/// Whether nobody uses a socket any more. The lock file of a *copied* directory names the socket of the original, which
/// may be running: it answers, or has not got as far as that, and its process lives.
fn is_left_behind(socket: &Path, process: Option<Pid>) -> bool {
    let answer = UnixStream::connect(socket).map_err(|error| error.kind());
    match answer {
        Err(io::ErrorKind::ConnectionRefused) => true,
        Err(io::ErrorKind::NotFound) => {
            process.is_none_or(|process| test_kill_process(process) == Err(rustix::io::Errno::SRCH))
        }
        _ => false,
    }
}

/// Of a program that is no more, or of this one as it ends. What cannot be removed harms nobody.
fn remove_socket(socket: &Path) {
    let _ = fs::remove_file(socket);
    if let Some(folder) = socket.parent() {
        let _ = fs::remove_dir(folder);
    }
}
