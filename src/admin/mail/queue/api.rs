//! The queue of mail in the API.

use axum::extract::Path;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Admin;
use crate::error::Result;
use crate::ids::OutboxId;
use crate::lang::Lang;
use crate::notifications::queue::{self, DROPPED, QueuedMail, RESENT, Standing};
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, List};

/// A mail that has not left.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = QueuedMail)]
pub struct MailJson {
    pub id: OutboxId,
    #[schema(example = "mira.castell@nordlicht.example")]
    pub to: String,
    #[schema(example = "Your leave is approved")]
    pub subject: String,
    pub status: Standing,
    /// How often it was tried.
    #[schema(example = 3)]
    pub attempts: u32,
    #[schema(value_type = String, format = DateTime)]
    pub queued_at: Timestamp,
    /// Null for what was given up.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_try_at: Option<Timestamp>,
    /// Why it has not left, in plain words; null before the first attempt.
    #[schema(example = "The mailbox is full. Its owner must make room.")]
    pub reason: Option<String>,
    /// What the mail server said, word by word; empty before the first attempt.
    #[schema(example = "452 4.2.2 Over quota")]
    pub said: String,
}

impl MailJson {
    fn new(mail: QueuedMail, lang: Lang) -> MailJson {
        MailJson {
            reason: mail.reason().map(|why| lang.msg(&why)),
            id: mail.id,
            to: mail.to,
            subject: mail.subject,
            status: mail.standing,
            attempts: mail.attempts,
            queued_at: mail.queued_at,
            next_try_at: mail.next_try_at,
            said: mail.said,
        }
    }
}

/// How much was given up and is tried again.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Revived {
    #[schema(example = 3)]
    pub revived: i64,
}

/// Mail that has not left.
#[utoipa::path(
    get, path = "/api/v1/mail-queue", operation_id = "list_queued_mail", tag = "settings",
    summary = "Mail that was given up, or waits",
    description = "Admins. What was given up, newest first; with `status=waiting` what waits, the next one first.",
    params(
        ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query),
        ("status" = Option<Standing>, Query, description = "`failed` (preset) or `waiting`"),
    ),
    responses((status = 200, description = "The mail", body = List<MailJson>), ReadProblems),
)]
pub async fn list(ctx: Admin, query: ListQuery) -> Result<List<MailJson>> {
    let listing = query.listing(&[], &["status"])?;
    let standing = listing.filter("status")?.unwrap_or(Standing::Failed);
    let (limit, offset) = (listing.limit(), listing.offset());
    let (mails, total) = ctx.read(move |rx, actor| queue::list(rx, actor, standing, limit, offset)).await?;
    let lang = ctx.visit.lang;
    Ok(List::new(mails.into_iter().map(|mail| MailJson::new(mail, lang)).collect(), total, &listing))
}

/// Tries all of it again.
#[utoipa::path(
    post, path = "/api/v1/mail-queue/resend", operation_id = "resend_queued_mail", tag = "settings",
    summary = "Send all mail that waits or was given up as soon as it goes", description = "Admins. Takes no body.",
    responses((status = 200, description = "How much was given up before", body = Revived), WriteProblems),
)]
pub async fn resend_all(ctx: Admin) -> Result<Json<Revived>> {
    let revived = ctx.write(RESENT, queue::resend_all).await?;
    Ok(Json(Revived { revived }))
}

/// Tries one again.
#[utoipa::path(
    post, path = "/api/v1/mail-queue/{id}/resend", operation_id = "resend_one_queued_mail", tag = "settings",
    summary = "Send one mail as soon as it goes",
    description = "Admins. Takes no body. What was given up is tried for two days again.",
    params(("id" = OutboxId, Path)),
    responses((status = 204, description = "It leaves as soon as the mail server takes it"), WriteProblems),
)]
pub async fn resend(ctx: Admin, Path(id): Path<OutboxId>) -> Result<StatusCode> {
    ctx.write(RESENT, move |tx, actor| queue::resend(tx, actor, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes one out.
#[utoipa::path(
    delete, path = "/api/v1/mail-queue/{id}", operation_id = "drop_queued_mail", tag = "settings",
    summary = "Take one mail out: it never leaves", description = "Admins. 409 while it is being sent.",
    params(("id" = OutboxId, Path)),
    responses((status = 204, description = "Taken out"), WriteProblems),
)]
pub async fn take_out(ctx: Admin, Path(id): Path<OutboxId>) -> Result<StatusCode> {
    ctx.write(DROPPED, move |tx, actor| queue::take_out(tx, actor, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
