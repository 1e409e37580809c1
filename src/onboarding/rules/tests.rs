use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::*;
use crate::time::{DatedSchedules, HolidayRule, HolidayScope, Holidays, Minutes, Period, Slots, WeeklySchedule};

fn week() -> DatedSchedules {
    DatedSchedules::always(WeeklySchedule::weekdays(Minutes::new(480)).unwrap())
}

fn holiday(on: Date) -> HolidayRule {
    HolidayRule {
        name: "Day off".into(),
        period: Period::day(on),
        scope: HolidayScope::Global,
        slots: Slots::FULL,
        estimated: false,
        observed_for: None,
    }
}

#[test]
fn working_days_skip_weekends_and_holidays() {
    // Monday 16 November 2026 is the first day; the Wednesday after is a holiday.
    let first = date(2026, 11, 16);
    let (week, holidays) = (week(), Holidays::of_place([holiday(date(2026, 11, 18))]));
    let days = WorkingDays::new(&week, &holidays).unwrap();
    let due = |offset| due_date(first, offset, DayCount::Working, days);
    assert_eq!((due(0), due(1), due(2)), (first, first, date(2026, 11, 17)));
    assert_eq!(due(3), date(2026, 11, 19), "the holiday is skipped");
    assert_eq!(due(-1), date(2026, 11, 13), "the Friday before");
    assert_eq!(due_date(first, 2, DayCount::Calendar, days), date(2026, 11, 18), "calendar days are not");
    assert_eq!(due_date(first, -7, DayCount::Calendar, days), date(2026, 11, 9));
}

#[test]
fn a_date_chosen_by_hand_moves_along() {
    assert_eq!(moved_along(date(2026, 3, 10), date(2026, 3, 1), date(2026, 4, 1)), date(2026, 4, 10));
    assert_eq!(moved_along(date(2026, 3, 10), date(2026, 3, 1), date(2026, 2, 1)), date(2026, 2, 10));
}

#[test]
fn a_part_nobody_fills_goes_to_the_next_best() {
    let (hire, manager, buddy) = (EmployeeId(1), EmployeeId(2), EmployeeId(3));
    let full = Cast { hire, manager: Some(manager), buddy: Some(buddy) };
    let alone = Cast { hire, manager: None, buddy: None };
    assert_eq!(doer(Role::Buddy, &full), (Doer::Person(buddy), false));
    assert_eq!(doer(Role::Buddy, &Cast { buddy: None, ..full }), (Doer::Person(manager), true));
    assert_eq!(doer(Role::Buddy, &alone), (Doer::Hr, true));
    assert_eq!(doer(Role::Manager, &full), (Doer::Person(manager), false));
    assert_eq!(doer(Role::Manager, &alone), (Doer::Hr, true));
    assert_eq!(doer(Role::Hire, &alone), (Doer::Person(hire), false));
    assert_eq!(doer(Role::Group(Some(GroupId(7))), &alone), (Doer::Group(GroupId(7)), false));
    assert_eq!(doer(Role::Group(None), &alone), (Doer::Hr, true), "nobody is in it");
    assert_eq!(doer(Role::Person(None), &full), (Doer::Hr, true));
}

#[test]
fn what_may_happen_to_a_task() {
    use TaskStatus::{AwaitingApproval, Done, Dropped, Locked, Open};
    assert_eq!(Open.completed(Completion::Tick), Ok(Done));
    assert_eq!(Open.completed(Completion::Approval), Ok(AwaitingApproval));
    for status in [Locked, AwaitingApproval, Done, Dropped] {
        assert_eq!(status.completed(Completion::Tick), Err(status));
    }
    assert_eq!(AwaitingApproval.decided(true), Ok(Done));
    assert_eq!(AwaitingApproval.decided(false), Ok(Open));
    for status in [Locked, Open, Done, Dropped] {
        assert_eq!(status.decided(true), Err(status));
    }
    assert_eq!((Locked.dropped(), Done.dropped(), Dropped.dropped()), (Ok(Dropped), Err(Done), Err(Dropped)));
    assert_eq!((Done.reopened(), Dropped.reopened(), Locked.reopened()), (Ok(Open), Ok(Open), Err(Locked)));
}

#[test]
fn a_finished_task_unlocks_what_waited_for_it_alone() {
    use TaskStatus::{Done, Dropped, Locked, Open};
    assert_eq!(locks(&[(Done, &[]), (Locked, &[0]), (Locked, &[0, 3]), (Open, &[])]), [(1, Open)]);
    assert_eq!(locks(&[(Dropped, &[]), (Locked, &[0])]), [(1, Open)], "what was taken out holds nobody up");
    assert_eq!(locks(&[(Open, &[]), (Open, &[0])]), [(1, Locked)]);
    assert_eq!(locks(&[(Open, &[]), (Done, &[0])]), [], "what is done stays done");
}

