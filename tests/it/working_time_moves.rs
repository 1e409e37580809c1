//! Who comes and goes, and what that does to leave: groups, departments and places over time, and that whatever
//! happened in which order, the books say what a fresh count says.

use axum::http::Method;
use jiff::SignedDuration;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use serde_json::{Value, json};
use steward::ids::{EmployeeId, LocationId};
use steward::leave;
use steward::people::holidays::{self, HolidayFacts};
use steward::people::org::{entity, location};
use steward::people::recount::{Change, Whose};
use steward::people::{self, employee};
use steward::time::period::ahead;
use steward::time::{HolidayScope, Period};

use crate::leave_api::with_leave;
use crate::support::{Client, TestApp};
use crate::working_time::{approved, minutes, post};

async fn charged(app: &TestApp, request: &Value) -> i64 {
    let path = format!("/api/v1/leave/requests/{request}");
    app.as_employee().get(&path).await.assert_ok().json()["minutes"].as_i64().unwrap()
}

/// Six hours a day in the second and third week of March, for a group or a department.
async fn short_hours(hr: &Client, whose: (&str, &Value)) -> Value {
    let mut new = json!({
        "name": "Short weeks", "start_date": "2026-03-09", "end_date": "2026-03-20", "mode": "at_most",
        "scope": whose.0, "week": {"mon": 360, "tue": 360, "wed": 360, "thu": 360, "fri": 360},
    });
    new[format!("{}_id", whose.0)] = whose.1.clone();
    post(hr, "/api/v1/schedule-overlays", new).await
}

fn mark(page: &str) -> String {
    let (_, after) = page.split_once("name=\"confirmed\" value=\"").unwrap();
    after.split_once('"').unwrap().0.to_owned()
}

#[tokio::test]
async fn hours_of_a_group_count_for_the_days_on_which_somebody_was_in_it() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let mira = app.people.employee.employee;
    let leave = approved(&app, with_leave(&app).vacation, "2026-03-09", "2026-03-13").await;
    let group = post(&hr, "/api/v1/groups", json!({"name": "Fasting", "code": "fasting"})).await["id"].clone();
    let overlay = short_hours(&hr, ("group", &group)).await;
    assert_eq!(overlay["impact"], json!([]), "nobody is in it yet");

    // Taking somebody in: the API says what it would do, the page asks.
    let members = format!("/api/v1/groups/{group}/members");
    let who = json!({"employee_id": mira});
    let dry = hr.json(Method::POST, &format!("{members}?dry_run=true"), who.clone()).await.assert_ok().json();
    assert_eq!((&dry["impact"][0]["request_id"], &dry["impact"][0]["minutes_after"]), (&leave, &json!(1800)));
    let page = format!("/people/organization/groups/{group}/members");
    let asked = hr.post(&page, [("employee_id", mira.to_string())]).await.assert_ok();
    assert_eq!(charged(&app, &leave).await, 2400, "nothing is written before somebody has seen it");
    let form = [("employee_id", mira.to_string()), ("confirmed", mark(&asked.text()))];
    hr.post(&page, form).await.assert_status(303);
    assert_eq!(charged(&app, &leave).await, 1800);

    // On Wednesday she is taken out: Monday and Tuesday stay as they were.
    app.clock.set("2026-03-11T09:00:00Z".parse().unwrap());
    let hr = app.as_hr();
    let gone = hr.delete(&format!("{members}/{mira}")).await.assert_ok().json();
    assert_eq!(gone["impact"][0]["minutes_after"], 2 * 360 + 3 * 480);
    assert_eq!(minutes(&app, "2026-03-09", "2026-03-13").await, [360, 360, 480, 480, 480]);
    let shown = hr.get(&format!("/api/v1/groups/{group}")).await.assert_ok().json();
    assert_eq!(shown["members"], json!([]), "lists show the members of today");
    // In again on the same day: she was never away.
    hr.json(Method::POST, &members, who).await.assert_ok();
    assert_eq!(charged(&app, &leave).await, 1800);
    let stays: i64 = app.read(|rx| rx.scalar("SELECT count(*) FROM group_stays", ()));
    assert_eq!(stays, 1);
}

