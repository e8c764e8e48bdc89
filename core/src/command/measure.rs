//! Commands about measures that no department of the county executes, or that one declined.

use crate::id::{AttributionId, ListingId, MeasureId};
use crate::rules::Citation;
use crate::text::{Digest, FactDocument, Sealed, Service};
use crate::time::Day;

/// What the subject of a measure that goes to a higher authority was told, and how it was served.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the fields are those of the event that keeps it")]
pub struct SubjectNotice {
    pub reasons: Sealed,
    pub remedies: Sealed,
    pub document_sha256: Digest,
    pub service: Service,
}

/// A command about a measure beyond the county, or that a department declined.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each command carries the fields of the event it asks for")]
#[allow(clippy::large_enum_variant, reason = "a command is decided one at a time")]
pub enum MeasureCommand {
    Forward {
        listing: ListingId,
        attribution: Option<AttributionId>,
        measure: String,
        department: String,
        to: String,
        basis: Vec<Citation>,
        reasons: Sealed,
        until: Day,
        court_document: Option<FactDocument>,
        document_sha256: Digest,
        service: Service,
        /// Of discipline; an incentive needs none.
        notice: Option<SubjectNotice>,
    },
    AnswerForward {
        measure: MeasureId,
        answer: Sealed,
        document_sha256: Digest,
        answered_on: Day,
    },
    RecallForward {
        measure: MeasureId,
        document_sha256: Digest,
        service: Service,
    },
    TellForward {
        measure: MeasureId,
        suspended: bool,
        document_sha256: Digest,
        service: Service,
    },
    ExemptCourtLimit {
        measure: MeasureId,
        document: FactDocument,
        until: Day,
    },
    AnswerDecline {
        measure: MeasureId,
        ground_holds: bool,
        reasons: Sealed,
    },
}
