//! What a person is entitled to: which policy holds for them in a leave year, and what it grants when.
//!
//! A leave year is granted by the policy that fits the person on the last day of their employment in it, planned changes
//! included. Who comes under another policy during the year has the amount of each for its days; everything else
//! (rhythm, rounding, parts of years, carry-over) is as that policy says.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::civil::Date;

use super::model::LeavePolicy;
use super::store;
use crate::error::{Msg, Result};
use crate::ids::EmployeeId;
use crate::leave::calendars;
use crate::leave::rules::{
    Amount, Employment, Entry, GrantRhythm, LeaveYear, LeaveYears, LedgerKind, LedgerRow, PlannedGrant, YearLedger,
    regrant, service_year_at,
};
use crate::msg;
use crate::people::employee::changes::History;
use crate::people::{self, Employee, Standing};
use crate::storage::Rx;
use crate::time::{DatedSchedules, Minutes, Period, Slots};

/// Somebody, with all of what entitlements depend on.
#[derive(Clone, Debug)]
pub struct Entitled {
    pub person: Employee,
    history: History,
    schedules: DatedSchedules,
}

impl Entitled {
    /// # Errors
    /// [`crate::error::AppError::NotFound`] where there is no such person.
    pub fn read(rx: &Rx<'_>, id: EmployeeId) -> Result<Self> {
        Ok(Entitled {
            person: people::get(rx, id)?,
            history: History::of(rx, id)?,
            schedules: people::schedules(rx, id)?,
        })
    }

