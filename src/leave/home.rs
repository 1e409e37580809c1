//! What Home shows of leave, in few questions: the balances, who is away today, what is next.

use jiff::civil::Date;

use super::absence::{self, Absence};
use super::amount::Amounts;
use super::ledger::{self, TypeBalance};
use super::request::{self, DayPart};
use super::rules::LeaveStatus;
use super::trips::{self, TripStatus};
use super::{calendars, types, words};
use crate::approvals;
use crate::auth::Actor;
use crate::error::Result;
use crate::ids::EmployeeId;
use crate::people;
use crate::storage::Rx;
use crate::time::{Minutes, Period, period};
use crate::web::parts::{Balance as StripBalance, Strip};
use crate::web::{Format, filters};
use crate::{msg, tr};

/// A short strip beside a balance of few days has at most this many.
const SHORT_STRIP: i64 = 10;

/// Balances as Home and the leave page show them: the first large, the others beside each other. `{{ balances|safe }}`
#[derive(Clone, Debug, Default, askama::Template)]
#[template(path = "leave/balances.html")]
pub struct Balances {
    pub shown: Vec<ShownBalance>,
}

/// One balance, ready to show.
#[derive(Clone, Debug)]
pub struct ShownBalance {
    pub name: String,
    pub hue: &'static str,
    /// "12.5"
    pub figure: String,
    /// "days left in 2026"
    pub unit: String,
    /// "Why 12.5 days?"
    pub why: String,
    pub href: String,
    pub strip: Option<Strip>,
    /// What expires and when, in words.
    pub expiring: Vec<String>,
    /// "4 reserved"; empty where nothing is.
    pub reserved: String,
    /// "16 taken"; empty where nothing is.
    pub taken: String,
}

/// The acting person's balances; none for a login without a record.
///
/// # Errors
/// When the database cannot be read.
pub fn home_balances(rx: &Rx<'_>, actor: &Actor) -> Result<Balances> {
    let Some(own) = actor.employee_id else { return Ok(Balances::default()) };
    let format = words::format_for(actor, rx.now());
    shown_balances(rx, own, format.today(), &format)
}

/// A person's balances on a date, for who may see them. Types of which nothing was ever granted or used are left out.
pub(super) fn shown_balances(rx: &Rx<'_>, employee: EmployeeId, on: Date, format: &Format) -> Result<Balances> {
    let per_day = calendars::usual_day(rx, employee, on)?;
    let found = ledger::balances_of(rx, employee, on)?.into_iter().filter(|found| {
        let balance = &found.balance;
        [balance.granted, balance.carried_over, balance.adjusted, balance.taken, balance.pending]
            .iter()
            .any(|m| !m.is_zero())
    });
    let shown = found.enumerate().map(|(nth, found)| show(&found, nth == 0, per_day, format));
    Ok(Balances { shown: shown.collect() })
}

fn show(found: &TypeBalance, first: bool, per_day: Minutes, format: &Format) -> ShownBalance {
    let TypeBalance { kind, account, balance } = found;
    let amounts = Amounts { format, unit: kind.fields.unit, per_day };
    let days = matches!(kind.fields.unit, super::rules::Unit::Days);
    let all = balance.available + balance.taken + balance.pending;
    let unit = match (first, days) {
        (true, true) => format.lang.msg(&msg!("days left in {0}", account.year)),
        (true, false) => format.lang.msg(&msg!("hours left in {0}", account.year)),
        (false, true) => format.lang.msg(&msg!("of {0}", amounts.long(all))),
        (false, false) => format.lang.text("hours").to_owned(),
    };
    let expiring: Minutes = balance.expiring.iter().map(|(_, minutes)| *minutes).sum();
    let strip = || {
        let drawn = StripBalance {
            left: balance.available.get(),
            reserved: balance.pending.get(),
            gone: balance.taken.get(),
            expiring: expiring.get(),
        };
        Strip::new(format, kind.fields.color.class(), per_day.get(), drawn)
    };
    let short = all.get() <= per_day.get() * SHORT_STRIP;
    let some = |minutes: Minutes, words: &'static str| match minutes.is_positive() {
        true => format.lang.msg(&msg!(words, amounts.figure(minutes))),
        false => String::new(),
    };
    let goes = |(last, minutes): &(Date, Minutes)| {
        let amount = if days { amounts.figure(*minutes) } else { amounts.long(*minutes) };
        format.lang.msg(&msg!("{0} expire on {1}", amount, format.date(*last)))
    };
    ShownBalance {
        name: format.lang.text(&kind.fields.name).to_owned(),
        hue: kind.fields.color.class(),
        figure: amounts.figure(balance.available),
        unit,
        why: format.lang.msg(&msg!("Why {0}?", amounts.long(balance.available))),
        href: ledger::href(*account),
        strip: match (first && days, days && short) {
            (true, _) => Some(strip().full()),
            (false, true) => Some(strip()),
            (false, false) => None,
        },
        expiring: balance.expiring.iter().map(goes).collect(),
        reserved: some(balance.pending, tr!("{0} reserved")),
        taken: some(balance.taken, tr!("{0} taken")),
    }
}

