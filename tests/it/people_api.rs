//! People and the organization through the API: who sees what, what a change must be, files in and out.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};
use steward::people::{self, Facts};

use crate::support::{Answer, Client, TestApp};

async fn create(client: &Client, path: &str, body: Value) -> Value {
    let answer = client.json(Method::POST, path, body).await.assert_status(201);
    let made = answer.json();
    assert!(answer.header("location").starts_with(path), "{}", answer.header("location"));
    made
}

/// A company with an entity, a site in Lisbon and a department, by the API alone.
async fn lisbon(hr: &Client) -> (i64, i64, i64) {
    let entity = create(hr, "/api/v1/entities", json!({"name": "Sul Lda", "code": "SUL", "country": "pt"})).await;
    let location = json!({"entity_id": entity["id"], "name": "Lisbon", "code": "LX", "time_zone": "Europe/Lisbon"});
    let location = create(hr, "/api/v1/locations", location).await;
    assert_eq!(location["entity"], json!({"id": entity["id"], "name": "Sul Lda"}));
    let department = json!({"name": "Support", "code": "SUP", "location_id": location["id"]});
    let department = create(hr, "/api/v1/departments", department).await;
    let id = |value: &Value| value["id"].as_i64().unwrap();
    (id(&entity), id(&location), id(&department))
}

fn names(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_person_is_entered_found_changed_deleted_and_restored() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let (entity, location, department) = lisbon(&hr).await;
    let manager = app.people.manager.employee;
    let new = json!({
        "number": "0042", "first_name": "Ana", "last_name": "Ribeiro", "email": "Ana@Nordlicht.test",
        "join_date": "2026-03-16", "department_id": department, "manager_id": manager, "position": "Support engineer",
        "schedule": {"mon": 480, "tue": 480, "wed": 240}, "roles": ["employee"], "send_invite": true,
    });
    let ana = create(&hr, "/api/v1/employees", new.clone()).await;
    assert_eq!(ana["name"], "Ana Ribeiro");
    assert_eq!(ana["location"], json!({"id": location, "name": "Lisbon"}));
    assert_eq!(ana["entity"]["id"], entity);
    assert_eq!(ana["manager"], json!({"id": manager, "name": "Jonas Brandt"}));
    assert_eq!(ana["status"], "invited");
    assert_eq!(ana["roles"], json!(["employee"]));
    assert_eq!(ana["schedules"][0]["week"]["wed"], 240);
    assert_eq!(ana["schedules"][0]["week"]["fri"], 0);
    let path = format!("/api/v1/employees/{}", ana["id"]);

    // Once more is a conflict of keys, however it is written.
    let again = json!({"number": "0042", "first_name": "A", "last_name": "R", "email": "ANA@nordlicht.test", "join_date": "2026-03-16"});
    hr.json(Method::POST, "/api/v1/employees", again).await.assert_invalid("number").assert_invalid("email");

    let found = hr.get("/api/v1/employees?search=ribei&status=invited").await.assert_ok().json();
    assert_eq!((names(&found), &found["total"]), (vec!["Ana Ribeiro"], &json!(1)));

    let read = hr.get(&path).await.assert_ok();
    let tag = read.header("etag").to_owned();
    let changed =
        hr.json(Method::PATCH, &path, json!({"phone": "040 1", "leave_date": "2027-03-31"})).await.assert_ok();
    assert_eq!((&changed.json()["phone"], &changed.json()["leave_date"]), (&json!("040 1"), &json!("2027-03-31")));
    let cleared =
        hr.json(Method::PATCH, &path, json!({"leave_date": null, "manager_id": null})).await.assert_ok().json();
    assert_eq!((&cleared["leave_date"], &cleared["manager"]), (&Value::Null, &Value::Null));
    let late = hr.clone().header("if-match", tag).json(Method::PATCH, &path, json!({"phone": "2"})).await;
    late.assert_status(412);

    hr.delete(&path).await.assert_status(204);
    app.as_other().get(&path).await.assert_status(404);
    assert_eq!(hr.get(&path).await.assert_ok().json()["active"], false);
    assert_eq!(names(&hr.get("/api/v1/employees?search=ribeiro").await.json()), [""; 0]);
    assert_eq!(names(&hr.get("/api/v1/employees?search=ribeiro&active=false").await.json()), ["Ana Ribeiro"]);
    let back = hr.json(Method::POST, &format!("{path}/restore"), json!({})).await.assert_ok().json();
    assert_eq!(back["active"], true);
}

