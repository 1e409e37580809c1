//! The pages of leave, as a browser without script uses them.

use crate::leave_api::with_leave;
use crate::support::TestApp;

fn form(kind: impl std::fmt::Display, first: &str, last: &str, button: &str) -> Vec<(&'static str, String)> {
    vec![
        ("leave_type_id", kind.to_string()),
        ("start_date", first.to_owned()),
        ("end_date", last.to_owned()),
        ("start_part", "full_day".to_owned()),
        ("end_part", "full_day".to_owned()),
        ("deputy_id", String::new()),
        ("reason", "Visiting my sister".to_owned()),
        ("do", button.to_owned()),
    ]
}

#[tokio::test]
async fn picked_looked_at_sent_and_decided_without_script() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let mira = app.as_employee();
    mira.get("/leave").await.assert_ok().assert_contains("days left in 2026");
    mira.get("/leave/new").await.assert_ok().assert_contains("20\u{a0}days").assert_lacks("Send request</button>");
    let seen = mira.post("/leave/new", form(kinds.vacation, "2026-03-09", "2026-03-11", "preview")).await.assert_ok();
    seen.assert_contains("Send request</button>").assert_contains("Visiting my sister").assert_contains("Back on");
    mira.get("/leave").await.assert_contains("No request yet");

    let sent =
        mira.post("/leave/new", form(kinds.vacation, "2026-03-09", "2026-03-11", "send")).await.assert_status(303);
    let place = sent.header("location").to_owned();
    let manager = app.as_manager();
    manager
        .get(&place)
        .await
        .assert_ok()
        .assert_contains("Waits for your decision")
        .assert_contains("Visiting my sister");
    app.as_other().get(&place).await.assert_status(404);
    manager.get(&format!("{place}/reject")).await.assert_ok().assert_contains("Reject this leave?");
    manager.post(&format!("{place}/reject"), [("reason", "")]).await.assert_invalid("reason");
    manager.post(&format!("{place}/approve"), [("note", "")]).await.assert_redirect(&place);
    manager.post(&format!("{place}/approve"), [("note", "")]).await.assert_redirect(&place);
    mira.get(&place).await.assert_ok().assert_contains("Approved").assert_contains("Take back");
    mira.get("/leave/balance")
        .await
        .assert_ok()
        .assert_contains("Why is my balance 17")
        .assert_contains("Vacation, 3\u{a0}days");
    mira.post(&format!("{place}/cancel"), [("reason", "")]).await.assert_redirect(&place);
    mira.get("/leave/balance").await.assert_ok().assert_contains("Why is my balance 20").assert_contains("Given back");
}

#[tokio::test]
async fn what_is_wrong_stands_beside_its_field_and_what_was_typed_stays() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let mira = app.as_employee();
    let refused = mira
        .post("/leave/new", form(kinds.vacation, "2026-03-09", "2026-04-30", "send"))
        .await
        .assert_invalid("end_date");
    refused
        .assert_contains(r#"value="2026-04-30""#)
        .assert_contains("Visiting my sister")
        .assert_contains("are missing");
    mira.post("/leave/new", form(kinds.vacation, "2026-03-07", "2026-03-08", "send"))
        .await
        .assert_invalid("start_date");
    mira.post("/leave/new", form(kinds.vacation, "", "", "send")).await.assert_invalid("start_date");
    // Only the first day: the last is the same.
    mira.post("/leave/new", form(kinds.vacation, "2026-03-09", "", "send")).await.assert_status(303);
    let again =
        mira.post("/leave/new", form(kinds.vacation, "2026-03-09", "2026-03-09", "send")).await.assert_status(409);
    again.assert_contains("There is other leave on these days");
}

#[tokio::test]
async fn the_pieces_for_the_script_are_those_of_the_page() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let mira = app.as_employee();
    let pieces = mira.post("/leave/preview", form(kinds.vacation, "2026-03-09", "2026-03-11", "")).await.assert_ok();
    let pieces = pieces.assert_contains(r#"id="preview""#).assert_contains(r#"id="decide""#).assert_lacks("<html");
    pieces.assert_contains(r#"<p class="big l">3 <small>"#);
    mira.post("/leave/preview", form(kinds.vacation, "", "", ""))
        .await
        .assert_ok()
        .assert_contains("Nothing is chosen yet");
}

#[tokio::test]
async fn a_request_is_changed_by_who_asked() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let mira = app.as_employee();
    let sent =
        mira.post("/leave/new", form(kinds.vacation, "2026-03-09", "2026-03-11", "send")).await.assert_status(303);
    let place = sent.header("location").to_owned();
    let edit = format!("{place}/edit");
    app.as_manager().get(&edit).await.assert_status(403);
    mira.get(&edit).await.assert_ok().assert_contains(r#"value="2026-03-11""#).assert_contains("Send again");
    mira.post(&edit, form(kinds.vacation, "2026-03-09", "2026-03-10", "send")).await.assert_redirect(&place);
    mira.get(&place).await.assert_ok().assert_contains("changed it and sent it again");
}

#[tokio::test]
async fn hr_corrects_and_explains_somebody_elses_balance() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let page = format!("/leave/balance?employee_id={}", app.people.employee.employee);
    app.as_other().get(&page).await.assert_status(404);
    app.as_manager().get(&page).await.assert_ok().assert_lacks("Correct this balance");
    let hr = app.as_hr();
    hr.get(&page).await.assert_ok().assert_contains("Correct this balance");
    let correction = |amount: &str| {
        vec![
            ("employee_id", app.people.employee.employee.to_string()),
            ("leave_type_id", kinds.vacation.to_string()),
            ("amount", amount.to_owned()),
            ("effective_on", "2026-02-02".to_owned()),
            ("reason", "Stocktaking".to_owned()),
        ]
    };
    hr.post("/leave/balance", correction("much")).await.assert_invalid("amount").assert_contains("Stocktaking");
    hr.post("/leave/balance", correction("0")).await.assert_invalid("amount");
    hr.post("/leave/balance", correction("−0,5")).await.assert_status(303);
    let told = hr.get(&page).await.assert_ok();
    told.assert_contains("Taken off by HR").assert_contains("“Stocktaking” Hanna Roth").assert_contains("19.5");
}

