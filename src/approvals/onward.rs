//! How an approval moves on: it enters a level, is agreed to, passes to the next, and moves to others when those who
//! were asked are gone.

use super::asking::{self, Asked};
use super::chain::rules::{ESCALATE_AFTER_HOURS, Needs};
use super::right::Right;
use super::rules;
use super::store::{self, Happened};
use super::types::{Approval, Because, Kind, Outcome, Status, StepKind};
use super::{Named, get};
use crate::audit;
use crate::auth::Actor;
use crate::error::Result;
use crate::ids::{ApprovalId, EmployeeId};
use crate::msg;
use crate::notifications::{self, Notice};
use crate::people::{self, Employee};
use crate::storage::{Rx, Tx};
use crate::time::{Period, period};

/// Asks the first level, from `from` on, at which somebody is to be asked who has not agreed yet. Answers who is asked
/// by name (nobody, where the office decides); `None` where no level is left: then [`Approval::level`] stays.
pub(super) fn enter(tx: &mut Tx<'_>, actor: &Actor, id: ApprovalId, from: u32) -> Result<Option<Vec<Named>>> {
    let approval = get(tx, id)?;
    for at in from..=u32::try_from(approval.levels.len()).unwrap_or(0) {
        let named = enter_level(tx, actor, &approval, at)?;
        if named.is_some() {
            return Ok(named);
        }
    }
    Ok(None)
}

/// As [`enter`], this level alone: `None` where everybody whose word it needs has agreed at an earlier one.
fn enter_level(tx: &mut Tx<'_>, actor: &Actor, approval: &Approval, at: u32) -> Result<Option<Vec<Named>>> {
    let Some(level) = approval.levels.get(at as usize - 1).cloned() else { return Ok(None) };
    let asked = asking::of_level(tx, &level, approval.requester_id(), approval.about)?;
    let agreed = store::agreed(tx, approval.id)?;
    let has_agreed: Vec<Named> = asked.people.iter().copied().filter(|(person, _)| agreed.contains(person)).collect();
    let passed = match level.needs {
        Needs::One => !has_agreed.is_empty(),
        Needs::All => !asked.office && has_agreed.len() == asked.people.len(),
    };
    if passed {
        for (person, because) in &has_agreed {
            store::ask(tx, approval.id, at, *person, *because)?;
            store::agree(tx, approval.id, at, *person)?;
        }
        let person = has_agreed.first().map(|(person, _)| *person);
        store::step(tx, approval.id, actor, &Happened { person, ..Happened::plain(StepKind::Passed, at) })?;
        return Ok(None);
    }
    put(tx, approval, at, &asked)?;
    for (person, _) in &has_agreed {
        store::agree(tx, approval.id, at, *person)?;
    }
    let new: Vec<Named> = asked.people.into_iter().filter(|one| !has_agreed.contains(one)).collect();
    tell(tx, approval, &new, asked.office)?;
    Ok(Some(new))
}

/// Writes down who is asked at a level, and by when.
fn put(tx: &mut Tx<'_>, approval: &Approval, at: u32, asked: &Asked) -> Result<()> {
    for (person, because) in &asked.people {
        store::ask(tx, approval.id, at, *person, *because)?;
    }
    let hours = approval.escalate_after_hours;
    let due = due_at(tx, hours.unwrap_or(ESCALATE_AFTER_HOURS), asked.people.first().map(|(person, _)| *person))?;
    store::set_level(tx, approval.id, at, asked.office, due, hours.map(|_| due))
}

/// When a decision that is asked now is expected: after so many hours of the working days of whoever is asked.
fn due_at(rx: &Rx<'_>, hours: u32, asked: Option<EmployeeId>) -> Result<jiff::Timestamp> {
    let now = rx.now();
    let (zone, time) = match asked {
        Some(person) => {
            let zone = people::place_of(rx, person)?.zone;
            let today = now.to_zoned(zone.clone()).date();
            let ahead = Period::new(today, rules::horizon(today, hours)).unwrap_or_else(|| Period::day(today));
            (zone, Some(people::working_time(rx, person, ahead)?))
        }
        None => (people::organization_zone(rx)?, None),
    };
    Ok(rules::after_hours(now, hours, &zone, |date| match &time {
        Some(time) => time.schedules.of(date).minutes().is_positive() && !time.holidays.slots(date).is_full(),
        None => period::is_weekday(date),
    }))
}

