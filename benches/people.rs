//! A company of 2,000, and files of 10,000 rows: what the directory, the organization chart and an import cost, and
//! how much memory a file takes that is too large.
//!
//! And what it costs to know when 200 people work in three months, over patterns, hours for a while, moves and holidays.
//!
//! `cargo bench --bench people` makes a demo company, serves it with the program itself and asks it over sockets. While
//! 10,000 rows are written, somebody else reads and writes every 5 ms: what that person waits is told too.

mod program;

use std::fmt::Write as _;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use jiff::civil::date;
use jiff::tz::TimeZone;
use steward::auth::Actor;
use steward::clock::Clock;
use steward::error::Result;
use steward::ids::EmployeeId;
use steward::people::holidays::import::{self as packs, Names, Wanted};
use steward::people::org::entity::{self, EntityFacts};
use steward::people::org::location::{self, LocationFacts};
use steward::people::schedule::overlays::{self, OverlayFacts};
use steward::people::{self, Facts, NewEmployee, WorkingTime, placed, working_times};
use steward::storage::{Db, DbSettings, ORG, Op, Tx};
use steward::time::{FreeDayRule, Minutes, OverlayMode, OverlayScope, PartialWeek, Period, WorkDay};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use program::{Answer, CONNECTIONS, ask, closed_loop, exchange, memory, resident, serve, sign_in, spread};

fn main() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    runtime.block_on(measure());
    working_time();
}

/// When 200 people work on each day of three months: they sit in four places with twelve holidays each, a tenth of them
/// has moved, and two sets of hours for a while lie over all.
fn working_time() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let clock = Clock::manual("2026-03-02T09:00:00Z".parse().expect("an instant"));
    let db = Db::open(folder.path(), &ORG, clock, DbSettings::default()).expect("a database");
    let ids = db.write_blocking(Op::act("bench"), furnish).expect("a company");
    let asked = Period::new(date(2026, 3, 1), date(2026, 5, 31)).expect("three months");
    let mut latencies = Vec::new();
    for _ in 0..50 {
        let begun = Instant::now();
        let minutes = db.read_blocking(|rx| {
            let times = working_times(rx, &placed(rx, &ids)?, asked)?;
            let day = |time: &WorkingTime, on| match time.holidays.slots(on).is_full() {
                true => 0,
                false => time.schedules.of(on).minutes().get(),
            };
            Ok(times.values().map(|time| asked.days().map(|on| day(time, on)).sum::<i64>()).sum::<i64>())
        });
        assert!(minutes.expect("they work") > 200 * 50 * 300);
        latencies.push(begun.elapsed());
    }
    println!("working time of 200 people, 3 months  {}", spread(&mut latencies));
}

fn furnish(tx: &mut Tx<'_>) -> Result<Vec<EmployeeId>> {
    let actor = Actor::command_line(TimeZone::UTC);
    let facts = EntityFacts { name: "Nord".into(), code: "N".into(), country: "DE".into() };
    let entity_id = entity::create(tx, &actor, facts)?;
    let mut sites = Vec::new();
    for code in ["A", "B", "C", "D"] {
        let site = location::create(
            tx,
            &actor,
            LocationFacts {
                entity_id,
                name: code.into(),
                code: code.into(),
                time_zone: "Europe/Berlin".into(),
                country: String::new(),
                region: String::new(),
                address: String::new(),
                holiday_on_free_day: FreeDayRule::NextWorkingDay,
                free_day_from: Some(date(2026, 1, 1)),
                lieu_expires_months: None,
            },
        )?;
        let wanted = Wanted {
            country: "DE".into(),
            region: "BY".into(),
            years: vec![2026],
            entity_id: None,
            location_id: Some(site),
            names: Names::Own,
        };
        packs::import(tx, &actor, &wanted, None)?;
        sites.push(site);
    }
    for (at, scope) in [OverlayScope::Everybody, OverlayScope::Location].into_iter().enumerate() {
        let mut days = [None; 7];
        days[4] = WorkDay::new(Minutes::hours(5), None).ok();
        let facts = OverlayFacts {
            name: format!("Short Fridays {at}"),
            start_date: date(2026, 4, 1),
            end_date: date(2026, 5, 15),
            mode: OverlayMode::AtMost,
            scope,
            location_id: (scope == OverlayScope::Location).then(|| sites[0]),
            department_id: None,
            group_id: None,
            week: PartialWeek::new(days),
        };
        overlays::create(tx, &actor, facts)?;
    }
    let mut ids = Vec::new();
    for at in 0..200 {
        let (number, mail) = (at.to_string(), format!("p{at}@demo.test"));
        let mut facts = Facts::new(&number, "Marta", "Berg", &mail, date(2024, 3, 1));
        facts.location_id = Some(sites[at % 4]);
        let id = people::create(tx, &actor, NewEmployee::from(facts))?;
        if at % 10 == 0 {
            let moved = Some(date(2026, 4, 15));
            people::update_from(tx, &actor, id, moved, |facts| facts.location_id = Some(sites[(at + 1) % 4]))?;
        }
        ids.push(id);
    }
    Ok(ids)
}

