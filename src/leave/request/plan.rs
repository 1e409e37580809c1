//! What a request would do, before it is sent: the days it covers and charges, the balances before and after, what
//! is in its way. The preview shows a plan and sending acts on one, so they cannot differ.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::model::{DayPart, LeaveRequest, NewLeave, RequestDay};
use super::store;
use crate::auth::Actor;
use crate::error::{AppError, FieldErrors, Msg, Result};
use crate::ids::{EmployeeId, LeaveRequestId};
use crate::leave::absence;
use crate::leave::amount::Amounts;
use crate::leave::calendars::PersonCalendar;
use crate::leave::ledger::{Account, Accounts, Books};
use crate::leave::limits;
use crate::leave::papers;
use crate::leave::rules::{
    Ask, Balance, DayCount, DayReason, LeaveCount, LeaveDay, LeaveSpan, LeaveStatus, LeaveYears, Overlap, Part,
    as_field_errors, clash,
};
use crate::leave::trips::{self, Trip};
use crate::leave::types::{self, LeaveType};
use crate::leave::words;
use crate::people::{self, Employee};
use crate::storage::Rx;
use crate::time::{Minutes, Period, Slots, period};
use crate::web::Format;
use crate::{msg, msg_n};

/// Stands for a request that has no id yet.
const UNSENT: LeaveRequestId = LeaveRequestId(i64::MAX);

/// Dates around a request that may adjoin it.
const ADJOINING: i64 = 366;

/// What one leave year is charged.
#[derive(Clone, Debug)]
pub struct YearCharge {
    pub account: Account,
    pub charged: Minutes,
    /// On the first charged day of that year.
    pub before: Balance,
    pub after: Balance,
    /// By how much the balance does not cover it, on some date of the year.
    pub missing: Minutes,
}

/// What a request would do.
#[derive(Clone, Debug)]
pub struct Plan {
    pub employee: Employee,
    pub kind: LeaveType,
    pub span: LeaveSpan,
    pub count: LeaveCount,
    /// Whose books these are, by their leave years.
    pub accounts: Accounts,
    /// By leave year; empty where the type has no balance.
    pub years: Vec<YearCharge>,
    /// Requests of the same person for the same time.
    pub conflicts: Vec<LeaveRequest>,
    /// It lies on approved leave, whose days go back to a balance: somebody looks at that, whatever its kind says.
    pub gives_back: bool,
    /// Business trips of the same person for the same days.
    pub trips: Vec<Trip>,
    /// Why it cannot be sent, by field.
    pub errors: FieldErrors,
    pub warnings: Vec<Msg>,
    /// What "a day" is worth to the person.
    pub per_day: Minutes,
    /// The first day back at work.
    pub back_on: Option<Date>,
    /// The last day on which a paper may follow, where one is needed.
    pub documents_due_on: Option<Date>,
    /// Papers that go with it.
    pub papers: usize,
    /// The person's own date now.
    pub today: Date,
    pub calendar: PersonCalendar,
    /// How the acting person reads.
    pub format: Format,
}

/// Whose request it is, and by whose hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hand {
    /// The person's own.
    Own,
    /// HR enters it for them.
    Hr,
}

/// For whom `actor` asks.
///
/// # Errors
/// [`AppError::Forbidden`] where a login without a record asks for itself; [`AppError::Invalid`] on `employee_id`
/// where somebody who is not HR asks for another.
pub(in crate::leave) fn whose(rx: &Rx<'_>, actor: &Actor, asked: Option<EmployeeId>) -> Result<(EmployeeId, Hand)> {
    match asked.filter(|id| Some(*id) != actor.employee_id) {
        None => Ok((actor.require_employee()?, Hand::Own)),
        Some(other) if actor.is_hr() && people::reach(rx, actor, other)?.sees() => Ok((other, Hand::Hr)),
        Some(_) => Err(AppError::invalid("employee_id", "Only HR may ask for somebody else.")),
    }
}

