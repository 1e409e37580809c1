//! How many of a department must be here: "at least 2 of Support". Counted for each half of each working day of a
//! request, over the people of the department and those beneath it who work then and are not away; leave that is not
//! decided yet counts as away. A rule warns, or refuses where HR says so.

use std::collections::HashMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::store;
use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, FieldErrors, Result};
use crate::ids::{CoverageRuleId, DepartmentId, EmployeeId, LeaveRequestId};
use crate::leave::absence::{self, Absence, Cause};
use crate::leave::calendars::PersonCalendar;
use crate::leave::rules::LeaveSpan;
use crate::msg;
use crate::people;
use crate::storage::{Op, Rx, Tx};
use crate::time::{Half, Slots};

pub const CREATED: Op = Op::act("coverage_rule.created");
pub const CHANGED: Op = Op::act("coverage_rule.updated");
pub const DELETED: Op = Op::act("coverage_rule.deleted");

/// What HR sets of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewCoverageRule)]
pub struct CoverageFacts {
    /// With those beneath it; one rule for each department.
    pub department_id: DepartmentId,
    /// 1 to 1,000 people, in each half of a working day.
    #[schema(example = 2)]
    pub minimum_present: u32,
    /// Refuses what would leave fewer; false only warns.
    #[serde(default)]
    pub hard: bool,
}

/// A rule as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CoverageRule {
    #[schema(example = 2)]
    pub id: CoverageRuleId,
    pub department_id: DepartmentId,
    /// The department's name.
    #[schema(example = "Support")]
    pub department: String,
    #[schema(example = 2)]
    pub minimum_present: u32,
    pub hard: bool,
}

impl CoverageRule {
    pub fn facts(&self) -> CoverageFacts {
        let CoverageRule { department_id, minimum_present, hard, .. } = *self;
        CoverageFacts { department_id, minimum_present, hard }
    }
}

/// All of them, by department.
///
/// # Errors
/// When the database cannot be read.
pub fn all(rx: &Rx<'_>) -> Result<Vec<CoverageRule>> {
    store::coverage_rules(rx)
}

/// # Errors
/// [`AppError::NotFound`]
pub fn get(rx: &Rx<'_>, id: CoverageRuleId) -> Result<CoverageRule> {
    store::coverage_rules(rx)?.into_iter().find(|rule| rule.id == id).ok_or(AppError::NotFound)
}

