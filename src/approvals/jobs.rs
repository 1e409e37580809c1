//! What the clockwork does for decisions that nobody takes: whoever is asked is reminded in the morning; after the hours
//! that the chain says the next one up is asked as well; and what waits for people who can no longer decide moves to
//! others.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{asking, get, onward, store};
use crate::auth::Actor;
use crate::error::Result;
use crate::ids::{ApprovalId, EmployeeId};
use crate::jobs::{CatchUp, Due, Job, JobCtx, Outcome, Period, REMIND, Zones};
use crate::notifications::{self, Notice, Topic};
use crate::storage::{Op, Rx, Tx};
use crate::time::{self, period};
use crate::{msg_n, people, tr};

const MOVED: Op = Op::act("approval.escalated");

/// Asks somebody else, every quarter of an hour.
#[derive(Clone, Copy, Debug)]
pub struct Escalation;

impl Job for Escalation {
    fn name(&self) -> &'static str {
        "approval_escalation"
    }

    fn title(&self) -> &'static str {
        tr!("Decisions that nobody takes in time")
    }

    fn schedule(&self) -> &'static str {
        "*/15 * * * *"
    }

    fn period(&self) -> Period {
        Period::Instant
    }

    fn catch_up(&self) -> CatchUp {
        CatchUp::Latest
    }

    fn run(&self, ctx: &JobCtx, _due: &Due) -> Result<Outcome> {
        let mut moved: i64 = 0;
        let mut failed = None;
        for stuck in ctx.read(found)? {
            // One that cannot be moved holds up none of the others.
            match ctx.write(MOVED, move |tx, actor| move_on(tx, actor, stuck)) {
                Ok(done) => moved += i64::from(done),
                Err(error) => failed = Some(error),
            }
        }
        if let Some(error) = failed {
            return Err(error);
        }
        if moved == 0 {
            return Ok(Outcome::nothing());
        }
        let did = msg_n!(moved, "{0} decision asked of somebody else", "{0} decisions asked of somebody else");
        Ok(Outcome::did(did))
    }
}

/// Something that waits, and for what reason it should not wait as it does.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stuck {
    /// Nobody who is asked can decide any more, or it is asked of its own requester; and somebody else can be asked.
    Stranded(ApprovalId),
    /// Nobody has decided in time.
    Overdue(ApprovalId),
}

pub(super) fn found(rx: &Rx<'_>) -> Result<Vec<Stuck>> {
    let stranded = stranded(rx, None)?.into_iter().map(Stuck::Stranded);
    let overdue = store::overdue(rx, rx.now(), None)?.into_iter().map(Stuck::Overdue);
    Ok(stranded.chain(overdue).collect())
}

fn stranded(rx: &Rx<'_>, only: Option<ApprovalId>) -> Result<Vec<ApprovalId>> {
    let mut found = store::stranded(rx, people::today(rx)?, only)?;
    found.extend(store::asked_of_themselves(rx, only)?);
    let mut movable = Vec::with_capacity(found.len());
    for id in found {
        let asked = onward::anew(rx, &get(rx, id)?)?;
        if asked.office || !asked.people.is_empty() {
            movable.push(id);
        }
    }
    Ok(movable)
}

/// Asks somebody else, if it is still so: it may have been decided, or moved, since it was found. Answers whether somebody
/// was asked.
pub(super) fn move_on(tx: &mut Tx<'_>, actor: &Actor, stuck: Stuck) -> Result<bool> {
    match stuck {
        Stuck::Stranded(id) => {
            if stranded(tx, Some(id))?.is_empty() {
                return Ok(false);
            }
            let approval = get(tx, id)?;
            store::close_open(tx, id)?;
            onward::ask_again(tx, actor, &approval)?;
            Ok(true)
        }
        Stuck::Overdue(id) => {
            if store::overdue(tx, tx.now(), Some(id))?.is_empty() {
                return Ok(false);
            }
            Ok(!onward::escalate(tx, actor, &get(tx, id)?)?.is_empty())
        }
    }
}