#[tokio::test]
async fn what_may_not_be_said_is_refused_by_field() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let path = format!("/api/v1/employees/{}", app.people.manager.employee);
    let patch = async |body: Value| hr.json(Method::PATCH, &path, body).await;
    patch(json!({"status": "left"})).await.assert_invalid("status");
    patch(json!({"hidden_by": 1})).await.assert_invalid("hidden_by");
    patch(json!({"roles": ["admin"]})).await.assert_invalid("roles");
    patch(json!({"employment_type": "forever"})).await.assert_status(422);
    patch(json!({"leave_date": "2020-01-01"})).await.assert_invalid("leave_date");
    patch(json!({"department_id": 99})).await.assert_invalid("department_id");
    patch(json!({"groups": ["nope"]})).await.assert_invalid("groups");
    // Whom they lead cannot lead them.
    patch(json!({"manager_id": app.people.employee.employee})).await.assert_invalid("manager_id");
    patch(json!({"manager_id": app.people.manager.employee})).await.assert_invalid("manager_id");
    for query in ["status=gone", "ordering=salary", "page=0", "page_size=201", "salary=1", "department_id=x"] {
        hr.get(&format!("/api/v1/employees?{query}")).await.assert_status(422);
    }
    hr.get("/api/v1/employees/999999").await.assert_status(404);
    hr.get("/api/v1/employees/x").await.assert_status(404);
}

#[tokio::test]
async fn colleagues_see_how_to_reach_somebody_and_no_more() {
    let app = TestApp::new();
    let mira = format!("/api/v1/employees/{}", app.people.employee.employee);
    let inside = ["number", "join_date", "status", "approver", "schedules", "groups", "employment_type"];
    let other = app.as_other().get(&mira).await.assert_ok().json();
    assert_eq!(other["name"], "Mira Castell");
    for field in inside {
        assert!(other.get(field).is_none(), "a colleague sees {field}");
    }
    for client in [app.as_employee(), app.as_manager(), app.as_hr()] {
        let seen = client.get(&mira).await.assert_ok().json();
        for field in inside {
            assert!(seen.get(field).is_some(), "{field} is missing");
        }
    }
    assert!(app.as_manager().get(&mira).await.json().get("roles").is_none(), "roles are HR's and one's own");
    assert!(app.as_employee().get(&mira).await.json().get("roles").is_some());

    // Somebody who comes next week is nobody yet, but to their manager.
    let nora = format!("/api/v1/employees/{}", app.people.hire.employee);
    app.as_other().get(&nora).await.assert_status(404);
    app.as_manager().get(&nora).await.assert_ok();
    let list = |value: Value| names(&value).into_iter().map(str::to_owned).collect::<Vec<_>>();
    let all = list(app.as_hr().get("/api/v1/employees").await.assert_ok().json());
    assert!(all.contains(&"Nora Vale".to_owned()));
    assert!(!list(app.as_other().get("/api/v1/employees").await.assert_ok().json()).contains(&"Nora Vale".to_owned()));
    let row = &app.as_other().get("/api/v1/employees?search=castell").await.json()["items"][0];
    assert!(row.get("number").is_none() && row.get("join_date").is_none(), "{row}");
    app.as_other().get("/api/v1/employees?ordering=join_date").await.assert_status(422);
    app.as_other().get("/api/v1/employees?active=false").await.assert_status(422);

    app.as_hire().get("/api/v1/employees").await.assert_status(403);
    app.anonymous().get("/api/v1/employees").await.assert_status(401);
}

