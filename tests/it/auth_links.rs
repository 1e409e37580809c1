//! Links in mail, the set-up link, several organizations, links from elsewhere, and who is locked out.

use axum::http::Method;
use jiff::SignedDuration;
use serde_json::json;
use steward::auth::links::{self, Kind};
use steward::auth::password::Password;
use steward::auth::user::{self, NewUser};
use steward::auth::{Actor, Role, setup};
use steward::orgs::{OrgSettings, Slug};
use steward::storage::Op;

use crate::support::{PASSWORD, Person, TestApp, aside};

/// The path of a fresh link of this kind.
fn link(app: &TestApp, who: Person, kind: Kind) -> String {
    let org = app.org();
    let sealed = app.arrange(move |tx| links::issue(tx, &org, who.user, kind));
    sealed.path(&app.org())
}

/// A login that was invited and has not come yet.
fn invited(app: &TestApp) -> Person {
    app.person("Ana", "Ribeiro")
}

/// How many mails wait in the outbox, once there are `at_least` so many.
async fn mails(app: &TestApp, at_least: i64) -> i64 {
    let count = || app.read(|rx| rx.scalar("SELECT count(*) FROM outbox WHERE kind = 'mail'", ()));
    for _ in 0..400 {
        if count() >= at_least {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    count()
}

#[tokio::test]
async fn an_invitation_works_once_and_signs_in() {
    let app = TestApp::new();
    let ana = invited(&app);
    let path = link(&app, ana, Kind::Activation);
    let mut browser = app.anonymous();
    browser
        .get(&path)
        .await
        .assert_ok()
        .assert_contains("Welcome, Ana Ribeiro")
        .assert_contains("ana.ribeiro@nordlicht.test");
    let form = |password, again| [("password", password), ("again", again)];
    browser.submit(&path, form("short", "short")).await.assert_invalid("password");
    browser.submit(&path, form("seven blue doors", "seven red doors")).await.assert_invalid("again");
    browser.submit(&path, form("ribeiro ribeiro", "ribeiro ribeiro")).await.assert_invalid("password");
    browser.submit(&path, form("seven blue doors", "seven blue doors")).await.assert_redirect("/");
    browser.get("/account").await.assert_ok().assert_contains("Ana Ribeiro");
    app.anonymous().get(&path).await.assert_redirect("/forgot-password");
    app.anonymous().post(&path, form("seven pink doors", "seven pink doors")).await.assert_redirect("/forgot-password");
}

#[tokio::test]
async fn links_grow_old_and_the_newest_counts() {
    let app = TestApp::new();
    let ana = invited(&app);
    let first = link(&app, ana, Kind::Activation);
    let second = link(&app, ana, Kind::Activation);
    app.anonymous().get(&first).await.assert_status(303);
    app.clock.advance(SignedDuration::from_hours(7 * 24 - 1));
    app.anonymous().get(&second).await.assert_ok();
    app.clock.advance(SignedDuration::from_hours(1));
    app.anonymous().get(&second).await.assert_status(303);

    let reset = link(&app, app.people.employee, Kind::PasswordReset);
    app.anonymous().get(&reset).await.assert_ok();
    app.anonymous().get(&reset.replace("/reset-password/", "/activate/")).await.assert_status(303);
    app.clock.advance(SignedDuration::from_hours(1));
    app.anonymous().get(&reset).await.assert_status(303);
}

#[tokio::test]
async fn a_reset_ends_every_session_and_opens_closed_doors() {
    let app = TestApp::new();
    let browser = app.as_employee();
    for _ in 0..5 {
        let form = [("email", "employee@nordlicht.test"), ("password", "wrong")];
        app.anonymous().post("/sign-in", form).await.assert_status(422);
    }
    let token = link(&app, app.people.employee, Kind::PasswordReset).replace("/reset-password/", "");
    let body = json!({"token": token, "password": "eight loud lamps"});
    let client = app.anonymous();
    client.json(Method::POST, "/api/v1/auth/activate", body.clone()).await.assert_status(404);
    client.json(Method::POST, "/api/v1/auth/reset-password", body.clone()).await.assert_status(204);
    client.json(Method::POST, "/api/v1/auth/reset-password", body).await.assert_status(404);
    browser.get("/account").await.assert_status(303);
    let form = [("email", "employee@nordlicht.test"), ("password", "eight loud lamps")];
    app.anonymous().post("/sign-in", form).await.assert_redirect("/");
}

#[tokio::test]
async fn asking_for_a_new_password_tells_nobody_who_is_known() {
    let app = TestApp::new();
    let ask = async |email: &'static str| {
        let answer = app.anonymous().post("/forgot-password", [("email", email)]).await.assert_redirect("/sign-in");
        answer.header("set-cookie").to_owned()
    };
    let known = ask("employee@nordlicht.test").await;
    assert_eq!(known, ask("nobody@nordlicht.test").await);
    assert_eq!(mails(&app, 1).await, 1, "one mail, to the one that is known");
    ask("employee@nordlicht.test").await;
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert_eq!(mails(&app, 2).await, 1, "nobody is flooded");
    app.clock.advance(SignedDuration::from_mins(3));
    let body = json!({"email": "employee@nordlicht.test"});
    app.anonymous().json(Method::POST, "/api/v1/auth/forgot-password", body).await.assert_status(202);
    assert_eq!(mails(&app, 2).await, 2);
    app.anonymous().post("/forgot-password", [("email", "no address")]).await.assert_invalid("email");
}

#[tokio::test]
async fn no_secret_of_a_link_lies_in_the_database() {
    let app = TestApp::new();
    app.anonymous().post("/forgot-password", [("email", "employee@nordlicht.test")]).await.assert_status(303);
    mails(&app, 1).await;
    let payload: String = app.read(|rx| rx.scalar("SELECT payload FROM outbox WHERE kind = 'mail'", ()));
    let link: serde_json::Value = serde_json::from_str(&payload).unwrap();
    let sealed = link.pointer("/post/button/1/let_in").cloned().unwrap_or_else(|| panic!("no sealed link: {payload}"));
    let sealed: links::Sealed = serde_json::from_value(sealed).unwrap();
    let path = sealed.path(&app.org());
    app.anonymous().get(&path).await.assert_ok();
    let secret = path.rsplit('.').next().unwrap();
    assert!(!payload.contains(secret), "{payload}");
}

#[tokio::test]
async fn an_admin_sends_an_invitation_again() {
    let app = TestApp::new();
    let ana = invited(&app);
    let path = format!("/admin/users/{}", ana.user);
    app.as_admin().get(&path).await.assert_ok().assert_contains("Send the invitation again");
    app.as_admin().post(&format!("{path}/invite"), [("", "")]).await.assert_redirect(&path);
    assert_eq!(mails(&app, 1).await, 1);
    let active = format!("/admin/users/{}/invite", app.people.employee.user);
    app.as_admin().post(&active, [("", "")]).await.assert_status(409);
    app.as_employee().post(&format!("{path}/invite"), [("", "")]).await.assert_status(403);
}

#[tokio::test]
async fn the_set_up_link_makes_the_first_admin_once() {
    let app = TestApp::empty();
    app.anonymous().get("/set-up/guessed").await.assert_status(404);
    let orgs = app.app.house.orgs.clone();
    let (stale, token) = aside(|| (setup::issue(&orgs).unwrap(), setup::issue(&orgs).unwrap()));
    app.anonymous().get(&format!("/set-up/{stale}")).await.assert_status(404);
    let path = format!("/set-up/{token}");
    let mut browser = app.anonymous();
    browser.get(&path).await.assert_ok().assert_contains("Europe/Lisbon");
    let form = |zone: &'static str, password: &'static str| {
        [
            ("organization", "Büro Nord & Söhne"),
            ("time_zone", zone),
            ("language", "de"),
            ("name", "Ada Min"),
            ("email", "ada@nord.example"),
            ("password", password),
            ("hr", "yes"),
        ]
    };
    browser.submit(&path, form("Mars/Base", "seven quiet lamps")).await.assert_invalid("time_zone");
    browser.submit(&path, form("Europe/Lisbon", "password1234")).await.assert_invalid("password");
    browser.submit(&path, form("Europe/Lisbon", "seven quiet lamps")).await.assert_redirect("/admin/set-up");
    app.anonymous().get(&path).await.assert_status(404);
    assert!(aside(|| setup::issue(&orgs)).is_err(), "no further link once it is set up");

    let org = orgs.get("buro-nord-sohne").unwrap();
    assert_eq!(org.settings().zone.iana_name(), Some("Europe/Lisbon"));
    assert_eq!(orgs.reached().address.as_deref(), Some("http://steward.test"));
    let me = browser.get("/api/v1/auth/me").await.assert_ok().json();
    assert_eq!(me["roles"], json!(["hr", "admin"]));
    assert_eq!(me["is_operator"], true);
    browser.get("/account").await.assert_ok().assert_contains("Ada Min").assert_contains("lang=\"de\"");
}

#[tokio::test]
async fn the_name_that_set_up_was_reached_by_is_known_afterwards() {
    let app = TestApp::empty();
    let orgs = app.app.house.orgs.clone();
    let token = aside(|| setup::issue(&orgs)).unwrap();
    let browser = app.anonymous().header("host", "nas.lan:8443").header("origin", "http://nas.lan:8443");
    browser.get("/sign-in").await.assert_status(421);
    let form = [
        ("organization", "Nord"),
        ("time_zone", "UTC"),
        ("name", "Ada Min"),
        ("email", "ada@nord.example"),
        ("password", "seven quiet lamps"),
    ];
    browser.post(&format!("/set-up/{token}"), form).await.assert_redirect("/admin/set-up");
    browser.get("/sign-in").await.assert_ok();
    assert_eq!(orgs.reached().hosts, ["nas.lan"]);
}

/// A second organization where Mira's address has a login with this password.
pub fn second_organization(app: &TestApp, password: &'static str) {
    let orgs = app.app.house.orgs.clone();
    let passwords = app.auth().passwords.clone();
    aside(|| {
        let org = orgs.create(Slug::parse("suedwind").unwrap(), OrgSettings::named("Südwind")).unwrap();
        let address: steward::text::EmailAddress = "employee@nordlicht.test".parse().unwrap();
        let hash = passwords.hash_blocking(&address, &Password::new(password)).unwrap();
        let write = move |tx: &mut steward::storage::Tx<'_>| {
            let actor = Actor::command_line(jiff::tz::TimeZone::UTC);
            let roles = [Role::Admin].into_iter().collect();
            let name = "Mira Castell".to_owned();
            let new = NewUser { email: address, name, employee_id: None, roles, language: "en".to_owned() };
            let id = user::create(tx, &actor, new)?;
            user::set_password(tx, &actor, id, &hash, "test")
        };
        org.db.write_blocking(Op::act("test"), write).unwrap();
    });
}

