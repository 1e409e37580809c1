//! Every job of the program under a clock that the test moves: once on its day, not twice, also after days off over a
//! month's end, with the clock set back and on the days when it changes; and the page on which an admin looks after them.

use axum::http::Method;
use jiff::SignedDuration;
use jiff::civil::{Date, date};
use serde_json::{Value, json};
use steward::people;
use steward::storage::marks::Standing;

use crate::leave_api::{grant, with_leave};
use crate::support::TestApp;

impl TestApp {
    async fn tick(&self) {
        // Its folder is a copy of the company's, and nobody is to wait for that here.
        self.app.house.orgs.holding().set(Standing::Home);
        self.app.clockwork.tick().await;
    }

    async fn tick_at(&self, at: &str) {
        self.clock.set(at.parse().unwrap());
        self.tick().await;
    }

    /// A tick each hour from then until then, and every sixth time once more with the clock set back by an hour.
    async fn tick_from(&self, from: &str, until: &str) {
        self.tick_at(from).await;
        let until = until.parse().unwrap();
        let mut hours = 0;
        while self.now() < until {
            self.clock.advance(SignedDuration::from_hours(1));
            self.tick().await;
            hours += 1;
            if hours % 6 == 0 {
                self.clock.advance(SignedDuration::from_hours(-1));
                self.tick().await;
                self.clock.advance(SignedDuration::from_hours(1));
                self.tick().await;
            }
        }
    }

    /// Who was told by notices of this kind, and when.
    fn told(&self, kind: &'static str) -> Vec<(i64, String)> {
        let sql = "SELECT employee_id, created_at FROM notices WHERE kind = ?1 ORDER BY id";
        self.read(|rx| rx.all(sql, [kind], |row| Ok((row.get(0)?, row.get(1)?))))
    }

    fn set_dates(&self, change: impl FnOnce(&mut people::Facts) + Send + 'static) {
        let mira = self.people.employee.employee;
        self.act(self.people.hr, move |tx, actor| people::update(tx, actor, mira, change).map(drop)).unwrap();
    }

    fn agrees(&self, born: Date, shown: bool) {
        let mira = self.people.employee.employee;
        self.arrange(move |tx| {
            tx.run(
                "INSERT INTO employee_personal (employee_id, birthday, birthday_shown, updated_at) VALUES (?1, ?2, ?3, '')",
                (mira, born, shown),
            )
        });
    }
}

fn once(at: &str, people: &[steward::ids::EmployeeId]) -> Vec<(i64, String)> {
    people.iter().map(|id| (id.0, at.to_owned())).collect()
}

#[tokio::test]
async fn the_end_of_a_probation_is_told_once_a_fortnight_before() {
    let app = TestApp::new();
    let manager = app.people.manager.employee;
    app.set_dates(|facts| facts.probation_end = Some(date(2026, 4, 10)));
    // Over the change to summer time in Berlin, 29 March.
    app.tick_from("2026-03-25T12:00:00Z", "2026-03-31T12:00:00Z").await;
    assert_eq!(app.told("probation_ends"), once("2026-03-27T07:00:00Z", &[manager]));
    // Prolonged: the other date is told as well, once.
    app.set_dates(|facts| facts.probation_end = Some(date(2026, 4, 13)));
    app.tick_from("2026-04-01T00:00:00Z", "2026-04-03T00:00:00Z").await;
    assert_eq!(app.told("probation_ends").len(), 2);
}

#[tokio::test]
async fn the_end_of_a_probation_is_told_after_days_off_and_not_when_it_is_over() {
    let app = TestApp::new();
    app.set_dates(|facts| facts.probation_end = Some(date(2026, 4, 12)));
    app.tick_at("2026-03-28T12:00:00Z").await;
    // Off over the month's end.
    app.tick_at("2026-04-01T15:00:00Z").await;
    assert_eq!(app.told("probation_ends").len(), 1);
    app.set_dates(|facts| facts.probation_end = Some(date(2026, 4, 20)));
    app.tick_at("2026-04-22T15:00:00Z").await;
    assert_eq!(app.told("probation_ends").len(), 1, "it is over");
    // In autumn, when the clock repeats an hour.
    app.set_dates(|facts| facts.probation_end = Some(date(2026, 11, 8)));
    app.tick_from("2026-10-24T00:00:00Z", "2026-10-27T00:00:00Z").await;
    assert_eq!(app.told("probation_ends")[1..], once("2026-10-25T07:00:00Z", &[app.people.manager.employee]));
}

