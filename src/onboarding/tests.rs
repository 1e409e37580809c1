//! The actions against a real database: the clock stands at noon UTC on Thursday 29 October 2026.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

use super::rules::{Doer, TaskStatus};
use super::runs::{self, NewRun, RunStatus};
use super::tasks::{self, Change, Done, NewTask, bulk};
use super::templates::{self, Input, TaskDraft, TaskInput, ready_made};
use crate::approvals::{self, Decision, Kind};
use crate::auth::{Actor, Role};
use crate::clock::Clock;
use crate::error::{AppError, Result};
use crate::ids::{EmployeeId, GroupId, OnboardingId, TaskId, TemplateId};
use crate::people::{self, Facts, NewEmployee, groups};
use crate::storage::{Db, DbSettings, Housekeeping, ORG, Op, Rx, Tx};

struct House {
    db: Db,
    hr: EmployeeId,
    manager: EmployeeId,
    it: EmployeeId,
    hire: EmployeeId,
    template: TemplateId,
    clock: Clock,
    _dir: tempfile::TempDir,
}

/// HR, an IT person, and a hire who starts under a manager on Monday 16 November 2026.
fn house() -> House {
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

fn actor(id: EmployeeId, name: &str, roles: &[Role]) -> Actor {
    let program = Actor::command_line(TimeZone::UTC);
    Actor { employee_id: Some(id), name: name.to_owned(), roles: roles.iter().copied().collect(), ..program }
}

impl House {
    fn act<T: Send + 'static>(&self, f: impl FnOnce(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> {
        self.db.write_blocking(Op::act("test"), f)
    }

    fn read<T: Send + 'static>(&self, f: impl FnOnce(&Rx<'_>) -> Result<T> + Send + 'static) -> T {
        self.db.read_blocking(f).unwrap()
    }

    fn hr(&self) -> Actor {
        actor(self.hr, "Edda Test", &[Role::Employee, Role::Hr])
    }

    fn manager(&self) -> Actor {
        actor(self.manager, "Ana Test", &[Role::Employee, Role::Manager])
    }

    fn it(&self) -> Actor {
        actor(self.it, "Noah Test", &[Role::Employee])
    }

    fn hire(&self) -> Actor {
        actor(self.hire, "Priya Test", &[Role::Hire])
    }

    fn start(&self) -> OnboardingId {
        let (hr, new) = (self.hr(), NewRun { employee_id: self.hire, template_id: self.template, buddy_id: None });
        self.act(move |tx| runs::start(tx, &hr, new)).unwrap()
    }

    fn tasks(&self, run: OnboardingId) -> Vec<tasks::Task> {
        self.read(move |rx| tasks::store::of_run(rx, run))
    }

    fn task(&self, run: OnboardingId, title: &str) -> tasks::Task {
        self.tasks(run).into_iter().find(|task| task.title == title).unwrap()
    }

    fn complete(&self, actor: Actor, id: TaskId) -> Result<TaskStatus> {
        self.act(move |tx| tasks::complete(tx, &actor, id, &Done { note: String::new(), acknowledged: true }))
    }

    fn approve(&self, actor: Actor, id: TaskId) -> Result<TaskStatus> {
        self.act(move |tx| tasks::decide(tx, &actor, id, &Decision::Approve { note: None, on_behalf_reason: None }))
    }

    /// Does a task as the one whose it is, and approves it as the one who is asked.
    fn finish(&self, task: &tasks::Task) {
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

    fn run(&self, run: OnboardingId) -> runs::Run {
        let hr = self.hr();
        self.read(move |rx| runs::get(rx, &hr, run))
    }
}

#[test]
fn the_reference_journey_reads_78_percent_at_18_of_23() {
    let house = house();
    let run = house.start();
    let all = house.tasks(run);
    assert_eq!(all.len(), 23);
    assert_eq!(all.iter().map(|task| task.category).collect::<BTreeSet<_>>().len(), 5);
    let doers = [Doer::Hr, Doer::Person(house.manager), Doer::Person(house.hire)];
    for doer in doers {
        assert!(all.iter().any(|task| task.doer == doer), "{doer:?} has something to do");
    }
    assert!(all.iter().any(|task| matches!(task.doer, Doer::Group(_))));
    assert_eq!(house.run(run).progress.percent(), 0);

    for done in 1..=18 {
        let open = house.tasks(run).into_iter().find(|task| task.status == TaskStatus::Open).unwrap();
        house.finish(&open);
        assert_eq!(house.run(run).progress.completed, done);
    }
    let progress = house.run(run).progress;
    assert_eq!((progress.required, progress.required_completed, progress.percent()), (23, 18, 78));

    while let Some(open) = house.tasks(run).into_iter().find(|task| task.status == TaskStatus::Open) {
        house.finish(&open);
    }
    let run = house.run(run);
    assert_eq!((run.progress.percent(), run.status), (100, RunStatus::Finished));
}

