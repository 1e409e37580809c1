//! Private data: who sees what of whom, what is changed at once and what HR confirms, photos, and people who would like
//! to see or change what is not theirs.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};
use steward::auth::{Role, user};
use steward::people;

use crate::support::{Answer, Client, Person, TestApp};

const IBAN: &str = "DE89370400440532013000";

fn path(who: Person) -> String {
    format!("/api/v1/employees/{}/personal", who.employee)
}

async fn patch(client: &Client, who: Person, body: Value) -> Answer {
    client.json(Method::PATCH, &path(who), body).await
}

fn everything() -> Value {
    json!({
        "private_email": "mira@home.test", "private_phone": "+49 170 1234567",
        "home_address": "Elbchaussee 1\n22765 Hamburg", "birthday": "1990-03-14", "birthday_shown": true,
        "emergency_name": "Juri Castell", "emergency_relation": "Brother", "emergency_phone": "+49 40 5550123",
    })
}

/// The one thing that waits in this inbox.
async fn waiting(client: &Client) -> Value {
    let list = client.get("/api/v1/approvals/pending?kind=profile").await.assert_ok().json();
    assert_eq!(list["total"], 1, "{list}");
    list["items"][0].clone()
}

async fn decide(client: &Client, approval: &Value, verb: &str, mut body: Value) -> Answer {
    if body.get("version").is_none() && approval.get("version").is_some() {
        body["version"] = approval["version"].clone();
    }
    client.json(Method::POST, &format!("/api/v1/approvals/{}/{verb}", approval["id"]), body).await
}

#[tokio::test]
async fn everybody_sees_what_is_theirs_to_see() {
    let app = TestApp::new();
    let mira = app.people.employee;
    patch(&app.as_employee(), mira, everything()).await.assert_ok();
    let own = app.as_employee().get(&path(mira)).await.assert_ok().json();
    assert_eq!(own["private_email"], "mira@home.test");
    assert_eq!(own["pending"], Value::Null);
    assert_eq!(app.as_hr().get(&path(mira)).await.json(), own, "HR sees what the person sees");

    let above = app.as_manager().get(&path(mira)).await.assert_ok().json();
    let fields = |seen: &Value| seen.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(fields(&above), ["employee", "birthday_day", "emergency_name", "emergency_relation", "emergency_phone"]);
    assert_eq!(above["birthday_day"], "03-14");
    for colleague in [app.as_other(), app.as_admin()] {
        assert_eq!(fields(&colleague.get(&path(mira)).await.assert_ok().json()), ["employee", "birthday_day"]);
    }
    app.anonymous().get(&path(mira)).await.assert_status(401);
    // Somebody who has not come yet is not there for colleagues at all.
    app.as_other().get(&path(app.people.hire)).await.assert_status(404);
    app.as_hire().get(&path(app.people.hire)).await.assert_ok();
    // Nor are colleagues for them.
    app.as_hire().get(&path(mira)).await.assert_status(404);

    patch(&app.as_employee(), mira, json!({ "birthday_shown": false })).await.assert_ok();
    assert_eq!(fields(&app.as_other().get(&path(mira)).await.json()), ["employee"]);
    let page = app.as_manager().get(&format!("/people/{}", mira.employee)).await.assert_ok();
    page.assert_contains("Juri Castell").assert_lacks("Elbchaussee").assert_lacks("<dt>Birthday");
    app.as_other().get(&format!("/people/{}", mira.employee)).await.assert_ok().assert_lacks("Juri Castell");
}

#[tokio::test]
async fn nobody_writes_what_is_another_s() {
    let app = TestApp::new();
    let mira = app.people.employee;
    for stranger in [app.as_manager(), app.as_other(), app.as_admin()] {
        patch(&stranger, mira, json!({ "private_phone": "1" })).await.assert_status(403);
    }
    patch(&app.as_other(), app.people.hire, json!({})).await.assert_status(404);
    // What is not asked for in the form does not come in by it.
    for field in ["employee_id", "id", "status", "pending", "updated_at"] {
        patch(&app.as_employee(), mira, json!({ field: 1 })).await.assert_invalid(field);
    }
    app.as_employee()
        .post("/account/profile", [("phone", "123"), ("number", "999"), ("join_date", "2020-01-01")])
        .await;
    let facts = app.read(move |rx| people::get(rx, mira.employee)).facts;
    assert_eq!((facts.phone.as_str(), facts.number.as_str()), ("123", "3"));
    app.as_employee().get(&format!("/people/{}/personal", app.people.other.employee)).await.assert_status(403);
    app.as_manager().get(&format!("/people/{}/personal", mira.employee)).await.assert_status(403);
    app.as_admin().get(&format!("/people/{}/personal", mira.employee)).await.assert_status(403);
}

