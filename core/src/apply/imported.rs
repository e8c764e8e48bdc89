//! Folds the events of classifications made elsewhere. They never change a subject's marks.

use super::{defect, here, officer_of, subject_of};
use crate::event::Envelope;
use crate::event::imported::ImportedEvent;
use crate::id::ImportedId;
use crate::row::social::{ImportedRow, SocialKey, SocialRow};
use crate::rows::{Rows, Stop};

pub(super) fn apply(
    rows: &mut Rows,
    envelope: &Envelope,
    event: &ImportedEvent,
) -> Result<(), Stop> {
    match event {
        ImportedEvent::Received { .. } => receive(rows, envelope, event),
        ImportedEvent::Withdrawn { classification, .. } => {
            let row = Rows::known(rows.imported(*classification)?, &classification.0)?;
            let row = ImportedRow { withdrawn_on: Some(envelope.legal_date), ..row.clone() };
            rows.put_social(SocialKey::Imported(*classification), SocialRow::Imported(row))
        }
    }
}

fn receive(rows: &mut Rows, envelope: &Envelope, event: &ImportedEvent) -> Result<(), Stop> {
    let ImportedEvent::Received {
        authority,
        author,
        standard,
        standard_title,
        class_name,
        decision_number,
        decided_on,
        valid_until,
        openness,
        supersedes,
    } = event
    else {
        return Err(defect(envelope, "nothing was received"));
    };
    let subject = subject_of(envelope)?;
    let id = ImportedId(here(envelope));
    let of = SocialKey::ImportedOf { subject, authority: *authority, standard: standard.clone() };
    let before = supersedes.map(SocialKey::Imported);
    let keys = [SocialKey::Imported(id), of.clone()];
    rows.want(keys.into_iter().chain(before).map(Into::into))?;
    let old = match supersedes {
        Some(old) => Some(Rows::known(rows.imported(*old)?, &old.0)?.clone()),
        None => None,
    };
    let row = ImportedRow {
        id,
        subject,
        authority: *authority,
        author: author.clone(),
        standard: standard.clone(),
        standard_title: standard_title.clone(),
        class_name: class_name.clone(),
        decision_number: decision_number.clone(),
        decided_on: *decided_on,
        valid_until: *valid_until,
        openness: *openness,
        received_by: officer_of(envelope)?,
        received_on: envelope.legal_date,
        superseded_by: None,
        withdrawn_on: None,
    };
    if let Some(old) = old {
        let (key, row) = (old.id, ImportedRow { superseded_by: Some(id), ..old });
        rows.put_social(SocialKey::Imported(key), SocialRow::Imported(row))?;
    }
    rows.put_social(SocialKey::Imported(id), SocialRow::Imported(row))?;
    rows.put_social(of, SocialRow::ImportedOf(id))
}
