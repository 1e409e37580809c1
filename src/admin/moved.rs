//! "Moved here, or a test copy?" A data directory that lies elsewhere than it was recorded holds mail, reminders and
//! file delivery until an operator has said what it is.

use askama::Template;
use axum::response::Response;
use serde::Deserialize;

use crate::audit;
use crate::auth::{Actor, Admin};
use crate::error::{AppError, Result};
use crate::orgs::Orgs;
use crate::storage::Tx;
use crate::storage::marks::{Answer, Mark, Standing};
use crate::web::{self, Flash, Form, Shell, filters};

#[derive(Template)]
#[template(path = "admin/moved.html")]
struct Moved {
    shell: Shell,
    /// What differs, in words; empty where nothing is asked.
    differing: Vec<&'static str>,
    is_copy: bool,
}

web::pages!(Moved);

/// `GET /admin/moved`
pub async fn show(ctx: Admin) -> Result<Response> {
    ctx.require_operator().await?;
    let (differing, is_copy) = match ctx.auth.orgs.holding().standing() {
        Standing::Home => (Vec::new(), false),
        Standing::Copy => (Vec::new(), true),
        Standing::Asked(marks) => (marks.into_iter().map(words).collect(), false),
    };
    web::page(&Moved { shell: ctx.shell().await?, differing, is_copy })
}

fn words(mark: Mark) -> &'static str {
    match mark {
        Mark::Machine => crate::tr!("another machine"),
        Mark::FileSystem => crate::tr!("another disk"),
        Mark::Directory => crate::tr!("another folder, or one made at another time"),
    }
}

#[derive(Debug, Deserialize)]
pub struct Said {
    answer: String,
}

/// `POST /admin/moved`
pub async fn answer(ctx: Admin, form: Form<Said>) -> Result<Response> {
    ctx.require_operator().await?;
    let said = form.open().1?.answer;
    let (answer, done) = match said.as_str() {
        "moved" => (Answer::Moved, Flash::ok("This is the house now. Mail and reminders go on.")),
        "copy" => (
            Answer::Copy,
            Flash::ok("This is a test copy now. It sends no mail, and links of the original do not work here."),
        ),
        _ => return Err(AppError::invalid("answer", "Choose one of the two.")),
    };
    let (orgs, actor) = (ctx.auth.orgs.clone(), ctx.actor.clone());
    tokio::task::spawn_blocking(move || say(&orgs, &actor, answer)).await.map_err(AppError::internal)??;
    Ok(done.redirect(&ctx.visit, "/"))
}

/// Says what this data directory is, with an entry in the appliance's audit log. The caller has made sure that `actor`
/// speaks for the machine. Blocks.
///
/// # Errors
/// [`AppError::Conflict`] where nothing is asked.
pub fn say(orgs: &Orgs, actor: &Actor, answer: Answer) -> Result<()> {
    let said = match answer {
        Answer::Moved => "moved",
        Answer::Copy => "copy",
    };
    let actor = actor.clone();
    orgs.answer_marks(answer, move |tx: &mut Tx<'_>| {
        audit::record(tx, &actor, audit::Entry::new("house.answered").with("answer", said))?;
        Ok(())
    })
}
