//! A small company whose clock stands at noon UTC on Thursday, 3 December 2026, and acts in a few words. Nora works for
//! the boss, whose deputy is Dora and whose manager is the chief; Hanna is HR, Adam admin, Ida and Otto are IT.

use std::collections::BTreeMap;

use jiff::civil::date;
use jiff::tz::TimeZone;

use crate::approvals::chain::rules::{ChainFacts, Level};
use crate::approvals::{self, Approval, Because, Decision, Kind, New, Outcome, StepKind, chain, jobs, store};
use crate::auth::{Actor, Channel, Origin, Role};
use crate::clock::Clock;
use crate::error::{Msg, Result};
use crate::ids::EmployeeId;
use crate::people::{self, Facts, NewEmployee};
use crate::storage::{Db, DbSettings, Housekeeping, ORG, Op, Rx, Tx};

pub(super) const NAMES: [&str; 8] = ["Chief", "Boss", "Nora", "Dora", "Hanna", "Adam", "Ida", "Otto"];

pub(super) struct House {
    db: Db,
    pub clock: Clock,
    people: BTreeMap<&'static str, Actor>,
    _dir: tempfile::TempDir,
}

pub(super) fn yes() -> Decision {
    Decision::Approve { note: None, on_behalf_reason: None }
}

pub(super) fn no(reason: &str) -> Decision {
    Decision::Reject { reason: reason.to_owned(), on_behalf_reason: None }
}

pub(super) fn question(question: &str) -> Decision {
    Decision::Clarify { question: question.to_owned() }
}

pub(super) fn house() -> House {
    crate::appliance::name_followers();
    let dir = tempfile::tempdir().unwrap();
    let clock = Clock::manual("2026-12-03T12:00:00Z".parse().unwrap());
    let db = Db::open(dir.path(), &ORG, clock.clone(), DbSettings::default()).unwrap();
    let program = program();
    let made = db.write_blocking(Op::act("test"), move |tx| {
        crate::leave::seed_types(tx, &program)?;
        let department = people::org::department::create(
            tx,
            &program,
            people::org::department::DepartmentFacts { name: "Works".into(), code: "W".into(), ..Default::default() },
        )?;
        let mut ids: BTreeMap<&'static str, EmployeeId> = BTreeMap::new();
        for name in NAMES {
            let mail = format!("{}@demo.test", name.to_lowercase());
            let mut facts = Facts::new(name, name, "Test", &mail, date(2022, 2, 1));
            facts.manager_id = match name {
                "Chief" => None,
                "Nora" | "Dora" => ids.get("Boss").copied(),
                _ => ids.get("Chief").copied(),
            };
            facts.department_id = Some(department);
            ids.insert(name, people::create(tx, &program, NewEmployee::from(facts))?);
        }
        let (boss, dora) = (ids["Boss"], ids["Dora"]);
        people::update(tx, &program, boss, |facts| facts.deputy_id = Some(dora))?;
        people::org::department::update(tx, &program, department, |facts| facts.head_id = Some(boss))?;
        let it = people::groups::create(tx, &program, "IT", "it")?;
        for name in ["Ida", "Otto"] {
            people::groups::add_member(tx, &program, it, ids[name])?;
        }
        for (name, role) in [("Hanna", "hr"), ("Adam", "admin")] {
            let login = tx.insert(
                "INSERT INTO users (employee_id, email, email_key, name, password_hash, created_at) \
                 VALUES (?1, ?2, ?2, ?2, 'x', '')",
                (ids[name], name),
            )?;
            tx.run("INSERT INTO user_roles (user_id, role) VALUES (?1, ?2)", (login, role))?;
        }
        Ok(ids)
    });
    let people = made.unwrap().into_iter().map(|(name, id)| (name, actor(name, id))).collect();
    House { db, clock, people, _dir: dir }
}

fn program() -> Actor {
    Actor::command_line(TimeZone::UTC)
}

fn actor(name: &str, id: EmployeeId) -> Actor {
    let roles: &[Role] = match name {
        "Hanna" => &[Role::Employee, Role::Hr],
        "Adam" => &[Role::Employee, Role::Admin],
        _ => &[Role::Employee],
    };
    let origin = Origin { channel: Channel::Web, session_id: None, address: None };
    let roles = roles.iter().copied().collect();
    Actor { employee_id: Some(id), name: format!("{name} Test"), roles, origin, ..program() }
}

