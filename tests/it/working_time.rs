//! Working time through pages and API: rotations, templates, hours for a while, country packs, and what they do to
//! leave, overtime and the calendar.

use axum::http::Method;
use serde_json::{Value, json};
use steward::people;

use crate::leave_api::with_leave;
use crate::support::{Client, TestApp};

pub async fn post(client: &Client, path: &str, body: Value) -> Value {
    client.json(Method::POST, path, body).await.assert_status(201).json()
}

/// Vacation of the employee, approved by the manager.
pub async fn approved(app: &TestApp, kind: steward::ids::LeaveTypeId, first: &str, last: &str) -> Value {
    let new = json!({"leave_type_id": kind, "start_date": first, "end_date": last});
    let made = post(&app.as_employee(), "/api/v1/leave/requests", new).await;
    let path = format!("/api/v1/leave/requests/{}/approve", made["id"]);
    app.as_manager().json(Method::POST, &path, json!({})).await.assert_ok();
    made["id"].clone()
}

pub async fn minutes(app: &TestApp, from: &str, to: &str) -> Vec<i64> {
    let path = format!("/api/v1/employees/{}/schedule?from={from}&to={to}", app.people.employee.employee);
    let days = app.as_employee().get(&path).await.assert_ok().json();
    days["items"].as_array().unwrap().iter().map(|day| day["minutes"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_rotation_is_entered_and_explained_day_by_day() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let mira = app.people.employee.employee;
    let weeks =
        json!([{"mon": 480, "tue": 480}, {"wed": {"minutes": 300, "start_time": "08:00", "end_time": "13:00"}}]);
    let new = json!({"employee_id": mira, "effective_on": "2026-04-06", "weeks": weeks, "anchor": "2026-04-08"});
    let made = post(&hr, "/api/v1/schedules", new).await;
    assert_eq!((&made["anchor"], &made["week"]["mon"]), (&json!("2026-04-06"), &json!(480)));
    assert_eq!(made["impact"], json!([]));
    assert_eq!(minutes(&app, "2026-04-06", "2026-04-19").await, [480, 480, 0, 0, 0, 0, 0, 0, 0, 300, 0, 0, 0, 0]);
    let path = format!("/api/v1/employees/{mira}/schedule?from=2026-04-15&to=2026-04-15");
    let day = app.as_employee().get(&path).await.assert_ok().json()["items"][0].clone();
    assert_eq!((&day["start_time"], &day["end_time"]), (&json!("08:00"), &json!("13:00")));
    assert_eq!(day["pattern"], json!({"effective_on": "2026-04-06", "week": 2, "weeks": 2}));
    app.as_other().get(&path).await.assert_status(404);
    hr.get(&format!("/api/v1/employees/{mira}/schedule?from=2026-01-01&to=2028-01-01")).await.assert_invalid("to");
    let none = json!({"employee_id": mira, "effective_on": "2026-05-04", "weeks": []});
    hr.json(Method::POST, "/api/v1/schedules", none).await.assert_invalid("weeks");
    let page = format!("/people/{mira}/schedule?month=2026-04");
    app.as_employee().get(&page).await.assert_ok().assert_contains("week 2 of 2").assert_contains("8:00 – 13:00");
    app.as_other().get(&page).await.assert_status(404);
}

#[tokio::test]
async fn a_template_is_copied_and_applied_on_demand() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let mira = app.people.employee.employee;
    let new = json!({"name": "Short", "weeks": [{"mon": 240, "tue": 240}]});
    let made = post(&hr, "/api/v1/schedule-templates", new.clone()).await;
    hr.json(Method::POST, "/api/v1/schedule-templates", new).await.assert_invalid("name");
    let path = format!("/api/v1/schedule-templates/{}", made["id"]);
    let given = json!({"employee_id": mira, "effective_on": "2026-04-06", "template_id": made["id"]});
    let given = post(&hr, "/api/v1/schedules", given).await;
    assert_eq!((&given["week"]["mon"], &given["template_id"]), (&json!(240), &made["id"]));
    hr.json(Method::PATCH, &path, json!({"weeks": [{"mon": 300}]})).await.assert_ok();
    assert_eq!(minutes(&app, "2026-05-04", "2026-05-05").await, [240, 240], "nobody’s hours changed");
    let apply = |on: &str| json!({"effective_on": on});
    let early = hr.json(Method::POST, &format!("{path}/apply"), apply("2026-04-05")).await.assert_ok().json();
    assert_eq!(early["people"], 0, "nobody has it yet on that date");
    let done = hr.json(Method::POST, &format!("{path}/apply"), apply("2026-05-04")).await.assert_ok().json();
    assert_eq!(done["people"], 1);
    assert_eq!(minutes(&app, "2026-04-27", "2026-05-05").await, [240, 240, 0, 0, 0, 0, 0, 300, 0]);
    hr.delete(&path).await.assert_status(204);
    let late = json!({"employee_id": mira, "effective_on": "2026-06-01", "template_id": made["id"]});
    hr.json(Method::POST, "/api/v1/schedules", late).await.assert_invalid("template_id");
    hr.json(Method::POST, &format!("{path}/restore"), json!({})).await.assert_ok();
}

#[tokio::test]
async fn templates_are_kept_on_pages_too() {
    let app = TestApp::new();
    let hr = app.as_hr();
    hr.get("/people/schedules").await.assert_ok().assert_contains("Full time").assert_contains("Mornings");
    let new = "/people/schedules/templates/new";
    hr.post(new, [("weeks", "3"), ("press", "weeks")]).await.assert_ok().assert_contains("name=\"w3_sun\"");
    let form = [("name", "In turn"), ("weeks", "2"), ("mon", "8"), ("w2_tue", "4:30")];
    hr.post(new, form).await.assert_redirect("/people/schedules/templates/4");
    hr.get("/people/schedules/templates/4").await.assert_ok().assert_contains("value=\"4:30\"");
    hr.post(new, [("name", "In turn"), ("mon", "lots")]).await.assert_invalid("mon");
    // The form of a person's week takes it over.
    let week = format!("/people/{}/weeks/new", app.people.employee.employee);
    let filled = hr.post(&week, [("effective_on", "2026-04-06"), ("template_id", "4"), ("press", "template")]).await;
    filled.assert_ok().assert_contains("name=\"w2_tue\"").assert_contains("value=\"4:30\"");
    hr.post("/people/schedules/templates/4/retire", [("", ""); 0]).await.assert_redirect("/people/schedules");
    hr.get("/people/schedules").await.assert_lacks("In turn");
    hr.get("/people/schedules?active=false").await.assert_contains("In turn");
    app.as_manager().get("/people/schedules").await.assert_status(403);
}

#[tokio::test]
async fn hours_for_a_while_shorten_the_day_and_can_be_undone() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let kinds = with_leave(&app);
    let leave = approved(&app, kinds.vacation, "2026-07-03", "2026-07-03").await;
    let new = json!({
        "name": "Summer Fridays", "start_date": "2026-07-01", "end_date": "2026-08-31", "mode": "at_most",
        "scope": "everybody", "week": {"fri": 300},
    });
    let dry = hr.json(Method::POST, "/api/v1/schedule-overlays?dry_run=true", new.clone()).await.assert_ok().json();
    assert_eq!((&dry["impact"][0]["minutes_before"], &dry["impact"][0]["minutes_after"]), (&json!(480), &json!(300)));
    assert_eq!(minutes(&app, "2026-07-03", "2026-07-03").await, [480], "nothing was written");
    let made = post(&hr, "/api/v1/schedule-overlays", new).await;
    assert_eq!(made["impact"][0]["request_id"], leave);
    assert_eq!(minutes(&app, "2026-07-02", "2026-07-04").await, [480, 300, 0]);
    let path = format!("/api/v1/schedule-overlays/{}", made["id"]);
    let undone = hr.delete(&path).await.assert_ok().json();
    assert_eq!(undone["impact"][0]["minutes_after"], 480);
    hr.json(Method::POST, &format!("{path}/restore"), json!({})).await.assert_ok();
    let wrong = json!({"scope": "group", "end_date": "2028-01-01", "week": {}});
    let wrong = hr.json(Method::PATCH, &path, wrong).await;
    wrong.assert_invalid("group_id").assert_invalid("end_date").assert_invalid("week");
}

