//! A year of life, day by day: leave is asked for and decided, overtime is worked, people are hired and their tasks
//! get done. Each day is one transaction at that day's own time, so that every figure has the history it would have.

use jiff::civil::{Date, time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use crate::approvals::{self, Decision, Kind};
use crate::auth::{Actor, Channel, Origin, Role, user};
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, LeaveRequestId, OvertimeId, ProfileChangeId, TaskId, TripId};
use crate::leave::request::{self, NewLeave};
use crate::leave::rules::Part;
use crate::leave::trips::{self, NewTrip};
use crate::leave::types::{self, presets};
use crate::onboarding::rules::{Doer, TaskStatus};
use crate::onboarding::{runs, tasks, templates};
use crate::overtime::rules::{BreakInput, Compensation, Stage};
use crate::overtime::{self, Wanted};
use crate::people::{self, Facts, NewEmployee};
use crate::storage::{Rx, Tx};

use super::cast;
use super::company::{Company, Person};
use super::dice::Dice;

/// What waits to be decided or done on later days.
#[derive(Debug, Default)]
pub struct Agenda {
    /// Day, kind, subject.
    decisions: Vec<(Date, Kind, i64)>,
    /// The new colleague whose tasks go on.
    hires: Vec<Hire>,
    hired: usize,
}

#[derive(Debug)]
struct Hire {
    run: crate::ids::OnboardingId,
    join_date: Date,
}

/// When somebody sits at the desk on `date`: half past eight in the morning, UTC.
pub fn morning(date: Date) -> Timestamp {
    date.to_datetime(time(8, 30, 0, 0)).to_zoned(TimeZone::UTC).map_or(Timestamp::UNIX_EPOCH, |at| at.timestamp())
}

/// One day. Weekends are quiet but for overtime.
pub fn day(
    tx: &mut Tx<'_>,
    hr: &Actor,
    company: &mut Company,
    agenda: &mut Agenda,
    dice: &mut Dice,
    today: Date,
    last: Date,
) -> Result<()> {
    let weekend = overtime::rules::is_weekend(today);
    if !weekend {
        decide(tx, agenda, dice, today, last)?;
        for _ in 0..=company.people.len() / 60 {
            ask_for_leave(tx, company, agenda, dice, today, last)?;
        }
        if dice.chance(12) {
            report_sick(tx, company, dice, today)?;
        }
        if today.day() % 29 == 12 && agenda.hired < 10 {
            hire(tx, hr, company, agenda, dice, today)?;
        }
        travel(tx, company, today)?;
        work_on_tasks(tx, hr, agenda, dice, today, last)?;
    }
    for _ in 0..=company.people.len() / 90 {
        if dice.chance(if weekend { 25 } else { 55 }) {
            work_over(tx, company, agenda, dice, today, last)?;
        }
    }
    Ok(())
}

/// Acts as this person would from a browser.
pub fn actor_of(rx: &Rx<'_>, employee: EmployeeId) -> Result<Actor> {
    let record = people::get(rx, employee)?;
    let mut roles = [Role::Employee].into_iter().collect::<crate::auth::Roles>();
    if people::has_reports(rx, employee)? {
        roles = roles.with(Role::Manager);
    }
    let user_id = user::by_employee(rx, employee)?;
    let hr = user::with_role(rx, Role::Hr)?;
    if user_id.is_some_and(|login| hr.contains(&login)) {
        roles = roles.with(Role::Hr);
    }
    Ok(Actor {
        user_id,
        employee_id: Some(employee),
        name: record.name(),
        roles,
        origin: Origin { channel: Channel::Web, session_id: None, address: None },
        zone: people::place_of(rx, employee)?.zone,
        language: "en".into(),
    })
}

/// What the rules refuse in a demo is simply not done: nobody asks twice.
fn unless_refused<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(AppError::Invalid(_) | AppError::Conflict(_) | AppError::Forbidden(_) | AppError::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}

