//! `/calendar/feeds`: one's own feeds, what each shows, and their addresses, each shown once.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{FeedKind, MADE, REVOKED, format_for, path};
use crate::auth::caller::Caller;
use crate::auth::{Ctx, Staff};
use crate::error::{AppError, Result};
use crate::ids::FeedId;
use crate::msg;
use crate::web::{self, Flash, Form, Shell, filters};

#[derive(Debug, askama::Template)]
#[template(path = "calendar/feeds.html")]
struct Page {
    shell: Shell,
    rows: Vec<Row>,
    made: Option<Made>,
}
web::pages!(Page);

/// One kind of feed.
#[derive(Debug)]
struct Row {
    kind: FeedKind,
    title: &'static str,
    shows: &'static str,
    /// The one that there is, and when it was made.
    feed: Option<(FeedId, String)>,
}

/// A feed that was just made.
#[derive(Debug)]
struct Made {
    title: &'static str,
    url: String,
    /// The same for programs that take calendars by their own scheme.
    webcal: String,
}

/// `GET /calendar/feeds`
pub async fn show(ctx: Staff) -> Result<Response> {
    web::page(&page(&ctx, None).await?)
}

async fn page(ctx: &Ctx, made: Option<Made>) -> Result<Page> {
    let rows = ctx.read(|rx, actor| {
        let format = format_for(actor, rx.now());
        let feeds = super::list(rx, actor)?;
        let kinds = FeedKind::ALL.iter().copied().filter(|kind| !kind.needs_record() || actor.employee_id.is_some());
        let row = |kind: FeedKind| Row {
            kind,
            title: kind.title(),
            shows: kind.shows(),
            feed: feeds
                .iter()
                .find(|feed| feed.kind == kind)
                .map(|feed| (feed.id, format.lang.msg(&msg!("Made {0}", format.when(feed.created_at))))),
        };
        Ok(kinds.map(row).collect())
    });
    Ok(Page { rows: rows.await?, shell: ctx.shell().await?, made })
}

/// Which feed to make.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Wanted {
    kind: FeedKind,
}

/// `POST /calendar/feeds`. Answers with the page itself: the address is shown this once and is nowhere else.
pub async fn make(ctx: Staff, caller: Caller, form: Form<Wanted>) -> Result<Response> {
    ctx.require_session()?;
    let Wanted { kind } = form.input.map_err(AppError::Invalid)?;
    let (slug, host) = (ctx.org.slug.as_str().to_owned(), caller.host().to_owned());
    let made = ctx.write(MADE, move |tx, actor| super::make(tx, actor, &slug, &host, kind));
    let (_, secret) = made.await?;
    let path = path(&secret, kind);
    let made = Made {
        title: kind.title(),
        url: format!("{}{path}", caller.origin()),
        webcal: format!("webcal://{}{path}", caller.authority),
    };
    web::page_with(StatusCode::CREATED, &page(&ctx, Some(made)).await?)
}

/// `POST /calendar/feeds/{id}/revoke`
pub async fn revoke(ctx: Staff, Path(id): Path<FeedId>) -> Result<Response> {
    ctx.require_session()?;
    ctx.write(REVOKED, move |tx, actor| super::revoke(tx, actor, id)).await?;
    let said = msg!("Revoked. Whoever fetches that address gets nothing any more.");
    Ok(Flash::ok(said).redirect(&ctx.visit, "/calendar/feeds"))
}
