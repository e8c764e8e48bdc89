//! Commands about tolerant acceptance.

use crate::actor::SubjectKey;
use crate::event::tolerance::HandedIn;
use crate::id::{Position, RecordId, ToleranceId};
use crate::rules::Citation;
use crate::text::{Digest, Sealed};
use crate::time::Day;

/// A document that the file lacks.
#[derive(Clone, Debug)]
pub struct Missing {
    /// What it is.
    pub name: Sealed,
    /// A law or regulation requires it for acceptance: then it can never be missing.
    pub required_by_law: bool,
}

/// A command about a tolerant acceptance.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each command carries the fields of the event it asks for")]
pub enum ToleranceCommand {
    Open {
        subject: SubjectKey,
        matter: Sealed,
        basis: Vec<Citation>,
        missing: Vec<Missing>,
        working_days: u16,
        promise_sha256: Digest,
        /// Adverse records that count against the subject, from the index, and the version of its
        /// file when they were looked for: a file that has changed since is looked at anew.
        adverse: Vec<RecordId>,
        looked_at: Position,
    },
    Supply {
        acceptance: ToleranceId,
        documents: Vec<HandedIn>,
        received_on: Day,
    },
    Withdraw {
        acceptance: ToleranceId,
        reasons: Sealed,
        document_sha256: Option<Digest>,
    },
    Close {
        acceptance: ToleranceId,
        reasons: Sealed,
    },
}
