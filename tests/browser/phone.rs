//! Leave asked for on a phone.

use fantoccini::Locator;

use crate::chrome::{Chrome, Screen, Scripts};
use crate::days::{ahead, tuesday};
use crate::house::House;

#[tokio::test]
async fn leave_is_asked_for_on_a_phone_and_no_page_is_wider_than_it() {
    let house = House::open();
    for (scripts, weeks) in [(Scripts::On, 9), (Scripts::Off, 14)] {
        let browser = Chrome::open_on(Screen::Phone, &house.address, scripts).await;
        browser.go("/sign-in").await;
        fits(&browser).await;
        browser.sign_in("employee").await;
        browser.go("/").await;
        fits(&browser).await;

        let menu = browser.see("nav.side").await;
        assert!(!menu.is_displayed().await.unwrap(), "the menu is shut at first");
        browser.click("nav.bar a[href='#nav']").await;
        assert!(menu.is_displayed().await.unwrap(), "the menu opens");
        fits(&browser).await;
        browser.click("nav.side a[href='/leave']").await;
        browser.reads("Your requests").await;
        fits(&browser).await;

        browser.press("Request leave").await;
        fits(&browser).await;
        let tuesday = tuesday(weeks);
        browser.press("and other kinds").await;
        browser.strike(Locator::XPath("//main//label[contains(., 'Home office')]"), "Home office").await;
        browser.date("#start_date", &tuesday.to_string()).await;
        browser.date("#end_date", &ahead(tuesday, 1).to_string()).await;
        if scripts == Scripts::Off {
            browser.press("Preview").await;
        }
        browser.reads("Day by day").await;
        fits(&browser).await;
        browser.click("button[value=send]").await;
        browser.reads("Entered.").await;
        fits(&browser).await;
        for path in ["/leave", "/leave/balance", "/overtime/new", "/calendar", "/people", "/notices", "/account"] {
            browser.go(path).await;
            fits(&browser).await;
        }
        browser.sign_in("manager").await;
        for path in ["/", "/inbox", "/onboarding", "/leave/team", "/overtime/team"] {
            browser.go(path).await;
            fits(&browser).await;
        }
        browser.close().await;
    }
}

async fn fits(browser: &Chrome) {
    let over = browser.too_wide().await;
    assert_eq!(over, 0, "{} is wider than the screen by so many pixels", browser.at().await);
}
