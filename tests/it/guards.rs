//! Ways round a promise that were found once and are closed: each is walked here, and must stay closed.

use axum::body::Body;
use axum::http::Method;
use serde_json::json;
use steward::auth::links::{self, Kind};
use steward::auth::{Role, user};
use steward::people;

use crate::auth_links::second_organization;
use crate::leave_api::with_leave;
use crate::overtime_requests::{company, sent, wish};
use crate::support::{PASSWORD, Person, TestApp};

/// Makes this person an admin.
async fn promote(app: &TestApp, who: Person) {
    let body = json!({ "roles": ["employee", "admin"] });
    app.as_admin().json(Method::PATCH, &format!("/api/v1/users/{}", who.user), body).await.assert_ok();
}

fn mails_to(app: &TestApp, address: &str) -> i64 {
    let like = format!("%{address}%");
    app.read(move |rx| rx.scalar("SELECT count(*) FROM outbox WHERE kind = 'mail' AND payload LIKE ?1", [like]))
}

#[tokio::test]
async fn hr_does_not_get_an_admins_login_by_changing_its_address() {
    let app = TestApp::new();
    promote(&app, app.people.manager).await;
    let path = format!("/api/v1/employees/{}", app.people.manager.employee);
    let hr = app.as_hr();
    hr.json(Method::PATCH, &path, json!({ "email": "mine@elsewhere.test" })).await.assert_status(403);
    // Everything else of the record stays HR's, and so does how an address is written.
    hr.json(Method::PATCH, &path, json!({ "position": "Head of IT", "email": "Manager@nordlicht.test" }))
        .await
        .assert_ok();
    let csv = "number,email\n2,mine@elsewhere.test\n";
    let import = async |query: &str| {
        let path = format!("/api/v1/employees/import{query}");
        app.as_hr().send(Method::POST, &path, Some("text/csv"), Body::from(csv)).await
    };
    let tried = import("?dry_run=true").await.assert_ok().json();
    assert_eq!(tried["errors"][0]["column"], "email", "{tried}");
    import("").await.assert_status(422);
    let kept = app.as_hr().get(&path).await.assert_ok().json();
    assert_eq!(kept["email"], "Manager@nordlicht.test");
}

#[tokio::test]
async fn a_changed_address_ends_links_and_is_told_to_the_old_one() {
    let app = TestApp::new();
    let (org, who) = (app.org(), app.people.employee);
    let link = app.arrange(move |tx| links::issue(tx, &org, who.user, Kind::PasswordReset)).path(&app.org());
    app.anonymous().get(&link).await.assert_ok();
    let path = format!("/api/v1/employees/{}", who.employee);
    app.as_hr().json(Method::PATCH, &path, json!({ "email": "mira@nordlicht.test" })).await.assert_ok();
    app.anonymous().get(&link).await.assert_redirect("/forgot-password");
    assert_eq!(mails_to(&app, "\"to\":\"employee@nordlicht.test\""), 1);
    let form = [("email", "mira@nordlicht.test"), ("password", PASSWORD)];
    app.anonymous().post("/sign-in", form).await.assert_redirect("/");
}

#[tokio::test]
async fn the_last_admin_who_can_sign_in_stays() {
    let app = TestApp::new();
    promote(&app, app.people.other).await;
    let (admin, other) = (app.people.admin, app.people.other);
    app.act(other, move |tx, actor| user::set_roles(tx, actor, admin.user, [Role::Employee].into_iter().collect()))
        .unwrap();
    // An admin who was invited and never came is nobody to rely on.
    let ana = app.person("Ana", "Ribeiro");
    app.act(other, move |tx, actor| user::set_roles(tx, actor, ana.user, [Role::Admin].into_iter().collect())).unwrap();
    let path = format!("/api/v1/employees/{}", other.employee);
    let hr = app.as_hr();
    hr.delete(&path).await.assert_status(409);
    hr.json(Method::PATCH, &path, json!({ "leave_date": "2026-03-01" })).await.assert_status(409);
    hr.json(Method::PATCH, &path, json!({ "leave_date": "2026-06-30" })).await.assert_ok();
    let manager = app.people.manager;
    app.act(other, move |tx, actor| user::set_roles(tx, actor, manager.user, [Role::Admin].into_iter().collect()))
        .unwrap();
    hr.delete(&path).await.assert_status(204);
}

#[tokio::test]
async fn no_secret_is_kept_for_a_repeat() {
    let app = TestApp::new();
    let client = app.as_employee().header("idempotency-key", "k-1");
    let body = json!({ "name": "script", "scope": "read", "days": 30 });
    let made = client.json(Method::POST, "/api/v1/auth/tokens", body.clone()).await.assert_status(201).json();
    let kept = app.read(|rx| rx.scalar::<i64>("SELECT count(status) FROM idempotency_keys", ()));
    assert_eq!(kept, 0, "{made}");
    // Twice is not done twice all the same.
    client.json(Method::POST, "/api/v1/auth/tokens", body).await.assert_status(409);
    let tokens = app.as_employee().get("/api/v1/auth/tokens").await.assert_ok().json();
    assert_eq!(tokens["total"], 1);
}

