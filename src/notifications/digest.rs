//! The daily mail: what somebody wants once a day, gathered into one letter on the mornings of their working days.

use jiff::SignedDuration;
use jiff::civil::Date;

use crate::error::Result;
use crate::ids::{EmployeeId, UserId};
use crate::jobs::{CatchUp, Due, Job, JobCtx, Outcome, REMIND, Zones};
use crate::storage::{Rx, Tx};
use crate::time::{Period, period};
use crate::{msg_n, people};

use super::{letters, store};

/// At eight in the morning of the place, one mail to whoever wants one; none where all was read meanwhile. On days
/// off it waits for the next working day.
#[derive(Clone, Copy, Debug)]
pub struct Digest;

impl Job for Digest {
    fn name(&self) -> &'static str {
        "notice_digest"
    }

    fn title(&self) -> &'static str {
        crate::tr!("Daily mail of notices")
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
        let mut sent: i64 = 0;
        for (user, employee) in ctx.read(store::digest_readers)? {
            let due = due.clone();
            sent += i64::from(ctx.write(REMIND, move |tx, _| send(tx, &due, user, employee))?);
        }
        Ok(if sent == 0 { Outcome::nothing() } else { Outcome::did(msg_n!(sent, "{0} daily mail", "{0} daily mails")) })
    }
}

/// Queues one person's daily mail, in the run of their own place and once a day; whether one was queued.
fn send(tx: &mut Tx<'_>, due: &Due, user: UserId, employee: Option<EmployeeId>) -> Result<bool> {
    if !is_here(tx, due, employee)? || !works_on(tx, employee, due.date)? {
        return Ok(false);
    }
    if !due.first(tx, format_args!("user:{user}"))? {
        return Ok(false);
    }
    let notices = store::take_for_digest(tx, user)?;
    if notices.is_empty() {
        return Ok(false);
    }
    letters::queue_digest(tx, user, notices)?;
    Ok(true)
}

fn is_here(rx: &Rx<'_>, due: &Due, employee: Option<EmployeeId>) -> Result<bool> {
    let Some(employee) = employee else { return Ok(due.own_zone) };
    let place = people::place_of(rx, employee)?;
    Ok(if place.location_id.is_some() { place.zone == due.zone } else { due.own_zone })
}

/// Who is not on the staff works from Monday to Friday.
fn works_on(rx: &Rx<'_>, employee: Option<EmployeeId>, date: Date) -> Result<bool> {
    let Some(employee) = employee else { return Ok(period::is_weekday(date)) };
    Ok(people::working_time(rx, employee, Period::day(date))?.works_on(date))
}
