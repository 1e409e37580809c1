//! Business trips: who is away for work, when, where and what for. They draw from no balance and stand at once, unless
//! HR has drawn up a chain of approvals for trips. A trip and leave exclude each other on the same day, and so do two
//! trips; on the calendar, on Home, in the feeds and for deputies who is on a trip is away.

pub mod api;
mod notices;
pub mod pages;
pub mod show;
mod store;

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::absence::{Absence, AbsentDay, Cause};
use super::request::{DayPart, Hand, whose};
use super::rules::{LeaveSpan, entry_window};
use super::types::{self, Color, Mark};
use super::{calendars, request, words};
use crate::approvals::{self, Decision, Fact, Facts, Kind, New, Outcome};
use crate::audit;
use crate::auth::Actor;
use crate::error::{AppError, FieldErrors, Msg, Result};
use crate::ids::{EmployeeId, TripId};
use crate::lang::Lang;
use crate::people::{self, NameRef};
use crate::storage::{Op, Rx, Tx};
use crate::text::line;
use crate::time::{Period, Slots};
use crate::web::Format;
use crate::{msg, tr};

pub const PLANNED: Op = Op::act("trip.planned");
pub const CHANGED: Op = Op::act("trip.changed");
pub const DECIDED: Op = Op::act("trip.decided");
pub const CANCELLED: Op = Op::act("trip.cancelled");

/// The longest trip, in days.
const LONGEST: i64 = 366;
/// The longest notes, and the longest reason to cancel, in characters.
const LONGEST_NOTES: usize = 1000;

crate::text_enum! {
    /// Where a trip stands.
    pub enum TripStatus {
        /// Waits for a decision: only where a chain is drawn up for trips.
        Pending = "pending",
        /// Back at the traveller with a question.
        Clarification = "clarification",
        Active = "active",
        Rejected = "rejected",
        Cancelled = "cancelled",
    }
}

impl TripStatus {
    /// Not decided yet.
    pub const fn is_open(self) -> bool {
        matches!(self, TripStatus::Pending | TripStatus::Clarification)
    }

    /// Stands in the way of leave and of other trips on the same days.
    pub const fn occupies(self) -> bool {
        matches!(self, TripStatus::Pending | TripStatus::Clarification | TripStatus::Active)
    }

    fn over(self) -> AppError {
        AppError::Conflict(match self {
            TripStatus::Cancelled => msg!("This trip is already cancelled."),
            _ => msg!("This trip is already rejected."),
        })
    }
}

/// A trip as it is asked for: the same names in the form and in the API.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewBusinessTrip)]
pub struct NewTrip {
    /// For whom; only HR may enter one for somebody else.
    #[serde(default)]
    pub employee_id: Option<EmployeeId>,
    #[schema(value_type = String, format = Date, example = "2026-12-08")]
    pub start_date: Date,
    /// The last day, at most 366 days in all.
    #[schema(value_type = String, format = Date, example = "2026-12-10")]
    pub end_date: Date,
    /// 1 to 100 characters.
    #[schema(example = "Rotterdam")]
    pub destination: String,
    /// 1 to 200 characters; read by the person's line and HR.
    #[schema(example = "Visit to the yard")]
    pub purpose: String,
    /// At most 1,000 characters.
    #[serde(default)]
    pub notes: String,
}

