use std::sync::Arc;

use jiff::civil::date;
use jiff::tz::TimeZone;

use super::*;
use crate::auth::Role;
use crate::clock::Clock;
use crate::onboarding::templates::ready_made;
use crate::orgs::{OrgSettings, Orgs, Slug};
use crate::people::{Facts, Login};
use crate::storage::DbSettings;
use crate::vault::keys::MasterKey;

struct House {
    org: Arc<Org>,
    template: TemplateId,
    _orgs: Orgs,
    _dir: tempfile::TempDir,
}

fn house() -> House {
    let dir = tempfile::tempdir().unwrap();
    let key = MasterKey::open(dir.path(), "").unwrap();
    let clock = Clock::manual("2026-10-29T12:00:00Z".parse().unwrap());
    let orgs = Orgs::open(dir.path(), key, clock, DbSettings::default()).unwrap();
    let org = orgs.create(Slug::of_name("Nordlicht"), OrgSettings::named("Nordlicht")).unwrap();
    let template = org
        .db
        .write_blocking(Op::act("test"), |tx| {
            let boss = Facts::new("1", "Ana", "Ribeiro", "ana@x.test", date(2020, 1, 1));
            people::create(tx, &Actor::command_line(TimeZone::UTC), boss.into())?;
            Ok(ready_made::seed_templates(tx, &Actor::command_line(TimeZone::UTC))?[1])
        })
        .unwrap();
    House { org, template, _orgs: orgs, _dir: dir }
}

impl House {
    fn hire(&self, actor: Actor, new: NewHire) -> Result<Hired> {
        let org = Arc::clone(&self.org);
        self.org.db.write_blocking(HIRED, move |tx| hire(tx, &actor, &org, new))
    }

    fn count(&self, table: &'static str) -> i64 {
        self.org.db.read_blocking(move |rx| rx.scalar(&format!("SELECT count(*) FROM {table}"), ())).unwrap()
    }
}

fn newcomer(house: &House) -> NewHire {
    let facts = Facts {
        manager_id: Some(EmployeeId(1)),
        ..Facts::new("2", "Priya", "Rao", "priya@x.test", date(2026, 11, 16))
    };
    NewHire {
        person: facts.into(),
        login: Some(NewLogin { roles: [Role::Employee].into_iter().collect(), language: "de".into(), invite: true }),
        template: Choice::Template(house.template),
        buddy_id: None,
    }
}

#[test]
fn record_login_invitation_and_tasks_come_together() {
    let house = house();
    let hired = house.hire(Actor::command_line(TimeZone::UTC), newcomer(&house)).unwrap();
    let employee = house.org.db.read_blocking(|rx| people::get(rx, hired.employee_id)).unwrap();
    assert_eq!(employee.login, Login::Invited);
    assert!(hired.user_id.is_some() && hired.onboarding_id.is_some());
    assert!(house.count("tasks") > 5);
    let mails: i64 =
        house.org.db.read_blocking(|rx| rx.scalar("SELECT count(*) FROM outbox WHERE kind = 'mail'", ())).unwrap();
    assert!(mails >= 1, "the invitation waits to leave");
}

#[test]
fn a_fault_in_any_part_leaves_nothing_behind() {
    let house = house();
    let tables = ["employees", "users", "tasks", "outbox", "audit_log", "employee_search"];
    let before = tables.map(|table| house.count(table));
    let hr = || Actor { roles: [Role::Hr].into_iter().collect(), ..Actor::command_line(TimeZone::UTC) };

    let no_template = NewHire { template: Choice::Template(TemplateId(99)), ..newcomer(&house) };
    assert!(matches!(house.hire(hr(), no_template), Err(AppError::Invalid(_) | AppError::NotFound)));

    let login = NewLogin { roles: [Role::Admin].into_iter().collect(), language: "en".into(), invite: false };
    let too_much = NewHire { login: Some(login), ..newcomer(&house) };
    assert!(matches!(house.hire(hr(), too_much), Err(AppError::Forbidden(_))), "only an admin makes admins");

    let manager = Actor { roles: [Role::Manager].into_iter().collect(), ..hr() };
    assert!(matches!(house.hire(manager, newcomer(&house)), Err(AppError::Forbidden(_))));
    assert_eq!(tables.map(|table| house.count(table)), before);
}

#[test]
fn who_says_nothing_gets_the_template_that_fits_unless_long_here() {
    let house = house();
    let fitting = || NewHire { template: Choice::Fitting, ..newcomer(&house) };
    let hired = house.hire(Actor::command_line(TimeZone::UTC), fitting()).unwrap();
    assert!(hired.onboarding_id.is_some());
    let office: String = house
        .org
        .db
        .read_blocking(|rx| rx.scalar("SELECT t.name FROM onboardings o JOIN templates t ON t.id = o.template_id", ()))
        .unwrap();
    assert_eq!(office, "Office hire", "of templates for everybody the first");
    let facts = Facts::new("3", "Old", "Hand", "old@x.test", date(2019, 5, 1));
    let long_here = NewHire { person: facts.into(), login: None, ..fitting() };
    assert_eq!(house.hire(Actor::command_line(TimeZone::UTC), long_here).unwrap().onboarding_id, None);
}
