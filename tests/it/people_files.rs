//! Files of people over real sockets and in the background: one far too large, one that takes a while.

use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use steward::web::listen::Listener;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::{Client, HOST, TestApp};

/// Resident memory of this process, in KB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// The program on a real port; its answer to a request with `length` bytes of body, all of which are sent.
async fn answer_to(app: &TestApp, head: &str, length: usize) -> (String, usize) {
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), None).await.unwrap();
    let port = listener.address().unwrap().port();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(listener.serve(app.app.router(), async {
        let _ = stopped.await;
    }));
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let (mut reading, mut writing) = stream.into_split();
    let sending = tokio::spawn(async move {
        let chunk = vec![b'x'; 1 << 20];
        let mut sent = 0;
        while sent < length && writing.write_all(&chunk).await.is_ok() {
            sent += chunk.len();
        }
        // Whoever closes its side takes no answer any more.
        (sent, writing)
    });
    let mut answer = Vec::new();
    let whole = timeout(Duration::from_secs(60), reading.read_to_end(&mut answer)).await.unwrap();
    assert!(whole.is_ok(), "the connection was cut: {whole:?}");
    let (sent, _) = sending.await.unwrap();
    let _ = stop.send(());
    serving.await.unwrap();
    (String::from_utf8_lossy(&answer).into_owned(), sent)
}

/// A browser reads an answer only after it has sent everything: 200 MB are let go by, nothing of them is kept, and
/// what comes back is a page that says how much may be sent.
#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_megabytes_are_refused_with_a_page_and_without_memory() {
    const LENGTH: usize = 200 << 20;
    let app = TestApp::new();
    let hr = app.as_hr();
    let session = hr.cookie_value("session").unwrap();
    let head = |path: &str, kind: &str, more: &str| {
        format!(
            "POST {path} HTTP/1.1\r\nhost: {HOST}\r\norigin: http://{HOST}\r\ncookie: session={session}\r\n\
             content-type: {kind}\r\ncontent-length: {LENGTH}\r\nconnection: close\r\n{more}\r\n"
        )
    };
    let before = resident();
    let (page, sent) = answer_to(&app, &head("/people/import", "multipart/form-data; boundary=b", ""), LENGTH).await;
    let grown = resident().saturating_sub(before);
    assert!(page.starts_with("HTTP/1.1 413"), "{}", &page[..page.len().min(400)]);
    assert_eq!(sent, LENGTH, "everything was heard");
    assert!(grown < 64 * 1024, "grew by {grown} KB");
    println!("200 MB refused: memory grew by {grown} KB");

    // The API answers a problem; whoever asks before sending is told at once.
    let asks = head("/api/v1/employees/import", "text/csv", "expect: 100-continue\r\n");
    let (problem, _) = answer_to(&app, &asks, 0).await;
    assert!(problem.starts_with("HTTP/1.1 413"), "{}", &problem[..problem.len().min(400)]);
    assert!(problem.contains("application/problem+json") && problem.contains("too_large"));
    let folder = app.org().dir.join("imports");
    assert_eq!(std::fs::read_dir(folder).map_or(0, Iterator::count), 0, "nothing of it lies about");
}

/// HR checks a file of 6,000 new people; answers the page on which a button imports it.
pub async fn six_thousand(hr: &Client) -> String {
    let mut csv = "email,last_name,first_name,join_date\n".to_owned();
    for n in 0..6_000 {
        csv.push_str(&format!("p{n}@x.test,Ek {n},Bo,2020-01-01\n"));
    }
    let form = format!(
        "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"people.csv\"\r\n\r\n{csv}\r\n--b--\r\n"
    );
    let kind = Some("multipart/form-data; boundary=b");
    let kept = hr.clone().send(Method::POST, "/people/import", kind, Body::from(form)).await.assert_status(303);
    kept.header("location").to_owned()
}

/// Several thousand rows: the browser is sent on, the page says how far it is and looks again by itself, and in the
/// end everything is there.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_import_goes_on_by_itself_and_says_how_far_it_is() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let path = six_thousand(&hr).await;
    let sent_on = hr.post(&path, [("", ""); 0]).await.assert_status(303);
    let mut pages = 0;
    if sent_on.header("location") == path {
        // Pressing again begins nothing anew.
        hr.post(&path, [("", ""); 0]).await.assert_status(303);
        loop {
            let page = hr.get(&path).await;
            if page.status.as_u16() == 303 {
                assert_eq!(page.header("location"), "/people");
                break;
            }
            pages += 1;
            page.assert_ok().assert_contains("http-equiv=\"refresh\"").assert_contains("<progress");
            assert!(pages < 600, "it never ends");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    } else {
        assert_eq!(sent_on.header("location"), "/people");
    }
    println!("6,000 rows: {pages} pages on the way");
    let total = hr.get("/api/v1/employees?search=x.test&page_size=1").await.assert_ok().json();
    assert_eq!(total["total"], 6_000);
    hr.get(&path).await.assert_redirect("/people");
}
