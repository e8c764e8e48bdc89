//! Events of credit commitments (domain.md 2.2), and of the finding that one was broken.

use serde::{Deserialize, Serialize};

use crate::calendar::Deadline;
use crate::id::{CommitmentId, RepairId};
use crate::identifier::uscc::Uscc;
use crate::rules::Citation;
use crate::text::{Digest, Sealed, Service};
use crate::time::Day;

/// What a commitment is for (domain.md 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommitmentKind {
    /// 告知承诺（审批替代）
    Permit,
    /// 证明事项告知承诺
    ProofOfFact,
    /// 容缺受理承诺
    TolerantAcceptance,
    /// 综合信用承诺
    Comprehensive,
    /// 专项承诺（产品、服务质量等）
    Special,
    /// 行业自律承诺
    TradeSelfDiscipline,
    /// 信用修复承诺
    Repair,
}

impl CommitmentKind {
    /// Whether it is made to the public. The others are made to one department in one matter and
    /// are never shown.
    pub fn is_public(self) -> bool {
        use CommitmentKind as K;
        matches!(self, K::Comprehensive | K::Special | K::TradeSelfDiscipline | K::Repair)
    }
}

events! {
/// What happened to a commitment.
CommitmentEvent {
    /// A department offered a text, and told that the ordinary path stays open.
    Offered "commitment.offered" {
        authority: Uscc, kind: CommitmentKind, template_sha256: Digest, content: Sealed,
        conditions: Sealed, checks: Sealed, consequences: Sealed, due: Day,
    }
    /// The subject declined; nothing follows from that.
    Declined "commitment.declined" {
        commitment: CommitmentId, document_sha256: Option<Digest>,
    }
    /// The subject or its agent signed the offered text.
    Signed "commitment.signed" {
        commitment: CommitmentId, document_sha256: Digest, agent_sha256: Option<Digest>,
    }
    /// It is in force and shown; persons have consented in writing.
    Published "commitment.published" {
        commitment: CommitmentId, consent_sha256: Option<Digest>,
    }
    /// It is in force without being shown: it was made to the department in one matter.
    Accepted "commitment.accepted" { commitment: CommitmentId, }
    /// The matter for which it was made is decided; it can be withdrawn no more.
    MatterDecided "commitment.matter_decided" {
        commitment: CommitmentId, document_number: String,
    }
    /// The subject withdrew it.
    Withdrawn "commitment.withdrawn" {
        commitment: CommitmentId, reasons: Sealed, document_sha256: Option<Digest>,
    }
    /// The department found it kept.
    Fulfilled "commitment.fulfilled" { commitment: CommitmentId, evidence: Vec<Digest>, }
    /// The day for it passed.
    Overdue "commitment.overdue" { commitment: CommitmentId, }
    /// The subject was told to put it right by a day, counted from that of this event.
    CureNoticeServed "commitment.cure_notice_served" {
        commitment: CommitmentId, reasons: Sealed, document_sha256: Digest, service: Service,
        cure_by: Deadline,
    }
    /// A case officer proposed to find it broken.
    BreachProposed "breach.proposed" {
        commitment: CommitmentId, basis: Vec<Citation>, facts: Sealed, evidence: Vec<Digest>,
        decide_by: Deadline, cap: Day,
    }
    /// The subject was told what is to be found, why, and of its rights. The window runs from the
    /// day of this event, not from an earlier day of service.
    BreachNoticeServed "breach.notice_served" {
        commitment: CommitmentId, facts: Sealed, reasons: Sealed, document_sha256: Digest,
        service: Service, window: Deadline,
    }
    /// The subject stated its case, in numbered points.
    BreachStatementReceived "breach.statement_received" {
        commitment: CommitmentId, points: Vec<Sealed>, received_on: Day,
        document_sha256: Option<Digest>,
    }
    /// The subject waived its statement in writing.
    BreachStatementWaived "breach.statement_waived" {
        commitment: CommitmentId, document_sha256: Digest,
    }
    /// The statement period passed in silence.
    BreachWindowClosed "breach.window_closed" { commitment: CommitmentId, }
    /// The department dropped the proposal, or its head found nothing broken.
    BreachDropped "breach.dropped" { commitment: CommitmentId, reasons: Sealed, }
    /// The head found it broken. That is a record of a fact and nothing more.
    BreachDecided "breach.decided" {
        commitment: CommitmentId, document_number: String, document_sha256: Digest, facts: Sealed,
        reasons: Sealed, answers: Vec<Sealed>, end: Day, repair_conditions: Sealed,
        remedies: Sealed,
    }
    /// The finding and the repair guide were served together.
    BreachServed "breach.served" {
        commitment: CommitmentId, service: Service, repair_guide_sha256: Digest, published: bool,
    }
    /// A repair ended the finding, its display and its use.
    Repaired "commitment.repaired" { commitment: CommitmentId, repair: RepairId, }
    /// The finding is void: an objection or a remedy was upheld. The commitment stands where it
    /// stood before the finding.
    BreachAnnulled "breach.annulled" { commitment: CommitmentId, reasons: Sealed, }
    /// The end date of the finding passed.
    BreachExpired "breach.expired" { commitment: CommitmentId, }
    /// A version of the rules that has come into force allows less publicity: it ends earlier.
    BreachShortened "breach.shortened" { commitment: CommitmentId, end: Day, }
}
}

impl CommitmentEvent {
    /// The commitment it is about; none where the event itself makes it.
    pub fn about(&self) -> Option<CommitmentId> {
        use CommitmentEvent as E;
        match self {
            E::Offered { .. } => None,
            E::Declined { commitment, .. }
            | E::Signed { commitment, .. }
            | E::Published { commitment, .. }
            | E::Accepted { commitment }
            | E::MatterDecided { commitment, .. }
            | E::Withdrawn { commitment, .. }
            | E::Fulfilled { commitment, .. }
            | E::Overdue { commitment }
            | E::CureNoticeServed { commitment, .. }
            | E::BreachProposed { commitment, .. }
            | E::BreachNoticeServed { commitment, .. }
            | E::BreachStatementReceived { commitment, .. }
            | E::BreachStatementWaived { commitment, .. }
            | E::BreachWindowClosed { commitment }
            | E::BreachDropped { commitment, .. }
            | E::BreachDecided { commitment, .. }
            | E::BreachServed { commitment, .. }
            | E::BreachAnnulled { commitment, .. }
            | E::BreachExpired { commitment }
            | E::BreachShortened { commitment, .. }
            | E::Repaired { commitment, .. } => Some(*commitment),
        }
    }
}
