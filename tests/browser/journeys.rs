//! The main job, end to end, as people do it.

use jiff::civil::{Date, Weekday};
use jiff::{ToSpan as _, Zoned};

use crate::chrome::{Chrome, Scripts};
use crate::house::House;

/// Today on the machine, as the program under test sees it.
#[expect(clippy::disallowed_methods, reason = "the program under test runs by the machine's clock")]
fn today() -> Date {
    Zoned::now().with_time_zone(jiff::tz::TimeZone::UTC).date()
}

/// The Monday at least `weeks` weeks ahead.
fn monday(weeks: i64) -> Date {
    let from = today().saturating_add((7 * weeks).days());
    from.saturating_add(i64::from(from.weekday().until(Weekday::Monday)).days())
}

/// (c) An employee previews and sends a leave request, the manager decides in the inbox, the ledger shows the
/// minutes; and (e) the requester is told in-app and by mail.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leave_is_asked_for_previewed_decided_and_on_the_ledger() {
    let house = House::open();
    // Different weeks, so that the second round does not meet the first.
    for (scripts, weeks) in [(Scripts::On, 9), (Scripts::Off, 11)] {
        let browser = Chrome::open(&house.address, scripts).await;
        browser.sign_in("employee").await;
        browser.go("/leave/new").await;
        let (first, last) = (monday(weeks), monday(weeks).saturating_add(1.days()));
        browser.date("input[name=start_date]", &first.to_string()).await;
        browser.date("input[name=end_date]", &last.to_string()).await;
        if scripts == Scripts::Off {
            // Without scripts the preview is a step of its own.
            browser.press("Preview").await;
        }
        browser.reads("Day by day").await;
        browser.reads("2 days").await;
        browser.press("Send request").await;
        browser.reads("Jonas Brandt").await;
        let request = browser.at().await;

        browser.sign_in("manager").await;
        browser.go("/inbox").await;
        let mine = format!("//li[contains(., 'Mira Castell')][.//a[@href='{request}']]//button[@name='approve']");
        browser
            .client
            .find(fantoccini::Locator::XPath(&mine))
            .await
            .expect("it waits in the inbox")
            .click()
            .await
            .unwrap();
        browser.reads("Approved for Mira Castell").await;

        browser.sign_in("employee").await;
        browser.go("/notices").await;
        browser.reads("Jonas Brandt").await;
        browser.go(&format!("/leave/balance?year={}", first.year())).await;
        let shown = format!("{} {}", first.day(), month(first));
        browser.reads(&shown).await;
        browser.close().await;
    }
    let letter = house.mail("employee@demo.test", "approved");
    assert!(letter.contains("Message-ID: <"), "{letter}");
    assert!(letter.contains("multipart/alternative"), "{letter}");
}

fn month(date: Date) -> String {
    date.strftime("%b").to_string()
}

/// (d) Overtime past midnight with a break is recorded, decided in the inbox, and the day's workbook appears.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn overtime_past_midnight_is_decided_and_in_the_workbook() {
    let house = House::open();
    for (scripts, back) in [(Scripts::On, 8), (Scripts::Off, 15)] {
        let browser = Chrome::open(&house.address, scripts).await;
        browser.sign_in("employee").await;
        browser.go("/overtime/new").await;
        // A Saturday: the rest day's factor, and none of the shift in the way.
        let before = today().saturating_sub(back.days());
        let saturday = before.saturating_sub(i64::from(Weekday::Saturday.until(before.weekday())).days());
        browser.click("select[name=project_id] option:nth-of-type(2)").await;
        browser.date("input[name=date]", &saturday.to_string()).await;
        browser.time("input[name=start_time]", "20:00").await;
        browser.time("input[name=end_time]", "02:00").await;
        browser.time("[name='breaks.0.start_time'], [name=break_start]", "23:45").await;
        browser.time("[name='breaks.0.end_time'], [name=break_end]", "00:15").await;
        browser.fill("textarea[name=reason], input[name=reason]", "Moved the racks at night").await;
        if scripts == Scripts::Off {
            browser.press("Preview").await;
        }
        browser.reads("5:30").await;
        browser.press("Send").await;
        browser.reads("Jonas Brandt").await;
        let request = browser.at().await;

        browser.sign_in("manager").await;
        browser.go("/inbox?kind=overtime").await;
        let mine = format!("//li[.//a[@href='{request}']]//button[@name='approve']");
        browser
            .client
            .find(fantoccini::Locator::XPath(&mine))
            .await
            .expect("it waits in the inbox")
            .click()
            .await
            .unwrap();
        browser.reads("Approved for Mira Castell").await;
        browser.close().await;

        let name = format!("{}OT.xlsx", saturday.strftime("%Y%m%d"));
        let file = house.organization().join("reports").join(saturday.strftime("%Y/%m").to_string()).join(name);
        let until = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while !file.exists() {
            assert!(std::time::Instant::now() < until, "{} was not made", file.display());
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert!(workbook_says(&file, "Mira Castell"), "{} does not name Mira Castell", file.display());
    }
}

