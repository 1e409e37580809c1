//! (a) HR imports people from a CSV: a dry run first, then all of it or nothing.

use std::path::Path;

use crate::chrome::{Chrome, Scripts};
use crate::house::House;

const FAULTY: &str = "number,first_name,last_name,email,join_date,department\n\
     9001,Petra,Imported,petra@demo.test,2026-01-07,Nowhere\n\
     9002,Quentin,Imported,not an address,2026-01-07,Support\n\
     9003,Rune,Imported,rune@demo.test,2026-01-07,Support\n";

/// As Excel writes it: a byte order mark, semicolons. Petra's manager stands further down in the file.
const GOOD: &str = "\u{feff}number;first_name;last_name;email;join_date;department;manager\n\
     9001;Petra;Imported;petra@demo.test;2026-01-07;Support;9002\n\
     9002;Quentin;Imported;quentin@demo.test;2026-01-07;Support;manager@demo.test\n";

#[tokio::test]
async fn with_scripts() {
    people_come_from_a_csv_after_a_dry_run(Scripts::On).await;
}

#[tokio::test]
async fn without_scripts() {
    people_come_from_a_csv_after_a_dry_run(Scripts::Off).await;
}

async fn people_come_from_a_csv_after_a_dry_run(scripts: Scripts) {
    let house = House::open();
    let folder = tempfile::tempdir().unwrap();
    let (faulty, good) = (folder.path().join("faulty.csv"), folder.path().join("good.csv"));
    std::fs::write(&faulty, FAULTY).unwrap();
    std::fs::write(&good, GOOD).unwrap();
    let browser = Chrome::open(&house.address, scripts).await;
    browser.sign_in("hr").await;

    check(&browser, &faulty).await;
    browser.reads("2 things are not right yet").await;
    let text = browser.text().await;
    assert!(text.contains("Nothing is written"), "{text}");
    for (line, column) in [("Line 2", "department"), ("Line 3", "email")] {
        let named = text.lines().any(|row| row.contains(line) && row.contains(column));
        assert!(named, "{line} is wrong in {column}, which the page does not say:\n{text}");
    }
    assert!(!text.contains("Line 4"), "Rune's line is right:\n{text}");
    assert_eq!(imported(&browser).await, 0, "a faulty file wrote something");

    check(&browser, &good).await;
    browser.reads("This is what would happen").await;
    browser.reads("2 people are added").await;
    let draft = browser.at().await;
    assert_eq!(imported(&browser).await, 0, "a dry run wrote something");
    browser.go(&draft).await;
    browser.click("main .decide button.go").await;
    browser.reads("Imported: 2 added, 0 changed, 0 as they were.").await;
    assert_eq!(imported(&browser).await, 2);
    browser.press("Petra Imported").await;
    browser.reads("Line manager").await;
    browser.reads("Quentin Imported").await;
    browser.close().await;
}

async fn check(browser: &Chrome, file: &Path) {
    browser.go("/people/import").await;
    browser.see("input[type=file]").await.send_keys(file.to_str().unwrap()).await.unwrap();
    browser.press("Check the file").await;
}

/// How many imported people the directory knows.
async fn imported(browser: &Chrome) -> usize {
    browser.go("/people?search=Imported").await;
    browser.links("main th a[href^='/people/']").await.len()
}
