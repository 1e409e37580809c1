//! `GET /`

use std::sync::Arc;

use askama::Template;
use axum::response::Response;

use crate::auth::{Hire, Role, first_time};
use crate::error::{Msg, Result};
use crate::msg;
use crate::web::{self, Format, Shell, filters, redirect};

use super::{Glance, glance};

#[derive(Template)]
#[template(path = "home/index.html")]
struct Index {
    shell: Shell,
    day: String,
    greeting: Msg,
    employed: bool,
    glance: Arc<Glance>,
}

web::pages!(Index);

/// Home; somebody who has not begun yet is welcomed instead.
pub async fn index(ctx: Hire) -> Result<Response> {
    if let Some(first) = first_time::pages::first(&ctx) {
        return Ok(first);
    }
    let actor = &ctx.actor;
    if actor.has(Role::Hire) && !actor.is_hr() && !actor.is_admin() {
        return Ok(redirect("/welcome"));
    }
    let format = Format::new(ctx.visit.lang, actor.zone.clone(), ctx.auth.clock().now());
    let reading = format.clone();
    let glance = ctx.read_once_a_commit(move |rx, actor| glance(rx, actor, &reading)).await?;
    let first_name = actor.name.split(' ').next().unwrap_or_default().to_owned();
    let greeting = match format.now.to_zoned(actor.zone.clone()).hour() {
        4..=11 => msg!("Good morning, {0}", first_name),
        12..=17 => msg!("Good afternoon, {0}", first_name),
        _ => msg!("Good evening, {0}", first_name),
    };
    web::page(&Index {
        shell: ctx.shell().await?,
        day: format.day_long(format.today()),
        greeting,
        employed: actor.employee_id.is_some(),
        glance,
    })
}
