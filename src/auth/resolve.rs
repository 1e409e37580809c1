//! From a credential to the signed-in person, at next to no cost: what was found once is good until the organization's
//! database commits again.
//!
//! The commit number is exact (there is one writer), so nothing here expires by guess: a revoked session, a changed
//! role or a disabled login is gone with the commit that says so. Only "last seen" lives here between its writes,
//! at most one a minute.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use parking_lot::{Mutex, RwLock};

use crate::error::{AppError, Result};
use crate::ids::{SessionId, UserId};
use crate::lang::Lang;
use crate::orgs::{Org, Slug};
use crate::storage::{Housekeeping, Op, Rx};
use crate::vault::keys::Purpose;

use super::account::{self, Account};
use super::actor::{Actor, Origin};
use super::credential::{self, TokenHash};
use super::session::{self, Kind};
use super::{Auth, personal, token};

/// Rows beyond which what is stale is swept out.
const MOST: usize = 5_000;

/// How often "last seen" is written, at most.
const SEEN_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// What a request shows to say who it is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Credential {
    /// The value of the session cookie.
    Cookie(String),
    /// What stands behind `Authorization: Bearer`: an access token or a personal one.
    Bearer(String),
}

/// By what a found credential is known again.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    Cookie(TokenHash),
    Session(String, SessionId, UserId),
    Personal(TokenHash),
}

/// Which row stands behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Behind {
    Session(SessionId),
    Personal(personal::TokenId, personal::Scope),
}

/// A signed-in person, as found at one commit.
pub(super) struct Signed {
    pub(super) org: Arc<Org>,
    pub(super) account: Account,
    pub(super) behind: Behind,
    key: Key,
    commit: u64,
    /// The end of the session or token, or of the person's day, whichever is sooner.
    good_until: Timestamp,
    idle: SignedDuration,
    seen: Arc<Seen>,
    kept: Kept,
}

/// Something worked out, by its type and the language it is told in.
type Thing = (TypeId, Lang, Arc<dyn Any + Send + Sync>);

/// What was worked out for this person at this commit and on this day, by its type and the language it is told in.
#[derive(Default)]
struct Kept(Mutex<Vec<Thing>>);

/// When a credential was last used: microseconds since the epoch.
#[derive(Default)]
struct Seen {
    used: AtomicI64,
    written: AtomicI64,
}

#[derive(Default)]
pub(super) struct Cache(RwLock<HashMap<Key, Arc<Signed>>>);

impl Signed {
    fn holds(&self, org: &Arc<Org>, now: Timestamp) -> bool {
        let idle_since = now.as_microsecond() - self.seen.used.load(Ordering::Acquire);
        Arc::ptr_eq(&self.org, org)
            && self.commit == org.db.commit_number()
            && now < self.good_until
            && SignedDuration::from_micros(idle_since) < self.idle
    }

    /// What [`Signed::keep`] was told of this type, if anything was.
    pub(super) fn kept<T: Any + Send + Sync>(&self, lang: Lang) -> Option<Arc<T>> {
        let kept = self.kept.0.lock();
        let of_type = kept.iter().find(|(kind, told, _)| *kind == TypeId::of::<T>() && *told == lang);
        of_type.and_then(|(_, _, value)| Arc::clone(value).downcast().ok())
    }

    /// Remembers a value for as long as nothing was committed and it is the same day for this person.
    pub(super) fn keep<T: Any + Send + Sync>(&self, lang: Lang, value: Arc<T>) {
        let mut kept = self.kept.0.lock();
        kept.retain(|(kind, told, _)| *kind != TypeId::of::<T>() || *told != lang);
        kept.push((TypeId::of::<T>(), lang, value));
    }

    /// The personal token may only read.
    pub(super) fn is_read_only(&self) -> bool {
        matches!(self.behind, Behind::Personal(_, personal::Scope::Read))
    }

