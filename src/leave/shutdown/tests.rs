use jiff::civil::{Date, date};

use super::*;
use crate::leave::rules::LeaveStatus;
use crate::leave::testing::{DAY, House, house};
use crate::leave::types::presets;
use crate::people::{Facts, NewEmployee};
use crate::time::Minutes;

fn days(n: i64) -> Minutes {
    DAY.times(n, 1)
}

/// Monday to Thursday between the years.
fn between_the_years(house: &House) -> NewShutdown {
    NewShutdown {
        name: "Between the years".into(),
        leave_type_id: house.vacation,
        fallback_leave_type_id: None,
        start_date: date(2026, 12, 28),
        end_date: date(2026, 12, 31),
        start_part: Part::FullDay,
        end_part: Part::FullDay,
        location_id: None,
        except: Vec::new(),
    }
}

/// What it would do, by name.
fn looked(house: &House, new: &NewShutdown) -> Vec<(String, String)> {
    let (hr, new) = (house.hr.clone(), new.clone());
    let shares = house.read(move |rx| look(rx, &hr, &new)).unwrap();
    shares.iter().map(|share| (share.person.name.clone(), said(&share.outcome))).collect()
}

fn said(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Books { stretches, minutes, .. } => {
            let spans: Vec<String> = stretches.iter().map(|(span, _)| span.period().first().to_string()).collect();
            format!("{} from {}", minutes.get(), spans.join(" and "))
        }
        Outcome::Short(missing) => format!("short of {}", missing.get()),
        Outcome::Away { undecided: false } => "away".into(),
        Outcome::Away { undecided: true } => "asks".into(),
        Outcome::Free => "free".into(),
        Outcome::Excepted => "excepted".into(),
    }
}

fn enter(house: &House, new: NewShutdown) -> ShutdownId {
    let hr = house.hr.clone();
    house.act(move |tx| create(tx, &hr, new)).unwrap()
}

/// Books all whom it books.
fn book_everybody(house: &House, id: ShutdownId) -> usize {
    let hr = house.hr.clone();
    house
        .act(move |tx| {
            let people: Vec<EmployeeId> =
                missing(tx, &hr, id)?.iter().filter(|share| share.books()).map(|share| share.person.id).collect();
            book(tx, &hr, id, &people)
        })
        .unwrap()
}

fn entitled(house: &House, n: i64) {
    for person in [&house.hr, &house.manager, &house.mira, &house.li] {
        house.grant(person, n, date(2026, 1, 1), None);
    }
}

fn left(house: &House, of: &Actor) -> Minutes {
    house.available(of, date(2026, 12, 3))
}

#[test]
fn everybody_is_booked_around_what_they_have() {
    let house = house();
    entitled(&house, 10);
    // Mira has the Tuesday afternoon off already, Li the whole week and more.
    let mira = house.mira.clone();
    let on = date(2026, 12, 29);
    let own = NewLeave { start_part: Part::Afternoon, end_part: Part::Afternoon, ..house.days(on, on) };
    house.submit(&mira, own).unwrap();
    house.submit(&house.li.clone(), house.days(date(2026, 12, 21), date(2026, 12, 31))).unwrap();

    let new = between_the_years(&house);
    assert_eq!(
        looked(&house, &new),
        [
            ("Jonas Brandt".to_owned(), "1920 from 2026-12-28".to_owned()),
            ("Mira Castell".to_owned(), "1680 from 2026-12-28 and 2026-12-30".to_owned()),
            ("Li Na".to_owned(), "asks".to_owned()),
            ("Edda Sorensen".to_owned(), "1920 from 2026-12-28".to_owned()),
        ]
    );
    let id = enter(&house, NewShutdown { except: vec![house.manager.employee_id.unwrap()], ..new });
    assert_eq!(book_everybody(&house, id), 2, "Edda and Mira");
    assert_eq!(book_everybody(&house, id), 0, "twice at once books once");
    assert_eq!((left(&house, &mira), left(&house, &house.manager)), (days(6), days(10)));
    assert_eq!(house.sum(&mira, 2026), days(10).get() - 1680);
    let told = house.read(|rx| rx.scalar::<i64>("SELECT count(*) FROM notices WHERE kind = 'leave_entered'", ()));
    assert!(told.unwrap() >= 2, "each is told");

    // Taken back as a whole: the own half day stays.
    let hr = house.hr.clone();
    house
        .act(move |tx| {
            take_back(tx, &hr, id, "We have too much to do")?;
            let requests: Vec<LeaveRequestId> = booked(tx, &hr, id)?.iter().map(|one| one.id).collect();
            assert_eq!(end(tx, &hr, id, &requests)?, 3);
            assert_eq!(end(tx, &hr, id, &requests)?, 0);
            let refused = book(tx, &hr, id, &[hr.employee_id.unwrap()]).unwrap_err();
            assert!(matches!(refused, AppError::Conflict(_)), "{refused:?}");
            Ok(())
        })
        .unwrap();
    assert_eq!(house.sum(&mira, 2026), days(10).get());
    assert_eq!(left(&house, &mira), Minutes::new(10 * 480 - 240));
}

