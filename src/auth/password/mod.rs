//! Passwords: hashed with argon2id off the async threads, a few at a time, compared in a time that tells nothing.
//!
//! **One hash whatever exists.** An address may have a login in several organizations, or in none, and signing in
//! asks which one only after the password was right. So the salt is derived from the address (and a key of this
//! appliance): one computation answers for all of them, and for an address that nobody has it costs the same.
//! A hash keeps its own salt beside it. Where that differs (the address changed since, or the organization came from
//! another machine) the hash is still checked, by its own salt; signing in then writes it anew.

mod policy;
#[cfg(test)]
mod tests;

pub use policy::{About, MAX_CHARS, MIN_CHARS, check};

use std::fmt;
use std::sync::Arc;

use argon2::password_hash::phc::{Ident, Output, ParamsString, PasswordHash as Phc, Salt};
use argon2::{Algorithm, Argon2, Params, Version};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use crate::error::{AppError, Result};
use crate::msg;
use crate::text::EmailAddress;

/// Memory of one hash, in KiB: 19 MiB (the minimum that OWASP names for t = 2, p = 1).
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// A stored hash may ask for at most this much, so that a doctored row cannot take the machine's memory.
const MOST_MEMORY_KIB: u32 = 256 * 1024;
const MOST_PASSES: u32 = 10;

/// How many may wait for a free hasher; at some 30 ms a hash the last waits for about a second.
const QUEUE: usize = 64;

/// A password as typed, in Unicode NFC, so that every keyboard's "é" is one. Never printed, wiped when dropped.
pub struct Password(Zeroizing<String>);

impl Password {
    pub fn new(typed: &str) -> Self {
        Password(Zeroizing::new(typed.nfc().collect()))
    }

    fn text(&self) -> &str {
        &self.0
    }
}

impl From<String> for Password {
    fn from(typed: String) -> Self {
        Password::new(&Zeroizing::new(typed))
    }
}

impl<'de> serde::Deserialize<'de> for Password {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Password::from)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// A hash as the database keeps it (`$argon2id$v=19$m=19456,t=2,p=1$salt$hash`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// A column's value.
    pub fn from_column(text: String) -> Self {
        PasswordHash(text)
    }

    /// What no password matches: for a login that has none.
    pub fn none() -> Self {
        PasswordHash(String::new())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What came of comparing a password with the hashes of an address.
#[derive(Debug, PartialEq, Eq)]
pub struct Verified {
    /// For each hash that was handed in, in order: does the password match?
    pub matches: Vec<bool>,
    /// The password under today's parameters and the address's own salt, where a matching hash was made otherwise
    /// and should be replaced.
    pub renewed: Option<PasswordHash>,
}

/// The hashers. Cheap to clone; clones share the bounds.
#[derive(Clone)]
pub struct Passwords {
    /// One permit for each hash that may run at once.
    lanes: Arc<Semaphore>,
    /// One permit for each that runs or waits.
    places: Arc<Semaphore>,
    salt_key: [u8; 32],
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passwords").field("free_lanes", &self.lanes.available_permits()).finish_non_exhaustive()
    }
}

impl Passwords {
    /// As many hashers as the machine has processors, at most four (each takes 19 MiB while it runs).
    /// `salt_key` is the appliance's own key for the purpose "password salt".
    pub fn new(salt_key: [u8; 32]) -> Self {
        let lanes = std::thread::available_parallelism().map_or(1, |n| n.get().min(4));
        Passwords::bounded(salt_key, lanes, QUEUE)
    }

    fn bounded(salt_key: [u8; 32], lanes: usize, queue: usize) -> Self {
        Passwords { lanes: Arc::new(Semaphore::new(lanes)), places: Arc::new(Semaphore::new(lanes + queue)), salt_key }
    }

    /// The hash to store for `address`. The policy ([`check`]) has been asked before.
    ///
    /// # Errors
    /// [`AppError::Unavailable`] where too many wait already.
    pub async fn hash(&self, address: &EmailAddress, password: Password) -> Result<PasswordHash> {
        let salt = self.salt(address);
        self.run(move || Recipe::today(salt).hash(&password)).await
    }

    /// As [`Passwords::hash`], for verbs, the demo and tests: on this thread, without the bounds.
    ///
    /// # Errors
    /// [`AppError::Internal`] where memory for it cannot be had.
    pub fn hash_blocking(&self, address: &EmailAddress, password: &Password) -> Result<PasswordHash> {
        Recipe::today(self.salt(address)).hash(password)
    }

