//! Too many wrong passwords close the door for a while: for one login, from one place.
//!
//! The count is in the database, so a restart forgets nothing, and an attempt is counted before its password is
//! looked at, so that many at once cannot outrun the count. A browser that the person has signed in from before is a
//! place of its own: somebody else's failures do not lock it out. Addresses that nobody has are counted in the
//! appliance's database by the same rule, so that nobody can tell the difference.

pub mod rules;
mod store;

use std::net::IpAddr;

use jiff::Timestamp;

use crate::error::Result;
use crate::ids::UserId;
use crate::storage::{Rx, Tx};

use super::credential::TokenHash;
use rules::{Tries, Verdict};

/// Where an attempt comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place(String);

impl Place {
    /// The network of an address: a /24 of IPv4, a /64 of IPv6 (what one household or one rented machine has).
    pub fn network(address: Option<IpAddr>) -> Place {
        Place(match address.map(|address| address.to_canonical()) {
            Some(IpAddr::V4(v4)) => {
                let [a, b, c, _] = v4.octets();
                format!("net {a}.{b}.{c}.0/24")
            }
            Some(IpAddr::V6(v6)) => {
                let [a, b, c, d, ..] = v6.segments();
                format!("net {a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
            None => "net unknown".to_owned(),
        })
    }

    /// A browser that carries the device cookie of an earlier success.
    pub fn device(token: &TokenHash) -> Place {
        Place(format!("device {}", token.short()))
    }

    fn as_str(&self) -> &str {
        &self.0
    }
}

/// What [`begin`] answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// Look at the password.
    Go(Counted),
    /// Do not even look.
    Locked { until: Timestamp },
}

/// An attempt that was counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    pub place: Place,
    /// Should the password be wrong, the door is closed from now on.
    pub locks_now: bool,
    before: Tries,
    after: Tries,
}

/// Counts an attempt to sign in as `user`. `device` is the browser's device cookie, if it brought one.
///
/// # Errors
/// What the database says.
pub fn begin(tx: &mut Tx<'_>, user: UserId, device: Option<TokenHash>, address: Option<IpAddr>) -> Result<Begun> {
    let place = place(tx, user, device, address)?;
    let before = store::tries(tx, user, place.as_str())?;
    match rules::attempt(before.clone(), tx.now()) {
        Verdict::Locked { until } => Ok(Begun::Locked { until }),
        Verdict::Try { tries, locks_now } => {
            store::set_tries(tx, user, place.as_str(), &tries)?;
            Ok(Begun::Go(Counted { place, locks_now, before, after: tries }))
        }
    }
}

/// Where an attempt to sign in as `user` counts: at the device, where the person has signed in from it before; else at
/// the network.
///
/// # Errors
/// What the database says.
pub fn place(rx: &Rx<'_>, user: UserId, device: Option<TokenHash>, address: Option<IpAddr>) -> Result<Place> {
    Ok(match device {
        Some(device) if store::knows_device(rx, user, device)? => Place::device(&device),
        _ => Place::network(address),
    })
}

/// As [`begin`], for an address that no organization knows; `digest` stands for it. In the appliance's database.
///
/// # Errors
/// What the database says.
pub fn begin_unknown(tx: &mut Tx<'_>, digest: [u8; 32], address: Option<IpAddr>) -> Result<Begun> {
    let place = Place::network(address);
    let before = store::unknown_tries(tx, digest, place.as_str())?;
    match rules::attempt(before.clone(), tx.now()) {
        Verdict::Locked { until } => Ok(Begun::Locked { until }),
        Verdict::Try { tries, locks_now } => {
            store::set_unknown_tries(tx, digest, place.as_str(), &tries)?;
            Ok(Begun::Go(Counted { place, locks_now, before, after: tries }))
        }
    }
}

/// Notes once more that an unknown address failed: as much work as the audit entry of a known one.
///
/// # Errors
/// What the database says.
pub fn failed_unknown(tx: &mut Tx<'_>, digest: [u8; 32], place: &Place) -> Result<()> {
    store::touch_unknown(tx, digest, place.as_str())
}

/// Takes an attempt back that was neither right nor wrong: nobody had time to look at the password, or it was that of
/// another login with the same address. Does nothing where another attempt has been counted meanwhile.
///
/// # Errors
/// What the database says.
pub fn undo(tx: &mut Tx<'_>, user: UserId, counted: &Counted) -> Result<()> {
    let place = counted.place.as_str();
    if store::tries(tx, user, place)? == counted.after {
        store::set_tries(tx, user, place, &counted.before)?;
    }
    Ok(())
}

/// As [`undo`], of [`begin_unknown`].
///
/// # Errors
/// What the database says.
pub fn undo_unknown(tx: &mut Tx<'_>, digest: [u8; 32], counted: &Counted) -> Result<()> {
    let place = counted.place.as_str();
    if store::unknown_tries(tx, digest, place)? == counted.after {
        store::set_unknown_tries(tx, digest, place, &counted.before)?;
    }
    Ok(())
}

/// No browser is known any more: whoever signed in before may have been somebody else.
///
/// # Errors
/// What the database says.
pub fn forget_devices(tx: &mut Tx<'_>, user: UserId) -> Result<usize> {
    store::forget_devices(tx, user)
}

/// Whether the person has signed in from this browser before.
///
/// # Errors
/// What the database says.
pub fn knows(rx: &Rx<'_>, user: UserId, device: TokenHash) -> Result<bool> {
    store::knows_device(rx, user, device)
}

/// After a success: nothing was wrong from there, and the browser, if it is one, is known from now on.
///
/// # Errors
/// What the database says.
pub fn succeeded(tx: &mut Tx<'_>, user: UserId, place: &Place, device: Option<TokenHash>) -> Result<()> {
    store::forget(tx, user, place.as_str())?;
    device.map_or(Ok(()), |device| store::remember_device(tx, user, device))
}

/// Opens every door of `user`; how many were closed.
///
/// # Errors
/// What the database says.
pub fn unlock(tx: &mut Tx<'_>, user: UserId) -> Result<usize> {
    store::unlock(tx, user)
}

/// Until when `user` is locked out somewhere; `None` where nowhere.
///
/// # Errors
/// What the database says.
pub fn locked_until(rx: &Rx<'_>, user: UserId) -> Result<Option<Timestamp>> {
    let latest = store::latest_lock(rx, user)?;
    Ok(latest.filter(|until| *until > rx.now()))
}

/// Removes counts that no longer matter (older than the time after which a lock is forgiven), in either database, and
/// here the devices whose cookie has ended.
///
/// # Errors
/// What the database says.
pub fn prune(tx: &mut Tx<'_>) -> Result<usize> {
    let tries = store::prune(tx, tx.now() - rules::FORGIVEN_AFTER - rules::LONGEST_LOCK)?;
    Ok(tries + store::prune_devices(tx, tx.now() - rules::DEVICE_FORGOTTEN_AFTER)?)
}

/// As [`prune`], in the appliance's database.
///
/// # Errors
/// What the database says.
pub fn prune_unknown(tx: &mut Tx<'_>) -> Result<usize> {
    store::prune_unknown(tx, tx.now() - rules::FORGIVEN_AFTER - rules::LONGEST_LOCK)
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn a_place_is_a_network_or_a_device() {
        let of = |text: &str| Place::network(Some(text.parse().unwrap())).0;
        assert_eq!(of("192.0.2.77"), "net 192.0.2.0/24");
        assert_eq!(of("::ffff:192.0.2.78"), "net 192.0.2.0/24");
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "net 2001:db8:1:2::/64");
        assert_eq!(Place::network(None).0, "net unknown");
    }
}