#[tokio::test]
async fn only_hr_writes() {
    let app = TestApp::new();
    let mira = app.people.employee.employee;
    let person =
        json!({"number": "1", "first_name": "a", "last_name": "b", "email": "c@d.e", "join_date": "2026-01-01"});
    for client in [app.as_admin(), app.as_manager(), app.as_employee(), app.as_other(), app.as_hire()] {
        let refused = async |method: Method, path: &str, body: Value| {
            client.json(method, path, body).await.assert_status(403);
        };
        refused(Method::POST, "/api/v1/employees", person.clone()).await;
        refused(Method::PATCH, &format!("/api/v1/employees/{mira}"), json!({"phone": "1"})).await;
        refused(Method::DELETE, &format!("/api/v1/employees/{mira}"), json!({})).await;
        refused(Method::POST, "/api/v1/entities", json!({"name": "x", "code": "x"})).await;
        refused(
            Method::POST,
            "/api/v1/schedules",
            json!({"employee_id": mira, "effective_on": "2026-01-01", "week": {}}),
        )
        .await;
        refused(
            Method::POST,
            "/api/v1/leave/holidays",
            json!({"name": "x", "start_date": "2026-01-01", "scope": "global"}),
        )
        .await;
        client.get("/api/v1/employees/export").await.assert_status(403);
        let import = client
            .clone()
            .send(Method::POST, "/api/v1/employees/import", Some("text/csv"), Body::from("number\n"))
            .await;
        import.assert_status(403);
    }
    let hr_gives = json!({"number": "9", "first_name": "a", "last_name": "b", "email": "c@d.e", "join_date": "2026-01-01", "roles": ["admin"]});
    app.as_hr().json(Method::POST, "/api/v1/employees", hr_gives).await.assert_status(403);
    assert_eq!(app.as_hr().get("/api/v1/employees?search=c@d.e").await.json()["total"], 0);
}

#[tokio::test]
async fn reports_direct_and_through_others() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let (manager, mira) = (app.people.manager.employee, app.people.employee.employee);
    let below = app.person("Bo", "Ek");
    hr.json(Method::PATCH, &format!("/api/v1/employees/{}", below.employee), json!({"manager_id": mira}))
        .await
        .assert_ok();
    let direct = hr.get(&format!("/api/v1/employees/{manager}/reports")).await.assert_ok().json();
    assert_eq!(names(&direct), ["Mira Castell", "Nora Vale"]);
    let all = hr.get(&format!("/api/v1/employees/{manager}/reports?indirect=true")).await.assert_ok().json();
    assert_eq!(names(&all), ["Mira Castell", "Bo Ek", "Nora Vale"]);
    let public = app.as_other().get(&format!("/api/v1/employees/{manager}/reports")).await.assert_ok().json();
    assert_eq!(names(&public), ["Mira Castell"], "who comes next week is nobody yet");
    // The lines carry the reach: Bo is now a report of Mira's manager.
    app.as_manager().get(&format!("/api/v1/schedules?employee_id={}", below.employee)).await.assert_ok();
    app.as_other().get(&format!("/api/v1/schedules?employee_id={}", below.employee)).await.assert_status(404);
}

