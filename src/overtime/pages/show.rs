//! The page of one request: what it comes to, its facts, its history, and the one bar on which it is decided, answered,
//! confirmed or taken back.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::compose;
use super::look::Look;
use crate::approvals::{self, Approval, Decision, StepKind};
use crate::auth::{Actor, Ctx, Staff};
use crate::error::{AppError, Msg, Result};
use crate::ids::OvertimeId;
use crate::leave;
use crate::overtime::rules::{OvertimeStatus, Stage};
use crate::overtime::types::Request;
use crate::overtime::words::{compensation_name, format_for, hours_of, state, title_in};
use crate::overtime::{CANCELLED, DECIDED, breaks, href};
use crate::people::NameRef;
use crate::storage::Rx;
use crate::web::parts::Event;
use crate::web::{self, Flash, Form, FormState, Format, Shell, filters};
use crate::{msg, tr};

/// The page of a request.
#[derive(Debug, askama::Template)]
#[template(path = "overtime/request.html")]
struct Show {
    shell: Shell,
    content: Content,
}

/// The page of one act: the question, its field, one button.
#[derive(Debug, askama::Template)]
#[template(path = "overtime/act.html")]
struct ActPage {
    shell: Shell,
    act: Act,
    own: bool,
    on_behalf: bool,
    href: String,
    /// The request, in words, and whose it is.
    subject: String,
    form: FormState,
}
web::pages!(Show, ActPage);

