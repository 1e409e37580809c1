//! What was before: balances as they stood on a day, and leave that was taken, from CSV. A dry run says what every row
//! would do; the import writes all of it or nothing. The same file twice changes nothing.
//!
//! Past leave comes in our own columns or as TimeOff.Management exports absences. Leave of years in which nothing was
//! granted here is entered with an entitlement of its own, so that it neither makes debts nor leaves anything over.

pub mod api;
mod balances;
pub mod pages;
mod past;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io::Read;

use crate::auth::Actor;
use crate::error::Result;
use crate::ids::{EmployeeId, LeaveTypeId};
use crate::leave::ledger::Shelf;
use crate::leave::types::{self, LeaveType};
use crate::people::import::{Fate, Outcome, What as Becomes};
use crate::people::{self, Employee};
use crate::sheet::{Bounds, Column, Fault, Reader, Row};
use crate::storage::{Op, Rx, Tx};
use crate::text::fold;
use crate::{msg, tr};

pub(super) const IMPORTED: Op = Op::act("leave.imported");

/// What a file may hold: 16 MB, 20,000 rows, 1,000 characters a cell.
const BOUNDS: Bounds = Bounds { bytes: 16 * 1024 * 1024, rows: 20_000, cell: 1_000 };

crate::text_enum! {
    /// What a file holds.
    pub enum What {
        /// What somebody had left on a day.
        Balances = "balances",
        /// Leave that was taken.
        Requests = "requests",
    }
}

impl What {
    /// The columns that are understood.
    pub fn columns(self) -> &'static [Column] {
        match self {
            What::Balances => &balances::COLUMNS,
            What::Requests => &past::COLUMNS,
        }
    }
}

/// A file that could be read as a table.
#[derive(Debug)]
pub struct Table {
    what: What,
    rows: Vec<Row>,
    faults: Vec<Fault>,
    ignored: Vec<String>,
}

/// Reads the file, in bounded memory. Blocks; call it off the async threads.
///
/// # Errors
/// What makes it no such table at all.
pub fn read(what: What, source: impl Read) -> Result<Table, Fault> {
    let mut text = Vec::new();
    // The reader refuses what is longer.
    let read = source.take(BOUNDS.bytes + 1).read_to_end(&mut text);
    read.map_err(|_| Fault::at(1, tr!("The file cannot be read")))?;
    if what == What::Requests {
        past::name_both_date_types(&mut text);
    }
    let reader = Reader::open(text.as_slice(), what.columns(), BOUNDS)?;
    if !reader.has("email") && !reader.has("number") {
        return Err(Fault::at(1, tr!("The header lacks email or number: by one of them a person is known")));
    }
    let mut table = Table { what, rows: Vec::new(), faults: Vec::new(), ignored: reader.ignored().to_vec() };
    for row in reader {
        match row {
            Ok(row) => table.rows.push(row),
            Err(fault) => table.faults.push(fault),
        }
    }
    Ok(table)
}

/// What a row asks to be written.
#[derive(Debug)]
enum Item {
    Balance(balances::Opening),
    Leave(Box<past::Past>),
}

/// What the file would do now.
///
/// # Errors
/// [`crate::error::AppError::Forbidden`] for all but HR. What is wrong with the file stands in the outcome.
pub fn dry_run(rx: &Rx<'_>, actor: &Actor, table: &Table) -> Result<Outcome> {
    actor.require_hr()?;
    plan(rx, table).map(|(_, outcome)| outcome)
}

/// Writes all of the file, or nothing where the outcome has errors.
///
/// # Errors
/// As [`dry_run`].
pub fn run(tx: &mut Tx<'_>, actor: &Actor, table: &Table) -> Result<Outcome> {
    actor.require_hr()?;
    let (items, outcome) = plan(tx, table)?;
    if !outcome.errors.is_empty() || items.is_empty() {
        return Ok(outcome);
    }
    let entry = crate::audit::Entry::new("leave.imported")
        .with("what", table.what)
        .with("rows", outcome.rows)
        .with("created", outcome.created)
        .with("updated", outcome.updated);
    crate::audit::record(tx, actor, entry)?;
    for item in items {
        match item {
            Item::Balance(opening) => balances::write(tx, actor, &opening)?,
            Item::Leave(past) => past::write(tx, actor, &past)?,
        }
    }
    Ok(outcome)
}

