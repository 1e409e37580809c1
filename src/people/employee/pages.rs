//! `/people/{id}`: one person; the form of the record, and deactivating it.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;

use super::api::{CHANGED, CREATED, REMOVED, RESTORED};
use super::form::{Choices, EmployeeForm, filled};
use super::{Facts, Login, NewEmployee, Status};
use crate::auth::{Actor, Ctx, Hr, Staff};
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, GroupId};
use crate::people::confirm::Confirm;
use crate::people::schedule::Schedule;
use crate::people::schedule::form::{self as week, DayField};
use crate::people::personal::pages::Glimpse;
use crate::people::words::WEEK;
use crate::people::{NameRef, Reach, directory, groups, place_of, reports, schedule, words};
use crate::storage::Rx;
use crate::time::WeeklySchedule;
use crate::web::{self, Flash, Form, FormState, Format, Shell, filters};
use crate::{msg, msg_n, tr};

#[derive(Debug, askama::Template)]
#[template(path = "people/show.html")]
struct Show {
    shell: Shell,
    id: EmployeeId,
    person: Person,
}

#[derive(Debug, askama::Template)]
#[template(path = "people/edit.html")]
struct Edit {
    shell: Shell,
    id: EmployeeId,
    name: String,
    /// Nobody deactivates themselves.
    own: bool,
    form: FormState,
    choices: Choices,
}

#[derive(Debug, askama::Template)]
#[template(path = "people/new.html")]
struct New {
    shell: Shell,
    form: FormState,
    choices: Choices,
    days: Vec<DayField>,
}
web::pages!(Show, Edit, New);

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
    leave_date: Option<String>,
    approver: Option<NameRef>,
    deputy: Option<NameRef>,
    groups: String,
    excluded: bool,
    /// The present week, day by day.
    week: Vec<Day>,
    /// "40 h"
    week_hours: String,
    /// "week 2 of 3", of a rotation.
    week_number: Option<String>,
    weeks: Vec<Week>,
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
    let format = words::format(&ctx);
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
            leave_date: facts.leave_date.map(|date| format.full(date)),
            approver: profile.approver.clone(),
            deputy: profile.deputy.clone(),
            groups: groups.join(", "),
            excluded: facts.exclude_from_reports,
            week: current.map(|now| days(now.pattern.week_of(today), format)).unwrap_or_default(),
            week_number: current.filter(|now| now.pattern.weeks().len() > 1).map(|now| {
                format.lang.msg(&msg!("week {0} of {1}", now.pattern.number(today), now.pattern.weeks().len()))
            }),
            week_hours: current.map(|now| format.spent(now.pattern.week_minutes().get())).unwrap_or_default(),
            weeks: weeks.iter().map(week).collect(),
        })
    }
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

/// `GET /people/new`: somebody who works here already; a new colleague is hired (`onboarding/hire`).
pub async fn new(ctx: Hr) -> Result<Response> {
    let format = words::format(&ctx);
    let number = ctx.read(|rx, _| super::next_number(rx)).await?;
    let facts = Facts { number, ..Facts::new("", "", "", "", format.today()) };
    let form = week::filled(filled(&facts, &[]), &schedule::full_time(), &format);
    new_page(&ctx, form, StatusCode::OK).await
}

/// `POST /people/new`
pub async fn create(ctx: Hr, form: Form<EmployeeForm>) -> Result<Response> {
    let (state, input) = form.open();
    let read = input.and_then(|form| {
        let schedule = week::read(&state).map_err(AppError::Invalid)?;
        Ok(NewEmployee { facts: form.facts()?, groups: form.groups, schedule: Some(schedule) })
    });
    let saved = match read {
        Ok(new) => {
            let written = ctx.write(CREATED, move |tx, actor| {
                let id = super::create(tx, actor, new)?;
                super::get(tx, id)
            });
            written.await
        }
        Err(error) => Err(error),
    };
    match saved {
        Ok(employee) => {
            let said = Flash::ok(msg!("Saved: {0}.", employee.name()));
            Ok(said.redirect(&ctx.visit, &format!("/people/{}", employee.id)))
        }
        Err(AppError::Invalid(errors)) => new_page(&ctx, state.with(errors), StatusCode::UNPROCESSABLE_ENTITY).await,
        Err(other) => Err(other),
    }
}

