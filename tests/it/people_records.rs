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
    person.assert_contains("Department SAL").assert_contains("take-back");
    let timeline = hr.get(&format!("/api/v1/employees/{id}/history")).await.assert_ok().json();
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
    app.as_other().get(&format!("/api/v1/employees/{id}/history")).await.assert_status(404);

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

/// A report for March shows March: lists, files, overtime and the calendar.
#[tokio::test]
async fn what_is_asked_about_a_day_is_answered_as_of_that_day() {
    let (app, project) = crate::overtime_requests::company();
    let hr = app.as_hr();
    let (old, new) = (department(&hr, "OLD").await, department(&hr, "NEW").await);
    let part = json!({"name": "Part", "code": "PRT", "parent_id": new});
    let part = hr.json(Method::POST, "/api/v1/departments", part).await.json()["id"].as_i64().unwrap();
    let who = app.people.employee;
    patch(&hr, who.employee, json!({"department_id": old, "position": "Junior", "effective_on": "2026-01-01"}))
        .await
        .assert_ok();
    patch(&hr, who.employee, json!({"department_id": part, "position": "Senior", "effective_on": "2026-03-01"}))
        .await
        .assert_ok();

    let on = |query: String| {
        let hr = hr.clone();
        async move { hr.get(&format!("/api/v1/employees?{query}")).await.assert_ok().json() }
    };
    let february = on(format!("on=2026-02-15&department_id={old}")).await;
    assert_eq!(february["total"], 1);
    assert_eq!(
        (&february["items"][0]["position"], &february["items"][0]["department"]["id"]),
        (&json!("Junior"), &json!(old))
    );
    assert_eq!(on(format!("on=2026-03-02&department_id={old}")).await["total"], 0);
    // A department is found with its parts, today as well as then.
    assert_eq!(on(format!("on=2026-03-02&department_id={new}")).await["total"], 1);
    assert_eq!(on(format!("department_id={new}")).await["total"], 1);
    assert_eq!(on("on=1990-01-01".to_owned()).await["total"], 0, "nobody was here");
    app.as_other().get("/api/v1/employees?on=2026-02-15").await.assert_status(422);
    hr.get(&format!("/people?on=2026-02-15&department_id={old}")).await.assert_ok().assert_contains("Junior");

    let file = hr.get("/api/v1/employees/export?on=2026-02-15").await.assert_ok().text();
    let line = file.lines().find(|line| line.contains("employee@nordlicht.test")).unwrap();
    assert!(file.lines().next().unwrap().ends_with("weekly_hours"), "{file}");
    assert!(line.contains("Junior") && line.contains("OLD") && line.ends_with(",40"), "{line}");

    // Overtime of February, entered in March, is the old department's.
    let id = crate::overtime_requests::sent(
        &app.as_employee(),
        crate::overtime_requests::wish(project, "2026-02-27", "19:00", "21:00"),
    )
    .await;
    let request = app.as_employee().get(&format!("/api/v1/overtime-requests/{id}")).await.assert_ok().json();
    assert_eq!(request["department"]["id"], old);
    let calendar = hr.get("/api/v1/leave/calendar?from=2026-02-01&to=2026-02-28").await.assert_ok().json();
    let own = |json: &Value| json.to_string().contains("Department OLD");
    assert!(own(&calendar), "{calendar}");
}

#[tokio::test]
async fn the_directory_narrows_by_group_kind_and_manager() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let who = app.people.employee.employee;
    let group =
        app.act(app.people.hr, |tx, actor| steward::people::groups::create(tx, actor, "Council", "council")).unwrap();
    patch(&hr, who, json!({"groups": ["council"], "employment_type": "part_time"})).await.assert_ok();
    for query in [
        format!("group_id={group}"),
        "employment_type=part_time".to_owned(),
        format!("group_id={group}&manager_id={}", app.people.manager.employee),
    ] {
        let found = hr.get(&format!("/api/v1/employees?{query}")).await.assert_ok().json();
        assert_eq!((&found["total"], &found["items"][0]["id"]), (&json!(1), &json!(who)), "{query}");
        hr.get(&format!("/people?{query}")).await.assert_ok().assert_contains("Mira Castell").assert_lacks("Nora Vale");
    }
    // Colleagues filter by what they may see.
    app.as_other().get("/api/v1/employees?employment_type=part_time").await.assert_status(422);
    app.as_other().get(&format!("/people?group_id={group}")).await.assert_status(422);
}

