//! 财政局 (财政性资金): what stands for and against an applicant for fiscal funds on a day.
//!
//! M-A12 严格限制申请财政性资金项目 concerns projects, M-A13 限制申请政府补贴资金 subsidies, I08
//! 财政性资金项目安排优先 projects again. The plugin answers with the decisions that are in effect and
//! never with a figure: a restriction asks for a closer look (`review`), and bars only where the
//! programme's own published rule says so (`programmes` in the settings, with that rule). What the
//! law entitles an applicant to (`entitlement`) is touched by neither.
//!
//! `{"applicant": KEY, "programme": "CODE", "on": "2026-06-01"}` ->
//! `{"answer": "barred" | "review" | "priority" | "ordinary", "rule": the programme's rule,
//! "restrictions": [{case, measure, decision, document_number, authority, from, until}],
//! "priorities": [the same], "elsewhere": [cases limited to other programmes],
//! "suspended": [the same as restrictions; none of them counts]}`

mod programme;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use shouxin_plugin::{
    Case, CaseBook, Config, Date, Entry, Error, KeepsBook, Outcome, State, export_plugin,
};

use crate::programme::{Kind, Restricted, Settings};

/// Restricts the application for projects.
const PROJECTS: &str = "M-A12";

/// Restricts the application for subsidies.
const SUBSIDIES: &str = "M-A13";

/// Priority for projects.
const PRIORITY: &str = "I08";

/// The department's plugin.
pub struct Fiscal {
    book: CaseBook,
    settings: Settings,
}

#[derive(Deserialize)]
struct Question {
    applicant: String,
    on: Date,
    programme: Option<String>,
    kind: Option<Kind>,
}

/// The programmes a case is limited to; `None` if it is not limited.
fn programmes(parameters: &Map<String, Value>) -> Result<Option<Vec<&str>>, &'static str> {
    let Some(value) = parameters.get("programmes") else {
        return Ok(None);
    };
    let programmes = value.as_array().into_iter().flatten().map(Value::as_str);
    match programmes.collect::<Option<Vec<&str>>>() {
        Some(programmes) if !programmes.is_empty() => Ok(Some(programmes)),
        _ => Err("`programmes` must be a list of programme codes with at least one"),
    }
}

/// Whether a case concerns this programme. One that is limited concerns only a question that names
/// one of its programmes: nobody is restricted where no decision says so.
fn names(entry: &Entry, programme: Option<&str>) -> bool {
    match programmes(&entry.parameters) {
        Ok(None) => true,
        Ok(Some(programmes)) => programme.is_some_and(|own| programmes.contains(&own)),
        Err(_) => false,
    }
}

/// Whether a measure is about this kind of funds.
fn is_about(entry: &Entry, kind: Kind) -> bool {
    match kind {
        Kind::Project => [PROJECTS, PRIORITY].contains(&entry.measure.as_str()),
        Kind::Subsidy => entry.measure == SUBSIDIES,
        Kind::Entitlement => false,
    }
}

fn reason(entry: &Entry) -> Value {
    json!({
        "case": entry.case_id,
        "measure": entry.measure,
        "decision": entry.decision,
        "document_number": entry.document_number,
        "authority": entry.authority,
        "from": entry.from,
        "until": entry.until,
    })
}

fn reasons<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Vec<Value> {
    entries.into_iter().map(reason).collect()
}

impl KeepsBook for Fiscal {
    fn create(config: &Config) -> Result<Self, Error> {
        let settings: Settings = config.settings()?;
        settings.check().map_err(Error::Settings)?;
        Ok(Fiscal { book: CaseBook::open(config.data_dir())?, settings })
    }

    fn book(&mut self) -> &mut CaseBook {
        &mut self.book
    }

    fn number(&self, case: &Case) -> String {
        format!("CZ-{}-{}", case.case_id, case.step)
    }

    fn accepts(&self, case: &Case) -> Result<(), Outcome> {
        let measure = case.measure.id.as_str();
        if ![PROJECTS, SUBSIDIES, PRIORITY].contains(&measure) {
            return Err(Outcome::failed(format!(
                "this plugin carries out {PROJECTS}, {SUBSIDIES} and {PRIORITY}, not {measure}"
            )));
        }
        programmes(&case.measure.parameters).map(|_| ()).map_err(Outcome::failed)
    }

    fn query(&mut self, question: &Value) -> Result<Value, Error> {
        let Question { applicant, on, programme, kind } =
            Question::deserialize(question).map_err(|error| {
                Error::Question(format!("{error}; ask {{\"applicant\", \"programme\", \"on\"}}"))
            })?;
        let programme = programme.as_deref();
        let asked = self.settings.asked(programme, kind).map_err(Error::Question)?;
        let concerns = |entry: &&Entry| is_about(entry, asked.kind);
        let (here, elsewhere): (Vec<&Entry>, Vec<&Entry>) = self
            .book
            .in_effect(&applicant, on)
            .filter(concerns)
            .partition(|entry| names(entry, programme));
        let (priorities, restrictions): (Vec<&Entry>, Vec<&Entry>) =
            here.into_iter().partition(|entry| entry.measure == PRIORITY);
        let suspended = self.book.of_subject(&applicant).filter(concerns).filter(|entry| {
            entry.state == State::Suspended && entry.covers(on) && names(entry, programme)
        });
        // A restriction goes before a priority: what is looked at more closely is not preferred.
        let answer = match (restrictions.is_empty(), asked.restricted, priorities.is_empty()) {
            (false, Restricted::Bar, _) => "barred",
            (false, Restricted::Review, _) => "review",
            (true, _, false) => "priority",
            (true, _, true) => "ordinary",
        };
        Ok(json!({
            "answer": answer,
            "rule": asked.rule,
            "restrictions": reasons(restrictions),
            "priorities": reasons(priorities),
            "elsewhere": elsewhere.iter().map(|entry| &entry.case_id).collect::<Vec<_>>(),
            "suspended": reasons(suspended),
        }))
    }
}

export_plugin!(Fiscal, name = "fiscal", version = env!("CARGO_PKG_VERSION"), department = "财政局",);

#[cfg(test)]
mod tests;
