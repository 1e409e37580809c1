//! What decides over the books, against the model: grants that are corrected, years that are closed, and what is known
//! of both before they happen.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use steward::ids::LedgerId;
use steward::leave::rules::{
    CarryOver, GrantRhythm, LeaveDay, LeaveYears, LedgerKind, LedgerRow, MonthDay, Outlook, PlannedGrant, YearAhead,
    YearLedger, regrant,
};
use steward::time::Minutes;

use crate::model::balance::{Grant, Need, Year};
use crate::model::books::{Books, Carry};
use crate::model::calendar::{self, Day};
use crate::rules_leave::{
    append, date, grant_rows, grants, leave_days, minutes, needs, settle, some_day, year_2026, year_days,
};

/// What policies say one after the other, each with the day on which it is said: units by date.
fn sayings() -> impl Strategy<Value = Vec<(Day, BTreeMap<Day, i64>)>> {
    let plan = proptest::collection::btree_map(some_day(), 0i64..40, 0..4);
    proptest::collection::vec((some_day(), plan), 1..5).prop_map(|mut sayings| {
        sayings.sort_by_key(|(today, _)| *today);
        sayings
    })
}

fn planned(plan: &BTreeMap<Day, i64>) -> Vec<PlannedGrant> {
    let one = |(day, units): (&Day, &i64)| PlannedGrant { effective_date: date(*day), minutes: minutes(*units) };
    plan.iter().map(one).filter(|grant| grant.minutes.is_positive()).collect()
}

/// Leave of the year after, a year later.
fn later(needs: &[Need]) -> Vec<Need> {
    needs.iter().map(|need| Need { day: need.day + 365, who: need.who + 100, ..need.clone() }).collect()
}

fn books() -> impl Strategy<Value = (Books, Option<CarryOver>)> {
    let ends = prop_oneof![
        1 => Just((None, None)),
        2 => (1u16..7).prop_map(|months| (Some(months), None)),
        2 => (1i8..12).prop_map(|month| (None, Some(month))),
    ];
    let carry = proptest::option::weighted(0.8, (proptest::option::of(0i64..60), 0i64..20, ends));
    (grants(), needs(), grants(), needs(), carry).prop_map(|(grants, needs, later_grants, later_needs, carry)| {
        let years = [calendar::day(2026, 1, 1), calendar::day(2027, 1, 1), calendar::day(2027, 12, 31)];
        let real = carry.as_ref().map(|(most, exempt, (months, month))| CarryOver {
            max_minutes: most.map(minutes),
            exempt_minutes: (*exempt > 0).then(|| minutes(*exempt)),
            expires_after_months: *months,
            expires_on: month.and_then(|month| MonthDay::new(month, 15)),
        });
        let until = |months: Option<u16>, month: Option<i8>| match (months, month) {
            (Some(months), _) => Some(calendar::day(2027, 1 + i64::from(months), 1) - 1),
            (None, Some(month)) => Some(calendar::day(2027, month.into(), 15)),
            (None, None) => None,
        };
        let carry = carry.map(|(most, exempt, (months, month))| Carry { most, exempt, until: until(months, month) });
        let moved = |grant: &Grant| Grant {
            from: grant.from + 365,
            until: grant.until.map(|until| until + 365),
            ..grant.clone()
        };
        let later_grants = later_grants.iter().map(moved).collect();
        (Books { grants, needs, later_grants, later_needs: later(&later_needs), carry, years }, real)
    })
}

/// The two years as the program sees them: leave is booked, or still to be decided.
fn outlook(books: &Books, carry: Option<CarryOver>, booked: bool) -> Outlook {
    let year = |grants: &[Grant], needs: &[Need], number: i16| {
        let leave_year = LeaveYears::CALENDAR.numbered(number);
        let mut rows = grant_rows(grants);
        // What arrives from the year before is for the change of year alone to write.
        rows.iter_mut().filter(|row| row.kind == LedgerKind::CarryOver).for_each(|row| row.kind = LedgerKind::Grant);
        let days = leave_days(needs);
        if booked {
            let entries = YearLedger::new(leave_year, &rows).settle(&days, &[], leave_year.period.first());
            append(&mut rows, &entries);
        }
        let pending = if booked { Vec::new() } else { days };
        YearAhead { ledger: YearLedger::new(leave_year, &rows), planned: Vec::new(), pending, carry }
    };
    // The rows of one person and type have ids of their own.
    let apart = |grant: &Grant| Grant { id: grant.id + 1_000, ..grant.clone() };
    let later: Vec<Grant> = books.later_grants.iter().map(apart).collect();
    Outlook::new(vec![year(&books.grants, &books.needs, 2026), year(&later, &books.later_needs, 2027)])
}

fn days_of(year: i64) -> impl Iterator<Item = Day> {
    (calendar::day(year, 1, 1)..=calendar::day(year, 12, 31)).step_by(7)
}

