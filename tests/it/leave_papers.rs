//! Papers on requests for leave: brought with them or later, opened by few, asked for when they do not come, and gone
//! when nothing names them.

use axum::body::Body;
use axum::http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};
use steward::leave::rules::Attachment;
use steward::leave::types::{self, TypeFields};
use steward::storage::marks::Standing;

use crate::leave_api::{Kinds, with_leave};
use crate::support::{Answer, Client, TestApp};

const MULTIPART: &str = "multipart/form-data; boundary=b";
const NOTE: &[u8] = b"%PDF-1.4\nunable to work\n%%EOF\n";

/// A form: name, name of the file where it is one, content.
fn parts(parts: &[(&str, Option<&str>, &[u8])]) -> Body {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        body.extend(format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n").into_bytes());
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(b"--b--\r\n");
    Body::from(body)
}

async fn bring(client: &Client, path: &str, name: &str, content: &[u8]) -> Answer {
    client.clone().send(Method::POST, path, Some(MULTIPART), parts(&[("file", Some(name), content)])).await
}

async fn upload(client: &Client, content: &[u8]) -> Value {
    bring(client, "/api/v1/leave/documents", "note.pdf", content).await.assert_status(201).json()["id"].clone()
}

/// Sick from Tuesday to Friday, with these papers.
async fn sick(client: &Client, kinds: &Kinds, papers: &[Value]) -> Value {
    let body = json!({
        "leave_type_id": kinds.sick, "start_date": "2026-03-03", "end_date": "2026-03-06", "document_ids": papers,
    });
    client.json(Method::POST, "/api/v1/leave/requests", body).await.assert_status(201).json()
}

async fn vacation(client: &Client, kinds: &Kinds, papers: &[Value]) -> Value {
    let body = json!({
        "leave_type_id": kinds.vacation, "start_date": "2026-04-07", "end_date": "2026-04-08", "document_ids": papers,
    });
    client.json(Method::POST, "/api/v1/leave/requests", body).await.assert_status(201).json()
}

fn of(request: &Value) -> String {
    format!("/api/v1/leave/requests/{}/documents", request["id"])
}

/// Changes the kind "Sick".
fn change(app: &TestApp, kinds: &Kinds, change: impl FnOnce(TypeFields) -> TypeFields + Send + 'static) {
    let sick = kinds.sick;
    app.act(app.people.hr, move |tx, actor| {
        let kind = types::get(tx, sick)?;
        types::update(tx, actor, sick, change(kind.fields))
    })
    .unwrap();
}

fn sealed_files(app: &TestApp) -> usize {
    let folders = std::fs::read_dir(app.org().dir.join("vault")).unwrap();
    folders.map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap().count()).sum()
}

fn audited(app: &TestApp, action: &'static str) -> i64 {
    app.read(move |rx| rx.scalar("/* whole table */ SELECT count(*) FROM audit_log WHERE action = ?1", [action]))
}

#[tokio::test]
async fn a_paper_goes_with_a_request_and_comes_back_as_it_was_also_after_a_restart() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let mira = app.as_employee();
    let id = upload(&mira, NOTE).await;
    let request = sick(&mira, &kinds, std::slice::from_ref(&id)).await;
    assert_eq!((&request["documents"], &request["documents_due_on"]), (&json!(1), &json!("2026-03-06")));
    let list = mira.get(&of(&request)).await.assert_ok().json();
    assert_eq!((&list["total"], &list["items"][0]["id"]), (&json!(1), &id));
    let paper = &list["items"][0];
    assert_eq!((&paper["name"], &paper["size"]), (&json!("note.pdf"), &json!(NOTE.len())));
    assert_eq!((&paper["request_id"], &paper["uploaded_by"]), (&request["id"], &json!("Mira Castell")));

    drop(mira);
    let app = app.restart();
    let mira = app.as_employee();
    for path in [format!("{}/{id}", of(&request)), format!("/leave/requests/{}/documents/{id}", request["id"])] {
        let file = mira.get(&path).await.assert_ok();
        assert_eq!(file.bytes, NOTE);
        assert_eq!(file.header("content-type"), "application/pdf");
        assert_eq!(file.header("content-disposition"), "attachment; filename=\"note.pdf\"; filename*=UTF-8''note.pdf");
        assert_eq!(file.header("x-content-type-options"), "nosniff");
        assert_eq!(file.header("cache-control"), "no-store");
        assert!(file.header("content-security-policy").contains("sandbox"));
    }
    // It belongs to this request now, and to no other.
    let again = json!({
        "leave_type_id": kinds.vacation, "start_date": "2026-04-07", "end_date": "2026-04-07", "document_ids": [id],
    });
    mira.json(Method::POST, "/api/v1/leave/requests", again).await.assert_invalid("document_ids");
}

