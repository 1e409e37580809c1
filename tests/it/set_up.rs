//! A company sets itself up: every step as a page, skipped, done again, with what is wrong beside its field; and what
//! the steps write shows in the rooms that it belongs to. Settings, mail server and host names by themselves.

use axum::http::Method;
use serde_json::json;
use steward::auth::setup::{self, operators};

use crate::auth_links::second_organization;
use crate::smtp_server::SmtpServer;
use crate::support::{Client, ORG, PASSWORD, TestApp, aside};

/// A machine without a company, and its first admin just behind the set-up link.
async fn founded(hr: bool) -> (TestApp, Client) {
    let app = TestApp::empty();
    let orgs = app.app.house.orgs.clone();
    let token = aside(|| setup::issue(&orgs)).unwrap();
    let mut admin = app.anonymous();
    let mut form = vec![
        ("organization", "Nordlicht"),
        ("time_zone", "Europe/Berlin"),
        ("language", "en"),
        ("name", "Ada Min"),
        ("email", "ada@nordlicht.test"),
        ("password", "seven quiet lamps"),
    ];
    form.extend(hr.then_some(("hr", "yes")));
    admin.submit(&format!("/set-up/{token}"), form).await.assert_redirect("/admin/set-up");
    (app, admin)
}

/// A company whose admin speaks for the machine.
fn operated() -> TestApp {
    let app = TestApp::new();
    operate(&app);
    app
}

fn operate(app: &TestApp) {
    let (user, orgs) = (app.people.admin.user, app.app.house.orgs.clone());
    aside(|| {
        orgs.instance().write_blocking(operators::ADDED, move |tx| {
            operators::add(tx, &steward::auth::Actor::command_line(jiff::tz::TimeZone::UTC), ORG, user)
        })
    })
    .unwrap();
}

