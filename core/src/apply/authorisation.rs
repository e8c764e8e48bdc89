//! Folds a subject's authorisations into the head of its file; those that are over leave it.

use super::{defect, subject_of};
use crate::event::Envelope;
use crate::event::authorisation::AuthorisationEvent;
use crate::id::AuthorisationId;
use crate::row::{Authorisation, Key, Row, SubjectRow};
use crate::rows::{Rows, Stop};

pub(super) fn apply(
    rows: &mut Rows,
    envelope: &Envelope,
    event: &AuthorisationEvent,
) -> Result<(), Stop> {
    let subject = subject_of(envelope)?;
    let Some(head) = rows.subject(subject)?.cloned() else {
        return Err(defect(envelope, "its subject has no file"));
    };
    let mut authorisations = head.authorisations.clone();
    match event {
        AuthorisationEvent::Given { authority, until, .. } => {
            authorisations.retain(|own| envelope.legal_date <= own.until);
            let id = AuthorisationId(envelope.position);
            authorisations.push(Authorisation { id, authority: *authority, until: *until });
        }
        AuthorisationEvent::Withdrawn { authorisation, .. } => {
            authorisations.retain(|own| own.id != *authorisation);
        }
    }
    rows.put(Key::Subject(subject), Row::Subject(SubjectRow { authorisations, ..head }))
}
