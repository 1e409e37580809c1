//! Business trips through pages and API: entered, in the way, decided where a chain says so, seen as absence.

use axum::http::Method;
use jiff::civil::date;
use serde_json::{Value, json};
use steward::approvals::chain::rules::{Approvers, ChainFacts, Level};
use steward::approvals::{self, Kind};
use steward::leave::{self, types};

use crate::support::{Client, TestApp};

const TRIPS: &str = "/api/v1/business-trips";

fn company() -> TestApp {
    let app = TestApp::new();
    app.act(app.people.hr, leave::seed_types).unwrap();
    app
}

fn trip(first: &str, last: &str) -> Value {
    json!({ "start_date": first, "end_date": last, "destination": "Rotterdam", "purpose": "Visit to the yard" })
}

async fn enter(client: &Client, first: &str, last: &str) -> Value {
    client.json(Method::POST, TRIPS, trip(first, last)).await.assert_status(201).json()
}

fn leave_of(app: &TestApp, first: &str, last: &str) -> Value {
    let unpaid = app.read(|rx| types::preset(rx, "unpaid")).id;
    json!({ "leave_type_id": unpaid, "start_date": first, "end_date": last, "reason": "Moving house" })
}

fn draw_up_a_chain(app: &TestApp) {
    let facts = ChainFacts {
        name: "Trips".into(),
        kind: Kind::Trip,
        leave_type_id: None,
        department_id: None,
        from_minutes: None,
        levels: vec![Level::one(Approvers::LineManager)],
        escalate_after_hours: None,
    };
    app.act(app.people.hr, move |tx, actor| approvals::chain::create(tx, actor, facts)).unwrap();
}

#[tokio::test]
async fn a_trip_stands_at_once_and_is_seen_by_whom_it_concerns() {
    let app = company();
    let made = enter(&app.as_employee(), "2026-03-10", "2026-03-12").await;
    assert_eq!((&made["status"], &made["approval_id"]), (&json!("active"), &json!(null)));
    let path = format!("{TRIPS}/{}", made["id"]);
    for (client, status) in [(app.as_manager(), 200), (app.as_hr(), 200), (app.as_other(), 404)] {
        client.get(&path).await.assert_status(status);
    }
    // The manager is told; nobody is asked.
    app.as_manager().get("/notices").await.assert_contains("Mira Castell is going on a trip: Rotterdam");
    let calendar = app.as_manager().get("/api/v1/leave/calendar?from=2026-03-09&to=2026-03-15").await.json();
    let people = calendar["people"].as_array().unwrap();
    let mira = people.iter().find(|one| one["employee"]["name"] == "Mira Castell").unwrap();
    let absence = &mira["absences"][0];
    assert_eq!((&absence["shown_as"], &absence["trip_id"]), (&json!("Business trip"), &made["id"]));
    assert_eq!(absence["days"][0]["minutes"], 480, "what she would work that day");
    // On the day itself Home says so, and decisions go to the deputy.
    app.clock.advance(jiff::SignedDuration::from_hours(8 * 24));
    app.as_manager().get("/").await.assert_contains("Mira Castell");
    app.as_employee().get("/").await.assert_contains("Your business trip: Rotterdam");
    let (employee, today) = (app.people.employee.employee, date(2026, 3, 10));
    assert!(app.read(|rx| leave::is_away(rx, employee, today)));
    assert_eq!(app.read(|rx| leave::all_away_on(rx, today)), [employee]);
    assert!(!app.read(|rx| leave::is_away(rx, employee, date(2026, 3, 13))));
}

#[tokio::test]
async fn leave_and_trips_exclude_each_other_both_ways() {
    let app = company();
    let client = app.as_employee();
    let made = enter(&client, "2026-03-10", "2026-03-12").await;
    let requests = "/api/v1/leave/requests";
    let refused = client.json(Method::POST, requests, leave_of(&app, "2026-03-12", "2026-03-13")).await;
    refused.assert_status(409).assert_contains(&format!("(trip {})", made["id"])).assert_contains("Rotterdam");
    let look = client.json(Method::POST, "/api/v1/leave/requests/preview", leave_of(&app, "2026-03-12", "2026-03-13"));
    assert_eq!(look.await.assert_ok().json()["trips"][0]["id"], made["id"]);

    let leave = client.json(Method::POST, requests, leave_of(&app, "2026-03-16", "2026-03-17")).await;
    let leave = leave.assert_status(201).json();
    let refused = client.json(Method::POST, TRIPS, trip("2026-03-17", "2026-03-18")).await;
    refused.assert_status(409).assert_contains(&format!("(request {})", leave["id"])).assert_contains("Unpaid");
    let refused = client.json(Method::POST, TRIPS, trip("2026-03-01", "2026-03-10")).await.assert_status(409);
    refused.assert_contains(&format!("(trip {})", made["id"]));
    // Its own old days are not in its way; those of the leave are.
    let path = format!("{TRIPS}/{}", made["id"]);
    client.json(Method::PATCH, &path, json!({ "end_date": "2026-03-13" })).await.assert_ok();
    client.json(Method::PATCH, &path, json!({ "end_date": "2026-03-16" })).await.assert_status(409);

    client.delete(&path).await.assert_status(204);
    client.json(Method::POST, requests, leave_of(&app, "2026-03-12", "2026-03-13")).await.assert_status(201);
    client.delete(&path).await.assert_status(409);
}

