//! From an act to the mailbox: a notice is written, the clockwork performs the outbox, a real mail server takes it.

use axum::http::Method;
use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::json;
use steward::auth::{Actor, Channel, Origin, Roles};
use steward::ids::{EmployeeId, UserId};
use steward::jobs::{Registry, Ticked};
use steward::lang::Lang;
use steward::mail::SmtpSettings;
use steward::msg;
use steward::notifications::{self, Kind, MailEffect, MailServer, Notice, Post, Topic, notify, post};
use steward::storage::{Housekeeping, Op};

use crate::clockwork::House;
use crate::smtp_server::SmtpServer;
use crate::support::TestApp;

/// In words that no catalogue has.
const SNOW: Kind = Kind::new("snow", Topic::Requests, "Snow in Turku", "Look outside");
const ACT: Op = Op::housekeeping(Housekeeping::Notices);

/// An organization whose clockwork sends mail by `smtp`, with people that have logins.
pub fn house(smtp: Option<SmtpSettings>) -> House {
    let effect = MailEffect::new(Arc::new(MailServer::fixed(smtp)), |_| "https://hr.test:8443".to_owned());
    let house = House::at("2026-12-01T09:30:00Z", Registry::new().effect(effect));
    let people = [
        (1, "admin", "en"),
        (7, "mira", "de"),
        (8, "refused", "en"),
        (9, "later", "en"),
        (10, "cut", "en"),
        (11, "held", "en"),
    ];
    house
        .org
        .db
        .write_blocking(ACT, move |tx| {
            for (id, name, language) in people {
                tx.run(
                    "INSERT INTO users (id, email, email_key, name, password_hash, language, created_at)
                     VALUES (?1, ?2 || '@x.test', ?2 || '@x.test', ?2, 'x', ?3, ?4)",
                    (id, name, language, tx.now()),
                )?;
            }
            tx.run("INSERT INTO user_roles (user_id, role) VALUES (1, 'admin')", ())?;
            Ok(())
        })
        .unwrap();
    house
}

pub fn tell(house: &House, user: i64, request: i64) {
    let notice = Notice::new(&SNOW, ("leave_request", request), msg!("{0} saw snow.", "Jonas Brandt"))
        .quote("Enjoy Turku")
        .link(format!("/leave/requests/{request}"));
    house.org.db.write_blocking(ACT, move |tx| notify(tx, UserId(user), &notice)).unwrap();
}

fn actor(user: i64) -> Actor {
    Actor {
        user_id: Some(UserId(user)),
        employee_id: None::<EmployeeId>,
        name: String::new(),
        roles: Roles::default(),
        origin: Origin { channel: Channel::Web, session_id: None, address: None },
        zone: jiff::tz::TimeZone::UTC,
        language: "en".to_owned(),
    }
}

pub fn notices(house: &House, user: i64) -> Vec<String> {
    let rows = house.org.db.read_blocking(|rx| notifications::list(rx, &actor(user), false, 50, 0)).unwrap().0;
    rows.iter().map(|row| row.text.to_string()).collect()
}

#[test]
fn a_notice_arrives_in_the_readers_language_with_one_absolute_button() {
    let server = SmtpServer::plain();
    let house = house(Some(server.settings()));
    tell(&house, 7, 17);
    assert_eq!(house.tick(), Ticked { performed: 1, ..Ticked::default() });
    let mails = server.mails();
    let mail = mails[0].replace("\r\n", "\n");
    let id = mail.split_once("Message-ID: <").unwrap().1.split_once('@').unwrap().0;
    assert_eq!(id.len(), 43, "random, so that no two mails of the world share it");
    insta::assert_snapshot!(mail.replace(id, "[id]").replace(&id[..40], "[id]"));
    // Nothing is sent twice.
    house.clock.advance(SignedDuration::from_hours(1));
    house.tick();
    assert_eq!(server.mails().len(), 1);
}

#[test]
fn what_the_server_refuses_is_shown_to_the_admin_once() {
    let server = SmtpServer::plain();
    let house = house(Some(server.settings()));
    tell(&house, 8, 1);
    tell(&house, 9, 2);
    tell(&house, 7, 3);
    assert_eq!(house.tick().performed, 1);
    assert_eq!(notices(&house, 1), ["A mail to refused@x.test was not delivered: 550 5.1.1 No such mailbox"]);
    for _ in 0..60 {
        house.clock.advance(SignedDuration::from_hours(1));
        house.tick();
    }
    // The busy mailbox was tried for two days.
    assert_eq!(
        notices(&house, 1),
        [
            "A mail to later@x.test was not delivered: 451 4.2.1 Mailbox busy, try again",
            "A mail to refused@x.test was not delivered: 550 5.1.1 No such mailbox"
        ]
    );
    assert_eq!(server.mails().len(), 1, "no mail about mail");
}

