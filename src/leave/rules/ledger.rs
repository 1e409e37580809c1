//! The ledger's rows, and the replay that says which grant each day of leave draws from.
//!
//! The facts are what was granted and what was taken on which date. Everything else follows from replaying them in
//! the order of their dates, earliest-expiring grant first: the split of a day over grants, and what lapses unused.
//! So whatever the order in which facts were entered, the result is that of the order of dates.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::civil::Date;

use crate::ids::{LeaveRequestId, LedgerId};
use crate::time::{Minutes, period};

crate::text_enum! {
    /// What a row of the ledger records.
    pub enum LedgerKind {
        /// Entitlement of a leave year.
        Grant = "grant",
        /// Entitlement that grows month by month, or by hours worked.
        Accrual = "accrual",
        /// Brought in from the year before; in the year it leaves, a negative row that names the grant it leaves.
        CarryOver = "carry_over",
        /// The unused part of a grant, gone.
        Expiry = "expiry",
        /// Added or taken off by HR, with a reason.
        Adjustment = "adjustment",
        /// A day of leave, drawn from one grant.
        Taken = "taken",
        /// Undoes another row, on that row's date.
        Reversal = "reversal",
        /// Time off in lieu, from overtime.
        Toil = "toil",
        /// Paid out.
        Encashed = "encashed",
    }
}

/// A row of one employee, leave type and leave year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerRow {
    pub id: LedgerId,
    pub kind: LedgerKind,
    /// Positive adds to the balance, negative takes from it.
    pub minutes: Minutes,
    /// From this date on it counts. Of [`LedgerKind::Taken`] the day of leave; of [`LedgerKind::Expiry`] the first day
    /// on which the minutes can no longer be used; of [`LedgerKind::Reversal`] the date of the row it undoes.
    pub effective_date: Date,
    /// The last day on which a grant can be used, where it ends before its leave year does.
    pub expires_on: Option<Date>,
    /// The grant that a taken or expiring row draws from; none where it draws on minutes still to come. Of an adjustment
    /// the grant that it corrects, on that grant's own date.
    pub grant_id: Option<LedgerId>,
    pub request_id: Option<LeaveRequestId>,
    pub reverses_id: Option<LedgerId>,
}

impl LedgerRow {
    /// The grant that this row corrects. It then gives so much more or less; nothing else is drawn from for it.
    pub fn corrects(&self) -> Option<LedgerId> {
        self.grant_id.filter(|_| self.kind == LedgerKind::Adjustment)
    }
}

/// A day of leave that is, or would be, charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeaveDay {
    pub request_id: LeaveRequestId,
    pub date: Date,
    pub minutes: Minutes,
}

/// Minutes to draw from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    pub id: LedgerId,
    pub minutes: Minutes,
    pub effective_date: Date,
    pub expires_on: Option<Date>,
}

/// What draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    Leave(LeaveRequestId),
    /// A row that takes off by itself: a negative adjustment, a payment.
    Row(LedgerId),
}

/// A need for minutes on a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    pub date: Date,
    pub cause: Cause,
    pub minutes: Minutes,
}

/// Minutes of one grant that go to one need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Draw {
    pub date: Date,
    pub cause: Cause,
    /// None where no grant covers it: the balance is below zero by these minutes.
    pub grant_id: Option<LedgerId>,
    pub minutes: Minutes,
}

/// The unused part of a grant that is gone from `on`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lapse {
    pub grant_id: LedgerId,
    /// The first day on which it can no longer be used.
    pub on: Date,
    pub minutes: Minutes,
}

/// What a replay finds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replay {
    /// In the order of dates.
    pub draws: Vec<Draw>,
    /// Of the grants that expire, what is left of each; in the order of dates.
    pub lapses: Vec<Lapse>,
    /// Of the grants that do not expire, what is left of each; in the order of grants.
    pub left: Vec<(LedgerId, Minutes)>,
}

