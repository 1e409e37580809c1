//! From an OpenAPI document to what the reference shows: operations by tag, and the shapes they speak of.

use std::collections::BTreeMap;

use serde_json::Value;

/// Operations that belong together.
#[derive(Clone, Debug, Default)]
pub(super) struct Section {
    /// The tag: "leave".
    pub name: String,
    pub description: String,
    pub operations: Vec<Operation>,
}

/// One method of one address.
#[derive(Clone, Debug, Default)]
pub(super) struct Operation {
    pub id: String,
    pub method: String,
    pub path: String,
    pub summary: String,
    pub description: String,
    pub parameters: Vec<Field>,
    pub bodies: Vec<Body>,
    pub responses: Vec<Answer>,
}

/// A parameter of an operation, or a field of a shape.
#[derive(Clone, Debug, Default)]
pub(super) struct Field {
    pub name: String,
    /// "in the path", "in the query"; empty for fields.
    pub place: &'static str,
    pub required: bool,
    pub shape: Shape,
    pub description: String,
    pub example: String,
}

/// What a value looks like, in words, and the schema it links to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shape {
    /// "list of ", or empty.
    pub before: &'static str,
    pub words: String,
    /// Name of a schema below, or empty.
    pub link: String,
}

/// What may be sent.
#[derive(Clone, Debug, Default)]
pub(super) struct Body {
    pub kind: String,
    pub shape: Shape,
    pub example: String,
}

/// One status of an operation.
#[derive(Clone, Debug, Default)]
pub(super) struct Answer {
    pub status: String,
    pub description: String,
    pub bodies: Vec<Body>,
}

/// A named shape.
#[derive(Clone, Debug, Default)]
pub(super) struct Schema {
    pub name: String,
    pub description: String,
    pub fields: Vec<Field>,
    /// The values of an enumeration.
    pub values: Vec<String>,
    /// What it may be otherwise: alternatives, or a plain type.
    pub shapes: Vec<Shape>,
}

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

pub(super) fn sections(document: &Value) -> Vec<Section> {
    let mut found: BTreeMap<String, Section> = BTreeMap::new();
    for (path, item) in members(&document["paths"]) {
        for method in METHODS {
            let Some(described) = item.get(method) else { continue };
            let tag = described["tags"][0].as_str().unwrap_or("other").to_owned();
            let section =
                found.entry(tag).or_insert_with_key(|name| Section { name: name.clone(), ..Section::default() });
            section.operations.push(operation(document, method, path, described));
        }
    }
    for tag in items(&document["tags"]) {
        if let Some(section) = found.get_mut(&text(&tag["name"])) {
            section.description = text(&tag["description"]);
        }
    }
    found.into_values().collect()
}

fn operation(document: &Value, method: &str, path: &str, described: &Value) -> Operation {
    let parameter = |parameter: &Value| Field {
        name: text(&parameter["name"]),
        place: if parameter["in"] == "path" { "in the path" } else { "in the query" },
        required: parameter["required"] == true,
        shape: shape(&parameter["schema"]),
        description: text(&parameter["description"]),
        example: example(&parameter["example"]),
    };
    let answers = members(&described["responses"]).map(|(status, answer)| {
        let answer = resolve(document, answer);
        Answer { status: status.clone(), description: text(&answer["description"]), bodies: bodies(&answer["content"]) }
    });
    Operation {
        id: text(&described["operationId"]),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&described["summary"]),
        description: text(&described["description"]),
        parameters: items(&described["parameters"]).map(parameter).collect(),
        bodies: bodies(&described["requestBody"]["content"]),
        responses: answers.collect(),
    }
}

fn bodies(content: &Value) -> Vec<Body> {
    let body = |(kind, media): (&String, &Value)| {
        let many = members(&media["examples"]).next().map(|(_, one)| &one["value"]);
        let shown = if media["example"].is_null() { many.unwrap_or(&Value::Null) } else { &media["example"] };
        Body { kind: kind.clone(), shape: shape(&media["schema"]), example: example(shown) }
    };
    members(content).map(body).collect()
}

pub(super) fn schemas(document: &Value) -> Vec<Schema> {
    let schema = |(name, described): (&String, &Value)| {
        let required: Vec<&str> = items(&described["required"]).filter_map(Value::as_str).collect();
        let fields = members(&described["properties"]).map(|(field, value)| Field {
            name: field.clone(),
            place: "",
            required: required.contains(&field.as_str()),
            shape: shape(value),
            description: text(&value["description"]),
            example: example(&value["example"]),
        });
        let fields: Vec<Field> = fields.collect();
        let values: Vec<String> = items(&described["enum"]).map(example).collect();
        let alternatives = ["oneOf", "anyOf", "allOf"].into_iter().flat_map(|word| items(&described[word])).map(shape);
        let mut shapes: Vec<Shape> = alternatives.collect();
        if fields.is_empty() && values.is_empty() && shapes.is_empty() {
            shapes.push(shape(described));
        }
        Schema { name: name.clone(), description: text(&described["description"]), fields, values, shapes }
    };
    let mut all: Vec<Schema> = members(&document["components"]["schemas"]).map(schema).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

/// A type in words: "integer", "list of Task", "date or nothing".
fn shape(schema: &Value) -> Shape {
    if let Some(name) = schema["$ref"].as_str().and_then(|at| at.rsplit('/').next()) {
        return Shape { before: "", words: name.to_owned(), link: name.to_owned() };
    }
    let alternatives: Vec<Shape> = ["oneOf", "anyOf", "allOf"]
        .into_iter()
        .flat_map(|word| items(&schema[word]))
        .filter(|one| one["type"] != "null")
        .map(shape)
        .collect();
    match alternatives.as_slice() {
        [] => {}
        [one] => return one.clone(),
        many => {
            let words =
                many.iter().map(|shape| format!("{}{}", shape.before, shape.words)).collect::<Vec<_>>().join(" or ");
            return Shape { before: "", words, link: String::new() };
        }
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().filter_map(Value::as_str).filter(|kind| *kind != "null").collect(),
        _ => Vec::new(),
    };
    if kinds.contains(&"array") {
        let item = shape(&schema["items"]);
        return Shape { before: "list of ", ..item };
    }
    let values: Vec<String> = items(&schema["enum"]).map(example).collect();
    let words = match (schema["format"].as_str(), values.is_empty()) {
        (_, false) => values.join(", "),
        (Some("date"), _) => "date".to_owned(),
        (Some("date-time"), _) => "instant".to_owned(),
        (Some("binary"), _) => "file".to_owned(),
        _ if kinds.is_empty() => "anything".to_owned(),
        _ => kinds.join(" or "),
    };
    Shape { before: "", words, link: String::new() }
}

/// Follows one reference within the document.
fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let at = value["$ref"].as_str().and_then(|at| at.strip_prefix('#'));
    at.and_then(|pointer| document.pointer(pointer)).unwrap_or(value)
}

/// An example as somebody would type it.
fn example(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Object(_) | Value::Array(_) => serde_json::to_string_pretty(value).unwrap_or_default(),
        other => other.to_string(),
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}
