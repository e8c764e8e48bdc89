//! Commands about classifications made elsewhere.

use crate::actor::SubjectKey;
use crate::id::ImportedId;
use crate::text::Sealed;
use crate::time::Day;

/// A command about a classification made elsewhere.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each command carries the fields of the event it asks for")]
pub enum ImportedCommand {
    Receive {
        subject: SubjectKey,
        standard: String,
        class_name: String,
        decision_number: String,
        decided_on: Day,
        valid_until: Day,
    },
    Withdraw {
        classification: ImportedId,
        reasons: Sealed,
    },
}
