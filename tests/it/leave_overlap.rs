//! Leave on leave: sickness in the middle of a vacation, and the days that HR books for everybody around what each has.

use axum::http::Method;
use serde_json::{Value, json};

use crate::leave_api::{grant, with_leave};
use crate::support::{Answer, Client, TestApp};

async fn send(client: &Client, body: Value) -> Answer {
    client.json(Method::POST, "/api/v1/leave/requests", body).await
}

/// What is available of vacation.
async fn left(client: &Client) -> i64 {
    let said = client.get("/api/v1/leave/balances").await.assert_ok().json();
    said["items"][0]["available"].as_i64().unwrap()
}

/// The values of the hidden controls of a page's last form.
fn hidden(page: &str) -> Vec<(String, String)> {
    let value = |tag: &str, name: &str| {
        let at = tag.find(&format!("{name}=\""))? + name.len() + 2;
        Some(tag[at..].split('"').next()?.to_owned())
    };
    let tags = page.split("<input type=\"hidden\"").skip(1).map(|tag| tag.split('>').next().unwrap());
    tags.filter_map(|tag| Some((value(tag, "name")?, value(tag, "value")?))).collect()
}

#[tokio::test]
async fn sick_days_in_a_vacation_come_back_by_the_api() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let (mira, manager, hr) = (app.as_employee(), app.as_manager(), app.as_hr());
    let vacation = json!({"leave_type_id": kinds.vacation, "start_date": "2026-04-13", "end_date": "2026-04-17"});
    let id = send(&mira, vacation).await.assert_status(201).json()["id"].clone();
    manager.json(Method::POST, &format!("/api/v1/leave/requests/{id}/approve"), json!({})).await.assert_ok();
    assert_eq!(left(&mira).await, 15 * 480);

    let ill = json!({"leave_type_id": kinds.sick, "start_date": "2026-04-14", "end_date": "2026-04-15"});
    let looked = mira.json(Method::POST, "/api/v1/leave/requests/preview", ill.clone()).await.assert_ok().json();
    assert_eq!((&looked["conflicts"], &looked["errors"]), (&json!([]), &json!([])), "{looked}");
    assert!(looked["warnings"].to_string().contains("Gives back 2\u{a0}days"), "{looked}");
    // Twice at once: one of the two is in the other's way.
    let (one, other) = tokio::join!(send(&mira, ill.clone()), send(&mira, ill));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    let sick = if one.status == 201 { one } else { other }.json()["id"].clone();
    assert_eq!(left(&mira).await, 15 * 480, "somebody looks at it before days go back to a balance");
    manager.json(Method::POST, &format!("/api/v1/leave/requests/{sick}/approve"), json!({})).await.assert_ok();
    assert_eq!(left(&mira).await, 17 * 480);
    let said = mira.get(&format!("/api/v1/leave/requests/{id}")).await.assert_ok().json();
    assert_eq!(said["minutes"], 3 * 480);
    let days: Vec<i64> =
        said["days"].as_array().unwrap().iter().map(|day| day["given_back_minutes"].as_i64().unwrap()).collect();
    assert_eq!(days, [0, 480, 480, 0, 0]);
    mira.get(&format!("/leave/requests/{id}")).await.assert_ok().assert_contains("Given back, for other leave");
    // A kind that excludes is in the way, as before; work elsewhere interrupts nothing.
    hr.json(Method::PATCH, &format!("/api/v1/leave/types/{}", kinds.sick), json!({"overlap": "excludes"}))
        .await
        .assert_invalid("overlap");
    hr.json(Method::PATCH, &format!("/api/v1/leave/types/{}", kinds.toil), json!({"overlap": "interrupts"}))
        .await
        .assert_ok();
    hr.json(Method::PATCH, &format!("/api/v1/leave/types/{}", kinds.toil), json!({"overlap": "sometimes"}))
        .await
        .assert_status(422);
    hr.json(Method::POST, &format!("/api/v1/leave/requests/{sick}/cancel"), json!({"reason": "It was a mistake"}))
        .await
        .assert_ok();
    assert_eq!(left(&mira).await, 15 * 480);
    drop((mira, manager, hr));
    let app = app.restart();
    assert_eq!(left(&app.as_employee()).await, 15 * 480);
}

