//! The reference journey through the API: an engineer is hired from a template, everybody does their part, and 18 of
//! 23 done reads 78 %.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::{Value, json};
use steward::ids::{EmployeeId, UserId};
use steward::onboarding;
use steward::people::groups;
use steward::storage::marks::Standing;

use crate::support::{Answer, Client, Person, TestApp};

/// A company with the ready-made templates, where Otto Lind is IT.
pub(crate) struct Office {
    pub app: TestApp,
    /// Of "Engineering onboarding".
    pub template: i64,
}

impl Office {
    pub(crate) fn new() -> Office {
        let app = TestApp::new();
        let other = app.people.other.employee;
        let templates = app
            .act(app.people.hr, move |tx, actor| {
                let made = onboarding::seed_templates(tx, actor)?;
                let it = groups::by_codes(tx, &["it".to_owned()])?;
                groups::set_of_employee(tx, actor, other, &it)?;
                Ok(made)
            })
            .unwrap();
        Office { app, template: templates[1].0 }
    }

    /// Hires Priya Rao, who starts on 16 March 2026 under Jonas Brandt; answers her and her onboarding's id.
    pub(crate) async fn hire(&self) -> (Person, i64) {
        let made = self.hire_with(json!({"template_id": self.template})).await.assert_status(201).json();
        let person = Person {
            user: UserId(made["user_id"].as_i64().unwrap()),
            employee: EmployeeId(made["id"].as_i64().unwrap()),
            email: "priya@nordlicht.test",
        };
        (person, made["onboarding_id"].as_i64().unwrap())
    }

