use jiff::civil::date;
use proptest::prelude::*;

use super::super::testing::{House, actor, house, hr};
use super::*;
use crate::auth::Role;
use crate::error::AppError;
use crate::people::org::{DepartmentFacts, EntityFacts, LocationFacts, department, entity, location};
use crate::people::{self, EmploymentType, NewEmployee, groups};

/// A company with two entities, two sites, two departments and two groups.
fn company(house: &House) {
    house
        .act(|tx| {
            for (code, name) in [("N", "Nordlicht GmbH"), ("S", "Sur SL")] {
                let facts = EntityFacts { name: name.into(), code: code.into(), country: String::new() };
                let entity_id = entity::create(tx, &hr(), facts)?;
                let facts = LocationFacts {
                    entity_id,
                    name: format!("Site of {name}"),
                    code: format!("{code}1"),
                    time_zone: "Europe/Madrid".into(),
                    country: String::new(),
                    region: String::new(),
                    address: String::new(),
                    holiday_on_free_day: crate::time::FreeDayRule::Nothing,
                    free_day_from: None,
                    lieu_expires_months: None,
                };
                let location_id = location::create(tx, &hr(), facts)?;
                let facts = DepartmentFacts {
                    name: if code == "N" { "Support" } else { "Ventas, Süd" }.into(),
                    code: format!("{code}D"),
                    location_id: Some(location_id),
                    ..DepartmentFacts::default()
                };
                department::create(tx, &hr(), facts)?;
            }
            groups::create(tx, &hr(), "IT", "it")?;
            groups::create(tx, &hr(), "Finance", "finance")?;
            Ok(())
        })
        .unwrap();
}

fn dry(house: &House, csv: &str) -> Outcome {
    let table = read(csv.as_bytes()).unwrap();
    house.db.read_blocking(|rx| dry_run(rx, &hr(), &table)).unwrap()
}

/// Imports, and shows on the way that the dry run said the same.
fn import(house: &House, csv: &str) -> Outcome {
    let told = dry(house, csv);
    let table = read(csv.as_bytes()).unwrap();
    let done = house.act(move |tx| run(tx, &hr(), &table)).unwrap();
    assert_eq!(told, done);
    done
}

fn exported(house: &House) -> String {
    String::from_utf8(house.db.read_blocking(|rx| export(rx, &hr(), Vec::new())).unwrap()).unwrap()
}

fn facts(house: &House, email: &str) -> Facts {
    house.db.read_blocking(|rx| people::by_email(rx, email)).unwrap().unwrap().facts
}

fn told(outcome: &Outcome) -> Vec<String> {
    outcome.errors.iter().map(ToString::to_string).collect()
}

fn count(house: &House, table: &'static str) -> i64 {
    house.db.read_blocking(move |rx| rx.scalar(&format!("SELECT count(*) FROM {table}"), ())).unwrap()
}

#[test]
fn our_own_columns_in_any_order() {
    let house = house();
    company(&house);
    let csv = "department;Last Name;first_name;EMAIL;number;manager;join_date;groups;employment_type;deputy\n\
               support;Castell;Mira;mira@x.test;7;8;2026-03-01;it finance;Part time;\n\
               SD;Brandt;Jonas;jonas@x.test;8;;2020-01-01;;;mira@x.test\n";
    let outcome = import(&house, csv);
    assert_eq!((outcome.rows, outcome.created, outcome.errors.len()), (2, 2, 0));
    let (mira, jonas) = (facts(&house, "mira@x.test"), facts(&house, "jonas@x.test"));
    let id = |email: &str| house.db.read_blocking(|rx| people::by_email(rx, email)).unwrap().unwrap().id;
    assert_eq!(mira.manager_id, Some(id("jonas@x.test")), "further down in the file");
    assert_eq!(jonas.deputy_id, Some(id("mira@x.test")));
    assert_eq!(mira.employment_type, EmploymentType::PartTime);
    assert_eq!(mira.join_date, date(2026, 3, 1));
    let entity = house.db.read_blocking(|rx| entity::get(rx, mira.entity_id.unwrap())).unwrap();
    assert_eq!(entity.facts.code, "N", "by the department's location");
    let held = house.db.read_blocking(|rx| groups::of_employee(rx, id("mira@x.test"))).unwrap();
    assert_eq!(held.iter().map(|group| group.code.as_str()).collect::<Vec<_>>(), ["finance", "it"]);
    let weeks = house.db.read_blocking(|rx| people::schedules(rx, id("mira@x.test"))).unwrap();
    assert_eq!(weeks.of(date(2026, 3, 2)).minutes().get(), 480);
    let then = house.db.read_blocking(|rx| people::standing_on(rx, id("mira@x.test"), date(2026, 3, 1))).unwrap();
    assert_eq!(then.manager_id, mira.manager_id);
}

