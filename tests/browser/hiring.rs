//! (b) HR hires an engineer from a template: everybody who has something to do gets their tasks, and what is done moves
//! the percentage.

use jiff::civil::Weekday;

use crate::chrome::{Chrome, Scripts};
use crate::days::coming;
use crate::house::House;

#[tokio::test]
async fn with_scripts() {
    a_hire_is_entered_invited_and_gets_things_done(Scripts::On).await;
}

#[tokio::test]
async fn without_scripts() {
    a_hire_is_entered_invited_and_gets_things_done(Scripts::Off).await;
}

async fn a_hire_is_entered_invited_and_gets_things_done(scripts: Scripts) {
    let house = House::open();
    let browser = Chrome::open(&house.address, scripts).await;
    browser.sign_in("hr").await;
    browser.go("/onboarding").await;
    browser.press("New colleague").await;
    browser.fill("input[name=first_name]", "Aino").await;
    browser.fill("input[name=last_name]", "Testworthy").await;
    browser.date("input[name=join_date]", &coming(Weekday::Monday, 3).to_string()).await;
    browser.choose("select[name=manager_id]", "Jonas Brandt").await;
    browser.choose("select[name=template_id]", "Engineering onboarding").await;
    // The address is still missing: dates can be looked at all the same, and nothing that was typed is lost.
    browser.press("Show the dates").await;
    browser.reads("23 tasks").await;
    browser.reads("Order laptop and dock").await;
    assert_eq!(browser.value("input[name=first_name]").await, "Aino");
    browser.fill("input[name=email]", "aino@demo.test").await;
    assert!(browser.see("input[name=send_invite]").await.is_selected().await.unwrap(), "the hire is invited by preset");
    browser.press("Enter").await;
    browser.reads("0 of 23").await;
    let run = browser.at().await;
    assert_eq!(percent(&browser, &run).await, "0 %");
    let text = browser.text().await;
    for owner in ["Aino Testworthy", "Jonas Brandt", "IT", "HR"] {
        assert!(text.contains(owner), "{owner} has no task:\n{text}");
    }
    let new_task = format!("{run}/tasks/new");
    browser.go(&new_task).await;
    browser.fill("input[name=title]", "Send a photo for the card").await;
    browser.choose("select[name=assignee]", "New colleague").await;
    browser.date("input[name=due_date]", &coming(Weekday::Monday, 2).to_string()).await;
    browser.see("select[name=completion]").await.select_by_value("approval").await.unwrap();
    let required = browser.see("input[name=required]").await;
    if !required.is_selected().await.unwrap() {
        required.click().await.unwrap();
    }
    browser.press("Add the task").await;
    browser.reads("0 of 24").await;

    // The hire follows the link in the mail and chooses a password.
    browser.leave().await;
    let letter = house.mail("aino@demo.test", "/activate/").await;
    let link = letter.split(&house.address).find(|rest| rest.starts_with("/activate/")).unwrap();
    browser.go(link.split(|c: char| c.is_whitespace() || "\"<>)".contains(c)).next().unwrap()).await;
    browser.fill("input[name=password]", "four quiet northern lakes").await;
    browser.fill("input[name=again]", "four quiet northern lakes").await;
    browser.press("Choose and sign in").await;
    browser.reads("What is noted of you").await;
    browser.press("Confirm").await;
    browser.reads("You are set up").await;
    browser.reads("Welcome, Aino").await;
    let own = "//li[.//a[contains(., 'Sign the employment contract')]]";
    browser.press_in(own, "Done").await;
    browser.reads("1 of 10 done").await;
    browser.press_in("//li[.//a[contains(., 'Send a photo for the card')]]", "Done").await;
    browser.reads("waits for approval now").await;

    browser.sign_in("manager").await;
    assert_eq!(percent(&browser, &run).await, "4 %");
    browser.go("/inbox?kind=task").await;
    browser.press_in("//main//li[.//a[contains(., 'Send a photo for the card')]]", "Approve").await;
    browser.reads("Approved for Aino Testworthy").await;
    assert_eq!(percent(&browser, &run).await, "8 %");
    browser.go("/tasks").await;
    browser.press_in("//main//li[contains(., 'Choose a buddy')][contains(., 'Aino Testworthy')]", "Done").await;
    browser.reads("1 task is done.").await;
    assert_eq!(percent(&browser, &run).await, "12 %");
    browser.reads("3 of 24").await;
    browser.close().await;
}

/// How far the run is by the page's own word.
async fn percent(browser: &Chrome, run: &str) -> String {
    browser.go(run).await;
    browser.see(".dial b").await.text().await.unwrap().replace('\u{a0}', " ")
}
