//! Imports on a real database.

use jiff::civil::date;

use super::*;
use crate::leave::testing::{DAY, House, house};

fn take(house: &House, what: What, csv: &str) -> Outcome {
    let table = read(what, csv.as_bytes()).unwrap();
    let hr = house.hr.clone();
    house.act(move |tx| run(tx, &hr, &table)).unwrap()
}

#[test]
fn a_balance_is_brought_to_what_it_was_and_the_same_file_changes_nothing() {
    let house = house();
    let mira = house.mira.clone();
    house.grant(&mira, 25, date(2026, 1, 1), None);
    let csv = "number;leave_type;on;days\n3;vacation;2026-12-01;12,5\n4;Vacation;2026-12-01;3\n";
    let table = read(What::Balances, csv.as_bytes()).unwrap();
    let hr = house.hr.clone();
    let told = house.read(move |rx| dry_run(rx, &hr, &table)).unwrap();
    assert_eq!((told.rows, told.updated, told.errors.len()), (2, 2, 0));
    assert_eq!(house.available(&mira, date(2026, 12, 3)), DAY.times(25, 1), "a dry run writes nothing");
    assert_eq!(take(&house, What::Balances, csv).updated, 2);
    assert_eq!(house.available(&mira, date(2026, 12, 3)), DAY.times(25, 2));
    assert_eq!(take(&house, What::Balances, csv).unchanged, 2);
    let mira = house.mira.clone();
    let table = read(What::Balances, csv.as_bytes()).unwrap();
    assert!(house.act(move |tx| run(tx, &mira, &table)).is_err(), "HR's");
}

#[test]
fn what_is_wrong_with_a_row_is_told_and_nothing_is_written() {
    let house = house();
    let csv = "email,leave_type,on,days,hours\nmira@demo.test,Vacation,2026-12-01,5,\nx@demo.test,Vacation,2026-12-01,5,\n\
               mira@demo.test,Sleep,2026-12-01,5,\nmira@demo.test,Vacation,soon,5,\nmira@demo.test,Vacation,2026-12-01,5,4\n\
               mira@demo.test,Vacation,2026-12-01,much,\n";
    let told = take(&house, What::Balances, csv);
    let wrong: Vec<(u64, &str)> = told.errors.iter().map(|fault| (fault.line, fault.column.as_str())).collect();
    assert_eq!(wrong, [(3, "email"), (4, "leave_type"), (5, "on"), (6, "days"), (7, "days")]);
    assert_eq!(house.sum(&house.mira.clone(), 2026), 0);
    assert!(read(What::Balances, "leave_type,on,days\n".as_bytes()).is_err());
}

#[test]
fn absences_of_timeoff_management_come_in_as_they_are() {
    let house = house();
    let mira = house.mira.clone();
    house.grant(&mira, 25, date(2026, 1, 1), None);
    let csv = "Department,Last name,Name,Email address,Type of absence,Started at,Date type,Ended at,Date type,Days,Hours,Status\n\
               Sales,Castell,Mira,mira@demo.test,Vacation,2026-03-02,All day,2026-03-04,Morning,2.5,,Approved\n\
               Sales,Castell,Mira,mira@demo.test,Vacation,2026-05-04,All day,2026-05-05,All day,2,,Rejected\n\
               Sales,Castell,Mira,mira@demo.test,Vacation,2025-08-03,All day,2025-08-08,All day,5,,Approved\n";
    let told = take(&house, What::Requests, csv);
    assert_eq!((told.errors.as_slice(), told.created, told.unchanged), (&[][..], 2, 1));
    assert_eq!(house.available(&mira, date(2026, 12, 3)), DAY.times(45, 2), "25 less 2.5");
    assert_eq!(house.sum(&mira, 2025), 0, "what was before makes no debts");
    assert_eq!(take(&house, What::Requests, csv).unchanged, 3);
    let over = "email,leave_type,start_date,end_date\nmira@demo.test,Vacation,2026-03-03,2026-03-06\n";
    assert_eq!(take(&house, What::Requests, over).errors.len(), 1);
    let weekend = "email,leave_type,start_date,end_date\nmira@demo.test,Vacation,2026-03-07,2026-03-08\n";
    assert_eq!(take(&house, What::Requests, weekend).errors.len(), 1);
}
