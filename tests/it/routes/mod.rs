//! Who may reach what: every route, asked by everybody, about their own, a report's, somebody else's and a missing
//! thing, compared with a reviewed table. A route that is not in the table fails the test; so does one that answers
//! somebody it refused before. And the OpenAPI document describes the same routes.

mod company;
mod twins;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use axum::body::Body;
use serde_json::Value;
use steward::router::{Audience, Route, routes};

use crate::support::{Client, TestApp};
use company::{Company, Things, company};

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

/// What stands behind `{id}`, by what the path contains; the first that fits.
const IDS: &[(&str, &str)] = &[
    ("/profile-changes/", "profile_change"),
    ("/mail/queue/", "mail"),
    ("/mail-queue/", "mail"),
    ("/trips/", "trip"),
    ("/business-trips/", "trip"),
    ("/feeds/", "feed"),
    ("/approvals/chains/", "chain"),
    ("/approval-chains/", "chain"),
    ("/leave/requests/", "leave"),
    ("/schedule-templates/", "schedule_template"),
    ("/schedule-overlays/", "overlay"),
    ("/schedules/templates/", "schedule_template"),
    ("/schedules/overlays/", "overlay"),
    ("/leave/blackouts/", "blackout"),
    ("/leave/shutdowns/", "shutdown"),
    ("/leave/coverage-rules/", "coverage_rule"),
    ("/leave/coverage/", "coverage_rule"),
    ("/leave/holidays/", "holiday"),
    ("/leave/types/", "leave_type"),
    ("/leave/policies/", "policy"),
    ("/overtime/projects/", "project"),
    ("/overtime/reports/", "report"),
    ("/overtime-reports/", "report"),
    ("/overtime-requests/", "overtime"),
    ("/overtime/", "overtime"),
    ("/projects/", "project"),
    ("/approvals/", "approval"),
    ("/inbox/", "approval"),
    ("/notices/", "notice"),
    ("/notifications/", "notice"),
    ("/sessions/", "session"),
    ("/tokens/", "token"),
    ("/entities/", "entity"),
    ("/locations/", "location"),
    ("/departments/", "department"),
    ("/groups/", "group"),
    ("/organization/{kind}/", "department"),
    ("/holidays/", "holiday"),
    ("/schedules/", "week"),
    ("/people/fields/", "field"),
    ("/employee-fields/", "field"),
    ("/people/", "employee"),
    ("/employees/", "employee"),
    ("/users/", "user"),
    ("/onboarding/", "run"),
    ("/onboardings/", "run"),
    ("/templates/", "template"),
    ("/tasks/", "task"),
];

/// Places by their name, where it is not `id`.
const NAMED: &[(&str, &str)] = &[
    ("week_id", "week"),
    ("task", "template_task"),
    ("employee_id", "manager"),
    ("draft", "draft"),
    ("job", "job"),
    ("run", "job_run"),
    ("effective_on", "planned"),
    ("document_id", "document"),
];

/// What a route cannot do without.
const QUERIES: &[(&str, &str)] = &[
    ("/api/v1/leave/calendar", "?from=2026-03-01&to=2026-03-31"),
    ("/api/v1/approval-chains/would-ask", "?employee_id=1&kind=leave"),
];

/// Places that choose between pages.
const ACTS: &[(&str, &[&str])] = &[
    ("/leave/requests/{id}/{act}", &["approve", "reject", "question", "cancel", "revoke", "return"]),
    ("/trips/{id}/{act}", &["approve", "reject", "question", "cancel"]),
    ("/overtime/{id}/{act}", &["approve", "reject", "question", "cancel"]),
    ("/people/organization/{kind}/{id}/", &["departments"]),
    ("/leave/policies/presets/{name}", &["service-years"]),
    ("/api/v1/leave/policies/presets/{name}", &["service-years"]),
    ("/leave/import/{what}", &["balances", "requests"]),
    ("/admin/set-up/{step}", &["company", "place", "holidays", "leave", "mail", "people"]),
    ("/api/v1/set-up/{step}", &["place"]),
];

