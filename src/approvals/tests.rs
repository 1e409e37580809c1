//! The engine over a small company: levels, deputies, escalation, who is gone; and whatever the chain and the order of
//! acts, a request ends in one state. The features' own tests drive it through leave, overtime and tasks.

mod house;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::asking::above;
use super::chain::rules::{Approvers, Level, Needs};
use super::rules::after_hours;
use super::store::AskedOne;
use super::{Because, Decision, Kind, Outcome, Status, StepKind};
use house::{House, house, no, question, yes};

#[test]
fn a_decision_is_due_two_working_days_later() {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let at = |text: &str| text.parse::<jiff::Zoned>().unwrap().timestamp();
    let weekday = |date: Date| date.weekday().to_monday_zero_offset() < 5;
    let due = |text: &str, hours| after_hours(at(text), hours, &zone, weekday);
    assert_eq!(due("2026-12-01T10:30[Europe/Berlin]", 48), at("2026-12-03T10:30[Europe/Berlin]"));
    assert_eq!(due("2026-12-04T10:30[Europe/Berlin]", 48), at("2026-12-08T10:30[Europe/Berlin]"), "over a weekend");
    assert_eq!(due("2026-12-05T10:30[Europe/Berlin]", 24), at("2026-12-08T00:00[Europe/Berlin]"), "sent on a Saturday");
    assert_eq!(
        due("2026-10-23T10:30[Europe/Berlin]", 48),
        at("2026-10-27T10:30[Europe/Berlin]"),
        "over the clocks' change"
    );
    assert_eq!(due("2026-12-04T22:00[Europe/Berlin]", 4), at("2026-12-07T02:00[Europe/Berlin]"), "hours alone");
    let never = after_hours(at("2026-12-01T10:30[Europe/Berlin]"), 5, &zone, |_| false);
    assert_eq!(never, at("2026-12-01T15:30[Europe/Berlin]"), "without a working day the hours are counted through");
}

#[test]
fn a_rejection_and_a_question_need_words() {
    let refused = |decision: Decision| decision.check().is_err();
    assert!(refused(no("  ")));
    assert!(refused(question("")));
    assert!(refused(Decision::Approve { note: Some("x".repeat(2001)), on_behalf_reason: None }));
    assert!(!refused(yes()));
}

#[test]
fn kinds_are_named_as_in_the_api() {
    assert_eq!("overtime".parse::<Kind>().ok(), Some(Kind::Overtime));
    assert!("holiday".parse::<Kind>().is_err());
}

#[test]
fn one_level_follows_the_other_and_the_last_completes_it() {
    let house = house();
    house.chain(vec![Level::one(Approvers::LineManager), Level::one(Approvers::ManagersManager)]);
    house.send(1);
    assert_eq!(house.waits_for(1), ["Boss"]);
    assert!(house.decide("Chief", 1, yes()).is_err(), "the second level is not asked yet");
    assert_eq!(house.decide("Boss", 1, yes()).unwrap(), Outcome::Onward);
    assert_eq!(house.waits_for(1), ["Chief"]);
    let again = house.decide("Boss", 1, yes()).unwrap_err().to_string();
    assert!(again.contains("Chief"), "says who decides now: {again}");
    assert_eq!(house.decide("Chief", 1, yes()).unwrap(), Outcome::Approved);
    assert_eq!(house.current(1).status, Status::Approved);
    assert_eq!(
        house.steps(1),
        [(StepKind::Requested, 1, None), (StepKind::Approved, 1, None), (StepKind::Approved, 2, None)]
    );
}

