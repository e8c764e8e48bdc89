//! Folds the events of typical cases.

use super::{here, officer_of};
use crate::event::Envelope;
use crate::event::case_study::CaseStudyEvent;
use crate::id::CaseStudyId;
use crate::row::social::{CaseStudyRow, CaseStudyState, SocialKey, SocialRow};
use crate::rows::{Rows, Stop};

pub(super) fn apply(
    rows: &mut Rows,
    envelope: &Envelope,
    event: &CaseStudyEvent,
) -> Result<(), Stop> {
    let on = envelope.legal_date;
    let (id, state) = match event {
        CaseStudyEvent::Drafted { title, text, subject, natural_persons, .. } => {
            let id = CaseStudyId(here(envelope));
            rows.want([SocialKey::CaseStudy(id).into()])?;
            let row = CaseStudyRow {
                id,
                drafted_by: officer_of(envelope)?,
                drafted_on: on,
                title: title.clone(),
                text: text.clone(),
                subject: *subject,
                natural_persons: *natural_persons,
                state: CaseStudyState::Drafted,
            };
            return rows.put_social(SocialKey::CaseStudy(id), SocialRow::CaseStudy(row));
        }
        CaseStudyEvent::Published { case_study } => (*case_study, CaseStudyState::Published { on }),
        CaseStudyEvent::Withdrawn { case_study, .. } => {
            (*case_study, CaseStudyState::Withdrawn { on, ground: None })
        }
        CaseStudyEvent::TakenDown { case_study, ground } => {
            (*case_study, CaseStudyState::Withdrawn { on, ground: Some(*ground) })
        }
    };
    let row = Rows::known(rows.case_study(id)?, &id.0)?;
    let row = CaseStudyRow { state, ..row.clone() };
    rows.put_social(SocialKey::CaseStudy(id), SocialRow::CaseStudy(row))
}
