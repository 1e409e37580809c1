//! A POST with an `Idempotency-Key` is done once.

use axum::http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::TestApp;

/// HR creates a kind of leave; whoever sends this twice without a key makes two, or a conflict.
fn kind(name: &str) -> Value {
    json!({ "name": name, "unit": "days", "granularity": "half_day", "color": "violet", "visible_as": "name" })
}

const PATH: &str = "/api/v1/leave/types";

async fn kinds(app: &TestApp, name: &str) -> usize {
    let answer = app.as_hr().get(&format!("{PATH}?page_size=200")).await.assert_ok().json();
    answer["items"].as_array().unwrap().iter().filter(|item| item["name"] == name).count()
}

#[tokio::test]
async fn the_same_key_and_body_get_the_same_answer_and_one_thing() {
    let app = TestApp::new();
    let hr = app.as_hr().header("idempotency-key", "k-1");
    let first = hr.json(Method::POST, PATH, kind("Sabbatical")).await.assert_status(201);
    let again = hr.json(Method::POST, PATH, kind("Sabbatical")).await.assert_status(201);
    assert_eq!(first.json(), again.json());
    assert_eq!(first.header("location"), again.header("location"));
    assert!(!again.header("location").is_empty());
    assert_eq!(kinds(&app, "Sabbatical").await, 1);
}

#[tokio::test]
async fn another_body_under_the_key_is_a_conflict() {
    let app = TestApp::new();
    let hr = app.as_hr().header("idempotency-key", "k-1");
    hr.json(Method::POST, PATH, kind("Sabbatical")).await.assert_status(201);
    hr.json(Method::POST, PATH, kind("Study")).await.assert_status(409);
    assert_eq!(kinds(&app, "Study").await, 0);
}

#[tokio::test]
async fn a_refused_request_may_be_repeated_under_its_key() {
    let app = TestApp::new();
    let hr = app.as_hr().header("idempotency-key", "k-1");
    let mut wrong = kind("");
    hr.json(Method::POST, PATH, wrong.clone()).await.assert_status(422);
    wrong["name"] = "Study".into();
    hr.json(Method::POST, PATH, wrong).await.assert_status(201);
}

#[tokio::test]
async fn a_key_belongs_to_one_person_and_lives_a_day() {
    let app = TestApp::new();
    let keyed = |client: crate::support::Client| client.header("idempotency-key", "k-1");
    keyed(app.as_hr()).json(Method::POST, PATH, kind("Sabbatical")).await.assert_status(201);
    // Somebody else's key of the same letters is another key: the answer is their own.
    let other = keyed(app.as_employee()).json(Method::POST, PATH, kind("Sabbatical")).await;
    assert_eq!(other.status, 403);
    app.clock.advance(SignedDuration::from_hours(25));
    let later = keyed(app.as_hr()).json(Method::POST, PATH, kind("Study")).await;
    assert_eq!(later.status, 201, "{}", later.text());
}

#[tokio::test]
async fn many_at_once_make_one() {
    let app = TestApp::new();
    let hr = app.as_hr().header("idempotency-key", "k-1");
    let sent = (0..8).map(|_| hr.json(Method::POST, PATH, kind("Sabbatical")));
    let answers = futures_util::future::join_all(sent).await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    let told = answers.iter().filter(|answer| answer.status == 409).count();
    assert!(made >= 1 && made + told == 8, "{:?}", answers.iter().map(|a| a.status).collect::<Vec<_>>());
    assert_eq!(kinds(&app, "Sabbatical").await, 1);
}

#[tokio::test]
async fn a_key_must_be_a_word() {
    let app = TestApp::new();
    let long = app.as_hr().header("idempotency-key", "x".repeat(201));
    long.json(Method::POST, PATH, kind("Sabbatical")).await.assert_status(422);
}