#[test]
fn while_the_server_is_down_nothing_is_lost_and_nobody_waits() {
    let gone = SmtpServer::plain().settings();
    let smtp = SmtpSettings { timeout: std::time::Duration::from_secs(2), ..gone };
    let mut house = house(Some(smtp.clone()));
    let before = std::time::Instant::now();
    for request in 1..=20 {
        tell(&house, 7, request);
    }
    assert!(before.elapsed() < std::time::Duration::from_secs(5));
    assert_eq!(house.tick(), Ticked::default());
    assert_eq!(notices(&house, 7).len(), 20);

    // The server is back, elsewhere: a clockwork with its settings sends all, over one connection.
    let server = SmtpServer::plain();
    let effect =
        MailEffect::new(Arc::new(MailServer::fixed(Some(server.settings()))), |_| "https://hr.test".to_owned());
    house.replace_registry(Registry::new().effect(effect));
    house.clock.advance(SignedDuration::from_mins(2));
    assert_eq!(house.tick().performed, 20);
    let mails = server.mails();
    assert_eq!(mails.len(), 20);
    let mut ids: Vec<&str> =
        mails.iter().filter_map(|mail| mail.lines().find(|line| line.starts_with("Message-ID"))).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 20);
}

#[test]
fn a_mail_that_is_sent_twice_is_the_same_mail() {
    let server = SmtpServer::plain();
    let house = house(Some(server.settings()));
    tell(&house, 7, 17);
    house.tick();
    // The program died after the server had taken the mail, before it was written down.
    house.org.db.write_blocking(ACT, |tx| tx.run("UPDATE outbox SET state = 'claimed', done_at = NULL", ())).unwrap();
    house.rt.block_on(house.clockwork.recover()).unwrap();
    assert_eq!(house.tick().performed, 1);
    let mails = server.mails();
    assert_eq!((mails.len(), &mails[0]), (2, &mails[1]));
}

#[test]
fn without_a_mail_server_notices_are_in_app_only() {
    let house = house(None);
    tell(&house, 7, 1);
    house.tick();
    assert_eq!(notices(&house, 7).len(), 1);
    // A server that is set up later is not flooded with old news.
    assert_eq!(house.tick(), Ticked::default());
}

#[test]
fn a_mail_to_somebody_without_a_login_is_sent_as_it_was_written() {
    let server = SmtpServer::plain();
    let house = house(Some(server.settings()));
    let to = "new@x.test".parse().unwrap();
    let mail =
        Post::new(&to, "Tiago Almeida", Lang::ENGLISH, msg!("Welcome to {0}", "Nordlicht"), msg!("You were invited."))
            .paragraph(msg!("Please choose a password."))
            .button(msg!("Choose a password"), "/set-up");
    house.org.db.write_blocking(ACT, move |tx| post(tx, &mail)).unwrap();
    house.tick();
    let mails = server.mails();
    assert!(mails[0].contains("Subject: Welcome to Nordlicht\r\n") && mails[0].contains("https://hr.test:8443/set-up"));
}

/// The program with three notices for Mira, the newest first: of today, of yesterday (read), of last week.
fn told_mira() -> TestApp {
    let app = TestApp::new();
    let mira = app.people.employee.employee;
    let now = app.clock.now();
    for (days, id) in [(7, 1), (1, 2), (0, 3)] {
        app.clock.set(now - SignedDuration::from_hours(24 * days));
        app.arrange(move |tx| {
            let notice = Notice::new(&SNOW, ("leave_request", id), msg!("{0} saw snow.", "Jonas <Brandt>"))
                .quote(if id == 3 { "Enjoy <Turku>" } else { "" })
                .link(format!("/leave/requests/{id}"));
            notify(tx, mira, &notice)
        });
    }
    app.clock.set(now);
    app
}

#[tokio::test]
async fn the_page_shows_my_notices_by_day_and_marks_them() {
    let app = told_mira();
    let (mira, jonas) = (app.as_employee(), app.as_manager());
    let page = mira.get("/notices").await.assert_ok();
    let page = page
        .assert_contains("<h2>Today</h2>")
        .assert_contains("<h2>Yesterday</h2>")
        .assert_contains("<h2>Mon&nbsp;23&nbsp;Feb</h2>".replace("&nbsp;", "\u{a0}").as_str());
    page.assert_contains("3 notices are new.").assert_contains("“Enjoy &#60;Turku&#62;”").assert_lacks("<Turku>");
    jonas.get("/notices").await.assert_ok().assert_contains("No notices yet");

    let id = mira.get("/api/v1/notifications").await.json()["items"][1]["id"].as_i64().unwrap();
    let read = format!("/notices/{id}/read");
    jonas.post(&read, [("then", "open")]).await.assert_status(404);
    mira.post(&read, [("then", "open")]).await.assert_redirect("/leave/requests/2");
    mira.post(&read, [("then", "stay")]).await.assert_redirect("/notices");
    mira.get("/notices?unread=true").await.assert_ok().assert_contains("2 notices are new.").assert_lacks("Yesterday");
    mira.get("/notices?unreed=true").await.assert_status(422);
    mira.post("/notices/read-all", [("", "")]).await.assert_redirect("/notices");
    mira.get("/notices?unread=true").await.assert_ok().assert_contains("Nothing new");
    app.anonymous().get("/notices").await.assert_redirect("/sign-in?next=%2Fnotices");
}