#[tokio::test]
async fn bank_details_wait_for_hr_and_are_nowhere_else_meanwhile() {
    let app = TestApp::new();
    let mira = app.people.employee;
    let me = app.as_employee();
    patch(&me, mira, json!({ "iban": "DE88370400440532013000" })).await.assert_invalid("iban");
    let body = json!({ "iban": "de89 3704 0044 0532 0130 00", "bic": "COBADEFFXXX", "private_phone": "7" });
    let sent = patch(&me, mira, body).await.assert_status(202).json();
    assert_eq!((&sent["iban"], &sent["private_phone"]), (&json!(""), &json!("7")), "the rest is in force at once");
    assert_eq!(sent["pending"]["after"]["iban"], IBAN);
    assert_eq!(sent["pending"]["asked"][0]["name"], "Hanna Roth", "HR, not the manager");
    app.as_manager().get("/api/v1/approvals/pending").await.assert_contains("\"total\":0");

    // HR sees before and after, and cannot write past it.
    app.as_hr().get("/inbox").await.assert_contains("DE89 3704 0044 0532 0130 00").assert_contains("COBADEFFXXX");
    patch(&app.as_hr(), mira, json!({ "iban": "GB82WEST12345698765432" })).await.assert_status(409);
    patch(&app.as_hr(), mira, json!({ "private_phone": "8" })).await.assert_ok();

    let change = format!("/api/v1/profile-changes/{}", sent["pending"]["id"]);
    me.get(&change).await.assert_ok();
    app.as_hr().get(&change).await.assert_ok();
    for stranger in [app.as_manager(), app.as_other(), app.as_admin(), app.as_hire()] {
        stranger.get(&change).await.assert_status(404);
        stranger.delete(&change).await.assert_status(404);
        stranger.get(&format!("/profile-changes/{}", sent["pending"]["id"])).await.assert_status(404);
    }
    app.as_hr().delete(&change).await.assert_status(403);

    // The approval is of the version that was looked at.
    let seen = waiting(&app.as_hr()).await;
    patch(&me, mira, json!({ "account_holder": "Mira Castell" })).await.assert_status(202);
    decide(&app.as_hr(), &seen, "approve", json!({ "version": seen["version"] })).await.assert_status(409);
    let fresh = waiting(&app.as_hr()).await;
    decide(&me, &fresh, "approve", json!({})).await.assert_status(403);
    decide(&app.as_manager(), &seen, "approve", json!({})).await.assert_status(404);
    decide(&app.as_hr(), &seen, "approve", json!({ "version": waiting(&app.as_hr()).await["version"] }))
        .await
        .assert_ok();
    let now = me.get(&path(mira)).await.json();
    assert_eq!(
        (&now["iban"], &now["account_holder"], &now["pending"]),
        (&json!(IBAN), &json!("Mira Castell"), &Value::Null)
    );
    me.delete(&change).await.assert_status(409);
    me.get("/api/v1/notifications").await.assert_contains("Hanna Roth confirmed the change");
}

#[tokio::test]
async fn the_audit_log_keeps_four_characters_of_an_account_and_tells_an_admin_nothing() {
    let app = TestApp::new();
    let mira = app.people.employee;
    patch(&app.as_hr(), mira, json!({ "iban": IBAN, "legal_name": "Miroslava Castell" })).await.assert_ok();
    app.as_employee().get("/api/v1/notifications").await.assert_contains("changed your legal name or bank details");
    let hr = app.people.hr.user;
    let roles = [Role::Hr, Role::Admin].into_iter().collect();
    app.act(app.people.admin, move |tx, actor| user::set_roles(tx, actor, hr, roles)).unwrap();
    let log = app.as_hr().get("/api/v1/audit-log?subject=employee_personal").await.assert_ok();
    log.assert_contains("…3000").assert_contains("Miroslava").assert_lacks(IBAN);
    let log = app.as_admin().get("/api/v1/audit-log?subject=employee_personal").await.assert_ok();
    log.assert_contains("personal.updated").assert_lacks("…3000").assert_lacks("Miroslava");
}

