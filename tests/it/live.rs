//! Live updates over real sockets: what is said, to whom, and when a socket ends.

use std::net::SocketAddr;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use steward::auth::session::{self, Client as From, Kind};
use steward::auth::{Actor, personal, user};
use steward::ids::UserId;
use steward::notifications::{Kind as NoticeKind, Notice, Topic, notify};
use steward::storage::{Housekeeping, Op, Rx};
use steward::web::listen::Listener;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::onboarding_journey::Office;
use crate::people_files::six_thousand;
use crate::support::{Client, HOST, ORG, TestApp, aside};

const WENT: NoticeKind = NoticeKind::new("test_live", Topic::Requests, "Something happened", "Look");

/// The program on a real port, until the test is over.
struct Served {
    address: SocketAddr,
    serving: JoinHandle<()>,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(app: &TestApp) -> Served {
    // One address has all places: this test is everybody.
    let loopback = vec!["127.0.0.1".parse().unwrap()];
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), None).await.unwrap().proxies(loopback);
    let address = listener.address().unwrap();
    let serving = tokio::spawn(listener.serve(app.app.router(), std::future::pending()));
    Served { address, serving }
}

struct Socket(WebSocketStream<TcpStream>);

impl Served {
    /// Opens a socket with these headers; the status where it is refused.
    async fn open(&self, headers: &[(&'static str, &str)]) -> Result<Socket, StatusCode> {
        let mut request = format!("ws://{HOST}/api/v1/events").into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let stream = TcpStream::connect(self.address).await.unwrap();
        match client_async(request, stream).await {
            Ok((socket, _)) => Ok(Socket(socket)),
            Err(tungstenite::Error::Http(answer)) => Err(answer.status()),
            Err(other) => panic!("{other}"),
        }
    }

    /// As the browser of this person would.
    async fn open_as(&self, browser: &Client) -> Socket {
        let cookie = format!("session={}", browser.cookie_value("session").unwrap());
        let origin = format!("http://{HOST}");
        self.open(&[("cookie", &cookie), ("origin", &origin)]).await.unwrap()
    }
}

impl Socket {
    /// What is said next; the code where it closes.
    async fn next(&mut self) -> Result<Value, u16> {
        loop {
            match timeout(Duration::from_secs(10), self.0.next()).await.expect("something comes") {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(frame))) => return Err(frame.map_or(0, |frame| frame.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(0),
            }
        }
    }

    async fn say(&mut self, what: Value) {
        self.0.send(Message::text(what.to_string())).await.unwrap();
    }

    /// The first two messages: what is now.
    async fn begins(&mut self) -> (Value, Value) {
        let (unread, inbox) = (self.next().await.unwrap(), self.next().await.unwrap());
        assert_eq!((&unread["type"], &inbox["type"]), (&json!("unread_count"), &json!("inbox_count")));
        (unread["unread"].clone(), inbox["inbox"].clone())
    }

    async fn is_silent(&mut self) {
        let said = timeout(Duration::from_millis(700), self.0.next()).await;
        assert!(said.is_err(), "{said:?}");
    }

    async fn closes_with(&mut self, code: u16) {
        let mut said = Vec::new();
        loop {
            match self.next().await {
                Ok(message) => said.push(message),
                Err(closed) => return assert_eq!(closed, code, "after {said:?}"),
            }
        }
    }
}

fn tell(app: &TestApp, who: UserId) {
    let notice = Notice::new(&WENT, ("test", 1), steward::msg!("Something happened.")).link("/");
    app.arrange(move |tx| notify(tx, who, &notice).map(drop));
}

#[tokio::test]
async fn a_socket_says_what_is_now_and_then_what_changes() {
    let app = TestApp::new();
    let served = serve(&app).await;
    let mut mira = served.open_as(&app.as_employee()).await;
    let mut otto = served.open_as(&app.as_other()).await;
    assert_eq!(mira.begins().await, (json!(0), json!(0)));
    assert_eq!(otto.begins().await, (json!(0), json!(0)));
    tell(&app, app.people.employee.user);
    assert_eq!(mira.next().await.unwrap(), json!({"type": "unread_count", "unread": 1}));
    for _ in 0..20 {
        tell(&app, app.people.employee.user);
    }
    // However many were committed, a few messages say so, and the last is right.
    let mut said = 0;
    while mira.next().await.unwrap()["unread"] != 21 {
        said += 1;
    }
    assert!(said <= 4, "{said} messages for 20 commits");
    app.as_employee().json(Method::POST, "/api/v1/notifications/read-all", json!({})).await;
    assert_eq!(mira.next().await.unwrap(), json!({"type": "unread_count", "unread": 0}));
    otto.is_silent().await;
    assert_eq!(app.app.live.open(), 2);
    drop(mira);
    drop(otto);
    for _ in 0..100 {
        if app.app.live.open() == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{} sockets are still counted", app.app.live.open());
}

#[tokio::test]
async fn a_decision_that_waits_moves_the_count_of_whoever_is_asked() {
    let app = TestApp::new();
    let served = serve(&app).await;
    let kind = app.arrange(|tx| {
        steward::leave::seed_types(tx, &Actor::command_line(jiff::tz::TimeZone::UTC))?;
        Ok(steward::leave::types::preset(tx, "unpaid")?.id)
    });
    let mut jonas = served.open_as(&app.as_manager()).await;
    assert_eq!(jonas.begins().await, (json!(0), json!(0)));
    let wanted = json!({
        "leave_type_id": kind, "start_date": "2026-04-13", "end_date": "2026-04-14",
        "start_part": "full_day", "end_part": "full_day", "reason": "Moving house",
    });
    app.as_employee().json(Method::POST, "/api/v1/leave/requests", wanted).await.assert_status(201);
    let said = [jonas.next().await.unwrap(), jonas.next().await.unwrap()];
    assert_eq!(said, [json!({"type": "unread_count", "unread": 1}), json!({"type": "inbox_count", "inbox": 1})]);
    // Whoever asks instead is told the same.
    let now = app.as_manager().get("/api/v1/events/now").await.assert_ok().json();
    assert_eq!(now, json!({"unread": 1, "inbox": 1, "onboardings": []}));
}

#[tokio::test]
async fn an_onboarding_is_followed_by_whoever_may_see_it() {
    let Office { app, template, .. } = Office::new();
    let served = serve(&app).await;
    let hr = app.as_hr();
    let wanted = json!({"employee_id": app.people.employee.employee, "template_id": template});
    let started = hr.json(Method::POST, "/api/v1/onboardings", wanted).await;
    let run = started.assert_status(201).json()["id"].as_i64().unwrap();
    let add = json!({
        "onboarding_id": run, "title": "Desk by the window", "category": "first_day", "assignee": "hr",
        "due_date": "2026-03-16", "completion": "tick",
    });
    let task = hr.json(Method::POST, "/api/v1/tasks", add).await.assert_status(201).json()["id"].clone();
    let mut watching = served.open_as(&hr).await;
    let mut colleague = served.open_as(&app.as_other()).await;
    for socket in [&mut watching, &mut colleague] {
        socket.begins().await;
        socket.say(json!({"follow": {"onboardings": [run, 999_999]}})).await;
    }
    let first = watching.next().await.unwrap();
    assert_eq!((&first["type"], &first["onboarding_id"]), (&json!("onboarding_progress"), &json!(run)));
    let before = first["completed"].as_i64().unwrap();
    hr.json(Method::POST, &format!("/api/v1/tasks/{task}/complete"), json!({})).await.assert_ok();
    loop {
        let said = watching.next().await.unwrap();
        if said["type"] == "onboarding_progress" {
            assert_eq!(said["completed"], json!(before + 1));
            break;
        }
    }
    colleague.is_silent().await;
    let now = hr.get(&format!("/api/v1/events/now?onboardings={run},999999")).await.assert_ok().json();
    assert_eq!(now["onboardings"][0]["completed"], json!(before + 1));
    let now = app.as_other().get(&format!("/api/v1/events/now?onboardings={run}")).await.assert_ok().json();
    assert_eq!(now["onboardings"], json!([]));
    hr.get("/api/v1/events/now?onboardings=all").await.assert_invalid("onboardings");
}

#[tokio::test]
async fn two_organizations_hear_nothing_of_each_other() {
    let app = TestApp::new();
    let served = serve(&app).await;
    let stranger = app.stranger();
    let mut theirs = served.open_as(&stranger).await;
    let mut ours = served.open_as(&app.as_employee()).await;
    theirs.begins().await;
    ours.begins().await;
    // The same number means somebody else there.
    tell(&app, app.people.employee.user);
    ours.next().await.unwrap();
    theirs.is_silent().await;
    let org = app.app.house.orgs.get("elsewhere").unwrap();
    let user: UserId = aside(|| org.db.read_blocking(|rx| rx.scalar("SELECT max(id) FROM users", ()))).unwrap();
    let notice = Notice::new(&WENT, ("test", 1), steward::msg!("Something happened.")).link("/");
    let op = Op::housekeeping(Housekeeping::Demo);
    aside(|| org.db.write_blocking(op, move |tx| notify(tx, user, &notice).map(drop))).unwrap();
    assert_eq!(theirs.next().await.unwrap()["unread"], 1);
    ours.is_silent().await;
}

#[tokio::test]
async fn a_socket_ends_with_its_session_and_with_the_login() {
    let app = TestApp::new();
    let served = serve(&app).await;
    let mira = app.people.employee.user;
    let (first, second) = (app.as_employee(), app.as_employee());
    let (mut one, mut other) = (served.open_as(&first).await, served.open_as(&second).await);
    one.begins().await;
    other.begins().await;
    let mut leaving = first.clone();
    leaving.submit("/sign-out", [("", "")]).await.assert_redirect("/sign-in");
    one.closes_with(4401).await;
    other.is_silent().await;
    let key = format!("session={}", first.cookie_value("session").unwrap());
    assert_eq!(served.open(&[("cookie", &key)]).await.err(), Some(StatusCode::UNAUTHORIZED));

    app.act(app.people.admin, move |tx, actor| user::disable(tx, actor, mira)).unwrap();
    other.closes_with(4401).await;
    // Another's password, another's sessions: only the socket of the one who is concerned ends.
    let mut otto = served.open_as(&app.as_other()).await;
    otto.begins().await;
    app.act(app.people.admin, move |tx, actor| user::enable(tx, actor, mira)).unwrap();
    otto.is_silent().await;
}

#[tokio::test]
async fn a_token_comes_as_a_header_or_as_the_first_message() {
    let app = TestApp::new();
    let served = serve(&app).await;
    let made = json!({"email": app.people.employee.email, "password": crate::support::PASSWORD});
    let tokens = app.anonymous().json(Method::POST, "/api/v1/auth/login", made).await.assert_ok().json();
    let access = tokens["access_token"].as_str().unwrap();
    let bearer = format!("Bearer {access}");
    served.open(&[("authorization", &bearer)]).await.unwrap().begins().await;

    let mut later = served.open(&[]).await.unwrap();
    later.say(json!({"token": access})).await;
    later.begins().await;
    tell(&app, app.people.employee.user);
    assert_eq!(later.next().await.unwrap()["unread"], 1);
    // It ends with the session that the token belongs to.
    app.anonymous().bearer(access).json(Method::POST, "/api/v1/auth/logout", json!({})).await.assert_status(204);
    later.closes_with(4401).await;

    for wrong in [json!({"token": "no.such.token"}), json!({"token": format!("{ORG}.abc")})] {
        let mut socket = served.open(&[]).await.unwrap();
        socket.say(wrong).await;
        socket.closes_with(4401).await;
    }
    for wrong in [json!({"follow": {}}), json!({"tokens": "x"}), json!("x".repeat(3_000))] {
        let mut socket = served.open(&[]).await.unwrap();
        socket.say(wrong).await;
        socket.closes_with(1008).await;
    }
    assert_eq!(served.open(&[("authorization", "Bearer nothing")]).await.err(), Some(StatusCode::UNAUTHORIZED));
    // Nothing in the address counts.
    let stream = TcpStream::connect(served.address).await.unwrap();
    let request = format!("ws://{HOST}/api/v1/events?token={access}").into_client_request().unwrap();
    let (socket, _) = client_async(request, stream).await.unwrap();
    Socket(socket).is_silent().await;
}

#[tokio::test]
async fn a_personal_token_is_followed_to_its_end() {
    let app = TestApp::new();
    let served = serve(&app).await;
    let wanted = personal::NewToken { name: "a display".to_owned(), scope: personal::Scope::Read, days: 1 };
    let (made, secret) =
        app.act(app.people.employee, move |tx, actor| personal::create(tx, actor, ORG, wanted)).unwrap();
    let mut socket = served.open(&[("authorization", &format!("Bearer {secret}"))]).await.unwrap();
    socket.begins().await;
    app.act(app.people.employee, move |tx, actor| personal::revoke(tx, actor, made.id)).unwrap();
    socket.closes_with(4401).await;
}

#[tokio::test]
async fn a_page_of_somebody_else_gets_no_socket() {
    let app = TestApp::new();
    let served = serve(&app).await;
    let cookie = format!("session={}", app.as_employee().cookie_value("session").unwrap());
    let own = format!("http://{HOST}");
    let forbidden = Some(StatusCode::FORBIDDEN);
    for foreign in ["http://evil.test", "null", "https://steward.test.evil.test", "http://steward.test:81"] {
        assert_eq!(served.open(&[("cookie", &cookie), ("origin", foreign)]).await.err(), forbidden, "{foreign}");
        assert_eq!(served.open(&[("origin", foreign)]).await.err(), forbidden, "{foreign}");
    }
    let cross = [("cookie", cookie.as_str()), ("origin", own.as_str()), ("sec-fetch-site", "cross-site")];
    assert_eq!(served.open(&cross).await.err(), forbidden);
    assert!(served.open(&[("cookie", &cookie), ("origin", &own)]).await.is_ok());
    // Without a handshake there is nothing to see.
    let plain = app.as_employee().get("/api/v1/events").await.assert_status(426);
    assert_eq!((plain.header("upgrade"), &plain.json()["code"]), ("websocket", &json!("upgrade_required")));
}

#[tokio::test]
async fn an_import_that_runs_is_followed_to_its_end() {
    let app = TestApp::new();
    let served = serve(&app).await;
    let hr = app.as_hr();
    let path = six_thousand(&hr).await;
    let id = path.rsplit_once('/').unwrap().1.to_owned();
    let mut socket = served.open_as(&hr).await;
    let mut colleague = served.open_as(&app.as_admin()).await;
    for one in [&mut socket, &mut colleague] {
        one.begins().await;
        one.say(json!({"follow": {"imports": [&id]}})).await;
    }
    assert_eq!(socket.next().await.unwrap()["ended"], true, "it has not begun");
    let (pressed, steps) = tokio::join!(hr.post(&path, [("", ""); 0]), async {
        let mut steps: Vec<(u64, u64)> = Vec::new();
        loop {
            let said = socket.next().await.unwrap();
            if said["type"] != "job_progress" {
                continue;
            }
            if said["ended"] == true {
                return steps;
            }
            let step = (said["done"].as_u64().unwrap(), said["total"].as_u64().unwrap());
            assert!(steps.last().is_none_or(|before| *before <= step), "{steps:?} {step:?}");
            steps.push(step);
        }
    });
    pressed.assert_status(303);
    assert!(steps.iter().any(|(_, total)| *total == 6_000), "{steps:?}");
    assert_eq!(colleague.next().await.unwrap()["ended"], true, "another's import is as unknown as none");
    let total = hr.get("/api/v1/employees?search=x.test&page_size=1").await.assert_ok().json();
    assert_eq!(total["total"], 6_000);
}

#[tokio::test]
async fn an_import_that_is_over_or_unknown_is_told_as_ended() {
    let app = TestApp::new();
    let served = serve(&app).await;
    let mut socket = served.open_as(&app.as_hr()).await;
    socket.begins().await;
    socket.say(json!({"follow": {"imports": ["1-nothing"]}})).await;
    let ended = json!({
        "type": "job_progress", "job": "people_import", "id": "1-nothing", "done": 0, "total": 0, "ended": true,
    });
    assert_eq!(socket.next().await.unwrap(), ended);
    // Whoever wishes for something else again and again is not served for ever.
    for id in 0..40 {
        if socket.0.send(Message::text(json!({"follow": {"onboardings": [id]}}).to_string())).await.is_err() {
            break;
        }
    }
    socket.closes_with(1008).await;
}

#[tokio::test]
async fn when_the_program_stops_every_socket_is_told() {
    let app = TestApp::new();
    let served = serve(&app).await;
    let (mira, mut quiet) = (app.as_employee(), served.open(&[]).await.unwrap());
    let mut socket = served.open_as(&mira).await;
    socket.begins().await;
    app.app.live.end();
    socket.closes_with(1001).await;
    assert!(quiet.next().await.is_err());
    app.app.live.ended().await;
    assert_eq!(app.app.live.open(), 0);
    let cookie = format!("session={}", mira.cookie_value("session").unwrap());
    assert_eq!(served.open(&[("cookie", &cookie)]).await.err(), Some(StatusCode::SERVICE_UNAVAILABLE));
}

#[tokio::test]
async fn one_session_has_sixteen_sockets_at_most() {
    let app = TestApp::new();
    let served = serve(&app).await;
    let mira = app.as_employee();
    let mut open = Vec::new();
    for _ in 0..16 {
        open.push(served.open_as(&mira).await);
    }
    let cookie = format!("session={}", mira.cookie_value("session").unwrap());
    assert_eq!(served.open(&[("cookie", &cookie)]).await.err(), Some(StatusCode::SERVICE_UNAVAILABLE));
    // Her other browser has its own.
    served.open_as(&app.as_employee()).await.begins().await;
    drop(open.pop());
    for _ in 0..100 {
        if served.open(&[("cookie", &cookie)]).await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the seat of a socket that has gone stays taken");
}

#[tokio::test]
async fn two_thousand_sockets_hear_of_one_change_each() {
    let app = TestApp::with(&[("rates.anonymous", "100000000"), ("rates.signed_in", "100000000")]);
    let served = serve(&app).await;
    let who = app.people.employee.user;
    let secrets: Vec<String> = app.arrange(move |tx| {
        let from = From::new(None, "a test");
        (0..200).map(|_| Ok(session::open(tx, ORG, who, Kind::Web, &from)?.secret)).collect()
    });
    let mut open = Vec::new();
    for secret in secrets.iter().flat_map(|secret| std::iter::repeat_n(secret, 10)) {
        open.push(served.open(&[("cookie", &format!("session={secret}"))]).await.unwrap());
    }
    assert_eq!(app.app.live.open(), 2_000);
    for socket in &mut open {
        socket.begins().await;
    }
    tell(&app, who);
    for socket in &mut open {
        assert_eq!(socket.next().await.unwrap()["unread"], 1);
    }
    let seen: i64 =
        app.read(|rx: &Rx<'_>| rx.scalar("SELECT count(*) FROM notices /* whole table */ WHERE read_at IS NULL", ()));
    assert_eq!(seen, 1);
}
