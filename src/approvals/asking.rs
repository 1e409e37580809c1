//! Whom a level asks: its rule put to a person, and the fallbacks where it finds nobody; and who may decide in the place
//! of somebody who is away.

use std::collections::HashSet;
use std::sync::OnceLock;

use jiff::civil::Date;

use super::chain::rules::{Approvers, Level};
use super::types::{Because, Kind};
use super::{Named, store};
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, UserId};
use crate::people::{self, Approver};
use crate::storage::Rx;
use crate::time::period;

/// Says whether somebody is away on a date, and who all are. Leave knows; it stands a floor higher.
#[derive(Clone, Copy, Debug)]
pub struct Absences {
    /// Approved leave or a trip covers the date.
    pub is_away: fn(&Rx<'_>, EmployeeId, Date) -> Result<bool>,
    /// Everybody of whom that is so.
    pub away_on: fn(&Rx<'_>, Date) -> Result<Vec<EmployeeId>>,
}

static ABSENCES: OnceLock<Absences> = OnceLock::new();

/// Names who knows of absences. The first call counts: the same program always has the same features.
pub fn absences_known_by(absences: Absences) {
    ABSENCES.get_or_init(|| absences);
}

/// Who is asked, and by which rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// In the order of their names where a rule finds several.
    pub people: Vec<(EmployeeId, Because)>,
    /// Nobody is named: whoever has the role HR, or admin, decides.
    pub office: bool,
}

/// Whom `level` asks about a request of `requester`, whose line is that of `about` (of a task the new colleague; else
/// the same). Nobody is asked about what is their own; where the rule finds nobody else it is HR, else an admin, else
/// whoever has such a login, and in a company of one the requester.
///
/// # Errors
/// [`AppError::NotFound`] where there is no such person.
pub fn of_level(rx: &Rx<'_>, level: &Level, requester: EmployeeId, about: EmployeeId) -> Result<Asked> {
    let today = people::today(rx)?;
    let found = by_rule(rx, &level.approvers, requester, about, today)?;
    let mut people = who_can(rx, found.clone(), requester, today)?;
    let line = matches!(level.approvers, Approvers::Approver | Approvers::LineManager | Approvers::ManagersManager);
    // Whoever stands in the line and cannot decide is passed over for the next above.
    let mut below = found.first().copied().filter(|_| line);
    for _ in 0..LONGEST_LINE {
        let Some((person, because)) = below.filter(|_| people.is_empty()) else { break };
        below = people::manager_of(rx, person)?.map(|up| (up, because));
        people = who_can(rx, below.into_iter().collect(), requester, today)?;
    }
    if !people.is_empty() {
        return Ok(Asked { people, office: false });
    }
    office(rx, requester, &[])
}

/// How far up a line somebody is looked for.
const LONGEST_LINE: usize = 100;

fn who_can(rx: &Rx<'_>, mut people: Vec<Named>, requester: EmployeeId, today: Date) -> Result<Vec<Named>> {
    let able = store::able(rx, &people.iter().map(|(id, _)| *id).collect::<Vec<_>>(), today)?;
    people.retain(|(id, _)| *id != requester && able.contains(id));
    people.dedup_by_key(|(id, _)| *id);
    Ok(people)
}

/// Whom to ask where there is nobody else: HR, else an admin, but none of `but`; of each first who has a record, then
/// whoever has such a login; in a company of one the requester.
pub(super) fn office(rx: &Rx<'_>, requester: EmployeeId, but: &[EmployeeId]) -> Result<Asked> {
    let today = people::today(rx)?;
    for (role, because) in [("hr", Because::Hr), ("admin", Because::Admin)] {
        let mut holders = store::with_role(rx, role, today)?;
        holders.retain(|person| *person != requester && !but.contains(person));
        if !holders.is_empty() {
            return Ok(Asked { people: holders.into_iter().map(|person| (person, because)).collect(), office: false });
        }
        if !store::logins_with_role(rx, role)?.is_empty() {
            return Ok(Asked { people: Vec::new(), office: true });
        }
    }
    Ok(Asked { people: vec![(requester, Because::Own)], office: false })
}

/// Whether anybody is HR who could decide on a request of `requester`: then what nobody is named for is theirs, and no
/// admin's.
pub(super) fn has_hr(rx: &Rx<'_>, requester: EmployeeId) -> Result<bool> {
    let today = people::today(rx)?;
    Ok(store::with_role(rx, "hr", today)?.iter().any(|person| *person != requester)
        || !store::logins_with_role(rx, "hr")?.is_empty())
}

/// The logins to tell of what nobody is named for.
pub(super) fn office_logins(rx: &Rx<'_>) -> Result<Vec<UserId>> {
    let hr = store::logins_with_role(rx, "hr")?;
    if hr.is_empty() { store::logins_with_role(rx, "admin") } else { Ok(hr) }
}

/// The date it is for somebody.
fn date_of(rx: &Rx<'_>, person: EmployeeId) -> Result<Date> {
    Ok(rx.now().to_zoned(people::place_of(rx, person)?.zone).date())
}

fn by_rule(
    rx: &Rx<'_>,
    rule: &Approvers,
    requester: EmployeeId,
    about: EmployeeId,
    today: Date,
) -> Result<Vec<(EmployeeId, Because)>> {
    let one = |found: Option<EmployeeId>, because| found.map(|person| (person, because)).into_iter().collect();
    Ok(match rule {
        Approvers::Approver => match not_own(rx, requester, about, approver_of)? {
            Some(found) => vec![found],
            None => Vec::new(),
        },
        Approvers::LineManager => one(manager(rx, requester, about)?, Because::LineManager),
        Approvers::ManagersManager => {
            let above = match manager(rx, requester, about)? {
                Some(manager) => people::manager_of(rx, manager)?,
                None => None,
            };
            one(above, Because::ManagersManager)
        }
        Approvers::DepartmentHeads => {
            for department in people::org::department::of_person(rx, about)? {
                let head = people::org::department::get(rx, department)?.facts.head_id;
                let managers = people::org::department::managers(rx, department)?;
                let mut all: Vec<EmployeeId> =
                    head.into_iter().chain(managers.into_iter().map(|person| EmployeeId(person.id))).collect();
                all = store::able(rx, &all, today)?;
                all.retain(|person| *person != requester);
                if !all.is_empty() {
                    return Ok(all.into_iter().map(|person| (person, Because::DepartmentHead)).collect());
                }
            }
            Vec::new()
        }
        Approvers::Hr => with_role(rx, "hr", Because::Hr, today)?,
        Approvers::Admin => with_role(rx, "admin", Because::Admin, today)?,
        Approvers::Group(code) => people::members_of_group(rx, code)?
            .into_iter()
            .map(|person| (EmployeeId(person.id), Because::Group))
            .collect(),
        Approvers::Person(person) => vec![(*person, Because::Person)],
    })
}

fn with_role(rx: &Rx<'_>, role: &str, because: Because, today: Date) -> Result<Vec<(EmployeeId, Because)>> {
    Ok(store::with_role(rx, role, today)?.into_iter().map(|person| (person, because)).collect())
}

/// The line manager of `about`; where that is the requester, the requester's own.
fn manager(rx: &Rx<'_>, requester: EmployeeId, about: EmployeeId) -> Result<Option<EmployeeId>> {
    let found = not_own(rx, requester, about, |rx, person| {
        Ok(people::manager_of(rx, person)?.map(|manager| (manager, Because::LineManager)))
    })?;
    Ok(found.map(|(person, _)| person))
}

fn approver_of(rx: &Rx<'_>, person: EmployeeId) -> Result<Option<Named>> {
    Ok(match people::approver_of(rx, person)? {
        Approver::Named(found) => Some((found, Because::Approver)),
        Approver::LineManager(found) => Some((found, Because::LineManager)),
        Approver::Hr => None,
    })
}

/// What `find` says of `about`, unless that is the requester: then what it says of the requester.
fn not_own(
    rx: &Rx<'_>,
    requester: EmployeeId,
    about: EmployeeId,
    find: fn(&Rx<'_>, EmployeeId) -> Result<Option<Named>>,
) -> Result<Option<Named>> {
    match find(rx, about)? {
        Some((found, _)) if found == requester && about != requester => find(rx, requester),
        found => Ok(found),
    }
}

/// The next one up from those who did not decide in time: their line managers; else HR. Of what only the office may look
/// at it is HR at once. Empty where everybody who could be asked is.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn above(rx: &Rx<'_>, asked: &[store::AskedOne], requester: EmployeeId, kind: Kind) -> Result<Vec<Named>> {
    let today = people::today(rx)?;
    let new = |person: &EmployeeId| *person != requester && asked.iter().all(|one| one.employee != *person);
    let mut up: Vec<EmployeeId> = Vec::new();
    for person in asked.iter().filter(|one| one.open && !kind.is_for_office()).map(|one| one.employee) {
        up.extend(people::manager_of(rx, person)?.filter(new));
    }
    up.sort_unstable();
    up.dedup();
    let mut found: Vec<Named> =
        store::able(rx, &up, today)?.into_iter().map(|person| (person, Because::Escalation)).collect();
    if found.is_empty() {
        let holders = store::with_role(rx, "hr", today)?.into_iter().filter(new);
        found = holders.map(|person| (person, Because::Hr)).collect();
    }
    Ok(found)
}

/// Whether approved leave or a trip covers the date; of who is away nobody knows, nobody is.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn is_away(rx: &Rx<'_>, person: EmployeeId, on: Date) -> Result<bool> {
    ABSENCES.get().map_or(Ok(false), |absences| (absences.is_away)(rx, person, on))
}

