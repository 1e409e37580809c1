//! Lieu days: where a location says so, a whole holiday that falls on a day which a person does not work anyway gives
//! them a day off to take when they like.
//!
//! The day is a row of the time-off-in-lieu account: what the person usually works on a day, from the holiday on, for
//! as long as the location says. It is given once for each person and holiday, on the holiday itself; [`LieuDays`] also
//! gives what was missed while the program was off. Where the holiday goes, or turns out to be a working day of the
//! person, the row is taken back.

mod store;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::ledger::{self, Books, Credit};
use super::notices;
use super::rules::LedgerKind;
use super::types::{self, presets};
use crate::auth::Actor;
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, EntityId, LeaveTypeId, LocationId};
use crate::jobs::{Due, Job, JobCtx, Outcome};
use crate::people::recount::{Matter, Touched, Whose, people_of};
use crate::people::{self, FreeDays, Placed, WorkingTime};
use crate::storage::{Op, Rx, Tx};
use crate::time::{FreeDayRule, Minutes, Period, Rotation, period};
use crate::{msg, msg_n, tr};

const GIVEN: Op = Op::act("leave.lieu_days");

/// How far back holidays are looked at: a program that was off for less catches up.
const LOOK_BACK_DAYS: i64 = 400;

/// Gives lieu days, and takes back those that are none any more, after midnight.
#[derive(Clone, Copy, Debug)]
pub struct LieuDays;

impl Job for LieuDays {
    fn name(&self) -> &'static str {
        "leave_lieu_days"
    }

    fn title(&self) -> &'static str {
        tr!("Lieu days for holidays on free days")
    }

    fn schedule(&self) -> &'static str {
        "40 0 * * *"
    }

    fn run(&self, ctx: &JobCtx, due: &Due) -> Result<Outcome> {
        let today = due.date;
        let places = ctx.read(|rx| people::org::location::with_free_days(rx, FreeDayRule::LieuDay))?;
        let mut given: i64 = 0;
        for (location, entity, rule) in places {
            let missing = ctx.read(move |rx| missing(rx, (location, entity), rule, today))?;
            if missing.is_empty() {
                continue;
            }
            given += ctx.write(GIVEN, move |tx, actor| give(tx, actor, location, &missing, today))?;
        }
        let all = Period::new(period::back(today, LOOK_BACK_DAYS), today).unwrap_or(Period::day(today));
        if ctx.read(move |rx| Ok(!lost_again(rx, None, all)?.is_empty()))? {
            ctx.write(GIVEN, move |tx, actor| take_back(tx, actor, None, all).map(drop))?;
        }
        Ok(if given == 0 { Outcome::nothing() } else { Outcome::did(msg_n!(given, "{0} lieu day", "{0} lieu days")) })
    }
}

/// A lieu day that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Owed {
    employee_id: EmployeeId,
    date: Date,
    holiday: String,
    credit: Minutes,
    /// The last day on which it can be used.
    expires_on: Option<Date>,
}

/// What a location owes its people up to `today` and has not given yet.
fn missing(rx: &Rx<'_>, (location, entity): (LocationId, EntityId), rule: FreeDays, today: Date) -> Result<Vec<Owed>> {
    let first = rule.from.max(period::back(today, LOOK_BACK_DAYS));
    let Some(asked) = Period::new(first, today) else { return Ok(Vec::new()) };
    let staff = people_of(rx, &[Whose::Location(location)])?.unwrap_or_default();
    let placed: Vec<Placed> = staff.iter().map(|id| (*id, Some(entity), Some(location))).collect();
    let times = people::working_times(rx, &placed, asked)?;
    let known: HashSet<(EmployeeId, Date)> =
        store::given(rx, asked)?.into_iter().map(|one| (one.employee_id, one.date)).collect();
    let mut owed = Vec::new();
    for employee_id in staff {
        let Some(WorkingTime { schedules, holidays }) = times.get(&employee_id) else { continue };
        let lost: Vec<(Date, String)> = holidays
            .within(asked)
            .filter(|(date, _)| holidays.is_lost_on(*date, schedules) && !known.contains(&(employee_id, *date)))
            .map(|(date, holiday)| (date, holiday.name.clone()))
            .collect();
        if lost.is_empty() {
            continue;
        }
        let person = people::get(rx, employee_id)?;
        for (date, holiday) in lost {
            let months = rule.lieu_expires_months.map(i32::from);
            let expires_on = months.map(|months| date.saturating_add(months.months()));
            let over = expires_on.is_some_and(|last| last < today);
            let hours = schedules.on(date).map_or(Minutes::ZERO, Rotation::usual_day);
            if over || person.hidden || hours.is_zero() || !person.is_employed_on(date) {
                continue;
            }
            owed.push(Owed { employee_id, date, holiday, credit: hours, expires_on });
        }
    }
    Ok(owed)
}

