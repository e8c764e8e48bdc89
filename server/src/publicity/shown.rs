//! What of a permit or penalty is shown, in the columns of the national layout.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use shouxin_core::actor::SubjectKey;
use shouxin_core::event::Target;
use shouxin_core::event::publicity::DecisionKind;
use shouxin_core::row::{Key, RecordRow, Row, SubjectRow};

use crate::engine::Engine;
use crate::engine::query::Query;
use crate::http::problem::Problem;
use crate::http::read;
use crate::publicity::columns::{self, Column, Form, Place};
use crate::publicity::decision::shown_name;
use crate::publicity::values;

/// A decision as it is shown: every stated column of the layout, as text.
pub struct Shown {
    /// Its record.
    pub record: RecordRow,
    /// Columns by code.
    pub fields: BTreeMap<&'static str, String>,
    /// Amounts in fen, by code.
    pub amounts: BTreeMap<&'static str, u64>,
    /// Reconsiderations and suits about it.
    pub remedies: Vec<Value>,
}

/// Reads a decision of which the record may be shown to whoever asks.
pub fn shown(
    engine: &Engine,
    query: &mut Query<'_>,
    kind: DecisionKind,
    record: RecordRow,
) -> Result<Option<Shown>, Problem> {
    let Some(Row::Subject(head)) = query.row(&Key::Subject(record.subject))? else {
        return Ok(None);
    };
    let remedies = read::remedies(query, Target::Record(record.id))?;
    let content =
        match record.content.as_ref().map(|own| read::unseal(&engine.vault, record.subject, own)) {
            Some(Value::String(text)) => serde_json::from_str(&text).unwrap_or_default(),
            _ => Map::new(),
        };
    let mut fields = BTreeMap::new();
    let mut amounts = BTreeMap::new();
    for column in columns::columns(kind) {
        // A plain record's content is free: only what the layout shows is taken from it.
        let shown = column.place == Place::Shown;
        let stated = content.get(&shown_name(column)).filter(|_| shown);
        let text = match (column.form, stated) {
            (Form::Amount, Some(value)) => value.as_u64().map(|fen| {
                amounts.insert(column.name, fen);
                values::ten_thousand_yuan(fen)
            }),
            (_, Some(Value::String(text))) => Some(text.clone()),
            _ => derived(engine, column, &record, &head),
        };
        fields.extend(text.map(|text| (column.name, text)));
    }
    Ok(Some(Shown { record, fields, amounts, remedies }))
}

/// Columns that the record itself holds, or that follow from it.
fn derived(
    engine: &Engine,
    column: &Column,
    record: &RecordRow,
    head: &SubjectRow,
) -> Option<String> {
    let organisation = match record.subject {
        SubjectKey::Organisation(code) => Some(code.as_str().to_owned()),
        SubjectKey::Person(_) => None,
    };
    match column.name {
        "XK_XDR_MC" | "CF_XDR_MC" if !record.subject.is_personal() => {
            read::name(&engine.vault, head).as_str().map(str::to_owned)
        }
        "XK_XDR_LB" | "CF_XDR_LB" => Some(
            match record.subject {
                SubjectKey::Person(_) => "自然人",
                own if own.is_personal() => "个体工商户",
                SubjectKey::Organisation(_) => "法人及非法人组织",
            }
            .to_owned(),
        ),
        "XK_XDR_SHXYM" | "CF_XDR_SHXYM" => organisation,
        "XK_WSH" | "CF_WSH" => Some(record.document_number.clone()),
        "XK_JDRQ" | "CF_JDRQ" => Some(record.document_date.to_string()),
        "XK_XKJG" | "CF_CFJG" => engine
            .rules
            .department_by_uscc(record.provider.as_str())
            .map(|department| department.name_zh.clone()),
        "XK_XKJGDM" | "CF_CFJGDM" => Some(record.provider.as_str().to_owned()),
        "CF_GSJZQ" => record.publicity_until.map(|day| day.to_string()),
        "severity" => {
            let name = record.severity.map(|own| json!(own));
            name.and_then(|name| name.as_str().map(str::to_owned))
        }
        "document_sha256" => record.document_sha256.map(|own| data_encoding::HEXLOWER.encode(&own)),
        "disputed" => Some(if read::is_disputed(&record.holds) { "是" } else { "否" }.to_owned()),
        _ => None,
    }
}

impl Shown {
    /// How final it is, in words: what is in the hands of a reviewing body or court is said to be.
    fn status(&self) -> &'static str {
        match read::status(read::is_disputed(&self.record.holds), &self.remedies) {
            "under_objection" => "异议核实中 / under objection",
            "in_court" => "诉讼中 / in court",
            "under_reconsideration" => "复议中 / under reconsideration",
            _ => "公示中 / on display",
        }
    }

    /// As JSON: the layout's codes, amounts also in fen, and what the register adds.
    pub fn json(&self) -> Value {
        let fields: Map<String, Value> =
            self.fields.iter().map(|(name, text)| ((*name).to_owned(), json!(text))).collect();
        json!({
            "id": self.record.id.to_string(),
            "subject": self.record.subject.to_string(),
            "severity": self.record.severity,
            "publicity_until": self.record.publicity_until,
            "disputed": read::is_disputed(&self.record.holds),
            "status": self.status(),
            "remedies": self.remedies,
            "amounts_fen": self.amounts,
            "fields": fields,
        })
    }

    /// As a row of the layout, in its order.
    pub fn row(&self, kind: DecisionKind) -> impl Iterator<Item = &str> {
        columns::columns(kind)
            .iter()
            .map(|column| self.fields.get(column.name).map_or("", String::as_str))
    }
}
