//! Commands about the support of public-interest litigation.

use crate::event::Target;
use crate::event::support::SuitGround;
use crate::id::SupportId;
use crate::rules::Citation;
use crate::text::{Digest, Sealed};

/// A command about the support of a suit.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each command carries the fields of the event it asks for")]
pub enum SupportCommand {
    Open {
        target: Target,
        ground: SuitGround,
        plaintiff: String,
        plaintiff_basis: Citation,
        basis: Vec<Citation>,
        request_sha256: Digest,
    },
    HandOver {
        support: SupportId,
        documents: Vec<Digest>,
        receipt_sha256: Digest,
    },
    Close {
        support: SupportId,
        outcome: Sealed,
    },
}