impl House {
    fn act<T: Send + 'static>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        self.db.write_blocking(Op::housekeeping(Housekeeping::Demo), f)
    }

    pub fn read<T>(&self, f: impl FnOnce(&Rx<'_>) -> Result<T>) -> T {
        self.db.read_blocking(f).unwrap()
    }

    fn actor(&self, name: &str) -> Actor {
        self.people[name].clone()
    }

    pub fn id(&self, name: &str) -> EmployeeId {
        self.people[name].employee_id.unwrap()
    }

    /// The one chain of leave.
    pub fn chain(&self, levels: Vec<Level>) {
        self.act(move |tx| {
            for known in chain::all(tx)? {
                chain::delete(tx, &program(), known.id)?;
            }
            let facts = ChainFacts {
                name: "all".into(),
                kind: Kind::Leave,
                leave_type_id: None,
                department_id: None,
                from_minutes: None,
                levels,
                escalate_after_hours: Some(48),
            };
            chain::create(tx, &program(), facts).map(drop)
        })
        .unwrap();
    }

    fn request(&self, name: &str, subject: i64) -> New {
        New::of(Kind::Leave, subject, self.id(name), Msg::new("a week off")).amount(2400)
    }

    pub fn send(&self, subject: i64) {
        self.send_as("Nora", subject);
    }

    pub fn send_as(&self, name: &str, subject: i64) {
        let (new, actor) = (self.request(name, subject), self.actor(name));
        self.act(move |tx| approvals::open(tx, &actor, new).map(drop)).unwrap();
    }

    pub fn resubmit(&self, subject: i64) {
        self.try_resubmit(subject).unwrap();
    }

    pub fn try_resubmit(&self, subject: i64) -> Result<()> {
        let name = self.requester(subject);
        let (new, actor) = (self.request(name, subject), self.actor(name));
        self.act(move |tx| approvals::resubmit(tx, &actor, &new))
    }

    pub fn withdraw(&self, subject: i64) -> Result<()> {
        let actor = self.actor(self.requester(subject));
        self.act(move |tx| approvals::withdraw(tx, &actor, Kind::Leave, subject))
    }

    fn requester(&self, subject: i64) -> &'static str {
        let id = self.current(subject).requester_id();
        self.people.iter().find(|(_, actor)| actor.employee_id == Some(id)).unwrap().0
    }

    pub fn decide(&self, name: &str, subject: i64, decision: Decision) -> Result<Outcome> {
        let actor = self.actor(name);
        self.act(move |tx| approvals::decide(tx, &actor, Kind::Leave, subject, &decision))
    }

    pub fn current(&self, subject: i64) -> Approval {
        self.read(|rx| approvals::current(rx, Kind::Leave, subject)).unwrap()
    }

    /// By name, who is asked at the present level and has not agreed.
    pub fn waits_for(&self, subject: i64) -> Vec<String> {
        let mut names: Vec<String> =
            self.asked(subject).into_iter().filter(|(.., open)| *open).map(|(name, ..)| name).collect();
        names.sort_unstable();
        names
    }

    pub fn asked(&self, subject: i64) -> Vec<(String, Because, bool)> {
        let name =
            |id: EmployeeId| self.people.iter().find(|(_, actor)| actor.employee_id == Some(id)).unwrap().0.to_string();
        let approval = self.current(subject);
        let asked = self.read(|rx| store::asked_at(rx, &approval));
        asked.into_iter().map(|one| (name(one.employee), one.because, one.open)).collect()
    }

    pub fn waiting(&self, name: &str) -> u32 {
        let actor = self.actor(name);
        self.read(|rx| approvals::count_for(rx, &actor))
    }

    pub fn unread(&self, name: &str) -> usize {
        let actor = self.actor(name);
        usize::try_from(self.read(|rx| crate::notifications::unread(rx, &actor))).unwrap()
    }

    /// Step, level, and the first name of whom it concerns.
    pub fn steps(&self, subject: i64) -> Vec<(StepKind, u32, Option<String>)> {
        let steps = self.read(|rx| approvals::timeline(rx, Kind::Leave, subject));
        let first = |name: String| name.split(' ').next().unwrap_or_default().to_owned();
        steps.into_iter().map(|step| (step.what, step.level, step.person.map(first))).collect()
    }

    /// Approved leave covers today.
    pub fn away(&self, name: &str) {
        let id = self.id(name);
        self.act(move |tx| {
            let kind: i64 = tx.scalar("SELECT id FROM leave_types WHERE works = 0 ORDER BY id LIMIT 1", ())?;
            let today = people::today(tx)?;
            let request = tx.insert(
                "INSERT INTO leave_requests (employee_id, leave_type_id, start_date, start_part, end_date, end_part, \
                 minutes, status, created_at, updated_at, approved_at) \
                 VALUES (?1, ?2, ?3, 'full_day', ?3, 'full_day', 480, 'approved', '', '', '')",
                (id, kind, today),
            )?;
            tx.run(
                "INSERT INTO leave_request_days (request_id, date, employee_id, leave_type_id, leave_year, part, \
                 scheduled_minutes, charged_minutes) VALUES (?1, ?2, ?3, ?4, 2026, 'full_day', 480, 480)",
                (request, today, id, kind),
            )?;
            Ok(())
        })
        .unwrap();
    }

    pub fn leaves(&self, name: &str) {
        let id = self.id(name);
        self.act(move |tx| people::update(tx, &program(), id, |facts| facts.leave_date = Some(date(2026, 12, 2))))
            .unwrap();
    }

    /// Has a login, and may not use it.
    pub fn disabled(&self, name: &'static str) {
        self.gets_role(name, "employee");
        let id = self.id(name);
        self.act(move |tx| tx.run("UPDATE users SET disabled_at = '' WHERE employee_id = ?1", [id]).map(drop)).unwrap();
    }

    /// Has a login with this role.
    pub fn gets_role(&self, name: &'static str, role: &'static str) {
        let id = self.id(name);
        self.act(move |tx| {
            let login = tx.insert(
                "INSERT INTO users (employee_id, email, email_key, name, password_hash, created_at) \
                 VALUES (?1, ?2, ?2, ?2, 'x', '')",
                (id, name),
            )?;
            tx.run("INSERT INTO user_roles (user_id, role) VALUES (?1, ?2)", (login, role)).map(drop)
        })
        .unwrap();
    }

    /// May not sign in any more, and once more after [`House::let_in`].
    pub fn shut_out(&self, name: &'static str) {
        let id = self.id(name);
        self.act(move |tx| {
            tx.run(
                "INSERT INTO users (employee_id, email, email_key, name, password_hash, created_at, disabled_at) \
                 VALUES (?1, ?2, ?2, ?2, 'x', '', '') ON CONFLICT (email_key) DO UPDATE SET disabled_at = ''",
                (id, name),
            )
            .map(drop)
        })
        .unwrap();
    }

    /// A login with this role that belongs to nobody's record.
    pub fn office_login(&self, role: &'static str) {
        self.act(move |tx| {
            let login = tx.insert(
                "INSERT INTO users (email, email_key, name, password_hash, created_at) VALUES ('o@x', 'o@x', 'o', 'x', '')",
                (),
            )?;
            tx.run("INSERT INTO user_roles (user_id, role) VALUES (?1, ?2)", (login, role)).map(drop)
        })
        .unwrap();
    }

    pub fn joins(&self, name: &str, group: crate::ids::GroupId) {
        let id = self.id(name);
        self.act(move |tx| people::groups::add_member(tx, &program(), group, id).map(drop)).unwrap();
    }

    pub fn let_in(&self, name: &'static str) {
        let id = self.id(name);
        self.act(move |tx| tx.run("UPDATE users SET disabled_at = NULL WHERE employee_id = ?1", [id]).map(drop))
            .unwrap();
    }

    pub fn loses_role(&self, name: &str) {
        let id = self.id(name);
        self.act(move |tx| {
            tx.run("DELETE FROM user_roles WHERE user_id = (SELECT id FROM users WHERE employee_id = ?1)", [id])?;
            Ok(())
        })
        .unwrap();
    }

    pub fn days_pass(&self, days: i64) {
        self.clock.set(self.clock.now() + jiff::SignedDuration::from_hours(24 * days));
    }

    /// What the clockwork does every quarter of an hour.
    pub fn escalate(&self) {
        for stuck in self.read(jobs::found) {
            self.act(move |tx| jobs::move_on(tx, &program(), stuck)).unwrap();
        }
    }
}
