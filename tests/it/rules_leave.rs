//! The rules of leave against the model: counting, clashes, the replay of the ledger, what may be booked.
//! `PROPTEST_CASES=100000 cargo test --test it rules_` is the long run; a failure prints its case and its seed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Time};
use proptest::prelude::*;
use steward::ids::{LeaveRequestId, LedgerId};
use steward::leave::rules::{
    self, Cause, Entry, LeaveDay, LeaveSpan, LeaveYears, LedgerKind, LedgerRow, Part, YearLedger,
};
use steward::time::{
    DatedSchedules, HolidayRule, HolidayScope, Holidays, Minutes, Period, Shift, Slots, WeeklySchedule, WorkDay,
};

use crate::model::calendar::{self, Day};
use crate::model::leave::{Holiday, Person, Span};
use crate::model::{balance, leave};

pub fn date(day: Day) -> Date {
    let (year, month, day) = calendar::civil(day);
    Date::new(year as i16, month as i8, day as i8).unwrap()
}

fn day_of(date: Date) -> Day {
    calendar::day(date.year().into(), date.month().into(), date.day().into())
}

fn time(minute: i64) -> Time {
    Time::new((minute / 60) as i8, (minute % 60) as i8, 0, 0).unwrap()
}

pub fn minutes(minutes: i64) -> Minutes {
    Minutes::try_from(minutes).unwrap()
}

/// The weeks around the end of 2026, and some more around it.
fn around_new_year() -> impl Strategy<Value = Day> {
    let new_year = calendar::day(2027, 1, 1);
    (-40i64..40).prop_map(move |n| new_year + n)
}

fn work_day() -> impl Strategy<Value = leave::WorkDay> {
    prop_oneof![
        2 => Just((0, None)),
        3 => Just((480, None)),
        3 => (1i64..=720).prop_map(|minutes| (minutes, None)),
        3 => (1i64..=600, 0i64..1440, 0i64..200).prop_map(|(minutes, start, pause)| (minutes, Some((start, minutes + pause)))),
    ]
}

fn week() -> impl Strategy<Value = [leave::WorkDay; 7]> {
    proptest::array::uniform7(work_day())
}

fn holiday() -> impl Strategy<Value = Holiday> {
    let halves = prop_oneof![Just([true, true]), Just([true, false]), Just([false, true]), Just([false, false])];
    // Close together, so that several of one or of different scopes fall on a date.
    let first = (-8i64..4).prop_map(|n| calendar::day(2027, 1, 1) + n);
    (first, 0i64..3, 0u8..3, halves).prop_map(|(first, more, scope, halves)| Holiday {
        first,
        last: first + more,
        scope,
        halves,
    })
}

fn person() -> impl Strategy<Value = Person> {
    let weeks = (week(), proptest::collection::vec((around_new_year(), week()), 0..2));
    (weeks, proptest::collection::vec(holiday(), 0..12)).prop_map(|((first, later), holidays)| {
        let mut weeks = vec![(calendar::day(2000, 1, 1), first)];
        weeks.extend(later);
        Person { weeks, holidays }
    })
}

fn span() -> impl Strategy<Value = Span> {
    prop_oneof![
        3 => (around_new_year(), 1i64..30, any::<bool>(), any::<bool>())
            .prop_map(|(first, more, from_noon, to_noon)| Span::Days { first, from_noon, last: first + more, to_noon }),
        1 => around_new_year().prop_map(|day| Span::Days { first: day, from_noon: false, last: day, to_noon: false }),
        1 => (around_new_year(), 0usize..2).prop_map(|(day, half)| Span::Half { day, half }),
        1 => (around_new_year(), 0i64..1439, 1i64..600)
            .prop_map(|(day, from, length)| Span::Hours { day, from, to: (from + length).min(1439) }),
    ]
}