/// Serves `needs` in the order of their dates from `grants`, the earliest-expiring first (then the earliest, then in
/// the order of rows). A need for which nothing is there yet stays open, and the next grant that becomes effective
/// pays it first; what nothing ever pays has no grant.
pub fn replay(grants: &[Grant], needs: &[Need]) -> Replay {
    let mut grants = grants.to_vec();
    grants.sort_by_key(|grant| (grant.effective_date, grant.expires_on.unwrap_or(Date::MAX), grant.id));
    let mut needs = needs.to_vec();
    needs.sort_unstable();

    let mut pool = Pool::default();
    let mut coming = grants.iter().copied().peekable();
    let mut draws = Vec::with_capacity(needs.len());
    for need in needs {
        while let Some(grant) = coming.next_if(|grant| grant.effective_date <= need.date) {
            pool.add(grant, &mut draws);
        }
        pool.draw(need, &mut draws);
    }
    for grant in coming {
        pool.add(grant, &mut draws);
    }
    pool.finish(draws)
}

#[derive(Default)]
struct Pool {
    /// Keyed so that the first is the first to expire. What is used up stays, with nothing left.
    grants: BTreeMap<(Date, Date, LedgerId), (Grant, Minutes)>,
    unpaid: VecDeque<Need>,
}

impl Pool {
    fn add(&mut self, grant: Grant, draws: &mut Vec<Draw>) {
        let mut left = grant.minutes;
        while let Some(debt) = self.unpaid.front_mut().filter(|_| left.is_positive()) {
            let paid = left.min(debt.minutes);
            draws.push(Draw { date: debt.date, cause: debt.cause, grant_id: Some(grant.id), minutes: paid });
            left -= paid;
            debt.minutes -= paid;
            if debt.minutes.is_zero() {
                self.unpaid.pop_front();
            }
        }
        let key = (grant.expires_on.unwrap_or(Date::MAX), grant.effective_date, grant.id);
        self.grants.insert(key, (grant, left));
    }

    fn draw(&mut self, need: Need, draws: &mut Vec<Draw>) {
        let Need { date, cause, mut minutes } = need;
        for (grant, left) in self.grants.range_mut((date, Date::MIN, LedgerId(i64::MIN))..).map(|(_, pair)| pair) {
            let taken = minutes.min(*left);
            if taken.is_positive() {
                draws.push(Draw { date, cause, grant_id: Some(grant.id), minutes: taken });
                *left -= taken;
                minutes -= taken;
            }
        }
        if minutes.is_positive() {
            self.unpaid.push_back(Need { date, cause, minutes });
        }
    }

    fn finish(self, mut draws: Vec<Draw>) -> Replay {
        let unpaid = self.unpaid.into_iter();
        draws.extend(unpaid.map(|Need { date, cause, minutes }| Draw { date, cause, grant_id: None, minutes }));
        draws.sort_by_key(|draw| (draw.date, draw.cause));
        let mut lapses = Vec::new();
        let mut left = Vec::new();
        for (grant, minutes) in self.grants.into_values().filter(|(_, minutes)| minutes.is_positive()) {
            match grant.expires_on {
                Some(last) => {
                    let on = period::ahead(last, 1).max(grant.effective_date);
                    lapses.push(Lapse { grant_id: grant.id, on, minutes });
                }
                None => left.push((grant.id, minutes)),
            }
        }
        lapses.sort_by_key(|lapse| (lapse.on, lapse.grant_id));
        left.sort_unstable_by_key(|(id, _)| *id);
        Replay { draws, lapses, left }
    }
}

/// The rows that stand: without those that were undone, and without what undid them. Their sum is that of all rows.
pub fn standing(rows: &[LedgerRow]) -> Vec<LedgerRow> {
    let mut newest_first = rows.to_vec();
    newest_first.sort_unstable_by_key(|row| std::cmp::Reverse(row.id));
    let mut undone = BTreeSet::new();
    let mut stand = Vec::with_capacity(rows.len());
    for row in newest_first {
        match row.reverses_id {
            _ if undone.contains(&row.id) => {}
            Some(target) => {
                undone.insert(target);
            }
            None => stand.push(row),
        }
    }
    stand.sort_unstable_by_key(|row| (row.effective_date, row.id));
    stand
}
