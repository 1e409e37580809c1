//! (h) Days drawn over on the calendar, or a day followed, open the request filled in; a feed is made, read and revoked; a
//! trip keeps leave off its days.

use fantoccini::Locator;
use fantoccini::actions::{InputSource as _, MouseActions, PointerAction};

use crate::chrome::{Chrome, Scripts};
use crate::days::{ahead, tuesday};
use crate::house::House;

#[tokio::test]
async fn with_scripts() {
    the_calendar_is_drawn_on_and_subscribed_to_and_a_trip_blocks_leave(Scripts::On).await;
}

#[tokio::test]
async fn without_scripts() {
    the_calendar_is_drawn_on_and_subscribed_to_and_a_trip_blocks_leave(Scripts::Off).await;
}

async fn the_calendar_is_drawn_on_and_subscribed_to_and_a_trip_blocks_leave(scripts: Scripts) {
    let house = House::open();
    let browser = Chrome::open(&house.address, scripts).await;
    let tuesday = tuesday(10);
    let wednesday = ahead(tuesday, 1);
    browser.sign_in("employee").await;

    // From the calendar into the form: drawn over both days, or by the link that each day is. Both may lie in two months.
    let month = |date: jiff::civil::Date| format!("{:04}-{:02}", date.year(), date.month());
    browser.go(&format!("/calendar?view=quarter&month={}", month(tuesday))).await;
    match scripts {
        Scripts::On => draw(&browser, &tuesday.to_string(), &wednesday.to_string()).await,
        Scripts::Off => browser.click(&format!("[data-day='{tuesday}'] a.pick")).await,
    }
    browser.see("#start_date").await;
    assert_eq!(browser.value("#start_date").await, tuesday.to_string());
    let last = if scripts == Scripts::On { wednesday } else { tuesday };
    assert_eq!(browser.value("#end_date").await, last.to_string());

    // A trip is planned; it stands on the calendar, and leave on its days is refused with its name.
    browser.go("/trips").await;
    browser.press("Plan a trip").await;
    browser.date("#start_date", &tuesday.to_string()).await;
    browser.date("#end_date", &wednesday.to_string()).await;
    browser.fill("#destination", "Rotterdam").await;
    browser.fill("#purpose", "Visit to the yard").await;
    browser.press("Save").await;
    browser.reads("Saved. The calendar shows it.").await;
    let trip = browser.at().await;
    browser.go(&format!("/calendar?month={}", month(tuesday))).await;
    browser.see(&format!("#me a[href='{trip}']")).await;
    browser.go(&format!("/leave/new?start_date={tuesday}&end_date={tuesday}")).await;
    browser.reads("Rotterdam").await;
    browser.reads("Not possible like this").await;

    // A feed is made, read by whoever has its address, and revoked.
    browser.go("/calendar").await;
    browser.press("Subscribe").await;
    browser.press("Make the address My leave").await;
    let address = browser.see("#feed-url").await.text().await.unwrap();
    let feed = fetch(&address).await;
    assert!(feed.starts_with("200 BEGIN:VCALENDAR"), "{feed}");
    assert!(feed.contains(&format!("DTSTART;VALUE=DATE:{}", tuesday.strftime("%Y%m%d"))), "{feed}");
    browser.go("/calendar/feeds").await;
    assert!(!browser.text().await.contains(&address), "it is shown once");
    browser.press("Revoke").await;
    browser.reads("Revoked.").await;
    assert!(fetch(&address).await.starts_with("404"));

    // Cancelled, the trip is in nobody's way.
    browser.go(&trip).await;
    browser.press("Cancel the trip…").await;
    browser.press("Cancel the trip").await;
    browser.reads("Cancelled. It is off the calendar.").await;
    browser.go(&format!("/leave/new?start_date={tuesday}&end_date={tuesday}")).await;
    assert!(!browser.text().await.contains("Rotterdam"));
    browser.close().await;
}

/// Presses on one day of the own line and lets go on another.
async fn draw(browser: &Chrome, first: &str, last: &str) {
    let cell = async |date: &str| browser.client.find(Locator::Css(&format!("#me [data-day='{date}']"))).await.unwrap();
    let middle = "arguments[0].scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' })";
    let from = cell(first).await;
    browser.client.execute(middle, vec![serde_json::to_value(&from).unwrap()]).await.unwrap();
    let to = |element| PointerAction::MoveToElement { element, duration: None, x: 0.0, y: 0.0 };
    let mouse = MouseActions::new("mouse".to_owned())
        .then(to(from))
        .then(PointerAction::Down { button: 0 })
        .then(to(cell(last).await))
        .then(PointerAction::Up { button: 0 });
    browser.client.perform_actions(mouse).await.unwrap();
}

/// What a calendar program gets: status and body.
async fn fetch(address: &str) -> String {
    use http_body_util::BodyExt as _;
    let client = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new())
        .build_http::<http_body_util::Empty<bytes::Bytes>>();
    let answer = client.get(address.parse().unwrap()).await.unwrap();
    let status = answer.status().as_u16();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    format!("{status} {}", String::from_utf8_lossy(&body))
}