#[tokio::test]
async fn who_prepares_for_somebody_hears_of_it_a_week_before() {
    let app = TestApp::new();
    let hire = app.people.hire.employee;
    app.tick_from("2026-03-01T12:00:00Z", "2026-03-06T12:00:00Z").await;
    let manager = once("2026-03-02T07:00:00Z", &[app.people.manager.employee]);
    assert_eq!(app.told("starts_next_week"), manager, "on the first morning of the week before");
    // The first day moves, over the change of the clock; the machine is off for three days.
    app.act(app.people.hr, move |tx, actor| {
        people::update(tx, actor, hire, |facts| facts.join_date = date(2026, 4, 5)).map(drop)
    })
    .unwrap();
    let hr = app.as_hr();
    let groups = json!({"name": "Computers", "code": "it"});
    let group = hr.json(Method::POST, "/api/v1/groups", groups).await.assert_status(201).json()["id"].clone();
    let other = app.people.other.employee;
    let member = json!({"employee_id": other});
    hr.json(Method::POST, &format!("/api/v1/groups/{group}/members"), member).await.assert_ok();
    let task = json!({
        "title": "Laptop", "category": "pre_boarding", "assignee": "group:it", "days_offset": -1, "day_count": "calendar",
        "sort_order": 0, "required": true, "depends_on": [], "completion": "tick",
    });
    let template =
        hr.json(Method::POST, "/api/v1/templates", json!({"name": "Engineer"})).await.assert_status(201).json();
    let path = format!("/api/v1/templates/{}", template["id"]);
    hr.json(Method::PUT, &format!("{path}/tasks"), json!([task])).await.assert_ok();
    hr.json(Method::POST, &format!("{path}/publish"), json!({})).await.assert_ok();
    let run = json!({"employee_id": hire, "template_id": template["id"]});
    hr.json(Method::POST, "/api/v1/onboardings", run).await.assert_status(201);
    app.tick_at("2026-03-28T12:00:00Z").await;
    app.tick_from("2026-03-31T12:00:00Z", "2026-04-06T12:00:00Z").await;
    let mut told = app.told("starts_next_week")[1..].to_vec();
    told.sort();
    let mut wanted = once("2026-03-31T12:00:00Z", &[app.people.manager.employee, other]);
    wanted.sort();
    assert_eq!(told, wanted);
}

/// Reminders of a task that is due on 25 March (a Wednesday), over the change to summer time on the 29th; and over days off.
#[tokio::test]
async fn whoever_has_a_task_is_reminded_before_and_after_it_is_due() {
    let app = TestApp::new();
    let hr = app.as_hr();
    let task = json!({
        "title": "Laptop", "category": "pre_boarding", "assignee": "manager", "days_offset": 0, "day_count": "calendar",
        "sort_order": 0, "required": true, "depends_on": [], "completion": "tick",
    });
    let template =
        hr.json(Method::POST, "/api/v1/templates", json!({"name": "Engineer"})).await.assert_status(201).json();
    let path = format!("/api/v1/templates/{}", template["id"]);
    hr.json(Method::PUT, &format!("{path}/tasks"), json!([task])).await.assert_ok();
    hr.json(Method::POST, &format!("{path}/publish"), json!({})).await.assert_ok();
    let hire = app.people.hire.employee;
    app.act(app.people.hr, move |tx, actor| {
        people::update(tx, actor, hire, |facts| facts.join_date = date(2026, 3, 25)).map(drop)
    })
    .unwrap();
    let run = json!({"employee_id": hire, "template_id": template["id"]});
    hr.json(Method::POST, "/api/v1/onboardings", run).await.assert_status(201);
    app.tick_from("2026-03-20T12:00:00Z", "2026-04-02T12:00:00Z").await;
    let told = || -> Vec<String> { app.told("tasks_due").into_iter().map(|(_, at)| at).collect() };
    let mornings = ["2026-03-24", "2026-03-26", "2026-03-27"].map(|day| format!("{day}T07:00:00Z"));
    assert_eq!(told()[..3], mornings);
    assert_eq!(told()[3..], ["2026-04-01T06:00:00Z"], "a week after, in summer time");
    // Off over the next reminder: it comes on the same day, and not any more a day later.
    app.tick_at("2026-04-08T15:00:00Z").await;
    assert_eq!(told()[4..], ["2026-04-08T15:00:00Z"]);
    app.tick_at("2026-04-16T15:00:00Z").await;
    assert_eq!(told().len(), 5, "the 15th was the day");
}

