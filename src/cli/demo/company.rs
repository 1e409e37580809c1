//! The demo company before its year begins: entities, locations, departments, holidays, people, their logins, the
//! kinds of leave and the templates. Everything goes through the same actions that pages use.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};

use crate::admin::wizard;
use crate::approvals::chain::rules::{Approvers, ChainFacts, ESCALATE_AFTER_HOURS, Level};
use crate::approvals::{self, chain};
use crate::auth::{Actor, Role, user};
use crate::error::{AppError, Msg, Result};
use crate::ids::{DepartmentId, EmployeeId, EntityId, GroupId, LocationId};
use crate::overtime::{self, Project};
use crate::people::holidays::HolidayFacts;
use crate::people::org::{department, entity, location};
use crate::people::{self, Facts, NewEmployee, groups};
use crate::storage::Tx;
use crate::text::EmailAddress;
use crate::time::{Half, HolidayScope, Minutes, Shift, WeeklySchedule, WorkDay};
use crate::{leave, onboarding};

use super::books;
use super::cast;
use super::dice::Dice;

/// Somebody of the demo, with what the year needs to know.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: EmployeeId,
    pub name: String,
    pub join_date: Date,
}

/// What was founded.
#[derive(Clone, Debug, Default)]
pub struct Company {
    pub people: Vec<Person>,
    pub projects: Vec<crate::ids::ProjectId>,
}

/// Founds the company with `size` people who have all begun by `today`.
pub fn found(tx: &mut Tx<'_>, actor: &Actor, dice: &mut Dice, size: usize, today: Date) -> Result<Company> {
    let entities = entities(tx, actor)?;
    let locations = locations(tx, actor, &entities)?;
    let departments = departments(tx, actor, &locations)?;
    holidays(tx, actor, &locations, today)?;
    leave::types::seed_types(tx, actor)?;
    onboarding::seed_templates(tx, actor)?;
    let groups = groups(tx, actor)?;
    let mut company = Company { projects: projects(tx, actor)?, ..Company::default() };
    people(tx, actor, dice, size, today, &departments, &groups, &mut company)?;
    books::policies(tx, actor, &locations)?;
    books::opening(tx, actor, &company.people, today)?;
    logins(tx, actor, &company)?;
    chains(tx, actor)?;
    // Nothing is left to set up.
    wizard::close(tx, actor)?;
    Ok(company)
}

/// Three weeks and more in one go are looked at by HR as well.
fn chains(tx: &mut Tx<'_>, actor: &Actor) -> Result<()> {
    let long = ChainFacts {
        name: "Three weeks and more".into(),
        kind: approvals::Kind::Leave,
        leave_type_id: Some(leave::types::preset(tx, leave::types::presets::VACATION)?.id),
        department_id: None,
        from_minutes: Some(Minutes::hours(15 * 8).get()),
        levels: vec![Level::one(Approvers::Approver), Level::one(Approvers::Hr)],
        escalate_after_hours: Some(ESCALATE_AFTER_HOURS),
    };
    chain::create(tx, actor, long).map(drop)
}

fn entities(tx: &mut Tx<'_>, actor: &Actor) -> Result<BTreeMap<&'static str, EntityId>> {
    cast::ENTITIES
        .iter()
        .map(|(code, name, country)| {
            let facts = entity::EntityFacts { name: (*name).into(), code: (*code).into(), country: (*country).into() };
            Ok((*code, entity::create(tx, actor, facts)?))
        })
        .collect()
}

fn locations(
    tx: &mut Tx<'_>,
    actor: &Actor,
    entities: &BTreeMap<&str, EntityId>,
) -> Result<BTreeMap<&'static str, LocationId>> {
    cast::LOCATIONS
        .iter()
        .map(|(code, name, zone, country, region, address, entity)| {
            let facts = location::LocationFacts {
                entity_id: entities[entity],
                name: (*name).into(),
                code: (*code).into(),
                time_zone: (*zone).into(),
                country: (*country).into(),
                region: (*region).into(),
                address: (*address).into(),
                holiday_on_free_day: crate::time::FreeDayRule::Nothing,
                free_day_from: None,
                lieu_expires_months: None,
            };
            Ok((*code, location::create(tx, actor, facts)?))
        })
        .collect()
}