/// Who is away on a date, as the viewer may know it.
#[derive(Clone, Debug, Default)]
pub struct Away {
    /// The viewer's own team, one by one.
    pub team: Vec<AwayPerson>,
    /// Of the team, who works elsewhere.
    pub elsewhere: Vec<String>,
    /// Others whom the viewer sees on the calendar.
    pub others: Vec<String>,
    /// The viewer is in a team with others, so that it can be said to be here.
    pub has_team: bool,
}

/// One person who is away.
#[derive(Clone, Debug)]
pub struct AwayPerson {
    pub id: EmployeeId,
    pub name: String,
    /// "Vacation, back Wed 9 Dec"; "Away"; "Vacation, this afternoon"
    pub words: String,
}

/// Who is away on `date`: the viewer's team in words, the others by name. Approved leave only.
///
/// # Errors
/// When the database cannot be read.
pub fn away_on(rx: &Rx<'_>, actor: &Actor, date: Date) -> Result<Away> {
    let day = Period::day(date);
    let people = absence::circle(rx, actor, day, None, None)?;
    let ids: Vec<EmployeeId> =
        people.iter().map(|person| person.id).filter(|id| Some(*id) != actor.employee_id).collect();
    let absent: Vec<Absence> = absence::within(rx, actor, &ids, day)?
        .into_iter()
        .filter(|absence| !absence.open && absence.on(date).is_some_and(|day| day.charged.is_positive()))
        .collect();
    let own_team =
        actor.employee_id.and_then(|own| people.iter().find(|person| person.id == own)).map(|own| own.department_id);
    let of = |id: EmployeeId| people.iter().find(|person| person.id == id);
    let team = |id: EmployeeId| match (own_team, of(id)) {
        (Some(team), Some(person)) => team.is_some() && person.department_id == team,
        // Who has no team (an HR login without a record) sees everybody as others.
        _ => false,
    };
    let others_near = |person: &&absence::Person| team(person.id) && Some(person.id) != actor.employee_id;
    let mut away = Away { has_team: people.iter().any(|person| others_near(&person)), ..Away::default() };
    if absent.is_empty() {
        return Ok(away);
    }
    let near: Vec<absence::Person> = people.iter().filter(|person| team(person.id)).cloned().collect();
    let calendars = absence::calendars(rx, &near, day)?;
    let format = words::format_for(actor, rx.now());
    for absence in &absent {
        let Some(person) = of(absence.employee_id) else { continue };
        match (absence.mark.low, team(person.id)) {
            (true, true) => away.elsewhere.push(person.name.clone()),
            (true, false) => {}
            (false, true) => {
                let back = calendars.get(&person.id).and_then(|calendar| calendar.back_after(absence.span.last_day()));
                away.team.push(AwayPerson {
                    id: person.id,
                    name: person.name.clone(),
                    words: in_words(absence, date, back, &format),
                });
            }
            (false, false) if !away.others.contains(&person.name) => away.others.push(person.name.clone()),
            (false, false) => {}
        }
    }
    Ok(away)
}

