//! `/admin/mail/queue`

use axum::extract::Path;
use axum::response::Response;

use crate::auth::Admin;
use crate::error::{AppError, Result};
use crate::ids::OutboxId;
use crate::notifications::queue::{self, DROPPED, QueuedMail, RESENT, Standing};
use crate::web::listing::ListQuery;
use crate::web::parts::Pager;
use crate::web::{self, Flash, Format, Shell, filters};
use crate::{msg, msg_n};

const HERE: &str = "/admin/mail/queue";

/// How many of those that wait are named; the rest is counted.
const NAMED: i64 = 25;

#[derive(askama::Template)]
#[template(path = "admin/mail_queue.html")]
struct Page {
    shell: Shell,
    failed: Vec<Row>,
    pager: Pager,
    failures: i64,
    waiting: Vec<Row>,
    waits: i64,
}
web::pages!(Page);

struct Row {
    id: OutboxId,
    to: String,
    subject: String,
    queued: String,
    attempts: String,
    /// "today, 16:20"; empty for what was given up.
    next: String,
    /// In plain words; empty before the first attempt.
    reason: String,
    said: String,
}

/// `GET /admin/mail/queue?page=2`
pub async fn show(ctx: Admin, query: ListQuery) -> Result<Response> {
    let listing = query.listing(&[], &[])?;
    let (limit, offset) = (listing.limit(), listing.offset());
    let ((failed, failures), (waiting, waits)) = ctx
        .read(move |rx, actor| {
            let failed = queue::list(rx, actor, Standing::Failed, limit, offset)?;
            Ok((failed, queue::list(rx, actor, Standing::Waiting, NAMED, 0)?))
        })
        .await?;
    let format = ctx.format();
    let page = Page {
        shell: ctx.shell().await?,
        failed: failed.into_iter().map(|mail| row(mail, &format)).collect(),
        pager: Pager::new(&format, &listing, failures),
        failures,
        waiting: waiting.into_iter().map(|mail| row(mail, &format)).collect(),
        waits,
    };
    web::page(&page)
}

fn row(mail: QueuedMail, format: &Format) -> Row {
    let attempts = i64::from(mail.attempts);
    Row {
        reason: mail.reason().map(|why| format.lang.msg(&why)).unwrap_or_default(),
        id: mail.id,
        to: mail.to,
        subject: mail.subject,
        queued: format.when(mail.queued_at),
        attempts: format.lang.msg(&msg_n!(attempts, "tried once", "tried {0} times")),
        next: mail.next_try_at.map(|at| format.when(at.max(format.now))).unwrap_or_default(),
        said: mail.said,
    }
}

/// `POST /admin/mail/queue/{id}/resend`
pub async fn resend(ctx: Admin, Path(id): Path<OutboxId>) -> Result<Response> {
    ctx.write(RESENT, move |tx, actor| queue::resend(tx, actor, id)).await?;
    Ok(Flash::ok(msg!("It leaves as soon as the mail server takes it.")).redirect(&ctx.visit, HERE))
}

/// `POST /admin/mail/queue/resend`
pub async fn resend_all(ctx: Admin) -> Result<Response> {
    ctx.write(RESENT, queue::resend_all).await?;
    Ok(Flash::ok(msg!("All of them leave as soon as the mail server takes them.")).redirect(&ctx.visit, HERE))
}

/// `POST /admin/mail/queue/{id}/drop`
pub async fn take_out(ctx: Admin, Path(id): Path<OutboxId>) -> Result<Response> {
    match ctx.write(DROPPED, move |tx, actor| queue::take_out(tx, actor, id)).await {
        Ok(()) => Ok(Flash::ok(msg!("Taken out: this mail is not sent.")).redirect(&ctx.visit, HERE)),
        Err(AppError::Conflict(why)) => Ok(Flash::bad(why).redirect(&ctx.visit, HERE)),
        Err(other) => Err(other),
    }
}
