//! The page of one business trip: its facts, who else is away, its history, and the one bar on which it is decided,
//! changed or cancelled.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::pages::state;
use super::{CANCELLED, DECIDED, Trip, href, mark};
use crate::approvals::{self, Approval, Decision, Fact, Kind};
use crate::auth::{Actor, Ctx, Staff};
use crate::error::{AppError, Msg, Result};
use crate::ids::TripId;
use crate::leave::bar::Bar;
use crate::leave::{inbox, words};
use crate::people::NameRef;
use crate::storage::Rx;
use crate::web::parts::Event;
use crate::web::{self, Flash, Form, FormState, Format, Shell, filters};
use crate::{msg, tr};

/// The page of a trip.
#[derive(Debug, askama::Template)]
#[template(path = "leave/trip.html")]
struct Show {
    shell: Shell,
    content: Content,
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
    /// The trip, in words, and whose it is.
    subject: String,
    form: FormState,
}
web::pages!(Show, ActPage);

/// What the page shows.
#[derive(Debug)]
struct Content {
    href: String,
    /// "Business trip, Tue 8 – Thu 10 Dec"
    title: String,
    employee: NameRef,
    own: bool,
    state: (&'static str, String),
    pairs: Vec<(&'static str, String)>,
    facts: Vec<Fact>,
    timeline: Vec<Event>,
    bar: Option<Bar>,
    printed: String,
}

/// `GET /trips/{id}`
pub async fn show(ctx: Staff, Path(id): Path<TripId>) -> Result<Response> {
    let content = ctx.read(move |rx, actor| Content::of(rx, actor, id)).await?;
    web::page(&Show { shell: ctx.shell().await?, content })
}

impl Content {
    fn of(rx: &Rx<'_>, actor: &Actor, id: TripId) -> Result<Content> {
        let trip = super::get(rx, actor, id)?;
        let format = words::format_for(actor, rx.now());
        let approval = approvals::current(rx, Kind::Trip, id.0)?;
        let own = actor.employee_id == Some(trip.employee_id());
        let mut pairs = vec![(tr!("Destination"), trip.destination.clone()), (tr!("Purpose"), trip.purpose.clone())];
        if !trip.notes.is_empty() {
            pairs.push((tr!("Notes"), trip.notes.clone()));
        }
        if let Some(by) = &trip.entered_by {
            pairs.push((tr!("Entered by"), by.clone()));
        }
        let facts = match trip.status.occupies() {
            true => inbox::teams_around(rx, actor, &[(trip.employee_id(), trip.period)], &format)?.concat(),
            false => Vec::new(),
        };
        Ok(Content {
            href: href(id),
            title: format!("{}, {}", mark(format.lang).name, format.range(trip.period.first(), trip.period.last())),
            own,
            state: state(rx, &trip, &format)?,
            pairs,
            facts,
            timeline: timeline(rx, actor, &trip, &format)?,
            bar: bar(rx, actor, &trip, approval.as_ref(), own, &format)?,
            printed: format.lang.msg(&msg!("Printed on {0}.", format.full(format.today()))),
            employee: trip.employee,
        })
    }
}

/// What happened, oldest first.
fn timeline(rx: &Rx<'_>, actor: &Actor, trip: &Trip, format: &Format) -> Result<Vec<Event>> {
    let text = |words: &'static str| format.lang.text(words).to_owned();
    let mut events = approvals::events(rx, actor, Kind::Trip, trip.id.0, format)?;
    let plain =
        |icon, who: String, what: String, at| Event { icon, who, what, when: format.when(at), say: String::new() };
    if events.is_empty() {
        let who = trip.entered_by.clone().unwrap_or_else(|| trip.employee.name.clone());
        events.push(plain("arrow", who, text(tr!("Entered it")), trip.created_at));
    }
    if trip.status == super::TripStatus::Cancelled {
        events.push(plain("undo", String::new(), text(tr!("The trip was cancelled")), trip.updated_at));
    }
    Ok(events)
}

/// What this viewer may do now; none where that is nothing.
fn bar(
    rx: &Rx<'_>,
    actor: &Actor,
    trip: &Trip,
    approval: Option<&Approval>,
    own: bool,
    format: &Format,
) -> Result<Option<Bar>> {
    let page = href(trip.id);
    if let Some(approval) = approval.filter(|_| trip.status.is_open())
        && let Some(bar) = Bar::to_decide(rx, actor, approval, (&trip.employee.name, &page), format.lang)?
    {
        return Ok(Some(bar));
    }
    if !trip.status.occupies() || !(own || actor.is_hr()) {
        return Ok(None);
    }
    let words = if own { format.lang.text(tr!("Your trip")).to_owned() } else { trip.employee.name.clone() };
    let go = if trip.status == super::TripStatus::Clarification { tr!("Answer") } else { tr!("Change") };
    let others = vec![(format!("{page}/cancel"), tr!("Cancel the trip…"), true)];
    Ok(Some(Bar { words, others, go: Some((format!("{page}/edit"), go)), ..Bar::default() }))
}

crate::text_enum! {
    /// What can be done with a trip on its page.
    pub enum Act {
        Approve = "approve",
        Reject = "reject",
        Question = "question",
        Cancel = "cancel",
    }
}

impl Act {
    /// The question over its form, what will happen, and the button.
    const fn words(self) -> [&'static str; 3] {
        match self {
            Act::Approve => [tr!("Approve this trip?"), tr!("The person is told at once."), tr!("Approve")],
            Act::Reject => {
                [tr!("Reject this trip?"), tr!("The person is told at once, with your reason."), tr!("Reject")]
            }
            Act::Question => [
                tr!("Ask about this trip"),
                tr!("It goes back to the person, who can change it and send it again."),
                tr!("Send question"),
            ],
            Act::Cancel => [
                tr!("Cancel this trip?"),
                tr!("It leaves the calendar, and the days are free for leave again. Those concerned are told."),
                tr!("Cancel the trip"),
            ],
        }
    }

    /// The field that its form asks for, and its label.
    const fn field(self) -> (&'static str, &'static str) {
        match self {
            Act::Approve => ("note", tr!("Note")),
            Act::Reject | Act::Cancel => ("reason", tr!("Reason")),
            Act::Question => ("question", tr!("Question")),
        }
    }
}

/// `GET /trips/{id}/{act}`: the question before it is done.
pub async fn ask(ctx: Staff, Path((id, act)): Path<(TripId, String)>) -> Result<Response> {
    act_page(&ctx, id, act.parse().map_err(|_| AppError::NotFound)?, FormState::default(), StatusCode::OK).await
}

async fn act_page(ctx: &Ctx, id: TripId, act: Act, form: FormState, status: StatusCode) -> Result<Response> {
    let read = ctx.read(move |rx, actor| {
        let trip = super::get(rx, actor, id)?;
        let format = words::format_for(actor, rx.now());
        let approval = approvals::current(rx, Kind::Trip, id.0)?;
        let own = actor.employee_id == Some(trip.employee_id());
        match (act, approval.as_ref()) {
            (Act::Cancel, _) => drop(super::require_own_or_hr(actor, &trip)?),
            (_, Some(approval)) => approvals::require_may_decide(rx, actor, approval)?,
            (_, None) => return Err(AppError::NotFound),
        }
        let version = approval.as_ref().map(|approval| approval.version);
        let deciding = matches!(act, Act::Approve | Act::Reject);
        let on_behalf = deciding && !approval.map_or(Ok(true), |approval| approvals::is_asked(rx, actor, &approval))?;
        Ok((format!("{}: {}", trip.employee.name, trip.title(&format)), own, on_behalf, version))
    });
    let (subject, own, on_behalf, version) = read.await?;
    let ([title, words, button], (field, label)) = (act.words(), act.field());
    let page = ActPage {
        shell: ctx.shell().await?,
        act: act.as_str(),
        title,
        words,
        button,
        destroys: matches!(act, Act::Reject | Act::Cancel),
        field,
        label,
        optional: act == Act::Approve || (act == Act::Cancel && own),
        on_behalf,
        href: href(id),
        subject,
        form: form.first_shown("version", version),
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
}

/// `POST /trips/{id}/{act}`
pub async fn act(ctx: Staff, Path((id, act)): Path<(TripId, String)>, form: Form<ActForm>) -> Result<Response> {
    let act: Act = act.parse().map_err(|_| AppError::NotFound)?;
    let (state, input) = form.open();
    let done = match input {
        Ok(input) => perform(&ctx, id, act, input).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(said) => Ok(Flash::ok(said).redirect(&ctx.visit, &href(id))),
        Err(AppError::Invalid(errors)) => {
            act_page(&ctx, id, act, state.with(errors), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        // Somebody was faster: the page says how it stands now, and the sentence why.
        Err(AppError::Conflict(why)) => {
            Ok(Flash::warn(words::dated(&why, &ctx.format())).redirect(&ctx.visit, &href(id)))
        }
        Err(other) => Err(other),
    }
}

async fn perform(ctx: &Ctx, id: TripId, act: Act, input: ActForm) -> Result<Msg> {
    let ActForm { note, reason, question, on_behalf_reason, version } = input;
    let (decision, said) = match act {
        Act::Approve => (Decision::Approve { note, on_behalf_reason }, msg!("Approved. The person has been told.")),
        Act::Reject => (Decision::Reject { reason, on_behalf_reason }, msg!("Rejected. The person has been told.")),
        Act::Question => (Decision::Clarify { question }, msg!("Asked. The request is back with the person.")),
        Act::Cancel => {
            ctx.write(CANCELLED, move |tx, actor| super::cancel(tx, actor, id, &reason)).await?;
            return Ok(msg!("Cancelled. It is off the calendar."));
        }
    };
    ctx.write(DECIDED, move |tx, actor| {
        approvals::require_seen(tx, actor, Kind::Trip, id.0, version)?;
        super::decide(tx, actor, id, &decision)
    })
    .await?;
    Ok(said)
}