#[test]
fn dependents_are_locked_until_what_they_need_is_done() {
    let house = house();
    let run = house.start();
    let laptop = house.task(run, "Hand over laptop, key and card");
    assert_eq!(laptop.status, TaskStatus::Locked);
    let refused = house.complete(house.it(), laptop.id).unwrap_err();
    assert!(
        matches!(&refused, AppError::Conflict(why) if why.to_string().contains("Order laptop and dock")),
        "{refused}"
    );
    house.finish(&house.task(run, "Order laptop and dock"));
    assert_eq!(
        house.task(run, "Hand over laptop, key and card").status,
        TaskStatus::Locked,
        "the accounts are missing"
    );
    house.finish(&house.task(run, "Create accounts and mail address"));
    assert_eq!(house.task(run, "Hand over laptop, key and card").status, TaskStatus::Open);

    // Taken back, it is locked again; taken out, it holds nothing up.
    let (it, order) = (house.it(), house.task(run, "Order laptop and dock").id);
    house.act(move |tx| tasks::edit::reopen(tx, &it, order)).unwrap();
    assert_eq!(house.task(run, "Hand over laptop, key and card").status, TaskStatus::Locked);
    let hr = house.hr();
    house.act(move |tx| tasks::edit::take_out(tx, &hr, order, "has one")).unwrap();
    assert_eq!(house.task(run, "Hand over laptop, key and card").status, TaskStatus::Open);
    assert_eq!(house.run(run).progress.total, 22);
}

#[test]
fn a_rejection_returns_to_the_doer_with_the_reason() {
    let house = house();
    let run = house.start();
    for title in [
        "Order laptop and dock",
        "Create accounts and mail address",
        "Hand over laptop, key and card",
        "Set up the second factor",
    ] {
        house.finish(&house.task(run, title));
    }
    let access = house.task(run, "Read access to the code").id;
    assert_eq!(house.complete(house.it(), access).unwrap(), TaskStatus::AwaitingApproval);
    assert_eq!(house.task(run, "Development environment builds").status, TaskStatus::Locked, "not approved yet");
    assert!(matches!(house.approve(house.it(), access), Err(AppError::Forbidden(_))), "never one's own");

    let manager = house.manager();
    let reject = Decision::Reject { reason: "Read only, please.".into(), on_behalf_reason: None };
    house.act(move |tx| tasks::decide(tx, &manager, access, &reject)).unwrap();
    let task = house.task(run, "Read access to the code");
    assert_eq!((task.status, task.returned.as_str()), (TaskStatus::Open, "Read only, please."));
    let it = house.it();
    let notices = house.read(move |rx| crate::notifications::list(rx, &it, true, 10, 0)).0;
    assert!(notices.iter().any(|notice| notice.quote == "Read only, please."));

    assert_eq!(house.complete(house.it(), access).unwrap(), TaskStatus::AwaitingApproval);
    assert_eq!(house.task(run, "Read access to the code").returned, "", "the reason belongs to the attempt before");
    assert_eq!(house.approve(house.manager(), access).unwrap(), TaskStatus::Done);
    assert_eq!(house.task(run, "Development environment builds").status, TaskStatus::Open);
}

#[test]
fn a_question_is_answered_by_doing_it_again_and_asks_the_same_manager() {
    let house = house();
    let run = house.start();
    for title in [
        "Order laptop and dock",
        "Create accounts and mail address",
        "Hand over laptop, key and card",
        "Set up the second factor",
    ] {
        house.finish(&house.task(run, title));
    }
    let access = house.task(run, "Read access to the code").id;
    house.complete(house.it(), access).unwrap();
    let manager = house.manager();
    let question = Decision::Clarify { question: "All repositories?".into() };
    house.act(move |tx| tasks::decide(tx, &manager, access, &question)).unwrap();
    assert_eq!(house.task(run, "Read access to the code").status, TaskStatus::Open);
    house.complete(house.it(), access).unwrap();
    let manager = house.manager();
    let waiting = house.read(move |rx| approvals::waiting_for(rx, &manager));
    let waiting = house.read(move |rx| approvals::page_for(rx, &waiting));
    assert_eq!(waiting.iter().map(|approval| approval.subject_id).collect::<Vec<_>>(), [access.0]);
}

