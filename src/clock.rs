//! The one place that reads the wall clock.
//!
//! Everything else is handed a [`Clock`] (or, in pure code, an explicit `today`), so that tests move time by hand
//! and a rule can be asked about any date. Zones and calendars belong to `time/`.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Where "now" comes from: the machine, or a value that a test moves.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    /// Shared by all clones.
    Manual(Arc<Manual>),
}

#[derive(Debug)]
struct Manual {
    /// Microseconds since the Unix epoch.
    now: AtomicI64,
    /// Microseconds that have passed, however the clock was set.
    passed: AtomicI64,
}

/// Before anybody has asked for the time.
static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Clock {
    /// The machine's own clock.
    pub fn system() -> Self {
        Clock(Source::System)
    }

    /// A clock that stands still until [`Clock::set`] or [`Clock::advance`] moves it; clones move together.
    pub fn manual(start: Timestamp) -> Self {
        let (now, passed) = (AtomicI64::new(start.as_microsecond()), AtomicI64::new(0));
        Clock(Source::Manual(Arc::new(Manual { now, passed })))
    }

    /// The present instant, in whole seconds: as text such instants sort as time does, which the database relies on.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that may ask the machine")]
    pub fn now(&self) -> Timestamp {
        let micros = match &self.0 {
            Source::System => Timestamp::now().as_microsecond(),
            Source::Manual(clock) => clock.now.load(Ordering::Acquire),
        };
        Timestamp::from_second(micros.div_euclid(1_000_000)).expect("seconds of a valid timestamp are in range")
    }

    /// The calendar date it is now in `zone`.
    pub fn today(&self, zone: &TimeZone) -> Date {
        self.now().to_zoned(zone.clone()).date()
    }

    /// How much time has passed since some moment of this program's run. Whoever sets the machine's clock, by hand or
    /// over the network, does not move it.
    pub fn passed(&self) -> Duration {
        match &self.0 {
            Source::System => STARTED.elapsed(),
            Source::Manual(clock) => {
                Duration::from_micros(u64::try_from(clock.passed.load(Ordering::Acquire)).unwrap_or(0))
            }
        }
    }

    /// Sets a manual clock to `at`, as somebody sets a machine's clock: no time passes. A system clock cannot be moved: the call does nothing and answers `false`.
    pub fn set(&self, at: Timestamp) -> bool {
        match &self.0 {
            Source::System => false,
            Source::Manual(clock) => {
                clock.now.store(at.as_microsecond(), Ordering::Release);
                true
            }
        }
    }

    /// Lets `by` pass on a manual clock; a negative one only sets it back. Answers `false` on a system clock.
    pub fn advance(&self, by: SignedDuration) -> bool {
        match &self.0 {
            Source::System => false,
            Source::Manual(clock) => {
                let micros = i64::try_from(by.as_micros()).expect("tests move the clock by less than 292,000 years");
                clock.now.fetch_add(micros, Ordering::AcqRel);
                clock.passed.fetch_add(micros.max(0), Ordering::AcqRel);
                true
            }
        }
    }
}
