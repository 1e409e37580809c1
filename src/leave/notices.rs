//! Who is told what about leave. Each reader gets the dates as their own language writes them.

use jiff::civil::Date;

use crate::approvals;
use crate::auth::{Actor, Role, user};
use crate::error::{Msg, Result};
use crate::ids::{EmployeeId, LeaveRequestId};
use crate::msg;
use crate::notifications::{self, Kind, Notice, Topic};
use crate::people;
use crate::storage::{Rx, Tx};
use crate::time::Minutes;
use crate::tr;
use crate::web::Format;

use super::amount::Amounts;
use super::ledger::{self, Account};
use super::request::{self, LeaveRequest};
use super::types::{self, LeaveType};
use super::{calendars, words};

const OPEN: &str = tr!("Open the request");
const APPROVED: Kind = Kind::new("leave_approved", Topic::Requests, tr!("Your leave is approved"), OPEN);
const REJECTED: Kind = Kind::new("leave_rejected", Topic::Requests, tr!("Your leave is rejected"), OPEN);
const QUESTION: Kind = Kind::new("leave_question", Topic::Requests, tr!("A question about your leave"), OPEN);
const ENDED: Kind = Kind::new("leave_ended", Topic::Requests, tr!("Your leave was taken back"), OPEN);
const ENTERED: Kind = Kind::new("leave_entered", Topic::Requests, tr!("Leave was entered for you"), OPEN);
const RECOUNTED: Kind = Kind::new("leave_recounted", Topic::Requests, tr!("Your leave was counted anew"), OPEN);
const ADJUSTED: Kind = Kind::new("leave_adjusted", Topic::Requests, tr!("Your balance was corrected"), tr!("See why"));
const REGRANTED: Kind = Kind::new("leave_regranted", Topic::Requests, tr!("Your entitlement changed"), tr!("See why"));
const EXPIRES: Kind = Kind::new("leave_expires_soon", Topic::Requests, tr!("Leave expires soon"), tr!("See why"));
const ENCASHED: Kind = Kind::new("leave_encashed", Topic::Requests, tr!("Leave was paid out"), tr!("See why"));
const LIEU_GIVEN: Kind = Kind::new("leave_lieu_given", Topic::Requests, tr!("You got a lieu day"), tr!("See why"));
const LIEU_GONE: Kind = Kind::new("leave_lieu_gone", Topic::Requests, tr!("A lieu day was taken back"), tr!("See why"));
const TEAM: Kind = Kind::new("leave_team", Topic::Team, tr!("Leave in your team"), OPEN);
const DEPUTY: Kind = Kind::new("leave_deputy", Topic::Team, tr!("You stand in for somebody"), tr!("Open the calendar"));
const DEPUTY_ENDED: Kind =
    Kind::new("leave_deputy_ended", Topic::Team, tr!("You stand in no longer"), tr!("Open the calendar"));
const SOON: Kind =
    Kind::new("leave_starts_tomorrow", Topic::Requests, tr!("Your leave starts tomorrow"), OPEN).cooldown_hours(24);
const DEPUTY_SOON: Kind =
    Kind::new("leave_deputy_tomorrow", Topic::Team, tr!("You stand in from tomorrow"), tr!("Open the calendar"))
        .cooldown_hours(24);

const TEAM_SOON: Kind =
    Kind::new("leave_team_tomorrow", Topic::Team, tr!("Somebody of your team is away"), tr!("Open the calendar"))
        .cooldown_hours(24);

const PAPER_DUE: Kind = Kind::new("leave_document_due", Topic::Requests, tr!("A paper is due"), tr!("Add the paper"));
const PAPER_MISSING: Kind = Kind::new("leave_document_missing", Topic::Team, tr!("A paper is missing"), OPEN);

/// What became of a request, told to the one who asked.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fate {
    Approved,
    Rejected,
    Asked,
    Cancelled,
    Revoked,
    Returned,
    /// HR entered it.
    Entered,
    /// Hours, holidays or other leave changed, and what it takes with them.
    Recounted,
}

