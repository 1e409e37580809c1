//! The listener over real sockets: slow clients end, many of them stop nobody, TLS by our own authority, and what is
//! under way finishes when the program stops.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::{get, post};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use steward::clock::Clock;
use steward::web::listen::{Listener, Patience, Tls};
use steward::web::{self, Settings, Web};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

struct Running {
    port: u16,
    stop: Option<oneshot::Sender<()>>,
    ended: JoinHandle<()>,
}

impl Running {
    async fn start(tls: Option<Arc<Tls>>, patience: Patience) -> Running {
        let mut settings = Settings::new([], tls.is_some());
        settings.rates.anonymous = 1_000_000;
        settings.body_silence = patience.header;
        let routes = Router::new()
            .route("/quick", get(|| async { "quick" }))
            .route(
                "/slow",
                get(|| async {
                    sleep(Duration::from_millis(400)).await;
                    "slow"
                }),
            )
            .route("/huge", get(|| async { "x".repeat(64 << 20) }))
            .route("/bytes", post(|body: axum::body::Bytes| async move { body.len().to_string() }));
        let routes = web::layers(routes, &Web::new(settings));
        let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), tls).await.unwrap().patience(patience);
        let port = listener.address().unwrap().port();
        let (stop, stopped) = oneshot::channel();
        let ended = tokio::spawn(listener.serve(routes, async {
            let _ = stopped.await;
        }));
        Running { port, stop: Some(stop), ended }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.port)).await.unwrap()
    }

    /// A whole exchange over plain http.
    async fn ask(&self, request: &str) -> String {
        let mut stream = self.connect().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let _ = timeout(Duration::from_secs(10), stream.read_to_string(&mut answer)).await.unwrap();
        answer
    }
}

const QUICK: &str = "GET /quick HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

fn patience(header: u64) -> Patience {
    let header = Duration::from_millis(header);
    Patience { header, idle: header, write: header, drain: Duration::from_secs(5), places: 4096 }
}

/// How long until the other side closes.
async fn until_closed(stream: &mut TcpStream) -> Duration {
    let start = Instant::now();
    let mut rest = Vec::new();
    let _ = timeout(Duration::from_secs(10), stream.read_to_end(&mut rest)).await.expect("it ends");
    start.elapsed()
}

#[tokio::test]
async fn who_says_nothing_or_says_it_slowly_is_let_go() {
    let site = Running::start(None, patience(300)).await;
    for sent in ["", "GET /quick HT", "GET /quick HTTP/1.1\r\nhost: localhost\r\nx-a: b"] {
        let mut stream = site.connect().await;
        stream.write_all(sent.as_bytes()).await.unwrap();
        let took = until_closed(&mut stream).await;
        assert!(took < Duration::from_secs(3), "{sent:?} took {took:?}");
    }
    // A drop now and then does not help.
    let mut stream = site.connect().await;
    let start = Instant::now();
    let request = QUICK.as_bytes();
    let mut sent = 0;
    while start.elapsed() < Duration::from_secs(5) && sent < request.len() - 1 {
        if stream.write_all(&request[sent..=sent]).await.is_err() {
            break;
        }
        sent += 1;
        sleep(Duration::from_millis(50)).await;
    }
    assert!(sent < request.len() - 1, "the connection ended while the header was still coming");
}

#[tokio::test]
async fn a_body_that_stops_is_let_go() {
    let site = Running::start(None, patience(300)).await;
    let mut stream = site.connect().await;
    let head = "POST /bytes HTTP/1.1\r\nhost: localhost\r\norigin: http://localhost\r\ncontent-length: 100\r\n\r\nabc";
    stream.write_all(head.as_bytes()).await.unwrap();
    assert!(until_closed(&mut stream).await < Duration::from_secs(3));
}