#[tokio::test]
async fn step_by_step_from_nothing() {
    let (app, admin) = founded(true).await;
    admin.get("/").await.assert_ok().assert_contains("Set your company up");
    admin.get("/admin/set-up").await.assert_ok().assert_contains("/admin/set-up/company").assert_contains("Begin");

    // The company: what is wrong stands beside its field, and what was typed stays.
    let company = |country: &'static str| {
        [
            ("name", "Nordlicht GmbH"),
            ("time_zone", "Europe/Berlin"),
            ("language", "de"),
            ("week_start", "sunday"),
            ("country", country),
        ]
    };
    let wrong = admin.post("/admin/set-up/company", company("DEU")).await.assert_invalid("country");
    wrong.assert_contains("Nordlicht GmbH");
    admin.post("/admin/set-up/company", company("de")).await.assert_redirect("/admin/set-up/place");
    let settings = admin.get("/api/v1/settings").await.assert_ok().json();
    assert_eq!(settings["country"], "DE");
    assert_eq!(settings["week_start"], "sunday");

    // The place begins with what the company said.
    admin
        .get("/admin/set-up/place")
        .await
        .assert_ok()
        .assert_contains("value=\"Nordlicht GmbH\"")
        .assert_contains("value=\"DE\" selected");
    let place = |site: &'static str| {
        [
            ("entity", "Nordlicht GmbH"),
            ("location", site),
            ("country", "DE"),
            ("region", "HH"),
            ("time_zone", "Europe/Berlin"),
            ("address", ""),
        ]
    };
    admin.post("/admin/set-up/place", place("")).await.assert_invalid("location");
    let next = admin.post("/admin/set-up/place", place("Hamburg")).await.header("location").to_owned();
    assert_ne!(next, "/admin/set-up/place");
    admin.get("/people/organization").await.assert_ok().assert_contains("Hamburg").assert_contains("NORDLICHTG");
    // The holidays of that country and region, looked at first and then taken; once more enters nothing twice.
    let holidays = |look: &'static [(&'static str, &'static str)]| {
        [&[("country", "DE"), ("region", "HH"), ("years", "2026")][..], look].concat()
    };
    let looked = admin.post("/admin/set-up/holidays", holidays(&[("look", "true")])).await.assert_ok();
    looked.assert_contains("Reformationstag");
    assert_eq!(admin.get("/api/v1/leave/holidays?from=2026-01-01&to=2026-12-31").await.json()["total"], 0);
    for _ in 0..2 {
        admin.post("/admin/set-up/holidays", holidays(&[])).await.assert_redirect("/admin/set-up/leave");
        let entered = admin.get("/api/v1/leave/holidays?from=2026-01-01&to=2026-12-31").await.json();
        assert_eq!(entered["total"], 10, "{entered}");
    }
    admin.post("/admin/set-up/holidays", [("country", "XX"), ("years", "2026")]).await.assert_invalid("country");

    // Once more is another site of the same company.
    admin.post("/admin/set-up/place", place("Bremen")).await.assert_status(303);
    assert_eq!(admin.get("/api/v1/locations").await.json()["total"], 2);
    assert_eq!(admin.get("/api/v1/entities").await.json()["total"], 1);

    admin.post("/admin/set-up/leave", [("", ""); 0]).await.assert_invalid("kinds");
    admin
        .post("/admin/set-up/leave", [("kinds", "vacation"), ("kinds", "sick")])
        .await
        .assert_redirect("/admin/set-up/mail");
    let kinds = admin.get("/api/v1/leave/types").await.assert_ok().json();
    let used: Vec<&str> = kinds["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|kind| kind["active"] == true)
        .map(|kind| kind["name"].as_str().unwrap())
        .collect();
    assert_eq!(used, ["Vacation", "Sick"]);
    // Coming back shows what is in use, and can put another one into use.
    admin
        .get("/admin/set-up/leave")
        .await
        .assert_ok()
        .assert_contains("value=\"vacation\" checked")
        .assert_lacks("value=\"toil\" checked");

    // The first of the people is the admin.
    admin.get("/admin/set-up/people").await.assert_ok().assert_contains("value=\"ada@nordlicht.test\"");
    let people = |second: &'static str| {
        [
            ("first_name_1", "Ada"),
            ("last_name_1", "Min"),
            ("email_1", "ada@nordlicht.test"),
            ("join_date_1", "2020-01-01"),
            ("first_name_2", "Mira"),
            ("last_name_2", "Castell"),
            ("email_2", second),
            ("manager_2", "1"),
            ("invite", "true"),
        ]
    };
    admin
        .post("/admin/set-up/people", people("ADA@nordlicht.test"))
        .await
        .assert_invalid("email_2")
        .assert_contains("Castell");
    assert_eq!(admin.get("/api/v1/employees").await.json()["total"], 0, "all of them or nobody");
    admin.post("/admin/set-up/people", [("", ""); 0]).await.assert_status(422).assert_contains("at least one row");
    admin.post("/admin/set-up/people", people("mira@nordlicht.test")).await.assert_redirect("/admin/set-up/mail");
    let me = admin.get("/api/v1/auth/me").await.assert_ok().json();
    assert_eq!(me["name"], "Ada Min");
    assert!(me["employee_id"].is_i64(), "the admin’s login is the first person’s now: {me}");
    let people = admin.get("/api/v1/employees?ordering=number").await.json();
    assert_eq!(people["items"][1]["manager"]["name"], "Ada Min");

    admin.post("/admin/set-up/mail/skip", [("", ""); 0]).await.assert_status(303);
    drop(app);
}

#[tokio::test]
async fn it_goes_on_after_a_restart_ends_and_begins_anew() {
    let (app, admin) = founded(true).await;
    admin.post("/admin/set-up/company/skip", [("", ""); 0]).await.assert_redirect("/admin/set-up/place");
    let cookie = admin.cookie_value("session").unwrap().to_owned();
    drop(admin);
    let app = app.restart();
    let admin = app.anonymous().cookie("session", &cookie);
    let progress = admin.get("/api/v1/set-up").await.assert_ok().json();
    assert_eq!(progress["steps"][0], json!({"step": "company", "state": "skipped"}));
    assert_eq!(progress["over"], false);
    admin.get("/admin/set-up/nothing").await.assert_status(404);
    let skipped = admin.json(Method::POST, "/api/v1/set-up/mail/skip", json!({})).await.assert_ok().json();
    assert_eq!(skipped["steps"][4], json!({"step": "mail", "state": "skipped"}));
    admin.post("/admin/set-up/close", [("", ""); 0]).await.assert_redirect("/");
    admin.get("/").await.assert_ok().assert_lacks("Set your company up");
    admin.post("/admin/set-up/restart", [("", ""); 0]).await.assert_redirect("/admin/set-up");
    assert_eq!(admin.get("/api/v1/set-up").await.json()["steps"][0]["state"], "open");
    admin.get("/").await.assert_ok().assert_contains("Set your company up");
}

