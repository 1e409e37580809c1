//! Codes on paper: twelve letters that let somebody in once, within 7 days, together with their address. Twelve of
//! twenty letters are some 52 bits: enough against guessing through a door that locks, too few for a bare hash, so what
//! is kept is keyed with the organization's own key, which is not in the database.

use std::sync::Arc;

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::audit::{self, Entry};
use crate::auth::Auth;
use crate::auth::account;
use crate::auth::actor::Actor;
use crate::auth::links;
use crate::auth::lockout::{self, Begun, Counted};
use crate::auth::password::{self, About, Password, PasswordHash};
use crate::auth::sign_in::{self, Knock, SignedIn, somebody};
use crate::auth::user::{self, State};
use crate::error::{AppError, Result};
use crate::ids::{UserId, random_bytes};
use crate::msg;
use crate::orgs::Org;
use crate::storage::{Housekeeping, Op, Tx};
use crate::text::EmailAddress;
use crate::vault::keys::Purpose;

use super::store;

/// The operation of a write that makes a code.
pub const PRINTED: Op = Op::act("user.code_printed");
const COUNTED: Op = Op::housekeeping(Housekeeping::Lockout);
const PASSWORD_SET: Op = Op::act("user.password_set");

/// No vowels, so no words, and none that looks like another or like a digit.
const LETTERS: &[u8; 20] = b"BCDFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 12;

/// As long as the invitation by mail.
const LIVES: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A code that was just made: shown this once.
#[derive(Clone, PartialEq, Eq)]
pub struct Printed {
    /// "BCDF-GHJK-MNPQ"
    pub code: String,
    pub name: String,
    pub email: String,
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for Printed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Printed").field("email", &self.email).finish_non_exhaustive()
    }
}

/// Letters by chance, each as likely as any other: bytes that would favour some are drawn again.
fn letters() -> String {
    let fair = 256 - 256 % LETTERS.len();
    let mut code = String::with_capacity(LENGTH);
    while code.len() < LENGTH {
        let drawn = random_bytes::<32>().into_iter().map(usize::from).filter(|byte| *byte < fair);
        code.extend(drawn.take(LENGTH - code.len()).map(|byte| char::from(LETTERS[byte % LETTERS.len()])));
    }
    code
}

fn hash(org: &Org, user: UserId, code: &str) -> [u8; 32] {
    let key = org.keys.key(Purpose::Links);
    let mut mac = Hmac::<Sha256>::new_from_slice(&*key).expect("HMAC takes a key of any length");
    mac.update(format!("printed code {user} {code}").as_bytes());
    mac.finalize().into_bytes().into()
}

/// What was typed, as it was made: in any case, with any gaps.
fn typed(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_uppercase()).take(LENGTH + 1).collect()
}

/// Makes a code for a login that has no password yet; one before is over, an invitation by mail stays good.
///
/// # Errors
/// [`AppError::Forbidden`] for those who may not; [`AppError::Conflict`] where it has a password or is disabled.
pub fn print(tx: &mut Tx<'_>, actor: &Actor, org: &Org, id: UserId) -> Result<Printed> {
    let user = user::require_may_manage(tx, actor, id)?;
    if user.state != State::Invited {
        return Err(AppError::conflict(msg!(
            "{0} has been here before: a new password can be asked for on the sign-in page.",
            user.name
        )));
    }
    let code = letters();
    let expires_at = tx.now() + LIVES;
    store::put_code(tx, id, hash(org, id, &code), expires_at)?;
    audit::record(tx, actor, Entry::new("user.code_printed").on("user", id).with("email", &user.email))?;
    let parts: Vec<&str> = [0, 4, 8].into_iter().map(|at| &code[at..at + 4]).collect();
    Ok(Printed { code: parts.join("-"), name: user.name, email: user.email, expires_at })
}

/// Removes codes that nobody can use any more.
///
/// # Errors
/// What the database says.
pub fn prune(tx: &mut Tx<'_>) -> Result<usize> {
    store::prune(tx, tx.now())
}

/// What a code came to.
enum Tried {
    Right { org: Arc<Org>, user: UserId, counted: Counted },
    Wrong,
}

impl Auth {
    /// Uses a code up: sets the password and signs the person in. Wrong ones are counted and lock as wrong passwords do,
    /// whether anybody has the address or not.
    ///
    /// # Errors
    /// [`AppError::Invalid`] on `code` or `password`; [`AppError::TooMany`] after too many wrong ones;
    /// [`AppError::Forbidden`] where the login may not be used.
    pub async fn follow_code(&self, email: &str, code: &str, password: Password, knock: &Knock) -> Result<SignedIn> {
        let address: EmailAddress = email.parse().map_err(|why| AppError::invalid("email", why))?;
        let code = typed(code);
        let Tried::Right { org, user, counted } = self.try_code(&address, &code, knock).await? else {
            return Err(AppError::invalid(
                "code",
                "Address and code do not fit, or the code was used or is older than 7 days. Ask HR for another.",
            ));
        };
        let undo = counted.clone();
        let key = address.key().to_owned();
        let name = org.db.read(move |rx| store::by_address(rx, &key)).await?.map(|(_, name)| name).unwrap_or_default();
        let about = About { name: &name, local_part: address.local_part() };
        let hashed = match password::check(&password, password::MIN_CHARS, about) {
            Ok(()) => self.passwords.hash(&address, password).await,
            Err(why) => Err(AppError::invalid("password", why)),
        };
        let hashed = match hashed {
            Ok(hashed) => hashed,
            Err(error) => {
                // The code was right: it counts for nothing, and stays.
                org.db.write(COUNTED, move |tx| lockout::undo(tx, user, &undo)).await?;
                return Err(error);
            }
        };
        let (of, from) = (Arc::clone(&org), knock.clone());
        org.db.write(PASSWORD_SET, move |tx| redeem(tx, &of, user, &code, &hashed, &counted, &from)).await?;
        self.enter(org, user, None, knock).await
    }