#[tokio::test]
async fn a_shutdown_is_looked_at_booked_once_and_taken_back_whole() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    for person in [app.people.manager, app.people.other, app.people.hr] {
        grant(&app, person, kinds.vacation, 4800);
    }
    let (hr, mira) = (app.as_hr(), app.as_employee());
    let path = "/api/v1/leave/shutdowns";
    let new = json!({
        "name": "Bridge day", "leave_type_id": kinds.vacation, "start_date": "2026-05-15", "end_date": "2026-05-15",
        "except": [app.people.other.employee],
    });
    mira.json(Method::POST, path, new.clone()).await.assert_status(403);
    let looked = hr.json(Method::POST, &format!("{path}?dry_run=true"), new.clone()).await.assert_ok().json();
    let people = looked["people"].as_array().unwrap();
    let of = |id: Value| people.iter().find(|one| one["employee"]["id"] == id).unwrap().clone();
    let own = of(json!(app.people.employee.employee));
    assert_eq!((&own["outcome"], &own["minutes"], &own["balance_after"]), (&json!("books"), &json!(480), &json!(9120)));
    assert_eq!(of(json!(app.people.other.employee))["outcome"], "excepted");
    assert_eq!(left(&mira).await, 20 * 480, "nothing is written by a look");

    hr.json(Method::POST, &format!("{path}?confirmed=0000000000000000"), new.clone()).await.assert_status(409);
    let confirmed = format!("{path}?confirmed={}", looked["mark"].as_str().unwrap());
    let made = hr.json(Method::POST, &confirmed, new.clone()).await.assert_status(201);
    let one = made.header("location").to_owned();
    assert_eq!(left(&mira).await, 19 * 480);
    hr.json(Method::POST, path, new).await.assert_invalid("start_date");
    let booked = hr.get(&format!("{one}/requests")).await.assert_ok().json();
    let request = booked["items"].as_array().unwrap().iter();
    let request =
        request.clone().find(|one| one["employee"]["id"] == own["employee"]["id"]).unwrap()["request_id"].clone();
    // It is not one's own to take back, whichever way.
    mira.json(Method::POST, &format!("/api/v1/leave/requests/{request}/cancel"), json!({"reason": "no"}))
        .await
        .assert_status(409);
    mira.delete(&format!("/api/v1/leave/requests/{request}")).await.assert_status(409);
    mira.get(&format!("/leave/requests/{request}")).await.assert_ok().assert_lacks("Take back");
    assert_eq!(hr.json(Method::POST, &format!("{one}/book"), json!({})).await.assert_ok().json()["count"], 0);

    hr.json(Method::POST, &format!("{one}/take-back"), json!({"reason": " "})).await.assert_invalid("reason");
    let (end, why) = (format!("{one}/take-back"), json!({"reason": "Too much to do"}));
    let (a, b) = tokio::join!(hr.json(Method::POST, &end, why.clone()), hr.json(Method::POST, &end, why));
    let count = |answer: Answer| answer.assert_ok().json()["count"].as_i64().unwrap();
    assert_eq!(count(a) + count(b), booked["total"].as_i64().unwrap(), "each is ended once");
    assert_eq!(left(&mira).await, 20 * 480);
    assert_eq!(hr.get(&format!("{one}/missing")).await.assert_ok().json()["total"], 0, "nobody is booked by it now");
}

#[tokio::test]
async fn on_the_page_of_a_shutdown_whoever_is_not_ticked_works() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    for person in [app.people.manager, app.people.other] {
        grant(&app, person, kinds.vacation, 4800);
    }
    let (hr, mira) = (app.as_hr(), app.as_employee());
    let form = [
        ("name", "Bridge day".to_owned()),
        ("leave_type_id", kinds.vacation.to_string()),
        ("start_date", "2026-05-15".to_owned()),
    ];
    hr.post("/leave/shutdowns/new", [("name", ""), ("leave_type_id", "1"), ("start_date", "2026-05-15")])
        .await
        .assert_invalid("name");
    let look = hr.post("/leave/shutdowns/new", form).await.assert_ok().assert_contains("Mira Castell").text();
    let mut sent = hidden(&look);
    assert!(sent.iter().any(|(name, value)| name == "confirmed" && value.len() == 16), "{sent:?}");
    assert_eq!(left(&mira).await, 20 * 480);

    // Back to the form nothing is lost.
    let mut back = sent.clone();
    back.push(("back_to_form".into(), "1".into()));
    hr.post("/leave/shutdowns/new", back).await.assert_ok().assert_contains("value=\"Bridge day\"");
    // With nobody ticked there is nothing to book.
    hr.post("/leave/shutdowns/new", sent.clone()).await.assert_invalid("start_date");
    // Somebody takes the day off meanwhile: HR looks again, and what was not ticked stays so.
    let day = json!({"leave_type_id": kinds.vacation, "start_date": "2026-05-15", "end_date": "2026-05-15"});
    send(&app.as_other(), day).await.assert_status(201);
    sent.push(("id".into(), app.people.employee.employee.to_string()));
    let again = hr.post("/leave/shutdowns/new", sent).await.assert_ok();
    let again = again.assert_contains("Something has changed").assert_contains("Has asked for other leave").text();
    let mut sent = hidden(&again);
    sent.push(("id".into(), app.people.employee.employee.to_string()));
    hr.post("/leave/shutdowns/new", sent).await.assert_status(303);
    assert_eq!((left(&mira).await, left(&app.as_manager()).await), (19 * 480, 4800));
    // A program is told the same.
    let nobody = json!({
        "name": "A Sunday", "leave_type_id": kinds.vacation, "start_date": "2026-05-17", "end_date": "2026-05-17",
    });
    hr.json(Method::POST, "/api/v1/leave/shutdowns", nobody).await.assert_invalid("start_date");
    for kind in [kinds.sick.to_string(), "999".to_owned()] {
        let form =
            [("name", "Bridge day".to_owned()), ("leave_type_id", kind), ("start_date", "2026-05-22".to_owned())];
        hr.post("/leave/shutdowns/new", form).await.assert_invalid("leave_type_id");
    }
    hr.get("/leave/shutdowns").await.assert_ok().assert_contains("Bridge day");
    let page = hr.get("/leave/shutdowns/1").await.assert_ok().assert_contains("Mira Castell");
    page.assert_contains("Works all the same.").assert_contains("Take back");
}
