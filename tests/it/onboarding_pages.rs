//! Onboarding as pages: hiring with its dates, one's own tasks, the task's page, templates, and how little a new
//! colleague sees.

use axum::http::Method;
use serde_json::json;
use steward::ids::TemplateId;
use steward::onboarding::templates;

use crate::onboarding_journey::{Office, post};
use crate::support::TestApp;

#[tokio::test]
async fn hr_enters_a_colleague_beside_the_dates_of_their_tasks() {
    let office = Office::new();
    let hr = office.app.as_hr();
    hr.get("/onboarding/new")
        .await
        .assert_ok()
        .assert_contains("value=\"6\"")
        .assert_contains("Engineering onboarding");
    let template = office.template.to_string();
    let manager = office.app.people.manager.employee.to_string();
    let mut form = vec![
        ("first_name", "Priya"),
        ("last_name", "Rao"),
        ("email", "priya@nordlicht.test"),
        ("number", "6"),
        ("join_date", "2026-03-16"),
        ("manager_id", &manager),
        ("employment_type", "full_time"),
        ("template_id", &template),
    ];
    let mut preview = form.clone();
    preview.push(("preview", "true"));
    let shown = hr.post("/onboarding/new", preview).await.assert_ok();
    let shown = shown.assert_contains("23 <small>tasks</small>").assert_contains("Hand over laptop, key and card");
    shown.assert_contains("Mon\u{a0}2\u{a0}Mar").assert_contains("value=\"priya@nordlicht.test\"");
    hr.get("/api/v1/employees?search=priya").await.assert_contains("\"total\":0");

    form[3].1 = "5";
    let again = hr.post("/onboarding/new", &form).await.assert_invalid("number");
    again.assert_contains("value=\"Priya\"").assert_contains("23 <small>tasks</small>");
    form[3].1 = "6";
    let made = hr.post("/onboarding/new", &form).await.assert_status(303);
    let page = hr.get(made.header("location")).await.assert_ok();
    page.assert_contains("Onboarding of Priya Rao").assert_contains("0&nbsp;%").assert_contains("Manager Jonas Brandt");
    office.app.as_manager().get("/onboarding/new").await.assert_status(403);
}

#[tokio::test]
async fn it_ticks_off_tasks_of_several_colleagues() {
    let office = Office::new();
    let (_, run) = office.hire().await;
    let it = office.app.as_other();
    let mine = it.get("/tasks").await.assert_ok();
    let mine = mine.assert_contains("2 tasks are open.").assert_contains("Priya Rao, first day");
    mine.assert_contains("Waits for other tasks").assert_contains("Opens after “Order laptop and dock”");
    let order = office.task(run, "Order laptop and dock").await["id"].to_string();
    let accounts = office.task(run, "Create accounts and mail address").await["id"].to_string();
    it.post("/tasks/bulk", [("id", &order), ("id", &accounts)]).await.assert_redirect("/tasks");
    it.get("/tasks").await.assert_contains("1 task is open.").assert_contains("Hand over laptop, key and card");
    // Once more: it is said what stands in the way, and nothing is lost.
    let late = it.post("/tasks/bulk", [("id", &order)]).await.assert_status(422);
    late.assert_contains("Otto Lind did this on");
    it.post("/tasks/bulk", Vec::<(String, String)>::new())
        .await
        .assert_status(422)
        .assert_contains("Choose at least one");
}

#[tokio::test]
async fn a_task_is_done_and_approved_on_its_page() {
    let office = Office::new();
    let (hire, run) = office.hire().await;
    let new = json!({
        "onboarding_id": run, "title": "Desk by the window", "category": "first_day", "assignee": "group:it",
        "due_date": "2026-03-16", "completion": "approval",
    });
    let task = office.app.as_manager().json(Method::POST, "/api/v1/tasks", new).await.assert_status(201).json();
    let path = format!("/tasks/{}", task["id"]);
    let it = office.app.as_other();
    it.get(&path).await.assert_ok().assert_contains("Jonas Brandt is asked to approve it.").assert_lacks("Postpone");
    let done = it.post(&format!("{path}/complete"), [("note", "Third floor."), ("next", "/tasks")]).await;
    done.assert_redirect("/tasks");
    let manager = office.app.as_manager();
    manager.get(&path).await.assert_ok().assert_contains("“Third floor.”").assert_contains("asks for your approval");
    manager.post(&format!("{path}/decide"), [("decision", "reject")]).await.assert_invalid("reason");
    let back = [("decision", "reject"), ("reason", "The second floor.")];
    manager.post(&format!("{path}/decide"), back).await.assert_redirect(&path);
    it.get(&path).await.assert_ok().assert_contains("Came back: “The second floor.”").assert_contains("sent it back");
    it.post(&format!("{path}/complete"), [("note", "")]).await.assert_redirect(&path);
    manager.post(&format!("{path}/decide"), [("decision", "approve")]).await.assert_redirect(&path);
    // Too late: back to the page, which says who and when.
    let mut late = office.app.as_hr();
    late.submit(&format!("{path}/complete"), [("note", "")]).await.assert_redirect(&path);
    late.get(&path).await.assert_ok().assert_contains("Otto Lind did this on 2 Mar, 10:00.");
    office.app.signed_in(hire).get(&path).await.assert_status(404);
}

