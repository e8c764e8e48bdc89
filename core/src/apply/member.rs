//! Folds the events of associations' files.

use super::{here, officer_of, subject_of};
use crate::event::Envelope;
use crate::event::member::MemberEvent;
use crate::id::MemberNoteId;
use crate::row::social::{MemberNoteRow, NoteDispute, SocialKey, SocialRow};
use crate::rows::{Rows, Stop};

pub(super) fn apply(rows: &mut Rows, envelope: &Envelope, event: &MemberEvent) -> Result<(), Stop> {
    let on = envelope.legal_date;
    let row = match event {
        MemberEvent::Noted { association, author, kind, text, rater, charter } => {
            let id = MemberNoteId(here(envelope));
            rows.want([SocialKey::MemberNote(id).into()])?;
            MemberNoteRow {
                id,
                subject: subject_of(envelope)?,
                association: *association,
                author: author.clone(),
                noted_by: officer_of(envelope)?,
                noted_on: on,
                kind: *kind,
                text: text.clone(),
                rater: rater.clone(),
                charter: charter.clone(),
                corrected_on: None,
                dispute: None,
                objections: 0,
                withdrawn_on: None,
            }
        }
        MemberEvent::Corrected { note, text, .. } => {
            MemberNoteRow { text: text.clone(), corrected_on: Some(on), ..known(rows, *note)? }
        }
        MemberEvent::Withdrawn { note, .. } => {
            MemberNoteRow { withdrawn_on: Some(on), ..known(rows, *note)? }
        }
        MemberEvent::Objected { note, answer_by, .. } => {
            let row = known(rows, *note)?;
            MemberNoteRow {
                dispute: Some(NoteDispute {
                    filed: here(envelope),
                    filed_on: on,
                    answer_by: *answer_by,
                    stands: None,
                    answered: None,
                }),
                objections: row.objections.saturating_add(1),
                ..row
            }
        }
        MemberEvent::Answered { note, stands, .. } => {
            let row = known(rows, *note)?;
            let dispute = row.dispute.clone();
            let dispute = dispute.map(|own| NoteDispute {
                stands: Some(*stands),
                answered: Some(here(envelope)),
                ..own
            });
            MemberNoteRow { dispute, ..row }
        }
    };
    rows.put_social(SocialKey::MemberNote(row.id), SocialRow::MemberNote(row))
}

fn known(rows: &Rows, id: MemberNoteId) -> Result<MemberNoteRow, Stop> {
    Rows::known(rows.member_note(id)?, &id.0).cloned()
}