#[test]
fn whom_the_balance_does_not_cover_it_for_gets_the_other_kind_or_nothing() {
    let house = house();
    entitled(&house, 10);
    house.submit(&house.mira.clone(), house.days(date(2026, 12, 7), date(2026, 12, 16))).unwrap();
    let new = between_the_years(&house);
    assert_eq!(looked(&house, &new)[1].1, "short of 960");
    let unpaid = house.read(|rx| types::preset(rx, presets::UNPAID)).unwrap().id;
    let new = NewShutdown { fallback_leave_type_id: Some(unpaid), ..new };
    assert_eq!(looked(&house, &new)[1].1, "1920 from 2026-12-28");
    let id = enter(&house, new);
    assert_eq!(book_everybody(&house, id), 4);
    let hr = house.hr.clone();
    let requests = house.read(move |rx| booked(rx, &hr, id)).unwrap();
    let kinds: Vec<(&str, bool)> =
        requests.iter().map(|one| (one.employee.as_str(), one.leave_type_id == unpaid)).collect();
    assert!(kinds.contains(&("Mira Castell", true)) && kinds.contains(&("Li Na", false)), "{kinds:?}");
}

#[test]
fn nobody_undoes_a_shutdown_alone_and_sickness_interrupts_it() {
    let house = house();
    entitled(&house, 10);
    let mira = house.mira.clone();
    let id = enter(&house, between_the_years(&house));
    book_everybody(&house, id);
    let hr = house.hr.clone();
    let own = house
        .read(move |rx| booked(rx, &hr, id))
        .unwrap()
        .into_iter()
        .find(|one| one.employee == "Mira Castell")
        .unwrap();
    assert_eq!((own.status, own.shutdown_id), (LeaveStatus::Approved, Some(id)));
    let by = mira.clone();
    let refused = house.act(move |tx| act::cancel(tx, &by, own.id, "I would rather work")).unwrap_err();
    assert!(matches!(&refused, AppError::Conflict(why) if why.to_string().contains("company shutdown")), "{refused:?}");
    assert_eq!(left(&house, &mira), days(6));
    let sick = house.read(|rx| types::preset(rx, presets::SICK)).unwrap().id;
    let ill = NewLeave { leave_type_id: sick, ..house.days(date(2026, 12, 29), date(2026, 12, 30)) };
    let ill = house.submit(&mira, ill).unwrap();
    house.approve(&house.manager.clone(), ill).unwrap();
    assert_eq!(left(&house, &mira), days(8));

    // HR takes her out of it: nobody books her again unasked.
    let (hr, whom) = (house.hr.clone(), mira.employee_id.unwrap());
    house.act(move |tx| act::cancel(tx, &hr, own.id, "Somebody has to look after the servers")).unwrap();
    assert_eq!((left(&house, &mira), book_everybody(&house, id)), (days(10), 0));
    let hr = house.hr.clone();
    house.act(move |tx| include(tx, &hr, id, whom)).unwrap();
    assert_eq!((book_everybody(&house, id), left(&house, &mira)), (1, days(8)));
    let hr = house.hr.clone();
    let refused = house.act(move |tx| include(tx, &hr, id, whom)).unwrap_err();
    assert!(matches!(refused, AppError::NotFound), "{refused:?}");
}