#[tokio::test]
async fn what_a_sick_note_says_is_between_the_person_and_hr() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let mira = app.as_employee();
    let secret = sick(&mira, &kinds, &[upload(&mira, NOTE).await]).await;
    let open = vacation(&mira, &kinds, &[upload(&mira, NOTE).await]).await;
    let file = |request: &Value| {
        let path = of(request);
        let mira = mira.clone();
        async move { format!("{path}/{}", mira.get(&path).await.json()["items"][0]["id"]) }
    };
    let (secret_file, open_file) = (file(&secret).await, file(&open).await);
    assert_eq!(audited(&app, "leave.document_read"), 0, "one's own");

    // Her manager learns that it is there.
    let manager = app.as_manager();
    let seen = manager.get(&format!("/api/v1/leave/requests/{}", secret["id"])).await.assert_ok().json();
    assert_eq!(seen["documents"], 1);
    manager.get(&of(&secret)).await.assert_status(403);
    manager.get(&secret_file).await.assert_status(403);
    let page = manager.get(&format!("/leave/requests/{}", secret["id"])).await.assert_ok();
    page.assert_contains("between Mira Castell and HR").assert_lacks("note.pdf").assert_lacks("name=\"file\"");
    manager.get(&open_file).await.assert_ok();
    assert_eq!(audited(&app, "leave.document_read"), 1, "what she opens of another");

    let hr = app.as_hr();
    hr.get(&secret_file).await.assert_ok();
    assert_eq!(audited(&app, "leave.document_read"), 2);
    hr.get(&format!("/leave/requests/{}", secret["id"])).await.assert_ok().assert_contains("note.pdf");

    for path in [of(&secret), secret_file.clone(), open_file.clone()] {
        app.as_other().get(&path).await.assert_status(404);
        app.anonymous().get(&path).await.assert_status(401);
    }
    // Under another request it is not to be found either.
    let astray = secret_file.replace(&of(&secret), &of(&open));
    mira.get(&astray).await.assert_status(404);
    bring(&app.as_other(), &of(&open), "a.pdf", b"%PDF-1.4\nx\n%%EOF").await.assert_status(404);
    bring(&manager, &of(&open), "a.pdf", b"%PDF-1.4\nx\n%%EOF").await.assert_status(403);
    // Nobody sends a paper of somebody else's.
    let mine = upload(&mira, b"%PDF-1.4\nanother\n%%EOF").await;
    let theirs = json!({
        "leave_type_id": kinds.sick, "start_date": "2026-03-03", "end_date": "2026-03-03", "document_ids": [mine],
    });
    app.as_other().json(Method::POST, "/api/v1/leave/requests", theirs).await.assert_invalid("document_ids");
}