    pub(super) fn session(&self) -> Option<SessionId> {
        match self.behind {
            Behind::Session(id) => Some(id),
            Behind::Personal(..) => None,
        }
    }

    /// Notes this use; writes it down where the last note is a minute old.
    fn touch(&self, now: Timestamp) {
        let at = now.as_microsecond();
        self.seen.used.fetch_max(at, Ordering::AcqRel);
        let written = self.seen.written.load(Ordering::Acquire);
        if SignedDuration::from_micros(at - written) < SEEN_EVERY
            || self.seen.written.compare_exchange(written, at, Ordering::AcqRel, Ordering::Acquire).is_err()
        {
            return;
        }
        let (db, behind) = (self.org.db.clone(), self.behind);
        tokio::spawn(async move {
            let done = db.write(Op::housekeeping(Housekeeping::LastSeen), move |tx| match behind {
                Behind::Session(id) => session::seen(tx, id, now),
                Behind::Personal(id, _) => personal::seen(tx, id, now),
            });
            if let Err(error) = done.await {
                tracing::warn!(%error, "last seen could not be noted");
            }
        });
    }
}

impl Auth {
    /// The person behind a credential.
    ///
    /// # Errors
    /// [`AppError::Unauthenticated`] where there is none, whatever the reason, and where `host` stands for another
    /// organization; [`AppError::Unavailable`] where its organization could not be opened.
    pub(super) async fn resolve(&self, credential: &Credential, host: &str) -> Result<Arc<Signed>> {
        let (org, key) = self.key(credential, host)?;
        let now = self.clock().now();
        let known = self.signed.0.read().get(&key).cloned();
        let signed = match known {
            Some(signed) if signed.holds(&org, now) => signed,
            stale => self.find(org, key, stale.map(|signed| Arc::clone(&signed.seen))).await?,
        };
        signed.touch(now);
        Ok(signed)
    }

    /// The organization that the credential names and what to look for there. An access token's signature and claims
    /// are checked here.
    fn key(&self, credential: &Credential, host: &str) -> Result<(Arc<Org>, Key)> {
        // Asked first: another organization is not even out of order here.
        let admitted = |slug: &str| match Slug::parse(slug) {
            Ok(slug) if self.orgs.admits(host, &slug) => self.orgs.of_credential(slug.as_str()),
            _ => Err(AppError::Unauthenticated),
        };
        match credential {
            Credential::Cookie(value) => {
                let slug = credential::slug_of(value).ok_or(AppError::Unauthenticated)?;
                Ok((admitted(slug)?, Key::Cookie(TokenHash::of(value))))
            }
            Credential::Bearer(value) => match credential::slug_of(value) {
                Some(slug) => Ok((admitted(slug)?, Key::Personal(TokenHash::of(value)))),
                None => {
                    let slug = token::claimed_org(value).ok_or(AppError::Unauthenticated)?;
                    let org = admitted(&slug)?;
                    let key = org.keys.key(Purpose::Tokens);
                    let claims = token::verify(&key, org.slug.as_str(), value, self.clock().now());
                    let claims = claims.map_err(|_| AppError::Unauthenticated)?;
                    Ok((org, Key::Session(claims.org, claims.sid, claims.sub)))
                }
            },
        }
    }

    async fn find(&self, org: Arc<Org>, key: Key, seen: Option<Arc<Seen>>) -> Result<Arc<Signed>> {
        // Read before the snapshot is taken: a commit in between makes this entry stale, never wrong.
        let commit = org.db.commit_number();
        let (zone, wanted) = (org.settings().zone.clone(), key.clone());
        let used = seen.as_ref().map_or(0, |seen| seen.used.load(Ordering::Acquire));
        let used = Timestamp::from_microsecond(used).unwrap_or(Timestamp::UNIX_EPOCH);
        let found = org.db.read(move |rx| look_up(rx, &wanted, used, &zone)).await?;
        let Some(Known { account, behind, idle, last_seen, ends }) = found else {
            self.signed.0.write().remove(&key);
            return Err(AppError::Unauthenticated);
        };
        let seen = seen.unwrap_or_default();
        seen.used.fetch_max(last_seen.as_microsecond(), Ordering::AcqRel);
        seen.written.fetch_max(last_seen.as_microsecond(), Ordering::AcqRel);
        let good_until = ends.min(account.good_until);
        let kept = Kept::default();
        let signed = Arc::new(Signed { org, account, behind, key: key.clone(), commit, good_until, idle, seen, kept });
        self.signed.keep(key, &signed);
        Ok(signed)
    }
}

