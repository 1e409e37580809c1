//! The pages of the inbox that ask for a reason: who may open them, and what they ask of HR.

use crate::leave_api::with_leave;
use crate::support::TestApp;

#[tokio::test]
async fn what_waits_is_found_by_name_department_and_kind() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let form = |day: &str| {
        [("leave_type_id", kinds.vacation.to_string()), ("start_date", day.to_owned()), ("do", "send".to_owned())]
    };
    app.as_employee().post("/leave/new", form("2026-03-09")).await.assert_status(303);
    let manager = app.as_manager();
    let list = "/api/v1/approvals/pending";
    for (query, found) in [
        ("", 1),
        ("?search=mira", 1),
        ("?search=castell+mira", 1),
        ("?search=Mira%20Castell", 1),
        ("?search=mira+nobody", 0),
        ("?search=nobody", 0),
        ("?kind=leave&search=Castell", 1),
        ("?kind=overtime", 0),
        ("?department_id=999", 0),
        ("?search=%25", 0),
    ] {
        let answer = manager.get(&format!("{list}{query}")).await.assert_ok().json();
        assert_eq!(answer["total"], found, "{query}: {answer}");
    }
    manager.get(&format!("{list}?department_id=x")).await.assert_invalid("department_id");
    manager
        .get("/inbox?search=mira")
        .await
        .assert_ok()
        .assert_contains("Mira Castell")
        .assert_contains("All departments");
    manager
        .get("/inbox?search=nobody")
        .await
        .assert_ok()
        .assert_contains("Nothing of this waits")
        .assert_lacks("/inbox/1/reject");
    // What is pressed there leads back there.
    let press = [("approve", "1"), ("search", "mira"), ("kind", "leave"), ("department_id", "")];
    manager.post("/inbox", press).await.assert_redirect("/inbox?kind=leave&search=mira");
}

#[tokio::test]
async fn a_reason_is_asked_only_of_who_may_decide() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let mira = app.as_employee();
    let form = [
        ("leave_type_id", kinds.vacation.to_string()),
        ("start_date", "2026-03-09".to_owned()),
        ("do", "send".to_owned()),
    ];
    let place = mira.post("/leave/new", form).await.assert_status(303).header("location").to_owned();
    app.as_manager().get("/inbox").await.assert_ok().assert_contains("/inbox/1/reject");

    for page in ["/inbox/1/reject", "/inbox/1/ask", &format!("{place}/reject"), &format!("{place}/question")] {
        mira.get(page).await.assert_status(403);
        app.as_other().get(page).await.assert_status(404);
        app.as_manager().get(page).await.assert_ok().assert_lacks("on_behalf_reason");
    }
    // HR in the manager's place says why, too.
    let hr = app.as_hr();
    hr.get("/inbox/1/ask").await.assert_ok().assert_lacks("on_behalf_reason");
    hr.get("/inbox/1/reject").await.assert_ok().assert_contains("on_behalf_reason");
    let reason = ("reason", "Stocktaking");
    hr.post("/inbox/reject", [("id", "1"), reason])
        .await
        .assert_invalid("on_behalf_reason")
        .assert_contains("Stocktaking");
    let both = [("id", "1"), reason, ("on_behalf_reason", "Jonas is away")];
    hr.post("/inbox/reject", both).await.assert_redirect("/inbox");
    mira.get(&place).await.assert_ok().assert_contains("Stocktaking");
}