/// Beyond this many faults a file is hopeless; the rest is counted only.
const MOST_FAULTS: usize = 1_000;

fn plan(rx: &Rx<'_>, table: &Table) -> Result<(Vec<Item>, Outcome)> {
    let known = Known::read(rx)?;
    let mut shelf = Shelf::of_everybody(rx, people::today(rx)?.year().saturating_sub(1))?;
    let mut errors = table.faults.clone();
    let mut items = Vec::new();
    let mut outcome =
        Outcome { rows: table.rows.len() + table.faults.len(), ignored: table.ignored.clone(), ..Outcome::default() };
    let mut seen = past::Seen::default();
    for row in &table.rows {
        let found = match table.what {
            What::Balances => balances::plan(rx, &known, &mut shelf, row)?
                .map(|(person, item, what)| (person, item.map(Item::Balance), what)),
            What::Requests => past::plan(rx, &known, row, &mut seen)?
                .map(|(person, item, what)| (person, item.map(|past| Item::Leave(Box::new(past))), what)),
        };
        let (person, item, what) = match found {
            Ok(found) => found,
            Err(fault) => {
                errors.push(fault);
                continue;
            }
        };
        match what {
            Becomes::Created => outcome.created += 1,
            Becomes::Updated(_) => outcome.updated += 1,
            Becomes::Unchanged => outcome.unchanged += 1,
        }
        items.extend(item);
        outcome.fates.push(Fate { line: row.line(), name: person.name(), number: person.facts.number, what });
    }
    errors.sort_by_key(|fault| fault.line);
    outcome.more_errors = errors.len().saturating_sub(MOST_FAULTS);
    errors.truncate(MOST_FAULTS);
    outcome.errors = errors;
    if !outcome.errors.is_empty() {
        outcome.fates.clear();
    }
    Ok((items, outcome))
}

/// What rows refer to: people and kinds of leave.
struct Known {
    by_number: HashMap<String, Employee>,
    by_email: HashMap<String, EmployeeId>,
    people: HashMap<EmployeeId, Employee>,
    kinds: HashMap<String, LeaveType>,
}

impl Known {
    fn read(rx: &Rx<'_>) -> Result<Known> {
        let mut known = Known {
            by_number: HashMap::new(),
            by_email: HashMap::new(),
            people: HashMap::new(),
            kinds: HashMap::new(),
        };
        for person in people::everybody(rx)?.into_iter().filter(|person| !person.hidden) {
            let id = person.id;
            known.by_number.insert(fold(&person.facts.number), person.clone());
            known.by_email.insert(fold(&person.facts.email), id);
            known.people.insert(id, person);
        }
        for kind in types::all(rx)? {
            known.kinds.insert(fold(&kind.fields.name), kind);
        }
        Ok(known)
    }

    /// Whom a row is about.
    fn person(&self, row: &Row) -> Result<Employee, Fault> {
        let by_number = row.optional("number").map(|number| self.by_number.get(&fold(number)));
        let by_email = row.optional("email").map(|email| self.by_email.get(&fold(email)));
        match (by_number, by_email) {
            (Some(Some(person)), _) => Ok(person.clone()),
            (Some(None), _) => Err(row.fault("number", tr!("nobody has this number"))),
            (None, Some(Some(id))) => {
                self.people.get(id).cloned().ok_or_else(|| row.fault("email", tr!("nobody has this address")))
            }
            (None, Some(None)) => Err(row.fault("email", tr!("nobody has this address"))),
            (None, None) => Err(row.fault("email", tr!("is empty"))),
        }
    }

    /// Of which kind of leave it speaks, by name.
    fn kind(&self, row: &Row) -> Result<LeaveType, Fault> {
        let name = row.required("leave_type")?;
        let kind = self.kinds.get(&fold(name)).cloned();
        kind.ok_or_else(|| row.fault("leave_type", msg!("there is no kind of leave “{0}”", name)))
    }
}

/// The books of somebody that a row is about.
#[derive(Clone, Copy, Debug)]
struct Whose {
    employee_id: EmployeeId,
    leave_type_id: LeaveTypeId,
}
