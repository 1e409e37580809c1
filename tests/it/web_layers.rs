//! Every answer's headers, the host check, the origin check, the limits, and the shapes of errors, in process: a
//! small router behind the real layers.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http_body_util::BodyExt;
use serde::Deserialize;
use steward::error::{AppError, Result};
use steward::msg;
use steward::web::{self, BulkRate, Form, Gate, Json, Patient, Peer, Settings, SignInRate, Web, assets};
use tower::ServiceExt;

#[derive(Debug, Deserialize)]
struct Thing {
    name: String,
}

async fn fails(Path(kind): Path<String>) -> Result<&'static str> {
    Err(match kind.as_str() {
        "forbidden" => AppError::forbidden(msg!("Only {0} may do this.", "HR")),
        "conflict" => AppError::conflict(msg!("It was decided already.")),
        "invalid" => AppError::invalid("end_date", msg!("The last day is before the first.")),
        "unauthenticated" => AppError::Unauthenticated,
        "unavailable" => AppError::unavailable(msg!("The disk is full.")),
        "internal" => AppError::internal("the secret reason"),
        "panic" => panic!("the secret reason"),
        "slow" => {
            tokio::time::sleep(Duration::from_secs(3600)).await;
            return Ok("late");
        }
        _ => AppError::NotFound,
    })
}

async fn patient(_: Patient) -> &'static str {
    tokio::time::sleep(Duration::from_millis(300)).await;
    "done"
}

async fn signed_in(request: Request<Body>) -> Response {
    let (parts, _) = request.into_parts();
    Gate::of(&parts).unwrap().vouch(("org", 7));
    "yours".into_response()
}

fn routes() -> Router {
    let both = |prefix: &str| {
        Router::new()
            .route(&format!("{prefix}/fails/{{kind}}"), get(fails).post(fails))
            .route(&format!("{prefix}/things"), post(|Json(thing): Json<Thing>| async move { thing.name }))
            .route(&format!("{prefix}/numbers/{{id}}"), get(|Path(id): Path<i64>| async move { id.to_string() }))
    };
    Router::new()
        .merge(both("/pages"))
        .merge(both("/api/v1"))
        .route("/form", post(|form: Form<Thing>| async move { form.state.value("name").to_owned() }))
        .route("/bytes", post(|body: axum::body::Bytes| async move { body.len().to_string() }))
        .route("/patient", get(patient))
        .route("/mine", get(signed_in))
        .route("/bulk", get(|_: BulkRate| async { "rows" }))
        .route("/sign-in", post(|_: SignInRate| async { "in" }))
        .route("/long", get(|| async { ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], "word ".repeat(1000)) }))
        .route("/set-up/{token}", get(|| async { "welcome" }))
        .route("/assets/{fingerprint}/{name}", get(assets::serve))
}

fn site() -> Router {
    let mut settings = Settings::new(["nas.lan".to_owned()], false);
    settings.deadline = Duration::from_millis(200);
    settings.rates.anonymous = 1_000_000;
    web::layers(routes(), &Web::new(settings))
}

/// Sends one request; `headers` as "name: value" lines.
async fn send(site: &Router, method: &str, path: &str, headers: &str, body: &str) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    if !headers.contains("host:") {
        request = request.header("host", "nas.lan");
    }
    for (name, value) in headers.lines().filter_map(|line| line.trim().split_once(": ")) {
        request = request.header(name, value);
    }
    let peer: SocketAddr = "192.168.1.9:4711".parse().unwrap();
    let request = request.extension(Peer(peer)).body(Body::from(body.to_owned())).unwrap();
    let (parts, body) = site.clone().oneshot(request).await.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&body).into_owned() }
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn problem(&self) -> serde_json::Value {
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json", "{}", self.body);
        serde_json::from_str(&self.body).unwrap()
    }
}

