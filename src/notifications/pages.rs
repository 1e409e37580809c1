//! `/notices`: what happened, newest first; and what of it comes by mail.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use serde::Deserialize;

use super::{MailChoice, NoticeRow, PREFERENCES, READ, Topic};
use crate::auth::{Ctx, Hire};
use crate::error::{AppError, Result};
use crate::ids::NoticeId;
use crate::web::listing::ListQuery;
use crate::web::parts::Pager;
use crate::web::{self, Flash, Form, FormState, Format, Shell, filters};
use crate::{msg, msg_n, tr};

#[derive(Template)]
#[template(path = "notifications/index.html")]
struct Index {
    shell: Shell,
    unread: i64,
    only_unread: bool,
    days: Vec<Day>,
    pager: Pager,
}

/// What happened on one day.
struct Day {
    /// "Today", "Yesterday", "Mon 30 Nov".
    label: String,
    items: Vec<Item>,
}

struct Item {
    id: NoticeId,
    icon: &'static str,
    text: String,
    quote: String,
    link: String,
    /// "16:20", in the reader's zone.
    time: String,
    unread: bool,
}

#[derive(Template)]
#[template(path = "notifications/preferences.html")]
struct Preferences {
    shell: Shell,
    form: FormState,
    topics: Vec<TopicRow>,
}

struct TopicRow {
    topic: Topic,
    hint: &'static str,
    locked: bool,
    /// Value, words and no icon, as the form wants them.
    choices: Vec<(&'static str, &'static str, &'static str)>,
}

web::pages!(Index, Preferences);

/// `GET /notices?unread=true&page=2`
pub async fn index(ctx: Hire, query: ListQuery) -> Result<Response> {
    let listing = query.listing(&[], &["unread"])?;
    let only_unread: bool = listing.filter("unread")?.unwrap_or(false);
    let (limit, offset) = (listing.limit(), listing.offset());
    let ((rows, total), unread) = ctx
        .read(move |rx, actor| Ok((super::list(rx, actor, only_unread, limit, offset)?, super::unread(rx, actor)?)))
        .await?;
    let format = ctx.format();
    let page = Index {
        shell: ctx.shell().await?,
        unread,
        only_unread,
        pager: Pager::new(&format, &listing, total),
        days: by_day(rows, &format),
    };
    web::page(&page)
}

/// Newest first, as they come.
fn by_day(rows: Vec<NoticeRow>, format: &Format) -> Vec<Day> {
    let mut days: Vec<(Date, Day)> = Vec::new();
    for row in rows {
        let date = row.created_at.to_zoned(format.zone.clone()).date();
        if days.last().is_none_or(|(last, _)| *last != date) {
            days.push((date, Day { label: capitalized(&format.when_day(date)), items: Vec::new() }));
        }
        if let Some((_, day)) = days.last_mut() {
            day.items.push(Item {
                id: row.id,
                icon: icon(&row),
                text: format.lang.msg(&row.text),
                quote: row.quote,
                link: row.link,
                time: format.time(row.created_at),
                unread: row.read_at.is_none(),
            });
        }
    }
    days.into_iter().map(|(_, day)| day).collect()
}

/// What it is about says more than its topic.
fn icon(row: &NoticeRow) -> &'static str {
    match row.subject_kind.as_str() {
        "leave" | "leave_request" => "leave",
        "overtime" | "overtime_request" => "overtime",
        "task" | "onboarding" => "sprout",
        _ => match row.topic {
            Topic::Decisions => "inbox",
            Topic::Requests => "bell",
            Topic::Tasks => "sprout",
            Topic::Team => "people",
            Topic::Account => "lock",
        },
    }
}

/// Which of the two buttons of an unread notice was pressed.
#[derive(Debug, Deserialize)]
pub struct Pressed {
    /// `open` goes on to what it is about.
    then: Option<String>,
}

