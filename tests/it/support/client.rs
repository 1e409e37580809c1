//! A browser or a script, in process: it sends what they would send, and what comes back can be looked at.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use serde::Serialize;
use serde_json::Value;
use tower::ServiceExt as _;

use super::HOST;

/// Keeps its cookies, as a browser does.
#[derive(Clone)]
pub struct Client {
    router: Router,
    cookies: Vec<(String, String)>,
    headers: Vec<(&'static str, String)>,
}

impl Client {
    pub(super) fn new(router: Router) -> Client {
        Client { router, cookies: Vec::new(), headers: Vec::new() }
    }

    /// The same client with a cookie.
    pub fn cookie(mut self, name: &str, value: &str) -> Client {
        self.keep(name, value);
        self
    }

    /// The value of a cookie that it holds.
    pub fn cookie_value(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The same client with a header on every request.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Client {
        self.headers.push((name, value.into()));
        self
    }

    /// A script with this token.
    pub fn bearer(self, token: &str) -> Client {
        self.header("authorization", format!("Bearer {token}"))
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.clone().send(Method::GET, path, None, Body::empty()).await
    }

    /// Sends a form, as a page of ours would.
    pub async fn post<F: Serialize>(&self, path: &str, form: F) -> Answer {
        self.clone().submit(path, form).await
    }

    /// Sends a form and keeps the cookies that come back.
    pub async fn submit<F: Serialize>(&mut self, path: &str, form: F) -> Answer {
        let body = serde_html_form::to_string(form).unwrap();
        self.send(Method::POST, path, Some("application/x-www-form-urlencoded"), Body::from(body)).await
    }

    /// Sends JSON: `client.json(Method::POST, "/api/v1/…", json!({…}))`.
    pub async fn json(&self, method: Method, path: &str, body: Value) -> Answer {
        self.clone().send(method, path, Some("application/json"), Body::from(body.to_string())).await
    }

    /// A POST without a body.
    pub async fn send_empty_post(&self, path: &str) -> Answer {
        self.clone().send(Method::POST, path, None, Body::empty()).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.clone().send(Method::DELETE, path, None, Body::empty()).await
    }

    /// Any request; unsafe ones say that they come from a page of ours.
    pub async fn send(&mut self, method: Method, path: &str, kind: Option<&str>, body: Body) -> Answer {
        let mut request = Request::builder().method(&method).uri(path);
        if !self.headers.iter().any(|(name, _)| *name == "host") {
            request = request.header(header::HOST, HOST);
        }
        if !method.is_safe() && !self.headers.iter().any(|(name, _)| *name == "origin") {
            request = request.header(header::ORIGIN, format!("http://{HOST}"));
        }
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        if !self.cookies.is_empty() {
            let pairs: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        for line in parts.headers.get_all(header::SET_COOKIE) {
            let (pair, rest) = line.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if rest.contains("Max-Age=0") {
                self.cookies.retain(|(key, _)| key != name);
            } else {
                self.keep(name, value);
            }
        }
        Answer { what: format!("{method} {path}"), status: parts.status, headers: parts.headers, bytes: bytes.to_vec() }
    }

    fn keep(&mut self, name: &str, value: &str) {
        self.cookies.retain(|(key, _)| key != name);
        self.cookies.push((name.to_owned(), value.to_owned()));
    }
}

/// What came back.
pub struct Answer {
    what: String,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("{} is no JSON: {}", self.what, self.text()))
    }

    /// A header's value; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    #[track_caller]
    pub fn assert_status(self, status: u16) -> Answer {
        assert_eq!(self.status.as_u16(), status, "{}: {}", self.what, self.text());
        self
    }

    /// 200.
    #[track_caller]
    pub fn assert_ok(self) -> Answer {
        self.assert_status(200)
    }

    /// 303 to this place.
    #[track_caller]
    pub fn assert_redirect(self, to: &str) -> Answer {
        let answer = self.assert_status(303);
        assert_eq!(answer.header("location"), to, "{}", answer.what);
        answer
    }

    /// 422, with something said about this field: of a page or of the API.
    #[track_caller]
    pub fn assert_invalid(self, field: &str) -> Answer {
        let answer = self.assert_status(422);
        let of_api = || answer.json()["errors"].as_array().is_some_and(|all| all.iter().any(|e| e["field"] == field));
        let api = answer.header("content-type").contains("json");
        let said = if api { of_api() } else { answer.text().contains(&format!("id=\"{field}-err\"")) };
        assert!(said, "{}: nothing about {field}: {}", answer.what, answer.text());
        answer
    }

    #[track_caller]
    pub fn assert_contains(self, text: &str) -> Answer {
        assert!(self.text().contains(text), "{} does not say {text:?}: {}", self.what, self.text());
        self
    }

    #[track_caller]
    pub fn assert_lacks(self, text: &str) -> Answer {
        assert!(!self.text().contains(text), "{} says {text:?}: {}", self.what, self.text());
        self
    }
}
