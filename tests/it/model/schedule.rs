//! What somebody works on a day, looked up in the slowest way: every pattern, every overlay and every week is walked
//! through for each single day.

use super::calendar::Day;

/// A day of work: minutes, and from when to when on the clock, where that is known (start, length).
pub type Work = (i64, Option<(i64, i64)>);

/// Since a day: these weeks in turn, the first of them the week that `first_week` lies in. Monday first.
#[derive(Clone, Debug)]
pub struct Pattern {
    pub since: Day,
    pub first_week: Day,
    pub weeks: Vec<[Work; 7]>,
}

/// Hours for a while; how specific they are, 0 for everybody.
#[derive(Clone, Debug)]
pub struct Overlay {
    pub first: Day,
    pub last: Day,
    pub specific: u8,
    pub shortens: bool,
    pub days: [Option<Work>; 7],
}

/// 0 is Monday. Day 0 of the model's calendar is told by `monday`, any Monday.
fn weekday(day: Day, monday: Day) -> usize {
    let (mut at, mut number) = (monday, 0);
    while at < day {
        at += 1;
        number = (number + 1) % 7;
    }
    while at > day {
        at -= 1;
        number = (number + 6) % 7;
    }
    number
}

/// What is worked on `day`.
pub fn work(day: Day, patterns: &[Pattern], overlays: &[Overlay], monday: Day) -> Work {
    // The last in the list that began last.
    let mut pattern: Option<&Pattern> = None;
    for one in patterns {
        if one.since <= day && pattern.is_none_or(|known| one.since >= known.since) {
            pattern = Some(one);
        }
    }
    let Some(pattern) = pattern else { return (0, None) };
    let today = weekday(day, monday);
    let this_monday = day - today as i64;
    let mut week_begins = pattern.first_week - weekday(pattern.first_week, monday) as i64;
    let mut number = 0;
    while week_begins < this_monday {
        week_begins += 7;
        number = (number + 1) % pattern.weeks.len();
    }
    while week_begins > this_monday {
        week_begins -= 7;
        number = (number + pattern.weeks.len() - 1) % pattern.weeks.len();
    }
    let own = pattern.weeks[number][today];
    if own.0 == 0 {
        return (0, None);
    }
    let mut decides: Option<(&Overlay, Work)> = None;
    for overlay in overlays {
        let Some(laid) = overlay.days[today] else { continue };
        let holds = overlay.first <= day && day <= overlay.last;
        let stronger = |known: &Overlay| (overlay.specific, overlay.first) >= (known.specific, known.first);
        if holds && decides.is_none_or(|(known, _)| stronger(known)) {
            decides = Some((overlay, laid));
        }
    }
    match decides {
        None => own,
        Some((overlay, laid)) if overlay.shortens && laid.0 >= own.0 => own,
        Some((_, (0, _))) => (0, None),
        Some((_, (minutes, Some(times)))) => (minutes, Some(times)),
        Some((_, (minutes, None))) => {
            // It begins as it did and ends by as much earlier or later.
            let moved = own.1.map(|(start, length)| (start, length + minutes - own.0));
            (minutes, moved.filter(|(_, length)| *length < 24 * 60))
        }
    }
}
