//! Overtime from the form and the API to the decision: what is counted, what is refused, who sees it, what it does to
//! time off in lieu.

use axum::http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};
use steward::ids::ProjectId;
use steward::leave;
use steward::overtime::project::{self, Project};

use crate::support::{Answer, Client, Person, TestApp};

const PATH: &str = "/api/v1/overtime-requests";

/// The company of [`TestApp`] with kinds of leave, and a project to book on.
pub fn company() -> (TestApp, ProjectId) {
    let app = TestApp::new();
    let project = app
        .act(app.people.hr, |tx, actor| {
            leave::seed_types(tx, actor)?;
            let new = Project {
                id: ProjectId(0),
                code: "HALO-2".into(),
                name: "HALO-2 rollout".into(),
                description: String::new(),
                active: true,
            };
            project::create(tx, actor, new)
        })
        .unwrap();
    (app, project)
}

/// Overtime of `date`, paid, worked, without a break.
pub fn wish(project: ProjectId, date: &str, start: &str, end: &str) -> Value {
    json!({
        "project_id": project, "date": date, "start_time": start, "end_time": end,
        "reason": "Moved the racks", "compensation": "pay",
    })
}

fn with(mut wish: Value, more: Value) -> Value {
    for (name, value) in more.as_object().unwrap() {
        wish[name] = value.clone();
    }
    wish
}

/// Sends it and answers its id.
pub async fn sent(client: &Client, wish: Value) -> i64 {
    client.json(Method::POST, PATH, wish).await.assert_status(201).json()["id"].as_i64().unwrap()
}

async fn act(client: &Client, id: i64, act: &str, body: Value) -> Answer {
    client.json(Method::POST, &format!("{PATH}/{id}/{act}"), body).await
}

/// What is left of time off in lieu, in minutes.
async fn toil(app: &TestApp, who: Person, on: &str) -> i64 {
    let path = format!("/api/v1/leave/balances?employee_id={}&on={on}", who.employee.0);
    let balances = app.as_hr().get(&path).await.assert_ok().json();
    let all = balances["items"].as_array().or(balances.as_array()).unwrap();
    let one = all.iter().find(|one| one["leave_type"]["name"] == "Time off in lieu").unwrap();
    one["available"].as_i64().unwrap()
}

#[tokio::test]
async fn a_night_past_midnight_with_a_break_is_split_by_day_class() {
    let (app, project) = company();
    let wish = with(
        wish(project, "2026-02-27", "18:00", "02:00"),
        json!({ "breaks": [{ "start_time": "23:50", "end_time": "00:10" }] }),
    );
    let preview =
        app.as_employee().json(Method::POST, &format!("{PATH}/preview"), wish.clone()).await.assert_ok().json();
    let answer = app.as_employee().json(Method::POST, PATH, wish).await.assert_status(201);
    let made = answer.json();
    assert_eq!(answer.header("location"), format!("{PATH}/{}", made["id"]));
    for one in [&preview, &made] {
        // Friday 18:00 – 23:50 at 1.5, Saturday 0:10 – 2:00 at 2; the night begins at 22:00.
        assert_eq!(one["total_minutes"], 460);
        assert_eq!(one["night_minutes"], 220);
        assert_eq!(one["credited_minutes"], 525 + 220);
        assert_eq!(
            one["classes"],
            json!([
                { "day_class": "workday", "minutes": 350, "multiplier": 1.5, "credited_minutes": 525 },
                { "day_class": "rest_day", "minutes": 110, "multiplier": 2.0, "credited_minutes": 220 },
            ])
        );
        assert_eq!(one["is_weekend"], false);
        assert_eq!(one["limits"]["week"]["used"], 460);
        assert_eq!(one["limits"]["week"]["verdict"], "within");
        assert_eq!(one["limits"]["month"]["from"], "2026-02-26");
        assert!(one["limits"].get("day").is_none(), "no limit of a day is set");
    }
    assert_eq!(made["status"], "pending");
    assert_eq!(made["employee"]["name"], "Mira Castell");
    assert_eq!(made["approval"]["asked"][0]["name"], "Jonas Brandt");
}

