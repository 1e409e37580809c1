//! What every request goes through before and after its handler, in the order of [`serve`]: name it, look at where it
//! comes from, count it, run it within its deadline, show what went wrong, put on the headers, write one line.
//!
//! Knows nothing of who is signed in: the extractors find that out, and vouch for it at the [`Gate`].

pub(crate) mod address;
mod deadline;
mod headers;
pub(crate) mod origin;
mod rates;
mod show;

use std::fmt;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, Uri, Version, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{Predicate, SizeAbove};
use tower_http::timeout::RequestBodyTimeoutLayer;
use tracing::info;

pub use address::{Network, Peer};
pub use deadline::Patient;
pub use rates::{Buckets, BulkRate, Gate, SignInRate};
pub use show::is_api;

use super::problem::Refused;
use super::settings::Settings;
use super::shell::{Arrival, Shell, Visit};
use crate::error::AppError;
use crate::{ids, msg};

/// The web side of the program: what it was told, and what it has counted.
#[derive(Clone)]
pub struct Web {
    pub settings: Arc<Settings>,
    buckets: Arc<Buckets>,
    frame: Option<Frame>,
}

/// Makes the shell of whoever sent a request, for the page that says what went wrong with it; nothing for a stranger.
pub type Frame = Arc<dyn Fn(Parts) -> BoxFuture<'static, Option<Shell>> + Send + Sync>;

impl fmt::Debug for Web {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Web").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Web {
    pub fn new(settings: Settings) -> Web {
        let buckets = Arc::new(Buckets::new(settings.rates));
        Web { settings: Arc::new(settings), buckets, frame: None }
    }

    /// Error pages of people who are signed in stand in their own shell.
    #[must_use]
    pub fn framed(mut self, frame: Frame) -> Web {
        self.frame = Some(frame);
        self
    }
}

/// Puts the whole program's routes behind everything that this module does.
pub fn layers(routes: Router, web: &Web) -> Router {
    let limit = web.settings.body_limit;
    let silence = web.settings.body_silence;
    routes
        .layer(DefaultBodyLimit::max(limit))
        .layer(from_fn_with_state(web.clone(), serve))
        .layer(RequestBodyTimeoutLayer::new(silence))
        .layer(compression())
}

/// Text is packed as it goes. Assets come packed already, workbooks and pictures are packed by nature.
fn compression() -> CompressionLayer<impl Predicate> {
    let worth_it = SizeAbove::new(860).and(|_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions| {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        kind.starts_with("text/")
            || kind.starts_with("application/json")
            || kind.starts_with("application/problem+json")
    });
    CompressionLayer::new().gzip(true).quality(CompressionLevel::Fastest).compress_when(worth_it)
}

async fn serve(State(web): State<Web>, request: Request, next: Next) -> Response {
    let start = Instant::now();
    let (mut parts, body) = request.into_parts();
    let peer = parts.extensions.get::<Peer>().map(|peer| peer.0.ip());
    let client = address::client(peer, &parts.headers, &web.settings.proxies, web.settings.https);
    let arrival = Arrival { id: request_id(), address: client.address, secure: client.secure };
    parts.extensions.insert(arrival.clone());
    let visit = Visit::of(&parts);
    let asked = Asked::of(&parts);
    let line = Line { method: parts.method.clone(), uri: loggable(&parts), address: client.address };

    let (mut response, frame) = match admit(&web, &mut parts, &arrival) {
        Err(refused) => (refused.into_response(), None),
        Ok(()) => (run(&web, Request::from_parts(parts, body), next).await, web.frame.as_ref()),
    };
    if let Some(refused) = show::failure_of(&mut response) {
        let shell = match frame {
            Some(frame) if !is_api(&visit.path) => frame(asked.parts(&arrival)).await,
            _ => None,
        };
        let asked = show::Asked { visit: &visit, method: &line.method, path: &line.uri, request_id: &arrival.id };
        show::failure(&mut response, &refused, shell, &asked);
    }
    headers::add(response.headers_mut(), web.settings.hsts && client.secure, &arrival.id);
    line.write(&arrival.id, response.status(), start);
    response
}