#[tokio::test]
async fn fields_of_hr_s_own_stand_on_records_and_in_files() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let size =
        json!({"code": "shoe_size", "label": "Shoe size", "kind": "number", "visible_to": "manager", "required": true});
    let made = hr.json(Method::POST, "/api/v1/employee-fields", size).await.assert_status(201).json();
    let car = [
        ("code", "car"),
        ("label", "Car"),
        ("kind", "choice"),
        ("options", "Own\r\nLeased"),
        ("visible_to", "everyone"),
    ];
    hr.post("/people/fields/new", car).await.assert_redirect("/people/fields");
    hr.get("/people/fields").await.assert_ok().assert_contains("Shoe size").assert_contains("shoe_size");
    hr.post("/people/fields/new", [("code", "Größe"), ("label", ""), ("kind", "text")])
        .await
        .assert_invalid("code")
        .assert_invalid("label");

    let id = app.people.employee.employee;
    patch(&hr, id, json!({"custom": {"shoe_size": "big", "hat": 1}}))
        .await
        .assert_invalid("custom.shoe_size")
        .assert_invalid("custom.hat");
    patch(&hr, id, json!({"custom": {"shoe_size": 41.5, "car": "leased"}})).await.assert_ok();
    assert_eq!(shown(&hr, id).await["custom"], json!({"car": "Leased", "shoe_size": 41.5}));
    assert_eq!(shown(&app.as_manager(), id).await["custom"]["shoe_size"], 41.5);
    assert_eq!(shown(&app.as_other(), id).await["custom"], json!({"car": "Leased"}));
    let list = app.as_other().get("/api/v1/employees?search=castell").await.json();
    assert_eq!(list["items"][0]["custom"], json!({"car": "Leased"}));
    app.as_other().get(&format!("/people/{id}")).await.assert_ok().assert_contains("Leased").assert_lacks("41.5");
    app.as_employee().get(&format!("/people/{id}")).await.assert_ok().assert_contains("41.5");

    // What is required is asked for where somebody is entered, on every way in.
    let new = json!({"number": "77", "first_name": "Ana", "last_name": "Ribeiro", "email": "ana@x.test", "join_date": "2026-04-01"});
    hr.json(Method::POST, "/api/v1/employees", new).await.assert_invalid("custom.shoe_size");
    let form = [
        ("number", "78"),
        ("first_name", "Bo"),
        ("last_name", "Ek"),
        ("email", "bo@x.test"),
        ("join_date", "2026-04-01"),
    ];
    let mut form = form.to_vec();
    hr.get("/people/new").await.assert_ok().assert_contains("name=\"custom.shoe_size\"");
    hr.post("/people/new", form.clone()).await.assert_invalid("custom.shoe_size");
    hr.get("/onboarding/new").await.assert_ok().assert_contains("name=\"custom.shoe_size\"");
    form.push(("custom.shoe_size", "44"));
    hr.post("/onboarding/new", form).await.assert_status(303);

    let file = hr.get("/people/export").await.assert_ok().text();
    assert!(file.lines().next().unwrap().contains("custom:shoe_size"), "{file}");
    hr.post(&format!("/people/fields/{}/retire", made["id"]), [("", ""); 0]).await.assert_redirect("/people/fields");
    assert_eq!(shown(&hr, id).await["custom"], json!({"car": "Leased"}));
    assert!(!hr.get("/people/export").await.text().contains("shoe_size"));
    hr.post(&format!("/people/fields/{}/restore", made["id"]), [("", ""); 0]).await.assert_redirect("/people/fields");
    assert_eq!(shown(&hr, id).await["custom"]["shoe_size"], 41.5);
}

/// A location that goes to another entity, and a planned move, take the due dates of an onboarding along: the followers
/// are told.
#[tokio::test]
async fn those_who_follow_a_record_are_told_of_every_way_it_changes() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let entity = |code: &str| json!({"name": code, "code": code});
    let a = hr.json(Method::POST, "/api/v1/entities", entity("A")).await.json()["id"].clone();
    let b = hr.json(Method::POST, "/api/v1/entities", entity("B")).await.json()["id"].clone();
    let site = json!({"entity_id": a, "name": "Kiel", "code": "K", "time_zone": "Europe/Berlin"});
    let site = hr.json(Method::POST, "/api/v1/locations", site).await.json()["id"].as_i64().unwrap();
    let who = app.people.hire.employee;
    patch(&hr, who, json!({"location_id": site})).await.assert_ok();
    app.act(app.people.hr, move |tx, actor| {
        steward::onboarding::seed_templates(tx, actor)?;
        let template = steward::onboarding::templates::list(tx, actor)?[0].id;
        let run = steward::onboarding::runs::NewRun { employee_id: who, template_id: template, buddy_id: None };
        steward::onboarding::runs::start(tx, actor, run).map(drop)
    })
    .unwrap();
    let due = || {
        app.read(|rx| {
            rx.all("SELECT due_date FROM tasks ORDER BY id /* whole table */", (), |row| row.get::<_, String>(0))
        })
    };
    let before = due();
    // In B the days before the first one are all holidays: what is due on working days moves.
    for day in 1..=20 {
        let date = format!("2026-03-{day:02}");
        let free = json!({"name": "Closed", "start_date": date, "scope": "entity", "entity_id": b});
        hr.json(Method::POST, "/api/v1/leave/holidays", free).await.assert_status(201);
    }
    hr.json(Method::PATCH, &format!("/api/v1/locations/{site}"), json!({"entity_id": b})).await.assert_ok();
    assert_ne!(due(), before, "the entity's holidays are other ones now");
}

