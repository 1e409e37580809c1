//! Organizations: each a folder with its own database, keys and vault; [`Orgs`] is the registry
//! of those that are open. Nothing here looks inside an organization beyond its own settings.

mod founding;
mod hosts;
mod settings;
mod store;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::{Mutex, RwLock};

use crate::clock::Clock;
use crate::error::{AppError, Result};
use crate::msg;
use crate::storage::marks::{self, Holding};
use crate::storage::{self, Db, DbSettings, Housekeeping, Op, Opening, Rx, StorageError, Tx};
use crate::text::sort_key;
use crate::vault::Vault;
use crate::vault::keys::{MasterKey, OrgKeys, Purpose};

pub use hosts::{Reached, tidy_host};
pub use settings::{OrgSettings, WeekStart, week_start};

/// The name of an organization's folder: 1 to 40 of `a–z`, `0–9` and `-`, beginning and ending with a letter or digit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(String);

impl Slug {
    /// # Errors
    /// A sentence that says what a slug looks like.
    pub fn parse(text: &str) -> Result<Slug> {
        let fits = (1..=40).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !text.starts_with('-')
            && !text.ends_with('-');
        if fits {
            Ok(Slug(text.to_owned()))
        } else {
            Err(AppError::invalid("slug", "Use 1 to 40 of the letters a–z, digits and hyphens, such as \"nordlicht\"."))
        }
    }

    /// A slug made of a company's name: "Müller & Söhne" → "muller-sohne"; "org" where nothing usable is left.
    pub fn of_name(name: &str) -> Slug {
        let mut slug = String::new();
        for c in sort_key(name).chars() {
            match c {
                c if c.is_ascii_alphanumeric() => slug.push(c),
                _ if !slug.ends_with('-') && !slug.is_empty() => slug.push('-'),
                _ => {}
            }
        }
        slug.truncate(40);
        let slug = slug.trim_matches('-');
        Slug(if slug.is_empty() { "org".to_owned() } else { slug.to_owned() })
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One open organization.
#[derive(Debug)]
pub struct Org {
    pub slug: Slug,
    pub db: Db,
    pub keys: OrgKeys,
    pub dir: PathBuf,
    vault: Vault,
    settings: arc_swap::ArcSwap<OrgSettings>,
    reloading: tokio::sync::Mutex<()>,
}

impl Org {
    /// Opens an organization that has been made; never makes one.
    ///
    /// # Errors
    /// What opening the database says: none there, a newer schema, a damaged file, no permission.
    fn open(orgs_dir: &Path, slug: Slug, master: &MasterKey, clock: Clock, db_settings: DbSettings) -> Result<Org> {
        let dir = orgs_dir.join(slug.as_str());
        let db = Db::open(&dir, &storage::ORG, clock, db_settings).map_err(AppError::internal)?;
        let settings = db.read_blocking(OrgSettings::load)?;
        let keys = master.organization(slug.as_str());
        Ok(Org {
            vault: Vault::new(&dir, keys.key(Purpose::Vault)),
            slug,
            db,
            keys,
            dir,
            settings: arc_swap::ArcSwap::from_pointee(settings),
            reloading: tokio::sync::Mutex::default(),
        })
    }

    /// What the organization decided for itself; as of the last change.
    pub fn settings(&self) -> Arc<OrgSettings> {
        self.settings.load_full()
    }

    /// The organization's sealed files.
    pub fn vault(&self) -> Vault {
        self.vault.clone()
    }

    /// Reads the settings again: after any act that changed them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn reload_settings(&self) -> Result<()> {
        // One at a time: the one that stores last has read last.
        let _turn = self.reloading.lock().await;
        self.settings.store(Arc::new(self.db.read(OrgSettings::load).await?));
        Ok(())
    }
}

/// What a room has set for the whole organization, under a key that begins with its own name: "overtime.limits".
///
/// # Errors
/// When the database cannot be read.
pub fn setting(rx: &Rx<'_>, key: &str) -> Result<Option<String>> {
    store::setting(rx, key)
}

/// Sets it, at most 10,000 characters. The caller audits the change.
///
/// # Errors
/// When the database refuses.
pub fn set_setting(tx: &mut Tx<'_>, key: &str, value: &str) -> Result<()> {
    store::set_setting(tx, key, value)
}

/// All organizations of this appliance, and the appliance's own database.
#[derive(Debug)]
pub struct Orgs {
    dir: PathBuf,
    master: MasterKey,
    clock: Clock,
    db_settings: DbSettings,
    instance: Db,
    holding: Holding,
    open: RwLock<BTreeMap<Slug, Arc<Org>>>,
    /// Registered, but they could not be opened; and why.
    shut: RwLock<BTreeMap<Slug, String>>,
    /// How many are registered, those out of service included.
    known: AtomicUsize,
    /// Held while an organization is made.
    making: Mutex<()>,
    /// Rung when one is opened.
    opened: tokio::sync::Notify,
    /// When the appliance's database was last tried, by [`Clock::passed`], and whether it took the write.
    tried: tokio::sync::Mutex<Option<(Duration, bool)>>,
    reached: arc_swap::ArcSwap<Reached>,
    /// Held while `reached` is read anew.
    reading: Mutex<()>,
}

/// A row of the registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    pub slug: Slug,
    pub name: String,
    pub state: String,
}

