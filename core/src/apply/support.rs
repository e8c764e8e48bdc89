//! Folds the events of the support of public-interest litigation.

use super::{here, officer_of, subject_of};
use crate::event::Envelope;
use crate::event::support::SupportEvent;
use crate::id::SupportId;
use crate::row::social::{SocialKey, SocialRow, SupportRow};
use crate::rows::{Rows, Stop};

pub(super) fn apply(
    rows: &mut Rows,
    envelope: &Envelope,
    event: &SupportEvent,
) -> Result<(), Stop> {
    match event {
        SupportEvent::Opened { target, ground, plaintiff, .. } => {
            let id = SupportId(here(envelope));
            let subject = subject_of(envelope)?;
            rows.want([SocialKey::Support(id).into(), SocialKey::OpenSupports(subject).into()])?;
            let found = rows.supportable(*target)?;
            let (_, authority) = found.ok_or_else(|| {
                Stop::Defect(format!("{id} is about what nobody can support a suit with"))
            })?;
            let mut open = rows.open_supports(subject)?.to_vec();
            open.push(id);
            let row = SupportRow {
                id,
                subject,
                authority,
                target: *target,
                ground: *ground,
                plaintiff: plaintiff.clone(),
                opened_by: officer_of(envelope)?,
                opened_on: envelope.legal_date,
                handovers: 0,
                closed_on: None,
            };
            rows.put_social(SocialKey::OpenSupports(subject), SocialRow::OpenSupports(open))?;
            put(rows, row)
        }
        SupportEvent::EvidenceHandedOver { support, .. } => {
            let row = Rows::known(rows.support(*support)?, &support.0)?;
            let row = SupportRow { handovers: row.handovers.saturating_add(1), ..row.clone() };
            put(rows, row)
        }
        SupportEvent::Closed { support, .. } => {
            let row = Rows::known(rows.support(*support)?, &support.0)?;
            let row = SupportRow { closed_on: Some(envelope.legal_date), ..row.clone() };
            let mut open = rows.open_supports(row.subject)?.to_vec();
            open.retain(|own| own != support);
            rows.put_social(SocialKey::OpenSupports(row.subject), SocialRow::OpenSupports(open))?;
            put(rows, row)
        }
    }
}

fn put(rows: &mut Rows, row: SupportRow) -> Result<(), Stop> {
    rows.put_social(SocialKey::Support(row.id), SocialRow::Support(row))
}