fn real_span(span: &Span) -> LeaveSpan {
    let days = |first: Day, start: Part, last: Day, end: Part| rules::SpanInput {
        start_date: date(first),
        start_part: start,
        end_date: date(last),
        end_part: end,
        from_time: None,
        to_time: None,
    };
    let input = match *span {
        Span::Days { first, from_noon, last, to_noon } => days(
            first,
            if from_noon { Part::Afternoon } else { Part::FullDay },
            last,
            if to_noon { Part::Morning } else { Part::FullDay },
        ),
        Span::Half { day, half } => {
            let part = [Part::Morning, Part::Afternoon][half];
            days(day, part, day, part)
        }
        Span::Hours { day, from, to } => {
            let whole = days(day, Part::FullDay, day, Part::FullDay);
            rules::SpanInput { from_time: Some(time(from)), to_time: Some(time(to)), ..whole }
        }
    };
    LeaveSpan::parse(&input).unwrap()
}

fn real_schedules(person: &Person) -> DatedSchedules {
    let real_day = |(scheduled, shift): leave::WorkDay| {
        let shift = shift.and_then(|(start, length)| Shift::new(time(start), time((start + length) % 1440)));
        WorkDay::new(minutes(scheduled), shift).unwrap()
    };
    DatedSchedules::new(person.weeks.iter().map(|(from, week)| (date(*from), WeeklySchedule::new(week.map(real_day)))))
}

fn real_holidays(person: &Person) -> Holidays {
    let slots = |halves: leave::Halves| match halves {
        [true, true] => Slots::FULL,
        [true, false] => Slots::MORNING,
        [false, true] => Slots::AFTERNOON,
        [false, false] => Slots::NONE,
    };
    Holidays::of_place(person.holidays.iter().map(|holiday| HolidayRule {
        name: "Holiday".into(),
        period: Period::new(date(holiday.first), date(holiday.last)).unwrap(),
        scope: HolidayScope::ALL[usize::from(holiday.scope)],
        slots: slots(holiday.halves),
        estimated: false,
        observed_for: None,
    }))
}