#[tokio::test]
async fn a_manager_changes_a_run_by_hand() {
    let office = Office::new();
    let (_, run) = office.hire().await;
    let manager = office.app.as_manager();
    let page = format!("/onboarding/{run}");
    let add = [
        ("title", "Show the archive"),
        ("assignee", "manager"),
        ("category", "first_week"),
        ("completion", "tick"),
        ("due_date", "2026-03-18"),
    ];
    manager.get(&format!("{page}/tasks/new")).await.assert_ok();
    manager.post(&format!("{page}/tasks"), &add[1..]).await.assert_invalid("title").assert_contains("2026-03-18");
    manager.post(&format!("{page}/tasks"), add).await.assert_redirect(&page);
    let task = office.task(run, "Show the archive").await;
    assert_eq!((&task["required"], &task["assignee"]["name"]), (&json!(false), &json!("Jonas Brandt")));
    let task = format!("/tasks/{}", task["id"]);
    manager.post(&format!("{task}/postpone"), [("due_date", "2026-03-25")]).await.assert_redirect(&task);
    manager.post(&format!("{task}/postpone"), [("due_date", "soon")]).await.assert_invalid("due_date");
    manager.post(&format!("{task}/reassign"), [("assignee", "group:it")]).await.assert_redirect(&task);
    manager.post(&format!("{task}/reassign"), [("assignee", "group:nobody")]).await.assert_invalid("assignee");
    manager.post(&format!("{task}/remind"), [("next", &page)]).await.assert_redirect(&page);
    manager.get(&task).await.assert_ok().assert_contains("moved it to Wed").assert_contains("gave it to IT");
    manager.get(&format!("{task}/drop")).await.assert_ok();
    manager.post(&format!("{task}/drop"), [("reason", "No archive")]).await.assert_redirect(&task);
    assert_eq!(office.tasks(run).await.iter().filter(|task| task["status"] == "dropped").count(), 1);
    let mira = office.app.people.employee.employee.to_string();
    manager.post(&format!("{page}/buddy"), [("buddy_id", &mira)]).await.assert_redirect(&page);
    manager.get(&page).await.assert_contains("buddy Mira Castell");
    // IT knows the task, but not the run, and may change nothing.
    let it = office.app.as_other();
    it.get(&page).await.assert_status(404);
    let order = format!("/tasks/{}", office.task(run, "Order laptop and dock").await["id"]);
    it.post(&format!("{order}/postpone"), [("due_date", "2026-03-25")]).await.assert_status(403);
    it.get(&format!("{order}/drop")).await.assert_status(403);
    manager.post(&format!("{page}/cancel"), [("reason", "x")]).await.assert_status(403);
    let hr = office.app.as_hr();
    hr.post(&format!("{page}/cancel"), [("reason", " ")]).await.assert_invalid("reason");
    hr.post(&format!("{page}/cancel"), [("reason", "Declined")]).await.assert_redirect(&page);
    hr.get(&page).await.assert_contains("Cancelled: Declined");
}

