//! The first time: a code on paper, and what a new colleague looks at before requesting anything.

use axum::http::Method;
use jiff::SignedDuration;
use serde_json::json;
use steward::leave;

use crate::support::{Client, TestApp};

const PASSWORD: &str = "nine patient rivers";

/// HR prints a code for this person; as the sheet has it.
async fn printed(app: &TestApp, id: impl std::fmt::Display) -> String {
    let sheet = app.as_hr().post(&format!("/people/{id}/printed-code"), [("", "")]).await.assert_status(201).text();
    let code = sheet.split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert_eq!(code.len(), 14, "{code}");
    assert!(sheet.contains("http://steward.test/first-time"));
    code
}

async fn try_code(client: &mut Client, email: &str, code: &str, password: &str) -> crate::support::Answer {
    client.submit("/first-time", [("email", email), ("code", code), ("password", password), ("again", password)]).await
}

/// What a request for leave needs.
fn wanted(app: &TestApp) -> serde_json::Value {
    let kind = app.arrange(|tx| {
        leave::seed_types(tx, &steward::auth::Actor::command_line(jiff::tz::TimeZone::UTC))?;
        Ok(leave::types::preset(tx, "unpaid")?.id)
    });
    json!({ "leave_type_id": kind, "start_date": "2026-04-13", "end_date": "2026-04-13", "start_part": "full_day", "end_part": "full_day", "reason": "Moving" })
}

#[tokio::test]
async fn a_code_on_paper_lets_in_once_and_what_is_noted_is_looked_at_first() {
    let app = TestApp::new();
    let ana = app.person("Ana", "Ribeiro");
    app.as_manager().post(&format!("/people/{}/printed-code", ana.employee), [("", "")]).await.assert_status(403);
    let old = printed(&app, ana.employee).await;
    let code = printed(&app, ana.employee).await;
    let mut browser = app.anonymous();
    try_code(&mut browser, ana.email, &old, PASSWORD).await.assert_invalid("code");
    try_code(&mut browser, ana.email, &code, "short").await.assert_invalid("password");
    let typed = format!(" {} ", code.to_lowercase().replace('-', " "));
    try_code(&mut browser, ana.email, &typed, PASSWORD).await.assert_redirect("/");
    try_code(&mut app.anonymous(), ana.email, &code, PASSWORD).await.assert_invalid("code");

    // Until it is confirmed, nothing is requested, on pages or by the API.
    for path in ["/", "/leave/new", "/overtime/new"] {
        browser.get(path).await.assert_redirect("/welcome/confirm");
    }
    let body = wanted(&app);
    let refused = browser.json(Method::POST, "/api/v1/leave/requests", body.clone()).await.assert_status(403);
    refused.assert_contains("/welcome/confirm");
    browser.get("/people").await.assert_ok();
    browser.get("/welcome/confirm").await.assert_ok().assert_contains("Line manager");
    let wrong = [("right", "no"), ("words", " "), ("language", "en")];
    browser.post("/welcome/confirm", wrong).await.assert_invalid("words");
    let wrong = [("right", "no"), ("words", "I work in Hamburg"), ("language", "de"), ("mail", "tasks")];
    browser.post("/welcome/confirm", wrong).await.assert_redirect("/");
    app.as_hr().get("/api/v1/notifications").await.assert_contains("I work in Hamburg");
    browser.get("/api/v1/notifications/preferences").await.assert_contains("\"topic\":\"team\",\"mail\":\"none\"");
    browser.get("/").await.assert_ok().assert_contains("lang=\"de\"");
    browser.post("/welcome/confirm", [("right", "yes"), ("language", "en")]).await.assert_redirect("/");
    browser.json(Method::POST, "/api/v1/leave/requests", body).await.assert_status(201);
    let again = app.as_hr().post(&format!("/people/{}/printed-code", ana.employee), [("", "")]).await;
    again.assert_redirect(&format!("/people/{}", ana.employee));
}

#[tokio::test]
async fn wrong_codes_are_counted_and_lock_as_wrong_passwords_do_whoever_has_the_address() {
    let app = TestApp::new();
    let ana = app.person("Ana", "Ribeiro");
    let code = printed(&app, ana.employee).await;
    for email in [ana.email, "nobody@nordlicht.test"] {
        for _ in 0..5 {
            try_code(&mut app.anonymous(), email, "BBBB-BBBB-BBBB", PASSWORD).await.assert_invalid("code");
        }
        let locked = try_code(&mut app.anonymous(), email, &code, PASSWORD).await.assert_status(429);
        assert!(!locked.header("retry-after").is_empty());
    }
    app.clock.advance(SignedDuration::from_mins(61));
    try_code(&mut app.anonymous(), app.people.employee.email, &code, PASSWORD).await.assert_invalid("code");
    try_code(&mut app.anonymous(), ana.email, &code, PASSWORD).await.assert_redirect("/");
}

#[tokio::test]
async fn a_code_is_over_after_a_week_and_after_an_invitation_was_followed() {
    let app = TestApp::new();
    let ana = app.person("Ana", "Ribeiro");
    let code = printed(&app, ana.employee).await;
    let kept: Vec<u8> = app.read(|rx| rx.scalar("SELECT code_hash FROM sign_in_codes LIMIT 1", ()));
    let bare = <sha2::Sha256 as sha2::Digest>::digest(code.replace('-', "")).to_vec();
    assert_ne!(kept, bare, "a bare hash of twelve letters could be guessed");
    app.clock.advance(SignedDuration::from_hours(7 * 24 + 1));
    try_code(&mut app.anonymous(), ana.email, &code, PASSWORD).await.assert_invalid("code");
    // Whoever has a password never gets in by paper.
    app.as_hr()
        .post(&format!("/people/{}/printed-code", app.people.employee.employee), [("", "")])
        .await
        .assert_status(303);
    assert_eq!(app.read(|rx| rx.scalar::<i64>("SELECT count(*) FROM sign_in_codes", ())), 1);
    app.anonymous().get("/first-time").await.assert_ok().assert_contains("name=\"code\"");
}