#[tokio::test]
async fn a_change_is_rejected_asked_about_answered_and_taken_back() {
    let app = TestApp::new();
    let mira = app.people.employee;
    let (me, hr) = (app.as_employee(), app.as_hr());
    patch(&me, mira, json!({ "legal_name": "Miroslava Castell" })).await.assert_status(202);
    let seen = waiting(&hr).await;
    decide(&hr, &seen, "reject", json!({ "reason": "" })).await.assert_invalid("reason");
    decide(&hr, &seen, "reject", json!({ "reason": "No paper yet" })).await.assert_ok();
    assert_eq!(me.get(&path(mira)).await.json()["legal_name"], "");
    me.get("/api/v1/notifications").await.assert_contains("rejected the change").assert_lacks("No paper yet");
    let id = &seen["subject"]["id"];
    me.get(&format!("/profile-changes/{id}")).await.assert_contains("No paper yet");

    patch(&me, mira, json!({ "legal_name": "Miroslava Castell" })).await.assert_status(202);
    decide(&hr, &waiting(&hr).await, "clarify", json!({ "question": "With one l?" })).await.assert_ok();
    me.get("/account/profile").await.assert_contains("With one l?").assert_contains("A question is open");
    me.post("/account/profile/confirmed", [("legal_name", "Miroslawa Castell")])
        .await
        .assert_redirect("/account/profile");
    assert_eq!(waiting(&hr).await["status"], "pending");
    // What is wanted is what is: nothing waits any more.
    patch(&me, mira, json!({ "legal_name": "" })).await.assert_ok();
    hr.get("/api/v1/approvals/pending").await.assert_contains("\"total\":0");

    me.post("/account/profile/confirmed", [("legal_name", "Mirka")]).await.assert_redirect("/account/profile");
    me.post("/account/profile/withdraw", [("", "")]).await.assert_redirect("/account/profile");
    hr.get("/api/v1/approvals/pending").await.assert_contains("\"total\":0");
    let list = me.get("/api/v1/profile-changes").await.json();
    let states: Vec<&str> =
        list["items"].as_array().unwrap().iter().map(|one| one["status"].as_str().unwrap()).collect();
    assert_eq!(states, ["withdrawn", "withdrawn", "rejected"]);
    let others = app.as_other().get(&format!("/api/v1/profile-changes?employee_id={}", mira.employee)).await.json();
    assert_eq!(others["total"], 0);
    assert_eq!(hr.get("/api/v1/profile-changes?status=rejected").await.json()["total"], 1);
}

#[tokio::test]
async fn hr_s_own_goes_to_a_colleague_in_hr_and_stays_with_hr_when_somebody_leaves() {
    let app = TestApp::new();
    let second = app.person("Ines", "Falk");
    let roles = [Role::Hr].into_iter().collect();
    app.act(app.people.admin, move |tx, actor| user::set_roles(tx, actor, second.user, roles)).unwrap();
    let sent = patch(&app.as_hr(), app.people.hr, json!({ "iban": IBAN })).await.assert_status(202).json();
    assert_eq!(sent["pending"]["asked"], json!([{ "id": second.employee, "name": "Ines Falk" }]));
    let own = json!({ "id": sent["pending"]["approval_id"], "version": 1 });
    decide(&app.as_hr(), &own, "approve", json!({ "on_behalf_reason": "me" })).await.assert_status(403);

    // Who was asked is gone: it waits for HR again, never for the line.
    patch(&app.as_employee(), app.people.employee, json!({ "bic": "COBADEFF" })).await.assert_status(202);
    let hr = app.people.hr.employee;
    app.act(app.people.hr, move |tx, actor| people::employee::hide(tx, actor, second.employee)).unwrap();
    let list = app.as_hr().get("/api/v1/approvals/pending?kind=profile").await.assert_ok().json();
    let asked: Vec<&Value> = list["items"].as_array().unwrap().iter().map(|one| &one["asked"]).collect();
    let hanna = json!([{ "id": hr, "name": "Hanna Roth" }]);
    assert_eq!(asked, [&hanna], "her own is not hers to confirm");
    // It waits for the admin, who has no record.
    let admin = app.as_admin().get("/api/v1/approvals/pending?kind=profile").await.assert_ok().json();
    assert_eq!((&admin["total"], &admin["items"][0]["requester"]["name"]), (&json!(1), &json!("Hanna Roth")));
    let wanted = admin["items"][0].clone();
    decide(&app.as_admin(), &json!({ "id": wanted["id"] }), "approve", json!({})).await.assert_invalid("version");
    decide(&app.as_admin(), &wanted, "approve", json!({})).await.assert_ok();
    assert_eq!(app.as_hr().get(&path(app.people.hr)).await.json()["iban"], IBAN);
}

