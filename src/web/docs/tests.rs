use serde_json::json;

use super::reference::{Shape, schemas, sections};
use super::{CSP, FILES, swagger_file};
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, header};
use http_body_util::BodyExt as _;

fn document() -> serde_json::Value {
    json!({
        "tags": [{ "name": "leave", "description": "Requests for leave" }],
        "paths": { "/api/v1/leave/requests/{id}": {
            "get": {
                "tags": ["leave"], "operationId": "get_leave_request", "summary": "One request",
                "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "integer" } }],
                "responses": {
                    "200": { "description": "It", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Request" } } } },
                    "404": { "$ref": "#/components/responses/Missing" },
                },
            },
            "post": { "operationId": "untagged", "responses": {} },
        } },
        "components": {
            "responses": { "Missing": { "description": "None there" } },
            "schemas": {
                "Request": { "required": ["id"], "properties": {
                    "id": { "type": "integer" },
                    "until": { "type": ["string", "null"], "format": "date" },
                    "tasks": { "type": "array", "items": { "$ref": "#/components/schemas/State" } },
                    "state": { "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/State" }] },
                } },
                "State": { "type": "string", "enum": ["pending", "approved"] },
            },
        },
    })
}

#[test]
fn operations_are_gathered_by_tag() {
    let sections = sections(&document());
    assert_eq!(sections.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["leave", "other"]);
    let get = &sections[0].operations[0];
    assert_eq!((get.method.as_str(), get.id.as_str()), ("GET", "get_leave_request"));
    assert_eq!((get.parameters[0].place, get.parameters[0].required), ("in the path", true));
    assert_eq!(get.responses[0].bodies[0].shape.link, "Request");
    assert_eq!(get.responses[1].description, "None there", "a reference is followed");
    assert_eq!(sections[0].description, "Requests for leave");
}

#[test]
fn shapes_are_said_in_words() {
    let all = schemas(&document());
    let fields = &all[0].fields;
    let shape = |name: &str| fields.iter().find(|f| f.name == name).unwrap().shape.clone();
    let said = |words: &str| Shape { before: "", words: words.into(), link: String::new() };
    assert_eq!(shape("id"), said("integer"));
    assert_eq!(shape("until"), said("date"));
    assert_eq!(shape("tasks"), Shape { before: "list of ", words: "State".into(), link: "State".into() });
    assert_eq!(shape("state").link, "State", "or nothing");
    assert!(fields.iter().find(|f| f.name == "id").unwrap().required);
    assert_eq!(all[1].values, ["pending", "approved"]);
}

#[tokio::test]
async fn swagger_has_its_files_and_no_others() {
    let ask = async |name: &str, takes: &'static str| {
        let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(takes))]);
        let answer = swagger_file(Path(name.to_owned()), headers).await?;
        let encoding = answer.headers().get(header::CONTENT_ENCODING).cloned();
        crate::error::Result::<_>::Ok((encoding, answer.into_body().collect().await.unwrap().to_bytes()))
    };
    for name in FILES {
        let (encoding, packed) = ask(name, "gzip, br").await.unwrap();
        assert_eq!(encoding.unwrap(), "gzip", "{name}");
        assert_eq!(packed[..2], [0x1f, 0x8b], "{name} is packed");
        let (encoding, plain) = ask(name, "identity").await.unwrap();
        assert!(encoding.is_none() && plain.len() > 2 * packed.len(), "{name}");
    }
    assert!(ask("index.html", "gzip").await.is_err());
    assert!(!CSP.contains("unsafe"), "its page needs nothing inline");
}
