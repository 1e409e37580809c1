//! Open pages: what a thousand idle sockets take in memory and processor time, also while somebody else is busy, and how
//! long it takes until a hundred pages show one event.
//!
//! `cargo bench --bench live` makes a demo company of 1,000, signs everybody in by hand of the library, and serves it with
//! the program itself.

#[expect(dead_code, reason = "the other load programs use the rest of it")]
mod program;

use std::process::Command;
use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use jiff::ToSpan as _;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use serde_json::Value;
use steward::appliance::House;
use steward::auth::session::{self, Client, Kind};
use steward::auth::user::{self, NewUser};
use steward::auth::{Actor, Role};
use steward::clock::Clock;
use steward::ids::{EmployeeId, UserId};
use steward::storage::Op;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{WebSocketStream, client_async};

use program::{ask, resident, serve, sign_in, spread};

const SOCKETS: usize = 1_000;
/// Longer than the server's ping.
const QUIET: Duration = Duration::from_secs(65);
const LISTENERS: usize = 100;
const EVENTS: usize = 40;

fn main() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("demo");
    let steward = env!("CARGO_BIN_EXE_steward");
    let people = SOCKETS.to_string();
    let mut made = Command::new(steward);
    made.args(["demo", "--only-make", "--employees", &people, "--data"]).arg(&data);
    let made = made.output().expect("the program runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let (everybody, manager) = sessions(&data);
    runtime.block_on(measure(steward, &data, everybody, manager));
}

/// A session of each of so many people, and enough of the manager for the listeners.
fn sessions(data: &std::path::Path) -> (Vec<String>, Vec<String>) {
    let house = House::open_at(data, &[], Clock::system()).expect("the company opens");
    let org = house.orgs.all().remove(0);
    let slug = org.slug.as_str().to_owned();
    let made = org.db.write_blocking(Op::act("benchmark"), move |tx| {
        // The demo gives a login to six; here everybody has one.
        let actor = Actor::command_line(TimeZone::UTC);
        let sql = "SELECT e.id, e.email, e.first_name || ' ' || e.last_name FROM employees e /* whole table */
                   WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.employee_id = e.id)";
        let without: Vec<(EmployeeId, String, String)> =
            tx.all(sql, (), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        for (employee, email, name) in without {
            let email = email.parse().expect("the demo's addresses are addresses");
            let (roles, language) = ([Role::Employee].into_iter().collect(), "en".to_owned());
            user::create(tx, &actor, NewUser { email, name, employee_id: Some(employee), roles, language })?;
        }
        let sql = "SELECT u.id, u.email FROM users u JOIN employees e ON e.id = u.employee_id /* whole table */
                   WHERE u.disabled_at IS NULL AND e.leave_date IS NULL AND e.hidden_by IS NULL ORDER BY u.id";
        let users: Vec<(UserId, String)> = tx.all(sql, (), |row| Ok((row.get(0)?, row.get(1)?)))?;
        let from = Client::new(None, "a load program");
        let mut open = |user| session::open(tx, &slug, user, Kind::Web, &from).map(|opened| opened.secret);
        let manager = users.iter().find(|(_, email)| email == "manager@demo.test").expect("the manager is there").0;
        let everybody = users.iter().take(SOCKETS - LISTENERS).map(|(user, _)| open(*user));
        let everybody = everybody.collect::<Result<Vec<String>, _>>()?;
        let listening = (0..LISTENERS / 10).map(|_| open(manager)).collect::<Result<Vec<String>, _>>()?;
        Ok((everybody, listening))
    });
    house.close();
    made.expect("everybody signs in")
}

async fn open(address: &str, secret: &str) -> WebSocketStream<TcpStream> {
    let mut request = format!("ws://{address}/api/v1/events").into_client_request().expect("an address");
    request.headers_mut().insert("cookie", format!("session={secret}").parse().expect("plain ASCII"));
    let stream = TcpStream::connect(address).await.expect("it takes connections");
    client_async(request, stream).await.expect("the socket opens").0
}