impl Orgs {
    /// Opens the appliance's database and every organization that is not disabled. `data` is the data directory,
    /// already locked by the caller. `db_settings.opening` is about the appliance's database, which is made only where
    /// there are no organizations; those are never made here. One that cannot be opened stops no other: see
    /// [`Orgs::shut`].
    ///
    /// # Errors
    /// Where the appliance's database cannot be opened.
    pub fn open(data: &Path, master: MasterKey, clock: Clock, mut db_settings: DbSettings) -> Result<Orgs> {
        let dir = data.join("orgs");
        if db_settings.opening == Opening::Make && has_folders(&dir) {
            db_settings.opening = Opening::Existing;
        }
        let instance = Db::open(data, &storage::INSTANCE, clock.clone(), db_settings.clone());
        let instance = instance.map_err(|error| match error {
            StorageError::Missing { .. } => AppError::internal(format!(
                "{} has no instance-….db, although there are organizations: put all files of that name back from a copy",
                data.display()
            )),
            other => AppError::internal(other),
        })?;
        if db_settings.opening == Opening::Make {
            db_settings.opening = Opening::Existing;
        }
        let holding = marks::check(&instance, data)?;
        master.set_epoch(instance.read_blocking(marks::key_epoch)?);
        let reached = arc_swap::ArcSwap::from_pointee(instance.read_blocking(store::reached)?);
        let orgs = Orgs {
            dir,
            master,
            clock,
            db_settings,
            instance,
            holding,
            open: RwLock::default(),
            shut: RwLock::default(),
            known: AtomicUsize::new(0),
            making: Mutex::default(),
            opened: tokio::sync::Notify::new(),
            tried: tokio::sync::Mutex::default(),
            reached,
            reading: Mutex::default(),
        };
        let registered = orgs.registered()?;
        orgs.known.store(registered.len(), Ordering::Release);
        for registered in registered {
            if registered.state == "active"
                && let Err(error) = orgs.open_one(registered.slug.clone())
            {
                tracing::error!(%error, "an organization stays shut; the others are served");
                orgs.shut.write().insert(registered.slug, error.to_string());
            }
        }
        Ok(orgs)
    }

    /// The appliance's own database.
    pub fn instance(&self) -> &Db {
        &self.instance
    }

