//! A sick note goes with the report, another follows, one is taken away; HR opens it, the manager learns that it is there.

use crate::chrome::{Chrome, Scripts};
use crate::days::{ahead, tuesday};
use crate::house::House;

#[tokio::test]
async fn with_scripts() {
    a_note_goes_with_the_report_and_another_follows(Scripts::On).await;
}

#[tokio::test]
async fn without_scripts() {
    a_note_goes_with_the_report_and_another_follows(Scripts::Off).await;
}

async fn a_note_goes_with_the_report_and_another_follows(scripts: Scripts) {
    let house = House::open();
    let folder = tempfile::tempdir().unwrap();
    let paper = |name: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, format!("%PDF-1.4\n{name}\n%%EOF\n")).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let browser = Chrome::open(&house.address, scripts).await;
    browser.sign_in("employee").await;
    let kinds = browser.json("/api/v1/leave/types?page_size=200").await;
    let sick = kinds["items"].as_array().unwrap().iter().find(|kind| kind["preset"] == "sick").unwrap();
    let first = tuesday(14);
    let days = format!("start_date={first}&end_date={}", ahead(first, 3));
    browser.go(&format!("/leave/new?leave_type_id={}&{days}", sick["id"])).await;
    browser.reads("A paper is needed for this").await;

    browser.see("#file").await.send_keys(&paper("note.pdf")).await.unwrap();
    if scripts == Scripts::Off {
        browser.press("Preview again").await;
        // It is here already: it need not be chosen again.
        browser.reads("note.pdf").await;
    }
    browser.reads("1 paper goes with it").await;
    browser.click("button[value=send]").await;
    browser.reads("Entered. It stands at once.").await;
    browser.reads("note.pdf").await;
    let request = browser.at().await;

    browser.see("#file").await.send_keys(&paper("second.pdf")).await.unwrap();
    browser.press_in("//section[.//h2[.='Papers']]", "Add").await;
    browser.reads("1 paper is added.").await;
    browser.press_in("//li[.//a[.='note.pdf']]", "Take away").await;
    browser.reads("Taken away: note.pdf").await;
    assert_eq!(browser.links("aside ul.lines a").await.len(), 1);

    browser.sign_in("manager").await;
    browser.go(&request).await;
    browser.reads("between Mira Castell and HR").await;
    assert!(!browser.text().await.contains("second.pdf"));
    browser.sign_in("hr").await;
    browser.go(&request).await;
    browser.reads("second.pdf").await;
    browser.close().await;
}
