//! Feeds as calendar programs fetch them, read by Debian's python3-icalendar.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use jiff::SignedDuration;
use jiff::civil::{Date, date, time};
use serde_json::{Value, json};
use steward::approvals::Decision;
use steward::ids::LeaveRequestId;
use steward::leave::request::{self, NewLeave};
use steward::leave::rules::Part;
use steward::leave::trips::{self, NewTrip};
use steward::leave::{self, types};

use crate::support::{Client, Person, TestApp};

/// What the program of Debian's package understands of a feed.
fn understood(text: &str) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/read_ics.py");
    let mut child = Command::new("/usr/bin/python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("/usr/bin/python3: install the Debian packages python3 and python3-icalendar");
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    let why = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "Debian package python3-icalendar: {why}\n{text}");
    serde_json::from_slice(&done.stdout).unwrap()
}

fn days(kind: &str, first: Date, last: Date) -> impl Fn(&mut steward::storage::Tx<'_>) -> NewLeave + Clone + use<> {
    let kind = kind.to_owned();
    move |tx| NewLeave {
        leave_type_id: types::preset(tx, &kind).unwrap().id,
        employee_id: None,
        start_date: first,
        end_date: last,
        start_part: Part::FullDay,
        end_part: Part::FullDay,
        from_time: None,
        to_time: None,
        reason: String::new(),
        contact: String::new(),
        deputy_id: None,
        document_ids: Vec::new(),
        files_chosen: 0,
    }
}

/// A company whose kinds of leave are there.
fn company() -> TestApp {
    let app = TestApp::new();
    app.act(app.people.hr, leave::seed_types).unwrap();
    app
}

/// Sends a request as this person; unpaid leave asks for a reason and draws from no balance.
fn send(app: &TestApp, who: Person, kind: &str, first: Date, last: Date) -> LeaveRequestId {
    let wanted = days(kind, first, last);
    app.act(who, move |tx, actor| {
        let input = NewLeave { reason: "Moving house".into(), ..wanted(tx) };
        request::submit(tx, actor, input)
    })
    .unwrap()
}

fn approve(app: &TestApp, id: LeaveRequestId) {
    let yes = Decision::Approve { note: None, on_behalf_reason: None };
    app.act(app.people.manager, move |tx, actor| request::decide(tx, actor, id, &yes)).unwrap();
}

/// Makes a feed; its path.
async fn feed(client: &Client, kind: &str) -> String {
    let made = client.json(axum::http::Method::POST, "/api/v1/feeds", json!({ "kind": kind })).await;
    let url = made.assert_status(201).json()["url"].as_str().unwrap().to_owned();
    url.strip_prefix("http://steward.test").unwrap().to_owned()
}

async fn events(app: &TestApp, path: &str) -> Vec<Value> {
    let answer = app.anonymous().get(path).await.assert_ok();
    assert_eq!(answer.header("content-type"), "text/calendar; charset=utf-8");
    understood(&answer.text())["events"].as_array().unwrap().clone()
}

#[tokio::test]
async fn one_s_own_feed_names_leave_and_ends_before_the_next_day() {
    let app = company();
    let id = send(&app, app.people.employee, "unpaid", date(2026, 4, 13), date(2026, 4, 14));
    let path = feed(&app.as_employee(), "me").await;
    assert!(path.ends_with("/me.ics"), "{path}");
    let answer = app.anonymous().get(&path).await.assert_ok();
    let read = understood(&answer.text());
    assert_eq!((&read["name"], &read["refresh"]), (&json!("My leave, Nordlicht"), &json!("PT1H")));
    let waiting = json!({
        "uid": format!("leave-{id}@steward.test"), "sequence": 0, "summary": "Unpaid", "start": "2026-04-13",
        "end": "2026-04-15", "all_day": true, "zone": null, "transparency": "OPAQUE", "status": "TENTATIVE",
    });
    assert_eq!(read["events"], json!([waiting]));

    approve(&app, id);
    let after = events(&app, &path).await;
    let expected = [("sequence", json!(1)), ("status", json!("CONFIRMED")), ("uid", waiting["uid"].clone())];
    for (field, value) in expected {
        assert_eq!(after[0][field], value, "{field}");
    }

    app.act(app.people.employee, move |tx, actor| request::cancel(tx, actor, id, "")).unwrap();
    assert_eq!(events(&app, &path).await, Vec::<Value>::new(), "cancelled leave disappears");
}

