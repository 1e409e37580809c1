//! HR restructures: a department of its own with a manager beside its head, a person who moves there next month, hours
//! for the summer, and a department that goes out of use and comes back.

use crate::chrome::{Chrome, Scripts};
use crate::days::{ahead, tuesday};
use crate::house::House;

#[tokio::test]
async fn with_scripts() {
    hr_restructures(Scripts::On).await;
}

#[tokio::test]
async fn without_scripts() {
    hr_restructures(Scripts::Off).await;
}

async fn hr_restructures(scripts: Scripts) {
    let house = House::open();
    let browser = Chrome::open(&house.address, scripts).await;
    browser.sign_in("hr").await;

    browser.go("/people/organization").await;
    browser.press("Add a department").await;
    browser.fill("#name", "Help by Night").await;
    browser.fill("#code", "SUP").await;
    browser.press("Save").await;
    browser.reads("SUP").await;
    assert_eq!(browser.value("#name").await, "Help by Night", "a code that is taken keeps what was typed");
    browser.fill("#code", "NIGHT").await;
    browser.choose("#parent_id", "Support").await;
    browser.choose("#head_id", "Jonas Brandt").await;
    browser.press("Save").await;
    browser.reads("Saved: Help by Night.").await;

    // Mira moves in four weeks: today's record stays as it is, the plan stands on her page and can be taken back.
    let mira = mira(&browser).await;
    let moves = ahead(tuesday(4), 0);
    browser.go(&format!("{mira}/edit")).await;
    browser.choose("#department_id", "Help by Night").await;
    browser.date("#effective_on", &moves.to_string()).await;
    browser.press("Save").await;
    let id = mira.rsplit('/').next().unwrap().to_owned();
    let now = browser.json(&format!("/api/v1/employees/{id}")).await;
    assert_eq!(now["department"]["name"], "Support");
    let then = browser.json(&format!("/api/v1/employees?search=Castell&on={moves}")).await;
    assert_eq!(then["items"][0]["department"]["name"], "Help by Night", "{then}");
    browser.go(&mira).await;
    browser.reads("Help by Night").await;
    browser.go(&format!("{mira}/history")).await;
    browser.reads("Help by Night").await;

    // Nobody stands above themselves: Jonas cannot report to Mira, who reports to him.
    let jonas = found(&browser, "Brandt").await;
    browser.go(&format!("{jonas}/edit")).await;
    browser.choose("#manager_id", "Mira Castell").await;
    browser.press("Save").await;
    browser.see("[aria-invalid=true]#manager_id").await;

    // A department goes with all below it, after a page that says so, and comes back with all of it.
    browser.go("/people/organization").await;
    browser.press("Support").await;
    browser.press("Deactivate…").await;
    browser.reads("1 department goes along.").await;
    browser.press("Deactivate").await;
    browser.reads("Support").await;
    browser.go("/people/organization").await;
    assert!(!browser.text().await.contains("Help by Night"));
    browser.press("Show what was deactivated").await;
    browser.press_in("//main//tr[starts-with(normalize-space(.), 'Support')]", "Bring back").await;
    browser.go("/people/organization").await;
    browser.reads("Help by Night").await;
    browser.close().await;
}

async fn mira(browser: &Chrome) -> String {
    found(browser, "Castell").await
}

/// The page of the only person of this name.
async fn found(browser: &Chrome, name: &str) -> String {
    browser.go(&format!("/people?search={name}")).await;
    browser.links("main th a[href^='/people/']").await.remove(0)
}
