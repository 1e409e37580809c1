//! When too many wrong passwords are too many. Pure: counts and instants in, counts and instants out.

use jiff::{SignedDuration, Timestamp};

/// Failures within [`WINDOW`] that lock.
pub const ALLOWED: usize = 5;
pub const WINDOW: SignedDuration = SignedDuration::from_mins(15);

/// The first lock; each further one doubles, up to [`LONGEST_LOCK`].
pub const FIRST_LOCK: SignedDuration = SignedDuration::from_mins(1);
pub const LONGEST_LOCK: SignedDuration = SignedDuration::from_hours(1);

/// After this long without a lock the next one is a first one again.
pub const FORGIVEN_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// As long as the browser keeps the device cookie.
pub const DEVICE_FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_hours(400 * 24);

/// What is remembered of one account seen from one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tries {
    /// When the attempts of the last [`WINDOW`] came that were not (yet) a success; fewer than [`ALLOWED`].
    pub recent: Vec<Timestamp>,
    /// Locks in a row.
    pub locks: u32,
    pub locked_until: Option<Timestamp>,
}

/// May another password be tried?
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Yes; store these tries first. `locks_now` tells that, unless it succeeds, this attempt closed the door.
    Try { tries: Tries, locks_now: bool },
    /// No, not before then. Nothing is counted.
    Locked { until: Timestamp },
}

/// Counts an attempt before its password is looked at, so that many at once cannot outrun the count. A success
/// forgets the tries.
pub fn attempt(before: Tries, now: Timestamp) -> Verdict {
    let mut tries = before;
    if let Some(until) = tries.locked_until {
        let left = now.duration_until(until);
        // No lock is longer than the longest: a clock that was far ahead once cannot keep somebody out for years.
        if left.is_positive() && left <= LONGEST_LOCK {
            return Verdict::Locked { until };
        }
        if until.duration_until(now) >= FORGIVEN_AFTER {
            tries.locks = 0;
        }
    }
    tries.recent.retain(|at| *at <= now && at.duration_until(now) < WINDOW);
    tries.recent.push(now);
    let locks_now = tries.recent.len() >= ALLOWED;
    if locks_now {
        tries.locked_until = Some(now + lock_length(tries.locks));
        tries.locks += 1;
        tries.recent.clear();
    }
    Verdict::Try { tries, locks_now }
}

/// How long the lock after `earlier` locks in a row lasts.
fn lock_length(earlier: u32) -> SignedDuration {
    (FIRST_LOCK * 2_i32.pow(earlier.min(10))).min(LONGEST_LOCK)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> Timestamp {
        "2026-03-02T12:00:00Z".parse().unwrap()
    }

    /// Fails at `now` until locked; answers how many tries that took and how many minutes it lasts.
    fn fail_until_locked(tries: &mut Tries, now: Timestamp) -> (usize, i64) {
        for n in 0..100 {
            match attempt(tries.clone(), now) {
                Verdict::Try { tries: after, .. } => *tries = after,
                Verdict::Locked { until } => return (n, now.duration_until(until).as_mins()),
            }
        }
        panic!("never locked");
    }

    #[test]
    fn the_fifth_failure_locks_and_each_lock_is_longer() {
        let (mut tries, mut now, mut lengths) = (Tries::default(), noon(), Vec::new());
        for _ in 0..9 {
            let (allowed, minutes) = fail_until_locked(&mut tries, now);
            assert_eq!(allowed, ALLOWED);
            lengths.push(minutes);
            now += SignedDuration::from_mins(minutes);
        }
        assert_eq!(lengths, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    }

    #[test]
    fn the_attempt_that_locks_says_so() {
        let mut tries = Tries::default();
        for n in 1..=5 {
            let Verdict::Try { tries: after, locks_now } = attempt(tries, noon()) else { panic!("locked early") };
            assert_eq!(locks_now, n == 5);
            tries = after;
        }
    }

    /// Whether five failures, so many minutes apart from the first, lock.
    fn locks(minutes: [i64; 5]) -> bool {
        let mut tries = Tries::default();
        for minute in minutes {
            match attempt(tries, noon() + SignedDuration::from_mins(minute)) {
                Verdict::Try { tries: after, .. } => tries = after,
                Verdict::Locked { .. } => panic!("locked before the fifth"),
            }
        }
        tries.locked_until.is_some()
    }

    #[test]
    fn the_window_slides() {
        assert!(locks([0, 0, 0, 0, 14]));
        assert!(locks([0, 4, 8, 12, 14]));
        assert!(!locks([0, 0, 0, 0, 15]));
        assert!(!locks([0, 14, 14, 14, 16]));
        assert!(!locks([0, 4, 8, 12, 16]));
    }

    #[test]
    fn a_quiet_day_forgives() {
        let mut tries = Tries::default();
        fail_until_locked(&mut tries, noon());
        let (_, second) = fail_until_locked(&mut tries, noon() + SignedDuration::from_mins(1));
        let (_, third) = fail_until_locked(&mut tries, noon() + SignedDuration::from_mins(3) + FORGIVEN_AFTER);
        assert_eq!((second, third), (2, 1));
    }

    #[test]
    fn a_clock_that_jumped_does_not_lock_for_years() {
        let mut tries = Tries::default();
        fail_until_locked(&mut tries, noon() + SignedDuration::from_hours(24 * 400));
        assert!(matches!(attempt(tries, noon()), Verdict::Try { .. }));
    }
}