    /// Whether mail, reminders and file delivery are held, because this may be a copy of the house.
    pub fn holding(&self) -> &Holding {
        &self.holding
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    pub fn master(&self) -> &MasterKey {
        &self.master
    }

    pub fn get(&self, slug: &str) -> Option<Arc<Org>> {
        let slug = Slug::parse(slug).ok()?;
        self.open.read().get(&slug).cloned()
    }

    /// The organization that a credential names.
    ///
    /// # Errors
    /// [`AppError::Unauthenticated`] where there is none; [`AppError::Unavailable`] where it could not be opened.
    pub fn of_credential(&self, slug: &str) -> Result<Arc<Org>> {
        self.get(slug).ok_or_else(|| match self.shut.read().keys().any(|shut| shut.as_str() == slug) {
            true => {
                AppError::unavailable("This organization cannot be opened just now; its administrator can see why.")
            }
            false => AppError::Unauthenticated,
        })
    }

    /// Organizations that are registered and could not be opened, and why.
    pub fn shut(&self) -> BTreeMap<Slug, String> {
        self.shut.read().clone()
    }

    /// Whether Steward waits to be set up: no organization is registered, not even one that is out of service.
    pub fn is_new(&self) -> bool {
        self.known.load(Ordering::Acquire) == 0
    }

    /// Whether this machine serves one company and no other.
    pub fn is_single(&self) -> bool {
        self.known.load(Ordering::Acquire) == 1
    }

    /// Every open organization, by slug.
    pub fn all(&self) -> Vec<Arc<Org>> {
        self.open.read().values().cloned().collect()
    }

    /// What the registry holds, disabled ones included.
    ///
    /// # Errors
    /// When the appliance's database cannot be read.
    pub fn registered(&self) -> Result<Vec<Registered>> {
        let mut rows = self.instance.read_blocking(store::registered)?;
        // The registry has the name of the beginning; whoever is open knows their own.
        for row in &mut rows {
            if let Some(org) = self.get(row.slug.as_str()) {
                row.name.clone_from(&org.settings().name);
            }
        }
        Ok(rows)
    }

    fn open_one(&self, slug: Slug) -> Result<Arc<Org>> {
        founding::give_name(&self.dir, &slug)?;
        let org = Org::open(&self.dir, slug.clone(), &self.master, self.clock.clone(), self.db_settings.clone())
            .map_err(|error| AppError::internal(format!("organization {slug}: {error}")))?;
        let org = Arc::new(org);
        self.open.write().insert(slug, Arc::clone(&org));
        self.opened.notify_one();
        Ok(org)
    }

    /// Returns once another organization has been opened since this was last asked: for the one who listens to them all.
    pub async fn another_opened(&self) {
        self.opened.notified().await;
    }

    /// By which names people have reached this appliance, as noted with [`Orgs::note_address`].
    pub fn reached(&self) -> Arc<Reached> {
        self.reached.load_full()
    }

    /// [`Orgs::note_address`] within a write to the appliance's database, as registering the first organization is;
    /// [`Orgs::read_address`] must follow.
    ///
    /// # Errors
    /// What the database says.
    pub fn note_address_in(tx: &mut Tx<'_>, host: &str, address: &str) -> Result<()> {
        store::note_address(tx, &host.to_ascii_lowercase(), address)
    }

    /// Knows again by which names people have reached this appliance. Blocks.
    ///
    /// # Errors
    /// What the database says.
    pub fn read_address(&self) -> Result<()> {
        self.read_reached()
    }

    /// Notes the host name and the whole address that this appliance is reached by.
    ///
    /// # Errors
    /// What the database says.
    pub async fn note_address(&self, host: &str, address: &str) -> Result<()> {
        let (host, address) = (host.to_ascii_lowercase(), address.to_owned());
        let op = Op::housekeeping(Housekeeping::Registry);
        self.instance.write(op, move |tx| store::note_address(tx, &host, &address)).await?;
        self.read_reached()
    }

    /// An operator says what this data directory is. What was held goes on, or the keys of tokens and links are
    /// rotated and mail stays off; `audit` writes the entry. Blocks.
    ///
    /// # Errors
    /// [`AppError::Conflict`] where nothing is asked.
    pub fn answer_marks(
        &self,
        answer: marks::Answer,
        audit: impl FnOnce(&mut Tx<'_>) -> Result<()> + Send + 'static,
    ) -> Result<()> {
        let data = self.dir.parent().unwrap_or(Path::new(".")).to_owned();
        let (standing, epoch) = self.instance.write_blocking(Op::act("house.answered"), move |tx| {
            let standing = marks::answer(tx, &data, answer)?;
            audit(tx)?;
            Ok((standing, marks::key_epoch(tx)?))
        })?;
        self.master.set_epoch(epoch);
        self.holding.set(standing);
        Ok(())
    }

    /// Whether the appliance's database takes writes, as found within the last 5 seconds: strangers may ask, and each
    /// try is a write that stays.
    pub async fn is_well(&self) -> bool {
        let mut tried = self.tried.lock().await;
        if let Some((at, well)) = *tried
            && self.clock.passed().saturating_sub(at) < TRIED_EVERY
        {
            return well;
        }
        let beat = self.instance.write(Op::housekeeping(Housekeeping::Heartbeat), store::beat).await;
        *tried = Some((self.clock.passed(), beat.is_ok()));
        beat.is_ok()
    }

    /// Writes to the appliance's database and reads it back; answers the instant written. Blocks.
    ///
    /// # Errors
    /// What the database says.
    pub fn beat(&self) -> Result<String> {
        self.instance.write_blocking(Op::housekeeping(Housekeeping::Heartbeat), store::beat)
    }

    /// Takes an organization out of service, or puts it back. Out of service, its database is closed and nobody signs
    /// in; its folder stays as it is. `audit` writes the entry. Blocks.
    ///
    /// # Errors
    /// [`AppError::NotFound`] where there is none; [`AppError::Conflict`] where it is so already; what opening it says.
    pub fn set_in_service(
        &self,
        slug: &Slug,
        in_service: bool,
        audit: impl FnOnce(&mut Tx<'_>) -> Result<()> + Send + 'static,
    ) -> Result<()> {
        let _one_at_a_time = self.making.lock();
        let row = self.registered()?.into_iter().find(|row| row.slug == *slug).ok_or(AppError::NotFound)?;
        let state = if in_service { "active" } else { "disabled" };
        if row.state == state {
            return Err(AppError::Conflict(msg!("The organization {0} is {1} already.", slug, state)));
        }
        let named = slug.clone();
        self.instance.write_blocking(Op::act("organization.state_changed"), move |tx| {
            store::set_state(tx, &named, state)?;
            audit(tx)
        })?;
        self.shut.write().remove(slug);
        if in_service {
            // From the commit on it is to be served: where that cannot be, it says why, as at a start.
            self.open_one(slug.clone())
                .inspect_err(|error| drop(self.shut.write().insert(slug.clone(), error.to_string())))?;
        } else if let Some(org) = self.open.write().remove(slug) {
            org.db.close();
        }
        Ok(())
    }

    /// Closes every database; what was acknowledged is on disk already.
    pub fn close(&self) {
        for (_, org) in std::mem::take(&mut *self.open.write()) {
            org.db.close();
        }
        self.instance.close();
    }
}

/// How often strangers make the appliance's database be tried.
const TRIED_EVERY: Duration = Duration::from_secs(5);

/// Whether there is a folder of an organization, one that was begun left out.
fn has_folders(orgs: &Path) -> bool {
    let entries = std::fs::read_dir(orgs).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| !entry.file_name().to_string_lossy().starts_with('.') && entry.path().is_dir())
}

#[cfg(test)]
mod tests {
    use super::Slug;

    #[test]
    fn slugs_come_of_names() {
        assert_eq!(Slug::of_name("Müller & Söhne GmbH").as_str(), "muller-sohne-gmbh");
        assert_eq!(Slug::of_name("Łódź ApS, Ørsted").as_str(), "lodz-aps-orsted");
        assert_eq!(Slug::of_name("東京").as_str(), "org");
        assert!(Slug::parse("../etc").is_err() && Slug::parse("").is_err() && Slug::parse("-a").is_err());
        assert!(Slug::parse(Slug::of_name(&"long name ".repeat(9)).as_str()).is_ok());
    }
}