/// A trip as it is kept.
#[derive(Clone, Debug)]
pub struct Trip {
    pub id: TripId,
    pub employee: NameRef,
    /// Empty where the person belongs to none.
    pub department: String,
    pub period: Period,
    pub destination: String,
    pub purpose: String,
    pub notes: String,
    pub status: TripStatus,
    /// HR that entered it for the person.
    pub entered_by: Option<String>,
    /// Rises with every change.
    pub revision: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Trip {
    pub fn employee_id(&self) -> EmployeeId {
        EmployeeId(self.employee.id)
    }

    /// "Rotterdam, Tue 8 – Thu 10 Dec"
    pub fn title(&self, format: &Format) -> String {
        let when = format.range(self.period.first(), self.period.last());
        if self.destination.is_empty() { when } else { format!("{}, {when}", self.destination) }
    }

    /// The same trip asked for again: what an edit starts from.
    pub fn again(&self) -> NewTrip {
        NewTrip {
            employee_id: None,
            start_date: self.period.first(),
            end_date: self.period.last(),
            destination: self.destination.clone(),
            purpose: self.purpose.clone(),
            notes: self.notes.clone(),
        }
    }
}

/// The page of a trip.
pub fn href(id: TripId) -> String {
    format!("/trips/{id}")
}

/// Enters a trip: it stands at once, or waits where a chain is drawn up for trips. What HR enters for somebody stands.
///
/// # Errors
/// [`AppError::Invalid`] by field; [`AppError::Conflict`] where leave or another trip is in the way, naming it;
/// [`AppError::Forbidden`] where a login without a record travels itself.
pub fn plan(tx: &mut Tx<'_>, actor: &Actor, mut input: NewTrip) -> Result<TripId> {
    let (employee, hand) = whose(tx, actor, input.employee_id)?;
    if hand == Hand::Own {
        crate::auth::first_time::require_welcomed(tx, actor)?;
    }
    let period = check(tx, employee, &mut input)?;
    require_free(tx, actor, employee, period, None)?;
    let asks = hand == Hand::Own && asks_for_approval(tx, employee)?;
    let status = if asks { TripStatus::Pending } else { TripStatus::Active };
    let id = store::insert(tx, employee, &input, status, (hand == Hand::Hr).then_some(actor.name.as_str()))?;
    let trip = store::get(tx, id)?;
    let entry = audit::Entry::new(PLANNED.name())
        .on("business_trip", id.0)
        .with("start_date", period.first())
        .with("end_date", period.last())
        .with("destination", &trip.destination);
    audit::record(tx, actor, if hand == Hand::Hr { entry.on_behalf_of(&trip.employee.name) } else { entry })?;
    match hand {
        _ if asks => approvals::open(tx, actor, to_decide(tx, actor, &trip)).map(drop)?,
        Hand::Own => notices::above(tx, actor, &trip, notices::Own::Planned)?,
        Hand::Hr => notices::traveller(tx, actor, &trip, notices::Fate::Entered, "")?,
    }
    Ok(id)
}

/// Changes a trip. Where a chain is drawn up for trips, what the traveller changes is asked anew from the first level;
/// what HR changes stands as it stood.
///
/// # Errors
/// As [`plan`]; [`AppError::Conflict`] where it is rejected or cancelled; [`AppError::Forbidden`] for anybody but the
/// traveller and HR; [`AppError::NotFound`].
pub fn amend(tx: &mut Tx<'_>, actor: &Actor, id: TripId, mut input: NewTrip) -> Result<()> {
    let before = get(tx, actor, id)?;
    let own = require_own_or_hr(actor, &before)?;
    if !before.status.occupies() {
        return Err(before.status.over());
    }
    let employee = before.employee_id();
    let period = check(tx, employee, &mut input)?;
    require_free(tx, actor, employee, period, Some(id))?;
    let asks = before.status.is_open() || (own && asks_for_approval(tx, employee)?);
    let status = if asks { TripStatus::Pending } else { TripStatus::Active };
    store::change(tx, id, &input, status)?;
    let trip = store::get(tx, id)?;
    let entry = audit::Entry::new(CHANGED.name())
        .on("business_trip", id.0)
        .change("start_date", before.period.first(), period.first())
        .change("end_date", before.period.last(), period.last())
        .change("destination", &before.destination, &trip.destination)
        .change("purpose", &before.purpose, &trip.purpose)
        .change("notes", &before.notes, &trip.notes)
        .change("status", before.status, status);
    audit::record(tx, actor, entry)?;
    let new = to_decide(tx, actor, &trip);
    match (asks, before.status.is_open()) {
        (true, true) => approvals::resubmit(tx, actor, &new)?,
        (true, false) => approvals::open(tx, actor, new).map(drop)?,
        (false, _) if own => notices::above(tx, actor, &trip, notices::Own::Changed)?,
        (false, _) => notices::traveller(tx, actor, &trip, notices::Fate::Changed, "")?,
    }
    Ok(())
}

/// Cancels a trip: the traveller, or HR with a reason.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Forbidden`] for anybody else; [`AppError::Conflict`] where it is rejected or
/// cancelled; [`AppError::Invalid`] where HR gives no reason.
pub fn cancel(tx: &mut Tx<'_>, actor: &Actor, id: TripId, reason: &str) -> Result<()> {
    let trip = get(tx, actor, id)?;
    let own = require_own_or_hr(actor, &trip)?;
    if !trip.status.occupies() {
        return Err(trip.status.over());
    }
    let reason = reason.trim();
    if !own && reason.is_empty() {
        return Err(AppError::invalid("reason", "Say why; the person reads it."));
    }
    if reason.chars().count() > LONGEST_NOTES {
        return Err(AppError::invalid("reason", msg!("At most {0} characters.", LONGEST_NOTES)));
    }
    if trip.status.is_open() {
        approvals::withdraw(tx, actor, Kind::Trip, id.0)?;
    }
    store::set_status(tx, id, TripStatus::Cancelled)?;
    let entry = audit::Entry::new(CANCELLED.name()).on("business_trip", id.0).because(reason).change(
        "status",
        trip.status,
        TripStatus::Cancelled,
    );
    audit::record(tx, actor, entry)?;
    match trip.status {
        _ if !own => notices::traveller(tx, actor, &trip, notices::Fate::Cancelled, reason),
        TripStatus::Active => notices::above(tx, actor, &trip, notices::Own::Cancelled),
        _ => Ok(()),
    }
}

/// Approves, rejects, or asks back, where a chain is drawn up for trips.
///
/// # Errors
/// As [`approvals::decide`]; [`AppError::NotFound`] for who may not know of the trip.
pub fn decide(tx: &mut Tx<'_>, actor: &Actor, id: TripId, decision: &Decision) -> Result<()> {
    let trip = get(tx, actor, id)?;
    let (status, fate) = match approvals::decide(tx, actor, Kind::Trip, id.0, decision)? {
        Outcome::Approved => (TripStatus::Active, notices::Fate::Approved),
        Outcome::Rejected => (TripStatus::Rejected, notices::Fate::Rejected),
        Outcome::Clarification => (TripStatus::Clarification, notices::Fate::Asked),
        // The traveller is told at the end.
        Outcome::Onward => return Ok(()),
    };
    store::set_status(tx, id, status)?;
    let entry = audit::Entry::new(DECIDED.name()).on("business_trip", id.0).change("status", trip.status, status);
    audit::record(tx, actor, entry)?;
    notices::traveller(tx, actor, &trip, fate, decision.words())
}

/// One trip, for who may know of it: the traveller, their line, HR, and whoever is or was asked to decide.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn get(rx: &Rx<'_>, actor: &Actor, id: TripId) -> Result<Trip> {
    let trip = store::get(rx, id)?;
    if people::reach(rx, actor, trip.employee_id())?.sees() {
        return Ok(trip);
    }
    let asked = approvals::current(rx, Kind::Trip, id.0)?;
    match asked.map_or(Ok(false), |approval| approvals::concerns(rx, actor, &approval))? {
        true => Ok(trip),
        false => Err(AppError::NotFound),
    }
}