#[tokio::test]
async fn a_hire_sees_the_welcome_page_and_own_tasks_and_nothing_else() {
    let office = Office::new();
    let (hire, run) = office.hire().await;
    let own = office.app.signed_in(hire);
    let welcome = own.get("/welcome").await.assert_ok();
    let welcome = welcome.assert_contains("Welcome, Priya").assert_contains("Monday, 16\u{a0}March");
    let welcome = welcome.assert_contains("Sign the employment contract").assert_lacks("Order laptop and dock");
    welcome.assert_contains("Jonas Brandt").assert_lacks("href=\"/leave\"").assert_lacks("href=\"/people\"");
    own.get("/").await.assert_redirect("/welcome");
    own.get("/tasks").await.assert_redirect("/welcome");
    for path in ["/onboarding", "/templates", "/onboarding/new", "/inbox"] {
        own.get(path).await.assert_status(403);
    }
    own.get(&format!("/onboarding/{run}")).await.assert_status(403);
    let contract = office.task(run, "Sign the employment contract").await["id"].to_string();
    let order = office.task(run, "Order laptop and dock").await["id"].to_string();
    own.get(&format!("/tasks/{contract}")).await.assert_ok().assert_lacks("Postpone");
    own.get(&format!("/tasks/{order}")).await.assert_status(404);
    post(&own, &format!("/api/v1/tasks/{order}/complete")).await.assert_status(404);
    own.post(&format!("/tasks/{contract}/complete"), [("next", "/welcome")]).await.assert_redirect("/welcome");
    own.get("/welcome").await.assert_ok().assert_contains("1 of 9 done");
    // What is to be read is confirmed, not ticked off.
    let safety = office.task(run, "Safety at work").await["id"].to_string();
    let page = format!("/tasks/{safety}");
    own.get(&page).await.assert_ok().assert_contains("I have read this and understood it.");
    own.post(&format!("{page}/complete"), [("note", "")]).await.assert_invalid("acknowledged");
    own.post(&format!("{page}/complete"), [("acknowledged", "true")]).await.assert_redirect(&page);
    // Of others nothing, not even how far they are.
    let mira = office.app.people.employee.employee;
    own.get(&format!("/api/v1/employees/{mira}/progress")).await.assert_status(404);
    own.get(&format!("/api/v1/employees/{mira}/timeline")).await.assert_status(404);
    // On the first day they are a colleague like any other.
    office.app.clock.set("2026-03-16T08:00:00Z".parse().unwrap());
    let own = office.app.signed_in(hire);
    own.get("/welcome").await.assert_redirect("/");
    own.get("/tasks").await.assert_ok().assert_contains("My tasks");
}

#[tokio::test]
async fn hr_writes_a_template_task_by_task() {
    let app = TestApp::new();
    let hr = app.as_hr();
    hr.get("/templates").await.assert_ok().assert_contains("No templates yet");
    hr.post("/templates", [("name", "")]).await.assert_invalid("name");
    let made =
        hr.post("/templates", [("name", "Workshop"), ("description", "For mechanics.")]).await.assert_status(303);
    let page = made.header("location").to_owned();
    hr.post("/templates", [("name", "WORKSHOP")]).await.assert_invalid("name").assert_contains("already");
    hr.get(&page).await.assert_ok().assert_contains("No tasks yet").assert_lacks("Publish");
    let task = |title: &'static str, offset: &'static str| {
        vec![
            ("title", title),
            ("category", "first_day"),
            ("assignee", "hire"),
            ("days_offset", offset),
            ("day_count", "working"),
            ("completion", "tick"),
            ("required", "true"),
        ]
    };
    let tasks = format!("{page}/tasks");
    hr.post(&tasks, task("Too far", "9000")).await.assert_invalid("days_offset").assert_contains("Too far");
    hr.post(&tasks, &task("Odd", "1")[..2]).await.assert_invalid("assignee");
    let mut wrong = task("Odd", "1");
    wrong[5].1 = "telepathy";
    hr.post(&tasks, wrong).await.assert_invalid("completion");
    for (title, offset) in [("Keys", "1"), ("Tools", "2")] {
        hr.post(&tasks, task(title, offset)).await.assert_redirect(&page);
    }
    let id = TemplateId(page.rsplit('/').next().unwrap().parse().unwrap());
    let list = || app.act(app.people.hr, move |tx, actor| templates::tasks(tx, actor, id)).unwrap();
    let (keys, tools) = (list()[0].id, list()[1].id);

    // Tools wait for keys; then keys may not wait for tools.
    let mut edit = task("Tools and bench", "3");
    let (keys_id, tools_id) = (keys.to_string(), tools.to_string());
    edit.push(("depends_on", &keys_id));
    hr.get(&format!("{tasks}/{tools}")).await.assert_ok().assert_contains("value=\"Tools\"");
    hr.post(&format!("{tasks}/{tools}"), edit).await.assert_redirect(&page);
    let mut circle = task("Keys", "1");
    circle.push(("depends_on", &tools_id));
    hr.post(&format!("{tasks}/{keys}"), circle).await.assert_status(422).assert_contains("would wait for itself");

    hr.post(&format!("{tasks}/{tools}/move"), [("to", "up")]).await.assert_status(303);
    let now: Vec<_> = list().into_iter().map(|task| (task.title, task.depends_on)).collect();
    assert_eq!(now, [("Tools and bench".to_owned(), vec![1]), ("Keys".to_owned(), vec![])]);
    let dated = hr.get(&format!("{page}?date=2026-03-16")).await.assert_ok();
    dated.assert_contains("Wed\u{a0}18\u{a0}Mar").assert_contains("on working day 3");
    hr.get(&format!("{page}?date=yesterday")).await.assert_invalid("date");

    let mut client = hr.clone();
    client.submit(&format!("{page}/publish"), [("x", "")]).await.assert_redirect(&page);
    client.get(&page).await.assert_contains("version 1 is published").assert_lacks("/publish");
    client.submit(&format!("{page}/publish"), [("x", "")]).await.assert_redirect(&page);
    client.get(&page).await.assert_contains("Nothing has changed since version 1.");
    hr.post(&format!("{tasks}/{tools}/remove"), [("x", "")]).await.assert_redirect(&page);
    hr.get(&page).await.assert_contains("changed since: new colleagues still get version 1");
    let copy = hr.post(&format!("{page}/copy"), [("x", "")]).await.assert_status(303);
    hr.get(copy.header("location")).await.assert_ok().assert_contains("Workshop (copy)");
    hr.post(&format!("{page}/remove"), [("x", "")]).await.assert_redirect("/templates");
    hr.get(&page).await.assert_status(404);
    hr.get("/templates").await.assert_ok().assert_contains("Workshop (copy)").assert_lacks(">Workshop<");
}

