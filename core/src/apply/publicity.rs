//! Folds the events of double publicity.

use super::{defect, subject_of};
use crate::event::Envelope;
use crate::event::publicity::PublicityEvent;
use crate::row::publicity::PublicityRow;
use crate::row::{Key, Row};
use crate::rows::{Rows, Stop};

pub(super) fn apply(
    rows: &mut Rows,
    envelope: &Envelope,
    event: &PublicityEvent,
) -> Result<(), Stop> {
    match event {
        PublicityEvent::Filed {
            record,
            kind,
            decided_on,
            due,
            filed_on,
            late,
            exempt,
            reason,
            private,
        } => {
            let subject = subject_of(envelope)?;
            rows.want([Key::Record(*record), Key::Publicity(*record)])?;
            let Some(own) = rows.record(*record)? else {
                return Err(defect(envelope, "its record is not there"));
            };
            let row = PublicityRow {
                record: *record,
                subject,
                provider: own.provider,
                kind: *kind,
                decided_on: *decided_on,
                due: *due,
                filed_on: *filed_on,
                late: *late,
                exempt: *exempt,
                reason: reason.clone(),
                private: private.clone(),
            };
            rows.put(Key::Publicity(*record), Row::Publicity(row))
        }
    }
}
