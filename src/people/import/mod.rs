//! People from and to CSV.
//!
//! An import is all or nothing: the whole file is read and checked in memory, against the organization as it
//! stands, and either every row is written in one transaction or none. A dry run stops before the writing; the same
//! code decides both. A row is known by its number or its address, so that the same file twice changes nothing.
//! What is exported comes in again as it is.

pub mod api;
mod columns;
mod draft;
mod export;
pub mod pages;
mod plan;
mod running;
mod snapshot;
mod store;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io::Read;

pub use columns::{BOUNDS, COLUMNS};
pub use draft::{Draft, SweepDrafts, longest};
pub use export::export;

use plan::{Item, Person, Plan};
use snapshot::Snapshot;

use super::custom::{self, Field};
use super::employee::{self, Facts};
use super::{follow, groups, personal};
use crate::audit;
use crate::auth::Actor;
use crate::error::Result;
use crate::ids::EmployeeId;
use crate::orgs::Org;
use crate::sheet::{Fault, Reader, Row};
use crate::storage::{Rx, Tx};
use crate::{msg, tr};

/// How far the import of a file is that `actor` sent: rows written, rows in all, whether it is over. `None` where none
/// goes on, or its end was told.
pub fn progress(org: &Org, actor: &Actor, id: &str) -> Option<(usize, usize, bool)> {
    let progress = running::of(&draft::place_of(org, actor, id)?)?;
    let (done, total) = progress.figures();
    Some((done, total, progress.end().is_some()))
}

/// Beyond this many faults a file is hopeless; the rest is counted only.
const MOST_FAULTS: usize = 1_000;

/// A file that could be read as a table; nothing is said yet about what stands in it.
#[derive(Debug)]
pub struct Table {
    rows: Vec<Row>,
    /// Rows that could not be read.
    faults: Vec<Fault>,
    /// Headers that mean nothing here.
    pub ignored: Vec<String>,
    /// HR's own fields as they were defined when the file was read.
    fields: Vec<Field>,
}

/// What becomes of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fate {
    /// The line of the file, from 1.
    pub line: u64,
    pub name: String,
    pub number: String,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    Created,
    /// The columns that change.
    Updated(Vec<String>),
    Unchanged,
}

/// What a file does, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub rows: usize,
    pub created: usize,
    pub updated: usize,
    pub unchanged: usize,
    /// By line; where there is any, nothing is written. At most 1,000.
    pub errors: Vec<Fault>,
    /// Faults beyond those.
    pub more_errors: usize,
    /// By line; empty where there are errors.
    pub fates: Vec<Fate>,
    /// Headers that mean nothing here and were left out.
    pub ignored: Vec<String>,
}

/// Reads the file, in memory bounded by [`BOUNDS`]; `fields` are HR's own ([`custom::fields`]). Blocks; call it off the async threads.
///
/// # Errors
/// What makes it no CSV of people at all: not UTF-8, too large, no known header.
pub fn read(source: impl Read, fields: Vec<Field>) -> Result<Table, Fault> {
    let reader = Reader::open(source, columns::with_custom(&fields), BOUNDS)?;
    if !reader.has("email") && !reader.has("number") {
        return Err(Fault::at(1, tr!("The header lacks email or number: by one of them a person is known")));
    }
    let ignored = reader.ignored().to_vec();
    let own = |header: &&String| header.to_ascii_lowercase().starts_with(columns::CUSTOM);
    if let Some(header) = ignored.iter().find(own) {
        let code = &header[columns::CUSTOM.len()..];
        let message = tr!("There is no field “{0}”: define it under “Fields of HR’s own”, or leave the column out");
        return Err(Fault { line: 1, column: header.clone(), message: msg!(message, code) });
    }
    let mut table = Table { rows: Vec::new(), faults: Vec::new(), ignored, fields };
    for row in reader {
        match row {
            Ok(row) => table.rows.push(row),
            Err(fault) => table.faults.push(fault),
        }
    }
    Ok(table)
}

/// What the file would do now; writes nothing.
///
/// # Errors
/// [`crate::error::AppError::Forbidden`] for all but HR. What is wrong with the file stands in the outcome.
pub fn dry_run(rx: &Rx<'_>, actor: &Actor, table: &Table) -> Result<Outcome> {
    actor.require_hr()?;
    Ok(outcome(&plan::make(Snapshot::read(rx, actor)?, table), table))
}

/// A file that was checked, and what it was checked against.
#[derive(Debug)]
pub struct Checked {
    plan: Plan,
    /// The act that was the latest then: while none has followed, the organization is as it was.
    latest: i64,
}

/// Checks the file outside the writer's queue, so that [`run`] need not do it while everybody waits.
///
/// # Errors
/// As [`dry_run`].
pub fn prepare(rx: &Rx<'_>, actor: &Actor, table: &Table) -> Result<(Outcome, Checked)> {
    actor.require_hr()?;
    let latest = store::latest_act(rx)?;
    let plan = plan::make(Snapshot::read(rx, actor)?, table);
    Ok((outcome(&plan, table), Checked { plan, latest }))
}