#[tokio::test]
async fn hours_of_a_group_reach_its_members_alone() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let (mira, other) = (app.people.employee.employee, app.people.other.employee);
    let group = app
        .act(app.people.hr, move |tx, actor| {
            let group = people::groups::create(tx, actor, "Fasting", "fasting")?;
            people::groups::set_of_employee(tx, actor, mira, &[group])?;
            Ok(group)
        })
        .unwrap();
    let group_id = group.0.to_string();
    let form = [
        ("name", "Ramadan hours"),
        ("start_date", "2026-03-09"),
        ("end_date", "2026-03-20"),
        ("mode", "instead"),
        ("group_id", group_id.as_str()),
        ("mon", "6"),
        ("tue", "0"),
    ];
    hr.post("/people/schedules/overlays/new", form).await.assert_redirect("/people/schedules");
    assert_eq!(minutes(&app, "2026-03-09", "2026-03-11").await, [360, 0, 480]);
    let path = format!("/api/v1/employees/{other}/schedule?from=2026-03-09&to=2026-03-09");
    assert_eq!(hr.get(&path).await.assert_ok().json()["items"][0]["minutes"], 480);
    // Overtime on a day that they make free is worth a rest day's.
    let project = post(&hr, "/api/v1/projects", json!({"code": "R", "name": "Roof"})).await;
    let overtime = json!({
        "project_id": project["id"], "date": "2026-03-10", "start_time": "10:00", "end_time": "11:00",
        "reason": "Leak", "compensation": "pay", "stage": "planned",
    });
    let weighed = app.as_employee().json(Method::POST, "/api/v1/overtime-requests/preview", overtime).await;
    assert_eq!(weighed.assert_ok().json()["classes"][0]["day_class"], "rest_day");
    hr.get("/people/schedules").await.assert_contains("Ramadan hours").assert_contains("Fasting");
    hr.post("/people/schedules/overlays/new", [("name", "Nothing")]).await.assert_invalid("start_date");
}

