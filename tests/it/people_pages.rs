//! The pages about people: found, entered, changed, deactivated; the organization, holidays, and a file taken in two
//! steps without script.

use axum::body::Body;
use axum::http::Method;
use steward::people;

use crate::support::{Answer, Client, TestApp};

const PERSON: [(&str, &str); 6] = [
    ("number", "0042"),
    ("first_name", "Ana"),
    ("last_name", "Ribeiro"),
    ("email", "ana@nordlicht.test"),
    ("join_date", "2025-03-01"),
    ("employment_type", "full_time"),
];

/// The id of the person with this address.
fn id_of(app: &TestApp, email: &'static str) -> i64 {
    app.read(|rx| people::by_email(rx, email)).unwrap().id.0
}

#[tokio::test]
async fn the_directory_shows_whom_one_may_find() {
    let app = TestApp::new();
    let staff = app.as_other().get("/people").await.assert_ok();
    let staff = staff.assert_contains("Mira Castell").assert_contains("mailto:employee@nordlicht.test");
    staff.assert_lacks("Nora Vale").assert_lacks("/people/import").assert_lacks("/people/export");
    let hr = app.as_hr().get("/people?search=vale").await.assert_ok();
    hr.assert_contains("Nora Vale").assert_contains("Before the first day").assert_lacks("Mira Castell");
    app.as_hr().get("/people?search=nobody").await.assert_ok().assert_contains("Nobody found");
    app.as_hr().get("/people?ordering=-name&page_size=2").await.assert_ok().assert_contains("aria-sort=\"descending\"");
    app.as_hr().get("/people?salary=1").await.assert_status(422);
    app.as_hire().get("/people").await.assert_status(403);
    app.anonymous().get("/people").await.assert_status(303);
}

#[tokio::test]
async fn a_profile_shows_colleagues_less_than_those_above() {
    let app = TestApp::new();
    let mira = format!("/people/{}", app.people.employee.employee);
    let inside = ["First day", "Working week", "Leave balance"];
    let seen = app.as_other().get(&mira).await.assert_ok().assert_contains("Jonas Brandt");
    let seen = inside.iter().fold(seen, |seen, words| seen.assert_lacks(words));
    seen.assert_lacks("/edit").assert_lacks("weeks/new");
    for client in [app.as_employee(), app.as_manager()] {
        let seen = inside.iter().fold(client.get(&mira).await.assert_ok(), |seen, words| seen.assert_contains(words));
        seen.assert_lacks("/edit").assert_lacks("Invite");
    }
    app.as_hr().get(&mira).await.assert_ok().assert_contains(&format!("{mira}/edit"));
    app.as_other().get(&format!("/people/{}", app.people.hire.employee)).await.assert_status(404);
    let manager = format!("/people/{}", app.people.manager.employee);
    app.as_other().get(&manager).await.assert_ok().assert_contains("Mira Castell").assert_lacks("Nora Vale");
    app.as_manager().get(&manager).await.assert_ok().assert_contains("Nora Vale");
}

#[tokio::test]
async fn a_form_comes_back_with_its_errors_and_what_was_typed() {
    let app = TestApp::new();
    let hr = app.as_hr();
    hr.get("/people/new").await.assert_ok().assert_contains("value=\"09:00\"");
    let mut wrong = PERSON.to_vec();
    wrong.retain(|(name, _)| *name != "email");
    wrong.extend([("email", "nobody"), ("position", "Head & shoulders"), ("mon", "8"), ("leave_date", "2020-01-01")]);
    let back = hr.post("/people/new", wrong).await.assert_invalid("email").assert_invalid("leave_date");
    back.assert_contains("Head &#38; shoulders").assert_contains("value=\"0042\"");
    let mut days = PERSON.to_vec();
    days.push(("tue", "lots"));
    hr.post("/people/new", days).await.assert_invalid("tue");
    let mut missing = PERSON.to_vec();
    missing.retain(|(name, _)| *name != "join_date");
    hr.post("/people/new", missing).await.assert_invalid("join_date");
}

