//! The daily mail: who gets one, when, and what stands in it.

use jiff::SignedDuration;
use serde_json::json;
use steward::msg;
use steward::notifications::{self, Kind, MailChoice, Notice, Topic, notify};

use crate::smtp_server::{SmtpServer, bodies, header};
use crate::support::{Person, TestApp};

const SNOW: Kind = Kind::new("snow", Topic::Team, "Snow in Turku", "Look outside");

/// The program with a mail server; Mira wants news of her team once a day. Monday, 10:00 in Berlin.
fn app(server: &SmtpServer) -> TestApp {
    let app = TestApp::sending(server);
    want(&app, app.people.employee, MailChoice::Daily);
    app
}

/// The daily mails to Mira; others get what others write.
fn daily(server: &SmtpServer) -> Vec<String> {
    let mut mails = server.mails();
    mails.retain(|mail| header(mail, "Subject") == "Your notices of the day");
    assert!(mails.iter().all(|mail| header(mail, "X-Envelope-To") == "employee@nordlicht.test"));
    mails
}

fn want(app: &TestApp, who: Person, mail: MailChoice) {
    app.act(who, move |tx, actor| notifications::set_preferences(tx, actor, &[(Topic::Team, mail)])).unwrap();
}

fn tell(app: &TestApp, who: Person, id: i64) {
    app.arrange(move |tx| {
        let text = msg!("{0} saw snow for the {1}th time.", "Jonas <Brandt>", id);
        notify(tx, who.employee, &Notice::new(&SNOW, ("weather", id), text).quote(if id == 2 { "Lots!" } else { "" }))
    });
}

/// A tick every half hour until then, as the clock of Berlin shows it.
async fn until(app: &TestApp, local: &str) {
    let end = local.parse::<jiff::civil::DateTime>().unwrap().in_tz("Europe/Berlin").unwrap().timestamp();
    while app.clock.now() < end {
        app.clock.advance(SignedDuration::from_mins(30).min(end.duration_since(app.clock.now())));
        app.app.clockwork.tick().await;
    }
}

#[tokio::test]
async fn one_mail_in_the_morning_of_a_working_day_with_what_is_not_read() {
    let server = SmtpServer::plain();
    let app = app(&server);
    let mira = app.people.employee;
    app.app.clockwork.tick().await;
    for id in 1..=3 {
        tell(&app, mira, id);
    }
    // Jonas wants his at once.
    tell(&app, app.people.manager, 4);
    until(&app, "2026-03-02T11:00").await;
    assert!(daily(&server).is_empty());
    let at_once: Vec<_> = server.mails().iter().map(|mail| header(mail, "Subject") == "Snow in Turku").collect();
    assert_eq!(at_once.iter().filter(|snow| **snow).count(), 1);

    // One of them is read before the morning.
    let client = app.as_employee();
    let first = client.get("/api/v1/notifications").await.json()["items"][2]["id"].clone();
    client.json(axum::http::Method::PATCH, &format!("/api/v1/notifications/{first}/read"), json!({})).await.assert_ok();
    until(&app, "2026-03-03T07:30").await;
    assert!(daily(&server).is_empty());
    until(&app, "2026-03-03T08:00").await;
    let mails = daily(&server);
    assert_eq!(mails.len(), 1);
    let [text, html] = bodies(&mails[0]);
    insta::assert_snapshot!(text);
    assert!(html.contains("Jonas &#60;Brandt&#62; saw snow for the 2th time. “Lots!”"), "{html}");
    assert!(!html.contains("1th time"));

    // Exactly once a day, whatever happens in it; and nothing where there is nothing.
    tell(&app, mira, 5);
    until(&app, "2026-03-03T20:00").await;
    assert_eq!(daily(&server).len(), 1);
    until(&app, "2026-03-04T09:00").await;
    assert_eq!(daily(&server).len(), 2);
    assert!(bodies(&daily(&server)[1])[0].contains("5th time"));
    until(&app, "2026-03-06T09:00").await;
    assert_eq!(daily(&server).len(), 2);

    // What happens on Friday afternoon waits for Monday.
    tell(&app, mira, 6);
    until(&app, "2026-03-09T07:30").await;
    assert_eq!(daily(&server).len(), 2);
    until(&app, "2026-03-09T08:00").await;
    assert_eq!(daily(&server).len(), 3);
}

#[tokio::test]
async fn what_is_all_read_or_not_wanted_any_more_is_no_mail() {
    let server = SmtpServer::plain();
    let app = app(&server);
    app.app.clockwork.tick().await;
    tell(&app, app.people.employee, 1);
    app.as_employee().post("/notices/read-all", [("", "")]).await.assert_status(303);
    until(&app, "2026-03-03T09:00").await;
    tell(&app, app.people.employee, 2);
    want(&app, app.people.employee, MailChoice::None);
    until(&app, "2026-03-04T09:00").await;
    assert!(daily(&server).is_empty());
}

#[tokio::test]
async fn the_clock_that_jumps_an_hour_sends_nothing_twice() {
    let server = SmtpServer::plain();
    let app = app(&server);
    app.app.clockwork.tick().await;
    // Sunday, 29 March: 2:00 becomes 3:00; on Monday it is at eight all the same.
    until(&app, "2026-03-28T12:00").await;
    tell(&app, app.people.employee, 1);
    until(&app, "2026-03-30T07:59").await;
    assert!(daily(&server).is_empty());
    until(&app, "2026-03-30T08:00").await;
    assert_eq!(daily(&server).len(), 1);
    // Set back by an hour, eight o'clock comes once more.
    app.clock.advance(SignedDuration::from_hours(-1));
    tell(&app, app.people.employee, 2);
    until(&app, "2026-03-30T09:00").await;
    assert_eq!(daily(&server).len(), 1);
}
