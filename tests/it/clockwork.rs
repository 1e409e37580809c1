//! The clockwork under a clock that the test moves: days when the clock changes, days off, crashes, and the outbox.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use parking_lot::Mutex;
use serde_json::json;
use steward::clock::Clock;
use steward::error::{AppError, Msg, Result};
use steward::jobs::{
    self, CatchUp, Cleanup, Clockwork, Due, Effect, Failure, Job, JobCtx, Outcome, Period, REMIND, Registry, RunState,
    Ticked, Zones,
};
use steward::orgs::{Org, OrgSettings, Orgs, Slug};
use steward::storage::marks::Standing;
use steward::storage::outbox::{self, OutboxRow};
use steward::storage::{DbSettings, Housekeeping, Op, Sync};
use steward::vault::keys::MasterKey;
use tempfile::TempDir;
use tokio::runtime::Runtime;

const ANY: Op = Op::housekeeping(Housekeeping::Jobs);

/// One organization in Berlin, and a clockwork over it.
pub struct House {
    pub rt: Runtime,
    pub clock: Clock,
    pub orgs: Arc<Orgs>,
    pub org: Arc<Org>,
    pub clockwork: Clockwork,
    _dir: TempDir,
}

impl House {
    pub fn at(start: &str, registry: Registry) -> House {
        let dir = TempDir::new().unwrap();
        let clock = Clock::manual(start.parse().unwrap());
        let settings = DbSettings { sync: Sync::Off, ..DbSettings::default() };
        let master = MasterKey::open(dir.path(), "").unwrap();
        let orgs = Arc::new(Orgs::open(dir.path(), master, clock.clone(), settings).unwrap());
        let berlin = OrgSettings { zone: TimeZone::get("Europe/Berlin").unwrap(), ..OrgSettings::named("Nordlicht") };
        let org = orgs.create(Slug::parse("nordlicht").unwrap(), berlin).unwrap();
        let clockwork = Clockwork::new(Arc::clone(&orgs), registry);
        House { rt: Runtime::new().unwrap(), clock, orgs, org, clockwork, _dir: dir }
    }

    /// The same house after a restart with other jobs and effects.
    pub fn replace_registry(&mut self, registry: Registry) {
        self.clockwork = Clockwork::new(Arc::clone(&self.orgs), registry);
    }

    pub fn tick(&self) -> Ticked {
        self.rt.block_on(self.clockwork.tick())
    }

    pub fn tick_at(&self, at: &str) -> Ticked {
        self.clock.set(at.parse().unwrap());
        self.tick()
    }

    /// A tick each ten minutes from now until then.
    fn tick_until(&self, end: &str) {
        let end: Timestamp = end.parse().unwrap();
        while self.clock.now() < end {
            self.clock.advance(SignedDuration::from_mins(10));
            self.tick();
        }
    }

    fn sql(&self, sql: &'static str) {
        self.org.db.write_blocking(ANY, move |tx| tx.run(sql, ())).unwrap();
    }

    fn runs(&self, job: &'static str) -> Vec<jobs::Run> {
        let mut runs = self.org.db.read_blocking(|rx| jobs::runs(rx, job)).unwrap();
        runs.reverse();
        runs
    }
}

/// Writes down when it ran for when; fails and breaks off as told.
#[derive(Clone)]
struct Diary {
    line: &'static str,
    zones: Zones,
    period: Period,
    catch_up: CatchUp,
    ran: Arc<Mutex<Vec<String>>>,
    troubles: Arc<Mutex<Vec<&'static str>>>,
}

impl Diary {
    fn new(line: &'static str) -> Diary {
        Diary {
            line,
            zones: Zones::Organization,
            period: Period::Day,
            catch_up: CatchUp::Latest,
            ran: Arc::default(),
            troubles: Arc::default(),
        }
    }

    fn ran(&self) -> Vec<String> {
        std::mem::take(&mut *self.ran.lock())
    }

    fn registry(&self) -> Registry {
        Registry::new().job(self.clone())
    }
}

