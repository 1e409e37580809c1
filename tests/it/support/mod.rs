//! The whole program in process, for tests: [`TestApp`] over real files in a temporary folder, with a clock that tests
//! move and actors that say who they are.
//!
//! ```ignore
//! let app = TestApp::new();
//! app.as_employee().post("/leave", [("start_date", "2026-03-09")]).await.assert_redirect("/leave");
//! let list = app.as_hr().get("/api/v1/employees").await.assert_ok().json();
//! app.clock.advance(SignedDuration::from_hours(24));
//! ```
//!
//! The company is made and migrated once a run; each test works on a copy of its folder.

mod client;
mod fixture;

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use steward::appliance::{App, House};
use steward::auth::session::{self, Client as From, Kind};
use steward::auth::{Actor, Auth, account};
use steward::clock::Clock;
use steward::error::Result;
use steward::ids::{EmployeeId, UserId};
use steward::orgs::Org;
use steward::storage::{Housekeeping, Op, Rx, Tx};
use tempfile::TempDir;

pub use client::{Answer, Client};
pub use fixture::{HOST, ORG, PASSWORD, People, Person};

/// The program over a folder of its own.
pub struct TestApp {
    pub app: App,
    pub people: People,
    /// Stands at [`TestApp::START`] until the test moves it.
    pub clock: Clock,
    router: axum::Router,
    dir: TempDir,
}

impl TestApp {
    /// Monday, 2 March 2026, 10:00 in Berlin, where the company is.
    pub const START: &'static str = "2026-03-02T09:00:00Z";

    /// A company of one organization, with [`People`].
    pub fn new() -> TestApp {
        TestApp::with(&[])
    }

