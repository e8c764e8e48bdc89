//! Remedies beyond the first outcome: review, reconsideration, suit, revoked repair, relief in a
//! reorganisation (domain.md 2.5, 2.6).

use serde::{Deserialize, Serialize};

use crate::calendar::Deadline;
use crate::event::Target;
use crate::id::{
    AttributionId, CommitmentId, ListingId, ObjectionId, RecordId, ReliefId, RemedyId, RepairId,
};
use crate::identifier::uscc::Uscc;
use crate::rules::Citation;
use crate::text::{Digest, FactDocument, Sealed, Service};
use crate::time::Day;

/// What a review looks at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ReviewOf {
    /// The outcome of an objection, or its refusal.
    Objection(ObjectionId),
    /// The refusal of a repair.
    Repair(RepairId),
}

/// Kind of an external remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RemedyKind {
    /// 行政复议
    Reconsideration,
    /// 行政诉讼
    Litigation,
}

/// How a reconsideration or suit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RemedyOutcome {
    /// 维持、驳回: it stands.
    Upheld,
    /// 撤销、确认违法或无效: it is void.
    Revoked,
    /// 变更: it ends earlier than it said.
    Changed {
        /// The new last day.
        end: Day,
    },
    /// 撤回、终止
    Withdrawn,
}