#[test]
fn all_of_a_group_must_agree_and_one_can_end_it() {
    let house = house();
    house.chain(vec![Level { approvers: Approvers::Group("it".into()), needs: Needs::All }]);
    house.send(1);
    assert_eq!(house.waits_for(1), ["Ida", "Otto"]);
    assert_eq!(house.decide("Ida", 1, yes()).unwrap(), Outcome::Onward);
    assert!(house.decide("Ida", 1, no("after all")).is_err(), "who has agreed has spoken");
    assert_eq!(house.waiting("Ida"), 0);
    assert_eq!(house.waiting("Otto"), 1);
    assert_eq!(house.decide("Otto", 1, yes()).unwrap(), Outcome::Approved);
    house.send(2);
    house.decide("Ida", 2, yes()).unwrap();
    assert_eq!(house.decide("Otto", 2, no("too many")).unwrap(), Outcome::Rejected);
}

#[test]
fn who_agreed_at_one_level_is_not_asked_at_the_next() {
    let house = house();
    house.chain(vec![
        Level::one(Approvers::LineManager),
        Level::one(Approvers::DepartmentHeads),
        Level::one(Approvers::Hr),
    ]);
    house.send(1);
    assert_eq!(house.decide("Boss", 1, yes()).unwrap(), Outcome::Onward);
    assert_eq!(house.waits_for(1), ["Hanna"], "the boss is the head of the department as well");
    assert!(house.steps(1).contains(&(StepKind::Passed, 2, Some("Boss".into()))));
    assert_eq!(house.decide("Hanna", 1, yes()).unwrap(), Outcome::Approved);
}

#[test]
fn a_deputy_decides_exactly_while_the_approver_is_away() {
    let house = house();
    house.send(1);
    assert_eq!((house.waiting("Boss"), house.waiting("Dora")), (1, 0));
    assert!(house.decide("Dora", 1, yes()).is_err(), "the boss is there");
    house.away("Boss");
    assert_eq!((house.waiting("Boss"), house.waiting("Dora")), (1, 1), "a deputy adds, and takes nothing away");
    house.away("Dora");
    assert_eq!((house.waiting("Dora"), house.waiting("Chief")), (0, 1), "the deputy is away as well: it goes up");
    assert!(house.decide("Dora", 1, yes()).is_err());
    assert_eq!(house.decide("Chief", 1, yes()).unwrap(), Outcome::Approved);
    assert!(house.steps(1).contains(&(StepKind::Approved, 1, Some("Boss".into()))), "in whose place");
}

#[test]
fn nobody_decides_on_their_own_request_as_a_deputy() {
    let house = house();
    house.away("Boss");
    house.send_as("Dora", 1);
    assert_eq!(house.waiting("Dora"), 0);
    assert!(house.decide("Dora", 1, yes()).is_err());
    assert_eq!(house.waiting("Chief"), 1, "it goes up past the deputy");
    house.decide("Chief", 1, yes()).unwrap();
}

#[test]
fn a_chain_that_is_changed_changes_nothing_that_runs() {
    let house = house();
    house.chain(vec![Level::one(Approvers::LineManager), Level::one(Approvers::Hr)]);
    house.send(1);
    house.chain(vec![Level::one(Approvers::Admin)]);
    assert_eq!(house.decide("Boss", 1, yes()).unwrap(), Outcome::Onward, "it keeps both its levels");
    house.resubmit(1);
    assert_eq!(house.waits_for(1), ["Adam"], "what is sent again follows the chain as it is then");
}

#[test]
fn what_waits_for_somebody_who_leaves_moves_and_is_told() {
    let house = house();
    house.send(1);
    house.leaves("Boss");
    assert_eq!(house.waits_for(1), ["Chief"]);
    assert_eq!(house.unread("Chief"), 1);
    assert!(house.steps(1).contains(&(StepKind::Reasked, 1, Some("Chief".into()))));
}

