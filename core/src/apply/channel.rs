//! Folds the events of channels, and notes what of the public face changed.

use crate::apply::defect;
use crate::event::channel::ChannelEvent;
use crate::event::{Envelope, Target};
use crate::path::Path;
use crate::row::commitment::CommitmentRow;
use crate::row::{ChannelRow, Index, Key, ListingKind, ListingRow, RecordRow, RedState, Row, Told};
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

/// The same, with what extends a listing: what of the public face is marked with it.
pub(super) fn marked(rows: &Rows, target: Target) -> Result<Vec<Target>, Stop> {
    let listings = match target {
        Target::Record(id) => Rows::known(rows.record(id)?, &id.0)?.listings.clone(),
        Target::Listing(id) => vec![id],
        Target::Attribution(_) | Target::Measure(_) | Target::Commitment(_) => Vec::new(),
    };
    let mut found = shown(rows, target)?;
    for listing in listings {
        for own in rows.with_extensions(listing)?.into_iter().skip(1) {
            for more in shown(rows, Target::Listing(own))? {
                if !found.contains(&more) {
                    found.push(more);
                }
            }
        }
    }
    Ok(found)
}

/// Notes that channels have to be told of these things again.
pub(super) fn note(rows: &mut Rows, envelope: &Envelope, changes: Vec<Target>) {
    for target in changes {
        rows.add_entry(Index::PublicChange(envelope.position, target));
    }
}

/// Keeps with each thing that channels are told of it in this event: who closes something about it
/// later waits for the newest such change, whenever that was (INV-13).
pub(super) fn keep(rows: &mut Rows, envelope: &Envelope) -> Result<(), Stop> {
    let at = Told { first: envelope.position, last: envelope.position };
    let with = |own: Option<Told>| Some(own.map_or(at, |own| own.with(at)));
    for target in rows.told_at(envelope.position) {
        match target {
            Target::Record(id) => {
                let row = Rows::known(rows.record(id)?, &id.0)?.clone();
                let told = with(row.told);
                rows.put(Key::Record(id), Row::Record(RecordRow { told, ..row }))?;
            }
            Target::Listing(id) => {
                let row = Rows::known(rows.listing(id)?, &id.0)?.clone();
                let told = with(row.told);
                rows.put(Key::Listing(id), Row::Listing(ListingRow { told, ..row }))?;
            }
            Target::Commitment(id) => {
                let row = Rows::known(rows.commitment(id)?, &id.0)?.clone();
                let told = with(row.told);
                rows.put(Key::Commitment(id), Row::Commitment(CommitmentRow { told, ..row }))?;
            }
            Target::Attribution(_) | Target::Measure(_) => {}
        }
    }
    Ok(())
}

/// What channels have to confirm once a thing has its outcome here: the newest change that they
/// were told of, of it and of what rests on it, be it one of this commit (where `changes` says that
/// there is one of what is shown) or an earlier one.
pub(super) fn to_settle(
    rows: &Rows,
    envelope: &Envelope,
    target: Target,
    changes: bool,
) -> Result<Option<Told>, Stop> {
    let now = (changes && !marked(rows, target)?.is_empty())
        .then_some(Told { first: envelope.position, last: envelope.position });
    let mut all: Vec<Option<Told>> = vec![now];
    match target {
        Target::Record(id) => {
            let row = Rows::known(rows.record(id)?, &id.0)?;
            all.push(row.told);
            for listing in &row.listings {
                for own in rows.with_extensions(*listing)? {
                    all.push(Rows::known(rows.listing(own)?, &own.0)?.told);
                }
            }
        }
        Target::Listing(id) => {
            for own in rows.with_extensions(id)? {
                all.push(Rows::known(rows.listing(own)?, &own.0)?.told);
            }
        }
        Target::Commitment(id) => all.push(Rows::known(rows.commitment(id)?, &id.0)?.told),
        Target::Attribution(_) | Target::Measure(_) => {}
    }
    Ok(all.into_iter().flatten().reduce(Told::with))
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
    | ChannelEvent::Overdue { channel, .. }
    | ChannelEvent::Closing { channel, .. }) = event;
    if let ChannelEvent::Opened { from, .. } = event {
        // One that comes back goes on where it had been left.
        channels.retain(|own| own.name != *channel);
        channels.push(ChannelRow {
            name: channel.clone(),
            opened_at: envelope.position,
            confirmed_through: *from,
            failing: None,
            overdue: false,
            closing: None,
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
        ChannelEvent::Closing { .. } => row.closing = Some(envelope.position),
        ChannelEvent::Opened { .. } | ChannelEvent::Closed { .. } => {}
    }
    rows.put(Key::Channels, Row::Channels(channels))
}