impl Job for Diary {
    fn name(&self) -> &'static str {
        "diary"
    }
    fn title(&self) -> &'static str {
        "Diary"
    }
    fn schedule(&self) -> &'static str {
        self.line
    }
    fn zones(&self) -> Zones {
        self.zones
    }
    fn period(&self) -> Period {
        self.period
    }
    fn catch_up(&self) -> CatchUp {
        self.catch_up
    }

    fn run(&self, ctx: &JobCtx, due: &Due) -> Result<Outcome> {
        assert_eq!(ctx.actor.name, "Steward");
        self.ran.lock().push(due.at.to_zoned(due.zone.clone()).strftime("%d %b %H:%M %:z").to_string());
        // One thing for one subject, which a repeated run must not repeat.
        let (mine, ran) = (due.clone(), Arc::clone(&self.ran));
        ctx.write(REMIND, move |tx, _| {
            if mine.first(tx, "task:17")? {
                ran.lock().push("told".to_owned());
            }
            Ok(())
        })?;
        let trouble = self.troubles.lock().pop();
        match trouble {
            Some("panic") => panic!("as told"),
            Some(why) => Err(AppError::internal(why)),
            None => Ok(Outcome::did(Msg::new("Wrote a line"))),
        }
    }
}

#[test]
fn a_job_runs_once_on_its_time_and_never_for_the_time_before_it_was_known() {
    let diary = Diary::new("0 7 * * *");
    let house = House::at("2026-03-02T05:00:00Z", diary.registry());
    assert_eq!(house.tick(), Ticked::default());
    house.tick_at("2026-03-02T05:59:00Z");
    assert!(diary.ran().is_empty());
    assert_eq!(house.tick_at("2026-03-02T06:00:00Z").ran, 1);
    house.tick();
    house.tick_at("2026-03-02T06:01:00Z");
    assert_eq!(diary.ran(), ["02 Mar 07:00 +01:00", "told"]);

    let run = &house.runs("diary")[0];
    assert_eq!((run.state, run.period.as_str(), run.attempts), (RunState::Done, "2026-03-02", 1));
    assert_eq!(run.summary.as_ref().unwrap().to_string(), "Wrote a line");
}

#[test]
fn daylight_saving_neither_skips_nor_repeats_a_day() {
    let diary = Diary::new("30 2 * * *");
    let house = House::at("2026-03-27T12:00:00Z", diary.registry());
    house.tick();
    house.tick_until("2026-03-30T12:00:00Z");
    let ran: Vec<_> = diary.ran().into_iter().filter(|line| line != "told").collect();
    assert_eq!(ran, ["28 Mar 02:30 +01:00", "29 Mar 03:30 +02:00", "30 Mar 02:30 +02:00"]);

    house.tick_at("2026-10-23T12:00:00Z");
    diary.ran();
    house.tick_until("2026-10-26T12:00:00Z");
    let ran: Vec<_> = diary.ran().into_iter().filter(|line| line != "told").collect();
    assert_eq!(ran, ["24 Oct 02:30 +02:00", "25 Oct 02:30 +02:00", "26 Oct 02:30 +01:00"]);
}

#[test]
fn after_three_days_off_what_still_makes_sense_is_caught_up() {
    let ran_with = |catch_up| {
        let diary = Diary { catch_up, ..Diary::new("0 7 * * *") };
        let house = House::at("2026-03-02T05:00:00Z", diary.registry());
        house.tick();
        house.tick_at("2026-03-05T12:00:00Z");
        house.tick_at("2026-03-05T12:01:00Z");
        let states: Vec<_> = house.runs("diary").iter().map(|run| run.state).collect();
        (diary.ran().into_iter().filter(|line| line != "told").collect::<Vec<_>>(), states)
    };
    use RunState::{Done, Dropped};
    assert_eq!(ran_with(CatchUp::Latest), (vec!["05 Mar 07:00 +01:00".to_owned()], vec![Done]));
    let every = ["02 Mar 07:00 +01:00", "03 Mar 07:00 +01:00", "04 Mar 07:00 +01:00", "05 Mar 07:00 +01:00"];
    assert_eq!(ran_with(CatchUp::Every), (every.map(str::to_owned).to_vec(), vec![Done; 4]));
    let hours = |hours| CatchUp::Within(SignedDuration::from_hours(hours));
    assert_eq!(ran_with(hours(6)), (vec!["05 Mar 07:00 +01:00".to_owned()], vec![Done]));
    assert_eq!(ran_with(hours(5)), (vec![], vec![Dropped]));
}

