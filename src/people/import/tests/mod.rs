mod random;

use jiff::civil::date;

use super::*;
use crate::auth::Role;
use crate::error::AppError;
use crate::people::custom::{FieldFacts, Kind, VisibleTo};
use crate::people::org::{DepartmentFacts, EntityFacts, LocationFacts, department, entity, location};
use crate::people::testing::{House, actor, house, hr};
use crate::people::{self, EmploymentType, groups, personal};

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
            for (code, kind, options) in [
                ("note", Kind::Text, &[][..]),
                ("shoe_size", Kind::Number, &[]),
                ("visa_end", Kind::Date, &[]),
                ("car", Kind::Choice, &["None at all", "=Own, or leased", "Grün; blau"]),
            ] {
                let facts = FieldFacts {
                    code: code.into(),
                    label: code.into(),
                    kind,
                    options: options.iter().map(|option| (*option).to_owned()).collect(),
                    required: false,
                    visible_to: VisibleTo::Hr,
                    editable_by_person: false,
                    sort_order: 0,
                };
                custom::create(tx, &hr(), facts)?;
            }
            Ok(())
        })
        .unwrap();
}

/// The file against the fields that the house has.
fn table(house: &House, csv: &[u8]) -> Result<Table, Fault> {
    read(csv, house.db.read_blocking(custom::fields).unwrap())
}

fn dry(house: &House, csv: &str) -> Outcome {
    let table = table(house, csv.as_bytes()).unwrap();
    house.db.read_blocking(|rx| dry_run(rx, &hr(), &table)).unwrap()
}

/// Imports, and shows on the way that the dry run said the same.
fn import(house: &House, csv: &str) -> Outcome {
    let told = dry(house, csv);
    let table = table(house, csv.as_bytes()).unwrap();
    let done = house.act(move |tx| run(tx, &hr(), &table, None, &|_| ())).unwrap();
    assert_eq!(told, done);
    done
}

