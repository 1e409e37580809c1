//! HR draws up a chain of two levels and looks at whom it asks; the first decides from a link in a mail without signing
//! in, once; the second in the inbox; and the one who asked reads who decided, where, and when.

use crate::chrome::{Chrome, Scripts};
use crate::days::{ahead, tuesday};
use crate::house::House;
use crate::leave::{entry, look};

#[tokio::test]
async fn with_scripts() {
    two_levels_decide_and_one_of_them_from_a_mail(Scripts::On).await;
}

#[tokio::test]
async fn without_scripts() {
    two_levels_decide_and_one_of_them_from_a_mail(Scripts::Off).await;
}

async fn two_levels_decide_and_one_of_them_from_a_mail(scripts: Scripts) {
    let house = House::open();
    let browser = Chrome::open(&house.address, scripts).await;

    browser.sign_in("hr").await;
    browser.go("/approvals/chains").await;
    browser.press("New chain").await;
    browser.fill("input[name=name]", "Unpaid leave").await;
    browser.choose("#leave_type_id", "Unpaid").await;
    browser.choose("#approvers_1", "Line manager").await;
    browser.choose("#approvers_2", "HR").await;
    browser.press("Save").await;
    browser.reads("Unpaid leave").await;
    browser.choose("#employee_id", "Mira Castell").await;
    browser.choose("#leave_type_id", "Unpaid").await;
    browser.press("Show").await;
    browser.reads("Jonas Brandt").await;

    browser.sign_in("employee").await;
    browser.go("/leave/new").await;
    let first = tuesday(25);
    browser.click("fieldset details summary").await;
    browser.see_at("//label[input[@name='leave_type_id'] and contains(., 'Unpaid')]").await.click().await.unwrap();
    browser.date("#start_date", &first.to_string()).await;
    browser.date("#end_date", &ahead(first, 1).to_string()).await;
    browser.fill("textarea[name=reason]", "Moving to Leeds").await;
    look(&browser).await;
    browser.click("button[value=send]").await;
    browser.reads("Sent.").await;
    let request = browser.at().await;

    // The manager has not signed in anywhere: the link alone shows the page, and only its button acts.
    let letter = house.mail("manager@demo.test", "/decide/").await;
    let link = letter.split_once("/decide/").unwrap().1;
    let link: String = link.chars().take_while(|one| one.is_ascii_alphanumeric() || "-_.~".contains(*one)).collect();
    let link = format!("/decide/{link}");
    browser.leave().await;
    for _ in 0..2 {
        browser.go(&link).await;
        browser.reads("Moving to Leeds").await;
    }
    browser.fill("textarea[name=note]", "All the best in Leeds").await;
    browser.press("Approve").await;
    browser.reads("You have agreed").await;
    browser.reads("It waits for").await;
    browser.go(&link).await;
    browser.reads("You have agreed").await;
    assert!(!browser.text().await.contains("A word to"), "a link is good for one decision");

    browser.sign_in("employee").await;
    browser.go(&request).await;
    browser.reads("All the best in Leeds").await;
    let waits = browser.text().await;
    assert!(!waits.contains("Approved by"), "one level of two is not all:\n{waits}");

    browser.sign_in("hr").await;
    browser.go("/inbox").await;
    browser.press_in(&entry(&request), "Approve").await;
    browser.reads("Approved for Mira Castell").await;

    browser.sign_in("employee").await;
    browser.go(&request).await;
    for words in ["Jonas Brandt", "by mail", "All the best in Leeds", "Approved"] {
        browser.reads(words).await;
    }
    browser.close().await;
}
