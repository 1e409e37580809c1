//! (d) Overtime past midnight with a break is recorded, decided in the inbox, and the day's workbook appears.

use std::path::Path;
use std::time::{Duration, Instant};

use calamine::{Data, Reader as _, Xlsx};
use jiff::civil::{Date, Weekday};

use crate::chrome::{Chrome, Scripts};
use crate::days::{ahead, coming};
use crate::house::House;
use crate::leave::entry;

#[tokio::test]
async fn with_scripts() {
    overtime_past_midnight_is_decided_and_in_the_workbook(Scripts::On).await;
}

#[tokio::test]
async fn without_scripts() {
    overtime_past_midnight_is_decided_and_in_the_workbook(Scripts::Off).await;
}

async fn overtime_past_midnight_is_decided_and_in_the_workbook(scripts: Scripts) {
    let house = House::open();
    let browser = Chrome::open(&house.address, scripts).await;
    browser.sign_in("employee").await;
    browser.go("/overtime").await;
    let saturday = free_saturday(&browser).await;
    browser.press("Record overtime").await;
    browser.click("select[name=project_id] option:nth-of-type(2)").await;
    browser.date("input[name=date]", &saturday.to_string()).await;
    browser.time("input[name=start_time]", "20:00").await;
    browser.time("input[name=end_time]", "02:00").await;
    browser.time("input[name=break_start]", "23:45").await;
    browser.time("input[name=break_end]", "00:15").await;
    browser.fill("textarea[name=reason]", "Moved the racks at night").await;
    if scripts == Scripts::Off {
        browser.press("Preview").await;
    }
    browser.reads("5:30 hours worked").await;
    assert_eq!(browser.value("textarea[name=reason]").await, "Moved the racks at night");
    browser.click("button[value=send]").await;
    browser.reads("Sent.").await;
    let request = browser.at().await;

    browser.sign_in("manager").await;
    browser.go("/inbox?kind=overtime").await;
    browser.press_in(&entry(&request), "Approve").await;
    browser.reads("Approved for Mira Castell").await;

    let name = format!("{}OT.xlsx", saturday.strftime("%Y%m%d"));
    let file = house.organization().join("reports").join(saturday.strftime("%Y/%m").to_string()).join(&name);
    let row = approved_row(&file, "Mira Castell").await;
    assert_eq!(minutes(&row, "Worked"), 330);
    // From 23:00 to 6:00 less the break; both days are free of work at least, or a feast.
    assert_eq!(minutes(&row, "Workday"), 0);
    assert_eq!(minutes(&row, "Rest day") + minutes(&row, "Holiday"), 330);
    assert_eq!(minutes(&row, "Credited"), 2 * minutes(&row, "Rest day") + 3 * minutes(&row, "Holiday"));

    browser.sign_in("employee").await;
    browser.go(&request).await;
    browser.reads("Approved").await;
    browser.sign_in("hr").await;
    browser.go(&format!("/overtime/reports?from={saturday}&to={saturday}")).await;
    browser.reads(&name).await;
    browser.close().await;
}

/// A Saturday of the last weeks around which the demo did not let the person work over already.
async fn free_saturday(browser: &Chrome) -> Date {
    let own = browser.json("/api/v1/overtime-requests?page_size=200").await;
    let taken: Vec<Date> =
        own["items"].as_array().unwrap().iter().map(|one| one["date"].as_str().unwrap().parse().unwrap()).collect();
    let mut saturday = ahead(coming(Weekday::Saturday, 0), -14);
    while taken.iter().any(|date| *date >= ahead(saturday, -6) && *date <= ahead(saturday, 6)) {
        saturday = ahead(saturday, -7);
    }
    saturday
}

/// The person's row of a workbook by its columns, once it says that the request is approved.
async fn approved_row(file: &Path, name: &str) -> Vec<(String, Data)> {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        let row = row_of(file, name);
        let status = row.iter().find(|(column, _)| column == "Status").map(|(_, cell)| cell.to_string());
        if status.as_deref() == Some("Approved") {
            return row;
        }
        assert!(Instant::now() < until, "{} holds {row:?}", file.display());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Empty where there is no such file or row yet. The file is put in its place as a whole.
fn row_of(file: &Path, name: &str) -> Vec<(String, Data)> {
    if !file.exists() {
        return Vec::new();
    }
    let mut book: Xlsx<_> = calamine::open_workbook(file).unwrap();
    let sheets = book.worksheets();
    let (_, sheet) = sheets.iter().find(|(title, _)| title.contains("Support")).unwrap();
    let heads: Vec<String> = sheet.rows().next().unwrap().iter().map(ToString::to_string).collect();
    let own = sheet.rows().find(|row| row.iter().any(|cell| matches!(cell, Data::String(text) if text == name)));
    own.map_or_else(Vec::new, |row| heads.into_iter().zip(row.iter().cloned()).collect())
}

/// Workbooks keep durations as parts of a day.
fn minutes(row: &[(String, Data)], column: &str) -> i64 {
    let (_, cell) = row.iter().find(|(head, _)| head == column).unwrap();
    let days = match cell {
        Data::Float(days) => *days,
        Data::DateTime(time) => time.as_f64(),
        other => panic!("{column} holds {other:?}"),
    };
    #[expect(clippy::cast_possible_truncation, reason = "a day has 1,440 minutes")]
    let minutes = (days * 1440.0).round() as i64;
    minutes
}