#[tokio::test]
async fn a_holiday_asks_first_where_it_touches_leave_and_asks_again_where_that_changed() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let kinds = with_leave(&app);
    approved(&app, kinds.vacation, "2026-04-20", "2026-04-24").await;
    let form = |confirmed: &str| {
        [("name", "Town fair"), ("start_date", "2026-04-22"), ("kind", "full"), ("confirmed", confirmed)]
            .map(|(name, value)| (name, value.to_owned()))
    };
    let mark = |page: &str| {
        let (_, after) = page.split_once("name=\"confirmed\" value=\"").unwrap();
        after.split_once('"').unwrap().0.to_owned()
    };
    let asked = hr.post("/people/holidays/new", form("")).await.assert_ok();
    let seen = mark(&asked.text());
    asked.assert_contains("Mira Castell").assert_contains("4\u{a0}days");
    let none = hr.get("/api/v1/leave/holidays?from=2026-04-22&to=2026-04-22").await.json();
    assert_eq!(none["total"], 0, "nothing is written yet");
    // Somebody else's leave is approved in between: the list is another.
    approved(&app, kinds.vacation, "2026-04-15", "2026-04-15").await;
    let more = json!({"leave_type_id": kinds.vacation, "start_date": "2026-04-22", "end_date": "2026-04-22"});
    crate::leave_api::grant(&app, app.people.manager, kinds.vacation, 480);
    post(&app.as_manager(), "/api/v1/leave/requests", more).await;
    let again = hr.post("/people/holidays/new", form(&seen)).await.assert_ok();
    let seen = mark(&again.text());
    again.assert_contains("Something has changed").assert_contains("Jonas Brandt");
    hr.post("/people/holidays/new", form(&seen)).await.assert_redirect("/people/holidays?year=2026");
    let balance = app.as_employee().get("/api/v1/leave/balances?on=2026-12-31").await.assert_ok().json();
    assert_eq!(balance["items"][0]["available"], 20 * 480 - 5 * 480);
    // A day that touches nobody is entered at once.
    let free = [("name", "Quiet day"), ("start_date", "2026-09-01"), ("kind", "full")];
    hr.post("/people/holidays/new", free).await.assert_redirect("/people/holidays?year=2026");
    // The calendar shows it.
    let calendar = app.as_employee().get("/api/v1/leave/calendar?from=2026-04-20&to=2026-04-24").await.assert_ok();
    assert_eq!(calendar.json()["people"][0]["holidays"][0]["name"], "Town fair");
}

