//! The rules of entitlement against the model: parts of a year, part time, service years, accruals that add up.

use std::collections::BTreeMap;

use jiff::civil::Date;
use proptest::prelude::*;
use steward::leave::rules::{
    Amount, Employment, FirstYear, GrantRhythm, LastYear, LeaveYearStart, LeaveYears, MonthDay, PerHours, Policy,
    Rounding, RoundingMode, ServiceYearRule, Tier,
};
use steward::time::{DatedSchedules, Minutes, WeeklySchedule, WorkDay};

use crate::model::calendar::{self, Day};
use crate::model::policy::{Case, Mode, Part, Tiers};

fn date(day: Day) -> Date {
    let (year, month, day) = calendar::civil(day);
    Date::new(year as i16, month as i8, day as i8).unwrap()
}

fn minutes(minutes: i64) -> Minutes {
    Minutes::try_from(minutes).unwrap()
}

fn tiers() -> impl Strategy<Value = Tiers> {
    prop_oneof![
        (0i64..20_000).prop_map(|minutes| vec![(1, minutes)]),
        proptest::collection::vec((1i64..6, 0i64..20_000), 1..4).prop_map(|steps| {
            let mut from = 0;
            steps
                .into_iter()
                .map(|(years, minutes)| {
                    from += years;
                    (from, minutes)
                })
                .collect()
        }),
    ]
}

/// Where leave years begin: mostly in January, now and then on any day, or on one that not every year has.
fn starts() -> impl Strategy<Value = (i64, i64)> {
    prop_oneof![
        3 => Just((1, 1)),
        1 => Just((4, 1)),
        2 => (1i64..13, 1i64..32).prop_map(|(month, day)| (month, day.min(calendar::days_of_month(2025, month)))),
        1 => Just((2, 29)),
    ]
}

fn cases() -> impl Strategy<Value = Case> {
    let part = || prop_oneof![Just(Part::Full), Just(Part::Days), Just(Part::Months)];
    let mode = prop_oneof![Just(Mode::Up), Just(Mode::Down), Just(Mode::Nearest)];
    // Some day from 12 years before to a year after; now and then 29 February.
    let around = |year: i64, start: (i64, i64)| {
        let first = calendar::day(year, 1, 1) + 30 * (start.0 - 1);
        prop_oneof![
            4 => (-20i64..400).prop_map(move |n| first + n),
            2 => (-4_400i64..0).prop_map(move |n| first + n),
            1 => Just(calendar::day(2016, 2, 29)),
        ]
    };
    (2024i64..2029, starts())
        .prop_flat_map(move |(year, start)| {
            let around = move || around(year, start);
            let week = (around(), 0i64..3_000);
            let weeks = (0i64..3_000, proptest::collection::vec(week, 0..3));
            let people = (proptest::option::weighted(0.8, around()), proptest::option::weighted(0.4, around()), weeks);
            let full_week = proptest::option::of(prop_oneof![Just(2_400i64), 1i64..3_000]);
            let step = prop_oneof![Just(1i64), Just(15), Just(240), Just(480)];
            let before = proptest::collection::vec((around(), tiers()), 0..3);
            let table = proptest::option::weighted(0.2, proptest::array::uniform12(0i64..6_000));
            let amounts = (tiers(), before, table);
            (Just((year, start)), people, amounts, any::<bool>(), (part(), part()), full_week, mode.clone(), step)
        })
        .prop_map(|((year, start), people, amounts, anniversaries, (first, last), full_week, mode, step)| {
            let (joined, left, (week, mut weeks)) = people;
            weeks.sort_by_key(|(from, _)| *from);
            weeks.dedup_by_key(|(from, _)| *from);
            weeks.insert(0, (calendar::day(1990, 1, 1), week));
            let (tiers, mut before, table) = amounts;
            before.sort_by_key(|(until, _)| *until);
            before.dedup_by_key(|(until, _)| *until);
            Case {
                year,
                start,
                joined,
                left,
                tiers,
                before,
                table,
                anniversaries,
                first,
                last,
                weeks,
                full_week,
                mode,
                step,
            }
        })
}