/// Processor time that the program has used, in seconds.
fn used(process: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // After the name in brackets: utime and stime are the 12th and 13th, in hundredths of a second.
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

async fn measure(steward: &str, data: &std::path::Path, everybody: Vec<String>, manager: Vec<String>) {
    let served = serve(steward, data);
    let (address, process) = (served.address.clone(), served.child.id());
    let employee = format!("Cookie: {}\r\nOrigin: http://{address}\r\n", sign_in(&address, "employee").await);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = resident(process);

    // Answers pings, as every browser does, and takes what is said.
    let mut idle = 0;
    for secret in everybody.iter().cycle().take(SOCKETS - LISTENERS) {
        let mut socket = open(&address, secret).await;
        tokio::spawn(async move { while let Some(Ok(_)) = socket.next().await {} });
        idle += 1;
    }
    let (heard, mut hearing) = mpsc::unbounded_channel();
    for secret in manager.iter().flat_map(|secret| std::iter::repeat_n(secret, 10)) {
        let (mut socket, heard) = (open(&address, secret).await, heard.clone());
        tokio::spawn(async move {
            while let Some(Ok(message)) = socket.next().await {
                match message {
                    Message::Text(text) if text.contains("inbox_count") => {
                        let told: Value = serde_json::from_str(&text).expect("JSON");
                        let _ = heard.send((told["inbox"].as_u64(), Instant::now()));
                    }
                    Message::Ping(_) => drop(socket.flush().await),
                    _ => {}
                }
            }
        });
        idle += 1;
    }
    for _ in 0..LISTENERS {
        hearing.recv().await.expect("what is now");
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let (taken, busy) = (resident(process) - before, used(process));
    println!("{idle} sockets open: {taken:.1} MB, {:.1} KB each", taken * 1000.0 / idle as f64);
    tokio::time::sleep(QUIET).await;
    let share = (used(process) - busy) / QUIET.as_secs_f64();
    println!("nobody does anything for {} s: {:.2} % of one processor", QUIET.as_secs(), share * 100.0);

    // One event: a request waits for the manager, then it is taken back.
    let kinds = ask(&address, "GET /api/v1/leave/types", &employee, "").await.expect("it answers");
    let kinds: Value = serde_json::from_slice(&kinds.body).expect("JSON");
    let items = kinds["items"].as_array().expect("a list");
    let unpaid = items.iter().find(|kind| kind["affects_balance"] == false && kind["requires_approval"] == true);
    let kind = unpaid.expect("a kind of leave without a balance")["id"].clone();
    let mut day = Clock::system().today(&TimeZone::UTC).saturating_add(200.days());
    while day.weekday() != Weekday::Wednesday {
        day = day.saturating_add(1.day());
    }
    let (busy, began) = (used(process), Instant::now());
    let mut latencies = Vec::new();
    for _ in 0..EVENTS {
        let body = serde_json::json!({
            "leave_type_id": kind, "start_date": day, "end_date": day, "start_part": "full_day", "end_part": "full_day",
            "reason": "Moving house",
        });
        let headers = format!("{employee}Content-Type: application/json\r\n");
        let asked = Instant::now();
        let answer =
            ask(&address, "POST /api/v1/leave/requests", &headers, &body.to_string()).await.expect("it answers");
        assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
        for _ in 0..LISTENERS {
            let (_, at) = hearing.recv().await.expect("it is told");
            latencies.push(at - asked);
        }
        let made: Value = serde_json::from_slice(&answer.body).expect("JSON");
        let cancel = format!("POST /api/v1/leave/requests/{}/cancel", made["id"]);
        let answer = ask(&address, &cancel, &headers, "{}").await.expect("it answers");
        assert!(answer.status < 300, "{}", String::from_utf8_lossy(&answer.body));
        for _ in 0..LISTENERS {
            hearing.recv().await.expect("it is told");
        }
        tokio::time::sleep(Duration::from_millis(700)).await;
    }
    println!("one event to {LISTENERS} of {SOCKETS} sockets, from the request on: {}", spread(&mut latencies));
    let share = (used(process) - busy) / began.elapsed().as_secs_f64();
    println!("meanwhile {:.1} % of one processor", share * 100.0);
}
