//! Two leave years, one after the other: what is left of the first goes over as far as it may, unit by unit.

use super::balance::{Grant, Need, Year, replay};
use super::calendar::Day;

/// How much of a year's rest goes over.
#[derive(Clone, Debug)]
pub struct Carry {
    pub most: Option<i64>,
    /// So much goes over in any case, and without end.
    pub exempt: i64,
    /// The last day on which the rest of it can be used.
    pub until: Option<Day>,
}

#[derive(Clone, Debug)]
pub struct Books {
    /// Grants and needs of the first year; a grant that ends after it goes over whole.
    pub grants: Vec<Grant>,
    pub needs: Vec<Need>,
    pub later_grants: Vec<Grant>,
    pub later_needs: Vec<Need>,
    /// None: nothing goes over.
    pub carry: Option<Carry>,
    /// The first day of each year, and the last of the second.
    pub years: [Day; 3],
}

impl Books {
    fn within(grants: &[Grant], last: Day) -> Vec<Grant> {
        let end = |grant: &Grant| Grant { until: grant.until.filter(|until| *until <= last), ..grant.clone() };
        grants.iter().map(end).collect()
    }

    pub fn first(&self) -> Year {
        let last = self.years[1] - 1;
        Year::new(&Books::within(&self.grants, last), &self.needs, self.years[0]..=last)
    }

    /// What arrives on the first day of the second year: units with their last day; and what was overdrawn.
    fn arriving(&self) -> (Vec<(i64, Option<Day>)>, i64) {
        let (first, last) = (self.years[0], self.years[1] - 1);
        let outcome = replay(&Books::within(&self.grants, last), &self.needs, first..=last);
        let mut arriving = Vec::new();
        let mut rest = 0;
        for grant in &self.grants {
            let left = outcome.left[&grant.id];
            match grant.until {
                Some(until) if until > last => arriving.push((left, Some(until))),
                Some(_) => {}
                None => rest += left,
            }
        }
        if let Some(carry) = &self.carry {
            let (mut exempt, mut room) = (carry.exempt, carry.most.unwrap_or(i64::MAX));
            let (mut free, mut bound) = (0, 0);
            for _ in 0..rest {
                if exempt > 0 {
                    exempt -= 1;
                    free += 1;
                } else if room > 0 {
                    room -= 1;
                    bound += 1;
                }
            }
            arriving.push((bound, carry.until));
            arriving.push((free, None));
        }
        let unpaid = outcome.draws.iter().filter(|((_, _, grant), _)| grant.is_none()).map(|(_, units)| units).sum();
        (arriving, unpaid)
    }

    pub fn second(&self) -> Year {
        let (first, last) = (self.years[1], self.years[2]);
        let (arriving, overdrawn) = self.arriving();
        let mut grants = self.later_grants.clone();
        let arrival = |(at, (units, until)): (usize, (i64, Option<Day>))| Grant {
            id: 1_000 + at as i64,
            units,
            from: first,
            until,
        };
        grants.extend(arriving.into_iter().enumerate().map(arrival));
        let mut needs = self.later_needs.clone();
        if overdrawn > 0 {
            needs.push(Need { who: i64::MAX, day: first, units: overdrawn });
        }
        Year::new(&Books::within(&grants, last), &needs, first..=last)
    }
}
