//! `/inbox`: decide in place, one or several; a reason or a question has a page of its own.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::approvals::{self, Approval, Decision, Kind, Step, StepKind};
use crate::auth::{Ctx, Staff};
use crate::error::{AppError, Msg, Result};
use crate::home;
use crate::ids::ApprovalId;
use crate::msg;
use crate::people;
use crate::web::listing::ListQuery;
use crate::web::parts::Pager;
use crate::web::{self, Flash, Form, FormState, Format, Shell, filters};

use super::{DECIDE, FILTERS, Filter, Item, Seen, decide_all, few, visible, waiting};

#[derive(Template)]
#[template(path = "inbox/index.html")]
struct Index {
    shell: Shell,
    /// Of everything that waits.
    total: i64,
    /// Of those people and that department that are asked for.
    all: usize,
    /// The list of every kind.
    every: String,
    /// There is more than a page holds: it can be searched.
    narrow: bool,
    departments: Vec<(String, String)>,
    department_id: String,
    search: String,
    filtered: bool,
    chosen: &'static str,
    tabs: Vec<Tab>,
    items: Vec<Row>,
    pager: Pager,
}

struct Tab {
    kind: &'static str,
    label: &'static str,
    count: usize,
    href: String,
}

struct Row {
    id: ApprovalId,
    /// Approval and version, as the buttons send them.
    seen: Seen,
    who: String,
    department: String,
    icon: &'static str,
    link: String,
    title: String,
    quote: String,
    facts: Vec<approvals::Fact>,
    since: String,
    late: bool,
    /// "level 2 of 3"; empty where there is one.
    level: String,
    /// The reader decides in somebody's place, who is named here.
    stands_in: bool,
    others: String,
}

#[derive(Template)]
#[template(path = "inbox/words.html")]
struct Words {
    shell: Shell,
    title: String,
    lead: String,
    action: &'static str,
    field: &'static str,
    label: String,
    button: String,
    danger: bool,
    /// Nothing need be said.
    optional: bool,
    seen: Vec<Seen>,
    things: Vec<String>,
    /// HR decides in somebody's place, and says why.
    on_behalf: bool,
    form: FormState,
}

#[derive(Template)]
#[template(path = "inbox/decided.html")]
struct Decided {
    shell: Shell,
    rows: Vec<DecidedRow>,
    pager: Pager,
}

struct DecidedRow {
    who: String,
    title: String,
    link: String,
    glyph: &'static str,
    decision: String,
    note: String,
    when: String,
}

web::pages!(Index, Words, Decided);

fn label(kind: Kind) -> &'static str {
    match kind {
        Kind::Leave => crate::tr!("Leave"),
        Kind::Overtime => crate::tr!("Overtime"),
        Kind::Task => crate::tr!("Onboarding"),
        Kind::Profile => crate::tr!("Personal data"),
        Kind::Trip => crate::tr!("Business trips"),
    }
}

/// `GET /inbox?kind=leave&page=2`
pub async fn index(ctx: Staff, query: ListQuery) -> Result<Response> {
    let listing = query.listing(&[], FILTERS)?;
    let filter = Filter::of(&listing)?;
    let (limit, offset) = (listing.limit(), listing.offset());
    let asked = filter.clone();
    let read = ctx.read(move |rx, actor| {
        let found = waiting(rx, actor, &asked, limit, offset)?;
        // A handful is read faster than it is searched.
        let narrow = found.all > limit || !asked.is_empty();
        let departments = if narrow { people::org::department::choices(rx)? } else { Vec::new() };
        Ok((found, departments))
    });
    let (waiting, departments) = read.await?;
    let format = ctx.format();
    let me = ctx.actor.employee_id.map(|me| me.0);
    let all: usize = waiting.counts.iter().map(|(_, count)| count).sum();
    let tab = |(kind, count): (Kind, usize)| Tab {
        kind: kind.as_str(),
        label: label(kind),
        count,
        href: listing.with("kind", kind.as_str()),
    };
    web::page(&Index {
        shell: ctx.shell().await?,
        total: waiting.all,
        all,
        every: listing.with("kind", ""),
        narrow: waiting.all > limit || !filter.is_empty(),
        departments: people::words::options(departments),
        department_id: listing.text("department_id").to_owned(),
        search: listing.text("search").to_owned(),
        filtered: !filter.is_empty(),
        chosen: filter.kind.map_or("", Kind::as_str),
        tabs: waiting.counts.into_iter().map(tab).collect(),
        items: waiting.items.into_iter().map(|item| row(item, &format, me)).collect(),
        pager: Pager::new(&format, &listing, waiting.total),
    })
}

