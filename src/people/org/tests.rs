use super::super::testing::{House, actor, house, hr, person};
use super::*;
use crate::auth::Role;
use crate::error::{AppError, Result};
use crate::ids::{DepartmentId, EntityId, LocationId};
use crate::people::{self, Facts, NewEmployee};
use crate::web::Listing;

fn fields<T>(result: Result<T>) -> Vec<String> {
    match result {
        Err(AppError::Invalid(errors)) => errors.0.into_iter().map(|(field, _)| field.into_owned()).collect(),
        Err(other) => panic!("{other}"),
        Ok(_) => Vec::new(),
    }
}

fn an_entity(house: &House, code: &'static str) -> EntityId {
    let facts = EntityFacts { name: format!("Company {code}"), code: code.into(), country: "de".into() };
    house.act(move |tx| entity::create(tx, &hr(), facts)).unwrap()
}

fn at(entity_id: EntityId, code: &str) -> LocationFacts {
    LocationFacts {
        entity_id,
        name: format!("Site {code}"),
        code: code.into(),
        time_zone: "europe/berlin".into(),
        country: String::new(),
        region: String::new(),
        address: "Kai 1\n 20457 Hamburg ".into(),
        holiday_on_free_day: crate::time::FreeDayRule::Nothing,
        free_day_from: None,
        lieu_expires_months: None,
    }
}

fn a_location(house: &House, entity: EntityId, code: &'static str) -> LocationId {
    house.act(move |tx| location::create(tx, &hr(), at(entity, code))).unwrap()
}

fn a_department(house: &House, code: &str, location: Option<LocationId>, parent: Option<DepartmentId>) -> DepartmentId {
    let facts = DepartmentFacts {
        name: format!("Department {code}"),
        code: code.into(),
        location_id: location,
        parent_id: parent,
        head_id: None,
        budget_minor: None,
        currency: String::new(),
    };
    house.act(move |tx| department::create(tx, &hr(), facts)).unwrap()
}

#[test]
fn what_was_entered_comes_back_tidy() {
    let house = house();
    let company = an_entity(&house, "N");
    let site = a_location(&house, company, "HH");
    let read = house.db.read_blocking(|rx| location::get(rx, site)).unwrap();
    assert_eq!(read.facts.time_zone, "Europe/Berlin");
    assert_eq!(read.facts.address, "Kai 1\n20457 Hamburg");
    assert_eq!(read.entity.name, "Company N");
    assert_eq!(house.db.read_blocking(|rx| entity::get(rx, company)).unwrap().facts.country, "DE");
}

#[test]
fn codes_are_unique_however_written() {
    let house = house();
    let company = an_entity(&house, "Ä1");
    a_location(&house, company, "hh");
    a_department(&house, "Sup", None, None);
    let facts = EntityFacts { name: "x".into(), code: "a\u{308}1".into(), country: String::new() };
    assert_eq!(fields(house.act(move |tx| entity::create(tx, &hr(), facts))), ["code"]);
    assert_eq!(fields(house.act(move |tx| location::create(tx, &hr(), at(company, "HH")))), ["code"]);
    let facts = DepartmentFacts { name: "x".into(), code: "SUP".into(), ..DepartmentFacts::default() };
    assert_eq!(fields(house.act(move |tx| department::create(tx, &hr(), facts))), ["code"]);
    // One's own code is no other's.
    house.act(move |tx| entity::update(tx, &hr(), company, |f| f.code = "ä1".into())).unwrap();
}

#[test]
fn every_fault_is_told_at_once() {
    let house = house();
    let facts = EntityFacts { name: " ".into(), code: "x".repeat(21), country: "Germany".into() };
    assert_eq!(fields(house.act(move |tx| entity::create(tx, &hr(), facts))), ["name", "code", "country"]);
    let facts = LocationFacts { time_zone: "Europe/Atlantis".into(), region: "x".repeat(21), ..at(EntityId(9), "A") };
    let refused = house.act(move |tx| location::create(tx, &hr(), facts));
    assert_eq!(fields(refused), ["time_zone", "region", "entity_id"]);
    let facts = DepartmentFacts {
        name: "x".into(),
        code: "X".into(),
        location_id: Some(LocationId(9)),
        parent_id: Some(DepartmentId(9)),
        head_id: Some(crate::ids::EmployeeId(9)),
        ..DepartmentFacts::default()
    };
    let refused = house.act(move |tx| department::create(tx, &hr(), facts));
    assert_eq!(fields(refused), ["location_id", "head_id", "parent_id"]);
}

