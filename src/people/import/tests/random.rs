//! Companies and files nobody would think of: what goes out comes in again, and no file makes a circle.

use jiff::civil::date;
use proptest::prelude::*;

use super::{company, exported, import};
use crate::people::employee::Facts;
use crate::people::testing::{House, house, hr};
use crate::people::{self, EmploymentType, NewEmployee, custom, personal};
use crate::storage::Tx;

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
type Person = (Facts, [Option<usize>; 3], Vec<i64>, custom::Given, personal::Change);

/// Lines of a note: quotes, separators and line ends within.
fn note() -> impl Strategy<Value = String> {
    prop::collection::vec(text(30), 1..4).prop_map(|lines| lines.join("\n"))
}

prop_compose! {
    /// One person among `n`, referring to any of those before.
    fn someone(n: usize)(
        names in (text(20), text(20)),
        phone in prop::option::of(text(20)),
        position in prop::option::of(text(20)),
        kind in prop::sample::select(EmploymentType::ALL),
        days in 0_i64..2000,
        stays in prop::option::of(0_i64..2000),
        probation in prop::option::of(0_i64..200),
        note in prop::option::of(note()),
        size in prop::option::of(-500_i64..5000),
        visa in prop::option::of(0_i64..9000),
        legal in prop::option::of(text(40)),
        born in prop::option::of(1_i64..20_000),
        car in prop::option::of(prop::sample::select(vec!["None at all", "=Own, or leased", "Grün; blau"])),
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
            probation_end: probation
                .filter(|days| stays.is_none_or(|stays| *days <= stays))
                .map(|days| crate::time::period::ahead(first, days)),
            exclude_from_reports: shy,
            ..Facts::new("", &names.0, &names.1, "", first)
        };
        let own = [
            ("note", note),
            ("shoe_size", size.map(|halves| format!("{}.{}", halves / 2, if halves % 2 == 0 { 0 } else { 5 }))),
            ("visa_end", visa.map(|days| crate::time::period::ahead(date(2020, 1, 1), days).to_string())),
            ("car", car.map(str::to_owned)),
        ];
        let own = own.into_iter().map(|(code, value)| (code.to_owned(), value)).collect();
        let private = personal::Change {
            legal_name: legal,
            private_email: born.map(|days| format!("home{days}@x.test")),
            birthday: born.map(|days| Some(crate::time::period::back(date(2020, 1, 1), days))),
            ..personal::Change::default()
        };
        (facts, links.map(|link| link.filter(|_| n > 0)), groups, own, private)
    }
}

fn staff() -> impl Strategy<Value = Vec<Person>> {
    (1_usize..8).prop_flat_map(|n| (0..n).map(someone).collect::<Vec<_>>())
}

fn enter(house: &House, staff: &[Person]) {
    let mut ids = Vec::new();
    for (n, (facts, links, groups, own, private)) in staff.iter().enumerate() {
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
        let new = NewEmployee { groups, custom: Some(own.clone()), ..NewEmployee::from(facts) };
        let private = private.clone();
        let enter = move |tx: &mut Tx<'_>| {
            let id = people::create(tx, &hr(), new)?;
            personal::update(tx, &hr(), id, private)?;
            Ok(id)
        };
        ids.push(house.act(enter).unwrap());
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
