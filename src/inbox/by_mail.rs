//! `/decide/{token}`: one decision from a mail, without signing in. The link is the credential: it names one person, one
//! approval in one version, and is good once (see [`crate::notifications::decision`]). Opening it shows what there is
//! to decide and changes nothing, for mail scanners open links; only its buttons act.
//!
//! What HR may do in another's place is not offered here, and what only somebody who has signed in should look at (bank
//! details) gets no such link.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::approvals::{self, Approval, Decision, Status, StepKind};
use crate::auth::account::{self, Account};
use crate::auth::caller::Caller;
use crate::auth::credential::TokenHash;
use crate::auth::sign_in::Knock;
use crate::auth::{Actor, Auth, links, session};
use crate::error::{AppError, FieldErrors, Msg, Result};
use crate::lang::Lang;
use crate::msg;
use crate::notifications::decision;
use crate::orgs::Org;
use crate::storage::{Rx, Tx};
use crate::web::{self, Form, FormState, Format, Shell, SignInRate, Visit, filters};

use super::{DECIDE, Item, Seen, decide, with_facts};

#[derive(askama::Template)]
#[template(path = "inbox/by_mail.html")]
struct Page {
    shell: Shell,
    /// What proves that a page of ours was looked at.
    proof: String,
    me: String,
    who: String,
    department: String,
    since: String,
    title: String,
    quote: String,
    facts: Vec<approvals::Fact>,
    form: FormState,
}

#[derive(askama::Template)]
#[template(path = "inbox/by_mail_over.html")]
struct OverPage {
    shell: Shell,
    /// It was decided by this very link: good news.
    well: bool,
    title: String,
    words: String,
    /// What it was about; empty where the reader may not know.
    matter: String,
}

web::pages!(Page, OverPage);

/// What a link leads to now.
enum Found {
    /// It waits for this decision.
    Open(Box<Item>, Actor),
    /// There is nothing to decide by it any more.
    Over(Over),
}

struct Over {
    lang: Option<Lang>,
    well: bool,
    title: &'static str,
    words: Msg,
    matter: String,
}

impl Over {
    fn new(title: &'static str, words: Msg) -> Over {
        Over { lang: None, well: false, title, words, matter: String::new() }
    }
}

/// `GET /decide/{token}`: shows, and changes nothing.
pub async fn show(State(auth): State<Arc<Auth>>, caller: Caller, Path(token): Path<String>) -> Result<Response> {
    answer(&auth, &caller, &token, FormState::default(), StatusCode::OK).await
}

/// What a button of the page sends.
#[derive(Debug, Deserialize)]
pub struct Pressed {
    proof: String,
    decision: Button,
    #[serde(default)]
    note: String,
    #[serde(default)]
    reason: String,
}

crate::text_enum! {
    /// Which button.
    pub enum Button {
        Approve = "approve",
        Reject = "reject",
    }
}

impl Pressed {
    fn decision(self) -> Decision {
        match self.decision {
            Button::Approve => {
                let note = Some(self.note).filter(|note| !note.trim().is_empty());
                Decision::Approve { note, on_behalf_reason: None }
            }
            Button::Reject => Decision::Reject { reason: self.reason, on_behalf_reason: None },
        }
    }
}