#[tokio::test]
async fn the_organization_is_asked_for_after_the_password() {
    let app = TestApp::new();
    second_organization(&app, PASSWORD);
    let mut browser = app.anonymous();
    let form = [("email", "employee@nordlicht.test"), ("password", PASSWORD), ("next", "/account")];
    let page =
        browser.submit("/sign-in", form).await.assert_ok().assert_contains("Südwind").assert_contains("Nordlicht");
    assert_eq!(browser.cookie_value("session"), None);
    let text = page.text();
    let ticket = text.split("name=\"ticket\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let choose = |ticket: &str, slug: &'static str| {
        vec![("ticket", ticket.to_owned()), ("organization", slug.to_owned()), ("next", "/account".to_owned())]
    };
    browser.submit("/sign-in/organization", choose(ticket, "elsewhere")).await.assert_status(303);
    assert_eq!(browser.cookie_value("session"), None);
    let forged = ticket.replacen(|c: char| c.is_ascii_lowercase(), "X", 1);
    browser.submit("/sign-in/organization", choose(&forged, "suedwind")).await.assert_status(303);
    assert_eq!(browser.cookie_value("session"), None);
    browser.submit("/sign-in/organization", choose(ticket, "suedwind")).await.assert_redirect("/account");
    assert!(browser.cookie_value("session").unwrap().starts_with("suedwind."));
    assert_eq!(browser.get("/api/v1/auth/me").await.assert_ok().json()["organization"]["slug"], "suedwind");

    app.clock.advance(SignedDuration::from_mins(5));
    let mut late = app.anonymous();
    late.submit("/sign-in/organization", choose(ticket, "suedwind")).await.assert_status(303);
    assert_eq!(late.cookie_value("session"), None, "the ticket is good for five minutes");

    let login = |organization: Option<&'static str>| {
        let mut body = json!({"email": "employee@nordlicht.test", "password": PASSWORD});
        if let Some(slug) = organization {
            body["organization"] = slug.into();
        }
        let client = app.anonymous();
        async move { client.json(Method::POST, "/api/v1/auth/login", body).await }
    };
    let answer = login(None).await.assert_status(409);
    assert_eq!(answer.json()["code"], "organization_required");
    answer.assert_contains("nordlicht, suedwind");
    let tokens = login(Some("nordlicht")).await.assert_ok().json();
    assert_eq!(tokens["user"]["organization"]["slug"], "nordlicht");
    login(Some("elsewhere")).await.assert_status(401);
}

