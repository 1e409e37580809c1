//! Runs: their dates, who has what to do when somebody is missing, their beginning and end.

use jiff::civil::date;

use super::house::house;
use crate::error::AppError;
use crate::ids::GroupId;
use crate::onboarding::rules::{Doer, TaskStatus};
use crate::onboarding::runs::{self, NewRun, RunStatus};
use crate::onboarding::tasks::{self, Change, NewTask};
use crate::people;
use crate::storage::{Housekeeping, Op};

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