#[tokio::test]
async fn others_read_away_unless_the_kind_says_more_and_never_sick() {
    let app = company();
    let unpaid = send(&app, app.people.employee, "unpaid", date(2026, 4, 13), date(2026, 4, 14));
    let waiting = send(&app, app.people.employee, "unpaid", date(2026, 5, 4), date(2026, 5, 4));
    let sick = send(&app, app.people.employee, "sick", date(2026, 3, 2), date(2026, 3, 3));
    approve(&app, unpaid);
    // Even where HR lets everybody read it on the calendar.
    app.act(app.people.hr, |tx, actor| {
        let kind = types::preset(tx, "sick")?;
        types::update(tx, actor, kind.id, types::TypeFields { visible_as: types::VisibleAs::Name, ..kind.fields })
    })
    .unwrap();
    app.act(app.people.employee, |tx, actor| {
        let trip = NewTrip {
            employee_id: None,
            start_date: date(2026, 6, 1),
            end_date: date(2026, 6, 2),
            destination: "Rotterdam".into(),
            purpose: "Secret talks".into(),
            notes: String::new(),
        };
        trips::plan(tx, actor, trip)
    })
    .unwrap();

    // The line manager may open all of it on pages; a feed lies elsewhere.
    let path = feed(&app.as_manager(), "team").await;
    let text = app.anonymous().get(&path).await.assert_ok().assert_lacks("Sick").assert_lacks("Secret").text();
    assert!(!text.contains(&format!("leave-{waiting}@")), "undecided leave of others is not told");
    let read = understood(&text);
    let told: Vec<_> = read["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| (event["uid"].as_str().unwrap(), event["summary"].as_str().unwrap(), &event["transparency"]))
        .collect();
    let free = json!("TRANSPARENT");
    let (sick_uid, unpaid_uid) = (format!("leave-{sick}@steward.test"), format!("leave-{unpaid}@steward.test"));
    let expected = [
        (sick_uid.as_str(), "Mira Castell: Away", &free),
        (unpaid_uid.as_str(), "Mira Castell: Unpaid", &free),
        ("trip-1@steward.test", "Mira Castell: Business trip", &free),
    ];
    assert_eq!(told, expected);

    let own = feed(&app.as_employee(), "me").await;
    app.anonymous().get(&own).await.assert_ok().assert_lacks("Sick").assert_contains("Business trip: Rotterdam");
}

#[tokio::test]
async fn hours_have_times_and_a_zone_and_halves_stand_in_words() {
    let app = company();
    app.act(app.people.hr, |tx, actor| {
        let kind = types::preset(tx, "unpaid")?;
        let fields = types::TypeFields {
            granularity: leave::rules::Granularity::QuarterHour,
            requires_approval: false,
            requires_reason: false,
            ..kind.fields
        };
        types::update(tx, actor, kind.id, fields)
    })
    .unwrap();
    let wanted = days("unpaid", date(2026, 3, 31), date(2026, 3, 31));
    app.act(app.people.employee, move |tx, actor| {
        let hours = NewLeave { from_time: Some(time(14, 0, 0, 0)), to_time: Some(time(16, 30, 0, 0)), ..wanted(tx) };
        request::submit(tx, actor, hours)?;
        let (first, last) = (date(2026, 4, 1), date(2026, 4, 2));
        let half = NewLeave {
            start_date: first,
            end_date: first,
            start_part: Part::Morning,
            end_part: Part::Morning,
            ..wanted(tx)
        };
        request::submit(tx, actor, half)?;
        let both = NewLeave {
            start_date: last,
            end_date: date(2026, 4, 8),
            start_part: Part::Afternoon,
            end_part: Part::Morning,
            ..wanted(tx)
        };
        request::submit(tx, actor, both)
    })
    .unwrap();
    let path = feed(&app.as_employee(), "me").await;
    let read = understood(&app.anonymous().get(&path).await.assert_ok().text());
    assert_eq!(read["zones"], json!(["Europe/Berlin"]));
    let event = |at: usize| &read["events"][at];
    // Summer time began on the 29th.
    assert_eq!(event(0)["start"], "2026-03-31T14:00:00+02:00");
    assert_eq!((&event(0)["end"], &event(0)["zone"]), (&json!("2026-03-31T16:30:00+02:00"), &json!("Europe/Berlin")));
    assert_eq!((&event(1)["summary"], &event(1)["all_day"]), (&json!("Unpaid (morning)"), &json!(true)));
    assert_eq!(event(2)["summary"], "Unpaid (from the first afternoon until the last morning)");
}

#[tokio::test]
async fn a_program_that_has_the_feed_is_told_so() {
    let app = company();
    let path = feed(&app.as_employee(), "me").await;
    let first = app.anonymous().get(&path).await.assert_ok();
    let tag = first.header("etag").to_owned();
    assert_eq!(first.header("cache-control"), "private, no-cache");
    let again = app.anonymous().header("if-none-match", &tag).get(&path).await.assert_status(304);
    assert!(again.bytes.is_empty());
    app.clock.advance(SignedDuration::from_hours(1));
    app.anonymous().header("if-none-match", &tag).get(&path).await.assert_status(304);
    send(&app, app.people.employee, "unpaid", date(2026, 4, 13), date(2026, 4, 14));
    app.anonymous().header("if-none-match", &tag).get(&path).await.assert_ok();
}

#[tokio::test]
async fn a_token_opens_its_own_feed_only_and_ends_when_it_is_renewed_or_revoked() {
    let app = company();
    let me = feed(&app.as_employee(), "me").await;
    let nobody = app.anonymous();
    for wrong in [
        me.replace("me.ics", "company.ics"),
        me.replace("me.ics", "me.txt"),
        me.replace("me.ics", "secret.ics"),
        me.replace("nordlicht.", "elsewhere."),
        "/feed/nordlicht.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/me.ics".to_owned(),
        "/feed/nonsense/me.ics".to_owned(),
    ] {
        nobody.get(&wrong).await.assert_status(404);
    }
    let renewed = feed(&app.as_employee(), "me").await;
    nobody.get(&me).await.assert_status(404);
    nobody.get(&renewed).await.assert_ok();

    let listed = app.as_employee().get("/api/v1/feeds").await.assert_ok().json();
    assert_eq!((&listed["total"], &listed["items"][0]["kind"]), (&json!(1), &json!("me")));
    let secret = renewed.split('/').nth(2).unwrap();
    let kept = app.read(|rx| rx.scalar::<Vec<u8>>("SELECT token_hash FROM feeds", []));
    assert_eq!(kept.len(), 32);
    app.as_employee().get("/calendar/feeds").await.assert_ok().assert_lacks(secret);

    let id = listed["items"][0]["id"].as_i64().unwrap();
    app.as_other().delete(&format!("/api/v1/feeds/{id}")).await.assert_status(404);
    app.as_employee().delete(&format!("/api/v1/feeds/{id}")).await.assert_status(204);
    nobody.get(&renewed).await.assert_status(404);
}

#[tokio::test]
async fn a_login_that_may_not_be_used_has_no_feed() {
    let app = company();
    let path = feed(&app.as_employee(), "company").await;
    app.anonymous().get(&path).await.assert_ok();
    let user = app.people.employee.user;
    app.arrange(move |tx| tx.run("UPDATE users SET disabled_at = created_at WHERE id = ?1", [user]));
    app.anonymous().get(&path).await.assert_status(404);
}

#[tokio::test]
async fn the_admin_who_is_not_on_the_staff_has_no_leave_to_show() {
    let app = company();
    let client = app.as_admin();
    for kind in ["me", "team"] {
        client.json(axum::http::Method::POST, "/api/v1/feeds", json!({ "kind": kind })).await.assert_status(403);
    }
    client.get("/calendar/feeds").await.assert_ok().assert_lacks("My leave").assert_contains("Holidays");
    let path = feed(&client, "holidays").await;
    assert!(events(&app, &path).await.is_empty(), "nothing is entered yet");
}

#[tokio::test]
async fn holidays_have_a_feed_of_their_own() {
    let app = company();
    let body = json!({ "name": "Founders, and friends; day", "start_date": "2026-10-01", "end_date": "2026-10-01", "half": "afternoon", "scope": "global" });
    app.as_hr().json(axum::http::Method::POST, "/api/v1/leave/holidays", body).await.assert_status(201);
    let path = feed(&app.as_employee(), "holidays").await;
    let read = events(&app, &path).await;
    assert_eq!(read.len(), 1);
    assert_eq!(read[0]["summary"], "Founders, and friends; day, free from noon");
    assert_eq!(
        (&read[0]["start"], &read[0]["end"], &read[0]["uid"]),
        (&json!("2026-10-01"), &json!("2026-10-02"), &json!("holiday-2026-10-01@steward.test"))
    );
}

#[tokio::test]
async fn an_answer_that_holds_an_address_is_not_kept_for_a_repeat() {
    let app = company();
    let client = app.as_employee().header("idempotency-key", "one");
    let body = json!({ "kind": "me" });
    let made = client.json(axum::http::Method::POST, "/api/v1/feeds", body.clone()).await.assert_status(201).json();
    let secret = made["url"].as_str().unwrap().split('/').nth(4).unwrap().to_owned();
    let again = client.json(axum::http::Method::POST, "/api/v1/feeds", body).await;
    again.assert_status(409).assert_lacks(&secret);
    let kept: i64 = app.read(|rx| rx.scalar("SELECT length(body) FROM idempotency_keys", []));
    assert_eq!(kept, 0);
}

#[tokio::test]
async fn the_page_shows_the_address_once() {
    let app = company();
    let client = app.as_employee();
    let page = client.post("/calendar/feeds", [("kind", "team")]).await.assert_status(201);
    let text = page.text();
    let path = text.split("http://steward.test").find(|part| part.starts_with("/feed/")).unwrap();
    let path = path.split('<').next().unwrap();
    page.assert_contains("webcal://steward.test/feed/nordlicht.");
    app.anonymous().get(path).await.assert_ok();
    client.get("/calendar/feeds").await.assert_ok().assert_lacks(path).assert_contains("New address");
    let id: i64 = app.read(|rx| rx.scalar("SELECT id FROM feeds", []));
    client.post(&format!("/calendar/feeds/{id}/revoke"), [("", "")]).await.assert_redirect("/calendar/feeds");
    app.anonymous().get(path).await.assert_status(404);
}