#[test]
fn twice_at_once_is_once() {
    let diary = Diary::new("0 7 * * *");
    let house = House::at("2026-03-02T05:00:00Z", diary.registry());
    house.tick();
    house.clock.set("2026-03-02T06:00:00Z".parse().unwrap());
    // Two clockworks on the same organization, each asked twice at the same time.
    let other = Clockwork::new(Arc::clone(&house.orgs), diary.registry());
    let all = house.rt.block_on(async {
        let mut ticks = tokio::task::JoinSet::new();
        for clockwork in [&house.clockwork, &other, &house.clockwork, &other] {
            let clockwork = clockwork.clone();
            ticks.spawn(async move { clockwork.tick().await.ran });
        }
        ticks.join_all().await
    });
    assert_eq!(all.iter().sum::<usize>(), 1);
    assert_eq!(diary.ran(), ["02 Mar 07:00 +01:00", "told"]);
}

#[test]
fn a_run_that_fails_is_tried_again_and_repeats_nothing() {
    let diary = Diary::new("0 7 * * *");
    diary.troubles.lock().extend(["no answer", "panic"]);
    let house = House::at("2026-03-02T05:00:00Z", diary.registry());
    house.tick();
    assert_eq!(house.tick_at("2026-03-02T06:00:00Z").failed, 1);
    assert_eq!(house.tick_at("2026-03-02T06:00:30Z"), Ticked::default());
    assert_eq!(house.tick_at("2026-03-02T06:01:00Z").failed, 1);
    assert_eq!(house.runs("diary")[0].error, "no answer");
    assert_eq!(house.tick_at("2026-03-02T06:06:00Z").ran, 1);
    let line = "02 Mar 07:00 +01:00".to_owned();
    assert_eq!(diary.ran(), [line.clone(), "told".to_owned(), line.clone(), line]);
    assert_eq!((house.runs("diary")[0].state, house.runs("diary")[0].attempts), (RunState::Done, 3));

    // For ever: it is given up, and tomorrow is another day.
    diary.troubles.lock().extend(["down"; 6]);
    house.tick_until("2026-03-03T09:00:00Z");
    assert_eq!(house.runs("diary")[1].state, RunState::Failed);
    assert_eq!(diary.ran().len(), 5 + 1);
    diary.troubles.lock().clear();
    house.tick_until("2026-03-04T09:00:00Z");
    assert_eq!(house.runs("diary")[2].state, RunState::Done);
}

#[test]
fn what_a_stop_cut_short_is_taken_up_again() {
    let diary = Diary::new("0 7 * * *");
    let house = House::at("2026-03-02T05:00:00Z", diary.registry());
    house.tick();
    house.tick_at("2026-03-02T06:00:00Z");
    diary.ran();
    house.sql("UPDATE job_runs SET state = 'running', finished_at = NULL");
    assert_eq!(house.tick(), Ticked::default());
    house.rt.block_on(house.clockwork.recover()).unwrap();
    assert_eq!(house.tick().ran, 1);
    assert_eq!(diary.ran(), ["02 Mar 07:00 +01:00"]);
}