    pub(crate) async fn hire_with(&self, more: Value) -> Answer {
        let mut body = json!({
            "number": "0100", "first_name": "Priya", "last_name": "Rao", "email": "priya@nordlicht.test",
            "join_date": "2026-03-16", "manager_id": self.app.people.manager.employee, "position": "Engineer",
            "roles": ["employee"],
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.app.as_hr().json(Method::POST, "/api/v1/employees", body).await
    }

    pub(crate) async fn tasks(&self, run: i64) -> Vec<Value> {
        let run = self.app.as_hr().get(&format!("/api/v1/onboardings/{run}")).await.assert_ok().json();
        run["tasks"].as_array().unwrap().clone()
    }

    pub(crate) async fn task(&self, run: i64, title: &str) -> Value {
        self.tasks(run).await.into_iter().find(|task| task["title"] == title).unwrap()
    }

    /// Whoever's task it is.
    pub(crate) fn doer(&self, task: &Value, hire: Person) -> Client {
        match (task["assignee"]["kind"].as_str().unwrap(), task["assignee"]["id"].as_i64()) {
            ("group", _) => self.app.as_other(),
            ("hr", _) => self.app.as_hr(),
            (_, Some(id)) if id == hire.employee.0 => self.app.signed_in(hire),
            _ => self.app.as_manager(),
        }
    }

    /// Does a task and has it approved where it asks for that.
    pub(crate) async fn finish(&self, task: &Value, hire: Person) {
        let path = format!("/api/v1/tasks/{}", task["id"]);
        let read = json!({"acknowledged": true});
        let done = self.doer(task, hire).json(Method::POST, &format!("{path}/complete"), read).await.assert_ok().json();
        if done["status"] == "awaiting_approval" {
            let approved = post(&self.app.as_manager(), &format!("{path}/approve")).await.assert_ok().json();
            assert_eq!(approved["status"], "done");
        }
    }
}

pub(crate) async fn post(client: &Client, path: &str) -> Answer {
    client.json(Method::POST, path, json!({})).await
}

#[tokio::test]
async fn eighteen_of_twenty_three_done_reads_78_percent() {
    let office = Office::new();
    let (hire, run) = office.hire().await;
    let tasks = office.tasks(run).await;
    assert_eq!(tasks.len(), 23);
    let of = |field: &str| tasks.iter().map(|task| task[field].to_string()).collect::<BTreeSet<_>>();
    assert_eq!(of("category").len(), 5);
    assert_eq!(of("role"), ["group", "hire", "hr", "manager"].map(|role| format!("\"{role}\"")).into());

    let progress = format!("/api/v1/employees/{}/progress", hire.employee);
    let fresh = office.app.as_hr().get(&progress).await.assert_ok().json();
    let nothing = json!({
        "onboarding_id": run, "total": 23, "completed": 0, "required": 23, "required_completed": 0, "percent": 0,
        "overdue": 0,
    });
    assert_eq!(fresh, nothing);

    for done in 1..=18 {
        let open = office.tasks(run).await.into_iter().find(|task| task["status"] == "open").unwrap();
        office.finish(&open, hire).await;
        let now = office.app.as_manager().get(&progress).await.assert_ok().json();
        assert_eq!((&now["completed"], &now["percent"]), (&json!(done), &json!(done * 100 / 23)));
    }
    let own = office.app.signed_in(hire).get(&progress).await.assert_ok().json();
    assert_eq!(own["percent"], 78, "the hire sees how far it is");

    // The pages say the same.
    for reader in [office.app.as_hr(), office.app.as_manager()] {
        reader
            .get(&format!("/onboarding/{run}"))
            .await
            .assert_ok()
            .assert_contains("78&nbsp;%")
            .assert_contains("18 of 23")
            .assert_contains("from “Engineering onboarding” version 1");
        reader.get("/onboarding").await.assert_ok().assert_contains("Priya Rao");
    }

    while let Some(open) = office.tasks(run).await.into_iter().find(|task| task["status"] == "open") {
        office.finish(&open, hire).await;
    }
    let finished = office.app.as_hr().get(&format!("/api/v1/onboardings/{run}")).await.assert_ok().json();
    assert_eq!((&finished["status"], &finished["progress"]["percent"]), (&json!("finished"), &json!(100)));
    let timeline = office.app.as_hr().get(&format!("/api/v1/employees/{}/timeline", hire.employee)).await;
    let timeline = timeline.assert_ok().json();
    let kinds: Vec<_> = timeline["items"].as_array().unwrap().iter().map(|entry| entry["kind"].clone()).collect();
    for kind in ["invited", "onboarding_started", "task_completed", "task_approved", "onboarding_finished", "first_day"]
    {
        assert!(kinds.contains(&json!(kind)), "{kind}: {kinds:?}");
    }
}

#[tokio::test]
async fn everything_is_made_in_one_transaction_or_nothing_is() {
    let office = Office::new();
    office.hire_with(json!({"template_id": 999})).await.assert_invalid("template_id");
    office.hire_with(json!({"template_id": office.template, "buddy_id": 999})).await.assert_invalid("buddy_id");
    let draft = json!({"name": "Draft"});
    let draft = office.app.as_hr().json(Method::POST, "/api/v1/templates", draft).await.assert_status(201).json();
    office.hire_with(json!({"template_id": draft["id"]})).await.assert_invalid("template_id");
    office.app.as_hr().get("/api/v1/employees?search=priya").await.assert_ok().assert_contains("\"total\":0");
    office.app.as_manager().json(Method::POST, "/api/v1/employees", json!({})).await.assert_status(403);
}

#[tokio::test]
async fn who_names_no_template_gets_the_one_that_fits_and_null_gets_none() {
    let office = Office::new();
    let fitting = office.hire_with(json!({})).await.assert_status(201).json();
    let run = office.app.as_hr().get(&format!("/api/v1/onboardings/{}", fitting["onboarding_id"])).await.json();
    assert_eq!(run["template"]["name"], "Office hire");
    let other = json!({"template_id": null, "number": "0101", "email": "p2@nordlicht.test"});
    assert_eq!(office.hire_with(other).await.assert_status(201).json()["onboarding_id"], Value::Null);
    let long_here = json!({"join_date": "2020-01-01", "number": "0102", "email": "p3@nordlicht.test"});
    assert_eq!(office.hire_with(long_here).await.assert_status(201).json()["onboarding_id"], Value::Null);
}

#[tokio::test]
async fn what_waits_for_another_task_is_locked_until_that_is_done() {
    let office = Office::new();
    let (hire, run) = office.hire().await;
    let hand_over = office.task(run, "Hand over laptop, key and card").await;
    assert_eq!(hand_over["status"], "locked");
    let needs: Vec<_> = hand_over["depends_on"].as_array().unwrap().iter().map(|need| need["title"].clone()).collect();
    assert_eq!(needs, ["Order laptop and dock", "Create accounts and mail address"]);
    let path = format!("/api/v1/tasks/{}/complete", hand_over["id"]);
    post(&office.app.as_other(), &path).await.assert_status(409).assert_contains("Order laptop and dock");
    office.finish(&office.task(run, "Order laptop and dock").await, hire).await;
    let accounts = office.task(run, "Create accounts and mail address").await["id"].clone();
    post(&office.app.as_hr(), &format!("/api/v1/tasks/{accounts}/complete")).await.assert_ok();
    assert_eq!(office.task(run, "Hand over laptop, key and card").await["status"], "open");
    let told = office.app.as_other().get("/api/v1/notifications").await.assert_ok();
    told.assert_contains("task_opened")
        .assert_contains("“Hand over laptop, key and card” for Priya Rao can be done now.");
}

#[tokio::test]
async fn a_rejection_returns_to_the_doer_with_the_reason() {
    let office = Office::new();
    let (hire, run) = office.hire().await;
    // Nothing stands before it here: the test is about the decision.
    let new = json!({
        "onboarding_id": run, "title": "Desk by the window", "category": "first_day", "assignee": "group:it",
        "due_date": "2026-03-16", "completion": "approval",
    });
    let made = office.app.as_hr().json(Method::POST, "/api/v1/tasks", new).await.assert_status(201).json();
    let path = format!("/api/v1/tasks/{}", made["id"]);
    let note = json!({"note": "Third floor."});
    let it = office.app.as_other();
    let done = it.json(Method::POST, &format!("{path}/complete"), note).await.assert_ok().json();
    assert_eq!((&done["status"], &done["done_by"]["name"]), (&json!("awaiting_approval"), &json!("Otto Lind")));

    // It stands in the manager's inbox, with what is needed to decide.
    let inbox = office.app.as_manager().get("/inbox").await.assert_ok();
    inbox.assert_contains("Desk by the window").assert_contains("Third floor.").assert_contains("Done by");
    post(&it, &format!("{path}/approve")).await.assert_status(403);
    let manager = office.app.as_manager();
    post(&manager, &format!("{path}/reject")).await.assert_invalid("reason");
    let why = json!({"reason": "The second floor, please."});
    let back = manager.json(Method::POST, &format!("{path}/reject"), why.clone()).await.assert_ok().json();
    assert_eq!((&back["status"], &back["returned"]), (&json!("open"), &why["reason"]));
    assert_eq!(back["done_by"], Value::Null);
    it.get("/api/v1/notifications").await.assert_ok().assert_contains("The second floor, please.");
    it.get("/tasks").await.assert_ok().assert_contains("Came back: “The second floor, please.”");

    // Decided is decided; done again, it is asked for again.
    manager.json(Method::POST, &format!("{path}/reject"), why).await.assert_status(409).assert_contains("Jonas Brandt");
    post(&it, &format!("{path}/complete")).await.assert_ok();
    let hr = office.app.as_hr();
    post(&hr, &format!("{path}/approve")).await.assert_invalid("on_behalf_reason");
    let on_behalf = json!({"on_behalf_reason": "Jonas is ill"});
    hr.json(Method::POST, &format!("{path}/approve"), on_behalf)
        .await
        .assert_ok()
        .assert_contains("\"status\":\"done\"");
    let _ = hire;
}

#[tokio::test]
async fn of_two_at_once_one_wins_and_the_other_is_told() {
    let office = Office::new();
    let (_, run) = office.hire().await;
    let path = format!("/api/v1/tasks/{}/complete", office.task(run, "Order laptop and dock").await["id"]);
    let (it, hr) = (office.app.as_other(), office.app.as_hr());
    let (one, two) = tokio::join!(post(&it, &path), post(&hr, &path));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let lost = if one.status == 409 { one } else { two };
    assert!(lost.text().contains("did this on 2 Mar, 10:00"), "{}", lost.text());
}

#[tokio::test]
async fn a_moved_first_day_moves_what_is_not_done() {
    let office = Office::new();
    let (hire, run) = office.hire().await;
    let due = async |title: &str| office.task(run, title).await["due_date"].as_str().unwrap().to_owned();
    assert_eq!(due("Lunch with the team").await, "2026-03-16");
    assert_eq!(due("Check-in after 60 days").await, "2026-05-15");
    office.finish(&office.task(run, "Order laptop and dock").await, hire).await;
    let path = format!("/api/v1/employees/{}", hire.employee);
    let later = json!({"join_date": "2026-04-07"});
    office.app.as_hr().json(Method::PATCH, &path, later).await.assert_ok();
    assert_eq!(due("Lunch with the team").await, "2026-04-07");
    assert_eq!(due("Check-in after 60 days").await, "2026-06-06");
    assert_eq!(due("Order laptop and dock").await, "2026-03-03", "done stays");
    let moved = office.app.as_hr().get(&format!("/api/v1/onboardings/{run}")).await.json();
    assert_eq!(moved["join_date"], "2026-04-07");
}

#[tokio::test]
async fn people_talk_about_a_task_and_strangers_do_not_know_of_it() {
    let office = Office::new();
    let (_, run) = office.hire().await;
    let task = office.task(run, "Order laptop and dock").await;
    let path = format!("/api/v1/tasks/{}/comments", task["id"]);
    let (hr, it) = (office.app.as_hr(), office.app.as_other());
    let first = hr.json(Method::POST, &path, json!({"body": "The big one, please."})).await.assert_status(201).json();
    let answer = json!({"body": "Ordered.", "parent_id": first["id"]});
    it.json(Method::POST, &path, answer).await.assert_status(201);
    let all = it.get(&path).await.assert_ok().json();
    assert_eq!(all["items"][1]["parent_id"], first["id"]);
    assert_eq!(all["items"][0]["author"]["name"], "Hanna Roth");
    it.get(&format!("/tasks/{}", task["id"])).await.assert_ok().assert_contains("The big one, please.");
    hr.json(Method::POST, &path, json!({"body": "  "})).await.assert_invalid("body");
    hr.json(Method::POST, &path, json!({"body": "x", "parent_id": 999})).await.assert_invalid("parent_id");
    let stranger = office.app.as_employee();
    stranger.get(&path).await.assert_status(404);
    stranger.get(&format!("/tasks/{}", task["id"])).await.assert_status(404);
    stranger.json(Method::POST, &path, json!({"body": "Hello"})).await.assert_status(404);
}

#[tokio::test]
async fn several_tasks_at_once_all_or_nothing() {
    let office = Office::new();
    let (_, run) = office.hire().await;
    let id = async |title: &str| office.task(run, title).await["id"].clone();
    let (order, accounts) = (id("Order laptop and dock").await, id("Create accounts and mail address").await);
    let lunch = id("Lunch with the team").await;
    let it = office.app.as_other();
    let all = json!({"action": "complete", "ids": [order, lunch]});
    it.json(Method::POST, "/api/v1/tasks/bulk", all).await.assert_invalid("ids.1");
    assert_eq!(office.task(run, "Order laptop and dock").await["status"], "open");
    let both = json!({"action": "complete", "ids": [order, accounts]});
    assert_eq!(it.json(Method::POST, "/api/v1/tasks/bulk", both).await.assert_ok().json()["changed"], 2);
    let later = json!({"action": "postpone", "ids": [lunch], "due_date": "2026-03-20"});
    it.json(Method::POST, "/api/v1/tasks/bulk", later.clone()).await.assert_invalid("ids.0");
    office.app.as_manager().json(Method::POST, "/api/v1/tasks/bulk", later).await.assert_ok();
    assert_eq!(office.task(run, "Lunch with the team").await["due_date"], "2026-03-20");
    let unknown = json!({"action": "vanish", "ids": [lunch]});
    it.json(Method::POST, "/api/v1/tasks/bulk", unknown).await.assert_invalid("action");
}

#[tokio::test]
async fn a_list_of_tasks_is_filtered_before_it_is_counted() {
    let office = Office::new();
    let (hire, run) = office.hire().await;
    let total = async |client: Client, query: &str| {
        client.get(&format!("/api/v1/tasks?{query}")).await.assert_ok().json()["total"].as_i64().unwrap()
    };
    assert_eq!(total(office.app.as_hr(), &format!("onboarding_id={run}")).await, 23);
    assert_eq!(total(office.app.as_manager(), &format!("onboarding_id={run}")).await, 23);
    assert_eq!(total(office.app.as_other(), &format!("onboarding_id={run}")).await, 5, "IT's own");
    assert_eq!(total(office.app.as_employee(), "").await, 0);
    assert_eq!(total(office.app.as_hr(), "mine=true").await, 2);
    let own = office.app.signed_in(hire);
    let mine = own.get("/api/v1/tasks?page_size=200").await.assert_ok().json();
    assert!(mine["items"].as_array().unwrap().iter().all(|task| task["role"] == "hire"));
    office.app.as_hr().get("/api/v1/tasks?colour=red").await.assert_invalid("colour");
    office.app.as_hr().get("/api/v1/tasks?status=nonsense").await.assert_invalid("status");
}

#[tokio::test]
async fn the_clockwork_reminds_once_of_what_is_due_and_overdue() {
    let office = Office::new();
    let (_, run) = office.hire().await;
    // IT has two tasks: due on Tuesday 3 March, and on Monday 9 March.
    assert_eq!(office.task(run, "Order laptop and dock").await["due_date"], "2026-03-03");
    assert_eq!(office.task(run, "Create accounts and mail address").await["due_date"], "2026-03-09");
    let reminders = async || {
        let all = office.app.as_other().get("/api/v1/notifications?page_size=200").await.assert_ok().json();
        let due = |notice: &&Value| notice["kind"] == "tasks_due";
        let texts = all["items"].as_array().unwrap().iter().filter(due).map(|notice| notice["text"].clone());
        texts.map(|text| text.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    // The company's folder was copied for this test; whoever runs it vouches that it is no copy.
    office.app.app.house.orgs.holding().set(Standing::Home);
    let morning = async |at: &str| {
        office.app.clock.set(at.parse().unwrap());
        office.app.app.clockwork.tick().await;
    };
    morning("2026-03-02T09:30:00Z").await;
    morning("2026-03-04T07:30:00Z").await;
    morning("2026-03-04T08:30:00Z").await;
    let late = "“Order laptop and dock” for Priya Rao was due on Tue\u{a0}3\u{a0}Mar.";
    assert_eq!(reminders().await, [late]);
    // On Friday the weekend is looked after: three days late, and due on Monday.
    morning("2026-03-06T07:30:00Z").await;
    assert_eq!(reminders().await, ["1 onboarding task is overdue, 1 due soon.", late]);
    morning("2026-03-07T07:30:00Z").await;
    assert_eq!(reminders().await.len(), 2, "nobody is reminded on a Saturday");
}
