//! What Steward holds of a person, handed over as one archive, and erased when they have left.

use std::io::Read as _;

use axum::body::Body;
use axum::http::Method;
use jiff::SignedDuration;
use jiff::civil::date;
use serde_json::{Value, json};
use steward::approvals::{self, Kind, New};
use steward::error::Msg;
use steward::leave;
use steward::people;
use steward::storage::audit::{self, Chain};

use crate::support::{Client, TestApp};

/// The texts of an archive, by name.
fn unpacked(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    (0..zip.len())
        .map(|at| {
            let mut file = zip.by_index(at).unwrap();
            let mut content = Vec::new();
            file.read_to_end(&mut content).unwrap();
            (file.name().unwrap().into_owned(), content)
        })
        .collect()
}

/// Mira with something in every room; answers her number of ledger rows and minutes.
async fn furnish(app: &TestApp) {
    let mira = app.people.employee;
    let id = mira.employee;
    let me = app.as_employee();
    let personal = json!({
        "private_email": "mira@home.test", "home_address": "Elbchaussee 1", "birthday": "1990-03-14",
        "emergency_name": "Juri Castell",
    });
    me.json(Method::PATCH, &format!("/api/v1/employees/{id}/personal"), personal).await.assert_ok();
    let bank = json!({ "iban": "DE89370400440532013000", "legal_name": "Miroslava Castell" });
    app.as_hr().json(Method::PATCH, &format!("/api/v1/employees/{id}/personal"), bank).await.assert_ok();
    me.json(Method::PATCH, &format!("/api/v1/employees/{id}/personal"), json!({ "bic": "COBADEFF" })).await;
    let path = format!("/api/v1/employees/{id}/photo");
    let photo = Body::from(crate::personal::picture());
    me.clone().send(Method::PUT, &path, Some("image/jpeg"), photo).await.assert_status(204);
    let kinds = app.arrange(|tx| {
        leave::seed_types(tx, &steward::auth::Actor::command_line(jiff::tz::TimeZone::UTC))?;
        Ok((leave::types::preset(tx, "unpaid")?.id, leave::types::preset(tx, "vacation")?.id))
    });
    let wanted = json!({
        "leave_type_id": kinds.0, "start_date": "2026-04-13", "end_date": "2026-04-14",
        "start_part": "full_day", "end_part": "full_day", "reason": "My divorce",
    });
    me.json(Method::POST, "/api/v1/leave/requests", wanted).await.assert_status(201);
    let credit = json!({
        "employee_id": id, "leave_type_id": kinds.1, "minutes": 480, "effective_on": "2026-03-01",
        "reason": "After her operation",
    });
    // A task of Mira's first weeks that HR did, and asked approval for.
    let doer = app.people.hr.employee;
    app.act(app.people.hr, move |tx, actor| {
        let title = Msg::new("Onboarding of {0}: “{1}”").arg("Mira Castell").arg("Laptop");
        approvals::open(tx, actor, New::of(Kind::Task, 99, doer, title).about(id))
    })
    .unwrap();
    app.as_hr().json(Method::POST, "/api/v1/leave/balances/adjust", credit).await.assert_status(201);
}

async fn leaves(app: &TestApp, who: steward::ids::EmployeeId) {
    app.act(app.people.hr, move |tx, actor| people::update(tx, actor, who, |f| f.leave_date = Some(date(2026, 3, 31))))
        .unwrap();
    app.clock.advance(SignedDuration::from_hours(24 * 31));
}

fn hr_again(app: &TestApp) -> Client {
    app.as_hr()
}

#[tokio::test]
async fn everything_that_is_held_comes_as_one_archive_to_the_person_and_hr_alone() {
    let app = TestApp::new();
    furnish(&app).await;
    let id = app.people.employee.employee;
    let path = format!("/api/v1/employees/{id}/data-export");
    let answer = app.as_employee().get(&path).await.assert_ok();
    assert_eq!(answer.header("content-type"), "application/zip");
    let files = unpacked(&answer.bytes);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["data.json", "files/photo.jpeg"]);
    let data: Value = serde_json::from_slice(&files[0].1).unwrap();
    for room in ["record", "login", "notices", "approvals", "leave", "overtime", "onboarding", "audit"] {
        assert!(data.get(room).is_some(), "{room}");
    }
    let text = data.to_string();
    for held in
        ["Elbchaussee 1", "DE89370400440532013000", "My divorce", "After her operation", "COBADEFF", "personal.updated"]
    {
        assert!(text.contains(held), "{held}");
    }
    let hash: String = app.read(move |rx| rx.scalar("SELECT password_hash FROM users WHERE employee_id = ?1", [id]));
    assert!(!text.contains(&hash), "no secret is handed out");
    assert!(!text.contains("Otto Lind"), "nothing of others");
    // The page does the same; strangers get nothing.
    let page = app.as_employee().post("/account/data", [("", "")]).await.assert_ok();
    assert!(unpacked(&page.bytes).len() == 2);
    app.as_hr().post(&format!("/people/{id}/data"), [("", "")]).await.assert_ok();
    for stranger in [app.as_manager(), app.as_other(), app.as_admin()] {
        stranger.get(&path).await.assert_status(403);
    }
    app.as_hire().get(&path).await.assert_status(404);
    app.as_hire().get(&format!("/api/v1/employees/{}/data-export", app.people.hire.employee)).await.assert_ok();
    let written: i64 =
        app.read(|rx| rx.scalar("SELECT count(*) FROM audit_log WHERE action = 'personal.exported'", ()));
    assert_eq!(written, 4);
    app.as_employee().get(&path).await;
    app.as_employee().get(&path).await.assert_status(429);
}

