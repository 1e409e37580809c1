//! The change of a leave year: what is left of the old one lapses or moves on. Like all of the ledger it is worked
//! out from the facts: closing a year again, after something in it was changed, corrects what the first closing
//! wrote, and closing it once more changes nothing.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::balance::{Entry, YearLedger, difference};
use super::ledger::{LeaveDay, LedgerKind, LedgerRow};
use super::years::MonthDay;
use crate::time::{Minutes, period};

/// How much of a year's rest may be used in the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CarryOver {
    /// At most so many; none is all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 2400)]
    pub max_minutes: Option<Minutes>,
    /// It can be used for so many months of the new year, 1 or more; none is all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_after_months: Option<u16>,
    /// Or up to this day of the new year, month and day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "03-31")]
    pub expires_on: Option<MonthDay>,
    /// So much of it goes over in any case: it does not count towards the most and does not expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exempt_minutes: Option<Minutes>,
}

impl CarryOver {
    /// Everything, without end.
    pub const ALL: CarryOver =
        CarryOver { max_minutes: None, expires_after_months: None, expires_on: None, exempt_minutes: None };

    /// At most so much of a rest goes over.
    fn room(self) -> Minutes {
        let exempt = self.exempt_minutes.unwrap_or_default().or_zero();
        self.max_minutes.map_or(Minutes::MAX, |most| most.or_zero() + exempt)
    }

    /// The last day on which what goes over on `start` can be used; none is no such day.
    fn last_day(self, start: Date) -> Option<Date> {
        if let Some(months) = self.expires_after_months {
            return Some(period::back(start.saturating_add(i32::from(months).months()), 1));
        }
        let on = self.expires_on?;
        let this_year = on.in_year(start.year());
        Some(if this_year < start { on.in_year(start.year() + 1) } else { this_year })
    }
}

/// What closing a leave year does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct YearEnd {
    /// Rows to append to the year that is closed.
    pub entries: Vec<Entry>,
    /// What arrives in the next year; see [`YearLedger::receive`].
    pub carried: Vec<Carried>,
    /// What lapses in all.
    pub lapsed: Minutes,
}

/// Minutes that arrive in a new leave year; below zero what was overdrawn in the old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carried {
    pub minutes: Minutes,
    pub effective_date: Date,
    /// The last day on which they can be used, where that is before the end of the new year.
    pub expires_on: Option<Date>,
}

impl YearLedger {
    /// Closes the year. What is left goes over as far as `carry` allows, nothing without it; the rest lapses. A grant
    /// that can be used beyond the year by its own date (time off in lieu) goes over whole, with that date, and does
    /// not count towards the most. What `pending` days reserve stays reserved. What is overdrawn is taken off the
    /// next year.
    ///
    /// Settle first, so that what has expired by itself is written; and again afterwards, because days that were
    /// overdrawn then draw from the row that makes them good.
    pub fn close(&self, pending: &[LeaveDay], carry: Option<CarryOver>) -> YearEnd {
        let end = self.year().end();
        let result = self.facts().replay(&[self.booked().as_slice(), pending].concat());
        let mut room = carry.map_or(Minutes::ZERO, CarryOver::room);
        let mut target = Vec::new();
        let mut carried = Vec::new();
        let mut moved = Minutes::ZERO;
        let mut lapsed = Minutes::ZERO;
        for (grant, left) in result.left {
            let own_end = self.rows().iter().find(|row| row.id == grant).and_then(|row| row.expires_on);
            let goes = if own_end.is_some() { left } else { left.min(room) };
            match own_end {
                Some(_) => carried.push(Carried { minutes: left, effective_date: end, expires_on: own_end }),
                None => {
                    room -= goes;
                    moved += goes;
                }
            }
            lapsed += left - goes;
            let row = |kind, minutes: Minutes| Entry { grant_id: Some(grant), ..Entry::plain(kind, -minutes, end) };
            target.extend(goes.is_positive().then(|| row(LedgerKind::CarryOver, goes)));
            target.extend((goes < left).then(|| row(LedgerKind::Expiry, left - goes)));
        }
        if let Some(carry) = carry.filter(|_| moved.is_positive()) {
            let one = |minutes, expires_on| Carried { minutes, effective_date: end, expires_on };
            match carry.last_day(end) {
                None => carried.insert(0, one(moved, None)),
                last => {
                    let exempt = moved.min(carry.exempt_minutes.unwrap_or_default().or_zero());
                    let parts = [one(moved - exempt, last), one(exempt, None)];
                    carried.splice(0..0, parts.into_iter().filter(|part| part.minutes.is_positive()));
                }
            }
        }
        let overdrawn: Minutes =
            result.draws.iter().filter(|draw| draw.grant_id.is_none()).map(|draw| draw.minutes).sum();
        if overdrawn.is_positive() {
            target.push(Entry::plain(LedgerKind::CarryOver, overdrawn, end));
            carried.push(Carried { minutes: -overdrawn, effective_date: end, expires_on: None });
        }
        let closing = self.closing_rows().chain(self.rows().iter().filter(|row| self.closes_debt(row)));
        YearEnd { entries: difference(closing, target), carried, lapsed }
    }

    /// The rows to append to this year so that it has received `carried` from the year before, and nothing else.
    pub fn receive(&self, carried: &[Carried]) -> Vec<Entry> {
        let arrival = |row: &&LedgerRow| {
            row.kind == LedgerKind::CarryOver
                && row.grant_id.is_none()
                && row.effective_date == self.year().period.first()
        };
        let one = |carried: &Carried| Entry {
            expires_on: carried.expires_on,
            ..Entry::plain(LedgerKind::CarryOver, carried.minutes, carried.effective_date)
        };
        difference(self.rows().iter().filter(arrival), carried.iter().map(one).collect())
    }

    /// This ledger as it is without what a closing wrote.
    fn facts(&self) -> YearLedger {
        let facts: Vec<LedgerRow> = self.rows().iter().filter(|row| !self.closes_debt(row)).copied().collect();
        YearLedger::new(self.year(), &facts)
    }

    /// The row by which a closing made good what was overdrawn.
    fn closes_debt(&self, row: &LedgerRow) -> bool {
        row.kind == LedgerKind::CarryOver && row.grant_id.is_none() && row.effective_date >= self.year().end()
    }
}
