//! The books of leave of a company of 2,000: everybody's balances, the change of year looked at and done, what is owed, a
//! policy that changes for everybody, opening balances that are imported; a person's balance and its page in a ledger of
//! a million rows; and what a request would do, asked by 16 connections at once.
//!
//! `cargo bench --bench leave` makes a demo company, works on it by hand of the library, and serves it with the program
//! itself.

#[expect(dead_code, reason = "the other load programs use the rest of it")]
mod program;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use jiff::ToSpan as _;
use jiff::civil::{Date, date, time};
use jiff::tz::TimeZone;
use steward::appliance::House;
use steward::auth::Actor;
use steward::clock::Clock;
use steward::error::Msg;
use steward::ids::EmployeeId;
use steward::leave::import::{self, What};
use steward::leave::rules::Amount;
use steward::leave::{ledger, liability, policy, year_change};
use steward::storage::{Db, Housekeeping, Op, Rx};
use steward::time::Minutes;

use program::{ask, closed_loop, closed_loop_with, serve, sign_in, spread};

const PEOPLE: usize = 2_000;
const ROWS: i64 = 1_000_000;

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("demo");
    let steward = env!("CARGO_BIN_EXE_steward");
    let people = PEOPLE.to_string();
    let mut made = Command::new(steward);
    made.args(["demo", "--only-make", "--employees", &people, "--data"]).arg(&data);
    let made = made.output().expect("the program runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    fill(&data);
    pages(steward, &data);
    change_years(&data);
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let done = work();
    println!("{what:<60}{:>8.0} ms", begun.elapsed().as_secs_f64() * 1_000.0);
    done
}

fn everybody(rx: &Rx<'_>) -> steward::error::Result<Vec<EmployeeId>> {
    rx.all("SELECT id FROM employees /* whole table */ WHERE hidden_by IS NULL ORDER BY id", (), |row| row.get(0))
}

/// Years that are over and closed: 500 rows for each person.
fn fill(data: &Path) {
    let house = House::open_at(data, &[], Clock::system()).expect("the company opens");
    let org = house.orgs.all().remove(0);
    let written = timed("a million rows written", || {
        org.db.write_blocking(Op::housekeeping(Housekeeping::Demo), |tx| {
            let people = everybody(tx)?;
            let words = serde_json::to_string(&Msg::new("Benchmark")).expect("a message serializes");
            let kind: i64 = tx.scalar("SELECT id FROM leave_types WHERE preset = 'vacation'", ())?;
            let each = ROWS / i64::try_from(people.len()).expect("a count");
            for (person, nth) in people.iter().flat_map(|person| (0..each).map(move |nth| (person, nth))) {
                let year = 1990 + nth * 30 / each;
                tx.run(
                    "INSERT INTO leave_ledger (employee_id, leave_type_id, leave_year, kind, minutes, effective_date,
                         explanation, actor, created_at)
                     VALUES (?1, ?2, ?3, 'adjustment', ?4, ?3 || '-06-01', ?5, 'Benchmark', ?3 || '-06-01T00:00:00Z')",
                    (person, kind, year, if nth % 2 == 0 { 60 } else { -60 }, &words),
                )?;
            }
            tx.run(
                "INSERT INTO leave_closings /* whole table */ (employee_id, leave_type_id, leave_year, carry_over, closed_at)
                 SELECT DISTINCT employee_id, leave_type_id, leave_year, 'null', created_at FROM leave_ledger
                 WHERE actor = 'Benchmark'",
                (),
            )?;
            tx.scalar::<i64>("SELECT count(*) FROM leave_ledger /* whole table */", ())
        })
    });
    println!("rows in the ledger: {}", written.expect("the rows are written"));
    house.close();
}

fn pages(steward: &str, data: &Path) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut served = serve(steward, data);
        let address = served.address.clone();
        for (who, path) in [
            ("employee", "/leave/balance"),
            ("employee", "/leave/balance?year=2010"),
            ("employee", "/leave/new"),
            ("employee", "/api/v1/leave/balances"),
            ("employee", "/api/v1/leave/balances?on=2027-06-30"),
            ("employee", "/api/v1/leave/ledger"),
            ("hr", "/leave/policies"),
        ] {
            let cookie = format!("Cookie: {}\r\n", sign_in(&address, who).await);
            let (rate, mut latencies): (f64, Vec<Duration>) = closed_loop(&address, path, &cookie).await;
            println!("{who:<9}{path:<42}{rate:>8.0} requests/s  {}", spread(&mut latencies));
        }
        previews(&address).await;
        let cookie = format!("Cookie: {}\r\n", sign_in(&address, "hr").await);
        for path in ["/leave/year-change", "/leave/liability", "/leave/policies/1/people"] {
            let begun = Instant::now();
            let answer = ask(&address, &format!("GET {path}"), &cookie, "").await.expect("it answers");
            let took = begun.elapsed().as_secs_f64() * 1_000.0;
            println!(
                "{:<51}{took:>17.0} ms, {} KB, {}",
                format!("hr       {path}"),
                answer.body.len() / 1000,
                answer.status
            );
        }
        program::stop(&mut served.child);
    });
}

