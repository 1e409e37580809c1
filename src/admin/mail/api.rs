//! The mail server in the API.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::pages::{save, try_out};
use crate::appliance::House;
use crate::auth::Admin;
use crate::error::Result;
use crate::notifications::{MailServer, Secret, ServerInput, Tested};
use crate::web::problem::{ReadProblems, WriteProblems};
use crate::web::{Json, Patient};

/// The mail server; its password is never told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MailServer)]
pub struct ServerJson {
    /// Empty where none is named: no mail leaves.
    #[schema(example = "mail.example.com")]
    pub host: String,
    #[schema(example = 587)]
    pub port: u16,
    /// `starttls`, `tls` or `plain`.
    #[schema(example = "starttls")]
    pub security: String,
    #[schema(example = "steward")]
    pub user: String,
    #[schema(example = "hr@example.com")]
    pub from: String,
    /// A certificate authority (PEM) that is trusted beside those of the system.
    pub authority: String,
    /// The settings file names it: it cannot be changed here.
    pub fixed: bool,
    /// Why the one that is named cannot be used: mail waits until its password is named anew. Null where nothing is wrong.
    pub trouble: Option<String>,
}

impl ServerJson {
    fn of(server: &MailServer) -> ServerJson {
        let ServerInput { host, port, security, user, from, authority, .. } = server.shown();
        let trouble = server.in_use().trouble().map(str::to_owned);
        ServerJson { host, port, security, user, from, authority, fixed: server.is_fixed(), trouble }
    }
}

/// A mail server to be named.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MailServerChange)]
pub struct Change {
    /// Empty: no mail leaves.
    #[schema(example = "mail.example.com")]
    host: String,
    #[schema(example = 587)]
    port: u16,
    #[schema(example = "starttls")]
    security: String,
    #[serde(default)]
    user: String,
    /// Left out: the one that is known.
    #[schema(value_type = Option<String>, format = Password)]
    password: Option<Secret>,
    #[serde(default)]
    #[schema(example = "hr@example.com")]
    from: String,
    #[serde(default)]
    authority: String,
}

/// What came of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = MailServerTest)]
pub struct TestJson {
    pub sent: bool,
    /// Why not.
    pub refused: Option<String>,
    /// The conversation, a line an entry: `→` we, `←` the server, `·` what happened beneath.
    pub dialogue: Vec<String>,
}

/// The mail server.
#[utoipa::path(
    get, path = "/api/v1/mail-server", operation_id = "get_mail_server", tag = "settings",
    summary = "The mail server", description = "Operators of the machine.",
    responses((status = 200, description = "The mail server", body = ServerJson), ReadProblems),
)]
pub async fn get(ctx: Admin, State(house): State<Arc<House>>) -> Result<Json<ServerJson>> {
    ctx.require_operator().await?;
    Ok(Json(ServerJson::of(&house.mail)))
}

/// Names the mail server.
#[utoipa::path(
    put, path = "/api/v1/mail-server", operation_id = "set_mail_server", tag = "settings",
    summary = "Name the mail server",
    description = "Operators of the machine. Mail goes there from now on. 409 where the settings file names it.",
    request_body = Change,
    responses((status = 200, description = "As it is now", body = ServerJson), WriteProblems),
)]
pub async fn set(ctx: Admin, State(house): State<Arc<House>>, Json(change): Json<Change>) -> Result<Json<ServerJson>> {
    let Change { host, port, security, user, password, from, authority } = change;
    save(&ctx, &house, ServerInput { host, port, security, user, password, from, authority }).await?;
    Ok(Json(ServerJson::of(&house.mail)))
}

/// Tries it out.
#[utoipa::path(
    post, path = "/api/v1/mail-server/test", operation_id = "test_mail_server", tag = "settings",
    summary = "Send a test mail to oneself",
    description = "Operators of the machine. Answers what the server said, also where it refused. 409 where none is named that can be used.",
    responses((status = 200, description = "What was said", body = TestJson), WriteProblems),
)]
pub async fn test(ctx: Admin, _patient: Patient, State(house): State<Arc<House>>) -> Result<Json<TestJson>> {
    let Tested { refused, dialogue } = try_out(&ctx, &house).await?;
    let dialogue = dialogue.lines().to_vec();
    Ok(Json(TestJson { sent: refused.is_none(), refused: refused.map(|why| why.to_string()), dialogue }))
}