#[tokio::test]
async fn who_does_not_read_the_answer_is_let_go() {
    let site = Running::start(None, patience(300)).await;
    let mut stream = site.connect().await;
    stream.write_all(b"GET /huge HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    sleep(Duration::from_secs(2)).await;
    let mut got = Vec::new();
    let _ = timeout(Duration::from_secs(10), stream.read_to_end(&mut got)).await.unwrap();
    assert!(got.len() < 64 << 20, "only what fitted into the buffers: {}", got.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_slow_connections_do_not_stop_others() {
    let site = Running::start(None, patience(15_000)).await;
    let mut slow = Vec::new();
    for _ in 0..1000 {
        let mut stream = site.connect().await;
        stream.write_all(b"GET /quick HTTP/1.1\r\nhost: loc").await.unwrap();
        slow.push(stream);
    }
    for _ in 0..20 {
        let start = Instant::now();
        let answer = site.ask(QUICK).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    }
    drop(slow);
}

#[tokio::test]
async fn what_is_under_way_finishes_and_nothing_new_begins() {
    let mut site = Running::start(None, patience(15_000)).await;
    let mut idle = site.connect().await;
    idle.write_all(b"GET /quick HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut seen = [0; 12];
    idle.read_exact(&mut seen).await.unwrap();

    let mut busy = site.connect().await;
    busy.write_all(b"GET /slow HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    sleep(Duration::from_millis(100)).await;
    let start = Instant::now();
    site.stop.take().unwrap().send(()).unwrap();
    let mut answer = String::new();
    busy.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("slow"), "{answer}");
    timeout(Duration::from_secs(5), &mut site.ended).await.unwrap().unwrap();
    assert!(start.elapsed() < Duration::from_secs(3), "an idle connection does not delay the end");
    assert!(TcpStream::connect(("127.0.0.1", site.port)).await.is_err());
}

fn trusting(pem: &str) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = rustls::ALL_VERSIONS;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    Arc::new(config)
}

async fn handshake(
    site: &Running,
    config: Arc<ClientConfig>,
    name: &str,
) -> std::io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
    let name = ServerName::try_from(name.to_owned()).unwrap();
    tokio_rustls::TlsConnector::from(config).connect(name, site.connect().await).await
}

#[tokio::test]
async fn our_own_authority_vouches_for_names_and_for_the_address_that_was_called() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::system();
    let tls = Arc::new(Tls::own(folder.path(), &["nas.lan".to_owned()], false, &clock).unwrap());
    let config = trusting(tls.authority_pem().unwrap());
    let site = Running::start(Some(Arc::clone(&tls)), patience(15_000)).await;

    for name in ["nas.lan", "localhost", "127.0.0.1"] {
        let stream = handshake(&site, Arc::clone(&config), name).await.unwrap();
        assert_eq!(stream.get_ref().1.protocol_version(), Some(rustls::ProtocolVersion::TLSv1_3));
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    }
    assert!(handshake(&site, Arc::clone(&config), "other.lan").await.is_err());
    tls.cover(&["other.lan".to_owned()]).unwrap();
    handshake(&site, Arc::clone(&config), "other.lan").await.unwrap();

    // The root stays the same over a restart, so devices that installed it go on trusting.
    let again = Tls::own(folder.path(), &[], false, &clock).unwrap();
    assert_eq!(again.authority_pem(), tls.authority_pem());
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(folder.path().join("authority.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn tls_1_2_only_by_a_setting() {
    for (tls12, works) in [(false, false), (true, true)] {
        let folder = tempfile::tempdir().unwrap();
        let tls = Arc::new(Tls::own(folder.path(), &[], tls12, &Clock::system()).unwrap());
        let site = Running::start(Some(Arc::clone(&tls)), patience(15_000)).await;
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(tls.authority_pem().unwrap().as_bytes()).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS12])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        assert_eq!(handshake(&site, Arc::new(config), "localhost").await.is_ok(), works);
    }
}

#[tokio::test]
async fn http_on_the_https_port_is_pointed_the_right_way() {
    let folder = tempfile::tempdir().unwrap();
    let tls = Arc::new(Tls::own(folder.path(), &[], false, &Clock::system()).unwrap());
    let site = Running::start(Some(tls), patience(15_000)).await;
    let answer = site.ask("GET /leave?x=1 HTTP/1.1\r\nhost: nas.lan:8443\r\nconnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 307"), "{answer}");
    assert!(answer.contains("location: https://nas.lan:8443/leave?x=1"), "{answer}");
    let answer =
        site.ask("POST /leave HTTP/1.1\r\nhost: nas.lan\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
}

#[test]
fn a_leaf_is_renewed_before_it_ends_and_the_root_before_it_does() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::manual("2026-11-24T12:00:00Z".parse().unwrap());
    let tls = Tls::own(folder.path(), &[], false, &clock).unwrap();
    assert_eq!(tls.certificate().ends.unwrap().to_string(), "2027-02-22T00:00:00Z");
    assert_eq!(tls.certificate().authority_ends.unwrap().to_string(), "2036-11-24");
    let days = |n: i64| jiff::SignedDuration::from_hours(24 * n);
    clock.advance(days(50));
    assert!(!tls.renew_if_due().unwrap());
    clock.advance(days(12));
    assert!(tls.renew_if_due().unwrap());
    assert_eq!(tls.certificate().ends.unwrap().to_string(), "2027-04-25T00:00:00Z");
    // Ten years on, the root is made anew at a start, and a leaf never outlives its root.
    clock.set("2036-10-20T00:00:00Z".parse().unwrap());
    assert!(tls.renew_if_due().unwrap());
    assert_eq!(tls.certificate().ends.unwrap().to_string(), "2036-11-24T00:00:00Z");
    clock.set("2036-11-01T00:00:00Z".parse().unwrap());
    let fresh = Tls::own(folder.path(), &[], false, &clock).unwrap();
    assert_ne!(fresh.authority_pem(), tls.authority_pem());
}