/// Who may decide in the place of `person` today: nobody while they are here; else their deputy; where that one is away
/// too, or there is none, it goes up the line. None of them about a request of their own.
///
/// # Errors
/// When the database cannot be read.
pub fn stand_in(rx: &Rx<'_>, person: EmployeeId, requester: EmployeeId) -> Result<Option<EmployeeId>> {
    let Some(absences) = ABSENCES.get() else { return Ok(None) };
    let today = people::today(rx)?;
    let away = |who: EmployeeId| (absences.is_away)(rx, who, date_of(rx, who)?);
    let mut at = person;
    let mut seen = vec![person];
    while away(at)? {
        let deputy = match people::get(rx, at) {
            Ok(record) => record.facts.deputy_id,
            Err(AppError::NotFound) => None,
            Err(error) => return Err(error),
        };
        let deputy = match deputy.filter(|deputy| *deputy != requester && !seen.contains(deputy)) {
            Some(deputy) if store::able(rx, &[deputy], today)?.contains(&deputy) && !away(deputy)? => Some(deputy),
            _ => None,
        };
        if deputy.is_some() {
            return Ok(deputy);
        }
        match people::manager_of(rx, at)?.filter(|up| !seen.contains(up)) {
            Some(up) => at = up,
            None => return Ok(None),
        }
        seen.push(at);
    }
    Ok(Some(at).filter(|found| *found != person && *found != requester))
}

