//! The page of one request: its facts, what it does to the balance and the team, its history, and the one bar on which
//! it is decided, or taken back.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;

use super::act::{may_revoke, revocable};
use super::look::{Day, Team};
use super::model::LeaveRequest;
use super::store;
use super::{CANCEL, DECIDE, RETURN, REVOKE, Sight};
use crate::approvals::{self, Decision, Fact};
use crate::auth::{Actor, Ctx, Staff};
use crate::error::{AppError, FieldErrors, Msg, Result};
use crate::ids::LeaveRequestId;
use crate::leave::amount::Amounts;
use crate::leave::bar::Bar;
use crate::leave::rules::LeaveStatus;
use crate::leave::{calendars, inbox, papers, types, words};
use crate::people::NameRef;
use crate::storage::Rx;
use crate::web::parts::Event;
use crate::web::{self, Flash, Form, FormState, Format, Shell, filters};
use crate::{msg, tr};

crate::text_enum! {
    /// What can be done with a request on its page.
    pub enum Act {
        Approve = "approve",
        Reject = "reject",
        Question = "question",
        Cancel = "cancel",
        Revoke = "revoke",
        Return = "return",
    }
}

impl Act {
    /// The question over its form.
    fn title(self) -> &'static str {
        match self {
            Act::Approve => tr!("Approve this leave?"),
            Act::Reject => tr!("Reject this leave?"),
            Act::Question => tr!("Ask about this leave"),
            Act::Cancel => tr!("Take this leave back?"),
            Act::Revoke => tr!("Revoke this approval?"),
            Act::Return => tr!("Came back early"),
        }
    }

    /// What will happen.
    fn words(self) -> &'static str {
        match self {
            Act::Approve => tr!("The days are booked, and the person is told at once."),
            Act::Reject => tr!("The days go back to the balance. The person is told at once, with your reason."),
            Act::Question => {
                tr!("The request goes back to the person, who can change it and send it again. The days stay reserved.")
            }
            Act::Cancel => tr!("The days go back to the balance. Those concerned are told."),
            Act::Revoke => tr!("The days go back to the balance. The person is told at once, with your reason."),
            Act::Return => tr!("The days after the last one taken go back to the balance."),
        }
    }

    fn button(self) -> &'static str {
        match self {
            Act::Approve => tr!("Approve"),
            Act::Reject => tr!("Reject"),
            Act::Question => tr!("Send question"),
            Act::Cancel => tr!("Take back"),
            Act::Revoke => tr!("Revoke"),
            Act::Return => tr!("Give the rest back"),
        }
    }

    fn destroys(self) -> bool {
        matches!(self, Act::Reject | Act::Cancel | Act::Revoke)
    }

    /// The field that its form asks for, its label, and whether it may be empty.
    fn field(self) -> (&'static str, &'static str) {
        match self {
            Act::Approve => ("note", tr!("Note")),
            Act::Reject | Act::Cancel | Act::Revoke => ("reason", tr!("Reason")),
            Act::Question => ("question", tr!("Question")),
            Act::Return => ("last_day_taken", tr!("Last day taken")),
        }
    }
}

/// The page of a request.
#[derive(Debug, askama::Template)]
#[template(path = "leave/request.html")]
struct Show {
    shell: Shell,
    content: Content,
}
web::pages!(Show);

