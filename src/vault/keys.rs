//! One master key an appliance; one key derived from it for each purpose and organization, never one for two uses.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

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
        }
    }
}

/// The appliance's master key: 32 random bytes, wiped when dropped.
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

impl MasterKey {
    /// Reads the key from `elsewhere`, or from `keys/master.key` in the data directory, where one is made (0600) if
    /// there is none yet.
    ///
    /// # Errors
    /// A sentence naming the file: unreadable, of another length, or `elsewhere` missing.
    pub fn open(data: &Path, elsewhere: &str) -> Result<MasterKey, StorageError> {
        if !elsewhere.is_empty() {
            return MasterKey::read(&PathBuf::from(elsewhere));
        }
        let path = data.join("keys/master.key");
        if path.exists() {
            return MasterKey::read(&path);
        }
        let key = Zeroizing::new(random_bytes::<32>());
        let fail = |error: std::io::Error| StorageError::Refused(format!("cannot write {}: {error}", path.display()));
        std::fs::create_dir_all(data.join("keys")).map_err(fail)?;
        let temporary = path.with_extension("new");
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&temporary)
            .map_err(fail)?;
        file.write_all(&*key).and_then(|()| file.sync_all()).map_err(fail)?;
        std::fs::rename(&temporary, &path).map_err(fail)?;
        std::fs::File::open(data.join("keys")).and_then(|folder| folder.sync_all()).map_err(fail)?;
        Ok(MasterKey(key))
    }

    fn read(path: &Path) -> Result<MasterKey, StorageError> {
        let bytes = std::fs::read(path).map(Zeroizing::new).map_err(|error| {
            StorageError::Refused(format!("cannot read the master key {}: {error}", path.display()))
        })?;
        let key = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| {
            StorageError::Refused(format!(
                "{} is not a master key: it has {} bytes, not 32",
                path.display(),
                bytes.len()
            ))
        })?;
        Ok(MasterKey(Zeroizing::new(key)))
    }

    /// The keys of one organization.
    pub fn organization(&self, slug: &str) -> OrgKeys {
        OrgKeys(Zeroizing::new(derive(&*self.0, &format!("organization/{slug}"))))
    }

    /// A key of the appliance itself.
    pub fn appliance(&self, purpose: Purpose) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(derive(&*self.0, &format!("appliance/{}", purpose.as_str())))
    }
}

/// The keys of one organization, each derived when asked for.
pub struct OrgKeys(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for OrgKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OrgKeys(…)")
    }
}

impl OrgKeys {
    pub fn key(&self, purpose: Purpose) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(derive(&*self.0, purpose.as_str()))
    }
}

fn derive(key: &[u8; 32], info: &str) -> [u8; 32] {
    let mut out = [0; 32];
    Hkdf::<Sha256>::new(Some(b"steward 1"), key)
        .expand(info.as_bytes(), &mut out)
        .expect("32 bytes are well below HKDF's limit");
    out
}
