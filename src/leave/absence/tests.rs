//! Who sees what of whom.

use std::collections::HashMap;

use jiff::civil::date;
use jiff::tz::TimeZone;

use super::wall::{Canvas, Wall};
use super::*;
use crate::leave::request::NewLeave;
use crate::leave::rules::Part;
use crate::leave::testing::{House, house};
use crate::leave::{away_on, home_balances, inbox_facts, next_of, types};
use crate::web::Format;

fn sick(house: &House) -> NewLeave {
    let sick = house.read(|rx| types::preset(rx, types::presets::SICK)).unwrap().id;
    NewLeave { leave_type_id: sick, ..house.days(date(2026, 12, 2), date(2026, 12, 4)) }
}

fn week() -> Period {
    Period::new(date(2026, 11, 30), date(2026, 12, 13)).unwrap()
}

#[test]
fn a_colleague_reads_away_where_the_manager_reads_sick() {
    let house = house();
    house.submit(&house.mira.clone(), sick(&house)).unwrap();
    let mira = house.mira.employee_id.unwrap();
    let seen = |by: &Actor| {
        let by = by.clone();
        let found = house.read(move |rx| within(rx, &by, &[mira], week())).unwrap();
        (found[0].mark.name.clone(), found[0].href().is_some())
    };
    assert_eq!(seen(&house.manager), ("Sick".to_owned(), true));
    assert_eq!(seen(&house.mira), ("Sick".to_owned(), true));
    assert_eq!(seen(&house.li), ("Away".to_owned(), false));
}

#[test]
fn home_tells_the_team_by_words_and_says_when_they_are_back() {
    let house = house();
    // Without departments nobody has a team: colleagues are listed by name.
    house.submit(&house.mira.clone(), sick(&house)).unwrap();
    let manager = house.manager.clone();
    let away = house.read(move |rx| away_on(rx, &manager, date(2026, 12, 3))).unwrap();
    assert_eq!(away.others, ["Mira Castell"]);
    let mira = house.mira.clone();
    let next = house.read(move |rx| next_of(rx, &mira, 4)).unwrap();
    assert_eq!(next[0].when.replace('\u{a0}', " "), "Wed 2 – Fri 4 Dec");
}

#[test]
fn home_shows_the_balance_and_the_inbox_what_is_left_after() {
    let house = house();
    house.grant(&house.mira.clone(), 10, date(2026, 1, 1), None);
    let id = house.submit(&house.mira.clone(), house.days(date(2026, 12, 8), date(2026, 12, 9))).unwrap();
    let mira = house.mira.clone();
    let html = house.read(move |rx| Ok(home_balances(rx, &mira)?.to_string())).unwrap();
    assert!(html.contains(r#"<p class="big l">8 <small>days left in 2026</small></p>"#), "{html}");
    assert!(html.contains("2 reserved"), "{html}");
    let manager = house.manager.clone();
    let facts = house.read(move |rx| inbox_facts(rx, &manager, &[id.0, 99])).unwrap();
    let facts = &facts[&id.0];
    assert_eq!(facts.title.replace('\u{a0}', " "), "Vacation, Tue 8 – Wed 9 Dec, 2 days");
    assert_eq!(facts.facts[0].value.replace('\u{a0}', " "), "8 days");
}

#[test]
fn the_wall_is_drawn_as_the_mock_up_has_it() {
    let house = house();
    house.grant(&house.mira.clone(), 10, date(2026, 1, 1), None);
    // From Friday afternoon over the weekend to Monday.
    let input = NewLeave { start_part: Part::Afternoon, ..house.days(date(2026, 12, 4), date(2026, 12, 7)) };
    house.submit(&house.mira.clone(), input).unwrap();
    let manager = house.manager.clone();
    let wall = house
        .read(move |rx| {
            let people = circle(rx, &manager, week(), None, None)?;
            let ids: Vec<EmployeeId> = people.iter().map(|person| person.id).collect();
            let calendars: HashMap<_, _> = calendars(rx, &people, week())?;
            let absences = within(rx, &manager, &ids, week())?;
            let format = Format::new(Lang::ENGLISH, TimeZone::UTC, rx.now());
            Ok(Wall::draw(&Canvas {
                format: &format,
                week_start: jiff::civil::Weekday::Monday,
                period: week(),
                people: &people,
                calendars: &calendars,
                absences: &absences,
                own: None,
                closed: &[],
            }))
        })
        .unwrap();
    let line = wall.groups.iter().flat_map(|group| &group.lines).find(|line| line.name == "Mira Castell").unwrap();
    let cells: Vec<(&str, Vec<&str>)> =
        line.cells.iter().map(|cell| (cell.class, cell.bars.iter().map(|bar| bar.class.as_str()).collect())).collect();
    assert_eq!(cells[4], ("", vec!["b vac ask s pm"]));
    assert_eq!(cells[5], ("w", vec!["b vac ask thru"]));
    assert_eq!(cells[7], ("m", vec!["b vac ask e"]));
    assert_eq!(line.cells[4].bars[0].title.replace('\u{a0}', " "), "Vacation, 4 – 7 Dec, waiting for a decision");
    let group = &wall.groups[0];
    assert_eq!(group.counts[4].here, "", "half a day is here");
    assert_eq!(group.counts[7].here, (group.lines.len() - 1).to_string());
    assert_eq!(
        wall.weeks.iter().map(|week| (week.title.as_str(), week.days)).collect::<Vec<_>>(),
        [("Week 49", 7), ("Week 50", 7)]
    );
    assert!(wall.heads[3].today && wall.heads[5].class == "w");
}