/// What the page shows.
#[derive(Debug)]
struct Content {
    href: String,
    /// "Vacation, Tue 8 – Fri 11 Dec, 4 days"
    title: String,
    hue: &'static str,
    employee: NameRef,
    own: bool,
    state: (&'static str, String),
    /// Label and value.
    pairs: Vec<(String, String)>,
    quote: String,
    facts: Vec<Fact>,
    papers: papers::show::Section,
    team: Option<Team>,
    days: Vec<Day>,
    column: String,
    total: String,
    timeline: Vec<Event>,
    /// The balance's explanation, where there is one.
    balance_href: Option<String>,
    bar: Option<Bar>,
    printed: String,
}

/// `GET /leave/requests/{id}`
pub async fn show(ctx: Staff, Path(id): Path<LeaveRequestId>) -> Result<Response> {
    let content = ctx.read(move |rx, actor| Content::of(rx, actor, id)).await?;
    web::page(&Show { shell: ctx.shell().await?, content })
}

impl Content {
    fn of(rx: &Rx<'_>, actor: &Actor, id: LeaveRequestId) -> Result<Content> {
        let (request, sight) = super::get(rx, actor, id)?;
        let format = words::format_for(actor, rx.now());
        let kind = types::get(rx, request.leave_type_id)?;
        let per_day = calendars::usual_day(rx, request.employee_id, request.span.first_day())?;
        let amounts = Amounts { format: &format, unit: kind.fields.unit, per_day };
        let approval = approvals::current(rx, approvals::Kind::Leave, id.0)?;
        let own = sight == Sight::Own;
        let facts =
            if request.status.occupies() { inbox::facts_of(rx, actor, &request, &format)?.facts } else { Vec::new() };
        let account = crate::leave::ledger::Account::on(rx, request.employee_id, kind.id, request.span.first_day())?;
        Ok(Content {
            href: super::href(id),
            title: words::title(&kind, &request.span, request.minutes, per_day, &format),
            hue: kind.fields.color.class(),
            employee: request.employee_ref(),
            own,
            state: state(&request, approval.as_ref(), &format),
            pairs: pairs(&request, &format),
            quote: request.reason.clone(),
            facts,
            papers: papers::show::Section::of(rx, actor, &request, &kind, sight, &format)?,
            team: super::look::team_of(rx, actor, &request, &format)?,
            days: super::look::days_of(&store::days(rx, id)?, &amounts),
            column: amounts.column().to_owned(),
            total: amounts.figure(request.minutes),
            timeline: timeline(rx, actor, &request, &amounts)?,
            balance_href: (kind.fields.affects_balance && crate::people::reach(rx, actor, request.employee_id)?.sees())
                .then(|| crate::leave::ledger::href(account)),
            bar: bar(rx, actor, &request, approval.as_ref(), own)?,
            printed: format.lang.msg(&msg!("Printed on {0}.", format.full(format.today()))),
        })
    }
}

/// Glyph and words of where it stands.
pub(in crate::leave) fn state(
    request: &LeaveRequest,
    approval: Option<&approvals::Approval>,
    format: &Format,
) -> (&'static str, String) {
    let text = |words: &'static str| format.lang.text(words).to_owned();
    match request.status {
        LeaveStatus::Pending => {
            let whom = approval.map_or_else(|| msg!("HR"), approvals::Approval::waits_for);
            ("wait", format.lang.msg(&msg!("Waits for {0}", whom)))
        }
        LeaveStatus::Clarification => ("ask", format.lang.msg(&msg!("Waits for {0}’s answer", request.employee))),
        LeaveStatus::Approved => ("ok", text("Approved")),
        LeaveStatus::Rejected => ("no", text("Rejected")),
        LeaveStatus::Cancelled => ("off", text("Taken back")),
        LeaveStatus::Revoked => ("off", text("Approval revoked")),
    }
}

fn pairs(request: &LeaveRequest, format: &Format) -> Vec<(String, String)> {
    let mut pairs: Vec<(&'static str, String)> = Vec::new();
    if let Some(deputy) = &request.deputy {
        pairs.push((tr!("Stands in"), deputy.name.clone()));
    }
    if !request.contact.is_empty() {
        pairs.push((tr!("Contact"), request.contact.clone()));
    }
    if let Some(until) = request.asked_until {
        pairs.push((tr!("First asked until"), format.day(until)));
    }
    if request.shutdown_id.is_some() {
        pairs.push((tr!("Company shutdown"), request.reason.clone()));
    }
    if let Some(by) = &request.entered_by {
        pairs.push((tr!("Entered by"), by.clone()));
    }
    pairs.into_iter().map(|(label, value)| (format.lang.text(label).to_owned(), value)).collect()
}

/// What happened, oldest first: the approval's steps, and what the feature itself knows of.
fn timeline(rx: &Rx<'_>, actor: &Actor, request: &LeaveRequest, amounts: &Amounts<'_>) -> Result<Vec<Event>> {
    let format = amounts.format;
    let text = |words: &'static str| format.lang.text(words).to_owned();
    let mut events = approvals::events(rx, actor, approvals::Kind::Leave, request.id.0, format)?;
    if events.is_empty() {
        let who = request.entered_by.clone().unwrap_or_else(|| request.employee.clone());
        events.push(Event {
            icon: "arrow",
            who,
            what: text(tr!("Entered it")),
            when: format.when(request.created_at),
            say: String::new(),
        });
    }
    if let Some(sent) = request.sent_minutes {
        let counted =
            msg!("Counted anew, as hours, holidays or other leave had changed; {0} were asked for", amounts.long(sent));
        let what = format.lang.msg(&counted);
        events.push(Event { icon: "undo", who: String::new(), what, when: String::new(), say: String::new() });
    }
    let after = match request.status {
        LeaveStatus::Cancelled if request.approved_at.is_some() => Some(text(tr!("Taken back after it was approved"))),
        LeaveStatus::Revoked => Some(text(tr!("The approval was revoked"))),
        LeaveStatus::Approved if request.asked_until.is_some() => Some(text("Came back early")),
        _ => None,
    };
    if let Some(what) = after {
        let when = format.when(request.updated_at);
        events.push(Event { icon: "undo", who: String::new(), what, when, say: String::new() });
    }
    Ok(events)
}

/// What this viewer may do now; none where that is nothing.
fn bar(
    rx: &Rx<'_>,
    actor: &Actor,
    request: &LeaveRequest,
    approval: Option<&approvals::Approval>,
    own: bool,
) -> Result<Option<Bar>> {
    let format = words::format_for(actor, rx.now());
    let lang = format.lang;
    let page = super::href(request.id);
    let to = |act: Act| format!("{page}/{act}");
    if let Some(approval) = approval.filter(|_| request.status.is_open())
        && let Some(bar) = Bar::to_decide(rx, actor, approval, (&request.employee, &page), lang)?
    {
        return Ok(Some(bar));
    }
    let today = format.today();
    let mut bar = Bar { words: lang.text("Your leave").to_owned(), ..Bar::default() };
    if !own {
        bar.words.clone_from(&request.employee);
    }
    let by_oneself = own && request.shutdown_id.is_none();
    let may_cancel = (by_oneself && request.status.cancel(request.span.first_day(), today).is_ok())
        || (!own && actor.is_hr() && request.status.cancel_by_hr().is_ok());
    if may_cancel {
        bar.others.push((to(Act::Cancel), tr!("Take back…"), true));
    }
    // On the day after the last one there is nothing left to give back.
    let under_way = request.span.first_day() <= today && today <= request.span.last_day();
    if request.status == LeaveStatus::Approved
        && request.span.period().day_count() > 1
        && (if own { by_oneself && under_way } else { actor.is_hr() })
    {
        bar.others.push((to(Act::Return), tr!("Came back early…"), false));
    }
    if request.status == LeaveStatus::Approved && revocable(rx, request)? && may_revoke(rx, actor, request)? {
        bar.others.push((to(Act::Revoke), tr!("Revoke…"), true));
    }
    if own && request.status.is_open() {
        let words = if request.status == LeaveStatus::Clarification { tr!("Answer") } else { tr!("Change") };
        bar.go = Some((format!("{page}/edit"), words));
    }
    let detail = match request.status {
        LeaveStatus::Clarification if own => {
            msg!("Answer the question by changing the request and sending it again.")
        }
        LeaveStatus::Pending => msg!("It waits for a decision; the days are reserved."),
        LeaveStatus::Approved if own && request.shutdown_id.is_some() => {
            msg!("This leave is part of a company shutdown. HR can change it.")
        }
        LeaveStatus::Approved if request.span.first_day() > today => {
            msg!("It begins on {0}.", format.day(request.span.first_day()))
        }
        _ => msg!(""),
    };
    bar.detail = lang.msg(&detail);
    let says = own && request.shutdown_id.is_some() && request.status == LeaveStatus::Approved;
    Ok((!bar.others.is_empty() || bar.go.is_some() || says).then_some(bar))
}

/// The page of one act: the question, its field, one button.
#[derive(Debug, askama::Template)]
#[template(path = "leave/act.html")]
struct ActPage {
    shell: Shell,
    act: &'static str,
    title: &'static str,
    words: &'static str,
    button: &'static str,
    destroys: bool,
    field: &'static str,
    label: &'static str,
    /// The field may stay empty.
    optional: bool,
    on_behalf: bool,
    href: String,
    /// The request, in words, and whose it is.
    subject: String,
    form: FormState,
}
web::pages!(ActPage);

/// `GET /leave/requests/{id}/{act}`: the question before it is done.
pub async fn ask(ctx: Staff, Path((id, act)): Path<(LeaveRequestId, String)>) -> Result<Response> {
    let act: Act = act.parse().map_err(|_| AppError::NotFound)?;
    act_page(&ctx, id, act, FormState::default(), StatusCode::OK).await
}

async fn act_page(ctx: &Ctx, id: LeaveRequestId, act: Act, form: FormState, status: StatusCode) -> Result<Response> {
    let (subject, own, on_behalf, last, version) = ctx
        .read(move |rx, actor| {
            let (request, sight) = super::get(rx, actor, id)?;
            let format = words::format_for(actor, rx.now());
            let title = super::title(rx, &request, &format)?;
            let approval = approvals::current(rx, approvals::Kind::Leave, id.0)?;
            let deciding = matches!(act, Act::Approve | Act::Reject);
            if let Some(approval) = approval.as_ref().filter(|_| deciding || act == Act::Question) {
                approvals::require_may_decide(rx, actor, approval)?;
            }
            let version = approval.as_ref().map(|approval| approval.version);
            let on_behalf =
                deciding && !approval.map_or(Ok(true), |approval| approvals::is_asked(rx, actor, &approval))?;
            let last = crate::time::period::back(format.today(), 1).to_string();
            Ok((format!("{}: {title}", request.employee), sight == Sight::Own, on_behalf, last, version))
        })
        .await?;
    let (field, label) = act.field();
    let form = if act == Act::Return && form.value(field).is_empty() { form.set(field, last) } else { form };
    let form = form.first_shown("version", version);
    let page = ActPage {
        shell: ctx.shell().await?,
        act: act.as_str(),
        title: act.title(),
        words: act.words(),
        button: act.button(),
        destroys: act.destroys(),
        field,
        label,
        optional: act == Act::Approve || (act == Act::Cancel && own),
        on_behalf,
        href: super::href(id),
        subject,
        form,
    };
    web::page_with(status, &page)
}

/// What the forms of the acts send.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ActForm {
    note: Option<String>,
    reason: String,
    question: String,
    on_behalf_reason: Option<String>,
    /// Of the approval, as it was shown.
    version: Option<u32>,
    last_day_taken: Option<Date>,
}

/// `POST /leave/requests/{id}/{act}`
pub async fn act(ctx: Staff, Path((id, act)): Path<(LeaveRequestId, String)>, form: Form<ActForm>) -> Result<Response> {
    let act: Act = act.parse().map_err(|_| AppError::NotFound)?;
    let (state, input) = form.open();
    let done = match input {
        Ok(input) => perform(&ctx, id, act, input).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(said) => Ok(Flash::ok(said).redirect(&ctx.visit, &super::href(id))),
        Err(AppError::Invalid(errors)) => {
            act_page(&ctx, id, act, state.with(errors), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        // Somebody was faster: the page says how it stands now, and the sentence why.
        Err(AppError::Conflict(why)) => Ok(Flash::warn(why).redirect(&ctx.visit, &super::href(id))),
        Err(other) => Err(other),
    }
}

async fn perform(ctx: &Ctx, id: LeaveRequestId, act: Act, input: ActForm) -> Result<Msg> {
    let ActForm { note, reason, question, on_behalf_reason, version, last_day_taken } = input;
    let decide = |decision: Decision| {
        ctx.write(DECIDE, move |tx, actor| {
            approvals::require_seen(tx, actor, approvals::Kind::Leave, id.0, version)?;
            super::decide(tx, actor, id, &decision)
        })
    };
    match act {
        Act::Approve => decide(Decision::Approve { note, on_behalf_reason }).await?,
        Act::Reject => decide(Decision::Reject { reason, on_behalf_reason }).await?,
        Act::Question => decide(Decision::Clarify { question }).await?,
        Act::Cancel => ctx.write(CANCEL, move |tx, actor| super::cancel(tx, actor, id, &reason)).await?,
        Act::Revoke => ctx.write(REVOKE, move |tx, actor| super::revoke(tx, actor, id, &reason)).await?,
        Act::Return => {
            let last = last_day_taken.ok_or_else(|| {
                let mut errors = FieldErrors::new();
                errors.add("last_day_taken", "This is needed.");
                AppError::Invalid(errors)
            })?;
            ctx.write(RETURN, move |tx, actor| super::return_early(tx, actor, id, last)).await?;
        }
    }
    Ok(match act {
        Act::Approve => msg!("Approved. The person has been told."),
        Act::Reject => msg!("Rejected. The person has been told."),
        Act::Question => msg!("Asked. The request is back with the person."),
        Act::Cancel => msg!("Taken back. The days are in the balance again."),
        Act::Revoke => msg!("Revoked. The person has been told."),
        Act::Return => msg!("The rest is back in the balance."),
    })
}
