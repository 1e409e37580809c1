//! What is left of a leave type in a leave year, on any date; whether more may be asked for; and which rows bring
//! the ledger to what a change of bookings makes of it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::LeaveYear;
use super::ledger::{Cause, Draw, Grant, Lapse, LeaveDay, LedgerKind, LedgerRow, Need, Replay, replay, standing};
use crate::ids::{LeaveRequestId, LedgerId};
use crate::time::Minutes;

/// The ledger of one employee, leave type and leave year, its rows netted of what was undone.
#[derive(Clone, Debug)]
pub struct YearLedger {
    year: LeaveYear,
    rows: Vec<LedgerRow>,
}

/// Where a balance stands on a date. All figures are minutes; what takes from the balance is shown positive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// Brought over from the year before.
    pub carried_over: Minutes,
    /// Grants, accruals and time off in lieu effective by then.
    pub granted: Minutes,
    /// HR's corrections effective by then; may be negative.
    pub adjusted: Minutes,
    /// Unused and gone by then.
    pub expired: Minutes,
    /// Moved to the next year by then.
    pub moved: Minutes,
    /// Paid out by then.
    pub encashed: Minutes,
    /// Approved leave of the whole year, later dates included.
    pub taken: Minutes,
    /// Undecided leave of the whole year, later dates included.
    pub pending: Minutes,
    /// What can be asked for on that date: all of the above together.
    pub available: Minutes,
    /// What will expire after that date if nothing more is booked: the last day to use it, and how much.
    pub expiring: Vec<(Date, Minutes)>,
}

/// A booking that the balance does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortfall {
    /// The first date on which it would be too little.
    pub date: Date,
    /// What would be available then, with the booking.
    pub available: Minutes,
    /// By how much that is below the limit.
    pub missing: Minutes,
}

/// A row to append to the same employee's, type's and year's ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub kind: LedgerKind,
    pub minutes: Minutes,
    pub effective_date: Date,
    pub expires_on: Option<Date>,
    pub grant_id: Option<LedgerId>,
    pub request_id: Option<LeaveRequestId>,
    pub reverses_id: Option<LedgerId>,
}

impl Entry {
    pub(super) fn plain(kind: LedgerKind, minutes: Minutes, effective_date: Date) -> Self {
        Entry { kind, minutes, effective_date, expires_on: None, grant_id: None, request_id: None, reverses_id: None }
    }
}

impl LedgerRow {
    /// The row that undoes this one, on this one's date.
    pub fn undone(&self) -> Entry {
        Entry {
            grant_id: self.grant_id,
            request_id: self.request_id,
            reverses_id: Some(self.id),
            ..Entry::plain(LedgerKind::Reversal, -self.minutes, self.effective_date)
        }
    }
}

impl YearLedger {
    /// `rows` are all rows of one employee, leave type and leave year, in any order.
    pub fn new(year: LeaveYear, rows: &[LedgerRow]) -> Self {
        YearLedger { year, rows: standing(rows) }
    }

    /// The rows that stand, in the order of dates.
    pub fn rows(&self) -> &[LedgerRow] {
        &self.rows
    }

    pub const fn year(&self) -> LeaveYear {
        self.year
    }

    /// What days of leave can draw from. A grant that could be used beyond the leave year ends with it here: the
    /// change of year moves what is left of it.
    pub fn grants(&self) -> Vec<Grant> {
        let last = self.year.period.last();
        let mut corrected: BTreeMap<LedgerId, Minutes> = BTreeMap::new();
        for row in &self.rows {
            if let Some(grant) = row.corrects() {
                *corrected.entry(grant).or_default() += row.minutes;
            }
        }
        let grant = |row: &LedgerRow| Grant {
            id: row.id,
            minutes: row.minutes + corrected.get(&row.id).copied().unwrap_or_default(),
            effective_date: row.effective_date,
            expires_on: row.expires_on.filter(|on| *on <= last),
        };
        let given = |row: &&LedgerRow| gives(row) && row.minutes.is_positive() && row.corrects().is_none();
        let grants = self.rows.iter().filter(given).map(grant);
        grants.filter(|grant| grant.minutes.is_positive()).collect()
    }

    /// The days of leave that are booked, in the order of dates.
    pub fn booked(&self) -> Vec<LeaveDay> {
        let mut days: BTreeMap<(Date, LeaveRequestId), Minutes> = BTreeMap::new();
        for row in self.rows.iter().filter(|row| row.kind == LedgerKind::Taken) {
            if let Some(request_id) = row.request_id {
                *days.entry((row.effective_date, request_id)).or_default() -= row.minutes;
            }
        }
        days.into_iter().map(|((date, request_id), minutes)| LeaveDay { request_id, date, minutes }).collect()
    }

