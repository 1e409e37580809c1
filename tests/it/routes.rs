//! Who may reach what: every route, asked by everybody, about their own, a report's, somebody else's and a missing
//! thing, compared with a reviewed table. A route that is not in the table fails the test; so does one that answers
//! somebody it refused before. And the OpenAPI document describes the same routes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use axum::body::Body;
use axum::http::Method;
use jiff::civil::date;
use steward::ids::EmployeeId;
use steward::leave::request::NewLeave;
use steward::leave::rules::Part;
use steward::overtime::rules::{Compensation, Stage};
use steward::overtime::{Project, Wanted, project};
use steward::router::{Audience, Route, routes};
use steward::{leave, onboarding, overtime};

use crate::support::{Client, Person, TestApp};

/// Routes of the API that are no operations: the documentation itself.
const NOT_OPERATIONS: &[&str] =
    &["/api/v1/openapi.json", "/api/docs", "/api/docs/{*rest}", "/api/docs/", "/api/redoc", "/api/reference"];

fn all_routes() -> Vec<Route> {
    routes().finish().1
}

#[test]
fn the_openapi_document_and_the_router_name_the_same_operations() {
    let document = serde_json::to_value(steward::openapi::document()).unwrap();
    let mut described = BTreeSet::new();
    let open: Vec<String> = all_routes()
        .into_iter()
        .filter(|route| route.audience == Audience::Anyone)
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["get", "post", "put", "patch", "delete"] {
            if let Some(operation) = item.get(method) {
                let name = format!("{} {path}", method.to_uppercase());
                let guarded = operation.get("security").is_some();
                assert_eq!(guarded, !open.contains(&name), "{name}: who needs to be signed in");
                described.insert(name);
                for part in ["operationId", "responses"] {
                    assert!(operation.get(part).is_some(), "{method} {path} has no {part}");
                }
                let said = ["summary", "description"].iter().any(|part| operation.get(*part).is_some());
                assert!(said, "{method} {path} says nothing of itself");
            }
        }
    }
    let served: BTreeSet<String> = all_routes()
        .into_iter()
        .filter(|route| {
            route.path.starts_with("/api/") && !NOT_OPERATIONS.iter().any(|known| route.path.starts_with(known))
        })
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    let only_served: Vec<_> = served.difference(&described).collect();
    let only_described: Vec<_> = described.difference(&served).collect();
    assert!(
        only_served.is_empty() && only_described.is_empty(),
        "not described: {only_served:#?}\nnot served: {only_described:#?}"
    );
}

#[test]
fn no_path_names_an_organization() {
    for route in all_routes() {
        assert!(!route.path.contains("{org"), "{} takes an organization: the credential names it", route.path);
    }
}

/// One thing of a kind for the employee, and one for somebody else, where the kind has owners.
#[derive(Clone, Copy)]
struct Things {
    mine: i64,
    others: i64,
}

