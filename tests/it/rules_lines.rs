//! Reporting lines over time against the model: a change is refused exactly where somebody would be above themselves
//! on some day, and a whole company's circles are found with the first day of each.

use std::collections::HashMap;
use std::convert::Infallible;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use steward::people::reach::rules::{Line, circles, first_circle};
use steward::time::period::ahead;

use crate::model::lines::Company;

const PEOPLE: usize = 6;
const DAYS: usize = 12;
/// Day 0 of the model.
const BEGIN: Date = date(2026, 1, 30);

fn on(day: usize) -> Date {
    ahead(BEGIN, i64::try_from(day).unwrap())
}

/// Who, under whom, from which day on.
type Move = (usize, Option<usize>, usize);

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = (0..PEOPLE, proptest::option::weighted(0.85, 0..PEOPLE), 0..DAYS);
    proptest::collection::vec(one, 1..40)
}

fn fresh() -> HashMap<usize, Line<usize>> {
    (0..PEOPLE).map(|who| (who, Line::new([(BEGIN, None)]))).collect()
}

proptest! {
    #[test]
    fn a_change_is_refused_exactly_where_somebody_would_be_above_themselves(moves in moves()) {
        let mut model = Company::new(PEOPLE, DAYS);
        let mut lines = fresh();
        for (who, manager, day) in moves {
            let days = lines[&who].span(on(day));
            let closes = match manager {
                Some(manager) => {
                    first_circle(who, manager, days, |person| Ok::<_, Infallible>(lines[&person].clone())).unwrap()
                }
                None => None,
            };
            let taken = model.put(who, manager, day);
            prop_assert_eq!(closes.is_none(), taken, "{} under {:?} from day {}: {:?}", who, manager, day, closes);
            if taken {
                let line = lines.remove(&who).unwrap().with(on(day), manager);
                lines.insert(who, line);
            }
        }
        for who in 0..PEOPLE {
            for day in 0..DAYS {
                prop_assert_eq!(lines[&who].on(on(day)), model.above(who, day), "{} on day {}", who, day);
            }
        }
        prop_assert!(circles(&lines, Date::MIN).is_empty());
    }

    #[test]
    fn all_circles_are_found_with_their_first_day(moves in moves(), from in 0..DAYS) {
        let mut model = Company::new(PEOPLE, DAYS);
        let mut lines = fresh();
        for (who, manager, day) in moves {
            model.force(who, manager, day);
            let line = lines.remove(&who).unwrap().with(on(day), manager);
            lines.insert(who, line);
        }
        let first = |who: usize| (from..DAYS).find(|day| model.circle(*day).contains(&who)).map(on);
        let expected: HashMap<usize, Date> = (0..PEOPLE).filter_map(|who| Some((who, first(who)?))).collect();
        prop_assert_eq!(circles(&lines, on(from)), expected);
    }
}
