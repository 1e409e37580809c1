//! One master key an appliance; one key derived from it for each purpose and organization, never one for two uses.
//!
//! The master key lies in the data directory (a copy of which then suffices to restore, and to read), or in a file
//! elsewhere. What is derived from it belongs to an *epoch*, which rises when an operator says that this data
//! directory is a copy (`storage::marks`): tokens and links of the original mean nothing there.

use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::ids::random_bytes;
use crate::storage::StorageError;

/// What a derived key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Access tokens of the API.
    Tokens,
    /// Signed links in mail.
    Links,
    /// Calendar feeds.
    Feeds,
    /// Flash messages and other signed cookies.
    Cookies,
    /// Salts of passwords, made of the address.
    Passwords,
    /// The ticket between a right password and the choice of an organization.
    Choices,
    /// Wraps the keys of sealed files.
    Vault,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Purpose::Tokens => "tokens",
            Purpose::Links => "links",
            Purpose::Feeds => "feeds",
            Purpose::Cookies => "cookies",
            Purpose::Passwords => "passwords",
            Purpose::Choices => "choices",
            Purpose::Vault => "vault",
        }
    }

    /// The name under which a key of `epoch` is derived. Password salts stay, because accounts are copied with their
    /// hashes; so does the vault's key, because files are copied as they were sealed.
    fn in_epoch(self, epoch: &AtomicU32) -> String {
        if matches!(self, Purpose::Passwords | Purpose::Vault) {
            return self.as_str().to_owned();
        }
        format!("{}/{}", self.as_str(), epoch.load(Ordering::Acquire))
    }
}

/// The appliance's master key: 32 random bytes, wiped when dropped.
pub struct MasterKey {
    key: Zeroizing<[u8; 32]>,
    epoch: Arc<AtomicU32>,
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

impl MasterKey {
    /// Reads the key from `elsewhere`, or from `keys/master.key` in the data directory, where one is made (0600) if
    /// this is a new directory.
    ///
    /// # Errors
    /// A sentence naming the file: unreadable, of another length, or missing although there is data already.
    pub fn open(data: &Path, elsewhere: &str) -> Result<MasterKey, StorageError> {
        if !elsewhere.is_empty() {
            return MasterKey::read(&PathBuf::from(elsewhere));
        }
        let path = data.join("keys/master.key");
        if path.exists() {
            return MasterKey::read(&path);
        }
        if data.join("orgs").read_dir().is_ok_and(|mut orgs| orgs.next().is_some()) {
            return Err(StorageError::Refused(format!(
                "{} is missing, although there are organizations: put it back from a backup, or name the file that \
                 holds the key in the settings (master_key_file)",
                path.display()
            )));
        }
        MasterKey::make(&path)
    }

    fn make(path: &Path) -> Result<MasterKey, StorageError> {
        let key = Zeroizing::new(random_bytes::<32>());
        let temporary = path.with_extension("new");
        let write = || {
            let folder = path.parent().unwrap_or(path);
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
            file.write_all(&*key)?;
            file.sync_all()?;
            fs::rename(&temporary, path)?;
            File::open(folder)?.sync_all()
        };
        write().map_err(|error| StorageError::Refused(format!("cannot write {}: {error}", path.display())))?;
        Ok(MasterKey::of(key))
    }

    fn read(path: &Path) -> Result<MasterKey, StorageError> {
        let bytes = fs::read(path).map(Zeroizing::new).map_err(|error| {
            StorageError::Refused(format!("cannot read the master key {}: {error}", path.display()))
        })?;
        let key = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| {
            StorageError::Refused(format!(
                "{} is not a master key: it has {} bytes, not 32",
                path.display(),
                bytes.len()
            ))
        })?;
        Ok(MasterKey::of(Zeroizing::new(key)))
    }

    fn of(key: Zeroizing<[u8; 32]>) -> MasterKey {
        MasterKey { key, epoch: Arc::new(AtomicU32::new(1)) }
    }

    /// What `storage::marks::key_epoch` says: at the start, and after an operator has answered. Everything derived
    /// from now on belongs to it, also by the [`OrgKeys`] that are out already.
    pub fn set_epoch(&self, epoch: u32) {
        self.epoch.store(epoch, Ordering::Release);
    }