#[tokio::test]
async fn units_go_with_what_stands_below_and_come_back() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let (entity, location, department) = lisbon(&hr).await;
    let path = format!("/api/v1/entities/{entity}");
    hr.json(Method::POST, "/api/v1/entities", json!({"name": "Sul", "code": "sul"})).await.assert_invalid("code");
    hr.json(Method::PATCH, &path, json!({"country": "Portugal"})).await.assert_invalid("country");
    let impact = hr.get(&format!("{path}/delete-impact")).await.assert_ok().json();
    assert_eq!(impact["locations"], json!([{"id": location, "name": "Lisbon"}]));
    assert_eq!(impact["departments"], json!([{"id": department, "name": "Support"}]));
    hr.delete(&path).await.assert_status(204);
    for (client, status) in [(&hr, 200), (&app.as_employee(), 404)] {
        client.get(&path).await.assert_status(status);
        client.get(&format!("/api/v1/departments/{department}")).await.assert_status(status);
    }
    assert_eq!(hr.get("/api/v1/locations").await.json()["total"], 0);
    assert_eq!(hr.get("/api/v1/locations?active=false").await.json()["total"], 1);
    hr.json(Method::POST, &format!("/api/v1/locations/{location}/restore"), json!({})).await.assert_status(409);
    hr.json(Method::POST, &format!("{path}/restore"), json!({})).await.assert_ok();
    assert_eq!(hr.get("/api/v1/departments").await.json()["total"], 1);

    let managers = format!("/api/v1/departments/{department}/managers");
    let mira = app.people.employee.employee;
    let named = hr.json(Method::POST, &managers, json!({"employee_id": mira})).await.assert_status(201);
    let one = named.header("location").to_owned();
    assert_eq!(names(&app.as_other().get(&managers).await.assert_ok().json()), ["Mira Castell"]);
    hr.delete(&one).await.assert_status(204);
    hr.delete(&one).await.assert_status(404);
}

#[tokio::test]
async fn working_weeks_are_dated() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let mira = app.people.employee.employee;
    let new = json!({"employee_id": mira, "effective_on": "2026-06-01", "week": {"mon": 240}});
    let made = create(&hr, "/api/v1/schedules", new.clone()).await;
    let path = format!("/api/v1/schedules/{}", made["id"]);
    let again = create(&hr, "/api/v1/schedules", new).await;
    assert_eq!(again["id"], made["id"], "the same date is the same week");
    let own = app.as_employee().get("/api/v1/schedules").await.assert_ok().json();
    assert_eq!(own["total"], 2);
    let impact = hr.get(&format!("{path}/delete-impact")).await.assert_ok().json();
    assert_eq!((&impact["from"], &impact["until"]), (&json!("2026-06-01"), &Value::Null));
    assert_eq!(impact["instead"]["mon"]["minutes"], 480);
    hr.json(Method::PATCH, &path, json!({"week": {"mon": 1441}})).await.assert_status(422);
    hr.json(Method::PATCH, &path, json!({"effective_on": "2020-01-01"})).await.assert_invalid("effective_on");
    hr.delete(&path).await.assert_status(204);
    app.as_employee().get(&path).await.assert_status(404);
    let first = format!("/api/v1/schedules/{}", own["items"][0]["id"]);
    hr.delete(&first).await.assert_status(409);
    hr.json(Method::POST, &format!("{path}/restore"), json!({})).await.assert_ok();
    // The first day would be left without a week.
    hr.delete(&first).await.assert_status(409).assert_contains("the working week of the first day");
    hr.json(Method::PATCH, &first, json!({"effective_on": "2024-03-02"})).await.assert_invalid("effective_on");
    app.as_other().get(&path).await.assert_status(404);
}

