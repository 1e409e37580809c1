//! Mail that does not leave: what each trouble of a mail server does to the queue, and how an admin looks after it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::Method;
use jiff::SignedDuration;
use serde_json::json;
use steward::jobs::{Registry, Ticked};
use steward::mail::{Security, SmtpSettings};
use steward::notifications::{MAIL, MailEffect, MailServer};
use steward::storage::outbox::{self, OutboxRow};

use crate::clockwork::House;
use crate::leave_api::with_leave;
use crate::notices::{house, notices, tell};
use crate::smtp_server::{SmtpServer, header};
use crate::support::TestApp;

fn waiting(house: &House) -> Vec<OutboxRow> {
    let rows = house.org.db.read_blocking(|rx| outbox::waiting_rows(rx, MAIL, 100, 0)).unwrap();
    rows.into_iter().map(|(row, _)| row).collect()
}

/// Attempts and words of each row that waits, by its age.
fn tried(house: &House) -> Vec<(u32, String)> {
    let mut rows = waiting(house);
    rows.sort_by_key(|row| row.id.0);
    rows.into_iter().map(|row| (row.attempts, row.last_error)).collect()
}

#[test]
fn while_no_connection_is_to_be_had_one_mail_is_tried_and_the_rest_waits_untouched() {
    let (plain, tls) = (SmtpServer::plain(), SmtpServer::start(Security::StartTls, None));
    let busy = SmtpServer::busy();
    let no_starttls = SmtpSettings { security: Security::StartTls, ..plain.settings() };
    let stranger = SmtpSettings { authority: None, ..tls.settings() };
    for (smtp, expected) in
        [(busy.settings(), "421"), (no_starttls, "STARTTLS is not supported"), (stranger, "certificate")]
    {
        let house = house(Some(smtp));
        for request in 1..=3 {
            tell(&house, 7, request);
        }
        assert_eq!(house.tick(), Ticked::default());
        let rows = tried(&house);
        assert!(rows[0].0 == 1 && rows[0].1.contains(expected), "{rows:?}");
        assert_eq!(rows[1..], [(0, String::new()), (0, String::new())]);
        // Nobody is alarmed yet.
        assert!(notices(&house, 1).is_empty());
    }
    assert!(plain.mails().is_empty() && tls.mails().is_empty());
}

#[test]
fn a_server_that_was_gone_for_two_days_is_one_notice() {
    let house = house(Some(SmtpServer::busy().settings()));
    for request in 1..=3 {
        tell(&house, 7, request);
    }
    for _ in 0..(72 * 12) {
        house.clock.advance(SignedDuration::from_mins(5));
        house.tick();
    }
    let told = notices(&house, 1);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("No mail has left for two days: "), "{told:?}");
    assert!(waiting(&house).is_empty());
}

#[test]
fn a_conversation_that_breaks_off_in_the_middle_is_had_again_and_others_go_first() {
    let server = SmtpServer::plain();
    let house = house(Some(server.settings()));
    tell(&house, 10, 1);
    tell(&house, 7, 2);
    assert_eq!(house.tick().performed, 1, "the other one is not held up");
    assert_eq!(header(&server.mails()[0], "X-Envelope-To"), "mira@x.test");
    let rows = tried(&house);
    assert_eq!((rows.len(), rows[0].0), (1, 1));
    assert!(!rows[0].1.is_empty());
}

#[test]
fn a_server_that_is_slow_to_say_that_it_has_a_mail_gets_it_once() {
    let server = SmtpServer::plain();
    // It takes five seconds: longer than a step may, not longer than this one may.
    let house = house(Some(SmtpSettings { timeout: Duration::from_secs(1), ..server.settings() }));
    tell(&house, 11, 1);
    assert_eq!(house.tick().performed, 1);
    assert!(waiting(&house).is_empty());
    house.clock.advance(SignedDuration::from_hours(1));
    house.tick();
    assert_eq!(server.mails().len(), 1);
}

