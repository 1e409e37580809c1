//! The one place that reads the wall clock.
//!
//! Everything else is handed a [`Clock`] (or, in pure code, an explicit `today`), so that tests move time by hand
//! and a rule can be asked about any date. Zones and calendars belong to `time/`.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Where "now" comes from: the machine, or a value that a test moves.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    /// Microseconds since the Unix epoch, shared by all clones.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's own clock.
    pub fn system() -> Self {
        Clock(Source::System)
    }

    /// A clock that stands still until [`Clock::set`] or [`Clock::advance`] moves it; clones move together.
    pub fn manual(start: Timestamp) -> Self {
        Clock(Source::Manual(Arc::new(AtomicI64::new(start.as_microsecond()))))
    }

    /// The present instant, in whole seconds: as text such instants sort as time does, which the database relies on.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that may ask the machine")]
    pub fn now(&self) -> Timestamp {
        let micros = match &self.0 {
            Source::System => Timestamp::now().as_microsecond(),
            Source::Manual(at) => at.load(Ordering::Acquire),
        };
        Timestamp::from_second(micros.div_euclid(1_000_000)).expect("seconds of a valid timestamp are in range")
    }

    /// The calendar date it is now in `zone`.
    pub fn today(&self, zone: &TimeZone) -> Date {
        self.now().to_zoned(zone.clone()).date()
    }

    /// Moves a manual clock to `at`. A system clock cannot be moved: the call does nothing and answers `false`.
    pub fn set(&self, at: Timestamp) -> bool {
        match &self.0 {
            Source::System => false,
            Source::Manual(now) => {
                now.store(at.as_microsecond(), Ordering::Release);
                true
            }
        }
    }

    /// Moves a manual clock by `by`, which may be negative. Answers `false` on a system clock.
    pub fn advance(&self, by: SignedDuration) -> bool {
        match &self.0 {
            Source::System => false,
            Source::Manual(now) => {
                let micros = i64::try_from(by.as_micros()).expect("tests move the clock by less than 292,000 years");
                now.fetch_add(micros, Ordering::AcqRel);
                true
            }
        }
    }
}