#[tokio::test]
async fn templates_through_the_api() {
    let office = Office::new();
    let hr = office.app.as_hr();
    let task = json!({"title": "A", "category": "later", "assignee": "hr", "days_offset": 5});
    let new = json!({"name": "Small", "tasks": [task, {
        "title": "B", "category": "first_day", "assignee": "group:it", "days_offset": -3, "day_count": "working",
        "depends_on": [0], "completion": "approval", "required": false,
    }]});
    let made = hr.json(Method::POST, "/api/v1/templates", new).await.assert_status(201);
    let path = made.header("location").to_owned();
    let made = made.json();
    assert_eq!((&made["status"], &made["version"], &made["task_count"]), (&json!("draft"), &json!(0), &json!(2)));
    assert_eq!(made["tasks"][1]["depends_on"], json!([0]));
    // What is read can be written back, and changes nothing.
    let tasks = format!("{path}/tasks");
    let list = hr.get(&tasks).await.assert_ok().json();
    let same = hr.json(Method::PUT, &tasks, list["items"].clone()).await.assert_ok().json();
    assert_eq!(same["tasks"], list["items"]);
    hr.json(Method::PUT, &tasks, list).await.assert_ok();
    hr.json(Method::PUT, &tasks, json!({"tasks": []})).await.assert_status(422);

    let bad = |change: serde_json::Value| {
        let mut task = task.as_object().unwrap().clone();
        task.extend(change.as_object().unwrap().clone());
        json!([task])
    };
    for (field, change) in [
        ("tasks.0.completion", json!({"completion": "document"})),
        ("tasks.0.category", json!({"category": "someday"})),
        ("tasks.0.assignee", json!({"assignee": "employee:999"})),
        ("tasks.0.days_offset", json!({"days_offset": 5000})),
        ("tasks.0.depends_on", json!({"depends_on": [0]})),
        ("tasks.0.depends_on", json!({"depends_on": [4]})),
    ] {
        hr.json(Method::PUT, &tasks, bad(change)).await.assert_invalid(field);
    }
    hr.json(Method::PUT, &tasks, bad(json!({"colour": "red"}))).await.assert_status(422);
    hr.json(Method::POST, "/api/v1/templates", json!({"name": "X", "colour": "red"})).await.assert_invalid("colour");

    let published = post(&hr, &format!("{path}/publish")).await.assert_ok().json();
    assert_eq!((&published["status"], &published["version"]), (&json!("published"), &json!(1)));
    post(&hr, &format!("{path}/publish")).await.assert_status(409);
    let copy = post(&hr, &format!("{path}/clone")).await.assert_status(201).json();
    assert_eq!((&copy["name"], &copy["version"]), (&json!("Small (copy)"), &json!(0)));
    let changed = hr.json(Method::PATCH, &path, json!({"description": "Smaller"})).await.assert_ok().json();
    assert_eq!((&changed["description"], &changed["name"]), (&json!("Smaller"), &json!("Small")));
    hr.delete(&path).await.assert_status(204);
    hr.get(&path).await.assert_status(404);
    assert_eq!(hr.get("/api/v1/templates?status=draft").await.assert_ok().json()["total"], 1);
    for client in [office.app.as_manager(), office.app.as_employee(), office.app.as_hire()] {
        client.get("/api/v1/templates").await.assert_status(403);
    }
}

