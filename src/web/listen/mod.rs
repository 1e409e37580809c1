//! The listener: takes connections, speaks TLS and HTTP on them, and gives up on those that only hold a place.
//!
//! A browser on a bad line is slow; a thousand connections that send a byte now and then are an attack. Both end
//! after the same silence: before the first byte, in the middle of a header, between two requests, in the middle of
//! a body, and while nobody reads the answer. At most half of all places go to one address, so that the others are
//! served meanwhile.

mod activity;
mod places;
mod silence;
pub mod tls;

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tower::ServiceExt;
use tracing::{debug, warn};

use super::layers::{Network, Peer};
use activity::{Activity, Busy};
use places::Places;
use silence::Attended;
pub use tls::Tls;

/// How patient the listener is.
#[derive(Clone, Debug)]
pub struct Patience {
    /// Until the first byte, the end of the TLS handshake, the end of a request's header. HTTP/1.1 connections that
    /// wait for their next request end after it too.
    pub header: Duration,
    /// Between two requests of HTTP/2.
    pub idle: Duration,
    /// While the client takes nothing of the answer.
    pub write: Duration,
    /// For what is under way when the program stops.
    pub drain: Duration,
    /// Connections at once; half of them for one address.
    pub places: usize,
}

impl Default for Patience {
    fn default() -> Self {
        Patience {
            header: Duration::from_secs(15),
            idle: Duration::from_secs(60),
            write: Duration::from_secs(20),
            drain: Duration::from_secs(10),
            places: 4096,
        }
    }
}

/// A bound socket that does not accept yet.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    tls: Option<Arc<Tls>>,
    patience: Patience,
    proxies: Vec<Network>,
}

impl Listener {
    /// Binds; port 0 picks a free one, which [`Listener::address`] tells.
    ///
    /// # Errors
    /// The address is not ours, or the port is taken or reserved.
    pub async fn bind(address: SocketAddr, tls: Option<Arc<Tls>>) -> io::Result<Listener> {
        let socket = TcpListener::bind(address).await?;
        Ok(Listener { socket, tls, patience: Patience::default(), proxies: Vec::new() })
    }

    #[must_use]
    pub fn patience(mut self, patience: Patience) -> Listener {
        self.patience = patience;
        self
    }

    /// Listed proxies may take all places: behind one address of theirs stands everybody.
    #[must_use]
    pub fn proxies(mut self, proxies: Vec<Network>) -> Listener {
        self.proxies = proxies;
        self
    }

    /// Where it listens.
    ///
    /// # Errors
    /// The system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Serves until `stop` is ready; then takes no more, lets what is under way finish within the drain time, and
    /// ends.
    pub async fn serve(self, routes: Router, stop: impl Future<Output = ()>) {
        let Listener { socket, tls, patience, proxies } = self;
        let places = Arc::new(Places::new(patience.places.min(affordable())));
        let (drain, draining) = watch::channel(false);
        let (patience, mut connections) = (Arc::new(patience), JoinSet::new());
        let mut stop = pin!(stop);
        loop {
            let accepted = tokio::select! {
                () = &mut stop => break,
                // Gathers what has ended, so that the set holds only what lives.
                Some(_) = connections.join_next() => continue,
                accepted = socket.accept() => accepted,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors, most likely: the ones in use end by themselves.
                    warn!(%error, "cannot take a connection");
                    sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            let ip = peer.ip().to_canonical();
            let proxy = proxies.iter().any(|network| network.contains(ip));
            let Some(place) = places.take(ip, proxy) else {
                debug!(%peer, "no place left for this address");
                continue;
            };
            let connection = Connection {
                peer,
                tls: tls.clone(),
                routes: routes.clone(),
                patience: Arc::clone(&patience),
                draining: draining.clone(),
            };
            connections.spawn(async move {
                let _place = place;
                connection.run(stream).await;
            });
        }
        drop(socket);
        // Nobody listens any more only where every connection has ended already.
        drain.send_replace(true);
        let finished = timeout(patience.drain, async { while connections.join_next().await.is_some() {} }).await;
        if finished.is_err() {
            warn!(left = connections.len(), "ended connections that were still busy");
        }
    }
}

/// Connections that the system's limit on open files allows, after the limit was raised as far as it goes. A part
/// is kept back for databases, files and outgoing connections.
pub fn affordable() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let now = if setrlimit(Resource::Nofile, raised).is_ok() { limit.maximum } else { limit.current };
    let files = now.and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX);
    files.saturating_sub(256).max(64)
}