#[test]
fn a_manager_does_not_approve_what_the_manager_did() {
    let house = house();
    let run = house.start();
    for title in [
        "Order laptop and dock",
        "Create accounts and mail address",
        "Hand over laptop, key and card",
        "Set up the second factor",
    ] {
        house.finish(&house.task(run, title));
    }
    let access = house.task(run, "Read access to the code").id;
    assert_eq!(house.complete(house.manager(), access).unwrap(), TaskStatus::AwaitingApproval);
    assert!(house.approve(house.manager(), access).is_err());
    let asked = house.read(move |rx| approvals::current(rx, Kind::Task, access.0)).unwrap().asked;
    assert_eq!(asked.iter().map(|person| person.name.as_str()).collect::<Vec<_>>(), ["Boss Test"]);
}

#[test]
fn of_two_at_once_the_second_is_told_who_and_when() {
    let house = house();
    let run = house.start();
    let task = house.task(run, "Order laptop and dock").id;
    house.complete(house.it(), task).unwrap();
    let again = house.complete(house.hr(), task).unwrap_err();
    assert!(
        matches!(&again, AppError::Conflict(why) if why.to_string() == "Noah Test did this on 29 Oct, 12:00."),
        "{again}"
    );
}

#[test]
fn only_the_person_concerned_confirms_having_read() {
    let house = house();
    let run = house.start();
    let safety = house.task(run, "Safety at work").id;
    assert!(matches!(house.complete(house.hr(), safety), Err(AppError::Forbidden(_))));
    let hire = house.hire();
    let unread = house.act(move |tx| tasks::complete(tx, &hire, safety, &Done::default()));
    assert!(matches!(unread, Err(AppError::Invalid(errors)) if errors.of("acknowledged").is_some()));
    assert_eq!(house.complete(house.hire(), safety).unwrap(), TaskStatus::Done);
}

#[test]
fn who_has_nothing_to_do_with_it_does_not_know_of_it() {
    let house = house();
    let run = house.start();
    let stranger = actor(EmployeeId(1), "Boss Test", &[Role::Employee, Role::Manager]);
    // The boss is above the manager, and so above the hire; a colleague in IT sees IT's tasks alone.
    let order = house.task(run, "Order laptop and dock").id;
    let lunch = house.task(run, "Lunch with the team").id;
    house.read(move |rx| tasks::get(rx, &stranger, lunch));
    let (it, hire) = (house.it(), house.hire());
    let see = move |actor: &Actor, id| {
        let actor = actor.clone();
        house.db.read_blocking(move |rx| tasks::get(rx, &actor, id)).is_ok()
    };
    assert!(see(&it, order) && !see(&it, lunch));
    assert!(!see(&hire, order) && !see(&hire, lunch), "a hire sees nothing but their own");
    let colleague = actor(EmployeeId(2), "Edda Test", &[Role::Employee]);
    assert!(!see(&colleague, order) && !see(&colleague, lunch));
}

#[test]
fn due_dates_skip_days_that_hours_for_a_while_make_free() {
    use people::schedule::overlays::{self, OverlayFacts};
    let house = house();
    let hr = house.hr();
    house
        .act(move |tx| {
            let facts = OverlayFacts {
                name: "No Wednesdays".into(),
                start_date: date(2026, 11, 1),
                end_date: date(2026, 11, 30),
                mode: crate::time::OverlayMode::Instead,
                scope: crate::time::OverlayScope::Everybody,
                location_id: None,
                department_id: None,
                group_id: None,
                week: crate::time::PartialWeek::new([
                    None,
                    None,
                    Some(crate::time::WorkDay::FREE),
                    None,
                    None,
                    None,
                    None,
                ]),
            };
            overlays::create(tx, &hr, facts)
        })
        .unwrap();
    let run = house.start();
    assert_eq!(house.task(run, "Development environment builds").due_date, date(2026, 11, 19), "the third working day");
}

