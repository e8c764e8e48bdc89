//! 市场监督管理局: how often a subject is inspected, and why.
//!
//! M-A27 列为重点监管对象 raises the frequency of routine and special inspections; I18 and I19 lower
//! that of routine and of special inspections. Whatever is ordered, the frequency stays between the
//! lowest and the highest number of inspections a year that the law leaves to the bureau
//! (`settings`). Several raises do not add up, and while one is in effect nothing is lowered.
//!
//! `{"subject": KEY, "on": "2026-06-01"}` ->
//! `{"routine": {per_year, base_per_year, minimum_per_year, maximum_per_year,
//! "because": [{case, measure, decision, document_number, until, change, applied}]},
//! "special": {...}, "suspended": [cases]}`
//!
//! `{"plan": "2026-06-01", "after": KEY, "limit": 100}` -> the inspection plan of the day, a page of
//! the subjects for whom a decision is in effect or suspended, in the order of their keys; everybody
//! else is inspected as often as the base says:
//!
//! `{"base": {"routine": 2, "special": 1}, "subjects": [{subject, routine, special, "by": [cases],
//! "suspended": [cases]}], "next": KEY or null}`

mod plan;

use serde::Deserialize;
use serde_json::{Value, json};
use shouxin_plugin::{
    Case, CaseBook, Config, Date, Error, KeepsBook, Outcome, State, export_plugin,
};

use crate::plan::{Kind, Settings, change, plan, row};

/// The most subjects on a page of the plan.
const PAGE_MAX: u16 = 500;

/// A page that has grown beyond this many bytes is full: an answer has at most 256 KiB.
const PAGE_BYTES: usize = 128 * 1024;

/// The department's plugin.
pub struct Market {
    book: CaseBook,
    settings: Settings,
}

#[derive(Deserialize)]
struct Question {
    subject: String,
    on: Date,
}

/// A page of the plan of a day.
#[derive(Deserialize)]
struct PlanQuestion {
    plan: Date,
    /// The last subject of the page before.
    after: Option<String>,
    limit: Option<u16>,
}

/// How to ask.
const HOW: &str = "ask {\"subject\", \"on\"}, or {\"plan\", \"after\", \"limit\"} for all";

impl Market {
    fn page(&self, question: &PlanQuestion) -> Result<Value, Error> {
        let limit = question.limit.unwrap_or(PAGE_MAX);
        if !(1..=PAGE_MAX).contains(&limit) {
            return Err(Error::Question(format!("`limit` must be from 1 to {PAGE_MAX}")));
        }
        let rows = self.book.subjects_after(question.after.as_deref()).filter_map(|subject| {
            row(subject, question.plan, &self.settings, self.book.of_subject(subject))
        });
        let (mut subjects, mut bytes, mut next, mut last) = (Vec::new(), 0, None, None);
        for row in rows {
            if subjects.len() == usize::from(limit) || bytes > PAGE_BYTES {
                next = last;
                break;
            }
            last = Some(row.subject);
            let row = json!(row);
            bytes += row.to_string().len();
            subjects.push(row);
        }
        let base = |kind| self.settings.bounds(kind).base_per_year;
        Ok(json!({
            "base": {"routine": base(Kind::Routine), "special": base(Kind::Special)},
            "subjects": subjects,
            "next": next,
        }))
    }
}

impl KeepsBook for Market {
    fn create(config: &Config) -> Result<Self, Error> {
        let settings: Settings = config.settings()?;
        settings.check().map_err(Error::Settings)?;
        Ok(Market { book: CaseBook::open(config.data_dir())?, settings })
    }

    fn book(&mut self) -> &mut CaseBook {
        &mut self.book
    }

    fn number(&self, case: &Case) -> String {
        format!("SJ-{}-{}", case.case_id, case.step)
    }

    fn accepts(&self, case: &Case) -> Result<(), Outcome> {
        let change = change(&case.measure.id, &case.measure.parameters);
        change.map(|_| ()).map_err(Outcome::failed)
    }

    fn query(&mut self, question: &Value) -> Result<Value, Error> {
        let misread = |error| Error::Question(format!("{error}; {HOW}"));
        if question.get("plan").is_some() {
            return self.page(&PlanQuestion::deserialize(question).map_err(misread)?);
        }
        let Question { subject, on } = Question::deserialize(question).map_err(misread)?;
        let suspended = self
            .book
            .of_subject(&subject)
            .filter(|entry| entry.state == State::Suspended && entry.covers(on));
        let of_kind =
            |kind| plan(kind, self.settings.bounds(kind), self.book.in_effect(&subject, on));
        Ok(json!({
            "routine": of_kind(Kind::Routine),
            "special": of_kind(Kind::Special),
            "suspended": suspended.map(|entry| &entry.case_id).collect::<Vec<_>>(),
        }))
    }
}

export_plugin!(
    Market,
    name = "market",
    version = env!("CARGO_PKG_VERSION"),
    department = "市场监督管理局",
);

#[cfg(test)]
mod tests;
