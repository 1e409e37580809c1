//! The ledger's replay, one unit at a time: each grant is a pile of units, each need takes its units one by one.

use std::collections::BTreeMap;

use super::calendar::Day;

#[derive(Clone, Debug)]
pub struct Grant {
    pub id: i64,
    pub units: i64,
    pub from: Day,
    /// The last day on which it can be used.
    pub until: Option<Day>,
}

/// A need of `units` on `day`; `who` orders the needs of one day.
#[derive(Clone, Debug)]
pub struct Need {
    pub who: i64,
    pub day: Day,
    pub units: i64,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Units by day, need, and grant that paid them (none: unpaid).
    pub draws: BTreeMap<(Day, i64, Option<i64>), i64>,
    /// Units left in each grant.
    pub left: BTreeMap<i64, i64>,
}

pub fn replay(grants: &[Grant], needs: &[Need], days: std::ops::RangeInclusive<Day>) -> Outcome {
    let mut outcome =
        Outcome { left: grants.iter().map(|grant| (grant.id, grant.units)).collect(), ..Outcome::default() };
    let mut unpaid: Vec<(Day, i64)> = Vec::new();
    for today in days {
        let mut arriving: Vec<&Grant> = grants.iter().filter(|grant| grant.from == today).collect();
        arriving.sort_by_key(|grant| (grant.until.unwrap_or(Day::MAX), grant.id));
        for grant in arriving {
            while outcome.left[&grant.id] > 0 && !unpaid.is_empty() {
                let (day, who) = unpaid.remove(0);
                *outcome.draws.entry((day, who, Some(grant.id))).or_default() += 1;
                *outcome.left.get_mut(&grant.id).unwrap() -= 1;
            }
        }
        let mut due: Vec<&Need> = needs.iter().filter(|need| need.day == today).collect();
        due.sort_by_key(|need| need.who);
        for need in due {
            for _ in 0..need.units {
                let usable = grants.iter().filter(|grant| {
                    grant.from <= today && grant.until.is_none_or(|until| today <= until) && outcome.left[&grant.id] > 0
                });
                match usable.min_by_key(|grant| (grant.until.unwrap_or(Day::MAX), grant.from, grant.id)) {
                    Some(grant) => {
                        *outcome.draws.entry((today, need.who, Some(grant.id))).or_default() += 1;
                        *outcome.left.get_mut(&grant.id).unwrap() -= 1;
                    }
                    None => unpaid.push((today, need.who)),
                }
            }
        }
    }
    for (day, who) in unpaid {
        *outcome.draws.entry((day, who, None)).or_default() += 1;
    }
    outcome
}

/// One leave year, with all that is asked of it.
pub struct Year {
    grants: Vec<Grant>,
    asked: i64,
    left: BTreeMap<i64, i64>,
}

impl Year {
    pub fn new(grants: &[Grant], needs: &[Need], days: std::ops::RangeInclusive<Day>) -> Self {
        let asked = needs.iter().map(|need| need.units).sum();
        Year { grants: grants.to_vec(), asked, left: replay(grants, needs, days).left }
    }

    /// Units given by then, less what is unused and gone by then.
    pub fn given(&self, on: Day) -> i64 {
        let units = |grant: &Grant| {
            let gone = grant.until.is_some_and(|until| until < on);
            grant.units - if gone { self.left[&grant.id] } else { 0 }
        };
        self.grants.iter().filter(|grant| grant.from <= on).map(units).sum()
    }

    /// What can be asked for on a day: what is given by then, less all that is asked of the whole year.
    pub fn available(&self, on: Day) -> i64 {
        self.given(on) - self.asked
    }
}
