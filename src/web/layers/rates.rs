//! How often: token buckets with a burst of a fifth (product/security.md). Strangers are counted by address, people
//! by themselves.
//!
//! Who is signed in is known only after the credential was looked up, and a made-up credential must not buy a new
//! bucket. So a request counts as its address until the extractor that checked the credential has vouched for it
//! ([`Gate::vouch`]); later requests with that credential count as that person.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use parking_lot::Mutex;

use crate::error::{AppError, Result};
use crate::web::cookies::{SESSION, cookie};
use crate::web::settings::Rates;

/// Buckets of one kind at most. Beyond it everybody new shares one: a flood from many addresses pays for itself.
const MOST_BUCKETS: usize = 50_000;
/// Checks between two sweeps of buckets that are full again, and so mean nothing.
const SWEEP_EVERY: u32 = 4096;
/// How long a vouched credential is remembered after it was last seen.
const VOUCHED_FOR: Duration = Duration::from_secs(3600);
/// Between two sweeps of a full memory of vouched credentials.
const SWEEP_VOUCHED_EVERY: Duration = Duration::from_secs(60);
/// Vouched credentials at most; a company has some hundred.
const MOST_VOUCHED: usize = 20_000;

/// All buckets of the program.
#[derive(Debug)]
pub struct Buckets {
    anonymous: Kind,
    signed_in: Kind,
    sign_in: Kind,
    bulk: Kind,
    vouched: Mutex<Vouched>,
}

/// Credentials that were checked: whose they are, and when they were last seen.
#[derive(Debug)]
struct Vouched {
    by: HashMap<u64, (u64, Instant)>,
    swept: Instant,
}

#[derive(Debug)]
struct Kind {
    limiter: DefaultKeyedRateLimiter<u64>,
    clock: DefaultClock,
    checks: AtomicU32,
    /// As the last sweep found it.
    crowded: AtomicBool,
}

impl Kind {
    fn new(per_minute: u32) -> Kind {
        let per_minute = NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN);
        let burst = NonZeroU32::new(per_minute.get() / 5).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_minute(per_minute).allow_burst(burst);
        Kind {
            limiter: RateLimiter::dashmap(quota),
            clock: DefaultClock::default(),
            checks: AtomicU32::new(0),
            crowded: AtomicBool::new(false),
        }
    }

    fn take(&self, key: u64) -> Result<()> {
        if self.checks.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.limiter.retain_recent();
            self.crowded.store(self.limiter.len() > MOST_BUCKETS, Ordering::Relaxed);
        }
        let key = if self.crowded.load(Ordering::Relaxed) { 0 } else { key };
        self.limiter.check_key(&key).map_err(|until| AppError::TooMany(until.wait_time_from(self.clock.now())))
    }
}

impl Buckets {
    pub fn new(rates: Rates) -> Buckets {
        Buckets {
            anonymous: Kind::new(rates.anonymous),
            signed_in: Kind::new(rates.signed_in),
            sign_in: Kind::new(rates.sign_in),
            bulk: Kind::new(rates.bulk),
            vouched: Mutex::new(Vouched { by: HashMap::new(), swept: Instant::now() }),
        }
    }

    /// The gate of one request; its general bucket is charged.
    ///
    /// # Errors
    /// `TooMany` where that bucket is empty.
    pub(super) fn enter(self: &Arc<Self>, parts: &Parts, address: Option<IpAddr>) -> Result<Gate> {
        let gate = Gate {
            buckets: Arc::clone(self),
            address: address.map(network_key),
            credential: credential(parts),
            person: Arc::default(),
        };
        match gate.credential.and_then(|credential| self.recall(credential)) {
            Some(person) => {
                // The extractor vouches again, with the same person, once it has checked again.
                self.signed_in.take(person)?;
            }
            // A request without an address did not come over the network.
            None => gate.address.map_or(Ok(()), |address| self.anonymous.take(address))?,
        }
        Ok(gate)
    }

    fn recall(&self, credential: u64) -> Option<u64> {
        let vouched = self.vouched.lock();
        vouched.by.get(&credential).filter(|(_, seen)| seen.elapsed() < VOUCHED_FOR).map(|(person, _)| *person)
    }

