//! Who is told what about business trips. Each reader gets the dates as their own language writes them.

use super::{Trip, href};
use crate::auth::Actor;
use crate::error::{Msg, Result};
use crate::ids::EmployeeId;
use crate::leave::notices::{approver, format_for};
use crate::notifications::{self, Kind, Notice, Topic};
use crate::storage::Tx;
use crate::{approvals, msg, tr};

const OPEN: &str = tr!("Open the trip");
const DECIDED: Kind = Kind::new("trip_decided", Topic::Requests, tr!("Your business trip was decided"), OPEN);
const ENTERED: Kind = Kind::new("trip_entered", Topic::Requests, tr!("Your business trip was changed"), OPEN);
const TEAM: Kind = Kind::new("trip_team", Topic::Team, tr!("A business trip in your team"), OPEN);

/// What became of a trip, told to the traveller.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fate {
    Approved,
    Rejected,
    Asked,
    Entered,
    Changed,
    Cancelled,
}

/// Tells the traveller, with what was written to them; who acts is not told what they did.
pub(super) fn traveller(tx: &mut Tx<'_>, actor: &Actor, trip: &Trip, fate: Fate, quote: &str) -> Result<()> {
    let who = &actor.name;
    let text = |title: String| match fate {
        Fate::Approved => (&DECIDED, msg!("{0} approved your trip: {1}", who, title)),
        Fate::Rejected => (&DECIDED, msg!("{0} rejected your trip: {1}", who, title)),
        Fate::Asked => (&DECIDED, msg!("{0} asks about your trip: {1}", who, title)),
        Fate::Entered => (&ENTERED, msg!("{0} entered a trip for you: {1}", who, title)),
        Fate::Changed => (&ENTERED, msg!("{0} changed your trip: {1}", who, title)),
        Fate::Cancelled => (&ENTERED, msg!("{0} cancelled your trip: {1}", who, title)),
    };
    tell(tx, actor, trip, trip.employee_id(), text, quote)
}

/// What the traveller did where nobody is asked about it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Own {
    Planned,
    Changed,
    Cancelled,
}

/// Tells whoever was asked, or would have been.
pub(super) fn above(tx: &mut Tx<'_>, actor: &Actor, trip: &Trip, act: Own) -> Result<()> {
    let who = &actor.name;
    let asked = approvals::current(tx, approvals::Kind::Trip, trip.id.0)?;
    let whom: Vec<EmployeeId> = match asked {
        Some(approval) => approval.asked.iter().map(|person| EmployeeId(person.id)).collect(),
        None => approver(tx, trip.employee_id())?.into_iter().collect(),
    };
    for person in whom {
        let text = |title: String| {
            let words = match act {
                Own::Planned => msg!("{0} is going on a trip: {1}", who, title),
                Own::Changed => msg!("{0} changed a trip: {1}", who, title),
                Own::Cancelled => msg!("{0} cancelled a trip: {1}", who, title),
            };
            (&TEAM, words)
        };
        tell(tx, actor, trip, person, text, "")?;
    }
    Ok(())
}

fn tell(
    tx: &mut Tx<'_>,
    actor: &Actor,
    trip: &Trip,
    whom: EmployeeId,
    text: impl Fn(String) -> (&'static Kind, Msg),
    quote: &str,
) -> Result<()> {
    if actor.employee_id == Some(whom) {
        return Ok(());
    }
    let format = format_for(tx, actor, whom)?;
    let (kind, words) = text(trip.title(&format));
    let notice = Notice::new(kind, ("business_trip", trip.id.0), words).quote(quote).link(href(trip.id));
    notifications::notify(tx, whom, &notice).map(drop)
}
