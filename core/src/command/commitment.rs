//! Commands about credit commitments.

use crate::actor::SubjectKey;
use crate::event::commitment::CommitmentKind;
use crate::id::CommitmentId;
use crate::rules::Citation;
use crate::text::{Digest, Sealed, Service};
use crate::time::Day;

/// A command about a commitment.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each command carries the fields of the event it asks for")]
pub enum CommitmentCommand {
    Offer {
        subject: SubjectKey,
        kind: CommitmentKind,
        template_sha256: Digest,
        content: Sealed,
        conditions: Sealed,
        checks: Sealed,
        consequences: Sealed,
        /// The text says that the subject may refuse and use the ordinary path.
        ordinary_path_stated: bool,
        due: Day,
    },
    Decline {
        commitment: CommitmentId,
        document_sha256: Option<Digest>,
    },
    Sign {
        commitment: CommitmentId,
        /// Version of the text that was signed.
        template_sha256: Digest,
        document_sha256: Digest,
        agent_sha256: Option<Digest>,
    },
    Publish {
        commitment: CommitmentId,
        consent_sha256: Option<Digest>,
    },
    DecideMatter {
        commitment: CommitmentId,
        document_number: String,
    },
    Withdraw {
        commitment: CommitmentId,
        reasons: Sealed,
        document_sha256: Option<Digest>,
    },
    Fulfil {
        commitment: CommitmentId,
        evidence: Vec<Digest>,
    },
    ServeCureNotice {
        commitment: CommitmentId,
        reasons: Sealed,
        document_sha256: Digest,
        service: Service,
        working_days: u16,
    },
    ProposeBreach {
        commitment: CommitmentId,
        basis: Vec<Citation>,
        facts: Sealed,
        evidence: Vec<Digest>,
    },
    ServeBreachNotice {
        commitment: CommitmentId,
        facts: Sealed,
        reasons: Sealed,
        rights_stated: bool,
        document_sha256: Digest,
        service: Service,
    },
    StateOnBreach {
        commitment: CommitmentId,
        points: Vec<Sealed>,
        received_on: Day,
        /// The party's own, where an officer takes down what it said.
        document_sha256: Option<Digest>,
    },
    WaiveStatement {
        commitment: CommitmentId,
        document_sha256: Digest,
    },
    DropBreach {
        commitment: CommitmentId,
        reasons: Sealed,
    },
    DecideBreach {
        commitment: CommitmentId,
        document_number: String,
        document_sha256: Digest,
        facts: Sealed,
        reasons: Sealed,
        answers: Vec<Sealed>,
        end: Day,
        repair_conditions: Sealed,
        remedies: Sealed,
    },
    ServeBreach {
        commitment: CommitmentId,
        service: Service,
        repair_guide_sha256: Digest,
    },
}
