//! Signing in by the API: access and refresh tokens, personal tokens, users.

use axum::http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::{PASSWORD, TestApp};

async fn login(app: &TestApp, email: &str) -> Value {
    let body = json!({"email": email, "password": PASSWORD});
    app.anonymous().json(Method::POST, "/api/v1/auth/login", body).await.assert_ok().json()
}

async fn refresh(app: &TestApp, token: &Value) -> crate::support::Answer {
    app.anonymous().json(Method::POST, "/api/v1/auth/refresh", json!({"refresh_token": token})).await
}

#[tokio::test]
async fn a_login_answers_with_tokens_and_who_one_is() {
    let app = TestApp::new();
    let tokens = login(&app, "manager@nordlicht.test").await;
    assert_eq!((tokens["token_type"].as_str(), tokens["expires_in"].as_i64()), (Some("Bearer"), Some(900)));
    let user = &tokens["user"];
    assert_eq!(user["name"], "Jonas Brandt");
    assert_eq!(user["roles"], json!(["employee", "manager"]));
    assert_eq!(user["organization"], json!({"slug": "nordlicht", "name": "Nordlicht"}));
    assert_eq!(user["is_operator"], false);
    let script = app.anonymous().bearer(tokens["access_token"].as_str().unwrap());
    assert_eq!(&script.get("/api/v1/auth/me").await.assert_ok().json(), user);
}

#[tokio::test]
async fn a_wrong_password_is_401_and_the_fifth_is_429() {
    let app = TestApp::new();
    let body = json!({"email": "manager@nordlicht.test", "password": "wrong"});
    for _ in 0..5 {
        let answer = app.anonymous().json(Method::POST, "/api/v1/auth/login", body.clone()).await.assert_status(401);
        assert_eq!(answer.json()["code"], "unauthenticated");
    }
    let body = json!({"email": "manager@nordlicht.test", "password": PASSWORD});
    let answer = app.anonymous().json(Method::POST, "/api/v1/auth/login", body).await.assert_status(429);
    assert_eq!(answer.header("retry-after"), "60");
}

#[tokio::test]
async fn unknown_fields_and_missing_ones_are_422() {
    let app = TestApp::new();
    let post = |body: Value| {
        let client = app.anonymous();
        async move { client.json(Method::POST, "/api/v1/auth/login", body).await }
    };
    post(json!({"email": "a@b.test", "password": "x", "admin": true})).await.assert_invalid("admin");
    post(json!({"email": "a@b.test"})).await.assert_invalid("password");
}

#[tokio::test]
async fn an_access_token_ends_with_its_time_and_with_its_session() {
    let app = TestApp::new();
    let tokens = login(&app, "employee@nordlicht.test").await;
    let script = app.anonymous().bearer(tokens["access_token"].as_str().unwrap());
    script.get("/api/v1/auth/me").await.assert_ok();
    app.clock.advance(SignedDuration::from_mins(15));
    script.get("/api/v1/auth/me").await.assert_status(401);

    let next = refresh(&app, &tokens["refresh_token"]).await.assert_ok().json();
    let script = app.anonymous().bearer(next["access_token"].as_str().unwrap());
    script.get("/api/v1/auth/me").await.assert_ok();
    script.send_empty_post("/api/v1/auth/logout").await.assert_status(204);
    script.get("/api/v1/auth/me").await.assert_status(401);
    refresh(&app, &next["refresh_token"]).await.assert_status(401);
}

#[tokio::test]
async fn a_refresh_token_that_comes_twice_ends_the_family() {
    let app = TestApp::new();
    let first = login(&app, "employee@nordlicht.test").await;
    let second = refresh(&app, &first["refresh_token"]).await.assert_ok().json();
    let script = app.anonymous().bearer(second["access_token"].as_str().unwrap());
    script.get("/api/v1/auth/me").await.assert_ok();
    refresh(&app, &first["refresh_token"]).await.assert_status(401);
    script.get("/api/v1/auth/me").await.assert_status(401);
    refresh(&app, &second["refresh_token"]).await.assert_status(401);
    let log = app.as_admin().get("/api/v1/audit-log?action=sign_in.refresh_token_reused").await.assert_ok().json();
    assert_eq!(log["total"], 1);
}

#[tokio::test]
async fn a_refresh_token_waits_seven_days() {
    let app = TestApp::new();
    let tokens = login(&app, "employee@nordlicht.test").await;
    app.clock.advance(SignedDuration::from_hours(7 * 24 - 1));
    let next = refresh(&app, &tokens["refresh_token"]).await.assert_ok().json();
    app.clock.advance(SignedDuration::from_hours(7 * 24));
    refresh(&app, &next["refresh_token"]).await.assert_status(401);
}

#[tokio::test]
async fn a_cookie_or_refresh_token_is_no_bearer_token() {
    let app = TestApp::new();
    let tokens = login(&app, "employee@nordlicht.test").await;
    let refresh_token = tokens["refresh_token"].as_str().unwrap();
    app.anonymous().bearer(refresh_token).get("/api/v1/auth/me").await.assert_status(401);
    app.anonymous().cookie("session", refresh_token).get("/api/v1/auth/me").await.assert_status(401);
    let access = tokens["access_token"].as_str().unwrap();
    app.anonymous().cookie("session", access).get("/api/v1/auth/me").await.assert_status(401);
    let answer = app.anonymous().get("/api/v1/auth/me").await.assert_status(401);
    assert_eq!(answer.header("www-authenticate"), "Bearer");
}