fn row(item: Item, format: &Format, me: Option<i64>) -> Row {
    let Item { approval, facts } = item;
    let levels = approval.levels.len();
    let level = match levels {
        0 | 1 => String::new(),
        _ => format.lang.msg(&msg!("level {0} of {1}", approval.level, levels)),
    };
    let stands_in = me.is_some_and(|me| !approval.office && approval.asked.iter().all(|one| one.id != me));
    let others = format.lang.msg(&msg!("Waits for {0}", approval.waits_for()));
    Row {
        id: approval.id,
        seen: Seen::of(&approval),
        title: if facts.title.is_empty() { format.lang.msg(&approval.title) } else { facts.title },
        who: approval.requester.name,
        department: approval.department,
        icon: if facts.icon.is_empty() { "inbox" } else { facts.icon },
        link: if facts.link.is_empty() { "/inbox".to_owned() } else { facts.link },
        quote: facts.quote,
        facts: facts.facts,
        since: format.when(approval.requested_at),
        late: approval.due_at < format.now,
        stands_in,
        others,
        level,
    }
}

/// One button of the list was pressed: `approve` holds the id of its row, or `selected` for the ticked ones.
#[derive(Debug, Deserialize)]
pub struct Pressed {
    #[serde(default)]
    id: Vec<Seen>,
    approve: Option<String>,
    reject: Option<String>,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    search: String,
    #[serde(default)]
    department_id: String,
}

impl Pressed {
    /// The list as it was, without what has been decided.
    fn back(&self) -> String {
        let said = [("kind", &self.kind), ("search", &self.search), ("department_id", &self.department_id)];
        let said: Vec<_> = said.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        if said.is_empty() {
            return "/inbox".to_owned();
        }
        format!("/inbox?{}", serde_html_form::to_string(said).unwrap_or_default())
    }
}

/// `POST /inbox`
pub async fn press(ctx: Staff, form: Form<Pressed>) -> Result<Response> {
    let pressed = form.open().1?;
    let back = pressed.back();
    let ids = match pressed.approve.as_deref() {
        Some(one) if one != "selected" => vec![one.parse()?],
        _ => pressed.id,
    };
    if ids.is_empty() {
        return Ok(Flash::warn("Nothing is ticked. Tick what to decide together, or use the buttons beside each.")
            .redirect(&ctx.visit, &back));
    }
    if pressed.reject.is_some() {
        return words(&ctx, Say::Reject, ids, FormState::default(), StatusCode::OK).await;
    }
    match settle(&ctx, ids.clone(), Decision::Approve { note: None, on_behalf_reason: None }).await {
        Ok(decided) => Ok(Flash::ok(said(Say::Approve, &decided)).redirect(&ctx.visit, &back)),
        Err(AppError::Conflict(why)) => Ok(Flash::bad(why).redirect(&ctx.visit, &back)),
        Err(other) => Err(other),
    }
}

/// What is said with a page of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Say {
    Approve,
    Reject,
    Ask,
}