/// Tells the requester, with what was written to them.
pub(super) fn requester(tx: &mut Tx<'_>, actor: &Actor, request: &LeaveRequest, fate: Fate, quote: &str) -> Result<()> {
    let who = &actor.name;
    tell(
        tx,
        actor,
        request,
        [request.employee_id],
        |title| match fate {
            Fate::Approved => (&APPROVED, msg!("{0} approved your leave: {1}", who, title)),
            Fate::Rejected => (&REJECTED, msg!("{0} rejected your leave: {1}", who, title)),
            Fate::Asked => (&QUESTION, msg!("{0} asks about your leave: {1}", who, title)),
            Fate::Cancelled => (&ENDED, msg!("{0} cancelled your leave: {1}", who, title)),
            Fate::Revoked => (&ENDED, msg!("{0} revoked the approval of your leave: {1}", who, title)),
            Fate::Returned => (&ENDED, msg!("{0} ended your leave early: {1}", who, title)),
            Fate::Entered => (&ENTERED, msg!("{0} entered leave for you: {1}", who, title)),
            Fate::Recounted => {
                (&RECOUNTED, msg!("Hours, holidays or other leave have changed. Your leave is now: {0}", title))
            }
        },
        quote,
    )
}

/// What was done with leave, by its person or by HR, where nobody is asked about it.
#[derive(Clone, Copy, Debug)]
pub(super) enum OwnAct {
    /// Entered leave that nobody decides on.
    Entered,
    Cancelled,
    Returned,
}

/// Tells whoever was asked about the leave, or would have been, and what its person says to it; and the deputy: but the
/// deputy neither that nor what kind it is.
pub(super) fn above(tx: &mut Tx<'_>, actor: &Actor, request: &LeaveRequest, act: OwnAct, said: &str) -> Result<()> {
    let asked = approvals::current(tx, approvals::Kind::Leave, request.id.0)?;
    let whom: Vec<EmployeeId> = match asked {
        Some(approval) => approvals::concerned(tx, &approval)?,
        None => overseers(tx, request.employee_id)?,
    };
    if let Some(deputy) = request.deputy_id().filter(|deputy| !whom.contains(deputy)) {
        deputy_of(tx, actor, request, deputy, act)?;
    }
    let (who, own) = (&actor.name, actor.employee_id == Some(request.employee_id));
    let whom = whom.into_iter().filter(|person| *person != request.employee_id);
    tell(
        tx,
        actor,
        request,
        whom,
        |title| {
            (
                &TEAM,
                match act {
                    OwnAct::Entered => msg!("{0} entered leave: {1}", who, title),
                    OwnAct::Cancelled if own => msg!("{0} cancelled leave: {1}", who, title),
                    OwnAct::Cancelled => msg!("{0} cancelled leave of {1}: {2}", who, request.employee, title),
                    OwnAct::Returned => msg!("{0} is back early: {1}", request.employee, title),
                },
            )
        },
        said,
    )
}

/// Tells the deputy that it is settled.
pub(super) fn deputy(tx: &mut Tx<'_>, actor: &Actor, request: &LeaveRequest) -> Result<()> {
    match request.deputy_id() {
        Some(deputy) => deputy_of(tx, actor, request, deputy, OwnAct::Entered),
        None => Ok(()),
    }
}

/// Name and dates are all that a deputy needs to know; the request itself is not for them.
fn deputy_of(tx: &mut Tx<'_>, actor: &Actor, request: &LeaveRequest, deputy: EmployeeId, act: OwnAct) -> Result<()> {
    if actor.employee_id == Some(deputy) {
        return Ok(());
    }
    let format = format_for(tx, actor, deputy)?;
    let (who, when) = (&request.employee, words::when(&request.span, &format));
    let (kind, text) = match act {
        OwnAct::Entered => (&DEPUTY, msg!("You stand in for {0}: {1}", who, when)),
        OwnAct::Cancelled => (&DEPUTY_ENDED, msg!("You need not stand in for {0}: {1}", who, when)),
        OwnAct::Returned => (&DEPUTY_ENDED, msg!("{0} is back early: {1}", who, when)),
    };
    notifications::notify(tx, deputy, &Notice::new(kind, ("leave_request", request.id.0), text).link("/calendar"))?;
    Ok(())
}

/// Tells a person that HR corrected a balance from `old` to `new`.
pub(super) fn adjusted(
    tx: &mut Tx<'_>,
    actor: &Actor,
    account: Account,
    kind: &LeaveType,
    (old, new): (Minutes, Minutes),
    reason: &str,
) -> Result<()> {
    of_balance(tx, actor, account, (&ADJUSTED, kind), |name, amounts| {
        let (new, old) = (amounts.long(new), amounts.long(old));
        (msg!("{0} corrected your balance of {1}: {2} instead of {3}", actor.name, name, new, old), reason.to_owned())
    })
}