#[test]
fn due_dates_skip_holidays_and_move_with_the_first_day() {
    let house = house();
    let hr = house.hr();
    house
        .act(move |tx| {
            let facts = people::holidays::HolidayFacts {
                name: "Buß- und Bettag".into(),
                start_date: date(2026, 11, 18),
                end_date: date(2026, 11, 18),
                half: None,
                scope: crate::time::HolidayScope::Global,
                entity_id: None,
                location_id: None,
                working: false,
                estimated: false,
                source: String::new(),
                observed_for: None,
            };
            people::holidays::create(tx, &hr, facts)
        })
        .unwrap();
    let run = house.start();
    assert_eq!(house.task(run, "Development environment builds").due_date, date(2026, 11, 19), "the third working day");
    assert_eq!(house.task(run, "Welcome message and facts for the first day").due_date, date(2026, 11, 2));
    assert_eq!(house.task(run, "Check-in after 60 days").due_date, date(2027, 1, 15));

    let lunch = house.task(run, "Lunch with the team").id;
    let order = house.task(run, "Order laptop and dock");
    house.finish(&order);
    let (hr, hire) = (house.hr(), house.hire);
    house
        .act(move |tx| {
            let by_hand = Change { due_date: Some(date(2026, 11, 20)), ..Change::default() };
            tasks::edit::change(tx, &hr, lunch, &by_hand)?;
            people::update(tx, &hr, hire, |facts| facts.join_date = date(2026, 12, 1)).map(|_| ())
        })
        .unwrap();
    assert_eq!(house.run(run).join_date, date(2026, 12, 1));
    assert_eq!(house.task(run, "Development environment builds").due_date, date(2026, 12, 3));
    assert_eq!(house.task(run, "Lunch with the team").due_date, date(2026, 12, 5), "15 days, as the first day");
    assert_eq!(house.task(run, "Order laptop and dock").due_date, order.due_date, "done stays done");
}

#[test]
fn without_a_manager_hr_stands_in_until_there_is_one() {
    let house = house();
    let (hr, hire) = (house.hr(), house.hire);
    house.act(move |tx| people::set_manager(tx, &hr, hire, None)).unwrap();
    let run = house.start();
    let lunch = house.task(run, "Lunch with the team");
    assert_eq!((lunch.doer, lunch.stand_in), (Doer::Hr, true));
    let (hr, manager) = (house.hr(), house.manager);
    house.act(move |tx| people::set_manager(tx, &hr, hire, Some(manager))).unwrap();
    let lunch = house.task(run, "Lunch with the team");
    assert_eq!((lunch.doer, lunch.stand_in), (Doer::Person(manager), false));
}

#[test]
fn a_published_version_is_frozen_and_runs_keep_theirs() {
    let house = house();
    let run = house.start();
    let (hr, template) = (house.hr(), house.template);
    let version = house
        .act(move |tx| {
            let mut drafts: Vec<_> = templates::tasks(tx, &hr, template)?.iter().map(TaskDraft::kept).collect();
            drafts[0].title = "Say hello".into();
            templates::set_tasks(tx, &hr, template, &drafts)?;
            templates::publish(tx, &hr, template)
        })
        .unwrap();
    assert_eq!(version, 2);
    assert_eq!(house.tasks(run)[0].title, "Welcome message and facts for the first day");
    assert_eq!((house.run(run).template_version, house.tasks(run).len()), (1, 23));
    let frozen = house.read(move |rx| templates::store::tasks(rx, template, 1));
    assert_eq!(frozen[0].title, "Welcome message and facts for the first day");
    let hr = house.hr();
    let again = house.act(move |tx| templates::publish(tx, &hr, template));
    assert!(matches!(again, Err(AppError::Conflict(_))), "nothing has changed since");
    let touched = house.act(|tx| tx.run("UPDATE template_tasks SET title = 'x' WHERE version = 1", []));
    assert!(touched.is_err());
}

#[test]
fn bulk_is_all_or_nothing() {
    let house = house();
    let run = house.start();
    let (order, accounts) =
        (house.task(run, "Order laptop and dock").id, house.task(run, "Create accounts and mail address").id);
    let lunch = house.task(run, "Lunch with the team").id;
    let complete =
        |ids: &[TaskId]| bulk::Input { action: "complete".into(), ids: ids.to_vec(), ..bulk::Input::default() };
    let (it, all) = (house.it(), complete(&[order, accounts, lunch]));
    let refused = house.act(move |tx| bulk::run(tx, &it, &all));
    assert!(matches!(refused, Err(AppError::Invalid(errors)) if errors.of("ids.2").is_some()));
    assert_eq!(house.task(run, "Order laptop and dock").status, TaskStatus::Open);
    let (it, two) = (house.it(), complete(&[order, accounts]));
    assert_eq!(house.act(move |tx| bulk::run(tx, &it, &two)).unwrap(), 2);
    assert_eq!(house.task(run, "Hand over laptop, key and card").status, TaskStatus::Open);
}