/// What follows from an approval by this right: the status it now has, and what that means for the feature. As long as
/// others of the level must agree the version stays: what they were shown is still what they decide on.
pub(super) fn agree(tx: &mut Tx<'_>, actor: &Actor, approval: &Approval, right: &Right) -> Result<(Status, Outcome)> {
    let decides = match right {
        Right::Named { whole, .. } => {
            if let Some(me) = actor.employee_id {
                store::agree(tx, approval.id, approval.level, me)?;
            }
            *whole
        }
        Right::InPlaceOf { people, whole } => {
            for person in people {
                store::agree(tx, approval.id, approval.level, *person)?;
            }
            *whole
        }
        Right::Office | Right::OnBehalf => true,
    };
    let open = store::asked_at(tx, approval)?.into_iter().filter(|one| one.open && !one.besides).count();
    let needs = approval.at_level().map_or(Needs::One, |level| level.needs);
    if !rules::is_passed(needs, decides, open) {
        return Ok((Status::Pending, Outcome::Onward));
    }
    store::close_questions(tx, approval.id)?;
    settle(tx, approval.kind, approval.subject_id)?;
    let version = approval.version + 1;
    // First, so that whoever is asked next is told of the version that they will decide on.
    store::set_status(tx, approval.id, Status::Pending, version)?;
    if enter(tx, actor, approval.id, approval.level + 1)?.is_some() {
        return Ok((Status::Pending, Outcome::Onward));
    }
    store::set_status(tx, approval.id, Status::Approved, version)?;
    Ok((Status::Approved, Outcome::Approved))
}

/// What follows when a person's record changes: what waits for a decision of somebody who is gone is asked of whoever
/// decides now, unless somebody else is asked already. See [`people::Follow`].
///
/// # Errors
/// When the database cannot be read or written.
pub fn follow(tx: &mut Tx<'_>, actor: &Actor, _before: &Employee, after: &Employee) -> Result<()> {
    if !people::is_gone(tx, after)? {
        return Ok(());
    }
    for approval in store::waiting_for(tx, after.id)? {
        store::unask(tx, approval.id, after.id)?;
        if store::asked_at(tx, &approval)?.iter().any(|one| one.open) {
            // The others of the level still are; whoever looks at it reads that one is asked less.
            let person = Some(after.id);
            let left = Happened { person, ..Happened::plain(StepKind::Left, approval.level) };
            store::step(tx, approval.id, actor, &left)?;
            let entry = audit::Entry::new(StepKind::Left.action())
                .on(approval.kind.as_str(), approval.subject_id)
                .change("asked", after.id, ());
            audit::record(tx, actor, entry)?;
            continue;
        }
        ask_again(tx, actor, &approval)?;
    }
    Ok(())
}

/// Whom the present level would ask of those it has not asked: where all whom it finds have agreed already, or are the
/// same who cannot decide, the office. Empty where there is nobody else.
pub(super) fn anew(rx: &Rx<'_>, approval: &Approval) -> Result<Asked> {
    let Some(level) = approval.at_level() else { return Ok(Asked::default()) };
    let known: Vec<EmployeeId> = store::asked_at(rx, approval)?.iter().map(|one| one.employee).collect();
    let requester = approval.requester_id();
    let mut asked = asking::of_level(rx, level, requester, approval.about)?;
    asked.people.retain(|(person, _)| !known.contains(person));
    if asked.people.is_empty() && !asked.office {
        asked = asking::office(rx, requester, &known)?;
        asked.people.retain(|(person, _)| !known.contains(person));
        // Before anybody decides on what is their own, whoever of the office was asked says whether that is enough.
        let own = |asked: &Asked| asked.people.iter().all(|(_, because)| *because == Because::Own) && !asked.office;
        if own(&asked) && known.iter().any(|person| *person != requester) {
            let again = asking::office(rx, requester, &[])?;
            if !own(&again) {
                asked = again;
            }
        }
    }
    Ok(asked)
}