fn exported(house: &House) -> String {
    String::from_utf8(house.db.read_blocking(|rx| export(rx, &hr(), None, Vec::new())).unwrap()).unwrap()
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
    assert_eq!((outcome.created, outcome.ignored.len()), (1, 15));
    let private = house.db.read_blocking(personal::everybody).unwrap();
    assert_eq!(private.values().next().unwrap().birthday, Some(date(1980, 1, 1)));
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
    assert_eq!(outcome.fates[0].what, What::Updated(["last_name", "email", "phone"].map(str::to_owned).to_vec()));
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
            "line 2, department: “Unknown” is neither a code nor a name that is known: enter it under “Organization” first, or write it as it stands there",
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
        let said = match read(bytes, Vec::new()) {
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
    let table = read(&b"number\n1\n"[..], Vec::new()).unwrap();
    assert!(matches!(house.db.read_blocking(|rx| dry_run(rx, &who, &table)), Err(AppError::Forbidden(_))));
    assert!(matches!(house.db.read_blocking(|rx| export(rx, &who, None, Vec::new())), Err(AppError::Forbidden(_))));
    assert!(matches!(house.act(move |tx| run(tx, &who, &table, None, &|_| ())), Err(AppError::Forbidden(_))));
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
    let table = read(csv.as_bytes(), Vec::new()).unwrap();
    let started = std::time::Instant::now();
    let (told, checked) = house.db.read_blocking(|rx| prepare(rx, &hr(), &table)).unwrap();
    let dry = started.elapsed();
    assert_eq!(told.created, 10_000, "{:?}", told.errors.first());
    let started = std::time::Instant::now();
    let done = house.act(move |tx| run(tx, &hr(), &table, Some(checked), &|_| ())).unwrap();
    let real = started.elapsed();
    assert_eq!(done.created, 10_000);
    println!("10,000 rows: dry run {dry:?}, in the writer {real:?}");
    assert!(dry.as_secs() < 10 && real.as_secs() < 60, "dry run {dry:?}, import {real:?}");

    // The directory stays quick beside five times as many people as it is made for.
    for query in ["", "search=castell+77", "department_id=1&ordering=-name", "on=2026-12-03&department_id=1"] {
        let (orderings, filters) = people::directory::words(&hr());
        let listing = crate::web::listing::ListQuery::read("/people", query).listing(orderings, filters).unwrap();
        let started = std::time::Instant::now();
        let (rows, total) = house.db.read_blocking(|rx| people::directory::list(rx, &hr(), &listing)).unwrap();
        let took = started.elapsed();
        println!("10,000 people, “{query}”: {total} found, {} shown in {took:?}", rows.len());
        assert!(!rows.is_empty() && took.as_secs() < 5, "“{query}” took {took:?}");
    }
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

/// What people send, case by case: what the file is, and what is said of it; nothing is written in any of them.
#[test]
fn files_of_every_kind_get_a_clear_answer() {
    let utf16: Vec<u8> = "email\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let bom16: Vec<u8> = [&[0xFF, 0xFE][..], &utf16].concat();
    let latin: &[u8] = b"email,last_name,first_name\na@x.test,M\xFCller,A\n";
    let mut long = "email,first_name,last_name,department\n".to_owned();
    for line in 2..=8_000 {
        let department = if line == 7_412 { "Suport" } else { "ND" };
        long.push_str(&format!("p{line}@x.test,A,B,{department}\n"));
    }
    let cases: &[(&str, &[u8], &str)] = &[
        ("a workbook that was renamed", b"PK\x03\x04\x14\x00\x06\x00", "line 1: This is an Excel workbook (XLSX)"),
        ("an old workbook", b"\xD0\xCF\x11\xE0\xA1\xB1", "line 1: This is an old Excel workbook (XLS)"),
        ("UTF-16 with its mark", &bom16, "line 1: This text is UTF-16"),
        ("UTF-16 without it", &utf16, "binary file, not CSV text"),
        ("Latin-1", latin, "line 2: The file is not UTF-8: byte 38 is FC. Save it as “CSV UTF-8”"),
        ("nothing", b"", "line 1: The file is empty"),
        ("no known header", b"colour,size\nred,4\n", "The header lacks email or number"),
        ("an open quotation mark", b"email,last_name,first_name\n\"a@x.test,A,A\n", "line 2: A quotation mark is opened"),
        ("a column twice", b"email,e-mail address\na@x.test,a@x.test\n", "The same column stands twice"),
        ("a field that is not there", b"email,custom:hat\na@x.test,L\n", "line 1, custom:hat: There is no field “hat”"),
        ("a department nobody knows, far down", long.as_bytes(), "line 7412, department: “Suport” is neither"),
        (
            "numbers that differ by form",
            "number,email,first_name,last_name\nA\u{308}1,a@x.test,A,A\n\u{c4}1,b@x.test,B,B\n".as_bytes(),
            "line 3, number: stands in line 2 already",
        ),
        (
            "full-width figures",
            "number,email,first_name,last_name\n42,a@x.test,A,A\n\u{ff14}\u{ff12},b@x.test,B,B\n".as_bytes(),
            "line 3, number: stands in line 2 already",
        ),
        (
            "addresses that differ by case",
            "number,email,first_name,last_name\n1,J\u{fc}rgen@x.test,A,A\n2,JU\u{308}RGEN@X.TEST,B,B\n".as_bytes(),
            "line 3, email: stands in line 2 already",
        ),
        (
            "the company's number in another form",
            "number,email,first_name,last_name\n\u{ff17},zz@x.test,A,A\n7,b@x.test,B,B\n".as_bytes(),
            "line 3, number: is the person of line 2 once more",
        ),
        ("gone before coming", b"email,first_name,last_name,join_date,leave_date\na@x.test,A,A,2026-03-01,2026-02-01\n",
            "line 2, leave_date: The last day cannot come before the first"),
        ("a probation that outlasts the employment",
            b"email,first_name,last_name,join_date,leave_date,probation_end\na@x.test,A,A,2026-03-01,2026-04-01,2026-05-01\n",
            "line 2, probation_end: The probation cannot end after the last day"),
        ("no number", b"email,first_name,last_name,custom:shoe_size\na@x.test,A,A,big\n",
            "line 2, custom:shoe_size: This is no number"),
        ("no choice", b"email,first_name,last_name,custom:car\na@x.test,A,A,red\n", "line 2, custom:car: “red” is not one of"),
    ];
    let house = house();
    company(&house);
    house.person("7", None);
    let before = (count(&house, "employees"), count(&house, "audit_log"));
    for (what, bytes, says) in cases {
        let said = match table(&house, bytes) {
            Err(fault) => vec![fault.to_string()],
            Ok(table) => {
                let outcome = house.act(move |tx| run(tx, &hr(), &table, None, &|_| ())).unwrap();
                told(&outcome)
            }
        };
        assert!(said.len() == 1 && said[0].contains(says), "{what}: {said:?}");
    }
    assert_eq!((count(&house, "employees"), count(&house, "audit_log")), before);
}

/// The same table however a spreadsheet saves it: marks, separators, line ends, quoted line breaks, formulas.
#[test]
fn tables_of_every_spelling_are_read_alike() {
    let rows = [
        ["email", "first_name", "last_name", "phone", "custom:note"],
        ["a@x.test", "Ana", "=1+1", "+49 40", "two\nlines"],
        ["b@x.test", "Bo", "@x", "-5", "\"quoted\", and; more"],
    ];
    let write = |delimiter: u8, end: csv::Terminator| {
        let mut csv = csv::WriterBuilder::new().delimiter(delimiter).terminator(end).from_writer(Vec::new());
        rows.iter().for_each(|row| csv.write_record(row).unwrap());
        csv.into_inner().unwrap()
    };
    let mark = b"\xEF\xBB\xBF";
    let files = [
        write(b',', csv::Terminator::CRLF),
        [&mark[..], &write(b';', csv::Terminator::CRLF)].concat(),
        write(b'\t', csv::Terminator::Any(b'\n')),
        [b"sep=;\r\n".to_vec(), write(b';', csv::Terminator::CRLF)].concat(),
        [&mark[..], &write(b',', csv::Terminator::Any(b'\n'))].concat(),
    ];
    let mut seen = Vec::new();
    for file in &files {
        let house = house();
        company(&house);
        let table = table(&house, file).unwrap();
        let done = house.act(move |tx| run(tx, &hr(), &table, None, &|_| ())).unwrap();
        assert_eq!((done.created, done.errors), (2, Vec::new()));
        let ana = facts(&house, "a@x.test");
        assert_eq!((ana.last_name.as_str(), ana.phone.as_str()), ("=1+1", "+49 40"));
        let out = exported(&house);
        assert!(out.contains("'=1+1") && out.contains("'@x") && !out.contains(",=1+1"), "harmless going out: {out}");
        seen.push(out);
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "{seen:?}");
}

/// What was checked before the writer's turn is not trusted where something happened in between.
#[test]
fn a_file_is_checked_again_where_something_happened_since() {
    let house = house();
    company(&house);
    let csv = b"number,email,first_name,last_name\n1,a@x.test,A,A\n";
    let table = std::sync::Arc::new(table(&house, csv).unwrap());
    let (told, checked) = house.db.read_blocking(|rx| prepare(rx, &hr(), &table)).unwrap();
    assert_eq!(told.created, 1);
    house.person("1", None);
    let again = std::sync::Arc::clone(&table);
    let done = house.act(move |tx| run(tx, &hr(), &again, Some(checked), &|_| ())).unwrap();
    assert_eq!((done.created, done.updated), (0, 1), "number 1 is somebody by now");
}

/// A plan that is recorded already speaks against a file too.
#[test]
fn a_file_closes_no_circle_on_a_day_to_come() {
    let house = house();
    let [one, two] = ["1", "2"].map(|number| house.person(number, None));
    let later = date(2027, 2, 1);
    house.act(move |tx| people::update_from(tx, &hr(), one, Some(later), |f| f.manager_id = Some(two))).unwrap();
    let told = told(&dry(&house, "number,manager\n2,1\n"));
    assert!(told.len() == 1 && told[0].starts_with("line 2, manager: closes a circle on 2027-02-01"), "{told:?}");
}

#[test]
fn how_far_it_is_is_told_row_by_row() {
    let house = house();
    let table = table(&house, b"number,email,first_name,last_name\n1,a@x.test,A,A\n2,b@x.test,B,B\n").unwrap();
    let (tell, told) = std::sync::mpsc::channel();
    house.act(move |tx| run(tx, &hr(), &table, None, &|rows| tell.send(rows).unwrap())).unwrap();
    assert_eq!(told.iter().collect::<Vec<_>>(), [1, 2]);
}