#[tokio::test]
async fn with_different_passwords_the_password_chooses_and_who_signs_in_now_and_then_is_not_locked_out_elsewhere() {
    let app = TestApp::new();
    second_organization(&app, "nine green boats");
    for _ in 0..7 {
        // In the other organization each is a wrong one; five within a quarter of an hour would lock there.
        app.clock.advance(SignedDuration::from_mins(4));
        let mut browser = app.anonymous();
        let form = [("email", "employee@nordlicht.test"), ("password", "nine green boats")];
        browser.submit("/sign-in", form).await.assert_redirect("/");
        assert!(browser.cookie_value("session").unwrap().starts_with("suedwind."));
    }
    let mut browser = app.anonymous();
    browser
        .submit("/sign-in", [("email", "employee@nordlicht.test"), ("password", PASSWORD)])
        .await
        .assert_redirect("/");
    assert!(browser.cookie_value("session").unwrap().starts_with("nordlicht."));
}

#[tokio::test]
async fn somebody_elses_failures_do_not_lock_out_the_known_device() {
    let app = TestApp::new();
    let right = [("email", "employee@nordlicht.test"), ("password", PASSWORD)];
    let wrong = [("email", "employee@nordlicht.test"), ("password", "wrong")];
    let mut mine = app.anonymous();
    mine.submit("/sign-in", right).await.assert_redirect("/");
    for _ in 0..5 {
        app.anonymous().post("/sign-in", wrong).await.assert_status(422);
    }
    app.anonymous().post("/sign-in", right).await.assert_status(429);
    mine.submit("/sign-out", [("", "")]).await;
    mine.submit("/sign-in", right).await.assert_redirect("/");
    // A made-up device is none.
    let stranger = app.anonymous().cookie("device", &format!("nordlicht.{}", "A".repeat(43)));
    stranger.post("/sign-in", right).await.assert_status(429);

    let notices = mine.get("/api/v1/notifications").await.assert_ok().json();
    assert_eq!(notices["items"][0]["kind"], "sign_in_locked");
    assert_eq!(mails(&app, 1).await, 1, "and it is told by mail");
    // The known device has a count of its own.
    for _ in 0..5 {
        mine.post("/sign-in", wrong).await.assert_status(422);
    }
    mine.post("/sign-in", right).await.assert_status(429);
}