proptest! {
    #[test]
    fn rules_count_each_minute(person in person(), span in span()) {
        let (schedules, holidays) = (real_schedules(&person), real_holidays(&person));
        let calendar = rules::Calendar { schedules: &schedules, holidays: &holidays };
        let count = calendar.count(&real_span(&span), rules::FreeDaysInside::Free);

        prop_assert_eq!(count.days.len(), span.days().count());
        for (day, counted) in span.days().zip(&count.days) {
            prop_assert_eq!(counted.date, date(day));
            prop_assert_eq!(counted.scheduled.get(), person.work(day).0);
            prop_assert_eq!(counted.charged.get(), person.charge(&span, day), "on {}", counted.date);
            prop_assert_eq!(counted.charged.is_zero(), matches!(counted.why, rules::DayReason::NotWorking | rules::DayReason::Holiday));
        }
        let years: BTreeMap<i64, i64> =
            count.by_year(LeaveYears::CALENDAR).into_iter().map(|(year, minutes)| (year.into(), minutes.get())).collect();
        prop_assert_eq!(&years, &person.by_year(&span));
        prop_assert_eq!(count.total().get(), years.values().sum::<i64>());
    }

    /// Sickness in the middle of a vacation: each minute beneath it comes back, and no other.
    #[test]
    fn rules_give_back_each_minute_beneath(person in person(), span in span(), above in span()) {
        let (schedules, holidays) = (real_schedules(&person), real_holidays(&person));
        let calendar = rules::Calendar { schedules: &schedules, holidays: &holidays };
        let real = real_span(&above);
        let slots: rules::Interruptions = above.days().map(|day| (date(day), real.slots(date(day)))).collect();
        let count = calendar.count_beneath(&real_span(&span), rules::FreeDaysInside::Free, &slots);
        for (day, counted) in span.days().zip(&count.days) {
            let charged = person.charge_beneath(&span, day, &above);
            prop_assert_eq!(counted.charged.get(), charged, "on {}", counted.date);
            prop_assert_eq!(counted.given_back.get(), person.charge(&span, day) - charged, "on {}", counted.date);
        }
    }

    /// Around what somebody has already, each half that is left is asked for once, in stretches that do not touch.
    #[test]
    fn rules_leave_out_what_is_busy(span in span(), busy in span()) {
        let (whole, other) = (real_span(&span), real_span(&busy));
        let left = whole.without(|date| other.slots(date));
        if matches!(span, Span::Hours { .. }) {
            prop_assert_eq!(left, vec![whole]);
            return Ok(());
        }
        let mut before = false;
        let mut stretches = 0;
        for day in span.days() {
            for half in 0..2 {
                let one = [Slots::MORNING, Slots::AFTERNOON][half];
                let times = left.iter().filter(|stretch| stretch.slots(date(day)).intersection(one) == one).count();
                let expected = span.asks(day, half) && !busy.asks(day, half);
                prop_assert_eq!(times, usize::from(expected), "{} {}", date(day), half);
                stretches += usize::from(expected && !before);
                before = expected;
            }
        }
        prop_assert_eq!(left.len(), stretches);
    }

    /// Where free days between days of leave count as well.
    #[test]
    fn rules_count_what_lies_between(person in person(), span in span()) {
        let (schedules, holidays) = (real_schedules(&person), real_holidays(&person));
        let calendar = rules::Calendar { schedules: &schedules, holidays: &holidays };
        let count = calendar.count(&real_span(&span), rules::FreeDaysInside::Charged);
        let charged: Vec<i64> = count.days.iter().map(|day| day.charged.get()).collect();
        prop_assert_eq!(charged, person.charge_sandwiched(&span));
    }

    /// Half days on either side of a cut charge what the whole charges.
    #[test]
    fn rules_charge_the_same_in_pieces(person in person(), first in around_new_year(), more in 1i64..20, cut in 0i64..20) {
        let (schedules, holidays) = (real_schedules(&person), real_holidays(&person));
        let calendar = rules::Calendar { schedules: &schedules, holidays: &holidays };
        let total = |span: &Span| calendar.count(&real_span(span), rules::FreeDaysInside::Free).total();
        let (last, noon) = (first + more, first + cut.min(more));
        let whole = Span::Days { first, from_noon: false, last, to_noon: false };
        let before = if noon == first { Span::Half { day: noon, half: 0 } } else { Span::Days { first, from_noon: false, last: noon, to_noon: true } };
        let after = if noon == last { Span::Half { day: noon, half: 1 } } else { Span::Days { first: noon, from_noon: true, last, to_noon: false } };
        prop_assert_eq!(total(&before) + total(&after), total(&whole));
        prop_assert_eq!(rules::clash(&real_span(&before), &real_span(&after), &schedules), None);
    }

    #[test]
    fn rules_see_each_clash(person in person(), one in span(), other in span()) {
        let schedules = real_schedules(&person);
        let expected = person.clash(&one, &other).map(date);
        prop_assert_eq!(rules::clash(&real_span(&one), &real_span(&other), &schedules), expected);
        prop_assert_eq!(rules::clash(&real_span(&other), &real_span(&one), &schedules), expected);
    }

    #[test]
    fn rules_agree_on_the_calendar(day in 0i64..60_000) {
        let date = date(day);
        prop_assert_eq!(day_of(date), day);
        prop_assert_eq!(date.weekday().to_monday_zero_offset() as usize, calendar::weekday(day));
    }
}

// The ledger. Grants and needs of one leave year, of a few units each, so that the model can hand them out singly.

const FIRST: (i64, i64, i64) = (2026, 1, 1);
const LAST: (i64, i64, i64) = (2026, 12, 31);

pub fn year_days() -> std::ops::RangeInclusive<Day> {
    calendar::day(FIRST.0, FIRST.1, FIRST.2)..=calendar::day(LAST.0, LAST.1, LAST.2)
}

/// A day of 2026 out of few, so that things fall together.
pub fn some_day() -> impl Strategy<Value = Day> {
    (0i64..24, 0i64..2).prop_map(|(fortnight, more)| *year_days().start() + fortnight * 15 + more)
}

pub fn grants() -> impl Strategy<Value = Vec<balance::Grant>> {
    let one = (1i64..40, some_day(), proptest::option::of(0i64..120));
    proptest::collection::vec(one, 1..6).prop_map(|list| {
        let grant = |(at, (units, from, lasts)): (usize, (i64, Day, Option<i64>))| balance::Grant {
            id: at as i64 + 1,
            units,
            from,
            until: lasts.map(|days| from + days),
        };
        list.into_iter().enumerate().map(grant).collect()
    })
}

