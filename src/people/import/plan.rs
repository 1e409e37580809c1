//! What a file would do, decided wholly in memory: who is meant by each row, what the record would become, and
//! everything that speaks against it. Nothing is written here.

use std::collections::{HashMap, HashSet};

use super::Table;
use super::columns::{header_of, split_groups};
use super::snapshot::{Missing, Snapshot, Units};
use crate::ids::{EmployeeId, FieldId, GroupId};
use crate::people::custom::{self, Field};
use crate::people::reach::rules::{self, Line};
use crate::people::{EmploymentType, Facts, Login, employee, personal};
use crate::sheet::{Fault, Row};
use crate::text::fold;
use crate::{msg, tr};

/// Somebody a row refers to: a person who is there, or another row of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Person {
    Known(EmployeeId),
    /// Place in [`Plan::items`].
    New(usize),
}

/// What one row comes to.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub line: u64,
    /// Place in the snapshot's `people`; `None` is somebody new.
    pub known: Option<usize>,
    /// The record as it would be; the links to people stand in `links`.
    pub facts: Facts,
    /// Line manager, approver, deputy.
    pub links: [Option<Person>; 3],
    /// The groups as they would be; `None` leaves them alone.
    pub groups: Option<Vec<GroupId>>,
    /// HR's own fields that change.
    pub custom: Vec<(FieldId, Option<String>)>,
    /// Private data that changes.
    pub personal: personal::Change,
    /// The new person has no number yet and gets the next.
    pub needs_number: bool,
}

/// What the file would do.
#[derive(Debug)]
pub(super) struct Plan {
    pub snapshot: Snapshot,
    pub items: Vec<Item>,
    pub faults: Vec<Fault>,
}

const LINKS: [&str; 3] = ["manager", "approver", "deputy"];

/// Goes through all rows; every fault is found, not only the first.
pub(super) fn make(snapshot: Snapshot, table: &Table) -> Plan {
    let rows = &table.rows;
    let mut plan = Plan { snapshot, items: Vec::with_capacity(rows.len()), faults: Vec::new() };
    let mut kept: Vec<&Row> = Vec::with_capacity(rows.len());
    let mut taken = HashMap::new();
    for row in rows {
        match item(&plan.snapshot, &table.fields, row, &mut taken, &mut plan.faults) {
            Some(item) => {
                plan.items.push(item);
                kept.push(row);
            }
            // Who is meant is not known: nothing else of the row can be judged.
            None => continue,
        }
    }
    number_the_new(&mut plan);
    let found = Found::of(&plan, &kept);
    plan.faults.extend(found.clashes.iter().cloned());
    for (at, row) in kept.iter().enumerate() {
        let links = links(&plan, &found, at, row);
        match links {
            Ok(links) => plan.items[at].links = links,
            Err(faults) => plan.faults.extend(faults),
        }
    }
    circles(&mut plan, &kept);
    plan.faults.sort_by_key(|fault| fault.line);
    plan
}