#[tokio::test]
async fn a_countrys_holidays_are_taken_once() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let countries = app.as_employee().get("/api/v1/leave/holidays/countries").await.assert_ok().json();
    let germany = countries["items"].as_array().unwrap().iter().find(|one| one["code"] == "DE").unwrap();
    assert_eq!(germany["regions"][3], json!({"code": "BY", "name": "Bayern"}));
    let path = "/api/v1/leave/holidays/import";
    let wanted = |dry_run: bool| json!({"country": "de", "region": "by", "years": [2026], "dry_run": dry_run});
    let dry = hr.json(Method::POST, path, wanted(true)).await.assert_ok().json();
    assert_eq!((&dry["created"], &dry["holidays"]), (&json!(12), &json!([])));
    let done = hr.json(Method::POST, path, wanted(false)).await.assert_ok().json();
    assert_eq!((&done["created"], &done["holidays"][0]["name"]), (&json!(12), &json!("Neujahr")));
    assert_eq!(done["holidays"][0]["source"], "DE-BY, holidays 0.108");
    let again = hr.json(Method::POST, path, wanted(false)).await.assert_ok().json();
    assert_eq!((&again["created"], &again["offered"][0]["already_there"]), (&json!(0), &json!(true)));
    let wrong = json!({"country": "DE", "region": "Tirol", "years": [1999]});
    hr.json(Method::POST, path, wrong).await.assert_invalid("region").assert_invalid("years");
    hr.json(Method::POST, path, json!({"country": "ZZ", "years": [2026]})).await.assert_invalid("country");
    app.as_manager().json(Method::POST, path, wanted(true)).await.assert_status(403);
}

#[tokio::test]
async fn holidays_are_chosen_from_the_list() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let page = "/people/holidays/import?country=AE&years=2030&names=english";
    hr.get("/people/holidays/import").await.assert_ok().assert_contains("Germany");
    hr.get(page).await.assert_ok().assert_contains("Eid al-Fitr").assert_contains("estimated");
    hr.get("/people/holidays/import?country=AE&years=1999").await.assert_invalid("years");
    let form =
        [("country", "AE"), ("years", "2030"), ("names", "english"), ("date", "2030-12-02"), ("date", "2030-01-01")];
    hr.post("/people/holidays/import", form).await.assert_redirect("/people/holidays?year=2030");
    let listed = hr.get("/api/v1/leave/holidays?from=2030-01-01&to=2030-12-31").await.assert_ok().json();
    assert_eq!(listed["total"], 2);
    hr.get(page).await.assert_ok().assert_contains("there already: New Year");
}

#[tokio::test]
async fn a_holiday_on_a_free_day_is_kept_on_the_next_working_day() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let kinds = with_leave(&app);
    let mira = app.people.employee.employee;
    let entity = post(&hr, "/api/v1/entities", json!({"name": "Sul Lda", "code": "SUL", "country": "PT"})).await;
    let place = json!({"entity_id": entity["id"], "name": "Lisbon", "code": "LX", "time_zone": "Europe/Lisbon"});
    let place = post(&hr, "/api/v1/locations", place).await;
    let at = json!({"location_id": place["id"]});
    hr.json(Method::PATCH, &format!("/api/v1/employees/{mira}"), at).await.assert_ok();
    let leave = approved(&app, kinds.vacation, "2026-04-27", "2026-04-27").await;
    // A Saturday.
    let saturday = json!({"name": "Freedom Day", "start_date": "2026-04-25", "scope": "global"});
    assert_eq!(post(&hr, "/api/v1/leave/holidays", saturday).await["impact"], json!([]));
    let rule = json!({"holiday_on_free_day": "next_working_day", "free_day_from": "2026-01-01"});
    let path = format!("/api/v1/locations/{}", place["id"]);
    let changed = hr.json(Method::PATCH, &path, rule).await.assert_ok().json();
    assert_eq!((&changed["impact"][0]["request_id"], &changed["impact"][0]["minutes_after"]), (&leave, &json!(0)));
    let path = format!("/api/v1/employees/{mira}/schedule?from=2026-04-25&to=2026-04-27");
    let days = app.as_employee().get(&path).await.assert_ok().json();
    assert_eq!(days["items"][0]["holiday"]["on_free_day"], "next_working_day");
    assert_eq!(days["items"][2]["holiday"]["observed_for"], "2026-04-25");
    assert_eq!(days["items"][2]["working_minutes"], 0);
    let page = app.as_employee().get(&format!("/people/{mira}/schedule?month=2026-04")).await.assert_ok();
    page.assert_contains("it is kept on the next working day").assert_contains("Freedom Day (for Sat");
}