static WAITING: notifications::Kind = notifications::Kind::new(
    "decisions_waiting",
    Topic::Decisions,
    tr!("Decisions still wait for you"),
    tr!("Open the inbox"),
)
.cooldown_hours(20);

/// How far back the working day before is looked for: the longest works holiday is shorter.
const LONGEST_BREAK_DAYS: i64 = 62;

/// Reminds whoever is asked, in the morning of their working days, of what has waited for them for more than a working
/// day: one notice, however much it is. Who is away is left in peace; whoever stands in was told when it was asked.
#[derive(Clone, Copy, Debug)]
pub struct DecisionsWaiting;

impl Job for DecisionsWaiting {
    fn name(&self) -> &'static str {
        "decisions_waiting"
    }

    fn title(&self) -> &'static str {
        tr!("Decisions that wait")
    }

    fn schedule(&self) -> &'static str {
        "0 8 * * *"
    }

    fn zones(&self) -> Zones {
        Zones::EachLocation
    }

    /// After lunch it is better told tomorrow.
    fn catch_up(&self) -> CatchUp {
        CatchUp::Within(SignedDuration::from_hours(5))
    }

    fn run(&self, ctx: &JobCtx, due: &Due) -> Result<Outcome> {
        let mut asked: BTreeMap<EmployeeId, Vec<Timestamp>> = BTreeMap::new();
        for (person, since) in ctx.read(store::asked_since)? {
            asked.entry(person).or_default().push(since);
        }
        let mut told: i64 = 0;
        for (person, since) in asked {
            let due = due.clone();
            let Some(before) = ctx.read(|rx| a_working_day_ago(rx, &due, person))? else { continue };
            let late = since.into_iter().filter(|since| *since <= before).count();
            if late > 0 {
                told += i64::from(ctx.write(REMIND, move |tx, _| remind(tx, &due, person, late))?);
            }
        }
        if told == 0 {
            return Ok(Outcome::nothing());
        }
        Ok(Outcome::did(msg_n!(told, "{0} person reminded", "{0} people reminded")))
    }
}

/// The time of day of this run on the working day before; `None` where it is not this person's run, they do not work
/// today, are away, or cannot decide any more.
fn a_working_day_ago(rx: &Rx<'_>, due: &Due, person: EmployeeId) -> Result<Option<Timestamp>> {
    if !people::is_run_of(rx, due, person)?
        || store::able(rx, &[person], due.date)?.is_empty()
        || asking::is_away(rx, person, due.date)?
    {
        return Ok(None);
    }
    let first = period::back(due.date, LONGEST_BREAK_DAYS);
    let Some(span) = time::Period::new(first, due.date) else { return Ok(None) };
    let hours = people::working_time(rx, person, span)?;
    if !hours.works_on(due.date) {
        return Ok(None);
    }
    let mut days = (1..LONGEST_BREAK_DAYS).map(|days| period::back(due.date, days));
    let day = days.find(|day| hours.works_on(*day)).unwrap_or(first);
    let now = due.zone.to_datetime(due.at).time();
    Ok(due.zone.to_timestamp(day.to_datetime(now)).ok())
}

/// Tells one person how much waits, once a day; whether they were told.
fn remind(tx: &mut Tx<'_>, due: &Due, person: EmployeeId, late: usize) -> Result<bool> {
    if !due.first(tx, format_args!("employee:{person}"))? {
        return Ok(false);
    }
    let subject = ("employee", person.0);
    // What was said yesterday is said anew.
    notifications::settle(tx, &WAITING, subject)?;
    let text = msg_n!(
        i64::try_from(late).unwrap_or(i64::MAX),
        "{0} decision has waited for you for more than a working day.",
        "{0} decisions have waited for you for more than a working day."
    );
    let notice = Notice::new(&WAITING, subject, text).link("/inbox");
    Ok(notifications::notify(tx, person, &notice)?.is_some())
}