#[tokio::test]
async fn an_admin_who_is_not_hr_is_told_which_steps_are_for_hr() {
    let (_app, admin) = founded(false).await;
    admin.get("/admin/set-up/company").await.assert_ok().assert_contains("name=\"week_start\"");
    admin.get("/admin/set-up/people").await.assert_ok().assert_contains("takes the role of HR").assert_lacks("email_1");
    let people = [("first_name_1", "Mira"), ("last_name_1", "Castell"), ("email_1", "mira@nordlicht.test")];
    admin.post("/admin/set-up/people", people).await.assert_status(403);
    admin.post("/admin/set-up/leave", [("kinds", "vacation")]).await.assert_status(403);
    admin
        .post("/admin/set-up/place", [("entity", "X"), ("location", "Y"), ("time_zone", "UTC")])
        .await
        .assert_status(403);
}

#[tokio::test]
async fn settings_are_changed_by_admins_and_hold_at_once() {
    let app = TestApp::new();
    let form = [
        ("name", " Nordlicht  AG "),
        ("time_zone", "Asia/Tokyo"),
        ("language", "de"),
        ("week_start", "sunday"),
        ("country", "jp"),
        ("color", "#204060"),
    ];
    app.as_hr().post("/admin/settings", form).await.assert_status(403);
    app.as_admin().post("/admin/settings", form).await.assert_redirect("/admin/settings");
    app.as_admin().get("/admin/settings").await.assert_ok().assert_contains("Nordlicht AG").assert_contains("#204060");
    assert_eq!(app.org().settings().zone.iana_name(), Some("Asia/Tokyo"));
    let settings = app.as_employee().get("/api/v1/settings").await.assert_ok();
    let tag = settings.header("etag").to_owned();
    let change = json!({"week_start": "monday"});
    let stale = app.as_admin().header("if-match", "\"stale\"");
    stale.json(Method::PATCH, "/api/v1/settings", change.clone()).await.assert_status(412);
    let fresh = app.as_admin().header("if-match", tag);
    fresh.json(Method::PATCH, "/api/v1/settings", change).await.assert_ok();
    let admin = app.as_admin();
    let patch = |body| admin.json(Method::PATCH, "/api/v1/settings", body);
    patch(json!({"time_zone": "Mars/Base"})).await.assert_invalid("time_zone");
    patch(json!({"color": "green"})).await.assert_invalid("color");
    patch(json!({"name": ""})).await.assert_invalid("name");
    patch(json!({"slug": "other"})).await.assert_status(422);
    drop((admin, stale, fresh));
    let app = app.restart();
    assert_eq!(app.org().settings().name, "Nordlicht AG");
}

#[tokio::test]
async fn weeks_begin_on_the_organizations_day() {
    let app = TestApp::new();
    // 1 March 2026 is a Sunday, 2 March a Monday: the wallchart draws a line before the first day of a week.
    let lines = async |app: &TestApp| app.as_hr().get("/calendar?month=2026-03").await.assert_ok().text();
    let monday = lines(&app).await;
    app.as_admin().json(Method::PATCH, "/api/v1/settings", json!({"week_start": "sunday"})).await.assert_ok();
    assert_ne!(lines(&app).await, monday);
}