#[tokio::test]
async fn who_moves_has_the_holidays_of_each_place_on_its_days() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let hr = app.as_hr();
    let mira = app.people.employee.employee;
    let entity = post(&hr, "/api/v1/entities", json!({"name": "Nord", "code": "N"})).await["id"].clone();
    let site = |name: &'static str, code: &'static str| json!({"entity_id": entity, "name": name, "code": code, "time_zone": "Europe/Berlin"});
    let berlin = post(&hr, "/api/v1/locations", site("Berlin", "B")).await["id"].clone();
    let lisbon = post(&hr, "/api/v1/locations", site("Lisbon", "L")).await["id"].clone();
    let holiday = json!({"name": "Feast", "start_date": "2026-05-06", "scope": "location", "location_id": lisbon});
    post(&hr, "/api/v1/leave/holidays", holiday).await;
    let record = format!("/api/v1/employees/{mira}");
    hr.json(
        Method::PATCH,
        &format!("/api/v1/employees/{mira}"),
        json!({"location_id": berlin, "effective_on": "2026-03-01"}),
    )
    .await
    .assert_ok();
    let request = approved(&app, kinds.vacation, "2026-05-05", "2026-05-07").await;
    let charged = async || {
        app.as_employee().get(&format!("/api/v1/leave/requests/{request}")).await.assert_ok().json()["minutes"].clone()
    };
    let whole = charged().await.as_i64().unwrap();

    // Who moves after it keeps what was charged; who moves before it is at the feast, and the page asks first.
    let later = json!({"location_id": lisbon, "effective_on": "2026-05-07"});
    hr.json(Method::PATCH, &record, later).await.assert_ok();
    assert_eq!(charged().await, json!(whole));
    let form = hr.get(&format!("/people/{mira}/edit")).await.assert_ok().text();
    let seen = form.split("name=\"seen\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    let record = hr.get(&format!("/api/v1/employees/{mira}")).await.json();
    let text = |field: &str| record[field].as_str().unwrap_or_default().to_owned();
    let form = |confirmed: &str| {
        vec![
            ("number".to_owned(), text("number")),
            ("first_name".to_owned(), text("first_name")),
            ("last_name".to_owned(), text("last_name")),
            ("email".to_owned(), text("email")),
            ("join_date".to_owned(), text("join_date")),
            ("employment_type".to_owned(), text("employment_type")),
            ("manager_id".to_owned(), record["manager"]["id"].to_string()),
            ("location_id".to_owned(), lisbon.to_string()),
            ("effective_on".to_owned(), "2026-05-04".to_owned()),
            ("seen".to_owned(), seen.clone()),
            (people::recount::CONFIRMED.to_owned(), confirmed.to_owned()),
        ]
    };
    let path = format!("/people/{mira}/edit");
    let asked = hr.post(&path, form("")).await.assert_ok();
    asked.assert_contains("Change the place of work?");
    assert_eq!(charged().await, json!(whole), "nothing is written before somebody has seen it");
    let page = hr.post(&path, form("")).await.text();
    let mark = page.split(&format!("name=\"{}\" value=\"", people::recount::CONFIRMED)).nth(1).unwrap();
    let mark = mark.split('"').next().unwrap().to_owned();
    hr.post(&path, form(&mark)).await.assert_status(303);
    assert_eq!(charged().await, json!(whole * 2 / 3));
    let march = format!("/api/v1/employees/{mira}/schedule?from=2026-05-06&to=2026-05-06");
    assert!(hr.get(&march).await.assert_ok().text().contains("Feast"));
}