#[tokio::test]
async fn every_answer_has_the_headers() {
    let site = site();
    let style = assets::url("app.css");
    for (method, path, headers) in [
        ("GET", "/long", ""),
        ("GET", "/nowhere", ""),
        ("GET", "/pages/fails/internal", ""),
        ("GET", "/pages/fails/panic", ""),
        ("GET", "/pages/fails/slow", ""),
        ("GET", "/api/v1/fails/conflict", ""),
        ("DELETE", "/long", "origin: http://nas.lan"),
        ("POST", "/form", "origin: http://evil.test"),
        ("GET", "/long", "host: evil.test"),
        ("GET", style, ""),
    ] {
        let answer = send(&site, method, path, headers, "").await;
        let says = |name: &str| answer.headers.get(name).map_or("", |v| v.to_str().unwrap());
        let csp = says("content-security-policy");
        assert!(csp.starts_with("default-src 'none'") && !csp.contains("unsafe"), "{path}: {csp}");
        assert!(csp.contains("frame-ancestors 'none'") && csp.contains("form-action 'self'"), "{path}");
        assert_eq!(says("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(says("x-frame-options"), "DENY", "{path}");
        assert_eq!(says("referrer-policy"), "same-origin", "{path}");
        assert!(says("permissions-policy").contains("camera=()"), "{path}");
        assert_eq!(says("cross-origin-opener-policy"), "same-origin", "{path}");
        assert_eq!(says("cross-origin-resource-policy"), "same-origin", "{path}");
        assert_eq!(says("x-request-id").len(), 13, "{path}");
        assert!(!answer.headers.contains_key("strict-transport-security"), "not over http: {path}");
        let cache = says("cache-control");
        assert_eq!(cache, if path == style { "public, max-age=31536000, immutable" } else { "no-store" }, "{path}");
    }
}

#[tokio::test]
async fn hsts_only_over_https_and_only_if_asked() {
    for (https, hsts, expected) in [(true, true, true), (true, false, false), (false, true, false)] {
        let mut settings = Settings::new([], https);
        settings.hsts = hsts;
        let site = web::layers(routes(), &Web::new(settings));
        let answer = send(&site, "GET", "/long", "host: localhost", "").await;
        let header = answer.headers.get("strict-transport-security").map(|v| v.to_str().unwrap().to_owned());
        assert_eq!(header.is_some(), expected);
        assert!(header.is_none_or(|h| !h.contains("preload") && !h.contains("includeSubDomains")));
    }
}

#[tokio::test]
async fn only_our_names_are_served() {
    let site = site();
    for (host, status) in [
        ("nas.lan", 200),
        ("NAS.LAN:8443", 200),
        ("192.168.1.2:8080", 200),
        ("[fd00::1]:8080", 200),
        ("[fd00::1]", 200),
        ("localhost:1234", 200),
        ("evil.test", 421),
        ("nas.lan.evil.test", 421),
        ("nas.lan:80@evil.test", 421),
        ("192.168.1.2.evil.test", 421),
        ("", 421),
    ] {
        let answer = send(&site, "GET", "/long", &format!("host: {host}"), "").await;
        assert_eq!(answer.status, status, "{host}");
    }
    // The set-up link works under whatever name the machine was found by, and nothing else does.
    assert_eq!(send(&site, "GET", "/set-up/abc", "host: found.local", "").await.status, 200);
}

#[tokio::test]
async fn a_name_can_be_added_while_running() {
    let noted = Arc::new(std::sync::Mutex::new(Vec::<String>::new()));
    let asked = Arc::clone(&noted);
    let settings = Settings::new([], false).noting(move |host| asked.lock().unwrap().iter().any(|one| one == host));
    let site = web::layers(routes(), &Web::new(settings));
    assert_eq!(send(&site, "GET", "/long", "host: found.local", "").await.status, 421);
    noted.lock().unwrap().push("found.local".to_owned());
    assert_eq!(send(&site, "GET", "/long", "host: found.local", "").await.status, 200);
}

#[tokio::test]
async fn foreign_pages_cannot_act() {
    let site = site();
    let kind = "content-type: application/x-www-form-urlencoded\n";
    let form = |headers: &str| {
        let site = site.clone();
        let headers = format!("{kind}{headers}");
        async move { send(&site, "POST", "/form", &headers, "name=x").await.status.as_u16() }
    };
    // A host name that is not loopback, over plain http: no Sec-Fetch-Site, Origin decides.
    assert_eq!(form("origin: http://nas.lan").await, 200);
    assert_eq!(form("").await, 403, "neither header");
    assert_eq!(form("origin: null").await, 403);
    assert_eq!(form("origin: http://evil.test").await, 403);
    assert_eq!(form("sec-fetch-site: cross-site").await, 403);
    assert_eq!(form("sec-fetch-site: same-origin").await, 200);
    // The API with a cookie needs it as well; with a token alone it does not.
    let json = "content-type: application/json\n";
    let api = |headers: &str| {
        let site = site.clone();
        let headers = format!("{json}{headers}");
        async move { send(&site, "POST", "/api/v1/things", &headers, r#"{"name": "x"}"#).await.status.as_u16() }
    };
    assert_eq!(api("cookie: session=abc").await, 403);
    assert_eq!(api("cookie: session=abc\norigin: http://nas.lan").await, 200);
    assert_eq!(api("authorization: Bearer abc").await, 200);
}

#[tokio::test]
async fn the_api_answers_with_problems() {
    let site = site();
    for (path, status, code) in [
        ("/api/v1/fails/nothing", 404, "not_found"),
        ("/api/v1/nowhere", 404, "not_found"),
        ("/api/v1/numbers/x", 404, "not_found"),
        ("/api/v1/fails/forbidden", 403, "forbidden"),
        ("/api/v1/fails/conflict", 409, "conflict"),
        ("/api/v1/fails/invalid", 422, "validation_error"),
        ("/api/v1/fails/unauthenticated", 401, "unauthenticated"),
        ("/api/v1/fails/unavailable", 503, "unavailable"),
        ("/api/v1/fails/internal", 500, "internal"),
        ("/api/v1/fails/panic", 500, "internal"),
        ("/api/v1/fails/slow", 503, "unavailable"),
        ("/api/v1/things", 405, "method_not_allowed"),
    ] {
        let answer = send(&site, "GET", path, "", "").await;
        let problem = answer.problem();
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(problem["status"], status, "{path}");
        assert_eq!(problem["code"], code, "{path}");
        assert_eq!(problem["request_id"], answer.headers["x-request-id"].to_str().unwrap());
        assert!(!problem["title"].as_str().unwrap().is_empty() && !problem["detail"].as_str().unwrap().is_empty());
        assert!(!answer.body.contains("secret reason"), "what went wrong inside stays inside");
    }
    let invalid = send(&site, "GET", "/api/v1/fails/invalid", "", "").await.problem();
    assert_eq!(invalid["errors"][0]["field"], "end_date");
    assert_eq!(invalid["errors"][0]["message"], "The last day is before the first.");
    let stranger = send(&site, "GET", "/api/v1/fails/unauthenticated", "", "").await;
    assert_eq!(stranger.headers["www-authenticate"], "Bearer");
    let wrong_method = send(&site, "GET", "/api/v1/things", "", "").await;
    assert_eq!(wrong_method.headers["allow"], "POST");
}

#[tokio::test]
async fn a_body_must_be_json_small_and_known() {
    let site = site();
    let post = |kind: &str, body: String| {
        let site = site.clone();
        let headers = format!("authorization: Bearer x\ncontent-type: {kind}");
        async move { send(&site, "POST", "/api/v1/things", &headers, &body).await }
    };
    assert_eq!(post("application/json", r#"{"name": "x"}"#.into()).await.body, "x");
    assert_eq!(post("text/plain", r#"{"name": "x"}"#.into()).await.problem()["status"], 415);
    let unknown = post("application/json", r#"{"name": "x", "role": "admin"}"#.into()).await.problem();
    assert_eq!((&unknown["status"], &unknown["errors"][0]["field"]), (&422.into(), &"role".into()));
    let long = format!(r#"{{"name": "{}"}}"#, "x".repeat(1 << 20));
    assert_eq!(post("application/json", long).await.problem()["status"], 413);
    let broken = post("application/json", "{".into()).await.problem();
    assert_eq!(broken["code"], "validation_error");
}

#[tokio::test]
async fn pages_answer_with_pages() {
    let site = site();
    for (path, status, words) in [
        ("/nowhere", 404, "There is nothing here"),
        ("/pages/fails/forbidden", 403, "Only HR may do this."),
        ("/pages/fails/conflict", 409, "It was decided already."),
        ("/pages/fails/unavailable", 503, "The disk is full."),
        ("/pages/fails/internal", 500, "Reference number:"),
        ("/pages/fails/panic", 500, "Reference number:"),
        ("/pages/fails/slow", 503, "It took too long"),
    ] {
        let answer = send(&site, "GET", path, "", "").await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.headers[header::CONTENT_TYPE], "text/html; charset=utf-8", "{path}");
        assert!(answer.body.contains(words), "{path}: {}", answer.body);
        assert!(!answer.body.contains("secret reason"));
    }
    let german = send(&site, "GET", "/nowhere", "accept-language: de", "").await;
    assert!(german.body.contains("<html lang=\"de\""));
    assert!(german.body.contains("Hier ist nichts"), "{}", german.body);
}

#[tokio::test]
async fn who_is_not_signed_in_is_led_to_the_door_and_back() {
    let site = site();
    let answer = send(&site, "GET", "/pages/fails/unauthenticated?x=1", "", "").await;
    assert_eq!(answer.status, 303);
    assert_eq!(answer.headers["location"], "/sign-in?next=%2Fpages%2Ffails%2Funauthenticated%3Fx%3D1");
    let sent = send(&site, "POST", "/pages/fails/unauthenticated", "origin: http://nas.lan", "").await;
    assert_eq!(sent.headers["location"], "/sign-in?next=%2F");
}

#[tokio::test]
async fn a_form_is_never_refused_for_its_content() {
    let site = site();
    let headers = "origin: http://nas.lan\ncontent-type: application/x-www-form-urlencoded";
    assert_eq!(send(&site, "POST", "/form", headers, "name=A%20b").await.body, "A b");
    assert_eq!(send(&site, "POST", "/form", headers, "other=1").await.status, 200);
    assert_eq!(send(&site, "POST", "/form", "origin: http://nas.lan", "name=x").await.status, 415);
    assert_eq!(send(&site, "POST", "/form", headers, &"x".repeat((1 << 20) + 1)).await.status, 413);
}

#[tokio::test]
async fn patience_extends_the_deadline() {
    assert_eq!(send(&site(), "GET", "/patient", "", "").await.body, "done");
}

#[tokio::test]
async fn pages_are_packed_for_those_who_can_unpack() {
    let site = site();
    let packed = send(&site, "GET", "/long", "accept-encoding: gzip, br", "").await;
    assert_eq!(packed.headers["content-encoding"], "gzip");
    assert!(packed.body.len() < 500);
    let plain = send(&site, "GET", "/long", "", "").await;
    assert!(!plain.headers.contains_key("content-encoding"));
    assert_eq!(plain.body.len(), 5000);
}

#[tokio::test]
async fn assets_are_kept_for_ever_under_their_own_address() {
    let site = site();
    let url = assets::url("app.css");
    let answer = send(&site, "GET", url, "accept-encoding: gzip", "").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers[header::CONTENT_TYPE], "text/css; charset=utf-8");
    assert_eq!(answer.headers["content-encoding"], "gzip");
    assert!(answer.headers[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
    let tag = answer.headers[header::ETAG].to_str().unwrap().to_owned();
    let again = send(&site, "GET", url, &format!("if-none-match: {tag}"), "").await;
    assert_eq!((again.status.as_u16(), again.body.as_str()), (304, ""));
    let plain = send(&site, "GET", url, "", "").await;
    assert!(plain.body.starts_with("/* Steward: the values") && plain.body.contains(".btn {"));
    assert_eq!(send(&site, "GET", "/assets/0123456789abcdef/app.css", "", "").await.status, 404);
    assert_eq!(send(&site, "GET", "/assets/0123456789abcdef/../Cargo.toml", "", "").await.status, 404);
}

#[tokio::test]
async fn strangers_are_counted_by_address_and_a_made_up_cookie_buys_nothing() {
    let site = web::layers(routes(), &Web::new(Settings::new(["nas.lan".to_owned()], false)));
    let mut refused = None;
    for n in 0..25 {
        let answer = send(&site, "GET", "/long", &format!("cookie: session=made-up-{n}"), "").await;
        if answer.status == 429 {
            refused = Some((n, answer));
            break;
        }
    }
    let (n, answer) = refused.expect("100 a minute with a burst of a fifth");
    assert_eq!(n, 20);
    let wait: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert!(answer.body.contains("Too many requests"));
    // The style sheet of that very page is still there.
    assert_eq!(send(&site, "GET", assets::url("app.css"), "", "").await.status, 200);
}

#[tokio::test]
async fn who_is_vouched_for_counts_as_a_person() {
    let site = web::layers(routes(), &Web::new(Settings::new(["nas.lan".to_owned()], false)));
    for n in 0..150 {
        let answer = send(&site, "GET", "/mine", "cookie: session=good", "").await;
        assert_eq!(answer.status, 200, "request {n} of one who is signed in");
    }
    let stranger = send(&site, "GET", "/long", "", "").await;
    assert_eq!(stranger.status, 200, "only the first of them was counted as a stranger's");
}

#[tokio::test]
async fn signing_in_and_long_lists_have_their_own_limits() {
    let site = site();
    let mut ins = Vec::new();
    let mut bulks = Vec::new();
    for _ in 0..6 {
        ins.push(send(&site, "POST", "/sign-in", "origin: http://nas.lan", "").await.status.as_u16());
        bulks.push(send(&site, "GET", "/bulk", "", "").await.status.as_u16());
    }
    assert_eq!(ins, [200, 200, 200, 200, 429, 429], "20 a minute, 4 at once");
    assert_eq!(bulks, [200, 200, 429, 429, 429, 429], "10 a minute, 2 at once");
}

#[tokio::test]
async fn only_a_listed_proxy_is_believed() {
    let mut settings = Settings::new(["nas.lan".to_owned()], false);
    settings.proxies = vec!["192.168.1.9".parse().unwrap()];
    let site = web::layers(routes(), &Web::new(settings));
    for n in 0..40 {
        // The client writes what it likes in front; the proxy appends the address it saw.
        let headers = format!("x-forwarded-for: 1.2.3.{n}, 10.0.0.{n}");
        assert_eq!(send(&site, "GET", "/long", &headers, "").await.status, 200, "each its own client");
    }
    let mut last = 0;
    for n in 0..25 {
        let headers = format!("x-forwarded-for: 1.2.3.{n}, 10.9.9.9");
        last = send(&site, "GET", "/long", &headers, "").await.status.as_u16();
    }
    assert_eq!(last, 429, "one client behind the proxy, whatever it claims");

    let site = web::layers(routes(), &Web::new(Settings::new(["nas.lan".to_owned()], false)));
    for n in 0..25 {
        last = send(&site, "GET", "/long", &format!("x-forwarded-for: 10.0.0.{n}"), "").await.status.as_u16();
    }
    assert_eq!(last, 429, "no proxy is listed, so the peer is the client");
}

#[tokio::test]
async fn an_error_page_stands_in_its_readers_own_shell() {
    let app = crate::support::TestApp::new();
    let known = app.as_employee().get("/nowhere").await.assert_status(404);
    assert!(known.text().contains("Mira Castell") && known.text().contains("There is nothing here"));
    let stranger = app.anonymous().get("/nowhere").await.assert_status(404);
    assert!(!stranger.text().contains("class=\"side\""), "a page for nobody in particular");
}
