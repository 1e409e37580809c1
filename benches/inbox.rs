//! The inbox of a company of 2,000 in which 5,000 requests wait: all of them for HR, as the chain says, and HR's page and
//! list of them; and the page of somebody for whom nothing waits.
//!
//! `cargo bench --bench inbox` makes a demo company, sends the requests by hand of the library, and serves it with the
//! program itself.

#[expect(dead_code, reason = "the other load programs use the rest of it")]
mod program;

use std::process::Command;
use std::time::Duration;

use jiff::ToSpan as _;
use jiff::civil::{Date, time};
use jiff::tz::TimeZone;
use steward::appliance::House;
use steward::approvals::chain::rules::{Approvers, ChainFacts, Level};
use steward::approvals::{Kind, chain};
use steward::auth::{Actor, Role};
use steward::clock::Clock;
use steward::ids::EmployeeId;
use steward::overtime::rules::{Compensation, Stage};
use steward::overtime::{self, Wanted, project};
use steward::storage::{Op, Tx};

use program::{closed_loop, serve, sign_in, spread};

const PEOPLE: usize = 2_000;
const REQUESTS: usize = 5_000;

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("demo");
    let steward = env!("CARGO_BIN_EXE_steward");
    let people = PEOPLE.to_string();
    let mut made = Command::new(steward);
    made.args(["demo", "--only-make", "--employees", &people, "--data"]).arg(&data);
    let made = made.output().expect("the program runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    send_all(&data);
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut served = serve(steward, &data);
        let address = served.address.clone();
        for (who, path) in [
            ("hr", "/inbox"),
            ("hr", "/inbox?page=100"),
            ("hr", "/api/v1/approvals/pending?page_size=200"),
            ("hr", "/notices"),
            ("manager", "/inbox"),
            ("employee", "/inbox"),
        ] {
            let cookie = format!("Cookie: {}\r\n", sign_in(&address, who).await);
            let (rate, mut latencies): (f64, Vec<Duration>) = closed_loop(&address, path, &cookie).await;
            println!("{who:<9}{path:<42}{rate:>8.0} requests/s  {}", spread(&mut latencies));
        }
        program::stop(&mut served.child);
    });
}

/// Overtime of two hours each, on days to come, which the chain leads to HR.
fn send_all(data: &std::path::Path) {
    let house = House::open_at(data, &[], Clock::system()).expect("the company opens");
    let org = house.orgs.all().remove(0);
    let today = Clock::system().now().to_zoned(TimeZone::UTC).date();
    let sent = org.db.write_blocking(Op::act("benchmark"), move |tx| {
        let hr = Actor::command_line(TimeZone::UTC);
        let all = ChainFacts {
            name: "All of it to HR".into(),
            kind: Kind::Overtime,
            leave_type_id: None,
            department_id: None,
            from_minutes: None,
            levels: vec![Level::one(Approvers::Hr)],
            escalate_after_hours: None,
        };
        chain::create(tx, &hr, all)?;
        let sql =
            "SELECT id FROM employees /* whole table */ WHERE hidden_by IS NULL AND leave_date IS NULL ORDER BY id";
        let people: Vec<EmployeeId> = tx.all(sql, (), |row| row.get(0))?;
        let mut sent = 0;
        for round in 1..60 {
            let date = today.saturating_add(round.days());
            for person in &people {
                if sent < REQUESTS {
                    sent += usize::from(send(tx, *person, date).is_ok());
                }
            }
        }
        Ok(sent)
    });
    house.close();
    assert_eq!(sent.expect("the requests are sent"), REQUESTS);
}

/// Who is on leave that day, or has worked enough, sends none.
fn send(tx: &mut Tx<'_>, employee_id: EmployeeId, date: Date) -> steward::error::Result<()> {
    let own = Actor {
        employee_id: Some(employee_id),
        roles: [Role::Employee].into_iter().collect(),
        ..Actor::command_line(TimeZone::UTC)
    };
    let wanted = Wanted {
        employee_id,
        project_id: project::list(tx, true)?[0].id,
        date,
        start_time: time(20, 0, 0, 0),
        end_time: time(21, 0, 0, 0),
        breaks: Vec::new(),
        reason: "Stocktaking".into(),
        detail: String::new(),
        compensation: Compensation::Pay,
        stage: Stage::Planned,
        override_reason: String::new(),
    };
    overtime::send(tx, &own, &wanted).map(drop)
}