    /// Replays the year with these days of leave, in place of those that are booked.
    pub fn replay(&self, days: &[LeaveDay]) -> Replay {
        let takes = |row: &&LedgerRow| gives(row) && row.minutes.is_negative() && row.corrects().is_none();
        let takes = self.rows.iter().filter(takes);
        let mut needs: Vec<Need> = takes
            .map(|row| Need { date: row.effective_date, cause: Cause::Row(row.id), minutes: -row.minutes })
            .collect();
        needs.extend(days.iter().map(|day| Need {
            date: day.date,
            cause: Cause::Leave(day.request_id),
            minutes: day.minutes,
        }));
        replay(&self.grants(), &needs)
    }

    /// The balance on `date`, with what is undecided.
    pub fn on(&self, date: Date, pending: &[LeaveDay]) -> Balance {
        let booked = self.booked();
        let all = [booked.as_slice(), pending].concat();
        let lapses = self.replay(&all).lapses;
        let sum = |kinds: &[LedgerKind]| -> Minutes {
            let by_then = self.rows.iter().filter(|row| gives(row) && row.effective_date <= date);
            by_then.filter(|row| kinds.contains(&row.kind)).map(|row| row.minutes).sum()
        };
        let closed = |kind: LedgerKind| -> Minutes {
            self.closing_rows()
                .filter(|row| row.kind == kind && row.effective_date <= date)
                .map(|row| -row.minutes)
                .sum()
        };
        let lapsed: Minutes = lapses.iter().filter(|lapse| lapse.on <= date).map(|lapse| lapse.minutes).sum();
        let mut balance = Balance {
            carried_over: sum(&[LedgerKind::CarryOver]),
            granted: sum(&[LedgerKind::Grant, LedgerKind::Accrual, LedgerKind::Toil]),
            adjusted: sum(&[LedgerKind::Adjustment]),
            expired: lapsed + closed(LedgerKind::Expiry),
            moved: closed(LedgerKind::CarryOver),
            encashed: -sum(&[LedgerKind::Encashed]),
            taken: total(&booked),
            pending: total(pending),
            ..Balance::default()
        };
        balance.available = balance.carried_over + balance.granted + balance.adjusted
            - balance.expired
            - balance.moved
            - balance.encashed
            - balance.taken
            - balance.pending;
        let coming = lapses.iter().filter(|lapse| lapse.on > date);
        balance.expiring = coming.map(|lapse| (crate::time::period::back(lapse.on, 1), lapse.minutes)).collect();
        balance
    }

    /// Whether `wanted` may be booked beside what is booked and the `pending` days of other requests, the balance
    /// never falling further below zero than `limit` (0 or more). Asked again at approval.
    ///
    /// From the first wanted day on, what is available on any date of the year must not fall below the limit: what is
    /// given by then, less everything booked, reserved and wanted in the whole year, later dates included. On the first
    /// wanted day that is the balance which [`YearLedger::on`] shows with the wanted days.
    ///
    /// # Errors
    /// The first date on which it would not.
    pub fn allows(&self, wanted: &[LeaveDay], pending: &[LeaveDay], limit: Minutes) -> Result<(), Shortfall> {
        let Some(first) = wanted.iter().map(|day| day.date).min() else { return Ok(()) };
        let all = [self.booked().as_slice(), pending, wanted].concat();
        let low = |(_, available): &(Date, Minutes)| *available < -limit.or_zero();
        match self.course(first, &all, wanted).into_iter().find(low) {
            None => Ok(()),
            Some((date, available)) => Err(Shortfall { date, available, missing: -limit.or_zero() - available }),
        }
    }

    /// The least that is available on any date of the year with `pending` and `wanted`, and the first such date.
    pub(super) fn least(&self, wanted: &[LeaveDay], pending: &[LeaveDay]) -> (Date, Minutes) {
        let first = self.year.period.first();
        let all = [self.booked().as_slice(), pending, wanted].concat();
        let start = LeaveDay { request_id: LeaveRequestId(0), date: first, minutes: Minutes::ZERO };
        let course = self.course(first, &all, &[start]);
        course.into_iter().min_by_key(|(date, available)| (*available, *date)).unwrap_or((first, Minutes::ZERO))
    }

