//! A measure case as a plugin sees it: already decided, served, accepted and ordered.
//!
//! The same message serves `execute`, `suspend`, `resume` and `lift`: each carries all of it, so
//! that a plugin whose data was lost, or that never saw the `execute`, can still act.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Date, Hook, Message, MessageError, SCHEMA, Subject, schema};

/// One call about one case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The case: `M-` and the position of the event that opened it, e.g. `M-0.1042`.
    pub case_id: String,
    /// Position of the event this call stands for. Steps of a case only grow; a plugin that has
    /// applied a later one ignores an earlier one.
    pub step: u64,
    /// [`Case::key`]: the same for every attempt at the same call.
    pub idempotency_key: String,
    /// Whom it concerns.
    pub subject: Subject,
    /// The implementing department.
    pub department: String,
    /// What is to be carried out.
    pub measure: Measure,
    /// The served decision it rests on.
    pub decision: Decision,
    /// The articles the decision rests on.
    pub basis: Vec<Basis>,
    /// First day of effect.
    pub valid_from: Date,
    /// Last day of effect. After it the measure has ended, whether or not a `lift` arrived.
    pub valid_until: Date,
    /// The officer of the implementing department who accepted the case.
    pub accepted_by: String,
    /// The officer who ordered this step; `system` for a step that follows from another, such as
    /// the `lift` after a repair.
    pub ordered_by: String,
    /// The legal date of this call.
    pub as_of: Date,
}

/// A measure of the catalogue with what the decision fixed about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// The catalogue's id: `M-A17`, `I05`.
    pub id: String,
    /// The catalogue's name.
    pub name_zh: String,
    /// What the decision fixed, by the catalogue's names.
    #[serde(default)]
    pub parameters: Map<String, Value>,
}

/// The decision a case rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The decision in the register.
    pub id: String,
    /// Who decided: unified social credit code of the authority.
    pub authority: String,
    /// 文号 of the document.
    pub document_number: String,
    /// The day it was served.
    pub served_on: Date,
    /// The listing it belongs to, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listing: Option<String>,
}

/// An article of an instrument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// The instrument.
    pub instrument: String,
    /// The article.
    pub article: String,
}

impl Case {
    /// The idempotency key of a call: `case/hook/step`.
    pub fn key(case_id: &str, hook: Hook, step: u64) -> String {
        format!("{case_id}/{hook}/{step}")
    }

    /// The schema this build writes.
    pub const SCHEMA: u32 = SCHEMA;
}

impl Message for Case {
    fn check(&self) -> Result<(), MessageError> {
        schema(self.schema)
    }
}

crate::codec!(Case);
