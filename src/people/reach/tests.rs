use jiff::civil::date;

use super::super::testing::{actor, house, hr, person};
use super::*;
use crate::auth::Role;
use crate::people::{self, Facts, NewEmployee};

#[test]
fn reach_is_the_closest_of_own_report_organization() {
    let house = house();
    let top = house.person("1", None);
    let middle = house.person("2", Some(top));
    let below = house.person("3", Some(middle));
    let other = house.person("4", None);
    let of = |who: &Actor, whom| house.db.read_blocking(|rx| reach(rx, who, whom)).unwrap();

    let boss = actor(top, &[Role::Employee]);
    assert_eq!(of(&boss, top), Reach::Own);
    assert_eq!((of(&boss, middle), of(&boss, below)), (Reach::Report, Reach::Report));
    assert_eq!(of(&boss, other), Reach::None);
    assert_eq!(of(&actor(below, &[Role::Employee]), top), Reach::None, "never upwards");
    assert_eq!(of(&actor(other, &[Role::Admin]), top), Reach::None, "an admin is not HR");

    let hr_boss = actor(top, &[Role::Hr]);
    assert_eq!(of(&hr_boss, top), Reach::Own);
    assert_eq!(of(&hr_boss, below), Reach::Report);
    assert_eq!(of(&hr_boss, other), Reach::Organization);
    assert_eq!(of(&hr(), EmployeeId(99)), Reach::None, "nobody there");

    house.act(move |tx| people::employee::hide(tx, &hr(), middle)).unwrap();
    assert_eq!(of(&boss, middle), Reach::None);
    assert_eq!(of(&boss, below), Reach::Report, "the line goes through whoever is deactivated");
    assert_eq!(of(&hr_boss, middle), Reach::Organization);
}

#[test]
fn scope_is_what_reach_says_of_everybody() {
    let house = house();
    let mut ids = Vec::new();
    for n in 0_usize..12 {
        let manager = if n == 0 { None } else { Some(ids[(n - 1) / 2]) };
        ids.push(house.person(&n.to_string(), manager));
    }
    for who in ids.iter().map(|id| actor(*id, &[Role::Employee])).chain([hr()]) {
        let scope = house.db.read_blocking(|rx| scope(rx, &who)).unwrap();
        for whom in &ids {
            let reach = house.db.read_blocking(|rx| reach(rx, &who, *whom)).unwrap();
            assert_eq!(scope.includes(*whom), reach.sees(), "{:?} {whom}", who.employee_id);
        }
    }
    let nobody = Actor { employee_id: None, roles: [Role::Admin].into_iter().collect(), ..hr() };
    assert_eq!(house.db.read_blocking(|rx| scope(rx, &nobody)).unwrap(), Scope::People(Vec::new()));
}

#[test]
fn the_approver_is_the_nearest_who_is_there() {
    let house = house();
    let top = house.person("1", None);
    let middle = house.person("2", Some(top));
    let clerk = house.person("3", Some(middle));
    let named = house.person("4", None);
    let of = |whom| house.db.read_blocking(|rx| approver_of(rx, whom)).unwrap();

    assert_eq!(of(clerk), Approver::LineManager(middle));
    assert_eq!(of(top), Approver::Hr);
    house.act(move |tx| people::update(tx, &hr(), clerk, |f| f.approver_id = Some(named))).unwrap();
    assert_eq!(of(clerk), Approver::Named(named));
    house.act(move |tx| people::update(tx, &hr(), named, |f| f.leave_date = Some(date(2026, 12, 2)))).unwrap();
    assert_eq!(of(clerk), Approver::LineManager(middle), "the named one left yesterday");
    house.act(move |tx| people::employee::hide(tx, &hr(), middle)).unwrap();
    assert_eq!(of(clerk), Approver::LineManager(top));
    house.act(move |tx| people::update(tx, &hr(), top, |f| f.join_date = date(2026, 12, 4))).unwrap();
    assert_eq!(of(clerk), Approver::Hr, "the one above begins tomorrow");
    assert!(matches!(house.db.read_blocking(|rx| approver_of(rx, EmployeeId(99))), Err(AppError::NotFound)));
}

#[test]
fn hr_and_groups_name_those_who_are_there() {
    let house = house();
    let (anna, ben, gone) = (house.person("1", None), house.person("2", None), house.person("3", None));
    house.login(anna, &["hr"]);
    house.login(ben, &["admin"]);
    house.login(gone, &["hr"]);
    let names = |found: Vec<NameRef>| found.into_iter().map(|name| EmployeeId(name.id)).collect::<Vec<_>>();
    house
        .act(move |tx| {
            let it = people::groups::create(tx, &hr(), "IT", "It")?;
            for id in [anna, ben, gone] {
                people::groups::set_of_employee(tx, &hr(), id, &[it])?;
            }
            people::employee::hide(tx, &hr(), gone)
        })
        .unwrap();
    assert_eq!(names(house.db.read_blocking(hr_members).unwrap()), [anna]);
    assert_eq!(names(house.db.read_blocking(|rx| members_of_group(rx, "IT")).unwrap()), [anna, ben]);
    assert_eq!(names(house.db.read_blocking(|rx| members_of_group(rx, "finance")).unwrap()), []);
}

#[test]
fn without_a_location_the_organization_s_zone_holds() {
    let house = house();
    let id = house.act(move |tx| {
        tx.run("INSERT INTO settings (key, value) VALUES ('organization.zone', 'Asia/Tokyo')", ())?;
        people::create(tx, &hr(), NewEmployee::from(Facts { ..person("1") }))
    });
    let place = house.db.read_blocking(|rx| place_of(rx, id.unwrap())).unwrap();
    assert_eq!(place.zone.iana_name(), Some("Asia/Tokyo"));
    assert_eq!(house.db.read_blocking(today).unwrap(), date(2026, 12, 3));
    house.clock.set("2026-12-03T15:30:00Z".parse().unwrap());
    assert_eq!(house.db.read_blocking(today).unwrap(), date(2026, 12, 4), "past midnight in Tokyo");
}