#[tokio::test]
async fn what_makes_no_trip_is_refused_by_field() {
    let app = company();
    let client = app.as_employee();
    for (field, value, wrong) in [
        ("end_date", json!("2026-03-09"), "end_date"),
        ("end_date", json!("2027-04-09"), "end_date"),
        ("start_date", json!("2020-03-09"), "start_date"),
        ("destination", json!("  "), "destination"),
        ("purpose", json!("x".repeat(201)), "purpose"),
        ("notes", json!("x".repeat(1001)), "notes"),
    ] {
        let mut body = trip("2026-03-10", "2026-03-12");
        body[field] = value;
        client.json(Method::POST, TRIPS, body).await.assert_invalid(wrong);
    }
    let mut body = trip("2026-03-10", "2026-03-12");
    body["employee_id"] = json!(app.people.other.employee);
    client.json(Method::POST, TRIPS, body).await.assert_invalid("employee_id");
}

#[tokio::test]
async fn where_a_chain_is_drawn_up_for_trips_they_wait_for_it() {
    let app = company();
    draw_up_a_chain(&app);
    let made = enter(&app.as_employee(), "2026-03-10", "2026-03-12").await;
    assert_eq!(made["status"], "pending");
    let (employee, day) = (app.people.employee.employee, date(2026, 3, 10));
    assert!(!app.read(|rx| leave::is_away(rx, employee, day)), "not before it is decided");
    let page = format!("/trips/{}", made["id"]);
    app.as_employee().get(&page).await.assert_contains("Waits for Jonas Brandt");
    app.as_manager().get("/inbox").await.assert_contains("Business trip").assert_contains("Rotterdam");

    // A question, an answer, a decision.
    let manager = app.as_manager();
    manager.post(&format!("{page}/question"), [("question", "Why not by video?")]).await.assert_redirect(&page);
    let again = [
        ("start_date", "2026-03-11"),
        ("end_date", "2026-03-12"),
        ("destination", "Rotterdam"),
        ("purpose", "Sea trial"),
    ];
    app.as_employee().post(&format!("{page}/edit"), again).await.assert_redirect(&page);
    manager.post(&format!("{page}/approve"), [("", "")]).await.assert_redirect(&page);
    assert!(app.read(|rx| leave::is_away(rx, employee, date(2026, 3, 11))));
    app.as_employee().get("/notices").await.assert_contains("Jonas Brandt approved your trip: Rotterdam");

    // What stands and is changed is asked anew; what HR enters is not.
    let moved = json!({ "end_date": "2026-03-13" });
    let path = format!("{TRIPS}/{}", made["id"]);
    let moved = app.as_employee().json(Method::PATCH, &path, moved).await.assert_ok().json();
    assert_eq!(moved["status"], "pending");
    app.as_other().post(&format!("{page}/approve"), [("", "")]).await.assert_status(404);
    manager.post(&format!("{page}/reject"), [("reason", "No budget")]).await.assert_redirect(&page);
    let mut body = trip("2026-03-11", "2026-03-12");
    body["employee_id"] = json!(employee);
    let by_hr = app.as_hr().json(Method::POST, TRIPS, body).await.assert_status(201).json();
    assert_eq!((&by_hr["status"], &by_hr["entered_by"]), (&json!("active"), &json!("Hanna Roth")));
    let path = format!("{TRIPS}/{}/cancel", by_hr["id"]);
    app.as_hr().send_empty_post(&path).await.assert_invalid("reason");
    let why = json!({ "reason": "The yard is closed" });
    app.as_hr().json(Method::POST, &path, why).await.assert_ok();
    app.as_employee().get("/notices").await.assert_contains("Hanna Roth cancelled your trip");
}

#[tokio::test]
async fn the_pages_enter_change_and_cancel_a_trip() {
    let app = company();
    let client = app.as_employee();
    client.get("/trips").await.assert_ok().assert_contains("No trip yet");
    client.get("/trips/new?start_date=2026-03-10").await.assert_ok().assert_contains("value=\"2026-03-10\"");
    let mut form = vec![("start_date", "2026-03-10"), ("end_date", ""), ("destination", ""), ("purpose", "Yard")];
    client.post("/trips/new", &form).await.assert_invalid("destination");
    form[2].1 = "Rotterdam";
    client.post("/trips/new", &form).await.assert_redirect("/trips/1");
    client.post("/trips/new", &form).await.assert_status(409).assert_contains("There is a business trip on these days");
    client.get("/trips/1").await.assert_ok().assert_contains("Business trip, Tue").assert_contains("Rotterdam");
    client.get("/calendar?month=2026-03").await.assert_ok().assert_contains("href=\"/trips/1\"");
    app.as_manager().get("/trips/team").await.assert_ok().assert_contains("Mira Castell");
    client.get("/trips/1/cancel").await.assert_ok();
    client.post("/trips/1/cancel", [("reason", "")]).await.assert_redirect("/trips/1");
    client.get("/trips").await.assert_contains("Cancelled");
    client.get("/").await.assert_lacks("Your business trip");
}