#[tokio::test]
async fn hours_of_a_department_count_for_the_days_on_which_somebody_was_in_it() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let record = format!("/api/v1/employees/{}", app.people.employee.employee);
    let leave = approved(&app, with_leave(&app).vacation, "2026-03-09", "2026-03-13").await;
    let whole = post(&hr, "/api/v1/departments", json!({"name": "Whole", "code": "W"})).await["id"].clone();
    let part = post(&hr, "/api/v1/departments", json!({"name": "Part", "code": "P"})).await["id"].clone();
    short_hours(&hr, ("department", &whole)).await;
    let moved = json!({"department_id": whole, "effective_on": "2026-03-12"});
    let moved = hr.json(Method::PATCH, &record, moved).await.assert_ok().json();
    assert_eq!(moved["impact"][0]["minutes_after"], 3 * 480 + 2 * 360);
    assert_eq!(minutes(&app, "2026-03-10", "2026-03-13").await, [480, 480, 360, 360]);

    // From Wednesday on in a department that is on its own, and then becomes a part of the other.
    let moved = json!({"department_id": part, "effective_on": "2026-03-11"});
    hr.json(Method::PATCH, &record, moved).await.assert_ok();
    let moved = json!({"department_id": part, "effective_on": "2026-03-12"});
    hr.json(Method::PATCH, &record, moved).await.assert_ok();
    assert_eq!(charged(&app, &leave).await, 2400);
    let unit = format!("/api/v1/departments/{part}");
    let above = json!({"parent_id": whole});
    let dry = hr.json(Method::PATCH, &format!("{unit}?dry_run=true"), above.clone()).await.assert_ok().json();
    assert_eq!(dry["impact"][0]["minutes_after"], 2 * 480 + 3 * 360);
    assert_eq!(charged(&app, &leave).await, 2400);
    let page = format!("/people/organization/departments/{part}");
    let form = |confirmed: String| {
        [
            ("name", "Part".to_owned()),
            ("code", "P".to_owned()),
            ("parent_id", whole.to_string()),
            ("confirmed", confirmed),
        ]
    };
    let asked = hr.post(&page, form(String::new())).await.assert_ok().assert_contains("Mira Castell").text();
    hr.post(&page, form(mark(&asked))).await.assert_status(303);
    assert_eq!(charged(&app, &leave).await, 2 * 480 + 3 * 360);
}

#[tokio::test]
async fn a_location_that_moves_to_another_entity_asks_first() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let record = format!("/api/v1/employees/{}", app.people.employee.employee);
    let leave = approved(&app, with_leave(&app).vacation, "2026-03-09", "2026-03-13").await;
    let here = post(&hr, "/api/v1/entities", json!({"name": "Here", "code": "H"})).await["id"].clone();
    let there = post(&hr, "/api/v1/entities", json!({"name": "There", "code": "T"})).await["id"].clone();
    let feast = json!({"name": "Feast", "start_date": "2026-03-11", "scope": "entity", "entity_id": there});
    post(&hr, "/api/v1/leave/holidays", feast).await;
    let site = json!({"entity_id": here, "name": "Site", "code": "S", "time_zone": "Europe/Berlin"});
    let site = post(&hr, "/api/v1/locations", site).await["id"].clone();
    hr.json(Method::PATCH, &record, json!({"location_id": site})).await.assert_ok();
    let path = format!("/api/v1/locations/{site}");
    let moves = json!({"entity_id": there});
    let dry = hr.json(Method::PATCH, &format!("{path}?dry_run=true"), moves.clone()).await.assert_ok().json();
    assert_eq!((&dry["impact"][0]["request_id"], &dry["impact"][0]["minutes_after"]), (&leave, &json!(1920)));
    let seen = dry["mark"].as_str().unwrap().to_owned();
    // What was confirmed is another list: refused, and nothing is written.
    hr.json(Method::PATCH, &format!("{path}?confirmed=0000"), moves.clone()).await.assert_status(409);
    assert_eq!(charged(&app, &leave).await, 2400);
    hr.json(Method::PATCH, &format!("{path}?confirmed={seen}"), moves).await.assert_ok();
    assert_eq!(charged(&app, &leave).await, 1920);
}

