//! What somebody needs to see of a leave request in order to decide: the balance after it, who else is away, how
//! many are left.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;

use super::absence::{self, Absence, Person, Teams};
use super::amount::Amounts;
use super::calendars::PersonCalendar;
use super::ledger::{Accounts, Books};
use super::limits;
use super::papers;
use super::request::{self, LeaveRequest};
use super::types::{self, LeaveType};
use super::{calendars, words};
use crate::approvals::{Fact, Facts};
use crate::auth::Actor;
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, LeaveTypeId};
use crate::msg;
use crate::storage::Rx;
use crate::time::{Minutes, Period};
use crate::web::Format;

/// How many names a fact lists before it only counts the rest.
const NAMES: usize = 4;

/// The facts of several requests, by their ids. Whoever is asked may see them; ids that are unknown are left out.
///
/// # Errors
/// When the database cannot be read.
pub fn inbox_facts(rx: &Rx<'_>, actor: &Actor, ids: &[i64]) -> Result<HashMap<i64, Facts>> {
    let format = words::format_for(actor, rx.now());
    let requests = request::store::many(rx, ids)?;
    let stretches: Vec<Stretch> = requests.iter().map(stretch).collect();
    let Some(around) = Around::gather(rx, actor, &stretches)? else { return Ok(HashMap::new()) };
    requests.iter().map(|request| Ok((request.id.0, facts(rx, actor, request, &around, &format)?))).collect()
}

/// The facts of one request.
pub(super) fn facts_of(rx: &Rx<'_>, actor: &Actor, request: &LeaveRequest, format: &Format) -> Result<Facts> {
    match Around::gather(rx, actor, &[stretch(request)])? {
        Some(around) => facts(rx, actor, request, &around, format),
        None => Ok(Facts::default()),
    }
}

/// Who is away, and when.
pub(super) type Stretch = (EmployeeId, Period);

fn stretch(request: &LeaveRequest) -> Stretch {
    (request.employee_id, request.span.period())
}

/// For each of these stretches who else of the team is away, and how many are here at least.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn teams_around(
    rx: &Rx<'_>,
    actor: &Actor,
    stretches: &[Stretch],
    format: &Format,
) -> Result<Vec<Vec<Fact>>> {
    let Some(around) = Around::gather(rx, actor, stretches)? else { return Ok(Vec::new()) };
    Ok(stretches.iter().map(|stretch| team_facts(*stretch, &around, format)).collect())
}

/// What lies around some absences, read at once: the teams of those who ask, when they work, and who of them is away.
struct Around {
    kinds: HashMap<LeaveTypeId, LeaveType>,
    teams: Teams,
    calendars: HashMap<EmployeeId, PersonCalendar>,
    absences: HashMap<EmployeeId, Vec<Absence>>,
}

impl Around {
    /// None where there are no absences.
    fn gather(rx: &Rx<'_>, actor: &Actor, stretches: &[Stretch]) -> Result<Option<Around>> {
        let first = stretches.iter().map(|(_, period)| period.first()).min();
        let last = stretches.iter().map(|(_, period)| period.last()).max();
        let Some(period) = first.zip(last).and_then(|(first, last)| Period::new(first, last)) else { return Ok(None) };
        let whom: Vec<EmployeeId> = stretches.iter().map(|(employee, _)| *employee).collect();
        let teams = absence::teams(rx, &whom, period)?;
        let people = teams.everybody();
        let ids: Vec<EmployeeId> = people.iter().map(|person| person.id).collect();
        let mut absences: HashMap<EmployeeId, Vec<Absence>> = HashMap::new();
        for absence in absence::within(rx, actor, &ids, period)? {
            if !absence.mark.low {
                absences.entry(absence.employee_id).or_default().push(absence);
            }
        }
        Ok(Some(Around {
            kinds: types::all(rx)?.into_iter().map(|kind| (kind.id, kind)).collect(),
            calendars: absence::calendars(rx, &people, period)?,
            teams,
            absences,
        }))
    }

    /// Whether somebody works on a day for longer than they are away.
    fn is_here(&self, person: EmployeeId, date: Date) -> bool {
        let Some(calendar) = self.calendars.get(&person).filter(|calendar| calendar.calendar().works_on(date)) else {
            return false;
        };
        let Some(own) = self.absences.get(&person) else { return true };
        let missing: Minutes = own.iter().filter_map(|absence| absence.on(date)).map(|day| day.charged).sum();
        let slots = crate::time::Slots::FULL.without(calendar.holidays.slots(date));
        missing < slots.minutes(calendar.schedules.of(date).minutes())
    }
}