/// A person's trips that occupy some of `period`, without one of them: what is in the way of leave, and of other trips.
///
/// # Errors
/// When the database cannot be read.
pub fn in_the_way(rx: &Rx<'_>, employee: EmployeeId, period: Period, except: Option<TripId>) -> Result<Vec<Trip>> {
    let mut found = store::standing(rx, &[employee], period)?;
    found.retain(|trip| Some(trip.id) != except);
    Ok(found)
}

/// The sentence that refuses what a trip is in the way of.
pub(super) fn refusal(trip: &Trip, format: &Format) -> AppError {
    AppError::Conflict(msg!("There is a business trip on these days: {0} (trip {1}).", trip.title(format), trip.id))
}

/// The coming and present trips of `own`, by date.
pub(super) fn coming(rx: &Rx<'_>, own: EmployeeId, today: Date, limit: usize) -> Result<Vec<Trip>> {
    store::coming(rx, own, today, i64::try_from(limit).unwrap_or(i64::MAX))
}

/// These people's trips that touch `period`, person by person.
pub(super) fn standing(rx: &Rx<'_>, whom: &[EmployeeId], period: Period) -> Result<Vec<Trip>> {
    store::standing(rx, whom, period)
}

/// How drawings show and name a trip.
pub fn mark(lang: Lang) -> Mark {
    let name = lang.text(tr!("Business trip")).to_owned();
    let letter = name.chars().next().unwrap_or('B').to_uppercase().collect();
    Mark { hue: Color::Brown.class(), letter, name, low: false }
}

/// The trips of these people within `period` as absences; `known` says of whom the viewer may open them. A fixed number
/// of questions, whoever travels.
pub(super) fn absences(
    rx: &Rx<'_>,
    whom: &[EmployeeId],
    period: Period,
    lang: Lang,
    known: impl Fn(EmployeeId) -> bool,
) -> Result<Vec<Absence>> {
    let trips = store::standing(rx, whom, period)?;
    let mut travellers: Vec<EmployeeId> = trips.iter().map(Trip::employee_id).collect();
    travellers.dedup();
    if travellers.is_empty() {
        return Ok(Vec::new());
    }
    let times = people::working_times(rx, &people::placed(rx, &travellers)?, period)?;
    let show = |trip: Trip| {
        let employee_id = trip.employee_id();
        let hours = times.get(&employee_id);
        let day = |date: Date| {
            let charged = hours.map_or(crate::time::Minutes::ZERO, |time| {
                Slots::FULL.without(time.holidays.slots(date)).minutes(time.schedules.of(date).minutes())
            });
            AbsentDay { date, part: DayPart::FullDay, charged }
        };
        Absence {
            cause: Cause::Trip(trip.id),
            employee_id,
            leave_type_id: None,
            mark: mark(lang),
            open: trip.status.is_open(),
            span: LeaveSpan::days(trip.period),
            days: trip.period.days().filter(|date| period.contains(*date)).map(day).collect(),
            known: known(employee_id),
        }
    };
    Ok(trips.into_iter().map(show).collect())
}