proptest! {
    /// Whatever a policy said before, and however often it was asked: the balance of every date is as if it had said
    /// the last from the beginning.
    #[test]
    fn rules_regrant_to_what_is_said_last(others in grants(), needs in needs(), sayings in sayings()) {
        let mut others: Vec<Grant> = others.into_iter().filter(|grant| grant.until.is_some()).collect();
        others.iter_mut().zip(1..).for_each(|(grant, id)| grant.id = id);
        let mut rows = grant_rows(&others);
        let mut ours: BTreeSet<LedgerId> = BTreeSet::new();
        let mut say = |rows: &mut Vec<LedgerRow>, today: Day, plan: &BTreeMap<Day, i64>| {
            for _ in 0..2 {
                let ledger = YearLedger::new(year_2026(), rows);
                let by_policy = |row: &LedgerRow| ours.contains(&row.id);
                let entries = regrant(&ledger, &by_policy, &planned(plan), GrantRhythm::YearStart, date(today));
                let before = rows.len();
                append(rows, &entries);
                ours.extend(rows[before..].iter().map(|row| row.id));
                settle(rows, &leave_days(&needs), date(today));
            }
        };
        for (today, plan) in &sayings {
            say(&mut rows, *today, plan);
        }
        let (_, last) = sayings.last().unwrap();
        say(&mut rows, *year_days().end(), last);

        let mut all = others.clone();
        let granted = last.iter().filter(|(_, units)| **units > 0).enumerate();
        all.extend(granted.map(|(at, (day, units))| Grant { id: 100 + at as i64, units: *units, from: *day, until: None }));
        let in_year: Vec<Grant> = all
            .into_iter()
            .map(|grant| Grant { until: grant.until.filter(|until| until <= year_days().end()), ..grant })
            .collect();
        let year = Year::new(&in_year, &needs, year_days());
        let ledger = YearLedger::new(year_2026(), &rows);
        for on in year_days().step_by(5) {
            prop_assert_eq!(ledger.on(date(on), &[]).available.get(), year.available(on), "on {}", date(on));
        }
        let by_policy = |row: &LedgerRow| ours.contains(&row.id);
        let again = regrant(&ledger, &by_policy, &planned(last), GrantRhythm::YearStart, date(*year_days().end()));
        prop_assert_eq!(again, vec![]);
    }

    /// What is known of the next year before this one is closed is what closing it brings, on every date; undecided
    /// leave counts as booked leave does.
    #[test]
    fn rules_know_the_next_year_before_it_comes((books, carry) in books()) {
        let (first, second) = (books.first(), books.second());
        for booked in [true, false] {
            let outlook = outlook(&books, carry, booked);
            for on in days_of(2026) {
                prop_assert_eq!(outlook.on(2026, date(on), &[]).available.get(), first.available(on), "on {}", date(on));
            }
            for on in days_of(2027) {
                prop_assert_eq!(outlook.on(2027, date(on), &[]).available.get(), second.available(on), "on {}", date(on));
            }
        }
        // Written, as the clockwork writes it.
        let outlook = outlook(&books, carry, true);
        let end = outlook.year(2026).unwrap().ledger.close(&[], carry);
        let next = &outlook.year(2027).unwrap().ledger;
        let mut rows = next.rows().to_vec();
        for (at, entry) in next.receive(&end.carried).iter().enumerate() {
            let mut one = Vec::new();
            append(&mut one, std::slice::from_ref(entry));
            one[0].id = LedgerId(5_000 + at as i64);
            rows.extend(one);
        }
        let closed = YearLedger::new(next.year(), &rows);
        for on in days_of(2027) {
            prop_assert_eq!(closed.on(date(on), &[]).available.get(), second.available(on), "closed, on {}", date(on));
        }
        prop_assert_eq!(closed.receive(&end.carried), vec![]);
    }

    /// A request is let in exactly where it overdraws neither its own year from its first day on, nor any date of the
    /// year after further than it was.
    #[test]
    fn rules_look_a_year_ahead((books, carry) in books(), wanted in needs(), limit in prop_oneof![Just(0i64), 0i64..30]) {
        let wanted: Vec<Need> = wanted.into_iter().map(|need| Need { who: 50, ..need }).collect();
        let mut days: BTreeMap<Day, i64> = BTreeMap::new();
        for need in &wanted {
            *days.entry(need.day).or_default() += need.units;
        }
        prop_assume!(!days.is_empty());
        let wanted: Vec<Need> = days.iter().map(|(day, units)| Need { who: 50, day: *day, units: *units }).collect();
        let with = Books { needs: [books.needs.clone(), wanted.clone()].concat(), ..books.clone() };
        let first_day = *days.keys().next().unwrap();
        let short_now =
            (first_day..=*year_days().end()).any(|day| with.first().available(day) < -limit);
        let least = |year: &Year| {
            (calendar::day(2027, 1, 1)..=calendar::day(2027, 12, 31)).map(|day| year.available(day)).min().unwrap()
        };
        let (before, after) = (least(&books.second()), least(&with.second()));
        let short_later = after < -limit && after < before;
        let asked: Vec<LeaveDay> = leave_days(&wanted);
        let answer = outlook(&books, carry, false).allows(&asked, minutes(limit));
        prop_assert_eq!(answer.is_err(), short_now || short_later);
        if let Err(short) = answer {
            prop_assert!(short.missing > Minutes::ZERO && short.available < minutes(-limit));
        }
    }
}