#[test]
fn a_run_that_was_cut_short_or_failed_is_not_taken_up_when_its_time_is_over() {
    let diary = Diary { catch_up: CatchUp::Within(SignedDuration::from_hours(5)), ..Diary::new("0 7 * * *") };
    let house = House::at("2026-03-02T05:00:00Z", diary.registry());
    house.tick();
    house.tick_at("2026-03-02T06:00:00Z");
    assert_eq!(diary.ran().len(), 2);
    house.sql("UPDATE job_runs SET state = 'running', finished_at = NULL");
    house.clock.set("2026-03-05T05:00:00Z".parse().unwrap());
    house.rt.block_on(house.clockwork.recover()).unwrap();
    assert_eq!(house.tick(), Ticked::default());
    assert!(diary.ran().is_empty(), "it would tell of three days ago");
    let states = |house: &House| house.runs("diary").iter().map(|run| run.state).collect::<Vec<_>>();
    assert_eq!(states(&house), [RunState::Dropped, RunState::Dropped]);

    // By hand it is tried again only as long as it makes sense.
    house.sql("UPDATE job_runs SET state = 'failed' WHERE period = '2026-03-02'");
    let run = house.runs("diary")[0].id;
    let retry = |house: &House| {
        let (admin, registry) =
            (steward::auth::Actor::command_line(TimeZone::UTC), Arc::clone(house.clockwork.registry()));
        let act = Op::act("job.retried");
        house.org.db.write_blocking(act, move |tx| jobs::retry(tx, &admin, &registry, "diary", run))
    };
    assert!(matches!(retry(&house), Err(AppError::Conflict(_))));
    assert_eq!(states(&house)[0], RunState::Failed);
    house.clock.set("2026-03-02T11:00:00Z".parse().unwrap());
    retry(&house).unwrap();
    assert_eq!(house.tick().ran, 1);
    assert_eq!(diary.ran(), ["02 Mar 07:00 +01:00"]);
}

#[test]
fn each_location_has_its_own_morning() {
    let diary = Diary { zones: Zones::EachLocation, ..Diary::new("0 7 * * *") };
    let house = House::at("2026-03-01T12:00:00Z", diary.registry());
    house.sql("INSERT INTO entities (id, name, name_key, code, code_key) VALUES (1, 'N', 'n', 'N', 'n')");
    house.sql(
        "INSERT INTO locations (entity_id, name, name_key, code, code_key, time_zone) VALUES
         (1, 'Berlin', 'b', 'B', 'b', 'Europe/Berlin'), (1, 'Pune', 'p', 'P', 'p', 'Asia/Kolkata'), (1, 'Leeds', 'l', 'L', 'l', 'Europe/London')",
    );
    house.tick();
    house.tick_until("2026-03-02T12:00:00Z");
    let ran: Vec<_> = diary.ran().into_iter().filter(|line| line != "told").collect();
    assert_eq!(ran, ["02 Mar 07:00 +05:30", "02 Mar 07:00 +01:00", "02 Mar 07:00 +00:00"]);
}

#[test]
fn an_admin_sets_the_line_and_runs_by_hand() {
    let diary = Diary::new("0 7 * * *");
    let house = House::at("2026-03-02T05:00:00Z", diary.registry());
    let admin = steward::auth::Actor::command_line(TimeZone::UTC);
    let registry = Arc::clone(house.clockwork.registry());
    house.tick();
    house.tick_at("2026-03-02T06:00:00Z");
    assert_eq!(diary.ran().len(), 2);

    let set = |cron: &'static str, zone: Option<&'static str>, enabled| {
        let (registry, admin) = (Arc::clone(&registry), admin.clone());
        let act = Op::act("job.scheduled");
        house
            .org
            .db
            .write_blocking(act, move |tx| jobs::set_schedule(tx, &admin, &registry, "diary", (cron, zone, enabled)))
    };
    for (cron, zone, field) in [("nonsense", None, "cron"), ("0 9 * * *", Some("Mars/Base"), "time_zone")] {
        let Err(AppError::Invalid(errors)) = set(cron, zone, true) else { panic!("{cron} is taken") };
        assert!(errors.of(field).is_some());
    }
    // Two hours later, as read in New York: today has had its run, tomorrow follows the new line.
    set("0 9 * * *", Some("America/New_York"), true).unwrap();
    house.tick_until("2026-03-02T20:00:00Z");
    assert!(diary.ran().is_empty());
    let state = &house.org.db.read_blocking(|rx| jobs::states(rx, &registry, &house.org.settings())).unwrap()[0];
    assert_eq!(state.next.unwrap().to_string(), "2026-03-03T14:00:00Z");
    assert_eq!(state.last.as_ref().unwrap().period, "2026-03-02");
    house.tick_until("2026-03-03T14:00:00Z");
    assert_eq!(diary.ran(), ["03 Mar 09:00 -05:00", "told"]);

    let (by, all, settings) = (admin.clone(), Arc::clone(&registry), house.org.settings());
    let hand = Op::act("job.run_by_hand");
    house.org.db.write_blocking(hand, move |tx| jobs::run_now(tx, &by, &all, &settings, "diary")).unwrap();
    assert_eq!(house.tick().ran, 1);
    assert_eq!(diary.ran(), ["03 Mar 09:00 -05:00"], "in its own zone, and what was done today is not done again");

    set("0 9 * * *", None, false).unwrap();
    house.tick_until("2026-03-05T14:00:00Z");
    assert!(diary.ran().is_empty());
}