/// What the page shows.
#[derive(Debug)]
struct Content {
    href: String,
    title: String,
    employee: NameRef,
    own: bool,
    state: (&'static str, String),
    quote: String,
    pairs: Vec<(&'static str, String)>,
    look: Look,
    timeline: Vec<Event>,
    bar: Option<Bar>,
    printed: String,
}

/// The one bar at the foot.
#[derive(Debug, Default)]
struct Bar {
    words: String,
    detail: String,
    /// The quiet buttons: address and words; red where it destroys.
    others: Vec<(String, &'static str, bool)>,
    /// The button that approves at once.
    approve: bool,
    /// The version of the approval that this page shows; the button sends it.
    version: u32,
    /// A link instead.
    go: Option<(String, &'static str)>,
}

/// What the approver wants to know.
#[derive(Debug)]
pub(super) struct Question {
    pub words: String,
    /// "Jonas Brandt, yesterday, 16:20."
    pub by: String,
    /// "Jonas Brandt asks"
    pub state: String,
}

/// The question that waits for an answer.
pub(super) fn question(rx: &Rx<'_>, id: OvertimeId, format: &Format) -> Result<Option<Question>> {
    let steps = approvals::timeline(rx, approvals::Kind::Overtime, id.0)?;
    let last = steps.into_iter().next_back().filter(|step| step.what == StepKind::Asked);
    Ok(last.map(|step| Question {
        by: format!("{}, {}.", step.who, format.when(step.at)),
        state: format.lang.msg(&msg!("{0} asks", step.who)),
        words: step.note,
    }))
}

/// The sentence after a request was sent, changed or confirmed.
pub(super) fn said(rx: &Rx<'_>, actor: &Actor, id: OvertimeId) -> Result<(OvertimeId, Msg)> {
    let request = crate::overtime::get(rx, actor, id)?;
    let approval = approvals::current(rx, approvals::Kind::Overtime, id.0)?;
    let words = match (request.status, approval) {
        (OvertimeStatus::Pending, Some(approval)) => {
            msg!("Sent. It waits for {0}.", approval.waits_for())
        }
        _ => msg!("The times that were worked are confirmed."),
    };
    Ok((id, words))
}

/// `GET /overtime/{id}`: the person who was asked back sees the form at once.
pub async fn show(ctx: Staff, Path(id): Path<OvertimeId>) -> Result<Response> {
    let answers = ctx.read(move |rx, actor| {
        let request = crate::overtime::get(rx, actor, id)?;
        Ok(request.status == OvertimeStatus::Clarification && actor.employee_id == Some(request.employee_id()))
    });
    if answers.await? {
        return compose::edit(ctx, Path(id)).await;
    }
    let content = ctx.read(move |rx, actor| Content::of(rx, actor, id)).await?;
    web::page(&Show { shell: ctx.shell().await?, content })
}

impl Content {
    fn of(rx: &Rx<'_>, actor: &Actor, id: OvertimeId) -> Result<Content> {
        let request = crate::overtime::get(rx, actor, id)?;
        let format = format_for(actor, rx.now());
        let approval = approvals::current(rx, approvals::Kind::Overtime, id.0)?;
        let own = actor.employee_id == Some(request.employee_id());
        let title = match request.stage {
            Stage::Planned => msg!("Overtime planned on {0}", format.day_long(request.date)),
            Stage::Worked => msg!("Overtime on {0}", format.day_long(request.date)),
        };
        Ok(Content {
            href: href(id),
            title: format.lang.msg(&title),
            own,
            state: state(&request, approval.as_ref(), &format),
            quote: request.reason.clone(),
            pairs: pairs(rx, &request, &format)?,
            look: Look::kept(rx, &request, &format)?,
            timeline: approvals::events(rx, actor, approvals::Kind::Overtime, id.0, &format)?,
            bar: Bar::of(rx, actor, &request, approval.as_ref(), own, &format)?,
            printed: format.lang.msg(&msg!("Printed on {0}.", format.full(format.today()))),
            employee: request.employee,
        })
    }
}

fn pairs(rx: &Rx<'_>, request: &Request, format: &Format) -> Result<Vec<(&'static str, String)>> {
    let times = hours_of(request.start_time, request.end_time, format);
    let ends = match request.ends_next_day() {
        true => format!("{times}, {}", format.day(crate::time::period::ahead(request.date, 1))),
        false => times,
    };
    let pauses: Vec<String> =
        breaks(rx, request.id)?.iter().map(|one| hours_of(one.start_time, one.end_time, format)).collect();
    let mut pairs = vec![
        (tr!("Project"), request.project.name.clone()),
        (tr!("Day it began"), format.day(request.date)),
        (tr!("Time"), ends),
    ];
    if !pauses.is_empty() {
        pairs.push((tr!("Breaks"), pauses.join(", ")));
    }
    if request.zone != format.zone.iana_name().unwrap_or_default() {
        pairs.push((tr!("Times of"), request.zone.replace('_', " ")));
    }
    let compensation = match compensation_name(request.compensation).key.as_ref() {
        "pay" => format.lang.text(tr!("Pay")).to_owned(),
        _ => format.lang.text(tr!("Time off in lieu")).to_owned(),
    };
    pairs.push((tr!("Compensation"), compensation));
    if let Some(department) = &request.department {
        pairs.push((tr!("Department"), department.name.clone()));
    }
    if !request.detail.is_empty() {
        pairs.push((tr!("Details"), request.detail.clone()));
    }
    if !request.limit_override.is_empty() {
        pairs.push((tr!("Beyond the limits because"), request.limit_override.clone()));
    }
    Ok(pairs)
}

impl Bar {
    /// What this viewer may do now; none where that is nothing.
    fn of(
        rx: &Rx<'_>,
        actor: &Actor,
        request: &Request,
        approval: Option<&Approval>,
        own: bool,
        format: &Format,
    ) -> Result<Option<Bar>> {
        let to = |act: &str| format!("{}/{act}", href(request.id));
        let say = |words: &Msg| format.lang.msg(words);
        let words = say(&title_in(request, format));
        if let Some(approval) = approval.filter(|_| request.status.is_open())
            && approvals::may_decide(rx, actor, approval)?
        {
            let on_behalf = !approvals::is_asked(rx, actor, approval)?;
            let detail = match on_behalf {
                true => msg!("Waits for {0}; you decide on their behalf.", approval.waits_for()),
                false => msg!("{0} waits for your decision.", request.employee.name),
            };
            return Ok(Some(Bar {
                words,
                detail: say(&detail),
                others: vec![(to("reject"), tr!("Reject…"), true), (to("question"), tr!("Ask…"), false)],
                approve: !on_behalf,
                version: approval.version,
                go: on_behalf.then(|| (to("approve"), tr!("Approve…"))),
            }));
        }
        let mut bar = Bar { words, ..Bar::default() };
        let undecided = request.status.is_open();
        let planned = request.status == OvertimeStatus::Approved && request.stage == Stage::Planned;
        let may_cancel = request.status.cancel().is_ok() && (if own { undecided || planned } else { actor.is_hr() });
        if may_cancel {
            bar.others.push((to("cancel"), tr!("Take back…"), true));
        }
        if own && undecided {
            bar.go = Some((to("edit"), tr!("Change")));
        }
        if own && planned {
            bar.go = Some((to("confirm"), tr!("Confirm the times")));
        }
        bar.detail = match (request.status, planned) {
            (OvertimeStatus::Pending, _) => say(&msg!("It waits for a decision.")),
            (_, true) => say(&msg!("Once it is worked, confirm the times: only then it counts.")),
            _ => String::new(),
        };
        Ok((!bar.others.is_empty() || bar.go.is_some()).then_some(bar))
    }
}

crate::text_enum! {
    /// What can be done with a request on its page.
    pub enum Act {
        Approve = "approve",
        Reject = "reject",
        Question = "question",
        Cancel = "cancel",
    }
}

impl Act {
    /// The question over its form.
    const fn title(self) -> &'static str {
        match self {
            Act::Approve => tr!("Approve this overtime?"),
            Act::Reject => tr!("Reject this overtime?"),
            Act::Question => tr!("Ask about this overtime"),
            Act::Cancel => tr!("Take this overtime back?"),
        }
    }

    /// What will happen.
    const fn words(self) -> &'static str {
        match self {
            Act::Approve => tr!("The person is told at once. Time off in lieu is credited at once."),
            Act::Reject => tr!("The person is told at once, with your reason."),
            Act::Question => {
                tr!("It goes back to the person, who can change it and send it again. It keeps counting to the limits.")
            }
            Act::Cancel => tr!("It no longer counts. Time off in lieu that was credited for it is taken back."),
        }
    }

    const fn button(self) -> &'static str {
        match self {
            Act::Approve => tr!("Approve"),
            Act::Reject => tr!("Reject"),
            Act::Question => tr!("Send question"),
            Act::Cancel => tr!("Take back"),
        }
    }

    const fn destroys(self) -> bool {
        matches!(self, Act::Reject | Act::Cancel)
    }

    const fn field(self) -> &'static str {
        match self {
            Act::Approve => "note",
            Act::Reject | Act::Cancel => "reason",
            Act::Question => "question",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Act::Approve => tr!("Note"),
            Act::Reject | Act::Cancel => tr!("Reason"),
            Act::Question => tr!("Question"),
        }
    }

