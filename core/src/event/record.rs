//! What becomes of a record after it was accepted (domain.md 2.1).

use serde::{Deserialize, Serialize};

use crate::id::{ObjectionId, RecordId, ReliefId};
use crate::rules::Severity;
use crate::text::{Digest, Sealed};
use crate::time::Day;

events! {
/// Events of the life of a record.
RecordEvent {
    /// The provider corrected it; the version before stays in the log (T03).
    Corrected "record.corrected" {
        record: RecordId, version: u16, document_number: String, document_date: Day,
        document_sha256: Option<Digest>, content: Option<Sealed>, severity: Option<Severity>,
        publicity_until: Option<Day>, reasons: Sealed,
    }
    /// It is shown no more, though it stands.
    DisplayEnded "record.display_ended" { record: RecordId, reasons: Sealed, }
    /// What ended some time ago is kept for auditors only.
    Archived "record.archived" { record: RecordId, }
    /// The provider added what an objection found missing; the version before stays in the log.
    Supplemented "record.supplemented" {
        record: RecordId, objection: ObjectionId, version: u16, statement: Sealed,
        document_sha256: Option<Digest>, reasons: Sealed,
    }
    /// A version of the rules that has come into force allows less publicity: it ends earlier.
    PublicityShortened "record.publicity_shortened" { record: RecordId, before: Day, until: Day, }
    /// A reorganisation plan was performed: the record that the relieved listing rests on ends as if
    /// repaired (domain.md 2.5, 4.4). Nothing brings it back.
    Relieved "record.relieved" { record: RecordId, relief: ReliefId, }
}
}