/// Asks the present level [`anew`] where nobody is left who was asked; those who are asked still stay, and so does what
/// they were shown.
pub(super) fn ask_again(tx: &mut Tx<'_>, actor: &Actor, before: &Approval) -> Result<()> {
    if store::asked_at(tx, before)?.iter().any(|one| one.open) {
        return Ok(());
    }
    let asked = anew(tx, before)?;
    store::set_status(tx, before.id, before.status, before.version + 1)?;
    put(tx, before, before.level, &asked)?;
    for (person, _) in &asked.people {
        let person = Some(*person);
        store::step(tx, before.id, actor, &Happened { person, ..Happened::plain(StepKind::Reasked, before.level) })?;
    }
    if asked.people.is_empty() {
        store::step(tx, before.id, actor, &Happened::plain(StepKind::Reasked, before.level))?;
    }
    tell(tx, before, &asked.people, asked.office)?;
    let ids = |people: &mut dyn Iterator<Item = i64>| people.collect::<Vec<i64>>();
    let now = get(tx, before.id)?;
    let entry = audit::Entry::new(StepKind::Reasked.action()).on(before.kind.as_str(), before.subject_id).change(
        "asked",
        ids(&mut before.asked.iter().map(|one| one.id)),
        ids(&mut now.asked.iter().map(|one| one.id)),
    );
    audit::record(tx, actor, entry)?;
    Ok(())
}

/// Asks the next one up as well, as nobody has decided in time. Answers whom; nobody, where all who could be asked are:
/// then it is not looked for again.
pub(super) fn escalate(tx: &mut Tx<'_>, actor: &Actor, approval: &Approval) -> Result<Vec<Named>> {
    let above = asking::above(tx, &store::asked_at(tx, approval)?, approval.requester_id(), approval.kind)?;
    let again = match (approval.escalate_after_hours, above.first()) {
        (Some(hours), Some((person, _))) => Some(due_at(tx, hours, Some(*person))?),
        _ => None,
    };
    store::set_escalates_at(tx, approval.id, again)?;
    for (person, because) in &above {
        store::ask_besides(tx, approval.id, approval.level, *person, *because)?;
        let person = Some(*person);
        store::step(
            tx,
            approval.id,
            actor,
            &Happened { person, ..Happened::plain(StepKind::Escalated, approval.level) },
        )?;
    }
    let ids: Vec<i64> = above.iter().map(|(person, _)| person.0).collect();
    let entry = audit::Entry::new(StepKind::Escalated.action())
        .on(approval.kind.as_str(), approval.subject_id)
        .with("asked", ids)
        .because("nobody decided in time");
    audit::record(tx, actor, entry)?;
    if !above.is_empty() {
        tell(tx, approval, &above, false)?;
    }
    Ok(above)
}

/// Tells those who are asked, and whoever stands in for one of them today: of the approval as it is now.
fn tell(tx: &mut Tx<'_>, approval: &Approval, asked: &[Named], office: bool) -> Result<()> {
    let approval = get(tx, approval.id)?;
    let requester = approval.requester_id();
    let who = people::get(tx, requester)?.name();
    let notice = Notice::new(
        approval.kind.notice(),
        (approval.kind.as_str(), approval.subject_id),
        msg!("{0} asks for your decision: {1}", who, approval.title),
    )
    .link("/inbox");
    let notice = match approval.kind {
        // Where a salary goes is looked at by somebody who has signed in.
        Kind::Profile => notice,
        _ => notice.decides(approval.id, approval.version),
    };
    if office {
        let office = asking::office_logins(tx)?;
        return notifications::notify_all(tx, office, &notice);
    }
    let mut told: Vec<EmployeeId> = asked.iter().map(|(person, _)| *person).collect();
    for (person, _) in asked.iter().filter(|_| !approval.kind.is_for_office()) {
        told.extend(asking::stand_in(tx, *person, requester)?.filter(|one| !told.contains(one)));
    }
    notifications::notify_all(tx, told, &notice)
}

/// What waits no longer needs to be read.
pub(super) fn settle(tx: &mut Tx<'_>, kind: Kind, subject_id: i64) -> Result<()> {
    notifications::settle(tx, kind.notice(), (kind.as_str(), subject_id))
}