#[tokio::test]
async fn preferences_are_kept_and_security_stays() {
    let app = TestApp::new();
    let mira = app.as_employee();
    let chosen =
        |page: &str, topic: &str, mail: &str| page.contains(&format!("name=\"{topic}\" value=\"{mail}\" checked"));
    let page = mira.get("/notices/preferences").await.assert_ok().assert_lacks("name=\"account\"").text();
    assert!(chosen(&page, "team", "now") && chosen(&page, "decisions", "now"));
    let form = [("tasks", "daily"), ("requests", "now"), ("team", "none")];
    mira.post("/notices/preferences", form).await.assert_redirect("/notices/preferences");
    let page = mira.get("/notices/preferences").await.assert_ok().text();
    assert!(chosen(&page, "tasks", "daily") && chosen(&page, "requests", "now") && chosen(&page, "team", "none"));
    assert!(chosen(&page, "decisions", "now"), "what is left out stays");
    mira.post("/notices/preferences", [("team", "weekly")]).await.assert_status(422);
    // What concerns the account is no control of the form, and sent all the same it changes nothing.
    mira.post("/notices/preferences", [("account", "none")]).await.assert_redirect("/notices/preferences");
    let all = mira.get("/api/v1/notifications/preferences").await.json();
    assert!(
        all["preferences"].as_array().unwrap().contains(&json!({"topic": "account", "mail": "now", "locked": true}))
    );
    // Nobody else's changed.
    assert!(chosen(&app.as_manager().get("/notices/preferences").await.text(), "team", "now"));
}

#[tokio::test]
async fn the_api_lists_counts_reads_and_prefers() {
    let app = told_mira();
    let (mira, jonas) = (app.as_employee(), app.as_manager());
    let list = mira.get("/api/v1/notifications?page_size=2").await.assert_ok().json();
    assert_eq!((&list["total"], list["items"].as_array().unwrap().len()), (&json!(3), 2));
    let newest = &list["items"][0];
    insta::assert_json_snapshot!(newest);
    assert_eq!(mira.get("/api/v1/notifications/unread-count").await.json(), json!({ "unread": 3 }));

    let read = format!("/api/v1/notifications/{}/read", newest["id"]);
    jonas.json(Method::PATCH, &read, json!({})).await.assert_status(404);
    let once = mira.json(Method::PATCH, &read, json!({})).await.assert_ok().json();
    app.clock.advance(SignedDuration::from_hours(1));
    let twice = mira.json(Method::PATCH, &read, json!({})).await.assert_ok().json();
    assert_eq!((&once["read_at"], &twice["read_at"]), (&json!("2026-03-02T09:00:00Z"), &json!("2026-03-02T09:00:00Z")));
    assert_eq!(mira.get("/api/v1/notifications?unread=true").await.json()["total"], 2);
    assert_eq!(
        mira.json(Method::POST, "/api/v1/notifications/read-all", json!({})).await.assert_ok().json(),
        json!({ "read": 2 })
    );
    assert_eq!(mira.get("/api/v1/notifications/unread-count").await.json(), json!({ "unread": 0 }));

    let path = "/api/v1/notifications/preferences";
    let put = json!({ "preferences": [{ "topic": "team", "mail": "none" }] });
    let after = mira.json(Method::PUT, path, put).await.assert_ok().json();
    assert_eq!(after, mira.get(path).await.json());
    assert!(
        after["preferences"].as_array().unwrap().contains(&json!({ "topic": "team", "mail": "none", "locked": false }))
    );
    assert!(
        after["preferences"]
            .as_array()
            .unwrap()
            .contains(&json!({ "topic": "account", "mail": "now", "locked": true }))
    );
    let locked = json!({ "preferences": [{ "topic": "account", "mail": "none" }] });
    mira.json(Method::PUT, path, locked).await.assert_invalid("account");
    mira.json(Method::PUT, path, json!({ "preferences": [{ "topic": "gossip", "mail": "now" }] }))
        .await
        .assert_status(422);
    let twice = json!({ "preferences": [{ "topic": "team", "mail": "now" }, { "topic": "team", "mail": "daily" }] });
    mira.json(Method::PUT, path, twice).await.assert_invalid("preferences");
    let many = vec![json!({ "topic": "team", "mail": "now" }); 10_000];
    mira.json(Method::PUT, path, json!({ "preferences": many })).await.assert_invalid("preferences");
    assert_eq!(after, mira.get(path).await.json());
    app.anonymous().get("/api/v1/notifications").await.assert_status(401);
    app.as_hire().get("/api/v1/notifications").await.assert_ok();
}
