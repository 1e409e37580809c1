//! When leave is not possible: dates that are closed, departments that must not empty, months that payroll has closed,
//! kinds that are not for everybody.

use axum::http::Method;
use jiff::civil::date;
use serde_json::{Value, json};
use steward::people;

use crate::leave_api::{grant, with_leave};
use crate::support::{Answer, Client, TestApp};

async fn send(client: &Client, body: &Value) -> Answer {
    client.json(Method::POST, "/api/v1/leave/requests", body.clone()).await
}

async fn made(client: &Client, path: &str, body: Value) -> Value {
    client.json(Method::POST, path, body).await.assert_status(201).json()["id"].clone()
}

/// Support with Mira and Otto, as part of Works.
async fn support(app: &TestApp) -> Value {
    let hr = app.as_hr();
    let works = made(&hr, "/api/v1/departments", json!({"name": "Works", "code": "W"})).await;
    let support = made(&hr, "/api/v1/departments", json!({"name": "Support", "code": "S", "parent_id": works})).await;
    let id = support.as_i64().unwrap();
    for who in [app.people.employee.employee, app.people.other.employee] {
        app.act(app.people.hr, move |tx, actor| {
            people::update(tx, actor, who, |facts| facts.department_id = Some(steward::ids::DepartmentId(id))).map(drop)
        })
        .unwrap();
    }
    works
}

#[tokio::test]
async fn on_closed_dates_nobody_asks_for_leave_and_sickness_is_not_stopped() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    grant(&app, app.people.manager, kinds.vacation, 4800);
    let works = support(&app).await;
    let (hr, mira) = (app.as_hr(), app.as_employee());
    let path = "/api/v1/leave/blackouts";
    let week =
        json!({"name": "Stocktaking", "start_date": "2026-03-09", "end_date": "2026-03-11", "department_id": works});
    mira.json(Method::POST, path, week.clone()).await.assert_status(403);
    for (field, value) in [
        ("end_date", json!("2026-03-08")),
        ("end_date", json!("2027-04-01")),
        ("name", json!(" ")),
        ("department_id", json!(99)),
        ("location_id", json!(99)),
    ] {
        let mut wrong = week.clone();
        wrong[field] = value;
        hr.json(Method::POST, path, wrong).await.assert_invalid(field);
    }
    let id = made(&hr, path, week).await;
    let ask = json!({"leave_type_id": kinds.vacation, "start_date": "2026-03-11", "end_date": "2026-03-12"});
    let refused = send(&mira, &ask).await.assert_invalid("start_date").json();
    assert!(refused.to_string().contains("Stocktaking"), "{refused}");
    let looked = mira.json(Method::POST, "/api/v1/leave/requests/preview", ask.clone()).await.assert_ok().json();
    assert!(looked["errors"].to_string().contains("Stocktaking"), "{looked}");
    mira.post(
        "/leave/new",
        [("leave_type_id", kinds.vacation.to_string()), ("start_date", "2026-03-11".into()), ("do", "send".into())],
    )
    .await
    .assert_invalid("start_date");
    // Others are not of that department; sickness comes when it comes; HR knows why.
    send(&app.as_manager(), &ask).await.assert_status(201);
    let sick = json!({"leave_type_id": kinds.sick, "start_date": "2026-03-10", "end_date": "2026-03-10"});
    send(&mira, &sick).await.assert_status(201);
    let by_hand = json!({
        "employee_id": app.people.employee.employee, "leave_type_id": kinds.vacation,
        "start_date": "2026-03-11", "end_date": "2026-03-11",
    });
    send(&hr, &by_hand).await.assert_status(201);
    // Opened again, they can be asked for.
    let one = format!("{path}/{id}");
    hr.json(Method::PATCH, &one, json!({"end_date": "2026-03-10"})).await.assert_ok();
    let day = json!({"leave_type_id": kinds.vacation, "start_date": "2026-03-12", "end_date": "2026-03-12"});
    send(&mira, &day).await.assert_status(201);
    hr.json(Method::DELETE, &one, json!({})).await.assert_status(204);
    hr.get(&one).await.assert_status(404);
    let acts: i64 = app.read(|rx| {
        rx.scalar("SELECT count(*) FROM audit_log WHERE action LIKE 'leave_blackout.%' /* whole table */", ())
    });
    assert_eq!(acts, 3);
}