#[test]
fn the_files_of_other_systems() {
    let house = house();
    company(&house);
    let timeoff = "email,lastname,name,department\nmira@x.test,Castell,Mira,Support\nbo@x.test,Ek,Bo,\"Ventas, Süd\"\n";
    assert_eq!(import(&house, timeoff).created, 2);
    let mira = facts(&house, "mira@x.test");
    assert_eq!((mira.first_name.as_str(), mira.last_name.as_str(), mira.number.as_str()), ("Mira", "Castell", "1"));
    assert_eq!(mira.join_date, date(2026, 12, 3), "nothing is said: today");
    assert_eq!(import(&house, timeoff).unchanged, 2);

    let orange = "first_name,middle_name,last_name,employee_id,other_id,driver's_license_no,license_expiry_date,gender,\
                  marital_status,nationality,date_of_birth,address_street_1,address_street_2,city,state/province,\
                  zip/postal_code,country,home_telephone,mobile,work_telephone,work_email,other_email\n\
                  Ana,M,Ribeiro,0042,,,,Female,,,1980-01-01,,,,,,,,0170 1,040 2,ana@x.test,\n";
    let outcome = import(&house, orange);
    assert_eq!((outcome.created, outcome.ignored.len()), (1, 17));
    let ana = facts(&house, "ana@x.test");
    assert_eq!((ana.number.as_str(), ana.phone.as_str()), ("0042", "040 2"));
}

#[test]
fn the_same_file_twice_changes_nothing() {
    let house = house();
    company(&house);
    let csv = "number,first_name,last_name,email,department,manager,phone\n\
               1,Ana,Ribeiro,ana@x.test,Support,,=1+1\n2,Mira,Castell,mira@x.test,SD,ana@x.test,+49 40\n";
    import(&house, csv);
    let (people, audit, log) = (exported(&house), count(&house, "audit_log"), count(&house, "employee_changes"));
    let again = import(&house, csv);
    assert_eq!((again.unchanged, again.updated, again.created), (2, 0, 0));
    assert_eq!((exported(&house), count(&house, "audit_log"), count(&house, "employee_changes")), (people, audit, log));
}

#[test]
fn what_the_file_does_not_say_stays_and_a_blank_clears_what_may_be_empty() {
    let house = house();
    company(&house);
    import(
        &house,
        "number,first_name,last_name,email,phone,position,department,groups\n1,Ana,Ribeiro,a@x.test,1,Boss,ND,it\n",
    );
    let outcome = import(&house, "email,last_name,phone\nA@X.test,Ribeiro Sousa,\n");
    assert_eq!(outcome.fates[0].what, What::Updated(vec!["last_name", "email", "phone"]));
    let ana = facts(&house, "a@x.test");
    assert_eq!((ana.last_name.as_str(), ana.phone.as_str(), ana.position.as_str()), ("Ribeiro Sousa", "", "Boss"));
    assert!(ana.department_id.is_some() && ana.number == "1");
    import(&house, "number,department,groups\n1,,\n");
    assert_eq!(facts(&house, "a@x.test").department_id, None);
    assert_eq!(count(&house, "group_members"), 0);
}