/// What of a request is kept until it is answered, to find out for whom an error page is.
struct Asked {
    uri: Uri,
    host: Option<HeaderValue>,
    cookies: Vec<HeaderValue>,
}

impl Asked {
    fn of(parts: &Parts) -> Asked {
        let cookies = parts.headers.get_all(header::COOKIE).iter().cloned().collect();
        Asked { uri: parts.uri.clone(), host: parts.headers.get(header::HOST).cloned(), cookies }
    }

    /// A plain look at the same address by the same browser.
    fn parts(self, arrival: &Arrival) -> Parts {
        let (mut parts, ()) = axum::http::Request::new(()).into_parts();
        parts.uri = self.uri;
        // It may stand for one organization alone.
        if let Some(host) = self.host {
            parts.headers.insert(header::HOST, host);
        }
        for cookie in self.cookies {
            parts.headers.append(header::COOKIE, cookie);
        }
        parts.extensions.insert(arrival.clone());
        parts
    }
}

/// Everything that can refuse a request before it reaches a handler.
fn admit(web: &Web, parts: &mut Parts, arrival: &Arrival) -> Result<(), Refused> {
    let path = parts.uri.path();
    let authority = origin::authority(parts).ok_or(Refused::Misdirected)?;
    // The set-up link is opened under whatever name the machine is found by, and records it.
    let any_name = path.starts_with("/set-up/") || path.starts_with("/assets/");
    if !any_name && !web.settings.knows_host(origin::host(authority)) {
        return Err(Refused::Misdirected);
    }
    if !origin::allows(parts, is_api(path), arrival.secure) {
        return Err(AppError::forbidden(msg!(
            "This did not come from a page of this site. Open the page again and repeat it there."
        ))
        .into());
    }
    let uncounted = path.starts_with("/assets/") || path == "/livez";
    if !uncounted {
        let gate = web.buckets.enter(parts, arrival.address)?;
        parts.extensions.insert(gate);
    }
    Ok(())
}

/// The handler, within its deadline; a panic in it is an answer too.
async fn run(web: &Web, mut request: Request<Body>, next: Next) -> Response {
    let deadline = deadline::Deadline::new(web.settings.deadline);
    request.extensions_mut().insert(deadline.clone());
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind();
    match deadline.keep(answer).await {
        None => Refused::TooSlow.into_response(),
        Some(Ok(response)) => response,
        Some(Err(panic)) => {
            let said = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
            let said = said.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            AppError::internal(format!("panic: {said}")).into_response()
        }
    }
}

/// Twelve hex digits in two groups, to be read out over the telephone.
fn request_id() -> String {
    let [a, b, c, d, e, f] = ids::random_bytes::<6>();
    format!("{a:02x}{b:02x}{c:02x}-{d:02x}{e:02x}{f:02x}")
}

/// Whoever holds an address that begins so is let in by it, also where something too much stands behind it.
const SECRET_PATHS: [&str; 5] = ["/activate/", "/decide/", "/feed/", "/reset-password/", "/set-up/"];

/// The path for the log, without its query. Where a route's address holds a secret, the route's pattern stands for it.
fn loggable(parts: &Parts) -> String {
    let path = parts.uri.path();
    if let Some(start) = SECRET_PATHS.into_iter().find(|start| path.starts_with(start)) {
        return format!("{start}{{token}}");
    }
    let pattern = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str);
    match pattern {
        Some(pattern) if pattern.contains("{token}") => pattern.to_owned(),
        _ => path.to_owned(),
    }
}

/// One line of the log.
struct Line {
    method: Method,
    uri: String,
    address: Option<IpAddr>,
}

impl Line {
    fn write(&self, id: &str, status: StatusCode, start: Instant) {
        let Line { method, uri, address } = self;
        let us = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
        let address = address.map(tracing::field::display);
        info!(target: "steward::web", %id, %method, path = %uri, status = status.as_u16(), us, address, "request");
    }
}
