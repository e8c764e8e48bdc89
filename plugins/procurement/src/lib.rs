//! 政府采购监管: whether a supplier is barred from government procurement on a day (M-A17).
//!
//! 限制参与政府采购招标 rests on a served decision of the register; this plugin keeps the decisions
//! that were ordered and answers the purchaser's question with the document, not with a judgement:
//!
//! `{"supplier": KEY, "on": "2026-06-01"}` ->
//! `{"barred": true, "by": [{case_id, decision, document_number, authority, from, until}],
//! "suspended": [case ids]}`
//!
//! A suspended case bars nobody; neither does one whose last day has passed, lifted or not.

use serde::Deserialize;
use serde_json::{Value, json};
use shouxin_plugin::{
    Case, CaseBook, Config, Date, Error, KeepsBook, Outcome, State, export_plugin,
};

/// The one measure of this plugin.
const MEASURE: &str = "M-A17";

/// The department's plugin.
pub struct Procurement {
    book: CaseBook,
    settings: Settings,
}

/// What the operator can set.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// Bars longer than this many years are handed to a person instead of being carried out
    /// (政府采购法 art. 77 allows 1 to 3). Absent: the register's own check is enough.
    longest_years: Option<u16>,
}

#[derive(Deserialize)]
struct Question {
    supplier: String,
    on: Date,
}

impl KeepsBook for Procurement {
    fn create(config: &Config) -> Result<Self, Error> {
        Ok(Procurement { book: CaseBook::open(config.data_dir())?, settings: config.settings()? })
    }

    fn book(&mut self) -> &mut CaseBook {
        &mut self.book
    }

    fn number(&self, case: &Case) -> String {
        format!("CG-{}-{}", case.case_id, case.step)
    }

    fn accepts(&self, case: &Case) -> Result<(), Outcome> {
        if case.measure.id != MEASURE {
            return Err(Outcome::failed(format!(
                "this plugin carries out {MEASURE}, not {}",
                case.measure.id
            )));
        }
        let Some(years) = self.settings.longest_years else {
            return Ok(());
        };
        let last = case.valid_from.plus_years(years);
        if last.is_some_and(|last| case.valid_until < last) {
            return Ok(());
        }
        Err(Outcome::needs_human(format!(
            "the bar is longer than the {years} years that 政府采购法 art. 77 allows; check it"
        )))
    }

    fn query(&mut self, question: &Value) -> Result<Value, Error> {
        let Question { supplier, on } = Question::deserialize(question)
            .map_err(|error| Error::Question(format!("{error}; ask {{\"supplier\", \"on\"}}")))?;
        let by: Vec<Value> = self
            .book
            .in_effect(&supplier, on)
            .map(|entry| {
                json!({
                    "case_id": entry.case_id,
                    "decision": entry.decision,
                    "document_number": entry.document_number,
                    "authority": entry.authority,
                    "from": entry.from,
                    "until": entry.until,
                })
            })
            .collect();
        let suspended: Vec<&str> = self
            .book
            .of_subject(&supplier)
            .filter(|entry| entry.state == State::Suspended && entry.covers(on))
            .map(|entry| entry.case_id.as_str())
            .collect();
        Ok(json!({"barred": !by.is_empty(), "by": by, "suspended": suspended}))
    }
}

export_plugin!(
    Procurement,
    name = "procurement",
    version = env!("CARGO_PKG_VERSION"),
    department = "财政局",
);

#[cfg(test)]
mod tests;
