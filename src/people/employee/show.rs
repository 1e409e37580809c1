//! `/people/{id}`: one person, as far as the viewer may see them.

use axum::extract::Path;
use axum::response::Response;
use jiff::civil::Date;

use super::changes::pages::Line;
use super::changes::timeline;
use super::{Login, Status};
use crate::auth::{Actor, Staff};
use crate::error::Result;
use crate::ids::EmployeeId;
use crate::people::personal::pages::Glimpse;
use crate::people::schedule::Schedule;
use crate::people::words::WEEK;
use crate::people::{NameRef, Reach, custom, directory, groups, place_of, reports, schedule, words};
use crate::storage::Rx;
use crate::time::WeeklySchedule;
use crate::web::{self, Format, Shell, filters};
use crate::{msg, tr};

#[derive(Debug, askama::Template)]
#[template(path = "people/show.html")]
struct Show {
    shell: Shell,
    id: EmployeeId,
    person: Person,
}
web::pages!(Show);

/// One person, ready to show.
#[derive(Debug)]
struct Person {
    name: String,
    /// "Support engineer, Support, Hamburg"
    lead: String,
    email: String,
    phone: String,
    department: Option<NameRef>,
    location: Option<NameRef>,
    entity: Option<NameRef>,
    manager: Option<NameRef>,
    /// "14:20 there now", where the viewer's clock says something else.
    clock: Option<String>,
    reports: Vec<NameRef>,
    photo: String,
    personal: Glimpse,
    /// HR's own fields that the viewer sees and that hold something: label and words.
    custom: Vec<(String, String)>,
    /// What colleagues do not see.
    inside: Option<Inside>,
    /// The viewer may change it.
    hr: bool,
    own: bool,
}

#[derive(Debug)]
struct Inside {
    hidden: bool,
    /// "Invite", "Invite again", or `None` where there is nothing to invite to.
    invite: Option<&'static str>,
    login: &'static str,
    state: (&'static str, &'static str),
    number: String,
    employment: &'static str,
    join_date: String,
    probation_end: Option<String>,
    leave_date: Option<String>,
    approver: Option<NameRef>,
    deputy: Option<NameRef>,
    groups: String,
    excluded: bool,
    /// What will count from a day to come on, the next first.
    planned: Vec<Line>,
    /// The present week, day by day.
    week: Vec<Day>,
    /// "40 h"
    week_hours: String,
    /// "week 2 of 3", of a rotation.
    week_number: Option<String>,
    weeks: Vec<Week>,
    /// For HR: what was removed and can be brought back.
    removed_weeks: Vec<Week>,
}

#[derive(Debug)]
struct Day {
    label: String,
    /// "8:00", or empty where free.
    hours: String,
    /// "9:00 – 17:30", or empty.
    span: String,
}

#[derive(Debug)]
struct Week {
    id: i64,
    /// "from 1 Mar 2026"
    from: String,
    /// Of a week, on average.
    hours: String,
    /// How many weeks follow each other; 1 is the same week always.
    weeks: usize,
    current: bool,
}

/// `GET /people/{id}`
pub async fn show(ctx: Staff, Path(id): Path<EmployeeId>) -> Result<Response> {
    let format = ctx.format();
    let person = ctx.read(move |rx, actor| Person::read(rx, actor, id, &format)).await?;
    web::page(&Show { shell: ctx.shell().await?, id, person })
}

impl Person {
    fn read(rx: &Rx<'_>, actor: &Actor, id: EmployeeId, format: &Format) -> Result<Person> {
        let (profile, reach) = directory::profile(rx, actor, id)?;
        let facts = profile.employee.facts.clone();
        let named = |of: &Option<NameRef>| of.as_ref().map(|one| one.name.clone());
        let lead = [Some(facts.position.clone()), named(&profile.department), named(&profile.location)];
        let lead: Vec<String> = lead.into_iter().flatten().filter(|text| !text.is_empty()).collect();
        let there = place_of(rx, id)?.zone;
        let now = rx.now().to_zoned(there);
        let apart = now.offset() != rx.now().to_zoned(actor.zone.clone()).offset();
        let inside = if reach.sees() { Some(Inside::read(rx, actor, &profile, format)?) } else { None };
        // Colleagues meet those who are there today; whoever comes later is known to those above.
        let all = reports(rx, id)?;
        let scope = crate::people::scope(rx, actor)?;
        let today = actor.today(rx.now());
        let mut shown = Vec::with_capacity(all.len());
        for one in all {
            let employee = EmployeeId(one.id);
            if scope.includes(employee) || super::get(rx, employee)?.is_employed_on(today) {
                shown.push(one);
            }
        }
        Ok(Person {
            name: facts.name(),
            lead: lead.join(", "),
            clock: apart.then(|| format.lang.msg(&msg!("{0} there now", format.clock(now.time())))),
            email: facts.email,
            phone: facts.phone,
            department: profile.department,
            location: profile.location,
            entity: profile.entity,
            manager: profile.manager,
            reports: shown,
            photo: profile.employee.photo_href(),
            personal: Glimpse::read(rx, actor, id, format)?,
            custom: own_fields(rx, actor, id, reach, format)?,
            inside,
            hr: actor.is_hr(),
            own: reach == Reach::Own,
        })
    }
}

