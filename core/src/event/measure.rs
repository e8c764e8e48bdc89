//! Measures that no department of the county executes, and court limits (domain.md 1.6); what
//! becomes of a measure when what it rests on ends (domain.md 2.4).

use serde::{Deserialize, Serialize};

use crate::calendar::Deadline;
use crate::id::{AttributionId, ListingId, MeasureId};
use crate::rules::Citation;
use crate::text::{Digest, FactDocument, Sealed, Service};
use crate::time::Day;

events! {
/// Events of measures beyond the county, and of the end of any.
MeasureEvent {
    /// A measure that only a higher authority can take was recorded and forwarded to it.
    Forwarded "measure.forwarded" {
        listing: ListingId, attribution: Option<AttributionId>, measure: String,
        department: String, to: String,
        basis: Vec<Citation>, reasons: Sealed, until: Day, court_document: Option<FactDocument>,
        decision_number: String, document_sha256: Digest, service: Service,
    }
    /// The higher authority answered.
    ForwardAnswered "measure.forward_answered" {
        measure: MeasureId, answer: Sealed, document_sha256: Digest, answered_on: Day,
    }
    /// The higher authority was told that what the measure rests on has ended, and confirmed.
    ForwardRecalled "measure.forward_recalled" {
        measure: MeasureId, document_sha256: Digest, service: Service,
    }
    /// The court exempted somebody from a limit of its own for life or business (M-M09).
    CourtLimitExempted "court_limit.exempted" {
        measure: MeasureId, document: FactDocument, until: Day,
    }
    /// What the measure rests on has ended before anybody executed it: there is nothing to lift. A
    /// reference is the department's own, where an officer found that a failed attempt had had no
    /// effect.
    Closed "measure.closed" { measure: MeasureId, reference: Option<String>, }
    /// What an executed measure rests on has ended: it is to be lifted by the day stated.
    LiftRequired "measure.lift_required" { measure: MeasureId, due: Deadline, }
    /// It was not: the office and the subject are to see it.
    LiftOverdue "measure.lift_overdue" { measure: MeasureId, }
    /// The higher authority to which it was forwarded is to be told, by the day stated, that it is
    /// suspended, or that it has effect again.
    ForwardTellingRequired "measure.forward_telling_required" {
        measure: MeasureId, suspended: bool, due: Deadline,
    }
    /// The higher authority was told, and confirmed it.
    ForwardTold "measure.forward_told" {
        measure: MeasureId, suspended: bool, document_sha256: Digest, service: Service,
    }
    /// It was not told in time: the office and the subject are to see it.
    ForwardTellingOverdue "measure.forward_telling_overdue" { measure: MeasureId, }
    /// What it was to be told is so no more, and it was never told the contrary.
    ForwardTellingMoot "measure.forward_telling_moot" { measure: MeasureId, }
    /// A department declined a mandatory measure: the credit office is to look at its legal ground.
    DeclineEscalated "measure.decline_escalated" { measure: MeasureId, }
    /// The credit office looked: the ground holds, or it does not. Nothing begins by that.
    DeclineAnswered "measure.decline_answered" {
        measure: MeasureId, ground_holds: bool, reasons: Sealed,
    }
    /// The subject was told, no later than the higher authority was asked, in the same commit.
    ForwardNoticed "measure.forward_noticed" {
        measure: MeasureId, reasons: Sealed, remedies: Sealed, document_sha256: Digest,
        service: Service,
    }
}
}