impl Plan {
    /// Looks at what `input` would do; `except` is the request that it would replace.
    ///
    /// # Errors
    /// [`AppError::Invalid`] where it is no request at all: unknown type, dates that do not fit together. What merely
    /// speaks against it is in the plan.
    pub fn of(
        rx: &Rx<'_>,
        actor: &Actor,
        (employee_id, hand): (EmployeeId, Hand),
        input: &NewLeave,
        except: Option<LeaveRequestId>,
    ) -> Result<Plan> {
        let kind = types::store::find(rx, input.leave_type_id)?
            .filter(|kind| kind.fields.active)
            .ok_or_else(|| AppError::invalid("leave_type_id", "There is no such kind of leave."))?;
        let span = input.span().map_err(AppError::Invalid)?;
        let employee = people::get(rx, employee_id)?;
        let today = rx.now().to_zoned(people::place_of(rx, employee_id)?.zone).date();
        let asked = span.period();
        let adjoining = Period::new(period::back(asked.first(), ADJOINING), period::ahead(asked.last(), ADJOINING));
        let calendar = PersonCalendar::of(rx, employee_id, adjoining.unwrap_or(asked))?;
        let count = calendar.count(&kind, &span, &store::interruptions_of(rx, employee_id, asked)?);
        let per_day = calendar.usual_day(span.first_day());
        let accounts = Accounts::of(rx, employee_id, kind.id)?;
        let mut plan = Plan {
            accounts,
            years: charges(rx, accounts, &kind, &count, except)?,
            conflicts: Vec::new(),
            gives_back: false,
            trips: Vec::new(),
            errors: FieldErrors::new(),
            warnings: Vec::new(),
            back_on: calendar.back_after(span.last_day()),
            documents_due_on: papers::due_on(&kind, count.working_days(), span.first_day(), today),
            papers: 0,
            employee,
            kind,
            span,
            count,
            per_day,
            today,
            calendar,
            format: words::format_for(actor, rx.now()),
        };
        plan.meet(rx, except)?;
        plan.judge(rx, actor, hand, input, except)?;
        Ok(plan)
    }

    /// Whether somebody decides on it where the person asks.
    pub fn asks(&self) -> bool {
        self.kind.fields.requires_approval || self.gives_back
    }

    /// What its days charge together.
    pub fn minutes(&self) -> Minutes {
        self.count.total()
    }

    /// Its days as they are kept.
    pub(super) fn days(&self) -> Vec<RequestDay> {
        request_days(&self.span, &self.count, self.accounts.years)
    }

    /// `Ok` where it may be sent.
    ///
    /// # Errors
    /// [`AppError::Conflict`] where other leave is in the way, naming it; [`AppError::Invalid`] by field.
    pub(super) fn check(&self, rx: &Rx<'_>) -> Result<()> {
        if !self.errors.is_empty() {
            return Err(AppError::Invalid(self.errors.clone()));
        }
        if let Some(trip) = self.trips.first() {
            return Err(trips::refusal(trip, &self.format));
        }
        let Some(other) = self.conflicts.first() else { return Ok(()) };
        let kind = types::get(rx, other.leave_type_id)?;
        let title = words::title(&kind, &other.span, other.minutes, self.per_day, &self.format);
        Err(AppError::Conflict(msg!("There is other leave on these days: {0} (request {1}).", title, other.id)))
    }

    /// What lies on the same days: in the way, or interrupted by it. Who falls ill on a business trip is ill.
    fn meet(&mut self, rx: &Rx<'_>, except: Option<LeaveRequestId>) -> Result<()> {
        let period = self.span.period();
        let overlap = self.kind.fields.overlap;
        for other in store::occupying(rx, self.employee.id, period, except)? {
            if clash(&self.span, &other.span, &self.calendar.schedules).is_none() {
                continue;
            }
            let kind = types::get(rx, other.leave_type_id)?;
            if !overlap.may_meet(&self.span, kind.fields.overlap, &other.span) {
                self.conflicts.push(other);
            } else if overlap == Overlap::Interrupts {
                let calendar = PersonCalendar::of(rx, self.employee.id, other.span.period())?;
                let mut above = store::interruptions_of(rx, self.employee.id, other.span.period())?;
                for date in period.days() {
                    let slots = above.entry(date).or_insert(Slots::NONE);
                    *slots = slots.union(self.span.slots(date));
                }
                let back = other.minutes - calendar.count(&kind, &other.span, &above).total();
                if back.is_positive() {
                    self.gives_back |= other.status == LeaveStatus::Approved && kind.fields.affects_balance;
                    let amounts = Amounts { format: &self.format, unit: kind.fields.unit, per_day: self.per_day };
                    let title = words::title(&kind, &other.span, other.minutes, self.per_day, &self.format);
                    self.warnings.push(msg!("Gives back {0} of {1}.", amounts.long(back), title));
                }
            }
        }
        if overlap != Overlap::Interrupts || self.span.clock_times().is_some() {
            self.trips = trips::in_the_way(rx, self.employee.id, period, None)?;
        }
        Ok(())
    }