/// What four days in the coming spring would do, by the form that everybody sees and by the API; and across the year's
/// end.
async fn previews(address: &str) {
    let cookie = format!("Cookie: {}\r\n", sign_in(address, "employee").await);
    let kinds = ask(address, "GET /api/v1/leave/types?page_size=200", &cookie, "").await.expect("it answers");
    let kinds: serde_json::Value = serde_json::from_slice(&kinds.body).expect("it is JSON");
    let kinds = kinds["items"].as_array().expect("a list");
    let vacation = kinds.iter().find(|kind| kind["name"] == "Vacation").expect("there is vacation")["id"].to_string();
    let year = Clock::system().now().to_zoned(TimeZone::UTC).year();
    let header = |kind: &str| format!("{cookie}Origin: http://{address}\r\nContent-Type: {kind}\r\n");
    for (what, first, last) in [
        ("four days", format!("{}-04-13", year + 1), format!("{}-04-16", year + 1)),
        ("across the year's end", format!("{year}-12-22"), format!("{}-01-05", year + 1)),
    ] {
        let form = format!("leave_type_id={vacation}&start_date={first}&end_date={last}&reason=&contact=&deputy_id=");
        let json = format!(r#"{{"leave_type_id":{vacation},"start_date":"{first}","end_date":"{last}"}}"#);
        for (path, kind, body) in [
            ("/leave/preview", "application/x-www-form-urlencoded", form),
            ("/api/v1/leave/requests/preview", "application/json", json),
        ] {
            let (rate, mut latencies) = closed_loop_with(address, &format!("POST {path}"), &header(kind), &body).await;
            let what = format!("{path}, {what}");
            println!("{what:<56}{rate:>8.0} requests/s  {}", spread(&mut latencies));
        }
    }
}

/// What everybody is said to have had left a month ago.
fn opening_balances(db: &Db, hr: &Actor, today: Date) {
    let on = today.saturating_sub(30.days());
    let numbers: Vec<String> = db
        .read_blocking(|rx| {
            let sql = "SELECT number FROM employees /* whole table */ WHERE hidden_by IS NULL AND join_date <= ?1";
            rx.all(sql, [on], |row| row.get(0))
        })
        .expect("the people");
    let mut csv = String::from("number,leave_type,on,days\n");
    for (nth, number) in numbers.iter().enumerate() {
        csv.push_str(&format!("{number},Vacation,{on},{}\n", 3 + nth % 20));
    }
    let table = import::read(What::Balances, csv.as_bytes()).expect("it is a table");
    let tried =
        timed("opening balances of everybody, tried", || db.read_blocking(|rx| import::dry_run(rx, hr, &table)));
    assert!(tried.expect("it is tried").errors.is_empty());
    let hr = hr.clone();
    let done = timed("opening balances of everybody, imported", || {
        db.write_blocking(Op::act("benchmark"), move |tx| import::run(tx, &hr, &table))
    });
    println!("{:<60}{:>8}", "", done.expect("it is imported").updated);
}

fn change_years(data: &Path) {
    let clock = Clock::manual(Clock::system().now());
    let house = House::open_at(data, &[], clock.clone()).expect("the company opens");
    let org = house.orgs.all().remove(0);
    let hr = Actor::command_line(TimeZone::UTC);
    let today: Date = clock.now().to_zoned(TimeZone::UTC).date();
    let read = |what: &str, work: &dyn Fn(&Rx<'_>) -> steward::error::Result<usize>| {
        let count = timed(what, || org.db.read_blocking(|rx| work(rx))).expect("it can be read");
        println!("{:<60}{count:>8}", "");
    };
    let kinds = {
        let hr = hr.clone();
        org.db.read_blocking(move |rx| policy::all(rx, &hr)).expect("the policies")
    };
    let personal = kinds.last().expect("the demo has policies").id;
    for (what, days) in [("a policy for everybody, changed", 4), ("the same, changed back", 3)] {
        let hr = hr.clone();
        let changed = timed(what, || {
            org.db.write_blocking(Op::act("benchmark"), move |tx| {
                let change = |fields: &mut policy::PolicyFields| {
                    fields.terms.amount = Amount::Fixed(Minutes::hours(8).times(days, 1));
                };
                Ok(policy::update(tx, &hr, personal, change)?.len())
            })
        });
        println!("{:<60}{:>8}", "", changed.expect("it changes"));
    }
    opening_balances(&org.db, &hr, today);
    read("balances of everybody, today", &|rx| {
        everybody(rx)?.into_iter().map(|id| Ok(ledger::balances(rx, &hr, id, today)?.len())).sum()
    });
    let next = date(today.year() + 1, 2, 1);
    read("balances of everybody, next February", &|rx| {
        everybody(rx)?.into_iter().map(|id| Ok(ledger::balances(rx, &hr, id, next)?.len())).sum()
    });
    read("what is owed to everybody, today", &|rx| Ok(liability::owed(rx, &hr, today, None)?.len()));
    read("the change of year, looked at", &|rx| Ok(year_change::look(rx, &hr, Some(today.year()))?.1.len()));
    let new_year = date(today.year() + 1, 1, 1).to_datetime(time(1, 0, 0, 0));
    clock.set(new_year.to_zoned(TimeZone::UTC).expect("a time").timestamp());
    read("whom the night grants something", &|rx| Ok(policy::due(rx)?.len()));
    for what in ["the change of year, done", "the change of year, once more"] {
        let hr = hr.clone();
        let closed = timed(what, || org.db.write_blocking(Op::act("benchmark"), move |tx| year_change::run(tx, &hr)));
        println!("{:<60}{:>8}", "", closed.map_or_else(|error| format!("{error:?}"), |closed| closed.to_string()));
    }
    house.close();
}