    async fn try_code(&self, address: &EmailAddress, code: &str, knock: &Knock) -> Result<Tried> {
        let (mut known, mut locked, mut wrong) = (false, None, Vec::new());
        for org in self.orgs.all() {
            if !self.orgs.admits(&knock.host, &org.slug) {
                continue;
            }
            let key = address.key().to_owned();
            let Some((user, _)) = org.db.read(move |rx| store::by_address(rx, &key)).await? else { continue };
            known = true;
            let (device, from) =
                (knock.device.as_deref().map(crate::auth::credential::TokenHash::of), knock.client.address);
            let counted = match org.db.write(COUNTED, move |tx| lockout::begin(tx, user, device, from)).await? {
                Begun::Go(counted) => counted,
                Begun::Locked { until } => {
                    locked = locked.max(Some(until));
                    continue;
                }
            };
            let expected = hash(&org, user, code);
            let kept = org.db.read(move |rx| store::code(rx, user, rx.now())).await?;
            if kept.is_some_and(|kept| kept.ct_eq(&expected).into()) {
                // Right here: it was not wrong elsewhere.
                for (org, user, counted) in wrong {
                    let org: Arc<Org> = org;
                    org.db.write(COUNTED, move |tx| lockout::undo(tx, user, &counted)).await?;
                }
                return Ok(Tried::Right { org, user, counted });
            }
            wrong.push((org, user, counted));
        }
        for (org, user, counted) in wrong {
            let (client, stranger, locks_now) = (knock.client.clone(), somebody(knock), counted.locks_now);
            let write = move |tx: &mut Tx<'_>| sign_in::wrong_password(tx, &stranger, user, &client, locks_now);
            org.db.write(sign_in::FAILED, write).await?;
        }
        if !known {
            let (digest, from) = (self.passwords.digest(address), knock.client.address);
            let begun = self.orgs.instance().write(COUNTED, move |tx| lockout::begin_unknown(tx, digest, from)).await?;
            match begun {
                Begun::Go(counted) => {
                    let write = move |tx: &mut Tx<'_>| lockout::failed_unknown(tx, digest, &counted.place);
                    self.orgs.instance().write(COUNTED, write).await?;
                }
                Begun::Locked { until } => locked = Some(until),
            }
        }
        match locked {
            Some(until) => {
                Err(AppError::TooMany(self.clock().now().duration_until(until).try_into().unwrap_or_default()))
            }
            None => Ok(Tried::Wrong),
        }
    }
}

/// The code is used once: whoever comes second finds none.
fn redeem(
    tx: &mut Tx<'_>,
    org: &Org,
    user: UserId,
    code: &str,
    password: &PasswordHash,
    counted: &Counted,
    knock: &Knock,
) -> Result<()> {
    let expected = hash(org, user, code);
    let still = store::code(tx, user, tx.now())?.is_some_and(|kept| kept.ct_eq(&expected).into());
    if !still {
        return Err(AppError::invalid("code", "This code was used already. Ask HR for another."));
    }
    let Some(account) = account::load(tx, user, &org.settings().zone)? else {
        return Err(AppError::forbidden("This login cannot be used now. Ask HR or your admin."));
    };
    store::drop_code(tx, user)?;
    links::drop_all(tx, user)?;
    lockout::undo(tx, user, counted)?;
    let actor = links::person(&account, knock);
    user::set_password(tx, &actor, user, password, "printed_code")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_letters_that_are_not_mistaken_and_is_read_however_it_is_typed() {
        let one = letters();
        assert_eq!(one.len(), LENGTH);
        assert!(one.bytes().all(|letter| LETTERS.contains(&letter)));
        assert_ne!(one, letters());
        assert_eq!(typed(" bcdf-ghjk mnpq\n"), "BCDFGHJKMNPQ");
        assert_ne!(typed("BCDFGHJKMNPQR"), "BCDFGHJKMNPQ", "one letter too many is another code");
        // Each letter comes about as often as any other.
        let many: String = (0..500).map(|_| letters()).collect();
        for letter in LETTERS {
            let count = many.bytes().filter(|one| one == letter).count();
            assert!((200..=400).contains(&count), "{}: {count}", char::from(*letter));
        }
    }
}