/// The routes, with the places that choose between pages filled in.
fn walked() -> Vec<Route> {
    let mut rows = Vec::new();
    for route in all_routes() {
        let acts = ACTS.iter().find(|(path, _)| route.path.starts_with(path));
        match acts {
            None => rows.push(route),
            Some((_, acts)) => rows.extend(acts.iter().map(|act| {
                let path = route.path.replace("{act}", act).replace("{kind}", act).replace("{step}", act);
                let path = path.replace("{name}", act).replace("{what}", act);
                Route { path: path.leak(), ..route.clone() }
            })),
        }
    }
    rows
}

/// Whose thing a path names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    Mine,
    Others,
    Missing,
}

/// Fills the places of a path; `None` where there is none to fill.
fn filled(path: &str, company: &Company, whose: Whose) -> Option<String> {
    let pick = |things: &Things| match whose {
        Whose::Mine => things.mine.clone(),
        Whose::Others => things.others.clone(),
        Whose::Missing => "999999".to_owned(),
    };
    let mut filled = String::new();
    let mut rest = path;
    while let Some(open) = rest.find('{') {
        let close = rest[open..].find('}')? + open;
        filled.push_str(&rest[..open]);
        let name = &rest[open + 1..close];
        let thing = match name {
            "id" => IDS.iter().find(|(part, _)| path.contains(part)).map(|(_, thing)| thing),
            _ => NAMED.iter().find(|(place, _)| *place == name).map(|(_, thing)| thing),
        };
        filled.push_str(&thing.map_or("nothing".to_owned(), |thing| pick(&company.things[*thing])));
        rest = &rest[close + 1..];
    }
    filled.push_str(rest);
    (filled != path).then_some(filled)
}

/// Bodies that are good, by route: `bodies.json`. `"{project}"` in them stands for that thing's id.
fn bodies() -> BTreeMap<String, Value> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/routes/bodies.json");
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

/// A body with its things put in.
fn put_in(value: &Value, company: &Company) -> Value {
    match value {
        Value::String(text) => match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
            Some(thing) => {
                let id = &company.things[thing].mine;
                id.parse::<i64>().map_or_else(|_| id.clone().into(), Value::from)
            }
            None => value.clone(),
        },
        Value::Array(items) => items.iter().map(|item| put_in(item, company)).collect(),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), put_in(value, company))).collect(),
        other => other.clone(),
    }
}

/// A form of a JSON object; a list is a field that comes several times.
fn form(value: &Value) -> String {
    let mut pairs = Vec::new();
    for (name, value) in value.as_object().into_iter().flatten() {
        for value in value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice) {
            pairs.push((name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
        }
    }
    serde_html_form::to_string(pairs).unwrap()
}

const MULTIPART: &str = "multipart/form-data; boundary=b";

fn body(route: &Route, company: &Company, bodies: &BTreeMap<String, Value>) -> (Option<&'static str>, String) {
    if route.method.is_safe() {
        return (None, String::new());
    }
    let good = bodies.get(&format!("{} {}", route.method, route.path)).map(|body| put_in(body, company));
    match good {
        Some(Value::String(csv)) => (
            Some(MULTIPART),
            format!(
                "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n{csv}\r\n--b--\r\n"
            ),
        ),
        Some(body) if route.path.starts_with("/api/") => (Some("application/json"), body.to_string()),
        Some(body) => (Some("application/x-www-form-urlencoded"), form(&body)),
        None if route.path.starts_with("/api/") => (Some("application/json"), "{}".to_owned()),
        None => (Some("application/x-www-form-urlencoded"), String::new()),
    }
}

/// A role by name, and a browser of whom it is.
type Role<'a> = (&'a str, fn(&TestApp) -> Client);