#[tokio::test]
async fn holidays_by_scope() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let (entity, location, _) = lisbon(&hr).await;
    let path = "/api/v1/leave/holidays";
    let day = |scope: &str, more: Value| {
        let mut body = json!({"name": "Day", "start_date": "2026-12-24", "scope": scope});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    create(&hr, path, day("global", json!({"half": "afternoon"}))).await;
    create(&hr, path, day("entity", json!({"entity_id": entity}))).await;
    let here = create(&hr, path, day("location", json!({"location_id": location, "working": true}))).await;
    assert_eq!(here["location"]["name"], "Lisbon");
    for (wrong, field) in [
        (day("entity", json!({})), "entity_id"),
        (day("location", json!({"location_id": 99})), "location_id"),
        (day("global", json!({"location_id": location})), "location_id"),
        (day("global", json!({"working": true})), "working"),
        (day("global", json!({"end_date": "2026-12-01"})), "end_date"),
        (day("global", json!({"end_date": "2027-12-01"})), "end_date"),
    ] {
        hr.json(Method::POST, path, wrong).await.assert_invalid(field);
    }
    let listed = |query: &str| format!("{path}?{query}");
    let client = app.as_employee();
    assert_eq!(client.get(path).await.assert_ok().json()["total"], 3);
    assert_eq!(client.get(&listed("from=2027-01-01")).await.json()["total"], 0);
    assert_eq!(client.get(&listed(&format!("location_id={location}"))).await.json()["total"], 1);
    client.get(&listed("from=2027-01-01&to=2026-01-01")).await.assert_status(422);

    let of = |place: Option<i64>| {
        app.read(|rx| {
            let place = place.map(steward::ids::LocationId);
            let entity = place.map(|_| steward::ids::EntityId(entity));
            let year = steward::time::Period::year_of("2026-01-01".parse().unwrap());
            Ok(people::holidays::of(rx, entity, place, year)?.slots("2026-12-24".parse().unwrap()))
        })
    };
    assert_eq!(of(None), steward::time::Slots::AFTERNOON);
    assert_eq!(of(Some(location)), steward::time::Slots::NONE, "the most specific decides");
    hr.delete(&format!("{path}/{}", here["id"])).await.assert_status(204);
    assert_eq!(of(Some(location)), steward::time::Slots::FULL);
}

/// Somebody else of HR each time: imports are counted by person, two at once.
fn colleague(app: &TestApp, name: &str) -> Client {
    let person = app.person("Hr", name);
    app.act(app.people.admin, move |tx, actor| {
        steward::auth::user::set_roles(tx, actor, person.user, [steward::auth::Role::Hr].into_iter().collect())
    })
    .unwrap();
    app.signed_in(person)
}

async fn import(client: &Client, query: &str, csv: impl Into<Body>) -> Answer {
    client.clone().send(Method::POST, &format!("/api/v1/employees/import{query}"), Some("text/csv"), csv.into()).await
}

#[tokio::test]
async fn a_file_is_tried_then_taken_then_changes_nothing() {
    let app = TestApp::new();
    let hr = app.as_hr();
    lisbon(&hr).await;
    let csv = "email;lastname;name;department\nana@x.test;Ribeiro;Ana;Support\nbo@x.test;Ek;Bo;SUP\n";
    let result = |created, unchanged| {
        json!({
            "rows": 2, "created": created, "updated": 0, "unchanged": unchanged,
            "errors": [], "more_errors": 0, "ignored": [],
        })
    };
    assert_eq!(import(&hr, "?dry_run=true", csv).await.assert_ok().json(), result(2, 0));
    assert_eq!(hr.get("/api/v1/employees?search=x.test").await.json()["total"], 0, "a dry run writes nothing");
    assert_eq!(import(&hr, "", csv).await.assert_ok().json(), result(2, 0));
    let hr = colleague(&app, "Second");
    assert_eq!(import(&hr, "?dry_run=false", csv).await.assert_ok().json(), result(0, 2));

    let out = hr.get("/api/v1/employees/export").await.assert_ok();
    assert!(out.header("content-type").starts_with("text/csv"));
    assert!(
        out.header("content-disposition").contains("people-2026-03-02.csv"),
        "{}",
        out.header("content-disposition")
    );
    let hr = colleague(&app, "Third");
    let out = colleague(&app, "Fourth").get("/api/v1/employees/export").await.assert_ok();
    let again = import(&hr, "", out.bytes.clone()).await.assert_ok().json();
    assert_eq!(
        (&again["updated"], &again["created"], again["errors"].as_array().unwrap().len()),
        (&json!(0), &json!(0), 0)
    );

    let form =
        format!("--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"p.csv\"\r\n\r\n{csv}\r\n--b--\r\n");
    let sent = hr
        .clone()
        .send(Method::POST, "/api/v1/employees/import", Some("multipart/form-data; boundary=b"), Body::from(form))
        .await;
    assert_eq!(sent.assert_ok().json(), result(0, 2));
    assert_eq!(left_behind(&app), 0, "no file stays");
}