#[test]
fn a_mail_that_was_handed_over_and_not_answered_for_is_not_sent_again_at_once_and_holds_up_no_other() {
    let server = SmtpServer::plain();
    let house = house(Some(SmtpSettings { patience: Duration::from_secs(1), ..server.settings() }));
    for (user, request) in [(7, 1), (11, 2), (7, 3)] {
        tell(&house, user, request);
    }
    assert_eq!(house.tick().performed, 2);
    assert_eq!(server.mails().len(), 3, "each once");
    let rows = tried(&house);
    assert!(rows.len() == 1 && rows[0].0 == 1 && rows[0].1.contains("no answer within"), "{rows:?}");
}

#[tokio::test]
async fn a_mail_that_asks_for_a_decision_does_not_leave_once_it_is_taken() {
    let server = SmtpServer::plain();
    let app = TestApp::sending(&server);
    let kinds = with_leave(&app);
    let mira = app.as_employee();
    let ask = |day: u32| json!({"leave_type_id": kinds.vacation, "start_date": format!("2026-03-{day}"), "end_date": format!("2026-03-{day}")});
    for day in [10, 11] {
        mira.json(Method::POST, "/api/v1/leave/requests", ask(day)).await.assert_status(201);
    }
    app.as_manager().json(Method::POST, "/api/v1/approvals/1/approve", json!({})).await.assert_ok();
    app.app.clockwork.tick().await;
    let asked = server.mails().iter().filter(|mail| header(mail, "X-Envelope-To") == "manager@nordlicht.test").count();
    assert_eq!(asked, 1, "only what still waits is asked");
    assert_eq!(app.as_admin().get("/api/v1/mail-queue?status=waiting").await.json()["total"], 0);
}