/// Two of HR have one record open: the second is told, and what was typed stays.
#[tokio::test]
async fn a_form_that_is_older_than_its_record_is_not_saved_unseen() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let id = app.people.employee.employee;
    let path = format!("/people/{id}/edit");
    let page = hr.get(&path).await.assert_ok().text();
    let seen = page.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let now = shown(&hr, id).await;
    let form = |phone: &str, seen: &str| {
        let mut form: Vec<(String, String)> = Vec::new();
        for name in ["number", "first_name", "last_name", "email", "join_date", "employment_type"] {
            form.push((name.to_owned(), now[name].as_str().unwrap().to_owned()));
        }
        form.extend([("phone".to_owned(), phone.to_owned()), ("seen".to_owned(), seen.to_owned())]);
        form
    };
    app.clock.advance(jiff::SignedDuration::from_mins(1));
    patch(&hr, id, json!({"position": "Lead"})).await.assert_ok();
    let back = hr.post(&path, form("+49 1", &seen)).await.assert_status(422);
    back.assert_contains("Somebody else has changed this record").assert_contains("+49 1");
    assert_eq!(shown(&hr, id).await["position"], "Lead");
    let page = hr.get(&path).await.text();
    let seen = page.split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    hr.post(&path, form("+49 1", seen)).await.assert_status(303);
}

#[tokio::test]
async fn plans_that_lead_to_what_is_deactivated_are_shown_and_hr_is_told() {
    let app = TestApp::new();
    let (hr, otto, jonas) = (app.as_hr(), app.people.other.employee, app.people.manager.employee);
    let made = hr.json(Method::POST, "/api/v1/departments", json!({ "name": "Sales", "code": "SAL" })).await;
    let sales = made.assert_status(201).json()["id"].as_i64().unwrap();
    patch(&hr, otto, json!({ "department_id": sales, "effective_on": "2026-04-01" })).await.assert_ok();
    patch(&hr, otto, json!({ "manager_id": jonas, "effective_on": "2026-05-01" })).await.assert_ok();
    let planned = json!([{ "employee": { "id": otto, "name": "Otto Lind" }, "effective_on": "2026-04-01" }]);
    let impact = hr.get(&format!("/api/v1/departments/{sales}/delete-impact")).await.assert_ok().json();
    assert_eq!((&impact["people"], &impact["planned"]), (&json!(0), &planned));
    let ask = format!("/people/organization/departments/{sales}/deactivate");
    hr.get(&ask).await.assert_ok().assert_contains("Planned to come").assert_contains("Otto Lind");
    hr.delete(&format!("/api/v1/departments/{sales}")).await.assert_status(204);
    let told = || async { hr.get("/api/v1/notifications").await.assert_ok().text() };
    assert!(told().await.contains("Sales was deactivated, and 1 planned change leads there."), "{}", told().await);

    hr.get(&format!("/people/{jonas}/deactivate")).await.assert_contains("Planned to report to them");
    hr.delete(&format!("/api/v1/employees/{jonas}")).await.assert_status(204);
    assert!(told().await.contains("Jonas Brandt was deactivated, and 1 planned change leads there."));
}

#[tokio::test]
async fn a_department_counts_who_is_there_today() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let made = hr.json(Method::POST, "/api/v1/departments", json!({ "name": "Sales", "code": "SAL" })).await;
    let sales = made.assert_status(201).json()["id"].as_i64().unwrap();
    // The hire comes a week from now.
    for who in [app.people.other, app.people.employee, app.people.hire] {
        patch(&hr, who.employee, json!({ "department_id": sales })).await.assert_ok();
    }
    patch(&hr, app.people.employee.employee, json!({ "leave_date": "2026-03-03" })).await.assert_ok();
    let people =
        || async { hr.get(&format!("/api/v1/departments/{sales}")).await.assert_ok().json()["people"].clone() };
    assert_eq!(people().await, json!(2));
    app.clock.advance(jiff::SignedDuration::from_hours(48));
    let hr = app.as_hr();
    let listed = hr.get("/api/v1/departments").await.assert_ok().json();
    assert_eq!(listed["items"][0]["people"], json!(1), "one has left, one has not come yet");
}
