//! The power is cut.

use crate::chrome::{Chrome, Scripts};
use crate::house::House;

/// The program is killed, starts on the same folder, and everybody is still signed in and finds everything.
#[tokio::test]
async fn a_kill_loses_nothing_and_nobody_is_signed_out() {
    let mut house = House::open();
    for scripts in [Scripts::Off, Scripts::On] {
        let browser = Chrome::open(&house.address, scripts).await;
        browser.sign_in("manager").await;
        browser.go("/inbox").await;
        browser.press("Approve").await;
        browser.reads("They have been told").await;
        let before = waiting(&browser).await;
        assert!(before.is_some(), "the inbox says how much waits");
        house.kill_and_start();
        browser.go("/inbox").await;
        assert_eq!(waiting(&browser).await, before);
        browser.close().await;
    }
}

async fn waiting(browser: &Chrome) -> Option<String> {
    browser.text().await.lines().find(|line| line.contains("for your decision")).map(str::to_owned)
}
