//! The OpenAPI document is complete: each operation says what it is, for whom, what it takes, and what can go wrong.

use std::fmt::Write as _;

use serde_json::Value;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

fn document() -> Value {
    serde_json::to_value(steward::openapi::document()).unwrap()
}

/// `(METHOD path, operation)` of each.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    let mut found = Vec::new();
    for (path, item) in paths {
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                found.push((format!("{} {path}", method.to_uppercase()), operation));
            }
        }
    }
    found
}

#[test]
fn every_operation_says_what_it_is_for_whom_and_what_can_go_wrong() {
    let document = document();
    let mut lacking = String::new();
    let mut ids = std::collections::BTreeSet::new();
    for (name, operation) in operations(&document) {
        for part in ["operationId", "summary", "description"] {
            if operation[part].as_str().is_none_or(str::is_empty) {
                writeln!(lacking, "{name}: no {part}").unwrap();
            }
        }
        if !ids.insert(operation["operationId"].as_str().unwrap_or_default().to_owned()) {
            writeln!(lacking, "{name}: its operationId is another's too").unwrap();
        }
        let responses = operation["responses"].as_object().unwrap();
        // Whether the program is well is asked by machines that read the status only.
        if name.ends_with("/api/health") {
            continue;
        }
        let unsafe_one = !name.starts_with("GET");
        let guarded = operation.get("security").is_some_and(|all| all.as_array().is_some_and(|all| !all.is_empty()));
        let expected = [("401", guarded), ("422", true), ("429", true), ("503", true)];
        let wanted = expected.into_iter().filter(|(_, wanted)| *wanted).map(|(status, _)| status);
        for status in wanted.chain(unsafe_one.then_some("415")) {
            if !responses.contains_key(status) {
                writeln!(lacking, "{name}: no {status}").unwrap();
            }
        }
        for (status, response) in responses.iter().filter(|(status, _)| *status >= &"400".to_owned()) {
            let kinds: Vec<&String> =
                response["content"].as_object().into_iter().flatten().map(|(kind, _)| kind).collect();
            if kinds != ["application/problem+json"] {
                writeln!(lacking, "{name}: {status} is {kinds:?}").unwrap();
            }
        }
    }
    assert!(lacking.is_empty(), "{lacking}");
}

/// A line an operation: what changes here changes for whoever wrote a script.
#[test]
fn the_operations_are_those_that_were_reviewed() {
    let document = document();
    let mut lines = String::new();
    for (name, operation) in operations(&document) {
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let mut names: Vec<&str> = parameters.iter().map(|one| one["name"].as_str().unwrap()).collect();
        names.sort_unstable();
        let body = operation.pointer("/requestBody/content").and_then(Value::as_object);
        let schema = |content: &Value| {
            let text = content["schema"].to_string();
            text.rsplit("/schemas/").next().unwrap_or_default().trim_end_matches(['"', '}', ']']).to_owned()
        };
        let body: Vec<String> =
            body.into_iter().flatten().map(|(kind, content)| format!("{kind} {}", schema(content))).collect();
        let statuses: Vec<&String> = operation["responses"].as_object().unwrap().keys().collect();
        let statuses = statuses.iter().map(|status| status.as_str()).collect::<Vec<_>>().join(" ");
        let id = operation["operationId"].as_str().unwrap_or_default();
        writeln!(lines, "{name} {id} ({}) [{}] {statuses}", names.join(", "), body.join(", ")).unwrap();
    }
    insta::assert_snapshot!(lines);
}
