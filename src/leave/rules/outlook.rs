//! The books of one kind of leave over several leave years, with what is still to come: entitlements that are not written
//! yet, and what each year's end will bring into the next. What is asked for next January is checked against this, and
//! what is asked for in December against what it leaves for January.

use jiff::civil::Date;

use super::balance::{Balance, Entry, Shortfall, YearLedger};
use super::ledger::{LeaveDay, LedgerRow};
use super::year_change::{Carried, CarryOver, YearEnd};
use crate::ids::LedgerId;
use crate::time::Minutes;

/// One leave year.
#[derive(Clone, Debug)]
pub struct YearAhead {
    /// As it is written.
    pub ledger: YearLedger,
    /// Entitlements and corrections of them that a policy will write.
    pub planned: Vec<Entry>,
    /// Days that undecided requests reserve.
    pub pending: Vec<LeaveDay>,
    /// What becomes of the rest at its end.
    pub carry: Option<CarryOver>,
}

/// Leave years one after another, without a gap.
#[derive(Clone, Debug, Default)]
pub struct Outlook(Vec<YearAhead>);

/// Rows that are not written have ids from here on: later than all that are.
const PLANNED: i64 = 1 << 60;

/// A row that is not written yet.
pub fn is_planned(row: &LedgerRow) -> bool {
    row.id.0 >= PLANNED
}

impl Outlook {
    /// `years` in their order.
    pub fn new(years: Vec<YearAhead>) -> Self {
        Outlook(years)
    }

    pub fn years(&self) -> &[YearAhead] {
        &self.0
    }

    /// The leave year of that number.
    pub fn year(&self, number: i16) -> Option<&YearAhead> {
        self.0.iter().find(|year| year.ledger.year().number == number)
    }

    /// Each year with everything that is to come, were `wanted` booked too.
    pub fn projected(&self, wanted: &[LeaveDay]) -> Vec<YearLedger> {
        self.walk(wanted).into_iter().map(|(ledger, _)| ledger).collect()
    }

    /// One year with everything that is to come, and how it will be closed.
    pub fn ahead(&self, number: i16) -> Option<(YearLedger, YearEnd)> {
        self.walk(&[]).into_iter().find(|(ledger, _)| ledger.year().number == number)
    }

    /// The balance on a date of the year of that number, were `wanted` booked too.
    pub fn on(&self, number: i16, date: Date, wanted: &[LeaveDay]) -> Balance {
        let Some(year) = self.year(number) else { return Balance::default() };
        let period = year.ledger.year().period;
        let mut pending = year.pending.clone();
        pending.extend(wanted.iter().filter(|day| period.contains(day.date)));
        let ledger = self.projected(wanted).into_iter().find(|ledger| ledger.year().number == number);
        ledger.map(|ledger| ledger.on(date, &pending)).unwrap_or_default()
    }

    /// Whether `wanted` may be booked beside all else, no balance ever falling further below zero than `limit`: in its
    /// own leave years (see [`YearLedger::allows`]), and in those after, into which less is carried over then.
    ///
    /// # Errors
    /// The first date on which it would not.
    pub fn allows(&self, wanted: &[LeaveDay], limit: Minutes) -> Result<(), Shortfall> {
        let (before, after) = (self.projected(&[]), self.projected(wanted));
        for ((year, before), after) in self.0.iter().zip(before).zip(after) {
            let period = after.year().period;
            let own: Vec<LeaveDay> = wanted.iter().filter(|day| period.contains(day.date)).copied().collect();
            after.allows(&own, &year.pending, limit)?;
            let (date, available) = after.least(&own, &year.pending);
            let falls = available < -limit.or_zero() && available < before.least(&[], &year.pending).1;
            // What its own days take is judged from the first of them on.
            if falls && own.is_empty() {
                return Err(Shortfall { date, available, missing: -limit.or_zero() - available });
            }
        }
        Ok(())
    }

    fn walk(&self, wanted: &[LeaveDay]) -> Vec<(YearLedger, YearEnd)> {
        let mut ids = PLANNED..;
        let mut arriving: Option<Vec<Carried>> = None;
        let mut found = Vec::with_capacity(self.0.len());
        for year in &self.0 {
            let leave_year = year.ledger.year();
            let mut rows = year.ledger.rows().to_vec();
            rows.extend(year.planned.iter().zip(&mut ids).map(|(entry, id)| row(entry, id)));
            if let Some(carried) = &arriving {
                let arrival = YearLedger::new(leave_year, &rows).receive(carried);
                rows.extend(arrival.iter().zip(&mut ids).map(|(entry, id)| row(entry, id)));
            }
            let ledger = YearLedger::new(leave_year, &rows);
            let mut pending = year.pending.clone();
            pending.extend(wanted.iter().filter(|day| leave_year.period.contains(day.date)));
            let end = ledger.close(&pending, year.carry);
            arriving = Some(end.carried.clone());
            found.push((ledger, end));
        }
        found
    }
}

fn row(entry: &Entry, id: i64) -> LedgerRow {
    let Entry { kind, minutes, effective_date, expires_on, grant_id, request_id, reverses_id } = *entry;
    LedgerRow { id: LedgerId(id), kind, minutes, effective_date, expires_on, grant_id, request_id, reverses_id }
}