#[test]
fn a_run_can_be_changed_by_hand() {
    let house = house();
    let run = house.start();
    let (hr, order) = (house.hr(), house.task(run, "Order laptop and dock").id);
    let new = NewTask {
        onboarding_id: run,
        title: "  Standing   desk ".into(),
        description: String::new(),
        category: "first_week".into(),
        assignee: "group:IT".into(),
        due_date: date(2026, 11, 20),
        required: false,
        completion: "tick".into(),
        depends_on: vec![order],
    };
    let id = house.act(move |tx| tasks::edit::add(tx, &hr, &new)).unwrap();
    let desk = house.task(run, "Standing desk");
    assert_eq!((desk.id, desk.status, desk.required), (id, TaskStatus::Locked, false));
    let (manager, lead) = (house.manager(), house.manager);
    house.act(move |tx| tasks::edit::reassign(tx, &manager, id, &format!("employee:{lead}"))).unwrap();
    assert_eq!(house.task(run, "Standing desk").doer, Doer::Person(house.manager));
    let it = house.it();
    let refused = house.act(move |tx| tasks::edit::reassign(tx, &it, order, "hr"));
    assert!(matches!(refused, Err(AppError::Forbidden(_))), "IT knows the task, but may not give it away");
}

#[test]
fn templates_say_what_is_wrong_with_them() {
    let house = house();
    let hr = house.hr();
    let task = |title: &str, needs: &[usize]| TaskInput {
        id: None,
        title: title.into(),
        description: String::new(),
        category: "first_day".into(),
        assignee: "hire".into(),
        days_offset: 0,
        day_count: "calendar".into(),
        sort_order: None,
        required: true,
        depends_on: needs.to_vec(),
        completion: "tick".into(),
    };
    let wrong = vec![
        TaskInput { completion: "form".into(), ..task("A", &[]) },
        TaskInput { assignee: "group:nobody".into(), days_offset: 5000, ..task("", &[7]) },
    ];
    let errors = house.act(move |tx| TaskDraft::read_all(tx, &wrong)).unwrap_err();
    let AppError::Invalid(errors) = errors else { panic!("{errors}") };
    for field in
        ["tasks.0.completion", "tasks.1.title", "tasks.1.assignee", "tasks.1.days_offset", "tasks.1.depends_on"]
    {
        assert!(errors.of(field).is_some(), "{field}: {errors:?}");
    }
    let circle = vec![task("A", &[1]), task("B", &[0])];
    let outcome = house.act(move |tx| {
        let id = templates::create(tx, &hr, &Input { name: "Circle".into(), ..Input::default() })?;
        let drafts = TaskDraft::read_all(tx, &circle)?;
        templates::set_tasks(tx, &hr, id, &drafts)
    });
    assert!(matches!(outcome, Err(AppError::Invalid(errors)) if errors.of("tasks.0.depends_on").is_some()));
}

#[test]
fn a_list_keeps_its_dependencies_when_it_is_reordered() {
    let house = house();
    let input = |title: &str, sort_order, needs: &[usize]| TaskInput {
        id: None,
        title: title.into(),
        description: String::new(),
        category: "first_day".into(),
        assignee: "hr".into(),
        days_offset: 0,
        day_count: "calendar".into(),
        sort_order: Some(sort_order),
        required: true,
        depends_on: needs.to_vec(),
        completion: "tick".into(),
    };
    let list = vec![input("last", 9, &[1]), input("first", 1, &[])];
    let drafts = house.read(move |rx| TaskDraft::read_all(rx, &list));
    assert_eq!(
        drafts.iter().map(|d| (d.title.as_str(), d.depends_on.clone())).collect::<Vec<_>>(),
        [("first", vec![]), ("last", vec![0])]
    );
}

#[test]
fn a_cancelled_run_makes_room_for_another() {
    let house = house();
    let run = house.start();
    let again = NewRun { employee_id: house.hire, template_id: house.template, buddy_id: None };
    let hr = house.hr();
    assert!(matches!(house.act(move |tx| runs::start(tx, &hr, again)), Err(AppError::Conflict(_))));
    let hr = house.hr();
    house.act(move |tx| runs::cancel(tx, &hr, run, "wrong template")).unwrap();
    assert!(house.tasks(run).iter().all(|task| task.status == TaskStatus::Dropped));
    assert_eq!(house.run(run).status, RunStatus::Cancelled);
    house.start();
}

