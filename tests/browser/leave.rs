//! (c) An employee previews and sends leave, sees the balance and who else is away; the manager asks back, approves and
//! rejects in the inbox; the ledger holds the minutes. (e) Whom it concerns is told in-app and by mail.

use jiff::civil::Date;

use crate::chrome::{Chrome, Scripts};
use crate::days::{ahead, tuesday};
use crate::house::House;

/// The entry of one request in the inbox, as an XPath.
pub fn entry(request: &str) -> String {
    format!("//main//li[.//a[@href='{request}']]")
}

#[tokio::test]
async fn with_scripts() {
    leave_is_asked_for_discussed_decided_and_on_the_ledger(Scripts::On).await;
}

#[tokio::test]
async fn without_scripts() {
    leave_is_asked_for_discussed_decided_and_on_the_ledger(Scripts::Off).await;
}

async fn leave_is_asked_for_discussed_decided_and_on_the_ledger(scripts: Scripts) {
    let house = House::open();
    let browser = Chrome::open(&house.address, scripts).await;
    let tuesday = tuesday(9);
    let wednesday = ahead(tuesday, 1);

    // Whatever the year took: there are days left. And Li Na is away on the second day.
    browser.sign_in("hr").await;
    correct_balance(&browser, "Mira Castell", "5", tuesday).await;
    correct_balance(&browser, "Li Na", "5", tuesday).await;
    enter_for(&browser, "Li Na", wednesday).await;

    browser.sign_in("employee").await;
    let before = booked(&browser, tuesday).await;
    browser.go("/").await;
    browser.press("Request leave").await;
    browser.date("#start_date", &tuesday.to_string()).await;
    browser.date("#end_date", &wednesday.to_string()).await;
    browser.fill("textarea[name=reason]", "My brother's wedding").await;
    look(&browser).await;
    // With scripts the preview of the first day alone may stand there a moment longer; then the balance, and who is away.
    for words in ["2 days", "This request", "Li Na, here on 1 of 2 days"] {
        browser.reads(words).await;
    }
    assert_eq!(browser.value("textarea[name=reason]").await, "My brother's wedding");
    browser.click("button[value=send]").await;
    browser.reads("Sent.").await;
    browser.reads("Jonas Brandt").await;
    let request = browser.at().await;

    house.mail("manager@demo.test", "Mira Castell").await;
    browser.sign_in("manager").await;
    browser.go("/inbox").await;
    let wanted = entry(&request);
    let facts = browser.see_at(&wanted).await.text().await.unwrap().replace('\u{a0}', " ");
    for words in ["Mira Castell", "Vacation", "My brother's wedding", "Balance after", "Li Na"] {
        assert!(facts.contains(words), "the inbox does not say {words:?}:\n{facts}");
    }
    bar_counts(&browser).await;
    browser.press_in(&wanted, "Ask…").await;
    browser.fill("textarea[name=question]", "Who looks after the Leeds clients?").await;
    browser.press("Send question").await;
    browser.reads("Mira Castell has been asked.").await;

    browser.sign_in("employee").await;
    browser.go("/notices").await;
    browser.reads("Who looks after the Leeds clients?").await;
    browser.go(&request).await;
    browser.reads("Who looks after the Leeds clients?").await;
    browser.click("main .decide a.go").await;
    assert_eq!(browser.value("#start_date").await, tuesday.to_string());
    browser.fill("textarea[name=reason]", "Tomás looks after the Leeds clients").await;
    browser.click("button[value=send]").await;
    browser.reads("Sent.").await;

    browser.sign_in("manager").await;
    browser.go("/inbox").await;
    browser.reads("Tomás looks after the Leeds clients").await;
    browser.press_in(&wanted, "Approve").await;
    browser.reads("Approved for Mira Castell").await;

    browser.sign_in("employee").await;
    browser.go("/notices").await;
    browser.reads("Jonas Brandt approved").await;
    assert_eq!(booked(&browser, tuesday).await, before - 2 * 480, "minutes on the ledger");
    browser.go(&format!("/leave/balance?year={}", tuesday.year())).await;
    assert!(browser.links("table.ledger a").await.contains(&request), "the ledger does not lead to {request}");
    let letter = house.mail("employee@demo.test", "approved").await;
    assert!(letter.contains("Message-ID: <"), "{letter}");
    assert!(letter.contains("multipart/alternative"), "{letter}");
    assert!(letter.contains(&format!("{}{request}", house.address)), "no link to {request}:\n{letter}");

    a_rejection_says_why(&house, &browser, ahead(tuesday, 2)).await;
    assert_eq!(booked(&browser, tuesday).await, before - 2 * 480, "a rejected request took something");
    browser.close().await;
}

