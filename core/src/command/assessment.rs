//! Commands of the assessment of departments.

use crate::id::AssessmentId;
use crate::tally::Month;
use crate::text::Digest;
use crate::time::Day;

/// A command about an assessment.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each command carries the fields of the event it asks for")]
pub enum AssessmentCommand {
    Open { from: Month, to: Month },
    Freeze { assessment: AssessmentId },
    Comment { assessment: AssessmentId, comment: String },
    Finalise { assessment: AssessmentId, document_number: String, document_sha256: Digest },
    Order { assessment: AssessmentId, department: String, reasons: String, by: Day },
    Rectify { assessment: AssessmentId, account: String, document_sha256: Digest },
    Report { assessment: AssessmentId, document_number: String, document_sha256: Digest },
}
