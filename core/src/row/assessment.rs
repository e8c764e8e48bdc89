//! The row of an assessment. Texts stay in the log: a row names the event that carries them.

use serde::{Deserialize, Serialize};

use crate::actor::OfficerRef;
use crate::calendar::Deadline;
use crate::event::assessment::Figures;
use crate::id::{AssessmentId, Position};
use crate::tally::Month;
use crate::time::Day;

/// An order to put something right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of the events that set them")]
pub struct Rectification {
    pub department: String,
    pub ordered_at: Position,
    pub by: Day,
    pub rectified_at: Option<Position>,
}

/// The figures as they were frozen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of the events that set them")]
pub struct Frozen {
    pub by: OfficerRef,
    pub on: Day,
    pub comment_by: Deadline,
    pub figures: Vec<Figures>,
}

/// An assessment (domain.md 2.8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of the events that set them")]
pub struct AssessmentRow {
    pub id: AssessmentId,
    pub from: Month,
    pub to: Month,
    pub opened_by: OfficerRef,
    pub opened_on: Day,
    pub frozen: Option<Frozen>,
    /// Department and the event that carries its comment.
    pub comments: Vec<(String, Position)>,
    pub finalised_at: Option<Position>,
    pub rectifications: Vec<Rectification>,
    pub reported_at: Option<Position>,
}

impl AssessmentRow {
    /// Name of the state, English.
    pub fn state(&self) -> &'static str {
        let open = self.rectifications.iter().any(|own| own.rectified_at.is_none());
        match (&self.frozen, self.finalised_at, self.reported_at) {
            (_, _, Some(_)) => "reported_to_county",
            (_, Some(_), None) if open => "rectification_ordered",
            (_, Some(_), None) if !self.rectifications.is_empty() => "rectified",
            (_, Some(_), None) => "finalised",
            (Some(_), None, None) if self.comments.is_empty() => "metrics_frozen",
            (Some(_), None, None) => "dept_commented",
            (None, None, None) => "opened",
        }
    }
}