#[tokio::test]
async fn somebody_is_entered_invited_changed_deactivated_and_brought_back() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let mut form = PERSON.to_vec();
    form.extend([("mon", "7:30"), ("tue", "4")]);
    let entered = hr.post("/people/new", form).await.assert_status(303);
    let ana = id_of(&app, "ana@nordlicht.test");
    let home = format!("/people/{ana}");
    assert_eq!(entered.header("location"), home);
    hr.get(&home).await.assert_ok().assert_contains("11\u{a0}h 30\u{a0}min").assert_contains("Invite by mail");

    hr.post(&format!("{home}/invite"), [("", ""); 0]).await.assert_redirect(&home);
    hr.get(&home).await.assert_ok().assert_contains("invited, not signed in yet").assert_contains("Invite again");
    let mails: i64 = app.read(|rx| rx.scalar("SELECT count(*) FROM outbox WHERE kind = 'mail'", ()));
    assert_eq!(mails, 1);
    let mira = format!("/people/{}", app.people.employee.employee);
    hr.clone().submit(&format!("{mira}/invite"), [("", ""); 0]).await.assert_redirect(&mira);

    let edit = format!("{home}/edit");
    hr.get(&edit).await.assert_ok().assert_contains("value=\"2025-03-01\"");
    let mut change = PERSON.to_vec();
    change.push(("position", "Support engineer"));
    let manager = app.people.manager.employee.to_string();
    change.push(("manager_id", &manager));
    hr.post(&edit, change.clone()).await.assert_redirect(&home);
    hr.get(&home).await.assert_ok().assert_contains("Support engineer").assert_contains("Jonas Brandt");
    // Whom she leads cannot lead her.
    let boss = format!("/people/{manager}/edit");
    let under = [
        ("number", "2"),
        ("first_name", "Jonas"),
        ("last_name", "Brandt"),
        ("email", "manager@nordlicht.test"),
        ("join_date", "2024-03-01"),
        ("manager_id", &ana.to_string()),
    ];
    hr.post(&boss, under).await.assert_invalid("manager_id");

    hr.get(&format!("{home}/deactivate")).await.assert_ok().assert_contains("Deactivate Ana Ribeiro?");
    hr.post(&format!("{home}/deactivate"), [("", ""); 0]).await.assert_redirect("/people");
    app.as_other().get(&home).await.assert_status(404);
    hr.get(&home).await.assert_ok().assert_contains("Bring back");
    hr.get("/people?active=false").await.assert_ok().assert_contains("Ana Ribeiro");
    hr.post(&format!("{home}/restore"), [("", ""); 0]).await.assert_redirect(&home);
    app.as_other().get(&home).await.assert_ok();
    let own = format!("/people/{}/deactivate", app.people.hr.employee);
    hr.post(&own, [("", ""); 0]).await.assert_status(409);
}

#[tokio::test]
async fn working_weeks_by_hand() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let home = format!("/people/{}", app.people.employee.employee);
    let new = format!("{home}/weeks/new");
    hr.get(&new).await.assert_ok().assert_contains("value=\"8:00\"");
    let week = |day: &'static str| {
        [("effective_on", day), ("mon", "6"), ("wed", "7,5"), ("wed_start_time", "08:00"), ("wed_end_time", "16:00")]
    };
    hr.post(&new, week("2026-05-01")).await.assert_redirect(&home);
    hr.post(&new, week("")).await.assert_invalid("effective_on");
    hr.post(&new, week("2020-05-01")).await.assert_invalid("effective_on");
    let seen = app.as_employee().get(&home).await.assert_ok();
    seen.assert_contains("13\u{a0}h 30\u{a0}min").assert_contains("from 1\u{a0}May");
    let weeks = app.read(|rx| people::schedule::list(rx, app.people.employee.employee));
    let path = format!("{home}/weeks/{}", weeks[1].id);
    hr.get(&path).await.assert_ok().assert_contains("value=\"7:30\"").assert_contains("value=\"16:00\"");
    // Under another person's address there is no such week.
    let elsewhere = format!("/people/{}/weeks/{}", app.people.other.employee, weeks[1].id);
    hr.get(&elsewhere).await.assert_status(404);
    hr.post(&format!("{elsewhere}/remove"), [("", ""); 0]).await.assert_status(404);
    hr.post(&format!("{path}/remove"), [("", ""); 0]).await.assert_redirect(&home);
    assert_eq!(app.read(|rx| people::schedule::list(rx, app.people.employee.employee)).len(), 1);
}