#[test]
fn who_joins_afterwards_is_offered_and_who_is_not_employed_is_not() {
    let house = house();
    entitled(&house, 10);
    let id = enter(&house, between_the_years(&house));
    assert_eq!(book_everybody(&house, id), 4);
    let (hr, join): (Actor, Date) = (house.hr.clone(), date(2026, 12, 30));
    let vacation = house.vacation;
    house
        .act(move |tx| {
            let person =
                people::create(tx, &hr, NewEmployee::from(Facts::new("9", "Nia", "Okafor", "nia@demo.test", join)))?;
            let credit = crate::leave::ledger::Credit {
                employee_id: person,
                leave_type_id: vacation,
                kind: crate::leave::rules::LedgerKind::Grant,
                minutes: days(5),
                effective_on: join,
                expires_on: None,
                explanation: crate::error::Msg::new("Entitlement"),
            };
            crate::leave::ledger::grant(tx, &hr, &credit)?;
            people::create(
                tx,
                &hr,
                NewEmployee::from(Facts::new("10", "Olu", "Ade", "olu@demo.test", date(2027, 1, 4))),
            )
        })
        .unwrap();
    let hr = house.hr.clone();
    let found = house.read(move |rx| missing(rx, &hr, id)).unwrap();
    let found: Vec<(String, String)> =
        found.iter().map(|share| (share.person.name.clone(), said(&share.outcome))).collect();
    assert_eq!(found, [("Nia Okafor".to_owned(), "960 from 2026-12-30".to_owned())], "from her first day on");
    assert_eq!(book_everybody(&house, id), 1);
}

#[test]
fn what_cannot_be_is_refused_by_field_and_to_others() {
    let house = house();
    let refused = |by: &Actor, new: NewShutdown| {
        let by = by.clone();
        house.read(move |rx| look(rx, &by, &new)).unwrap_err()
    };
    let new = between_the_years(&house);
    assert!(matches!(refused(&house.manager, new.clone()), AppError::Forbidden(_)));
    for (field, wrong) in [
        ("name", NewShutdown { name: "  ".into(), ..new.clone() }),
        ("end_date", NewShutdown { end_date: date(2026, 12, 1), ..new.clone() }),
        ("end_date", NewShutdown { end_date: date(2027, 5, 1), ..new.clone() }),
        ("start_date", NewShutdown { start_date: date(2029, 1, 2), end_date: date(2029, 1, 3), ..new.clone() }),
        ("leave_type_id", NewShutdown { leave_type_id: LeaveTypeId(999), ..new.clone() }),
        ("fallback_leave_type_id", NewShutdown { fallback_leave_type_id: Some(house.vacation), ..new.clone() }),
        ("location_id", NewShutdown { location_id: Some(LocationId(999)), ..new.clone() }),
        ("except", NewShutdown { except: vec![EmployeeId(999)], ..new.clone() }),
    ] {
        let error = refused(&house.hr, wrong);
        assert!(matches!(&error, AppError::Invalid(errors) if errors.of(field).is_some()), "{field}: {error:?}");
    }
    // The same days twice are no slip of the finger.
    enter(&house, new.clone());
    let error = refused(&house.hr, new);
    assert!(matches!(&error, AppError::Invalid(errors) if errors.of("start_date").is_some()), "{error:?}");
}