impl Inside {
    fn read(rx: &Rx<'_>, actor: &Actor, profile: &directory::Profile, format: &Format) -> Result<Inside> {
        let today = actor.today(rx.now());
        let (employee, facts) = (&profile.employee, &profile.employee.facts);
        let weeks = schedule::list(rx, employee.id)?;
        let removed = if actor.is_hr() { schedule::removed(rx, employee.id)? } else { Vec::new() };
        let current = current(&weeks, today);
        let groups: Vec<String> = groups::of_employee(rx, employee.id)?.into_iter().map(|group| group.name).collect();
        let week = |one: &Schedule| Week {
            id: one.id.0,
            from: format.lang.msg(&msg!("from {0}", format.date(one.effective_on))),
            hours: format.spent(one.pattern.week_minutes().get()),
            weeks: one.pattern.weeks().len(),
            current: current.is_some_and(|now| now.id == one.id),
        };
        Ok(Inside {
            hidden: employee.hidden,
            invite: (employee.status(today) != Status::Left).then_some(employee.login).and_then(invitation),
            login: login(employee.login),
            state: words::state(employee, today),
            number: facts.number.clone(),
            employment: facts.employment_type.label(),
            join_date: format.full(facts.join_date),
            probation_end: facts.probation_end.map(|date| format.full(date)),
            leave_date: facts.leave_date.map(|date| format.full(date)),
            approver: profile.approver.clone(),
            deputy: profile.deputy.clone(),
            groups: groups.join(", "),
            excluded: facts.exclude_from_reports,
            planned: planned(rx, actor, employee.id, format)?,
            week: current.map(|now| days(now.pattern.week_of(today), format)).unwrap_or_default(),
            week_number: current.filter(|now| now.pattern.weeks().len() > 1).map(|now| {
                format.lang.msg(&msg!("week {0} of {1}", now.pattern.number(today), now.pattern.weeks().len()))
            }),
            week_hours: current.map(|now| format.spent(now.pattern.week_minutes().get())).unwrap_or_default(),
            weeks: weeks.iter().map(week).collect(),
            removed_weeks: removed.iter().map(week).collect(),
        })
    }
}

fn own_fields(
    rx: &Rx<'_>,
    actor: &Actor,
    id: EmployeeId,
    reach: Reach,
    format: &Format,
) -> Result<Vec<(String, String)>> {
    let shown = custom::of_person(rx, actor, id, reach)?;
    let filled = shown.iter().filter(|one| one.value.is_some());
    Ok(filled.map(|one| (one.field.facts.label.clone(), one.words(format))).collect())
}

/// Changes to come.
fn planned(rx: &Rx<'_>, actor: &Actor, id: EmployeeId, format: &Format) -> Result<Vec<Line>> {
    let entries = timeline::of(rx, actor, id)?.into_iter().rev();
    let changes = entries.filter(|entry| entry.planned && entry.kind == timeline::Kind::Changed);
    Ok(changes.map(|entry| Line::of(entry, format)).collect())
}

/// The words of the button.
fn invitation(login: Login) -> Option<&'static str> {
    match login {
        Login::None => Some(tr!("Invite by mail")),
        Login::Invited => Some(tr!("Invite again")),
        Login::InUse => None,
    }
}

fn login(login: Login) -> &'static str {
    match login {
        Login::None => tr!("none yet"),
        Login::Invited => tr!("invited, not signed in yet"),
        Login::InUse => tr!("in use"),
    }
}

/// The week that applies today; the first where none does yet.
fn current(weeks: &[Schedule], today: Date) -> Option<&Schedule> {
    weeks.iter().rev().find(|one| one.effective_on <= today).or(weeks.first())
}

fn days(week: &WeeklySchedule, format: &Format) -> Vec<Day> {
    let day = |(_, weekday)| {
        let day = week.of_weekday(weekday);
        let minutes = day.minutes().get();
        let span =
            |shift: crate::time::Shift| format!("{} – {}", format.clock(shift.start()), format.clock(shift.end()));
        Day {
            label: format.weekday_short(weekday).to_owned(),
            hours: if minutes > 0 { format.hours(minutes) } else { String::new() },
            span: day.shift().map(span).unwrap_or_default(),
        }
    };
    WEEK.into_iter().map(day).collect()
}
