//! What an entitlement policy still has to write into a leave year: grants that have become due, and corrections of those
//! that would be others today (a join date that was wrong, another amount, other hours). Nothing is taken back by a row
//! of its own: a correction names the grant that it corrects and stands on its date, so that the books are what they
//! would be had the right figure been granted in the first place.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::balance::{Entry, YearLedger};
use super::ledger::{LedgerKind, LedgerRow};
use super::policy::{GrantRhythm, PlannedGrant};
use crate::ids::LedgerId;
use crate::time::Minutes;

/// The rows by which what policies granted in this year (`by_policy` says which rows those are) becomes `wanted`, as far
/// as it is effective by `today`; nothing where it is so already.
pub fn regrant(
    ledger: &YearLedger,
    by_policy: &dyn Fn(&LedgerRow) -> bool,
    wanted: &[PlannedGrant],
    rhythm: GrantRhythm,
    today: Date,
) -> Vec<Entry> {
    let mut missing: BTreeMap<Date, Minutes> = BTreeMap::new();
    for grant in wanted.iter().filter(|grant| grant.effective_date <= today) {
        *missing.entry(grant.effective_date).or_default() += grant.minutes;
    }
    let mut granted: BTreeMap<Date, LedgerId> = BTreeMap::new();
    for row in ledger.rows().iter().filter(|row| by_policy(row)) {
        *missing.entry(row.effective_date).or_default() -= row.minutes;
        if row.corrects().is_none() {
            granted.entry(row.effective_date).or_insert(row.id);
        }
    }
    let kind = match rhythm {
        GrantRhythm::YearStart | GrantRhythm::Yearly => LedgerKind::Grant,
        GrantRhythm::Monthly | GrantRhythm::Quarterly | GrantRhythm::PerHoursWorked(_) => LedgerKind::Accrual,
    };
    let entry = |(date, minutes): (Date, Minutes)| match granted.get(&date) {
        _ if minutes.is_zero() => None,
        Some(grant) => Some(Entry { grant_id: Some(*grant), ..Entry::plain(LedgerKind::Adjustment, minutes, date) }),
        // Without a grant nothing can be too much.
        None => minutes.is_positive().then(|| Entry::plain(kind, minutes, date)),
    };
    missing.into_iter().filter_map(entry).collect()
}