#[tokio::test]
async fn a_file_is_what_it_holds_not_what_it_is_called() {
    let app = TestApp::new();
    with_leave(&app);
    let mira = app.as_employee();
    let path = "/api/v1/leave/documents";
    for (name, content) in [
        ("note.pdf", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".as_slice()),
        ("note.pdf", b"<!doctype html><script>alert(1)</script>"),
        ("note.pdf", b" %PDF-1.4\n%%EOF"),
        ("note.pdf", b"%PDF-1.4\ncut short"),
        ("note.png", b"\x89PNG\r\n\x1a\nno chunks"),
        ("note.webp", b"RIFF\0\0\0\0AVI "),
        ("note.docx", b"PK\x03\x04"),
        ("note.pdf", b""),
    ] {
        bring(&mira, path, name, content).await.assert_invalid("file");
    }
    assert_eq!(app.read(|rx| rx.scalar::<i64>("SELECT count(*) FROM leave_documents WHERE id > ?1", [0])), 0);

    let mut long = b"%PDF-1.4\n".to_vec();
    long.resize(10 << 20, b'x');
    long.truncate((10 << 20) - 5);
    long.extend(b"%%EOF");
    bring(&mira, path, "just.pdf", &long).await.assert_status(201);
    long.push(b'\n');
    bring(&mira, path, "over.pdf", &long).await.assert_status(413);
    mira.clone().send(Method::POST, path, Some("text/html"), Body::from("x")).await.assert_status(415);

    for (sent, kept) in [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\\\Users\\\\mira\\\\Krankmeldung März.PDF", "Krankmeldung März.pdf"),
        ("photo\u{202E}fdp.exe", "photofdp.pdf"),
        (".pdf", "paper.pdf"),
    ] {
        let content = format!("%PDF-1.4\n{sent}\n%%EOF");
        let paper = bring(&mira, path, sent, content.as_bytes()).await.assert_status(201).json();
        assert_eq!(paper["name"], kept, "{sent}");
    }
    // A picture that says it is a PDF is a picture, and loses where it was taken.
    let picture = crate::personal::picture();
    let paper = bring(&mira, path, "scan.pdf", &picture).await.assert_status(201).json();
    assert_eq!((&paper["name"], &paper["media_type"]), (&json!("scan.jpg"), &json!("image/jpeg")));
    assert!(paper["size"].as_u64().unwrap() < picture.len() as u64);
    // Without a form around it.
    let bare = mira.clone().send(Method::POST, path, Some("application/pdf"), Body::from(NOTE)).await;
    assert_eq!(bare.assert_status(201).json()["name"], "paper.pdf");
}

#[tokio::test]
async fn the_same_paper_twice_is_one_also_at_once() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let mira = app.as_employee();
    let (one, two, three) = tokio::join!(upload(&mira, NOTE), upload(&mira, NOTE), upload(&mira, NOTE));
    assert!(one == two && two == three, "{one} {two} {three}");
    assert_ne!(upload(&app.as_other(), NOTE).await, one, "everybody's own");
    let request = sick(&mira, &kinds, &[one.clone(), one.clone()]).await;
    let path = of(&request);
    let (a, b) = tokio::join!(bring(&mira, &path, "again.pdf", NOTE), bring(&mira, &path, "again.pdf", NOTE));
    assert_eq!(
        (a.assert_status(201).json()["id"].clone(), b.assert_status(201).json()["id"].clone()),
        (one.clone(), one)
    );
    assert_eq!(mira.get(&path).await.json()["total"], 1);
    // Uploaded anew and named: still one, and nothing lies about.
    let loose = upload(&mira, NOTE).await;
    let free = vacation(&mira, &kinds, std::slice::from_ref(&loose)).await;
    let twin = upload(&mira, NOTE).await;
    let patch = json!({ "document_ids": [loose, twin] });
    let patched = mira.json(Method::PATCH, &format!("/api/v1/leave/requests/{}", free["id"]), patch).await;
    assert_eq!(patched.assert_ok().json()["documents"], 1);
    // A key given twice with the same file is answered once.
    let keyed = mira.clone().header("idempotency-key", "k1");
    let first = bring(&keyed, "/api/v1/leave/documents", "k.pdf", b"%PDF-1.4\nk\n%%EOF").await.assert_status(201);
    let second = bring(&keyed, "/api/v1/leave/documents", "k.pdf", b"%PDF-1.4\nk\n%%EOF").await.assert_status(201);
    assert_eq!(first.json(), second.json());
    // So many may lie about, and no more.
    for n in 0..30 {
        let status = bring(&mira, "/api/v1/leave/documents", "n.pdf", format!("%PDF-1.4\n{n}\n%%EOF").as_bytes()).await;
        if status.status.as_u16() == 422 {
            assert!(n >= 15, "{n}");
            return;
        }
    }
    panic!("papers pile up without end");
}

