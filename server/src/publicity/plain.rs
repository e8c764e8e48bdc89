//! What the content of a plain record may not hold where the public sees it: numbers of persons,
//! and the columns that the national layout keeps apart (domain.md 4.5, 4.7).
//!
//! Permits and penalties that come in the layout are checked column by column in `decision`; this
//! is for records and corrections whose content is free.

use serde_json::{Map, Value};
use shouxin_core::anonymity::holds_personal_number;
use shouxin_core::event::publicity::DecisionKind;
use shouxin_core::time::Day;

use crate::publicity::columns::{self, Place};

/// Why a content cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Personal {
    /// The field of the content.
    pub field: String,
    /// What is wrong, Chinese and English.
    pub detail: &'static str,
}

/// The first field that must not reach the public.
pub fn personal(content: &Map<String, Value>, today: Day) -> Option<Personal> {
    content.iter().find_map(|(field, value)| {
        let detail = if kept_apart(field) {
            "法定代表人、自然人证件信息不入公开内容 / names and numbers of persons are kept apart"
        } else if holds_personal_number(field, today) || holds_number(value, today) {
            "含自然人证件号码或个体工商户代码 / holds a person's number"
        } else {
            return None;
        };
        Some(Personal { field: field.clone(), detail })
    })
}

/// Whether the layout seals this column, or looks a person up by it.
fn kept_apart(field: &str) -> bool {
    [DecisionKind::Permit, DecisionKind::Penalty].into_iter().any(|kind| {
        columns::find(kind, field)
            .is_some_and(|column| column.place == Place::Private || column.number)
    })
}

fn holds_number(value: &Value, today: Day) -> bool {
    match value {
        Value::String(text) => holds_personal_number(text, today),
        Value::Number(number) => holds_personal_number(&number.to_string(), today),
        Value::Array(values) => values.iter().any(|value| holds_number(value, today)),
        Value::Object(fields) => fields.iter().any(|(field, value)| {
            holds_personal_number(field, today) || holds_number(value, today)
        }),
        Value::Null | Value::Bool(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(content: Value) -> Option<String> {
        let today = "2026-01-05".parse().unwrap();
        personal(content.as_object().unwrap(), today).map(|own| own.field)
    }

    #[test]
    fn numbers_of_persons_are_found_wherever_they_stand() {
        for (content, field) in [
            (json!({"a": "身份证 35042619000102000X"}), "a"),
            (json!({"a": "３５０４２６１９０００１０１０００４"}), "a"),
            (json!({"a": {"b": ["x", "350426 19000101 0004"]}}), "a"),
            (json!({"a": 350_426_190_001_010_004_u64}), "a"),
            (json!({"350426190001010004": "x"}), "350426190001010004"),
            (json!({"a": "92350426XY0000020W"}), "a"),
            (json!({"CF_FRDB": "某某"}), "CF_FRDB"),
            (json!({"XK_FR_SFZH": ""}), "XK_FR_SFZH"),
        ] {
            assert_eq!(found(content.clone()).as_deref(), Some(field), "{content}");
        }
    }

    #[test]
    fn what_names_nobody_is_shown() {
        let content = json!({
            "CF_WSH": "尤市监罚〔2026〕1号", "CF_NR": "罚款 20000 元", "code": "91350426XY00000125",
            "number": 350_426_190_001_010_005_u64, "list": [null, true, "第一条"],
        });
        assert_eq!(found(content), None);
    }
}
