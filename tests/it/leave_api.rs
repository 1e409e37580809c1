//! Leave through the API: asked, previewed, decided, and what the ledger and the calendar say of it.

use axum::http::Method;
use jiff::SignedDuration;
use jiff::civil::date;
use serde_json::{Value, json};
use steward::error::Msg;
use steward::ids::LeaveTypeId;
use steward::leave::rules::LedgerKind;
use steward::leave::{self, Credit, types};
use steward::people;
use steward::time::Minutes;

use crate::support::{Client, Person, TestApp};

/// The kinds of leave that the tests ask for.
pub struct Kinds {
    pub vacation: LeaveTypeId,
    pub sick: LeaveTypeId,
    pub toil: LeaveTypeId,
}

/// The ready-made kinds, and 20 days of vacation for the employee in 2026.
pub fn with_leave(app: &TestApp) -> Kinds {
    let kinds = app
        .act(app.people.hr, |tx, actor| {
            leave::seed_types(tx, actor)?;
            let id = |name| types::preset(tx, name).map(|kind| kind.id);
            let (vacation, sick, toil) =
                (id(types::presets::VACATION)?, id(types::presets::SICK)?, id(types::presets::TOIL)?);
            Ok(Kinds { vacation, sick, toil })
        })
        .unwrap();
    grant(app, app.people.employee, kinds.vacation, 20 * 480);
    kinds
}

pub fn grant(app: &TestApp, to: Person, leave_type_id: LeaveTypeId, minutes: i32) {
    let credit = Credit {
        employee_id: to.employee,
        leave_type_id,
        kind: LedgerKind::Grant,
        minutes: Minutes::new(minutes),
        effective_on: date(2026, 1, 1),
        expires_on: None,
        explanation: Msg::new("Entitlement"),
    };
    app.act(app.people.hr, move |tx, actor| leave::grant(tx, actor, &credit)).unwrap();
}

fn ask(kind: LeaveTypeId, first: &str, last: &str) -> Value {
    json!({ "leave_type_id": kind, "start_date": first, "end_date": last })
}

async fn send(client: &Client, body: Value) -> crate::support::Answer {
    client.json(Method::POST, "/api/v1/leave/requests", body).await
}

async fn act(client: &Client, id: &Value, what: &str, body: Value) -> crate::support::Answer {
    client.json(Method::POST, &format!("/api/v1/leave/requests/{id}/{what}"), body).await
}

async fn available(client: &Client) -> Value {
    client.get("/api/v1/leave/balances").await.assert_ok().json()["items"][0]["available"].clone()
}

#[tokio::test]
async fn what_the_preview_says_is_what_is_charged() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let mira = app.as_employee();
    // Thursday afternoon to Monday: half a day, a day, a weekend, a day.
    let mut body = ask(kinds.vacation, "2026-03-12", "2026-03-16");
    body["start_part"] = json!("half_day_afternoon");
    let said = mira.json(Method::POST, "/api/v1/leave/requests/preview", body.clone()).await.assert_ok().json();
    assert_eq!(said["minutes"], 1200);
    assert_eq!((&said["balance_before"], &said["balance_after"]), (&json!(9600), &json!(8400)));
    assert_eq!(said["days"].as_array().unwrap().len(), 5);
    assert_eq!(said["days"][0]["charged_minutes"], 240);
    assert_eq!(said["back_on"], "2026-03-17");
    assert_eq!(said["errors"], json!([]));
    assert_eq!(available(&mira).await, 9600, "a preview changes nothing");

    let sent = send(&mira, body).await.assert_status(201);
    let request = sent.json();
    assert_eq!(sent.header("location"), format!("/api/v1/leave/requests/{}", request["id"]));
    assert_eq!(
        (&request["status"], &request["minutes"], &request["days"]),
        (&json!("pending"), &said["minutes"], &said["days"])
    );
    assert_eq!(request["approval"]["asked"][0]["name"], "Jonas Brandt");
    assert_eq!(available(&mira).await, said["balance_after"], "reserved");

    let approved =
        act(&app.as_manager(), &request["id"], "approve", json!({ "note": "Enjoy" })).await.assert_ok().json();
    assert_eq!(approved["status"], "approved");
    assert_eq!(approved["timeline"][1]["who"], "Jonas Brandt");
    assert_eq!(available(&mira).await, said["balance_after"], "taken");
    let rows = mira.get("/api/v1/leave/ledger?year=2026").await.assert_ok().json();
    let sum: i64 = rows["items"].as_array().unwrap().iter().map(|row| row["minutes"].as_i64().unwrap()).sum();
    assert_eq!(sum, 8400, "the balance is the sum of the ledger");
    let last = rows["items"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["kind"], &last["balance_after"], &last["actor"]),
        (&json!("taken"), &json!(8400), &json!("Jonas Brandt"))
    );
}