#[tokio::test]
async fn an_onboarding_begins_for_somebody_who_is_here_already() {
    let office = Office::new();
    let hr = office.app.as_hr();
    let mira = office.app.people.employee.employee.to_string();
    let template = office.template.to_string();
    hr.get(&format!("/onboarding/start?employee_id={mira}")).await.assert_ok().assert_contains("selected>Mira Castell");
    let form = [("employee_id", mira.as_str()), ("template_id", template.as_str())];
    hr.post("/onboarding/start", &form[..1]).await.assert_invalid("template_id");
    let begun = hr.post("/onboarding/start", form).await.assert_status(303);
    assert!(begun.header("location").starts_with("/onboarding/"));
    hr.post("/onboarding/start", form).await.assert_invalid("employee_id").assert_contains("already");
    let api = json!({"employee_id": office.app.people.other.employee, "template_id": office.template});
    let made = hr.json(Method::POST, "/api/v1/onboardings", api.clone()).await.assert_status(201);
    let path = made.header("location").to_owned();
    hr.json(Method::POST, "/api/v1/onboardings", api).await.assert_status(409);
    let mine = office.app.as_manager().get("/api/v1/onboardings").await.assert_ok().json();
    assert_eq!(mine["total"], 1, "Otto does not report to Jonas");
    office.app.as_manager().get(&path).await.assert_status(404);
    office.app.as_employee().get("/api/v1/onboardings").await.assert_status(403);
    let buddy = json!({"buddy_id": office.app.people.hr.employee});
    let changed = hr.json(Method::PATCH, &path, buddy).await.assert_ok().json();
    assert_eq!(changed["buddy"]["name"], "Hanna Roth");
    hr.json(Method::POST, &format!("{path}/cancel"), json!({"reason": ""})).await.assert_invalid("reason");
    let ended =
        hr.json(Method::POST, &format!("{path}/cancel"), json!({"reason": "By mistake"})).await.assert_ok().json();
    assert_eq!(ended["status"], "cancelled");
}

#[tokio::test]
async fn a_template_keeps_what_can_be_chosen_no_more() {
    let office = Office::new();
    let (app, hr) = (&office.app, office.app.as_hr());
    let path = format!("/templates/{}", office.template);
    let tasks = hr.get(&format!("/api/v1{path}")).await.assert_ok().json()["tasks"].clone();
    let (one, other) = (tasks[0]["id"].clone(), tasks[1]["id"].clone());
    let gone = app.person("Ida", "Gone").employee;
    let form = |assignee: String, needs: &str| {
        [
            ("title", "Say hello".to_owned()),
            ("category", "first_day".to_owned()),
            ("assignee", assignee),
            ("days_offset", "1".to_owned()),
            ("day_count", "working".to_owned()),
            ("completion", "tick".to_owned()),
            ("depends_on", needs.to_owned()),
        ]
    };
    let held = format!("employee:{gone}");
    hr.post(&format!("{path}/tasks/{one}"), form(held.clone(), "")).await.assert_redirect(&path);
    hr.post(&format!("/people/{gone}/deactivate"), [("", ""); 0]).await.assert_status(303);
    let page = hr.get(&format!("{path}/tasks/{one}")).await.assert_ok();
    page.assert_contains(&format!(r#"<option value="{held}" selected>Ida Gone"#));
    hr.post(&format!("{path}/tasks/{one}"), form(held.clone(), "")).await.assert_redirect(&path);
    hr.post(&format!("{path}/tasks/{other}"), form(held, "")).await.assert_invalid("assignee");
    // A task that was to be waited for was removed meanwhile: the form comes back as it was.
    let late = hr.post(&format!("{path}/tasks/{one}"), form("hr".into(), "999999")).await.assert_invalid("depends_on");
    late.assert_contains("Say hello");
}

#[tokio::test]
async fn an_import_begins_onboardings_of_those_who_begin() {
    let office = Office::new();
    let csv = "email,last_name,first_name,join_date\nnew@x.test,Rao,Priya,2026-03-16\nold@x.test,Ek,Bo,2020-01-01\n";
    let table = steward::people::import::read(csv.as_bytes(), Vec::new()).unwrap();
    office
        .app
        .act(office.app.people.hr, move |tx, actor| steward::people::import::run(tx, actor, &table, None, &|_| ()))
        .unwrap();
    let runs = office.app.as_hr().get("/api/v1/onboardings").await.assert_ok().json();
    assert_eq!(runs["total"], 1, "{runs}");
    assert_eq!(runs["items"][0]["employee"]["name"], "Priya Rao");
}
