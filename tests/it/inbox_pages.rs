//! The pages of the inbox that ask for a reason: who may open them, and what they ask of HR.

use crate::leave_api::with_leave;
use crate::support::TestApp;

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