#[tokio::test]
async fn one_decision_counts_and_the_other_is_told_whose() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let id = send(&app.as_employee(), ask(kinds.vacation, "2026-03-10", "2026-03-10")).await.json()["id"].clone();
    act(&app.as_manager(), &id, "reject", json!({})).await.assert_status(422);
    act(&app.as_manager(), &id, "reject", json!({ "reason": "  " })).await.assert_invalid("reason");
    act(&app.as_hr(), &id, "approve", json!({})).await.assert_invalid("on_behalf_reason");
    act(&app.as_manager(), &id, "reject", json!({ "reason": "Stocktaking" })).await.assert_ok();
    let late = act(&app.as_manager(), &id, "approve", json!({})).await.assert_status(409).json();
    assert_eq!(late["code"], "conflict");
    assert!(late["detail"].as_str().unwrap().contains("Jonas Brandt"), "{late}");
    assert!(late["detail"].as_str().unwrap().contains("2 Mar"), "{late}");
}

#[tokio::test]
async fn nobody_decides_about_themselves_and_strangers_know_of_nothing() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let id = send(&app.as_employee(), ask(kinds.vacation, "2026-03-10", "2026-03-10")).await.json()["id"].clone();
    act(&app.as_employee(), &id, "approve", json!({})).await.assert_status(403);
    let path = format!("/api/v1/leave/requests/{id}");
    for stranger in [app.as_other(), app.as_hire()] {
        let refused = stranger.get(&path).await.status.as_u16();
        assert!(matches!(refused, 403 | 404), "{refused}");
    }
    act(&app.as_other(), &id, "approve", json!({})).await.assert_status(404);
    app.as_manager().get(&path).await.assert_ok();
    app.as_hr().get(&path).await.assert_ok();
    let none = app.as_other().get("/api/v1/leave/requests").await.assert_ok().json();
    assert_eq!(none["total"], 0);
    let balance = format!("/api/v1/leave/balances?employee_id={}", app.people.employee.employee);
    app.as_other().get(&balance).await.assert_status(404);
    app.as_manager().get(&balance).await.assert_ok();
}

#[tokio::test]
async fn bad_input_is_named_field_by_field() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let mira = app.as_employee();
    let mut body = ask(kinds.vacation, "2026-03-10", "2026-03-10");
    body["status"] = json!("approved");
    send(&mira, body).await.assert_invalid("status");
    send(&mira, json!({ "leave_type_id": kinds.vacation, "start_date": "soon", "end_date": "2026-03-10" }))
        .await
        .assert_invalid("start_date");
    send(&mira, ask(kinds.vacation, "2026-03-11", "2026-03-10")).await.assert_invalid("end_date");
    send(&mira, ask(kinds.vacation, "2026-03-07", "2026-03-08")).await.assert_invalid("start_date");
    send(&mira, ask(kinds.vacation, "2026-03-10", "2026-04-30")).await.assert_invalid("end_date");
    send(&mira, ask(LeaveTypeId(99), "2026-03-10", "2026-03-10")).await.assert_invalid("leave_type_id");
    let mut other = ask(kinds.vacation, "2026-03-10", "2026-03-10");
    other["employee_id"] = json!(app.people.other.employee);
    send(&mira, other).await.assert_invalid("employee_id");
    mira.get("/api/v1/leave/requests?colour=red").await.assert_invalid("colour");
    let asked = send(&mira, ask(kinds.vacation, "2026-03-10", "2026-03-10")).await.assert_status(201).json();
    let path = format!("/api/v1/leave/requests/{}", asked["id"]);
    mira.json(Method::PATCH, &path, json!({ "status": "approved" })).await.assert_invalid("status");
}