async fn measure() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("demo");
    let steward = env!("CARGO_BIN_EXE_steward");
    let made =
        Command::new(steward).args(["demo", "--only-make", "--data"]).arg(&data).output().expect("the program runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let served = serve(steward, &data);
    let (address, process) = (served.address.clone(), served.child.id());
    let cookie = format!("Cookie: {}\r\n", sign_in(&address, "hr").await);

    // 100 are there already.
    let (answer, _) = import(&address, &cookie, &people(10_000, 1_900), false).await;
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    for (name, path) in [
        ("directory", "/people"),
        ("directory, a search", "/people?search=mar"),
        ("directory in the API, 200", "/api/v1/employees?page_size=200"),
        ("organization chart", "/people/chart"),
        ("organization chart in the API", "/api/v1/employees/chart"),
    ] {
        let bytes = ask(&address, &format!("GET {path}"), &cookie, "").await.expect("it answers").body.len();
        let (rate, mut latencies) = closed_loop(&address, path, &cookie).await;
        println!(
            "2,000 people, {name:<30} {rate:>7.0} requests/s at {CONNECTIONS}   {}   {} KB",
            spread(&mut latencies),
            bytes / 1024
        );
    }

    let csv = people(20_000, 10_000);
    println!("10,000 rows are {:.1} MB of CSV", csv.len() as f64 / 1e6);
    let (answer, took) = import(&address, &cookie, &csv, true).await;
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    println!("dry run of 10,000 rows              {took:>8.2} s");
    let done = Arc::new(AtomicBool::new(false));
    let neighbour = tokio::spawn(neighbour(address.clone(), sign_in(&address, "employee").await, Arc::clone(&done)));
    let (answer, took) = import(&address, &cookie, &csv, false).await;
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    done.store(true, Ordering::Release);
    println!("import of 10,000 rows               {took:>8.2} s");
    let (mut reads, mut writes) = neighbour.await.expect("the neighbour ends");
    println!("  meanwhile reads of a neighbour    {}", spread(&mut reads));
    println!("  meanwhile writes of a neighbour   {}", spread(&mut writes));
    let (answer, took) = import(&address, &cookie, &csv, false).await;
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    println!("the same file once more             {took:>8.2} s");
    println!("memory afterwards (VmRSS)           {:>8.1} MB", resident(process));

    for declared in [true, false] {
        let (before, most) = (resident(process), memory(process, "VmHWM:"));
        let (status, sent) = loop {
            let answered = too_large(&address, &cookie, declared).await;
            // Imports are rationed: the next one is let in after some seconds.
            if answered.0 != 429 {
                break answered;
            }
            tokio::time::sleep(Duration::from_secs(3)).await;
        };
        let how = if declared { "with its length said" } else { "without its length" };
        println!(
            "200 MB of CSV, {how:<21} answered {status} after {:.1} MB; memory {before:.1} → {:.1} MB, the most ever {most:.1} → {:.1} MB",
            sent as f64 / 1e6,
            resident(process),
            memory(process, "VmHWM:")
        );
    }
    drop(served);
}