#[test]
fn killed_between_the_servers_answer_and_the_rows_update_the_same_mail_goes_again() {
    let server = SmtpServer::plain();
    let house = house(Some(server.settings()));
    tell(&house, 11, 1);
    let clockwork = house.clockwork.clone();
    let task = house.rt.spawn(async move { clockwork.tick().await });
    // The server has the mail and is about to say so: now the program dies.
    let begun = Instant::now();
    while server.mails().is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(10), "the mail does not arrive");
        std::thread::sleep(Duration::from_millis(10));
    }
    task.abort();
    assert!(house.rt.block_on(task).unwrap_err().is_cancelled());
    assert_eq!(waiting(&house).len(), 1, "nobody has written down that it left");

    let effect =
        MailEffect::new(Arc::new(MailServer::fixed(Some(server.settings()))), |_| "https://hr.test:8443".to_owned());
    let mut house = house;
    house.replace_registry(Registry::new().effect(effect));
    house.rt.block_on(house.clockwork.recover()).unwrap();
    assert_eq!(house.tick().performed, 1);
    let mails = server.mails();
    assert_eq!(mails.len(), 2);
    // A mailbox keeps one of two mails with one Message-ID; here they are even the same to the byte.
    assert_eq!(header(&mails[0], "Message-ID"), header(&mails[1], "Message-ID"));
    assert_eq!(mails[0], mails[1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_takes_a_minute_slows_nobody_down() {
    let server = SmtpServer::slow(60);
    let app = TestApp::sending(&server);
    let kinds = with_leave(&app);
    let mira = app.as_employee();
    let ask = |day: u32| json!({"leave_type_id": kinds.vacation, "start_date": format!("2026-03-{day}"), "end_date": format!("2026-03-{day}")});
    mira.json(Method::POST, "/api/v1/leave/requests", ask(10)).await.assert_status(201);
    let clockwork = app.app.clockwork.clone();
    let sending = tokio::spawn(async move { clockwork.tick().await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    for day in [11, 12, 13, 16, 17] {
        let begun = Instant::now();
        mira.json(Method::POST, "/api/v1/leave/requests", ask(day)).await.assert_status(201);
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    }
    assert!(!sending.is_finished(), "the mail server is still being waited for");
    sending.abort();
}

/// The program with a mail to the manager that was given up, and one to the employee that waits.
async fn troubled() -> TestApp {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let ask = json!({"leave_type_id": kinds.vacation, "start_date": "2026-03-10", "end_date": "2026-03-10"});
    app.as_employee().json(Method::POST, "/api/v1/leave/requests", ask).await.assert_status(201);
    app.arrange(|tx| {
        let claimed = outbox::claim(tx, MAIL, 1)?;
        outbox::fail(tx, claimed[0].id, "550 5.1.1 <manager@nordlicht.test> No such user")
    });
    app.as_manager().json(Method::POST, "/api/v1/approvals/1/approve", json!({})).await.assert_ok();
    app.arrange(|tx| {
        let claimed = outbox::claim(tx, MAIL, 1)?;
        outbox::retry(tx, claimed[0].id, "452 4.2.2 Over quota").map(drop)
    });
    app
}

#[tokio::test]
async fn an_admin_sees_why_mail_has_not_left_and_sends_it_again() {
    let app = troubled().await;
    let admin = app.as_admin();
    let page = admin.get("/admin/mail/queue").await.assert_ok();
    page.assert_contains("manager@nordlicht.test")
        .assert_contains("Leave waits for your decision")
        .assert_contains("The address does not exist.")
        .assert_contains("550 5.1.1 &#60;manager@nordlicht.test&#62; No such user")
        .assert_contains("The mailbox is full.")
        .assert_contains("today, 10:01");
    admin.get("/admin/mail").await.assert_ok().assert_contains("1 mail was given up.");

    let failed = admin.get("/api/v1/mail-queue").await.assert_ok().json();
    let one = &failed["items"][0];
    assert_eq!((&failed["total"], &one["attempts"], &one["next_try_at"]), (&json!(1), &json!(1), &json!(null)));
    assert_eq!(one["status"], "failed");
    let waiting = admin.get("/api/v1/mail-queue?status=waiting").await.assert_ok().json();
    assert_eq!(waiting["items"][0]["next_try_at"], "2026-03-02T09:01:00Z");
    assert_eq!(waiting["items"][0]["reason"], "The mailbox is full. Its owner must make room.");
    admin.get("/api/v1/mail-queue?status=gone").await.assert_status(422);

    // One again: its two days begin anew. All again: what waits is due now.
    let id = one["id"].as_i64().unwrap();
    admin.post(&format!("/admin/mail/queue/{id}/resend"), [("", "")]).await.assert_redirect("/admin/mail/queue");
    assert_eq!(admin.get("/api/v1/mail-queue").await.json()["total"], 0);
    admin.json(Method::POST, "/api/v1/mail-queue/resend", json!({})).await.assert_ok();
    let waiting = admin.get("/api/v1/mail-queue?status=waiting").await.json();
    for mail in waiting["items"].as_array().unwrap() {
        assert_eq!(mail["next_try_at"], "2026-03-02T09:00:00Z", "{mail}");
    }
    assert_eq!(waiting["total"], 2);

    // One is taken out, and is gone.
    admin.delete(&format!("/api/v1/mail-queue/{id}")).await.assert_status(204);
    admin.delete(&format!("/api/v1/mail-queue/{id}")).await.assert_status(404);
    assert_eq!(admin.get("/api/v1/mail-queue?status=waiting").await.json()["total"], 1);
    let log = admin.get("/api/v1/audit-log").await.assert_ok().text();
    assert!(log.contains("mail.resent") && log.contains("mail.dropped") && log.contains("manager@nordlicht.test"));
}

#[tokio::test]
async fn what_is_being_sent_is_not_taken_out() {
    let app = troubled().await;
    app.clock.advance(SignedDuration::from_mins(2));
    app.arrange(|tx| outbox::claim(tx, MAIL, 5).map(drop));
    let admin = app.as_admin();
    let id = admin.get("/api/v1/mail-queue?status=waiting").await.json()["items"][0]["id"].as_i64().unwrap();
    admin.delete(&format!("/api/v1/mail-queue/{id}")).await.assert_status(409);
    admin.post(&format!("/admin/mail/queue/{id}/drop"), [("", "")]).await.assert_redirect("/admin/mail/queue");
    assert_eq!(admin.get("/api/v1/mail-queue?status=waiting").await.json()["total"], 1);
}