/// What somebody needs to see of trips in order to decide, by their ids: who else is away.
///
/// # Errors
/// When the database cannot be read.
pub fn inbox_facts(rx: &Rx<'_>, actor: &Actor, ids: &[i64]) -> Result<HashMap<i64, Facts>> {
    let format = words::format_for(actor, rx.now());
    let trips = store::many(rx, ids)?;
    let stretches: Vec<(EmployeeId, Period)> = trips.iter().map(|trip| (trip.employee_id(), trip.period)).collect();
    let teams = super::inbox::teams_around(rx, actor, &stretches, &format)?;
    let mut found = HashMap::with_capacity(ids.len());
    for (trip, team) in trips.into_iter().zip(teams) {
        let destination = Fact {
            label: format.lang.text(tr!("Destination")).to_owned(),
            value: trip.destination.clone(),
            warn: false,
        };
        let facts = Facts {
            link: href(trip.id),
            icon: "leave",
            title: format!("{}, {}", mark(format.lang).name, format.range(trip.period.first(), trip.period.last())),
            quote: trip.purpose.clone(),
            facts: std::iter::once(destination).chain(team).collect(),
        };
        found.insert(trip.id.0, facts);
    }
    Ok(found)
}

fn require_own_or_hr(actor: &Actor, trip: &Trip) -> Result<bool> {
    let own = actor.employee_id == Some(trip.employee_id());
    if own || actor.is_hr() {
        return Ok(own);
    }
    Err(AppError::forbidden("Only the one who travels, or HR, may change this."))
}

/// Whether HR has drawn up a chain that a trip of this person follows.
fn asks_for_approval(rx: &Rx<'_>, employee: EmployeeId) -> Result<bool> {
    Ok(approvals::chain::found(rx, Kind::Trip, employee, None, None)?.is_some())
}

fn to_decide(rx: &Rx<'_>, actor: &Actor, trip: &Trip) -> New {
    let title = Msg::new("{0}").arg(trip.title(&words::plain_format(actor, rx.now())));
    New::of(Kind::Trip, trip.id.0, trip.employee_id(), title)
}

/// The texts tidied, the days fit together and lie within the employment and the dates that can be entered.
fn check(rx: &Rx<'_>, employee: EmployeeId, input: &mut NewTrip) -> Result<Period> {
    let mut errors = FieldErrors::new();
    input.destination = line(&mut errors, "destination", &input.destination, 100);
    input.purpose = line(&mut errors, "purpose", &input.purpose, 200);
    input.notes = input.notes.trim().to_owned();
    let length = input.notes.chars().count();
    if length > LONGEST_NOTES {
        errors.add("notes", msg!("At most {0} characters; this has {1}.", LONGEST_NOTES, length));
    }
    let facts = people::get(rx, employee)?.facts;
    let today = rx.now().to_zoned(people::place_of(rx, employee)?.zone).date();
    let window = entry_window(today);
    let period = Period::new(input.start_date, input.end_date);
    match period {
        None => errors.add("end_date", "The last day is before the first."),
        Some(period) if period.day_count() > LONGEST => {
            errors.add("end_date", msg!("A trip lasts at most {0} days.", LONGEST));
        }
        Some(period) if !(window.contains(period.first()) && window.contains(period.last())) => {
            let (first, last) = (window.first(), window.last());
            errors.add("start_date", msg!("Trips can be entered from {0} to {1}.", first, last));
        }
        Some(_) => {}
    }
    if input.start_date < facts.join_date {
        errors.add("start_date", msg!("The employment begins on {0}.", facts.join_date));
    }
    if let Some(last) = facts.leave_date.filter(|last| input.end_date > *last) {
        errors.add("end_date", msg!("The employment ends on {0}.", last));
    }
    errors.into_result(())?;
    period.ok_or_else(|| AppError::invalid("end_date", "The last day is before the first."))
}

/// `Ok` where neither leave nor another trip is on these days.
fn require_free(
    rx: &Rx<'_>,
    actor: &Actor,
    employee: EmployeeId,
    period: Period,
    except: Option<TripId>,
) -> Result<()> {
    let format = words::format_for(actor, rx.now());
    if let Some(other) = in_the_way(rx, employee, period, except)?.first() {
        return Err(refusal(other, &format));
    }
    let Some(leave) = request::store::occupying(rx, employee, period, None)?.into_iter().next() else { return Ok(()) };
    let kind = types::get(rx, leave.leave_type_id)?;
    let per_day = calendars::usual_day(rx, employee, leave.span.first_day())?;
    let title = words::title(&kind, &leave.span, leave.minutes, per_day, &format);
    Err(AppError::Conflict(msg!("There is leave on these days: {0} (request {1}).", title, leave.id)))
}
