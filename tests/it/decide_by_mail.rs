//! Decisions from a mail: the link shows and changes nothing, its buttons act once, and whatever has happened since is
//! told.

use axum::body::Body;
use axum::http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};
use steward::auth::user;
use steward::notifications::decision;

use crate::leave_api::with_leave;
use crate::smtp_server::{SmtpServer, bodies, header};
use crate::support::{Client, Person, TestApp};

struct House {
    app: TestApp,
    server: SmtpServer,
    kind: steward::ids::LeaveTypeId,
}

impl House {
    fn new() -> House {
        let server = SmtpServer::plain();
        let app = TestApp::sending(&server);
        let kind = with_leave(&app).vacation;
        House { app, server, kind }
    }

    /// Mira asks for two days; the manager's mail comes, and the path in it.
    async fn asked(&self, first: &str, last: &str) -> (i64, String) {
        let ask = json!({"leave_type_id": self.kind, "start_date": first, "end_date": last, "reason": "Turku"});
        let made = self.app.as_employee().json(Method::POST, "/api/v1/leave/requests", ask).await.assert_status(201);
        (made.json()["id"].as_i64().unwrap(), self.path().await)
    }

    /// The link of the newest mail to the manager.
    async fn path(&self) -> String {
        self.app.app.clockwork.tick().await;
        let mails = self.server.mails();
        let mail = mails.iter().rev().find(|mail| header(mail, "X-Envelope-To") == "manager@nordlicht.test").unwrap();
        let [text, html] = bodies(mail);
        let path = text.lines().find_map(|line| line.strip_prefix("http://steward.test/decide/")).unwrap().to_owned();
        assert!(html.contains(&format!("http://steward.test/decide/{path}")), "{html}");
        format!("/decide/{path}")
    }

    async fn status(&self, request: i64) -> Value {
        let seen = self.app.as_employee().get(&format!("/api/v1/leave/requests/{request}")).await.assert_ok().json();
        seen["status"].clone()
    }
}

/// What the form of the page holds.
async fn proof(client: &Client, path: &str) -> String {
    let page = client.get(path).await.assert_ok().text();
    page.split_once("name=\"proof\" value=\"").unwrap().1.split_once('"').unwrap().0.to_owned()
}

async fn press(client: &Client, path: &str, fields: &[(&str, &str)]) -> crate::support::Answer {
    let proof = proof(client, path).await;
    let mut all = vec![("proof", proof.as_str())];
    all.extend(fields);
    client.post(path, all).await
}

#[tokio::test]
async fn looking_changes_nothing_and_the_button_acts_once_as_that_person() {
    let house = House::new();
    let (request, path) = house.asked("2026-03-10", "2026-03-11").await;
    let mut scanner = house.app.anonymous();
    for _ in 0..3 {
        scanner
            .get(&path)
            .await
            .assert_ok()
            .assert_contains("Mira Castell")
            .assert_contains("“Turku”")
            .assert_contains("You decide as Jonas Brandt");
        scanner.send(Method::HEAD, &path, None, Body::empty()).await.assert_ok();
    }
    // A scanner that presses what it finds has not got the page's proof.
    scanner.post(&path, [("decision", "approve")]).await.assert_status(422);
    scanner.post(&path, [("decision", "approve"), ("proof", "guessed")]).await.assert_status(422);
    assert_eq!(house.status(request).await, "pending");

    let phone = house.app.anonymous();
    press(&phone, &path, &[("decision", "approve"), ("note", "Enjoy!")]).await.assert_redirect(&path);
    assert_eq!(house.status(request).await, "approved");
    let timeline = house.app.as_employee().get(&format!("/api/v1/leave/requests/{request}")).await.json();
    let last = timeline["timeline"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (&last["who"], &last["channel"], &last["note"]),
        (&json!("Jonas Brandt"), &json!("mail"), &json!("Enjoy!"))
    );
    phone.get(&path).await.assert_ok().assert_contains("Jonas Brandt approved this (today, 10:00).");
    // Nothing of it signs anybody in.
    phone.get("/inbox").await.assert_redirect("/sign-in?next=%2Finbox");
    let proof = "0000000000000000";
    phone.post(&path, [("decision", "reject"), ("reason", "No"), ("proof", proof)]).await.assert_ok();
    assert_eq!(house.status(request).await, "approved");
}