#[test]
fn nobody_decides_in_time_so_the_next_one_up_is_asked_as_well() {
    let house = house();
    house.send(1);
    house.escalate();
    assert_eq!(house.waits_for(1), ["Boss"], "it is not due yet");
    // Thursday noon: two working days later it is Monday noon.
    house.clock.set("2026-12-07T11:59:00Z".parse().unwrap());
    house.escalate();
    assert_eq!(house.waits_for(1), ["Boss"]);
    house.clock.set("2026-12-07T12:00:00Z".parse().unwrap());
    house.escalate();
    assert_eq!(house.waits_for(1), ["Boss", "Chief"]);
    assert!(house.steps(1).contains(&(StepKind::Escalated, 1, Some("Chief".into()))));
    house.escalate();
    assert_eq!(house.waits_for(1), ["Boss", "Chief"], "once");
    assert_eq!(house.decide("Chief", 1, yes()).unwrap(), Outcome::Approved);
}

#[test]
fn above_the_last_there_is_hr_and_then_nobody() {
    let house = house();
    house.chain(vec![Level::one(Approvers::ManagersManager)]);
    house.send(1);
    house.clock.set("2026-12-08T12:00:00Z".parse().unwrap());
    house.escalate();
    assert_eq!(house.waits_for(1), ["Chief", "Hanna"]);
    house.clock.set("2027-01-08T12:00:00Z".parse().unwrap());
    house.escalate();
    house.escalate();
    assert_eq!(house.waits_for(1), ["Chief", "Hanna"], "everybody who could be asked is");
}

#[test]
fn who_has_lost_the_role_is_asked_no_more() {
    let house = house();
    house.chain(vec![Level::one(Approvers::Hr)]);
    house.send(1);
    assert_eq!(house.waits_for(1), ["Hanna"]);
    house.loses_role("Hanna");
    house.escalate();
    assert_eq!(house.waits_for(1), ["Adam"], "there is no HR left: an admin");
}

#[test]
fn what_an_absent_colleague_had_to_agree_to_goes_to_hr_when_they_leave() {
    let house = house();
    house.chain(vec![Level { approvers: Approvers::Group("it".into()), needs: Needs::All }]);
    house.send(1);
    house.decide("Ida", 1, yes()).unwrap();
    house.leaves("Otto");
    assert_eq!(house.waits_for(1), ["Hanna"], "everybody whom the level finds has agreed");
    house.escalate();
    assert_eq!(house.steps(1).iter().filter(|(step, ..)| *step == StepKind::Reasked).count(), 1, "once");
    assert_eq!(house.decide("Hanna", 1, yes()).unwrap(), Outcome::Approved);
}

#[test]
fn who_may_not_sign_in_is_passed_over() {
    let house = house();
    house.send(1);
    house.disabled("Boss");
    house.escalate();
    assert_eq!(house.waits_for(1), ["Chief"]);
    house.escalate();
    assert_eq!(house.steps(1).iter().filter(|(step, ..)| *step == StepKind::Reasked).count(), 1, "once");
    house.send_as("Dora", 2);
    assert_eq!(house.waits_for(2), ["Chief"], "and not asked at all");
}

#[test]
fn hr_as_the_last_resort_needs_no_unanimity() {
    let house = house();
    house.gets_role("Dora", "hr");
    house.chain(vec![Level { approvers: Approvers::Person(house.id("Nora")), needs: Needs::All }]);
    house.send(1);
    assert_eq!(house.waits_for(1), ["Dora", "Hanna"]);
    assert_eq!(house.decide("Hanna", 1, yes()).unwrap(), Outcome::Approved);
}

#[test]
fn nobody_above_hr_is_asked_about_bank_details() {
    let house = house();
    house.gets_role("Dora", "hr");
    let hanna =
        AskedOne { employee: house.id("Hanna"), because: Because::Hr, open: true, agreed: false, besides: false };
    let above = |kind| house.read(|rx| above(rx, &[hanna], house.id("Nora"), kind));
    assert_eq!(above(Kind::Profile), [(house.id("Dora"), Because::Hr)]);
    assert_eq!(above(Kind::Leave), [(house.id("Chief"), Because::Escalation)]);
}