#[tokio::test]
async fn attempts_at_once_cannot_outrun_the_count() {
    let app = TestApp::new();
    let nobody = app.anonymous();
    let wrong = [("email", "employee@nordlicht.test"), ("password", "wrong")];
    let all = futures_util::future::join_all((0..12).map(|_| nobody.post("/sign-in", wrong))).await;
    let tried = all.iter().filter(|answer| answer.status == 422).count();
    let refused = all.iter().filter(|answer| answer.status == 429).count();
    assert_eq!((tried, refused), (5, 7));
}

#[tokio::test]
async fn a_restart_forgets_no_failure() {
    let app = TestApp::new();
    let wrong = [("email", "employee@nordlicht.test"), ("password", "wrong")];
    for _ in 0..5 {
        app.anonymous().post("/sign-in", wrong).await.assert_status(422);
    }
    let app = app.restart();
    let right = [("email", "employee@nordlicht.test"), ("password", PASSWORD)];
    app.anonymous().post("/sign-in", right).await.assert_status(429);
}

#[tokio::test]
async fn a_link_from_elsewhere_is_bounced_once_through_a_page_of_ours() {
    let app = TestApp::new();
    let mut browser = app.anonymous().header("sec-fetch-site", "cross-site");
    let get = || (Method::GET, "/leave?year=2026", axum::body::Body::empty());
    let (method, path, body) = get();
    let page = browser.send(method, path, None, body).await.assert_ok();
    page.assert_contains("http-equiv=\"refresh\"").assert_contains("/leave?year=2026");
    let (method, path, body) = get();
    browser.send(method, path, None, body).await.assert_redirect("/sign-in?next=%2Fleave%3Fyear%3D2026");

    // With the cookie nothing needs a bounce; the API never bounces; neither does what is no plain link.
    app.as_employee().header("sec-fetch-site", "cross-site").get("/account").await.assert_ok();
    let elsewhere = app.anonymous().header("sec-fetch-site", "cross-site");
    elsewhere.get("/api/v1/auth/me").await.assert_status(401);
    app.anonymous().header("sec-fetch-site", "same-origin").get("/account").await.assert_status(303);
}