#[tokio::test]
async fn from_the_page_that_asks_one_comes_back_to_the_form_as_it_was_filled_in() {
    let app = TestApp::new();
    let hr = app.as_hr();
    approved(&app, with_leave(&app).vacation, "2026-04-20", "2026-04-24").await;
    let form = [("name", "Town fair"), ("start_date", "2026-04-22"), ("kind", "full")];
    let asked = hr.post("/people/holidays/new", form).await.assert_ok().text();
    let (_, after) = asked.split_once("<button class=\"btn\" name=\"").unwrap();
    let button = after.split_once('"').unwrap().0;
    let back = [form[0], form[1], form[2], ("confirmed", "x"), (button, "1")];
    let page = hr.post("/people/holidays/new", back).await.assert_ok();
    page.assert_contains("value=\"Town fair\"").assert_contains("value=\"2026-04-22\"");
    let none = hr.get("/api/v1/leave/holidays?from=2026-04-22&to=2026-04-22").await.json();
    assert_eq!(none["total"], 0);
}

#[tokio::test]
async fn a_removed_working_week_is_brought_back_on_the_page() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let mira = app.people.employee.employee;
    let new = json!({"employee_id": mira, "effective_on": "2026-04-06", "weeks": [{"mon": 240}]});
    let week = post(&hr, "/api/v1/schedules", new).await["id"].clone();
    let path = format!("/people/{mira}/weeks/{week}");
    hr.post(&format!("{path}/remove"), [("", ""); 0]).await.assert_redirect(&format!("/people/{mira}"));
    assert_eq!(minutes(&app, "2026-04-06", "2026-04-06").await, [480]);
    hr.get(&format!("/people/{mira}")).await.assert_ok().assert_contains(&format!("{path}/restore"));
    app.as_employee().get(&format!("/people/{mira}")).await.assert_ok().assert_lacks("/restore");
    let stranger = app.people.other.employee;
    hr.post(&format!("/people/{stranger}/weeks/{week}/restore"), [("", ""); 0]).await.assert_status(404);
    hr.post(&format!("{path}/restore"), [("", ""); 0]).await.assert_redirect(&format!("/people/{mira}"));
    assert_eq!(minutes(&app, "2026-04-06", "2026-04-07").await, [240, 0]);
}

#[tokio::test]
async fn an_imported_substitute_and_the_own_rule_do_not_count_twice() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let entity = post(&hr, "/api/v1/entities", json!({"name": "Nord Inc", "code": "N", "country": "US"})).await;
    let place = json!({
        "entity_id": entity["id"], "name": "Boston", "code": "B", "time_zone": "America/New_York",
        "holiday_on_free_day": "next_working_day", "free_day_from": "2026-01-01",
    });
    let place = post(&hr, "/api/v1/locations", place).await["id"].clone();
    let record = format!("/api/v1/employees/{}", app.people.employee.employee);
    hr.json(Method::PATCH, &record, json!({"location_id": place, "effective_on": "2026-01-01"})).await.assert_ok();
    let wanted = json!({"country": "US", "years": [2026], "location_id": place});
    hr.json(Method::POST, "/api/v1/leave/holidays/import", wanted).await.assert_ok();
    let days = hr.get(&format!("{record}/schedule?from=2026-07-03&to=2026-07-06")).await.assert_ok().json();
    let free: Vec<bool> =
        days["items"].as_array().unwrap().iter().map(|day| day["working_minutes"] == json!(0)).collect();
    assert_eq!(free, [true, true, true, false], "Friday the 3rd stands for Saturday the 4th; Monday is worked");
}