#[tokio::test]
async fn nights_on_which_the_clock_changes_have_the_hours_they_had() {
    let (app, project) = company();
    app.clock.advance(SignedDuration::from_hours(24 * 40));
    let preview = async |date: &str, start: &str, end: &str| {
        app.as_employee().json(Method::POST, &format!("{PATH}/preview"), wish(project, date, start, end)).await
    };
    let spring = preview("2026-03-28", "22:00", "06:00").await.assert_ok().json();
    assert_eq!((&spring["total_minutes"], &spring["night_minutes"]), (&json!(420), &json!(420)));
    // 2:30 is not on the clock of that night.
    preview("2026-03-28", "22:00", "02:30").await.assert_invalid("end_time");
    app.clock.advance(SignedDuration::from_hours(24 * 210));
    let autumn = preview("2026-10-24", "22:00", "06:00").await.assert_ok().json();
    assert_eq!((&autumn["total_minutes"], &autumn["night_minutes"]), (&json!(540), &json!(540)));
}

#[tokio::test]
async fn two_at_once_the_shift_and_leave_are_refused() {
    let (app, project) = company();
    let mira = app.as_employee();
    let post = async |wish: Value| mira.json(Method::POST, PATH, wish).await;
    post(wish(project, "2026-02-27", "18:00", "22:00")).await.assert_status(201);
    let other = post(wish(project, "2026-02-27", "21:30", "23:00")).await.assert_status(409);
    assert!(other.json()["detail"].as_str().unwrap().contains("overtime on that time already"), "{}", other.text());
    post(wish(project, "2026-02-27", "22:00", "23:00")).await.assert_status(201);
    let shift = post(wish(project, "2026-02-26", "17:00", "19:00")).await.assert_status(409);
    assert!(shift.json()["detail"].as_str().unwrap().contains("scheduled shift"), "{}", shift.text());
    post(wish(project, "2026-02-26", "17:30", "19:00")).await.assert_status(201);

    // HR enters leave for Monday and Tuesday, which is approved at once.
    let unpaid = app.read(|rx| Ok(leave::types::preset(rx, leave::types::presets::UNPAID)?.id));
    let leave = json!({
        "leave_type_id": unpaid, "employee_id": app.people.employee.employee, "start_date": "2026-02-23",
        "end_date": "2026-02-24", "start_part": "full_day", "end_part": "full_day", "reason": "Moving house",
    });
    app.as_hr().json(Method::POST, "/api/v1/leave/requests", leave).await.assert_status(201);
    let away = post(wish(project, "2026-02-24", "18:00", "19:00")).await.assert_status(409);
    assert!(away.json()["detail"].as_str().unwrap().contains("approved leave"), "{}", away.text());
    let by_hr =
        with(wish(project, "2026-02-24", "18:00", "19:00"), json!({ "employee_id": app.people.employee.employee }));
    app.as_hr().json(Method::POST, PATH, by_hr.clone()).await.assert_status(409);
    let with_reason = with(by_hr, json!({ "override_reason": "Came in from leave, as agreed" }));
    app.as_hr().json(Method::POST, PATH, with_reason).await.assert_status(201);
}

#[tokio::test]
async fn a_maximum_refuses_unless_hr_says_why() {
    let (app, project) = company();
    let mira = app.as_employee();
    sent(&mira, wish(project, "2026-02-21", "08:00", "20:00")).await;
    let more = wish(project, "2026-02-22", "08:00", "16:00");
    let preview = mira.json(Method::POST, &format!("{PATH}/preview"), more.clone()).await.assert_ok().json();
    assert_eq!(preview["limits"]["week"]["used"], 1200);
    assert_eq!(preview["limits"]["week"]["verdict"], "above_maximum");
    let refused = mira.json(Method::POST, PATH, more.clone()).await.assert_status(409);
    assert!(refused.json()["detail"].as_str().unwrap().contains("20:00 of 18:00"), "{}", refused.text());
    // A reason of one's own is none.
    let own = with(more.clone(), json!({ "override_reason": "I want to" }));
    mira.json(Method::POST, PATH, own).await.assert_status(409);
    let by_hr =
        with(more, json!({ "employee_id": app.people.employee.employee, "override_reason": "Flood in the cellar" }));
    let made = app.as_hr().json(Method::POST, PATH, by_hr).await.assert_status(201).json();
    let page = app.as_hr().get(&format!("/overtime/{}", made["id"])).await.assert_ok();
    page.assert_contains("Flood in the cellar").assert_contains("2:00</b> above the maximum");
}