/// Tells a person that what a policy granted them was corrected, which brings the balance from `old` to `new`.
pub(super) fn regranted(
    tx: &mut Tx<'_>,
    actor: &Actor,
    account: Account,
    kind: &LeaveType,
    (old, new): (Minutes, Minutes),
    why: &Msg,
) -> Result<()> {
    of_balance(tx, actor, account, (&REGRANTED, kind), |name, amounts| {
        let (new, old) = (amounts.long(new), amounts.long(old));
        let text = msg!("Your entitlement changed. Your balance of {0} is {1} instead of {2}", name, new, old);
        (text, words::say(why, amounts.format))
    })
}

/// Tells a person that so much can be used up to `last` only.
pub(super) fn expires_soon(
    tx: &mut Tx<'_>,
    actor: &Actor,
    account: Account,
    last: Date,
    minutes: Minutes,
) -> Result<()> {
    let kind = types::get(tx, account.leave_type_id)?;
    of_balance(tx, actor, account, (&EXPIRES, &kind), |name, amounts| {
        let (minutes, last) = (amounts.long(minutes), amounts.format.full(last));
        (msg!("{0}: {1} are gone after {2} if you do not take them", name, minutes, last), String::new())
    })
}

/// Tells a person that HR pays some of the balance out, and what is left of it.
pub(super) fn encashed(
    tx: &mut Tx<'_>,
    actor: &Actor,
    account: Account,
    kind: &LeaveType,
    (paid, left): (Minutes, Minutes),
    reason: &str,
) -> Result<()> {
    of_balance(tx, actor, account, (&ENCASHED, kind), |name, amounts| {
        let (paid, left) = (amounts.long(paid), amounts.long(left));
        (msg!("{0} of {1} are paid out; {2} are left", paid, name, left), reason.to_owned())
    })
}