#[tokio::test]
async fn a_person_looks_after_the_profile_on_a_page() {
    let app = TestApp::new();
    let me = app.as_employee();
    me.get("/account").await.assert_contains("/account/profile");
    me.get("/account/profile").await.assert_ok().assert_contains("Otto Lind").assert_contains("Nobody");
    let deputy = app.people.other.employee.to_string();
    let form = [
        ("phone", "+49 40 1"),
        ("deputy_id", deputy.as_str()),
        ("birthday", "1990-03-14"),
        ("birthday_shown", "true"),
        ("home_address", "Elbchaussee 1"),
    ];
    me.post("/account/profile", form).await.assert_redirect("/account/profile");
    let mira = app.people.employee.employee;
    let facts = app.read(move |rx| people::get(rx, mira)).facts;
    assert_eq!((facts.phone.as_str(), facts.deputy_id), ("+49 40 1", Some(app.people.other.employee)));
    app.as_other().get(&format!("/people/{mira}")).await.assert_contains("<dt>Birthday");

    let wrong = [("phone", "1"), ("birthday", "2030-01-01"), ("private_email", "x")];
    let page = me.post("/account/profile", wrong).await.assert_invalid("birthday").assert_invalid("private_email");
    page.assert_contains("value=\"2030-01-01\"");
    // What was typed on an older page does not write back what was there then.
    let stale = [("stamp", "\"old\""), ("phone", "666")];
    me.post("/account/profile", stale).await.assert_redirect("/account/profile");
    assert_eq!(app.read(move |rx| people::get(rx, mira)).facts.phone, "+49 40 1");
    let itself = mira.to_string();
    me.post("/account/profile", [("deputy_id", itself.as_str())]).await.assert_invalid("deputy_id");
    // Before the first day nobody else is to be known.
    let hire = app.as_hire().get("/account/profile").await.assert_ok();
    hire.assert_lacks("Otto Lind").assert_contains("IBAN");
    app.as_hire().post("/account/profile", [("deputy_id", deputy.as_str())]).await.assert_redirect("/account/profile");
    let hire = app.people.hire.employee;
    assert_eq!(app.read(move |rx| people::get(rx, hire)).facts.deputy_id, None);
    app.as_admin().get("/account/profile").await.assert_status(403);
}

/// A JPEG of 64 by 48 with a place in it.
pub fn picture() -> Vec<u8> {
    let exif = b"\xFF\xE1\0\x0AExif\0\0GP".to_vec();
    let mut raw = b"\xFF\xD8".to_vec();
    raw.extend(exif);
    raw.extend(b"\xFF\xFE\0\x0BGPS 53.55");
    raw.extend(b"\xFF\xC0\0\x0B\x08\0\x30\0\x40\x01\x01\x11\0");
    raw.extend(b"\xFF\xDA\0\x08\x01\x01\0\0\x3F\0scan\xFF\xD9");
    raw
}

async fn put(client: &Client, who: Person, kind: &str, body: Vec<u8>) -> Answer {
    let path = format!("/api/v1/employees/{}/photo", who.employee);
    client.clone().send(Method::PUT, &path, Some(kind), Body::from(body)).await
}

