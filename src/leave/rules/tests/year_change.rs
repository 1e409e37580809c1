use jiff::civil::date;

use super::{apply, leave, row};
use crate::ids::LedgerId;
use crate::leave::rules::*;
use crate::time::Minutes;

fn year(number: i16) -> LeaveYear {
    LeaveYears::CALENDAR.numbered(number)
}

fn carry(max: i32, months: u16) -> Option<CarryOver> {
    Some(CarryOver { max_minutes: Some(Minutes::new(max)), expires_after_months: Some(months), ..CarryOver::ALL })
}

fn granted(minutes: i32) -> Vec<LedgerRow> {
    vec![row(1, LedgerKind::Grant, minutes, date(2026, 1, 1))]
}

fn sum(rows: &[LedgerRow]) -> i64 {
    rows.iter().map(|row| row.minutes.get()).sum()
}

#[test]
fn at_most_some_of_the_rest_moves() {
    let mut rows = granted(3_000);
    let taken = YearLedger::new(year(2026), &rows).settle(&[leave(1, date(2026, 8, 3), 1_750)], &[], date(2026, 8, 3));
    apply(&mut rows, &taken);
    let end = YearLedger::new(year(2026), &rows).close(&[], carry(500, 3));
    assert_eq!(end.lapsed, Minutes::new(750));
    let carried =
        Carried { minutes: Minutes::new(500), effective_date: date(2027, 1, 1), expires_on: Some(date(2027, 3, 31)) };
    assert_eq!(end.carried, [carried]);
    apply(&mut rows, &end.entries);
    assert_eq!(sum(&rows), 0);

    let closed = YearLedger::new(year(2026), &rows);
    assert_eq!(closed.close(&[], carry(500, 3)).entries, [], "closing again changes nothing");
    assert_eq!(closed.on(date(2026, 12, 31), &[]).available, Minutes::new(1_250), "usable to the last day");
    let after = closed.on(date(2027, 1, 1), &[]);
    assert_eq!((after.expired, after.moved, after.available), (Minutes::new(750), Minutes::new(500), Minutes::ZERO));

    let next = YearLedger::new(year(2027), &[]);
    let arrival = next.receive(&end.carried);
    assert_eq!(
        (arrival[0].kind, arrival[0].minutes, arrival[0].expires_on),
        (LedgerKind::CarryOver, Minutes::new(500), Some(date(2027, 3, 31)))
    );
}

#[test]
fn without_carry_over_all_lapses_and_without_a_bound_all_moves() {
    let ledger = YearLedger::new(year(2026), &granted(3_000));
    assert_eq!((ledger.close(&[], None).lapsed, ledger.close(&[], None).carried), (Minutes::new(3_000), vec![]));
    let all = ledger.close(&[], Some(CarryOver::default()));
    assert_eq!(
        (all.lapsed, all.carried[0].minutes, all.carried[0].expires_on),
        (Minutes::ZERO, Minutes::new(3_000), None)
    );
}

#[test]
fn a_change_after_the_closing_corrects_it() {
    let mut rows = granted(3_000);
    let end = YearLedger::new(year(2026), &rows).close(&[], carry(500, 3));
    apply(&mut rows, &end.entries);
    let mut next = vec![];
    let arrival = YearLedger::new(year(2027), &next).receive(&end.carried);
    apply(&mut next, &arrival);

    // In January HR enters leave of December: only 100 were left.
    let late = YearLedger::new(year(2026), &rows).settle(&[leave(1, date(2026, 12, 1), 2_900)], &[], date(2027, 1, 15));
    apply(&mut rows, &late);
    let end = YearLedger::new(year(2026), &rows).close(&[], carry(500, 3));
    assert_eq!((end.lapsed, end.carried[0].minutes), (Minutes::ZERO, Minutes::new(100)));
    apply(&mut rows, &end.entries);
    assert_eq!(sum(&rows), 0);
    let arrival = YearLedger::new(year(2027), &next).receive(&end.carried);
    let kinds: Vec<(LedgerKind, i64)> = arrival.iter().map(|entry| (entry.kind, entry.minutes.get())).collect();
    assert_eq!(kinds, [(LedgerKind::Reversal, -500), (LedgerKind::CarryOver, 100)]);
}

#[test]
fn time_off_in_lieu_moves_with_its_own_end() {
    let toil = LedgerRow { expires_on: Some(date(2027, 5, 31)), ..row(2, LedgerKind::Toil, 240, date(2026, 11, 30)) };
    let over = LedgerRow { expires_on: Some(date(2026, 12, 31)), ..row(3, LedgerKind::Toil, 60, date(2026, 11, 30)) };
    let ledger = YearLedger::new(year(2026), &[granted(1_000)[0], toil, over]);
    let end = ledger.close(&[], carry(500, 3));
    let moved: Vec<(i64, Option<jiff::civil::Date>)> =
        end.carried.iter().map(|one| (one.minutes.get(), one.expires_on)).collect();
    assert_eq!(moved, [(500, Some(date(2027, 3, 31))), (240, Some(date(2027, 5, 31)))]);
    let ends_with_the_year = ledger.settle(&[], &[], date(2027, 1, 1));
    assert_eq!(ends_with_the_year.len(), 1);
    assert_eq!((ends_with_the_year[0].grant_id, ends_with_the_year[0].minutes), (Some(LedgerId(3)), Minutes::new(-60)));
}

#[test]
fn what_is_overdrawn_is_taken_off_the_next_year() {
    let mut rows = granted(100);
    let taken = YearLedger::new(year(2026), &rows).settle(&[leave(1, date(2026, 8, 3), 150)], &[], date(2026, 8, 3));
    apply(&mut rows, &taken);
    let end = YearLedger::new(year(2026), &rows).close(&[], None);
    assert_eq!(
        end.carried,
        [Carried { minutes: Minutes::new(-50), effective_date: date(2027, 1, 1), expires_on: None }]
    );
    apply(&mut rows, &end.entries);
    assert_eq!(sum(&rows), 0);
    let ledger = YearLedger::new(year(2026), &rows);
    assert_eq!(ledger.close(&[], None).entries, []);
    assert_eq!(ledger.close(&[], None).carried, end.carried);

    let mut next = vec![row(1, LedgerKind::Grant, 1_000, date(2027, 1, 1))];
    let arrival = YearLedger::new(year(2027), &next).receive(&end.carried);
    apply(&mut next, &arrival);
    assert_eq!(YearLedger::new(year(2027), &next).on(date(2027, 1, 1), &[]).available, Minutes::new(950));
}

#[test]
fn what_is_reserved_stays() {
    let ledger = YearLedger::new(year(2026), &granted(1_000));
    let pending = [leave(1, date(2026, 12, 30), 400)];
    let end = ledger.close(&pending, carry(5_000, 3));
    assert_eq!(end.carried[0].minutes, Minutes::new(600));
}