    /// Everything that speaks against it, and what is worth knowing.
    fn judge(
        &mut self,
        rx: &Rx<'_>,
        actor: &Actor,
        hand: Hand,
        input: &NewLeave,
        except: Option<LeaveRequestId>,
    ) -> Result<()> {
        let mut errors = FieldErrors::new();
        self.papers = papers::count(rx, actor, &input.document_ids, except, &mut errors)? + input.files_chosen;
        let asked = self.span.period();
        let around = Period::new(period::back(asked.first(), ADJOINING), period::ahead(asked.last(), ADJOINING));
        let other_days: BTreeSet<Date> =
            store::dates_of_type(rx, self.employee.id, self.kind.id, around.unwrap_or(asked), except)?
                .into_iter()
                .collect();
        let ask = Ask {
            span: &self.span,
            count: &self.count,
            calendar: self.calendar.calendar(),
            today: self.today,
            join_date: Some(self.employee.facts.join_date),
            other_days: &other_days,
            attachments: self.papers,
        };
        let rules = self.kind.rules();
        let refusals = match hand {
            Hand::Own => rules.refusals(&ask),
            Hand::Hr => rules.refusals_for_hr(&ask),
        };
        errors.0.extend(as_field_errors(&refusals).0);

        let facts = &self.employee.facts;
        if self.span.first_day() < facts.join_date {
            errors.add("start_date", msg!("The employment begins on {0}.", facts.join_date));
        }
        if let Some(last) = facts.leave_date.filter(|last| self.span.last_day() > *last) {
            errors.add("end_date", msg!("The employment ends on {0}.", last));
        }
        if hand == Hand::Own && self.kind.fields.requires_reason && input.reason.trim().is_empty() {
            errors.add("reason", "This kind of leave asks for a reason.");
        }
        if let Some(deputy) = input.deputy_id {
            if deputy == self.employee.id {
                errors.add("deputy_id", "Nobody stands in for themselves.");
            } else if !is_employed(rx, deputy, self.today)? {
                errors.add("deputy_id", "There is no such person.");
            }
        }
        self.judge_amounts(rx, except, &mut errors)?;
        self.errors = errors;
        self.judge_limits(rx, hand)?;
        self.judge_coverage(rx, actor, hand, except)?;
        self.warn(rx, actor, input)
    }