#[test]
fn circles_are_found_and_named() {
    let none: [&[usize]; 3] = [&[], &[0], &[0, 1]];
    assert_eq!(circle(&none), None);
    let itself: [&[usize]; 2] = [&[], &[1]];
    assert_eq!(circle(&itself), Some(1));
    // 0 waits for the circle of 1 and 2 without being part of it.
    let three: [&[usize]; 3] = [&[1], &[2], &[1]];
    assert_eq!(circle(&three), Some(1));
}

#[test]
fn eighteen_of_twenty_three_is_78_percent() {
    let due = date(2026, 12, 1);
    let status = |n| if n < 18 { TaskStatus::Done } else { TaskStatus::Open };
    let progress = Progress::of((0..23).map(|n| (status(n), true, due)), date(2026, 12, 1));
    assert_eq!((progress.total, progress.completed, progress.percent(), progress.overdue), (23, 18, 78, 0));
    let tomorrow = Progress::of((0..23).map(|n| (status(n), true, due)), date(2026, 12, 2));
    assert_eq!(tomorrow.overdue, 5);
}

#[test]
fn reminders_come_before_and_after_but_not_at_weekends() {
    // Due on Wednesday 2 December 2026.
    let due = date(2026, 12, 2);
    let days: Vec<i8> = (1..=24).filter(|day| is_reminded(due, date(2026, 12, *day))).collect();
    assert_eq!(days, [1, 3, 4, 9, 16, 23], "the day before, then 1, 3 (Saturday: on Friday), 7, 14, 21 days after");
    assert!(is_reminded(date(2026, 12, 7), date(2026, 12, 4)), "due on Monday: on Friday");
    assert!(!is_reminded(date(2026, 12, 7), date(2026, 12, 6)), "not on Sunday");
}

#[test]
fn only_required_tasks_count() {
    let due = date(2026, 12, 1);
    let of = |tasks: &[(TaskStatus, bool)]| Progress::of(tasks.iter().map(|(s, r)| (*s, *r, due)), due);
    use TaskStatus::{Done, Dropped, Open};
    assert!(of(&[(Done, true), (Open, false)]).is_complete());
    assert_eq!(of(&[(Done, false), (Open, true)]).percent(), 0);
    assert_eq!(of(&[(Done, true), (Dropped, true)]).percent(), 100);
    assert_eq!(of(&[(Done, false), (Open, false)]).percent(), 50, "nothing is required");
    assert_eq!(of(&[]).percent(), 100);
}

#[test]
fn the_most_specific_template_wins() {
    let aim = |department: Option<i64>, location: Option<i64>| Aim {
        department: department.map(DepartmentId),
        location: location.map(LocationId),
        employment_type: None::<u8>,
    };
    let all = [aim(None, None), aim(Some(1), None), aim(Some(1), Some(2)), aim(None, None)];
    let person = |department, location| Aim { employment_type: Some(1), ..aim(department, location) };
    assert_eq!(best_fit(&all, &person(Some(1), Some(2))), Some(2));
    assert_eq!(best_fit(&all, &person(Some(1), Some(3))), Some(1));
    assert_eq!(best_fit(&all, &person(Some(4), None)), Some(0), "of equals the first");
    assert_eq!(best_fit(&all[1..3], &person(None, None)), None);
}

proptest! {
    /// In any order of work a list without circles can be finished, and never opens a task too early.
    #[test]
    fn everything_can_be_worked_through(needs in prop::collection::vec(prop::collection::vec(0usize..12, 0..4), 1..12)) {
        prop_assume!(circle(&needs).is_none());
        let mut status = vec![TaskStatus::Locked; needs.len()];
        for _ in 0..needs.len() {
            let tasks: Vec<_> = status.iter().zip(&needs).map(|(s, n)| (*s, n.as_slice())).collect();
            for (at, new) in locks(&tasks) {
                status[at] = new;
            }
            let open = status.iter().position(|s| *s == TaskStatus::Open).unwrap();
            let early = needs[open].iter().any(|at| *at < needs.len() && !status[*at].is_settled());
            prop_assert!(!early);
            status[open] = TaskStatus::Done;
        }
        prop_assert!(status.iter().all(|s| *s == TaskStatus::Done));
    }

    /// A circle that is named leads back to itself.
    #[test]
    fn a_named_circle_is_one(needs in prop::collection::vec(prop::collection::vec(0usize..8, 0..3), 1..8)) {
        if let Some(at) = circle(&needs) {
            let mut reached = vec![false; needs.len()];
            let mut open = vec![at];
            while let Some(next) = open.pop() {
                for needed in needs[next].iter().filter(|n| **n < needs.len()) {
                    if !std::mem::replace(&mut reached[*needed], true) { open.push(*needed) }
                }
            }
            prop_assert!(reached[at]);
        }
    }
}