/// Everything of a row but its links to people.
fn item(
    s: &Snapshot,
    fields: &[Field],
    row: &Row,
    taken: &mut HashMap<usize, u64>,
    faults: &mut Vec<Fault>,
) -> Option<Item> {
    let known = match identify(s, row, taken) {
        Ok(known) => known,
        Err(fault) => {
            faults.push(fault);
            return None;
        }
    };
    let before = known.map(|at| &s.people[at]);
    let mut facts = before.map_or_else(|| Facts::new("", "", "", "", s.today), |one| one.facts.clone());
    let mut bad = Vec::new();

    // A blank cell clears what may be empty, and leaves alone what may not.
    for (column, text) in [("phone", &mut facts.phone), ("position", &mut facts.position)] {
        if row.has(column) {
            row.text(column).clone_into(text);
        }
    }
    let required = [
        ("number", &mut facts.number),
        ("first_name", &mut facts.first_name),
        ("last_name", &mut facts.last_name),
        ("email", &mut facts.email),
    ];
    for (column, text) in required {
        if let Some(cell) = row.optional(column) {
            cell.clone_into(text);
        }
    }
    if let Some(word) = row.optional("employment_type") {
        match employment_type(word) {
            Some(kind) => facts.employment_type = kind,
            None => bad.push(row.fault("employment_type", msg!("is not one of {0}", words_of_employment()))),
        }
    }
    match row.date("join_date") {
        Ok(Some(date)) => facts.join_date = date,
        Ok(None) => {}
        Err(fault) => bad.push(fault),
    }
    match row.date("probation_end") {
        Ok(date) if row.has("probation_end") => facts.probation_end = date,
        Ok(_) => {}
        Err(fault) => bad.push(fault),
    }
    match row.date("leave_date") {
        Ok(date) if row.has("leave_date") => facts.leave_date = date,
        Ok(_) => {}
        Err(fault) => bad.push(fault),
    }
    match row.yes_no("exclude_from_reports") {
        Ok(choice) if row.has("exclude_from_reports") => facts.exclude_from_reports = choice.unwrap_or(false),
        Ok(_) => {}
        Err(fault) => bad.push(fault),
    }
    if before.is_some_and(|one| s.guarded.contains(&one.id) && fold(&one.facts.email) != fold(&facts.email)) {
        bad.push(row.fault("email", "only an admin may change the address of this login"));
    }
    let gone = facts.leave_date.is_some_and(|last| last < s.today);
    if before.is_some_and(|one| s.must_stay.contains(&one.id) && one.facts.leave_date != facts.leave_date) && gone {
        bad.push(row.fault("leave_date", tr!("is the last day of the last admin: give somebody else that role first")));
    }
    let groups = groups(s, row, &mut bad);
    let custom = own_fields(s, fields, row, before.map(|one| one.id), &mut bad);
    let personal = private(s, row, before.map(|one| one.id), &mut bad);
    place(s, row, before.map(|one| &one.facts), &mut facts, &mut bad);

    let needs_number = known.is_none() && facts.number.is_empty();
    for (field, why) in employee::check(&mut facts).0 {
        let unread = bad.iter().any(|fault| fault.column == row.fault(&field, "").column);
        if !(unread || (needs_number && field == "number")) {
            bad.push(row.fault(&field, why));
        }
    }
    let login = before.filter(|one| one.login != Login::None).map(|one| one.id);
    if let (Some(own), Some(holder)) = (login, s.logins.get(&fold(&facts.email)))
        && *holder != Some(own)
    {
        bad.push(row.fault("email", msg!("“{0}” is the address of another login", facts.email)));
    }
    faults.extend(bad);
    Some(Item { line: row.line(), known, facts, links: [None; 3], groups, custom, personal, needs_number })
}

/// What the row says of HR's own fields. A blank cell clears one, a missing column leaves it alone.
fn own_fields(
    s: &Snapshot,
    read: &[Field],
    row: &Row,
    id: Option<EmployeeId>,
    bad: &mut Vec<Fault>,
) -> Vec<(FieldId, Option<String>)> {
    let mut given = custom::Given::new();
    for field in read {
        let header = header_of(field);
        if !row.has(&header) {
            continue;
        }
        // Retired or made anew between reading the file and now.
        if s.fields.iter().any(|known| known.id == field.id) {
            given.insert(field.facts.code.clone(), Some(row.text(&header).to_owned()));
        } else {
            bad.push(row.fault(&header, tr!("is no field any more: send the file again")));
        }
    }
    let nothing = HashMap::new();
    let held = id.and_then(|id| s.values.get(&id)).unwrap_or(&nothing);
    match custom::check(&s.fields, held, &given, false) {
        Ok(changes) => changes,
        Err(errors) => {
            let fault = |(name, why): (std::borrow::Cow<'static, str>, crate::error::Msg)| {
                row.fault(&name.replacen('.', ":", 1), why)
            };
            bad.extend(errors.0.into_iter().map(fault));
            Vec::new()
        }
    }
}

