//! Notices and their preferences in the API. Everybody sees and changes their own only.

use axum::extract::Path;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{MailChoice, NoticeRow, PREFERENCES, Preference, READ, Topic};
use crate::auth::Hire;
use crate::error::Result;
use crate::ids::NoticeId;
use crate::lang::Lang;
use crate::web::listing::ListQuery;
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, List};

/// The operations of this file.
#[derive(Debug, utoipa::OpenApi)]
#[openapi(paths(list, unread_count, read, read_all, preferences, set_preferences))]
pub struct Api;

/// A notice, in the reader's language.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Notice)]
pub struct View {
    pub id: NoticeId,
    /// What happened: `leave_approved`.
    #[schema(example = "leave_approved")]
    pub kind: String,
    pub topic: Topic,
    pub subject: Subject,
    #[schema(example = "Jonas Brandt approved your leave.")]
    pub text: String,
    /// What a person wrote; empty where nobody did.
    #[schema(example = "Enjoy Turku!")]
    pub quote: String,
    /// The page to go to: a path of this site.
    #[schema(example = "/leave/requests/17")]
    pub link: String,
    #[schema(value_type = String, format = DateTime, example = "2026-12-01T09:30:00Z")]
    pub created_at: Timestamp,
    /// Null while it is not read.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub read_at: Option<Timestamp>,
}

/// What a notice is about.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = NoticeSubject)]
pub struct Subject {
    #[schema(example = "leave_request")]
    pub kind: String,
    #[schema(example = 17)]
    pub id: i64,
}

impl View {
    pub fn new(row: NoticeRow, lang: Lang) -> View {
        View {
            id: row.id,
            kind: row.kind,
            topic: row.topic,
            subject: Subject { kind: row.subject_kind, id: row.subject_id },
            text: lang.msg(&row.text),
            quote: row.quote,
            link: row.link,
            created_at: row.created_at,
            read_at: row.read_at,
        }
    }
}

/// How many notices are not read.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct UnreadCount {
    #[schema(example = 3)]
    pub unread: i64,
}

/// How many notices were marked as read.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct ReadCount {
    #[schema(example = 3)]
    pub read: usize,
}

/// What comes by mail, topic by topic.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = NoticePreferences)]
pub struct Preferences {
    pub preferences: Vec<Choice>,
}

/// One topic.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = NoticePreference)]
pub struct Choice {
    pub topic: Topic,
    pub mail: MailChoice,
    /// It cannot be switched off.
    #[schema(example = false)]
    pub locked: bool,
}

impl From<Vec<Preference>> for Preferences {
    fn from(all: Vec<Preference>) -> Self {
        let choice = |Preference { topic, mail, locked }| Choice { topic, mail, locked };
        Preferences { preferences: all.into_iter().map(choice).collect() }
    }
}

/// Topics to change; the others stay as they are.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = NoticePreferencesInput)]
pub struct PreferencesInput {
    pub preferences: Vec<ChoiceInput>,
}

/// One topic to change.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[schema(as = NoticePreferenceInput)]
pub struct ChoiceInput {
    pub topic: Topic,
    pub mail: MailChoice,
}

/// One's own notices, newest first.
#[utoipa::path(
    get, path = "/api/v1/notifications", operation_id = "list_notifications", tag = "notifications",
    summary = "My notices", description = "Anybody signed in. Newest first; read ones are kept for 90 days.",
    params(
        ("page" = Option<i64>, Query), ("page_size" = Option<i64>, Query),
        ("unread" = Option<bool>, Query, description = "Only those that are not read"),
    ),
    responses((status = 200, description = "The notices", body = List<View>), ReadProblems),
)]
pub async fn list(ctx: Hire, query: ListQuery) -> Result<List<View>> {
    let listing = query.listing(&[], &["unread"])?;
    let unread: bool = listing.filter("unread")?.unwrap_or(false);
    let (limit, offset) = (listing.limit(), listing.offset());
    let (rows, total) = ctx.read(move |rx, actor| super::list(rx, actor, unread, limit, offset)).await?;
    let lang = ctx.visit.lang;
    Ok(List::new(rows.into_iter().map(|row| View::new(row, lang)).collect(), total, &listing))
}

/// How many of one's own notices are not read.
#[utoipa::path(
    get, path = "/api/v1/notifications/unread-count", operation_id = "count_unread_notifications", tag = "notifications",
    summary = "How many of my notices I have not read", description = "Anybody signed in.",
    responses((status = 200, description = "The count", body = UnreadCount), ReadProblems),
)]
pub async fn unread_count(ctx: Hire) -> Result<Json<UnreadCount>> {
    let unread = ctx.read(super::unread).await?;
    Ok(Json(UnreadCount { unread }))
}

/// Marks one notice as read.
#[utoipa::path(
    patch, path = "/api/v1/notifications/{id}/read", operation_id = "read_notification", tag = "notifications",
    summary = "Mark a notice as read",
    description = "Anybody signed in, their own notices. Takes no body; a notice that was read stays as it was.",
    params(("id" = NoticeId, Path)),
    responses((status = 200, description = "The notice, read", body = View), WriteProblems),
)]
pub async fn read(ctx: Hire, Path(id): Path<NoticeId>) -> Result<Json<View>> {
    let row = ctx.write(READ, move |tx, actor| super::read(tx, actor, id)).await?;
    Ok(Json(View::new(row, ctx.visit.lang)))
}

/// Marks all of one's own notices as read.
#[utoipa::path(
    post, path = "/api/v1/notifications/read-all", operation_id = "read_all_notifications", tag = "notifications",
    summary = "Mark all my notices as read", description = "Anybody signed in. Takes no body.",
    responses((status = 200, description = "How many were marked", body = ReadCount), WriteProblems),
)]
pub async fn read_all(ctx: Hire) -> Result<Json<ReadCount>> {
    let read = ctx.write(READ, super::read_all).await?;
    Ok(Json(ReadCount { read }))
}

/// What comes by mail.
#[utoipa::path(
    get, path = "/api/v1/notifications/preferences", operation_id = "get_notification_preferences", tag = "notifications",
    summary = "What I get by mail", description = "Anybody signed in. In-app notices always come.",
    responses((status = 200, description = "Each topic once", body = Preferences), ReadProblems),
)]
pub async fn preferences(ctx: Hire) -> Result<Json<Preferences>> {
    let all = ctx.read(super::preferences).await?;
    Ok(Json(all.into()))
}

/// Changes what comes by mail.
#[utoipa::path(
    put, path = "/api/v1/notifications/preferences", operation_id = "set_notification_preferences", tag = "notifications",
    summary = "Choose what I get by mail",
    description = "Anybody signed in. Topics that are not named stay as they are; what concerns the account's safety cannot be switched off, and no topic is named twice (422).",
    request_body(content = PreferencesInput, example = json!({"preferences": [{"topic": "team", "mail": "none"}]})),
    responses((status = 200, description = "Each topic once, as it is now", body = Preferences), WriteProblems),
)]
pub async fn set_preferences(ctx: Hire, Json(input): Json<PreferencesInput>) -> Result<Json<Preferences>> {
    let wanted: Vec<_> = input.preferences.iter().map(|choice| (choice.topic, choice.mail)).collect();
    let all = ctx.write(PREFERENCES, move |tx, actor| super::set_preferences(tx, actor, &wanted)).await?;
    Ok(Json(all.into()))
}