#[tokio::test]
async fn the_mail_server_is_named_tried_out_and_kept() {
    let app = operated();
    let server = aside(|| SmtpServer::start(steward::mail::Security::Plain, Some("steward:open sesame")));
    let port = server.settings().port.to_string();
    let form = |port: &str, password: &'static str| {
        vec![
            ("host".to_owned(), "127.0.0.1".to_owned()),
            ("port".to_owned(), port.to_owned()),
            ("security".to_owned(), "plain".to_owned()),
            ("user".to_owned(), "steward".to_owned()),
            ("password".to_owned(), password.to_owned()),
            ("from".to_owned(), "hr@nordlicht.test".to_owned()),
        ]
    };
    let admin = app.as_admin();
    admin.json(Method::POST, "/api/v1/mail-server/test", json!({})).await.assert_status(409);
    admin.post("/admin/mail", form("0", "open sesame")).await.assert_invalid("port");
    admin.post("/admin/mail", form(&port, "open sesame")).await.assert_redirect("/admin/mail");
    let page = admin.get("/admin/mail").await.assert_ok();
    page.assert_contains("127.0.0.1").assert_lacks("open sesame");
    let told = admin.post("/admin/mail/test", [("", ""); 0]).await.assert_ok();
    told.assert_contains("took a mail to").assert_contains("→ QUIT").assert_lacks("open sesame");

    // A password that is not typed again stays; a wrong one is told in the server's own words.
    admin.post("/admin/mail", form(&port, "")).await.assert_redirect("/admin/mail");
    let tried = admin.json(Method::POST, "/api/v1/mail-server/test", json!({})).await.assert_ok().json();
    assert_eq!(tried["sent"], true, "{tried}");
    admin.post("/admin/mail", form(&port, "wrong")).await.assert_redirect("/admin/mail");
    let tried = admin.json(Method::POST, "/api/v1/mail-server/test", json!({})).await.assert_ok().json();
    assert_eq!(tried["sent"], false);
    assert!(tried["refused"].as_str().unwrap().contains("535"), "{tried}");

    // It outlives the program, its password beside the master key and nowhere else.
    admin.post("/admin/mail", form(&port, "open sesame")).await.assert_redirect("/admin/mail");
    let secrets = |app: &TestApp| -> Vec<std::path::PathBuf> {
        let keys = std::fs::read_dir(app.app.house.data.join("keys")).unwrap().flatten().map(|entry| entry.path());
        keys.filter(|path| path.to_string_lossy().contains("smtp")).collect()
    };
    let kept = secrets(&app);
    assert_eq!(kept.len(), 1, "earlier passwords are gone: {kept:?}");
    let secret = &kept[0];
    assert_eq!(std::fs::read_to_string(secret).unwrap(), "open sesame");
    // Another server does not get to hear a password that was typed for this one.
    let mut elsewhere = form(&port, "");
    elsewhere[0].1 = "localhost".to_owned();
    admin.post("/admin/mail", elsewhere).await.assert_invalid("password");
    let mut abroad = form(&port, "open sesame");
    abroad[0].1 = "mail.example".to_owned();
    admin.post("/admin/mail", abroad).await.assert_invalid("security");
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(std::fs::metadata(secret).unwrap().permissions().mode() & 0o777, 0o600);
    drop(admin);
    let app = app.restart();
    let tried = app.as_admin().json(Method::POST, "/api/v1/mail-server/test", json!({})).await.assert_ok().json();
    assert_eq!(tried["sent"], true, "{tried}");
    let shown = app.as_admin().get("/api/v1/mail-server").await.assert_ok().json();
    assert!(shown.get("password").is_none());

    // None again: nothing leaves, and the password is gone with its user.
    let none = json!({"host": "", "port": 587, "security": "starttls"});
    app.as_admin().json(Method::PUT, "/api/v1/mail-server", none).await.assert_ok();
    assert!(secrets(&app).is_empty());
    app.as_hr().get("/admin/mail").await.assert_status(403);
}