/// What the row says of private data: only what differs from what is known.
fn private(s: &Snapshot, row: &Row, id: Option<EmployeeId>, bad: &mut Vec<Fault>) -> personal::Change {
    let before = id.and_then(|id| s.personal.get(&id)).cloned().unwrap_or_default();
    let mut after = before.clone();
    for (column, text) in [("legal_name", &mut after.sensitive.legal_name), ("private_email", &mut after.private_email)]
    {
        if row.has(column) {
            row.text(column).clone_into(text);
        }
    }
    match row.date("birthday") {
        Ok(date) if row.has("birthday") => after.birthday = date,
        Ok(_) => {}
        Err(fault) => bad.push(fault),
    }
    // What the file does not speak of is not the file's fault.
    let wrong = personal::rules::check(&mut after, s.today).0;
    bad.extend(wrong.into_iter().filter(|(field, _)| row.has(field)).map(|(field, why)| row.fault(&field, why)));
    let differs = |old: &String, new: String| Some(new).filter(|new| new != old);
    personal::Change {
        legal_name: differs(&before.sensitive.legal_name, after.sensitive.legal_name),
        private_email: differs(&before.private_email, after.private_email),
        birthday: Some(after.birthday).filter(|day| *day != before.birthday),
        ..personal::Change::default()
    }
}

/// Who is meant: the person with this number or this address; nobody is somebody new.
fn identify(s: &Snapshot, row: &Row, taken: &mut HashMap<usize, u64>) -> Result<Option<usize>, Fault> {
    let (number, email) = (row.optional("number"), row.optional("email"));
    if number.is_none() && email.is_none() {
        let column = if row.has("email") { "email" } else { "number" };
        return Err(row.fault(column, "is empty: without it nobody knows who is meant"));
    }
    let by_number = number.and_then(|text| s.by_number.get(&fold(text)));
    let by_email = email.and_then(|text| s.by_email.get(&fold(text)));
    let known = match (by_number, by_email) {
        (Some(a), Some(b)) if a != b => {
            let (a, b) = (s.people[*a].name(), s.people[*b].name());
            return Err(row.fault("email", msg!("belongs to {0}, but the number to {1}", b, a)));
        }
        (Some(at), _) | (None, Some(at)) => *at,
        (None, None) => return Ok(None),
    };
    let column = if by_number.is_some() { "number" } else { "email" };
    if s.people[known].hidden {
        return Err(row.fault(column, msg!("belongs to {0}, who is deactivated", s.people[known].name())));
    }
    match taken.insert(known, row.line()) {
        Some(line) => Err(row.fault(column, msg!("is the person of line {0} once more", line))),
        None => Ok(Some(known)),
    }
}

/// Entity, location and department: found by code or name, fitting together, following from each other.
fn place(s: &Snapshot, row: &Row, before: Option<&Facts>, facts: &mut Facts, bad: &mut Vec<Fault>) {
    if row.has("department") {
        let same = |id| before.is_some_and(|before| before.department_id == Some(id));
        let hidden = |id| s.departments.get(&id).is_none_or(|unit| unit.hidden);
        facts.department_id = unit(row, "department", &s.department_names, same, hidden, bad);
    }
    if row.has("location") {
        let same = |id| before.is_some_and(|before| before.location_id == Some(id));
        let hidden = |id| s.locations.get(&id).is_none_or(|unit| unit.hidden);
        facts.location_id = unit(row, "location", &s.location_names, same, hidden, bad);
    } else if facts.location_id.is_none()
        && before.is_none_or(|before| before.department_id != facts.department_id)
        && let Some(department) = facts.department_id.and_then(|id| s.departments.get(&id))
    {
        facts.location_id = department.above;
    }
    let of_location = facts.location_id.and_then(|id| s.locations.get(&id)).map(|unit| unit.above);
    if row.has("entity") {
        let same = |id| before.is_some_and(|before| before.entity_id == Some(id));
        let hidden = |id| s.entities.get(&id).is_none_or(|unit| unit.hidden);
        let entity = unit(row, "entity", &s.entity_names, same, hidden, bad);
        if entity.is_some() && of_location.is_some() && entity != of_location {
            bad.push(row.fault("entity", tr!("is not the entity of the location")));
        }
        facts.entity_id = of_location.or(entity);
    } else if of_location.is_some() {
        facts.entity_id = of_location;
    }
}

