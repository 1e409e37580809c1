//! The books of a person's leave type with what is still to come: what policies will grant, and what each leave year
//! that is not closed will bring into the next. Nothing of it is written; the clockwork writes it when its day comes.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use jiff::civil::Date;

use super::store::{self, YearRow};
use super::{Account, Accounts, Books};
use crate::error::Result;
use crate::ids::{EmployeeId, LeaveRequestId, LeaveTypeId, LedgerId};
use crate::leave::policy::{self, Entitled, LeavePolicy};
use crate::leave::rules::{CarryOver, LeaveDay, LeaveYears, LedgerRow, Outlook, YearAhead, YearLedger};
use crate::people;
use crate::storage::Rx;

/// So many leave years after the present one are looked ahead.
const YEARS_AHEAD: i16 = 10;

/// One account, with the years around it that bear on it: from the first that is not closed, and up to the last of which
/// anything is known.
pub(super) fn outlook(rx: &Rx<'_>, account: Account, except: Option<LeaveRequestId>) -> Result<Outlook> {
    Ok(Ahead::read(rx, account.all(), account.year, except)?.outlook)
}

/// Reads many accounts one after the other: policies once, and once for each person what their entitlements depend on;
/// where it is everybody's, all of that and all rows at once.
#[derive(Debug)]
pub(in crate::leave) struct Shelf {
    today: Date,
    policies: HashMap<LeaveTypeId, Arc<[LeavePolicy]>>,
    people: HashMap<EmployeeId, Arc<Entitled>>,
    everybodys: Option<Everybodys>,
}

/// What is written, of everybody, from a leave year on.
#[derive(Debug)]
struct Everybodys {
    from: i16,
    years: HashMap<store::Key, LeaveYears>,
    kept: HashMap<store::Key, Kept>,
}

/// What is written of an account's leave years. Of those that are closed perhaps only the last ones.
#[derive(Clone, Debug, Default)]
struct Kept {
    closings: BTreeMap<i16, Option<CarryOver>>,
    rows: Vec<YearRow>,
    reserved: Vec<(i16, LeaveDay)>,
}

impl Shelf {
    /// # Errors
    /// When the database cannot be read.
    pub fn read(rx: &Rx<'_>) -> Result<Shelf> {
        let mut policies: HashMap<LeaveTypeId, Vec<LeavePolicy>> = HashMap::new();
        for policy in policy::store::all(rx)? {
            policies.entry(policy.fields.leave_type_id).or_default().push(policy);
        }
        Ok(Shelf {
            today: people::today(rx)?,
            policies: policies.into_iter().map(|(kind, own)| (kind, own.into())).collect(),
            people: HashMap::new(),
            everybodys: None,
        })
    }

    /// With everybody's books of leave year `from` and all after it: a fixed number of questions for any number of people.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn of_everybody(rx: &Rx<'_>, from: i16) -> Result<Shelf> {
        let mut kept: HashMap<store::Key, Kept> = HashMap::new();
        for (key, year, carry) in store::everybodys_closings(rx, from)? {
            kept.entry(key).or_default().closings.insert(year, carry);
        }
        for (key, row) in store::everybodys_rows(rx, from)? {
            kept.entry(key).or_default().rows.push(row);
        }
        for (key, year, day) in store::everybodys_reserved(rx)? {
            kept.entry(key).or_default().reserved.push((year, day));
        }
        let years = store::everybodys_years(rx)?.into_iter().collect();
        let everybodys = Some(Everybodys { from, years, kept });
        Ok(Shelf { people: Entitled::everybody(rx)?, everybodys, ..Shelf::read(rx)? })
    }

    /// Everybody's that is on the shelf, in the order of ids.
    pub fn everybody(&self) -> Vec<Arc<Entitled>> {
        let mut all: Vec<Arc<Entitled>> = self.people.values().cloned().collect();
        all.sort_unstable_by_key(|who| who.person.id);
        all
    }

    /// # Errors
    /// [`crate::error::AppError::NotFound`] where there is no such person.
    pub fn person(&mut self, rx: &Rx<'_>, id: EmployeeId) -> Result<Arc<Entitled>> {
        if let Some(who) = self.people.get(&id) {
            return Ok(Arc::clone(who));
        }
        let who = Arc::new(Entitled::read(rx, id)?);
        self.people.insert(id, Arc::clone(&who));
        Ok(who)
    }

    /// By which leave years somebody's books of a type are kept.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn accounts(&self, rx: &Rx<'_>, employee_id: EmployeeId, leave_type_id: LeaveTypeId) -> Result<Accounts> {
        let Some(everybodys) = &self.everybodys else { return Accounts::of(rx, employee_id, leave_type_id) };
        let years = everybodys.years.get(&(employee_id, leave_type_id)).copied().unwrap_or(LeaveYears::CALENDAR);
        Ok(Accounts { employee_id, leave_type_id, years })
    }

    /// Those in force that grant one type.
    pub fn policies(&self, kind: LeaveTypeId) -> Arc<[LeavePolicy]> {
        self.policies.get(&kind).cloned().unwrap_or_default()
    }

    /// # Errors
    /// When the database cannot be read.
    pub fn ahead(&mut self, rx: &Rx<'_>, account: Account) -> Result<Ahead> {
        let policies = self.policies(account.leave_type_id);
        let entitled = if policies.is_empty() { None } else { Some(self.person(rx, account.employee_id)?) };
        let present = account.years.of(self.today).number;
        let key = (account.employee_id, account.leave_type_id);
        let kept = match self.everybodys.as_ref().filter(|all| account.year >= all.from) {
            Some(all) => all.kept.get(&key).cloned().unwrap_or_default(),
            None => Kept::read(rx, account.all(), (account.year, present), None)?,
        };
        Ahead::of(rx, account.all(), (account.year, present), kept, policies, entitled)
    }

    /// # Errors
    /// When the database cannot be read.
    pub fn books(&mut self, rx: &Rx<'_>, account: Account) -> Result<Books> {
        Ok(Books::of(account, self.ahead(rx, account)?.outlook))
    }
}

