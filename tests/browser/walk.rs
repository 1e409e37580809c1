//! Every link of everybody's navigation leads to a page, and no page makes the browser complain.

use std::collections::BTreeSet;

use crate::chrome::{Chrome, Scripts};
use crate::house::House;

const ACCOUNTS: [(&str, &[&str]); 6] = [
    ("admin", &["/admin/users", "/admin/audit"]),
    ("hr", &["/templates", "/people/import"]),
    ("manager", &["/inbox", "/onboarding"]),
    ("employee", &["/leave", "/overtime"]),
    ("it", &["/tasks", "/calendar"]),
    ("hire", &["/welcome"]),
];

#[tokio::test]
async fn with_scripts() {
    every_link_of_the_navigation_leads_somewhere(Scripts::On).await;
}

#[tokio::test]
async fn without_scripts() {
    every_link_of_the_navigation_leads_somewhere(Scripts::Off).await;
}

async fn every_link_of_the_navigation_leads_somewhere(scripts: Scripts) {
    let house = House::open();
    let browser = Chrome::open(&house.address, scripts).await;
    browser.go("/sign-in").await;
    nothing_to_complain(&browser, "nobody").await;
    for (account, expected) in ACCOUNTS {
        browser.sign_in(account).await;
        browser.go("/").await;
        let first = places(&browser, "nav.side a, nav.bar a, header.top a").await;
        for path in expected {
            assert!(first.contains(*path), "{account} has no {path} in {first:?}");
        }
        // The tabs and the buttons of a page's head are navigation too.
        let mut further = BTreeSet::new();
        for path in &first {
            visit(&browser, account, path).await;
            further.append(&mut places(&browser, "main nav.tabs a, main header.head a").await);
        }
        for path in further.difference(&first) {
            visit(&browser, account, path).await;
        }
    }
    browser.close().await;
}

async fn visit(browser: &Chrome, account: &str, path: &str) {
    browser.go(path).await;
    let heading = browser.see("main h1").await.text().await.unwrap();
    assert!(!heading.trim().is_empty(), "{account}: {path} has no heading");
    nothing_to_complain(browser, account).await;
}

/// Addresses within the site that these links lead to; not files.
async fn places(browser: &Chrome, css: &str) -> BTreeSet<String> {
    let links = browser.links(css).await.into_iter();
    links.filter(|link| link.starts_with('/') && !link.starts_with("/api/") && link != "/people/export").collect()
}

async fn nothing_to_complain(browser: &Chrome, account: &str) {
    let complaints = browser.complaints().await;
    assert!(complaints.is_empty(), "{account} at {}: {complaints:#?}", browser.at().await);
}
