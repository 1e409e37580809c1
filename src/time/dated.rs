//! Which pattern a person works from which date on, and what lies over it for a while: the answer to "how long, and
//! from when to when, on this date?" for leave, overtime, calendars and due dates alike.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::schedule::{PartialWeek, WeeklySchedule, WorkDay};
use super::{Period, Rotation};
use crate::ids::OverlayId;

crate::text_enum! {
    /// How hours for a while lie over those of a person. Days on which the person does not work stay free.
    pub enum OverlayMode {
        /// They shorten: the day has at most these minutes.
        AtMost = "at_most",
        /// They replace what the person works on that day.
        Instead = "instead",
    }

    /// For whom they are, from the widest to the most specific.
    pub enum OverlayScope {
        Everybody = "everybody",
        Location = "location",
        Department = "department",
        Group = "group",
    }
}

/// Hours for a while, over the personal ones of many: Ramadan, summer Fridays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlay {
    pub id: OverlayId,
    pub name: String,
    pub period: Period,
    pub mode: OverlayMode,
    pub scope: OverlayScope,
    pub week: PartialWeek,
}

impl Overlay {
    /// What it makes of a working day within it; `None` where it says nothing about that weekday.
    fn over(&self, personal: WorkDay, date: Date) -> Option<WorkDay> {
        let laid = self.week.of_weekday(date.weekday())?;
        Some(match self.mode {
            OverlayMode::AtMost if personal.minutes() <= laid.minutes() => personal,
            OverlayMode::AtMost | OverlayMode::Instead => personal.replaced_by(laid),
        })
    }
}

/// What decided how a date is worked.
#[derive(Clone, Copy, Debug)]
pub struct Decided<'a> {
    pub work: WorkDay,
    /// What the personal pattern says.
    pub personal: WorkDay,
    /// The pattern and since when it applies; `None` before the first.
    pub pattern: Option<(Date, &'a Rotation)>,
    /// What lies over it, where that changed the day.
    pub overlay: Option<&'a Overlay>,
}

/// When one person works: which pattern applies from which date on, and the overlays that concern them. Before the
/// first pattern there is no work.
///
/// Of several overlays on a date the most specific that says something about the weekday decides (group, department,
/// location, everybody); of equally specific ones that which began last, then that which was entered last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DatedSchedules {
    patterns: Vec<(Date, Rotation)>,
    /// The one that decides comes last.
    overlays: Vec<Laid>,
}

/// An overlay over the hours of one person, for the dates on which it concerns them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Laid {
    overlay: Arc<Overlay>,
    within: Period,
}

impl Laid {
    /// `None` where `period` and that of the overlay have no date in common.
    pub fn within(overlay: Arc<Overlay>, period: Period) -> Option<Laid> {
        let within = overlay.period.intersection(period)?;
        Some(Laid { overlay, within })
    }
}

impl From<Arc<Overlay>> for Laid {
    /// For all of its dates.
    fn from(overlay: Arc<Overlay>) -> Laid {
        let within = overlay.period;
        Laid { overlay, within }
    }
}

impl DatedSchedules {
    /// In any order; of two that begin on the same date the later in the list stands.
    pub fn new<P: Into<Rotation>>(from: impl IntoIterator<Item = (Date, P)>) -> Self {
        let mut sorted: BTreeMap<Date, Rotation> = BTreeMap::new();
        sorted.extend(from.into_iter().map(|(date, pattern)| (date, pattern.into())));
        DatedSchedules { patterns: sorted.into_iter().collect(), overlays: Vec::new() }
    }

    /// The same pattern always.
    pub fn always(pattern: impl Into<Rotation>) -> Self {
        DatedSchedules::new([(Date::MIN, pattern)])
    }

    /// With these over it, in any order.
    #[must_use]
    pub fn under<L: Into<Laid>>(mut self, overlays: impl IntoIterator<Item = L>) -> Self {
        self.overlays.extend(overlays.into_iter().map(Into::into));
        self.overlays.sort_by_key(|Laid { overlay, .. }| (overlay.scope, overlay.period.first(), overlay.id));
        self
    }

    /// The same up to `last`, and no work afterwards.
    #[must_use]
    pub fn until(mut self, last: Date) -> Self {
        self.patterns.retain(|(from, _)| *from <= last);
        let nothing = WeeklySchedule::new([WorkDay::FREE; 7]);
        self.patterns.extend(last.tomorrow().ok().map(|after| (after, nothing.into())));
        self
    }

    /// The pattern of `date`, without what lies over it.
    pub fn on(&self, date: Date) -> Option<&Rotation> {
        self.pattern(date).map(|(_, pattern)| pattern)
    }

    pub fn of(&self, date: Date) -> WorkDay {
        self.decided(date).work
    }

    /// [`DatedSchedules::of`], and why.
    pub fn decided(&self, date: Date) -> Decided<'_> {
        let pattern = self.pattern(date);
        let personal = pattern.map_or(WorkDay::FREE, |(_, pattern)| pattern.of(date));
        let plain = Decided { work: personal, personal, pattern, overlay: None };
        if personal.minutes().is_zero() {
            return plain;
        }
        let there = self.overlays.iter().rev().filter(|laid| laid.within.contains(date)).map(|laid| &*laid.overlay);
        let mut said = there.filter_map(|one| Some((one.over(personal, date)?, one)));
        match said.next() {
            Some((work, overlay)) if work != personal => Decided { work, overlay: Some(overlay), ..plain },
            _ => plain,
        }
    }

    /// Whether there is any work in any of the patterns.
    pub fn has_work(&self) -> bool {
        self.patterns.iter().any(|(_, pattern)| pattern.working_days() > 0)
    }

    /// Each change of pattern after `date`, in order.
    pub fn changes_after(&self, date: Date) -> impl Iterator<Item = Date> {
        self.patterns.iter().map(|(from, _)| *from).filter(move |from| *from > date)
    }

    fn pattern(&self, date: Date) -> Option<(Date, &Rotation)> {
        let later = self.patterns.partition_point(|(from, _)| *from <= date);
        later.checked_sub(1).map(|at| (self.patterns[at].0, &self.patterns[at].1))
    }
}
