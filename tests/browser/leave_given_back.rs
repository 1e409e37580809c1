//! (i) Approved leave is taken back before it begins, an undecided request too: the balance has the days again.

use jiff::civil::Date;

use crate::chrome::{Chrome, Scripts};
use crate::days::{ahead, tuesday};
use crate::house::House;
use crate::leave::{booked, correct_balance, entry, look};

#[tokio::test]
async fn with_scripts() {
    leave_is_taken_back(Scripts::On).await;
}

#[tokio::test]
async fn without_scripts() {
    leave_is_taken_back(Scripts::Off).await;
}

async fn leave_is_taken_back(scripts: Scripts) {
    let house = House::open();
    let browser = Chrome::open(&house.address, scripts).await;
    let tuesday = tuesday(11);
    browser.sign_in("hr").await;
    correct_balance(&browser, "Mira Castell", "5", tuesday).await;

    // Not decided yet: gone, and the inbox has nothing to decide.
    browser.sign_in("employee").await;
    let before = booked(&browser, tuesday).await;
    let request = ask(&browser, tuesday, tuesday).await;
    take_back(&browser, &request, "").await;
    browser.sign_in("manager").await;
    browser.go("/inbox").await;
    assert!(!browser.links("main li a").await.contains(&request), "{request} waits in the inbox still");

    // Approved: the days are on the ledger, and come back.
    browser.sign_in("employee").await;
    let request = ask(&browser, tuesday, ahead(tuesday, 1)).await;
    browser.sign_in("manager").await;
    browser.go("/inbox").await;
    browser.press_in(&entry(&request), "Approve").await;
    browser.reads("Approved for Mira Castell").await;
    browser.sign_in("employee").await;
    assert_eq!(booked(&browser, tuesday).await, before - 2 * 480);
    take_back(&browser, &request, "The wedding is off").await;
    assert_eq!(booked(&browser, tuesday).await, before, "the days are not in the balance again");
    browser.close().await;
}

async fn ask(browser: &Chrome, first: Date, last: Date) -> String {
    browser.go(&format!("/leave/new?start_date={first}&end_date={last}")).await;
    look(browser).await;
    browser.click("button[value=send]").await;
    browser.reads("Sent.").await;
    browser.at().await
}

/// By the person, from the request's own page; the second step asks once more.
async fn take_back(browser: &Chrome, request: &str, why: &str) {
    browser.go(request).await;
    browser.press("Take back…").await;
    browser.reads("Take this leave back?").await;
    if !why.is_empty() {
        browser.fill("textarea[name=reason]", why).await;
    }
    browser.click("main form.form button.go").await;
    browser.reads("Taken back. The days are in the balance again.").await;
    assert_eq!(&browser.at().await, request);
}