#[test]
fn every_fault_is_named_with_line_column_and_reason_and_nothing_is_written() {
    let house = house();
    company(&house);
    house.person("77", None);
    let hidden = house.person("66", None);
    house.act(move |tx| employee::hide(tx, &hr(), hidden)).unwrap();
    let before = (count(&house, "employees"), count(&house, "audit_log"));
    let csv = "number,first_name,last_name,email,department,entity,location,manager,join_date,leave_date,groups,employment_type\n\
               1,A,A,a@x.test,Unknown,,,,,,,\n\
               2,B,B,b@x.test,,S,N1,,,,,\n\
               3,C,,not an address,,,,,,,,\n\
               4,D,D,d@x.test,,,,nobody,,,,\n\
               5,E,E,e@x.test,,,,,31/12/2026,,,\n\
               6,F,F,f@x.test,,,,,2026-03-01,2026-02-01,,\n\
               7,G,G,g@x.test,,,,7,,,,\n\
               8,H,H,A@x.test,,,,,,,,\n\
               77,I,I,i@x.test,,,,66,,,,\n\
               66,J,J,j@x.test,,,,,,,,\n\
               ,,,,ND,,,,,,,\n\
               9,K,K,k@x.test,,,,,,,it nope,\n\
               10,L,L,l@x.test,,,,,,,,often\n\
               77,M,M,m@x.test,,,,,,,,\n";
    let outcome = import(&house, csv);
    assert_eq!(
        told(&outcome),
        [
            "line 2, department: “Unknown” is neither a code nor a name that is known",
            "line 3, entity: is not the entity of the location",
            "line 4, last_name: Please fill this in.",
            "line 4, email: An e-mail address has an @ in it.",
            "line 5, manager: “nobody” is no number or address of anybody",
            "line 6, join_date: is not a date such as 2026-03-01",
            "line 7, leave_date: The last day cannot come before the first, 2026-03-01.",
            "line 8, manager: is the person of this very line",
            "line 9, email: stands in line 2 already",
            "line 10, manager: “66” is deactivated",
            "line 11, number: belongs to Mira Castell 66, who is deactivated",
            "line 12, email: is empty: without it nobody knows who is meant",
            "line 13, groups: there is no group “nope”",
            "line 14, employment_type: is not one of full_time, part_time, temporary, intern, contractor",
            "line 15, number: is the person of line 10 once more",
        ]
    );
    assert_eq!((outcome.rows, outcome.fates.len()), (14, 0));
    assert_eq!((count(&house, "employees"), count(&house, "audit_log")), before);
}

#[test]
fn circles_are_found_across_the_file_and_what_is_there() {
    let house = house();
    let top = house.person("1", None);
    house.person("2", Some(top));
    let outcome = dry(&house, "number,manager\n1,2\n");
    assert_eq!(told(&outcome).len(), 1);
    assert!(told(&outcome)[0].starts_with("line 2, manager: closes a circle"), "{outcome:?}");

    let csv = "number,first_name,last_name,email,manager\n\
               10,A,A,a@x.test,11\n11,B,B,b@x.test,12\n12,C,C,c@x.test,10\n13,D,D,d@x.test,10\n1,Mira,Castell 1,,13\n";
    let lines: Vec<u64> = dry(&house, csv).errors.iter().map(|fault| fault.line).collect();
    assert_eq!(lines, [2, 3, 4], "those in the circle, not those below it");

    // Turned round at one go, which one by one could not be done in this order.
    let outcome = import(&house, "number,manager\n1,2\n2,\n");
    assert_eq!(outcome.updated, 2, "{outcome:?}");
}

#[test]
fn who_is_meant_must_be_one_person() {
    let house = house();
    house.person("1", None);
    house.person("2", None);
    let outcome = dry(&house, "number,email\n1,p2@demo.test\n");
    assert_eq!(told(&outcome), ["line 2, email: belongs to Mira Castell 2, but the number to Mira Castell 1"]);
    let renamed = import(&house, "number,email\n1,new@demo.test\n");
    assert_eq!(renamed.updated, 1);
    assert_eq!(facts(&house, "new@demo.test").number, "1");
}

#[test]
fn what_is_no_table_of_people_is_refused() {
    for (bytes, says) in [
        (&b"first_name,last_name\nA,B\n"[..], "number"),
        (b"PK\x03\x04xlsx", "XLSX"),
        (b"email\n\xff\xfe\xfd\n", "UTF-8"),
        (b"", "empty"),
    ] {
        let said = match read(bytes) {
            Err(fault) => fault.to_string(),
            Ok(table) => table.faults.first().map(ToString::to_string).unwrap_or_default(),
        };
        assert!(said.contains(says), "{said}");
    }
    let house = house();
    let bad_end = "email,first_name,last_name\na@x.test,A,A\n\"b@x.test,B,B\n";
    let outcome = import(&house, bad_end);
    assert_eq!((outcome.errors.len(), count(&house, "employees")), (1, 0));
}

#[test]
fn only_hr_imports_and_exports() {
    let house = house();
    let boss = house.person("1", None);
    let who = actor(boss, &[Role::Employee, Role::Manager, Role::Admin]);
    let table = read(&b"number\n1\n"[..]).unwrap();
    assert!(matches!(house.db.read_blocking(|rx| dry_run(rx, &who, &table)), Err(AppError::Forbidden(_))));
    assert!(matches!(house.db.read_blocking(|rx| export(rx, &who, Vec::new())), Err(AppError::Forbidden(_))));
    assert!(matches!(house.act(move |tx| run(tx, &who, &table)), Err(AppError::Forbidden(_))));
}

