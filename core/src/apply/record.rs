//! Folds the events of records.

use crate::actor::Actor;
use crate::apply::channel::{self, shown};
use crate::apply::{defect, officer_of, record_documents, record_source, subject_of};
use crate::event::record::RecordEvent;
use crate::event::{Envelope, Event, Target};
use crate::id::{RecordId, RepairId};
use crate::limits::RECORDS_PER_LISTING_MAX;
use crate::row::{Disputes, Key, ObjectionRow, RecordRow, RecordState, Row};
use crate::rows::{Rows, Stop};
use crate::rules::{Polarity, Severity};

/// Ends a record's display, sharing and use.
fn end(
    rows: &mut Rows,
    envelope: &Envelope,
    id: RecordId,
    state: RecordState,
    by: Option<RepairId>,
) -> Result<(), Stop> {
    let changes = shown(rows, Target::Record(id))?;
    let row = Rows::known(rows.record(id)?, &id.0)?.clone();
    let ended_on = Some(envelope.legal_date);
    // Where another repair had ended it before, it was shown until then.
    let before = row.repaired.map_or(row.published, |own| own.1);
    let repaired = by.map(|by| (by, before));
    let changed = envelope.position;
    let row = RecordRow { state, published: false, ended_on, repaired, changed, ..row };
    rows.put(Key::Record(id), Row::Record(row))?;
    channel::note(rows, envelope, changes);
    Ok(())
}

/// The rows by which an adverse record is found by its document. What leads here no more is seen
/// by whoever looks: such a row only says where to look.
fn found_by(rows: &Rows, row: &RecordRow) -> Result<Vec<(Key, Row)>, Stop> {
    if row.polarity != Polarity::Adverse {
        return Ok(Vec::new());
    }
    let tags = record_documents(row.subject, &row.document_number, row.document_sha256.as_ref());
    let keys: Vec<Key> = tags.into_iter().map(Key::RecordDocument).collect();
    rows.want(keys.iter().cloned())?;
    let mut found = Vec::new();
    for key in keys {
        let mut records = rows.records_at(&key)?.to_vec();
        records.retain(|own| *own != row.id);
        // The newest are kept.
        let surplus = (records.len() + 1).saturating_sub(RECORDS_PER_LISTING_MAX);
        records.drain(..surplus);
        records.push(row.id);
        found.push((key, Row::RecordDocument(records)));
    }
    Ok(found)
}

/// Where a number bars a second record, as long as it does so for this one.
fn own_source(rows: &Rows, row: &RecordRow, number: &str) -> Result<Option<Key>, Stop> {
    let key = Key::RecordSource(record_source(row.provider, &row.item, number, row.subject));
    let own = matches!(rows.get(&key)?, Some(Row::RecordSource(of)) if *of == row.id);
    Ok(own.then_some(key))
}

/// The sources of a record that its own provider annuls while nobody disputes it: it may be submitted
/// anew, with the severity that a correction may not give it. What the outcome of an objection or of a
/// remedy voids stays barred.
fn free_again(rows: &Rows, envelope: &Envelope, id: RecordId) -> Result<Vec<Key>, Stop> {
    let row = Rows::known(rows.record(id)?, &id.0)?;
    let first = own_source(rows, row, &row.filed_as)?;
    let mut sources: Vec<Key> =
        first.into_iter().chain(own_source(rows, row, &row.document_number)?).collect();
    sources.dedup();
    let disputed = !row.holds.is_empty() || !row.disputes.open.is_empty();
    let by_provider = match &envelope.actor {
        Actor::Officer(by) => by.authority == row.provider && envelope.cause.is_none(),
        _ => false,
    };
    if !by_provider || disputed {
        sources.clear();
    }
    Ok(sources)
}

/// What should not be shown is not shown again, whatever the outcome of an objection that took it off
/// display meanwhile.
fn never_again(rows: &Rows, row: &RecordRow) -> Result<Vec<(Key, Row)>, Stop> {
    rows.want(row.disputes.open.iter().map(|own| Key::Objection(own.id)))?;
    let mut found = Vec::new();
    for open in &row.disputes.open {
        let own = Rows::known(rows.objection(open.id)?, &open.id.0)?;
        if own.undisplayed {
            let own = ObjectionRow { undisplayed: false, ..own.clone() };
            found.push((Key::Objection(open.id), Row::Objection(own)));
        }
    }
    Ok(found)
}

/// A repaired record has effect again, to the end it always had.
pub(super) fn restore(
    rows: &mut Rows,
    envelope: &Envelope,
    id: RecordId,
    published: bool,
) -> Result<(), Stop> {
    rows.want([Key::Record(id)])?;
    let row = Rows::known(rows.record(id)?, &id.0)?.clone();
    if row.state != RecordState::Repaired {
        return Err(defect(envelope, "the record is in another state"));
    }
    let state = RecordState::Accepted;
    let changed = envelope.position;
    let row = RecordRow { state, published, ended_on: None, repaired: None, changed, ..row };
    rows.put(Key::Record(id), Row::Record(row))?;
    if published {
        channel::note(rows, envelope, vec![Target::Record(id)]);
    }
    Ok(())
}