#[tokio::test]
async fn who_still_works_here_or_is_held_is_not_erased() {
    let app = TestApp::new();
    let (id, hr) = (app.people.employee.employee, app.as_hr());
    let erase = |client: Client, number: &'static str| async move {
        client.json(Method::POST, &format!("/api/v1/employees/{id}/erase"), json!({ "number": number })).await
    };
    erase(hr.clone(), "3").await.assert_status(409).assert_contains("has not left");
    for stranger in [app.as_manager(), app.as_admin(), app.as_employee(), app.as_other()] {
        erase(stranger, "3").await.assert_status(403);
    }
    leaves(&app, id).await;
    let hr = hr_again(&app);
    erase(hr.clone(), "4").await.assert_invalid("number");
    let hold = format!("/api/v1/employees/{id}/hold");
    hr.json(Method::POST, &hold, json!({ "reason": " " })).await.assert_invalid("reason");
    hr.json(Method::POST, &hold, json!({ "reason": "A dispute" })).await.assert_status(204);
    erase(hr.clone(), "3").await.assert_status(409).assert_contains("A dispute");
    hr.get(&format!("/people/{id}/erase"))
        .await
        .assert_ok()
        .assert_contains("A dispute")
        .assert_contains("Lift the hold");
    hr.get("/people/retention").await.assert_contains("Mira Castell");
    hr.delete(&hold).await.assert_status(204);
    erase(hr, "3").await.assert_ok();
}

#[tokio::test]
async fn erasing_takes_every_word_and_leaves_every_sum() {
    let app = TestApp::new();
    furnish(&app).await;
    let id = app.people.employee.employee;
    leaves(&app, id).await;
    let sums = |app: &TestApp| {
        app.read(move |rx| {
            let minutes: i64 =
                rx.scalar("SELECT coalesce(sum(minutes), 0) FROM leave_ledger WHERE employee_id = ?1", [id])?;
            let rows: i64 = rx.scalar("SELECT count(*) FROM leave_ledger WHERE employee_id = ?1", [id])?;
            let entries: i64 = rx.scalar("SELECT count(*) FROM audit_log", ())?;
            Ok((minutes, rows, entries))
        })
    };
    let before = sums(&app);
    let hr = app.as_hr();
    let page = hr.get(&format!("/people/{id}/erase")).await.assert_ok();
    page.assert_contains("Former employee 3").assert_contains("Erase for good");
    hr.post(&format!("/people/{id}/erase"), [("number", "nope")]).await.assert_invalid("number");
    hr.post(&format!("/people/{id}/erase"), [("number", "3")]).await.assert_redirect(&format!("/people/{id}/erase"));
    let after = sums(&app);
    assert_eq!((before.0, before.1), (after.0, after.1), "no figure changes");
    assert!(after.2 > before.2, "nothing is taken out of the log");

    let words = [
        "Mira",
        "Castell",
        "employee@nordlicht",
        "mira@home",
        "Elbchaussee",
        "DE8937",
        "COBADEFF",
        "divorce",
        "operation",
        "Juri",
        "…3000",
    ];
    for table in [
        "employees",
        "employee_personal",
        "profile_changes",
        "employee_search",
        "users",
        "sessions",
        "approvals",
        "approval_steps",
        "leave_requests",
        "leave_ledger",
        "audit_log",
    ] {
        let rows = app.read(move |rx| {
            let of = match table {
                "employees" => "id = 3".to_owned(),
                "employee_search" => "rowid = 3".to_owned(),
                "users" => "employee_id = 3".to_owned(),
                "sessions" => "user_id = (SELECT id FROM users WHERE employee_id = 3)".to_owned(),
                "approvals" => "requester_id = 3 OR about_id = 3".to_owned(),
                "audit_log" => "subject_kind IN ('employee', 'employee_personal', 'profile', 'leave', 'leave_request') AND subject_id IN (1, 3) AND id < (SELECT max(id) FROM audit_log)".to_owned(),
                "approval_steps" => "approval_id IN (SELECT id FROM approvals WHERE requester_id = 3)".to_owned(),
                _ => "employee_id = 3".to_owned(),
            };
            rx.json(&format!("SELECT * FROM {table} /* whole table */ WHERE {of}"), ())
        });
        let text = Value::from(rows).to_string();
        for word in words {
            assert!(!text.contains(word), "{table} still says {word}: {text}");
        }
    }
    for chain in Chain::ALL {
        assert!(app.read(move |rx| audit::verify(rx, chain, None)).fault.is_none(), "the chain is whole");
    }
    hr.get(&format!("/people/{id}")).await.assert_ok().assert_contains("Former employee 3");
    hr.get(&format!("/people/{id}/photo")).await.assert_status(404);
    let mut gone = app.anonymous();
    gone.submit("/sign-in", [("email", "employee@nordlicht.test"), ("password", crate::support::PASSWORD)]).await;
    gone.get("/").await.assert_status(303);
    // The sealed photo goes in a week.
    app.clock.advance(SignedDuration::from_hours(24 * 8));
    let org = app.org();
    assert!(crate::support::aside(|| org.vault().sweep(&org.db)).unwrap() >= 1);
}

