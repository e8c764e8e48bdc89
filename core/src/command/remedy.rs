//! Commands of reviews, reconsiderations and suits, revoked repairs, relief.

use crate::event::Target;
use crate::event::remedy::{RemedyKind, RemedyOutcome, ReviewOf};
use crate::id::{ListingId, ObjectionId, ReliefId, RemedyId, RepairId};
use crate::rules::Citation;
use crate::text::{Digest, FactDocument, Sealed, Service};
use crate::time::Day;

/// A command about a remedy.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each command carries the fields of the event it asks for")]
pub enum RemedyCommand {
    RequestEvidence {
        objection: ObjectionId,
        request: Sealed,
    },
    AddEvidence {
        objection: ObjectionId,
        statement: Sealed,
        evidence: Vec<Digest>,
    },
    MarkUnverified {
        objection: ObjectionId,
        reasons: Sealed,
        service: Service,
    },
    RequestReview {
        of: ReviewOf,
        statement: Sealed,
        evidence: Vec<Digest>,
        new_facts: bool,
    },
    DecideReview {
        of: ReviewOf,
        upheld: bool,
        reasons: Sealed,
        service: Service,
    },
    FileRemedy {
        target: Target,
        kind: RemedyKind,
        body: String,
        number: String,
        filed_on: Day,
        document_sha256: Digest,
    },
    OrderStay {
        remedy: RemedyId,
        document: FactDocument,
    },
    EndStay {
        remedy: RemedyId,
        document: FactDocument,
    },
    DecideRemedy {
        remedy: RemedyId,
        outcome: RemedyOutcome,
        document: FactDocument,
        reasons: Sealed,
    },
    CompleteRemedyRedress {
        remedy: RemedyId,
        account: Sealed,
        evidence: Vec<Digest>,
    },
    NoticeRevocation {
        repair: RepairId,
        reasons: Sealed,
        document_sha256: Digest,
        service: Service,
    },
    StateOnRevocation {
        repair: RepairId,
        points: Vec<Sealed>,
        received_on: Day,
        /// The party's own, where an officer takes down what it said.
        document_sha256: Option<Digest>,
    },
    RevokeRepair {
        repair: RepairId,
        document_number: String,
        document_sha256: Digest,
        reasons: Sealed,
        answers: Vec<Sealed>,
        service: Service,
    },
    DropRevocation {
        repair: RepairId,
        reasons: Sealed,
    },
    GrantRelief {
        listing: ListingId,
        ruling: FactDocument,
        reasons: Sealed,
        until: Day,
    },
    CompleteRelief {
        relief: ReliefId,
        document: FactDocument,
        reasons: Sealed,
    },
    EndRelief {
        relief: ReliefId,
        document: FactDocument,
        reasons: Sealed,
    },
    FileCourtDocument {
        document: FactDocument,
        effect: Sealed,
    },
    SupplementRecord {
        objection: ObjectionId,
        statement: Sealed,
        document_sha256: Option<Digest>,
        reasons: Sealed,
    },
    BeginTesting {
        objection: ObjectionId,
        basis: Vec<Citation>,
        reasons: Sealed,
        document_sha256: Digest,
        from: Day,
    },
    EndTesting {
        objection: ObjectionId,
        document_sha256: Digest,
        ended_on: Day,
    },
    ExtendRepair {
        repair: RepairId,
        reasons: Sealed,
        document_sha256: Digest,
        service: Service,
    },
    CompleteAnnulmentRedress {
        target: Target,
        account: Sealed,
        evidence: Vec<Digest>,
    },
}