async fn new_page(ctx: &Ctx, form: FormState, status: StatusCode) -> Result<Response> {
    let lang = ctx.visit.lang;
    let choices = ctx.read(move |rx, _| Choices::read(rx, lang, None)).await?;
    let days = week::fields(&words::format(ctx));
    web::page_with(status, &New { shell: ctx.shell().await?, form, choices, days })
}

/// `GET /people/{id}/edit`
pub async fn edit(ctx: Hr, Path(id): Path<EmployeeId>) -> Result<Response> {
    let form = ctx
        .read(move |rx, _| {
            let held: Vec<GroupId> = groups::of_employee(rx, id)?.into_iter().map(|group| group.id).collect();
            Ok(filled(&super::get(rx, id)?.facts, &held))
        })
        .await?;
    edit_page(&ctx, id, form, StatusCode::OK).await
}

/// `POST /people/{id}/edit`
pub async fn update(ctx: Hr, Path(id): Path<EmployeeId>, form: Form<EmployeeForm>) -> Result<Response> {
    let (state, input) = form.open();
    let saved = match input.and_then(|form| Ok((form.facts()?, form.groups))) {
        Ok((facts, groups)) => {
            let written = ctx.write(CHANGED, move |tx, actor| {
                super::get(tx, id)?;
                groups::set_of_employee(tx, actor, id, &groups)?;
                super::update(tx, actor, id, |record| *record = facts)
            });
            written.await
        }
        Err(error) => Err(error),
    };
    match saved {
        Ok(employee) => {
            let said = Flash::ok(msg!("Saved: {0}.", employee.name()));
            Ok(said.redirect(&ctx.visit, &format!("/people/{id}")))
        }
        Err(AppError::Invalid(errors)) => {
            edit_page(&ctx, id, state.with(errors), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(other) => Err(other),
    }
}

async fn edit_page(ctx: &Ctx, id: EmployeeId, form: FormState, status: StatusCode) -> Result<Response> {
    let lang = ctx.visit.lang;
    let read = ctx.read(move |rx, _| Ok((super::get(rx, id)?.name(), Choices::read(rx, lang, Some(id))?)));
    let (name, choices) = read.await?;
    web::page_with(
        status,
        &Edit { shell: ctx.shell().await?, id, name, own: ctx.actor.employee_id == Some(id), form, choices },
    )
}

/// `GET /people/{id}/deactivate`
pub async fn ask(ctx: Hr, Path(id): Path<EmployeeId>) -> Result<Response> {
    let (name, led) = ctx.read(move |rx, _| Ok((super::get(rx, id)?.name(), reports(rx, id)?))).await?;
    let mut said = vec![
        msg!("The record stays, but HR alone sees it. {0} can no longer sign in, and decides nothing.", name),
        msg!("For somebody who leaves, write the last day into the record instead. This can be undone."),
    ];
    if !led.is_empty() {
        let count = i64::try_from(led.len()).unwrap_or(i64::MAX);
        said.push(msg_n!(
            count,
            "{0} person reports to {1}: their requests go to the next above.",
            "{0} people report to {1}: their requests go to the next above.",
            name
        ));
    }
    let back = format!("/people/{id}");
    let page = Confirm::new(ctx.shell().await?, msg!("Deactivate {0}?", name), tr!("Deactivate"), &back)
        .posts_to(format!("/people/{id}/deactivate"))
        .says(said)
        .lists(tr!("Direct reports"), led);
    web::page(&page)
}

/// `POST /people/{id}/deactivate`
pub async fn deactivate(ctx: Hr, Path(id): Path<EmployeeId>) -> Result<Response> {
    let name = ctx
        .write(REMOVED, move |tx, actor| {
            super::hide(tx, actor, id)?;
            Ok(super::get(tx, id)?.name())
        })
        .await?;
    Ok(Flash::ok(msg!("{0} is deactivated.", name))
        .link(format!("/people/{id}"), "Show")
        .redirect(&ctx.visit, "/people"))
}

/// `POST /people/{id}/restore`
pub async fn restore(ctx: Hr, Path(id): Path<EmployeeId>) -> Result<Response> {
    let name = ctx
        .write(RESTORED, move |tx, actor| {
            super::restore(tx, actor, id)?;
            Ok(super::get(tx, id)?.name())
        })
        .await?;
    Ok(Flash::ok(msg!("{0} is active again.", name)).redirect(&ctx.visit, &format!("/people/{id}")))
}