#[test]
fn what_reaches_people_is_held_while_this_may_be_a_copy() {
    let diary = Diary::new("0 7 * * *");
    let postman = Postman::new("letter");
    let house = House::at("2026-03-02T05:00:00Z", diary.registry().effect(postman.clone()));
    house.tick();
    house.orgs.holding().set(Standing::Copy);
    house.org.db.write_blocking(ANY, |tx| tx.outbox("letter", None, &json!("a"))).unwrap();
    assert_eq!(house.tick_at("2026-03-03T12:00:00Z"), Ticked::default());
    house.orgs.holding().set(Standing::Home);
    house.tick();
    assert_eq!(diary.ran(), ["03 Mar 07:00 +01:00", "told"]);
    assert_eq!(postman.took(), ["a"]);
}

/// Performs rows as their payload says.
#[derive(Clone)]
struct Postman {
    kind: &'static str,
    took: Arc<Mutex<Vec<String>>>,
    given_up: Arc<Mutex<Vec<String>>>,
    /// Whether everything is down for now.
    down: Arc<AtomicBool>,
}

impl Postman {
    fn new(kind: &'static str) -> Postman {
        Postman { kind, took: Arc::default(), given_up: Arc::default(), down: Arc::default() }
    }

    fn took(&self) -> Vec<String> {
        std::mem::take(&mut *self.took.lock())
    }
}

impl Effect for Postman {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn perform<'a>(&'a self, org: &'a Arc<Org>, row: &'a OutboxRow) -> BoxFuture<'a, Result<(), Failure>> {
        Box::pin(async move {
            let what = row.payload.as_str().unwrap().to_owned();
            self.took.lock().push(what.clone());
            if self.down.load(Ordering::Relaxed) {
                return Err(Failure::Down("down".to_owned()));
            }
            match what.as_str() {
                "refused" => Err(Failure::Refused("no such place".to_owned())),
                "later" => Err(Failure::Later("busy".to_owned())),
                // Somebody changes what this row is about while it is performed.
                "changes" => {
                    org.db.write(ANY, |tx| tx.outbox("letter", Some("day"), &json!("again"))).await.unwrap();
                    Ok(())
                }
                _ => Ok(()),
            }
        })
    }

    fn given_up(&self, _tx: &mut steward::storage::Tx<'_>, row: &OutboxRow, failure: &Failure) -> Result<()> {
        self.given_up.lock().push(format!("{}: {}", row.payload, failure.why()));
        Ok(())
    }
}

fn queue(house: &House, kind: &'static str, rows: &[&'static str]) {
    let rows = rows.to_vec();
    house
        .org
        .db
        .write_blocking(ANY, move |tx| rows.iter().try_for_each(|row| tx.outbox(kind, None, &json!(row)).map(|_| ())))
        .unwrap();
}

#[test]
fn rows_are_performed_in_order_and_each_failure_has_its_way() {
    let postman = Postman::new("letter");
    let house = House::at("2026-03-02T05:00:00Z", Registry::new().effect(postman.clone()));
    queue(&house, "letter", &["a", "refused", "later", "b"]);
    queue(&house, "of nobody", &["x"]);
    assert_eq!(house.tick().performed, 2);
    assert_eq!(postman.took(), ["a", "refused", "later", "b"]);
    assert_eq!(*postman.given_up.lock(), ["\"refused\": no such place"]);
    house.tick_at("2026-03-02T05:00:59Z");
    assert!(postman.took().is_empty());
    house.tick_at("2026-03-02T05:01:00Z");
    assert_eq!(postman.took(), ["later"]);
    // Two days later it is given up.
    house.tick_until("2026-03-04T06:00:00Z");
    assert_eq!(postman.given_up.lock().last().unwrap(), "\"later\": busy");
    let failed = house.org.db.read_blocking(|rx| outbox::failed(rx, 10)).unwrap();
    assert_eq!(failed.len(), 2);
}