fn ask_for_leave(
    tx: &mut Tx<'_>,
    company: &Company,
    agenda: &mut Agenda,
    dice: &mut Dice,
    today: Date,
    last: Date,
) -> Result<()> {
    let person = dice.pick(&company.people);
    if person.join_date > today {
        return Ok(());
    }
    let preset = match dice.below(12) {
        0 => presets::PERSONAL,
        1 | 2 => presets::HOME_OFFICE,
        _ => presets::VACATION,
    };
    let start = ahead(today, 2 + dice.between(0, 45));
    let length =
        if preset == presets::VACATION { *dice.pick(&[0, 1, 2, 4, 4, 4, 6, 9, 11]) } else { dice.between(0, 1) };
    let half = if length == 0 && dice.chance(35) { Part::Afternoon } else { Part::FullDay };
    let input = NewLeave {
        leave_type_id: types::preset(tx, preset)?.id,
        employee_id: None,
        start_date: start,
        end_date: ahead(start, length),
        start_part: half,
        end_part: half,
        from_time: None,
        to_time: None,
        reason: (*dice.pick(cast::LEAVE_REASONS)).to_owned(),
        contact: String::new(),
        deputy_id: None,
        document_ids: Vec::new(),
        files_chosen: 0,
    };
    let actor = actor_of(tx, person.id)?;
    if let Some(id) = unless_refused(request::submit(tx, &actor, input))? {
        put_off(agenda, dice, today, last, Kind::Leave, id.0);
    }
    Ok(())
}

/// Three of four are decided within days; near the end of the year some still wait.
fn put_off(agenda: &mut Agenda, dice: &mut Dice, today: Date, last: Date, kind: Kind, subject: i64) {
    let day = ahead(today, dice.between(0, 3));
    if day < ahead(last, -4) || dice.chance(60) {
        agenda.decisions.push((day, kind, subject));
    }
}

fn decide(tx: &mut Tx<'_>, agenda: &mut Agenda, dice: &mut Dice, today: Date, last: Date) -> Result<()> {
    let (due, later): (Vec<_>, Vec<_>) =
        std::mem::take(&mut agenda.decisions).into_iter().partition(|(day, ..)| *day <= today);
    agenda.decisions = later;
    for (_, kind, subject) in due {
        let Some(approval) =
            approvals::current(tx, kind, subject)?.filter(|one| one.status == approvals::Status::Pending)
        else {
            continue;
        };
        let Some(asked) = approval.asked.first() else { continue };
        // What waits for the printed manager and HR on the last days is left for whoever tries the demo.
        if today > ahead(last, -9) && ["Jonas Brandt", "Edda Sørensen"].contains(&asked.name.as_str()) {
            continue;
        }
        let actor = actor_of(tx, EmployeeId(asked.id))?;
        let decision = match dice.below(20) {
            0 => Decision::Reject {
                reason: "Too many of us are away then. Could you move it by a week?".into(),
                on_behalf_reason: None,
            },
            1 if kind == Kind::Overtime => Decision::Clarify { question: "Was the break really that short?".into() },
            _ => Decision::Approve { note: None, on_behalf_reason: None },
        };
        let done = match kind {
            Kind::Leave => request::decide(tx, &actor, LeaveRequestId(subject), &decision),
            Kind::Overtime => overtime::decide(tx, &actor, OvertimeId(subject), &decision),
            Kind::Task => tasks::decide(tx, &actor, TaskId(subject), &decision).map(drop),
            Kind::Trip => trips::decide(tx, &actor, TripId(subject), &decision),
            Kind::Profile => people::personal::change::decide(tx, &actor, ProfileChangeId(subject), &decision),
        };
        unless_refused(done)?;
    }
    Ok(())
}

/// Somebody plans a trip of two or three days, a fortnight ahead, once a week; none of the printed logins, which stay free
/// for whoever tries the demo. It draws no lots, so that the rest of the year is what it was.
fn travel(tx: &mut Tx<'_>, company: &Company, today: Date) -> Result<()> {
    const PLACES: [(&str, &str); 4] = [
        ("Rotterdam", "Visit to the yard"),
        ("Gdańsk", "Sea trial"),
        ("Bergen", "Training at the customer"),
        ("Milano", "Trade fair"),
    ];
    let day = usize::try_from(today.day_of_year()).unwrap_or_default();
    let Some(person) = company.people.iter().filter(|one| one.join_date <= today).nth(10 + day * 7 % 80) else {
        return Ok(());
    };
    if today.weekday() != jiff::civil::Weekday::Wednesday {
        return Ok(());
    }
    let (destination, purpose) = PLACES[day % PLACES.len()];
    let first = ahead(today, 13);
    let trip = NewTrip {
        employee_id: None,
        start_date: first,
        end_date: ahead(first, 1 + i64::try_from(day % 2).unwrap_or_default()),
        destination: destination.into(),
        purpose: purpose.into(),
        notes: String::new(),
    };
    let actor = actor_of(tx, person.id)?;
    unless_refused(trips::plan(tx, &actor, trip)).map(drop)
}