    fn remember(&self, credential: u64, person: u64) {
        let mut vouched = self.vouched.lock();
        if vouched.by.len() >= MOST_VOUCHED && !vouched.by.contains_key(&credential) {
            // Seldom enough to cost nothing; until then newcomers count by their address.
            if vouched.swept.elapsed() > SWEEP_VOUCHED_EVERY {
                vouched.by.retain(|_, (_, seen)| seen.elapsed() < VOUCHED_FOR);
                vouched.swept = Instant::now();
            }
            if vouched.by.len() >= MOST_VOUCHED {
                return;
            }
        }
        vouched.by.insert(credential, (person, Instant::now()));
    }
}

/// One request's relation to the buckets. Lives in the request's extensions.
#[derive(Clone, Debug)]
pub struct Gate {
    buckets: Arc<Buckets>,
    address: Option<u64>,
    credential: Option<u64>,
    person: Arc<OnceLock<u64>>,
}

impl Gate {
    /// Says that the request's credential was checked and belongs to this person: `gate.vouch((org, user_id))`.
    /// Called by the extractor that makes the actor, each time.
    pub fn vouch(&self, person: impl Hash) {
        let person = hash(person);
        // Once set it stays: a request has one actor.
        let person = *self.person.get_or_init(|| person);
        if let Some(credential) = self.credential {
            self.buckets.remember(credential, person);
        }
    }

    /// The gate of a request that has one; all have, behind `layers`.
    pub fn of(parts: &Parts) -> Option<&Gate> {
        parts.extensions.get()
    }
}

/// An argument of handlers that take a password or a token for one: 20 a minute from an address.
#[derive(Clone, Copy, Debug)]
pub struct SignInRate;

/// An argument of imports and exports, after the one that knows the person: 10 a minute for each.
#[derive(Clone, Copy, Debug)]
pub struct BulkRate;

impl<S: Sync> FromRequestParts<S> for SignInRate {
    type Rejection = AppError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        if let Some((gate, address)) = Gate::of(parts).and_then(|gate| Some((gate, gate.address?))) {
            gate.buckets.sign_in.take(address)?;
        }
        Ok(SignInRate)
    }
}

impl<S: Sync> FromRequestParts<S> for BulkRate {
    type Rejection = AppError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        if let Some(gate) = Gate::of(parts)
            && let Some(key) = gate.person.get().copied().or(gate.address)
        {
            gate.buckets.bulk.take(key)?;
        }
        Ok(BulkRate)
    }
}

/// A household of IPv6 has a /64, so that counts as one address.
fn network_key(address: IpAddr) -> u64 {
    match address.to_canonical() {
        IpAddr::V4(v4) => hash(v4),
        IpAddr::V6(v6) => hash(&v6.segments()[..4]),
    }
}

/// The request's bearer token or session cookie, as a number only.
fn credential(parts: &Parts) -> Option<u64> {
    let bearer = parts.headers.get(AUTHORIZATION).map(|value| hash(value.as_bytes()));
    let session = || [SESSION.secure, SESSION.plain].into_iter().find_map(|name| cookie(&parts.headers, name));
    bearer.or_else(|| session().map(hash))
}

fn hash(what: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_bounded_and_swept() {
        let kind = Kind::new(6_000_000);
        for key in 1..=2 * u64::try_from(MOST_BUCKETS).unwrap() {
            // Beyond the bound everybody new shares one bucket, which is large here.
            kind.take(key).unwrap();
        }
        assert!(kind.limiter.len() <= MOST_BUCKETS + usize::try_from(SWEEP_EVERY).unwrap(), "{}", kind.limiter.len());
    }

    #[test]
    fn what_is_vouched_for_is_bounded() {
        let buckets = Buckets::new(Rates::default());
        for credential in 0..2 * u64::try_from(MOST_VOUCHED).unwrap() {
            buckets.remember(credential, 1);
        }
        assert_eq!(buckets.vouched.lock().by.len(), MOST_VOUCHED);
        assert_eq!(buckets.recall(1), Some(1));
    }

    #[test]
    fn a_household_of_ipv6_is_one_address() {
        let key = |text: &str| network_key(text.parse().unwrap());
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_eq!(key("::ffff:10.0.0.1"), key("10.0.0.1"));
        assert_ne!(key("10.0.0.1"), key("10.0.0.2"));
    }
}
