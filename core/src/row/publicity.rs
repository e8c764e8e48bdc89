//! The row beside a permit's or penalty's record: when it was due and why it is not shown.

use serde::{Deserialize, Serialize};

use crate::actor::SubjectKey;
use crate::calendar::Deadline;
use crate::event::publicity::{DecisionKind, Exemption};
use crate::id::RecordId;
use crate::identifier::uscc::Uscc;
use crate::row::{Index, RecordRow};
use crate::rules::RecordClass;
use crate::text::Sealed;
use crate::time::Day;

/// A filed permit or penalty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of the event that sets them")]
pub struct PublicityRow {
    pub record: RecordId,
    pub subject: SubjectKey,
    pub provider: Uscc,
    pub kind: DecisionKind,
    pub decided_on: Day,
    pub due: Deadline,
    pub filed_on: Day,
    pub late: bool,
    pub exempt: Option<Exemption>,
    pub reason: Option<Sealed>,
    pub private: Option<Sealed>,
}

/// Which publicity a class of records falls under.
pub fn decision_kind(class: RecordClass) -> Option<DecisionKind> {
    match class {
        RecordClass::Permit => Some(DecisionKind::Permit),
        RecordClass::Penalty => Some(DecisionKind::Penalty),
        _ => None,
    }
}

pub(super) fn record_entries(row: &RecordRow, entries: &mut Vec<Index>) {
    // A record that is repaired, annulled or over is published no longer.
    if let (Some(kind), true) = (decision_kind(row.class), row.published) {
        entries.push(Index::Disclosed(kind, row.id));
    }
}

pub(super) fn entries(row: &PublicityRow, entries: &mut Vec<Index>) {
    entries.push(Index::Filed(row.provider, row.kind, row.due.day, row.late, row.record));
}
