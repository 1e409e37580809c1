//! The books of a person's leave type with what is still to come: what policies will grant, and what each leave year
//! that is not closed will bring into the next. Nothing of it is written; the clockwork writes it when its day comes.

use std::collections::{BTreeMap, HashSet};

use jiff::civil::Date;

use super::store::{self, YearRow};
use super::{Account, Accounts, Books};
use crate::error::Result;
use crate::ids::{LeaveRequestId, LedgerId};
use crate::leave::policy::{self, Entitled, LeavePolicy};
use crate::leave::rules::{CarryOver, LeaveDay, LedgerRow, Outlook, YearAhead, YearLedger};
use crate::people;
use crate::storage::Rx;

/// So many leave years after the present one are looked ahead.
const YEARS_AHEAD: i16 = 10;

/// One account, with the years around it that bear on it: from the first that is not closed, and up to the last of which
/// anything is known.
pub(super) fn outlook(rx: &Rx<'_>, account: Account, except: Option<LeaveRequestId>) -> Result<Outlook> {
    Ok(Ahead::read(rx, account.all(), account.year, except)?.outlook)
}

/// Reads many accounts one after the other: policies once, and once for each person what their entitlements depend on.
#[derive(Debug)]
pub(in crate::leave) struct Shelf {
    policies: Vec<LeavePolicy>,
    who: Option<Entitled>,
}

impl Shelf {
    /// # Errors
    /// When the database cannot be read.
    pub fn read(rx: &Rx<'_>) -> Result<Shelf> {
        Ok(Shelf { policies: policy::store::all(rx)?, who: None })
    }

    /// # Errors
    /// When the database cannot be read.
    pub fn ahead(&mut self, rx: &Rx<'_>, account: Account) -> Result<Ahead> {
        let own = self.policies.iter().filter(|policy| policy.fields.leave_type_id == account.leave_type_id);
        let own: Vec<LeavePolicy> = own.cloned().collect();
        if own.is_empty() {
            return Ahead::with(rx, account.all(), account.year, None, own, None);
        }
        let who = match self.who.take().filter(|who| who.person.id == account.employee_id) {
            Some(who) => who,
            None => Entitled::read(rx, account.employee_id)?,
        };
        self.who = Some(who.clone());
        Ahead::with(rx, account.all(), account.year, None, own, Some(who))
    }

    /// # Errors
    /// When the database cannot be read.
    pub fn books(&mut self, rx: &Rx<'_>, account: Account) -> Result<Books> {
        Ok(Books::of(account, self.ahead(rx, account)?.outlook))
    }
}

/// What the books of one leave type were worked out from.
#[derive(Debug)]
pub(in crate::leave) struct Ahead {
    pub policies: Vec<LeavePolicy>,
    /// None where no policy is in force.
    pub entitled: Option<Entitled>,
    pub outlook: Outlook,
    /// The rows that policies made.
    pub by_policy: HashSet<LedgerId>,
    /// The first leave year that is not closed.
    pub first_open: i16,
    /// The first leave year that policies grant: there is nothing of theirs before it.
    pub begins: i16,
    /// The present leave year.
    pub present: i16,
}

impl Ahead {
    /// # Errors
    /// When the database cannot be read.
    pub fn read(rx: &Rx<'_>, accounts: Accounts, asked: i16, except: Option<LeaveRequestId>) -> Result<Ahead> {
        let policies = policy::of_type(rx, accounts.leave_type_id)?;
        let entitled = match policies.is_empty() {
            true => None,
            false => Some(Entitled::read(rx, accounts.employee_id)?),
        };
        Ahead::with(rx, accounts, asked, except, policies, entitled)
    }

    /// The same where the policies of the type and the person's standing are known.
    pub fn with(
        rx: &Rx<'_>,
        accounts: Accounts,
        asked: i16,
        except: Option<LeaveRequestId>,
        policies: Vec<LeavePolicy>,
        entitled: Option<Entitled>,
    ) -> Result<Ahead> {
        let present = accounts.years.of(people::today(rx)?).number;
        let closings = store::closings(rx, accounts)?;
        let closed = closings.keys().next_back().copied();
        let first_open = match closed {
            Some(closed) => closed + 1,
            None => store::first_year(rx, accounts)?.unwrap_or(present),
        };
        let first_open = first_open.min(present);
        let looks = asked <= present + YEARS_AHEAD;
        let first = if looks { asked.min(first_open) } else { asked };
        let rows = store::rows_from(rx, accounts, first)?;
        let reserved = store::reserved_from(rx, accounts, first, except)?;
        let known = rows.iter().map(|row| row.year).chain(reserved.iter().map(|(year, _)| *year));
        let last = known.max().unwrap_or(asked).max(asked);
        let by_policy: HashSet<LedgerId> = rows.iter().filter(|row| row.by_policy).map(|row| row.row.id).collect();
        let granted = rows.iter().filter(|row| row.by_policy).map(|row| row.year).min();
        let begins = closed.map(|closed| closed + 1).or(granted).unwrap_or(present).min(present);
        let mut ahead =
            Ahead { policies, entitled, outlook: Outlook::default(), by_policy, first_open, begins, present };
        let mut years = years_of(accounts, first..=last, rows, reserved);
        for year in &mut years {
            let number = year.ledger.year().number;
            match closings.get(&number) {
                Some(carry) => year.carry = *carry,
                None if looks => ahead.complete(rx, year)?,
                None => {}
            }
        }
        ahead.outlook = Outlook::new(years);
        Ok(ahead)
    }

    /// What is still to come in a year that is not closed, and what becomes of its rest.
    fn complete(&self, rx: &Rx<'_>, year: &mut YearAhead) -> Result<()> {
        let Some(entitled) = &self.entitled else { return Ok(()) };
        let leave_year = year.ledger.year();
        if leave_year.number >= self.begins && !entitled.person.hidden {
            let by_policy = |row: &LedgerRow| self.by_policy.contains(&row.id);
            year.planned = entitled.missing(rx, &self.policies, &year.ledger, &by_policy, Date::MAX)?.1;
        }
        if let Some(policy) = entitled.holding(&self.policies, leave_year) {
            year.carry = policy.fields.terms.carry_over;
        }
        Ok(())
    }
}

/// Each leave year with what is written; without a policy all of its rest goes over.
fn years_of(
    accounts: Accounts,
    numbers: std::ops::RangeInclusive<i16>,
    rows: Vec<YearRow>,
    reserved: Vec<(i16, LeaveDay)>,
) -> Vec<YearAhead> {
    let mut by_year: BTreeMap<i16, (Vec<LedgerRow>, Vec<LeaveDay>)> = BTreeMap::new();
    for row in rows {
        by_year.entry(row.year).or_default().0.push(row.row);
    }
    for (year, day) in reserved {
        by_year.entry(year).or_default().1.push(day);
    }
    let year = |number: i16| {
        let (rows, pending) = by_year.remove(&number).unwrap_or_default();
        YearAhead {
            ledger: YearLedger::new(accounts.years.numbered(number), &rows),
            planned: Vec::new(),
            pending,
            carry: Some(CarryOver::ALL),
        }
    };
    numbers.map(year).collect()
}