fn departments(
    tx: &mut Tx<'_>,
    actor: &Actor,
    locations: &BTreeMap<&str, LocationId>,
) -> Result<BTreeMap<&'static str, DepartmentId>> {
    cast::DEPARTMENTS
        .iter()
        .map(|(code, name, location, _)| {
            let facts = department::DepartmentFacts {
                name: (*name).into(),
                code: (*code).into(),
                location_id: Some(locations[location]),
                parent_id: None,
                head_id: None,
                budget_minor: None,
                currency: String::new(),
            };
            Ok((*code, department::create(tx, actor, facts)?))
        })
        .collect()
}

/// Two years back, this one and the next: fixed feasts, and those that move with Easter or the weekday.
fn holidays(tx: &mut Tx<'_>, actor: &Actor, locations: &BTreeMap<&str, LocationId>, today: Date) -> Result<()> {
    for year in today.year() - 2..=today.year() + 1 {
        for (country, month, day, name, half) in cast::FIXED_HOLIDAYS {
            let half = half.map(|half| if half == "morning" { Half::Morning } else { Half::Afternoon });
            holiday(tx, actor, locations, country, name, date(year, *month, *day), half)?;
        }
        let easter = easter(year);
        let on = |days: i64| crate::time::period::ahead(easter, days);
        for (country, name, date) in [
            ("DE", "Good Friday", on(-2)),
            ("DE", "Easter Monday", on(1)),
            ("DE", "Ascension Day", on(39)),
            ("DE", "Whit Monday", on(50)),
            ("PT", "Good Friday", on(-2)),
            ("PT", "Corpus Christi", on(60)),
            ("US", "Martin Luther King Jr. Day", nth_monday(year, 1, 3)),
            ("US", "Presidents’ Day", nth_monday(year, 2, 3)),
            // The last Monday of May is the one before the first of June.
            ("US", "Memorial Day", crate::time::period::back(nth_monday(year, 6, 1), 7)),
            ("US", "Labor Day", nth_monday(year, 9, 1)),
            ("US", "Thanksgiving", nth_weekday(year, 11, jiff::civil::Weekday::Thursday, 4)),
        ] {
            holiday(tx, actor, locations, country, name, date, None)?;
        }
    }
    Ok(())
}

fn holiday(
    tx: &mut Tx<'_>,
    actor: &Actor,
    locations: &BTreeMap<&str, LocationId>,
    country: &str,
    name: &str,
    on: Date,
    half: Option<Half>,
) -> Result<()> {
    let location = cast::LOCATIONS.iter().find(|place| place.3 == country).map(|place| locations[place.0]);
    let facts = HolidayFacts {
        name: name.into(),
        start_date: on,
        end_date: on,
        half,
        scope: if location.is_some() { HolidayScope::Location } else { HolidayScope::Global },
        entity_id: None,
        location_id: location,
        working: false,
        estimated: false,
        source: String::new(),
        observed_for: None,
    };
    people::holidays::create(tx, actor, facts)?;
    Ok(())
}

/// Easter Sunday of the Gregorian calendar (the anonymous algorithm, Nature 1876).
fn easter(year: i16) -> Date {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 19 * l) / 433;
    let month = (h + l - 7 * m + 90) / 25;
    let day = (h + l - 7 * m + 33 * month + 19) % 32;
    let small = |number: i16| i8::try_from(number).expect("months and days are small");
    date(year, small(month), small(day))
}

fn nth_monday(year: i16, month: i8, nth: i64) -> Date {
    nth_weekday(year, month, jiff::civil::Weekday::Monday, nth)
}

