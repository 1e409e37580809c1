//! A company with one thing of every kind for the employee and one for somebody else, made once a run.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::Method;
use jiff::civil::{date, time};
use steward::approvals::chain::rules::{Approvers, ChainFacts, Level};
use steward::approvals::{self, Decision, Kind};
use steward::auth::Actor;
use steward::auth::personal::{self, NewToken, Scope};
use steward::auth::session::{self, Client as From, Kind as SessionKind};
use steward::calendar::feeds::{self, FeedKind};
use steward::error::Result;
use steward::ids::{LeavePolicyId, ProjectId};
use steward::leave::limits::blackouts::{self, BlackoutFacts};
use steward::leave::limits::coverage::{self, CoverageFacts};
use steward::leave::policy::PolicyFields;
use steward::leave::request::NewLeave;
use steward::leave::rules::{Amount, Part, Policy};
use steward::leave::shutdown::{self, NewShutdown};
use steward::leave::trips::{self, NewTrip};
use steward::onboarding::rules::TaskStatus;
use steward::onboarding::runs::{self, NewRun};
use steward::onboarding::{self, tasks, templates};
use steward::overtime::rules::{Compensation, Stage};
use steward::overtime::{Project, Wanted, project};
use steward::people::holidays::{self, HolidayFacts};
use steward::people::org::{DepartmentFacts, EntityFacts, LocationFacts, department, entity, location};
use steward::people::{groups, schedule};
use steward::storage::Tx;
use steward::time::{HolidayScope, Minutes, OverlayMode, OverlayScope, PartialWeek, WorkDay};
use steward::{leave, overtime};
use tokio::sync::OnceCell;

use crate::support::{Client, ORG, People, Person, TestApp};

/// What stands for a place of a path: the employee's, and somebody else's. The same twice where the kind has no owner.
#[derive(Clone, Debug)]
pub struct Things {
    pub mine: String,
    pub others: String,
}

/// The folder, who is in it, and its things by the word that stands for them.
pub struct Company {
    folder: tempfile::TempDir,
    people: People,
    pub things: BTreeMap<&'static str, Things>,
    /// The session of HR of another organization, which holds nothing.
    stranger: String,
}

impl Company {
    /// A copy that may be changed.
    pub fn open(&self) -> TestApp {
        TestApp::copy_of(self.folder.path(), self.people, FLAGS)
    }

    pub fn stranger(&self, app: &TestApp) -> Client {
        app.anonymous().cookie("session", &self.stranger)
    }
}

pub const FLAGS: &[(&str, &str)] = &[("rates.signed_in", "1000000"), ("rates.anonymous", "1000000")];

pub async fn company() -> &'static Company {
    static COMPANY: OnceCell<Company> = OnceCell::const_new();
    COMPANY
        .get_or_init(|| async {
            let app = TestApp::with(FLAGS);
            let things = furnish(&app).await;
            let people = app.people;
            let stranger = app.stranger().cookie_value("session").unwrap().to_owned();
            Company { folder: app.close(), people, things, stranger }
        })
        .await
}

fn pair(mine: impl ToString, others: impl ToString) -> Things {
    Things { mine: mine.to_string(), others: others.to_string() }
}

fn same(id: impl ToString) -> Things {
    pair(id.to_string(), id)
}