/// One row of the table; and the answers to somebody of another organization must be those about a missing thing.
async fn row(route: &Route, company: &Company, app: &mut TestApp, bodies: &BTreeMap<String, Value>) -> String {
    let (kind, body) = body(route, company, bodies);
    let mut row = format!("{:6} {}", route.method.as_str(), route.path);
    let whose = match filled(route.path, company, Whose::Mine) {
        Some(_) => [Whose::Mine, Whose::Others, Whose::Missing].as_slice(),
        None => &[Whose::Mine],
    };
    let roles: [Role<'_>; 7] = [
        ("anonymous", TestApp::anonymous),
        ("hire", TestApp::as_hire),
        ("other", TestApp::as_other),
        ("employee", TestApp::as_employee),
        ("manager", TestApp::as_manager),
        ("hr", TestApp::as_hr),
        ("admin", TestApp::as_admin),
    ];
    for (role, client) in roles {
        let _ = write!(row, " | {role}");
        for whose in whose {
            let mut path = filled(route.path, company, *whose).unwrap_or_else(|| route.path.to_owned());
            path.extend(QUERIES.iter().filter(|(known, _)| *known == route.path).map(|(_, query)| *query));
            let answer = client(app).send(route.method.clone(), &path, kind, Body::from(body.clone())).await;
            let status = answer.status.as_u16();
            let _ = write!(row, " {status}");
            if !is_for(route.audience, role) {
                let refused: &[u16] = if role == "anonymous" { &[401, 303] } else { &[403] };
                assert!(refused.contains(&status), "{row}: the router says that this is for {:?}", route.audience);
            }
            // What changed something, or goes by the minute, gets a fresh company: one answer does not tell on the next.
            let counts = ["/data-export", "/export", "/file"].iter().any(|end| route.path.ends_with(end));
            if counts || (!route.method.is_safe() && status < 400 && role != "anonymous") {
                *app = company.open();
            }
        }
    }
    if let Some(mine) = filled(route.path, company, Whose::Mine) {
        let missing = filled(route.path, company, Whose::Missing).unwrap();
        let mut said = Vec::new();
        for path in [&mine, &missing] {
            let mut stranger = company.stranger(app);
            let answer = stranger.send(route.method.clone(), path, kind, Body::from(body.clone())).await;
            said.push((answer.status, without_ids(&answer.text(), path)));
        }
        assert_eq!(said[0], said[1], "{} {}: another organization’s thing is missing", route.method, route.path);
    }
    row
}

/// Whether somebody of this role is among those whom the router names.
fn is_for(audience: Audience, role: &str) -> bool {
    match audience {
        Audience::Anyone => true,
        Audience::Hire => role != "anonymous",
        Audience::Staff => role != "anonymous" && role != "hire",
        Audience::Manager => role == "manager" || role == "hr",
        Audience::Hr => role == "hr",
        Audience::HrOrAdmin => role == "hr" || role == "admin",
        Audience::Admin => role == "admin",
    }
}

/// The text of an answer without what differs from one request to the next.
fn without_ids(text: &str, path: &str) -> String {
    let Ok(mut problem) = serde_json::from_str::<Value>(text) else {
        // A page: the id of the request stands in it, and the path in links back.
        return text.lines().filter(|line| !line.contains("request")).map(|line| line.replace(path, "")).collect();
    };
    if let Some(fields) = problem.as_object_mut() {
        fields.retain(|name, _| name != "request_id" && name != "instance");
    }
    problem.to_string()
}

#[tokio::test]
async fn every_route_answers_everybody_as_the_reviewed_table_says() {
    let (company, bodies, rows) = (company().await, bodies(), walked());
    for route in bodies.keys() {
        let known = rows.iter().any(|row| format!("{} {}", row.method, row.path) == *route);
        assert!(known, "bodies.json has {route}, which is no route");
    }
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let mut table: Vec<(usize, String)> = std::thread::scope(|scope| {
        let walk = |first: usize| {
            let (rows, bodies) = (&rows, &bodies);
            scope.spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async {
                    let mut app = company.open();
                    let mut done = Vec::new();
                    for (at, route) in rows.iter().enumerate().skip(first).step_by(threads) {
                        done.push((at, row(route, company, &mut app, bodies).await));
                    }
                    done
                })
            })
        };
        let walks: Vec<_> = (0..threads).map(walk).collect();
        walks.into_iter().flat_map(|walk| walk.join().unwrap()).collect()
    });
    table.sort();
    let legend = "Statuses for the employee's thing (a report's, for the manager), somebody else's, and a missing one; \
                  one status where the path names no thing. Bodies are good ones (bodies.json), but for links and secrets.";
    let table: Vec<String> = table.into_iter().map(|(_, row)| row).collect();
    insta::assert_snapshot!(format!("{legend}\n\n{}\n", table.join("\n")));
}
