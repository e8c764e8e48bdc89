//! Folds what becomes of listings beside their decision path.

use crate::apply::case::{change, ended, put_listing};
use crate::apply::channel::{self, shown};
use crate::apply::{defect, listing_walk, officer_of, put_walks};
use crate::event::listing::ListingEvent;
use crate::event::{CaseRef, Envelope, Target};
use crate::id::ListingId;
use crate::path::{EndReason, Path};
use crate::row::{
    AttributionRow, Key, ListingKind, ListingRow, Owed, OwedRevocation, RecordRow, RedCase,
    RedState, Revocation, Row,
};
use crate::rows::{Rows, Stop};

pub(super) fn apply(
    rows: &mut Rows,
    envelope: &Envelope,
    event: &ListingEvent,
) -> Result<(), Stop> {
    match event {
        ListingEvent::ExtensionProposed { extended, by } => {
            rows.want([Key::Listing(*by), Key::Listing(*extended)])?;
            let row = Rows::known(rows.listing(*by)?, &by.0)?.clone();
            let mut before = Rows::known(rows.listing(*extended)?, &extended.0)?.clone();
            rows.want(before.extensions.iter().map(|id| Key::Listing(*id)))?;
            let mut kept = Vec::new();
            for id in &before.extensions {
                if may_carry(Rows::known(rows.listing(*id)?, &id.0)?) {
                    kept.push(*id);
                }
            }
            kept.push(*by);
            before.extensions = kept;
            put_listing(rows, ListingRow { extends: Some(*extended), ..row })?;
            put_listing(rows, before)
        }
        ListingEvent::Revoked { case, .. } => {
            let disputed = match case {
                CaseRef::Listing(id) => match &Rows::known(rows.listing(*id)?, &id.0)?.kind {
                    ListingKind::Black { case, .. } => case.is_disputed(),
                    ListingKind::Red(_) => return Err(defect(envelope, "a red listing")),
                },
                CaseRef::Attribution(id) => {
                    Rows::known(rows.attribution(*id)?, &id.0)?.case.is_disputed()
                }
            };
            let reason = if disputed { EndReason::Annulled } else { EndReason::Withdrawn };
            ended(rows, envelope, *case, reason)
        }
        ListingEvent::Relieved { listing, relief } => {
            ended(rows, envelope, CaseRef::Listing(*listing), EndReason::Relieved(*relief))
        }
        ListingEvent::Shortened { case, end } => {
            let changes = match case {
                CaseRef::Listing(id) => shown(rows, Target::Listing(*id))?,
                CaseRef::Attribution(_) => Vec::new(),
            };
            change(rows, *case, envelope, |mut own| {
                match &mut own.path {
                    Path::Served(served) => served.decided.decision.end = *end,
                    Path::Effective(effective) => effective.served.decided.decision.end = *end,
                    // What a repair ended comes back for so long at most.
                    Path::Ended(own) if matches!(own.reason, EndReason::Removed(_)) => {
                        own.served.as_mut()?.decided.decision.end = *end;
                    }
                    _ => return None,
                }
                Some(own)
            })?;
            channel::note(rows, envelope, changes);
            Ok(())
        }
        ListingEvent::RepairRuleKept { listing, min_months } => {
            rows.want([Key::Listing(*listing)])?;
            let row = Rows::known(rows.listing(*listing)?, &listing.0)?.clone();
            put_listing(rows, ListingRow { repair_min_months: Some(*min_months), ..row })
        }
        // What it is about closes by the event that follows it.
        ListingEvent::WithdrawalReceived { .. } => Ok(()),
        ListingEvent::RecordsNamed { attribution, records } => {
            let keys = records.iter().map(|id| Key::Record(*id));
            rows.want(keys.chain([Key::Attribution(*attribution)]))?;
            let row = Rows::known(rows.attribution(*attribution)?, &attribution.0)?.clone();
            for id in records {
                let mut own: RecordRow = Rows::known(rows.record(*id)?, &id.0)?.clone();
                own.attributions.push(*attribution);
                rows.put(Key::Record(*id), Row::Record(own))?;
            }
            let row = AttributionRow { records: records.clone(), ..row };
            rows.put(Key::Attribution(*attribution), Row::Attribution(row))
        }
        // A line in the person's history: how it stands follows from the listing it rests on.
        ListingEvent::AttributionEnded { .. } => Ok(()),
        ListingEvent::RevocationNoticed { listing, .. }
        | ListingEvent::RevocationOwed { listing, .. }
        | ListingEvent::RevocationNotOwed { listing, .. }
        | ListingEvent::RevocationStated { listing, .. }
        | ListingEvent::RedRevoked { listing, .. }
        | ListingEvent::RevocationDropped { listing, .. } => red(rows, envelope, event, *listing),
    }
}