fn left_behind(app: &TestApp) -> usize {
    std::fs::read_dir(app.org().dir.join("imports")).map_or(0, Iterator::count)
}

#[tokio::test]
async fn a_bad_file_is_refused_with_line_column_and_reason() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let bad = "email,lastname,name,department\nana@x.test,Ribeiro,Ana,\nbo@x.test,Ek,Bo,Suport\n";
    let error = json!([{"line": 3, "column": "department", "message": "“Suport” is neither a code nor a name that is known: enter it under “Organization” first, or write it as it stands there"}]);
    let tried = import(&hr, "?dry_run=true", bad).await.assert_ok().json();
    assert_eq!((&tried["errors"], &tried["rows"]), (&error, &json!(2)));
    let refused = import(&hr, "", bad).await.assert_status(422);
    assert_eq!(refused.header("content-type"), "application/problem+json");
    let problem = refused.json();
    assert_eq!(
        (&problem["code"], &problem["errors"], &problem["created"]),
        (&json!("validation_error"), &error, &json!(0))
    );
    assert_eq!(hr.get("/api/v1/employees?search=x.test").await.json()["total"], 0, "all or nothing");

    let hr = colleague(&app, "Second");
    let xlsx = import(&hr, "", Body::from(&b"PK\x03\x04\x14\x00"[..])).await.assert_status(422).json();
    assert!(xlsx["errors"][0]["message"].as_str().unwrap().contains("XLSX"), "{xlsx}");
    let latin = import(&hr, "", Body::from(&b"email,lastname,name\na@x.test,M\xfcller,A\n"[..]))
        .await
        .assert_status(422)
        .json();
    assert_eq!(latin["errors"][0]["line"], 2, "{latin}");
    let hr = colleague(&app, "Third");
    import(&hr, "?dry=true", bad).await.assert_status(422);
    let json = hr.json(Method::POST, "/api/v1/employees/import", json!({})).await;
    json.assert_status(415);
    assert_eq!(left_behind(&app), 0);
}

/// 200 MB that say so, and 200 MB that do not: neither is kept in memory or on disk.
#[tokio::test]
async fn a_file_too_large_is_refused_where_its_bound_is() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let huge = hr.clone().header("content-length", "209715200");
    import(&huge, "", Body::empty()).await.assert_status(413);
    let sent = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
    let count = std::sync::Arc::clone(&sent);
    let chunks = futures_util::stream::iter((0..3200).map(move |_| {
        count.fetch_add(64 * 1024, std::sync::atomic::Ordering::Relaxed);
        Ok::<_, std::convert::Infallible>(vec![b'x'; 64 * 1024])
    }));
    import(&hr, "", Body::from_stream(chunks)).await.assert_status(413);
    let taken = sent.load(std::sync::atomic::Ordering::Relaxed);
    assert!(taken < 20 * 1024 * 1024, "{taken} bytes were taken");
    assert_eq!(left_behind(&app), 0);
}

#[tokio::test]
async fn what_is_deactivated_signs_in_no_more() {
    let app = TestApp::new();
    let mira = app.as_employee();
    mira.get("/api/v1/employees").await.assert_ok();
    app.as_hr().delete(&format!("/api/v1/employees/{}", app.people.employee.employee)).await.assert_status(204);
    mira.get("/api/v1/employees").await.assert_status(401);
    app.as_hr().delete(&format!("/api/v1/employees/{}", app.people.hr.employee)).await.assert_status(409);
}