#[test]
fn what_only_hr_can_decide_of_itself_goes_to_an_admin() {
    let house = house();
    house.chain(vec![Level::one(Approvers::Hr)]);
    house.send_as("Hanna", 1);
    assert_eq!(house.waits_for(1), ["Adam"]);
    assert!(house.decide("Hanna", 1, yes()).is_err());
    assert_eq!(house.decide("Adam", 1, yes()).unwrap(), Outcome::Approved);
}

#[test]
fn the_deputy_of_somebody_who_lost_the_role_does_not_decide_for_it() {
    let house = house();
    house.gets_role("Boss", "hr");
    house.chain(vec![Level { approvers: Approvers::Hr, needs: Needs::All }]);
    house.send_as("Ida", 1);
    assert_eq!(house.waits_for(1), ["Boss", "Hanna"]);
    house.away("Boss");
    assert_eq!(house.waiting("Dora"), 1, "in the place of the boss, who is HR");
    house.loses_role("Boss");
    assert_eq!(house.waiting("Dora"), 0);
    assert!(house.decide("Dora", 1, yes()).is_err());
}

#[test]
fn what_was_asked_of_oneself_goes_to_whoever_is_appointed_since() {
    let house = house();
    house.chain(vec![Level::one(Approvers::Hr)]);
    house.shut_out("Adam");
    house.send_as("Hanna", 1);
    assert_eq!(house.asked(1), [("Hanna".to_owned(), Because::Own, true)], "there is nobody else");
    house.escalate();
    assert_eq!(house.waits_for(1), ["Hanna"], "and still nobody");
    house.gets_role("Dora", "hr");
    house.escalate();
    assert_eq!(house.waits_for(1), ["Dora"]);
    assert!(house.decide("Hanna", 1, yes()).is_err());
    assert_eq!(house.current(1).waits_for().to_string(), "Dora Test", "nobody who is asked no more is named");
}

#[test]
fn where_nobody_else_is_to_be_had_nobody_is_asked_over_and_over() {
    let house = house();
    house.chain(vec![Level::one(Approvers::Hr)]);
    house.shut_out("Adam");
    house.send_as("Hanna", 1);
    house.shut_out("Hanna");
    for _ in 0..3 {
        house.escalate();
    }
    assert_eq!(house.steps(1).len(), 1, "what was asked of its requester waits until somebody is let in");
    house.let_in("Adam");
    house.escalate();
    assert_eq!(house.waits_for(1), ["Adam"]);
}

#[test]
fn what_becomes_of_it_concerns_who_agreed_earlier_too() {
    let house = house();
    house.chain(vec![Level::one(Approvers::LineManager), Level::one(Approvers::Hr)]);
    house.send(1);
    house.decide("Boss", 1, yes()).unwrap();
    let approval = house.current(1);
    let concerned = house.read(|rx| super::concerned(rx, &approval));
    assert_eq!(concerned, [house.id("Hanna"), house.id("Boss")]);
}

#[test]
fn all_of_a_level_are_enough_also_after_hr_was_asked_as_well() {
    let house = house();
    house.chain(vec![Level { approvers: Approvers::Group("it".into()), needs: Needs::All }]);
    house.send(1);
    house.days_pass(6);
    house.escalate();
    assert!(house.waits_for(1).len() > 2, "nobody decided in time");
    house.decide("Ida", 1, yes()).unwrap();
    assert_eq!(house.decide("Otto", 1, yes()).unwrap(), Outcome::Approved, "who was asked as well is not waited for");
    house.send(2);
    house.days_pass(6);
    house.escalate();
    assert_eq!(house.decide("Chief", 2, yes()).unwrap(), Outcome::Approved, "and their word is enough");
}

#[test]
fn who_leaves_while_others_are_asked_is_told_of() {
    let house = house();
    house.chain(vec![Level { approvers: Approvers::Group("it".into()), needs: Needs::All }]);
    house.send(1);
    house.leaves("Otto");
    assert_eq!(house.waits_for(1), ["Ida"]);
    assert!(house.steps(1).contains(&(StepKind::Left, 1, Some("Otto".into()))));
    assert_eq!(house.decide("Ida", 1, yes()).unwrap(), Outcome::Approved);
}

