//! What waits is counted while a page is open: nobody has to load it again. Without scripts the next page says so.

use crate::chrome::{Chrome, Scripts};
use crate::days::{ahead, tuesday};
use crate::house::House;
use crate::leave::look;

const INBOX: &str = "nav.side a[href='/inbox'] .count";
const NOTICES: &str = "nav.side a[href='/notices'] .count";

#[tokio::test]
async fn with_scripts() {
    what_waits_is_counted(Scripts::On).await;
}

#[tokio::test]
async fn without_scripts() {
    what_waits_is_counted(Scripts::Off).await;
}

async fn what_waits_is_counted(scripts: Scripts) {
    let house = House::open();
    let (manager, employee) =
        (Chrome::open(&house.address, scripts).await, Chrome::open(&house.address, scripts).await);
    manager.sign_in("manager").await;
    manager.go("/people").await;
    let (waiting, unread) = (manager.figure(INBOX).await, manager.figure(NOTICES).await);

    employee.sign_in("employee").await;
    employee.go("/leave/new").await;
    let first = tuesday(25);
    employee.click("fieldset details summary").await;
    employee.see_at("//label[input[@name='leave_type_id'] and contains(., 'Unpaid')]").await.click().await.unwrap();
    employee.date("#start_date", &first.to_string()).await;
    employee.date("#end_date", &ahead(first, 1).to_string()).await;
    employee.fill("textarea[name=reason]", "Moving house").await;
    look(&employee).await;
    employee.click("button[value=send]").await;
    employee.reads("Sent.").await;

    if scripts == Scripts::Off {
        manager.go("/people").await;
    }
    manager.counts(INBOX, waiting + 1).await;
    manager.counts(NOTICES, unread + 1).await;
    if scripts == Scripts::On {
        // The program restarts: the page finds its way back by itself, and what came meanwhile is counted.
        let mut house = house;
        house.kill_and_start();
        employee.go("/leave").await;
        manager.counts(INBOX, waiting + 1).await;
        assert_eq!(manager.at().await, "/people", "nobody has loaded it again");
    }
    manager.close().await;
    employee.close().await;
}