#[tokio::test]
async fn an_estimated_date_that_turned_out_another_moves_and_half_days_are_chosen() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let path = "/api/v1/leave/holidays/import";
    let wanted = json!({"country": "AE", "years": [2030], "names": "english"});
    let first = hr.json(Method::POST, path, wanted.clone()).await.assert_ok().json();
    let eid = first["holidays"].as_array().unwrap().iter().find(|one| one["estimated"] == json!(true)).unwrap();
    // As an older pack had it, a fortnight off.
    let (id, on): (i64, Date) = (eid["id"].as_i64().unwrap(), eid["start_date"].as_str().unwrap().parse().unwrap());
    let was = ahead(on, -14).to_string();
    app.arrange(move |tx| tx.run("UPDATE holidays SET start_date = ?2, end_date = ?2 WHERE id = ?1", (id, was)));
    let again = hr.json(Method::POST, path, wanted.clone()).await.assert_ok().json();
    let moved = &again["holidays"][0];
    assert_eq!((&again["created"], &moved["id"], &moved["start_date"]), (&json!(1), &json!(id), &json!(on)));
    let all = hr.get("/api/v1/leave/holidays?from=2030-01-01&to=2030-12-31").await.json();
    assert_eq!(all["total"], first["created"], "none stands beside it");
    assert_eq!(hr.json(Method::POST, path, wanted).await.assert_ok().json()["created"], 0);

    // Half days are entered where they are named.
    let half = |dates: Value| json!({"country": "TR", "years": [2026], "dates": dates});
    let whole = hr.json(Method::POST, path, half(Value::Null)).await.assert_ok().json();
    assert!(whole["holidays"].as_array().unwrap().iter().all(|one| one["half"].is_null()));
    let one = hr.json(Method::POST, path, half(json!(["2026-10-28"]))).await.assert_ok().json();
    assert_eq!((&one["created"], &one["holidays"][0]["half"]), (&json!(1), &json!("afternoon")));
}

#[derive(Clone, Debug)]
enum Step {
    /// Mira's first day, so many days before today's.
    FirstDay(i64),
    /// To this location (or none) from so many days after 2 March on.
    Moves(Option<usize>, i64),
    /// The clock, and what it brings.
    Days(i64),
    /// A holiday at this location, on the nth day after 2 March.
    Holiday(usize, i64),
    /// The first location belongs to this entity.
    Entity(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0i64..700).prop_map(Step::FirstDay),
        (proptest::option::weighted(0.8, 0usize..2), -20i64..40).prop_map(|(place, on)| Step::Moves(place, on)),
        (0i64..12).prop_map(Step::Days),
        (0usize..2, -5i64..30).prop_map(|(place, on)| Step::Holiday(place, on)),
        (0usize..2).prop_map(Step::Entity),
    ]
}

const MONDAY: Date = date(2026, 3, 2);

fn holiday(scope: HolidayScope, on: Date) -> HolidayFacts {
    HolidayFacts {
        name: "Feast".into(),
        start_date: on,
        end_date: on,
        half: None,
        scope,
        entity_id: None,
        location_id: None,
        working: false,
        estimated: false,
        source: String::new(),
        observed_for: None,
    }
}

/// Two entities with a holiday each, and a location in each.
fn places(app: &TestApp) -> ([steward::ids::EntityId; 2], [LocationId; 2]) {
    app.act(app.people.hr, |tx, actor| {
        let mut entities = Vec::new();
        let mut sites = Vec::new();
        for (number, code) in ["A", "B"].into_iter().enumerate() {
            let facts = entity::EntityFacts { name: code.into(), code: code.into(), country: "DE".into() };
            let entity_id = entity::create(tx, actor, facts)?;
            let on = ahead(MONDAY, i64::try_from(number).unwrap() + 9);
            let facts = HolidayFacts { entity_id: Some(entity_id), ..holiday(HolidayScope::Entity, on) };
            holidays::create(tx, actor, facts)?;
            let facts = location::LocationFacts {
                entity_id,
                name: code.into(),
                code: format!("L{code}"),
                time_zone: "Europe/Berlin".into(),
                country: String::new(),
                region: String::new(),
                address: String::new(),
                holiday_on_free_day: steward::time::FreeDayRule::Nothing,
                free_day_from: None,
                lieu_expires_months: None,
            };
            sites.push(location::create(tx, actor, facts)?);
            entities.push(entity_id);
        }
        Ok(([entities[0], entities[1]], [sites[0], sites[1]]))
    })
    .unwrap()
}