#[test]
fn nobody_decides_on_their_own_while_somebody_of_the_office_was_asked() {
    let house = house();
    house.shut_out("Adam");
    house.chain(vec![Level { approvers: Approvers::Group("it".into()), needs: Needs::All }]);
    house.send(1);
    house.decide("Ida", 1, yes()).unwrap();
    house.leaves("Otto");
    assert_eq!(house.waits_for(1), ["Hanna"]);
    // Hanna herself: she and Ida are asked, she has agreed, and Ida leaves.
    let it = house.read(crate::people::groups::all).remove(0).id;
    house.joins("Hanna", it);
    house.send(2);
    house.decide("Hanna", 2, yes()).unwrap();
    house.leaves("Ida");
    assert_eq!(house.waits_for(2), ["Hanna"], "who is HR says whether that is enough");
    assert_eq!(house.decide("Hanna", 2, yes()).unwrap(), Outcome::Approved);
}

#[test]
fn a_login_of_hr_without_a_record_goes_before_an_admin() {
    let house = house();
    house.shut_out("Hanna");
    house.office_login("hr");
    house.chain(vec![Level::one(Approvers::Hr)]);
    house.send(1);
    assert_eq!(house.asked(1), [], "whoever is HR decides");
    assert!(house.current(1).office);
    assert_eq!(house.waiting("Adam"), 0);
    assert!(house.decide("Adam", 1, yes()).is_err(), "not an admin, as somebody is HR");
}

#[test]
fn who_was_slower_reads_who_was_quicker() {
    let house = house();
    house.chain(vec![Level::one(Approvers::Group("it".into())), Level::one(Approvers::LineManager)]);
    house.send(1);
    house.decide("Ida", 1, yes()).unwrap();
    let late = house.decide("Otto", 1, yes()).unwrap_err().to_string();
    assert!(late.contains("Ida Test agreed") && late.contains("Boss"), "{late}");
    house.decide("Boss", 1, no("no")).unwrap();
    let late = house.decide("Boss", 1, yes()).unwrap_err().to_string();
    assert!(late.contains("Boss Test rejected"), "{late}");
}

fn rule() -> impl Strategy<Value = Approvers> {
    prop_oneof![
        Just(Approvers::Approver),
        Just(Approvers::LineManager),
        Just(Approvers::ManagersManager),
        Just(Approvers::DepartmentHeads),
        Just(Approvers::Hr),
        Just(Approvers::Admin),
        Just(Approvers::Group("it".into())),
    ]
}

fn levels() -> impl Strategy<Value = Vec<Level>> {
    let needs = prop_oneof![Just(Needs::One), Just(Needs::All)];
    proptest::collection::vec((rule(), needs), 1..5).prop_map(|levels| {
        let mut found: Vec<Level> = Vec::new();
        for (approvers, needs) in levels {
            if found.iter().all(|level| level.approvers != approvers) {
                found.push(Level { approvers, needs });
            }
        }
        found
    })
}

/// What somebody tries: 0 to 5 approve, 6 rejects, 7 asks, 8 sends again, 9 takes back, 10 waits for three days, 11 is
/// not let in any more, 12 is again.
fn acts() -> impl Strategy<Value = Vec<(usize, u8)>> {
    proptest::collection::vec((0_usize..house::NAMES.len(), 0_u8..13), 1..25)
}

#[test]
fn whatever_the_chain_and_the_order_of_acts_a_request_ends_in_one_state() {
    let house = house();
    let subject = std::cell::Cell::new(0);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 60,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let cases = (levels(), acts(), 0_usize..house::NAMES.len());
    runner
        .run(&cases, |(levels, acts, requester)| {
            subject.set(subject.get() + 1);
            one_life(&house, subject.get(), levels, &acts, house::NAMES[requester])
        })
        .unwrap();
}

