//! The row of a tolerant acceptance, and the list of adverse records that count.

use serde::{Deserialize, Serialize};

use crate::actor::{OfficerRef, SubjectKey};
use crate::calendar::Deadline;
use crate::event::tolerance::GreenChannel;
use crate::id::ToleranceId;
use crate::row::{Due, Index, RecordRow, RecordState};
use crate::rules::{Openness, Polarity};
use crate::text::Digest;
use crate::time::Day;

/// State of a tolerant acceptance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each name is a state of O32")]
pub enum ToleranceState {
    Open,
    Completed,
    Overdue,
    Withdrawn,
    Closed,
}

impl ToleranceState {
    /// Name of the state, English.
    pub fn name(&self) -> &'static str {
        match self {
            ToleranceState::Open => "open",
            ToleranceState::Completed => "completed",
            ToleranceState::Overdue => "overdue",
            ToleranceState::Withdrawn => "withdrawn",
            ToleranceState::Closed => "closed",
        }
    }
}

/// A tolerant acceptance. Its texts stand in the event that opened it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of the events that set them")]
pub struct ToleranceRow {
    pub id: ToleranceId,
    pub subject: SubjectKey,
    pub opened_by: OfficerRef,
    pub opened_on: Day,
    pub due: Deadline,
    pub promise_sha256: Digest,
    pub by_right_of: GreenChannel,
    /// For each missing document, what was handed in.
    pub documents: Vec<Option<Digest>>,
    /// When the last of them was.
    pub completed_on: Option<Day>,
    pub state: ToleranceState,
}

/// What a tolerant acceptance is listed under.
pub(super) fn entries(row: &ToleranceRow, entries: &mut Vec<Index>) {
    entries.push(Index::SubjectTolerance(row.subject, row.id));
    if row.state == ToleranceState::Open {
        entries.push(Index::Due(row.due.day.plus_days(1), Due::Tolerance(row.id)));
    }
}

/// Whether a record counts against its subject where a clean record is asked for: adverse, live,
/// undisputed, and of a class that departments may use. What was annulled, repaired or is over
/// ended with its display, sharing and use.
pub fn counts_as_adverse(row: &RecordRow) -> bool {
    row.polarity == Polarity::Adverse
        && row.state == RecordState::Accepted
        && row.holds.is_empty()
        && matches!(row.openness, Openness::Public | Openness::GovShared)
}
