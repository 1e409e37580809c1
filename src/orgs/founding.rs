//! Making an organization so that at each moment there is all of it, or nothing.
//!
//! It is made whole under a temporary name, with its settings and whatever else belongs to its beginning. One commit in
//! the appliance's database then registers it, and only after that does its folder get its name. Killed before the
//! commit, a folder is left that nobody knows, and the next making clears it away; killed after it, the next start
//! gives the folder its name.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use crate::error::{AppError, Result};
use crate::msg;
use crate::storage::audit::Entry;
use crate::storage::dir::sync_folder;
use crate::storage::{self, Db, DbSettings, Op, Opening, Tx};

use super::{Org, OrgSettings, Orgs, Slug, store};

const CREATED: Op = Op::act("organization.created");

impl Orgs {
    /// Makes an organization and opens it, as the command line does. Blocks; call it off the async threads.
    ///
    /// # Errors
    /// [`AppError::Conflict`] where the slug is taken; [`AppError::Invalid`] for a name that is empty or too long.
    pub fn create(&self, slug: Slug, settings: OrgSettings) -> Result<Arc<Org>> {
        let by = json!({ "name": "command line", "channel": "cli" });
        let (org, ()) = self.found(slug, settings, by, |_| Ok(()), |_, ()| Ok(()))?;
        Ok(org)
    }

    /// Makes an organization and opens it. `by` says who does, for both audit logs; `fill` writes what belongs to its
    /// beginning into its own database, `register` into the appliance's, in the one commit that decides. Where either
    /// fails, nothing was made. Blocks.
    ///
    /// # Errors
    /// As [`Orgs::create`], and what `fill` and `register` say.
    pub fn found<T: Send + 'static>(
        &self,
        slug: Slug,
        settings: OrgSettings,
        by: Value,
        fill: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
        register: impl FnOnce(&mut Tx<'_>, &T) -> Result<()> + Send + 'static,
    ) -> Result<(Arc<Org>, T)> {
        settings.check()?;
        let _one_at_a_time = self.making.lock();
        self.instance.read_blocking(|rx| store::refuse_taken(rx, &slug))?;
        let (dir, unborn) = (self.dir.join(slug.as_str()), unborn(&self.dir, &slug));
        if dir.exists() {
            return Err(AppError::conflict(msg!(
                "The folder {0} is there already and belongs to no organization. Move it away, or choose another slug.",
                dir.display()
            )));
        }
        clear(&unborn)?;
        let name = settings.name.clone();
        let entry = Entry {
            action: CREATED.name(),
            actor: by,
            changes: vec![
                ("slug".to_owned(), Value::Null, slug.as_str().into()),
                ("name".to_owned(), Value::Null, name.as_str().into()),
            ],
            ..Entry::default()
        };

        let own = entry.clone();
        let made = self.make_unborn(&unborn, move |tx| {
            settings.save(tx)?;
            tx.audit(&own)?;
            fill(tx)
        });
        let row = slug.clone();
        let registered = made.and_then(|made| {
            self.instance.write_blocking(CREATED, move |tx| {
                store::register(tx, &row, &name)?;
                tx.audit(&entry)?;
                register(tx, &made)?;
                Ok(made)
            })
        });
        let made = match registered {
            Ok(made) => {
                self.known.fetch_add(1, std::sync::atomic::Ordering::AcqRel);
                made
            }
            Err(error) => {
                if let Err(error) = clear(&unborn) {
                    tracing::warn!(%error, "what was begun of an organization could not be removed");
                }
                return Err(error);
            }
        };
        Ok((self.open_one(slug)?, made))
    }

    fn make_unborn<T: Send + 'static>(
        &self,
        unborn: &Path,
        fill: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let settings = DbSettings { opening: Opening::Make, ..self.db_settings.clone() };
        let db = Db::open(unborn, &storage::ORG, self.clock.clone(), settings).map_err(AppError::internal)?;
        let made = db.write_blocking(CREATED, fill);
        db.close();
        made
    }
}

fn unborn(orgs: &Path, slug: &Slug) -> PathBuf {
    orgs.join(format!(".{slug}.new"))
}

fn clear(unborn: &Path) -> Result<()> {
    match fs::remove_dir_all(unborn) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(AppError::internal(error)),
        _ => Ok(()),
    }
}

/// Gives the folder of a registered organization its name, where that has not happened yet.
pub(super) fn give_name(orgs: &Path, slug: &Slug) -> Result<()> {
    let (dir, unborn) = (orgs.join(slug.as_str()), unborn(orgs, slug));
    if !dir.exists() && unborn.exists() {
        fs::rename(&unborn, &dir).map_err(AppError::internal)?;
        sync_folder(orgs)?;
    }
    Ok(())
}
