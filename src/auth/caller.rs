//! Who calls, before anybody is known: what the pages and routes of signing in take from a request.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;

use crate::web::Visit;

use super::cookie::Cookie;
use super::session::{Client, Kind};
use super::sign_in::Knock;

/// The request of somebody who is not signed in, or whose session does not matter here.
#[derive(Clone, Debug)]
pub struct Caller {
    pub visit: Visit,
    pub client: Client,
    /// The name that the request was sent to, with its port: "steward.nordlicht.lan:8443".
    pub authority: String,
    /// Where to go after signing in: a path of ours, or empty.
    pub next: String,
    /// The organization that a link in mail names, or empty.
    pub organization: String,
    device: Option<String>,
}

impl Caller {
    pub fn of(parts: &Parts) -> Caller {
        let visit = Visit::of(parts);
        let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let authority = authority(parts);
        let query: Vec<(String, String)> =
            serde_html_form::from_str(parts.uri.query().unwrap_or_default()).unwrap_or_default();
        let asked =
            |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default();
        Caller {
            client: Client::new(visit.address, text(header::USER_AGENT).unwrap_or_default()),
            authority: authority.to_owned(),
            next: asked("next"),
            organization: asked("organization"),
            device: Cookie::Device.get(&parts.headers, visit.secure).map(str::to_owned),
            visit,
        }
    }

    /// Knocking for a session of this kind.
    pub fn knock(&self, kind: Kind) -> Knock {
        Knock { kind, client: self.client.clone(), device: self.device.clone(), host: self.host().to_owned() }
    }

    /// The address of this site as the browser wrote it: "https://steward.nordlicht.lan:8443".
    pub fn origin(&self) -> String {
        let scheme = if self.visit.secure { "https" } else { "http" };
        format!("{scheme}://{}", self.authority)
    }

    /// The name that the request was sent to, without its port.
    pub fn host(&self) -> &str {
        without_port(&self.authority)
    }

    /// `path` with what this address said about where to go and in which organization.
    pub fn link(&self, path: &str) -> String {
        let pairs = [("next", &self.next), ("organization", &self.organization)];
        let pairs: Vec<_> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        if pairs.is_empty() {
            return path.to_owned();
        }
        format!("{path}?{}", serde_html_form::to_string(&pairs).unwrap_or_default())
    }
}

/// The name that a request was sent to, with its port; empty where it is none.
fn authority(parts: &Parts) -> &str {
    let header = || parts.headers.get(header::HOST).and_then(|value| value.to_str().ok());
    let named = parts.uri.authority().map(|authority| authority.as_str()).or_else(header);
    named.filter(|name| is_plain(name)).unwrap_or_default()
}

/// The host that a request was sent to, without its port.
pub(super) fn host_of(parts: &Parts) -> &str {
    without_port(authority(parts))
}

fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => authority,
    }
}

/// A host name or address with or without a port, and nothing that would not belong into a link.
fn is_plain(authority: &str) -> bool {
    authority.len() <= 255 && authority.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Caller::of(parts))
    }
}