#[test]
fn deactivated_places_stay_with_whom_they_are() {
    let house = house();
    company(&house);
    import(&house, "number,first_name,last_name,email,department\n1,A,A,a@x.test,ND\n");
    let department = facts(&house, "a@x.test").department_id.unwrap();
    house.act(move |tx| people::org::unit::hide(tx, &hr(), people::org::Unit::Department(department))).unwrap();
    let out = exported(&house);
    assert_eq!(import(&house, &out).unchanged, 1);
    let outcome = dry(&house, "number,first_name,last_name,email,department\n2,B,B,b@x.test,ND\n");
    assert_eq!(told(&outcome), ["line 2, department: “ND” is deactivated"]);
}

/// Text of the odd sort, tidy as the house keeps it.
fn text(most: usize) -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec![
        "=1+1", "+49 1", "-x", "@a", "a;b", "a,b", "\"q\"", "'x", "'=x", "''+x", "Ö ü", "–", "1.2.2026",
    ]);
    prop_oneof![2 => "[A-Za-zäöüß]{1,12}".prop_map(String::from), 1 => odd.prop_map(str::to_owned)]
        .prop_map(move |text| text.chars().take(most).collect::<String>().trim().to_owned())
        .prop_filter("not blank", |text| !text.is_empty())
}

/// A record, whom it refers to, its groups.
type Person = (Facts, [Option<usize>; 3], Vec<i64>);

prop_compose! {
    /// One person among `n`, referring to any of those before.
    fn someone(n: usize)(
        names in (text(20), text(20)),
        phone in prop::option::of(text(20)),
        position in prop::option::of(text(20)),
        kind in prop::sample::select(EmploymentType::ALL),
        days in 0_i64..2000,
        stays in prop::option::of(0_i64..2000),
        department in prop::option::of(1_i64..=2),
        links in prop::array::uniform3(prop::option::of(0..n.max(1))),
        shy in any::<bool>(),
        groups in prop::sample::subsequence(vec![1_i64, 2], 0..=2),
    ) -> Person {
        let first = crate::time::period::ahead(date(2021, 1, 1), days);
        let facts = Facts {
            phone: phone.unwrap_or_default(),
            position: position.unwrap_or_default(),
            employment_type: kind,
            department_id: department.map(crate::ids::DepartmentId),
            leave_date: stays.map(|days| crate::time::period::ahead(first, days)),
            exclude_from_reports: shy,
            ..Facts::new("", &names.0, &names.1, "", first)
        };
        (facts, links.map(|link| link.filter(|_| n > 0)), groups)
    }
}

fn staff() -> impl Strategy<Value = Vec<Person>> {
    (1_usize..8).prop_flat_map(|n| (0..n).map(someone).collect::<Vec<_>>())
}