pub fn needs() -> impl Strategy<Value = Vec<balance::Need>> {
    proptest::collection::vec((1i64..5, some_day(), 1i64..20), 0..10).prop_map(|list| {
        let mut needs: BTreeMap<(i64, Day), i64> = BTreeMap::new();
        for (who, day, units) in list {
            needs.insert((who, day), units);
        }
        needs.into_iter().map(|((who, day), units)| balance::Need { who, day, units }).collect()
    })
}

pub fn row(id: i64, kind: LedgerKind, minutes: Minutes, effective_date: Date) -> LedgerRow {
    LedgerRow {
        id: LedgerId(id),
        kind,
        minutes,
        effective_date,
        expires_on: None,
        grant_id: None,
        request_id: None,
        reverses_id: None,
    }
}

pub fn grant_rows(grants: &[balance::Grant]) -> Vec<LedgerRow> {
    let kinds =
        [LedgerKind::Grant, LedgerKind::Accrual, LedgerKind::CarryOver, LedgerKind::Toil, LedgerKind::Adjustment];
    let one = |grant: &balance::Grant| LedgerRow {
        expires_on: grant.until.map(date),
        ..row(grant.id, kinds[grant.id as usize % kinds.len()], minutes(grant.units), date(grant.from))
    };
    grants.iter().map(one).collect()
}

pub fn leave_days(needs: &[balance::Need]) -> Vec<LeaveDay> {
    let one = |need: &balance::Need| LeaveDay {
        request_id: LeaveRequestId(need.who),
        date: date(need.day),
        minutes: minutes(need.units),
    };
    needs.iter().map(one).collect()
}

/// The year ends what could be used beyond it.
fn ending_with_the_year(grants: &[balance::Grant]) -> Vec<balance::Grant> {
    let within = |grant: &balance::Grant| balance::Grant {
        until: grant.until.filter(|until| until <= year_days().end()),
        ..grant.clone()
    };
    grants.iter().map(within).collect()
}

pub fn append(rows: &mut Vec<LedgerRow>, entries: &[Entry]) {
    for entry in entries {
        let id = rows.len() as i64 + 1;
        let Entry { expires_on, grant_id, request_id, reverses_id, .. } = *entry;
        let plain = row(id, entry.kind, entry.minutes, entry.effective_date);
        rows.push(LedgerRow { expires_on, grant_id, request_id, reverses_id, ..plain });
    }
}

pub fn settle(rows: &mut Vec<LedgerRow>, days: &[LeaveDay], today: Date) {
    let entries = YearLedger::new(year_2026(), rows).settle(days, &[], today);
    append(rows, &entries);
}

/// What a row says, whatever its own id.
type Words = (LedgerKind, i64, Date, Option<LedgerId>, Option<LeaveRequestId>);

/// What stands in the ledger.
fn standing(rows: &[LedgerRow]) -> BTreeSet<Words> {
    let key = |row: &LedgerRow| (row.kind, row.minutes.get(), row.effective_date, row.grant_id, row.request_id);
    rules::standing(rows).iter().map(key).collect()
}

pub fn year_2026() -> rules::LeaveYear {
    LeaveYears::CALENDAR.numbered(2026)
}