#[tokio::test]
async fn limits_are_set_by_hr_and_hold_at_once() {
    let (app, project) = company();
    let preset = app.as_employee().get("/api/v1/overtime-limits").await.assert_ok().json();
    assert_eq!(preset["week"], json!({ "recommended": 900, "maximum": 1080 }));
    let mut wanted = preset.clone();
    wanted["day"] = json!({ "recommended": null, "maximum": 120 });
    app.as_employee().json(Method::PUT, "/api/v1/overtime-limits", wanted.clone()).await.assert_status(403);
    let mut wrong = wanted.clone();
    wrong["week"] = json!({ "recommended": 1200, "maximum": 1080 });
    app.as_hr().json(Method::PUT, "/api/v1/overtime-limits", wrong).await.assert_invalid("week.recommended");
    let set = app.as_hr().json(Method::PUT, "/api/v1/overtime-limits", wanted.clone()).await.assert_ok().json();
    assert_eq!(set, wanted);
    app.as_employee().json(Method::POST, PATH, wish(project, "2026-02-27", "18:00", "21:00")).await.assert_status(409);
    sent(&app.as_employee(), wish(project, "2026-02-27", "18:00", "20:00")).await;
}

#[tokio::test]
async fn it_is_decided_once_and_by_whoever_is_asked() {
    let (app, project) = company();
    let id = sent(&app.as_employee(), wish(project, "2026-02-27", "18:00", "20:00")).await;
    act(&app.as_employee(), id, "approve", json!({})).await.assert_status(403);
    act(&app.as_manager(), id, "reject", json!({ "reason": " " })).await.assert_invalid("reason");
    let approved = act(&app.as_manager(), id, "approve", json!({ "note": "Thank you" })).await.assert_ok().json();
    assert_eq!(approved["status"], "approved");
    let again = act(&app.as_manager(), id, "reject", json!({ "reason": "Changed my mind" })).await.assert_status(409);
    assert!(again.json()["detail"].as_str().unwrap().contains("Jonas Brandt approved this"), "{}", again.text());
    // Approved and worked: HR takes it back, with a reason.
    act(&app.as_employee(), id, "cancel", json!({})).await.assert_status(409);
    act(&app.as_hr(), id, "cancel", json!({})).await.assert_invalid("reason");
    let gone = act(&app.as_hr(), id, "cancel", json!({ "reason": "Entered twice" })).await.assert_ok().json();
    assert_eq!(gone["status"], "cancelled");

    let second = sent(&app.as_employee(), wish(project, "2026-02-27", "18:00", "20:00")).await;
    act(&app.as_hr(), second, "approve", json!({})).await.assert_invalid("on_behalf_reason");
    act(&app.as_hr(), second, "approve", json!({ "on_behalf_reason": "Jonas is ill" })).await.assert_ok();
}