fn workbook_says(file: &std::path::Path, words: &str) -> bool {
    use calamine::Reader as _;
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(file).unwrap();
    let sheets = book.worksheets();
    sheets.iter().any(|(_, range)| range.cells().any(|(_, _, cell)| cell.to_string().contains(words)))
}

/// (b) HR hires an engineer from the template: 23 tasks find their owners; the manager does one, and the percentage
/// moves.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hire_gets_tasks_and_the_percentage_moves() {
    let house = House::open();
    for (scripts, name) in [(Scripts::On, "Aino"), (Scripts::Off, "Björk")] {
        let browser = Chrome::open(&house.address, scripts).await;
        browser.sign_in("hr").await;
        browser.go("/onboarding/new").await;
        browser.fill("input[name=first_name]", name).await;
        browser.fill("input[name=last_name]", "Testworthy").await;
        browser.fill("input[name=email]", &format!("{}@demo.test", name.to_lowercase().replace('ö', "o"))).await;
        browser.date("input[name=join_date]", &monday(3).to_string()).await;
        browser.choose("select[name=manager_id]", "Jonas Brandt").await;
        browser.choose("select[name=template_id]", "Engineering onboarding").await;
        browser.press("Show the dates").await;
        browser.reads("23 tasks").await;
        browser.press("Enter").await;
        browser.reads(&format!("{name} Testworthy")).await;
        browser.reads("0 of").await;
        let run = browser.at().await;

        // HR does the first open task of the run.
        browser.click("main a[href^='/tasks/']").await;
        browser.reads("It is done").await;
        browser.press("It is done").await;
        browser.go(&run).await;
        browser.reads("1 of").await;
        browser.close().await;
    }
}

/// (a) People come from a CSV: the dry run names every fault, nothing is written before it is whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_come_from_a_csv_after_a_dry_run() {
    let house = House::open();
    let folder = tempfile::tempdir().unwrap();
    for (scripts, who) in [(Scripts::On, "Petra"), (Scripts::Off, "Quentin")] {
        let browser = Chrome::open(&house.address, scripts).await;
        browser.sign_in("hr").await;
        let bad = folder.path().join(format!("bad-{who}.csv"));
        std::fs::write(&bad, format!("number,first_name,last_name,email,join_date,department\n9{0},{who},Imported,{who}@demo.test,2026-01-07,Nowhere\n", who.len())).unwrap();
        browser.go("/people/import").await;
        browser.see("input[type=file]").await.send_keys(bad.to_str().unwrap()).await.unwrap();
        browser.press("Check").await;
        browser.reads("Nowhere").await;
        browser.go(&format!("/people?search={who}+Imported")).await;
        assert!(!browser.text().await.contains(&format!("{who} Imported")), "a dry run wrote something");

        let good = folder.path().join(format!("good-{who}.csv"));
        std::fs::write(&good, format!("\u{feff}number;first_name;last_name;email;join_date;department\n9{0};{who};Imported;{who}@demo.test;2026-01-07;Support\n", who.len())).unwrap();
        browser.go("/people/import").await;
        browser.see("input[type=file]").await.send_keys(good.to_str().unwrap()).await.unwrap();
        browser.press("Check").await;
        browser.reads(who).await;
        browser.press("Import").await;
        browser.go(&format!("/people?search={who}+Imported")).await;
        browser.reads(&format!("{who} Imported")).await;
        browser.close().await;
    }
}

/// The program is killed, starts on the same folder, and everybody is still signed in and finds everything.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_loses_nothing_and_nobody_is_signed_out() {
    let mut house = House::open();
    let browser = Chrome::open(&house.address, Scripts::Off).await;
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