#[tokio::test]
async fn while_the_named_server_cannot_be_used_mail_waits_and_the_page_says_what_to_do() {
    use jiff::SignedDuration;
    use steward::lang::Lang;
    use steward::msg;
    use steward::notifications::{MAIL, Post, post};
    use steward::storage::{marks::Standing, outbox};
    let server = aside(|| SmtpServer::start(steward::mail::Security::Plain, Some("steward:open sesame")));
    let named = json!({
        "host": "127.0.0.1", "port": server.settings().port, "security": "plain", "user": "steward",
        "password": "open sesame", "from": "hr@nordlicht.test",
    });
    let app = operated();
    app.as_admin().json(Method::PUT, "/api/v1/mail-server", named.clone()).await.assert_ok();
    // A copy was put back without the file.
    let keys = app.app.house.data.join("keys");
    let secret =
        std::fs::read_dir(keys).unwrap().flatten().find(|file| file.file_name().to_string_lossy().contains("smtp"));
    std::fs::remove_file(secret.unwrap().path()).unwrap();
    let app = app.restart();
    app.app.house.orgs.holding().set(Standing::Home);
    app.arrange(|tx| {
        let to = "mira@x.test".parse().unwrap();
        post(tx, &Post::new(&to, "Mira", Lang::ENGLISH, msg!("Snow"), msg!("Because.")))
    });
    app.app.clockwork.tick().await;
    let waiting = app.read(|rx| outbox::waiting_rows(rx, MAIL, 10, 0));
    assert_eq!(waiting.len(), 1, "it is not taken for sent");
    assert!(waiting[0].0.last_error.contains("cannot be used"), "{waiting:?}");

    let admin = app.as_admin();
    let shown = admin.get("/api/v1/mail-server").await.assert_ok().json();
    assert_eq!((&shown["host"], &shown["user"]), (&json!("127.0.0.1"), &json!("steward")));
    assert!(shown["trouble"].as_str().unwrap().contains("cannot be read"), "{shown}");
    let page = admin.get("/admin/mail").await.assert_ok();
    page.assert_contains("Type its password again and save").assert_lacks("/admin/mail/test");
    admin.get("/admin/mail/queue").await.assert_ok().assert_contains("Look at the page of the mail server.");
    admin.json(Method::POST, "/api/v1/mail-server/test", json!({})).await.assert_status(409);

    // Named anew, what waited leaves.
    let mut without = named.clone();
    without.as_object_mut().unwrap().remove("password");
    admin.json(Method::PUT, "/api/v1/mail-server", without).await.assert_invalid("password");
    let mended = admin.json(Method::PUT, "/api/v1/mail-server", named).await.assert_ok().json();
    assert_eq!(mended["trouble"], json!(null));
    app.clock.advance(SignedDuration::from_mins(1));
    app.app.clockwork.tick().await;
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn a_settings_file_that_names_the_mail_server_wins() {
    let app = TestApp::with(&[("smtp.host", "127.0.0.1"), ("smtp.from", "hr@nordlicht.test")]);
    // Where there is one company, its admins are the machine's.
    app.as_admin().get("/admin/mail").await.assert_ok().assert_contains("settings file names the mail server");
    let change = json!({"host": "other.test", "port": 25, "security": "plain", "from": "a@b.test"});
    app.as_admin().json(Method::PUT, "/api/v1/mail-server", change).await.assert_status(409);
}

#[tokio::test]
async fn a_host_name_that_stands_for_one_organization_lets_nobody_into_another() {
    let app = operated();
    second_organization(&app, PASSWORD);
    let admin = app.as_admin();
    let at = |host: &str| app.anonymous().header("host", host.to_owned()).header("origin", format!("http://{host}"));
    at("hr.nordlicht.test").get("/sign-in").await.assert_status(421);
    admin.json(Method::PUT, "/api/v1/hosts/hr.nordlicht.test:8443", json!({"own": true})).await.assert_invalid("host");
    admin.json(Method::PUT, "/api/v1/hosts/HR.nordlicht.test", json!({"own": true})).await.assert_ok();
    let orgs = app.app.house.orgs.clone();
    let suedwind = steward::orgs::Slug::parse("suedwind").unwrap();
    let taken = |name: &'static str| aside(|| orgs.bind(name, Some(&suedwind), Some(&suedwind), |_, _| Ok(())));
    assert!(taken("hr.nordlicht.test.").is_err(), "a dot at the end is the same name");
    drop(orgs);

    // Under the name nobody is asked which organization: it says so.
    let form = [("email", "employee@nordlicht.test"), ("password", PASSWORD)];
    let mut browser = at("hr.nordlicht.test");
    browser.submit("/sign-in", form).await.assert_redirect("/");
    assert!(browser.cookie_value("session").unwrap().starts_with("nordlicht."));
    browser.get("/api/v1/auth/me").await.assert_ok();
    // Elsewhere the same password still asks.
    app.anonymous().post("/sign-in", form).await.assert_ok().assert_contains("Südwind");

    // The other organization's session, tokens and logins mean nothing there.
    let login = json!({"email": "employee@nordlicht.test", "password": PASSWORD, "organization": "suedwind"});
    let tokens = app.anonymous().json(Method::POST, "/api/v1/auth/login", login.clone()).await.assert_ok().json();
    let bearer = tokens["access_token"].as_str().unwrap();
    app.anonymous().bearer(bearer).get("/api/v1/auth/me").await.assert_ok();
    at("hr.nordlicht.test").bearer(bearer).get("/api/v1/auth/me").await.assert_status(401);
    at("HR.Nordlicht.Test:80").bearer(bearer).get("/api/v1/auth/me").await.assert_status(401);
    let refresh = json!({"refresh_token": tokens["refresh_token"]});
    at("hr.nordlicht.test").json(Method::POST, "/api/v1/auth/refresh", refresh.clone()).await.assert_status(401);
    app.anonymous().json(Method::POST, "/api/v1/auth/refresh", refresh).await.assert_ok();
    at("hr.nordlicht.test").json(Method::POST, "/api/v1/auth/login", login).await.assert_status(401);
    at("hr.nordlicht.test").get("/sign-in").await.assert_ok().assert_contains("Nordlicht").assert_lacks("Südwind");

    // The other organization's admin is no operator, and learns nothing of names.
    let foreign = app.anonymous().bearer(bearer);
    foreign.get("/api/v1/hosts").await.assert_status(403);
    foreign.json(Method::PUT, "/api/v1/hosts/hr.nordlicht.test", json!({"own": false})).await.assert_status(403);

    // Mail of the organization leads to its own name.
    assert!(app.app.house.base_url_of(&app.org()).contains("://hr.nordlicht.test"));
    drop((admin, browser, foreign));
    let app = app.restart();
    let at = |host: &str| app.anonymous().header("host", host.to_owned()).header("origin", format!("http://{host}"));
    at("hr.nordlicht.test").get("/sign-in").await.assert_ok().assert_lacks("Südwind");
    app.as_admin().delete("/api/v1/hosts/hr.nordlicht.test").await.assert_status(204);
    at("hr.nordlicht.test").get("/sign-in").await.assert_status(421);
}

#[tokio::test]
async fn an_organization_out_of_service_lets_nobody_in() {
    let app = TestApp::new();
    second_organization(&app, "nine green boats");
    let orgs = app.app.house.orgs.clone();
    let slug = steward::orgs::Slug::parse("suedwind").unwrap();
    let form = [("email", "employee@nordlicht.test"), ("password", "nine green boats")];
    let mut inside = app.anonymous();
    inside.submit("/sign-in", form).await.assert_redirect("/");
    let audit = |tx: &mut steward::storage::Tx<'_>| {
        let actor = steward::auth::Actor::command_line(jiff::tz::TimeZone::UTC);
        steward::audit::record(tx, &actor, steward::audit::Entry::new("organization.state_changed")).map(drop)
    };
    aside(|| orgs.set_in_service(&slug, false, audit)).unwrap();
    inside.get("/api/v1/auth/me").await.assert_status(401);
    app.anonymous().post("/sign-in", form).await.assert_status(422);
    assert!(aside(|| orgs.set_in_service(&slug, false, audit)).is_err());
    aside(|| orgs.set_in_service(&slug, true, audit)).unwrap();
    inside.get("/api/v1/auth/me").await.assert_ok();
}