fn report_sick(tx: &mut Tx<'_>, company: &Company, dice: &mut Dice, today: Date) -> Result<()> {
    let person = dice.pick(&company.people);
    let input = NewLeave {
        leave_type_id: types::preset(tx, presets::SICK)?.id,
        employee_id: None,
        start_date: today,
        end_date: ahead(today, dice.between(0, 2)),
        start_part: Part::FullDay,
        end_part: Part::FullDay,
        from_time: None,
        to_time: None,
        reason: String::new(),
        contact: String::new(),
        deputy_id: None,
        document_ids: Vec::new(),
        files_chosen: 0,
    };
    let actor = actor_of(tx, person.id)?;
    unless_refused(request::submit(tx, &actor, input)).map(drop)
}

fn work_over(
    tx: &mut Tx<'_>,
    company: &Company,
    agenda: &mut Agenda,
    dice: &mut Dice,
    today: Date,
    last: Date,
) -> Result<()> {
    let person = dice.pick(&company.people);
    let worked = ahead(today, -1);
    if person.join_date > worked {
        return Ok(());
    }
    let (start, hours) = if overtime::rules::is_weekend(worked) {
        (time(8 + i8::try_from(dice.below(14)).unwrap_or(0), 0, 0, 0), dice.between(2, 6))
    } else {
        (time(18, if dice.chance(50) { 0 } else { 30 }, 0, 0), dice.between(1, 4))
    };
    let end = start.wrapping_add(hours.hours());
    let breaks = if hours >= 4 {
        let from = start.wrapping_add(2.hours());
        vec![BreakInput { start_time: from, end_time: from.wrapping_add(30.minutes()) }]
    } else {
        Vec::new()
    };
    let wanted = Wanted {
        employee_id: person.id,
        project_id: *dice.pick(&company.projects),
        date: worked,
        start_time: start,
        end_time: end,
        breaks,
        reason: (*dice.pick(cast::OVERTIME_REASONS)).to_owned(),
        detail: String::new(),
        compensation: if dice.chance(60) { Compensation::Toil } else { Compensation::Pay },
        stage: Stage::Worked,
        override_reason: String::new(),
    };
    let actor = actor_of(tx, person.id)?;
    if let Some(id) = unless_refused(overtime::send(tx, &actor, &wanted))? {
        put_off(agenda, dice, today, last, Kind::Overtime, id.0);
    }
    Ok(())
}

/// Somebody new is entered and begins in one to five weeks.
fn hire(
    tx: &mut Tx<'_>,
    hr: &Actor,
    company: &mut Company,
    agenda: &mut Agenda,
    dice: &mut Dice,
    today: Date,
) -> Result<()> {
    let boss = company.people.iter().find(|person| person.name == "Noah Thiessen").map(|person| person.id);
    let join = ahead(today, 7 * dice.between(1, 5));
    let index = company.people.len();
    let (first, family) =
        (cast::FIRST[(index * 11 + 5) % cast::FIRST.len()], cast::LAST[(index * 17 + 3) % cast::LAST.len()]);
    let id = enter(tx, hr, first, family, &format!("new.{index}"), join, boss)?;
    start_run(tx, hr, agenda, id, join, templates::ready_made::ENGINEERING_NAME)?;
    agenda.hired += 1;
    company.people.push(Person { id, name: format!("{first} {family}"), join_date: join });
    Ok(())
}

/// A new colleague's record.
pub fn enter(
    tx: &mut Tx<'_>,
    hr: &Actor,
    first: &str,
    last: &str,
    account: &str,
    join: Date,
    boss: Option<EmployeeId>,
) -> Result<EmployeeId> {
    let number = people::next_number(tx)?;
    let mut facts = Facts::new(&number, first, last, &format!("{account}@demo.test"), join);
    facts.position = "Software Engineer".into();
    facts.manager_id = boss;
    if let Some(boss) = boss {
        let above = people::get(tx, boss)?.facts;
        facts.department_id = above.department_id;
        facts.location_id = above.location_id;
    }
    people::create(tx, hr, NewEmployee::from(facts))
}

/// The new colleague's tasks, from the template of that name.
pub fn start_run(
    tx: &mut Tx<'_>,
    hr: &Actor,
    agenda: &mut Agenda,
    id: EmployeeId,
    join: Date,
    template: &str,
) -> Result<()> {
    let template =
        templates::published(tx, hr)?.into_iter().find(|one| one.name == template).ok_or(AppError::NotFound)?;
    let run = runs::start(tx, hr, runs::NewRun { employee_id: id, template_id: template.id, buddy_id: None })?;
    agenda.hires.push(Hire { run, join_date: join });
    Ok(())
}