#[tokio::test]
async fn so_many_of_a_department_are_here_or_it_is_refused() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let works = support(&app).await;
    let (hr, mira) = (app.as_hr(), app.as_employee());
    // Otto is away on the 9th, and on the morning of the 10th.
    let otto = app.people.other.employee;
    for (day, part) in [("2026-03-09", "full_day"), ("2026-03-10", "half_day_morning")] {
        let away = json!({
            "employee_id": otto, "leave_type_id": kinds.sick, "start_date": day, "end_date": day,
            "start_part": part, "end_part": part,
        });
        send(&hr, &away).await.assert_status(201);
    }
    let path = "/api/v1/leave/coverage-rules";
    let rule = json!({"department_id": works, "minimum_present": 1, "hard": true});
    mira.json(Method::POST, path, rule.clone()).await.assert_status(403);
    hr.json(Method::POST, path, json!({"department_id": works, "minimum_present": 0}))
        .await
        .assert_invalid("minimum_present");
    hr.json(Method::POST, path, json!({"department_id": 99, "minimum_present": 1}))
        .await
        .assert_invalid("department_id");
    let id = made(&hr, path, rule.clone()).await;
    hr.json(Method::POST, path, rule).await.assert_invalid("department_id");

    let ask = |day: &str, part: &str| {
        json!({
            "leave_type_id": kinds.vacation, "start_date": day, "end_date": day, "start_part": part, "end_part": part,
        })
    };
    let refused = send(&mira, &ask("2026-03-09", "full_day")).await.assert_invalid("start_date").json();
    assert!(refused.to_string().contains("Works: on"), "{refused}");
    send(&mira, &ask("2026-03-10", "half_day_morning")).await.assert_invalid("start_date");
    send(&mira, &ask("2026-03-10", "half_day_afternoon")).await.assert_status(201);
    send(&mira, &ask("2026-03-11", "full_day")).await.assert_status(201);
    // A rule that is not hard warns.
    hr.json(Method::PATCH, &format!("{path}/{id}"), json!({"hard": false})).await.assert_ok();
    let looked = mira
        .json(Method::POST, "/api/v1/leave/requests/preview", ask("2026-03-09", "full_day"))
        .await
        .assert_ok()
        .json();
    assert_eq!(looked["errors"], json!([]));
    assert!(looked["warnings"].to_string().contains("1 must be here"), "{looked}");
    send(&mira, &ask("2026-03-09", "full_day")).await.assert_status(201);
    // Leave that waits counts as away: on the 11th Mira is.
    hr.json(Method::PATCH, &format!("{path}/{id}"), json!({"hard": true})).await.assert_ok();
    grant(&app, app.people.other, kinds.vacation, 4800);
    send(&app.as_other(), &ask("2026-03-11", "full_day")).await.assert_invalid("start_date");
    hr.json(Method::DELETE, &format!("{path}/{id}"), json!({})).await.assert_status(204);
    send(&app.as_other(), &ask("2026-03-11", "full_day")).await.assert_status(201);
}

