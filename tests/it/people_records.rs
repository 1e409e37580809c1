//! Records over time, through the web: changes that count from a day on, the clockwork that makes planned ones
//! current, a person's history, budgets, and dates out of order.

use axum::http::Method;
use serde_json::{Value, json};
use steward::ids::EmployeeId;

use crate::support::{Answer, Client, TestApp};

async fn patch(client: &Client, id: EmployeeId, body: Value) -> Answer {
    client.json(Method::PATCH, &format!("/api/v1/employees/{id}"), body).await
}

/// A department by the API; its id.
async fn department(hr: &Client, code: &str) -> i64 {
    let new = json!({"name": format!("Department {code}"), "code": code});
    hr.json(Method::POST, "/api/v1/departments", new).await.assert_status(201).json()["id"].as_i64().unwrap()
}

async fn shown(hr: &Client, id: EmployeeId) -> Value {
    hr.get(&format!("/api/v1/employees/{id}")).await.assert_ok().json()
}

/// Two people are put under each other at the very same time: one of the two is refused, whichever it is, for today
/// and for a day to come.
#[tokio::test]
async fn two_requests_at_once_close_no_circle() {
    let app = TestApp::new();
    let (one, two) = (app.person("Ana", "Ribeiro").employee, app.person("Bo", "Ek").employee);
    let hr = app.as_hr();
    for on in ["2026-03-02", "2026-09-01"] {
        let put = |who, under: EmployeeId| patch(&hr, who, json!({"manager_id": under, "effective_on": on}));
        let (a, b) = tokio::join!(put(one, two), put(two, one));
        let mut statuses = [a.status.as_u16(), b.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 422], "{on}");
        for who in [one, two] {
            patch(&hr, who, json!({"manager_id": null, "effective_on": on})).await.assert_ok();
        }
    }
}

#[tokio::test]
async fn a_planned_change_comes_at_the_organization_s_midnight_and_once() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let id = app.people.employee.employee;
    let sales = department(&hr, "SAL").await;
    patch(&hr, id, json!({"department_id": sales, "effective_on": "2026-04-01"})).await.assert_ok();
    assert_eq!(shown(&hr, id).await["department"], Value::Null);

    let person = hr.get(&format!("/people/{id}")).await.assert_ok();
    person.assert_contains("Department SAL").assert_contains("1 April 2026").assert_contains("take-back");
    let timeline = hr.get(&format!("/api/v1/employees/{id}/timeline")).await.assert_ok().json();
    let next = &timeline["items"][0];
    assert_eq!((&next["effective_on"], &next["planned"]), (&json!("2026-04-01"), &json!(true)));
    assert_eq!(
        next["changes"][0],
        json!({"field": "department_id", "before": null, "after": {"id": sales, "name": "Department SAL"}})
    );

    // A minute before midnight in Berlin, where the company is; then the program is off for days.
    app.clock.set("2026-03-31T21:59:00Z".parse().unwrap());
    app.app.clockwork.tick().await;
    assert_eq!(shown(&app.as_hr(), id).await["department"], Value::Null);
    app.clock.set("2026-04-03T06:00:00Z".parse().unwrap());
    app.app.clockwork.tick().await;
    let hr = app.as_hr();
    assert_eq!(shown(&hr, id).await["department"]["id"], sales);
    app.clock.set("2026-04-04T06:00:00Z".parse().unwrap());
    app.app.clockwork.tick().await;
    let count = app.read(|rx| {
        let sql = "SELECT count(*) FROM audit_log WHERE action = 'employee.change_took_effect' /* whole table */";
        rx.scalar::<i64>(sql, ())
    });
    assert_eq!(count, 1);
}

