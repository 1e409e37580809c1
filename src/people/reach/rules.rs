//! Reporting lines over time: under whom somebody stood, stands and will stand, and whether anybody would, on any
//! date, be above themselves. Pure: who a person is does not matter, so that an import can ask about people who are
//! not entered yet.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use jiff::civil::Date;

use crate::time::Period;
use crate::time::period::back;

/// Under whom somebody stands, from which date on. Before the first of these dates the first holds as well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<P>(Vec<(Date, Option<P>)>);

impl<P: Copy> Line<P> {
    /// Of steps in any order; of several on one date the last counts.
    pub fn new(steps: impl IntoIterator<Item = (Date, Option<P>)>) -> Line<P> {
        let mut steps: Vec<_> = steps.into_iter().collect();
        steps.sort_by_key(|(from, _)| *from);
        steps.reverse();
        steps.dedup_by_key(|(from, _)| *from);
        steps.reverse();
        Line(steps)
    }

    /// The manager on `date`.
    pub fn on(&self, date: Date) -> Option<P> {
        let at = self.0.partition_point(|(from, _)| *from <= date);
        self.0.get(at.saturating_sub(1)).and_then(|(_, manager)| *manager)
    }

    /// The days for which a step on `from` speaks: up to the day before the next one, and all that came before where
    /// it is the first.
    pub fn span(&self, from: Date) -> Period {
        let before = self.0.iter().any(|(step, _)| *step < from);
        let next = self.0.iter().find(|(step, _)| *step > from);
        let first = if before { from } else { Date::MIN };
        let last = next.map_or(Date::MAX, |(step, _)| back(*step, 1));
        Period::new(first, last).unwrap_or(Period::day(from))
    }

    /// The same line with `manager` from `from` on, up to the next step.
    #[must_use]
    pub fn with(mut self, from: Date, manager: Option<P>) -> Line<P> {
        match self.0.binary_search_by_key(&from, |(step, _)| *step) {
            Ok(at) => self.0[at].1 = manager,
            Err(at) => self.0.insert(at, (from, manager)),
        }
        self
    }

    /// The same line in other names.
    pub fn named<Q>(&self, name: impl Fn(P) -> Q) -> Line<Q> {
        Line(self.0.iter().map(|(from, manager)| (*from, manager.map(&name))).collect())
    }

    /// Dates from which on something else may hold than before.
    fn turns(&self) -> impl Iterator<Item = Date> {
        self.0.iter().skip(1).map(|(from, _)| *from)
    }

    /// Who is above within `days`, each with the days for which they are.
    fn within(&self, days: Period) -> impl Iterator<Item = (P, Period)> {
        let spans = self.0.iter().map(|(from, manager)| (*manager, self.span(*from)));
        spans.filter_map(move |(manager, span)| Some((manager?, span.intersection(days)?)))
    }
}

/// The first date within `days` on which `manager` stands below `who`, or is `who`: on that date nobody may put `who`
/// under `manager`. `line_of` tells the line of anybody else, as it is now.
///
/// # Errors
/// What `line_of` answers.
pub fn first_circle<P: Copy + Eq, E>(
    who: P,
    manager: P,
    days: Period,
    mut line_of: impl FnMut(P) -> Result<Line<P>, E>,
) -> Result<Option<Date>, E> {
    // The way up from the manager; each entry with how deep it lies. The earliest days are looked at first.
    let mut open = vec![(manager, days, 0)];
    let mut way: Vec<P> = Vec::new();
    while let Some((person, days, depth)) = open.pop() {
        if person == who {
            return Ok(Some(days.first()));
        }
        way.truncate(depth);
        if way.contains(&person) {
            continue;
        }
        way.push(person);
        let above: Vec<_> = line_of(person)?.within(days).collect();
        open.extend(above.into_iter().rev().map(|(manager, days)| (manager, days, depth + 1)));
    }
    Ok(None)
}

/// Everybody who would be above themselves on `from` or on any later date, with the first such date; for a whole
/// company at once.
pub fn circles<P: Copy + Eq + Hash>(lines: &HashMap<P, Line<P>>, from: Date) -> HashMap<P, Date> {
    let mut dates: Vec<Date> = lines.values().flat_map(Line::turns).filter(|date| *date > from).collect();
    dates.push(from);
    dates.sort_unstable();
    dates.dedup();
    let mut found = HashMap::new();
    for date in dates {
        for person in circle_on(lines, date) {
            found.entry(person).or_insert(date);
        }
    }
    found
}

/// Everybody who is above themselves on `date`. Each is walked over once.
fn circle_on<P: Copy + Eq + Hash>(lines: &HashMap<P, Line<P>>, date: Date) -> Vec<P> {
    let mut met: HashSet<P> = HashSet::with_capacity(lines.len());
    let mut found = Vec::new();
    for start in lines.keys() {
        let mut way = Vec::new();
        let mut next = Some(*start);
        while let Some(person) = next {
            if !met.insert(person) {
                // Met on this very way: whoever stands behind that place goes round with it.
                found.extend(way.iter().skip_while(|one| **one != person));
                break;
            }
            way.push(person);
            next = lines.get(&person).and_then(|line| line.on(date));
        }
    }
    found
}
