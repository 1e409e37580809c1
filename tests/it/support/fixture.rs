//! The company that tests work in: made once a run, copied for each test.

use std::path::Path;
use std::sync::OnceLock;

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use steward::appliance::House;
use steward::auth::password::Password;
use steward::auth::user::{self, NewUser};
use steward::auth::{Actor, Auth, Role, Waiting};
use steward::clock::Clock;
use steward::error::Result;
use steward::ids::{EmployeeId, UserId};
use steward::orgs::{OrgSettings, Slug};
use steward::people::{self, Facts, NewEmployee};
use steward::storage::{Op, Tx};

use super::TestApp;

/// The organization's slug.
pub const ORG: &str = "nordlicht";
/// The name that the program is reached by.
pub const HOST: &str = "steward.test";
/// Everybody's password.
pub const PASSWORD: &str = "seven quiet lamps";

/// A login, and the record it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    pub user: UserId,
    /// [`super::NO_EMPLOYEE`] for a login that is nobody's on the staff.
    pub employee: EmployeeId,
    pub email: &'static str,
}

/// Who works there. Everybody but the admin has a record; the hire begins on 9 March 2026, all others began in 2024.
#[derive(Clone, Copy, Debug)]
pub struct People {
    /// `admin@nordlicht.test`: an admin who is not on the staff.
    pub admin: Person,
    /// `hr@nordlicht.test`, Hanna Roth.
    pub hr: Person,
    /// `manager@nordlicht.test`, Jonas Brandt; leads `employee` and `hire`.
    pub manager: Person,
    /// `employee@nordlicht.test`, Mira Castell.
    pub employee: Person,
    /// `other@nordlicht.test`, Otto Lind; reports to nobody.
    pub other: Person,
    /// `hire@nordlicht.test`, Nora Vale.
    pub hire: Person,
}

impl People {
    pub(super) fn nobody() -> People {
        let none = Person { user: super::NO_USER, employee: super::NO_EMPLOYEE, email: "" };
        People { admin: none, hr: none, manager: none, employee: none, other: none, hire: none }
    }

    /// Whoever may enter people: HR.
    pub(super) fn admin_hr(&self) -> Person {
        self.hr
    }
}

/// The folder of the company, made at the first call, and who works there.
pub(super) fn company() -> (&'static Path, People) {
    static COMPANY: OnceLock<(tempfile::TempDir, People)> = OnceLock::new();
    let (dir, people) = COMPANY.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        let house = open(dir.path(), Clock::manual(TestApp::START.parse().unwrap()), &[]);
        let people = found(&house);
        house.close();
        (dir, people)
    });
    (dir.path(), *people)
}

/// Opens `dir` as the program would, over plain http and known as [`HOST`].
pub(super) fn open(dir: &Path, clock: Clock, flags: &[(&'static str, &str)]) -> House {
    let base = [("allow_plain_http", "true"), ("hosts", HOST), ("base_url", "http://steward.test")];
    let flags: Vec<_> = base.iter().chain(flags).map(|(name, value)| (*name, (*value).to_owned())).collect();
    House::open_at(dir, &flags, clock).unwrap()
}

fn found(house: &House) -> People {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let settings = OrgSettings { zone: zone.clone(), ..OrgSettings::named("Nordlicht") };
    let org = house.orgs.create(Slug::parse(ORG).unwrap(), settings).unwrap();
    let nothing = |_: &steward::storage::Rx<'_>, _: &Actor| Ok(0);
    let auth = Auth::new(house.orgs.clone(), Waiting { unread: nothing, inbox: nothing });
    let made = org.db.write_blocking(Op::act("test"), move |tx| {
        let actor = Actor::command_line(zone);
        let admin = log_in(tx, &actor, None, "Ada Min", "admin@nordlicht.test", &[Role::Admin])?;
        let began = date(2024, 3, 1);
        let hr = staff(tx, &actor, ["1", "Hanna", "Roth", "hr@nordlicht.test"], began, None, &[Role::Hr])?;
        let manager = staff(tx, &actor, ["2", "Jonas", "Brandt", "manager@nordlicht.test"], began, None, &[])?;
        let lead = Some(manager.employee);
        let employee = staff(tx, &actor, ["3", "Mira", "Castell", "employee@nordlicht.test"], began, lead, &[])?;
        let other = staff(tx, &actor, ["4", "Otto", "Lind", "other@nordlicht.test"], began, None, &[])?;
        let hire = staff(tx, &actor, ["5", "Nora", "Vale", "hire@nordlicht.test"], date(2026, 3, 9), lead, &[])?;
        let admin = Person { user: admin, employee: super::NO_EMPLOYEE, email: "admin@nordlicht.test" };
        let people = People { admin, hr, manager, employee, other, hire };
        for person in [admin, hr, manager, employee, other, hire] {
            let hash = auth.passwords.hash_blocking(&person.email.parse().unwrap(), &Password::new(PASSWORD))?;
            user::set_password(tx, &actor, person.user, &hash, "test")?;
        }
        Ok(people)
    });
    made.unwrap()
}

fn staff(
    tx: &mut Tx<'_>,
    actor: &Actor,
    [number, first, last, email]: [&'static str; 4],
    join: Date,
    manager: Option<EmployeeId>,
    roles: &[Role],
) -> Result<Person> {
    let facts = Facts { manager_id: manager, ..Facts::new(number, first, last, email, join) };
    let employee = people::create(tx, actor, NewEmployee::from(facts))?;
    let user = log_in(tx, actor, Some(employee), &format!("{first} {last}"), email, roles)?;
    Ok(Person { user, employee, email })
}

fn log_in(
    tx: &mut Tx<'_>,
    actor: &Actor,
    employee_id: Option<EmployeeId>,
    name: &str,
    email: &str,
    roles: &[Role],
) -> Result<UserId> {
    let roles = roles.iter().copied().collect();
    let new =
        NewUser { email: email.parse().unwrap(), name: name.to_owned(), employee_id, roles, language: "en".to_owned() };
    user::create(tx, actor, new)
}

/// Employs somebody more, since 1 March 2024 and without a password.
pub(super) fn employ(
    tx: &mut Tx<'_>,
    actor: &Actor,
    first: &str,
    last: &str,
    manager: Option<EmployeeId>,
    join: Option<Date>,
) -> Result<Person> {
    let email: &'static str = format!("{first}.{last}@nordlicht.test").to_lowercase().leak();
    let number: &'static str = people::next_number(tx)?.leak();
    let names = [number, String::from(first).leak(), String::from(last).leak(), email];
    staff(tx, actor, names, join.unwrap_or(date(2024, 3, 1)), manager, &[])
}

/// Copies a folder with all that is in it, but for the lock.
pub(super) fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else if entry.file_name() != "instance.lock" {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// HR of another organization, who is not on its staff.
pub(super) fn stranger(tx: &mut Tx<'_>, actor: &Actor) -> Result<UserId> {
    log_in(tx, actor, None, "Stella Strange", "hr@elsewhere.test", &[Role::Hr])
}