/// `POST /decide/{token}`: decides once, as the person whom the mail was for.
pub async fn act(
    State(auth): State<Arc<Auth>>,
    caller: Caller,
    Path(token): Path<String>,
    _rate: SignInRate,
    form: Form<Pressed>,
) -> Result<Response> {
    let (typed, input) = form.open();
    let pressed = match input {
        Ok(pressed) if pressed.proof == proof(&token) => pressed,
        // Nobody of ours: a page that was not looked at is shown.
        Ok(_) => return answer(&auth, &caller, &token, typed, StatusCode::UNPROCESSABLE_ENTITY).await,
        Err(AppError::Invalid(errors)) => return again(&auth, &caller, &token, typed, errors).await,
        Err(other) => return Err(other),
    };
    let Ok(org) = auth.org_of_link(&token, caller.host()) else { return unknown(&caller) };
    let (secret, knock, zone) = (token.clone(), caller.knock(session::Kind::Web), org.settings().zone.clone());
    let decision = pressed.decision();
    let write = org.db.write(DECIDE, move |tx: &mut Tx<'_>| {
        let Found::Open(item, actor) = look(tx, &secret, &knock, &zone)? else {
            // The page that follows says why.
            return Err(AppError::conflict("There is nothing to decide by this link any more."));
        };
        decide(tx, &actor, Seen::of(&item.approval), &decision)?;
        decision::spend(tx, &secret)
    });
    match write.await {
        Err(AppError::Invalid(errors)) => again(&auth, &caller, &token, typed, errors).await,
        // It was decided, withdrawn or changed in between, or its feature knows why it cannot be.
        Err(AppError::Conflict(why) | AppError::Forbidden(why)) => {
            let mut errors = FieldErrors::new();
            errors.add("", why);
            answer(&auth, &caller, &token, typed.with(errors), StatusCode::CONFLICT).await
        }
        Err(AppError::NotFound) => unknown(&caller),
        Err(other) => Err(other),
        Ok(()) => Ok(web::redirect(&format!("{}{token}", decision::PATH))),
    }
}

async fn again(auth: &Auth, caller: &Caller, token: &str, typed: FormState, errors: FieldErrors) -> Result<Response> {
    answer(auth, caller, token, typed.with(errors), StatusCode::UNPROCESSABLE_ENTITY).await
}

/// The page of a link as it stands; `status` is for one that still waits.
async fn answer(auth: &Auth, caller: &Caller, token: &str, form: FormState, status: StatusCode) -> Result<Response> {
    let Ok(org) = auth.org_of_link(token, caller.host()) else { return unknown(caller) };
    let (secret, knock, zone) = (token.to_owned(), caller.knock(session::Kind::Web), org.settings().zone.clone());
    let now = auth.clock().now();
    match org.db.read(move |rx| look(rx, &secret, &knock, &zone)).await {
        Ok(Found::Open(item, actor)) => {
            let format = Format::new(actor.language.parse().unwrap_or_default(), actor.zone.clone(), now);
            web::page_with(status, &page(caller, &org, *item, &actor.name, &format, (proof(token), form)))
        }
        Ok(Found::Over(over)) => {
            let status = if over.well { StatusCode::OK } else { StatusCode::GONE };
            over_page(caller, org.settings().name.clone(), over, status)
        }
        Err(AppError::NotFound) => unknown(caller),
        Err(other) => Err(other),
    }
}

/// What the link behind `secret` leads to, for the person it was made for.
fn look(rx: &Rx<'_>, secret: &str, knock: &Knock, zone: &TimeZone) -> Result<Found> {
    let link = decision::find(rx, secret)?;
    let Some(account) = account::load(rx, link.asked.user, zone)? else {
        let words = msg!("This login cannot be used now. Ask HR or your admin.");
        return Ok(Found::Over(Over::new(crate::tr!("Nothing was decided"), words)));
    };
    let actor = links::person(&account, knock);
    let approval = approvals::get(rx, link.asked.approval)?;
    let lang: Lang = actor.language.parse().unwrap_or_default();
    let matter = format!("{}: {}", approval.requester.name, lang.msg(&approval.title));
    let over = |over: Over| Ok(Found::Over(Over { lang: Some(lang), matter: matter.clone(), ..over }));

    if approval.status != Status::Pending {
        return over(ended(rx, &approval, &account, link.used_at.is_some(), lang)?);
    }
    if link.used_at.is_some() {
        let words = msg!("Thank you. It waits for {0} now.", approval.waits_for());
        return over(Over { well: true, ..Over::new(crate::tr!("You have agreed"), words) });
    }
    if rx.now() >= link.expires_at {
        let words = msg!("This link was good for 7 days. It still waits for a decision: sign in to decide.");
        return over(Over::new(crate::tr!("This link is too old"), words));
    }
    if approval.version != link.asked.version {
        if let Some(words) = approvals::agreed_meanwhile(rx, &actor, &approval)? {
            return over(Over::new(crate::tr!("Somebody was quicker"), words));
        }
        let words = msg!("This has changed since the mail was sent. Sign in and look at it as it is now.");
        return over(Over::new(crate::tr!("This has changed"), words));
    }
    if !approvals::is_asked(rx, &actor, &approval)? {
        let words = msg!("This waits for {0}.", approval.waits_for());
        return over(Over::new(crate::tr!("You are not asked any more"), words));
    }
    let item = with_facts(rx, &actor, vec![approval])?.pop().ok_or(AppError::NotFound)?;
    Ok(Found::Open(Box::new(item), actor))
}