    /// As [`TestApp::new`], started with further flags (`[("smtp.host", "127.0.0.1")]`).
    pub fn with(flags: &[(&'static str, &str)]) -> TestApp {
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock::manual(TestApp::START.parse().unwrap());
        let (house, people) = aside(|| {
            let (folder, people) = fixture::company();
            fixture::copy(folder, dir.path());
            (fixture::open(dir.path(), clock.clone(), flags), people)
        });
        TestApp::over(house, people, clock, dir)
    }

    /// As [`TestApp::new`], sending mail through this server. A tick of `app.app.clockwork` hands it over.
    pub fn sending(server: &crate::smtp_server::SmtpServer) -> TestApp {
        let flags = server.flags();
        let app = TestApp::with(&flags.each_ref().map(|(name, value)| (*name, value.as_str())));
        // Its folder is a copy, and knows it.
        app.app.house.orgs.holding().set(steward::storage::marks::Standing::Home);
        app
    }

    /// A copy of the folder that another [`TestApp::close`] has left.
    pub fn copy_of(folder: &Path, people: People, flags: &[(&'static str, &str)]) -> TestApp {
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock::manual(TestApp::START.parse().unwrap());
        let house = aside(|| {
            fixture::copy(folder, dir.path());
            fixture::open(dir.path(), clock.clone(), flags)
        });
        TestApp::over(house, people, clock, dir)
    }

    /// Stops the program; its folder stays.
    pub fn close(mut self) -> TempDir {
        aside(|| self.app.house.close());
        std::mem::replace(&mut self.dir, tempfile::tempdir().unwrap())
    }

    /// A program that nobody has set up yet.
    pub fn empty() -> TestApp {
        let dir = tempfile::tempdir().unwrap();
        let clock = Clock::manual(TestApp::START.parse().unwrap());
        let house = aside(|| fixture::open(dir.path(), clock.clone(), &[]));
        TestApp::over(house, People::nobody(), clock, dir)
    }

    fn over(house: House, people: People, clock: Clock, dir: TempDir) -> TestApp {
        let app = App::new(Arc::new(house));
        TestApp { router: app.router(), app, people, clock, dir }
    }

    /// The same folder, opened by the program anew.
    pub fn restart(mut self) -> TestApp {
        aside(|| self.app.house.close());
        let dir = std::mem::replace(&mut self.dir, tempfile::tempdir().unwrap());
        let (clock, people) = (self.clock.clone(), self.people);
        drop(self);
        let house = aside(|| fixture::open(dir.path(), clock.clone(), &[]));
        TestApp::over(house, people, clock, dir)
    }

    pub fn auth(&self) -> &Arc<Auth> {
        &self.app.auth
    }

    /// The organization of [`People`].
    pub fn org(&self) -> Arc<Org> {
        self.app.house.orgs.get(ORG).unwrap()
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Reads the organization's database.
    pub fn read<T: Send, F: FnOnce(&Rx<'_>) -> Result<T> + Send>(&self, f: F) -> T {
        aside(|| self.org().db.read_blocking(f)).unwrap()
    }

    /// Runs an action as this person, past the web.
    pub fn act<T, F>(&self, who: Person, f: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>, &Actor) -> Result<T> + Send + 'static,
    {
        let actor = self.actor(who);
        aside(|| self.org().db.write_blocking(Op::act("test"), move |tx| f(tx, &actor)))
    }

    /// Writes past every action: for what a test must arrange by hand.
    pub fn arrange<T, F>(&self, f: F) -> T
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        aside(|| self.org().db.write_blocking(Op::housekeeping(Housekeeping::Demo), f)).unwrap()
    }

    /// This person as actions see them.
    pub fn actor(&self, who: Person) -> Actor {
        let mut actor = Actor::command_line(self.org().settings().zone.clone());
        let zone = actor.zone.clone();
        let account = self.read(|rx| account::load(rx, who.user, &zone)).unwrap();
        actor.user_id = Some(account.user_id);
        actor.employee_id = account.employee_id;
        actor.name = account.name;
        actor.roles = account.roles;
        actor.zone = account.zone;
        actor
    }

    /// Nobody: no cookie, no token.
    pub fn anonymous(&self) -> Client {
        Client::new(self.router.clone())
    }

    pub fn as_admin(&self) -> Client {
        self.signed_in(self.people.admin)
    }

    pub fn as_hr(&self) -> Client {
        self.signed_in(self.people.hr)
    }

    /// The line manager of [`People::employee`].
    pub fn as_manager(&self) -> Client {
        self.signed_in(self.people.manager)
    }

    pub fn as_employee(&self) -> Client {
        self.signed_in(self.people.employee)
    }

    /// Somebody on the staff who reports to nobody we look at.
    pub fn as_other(&self) -> Client {
        self.signed_in(self.people.other)
    }

    /// Somebody whose first day is a week away.
    pub fn as_hire(&self) -> Client {
        self.signed_in(self.people.hire)
    }

    /// A browser with a fresh session of this person.
    pub fn signed_in(&self, who: Person) -> Client {
        let from = From::new(None, "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0");
        let opened = self.arrange(move |tx| session::open(tx, ORG, who.user, Kind::Web, &from));
        self.anonymous().cookie("session", &opened.secret)
    }

    /// Somebody new on the staff: `app.person("Ana", "Ribeiro")` signs in as `ana.ribeiro@nordlicht.test`.
    pub fn person(&self, first_name: &str, last_name: &str) -> Person {
        let (first, last) = (first_name.to_owned(), last_name.to_owned());
        self.act(self.people.admin_hr(), move |tx, actor| fixture::employ(tx, actor, &first, &last, None, None))
            .unwrap()
    }
}

/// Closes the databases before the folder goes.
impl Drop for TestApp {
    fn drop(&mut self) {
        aside(|| self.app.house.close());
    }
}

/// Runs what blocks on a thread of its own: a test's runtime must not be blocked.
pub fn aside<T: Send>(f: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| match scope.spawn(f).join() {
        Ok(done) => done,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}

/// Nobody's ids, where a test needs one that is not there.
pub const NO_EMPLOYEE: EmployeeId = EmployeeId(999_999);
pub const NO_USER: UserId = UserId(999_999);

impl TestApp {
    /// HR of another organization in the same program, which holds nothing else.
    pub fn stranger(&self) -> Client {
        let orgs = Arc::clone(&self.app.house.orgs);
        let secret = aside(move || {
            let slug = steward::orgs::Slug::parse("elsewhere").unwrap();
            let org = orgs.create(slug, steward::orgs::OrgSettings::named("Elsewhere")).unwrap();
            let actor = Actor::command_line(org.settings().zone.clone());
            let from = From::new(None, "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0");
            org.db
                .write_blocking(Op::housekeeping(Housekeeping::Demo), move |tx| {
                    let user = fixture::stranger(tx, &actor)?;
                    session::open(tx, "elsewhere", user, Kind::Web, &from)
                })
                .unwrap()
                .secret
        });
        self.anonymous().cookie("session", &secret)
    }
}
