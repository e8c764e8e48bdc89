//! Folds the events of channels, and notes what of the public face changed.

use crate::apply::defect;
use crate::event::channel::ChannelEvent;
use crate::event::{Envelope, Target};
use crate::path::Path;
use crate::row::commitment::CommitmentRow;
use crate::row::{ChannelRow, Index, Key, ListingKind, ListingRow, RecordRow, RedState, Row};
use crate::rows::{Rows, Stop};

/// Whether a listing in force is on public display.
pub fn listing_is_published(row: &ListingRow) -> bool {
    match &row.kind {
        ListingKind::Black { case, .. } => {
            matches!(&case.path, Path::Effective(effective) if effective.published)
        }
        ListingKind::Red(red) => matches!(&red.state, RedState::Active { published: true, .. }),
    }
}

/// Whether a nomination is under public notice, so that anybody may object (domain.md 2.3c).
/// Natural persons and individual businesses are on no public list.
pub fn nomination_is_shown(row: &ListingRow) -> bool {
    match &row.kind {
        ListingKind::Red(red) => red.is_noticed_publicly(row.subject),
        ListingKind::Black { .. } => false,
    }
}

/// Whether the public is shown a listing, or the nomination for one.
fn listing_is_shown(row: &ListingRow) -> bool {
    listing_is_published(row) || nomination_is_shown(row)
}

/// Whether a commitment is on public display, dates left aside.
pub(super) fn commitment_is_shown(row: &CommitmentRow) -> bool {
    row.is_shown(row.offered_on)
}

/// What is on public display of a thing and of what rests on it. To be asked before anything is
/// written, because what is no longer shown has to be withdrawn too.
pub(super) fn shown(rows: &Rows, target: Target) -> Result<Vec<Target>, Stop> {
    let mut found = Vec::new();
    match target {
        Target::Record(id) => {
            let row = Rows::known(rows.record(id)?, &id.0)?;
            rows.want(row.listings.iter().map(|listing| Key::Listing(*listing)))?;
            if row.published {
                found.push(target);
            }
            for listing in &row.listings {
                found.extend(shown(rows, Target::Listing(*listing))?);
            }
        }
        Target::Listing(id) => {
            if listing_is_shown(Rows::known(rows.listing(id)?, &id.0)?) {
                found.push(target);
            }
        }
        Target::Commitment(id) => {
            if commitment_is_shown(Rows::known(rows.commitment(id)?, &id.0)?) {
                found.push(target);
            }
        }
        // Persons and measures are on no channel.
        Target::Attribution(_) | Target::Measure(_) => {}
    }
    Ok(found)
}

/// Notes that channels have to be told of these things again.
pub(super) fn note(rows: &mut Rows, envelope: &Envelope, changes: Vec<Target>) {
    for target in changes {
        rows.add_entry(Index::PublicChange(envelope.position, target));
    }
}

/// Notes on a record that something about it changed. To be asked before anything is written, or
/// where the record was looked at already.
pub(super) fn touch(rows: &mut Rows, envelope: &Envelope, target: Target) -> Result<(), Stop> {
    let Target::Record(id) = target else {
        return Ok(());
    };
    let row = Rows::known(rows.record(id)?, &id.0)?.clone();
    rows.put(Key::Record(id), Row::Record(RecordRow { changed: envelope.position, ..row }))
}

pub(super) fn apply(
    rows: &mut Rows,
    envelope: &Envelope,
    event: &ChannelEvent,
) -> Result<(), Stop> {
    let mut channels = rows.channels()?.to_vec();
    let (ChannelEvent::Opened { channel, .. }
    | ChannelEvent::Closed { channel, .. }
    | ChannelEvent::Confirmed { channel, .. }
    | ChannelEvent::Failed { channel, .. }
    | ChannelEvent::Overdue { channel, .. }) = event;
    if let ChannelEvent::Opened { from, .. } = event {
        channels.push(ChannelRow {
            name: channel.clone(),
            opened_at: envelope.position,
            confirmed_through: *from,
            failing: None,
            overdue: false,
        });
        return rows.put(Key::Channels, Row::Channels(channels));
    }
    if let ChannelEvent::Closed { .. } = event {
        channels.retain(|own| own.name != *channel);
        return rows.put(Key::Channels, Row::Channels(channels));
    }
    let Some(row) = channels.iter_mut().find(|own| own.name == *channel) else {
        return Err(defect(envelope, "the channel is not open"));
    };
    match event {
        ChannelEvent::Confirmed { through, .. } => {
            row.confirmed_through = *through;
            row.failing = None;
            row.overdue = false;
        }
        ChannelEvent::Failed { detail, .. } => row.failing = Some(detail.clone()),
        ChannelEvent::Overdue { .. } => row.overdue = true,
        ChannelEvent::Opened { .. } | ChannelEvent::Closed { .. } => {}
    }
    rows.put(Key::Channels, Row::Channels(channels))
}