/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::Invalid`] by field.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, facts: CoverageFacts) -> Result<CoverageRuleId> {
    actor.require_hr()?;
    check(tx, None, facts)?;
    let id = store::insert_coverage(tx, facts)?;
    let entry = audit::Entry::new("coverage_rule.created")
        .on("coverage_rule", id.0)
        .change("department_id", (), facts.department_id)
        .change("minimum_present", (), facts.minimum_present)
        .change("hard", (), facts.hard);
    audit::record(tx, actor, entry)?;
    Ok(id)
}

/// # Errors
/// As [`create`]; [`AppError::NotFound`].
pub fn update(tx: &mut Tx<'_>, actor: &Actor, id: CoverageRuleId, facts: CoverageFacts) -> Result<()> {
    actor.require_hr()?;
    let before = get(tx, id)?;
    check(tx, Some(id), facts)?;
    store::update_coverage(tx, id, facts)?;
    let entry = audit::Entry::new("coverage_rule.updated")
        .on("coverage_rule", id.0)
        .change("department_id", before.department_id, facts.department_id)
        .change("minimum_present", before.minimum_present, facts.minimum_present)
        .change("hard", before.hard, facts.hard);
    audit::record(tx, actor, entry)?;
    Ok(())
}

/// # Errors
/// [`AppError::Forbidden`] for all but HR; [`AppError::NotFound`].
pub fn delete(tx: &mut Tx<'_>, actor: &Actor, id: CoverageRuleId) -> Result<()> {
    actor.require_hr()?;
    let before = get(tx, id)?;
    store::delete_coverage(tx, id)?;
    let entry = audit::Entry::new("coverage_rule.deleted")
        .on("coverage_rule", id.0)
        .change("department_id", before.department_id, ())
        .change("minimum_present", before.minimum_present, ());
    audit::record(tx, actor, entry)?;
    Ok(())
}

fn check(rx: &Rx<'_>, id: Option<CoverageRuleId>, facts: CoverageFacts) -> Result<()> {
    let mut errors = FieldErrors::new();
    if !(1..=1000).contains(&facts.minimum_present) {
        errors.add("minimum_present", msg!("From {0} to {1}.", 1, 1000));
    }
    if !store::has_department(rx, facts.department_id)? {
        errors.add("department_id", "There is no such department.");
    } else if all(rx)?.iter().any(|rule| rule.department_id == facts.department_id && Some(rule.id) != id) {
        errors.add("department_id", "This department has a rule already.");
    }
    errors.into_result(())
}

/// A rule that a request would break, on the day on which fewest would be here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Short {
    pub rule: CoverageRule,
    pub date: Date,
    pub present: u32,
}

/// What the days of a request, of which `charged` charge something, would leave of the departments that its person
/// belongs to. `except` is the request that
/// it replaces.
///
/// # Errors
/// When the database cannot be read.
pub fn short(
    rx: &Rx<'_>,
    actor: &Actor,
    employee: EmployeeId,
    (span, charged): (&LeaveSpan, &[Date]),
    except: Option<LeaveRequestId>,
) -> Result<Vec<Short>> {
    let rules = store::coverage_rules(rx)?;
    if rules.is_empty() || span.clock_times().is_some() {
        return Ok(Vec::new());
    }
    let above = people::org::department::of_person(rx, employee)?;
    let mut found = Vec::new();
    for rule in rules.into_iter().filter(|rule| above.contains(&rule.department_id)) {
        let here = Here::read(rx, actor, rule.department_id, employee, span, except)?;
        let halves = charged.iter().flat_map(|date| {
            let asked = span.slots(*date);
            [Half::Morning, Half::Afternoon]
                .into_iter()
                .filter(move |half| asked.contains(*half))
                .map(|half| (*date, half))
        });
        let fewest = halves.map(|(date, half)| (here.count(date, half), date)).min();
        if let Some((present, date)) = fewest.filter(|(present, _)| *present < rule.minimum_present) {
            found.push(Short { rule, date, present });
        }
    }
    Ok(found)
}

/// Who of a department works when, without the one who asks.
struct Here {
    calendars: HashMap<EmployeeId, PersonCalendar>,
    away: HashMap<(EmployeeId, Date), Slots>,
}

impl Here {
    fn read(
        rx: &Rx<'_>,
        actor: &Actor,
        department: DepartmentId,
        asks: EmployeeId,
        span: &LeaveSpan,
        except: Option<LeaveRequestId>,
    ) -> Result<Here> {
        let period = span.period();
        let mut people = absence::of_departments(rx, &people::org::department::with_beneath(rx, department)?, period)?;
        people.retain(|person| person.id != asks);
        let ids: Vec<EmployeeId> = people.iter().map(|person| person.id).collect();
        let mut away: HashMap<(EmployeeId, Date), Slots> = HashMap::new();
        let of_others =
            |absence: &Absence| !absence.mark.low && except.is_none_or(|id| absence.cause != Cause::Leave(id));
        for absence in absence::within(rx, actor, &ids, period)?.into_iter().filter(of_others) {
            for day in &absence.days {
                let slots = away.entry((absence.employee_id, day.date)).or_insert(Slots::NONE);
                *slots = slots.union(day.part.slots());
            }
        }
        Ok(Here { calendars: absence::calendars(rx, &people, period)?, away })
    }

    fn count(&self, date: Date, half: Half) -> u32 {
        let works = |(person, calendar): &(&EmployeeId, &PersonCalendar)| {
            let away = self.away.get(&(**person, date)).copied().unwrap_or(Slots::NONE);
            let free = calendar.holidays.slots(date).union(away);
            let half = if half == Half::Morning { Slots::MORNING } else { Slots::AFTERNOON };
            half.without(free).minutes(calendar.schedules.of(date).minutes()).is_positive()
        };
        u32::try_from(self.calendars.iter().filter(works).count()).unwrap_or(u32::MAX)
    }
}
