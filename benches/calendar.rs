//! The calendar of a company of 200: the wallchart of a month and of three, the month as a grid, the JSON, and the feed of
//! the whole company, each by 16 connections.
//!
//! `cargo bench --bench calendar` makes a demo company with a year behind it and serves it with the program itself.

#[expect(dead_code, reason = "the other load programs use the rest of it")]
mod program;

use std::process::Command;
use std::time::Duration;

use program::{ask, closed_loop, serve, sign_in, spread};

const PEOPLE: usize = 200;

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("demo");
    let steward = env!("CARGO_BIN_EXE_steward");
    let people = PEOPLE.to_string();
    let mut made = Command::new(steward);
    made.args(["demo", "--only-make", "--employees", &people, "--data"]).arg(&data);
    let made = made.output().expect("the program runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut served = serve(steward, &data);
        let address = served.address.clone();
        let cookie = format!("Cookie: {}\r\n", sign_in(&address, "hr").await);
        let feed = feed(&address, &cookie).await;
        for (what, path) in [
            ("wallchart, a month", "/calendar"),
            ("wallchart, three months", "/calendar?view=quarter"),
            ("month as a grid", "/calendar?view=grid"),
            ("one's own year", "/leave/year"),
            ("feed of the company", feed.as_str()),
        ] {
            let size = ask(&address, &format!("GET {path}"), &cookie, "").await.expect("it answers").body.len();
            let (rate, mut latencies): (f64, Vec<Duration>) = closed_loop(&address, path, &cookie).await;
            println!("{what:<26}{:>7} KB{rate:>8.0} requests/s  {}", size / 1000, spread(&mut latencies));
        }
        program::stop(&mut served.child);
    });
}

/// The path of the company's feed, made for HR.
async fn feed(address: &str, cookie: &str) -> String {
    let headers = format!("{cookie}Origin: http://{address}\r\nContent-Type: application/json\r\n");
    let made = ask(address, "POST /api/v1/feeds", &headers, "{\"kind\":\"company\"}").await.expect("it answers");
    assert_eq!(made.status, 201, "{}", made.head);
    let made: serde_json::Value = serde_json::from_slice(&made.body).expect("it is JSON");
    let url = made["url"].as_str().expect("the address is told");
    url.split_once(address).expect("it is on this host").1.to_owned()
}
