//! Commands about associations' files.

use crate::actor::SubjectKey;
use crate::event::member::NoteKind;
use crate::id::MemberNoteId;
use crate::text::{Digest, Sealed};

/// A command about an association's note.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each command carries the fields of the event it asks for")]
pub enum MemberCommand {
    Note {
        /// Short code of the association.
        association: String,
        subject: SubjectKey,
        kind: NoteKind,
        text: Sealed,
        rater: Option<String>,
        charter: Option<String>,
    },
    Correct {
        note: MemberNoteId,
        text: Sealed,
        reasons: Sealed,
    },
    Withdraw {
        note: MemberNoteId,
        reasons: Sealed,
    },
    Object {
        note: MemberNoteId,
        statement: Sealed,
        evidence: Vec<Digest>,
    },
    Answer {
        note: MemberNoteId,
        stands: bool,
        answer: Sealed,
        /// The note as it reads from here on, where it does not stand and is not taken back.
        corrected: Option<Sealed>,
    },
}