#[tokio::test]
async fn a_birthday_is_told_to_the_team_where_the_person_agrees() {
    let app = TestApp::new();
    app.agrees(date(1990, 3, 29), true);
    // The day on which Berlin loses an hour.
    app.tick_from("2026-03-27T12:00:00Z", "2026-03-31T12:00:00Z").await;
    let team = [app.people.manager.employee, app.people.hire.employee];
    assert_eq!(app.told("birthday"), once("2026-03-29T06:00:00Z", &team));
    let said: String = app.read(|rx| rx.scalar("SELECT text FROM notices WHERE kind = 'birthday' LIMIT 1", ()));
    assert!(said.contains("Mira Castell") && !said.contains("1990") && !said.contains("36"), "{said}");
    // She began on 1 March: in the next year, which she was told she would be.
    app.tick_from("2027-02-28T12:00:00Z", "2027-03-02T12:00:00Z").await;
    assert_eq!(app.told("work_anniversary"), once("2027-03-01T07:00:00Z", &team));
}

#[tokio::test]
async fn a_birthday_that_was_missed_is_over_and_nobody_is_told_who_did_not_agree() {
    let app = TestApp::new();
    app.agrees(date(1990, 3, 31), true);
    app.tick_at("2026-03-30T12:00:00Z").await;
    app.tick_at("2026-04-02T12:00:00Z").await;
    assert_eq!(app.told("birthday"), []);
    let app = TestApp::new();
    app.agrees(date(1990, 3, 31), false);
    app.tick_from("2026-03-30T12:00:00Z", "2026-04-01T12:00:00Z").await;
    assert_eq!((app.told("birthday"), app.told("work_anniversary")), (vec![], vec![]));
}

/// Leave of Mira's from that day on, Otto standing in; approved.
async fn leave_from(app: &TestApp, first: &str, last: &str) {
    let kinds = with_leave(app);
    let new = json!({
        "leave_type_id": kinds.vacation, "start_date": first, "end_date": last, "deputy_id": app.people.other.employee,
    });
    let made = app.as_employee().json(Method::POST, "/api/v1/leave/requests", new).await.assert_status(201).json();
    let path = format!("/api/v1/leave/requests/{}/approve", made["id"]);
    app.as_manager().json(Method::POST, &path, json!({})).await.assert_ok();
}

#[tokio::test]
async fn leave_that_starts_tomorrow_is_told_in_everybodys_own_afternoon() {
    let app = TestApp::new();
    let (hr, other) = (app.as_hr(), app.people.other.employee);
    let entity = json!({"name": "Inc", "code": "I"});
    let entity = hr.json(Method::POST, "/api/v1/entities", entity).await.assert_status(201).json()["id"].clone();
    let place = json!({"entity_id": entity, "name": "Boston", "code": "B", "time_zone": "America/New_York"});
    let place = hr.json(Method::POST, "/api/v1/locations", place).await.assert_status(201).json()["id"].clone();
    hr.json(Method::PATCH, &format!("/api/v1/employees/{other}"), json!({"location_id": place})).await.assert_ok();
    leave_from(&app, "2026-03-30", "2026-03-31").await;
    app.tick_from("2026-03-27T12:00:00Z", "2026-04-01T12:00:00Z").await;
    assert_eq!(app.told("leave_starts_tomorrow"), once("2026-03-29T14:00:00Z", &[app.people.employee.employee]));
    assert_eq!(app.told("leave_deputy_tomorrow"), once("2026-03-29T20:00:00Z", &[other]));
    let team = [app.people.manager.employee, app.people.hire.employee];
    assert_eq!(app.told("leave_team_tomorrow"), once("2026-03-29T14:00:00Z", &team));
    let said: String =
        app.read(|rx| rx.scalar("SELECT text FROM notices WHERE kind = 'leave_team_tomorrow' LIMIT 1", ()));
    assert!(!said.contains("Vacation"), "of what kind it is, is not theirs to know: {said}");
}

#[tokio::test]
async fn leave_that_began_while_the_machine_was_off_is_told_to_nobody() {
    let app = TestApp::new();
    leave_from(&app, "2026-04-01", "2026-04-02").await;
    app.tick_at("2026-03-30T12:00:00Z").await;
    app.tick_at("2026-04-02T15:00:00Z").await;
    assert_eq!((app.told("leave_starts_tomorrow"), app.told("leave_team_tomorrow")), (vec![], vec![]));
}