/// What became of it: who, and when.
fn ended(rx: &Rx<'_>, approval: &Approval, account: &Account, by_this: bool, lang: Lang) -> Result<Over> {
    let steps = approvals::timeline(rx, approval.kind, approval.subject_id)?;
    let Some(last) = steps.iter().rev().find(|step| step.what.is_of_a_person()) else { return Err(AppError::NotFound) };
    let format = Format::new(lang, account.zone.clone(), rx.now());
    let (who, when) = (&last.who, format.when(last.at));
    let (title, words) = match last.what {
        StepKind::Approved => (crate::tr!("Approved"), msg!("{0} approved this ({1}).", who, when)),
        StepKind::Rejected => (crate::tr!("Rejected"), msg!("{0} rejected this ({1}).", who, when)),
        StepKind::Asked => (
            crate::tr!("A question was asked"),
            msg!("{0} asked a question ({1}); this waits for the answer.", who, when),
        ),
        _ => (crate::tr!("Withdrawn"), msg!("{0} withdrew this ({1}).", who, when)),
    };
    Ok(Over { well: by_this, ..Over::new(title, words) })
}

fn page(caller: &Caller, org: &Org, item: Item, me: &str, format: &Format, (proof, form): (String, FormState)) -> Page {
    let Item { approval, facts } = item;
    Page {
        shell: shell(caller, org.settings().name.clone(), Some(format.lang)),
        proof,
        me: me.to_owned(),
        title: if facts.title.is_empty() { format.lang.msg(&approval.title) } else { facts.title },
        who: approval.requester.name,
        department: approval.department,
        since: format.when(approval.requested_at),
        quote: facts.quote,
        facts: facts.facts,
        form,
    }
}

/// A link that was never sent, or is forgotten.
fn unknown(caller: &Caller) -> Result<Response> {
    let words = msg!(
        "This link leads nowhere. It may have been cut in the mail, or it is very old. Sign in to see what waits for you."
    );
    over_page(caller, "Steward".to_owned(), Over::new(crate::tr!("Nothing was decided"), words), StatusCode::NOT_FOUND)
}

fn over_page(caller: &Caller, org: String, over: Over, status: StatusCode) -> Result<Response> {
    let shell = shell(caller, org, over.lang);
    let lang = shell.lang;
    let page = OverPage {
        shell,
        well: over.well,
        title: lang.text(over.title).to_owned(),
        words: lang.msg(&over.words),
        matter: over.matter,
    };
    web::page_with(status, &page)
}

/// In the language of the person, where they are known.
fn shell(caller: &Caller, org: String, lang: Option<Lang>) -> Shell {
    let visit = Visit { lang: lang.unwrap_or(caller.visit.lang), ..caller.visit.clone() };
    Shell::new(&visit, org)
}

/// What the form of the page holds and nobody else's does: whoever sends it has had the page.
fn proof(token: &str) -> String {
    TokenHash::of(&format!("form {token}")).short()
}