#[tokio::test]
async fn a_rejection_says_why() {
    let house = House::new();
    let (request, path) = house.asked("2026-03-10", "2026-03-11").await;
    let phone = house.app.anonymous();
    press(&phone, &path, &[("decision", "reject"), ("reason", " ")]).await.assert_invalid("reason");
    assert_eq!(house.status(request).await, "pending");
    press(&phone, &path, &[("decision", "reject"), ("reason", "Stocktaking")]).await.assert_redirect(&path);
    assert_eq!(house.status(request).await, "rejected");
    phone.get(&path).await.assert_ok().assert_contains("Jonas Brandt rejected this");
}

#[tokio::test]
async fn what_has_happened_since_is_told() {
    let house = House::new();
    let phone = house.app.anonymous();
    let refused = async |path: &str, words: &str| {
        phone
            .get(path)
            .await
            .assert_status(410)
            .assert_contains(words)
            .assert_contains("href=\"/inbox\"")
            .assert_lacks("<form");
    };
    // Decided elsewhere, by somebody else.
    let (request, path) = house.asked("2026-03-10", "2026-03-10").await;
    let proof = proof(&phone, &path).await;
    let behalf = json!({"on_behalf_reason": "Jonas is ill"});
    house
        .app
        .as_hr()
        .json(Method::POST, &format!("/api/v1/leave/requests/{request}/approve"), behalf)
        .await
        .assert_ok();
    refused(&path, "Hanna Roth approved this (today, 10:00).").await;
    phone.post(&path, [("decision", "reject"), ("reason", "No"), ("proof", &proof)]).await.assert_status(410);
    assert_eq!(house.status(request).await, "approved");

    // Withdrawn.
    let (request, path) = house.asked("2026-03-12", "2026-03-12").await;
    house
        .app
        .as_employee()
        .json(Method::POST, &format!("/api/v1/leave/requests/{request}/cancel"), json!({}))
        .await
        .assert_ok();
    refused(&path, "Mira Castell withdrew this").await;

    // A question was asked, then it was sent again: the old link is over, the new mail's is good.
    let (request, path) = house.asked("2026-03-16", "2026-03-16").await;
    let question = json!({"question": "All day?"});
    house
        .app
        .as_manager()
        .json(Method::POST, &format!("/api/v1/leave/requests/{request}/clarify"), question)
        .await
        .assert_ok();
    refused(&path, "Jonas Brandt asked a question").await;
    let change = json!({"end_part": "half_day_morning", "start_part": "half_day_morning"});
    house.app.as_employee().json(Method::PATCH, &format!("/api/v1/leave/requests/{request}"), change).await.assert_ok();
    refused(&path, "This has changed since the mail was sent.").await;
    let newer = house.path().await;
    assert_ne!(newer, path);
    press(&phone, &newer, &[("decision", "approve")]).await.assert_redirect(&newer);
    assert_eq!(house.status(request).await, "approved");

    // Too old.
    let (request, path) = house.asked("2026-03-24", "2026-03-24").await;
    house.app.clock.advance(decision::LIVES - SignedDuration::from_secs(1));
    let proof = self::proof(&phone, &path).await;
    house.app.clock.advance(SignedDuration::from_secs(1));
    refused(&path, "This link was good for 7 days.").await;
    phone.post(&path, [("decision", "approve"), ("proof", &proof)]).await.assert_status(410);
    assert_eq!(house.status(request).await, "pending");

    phone.get("/decide/nordlicht.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").await.assert_status(404);
    phone.get("/decide/nonsense").await.assert_status(404).assert_contains("This link leads nowhere.");
}