fn one_life(
    house: &House,
    subject: i64,
    levels: Vec<Level>,
    acts: &[(usize, u8)],
    requester: &str,
) -> Result<(), TestCaseError> {
    house.chain(levels);
    house.send_as(requester, subject);
    let mut out = std::collections::BTreeSet::new();
    for (who, act) in acts {
        let who = house::NAMES[*who];
        if *act < 10 && out.contains(who) {
            continue;
        }
        let before = house.current(subject);
        let done = match act {
            0..=5 => house.decide(who, subject, yes()).map(drop),
            6 => house.decide(who, subject, no("no")).map(drop),
            7 => house.decide(who, subject, question("why?")).map(drop),
            8 => house.try_resubmit(subject),
            9 => house.withdraw(subject),
            11 => {
                house.shut_out(who);
                out.insert(who);
                house.escalate();
                Ok(())
            }
            12 => {
                house.let_in(who);
                out.remove(who);
                house.escalate();
                Ok(())
            }
            _ => {
                house.days_pass(3);
                house.escalate();
                Ok(())
            }
        };
        let after = house.current(subject);
        let open = matches!(before.status, Status::Pending | Status::Clarification);
        prop_assert!(open || (done.is_err() || *act > 9), "{act} after {:?}", before.status);
        if !open || done.is_err() {
            prop_assert_eq!(after.status, before.status);
        }
        prop_assert!(after.level >= before.level || *act == 8);
        let asked = house.asked(subject);
        let waits = asked.iter().any(|(_, _, open)| *open) || after.office;
        prop_assert_eq!(waits, after.status == Status::Pending, "somebody is asked exactly while it waits");
        let own = asked.iter().any(|(name, because, _)| name == requester && *because != Because::Own);
        prop_assert!(!own, "nobody is asked about their own");
        if *act > 9 && after.status == Status::Pending && !after.office {
            // Only where nobody in the office is left it may wait for somebody who is not let in.
            let able = asked.iter().any(|(name, _, open)| *open && !out.contains(name.as_str()));
            let office = ["Hanna", "Adam"].iter().all(|name| out.contains(name) || name == &requester);
            prop_assert!(able || office, "{asked:?} without {out:?}");
        }
    }
    for who in out {
        house.let_in(who);
    }
    let end = house.current(subject);
    let steps = house.steps(subject);
    let begun = steps
        .iter()
        .rposition(|(step, ..)| matches!(step, StepKind::Requested | StepKind::Resubmitted))
        .unwrap_or_default();
    let last_run = &steps[begun..];
    let ends = last_run.iter().filter(|(step, ..)| matches!(step, StepKind::Rejected | StepKind::Withdrawn)).count();
    prop_assert_eq!(ends, usize::from(matches!(end.status, Status::Rejected | Status::Withdrawn)));
    let reached: Vec<u32> = (1..=end.level).collect();
    for level in &reached {
        let at = |kind: StepKind| last_run.iter().filter(|(step, at, _)| *step == kind && at == level).count();
        let (agreed, passed) = (at(StepKind::Approved), at(StepKind::Passed));
        if *level < end.level {
            prop_assert!((agreed > 0) != (passed > 0), "level {level} was passed in one way: {last_run:?}");
        }
        if let Some(Level { needs: Needs::One, .. }) = end.levels.get(*level as usize - 1) {
            prop_assert!(agreed <= 1, "one word is enough at level {level}: {last_run:?}");
        }
    }
    if end.status == Status::Approved {
        let decided = (1..=u32::try_from(end.levels.len()).unwrap_or(0)).filter(|level| {
            last_run.iter().any(|(step, at, _)| at == level && matches!(step, StepKind::Approved | StepKind::Passed))
        });
        prop_assert_eq!(decided.count(), end.levels.len(), "as many decisions as levels");
    }
    Ok(())
}
