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
    let row = match event {
        SupportEvent::Opened { target, ground, plaintiff, .. } => {
            let id = SupportId(here(envelope));
            rows.want([SocialKey::Support(id).into()])?;
            SupportRow {
                id,
                subject: subject_of(envelope)?,
                target: *target,
                ground: *ground,
                plaintiff: plaintiff.clone(),
                opened_by: officer_of(envelope)?,
                opened_on: envelope.legal_date,
                handovers: 0,
                closed_on: None,
            }
        }
        SupportEvent::EvidenceHandedOver { support, .. } => {
            let row = Rows::known(rows.support(*support)?, &support.0)?;
            SupportRow { handovers: row.handovers.saturating_add(1), ..row.clone() }
        }
        SupportEvent::Closed { support, .. } => {
            let row = Rows::known(rows.support(*support)?, &support.0)?;
            SupportRow { closed_on: Some(envelope.legal_date), ..row.clone() }
        }
    };
    rows.put_social(SocialKey::Support(row.id), SocialRow::Support(row))
}