#[tokio::test]
async fn decisions_that_wait_are_told_each_working_morning_but_not_to_who_is_away() {
    let app = TestApp::new();
    let kinds = with_leave(&app);
    let (manager, hr) = (app.people.manager, app.people.hr);
    grant(&app, manager, kinds.vacation, 10 * 480);
    app.tick().await;
    let ask = |day: &str| json!({"leave_type_id": kinds.vacation, "start_date": day, "end_date": day});
    // Monday at ten. Jonas himself is away on Thursday.
    let (mira, jonas) = (app.as_employee(), app.as_manager());
    let mut waiting = Vec::new();
    for day in ["2026-05-04", "2026-05-05"] {
        let made = mira.json(Method::POST, "/api/v1/leave/requests", ask(day)).await.assert_status(201).json();
        waiting.push(made["id"].clone());
    }
    let own = jonas.json(Method::POST, "/api/v1/leave/requests", ask("2026-03-05")).await.assert_status(201).json();
    let path = format!("/api/v1/leave/requests/{}/approve", own["id"]);
    app.as_hr().json(Method::POST, &path, json!({})).await.assert_ok();
    app.tick_from("2026-03-02T10:00:00Z", "2026-03-10T12:00:00Z").await;
    let mornings = |who: steward::ids::EmployeeId| -> Vec<String> {
        app.told("decisions_waiting").into_iter().filter(|(id, _)| *id == who.0).map(|(_, at)| at).collect()
    };
    let at_eight = |days: &[&str]| days.iter().map(|day| format!("2026-03-{day}T07:00:00Z")).collect::<Vec<_>>();
    assert_eq!(mornings(manager.employee), at_eight(&["04", "06", "09", "10"]));
    // HR was asked as well after two working days, on Wednesday at ten.
    assert_eq!(mornings(hr.employee), at_eight(&["06", "09", "10"]));
    let said: String =
        app.read(|rx| rx.scalar("SELECT text FROM notices WHERE kind = 'decisions_waiting' ORDER BY id LIMIT 1", ()));
    assert!(said.contains('2') && said.contains("decisions have waited"), "{said}");
    let unread =
        "SELECT count(*) FROM notices WHERE kind = 'decisions_waiting' AND read_at IS NULL AND employee_id = ?1";
    let unread: i64 = app.read(move |rx| rx.scalar(unread, [manager.employee]));
    assert_eq!(unread, 1, "the newest says it all");

    // Where nothing waits nobody is told.
    for id in waiting {
        let path = format!("/api/v1/leave/requests/{id}/approve");
        app.as_manager().json(Method::POST, &path, json!({})).await.assert_ok();
    }
    app.tick_from("2026-03-10T12:00:00Z", "2026-03-12T12:00:00Z").await;
    assert_eq!(app.told("decisions_waiting").len(), 7);
}

/// Every job that has a time of day runs once on each day, in Berlin in spring and autumn, the clock set back now and
/// then; and after days off each has one run for all of them.
#[tokio::test]
async fn every_job_runs_once_a_day_whatever_the_clock_does() {
    let app = TestApp::new();
    let admin = app.as_admin();
    let jobs = admin.get("/api/v1/jobs").await.assert_ok().json();
    let daily: Vec<String> = jobs["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|job| {
            let line: Vec<&str> = job["cron"].as_str().unwrap().split(' ').collect();
            line[..2].iter().all(|field| field.parse::<u8>().is_ok()) && line[2..] == ["*", "*", "*"]
        })
        .map(|job| job["name"].as_str().unwrap().to_owned())
        .collect();
    assert!(daily.len() >= 10, "{daily:?}");
    for (from, until) in
        [("2026-03-27T12:00:00Z", "2026-03-31T12:00:00Z"), ("2026-10-23T12:00:00Z", "2026-10-27T12:00:00Z")]
    {
        app.tick_at(from).await;
        let before: i64 = app.read(|rx| rx.scalar("SELECT coalesce(max(id), 0) FROM job_runs", ()));
        app.tick_from(from, until).await;
        for job in &daily {
            let job = job.clone();
            let runs: Vec<(String, String)> = app.read(move |rx| {
                let sql = "SELECT period, state FROM job_runs WHERE job = ?1 AND id > ?2 ORDER BY period";
                rx.all(sql, (&job, before), |row| Ok((row.get(0)?, row.get(1)?)))
            });
            assert_eq!(runs.len(), 4, "{runs:?}");
            assert!(runs.is_sorted_by(|a, b| a.0 < b.0) && runs.iter().all(|run| run.1 == "done"), "{runs:?}");
        }
    }
    // Three days off, over a month's end.
    app.tick_at("2026-10-28T23:30:00Z").await;
    let before: i64 = app.read(|rx| rx.scalar("SELECT max(id) FROM job_runs", ()));
    app.tick_at("2026-11-01T22:59:00Z").await;
    for job in daily {
        let runs: i64 =
            app.read(|rx| rx.scalar("SELECT count(*) FROM job_runs WHERE job = ?1 AND id > ?2", (&job, before)));
        assert_eq!(runs, 1, "{job}");
    }
}