pub(super) fn apply(rows: &mut Rows, envelope: &Envelope) -> Result<(), Stop> {
    match &envelope.event {
        Event::RecordAnnulled { record, .. } => {
            let sources = free_again(rows, envelope, *record)?;
            end(rows, envelope, *record, RecordState::Annulled, None)?;
            if sources.is_empty() {
                return Ok(());
            }
            let row = Rows::known(rows.record(*record)?, &record.0)?.clone();
            let row = RecordRow { withdrawn: true, ..row };
            rows.put(Key::Record(*record), Row::Record(row))?;
            sources.into_iter().try_for_each(|source| rows.remove(source))
        }
        Event::RecordRepaired { record, repair } => {
            end(rows, envelope, *record, RecordState::Repaired, Some(*repair))
        }
        Event::RecordExpired { record } => end(rows, envelope, *record, RecordState::Expired, None),
        Event::RecordAccepted {
            item,
            class,
            openness,
            polarity,
            severity,
            provider,
            document_number,
            document_date,
            document_sha256,
            content,
            published,
            publicity_until,
            ..
        } => {
            let subject = subject_of(envelope)?;
            let id = RecordId(envelope.position);
            let source =
                Key::RecordSource(record_source(*provider, item, document_number, subject));
            rows.want([Key::Record(id), source.clone()])?;
            let row = RecordRow {
                id,
                subject,
                item: item.clone(),
                class: *class,
                openness: *openness,
                polarity: *polarity,
                severity: *severity,
                provider: *provider,
                submitted_by: officer_of(envelope)?,
                collected_on: envelope.legal_date,
                document_number: document_number.clone(),
                filed_as: document_number.clone(),
                document_date: *document_date,
                document_sha256: *document_sha256,
                content: content.clone(),
                published: *published,
                publicity_until: *publicity_until,
                state: RecordState::Accepted,
                corrections: 0,
                corrected_at: None,
                supplement: None,
                ended_on: None,
                holds: Vec::new(),
                disputes: Disputes::default(),
                listings: Vec::new(),
                attributions: Vec::new(),
                open_repair: None,
                counted_from: *document_date,
                repaired: None,
                repair_again_from: None,
                changed: envelope.position,
                told: None,
                redress_done: None,
                withdrawn: false,
            };
            let found = found_by(rows, &row)?;
            rows.put(Key::Record(id), Row::Record(row))?;
            rows.put(source, Row::RecordSource(id))?;
            found.into_iter().try_for_each(|(key, row)| rows.put(key, row))?;
            if *published {
                channel::note(rows, envelope, vec![Target::Record(id)]);
            }
            Ok(())
        }
        _ => Err(defect(envelope, "not a record's event")),
    }
}

/// Folds what becomes of a record after it was accepted.
pub(super) fn apply_later(
    rows: &mut Rows,
    envelope: &Envelope,
    event: &RecordEvent,
) -> Result<(), Stop> {
    let (RecordEvent::Corrected { record: id, .. }
    | RecordEvent::DisplayEnded { record: id, .. }
    | RecordEvent::Supplemented { record: id, .. }
    | RecordEvent::PublicityShortened { record: id, .. }
    | RecordEvent::Relieved { record: id, .. }
    | RecordEvent::Archived { record: id }) = event;
    let changes = shown(rows, Target::Record(*id))?;
    let row = Rows::known(rows.record(*id)?, &id.0)?.clone();
    let former = match event {
        // A number that only a correction gave it is another document's again.
        RecordEvent::Corrected { document_number, .. }
            if ![document_number, &row.filed_as].contains(&&row.document_number) =>
        {
            own_source(rows, &row, &row.document_number)?
        }
        _ => None,
    };
    let row = match event {
        RecordEvent::Corrected {
            document_number,
            document_date,
            document_sha256,
            content,
            severity,
            publicity_until,
            ..
        } => RecordRow {
            corrections: row.corrections.saturating_add(1),
            corrected_at: Some(envelope.position),
            document_number: document_number.clone(),
            document_date: *document_date,
            counted_from: row.counted_from.min(*document_date),
            document_sha256: *document_sha256,
            content: content.clone(),
            severity: *severity,
            publicity_until: *publicity_until,
            // Minor acts are not shown in principle (domain.md 4.4).
            published: row.published && *severity != Some(Severity::Minor),
            ..row
        },
        RecordEvent::Supplemented { statement, .. } => RecordRow {
            corrections: row.corrections.saturating_add(1),
            supplement: Some((envelope.position, statement.clone())),
            ..row
        },
        RecordEvent::PublicityShortened { until, .. } => {
            RecordRow { publicity_until: Some(*until), ..row }
        }
        RecordEvent::DisplayEnded { .. } => RecordRow { published: false, ..row },
        RecordEvent::Archived { .. } => RecordRow { state: RecordState::Archived, ..row },
        // It ends as by a repair, and by none that could be revoked.
        RecordEvent::Relieved { .. } => RecordRow {
            state: RecordState::Repaired,
            published: false,
            ended_on: Some(envelope.legal_date),
            repaired: None,
            ..row
        },
    };
    let row = RecordRow { changed: envelope.position, ..row };
    let found = match event {
        RecordEvent::Corrected { .. } => {
            let mut found = found_by(rows, &row)?;
            // What it is the record of now comes in no second time either.
            let number = &row.document_number;
            let source = record_source(row.provider, &row.item, number, row.subject);
            let source = Key::RecordSource(source);
            if rows.get(&source)?.is_none() {
                found.push((source, Row::RecordSource(row.id)));
            }
            found
        }
        RecordEvent::DisplayEnded { .. } => never_again(rows, &row)?,
        _ => Vec::new(),
    };
    rows.put(Key::Record(*id), Row::Record(row))?;
    found.into_iter().try_for_each(|(key, row)| rows.put(key, row))?;
    former.map_or(Ok(()), |former| rows.remove(former))?;
    channel::note(rows, envelope, changes);
    Ok(())
}
