//! Folds the events of tolerant acceptance.

use crate::apply::{defect, here, officer_of, subject_of};
use crate::event::Envelope;
use crate::event::tolerance::ToleranceEvent;
use crate::id::ToleranceId;
use crate::row::tolerance::{ToleranceRow, ToleranceState};
use crate::row::{Key, Row};
use crate::rows::{Rows, Stop};

pub(super) fn apply(
    rows: &mut Rows,
    envelope: &Envelope,
    event: &ToleranceEvent,
) -> Result<(), Stop> {
    use ToleranceEvent as E;
    use ToleranceState as S;
    let id = match event {
        E::Opened { .. } => return opened(rows, envelope, event),
        E::Supplied { acceptance, .. }
        | E::Overdue { acceptance }
        | E::Withdrawn { acceptance, .. }
        | E::Closed { acceptance, .. } => *acceptance,
    };
    let mut row = Rows::known(rows.tolerance(id)?, &id.0)?.clone();
    row.state = match (row.state, event) {
        (state @ (S::Open | S::Overdue), E::Supplied { documents, received_on, .. }) => {
            for own in documents {
                let Some(place) = row.documents.get_mut(usize::from(own.place)) else {
                    return Err(defect(envelope, "it names a document that was not missing"));
                };
                *place = Some(own.sha256);
            }
            match row.documents.iter().all(Option::is_some) {
                true => {
                    row.completed_on = Some(*received_on);
                    S::Completed
                }
                false => state,
            }
        }
        (S::Open, E::Overdue { .. }) => S::Overdue,
        (S::Open | S::Overdue, E::Withdrawn { .. }) => S::Withdrawn,
        (S::Overdue, E::Closed { .. }) => S::Closed,
        _ => return Err(defect(envelope, "the tolerant acceptance is in another state")),
    };
    rows.put(Key::Tolerance(id), Row::Tolerance(row))
}

fn opened(rows: &mut Rows, envelope: &Envelope, event: &ToleranceEvent) -> Result<(), Stop> {
    let ToleranceEvent::Opened { missing, due, promise_sha256, by_right_of, .. } = event else {
        return Err(defect(envelope, "it names no tolerant acceptance"));
    };
    let id = ToleranceId(here(envelope));
    rows.want([Key::Tolerance(id)])?;
    let row = ToleranceRow {
        id,
        subject: subject_of(envelope)?,
        opened_by: officer_of(envelope)?,
        opened_on: envelope.legal_date,
        due: *due,
        promise_sha256: *promise_sha256,
        by_right_of: *by_right_of,
        documents: vec![None; missing.len()],
        completed_on: None,
        state: ToleranceState::Open,
    };
    rows.put(Key::Tolerance(id), Row::Tolerance(row))
}