/// The unit that a cell names; a deactivated one only where it is the person's already.
fn unit<Id: Copy + Eq + std::hash::Hash>(
    row: &Row,
    column: &'static str,
    names: &Units<Id>,
    same: impl Fn(Id) -> bool,
    hidden: impl Fn(Id) -> bool,
    bad: &mut Vec<Fault>,
) -> Option<Id> {
    let text = row.optional(column)?;
    match names.find(text) {
        Ok(id) if !hidden(id) || same(id) => return Some(id),
        Ok(_) => bad.push(row.fault(column, msg!("“{0}” is deactivated", text))),
        Err(Missing::Unknown) => {
            bad.push(row.fault(column, msg!("“{0}” is neither a code nor a name that is known: enter it under “Organization” first, or write it as it stands there", text)));
        }
        Err(Missing::Ambiguous) => {
            bad.push(row.fault(column, msg!("“{0}” is the name of several: write the code", text)));
        }
    }
    None
}

/// The groups named in the cell, sorted; `None` where the file has no such column.
fn groups(s: &Snapshot, row: &Row, bad: &mut Vec<Fault>) -> Option<Vec<GroupId>> {
    if !row.has("groups") {
        return None;
    }
    let mut ids = Vec::new();
    for code in split_groups(row.text("groups")) {
        match s.groups.get(&fold(code)) {
            Some(id) => ids.push(*id),
            None => bad.push(row.fault("groups", msg!("there is no group “{0}”", code))),
        }
    }
    ids.sort_unstable();
    ids.dedup();
    Some(ids)
}

/// "full_time", "Full time" and "full-time" are one.
fn employment_type(word: &str) -> Option<EmploymentType> {
    let plain = |text: &str| fold(text).replace(['_', '-', ' '], "");
    EmploymentType::ALL.iter().copied().find(|kind| plain(kind.as_str()) == plain(word))
}

fn words_of_employment() -> String {
    EmploymentType::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ")
}

/// New people without a number get the next free ones, in the order of the file.
fn number_the_new(plan: &mut Plan) {
    let known = plan.snapshot.people.iter().map(|one| &one.facts.number);
    let given = plan.items.iter().map(|item| &item.facts.number);
    let taken: HashSet<String> = known.clone().chain(given.clone()).map(|number| fold(number)).collect();
    let mut next = employee::number_after(known.chain(given).map(String::as_str));
    for item in plan.items.iter_mut().filter(|item| item.needs_number) {
        while taken.contains(&fold(&next)) {
            next = employee::number_after(std::iter::once(next.as_str()));
        }
        item.facts.number.clone_from(&next);
        next = employee::number_after(std::iter::once(next.as_str()));
    }
}

/// Everybody as they would be called after the import.
struct Found {
    by_number: HashMap<String, Person>,
    by_email: HashMap<String, Person>,
    clashes: Vec<Fault>,
}

impl Found {
    fn of(plan: &Plan, rows: &[&Row]) -> Found {
        let changed: HashMap<usize, usize> =
            plan.items.iter().enumerate().filter_map(|(at, item)| item.known.map(|known| (known, at))).collect();
        let mut found = Found { by_number: HashMap::new(), by_email: HashMap::new(), clashes: Vec::new() };
        for (at, one) in plan.snapshot.people.iter().enumerate() {
            if !changed.contains_key(&at) {
                found.by_number.insert(fold(&one.facts.number), Person::Known(one.id));
                found.by_email.insert(fold(&one.facts.email), Person::Known(one.id));
            }
        }
        // A key of somebody known names that person (`identify`), so only rows of the file clash.
        let mut lines: HashMap<Person, u64> = HashMap::new();
        for (at, (item, row)) in plan.items.iter().zip(rows).enumerate() {
            let person = item.known.map_or(Person::New(at), |known| Person::Known(plan.snapshot.people[known].id));
            let keys = [
                ("number", fold(&item.facts.number), &mut found.by_number),
                ("email", fold(&item.facts.email), &mut found.by_email),
            ];
            for (column, key, map) in keys {
                let holder = if key.is_empty() { None } else { map.insert(key, person) };
                if let Some(line) = holder.and_then(|holder| lines.get(&holder)) {
                    found.clashes.push(row.fault(column, msg!("stands in line {0} already", line)));
                }
            }
            lines.insert(person, item.line);
        }
        found
    }

