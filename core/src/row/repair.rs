//! The row of a repair application, and what a repair can be about.

use serde::{Deserialize, Serialize};

use crate::actor::{OfficerRef, SubjectKey};
use crate::calendar::Deadline;
use crate::event::Target;
use crate::id::{AttributionId, CommitmentId, ListingId, RecordId, RepairId};
use crate::identifier::uscc::Uscc;
use crate::row::{Key, Revocation, Told};
use crate::time::Day;

/// State of a repair application (domain.md 2.5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the states are those of domain.md 2.5")]
pub enum RepairState {
    Applied {
        accept_by: Deadline,
        overdue: bool,
    },
    Accepted {
        by: OfficerRef,
    },
    Returned,
    NotAccepted,
    Refused,
    Propagating,
    Done,
    Review {
        decide_by: Deadline,
    },
    Revoking(Revocation),
    /// With the standstill, where it was counted beyond the calendar.
    Revoked {
        starts_on: Day,
        standstill: Option<Deadline>,
    },
    Restored,
}

/// What a repair ends before its time: a listing with the records its authority collected, a record
/// that no listing rests on, the finding that a commitment was broken, or what a person answers for
/// under a listing (domain.md 2.2, 2.3b, 2.5, 4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each name is what is repaired")]
pub enum Repairable {
    Listing(ListingId),
    Record(RecordId),
    Commitment(CommitmentId),
    Attribution(AttributionId),
}

impl Repairable {
    /// Where it stands.
    pub fn key(self) -> Key {
        match self {
            Repairable::Listing(id) => Key::Listing(id),
            Repairable::Record(id) => Key::Record(id),
            Repairable::Commitment(id) => Key::Commitment(id),
            Repairable::Attribution(id) => Key::Attribution(id),
        }
    }

    /// What is shown of it.
    pub fn target(self) -> Target {
        match self {
            Repairable::Listing(id) => Target::Listing(id),
            Repairable::Record(id) => Target::Record(id),
            Repairable::Commitment(id) => Target::Commitment(id),
            Repairable::Attribution(id) => Target::Attribution(id),
        }
    }
}

/// A repair application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "fields carry the names of the events that set them")]
pub struct RepairRow {
    pub id: RepairId,
    pub subject: SubjectKey,
    pub of: Repairable,
    /// Who listed, collected or found: it decides.
    pub authority: Uscc,
    pub applied_on: Day,
    pub decide_by: Deadline,
    /// The decision was given more time; that happens once.
    pub extended: bool,
    /// The timer has said that it was not decided in time.
    pub overdue: bool,
    /// The timer has said that its review was not.
    pub review_overdue: bool,
    pub state: RepairState,
    /// What channels were told of the thing until the approval: what they have to confirm.
    pub settle: Option<Told>,
    /// Day of the refusal or approval, and who decided.
    pub outcome: Option<(Day, OfficerRef)>,
    /// It has been reviewed once.
    pub reviewed: bool,
}
