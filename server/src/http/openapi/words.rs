//! The words that a closed field takes, asked of the body's own type: what it says that it expects
//! instead of a word that nobody uses. So the document cannot differ from what is taken.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// A word of no field.
const NOBODYS: &str = "?";
const COMPONENTS: &str = "#/components/schemas/";

/// Words by the name of a body and of a field of it.
pub(super) type Words = BTreeMap<(String, String), Vec<String>>;

fn fields<'a>(schemas: &'a Map<String, Value>, body: &str) -> Vec<(&'a String, &'a Value)> {
    let properties = schemas.get(body).and_then(|own| own["properties"].as_object());
    properties.into_iter().flatten().collect()
}

/// The body that a field holds, or a list of which it holds.
fn within(field: &Value) -> Option<&str> {
    let choices = field["oneOf"].as_array().into_iter().flatten();
    let named = [field, &field["items"]].into_iter().chain(choices);
    named.filter_map(|own| own["$ref"].as_str()?.strip_prefix(COMPONENTS)).next()
}

/// What a type says of a body with this field, if it says which words it expects.
fn asked<T: DeserializeOwned>(name: &str, value: &Value) -> Option<Vec<String>> {
    let body = Map::from_iter([(name.to_owned(), value.clone())]);
    let told = serde_json::from_value::<T>(body.into()).err()?.to_string();
    let told = told.strip_prefix(&format!("unknown variant `{NOBODYS}`, expected"))?;
    Some(told.split('`').skip(1).step_by(2).map(str::to_owned).collect())
}

/// The words of each closed field of a body, and of the bodies within it.
pub(super) fn of<T: DeserializeOwned>(body: &str, schemas: &Map<String, Value>) -> Words {
    let alone_or_listed = |value: Value| [json!([value]), value];
    let mut words = Words::new();
    for (name, field) in fields(schemas, body) {
        let Some(inner) = within(field) else {
            for value in alone_or_listed(json!(NOBODYS)) {
                if let Some(found) = asked::<T>(name, &value) {
                    words.insert((body.to_owned(), name.clone()), found);
                }
            }
            continue;
        };
        for (own, _) in fields(schemas, inner) {
            let value = Map::from_iter([(own.clone(), json!(NOBODYS))]);
            for value in alone_or_listed(value.into()) {
                if let Some(found) = asked::<T>(name, &value) {
                    words.insert((inner.to_owned(), own.clone()), found);
                }
            }
        }
    }
    words
}

/// Writes the words into the schemas of their fields.
pub(super) fn state(words: &Words, schemas: &mut Map<String, Value>) {
    for ((body, name), words) in words {
        let Some(schema) = schemas.get_mut(body) else { continue };
        let field = &mut schema["properties"][name];
        let place = if field["type"] == "array" { &mut field["items"] } else { field };
        let mut all: Vec<Value> = words.iter().map(|own| json!(own)).collect();
        if place["type"].is_array() {
            all.push(Value::Null);
        }
        place["enum"] = json!(all);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_field_lists_its_words_and_another_none() {
        let mut document = crate::http::openapi::Document::default();
        document.write::<crate::http::remedies::FileObjection>("/v1/objections", "异议 / object");
        document.write::<crate::http::cases::ProposeListing>("/v1/listings", "拟列入 / propose");
        let text: Value = serde_json::from_str(&document.text()).expect("JSON");
        let field = |body: &str, name: &str| {
            text["components"]["schemas"][body]["properties"][name].clone()
        };
        let trigger = &field("objections.file", "trigger")["enum"];
        assert_eq!(trigger, &json!(["ex_officio", "subject", "complaint"]));
        let grounds = &field("objections.file", "grounds")["items"]["enum"];
        assert!(grounds.as_array().is_some_and(|own| own.contains(&json!("wrong_identity"))));
        let kind = &field("FactBody", "kind")["enum"];
        assert!(kind.as_array().is_some_and(|own| own.contains(&json!("judgment"))), "{kind}");
        assert!(field("objections.file", "statement")["enum"].is_null());
        // A field that holds a body takes none of the words of that body's first field.
        document.write::<crate::http::remedies::RefuseObjection>("/v1/refuse", "不予受理 / refuse");
        let text: Value = serde_json::from_str(&document.text()).expect("JSON");
        let schemas = &text["components"]["schemas"];
        assert!(schemas["objections.refuse"]["properties"]["service"]["enum"].is_null());
        assert!(schemas["ServiceBody"]["properties"]["manner"]["enum"].is_array());
    }
}
