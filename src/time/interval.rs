//! Stretches of real time, and how the local clock divides them: at midnight, and by night hours. Lengths are
//! elapsed minutes, so a night in which the clocks change has 23 or 25 hours.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use super::Minutes;

/// From one instant to a later one; the end is not part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    start: Timestamp,
    end: Timestamp,
}

/// The local clock has no such time on that day, because it is moved forward over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skipped(pub DateTime);

/// The instant at which the local clock shows `at`. Where it shows it twice (the hour that is repeated in autumn) the
/// first is meant.
pub fn instant(at: DateTime, zone: &TimeZone) -> Result<Timestamp, Skipped> {
    let ambiguous = zone.to_ambiguous_zoned(at);
    if matches!(ambiguous.offset(), jiff::tz::AmbiguousOffset::Gap { .. }) {
        return Err(Skipped(at));
    }
    ambiguous.compatible().map(|zoned| zoned.timestamp()).map_err(|_| Skipped(at))
}

/// The first instant of `date`: midnight, or where the clocks skip midnight the first that exists.
pub fn start_of_day(date: Date, zone: &TimeZone) -> Timestamp {
    let first = date.to_zoned(zone.clone()).and_then(|zoned| zoned.start_of_day());
    first.map_or(if date.year() < 0 { Timestamp::MIN } else { Timestamp::MAX }, |zoned| zoned.timestamp())
}

impl Interval {
    /// `None` where the end is not after the start.
    pub fn new(start: Timestamp, end: Timestamp) -> Option<Self> {
        (start < end).then_some(Interval { start, end })
    }

    /// The whole of `date` in `zone`: 23, 24 or 25 hours as a rule.
    pub fn day(date: Date, zone: &TimeZone) -> Option<Self> {
        Interval::new(start_of_day(date, zone), start_of_day(date.tomorrow().ok()?, zone))
    }

    pub const fn start(self) -> Timestamp {
        self.start
    }

    pub const fn end(self) -> Timestamp {
        self.end
    }

    /// Elapsed time, in whole minutes.
    pub fn minutes(self) -> Minutes {
        let minutes = self.end.duration_since(self.start).as_mins();
        Minutes::try_from(minutes).unwrap_or(Minutes::MAX)
    }

    pub fn contains(self, other: Interval) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    pub fn overlaps(self, other: Interval) -> bool {
        self.start < other.end && other.start < self.end
    }

    pub fn intersection(self, other: Interval) -> Option<Interval> {
        Interval::new(self.start.max(other.start), self.end.min(other.end))
    }

    /// What is left without `holes`, in order.
    pub fn without(self, holes: &[Interval]) -> Vec<Interval> {
        let mut holes = holes.to_vec();
        holes.sort_unstable();
        let mut left = Vec::with_capacity(holes.len() + 1);
        let mut from = self.start;
        for hole in holes {
            left.extend(Interval::new(from, hole.start.min(self.end)));
            from = from.max(hole.end);
        }
        left.extend(Interval::new(from, self.end));
        left
    }

    /// The local dates it touches, in order.
    pub fn dates(self, zone: &TimeZone) -> impl Iterator<Item = Date> {
        let first = self.start.to_zoned(zone.clone()).date();
        let end = self.end;
        let zone = zone.clone();
        std::iter::successors(Some(first), |date| date.tomorrow().ok())
            .take_while(move |date| *date == first || start_of_day(*date, &zone) < end)
    }

    /// Cut at each local midnight, with the date of each piece.
    pub fn split_at_midnight(self, zone: &TimeZone) -> Vec<(Date, Interval)> {
        self.dates(zone).filter_map(|date| Some((date, self.intersection(Interval::day(date, zone)?)?))).collect()
    }
}

/// The hours of the night on the local clock; the preset is 22:00–06:00. An end before the start is the next morning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NightHours {
    start: Time,
    end: Time,
}

impl Default for NightHours {
    fn default() -> Self {
        NightHours { start: Time::constant(22, 0, 0, 0), end: Time::constant(6, 0, 0, 0) }
    }
}

impl NightHours {
    /// `None` where start and end are the same.
    pub fn new(start: Time, end: Time) -> Option<Self> {
        (start != end).then_some(NightHours { start, end })
    }

    pub const fn start(self) -> Time {
        self.start
    }

    pub const fn end(self) -> Time {
        self.end
    }

    /// Elapsed minutes of `span` during which the local clock shows a time of the night. An hour that is repeated at
    /// night counts twice, one that is skipped not at all.
    pub fn minutes(self, span: Interval, zone: &TimeZone) -> Minutes {
        span.split_at_midnight(zone).into_iter().map(|(date, piece)| self.on_date(date, piece, zone)).sum()
    }

    /// `piece` lies within `date`.
    fn on_date(self, date: Date, piece: Interval, zone: &TimeZone) -> Minutes {
        let whole = |from: Option<Time>, to: Option<Time>| -> Minutes {
            steady(piece, zone)
                .into_iter()
                .map(|(stretch, offset)| clock_minutes(date, from, to, stretch, offset))
                .sum()
        };
        if self.start < self.end {
            whole(Some(self.start), Some(self.end))
        } else {
            whole(None, Some(self.end)) + whole(Some(self.start), None)
        }
    }
}

/// `piece` cut where the clocks change, so that the offset from UTC stands still in each stretch.
fn steady(piece: Interval, zone: &TimeZone) -> Vec<(Interval, jiff::tz::Offset)> {
    let mut stretches = Vec::with_capacity(1);
    let mut from = piece.start;
    for change in zone.following(piece.start) {
        if change.timestamp() >= piece.end {
            break;
        }
        stretches.extend(Interval::new(from, change.timestamp()));
        from = change.timestamp();
    }
    stretches.extend(Interval::new(from, piece.end));
    stretches.into_iter().map(|stretch| (stretch, zone.to_offset(stretch.start))).collect()
}

/// The part of `stretch` in which a clock at `offset` shows `date` between `from` (or its midnight) and `to` (or the
/// next midnight).
fn clock_minutes(
    date: Date,
    from: Option<Time>,
    to: Option<Time>,
    stretch: Interval,
    offset: jiff::tz::Offset,
) -> Minutes {
    let at = |civil: DateTime| offset.to_timestamp(civil).ok();
    let from = at(date.to_datetime(from.unwrap_or(Time::midnight())));
    let to = match to {
        Some(time) => at(date.to_datetime(time)),
        None => date.tomorrow().ok().and_then(|next| at(next.to_datetime(Time::midnight()))),
    };
    let (Some(from), Some(to)) = (from, to) else { return Minutes::ZERO };
    Interval::new(from, to).and_then(|night| night.intersection(stretch)).map_or(Minutes::ZERO, Interval::minutes)
}