impl Kept {
    fn read(
        rx: &Rx<'_>,
        accounts: Accounts,
        (asked, present): (i16, i16),
        except: Option<LeaveRequestId>,
    ) -> Result<Kept> {
        let closings = store::closings(rx, accounts)?;
        let begun = if closings.is_empty() { store::first_year(rx, accounts)? } else { None };
        let (_, first) = first_years(&closings, begun, (asked, present));
        let rows = store::rows_from(rx, accounts, first)?;
        let reserved = store::reserved_from(rx, accounts, first, except)?;
        Ok(Kept { closings, rows, reserved })
    }
}

/// The first leave year that is not closed, and the first that is looked at where `asked` is asked for. `begun` is the
/// first with anything on the books, where none is closed.
fn first_years(
    closings: &BTreeMap<i16, Option<CarryOver>>,
    begun: Option<i16>,
    (asked, present): (i16, i16),
) -> (i16, i16) {
    let first_open = match closings.keys().next_back() {
        Some(closed) => closed + 1,
        None => begun.unwrap_or(present),
    };
    let first_open = first_open.min(present);
    (first_open, if looks_ahead(asked, present) { asked.min(first_open) } else { asked })
}

/// Beyond some years nothing is worked out: only what is written is shown.
const fn looks_ahead(asked: i16, present: i16) -> bool {
    asked <= present + YEARS_AHEAD
}

/// What the books of one leave type were worked out from.
#[derive(Debug)]
pub(in crate::leave) struct Ahead {
    pub policies: Arc<[LeavePolicy]>,
    /// None where no policy is in force.
    pub entitled: Option<Arc<Entitled>>,
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
        let policies: Arc<[LeavePolicy]> = policy::of_type(rx, accounts.leave_type_id)?.into();
        let entitled = match policies.is_empty() {
            true => None,
            false => Some(Arc::new(Entitled::read(rx, accounts.employee_id)?)),
        };
        let present = accounts.years.of(people::today(rx)?).number;
        let kept = Kept::read(rx, accounts, (asked, present), except)?;
        Ahead::of(rx, accounts, (asked, present), kept, policies, entitled)
    }

    fn of(
        rx: &Rx<'_>,
        accounts: Accounts,
        (asked, present): (i16, i16),
        kept: Kept,
        policies: Arc<[LeavePolicy]>,
        entitled: Option<Arc<Entitled>>,
    ) -> Result<Ahead> {
        let Kept { closings, mut rows, mut reserved } = kept;
        let begun = rows.iter().map(|row| row.year).min();
        let (first_open, first) = first_years(&closings, begun, (asked, present));
        rows.retain(|row| row.year >= first);
        reserved.retain(|(year, _)| *year >= first);
        let known = rows.iter().map(|row| row.year).chain(reserved.iter().map(|(year, _)| *year));
        let last = known.max().unwrap_or(asked).max(asked);
        let by_policy: HashSet<LedgerId> = rows.iter().filter(|row| row.by_policy).map(|row| row.row.id).collect();
        let granted = rows.iter().filter(|row| row.by_policy).map(|row| row.year).min();
        let closed = closings.keys().next_back().copied();
        let begins = closed.map(|closed| closed + 1).or(granted).unwrap_or(present).min(present);
        let mut ahead =
            Ahead { policies, entitled, outlook: Outlook::default(), by_policy, first_open, begins, present };
        let mut years = years_of(accounts, first..=last, rows, reserved);
        for year in &mut years {
            let number = year.ledger.year().number;
            match closings.get(&number) {
                Some(carry) => year.carry = *carry,
                None if looks_ahead(asked, present) => ahead.complete(rx, year)?,
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