#[tokio::test]
async fn a_photo_is_cleaned_sealed_and_shown_to_those_who_see_the_person() {
    let app = TestApp::new();
    let mira = app.people.employee;
    let me = app.as_employee();
    let photo = format!("/people/{}/photo", mira.employee);
    me.get(&photo).await.assert_status(404);
    put(&me, mira, "image/jpeg", picture()).await.assert_status(204);
    let shown = app.as_other().get(&photo).await.assert_ok();
    assert_eq!(shown.header("content-type"), "image/jpeg");
    assert_eq!(shown.header("x-content-type-options"), "nosniff");
    assert!(
        shown.header("cache-control").contains("no-cache")
            && shown.header("content-security-policy").contains("sandbox")
    );
    assert!(!shown.text().contains("GPS") && shown.text().contains("scan"));
    let tag = shown.header("etag").to_owned();
    let again = app.as_other().header("if-none-match", tag.clone()).get(&photo).await.assert_status(304);
    assert!(again.bytes.is_empty());
    app.as_other().get("/people").await.assert_contains(&format!("{photo}?v="));
    me.get("/").await.assert_contains(&format!("{photo}?v="));
    app.as_admin().get(&format!("/api/v1/employees/{}/photo", mira.employee)).await.assert_ok();
    app.as_hire().get(&photo).await.assert_status(404);
    app.anonymous().get(&format!("/api/v1/employees/{}/photo", mira.employee)).await.assert_status(401);
    // Nothing of it lies open on the disk.
    put(&me, mira, "image/jpeg", picture()).await.assert_status(204);
    assert_ne!(app.as_other().get(&photo).await.header("etag"), tag, "another photo, another tag");
    app.as_hr().delete(&format!("/api/v1/employees/{}/photo", mira.employee)).await.assert_status(204);
    me.get(&photo).await.assert_status(404);
    app.as_other().get("/people").await.assert_lacks("<img");
}

#[tokio::test]
async fn a_photo_is_not_taken_from_strangers_nor_from_what_is_no_picture() {
    let app = TestApp::new();
    let mira = app.people.employee;
    for stranger in [app.as_other(), app.as_manager(), app.as_admin(), app.as_hire()] {
        let status = put(&stranger, mira, "image/jpeg", picture()).await.status.as_u16();
        assert!(matches!(status, 403 | 404), "{status}");
        let gone = stranger.delete(&format!("/api/v1/employees/{}/photo", mira.employee)).await.status.as_u16();
        assert!(matches!(gone, 403 | 404), "{gone}");
    }
    let me = app.as_employee();
    for raw in ["<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "<!doctype html><script>", "MZ\0\0"] {
        put(&me, mira, "image/png", raw.into()).await.assert_invalid("file");
    }
    put(&me, mira, "text/html", picture()).await.assert_status(415);
    put(&me, mira, "image/jpeg", vec![0; 6 << 20]).await.assert_status(413);
    put(&me, mira, "image/jpeg", Vec::new()).await.assert_invalid("file");
    let form = |content: &[u8]| {
        let head = b"--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"../../x.svg\"\r\n\r\n".as_slice();
        Body::from([head, content, b"\r\n--b--\r\n"].concat())
    };
    let kind = Some("multipart/form-data; boundary=b");
    let mut browser = app.as_employee();
    let said = browser.send(Method::POST, "/account/profile/photo", kind, form(b"<svg>")).await;
    said.assert_redirect("/account/profile");
    browser.get("/account/profile").await.assert_contains("not a picture");
    let said = browser.send(Method::POST, "/account/profile/photo", kind, form(&picture())).await;
    said.assert_redirect("/account/profile");
    browser.get("/account/profile").await.assert_contains("<img");
    browser.post("/account/profile/photo/remove", [("", "")]).await.assert_redirect("/account/profile");
    app.as_employee().get("/account/profile").await.assert_lacks("<img");
}

#[tokio::test]
async fn hr_s_own_fields_are_filled_in_by_the_person_where_hr_lets_them() {
    let app = TestApp::new();
    let field = |code: &str, own: bool| json!({ "code": code, "label": format!("Field {code}"), "kind": "text", "visible_to": "hr", "editable_by_person": own });
    for (code, own) in [("shirt", true), ("grade", false)] {
        app.as_hr().json(Method::POST, "/api/v1/employee-fields", field(code, own)).await.assert_status(201);
    }
    let me = app.as_employee();
    me.get("/account/profile").await.assert_contains("Field shirt").assert_lacks("Field grade");
    me.post("/account/profile", [("phone", "1"), ("custom.shirt", "L")]).await.assert_redirect("/account/profile");
    me.get("/account/profile").await.assert_contains("\nL</textarea>");
    me.post("/account/profile", [("custom.grade", "boss")]).await.assert_status(422);
    app.as_hr().get(&format!("/people/{}/personal", app.people.employee.employee)).await.assert_lacks("Field shirt");
}