fn enter(house: &House, staff: &[Person]) {
    let mut ids = Vec::new();
    for (n, (facts, links, groups)) in staff.iter().enumerate() {
        let [manager_id, approver_id, deputy_id] = links.map(|link| link.map(|at| ids[at]));
        let facts = Facts {
            number: format!("{}{n}", ["", "0", "N-", "="][n % 4]),
            email: format!("p{n}@x.test"),
            manager_id,
            approver_id,
            deputy_id,
            ..facts.clone()
        };
        let groups = groups.iter().copied().map(crate::ids::GroupId).collect();
        let new = NewEmployee { facts, groups, schedule: None };
        ids.push(house.act(move |tx| people::create(tx, &hr(), new)).unwrap());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// What goes out comes in: into the same house as nothing, into another as the same people.
    #[test]
    fn export_and_import_are_each_other_s_undoing(staff in staff(), delimiter in prop::sample::select(vec![",", ";"])) {
        let (one, other) = (house(), house());
        company(&one);
        company(&other);
        enter(&one, &staff);
        let csv = exported(&one);
        let same = import(&one, &csv);
        prop_assert_eq!((same.unchanged, same.errors.len()), (staff.len(), 0), "{:?}\n{}", same, csv);
        prop_assert_eq!(&exported(&one), &csv);

        let csv_there = if delimiter == ";" { with_semicolons(&csv) } else { csv.clone() };
        let moved = import(&other, &csv_there);
        prop_assert_eq!((moved.created, moved.errors.len()), (staff.len(), 0), "{:?}\n{}", moved, csv_there);
        prop_assert_eq!(exported(&other), csv);
        prop_assert_eq!(import(&other, &csv_there).unchanged, staff.len());
    }

    /// Any file of links: it goes in exactly where walking the lines by hand finds no circle, and leaves none.
    #[test]
    fn no_file_ever_makes_a_circle(
        before in prop::collection::vec(prop::option::of(0_usize..6), 6),
        after in prop::collection::btree_map(0_usize..9, prop::option::of(0_usize..9), 1..9),
    ) {
        let house = house();
        let mut ids = Vec::new();
        for (n, manager) in before.iter().enumerate() {
            let manager = manager.filter(|at| *at < n);
            ids.push(house.person(&n.to_string(), manager.map(|at| ids[at])));
        }
        let mut above: Vec<Option<usize>> = before.iter().enumerate().map(|(n, m)| m.filter(|at| *at < n)).collect();
        above.resize(9, None);
        let mut csv = "number,first_name,last_name,email,manager\n".to_owned();
        // Whoever a row may refer to is there or in the file.
        let there = |n: usize| n < 6 || after.contains_key(&n);
        for (n, manager) in &after {
            let manager = manager.filter(|m| there(*m));
            above[*n] = manager;
            let manager = manager.map(|m| m.to_string()).unwrap_or_default();
            csv.push_str(&format!("{n},Mira,Castell {n},p{n}@demo.test,{manager}\n"));
        }
        let circle = (0..9).any(|start| {
            let (mut at, mut steps) = (start, 0);
            while let Some(next) = above[at] {
                (at, steps) = (next, steps + 1);
                if steps > 9 { return true; }
            }
            false
        });
        let outcome = import(&house, &csv);
        prop_assert_eq!(!outcome.errors.is_empty(), circle, "{:?}\n{}", outcome.errors, csv);
        let lines: Vec<(i64, Option<i64>)> = house.db.read_blocking(|rx| {
            rx.all("SELECT id, manager_id FROM employees", (), |row| Ok((row.get(0)?, row.get(1)?)))
        }).unwrap();
        for (start, _) in &lines {
            let (mut at, mut steps) = (*start, 0);
            while let Some(next) = lines.iter().find(|(id, _)| *id == at).and_then(|(_, manager)| *manager) {
                (at, steps) = (next, steps + 1);
                prop_assert!(steps <= lines.len());
            }
        }
    }
}

/// The same table as a spreadsheet of another country saves it.
fn with_semicolons(csv: &str) -> String {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
    for record in reader.records() {
        writer.write_record(&record.unwrap()).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

/// Ten thousand rows are a matter of seconds, also in a build without optimization.
#[test]
fn ten_thousand_rows() {
    let house = house();
    company(&house);
    let mut csv = "number,first_name,last_name,email,department,manager,groups\n".to_owned();
    for n in 1..=10_000 {
        let manager = if n == 1 { String::new() } else { (n / 7 + 1).min(n - 1).to_string() };
        csv.push_str(&format!("{n},Mira,Castell {n},p{n}@x.test,ND,{manager},it\n"));
    }
    let table = read(csv.as_bytes()).unwrap();
    let started = std::time::Instant::now();
    let told = house.db.read_blocking(|rx| dry_run(rx, &hr(), &table)).unwrap();
    let dry = started.elapsed();
    assert_eq!(told.created, 10_000, "{:?}", told.errors.first());
    let started = std::time::Instant::now();
    let done = house.act(move |tx| run(tx, &hr(), &table)).unwrap();
    let real = started.elapsed();
    assert_eq!(done.created, 10_000);
    println!("10,000 rows: dry run {dry:?}, import {real:?}");
    assert!(dry.as_secs() < 10 && real.as_secs() < 60, "dry run {dry:?}, import {real:?}");
}

#[test]
fn numbers_go_on_as_wide_as_they_are() {
    let house = house();
    house.person("0042", None);
    import(&house, "email,last_name,first_name\na@x.test,Ek,A\nb@x.test,Ek,B\n");
    assert_eq!((facts(&house, "a@x.test").number, facts(&house, "b@x.test").number), ("0043".into(), "0044".into()));
}

#[test]
fn an_address_that_another_login_has_is_told_by_line() {
    let house = house();
    let (mira, jonas) = (house.person("1", None), house.person("2", None));
    house.login(mira, &[]);
    let taken = format!("login{jonas}@demo.test");
    house.login(jonas, &[]);
    let told = told(&dry(&house, &format!("number,email\n1,{taken}\n")));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("another login"), "{told:?}");
}
