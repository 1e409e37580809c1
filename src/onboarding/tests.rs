//! The actions against a real database: tasks that are done, agreed to and sent back. `runs` has what becomes of whole runs,
//! `templates` what they are made from.

mod house;
mod runs;
mod templates;

use std::collections::BTreeSet;

use super::rules::{Doer, TaskStatus};
use super::runs::RunStatus;
use super::tasks::{self, Done, bulk};
use crate::approvals::{self, Decision, Kind};
use crate::auth::{Actor, Role};
use crate::error::AppError;
use crate::ids::{EmployeeId, TaskId};
use house::{actor, house};

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
