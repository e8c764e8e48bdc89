//! 行政审批局: how a permit application of a subject is reviewed on a day.
//!
//! M-A01 从严审核 asks for stricter scrutiny and nothing else: a refusal needs the permit law itself.
//! I05 绿色通道, I06 容缺受理 and I07 加快办理 are conveniences; stricter review goes before them. A
//! decision may name the permit items it is limited to (`parameters.items`).
//!
//! `{"subject": KEY, "on": "2026-06-01", "item": "..."}` ->
//! `{"review": "strict" | "ordinary" | "green", "conveniences": ["I05"],
//! "because": [{case, measure, decision, document_number, until}],
//! "elsewhere": [cases limited to other items], "suspended": [cases]}`

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use shouxin_plugin::{
    Case, CaseBook, Config, Date, Entry, Error, KeepsBook, Outcome, State, export_plugin,
};

/// Stricter review.
const STRICT: &str = "M-A01";

/// Conveniences.
const GREEN: [&str; 3] = ["I05", "I06", "I07"];

/// The department's plugin.
pub struct Approval {
    book: CaseBook,
}

/// There is nothing to set; whatever is set all the same is a slip that an operator should see.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {}

#[derive(Deserialize)]
struct Question {
    subject: String,
    on: Date,
    item: Option<String>,
}

/// The permit items a case is limited to; `None` if it is not limited.
fn items(parameters: &Map<String, Value>) -> Result<Option<Vec<&str>>, &'static str> {
    let Some(value) = parameters.get("items") else {
        return Ok(None);
    };
    let items = value.as_array().into_iter().flatten().map(Value::as_str);
    match items.collect::<Option<Vec<&str>>>() {
        Some(items) if !items.is_empty() => Ok(Some(items)),
        _ => Err("`items` must be a list of permit items with at least one"),
    }
}

/// Whether a case concerns this question. A case that is limited to items concerns only a question
/// that names one of them: nobody is reviewed more strictly for what no decision mentions.
fn concerns(entry: &Entry, item: Option<&str>) -> bool {
    match items(&entry.parameters) {
        Ok(None) => true,
        Ok(Some(items)) => item.is_some_and(|item| items.contains(&item)),
        Err(_) => false,
    }
}

fn reason(entry: &Entry) -> Value {
    json!({
        "case": entry.case_id,
        "measure": entry.measure,
        "decision": entry.decision,
        "document_number": entry.document_number,
        "until": entry.until,
    })
}

impl KeepsBook for Approval {
    fn create(config: &Config) -> Result<Self, Error> {
        let Settings {} = config.settings()?;
        Ok(Approval { book: CaseBook::open(config.data_dir())? })
    }

    fn book(&mut self) -> &mut CaseBook {
        &mut self.book
    }

    fn number(&self, case: &Case) -> String {
        format!("SP-{}-{}", case.case_id, case.step)
    }

    fn accepts(&self, case: &Case) -> Result<(), Outcome> {
        let measure = case.measure.id.as_str();
        if measure != STRICT && !GREEN.contains(&measure) {
            return Err(Outcome::failed(format!(
                "this plugin carries out {STRICT} and {}, not {measure}",
                GREEN.join(", ")
            )));
        }
        items(&case.measure.parameters).map(|_| ()).map_err(Outcome::failed)
    }

    fn query(&mut self, question: &Value) -> Result<Value, Error> {
        let Question { subject, on, item } = Question::deserialize(question).map_err(|error| {
            Error::Question(format!("{error}; ask {{\"subject\", \"on\", \"item\"}}"))
        })?;
        let (here, elsewhere): (Vec<&Entry>, Vec<&Entry>) =
            self.book.in_effect(&subject, on).partition(|entry| concerns(entry, item.as_deref()));
        let (strict, green): (Vec<&Entry>, Vec<&Entry>) =
            here.into_iter().partition(|entry| entry.measure == STRICT);
        let (review, because) = match (strict.is_empty(), green.is_empty()) {
            (false, _) => ("strict", strict),
            (true, false) => ("green", green),
            (true, true) => ("ordinary", Vec::new()),
        };
        let conveniences: BTreeSet<&str> = because
            .iter()
            .map(|entry| entry.measure.as_str())
            .filter(|measure| GREEN.contains(measure))
            .collect();
        let suspended = self
            .book
            .of_subject(&subject)
            .filter(|entry| entry.state == State::Suspended && entry.covers(on));
        Ok(json!({
            "review": review,
            "conveniences": conveniences,
            "because": because.into_iter().map(reason).collect::<Vec<_>>(),
            "elsewhere": elsewhere.iter().map(|entry| &entry.case_id).collect::<Vec<_>>(),
            "suspended": suspended.map(|entry| &entry.case_id).collect::<Vec<_>>(),
        }))
    }
}

export_plugin!(
    Approval,
    name = "approval",
    version = env!("CARGO_PKG_VERSION"),
    department = "行政审批局",
);

#[cfg(test)]
mod tests;