    /// Who may ask for this kind, the dates that are closed for leave, the months that payroll has closed. HR, who knows
    /// why, is told of the first two and not stopped.
    fn judge_limits(&mut self, rx: &Rx<'_>, hand: Hand) -> Result<()> {
        let mut found: Vec<(&'static str, Msg)> = Vec::new();
        let (kind, facts) = (&self.kind.fields, &self.employee.facts);
        if !types::is_for(rx, &self.kind, &self.employee)? {
            found.push(("leave_type_id", msg!("This kind of leave is not for everybody; ask HR.")));
        }
        if let Some(last) =
            facts.probation_end.filter(|last| kind.usable_after_probation && self.span.first_day() <= *last)
        {
            found.push((
                "start_date",
                msg!("This kind of leave can be taken once the probation has ended, on {0}.", last),
            ));
        }
        if limits::concern(&self.kind) {
            for blackout in limits::blackouts::for_person(rx, self.employee.id, self.span.period())? {
                let (first, last) = (blackout.start_date, blackout.end_date);
                found.push(("start_date", msg!("No leave from {0} to {1}: {2}.", first, last, blackout.name)));
            }
        }
        for (field, words) in found {
            match hand {
                Hand::Own => self.errors.add(field, words),
                Hand::Hr => self.warnings.push(words),
            }
        }
        if let Some(closed) = limits::settings::closed_within(rx, self.span.period())? {
            self.errors.add("start_date", limits::settings::closed_words(closed));
        }
        Ok(())
    }

    /// How many of the department would be here.
    fn judge_coverage(&mut self, rx: &Rx<'_>, actor: &Actor, hand: Hand, except: Option<LeaveRequestId>) -> Result<()> {
        if !limits::concern(&self.kind) {
            return Ok(());
        }
        let charged: Vec<Date> = self.count.charged().map(|(date, _)| date).collect();
        for short in limits::coverage::short(rx, actor, self.employee.id, (&self.span, &charged), except)? {
            let rule = short.rule;
            let words = msg!(
                "{0}: on {1} there would be {2}, and {3} must be here.",
                rule.department,
                short.date,
                short.present,
                rule.minimum_present
            );
            if rule.hard && hand == Hand::Own {
                self.errors.add("start_date", words);
            } else {
                self.warnings.push(words);
            }
        }
        Ok(())
    }

    fn judge_amounts(&self, rx: &Rx<'_>, except: Option<LeaveRequestId>, errors: &mut FieldErrors) -> Result<()> {
        for year in self.years.iter().filter(|year| year.missing.is_positive()) {
            let missing = self.amount(year.missing);
            errors.add(
                "end_date",
                match self.years.len() {
                    1 => msg!("The balance does not cover this: {0} are missing.", missing),
                    _ => msg!("The balance of {0} does not cover this: {1} are missing.", year.account.year, missing),
                },
            );
        }
        let Some(most) = self.kind.fields.max_minutes_per_year else { return Ok(()) };
        for (year, minutes) in self.count.by_year(self.accounts.years) {
            let all = store::asked_in_year(rx, self.accounts.numbered(year), except)? + minutes;
            if all > most {
                let (all, most) = (self.amount(all), self.amount(most));
                errors.add("end_date", msg!("At most {0} in {1}; with this it would be {2}.", most, year, all));
            }
        }
        Ok(())
    }

    fn warn(&mut self, rx: &Rx<'_>, actor: &Actor, input: &NewLeave) -> Result<()> {
        if let Some(due) = self.documents_due_on.filter(|_| self.papers == 0) {
            self.warnings.push(msg!(
                "A paper is needed for this, by {0} at the latest: add it here, or to the request later.",
                due
            ));
        }
        if let Some(deputy) = input.deputy_id {
            let period = self.span.period();
            let sees = absence::circle(rx, actor, period, None, None)?.into_iter().find(|person| person.id == deputy);
            // Whom one does not see on the calendar one does not hear of here.
            if let Some(person) = sees {
                let found = absence::within(rx, actor, &[deputy], period)?;
                if found.iter().any(|absence| !absence.mark.low) {
                    self.warnings.push(msg!("{0} is, or may be, away on some of these days.", person.name));
                }
            }
        }
        for year in &self.years {
            for (last, minutes) in &year.after.expiring {
                let amount = self.amount(*minutes);
                self.warnings.push(msg!("{0} expire on {1} if not used.", amount, last));
            }
        }
        Ok(())
    }

    /// "Vacation, Tue 8 – Fri 11 Dec, 4 days", for sentences that are kept.
    pub(super) fn title(&self, rx: &Rx<'_>, actor: &Actor) -> String {
        words::title(&self.kind, &self.span, self.minutes(), self.per_day, &words::plain_format(actor, rx.now()))
    }

    /// How this leave's amounts are shown to the acting person.
    pub fn amounts(&self) -> Amounts<'_> {
        Amounts { format: &self.format, unit: self.kind.fields.unit, per_day: self.per_day }
    }

    fn amount(&self, minutes: Minutes) -> String {
        self.amounts().long(minutes)
    }
}

