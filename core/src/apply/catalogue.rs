//! Folds the events of the joint catalogue and of implementing documents.

use crate::apply::{defect, here, officer_of};
use crate::event::Envelope;
use crate::event::catalogue::CatalogueEvent;
use crate::id::CatalogueEntryId;
use crate::row::catalogue::{CatalogueEntryRow, DepartmentDocumentRow, EntryState};
use crate::row::{Key, Newest, Row};
use crate::rows::{Rows, Stop};

pub(super) fn apply(
    rows: &mut Rows,
    envelope: &Envelope,
    event: &CatalogueEvent,
) -> Result<(), Stop> {
    use CatalogueEvent as E;
    let id = match event {
        E::DocumentFiled { .. } => return filed(rows, envelope, event),
        E::Drafted { .. } => CatalogueEntryId(here(envelope)),
        E::Submitted { entry, .. }
        | E::FormatChecked { entry }
        | E::LegalReviewed { entry, .. }
        | E::CommentOpened { entry, .. }
        | E::Published { entry, .. }
        | E::Retired { entry, .. }
        | E::AwaitsPublication { entry } => *entry,
    };
    let key = Key::CatalogueEntry(id);
    rows.want([key.clone()])?;
    if let E::Drafted { department, proposal } = event {
        let row = CatalogueEntryRow {
            id,
            department: department.clone(),
            drafted_by: officer_of(envelope)?,
            drafted_on: envelope.legal_date,
            proposal: proposal.clone(),
            cc: Vec::new(),
            state: EntryState::Drafted,
        };
        return rows.put(key, Row::CatalogueEntry(row));
    }
    let replaced = match event {
        E::Published { amends: Some(old), .. } => {
            Some(Rows::known(rows.catalogue_entry(*old)?, &old.0)?.clone())
        }
        _ => None,
    };
    let mut row = Rows::known(rows.catalogue_entry(id)?, &id.0)?.clone();
    if let E::AwaitsPublication { .. } | E::Published { .. } = event {
        let newest = Newest::Entry(row.proposal.kind, row.proposal.code.clone());
        rows.want([Key::Newest(newest.clone())])?;
        rows.put(Key::Newest(newest), Row::Newest(id.0))?;
    }
    if let E::AwaitsPublication { .. } = event {
        return Ok(());
    }
    if let E::Submitted { cc, .. } = event {
        row.cc = cc.clone();
    }
    row.state = step(row.state, envelope, event)?
        .ok_or_else(|| defect(envelope, "the entry is in another state"))?;
    rows.put(key, Row::CatalogueEntry(row))?;
    match replaced {
        Some(old) => {
            let state = EntryState::Amended { by: id, on: envelope.legal_date };
            let old = CatalogueEntryRow { state, ..old };
            rows.put(Key::CatalogueEntry(old.id), Row::CatalogueEntry(old))
        }
        None => Ok(()),
    }
}

fn step(
    state: EntryState,
    envelope: &Envelope,
    event: &CatalogueEvent,
) -> Result<Option<EntryState>, Stop> {
    use CatalogueEvent as E;
    let on = envelope.legal_date;
    Ok(Some(match (state, event) {
        (EntryState::Drafted, E::Submitted { .. }) => EntryState::Submitted,
        (EntryState::Submitted, E::FormatChecked { .. }) => {
            EntryState::FormatChecked { by: officer_of(envelope)? }
        }
        (EntryState::FormatChecked { by }, E::LegalReviewed { .. }) => {
            EntryState::LegalReviewed { checked_by: by }
        }
        (EntryState::LegalReviewed { checked_by }, E::CommentOpened { ends_on, .. }) => {
            EntryState::PublicComment { checked_by, ends_on: *ends_on }
        }
        (
            EntryState::LegalReviewed { .. } | EntryState::PublicComment { .. },
            E::Published { version, .. },
        ) => EntryState::Published { on, version: *version },
        (EntryState::Retired { .. } | EntryState::Amended { .. }, _) => return Ok(None),
        (state, E::Retired { .. }) => {
            let was_published = matches!(state, EntryState::Published { .. });
            EntryState::Retired { on, was_published }
        }
        _ => return Ok(None),
    }))
}

fn filed(rows: &mut Rows, envelope: &Envelope, event: &CatalogueEvent) -> Result<(), Stop> {
    let CatalogueEvent::DocumentFiled { department, title, number, issued_on, document_sha256 } =
        event
    else {
        return Err(defect(envelope, "not a document"));
    };
    let key = Key::DepartmentDocument(here(envelope));
    rows.want([key.clone()])?;
    let row = DepartmentDocumentRow {
        at: here(envelope),
        department: department.clone(),
        title: title.clone(),
        number: number.clone(),
        issued_on: *issued_on,
        document_sha256: *document_sha256,
        filed_by: officer_of(envelope)?,
        filed_on: envelope.legal_date,
    };
    rows.put(key, Row::DepartmentDocument(row))
}