#[tokio::test]
async fn two_requests_at_once_close_no_circle() {
    let app = TestApp::new();
    let hr = app.as_hr();
    for round in 0..10 {
        let (a, b) = (app.person("Anna", &format!("A{round}")), app.person("Ben", &format!("B{round}")));
        let under = |who: steward::ids::EmployeeId, manager: steward::ids::EmployeeId| {
            let hr = hr.clone();
            async move {
                hr.json(Method::PATCH, &format!("/api/v1/employees/{who}"), json!({"manager_id": manager})).await.status
            }
        };
        let (one, other) = tokio::join!(under(a.employee, b.employee), under(b.employee, a.employee));
        let mut both = [one.as_u16(), other.as_u16()];
        both.sort_unstable();
        assert_eq!(both, [200, 422]);
    }
    let facts: Facts = app.read(|rx| Ok(people::get(rx, app.people.hr.employee)?.facts));
    assert_eq!(facts.manager_id, None);
}

#[tokio::test]
async fn groups_and_their_members() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let made = hr.json(Method::POST, "/api/v1/groups", json!({"name": "IT", "code": "it"})).await.assert_status(201);
    let group = made.header("location").to_owned();
    hr.json(Method::POST, "/api/v1/groups", json!({"name": "Other", "code": "IT"})).await.assert_invalid("code");
    let employee = app.people.employee.employee;
    let member = json!({"employee_id": employee});
    for _ in 0..2 {
        let inside = hr.json(Method::POST, &format!("{group}/members"), member.clone()).await.assert_ok().json();
        assert_eq!(inside["members"].as_array().unwrap().len(), 1, "who is in it stays once");
    }
    let nobody = json!({"employee_id": 999_999});
    hr.json(Method::POST, &format!("{group}/members"), nobody).await.assert_invalid("employee_id");
    assert_eq!(hr.get(&format!("/api/v1/employees/{employee}")).await.json()["groups"], json!(["it"]));
    hr.json(Method::PATCH, &group, json!({"code": "other"})).await.assert_status(422);
    hr.json(Method::PATCH, &group, json!({"name": "Computers"})).await.assert_ok();
    hr.delete(&format!("{group}/members/{employee}")).await.assert_status(204);
    hr.delete(&format!("{group}/members/{employee}")).await.assert_status(404);
    assert_eq!(hr.get("/api/v1/groups").await.json()["items"][0]["members"], json!([]));
    app.as_employee().get("/api/v1/groups").await.assert_status(403);
    hr.delete(&group).await.assert_status(204);
    hr.get(&group).await.assert_status(404);
}

#[tokio::test]
async fn the_chart_shows_who_works_here_today() {
    let app = TestApp::new();
    let manager = app.people.manager.employee;
    let chart = app.as_other().get("/api/v1/employees/chart").await.assert_ok().json();
    let node = |id: steward::ids::EmployeeId| {
        chart["items"].as_array().unwrap().iter().find(|node| node["id"] == json!(id)).cloned()
    };
    assert_eq!(node(app.people.employee.employee).unwrap()["manager_id"], json!(manager));
    assert!(node(app.people.hire.employee).is_none(), "who has not begun stands in no chart");
    let part = app.as_other().get(&format!("/api/v1/employees/chart?root={manager}")).await.assert_ok().json();
    assert_eq!(part["items"][0]["level"], 0);
    assert_eq!(part["items"][0]["id"], json!(manager));
    app.as_other().get(&format!("/api/v1/employees/chart?root={}", app.people.hire.employee)).await.assert_status(404);
    app.as_other().get("/api/v1/employees/chart?root=x").await.assert_status(422);
    app.as_other().get(&format!("/people/chart?root={manager}")).await.assert_ok().assert_contains("Everybody");
    app.as_other().get("/people/chart").await.assert_ok().assert_contains(&format!("/people/{manager}\""));
}