    /// Compares `password` with every hash of `address`; with none it takes as long. Hashes that were made with the
    /// address's own salt are compared if there is one such, else those that share the first one's salt.
    ///
    /// # Errors
    /// [`AppError::Unavailable`] where too many wait already.
    pub async fn verify(
        &self,
        address: &EmailAddress,
        password: Password,
        hashes: Vec<PasswordHash>,
    ) -> Result<Verified> {
        let today = Recipe::today(self.salt(address));
        self.run(move || verify(&today, &password, &hashes)).await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let busy = || {
            AppError::unavailable(msg!("Too many people are signing in just now. Please try again in a few seconds."))
        };
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| busy())?;
        let lane = Arc::clone(&self.lanes).acquire_owned().await.map_err(|_| busy())?;
        // The permits go into the closure: a caller who hangs up does not free a hasher that is still at work.
        tokio::task::spawn_blocking(move || {
            let _held = (place, lane);
            work()
        })
        .await
        .map_err(AppError::internal)?
    }

    /// Stands for an address where the address itself should not be kept.
    pub fn digest(&self, address: &EmailAddress) -> [u8; 32] {
        self.keyed("tries", address)
    }

    fn salt(&self, address: &EmailAddress) -> Salt {
        Salt::new(&self.keyed("salt", address)[..16]).expect("16 bytes are a salt")
    }

    fn keyed(&self, what_for: &str, address: &EmailAddress) -> [u8; 32] {
        let mac = Hmac::<Sha256>::new_from_slice(&self.salt_key).expect("HMAC takes a key of any length");
        mac.chain_update(what_for).chain_update([0]).chain_update(address.key()).finalize().into_bytes().into()
    }
}

/// All that decides a hash but the password.
#[derive(Clone, PartialEq, Eq)]
struct Recipe {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: Salt,
}

impl Recipe {
    fn today(salt: Salt) -> Self {
        Recipe { memory_kib: MEMORY_KIB, passes: PASSES, lanes: LANES, salt }
    }

    /// The recipe and the output of a stored hash; `None` where it is not one of ours.
    fn of(stored: &PasswordHash) -> Option<(Self, Output)> {
        let phc = Phc::new(stored.as_str()).ok()?;
        let params = Params::try_from(&phc).ok()?;
        let ours = phc.algorithm == Ident::new("argon2id").ok()? && phc.version == Some(Version::V0x13.into());
        let bounded = params.m_cost() <= MOST_MEMORY_KIB && params.t_cost() <= MOST_PASSES && params.p_cost() <= 4;
        let recipe =
            Recipe { memory_kib: params.m_cost(), passes: params.t_cost(), lanes: params.p_cost(), salt: phc.salt? };
        (ours && bounded).then_some((recipe, phc.hash?))
    }

    fn output(&self, password: &Password) -> Result<Output> {
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(32))
            .map_err(|e| AppError::internal(e.to_string()))?;
        let mut out = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(password.text().as_bytes(), &self.salt, out.as_mut())
            .map_err(|error| AppError::internal(error.to_string()))?;
        Output::new(out.as_ref()).map_err(|error| AppError::internal(error.to_string()))
    }

    fn hash(&self, password: &Password) -> Result<PasswordHash> {
        Ok(self.written(self.output(password)?))
    }

    fn written(&self, output: Output) -> PasswordHash {
        let mut params = ParamsString::new();
        for (name, value) in [("m", self.memory_kib), ("t", self.passes), ("p", self.lanes)] {
            params.add_decimal(name, value).expect("three short numbers fit");
        }
        let phc = Phc {
            algorithm: Ident::new("argon2id").expect("a valid identifier"),
            version: Some(Version::V0x13.into()),
            params,
            salt: Some(self.salt),
            hash: Some(output),
        };
        PasswordHash(phc.to_string())
    }
}

fn verify(today: &Recipe, password: &Password, hashes: &[PasswordHash]) -> Result<Verified> {
    let stored: Vec<_> = hashes.iter().map(Recipe::of).collect();
    let by_today = stored.iter().flatten().any(|(recipe, _)| recipe == today);
    let first = stored.iter().flatten().next().map(|(recipe, _)| recipe);
    let recipe = if by_today { today } else { first.unwrap_or(today) };

    let output = recipe.output(password)?;
    let matches: Vec<bool> = stored
        .iter()
        .map(|stored| {
            stored
                .as_ref()
                .is_some_and(|(theirs, hash)| theirs == recipe && bool::from(hash.as_bytes().ct_eq(output.as_bytes())))
        })
        .collect();
    // Only a right password reaches the second hash, and only once: nothing to learn from its time.
    let renew = recipe != today && matches.contains(&true);
    let renewed = if renew { Some(today.hash(password)?) } else { None };
    Ok(Verified { matches, renewed })
}
