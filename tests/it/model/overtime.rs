//! Overtime minute by minute: what the clock on the wall shows at each.

use std::collections::BTreeMap;

use super::calendar::{Clock, Day, Zone};

#[derive(Clone, Debug)]
pub struct Request {
    pub zone: Zone,
    pub day: Day,
    /// Minutes of the clock.
    pub start: i64,
    pub end: i64,
    pub breaks: Vec<(i64, i64)>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub minutes: i64,
    /// Between 22:00 and 6:00.
    pub night: i64,
    pub by_day: BTreeMap<Day, i64>,
}

/// `None` where the request makes no sense.
pub fn work_out(request: &Request) -> Option<Outcome> {
    let Request { zone, day, start, end, ref breaks } = *request;
    if start == end {
        return None;
    }
    let next = |from: (Day, i64), time: i64| (if time < from.1 { from.0 + 1 } else { from.0 }, time);
    let clock = Clock::new(zone, day);
    let on_wall = |(day, time): (Day, i64)| clock.first(day, time);
    let begins = (day, start);
    let ends = next(begins, end);
    let whole = on_wall(begins)?..on_wall(ends)?;

    let mut at_rest = vec![false; usize::try_from(whole.end - whole.start).ok()?];
    for (from, to) in breaks {
        if from == to {
            return None;
        }
        let from = next(begins, *from);
        let to = next(from, *to);
        if from >= ends || to > ends {
            return None;
        }
        for minute in on_wall(from)?..on_wall(to)? {
            let at = usize::try_from(minute - whole.start).ok()?;
            if std::mem::replace(&mut at_rest[at], true) {
                return None;
            }
        }
    }

    let mut outcome = Outcome::default();
    for (minute, _) in whole.zip(at_rest).filter(|(_, at_rest)| !at_rest) {
        let (day, time) = clock.shows(minute);
        outcome.minutes += 1;
        outcome.night += i64::from(!(360..1320).contains(&time));
        *outcome.by_day.entry(day).or_default() += 1;
    }
    (outcome.minutes > 0).then_some(outcome)
}
