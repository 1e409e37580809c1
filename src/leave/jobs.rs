//! What the clockwork does for leave: reminds on the day before and of what expires soon, and writes off what was not
//! used in time. What it grants and how it closes leave years is in `policy/` and `year_change/`.

use crate::error::Result;
use crate::jobs::{CatchUp, Due, Job, JobCtx, Outcome, REMIND, Zones};
use crate::msg_n;
use crate::people;
use crate::storage::Op;
use crate::time::period;

use super::notices::{self, Soon};
use super::{absence, ledger, request};

/// How far back expiries are looked for: a program that was off for less catches up.
const LOOK_BACK_DAYS: i64 = 400;

const EXPIRE: Op = Op::act("leave.expired");

/// "Your leave starts tomorrow", to the person; to whoever stands in and to the team, that somebody is away from tomorrow
/// on: at four in the afternoon of each reader's place.
#[derive(Clone, Copy, Debug)]
pub struct StartsTomorrow;

impl Job for StartsTomorrow {
    fn name(&self) -> &'static str {
        "leave_starts_tomorrow"
    }

    fn title(&self) -> &'static str {
        crate::tr!("Leave starts tomorrow")
    }

    fn schedule(&self) -> &'static str {
        "0 16 * * *"
    }

    fn zones(&self) -> Zones {
        Zones::EachLocation
    }

    fn catch_up(&self) -> CatchUp {
        CatchUp::Within(jiff::SignedDuration::from_hours(8))
    }

    fn run(&self, ctx: &JobCtx, due: &Due) -> Result<Outcome> {
        let tomorrow = period::ahead(due.date, 1);
        let starting = ctx.read(move |rx| request::store::starting(rx, tomorrow))?;
        let mut told: i64 = 0;
        for leave in starting {
            let due = due.clone();
            told += ctx.write(REMIND, move |tx, actor| {
                let mut told = 0;
                let mut readers = vec![(leave.employee_id, Soon::Own)];
                readers.extend(leave.deputy_id().map(|deputy| (deputy, Soon::StandsIn)));
                // Not of some hours, nor of days on which all are off, nor that something came between.
                let is_news = leave.span.clock_times().is_none() && leave.shutdown_id.is_none();
                let is_news = is_news && !absence::is_away(tx, leave.employee_id, due.date)?;
                let team = if is_news { people::team_of(tx, leave.employee_id, due.date)? } else { Vec::new() };
                readers.extend(team.into_iter().map(|colleague| (colleague, Soon::Team)));
                for (reader, what) in readers {
                    // Each reader in the run of their own place, once: a deputy of the team is told as the deputy.
                    let subject = format!("leave_request:{}:{reader}", leave.id);
                    if people::is_run_of(tx, &due, reader)? && due.first(tx, subject)? {
                        notices::starts_tomorrow(tx, actor, &leave, reader, what)?;
                        told += 1;
                    }
                }
                Ok(told)
            })?;
        }
        Ok(if told == 0 { Outcome::nothing() } else { Outcome::did(msg_n!(told, "{0} reminder", "{0} reminders")) })
    }
}

/// Writes off what expired unused, after midnight.
#[derive(Clone, Copy, Debug)]
pub struct Expiry;

impl Job for Expiry {
    fn name(&self) -> &'static str {
        "leave_expiry"
    }

    fn title(&self) -> &'static str {
        crate::tr!("Leave that was not used in time")
    }

    fn schedule(&self) -> &'static str {
        "20 0 * * *"
    }

    fn run(&self, ctx: &JobCtx, due: &Due) -> Result<Outcome> {
        let (from, today) = (period::back(due.date, LOOK_BACK_DAYS), due.date);
        let accounts = ctx.read(move |rx| ledger::due_to_expire(rx, from, today))?;
        let mut written: i64 = 0;
        for account in accounts {
            let done = ctx.write(EXPIRE, move |tx, actor| ledger::expire(tx, actor, account, today))?;
            written += i64::from(done);
        }
        Ok(if written == 0 { Outcome::nothing() } else { Outcome::did(msg_n!(written, "{0} balance", "{0} balances")) })
    }
}

/// "3 days expire on 31 March": a month before and a week before, once each, in the morning of the person's place.
#[derive(Clone, Copy, Debug)]
pub struct ExpiresSoon;

/// So many days before the last day on which something can be used; each is told once.
const BEFORE_EXPIRY: [i64; 2] = [7, 30];

impl Job for ExpiresSoon {
    fn name(&self) -> &'static str {
        "leave_expires_soon"
    }

    fn title(&self) -> &'static str {
        crate::tr!("Leave that expires soon")
    }

    fn schedule(&self) -> &'static str {
        "0 9 * * *"
    }

    fn zones(&self) -> Zones {
        Zones::EachLocation
    }

    fn run(&self, ctx: &JobCtx, due: &Due) -> Result<Outcome> {
        let (today, last) = (due.date, period::ahead(due.date, BEFORE_EXPIRY[1]));
        let accounts = ctx.read(move |rx| ledger::expiring_between(rx, today, last))?;
        let mut told: i64 = 0;
        for (account, on, minutes) in accounts {
            let left = period::days_between(today, on);
            let Some(stage) = BEFORE_EXPIRY.into_iter().find(|days| left <= *days) else { continue };
            let due = due.clone();
            told += ctx.write(REMIND, move |tx, actor| {
                let subject = format!("leave_expiry:{}:{}:{stage}", account.employee_id, account.leave_type_id);
                if people::is_run_of(tx, &due, account.employee_id)? && due.first_in(tx, subject, on)? {
                    notices::expires_soon(tx, actor, account, on, minutes)?;
                    return Ok(1);
                }
                Ok(0)
            })?;
        }
        Ok(if told == 0 { Outcome::nothing() } else { Outcome::did(msg_n!(told, "{0} reminder", "{0} reminders")) })
    }
}