#[test]
fn no_department_is_part_of_itself() {
    let house = house();
    let top = a_department(&house, "A", None, None);
    let part = a_department(&house, "B", None, Some(top));
    let small = a_department(&house, "C", None, Some(part));
    for parent in [top, part, small] {
        let refused = house.act(move |tx| department::update(tx, &hr(), top, |f| f.parent_id = Some(parent)));
        assert_eq!(fields(refused), ["parent_id"]);
    }
    house.act(move |tx| department::update(tx, &hr(), small, |f| f.parent_id = Some(top))).unwrap();
}

#[test]
fn deactivating_takes_along_what_stands_below_and_restoring_brings_back_just_that() {
    let house = house();
    let (company, other) = (an_entity(&house, "A"), an_entity(&house, "B"));
    let (here, there) = (a_location(&house, company, "H"), a_location(&house, company, "T"));
    let elsewhere = a_location(&house, other, "E");
    let support = a_department(&house, "S", Some(here), None);
    let part = a_department(&house, "P", None, Some(support));
    let before = a_department(&house, "OLD", Some(there), None);
    let apart = a_department(&house, "X", Some(elsewhere), None);
    let facts = Facts { department_id: Some(part), ..person("1") };
    house.act(move |tx| people::create(tx, &hr(), NewEmployee::from(facts))).unwrap();
    let facts = Facts { location_id: Some(there), ..person("2") };
    house.act(move |tx| people::create(tx, &hr(), NewEmployee::from(facts))).unwrap();
    house.act(move |tx| unit::hide(tx, &hr(), Unit::Department(before))).unwrap();

    let touched = house.db.read_blocking(|rx| unit::impact(rx, Unit::Entity(company))).unwrap();
    let codes = |of: &[people::NameRef]| of.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    assert_eq!(codes(&touched.locations), ["Site H", "Site T"]);
    assert_eq!(codes(&touched.departments), ["Department P", "Department S"]);
    assert_eq!(touched.people, 2);

    house.act(move |tx| unit::hide(tx, &hr(), Unit::Entity(company))).unwrap();
    let hidden = |house: &House| {
        house
            .db
            .read_blocking(|rx| {
                let mut gone = Vec::new();
                for id in [company, other] {
                    gone.push(entity::get(rx, id)?.hidden);
                }
                for id in [here, there, elsewhere] {
                    gone.push(location::get(rx, id)?.hidden);
                }
                for id in [support, part, before, apart] {
                    gone.push(department::get(rx, id)?.hidden);
                }
                Ok(gone)
            })
            .unwrap()
    };
    assert_eq!(hidden(&house), [true, false, true, true, false, true, true, true, false]);

    let refused = house.act(move |tx| unit::restore(tx, &hr(), Unit::Location(here)));
    assert!(matches!(refused, Err(AppError::Conflict(_))), "its entity is deactivated");

    house.act(move |tx| unit::restore(tx, &hr(), Unit::Entity(company))).unwrap();
    assert_eq!(
        hidden(&house),
        [false, false, false, false, false, false, false, true, false],
        "OLD went in another act"
    );
    house.act(move |tx| unit::restore(tx, &hr(), Unit::Department(before))).unwrap();
    assert!(!hidden(&house)[7]);
}

