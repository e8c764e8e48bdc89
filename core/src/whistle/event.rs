//! Every event of a report. Variants are only ever appended, as in `crate::event`.

use serde::{Deserialize, Serialize};

use crate::actor::OfficerRef;
use crate::calendar::Deadline;
use crate::event::events;
use crate::identifier::uscc::Uscc;
use crate::rules::Citation;
use crate::text::{Digest, Sealed};
use crate::time::Day;

events! {
/// What happened to a report.
WhistleEvent {
    /// Somebody reported wrongdoing. Of an identity only the SHA-256 of its ciphertext is here.
    Received "whistle.received" {
        reported: Sealed, facts: Sealed, evidence: Vec<Sealed>, identity_sha256: Option<Digest>,
        triage_by: Deadline,
    }
    /// It is one for this county's departments.
    Triaged "whistle.triaged" { note: Sealed, }
    /// It is not; the pointer says who is competent. Ends the report.
    OutOfScope "whistle.out_of_scope" { pointer: Sealed, keep_until: Day, }
    /// A competent department, not the reported body, looks into it.
    Assigned "whistle.assigned" { department: Uscc, verify_by: Deadline, }
    /// A case officer of the department found it substantiated or not.
    Verified "whistle.verified" {
        substantiated: bool, reasons: Sealed, feedback_by: Option<Deadline>,
    }
    /// The period of verification was extended, once.
    Extended "whistle.extended" { reasons: Sealed, verify_by: Deadline, }
    /// The department took it as an occasion to look for facts of its own; it opens nothing here.
    Transferred "whistle.transferred" { note: Sealed, feedback_by: Deadline, }
    /// An answer that the holder of the receipt can read.
    FeedbackPosted "whistle.feedback_posted" { text: Sealed, keep_until: Day, }
    /// A triage officer asked for the identity, with the legal ground in writing.
    UnsealRequested "identity.unseal_requested" {
        ground: Citation, reasons: Sealed, law_forbids_telling: Option<Citation>,
    }
    /// A data officer approved; the ciphertext was handed out for opening with the offline key.
    Unsealed "identity.unsealed" { requested_by: OfficerRef, told: bool, }
    /// The identity's ciphertext and the keys of the texts were destroyed.
    Purged "identity.purged" { slots: Vec<u64>, }
    /// The reporter suffers for the report; the credit office and the supervision organ have it at once.
    Retaliation "retaliation.reported" { account: Sealed, keep_until: Day, }
    /// The last day of a step passed without it; for the office's own ledger.
    Overdue "whistle.overdue" { due: Day, }
    /// The last day of a step that is awaited was counted beyond the calendar, and a newer one counts
    /// it anew.
    Recounted "whistle.recounted" { before: Day, deadline: Deadline, }
    /// Before the purge a tag of the reported body's code was put on record: a keyed hash of a department's,
    /// random bytes for any other body. Its officers stand aside after the purge as before it.
    Tagged "whistle.tagged" { reported: Digest, }
}
}