    /// The keys of one organization.
    pub fn organization(&self, slug: &str) -> OrgKeys {
        OrgKeys { key: derive(&self.key, &format!("organization/{slug}")), epoch: Arc::clone(&self.epoch) }
    }

    /// A key of the appliance itself.
    pub fn appliance(&self, purpose: Purpose) -> Zeroizing<[u8; 32]> {
        derive(&self.key, &format!("appliance/{}", purpose.in_epoch(&self.epoch)))
    }
}

/// The keys of one organization, each derived when asked for.
pub struct OrgKeys {
    key: Zeroizing<[u8; 32]>,
    epoch: Arc<AtomicU32>,
}

impl fmt::Debug for OrgKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OrgKeys(…)")
    }
}

impl OrgKeys {
    pub fn key(&self, purpose: Purpose) -> Zeroizing<[u8; 32]> {
        derive(&self.key, &purpose.in_epoch(&self.epoch))
    }
}

/// HKDF-SHA256 (RFC 5869).
fn derive(key: &[u8; 32], info: &str) -> Zeroizing<[u8; 32]> {
    let mut out = Zeroizing::new([0; 32]);
    Hkdf::<Sha256>::new(Some(b"steward 1"), key)
        .expand(info.as_bytes(), &mut *out)
        .expect("32 bytes are well below HKDF's limit");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn master(data: &Path) -> MasterKey {
        MasterKey::open(data, "").unwrap()
    }

    #[test]
    fn the_key_is_made_once_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let data = tempfile::tempdir().unwrap();
        let first = master(data.path()).organization("acme").key(Purpose::Links);
        assert_eq!(first, master(data.path()).organization("acme").key(Purpose::Links));
        let mode = fs::metadata(data.path().join("keys/master.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn no_new_key_is_made_beside_data_that_an_old_one_belongs_to() {
        let data = tempfile::tempdir().unwrap();
        fs::create_dir_all(data.path().join("orgs/acme")).unwrap();
        let error = MasterKey::open(data.path(), "").unwrap_err().to_string();
        assert!(error.contains("master.key is missing"), "{error}");
    }

    #[test]
    fn a_file_of_another_length_is_no_key() {
        let data = tempfile::tempdir().unwrap();
        let path = data.path().join("key");
        fs::write(&path, [7; 31]).unwrap();
        let error = MasterKey::open(data.path(), path.to_str().unwrap()).unwrap_err().to_string();
        assert!(error.contains("31 bytes, not 32"), "{error}");
        fs::write(&path, [7; 32]).unwrap();
        MasterKey::open(data.path(), path.to_str().unwrap()).unwrap();
    }

    #[test]
    fn no_two_uses_share_a_key() {
        let data = tempfile::tempdir().unwrap();
        let master = master(data.path());
        let mut keys = Vec::new();
        for purpose in
            [Purpose::Tokens, Purpose::Links, Purpose::Feeds, Purpose::Cookies, Purpose::Passwords, Purpose::Vault]
        {
            keys.push(master.appliance(purpose));
            keys.push(master.organization("acme").key(purpose));
            keys.push(master.organization("zenith").key(purpose));
        }
        let all = keys.len();
        keys.sort_by_key(|key| **key);
        keys.dedup();
        assert_eq!(keys.len(), all);
    }

    #[test]
    fn a_copy_gets_other_keys_at_once_but_the_salts_of_passwords_and_the_key_of_files_stay() {
        let data = tempfile::tempdir().unwrap();
        let master = master(data.path());
        let org = master.organization("acme");
        let before = (org.key(Purpose::Tokens), org.key(Purpose::Passwords), master.appliance(Purpose::Passwords));
        let files = org.key(Purpose::Vault);
        master.set_epoch(2);
        assert_eq!(files, org.key(Purpose::Vault));
        assert_ne!(before.0, org.key(Purpose::Tokens));
        assert_eq!(before.1, org.key(Purpose::Passwords));
        assert_eq!(before.2, master.appliance(Purpose::Passwords));
    }
}
