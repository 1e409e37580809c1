//! An admin sets a company up from nothing: the link of the first start, every step, and a colleague who comes in by
//! the invitation that this very mail server delivered.

use crate::chrome::{Chrome, Scripts};
use crate::house::House;

#[tokio::test]
async fn with_scripts() {
    a_company_is_set_up_from_nothing(Scripts::On).await;
}

#[tokio::test]
async fn without_scripts() {
    a_company_is_set_up_from_nothing(Scripts::Off).await;
}

async fn a_company_is_set_up_from_nothing(scripts: Scripts) {
    let (house, link) = House::empty();
    let browser = Chrome::open(&house.address, scripts).await;
    browser.go(&link).await;
    browser.fill("input[name=organization]", "Polar Kites").await;
    browser.choose("select[name=time_zone]", "Europe/Berlin").await;
    browser.fill("input[name=name]", "Ada Min").await;
    browser.fill("input[name=email]", "ada@polar.test").await;
    browser.fill("input[name=password]", "seven quiet lamps").await;
    browser.click("main form button.go").await;

    browser.reads("Set your company up").await;
    browser.press("Begin").await;
    browser.fill("input[name=name]", "Polar Kites GmbH").await;
    browser.choose("select[name=country]", "Germany").await;
    browser.press("Save and go on").await;

    arrives(&browser, "/admin/set-up/place").await;
    assert_eq!(browser.value("input[name=entity]").await, "Polar Kites GmbH");
    browser.fill("input[name=location]", "Hamburg").await;
    browser.fill("input[name=region]", "HH").await;
    browser.press("Save and go on").await;

    arrives(&browser, "/admin/set-up/holidays").await;
    browser.press("Take over and go on").await;

    arrives(&browser, "/admin/set-up/leave").await;
    browser.press("Save and go on").await;

    arrives(&browser, "/admin/set-up/mail").await;
    browser.fill("input[name=host]", "127.0.0.1").await;
    browser.fill("input[name=port]", &house.mail_port.to_string()).await;
    browser.click("input[name=security][value=plain]").await;
    // A mistake keeps what was typed.
    browser.press("Save and go on").await;
    browser.see("[aria-invalid=true][name=from]").await;
    assert_eq!(browser.value("input[name=host]").await, "127.0.0.1");
    browser.fill("input[name=from]", "hr@polar.test").await;
    browser.press("Save and go on").await;

    // What is skipped is still there, and the first of the people is the admin.
    arrives(&browser, "/admin/set-up/people").await;
    browser.press("Skip this step").await;
    browser.reads("All set").await;
    browser.press("First people").await;
    assert_eq!(browser.value("input[name=email_1]").await, "ada@polar.test");
    browser.fill("input[name=first_name_2]", "Kim").await;
    browser.fill("input[name=last_name_2]", "Berg").await;
    browser.fill("input[name=email_2]", "kim@polar.test").await;
    browser.choose("select[name=manager_2]", "Row 1").await;
    browser.press("Enter and go on").await;
    browser.reads("2 people entered.").await;
    browser.go("/people/chart").await;
    browser.reads("2 people work here").await;

    let letter = house.mail("kim@polar.test", "/activate/").await;
    let link = letter.split_whitespace().find(|word| word.contains("/activate/")).unwrap();
    let path = &link[link.find("/activate/").unwrap()..];
    let path = path.split(['"', '>', '<', ')']).next().unwrap().to_owned();
    browser.leave().await;
    browser.go(&path).await;
    browser.fill("input[name=password]", "eleven loud bells").await;
    browser.fill("input[name=again]", "eleven loud bells").await;
    browser.click("main form button.go").await;
    browser.reads("Kim").await;
    browser.close().await;
}

/// Waits until the browser is there.
async fn arrives(browser: &Chrome, path: &str) {
    let until = std::time::Instant::now() + std::time::Duration::from_secs(15);
    while browser.at().await != path {
        assert!(std::time::Instant::now() < until, "{} is not {path}:\n{}", browser.at().await, browser.text().await);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}
