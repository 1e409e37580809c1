use jiff::civil::{Date, date};

use crate::auth::Actor;
use crate::error::{AppError, Result};
use crate::ids::LeaveRequestId;
use crate::leave::absence;
use crate::leave::request::{self, DayPart, NewLeave, act, store};
use crate::leave::rules::Part;
use crate::leave::testing::{DAY, House, house};
use crate::leave::types::{self, presets};
use crate::time::{Minutes, Period};

/// Mira is on vacation from Monday, 7 to Friday, 18 December, and has two of her twelve days left.
fn on_vacation(house: &House) -> LeaveRequestId {
    let mira = &house.mira.clone();
    house.grant(mira, 12, date(2026, 1, 1), None);
    let id = house.submit(mira, house.days(date(2026, 12, 7), date(2026, 12, 18))).unwrap();
    house.approve(&house.manager.clone(), id).unwrap();
    id
}

fn sick(house: &House, first: Date, last: Date) -> NewLeave {
    let kind = house.read(|rx| types::preset(rx, presets::SICK)).unwrap();
    NewLeave { leave_type_id: kind.id, ..house.days(first, last) }
}

/// Mira is ill in her vacation, and her manager has confirmed it.
fn ill(house: &House, input: NewLeave) -> LeaveRequestId {
    let id = house.submit(&house.mira.clone(), input).unwrap();
    house.approve(&house.manager.clone(), id).unwrap();
    id
}

fn left(house: &House) -> Minutes {
    house.available(&house.mira, date(2026, 12, 3))
}

fn cancel(house: &House, by: &Actor, id: LeaveRequestId) -> Result<()> {
    let by = by.clone();
    house.act(move |tx| act::cancel(tx, &by, id, "a mistake"))
}

fn days(n: i64) -> Minutes {
    DAY.times(n, 1)
}

#[test]
fn sick_days_in_a_vacation_come_back_and_the_ledger_says_why() {
    let house = house();
    let (mira, vacation) = (house.mira.clone(), on_vacation(&house));
    assert_eq!(left(&house), days(2));

    // Thursday to Monday: the weekend between was no leave before either.
    let input = sick(&house, date(2026, 12, 10), date(2026, 12, 14));
    let (by, asked) = (mira.clone(), input.clone());
    let plan = house.read(move |rx| request::preview(rx, &by, asked, None)).unwrap();
    assert!(plan.conflicts.is_empty() && plan.errors.is_empty(), "{:?}", plan.errors);
    let said: Vec<String> = plan.warnings.iter().map(ToString::to_string).collect();
    assert!(said.iter().any(|words| words.contains("Gives back 3\u{a0}days of Vacation")), "{said:?}");

    // Days go back to a balance: somebody looks at that, though sickness as such is not asked for.
    assert!(plan.asks());
    let id = house.submit(&mira, input).unwrap();
    assert_eq!(left(&house), days(2));
    house.approve(&house.manager.clone(), id).unwrap();
    assert_eq!(left(&house), days(5));
    assert_eq!(house.sum(&mira, 2026), days(5).get());
    let (whole, kept) =
        house.read(move |rx| Ok((store::get(rx, vacation)?.minutes, store::days(rx, vacation)?))).unwrap();
    assert_eq!(whole, days(7));
    let back: Vec<Date> =
        kept.iter().filter(|day| day.given_back == DAY && day.charged.is_zero()).map(|day| day.date).collect();
    assert_eq!(back, [date(2026, 12, 10), date(2026, 12, 11), date(2026, 12, 14)]);
    let why = house.read(|rx| {
        rx.all("SELECT explanation FROM leave_ledger WHERE kind = 'reversal'", (), |row| row.get::<_, String>(0))
    });
    assert!(why.unwrap().iter().all(|text| text.contains("Given back for other leave")));

    // HR finds that it was a mistake.
    cancel(&house, &house.hr.clone(), id).unwrap();
    assert_eq!((left(&house), house.sum(&mira, 2026)), (days(2), days(2).get()), "as before");
}