#[tokio::test]
async fn a_key_does_not_lift_the_limit_of_a_body() {
    let app = TestApp::new();
    let body = format!("{{\"reason\": \"{}\"}}", "x".repeat(1 << 20));
    let mut client = app.as_hr().header("idempotency-key", "k-1");
    let answer = client.send(Method::POST, "/api/v1/leave/types", Some("application/json"), Body::from(body)).await;
    assert_eq!(answer.assert_status(413).json()["code"], "too_large");
}

#[tokio::test]
async fn nobody_approves_what_they_have_not_seen() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let (mira, jonas) = (app.as_employee(), app.as_manager());
    let wish = json!({ "leave_type_id": kinds.vacation, "start_date": "2026-03-12", "end_date": "2026-03-12" });
    let made = mira.json(Method::POST, "/api/v1/leave/requests", wish).await.assert_status(201).json();
    let (path, approval) = (format!("/api/v1/leave/requests/{}", made["id"]), made["approval"]["id"].clone());
    let shown = jonas.get("/inbox").await.assert_ok();
    shown.assert_contains(&format!("value=\"{approval}.1\""));
    let tag = jonas.get(&path).await.assert_ok().header("etag").to_owned();

    mira.json(Method::PATCH, &path, json!({ "end_date": "2026-03-20" })).await.assert_ok();

    let inbox = [("approve", format!("{approval}.1"))];
    jonas.post("/inbox", inbox).await.assert_redirect("/inbox");
    let page = format!("/leave/requests/{}/approve", made["id"]);
    jonas.post(&page, [("version", "1")]).await.assert_status(303);
    let by_request = jonas.json(Method::POST, &format!("{path}/approve"), json!({ "version": 1 })).await;
    by_request.assert_status(409).assert_contains("This has changed since you looked at it");
    let by_approval = format!("/api/v1/approvals/{approval}/approve");
    jonas.json(Method::POST, &by_approval, json!({ "version": 1 })).await.assert_status(409);
    let old = jonas.clone().header("if-match", tag);
    old.json(Method::POST, &format!("{path}/approve"), json!({})).await.assert_status(412);
    assert_eq!(mira.get(&path).await.assert_ok().json()["status"], "pending");

    jonas.json(Method::POST, &by_approval, json!({ "version": 2 })).await.assert_ok();
    assert_eq!(mira.get(&path).await.assert_ok().json()["status"], "approved");
}

#[tokio::test]
async fn overtime_of_another_date_than_planned_is_asked_for_again_and_hr_rewrites_nobodys() {
    let (app, project) = company();
    let (mira, jonas) = (app.as_employee(), app.as_manager());
    let mut plan = wish(project, "2026-03-03", "18:00", "20:00");
    plan["stage"] = json!("planned");
    let id = sent(&mira, plan).await;
    let path = format!("/api/v1/overtime-requests/{id}");
    app.as_hr().json(Method::PATCH, &path, json!({ "end_time": "22:00" })).await.assert_status(403);
    jonas.json(Method::POST, &format!("{path}/approve"), json!({})).await.assert_ok();
    app.clock.advance(jiff::SignedDuration::from_hours(72));
    let worked = json!({ "date": "2026-03-04", "start_time": "18:00", "end_time": "20:00" });
    app.as_hr().json(Method::POST, &format!("{path}/confirm"), worked.clone()).await.assert_status(403);
    let confirmed = app.as_employee().json(Method::POST, &format!("{path}/confirm"), worked).await.assert_ok().json();
    assert_eq!(confirmed["status"], "pending", "{confirmed}");
    // The second approval of a request goes on counting: the first one's version is never good again.
    assert_eq!(confirmed["approval"]["version"], 3, "{confirmed}");
}

#[tokio::test]
async fn hr_is_anybody_in_what_is_their_own() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    crate::leave_api::grant(&app, app.people.hr, kinds.vacation, 20 * 480);
    let body = json!({
        "employee_id": app.people.hr.employee, "leave_type_id": kinds.vacation, "minutes": 480,
        "effective_on": "2026-03-02", "reason": "For me",
    });
    app.as_hr().json(Method::POST, "/api/v1/leave/balances/adjust", body).await.assert_status(403);

    let wish = json!({ "leave_type_id": kinds.sick, "start_date": "2026-02-26", "end_date": "2026-03-04" });
    let made = app.as_hr().json(Method::POST, "/api/v1/leave/requests", wish).await.assert_status(201).json();
    let path = format!("/api/v1/leave/requests/{}", made["id"]);
    app.as_hr().json(Method::POST, &format!("{path}/cancel"), json!({ "reason": "x" })).await.assert_status(409);
    let back = json!({ "last_day_taken": "2026-02-26" });
    app.as_hr().json(Method::POST, &format!("{path}/return"), back).await.assert_invalid("last_day_taken");
}

