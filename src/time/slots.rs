//! The two halves of a working day. The morning is half of the day's scheduled minutes, rounded up when odd; the
//! afternoon is the rest. Leave and holidays are sets of halves, so "a half day on a day that is a half holiday" is
//! plain set arithmetic.

use super::Minutes;

crate::text_enum! {
    /// One half of a working day.
    pub enum Half {
        Morning = "morning",
        Afternoon = "afternoon",
    }
}

/// A set of halves of one day: none, one, or both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Slots {
    morning: bool,
    afternoon: bool,
}

impl Slots {
    pub const NONE: Slots = Slots { morning: false, afternoon: false };
    pub const MORNING: Slots = Slots { morning: true, afternoon: false };
    pub const AFTERNOON: Slots = Slots { morning: false, afternoon: true };
    pub const FULL: Slots = Slots { morning: true, afternoon: true };

    pub const fn is_empty(self) -> bool {
        !self.morning && !self.afternoon
    }

    pub const fn is_full(self) -> bool {
        self.morning && self.afternoon
    }

    pub const fn contains(self, half: Half) -> bool {
        match half {
            Half::Morning => self.morning,
            Half::Afternoon => self.afternoon,
        }
    }

    /// The single half, where it is exactly one.
    pub const fn half(self) -> Option<Half> {
        match (self.morning, self.afternoon) {
            (true, false) => Some(Half::Morning),
            (false, true) => Some(Half::Afternoon),
            _ => None,
        }
    }

    #[must_use]
    pub const fn union(self, other: Slots) -> Slots {
        Slots { morning: self.morning || other.morning, afternoon: self.afternoon || other.afternoon }
    }

    #[must_use]
    pub const fn intersection(self, other: Slots) -> Slots {
        Slots { morning: self.morning && other.morning, afternoon: self.afternoon && other.afternoon }
    }

    #[must_use]
    pub const fn without(self, other: Slots) -> Slots {
        Slots { morning: self.morning && !other.morning, afternoon: self.afternoon && !other.afternoon }
    }

    /// How many of a day's `scheduled` minutes lie in these halves.
    pub fn minutes(self, scheduled: Minutes) -> Minutes {
        let (morning, afternoon) = scheduled.halves();
        (if self.morning { morning } else { Minutes::ZERO }) + (if self.afternoon { afternoon } else { Minutes::ZERO })
    }
}

impl From<Half> for Slots {
    fn from(half: Half) -> Slots {
        match half {
            Half::Morning => Slots::MORNING,
            Half::Afternoon => Slots::AFTERNOON,
        }
    }
}

/// A holiday's `half`: none given is the whole day.
impl From<Option<Half>> for Slots {
    fn from(half: Option<Half>) -> Slots {
        half.map_or(Slots::FULL, Slots::from)
    }
}