fn facts(rx: &Rx<'_>, actor: &Actor, request: &LeaveRequest, around: &Around, format: &Format) -> Result<Facts> {
    let kind = around.kinds.get(&request.leave_type_id).ok_or(AppError::NotFound)?;
    let per_day = match around.calendars.get(&request.employee_id) {
        Some(own) => own.usual_day(request.span.first_day()),
        None => calendars::usual_day(rx, request.employee_id, request.span.first_day())?,
    };
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
    facts.extend(papers::show::fact(papers::of(rx, request.id)?, format));
    facts.extend(team_facts(stretch(request), around, format));
    facts.extend(coverage_facts(rx, actor, request, kind, format)?);
    Ok(Facts {
        link: request::href(request.id),
        icon: "leave",
        title: words::title(kind, &request.span, request.minutes, per_day, format),
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

/// Which rule of who must be here it would break.
fn coverage_facts(
    rx: &Rx<'_>,
    actor: &Actor,
    request: &LeaveRequest,
    kind: &LeaveType,
    format: &Format,
) -> Result<Vec<Fact>> {
    if !limits::concern(kind) || !request.status.is_open() {
        return Ok(Vec::new());
    }
    let days = request::store::days(rx, request.id)?;
    let charged: Vec<Date> = days.iter().filter(|day| day.charged.is_positive()).map(|day| day.date).collect();
    let of = (&request.span, charged.as_slice());
    let short = limits::coverage::short(rx, actor, request.employee_id, of, Some(request.id))?;
    let fact = |short: limits::coverage::Short| Fact {
        label: format.lang.text("Must be here").to_owned(),
        value: format.lang.msg(&msg!(
            "{0} of {1}, {2}",
            short.present,
            short.rule.minimum_present,
            format.date(short.date)
        )),
        warn: true,
    };
    Ok(short.into_iter().map(fact).collect())
}

/// Who else is away, and how many of the team are here on the thinnest day.
fn team_facts((employee, period): Stretch, around: &Around, format: &Format) -> Vec<Fact> {
    let team = around.teams.of(employee, period);
    let also = Fact {
        label: format.lang.text("Also away").to_owned(),
        value: names((employee, period), &team, around, format),
        warn: false,
    };
    if team.iter().all(|person| person.id == employee) {
        return vec![also];
    }
    let Some(own) = around.calendars.get(&employee) else { return vec![also] };
    let here = |date| team.iter().filter(|person| around.is_here(person.id, date)).count();
    let Some(fewest) = period.days().filter(|date| own.calendar().works_on(*date)).map(here).min() else {
        return vec![also];
    };
    let group = team.iter().find(|person| person.id == employee).map(|own| own.department.clone());
    let label = group.filter(|name| !name.is_empty()).unwrap_or_else(|| format.lang.text("Team").to_owned());
    let value = format.lang.msg(&msg!("{0} of {1} here or more", fewest, team.len()));
    vec![also, Fact { label, value, warn: fewest == 0 }]
}

/// "Hanne Vestergaard 9 – 10 Dec, Oluwaseun Adebayo 9 Dec"; "nobody"
fn names((employee, period): Stretch, team: &[&Person], around: &Around, format: &Format) -> String {
    let mut shown = Vec::new();
    let mut people = BTreeSet::new();
    let mut all = 0;
    for person in team.iter().filter(|person| person.id != employee) {
        for absence in around.absences.get(&person.id).into_iter().flatten() {
            let mut days = absence.days.iter().map(|day| day.date).filter(|date| period.contains(*date));
            let Some(first) = days.next() else { continue };
            let last = days.next_back().unwrap_or(first);
            people.insert(person.id);
            all += 1;
            if all <= NAMES {
                shown.push(format!("{} {}", person.name, format.range_short(first, last)));
            }
        }
    }
    if all > NAMES {
        shown.push(format.lang.msg(&msg!("and more, {0} people in all", people.len())));
    }
    if shown.is_empty() { format.lang.text("nobody").to_owned() } else { shown.join(", ") }
}
