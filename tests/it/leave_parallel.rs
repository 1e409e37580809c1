//! Many at once on one balance: in whatever order requests, decisions and withdrawals arrive, it is never overdrawn, each
//! is answered as if it had come alone, and the ledger says what the balance says.

use axum::http::Method;
use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday, date};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::leave_api::{grant, with_leave};
use crate::support::{Answer, Client, TestApp};

const DAY: i64 = 480;

/// So many working days from 9 March 2026 on, without those that a feast could take.
fn working_days(many: usize) -> Vec<Date> {
    let feasts = [(4, 3), (4, 6), (5, 1), (5, 14), (5, 25)];
    let free = |day: &Date| {
        matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) || feasts.contains(&(day.month(), day.day()))
    };
    let from = date(2026, 3, 9);
    (0..).map(|n| from.saturating_add(n.days())).filter(|day| !free(day)).take(many).collect()
}

/// Sends all of these at the same time; answers in their order.
async fn at_once(requests: Vec<(Client, String, Value)>) -> Vec<Answer> {
    let mut sent = JoinSet::new();
    for (nth, (client, path, body)) in requests.into_iter().enumerate() {
        sent.spawn(async move { (nth, client.json(Method::POST, &path, body).await) });
    }
    let mut answers = sent.join_all().await;
    answers.sort_by_key(|(nth, _)| *nth);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

fn with_status(answers: &[Answer], status: u16) -> Vec<Value> {
    answers.iter().filter(|answer| answer.status == status).map(Answer::json).collect()
}

fn act(client: &Client, id: &Value, what: &str, body: Value) -> (Client, String, Value) {
    (client.clone(), format!("/api/v1/leave/requests/{id}/{what}"), body)
}

/// What is available and what is reserved, in minutes, and the sum of the ledger.
async fn books(client: &Client) -> (i64, i64, i64) {
    let balance = client.get("/api/v1/leave/balances").await.assert_ok().json()["items"][0].clone();
    let rows = client.get("/api/v1/leave/ledger?year=2026&page_size=200").await.assert_ok().json();
    let rows = rows["items"].as_array().unwrap().clone();
    let sum = rows.iter().map(|row| row["minutes"].as_i64().unwrap()).sum();
    (balance["available"].as_i64().unwrap(), balance["pending"].as_i64().unwrap(), sum)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_requests_at_once_never_overdraw() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let (mira, manager) = (app.as_employee(), app.as_manager());
    let ask = |day: &Date| json!({ "leave_type_id": kinds.vacation, "start_date": day, "end_date": day });
    let path = "/api/v1/leave/requests".to_owned();
    let answers = at_once(working_days(100).iter().map(|day| (mira.clone(), path.clone(), ask(day))).collect()).await;
    let sent = with_status(&answers, 201);
    let refused = with_status(&answers, 422);
    assert_eq!((sent.len(), refused.len()), (20, 80), "20 days for a hundred who want one");
    for why in refused {
        assert_eq!(why["errors"][0]["field"], "end_date", "{why}");
    }
    assert_eq!(books(&mira).await, (0, 20 * DAY, 20 * DAY), "all of it is reserved, none of it taken");

    let approved = at_once(sent.iter().map(|one| act(&manager, &one["id"], "approve", json!({}))).collect()).await;
    assert_eq!(with_status(&approved, 200).len(), 20, "what was reserved is there at approval");
    assert_eq!(books(&mira).await, (0, 0, 0), "the ledger holds each day once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_requests_for_the_last_day_one_gets_it() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let other = app.person("Ana", "Ribeiro");
    for (nth, pair) in working_days(20).chunks(2).enumerate() {
        // Somebody with one day left, each time somebody else.
        let who = if nth == 0 { other } else { app.person("Ana", &format!("Ribeiro{nth}")) };
        grant(&app, who, kinds.vacation, 480);
        let client = app.signed_in(who);
        // Two different days; then the same day twice.
        for days in [[pair[0], pair[1]], [pair[0], pair[0]]] {
            let ask = |day: Date| {
                let body = json!({ "leave_type_id": kinds.vacation, "start_date": day, "end_date": day });
                (client.clone(), "/api/v1/leave/requests".to_owned(), body)
            };
            let answers = at_once(days.map(ask).to_vec()).await;
            let sent = with_status(&answers, 201);
            assert_eq!(sent.len(), 1, "{:?}", answers.iter().map(Answer::text).collect::<Vec<_>>());
            let expected: &[u16] = if days[0] == days[1] { &[409, 422] } else { &[422] };
            assert!(answers.iter().any(|answer| expected.contains(&answer.status.as_u16())), "and the other is told");
            let id = sent[0]["id"].clone();
            client.json(Method::POST, &format!("/api/v1/leave/requests/{id}/cancel"), json!({})).await.assert_ok();
        }
        assert_eq!(books(&client).await, (DAY, 0, DAY));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_approval_and_a_withdrawal_at_once_leave_the_leave_withdrawn() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let (mira, manager) = (app.as_employee(), app.as_manager());
    for (nth, day) in working_days(16).into_iter().enumerate() {
        let body = json!({ "leave_type_id": kinds.vacation, "start_date": day, "end_date": day });
        let made = mira.json(Method::POST, "/api/v1/leave/requests", body).await.assert_status(201).json();
        let mut both =
            vec![act(&manager, &made["id"], "approve", json!({})), act(&mira, &made["id"], "cancel", json!({}))];
        if nth % 2 == 1 {
            both.reverse();
        }
        let mut answers = at_once(both).await;
        if nth % 2 == 1 {
            answers.reverse();
        }
        let [approved, cancelled] = &answers[..] else { panic!("two were sent") };
        assert!(matches!(approved.status.as_u16(), 200 | 409), "{}", approved.text());
        assert_eq!(cancelled.status, 200, "before it begins it can be taken back: {}", cancelled.text());
        let now = mira.get(&format!("/api/v1/leave/requests/{}", made["id"])).await.assert_ok().json();
        assert_eq!(now["status"], "cancelled");
        assert_eq!(books(&mira).await, (20 * DAY, 0, 20 * DAY), "nothing is taken, nothing reserved");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_approval_sent_ten_times_takes_the_day_once() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let (mira, manager) = (app.as_employee(), app.as_manager());
    let day = working_days(1)[0];
    let body = json!({ "leave_type_id": kinds.vacation, "start_date": day, "end_date": day });
    let id = mira.json(Method::POST, "/api/v1/leave/requests", body).await.assert_status(201).json()["id"].clone();
    let answers = at_once(vec![act(&manager, &id, "approve", json!({})); 10]).await;
    assert_eq!((with_status(&answers, 200).len(), with_status(&answers, 409).len()), (1, 9));
    assert_eq!(books(&mira).await, (19 * DAY, 0, 19 * DAY));
}