/// One connection's needs.
struct Connection {
    peer: SocketAddr,
    tls: Option<Arc<Tls>>,
    routes: Router,
    patience: Arc<Patience>,
    draining: watch::Receiver<bool>,
}

impl Connection {
    async fn run(self, stream: TcpStream) {
        // A page is answered at once, not when the next packet is full.
        if let Err(error) = stream.set_nodelay(true) {
            debug!(peer = %self.peer, %error, "no TCP_NODELAY");
        }
        let Some(tls) = self.tls.clone() else {
            return self.speak(stream, false).await;
        };
        let mut first = [0];
        match timeout(self.patience.header, stream.peek(&mut first)).await {
            // A TLS handshake begins with 22 (RFC 8446, section 5.1); a letter is a browser that was sent here by http.
            Ok(Ok(1)) if first[0] != 22 => return self.point_to_https(stream).await,
            Ok(Ok(1)) => {}
            _ => return,
        }
        let here = stream.local_addr().map(|address| address.ip());
        match timeout(self.patience.header, tls.accept(stream, here.ok())).await {
            Ok(Ok(stream)) => {
                let h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                self.speak(stream, h2).await;
            }
            Ok(Err(error)) => debug!(peer = %self.peer, %error, "TLS handshake"),
            Err(_) => debug!(peer = %self.peer, "TLS handshake took too long"),
        }
    }

    /// HTTP on a connection that is ready for it.
    async fn speak<S>(self, stream: S, h2: bool)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Connection { peer, routes, patience, mut draining, .. } = self;
        let activity = Arc::new(Activity::default());
        let service = {
            let activity = Arc::clone(&activity);
            service_fn(move |request: Request<Incoming>| {
                let busy = Busy::new(&activity);
                let mut request = request.map(Body::new);
                request.extensions_mut().insert(Peer(peer));
                let routes = routes.clone();
                async move {
                    let answer = routes.oneshot(request).await;
                    drop(busy);
                    answer
                }
            })
        };
        let io = TokioIo::new(Attended::new(stream, patience.write));
        let builder = builder(&patience, h2);
        let mut connection = pin!(builder.serve_connection_with_upgrades(io, service));
        let mut asked_to_end = *draining.borrow();
        if asked_to_end {
            connection.as_mut().graceful_shutdown();
        }
        loop {
            tokio::select! {
                ended = connection.as_mut() => {
                    if let Err(error) = ended {
                        debug!(%peer, %error, "connection ended");
                    }
                    return;
                }
                _ = draining.changed(), if !asked_to_end => {
                    asked_to_end = true;
                    connection.as_mut().graceful_shutdown();
                }
                () = activity.idle_for(patience.idle), if !asked_to_end => {
                    asked_to_end = true;
                    connection.as_mut().graceful_shutdown();
                }
            }
        }
    }

    /// Somebody typed the address without https: the answer is where to find us.
    async fn point_to_https(self, stream: TcpStream) {
        let service = service_fn(|request: Request<Incoming>| async move {
            let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
            let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
            let to = host.map(|host| format!("https://{host}{path}"));
            let mut answer = Response::new(Body::from("Please use https.\n"));
            *answer.status_mut() = StatusCode::BAD_REQUEST;
            if let Some(to) = to.and_then(|to| header::HeaderValue::try_from(to).ok())
                && request.method().is_safe()
            {
                // Not for ever: the machine may be set to plain http one day.
                *answer.status_mut() = StatusCode::TEMPORARY_REDIRECT;
                answer.headers_mut().insert(header::LOCATION, to);
            }
            answer.headers_mut().insert(header::CONNECTION, header::HeaderValue::from_static("close"));
            Ok::<_, Infallible>(answer)
        });
        let io = TokioIo::new(Attended::new(stream, self.patience.write));
        let all = timeout(self.patience.idle, builder(&self.patience, false).serve_connection(io, service)).await;
        if let Ok(Err(error)) = all {
            debug!(peer = %self.peer, %error, "plain http on the https port");
        }
    }
}

/// HTTP/2 where ALPN agreed on it, HTTP/1.1 otherwise: nothing is guessed from the first bytes.
fn builder(patience: &Patience, h2: bool) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.header)
        .max_buf_size(64 * 1024)
        .half_close(false);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(patience.idle / 2)
        .keep_alive_timeout(patience.header)
        .max_concurrent_streams(100)
        .max_header_list_size(16 * 1024);
    if h2 { builder.http2_only() } else { builder.http1_only() }
}