/// `POST /notices/{id}/read`
pub async fn read(ctx: Hire, Path(id): Path<NoticeId>, form: Form<Pressed>) -> Result<Response> {
    let (_, pressed) = form.open();
    let open = pressed?.then.as_deref() == Some("open");
    let row = ctx.write(READ, move |tx, actor| super::read(tx, actor, id)).await?;
    Ok(web::redirect(if open { &row.link } else { "/notices" }))
}

/// `POST /notices/read-all`
pub async fn read_all(ctx: Hire) -> Result<Response> {
    let read = ctx.write(READ, super::read_all).await?;
    let count = i64::try_from(read).unwrap_or(i64::MAX);
    let said = msg_n!(count, "{0} notice is marked as read.", "{0} notices are marked as read.");
    Ok(Flash::ok(said).redirect(&ctx.visit, "/notices"))
}

/// `GET /notices/preferences`
pub async fn preferences(ctx: Hire) -> Result<Response> {
    let chosen = ctx.read(super::preferences).await?;
    let form = FormState::of(chosen.iter().map(|choice| (choice.topic.as_str(), choice.mail.as_str())));
    web::page(&preferences_page(&ctx, form).await?)
}

async fn preferences_page(ctx: &Ctx, form: FormState) -> Result<Preferences> {
    let lang = ctx.visit.lang;
    let choices: Vec<_> = MailChoice::ALL.iter().map(|mail| (mail.as_str(), lang.text(mail.label()), "")).collect();
    let row = |topic: &Topic| TopicRow {
        topic: *topic,
        hint: hint(*topic),
        locked: topic.is_locked(),
        choices: choices.clone(),
    };
    let topics = Topic::ALL.iter().map(row);
    Ok(Preferences { shell: ctx.shell().await?, form, topics: topics.collect() })
}

/// What was chosen for each topic that can be chosen; what is left out stays.
#[derive(Debug, Deserialize)]
pub struct Chosen {
    decisions: Option<MailChoice>,
    requests: Option<MailChoice>,
    tasks: Option<MailChoice>,
    team: Option<MailChoice>,
}

impl Chosen {
    fn wanted(&self) -> Vec<(Topic, MailChoice)> {
        let Chosen { decisions, requests, tasks, team } = self;
        let all =
            [(Topic::Decisions, decisions), (Topic::Requests, requests), (Topic::Tasks, tasks), (Topic::Team, team)];
        all.into_iter().filter_map(|(topic, mail)| Some((topic, (*mail)?))).collect()
    }
}

/// `POST /notices/preferences`
pub async fn set_preferences(ctx: Hire, form: Form<Chosen>) -> Result<Response> {
    let (state, input) = form.open();
    let sent = match input {
        Ok(chosen) => {
            let wanted = chosen.wanted();
            ctx.write(PREFERENCES, move |tx, actor| super::set_preferences(tx, actor, &wanted)).await
        }
        Err(errors) => Err(errors),
    };
    match sent {
        Ok(_) => Ok(Flash::ok(msg!("Saved.")).redirect(&ctx.visit, "/notices/preferences")),
        Err(AppError::Invalid(errors)) => {
            web::page_with(StatusCode::UNPROCESSABLE_ENTITY, &preferences_page(&ctx, state.with(errors)).await?)
        }
        Err(other) => Err(other),
    }
}

/// What a topic holds, for who chooses.
fn hint(topic: Topic) -> &'static str {
    match topic {
        Topic::Decisions => tr!("Somebody waits for you to approve, reject or answer."),
        Topic::Requests => tr!("Your leave or overtime is decided, or there is a question about it."),
        Topic::Tasks => tr!("A task is yours, is due soon or is overdue."),
        Topic::Team => tr!("Somebody in your team is away or starts."),
        Topic::Account => tr!("A new password, a new device, a locked sign-in. These always come."),
    }
}

/// A heading begins with a capital.
fn capitalized(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