    /// The field may stay empty.
    fn optional(self, own: &bool) -> bool {
        self == Act::Approve || (self == Act::Cancel && *own)
    }
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

/// `GET /overtime/{id}/{act}`: the question before it is done.
pub async fn ask(ctx: Staff, Path((id, act)): Path<(OvertimeId, String)>) -> Result<Response> {
    act_page(&ctx, id, act.parse().map_err(|_| AppError::NotFound)?, FormState::default(), StatusCode::OK).await
}

async fn act_page(ctx: &Ctx, id: OvertimeId, act: Act, form: FormState, status: StatusCode) -> Result<Response> {
    let read = ctx.read(move |rx, actor| {
        let request = crate::overtime::get(rx, actor, id)?;
        let format = format_for(actor, rx.now());
        let approval = approvals::current(rx, approvals::Kind::Overtime, id.0)?;
        let deciding = matches!(act, Act::Approve | Act::Reject);
        if let Some(approval) = approval.as_ref().filter(|_| deciding || act == Act::Question) {
            approvals::require_may_decide(rx, actor, approval)?;
        }
        let version = approval.as_ref().map(|approval| approval.version);
        let on_behalf = deciding && !approval.map_or(Ok(true), |approval| approvals::is_asked(rx, actor, &approval))?;
        let own = actor.employee_id == Some(request.employee_id());
        let title = format.lang.msg(&title_in(&request, &format));
        Ok((format!("{}: {title}", request.employee.name), own, on_behalf, version))
    });
    let (subject, own, on_behalf, version) = read.await?;
    let form = form.first_shown("version", version);
    let page = ActPage { shell: ctx.shell().await?, act, own, on_behalf, href: href(id), subject, form };
    web::page_with(status, &page)
}

/// `POST /overtime/{id}/{act}`
pub async fn act(ctx: Staff, Path((id, act)): Path<(OvertimeId, String)>, form: Form<ActForm>) -> Result<Response> {
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
            let format = ctx.format();
            Ok(Flash::bad(leave::words::dated(&why, &format)).redirect(&ctx.visit, &href(id)))
        }
        Err(other) => Err(other),
    }
}

async fn perform(ctx: &Ctx, id: OvertimeId, act: Act, input: ActForm) -> Result<Msg> {
    let ActForm { note, reason, question, on_behalf_reason, version } = input;
    let decision = match act {
        Act::Approve => Decision::Approve { note, on_behalf_reason },
        Act::Reject => Decision::Reject { reason, on_behalf_reason },
        Act::Question => Decision::Clarify { question },
        Act::Cancel => {
            ctx.write(CANCELLED, move |tx, actor| crate::overtime::cancel(tx, actor, id, &reason)).await?;
            return Ok(msg!("Taken back."));
        }
    };
    let name = ctx
        .write(DECIDED, move |tx, actor| {
            approvals::require_seen(tx, actor, approvals::Kind::Overtime, id.0, version)?;
            crate::overtime::decide(tx, actor, id, &decision)?;
            Ok(crate::overtime::get(tx, actor, id)?.employee.name)
        })
        .await?;
    Ok(match act {
        Act::Approve => msg!("Approved. {0} has been told.", name),
        Act::Reject => msg!("Rejected. {0} has been told.", name),
        _ => msg!("{0} has been asked.", name),
    })
}