#[test]
fn while_everything_is_down_one_row_asks_and_the_others_wait_untouched() {
    let (postman, reporter) = (Postman::new("letter"), Postman::new("report"));
    let house = House::at("2026-03-02T05:00:00Z", Registry::new().effect(postman.clone()).effect(reporter.clone()));
    queue(&house, "letter", &["a", "b", "c"]);
    queue(&house, "report", &["r"]);
    postman.down.store(true, Ordering::Relaxed);
    assert_eq!(house.tick().performed, 1);
    assert_eq!((postman.took(), reporter.took()), (vec!["a".to_owned()], vec!["r".to_owned()]));
    let waiting = house.org.db.read_blocking(|rx| outbox::waiting_rows(rx, "letter", 10, 0)).unwrap();
    for (row, _) in waiting {
        let (_, state) = house.org.db.read_blocking(|rx| outbox::open_row(rx, row.id)).unwrap().unwrap();
        assert_eq!(state, outbox::State::Waiting, "none is on its way: an admin can take it out");
    }
    house.tick();
    assert_eq!(postman.took(), ["b"]);
    postman.down.store(false, Ordering::Relaxed);
    assert_eq!(house.tick_at("2026-03-02T05:01:00Z").performed, 3);
    let took = postman.took();
    assert_eq!((took.len(), took[0].as_str()), (3, "c"), "the row that was never tried comes first");
}

#[test]
fn a_change_that_comes_while_its_row_is_performed_is_not_lost() {
    let postman = Postman::new("letter");
    let house = House::at("2026-03-02T05:00:00Z", Registry::new().effect(postman.clone()));
    house
        .org
        .db
        .write_blocking(ANY, |tx| {
            tx.outbox("letter", Some("day"), &json!("changes"))?;
            tx.outbox("letter", Some("day"), &json!("changes"))
        })
        .unwrap();
    house.tick();
    assert_eq!(postman.took(), ["changes", "again"]);
}

#[test]
fn the_live_clockwork_looks_at_once_and_stops_when_told() {
    let postman = Postman::new("letter");
    let house = House::at("2026-03-02T05:00:00Z", Registry::new().effect(postman.clone()));
    let running = house.rt.block_on(house.clockwork.start()).unwrap();
    for row in ["a", "b"] {
        queue(&house, "letter", &[row]);
        let waited = (0..100).find(|_| {
            std::thread::sleep(Duration::from_millis(20));
            *postman.took.lock() == [row]
        });
        assert!(waited.is_some(), "{row} is not performed within two seconds of its commit");
        postman.took();
    }
    house.rt.block_on(running.stop(Duration::from_secs(5)));
    queue(&house, "letter", &["c"]);
    std::thread::sleep(Duration::from_millis(100));
    assert!(postman.took().is_empty());
}

#[test]
fn the_clean_up_removes_what_has_served_its_time() {
    let registry = Registry::new()
        .effect(Postman::new("letter"))
        .job(Cleanup::new().with("read notices", steward::notifications::sweep).with("nothing", |_| Ok(0)));
    let house = House::at("2026-01-01T00:00:00Z", registry);
    house.tick();
    queue(&house, "letter", &["a"]);
    house.tick();
    house.tick_at("2026-01-01T06:00:00Z");
    assert_eq!(house.runs("cleanup")[0].summary.as_ref().unwrap().to_string(), "Nothing was due");
    // A month on, the row of the outbox goes; three months on, that first run does.
    house.tick_at("2026-02-02T06:00:00Z");
    assert_eq!(house.runs("cleanup")[1].summary.as_ref().unwrap().to_string(), "Removed outbox: 1");
    house.clock.set(house.clock.now() + 100.hours() * 24);
    house.tick();
    let runs = house.runs("cleanup");
    assert_eq!((runs.len(), runs[0].summary.as_ref().unwrap().to_string().as_str()), (1, "Removed runs of jobs: 2"));
}