#[tokio::test]
async fn others_do_not_know_of_it() {
    let (app, project) = company();
    let id = sent(&app.as_employee(), wish(project, "2026-02-27", "18:00", "20:00")).await;
    let other = app.as_other();
    for path in [format!("{PATH}/{id}"), format!("/overtime/{id}"), format!("/overtime/{id}/reject")] {
        other.get(&path).await.assert_status(404);
        app.as_manager().get(&path).await.assert_ok();
    }
    for (one, body) in [("approve", json!({})), ("reject", json!({ "reason": "no" })), ("cancel", json!({}))] {
        act(&other, id, one, body).await.assert_status(404);
    }
    let edit = json!({ "end_time": "19:00" });
    other.json(Method::PATCH, &format!("{PATH}/{id}"), edit).await.assert_status(404);
    let count = async |client: Client, query: &str| {
        client.get(&format!("{PATH}{query}")).await.assert_ok().json()["total"].as_i64().unwrap()
    };
    assert_eq!(count(other.clone(), "").await, 0);
    assert_eq!(count(other, &format!("?employee_id={}", app.people.employee.employee)).await, 0);
    assert_eq!(count(app.as_manager(), "?search=castell").await, 1);
    assert_eq!(
        count(app.as_hr(), &format!("?project_id={project}&status=pending&from=2026-02-27&to=2026-02-27")).await,
        1
    );
    assert_eq!(count(app.as_hr(), "?from=2026-02-28").await, 0);
    app.as_hr().get(&format!("{PATH}?colour=red")).await.assert_invalid("colour");
    // A manager sees what the team sends, but does not send it for them.
    let for_mira =
        with(wish(project, "2026-02-26", "18:00", "20:00"), json!({ "employee_id": app.people.employee.employee }));
    app.as_manager().json(Method::POST, PATH, for_mira).await.assert_status(403);
    app.as_employee().get("/overtime/team").await.assert_status(403);
    app.as_manager().get("/overtime/team?search=mira").await.assert_ok().assert_contains("Mira Castell");
}

#[tokio::test]
async fn a_plan_is_confirmed_and_more_than_planned_is_asked_again() {
    let (app, project) = company();
    let mira = app.as_employee();
    let early = wish(project, "2026-03-06", "18:00", "20:00");
    mira.json(Method::POST, PATH, early.clone()).await.assert_invalid("end_time");
    let id = sent(&mira, with(early, json!({ "stage": "planned", "compensation": "toil" }))).await;
    act(&app.as_manager(), id, "approve", json!({})).await.assert_ok();
    assert_eq!(toil(&app, app.people.employee, "2026-03-31").await, 0, "nothing was worked yet");
    app.clock.advance(SignedDuration::from_hours(24 * 6));
    let mira = app.as_employee();
    let longer = json!({ "start_time": "18:00", "end_time": "21:00" });
    let confirmed = act(&mira, id, "confirm", longer.clone()).await.assert_ok().json();
    assert_eq!((&confirmed["status"], &confirmed["stage"]), (&json!("pending"), &json!("worked")));
    act(&mira, id, "confirm", longer).await.assert_status(409);
    act(&app.as_manager(), id, "approve", json!({})).await.assert_ok();
    assert_eq!(toil(&app, app.people.employee, "2026-03-31").await, 270);
}

