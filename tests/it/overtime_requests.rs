//! Overtime from the form and the API to the decision: what is counted, what is refused, who sees it.

use axum::http::Method;
use serde_json::{Value, json};
use steward::ids::{EmployeeId, OvertimeId, ProjectId};
use steward::leave::ledger;
use steward::leave::types::{self, presets};
use steward::overtime::project::{self, Project};
use steward::people::{self, schedule};
use steward::time::Schedule;

use crate::support::{Person, TestApp};

const PATH: &str = "/api/v1/overtime-requests";

/// The company with one project to book on, and Mira's working hours.
pub(crate) fn company() -> (TestApp, ProjectId) {
    let app = TestApp::new();
    let id = project(&app, "HALO", "HALO-2 rollout");
    (app, id)
}

pub(crate) fn project(app: &TestApp, code: &str, name: &str) -> ProjectId {
    let (code, name) = (code.to_owned(), name.to_owned());
    app.act(app.people.hr, move |tx, actor| {
        project::create(tx, actor, Project { id: ProjectId(0), code, name, description: String::new(), active: true })
    })
    .unwrap()
}