#[tokio::test]
async fn an_admin_looks_after_the_clockwork() {
    let app = TestApp::new();
    let admin = app.as_admin();
    let job = |answer: Value, name: &str| {
        answer["items"].as_array().unwrap().iter().find(|job| job["name"] == name).unwrap().clone()
    };
    app.tick_at("2026-03-02T01:00:00Z").await;
    app.tick_at("2026-03-02T09:00:00Z").await;
    let cleanup = job(admin.get("/api/v1/jobs").await.assert_ok().json(), "cleanup");
    assert_eq!((&cleanup["cron"], &cleanup["next_run"]), (&json!("40 3 * * *"), &json!("2026-03-03T02:40:00Z")));
    assert_eq!((&cleanup["last_run"]["state"], &cleanup["last_run"]["period"]), (&json!("done"), &json!("2026-03-02")));
    admin.get("/admin/jobs").await.assert_ok().assert_contains("Clean-up").assert_contains("done");

    // Another line and zone; what is no line is told beside it, and what was typed stays.
    let page = "/admin/jobs/cleanup";
    let wrong = admin.post(page, [("cron", "every day"), ("enabled", "true")]).await;
    wrong.assert_invalid("cron").assert_contains("value=\"every day\"");
    admin.post(page, [("cron", "0 3 30 2 *"), ("enabled", "true")]).await.assert_invalid("cron");
    let path = "/api/v1/jobs/cleanup";
    admin.json(Method::PATCH, path, json!({"time_zone": "Mars/Base"})).await.assert_invalid("time_zone");
    let own = "/api/v1/jobs/probation_ends";
    admin.json(Method::PATCH, own, json!({"time_zone": "Asia/Tokyo"})).await.assert_invalid("time_zone");
    let form = [("cron", "30 5 * * *"), ("time_zone", "Asia/Tokyo"), ("enabled", "true")];
    admin.post(page, form).await.assert_redirect(page);
    let set = admin.get(path).await.assert_ok().json();
    assert_eq!((&set["time_zone"], &set["next_run"]), (&json!("Asia/Tokyo"), &json!("2026-03-02T20:30:00Z")));
    // Off, and with the line it came with.
    let off =
        admin.json(Method::PATCH, path, json!({"enabled": false, "cron": "", "time_zone": null})).await.assert_ok();
    assert_eq!(off.json()["next_run"], Value::Null);
    admin.get("/admin/jobs").await.assert_contains("switched off");
    app.tick_from("2026-03-02T10:00:00Z", "2026-03-04T10:00:00Z").await;
    let admin = app.as_admin();
    assert_eq!(admin.get(&format!("{path}/runs")).await.assert_ok().json()["total"], 1);

    // By hand it runs all the same.
    admin.post(&format!("{page}/run"), [("", ""); 0]).await.assert_redirect(page);
    app.tick().await;
    let runs = admin.get(&format!("{path}/runs")).await.assert_ok().json();
    assert_eq!((&runs["total"], &runs["items"][0]["state"]), (&json!(2), &json!("done")));
    let id = runs["items"][0]["id"].as_i64().unwrap();
    let retry = format!("{path}/runs/{id}/retry");
    admin.json(Method::POST, &retry, json!({})).await.assert_status(409);
    app.arrange(move |tx| {
        tx.run("UPDATE job_runs SET state = 'failed', attempts = 5, error = 'no disk' WHERE id = ?1", [id])
    });
    admin.get(page).await.assert_ok().assert_contains("no disk").assert_contains("Try again");
    let again = admin.json(Method::POST, &retry, json!({})).await.assert_ok().json();
    assert_eq!((&again["last_run"]["state"], &again["last_run"]["attempts"]), (&json!("waiting"), &json!(0)));
    app.tick().await;
    let runs = admin.get(&format!("{path}/runs")).await.assert_ok().json();
    assert_eq!(
        (&runs["total"], &runs["items"][0]["state"], &runs["items"][0]["error"]),
        (&json!(2), &json!("done"), &json!(""))
    );
    admin.get("/api/v1/jobs/nothing").await.assert_status(404);
    app.as_hr().get("/api/v1/jobs").await.assert_status(403);
}