    /// Everybody, deactivated people included, in a fixed number of questions.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn everybody(rx: &Rx<'_>) -> Result<HashMap<EmployeeId, Arc<Entitled>>> {
        let people = people::everybody(rx)?;
        let ids: Vec<EmployeeId> = people.iter().map(|person| person.id).collect();
        let mut histories = History::of_everybody(rx)?;
        let mut schedules = people::schedule::schedules_of(rx, &ids)?;
        let entitled = |person: Employee| {
            let id = person.id;
            let history = histories.remove(&id).unwrap_or_else(History::none);
            let schedules = schedules.remove(&id).unwrap_or_default();
            (id, Arc::new(Entitled { person, history, schedules }))
        };
        Ok(people.into_iter().map(entitled).collect())
    }

    /// What "a day" is worth to the person on `date`.
    pub fn usual_day(&self, date: Date) -> Minutes {
        calendars::day_of(&self.schedules, date)
    }

    fn standing(&self, date: Date) -> Standing {
        self.history.standing(&self.person.facts, date)
    }

    /// The days of employment in a leave year.
    fn employed(&self, year: LeaveYear) -> Option<Period> {
        let facts = &self.person.facts;
        let last = facts.leave_date.unwrap_or(Date::MAX).min(year.period.last());
        Period::new(facts.join_date.max(year.period.first()), last)
    }

    /// The most specific policy that fits the person on `date`, of those that grant years which end on `by` or later;
    /// of two alike the one that holds from later on.
    fn fitting<'p>(&self, policies: &'p [LeavePolicy], date: Date, by: Date) -> Option<&'p LeavePolicy> {
        let standing = self.standing(date);
        let fits = |policy: &&LeavePolicy| {
            policy.fields.valid_from <= by && policy.fields.applies_to.fits(self.person.id, &standing)
        };
        let order = |policy: &&LeavePolicy| (policy.fields.applies_to.rank(), policy.fields.valid_from, policy.id);
        policies.iter().filter(fits).max_by_key(order)
    }

    /// The policy that holds in a leave year; none where the person is not employed in it, or none fits.
    pub fn holding<'p>(&self, policies: &'p [LeavePolicy], year: LeaveYear) -> Option<&'p LeavePolicy> {
        let employed = self.employed(year)?;
        self.fitting(policies, employed.last(), year.period.last())
    }

    /// By which leave years the person's books would be kept if they were begun on `today`.
    pub fn years(&self, policies: &[LeavePolicy], today: Date) -> LeaveYears {
        let facts = &self.person.facts;
        let date = facts.leave_date.map_or(today, |last| today.min(last)).max(facts.join_date);
        let policy = self.fitting(policies, date, date).or_else(|| self.fitting(policies, date, Date::MAX));
        policy.map_or(LeaveYears::CALENDAR, |policy| {
            policy.fields.terms.leave_year_start.for_person(Some(facts.join_date))
        })
    }

    /// What the policies grant in a leave year, with the one that holds.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn grants<'p>(
        &self,
        rx: &Rx<'_>,
        policies: &'p [LeavePolicy],
        year: LeaveYear,
    ) -> Result<(Option<&'p LeavePolicy>, Vec<PlannedGrant>)> {
        let (Some(employed), Some(policy)) = (self.employed(year), self.holding(policies, year)) else {
            return Ok((None, Vec::new()));
        };
        let terms = &policy.fields.terms;
        let worked = match terms.grant {
            GrantRhythm::PerHoursWorked(_) => self.worked(rx, employed)?,
            _ => BTreeMap::new(),
        };
        let before = self.before(policies, policy, employed, year);
        let who = Employment {
            join_date: Some(self.person.facts.join_date),
            leave_date: self.person.facts.leave_date,
            schedules: &self.schedules,
            full_week: people::schedule::full_time().week_minutes(),
            worked: &worked,
            before: &before,
        };
        Ok((Some(policy), terms.grants(year, &who)))
    }

    /// The amounts that held before `policy` did, each with the day on which it ended.
    fn before(
        &self,
        policies: &[LeavePolicy],
        policy: &LeavePolicy,
        employed: Period,
        year: LeaveYear,
    ) -> Vec<(Date, Amount)> {
        let mut turns = self.history.turns();
        turns.retain(|turn| employed.first() < *turn && *turn <= employed.last());
        let starts = std::iter::once(employed.first()).chain(turns.iter().copied());
        let mut found: Vec<(Date, Amount)> = Vec::new();
        for (start, end) in starts.zip(&turns) {
            let holding = self.fitting(policies, start, year.period.last());
            let amount = holding.map_or(Amount::Fixed(Minutes::ZERO), |holding| holding.fields.terms.amount.clone());
            found.push((*end, amount));
        }
        // What came just before the policy itself is no other amount.
        while found.last().is_some_and(|(_, amount)| *amount == policy.fields.terms.amount) {
            found.pop();
        }
        found
    }

    /// What is worked on each day: what is scheduled, without holidays and without approved leave.
    fn worked(&self, rx: &Rx<'_>, period: Period) -> Result<BTreeMap<Date, Minutes>> {
        let time = people::working_time(rx, self.person.id, period)?;
        let absent = store::absent(rx, self.person.id, period)?;
        let day = |date: Date| {
            let scheduled = time.schedules.of(date).minutes();
            let there = Slots::FULL.without(time.holidays.slots(date)).minutes(scheduled);
            (date, (there - absent.get(&date).copied().unwrap_or_default()).or_zero())
        };
        Ok(period.days().map(day).filter(|(_, minutes)| minutes.is_positive()).collect())
    }

    /// The rows by which `ledger` becomes what the policies grant up to `until`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn missing<'p>(
        &self,
        rx: &Rx<'_>,
        policies: &'p [LeavePolicy],
        ledger: &YearLedger,
        by_policy: &dyn Fn(&LedgerRow) -> bool,
        until: Date,
    ) -> Result<(Option<&'p LeavePolicy>, Vec<Entry>)> {
        let (policy, grants) = self.grants(rx, policies, ledger.year())?;
        let rhythm = policy.map_or(GrantRhythm::YearStart, |policy| policy.fields.terms.grant);
        Ok((policy, regrant(ledger, by_policy, &grants, rhythm, until)))
    }

    /// The rule behind a row that a policy makes, in words.
    pub fn words(&self, entry: &Entry, policy: Option<&LeavePolicy>, year: LeaveYear) -> Msg {
        let Some(policy) = policy else { return msg!("No policy grants this any more.") };
        let name = &policy.fields.name;
        let facts = &self.person.facts;
        let joined = year.period.contains(facts.join_date).then_some(facts.join_date);
        let left = facts.leave_date.filter(|last| year.period.contains(*last));
        match (entry.kind, &policy.fields.terms.amount, joined, left) {
            (LedgerKind::Adjustment, ..) => msg!("By “{0}”, counted anew.", name),
            (LedgerKind::Accrual, ..) => msg!("By “{0}”, earned up to {1}.", name, entry.effective_date),
            (_, _, Some(joined), _) => msg!("By “{0}”, for the year from the first day on, {1}.", name, joined),
            (_, _, _, Some(last)) => msg!("By “{0}”, for the year up to the last day, {1}.", name, last),
            (_, Amount::ServiceYears(_), ..) => {
                msg!("By “{0}”, in year {1} of service.", name, service_year_at(facts.join_date, year.period.first()))
            }
            _ => msg!("By “{0}”.", name),
        }
    }
}