#[tokio::test]
async fn months_that_payroll_has_closed_are_locked_for_everybody() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let hr = app.as_hr();
    let mira = app.people.employee.employee;
    let entered = |first: &str, last: &str| json!({"employee_id": mira, "leave_type_id": kinds.vacation, "start_date": first, "end_date": last});
    let february = made(&hr, "/api/v1/leave/requests", entered("2026-02-26", "2026-03-03")).await;
    let path = "/api/v1/leave/settings";
    let set = |through: Value| json!({"revoke_within_hours": 24, "payroll_closed_through": through});
    app.as_employee().json(Method::PUT, path, set(json!("2026-02-28"))).await.assert_status(403);
    hr.json(Method::PUT, path, set(json!("2026-02-27"))).await.assert_invalid("payroll_closed_through");
    hr.json(Method::PUT, path, set(json!("2026-03-31"))).await.assert_invalid("payroll_closed_through");
    hr.json(Method::PUT, path, set(json!("2026-02-28"))).await.assert_ok();

    send(&hr, &entered("2026-02-18", "2026-02-18")).await.assert_invalid("start_date");
    let one = format!("/api/v1/leave/requests/{february}");
    let cancel = json!({"reason": "Entered twice"});
    hr.json(Method::POST, &format!("{one}/cancel"), cancel.clone()).await.assert_status(409).assert_contains("Payroll");
    let back = |day: &str| json!({"last_day_taken": day});
    hr.json(Method::POST, &format!("{one}/return"), back("2026-02-26")).await.assert_status(409);
    hr.json(Method::POST, &format!("{one}/return"), back("2026-03-02")).await.assert_ok();
    // Opened again, it can be taken back.
    hr.json(Method::PUT, path, set(Value::Null)).await.assert_ok();
    hr.json(Method::POST, &format!("{one}/cancel"), cancel).await.assert_ok();
    // The page says the same.
    hr.get("/leave/limits").await.assert_ok().assert_contains("value=\"2026-02-28\"");
    hr.post("/leave/limits", [("revoke_within_hours", "721"), ("payroll_closed_through", "")])
        .await
        .assert_invalid("revoke_within_hours");
    hr.post("/leave/limits", [("revoke_within_hours", "0"), ("payroll_closed_through", "")])
        .await
        .assert_redirect("/leave/limits");
    let request = made(
        &app.as_employee(),
        "/api/v1/leave/requests",
        json!({"leave_type_id": kinds.vacation, "start_date": "2026-03-09", "end_date": "2026-03-09"}),
    )
    .await;
    let manager = app.as_manager();
    let one = format!("/api/v1/leave/requests/{request}");
    manager.json(Method::POST, &format!("{one}/approve"), json!({})).await.assert_ok();
    app.clock.advance(jiff::SignedDuration::from_secs(1));
    manager.json(Method::POST, &format!("{one}/revoke"), json!({"reason": "No"})).await.assert_status(409);
}

#[tokio::test]
async fn a_kind_may_be_for_some_and_after_the_probation() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let (hr, mira) = (app.as_hr(), app.as_employee());
    let group = made(&hr, "/api/v1/groups", json!({"name": "Carers", "code": "care"})).await;
    let kind = format!("/api/v1/leave/types/{}", kinds.vacation);
    hr.json(Method::PATCH, &kind, json!({"group_id": 99})).await.assert_invalid("group_id");
    hr.json(Method::PATCH, &kind, json!({"group_id": group})).await.assert_ok();
    let ask = json!({"leave_type_id": kinds.vacation, "start_date": "2026-03-09", "end_date": "2026-03-09"});
    send(&mira, &ask).await.assert_invalid("leave_type_id");
    mira.get("/leave/new").await.assert_ok().assert_lacks("> Vacation");
    let member = json!({"employee_id": app.people.employee.employee});
    hr.json(Method::POST, &format!("/api/v1/groups/{group}/members"), member).await.assert_ok();
    mira.get("/leave/new").await.assert_ok().assert_contains("Vacation");
    // On probation until the 9th.
    let who = app.people.employee.employee;
    app.act(app.people.hr, move |tx, actor| {
        people::update(tx, actor, who, |facts| facts.probation_end = Some(date(2026, 3, 9))).map(drop)
    })
    .unwrap();
    hr.json(Method::PATCH, &kind, json!({"usable_after_probation": true})).await.assert_ok();
    send(&mira, &ask).await.assert_invalid("start_date");
    let later = json!({"leave_type_id": kinds.vacation, "start_date": "2026-03-10", "end_date": "2026-03-10"});
    send(&mira, &later).await.assert_status(201);
}
