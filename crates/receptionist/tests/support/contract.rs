//! Every answer that a test's colleague gets is one that the API's description allows: its status, its type, and its body, with no
//! field that is not described.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jsonschema::Validator;
use receptionist::dashboard::openapi;
use reqwest::{Method, Response};
use serde_json::{Value, json};

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::to_value(openapi()).unwrap());

/// By method, path, status and type of the body.
static BODIES: LazyLock<BTreeMap<(String, String, String, String), Validator>> = LazyLock::new(|| {
    let mut components = DOCUMENT["components"].clone();
    let schemas = components["schemas"].as_object_mut().unwrap();
    // A schema that others are made of says nothing of what else there is.
    let parts: Vec<String> = DOCUMENT
        .to_string()
        .split("\"allOf\":[{\"$ref\":\"#/components/schemas/")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect();
    for (name, schema) in schemas.iter_mut() {
        close(schema, !parts.contains(name));
    }
    let mut all = BTreeMap::new();
    for (path, operations) in DOCUMENT["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                for (kind, content) in resolved(response)["content"].as_object().into_iter().flatten() {
                    let mut schema = content["schema"].clone();
                    schema["components"] = components.clone();
                    let key = (method.to_uppercase(), path.clone(), status.clone(), kind.clone());
                    all.insert(key, jsonschema::validator_for(&schema).unwrap());
                }
            }
        }
    }
    all
});

/// What a reference stands for.
fn resolved(response: &'static Value) -> &'static Value {
    response["$ref"].as_str().map_or(response, |to| DOCUMENT.pointer(&to[1..]).unwrap())
}

/// Nothing else may be there.
fn close(schema: &mut Value, itself: bool) {
    let Some(object) = schema.as_object_mut() else { return };
    for (name, inner) in object.iter_mut().filter(|(name, _)| *name != "allOf") {
        match inner {
            Value::Object(properties) if name == "properties" => {
                properties.values_mut().for_each(|one| close(one, true));
            }
            Value::Array(choices) => choices.iter_mut().for_each(|one| close(one, true)),
            inner => close(inner, true),
        }
    }
    if itself && (object.contains_key("properties") || object.contains_key("allOf")) {
        object.entry("unevaluatedProperties").or_insert(json!(false));
    }
}

/// The description of whatever answers there.
fn described(path: &str) -> String {
    let path = path.split('?').next().unwrap();
    let fits = |template: &&String| {
        let (theirs, ours) = (template.split('/'), path.split('/'));
        theirs.clone().count() == ours.clone().count()
            && theirs.zip(ours).all(|(theirs, ours)| theirs == "{id}" || theirs == ours)
    };
    DOCUMENT["paths"]
        .as_object()
        .unwrap()
        .keys()
        .find(fits)
        .cloned()
        .unwrap_or_else(|| panic!("{path} is not described"))
}

/// The same answer, looked at; a stream is not waited for.
pub(crate) async fn checked(method: &Method, path: &str, response: Response) -> Response {
    let (status, headers) = (response.status(), response.headers().clone());
    let kind = headers.get("content-type").map_or("", |kind| kind.to_str().unwrap());
    let kind = kind.split(';').next().unwrap().to_owned();
    let template = described(path);
    let place = format!("{method} {template}: {status}, {kind}");
    let answers = &DOCUMENT["paths"][&template][method.as_str().to_lowercase()]["responses"];
    let answer = answers.get(status.as_str()).unwrap_or_else(|| panic!("{place} is not described"));
    if kind == "text/event-stream" {
        return response;
    }
    let body = response.bytes().await.unwrap();
    let contents = resolved(answer)["content"].as_object();
    if body.is_empty() {
        assert!(contents.is_none(), "{place}: there is no body");
    } else if kind.ends_with("json") {
        let key = (method.to_string(), template, status.as_str().to_owned(), kind);
        let validator = BODIES.get(&key).unwrap_or_else(|| panic!("{place}: such a body is not described"));
        let value: Value = serde_json::from_slice(&body).unwrap();
        let wrong: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{place}: {wrong:#?}");
    } else {
        let fits = |described: &String| *described == kind || described == "application/octet-stream";
        assert!(
            contents.is_some_and(|contents| contents.keys().any(fits)),
            "{place}: such a body is not described"
        );
    }
    let mut same = axum::http::Response::new(body);
    (*same.status_mut(), *same.headers_mut()) = (status, headers);
    same.into()
}