#[test]
fn half_a_sick_day_gives_half_a_day_back() {
    let house = house();
    let (mira, vacation) = (house.mira.clone(), on_vacation(&house));
    let on = date(2026, 12, 9);
    ill(&house, NewLeave { start_part: Part::Afternoon, end_part: Part::Afternoon, ..sick(&house, on, on) });
    assert_eq!(left(&house), Minutes::new(2 * 480 + 240));

    // On the wall HR sees each half; a colleague sees the vacation go on.
    let wall = |by: &Actor| {
        let (by, whom) = (by.clone(), mira.employee_id.unwrap());
        let found = house.read(move |rx| absence::within(rx, &by, &[whom], Period::day(on))).unwrap();
        found
            .into_iter()
            .map(|absence| (absence.mark.name, absence.days[0].part, absence.days[0].charged.get()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        wall(&house.hr.clone()),
        [("Vacation".to_owned(), DayPart::Morning, 240), ("Sick".to_owned(), DayPart::Afternoon, 240)]
    );
    assert_eq!(wall(&house.li.clone()), [("Vacation".to_owned(), DayPart::FullDay, 480)]);
    let first = house.read(move |rx| Ok(store::get(rx, vacation)?.revision)).unwrap();
    assert!(first > 0);
}

#[test]
fn whatever_was_entered_first_the_count_is_the_same() {
    let house = house();
    let mira = house.mira.clone();
    house.grant(&mira, 12, date(2026, 1, 1), None);
    house.submit(&mira, sick(&house, date(2026, 12, 10), date(2026, 12, 14))).unwrap();
    let id = house.submit(&mira, house.days(date(2026, 12, 7), date(2026, 12, 18))).unwrap();
    assert_eq!(left(&house), days(5), "reserved without the sick days");
    house.approve(&house.manager.clone(), id).unwrap();
    assert_eq!(house.sum(&mira, 2026), days(5).get());

    // Of days on which somebody is ill from the first to the last no vacation can be made.
    let refused = house.submit(&mira, house.days(date(2026, 12, 10), date(2026, 12, 11))).unwrap_err();
    assert!(matches!(refused, AppError::Invalid(_) | AppError::Conflict(_)), "{refused:?}");
}

#[test]
fn undecided_leave_is_counted_anew_too_and_two_sick_notes_may_not_overlap() {
    let house = house();
    let mira = house.mira.clone();
    house.grant(&mira, 12, date(2026, 1, 1), None);
    let asked = house.submit(&mira, house.days(date(2026, 12, 7), date(2026, 12, 18))).unwrap();
    house.submit(&mira, sick(&house, date(2026, 12, 10), date(2026, 12, 11))).unwrap();
    assert_eq!(left(&house), days(4));
    let refused = house.submit(&mira, sick(&house, date(2026, 12, 11), date(2026, 12, 14))).unwrap_err();
    assert!(matches!(refused, AppError::Conflict(_)), "{refused:?}");
    house.approve(&house.manager.clone(), asked).unwrap();
    assert_eq!(house.sum(&mira, 2026), days(4).get());
}

#[test]
fn time_off_in_lieu_does_not_come_back() {
    let house = house();
    let mira = house.mira.clone();
    let kind = house.read(|rx| types::preset(rx, presets::UNPAID)).unwrap();
    let on = date(2026, 12, 9);
    let unpaid = NewLeave { leave_type_id: kind.id, reason: "A building site".into(), ..house.days(on, on) };
    house.submit(&mira, unpaid).unwrap();
    let refused = house.submit(&mira, sick(&house, on, on)).unwrap_err();
    assert!(matches!(refused, AppError::Conflict(_)), "unpaid leave excludes: {refused:?}");
}

#[test]
fn days_that_came_back_and_were_used_cannot_be_taken_back_by_oneself() {
    let house = house();
    let mira = house.mira.clone();
    on_vacation(&house);
    let id = ill(&house, sick(&house, date(2026, 12, 10), date(2026, 12, 14)));
    let used = house.submit(&mira, house.days(date(2026, 12, 21), date(2026, 12, 25))).unwrap();
    house.approve(&house.manager.clone(), used).unwrap();
    assert_eq!(left(&house), Minutes::ZERO);
    let refused = cancel(&house, &mira, id).unwrap_err();
    assert!(matches!(&refused, AppError::Conflict(why) if why.to_string().contains("HR can")), "{refused:?}");
    assert_eq!(left(&house), Minutes::ZERO, "nothing of it was written");
    cancel(&house, &house.hr.clone(), id).unwrap();
    assert_eq!(house.sum(&mira, 2026), -days(3).get(), "HR may bring it below zero");
}

#[test]
fn well_again_early_the_vacation_goes_on() {
    let house = house();
    let mira = house.mira.clone();
    on_vacation(&house);
    let id = ill(&house, sick(&house, date(2026, 12, 9), date(2026, 12, 15)));
    assert_eq!(left(&house), days(7));
    let by = mira.clone();
    house.act(move |tx| act::return_early(tx, &by, id, date(2026, 12, 10))).unwrap();
    assert_eq!((left(&house), house.sum(&mira, 2026)), (days(4), days(4).get()));
}

#[test]
fn nor_those_of_the_next_leave_year() {
    let house = house();
    let mira = house.mira.clone();
    house.grant(&mira, 9, date(2026, 1, 1), None);
    house.grant(&mira, 6, date(2027, 1, 1), None);
    let over_the_year = house.submit(&mira, house.days(date(2026, 12, 21), date(2027, 1, 8))).unwrap();
    house.approve(&house.manager.clone(), over_the_year).unwrap();
    let id = ill(&house, sick(&house, date(2027, 1, 4), date(2027, 1, 8)));
    let used = house.submit(&mira, house.days(date(2027, 2, 1), date(2027, 2, 5))).unwrap();
    house.approve(&house.manager.clone(), used).unwrap();
    let refused = cancel(&house, &mira, id).unwrap_err();
    assert!(matches!(&refused, AppError::Conflict(why) if why.to_string().contains("HR can")), "{refused:?}");
    assert!(house.sum(&mira, 2027) >= 0);
}

#[test]
fn who_is_ill_from_the_first_day_gives_the_rest_back() {
    let house = house();
    let (mira, vacation) = (house.mira.clone(), on_vacation(&house));
    ill(&house, sick(&house, date(2026, 12, 7), date(2026, 12, 11)));
    assert_eq!(left(&house), days(7));
    house.clock.advance(jiff::SignedDuration::from_hours(24 * 9));
    let by = mira.clone();
    house.act(move |tx| act::return_early(tx, &by, vacation, date(2026, 12, 11))).unwrap();
    assert_eq!(house.sum(&mira, 2026), days(12).get());
}

#[test]
fn colleagues_see_of_it_what_is_no_vacation() {
    let house = house();
    on_vacation(&house);
    // From the vacation into the week after it.
    let id = ill(&house, sick(&house, date(2026, 12, 17), date(2026, 12, 22)));
    let (li, whom) = (house.li.clone(), house.mira.employee_id.unwrap());
    let month = Period::month_of(date(2026, 12, 1));
    let found = house.read(move |rx| absence::within(rx, &li, &[whom], month)).unwrap();
    let said: Vec<(String, Date, Date)> =
        found.iter().map(|one| (one.mark.name.clone(), one.span.first_day(), one.span.last_day())).collect();
    assert_eq!(
        said,
        [
            ("Vacation".to_owned(), date(2026, 12, 7), date(2026, 12, 18)),
            ("Away".to_owned(), date(2026, 12, 19), date(2026, 12, 22)),
        ]
    );
    let lang = crate::lang::Lang::default();
    let feed = |own| {
        let entries = house.read(move |rx| absence::feed::entries(rx, &[whom], month, own, lang)).unwrap();
        entries.into_iter().find(|one| one.key == format!("leave-{id}")).unwrap().span.first_day()
    };
    assert_eq!((feed(None), feed(Some(whom))), (date(2026, 12, 19), date(2026, 12, 17)));
}
