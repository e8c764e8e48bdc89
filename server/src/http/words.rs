//! The words that a closed field knows, as its description lists them: asked of the type that reads the
//! field, so that the two cannot differ.

use std::fmt;

use serde::de::{DeserializeOwned, Error, Visitor};
use utoipa::openapi::schema::Type;
use utoipa::openapi::{ArrayBuilder, ObjectBuilder, RefOr, Schema};

/// A text that is one of the words of `T`.
///
/// `T` is an enumeration without contents that reads itself by name; of anything else no word is listed,
/// which the tests of this module refuse for every field described by it.
pub(crate) fn of<T: DeserializeOwned>() -> Schema {
    let words = known::<T>();
    let text = ObjectBuilder::new().schema_type(Type::String);
    let text = text.examples(words.first().copied());
    text.enum_values(Some(words.iter().copied())).build().into()
}

/// A list of the words of `T`.
pub(crate) fn list_of<T: DeserializeOwned>() -> Schema {
    ArrayBuilder::new().items(RefOr::T(of::<T>())).build().into()
}

/// The words by which `T` reads itself.
fn known<T: DeserializeOwned>() -> &'static [&'static str] {
    match T::deserialize(Asked) {
        Err(Words(words)) => words,
        Ok(_) => &[],
    }
}

/// Reads nothing: answers with what it was asked to choose from.
struct Asked;

/// What there is to choose from.
#[derive(Debug)]
struct Words(&'static [&'static str]);

impl fmt::Display for Words {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.0.join(", "))
    }
}

impl std::error::Error for Words {}

impl Error for Words {
    fn custom<M: fmt::Display>(_: M) -> Words {
        Words(&[])
    }
}

impl<'de> serde::Deserializer<'de> for Asked {
    type Error = Words;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Words> {
        Err(Words(&[]))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        words: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Words> {
        Err(Words(words))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use shouxin_core::event::Capacity;

    #[test]
    fn the_words_are_those_by_which_the_field_is_read() {
        let words = known::<Capacity>();
        assert_eq!(words, ["full", "limited", "none"]);
        for word in words {
            let read: Result<Capacity, _> = serde_json::from_str(&format!("\"{word}\""));
            assert!(read.is_ok(), "{word}");
        }
        assert!(known::<String>().is_empty(), "a free text has none");
    }

    /// Every list of words in a schema, and below it.
    fn lists<'v>(schema: &'v Value, found: &mut Vec<&'v Vec<Value>>) {
        match schema {
            Value::Object(fields) => {
                found.extend(fields.get("enum").and_then(Value::as_array));
                fields.values().for_each(|own| lists(own, found));
            }
            Value::Array(items) => items.iter().for_each(|own| lists(own, found)),
            _ => {}
        }
    }

    #[test]
    fn the_description_lists_the_words_of_every_closed_field() {
        let text: Value = serde_json::from_str(&crate::http::openapi_text()).expect("JSON");
        let schemas = &text["components"]["schemas"];
        let mut found = Vec::new();
        lists(schemas, &mut found);
        assert!(found.len() > 20 && found.iter().all(|own| !own.is_empty()), "{found:?}");
        let field = |schema: &str, field: &str| schemas[schema]["properties"][field].clone();
        assert_eq!(field("ServiceBody", "manner")["enum"][0], "direct");
        assert_eq!(field("objections.file", "grounds")["items"]["enum"][0], "error");
        let severity = &schemas["RecordBody"]["required"];
        assert!(!severity.to_string().contains("severity"), "what may be left out: {severity}");
    }
}
