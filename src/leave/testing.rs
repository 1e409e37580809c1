//! What the tests of leave share: a house with a manager, two of her people and HR, and requests in a few words.
//! The clock stands at noon UTC on Thursday, 3 December 2026; everybody works Monday to Friday, 8 hours.

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

use super::ledger::{self, Credit};
use super::request::{self, NewLeave};
use super::rules::{LedgerKind, Part};
use super::types::{self, presets};
use crate::approvals::Decision;
use crate::auth::{Actor, Channel, Origin, Role};
use crate::clock::Clock;
use crate::error::{Msg, Result};
use crate::ids::{EmployeeId, LeaveRequestId, LeaveTypeId};
use crate::people::{self, Facts, NewEmployee};
use crate::storage::{Db, DbSettings, ORG, Op, Rx, Tx};
use crate::time::Minutes;

/// A working day.
pub(super) const DAY: Minutes = Minutes::hours(8);

pub(super) struct House {
    pub db: Db,
    pub clock: Clock,
    pub hr: Actor,
    pub manager: Actor,
    pub mira: Actor,
    pub li: Actor,
    pub vacation: LeaveTypeId,
    _dir: tempfile::TempDir,
}

pub(super) fn house() -> House {
    people::recount::recounted_by(super::recount);
    let dir = tempfile::tempdir().unwrap();
    let clock = Clock::manual("2026-12-03T12:00:00Z".parse().unwrap());
    let db = Db::open(dir.path(), &ORG, clock.clone(), DbSettings::default()).unwrap();
    let program = Actor::command_line(TimeZone::UTC);
    let (vacation, ids) = db
        .write_blocking(Op::act("test"), move |tx| {
            types::seed_types(tx, &program)?;
            let mut ids = Vec::new();
            for (first, last) in [("Edda", "Sorensen"), ("Jonas", "Brandt"), ("Mira", "Castell"), ("Li", "Na")] {
                let number = (ids.len() + 1).to_string();
                let mail = format!("{}@demo.test", first.to_lowercase());
                let mut facts = Facts::new(&number, first, last, &mail, date(2022, 2, 1));
                facts.manager_id = ids.get(1).copied();
                ids.push(people::create(tx, &program, NewEmployee::from(facts))?);
            }
            // Edda can sign in as HR, so there is somebody to ask about the manager's own leave.
            let login = tx.insert(
                "INSERT INTO users (employee_id, email, email_key, name, password_hash, created_at)
                 VALUES (?1, 'edda@demo.test', 'edda@demo.test', 'Edda Sorensen', 'x', '')",
                [ids[0]],
            )?;
            tx.run("INSERT INTO user_roles (user_id, role) VALUES (?1, 'hr')", [login])?;
            Ok((types::preset(tx, presets::VACATION)?.id, ids))
        })
        .unwrap();
    House {
        hr: actor(ids[0], "Edda Sorensen", &[Role::Employee, Role::Hr]),
        manager: actor(ids[1], "Jonas Brandt", &[Role::Employee, Role::Manager]),
        mira: actor(ids[2], "Mira Castell", &[Role::Employee]),
        li: actor(ids[3], "Li Na", &[Role::Employee]),
        db,
        clock,
        vacation,
        _dir: dir,
    }
}

fn actor(id: EmployeeId, name: &str, roles: &[Role]) -> Actor {
    let origin = Origin { channel: Channel::Web, session_id: None, address: None };
    let roles = roles.iter().copied().collect();
    Actor { employee_id: Some(id), name: name.to_owned(), roles, origin, ..Actor::command_line(TimeZone::UTC) }
}

impl House {
    pub fn act<T: Send + 'static>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        self.db.write_blocking(Op::act("test"), f)
    }

    pub fn read<T: Send + 'static>(&self, f: impl FnOnce(&Rx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        self.db.read_blocking(f)
    }

    /// `days` of vacation for a person, from a date on.
    pub fn grant(&self, to: &Actor, days: i64, on: Date, until: Option<Date>) {
        let credit = Credit {
            employee_id: to.employee_id.unwrap(),
            leave_type_id: self.vacation,
            kind: LedgerKind::Grant,
            minutes: DAY.times(days, 1),
            effective_on: on,
            expires_on: until,
            explanation: Msg::new("Entitlement"),
        };
        let hr = self.hr.clone();
        self.act(move |tx| ledger::grant(tx, &hr, &credit)).unwrap();
    }

    pub fn submit(&self, by: &Actor, input: NewLeave) -> Result<LeaveRequestId> {
        let by = by.clone();
        self.act(move |tx| request::submit(tx, &by, input))
    }

    pub fn decide(&self, by: &Actor, id: LeaveRequestId, decision: Decision) -> Result<()> {
        let by = by.clone();
        self.act(move |tx| request::decide(tx, &by, id, &decision))
    }

    pub fn approve(&self, by: &Actor, id: LeaveRequestId) -> Result<()> {
        self.decide(by, id, yes())
    }

    /// The account of a person's vacation that a date is charged to.
    pub fn account(&self, of: &Actor, on: Date) -> ledger::Account {
        let (employee, kind) = (of.employee_id.unwrap(), self.vacation);
        self.read(move |rx| ledger::Account::on(rx, employee, kind, on)).unwrap()
    }

    /// What is available of a person's vacation in the year of a date, asked about on that date.
    pub fn available(&self, of: &Actor, on: Date) -> Minutes {
        let account = self.account(of, on);
        self.read(move |rx| Ok(ledger::Books::open(rx, account, None)?.on(on).available)).unwrap()
    }

    /// The sum of all rows of a person's vacation in one year, as the ledger stands.
    pub fn sum(&self, of: &Actor, year: i16) -> i64 {
        let (employee, kind) = (of.employee_id.unwrap(), self.vacation);
        self.read(move |rx| {
            rx.scalar(
                "SELECT coalesce(sum(minutes), 0) FROM leave_ledger
                 WHERE employee_id = ?1 AND leave_type_id = ?2 AND leave_year = ?3",
                (employee, kind, year),
            )
        })
        .unwrap()
    }

    /// Whole days of vacation.
    pub fn days(&self, first: Date, last: Date) -> NewLeave {
        NewLeave {
            leave_type_id: self.vacation,
            employee_id: None,
            start_date: first,
            end_date: last,
            start_part: Part::FullDay,
            end_part: Part::FullDay,
            from_time: None,
            to_time: None,
            reason: String::new(),
            contact: String::new(),
            deputy_id: None,
            document_ids: Vec::new(),
            files_chosen: 0,
        }
    }
}

pub(super) fn yes() -> Decision {
    Decision::Approve { note: None, on_behalf_reason: None }
}

pub(super) fn no(reason: &str) -> Decision {
    Decision::Reject { reason: reason.to_owned(), on_behalf_reason: None }
}
