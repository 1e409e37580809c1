//! What the clockwork runs: who manages somebody hears that a probation ends, the team of a birthday and of an
//! anniversary, each reader in the morning of their own place.

use jiff::SignedDuration;

use super::rules::{PROBATION_DAYS, comes_round, days_of};
use super::store;
use crate::error::{Msg, Result};
use crate::ids::EmployeeId;
use crate::jobs::{CatchUp, Due, Job, JobCtx, Outcome, REMIND, Zones};
use crate::notifications::{self, Kind, Notice, Topic};
use crate::people::{Employee, employee, is_run_of, managers_of, team_of};
use crate::time::period;
use crate::web::Format;
use crate::{msg, msg_n, tr};

const PERSON: &str = tr!("Open the person’s page");
const PROBATION: Kind = Kind::new("probation_ends", Topic::Team, tr!("A probation ends"), PERSON);
const BIRTHDAY: Kind = Kind::new("birthday", Topic::Team, tr!("A birthday"), PERSON);
const ANNIVERSARY: Kind = Kind::new("work_anniversary", Topic::Team, tr!("A work anniversary"), PERSON);

/// Tells who manages somebody that the probation ends in a fortnight, once for each last day of it; where that was
/// entered later, or the program was off, on the first morning after.
#[derive(Clone, Copy, Debug)]
pub struct ProbationEnds;

impl Job for ProbationEnds {
    fn name(&self) -> &'static str {
        "probation_ends"
    }

    fn title(&self) -> &'static str {
        tr!("Probations that end")
    }

    fn schedule(&self) -> &'static str {
        "0 8 * * *"
    }

    fn zones(&self) -> Zones {
        Zones::EachLocation
    }

    fn run(&self, ctx: &JobCtx, due: &Due) -> Result<Outcome> {
        let (today, last) = (due.date, period::ahead(due.date, PROBATION_DAYS));
        let ending: Vec<Employee> = ctx.read(|rx| employee::probation_between(rx, today, last))?;
        let mut told = 0;
        for person in ending {
            let Some(end) = person.facts.probation_end else { continue };
            let due = due.clone();
            told += ctx.write(REMIND, move |tx, _| {
                let mut told: i64 = 0;
                for reader in managers_of(tx, person.id)? {
                    let subject = format!("employee:{}:{reader}", person.id);
                    if is_run_of(tx, &due, reader)? && due.first_in(tx, subject, end)? {
                        let format = Format::new(notifications::language(tx, reader)?, due.zone.clone(), due.at);
                        let text = msg!("The probation of {0} ends on {1}", person.name(), format.full(end));
                        tell(tx, reader, &PROBATION, person.id, text)?;
                        told += 1;
                    }
                }
                Ok(told)
            })?;
        }
        Ok(said(told))
    }
}

/// Tells the team of birthdays and of the day on which somebody began, where that person has agreed that colleagues may
/// know: never the year, never how many. What was missed by more than the day is over.
#[derive(Clone, Copy, Debug)]
pub struct Celebrations;

impl Job for Celebrations {
    fn name(&self) -> &'static str {
        "birthdays_and_anniversaries"
    }

    fn title(&self) -> &'static str {
        tr!("Birthdays and anniversaries, of whoever agreed")
    }

    fn schedule(&self) -> &'static str {
        "0 8 * * *"
    }

    fn zones(&self) -> Zones {
        Zones::EachLocation
    }

    fn catch_up(&self) -> CatchUp {
        CatchUp::Within(SignedDuration::from_hours(14))
    }

    fn run(&self, ctx: &JobCtx, due: &Due) -> Result<Outcome> {
        let today = due.date;
        let celebrants = ctx.read(|rx| store::celebrants(rx, &days_of(today), today))?;
        let mut told = 0;
        for one in celebrants {
            let due = due.clone();
            told += ctx.write(REMIND, move |tx, _| {
                let mut told: i64 = 0;
                let birthday = one.birthday.is_some_and(|day| comes_round(day, today));
                let name = &one.person.name;
                let days = [
                    (birthday, &BIRTHDAY, msg!("It is the birthday of {0} today", name)),
                    (comes_round(one.first_day, today), &ANNIVERSARY, msg!("{0} has a work anniversary today", name)),
                ];
                for reader in team_of(tx, one.id, today)? {
                    if !is_run_of(tx, &due, reader)? {
                        continue;
                    }
                    for (comes, kind, text) in &days {
                        if *comes && due.first(tx, format_args!("{}:{}:{reader}", kind.name, one.id))? {
                            tell(tx, reader, kind, one.id, text.clone())?;
                            told += 1;
                        }
                    }
                }
                Ok(told)
            })?;
        }
        Ok(said(told))
    }
}

fn tell(
    tx: &mut crate::storage::Tx<'_>,
    reader: EmployeeId,
    kind: &'static Kind,
    about: EmployeeId,
    text: Msg,
) -> Result<()> {
    let notice = Notice::new(kind, ("employee", about.0), text).link(format!("/people/{about}"));
    notifications::notify(tx, reader, &notice).map(drop)
}

fn said(told: i64) -> Outcome {
    if told == 0 { Outcome::nothing() } else { Outcome::did(msg_n!(told, "{0} notice", "{0} notices")) }
}
