use jiff::civil::date;

use super::super::testing::{House, actor, house, hr, person};
use super::*;
use crate::auth::Role;
use crate::people::{self, Facts, NewEmployee};
use crate::web::listing::ListQuery;

/// Six people: a boss with two reports (one comes next year), a colleague, one who left, one deactivated.
fn office(house: &House) -> [EmployeeId; 6] {
    let enter = |number: &str, first: &str, last: &str, change: &dyn Fn(&mut Facts)| {
        let mut facts = Facts { first_name: first.into(), last_name: last.into(), ..person(number) };
        change(&mut facts);
        house.act(move |tx| people::create(tx, &hr(), NewEmployee::from(facts))).unwrap()
    };
    let boss = enter("1", "Ana", "Ribeiro", &|f| f.position = "Head of Support".into());
    let report = enter("2", "Łukasz", "Müller", &|f| f.manager_id = Some(boss));
    let coming = enter("3", "Noor", "van der Meer", &|f| {
        f.manager_id = Some(boss);
        f.join_date = date(2027, 1, 4);
    });
    let colleague = enter("4", "Mira", "Castell", &|_| {});
    let left = enter("5", "Jürgen", "Pohl", &|f| f.leave_date = Some(date(2026, 11, 30)));
    let hidden = enter("6", "Bo", "Ek", &|_| {});
    house.act(move |tx| people::employee::hide(tx, &hr(), hidden)).unwrap();
    [boss, report, coming, colleague, left, hidden]
}

fn numbers(house: &House, who: &Actor, query: &str) -> String {
    let (orderings, filters) = words(who);
    let listing = ListQuery::read("/people", query).listing(orderings, filters).unwrap();
    let (rows, total) = house.db.read_blocking(|rx| list(rx, who, &listing)).unwrap();
    let numbers: Vec<_> = rows.iter().map(|row| row.employee.facts.number.clone()).collect();
    assert!(total >= i64::try_from(numbers.len()).unwrap());
    format!("{} of {total}", numbers.join(" "))
}

#[test]
fn everybody_finds_whom_they_may() {
    let house = house();
    let [boss, report, coming, colleague, left, hidden] = office(&house);
    assert_eq!(numbers(&house, &hr(), ""), "4 2 5 1 3 of 5", "by last name; the deactivated one is asked for by name");
    assert_eq!(numbers(&house, &hr(), "active=false"), "6 of 1");
    assert_eq!(numbers(&house, &actor(boss, &[Role::Employee, Role::Manager]), ""), "4 2 1 3 of 4");
    assert_eq!(numbers(&house, &actor(colleague, &[Role::Employee]), ""), "4 2 1 of 3");

    // What a list shows, a single page shows, and nothing else.
    let everyone = [boss, report, coming, colleague, left, hidden];
    for who in [actor(boss, &[Role::Employee]), actor(colleague, &[Role::Employee]), actor(report, &[Role::Hr])] {
        for (id, number) in everyone.iter().zip(1..) {
            let one = house.db.read_blocking(|rx| profile(rx, &who, *id));
            let listed = [numbers(&house, &who, "")];
            let too = if who.is_hr() { numbers(&house, &who, "active=false") } else { String::new() };
            let found = listed
                .iter()
                .chain([&too])
                .any(|list| list.split(" of ").next().unwrap().split(' ').any(|one| one == number.to_string()));
            assert_eq!(one.is_ok(), found, "{:?} sees {number}", who.employee_id);
        }
    }
}

#[test]
fn a_search_finds_every_word_somewhere() {
    let house = house();
    office(&house);
    for (search, found) in [
        ("castell", "4 of 1"),
        ("CAST mira", "4 of 1"),
        ("müller", "2 of 1"),
        ("muller", "2 of 1"),
        ("lukasz", "2 of 1"),
        ("of support", "1 of 1"),
        ("p4@demo", "4 of 1"),
        ("bo", " of 0"),
        ("ek", " of 0"),
        ("aw", " of 0"),
        ("oo", "3 of 1"),
        ("\"", " of 0"),
        ("OR NOT *", " of 0"),
        ("%", " of 0"),
        ("mira muller", " of 0"),
    ] {
        let query = serde_html_form::to_string([("search", search)]).unwrap();
        assert_eq!(numbers(&house, &hr(), &query), found, "{search}");
    }
}

#[test]
fn status_filters_agree_with_the_record() {
    let house = house();
    let [boss, report, ..] = office(&house);
    house.login(boss, &[]);
    let invited = house.login(report, &[]);
    house
        .db
        .write_blocking(crate::storage::Op::housekeeping(crate::storage::Housekeeping::Demo), move |tx| {
            tx.run("UPDATE users SET password_hash = NULL WHERE id = ?1", [invited])
        })
        .unwrap();
    let today = date(2026, 12, 3);
    for status in Status::ALL {
        let by_filter = numbers(&house, &hr(), &format!("status={status}&ordering=number"));
        let everyone = house.db.read_blocking(|rx| everybody(rx, None)).unwrap();
        let by_record: Vec<_> = everyone
            .iter()
            .filter(|one| one.employee.status(today) == *status)
            .map(|one| one.employee.facts.number.as_str())
            .collect();
        assert_eq!(by_filter, format!("{} of {}", by_record.join(" "), by_record.len()), "{status}");
        assert!(!by_record.is_empty(), "nobody is {status}: the test says nothing");
    }
}

#[test]
fn words_of_hr_are_for_hr() {
    let who = actor(EmployeeId(1), &[Role::Employee]);
    let (orderings, filters) = words(&who);
    for query in ["ordering=join_date", "status=left", "active=false", "ordering=number"] {
        assert!(ListQuery::read("/", query).listing(orderings, filters).is_err(), "{query}");
    }
}

#[test]
fn pages_go_through_everybody_once() {
    let house = house();
    for n in 0..23 {
        house.person(&n.to_string(), None);
    }
    let mut seen = Vec::new();
    for page in 1..=5 {
        let list = numbers(&house, &hr(), &format!("page={page}&page_size=5"));
        seen.extend(list.split(" of ").next().unwrap().split(' ').map(str::to_owned));
    }
    seen.sort_by_key(|number| number.parse::<i32>().unwrap());
    assert_eq!(seen, (0..23).map(|n| n.to_string()).collect::<Vec<_>>());
}