/// What is worked on some days of the two years that a leave year can lie in.
fn worked(case: &Case) -> impl Strategy<Value = BTreeMap<Day, i64>> + use<> {
    let (first, last) = (case.first_day() - 5, case.last_day() + 5);
    proptest::collection::btree_map(first..last, 1i64..720, 0..120)
}

/// Often within days of a new year, where service years turn over.
fn joined() -> impl Strategy<Value = Day> {
    let new_year = (1995i64..2030, -5i64..5).prop_map(|(year, n)| calendar::day(year, 1, 1) + n);
    prop_oneof![1 => new_year, 1 => calendar::day(1980, 1, 1)..calendar::day(2030, 1, 1)]
}

fn amount(tiers: &Tiers) -> Amount {
    let end = |at: usize| tiers.get(at + 1).map(|(from, _)| (*from - 1) as u16);
    let tier = |(at, (from, amount)): (usize, &(i64, i64))| Tier {
        from_year: *from as u16,
        to_year: end(at),
        minutes: minutes(*amount),
    };
    match tiers[..] {
        [(1, amount)] => Amount::Fixed(minutes(amount)),
        _ => Amount::ServiceYears(tiers.iter().enumerate().map(tier).collect::<Vec<_>>().try_into().unwrap()),
    }
}

fn before(case: &Case) -> Vec<(Date, Amount)> {
    case.before.iter().map(|(until, tiers)| (date(*until), amount(tiers))).collect()
}

fn leave_years(case: &Case) -> LeaveYears {
    LeaveYears::starting(MonthDay::new(case.start.0 as i8, case.start.1 as i8).unwrap())
}

fn policy(case: &Case, grant: GrantRhythm) -> Policy {
    Policy {
        amount: amount(&case.tiers),
        first_year: match (case.table, case.first) {
            (Some(table), _) => FirstYear::MonthTable(table.map(minutes)),
            (None, Part::Full) => FirstYear::Full,
            (None, Part::Days) => FirstYear::Days,
            (None, Part::Months) => FirstYear::Months,
        },
        last_year: match case.last {
            Part::Full => LastYear::Full,
            Part::Days => LastYear::Days,
            Part::Months => LastYear::Months,
        },
        grant,
        part_time_factor: case.full_week.is_some(),
        service_year_rule: if case.anniversaries {
            ServiceYearRule::AtAnniversary
        } else {
            ServiceYearRule::AtYearStart
        },
        rounding: Rounding {
            mode: match case.mode {
                Mode::Up => RoundingMode::Up,
                Mode::Down => RoundingMode::Down,
                Mode::Nearest => RoundingMode::Nearest,
            },
            step_minutes: minutes(case.step),
        },
        leave_year_start: LeaveYearStart::Fixed(MonthDay::NEW_YEAR),
        carry_over: None,
    }
}

fn schedules(case: &Case) -> DatedSchedules {
    // All of a week's minutes on two days: only their sum matters.
    let week = |total: i64| {
        let day = |minutes_of_day: i64| WorkDay::new(minutes(minutes_of_day), None).unwrap();
        let (many, few) = (day(total.min(1_440)), day((total - 1_440).clamp(0, 1_440)));
        let rest = day((total - 2_880).max(0));
        WeeklySchedule::new([many, few, rest, WorkDay::FREE, WorkDay::FREE, WorkDay::FREE, WorkDay::FREE])
    };
    DatedSchedules::new(case.weeks.iter().map(|(from, total)| (date(*from), week(*total))))
}

