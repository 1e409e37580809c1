//! Sessions: how long they live, who ends them, and that an end holds at once.

use axum::http::Method;
use jiff::SignedDuration;
use serde_json::json;
use steward::auth::session::{self, Client as From, Kind};
use steward::auth::user;

use crate::support::{ORG, PASSWORD, TestApp};

#[tokio::test]
async fn an_idle_browser_is_signed_out_after_twelve_hours_and_a_busy_one_after_thirty_days() {
    let app = TestApp::new();
    let browser = app.as_employee();
    app.clock.advance(SignedDuration::from_mins(11 * 60 + 59));
    browser.get("/account").await.assert_ok();
    app.clock.advance(SignedDuration::from_hours(12));
    browser.get("/account").await.assert_redirect("/sign-in?next=%2Faccount");

    let busy = app.as_employee();
    for _ in 0..71 {
        app.clock.advance(SignedDuration::from_hours(10));
        busy.get("/api/v1/auth/me").await.assert_ok();
    }
    app.clock.advance(SignedDuration::from_hours(10));
    busy.get("/api/v1/auth/me").await.assert_status(401);
}

#[tokio::test]
async fn last_seen_is_written_at_most_once_a_minute() {
    let app = TestApp::new();
    let browser = app.as_employee();
    let seen = || app.read(|rx| rx.scalar::<String>("SELECT max(last_seen_at) FROM sessions", ()));
    app.clock.advance(SignedDuration::from_secs(59));
    browser.get("/api/v1/auth/me").await.assert_ok();
    let before = app.org().db.commit_number();
    app.clock.advance(SignedDuration::from_secs(1));
    for _ in 0..20 {
        browser.get("/api/v1/auth/me").await.assert_ok();
    }
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(5);
    while seen() != "2026-03-02T09:01:00Z" {
        assert!(std::time::Instant::now() < deadline, "last seen was never written: {}", seen());
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert_eq!(app.org().db.commit_number(), before, "nothing that was worked out before is stale by it");
}

#[tokio::test]
async fn the_list_names_devices_and_one_can_be_ended() {
    let app = TestApp::new();
    let (here, there) = (app.as_employee(), app.as_employee());
    let list = here.get("/api/v1/auth/sessions").await.assert_ok().json();
    assert_eq!(list["total"], 2);
    assert_eq!(list["items"][0]["device"], "Firefox on Linux");
    let other = list["items"].as_array().unwrap().iter().find(|item| item["current"] == false).unwrap()["id"].clone();
    here.get("/account").await.assert_ok().assert_contains("Firefox on Linux").assert_contains("this device");

    app.as_other().delete(&format!("/api/v1/auth/sessions/{other}")).await.assert_status(404);
    here.delete(&format!("/api/v1/auth/sessions/{other}")).await.assert_status(204);
    there.get("/account").await.assert_status(303);
    here.get("/account").await.assert_ok();
    here.delete(&format!("/api/v1/auth/sessions/{other}")).await.assert_status(404);
}

#[tokio::test]
async fn all_others_can_be_ended_at_once() {
    let app = TestApp::new();
    let (here, there, elsewhere) = (app.as_employee(), app.as_employee(), app.as_other());
    here.post("/account/sessions/end-others", [("", "")]).await.assert_redirect("/account");
    there.get("/account").await.assert_status(303);
    here.get("/account").await.assert_ok();
    elsewhere.get("/account").await.assert_ok();
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions_and_works() {
    let app = TestApp::new();
    let (here, there) = (app.as_employee(), app.as_employee());
    let form = |current, new, again| [("current_password", current), ("new_password", new), ("again", again)];
    let change = |form| here.post("/account/password", form);
    change(form("wrong password", "eight loud lamps", "eight loud lamps")).await.assert_invalid("current_password");
    change(form(PASSWORD, "eight loud lamps", "eight loud bulbs")).await.assert_invalid("again");
    change(form(PASSWORD, "short", "short")).await.assert_invalid("new_password");
    change(form(PASSWORD, "mira castell 123", "mira castell 123")).await.assert_invalid("new_password");
    change(form(PASSWORD, "eight loud lamps", "eight loud lamps")).await.assert_redirect("/account");
    here.get("/account").await.assert_ok();
    there.get("/account").await.assert_status(303);
    let nobody = app.anonymous();
    let sign_in = |password| nobody.post("/sign-in", [("email", "employee@nordlicht.test"), ("password", password)]);
    sign_in(PASSWORD).await.assert_status(422);
    sign_in("eight loud lamps").await.assert_redirect("/");
}

#[tokio::test]
async fn disabling_a_login_ends_everything_at_once() {
    let app = TestApp::new();
    let browser = app.as_employee();
    let made =
        browser.json(Method::POST, "/api/v1/auth/tokens", json!({"name": "x", "scope": "read", "days": 30})).await;
    let script = app.anonymous().bearer(made.assert_status(201).json()["secret"].as_str().unwrap());
    browser.get("/account").await.assert_ok();
    script.get("/api/v1/auth/me").await.assert_ok();

    let id = app.people.employee.user;
    app.as_admin().post(&format!("/admin/users/{id}/disable"), [("", "")]).await.assert_status(303);
    browser.get("/account").await.assert_status(303);
    script.get("/api/v1/auth/me").await.assert_status(401);
    let form = [("email", "employee@nordlicht.test"), ("password", PASSWORD)];
    app.anonymous().post("/sign-in", form).await.assert_status(403);

    app.as_admin().post(&format!("/admin/users/{id}/enable"), [("", "")]).await.assert_status(303);
    browser.get("/account").await.assert_status(303);
    app.anonymous().post("/sign-in", form).await.assert_redirect("/");
}

#[tokio::test]
async fn a_changed_role_holds_from_the_next_request() {
    let app = TestApp::new();
    let browser = app.as_other();
    browser.get("/admin/users").await.assert_status(403);
    let id = app.people.other.user;
    app.as_admin().post(&format!("/admin/users/{id}/roles"), [("roles", "admin")]).await.assert_status(303);
    browser.get("/admin/users").await.assert_ok();
    app.as_admin().post(&format!("/admin/users/{id}/roles"), [("", "")]).await.assert_status(303);
    browser.get("/admin/users").await.assert_status(403);
}

#[tokio::test]
async fn a_hire_is_one_until_the_first_day_by_the_clock_of_the_place() {
    let app = TestApp::new();
    let browser = app.as_hire();
    let roles = async || browser.get("/api/v1/auth/me").await.assert_ok().json()["roles"].clone();
    assert_eq!(roles().await, json!(["hire"]));
    // The first day is Monday, 9 March, in Berlin; it begins at 23:00 UTC the day before.
    let step = |hours| app.clock.advance(SignedDuration::from_hours(hours));
    for _ in 0..15 {
        step(10);
        assert_eq!(roles().await, json!(["hire"]), "at {}", app.now());
    }
    step(7);
    assert_eq!((app.now().to_string().as_str(), roles().await), ("2026-03-08T22:00:00Z", json!(["hire"])));
    step(1);
    assert_eq!((app.now().to_string().as_str(), roles().await), ("2026-03-08T23:00:00Z", json!(["employee"])));
}

#[tokio::test]
async fn a_credential_of_another_kind_or_organization_is_no_credential() {
    let app = TestApp::new();
    let from = From::new(None, "");
    let user = app.people.employee.user;
    let opened = app.arrange(move |tx| session::open(tx, ORG, user, Kind::Web, &from));
    let secret = opened.secret;
    app.anonymous().cookie("session", &secret).get("/account").await.assert_ok();
    app.anonymous().cookie("__Host-session", &secret).get("/account").await.assert_status(303);
    app.anonymous().bearer(&secret).get("/api/v1/auth/me").await.assert_status(401);
    let renamed = secret.replace("nordlicht.", "another.");
    app.anonymous().cookie("session", &renamed).get("/account").await.assert_status(303);
    for bad in ["", "x", "nordlicht.", "nordlicht.short", "../../etc/passwd"] {
        app.anonymous().cookie("session", bad).get("/api/v1/auth/me").await.assert_status(401);
        app.anonymous().bearer(bad).get("/api/v1/auth/me").await.assert_status(401);
    }
    app.anonymous().header("authorization", "Basic bWlyYTp4").get("/api/v1/auth/me").await.assert_status(401);
}

#[tokio::test]
async fn who_has_left_cannot_sign_in() {
    let app = TestApp::new();
    let browser = app.as_employee();
    let (employee, hr) = (app.people.employee.employee, app.people.hr);
    app.act(hr, move |tx, actor| {
        steward::people::update(tx, actor, employee, |facts| facts.leave_date = Some("2026-03-01".parse().unwrap()))
    })
    .unwrap();
    browser.get("/account").await.assert_status(303);
    let form = [("email", "employee@nordlicht.test"), ("password", PASSWORD)];
    app.anonymous().post("/sign-in", form).await.assert_status(403);
}

#[tokio::test]
async fn the_last_admin_stays() {
    let app = TestApp::new();
    let admin = app.people.admin;
    let by_hand = app.act(admin, move |tx, actor| user::set_roles(tx, actor, admin.user, [].into_iter().collect()));
    assert!(by_hand.is_err());
    let id = admin.user;
    app.as_admin().post(&format!("/admin/users/{id}/roles"), [("roles", "hr")]).await.assert_invalid("roles");
    app.as_admin().post(&format!("/admin/users/{id}/disable"), [("", "")]).await.assert_status(409);
}