#[tokio::test]
async fn time_off_in_lieu_comes_with_the_approval_and_goes_with_it() {
    let (app, project) = company();
    let worked = with(wish(project, "2026-02-28", "09:00", "13:00"), json!({ "compensation": "toil" }));
    let id = sent(&app.as_employee(), worked).await;
    assert_eq!(toil(&app, app.people.employee, "2026-03-02").await, 0);
    act(&app.as_manager(), id, "approve", json!({})).await.assert_ok();
    assert_eq!(toil(&app, app.people.employee, "2026-03-02").await, 480);
    let paid = sent(&app.as_employee(), wish(project, "2026-02-28", "14:00", "15:00")).await;
    act(&app.as_manager(), paid, "approve", json!({})).await.assert_ok();
    assert_eq!(toil(&app, app.people.employee, "2026-03-02").await, 480);
    act(&app.as_hr(), id, "cancel", json!({ "reason": "It was somebody else" })).await.assert_ok();
    assert_eq!(toil(&app, app.people.employee, "2026-03-02").await, 0);
    let path = format!("/api/v1/leave/ledger?employee_id={}&year=2026", app.people.employee.employee);
    let ledger = app.as_hr().get(&path).await.assert_ok().json();
    let kinds: Vec<&str> =
        ledger["items"].as_array().unwrap().iter().map(|row| row["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["toil", "reversal"]);
}

#[tokio::test]
async fn a_question_is_answered_by_sending_again() {
    let (app, project) = company();
    let id = sent(&app.as_employee(), wish(project, "2026-02-27", "18:00", "20:00")).await;
    let page = format!("/overtime/{id}");
    app.as_manager().post(&format!("{page}/question"), [("question", "Until eight?")]).await.assert_redirect(&page);
    let form = app.as_employee().get(&page).await.assert_ok();
    let form = form.assert_contains("Until eight?").assert_contains("Send again").assert_contains("Jonas Brandt asks");
    assert!(form.text().contains(r#"value="18:00""#));
    let edited = app.as_employee().json(Method::PATCH, &format!("{PATH}/{id}"), json!({ "end_time": "19:30" })).await;
    let edited = edited.assert_ok().json();
    assert_eq!((&edited["status"], &edited["total_minutes"]), (&json!("pending"), &json!(90)));
    app.as_employee()
        .json(Method::PATCH, &format!("{PATH}/{id}"), json!({ "status": "approved" }))
        .await
        .assert_invalid("status");
    app.as_manager()
        .json(Method::PATCH, &format!("{PATH}/{id}"), json!({ "end_time": "19:00" }))
        .await
        .assert_status(403);
}

#[tokio::test]
async fn unknown_fields_are_refused() {
    let (app, project) = company();
    let wrong = with(wish(project, "2026-02-27", "18:00", "20:00"), json!({ "status": "approved" }));
    app.as_employee().json(Method::POST, PATH, wrong).await.assert_invalid("status");
    let wrong = with(
        wish(project, "2026-02-27", "18:00", "20:00"),
        json!({ "breaks": [{ "start_time": "19:50", "end_time": "20:10" }] }),
    );
    app.as_employee().json(Method::POST, PATH, wrong).await.assert_invalid("breaks.0");
}

fn typed(project: ProjectId, press: &str) -> Vec<(&'static str, String)> {
    let text = |text: &str| text.to_owned();
    vec![
        ("do", text(press)),
        ("project_id", project.to_string()),
        ("date", text("2026-02-27")),
        ("start_time", text("18:00")),
        ("end_time", text("02:00")),
        ("break_start", text("20:00")),
        ("break_end", text("20:30")),
        ("break_start", text("")),
        ("break_end", text("")),
        ("break_start", text("01:50")),
        ("break_end", text("02:10")),
        ("reason", text("Porto <b>had to</b> wait")),
        ("compensation", text("pay")),
        ("stage", text("worked")),
    ]
}

#[tokio::test]
async fn the_form_keeps_what_was_typed_and_says_what_is_wrong_beside_it() {
    let (app, project) = company();
    let mira = app.as_employee();
    // Row 0 and, as the empty one is passed over, row 1.
    let refused = mira.post("/overtime/new", typed(project, "send")).await.assert_invalid("breaks.1");
    let kept = refused.assert_contains("Porto &#60;b&#62;had to&#60;/b&#62; wait").assert_contains(r#"value="01:50""#);
    // What the rest comes to is shown all the same.
    kept.assert_contains("7:30").assert_contains("This break ends at 02:10").assert_lacks("breaks.0-err");

    let mut without_reason = typed(project, "send");
    without_reason.retain(|(name, value)| *name != "reason" && !["01:50", "02:10"].contains(&value.as_str()));
    mira.post("/overtime/new", without_reason.clone()).await.assert_invalid("reason");
    without_reason.push(("reason", "Porto".to_owned()));
    let sent = mira.post("/overtime/new", without_reason).await.assert_status(303);
    let page = sent.header("location").to_owned();
    mira.get(&page).await.assert_ok().assert_contains("7:30").assert_contains("Waits for Jonas Brandt");
    mira.get("/overtime").await.assert_ok().assert_contains(&format!(r#"href="{page}""#));
    mira.post(&format!("{page}/approve"), [("note", "")]).await.assert_status(403);
    app.as_manager().post(&format!("{page}/approve"), [("note", "")]).await.assert_redirect(&page);
    app.as_manager().post(&format!("{page}/reject"), [("reason", "late")]).await.assert_redirect(&page);
    mira.get(&page).await.assert_ok().assert_contains("Approved").assert_lacks("Rejected");
}

#[tokio::test]
async fn without_script_rows_of_breaks_come_and_go_and_the_preview_is_a_button() {
    let (app, project) = company();
    let mira = app.as_employee();
    let rows = |answer: &Answer| answer.text().matches(r#"name="break_start""#).count();
    assert_eq!(rows(&mira.get("/overtime/new").await.assert_ok()), 1);
    let more = mira.post("/overtime/new", typed(project, "add_break")).await.assert_ok();
    assert_eq!(rows(&more), 3);
    let fewer = mira.post("/overtime/new", typed(project, "remove_1")).await.assert_ok();
    assert_eq!(rows(&fewer), 1);
    fewer.assert_contains(r#"value="01:50""#).assert_lacks(r#"value="20:00""#).assert_contains("Porto");
    let looked = mira.post("/overtime/new", typed(project, "preview")).await.assert_ok();
    looked.assert_contains("7:30").assert_contains("Send").assert_contains("Goes to Jonas Brandt");
    let live = mira.post("/overtime/preview", typed(project, "send")).await.assert_ok();
    live.assert_contains(r#"id="preview""#).assert_contains(r#"id="decide""#).assert_lacks("<html");
    assert_eq!(mira.get(PATH).await.json()["total"], 0, "nothing was sent by looking");
}

#[tokio::test]
async fn hr_keeps_the_projects() {
    let (app, project) = company();
    app.as_manager().get("/overtime/projects").await.assert_status(403);
    let hr = app.as_hr();
    let new = [("code", "halo-2"), ("name", "Another"), ("active", "true")];
    let refused = hr.post("/overtime/projects/new", new).await.assert_invalid("code");
    refused.assert_contains(r#"value="Another""#);
    let new = [("code", "NAS"), ("name", "New storage"), ("active", "true")];
    hr.post("/overtime/projects/new", new).await.assert_redirect("/overtime/projects");
    let off = [("code", "HALO-2"), ("name", "HALO-2 rollout")];
    hr.post(&format!("/overtime/projects/{project}"), off).await.assert_redirect("/overtime/projects");
    hr.get("/overtime/projects").await.assert_ok().assert_contains("Out of use").assert_contains("New storage");
    app.as_employee()
        .json(Method::POST, PATH, wish(project, "2026-02-27", "18:00", "20:00"))
        .await
        .assert_invalid("project_id");
    let listed = app.as_employee().get("/api/v1/projects?active=true").await.assert_ok().json();
    assert_eq!(listed["total"], 1);
    let again = json!({ "active": true, "colour": "red" });
    hr.json(Method::PATCH, &format!("/api/v1/projects/{project}"), again).await.assert_invalid("colour");
    hr.delete(&format!("/api/v1/projects/{project}")).await.assert_status(204);
    hr.get(&format!("/api/v1/projects/{project}")).await.assert_status(404);
}

#[tokio::test]
async fn work_elsewhere_is_in_nobodys_way_and_hours_of_leave_only_in_theirs() {
    let (app, project) = company();
    let (mira, hr) = (app.as_employee(), app.as_hr());
    let [home_office, toil] = [leave::types::presets::HOME_OFFICE, leave::types::presets::TOIL]
        .map(|name| app.read(|rx| Ok(leave::types::preset(rx, name)?.id)));
    let whom = app.people.employee.employee;
    let enter = async |kind, date: &str, more: Value| {
        let leave = json!({ "leave_type_id": kind, "employee_id": whom, "start_date": date, "end_date": date });
        hr.json(Method::POST, "/api/v1/leave/requests", with(leave, more)).await.assert_status(201)
    };
    enter(home_office, "2026-02-27", json!({})).await;
    sent(&mira, wish(project, "2026-02-27", "18:00", "19:00")).await;

    // On Thursdays her hours are her own to place, so leave by the hour can lie anywhere.
    let week = json!({ "employee_id": whom, "effective_on": "2026-02-02", "week": { "thu": 480 } });
    hr.json(Method::POST, "/api/v1/schedules", week).await.assert_status(201);
    crate::leave_api::grant(&app, app.people.employee, toil, 600);
    enter(toil, "2026-02-26", json!({ "from_time": "14:00", "to_time": "16:00" })).await;
    let meets = mira.json(Method::POST, PATH, wish(project, "2026-02-26", "15:45", "18:00")).await.assert_status(409);
    assert!(meets.json()["detail"].as_str().unwrap().contains("approved leave"), "{}", meets.text());
    sent(&mira, wish(project, "2026-02-26", "16:00", "18:00")).await;
}

#[tokio::test]
async fn what_hr_let_pass_is_confirmed_by_its_person_also_when_its_project_is_closed() {
    let (app, project) = company();
    let mut limits = app.as_hr().get("/api/v1/overtime-limits").await.assert_ok().json();
    limits["day"] = json!({ "recommended": null, "maximum": 120 });
    app.as_hr().json(Method::PUT, "/api/v1/overtime-limits", limits).await.assert_ok();
    let plan = with(
        wish(project, "2026-03-06", "18:00", "21:00"),
        json!({ "stage": "planned", "employee_id": app.people.employee.employee, "override_reason": "The move" }),
    );
    let id = sent(&app.as_hr(), plan).await;
    act(&app.as_manager(), id, "approve", json!({})).await.assert_ok();
    app.as_hr()
        .json(Method::PATCH, &format!("/api/v1/projects/{project}"), json!({ "active": false }))
        .await
        .assert_ok();
    app.clock.advance(SignedDuration::from_hours(24 * 6));
    let mira = app.as_employee();
    let longer = json!({ "start_time": "18:00", "end_time": "21:15" });
    act(&mira, id, "confirm", longer).await.assert_status(409).assert_contains("above the maximum");
    let real = json!({ "start_time": "18:00", "end_time": "20:45" });
    let confirmed = act(&mira, id, "confirm", real).await.assert_ok().json();
    assert_eq!((&confirmed["status"], &confirmed["stage"]), (&json!("approved"), &json!("worked")));
    mira.get(&format!("/overtime/{id}")).await.assert_ok().assert_contains("The move");
}

#[tokio::test]
async fn a_preview_lists_what_is_in_the_way_and_a_reason_has_an_end() {
    let (app, project) = company();
    let mira = app.as_employee();
    let id = sent(&mira, wish(project, "2026-02-27", "18:00", "22:00")).await;
    let again =
        mira.json(Method::POST, &format!("{PATH}/preview"), wish(project, "2026-02-27", "21:00", "23:00")).await;
    let again = again.assert_ok().json();
    assert!(again["conflicts"][0].as_str().unwrap().contains("overtime on that time already"), "{again}");
    assert_eq!(again["total_minutes"], 120);
    act(&mira, id, "cancel", json!({ "reason": "x".repeat(2_001) })).await.assert_invalid("reason");
    // Every field may be left out, and so may the body.
    mira.send_empty_post(&format!("{PATH}/{id}/cancel")).await.assert_ok();
}

#[tokio::test]
async fn limits_are_set_on_their_page() {
    let (app, _) = company();
    let hr = app.as_hr();
    app.as_employee().get("/overtime/limits").await.assert_status(403);
    hr.get("/overtime/limits").await.assert_ok().assert_contains(r#"value="15:00""#).assert_contains(r#"value="26""#);
    let form = |day: &'static str, cycle: &'static str| {
        [("day.maximum", day), ("week.recommended", "15"), ("week.maximum", "17,5"), ("cycle_start_day", cycle)]
    };
    hr.post("/overtime/limits", form("lots", "1")).await.assert_invalid("day.maximum").assert_contains("lots");
    hr.post("/overtime/limits", form("", "29")).await.assert_invalid("cycle_start_day");
    hr.post("/overtime/limits", form("", "1")).await.assert_redirect("/overtime/limits");
    let limits = hr.get("/api/v1/overtime-limits").await.assert_ok().json();
    assert_eq!(limits["week"], json!({ "recommended": 900, "maximum": 1050 }));
    assert_eq!((&limits["month"]["maximum"], &limits["cycle_start_day"]), (&Value::Null, &json!(1)));
}