#[tokio::test]
async fn where_a_paper_must_be_there_nothing_is_sent_without() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    change(&app, &kinds, |fields| TypeFields { attachment: Attachment::Always, attachment_within_days: 0, ..fields });
    let mira = app.as_employee();
    let body = json!({ "leave_type_id": kinds.sick, "start_date": "2026-03-03", "end_date": "2026-03-03" });
    let said = mira.json(Method::POST, "/api/v1/leave/requests/preview", body.clone()).await.assert_ok().json();
    assert_eq!(said["errors"][0]["field"], "document_ids");
    mira.json(Method::POST, "/api/v1/leave/requests", body.clone()).await.assert_invalid("document_ids");
    let mut with = body.clone();
    with["document_ids"] = json!([upload(&mira, NOTE).await]);
    let said = mira.json(Method::POST, "/api/v1/leave/requests/preview", with.clone()).await.assert_ok().json();
    assert_eq!((&said["errors"], &said["warnings"]), (&json!([]), &json!([])));
    mira.json(Method::POST, "/api/v1/leave/requests", with).await.assert_status(201);
    // HR, who holds it in the hand, enters it all the same, and is told.
    let mut entered = json!({ "leave_type_id": kinds.sick, "start_date": "2026-03-04", "end_date": "2026-03-04" });
    entered["employee_id"] = json!(app.people.employee.employee);
    let said =
        app.as_hr().json(Method::POST, "/api/v1/leave/requests/preview", entered.clone()).await.assert_ok().json();
    assert!(said["warnings"][0].as_str().unwrap().contains("4\u{a0}Mar"), "{said}");
    app.as_hr().json(Method::POST, "/api/v1/leave/requests", entered).await.assert_status(201);
    // A form that was looked at with a file chosen, which only the real form sends, is not refused.
    let look =
        [("leave_type_id", kinds.sick.to_string()), ("start_date", "2026-03-05".into()), ("file", "scan.pdf".into())];
    mira.post("/leave/preview", look).await.assert_ok().assert_contains("1 paper goes with it");
}