async fn furnish(app: &TestApp) -> BTreeMap<&'static str, Things> {
    let people = app.people;
    let (hr, employee, other) = (people.hr, people.employee, people.other);
    let mut things = app
        .act(hr, move |tx, actor| {
            leave::seed_types(tx, actor)?;
            onboarding::seed_templates(tx, actor)?;
            let named = Project {
                id: ProjectId(0),
                code: "P".into(),
                name: "Project".into(),
                description: String::new(),
                active: true,
            };
            let project = project::create(tx, actor, named)?;
            let entity = entity::create(
                tx,
                actor,
                EntityFacts { name: "Nordlicht GmbH".into(), code: "NL".into(), country: "DE".into() },
            )?;
            let location = location::create(
                tx,
                actor,
                LocationFacts {
                    entity_id: entity,
                    name: "Hamburg".into(),
                    code: "HAM".into(),
                    time_zone: "Europe/Berlin".into(),
                    country: "DE".into(),
                    region: String::new(),
                    address: String::new(),
                    holiday_on_free_day: steward::time::FreeDayRule::Nothing,
                    free_day_from: None,
                    lieu_expires_months: None,
                },
            )?;
            let department = department::create(
                tx,
                actor,
                DepartmentFacts {
                    name: "Support".into(),
                    code: "SUP".into(),
                    location_id: Some(location),
                    parent_id: None,
                    head_id: None,
                    budget_minor: None,
                    currency: String::new(),
                },
            )?;
            department::add_manager(tx, actor, department, people.manager.employee)?;
            let group = groups::create(tx, actor, "Works council", "council")?;
            groups::add_member(tx, actor, group, people.manager.employee)?;
            let chain = ChainFacts {
                name: "A week in one go".into(),
                kind: Kind::Overtime,
                leave_type_id: None,
                department_id: None,
                from_minutes: Some(10_000),
                levels: vec![Level::one(Approvers::LineManager), Level::one(Approvers::Hr)],
                escalate_after_hours: Some(48),
            };
            let chain = approvals::chain::create(tx, actor, chain)?;
            let holiday = HolidayFacts {
                name: "Founders’ Day".into(),
                start_date: date(2026, 10, 1),
                end_date: date(2026, 10, 1),
                half: None,
                scope: HolidayScope::Global,
                entity_id: None,
                location_id: None,
                working: false,
                estimated: false,
                source: String::new(),
                observed_for: None,
            };
            let (holiday, _) = holidays::create(tx, actor, holiday)?;
            let week = |tx: &mut _, who: Person| {
                schedule::set(tx, actor, who.employee, schedule::Wanted::new(date(2026, 7, 1), schedule::full_time()))
                    .map(|(id, _)| id)
            };
            let field = steward::people::custom::create(
                tx,
                actor,
                steward::people::custom::FieldFacts {
                    code: "shoe_size".into(),
                    label: "Shoe size".into(),
                    kind: steward::people::custom::Kind::Number,
                    options: Vec::new(),
                    required: false,
                    visible_to: steward::people::custom::VisibleTo::Manager,
                    editable_by_person: true,
                    sort_order: 10,
                },
            )?;
            let weeks = pair(week(tx, employee)?, week(tx, other)?);
            for who in [employee, other] {
                steward::people::update_from(tx, actor, who.employee, Some(date(2026, 6, 1)), |facts| {
                    facts.position = "Lead".into();
                })?;
            }
            let overlay = schedule::overlays::OverlayFacts {
                name: "Summer Fridays".into(),
                start_date: date(2026, 7, 1),
                end_date: date(2026, 8, 31),
                mode: OverlayMode::AtMost,
                scope: OverlayScope::Everybody,
                location_id: None,
                department_id: None,
                group_id: None,
                week: PartialWeek::new([None, None, None, None, Some(WorkDay::FREE), None, None]),
            };
            let (overlay, _) = schedule::overlays::create(tx, actor, overlay)?;
            let schedule_template = schedule::templates::create(tx, actor, "As usual", &schedule::full_time().into())?;
            let template = templates::list(tx, actor)?[0].id;
            let template_task = templates::tasks(tx, actor, template)?[0].id;
            let mut run = |who: Person| -> Result<_> {
                let id = runs::start(
                    tx,
                    actor,
                    NewRun { employee_id: who.employee, template_id: template, buddy_id: None },
                )?;
                let own = tasks::of_run(tx, actor, id)?;
                let own = own.iter().find(|task| task.role == "hire" && task.status == TaskStatus::Open);
                Ok((id, own.map_or(0, |task| task.id.0)))
            };
            let (runs, tasks) = {
                let ((a, b), (c, d)) = (run(employee)?, run(other)?);
                (pair(a, c), pair(b, d))
            };
            let leave_type = leave::types::preset(tx, "unpaid")?.id;
            Ok(BTreeMap::from([
                ("project", same(project)),
                ("entity", same(entity)),
                ("location", same(location)),
                ("department", same(department)),
                ("group", same(group)),
                ("chain", same(chain)),
                ("holiday", same(holiday)),
                ("week", weeks),
                ("planned", same("2026-06-01")),
                ("field", same(field)),
                ("overlay", same(overlay)),
                ("schedule_template", same(schedule_template)),
                ("template", same(template)),
                ("template_task", same(template_task)),
                ("run", runs),
                ("task", tasks),
                ("leave_type", same(leave_type)),
                ("vacation", same(leave::types::preset(tx, "vacation")?.id)),
                ("personal", same(leave::types::preset(tx, "personal")?.id)),
                ("policy", same(policy(tx, actor)?)),
                ("user", pair(employee.user, other.user)),
                ("employee", pair(employee.employee, other.employee)),
                ("manager", same(people.manager.employee)),
            ]))
        })
        .unwrap();

    let leave = |who| ask_for_leave(app, who);
    let (mine, others) = (leave(employee), leave(other));
    things.insert("leave", pair(mine, others));
    let (own, theirs) = (bring_paper(app.as_employee(), mine).await, bring_paper(app.as_other(), others).await);
    things.insert("document", pair(own, theirs));
    let approval = |id: i64| app.read(move |rx| approvals::current(rx, Kind::Leave, id)).unwrap().id;
    things.insert("approval", pair(approval(mine), approval(others)));
    let overtime = |who| record_overtime(app, who, date(2026, 2, 28));
    things.insert("overtime", pair(overtime(employee), overtime(other)));

    // What was decided leaves notices with both, and a workbook.
    for (who, by) in [(employee, people.manager), (other, hr)] {
        let id = steward::ids::OvertimeId(record_overtime(app, who, date(2026, 2, 21)));
        let yes = Decision::Approve { note: None, on_behalf_reason: None };
        app.act(by, move |tx, actor| overtime::decide(tx, actor, id, &yes)).unwrap();
    }
    app.app.clockwork.tick().await;
    let first = |sql: &'static str, user: i64| app.read(move |rx| rx.scalar::<i64>(sql, [user]));
    let notice = "SELECT min(id) FROM notices WHERE employee_id = ?1";
    things.insert("notice", pair(first(notice, employee.employee.0), first(notice, other.employee.0)));
    things.insert("report", same(first("SELECT min(id) FROM overtime_reports WHERE id > ?1", 0)));

    // A mail that was given up.
    app.arrange(|tx| {
        tx.run(
            "UPDATE outbox SET state = 'failed', done_at = created_at, last_error = '550 5.1.1 No such mailbox'
             WHERE id = (SELECT min(id) FROM outbox WHERE kind = 'mail')",
            (),
        )
    });
    things.insert("mail", same(first("SELECT min(id) FROM outbox WHERE state = 'failed' AND id > ?1", 0)));

    // The stranger has the first session of their own organization: this one is another.
    app.as_admin();
    for client in [app.as_employee(), app.as_other()] {
        let profile = [("legal_name", "As in the passport")];
        client.post("/account/profile/confirmed", profile).await.assert_redirect("/account/profile");
    }
    let change = "SELECT min(id) FROM profile_changes WHERE employee_id = ?1";
    things.insert("profile_change", pair(first(change, employee.employee.0), first(change, other.employee.0)));
    for (mut client, who) in [(app.as_employee(), employee), (app.as_other(), other)] {
        let path = format!("/api/v1/employees/{}/photo", who.employee);
        let body = Body::from(crate::personal::picture());
        client.send(Method::PUT, &path, Some("image/jpeg"), body).await.assert_status(204);
    }
    let session = |who: Person| {
        let from = From::new(None, "A browser that is left alone");
        app.arrange(move |tx| session::open(tx, ORG, who.user, SessionKind::Web, &from)).id
    };
    things.insert("session", pair(session(employee), session(other)));
    let token = |who: Person| {
        let new = NewToken { name: "Scripts".into(), scope: Scope::Read, days: 30 };
        app.act(who, move |tx, actor| personal::create(tx, actor, ORG, new)).unwrap().0.id
    };
    things.insert("token", pair(token(employee), token(other)));

    // A trip that waits, for a chain is drawn up for them.
    let chain = ChainFacts {
        name: "Trips".into(),
        kind: Kind::Trip,
        leave_type_id: None,
        department_id: None,
        from_minutes: None,
        levels: vec![Level::one(Approvers::Approver)],
        escalate_after_hours: None,
    };
    app.act(hr, move |tx, actor| approvals::chain::create(tx, actor, chain)).unwrap();
    let trip = |who: Person| {
        let new = NewTrip {
            employee_id: None,
            start_date: date(2026, 5, 11),
            end_date: date(2026, 5, 12),
            destination: "Rotterdam".into(),
            purpose: "Visit to the yard".into(),
            notes: String::new(),
        };
        app.act(who, move |tx, actor| trips::plan(tx, actor, new)).unwrap()
    };
    things.insert("trip", pair(trip(employee), trip(other)));
    let feed = |who: Person| {
        app.act(who, |tx, actor| feeds::make(tx, actor, ORG, "steward.test", FeedKind::Company)).unwrap().0.id
    };
    things.insert("feed", pair(feed(employee), feed(other)));

    let support = things["department"].mine.parse().unwrap();
    let kind = things["leave_type"].mine.parse().unwrap();
    let (office, blackout, rule, shutdown) = app
        .act(hr, move |tx, actor| {
            let days = BlackoutFacts {
                name: "Stocktaking".into(),
                start_date: date(2026, 6, 29),
                end_date: date(2026, 6, 30),
                department_id: None,
                location_id: None,
            };
            let rule = CoverageFacts { department_id: support, minimum_present: 1, hard: false };
            let office = DepartmentFacts { name: "Office".into(), code: "OFF".into(), ..DepartmentFacts::default() };
            let office = department::create(tx, actor, office)?;
            let closed = NewShutdown {
                name: "Summer break".into(),
                leave_type_id: kind,
                fallback_leave_type_id: None,
                start_date: date(2026, 8, 3),
                end_date: date(2026, 8, 5),
                start_part: Part::FullDay,
                end_part: Part::FullDay,
                location_id: None,
                except: vec![employee.employee],
            };
            let closed = shutdown::create(tx, actor, closed)?;
            Ok((office, blackouts::create(tx, actor, days)?, coverage::create(tx, actor, rule)?, closed))
        })
        .unwrap();
    things.insert("office", same(office));
    things.insert("blackout", same(blackout));
    things.insert("shutdown", same(shutdown));
    things.insert("coverage_rule", same(rule));

    things.insert("job", same("cleanup"));
    let failed = app.arrange(|tx| {
        tx.insert(
            "INSERT INTO job_runs (job, period, due_at, time_zone, state, attempts, next_try_at, finished_at, error) VALUES \
             ('cleanup', '2026-03-01', '2026-03-01T02:40:00Z', 'Europe/Berlin', 'failed', 5, '2026-03-01T04:00:00Z', \
             '2026-03-01T04:00:00Z', 'the disk was full')",
            (),
        )
    });
    things.insert("job_run", same(failed));

    let file = "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"people.csv\"\r\ncontent-type: text/csv\r\n\r\n\
                email,last_name,first_name,join_date\nana@x.test,Ribeiro,Ana,2026-04-01\n\r\n--b--\r\n";
    let kind = Some("multipart/form-data; boundary=b");
    let kept = app.as_hr().send(Method::POST, "/people/import", kind, Body::from(file)).await;
    things.insert("draft", same(kept.header("location").rsplit('/').next().unwrap()));
    things
}