#[tokio::test]
async fn overlap_is_a_conflict_that_names_the_request_and_halves_are_not_one() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let mira = app.as_employee();
    let half = |part: &str| {
        let mut body = ask(kinds.vacation, "2026-03-10", "2026-03-10");
        (body["start_part"], body["end_part"]) = (json!(part), json!(part));
        body
    };
    let first = send(&mira, half("half_day_morning")).await.assert_status(201).json();
    send(&mira, half("half_day_afternoon")).await.assert_status(201);
    let refused = send(&mira, half("half_day_morning")).await.assert_status(409).json();
    assert!(refused["detail"].as_str().unwrap().contains(&format!("request {}", first["id"])), "{refused}");
    let said =
        mira.json(Method::POST, "/api/v1/leave/requests/preview", half("half_day_morning")).await.assert_ok().json();
    assert_eq!(said["conflicts"][0]["id"], first["id"]);
}

#[tokio::test]
async fn leave_by_the_hour_is_charged_by_the_clock() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    grant(&app, app.people.employee, kinds.toil, 600);
    let mira = app.as_employee();
    let mut body = ask(kinds.toil, "2026-03-10", "2026-03-10");
    (body["from_time"], body["to_time"]) = (json!("14:00"), json!("16:30"));
    let sent = send(&mira, body.clone()).await.assert_status(201).json();
    assert_eq!(sent["minutes"], 150);
    (body["from_time"], body["to_time"]) = (json!("09:00"), json!("09:20"));
    send(&mira, body).await.assert_invalid("from_time");
}

#[tokio::test]
async fn taken_back_returned_and_asked_back() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let (mira, manager) = (app.as_employee(), app.as_manager());
    let week =
        send(&mira, ask(kinds.vacation, "2026-03-02", "2026-03-06")).await.assert_status(201).json()["id"].clone();
    let question = act(&manager, &week, "clarify", json!({ "question": "Until Friday?" })).await.assert_ok().json();
    assert_eq!(question["status"], "clarification");
    let path = format!("/api/v1/leave/requests/{week}");
    let answered = mira.json(Method::PATCH, &path, json!({ "reason": "Yes, the whole week" })).await.assert_ok().json();
    assert_eq!((&answered["status"], &answered["reason"]), (&json!("pending"), &json!("Yes, the whole week")));
    act(&manager, &week, "approve", json!({})).await.assert_ok();
    // It has begun: the person cannot cancel it any more, but can come back early.
    act(&mira, &week, "cancel", json!({})).await.assert_status(409);
    let back = act(&mira, &week, "return", json!({ "last_day_taken": "2026-03-03" })).await.assert_ok().json();
    assert_eq!((&back["minutes"], &back["asked_until"]), (&json!(960), &json!("2026-03-06")));
    assert_eq!(available(&mira).await, 9600 - 960);

    let later = send(&mira, ask(kinds.vacation, "2026-05-04", "2026-05-04")).await.json()["id"].clone();
    act(&manager, &later, "approve", json!({})).await.assert_ok();
    act(&mira, &later, "revoke", json!({ "reason": "no" })).await.assert_status(403);
    act(&manager, &later, "revoke", json!({ "reason": "Fair" })).await.assert_ok();
    let gone = send(&mira, ask(kinds.vacation, "2026-05-05", "2026-05-05")).await.json()["id"].clone();
    mira.delete(&format!("/api/v1/leave/requests/{gone}")).await.assert_status(204);
    assert_eq!(mira.get(&format!("/api/v1/leave/requests/{gone}")).await.json()["status"], "cancelled");
    assert_eq!(available(&mira).await, 9600 - 960);
}