#[tokio::test]
async fn a_mail_that_is_sent_again_after_a_week_carries_a_link_that_is_good() {
    let house = House::new();
    let (request, path) = house.asked("2026-03-24", "2026-03-24").await;
    // It had not arrived after all, was given up, and a week later the admin has put right why.
    house.app.arrange(|tx| tx.run("UPDATE outbox SET state = 'failed' WHERE state = 'done' AND kind = 'mail'", ()));
    house.app.clock.advance(decision::LIVES + SignedDuration::from_hours(24));
    let phone = house.app.anonymous();
    phone.get(&path).await.assert_status(410);
    house.app.as_admin().json(Method::POST, "/api/v1/mail-queue/resend", json!({})).await.assert_ok();
    house.app.app.clockwork.tick().await;
    press(&phone, &path, &[("decision", "approve")]).await.assert_redirect(&path);
    assert_eq!(house.status(request).await, "approved");
    // What is used stays used, however often its mail is sent.
    house.app.arrange(|tx| tx.run("UPDATE outbox SET state = 'failed' WHERE state = 'done' AND kind = 'mail'", ()));
    house.app.as_admin().json(Method::POST, "/api/v1/mail-queue/resend", json!({})).await.assert_ok();
    house.app.app.clockwork.tick().await;
    phone.get(&path).await.assert_ok().assert_lacks("<form");
}

#[tokio::test]
async fn who_may_not_sign_in_any_more_decides_nothing() {
    let house = House::new();
    let (request, path) = house.asked("2026-03-10", "2026-03-10").await;
    let phone = house.app.anonymous();
    let proof = proof(&phone, &path).await;
    let Person { user, .. } = house.app.people.manager;
    house.app.act(house.app.people.admin, move |tx, actor| user::disable(tx, actor, user)).unwrap();
    phone.get(&path).await.assert_status(410).assert_contains("This login cannot be used now.").assert_lacks("Mira");
    phone.post(&path, [("decision", "approve"), ("proof", &proof)]).await.assert_status(410);
    assert_eq!(house.status(request).await, "pending");
}

#[tokio::test]
async fn two_presses_at_once_are_one_decision() {
    let house = House::new();
    let (request, path) = house.asked("2026-03-10", "2026-03-10").await;
    let phone = house.app.anonymous();
    let proof = proof(&phone, &path).await;
    let (yes, no) = tokio::join!(
        phone.post(&path, [("decision", "approve"), ("proof", &proof)]),
        phone.post(&path, [("decision", "reject"), ("reason", "No"), ("proof", &proof)]),
    );
    // One of them acts; the other is shown what came of it.
    let mut statuses = [yes.status.as_u16(), no.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 303]);
    let timeline = house.app.as_employee().get(&format!("/api/v1/leave/requests/{request}")).await.json();
    assert_eq!(timeline["timeline"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn no_secret_lies_in_the_database_and_no_link_goes_to_whom_bank_details_wait_for() {
    let house = House::new();
    let (_, path) = house.asked("2026-03-10", "2026-03-10").await;
    let secret = path.strip_prefix("/decide/nordlicht.").unwrap().to_owned();
    let kept = house.app.read(|rx| {
        let outbox: Vec<String> =
            rx.all("SELECT payload FROM outbox ORDER BY id /* whole table */", (), |row| row.get(0))?;
        let links: Vec<String> =
            rx.all("SELECT hex(token_hash) FROM decision_links /* whole table */", (), |row| row.get(0))?;
        Ok([outbox, links].concat().join(" "))
    });
    assert!(!kept.contains(&secret) && kept.contains("decision"));

    let change = json!({"iban": "DE89370400440532013000"});
    let mira = house.app.people.employee.employee;
    house
        .app
        .as_employee()
        .json(Method::PATCH, &format!("/api/v1/employees/{mira}/personal"), change)
        .await
        .assert_status(202);
    house.app.app.clockwork.tick().await;
    let mails = house.server.mails();
    let mail = mails.iter().rev().find(|mail| header(mail, "X-Envelope-To") == "hr@nordlicht.test").unwrap();
    assert!(bodies(mail)[0].contains("asks for your decision") && !bodies(mail)[0].contains("/decide/"));
}
