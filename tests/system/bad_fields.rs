//! Every field of every write, as the published document describes it, is given a value of each
//! wrong kind: the answer is a problem with a code and a cure, never a failure of the server, and
//! nothing is written.
//!
//! The fields are read from `/openapi.json`, so a new route or field is tested by being there.

use serde_json::{Value, json};
use shouxin_server::demo::sample::{code, digest};
use shouxin_tests::{Client, Server, config, key};

const MARKET: &str = "11350426XY0001023Q";
const GUILD: &str = "51350426XY0005016R";
/// Deepest nesting that is followed; the document has three levels.
const DEPTH_MAX: usize = 6;

/// The document, with its references resolved on the way.
struct Document(Value);

impl Document {
    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let mut schema = schema;
        for _ in 0..DEPTH_MAX {
            let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next())
            else {
                return schema;
            };
            schema = &self.0["components"]["schemas"][name];
        }
        panic!("references that go in a circle: {schema}");
    }

    /// The variant that states something, where a schema offers several.
    fn stated<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let schema = self.resolved(schema);
        let offered = ["oneOf", "anyOf"].iter().find_map(|word| schema[*word].as_array());
        let chosen = offered.and_then(|all| all.iter().find(|own| own["type"] != "null"));
        chosen.map_or(schema, |chosen| self.resolved(chosen))
    }

    /// A body that has every field, each of the right kind.
    fn example(&self, schema: &Value, name: &str, depth: usize) -> Value {
        let schema = self.stated(schema);
        if depth == 0 {
            return Value::Null;
        }
        if let Some(first) = schema["enum"].as_array().and_then(|all| all.first()) {
            return first.clone();
        }
        match kind(schema) {
            "object" => {
                let fields = schema["properties"].as_object().cloned().unwrap_or_default();
                let filled = fields
                    .iter()
                    .map(|(name, own)| (name.clone(), self.example(own, name, depth - 1)));
                Value::Object(filled.collect())
            }
            "array" => json!([self.example(&schema["items"], name, depth - 1)]),
            "integer" | "number" => json!(1),
            "boolean" => json!(true),
            _ => text(name),
        }
    }

    /// The same body with one field, at any depth, of a kind that it does not take.
    fn spoiled(
        &self,
        schema: &Value,
        body: &Value,
        at: &str,
        depth: usize,
    ) -> Vec<(String, Value)> {
        let schema = self.stated(schema);
        if depth == 0 {
            return Vec::new();
        }
        let kind = kind(schema);
        let wrong = [
            ("string", json!("text")),
            ("integer", json!(7)),
            ("integer", json!(-1.5e300)),
            ("array", json!([[[]]])),
            ("object", json!({"no such field": {"deep": [1]}})),
            ("boolean", json!(false)),
        ];
        // A field without a kind takes anything by design (a record's content, a plugin's question).
        let mut all: Vec<(String, Value)> = wrong
            .into_iter()
            .filter(|(own, value)| !kind.is_empty() && (*own != kind || value.is_f64()))
            .map(|(_, value)| (format!("{at} = {value}"), value))
            .collect();
        if schema["format"] == "date" {
            let days = ["2026-02-30", "2026-13-01", "20260105", "yesterday", ""];
            all.extend(days.map(|day| (format!("{at} = {day:?}"), json!(day))));
        }
        match body {
            Value::Object(fields) => {
                for (name, own) in fields {
                    let below = &schema["properties"][name];
                    for (at, value) in self.spoiled(below, own, &format!("{at}.{name}"), depth - 1)
                    {
                        let mut body = body.clone();
                        body[name] = value;
                        all.push((at, body));
                    }
                }
            }
            Value::Array(items) => {
                for item in items {
                    let below = &schema["items"];
                    for (at, value) in self.spoiled(below, item, &format!("{at}[0]"), depth - 1) {
                        all.push((at, json!([value])));
                    }
                }
            }
            _ => {}
        }
        all
    }
}

fn kind(schema: &Value) -> &str {
    match &schema["type"] {
        Value::Array(all) => {
            all.iter().filter_map(Value::as_str).find(|own| *own != "null").unwrap_or_default()
        }
        own => own.as_str().unwrap_or_default(),
    }
}

/// A text of the shape that a field of this name takes.
fn text(name: &str) -> Value {
    let day =
        ["on", "end", "until"].contains(&name) || name.ends_with("_on") || name.ends_with("date");
    if day {
        json!("2026-01-05")
    } else if name.ends_with("sha256") {
        json!(digest(name))
    } else if ["code", "subject", "about"].contains(&name) {
        json!(code("91", 1))
    } else {
        json!("文")
    }
}

fn position(client: &Client) -> Value {
    client.get("/readyz").expect("readiness").body["before"].clone()
}

#[test]
fn a_field_of_the_wrong_kind_is_named_whatever_the_route() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let server = Server::start(&config(folder.path(), ""), &data);
    let officer =
        Client::new(&server.base, Some(&key(&data, "credit_office", Some((MARKET, "SC-03")))));
    let guild = Client::new(&server.base, Some(&key(&data, "association", Some((GUILD, "XH-01")))));
    let document = Document(officer.get("/openapi.json").expect("the document").body);
    let before = position(&officer);
    let (mut tried, mut wrong) = (0, Vec::new());
    for (path, methods) in document.0["paths"].as_object().expect("paths") {
        let post = &methods["post"];
        if post.get("x-label").is_none() {
            continue;
        }
        let schema = &post["requestBody"]["content"]["application/json"]["schema"];
        let body = document.example(schema, "", DEPTH_MAX);
        let filled = path.replace("{id}", "L-1").replace("{key}", &code("91", 1));
        let filled = filled.replace("{code}", "market");
        let associations = post["x-roles"] == json!(["association"]);
        let sender = if associations { &guild } else { &officer };
        for (at, body) in document.spoiled(schema, &body, "body", DEPTH_MAX) {
            tried += 1;
            let answer = sender.post(&filled, &format!("bad-field-{tried:06}"), &body);
            let Some(answer) = answer else {
                wrong.push(format!("{path} {at}: no answer"));
                continue;
            };
            let told =
                |field: &str| answer.body[field].as_str().is_some_and(|text| !text.is_empty());
            let problem = (400..500).contains(&answer.status)
                && answer.kind == "application/problem+json"
                && told("code")
                && told("detail")
                && told("cure");
            if !problem {
                wrong.push(format!("{path} {at}: {answer:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(tried > 500, "only {tried} fields were tried");
    assert_eq!(position(&officer), before, "something was written");
    assert_eq!(server.terminate(), Some(0), "the server was harmed");
}