events! {
/// Events of remedies.
RemedyEvent {
    /// More evidence was asked for; the provider's time runs on.
    EvidenceRequested "evidence.requested" { objection: ObjectionId, request: Sealed, }
    /// More evidence came in.
    EvidenceAdded "evidence.added" {
        objection: ObjectionId, statement: Sealed, evidence: Vec<Digest>,
    }
    /// The provider never reported: the office takes the thing off display (Q02).
    Unverified "objection.unverified" {
        objection: ObjectionId, reasons: Sealed, service: Service,
    }
    /// Every channel and department that got the thing has confirmed the outcome.
    ObjectionClosed "objection.closed" { objection: ObjectionId, }
    /// The party asked for a review; new facts suspend again (Q04).
    ReviewRequested "review.requested" {
        of: ReviewOf, statement: Sealed, evidence: Vec<Digest>, suspends: bool,
        decide_by: Deadline,
    }
    /// The review was decided by somebody else than who decided before.
    ReviewDecided "review.decided" {
        of: ReviewOf, upheld: bool, reasons: Sealed, service: Service,
        act_by: Option<Deadline>,
    }
    /// Who provided what a remedy found void has to restore the subject's reputation (O67).
    RedressOwed "redress.owed" { remedy: RemedyId, provider: Uscc, }
    /// It has.
    RedressDone "redress.done" { remedy: RemedyId, account: Sealed, evidence: Vec<Digest>, }
    /// Reconsideration was applied for, or a suit filed; it is marked, not suspended.
    RemedyFiled "remedy.filed" {
        target: Target, kind: RemedyKind, body: String, number: String, filed_on: Day,
        document_sha256: Digest,
    }
    /// The reviewing body or court stayed execution.
    StayOrdered "remedy.stay_ordered" { remedy: RemedyId, document: FactDocument, }
    /// It ended its stay.
    StayEnded "remedy.stay_ended" { remedy: RemedyId, document: FactDocument, }
    /// It decided; the outcome is applied in this commit.
    RemedyDecided "remedy.decided" {
        remedy: RemedyId, outcome: RemedyOutcome, document: FactDocument,
    }
    /// The authority found that a repair was obtained by fraud and told the party so.
    RepairRevocationNoticed "repair.revocation_noticed" {
        repair: RepairId, reasons: Sealed, document_sha256: Digest, service: Service,
        window: Deadline,
    }
    /// The party stated its case, in numbered points.
    RepairRevocationStated "repair.revocation_stated" {
        repair: RepairId, points: Vec<Sealed>, received_on: Day,
        document_sha256: Option<Digest>,
    }
    /// The head revoked the repair; the listing has effect again for what remained of its time.
    RepairRevoked "repair.revoked" {
        repair: RepairId, document_number: String, document_sha256: Digest, reasons: Sealed,
        answers: Vec<Sealed>, service: Service, starts_on: Day,
    }
    /// The head let the repair stand.
    RepairRevocationDropped "repair.revocation_dropped" { repair: RepairId, reasons: Sealed, }
    /// The listing's end passed before the day on which it would have had effect again.
    RepairRevocationLapsed "repair.revocation_lapsed" { repair: RepairId, }
    /// The day fixed in the served revocation has come.
    RepairedRestored "listing.restored" { repair: RepairId, published: bool, }
    /// A court approved a reorganisation or settlement: suspended while it is performed.
    ReliefGranted "relief.granted" {
        listing: ListingId, ruling: FactDocument, reasons: Sealed, until: Day,
    }
    /// The plan was performed: repaired.
    ReliefCompleted "relief.completed" {
        relief: ReliefId, document: FactDocument, reasons: Sealed,
    }
    /// The plan failed, as the court ruled; the suspension ends.
    ReliefEnded "relief.ended" { relief: ReliefId, document: FactDocument, reasons: Sealed, }
    /// A court's document is on file.
    CourtDocumentFiled "court_document.filed" { document: FactDocument, effect: Sealed, }
    /// The decision on a repair takes longer, once; the party was told why and until when.
    RepairExtended "repair.extended" {
        repair: RepairId, reasons: Sealed, document_sha256: Digest, service: Service,
        decide_by: Deadline,
    }
    /// A revoked repair is not applied for again before that day; it is never later than the last
    /// day of the listing.
    RepairBarred "repair.barred" { repair: RepairId, again_from: Day, }
    /// A listing is shown no more, though it stands: an objection found that it should not be.
    ListingDisplayEnded "listing.display_ended" { listing: ListingId, reasons: Sealed, }
    /// Expert testing stops the provider's clock, as a law says; at the latest it runs out on the
    /// day stated here, and everything stays suspended.
    TestingBegun "objection.testing_begun" {
        objection: ObjectionId, basis: Vec<Citation>, reasons: Sealed, document_sha256: Digest,
        from: Day, verify_by: Deadline,
    }
    /// The expert has reported: the clock runs on, for what was left of it.
    TestingEnded "objection.testing_ended" {
        objection: ObjectionId, document_sha256: Digest, ended_on: Day, verify_by: Deadline,
    }
    /// The subject applied for the repair of a record that no listing rests on (domain.md 4.4).
    RecordRepairApplied "repair.record_applied" {
        record: RecordId, proof_sha256: Vec<Digest>, commitment_sha256: Digest,
        statement: Sealed, accept_by: Deadline, decide_by: Deadline,
    }
    /// Its repair was revoked, and the day fixed in the served revocation has come: it is shown
    /// and shared again, as widely as before, until the day it always had.
    RecordRestored "record.restored" { repair: RepairId, record: RecordId, published: bool, }
    /// An authority took back what had been shown, or acted on: it has to restore the subject's
    /// reputation, as if somebody else had found it void (O67).
    AnnulmentRedressOwed "redress.owed_by_annulment" { target: Target, provider: Uscc, }
    /// It has.
    AnnulmentRedressDone "redress.done_after_annulment" {
        target: Target, account: Sealed, evidence: Vec<Digest>,
    }
    /// The subject applied for the repair of a served finding that it broke its commitment.
    BreachRepairApplied "repair.breach_applied" {
        commitment: CommitmentId, proof_sha256: Vec<Digest>, commitment_sha256: Digest,
        statement: Sealed, accept_by: Deadline, decide_by: Deadline,
    }
    /// A person applied for the repair of what the person answers for under a listing.
    AttributionRepairApplied "repair.attribution_applied" {
        attribution: AttributionId, proof_sha256: Vec<Digest>, commitment_sha256: Digest,
        statement: Sealed, accept_by: Deadline, decide_by: Deadline,
    }
    /// Its repair was revoked, and the day fixed in the served revocation has come: the finding
    /// stands again, to the end it always had.
    BreachRestored "breach.restored" {
        repair: RepairId, commitment: CommitmentId, published: bool,
    }
    /// The same of what a person answers for, while the listing above it stands.
    AttributionRestored "attribution.restored" {
        repair: RepairId, attribution: AttributionId,
    }
}
}