/// What the database knows of a credential.
struct Known {
    account: Account,
    behind: Behind,
    idle: SignedDuration,
    last_seen: Timestamp,
    ends: Timestamp,
}

/// The login behind a credential that was `used` then, as far as the caller knows; `None` where there is none any more.
fn look_up(rx: &Rx<'_>, key: &Key, used: Timestamp, zone: &TimeZone) -> Result<Option<Known>> {
    let session = match key {
        Key::Personal(hash) => {
            let Some(found) = personal::by_hash(rx, *hash)? else { return Ok(None) };
            let behind = Behind::Personal(found.id, found.scope);
            let last_seen = found.last_used_at.unwrap_or(Timestamp::MIN);
            let (idle, ends) = (SignedDuration::MAX, found.expires_at);
            let account = account::load(rx, found.user_id, zone)?;
            return Ok(account.map(|account| Known { account, behind, idle, last_seen, ends }));
        }
        Key::Cookie(hash) => session::by_cookie(rx, *hash, used)?,
        Key::Session(_, id, user) => session::by_id(rx, *id, *user, used)?.filter(|found| found.kind == Kind::Api),
    };
    let Some(found) = session else { return Ok(None) };
    let (behind, idle, last_seen) = (Behind::Session(found.id), found.kind.idle(), found.last_seen_at);
    let account = account::load(rx, found.user_id, zone)?;
    Ok(account.map(|account| Known { account, behind, idle, last_seen, ends: found.expires_at }))
}

/// What something that lasts longer than a request keeps, to ask again whether its credential still holds.
pub struct Pass {
    key: Key,
    origin: Origin,
    seen: Arc<Seen>,
}

impl std::fmt::Debug for Pass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pass").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl Signed {
    /// See [`Pass`].
    pub(super) fn pass(&self, origin: Origin) -> Pass {
        Pass { key: self.key.clone(), origin, seen: Arc::clone(&self.seen) }
    }
}

impl Pass {
    /// Whether both stand on the same session or token.
    pub fn is_same(&self, other: &Pass) -> bool {
        self.key == other.key
    }

    /// The person as they are now, and until when that is so if nothing is committed: their session, token or day ends
    /// then. `None` where the credential holds no more: it has ended, or the login is disabled.
    ///
    /// # Errors
    /// What the database says.
    pub fn still_holds(&self, rx: &Rx<'_>, zone: &TimeZone) -> Result<Option<(Actor, Timestamp)>> {
        let used = Timestamp::from_microsecond(self.seen.used.load(Ordering::Acquire)).unwrap_or(Timestamp::UNIX_EPOCH);
        let Some(known) = look_up(rx, &self.key, used, zone)? else { return Ok(None) };
        let idle = known.last_seen.max(used).checked_add(known.idle).unwrap_or(Timestamp::MAX);
        let until = known.ends.min(known.account.good_until).min(idle);
        Ok(Some((known.account.actor(self.origin), until)))
    }
}

impl Cache {
    fn keep(&self, key: Key, signed: &Arc<Signed>) {
        let mut entries = self.0.write();
        if entries.len() >= MOST {
            // Idle ones lose nothing but a look into the database at their next request.
            entries.retain(|_, entry| entry.commit == entry.org.db.commit_number());
            if entries.len() >= MOST {
                entries.clear();
            }
        }
        entries.insert(key, Arc::clone(signed));
    }
}