#[tokio::test]
async fn a_plan_is_made_and_taken_back_on_the_pages() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let id = app.people.employee.employee;
    let edit = hr.get(&format!("/people/{id}/edit")).await.assert_ok();
    edit.assert_contains("name=\"effective_on\"");
    let form = |position: &'static str, on: &'static str| {
        [
            ("number", "1"),
            ("first_name", "Mira"),
            ("last_name", "Castell"),
            ("email", "employee@nordlicht.test"),
            ("join_date", "2024-01-15"),
            ("employment_type", "full_time"),
            ("position", position),
            ("effective_on", on),
        ]
    };
    let now = shown(&hr, id).await;
    let typed = |position, on| {
        let mut form: Vec<(String, String)> =
            form(position, on).map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        for (name, value) in &mut form {
            if let Some(held) = now[name.as_str()].as_str().filter(|_| name != "position") {
                held.clone_into(value);
            }
        }
        form.push(("manager_id".into(), now["manager"]["id"].to_string()));
        form
    };
    let path = format!("/people/{id}/edit");
    hr.post(&path, typed("Lead", "1999-01-01")).await.assert_invalid("effective_on").assert_contains("Lead");
    hr.post(&path, typed("Lead", "2026-07-01")).await.assert_redirect(&format!("/people/{id}"));
    assert_eq!(shown(&hr, id).await["position"], now["position"]);
    let history = hr.get(&format!("/people/{id}/history")).await.assert_ok();
    history.assert_contains("Planned change").assert_contains("Lead");
    // Whoever may see the record sees its history, without the button; colleagues see neither.
    for client in [app.as_employee(), app.as_manager()] {
        let seen = client.get(&format!("/people/{id}/history")).await.assert_ok();
        seen.assert_contains("Lead").assert_lacks("take-back");
    }
    app.as_other().get(&format!("/people/{id}/history")).await.assert_status(404);
    app.as_other().get(&format!("/api/v1/employees/{id}/timeline")).await.assert_status(404);

    let back = format!("/people/{id}/changes/2026-07-01/take-back");
    app.as_manager().post(&back, [("a", "b")]).await.assert_status(403);
    hr.post(&back, [("a", "b")]).await.assert_redirect(&format!("/people/{id}/history"));
    hr.get(&format!("/people/{id}/history")).await.assert_ok().assert_lacks("Lead");
    hr.delete(&format!("/api/v1/employees/{id}/changes/2026-07-01")).await.assert_status(404);
}

#[tokio::test]
async fn dates_out_of_order_are_told_beside_the_field() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let id = app.people.employee.employee;
    let joined = shown(&hr, id).await["join_date"].as_str().unwrap().to_owned();
    patch(&hr, id, json!({"probation_end": "1999-01-01"})).await.assert_invalid("probation_end");
    patch(&hr, id, json!({"leave_date": "2026-06-30", "probation_end": "2026-07-01"}))
        .await
        .assert_invalid("probation_end");
    patch(&hr, id, json!({"leave_date": "1999-01-01"})).await.assert_invalid("leave_date");
    patch(&hr, id, json!({"probation_end": joined})).await.assert_ok();
    assert_eq!(shown(&hr, id).await["probation_end"], joined);
    assert!(shown(&app.as_other(), id).await["probation_end"].is_null(), "for whoever sees the record");
}

#[tokio::test]
async fn a_budget_is_hr_s_and_comes_with_its_currency() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let id = department(&hr, "SAL").await;
    let path = format!("/api/v1/departments/{id}");
    hr.json(Method::PATCH, &path, json!({"budget_minor": 5})).await.assert_invalid("currency");
    hr.json(Method::PATCH, &path, json!({"currency": "EUR"})).await.assert_invalid("budget_minor");
    let set = json!({"budget_minor": 12_000_050, "currency": "eur"});
    assert_eq!(hr.json(Method::PATCH, &path, set).await.assert_ok().json()["currency"], "EUR");
    let seen = app.as_other().get(&path).await.assert_ok().json();
    assert!(seen["budget_minor"].is_null() && seen["currency"].is_null(), "{seen}");
    let page = format!("/people/organization/departments/{id}");
    hr.get(&page).await.assert_ok().assert_contains("120000.50");
    let typed = [("name", "Sales"), ("code", "SAL"), ("budget", "1.500,25"), ("currency", "CHF")];
    hr.post(&page, typed).await.assert_redirect("/people/organization");
    assert_eq!(hr.get(&path).await.json()["budget_minor"], 150_025);
    let wrong = [("name", "Sales"), ("code", "SAL"), ("budget", "lots"), ("currency", "CHF")];
    hr.post(&page, wrong).await.assert_invalid("budget").assert_contains("lots");
    hr.json(Method::PATCH, &path, json!({"budget_minor": null})).await.assert_ok();
    assert!(hr.get(&path).await.json()["budget_minor"].is_null());
}