#[tokio::test]
async fn a_paper_that_may_follow_is_asked_for_and_hr_hears_of_one_that_does_not_come() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let mira = app.as_employee();
    let body = json!({ "leave_type_id": kinds.sick, "start_date": "2026-03-03", "end_date": "2026-03-06" });
    let said = mira.json(Method::POST, "/api/v1/leave/requests/preview", body).await.assert_ok().json();
    assert_eq!((&said["errors"], &said["documents_due_on"]), (&json!([]), &json!("2026-03-06")));
    assert!(said["warnings"][0].as_str().unwrap().contains("6\u{a0}Mar"), "{said}");
    let request = sick(&mira, &kinds, &[]).await;
    assert_eq!(request["documents_due_on"], "2026-03-06");
    // Two days ask for none.
    let short = json!({ "leave_type_id": kinds.sick, "start_date": "2026-03-09", "end_date": "2026-03-10" });
    let short = mira.json(Method::POST, "/api/v1/leave/requests", short).await.assert_status(201).json();
    assert_eq!(short["documents_due_on"], Value::Null);

    let tick = async |at: &str| {
        app.clock.set(at.parse().unwrap());
        app.app.house.orgs.holding().set(Standing::Home);
        app.app.clockwork.tick().await;
    };
    let told = |kind: &'static str| {
        app.read(move |rx| {
            rx.all("SELECT employee_id FROM notices WHERE kind = ?1 ORDER BY id", [kind], |row| row.get::<_, i64>(0))
        })
    };
    let (mira_id, hr_id) = (app.people.employee.employee.0, app.people.hr.employee.0);
    tick("2026-03-05T09:00:00Z").await;
    assert!(told("leave_document_due").is_empty());
    app.as_hr().get("/leave/team").await.assert_ok().assert_contains("Paper due by");
    for hour in ["08:00", "10:00", "23:30"] {
        tick(&format!("2026-03-06T{hour}:00Z")).await;
    }
    assert_eq!(told("leave_document_due"), [mira_id]);
    assert!(told("leave_document_missing").is_empty());
    tick("2026-03-07T12:00:00Z").await;
    tick("2026-03-08T12:00:00Z").await;
    assert_eq!(told("leave_document_due"), [mira_id]);
    assert_eq!(told("leave_document_missing"), [hr_id]);
    app.as_hr().get("/leave/team").await.assert_ok().assert_contains("Paper missing since");
    let page = format!("/leave/requests/{}", request["id"]);
    app.as_hr().get(&page).await.assert_ok().assert_contains("Paper missing since");

    // It comes: nobody has to be reminded any more. (The session of last week has ended.)
    let mira = app.as_employee();
    let unread = || {
        let sql = "SELECT count(*) FROM notices WHERE kind LIKE 'leave_document_%' AND read_at IS NULL AND id > ?1";
        app.read(move |rx| rx.scalar::<i64>(sql, [0]))
    };
    assert_eq!(unread(), 2);
    let added = bring(&mira, &format!("{page}/documents"), "note.pdf", NOTE).await;
    added.assert_redirect(&page);
    assert_eq!(unread(), 0);
    mira.get(&page).await.assert_ok().assert_contains("note.pdf").assert_lacks("Paper missing");
    // Back early after a day: none was needed. (Another leave, whose paper has not come.)
    let longer = json!({ "leave_type_id": kinds.sick, "start_date": "2026-03-16", "end_date": "2026-03-20" });
    let longer = mira.json(Method::POST, "/api/v1/leave/requests", longer).await.assert_status(201).json();
    assert_eq!(longer["documents_due_on"], "2026-03-19");
    tick("2026-03-18T12:00:00Z").await;
    let mira = app.as_employee();
    let back = format!("/api/v1/leave/requests/{}/return", longer["id"]);
    let shorter = mira.json(Method::POST, &back, json!({ "last_day_taken": "2026-03-17" })).await.assert_ok().json();
    assert_eq!(shorter["documents_due_on"], Value::Null);
}

#[tokio::test]
async fn what_was_attached_to_nothing_goes_after_a_day_and_its_file_after_a_week() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let mira = app.as_employee();
    let request = sick(&mira, &kinds, &[upload(&mira, NOTE).await]).await;
    let loose = upload(&mira, b"%PDF-1.4\nloose\n%%EOF").await;
    assert_eq!(sealed_files(&app), 2);
    let night = async || {
        app.clock.advance(SignedDuration::from_hours(24));
        app.app.house.orgs.holding().set(Standing::Home);
        app.app.clockwork.tick().await;
    };
    night().await;
    night().await;
    let gone = json!({
        "leave_type_id": kinds.vacation, "start_date": "2026-04-07", "end_date": "2026-04-07", "document_ids": [loose],
    });
    app.as_employee().json(Method::POST, "/api/v1/leave/requests", gone).await.assert_invalid("document_ids");
    assert_eq!(sealed_files(&app), 2, "a copy may be under way");
    for _ in 0..8 {
        night().await;
    }
    assert_eq!(sealed_files(&app), 1);
    let vault = app.org().vault();
    let (files, faults) = crate::support::aside(|| vault.faults(&app.org().db, true)).unwrap();
    assert_eq!((files, faults.len()), (1, 0));
    assert_eq!(app.as_employee().get(&of(&request)).await.json()["total"], 1);
}

