//! (j) HR keeps the books: a policy goes and a ready-made one comes, each after a page that says whom it touches; a leave
//! year that is over is looked at, and closed.

use crate::chrome::{Chrome, Scripts};
use crate::days::today;
use crate::house::House;

#[tokio::test]
async fn with_scripts() {
    policies_are_changed_with_consent_and_a_year_is_closed(Scripts::On).await;
}

#[tokio::test]
async fn without_scripts() {
    policies_are_changed_with_consent_and_a_year_is_closed(Scripts::Off).await;
}

async fn policies_are_changed_with_consent_and_a_year_is_closed(scripts: Scripts) {
    let house = House::open();
    let browser = Chrome::open(&house.address, scripts).await;
    browser.sign_in("hr").await;
    browser.go("/leave/policies").await;
    let (person, kind) = mira_and_personal(&browser).await;
    let granted = granted(&browser, &person, &kind).await;
    assert_eq!(granted, 3 * 480, "the demo grants three personal days");

    // Looked at, and left alone.
    browser.press("Personal days").await;
    browser.press("Remove this policy").await;
    browser.reads("Remove Personal days?").await;
    browser.reads("Mira Castell").await;
    browser.press("Cancel").await;
    browser.see("form.form").await;
    assert_eq!(self::granted(&browser, &person, &kind).await, granted, "a page that asks changes nothing");
    // And done.
    browser.press("Remove this policy").await;
    browser.reads("Remove Personal days?").await;
    browser.press("Save, and count anew").await;
    browser.reads("“Personal days” grants no more.").await;
    assert_eq!(self::granted(&browser, &person, &kind).await, 0, "what it granted is taken back");

    // What nobody grants any more can have a ready-made policy.
    browser.choose("form[action$='/presets/service-years'] select", "Personal").await;
    browser.press_in("//main//form[contains(@action, '/presets/service-years')]", "Look at it").await;
    browser.reads("Apply the ready-made policy?").await;
    browser.reads("Mira Castell").await;
    assert_eq!(self::granted(&browser, &person, &kind).await, 0);
    browser.press("Save, and count anew").await;
    browser.reads("Saved: Personal.").await;
    let hours = self::granted(&browser, &person, &kind).await / 60;
    assert!(by_service(&browser, &person).await.contains(&hours), "{hours} hours by years of service");
    browser.press("everybody").await;
    browser.reads("Who it holds for").await;
    browser.reads("Mira Castell").await;
    house.mail("employee@demo.test", "Personal").await;

    a_year_that_is_over(&browser, &person).await;
    browser.close().await;
}

/// Something turns up in a leave year that nobody has closed: HR sees what becomes of it, and closes it.
async fn a_year_that_is_over(browser: &Chrome, person: &str) {
    let last_year = today().year() - 1;
    browser.go("/leave/policies").await;
    browser.press("Change of year").await;
    browser.reads("The end of leave year").await;
    browser.reads("Mira Castell").await;
    assert!(!browser.text().await.contains("Close them now"), "the demo has closed its years");

    let lieu = kind(browser, "Time off in lieu").await;
    browser.go(&format!("/leave/balance?employee_id={person}&leave_type_id={lieu}")).await;
    browser.fill("input[name=amount]", "2:00").await;
    browser.date("input[name=effective_on]", &format!("{last_year}-11-02")).await;
    browser.fill("textarea[name=reason]", "Never entered").await;
    browser.press("Add the correction").await;
    browser.reads("Corrected.").await;

    browser.go("/leave/year-change").await;
    browser.reads(&format!("The end of leave year {last_year}")).await;
    browser.reads("One balance of this year is over and not closed yet.").await;
    let row = browser.see_at("//main//tr[.//a[contains(., 'Mira Castell')]]").await.text().await.unwrap();
    assert!(row.contains("Time off in lieu") && row.contains('2'), "{row}");
    browser.press("Close them now").await;
    browser.reads("One balance was closed.").await;
    assert!(!browser.text().await.contains("Close them now"), "it is closed once");
    browser.go(&format!("/leave/balance?employee_id={person}&leave_type_id={lieu}&year={}", last_year + 1)).await;
    browser.reads(&format!("What was left of {last_year}.")).await;
}

/// The ids of Mira and of the personal days.
async fn mira_and_personal(browser: &Chrome) -> (String, String) {
    let people = browser.json("/api/v1/employees?search=Mira+Castell").await;
    (people["items"][0]["id"].to_string(), kind(browser, "Personal").await)
}

async fn kind(browser: &Chrome, name: &str) -> String {
    let kinds = browser.json("/api/v1/leave/types?page_size=200").await;
    let found = kinds["items"].as_array().unwrap().iter().find(|kind| kind["name"] == name).cloned();
    found.unwrap_or_else(|| panic!("no kind {name} in {kinds}"))["id"].to_string()
}

/// What the ready-made policy can give a person, in hours: in the year of joining by its month, later one of four tiers.
async fn by_service(browser: &Chrome, person: &str) -> Vec<i64> {
    let record = browser.json(&format!("/api/v1/employees/{person}")).await;
    let joined: jiff::civil::Date = record["join_date"].as_str().unwrap().parse().unwrap();
    match joined.year() == today().year() {
        true => vec![(80 - 8 * i64::from(joined.month())).max(0)],
        false => vec![80, 120, 160, 200],
    }
}

/// What policies grant a person of a kind in the present year, in minutes.
async fn granted(browser: &Chrome, person: &str, kind: &str) -> i64 {
    let year = today().year();
    let path = format!("/api/v1/leave/ledger?employee_id={person}&leave_type_id={kind}&year={year}&page_size=200");
    let rows = browser.json(&path).await;
    let given = |row: &&serde_json::Value| row["kind"] == "grant" || row["kind"] == "adjustment";
    rows["items"].as_array().unwrap().iter().filter(given).map(|row| row["minutes"].as_i64().unwrap()).sum()
}