#[tokio::test]
async fn the_policy_erases_by_night_once_and_never_what_is_kept_or_held() {
    let app = TestApp::new();
    furnish(&app).await;
    let id = app.people.employee.employee;
    let hr = app.as_hr();
    hr.json(Method::PUT, "/api/v1/retention", json!({ "photo": 121 })).await.assert_invalid("photo");
    app.as_admin().json(Method::PUT, "/api/v1/retention", json!({})).await.assert_status(403);
    let policy = json!({ "photo": 0, "bank": 6 });
    hr.json(Method::PUT, "/api/v1/retention", policy).await.assert_ok();
    hr.get("/people/retention").await.assert_ok().assert_contains("value=\"6\"");
    leaves(&app, id).await;
    let erased = |app: &TestApp| -> Vec<String> {
        app.read(|rx| rx.all("SELECT kind FROM erasures ORDER BY kind", (), |row| row.get(0)))
    };
    let acts = |app: &TestApp| -> i64 {
        app.read(|rx| rx.scalar("SELECT count(*) FROM audit_log WHERE action = 'employee.erased'", ()))
    };
    app.act(app.people.hr, move |tx, actor| people::retention::put_hold(tx, actor, id, "A dispute")).unwrap();
    night(&app).await;
    assert!(erased(&app).is_empty(), "held");
    app.act(app.people.hr, move |tx, actor| people::retention::lift_hold(tx, actor, id)).unwrap();
    night(&app).await;
    assert_eq!((erased(&app), acts(&app)), (vec!["photo".to_owned()], 1));
    night(&app).await;
    assert_eq!(acts(&app), 1, "once");
    app.clock.advance(SignedDuration::from_hours(24 * 185));
    night(&app).await;
    assert_eq!(erased(&app), ["bank", "photo"]);
    let (iban, name): (String, String) = app.read(move |rx| {
        rx.get("SELECT iban, legal_name FROM employee_personal WHERE employee_id = ?1", [id], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
    });
    assert_eq!((iban.as_str(), name.as_str()), ("", "Miroslava Castell"), "what is kept stays");
    assert_eq!(app.read(move |rx| people::get(rx, id)).name(), "Mira Castell");
}

#[tokio::test]
async fn what_a_policy_takes_tonight_is_shown_before_it_is_set() {
    let app = TestApp::new();
    furnish(&app).await;
    let (id, other) = (app.people.employee.employee, app.people.other.employee);
    leaves(&app, id).await;
    leaves(&app, other).await;
    let hr = app.as_hr();
    let preview = "/api/v1/retention/preview";
    app.as_admin().json(Method::POST, preview, json!({ "photo": 0 })).await.assert_status(403);
    hr.json(Method::POST, preview, json!({ "photo": 121 })).await.assert_invalid("photo");
    let seen = hr.json(Method::POST, preview, json!({ "photo": 0, "bank": 60 })).await.assert_ok().json();
    assert_eq!(
        seen,
        json!({
            "people": [{ "id": id, "name": "Mira Castell" }],
            "kinds": [{ "kind": "photo", "count": 1, "people": 1 }],
        })
    );
    let all = hr.json(Method::POST, preview, json!({ "photo": 0, "contact": 0 })).await.json();
    assert_eq!(all["people"].as_array().unwrap().len(), 2, "{all}");

    // The page shows the same and saves nothing; its button does.
    let page = hr.post("/people/retention", [("photo", "0"), ("contact", "")]).await.assert_ok();
    page.assert_contains("Mira Castell").assert_contains("of 1 person").assert_contains("Nothing is saved yet");
    assert_eq!(hr.get("/api/v1/retention").await.json()["photo"], json!(null));
    hr.post("/people/retention", [("photo", "0"), ("seen", "true")]).await.assert_redirect("/people/retention");
    assert_eq!(hr.get("/api/v1/retention").await.json()["photo"], 0);
    // What the policy takes already is not shown again; nor is who is held.
    hr.post("/people/retention", [("photo", "0"), ("bank", "120")]).await.assert_redirect("/people/retention");
    app.act(app.people.hr, move |tx, actor| people::retention::put_hold(tx, actor, id, "A dispute")).unwrap();
    let held = hr.json(Method::POST, preview, json!({ "photo": 0, "bank": 0 })).await.json();
    assert_eq!(held, json!({ "people": [], "kinds": [] }));
}

#[tokio::test]
async fn the_log_forgets_the_words_about_working_weeks_and_fields_and_the_names_of_whoever_acted() {
    let app = TestApp::new();
    let id = app.people.employee.employee;
    let week = json!({ "employee_id": id, "effective_on": "2026-03-16", "week": { "mon": 240, "tue": 240 } });
    app.as_hr().json(Method::POST, "/api/v1/schedules", week).await.assert_status(201);
    app.arrange(move |tx| {
        let actor = steward::auth::Actor::command_line(jiff::tz::TimeZone::UTC);
        let entry = steward::audit::Entry::new("employee.fields_updated").on("employee_fields", id);
        steward::audit::record(tx, &actor, entry.change("custom.shirt", "M", "XL")).map(drop)
    });
    let me = app.as_employee();
    me.json(Method::PATCH, &format!("/api/v1/employees/{id}/personal"), json!({ "private_phone": "040 1" })).await;
    leaves(&app, id).await;
    let by = format!("/api/v1/audit-log?user_id={}", app.people.employee.user);
    app.as_admin().get(&by).await.assert_contains("Mira Castell");
    let hr = app.as_hr();
    hr.json(Method::POST, &format!("/api/v1/employees/{id}/erase"), json!({ "number": "3" })).await.assert_ok();
    let left: Vec<String> = app.read(|rx| {
        rx.all(
            "SELECT action FROM audit_log /* whole table */ WHERE subject_kind IN ('schedule', 'employee_fields')
               AND payload IS NOT NULL AND subject_id IN (SELECT id FROM employee_schedules WHERE employee_id = 3 UNION SELECT 3)",
            (),
            |row| row.get(0),
        )
    });
    assert!(left.is_empty(), "{left:?}");
    for path in [by.as_str(), "/admin/audit"] {
        let log = app.as_admin().get(path).await.assert_ok();
        log.assert_contains("Former employee 3").assert_lacks("Mira Castell");
    }
}

#[tokio::test]
async fn the_archive_tells_what_hr_did_but_not_from_where() {
    let app = TestApp::new();
    furnish(&app).await;
    let id = app.people.employee.employee;
    let answer = app.as_employee().get(&format!("/api/v1/employees/{id}/data-export")).await.assert_ok();
    let data: Value = serde_json::from_slice(&unpacked(&answer.bytes)[0].1).unwrap();
    let entries = data["audit"]["about"].as_array().unwrap();
    let (mut own, mut of_others) = (0, 0);
    for entry in entries {
        let payload: Value = serde_json::from_str(entry["payload"].as_str().unwrap()).unwrap();
        let actor = &payload["actor"];
        if actor["user_id"] == json!(app.people.hr.user) {
            of_others += 1;
            assert!(actor.get("address").is_none() && actor.get("session_id").is_none(), "{actor}");
        } else if actor["user_id"] == json!(app.people.employee.user) {
            own += 1;
            assert!(!actor["session_id"].is_null(), "{actor}");
        }
    }
    assert!(own > 0 && of_others > 0, "{entries:?}");
    let folder = app.org().dir.join("tmp");
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0, "nothing of it stays on the disk");
}

/// A day and its night pass.
async fn night(app: &TestApp) {
    app.clock.advance(SignedDuration::from_hours(24));
    app.app.clockwork.tick().await;
    app.app.clockwork.tick().await;
}