/// `rows` people numbered from `first` on, ten below each.
fn people(first: usize, rows: usize) -> String {
    const GIVEN: [&str; 8] = ["Marta", "Jón", "Aylin", "Étienne", "Wanjiru", "Søren", "Li", "Zsófia"];
    const FAMILY: [&str; 8] = ["Berg", "O’Neill", "García", "Núñez", "Kowalski", "Ito", "Østby", "Ferreira"];
    let mut csv = "number,first_name,last_name,email,join_date,position,manager\n".to_owned();
    for at in 0..rows {
        let number = first + at;
        // The first reports to nobody.
        let manager = if at == 0 { String::new() } else { (first + (at - 1) / 10).to_string() };
        let (given, family) = (GIVEN[at % 8], FAMILY[at / 8 % 8]);
        let _ = writeln!(csv, "{number},{given},{family} {number},p{number}@demo.test,2024-03-01,Engineer,{manager}");
    }
    csv
}

/// Sends the file; waits where too many came before it. Answers how long the one took that was let in.
async fn import(address: &str, cookie: &str, csv: &str, dry_run: bool) -> (Answer, f64) {
    let line = format!("POST /api/v1/employees/import?dry_run={dry_run}");
    let headers = format!("{cookie}Origin: http://{address}\r\nContent-Type: text/csv\r\n");
    loop {
        let started = Instant::now();
        let answer = ask(address, &line, &headers, csv).await.expect("it answers");
        if answer.status != 429 {
            return (answer, started.elapsed().as_secs_f64());
        }
        tokio::time::sleep(Duration::from_secs(3)).await;
    }
}

/// Somebody who reads Home and marks notices as read every 5 ms, and what each took.
async fn neighbour(address: String, cookie: String, done: Arc<AtomicBool>) -> (Vec<Duration>, Vec<Duration>) {
    let mut connection = BufReader::new(TcpStream::connect(&address).await.expect("it takes connections"));
    let headers = format!("Cookie: {cookie}\r\nOrigin: http://{address}\r\nContent-Type: application/json\r\n");
    let (mut reads, mut writes) = (Vec::new(), Vec::new());
    while !done.load(Ordering::Acquire) {
        for (line, kept) in [("GET /", &mut reads), ("POST /api/v1/notifications/read-all", &mut writes)] {
            let asked = Instant::now();
            let answer = exchange(&mut connection, &address, line, &headers, "").await.expect("it answers");
            assert!(answer.status < 300, "{line}: {}", answer.head);
            kept.push(asked.elapsed());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    (reads, writes)
}

/// Sends 200 MB until it is answered; the status, and how much was sent by then.
async fn too_large(address: &str, cookie: &str, declared: bool) -> (u16, usize) {
    const ALL: usize = 200_000_000;
    let length =
        if declared { format!("Content-Length: {ALL}\r\n") } else { "Transfer-Encoding: chunked\r\n".to_owned() };
    let head = format!(
        "POST /api/v1/employees/import HTTP/1.1\r\nHost: {address}\r\n{cookie}Origin: http://{address}\r\nContent-Type: text/csv\r\n{length}\r\n"
    );
    let (mut read, mut write) = TcpStream::connect(address).await.expect("it takes connections").into_split();
    let answered = tokio::spawn(async move {
        let mut answer = vec![0; 4096];
        let read = read.read(&mut answer).await.unwrap_or(0);
        String::from_utf8_lossy(&answer[..read]).split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0)
    });
    let row = "1,Marta,Berg,marta@demo.test,2024-03-01\n".repeat(1_600);
    let piece = if declared { row.clone() } else { format!("{:x}\r\n{row}\r\n", row.len()) };
    write.write_all(head.as_bytes()).await.expect("it listens");
    let mut sent = 0;
    while sent < ALL && !answered.is_finished() && write.write_all(piece.as_bytes()).await.is_ok() {
        sent += row.len();
        tokio::task::yield_now().await;
    }
    (answered.await.expect("it answers"), sent)
}
