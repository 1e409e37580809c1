//! `/profile-changes/{id}`: what somebody wants changed of what HR confirms, with its history and, for whoever is asked,
//! the decision.

use axum::extract::Path;
use axum::response::Response;

use super::get;
use crate::approvals::{self, Status, StepKind};
use crate::auth::{Actor, Hire};
use crate::error::Result;
use crate::ids::{ApprovalId, ProfileChangeId};
use crate::people::{NameRef, words};
use crate::storage::Rx;
use crate::tr;
use crate::web::parts::Event;
use crate::web::{self, Format, Shell, filters};

#[derive(Debug, askama::Template)]
#[template(path = "people/personal/change.html")]
struct Show {
    shell: Shell,
    content: Content,
}
web::pages!(Show);

#[derive(Debug)]
struct Content {
    employee: NameRef,
    own: bool,
    state: (&'static str, &'static str),
    differences: Vec<(&'static str, String, String)>,
    timeline: Vec<Event>,
    /// The approval and its version, for whoever may decide now and was asked.
    decide: Option<(ApprovalId, u32)>,
    /// It waits for the viewer's answer.
    answer: bool,
}

impl Content {
    fn read(rx: &Rx<'_>, actor: &Actor, id: ProfileChangeId, format: &Format) -> Result<Content> {
        let change = get(rx, actor, id)?;
        let approval = approvals::current(rx, approvals::Kind::Profile, id.0)?;
        let mut decide = None;
        if let Some(approval) = approval.filter(|approval| approvals::is_asked(actor, approval))
            && approvals::may_decide(rx, actor, &approval)?
        {
            decide = Some((approval.id, approval.version));
        }
        let own = actor.employee_id == Some(change.employee_id());
        let text = |words: &'static str| format.lang.text(words).to_owned();
        let event = |step: approvals::Step| Event {
            say: step.says(format.lang),
            icon: step.what.icon(),
            who: if step.who == actor.name { text(tr!("You")) } else { step.who },
            what: text(match step.what {
                StepKind::Requested => tr!("sent it"),
                StepKind::Approved => tr!("confirmed it"),
                StepKind::Rejected => tr!("rejected it"),
                StepKind::Asked => tr!("asked"),
                StepKind::Resubmitted => tr!("changed it and sent it again"),
                StepKind::Withdrawn => tr!("took it back"),
                StepKind::Reasked => tr!("asked somebody else, as who was asked is gone"),
            }),
            when: format.when(step.at),
        };
        let timeline = approvals::timeline(rx, approvals::Kind::Profile, id.0)?.into_iter().map(event).collect();
        Ok(Content {
            own,
            state: state(change.status),
            answer: own && change.status == Status::Clarification,
            differences: change.differences(),
            employee: change.employee,
            timeline,
            decide,
        })
    }
}

/// The glyph's kind and the words.
pub(in crate::people) fn state(status: Status) -> (&'static str, &'static str) {
    match status {
        Status::Pending => ("wait", tr!("Waits for HR")),
        Status::Clarification => ("ask", tr!("A question is open")),
        Status::Approved => ("ok", tr!("Confirmed")),
        Status::Rejected => ("no", tr!("Rejected")),
        Status::Withdrawn => ("off", tr!("Withdrawn")),
    }
}

/// `GET /profile-changes/{id}`
pub async fn show(Hire(ctx): Hire, Path(id): Path<ProfileChangeId>) -> Result<Response> {
    let format = words::format(&ctx);
    let content = ctx.read(move |rx, actor| Content::read(rx, actor, id, &format)).await?;
    web::page(&Show { shell: ctx.shell().await?, content })
}
