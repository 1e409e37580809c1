//! `/profile-changes/{id}`: what somebody wants changed of what HR confirms, with its history and, for whoever is asked,
//! the decision.

use axum::extract::Path;
use axum::response::Response;

use super::get;
use crate::approvals::{self, Status};
use crate::auth::{Actor, Hire};
use crate::error::Result;
use crate::ids::{ApprovalId, ProfileChangeId};
use crate::people::NameRef;
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

/// What a decision is about.
#[derive(Debug)]
struct Deciding {
    id: ApprovalId,
    /// The version that is looked at.
    seen: u32,
    /// Of HR that was not asked: in whose place, as a page of its own asks why.
    on_behalf_of: Option<String>,
}

#[derive(Debug)]
struct Content {
    employee: NameRef,
    own: bool,
    state: (&'static str, &'static str),
    differences: Vec<(&'static str, String, String)>,
    timeline: Vec<Event>,
    /// For whoever may decide now.
    decide: Option<Deciding>,
    /// It waits for the viewer's answer.
    answer: bool,
}

impl Content {
    fn read(rx: &Rx<'_>, actor: &Actor, id: ProfileChangeId, format: &Format) -> Result<Content> {
        let change = get(rx, actor, id)?;
        let approval = approvals::current(rx, approvals::Kind::Profile, id.0)?;
        let decide = match approval {
            Some(approval) if approvals::may_decide(rx, actor, &approval)? => Some(Deciding {
                id: approval.id,
                seen: approval.version,
                on_behalf_of: (!approvals::is_asked(rx, actor, &approval)?)
                    .then(|| format.lang.msg(&approval.waits_for())),
            }),
            _ => None,
        };
        let own = actor.employee_id == Some(change.employee_id());
        let timeline = approvals::events(rx, actor, approvals::Kind::Profile, id.0, format)?;
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
    let format = ctx.format();
    let content = ctx.read(move |rx, actor| Content::read(rx, actor, id, &format)).await?;
    web::page(&Show { shell: ctx.shell().await?, content })
}