/// What colleagues read beside a name; of leave that only shows as "Away" nothing more.
fn in_words(absence: &Absence, date: Date, back: Option<Date>, format: &Format) -> String {
    let name = &absence.mark.name;
    let today = date == format.today();
    match (absence.on(date).map(|day| day.part), back) {
        (Some(DayPart::Morning), _) if today => format.lang.msg(&msg!("{0}, this morning", name)),
        (Some(DayPart::Afternoon), _) if today => format.lang.msg(&msg!("{0}, this afternoon", name)),
        (Some(DayPart::Hours), _) => match absence.span.clock_times() {
            Some((from, to)) => format!("{name}, {}\u{a0}–\u{a0}{}", format.clock(from), format.clock(to)),
            None => name.clone(),
        },
        (_, Some(back)) => format.lang.msg(&msg!("{0}, back {1}", name, format.day(back))),
        _ => name.clone(),
    }
}

/// Something that is coming.
#[derive(Clone, Debug)]
pub struct NextItem {
    pub date: Date,
    /// "Tue 8 – Fri 11 Dec"
    pub when: String,
    /// "Your vacation, 4 days", "Christmas Day"
    pub what: String,
    pub href: Option<String>,
    /// "Waits for Jonas Brandt"
    pub waits: Option<String>,
}

/// How far ahead holidays are announced, in days.
const HOLIDAYS_AHEAD: i64 = 30;

/// What is next for the acting person: own leave, standing in for others, holidays; by date, `limit` at most.
///
/// # Errors
/// When the database cannot be read.
pub fn next_of(rx: &Rx<'_>, actor: &Actor, limit: usize) -> Result<Vec<NextItem>> {
    let Some(own) = actor.employee_id else { return Ok(Vec::new()) };
    let format = words::format_for(actor, rx.now());
    let today = format.today();
    let per_day = calendars::usual_day(rx, own, today)?;
    let mut items = Vec::new();
    for coming in request::store::coming(rx, own, today, limit)? {
        let kind = types::get(rx, coming.leave_type_id)?;
        let amounts = Amounts { format: &format, unit: kind.fields.unit, per_day };
        let mine = coming.employee_id == own;
        let what = if mine {
            msg!("Your leave: {0}, {1}", format.lang.text(&kind.fields.name), amounts.long(coming.minutes))
        } else {
            msg!("You stand in for {0}", coming.employee)
        };
        items.push(NextItem {
            date: coming.span.first_day(),
            when: words::when(&coming.span, &format),
            what: format.lang.msg(&what),
            href: mine.then(|| request::href(coming.id)),
            waits: match coming.status {
                LeaveStatus::Pending => Some(request::waits_for(rx, coming.id, &format)?),
                LeaveStatus::Clarification => Some(format.lang.text("Waits for your answer").to_owned()),
                _ => None,
            },
        });
    }
    for trip in trips::coming(rx, own, today, limit)? {
        let waits = match approvals::current(rx, approvals::Kind::Trip, trip.id.0)? {
            Some(approval) if trip.status == TripStatus::Pending => Some(msg!("Waits for {0}", approval.waits_for())),
            _ if trip.status == TripStatus::Clarification => Some(msg!("Waits for your answer")),
            _ => None,
        };
        items.push(NextItem {
            date: trip.period.first(),
            when: format.range(trip.period.first(), trip.period.last()),
            what: format.lang.msg(&msg!("Your business trip: {0}", trip.destination)),
            href: Some(trips::href(trip.id)),
            waits: waits.map(|words| format.lang.msg(&words)),
        });
    }
    let ahead =
        Period::new(period::ahead(today, 1), period::ahead(today, HOLIDAYS_AHEAD)).unwrap_or(Period::day(today));
    let holidays = people::working_time(rx, own, ahead)?.holidays;
    for (date, holiday) in holidays.within(ahead) {
        let name = people::words::holiday(holiday, &format);
        let what = match holiday.slots.half() {
            None => msg!("{0}", name),
            Some(crate::time::Half::Morning) => msg!("{0}, free until noon", name),
            Some(crate::time::Half::Afternoon) => msg!("{0}, free from noon", name),
        };
        items.push(NextItem { date, when: format.day(date), what: format.lang.msg(&what), href: None, waits: None });
    }
    items.sort_by_key(|item| item.date);
    items.truncate(limit);
    Ok(items)
}