/// The bar at the foot says what it is for where nothing is ticked, and with scripts how much is.
async fn bar_counts(browser: &Chrome) {
    browser.reads("Tick what to decide together").await;
    if browser.scripts == Scripts::On {
        browser.click("main li.item input[name=id]").await;
        browser.reads("1 selected").await;
        browser.click("main li.item input[name=id]").await;
        browser.reads("Tick what to decide together").await;
    }
}

async fn a_rejection_says_why(house: &House, browser: &Chrome, day: Date) {
    browser.sign_in("employee").await;
    browser.go("/leave/new").await;
    browser.date("#start_date", &day.to_string()).await;
    look(browser).await;
    browser.click("button[value=send]").await;
    browser.reads("Sent.").await;
    let request = browser.at().await;

    browser.sign_in("manager").await;
    browser.go("/inbox").await;
    browser.press_in(&entry(&request), "Reject…").await;
    let page = browser.at().await;
    browser.fill("textarea[name=reason]", "All of you would be gone").await;
    browser.press("Reject").await;
    browser.reads("Rejected for Mira Castell").await;

    browser.sign_in("employee").await;
    browser.go("/notices").await;
    browser.reads("All of you would be gone").await;
    browser.go(&request).await;
    browser.reads("All of you would be gone").await;
    // Nobody decides on their own request, not even by typing the address of the page.
    assert_eq!(browser.answer(&page).await, 403);
    house.mail("employee@demo.test", "All of you would be gone").await;
}

/// Waits for the preview, which follows what is typed, or is a button where scripts do not run.
pub async fn look(browser: &Chrome) {
    if browser.scripts == Scripts::Off {
        browser.press("Preview").await;
    }
    browser.reads("Day by day").await;
    browser.see("button[value=send]").await;
}

/// The sum of the ledger of the signed-in person's vacation in the year of `day`, in minutes.
pub async fn booked(browser: &Chrome, day: Date) -> i64 {
    browser.go("/leave").await;
    let kinds = browser.json("/api/v1/leave/types?page_size=200").await;
    let vacation = kinds["items"].as_array().unwrap().iter().find(|kind| kind["name"] == "Vacation").unwrap();
    let rows = browser.json(&format!("/api/v1/leave/ledger?year={}&page_size=200", day.year())).await;
    let own = rows["items"].as_array().unwrap().iter().filter(|row| row["leave_type"]["id"] == vacation["id"]);
    let own: Vec<i64> = own.map(|row| row["minutes"].as_i64().unwrap()).collect();
    assert!(!own.is_empty(), "no ledger: {rows}");
    own.iter().sum()
}

/// From the directory to one person's page.
pub async fn person(browser: &Chrome, name: &str) {
    browser.go(&format!("/people?search={}", name.replace(' ', "+"))).await;
    browser.press(name).await;
}

pub async fn correct_balance(browser: &Chrome, name: &str, days: &str, on: Date) {
    person(browser, name).await;
    browser.press("Leave balance").await;
    browser.fill("input[name=amount]", days).await;
    browser.date("input[name=effective_on]", &format!("{}-01-01", on.year())).await;
    browser.fill("textarea[name=reason]", "Brought over from the former employer").await;
    browser.press("Add the correction").await;
    browser.reads("Corrected.").await;
}

async fn enter_for(browser: &Chrome, name: &str, on: Date) {
    person(browser, name).await;
    browser.press("Enter leave").await;
    browser.reads(&format!("Enter leave for {name}")).await;
    browser.date("#start_date", &on.to_string()).await;
    look(browser).await;
    browser.click("button[value=send]").await;
    browser.reads("Entered. It stands at once.").await;
}