#[tokio::test]
async fn whoever_brought_a_paper_takes_it_away_until_somebody_has_decided_with_it() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let (mira, hr) = (app.as_employee(), app.as_hr());
    let request = vacation(&mira, &kinds, &[upload(&mira, NOTE).await]).await;
    let path = of(&request);
    let by_hr = bring(&hr, &path, "hr.pdf", b"%PDF-1.4\nhr\n%%EOF").await.assert_status(201).json()["id"].clone();
    let own = mira.get(&path).await.json()["items"][0]["id"].clone();
    mira.delete(&format!("{path}/{by_hr}")).await.assert_status(403);
    app.as_manager().delete(&format!("{path}/{own}")).await.assert_status(403);
    app.as_other().delete(&format!("{path}/{own}")).await.assert_status(404);
    mira.delete(&format!("{path}/999999")).await.assert_status(404);

    // A change of the request without them takes away her own, and leaves HR's.
    let request_path = format!("/api/v1/leave/requests/{}", request["id"]);
    let kept = mira.json(Method::PATCH, &request_path, json!({ "reason": "Boat" })).await.assert_ok().json();
    assert_eq!(kept["documents"], 2, "what is not said stays");
    let fewer = mira.json(Method::PATCH, &request_path, json!({ "document_ids": [] })).await.assert_ok().json();
    assert_eq!(fewer["documents"], 1);
    assert_eq!(mira.get(&path).await.json()["items"][0]["id"], by_hr);

    let own = bring(&mira, &path, "own.pdf", NOTE).await.assert_status(201).json()["id"].clone();
    let approve = format!("{request_path}/approve");
    app.clock.advance(SignedDuration::from_mins(1));
    app.as_manager().json(Method::POST, &approve, json!({})).await.assert_ok();
    mira.delete(&format!("{path}/{own}")).await.assert_status(409);
    app.clock.advance(SignedDuration::from_mins(1));
    let later =
        bring(&mira, &path, "later.pdf", b"%PDF-1.4\nlater\n%%EOF").await.assert_status(201).json()["id"].clone();
    mira.delete(&format!("{path}/{later}")).await.assert_status(204);
    hr.delete(&format!("{path}/{own}")).await.assert_status(204);
    hr.delete(&format!("{path}/{own}")).await.assert_status(404);
    assert_eq!(audited(&app, "leave.document_removed"), 3);
    let to = format!("/leave/requests/{}/documents/{by_hr}/remove", request["id"]);
    hr.send_empty_post(&to).await.assert_redirect(&format!("/leave/requests/{}", request["id"]));
    assert_eq!(mira.get(&path).await.json()["total"], 0);

    mira.json(Method::POST, &format!("{request_path}/cancel"), json!({})).await.assert_ok();
    bring(&mira, &path, "late.pdf", NOTE).await.assert_status(409);
}