#[tokio::test]
async fn hr_corrects_a_balance_and_the_person_is_told() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let body = json!({
        "employee_id": app.people.employee.employee, "leave_type_id": kinds.vacation, "minutes": 240,
        "effective_on": "2026-02-01", "reason": "Stocktaking",
    });
    app.as_manager().json(Method::POST, "/api/v1/leave/balances/adjust", body.clone()).await.assert_status(403);
    let row = app.as_hr().json(Method::POST, "/api/v1/leave/balances/adjust", body).await.assert_status(201).json();
    assert_eq!(
        (&row["kind"], &row["minutes"], &row["balance_after"]),
        (&json!("adjustment"), &json!(240), &json!(9840))
    );
    let mira = app.as_employee();
    assert_eq!(available(&mira).await, 9840);
    let notices = mira.get("/api/v1/notifications").await.assert_ok().text();
    assert!(notices.contains("20.5") && notices.contains("20"), "{notices}");
    // Dates of the future and the past are answered too.
    let before = mira.get("/api/v1/leave/balances?on=2026-01-15").await.assert_ok().json();
    assert_eq!(before["items"][0]["available"], 9600);
}

#[tokio::test]
async fn the_calendar_tells_colleagues_no_more_than_the_type_allows() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    send(&app.as_employee(), ask(kinds.sick, "2026-03-02", "2026-03-03")).await.assert_status(201);
    let path = "/api/v1/leave/calendar?from=2026-03-01&to=2026-03-31";
    let seen = |all: Value| -> Value {
        let people = all["people"].as_array().unwrap().clone();
        people
            .into_iter()
            .find(|p| p["employee"]["name"] == "Mira Castell")
            .map_or(Value::Null, |p| p["absences"][0].clone())
    };
    let by_manager = seen(app.as_manager().get(path).await.assert_ok().json());
    assert_eq!((&by_manager["shown_as"], &by_manager["works_elsewhere"]), (&json!("Sick"), &json!(false)));
    // Somebody outside the entity, the line and the approvers does not even see that Mira exists here.
    assert_eq!(seen(app.as_other().get(path).await.assert_ok().json()), Value::Null);
    app.as_hr().get("/api/v1/leave/calendar?from=2026-03-01").await.assert_invalid("to");
    app.as_hr().get("/api/v1/leave/calendar?from=2026-03-01&to=2028-03-01").await.assert_invalid("to");
}

#[tokio::test]
async fn kinds_of_leave_are_kept_by_hr() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let new = json!({ "name": "Training", "color": "blue", "unit": "days", "granularity": "half_day", "visible_as": "name", "affects_balance": false, "attachment": { "from_days": 3 } });
    app.as_employee().json(Method::POST, "/api/v1/leave/types", new.clone()).await.assert_status(403);
    let made = app.as_hr().json(Method::POST, "/api/v1/leave/types", new.clone()).await.assert_status(201);
    assert_eq!(made.json()["letter"], "T");
    let place = made.header("location").to_owned();
    app.as_hr().json(Method::POST, "/api/v1/leave/types", new).await.assert_invalid("name");
    let changed = app
        .as_hr()
        .json(Method::PATCH, &place, json!({ "max_consecutive_days": 5, "attachment": "never" }))
        .await
        .assert_ok();
    assert_eq!((&changed.json()["max_consecutive_days"], &changed.json()["attachment"]), (&json!(5), &json!("never")));
    app.as_hr()
        .json(Method::PATCH, &place, json!({ "max_consecutive_days": null, "colour": "red" }))
        .await
        .assert_invalid("colour");
    app.as_hr().delete(&place).await.assert_status(204);
    app.as_hr().get(&place).await.assert_status(404);
    // One that was used stays, inactive.
    let vacation = format!("/api/v1/leave/types/{}", kinds.vacation);
    app.as_hr().delete(&vacation).await.assert_status(204);
    assert_eq!(app.as_hr().get(&vacation).await.assert_ok().json()["active"], false);
}