proptest! {
    #[test]
    fn rules_replay_unit_by_unit(grants in grants(), needs in needs()) {
        // Grants may outlive the year here: the model goes on until the last of them is over.
        let expected = balance::replay(&grants, &needs, *year_days().start()..=year_days().end() + 200);
        let rows = grant_rows(&grants);
        let whole_year = |row: &LedgerRow| rules::Grant {
            id: row.id,
            minutes: row.minutes,
            effective_date: row.effective_date,
            expires_on: row.expires_on,
        };
        let real: Vec<rules::Grant> = rows.iter().map(whole_year).collect();
        let asked: Vec<rules::Need> = leave_days(&needs)
            .iter()
            .map(|day| rules::Need { date: day.date, cause: Cause::Leave(day.request_id), minutes: day.minutes })
            .collect();
        let result = rules::replay(&real, &asked);

        let mut draws = BTreeMap::new();
        for draw in &result.draws {
            let Cause::Leave(who) = draw.cause else { panic!("only leave was asked for") };
            let before = draws.insert((day_of(draw.date), who.0, draw.grant_id.map(|id| id.0)), draw.minutes.get());
            prop_assert_eq!(before, None, "one row for a day and grant");
        }
        prop_assert_eq!(draws, expected.draws);
        let lapsed = result.lapses.iter().map(|lapse| (lapse.grant_id.0, lapse.minutes.get()));
        let left: BTreeMap<i64, i64> = lapsed.chain(result.left.iter().map(|(id, minutes)| (id.0, minutes.get()))).collect();
        prop_assert_eq!(left, expected.left.into_iter().filter(|(_, units)| *units > 0).collect::<BTreeMap<_, _>>());
    }

    /// Bookings made and cancelled in any order leave what entering the final ones at once leaves; and the balance is
    /// the sum of the rows.
    #[test]
    fn rules_forget_the_order_of_entry(
        grants in grants(),
        needs in needs(),
        order in proptest::collection::vec((any::<proptest::sample::Index>(), any::<bool>()), 0..15),
        today in some_day(),
    ) {
        let today = date(today);
        let all = leave_days(&needs);
        let mut rows = grant_rows(&grants);
        let mut booked: BTreeSet<LeaveDay> = BTreeSet::new();
        for (which, book) in order.iter().filter(|_| !all.is_empty()) {
            let day = *which.get(&all);
            if *book { booked.insert(day); } else { booked.remove(&day); }
            let days: Vec<LeaveDay> = booked.iter().copied().collect();
            settle(&mut rows, &days, today);
        }
        settle(&mut rows, &all, today);

        let mut fresh = grant_rows(&grants);
        settle(&mut fresh, &all, today);
        prop_assert_eq!(standing(&rows), standing(&fresh));

        let ledger = YearLedger::new(year_2026(), &rows);
        prop_assert_eq!(ledger.settle(&all, &[], today), vec![]);
        let taken = |row: &&LedgerRow| row.kind == LedgerKind::Taken || row.kind == LedgerKind::Reversal;
        let by_then = |row: &&LedgerRow| row.effective_date <= today;
        let sum: Minutes = rules::standing(&rows).iter().filter(|row| taken(row) || by_then(row)).map(|row| row.minutes).sum();
        prop_assert_eq!(ledger.on(today, &[]).available, sum);
        let running: Minutes = rows.iter().filter(by_then).map(|row| row.minutes).sum();
        let netted: Minutes = ledger.rows().iter().filter(by_then).map(|row| row.minutes).sum();
        prop_assert_eq!(running, netted, "undone rows and what undid them cancel out on every date");
    }

    #[test]
    fn rules_know_what_is_available(grants in grants(), needs in needs(), pending in needs(), on in some_day()) {
        let in_year = ending_with_the_year(&grants);
        let mut rows = grant_rows(&grants);
        settle(&mut rows, &leave_days(&needs), date(*year_days().start()));
        // Other people's numbers for the pending requests, so that a day is not both.
        let pending: Vec<balance::Need> = pending.into_iter().map(|need| balance::Need { who: need.who + 10, ..need }).collect();
        let all = [needs, pending.clone()].concat();
        let expected = balance::Year::new(&in_year, &all, year_days()).available(on);
        prop_assert_eq!(YearLedger::new(year_2026(), &rows).on(date(on), &leave_days(&pending)).available.get(), expected);
    }

    /// A request is allowed exactly where from its first day on no date falls below the limit; and requests let in
    /// one by one never bring the running balance of any date below it.
    #[test]
    fn rules_never_overdraw(grants in grants(), needs in needs(), limit in prop_oneof![Just(0i64), 0i64..30]) {
        let in_year = ending_with_the_year(&grants);
        let ledger = YearLedger::new(year_2026(), &grant_rows(&grants));
        let mut let_in: Vec<balance::Need> = Vec::new();
        for request in 1..5 {
            let wanted: Vec<balance::Need> = needs.iter().filter(|need| need.who == request).cloned().collect();
            let Some(first) = wanted.iter().map(|need| need.day).min() else { continue };
            let answer = ledger.allows(&leave_days(&wanted), &leave_days(&let_in), minutes(limit));

            let all = [let_in.clone(), wanted.clone()].concat();
            let year = balance::Year::new(&in_year, &all, year_days());
            let expected = (first..=*year_days().end()).find(|day| year.available(*day) < -limit);
            prop_assert_eq!(answer.map_err(|shortfall| day_of(shortfall.date)), expected.map_or(Ok(()), Err));
            if expected.is_none() {
                let_in = all;
            }
        }
        let year = balance::Year::new(&in_year, &let_in, year_days());
        for day in year_days() {
            let used: i64 = let_in.iter().filter(|need| need.day <= day).map(|need| need.units).sum();
            prop_assert!(used == 0 || year.given(day) - used >= -limit, "overdrawn on {}", date(day));
        }
    }

    /// Closing a year leaves nothing in it, moves no more than is allowed, and is the same whether what happened was
    /// entered before or after; a second time it changes nothing.
    #[test]
    fn rules_close_a_year(
        grants in grants(),
        needs in needs(),
        early in any::<u16>(),
        most in proptest::option::of(0i64..60),
        carries in any::<bool>(),
    ) {
        let carry = carries.then(|| rules::CarryOver { max_minutes: most.map(minutes), expires_after_months: Some(3), ..rules::CarryOver::ALL });
        let after = date(*year_days().end() + 20);
        let all = leave_days(&needs);
        let some: Vec<LeaveDay> = all.iter().enumerate().filter(|(at, _)| early >> at & 1 == 1).map(|(_, day)| *day).collect();

        let mut rows = grant_rows(&grants);
        settle(&mut rows, &some, after);
        let first = YearLedger::new(year_2026(), &rows).close(&[], carry);
        append(&mut rows, &first.entries);
        settle(&mut rows, &all, after);
        let end = YearLedger::new(year_2026(), &rows).close(&[], carry);
        append(&mut rows, &end.entries);
        settle(&mut rows, &all, after);

        let mut fresh = grant_rows(&grants);
        settle(&mut fresh, &all, after);
        let once = YearLedger::new(year_2026(), &fresh).close(&[], carry);
        append(&mut fresh, &once.entries);
        settle(&mut fresh, &all, after);
        prop_assert_eq!(&end.carried, &once.carried);
        prop_assert_eq!(end.lapsed, once.lapsed);
        // The row that makes good what was overdrawn has an id of its own in each.
        let standing = |rows: &[LedgerRow]| -> Vec<(LedgerKind, i64, Date)> {
            let mut keys: Vec<_> = rules::standing(rows).iter().map(|row| (row.kind, row.minutes.get(), row.effective_date)).collect();
            keys.sort_unstable();
            keys
        };
        prop_assert_eq!(standing(&rows), standing(&fresh));
        prop_assert_eq!(YearLedger::new(year_2026(), &rows).close(&[], carry).entries, vec![]);
        prop_assert_eq!(rows.iter().map(|row| row.minutes).sum::<Minutes>(), Minutes::ZERO, "nothing is left");
        prop_assert_eq!(YearLedger::new(year_2026(), &rows).on(after, &[]).available, Minutes::ZERO);

        let in_year = ending_with_the_year(&grants);
        let outcome = balance::replay(&in_year, &needs, year_days());
        let left = |own: bool| -> i64 {
            let one = |(grant, real): &(&balance::Grant, &balance::Grant)| grant.until.is_none() && real.until.is_some() == own;
            in_year.iter().zip(&grants).filter(one).map(|(grant, _)| outcome.left[&grant.id]).sum()
        };
        let moved = if carries { left(false).min(most.unwrap_or(i64::MAX)) } else { 0 };
        let overdrawn: i64 = outcome.draws.iter().filter(|((_, _, grant), _)| grant.is_none()).map(|(_, units)| units).sum();
        let carried: i64 = end.carried.iter().map(|one| one.minutes.get()).sum();
        prop_assert_eq!(carried, moved + left(true) - overdrawn);
        prop_assert_eq!(end.lapsed.get(), left(false) - moved);

        let mut next: Vec<LedgerRow> = Vec::new();
        for carried in [&first.carried, &end.carried, &end.carried] {
            let arrival = YearLedger::new(LeaveYears::CALENDAR.numbered(2027), &next).receive(carried);
            append(&mut next, &arrival);
        }
        prop_assert_eq!(next.iter().map(|row| row.minutes.get()).sum::<i64>(), carried);
    }
}