/// Tells whose account it is: `say` answers the sentence and the quote, in their words and amounts.
fn of_balance(
    tx: &mut Tx<'_>,
    actor: &Actor,
    account: Account,
    (notice, kind): (&'static Kind, &LeaveType),
    say: impl FnOnce(&str, &Amounts<'_>) -> (Msg, String),
) -> Result<()> {
    let format = format_for(tx, actor, account.employee_id)?;
    let per_day = calendars::usual_day(tx, account.employee_id, format.today())?;
    let amounts = Amounts { format: &format, unit: kind.fields.unit, per_day };
    let (text, quote) = say(format.lang.text(&kind.fields.name), &amounts);
    let notice = Notice::new(notice, ("employee", account.employee_id.0), text).quote(&quote);
    notifications::notify(tx, account.employee_id, &notice.link(ledger::href(account))).map(drop)
}

/// Tells a person that the holiday of `date` gave them a lieu day, to be used until `last` where it ends.
pub(super) fn lieu_given(
    tx: &mut Tx<'_>,
    actor: &Actor,
    account: Account,
    holiday: &str,
    date: Date,
    last: Option<Date>,
) -> Result<()> {
    let format = format_for(tx, actor, account.employee_id)?;
    let (date, name) = (format.full(date), format.lang.text(holiday));
    let text = match last {
        Some(last) => {
            let last = format.full(last);
            msg!("{0} fell on {1}, a day off anyway: you got a lieu day, to be used by {2}", name, date, last)
        }
        None => msg!("{0} fell on {1}, a day off anyway: you got a lieu day", name, date),
    };
    lieu(tx, &LIEU_GIVEN, account, text)
}

/// Tells a person that the lieu day for `date` is none any more.
pub(super) fn lieu_gone(tx: &mut Tx<'_>, actor: &Actor, account: Account, date: Date) -> Result<()> {
    let format = format_for(tx, actor, account.employee_id)?;
    let text = msg!("The lieu day for {0} was taken back: it is no holiday on a free day any more", format.full(date));
    lieu(tx, &LIEU_GONE, account, text)
}

fn lieu(tx: &mut Tx<'_>, kind: &'static Kind, account: Account, text: Msg) -> Result<()> {
    let notice = Notice::new(kind, ("employee", account.employee_id.0), text).link(ledger::href(account));
    notifications::notify(tx, account.employee_id, &notice).map(drop)
}

/// What leave that starts tomorrow is to its reader.
#[derive(Clone, Copy, Debug)]
pub(super) enum Soon {
    Own,
    StandsIn,
    /// Somebody of the team is away: of what kind it is, is not theirs to know.
    Team,
}

/// Reminds one reader on the day before.
pub(super) fn starts_tomorrow(
    tx: &mut Tx<'_>,
    actor: &Actor,
    request: &LeaveRequest,
    reader: EmployeeId,
    what: Soon,
) -> Result<()> {
    let format = format_for(tx, actor, reader)?;
    let (who, when) = (&request.employee, words::when(&request.span, &format));
    let (kind, text, quote) = match what {
        Soon::Own => {
            let text = |title| (&SOON, msg!("Your leave starts tomorrow: {0}", title));
            return tell(tx, actor, request, [reader], text, "");
        }
        Soon::StandsIn => {
            (&DEPUTY_SOON, msg!("From tomorrow you stand in for {0}: {1}", who, when), request.contact.as_str())
        }
        Soon::Team => (&TEAM_SOON, msg!("{0} is away from tomorrow: {1}", who, when), ""),
    };
    let notice = Notice::new(kind, ("leave_request", request.id.0), text).quote(quote).link("/calendar");
    notifications::notify(tx, reader, &notice).map(drop)
}

/// Reminds a person on the day by which a paper for their leave is due, or after it.
pub(super) fn paper_due(tx: &mut Tx<'_>, actor: &Actor, request: &LeaveRequest, due_on: Date) -> Result<()> {
    let due = format_for(tx, actor, request.employee_id)?.day(due_on);
    let text = |title| (&PAPER_DUE, msg!("A paper for your leave is due by {0}: {1}", due, title));
    tell(tx, actor, request, [request.employee_id], text, "")
}

/// Tells HR that the paper has not come; of their own a colleague is told.
pub(super) fn paper_missing(tx: &mut Tx<'_>, actor: &Actor, request: &LeaveRequest, due_on: Date) -> Result<()> {
    let kind = types::get(tx, request.leave_type_id)?;
    let per_day = calendars::usual_day(tx, request.employee_id, request.span.first_day())?;
    let own = user::by_employee(tx, request.employee_id)?;
    for reader in user::with_role(tx, Role::Hr)?.into_iter().filter(|reader| Some(*reader) != own) {
        let format = Format::new(notifications::language(tx, reader)?, actor.zone.clone(), tx.now());
        let title = words::title(&kind, &request.span, request.minutes, per_day, &format);
        let text = msg!("A paper of {0} was due by {1}: {2}", request.employee, format.day(due_on), title);
        let notice = Notice::new(&PAPER_MISSING, ("leave_request", request.id.0), text);
        notifications::notify(tx, reader, &notice.link(request::href(request.id)))?;
    }
    Ok(())
}

/// A paper has come: nobody needs to be reminded of it any more.
pub(super) fn paper_is_there(tx: &mut Tx<'_>, id: LeaveRequestId) -> Result<()> {
    for kind in [&PAPER_DUE, &PAPER_MISSING] {
        notifications::settle(tx, kind, ("leave_request", id.0))?;
    }
    Ok(())
}

/// Tells several people about a request; who acts is not told what they did.
fn tell(
    tx: &mut Tx<'_>,
    actor: &Actor,
    request: &LeaveRequest,
    whom: impl IntoIterator<Item = EmployeeId>,
    text: impl Fn(String) -> (&'static Kind, Msg),
    quote: &str,
) -> Result<()> {
    let kind = types::get(tx, request.leave_type_id)?;
    let per_day = calendars::usual_day(tx, request.employee_id, request.span.first_day())?;
    let mut told = Vec::new();
    for person in whom {
        if Some(person) == actor.employee_id || told.contains(&person) {
            continue;
        }
        told.push(person);
        let format = format_for(tx, actor, person)?;
        let (what, text) = text(words::title(&kind, &request.span, request.minutes, per_day, &format));
        let notice =
            Notice::new(what, ("leave_request", request.id.0), text).quote(quote).link(request::href(request.id));
        notifications::notify(tx, person, &notice)?;
    }
    Ok(())
}

/// How a person reads dates.
pub(super) fn format_for(rx: &Rx<'_>, actor: &Actor, person: EmployeeId) -> Result<Format> {
    Ok(Format::new(notifications::language(rx, person)?, actor.zone.clone(), rx.now()))
}

/// Who sees to a person's leave where nobody is asked: who would be, or everybody in HR.
fn overseers(rx: &Rx<'_>, employee_id: EmployeeId) -> Result<Vec<EmployeeId>> {
    Ok(match approver(rx, employee_id)? {
        Some(approver) => vec![approver],
        None => people::hr_members(rx)?.into_iter().map(|person| EmployeeId(person.id)).collect(),
    })
}

/// Who would be asked; nobody where it is HR as such.
pub(super) fn approver(rx: &Rx<'_>, employee_id: EmployeeId) -> Result<Option<EmployeeId>> {
    Ok(match people::approver_of(rx, employee_id)? {
        people::Approver::Named(id) | people::Approver::LineManager(id) => Some(id),
        people::Approver::Hr => None,
    })
}