fn give(tx: &mut Tx<'_>, actor: &Actor, location: LocationId, owed: &[Owed], today: Date) -> Result<i64> {
    let kind = kind(tx)?.ok_or_else(|| {
        AppError::conflict("Lieu days cannot be given: there is no kind of leave “Time off in lieu” in use.")
    })?;
    for one in owed {
        // Of a year that is over it counts from now, not into books that are closed.
        let effective_on = if one.date.year() == today.year() { one.date } else { today };
        let credit = Credit {
            employee_id: one.employee_id,
            leave_type_id: kind,
            kind: LedgerKind::Toil,
            minutes: one.credit,
            effective_on,
            expires_on: one.expires_on,
            explanation: msg!("Lieu day: {0} fell on {1}, a day off anyway.", one.holiday, one.date),
        };
        let row = ledger::grant(tx, actor, &credit)?;
        store::insert(tx, one.employee_id, one.date, location, row)?;
        let account = ledger::store::account_of(tx, row)?;
        notices::lieu_given(tx, actor, account, &one.holiday, one.date, one.expires_on)?;
    }
    Ok(i64::try_from(owed.len()).unwrap_or(i64::MAX))
}

/// The kind of leave that lieu days are of; none where the organization has none in use.
fn kind(rx: &Rx<'_>) -> Result<Option<LeaveTypeId>> {
    match types::preset(rx, presets::TOIL) {
        Ok(kind) => Ok(Some(kind).filter(|kind| kind.fields.active && kind.fields.affects_balance).map(|kind| kind.id)),
        Err(AppError::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}

/// The lieu days within `period` for which there is no longer a reason: of these people, or of everybody.
fn lost_again(rx: &Rx<'_>, whose: Option<&[EmployeeId]>, period: Period) -> Result<Vec<store::Given>> {
    let mut given = store::given(rx, period)?;
    given.retain(|one| whose.is_none_or(|ids| ids.contains(&one.employee_id)));
    if given.is_empty() {
        return Ok(given);
    }
    // Where somebody works by now is not asked: the day was earned at the place that gave it. A place at a time, in a
    // fixed number of questions.
    let mut places: BTreeMap<LocationId, Vec<store::Given>> = BTreeMap::new();
    for one in given {
        places.entry(one.location_id).or_default().push(one);
    }
    let mut gone = Vec::new();
    for (location, given) in places {
        let mut placed: Vec<Placed> =
            given.iter().map(|one| (one.employee_id, one.entity_id, Some(location))).collect();
        placed.sort_unstable_by_key(|(id, ..)| *id);
        placed.dedup();
        let dates = given.iter().map(|one| Period::day(one.date)).reduce(Period::hull).unwrap_or(period);
        let times = people::working_times(rx, &placed, dates)?;
        let lost = |one: &store::Given| {
            times.get(&one.employee_id).is_some_and(|time| time.holidays.is_lost_on(one.date, &time.schedules))
        };
        gone.extend(given.into_iter().filter(|one| !lost(one)));
    }
    gone.sort_unstable_by_key(|one| (one.date, one.employee_id));
    Ok(gone)
}

/// Takes back the lieu days within `period` for which there is no longer a reason, and answers them.
///
/// # Errors
/// When the database cannot be read or written.
pub(super) fn take_back(
    tx: &mut Tx<'_>,
    actor: &Actor,
    whose: Option<&[EmployeeId]>,
    period: Period,
) -> Result<Vec<Touched>> {
    let mut touched = Vec::new();
    for one in lost_again(tx, whose, period)? {
        let why = msg!("Taken back: {0} is no holiday on a free day any more.", one.date);
        let account = ledger::store::account_of(tx, one.row)?;
        let given = ledger::store::get(tx, one.row)?.row.minutes;
        ledger::take_back(tx, actor, one.row, &why)?;
        store::delete(tx, one.employee_id, one.date)?;
        notices::lieu_gone(tx, actor, account, one.date)?;
        let kind = types::get(tx, account.leave_type_id)?;
        let books = Books::open(tx, account, None)?;
        touched.push(Touched {
            matter: Matter::LieuDay,
            request_id: None,
            employee: people::get(tx, one.employee_id)?.name_ref(),
            kind: kind.fields.name,
            period: Period::day(one.date),
            open: false,
            before: given,
            after: Minutes::ZERO,
            balance_after: Some(books.on(account.leave_year().period.last()).available),
            per_day: None,
        });
    }
    Ok(touched)
}