fn nth_weekday(year: i16, month: i8, day: jiff::civil::Weekday, nth: i64) -> Date {
    let first = date(year, month, 1);
    let ahead = i64::from(first.weekday().until(day));
    crate::time::period::ahead(first, ahead + 7 * (nth - 1))
}

fn groups(tx: &mut Tx<'_>, actor: &Actor) -> Result<BTreeMap<&'static str, GroupId>> {
    let mut made = BTreeMap::new();
    for (code, name) in [("it", "IT"), ("finance", "Finance"), ("facilities", "Facilities")] {
        let known = groups::all(tx)?.into_iter().find(|group| group.code == code).map(|group| group.id);
        let id = match known {
            Some(id) => id,
            None => groups::create(tx, actor, name, code)?,
        };
        made.insert(code, id);
    }
    Ok(made)
}

fn projects(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<crate::ids::ProjectId>> {
    cast::PROJECTS
        .iter()
        .map(|(code, name)| {
            let new = Project {
                id: crate::ids::ProjectId(0),
                code: (*code).into(),
                name: (*name).into(),
                description: String::new(),
                active: true,
            };
            overtime::project::create(tx, actor, new)
        })
        .collect()
}

#[expect(clippy::too_many_arguments, reason = "one call, and each is a different thing that people need")]
fn people(
    tx: &mut Tx<'_>,
    actor: &Actor,
    dice: &mut Dice,
    size: usize,
    today: Date,
    departments: &BTreeMap<&'static str, DepartmentId>,
    groups: &BTreeMap<&'static str, GroupId>,
    company: &mut Company,
) -> Result<()> {
    let mut heads: BTreeMap<&str, EmployeeId> = BTreeMap::new();
    for (index, part) in cast::PARTS.iter().enumerate() {
        let join = crate::time::period::back(today, 700 + dice.between(0, 3000));
        let boss = heads.get(part.department).or_else(|| heads.get("DIR")).copied();
        let mut member = Vec::new();
        if part.account == "it" {
            member.extend([groups["it"], groups["facilities"]]);
        }
        let id = person(
            tx,
            actor,
            part.first,
            part.last,
            part.account,
            part.position,
            part.department,
            join,
            boss,
            &member,
            full_time(),
            departments,
            company,
            index,
        )?;
        heads.entry(part.department).or_insert(id);
    }
    for index in cast::PARTS.len()..size {
        let (first, last) = name(dice, index);
        // Support and Engineering are the large ones.
        let (code, _, _, positions) = match dice.below(10) {
            0..=2 => &cast::DEPARTMENTS[5],
            3 | 4 => &cast::DEPARTMENTS[4],
            _ => &cast::DEPARTMENTS[1 + dice.below(7)],
        };
        let is_head = !heads.contains_key(code);
        let position = if is_head { "Head of department" } else { dice.pick(positions) };
        let boss = heads.get(code).or_else(|| heads.get("DIR")).copied();
        let join = crate::time::period::back(today, 40 + dice.between(0, 3600));
        let schedule = match dice.below(12) {
            0 => days(4, Minutes::hours(8)),
            1 => days(5, Minutes::hours(4)),
            2 => days(3, Minutes::hours(8)),
            _ => full_time(),
        };
        let account = account(&first, &last, index);
        let member: Vec<GroupId> = match *code {
            "FIN" if dice.chance(60) => vec![groups["finance"]],
            "OFF" if dice.chance(30) => vec![groups["facilities"]],
            _ => Vec::new(),
        };
        let id = person(
            tx,
            actor,
            &first,
            &last,
            &account,
            position,
            code,
            join,
            boss,
            &member,
            schedule,
            departments,
            company,
            index,
        )?;
        heads.entry(code).or_insert(id);
    }
    for (code, head) in &heads {
        department::update(tx, actor, departments[code], |facts| facts.head_id = Some(*head))?;
    }
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "a record has many fields, and this is where they come together")]
fn person(
    tx: &mut Tx<'_>,
    actor: &Actor,
    first: &str,
    last: &str,
    account: &str,
    position: &str,
    code: &'static str,
    join_date: Date,
    manager: Option<EmployeeId>,
    member: &[GroupId],
    schedule: WeeklySchedule,
    departments: &BTreeMap<&'static str, DepartmentId>,
    company: &mut Company,
    index: usize,
) -> Result<EmployeeId> {
    let number = format!("{:04}", index + 1);
    let mut facts = Facts::new(&number, first, last, &format!("{account}@demo.test"), join_date);
    position.clone_into(&mut facts.position);
    facts.department_id = Some(departments[code]);
    facts.manager_id = manager;
    if schedule.working_days() < 5 || schedule.usual_day() < Minutes::hours(8) {
        facts.employment_type = people::EmploymentType::PartTime;
    }
    let name = facts.name();
    let id = people::create(
        tx,
        actor,
        NewEmployee { facts, groups: member.to_vec(), schedule: Some(schedule), custom: None },
    )?;
    company.people.push(Person { id, name, join_date });
    Ok(id)
}

/// The first `size` combinations differ: names are walked with two strides that share no factor with the lists.
fn name(dice: &mut Dice, index: usize) -> (String, String) {
    let first = cast::FIRST[(index * 37 + dice.below(3)) % cast::FIRST.len()];
    let last = cast::LAST[(index * 53 + index / cast::LAST.len()) % cast::LAST.len()];
    (first.to_owned(), last.to_owned())
}

/// Letters and digits of the name, and the number where the company is large.
fn account(first: &str, last: &str, index: usize) -> String {
    let plain = crate::orgs::Slug::of_name(&format!("{first} {last}"));
    format!("{}.{}", plain.as_str().replace('-', "."), index + 1)
}

fn full_time() -> WeeklySchedule {
    people::schedule::full_time()
}

/// The first `count` weekdays at `minutes` from nine o'clock on.
fn days(count: usize, minutes: Minutes) -> WeeklySchedule {
    let end =
        if minutes > Minutes::hours(6) { jiff::civil::time(17, 30, 0, 0) } else { jiff::civil::time(13, 0, 0, 0) };
    let shift = Shift::new(jiff::civil::time(9, 0, 0, 0), end);
    let day = WorkDay::new(minutes, shift).expect("the minutes fit into the shift");
    let mut week = [WorkDay::FREE; 7];
    for slot in week.iter_mut().take(count) {
        *slot = day;
    }
    WeeklySchedule::new(week)
}

/// The printed accounts have logins; passwords are set afterwards.
fn logins(tx: &mut Tx<'_>, actor: &Actor, company: &Company) -> Result<()> {
    for (index, part) in cast::PARTS.iter().enumerate() {
        if !["admin", "hr", "manager", "employee", "it"].contains(&part.account) {
            continue;
        }
        let person = company.people[index].id;
        login(tx, actor, part.account, &format!("{} {}", part.first, part.last), part.roles, person)?;
    }
    Ok(())
}

/// A login for a person's record.
pub fn login(
    tx: &mut Tx<'_>,
    actor: &Actor,
    account: &str,
    name: &str,
    roles: &[&str],
    person: EmployeeId,
) -> Result<()> {
    let roles = roles.iter().filter_map(|role| role.parse::<Role>().ok()).chain([Role::Employee]).collect();
    let new = user::NewUser {
        email: address(account)?,
        name: name.to_owned(),
        employee_id: Some(person),
        roles,
        language: "en".into(),
    };
    user::create(tx, actor, new)?;
    Ok(())
}

/// `account@demo.test`
pub fn address(account: &str) -> Result<EmailAddress> {
    format!("{account}@demo.test").parse().map_err(|why: Msg| AppError::invalid("email", why))
}
