//! (i) Approved leave is taken back before it begins, an undecided request too; leave that has begun is ended early by
//! the person. Each time the balance has the days again, and whom it concerns is told.

use jiff::civil::Date;

use crate::chrome::{Chrome, Scripts};
use crate::days::{ahead, today, tuesday};
use crate::house::House;
use crate::leave::{booked, correct_balance, entry, look, person};

#[tokio::test]
async fn with_scripts() {
    leave_is_taken_back_and_ended_early(Scripts::On).await;
}

#[tokio::test]
async fn without_scripts() {
    leave_is_taken_back_and_ended_early(Scripts::Off).await;
}

async fn leave_is_taken_back_and_ended_early(scripts: Scripts) {
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
    browser.sign_in("manager").await;
    browser.go("/notices").await;
    browser.reads("The wedding is off").await;
    house.mail("manager@demo.test", "The wedding is off").await;

    back_early(&browser).await;
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

/// HR has entered leave that is under way; its person came back yesterday.
async fn back_early(browser: &Chrome) {
    let monday = ahead(today(), -7 - i64::from(today().weekday().to_monday_zero_offset()));
    let friday = ahead(monday, 18);
    browser.sign_in("hr").await;
    make_room(browser, monday, friday).await;
    correct_balance(browser, "Mira Castell", "15", monday).await;
    if friday.year() != monday.year() {
        correct_balance(browser, "Mira Castell", "15", friday).await;
    }
    person(browser, "Mira Castell").await;
    browser.press("Enter leave").await;
    browser.reads("Enter leave for Mira Castell").await;
    browser.date("#start_date", &monday.to_string()).await;
    browser.date("#end_date", &friday.to_string()).await;
    look(browser).await;
    browser.click("button[value=send]").await;
    browser.reads("Entered. It stands at once.").await;
    let request = browser.at().await;

    browser.sign_in("employee").await;
    browser.go("/leave").await;
    let whole = minutes(browser, &request).await;
    browser.go(&request).await;
    browser.press("Came back early…").await;
    let yesterday = ahead(today(), -1).to_string();
    assert_eq!(browser.value("input[name=last_day_taken]").await, yesterday, "it proposes yesterday");
    browser.press("Give the rest back").await;
    browser.reads("The rest is back in the balance.").await;
    let kept = minutes(browser, &request).await;
    assert!(0 < kept && kept < whole, "{kept} of {whole} minutes were taken");
    let on_the_ledger = taken(browser, &request, &[monday.year(), friday.year()]).await;
    assert_eq!(on_the_ledger, kept, "minutes taken on the ledger");
    // It is over: there is nothing more to give back.
    assert!(!browser.text().await.contains("Came back early…"));
}

/// HR takes back whatever the demo's people have planned in these days.
async fn make_room(browser: &Chrome, first: Date, last: Date) {
    browser.go("/leave").await;
    let people = browser.json("/api/v1/employees?search=Mira+Castell").await;
    let id = &people["items"][0]["id"];
    let within = format!("employee_id={id}&from={first}&to={last}&page_size=200");
    for (api, page) in [("/api/v1/leave/requests", "/leave/requests"), ("/api/v1/business-trips", "/trips")] {
        let found = browser.json(&format!("{api}?{within}")).await;
        for one in found["items"].as_array().unwrap() {
            if ["pending", "approved", "clarification", "active"].contains(&one["status"].as_str().unwrap()) {
                browser.go(&format!("{page}/{}/cancel", one["id"])).await;
                browser.fill("textarea[name=reason]", "Makes room").await;
                browser.click("main form.form button.go").await;
                browser.see("main h1").await;
            }
        }
    }
}

/// What a request charges.
async fn minutes(browser: &Chrome, request: &str) -> i64 {
    browser.json(&format!("/api/v1{request}")).await["minutes"].as_i64().unwrap()
}

/// What the ledger of these years says is taken by a request, rows that were undone left out.
async fn taken(browser: &Chrome, request: &str, years: &[i16]) -> i64 {
    let id: i64 = request.rsplit('/').next().unwrap().parse().unwrap();
    let mut years = years.to_vec();
    years.dedup();
    let mut sum = 0;
    for year in years {
        let rows = browser.json(&format!("/api/v1/leave/ledger?year={year}&page_size=200")).await;
        let own = rows["items"].as_array().unwrap().iter().filter(|row| row["request_id"] == id).cloned();
        sum -= own.map(|row| row["minutes"].as_i64().unwrap()).sum::<i64>();
    }
    sum
}
