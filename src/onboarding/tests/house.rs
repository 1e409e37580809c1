//! What the tests of onboarding share: a house with HR, somebody in IT, a manager and her hire, and the acts of a run in a
//! few words. The clock stands at noon UTC on Thursday 29 October 2026.

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

use crate::approvals::Decision;
use crate::auth::{Actor, Role};
use crate::clock::Clock;
use crate::error::Result;
use crate::ids::{EmployeeId, OnboardingId, TaskId, TemplateId};
use crate::onboarding::rules::{Doer, TaskStatus};
use crate::onboarding::runs::{self, NewRun};
use crate::onboarding::tasks::{self, Done};
use crate::onboarding::templates::ready_made;
use crate::people::{self, Facts, NewEmployee, groups};
use crate::storage::{Db, DbSettings, ORG, Op, Rx, Tx};

pub(super) struct House {
    pub db: Db,
    pub hr: EmployeeId,
    pub manager: EmployeeId,
    pub it: EmployeeId,
    pub hire: EmployeeId,
    pub template: TemplateId,
    pub clock: Clock,
    _dir: tempfile::TempDir,
}

/// HR, an IT person, and a hire who starts under a manager on Monday 16 November 2026.
pub(super) fn house() -> House {
    crate::appliance::name_followers();
    let dir = tempfile::tempdir().unwrap();
    let clock = Clock::manual("2026-10-29T12:00:00Z".parse().unwrap());
    let db = Db::open(dir.path(), &ORG, clock.clone(), DbSettings::default()).unwrap();
    let program = Actor::command_line(TimeZone::UTC);
    let (hr, manager, it, hire, template) = db
        .write_blocking(Op::act("test"), move |tx| {
            let person = |tx: &mut Tx<'_>, number: &str, first: &str, join: Date, manager: Option<EmployeeId>| {
                let facts = Facts::new(number, first, "Test", &format!("{first}@demo.test"), join);
                people::create(tx, &program, NewEmployee::from(Facts { manager_id: manager, ..facts }))
            };
            let old = date(2020, 1, 1);
            let boss = person(tx, "0", "Boss", old, None)?;
            let hr = person(tx, "1", "Edda", old, None)?;
            let manager = person(tx, "2", "Ana", old, Some(boss))?;
            let it = person(tx, "3", "Noah", old, Some(boss))?;
            let hire = person(tx, "4", "Priya", date(2026, 11, 16), Some(manager))?;
            let made = ready_made::seed_templates(tx, &program)?;
            let group = groups::by_codes(tx, &["it".to_owned()])?;
            let user = tx.insert(
                "INSERT INTO users (employee_id, email, email_key, name, password_hash, created_at) \
                 VALUES (?1, 'e@demo.test', 'e@demo.test', 'Edda', 'x', '2026-01-01T00:00:00Z')",
                [hr],
            )?;
            tx.run("INSERT INTO user_roles (user_id, role) VALUES (?1, 'hr')", [user])?;
            tx.run(
                "INSERT INTO group_stays (group_id, employee_id, since) VALUES (?1, ?2, '2026-01-01')",
                (group[0], it),
            )?;
            Ok((hr, manager, it, hire, made[1]))
        })
        .unwrap();
    House { db, hr, manager, it, hire, template, clock, _dir: dir }
}

pub(super) fn actor(id: EmployeeId, name: &str, roles: &[Role]) -> Actor {
    let program = Actor::command_line(TimeZone::UTC);
    Actor { employee_id: Some(id), name: name.to_owned(), roles: roles.iter().copied().collect(), ..program }
}

impl House {
    pub fn act<T: Send + 'static>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        self.db.write_blocking(Op::act("test"), f)
    }

    pub fn read<T: Send + 'static>(&self, f: impl FnOnce(&Rx<'_>) -> Result<T> + Send + 'static) -> T {
        self.db.read_blocking(f).unwrap()
    }

    pub fn hr(&self) -> Actor {
        actor(self.hr, "Edda Test", &[Role::Employee, Role::Hr])
    }

    pub fn manager(&self) -> Actor {
        actor(self.manager, "Ana Test", &[Role::Employee, Role::Manager])
    }

    pub fn it(&self) -> Actor {
        actor(self.it, "Noah Test", &[Role::Employee])
    }

    pub fn hire(&self) -> Actor {
        actor(self.hire, "Priya Test", &[Role::Hire])
    }

    pub fn start(&self) -> OnboardingId {
        let (hr, new) = (self.hr(), NewRun { employee_id: self.hire, template_id: self.template, buddy_id: None });
        self.act(move |tx| runs::start(tx, &hr, new)).unwrap()
    }

    pub fn tasks(&self, run: OnboardingId) -> Vec<tasks::Task> {
        self.read(move |rx| tasks::store::of_run(rx, run))
    }

    pub fn task(&self, run: OnboardingId, title: &str) -> tasks::Task {
        self.tasks(run).into_iter().find(|task| task.title == title).unwrap()
    }

    pub fn complete(&self, actor: Actor, id: TaskId) -> Result<TaskStatus> {
        self.act(move |tx| tasks::complete(tx, &actor, id, &Done { note: String::new(), acknowledged: true }))
    }

    pub fn approve(&self, actor: Actor, id: TaskId) -> Result<TaskStatus> {
        self.act(move |tx| tasks::decide(tx, &actor, id, &Decision::Approve { note: None, on_behalf_reason: None }))
    }

    /// Does a task as the one whose it is, and approves it as the one who is asked.
    pub fn finish(&self, task: &tasks::Task) {
        let doer = match task.doer {
            Doer::Person(id) if id == self.hire => self.hire(),
            Doer::Person(_) => self.manager(),
            Doer::Group(_) => self.it(),
            Doer::Hr => self.hr(),
        };
        if self.complete(doer, task.id).unwrap() == TaskStatus::AwaitingApproval {
            assert_eq!(self.approve(self.manager(), task.id).unwrap(), TaskStatus::Done);
        }
    }

    pub fn run(&self, run: OnboardingId) -> runs::Run {
        let hr = self.hr();
        self.read(move |rx| runs::get(rx, &hr, run))
    }
}
