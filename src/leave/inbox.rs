//! What somebody needs to see of a leave request in order to decide: the balance after it, who else is away, how
//! many are left.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;

use super::absence::{self, Absence, Person};
use super::amount::Amounts;
use super::ledger::{Accounts, Books};
use super::request::{self, LeaveRequest};
use super::{calendars, types, words};
use crate::approvals::{Fact, Facts};
use crate::auth::Actor;
use crate::error::Result;
use crate::ids::EmployeeId;
use crate::msg;
use crate::storage::Rx;
use crate::time::Minutes;
use crate::web::Format;

/// How many names a fact lists before it only counts the rest.
const NAMES: usize = 4;

/// The facts of several requests, by their ids. Whoever is asked may see them; ids that are unknown are left out.
///
/// # Errors
/// When the database cannot be read.
pub fn inbox_facts(rx: &Rx<'_>, actor: &Actor, ids: &[i64]) -> Result<HashMap<i64, Facts>> {
    let format = words::format_for(actor, rx.now());
    let mut found = HashMap::with_capacity(ids.len());
    for request in request::store::many(rx, ids)? {
        found.insert(request.id.0, facts(rx, actor, &request, &format)?);
    }
    Ok(found)
}

/// The facts of one request.
pub(super) fn facts(rx: &Rx<'_>, actor: &Actor, request: &LeaveRequest, format: &Format) -> Result<Facts> {
    let kind = types::get(rx, request.leave_type_id)?;
    let per_day = calendars::usual_day(rx, request.employee_id, request.span.first_day())?;
    let amounts = Amounts { format, unit: kind.fields.unit, per_day };
    let mut facts = Vec::new();
    if kind.fields.affects_balance {
        let accounts = Accounts::of(rx, request.employee_id, kind.id)?;
        let first_days = first_days(rx, request, accounts)?;
        for (year, first) in &first_days {
            // Its own days are reserved, or booked, already: what is available is what is left after it.
            let left = Books::open(rx, accounts.numbered(*year), None)?.on(*first).available;
            let label = if first_days.len() > 1 { msg!("Balance after, {0}", year) } else { msg!("Balance after") };
            facts.push(Fact {
                label: format.lang.msg(&label),
                value: amounts.long(left),
                warn: left < -kind.fields.negative_limit_minutes,
            });
        }
    }
    facts.extend(team_facts(rx, actor, request, format)?);
    Ok(Facts {
        link: request::href(request.id),
        icon: "leave",
        title: words::title(&kind, &request.span, request.minutes, per_day, format),
        quote: request.reason.clone(),
        facts,
    })
}

/// The leave years that the request is charged to, each with the first date on which it is; its own first day where it
/// charges nothing.
fn first_days(rx: &Rx<'_>, request: &LeaveRequest, accounts: Accounts) -> Result<BTreeMap<i16, Date>> {
    let mut first_days = BTreeMap::new();
    for day in request::store::days(rx, request.id)?.iter().filter(|day| day.charged.is_positive()) {
        first_days.entry(day.leave_year).or_insert(day.date);
    }
    if first_days.is_empty() {
        let first = request.span.first_day();
        first_days.insert(accounts.on(first).year, first);
    }
    Ok(first_days)
}

/// Who else is away, and how many of the team are here on the thinnest day.
fn team_facts(rx: &Rx<'_>, actor: &Actor, request: &LeaveRequest, format: &Format) -> Result<Vec<Fact>> {
    let period = request.span.period();
    let team = absence::team(rx, request.employee_id, period)?;
    let others: Vec<EmployeeId> = team.iter().map(|person| person.id).filter(|id| *id != request.employee_id).collect();
    let absent = absence::within(rx, actor, &others, period)?;
    let away: Vec<&Absence> = absent.iter().filter(|absence| !absence.mark.low).collect();
    let also =
        Fact { label: format.lang.text("Also away").to_owned(), value: names(&team, &away, format), warn: false };
    if others.is_empty() {
        return Ok(vec![also]);
    }
    let calendars = absence::calendars(rx, &team, period)?;
    let own = absence::within(rx, actor, &[request.employee_id], period)?;
    let all: Vec<&Absence> = away.iter().copied().chain(own.iter().filter(|absence| !absence.mark.low)).collect();
    let here = |date| team.iter().filter(|person| is_here(person, date, &calendars, &all)).count();
    let fewest = period
        .days()
        .filter(|date| calendars.get(&request.employee_id).is_some_and(|own| own.calendar().works_on(*date)));
    let Some(fewest) = fewest.map(here).min() else { return Ok(vec![also]) };
    let group = team.iter().find(|person| person.id == request.employee_id).map(|own| own.department.clone());
    let label = group.filter(|name| !name.is_empty()).unwrap_or_else(|| format.lang.text("Team").to_owned());
    let value = format.lang.msg(&msg!("{0} of {1} here or more", fewest, team.len()));
    Ok(vec![also, Fact { label, value, warn: fewest == 0 }])
}

fn is_here(
    person: &Person,
    date: Date,
    calendars: &HashMap<EmployeeId, calendars::PersonCalendar>,
    absences: &[&Absence],
) -> bool {
    let Some(calendar) = calendars.get(&person.id).filter(|calendar| calendar.calendar().works_on(date)) else {
        return false;
    };
    let working =
        crate::time::Slots::FULL.without(calendar.holidays.slots(date)).minutes(calendar.schedules.of(date).minutes());
    let own = absences.iter().filter(|absence| absence.employee_id == person.id);
    let missing: Minutes = own.filter_map(|absence| absence.on(date)).map(|day| day.charged).sum();
    missing < working
}

/// "Hanne Vestergaard 9 – 10 Dec, Oluwaseun Adebayo 9 Dec"; "nobody"
fn names(team: &[Person], away: &[&Absence], format: &Format) -> String {
    let people: BTreeSet<EmployeeId> = away.iter().map(|absence| absence.employee_id).collect();
    let shown = away.iter().take(NAMES).filter_map(|absence| {
        let person = team.iter().find(|person| person.id == absence.employee_id)?;
        let first = absence.days.first()?.date;
        let last = absence.days.last()?.date;
        Some(format!("{} {}", person.name, format.range_short(first, last)))
    });
    let mut shown: Vec<String> = shown.collect();
    if away.len() > NAMES {
        shown.push(format.lang.msg(&msg!("and more, {0} people in all", people.len())));
    }
    if shown.is_empty() { format.lang.text("nobody").to_owned() } else { shown.join(", ") }
}