/// What stands behind `{id}` in paths that begin so.
fn things(app: &TestApp) -> BTreeMap<&'static str, Things> {
    let (employee, other) = (app.people.employee, app.people.other);
    app.act(app.people.hr, |tx, actor| {
        leave::seed_types(tx, actor)?;
        onboarding::seed_templates(tx, actor)?;
        let project = Project {
            id: steward::ids::ProjectId(0),
            code: "P".into(),
            name: "Project".into(),
            description: String::new(),
            active: true,
        };
        project::create(tx, actor, project)?;
        Ok(())
    })
    .unwrap();
    let leave_of = |who: Person| {
        app.act(who, move |tx, actor| {
            let kind = leave::types::preset(tx, "home_office")?.id;
            let input = NewLeave {
                leave_type_id: leave::types::preset(tx, "unpaid").map_or(kind, |unpaid| unpaid.id),
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
            };
            leave::request::submit(tx, actor, input)
        })
        .unwrap()
        .0
    };
    let overtime_of = |who: Person| {
        app.act(who, move |tx, actor| {
            let wanted = Wanted {
                employee_id: who.employee,
                project_id: project::list(tx, true)?[0].id,
                date: date(2026, 2, 28),
                start_time: jiff::civil::time(9, 0, 0, 0),
                end_time: jiff::civil::time(11, 0, 0, 0),
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
    };
    let overtime = Things { mine: overtime_of(employee), others: overtime_of(other) };
    let same = |id: i64| Things { mine: id, others: id };
    let person = |id: EmployeeId| id.0;
    BTreeMap::from([
        ("/leave/requests/", Things { mine: leave_of(employee), others: leave_of(other) }),
        ("/overtime/", overtime),
        ("/overtime-requests/", overtime),
        ("/employees/", Things { mine: person(employee.employee), others: person(other.employee) }),
        ("/people/", Things { mine: person(employee.employee), others: person(other.employee) }),
        ("/users/", Things { mine: employee.user.0, others: other.user.0 }),
        ("", same(1)),
    ])
}

/// Fills the places of a path; `None` where there is none to fill.
fn concrete(path: &str, id: i64) -> Option<String> {
    let mut filled = String::new();
    let mut rest = path;
    while let Some(open) = rest.find('{') {
        let close = rest[open..].find('}')? + open;
        filled.push_str(&rest[..open]);
        let name = rest[open + 1..close].trim_start_matches('*');
        filled.push_str(&if name.ends_with("id") || name == "task" { id.to_string() } else { "nothing".to_owned() });
        rest = &rest[close + 1..];
    }
    filled.push_str(rest);
    (filled != path).then_some(filled)
}

async fn status(client: &Client, route: &Route, path: &str) -> u16 {
    let unsafe_method = !route.method.is_safe();
    let (kind, body) = match (unsafe_method, path.starts_with("/api/")) {
        (false, _) => (None, Body::empty()),
        (true, true) => (Some("application/json"), Body::from("{}")),
        (true, false) => (Some("application/x-www-form-urlencoded"), Body::empty()),
    };
    client.clone().send(route.method.clone(), path, kind, body).await.status.as_u16()
}

#[tokio::test]
async fn every_route_answers_everybody_as_the_reviewed_table_says() {
    let mut table = String::new();
    let shared = TestApp::with(&[("rates.signed_in", "1000000"), ("rates.anonymous", "1000000")]);
    let shared_things = things(&shared);
    for route in all_routes() {
        // What changes something gets a company of its own, so that one row does not tell on the next.
        let own;
        let (app, known) = if route.method.is_safe() {
            (&shared, &shared_things)
        } else {
            let app = TestApp::with(&[("rates.signed_in", "1000000"), ("rates.anonymous", "1000000")]);
            let known = things(&app);
            own = (app, known);
            (&own.0, &own.1)
        };
        let prefix =
            known.keys().rev().find(|prefix| !prefix.is_empty() && route.path.contains(*prefix)).copied().unwrap_or("");
        let thing = &known[prefix];
        let _ = write!(table, "{:6} {}", route.method.as_str(), route.path);
        for (role, client) in [
            ("anonymous", app.anonymous()),
            ("hire", app.as_hire()),
            ("other", app.as_other()),
            ("employee", app.as_employee()),
            ("manager", app.as_manager()),
            ("hr", app.as_hr()),
            ("admin", app.as_admin()),
        ] {
            let _ = write!(table, " | {role}");
            match concrete(route.path, thing.mine) {
                None => {
                    let _ = write!(table, " {}", status(&client, &route, route.path).await);
                }
                Some(mine) => {
                    let others = concrete(route.path, thing.others).unwrap_or_default();
                    let missing = concrete(route.path, 999_999).unwrap_or_default();
                    for path in [mine, others, missing] {
                        let _ = write!(table, " {}", status(&client, &route, &path).await);
                    }
                }
            }
        }
        table.push('\n');
    }
    let legend = "Statuses for the employee's thing (a report's, for the manager), somebody else's, and a missing one; \
                  one status where the path names no thing. Bodies are empty: 422 means that the role came as far as the input.";
    insta::assert_snapshot!(format!("{legend}\n\n{table}"));
}

/// Another organization with the same ids sees nothing of this one, and its answers are those of a missing thing.
#[tokio::test]
async fn another_organization_s_things_are_missing() {
    let app = TestApp::new();
    let known = things(&app);
    let stranger = app.stranger();
    for (prefix, path) in [
        ("/leave/requests/", "/api/v1/leave/requests/"),
        ("/overtime/", "/api/v1/overtime-requests/"),
        ("/employees/", "/api/v1/employees/"),
    ] {
        let theirs =
            stranger.clone().send(Method::GET, &format!("{path}{}", known[prefix].mine), None, Body::empty()).await;
        let missing = stranger.clone().send(Method::GET, &format!("{path}999999"), None, Body::empty()).await;
        assert_eq!(theirs.status.as_u16(), 404, "{path}");
        let strip = |text: String| {
            let mut problem: serde_json::Value = serde_json::from_str(&text).unwrap();
            problem["request_id"] = serde_json::Value::Null;
            problem["instance"] = serde_json::Value::Null;
            problem
        };
        assert_eq!(strip(theirs.text()), strip(missing.text()), "{path}");
    }
}