#[tokio::test]
async fn the_calendar_and_the_list_of_the_team() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    app.as_employee()
        .post("/leave/new", form(kinds.vacation, "2026-03-09", "2026-03-11", "send"))
        .await
        .assert_status(303);
    let wall = app.as_manager().get("/calendar").await.assert_ok().assert_contains("March\u{a0}2026");
    wall.assert_contains("Mira Castell").assert_contains(r#"class="b vac ask s""#);
    app.as_manager().get("/calendar?month=2026-13").await.assert_status(422);
    app.as_manager()
        .get("/calendar?month=2026-02")
        .await
        .assert_ok()
        .assert_contains("February\u{a0}2026")
        .assert_lacks("b vac");
    app.as_manager().get("/leave/team?status=pending").await.assert_ok().assert_contains("Mira Castell");
    app.as_manager().get("/leave/team?search=nobody").await.assert_ok().assert_contains("Nothing found");
    app.as_employee().get("/leave/team").await.assert_status(403);
}

#[tokio::test]
async fn contact_deputy_and_hours_stay_with_the_form() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let mira = app.as_employee();
    // Otto Lind is of no team of hers, and was chosen all the same.
    let otto = app.people.other.employee.to_string();
    let more = |name: &'static str, value: &str| {
        let mut form = form(kinds.vacation, "2026-03-09", "2026-03-11", "send");
        form.retain(|(key, _)| *key != name);
        form.push((name, value.to_owned()));
        form
    };
    let mut sent = more("deputy_id", &otto);
    sent.push(("contact", "+49 40 123".to_owned()));
    let place = mira.post("/leave/new", sent).await.assert_status(303).header("location").to_owned();
    let page = mira.get(&format!("{place}/edit")).await.assert_ok();
    page.assert_contains(r#"value="+49 40 123""#)
        .assert_contains(&format!(r#"<option value="{otto}" selected>Otto Lind"#));

    let mut hours = form(kinds.vacation, "2026-03-16", "2026-03-16", "send");
    hours.extend([("from_time", "09:00".to_owned()), ("to_time", "11:00".to_owned())]);
    let refused = mira.post("/leave/new", hours).await.assert_invalid("from_time");
    refused.assert_contains("not taken by the hour").assert_contains(r#"value="09:00""#);
}

#[tokio::test]
async fn kinds_of_leave_are_set_on_their_pages() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let hr = app.as_hr();
    app.as_employee().get("/leave/types").await.assert_status(403);
    hr.get("/leave/types").await.assert_ok().assert_contains("Vacation").assert_contains("only recorded");
    let path = format!("/leave/types/{}", kinds.vacation);
    hr.get(&path).await.assert_ok().assert_contains(r#"value="Vacation""#);
    let fields = |name: &'static str, most: &'static str| {
        [
            ("name", name),
            ("color", "green"),
            ("unit", "days"),
            ("granularity", "half_day"),
            ("visible_as", "name"),
            ("requires_approval", "true"),
            ("affects_balance", "true"),
            ("paid", "true"),
            ("active", "true"),
            ("attachment", "never"),
            ("notice_days", "3"),
            ("max_minutes_per_year", most),
        ]
    };
    hr.post(&path, fields("Sick", "")).await.assert_invalid("name").assert_contains(r#"value="3""#);
    hr.post(&path, fields("Vacation", "many")).await.assert_invalid("max_minutes_per_year");
    hr.post(&path, fields("Vacation", "80:30")).await.assert_redirect("/leave/types");
    let kind = hr.get(&format!("/api/v1/leave/types/{}", kinds.vacation)).await.assert_ok().json();
    assert_eq!((&kind["notice_days"], &kind["max_minutes_per_year"]), (&3.into(), &4830.into()));
    hr.post("/leave/types/new", fields("Moving house", "")).await.assert_redirect("/leave/types");
    hr.get("/leave/types").await.assert_contains("Moving house");
    hr.get("/leave/team").await.assert_ok().assert_contains("Enter leave for");
}
