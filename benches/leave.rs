//! The books of leave of a company of 2,000: everybody's balances, the change of year looked at and done, what is owed;
//! and a person's balance and its page in a ledger of a million rows.
//!
//! `cargo bench --bench leave` makes a demo company, works on it by hand of the library, and serves it with the program
//! itself.

#[expect(dead_code, reason = "the other load programs use the rest of it")]
mod program;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use jiff::civil::{Date, date, time};
use jiff::tz::TimeZone;
use steward::appliance::House;
use steward::auth::Actor;
use steward::clock::Clock;
use steward::error::Msg;
use steward::ids::EmployeeId;
use steward::leave::{ledger, liability, policy, year_change};
use steward::storage::{Op, Rx};

use program::{closed_loop, serve, sign_in, spread};

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
        org.db.write_blocking(Op::act("benchmark"), |tx| {
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
            ("employee", "/api/v1/leave/balances"),
            ("employee", "/api/v1/leave/balances?on=2027-06-30"),
            ("employee", "/api/v1/leave/ledger"),
            ("hr", "/leave/policies"),
        ] {
            let cookie = format!("Cookie: {}\r\n", sign_in(&address, who).await);
            let (rate, mut latencies): (f64, Vec<Duration>) = closed_loop(&address, path, &cookie).await;
            println!("{who:<9}{path:<42}{rate:>8.0} requests/s  {}", spread(&mut latencies));
        }
        program::stop(&mut served.child);
    });
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