    /// What is available from `first` on, on each date on which that changes and on those of `also`: what is given by
    /// then less `all` that is taken and reserved in the year.
    fn course(&self, first: Date, all: &[LeaveDay], also: &[LeaveDay]) -> Vec<(Date, Minutes)> {
        let lapses = self.replay(all).lapses;
        let mut dates: BTreeSet<Date> = also.iter().map(|day| day.date).collect();
        dates.extend(self.rows.iter().filter(|row| gives(row)).map(|row| row.effective_date));
        dates.extend(lapses.iter().map(|lapse| lapse.on));
        let last = self.year.period.last().max(first);
        let available = |date: Date| {
            let given: Minutes =
                self.rows.iter().filter(|row| gives(row) && row.effective_date <= date).map(|row| row.minutes).sum();
            let lapsed: Minutes = lapses.iter().filter(|lapse| lapse.on <= date).map(|lapse| lapse.minutes).sum();
            given - lapsed - total(all)
        };
        dates.range(first..=last).map(|date| (*date, available(*date))).collect()
    }

    /// The rows to append so that the ledger says what a replay says: `days` are all days of leave that stand from now
    /// on, in place of those booked (approved ones added, cancelled ones left out), each split over the grants it
    /// draws from; and what has expired by `today`, save what `pending` days reserve. What is right already is left
    /// alone; what is not is undone and written anew. What the change of year wrote is not touched.
    pub fn settle(&self, days: &[LeaveDay], pending: &[LeaveDay], today: Date) -> Vec<Entry> {
        let mut target: Vec<Entry> = self.replay(days).draws.iter().filter_map(taken).collect();
        let lapses = self.replay(&[days, pending].concat()).lapses;
        target.extend(lapses.iter().filter(|lapse| lapse.on <= today).map(expired));
        let lapsing = self.lapsing();
        let derived = |row: &&LedgerRow| match row.kind {
            LedgerKind::Taken => true,
            // What expired of a grant that was taken back since did not expire.
            LedgerKind::Expiry => row.grant_id.is_none_or(|grant| lapsing.contains(&grant) || !self.stands(grant)),
            _ => false,
        };
        difference(self.rows.iter().filter(derived), target)
    }

    /// Rows by which the change of year emptied this one.
    pub(super) fn closing_rows(&self) -> impl Iterator<Item = &LedgerRow> {
        let lapsing = self.lapsing();
        self.rows.iter().filter(move |row| match (row.kind, row.grant_id) {
            (LedgerKind::Expiry, Some(grant)) => !lapsing.contains(&grant) && self.stands(grant),
            (LedgerKind::CarryOver, grant) => grant.is_some(),
            _ => false,
        })
    }

    /// Whether a row has not been undone.
    fn stands(&self, id: LedgerId) -> bool {
        self.rows.iter().any(|row| row.id == id)
    }

    /// The grants that end before the leave year does.
    fn lapsing(&self) -> BTreeSet<LedgerId> {
        self.grants().iter().filter(|grant| grant.expires_on.is_some()).map(|grant| grant.id).collect()
    }
}

/// Whether a row adds to, or by itself takes from, what can be drawn: everything but leave, expiry, and what the
/// change of year moves away.
fn gives(row: &LedgerRow) -> bool {
    match row.kind {
        LedgerKind::Grant | LedgerKind::Accrual | LedgerKind::Toil | LedgerKind::Adjustment | LedgerKind::Encashed => {
            true
        }
        LedgerKind::CarryOver => row.grant_id.is_none(),
        LedgerKind::Expiry | LedgerKind::Taken | LedgerKind::Reversal => false,
    }
}

fn total(days: &[LeaveDay]) -> Minutes {
    days.iter().map(|day| day.minutes).sum()
}

fn taken(draw: &Draw) -> Option<Entry> {
    let Cause::Leave(request_id) = draw.cause else { return None };
    Some(Entry {
        grant_id: draw.grant_id,
        request_id: Some(request_id),
        ..Entry::plain(LedgerKind::Taken, -draw.minutes, draw.date)
    })
}

fn expired(lapse: &Lapse) -> Entry {
    Entry { grant_id: Some(lapse.grant_id), ..Entry::plain(LedgerKind::Expiry, -lapse.minutes, lapse.on) }
}

/// What brings `rows` to `target`: first what is to be undone, then what is missing.
pub(super) fn difference<'a>(rows: impl Iterator<Item = &'a LedgerRow>, target: Vec<Entry>) -> Vec<Entry> {
    let mut missing = target;
    let mut entries = Vec::new();
    for row in rows {
        let same = |entry: &Entry| {
            (entry.kind, entry.minutes, entry.effective_date) == (row.kind, row.minutes, row.effective_date)
                && (entry.grant_id, entry.request_id, entry.expires_on)
                    == (row.grant_id, row.request_id, row.expires_on)
        };
        match missing.iter().position(same) {
            Some(at) => drop(missing.remove(at)),
            None => entries.push(row.undone()),
        }
    }
    entries.extend(missing);
    entries
}