/// Three personal days a year for everybody.
fn policy(tx: &mut Tx<'_>, actor: &Actor) -> Result<LeavePolicyId> {
    let terms = Policy { amount: Amount::Fixed(Minutes::hours(24)), ..Policy::service_years_sick() };
    let fields = PolicyFields {
        name: "Personal days".to_owned(),
        leave_type_id: leave::types::preset(tx, "personal")?.id,
        applies_to: leave::policy::Scope::default(),
        valid_from: date(2026, 1, 1),
        terms,
    };
    Ok(leave::policy::create(tx, actor, fields)?.0)
}

/// A paper on the request; answers its id.
async fn bring_paper(mut client: Client, leave: i64) -> i64 {
    let path = format!("/api/v1/leave/requests/{leave}/documents");
    let body = Body::from(format!("%PDF-1.4\n{leave}\n%%EOF\n"));
    let kept = client.send(Method::POST, &path, Some("application/pdf"), body).await.assert_status(201);
    kept.json()["id"].as_i64().unwrap()
}

fn ask_for_leave(app: &TestApp, who: Person) -> i64 {
    app.act(who, move |tx, actor| {
        let input = NewLeave {
            leave_type_id: leave::types::preset(tx, "unpaid")?.id,
            employee_id: None,
            start_date: date(2026, 4, 13),
            end_date: date(2026, 4, 14),
            start_part: Part::FullDay,
            end_part: Part::FullDay,
            from_time: None,
            to_time: None,
            reason: "Moving house".into(),
            contact: String::new(),
            deputy_id: None,
            document_ids: Vec::new(),
            files_chosen: 0,
        };
        leave::request::submit(tx, actor, input)
    })
    .unwrap()
    .0
}

fn record_overtime(app: &TestApp, who: Person, day: jiff::civil::Date) -> i64 {
    app.act(who, move |tx, actor| {
        let wanted = Wanted {
            employee_id: who.employee,
            project_id: project::list(tx, true)?[0].id,
            date: day,
            start_time: time(9, 0, 0, 0),
            end_time: time(11, 0, 0, 0),
            breaks: Vec::new(),
            reason: "Stocktaking".into(),
            detail: String::new(),
            compensation: Compensation::Pay,
            stage: Stage::Worked,
            override_reason: String::new(),
        };
        overtime::send(tx, actor, &wanted)
    })
    .unwrap()
    .0
}