/// What is asked of people who are away today and for whom `me` stands in. What is asked of them for a role is theirs to
/// hand on as long as they hold it.
pub(super) fn stood_in_for(rx: &Rx<'_>, me: EmployeeId) -> Result<Vec<store::Waits>> {
    let Some(absences) = ABSENCES.get() else { return Ok(Vec::new()) };
    // Most people are nobody's deputy and nobody's manager: they need no look at who is away.
    let below = store::below_with_questions(rx, me)?;
    if below.is_empty() {
        return Ok(Vec::new());
    }
    let today = people::today(rx)?;
    // Somewhere it is another date already, or still.
    let mut away = HashSet::new();
    for date in [period::back(today, 1), today, period::ahead(today, 1)] {
        away.extend((absences.away_on)(rx, date)?);
    }
    let mut found = Vec::new();
    for person in below.into_iter().filter(|person| away.contains(person)) {
        // The same for every requester but the one who stands in: their own request goes past them.
        let usual = stand_in(rx, person, EmployeeId(0))?;
        let roles = Roles::of(rx, person, today)?;
        for waits in store::asked_of(rx, person, roles.hr, roles.admin)? {
            let mine = match usual {
                Some(other) if other == waits.requester => stand_in(rx, person, waits.requester)? == Some(me),
                usual => usual == Some(me),
            };
            if mine {
                found.push(waits);
            }
        }
    }
    Ok(found)
}

/// The roles of somebody who is asked.
#[derive(Clone, Copy, Debug)]
struct Roles {
    hr: bool,
    admin: bool,
}

impl Roles {
    fn of(rx: &Rx<'_>, person: EmployeeId, today: Date) -> Result<Roles> {
        let has = |role| Ok::<bool, AppError>(store::with_role(rx, role, today)?.contains(&person));
        Ok(Roles { hr: has("hr")?, admin: has("admin")? })
    }
}

/// Whether somebody may still decide what they were asked for this reason: for a role only as long as they hold it.
///
/// # Errors
/// When the database cannot be read.
pub(super) fn still_holds(rx: &Rx<'_>, person: EmployeeId, because: Because) -> Result<bool> {
    if !matches!(because, Because::Hr | Because::Admin) {
        return Ok(true);
    }
    let roles = Roles::of(rx, person, people::today(rx)?)?;
    Ok(roles.hr || (roles.admin && because == Because::Admin))
}