#[tokio::test]
async fn sign_ins_have_a_chain_of_their_own_that_admins_read() {
    let app = TestApp::new();
    let right = [("email", "employee@nordlicht.test"), ("password", PASSWORD)];
    app.anonymous().post("/sign-in", [("email", "employee@nordlicht.test"), ("password", "wrong")]).await;
    app.anonymous().post("/sign-in", right).await.assert_redirect("/");
    let log = app.as_admin().get("/api/v1/audit-log?chain=sign_in").await.assert_ok().json();
    let actions: Vec<_> =
        log["items"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["sign_in.succeeded", "sign_in.failed"]);
    assert_eq!(log["items"][0]["actor"]["name"], "Mira Castell");
    assert_eq!(log["items"][1]["actor"]["user_id"], json!(null));
    let all = app.as_admin().get("/api/v1/audit-log").await.assert_ok().text();
    assert!(!all.contains(PASSWORD) && !all.contains("argon2"), "no secret in the log");

    app.as_hr().get("/api/v1/audit-log").await.assert_status(403);
    app.as_admin()
        .get("/admin/audit?action=sign_in")
        .await
        .assert_ok()
        .assert_contains("<code>sign_in.failed")
        .assert_lacks("<code>user.created");
    app.as_employee().get("/admin/audit").await.assert_status(403);
}

#[tokio::test]
async fn the_audit_log_goes_on_by_cursor() {
    let app = TestApp::new();
    let admin = app.as_admin();
    let mut path = "/api/v1/audit-log?page_size=2&action=user".to_owned();
    let (mut seen, mut pieces) = (Vec::new(), 0);
    loop {
        let piece = admin.get(&path).await.assert_ok().json();
        seen.extend(piece["items"].as_array().unwrap().iter().map(|entry| entry["id"].as_i64().unwrap()));
        pieces += 1;
        match piece["next_cursor"].as_str() {
            Some(cursor) => path = format!("/api/v1/audit-log?page_size=2&action=user&cursor={cursor}"),
            None => break,
        }
    }
    assert!(pieces > 3 && seen.windows(2).all(|pair| pair[0] > pair[1]), "{seen:?}");
    let total = admin.get("/api/v1/audit-log?action=user").await.assert_ok().json()["total"].as_i64().unwrap();
    assert_eq!(total, i64::try_from(seen.len()).unwrap());
    let of = format!("/api/v1/audit-log?subject=user&subject_id={}", app.people.employee.user);
    assert_eq!(admin.get(&of).await.assert_ok().json()["total"], 2, "made, and given a password");
    admin.get("/api/v1/audit-log?from=2026-03-03").await.assert_ok();
    admin.get("/api/v1/audit-log?from=tomorrow").await.assert_invalid("from");
}