fn take(app: &TestApp, mira: EmployeeId, step: &Step, entities: [steward::ids::EntityId; 2], sites: [LocationId; 2]) {
    let done = match step.clone() {
        Step::FirstDay(days) => app.act(app.people.hr, move |tx, actor| {
            let earlier = |facts: &mut people::Facts| facts.join_date = facts.join_date.min(ahead(MONDAY, -days));
            people::update(tx, actor, mira, earlier).map(drop)
        }),
        Step::Moves(place, on) => app.act(app.people.hr, move |tx, actor| {
            let moves = |facts: &mut people::Facts| facts.location_id = place.map(|at| sites[at]);
            employee::update_touching(tx, actor, mira, Some(ahead(MONDAY, on)), moves).map(drop)
        }),
        Step::Days(days) => {
            app.clock.advance(SignedDuration::from_hours(24 * days));
            app.act(app.people.hr, |tx, actor| {
                employee::changes::settle_everybody(tx, actor)?;
                audited(tx, actor)
            })
        }
        Step::Holiday(place, on) => app.act(app.people.hr, move |tx, actor| {
            let facts = holiday(HolidayScope::Location, ahead(MONDAY, on));
            holidays::create(tx, actor, HolidayFacts { location_id: Some(sites[place]), ..facts }).map(drop)
        }),
        Step::Entity(to) => app.act(app.people.hr, move |tx, actor| {
            location::update(tx, actor, sites[0], |facts| facts.entity_id = entities[to])?;
            audited(tx, actor)
        }),
    };
    done.unwrap();
}

/// An act that may have had nothing to do still says that it was done.
fn audited(tx: &mut steward::storage::Tx<'_>, actor: &steward::auth::Actor) -> steward::error::Result<()> {
    steward::audit::record(tx, actor, steward::audit::Entry::new("test.done")).map(drop)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.min(16).max(ProptestConfig::default().cases / 16), ..ProptestConfig::default() })]

    #[test]
    fn whatever_moved_the_books_say_what_a_fresh_count_says(steps in proptest::collection::vec(step(), 1..8)) {
        let app = TestApp::new();
        let mira = app.people.employee.employee;
        let kinds = with_leave(&app);
        let (entities, sites) = places(&app);
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            for (first, last) in [("2026-03-05", "2026-03-06"), ("2026-03-10", "2026-03-13"), ("2026-03-23", "2026-03-27")] {
                approved(&app, kinds.vacation, first, last).await;
            }
        });
        for step in &steps {
            take(&app, mira, step, entities, sites);
            let fresh = app.act(app.people.hr, |tx, actor| {
                let all = Period::new(date(2025, 1, 1), date(2027, 12, 31)).unwrap();
                let touched = leave::recount(tx, actor, &Change::new(all, Whose::Everybody, "Fresh.".into()))?;
                audited(tx, actor)?;
                Ok(touched)
            });
            prop_assert_eq!(fresh.unwrap(), Vec::new(), "after {:?}", step);
        }
        // And the ledger is the sum of what the requests charge.
        let (ledger, requests): (i64, i64) = app.read(|rx| Ok((
            rx.scalar("SELECT -coalesce(sum(minutes), 0) FROM leave_ledger WHERE kind IN ('taken', 'reversal')", ())?,
            rx.scalar("SELECT coalesce(sum(minutes), 0) FROM leave_requests", ())?,
        )));
        prop_assert_eq!(ledger, requests);
    }
}