#[tokio::test]
async fn the_form_keeps_its_files_from_one_step_to_the_next_without_a_script() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let mira = app.as_employee();
    let kind = kinds.sick.to_string();
    let fields = |button: &'static str| {
        vec![
            ("leave_type_id", None, kind.as_bytes()),
            ("start_date", None, b"2026-03-03".as_slice()),
            ("end_date", None, b"2026-03-06"),
            ("reason", None, "Fieber & mehr".as_bytes()),
            ("do", None, button.as_bytes()),
        ]
    };
    let send = async |form: Vec<(&str, Option<&str>, &[u8])>| {
        mira.clone().send(Method::POST, "/leave/new", Some(MULTIPART), parts(&form)).await
    };
    let ids = |page: &Answer| -> Vec<String> {
        let text = page.text();
        let found = text.split("name=\"document_ids\" value=\"").skip(1);
        found.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    // None chosen: a browser sends a part without a name.
    let mut form = fields("preview");
    form.push(("file", Some(""), b""));
    send(form).await.assert_ok().assert_contains("by 6\u{a0}Mar at the latest");
    // Two are good and one is not: what is good is kept, and so is what was typed.
    let mut form = fields("send");
    form.extend([
        ("file", Some("note.pdf"), NOTE),
        ("file", Some("virus.pdf"), b"MZ".as_slice()),
        ("file", Some("second.pdf"), b"%PDF-1.4\nsecond\n%%EOF"),
    ]);
    let page = send(form).await.assert_invalid("document_ids");
    let page = page.assert_contains("virus.pdf: This is neither").assert_contains("Fieber &#38; mehr");
    let kept = ids(&page);
    assert_eq!(kept.len(), 2);
    assert_eq!(app.as_hr().get("/api/v1/leave/requests").await.json()["total"], 0, "not sent");
    // One box is emptied; the other goes on, with a third.
    let mut form = fields("send");
    form.push(("document_ids", None, kept[0].as_bytes()));
    form.push(("file", Some("third.pdf"), b"%PDF-1.4\nthird\n%%EOF"));
    let sent = send(form).await.assert_status(303);
    let to = sent.header("location").to_owned();
    let page = mira.get(&to).await.assert_ok();
    page.assert_contains("note.pdf").assert_contains("third.pdf").assert_lacks("second.pdf");
    // More than are taken at once: the first go on.
    let contents: Vec<Vec<u8>> = (0..7).map(|n| format!("%PDF-1.4\nno {n}\n%%EOF").into_bytes()).collect();
    let mut form = fields("send");
    form.extend(contents.iter().map(|content| ("file", Some("many.pdf"), content.as_slice())));
    let page = send(form).await.assert_invalid("document_ids").assert_contains("at most 5 files at once");
    assert_eq!(ids(&page).len(), 5);
    let crumbs = vec![("reason", None, b"".as_slice()); 300];
    send(crumbs).await.assert_status(413);
    // More than a form may hold.
    let mut form = fields("send");
    let long = vec![b'x'; 11 << 20];
    form.push(("file", Some("long.pdf"), &long));
    send(form).await.assert_invalid("document_ids").assert_contains("long.pdf: a paper may have 10 MB");
}

#[tokio::test]
async fn papers_are_handed_over_with_everything_else_and_erased_with_the_reasons() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let mira = app.as_employee();
    let request = sick(&mira, &kinds, &[upload(&mira, NOTE).await]).await;
    let who = app.people.employee.employee;
    let answer = mira.get(&format!("/api/v1/employees/{who}/data-export")).await.assert_ok();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(answer.bytes)).unwrap();
    let name = format!("files/leave/{}-1-note.pdf", request["id"]);
    let mut content = Vec::new();
    std::io::Read::read_to_end(&mut zip.by_name(&name).unwrap(), &mut content).unwrap();
    assert_eq!(content, NOTE);

    app.act(app.people.hr, move |tx, actor| {
        steward::people::update(tx, actor, who, |facts| facts.leave_date = Some(jiff::civil::date(2026, 3, 31)))
    })
    .unwrap();
    app.clock.advance(SignedDuration::from_hours(24 * 31));
    let confirmed = json!({ "number": "3" });
    let path = format!("/api/v1/employees/{who}/erase");
    app.as_hr().json(Method::POST, &path, confirmed).await.assert_ok();
    let left = app.read(|rx| rx.scalar::<i64>("SELECT count(*) FROM leave_documents WHERE id > ?1", [0]));
    assert_eq!(left, 0);
    assert_eq!(app.as_hr().get(&of(&request)).await.assert_ok().json()["total"], 0);
}