#[tokio::test]
async fn a_person_is_reminded_on_the_day_before() {
    use steward::jobs::{Due, Job as _, JobCtx};
    use steward::leave::jobs::StartsTomorrow;

    let app = TestApp::new();
    let kinds = with_leave(&app);
    let mut body = ask(kinds.vacation, "2026-03-03", "2026-03-04");
    body["deputy_id"] = json!(app.people.other.employee);
    let id = send(&app.as_employee(), body).await.assert_status(201).json()["id"].clone();
    act(&app.as_manager(), &id, "approve", json!({})).await.assert_ok();
    let zone = app.org().settings().zone.clone();
    let ctx = JobCtx { org: app.org(), actor: steward::auth::Actor::clockwork(zone.clone()) };
    let due = Due {
        job: "leave_starts_tomorrow",
        at: app.now(),
        zone,
        own_zone: true,
        date: date(2026, 3, 2),
        period: "2026-03-02".to_owned(),
    };
    for _ in 0..2 {
        let (ctx, due) = (ctx.clone(), due.clone());
        crate::support::aside(move || StartsTomorrow.run(&ctx, &due)).unwrap();
    }
    let count =
        |notices: Value, what: &str| notices["items"].as_array().unwrap().iter().filter(|n| n["kind"] == what).count();
    let mine = app.as_employee().get("/api/v1/notifications").await.assert_ok().json();
    assert_eq!(count(mine, "leave_starts_tomorrow"), 1, "once, though the job ran twice");
    let deputy = app.as_other().get("/api/v1/notifications").await.assert_ok().json();
    assert_eq!(count(deputy, "leave_deputy_tomorrow"), 1);
}

#[tokio::test]
async fn what_waits_for_somebody_who_is_gone_is_asked_of_others() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let mira = app.as_employee();
    let made = send(&mira, ask(kinds.vacation, "2026-03-09", "2026-03-10")).await.assert_status(201).json();
    let later = send(&mira, ask(kinds.vacation, "2026-03-16", "2026-03-16")).await.assert_status(201).json();
    assert_eq!(made["approval"]["asked"][0]["name"], "Jonas Brandt");
    // His last day was yesterday: the clockwork looks after midnight.
    let jonas = app.people.manager.employee;
    app.act(app.people.hr, move |tx, actor| {
        people::update(tx, actor, jonas, |facts| facts.leave_date = Some(date(2026, 3, 3))).map(drop)
    })
    .unwrap();
    let asked = async |id: &Value| {
        let seen = app.as_hr().get(&format!("/api/v1/leave/requests/{id}")).await.assert_ok().json();
        seen["approval"]["asked"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect::<Vec<_>>()
    };
    app.app.clockwork.tick().await;
    assert_eq!(asked(&made["id"]).await, ["Jonas Brandt"]);
    app.clock.advance(SignedDuration::from_hours(48));
    app.app.clockwork.tick().await;
    assert_eq!(asked(&made["id"]).await, ["Hanna Roth"]);
    act(&app.as_hr(), &made["id"], "approve", json!({})).await.assert_ok();
    // Deactivated: at once, and it is on the request's page.
    let (hr, boss) = (app.people.hr, app.person("Ida", "Boss"));
    let whom = app.people.employee.employee;
    app.act(hr, move |tx, actor| {
        people::update(tx, actor, whom, |facts| facts.approver_id = Some(boss.employee)).map(drop)
    })
    .unwrap();
    let third =
        send(&app.as_employee(), ask(kinds.vacation, "2026-03-18", "2026-03-18")).await.assert_status(201).json();
    assert_eq!(third["approval"]["asked"][0]["name"], "Ida Boss");
    app.as_hr().post(&format!("/people/{}/deactivate", boss.employee), [("", ""); 0]).await.assert_status(303);
    assert_eq!(asked(&third["id"]).await, ["Hanna Roth"]);
    assert_eq!(asked(&later["id"]).await, ["Hanna Roth"]);
    let page = app.as_employee().get(&format!("/leave/requests/{}", third["id"])).await.assert_ok();
    page.assert_contains("Hanna Roth is asked now, as who was asked is gone");
}
