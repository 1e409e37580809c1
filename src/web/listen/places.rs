//! How many connections there may be, and how many of them of one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::Mutex;

/// All places, and who sits on them.
#[derive(Debug)]
pub(super) struct Places {
    most: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by: HashMap<IpAddr, usize>,
}

/// One place, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    address: IpAddr,
}

impl Places {
    pub(super) fn new(most: usize) -> Places {
        Places { most: most.max(2), taken: Mutex::default() }
    }

    /// A place for a connection from there; nothing where all are taken, or half of them by that address. A listed
    /// proxy may take all: it stands for many.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr, proxy: bool) -> Option<Place> {
        let mut taken = self.taken.lock();
        let share = if proxy { self.most } else { self.most / 2 };
        if taken.all >= self.most || taken.by.get(&address).is_some_and(|n| *n >= share) {
            return None;
        }
        taken.all += 1;
        *taken.by.entry(address).or_default() += 1;
        Some(Place { places: Arc::clone(self), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock();
        taken.all -= 1;
        if let Some(n) = taken.by.get_mut(&self.address) {
            *n -= 1;
            if *n == 0 {
                taken.by.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_gets_half_and_gives_back() {
        let places = Arc::new(Places::new(4));
        let [a, b] = ["10.0.0.1", "10.0.0.2"].map(|ip| ip.parse::<IpAddr>().unwrap());
        let first = places.take(a, false).unwrap();
        let _second = places.take(a, false).unwrap();
        assert!(places.take(a, false).is_none(), "half of four");
        let _third = places.take(b, false).unwrap();
        drop(first);
        let _again = places.take(a, false).unwrap();
        let _fourth = places.take(b, false).unwrap();
        assert!(places.take("10.0.0.3".parse().unwrap(), true).is_none(), "all four");
        assert_eq!(places.taken.lock().by.len(), 2);
    }

    #[test]
    fn a_proxy_may_have_all() {
        let places = Arc::new(Places::new(4));
        let taken: Vec<_> = (0..5).map(|_| places.take("10.0.0.1".parse().unwrap(), true)).collect();
        assert_eq!(taken.iter().filter(|place| place.is_some()).count(), 4);
        drop(taken);
        let left = places.taken.lock();
        assert_eq!((left.all, left.by.len()), (0, 0));
    }
}
