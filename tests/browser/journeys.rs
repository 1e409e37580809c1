//! The main job, end to end, as people do it.

use crate::chrome::{Chrome, Scripts};
use crate::house::House;

/// The program is killed, starts on the same folder, and everybody is still signed in and finds everything.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_loses_nothing_and_nobody_is_signed_out() {
    let mut house = House::open();
    for scripts in [Scripts::Off, Scripts::On] {
        let browser = Chrome::open(&house.address, scripts).await;
        browser.sign_in("manager").await;
        browser.go("/inbox").await;
        browser.press("Approve").await;
        browser.reads("They have been told").await;
        let before = browser.text().await;
        let waiting = before.lines().find(|line| line.contains("wait for your decision")).map(str::to_owned);
        house.kill_and_start();
        browser.go("/inbox").await;
        let after = browser.text().await;
        assert_eq!(after.lines().find(|line| line.contains("wait for your decision")).map(str::to_owned), waiting);
        browser.close().await;
    }
}