#[test]
fn a_copy_has_the_tasks_and_a_name_of_its_own() {
    let house = house();
    let (hr, template) = (house.hr(), house.template);
    let (name, tasks, version) = house
        .act(move |tx| {
            let copy = templates::copy(tx, &hr, template, "")?;
            let kept = templates::get(tx, &hr, copy)?;
            Ok((kept.name, templates::tasks(tx, &hr, copy)?, kept.version))
        })
        .unwrap();
    assert_eq!((name.as_str(), tasks.len(), version), ("Engineering onboarding (copy)", 23, 0));
    assert_eq!(tasks[6].depends_on, [2, 3]);
}

#[test]
fn overdue_counts_from_the_day_after() {
    let house = house();
    let run = house.start();
    assert_eq!(house.run(run).progress.overdue, 0);
    house.clock.set("2026-11-03T12:00:00Z".parse().unwrap());
    // Due on 2 November: the welcome message and the contract.
    assert_eq!(house.run(run).progress.overdue, 2);
}

#[test]
fn a_group_without_members_is_a_group_still() {
    let house = house();
    let run = house.start();
    house.db.write_blocking(Op::housekeeping(Housekeeping::Demo), |tx| tx.run("DELETE FROM group_stays", [])).unwrap();
    let order = house.task(run, "Order laptop and dock");
    assert!(matches!(order.doer, Doer::Group(GroupId(_))));
    assert!(matches!(house.complete(house.it(), order.id), Err(AppError::NotFound)));
    assert_eq!(house.complete(house.manager(), order.id).unwrap(), TaskStatus::Done, "the manager may");
}

#[test]
fn an_empty_group_is_hr_until_somebody_is_in_it() {
    let house = house();
    let it = house.it;
    let hr = house.hr();
    house
        .act(move |tx| people::update(tx, &hr, it, |facts| facts.leave_date = Some(date(2026, 10, 1))).map(drop))
        .unwrap();
    let run = house.start();
    let order = house.task(run, "Order laptop and dock");
    assert_eq!((order.doer, order.stand_in), (Doer::Hr, true));
}

#[test]
fn what_was_given_to_somebody_who_is_gone_goes_to_others() {
    let house = house();
    let run = house.start();
    let lunch = house.task(run, "Lunch with the team");
    assert_eq!(lunch.doer, Doer::Person(house.manager));
    let (hr, manager, it) = (house.hr(), house.manager, house.it);
    house.act(move |tx| people::employee::hide(tx, &hr, manager)).unwrap();
    let lunch = house.task(run, "Lunch with the team");
    assert_eq!((lunch.doer, lunch.stand_in), (Doer::Hr, true));
    // The only one of IT leaves: the day after, the job of departures does the same.
    let (order, done) = (house.task(run, "Order laptop and dock"), house.task(run, "Create accounts and mail address"));
    assert!(matches!((order.doer, done.doer), (Doer::Group(_), Doer::Group(_))));
    house.finish(&done);
    let hr = house.hr();
    house
        .act(move |tx| people::update(tx, &hr, it, |facts| facts.leave_date = Some(date(2026, 10, 1))).map(drop))
        .unwrap();
    assert_eq!(house.task(run, "Order laptop and dock").doer, Doer::Hr);
    assert_eq!(house.task(run, "Create accounts and mail address").doer, done.doer, "what is done keeps its doer");
}

#[test]
fn a_finished_run_is_not_taken_up_beside_another() {
    let house = house();
    let run = house.start();
    while let Some(task) = house.tasks(run).into_iter().find(|task| task.status == TaskStatus::Open) {
        house.finish(&task);
    }
    assert_eq!(house.run(run).status, RunStatus::Finished);
    let next = house.start();
    let (hr, lunch) = (house.hr(), house.task(run, "Lunch with the team").id);
    let refused = house.act(move |tx| tasks::edit::reopen(tx, &hr, lunch));
    assert!(matches!(refused, Err(AppError::Conflict(_))), "{refused:?}");
    assert_eq!((house.run(run).status, house.run(next).status), (RunStatus::Finished, RunStatus::Running));
}
