//! Papers as pages show them: on the form of a request, on its page, in lists, and among the facts of a decision.

use super::rules::{self, Standing};
use super::{Document, Papers, is_confidential, is_removable, may_open, named, of_others, store};
use crate::approvals::Fact;
use crate::auth::Actor;
use crate::error::{AppError, Result};
use crate::ids::{LeaveDocumentId, LeaveRequestId};
use crate::leave::request::{LeaveRequest, Sight, href};
use crate::leave::types::LeaveType;
use crate::storage::Rx;
use crate::web::{FormState, Format, filters};
use crate::{msg, msg_n};

/// One paper in a list.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: LeaveDocumentId,
    pub name: String,
    /// "48 kB", "48 kB, Mira Castell, 1 Dec, 9:20"
    pub detail: String,
    /// The file; the same with `/remove` takes it away.
    pub href: String,
    pub removable: bool,
}

/// The papers on the form of a request. `{{ papers|safe }}`
#[derive(Clone, Debug, Default, askama::Template)]
#[template(path = "leave/papers_field.html")]
pub struct Field {
    pub form: FormState,
    /// Uploaded, and to be sent with the request: each can be left out.
    pub chosen: Vec<Row>,
    /// On the request already, brought by somebody else: these stay.
    pub others: Vec<Row>,
}

impl Field {
    /// # Errors
    /// When the database cannot be read.
    pub fn of(
        rx: &Rx<'_>,
        actor: &Actor,
        form: &FormState,
        editing: Option<LeaveRequestId>,
        format: &Format,
    ) -> Result<Field> {
        let mut chosen = Vec::new();
        for id in form.values(super::FIELD).filter_map(|id| id.parse().ok()) {
            match named(rx, actor, &[id], editing) {
                Ok(found) => chosen.extend(found.iter().map(|one| row(one, format))),
                // Swept meanwhile: what is said beneath the field names it.
                Err(AppError::Invalid(_)) => {}
                Err(other) => return Err(other),
            }
        }
        chosen.sort_by_key(|row| row.id);
        chosen.dedup_by_key(|row| row.id);
        let others = of_others(rx, actor, editing)?.iter().map(|one| row(one, format)).collect();
        Ok(Field { form: form.clone(), chosen, others })
    }
}

fn row(document: &Document, format: &Format) -> Row {
    let detail = format.bytes(document.size);
    Row { id: document.id, name: document.name.clone(), detail, href: String::new(), removable: false }
}

/// The papers on the page of a request.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// Empty where none is there, or they are not this reader's to open.
    pub rows: Vec<Row>,
    /// "2 papers are there; what they say is between Mira Castell and HR."
    pub closed: String,
    /// Glyph and words of how it stands; empty where none is needed.
    pub state: Option<(&'static str, String)>,
    /// Where more are sent; none where no more are taken.
    pub add: Option<String>,
    /// Who reads what is added here.
    pub hint: String,
}

impl Section {
    /// # Errors
    /// When the database cannot be read.
    pub fn of(
        rx: &Rx<'_>,
        actor: &Actor,
        request: &LeaveRequest,
        kind: &LeaveType,
        sight: Sight,
        format: &Format,
    ) -> Result<Section> {
        let all = store::of_request(rx, request.id)?;
        let lang = format.lang;
        let opens = may_open(actor, kind, sight);
        let to = format!("{}/documents", href(request.id));
        let show = |one: &Document| Row {
            detail: format!("{}, {}, {}", format.bytes(one.size), one.uploader, format.when(one.uploaded_at)),
            href: format!("{to}/{}", one.id),
            removable: actor.is_hr() || (Some(one.uploaded_by) == actor.user_id && is_removable(request, one)),
            ..row(one, format)
        };
        let closed = match i64::try_from(all.len()).unwrap_or(i64::MAX) {
            0 => String::new(),
            count => lang.msg(&msg_n!(
                count,
                "A paper is there; what it says is between {1} and HR.",
                "{0} papers are there; what they say is between {1} and HR.",
                request.employee
            )),
        };
        let may_add = (sight == Sight::Own || actor.is_hr()) && request.status.occupies() && all.len() < rules::MOST;
        let hint = match (is_confidential(kind), sight == Sight::Own) {
            (true, true) => msg!("Only you and HR can open it."),
            (true, false) => msg!("{0} and HR can open it, nobody else.", request.employee),
            (false, true) => msg!("You, HR and whoever decides can open it."),
            (false, false) => msg!("{0}, HR and whoever decides can open it.", request.employee),
        };
        Ok(Section {
            state: match request.status.occupies() {
                true => state(super::of(rx, request.id)?, format).filter(|_| all.is_empty()),
                false => None,
            },
            rows: if opens { all.iter().map(show).collect() } else { Vec::new() },
            closed: if opens { String::new() } else { closed },
            add: may_add.then_some(to),
            hint: lang.msg(&hint),
        })
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.closed.is_empty() && self.state.is_none() && self.add.is_none()
    }
}

/// Glyph and words of how it stands with the papers of a request that stands; none where none is there nor needed.
pub fn state(papers: Papers, format: &Format) -> Option<(&'static str, String)> {
    let (glyph, words) = match Standing::on(format.today(), papers.count, papers.due_on) {
        Standing::None => return None,
        Standing::There(count) => ("ok", msg_n!(count, "{0} paper", "{0} papers")),
        Standing::Due(due) => ("wait", msg!("Paper due by {0}", format.day(due))),
        Standing::Missing(due) => ("warn", msg!("Paper missing since {0}", format.day(due))),
    };
    Some((glyph, format.lang.msg(&words)))
}

/// The same for whoever decides.
pub fn fact(papers: Papers, format: &Format) -> Option<Fact> {
    let (value, warn) = match Standing::on(format.today(), papers.count, papers.due_on) {
        Standing::None => return None,
        Standing::There(count) => (msg_n!(count, "{0} is there", "{0} are there"), false),
        Standing::Due(due) => (msg!("due by {0}", format.day(due)), false),
        Standing::Missing(due) => (msg!("missing since {0}", format.day(due)), true),
    };
    Some(Fact { label: format.lang.text("Paper").to_owned(), value: format.lang.msg(&value), warn })
}