#[tokio::test]
async fn a_personal_token_does_what_its_scope_says_and_no_more() {
    let app = TestApp::new();
    let browser = app.as_employee();
    let make = |body: Value| {
        let browser = browser.clone();
        async move { browser.json(Method::POST, "/api/v1/auth/tokens", body).await }
    };
    make(json!({"name": "", "scope": "read", "days": 30})).await.assert_invalid("name");
    make(json!({"name": "x", "scope": "read", "days": 0})).await.assert_invalid("days");
    make(json!({"name": "x", "scope": "all", "days": 3})).await.assert_status(422);
    let reader = make(json!({"name": "Export", "scope": "read", "days": 30})).await.assert_status(201);
    assert!(reader.header("location").starts_with("/api/v1/auth/tokens/"));
    let reader = reader.json();
    let script = app.anonymous().bearer(reader["secret"].as_str().unwrap());
    script.get("/api/v1/auth/me").await.assert_ok();
    script.send_empty_post("/api/v1/notifications/read-all").await.assert_status(403);

    let writer = make(json!({"name": "Sync", "scope": "write", "days": 30})).await.assert_status(201).json();
    let writer = app.anonymous().bearer(writer["secret"].as_str().unwrap());
    writer.send_empty_post("/api/v1/notifications/read-all").await.assert_ok();
    let again = json!({"name": "Child", "scope": "write", "days": 30});
    writer.json(Method::POST, "/api/v1/auth/tokens", again).await.assert_status(403);
    let change = json!({"current_password": PASSWORD, "new_password": "eight loud lamps"});
    writer.json(Method::POST, "/api/v1/auth/change-password", change).await.assert_status(403);

    app.as_hire()
        .json(Method::POST, "/api/v1/auth/tokens", json!({"name": "x", "scope": "read", "days": 3}))
        .await
        .assert_status(403);

    let list = browser.get("/api/v1/auth/tokens").await.assert_ok();
    assert!(!list.text().contains("secret"), "{}", list.text());
    assert_eq!(list.json()["total"], 2);
    let id = &reader["id"];
    app.as_other().delete(&format!("/api/v1/auth/tokens/{id}")).await.assert_status(404);
    browser.delete(&format!("/api/v1/auth/tokens/{id}")).await.assert_status(204);
    script.get("/api/v1/auth/me").await.assert_status(401);
    app.clock.advance(SignedDuration::from_hours(24 * 30));
    writer.get("/api/v1/auth/me").await.assert_status(401);
}

#[tokio::test]
async fn users_are_listed_and_changed_by_admins() {
    let app = TestApp::new();
    let admin = app.as_admin();
    let list = admin.get("/api/v1/users?search=mira&state=active").await.assert_ok().json();
    assert_eq!(list["total"], 1);
    let (id, user) = (list["items"][0]["id"].clone(), &list["items"][0]);
    assert_eq!(user["employee"]["name"], "Mira Castell");
    assert_eq!(user["state"], "active");
    assert_eq!(admin.get("/api/v1/users?role=hr").await.assert_ok().json()["total"], 1);
    admin.get("/api/v1/users?role=king").await.assert_invalid("role");
    admin.get("/api/v1/users?colour=red").await.assert_invalid("colour");
    admin.get("/api/v1/users?ordering=-last_seen_at,name").await.assert_ok();

    let path = format!("/api/v1/users/{id}");
    let patch = |body: Value| {
        let (admin, path) = (admin.clone(), path.clone());
        async move { admin.json(Method::PATCH, &path, body).await }
    };
    assert_eq!(patch(json!({"roles": ["hr"]})).await.assert_ok().json()["roles"], json!(["hr"]));
    patch(json!({"password": "x"})).await.assert_invalid("password");
    assert_eq!(patch(json!({"disabled": true})).await.assert_ok().json()["state"], "disabled");
    assert_eq!(patch(json!({"disabled": false, "roles": []})).await.assert_ok().json()["state"], "active");
    let stale = admin.clone().header("if-match", "\"old\"");
    stale.json(Method::PATCH, &path, json!({"unlock": true})).await.assert_status(412);

    app.as_employee().get("/api/v1/users").await.assert_status(403);
    app.as_employee().get(&path).await.assert_status(403);
    app.as_hr().get(&path).await.assert_ok();
    app.as_hr().json(Method::PATCH, &path, json!({"roles": ["admin"]})).await.assert_status(403);
    app.as_hr().json(Method::PATCH, &path, json!({"unlock": true})).await.assert_ok();
    let of_admin = format!("/api/v1/users/{}", app.people.admin.user);
    app.as_hr().json(Method::PATCH, &of_admin, json!({"disabled": true})).await.assert_status(403);
    admin.get("/api/v1/users/999999").await.assert_status(404);
}

#[tokio::test]
async fn an_admin_unlocks_who_is_locked_out() {
    let app = TestApp::new();
    for _ in 0..5 {
        let form = [("email", "employee@nordlicht.test"), ("password", "wrong")];
        app.anonymous().post("/sign-in", form).await.assert_status(422);
    }
    let path = format!("/api/v1/users/{}", app.people.employee.user);
    let view = app.as_admin().get(&path).await.assert_ok().json();
    assert_eq!(view["locked_until"], "2026-03-02T09:01:00Z");
    let page = format!("/admin/users/{}", app.people.employee.user);
    app.as_admin().get(&page).await.assert_ok().assert_contains("Locked until");
    app.as_admin().post(&format!("{page}/unlock"), [("", "")]).await.assert_redirect(&page);
    let form = [("email", "employee@nordlicht.test"), ("password", PASSWORD)];
    app.anonymous().post("/sign-in", form).await.assert_redirect("/");
}