#[derive(Debug, Deserialize)]
pub struct Reason {
    #[serde(default)]
    id: Vec<Seen>,
    #[serde(default)]
    reason: String,
    on_behalf_reason: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Agreement {
    #[serde(default)]
    id: Vec<Seen>,
    note: Option<String>,
    on_behalf_reason: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct Question {
    #[serde(default)]
    id: Vec<Seen>,
    #[serde(default)]
    question: String,
}

/// `GET /inbox/{id}/approve`: for HR that was not asked, and for whoever wants to add a word.
pub async fn approve_page(ctx: Staff, Path(id): Path<ApprovalId>) -> Result<Response> {
    words(&ctx, Say::Approve, vec![Seen { id, version: None }], FormState::default(), StatusCode::OK).await
}

/// `POST /inbox/approve`
pub async fn approve(ctx: Staff, form: Form<Agreement>) -> Result<Response> {
    let (typed, input) = form.open();
    let input = input?;
    let decision = Decision::Approve { note: input.note, on_behalf_reason: input.on_behalf_reason };
    finish(&ctx, Say::Approve, input.id, decision, typed).await
}

/// `GET /inbox/{id}/reject`
pub async fn reject_page(ctx: Staff, Path(id): Path<ApprovalId>) -> Result<Response> {
    words(&ctx, Say::Reject, vec![Seen { id, version: None }], FormState::default(), StatusCode::OK).await
}

/// `GET /inbox/{id}/ask`
pub async fn ask_page(ctx: Staff, Path(id): Path<ApprovalId>) -> Result<Response> {
    words(&ctx, Say::Ask, vec![Seen { id, version: None }], FormState::default(), StatusCode::OK).await
}

/// `POST /inbox/reject`
pub async fn reject(ctx: Staff, form: Form<Reason>) -> Result<Response> {
    let (typed, input) = form.open();
    let input = input?;
    let decision = Decision::Reject { reason: input.reason, on_behalf_reason: input.on_behalf_reason };
    finish(&ctx, Say::Reject, input.id, decision, typed).await
}

/// `POST /inbox/ask`
pub async fn ask(ctx: Staff, form: Form<Question>) -> Result<Response> {
    let (typed, input) = form.open();
    let input = input?;
    finish(&ctx, Say::Ask, input.id, Decision::Clarify { question: input.question }, typed).await
}

async fn finish(ctx: &Ctx, say: Say, ids: Vec<Seen>, decision: Decision, typed: FormState) -> Result<Response> {
    match settle(ctx, ids.clone(), decision).await {
        Ok(decided) => Ok(Flash::ok(said(say, &decided)).redirect(&ctx.visit, "/inbox")),
        Err(AppError::Invalid(errors)) => {
            words(ctx, say, ids, typed.with(errors), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(AppError::Conflict(why)) => Ok(Flash::bad(why).redirect(&ctx.visit, "/inbox")),
        Err(other) => Err(other),
    }
}

async fn settle(ctx: &Ctx, ids: Vec<Seen>, decision: Decision) -> Result<Vec<Approval>> {
    ctx.write(DECIDE, move |tx, actor| decide_all(tx, actor, &ids, &decision)).await
}

/// The sentence after it is done.
fn said(say: Say, decided: &[Approval]) -> Msg {
    let [one] = decided else {
        let n = decided.len();
        let onward = decided.iter().filter(|one| one.status == approvals::Status::Pending).count();
        return match say {
            Say::Approve if onward > 0 => {
                msg!(
                    "You agreed to {0}. {1} of them now wait for others; of the rest everybody has been told.",
                    n,
                    onward
                )
            }
            Say::Approve => msg!("{0} approved. Everybody has been told.", n),
            Say::Reject => msg!("{0} rejected. Everybody has been told.", n),
            Say::Ask => msg!("{0} asked.", n),
        };
    };
    match say {
        Say::Approve if one.status == approvals::Status::Pending => {
            msg!("You agreed for {0}: {1}. It now waits for {2}.", one.requester.name, one.title, one.waits_for())
        }
        Say::Approve => msg!("Approved for {0}: {1}. They have been told.", one.requester.name, one.title),
        Say::Reject => msg!("Rejected for {0}: {1}. They have been told.", one.requester.name, one.title),
        Say::Ask => msg!("{0} has been asked.", one.requester.name),
    }
}

async fn words(ctx: &Ctx, say: Say, ids: Vec<Seen>, form: FormState, status: StatusCode) -> Result<Response> {
    few(&ids)?;
    let wanted = ids.clone();
    let (things, on_behalf) = ctx
        .read(move |rx, actor| {
            let things = wanted.iter().map(|seen| visible(rx, actor, seen.id)).collect::<Result<Vec<_>>>()?;
            things.iter().try_for_each(|one| approvals::require_may_decide(rx, actor, one))?;
            // A question is its own reason.
            let mut on_behalf = false;
            for one in things.iter().filter(|_| say != Say::Ask) {
                on_behalf |= !approvals::is_asked(rx, actor, one)?;
            }
            Ok((things, on_behalf))
        })
        .await?;
    let lang = ctx.visit.lang;
    let shown: Vec<String> =
        things.iter().map(|one| format!("{}: {}", one.requester.name, lang.msg(&one.title))).collect();
    let name = things.first().map(|one| one.requester.name.clone()).unwrap_or_default();
    let say_it = |message: Msg| lang.msg(&message);
    let single = things.len() == 1;
    // A version that was seen on the list stays the one that counts; else it is the one shown here.
    let seen = ids.iter().zip(&things).map(|(seen, thing)| match seen.version {
        Some(_) => *seen,
        None => Seen::of(thing),
    });
    let seen = seen.collect();
    let (title, lead) = match say {
        Say::Ask => (
            msg!("Ask {0} about it", name),
            msg!(
                "{0} It goes back to {1}, who can change it and send it again. What it reserves stays reserved.",
                shown.join("; "),
                name
            ),
        ),
        Say::Approve => (msg!("Approve this?"), msg!("{0}. {1} is told at once.", shown.join("; "), name)),
        Say::Reject if single => {
            (msg!("Reject this?"), msg!("{0}. {1} is told at once, with your reason.", shown.join("; "), name))
        }
        Say::Reject => {
            (msg!("Reject {0} requests?", things.len()), msg!("Everybody is told at once, with your reason."))
        }
    };
    let page = Words {
        shell: ctx.shell().await?,
        title: say_it(title),
        lead: say_it(lead),
        action: match say {
            Say::Approve => "/inbox/approve",
            Say::Reject => "/inbox/reject",
            Say::Ask => "/inbox/ask",
        },
        field: match say {
            Say::Approve => "note",
            Say::Reject => "reason",
            Say::Ask => "question",
        },
        label: say_it(match say {
            Say::Approve => msg!("Note"),
            Say::Reject => msg!("Reason"),
            Say::Ask => msg!("Question"),
        }),
        button: say_it(match say {
            Say::Approve => msg!("Approve"),
            Say::Reject => msg!("Reject"),
            Say::Ask => msg!("Send question"),
        }),
        danger: say == Say::Reject,
        optional: say == Say::Approve,
        seen,
        things: shown,
        on_behalf,
        form,
    };
    web::page_with(status, &page)
}

/// `GET /inbox/decided?page=2`
pub async fn decided(ctx: Staff, query: ListQuery) -> Result<Response> {
    let listing = query.listing(&[], &[])?;
    let (limit, offset) = (listing.limit(), listing.offset());
    let (rows, total) = ctx.read(move |rx, actor| approvals::decided_by(rx, actor, limit, offset)).await?;
    let format = ctx.format();
    let rows = rows.into_iter().map(|(approval, step)| decided_row(approval, step, &format)).collect();
    web::page(&Decided { shell: ctx.shell().await?, rows, pager: Pager::new(&format, &listing, total) })
}

fn decided_row(approval: Approval, step: Step, format: &Format) -> DecidedRow {
    DecidedRow {
        title: format.lang.msg(&approval.title),
        who: approval.requester.name,
        link: home::subject_page(approval.kind, approval.subject_id),
        glyph: match step.what {
            StepKind::Approved => "ok",
            StepKind::Rejected => "no",
            _ => "ask",
        },
        decision: format.lang.msg(&Msg::new(step.what.words())),
        note: step.note,
        when: format.when(step.at),
    }
}