/// Writes all of the file, or nothing where the outcome has errors. What was checked already counts as long as nothing
/// has happened since; otherwise the file is checked once more. `wrote` is told how many rows are written.
///
/// # Errors
/// As [`dry_run`].
pub fn run(
    tx: &mut Tx<'_>,
    actor: &Actor,
    table: &Table,
    checked: Option<Checked>,
    wrote: &dyn Fn(usize),
) -> Result<Outcome> {
    actor.require_hr()?;
    employee::changes::settle_everybody(tx, actor)?;
    let latest = store::latest_act(tx)?;
    let plan = match checked.filter(|checked| checked.latest == latest) {
        Some(checked) => checked.plan,
        None => plan::make(Snapshot::read(tx, actor)?, table),
    };
    let outcome = outcome(&plan, table);
    if outcome.errors.is_empty() && outcome.created + outcome.updated > 0 {
        let entry = audit::Entry::new("employees.imported")
            .with("rows", outcome.rows)
            .with("created", outcome.created)
            .with("updated", outcome.updated);
        audit::record(tx, actor, entry)?;
        write(tx, actor, &plan, wrote)?;
    }
    Ok(outcome)
}

fn outcome(plan: &Plan, table: &Table) -> Outcome {
    let mut errors: Vec<Fault> = table.faults.iter().chain(&plan.faults).cloned().collect();
    errors.sort_by_key(|fault| fault.line);
    let more_errors = errors.len().saturating_sub(MOST_FAULTS);
    errors.truncate(MOST_FAULTS);
    let mut outcome = Outcome {
        rows: table.rows.len() + table.faults.len(),
        errors,
        more_errors,
        ignored: table.ignored.clone(),
        ..Outcome::default()
    };
    for item in &plan.items {
        let what = what(plan, item);
        match what {
            What::Created => outcome.created += 1,
            What::Updated(_) => outcome.updated += 1,
            What::Unchanged => outcome.unchanged += 1,
        }
        if outcome.errors.is_empty() {
            let (name, number) = (item.facts.name(), item.facts.number.clone());
            outcome.fates.push(Fate { line: item.line, name, number, what });
        }
    }
    outcome
}

fn what(plan: &Plan, item: &Item) -> What {
    let Some(known) = item.known else { return What::Created };
    let one = &plan.snapshot.people[known];
    let mut changed = employee::changed_columns(&one.facts, &item.facts);
    let links = [one.facts.manager_id, one.facts.approver_id, one.facts.deputy_id];
    for ((column, before), after) in ["manager_id", "approver_id", "deputy_id"].into_iter().zip(links).zip(item.links) {
        if before.map(Person::Known) != after {
            changed.push(column);
        }
    }
    let held = plan.snapshot.memberships.get(&one.id).map_or(&[][..], Vec::as_slice);
    if item.groups.as_deref().is_some_and(|groups| groups != held) {
        changed.push("groups");
    }
    let field = |id| plan.snapshot.fields.iter().find(|field| field.id == id);
    let own = item.custom.iter().filter_map(|(id, _)| field(*id).map(columns::header_of));
    let private = &item.personal;
    let private = [
        ("legal_name", private.legal_name.is_some()),
        ("private_email", private.private_email.is_some()),
        ("birthday", private.birthday.is_some()),
    ];
    changed.extend(private.into_iter().filter(|(_, differs)| *differs).map(|(column, _)| column));
    let changed: Vec<String> = changed.into_iter().map(str::to_owned).chain(own).collect();
    if changed.is_empty() { What::Unchanged } else { What::Updated(changed) }
}

/// Writes a plan without faults. People may refer to people further down, so the new come in first, linked to nobody.
fn write(tx: &mut Tx<'_>, actor: &Actor, plan: &Plan, wrote: &dyn Fn(usize)) -> Result<()> {
    let mut new: Vec<Option<EmployeeId>> = Vec::with_capacity(plan.items.len());
    for item in &plan.items {
        new.push(match item.known {
            Some(_) => None,
            None => Some(employee::insert_unlinked(tx, &item.facts)?),
        });
    }
    let id_of = |person: Option<Person>| match person {
        Some(Person::Known(id)) => Some(id),
        Some(Person::New(at)) => new[at],
        None => None,
    };
    // Everybody is there: records are completed and written down in the audit log.
    for (at, item) in plan.items.iter().enumerate() {
        let [manager_id, approver_id, deputy_id] = item.links.map(id_of);
        let facts = Facts { manager_id, approver_id, deputy_id, ..item.facts.clone() };
        let id = match (item.known.map(|known| &plan.snapshot.people[known]), new[at]) {
            (Some(one), _) => {
                employee::update_checked(tx, actor, one, &facts)?;
                one.id
            }
            (None, Some(id)) => {
                employee::link_and_record(tx, actor, id, &facts)?;
                id
            }
            (None, None) => continue,
        };
        match (&item.groups, new[at]) {
            (Some(wanted), Some(_)) => groups::begin(tx, actor, id, wanted, facts.join_date)?,
            (Some(wanted), None) => groups::set_of_employee(tx, actor, id, wanted).map(drop)?,
            (None, _) => {}
        }
        let nothing = HashMap::new();
        let held = plan.snapshot.values.get(&id).unwrap_or(&nothing);
        custom::record(tx, actor, id, &plan.snapshot.fields, held, &item.custom)?;
        if item.personal != personal::Change::default() {
            match new[at] {
                Some(id) => personal::begin(tx, actor, id, item.personal.clone())?,
                None => personal::update(tx, actor, id, item.personal.clone())?,
            }
        }
        if let Some(id) = new[at] {
            follow::tell_imported(tx, actor, id)?;
        }
        wrote(at + 1);
    }
    Ok(())
}
