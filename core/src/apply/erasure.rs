//! Folds the events of an erasure into the head of the file.

use super::{defect, officer_of, subject_of};
use crate::event::Envelope;
use crate::event::erasure::ErasureEvent;
use crate::row::{Erasure, Index, Key, Row, SubjectRow};
use crate::rows::{Rows, Stop};

pub(super) fn apply(
    rows: &mut Rows,
    envelope: &Envelope,
    event: &ErasureEvent,
) -> Result<(), Stop> {
    let subject = subject_of(envelope)?;
    let Some(head) = rows.subject(subject)?.cloned() else {
        return Err(defect(envelope, "its subject has no file"));
    };
    let erasure = match event {
        ErasureEvent::Proposed { .. } => Some(Erasure::Proposed {
            at: envelope.position,
            by: officer_of(envelope)?,
            on: envelope.legal_date,
        }),
        ErasureEvent::Withdrawn { .. } => None,
        ErasureEvent::Erased { .. } => {
            Some(Erasure::Erased { on: envelope.legal_date, key_destroyed: false })
        }
        ErasureEvent::KeyDestroyed { .. } => match head.erasure {
            Some(Erasure::Erased { on, .. }) => Some(Erasure::Erased { on, key_destroyed: true }),
            _ => return Err(defect(envelope, "the file was not erased")),
        },
    };
    rows.put(Key::Subject(subject), Row::Subject(SubjectRow { erasure, ..head }))?;
    // What plugins are to forget stays listed, though the code may be registered anew.
    if let ErasureEvent::Erased { .. } = event {
        rows.add_entry(Index::ErasedAt(envelope.position, subject));
    }
    Ok(())
}
