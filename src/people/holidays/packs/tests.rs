use jiff::civil::date;

use super::*;

fn days(code: &str, region: Option<&str>, year: i16) -> Vec<PackDay> {
    country(code).unwrap().unwrap().days(region, &[year]).unwrap()
}

fn on(days: &[PackDay], day: Date) -> Option<&PackDay> {
    days.iter().find(|one| one.date == day)
}

#[test]
fn every_country_can_be_read_for_every_region() {
    let world = world().unwrap();
    assert_eq!((world.version.as_str(), world.first_year, world.last_year), ("0.108", 2024, 2031));
    assert_eq!(world.countries.len(), 246);
    assert!(PACK.len() < 400 * 1024, "{} bytes", PACK.len());
    let years: Vec<i16> = (2024..=2031).collect();
    for country in &world.countries {
        assert!(country.code.len() == 2 && country.code.chars().all(|c| c.is_ascii_uppercase()), "{}", country.code);
        for region in std::iter::once(None).chain(country.regions.iter().map(|(code, _)| Some(code.as_str()))) {
            let days = country.days(region, &years).unwrap();
            assert!(days.is_sorted_by(|a, b| a.date < b.date), "{} {region:?}", country.code);
            for day in days {
                let names = [Some(&day.english), day.own.as_ref()];
                for name in names.into_iter().flatten() {
                    assert!((1..=100).contains(&name.chars().count()), "{}: {name}", country.code);
                    assert!(!name.contains("estimated)"), "{}: {name}", country.code);
                }
            }
        }
    }
}

#[test]
fn bavaria_in_2026() {
    let found = days("de", Some("BY"), 2026);
    let names: Vec<_> = found.iter().map(|day| (day.date, day.own.clone().unwrap())).collect();
    let expected = [
        (date(2026, 1, 1), "Neujahr"),
        (date(2026, 1, 6), "Heilige Drei Könige"),
        (date(2026, 4, 3), "Karfreitag"),
        (date(2026, 4, 6), "Ostermontag"),
        (date(2026, 5, 1), "Erster Mai"),
        (date(2026, 5, 14), "Christi Himmelfahrt"),
        (date(2026, 5, 25), "Pfingstmontag"),
        (date(2026, 6, 4), "Fronleichnam"),
        (date(2026, 10, 3), "Tag der Deutschen Einheit"),
        (date(2026, 11, 1), "Allerheiligen"),
        (date(2026, 12, 25), "Erster Weihnachtstag"),
        (date(2026, 12, 26), "Zweiter Weihnachtstag"),
    ];
    assert_eq!(names, expected.map(|(date, name)| (date, name.to_owned())));
    assert!(on(&days("DE", None, 2026), date(2026, 6, 4)).is_none(), "not everywhere");
    assert!(on(&days("DE", Some("BE"), 2026), date(2026, 3, 8)).is_some(), "Berlin has Women’s Day");
}

#[test]
fn the_united_states_and_scotland() {
    let found = days("US", None, 2026);
    assert_eq!(on(&found, date(2026, 11, 26)).unwrap().english, "Thanksgiving Day");
    assert_eq!(on(&found, date(2026, 7, 3)).unwrap().english, "Independence Day (observed)", "the 4th is a Saturday");
    let scotland = days("GB", Some("SCT"), 2026);
    assert_eq!(on(&scotland, date(2026, 11, 30)).unwrap().english, "Saint Andrew's Day");
    assert!(on(&scotland, date(2026, 4, 6)).is_none(), "no Easter Monday in Scotland");
    assert!(on(&days("GB", Some("ENG"), 2026), date(2026, 4, 6)).is_some());
}

#[test]
fn half_days_are_marked() {
    let turkey = days("TR", None, 2026);
    assert!(on(&turkey, date(2026, 10, 28)).unwrap().half);
    assert!(!on(&turkey, date(2026, 10, 29)).unwrap().half);
    assert!(on(&days("IS", None, 2026), date(2026, 12, 24)).unwrap().half);
    assert!(on(&days("CN", None, 2026), date(2026, 3, 8)).unwrap().half, "Women’s Day");
    let year: Vec<i16> = (2024..=2031).collect();
    for whole in ["SE", "NO", "AT"] {
        let found = country(whole).unwrap().unwrap().days(None, &year).unwrap();
        assert!(found.iter().all(|day| !day.half), "{whole} has none in the package");
    }
}

#[test]
fn computed_dates_are_estimated() {
    let eid = |year| days("AE", None, year).into_iter().filter(|day| day.english == "Eid al-Fitr").collect::<Vec<_>>();
    assert!(eid(2030).iter().all(|day| day.estimated) && !eid(2030).is_empty());
    assert!(eid(2024).iter().all(|day| !day.estimated), "it has been seen");
    assert!(days("DE", None, 2030).iter().all(|day| !day.estimated));
    assert!(days("CN", None, 2030).iter().all(|day| !day.estimated), "its calendar is reckoned, not seen");
}

#[test]
fn regions_are_found_by_code_and_name() {
    let germany = country("DE").unwrap().unwrap();
    assert_eq!(germany.region("by"), Some("BY"));
    assert_eq!(germany.region("bayern"), Some("BY"));
    assert_eq!(germany.region("Tirol"), None);
    assert!(matches!(germany.days(Some("XX"), &[2026]), Err(AppError::NotFound)));
    assert!(country("ZZ").unwrap().is_none());
}

#[test]
fn a_day_that_the_law_gives_names_the_holiday_it_is_for() {
    let of = |code, year, day| on(&days(code, None, year), day).unwrap().observed_for;
    assert_eq!(of("US", 2026, date(2026, 7, 3)), Some(date(2026, 7, 4)));
    assert_eq!(of("US", 2026, date(2026, 11, 26)), None);
    assert_eq!(of("US", 2027, date(2027, 12, 31)), Some(date(2028, 1, 1)), "over the year’s end");
    assert_eq!(of("GG", 2027, date(2027, 12, 27)), Some(date(2027, 12, 25)));
    assert_eq!(of("JP", 2026, date(2026, 5, 6)), Some(date(2026, 5, 3)), "named without its holiday: that of Sunday");
    assert_eq!(of("KR", 2026, date(2026, 3, 2)), Some(date(2026, 3, 1)));
}
