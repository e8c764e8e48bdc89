//! The OpenAPI document, made from the list of routes and the bodies' own types.

mod words;

use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::path::Parameter;

use crate::documents::Kind;
use crate::http::problem::Code;
use crate::http::write::Write;

/// Any JSON object.
#[derive(ToSchema)]
#[schema(value_type = Object)]
pub struct Anything(#[allow(dead_code, reason = "only its schema is used")] pub Value);

/// The document in the making.
#[derive(Default)]
pub struct Document {
    paths: Map<String, Value>,
    schemas: Map<String, Value>,
    /// The words of closed fields.
    words: words::Words,
}

impl Document {
    /// A write.
    pub fn write<T: Write>(&mut self, path: &str, title: &str) {
        // Two nouns may both have a `Withdraw`: the label is what only one write has.
        let body = self.schema_as::<T>(T::LABEL.to_owned());
        self.words.extend(words::of::<T>(T::LABEL, &self.schemas));
        let roles: Vec<Value> = T::ROLES.iter().map(|role| json!(role)).collect();
        let mut operation = operation(path, title, Some(body));
        operation["x-roles"] = json!(roles);
        operation["x-label"] = json!(T::LABEL);
        operation["security"] = json!([{"key": []}]);
        if let Some(parameters) = operation["parameters"].as_array_mut() {
            parameters.push(json!({
                "name": "Idempotency-Key", "in": "header", "required": true,
                "schema": {"type": "string", "minLength": 8, "maxLength": 128},
            }));
            parameters.push(json!({
                "name": "If-Match", "in": "header", "required": false,
                "schema": {"type": "string"},
            }));
        }
        self.add(path, "post", operation);
    }

    /// A read without a body.
    pub fn read(&mut self, path: &str, title: &str, query: Vec<Parameter>) {
        self.add(path, "get", read(operation(path, title, None), path, query));
    }

    /// A read with a body.
    pub fn ask<T: ToSchema>(&mut self, path: &str, title: &str, query: Vec<Parameter>) {
        let body = self.schema::<T>();
        self.add(path, "post", read(operation(path, title, Some(body)), path, query));
    }

    /// A document in the body, of any of the types that are taken.
    pub fn upload(&mut self, path: &str, title: &str, query: Vec<Parameter>) {
        let mut operation = operation(path, title, None);
        let binary = json!({"schema": {"type": "string", "format": "binary"}});
        let content: Map<String, Value> =
            Kind::ALL.iter().map(|kind| (kind.media_type().to_owned(), binary.clone())).collect();
        operation["requestBody"] = json!({"required": true, "content": content});
        operation["security"] = json!([{"key": []}]);
        operation["parameters"] = json!(query);
        self.add(path, "post", operation);
    }

    fn add(&mut self, path: &str, method: &str, operation: Value) {
        let entry = self.paths.entry(path.to_owned()).or_insert_with(|| json!({}));
        entry[method] = operation;
    }

    fn schema<T: ToSchema>(&mut self) -> Value {
        self.schema_as::<T>(T::name().into_owned())
    }

    fn schema_as<T: ToSchema>(&mut self, own: String) -> Value {
        let reference = json!({"$ref": format!("#/components/schemas/{own}")});
        let mut parts = Vec::new();
        T::schemas(&mut parts);
        parts.push((own, T::schema()));
        for (name, schema) in parts {
            if let Ok(value) = serde_json::to_value(schema) {
                let before = self.schemas.insert(name.clone(), value);
                let same = before.is_none_or(|before| before == self.schemas[&name]);
                debug_assert!(same, "two bodies are called {name}");
            }
        }
        reference
    }

    /// The whole document.
    pub fn text(&self) -> String {
        let codes: Vec<Value> = Code::ALL
            .iter()
            .map(|code| {
                let (status, code, zh, en) = code.row();
                json!({"code": code, "status": status, "title": format!("{zh} / {en}")})
            })
            .chain(shouxin_core::guard::Guard::ALL.iter().map(|guard| {
                let title = format!("{} / {}", guard.title_zh(), guard.title_en());
                json!({"code": guard.name(), "status": 409, "title": title})
            }))
            .collect();
        let mut schemas = self.schemas.clone();
        words::state(&self.words, &mut schemas);
        schemas.insert("Problem".to_owned(), problem());
        let document = json!({
            "openapi": "3.1.0",
            "info": {
                "title": "守信 / Shouxin",
                "version": env!("CARGO_PKG_VERSION"),
                "description": "县级公共信用登记 / a county's public-credit register",
            },
            "paths": self.paths,
            "components": {
                "schemas": schemas,
                "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            },
            "x-problem-codes": codes,
        });
        serde_json::to_string_pretty(&document).unwrap_or_default()
    }
}

fn problem() -> Value {
    let text = json!({"type": "string"});
    json!({
        "type": "object",
        "required": ["type", "title", "status", "code", "detail", "cure"],
        "properties": {
            "type": text, "title": text, "status": {"type": "integer"}, "code": text,
            "detail": text, "cure": text, "field": text,
        },
    })
}

/// Reads of what is public alone: nobody who asks says what for.
const OPEN: &[&str] = &[
    "/v1/calendar",
    "/v1/catalogue",
    "/v1/catalogue/schema",
    "/v1/codes/new",
    "/v1/departments",
    "/v1/departments/{code}/documents",
    "/v1/departments/{code}/officers",
    "/v1/gov-integrity",
    "/v1/instruments",
    "/v1/lists/{colour}",
    "/v1/publicity/{kind}",
    "/v1/resolve",
    "/v1/rules",
    "/v1/search",
    "/v1/standards",
    "/v1/whistle/{receipt}",
];

/// A read: what may stand behind the `?`, a key that may be left out for what is public, and the purpose
/// for what is not.
fn read(mut operation: Value, path: &str, query: Vec<Parameter>) -> Value {
    // What is asked with a body about a report of wrongdoing is a step of its machine.
    let step = path.starts_with("/v1/whistle") && operation["requestBody"].is_object();
    if let Some(parameters) = operation["parameters"].as_array_mut() {
        parameters.extend(query.into_iter().map(|own| json!(own)));
        if path.starts_with("/v1/") && !OPEN.contains(&path) && !step {
            parameters.push(json!({
                "name": "Purpose", "in": "header", "required": false,
                "description": "查询非公开信息须注明用途代码和依据，例如 permit-review law:35 / what is \
                                not public needs a purpose and its basis",
                "schema": {"type": "string", "minLength": 4, "maxLength": 256},
            }));
        }
    }
    if path.starts_with("/v1/") {
        operation["security"] = json!([{}, {"key": []}]);
    }
    operation
}

fn operation(path: &str, title: &str, body: Option<Value>) -> Value {
    let parameters: Vec<Value> = path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}})
        })
        .collect();
    let problem = json!({
        "description": "问题 / a problem",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    });
    let mut operation = json!({
        "summary": title,
        "parameters": parameters,
        "responses": {
            "default": problem,
            "200": {"description": "成功 / done", "content": {"application/json": {}}},
        },
    });
    if let Some(body) = body {
        operation["requestBody"] =
            json!({"required": true, "content": {"application/json": {"schema": body}}});
    }
    operation
}