#[tokio::test]
async fn the_organization_is_built_taken_down_and_brought_back() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let home = "/people/organization";
    app.as_other().get(home).await.assert_ok().assert_lacks("/new");
    hr.post(&format!("{home}/entities/new"), [("name", "Sul Lda"), ("code", "SUL")]).await.assert_redirect(home);
    hr.post(&format!("{home}/entities/new"), [("name", "Sul"), ("code", "sul")]).await.assert_invalid("code");
    let site = |zone: &'static str| [("name", "Lisbon"), ("code", "LX"), ("entity_id", "1"), ("time_zone", zone)];
    hr.get(&format!("{home}/locations/new")).await.assert_ok().assert_contains("value=\"Europe/Berlin\"");
    hr.post(&format!("{home}/locations/new"), site("Lisbon"))
        .await
        .assert_invalid("time_zone")
        .assert_contains("value=\"Lisbon\"");
    hr.post(&format!("{home}/locations/new"), site("Europe/Lisbon")).await.assert_redirect(home);
    hr.post(&format!("{home}/departments/new"), [("name", "Support"), ("code", "SUP"), ("location_id", "1")])
        .await
        .assert_redirect(home);
    hr.get(&format!("{home}/departments/1")).await.assert_ok().assert_contains("Managers beside the head");
    let mira = app.people.employee.employee.to_string();
    hr.post(&format!("{home}/departments/1/managers"), [("employee_id", mira.as_str())])
        .await
        .assert_redirect("/people/organization/departments/1");
    hr.post(&format!("{home}/departments/1/managers"), [("employee_id", "")]).await.assert_invalid("employee_id");
    hr.get(&format!("{home}/departments/1")).await.assert_ok().assert_contains("Mira Castell");
    hr.post(&format!("{home}/departments/1/managers/{mira}/remove"), [("", ""); 0]).await.assert_status(303);
    hr.post(&format!("{home}/groups/new"), [("name", "IT"), ("code", "it")]).await.assert_redirect(home);
    hr.post(&format!("{home}/groups/1"), [("name", "Computers")]).await.assert_redirect(home);
    hr.get(home).await.assert_ok().assert_contains("Computers").assert_contains("Lisbon");

    hr.get(&format!("{home}/entities/1/deactivate"))
        .await
        .assert_ok()
        .assert_contains("1 location goes along.")
        .assert_contains("1 department goes along.")
        .assert_contains("Support");
    hr.post(&format!("{home}/entities/1/deactivate"), [("", ""); 0]).await.assert_redirect(home);
    hr.get(home).await.assert_ok().assert_lacks("Lisbon");
    hr.get(&format!("{home}?active=false")).await.assert_ok().assert_contains("Lisbon");
    let refused = hr.clone().submit(&format!("{home}/locations/1/restore"), [("", ""); 0]).await;
    refused.assert_redirect("/people/organization?active=false");
    hr.post(&format!("{home}/entities/1/restore"), [("", ""); 0]).await.assert_redirect(home);
    app.as_other().get(home).await.assert_ok().assert_contains("Lisbon");
    hr.get(&format!("{home}/planets/1/deactivate")).await.assert_status(404);
    hr.post(&format!("{home}/groups/1/dissolve"), [("", ""); 0]).await.assert_redirect(home);
}