/// Tasks get done about when they are due; runs of the last weeks are left half way.
fn work_on_tasks(
    tx: &mut Tx<'_>,
    hr: &Actor,
    agenda: &mut Agenda,
    dice: &mut Dice,
    today: Date,
    last: Date,
) -> Result<()> {
    let mut asked = Vec::new();
    for hire in &agenda.hires {
        let old = hire.join_date < ahead(last, -60);
        for task in tasks::of_run(tx, hr, hire.run)? {
            let due = task.due_date <= ahead(today, 1);
            if task.status != TaskStatus::Open || !due || !(old || dice.chance(80)) {
                continue;
            }
            let done = tasks::Done { note: String::new(), acknowledged: true };
            let doer = match task.doer {
                Doer::Person(doer) => actor_of(tx, doer)?,
                _ => hr.clone(),
            };
            let Some(status) = unless_refused(tasks::complete(tx, &doer, task.id, &done))? else { continue };
            if status == TaskStatus::AwaitingApproval {
                asked.push(task.id);
            }
        }
    }
    for id in asked {
        put_off(agenda, dice, today, last, Kind::Task, id.0);
    }
    agenda.hires.retain(|hire| hire.join_date > ahead(today, -120));
    Ok(())
}

fn ahead(date: Date, days: i64) -> Date {
    if days < 0 { crate::time::period::back(date, -days) } else { crate::time::period::ahead(date, days) }
}

/// The last morning, so that every printed account finds something: somebody starts soon and has a login, the printed
/// manager's team has asked for leave, and worked past midnight on Saturday.
pub fn last_morning(
    tx: &mut Tx<'_>,
    hr: &Actor,
    company: &Company,
    agenda: &mut Agenda,
    today: Date,
) -> Result<EmployeeId> {
    let of = |name: &str| {
        company.people.iter().find(|person| person.name == name).map(|person| person.id).ok_or(AppError::NotFound)
    };
    let boss = of("Noah Thiessen")?;
    let join = ahead(today, 8 + i64::from(ahead(today, 8).weekday().until(jiff::civil::Weekday::Monday)));
    let hire = enter(tx, hr, "Tiago", "Almeida", "hire", join, Some(boss))?;
    start_run(tx, hr, agenda, hire, join, templates::ready_made::ENGINEERING_NAME)?;

    let vacation = types::preset(tx, presets::VACATION)?.id;
    let monday = ahead(today, 7 + i64::from(today.weekday().until(jiff::civil::Weekday::Monday)));
    for (name, from, to, part, reason) in [
        ("Mira Castell", 1, 4, Part::FullDay, "Visiting my sister in Turku."),
        ("Li Na", 2, 2, Part::Afternoon, ""),
        ("Oluwaseun Adebayo-Richardson", 14, 18, Part::FullDay, "My daughter’s school is closed."),
    ] {
        let input = NewLeave {
            leave_type_id: vacation,
            employee_id: None,
            start_date: ahead(monday, from),
            end_date: ahead(monday, to),
            start_part: part,
            end_part: part,
            from_time: None,
            to_time: None,
            reason: reason.to_owned(),
            contact: String::new(),
            deputy_id: None,
            document_ids: Vec::new(),
            files_chosen: 0,
        };
        let actor = actor_of(tx, of(name)?)?;
        unless_refused(request::submit(tx, &actor, input))?;
    }
    let saturday = ahead(today, -1 - i64::from(jiff::civil::Weekday::Saturday.until(ahead(today, -1).weekday())));
    let wanted = |employee_id: EmployeeId, start_time, end_time, reason: &str| Wanted {
        employee_id,
        project_id: company.projects[0],
        date: saturday,
        start_time,
        end_time,
        breaks: vec![BreakInput { start_time: time(23, 50, 0, 0), end_time: time(0, 20, 0, 0) }],
        reason: reason.to_owned(),
        detail: String::new(),
        compensation: Compensation::Toil,
        stage: Stage::Worked,
        override_reason: String::new(),
    };
    let hanne = of("Hanne Vestergaard")?;
    let late = wanted(
        hanne,
        time(20, 0, 0, 0),
        time(2, 0, 0, 0),
        "Migration of the Leeds clients, had to wait for their backup",
    );
    let actor = actor_of(tx, hanne)?;
    unless_refused(overtime::send(tx, &actor, &late))?;
    let tomas = of("Tomás Ferreira")?;
    let short = Wanted {
        breaks: Vec::new(),
        ..wanted(tomas, time(9, 0, 0, 0), time(12, 30, 0, 0), "Customer down since the morning")
    };
    let actor = actor_of(tx, tomas)?;
    unless_refused(overtime::send(tx, &actor, &short))?;
    Ok(hire)
}