#[tokio::test]
async fn the_admins_own_certificate_is_used_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let key = rcgen::KeyPair::generate().unwrap();
    let cert = rcgen::CertificateParams::new(["hr.example".to_owned()]).unwrap().self_signed(&key).unwrap();
    let [cert_file, key_file] = ["cert.pem", "key.pem"].map(|name| folder.path().join(name));
    std::fs::write(&cert_file, cert.pem()).unwrap();
    std::fs::write(&key_file, key.serialize_pem()).unwrap();
    let tls = Arc::new(Tls::brought(&cert_file, &key_file, false).unwrap());
    assert!(tls.authority_pem().is_none());
    let site = Running::start(Some(Arc::clone(&tls)), patience(15_000)).await;
    handshake(&site, trusting(&cert.pem()), "hr.example").await.unwrap();

    // A renewal puts new files in their place, which are used without a restart; half of one is told and not used.
    assert!(!tls.renew_if_due().unwrap());
    let (renewed_key, before) = (rcgen::KeyPair::generate().unwrap(), cert.pem());
    let cert = rcgen::CertificateParams::new(["hr.example".to_owned()]).unwrap().self_signed(&renewed_key).unwrap();
    replace(&cert_file, &cert.pem());
    assert!(tls.renew_if_due().is_err());
    handshake(&site, trusting(&before), "hr.example").await.unwrap();
    replace(&key_file, &renewed_key.serialize_pem());
    assert!(tls.renew_if_due().unwrap());
    handshake(&site, trusting(&cert.pem()), "hr.example").await.unwrap();
    handshake(&site, trusting(&before), "hr.example").await.unwrap_err();

    let other = rcgen::KeyPair::generate().unwrap();
    std::fs::write(&key_file, other.serialize_pem()).unwrap();
    assert!(Tls::brought(&cert_file, &key_file, false).is_err(), "key and certificate belong together");
    assert!(Tls::brought(&folder.path().join("none.pem"), &key_file, false).is_err());
}

/// Writes a file anew, changed a second later than before: some file systems count no finer.
fn replace(file: &std::path::Path, text: &str) {
    let later = std::fs::metadata(file).unwrap().modified().unwrap() + Duration::from_secs(1);
    std::fs::write(file, text).unwrap();
    std::fs::File::options().write(true).open(file).unwrap().set_modified(later).unwrap();
}