proptest! {
    #[test]
    fn rules_entitle_day_by_day(case in cases()) {
        let (schedules, before) = (schedules(&case), before(&case));
        let who = Employment {
            join_date: case.joined.map(date),
            leave_date: case.left.map(date),
            schedules: &schedules,
            full_week: minutes(case.full_week.unwrap_or(2_400)),
            worked: &BTreeMap::new(),
            before: &before,
        };
        let year = leave_years(&case).numbered(case.year as i16);
        prop_assert_eq!((year.period.first(), year.period.last()), (date(case.first_day()), date(case.last_day())));
        let (expected, by_month) = (case.entitlement(), case.by_month());
        prop_assert_eq!(policy(&case, GrantRhythm::YearStart).entitlement(year, &who).get(), expected);

        for (grant, every) in [(GrantRhythm::YearStart, 12), (GrantRhythm::Monthly, 1), (GrantRhythm::Quarterly, 3), (GrantRhythm::Yearly, 12)] {
            let grants = policy(&case, grant).grants(year, &who);
            prop_assert_eq!(grants.iter().map(|grant| grant.minutes.get()).sum::<i64>(), expected, "{:?}", grant);
            prop_assert!(grants.iter().all(|grant| grant.minutes.is_positive() && year.period.contains(grant.effective_date)));
            if grant == GrantRhythm::YearStart || expected == 0 {
                continue;
            }
            let last = case.left.map_or(year.period.last(), |left| date(left).min(year.period.last()));
            let months = case.months();
            for (month, earned) in (1..=12).zip(&by_month).filter(|(month, _)| month % every == 0) {
                let end = date(*months[month - 1].last().unwrap());
                if end >= last {
                    break;
                }
                let by_then: i64 = grants.iter().filter(|grant| grant.effective_date <= end).map(|grant| grant.minutes.get()).sum();
                prop_assert_eq!(by_then, *earned, "{:?} by {}", grant, end);
            }
        }
    }

    #[test]
    fn rules_earn_by_each_hour_worked(
        (case, worked) in cases().prop_flat_map(|case| { let worked = worked(&case); (Just(case), worked) }),
        rate in (1i64..120, 120i64..4_000),
    ) {
        let (schedules, before) = (schedules(&case), before(&case));
        let real_worked: BTreeMap<Date, Minutes> = worked.iter().map(|(day, one)| (date(*day), minutes(*one))).collect();
        let who = Employment {
            join_date: case.joined.map(date),
            leave_date: case.left.map(date),
            schedules: &schedules,
            full_week: minutes(case.full_week.unwrap_or(2_400)),
            worked: &real_worked,
            before: &before,
        };
        let year = leave_years(&case).numbered(case.year as i16);
        let rhythm = GrantRhythm::PerHoursWorked(PerHours { minutes: minutes(rate.0), per_minutes: minutes(rate.1) });
        let grants = policy(&case, rhythm).grants(year, &who);
        let by_month = case.by_hours(&worked, rate);
        for (month, earned) in case.months().iter().zip(&by_month) {
            let end = date(*month.last().unwrap());
            let by_then: i64 = grants.iter().filter(|grant| grant.effective_date <= end).map(|grant| grant.minutes.get()).sum();
            prop_assert_eq!(by_then, *earned, "by {}", end);
        }
        prop_assert!(grants.iter().all(|grant| grant.minutes.is_positive() && year.period.contains(grant.effective_date)));
        prop_assert_eq!(policy(&case, rhythm).entitlement(year, &who).get(), *by_month.last().unwrap());
    }

    /// The table of the system that the preset replaces, in its own words.
    #[test]
    fn rules_of_the_preset(joined in proptest::option::weighted(0.9, joined()), number in 2015i64..2029) {
        let schedules = DatedSchedules::default();
        let who = Employment { join_date: joined.map(date), leave_date: None, schedules: &schedules, full_week: Minutes::new(2_400), worked: &BTreeMap::new(), before: &[] };
        let expected = match joined {
            None => 80,
            Some(joined) => match calendar::civil(joined) {
                (year, _, _) if year > number => 0,
                (year, month, _) if year == number => (80 - 8 * month).max(0) * i64::from(month < 10),
                _ => {
                    let years = ((calendar::day(number, 1, 1) - joined) as f64 / 365.25).floor() as i64 + 1;
                    match years.max(2) {
                        2..=5 => 80,
                        6..=10 => 120,
                        11..=15 => 160,
                        _ => 200,
                    }
                }
            },
        };
        let year = LeaveYears::CALENDAR.numbered(number as i16);
        prop_assert_eq!(Policy::service_years().entitlement(year, &who), minutes(expected * 60));
    }
}