#[tokio::test]
async fn holidays_by_year() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let home = "/people/holidays";
    app.as_other().get(home).await.assert_ok().assert_contains("No holidays in this year").assert_lacks("/new");
    let day = |kind: &'static str| [("name", "Christmas Eve"), ("start_date", "2026-12-24"), ("kind", kind)];
    hr.post("/people/holidays/new", day("afternoon")).await.assert_redirect("/people/holidays?year=2026");
    hr.post("/people/holidays/new", day("working")).await.assert_invalid("kind").assert_contains("Christmas Eve");
    let seen = app.as_other().get(home).await.assert_ok();
    seen.assert_contains("Christmas Eve").assert_contains("the afternoon").assert_contains("Thu\u{a0}24\u{a0}Dec");
    hr.post("/people/holidays/1", day("full")).await.assert_redirect("/people/holidays?year=2026");
    app.as_other().get(home).await.assert_ok().assert_lacks("the afternoon");
    app.as_other().get("/people/holidays?year=2027").await.assert_ok().assert_lacks("Christmas");
    app.as_other().get("/people/holidays?year=9999").await.assert_status(422);
    hr.post("/people/holidays/1/remove", [("", ""); 0]).await.assert_redirect("/people/holidays?year=2026");
}

/// Sends a form with a file, as a browser does.
async fn send(client: &Client, csv: &str) -> Answer {
    let form = format!(
        "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"people.csv\"\r\ncontent-type: text/csv\r\n\r\n{csv}\r\n--b--\r\n"
    );
    client.clone().send(Method::POST, "/people/import", Some("multipart/form-data; boundary=b"), Body::from(form)).await
}

#[tokio::test]
async fn a_file_is_shown_before_it_is_taken() {
    let app = TestApp::new();
    let hr = app.as_hr();
    hr.get("/people/import").await.assert_ok().assert_contains("employment_type");
    let kept = send(&hr, "email,lastname,name\nana@x.test,Ribeiro,Ana\nemployee@nordlicht.test,Castell,Mira\n").await;
    let path = kept.assert_status(303).header("location").to_owned();
    let shown = hr.get(&path).await.assert_ok();
    shown.assert_contains("Ana Ribeiro").assert_contains("1 person is added.").assert_contains("as it is");
    assert!(app.read(|rx| people::by_email(rx, "ana@x.test")).is_none(), "looking writes nothing");
    // The file is its sender's alone.
    app.as_manager().get(&path).await.assert_status(403);
    let other = app.person("Hedda", "Roth");
    app.act(app.people.admin, move |tx, actor| {
        steward::auth::user::set_roles(tx, actor, other.user, [steward::auth::Role::Hr].into_iter().collect())
    })
    .unwrap();
    app.signed_in(other).get(&path).await.assert_status(404);
    hr.get("/people/import/1-..%2F..%2Fsteward").await.assert_status(404);

    hr.post(&path, [("", ""); 0]).await.assert_redirect("/people");
    assert_eq!(app.read(|rx| people::by_email(rx, "ana@x.test")).unwrap().name(), "Ana Ribeiro");
    // Whoever pressed twice is told that it is done.
    hr.post(&path, [("", ""); 0]).await.assert_redirect("/people");
    hr.get(&path).await.assert_redirect("/people");
}

#[tokio::test]
async fn a_file_that_is_wrong_says_where_and_cannot_be_taken() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let kept = send(&hr, "email,lastname,name,department\nana@x.test,Ribeiro,Ana,Suport\n").await;
    let path = kept.assert_status(303).header("location").to_owned();
    let shown = hr.get(&path).await.assert_ok().assert_contains("Line 2").assert_contains("“Suport”");
    shown.assert_lacks("All of it or nothing.");
    hr.post(&path, [("", ""); 0]).await.assert_status(422).assert_contains("Line 2");
    assert!(app.read(|rx| people::by_email(rx, "ana@x.test")).is_none());

    // Within the hour it may still be looked at; after it, it is gone.
    hr.get(&path).await.assert_ok();
    app.clock.advance(jiff::SignedDuration::from_mins(61));
    app.as_hr().get(&path).await.assert_status(404);
}

#[tokio::test]
async fn a_file_too_large_says_so_on_the_page() {
    let app = TestApp::new();
    let huge = app.as_hr().header("content-length", "209715200");
    send(&huge, "x").await.assert_status(413).assert_contains("The file is larger than 16 MB");
    let empty = app
        .as_hr()
        .send(Method::POST, "/people/import", Some("multipart/form-data; boundary=b"), Body::from("--b--\r\n"))
        .await;
    empty.assert_status(422).assert_contains("Choose a file.");
}