#[tokio::test]
async fn a_deputy_learns_the_dates_and_no_more() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let wish = json!({
        "leave_type_id": kinds.sick, "start_date": "2026-03-02", "end_date": "2026-03-03",
        "deputy_id": app.people.other.employee,
    });
    app.as_employee().json(Method::POST, "/api/v1/leave/requests", wish).await.assert_status(201);
    let told = app.as_other().get("/api/v1/notifications").await.assert_ok();
    let notice = told.json()["items"][0].clone();
    assert_eq!(notice["link"], "/calendar", "{notice}");
    told.assert_contains("You stand in for Mira Castell").assert_lacks("Sick");
}

#[tokio::test]
async fn an_admin_does_not_read_in_the_log_why_somebody_is_away() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let wish = json!({ "leave_type_id": kinds.sick, "start_date": "2026-03-02", "end_date": "2026-03-03" });
    app.as_employee().json(Method::POST, "/api/v1/leave/requests", wish).await.assert_status(201);
    let path = "/api/v1/audit-log?subject=leave_request";
    let log = app.as_admin().get(path).await.assert_ok().assert_lacks("Sick").json();
    let entry = log["items"].as_array().unwrap().iter().find(|item| item["action"] == "leave.requested").unwrap();
    assert_eq!((&entry["withheld"], &entry["changes"]), (&json!(true), &json!([])));
    app.as_admin()
        .get("/admin/audit?subject=leave_request")
        .await
        .assert_ok()
        .assert_lacks("Sick")
        .assert_contains("Only HR reads this.");
    // The log itself holds it, and whoever is HR too reads it.
    let admin = app.people.admin;
    let both = [Role::Hr, Role::Admin].into_iter().collect();
    app.act(admin, move |tx, actor| user::set_roles(tx, actor, admin.user, both)).unwrap();
    app.as_admin().get(path).await.assert_ok().assert_contains("Sick");
}

#[tokio::test]
async fn colleagues_do_not_find_by_personnel_number() {
    let app = TestApp::new();
    let id = app.people.manager.employee;
    app.act(app.people.hr, move |tx, actor| {
        people::employee::update(tx, actor, id, |facts| facts.number = "zq-7781".to_owned())
    })
    .unwrap();
    for word in ["zq-7781", "zq-", "q-", "81"] {
        let path = format!("/api/v1/employees?search={word}");
        let found = |list: &serde_json::Value| list["items"].as_array().unwrap().iter().any(|one| one["id"] == id.0);
        assert!(!found(&app.as_other().get(&path).await.assert_ok().json()), "{word}");
        assert!(found(&app.as_hr().get(&path).await.assert_ok().json()), "{word}");
    }
    let by_name = app.as_other().get("/api/v1/employees?search=brandt%20jon").await.assert_ok().json();
    assert_eq!(by_name["total"], 1);
}

#[tokio::test]
async fn a_right_password_in_two_organizations_is_never_a_failure() {
    let app = TestApp::new();
    second_organization(&app, PASSWORD);
    let form = [("email", "employee@nordlicht.test"), ("password", PASSWORD)];
    for _ in 0..8 {
        app.anonymous().post("/sign-in", form).await.assert_ok().assert_contains("Südwind");
    }
}

#[tokio::test]
async fn a_new_password_by_link_ends_tokens_and_known_browsers() {
    let app = TestApp::new();
    let mut browser = app.anonymous();
    browser.submit("/sign-in", [("email", "employee@nordlicht.test"), ("password", PASSWORD)]).await;
    let body = json!({ "name": "script", "scope": "read", "days": 30 });
    let made = browser.json(Method::POST, "/api/v1/auth/tokens", body).await.assert_status(201).json();
    let script = app.anonymous().bearer(made["secret"].as_str().unwrap());
    script.get("/api/v1/auth/me").await.assert_ok();
    let (org, who) = (app.org(), app.people.employee);
    let link = app.arrange(move |tx| links::issue(tx, &org, who.user, Kind::PasswordReset)).path(&app.org());
    let form = [("password", "eight loud lamps"), ("again", "eight loud lamps")];
    app.anonymous().post(&link, form).await.assert_redirect("/");
    script.get("/api/v1/auth/me").await.assert_status(401);
    let device = browser.cookie_value("device").unwrap().to_owned();
    let known = app.read(|rx| rx.scalar::<i64>("SELECT count(*) FROM known_devices", ()));
    assert_eq!(known, 1, "the browser that followed the link, and no other ({device})");
}

#[tokio::test]
async fn a_wrong_present_password_is_written_down_and_told() {
    let app = TestApp::new();
    let client = app.as_employee();
    let body = json!({ "current_password": "not this one", "new_password": "eight loud lamps" });
    for _ in 0..5 {
        let answer = client.json(Method::POST, "/api/v1/auth/change-password", body.clone()).await;
        answer.assert_invalid("current_password");
    }
    client.json(Method::POST, "/api/v1/auth/change-password", body).await.assert_status(429);
    let failed = app.as_admin().get("/api/v1/audit-log?action=sign_in.failed").await.assert_ok().json();
    assert_eq!(failed["total"], 5);
    let told = client.get("/api/v1/notifications").await.assert_ok().json();
    assert_eq!(told["total"], 1, "{told}");
}
