//! Reporting lines day by day: who is under whom stands in a table of every day.

use std::collections::BTreeSet;

/// A company of a few people over a few days.
#[derive(Clone, Debug)]
pub struct Company {
    /// By person and day.
    above: Vec<Vec<Option<usize>>>,
    /// Days on which something of a person was recorded; the first day always is.
    recorded: Vec<BTreeSet<usize>>,
    days: usize,
}

impl Company {
    pub fn new(people: usize, days: usize) -> Company {
        let first = BTreeSet::from([0]);
        Company { above: vec![vec![None; days]; people], recorded: vec![first; people], days }
    }

    /// `who` is under `manager` from `day` on, up to the next day on which something is recorded of them. Answers
    /// whether nobody is above themselves then on any day; otherwise nothing is changed.
    pub fn put(&mut self, who: usize, manager: Option<usize>, day: usize) -> bool {
        let end = self.recorded[who].range(day + 1..).next().copied().unwrap_or(self.days);
        let mut after = self.clone();
        for at in day..end {
            after.above[who][at] = manager;
        }
        after.recorded[who].insert(day);
        let whole = (0..self.days).all(|day| after.circle(day).is_empty());
        if whole {
            *self = after;
        }
        whole
    }

    /// Everybody who is above themselves on a day, found by walking up for as long as there are people.
    pub fn circle(&self, day: usize) -> BTreeSet<usize> {
        let goes_round = |start: &usize| {
            let mut at = *start;
            (0..=self.above.len()).any(|_| {
                let up = self.above[at][day];
                at = up.unwrap_or(at);
                up == Some(*start)
            })
        };
        (0..self.above.len()).filter(goes_round).collect()
    }

    pub fn above(&self, who: usize, day: usize) -> Option<usize> {
        self.above[who][day]
    }

    /// As [`Company::put`], whatever comes of it.
    pub fn force(&mut self, who: usize, manager: Option<usize>, day: usize) {
        let end = self.recorded[who].range(day + 1..).next().copied().unwrap_or(self.days);
        for at in day..end {
            self.above[who][at] = manager;
        }
        self.recorded[who].insert(day);
    }
}