#[test]
fn a_clock_that_was_ahead_for_a_moment_stops_no_job() {
    let diary = Diary::new("0 7 * * *");
    let house = House::at("2026-03-02T05:00:00Z", diary.registry());
    house.tick();
    house.tick_at("2031-03-02T05:00:00Z");
    diary.ran();
    house.tick_at("2026-03-02T05:01:00Z");
    assert!(diary.ran().is_empty());
    assert_eq!(house.tick_at("2026-03-02T06:00:00Z").ran, 1);
    assert_eq!(diary.ran()[0], "02 Mar 07:00 +01:00");
}

#[test]
fn what_a_wrong_clock_put_off_is_tried_at_the_next_start() {
    let diary = Diary::new("0 7 * * *");
    let postman = Postman::new("letter");
    let house = House::at("2026-03-02T05:00:00Z", diary.registry().effect(postman.clone()));
    house.tick();
    queue(&house, "letter", &["a"]);
    house.sql("UPDATE outbox SET due_at = '2031-03-02T05:00:00Z'");
    diary.troubles.lock().push("no answer");
    house.tick_at("2026-03-02T06:00:00Z");
    house.sql("UPDATE job_runs SET next_try_at = '2031-03-02T05:00:00Z'");
    assert_eq!(house.tick_at("2026-03-02T09:00:00Z"), Ticked::default());
    house.rt.block_on(house.clockwork.recover()).unwrap();
    assert_eq!(house.tick(), Ticked { ran: 1, failed: 0, performed: 1 });
    assert_eq!(postman.took(), ["a"]);
}

/// Hangs until it is let go.
#[derive(Clone)]
struct Sleeper(Arc<AtomicBool>);

impl Job for Sleeper {
    fn name(&self) -> &'static str {
        "sleeper"
    }
    fn title(&self) -> &'static str {
        "Sleeper"
    }
    fn schedule(&self) -> &'static str {
        "0 7 * * *"
    }
    fn run(&self, _ctx: &JobCtx, _due: &Due) -> Result<Outcome> {
        while !self.0.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(Outcome::nothing())
    }
}

#[test]
fn a_job_that_hangs_stops_no_other_and_is_not_begun_twice() {
    let (diary, awake) = (Diary::new("0 7 * * *"), Arc::new(AtomicBool::new(false)));
    let mut house = House::at("2026-03-02T05:00:00Z", Registry::new());
    let registry = Registry::new().job(Sleeper(Arc::clone(&awake))).job(diary.clone());
    house.clockwork = Clockwork::with_patience(Arc::clone(&house.orgs), registry, Duration::from_millis(50));
    house.tick();
    assert_eq!(house.tick_at("2026-03-02T06:00:00Z").ran, 1, "the diary");
    assert_eq!(house.tick_at("2026-03-03T06:00:00Z").ran, 1, "and again, while the sleeper sleeps on");
    let attempts: Vec<_> = house.runs("sleeper").iter().map(|run| (run.state, run.attempts)).collect();
    assert_eq!(attempts, [(RunState::Running, 1), (RunState::Waiting, 0)]);
    awake.store(true, Ordering::Relaxed);
    for _ in 0..400 {
        if house.runs("sleeper")[0].state == RunState::Done {
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(house.tick().ran, 1, "the one that waited");
    assert_eq!(house.runs("sleeper")[1].state, RunState::Done);
}

#[test]
fn databases_are_renewed_at_night() {
    let mut house = House::at("2026-03-02T01:00:00Z", Registry::new());
    house.replace_registry(Registry::new().job(jobs::Renewal::new(house.orgs.instance())));
    house.tick();
    let generations = || (house.org.db.generation(), house.orgs.instance().generation());
    let (own, instance) = generations();
    assert_eq!(house.tick_at("2026-03-02T02:50:00Z").ran, 1);
    assert_eq!(generations(), (own + 1, instance + 1));
    let run = &house.runs("renewal")[0];
    assert_eq!(run.summary.as_ref().unwrap().to_string(), format!("Made generation {}", own + 1));
}