#[test]
fn people_follow_department_location_and_entity() {
    let house = house();
    let (company, other) = (an_entity(&house, "A"), an_entity(&house, "B"));
    let here = a_location(&house, company, "H");
    let there = a_location(&house, other, "T");
    let support = a_department(&house, "S", Some(here), None);
    let facts = Facts { department_id: Some(support), ..person("1") };
    let id = house.act(move |tx| people::create(tx, &hr(), NewEmployee::from(facts))).unwrap();
    let placed = |house: &House| {
        let facts = house.db.read_blocking(|rx| people::get(rx, id)).unwrap().facts;
        (facts.entity_id, facts.location_id)
    };
    assert_eq!(placed(&house), (Some(company), Some(here)));
    assert_eq!(house.db.read_blocking(|rx| people::place_of(rx, id)).unwrap().zone.iana_name(), Some("Europe/Berlin"));

    house.act(move |tx| people::update(tx, &hr(), id, |f| f.location_id = Some(there))).unwrap();
    assert_eq!(placed(&house), (Some(other), Some(there)), "the entity follows the location");
    let refused = house.act(move |tx| people::update(tx, &hr(), id, |f| f.entity_id = Some(company)));
    assert_eq!(fields(refused), ["entity_id"]);

    house.act(move |tx| location::update(tx, &hr(), there, |f| f.entity_id = company)).unwrap();
    assert_eq!(placed(&house), (Some(company), Some(there)), "a location takes its people along");
}

#[test]
fn managers_of_a_department_come_and_go() {
    let house = house();
    let support = a_department(&house, "S", None, None);
    let (anna, ben) = (house.person("1", None), house.person("2", None));
    house.act(move |tx| department::add_manager(tx, &hr(), support, ben)).unwrap();
    house.act(move |tx| department::add_manager(tx, &hr(), support, anna)).unwrap();
    house.act(move |tx| department::add_manager(tx, &hr(), support, anna)).unwrap();
    let managers = |house: &House| {
        let found = house.db.read_blocking(|rx| department::managers(rx, support)).unwrap();
        found.into_iter().map(|one| one.id).collect::<Vec<_>>()
    };
    assert_eq!(managers(&house), [anna.0, ben.0]);
    house.act(move |tx| department::remove_manager(tx, &hr(), support, anna)).unwrap();
    assert_eq!(managers(&house), [ben.0]);
    let gone = house.act(move |tx| department::remove_manager(tx, &hr(), support, anna));
    assert!(matches!(gone, Err(AppError::NotFound)));
}

#[test]
fn only_hr_builds_the_organization() {
    let house = house();
    let company = an_entity(&house, "A");
    let boss = house.person("1", None);
    let manager = move || actor(boss, &[Role::Employee, Role::Manager, Role::Admin]);
    let forbidden = |result: Result<()>| assert!(matches!(result, Err(AppError::Forbidden(_))), "{result:?}");
    forbidden(house.act(move |tx| entity::create(tx, &manager(), EntityFacts::default()).map(drop)));
    forbidden(house.act(move |tx| entity::update(tx, &manager(), company, |_| {})));
    forbidden(house.act(move |tx| location::create(tx, &manager(), at(company, "X")).map(drop)));
    forbidden(house.act(move |tx| department::create(tx, &manager(), DepartmentFacts::default()).map(drop)));
    forbidden(house.act(move |tx| unit::hide(tx, &manager(), Unit::Entity(company))));
    forbidden(house.act(move |tx| unit::restore(tx, &manager(), Unit::Entity(company))));
}

#[test]
fn lists_are_searched_by_name_and_code_and_paged() {
    let house = house();
    for code in ["A1", "B1", "C%", "Ö2"] {
        an_entity(&house, code);
    }
    let query = |text: &str| {
        let listing =
            crate::web::listing::ListQuery::read("/", text).listing(entity::ORDERINGS, entity::FILTERS).unwrap();
        let (rows, total) = house.db.read_blocking(|rx| entity::list(rx, &listing)).unwrap();
        (rows.into_iter().map(|row| row.facts.code).collect::<Vec<_>>().join(" "), total)
    };
    assert_eq!(query(""), ("A1 B1 C% Ö2".into(), 4));
    assert_eq!(query("search=1"), ("A1 B1".into(), 2));
    assert_eq!(query("search=%25"), ("C%".into(), 1), "a percent sign is no joker");
    assert_eq!(query("search=%C3%B62"), ("Ö2".into(), 1));
    assert_eq!(query("ordering=-code&page_size=2&page=2"), ("B1 A1".into(), 4));
    let none = Listing::first();
    assert_eq!(house.db.read_blocking(|rx| location::list(rx, &none)).unwrap(), (Vec::new(), 0));
    assert_eq!(house.db.read_blocking(|rx| department::list(rx, &none)).unwrap(), (Vec::new(), 0));
}
