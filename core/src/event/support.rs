//! Support of public-interest litigation (支持公益诉讼): what was asked for by whom, and which
//! documents were handed over (domain.md O47, M-S09). No measure: nothing follows for the subject.

use serde::{Deserialize, Serialize};

use crate::event::Target;
use crate::id::SupportId;
use crate::rules::Citation;
use crate::text::{Digest, Sealed};

/// What the suit is about (plan 四(四)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuitGround {
    /// 环境污染
    Pollution,
    /// 侵害众多消费者
    Consumers,
    /// 侵害众多公众投资者
    PublicInvestors,
    /// 其他社会公共利益
    OtherPublicInterest,
}

events! {
/// What happens to the support of a suit.
SupportEvent {
    /// An organ or organisation that the law names asked, and the department agreed.
    Opened "litigation_support.opened" {
        target: Target, ground: SuitGround, plaintiff: String, plaintiff_basis: Citation,
        basis: Vec<Citation>, request_sha256: Digest,
    }
    /// Documents were handed over against a receipt.
    EvidenceHandedOver "litigation_support.evidence_handed_over" {
        support: SupportId, documents: Vec<Digest>, receipt_sha256: Digest,
    }
    /// It is over.
    Closed "litigation_support.closed" { support: SupportId, outcome: Sealed, }
}
}