/// Whether an extension stands or may come back, or what extends it in its turn may stand: what was
/// dropped or is void does neither.
fn may_carry(row: &ListingRow) -> bool {
    let ListingKind::Black { case, .. } = &row.kind else {
        return false;
    };
    match &case.path {
        Path::Ended(own) => matches!(own.reason, EndReason::Removed(_) | EndReason::Expired),
        _ => true,
    }
}

fn red(
    rows: &mut Rows,
    envelope: &Envelope,
    event: &ListingEvent,
    id: ListingId,
) -> Result<(), Stop> {
    rows.want([Key::Listing(id)])?;
    let row = Rows::known(rows.listing(id)?, &id.0)?.clone();
    let ListingKind::Red(red) = row.kind.clone() else {
        return Err(defect(envelope, "a black listing"));
    };
    let revoked = matches!(event, ListingEvent::RedRevoked { .. });
    let (walk, changes) = match revoked {
        true => {
            let walk = listing_walk(rows, envelope, id, Target::Listing(id))?;
            (walk, shown(rows, Target::Listing(id))?)
        }
        false => (None, Vec::new()),
    };
    let red = match event {
        ListingEvent::RevocationNoticed { service, window, .. } => RedCase {
            revocation: Some(Revocation {
                opened_by: officer_of(envelope)?,
                told_on: service.on,
                window: *window,
                points: None,
            }),
            // What was owed was its opening.
            owed: None,
            ..red
        },
        ListingEvent::RevocationOwed { black, due, .. } => {
            let owed = Owed { by: *due, overdue: false };
            RedCase { owed: Some(OwedRevocation { black: *black, owed }), ..red }
        }
        ListingEvent::RevocationNotOwed { .. } => RedCase { owed: None, ..red },
        ListingEvent::RevocationStated { points, .. } => RedCase {
            revocation: red
                .revocation
                .map(|own| Revocation { points: own.with(points.len()), ..own }),
            ..red
        },
        ListingEvent::RevocationDropped { .. } => RedCase { revocation: None, ..red },
        _ => RedCase { revocation: None, state: RedState::Closed, ..red },
    };
    put_listing(rows, ListingRow { kind: ListingKind::Red(red), ..row })?;
    channel::note(rows, envelope, changes);
    put_walks(rows, walk.into_iter().collect())
}

/// The timer has said that a revocation was not opened in time.
pub(super) fn revocation_overdue(
    rows: &mut Rows,
    envelope: &Envelope,
    id: ListingId,
) -> Result<(), Stop> {
    let row = Rows::known(rows.listing(id)?, &id.0)?.clone();
    let ListingKind::Red(mut red) = row.kind.clone() else {
        return Err(defect(envelope, "a black listing"));
    };
    let Some(own) = red.owed else {
        return Err(defect(envelope, "no revocation is owed"));
    };
    red.owed = Some(OwedRevocation { owed: Owed { overdue: true, ..own.owed }, ..own });
    put_listing(rows, ListingRow { kind: ListingKind::Red(red), ..row })
}
