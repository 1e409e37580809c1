//! The audit log as an admin reads it.

use axum::response::Response;
use serde_json::Value;

use crate::auth::Admin;
use crate::error::Result;
use crate::web::listing::ListQuery;
use crate::web::{self, FormState, Format, Shell, filters};

use super::api::{FILTERS, asked};
use super::{Record, store};

#[derive(askama::Template)]
#[template(path = "audit/index.html")]
struct Index {
    shell: Shell,
    form: FormState,
    total: String,
    actions: Vec<(String, String)>,
    rows: Vec<Row>,
    /// The person that the list is narrowed to.
    of: String,
    older: Option<String>,
    newest: Option<String>,
    filtered: bool,
}
web::pages!(Index);

struct Row {
    when: String,
    actor: String,
    /// "for Ana Ribeiro, from 192.168.10.31"
    details: Vec<String>,
    action: String,
    subject: String,
    /// Where it can be looked at; empty where an admin has no page of it.
    href: String,
    changes: Vec<(String, String, String)>,
    reason: String,
    blanked: bool,
    withheld: bool,
}

impl Row {
    fn new(record: Record, format: &Format) -> Row {
        let lang = format.lang;
        let mut details = Vec::new();
        if !record.on_behalf_of.is_empty() {
            details.push(lang.msg(&crate::msg!("for {0}", record.on_behalf_of)));
        }
        if !record.address.is_empty() {
            details.push(lang.msg(&crate::msg!("from {0}", record.address)));
        }
        // Who acts on the command line is called so already.
        if !["", "web", "cli"].contains(&record.channel.as_str()) {
            details.push(record.channel);
        }
        Row {
            when: format.when(record.at),
            actor: record.actor,
            details,
            subject: match record.subject_id {
                Some(id) => format!("{} {id}", record.subject_kind.replace('_', " ")),
                None => record.subject_kind.replace('_', " "),
            },
            href: match (record.subject_kind.as_str(), record.subject_id) {
                ("employee", Some(id)) => format!("/people/{id}"),
                ("user", Some(id)) => format!("/admin/users/{id}"),
                _ => String::new(),
            },
            action: record.action,
            changes: record.changes.into_iter().map(|c| (c.field, shown(&c.before), shown(&c.after))).collect(),
            reason: record.reason,
            blanked: record.blanked,
            withheld: record.withheld,
        }
    }
}

/// A value as a person reads it: text without quotes, nothing as a dash, at most 200 characters.
fn shown(value: &Value) -> String {
    let text = match value {
        Value::Null => return "–".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    };
    if text.chars().count() > 200 { text.chars().take(200).chain(['…']).collect() } else { text }
}

/// `GET /admin/audit`
pub async fn index(Admin(ctx): Admin, query: ListQuery) -> Result<Response> {
    let listing = query.listing(&[], FILTERS)?;
    let (filter, before) = asked(&listing, &ctx.actor.zone)?;
    let (limit, user) = (listing.limit(), filter.user_id);
    let (piece, actions, of) = ctx
        .read(move |rx, actor| {
            let piece = super::list(rx, actor, &filter, before, limit)?;
            let of = user.map(|user| store::user_name(rx, user)).transpose()?.flatten();
            Ok((piece, store::actions(rx)?, of))
        })
        .await?;
    let format = ctx.format();
    let counted = piece.total >= store::MOST_COUNTED;
    let total = format!("{}{}", format.number(piece.total), if counted { "+" } else { "" });
    let form = FormState::of(FILTERS.iter().map(|name| (*name, listing.text(name))));
    web::page(&Index {
        shell: ctx.shell().await?,
        total,
        rows: piece.records.into_iter().map(|record| Row::new(record, &format)).collect(),
        actions: actions.into_iter().map(|action| (action.clone(), action)).collect(),
        of: of.unwrap_or_default(),
        older: piece.next.map(|id| listing.with("cursor", &id.to_string())),
        newest: listing.cursor.as_ref().map(|_| listing.with("cursor", "")),
        filtered: FILTERS.iter().any(|name| !listing.text(name).is_empty()),
        form,
    })
}