/// The days of `span` as they are kept, by the person's leave years.
pub(in crate::leave) fn request_days(span: &LeaveSpan, count: &LeaveCount, years: LeaveYears) -> Vec<RequestDay> {
    let day = |day: &DayCount| RequestDay {
        date: day.date,
        part: match span.clock_times() {
            Some(_) => DayPart::Hours,
            None if span.first_day() == day.date => part(span.start_part()),
            None if span.last_day() == day.date => part(span.end_part()),
            None => DayPart::FullDay,
        },
        scheduled: day.scheduled,
        holiday: day.holiday.as_ref().map(|holiday| holiday.name.clone()),
        charged: day.charged,
        given_back: day.given_back,
        leave_year: years.of(day.date).number,
    };
    count.days.iter().map(day).collect()
}

/// The charged days by leave year, as needs of a request.
fn by_year(count: &LeaveCount, years: LeaveYears, id: LeaveRequestId) -> BTreeMap<i16, Vec<LeaveDay>> {
    let mut found: BTreeMap<i16, Vec<LeaveDay>> = BTreeMap::new();
    for (date, minutes) in count.charged() {
        found.entry(years.of(date).number).or_default().push(LeaveDay { request_id: id, date, minutes });
    }
    found
}

/// What the charged days of `count` do to each leave year that they lie in; none where the kind has no balance.
pub(in crate::leave) fn charges(
    rx: &Rx<'_>,
    accounts: Accounts,
    kind: &LeaveType,
    count: &LeaveCount,
    except: Option<LeaveRequestId>,
) -> Result<Vec<YearCharge>> {
    if !kind.fields.affects_balance {
        return Ok(Vec::new());
    }
    let by_year = by_year(count, accounts.years, except.unwrap_or(UNSENT));
    let all: Vec<LeaveDay> = by_year.values().flatten().copied().collect();
    let limit = kind.fields.negative_limit_minutes;
    let last = by_year.keys().next_back().copied();
    let charge = |(year, wanted): (&i16, &Vec<LeaveDay>)| {
        let account = accounts.numbered(*year);
        let books = Books::open(rx, account, except)?;
        let period = account.leave_year().period;
        let on = wanted.iter().map(|day| day.date).min().unwrap_or(period.first());
        let after = books.with(on, &all);
        let missing = match books.allows(&all, limit) {
            // What is missing in all, not only on the first date on which something is.
            Err(short) if period.contains(short.date) => short.missing.max(-limit - after.available),
            // A later year has not enough left for what is booked in it.
            Err(short) if short.date > period.last() && last == Some(*year) => short.missing,
            _ => Minutes::ZERO,
        };
        Ok(YearCharge {
            account,
            missing,
            charged: wanted.iter().map(|day| day.minutes).sum(),
            before: books.on(on),
            after,
        })
    };
    by_year.iter().map(charge).collect()
}

fn is_employed(rx: &Rx<'_>, id: EmployeeId, today: Date) -> Result<bool> {
    match people::get(rx, id) {
        Ok(person) => Ok(person.is_employed_on(today)),
        Err(AppError::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

fn part(part: Part) -> DayPart {
    match part {
        Part::FullDay => DayPart::FullDay,
        Part::Morning => DayPart::Morning,
        Part::Afternoon => DayPart::Afternoon,
    }
}

/// How a day of the table is described.
pub fn day_words(why: DayReason, holiday: Option<&str>) -> Msg {
    let holiday = holiday.unwrap_or_default();
    match why {
        DayReason::WholeDay => msg!("Whole day"),
        DayReason::Morning => msg!("Morning"),
        DayReason::Afternoon => msg!("Afternoon"),
        DayReason::Hours => msg!("Some hours"),
        DayReason::PartlyHoliday => msg!("{0}, free for part of the day", holiday),
        DayReason::Holiday => msg!("{0}", holiday),
        DayReason::NotWorking => msg!("Not a working day"),
        DayReason::Interrupted => given_back_words(false),
        DayReason::PartlyInterrupted => given_back_words(true),
        DayReason::Enclosed => msg!("Between days of leave, counts too"),
    }
}

/// What a day is called that is given back, all of it or in part.
pub fn given_back_words(in_part: bool) -> Msg {
    if in_part { msg!("Given back in part, for other leave") } else { msg!("Given back, for other leave") }
}

/// "7 days of absence"
pub fn absence_words(days: usize) -> Msg {
    msg_n!(i64::try_from(days).unwrap_or(i64::MAX), "{0} day of absence", "{0} days of absence")
}
