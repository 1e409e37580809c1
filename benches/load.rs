//! The load program: what a company of 100 people asks of Steward, measured on one machine.
//!
//! `cargo bench --bench load` makes a demo company, serves it with the program itself, and puts beside it, in the
//! same run, a bare axum handler that does ten prepared, indexed SELECTs of 20 rows over the same hand-off to the
//! readers and answers with as many bytes as Home. It prints requests a second at 16 connections, the latency of an
//! open loop of 500 requests a second, the time from start to the first answer, idle memory, the program's size and
//! the weight of the first page.

mod program;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use steward::clock::Clock;
use steward::storage::{Db, DbSettings, ORG};
use steward::web::listen::Listener;
use tokio::io::BufReader;
use tokio::net::TcpStream;

use program::{CONNECTIONS, Served, ask, closed_loop, exchange, resident, serve, sign_in, spread, started, stop};

const OPEN_LOOP: u32 = 500;
const OPEN_LOOP_SECONDS: u32 = 10;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, data, bytes] = arguments.as_slice()
        && flag == "--bare"
    {
        return bare(Path::new(data), bytes.parse().expect("a number of bytes"));
    }
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    runtime.block_on(measure());
}

async fn measure() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("demo");
    let program = env!("CARGO_BIN_EXE_steward");
    let started = Instant::now();
    let made =
        Command::new(program).args(["demo", "--only-make", "--data"]).arg(&data).output().expect("the program runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    println!("demo of 100 people made in          {:>8.2} s", started.elapsed().as_secs_f64());
    let copy = folder.path().join("copy");
    copy_folder(&data.join("orgs/nordlicht"), &copy);

    let started = Instant::now();
    let mut serve = serve(program, &data);
    let address = serve.address.clone();
    loop {
        if let Ok(answer) = ask(&address, "GET /sign-in", "", "").await
            && answer.status == 200
        {
            break;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    println!("start to first 200                  {:>8.0} ms", started.elapsed().as_secs_f64() * 1000.0);
    tokio::time::sleep(Duration::from_secs(3)).await;
    println!("idle memory (VmRSS)                 {:>8.1} MB", resident(serve.child.id()));
    println!(
        "size of the program                 {:>8.1} MB",
        std::fs::metadata(program).expect("the program").len() as f64 / 1e6
    );

    let cookie = sign_in(&address, "employee").await;
    weigh(&address, &cookie).await;
    let home = format!("Cookie: {cookie}\r\n");
    let bytes = ask(&address, "GET /", &home, "").await.expect("Home answers").body.len();
    let mut other = bare_process(&copy, bytes);
    println!("Home is {bytes} bytes as written; so is the bare answer");

    let mut totals = [(0.0, Vec::new()), (0.0, Vec::new())];
    // Two rounds of each, in turns, so that both see the same machine.
    for _ in 0..2 {
        for (which, (address, header)) in [(&address, home.as_str()), (&other.address, "")].into_iter().enumerate() {
            let (rate, latencies) = closed_loop(address, "/", header).await;
            totals[which].0 += rate / 2.0;
            totals[which].1.extend(latencies);
        }
    }
    for (name, (rate, latencies)) in ["Home", "bare"].into_iter().zip(&mut totals) {
        println!("{name}, {CONNECTIONS} connections              {rate:>8.0} requests/s   {}", spread(latencies));
    }
    println!("Home against bare                   {:>8.0} %", 100.0 * totals[0].0 / totals[1].0);
    let mut latencies = open_loop(&address, &home).await;
    println!("Home, open loop of {OPEN_LOOP} requests/s     {}", spread(&mut latencies));
    println!("memory after the load (VmRSS)       {:>8.1} MB", resident(serve.child.id()));
    stop(&mut serve.child);
    stop(&mut other.child);
}

/// What the framework and the hand-off cost by themselves.
fn bare(data: &Path, bytes: usize) {
    let db = Db::open(data, &ORG, Clock::system(), DbSettings::default()).expect("the copy opens");
    let body: Arc<str> = "x".repeat(bytes).into();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(64).build().expect("a runtime");
    runtime.block_on(async {
        let listener = Listener::bind("127.0.0.1:0".parse().expect("an address"), None).await.expect("loopback binds");
        println!("Steward listens on http://{}", listener.address().expect("it is bound"));
        let routes = Router::new().route("/", get(ten_selects)).with_state((db, body));
        listener.serve(routes, std::future::pending()).await;
    });
}

async fn ten_selects(State((db, body)): State<(Db, Arc<str>)>) -> String {
    let sum = db
        .read(|rx| {
            let mut sum = 0_i64;
            for page in 0..10_i64 {
                let sql = "SELECT id, last_name, first_name, email FROM employees WHERE id > ?1 ORDER BY id LIMIT 20";
                let rows = rx.all(sql, [page * 8], |row| {
                    Ok((
                        row.get::<_, i64>(0)?,
                        row.get::<_, String>(1)?,
                        row.get::<_, String>(2)?,
                        row.get::<_, String>(3)?,
                    ))
                })?;
                sum += rows.iter().map(|row| row.0).sum::<i64>();
            }
            Ok(sum)
        })
        .await
        .expect("the readers read");
    assert!(sum > 0);
    body.to_string()
}

fn bare_process(data: &Path, bytes: usize) -> Served {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.arg("--bare").arg(data).arg(bytes.to_string());
    started(command)
}

/// The first page with all that it asks for, as a browser that takes gzip gets it.
async fn weigh(address: &str, cookie: &str) {
    let headers = format!("Cookie: {cookie}\r\nAccept-Encoding: gzip\r\n");
    let plain = ask(address, "GET /", &format!("Cookie: {cookie}\r\n"), "").await.expect("Home answers");
    let html = String::from_utf8_lossy(&plain.body).into_owned();
    let mut paths: Vec<String> = html
        .split(['"', '#'])
        .filter(|part| part.starts_with("/assets/") && !part.contains("favicon"))
        .map(str::to_owned)
        .collect();
    paths.sort();
    paths.dedup();
    let page = ask(address, "GET /", &headers, "").await.expect("Home answers");
    let mut bytes = page.head.len() + page.body.len();
    let mut requests = 1;
    let mut seen = 0;
    while seen < paths.len() {
        let answer = ask(address, &format!("GET {}", paths[seen]), &headers, "").await.expect("assets answer");
        bytes += answer.head.len() + answer.body.len();
        requests += 1;
        seen += 1;
    }
    println!("first page over the wire            {:>8.1} KB in {requests} requests", bytes as f64 / 1024.0);
}

/// Requests leave on time whatever the answers do; latency counts from when a request should have left.
async fn open_loop(address: &str, header: &str) -> Vec<Duration> {
    let start = Instant::now() + Duration::from_millis(100);
    let lanes = 32;
    let tasks: Vec<_> = (0..lanes)
        .map(|lane| {
            let (address, header) = (address.to_owned(), header.to_owned());
            tokio::spawn(async move {
                let mut connection = BufReader::new(TcpStream::connect(&address).await.expect("it takes connections"));
                let mut latencies = Vec::new();
                for turn in (lane..OPEN_LOOP * OPEN_LOOP_SECONDS).step_by(lanes as usize) {
                    let due = start + Duration::from_secs(1) * turn / OPEN_LOOP;
                    tokio::time::sleep_until(due.into()).await;
                    let answer = exchange(&mut connection, &address, "GET /", &header, "").await.expect("it answers");
                    assert_eq!(answer.status, 200, "{}", answer.head);
                    latencies.push(due.elapsed());
                }
                latencies
            })
        })
        .collect();
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await.expect("the round ends"));
    }
    latencies
}

fn copy_folder(from: &PathBuf, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("the folder").flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_file()) {
            std::fs::copy(entry.path(), to.join(entry.file_name())).expect("a copy");
        }
    }
}