    /// By number, else by address.
    fn find(&self, text: &str) -> Option<Person> {
        let key = fold(text);
        self.by_number.get(&key).or_else(|| self.by_email.get(&key)).copied()
    }
}

/// Line manager, approver and deputy of a row.
fn links(plan: &Plan, found: &Found, at: usize, row: &Row) -> Result<[Option<Person>; 3], Vec<Fault>> {
    let item = &plan.items[at];
    let myself = item.known.map_or(Person::New(at), |known| Person::Known(plan.snapshot.people[known].id));
    let before = item.known.map(|known| &plan.snapshot.people[known].facts);
    let before = before.map_or([None; 3], |facts| [facts.manager_id, facts.approver_id, facts.deputy_id]);
    let mut links = before.map(|id| id.map(Person::Known));
    let mut faults = Vec::new();
    for ((column, link), before) in LINKS.into_iter().zip(&mut links).zip(before) {
        if !row.has(column) {
            continue;
        }
        let Some(text) = row.optional(column) else {
            *link = None;
            continue;
        };
        let hidden =
            |id: &EmployeeId| plan.snapshot.by_id.get(id).is_some_and(|place| plan.snapshot.people[*place].hidden);
        match found.find(text) {
            Some(person) if person == myself => faults.push(row.fault(column, "is the person of this very line")),
            Some(Person::Known(id)) if hidden(&id) && before != Some(id) => {
                faults.push(row.fault(column, msg!("“{0}” is deactivated", text)));
            }
            Some(person) => *link = Some(person),
            None => faults.push(row.fault(column, msg!("“{0}” is no number or address of anybody", text))),
        }
    }
    if faults.is_empty() { Ok(links) } else { Err(faults) }
}

/// Refuses every row whose line of managers would come back to itself, today or on any later day for which something
/// is planned. A change that speaks for the past as well (of somebody who begins later) is looked at on every day.
fn circles(plan: &mut Plan, rows: &[&Row]) {
    let mut lines: HashMap<Person, Line<Person>> = plan.snapshot.lines(Person::Known);
    let mut row_of: HashMap<Person, usize> = HashMap::new();
    let mut from = plan.snapshot.today;
    for (at, item) in plan.items.iter().enumerate() {
        let before = item.known.map(|known| &plan.snapshot.people[known]);
        let person = before.map_or(Person::New(at), |one| Person::Known(one.id));
        row_of.insert(person, at);
        let begins = plan.snapshot.today.max(item.facts.join_date);
        let line = match (before, lines.remove(&person)) {
            (Some(one), Some(line)) if one.facts.manager_id.map(Person::Known) == item.links[0] => line,
            (Some(_), Some(line)) => {
                from = from.min(line.span(begins).first());
                line.with(begins, item.links[0])
            }
            _ => Line::new([(item.facts.join_date, item.links[0])]),
        };
        lines.insert(person, line);
    }
    for (person, date) in rules::circles(&lines, from) {
        let Some(at) = row_of.get(&person).copied() else { continue };
        let name = plan.items[at].facts.name();
        let message = if date > plan.snapshot.today {
            msg!("closes a circle on {1}: {0} would be their own manager’s manager", name, date)
        } else {
            msg!("closes a circle: {0} would be their own manager’s manager", name)
        };
        plan.faults.push(rows[at].fault("manager", message));
    }
}
